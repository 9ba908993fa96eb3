"""From the author's text notebook to what a learner opens, what CI executes, and the keys that checks compare with.

``make exercises`` runs ``python -m rnngrade.authoring exercises``. Text is the source; notebooks and keys are products.
"""
