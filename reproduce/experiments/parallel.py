"""Chapter 10: recurrences that train in parallel."""

from reproduce.experiments.terms import by_name

EXPERIMENTS = by_name()

QUICK = by_name()
