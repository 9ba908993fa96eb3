"""Attention as a readout: values and gradients against torch, whole and path by path."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import rnnlib
from rnnlib.attention import Attention, AttentionParams, softmax_jacobian

NEAR = {"rtol": 1e-10, "atol": 1e-12}
PATHS = ("value", "key", "query")


def torch_attention(attention, params, h, source, mask, through=PATHS):
    """One query at a time, over the keys that it may see; the paths that are not named are detached."""
    W_q, W_k, W_v = params or [torch.eye(h.shape[2], dtype=h.dtype)] * 3
    scale = 1.0 if attention.size is None else attention.size**-0.5
    q, k, v = h @ W_q.T, source @ W_k.T, source @ W_v.T
    q, k, v = (part if name in through else part.detach() for name, part in zip(("query", "key", "value"), (q, k, v)))
    m = torch.zeros(*h.shape[:2], v.shape[2], dtype=h.dtype)
    for t, b in np.ndindex(*h.shape[:2]):
        last = {"k < t": t, "k <= t": t + 1, "all": len(source)}[attention.keys]
        seen = [j for j in range(min(last, len(source))) if mask is None or mask[j, b]]
        if seen:
            alpha = torch.softmax(torch.stack([q[t, b] @ k[j, b] for j in seen]) * scale, 0)
            m[t, b] = sum(weight * v[j, b] for weight, j in zip(alpha, seen))
    return m


def gradients(loss, wanted):
    found = torch.autograd.grad(loss, wanted, allow_unused=True)
    return [np.zeros(w.shape) if g is None else g.numpy() for w, g in zip(wanted, found)]


def tensor(array):
    return torch.tensor(array, requires_grad=True)


def assert_agrees_with_autograd(attention, params, h, source, mask, dm):
    m, saved = attention.forward(params, h, source, mask)
    dparams, paths = attention.backward(params, saved, dm)
    weights = [tensor(W) for W in params]
    queried, looked_at = tensor(h), tensor(h if source is None else source)
    theirs = torch_attention(attention, weights, queried, looked_at, mask)
    assert_allclose(m, theirs.detach().numpy(), **NEAR)
    loss = (theirs * torch.tensor(dm)).sum() + 0 * (queried.sum() + looked_at.sum())
    *dweights, dh, dsource = gradients(loss, [*weights, queried, looked_at])
    for ours, other in zip((*dparams, paths.query, paths.value + paths.key), (*dweights, dh, dsource), strict=True):
        assert_allclose(ours, other, **NEAR)
    for name in PATHS:
        alone = torch_attention(attention, weights, queried, looked_at, mask, (name,))
        alone = (alone * torch.tensor(dm)).sum() + 0 * (queried.sum() + looked_at.sum())
        (expected,) = gradients(alone, [queried if name == "query" else looked_at])
        assert_allclose(getattr(paths, name), expected, **NEAR)


@given(data=st.data())
def test_values_gradients_and_each_path_alone_agree_with_autograd(data):
    T, B, n = (
        data.draw(st.integers(low, high), label=name) for name, low, high in [("T", 0, 5), ("B", 0, 2), ("n", 1, 3)]
    )
    size, keys = data.draw(st.sampled_from([None, 1, 2, 4])), data.draw(st.sampled_from(["k < t", "k <= t", "all"]))
    elsewhere, masked = data.draw(st.booleans()), data.draw(st.booleans())
    K, e = (data.draw(st.integers(0, 4)), n if size is None else 2) if elsewhere else (T, n)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    attention = Attention(n, size, e, keys)
    params = attention.init(rng)
    source = rng.standard_normal((K, B, e)) if elsewhere else None
    mask = rng.random((K, B)) < 0.6 if masked else None
    dm = rng.standard_normal((T, B, size or n))
    assert_agrees_with_autograd(attention, params, rng.standard_normal((T, B, n)), source, mask, dm)


def test_agrees_with_the_attention_of_torch(rng):
    attention = Attention(6, 4)
    params, h, dm = attention.init(rng), rng.standard_normal((9, 3, 6)), rng.standard_normal((9, 3, 4))
    m, saved = attention.forward(params, h)
    dparams, paths = attention.backward(params, saved, dm)
    weights, states = [tensor(W) for W in params], tensor(h)
    q, k, v = ((states @ W.T).transpose(0, 1) for W in weights)
    theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(0, 1)
    *dweights, dh = torch.autograd.grad((theirs * torch.tensor(dm)).sum(), [*weights, states])
    assert_allclose(m, theirs.detach().numpy(), **NEAR)
    for ours, other in zip((*dparams, sum(paths)), (*dweights, dh), strict=True):
        assert_allclose(ours, other.numpy(), **NEAR)


@pytest.mark.parametrize("left_out", [None, *PATHS])
def test_the_paths_and_the_recurrence_make_up_the_whole_gradient(rng, left_out):
    cell, attention = rnnlib.PlainCell(2, 4), Attention(4, 3)
    params, weights = cell.init(rng), attention.init(rng)
    x, dm = rng.standard_normal((8, 2, 2)), rng.standard_normal((8, 2, 3))
    tape = rnnlib.unroll(cell, params, x)
    _, saved = attention.forward(weights, tape.h[1:])
    _, paths = attention.backward(weights, saved, dm)
    grads = rnnlib.bptt(tape, sum(path for name, path in paths._asdict().items() if name != left_out))

    W, U, b = (tensor(param) for param in params)
    states = [torch.zeros(2, 4, dtype=torch.float64)]
    for x_t in torch.tensor(x):
        states.append(torch.tanh(states[-1] @ W.T + x_t @ U.T + b))
    h = torch.stack(states[1:])
    m = torch_attention(attention, [torch.tensor(w) for w in weights], h, h, None)
    (expected,) = torch.autograd.grad((m * torch.tensor(dm)).sum(), [W])
    error = rnnlib.gradients.relative_error((grads.params.W,), (expected.numpy(),))
    assert error < 1e-10 if left_out is None else error > 1e-3


def test_for_a_fixed_query_the_gradient_is_the_weight_times_value_and_score(rng):
    q, x, v = rng.standard_normal((1, 1, 5)), rng.standard_normal((7, 1, 5)), rng.standard_normal((1, 1, 5))
    attention = Attention(5, keys="all")
    m, saved = attention.forward((), q, x)
    none, paths = attention.backward((), saved, v)
    alpha = saved.alpha[0, 0, :, np.newaxis, np.newaxis]
    assert none == ()
    assert_allclose(paths.value, alpha * v, rtol=1e-14)
    assert_allclose(
        paths.value + paths.key, alpha * (v + (v * (x - m)).sum(axis=2, keepdims=True) * q), rtol=0, atol=1e-15
    )


def test_projections_start_so_that_they_keep_the_variance(rng):
    params = Attention(100, 300, sources=25).init(rng)
    assert [W.shape for W in params] == [(300, 100), (300, 25), (300, 25)]
    for W, inputs in zip(params, (100, 25, 25)):
        assert_allclose(W.std(), inputs**-0.5, rtol=0.05)


def test_with_no_preference_every_past_state_counts_the_same(rng):
    h = rng.standard_normal((6, 2, 3))
    attention = Attention(3, 3)
    params = AttentionParams(np.zeros((3, 3)), np.eye(3), np.eye(3))
    m, saved = attention.forward(params, h)
    assert_allclose(m, h.cumsum(axis=0) / np.arange(1, 7)[:, None, None], rtol=0, atol=1e-15)
    dm = np.zeros_like(m)
    dm[-1] = 1
    assert_allclose(attention.backward(params, saved, dm)[1].value, 1 / 6)


def test_a_step_that_sees_no_key_reads_zero_and_sends_nothing_back(rng):
    attention, h = Attention(3, 2, keys="k < t"), rng.standard_normal((3, 2, 3))
    params = attention.init(rng)
    mask = np.array([[True, False], [True, True], [True, True]])
    m, saved = attention.forward(params, h, mask=mask)
    assert_array_equal(m[0], 0)
    assert_array_equal(m[1, 1], 0)
    assert np.all(m[1, 0] != 0)
    dm = np.zeros_like(m)
    dm[0] = dm[1, 1] = 1
    for path in attention.backward(params, saved, dm)[1]:
        assert_array_equal(path, 0)


def test_a_masked_batch_equals_each_sequence_trimmed(rng):
    attention, h, dm = Attention(3, 4, keys="all"), rng.standard_normal((6, 2, 3)), rng.standard_normal((6, 2, 4))
    params, lengths = attention.init(rng), [6, 4]
    valid = np.arange(6)[:, None] < lengths
    m, saved = attention.forward(params, h, mask=valid)
    dparams, paths = attention.backward(params, saved, dm * valid[..., None])
    total = [np.zeros_like(W) for W in params]
    for b, length in enumerate(lengths):
        alone, own = attention.forward(params, h[:length, b : b + 1])
        dtrimmed, trimmed = attention.backward(params, own, dm[:length, b : b + 1])
        total = [a + d for a, d in zip(total, dtrimmed)]
        assert_allclose(m[:length, b : b + 1], alone, rtol=1e-12, atol=1e-13)
        for path, other in zip(paths, trimmed):
            assert_allclose(path[:length, b : b + 1], other, rtol=1e-12, atol=1e-13)
            assert_array_equal(path[length:, b], 0)
    for ours, other in zip(dparams, total):
        assert_allclose(ours, other, rtol=1e-12, atol=1e-13)


def test_one_query_at_a_time_streams_to_the_same(rng):
    whole, streamed, h = Attention(3, 2), Attention(3, 2, keys="all"), rng.standard_normal((7, 2, 3))
    params = whole.init(rng)
    parts = [streamed.forward(params, h[t : t + 1], h[: t + 1])[0] for t in range(7)]
    assert_allclose(np.concatenate(parts), whole.forward(params, h)[0], rtol=1e-12)


def test_scores_of_any_size_saturate_without_overflow():
    h = np.array([[[1e150]], [[-1e100]], [[1e100]]])
    m, saved = Attention(1).forward((), h)
    assert_array_equal(m[:, 0, 0], [1e150, -1e100, 1e150])
    assert_array_equal(softmax_jacobian(saved.alpha), 0)


def test_jacobian_of_the_softmax_agrees_with_autograd_and_is_at_most_a_half(rng):
    scores = rng.standard_normal((50, 4)) * 3
    alpha = torch.softmax(torch.tensor(scores), -1).numpy()
    J = softmax_jacobian(alpha)
    for row, jacobian in zip(torch.tensor(scores), J):
        theirs = torch.autograd.functional.jacobian(lambda s: torch.softmax(s, -1), row)
        assert_allclose(jacobian, theirs.numpy(), rtol=1e-10, atol=1e-14)
    norms = np.linalg.norm(J, 2, axis=(1, 2))
    assert norms.max() <= 0.5
    assert np.all(norms <= 2 * (1 - alpha.max(axis=1)))


def test_float32_stays_float32_and_inputs_are_not_changed(rng):
    attention = Attention(3, 2)
    params = attention.init(rng, np.float32)
    h, dm = rng.standard_normal((4, 2, 3), np.float32), rng.standard_normal((4, 2, 2), np.float32)
    copies = [array.copy() for array in (*params, h, dm)]
    m, saved = attention.forward(params, h)
    dparams, paths = attention.backward(params, saved, dm)
    assert {array.dtype for array in (m, *saved, *dparams, *paths)} == {np.dtype(np.float32)}
    for array, copy in zip((*params, h, dm), copies):
        assert_array_equal(array, copy)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"params": ()}, r"params: expected AttentionParams, got tuple"),
        ({"h": np.ones((4, 2, 2))}, r"h: expected shape \(T, B, 3\), got \(4, 2, 2\)"),
        ({"h": np.ones((4, 2, 3), np.float32)}, r"h: expected dtype float64, got float32"),
        ({"h": np.full((4, 2, 3), np.nan)}, r"h: expected numbers, got NaN"),
        ({"source": np.ones((4, 1, 3))}, r"source: expected shape \(K, 2, 3\), got \(4, 1, 3\)"),
        ({"mask": np.ones((2, 4), bool)}, r"mask: expected shape \(4, 2\), got \(2, 4\)"),
        ({"mask": np.ones((4, 2))}, r"mask: expected dtype bool, got float64"),
    ],
)
def test_what_does_not_fit_is_refused(rng, arguments, message):
    attention = Attention(3, 2)
    with pytest.raises(ValueError, match=message):
        attention.forward(**({"params": attention.init(rng), "h": np.ones((4, 2, 3))} | arguments))


def test_impossible_options_and_gradients_are_refused(rng):
    with pytest.raises(ValueError, match="keys: expected one of k < t, k <= t, all; got 'past'"):
        Attention(3, keys="past")
    with pytest.raises(ValueError, match="sources: expected 3, for nothing is projected; got 2"):
        Attention(3, sources=2)
    with pytest.raises(ValueError, match=r"params: expected \(\), for nothing is projected; got AttentionParams"):
        Attention(3).forward(Attention(3, 3).init(rng), np.ones((4, 2, 3)))
    _, saved = Attention(3).forward((), np.ones((4, 2, 3)))
    with pytest.raises(ValueError, match=r"dm: expected shape \(4, 2, 3\), got \(3, 2, 3\)"):
        Attention(3).backward((), saved, np.ones((3, 2, 3)))
