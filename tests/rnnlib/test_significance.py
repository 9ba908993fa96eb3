"""The sign test, against the binomial test of SciPy and against enumeration of all coins."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest

from rnnlib.significance import SignTest, sign_test

COUNTS = [(0, 0), (5, 0), (0, 5), (4, 1), (3, 3), (7, 2)]


@pytest.mark.parametrize(("above", "below"), COUNTS)
def test_p_counts_the_tosses_at_least_as_uneven(above, below):
    tosses = list(product((0, 1), repeat=above + below))
    as_uneven = [toss for toss in tosses if abs(2 * sum(toss) - len(toss)) >= abs(above - below)]
    assert SignTest(above, below).p == pytest.approx(len(as_uneven) / len(tosses))


@pytest.mark.parametrize(("above", "below"), [*COUNTS[1:], (np.int64(70), np.int64(41)), (900, 1100)])
def test_p_is_that_of_the_binomial_test(above, below):
    assert SignTest(above, below).p == pytest.approx(binomtest(int(above), int(above + below)).pvalue, rel=1e-9)


def test_pairs_are_counted_by_who_is_larger_and_equal_ones_are_not():
    assert sign_test([1, 5, 2.5, np.inf, np.inf], [2, 3, 2.5, 7, np.inf]) == (2, 1)
    assert sign_test(np.array([True, False, True, True]), np.array([False, False, True, False])) == (2, 0)


def test_what_are_no_pairs_is_refused():
    with pytest.raises(ValueError, match="b: expected 2 numbers, as many as a has, got 1"):
        sign_test([1.0, 2.0], [1.0])
