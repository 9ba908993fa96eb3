"""Memory against the allocator's own account, operation counts against torch's counter."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import all_cases, autograd, draw
from torch.utils.flop_counter import FlopCounterMode

import rnnlib
from rnnlib import accounting
from rnnlib.trees import leaves

CASES = {case.name: case for case in all_cases()}
every_cell = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
FREE_WEIGHTS = [case for name, case in CASES.items() if "orthogonal" not in name and "unitary" not in name]


@every_cell
@pytest.mark.parametrize("masked", [False, True])
def test_a_tape_holds_what_the_allocator_says(rng, case, masked):
    problem = draw(case, rng, T=300, B=8, masked=masked)
    tracemalloc.start()
    try:
        tape = rnnlib.unroll(problem.cell, problem.params, problem.x, problem.state, problem.mask)
        arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
        retained = sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([arrays]).traces)
    finally:
        tracemalloc.stop()
    states, saved, inputs = accounting.activation_bytes(tape)
    weights = sum(leaf.nbytes for leaf in leaves(tape.w) if isinstance(leaf, np.ndarray))
    # Where there is padding the tape has inputs of its own, with zeros there.
    assert (tape.x is problem.x) == (not masked)
    assert_allclose(states + saved + weights + masked * tape.x.nbytes, retained, atol=1000)
    assert saved < states * 8
    assert inputs == 300 * 8 * (2 * 8 + masked)


@every_cell
def test_no_tape_holds_less_than_the_least(rng, case):
    tape = rnnlib.unroll(*draw(case, rng, T=50, B=3)[:4])
    states, saved, _ = accounting.activation_bytes(tape)
    first = sum(part[0].nbytes for part in leaves(tape.states))
    assert (states - first + saved) / (8 * 50 * 3) >= accounting.least_floats(tape.cell) > 0


def test_what_a_tape_holds_beside_the_states_in_numbers_a_token_and_unit(rng):
    cells = {
        rnnlib.PlainCell(3, 4): 0,
        rnnlib.LRUCell(3, 4): 0,
        rnnlib.OrthogonalCell(3, 4): 0,
        rnnlib.ResidualCell(3, 4): 1,
        rnnlib.LeakyCell(3, 4): 1,
        rnnlib.UnitaryCell(3, 4): 1,
        rnnlib.MinGRUCell(3, 4): 2,
        rnnlib.GatedCell(3, 4): 4,
        rnnlib.GRUCell(3, 4): 5,
        rnnlib.LSTMCell(3, 4): 6,
        rnnlib.PlainCell(3, 4, layer_norm=True): 2 + 1 / 4,
        rnnlib.LSTMCell(3, 4, layer_norm=True): 10 + 4 / 4,
    }
    saved = {}
    for cell in cells:
        tape = rnnlib.unroll(cell, cell.init(rng), np.zeros((5, 2, 3)))
        saved[cell] = accounting.activation_bytes(tape).saved / (8 * 5 * 2 * 4)
    assert saved == cells


def test_the_least_a_cell_needs_is_its_state_and_its_gates():
    cells = {
        rnnlib.PlainCell(3, 4): 1,
        rnnlib.LRUCell(3, 4): 1,
        rnnlib.OrthogonalCell(3, 4): 1,
        rnnlib.MinGRUCell(3, 4): 3,
        rnnlib.GRUCell(3, 4, reset="before"): 4,
        rnnlib.GatedCell(3, 4): 4,
        rnnlib.GRUCell(3, 4): 5,
        rnnlib.LSTMCell(3, 4): 6,
        rnnlib.Stack((rnnlib.LSTMCell(2, 8), rnnlib.Stack((rnnlib.PlainCell(8, 4), rnnlib.PlainCell(4, 4))))): 14,
    }
    assert {cell: accounting.least_floats(cell) / 4 for cell in cells} == cells


@pytest.mark.parametrize("case", FREE_WEIGHTS, ids=lambda case: case.name)
def test_operations_are_those_that_torch_counts(rng, case):
    problem = draw(case, rng, T=5, B=3, n=4, d=6)
    with FlopCounterMode(display=False) as counter:
        autograd(case, problem)
    forward, backward = accounting.flops(problem.cell, T=5, B=3)
    # Torch counts a product of complex numbers as one; of its two factors one is real here.
    complex_ = 2 if isinstance(problem.cell, rnnlib.LRUCell) else 1
    assert forward + backward == complex_ * counter.get_total_flops()
    assert backward == 2 * forward


@pytest.mark.parametrize("cell", [rnnlib.OrthogonalCell(6, 4), rnnlib.UnitaryCell(6, 4)], ids=repr)
def test_an_orthogonal_cell_costs_a_plain_one_besides_its_map(cell):
    assert accounting.flops(cell, 5, 3) == accounting.flops(rnnlib.PlainCell(6, 4), 5, 3) == (2 * 15 * 40, 4 * 15 * 40)
