"""The encoder-decoder's gradient against autograd, its runs, and the data that chapter 9 quotes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reproduce import bottleneck
from reproduce.encoder_decoder import LOOKS, EncoderDecoder
from rnnlib.gradients import central_differences
from rnnlib.trees import leaves, map_leaves

DATA = Path(__file__).resolve().parents[2] / "chapters" / "data" / "bottleneck.json"


@pytest.mark.parametrize("look", LOOKS)
def test_the_gradient_is_the_one_of_central_differences(look):
    rng = np.random.default_rng(0)
    net = EncoderDecoder(4, look)
    params = net.init(rng, np.float64)
    ids = rng.integers(0, 8, (5, 3))
    _, grads = net.loss_and_grads(params, ids, ids[::-1])
    expected = central_differences(lambda moved: net.loss_and_grads(moved, ids, ids[::-1])[0], params)
    for got, right in zip(leaves(grads), leaves(expected), strict=True):
        np.testing.assert_allclose(got, right, atol=1e-8)


def test_what_is_chosen_by_equal_weights_is_nothing():
    rng = np.random.default_rng(1)
    net = EncoderDecoder(4, "uniform")
    _, (_, _, _, saved) = net.forward(net.init(rng), rng.integers(0, 8, (5, 3)))
    np.testing.assert_allclose(saved.alpha, 1 / 5, rtol=1e-6)


@pytest.mark.parametrize("look", LOOKS)
def test_a_run_learns_two_symbols(look):
    arm = replace(bottleneck.ARMS[0], look=look, units=16, updates=600)
    record = bottleneck.train(arm, 2, 0.01, seed=0)
    assert record["accuracy"] > 0.9
    assert len(record["by_position"]) == 2


def test_a_probe_finds_what_a_state_holds_and_no_more():
    """Of a state that copies the last symbol and forgets the first, it names the one and guesses the other."""
    rng = np.random.default_rng(2)

    class Forgetful(EncoderDecoder):
        def forward(self, params, ids):
            read = type("Read", (), {"h": np.eye(8)[ids]})
            return None, (read, None, None, None)

    ids = rng.integers(0, 8, (2, 1000))
    first, last = bottleneck.probed(Forgetful(8), None, ids, np.eye(8)[ids[-1]], rng)
    assert last == 1.0
    assert abs(first - 1 / 8) < 0.05


def test_the_data_are_those_of_the_arms():
    results = json.loads(DATA.read_text(encoding="utf-8"))["results"]
    got = [tuple(row[name] for name in ("look", "units", "order", "updates_at_most", "length")) for row in results]
    arms = [(arm, T) for arm in bottleneck.ARMS for T in bottleneck.LENGTHS] + [(bottleneck.PATIENT, 16)]
    assert got == [(arm.look, arm.units, arm.order, arm.updates, T) for arm, T in arms]
    for row in results:
        assert row["seed"] == list(bottleneck.SEEDS)
        if row["pilot"]:
            rates = sorted(map(float, row["pilot"]))
            best = max(row["pilot"].values())
            assert row["pilot"][f"{row['rate']:g}"] == best
            # The best lies inside the grid, or as good a rate does.
            assert rates.index(row["rate"]) not in (0, len(rates) - 1) or sorted(row["pilot"].values())[-2] == best


def test_a_tree_of_parameters_has_the_shape_of_its_gradient():
    net = EncoderDecoder(3, "learnt")
    rng = np.random.default_rng(3)
    params, ids = net.init(rng), rng.integers(0, 8, (4, 2))
    _, grads = net.loss_and_grads(params, ids, ids)
    map_leaves(lambda a, b: np.testing.assert_equal(a.shape, b.shape), params, grads)
