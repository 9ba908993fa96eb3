"""The case studies of chapter 12, a module each: ``python -m reproduce.cases [names] [--quick]``.

A study is a module with ``NAME`` and ``gather``, which trains what is missing, one small job each that is kept, and
makes of all records what the chapter reads. ``choosing`` has the rule by which a rate is chosen, the same in every
study; ``window`` is the contacts' opponent and ``room`` a control for the brackets, each made without the rest. A study
that is run alone leaves the others in the file. ``held_out`` has the statistics of few data; ``snapshot`` cuts this
book's text.
"""
