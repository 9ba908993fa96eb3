"""Chapter 8: orthogonal cells where they win, and where they cannot forget."""

from reproduce.experiments.terms import by_name

EXPERIMENTS = by_name()

QUICK = by_name()
