"""Stacks: the same as their layers one after another, dropout between layers alone, sizes that must chain."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from oracles import Case, all_cases, autograd, draw
from oracles.stack import STEPS, step

import rnnlib
from rnnlib.gradients import relative_error
from rnnlib.trees import leaves

NEAR = {"rtol": 1e-10, "atol": 1e-10}


def two_layers(dropout=0.0, kind=rnnlib.LSTMCell):
    return rnnlib.Stack((rnnlib.PlainCell(2, 5), kind(5, 4)), dropout)


def step_with_masks(masks):
    """One step in torch whose layers but the lowest see what the masks of their turn leave."""

    def dropped(cell, params, x, state):
        layers, own = [], next(masks)
        for layer, weights, old, mask in zip(cell.cells, params.layers, state.layers, own, strict=True):
            layers.append(STEPS[type(layer)](layer, weights, x if mask is None else x * mask, old))
            x = layers[-1].h
        return rnnlib.StackState(tuple(layers))

    return dropped


@pytest.mark.parametrize("masked", [False, True])
def test_gradients_with_a_drawn_mask_agree_with_autograd(rng, masked):
    cells = (rnnlib.LSTMCell(2, 5), rnnlib.ResidualCell(5, 6), rnnlib.LSTMCell(6, 4))
    case = Case("dropout", lambda d, n: rnnlib.Stack(cells, 0.4).training(rng), step)
    problem = draw(case, rng, T=8, masked=masked)
    tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
    grads = rnnlib.bptt(tape, problem.dh, problem.dstate)
    masks = iter([(None, *map(torch.tensor, own)) for own in zip(*tape.saved.mask[1:])])
    states, delta, *others = autograd(case._replace(step=step_with_masks(masks)), problem)
    ours = (tape.states, grads.delta, grads.params, grads.x, grads.state)
    for mine, other in zip(leaves(ours), leaves((states, delta, *others)), strict=True):
        assert_allclose(mine, other, **NEAR)


def test_forward_mode_sees_the_masks_of_the_tape(rng):
    stack = two_layers(0.5).training(rng)
    params, direction = stack.init(rng), stack.init(rng)
    tape = rnnlib.unroll(stack, params, rng.standard_normal((4, 2, 2)))
    dh = rng.standard_normal((4, 2, 4))
    grads = rnnlib.bptt(tape, dh).params
    slope = sum(np.vdot(g, v) for g, v in zip(leaves(grads), leaves(direction)))
    assert_allclose(np.vdot(dh, rnnlib.forward_mode(tape, direction)[1:]), slope, rtol=1e-11)


def test_dropout_zeroes_its_share_keeps_the_mean_and_is_new_at_every_step(rng):
    stack = two_layers(0.3).training(rng)
    tape = rnnlib.unroll(stack, stack.init(rng, np.float32), np.zeros((400, 50, 2), np.float32))
    lowest, mask = tape.saved.mask
    assert lowest.shape == (400, 50, 0)
    assert mask.dtype == np.float32
    assert_array_equal(np.unique(mask), np.float32([0, 1 / 0.7]))
    # Of 100,000 drawn, the share dropped deviates by .0014: five times that; so for neighbours in time.
    assert abs((mask == 0).mean() - 0.3) < 0.007
    assert abs(((mask[1:] == 0) & (mask[:-1] == 0)).mean() - 0.09) < 0.005
    again = rnnlib.unroll(stack, stack.init(rng, np.float32), tape.x).saved.mask[1]
    assert not np.array_equal(mask, again)


def test_dropout_is_between_layers_alone_and_in_training_alone(rng):
    stack = two_layers(0.5)
    params, x = stack.init(rng), rng.standard_normal((6, 3, 2))
    quiet, noisy = (rnnlib.unroll(cell, params, x) for cell in (stack, stack.training(rng)))
    assert_array_equal(quiet.states.layers[0].h, noisy.states.layers[0].h)
    assert not np.allclose(quiet.h[1:], noisy.h[1:])
    for cell in (two_layers(0.0), two_layers(0.0).training(rng)):
        assert_array_equal(rnnlib.unroll(cell, params, x).h, quiet.h)
    # The recurrence is left alone: with inputs cut off, the upper layer runs as it would by itself.
    cut = params._replace(layers=(params.layers[0], params.layers[1]._replace(U_c=np.zeros((4, 5)))))
    assert_array_equal(rnnlib.unroll(stack.training(rng), cut, 0 * x).h, rnnlib.unroll(stack, cut, 0 * x).h)


def test_checkpoints_draw_the_masks_again_that_the_way_forward_drew(rng):
    # One mask alone, so that drawing it in segments or at once is the same.
    stack = two_layers(0.5)
    params, x, dh = stack.init(rng), rng.standard_normal((9, 3, 2)), rng.standard_normal((9, 3, 4))
    whole = rnnlib.bptt(rnnlib.unroll(stack.training(np.random.default_rng(7)), params, x), dh)
    again = stack.training(np.random.default_rng(7))
    _, grads = rnnlib.checkpointed_bptt(again, params, x, lambda h, span: (0.0, dh[span]), every=4)
    assert relative_error(grads.params, whole.params) < 1e-13
    assert_allclose(grads.x, whole.x, **NEAR)


def test_a_stack_in_training_is_the_same_cell(rng):
    stack = rnnlib.Stack((rnnlib.PlainCell(2, 3), rnnlib.PlainCell(3, 3)), dropout=0.5)
    assert stack.training(rng) == stack
    assert repr(stack.training(rng)) == repr(stack)


def test_the_same_generator_state_draws_the_same_masks(rng):
    stack, x = two_layers(0.5), np.ones((6, 3, 2))
    params = stack.init(rng)
    first, second = (rnnlib.unroll(stack.training(np.random.default_rng(7)), params, x).h for _ in range(2))
    assert_array_equal(first, second)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_stack_of_any_cell_equals_its_layers_unrolled_one_after_another(rng, case):
    lower = case.make(2, 4)
    stack = rnnlib.Stack((lower, case.make(lower.units, 4)))
    params, x, dh = stack.init(rng), rng.standard_normal((6, 3, 2)), rng.standard_normal((6, 3, stack.units))
    tape = rnnlib.unroll(stack, params, x)
    grads = rnnlib.bptt(tape, dh)
    below = rnnlib.unroll(stack.cells[0], params.layers[0], x)
    above = rnnlib.unroll(stack.cells[1], params.layers[1], below.h[1:])
    d_above = rnnlib.bptt(above, dh)
    d_below = rnnlib.bptt(below, d_above.x)
    assert_allclose(tape.h, above.h, **NEAR)
    assert_allclose(grads.x, d_below.x, **NEAR)
    assert relative_error(grads.params, rnnlib.StackParams((d_below.params, d_above.params))) < 1e-12


def test_the_tape_keeps_for_upper_layers_what_they_keep_alone(rng):
    stack = two_layers(kind=rnnlib.PlainCell)
    tape = rnnlib.unroll(stack, stack.init(rng), np.ones((6, 3, 2)))
    assert tape.saved.a[1].nbytes == 0
    stack = two_layers()
    tape = rnnlib.unroll(stack, stack.init(rng), np.ones((6, 3, 2)))
    alone = rnnlib.unroll(stack.cells[1], tape.params.layers[1], tape.states.layers[0].h[1:])
    for mine, other in zip(leaves(tape.saved.a[1]), leaves(alone.saved), strict=True):
        assert_allclose(mine, other, **NEAR)


@pytest.mark.parametrize(
    ("cells", "dropout", "message"),
    [
        ((), 0.0, "cells: expected a tuple of at least one cell"),
        ([rnnlib.PlainCell(2, 3)], 0.0, "cells: expected a tuple"),
        ((rnnlib.PlainCell(2, 3), rnnlib.PlainCell(4, 3)), 0.0, "cells: expected inputs=3 on top of PlainCell"),
        ((rnnlib.PlainCell(2, 3),), 1.0, "dropout: expected a probability"),
        ((rnnlib.PlainCell(2, 3),), -0.1, "dropout: expected a probability"),
        ((rnnlib.PlainCell(2, 3),), float("nan"), "dropout: expected a probability"),
    ],
)
def test_what_does_not_stack_is_refused(cells, dropout, message):
    with pytest.raises(ValueError, match=message):
        rnnlib.Stack(cells, dropout)


def test_layers_of_another_dtype_or_number_are_refused(rng):
    stack = two_layers()
    below, above = stack.init(rng).layers
    mixed = rnnlib.StackParams((below, stack.init(rng, np.float32).layers[1]))
    with pytest.raises(ValueError, match="params: expected layers of one dtype"):
        stack.check(mixed)
    for wrong in ((below,), (below, above, above)):
        with pytest.raises(ValueError, match=f"params: expected StackParams of 2 layers, got {len(wrong)}"):
            stack.check(rnnlib.StackParams(wrong))


def test_a_state_of_another_size_is_named_by_its_place(rng):
    stack = two_layers()
    state = two_layers(kind=rnnlib.LSTMCell).zeros((9,), np.float64)
    with pytest.raises(ValueError, match=r"state\.layers\.0\.h: expected shape \(3, 5\), got \(9, 5\)"):
        rnnlib.unroll(stack, stack.init(rng), np.ones((6, 3, 2)), state)
