"""The judge: grades submissions without ever running one outside a sandbox, and with nothing to find inside it.

Answers are data. The sandbox holds a learner's cells and nothing else: no test, no reference, no key. The judge draws
fresh cases from a secret seed, sends each answer its arguments, and compares what comes back in its own process, by the
function that also serves the learner's check.

Its rooms, each of which imports only from those above it:

========== ============================================================================================================
inside     runs beside a learner's code, in the sandbox: all that such code can reach
isolation  what isolates: the sandbox, its limits, what may be seen in it
handed_in  what a class handed in, read as data: whose it is, for which assignment, what is in it
results    what came of it, and everything that is written about it: records, pages, tables, gradebooks
running    what runs a class, from a folder of notebooks to a folder of results
========== ============================================================================================================
"""

from rnngrade.judge.isolation.limits import Limits, NoIsolation
from rnngrade.judge.results.grades import Grade
from rnngrade.judge.running.run import grade_class

__all__ = ["Grade", "Limits", "NoIsolation", "grade_class"]
