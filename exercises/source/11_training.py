"""Questions of the notebook 11_training: cases, reference answers, oracles and the mistakes people make.

The references follow the chapter. The oracles count arrays that they have made, deal sequences out one by one, look up
each window's places, differentiate with autograd, run a whole stream at once, or ask a program whether an input of
today moves when tomorrow does.
"""

from fractions import Fraction
from functools import partial

import numpy as np
import torch

from rnngrade import Case, Covers, Group, Mistake, Question, Tolerance
from rnngrade.authoring.dealt import dealing, two_exchanged

FORBID = ("torch", "rnnlib", "scipy", "sklearn", "pandas")
DOUBLE = torch.float64


def _named(answer, name, message):
    return Mistake(answer, message, name=name)


# 1. the budget of memory ---------------------------------------------------------------------------------------------

BLOCKS = {"plain": 1, "gru": 3, "lstm": 4}
KINDS_WAIVED = {"matters: cell": "its word is no number to be changed a little; every group has all three cells"}


def budget_cases(rng):
    for cell, T, B, n, d, m in (("plain", 7, 3, 5, 4, 2), ("gru", 6, 2, 8, 3, 10), ("lstm", 9, 4, 6, 2, 5)):
        scale = int(rng.integers(2, 6))
        yield cell, scale * d, scale * n, m, scale * T, B, 4


def budget_edge_cases(rng):
    m = int(rng.integers(3, 9))
    yield Case(("plain", 3, 4, m, 1, 2, 8), "a single step")
    yield Case(("gru", 1, 2, m, 5, 1, 8), "one sequence of one input")
    yield Case(("lstm", 2, 1, m, 2, 6, 2), "one unit, half precision")
    yield "gru", 40, 30, 1, 100, 64, 4


def _budget(cell, d, n, m, T, B, size, *, blocks=BLOCKS, bias=True, readout=True, readout_bias=True, copies=2,
            grads=1, states=1, start=True, carousel=True, kept=True, plain_kept=False, inputs=True, logits=True):
    k = blocks[cell]
    count = k * (n * n + n * d + bias * n) + readout * (m * n + readout_bias * m)
    each = 2 if cell == "lstm" and carousel else 1
    saved = k if kept and (cell != "plain" or plain_kept) else 0
    activations = T * B * (inputs * d + saved * n + logits * m) + each * states * (T + start) * B * n
    return {"parameters": size * count, "gradients": size * grads * count, "optimiser": size * copies * count,
            "activations": size * activations}


def budget(cell, d, n, m, T, B, size):
    return _budget(cell, d, n, m, T, B, size)


def counted_arrays(cell, d, n, m, T, B, size):
    """Oracle: the shapes of all arrays written down, and their entries counted."""
    blocks = {"plain": ["h"], "gru": ["r", "z", "candidate"], "lstm": ["f", "i", "o", "candidate"]}[cell]
    weights = [shape for _ in blocks for shape in ((n, n), (n, d), (n,))] + [(m, n), (m,)]
    kept = [(T, B, d), (T, B, m)] + [(T + 1, B, n)] * (2 if cell == "lstm" else 1)
    kept += [(T, B, n) for _ in blocks if cell != "plain"]

    def space(shapes):
        return sum(size * np.broadcast_to(0, shape).size for shape in shapes)

    return {"parameters": space(weights), "gradients": space(weights), "optimiser": space(weights + weights),
            "activations": space(kept)}


def _budget_with(name, message, **changed):
    return _named(lambda *args: _budget(*args, **changed), name, message)


budget_question = Question(
    "memory-budget", points=4, answer="budget",
    cases=[Group("typical", 2, budget_cases), Group("edge", 2, budget_edge_cases)], reference=budget,
    oracle=counted_arrays, forbid=FORBID, tolerance=Tolerance(rtol=1e-9, atol=0.1),
    covers=Covers(waived=KINDS_WAIVED),
    mistakes=[
        _budget_with("one_copy", "`optimiser`: Adam keeps two numbers a parameter, a mean of the gradient and one of "
                     "its square.", copies=1),
        _budget_with("no_copy", "`optimiser`: Adam has a memory, a mean of the gradient and one of its square.",
                     copies=0),
        _budget_with("three_copies", "`optimiser` counts the parameters or the gradients too, which have entries of "
                     "their own.", copies=3),
        _budget_with("no_gradients", "`gradients`: each parameter has one.", grads=0),
        _budget_with("blocks_exchanged", "Count the blocks again: a GRU has two gates and a candidate, an LSTM three "
                     "gates and a candidate.", blocks={"plain": 1, "gru": 4, "lstm": 3}),
        _budget_with("gates_only", "Besides its gates, a GRU or an LSTM has a block for the candidate.",
                     blocks={"plain": 1, "gru": 2, "lstm": 3}),
        _budget_with("no_biases", "Some biases are missing: every block has one, and the readout has one.", bias=False,
                     readout_bias=False),
        _budget_with("cell_bias_missing", "The cell's biases are missing, n numbers a block.", bias=False),
        _budget_with("readout_bias_missing", "The readout has a bias as well, m numbers.", readout_bias=False),
        _budget_with("readout_missing", "The readout's parameters are missing: m n weights and m biases.",
                     readout=False),
        _budget_with("no_first_state", "`activations`: the state before the first step is kept as well, T + 1 in all.",
                     start=False),
        _budget_with("cell_state_missing", "`activations`: an LSTM has two states, h and c, and both are kept.",
                     carousel=False),
        _budget_with("blocks_not_kept", "`activations`: the way back asks for the outputs of a GRU's or an LSTM's "
                     "blocks, not only for the states.", kept=False),
        _budget_with("plain_block_twice", "`activations`: a plain cell's one block puts out the new state itself. It "
                     "is counted among the states already.", plain_kept=True),
        _budget_with("inputs_missing", "`activations`: the inputs are kept; the gradient of U is made of them.",
                     inputs=False),
        _budget_with("outputs_missing", "`activations`: the readout's outputs are kept, m a step.", logits=False),
        _budget_with("states_missing", "`activations`: the states themselves are kept.", states=0),
        _named(lambda cell, d, n, m, T, B, size: _budget(cell, d, n, m, T, B, 1), "numbers_for_bytes",
               "These are numbers, not bytes: each takes `size` of them."),
        _named(lambda cell, d, n, m, T, B, size: _budget(cell, d, n, m, T, B, 8 * size), "bits_for_bytes",
               "These are bits. `size` is in bytes."),
        _named(lambda cell, d, n, m, T, B, size: _budget(cell, d, n, m, T, 1, size), "one_sequence",
               "`activations` are those of one sequence; B of them are in the batch."),
        _named(lambda cell, d, n, m, T, B, size: {
            **_budget(cell, d, n, m, T, B, size),
            "gradients": B * _budget(cell, d, n, m, T, B, size)["gradients"]}, "a_gradient_a_sequence",
            "`gradients`: those of the sequences are added up as they are made. There is one number a parameter, "
            "however many sequences."),
        _named(lambda cell, d, n, m, T, B, size: {
            **_budget(cell, d, n, m, T, B, size),
            "gradients": T * _budget(cell, d, n, m, T, B, size)["gradients"]}, "a_gradient_a_step",
            "`gradients`: those of the steps are added up as they are made. There is one number a parameter, however "
            "many steps."),
    ],
    hints=(
        "First the parameters: k blocks of n n + n d + n, and the readout's m n + m. Gradients: as many. Adam: twice "
        "as many.",
        "Then everything with a time axis: the inputs, the states from 0 to T (two kinds for an LSTM), the blocks' "
        "outputs, the readout's.",
        "size * (T*B*(d + m + k*n) + (T+1)*B*n) for a GRU with k = 3; without k*n for a plain cell; with 2*(T+1)*B*n "
        "for an LSTM, k = 4.",
    ),
)


# 2. the largest batch ------------------------------------------------------------------------------------------------


def room_for(cell, d, n, m, T, B, size):
    return sum(counted_arrays(cell, d, n, m, T, B, size).values())


def room_between(cell, d, n, m, T, B, size, share):
    """Room for B sequences and this share of one more."""
    low, high = (room_for(cell, d, n, m, T, B + more, size) for more in (0, 1))
    return low + int(share * (high - low))


def largest_cases(rng):
    for cell, d, n, m, T in (("plain", 12, 20, 9, 35), ("gru", 8, 16, 5, 50), ("lstm", 10, 24, 7, 20)):
        B = int(rng.integers(20, 60))
        yield cell, d, n, m, T, 4, room_between(cell, d, n, m, T, B, 4, 0.7 if cell == "gru" else 0.3)


def largest_edge_cases(rng):
    m = int(rng.integers(3, 9))
    yield Case(("gru", 4, 6, m, 12, 8, room_for("gru", 4, 6, m, 12, 17, 8)), "17 sequences fit exactly")
    yield Case(("lstm", 4, 6, m, 2, 8, room_for("lstm", 4, 6, m, 2, 17, 8) - 1), "one byte less than 17 sequences need")
    yield "gru", 3, 5, m, 8, 2, room_between("gru", 3, 5, m, 8, 9, 2, 0.2)
    yield Case(("plain", 1, 2, m, 1, 4, room_for("plain", 1, 2, m, 1, 1, 4) - 1), "not even one sequence fits")
    yield Case(("gru", 2, 1, m, 3, 4, room_for("gru", 2, 1, m, 3, 0, 4) // 2), "not even the weights fit")


def _largest(cell, d, n, m, T, size, room, *, take=sum, each=None, rounded=lambda q: q.numerator // q.denominator,
             lowest=0, **changed):
    parts = _budget(cell, d, n, m, T, 1, size, **changed)
    one = parts.pop("activations") if each is None else each(parts.pop("activations"))
    return max(lowest, rounded(Fraction(int(room - take(parts.values())), int(one)))) if lowest is not None else \
        rounded(Fraction(int(room - take(parts.values())), int(one)))


def largest_batch(cell, d, n, m, T, size, room):
    return _largest(cell, d, n, m, T, size, room)


def largest_by_trying(cell, d, n, m, T, size, room):
    """Oracle: one sequence more, as long as it fits."""
    B = 0
    while room_for(cell, d, n, m, T, B + 1, size) <= room:
        B += 1
    return B


def _half_up(q):
    return int(np.floor(float(q) + 0.5))


def weights_with_each(cell, d, n, m, T, size, room):
    return room // sum(_budget(cell, d, n, m, T, 1, size).values())


def next_power_down(cell, d, n, m, T, size, room):
    B = _largest(cell, d, n, m, T, size, room)
    return 2 ** int(np.log2(B)) if B else 0


largest_question = Question(
    "largest-batch", points=2, answer="largest_batch",
    cases=[Group("typical", 1, largest_cases), Group("edge", 1, largest_edge_cases)], reference=largest_batch,
    oracle=largest_by_trying, forbid=FORBID, tolerance=Tolerance(rtol=1e-9, atol=1e-3),
    covers=Covers(waived=KINDS_WAIVED),
    mistakes=[
        Mistake(weights_with_each, "You divide the room by what one sequence needs with weights and all. The weights "
                "are there once, however many sequences."),
        Mistake(next_power_down, "This is a power of two. Asked is the largest number that fits."),
        _named(lambda *args: _largest(*args, take=lambda _: 0), "all_for_activations",
               "You give the whole room to the activations. Parameters, gradients and Adam's memory need theirs "
               "first."),
        _named(lambda *args: _largest(*args, copies=0, grads=0), "parameters_alone",
               "You take off the parameters alone. Gradients and Adam's memory are there as well."),
        _named(lambda *args: _largest(*args, copies=0), "adam_forgotten", "Adam's memory needs room as well."),
        _named(lambda *args: _largest(*args, rounded=lambda q: -(-q.numerator // q.denominator)), "rounded_up",
               "Rounded up, the batch does not fit: round down."),
        _named(lambda *args: _largest(*args, rounded=_half_up), "rounded", "Rounded to the nearest, the batch may not "
               "fit: round down."),
        _named(lambda *args: _largest(*args, lowest=None), "negative", "Where not even one sequence fits, the answer "
               "is 0; yours is negative."),
        _named(lambda *args: _largest(*args, lowest=1), "at_least_one", "Where not even one sequence fits, the answer "
               "is 0."),
        _named(lambda *args: _largest(*args) - 1, "one_less", "One more fits: the room may be used to the last byte."),
        _named(lambda cell, d, n, m, T, size, room: _largest(cell, d, n, m, 1, size, room), "one_step",
               "You count the activations of one step; T of them are kept."),
    ],
    hints=(
        "What is there once, and what is there once a sequence? Only the activations grow with B.",
        "Your `budget` with B = 1 gives both: the first three entries are fixed, the fourth is what one sequence "
        "needs.",
        "max(0, (room - fixed) // each), in whole numbers.",
    ),
)


# 3. pools of lengths -------------------------------------------------------------------------------------------------


def pool_case(rng, N, size, pool):
    return rng.integers(3, 40, N), size, pool


def pool_cases(rng):
    yield pool_case(rng, 24, 4, 12)
    yield pool_case(rng, 23, 3, 8)


def pool_edge_cases(rng):
    yield Case(pool_case(rng, 14, 3, 5), "a pool that is no multiple of a batch")
    lengths = np.repeat([5, 2, 5, 9], 3)
    yield Case((lengths, 4, 12), "many of one length, one pool")
    yield Case(pool_case(rng, 11, 4, 1), "pools of one sequence")
    yield Case(pool_case(rng, 9, 2, 100), "a pool larger than the data")
    yield Case((rng.integers(3, 30, 3), 5, 3), "fewer sequences than a batch")


def _pooled(lengths, size, pool, *, by=lambda v: np.argsort(v, kind="stable"), offset=True, across=False,
            longest=None, share=lambda padded, real: (padded - real) / padded, mean=False):
    order, batches = [], []
    for start in range(0, len(lengths), pool):
        inside = by(lengths[start : start + pool]) + start * offset
        order += list(inside)
        if not across:
            batches += [inside[k : k + size] for k in range(0, len(inside), size)]
    order = np.array(order)
    if across:
        batches = [order[k : k + size] for k in range(0, len(order), size)]
    tops = [longest or lengths[batch].max() for batch in batches]
    padded = [len(batch) * top for batch, top in zip(batches, tops)]
    real = [lengths[batch].sum() for batch in batches]
    if mean:
        return order, float(np.mean([share(p, r) for p, r in zip(padded, real)]))
    return order, float(share(sum(padded), sum(real)))


def pooled(lengths, size, pool):
    return _pooled(lengths, size, pool)


def pooled_on_a_grid(lengths, size, pool):
    """Oracle: an array of True for words and False for padding, batch by batch, and its False counted."""
    order, words = [], []
    pools = [list(range(len(lengths)))[k : k + pool] for k in range(0, len(lengths), pool)]
    for inside in pools:
        inside = sorted(inside, key=lambda i: (lengths[i], i))
        order += inside
        while inside:
            batch, inside = inside[:size], inside[size:]
            grid = np.arange(max(lengths[i] for i in batch)) < np.array([[lengths[i]] for i in batch])
            words.append(grid.ravel())
    return np.array(order), float(np.mean(~np.concatenate(words)))


def _sorted_lengths(lengths, size, pool):
    order, share = _pooled(lengths, size, pool)
    return lengths[order], share


pool_question = Question(
    "pools-of-lengths", points=3, answer="pooled", parts=("order", "share"),
    cases=[Group("typical", 2, pool_cases), Group("edge", 1, pool_edge_cases)], reference=pooled,
    oracle=pooled_on_a_grid, forbid=FORBID, axes={"lengths": "N", "order": "N"},
    tolerance=Tolerance(rtol=1e-6, atol=1e-9),
    mistakes=[
        _named(lambda lengths, size, pool: _pooled(lengths, size, len(lengths)), "all_sorted",
               "You sort the whole set. Sorting is within each pool; the pools stay in their order."),
        _named(lambda *args: _pooled(*args, by=lambda v: np.arange(len(v))), "not_sorted",
               "The sequences of a pool are to be sorted by length before they are cut into batches."),
        _named(lambda *args: _pooled(*args, by=lambda v: np.argsort(-v, kind="stable")), "longest_first",
               "The longest come first here. Asked is from short to long."),
        _named(lambda *args: _pooled(*args, by=lambda v: len(v) - 1 - np.argsort(v[::-1], kind="stable")), ""
               "ties_turned",
               "Sequences of one length have changed places: use a sort that is stable, np.argsort(.., kind=\"stable\""
                                                                                                   ")."),
        _named(lambda lengths, size, pool: _pooled(lengths, size, pool, longest=lengths.max()), "longest_of_all",
               "`share`: a batch is padded to its own longest sequence, not to the longest of all."),
        _named(lambda *args: _pooled(*args, mean=True), "mean_of_shares",
               "`share`: this is the mean of the batches' shares. Long batches have more places: count them all."),
        _named(lambda *args: _pooled(*args, share=lambda padded, real: (padded - real) / real), "against_the_words",
               "`share`: you divide by the words. Asked is the share of all places, padding included."),
        _named(lambda *args: _pooled(*args, share=lambda padded, real: real / padded), "share_of_words",
               "`share`: this is the share of the words. Asked is that of the padding."),
        _named(lambda *args: _pooled(*args, share=lambda padded, real: padded - real), "padding_counted",
               "`share`: this is the number of padded places. Asked is their share."),
        _named(lambda *args: _pooled(*args, across=True), "batches_across_pools",
               "`share`: your batches run on from one pool into the next. A batch ends where its pool ends."),
        Mistake(_sorted_lengths, "`order` holds lengths. Asked are the places of the sequences, so that lengths[order] "
                "would be these."),
        _named(lambda lengths, size, pool: (np.argsort(_pooled(lengths, size, pool)[0]),
                                            _pooled(lengths, size, pool)[1]), "ranks",
               "`order` says where each sequence goes. Asked is which one comes first, which second.."),
    ],
    hints=(
        "For start in range(0, N, pool): np.argsort of lengths[start:start + pool], stable, plus start.",
        "Within a pool cut its part of the order into slices of `size`; each slice is a batch with "
        "len(batch) * lengths[batch].max() places.",
        "Add up all places and all words over all batches, then (places - words) / places.",
    ),
)


# 4. windows without leaks --------------------------------------------------------------------------------------------


def series_case(rng, N, width, split, gaps):
    series = np.cumsum(rng.standard_normal(N)) + 0.3 * np.arange(N)
    series[list(gaps)] = np.nan
    return series, width, split


def series_cases(rng):
    yield series_case(rng, 30, 4, 20, (7, 8, 19, 25))
    yield series_case(rng, 41, 6, 25, (3, 25, 26, 40))


def series_edge_cases(rng):
    yield Case(series_case(rng, 16, 1, 9, (9, 10)), "windows of one step, a gap on the first day of the test")
    yield Case(series_case(rng, 17, 3, 12, (1, 2, 11)), "a gap on the last day of training")
    yield Case(series_case(rng, 15, 5, 6, ()), "a single training window, no gap")
    yield series_case(rng, 20, 2, 17, (5,))


def _forward(y):
    y = y.copy()
    for t in range(1, len(y)):
        if np.isnan(y[t]):
            y[t] = y[t - 1]
    return y


def _backward(y):
    y = _forward(y[::-1])[::-1]
    return _forward(y)


def _straight(y):
    known = ~np.isnan(y)
    return np.interp(np.arange(len(y)), np.flatnonzero(known), y[known])


def _windows(series, width, split, *, fill=_forward, fit=lambda z, split, width: z[:split], test_fit=None, ddof=0,
             first=None, last=None, target=0, turn=False, spread=True, raw=False):
    z = fill(series)
    known = fit(z, split, width)
    mean, sd = (0.0, 1.0) if raw else (known.mean(), known.std(ddof=ddof) if spread else 1.0)
    scaled = (z - mean) / sd
    later = scaled if test_fit is None else (z - test_fit(z, split).mean()) / test_fit(z, split).std()
    starts = range(len(z) - width)
    train = [i for i in starts if (last(i, width, split) if last else i + width < split)]
    test = [i for i in starts if (first(i, width, split) if first else i + width >= split)]

    def cut(values, places):
        X = np.array([values[i : i + width][:: -1 if turn else 1] for i in places]).reshape(-1, width)
        return X, np.array([values[i + width + target] for i in places])

    return *cut(scaled, train), *cut(later, test)


def prepare(series, width, split):
    return _windows(series, width, split)


def prepared_target_by_target(series, width, split):
    """Oracle: for each target the last known values before it are looked up, one place at a time."""
    def known(t):
        while np.isnan(series[t]):
            t -= 1
        return series[t]

    training = [known(t) for t in range(split)]
    mean = sum(training) / split
    sd = (sum((value - mean) ** 2 for value in training) / split) ** 0.5
    out = []
    for days in (range(width, split), range(max(width, split), len(series))):
        out.append(np.array([[(known(t - k) - mean) / sd for k in range(width, 0, -1)] for t in days]))
        out.append(np.array([(known(t) - mean) / sd for t in days]))
    return tuple(out)


def _filled_with_mean(y):
    return np.where(np.isnan(y), np.nanmean(y), y)


def _filled_with_zero(y):
    return np.nan_to_num(y)


def _targets_of_training(z, split, width):
    return z[width:split]


def scaled_before_filling(series, width, split):
    mean, sd = np.nanmean(series[:split]), np.nanstd(series[:split])
    return _windows((series - mean) / sd, width, split, raw=True)


def _spread(series, width, split, measure):
    low, size = measure(_forward(series)[:split])
    return _windows((series - low) / size, width, split, raw=True)


def each_by_itself(series, width, split):
    X, y, X_test, y_test = _windows(series, width, split, raw=True)

    def own(X, y):
        mean, sd = X.mean(axis=1), X.std(axis=1) + 1e-8
        return (X - mean[:, None]) / sd[:, None], (y - mean) / sd

    return *own(X, y), *own(X_test, y_test)


windows_question = Question(
    "windows-without-leaks", points=4, answer="prepare", parts=("X_train", "y_train", "X_test", "y_test"),
    cases=[Group("typical", 2, series_cases), Group("edge", 2, series_edge_cases)], reference=prepare,
    oracle=prepared_target_by_target, forbid=FORBID, tolerance=Tolerance(rtol=1e-7, atol=1e-10),
    axes={"series": "N", "X_train": "N1 width", "y_train": "N1", "X_test": "N2 width", "y_test": "N2"},
    mistakes=[
        _named(lambda *args: _windows(*args, fit=lambda z, split, width: z), "scaled_by_all",
               "Mean and deviation are those of the whole series: what comes after the split has told training where "
               "it will lie. Take them from the days before the split."),
        _named(lambda *args: _windows(*args, test_fit=lambda z, split: z[split:]), "test_by_itself",
               "The test part is scaled by its own mean and deviation, which nobody knows on its first day. Use those "
               "of training for both."),
        _named(lambda *args: _windows(*args, fit=_targets_of_training), "scaled_by_targets",
               "Mean and deviation leave out the first `width` days, which belong to training as well."),
        _named(lambda *args: _windows(*args, ddof=1), "one_degree_less", "The deviation is the one of np.std, dividing "
               "by the number of days."),
        _named(lambda *args: _windows(*args, spread=False), "only_centred", "The mean is taken off; the deviation is "
               "still to be divided by."),
        Mistake(scaled_before_filling, "Mean and deviation are those of the known values alone. Fill first: the "
                "repeated values count as well."),
        _named(lambda *args: _spread(*args, lambda known: (known.min(), np.ptp(known))), "to_zero_and_one",
               "The values are brought to 0 .. 1 by the smallest and the largest. Asked are mean and deviation."),
        _named(lambda *args: _spread(*args, lambda known: (known.mean(), known.var())), "by_the_variance",
               "You divide by the variance. Asked is the standard deviation, its root."),
        Mistake(each_by_itself, "Each window is scaled by itself. Asked is one mean and one deviation for all, those "
                "of the training days."),
        _named(lambda *args: _windows(*args, raw=True), "not_scaled", "The values are not scaled."),
        _named(lambda *args: _windows(*args, fill=_straight), "straight_lines",
               "Gaps are filled by straight lines, which lead to a value that comes later: a leak. Take the last known "
               "value."),
        _named(lambda *args: _windows(*args, fill=_backward), "filled_backward",
               "Gaps are filled with the next known value, which comes later: a leak. Take the last known value."),
        _named(lambda *args: _windows(*args, fill=_filled_with_mean), "filled_with_the_mean",
               "Gaps are filled with a mean. Asked is the last known value."),
        _named(lambda *args: _windows(*args, fill=_filled_with_zero), "filled_with_zero",
               "Gaps are filled with zero. Asked is the last known value."),
        _named(lambda *args: _windows(*args, last=lambda i, width, split: i < split), "by_their_first_day",
               "`X_train`, `y_train`: you go by a window's first day. Its target, `width` days later, may lie beyond "
               "the split, and the test would have been learnt."),
        _named(lambda *args: _windows(*args, last=lambda i, width, split: i + width - 1 < split), "by_their_last_input",
               "`X_train`, `y_train`: one window too many. Its inputs end before the split, its target does not."),
        _named(lambda *args: _windows(*args, first=lambda i, width, split: i >= split), "whole_windows_after",
               "`X_test`, `y_test`: the first days after the split are never forecast. On the day of the split its "
               "inputs, all from before, are known: no leak."),
        _named(lambda *args: _windows(*args, first=lambda i, width, split: i + width > split), "first_day_missing",
               "`X_test`, `y_test`: the day `split` itself belongs to the test."),
        _named(lambda *args: _windows(*args, target=-1), "target_in_its_input",
               "The target is the last of its own inputs: the model would only have to copy."),
        _named(lambda *args: _windows(*args, turn=True), "newest_first", "The inputs stand from the newest to the "
               "oldest. Asked is the order of time."),
    ],
    hints=(
        "Three steps, in this order: fill, looking back only; scale by mean and deviation of the first `split` days; "
        "cut windows.",
        "The target at day t has the inputs z[t - width:t]. Training is t = width .. split - 1, the test t = "
        "max(split, width) .. N - 1.",
        "So X_train = np.array([z[t - width:t] for t in range(width, split)]) and y_train = z[width:split]; the test "
        "goes on from there.",
    ),
)


# 5. eight programs ---------------------------------------------------------------------------------------------------

LEAKS = ("none", "statistics", "future", "target", "overlap", "selection")


def as_looked_at():
    """From the lines."""
    return {"A": "statistics", "B": "none", "C": "future", "D": "overlap", "E": "target", "F": "none",
            "G": "selection", "H": "future"}


def as_moved():
    """Oracle: the programs are run twice, the second time with another tomorrow, and what moves is looked at."""
    rng = np.random.default_rng(0)
    y, split, today = rng.standard_normal(60), 40, 20
    kernel, lag = np.ones(5) / 5, np.arange(60)
    programs = {
        "A": lambda y: (y - y.mean()) / y.std(),
        "B": lambda y: (y - y[:split].mean()) / y[:split].std(),
        "C": lambda y: np.convolve(y, kernel, mode="same"),
        "E": lambda y: np.diff(y, append=y[-1:]),
        "F": lambda y: np.array([y[max(0, t - 4) : t + 1].mean() for t in lag]),
        "H": lambda y: np.array([y[t:] @ 0.5 ** (lag[t:] - t) for t in lag]),
    }

    def verdict(program):
        tomorrow, far = y.copy(), y.copy()
        tomorrow[today + 1] += 1.0
        far[split + 5] += 1.0
        near_move = program(tomorrow)[today] - program(y)[today]
        far_move = program(far)[today] - program(y)[today]
        if abs(program(y)[today] + y[today] - y[today + 1]) < 1e-12:
            return "target"  # the forecast is today's value and this input
        lagging = [abs((program(np.where(lag == today + k, y + 1.0, y)) - program(y))[today]) for k in (1, 2, 15)]
        if lagging[0] > 20 * far_move ** 2 and lagging[0] > 3 * abs(far_move) and abs(near_move) > 0.05:
            return "future"
        return "statistics" if abs(far_move) > 1e-6 else "none"

    windows = [set(range(i, i + 10)) for i in range(50)]
    order = np.random.default_rng(1).permutation(50)
    shared = any(windows[i] & windows[j] for i in order[:35] for j in order[35:])
    found = {letter: verdict(program) for letter, program in programs.items()}
    test_losses = [[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]]
    picks = {int(np.argmin(losses)) for losses in test_losses}  # training unchanged, test changed: another epoch
    return {**found, "D": "overlap" if shared else "none", "G": "selection" if len(picks) > 1 else "none"}


def _read_as(letter, label, message):
    return Mistake({**as_looked_at(), letter: label}, message, name=f"{letter}_read_as_{label}")


programs_question = Question(
    "eight-programs", points=3, answer="leaks", kind="choice", reference=as_looked_at, oracle=as_moved,
    mistakes=[
        _read_as("A", "none", "One is not: what does the first day's input become if the last day of the test is "
                 "another?"),
        _read_as("A", "future", "One is not: there, no input is made of a later value directly. It is a scale that is "
                 "made of all of them."),
        _read_as("B", "statistics", "One is not: those statistics are made of training days alone."),
        _read_as("C", "none", "One is not: a window that is centred reaches forward as far as back."),
        _read_as("C", "target", "One is not: the value asked for is in that input, but among four others."),
        _read_as("D", "none", "One is not: neighbouring windows share all their days but one."),
        _read_as("D", "future", "One is not: every window looks back only. It is the two parts that have days in "
                 "common."),
        _read_as("E", "future", "One is not: there, input and today's value add up to the answer exactly."),
        _read_as("E", "none", "One is not: what is y[t] plus that input?"),
        _read_as("F", "future", "One is not: that mean ends at today."),
        _read_as("F", "overlap", "One is not: means of days before, which training and test may share as inputs."),
        _read_as("G", "none", "One is not: the loss that is reported is the smallest of two hundred."),
        _read_as("G", "statistics", "One is not: no number of the test enters an input or a scale. Who is chosen by "
                 "it?"),
        _read_as("H", "none", "One is not: what has the half that reads from the end read already, when it stands at "
                 "t?"),
        Mistake(dict.fromkeys("ABCDEFGH", "none"), "Two of the programs are honest, six leak.", name="all_none"),
    ],
    hints=(
        "Change y[t + 1] in your mind. Which inputs of day t move? Then change a day of the test. Which training "
        "inputs move?",
        "Two programs are honest, two let an input look ahead, and each of the other words fits once.",
        "A scale, a centred mean, windows that overlap across parts, a difference taken forward, an epoch that is "
        "chosen, a pass from the end.",
    ),
)


# 6. dropout through time ---------------------------------------------------------------------------------------------


def drop_case(rng, T, B, d, n, p):
    W, U, b = rng.standard_normal((n, n)) / np.sqrt(n), rng.standard_normal((n, d)), 0.3 * rng.standard_normal(n)
    kept_x, kept_h = rng.random((B, d)) < 0.6, rng.random((B, n)) < 0.6
    kept_x[0, 0], kept_h[0, 0] = False, False
    kept_h[-1, -1] = kept_x[-1, -1] = True
    return W, U, b, rng.standard_normal((T, B, d)), rng.standard_normal((B, n)), kept_x, kept_h, p, \
        rng.standard_normal((T, B, n))


def drop_cases(rng):
    yield drop_case(rng, 6, 3, 2, 4, 0.3)
    yield drop_case(rng, 4, 5, 3, 6, 0.4)


def drop_edge_cases(rng):
    yield Case(drop_case(rng, 1, 2, 3, 5, 0.2), "a single step")
    W, U, b, x, h0, kept_x, kept_h, _, dh = drop_case(rng, 5, 2, 1, 3, 0.0)
    yield Case((W, U, b, x, h0, np.ones_like(kept_x), np.ones_like(kept_h), 0.0, dh), "p = 0: nothing is dropped")
    W, U, b, x, h0, kept_x, kept_h, p, dh = drop_case(rng, 3, 2, 4, 2, 0.5)
    yield Case((W, U, b, x, h0, kept_x, np.zeros_like(kept_h), p, dh), "no unit is kept on the way to the next step")
    yield drop_case(rng, 2, 1, 3, 1, 0.25)


def _dropped(W, U, b, x, h0, kept_x, kept_h, p, dh, *, scale=lambda p: 1 / (1 - p), on_x=True, on_h=True,
             where="input", back=True, first=True, slope=lambda h, before: 1 - h**2, local=True, message=True,
             last=True):
    mx = kept_x * scale(p) if on_x else np.ones(kept_x.shape)
    mh = kept_h * scale(p) if on_h else np.ones(kept_h.shape)
    one = np.ones_like(mh)
    into, after, inside = (mh if where == name else one for name in ("input", "state", "sum"))
    h = [h0]
    for t, x_t in enumerate(x):
        gate = one if t == 0 and not first else into
        h.append(after * np.tanh(inside * ((gate * h[-1]) @ W.T + (mx * x_t) @ U.T + b)))
    delta = np.zeros_like(h0)
    for t in range(len(x), 0, -1):
        delta = delta * message + dh[t - 1] * local
        a = (into * h[t - 1] if (t > 1 or first) else h[t - 1]) @ W.T + (mx * x[t - 1]) @ U.T + b
        value = np.tanh(inside * a)
        gate = one if t == 1 and not first else into
        delta = ((after * delta * slope(value, h[t - 1]) * inside) @ W) * (gate if back else one)
    return np.array(h), delta


def dropped(W, U, b, x, h0, kept_x, kept_h, p, dh):
    return _dropped(W, U, b, x, h0, kept_x, kept_h, p, dh)


def dropped_by_autograd(W, U, b, x, h0, kept_x, kept_h, p, dh):
    """Oracle: weights with their columns struck out, sequence by sequence, and torch's gradient."""
    states, grads = [], []
    for i in range(len(h0)):
        start = torch.tensor(h0[i], requires_grad=True)
        V = torch.tensor(W)[:, :] * torch.tensor(kept_h[i] / (1 - p))
        A = torch.tensor(U) * torch.tensor(kept_x[i] / (1 - p))
        run = [start]
        for x_t in x[:, i]:
            run.append(torch.tanh(V @ run[-1] + A @ torch.tensor(x_t) + torch.tensor(b)))
        loss = (torch.stack(run[1:]) * torch.tensor(dh[:, i])).sum()
        grads.append(torch.autograd.grad(loss, start)[0].numpy())
        states.append(torch.stack(run).detach().numpy())
    return np.stack(states, axis=1), np.stack(grads)


def _drop_with(name, words, **changed):
    return _named(lambda *args: _dropped(*args, **changed), name, words)


drop_question = Question(
    "dropout-through-time", points=4, answer="dropped", parts=("h", "dh0"),
    cases=[Group("typical", 2, drop_cases), Group("edge", 2, drop_edge_cases)], reference=dropped,
    oracle=dropped_by_autograd, forbid=FORBID, tolerance=Tolerance(rtol=1e-7, atol=1e-10),
    axes={"W": "n n", "U": "n d", "b": "n", "x": "T B d", "h0": "B n", "kept_x": "B d", "kept_h": "B n",
          "dh": "T B n", "h": "T+1 B n", "dh0": "B n"},
    mistakes=[
        _drop_with("state_struck", "The mask strikes the state itself. It stands only on what goes into W: h_t, which "
                   "the readout sees, stays whole.", where="state"),
        _drop_with("sum_struck", "The mask stands on the sum in front of tanh, and strikes what W and U bring "
                   "together. It belongs on h_{t-1}, before W.", where="sum"),
        _named(lambda W, U, b, x, h0, kept_x, kept_h, p, dh: _dropped(
            W, U, b, x, h0, ~kept_x, ~kept_h, p, dh), "kept_for_dropped",
            "Both masks are used the other way round: True is where something is kept."),
        _drop_with("no_scale", "What is kept is to be divided by 1 - p, so that the sums keep their size on average.",
                   scale=lambda p: 1.0),
        _drop_with("scaled_down", "What is kept is multiplied by 1 - p, which is what one did at test time in the old "
                   "way. Here it is divided by it.", scale=lambda p: 1 - p),
        _drop_with("inputs_not_dropped", "The inputs are not dropped: kept_x is to be used.", on_x=False),
        _drop_with("states_not_dropped", "The states are not dropped: kept_h is to be used.", on_h=False),
        _drop_with("back_without_mask", "On its way back the message goes through the mask too: what was struck has no "
                   "gradient.", back=False),
        _drop_with("first_whole", "The mask stands on the first state as well.", first=False),
        _drop_with("no_slope", "The slope of tanh is missing on the way back.",
                   slope=lambda h, before: np.ones_like(h)),
        _drop_with("slope_of_the_step_before", "The slope is that of the step's own output, 1 - h_t^2, not of "
                   "h_{t-1}.", slope=lambda h, before: 1 - before**2),
        _drop_with("local_missing", "dh0 is zero: where does dh come in?", local=False),
        _drop_with("no_message", "dh0 knows the first step's dh alone: later ones arrive through the states.",
                   message=False),
        _named(lambda W, U, b, x, h0, kept_x, kept_h, p, dh: _dropped(
            W, U, b, x, h0, kept_x, kept_h, p, np.concatenate([0 * dh[:-1], dh[-1:]])), "last_only",
            "dh0 knows the last step's dh alone: every step has one."),
    ],
    hints=(
        "m = kept / (1 - p), once for the states and once for the inputs, before the loop. The same at every step.",
        "h_t = tanh(W (m_h * h_{t-1}) + U (m_x * x_t) + b), with rows: (m_h * h) @ W.T.",
        "Back: delta = message + dh[t - 1]; the next message is ((1 - h_t^2) * delta) @ W * m_h. The last one is dh0.",
    ),
)


# 7. a rate from a log ------------------------------------------------------------------------------------------------


def range_case(rng, N, low, high, blow, beta, factor, bad=None):
    rates = np.geomspace(low, high, N)
    place = np.arange(N) / N
    losses = 2.0 - 1.4 / (1 + np.exp(-14 * (place - 0.45 * blow))) + 0.06 * rng.standard_normal(N)
    losses = losses + 0.3 * np.exp(np.minimum(40 * (place - blow), 12.0)) * (place > blow)
    if bad is not None:
        losses[bad:] = np.nan
    return rates, losses, beta, factor


def range_cases(rng):
    yield range_case(rng, 60, 1e-5, 10.0, 0.7, 0.7, 3.0)
    yield range_case(rng, 45, 1e-4, 1.0, 0.6, 0.5, 2.0)
    rates, losses, beta, factor = range_case(rng, 70, 1e-5, 1.0, 0.6, 0.92, 1.4)
    losses[:2] += 4.0
    yield Case((rates, losses, beta, factor), "a slow mean, and a first loss that is large")


def range_edge_cases(rng):
    rates, losses, beta, factor = range_case(rng, 50, 1e-4, 10.0, 0.9, 0.6, 4.0, bad=41)
    losses[:41] = losses[0] * (1 - 0.015 * np.arange(41)) + 0.02 * rng.standard_normal(41)
    yield Case((rates, losses, beta, factor), "the loss is NaN from some step on")
    yield Case((np.geomspace(1e-4, 1.0, 20), 2 - 0.05 * np.arange(20) + 0.02 * rng.standard_normal(20), 0.8, 1.5),
               "it never diverges")
    losses = np.array([2.0, 1.9, 1.5, 1.2, 30.0, 1.0, 0.4, 0.3])
    yield Case((np.geomspace(1e-3, 1.0, 8), losses, 0.0, 3.0), "no smoothing, and the loss comes back after the stop")
    losses = np.array([1.5, 1.4, 0.4, 1.3, 1.2, 1.1, 1.0, 0.95, 0.8, 9.0, 20.0]) + 0.02 * rng.random(11)
    yield Case((np.geomspace(1e-3, 1.0, 11), losses, 0.6, 2.0), "a single loss that happens to be small")
    yield Case((np.geomspace(1e-3, 1.0, 30), 1.0 + 0.1 * np.arange(30), 0.3, 2.0), "the loss only rises")


def _range(rates, losses, beta, factor, *, smooth=True, corrected=True, tenth=10.0, all_of_it=False, chosen=None,
           against=None, late=0, seed=None, swap=False, skip_nan=False):
    if swap:
        beta = 1 - beta
    m, seen, stop = (0.0 if seed is None else losses[0]), [], len(losses)
    for i, loss in enumerate(losses):
        if not np.isfinite(loss) and not skip_nan:
            stop = i
            break
        m = beta * m + (1 - beta) * loss if smooth else loss
        s = m / (1 - beta ** (i + 1)) if smooth and corrected and seed is None else m
        seen.append(s)
        limit = factor * (min(seen) if against is None else against(seen, losses))
        if s > limit:
            stop = i
            break
    end = len(seen) if all_of_it else min(stop, len(seen))
    best = int(np.argmin(seen[:end])) if chosen is None else chosen(seen[:end], rates)
    return rates[best] / tenth, stop + (late if stop < len(losses) else 0)


def range_test(rates, losses, beta, factor):
    return _range(rates, losses, beta, factor)


def range_test_by_weights(rates, losses, beta, factor):
    """Oracle: each smoothed loss as a weighted mean of those up to it."""
    finite = np.append(~np.isfinite(losses), True).argmax()
    smooth = np.array([np.average(losses[: i + 1], weights=beta ** np.arange(i, -1.0, -1)) for i in range(finite)])
    high = smooth > factor * np.minimum.accumulate(smooth)
    stop = int(np.append(high, True).argmax())
    return float(rates[np.flatnonzero(smooth[:stop] == smooth[:stop].min())[0]] / 10), stop


def _whole_run(rates, losses, beta, factor):
    """The smallest smoothed loss of all, what comes after the stop included."""
    _, stop = _range(rates, losses, beta, factor)
    m, seen = 0.0, []
    for i, loss in enumerate(losses):
        m = beta * m + (1 - beta) * loss
        seen.append(m / (1 - beta ** (i + 1)))
    return rates[int(np.nanargmin(seen))] / 10, stop


def _steepest(seen, rates):
    return int(np.argmin(np.gradient(seen, np.log(rates[: len(seen)]))))


range_question = Question(
    "rate-from-a-log", points=3, answer="range_test", parts=("rate", "stop"),
    cases=[Group("typical", 2, range_cases), Group("edge", 1, range_edge_cases)], reference=range_test,
    oracle=range_test_by_weights, forbid=FORBID, axes={"rates": "N", "losses": "N"},
    tolerance=Tolerance(rtol=1e-6, atol=1e-12),
    mistakes=[
        _named(lambda *args: _range(*args, smooth=False), "not_smoothed", "The losses are taken as they are: the rule "
               "speaks of smoothed ones."),
        _named(lambda *args: _range(*args, corrected=False), "not_corrected", "The running mean starts from zero, so "
               "the first ones are too small: divide by 1 - beta^(i+1)."),
        _named(lambda *args: _range(*args, seed=1), "started_at_the_first_loss", "The running mean starts at the first "
               "loss. By the rule it starts at 0 and is divided by 1 - beta^(i+1)."),
        _named(lambda *args: _range(*args, swap=True), "beta_for_the_new", "beta multiplies the new loss. It is what "
               "is kept of the old mean."),
        _named(lambda *args: _range(*args, tenth=1.0), "not_a_tenth", "`rate`: this is the rate of the smallest loss, "
               "where the next step may diverge. Asked is a tenth of it."),
        Mistake(_whole_run, "`rate`: the smallest loss is looked for before the stop; what comes later does not "
                "count."),
        _named(lambda *args: _range(*args, chosen=_steepest, tenth=1.0), "steepest", "`rate`: this is where the loss "
               "falls fastest, another rule. Asked is a tenth of the rate at which it is smallest."),
        _named(lambda *args: _range(*args, chosen=_steepest), "tenth_of_steepest", "`rate`: you go by where the loss "
               "falls fastest. Asked is where it is smallest, and of that rate a tenth."),
        _named(lambda *args: _range(*args, chosen=lambda seen, rates: len(seen) - 1), "last_before_the_stop",
               "`rate`: you start from the last rate before the stop. Look for the smallest loss."),
        _named(lambda *args: _range(*args, against=lambda seen, losses: seen[0]), "against_the_first",
               "`stop`: a loss is held against the first one. The rule holds it against the smallest so far."),
        _named(lambda *args: _range(*args, against=lambda seen, losses: np.min(losses[: len(seen)])), "against_raw",
               "`stop`: the smoothed loss is held against the smallest raw one. Both sides of the rule are smoothed."),
        _named(lambda *args: _range(*args, late=1), "one_late", "`stop` is the step at which it diverges, not the one "
               "after."),
        _named(lambda *args: _range(*args, late=-1), "one_early", "`stop` is the step at which it diverges, not the "
               "last one before."),
    ],
    hints=(
        "m starts at 0; at step i: m = beta m + (1 - beta) loss, smoothed = m / (1 - beta**(i + 1)).",
        "Keep the smoothed losses in a list. Stop where the loss is not finite, or where the smoothed one exceeds "
        "factor times the smallest in the list.",
        "After the loop np.argmin of the list up to the stop says which rate; divide it by 10. Where nothing stopped "
        "it, stop is the number of steps.",
    ),
)


# 8. a stream in chunks -----------------------------------------------------------------------------------------------


def stream_case(rng, T, B, d, n, m, k, going=None, poisoned=False):
    continues = np.ones(B, bool) if going is None else np.array(going)
    h, past = rng.standard_normal((B, n)), rng.standard_normal((k - 1, B, d))
    if poisoned:
        h[~continues], past[:, ~continues] = np.nan, np.nan
    return (rng.uniform(0.2, 0.98, n), rng.standard_normal((k, n, d)), rng.standard_normal((m, n)), h, past,
            rng.standard_normal((T, B, d)), continues)


def stream_cases(rng):
    yield stream_case(rng, 7, 3, 2, 4, 5, 3, (True, False, True))
    yield stream_case(rng, 6, 4, 3, 5, 2, 4)


def stream_edge_cases(rng):
    yield Case(stream_case(rng, 1, 2, 3, 4, 3, 4), "one step, shorter than the past that is kept")
    yield Case(stream_case(rng, 2, 3, 1, 2, 4, 5, (False, True, True), poisoned=True), "two steps, with a past of four")
    yield Case(stream_case(rng, 4, 2, 3, 1, 2, 1), "k = 1: no past is kept")
    yield Case(stream_case(rng, 3, 1, 2, 6, 2, 2, (False,)), "a stream that begins")


def _stream(f, C, V, h, past, x, continues, *, flip=False, use_past=True, use_h=True, begin_h=True, begin_past=True,
            before=False, keep=None, gain=lambda f: 1.0, order=1):
    zero = ~continues
    h = np.where(zero[:, None], 0.0, h) if begin_h else h
    old = np.where(zero[:, None], 0.0, past) if begin_past else past
    if not use_h:
        h = np.zeros_like(h)
    k = len(C)
    line = np.concatenate([(old if use_past else np.zeros_like(old))[::order], x])
    C = C[::-1] if flip else C
    y = []
    for t in range(len(x)):
        u = sum(line[t + k - 1 - j] @ C[j].T for j in range(k))
        if before:
            y.append(h @ V.T)
        h = f * h + gain(f) * u
        if not before:
            y.append(h @ V.T)
    new = line[len(line) - (k - 1):] if keep is None else keep(old, x, k)
    return np.array(y), h, new


def advance(f, C, V, h, past, x, continues):
    return _stream(f, C, V, h, past, x, continues)


def advance_as_a_whole(f, C, V, h, past, x, continues):
    """Oracle: no step by step; every state is the sum of all that has come in, faded, sequence by sequence."""
    T, k, n = len(x), len(C), len(f)
    y, last = np.zeros((T, len(h), len(V))), np.zeros_like(h)
    new = np.zeros_like(past)
    for i in range(len(h)):
        line = [np.zeros(x.shape[2])] * (k - 1) if not continues[i] else list(past[:, i])
        line = line + list(x[:, i])
        start = h[i] if continues[i] else np.zeros(n)
        drive = [np.sum([C[j] @ line[t + k - 1 - j] for j in range(k)], axis=0) for t in range(T)]
        for t in range(T):
            state = f ** (t + 1) * start + np.sum([f ** (t - s) * drive[s] for s in range(t + 1)], axis=0)
            y[t, i] = V @ state
        last[i] = state
        if k > 1:
            new[:, i] = line[-(k - 1):]
    return y, last, new


def _zeros_first(old, x, k):
    return np.concatenate([np.zeros((max(0, k - 1 - len(x)), *x.shape[1:])), x[max(0, len(x) - (k - 1)):]]) \
        if k > 1 else old


stream_question = Question(
    "stream-in-chunks", points=4, answer="advance", parts=("y", "h", "past"),
    cases=[Group("typical", 2, stream_cases), Group("edge", 2, stream_edge_cases)], reference=advance,
    oracle=advance_as_a_whole, forbid=FORBID, tolerance=Tolerance(rtol=1e-8, atol=1e-10),
    axes={"f": "n", "C": "k n d", "V": "m n", "h": "B n", "past": "k-1 B d", "x": "T B d", "continues": "B",
          "y": "T B m"},
    covers=Covers(ignored={"h": "continues"}),
    mistakes=[
        _named(lambda *args: _stream(*args, flip=True), "kernel_turned", "C[0] belongs to the newest input, x_t "
               "itself; yours is applied the other way round."),
        _named(lambda *args: _stream(*args, use_past=False), "past_not_read", "At the beginning of a chunk the inputs "
               "before it are taken for zero. They stand in `past`."),
        _named(lambda *args: _stream(*args, use_h=False), "state_not_read", "Every chunk begins from a state of zero. "
               "It goes on from h."),
        _named(lambda *args: _stream(*args, begin_h=False, begin_past=False), "never_new", "Streams that begin "
               "(continues is False) start from zero, with nothing before them."),
        _named(lambda *args: _stream(*args, begin_past=False), "old_past_for_new", "A stream that begins has no past "
               "either: the state is not all that must be cleared."),
        _named(lambda *args: _stream(*args, begin_h=False), "old_state_for_new", "A stream that begins has no state "
               "either: the past is not all that must be cleared."),
        _named(lambda *args: _stream(*args, before=True), "read_before", "You read the state before the step's input "
               "has come in: y_t is V h_t."),
        _named(lambda *args: _stream(*args, gain=lambda f: 1 - f), "leaky", "You weigh the input with 1 - f. Here it "
               "comes in as it is."),
        _named(lambda *args: _stream(*args, order=-1, keep=lambda old, x, k: np.concatenate([old, x])[len(x):]),
               "past_turned", "`past` holds the oldest input first; you read it from the newest."),
        _named(lambda *args: _stream(*args, keep=lambda old, x, k: old), "past_not_moved", "`past`: the one you return "
               "is the one you were given. The next chunk asks for the inputs of this one."),
        _named(lambda *args: _stream(*args, keep=_zeros_first), "short_chunk", "`past`: a chunk shorter than the past "
               "pushes out the oldest only; the rest of the old past stays."),
        _named(lambda *args: _stream(*args, keep=lambda old, x, k: np.concatenate([old, x])[::-1][: k - 1]),
               "past_newest_first", "`past` should hold the oldest input first; yours begins with the newest."),
    ],
    hints=(
        "Set h and past to zero where continues is False (np.where, not a product: there may be NaN).",
        "Put past in front of x: line. Then u_t = sum over j of line[t + k - 1 - j] @ C[j].T, and h = f * h + u_t.",
        "The new past is the last k - 1 entries of line: line[len(line) - (k - 1):], which is right for k = 1 too.",
    ),
)


# 9. weights in eight bits --------------------------------------------------------------------------------------------


def eight_case(rng, n, d, spread=1.0):
    W = rng.standard_normal((n, d)) * np.exp(spread * rng.standard_normal((n, 1)))
    return W, 1.7 * rng.standard_normal(d)


def eight_cases(rng):
    yield eight_case(rng, 5, 8)
    W, x = eight_case(rng, 4, 30)
    W[0] = -np.abs(W[0])
    yield W, x


def eight_edge_cases(rng):
    W, x = eight_case(rng, 4, 6)
    W[2] = 0
    yield Case((W, x), "a row of zeros")
    yield Case(eight_case(rng, 1, 5), "one row")
    W, x = eight_case(rng, 3, 40, 0.0)
    yield Case((np.abs(W) + 0.4, np.abs(x) + 0.4), "all of one sign: the sums are large")
    yield Case((eight_case(rng, 2, 1)[0], np.array([-0.7])), "one input, negative")
    W, x = eight_case(rng, 3, 2)
    yield Case((W, np.zeros(2)), "an input of zeros")


def _safe(s):
    return np.where(s == 0, 1.0, s)


def _eight(W, x, *, per=lambda W: np.abs(W).max(1), top=127, whole=np.round, sums=np.int32, exact_x=False,
           same_scale=False, once=False):
    s = _safe(per(W) / top)
    column = np.ndim(s) == 1 and len(s) == W.shape[0]
    q = whole(W / (s[:, None] if column else s)).clip(-128, 127).astype(np.int8)
    sx = float(_safe(np.abs(x).max() / top))
    qx = whole(x / sx).clip(-128, 127).astype(np.int8)
    total = q.astype(sums) @ (x if exact_x else qx.astype(sums))
    scale = s if column else np.broadcast_to(s, len(W)).copy()
    y = scale * total * (1.0 if exact_x or once else sx)
    return q, scale, y


def eight_bits(W, x):
    return _eight(W, x)


def eight_bits_one_by_one(W, x):
    """Oracle: row by row in whole numbers of Python."""
    def small(values):
        largest = max(abs(float(value)) for value in values)
        step = largest / 127 if largest > 0 else 1.0
        return [round(float(value) / step) for value in values], step

    qx, sx = small(x)
    q, scale, y = [], [], []
    for row in W:
        whole, step = small(row)
        q.append(whole)
        scale.append(step)
        y.append(sum(a * b for a, b in zip(whole, qx)) * step * sx)
    return np.array(q, dtype=np.int8), np.array(scale), np.array(y)


def _by_columns(W, x):
    s = _safe(np.abs(W).max(0) / 127)
    q = np.round(W / s).astype(np.int8)
    sx = float(_safe(np.abs(x).max() / 127))
    return q, _safe(np.abs(W).max(1) / 127), (q * s).astype(float) @ (np.round(x / sx) * sx)


def _asymmetric(W, x):
    """A zero point and the whole range of 255 steps."""
    low, high = W.min(1, keepdims=True), W.max(1, keepdims=True)
    s = _safe((high - low) / 255)
    q = (np.round((W - low) / s) - 128).clip(-128, 127).astype(np.int8)
    sx = float(_safe(np.abs(x).max() / 127))
    return q, s[:, 0], ((q.astype(float) + 128) * s + low) @ (np.round(x / sx) * sx)


def _inverse_scale(W, x):
    q, scale, y = _eight(W, x)
    return q, 1 / scale, y


eight_question = Question(
    "eight-bits", points=3, answer="eight_bits", parts=("q", "scale", "y"),
    cases=[Group("typical", 2, eight_cases), Group("edge", 1, eight_edge_cases)], reference=eight_bits,
    oracle=eight_bits_one_by_one, forbid=FORBID, axes={"W": "n d", "x": "d", "q": "n d", "scale": "n", "y": "n"},
    tolerance=Tolerance(rtol=1e-7, atol=1e-10),
    mistakes=[
        _named(lambda W, x: _eight(W, x, per=lambda W: np.abs(W).max()), "one_scale_for_all",
               "There is one scale for the whole matrix. Each row has its own, or a row of small weights is left with "
               "few steps."),
        _named(_by_columns, "a_scale_a_column", "q has a scale a column. Asked is one a row, which can be taken out of "
               "the sum over the columns."),
        _named(lambda W, x: _eight(W, x, top=128), "by_128", "128 does not fit into eight bits with a sign; the "
               "largest weight becomes 127 or -127."),
        _named(lambda W, x: _eight(W, x, whole=np.trunc), "cut_off", "Cut off, every number is moved towards zero. "
               "Round to the nearest."),
        _named(lambda W, x: _eight(W, x, whole=np.floor), "rounded_down", "np.floor, or //, moves every number down. "
               "Round to the nearest."),
        _named(lambda W, x: _eight(W, x, per=lambda W: W.max(1)), "largest_with_sign", "The scale is made of the "
               "largest weight, not of the largest in size: in a row of negative ones they differ."),
        _named(_asymmetric, "zero_point", "You spread each row over all 256 values, with an offset. Asked is the "
               "symmetric way: 0 stays 0."),
        _named(_inverse_scale, "scale_inverted", "`scale` is what q is multiplied by to give W back: yours is the "
               "inverse."),
        _named(lambda W, x: _eight(W, x, sums=np.int8), "sums_in_eight_bits", "`y`: products and sums overflow in "
               "eight bits, silently. Convert to int32 first, as a processor's adder does."),
        _named(lambda W, x: _eight(W, x, sums=np.int16), "sums_in_sixteen_bits", "`y`: sixteen bits hold two products "
               "of 127 by 127, not more. Add up in int32."),
        _named(lambda W, x: _eight(W, x, exact_x=True), "input_not_rounded", "`y`: the input, too, goes through eight "
               "bits, with a scale of its own."),
        _named(lambda W, x: _eight(W, x, once=True), "scale_of_x_missing", "`y`: the scale of x is missing."),
        _named(lambda W, x: (*_eight(W, x)[:2], W @ x), "exact_product", "`y` is the exact product. Asked is the one "
               "of the rounded numbers."),
    ],
    hints=(
        "scale = np.abs(W).max(axis=1) / 127, and 1 where that is zero. Then q = np.round(W / scale[:, None]), as "
        "int8.",
        "x has a scale as well, one number, and is rounded in the same way.",
        "y = scale * scale_x * (q.astype(np.int32) @ qx.astype(np.int32)).",
    ),
)


# 10. five logs -------------------------------------------------------------------------------------------------------

AILMENTS = ("vanishing", "exploding", "memorising", "rate too small", "healthy")
DEAL = 11


def as_read():
    """From the numbers."""
    return {"A": "exploding", "B": "healthy", "C": "memorising", "D": "rate too small", "E": "vanishing"}


_exchanged = partial(two_exchanged, as_read())

logs_question = Question(
    "ailing-runs", points=3, answer="logs", kind="choice", reference=as_read, oracle=dealing(AILMENTS, DEAL),
    mistakes=[
        _exchanged("vanishing", "rate too small", "Both stand still or nearly so. In one, what arrives at the first "
                   "step is all there, and the loss creeps; in the other nothing arrives."),
        _exchanged("vanishing", "exploding", "Look at the last column: by how much is an error multiplied on its way "
                   "to the first step?"),
        _exchanged("memorising", "healthy", "Both learn what they are trained on. What about sequences that they have "
                   "not seen?"),
        _exchanged("vanishing", "memorising", "One of them does learn its own sequences."),
        _exchanged("exploding", "rate too small", "Look at the size of the gradient."),
        _exchanged("healthy", "rate too small", "Both are alive and fall; one arrives."),
        _exchanged("exploding", "healthy", "Look at the size of the gradient, and at the last column."),
        _exchanged("exploding", "memorising", "Look at the size of the gradient."),
        _exchanged("healthy", "vanishing", "One of them learns."),
        _exchanged("memorising", "rate too small", "One of them learns its own sequences by heart."),
    ],
    hints=(
        "First the two losses: which runs learn what they are trained on, and of these, which the sequences they have "
        "not seen?",
        "Of those that do not learn: a last column far above 1 explodes, far below 1 vanishes.",
        "What is left has a gradient that arrives, and a loss that goes down all the time, slowly.",
    ),
)

QUESTIONS = [
    budget_question, largest_question, pool_question, windows_question, programs_question, drop_question,
    range_question, stream_question, eight_question, logs_question,
]  # fmt: skip
