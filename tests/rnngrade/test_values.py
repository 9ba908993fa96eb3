import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnngrade.values import NotPlain, Tolerance, agree, copied, error, excess, identical, plain

FLOATS = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4),
                    elements=st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-3))


class EqualsEverything:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("an answer's own code was run")


class GenerousArray(np.ndarray):
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize("value", [EqualsEverything(), [EqualsEverything()], {"a": EqualsEverything()}, {1: 2.0}, ...,
                                   np.array([object()]), np.array(["a", None], dtype=object), b"bytes"])
def test_what_is_not_data_is_refused_and_never_asked(value):
    with pytest.raises(NotPlain):
        plain(value)


def test_nesting_is_bounded():
    value = 1.0
    for _ in range(50):
        value = [value]
    with pytest.raises(NotPlain, match="deep"):
        plain(value)


def test_an_array_that_calls_itself_equal_is_compared_by_its_numbers():
    generous = np.zeros(3).view(GenerousArray)
    assert type(plain(generous)) is np.ndarray
    assert not agree(plain(generous), np.ones(3), Tolerance())


@given(FLOATS, st.floats(1e-9, 1e-2))
def test_the_tolerance_is_that_of_the_largest_entry(expected, rtol):
    tolerance = Tolerance(rtol=rtol, atol=0.0 if expected.any() else 1e-9)
    allowed = rtol * np.abs(expected).max() if expected.any() else 1e-9
    inside, outside = expected.copy(), expected.copy()
    inside.flat[0] += 0.99 * allowed
    outside.flat[0] += 1.01 * allowed
    assert agree(inside, expected, tolerance)
    assert not agree(outside, expected, tolerance)


@pytest.mark.parametrize(("got", "expected"), [
    ((1.0, 2.0), np.array([1.0, 2.0])),
    (((1, 2), (3, 4)), np.array([[1.0, 2.0], [3.0, 4.0]])),
    (np.array([1.0, 2.0]), (np.array(1.0), np.array(2.0))),
    (np.array([np.nan, 1.0]), np.array([np.nan, 1.0])),
    (np.float32(0.5), np.array(0.5)),
    (True, np.array(1)),
])
def test_one_value_in_two_guises(got, expected):
    assert agree(plain(got), expected, Tolerance())


@pytest.mark.parametrize(("got", "expected"), [
    (np.ones((2, 1)), np.ones(2)), (np.ones(1), np.array(1.0)), ("1", np.array(1.0)), (None, np.zeros(0)),
    ((1.0,), (np.array(1.0), np.array(1.0))), ({"a": 1.0}, {"b": np.array(1.0)}), ("vanishing", "exploding"),
    (np.array([np.nan]), np.array([1.0])), (np.array([np.inf]), np.array([1.0])), (np.zeros((0, 2)), np.zeros((2, 0))),
])
def test_what_differs(got, expected):
    assert not agree(plain(got), expected, Tolerance(rtol=0.1))


def test_a_structure_is_as_wrong_as_its_worst_part():
    expected = {"W": np.ones(2), "b": np.array(1.0)}
    got = {"W": np.ones(2), "b": np.array(1.5)}
    assert excess(got, expected, Tolerance(rtol=0.1, atol=0)) == pytest.approx(5.0)


def test_the_error_sees_an_infinity_of_the_other_sign():
    assert error(np.array([np.inf]), np.array([-np.inf])) == np.inf
    assert error(np.array([np.inf]), np.array([np.inf])) == 0


def test_a_change_of_one_bit_is_a_change():
    before = (np.zeros(3), [1, "a", {"k": np.ones(2)}], np.nan)
    after = copied(before)
    assert identical(after, before)
    after[1][2]["k"][1] = np.nextafter(1.0, 2.0)
    assert not identical(after, before)
    assert before[1][2]["k"][1] == 1.0


def test_an_integer_too_large_for_an_array_is_a_number_still():
    assert plain(10**30) == 1e30
    assert np.isinf(plain(10**400))


@pytest.mark.parametrize("arguments", [{"rtol": -1.0}, {"rtol": 1.0}, {"atol": -1e-9}, {"rtol": 0.0, "atol": 0.0}])
def test_a_tolerance_that_makes_no_sense_is_refused(arguments):
    with pytest.raises(ValueError, match="expected 0 <= rtol"):
        Tolerance(**arguments)


def test_words_in_arrays_are_words():
    assert plain(np.array(["a", "b"])) == ("a", "b")
    assert plain(np.str_("a")) == "a"
    assert json.dumps(plain({"x": "a"}))
