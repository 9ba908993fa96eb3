"""The sunspots that stand in the capstone, for learners and for the judge, are those of the package."""

import re

import numpy as np

from rnngrade.course import load_assignment
from rnnlib.data import sunspots


def test_the_numbers_in_notebook_and_questions_are_statsmodels(exercises):
    source = exercises / "source" / "12_capstone.md"
    printed = re.search(r'TENTHS = """([\d\s]+)"""', source.read_text())
    assert printed is not None
    published = sunspots()[1]
    np.testing.assert_allclose(np.array(printed[1].split(), dtype=float) / 10, published, atol=1e-9)
    asked = load_assignment(source.with_suffix(".py")).questions["sunspots"]
    [(x,)] = asked.groups[0].draw(np.random.default_rng(0))
    years = np.sort(asked.oracle((0,), x))
    np.testing.assert_allclose(years, np.sort(published[221:]), atol=1e-9)
