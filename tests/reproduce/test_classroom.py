"""The experiments for classes 9 to 12 are what they say, and come out as announced in most seeds and not by decree."""

import numpy as np
import pytest
import torch

from reproduce import classroom


@pytest.mark.parametrize("one", classroom.EXPERIMENTS, ids=lambda one: str(one.number))
def test_comes_out_in_most_seeds(one):
    assert sum(one.agreeing()) > 0.8 * classroom.SEEDS


def test_largest_weights_are_those_of_a_softmax():
    rng = np.random.default_rng(3)
    scores = torch.tensor(rng.standard_normal((100, 64)) @ rng.standard_normal(64))
    expected = [torch.softmax(scores / by, 0).max().item() for by in (1, 8)]
    assert classroom.largest_weights(3) == pytest.approx(expected, rel=1e-12)


def test_a_linear_net_takes_one_sweep_and_any_net_no_more_than_its_steps():
    assert classroom.sweeps(0, gain=0.0) == 1
    assert classroom.sweeps(0, gain=30.0, steps=20) <= 20


def test_noise_is_foretold_only_by_who_has_seen_it():
    shares = np.array([classroom.foreseen(seed) for seed in range(40)])
    assert abs(shares[:, 1].mean() - 0.5) < 0.03
    assert shares[:, 0].mean() > 0.65


def test_neither_the_nets_nor_their_opponent_lead_over_many_draws_of_the_days():
    middle = np.mean([classroom.five_nets(seed) for seed in range(400)])
    assert abs(middle) < 4 * 1000 * 0.1 / np.sqrt(1500 * 400)


def test_the_command_says_what_came_out(capsys):
    assert classroom.main(["9", "--seed", "1"]) == 0
    assert "As expected: more than half" in capsys.readouterr().out
    assert classroom.main(["12", "--seed", "14"]) == 0
    assert "Not as expected: all five" in capsys.readouterr().out
