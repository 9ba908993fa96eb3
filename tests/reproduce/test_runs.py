"""What is kept of a run, and that it is neither lost nor repeated."""

import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from reproduce import __main__ as command
from reproduce import merging, runs
from reproduce.experiments import BY_FILE, QUICK
from reproduce.experiments.plain import recall, temporal_order
from reproduce.experiments.terms import PLAIN, WINDOW, Contender, Experiment
from reproduce.streams import NoisyCell, RecallTask
from rnnlib import Model, PlainCell, unroll
from rnnlib.tasks import AddingTask
from rnnlib.training import SGD

FAST = Contender("plain", PlainCell, SGD(0.05), 60)
EXPERIMENTS = [experiment for experiments in BY_FILE.values() for experiment in experiments.values()]
SMALL = Experiment("small", AddingTask(5), units=3, solved=0.01, contenders=(FAST,), seeds=2, batch=8)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    monkeypatch.setattr(merging, "DATA", tmp_path)
    monkeypatch.setattr(command, "BY_FILE", {"data": {"small": SMALL}, "other": {"else": replace(SMALL, name="else")}})
    return tmp_path


def test_a_run_is_a_function_of_its_seed():
    first, again, other = (runs.train(SMALL, FAST, seed) for seed in (0, 0, 1))
    assert first | {"seconds": 0} == again | {"seconds": 0}
    assert first["curve"] != other["curve"]


def test_losses_are_in_the_unit_of_the_baseline():
    # Before anything is learnt, a readout of zeros answers 0 to a sum of two uniform numbers: E[s^2] = 1/6 + 1.
    still = replace(FAST, optimiser=SGD(0.0), updates=300)

    class Silent(PlainCell):
        def init(self, rng, dtype=np.float64):
            return self.Params(*(0 * array for array in super().init(rng, dtype)))

    record = runs.train(replace(SMALL, batch=64), replace(still, cell=Silent), 0)
    mean = np.mean([loss for _, loss in record["curve"]])
    assert record["baseline"] == pytest.approx(1 / 6, abs=1e-4)
    assert mean == pytest.approx(7 / 6, rel=0.03)


def test_a_run_that_diverges_is_kept_as_such():
    record = runs.train(SMALL, replace(FAST, optimiser=SGD(1e30)), 0)
    assert record["diverged"]
    assert record["updates"] < FAST.updates
    assert record["solved_at"] is None


def test_a_solved_run_stops_and_says_when():
    record = runs.train(replace(SMALL, solved=100.0), FAST, 0)
    assert record["solved_at"] == record["updates"] == WINDOW


def test_clipping_bounds_the_norm_that_acts_and_not_the_one_that_is_reported():
    clipped, free, still = (
        runs.train(SMALL, replace(FAST, optimiser=SGD(rate), clip=clip), 0)
        for rate, clip in ((0.05, 1e-6), (0.05, None), (0.0, None))
    )
    assert clipped["curve"] == still["curve"] != free["curve"]
    assert clipped["largest_norm"] == still["largest_norm"] > 0.1


@pytest.mark.parametrize("name", ["small", "data"])
def test_a_finished_run_is_not_repeated_unless_its_settings_change(elsewhere, monkeypatch, capsys, name):
    monkeypatch.setattr("sys.argv", ["reproduce", name])
    command.main()
    first = capsys.readouterr().out
    assert first.count("small, plain, seed") == 2
    with monkeypatch.context() as patch:
        patch.setattr(command, "train", None)
        command.main()
    assert capsys.readouterr().out == first
    assert runs.recorded(SMALL, replace(FAST, updates=61), 0) is None
    assert not list(elsewhere.rglob("*.part"))
    assert not (elsewhere / "other.json").exists()
    data = json.loads((elsewhere / "data.json").read_text())
    assert data["results"][0]["seed"] == [0, 1]
    assert data["results"][0]["updates at most"] == "60"


def test_an_unknown_name_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["reproduce", "smal"])
    with pytest.raises(SystemExit):
        command.main()
    assert "unknown: smal" in capsys.readouterr().err


def test_every_experiment_gets_a_fifth_of_its_seeds_before_any_gets_more():
    order = list(command.in_order(EXPERIMENTS, None))
    assert len(order) == sum(e.seeds * len(e.contenders) for e in EXPERIMENTS)
    shares = [seed * 5 // experiment.seeds for experiment, _, seed in order]
    assert shares == sorted(shares)


def test_every_run_has_a_file_of_its_own():
    everything = [*command.in_order(EXPERIMENTS, None), *command.in_order(list(QUICK.values()), None)]
    assert len({runs.path_of(*run) for run in everything}) == len(everything)


def test_no_two_experiments_share_a_name():
    names = [experiment.name for experiment in EXPERIMENTS]
    assert len(set(names)) == len(names)


def test_what_is_measured_of_a_trained_network_is_kept_and_does_not_change_the_run():
    def of_weights(model, params, task, rng):
        return {"bias": params.cell.b.tolist(), "drawn": task.draw(rng, 1).x[0, 0, 0], "units": model.cell.units}

    looked = replace(SMALL, measure=of_weights)
    first, second, plain = runs.train(looked, FAST, 0), runs.train(looked, FAST, 1), runs.train(SMALL, FAST, 0)
    assert "measured" not in plain
    assert plain["curve"] == first["curve"]
    assert first["measured"]["bias"] != second["measured"]["bias"]
    assert first["measured"]["drawn"] == second["measured"]["drawn"]
    assert merging.summarise(looked, FAST, [first, second])["measured"] == [first["measured"], second["measured"]]


def test_a_model_of_ones_own_is_trained_and_named():
    own = replace(FAST, model=lambda task, cell: Model.of(task, cell))
    assert runs.train(SMALL, own, 0)["curve"] == runs.train(SMALL, FAST, 0)["curve"]
    assert runs.settings(SMALL, own)["model"].startswith("Model(cell=PlainCell")


def test_the_orthogonal_start_is_orthogonal():
    (plain,) = PLAIN.at(1e-3)
    begun = plain.start(np.random.default_rng(0), plain.cell(2, 8).init(np.random.default_rng(0), np.float32))
    np.testing.assert_allclose(np.linalg.svd(begun.W)[1], 1, rtol=1e-6)
    assert all(leaf.dtype == np.float32 for leaf in begun)


@pytest.mark.parametrize(
    "experiment", [e for e in EXPERIMENTS if not e.name.startswith("temporal")], ids=lambda e: e.name
)
def test_contenders_have_equal_budgets_and_the_same_number_of_rates(experiment):
    assert len({contender.updates for contender in experiment.contenders}) == 1
    assert len({contender.clip for contender in experiment.contenders}) == 1
    assert experiment.seeds >= 5
    rates = {}
    for contender in experiment.contenders:
        name, rate = contender.name.split(", rate ")
        assert contender.optimiser.rate == float(rate)
        rates.setdefault(name, []).append(rate)
    assert len({len(each) for each in rates.values()}) == 1
    assert min(map(len, rates.values())) >= 3


def test_the_penalty_is_named_where_there_is_one_and_changes_the_run():
    records = [runs.train(SMALL, replace(FAST, keep=keep), 0) for keep in (0.0, 0.0, 1.0)]
    assert records[0]["curve"] == records[1]["curve"] != records[2]["curve"]
    assert ["penalty" in record["settings"] for record in records] == [False, False, True]


def test_data_of_runs_that_this_machine_has_not_made_are_kept(monkeypatch):
    both = replace(SMALL, contenders=(FAST, replace(FAST, name="another")))
    for contender in both.contenders:
        for seed in range(2):
            runs.write(runs.train(both, contender, seed), runs.path_of(both, contender, seed))
    earlier = merging.gather([both])
    for seed in range(2):
        runs.path_of(both, FAST, seed).unlink()
    runs.path_of(both, both.contenders[1], 1).unlink()
    assert merging.gather([both], earlier) == earlier
    # ... but not those of other settings, nor of what is no longer an experiment.
    changed = replace(both, batch=9)
    assert merging.gather([changed], earlier)["results"] == []
    assert merging.gather([], earlier)["results"] == []


def test_stamps_are_those_of_the_rows_that_are_there(monkeypatch):
    """A row that is made anew takes its commit and environment with it; one that is kept leaves its own."""
    both = replace(SMALL, seeds=1, contenders=(FAST, replace(FAST, name="another")))

    def made(commit, *contenders):
        monkeypatch.setattr(runs, "commit", lambda: commit)
        monkeypatch.setattr(runs, "describe", lambda: {"python": commit})
        for contender in contenders:
            runs.write(runs.train(both, contender, 0), runs.path_of(both, contender, 0))

    made("old", *both.contenders)
    earlier = merging.gather([both])
    assert earlier["commits"] == ["old"]
    made("new", FAST)
    runs.path_of(both, both.contenders[1], 0).unlink()
    mixed = merging.gather([both], earlier)
    assert (mixed["commits"], mixed["environments"]) == (["new", "old"], [{"python": "new"}, {"python": "old"}])
    assert [row["commits"] for row in mixed["results"]] == [["new"], ["old"]]
    made("new", both.contenders[1])
    assert merging.gather([both], mixed)["commits"] == ["new"]
    assert merging.gather([both], mixed)["environments"] == [{"python": "new"}]


def test_a_row_that_does_not_name_its_commit_may_be_of_any_listed_before():
    runs.write(runs.train(SMALL, FAST, 0), runs.path_of(SMALL, FAST, 0))
    earlier = merging.gather([SMALL])
    del earlier["results"][0]["commits"], earlier["results"][0]["environments"]
    runs.path_of(SMALL, FAST, 0).unlink()
    again = merging.gather([SMALL], earlier)
    assert (again["commits"], again["environments"]) == (earlier["commits"], earlier["environments"])
    assert len(again["commits"]) == 1


def test_a_stream_is_read_in_chunks_that_continue_one_another():
    chunks = list(islice(RecallTask(lag=3, k=2).stream(np.random.default_rng(0), B=4), 10))
    x = np.concatenate([chunk.x[..., 0] for chunk in chunks])
    asked = np.concatenate([chunk.targets for chunk in chunks])
    assert x.shape == asked.shape == (20, 4)
    np.testing.assert_array_equal(2 * asked[3:] - 1, x[:-3])
    assert {-1.0, 1.0} == set(x.ravel())


def test_recall_is_learnt_from_long_chunks_and_not_at_random():
    long = recall(2, k=8, rates=(1e-2,), steps=2400)
    record = runs.train(replace(long, units=16, batch=16), long.contenders[0], 0)
    assert record["loss"] < 0.1 * record["baseline"]
    # Without the state that is carried, the first two steps of each chunk have nothing to go by.
    assert record["updates"] == 300


def test_noise_is_drawn_in_training_alone():
    cell = NoisyCell(2, 3, noise=0.5)
    params, x = cell.init(np.random.default_rng(0)), np.zeros((400, 5, 2))
    still, loud = (unroll(each, params, x).h for each in (cell, cell.training(np.random.default_rng(1))))
    np.testing.assert_array_equal(still, unroll(PlainCell(2, 3), params, x).h)
    # The first state is tanh of the noise alone.
    drawn = unroll(cell.training(np.random.default_rng(1)), params, np.zeros((1, 20_000, 2))).h[1]
    assert np.arctanh(drawn).std() == pytest.approx(0.5, rel=0.02)
    assert not np.array_equal(still, loud)


def test_clipping_is_compared_seed_by_seed():
    rows = [
        {"experiment": name, "contender": contender, "seed": [0, 1, 2, 3], "solved_at": solved}
        for name, contender, solved in (
            ("fast", "clipped", [9, 9, 9, None]),
            ("fast", "not clipped", [None, 9, None, None]),
            ("slow", "clipped", [None] * 4),
        )
    ]
    compared, unfinished = merging.compare_clipping(rows)
    # Three of four against one of four: (16 + 16 + 1 + 1)/70. Two pairs of runs differ, both alike: 2 * 1/4.
    assert compared["p, Fisher"] == pytest.approx(34 / 70, abs=1e-5)
    assert compared["p, sign test"] == 0.5
    assert (compared["solved with"], compared["solved without"], compared["runs"]) == (3, 1, 4)
    assert unfinished["runs"] == 0


def test_pairs_differ_in_clipping_alone():
    clipped, free = temporal_order(20, 0.1, 1, 1).contenders
    assert replace(clipped, clip=None, name=free.name) == free
