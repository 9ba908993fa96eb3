"""Chapter 9: a fixed state against attention."""

from reproduce.experiments.terms import by_name

EXPERIMENTS = by_name()

QUICK = by_name()
