"""What is trained, a module a chapter or group of chapters, each with a file of data of its own in ``chapters/data``.

A module has its ``EXPERIMENTS`` by name, the most telling first, and ``QUICK``, smaller versions of each kind, which
take less than a minute in all; no two modules use one name.
"""

from reproduce.experiments import gates, orthogonal, parallel, plain, practice
from reproduce.experiments.terms import Experiment

BY_FILE: dict[str, dict[str, Experiment]] = {
    "reproduction": plain.EXPERIMENTS,
    "gates": gates.EXPERIMENTS,
    "orthogonal": orthogonal.EXPERIMENTS,
    "parallel": parallel.EXPERIMENTS,
    "practice": practice.EXPERIMENTS,
}
"""The experiments of each file of data, by name."""

QUICK: dict[str, Experiment] = plain.QUICK | gates.QUICK | orthogonal.QUICK | parallel.QUICK | practice.QUICK
