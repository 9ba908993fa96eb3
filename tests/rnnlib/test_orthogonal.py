"""What is peculiar to orthogonal and unitary cells: their matrices, their maps, the lengths they keep."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from oracles.orthogonal import MAPS as TORCH_MAPS

import rnnlib
from rnnlib.cells.orthogonal_maps import MAPS, cayley, expm, householder
from rnnlib.trees import map_leaves

every_map = pytest.mark.parametrize("name", MAPS)


def departure(W):
    """The largest entry of W^T W - I, its products summed in float64."""
    W = W.astype(np.float64)
    return np.abs(W.T @ W - np.eye(len(W))).max()


def moved(cell, rng, dtype=np.float64, scale=0.3):
    params = cell.init(rng, dtype)
    return params._replace(A=params.A + (scale * rng.standard_normal(params.A.shape)).astype(dtype))


@pytest.mark.parametrize("scale", [0, 1e-8, 0.1, 1, 30])
def test_matrix_exponential_agrees_with_torch(rng, scale):
    S = scale * rng.standard_normal((9, 9))
    W = torch.linalg.matrix_exp(torch.tensor(S)).numpy()
    assert_allclose(expm(S), W, rtol=0, atol=1e-13 * (1 + scale) * np.abs(W).max())
    skew = S - S.T
    assert_allclose(expm(skew), torch.linalg.matrix_exp(torch.tensor(skew)).numpy(), rtol=0, atol=1e-13 * (1 + scale))


def test_matrix_exponential_turns_a_plane_by_any_angle_to_the_last_digits():
    for angle in np.linspace(0.05, 8, 160):
        W = expm(np.array([[0, -angle], [angle, 0]]))
        expected = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        assert_allclose(W, expected, rtol=0, atol=1e-14)


def test_matrix_exponential_of_a_skew_matrix_by_its_eigenvalues(rng):
    S = rng.standard_normal((128, 128)) / 8
    S = S - S.T
    phases, Q = np.linalg.eigh(-1j * S)
    assert_allclose(expm(S), ((Q * np.exp(1j * phases)) @ Q.conj().T).real, rtol=0, atol=2e-14)


def test_cayley_map_turns_by_twice_the_arctangent(rng):
    s = rng.uniform(-5, 5)
    turn = cayley(np.array([[0, -s], [s, 0]]))
    angle = 2 * np.arctan(s / 2)
    assert_allclose(turn, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], rtol=0, atol=1e-15)


def test_householder_map_reflects_one_row_after_another(rng):
    V = rng.standard_normal((3, 5))
    W = np.eye(5)
    for v in V:
        W = W @ (np.eye(5) - 2 * np.outer(v, v) / (v @ v))
    assert_allclose(householder(V), W, rtol=0, atol=1e-14)
    with pytest.raises(ValueError, match="Singular"):
        householder(np.zeros((2, 3)))


@every_map
@pytest.mark.parametrize("n", [2, 6])
def test_pull_back_agrees_with_autograd_whatever_the_size_of_the_gradient(rng, name, n):
    A, dW = moved(rnnlib.OrthogonalCell(1, n, name), rng).A, rng.standard_normal((n, n))
    tensor = torch.tensor(A, requires_grad=True)
    (expected,) = torch.autograd.grad((TORCH_MAPS[name](tensor) * torch.tensor(dW)).sum(), [tensor])
    # torch's own gradient of the exponential loses digits where dW is very large, so it is asked at one size alone.
    for size in (1e-40, 1, 1e40):
        assert_allclose(MAPS[name].back(A, size * dW) / size, expected.numpy(), rtol=1e-10, atol=1e-12)
    for size in np.float32([1e-15, 1, 1e15]):
        single = MAPS[name].back(A.astype(np.float32), size * dW.astype(np.float32)) / size
        assert single.dtype == np.float32
        assert_allclose(single, expected.numpy(), rtol=0, atol=1e-5)
    assert_array_equal(MAPS[name].back(A, np.zeros((n, n))), 0)


@every_map
def test_initial_matrix_turns_planes_by_angles_that_are_the_same_for_every_map(name):
    for n in (1, 2, 7) if name != "unitary" else (2, 6):
        cell = rnnlib.OrthogonalCell(1, n, name)
        angles = np.random.default_rng(3).uniform(-np.pi, np.pi, n // 2)
        W = cell.prepare(cell.init(np.random.default_rng(3))).W
        plane = [np.exp(1j * sign * angles) for sign in (1, -1)] + [np.ones(n % 2)]
        assert_allclose(
            np.sort_complex(np.linalg.eigvals(W)), np.sort_complex(np.concatenate(plane)), rtol=0, atol=1e-12
        )
        if name != "unitary":
            assert_allclose(
                W[:2, :1].ravel(), [np.cos(angles[0]), np.sin(angles[0])][:n] if n > 1 else [1], rtol=0, atol=1e-12
            )


@every_map
@pytest.mark.parametrize("n", [32, 512])
@pytest.mark.parametrize("scale", [0.02, 1])
def test_matrix_is_a_rotation_to_the_last_digit_of_its_type(rng, name, n, scale):
    cell = rnnlib.OrthogonalCell(1, n, name)
    for dtype, bound in ((np.float32, 1e-6), (np.float64, 1e-12)):
        w = cell.prepare(moved(cell, rng, dtype, scale))
        assert w.W.dtype == dtype
        assert departure(w.W) < bound
    assert np.linalg.slogdet(w.W)[0] == 1


@every_map
def test_matrix_stays_orthogonal_through_training(rng, name):
    cell = rnnlib.OrthogonalCell(2, 16, name)
    params = cell.init(rng, np.float32)
    optimiser = rnnlib.training.Adam(0.01)
    state, first = optimiser.init(params), cell.prepare(params).W
    x, target = rng.standard_normal((10, 8, 2)).astype(np.float32), rng.standard_normal((8, 16)).astype(np.float32)
    dh, losses = np.zeros((10, 8, 16), np.float32), []
    for _ in range(100):
        tape = rnnlib.unroll(cell, params, x)
        dh[-1] = tape.h[-1] - target
        losses.append(np.square(dh).sum())
        params, state = optimiser.update(params, rnnlib.bptt(tape, dh).params, state)
    W = cell.prepare(params).W
    assert losses[-1] < 0.7 * losses[0]
    assert np.abs(W - first).max() > 0.1
    assert departure(W) < 1e-6


@every_map
def test_without_input_a_linear_cell_keeps_lengths_both_ways_over_200_steps(rng, name):
    cell = rnnlib.OrthogonalCell(1, 16, name, "linear")
    state, dstate = (rnnlib.PlainState(rng.standard_normal((3, 16))) for _ in range(2))
    tape = rnnlib.unroll(cell, moved(cell, rng), np.zeros((200, 3, 1)), state)
    delta = rnnlib.bptt(tape, np.zeros((200, 3, 16)), dstate).delta.h
    for vectors in (tape.h, delta):
        lengths = np.linalg.norm(vectors, axis=2)
        assert_allclose(lengths, np.broadcast_to(lengths[0], lengths.shape), rtol=1e-12)


def test_in_float32_the_length_drifts_by_less_than_a_thousandth_in_1000_steps(rng):
    cell = rnnlib.OrthogonalCell(1, 64)
    state = rnnlib.PlainState(rng.standard_normal((3, 64)).astype(np.float32))
    tape = rnnlib.unroll(cell, moved(cell, rng, np.float32), np.zeros((1000, 3, 1), np.float32), state)
    lengths = np.linalg.norm(tape.h.astype(np.float64), axis=2)
    assert_allclose(lengths[-1], lengths[0], rtol=1e-3)


def test_a_new_modrelu_is_the_identity_and_a_squashing_activation_still_shrinks(rng):
    state, x = rnnlib.PlainState(rng.standard_normal((3, 16))), np.zeros((80, 3, 1))
    ends = {}
    for name in ("modrelu", "tanh", "relu"):
        cell = rnnlib.OrthogonalCell(1, 16, activation=name)
        tape = rnnlib.unroll(cell, cell.init(np.random.default_rng(0)), x, state)
        ends[name] = np.linalg.norm(tape.h[-1]) / np.linalg.norm(tape.h[0])
    assert_allclose(ends["modrelu"], 1, rtol=1e-13)
    assert ends["tanh"] < 0.5
    assert ends["relu"] < 0.5


@pytest.mark.parametrize("threshold", [-1.0, 1.0])
def test_modrelu_moves_sizes_and_leaves_signs(threshold):
    cell = rnnlib.OrthogonalCell(4, 4)
    params = cell.init(np.random.default_rng(0))._replace(U=np.eye(4), b=np.full(4, threshold))
    a = np.array([3.0, -3.0, 0.5, 0.0])
    tape = rnnlib.unroll(cell, params, a.reshape(1, 1, 4))
    expected = [2, -2, 0, 0] if threshold < 0 else [4, -4, 1.5, 0]
    assert_array_equal(tape.h[1, 0], expected)
    grads = rnnlib.bptt(tape, np.ones((1, 1, 4)))
    assert_array_equal(grads.params.b, np.sign(expected))
    assert_array_equal(np.diag(grads.params.U), np.sign(np.abs(expected)) * a)


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 1.0])
def test_complex_modrelu_moves_moduli_and_leaves_phases(threshold):
    cell = rnnlib.UnitaryCell(6, 6)
    params = cell.init(np.random.default_rng(0))._replace(U=np.eye(6), b=np.full(3, threshold))
    z = np.array([3 + 4j, 0.6j, 0])
    tape = rnnlib.unroll(cell, params, np.concatenate([z.real, z.imag]).reshape(1, 1, 6))
    h = tape.h[1, 0, :3] + 1j * tape.h[1, 0, 3:]
    assert_allclose(np.abs(h), np.where(np.abs(z) > 0, np.maximum(np.abs(z) + threshold, 0), 0), rtol=0, atol=1e-15)
    assert_allclose(np.angle(h[0]), np.angle(z[0]), rtol=0, atol=1e-15)
    J = rnnlib.jacobian(tape, 1)[0]
    assert_array_equal(J[[2, 5]], 0)
    radial = np.array([0.6, 0.8]) @ J[[0, 3]]
    assert_allclose(np.linalg.norm(radial), 1, rtol=0, atol=1e-14)


def test_unitary_cell_is_one_of_complex_numbers(rng):
    cell = rnnlib.UnitaryCell(2, 6)
    W = cell.prepare(moved(cell, rng)).W
    unitary = W[:3, :3] + 1j * W[3:, :3]
    assert_allclose(unitary.conj().T @ unitary, np.eye(3), rtol=0, atol=1e-14)
    assert_allclose(W, np.block([[unitary.real, -unitary.imag], [unitary.imag, unitary.real]]), rtol=0, atol=1e-14)


def test_unitary_cell_at_zero_stays_there_without_a_warning():
    cell = rnnlib.UnitaryCell(1, 4)
    params = cell.init(np.random.default_rng(0), np.float32)._replace(b=np.array([9, -9], np.float32))
    tape = rnnlib.unroll(cell, params, np.zeros((5, 2, 1), np.float32))
    grads = rnnlib.bptt(tape, np.ones((5, 2, 4), np.float32))
    for array in (tape.h, *grads.params, grads.state.h):
        assert_array_equal(array, 0)


def test_unitary_cell_cancelled_to_zero_has_slope_zero():
    cell = rnnlib.UnitaryCell(4, 4)
    params = rnnlib.OrthogonalParams(A=np.zeros((4, 2)), U=-np.eye(4), b=np.ones(2))
    h = np.arange(1.0, 5.0).reshape(1, 4)
    grads = rnnlib.bptt(rnnlib.unroll(cell, params, h[np.newaxis], rnnlib.PlainState(h)), np.ones((1, 1, 4)))
    for array in (*grads.params, grads.x, grads.state.h):
        assert_array_equal(array, 0)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"map: expected one of exponential, cayley, householder, unitary; got 'qr'"):
        rnnlib.OrthogonalCell(1, 2, "qr")
    with pytest.raises(ValueError, match=r"activation: expected one of .*; got 'selu'"):
        rnnlib.OrthogonalCell(1, 2, activation="selu")
    with pytest.raises(ValueError, match=r"units: expected an even number.* got 3"):
        rnnlib.UnitaryCell(1, 3)
    with pytest.raises(ValueError, match="units: expected a whole number, 1 or more"):
        rnnlib.OrthogonalCell(1, 0)


@pytest.mark.parametrize("scale", [1e-25, 1e-38, 1e30])
def test_a_unitary_state_of_any_size_in_float32_is_that_of_float64(scale, rng):
    """Everything is proportional to the state and the threshold, so the scale comes through in every gradient."""
    cell = rnnlib.UnitaryCell(1, 6)
    params = map_leaves(lambda part: part.astype(np.float32), cell.init(rng))._replace(U=np.zeros((6, 1), np.float32))
    params = params._replace(b=np.float32(scale) * np.array([-0.1, 0.0, 0.2], np.float32))
    state = rnnlib.PlainState((scale * rng.standard_normal((4, 6))).astype(np.float32))
    dh = rng.standard_normal((3, 4, 6)).astype(np.float32)
    double = map_leaves(lambda part: part.astype(float), (params, np.zeros((3, 4, 1), np.float32), state))
    double = (double[0]._replace(b=double[0].b / scale), double[1], rnnlib.PlainState(double[2].h / scale))
    ours, theirs = rnnlib.unroll(cell, params, np.zeros((3, 4, 1), np.float32), state), rnnlib.unroll(cell, *double)
    rtol = 1e-5 if scale > 1e-37 else 1e-2  # at 1e-38 float32 has few digits left
    assert_allclose(ours.h / scale, theirs.h, rtol=rtol, atol=1e-6 if scale > 1e-37 else 1e-2)
    grads, expected = rnnlib.bptt(ours, dh), rnnlib.bptt(theirs, dh.astype(float))
    assert_allclose(grads.params.b, expected.params.b, rtol=1e-4 if scale > 1e-37 else 0.1)
    assert_allclose(grads.delta.h, expected.delta.h, atol=1e-4 if scale > 1e-37 else 0.1)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e200, 1e300])
def test_gradients_of_any_size_are_pulled_back(name, scale, rng):
    """The pull-back is linear in the gradient; and a reflection is that of any multiple of its vector."""
    A = MAPS[name].of_angles(rng.uniform(-3, 3, 3), 6) + 0.1 * rng.standard_normal((6, 3 if name == "unitary" else 6))
    dW = rng.standard_normal((6, 6))
    assert_allclose(MAPS[name].back(A, dW * scale) / scale, MAPS[name].back(A, dW), rtol=1e-9, atol=1e-12)
    if name == "householder":
        assert_allclose(MAPS[name].forward(A * scale), MAPS[name].forward(A), atol=1e-14)
        back = MAPS[name].back(A * scale, dW / 1e3 * min(scale, 1))
        assert_allclose(back * max(scale, 1) * 1e3, MAPS[name].back(A, dW), rtol=1e-9, atol=1e-12)
