"""The audit refuses a question whose cases would let a wrong answer pass; each defect is planted one at a time."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnngrade import Covers, Question
from rnngrade.authoring.audit import audit
from rnngrade.authoring.coverage import uncovered
from rnngrade.keys import build

SIZES = ((5, 3, 2, 7), (1, 2, 1, 2), (2, 1, 3, 1))


def draw(rng, sizes=SIZES, poisoned=True, ties=True):
    for k, (T, B, n, d) in enumerate(sizes):
        x = rng.standard_normal((T, B, d))
        mask = rng.random((T, B)) < 0.7
        mask[0, 0] = k != 0
        if poisoned:
            x[~mask] = np.nan
        U = rng.standard_normal((n, d))
        yield U, x, mask, float(np.linalg.norm(U)) if ties and k == 0 else 1.5


def clipped_sum(U, x, mask, theta):
    norm = np.linalg.norm(U)
    used = U * min(1.0, theta / norm)
    return np.where(mask[..., None], x, 0.0).sum((0, 1)) @ used.T + (norm < theta)


def clipped_again(U, x, mask, theta):
    norm = float(np.sqrt(np.sum(U * U)))
    total = sum((x[t, b] for t, b in np.argwhere(mask)), np.zeros(x.shape[2]))
    return (U * (theta / norm if norm > theta else 1.0)) @ total + (1.0 if norm < theta else 0.0)


def norm_and_theta(U, x, mask, theta):
    return float(np.linalg.norm(U)), theta


COVERED = Covers(ignored={"x": "mask"}, meets=norm_and_theta)
SOUND = Question("sound", 1, "answer", draw, clipped_sum, clipped_again, covers=COVERED)


def problems(**changes):
    question = replace(SOUND, **changes)
    return list(uncovered(question, build(question, np.random.default_rng(0))))


def test_a_question_that_covers_all_has_no_problem():
    assert problems() == []


@pytest.mark.parametrize(("changes", "words"), [
    ({"cases": lambda rng: draw(rng, poisoned=False)}, "no case holds NaN or infinity in `x` where `mask` is False"),
    ({"cases": lambda rng: draw(rng, ties=False)}, "in no case is the value equal to its threshold"),
    ({"cases": lambda rng: draw(rng, SIZES[:2])}, "no case has B 1, only"),
    ({"cases": lambda rng: draw(rng, ((5, 5, 2, 7), *SIZES[1:]))}, "in no case do T, B, n, d and T - 1 all differ"),
    ({"covers": replace(COVERED, ignored={})}, "does not say which arguments are ignored where `mask` is False"),
    ({"covers": replace(COVERED, meets=None)}, "does not say which value meets the threshold `theta`"),
    ({"covers": replace(COVERED, scales=("U",))}, "no two cases have `U` as small as 1e-150 and as large as 1e\\+150"),
    ({"covers": replace(COVERED, apart=("U",))}, "no case of `U` has numbers beyond 500 beside moderate ones"),
    ({"covers": replace(COVERED, scales=("W",))}, "covers speaks of 'W', which is no argument"),
    ({"covers": replace(COVERED, waived={"sizes: n": "no reason at all"})}, "is waived, but there is nothing to waive"),
])
def test_a_planted_gap_is_found(changes, words):
    found = problems(**changes)
    assert any(re.search(words, problem) for problem in found), found


def test_a_gap_can_be_waived_with_a_reason_and_not_without():
    few = {"cases": lambda rng: draw(rng, SIZES[:2])}
    waived = {"sizes: B": "one sequence is another question", "sizes: T": "so", "sizes: n": "so", "sizes: d": "so"}
    left = problems(**few, covers=replace(COVERED, waived={"sizes: B": waived["sizes: B"]}))
    assert not any("no case has B" in problem for problem in left)
    with pytest.raises(ValueError, match="'sizes: B' is waived without a reason"):
        Covers(waived={"sizes: B": " "})


def unused(x, step):
    return np.tanh(x)


@pytest.mark.parametrize("reference", [lambda x, step: np.tanh(x), lambda x, step: np.tanh(x) + 1e-9 * step])
def test_an_argument_that_no_case_needs_is_found(reference):
    """As the step of a central difference: an answer with a step of its own would pass."""
    question = Question("steps", 1, "answer", lambda rng: [(rng.standard_normal(4), 1e-5)], reference, unused)
    found = list(uncovered(question, build(question, np.random.default_rng(0))))
    assert any("no case shows that `step` matters" in problem for problem in found)
    assert not any("`x` matters" in problem for problem in found)


@pytest.mark.parametrize(("W", "found"), [
    (np.array([[1.0, 1.0], [0.0, 1.0]]), False), (np.array([[2.0, 1.0], [0.0, 1.0]]), True),
])
def test_a_matrix_with_all_its_eigenvectors_is_no_defective_one(W, found):
    def cubed(M):
        return M @ M @ M

    question = Question("power", 1, "answer", lambda rng: [(W,)], cubed, lambda M: np.linalg.matrix_power(M, 3),
                        covers=Covers(defective=("M",)))
    assert any("too few eigenvectors" in problem
               for problem in uncovered(question, build(question, np.random.default_rng(0)))) == found


def test_what_is_struck_must_have_been_made(assignment):
    question = replace(assignment.questions["weight-gradient"], struck={"h_sideways": "makes no sense"})
    assert "h_sideways is struck, but no such mistake is made" in audit(question)
