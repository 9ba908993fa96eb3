"""Rates against torch's schedulers, and through an optimiser, a saved run and a resumed one."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.optim import lr_scheduler

import rnnlib
from rnnlib.optimisers import SGD, Adam, Momentum
from rnnlib.schedules import Cosine, Exponential, Warmup
from rnnlib.tasks import TemporalOrderTask
from rnnlib.training import Model, fit
from rnnlib.trees import leaves

PAIRS = {
    "exponential": (Exponential(0.5, 0.9), partial(lr_scheduler.ExponentialLR, gamma=0.9)),
    "steps": (Exponential(0.5, 0.3, every=7), partial(lr_scheduler.StepLR, step_size=7, gamma=0.3)),
    "cosine": (Cosine(0.5, 20, least=0.05), partial(lr_scheduler.CosineAnnealingLR, T_max=20, eta_min=0.05)),
    "warmup": (Warmup(0.5, 5), partial(lr_scheduler.LinearLR, start_factor=1 / 5, total_iters=4)),
    "own": (lambda made: 0.5 / (1 + made), partial(lr_scheduler.LambdaLR, lr_lambda=lambda made: 1 / (1 + made))),
}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS.keys())
def test_rates_and_what_they_train_agree_with_torch(ours, theirs):
    weight = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([weight], lr=0.5)
    scheduler = theirs(optimiser)
    adam, params = Adam(ours), (np.array([1.0, -2.0]),)
    memory = adam.init(params)
    for made in range(20):
        assert ours(made) == pytest.approx(scheduler.get_last_lr()[0], rel=1e-12)
        optimiser.zero_grad()
        (weight**4).sum().backward()
        params, memory = adam.update(params, (4 * params[0] ** 3,), memory)
        optimiser.step()
        scheduler.step()
        assert_allclose(params[0], weight.detach().numpy(), rtol=1e-9)


def test_a_cosine_stays_where_it_ends_and_a_warmup_hands_over():
    cosine = Cosine(1.0, 10, least=0.1)
    assert cosine(10) == cosine(1000) == 0.1
    assert cosine(5) == pytest.approx(0.55)
    both = Warmup(cosine, 4)
    assert [both(made) for made in range(4)] == [0.25, 0.5, 0.75, 1.0]
    assert all(both(4 + made) == cosine(made) for made in range(20))
    assert math.isclose(Warmup(Exponential(1.0, 0.5), 1)(3), 0.25)


def test_a_schedule_goes_on_where_a_resumed_run_had_come(tmp_path):
    task = TemporalOrderTask(steps=10)
    model = Model.of(task, rnnlib.PlainCell(6, 4))
    train = partial(fit, model, task, optimiser=Momentum(Warmup(Cosine(0.1, 8), 4)), batch=4)
    whole = train(np.random.default_rng(0), updates=10)
    train(np.random.default_rng(0), updates=5).save(tmp_path / "run")
    both = train(np.random.default_rng(1), updates=5, resume=tmp_path / "run")
    for one, other in zip(leaves(whole.params), leaves(both.params)):
        assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(-0.1), "rate: expected a number, 0 or more, or a schedule, got -0.1"),
        (lambda: Adam("fast"), "rate: expected a number, 0 or more, or a schedule, got 'fast'"),
        (lambda: Adam(Cosine), "rate: expected a number, 0 or more, or a schedule, got <class"),
        (lambda: Adam(betas=(0.9, 1.0)), "betas: expected a number from 0 to below 1, got 1.0"),
        (lambda: Momentum(momentum="much"), "momentum: expected a number from 0 to below 1, got 'much'"),
        (lambda: Exponential(0.1, 1.1), "factor: expected a number above 0, 1 at most, got 1.1"),
        (lambda: Exponential(0.1, 0.5, 2.5), "every: expected a whole number, 1 or more, got 2.5"),
        (lambda: Cosine(0.1, 10, 0.2), "least: expected a number from 0 to 0.1, got 0.2"),
        (lambda: Cosine(0.1, 0), "updates: expected a whole number"),
        (lambda: Warmup("cosine", 3), "rate: expected a number, 0 or more, or a schedule, got 'cosine'"),
    ],
)
def test_impossible_rates_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
