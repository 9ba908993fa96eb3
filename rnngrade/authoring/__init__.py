"""From the author's text notebook to what a learner opens, what CI executes, and the keys that checks compare with.

``make exercises`` runs ``python -m rnngrade.authoring exercises``. Text is the source; notebooks and keys are products.

A question is written in two places. ``exercises/source/NN_name.py`` lists it in ``QUESTIONS``: cases, reference,
oracle, tolerance, mistakes, hints (see ``rnngrade.Question``). ``exercises/source/NN_name.md``, a MyST notebook, has
its statement under a heading ``## Title`` and then

- a cell tagged ``question:<id>`` with the solution between ``### BEGIN SOLUTION`` and ``### END SOLUTION``: inside the
  ``def`` for a function, around the assignment for a value; for a model, in its maker and in the function that asks it,
  both in this cell;
- a cell tagged ``check:<id>`` that holds ``check("<id>")``, or one a group, tagged ``check:<id>/<group>``, that holds
  ``check("<id>", group="<group>")``.

A cell tagged ``notebook-only`` stays off the site's sheet.
"""
