"""The cells and the task of chapter 8's long runs, against differences and by what defines them."""

from functools import partial

import numpy as np
import pytest

from reproduce.echoes import EchoTask, KeptCell, LatchTask, StartedCell
from reproduce.experiments.orthogonal import never_forgetting
from rnnlib import LSTMCell, OrthogonalCell, bptt, unroll
from rnnlib.gradients import central_differences


@pytest.mark.parametrize("activation", ["modrelu", "linear", "tanh"])
@pytest.mark.parametrize("make", [StartedCell, partial(KeptCell, keep=0.7)])
def test_gradients_are_those_of_differences(make, activation):
    cell = make(2, 5, activation=activation)
    rng = np.random.default_rng(0)
    params = cell.init(rng)._replace(b=rng.uniform(0.1, 0.3, 5))
    x, weight = rng.standard_normal((4, 3, 2)), rng.standard_normal((4, 3, 5))

    def loss(params):
        return float((weight * unroll(cell, params, x).h[1:]).sum())

    for exact, numeric in zip(bptt(unroll(cell, params, x), weight).params, central_differences(loss, params)):
        np.testing.assert_allclose(exact, numeric, rtol=1e-5, atol=1e-7)


def test_the_started_cell_begins_where_the_orthogonal_one_does_and_the_kept_one_is_shorter():
    orthogonal, started = (make(3, 6) for make in (OrthogonalCell, StartedCell))
    W = orthogonal.prepare(orthogonal.init(np.random.default_rng(1))).W
    np.testing.assert_array_equal(started.prepare(started.init(np.random.default_rng(1))).W, W)
    kept = KeptCell(3, 6, keep=0.5)
    np.testing.assert_allclose(kept.prepare(kept.init(np.random.default_rng(1))).W, W / 2, rtol=1e-12)


def test_an_echo_comes_back_after_its_lag_and_does_not_count_before():
    task = EchoTask(steps=7, lag=3)
    batch = task.draw(np.random.default_rng(0), 4)
    np.testing.assert_array_equal(batch.targets[3:], batch.x[:4])
    assert batch.counted.sum(axis=0).tolist() == [4] * 4
    assert task.score(batch.targets, batch) == 1
    with pytest.raises(ValueError, match="steps"):
        EchoTask(steps=3, lag=3)


def test_a_latch_asks_for_the_last_marked_number_and_for_one_alone_if_nothing_is_to_be_dropped():
    task = LatchTask(steps=40, chance=0.2)
    batch = task.draw(np.random.default_rng(0), 3)
    for number, marked, target, counted in zip(*(a.transpose(1, 0, 2) for a in np.split(batch.x, 2, axis=2)),
                                               batch.targets.swapaxes(0, 1), batch.counted.T):  # fmt: skip
        held, last = [], None
        for value, mark in zip(number[:, 0], marked[:, 0]):
            last = value if mark else last
            held.append(last)
        np.testing.assert_array_equal(target[:, 0], held)
        np.testing.assert_array_equal(counted, marked[:, 0] == 0)
        assert marked.sum() > 3
    assert task.score(batch.targets, batch) == 1
    one = LatchTask(steps=40, chance=0.0).draw(np.random.default_rng(0), 3)
    assert (one.targets == one.x[0, :, :1]).all()
    with pytest.raises(ValueError, match="chance"):
        LatchTask(steps=40, chance=1.0)


def test_an_lstm_that_never_forgets_has_no_gradient_that_would_teach_it():
    rng, cell = np.random.default_rng(0), LSTMCell(2, 4)
    params = never_forgetting(rng, cell.init(rng, np.float32))
    x = rng.standard_normal((6, 3, 2)).astype(np.float32)
    grads = bptt(unroll(cell, params, x), np.ones((6, 3, 4), np.float32)).params
    assert not any(getattr(grads, f"{kind}_f").any() for kind in "WUb")
    assert grads.W_i.any()
