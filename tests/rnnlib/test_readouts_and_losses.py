import math
import re

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.nn import functional

from rnnlib.losses import softmax, softmax_cross_entropy, squared_error
from rnnlib.readouts import Embedding, EmbeddingParams, LinearParams, LinearReadout

NEAR = {"rtol": 1e-10, "atol": 1e-12}


@pytest.mark.parametrize("leading", [(6, 3), (3,), (), (0, 3)])
def test_linear_readout_agrees_with_autograd(rng, leading):
    readout = LinearReadout(units=4, outputs=2)
    params = readout.init(rng)._replace(b=rng.standard_normal(2))
    h, dy = rng.standard_normal((*leading, 4)), rng.standard_normal((*leading, 2))
    V, b, states = (torch.tensor(array, requires_grad=True) for array in (*params, h))
    y = functional.linear(states, V, b)
    expected = torch.autograd.grad(y, (V, b, states), torch.tensor(dy))
    assert_allclose(readout.forward(params, h), y.detach().numpy(), **NEAR)
    grads, dh = readout.backward(params, h, dy)
    for ours, theirs in zip((*grads, dh), expected):
        assert_allclose(ours, theirs.numpy(), **NEAR)


def test_embedding_adds_up_the_uses_of_a_token(rng):
    embedding = Embedding(tokens=5, size=3)
    params = embedding.init(rng)
    ids, dx = rng.integers(0, 4, (6, 2)), rng.standard_normal((6, 2, 3))
    E = torch.tensor(params.E, requires_grad=True)
    x = functional.embedding(torch.tensor(ids), E)
    x.backward(torch.tensor(dx))
    assert_array_equal(embedding.forward(params, ids), x.detach().numpy())
    gradient = embedding.backward(params, ids, dx).E
    assert_allclose(gradient, E.grad.numpy(), **NEAR)
    assert_array_equal(gradient[4], 0)


def test_initial_weights_have_the_stated_variance_and_dtype(rng):
    V, b = LinearReadout(units=400, outputs=300).init(rng, np.float32)
    assert V.dtype == b.dtype == np.float32
    assert V.std() * 20 == pytest.approx(1, rel=0.01)
    assert not b.any()
    assert Embedding(300, 400).init(rng, np.float32).E.std() == pytest.approx(1, rel=0.01)


def test_softmax_agrees_with_torch_and_survives_large_logits(rng):
    logits = 1e3 * rng.standard_normal((4, 3, 5))
    assert_allclose(softmax(logits), torch.softmax(torch.tensor(logits), -1).numpy(), **NEAR)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("leading", [(6, 3), (3,)])
def test_cross_entropy_agrees_with_autograd(rng, leading, masked):
    logits, targets = 3 * rng.standard_normal((*leading, 5)), rng.integers(0, 5, leading)
    mask = rng.random(leading) < 0.6 if masked else None
    padded = targets if mask is None else np.where(mask, targets, -100)
    leaf = torch.tensor(logits, requires_grad=True)
    expected = functional.cross_entropy(leaf.reshape(-1, 5), torch.tensor(padded).reshape(-1), ignore_index=-100)
    expected.backward()
    loss, dlogits = softmax_cross_entropy(logits, padded, mask)
    assert isinstance(loss, float)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert_allclose(dlogits, leaf.grad.numpy(), **NEAR)


@pytest.mark.parametrize("masked", [False, True])
def test_squared_error_agrees_with_autograd(rng, masked):
    y, target = rng.standard_normal((2, 6, 3, 5))
    mask = rng.random((6, 3)) < 0.6 if masked else np.ones((6, 3), bool)
    leaf = torch.tensor(y, requires_grad=True)
    expected = 0.5 * (leaf - torch.tensor(target)).square().sum(-1)[torch.tensor(mask)].mean()
    expected.backward()
    loss, dy = squared_error(y, target, mask if masked else None)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert_allclose(dy, leaf.grad.numpy(), **NEAR)


def test_losses_of_float32_have_float32_gradients(rng):
    y = rng.standard_normal((4, 2, 3)).astype(np.float32)
    assert softmax_cross_entropy(y, np.zeros((4, 2), int))[1].dtype == np.float32
    assert squared_error(y, 0 * y, np.ones((4, 2), bool))[1].dtype == np.float32


Y = np.zeros((4, 2, 3))
IDS = np.zeros((4, 2), int)
READOUT, LINEAR = LinearReadout(3, 5), LinearParams(np.zeros((5, 3)), np.zeros(5))
EMBEDDING, VECTORS = Embedding(4, 2), EmbeddingParams(np.zeros((4, 2)))
REFUSED = [
    (lambda: softmax_cross_entropy(Y, IDS[:3]), "targets: expected shape (4, 2), got (3, 2)"),
    (lambda: softmax_cross_entropy(Y, IDS + 3), "targets: expected integers from 0 to 2, got 3 to 3"),
    (lambda: softmax_cross_entropy(Y, IDS - 1), "targets: expected integers from 0 to 2, got -1 to -1"),
    (lambda: softmax_cross_entropy(Y, IDS + 0.0), "targets: expected an array of integers, got float64"),
    (lambda: softmax_cross_entropy(Y, [0]), "targets: expected a NumPy array, got list"),
    (lambda: softmax_cross_entropy(Y * np.nan, IDS), "logits: expected numbers, got NaN"),
    (lambda: softmax_cross_entropy(Y.astype(int), IDS), "logits: expected dtype float32 or float64, got int64"),
    (lambda: softmax_cross_entropy(Y, IDS, IDS), "mask: expected dtype bool, got int64"),
    (lambda: softmax_cross_entropy(Y, IDS, IDS > 0), "mask: expected at least one valid step"),
    (lambda: softmax_cross_entropy(np.array(1.0), IDS), "logits: expected shape (m,), got ()"),
    (lambda: squared_error(Y, Y[:1]), "target: expected shape (4, 2, 3), got (1, 2, 3)"),
    (lambda: squared_error(Y, Y.astype(np.float32)), "target: expected dtype float64, got float32"),
    (lambda: squared_error(Y[:0], Y[:0]), "mask: expected at least one valid step"),
    (lambda: READOUT.forward(LINEAR, Y[..., :2]), "h: expected shape (..., ..., 3), got (4, 2, 2)"),
    (lambda: READOUT.forward(LINEAR._replace(b=np.zeros(3)), Y), "params.b: expected shape (5,), got (3,)"),
    (lambda: READOUT.backward(LINEAR, Y, Y), "dy: expected shape (4, 2, 5), got (4, 2, 3)"),
    (lambda: EMBEDDING.forward(VECTORS, IDS + 4), "ids: expected integers from 0 to 3, got 4 to 4"),
    (lambda: EMBEDDING.forward(VECTORS, [0, 1]), "ids: expected an array of integers, got list"),
    (lambda: EMBEDDING.backward(VECTORS, IDS, Y), "dx: expected shape (4, 2, 2), got (4, 2, 3)"),
    (lambda: EMBEDDING.forward(VECTORS.E, IDS), "params: expected EmbeddingParams, got ndarray"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@pytest.mark.parametrize("steps", [10**6, 3 * 10**6])
def test_a_mean_over_millions_of_steps_in_float32_is_that_of_exact_sums(rng, steps):
    y, target = (rng.random((steps, 1, 1), np.float32) + 0.3 for _ in range(2))
    error = (y - target).ravel().astype(float)
    assert squared_error(y, target)[0] == pytest.approx(math.fsum(error**2) / (2 * steps), rel=1e-13)
    logits, classes = rng.standard_normal((steps, 1, 2), np.float32), np.zeros((steps, 1), int)
    exact = np.logaddexp(0, (logits[..., 1] - logits[..., 0]).astype(float)).ravel()
    assert softmax_cross_entropy(logits, classes)[0] == pytest.approx(math.fsum(exact) / steps, rel=1e-9)


def test_a_squared_error_beyond_the_range_of_float32_is_a_number():
    y = np.full((2, 1, 1), 1e30, np.float32)
    loss, dy = squared_error(y, np.zeros_like(y))
    assert loss == pytest.approx(5e59, rel=1e-6)
    assert_allclose(dy, 5e29, rtol=1e-6)


def test_the_bias_of_a_readout_is_summed_over_millions_of_steps(rng):
    readout = LinearReadout(1, 1)
    params, dy = readout.init(rng, np.float32), rng.random((10**6, 1, 1), np.float32)
    grads, _ = readout.backward(params, np.ones_like(dy), dy)
    exact = math.fsum(dy.ravel().astype(float))
    assert_allclose([grads.b.item(), grads.V.item()], exact, rtol=1e-5)
