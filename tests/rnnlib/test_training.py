import io
import sys
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib.gradients import clip_each, clip_norm, global_norm
from rnnlib.models import Batch, Model
from rnnlib.optimisers import SGD, Adam, Momentum, RMSprop
from rnnlib.readouts import LinearReadout
from rnnlib.tasks import BracketsTask, TemporalOrderTask
from rnnlib.training import DivergedError, Fit, Log, OtherRunError, Snapshot, fit, loss_below
from rnnlib.trees import leaves

TASK = TemporalOrderTask(steps=10)


@pytest.fixture
def model():
    return Model(rnnlib.LSTMCell(6, 5), LinearReadout(5, 4))


def streams(updates, rng):
    """Batches that continue one another."""
    return [TASK.draw(rng, 4) for _ in range(updates)]


def equal(a, b):
    """Whether two runs agree bit for bit, in all but the time they took."""
    mine, other = ([*leaves((run.params, run.state, run.carried, run.log))] for run in (a, b))
    same = [
        np.array_equal(x, y, equal_nan=True) and np.asarray(x).dtype == np.asarray(y).dtype for x, y in zip(mine, other)
    ]
    return len(mine) == len(other) and all(same) and a.solved_at == b.solved_at and type(a.params) is type(b.params)


@pytest.mark.parametrize("optimiser", [SGD(), Momentum(), RMSprop(), Adam()], ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("through_file", [True, False])
def test_two_halves_are_the_whole_bit_for_bit(model, optimiser, through_file, tmp_path):
    train = partial(fit, model, TASK, optimiser=optimiser, clip=partial(clip_norm, theta=0.1), batch=8, every=4)
    whole = train(np.random.default_rng(3), updates=20)
    half = train(np.random.default_rng(3), updates=10)
    half = half._replace(seconds=1e6)
    if through_file:
        half.save(tmp_path / "run.npz")
        half = tmp_path / "run.npz"
    rng = np.random.default_rng(99)
    both = train(rng, updates=10, resume=half)
    assert equal(whole, both)
    assert [type(s) for s in both.log.snapshots] == [Snapshot] * 5
    assert rng.bit_generator.state == whole.generator == both.generator
    assert both.seconds > 1e6 > whole.seconds > 0


@pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_every_kind_of_random_numbers_goes_on_where_it_stopped(model, bits, tmp_path):
    whole = fit(model, TASK, np.random.Generator(bits(1)), batch=2, updates=4)
    fit(model, TASK, np.random.Generator(bits(1)), batch=2, updates=2).save(tmp_path / "run")
    assert equal(whole, fit(model, TASK, np.random.Generator(bits(2)), batch=2, updates=2, resume=tmp_path / "run"))


def test_a_carried_state_and_dropout_resume_as_well(rng, tmp_path):
    cell = rnnlib.Stack((rnnlib.LSTMCell(6, 5), rnnlib.PlainCell(5, 5)), dropout=0.5)
    model, batches = Model(cell, LinearReadout(5, 4)), streams(6, rng)
    train = partial(fit, model, optimiser=Adam(), carry=True)
    whole = train(batches, np.random.default_rng(3))
    train(batches[:3], np.random.default_rng(3)).save(tmp_path / "run")
    both = train(batches[3:], np.random.default_rng(9), resume=tmp_path / "run")
    assert equal(whole, both)
    fresh = train(batches, np.random.default_rng(3), carry=False)
    assert whole.log.loss[0] == fresh.log.loss[0]
    assert (whole.log.loss[1:] != fresh.log.loss[1:]).all()
    assert len(whole.log.loss) == 6  # the iterable ended the run


def test_the_log_says_what_happened(model):
    """Each number again, from the parameters and the batch of that update."""
    seen = []

    class Watched:
        def draw(self, rng, B, dtype):
            seen.append(TASK.draw(rng, B, dtype))
            return seen[-1]

        def score(self, outputs, batch):
            return TASK.score(outputs, batch)

    rng, params, optimiser = np.random.default_rng(3), None, SGD(0.5)
    thetas = [1e-2, 1e2, 1e2] * 3
    threshold = iter(thetas)
    run = fit(model, Watched(), rng, optimiser, lambda g: clip_norm(g, next(threshold)), batch=8, updates=9, every=4)
    params = model.init(np.random.default_rng(3))
    scores, deltas = [], []
    for update, batch in enumerate(seen):
        loss, grads = model.loss_and_grads(params, batch)
        assert run.log.loss[update] == loss
        assert run.log.before[update] == pytest.approx(global_norm(grads.params), rel=1e-12)
        clipped, _ = clip_norm(grads.params, thetas[update])
        assert run.log.after[update] == pytest.approx(global_norm(clipped), rel=1e-6)
        scores.append(TASK.score(model.predict(params, batch), batch))
        deltas.append(np.sqrt((grads.delta.h.astype(float) ** 2).sum(axis=(1, 2))))
        params, _ = optimiser.update(params, clipped, optimiser.init(params))
    assert equal(run, run._replace(params=params))
    assert [s.update for s in run.log.snapshots] == [0, 4, 8]
    assert [s.score for s in run.log.snapshots] == scores[::4]
    for snapshot, delta in zip(run.log.snapshots, deltas[::4]):
        assert_allclose(snapshot.delta, delta, rtol=1e-12)
    assert_array_equal(run.log.fraction, [1, 0, 0] * 3)
    assert_allclose(run.log.clipped, [run.log.fraction[: u + 1].mean() for u in range(9)])


def test_any_clipping_goes_into_the_log(model):
    run = fit(model, TASK, np.random.default_rng(0), clip=partial(clip_each, theta=0.02), batch=4, updates=2)
    assert ((run.log.fraction > 0) & (run.log.fraction < 1)).all()
    assert (run.log.after < run.log.before).all()
    assert_array_equal(run.log.clipped, [1, 1])


def test_starts_from_the_parameters_given_in_their_dtype(model):
    params = model.init(np.random.default_rng(5))
    run = fit(model, TASK, np.random.default_rng(0), batch=4, updates=0, params=params)
    assert equal(run, run._replace(params=params))
    moved = fit(model, TASK, np.random.default_rng(0), batch=4, updates=1, params=params)
    assert {leaf.dtype for leaf in leaves(moved.params)} == {np.dtype(float)}
    single = model.init(np.random.default_rng(5), np.float32)
    for run in (
        fit(model, TASK, np.random.default_rng(0), updates=1, params=single),
        fit(model, TASK, np.random.default_rng(0), updates=1, dtype=np.float32),
    ):
        assert {leaf.dtype for leaf in leaves(run.params)} == {np.dtype(np.float32)}


def test_the_dtype_that_is_not_said_is_one_everywhere(model):
    """What is drawn, trained, predicted and scored by default fits together."""
    rng = np.random.default_rng(0)
    run = fit(model, TASK, rng, updates=1, params=model.init(rng))
    assert equal(run, fit(model, TASK, np.random.default_rng(0), updates=1))
    batch = TASK.draw(rng, 4)
    assert TASK.score(model.predict(fit(model, TASK, rng, updates=1).params, batch), batch) >= 0


def test_stops_as_soon_as_it_is_solved_and_stays_so(model):
    def third(log):
        return len(log.loss) == 3

    run = fit(model, TASK, np.random.default_rng(0), solved=third, batch=4, updates=9)
    assert run.solved_at == len(run.log.loss) == 3
    assert fit(model, TASK, np.random.default_rng(0), solved=third, batch=4, updates=9, resume=run) is run


def log(losses):
    return Log(np.array(losses), *np.zeros((3, len(losses))))


def test_loss_below_looks_at_the_mean_over_its_window():
    solved = loss_below(1.0, window=3)
    assert [solved(log([9.0, 1.0, 0.5, 1.4, 1.0, 1.0][:n])) for n in range(7)] == [False] * 4 + [True, True, False]
    assert not solved(log([1.0, 1.0, 1.0]))


@pytest.mark.parametrize("task", [TASK, BracketsTask(4)], ids=lambda task: type(task).__name__)
def test_a_small_cell_learns_and_the_run_stops(task):
    model = Model(rnnlib.LSTMCell(task.inputs, 16), LinearReadout(16, task.outputs))
    solved = loss_below(0.6 * task.baseline, window=20)
    run = fit(model, task, np.random.default_rng(0), Adam(0.02), partial(clip_norm, theta=1.0), 32, 1000, solved)
    assert run.solved_at is not None
    batch = task.draw(np.random.default_rng(1), 500)
    assert task.score(model.predict(run.params, batch), batch) > 0.7


def relu_model(loss="squared_error"):
    return Model(rnnlib.PlainCell(1, 3, "relu"), LinearReadout(3, 1), loss)


def growing(batches):
    """Batches of ones, and then one so long that a rectifier with large weights overflows."""
    return [Batch(np.ones((T, 2, 1), np.float32), np.ones((T, 2, 1), np.float32)) for T in batches]


def test_a_loss_that_overflows_stops_the_run_and_loses_nothing():
    model = relu_model()
    params = model.init(np.random.default_rng(0), np.float32)
    params = params._replace(cell=params.cell._replace(W=np.eye(3, dtype=np.float32) * 9, U=abs(params.cell.U)))
    train = partial(fit, model, optimiser=SGD(0.0), params=params)
    with pytest.raises(DivergedError, match="update 2: ") as caught:
        train(growing([2, 2, 99]), np.random.default_rng(0))
    run, batch = caught.value.fit, caught.value.batch
    assert len(batch.x) == 99
    assert equal(run, train(growing([2, 2]), np.random.default_rng(0)))
    gentler = fit(model, growing([3]), np.random.default_rng(0), SGD(0.0), resume=run)
    assert len(gentler.log.loss) == 3


@pytest.mark.parametrize(
    ("W", "U", "message"),
    [(1e20, 1e-20, "update 0: overflow .* of the optimiser"), (1e25, 1e-35, "loss .*, norm of the gradient nan")],
)
def test_a_gradient_that_overflows_alone_or_when_it_is_squared_stops_the_run(W, U, message):
    model = relu_model()
    params = model.init(np.random.default_rng(0), np.float64)
    params = params._replace(cell=params.cell._replace(W=np.eye(3) * W, U=U * (1 + abs(params.cell.U))))
    batch = Batch(np.ones((16, 2, 1)), np.ones((16, 2, 1)), scored=np.arange(16)[:, None] * np.ones(2, int) == 7)
    train = partial(fit, model, [batch], params=params)
    with pytest.raises(DivergedError, match=message) as caught:
        train(np.random.default_rng(0))
    assert equal(caught.value.fit, train(np.random.default_rng(0), updates=0))


def test_large_finite_gradients_are_clipped_and_the_run_goes_on():
    """Of length 1e260, whose square is no float; after clipping every update moves by as much as of any other."""
    model = relu_model()
    params = model.init(np.random.default_rng(0), np.float64)
    params = params._replace(cell=params.cell._replace(W=np.eye(3) * 1e20, U=1e-20 * (1 + abs(params.cell.U))))
    batch = Batch(np.ones((16, 2, 1)), np.ones((16, 2, 1)), scored=np.arange(16)[:, None] * np.ones(2, int) == 7)
    clip = partial(clip_norm, theta=1.0)
    run = fit(model, [batch], np.random.default_rng(0), SGD(1.0), clip, params=params)
    assert 1e200 < run.log.before[0] < np.inf
    moved = np.concatenate([(a - b).ravel() for a, b in zip(leaves(params), leaves(run.params))])
    assert np.sqrt((moved**2).sum()) == pytest.approx(1)
    assert np.isfinite(run.log.snapshots[0].delta).all()


def test_the_batch_of_a_run_that_diverged_is_drawn_again(model):
    class Bad:
        """The third batch holds a NaN."""

        def __init__(self):
            self.drawn = []

        def draw(self, rng, B, dtype):
            batch = TASK.draw(rng, B, dtype)
            self.drawn.append(batch.x.copy())
            if len(self.drawn) == 3:
                batch.x[0] = np.nan
            return batch

    task = Bad()
    with pytest.raises(DivergedError, match="update 2: x: expected numbers, got NaN") as caught:
        fit(model, task, np.random.default_rng(0), batch=4)
    fit(model, task, np.random.default_rng(1), batch=4, updates=1, resume=caught.value.fit)
    assert_array_equal(task.drawn[3], task.drawn[2])


def test_refuses_to_resume_what_does_not_fit(model, tmp_path):
    run = fit(model, TASK, np.random.default_rng(0), batch=2, updates=1)
    run.save(tmp_path / "run")
    other = Model(rnnlib.LSTMCell(6, 4), LinearReadout(4, 4))
    wrong = [(other, Adam(), "Model.*units=4"), (model, SGD(), "SGD"), (model, RMSprop(), "RMSprop")]
    for args, optimiser, got in wrong:
        for resume in (run, tmp_path / "run"):
            with pytest.raises(OtherRunError, match=f"resume: expected the run's own .*, got {got}.*params=run.params"):
                fit(args, TASK, np.random.default_rng(0), optimiser, resume=resume)
        with pytest.raises(OtherRunError, match=got):
            Fit.load(tmp_path / "run", args, optimiser)
    with pytest.raises(ValueError, match="params: expected none"):
        fit(model, TASK, np.random.default_rng(0), params=run.params, resume=run)
    with pytest.raises(ValueError, match="MT19937"):
        fit(model, TASK, np.random.Generator(np.random.MT19937(0)), resume=run)


def test_a_failed_save_leaves_the_older_file(model, tmp_path, monkeypatch):
    path = tmp_path / "run"
    run = fit(model, TASK, np.random.default_rng(0), batch=2, updates=1)
    run.save(path)
    monkeypatch.setattr(np, "savez", lambda *args, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fit(model, TASK, np.random.default_rng(0), batch=2, updates=2).save(path)
    assert equal(Fit.load(path, model, Adam()), run)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("ci", "stream", "shown"), [(0, Terminal, 1), (1, Terminal, 0), (0, io.StringIO, 0)])
def test_the_bar_shows_on_a_terminal_alone(model, monkeypatch, ci, stream, shown):
    if ci:
        monkeypatch.setenv("CI", "true")
    else:
        monkeypatch.delenv("CI", raising=False)
    written = stream()
    monkeypatch.setattr("sys.stderr", written)
    fit(model, TASK, np.random.default_rng(0), batch=2, updates=2, progress=True)
    assert ("2/2" in written.getvalue()) == bool(shown)


def test_a_missing_bar_names_the_extra(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError, match=r"tqdm is needed here: pip install 'training-recurrent-networks\[train\]'"):
        fit(model, TASK, np.random.default_rng(0), batch=2, updates=2, progress=True)


class Interrupted:
    """A task at whose ``at``-th draw, halfway through it, the user presses Ctrl-C."""

    loss, at, drawn = TASK.loss, 3, 0

    def draw(self, rng, B, dtype):
        self.drawn += 1
        batch = TASK.draw(rng, B, dtype)
        if self.drawn == self.at:
            raise KeyboardInterrupt
        return batch

    def score(self, outputs, batch):
        return TASK.score(outputs, batch)


@pytest.mark.parametrize("save", [True, False])
def test_an_interrupted_run_is_returned_saved_and_goes_on_bit_for_bit(model, save, tmp_path):
    train, path = partial(fit, model, batch=4, every=2), tmp_path / "run"
    whole = train(TASK, np.random.default_rng(0), updates=6)
    rng = np.random.default_rng(0)
    with pytest.warns(UserWarning, match="interrupted: this is the run after 2 updates, resume it"):
        run = train(Interrupted(), rng, updates=6, save=path if save else None)
    assert len(run.log.loss) == 2
    assert rng.bit_generator.state == run.generator
    assert path.exists() == save
    assert equal(whole, train(TASK, np.random.default_rng(9), updates=4, resume=path if save else run))


def test_an_interrupt_before_the_first_update_returns_where_it_began(model):
    class AtOnce(Interrupted):
        at = 1

    with pytest.warns(UserWarning, match="after 0 updates"):
        run = fit(model, AtOnce(), np.random.default_rng(0))
    assert equal(run, fit(model, TASK, np.random.default_rng(0), updates=0))


def test_a_run_is_saved_every_so_often_and_however_it_ends(model, tmp_path, monkeypatch):
    path, saved = tmp_path / "run", []
    write = Fit.save
    monkeypatch.setattr(Fit, "save", lambda run, path: (saved.append(len(run.log.loss)), write(run, path))[1])
    run = fit(model, TASK, np.random.default_rng(0), batch=2, updates=7, every=3, save=path)
    assert saved == [3, 6, 7]
    assert equal(Fit.load(path, model, Adam()), run)

    class Broken(Interrupted):
        def draw(self, rng, B, dtype):
            self.drawn += 1
            return TASK.draw(rng, B, dtype) if self.drawn < 3 else 1 / 0

    with pytest.raises(ZeroDivisionError):
        fit(model, Broken(), np.random.default_rng(0), batch=2, save=path)
    assert len(Fit.load(path, model, Adam()).log.loss) == 2


def test_what_validation_says_stands_in_the_snapshots_and_survives_a_file(model, tmp_path):
    held_out = TASK.draw(np.random.default_rng(7), 16)
    seen = []

    def validate(params):
        seen.append(params)
        return model.evaluate(params, held_out)

    run = fit(model, TASK, np.random.default_rng(0), batch=4, updates=5, every=2, validate=validate)
    expected = [model.loss_and_grads(params, held_out)[0] for params in seen]
    assert [look.validation for look in run.log.snapshots] == expected
    assert len(set(expected)) == 3
    run.save(tmp_path / "run")
    assert equal(Fit.load(tmp_path / "run", model, Adam()), run)
    assert np.isnan(fit(model, TASK, np.random.default_rng(0), updates=1).log.snapshots[0].validation)
    with pytest.raises(ValueError, match="validate: expected a function that returns a number, got None"):
        fit(model, TASK, np.random.default_rng(0), updates=1, validate=lambda params: None)


def test_a_run_is_of_its_model_and_optimiser_even_where_all_shapes_are_equal(tmp_path):
    """Momentum and RMSprop remember one mean each; tanh and ReLU have the same weights. Rates may differ."""
    path = tmp_path / "run"
    models = [Model(rnnlib.PlainCell(6, 5, activation), LinearReadout(5, 4)) for activation in ("tanh", "relu")]
    run = fit(models[0], TASK, np.random.default_rng(0), Momentum(), batch=2, updates=1, save=path)
    for model, optimiser in ((models[1], Momentum()), (models[0], RMSprop())):
        for resume in (run, path):
            with pytest.raises(OtherRunError, match=r"resume: expected the run's own (Model|Momentum)"):
                fit(model, TASK, np.random.default_rng(0), optimiser, resume=resume)
    gentler = fit(models[0], TASK, np.random.default_rng(0), Momentum(1e-4), batch=2, updates=1, resume=path)
    assert len(gentler.log.loss) == 2


def test_a_damaged_file_is_named_whatever_the_damage(model, tmp_path):
    path, rng = tmp_path / "run.npz", np.random.default_rng(0)
    run = fit(model, TASK, rng, batch=2, updates=2, save=path)
    whole = path.read_bytes()
    damages = [whole[:cut] for cut in (0, 1, 4, 100, len(whole) // 2, len(whole) - 1)]
    damages += [b"no checkpoint at all", whole + b"x" * 10**5]
    for _ in range(150):
        at = int(rng.integers(len(whole)))
        damages.append(whole[:at] + bytes([whole[at] ^ (1 << int(rng.integers(8)))]) + whole[at + 1 :])
    refused = []
    for damaged in damages:
        path.write_bytes(damaged)
        try:
            assert equal(Fit.load(path, model, Adam()), run)
        except ValueError as error:
            refused.append(str(error))
    assert len(refused) > 120
    assert all(message.startswith(f"{path}: expected a run that Fit.save wrote, whole; got ") for message in refused)
    np.savez(tmp_path / "other.npz", np.ones(3))
    with pytest.raises(ValueError, match=r"other\.npz: expected a run that Fit\.save wrote, whole"):
        fit(model, TASK, np.random.default_rng(0), resume=tmp_path / "other.npz")
    np.save(tmp_path / "array.npy", np.ones(3))
    with pytest.raises(ValueError, match=r"array\.npy: expected a run"):
        Fit.load(tmp_path / "array.npy", model, Adam())
    with pytest.raises(FileNotFoundError, match="nowhere"):
        fit(model, TASK, np.random.default_rng(0), resume=tmp_path / "nowhere")
