import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib.data import text
from rnnlib.gradients import central_differences, relative_error
from rnnlib.losses import softmax_cross_entropy, squared_error
from rnnlib.models import Batch, Model
from rnnlib.readouts import Embedding, LinearReadout
from rnnlib.tasks import AddingTask, TemporalOrderTask
from rnnlib.trees import leaves

T, B = 6, 4


def random_batch(rng, loss, tokens=None, mask=None, scored=None):
    x = rng.standard_normal((T, B, 2)) if tokens is None else rng.integers(tokens, size=(T, B))
    targets = rng.standard_normal((T, B, 3)) if loss == "squared_error" else rng.integers(3, size=(T, B))
    return Batch(x, targets, mask, scored)


def masks(rng):
    """Lengths 6, 1, 3, 5; and a choice of steps that count, of which each sequence has one valid at least."""
    mask = np.arange(T)[:, None] < np.array([6, 1, 3, 5])
    scored = rng.random((T, B)) < 0.5
    scored[0] = True
    return mask, scored


def plainly(model, params, batch):
    """The loss as its definition says, sequence by sequence and step by step."""
    cell, readout = model.cell, model.readout
    total, count = 0.0, 0
    for b in range(B):
        h = np.zeros(cell.units)
        for t in range(T):
            if batch.mask is not None and not batch.mask[t, b]:
                break
            x = batch.x[t, b] if model.embedding is None else params.embedding.E[batch.x[t, b]]
            h = np.tanh(params.cell.W @ h + params.cell.U @ x + params.cell.b)
            y = params.readout.V @ h + params.readout.b
            if batch.scored is None or batch.scored[t, b]:
                loss = squared_error if model.loss == "squared_error" else softmax_cross_entropy
                total += loss(y[None, None], batch.targets[t : t + 1, b : b + 1])[0]
                count += 1
    assert readout.outputs == 3
    return total / count


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "squared_error"])
@pytest.mark.parametrize("tokens", [None, 5])
@pytest.mark.parametrize("given", ["nothing", "mask", "scored", "both"])
def test_loss_and_gradients_are_those_of_the_definition(loss, tokens, given, rng):
    mask, scored = masks(rng)
    batch = random_batch(
        rng, loss, tokens, mask if given in ("mask", "both") else None, scored if given in ("scored", "both") else None
    )
    embedding = None if tokens is None else Embedding(tokens, 2)
    model = Model(rnnlib.PlainCell(2, 5), LinearReadout(5, 3), loss, embedding)
    params = model.init(rng)
    value, grads = model.loss_and_grads(params, batch)
    assert value == pytest.approx(plainly(model, params, batch), rel=1e-12)
    numerical = central_differences(lambda p: plainly(model, p, batch), params)
    assert relative_error(grads.params, numerical) < 1e-8
    assert grads.delta.h.shape == (T + 1, B, 5)


def test_the_adjoints_are_those_of_bptt_and_the_last_state_the_tapes(rng):
    model = Model(rnnlib.PlainCell(2, 5), LinearReadout(5, 3))
    params, batch = model.init(rng), random_batch(rng, model.loss)
    _, grads = model.loss_and_grads(params, batch)
    tape = rnnlib.unroll(model.cell, params.cell, batch.x)
    _, dy = softmax_cross_entropy(model.readout.forward(params.readout, tape.h[1:]), batch.targets)
    expected = rnnlib.bptt(tape, dy @ params.readout.V)
    assert_allclose(grads.delta.h, expected.delta.h, rtol=1e-12)
    assert_array_equal(grads.last.h, tape.h[-1])


def test_the_state_carries_on(rng):
    model = Model(rnnlib.LSTMCell(2, 5), LinearReadout(5, 3))
    params, batch = model.init(rng), random_batch(rng, model.loss)
    first, second = (Batch(batch.x[part], batch.targets[part]) for part in (slice(0, 2), slice(2, T)))
    loss, grads = model.loss_and_grads(params, first)
    rest, _ = model.loss_and_grads(params, second, grads.last)
    assert (2 * loss + 4 * rest) / 6 == pytest.approx(model.loss_and_grads(params, batch)[0], rel=1e-12)
    assert_allclose(model.predict(params, second, grads.last), model.predict(params, batch)[2:], rtol=1e-12)


def test_what_is_dropped_is_drawn_in_training_alone(rng):
    cell = rnnlib.Stack((rnnlib.PlainCell(2, 5), rnnlib.PlainCell(5, 5)), dropout=0.5)
    model = Model(cell, LinearReadout(5, 3))
    params, batch = model.init(rng), random_batch(rng, model.loss)
    plain, again = (model.loss_and_grads(params, batch)[0] for _ in range(2))
    dropped, other = (model.loss_and_grads(params, batch, rng=rng)[0] for _ in range(2))
    assert plain == again
    assert len({plain, dropped, other}) == 3


def test_float32_stays_float32(rng):
    model = Model(rnnlib.PlainCell(2, 5), LinearReadout(5, 3), "squared_error")
    batch = Batch(*(part.astype(np.float32) for part in random_batch(rng, model.loss)[:2]))
    _, grads = model.loss_and_grads(model.init(rng, np.float32), batch)
    assert {leaf.dtype for leaf in leaves((grads.params, grads.delta, grads.last))} == {np.dtype(np.float32)}


def test_refuses_what_does_not_fit(rng):
    cell = rnnlib.PlainCell(2, 5)
    with pytest.raises(ValueError, match="loss: expected one of softmax_cross_entropy, squared_error; got 'hinge'"):
        Model(cell, LinearReadout(5, 3), "hinge")
    model = Model(cell, LinearReadout(5, 3))
    params, batch = model.init(rng), random_batch(rng, model.loss)
    for wrong, message in [
        (batch._replace(targets=batch.targets[1:]), "targets: expected shape"),
        (batch._replace(scored=np.ones((T, B))), "scored: expected dtype bool"),
        (batch._replace(scored=np.ones((T, B + 1), bool)), "scored: expected shape"),
        (batch._replace(scored=np.zeros((T, B), bool)), "expected at least one valid step"),
        (batch._replace(targets=list(batch.targets)), "targets: expected a NumPy array"),
        (batch._replace(x=batch.x[..., :1]), "x: expected shape"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.loss_and_grads(params, wrong)
    with pytest.raises(ValueError, match=r"readout: expected units=5, to fit PlainCell.*, got LinearReadout.*4"):
        Model(cell, LinearReadout(4, 3))
    with pytest.raises(ValueError, match="embedding: expected size=2, got 3"):
        Model(cell, LinearReadout(5, 3), embedding=Embedding(7, 3))
    with pytest.raises(ValueError, match="batch: expected Batch, got tuple"):
        model.loss_and_grads(params, tuple(batch))
    with pytest.raises(ValueError, match=r"params: expected ModelParams, as model.init draws them, got PlainParams"):
        model.predict(params.cell, batch)


def test_a_task_says_what_its_model_is():
    for task in (AddingTask(steps=5), TemporalOrderTask(steps=10), text("hello", steps=2)):
        ids = hasattr(task, "tokens")
        model = Model.of(task, rnnlib.GRUCell(3 if ids else task.inputs, 4))
        assert (model.loss, model.readout) == (task.loss, LinearReadout(4, task.outputs))
        assert model.embedding == (Embedding(4, 3) if ids else None)
        rng = np.random.default_rng(0)
        params, batch = model.init(rng), task.draw(rng, 2)
        assert model.evaluate(params, batch) == model.loss_and_grads(params, batch)[0]
    with pytest.raises(ValueError, match="cell: expected inputs=2, as many as the task gives, got 3"):
        Model.of(AddingTask(steps=5), rnnlib.GRUCell(3, 4))


def test_what_is_dropped_in_training_is_there_when_evaluated(rng):
    cell = rnnlib.Stack((rnnlib.PlainCell(2, 5), rnnlib.PlainCell(5, 5)), 0.5, np.random.default_rng(0))
    model = Model(cell, LinearReadout(5, 3))
    params, batch = model.init(rng), random_batch(rng, model.loss)
    assert model.evaluate(params, batch) != model.loss_and_grads(params, batch, rng=rng)[0]
