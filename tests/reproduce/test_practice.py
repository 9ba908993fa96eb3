"""Chapter 11's networks in torch and its training sets that end, against differences, torch.nn and by what they are."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from reproduce.autograd_cells import PLACES, CausalTransformer, DroppedLSTM, turned, turning
from reproduce.experiments import practice
from reproduce.few import FewSequences, on_fresh
from rnnlib import bptt, unroll
from rnnlib.gradients import central_differences
from rnnlib.models import Model
from rnnlib.tasks import AddingTask, TemporalOrderTask
from rnnlib.trees import leaves

CELLS = [CausalTransformer(3, 4), DroppedLSTM(3, 4)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_gradients_are_those_of_differences(cell, rng):
    params, x, dh = cell.init(rng), rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 2, 4))

    def loss(layers):
        return float((dh * unroll(cell, params._replace(layers=layers), x).h[1:]).sum())

    grads = bptt(unroll(cell, params, x), dh)
    for exact, numeric in zip(leaves(grads.params), leaves(central_differences(loss, params.layers)), strict=True):
        assert_allclose(exact, numeric, rtol=1e-5, atol=1e-7)
    assert grads.x.shape == x.shape


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_no_output_has_seen_a_later_input(cell, rng):
    params, x = cell.init(rng), rng.standard_normal((9, 2, 3))
    changed = x.copy()
    changed[6] += 1
    before, after = unroll(cell, params, x).h[1:], unroll(cell, params, changed).h[1:]
    assert_allclose(after[:6], before[:6], atol=1e-12)
    assert np.abs(after[6:] - before[6:]).min() > 1e-6


def test_scores_know_how_far_apart_two_steps_are_and_not_where(rng):
    turns = turning(12, 4, torch.float64)
    q, k = (torch.tensor(rng.standard_normal(4)).expand(12, 4) for _ in range(2))
    scores = (turned(q, turns) @ turned(k, turns).T).numpy()
    for distance in range(-11, 12):
        assert np.ptp(np.diagonal(scores, distance)) < 1e-12
    assert np.ptp(scores[0]) > 0.1


def test_an_lstm_that_drops_nothing_is_the_one_of_torch(rng):
    cell = DroppedLSTM(3, 4)
    params, x = cell.init(rng, np.float32), rng.standard_normal((6, 2, 3)).astype(np.float32)
    theirs = torch.nn.LSTM(3, 4, num_layers=2)
    state = {}
    for l, (W, U, b) in enumerate(params.layers):
        state |= {f"weight_hh_l{l}": W, f"weight_ih_l{l}": U, f"bias_ih_l{l}": b, f"bias_hh_l{l}": 0 * b}
    theirs.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    with torch.no_grad():
        expected = theirs(torch.tensor(x))[0].numpy()
    assert_allclose(unroll(cell, params, x).h[1:], expected, atol=1e-6)


@pytest.mark.parametrize("place", PLACES)
def test_units_are_dropped_in_training_at_their_place_alone(place, rng):
    cell = DroppedLSTM(3, 50, place, dropout=0.5)
    params, x = cell.init(rng), rng.standard_normal((4, 8, 3))
    still, trained = (unroll(each, params, x).h for each in (cell, cell.training(np.random.default_rng(1))))
    assert (np.abs(still - trained).max() > 1e-3) == (place != "nowhere")
    if place == "nowhere":
        return
    where = place.split(",")[0]
    masks = cell.training(np.random.default_rng(1)).masks(where, (40, 8, 50), torch.float64).numpy()
    assert masks.mean() == pytest.approx(1, abs=0.1)
    assert set(np.unique(masks)) == {0.0, 2.0}
    assert (masks == masks[0]).all() == (place == "on h, one mask")


def test_a_training_set_belongs_to_its_run_and_ends():
    few = FewSequences(AddingTask(10), 6)
    batches = [few.draw(np.random.default_rng(seed), 200).x[..., 0].T for seed in (0, 0, 1)]
    first, again, other = ({tuple(row) for row in batch} for batch in batches)
    assert first == again
    assert len(first) == 6
    assert not first & other
    assert not first & {tuple(row) for row in few.fresh(np.random.default_rng(0), 200).x[..., 0].T}


def test_shuffled_answers_are_the_same_answers_at_other_sequences():
    honest, shuffled = (FewSequences(AddingTask(10), 40, shuffled) for shuffled in (False, True))
    got = {}
    for few in (honest, shuffled):
        batch = few.draw(np.random.default_rng(3), 2000)
        got[few.shuffled] = {tuple(x): y for x, y in zip(batch.x[..., 0].T, batch.targets[-1, :, 0])}
    assert got[False].keys() == got[True].keys()
    assert_array_equal(sorted(got[False].values()), sorted(got[True].values()))
    assert sum(got[False][x] == got[True][x] for x in got[False]) < 10


def test_a_fresh_loss_is_in_the_unit_of_the_baseline(rng):
    few = FewSequences(AddingTask(10), 6)
    model = Model.of(few, practice.GRUCell(2, 3))
    params = model.init(rng, np.float32)
    zeros = params._replace(readout=params.readout._replace(V=0 * params.readout.V, b=0 * params.readout.b + 1))
    # Who always answers 1 has the baseline's squared error, 1/6.
    assert on_fresh(model, zeros, few, rng)["fresh"] == pytest.approx(1 / 6, rel=0.15)


def test_contenders_have_about_as_many_parameters():
    for experiment in (practice.recalling(24), practice.tracking(), practice.deepening()):
        counts = {}
        for contender in experiment.contenders[1::3]:
            cell = contender.cell(experiment.task.inputs, experiment.units)
            params = Model.of(experiment.task, cell).init(np.random.default_rng(0), np.float32)
            counts[contender.name] = sum(leaf.size for leaf in leaves(params))
        assert max(counts.values()) < 1.15 * min(counts.values()), counts


def test_updates_see_as_many_tokens_at_every_length():
    assert len({practice.recalling(T).batch * T for T in practice.LENGTHS}) == 1


def test_the_controls_of_length_change_one_thing_at_a_time():
    short, long = practice.LENGTHS[0], practice.LENGTHS[-1]
    few, many = practice.EXPERIMENTS["choice-recall-24-of-16"], practice.EXPERIMENTS["choice-recall-96-of-64"]
    assert few.task == practice.recalling(short).task
    assert few.batch == practice.recalling(long).batch
    assert many.task == practice.recalling(long).task
    assert many.batch == practice.recalling(short).batch
    assert {one.name for one in many.contenders} < {one.name for one in few.contenders}


def test_the_text_held_out_is_not_trained_on():
    train, rest = practice.reading(30)
    whole = practice.ALICE.read_text(encoding="utf-8")
    assert train.string(train.ids) + rest.string(rest.ids) == whole
    assert train.alphabet == rest.alphabet
    assert 0.05 < len(rest.ids) / len(whole) < 0.15


def test_what_is_measured_of_short_sequences_and_longer_ones(rng):
    task = TemporalOrderTask(10)
    model = Model.of(task, practice.GRUCell(6, 3))
    assert practice.memorised(model, model.init(rng, np.float32), FewSequences(task, 4), rng)["fresh"] > 1
    track = practice.tracking(8)
    model = Model.of(track.task, track.contenders[0].cell(2, 8))
    wrong = practice.tracked(model, model.init(rng, np.float32), track.task, rng)["wrong"]
    assert len(wrong) == 4
    assert 0.2 < np.mean(wrong) < 0.8
