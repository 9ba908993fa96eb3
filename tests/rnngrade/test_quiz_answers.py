"""The right answers of the quizzes' numerical questions, computed here by another way than the reason beside them."""

import itertools

import numpy as np
import pytest
import torch

from tests.rnngrade.test_quizzes import OWN


def least_price():
    """Chapter 0: the cheapest normal forecast of a mixture of two deviations, above the truth, by search."""
    variances = np.linspace(0.5, 12, 2301)
    cost = [np.mean([(np.log(v) + s * s / v) / 2 - (np.log(s * s) + 1) / 2 for s in (1, 3)]) for v in variances]
    return f"{min(cost):.2f}"


def window_that_outgrows():
    cell = torch.nn.RNN(3, 100)
    own = cell.weight_hh_l0.numel() + cell.weight_ih_l0.numel()
    return f"From {next(k for k in range(1, 999) if torch.nn.Linear(3 * k, 100).weight.numel() > own)}"


def uses_that_count():
    """Chapter 1: every step is given copies of its own; those of which the gradient is not zero are counted."""
    draw = torch.Generator().manual_seed(0)
    W = [torch.randn(3, 3, generator=draw, requires_grad=True) for _ in range(8)]
    b = [torch.randn(3, generator=draw, requires_grad=True) for _ in range(8)]
    h, loss = torch.zeros(3), torch.zeros(())
    for t in range(8):
        h = torch.tanh(W[t] @ h + torch.randn(3, generator=draw) + b[t])
        loss = loss + h.square().sum()
    loss.backward()
    return " and ".join(str(sum(bool(one.grad.any()) for one in copies)) for copies in (W, b))


def reported_loss():
    lengths = torch.tensor([40, 20, 10, 10])
    valid = torch.arange(40)[:, None] < lengths
    losses = torch.nn.functional.cross_entropy(torch.zeros(160, 50), torch.zeros(160, dtype=int), reduction="none")
    return f"{(losses.view(40, 4) * valid).sum() / (4 * 40):.2f}"


def second_use():
    """Chapter 2: the second copy of w alone is trained."""
    first, second, third = (torch.tensor(0.5, requires_grad=True) for _ in range(3))
    (third * (second * (first * 0 + 4) + 2) + 0).backward()
    return f"{second.grad:.0f}"


def wrong_by():
    """What four steps of central differences say of a gradient that is 2 % too large."""
    right = np.cos(1.0)
    off = {1.02 * right / ((np.sin(1 + e) - np.sin(1 - e)) / (2 * e)) - 1 for e in (1e-3, 1e-4, 1e-5, 1e-6)}
    (share,) = {f"{one:.0%}".replace("%", " %") for one in off}
    return share


def highest_power():
    norms = [np.linalg.norm(np.linalg.matrix_power([[0.9, 4], [0, 0.9]], t), 2) for t in range(1, 200)]
    assert 4.1 < norms[0] < 4.25
    assert norms[-1] < 1e-6
    return f"{int(max(norms))} at $t = {np.argmax(norms) + 1}$"


def shortened():
    """Chapter 5: clipped by torch at both thresholds."""
    names = np.array(["first", "second", "third", "fourth", "fifth"])

    def clipped(norm, theta):
        weight = torch.nn.Parameter(torch.zeros(1))
        weight.grad = torch.tensor([float(norm)])
        torch.nn.utils.clip_grad_norm_([weight], theta)
        return float(weight.grad)

    shorter = names[[clipped(norm, 1) < clipped(norm, 2) - 1e-3 for norm in (0.5, 3, 0.8, 6, 2)]]
    return f"The {', the '.join(shorter[:-1])} and the {shorter[-1]}"


def clipped_apart():
    first, second = np.array([6, 0]), np.array([0, 0.5])
    apart, together = ([one / max(1, np.hypot(*one)) for one in some] for some in
                       ((first, second), ((first + second) / 2,)))  # fmt: skip
    (x, y), (right, up) = np.mean(apart, 0), together[0]
    assert f"({right:.2f}, {up:.2f})" == "(1.00, 0.08)"
    return f"$({x:g}, {y:g})$"


def chunk_for_most():
    """Chapter 6: positions of a long text are cut into chunks and counted."""

    def share(k):
        return np.mean([t // k == (t - 12) // k for t in range(12, 12 + 60 * k)])

    return f"{next(k for k in range(1, 400) if share(k) >= 0.9 - 1e-12)} steps"


def taken_away():
    """Chapter 7: an LSTM's unit whose gates are held, and whose candidate reads h with the opposite sign."""
    cell = torch.nn.LSTMCell(1, 1, dtype=torch.float64)
    with torch.no_grad():
        for weights in cell.parameters():
            weights.zero_()
        cell.weight_hh[2] = -0.0735
        cell.bias_ih[1] = torch.tensor(0.98).logit()
    start = c = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    h = torch.tanh(c) / 2
    for _ in range(100):
        h, c = cell(torch.zeros_like(h), (h, c))
    (arrives,) = torch.autograd.grad(c.sum(), start)
    assert f"{float(arrives):.2f}" == "0.02"
    return f"{0.98**100 - float(arrives):.2f}"


def shares():
    """Chapter 8: what least squares can return of the first and of the last of 1,000 numbers."""
    rng = np.random.default_rng(0)
    W, _ = np.linalg.qr(rng.standard_normal((32, 32)))
    written = np.array(list(itertools.accumulate(range(999), lambda u, _: W @ u, initial=rng.standard_normal(32))))
    each = np.einsum("ij,jk,ik->i", written, np.linalg.inv(written.T @ written), written)
    assert each.min() > 0.025
    assert each.max() < 0.035
    return f"{each.mean():.0%}".replace("%", " %")


def crossing():
    lags = np.arange(1, 1001)
    ahead = 0.99**lags > 1 / 1000
    return f"By the {'recurrence' if ahead[499] else 'value path'} at 500, by the " \
           f"{'recurrence' if ahead[899] else 'value path'} at 900"  # fmt: skip


def how_much_weaker():
    """Chapter 9: through torch's softmax."""

    def back(weight):
        scores = torch.tensor([weight, 1 - weight]).log().requires_grad_()
        (torch.softmax(scores, 0) @ torch.tensor([1.0, -1.0])).backward()
        return float(scores.grad.norm())

    return f"{back(0.6) / back(0.98):.0f} times"


def kept_for_the_next():
    keys, values = np.zeros((5000, 32)), np.zeros((5000, 128))
    return f"{keys.size + values.size:,} and {torch.nn.GRUCell(1, 128).bias_hh.numel() // 3}"


def sweeps():
    """Chapter 10: Newton's iteration as written, on a linear recurrence that grows."""
    rng = np.random.default_rng(0)
    W = rng.standard_normal((6, 6))
    W *= np.exp(0.02) / np.abs(np.linalg.eigvals(W)).max()
    drive, h, count = rng.standard_normal((300, 6)), np.zeros((300, 6)), 0

    def residual(h):
        return np.vstack([np.zeros(6), h[:-1]]) @ W.T + drive - h

    while np.abs(residual(h)).max() > 1e-8:
        h += np.array(list(itertools.accumulate(residual(h), lambda d, r: W @ d + r)))
        count += 1
    return f"{count}"


ANSWERS = [
    ("00", "News is drawn", least_price), ("00", "From which $k$ on", window_that_outgrows),
    ("01", "$h_0 = 0$", uses_that_count), ("01", "padded to 40 steps", reported_loss),
    ("02", "use of $w$ at step 2", second_use), ("02", "0.02 again", wrong_by), ("03", "pmatrix", highest_power),
    ("05", "Five gradients", shortened), ("05", "Two machines", clipped_apart), ("06", "12 steps back", chunk_for_most),
    ("07", "0.98^{100}", taken_away), ("08", "1,000 independent numbers", shares), ("09", "lag 500", crossing),
    ("09", "Two decoders", how_much_weaker), ("09", "5,000 steps", kept_for_the_next), ("10", "linear units", sweeps),
]  # fmt: skip


@pytest.mark.parametrize(("chapter", "asks", "computed"), ANSWERS, ids=lambda one: getattr(one, "__name__", None))
def test_the_option_marked_right_is_what_comes_out(chapter, asks, computed):
    (quiz,) = [quiz for quiz in OWN if quiz.name.startswith(chapter)]
    (question,) = [question for question in quiz.questions if asks in question.asks]
    words = computed()
    (right,) = [option.says for option in question.options if option.right]
    assert words in right
    assert not any(words in option.says.split() for option in question.options if not option.right)
