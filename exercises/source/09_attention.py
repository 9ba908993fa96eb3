"""Questions of the notebook 09_attention: cases, reference answers, oracles and the mistakes people make.

The references are written sequence by sequence with matrix products, the oracles in torch's einsum and autograd; the
spread of a score is counted out over all outcomes of two-valued entries.
"""

import math
from functools import partial

import numpy as np
import torch

from rnngrade import Case, Covers, Group, Maker, Mistake, Question, Tolerance
from rnngrade.authoring.dealt import dealing, two_exchanged
from rnngrade.slips import RIGHT
from rnnlib.attention import Attention, AttentionParams
from rnnlib.optimisers import Adam

DOUBLE = torch.float64
FORBID = ("torch", "rnnlib")


def softmax(scores, axis=-1):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def per_sequence(array):
    """(T, B, s) as (B, T, s), and back."""
    return array.swapaxes(0, 1)


# 1. a look back ------------------------------------------------------------------------------------------------------


def look_case(rng, T, K, B, s, e, loud=1.0):
    return (loud * rng.standard_normal((T, B, s)), rng.standard_normal((K, B, s)), rng.standard_normal((K, B, e)))


def look_cases(rng):
    yield look_case(rng, 4, 6, 3, 5, 2)
    yield look_case(rng, 7, 3, 2, 4, 5)


def look_edge_cases(rng):
    yield look_case(rng, 2, 1, 4, 3, 2)
    yield look_case(rng, 1, 5, 1, 1, 3)
    q, k, v = look_case(rng, 5, 4, 2, 3, 3)
    q[1] *= 900 / np.abs(q[1]).max()
    q[2] *= 0.5
    yield Case((q, k, v), "scores in the hundreds at one step, beside moderate ones")


def _look(q, k, v, *, factor=lambda s, K, e: s**-0.5, normalise=softmax, mix=None):
    """m and alpha by options that are right as they stand."""
    q, k, v = map(per_sequence, (q, k, v))
    scores = q @ k.swapaxes(1, 2) * factor(k.shape[-1], k.shape[1], v.shape[-1])
    alpha = normalise(scores)
    m = alpha @ v if mix is None else mix(alpha, v)
    return per_sequence(m), per_sequence(alpha)


def attend(q, k, v):
    return _look(q, k, v)


def attend_by_einsum(q, k, v):
    """Oracle: torch's softmax and einsum."""
    q, k, v = map(torch.tensor, (q, k, v))
    alpha = torch.softmax(torch.einsum("tbs,kbs->tbk", q, k) / math.sqrt(q.shape[-1]), dim=-1)
    return torch.einsum("tbk,kbe->tbe", alpha, v).numpy(), alpha.numpy()


def _normalised_by(total):
    def normalise(scores):
        weights = np.exp(scores - scores.max())
        return weights / total(weights)

    return normalise


def _largest_only(scores):
    return (scores == scores.max(axis=-1, keepdims=True)).astype(float)


def _unscaled_temperature(power):
    return lambda scores: softmax(scores * power)


def sequences_mixed(q, k, v):
    """Every query sees the mean over the batch of the keys' scores."""
    scores = np.einsum("tbs,kcs->tbk", q, k) / math.sqrt(k.shape[-1])
    alpha = softmax(scores)
    return np.einsum("tbk,kbe->tbe", alpha, v), alpha


def _kept(mistake, part):
    """One part right, the other from a mistake."""
    return lambda q, k, v: tuple(mistake(q, k, v)[i] if i == part else attend(q, k, v)[i] for i in (0, 1))


look_question = Question(
    "attend", points=3, answer="attend", parts=("m", "alpha"),
    cases=[Group("typical", 2, look_cases), Group("edge", 1, look_edge_cases)], reference=attend,
    oracle=attend_by_einsum, forbid=FORBID, covers=Covers(apart=("q",)),
    axes={"q": "T B s", "k": "K B s", "v": "K B e", "m": "T B e", "alpha": "T B K"},
    mistakes=[
        Mistake(lambda q, k, v: _look(q, k, v, factor=lambda s, K, e: 1.0),
                "The scores are not scaled: q^T k grows with the number of its terms.", name="not_scaled"),
        Mistake(lambda q, k, v: _look(q, k, v, factor=lambda s, K, e: 1 / s),
                "You divide the scores by s. Their spread grows as its root.", name="scaled_by_s"),
        Mistake(lambda q, k, v: _look(q, k, v, factor=lambda s, K, e: s**0.5),
                "You multiply the scores by the root of s.", name="scaled_up"),
        Mistake(lambda q, k, v: _look(q, k, v, factor=lambda s, K, e: K**-0.5),
                "You scale by the number of keys. A score is a sum over the s entries of one key.",
                name="scaled_by_keys"),
        Mistake(lambda q, k, v: _look(q, k, v, factor=lambda s, K, e: e**-0.5),
                "You scale by the length of a value. A score is a sum over the entries of a key.",
                name="scaled_by_values"),
        Mistake(lambda q, k, v: _look(q, k, v, factor=lambda s, K, e: -(s**-0.5)),
                "The sign of the scores is turned: the key that fits least gets most.", name="least_fitting"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=_normalised_by(lambda w: w.sum(axis=1, keepdims=True))),
                "Your weights add up to 1 over the queries. Each query shares out its own attention: over the keys.",
                name="over_queries"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=_normalised_by(lambda w: w.sum(axis=(1, 2), keepdims=True))),
                "Your weights add up to 1 over queries and keys together. Each query has a softmax of its own.",
                name="over_both"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=lambda e: np.exp(e - e.max(axis=-1, keepdims=True))),
                "The exponentials are not divided by their sum.", name="not_normalised"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=lambda e: 1 / (1 + np.exp(-np.clip(e, -700, 700)))),
                "You squash each score by itself. A softmax lets the keys compete: its weights add up to 1.",
                name="logistic"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=lambda e: e), "These are the scores, without a softmax.",
                name="no_softmax"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=lambda e: np.full_like(e, 1 / e.shape[-1])),
                "All keys have the same weight: the scores do not enter.", name="uniform"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=_largest_only),
                "You take the best key alone. The softmax gives every key its share.", name="best_only"),
        Mistake(lambda q, k, v: _look(q, k, v, normalise=lambda e: softmax(e) * (e >= 0)),
                "Keys with a negative score get nothing. The softmax is positive everywhere.", name="negative_dropped"),
        Mistake(sequences_mixed, "Queries meet the keys of other sequences. Each sequence of the batch stands alone."),
        Mistake(_kept(lambda q, k, v: _look(q, k, v, mix=lambda a, v: np.broadcast_to(
            v.mean(axis=1, keepdims=True), (*a.shape[:2], v.shape[-1]))), 0),
                "alpha is right; m is the plain mean of the values.", name="mean_for_m"),
        Mistake(_kept(lambda q, k, v: _look(q, k, v, mix=lambda a, v: (a @ v) / a.shape[-1]), 0),
                "alpha is right; m is divided by the number of keys once more. The weights add up to 1 already.",
                name="mean_of_weighted"),
        Mistake(_kept(lambda q, k, v: _look(q, k, v, mix=lambda a, v: np.take_along_axis(
            v, a.argmax(-1)[..., None], axis=1)), 0),
                "alpha is right; m is the value of the best key, not the weighted sum of all.", name="best_value"),
        Mistake(_kept(lambda q, k, v: _look(q, k, v, mix=lambda a, v: a**2 @ v), 0),
                "alpha is right; in m the weights enter twice.", name="weights_twice"),
        Mistake(_kept(lambda q, k, v: _look(q, k, v, normalise=lambda e: e), 1),
                "m is right; alpha should be the weights themselves, after the softmax.", name="scores_for_alpha"),
    ],
    hints=(
        "Three lines: scores, softmax over the keys, weighted sum of the values.",
        "np.einsum('tbs,kbs->tbk', q, k) pairs every query with every key of its own sequence.",
        "Before the exponential subtract the largest score of each query: nothing changes, and nothing overflows.",
    ),
)


# 2. how far scores spread --------------------------------------------------------------------------------------------


def spread_cases(rng):
    for d in (3, 6):
        yield (d, *map(float, rng.uniform([-1, 0.5, -1, 0.5], [1, 1.5, 1, 1.5])))
    yield 5, 0.0, float(rng.uniform(1.2, 2)), 0.0, float(rng.uniform(0.4, 0.8))


def spread_edge_cases(rng):
    """One entry; two; queries all alike."""
    yield (1, *map(float, rng.uniform(0.3, 1.2, 4)))
    yield 2, 0.0, 1.0, 1.0, 1.0
    yield 4, float(rng.uniform(0.5, 1)), 0.0, float(rng.uniform(0.2, 1)), float(rng.uniform(0.5, 1))


def _variance(mean_q, sd_q, mean_k, sd_k):
    return (sd_q * sd_k) ** 2 + (mean_q * sd_k) ** 2 + (sd_q * mean_k) ** 2


def _told(spread, d, *, shrink=None, ratio=np.exp):
    scaled = spread / math.sqrt(d) if shrink is None else shrink(spread, d)
    return spread, scaled, float(ratio(scaled))


def spread(d, mean_q, sd_q, mean_k, sd_k):
    return _told(math.sqrt(d * _variance(mean_q, sd_q, mean_k, sd_k)), d)


def spread_counted_out(d, mean_q, sd_q, mean_k, sd_k):
    """Oracle: entries that take two values each, mean plus or minus sd; every outcome of the score, one by one."""
    one = torch.tensor([(mean_q + i * sd_q) * (mean_k + j * sd_k) for i in (-1, 1) for j in (-1, 1)], dtype=DOUBLE)
    scores = torch.zeros(1, dtype=DOUBLE)
    for _ in range(d):
        scores = (scores[:, None] + one).ravel()
    found = scores.std(correction=0).item()
    scaled = (scores / d**0.5).std(correction=0).item()
    return found, scaled, math.exp(scaled)


def _spread_of(variance_of_sum):
    return lambda d, *moments: _told(math.sqrt(variance_of_sum(d, *moments)), d)


def _rest_wrong(**options):
    return lambda d, *moments: _told(spread(d, *moments)[0], d, **options)


spread_question = Question(
    "score-spread", points=3, answer="spread", parts=("spread", "scaled", "ratio"),
    cases=[Group("typical", 2, spread_cases), Group("edge", 1, spread_edge_cases)], reference=spread,
    oracle=spread_counted_out, forbid=FORBID,
    mistakes=[
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * (sq * sk) ** 2),
                "This is right for means of zero. With others, the mean of one factor multiplies the spread of the "
                "other.", name="means_left_out"),
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * (sq**2 + mq**2) * sk**2),
                "This is right for keys of mean zero: their mean multiplies the spread of the queries.",
                name="mean_of_keys_left_out"),
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * sq**2 * (sk**2 + mk**2)),
                "This is right for queries of mean zero: their mean multiplies the spread of the keys.",
                name="mean_of_queries_left_out"),
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * (sq**2 + mq**2) * (sk**2 + mk**2)),
                "This is the root of the mean square. A standard deviation takes the square of the mean off.",
                name="mean_not_taken_off"),
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * ((mq * sk) ** 2 + (sq * mk) ** 2)),
                "The product of the two spreads is missing: both factors vary.", name="both_vary"),
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * (sq**2 + sk**2)),
                "This is the spread of a sum of q and k. A score is a sum of products.", name="sum_for_product"),
        Mistake(_spread_of(lambda d, *m: d**2 * _variance(*m)),
                "You add up standard deviations. Of independent terms the variances add.", name="deviations_added"),
        Mistake(_spread_of(lambda d, *m: _variance(*m)), "This is the spread of one product. A score has d of them.",
                name="one_product"),
        Mistake(lambda d, *m: _told(d * _variance(*m), d), "Your spread is the variance: take the root.",
                name="variance"),
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * ((sq * sk) ** 2 + (mq * sq) ** 2 + (mk * sk) ** 2)),
                "In the mixed terms the mean of one factor meets the spread of the other, not its own.",
                name="means_with_their_own"),
        Mistake(_spread_of(lambda d, mq, sq, mk, sk: d * (sq * sk + abs(mq) * sk + sq * abs(mk)) ** 2),
                "You add the three contributions before squaring. They are uncorrelated: their squares add.",
                name="squared_together"),
        Mistake(_rest_wrong(shrink=lambda s, d: s / d), "`spread` is right. You scale by d; asked is the root of d.",
                name="by_d"),
        Mistake(_rest_wrong(shrink=lambda s, d: s * math.sqrt(d)), "`spread` is right. Divide by the root, not "
                "multiply.", name="scaled_up"),
        Mistake(_rest_wrong(shrink=lambda s, d: s), "`spread` is right. `scaled` is not scaled.", name="as_before"),
        Mistake(_rest_wrong(shrink=lambda s, d: 1.0), "`spread` is right. `scaled` is 1 only if one product has a "
                "spread of 1: dividing by the root of d takes the d away and nothing else.", name="always_one"),
        Mistake(_rest_wrong(ratio=lambda r: np.exp(-r)), "The first two are right. Asked is the larger weight over the "
                "smaller.", name="smaller_over_larger"),
        Mistake(_rest_wrong(ratio=lambda r: 1 / (1 + np.exp(-r))), "The first two are right. Your `ratio` is the "
                "larger weight itself; asked is how many times the smaller it is.", name="weight_for_ratio"),
        Mistake(_rest_wrong(ratio=lambda r: np.exp(2 * r)), "The first two are right. The scores are one standard "
                "deviation apart, not one to each side.", name="one_to_each_side"),
        Mistake(_rest_wrong(ratio=lambda r: np.exp(math.sqrt(2) * r)), "The first two are right. The difference of the "
                "two scores is given: it is `scaled`, not the standard deviation of a difference.",
                name="spread_of_a_difference"),
        Mistake(_rest_wrong(ratio=lambda r: r), "The first two are right. A ratio of weights is the exponential of a "
                "difference of scores.", name="no_exponential"),
        Mistake(lambda d, *m: (*spread(d, *m)[:2], math.exp(spread(d, *m)[0])), "The first two are right. `ratio` is "
                "asked after scaling.", name="ratio_unscaled"),
    ],
    hints=(
        "Write q = mean_q + u and k = mean_k + w with u and w of mean zero, and multiply out.",
        "The variance of one product is (sd_q sd_k)^2 + (mean_q sd_k)^2 + (sd_q mean_k)^2; d independent ones add up.",
        "Of two weights of one softmax the ratio is the exponential of the difference of their scores.",
    ),
)


# 3. the softmax's Jacobian -------------------------------------------------------------------------------------------


def jacobian_cases(rng):
    yield 2 * rng.standard_normal((4, 5)), 0.7
    yield rng.standard_normal((3, 6)), 2.5


def jacobian_edge_cases(rng):
    yield rng.standard_normal((2, 2)), 1.0
    yield rng.standard_normal((3, 1)), 0.4
    scores = rng.standard_normal((5, 3))
    scores[2] += np.array([0.0, 900.0, 899.0])
    yield Case((scores, 0.9), "scores in the hundreds in one row, beside moderate ones")
    yield rng.standard_normal((1, 4)), 30.0


def _jacobian(e, tau, *, alpha=lambda e, tau: softmax(e / tau), form=None, inner=lambda tau: 1 / tau):
    a = alpha(e, tau)
    eye = np.eye(e.shape[-1])
    whole = a[..., None] * (eye - a[..., None, :]) if form is None else form(a, eye)
    return whole * inner(tau)


def jacobian(e, tau):
    return _jacobian(e, tau)


def jacobian_by_autograd(e, tau):
    """Oracle: autograd, an output at a time."""
    scores = torch.tensor(e, requires_grad=True)
    alpha = torch.softmax(scores / tau, dim=-1)
    rows = [torch.autograd.grad(alpha[:, i].sum(), scores, retain_graph=True)[0] for i in range(e.shape[1])]
    return torch.stack(rows, dim=1).numpy()


jacobian_question = Question(
    "softmax-jacobian", points=3, answer="jacobian",
    cases=[Group("typical", 2, jacobian_cases), Group("edge", 1, jacobian_edge_cases)], reference=jacobian,
    oracle=jacobian_by_autograd, forbid=FORBID, covers=Covers(apart=("e",)),
    axes={"e": "R K", "jacobian": "R K K"},
    mistakes=[
        Mistake(lambda e, tau: _jacobian(e, tau, inner=lambda tau: 1.0),
                "The weights are right, but e is divided by tau inside, and the chain rule has a factor for that.",
                name="inner_factor_missing"),
        Mistake(lambda e, tau: _jacobian(e, tau, inner=lambda tau: tau),
                "The inner factor is the derivative of e / tau in e.", name="inner_factor_turned"),
        Mistake(lambda e, tau: _jacobian(e, tau, inner=lambda tau: tau**-2),
                "The factor 1 / tau is there twice.", name="inner_factor_twice"),
        Mistake(lambda e, tau: _jacobian(e, tau, alpha=lambda e, tau: softmax(e)),
                "The temperature is in the factor, and missing in the weights.", name="weights_without_temperature"),
        Mistake(lambda e, tau: _jacobian(e, tau, alpha=lambda e, tau: softmax(e), inner=lambda tau: 1.0),
                "There is no temperature in it.", name="no_temperature"),
        Mistake(lambda e, tau: _jacobian(e, tau, alpha=lambda e, tau: softmax(e * tau), inner=lambda tau: tau),
                "You multiply by the temperature. A high temperature makes the weights more equal.",
                name="temperature_turned"),
        Mistake(lambda e, tau: _jacobian(e, tau, alpha=lambda e, tau: softmax(e / tau, axis=0)),
                "You normalise over the rows of e. Every row is a set of scores of its own.", name="over_rows"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: a[..., None] * eye),
                "Only the diagonal of alpha is there: a score that rises takes weight from all others.",
                name="diagonal_of_alpha"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: (a * (1 - a))[..., None] * eye),
                "The diagonal is right. A score that rises takes weight from all others: what is beside the diagonal?",
                name="diagonal_only"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: -a[..., None] * a[..., None, :]),
                "The entries beside the diagonal are right; on it a term is missing.", name="outer_only"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: a[..., None] * (eye + a[..., None, :])),
                "The sign of the second term: weights compete.", name="plus"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: eye - a[..., None, :]),
                "This is the Jacobian of the logarithm of the softmax. Multiply each row by its weight.",
                name="of_the_logarithm"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: a[..., None] * (1 - a[..., None, :])),
                "You have alpha_i (1 - alpha_j) everywhere. The 1 belongs to i = j alone.", name="one_everywhere"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: eye - a[..., None] * a[..., None, :]),
                "The diagonal of the first term holds the weights, not ones.", name="identity_for_diagonal"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: a[..., None] * eye - (a**2)[..., None, :]),
                "Beside the diagonal stands the product of two different weights.", name="square_beside_diagonal"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: a[..., None] * (eye - 1 / eye.shape[0])),
                "You take off the plain mean. What is taken off is weighted by alpha.", name="plain_mean"),
        Mistake(lambda e, tau: _jacobian(e, tau, form=lambda a, eye: a[..., None] * eye - np.einsum(
            "ri,rj->ij", a, a) / len(a)), "The products are averaged over the rows. Each row has its own Jacobian.",
                name="rows_mixed"),
        Mistake(lambda e, tau: np.broadcast_to(_jacobian(e, tau).mean(axis=0), (*e.shape, e.shape[1])),
                "This is one Jacobian for all rows: asked is one a row.", name="mean_over_rows"),
    ],
    hints=(
        "Differentiate ln alpha_i = e_i / tau - ln sum_j exp(e_j / tau) first, then multiply by alpha_i.",
        "With the Kronecker delta it is alpha_i (delta_ij - alpha_j) / tau.",
        "a[..., None] is a column and a[..., None, :] a row for every set of scores.",
    ),
)


# 4. back through attention -------------------------------------------------------------------------------------------


def back_case(rng, T, K, B, s, e):
    return (*look_case(rng, T, K, B, s, e), rng.standard_normal((T, B, e)))


def back_cases(rng):
    yield back_case(rng, 4, 6, 3, 5, 2)
    yield back_case(rng, 6, 3, 2, 4, 3)


def back_edge_cases(rng):
    yield back_case(rng, 2, 1, 3, 2, 2)
    yield back_case(rng, 1, 4, 1, 3, 1)
    yield back_case(rng, 3, 2, 2, 1, 4)


def _back(q, k, v, dm, *, centre="mean", weight=lambda a: a, outer=lambda s: s**-0.5, inner=lambda s: s**-0.5,
          share=lambda a: a):
    """dq, dk and dv by options that are right as they stand."""
    q, k, v, dm = map(per_sequence, (q, k, v, dm))
    s = q.shape[-1]
    alpha = softmax(q @ k.swapaxes(1, 2) * inner(s))
    dalpha = dm @ v.swapaxes(1, 2)
    taken = {"mean": (alpha * dalpha).sum(-1, keepdims=True), "none": 0.0, "plain": dalpha.mean(-1, keepdims=True),
             "sum": dalpha.sum(-1, keepdims=True), "own": alpha * dalpha}[centre]
    de = weight(alpha) * (dalpha - taken) * outer(s)
    parts = de @ k, de.swapaxes(1, 2) @ q, share(alpha).swapaxes(1, 2) @ dm
    return tuple(map(per_sequence, parts))


def attention_back(q, k, v, dm):
    return _back(q, k, v, dm)


def back_by_autograd(q, k, v, dm):
    """Oracle: autograd through torch's einsum."""
    leaves = [torch.tensor(each, requires_grad=True) for each in (q, k, v)]
    alpha = torch.softmax(torch.einsum("tbs,kbs->tbk", *leaves[:2]) / math.sqrt(q.shape[-1]), dim=-1)
    m = torch.einsum("tbk,kbe->tbe", alpha, leaves[2])
    return tuple(grad.numpy() for grad in torch.autograd.grad((m * torch.tensor(dm)).sum(), leaves))


def _part(mistake, *which):
    """The named parts from a mistake, the others right."""

    def answer(*args):
        right, wrong = attention_back(*args), mistake(*args)
        return tuple(wrong[i] if i in which else right[i] for i in range(3))

    return answer


def _last_query(q, k, v, dm):
    silent = np.zeros_like(dm)
    silent[-1] = dm[-1]
    return attention_back(q, k, v, silent)


back_question = Question(
    "attention-back", points=4, answer="attention_back", parts=("dq", "dk", "dv"),
    cases=[Group("typical", 3, back_cases), Group("edge", 1, back_edge_cases)], reference=attention_back,
    oracle=back_by_autograd, forbid=FORBID,
    axes={"q": "T B s", "k": "K B s", "v": "K B e", "dm": "T B e", "dq": "T B s", "dk": "K B s", "dv": "K B e"},
    mistakes=[
        Mistake(lambda *a: _back(*a, outer=lambda s: 1.0), "dv is right. On the way back through the scores the factor "
                "1 / sqrt(s) is there again.", name="scale_missing_on_the_way_back"),
        Mistake(lambda *a: _back(*a, outer=lambda s: 1 / s), "dv is right. The factor of the scores is there twice on "
                "the way back.", name="scale_twice"),
        Mistake(lambda *a: _back(*a, outer=lambda s: s**0.5), "dv is right. The scores were divided by sqrt(s), and so "
                "are their gradients' consequences.", name="scale_turned"),
        Mistake(lambda *a: _back(*a, inner=lambda s: 1.0), "The weights are those of scores that are not scaled.",
                name="weights_not_scaled"),
        Mistake(lambda *a: _back(*a, inner=lambda s: 1.0, outer=lambda s: 1.0), "The factor 1 / sqrt(s) is nowhere.",
                name="no_scale"),
        Mistake(lambda *a: _back(*a, centre="none"), "dv is right. The softmax's Jacobian has two terms: v_k is "
                "compared with the mean m_t.", name="mean_not_taken_off"),
        Mistake(lambda *a: _back(*a, centre="plain"), "dv is right. You compare v_k with the plain mean of the values; "
                "it is the weighted one, m_t.", name="plain_mean_taken_off"),
        Mistake(lambda *a: _back(*a, centre="sum"), "dv is right. What is taken off is weighted by alpha before it is "
                "added up.", name="sum_taken_off"),
        Mistake(lambda *a: _back(*a, centre="own"), "dv is right. You have alpha (1 - alpha), the slope of each weight "
                "by its own score; a score also moves all other weights.", name="own_slope_only"),
        Mistake(lambda *a: _back(*a, weight=np.ones_like), "dv is right. The factor alpha of the softmax's Jacobian is "
                "missing: a key that is not looked at hears nothing.", name="weight_missing"),
        Mistake(lambda *a: _back(*a, weight=np.ones_like, centre="none"), "dv is right. The gradient goes through the "
                "softmax as if that were the identity.", name="no_softmax_jacobian"),
        Mistake(lambda *a: _back(*a, weight=lambda a: a**2), "dv is right. The weight enters the scores' gradient "
                "twice.", name="weight_squared"),
        Mistake(lambda *a: _back(*a, weight=lambda a: -a), "dv is right. The gradient of the scores has the wrong "
                "sign.", name="scores_down"),
        Mistake(_part(lambda *a: _back(*a, share=lambda a: np.full_like(a, 1 / a.shape[-1])), 2),
                "dq and dk are right. Each value gets what its weights let through, not equal shares.",
                name="equal_shares"),
        Mistake(_part(lambda *a: _back(*a, share=lambda a: a / a.shape[1]), 2),
                "dq and dk are right. dv is a mean over the queries where a sum belongs.", name="mean_over_queries"),
        Mistake(_part(lambda *a: _back(*a, share=lambda a: a * (1 - a)), 2),
                "dq and dk are right. The values do not go through the softmax: their path has alpha alone.",
                name="values_through_softmax"),
        Mistake(_part(_last_query, 1), "dq and dv are right. A key is met by every query: add up.",
                name="last_query_only"),
        Mistake(_part(_last_query, 1, 2), "dq is right. Keys and values are used by every query: add up.",
                name="last_query_for_both"),
        Mistake(_part(lambda *a: tuple(x * 0 for x in attention_back(*a)), 0, 1), "dv is right. Queries and keys get "
                "nothing: you hold the weights fixed.", name="weights_held_fixed"),
        Mistake(_part(lambda *a: tuple(x * 0 for x in attention_back(*a)), 1), "dq and dv are right. The keys get "
                "nothing.", name="no_key_path"),
        Mistake(_part(lambda *a: tuple(x * 0 for x in attention_back(*a)), 0), "dk and dv are right. The queries get "
                "nothing.", name="no_query_path"),
    ],
    hints=(
        "Undo the three lines of the way forward in reverse order: weighted sum, softmax, scores.",
        "From m = alpha v: dalpha = dm v^T, and dv = alpha^T dm. From the softmax: de = alpha (dalpha - the "
        "alpha-weighted mean of dalpha).",
        "From e = q k^T / sqrt(s): dq = de k / sqrt(s), dk = de^T q / sqrt(s).",
    ),
)


# 5. all four paths ---------------------------------------------------------------------------------------------------


def paths_case(rng, T, B, n):
    h = np.tanh(1.2 * rng.standard_normal((T + 1, B, n)))
    return 1.1 * rng.standard_normal((n, n)) / np.sqrt(n), h, rng.standard_normal((T, B, n))


def paths_cases(rng):
    yield paths_case(rng, 6, 2, 4)
    yield paths_case(rng, 4, 5, 3)


def paths_edge_cases(rng):
    yield paths_case(rng, 1, 2, 3)
    yield paths_case(rng, 2, 1, 2)
    yield paths_case(rng, 5, 3, 1)


def _direct(h, dm, *, first=1, last=0, centre=True, scale=1.0):
    """Value, key and query path of bare attention over the states 1 .. T; step t sees first .. t + last."""
    seen = per_sequence(h[1:])
    T = seen.shape[1]
    t, k = np.arange(1, T + 1)[:, None], np.arange(1, T + 1)
    visible = (k <= t + last) & (k >= first)
    visible |= ~visible.any(axis=1, keepdims=True) & (k == t)
    alpha = softmax(np.where(visible, scale * (seen @ seen.swapaxes(1, 2)), -np.inf))
    dm = per_sequence(dm)
    dalpha = dm @ seen.swapaxes(1, 2)
    de = alpha * (dalpha - centre * (alpha * dalpha).sum(-1, keepdims=True)) * scale
    return tuple(map(per_sequence, (alpha.swapaxes(1, 2) @ dm, de.swapaxes(1, 2) @ seen, de @ seen)))


def _handed_back(W, h, local, do=RIGHT):
    delta = np.zeros_like(h)
    for t in range(len(local), 0, -1):
        delta[t] = do.join(delta[t], do.local(local, t))
        delta[t - 1] = do.back(W, delta[t], do.slope(h[t], h[t - 1]))
    return delta


def four_paths(W, h, dm, *, do=RIGHT):
    direct = _direct(h, dm)
    return (*direct, _handed_back(W, h, sum(direct), do))


def paths_by_autograd(W, h, dm):
    """Oracle: autograd with query, key and value as leaves of their own; and through a network placed on the states."""
    dm = torch.tensor(dm)
    T = len(dm)

    def loss(q, k, v):
        total = torch.zeros((), dtype=DOUBLE)
        for t in range(T):
            alpha = torch.softmax(torch.einsum("bn,kbn->bk", q[t], k[: t + 1]), dim=-1)
            total = total + (torch.einsum("bk,kbn->bn", alpha, v[: t + 1]) * dm[t]).sum()
        return total

    leaves = [torch.tensor(h[1:], requires_grad=True) for _ in range(3)]
    query, key, value = (grad.numpy() for grad in torch.autograd.grad(loss(*leaves), leaves))
    steps = torch.tensor(h)
    states = [steps[0].clone().requires_grad_()]
    for t in range(1, T + 1):
        b = torch.atanh(steps[t]) - steps[t - 1] @ torch.tensor(W).T
        states.append(torch.tanh(states[-1] @ torch.tensor(W).T + b))
    run = torch.stack(states[1:])
    delta = torch.autograd.grad(loss(run, run, run), states)
    return value, key, query, torch.stack(delta).numpy()


def _delta_of(*kept):
    """The three direct paths right, the recurrence with some of them only."""

    def answer(W, h, dm):
        direct = _direct(h, dm)
        return (*direct, _handed_back(W, h, sum(direct[i] for i in kept)))

    return answer


def _paths(**options):
    def answer(W, h, dm):
        direct = _direct(h, dm, **options)
        return (*direct, _handed_back(W, h, sum(direct)))

    return answer


def _with_paths(change):
    def answer(W, h, dm):
        direct = change(*_direct(h, dm))
        return (*direct, _handed_back(W, h, sum(direct)))

    return answer


def _each_by_itself(W, h, dm):
    """Only what goes through one step of the recurrence, the message of one state to the one before."""
    direct = _direct(h, dm)
    local = sum(direct)
    delta = np.concatenate([np.zeros_like(local[:1]), local])
    delta[:-1] += (local * (1 - h[1:] ** 2)) @ W
    return (*direct, delta)


def _recurrence_alone(W, h, dm):
    direct = _direct(h, dm)
    delta = _handed_back(W, h, sum(direct))
    delta[1:] -= sum(direct)
    return (*direct, delta)


paths_question = Question(
    "four-paths", points=4, answer="four_paths", parts=("value", "key", "query", "delta"),
    cases=[Group("typical", 3, paths_cases), Group("edge", 1, paths_edge_cases)], reference=four_paths,
    oracle=paths_by_autograd, forbid=FORBID,
    axes={"dm": "T B n", "value": "T B n", "key": "T B n", "query": "T B n", "delta": "T+1 B n"},
    mistakes=[
        Mistake(_delta_of(0), "The three direct paths are right; in delta the value path alone goes on. Their sum "
                "does.", name="delta_of_values"),
        Mistake(_delta_of(0, 1), "The three direct paths are right; in delta the query path is left out.",
                name="delta_without_query"),
        Mistake(_delta_of(0, 2), "The three direct paths are right; in delta the key path is left out.",
                name="delta_without_key"),
        Mistake(_delta_of(1, 2), "The three direct paths are right; in delta the value path is left out.",
                name="delta_without_value"),
        Mistake(lambda W, h, dm: (*_direct(h, dm), _handed_back(W, h, dm)), "The three direct paths are right. What "
                "arrives at the states is not dm: dm arrives at the contexts m.", name="delta_of_dm"),
        Mistake(lambda W, h, dm: (*_direct(h, dm), _handed_back(W, h, dm + sum(_direct(h, dm)))), "The three direct "
                "paths are right. In delta dm is added to them: the loss reads the states through m alone.",
                name="dm_added"),
        Mistake(_paths(last=-1), "Step t sees its own state as well: k up to t.", name="own_state_hidden"),
        Mistake(_paths(last=1), "Step t sees the state of step t + 1.", name="one_step_ahead"),
        Mistake(_paths(last=10**6), "Every step sees all states, the later ones too. Attention here is causal.",
                name="not_causal"),
        Mistake(_paths(first=2), "The state of step 1 is never seen. Left out is h[0] alone.", name="first_left_out"),
        Mistake(_paths(centre=False), "The value path is right. For key and query, h_k is compared with the mean m_t: "
                "the second term of the softmax's Jacobian.", name="mean_not_taken_off"),
        Mistake(lambda W, h, dm: _paths(scale=h.shape[-1] ** -0.5)(W, h, dm), "You divide the scores by the root of "
                "n. Here the score is the bare product.", name="scaled"),
        Mistake(_with_paths(lambda v, k, q: (v, q, k)), "Key and query path are exchanged. Which of the two adds up "
                "over the later steps?", name="key_for_query"),
        Mistake(_with_paths(lambda v, k, q: (v, k, 0 * q)), "The query path is missing: h_t also asks.",
                name="query_held_fixed"),
        Mistake(_with_paths(lambda v, k, q: (v, 0 * k, q)), "The key path is missing: how well h_k fits depends on "
                "h_k.", name="keys_held_fixed"),
        Mistake(_with_paths(lambda v, k, q: (v, 0 * k, 0 * q)), "The weights are held fixed: key and query path are "
                "missing.", name="weights_held_fixed"),
        Mistake(_with_paths(lambda v, k, q: (v, (k + q) / 2, (k + q) / 2)), "Key and query path share their sum. They "
                "are two different gradients.", name="shared_out"),
        Mistake(_each_by_itself, "The three direct paths are right. In delta every message goes one step back and no "
                "further.", name="one_step_of_recurrence"),
        Mistake(_recurrence_alone, "The three direct paths are right. delta[t] holds what comes through the recurrence "
                "alone; it is the whole gradient of h[t].", name="recurrence_alone"),
    ],
    hints=(
        "Attention first: weights of step t over the states 1 .. t, then back to values, keys and queries as in "
        "question 4, without the scale.",
        "A state is a query once, and a key and a value for every later step and its own.",
        "The sum of the three is the local gradient of h[t]; chapter 2's recursion does the rest.",
    ),
)


# 6. who may be seen --------------------------------------------------------------------------------------------------


def causal_case(rng, T, B, share=0.75, loud=1.0):
    mask = rng.random((T, B)) < share
    scores = loud * rng.standard_normal((T, B, T))
    return scores, mask


def causal_cases(rng):
    scores, mask = causal_case(rng, 6, 3)
    mask[0], mask[3, 1] = [True, True, False], False
    yield scores, mask
    yield causal_case(rng, 4, 2, 0.9)


def causal_edge_cases(rng):
    scores, mask = causal_case(rng, 5, 2)
    mask[:3, 0] = False
    yield Case((scores, mask), "a sequence whose first three steps are padding")
    yield rng.standard_normal((1, 2, 1)), np.array([[True, False]])
    yield rng.standard_normal((2, 1, 2)), np.array([[False], [True]])
    scores, mask = causal_case(rng, 4, 3)
    mask[2], mask[0] = [False, True, True], True
    scores[:, 0, 2] = np.nan
    scores[0, 1, 2] = np.inf
    yield Case((scores, mask), "NaN and infinity in the scores of steps that are not seen")
    scores, mask = causal_case(rng, 4, 2)
    mask[0], scores[2] = True, scores[2] - 900.0
    yield Case((scores, mask), "scores of -900 at one step")


def _causal(scores, mask, *, visible=None, hidden=-np.inf, empty=0.0, after=None):
    """Weights by options that are right as they stand."""
    T = len(scores)
    k, t = np.arange(T), np.arange(T)[:, None, None]
    seen = (k <= t) & mask.T if visible is None else visible(k, t, mask)
    seen = np.broadcast_to(seen, scores.shape)
    held = np.where(seen, scores, hidden)
    largest = np.where(np.isfinite(held), held, -np.inf).max(axis=-1, keepdims=True)
    alpha = np.exp(held - np.where(np.isfinite(largest), largest, 0.0))
    total = alpha.sum(axis=-1, keepdims=True)
    alpha = np.where(total > 0, alpha / np.where(total > 0, total, 1.0), empty)
    return alpha if after is None else after(alpha, (k <= t) & mask.T)


def causal_weights(scores, mask):
    return _causal(scores, mask)


def causal_one_by_one(scores, mask):
    """Oracle: for each step the softmax of what it sees, by torch, put in its place."""
    alpha = np.zeros_like(scores)
    for t, b in np.ndindex(*mask.shape):
        seen = np.flatnonzero(mask[: t + 1, b])
        if seen.size:
            alpha[t, b, seen] = torch.softmax(torch.tensor(scores[t, b, seen]), dim=0).numpy()
    return alpha


def _finite(mistake):
    """What the mistake gives where scores that are not seen are numbers; NaN elsewhere is found without a name."""
    return lambda scores, mask: mistake(np.where(np.isfinite(scores), scores, 0.5), mask)


def _visible(rule, **options):
    return _finite(lambda scores, mask: _causal(scores, mask, visible=rule, **options))


def _after(change, **options):
    """A softmax over everything, then something done to the weights."""
    return _finite(lambda scores, mask: _causal(
        scores, mask, visible=lambda k, t, mask: np.ones_like(k <= t), after=change, **options))


causal_question = Question(
    "causal-weights", points=3, answer="causal_weights",
    cases=[Group("typical", 2, causal_cases), Group("edge", 1, causal_edge_cases)], reference=causal_weights,
    oracle=causal_one_by_one, forbid=FORBID,
    covers=Covers(waived={"ignored: mask": "an edge case has NaN and infinity in scores of padded keys; scores have an "
                          "axis more than the mask"}),
    axes={"scores": "T B K", "causal_weights": "T B K"},
    mistakes=[
        Mistake(_visible(lambda k, t, mask: (k < t) & mask.T), "A step sees itself as well.", name="not_itself"),
        Mistake(_visible(lambda k, t, mask: (k <= t + 1) & mask.T), "A step sees one step of the future.",
                name="one_ahead"),
        Mistake(_visible(lambda k, t, mask: (k >= t) & mask.T), "You show each step the future and hide the past.",
                name="future_only"),
        Mistake(_visible(lambda k, t, mask: np.broadcast_to(mask.T, (len(k), *mask.T.shape))),
                "Padding is hidden; the future is not.", name="not_causal"),
        Mistake(_visible(lambda k, t, mask: np.broadcast_to(k <= t, (len(k), *mask.T.shape))),
                "The future is hidden; padding is not.", name="padding_seen"),
        Mistake(_visible(lambda k, t, mask: (k <= t) & mask[:, :, None]), "You hide padded queries. A padded step is "
                "not to be looked *at*: it is the keys that the mask hides.", name="queries_hidden"),
        Mistake(_visible(lambda k, t, mask: (k <= t) & mask.T & mask[:, :, None]), "You hide padded queries as well as "
                "padded keys. What a padded step sees does no harm, and is asked for.", name="queries_hidden_too"),
        Mistake(_visible(lambda k, t, mask: (k <= t) & ~mask.T), "The mask is True where a step is valid.",
                name="mask_turned"),
        Mistake(_visible(lambda k, t, mask: (k <= t) | mask.T), "Hidden is what is in the future *or* padding: seen "
                "must be both past and valid.", name="either"),
        Mistake(_visible(None, hidden=0.0), "A hidden score of 0 still gets exp(0). It takes minus infinity.",
                name="zero_for_hidden"),
        Mistake(_visible(None, hidden=-1.0), "A hidden score must get a weight of exactly zero.",
                name="minus_one_for_hidden"),
        Mistake(_visible(None, hidden=-1e9), "Where nothing is seen the weight is shared out over all steps, as equal "
                "scores of -1e9 do. Asked are zeros.", name="uniform_where_empty"),
        Mistake(_after(lambda alpha, seen: alpha * seen), "You hide after the softmax: what was given to hidden steps "
                "is lost, and the weights add up to less than 1.", name="hidden_afterwards"),
        Mistake(_after(lambda alpha, seen: alpha * seen / np.maximum(seen.sum(-1, keepdims=True), 1) * seen.shape[-1]),
                "You hide after the softmax and correct by the number of hidden steps, not by their weight.",
                name="corrected_by_number"),
        Mistake(_finite(lambda scores, mask: softmax(scores)), "Nothing is hidden.", name="nothing_hidden"),
        Mistake(_finite(lambda scores, mask: _causal(np.zeros_like(scores), mask)), "All steps that are seen get the "
                "same weight: the scores do not enter.", name="uniform_over_seen"),
        Mistake(_finite(lambda scores, mask: _causal(-scores, mask)), "The sign of the scores is turned.",
                name="scores_turned"),
        Mistake(_visible(lambda k, t, mask: (k <= t) & mask.T[::-1]), "The masks of the sequences are mixed up.",
                name="sequences_mixed"),
    ],
    hints=(
        "What is seen is a boolean array of the scores' shape: k <= t, and mask at k.",
        "np.where(seen, scores, -np.inf) puts minus infinity, whose exponential is zero, where nothing may be seen.",
        "A row that sees nothing has a largest score of minus infinity and a sum of zero: handle both before dividing.",
    ),
)


# 7. a stream ---------------------------------------------------------------------------------------------------------


def stream_case(rng, P, C, B, s, e):
    cache = rng.standard_normal((P, B, s)), rng.standard_normal((P, B, e))
    return (*cache, *look_case(rng, C, C, B, s, e))


def stream_cases(rng):
    yield stream_case(rng, 5, 3, 2, 4, 2)
    yield stream_case(rng, 2, 4, 3, 3, 5)


def stream_edge_cases(rng):
    yield Case(stream_case(rng, 0, 4, 2, 3, 2), "an empty cache: the stream begins")
    yield stream_case(rng, 6, 1, 1, 2, 3)
    yield stream_case(rng, 1, 2, 3, 1, 1)


def _chunk(keys, values, q, k, v, *, seen=None, scale=None, joined=None):
    join = joined or (lambda old, new: np.concatenate([old, new]))
    keys, values = join(keys, k), join(values, v)
    P, C = len(keys) - len(q), len(q)
    at, t = np.arange(P + C), np.arange(C)[:, None]
    visible = at <= P + t if seen is None else seen(at, t, P, C)
    scores = np.einsum("tbs,kbs->tbk", q, keys) * (q.shape[-1] ** -0.5 if scale is None else scale)
    alpha = softmax(np.where(visible[:, None], scores, -1e300))
    return np.einsum("tbk,kbe->tbe", alpha, values), keys, values


def chunk(keys, values, q, k, v):
    return _chunk(keys, values, q, k, v)


def chunk_of_the_whole(keys, values, q, k, v):
    """Oracle: torch's own causal attention over the whole stream, from which the last steps are taken."""
    all_k, all_v = torch.tensor(np.concatenate([keys, k])), torch.tensor(np.concatenate([values, v]))
    all_q = torch.cat([torch.zeros(len(keys), *q.shape[1:], dtype=DOUBLE), torch.tensor(q)])
    m = torch.nn.functional.scaled_dot_product_attention(
        *(each.transpose(0, 1) for each in (all_q, all_k, all_v)), is_causal=True).transpose(0, 1)
    return m[len(keys) :].numpy(), all_k.numpy(), all_v.numpy()


def _chunk_sees(rule):
    return lambda keys, values, q, k, v: _chunk(keys, values, q, k, v, seen=rule)


def _m_from(mistake):
    """The new cache right, what is seen wrong."""
    return lambda *args: (mistake(*args)[0], *chunk(*args)[1:])


def _new_alone(keys, values, q, k, v):
    return _chunk(keys[:0], values[:0], q, k, v)


def _cache_alone(keys, values, q, k, v):
    if not len(keys):
        return np.zeros((*q.shape[:2], v.shape[-1])), k, v
    return _chunk(keys, values, q, k, v, seen=lambda at, t, P, C: (at < P) & (t >= 0))


stream_question = Question(
    "stream-chunk", points=3, answer="chunk", parts=("m", "keys", "values"),
    cases=[Group("typical", 2, stream_cases), Group("edge", 1, stream_edge_cases)], reference=chunk,
    oracle=chunk_of_the_whole, forbid=FORBID,
    axes={"keys": "M B s", "values": "M B e", "q": "C B s", "k": "C B s", "v": "C B e", "m": "C B e"},
    mistakes=[
        Mistake(_m_from(_new_alone), "The new steps see one another alone: what is kept is not looked at.",
                name="cache_not_seen"),
        Mistake(_m_from(_cache_alone), "The new steps see what was kept before them, and nothing of their own chunk.",
                name="chunk_not_seen"),
        Mistake(_chunk_sees(lambda at, t, P, C: (at >= 0) & (t >= 0)), "Inside the chunk a step sees later steps.",
                name="not_causal_in_the_chunk"),
        Mistake(_chunk_sees(lambda at, t, P, C: (at < P + t) | (at + t == 0)), "A step sees its own key too.",
                name="not_itself"),
        Mistake(_chunk_sees(lambda at, t, P, C: at <= P + t + 1), "A step sees one step of its future.",
                name="one_ahead"),
        Mistake(_chunk_sees(lambda at, t, P, C: at <= t), "You count the new steps from 0, as if the stream began with "
                "the chunk: step t of the chunk stands behind all that is kept.", name="counted_from_zero"),
        Mistake(_chunk_sees(lambda at, t, P, C: (at <= P + t) & (at >= t)), "You let the oldest key go for every new "
                "one. Nothing is forgotten here.", name="oldest_let_go"),
        Mistake(_chunk_sees(lambda at, t, P, C: (at <= P) & (t >= 0)), "Every step of the chunk sees what the first "
                "one sees.", name="all_like_the_first"),
        Mistake(_chunk_sees(lambda at, t, P, C: (at < P) | (at == P + t)), "A step sees the cache and itself, but not "
                "the new steps between.", name="between_left_out"),
        Mistake(lambda *a: _chunk(*a, scale=1.0), "The scores are not scaled.", name="not_scaled"),
        Mistake(lambda *a: _chunk(*a, scale=1 / a[2].shape[-1]), "The scores are divided by s where its root belongs.",
                name="scaled_by_s"),
        Mistake(lambda *a: _chunk(*a, scale=-(a[2].shape[-1] ** -0.5)), "The sign of the scores is turned.",
                name="least_fitting"),
        Mistake(lambda *a: (chunk(*a)[0], np.concatenate([a[3], a[0]]), np.concatenate([a[4], a[1]])),
                "m is right. The new keys and values go behind the old ones: the next chunk counts on the order.",
                name="new_in_front"),
        Mistake(lambda *a: (chunk(*a)[0], np.concatenate([a[0], a[3]]), np.concatenate([a[4], a[1]])),
                "m and keys are right. The values stand in another order than their keys.", name="values_in_front"),
        Mistake(lambda *a: (chunk(*a)[0], np.concatenate([a[0], a[3][::-1]]), np.concatenate([a[1], a[4][::-1]])),
                "m is right. The new keys and values are kept in reverse order.", name="kept_in_reverse"),
        Mistake(lambda *a: (np.broadcast_to(np.concatenate([a[1], a[4]]).mean(0), (*a[2].shape[:2], a[4].shape[-1])),
                            *chunk(*a)[1:]), "m is the plain mean of all values: the scores do not enter.",
                name="plain_mean"),
        Mistake(lambda *a: (np.broadcast_to(chunk(*a)[0][-1], (*a[2].shape[:2], a[4].shape[-1])), *chunk(*a)[1:]),
                "Every step of the chunk has the m of its last step.", name="last_for_all"),
    ],
    hints=(
        "First make the new cache: old rows, then new ones. All queries look at that.",
        "With P rows kept before, row `at` may be seen by step t of the chunk if at <= P + t.",
        "An empty cache is an array of shape (0, B, s): np.concatenate takes it.",
    ),
)


# 8. by hand ----------------------------------------------------------------------------------------------------------


def by_hand():
    """Weights 1/8, 1/4, 5/8; 0.9^51 < 1/200 < 0.9^50; sqrt(64); 2 * 100 * 64; 100 * 101 / 2."""
    return {"m": 2.0, "slope": -1.25, "lag": 51, "spread": 8.0, "cache": 12_800, "pairs": 5_050}


def by_machine():
    """Oracle: torch's softmax and autograd, powers one after the other, the covariance matrix, and counting."""
    scores = torch.tensor([1.0, 2.0, 5.0], dtype=DOUBLE).log().requires_grad_()
    m = torch.softmax(scores, dim=0) @ torch.tensor([8.0, 4.0, 0.0], dtype=DOUBLE)
    powers = np.cumprod(np.full(200, 0.9))
    # A score given its query has variance |q|^2, of mean s.
    spread = math.sqrt(np.trace(np.eye(64)))
    return {
        "m": m.item(),
        "slope": torch.autograd.grad(m, scores)[0][2].item(),
        "lag": int(np.argmax(powers < 1 / 200)) + 1,
        "spread": spread,
        "cache": sum(np.zeros((100, 64)).size for _ in ("keys", "values")),
        "pairs": int(np.tri(100).sum()),
    }


def _with(message, name, **wrong):
    return Mistake({**by_hand(), **wrong}, message, name=name)


hand_question = Question(
    "attention-by-hand", points=3, answer="by_hand", kind="value", reference=by_hand, oracle=by_machine,
    tolerance=Tolerance(rtol=5e-4, atol=1e-6),
    mistakes=[
        _with("`m` is the plain mean of the values.", "plain_mean", m=4.0),
        _with("`m` is the weighted sum before it is divided: the weights 1, 2, 5 add up to 8.", "not_divided", m=16.0),
        _with("`m` is the value of the best key. The others have a share too.", "best_value", m=0.0),
        _with("`m`: the scores are logarithms, so their exponentials are 1, 2 and 5; you weight by the scores "
              "themselves.", "weighted_by_scores", m=4 * math.log(2) / math.log(10)),
        _with("`slope` is alpha (1 - alpha), the slope of the weight. m moves by what its values differ.",
              "slope_of_the_weight", slope=15 / 64),
        _with("`slope` is minus the third weight's value alone: it is compared with the mean, v - m.",
              "value_for_difference", slope=0.0),
        _with("`slope` has the wrong sign: a key whose value is below the mean pulls the mean down.",
              "slope_turned", slope=1.25),
        _with("`slope`: the factor alpha is missing.", "difference_alone", slope=-2.0),
        _with("`lag`: at 50 steps 0.9^50 = 0.00515 is still more than 1/200.", "one_too_early", lag=50),
        _with("`lag` is where the recurrence is down to 1/e, ten steps. Compare it with 1/200.", "time_constant",
              lag=10),
        _with("`lag`: you compare with 1/20. The weight of one of 200 steps is 1/200.", "one_in_twenty", lag=29),
        _with("`spread` is the variance. Take the root.", "variance", spread=64.0),
        _with("`spread` is what is left after dividing by the root of 64.", "after_scaling", spread=1.0),
        _with("`cache` holds the keys; the values are kept as well.", "keys_alone", cache=6_400),
        _with("`cache` counts the pairs. What streams keeps keys and values, not scores.", "scores_kept",
              cache=5_050),
        _with("`cache` is what one step adds. Those of all steps so far are kept.", "one_step", cache=128),
        _with("`cache` holds one number a step. Keys and values have 64 each.", "one_number_a_step", cache=200),
        _with("`pairs` counts every step with every other, the future included.", "square", pairs=10_000),
        _with("`pairs` leaves out the step itself: the first step sees one.", "without_itself", pairs=4_950),
    ],
    hints=(
        "Weights are exp(score) over their sum: 1/8, 2/8, 5/8.",
        "The slope of m by a score is alpha_k (v_k - m).",
        "ln(1/200) / ln 0.9 = 50.3; the sum of 1 to T is T (T + 1) / 2.",
    ),
)


# 9. a model that looks up --------------------------------------------------------------------------------------------

TURN = np.array([[0, 0, 0, 1, 0, 0], [-1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 0],
                 [0, 0, -1, 0, 0, 0], [0, 0, 0, 0, -1, 0]], float)  # fmt: skip


def draw(rng, B, items):
    """As the notebook gives it: pairs of a key and a value, and at the last step a key, turned."""
    keys = rng.standard_normal((items, B, 6))
    keys /= np.linalg.norm(keys, axis=2, keepdims=True)
    values = rng.standard_normal((items, B))
    asked = rng.integers(0, items, B)
    x = np.zeros((items + 1, B, 8))
    x[:-1, :, :6], x[:-1, :, 6] = keys, values
    x[-1, :, :6], x[-1, :, 7] = keys[asked, np.arange(B)] @ TURN.T, 1
    return x, values[asked, np.arange(B)]


def _read(x):
    return x[-1:, :, :6], x[:-1, :, :6], x[:-1, :, 6:7]


def train(seed):
    rng = np.random.default_rng(seed)
    attention = Attention(6, 6, 6, keys="all")
    params, adam = attention.init(rng), Adam(0.05)
    params = params._replace(W_v=np.eye(6))
    memory = adam.init(params)
    for _ in range(400):
        x, y = draw(rng, 64, 8)
        q, k, v = _read(x)
        # The keys' part alone is projected: one matrix for queries is enough.
        alpha = attention.forward(params, q, k)[1].alpha.swapaxes(0, 1)[0]
        m = np.einsum("bk,kb->b", alpha, v[..., 0])
        dm = 2 * (m - y) / len(y)
        de = alpha * (v[..., 0].T - m[:, None]) * dm[:, None] / math.sqrt(6)
        dq = np.einsum("bk,kbs->bs", de, k @ params.W_k.T)
        dk = np.einsum("bk,bs->kbs", de, q[0] @ params.W_q.T)
        grads = AttentionParams(dq.T @ q[0], np.einsum("kbs,kbj->sj", dk, k), 0 * params.W_v)
        params, memory = adam.update(params, grads, memory)
    return params


def predict(model, x):
    q, k, v = _read(x)
    scores = np.einsum("bs,kbs->kb", q[0] @ model.W_q.T, k @ model.W_k.T) / math.sqrt(6)
    return (softmax(scores, axis=0) * v[..., 0]).sum(axis=0)


def lists_of(items, B=64):
    def fresh(rng):
        yield (draw(rng, B, items)[0],)

    return fresh


def _fit_of(x, turn=TURN):
    """How well each key fits the one asked for."""
    q, k, _ = _read(x)
    return np.einsum("bs,kbs->kb", q[0] @ turn, k)


def looked_up(made_from, x):
    """Oracle: the value beside the key that, turned, is the one asked for."""
    distance = ((x[:-1, :, :6] @ TURN.T - x[-1, :, :6]) ** 2).sum(axis=2)
    return x[distance.argmin(axis=0), np.arange(x.shape[1]), 6]


def _at(index):
    """The value at a place that is computed from how well the keys fit."""
    return lambda made_from, x: x[index(_fit_of(x)), np.arange(x.shape[1]), 6]


lookup_question = Question(
    "look-up", points=4, answer="predict", kind="model",
    maker=Maker(train, lambda rng: (int(rng.integers(1000)),), seconds=10), measure="squared error",
    cases=[Group("learns", 1, lists_of(8), within=0.4), Group("solves", 2, lists_of(8), within=0.05),
           Group("longer", 1, lists_of(32), within=0.15)],
    reference=predict, oracle=looked_up,
    mistakes=[
        Mistake(lambda made_from, x: x[:-1, :, 6].mean(axis=0), "Your model answers with the mean of all values: its "
                "weights are equal. Do the scores have a gradient, and have they had time to grow?", name="mean_value"),
        Mistake(lambda made_from, x: np.zeros(x.shape[1]), "Your model answers 0, the mean of all values there are.",
                name="nothing"),
        Mistake(lambda made_from, x: x[-2, :, 6], "Your model answers with the last value of the list.",
                name="last_value"),
        Mistake(lambda made_from, x: x[0, :, 6], "Your model answers with the first value of the list.",
                name="first_value"),
        Mistake(lambda made_from, x: x[_fit_of(x, np.eye(6)).argmax(0), np.arange(x.shape[1]), 6],
                "Your model compares the key that is asked for as it stands. It was turned: how, is to be learnt.",
                name="not_turned"),
        Mistake(lambda made_from, x: x[_fit_of(x, TURN.T).argmax(0), np.arange(x.shape[1]), 6],
                "Your model undoes the turn in the wrong direction: is a matrix of yours transposed?",
                name="turned_backwards"),
        Mistake(_at(lambda fit: fit.argmin(0)), "Your model picks the key that fits least: the sign of the scores.",
                name="least_fitting"),
        Mistake(_at(lambda fit: (fit.argmax(0) + 1) % len(fit)), "Your model answers with the value of the step after "
                "the one asked for.", name="one_step_late"),
        Mistake(lambda made_from, x: (softmax(_fit_of(x), axis=0) * x[:-1, :, 6]).sum(0), "Your model finds the key, "
                "and looks at the others nearly as much: its scores are too small. Train longer, or at a higher rate.",
                name="too_even"),
    ],
    hints=(
        "One query, the last step's; keys and values are the steps before it. Project queries and keys, 6 by 6 each.",
        "Question 4 has the gradients of queries and keys; dW_q is the sum of dq q^T over the batch.",
        "Adam at 0.05 and 400 updates of 64 fresh lists take a second. What sharpens the weights is the size of the "
        "two matrices.",
    ),
)


# 10. five logs -------------------------------------------------------------------------------------------------------

LABELS = ("healthy", "sees the future", "scores too large", "zero start", "no key path")
DEAL = 9


def as_read():
    """From the numbers."""
    return {
        "A": "no key path",
        "B": "zero start",
        "C": "healthy",
        "D": "scores too large",
        "E": "sees the future",
    }


_exchanged = partial(two_exchanged, as_read())

logs_question = Question(
    "attention-logs", points=2, answer="diagnosis", kind="choice", reference=as_read, oracle=dealing(LABELS, DEAL),
    mistakes=[
        _exchanged("healthy", "sees the future", "One of them has a training loss that no program without the answer "
                   "can have. What does it lose when it streams?", name="too_good"),
        _exchanged("scores too large", "zero start", "In one the largest weight is near 1 from the first update, in "
                   "the other the weights are equal.", name="saturated_or_equal"),
        _exchanged("healthy", "no key path", "In one of them the keys have not moved.", name="keys_moved"),
        _exchanged("zero start", "no key path", "In one neither queries nor keys move, in the other the queries do.",
                   name="queries_moved"),
        _exchanged("scores too large", "sees the future", "Which of them does worse when it streams than in training?",
                   name="streams_worse"),
        _exchanged("healthy", "scores too large", "Look at the weights of the first updates. A program that has learnt "
                   "nothing has no reason yet to be sure.", name="first_weights"),
        _exchanged("scores too large", "no key path", "A program that leaves a gradient out leaves its matrix exactly "
                   "where it was.", name="exactly_still"),
        _exchanged("healthy", "zero start", "Equal weights to the end are no sign of health.", name="equal_to_the_end"),
        _exchanged("sees the future", "zero start", "Compare their losses.", name="losses"),
        _exchanged("sees the future", "no key path", "Compare the losses in training and in streaming.",
                   name="both_losses"),
    ],
    hints=(
        "Three of eleven targets cannot be known: no honest program gets below 3/11 ln 6 = 0.49.",
        "Zero times zero: if queries and keys are both zero, what is the gradient of each?",
        "Before any learning a weight is near 1 only if the scores are far apart: eight steps on average share it.",
    ),
)

QUESTIONS = [look_question, spread_question, jacobian_question, back_question, paths_question, causal_question,
             stream_question, hand_question, lookup_question, logs_question]
