"""What the case studies of chapter 12 are scored and trained by, against other routes; and the data it quotes."""

import hashlib
import json
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

from reproduce.cases import __main__ as studies
from reproduce.cases import book, contacts, pixels, plant, room, sunspots, volatility, window
from reproduce.cases.choosing import chosen, few, kept, settings
from reproduce.cases.held_out import diebold_mariano, interval
from reproduce.cases.ngrams import kneser_ney
from reproduce.cases.snapshot import prose
from rnnlib.gradients import central_differences
from rnnlib.trees import leaves

DATA = Path(__file__).resolve().parents[2] / "chapters" / "data" / "cases.json"


def close(got, expected, atol):
    for one, right in zip(leaves(got), leaves(expected), strict=True):
        np.testing.assert_allclose(one, right, atol=atol)


def test_one_step_ahead_the_test_of_diebold_and_mariano_is_that_of_student():
    d = np.random.default_rng(0).standard_normal(40) + 0.3
    np.testing.assert_allclose(diebold_mariano(d), tuple(stats.ttest_1samp(d, 0)), rtol=1e-12)


def test_further_ahead_it_counts_what_neighbours_share():
    """Means of five: their mean scatters as if there were a fifth of them, and a test that forgot it would not see."""
    noise = np.random.default_rng(0).standard_normal((2000, 204))
    d = np.lib.stride_tricks.sliding_window_view(noise, 5, axis=1).mean(axis=-1)
    rejected = [np.mean([diebold_mariano(one, ahead)[1] < 0.05 for one in d]) for ahead in (1, 5)]
    assert rejected[0] > 0.3
    assert rejected[1] < 0.09


def test_blocks_of_one_give_the_normal_interval():
    d = np.random.default_rng(1).standard_normal(2000)
    low, high = interval(d, 1)
    half = 1.96 / np.sqrt(2000)
    np.testing.assert_allclose([low, high], [d.mean() - half, d.mean() + half], atol=0.1 * half)


def by_hand(train, context, order):
    """Kneser and Ney's probabilities of three symbols after a context, from dictionaries, by the recursion itself."""
    if order == len(context):
        counts = Counter(tuple(train[i : i + order + 1]) for i in range(len(train) - order))
    else:
        counts = Counter(g[1:] for g in {tuple(train[i : i + order + 2]) for i in range(len(train) - order - 1)})
    once, twice = (sum(n == k for n in counts.values()) for k in (1, 2))
    D = once / (once + 2 * twice) if once else 0.5
    shorter = np.full(3, 1 / 3) if order == 0 else by_hand(train, context, order - 1)
    here = np.array([counts.get((*context[len(context) - order :], c), 0) for c in range(3)])
    return (np.maximum(here - D, 0) + D * (here > 0).sum() * shorter) / here.sum() if here.sum() else shorter


@pytest.mark.parametrize("order", [0, 1, 2])
def test_counts_are_smoothed_as_kneser_and_ney_say(order):
    train, text = np.random.default_rng(2).integers(0, 3, (2, 60)).tolist()
    bits = kneser_ney(np.array(train), np.array(text), 3, order)[order]
    expected = [-np.log2(by_hand(train, tuple(text[i - order : i]), order)[text[i]]) for i in range(order, 60)]
    np.testing.assert_allclose(bits, expected, rtol=1e-10)


def test_the_loss_by_student_is_torchs():
    rng = np.random.default_rng(3)
    z, log_v = rng.standard_normal((2, 6, 4))
    loss, dlog_v, deta = volatility.student_loss(z, log_v, 0.7)
    at, eta = torch.tensor(log_v, requires_grad=True), torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    nu = 2 + eta.exp()
    scale = ((nu - 2) / nu * at.exp()).sqrt()
    theirs = -torch.distributions.StudentT(nu, 0.0, scale).log_prob(torch.tensor(z)).mean()
    theirs.backward()
    np.testing.assert_allclose([loss, deta], [theirs.item(), eta.grad.item()], rtol=1e-12)
    np.testing.assert_allclose(dlog_v, at.grad, rtol=1e-10)


def test_no_day_is_forecast_with_what_it_brings():
    """A classical variance and a net's do not change when that day's return and all later ones do."""
    first, last = volatility.before(2013), volatility.before(2013) + 5
    variance, *_ = volatility.classical("GARCH", first)
    net = volatility.Net("GRU", first, 1e-2, 0, 1)
    before = net.log_likelihood(first, last)
    net.x[last - 1 :] = 9.0
    np.testing.assert_array_equal(before, net.log_likelihood(first, last))
    net.x[first] = 9.0
    assert np.flatnonzero(before != net.log_likelihood(first, last))[0] == 1
    _, r = volatility.returns()
    p = volatility.classical("GARCH", first)[3]
    e = r[first] - p["mu"]
    np.testing.assert_allclose(variance[first + 1], p["omega"] + p["alpha[1]"] * e**2 + p["beta[1]"] * variance[first])


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", ["memoryless", "GRU"])
def test_the_gradient_through_the_plant_is_the_one_of_central_differences(name, large, monkeypatch):
    monkeypatch.setattr(plant, "UNITS", 3)
    net, pendulum = plant.Controller(name), plant.Plant(large)
    params = net.init(np.random.default_rng(0), np.float64)
    drawn = pendulum.draw(np.random.default_rng(1), 2, 4)
    _, grads = net.loss_and_grads(params, pendulum, drawn)
    expected = central_differences(lambda moved: net.loss_and_grads(moved, pendulum, drawn)[0], params)
    close(grads, net.without_memory(expected), 1e-7)


def test_what_flights_cost_is_what_covariances_say():
    drawn = plant.Plant().draw(np.random.default_rng(4), 4000)
    optimal = plant.fly_by(plant.Classical(4000), plant.Plant(), drawn)
    static = plant.fly_by(lambda t, y: -5.56 * y, plant.Plant(), drawn)
    for cost, theory in ((optimal, plant.riccati()[2]), (static, plant.gain_cost(5.56))):
        assert abs(cost.mean() - theory) < 3 * cost.std() / np.sqrt(4000)


def test_a_chain_asks_for_the_residue_at_its_distance():
    batch = contacts.ContactTask(distance=7).draw(np.random.default_rng(5), 50, np.float64)
    assert (np.flatnonzero(batch.x[:, 0, -1]) == [52, 59]).all()
    far = contacts.ContactTask(nearest=24).draw(np.random.default_rng(5), 200, np.float64)
    assert set(59 - np.argmax(far.x[:, :, -1], axis=0)) == {24, 32, 44, 58}
    positive = batch.x[:, :, :2].sum(axis=-1)
    np.testing.assert_array_equal(batch.targets[-1], positive[52] != positive[59])


def test_the_window_sees_both_marks_of_a_chain_up_to_fifteen_and_one_beyond():
    rng = np.random.default_rng(7)
    for distance, marks in ((1, 2), (15, 2), (16, 1), (58, 1)):
        x, answers = window.seen(contacts.ContactTask(distance=distance).draw(rng, 40, np.float32))
        assert x.shape == (40, 5 * 16)
        assert (x.reshape(40, 16, 5)[..., -1].sum(axis=1) == marks).all()
        assert set(answers) == {0, 1}


def test_the_room_of_the_control_is_twice_that_of_the_grus_with_which_it_is_compared(monkeypatch):
    made = []
    monkeypatch.setattr(contacts, "learn", lambda *arguments: made.append(arguments) or (None, None, [0.0]))
    for arm in room.ARMS:
        room.pilot(arm, 1e-2, 100)
    assert [arguments[-2:] for arguments in made] == [(1200, 64), (2400, 32)]
    net = contacts.Reader("GRU", contacts.TASKS["brackets"], 64)
    assert net.init(np.random.default_rng(0))[0].W_h.shape == (64, 64)


def test_brackets_lie_as_far_apart_as_a_stack_says():
    batch = contacts.TASKS["brackets"].draw(np.random.default_rng(6), 20, np.float64)
    distances = contacts.distances_of(batch)
    kinds = batch.x.argmax(axis=-1)
    for t, b in zip(*np.nonzero(distances)):
        assert kinds[t - distances[t, b], b] == batch.targets[t, b]
        assert distances[t, b] % 2 == 1


def test_the_gradient_of_a_reader_that_looks_back(monkeypatch):
    monkeypatch.setattr(contacts, "UNITS", 3)
    net = contacts.Reader("attention", contacts.TASKS["contact"])
    params = tuple(part.init(np.random.default_rng(0)) for part in (net.cell, net.readout, net.attention))
    batch = contacts.ContactTask(steps=6, distance=3).draw(np.random.default_rng(1), 2, np.float64)
    _, grads = net.loss_and_grads(params, batch)
    close(grads, central_differences(lambda moved: net.loss_and_grads(moved, batch)[0], params), 1e-7)


def test_prose_is_what_a_reader_reads():
    source = "---\na: b\n---\n\n(label)=\n# 3. Title of a chapter here\n\n"
    source += "It is $x^2$, {glue:text}`n` bits {cite:p}`a`, see {doc}`that <x>`.\n\n"
    source += "```{code-cell} ipython3\nx = 1\n```\n\n$$\na\n$$ (eq)\n"
    assert prose(source) == "3. Title of a chapter here\nIt is $, # bits, see that."


def test_the_grid_goes_on_where_the_best_lies_at_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr("reproduce.cases.choosing.FOLDER", tmp_path)
    rate, updates, curves = chosen("x", lambda rate, seed: {"validation": [abs(np.log(rate / 0.02)), 9.0]}, 50)
    assert (rate, updates) == (0.03, 50)
    assert list(curves) == ["0.001", "0.003", "0.01", "0.03", "0.09"]


UPDATES = 3


def test_a_run_is_kept_until_a_constant_or_an_argument_changes(tmp_path, monkeypatch):
    monkeypatch.setattr("reproduce.cases.choosing.FOLDER", tmp_path)
    made = []

    def train(rate):
        made.append((rate, UPDATES))
        return {"validation": [rate]}

    for rate, updates in ((0.1, 3), (0.1, 3), (0.1, 4), (0.2, 4), (0.2, 4)):
        monkeypatch.setattr(f"{__name__}.UPDATES", updates)
        assert kept("one", partial(train, rate))["validation"] == [rate]
    assert made == [(0.1, 3), (0.1, 4), (0.2, 4)]


def test_a_study_that_is_run_alone_leaves_the_others_and_their_stamps_in_the_file(tmp_path, monkeypatch):
    """The entry of several studies stays while one of them has not been made here."""
    monkeypatch.setattr("reproduce.cases.choosing.FOLDER", tmp_path)
    monkeypatch.setattr(studies, "STUDIES", dict.fromkeys(("one", "two", "three")))
    data = tmp_path / "cases.json"
    before = {"studies": ["one", "two"], "commits": ["old"], "seconds": 50, "runs": 7}
    data.write_text(json.dumps({"made": [before], "one": {"x": 1}, "two": {"x": 2}}))

    def gather(name, found, seconds):
        (tmp_path / "gathered").mkdir(exist_ok=True)
        (tmp_path / "gathered" / f"{name}.json").write_text(json.dumps({"x": found}))
        for i, second in enumerate(seconds):
            (tmp_path / f"{name}-{i}.json").write_text(json.dumps({"commit": f"new-{name}", "seconds": second}))
        studies.put_together(data)
        return json.loads(data.read_text())

    found = gather("three", 3, [1.4, 2.0])
    assert [found[name]["x"] for name in ("one", "two", "three")] == [1, 2, 3]
    assert (found["commits"], found["seconds"], found["runs"]) == (["new-three", "old"], 53, 9)
    assert gather("one", 4, [8.0])["one"] == {"x": 4}
    found = gather("two", 5, [4.0])
    assert (found["commits"], found["seconds"], found["runs"]) == (["new-one", "new-three", "new-two"], 15, 4)


@pytest.mark.parametrize(
    "study", [book, contacts, pixels, plant, room, sunspots, volatility, window], ids=lambda study: study.NAME
)
def test_a_run_of_a_study_says_its_budget_and_no_place_in_memory(study):
    said = settings(partial(study.pilot, "GRU"))
    assert said["UPDATES"] == str(study.UPDATES)
    assert said["run"] == "pilot('GRU')"
    assert not [value for value in said.values() if " at 0x" in value]


def test_a_run_on_the_snapshot_says_of_which_text():
    said = settings(partial(book.pilot, "GRU"))["SNAPSHOT"].strip("'")
    assert hashlib.sha256((DATA.parent / "book.txt").read_bytes()).hexdigest().startswith(said)
    assert len(said) == 12


def test_the_data_are_those_that_the_code_would_make():
    """The chapter's contenders, and their budgets, are the ones that ``reproduce.cases`` trains."""
    data = json.loads(DATA.read_text(encoding="utf8"))
    assert set(data["volatility"]["contenders"]) == {*volatility.CLASSICAL, *volatility.CELLS}
    assert set(data["contacts"]["contact"]) == set(contacts.CELLS)
    for study in (book, contacts, pixels, plant, room, sunspots, volatility, window):
        budget = data[study.NAME]["budget"]
        assert (budget["updates"], budget["batch"]) == (study.UPDATES, study.BATCH)


def test_the_data_are_complete():
    data = json.loads(DATA.read_text(encoding="utf8"))
    assert set(studies.STUDIES) < set(data)
    assert data["runs"] == sum(entry["runs"] for entry in data["made"])
    for name in ("plain", "GRU"):
        assert len(data["volatility"]["contenders"][name]["seeds"]) == 5
        assert few(np.mean(data["book"][name]["test"]), 3) > 1
