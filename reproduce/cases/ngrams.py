"""Counts as a language model: Kneser and Ney's, interpolated, with a discount an order, for characters."""

from __future__ import annotations

from typing import Any

import numpy as np


def codes(ids: Any, k: int, tokens: int) -> Any:
    """Return a number for the ``k`` characters before each one, from the k-th on."""
    code = np.zeros(len(ids) - k, np.int64)
    for j in range(k):
        code = code * tokens + ids[j : len(ids) - k + j]
    return code


def _lookup(keys: Any, values: Any, wanted: Any) -> Any:
    """Return ``values[i]`` where ``keys[i]``, sorted, is wanted, else 0."""
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)


def kneser_ney(train: Any, text: Any, tokens: int, longest: int) -> Any:
    r"""Return the bits of each character of ``text (N,)`` for contexts of 0 to ``longest`` characters, (longest+1, N).

    .. math:: p_k(c | s) = \frac{\max(a_k(s c) - D_k, 0)}{a_k(s)} + \frac{D_k\, N_k(s)}{a_k(s)}\, p_{k-1}(c | s')

    where :math:`s'` is :math:`s` without its first character, :math:`N_k(s)` the number of kinds that followed, and
    :math:`a_k` the counts at the longest order, at each lower one the number of kinds of character that came before:
    what a short context must predict is how a longer one goes on that was not seen. The discount is
    :math:`D_k = n_1/(n_1 + 2 n_2)`, from how many strings were counted once and twice, 1/2 if none was. At order 0
    the rest goes to all characters alike. The text's first ``longest`` characters are context only, for all orders.
    Sources: Kneser and Ney, *Improved backing-off for m-gram language modeling*, 1995; for the interpolated form Chen
    and Goodman, *An empirical study of smoothing techniques for language modeling*, 1999, section 4.
    """
    bits = [_bits(train, text, tokens, order) for order in range(longest + 1)]
    return np.array([one[longest:] for one in bits])


def _bits(train: Any, text: Any, tokens: int, order: int) -> Any:
    p = np.full(len(text), 1 / tokens)
    for k in range(order + 1):
        pairs, counts = _adjusted(train, k, tokens, top=k == order)
        strings, where, kinds = np.unique(pairs // tokens, return_inverse=True, return_counts=True)
        totals = np.bincount(where, counts)
        D = _discount(counts)
        string = codes(text, k, tokens)
        seen = _lookup(pairs, counts, string * tokens + text[k:])
        out_of = _lookup(strings, totals, string)
        blended = (np.maximum(seen - D, 0) + D * _lookup(strings, kinds, string) * p[k:]) / np.maximum(out_of, 1)
        p[k:] = np.where(out_of > 0, blended, p[k:])
    return -np.log2(p)


def _adjusted(train: Any, k: int, tokens: int, top: bool) -> tuple[Any, Any]:
    """Return strings of k + 1 characters, as sorted numbers, and their counts, or of how many kinds before them."""
    if top:
        return np.unique(_strings(train, k + 1, tokens), return_counts=True)
    return np.unique(np.unique(_strings(train, k + 2, tokens)) % tokens ** (k + 1), return_counts=True)


def _strings(ids: Any, length: int, tokens: int) -> Any:
    """Return a number for each string of this length, the last one too."""
    return codes(ids, length - 1, tokens) * tokens + ids[length - 1 :]


def _discount(counts: Any) -> float:
    once, twice = np.sum(counts == 1), np.sum(counts == 2)
    return float(once / (once + 2 * twice)) if once else 0.5
