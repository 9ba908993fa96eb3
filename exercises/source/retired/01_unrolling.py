"""Questions of 01_unrolling that were replaced: notebooks that ask them still check and still grade."""

from itertools import pairwise

import numpy as np
import torch

from rnngrade import Group, Mistake, Question, Tolerance

FORBID = ("torch", "rnnlib")


def draw_weights(rng, d, n):
    """Recurrent weights of spectral norm about one, so that states neither saturate nor die."""
    W = rng.standard_normal((n, n)) / np.sqrt(2 * n)
    return W, rng.standard_normal((n, d)) / np.sqrt(d), 0.3 * rng.standard_normal(n)


def torch_states(W, U, b, x, h0):
    """States 1..T of one sequence x (T, d) from h0 (n,), by torch's own recurrent layer."""
    if len(x) == 0:
        return np.empty((0, len(b)))
    layer = torch.nn.RNN(x.shape[1], len(b)).double()
    weights = (U, W, b, np.zeros_like(b))
    with torch.no_grad():
        for parameter, value in zip(layer.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
        h, _ = layer(torch.from_numpy(np.ascontiguousarray(x))[:, None], torch.from_numpy(h0.copy())[None, None])
    return h[:, 0].numpy()


def count_cases(rng):
    for T in (5, 100):
        d, n, m = (int(size) for size in rng.integers(2, 40, 3))
        yield T, d, n, m
    yield 35, 27, 32, 27


def count_edge_cases(rng):
    yield 12, 1, int(rng.integers(2, 9)), 1
    yield 7, 1, 1, 1


def parameter_counts(T, d, n, m):
    cell = n * n + n * d + n
    readout = m * n + m
    return np.array([cell, readout, cell + n])


def count_torch_parameters(T, d, n, m):
    """Oracle: build the layers and count what they hold."""
    layer, readout = torch.nn.RNN(d, n), torch.nn.Linear(n, m)
    held = sum(p.numel() for p in layer.parameters())
    return np.array([held - layer.bias_hh_l0.numel(), sum(p.numel() for p in readout.parameters()), held])


def weights_for_every_step(T, d, n, m):
    cell, readout, torch_cell = parameter_counts(T, d, n, m)
    return np.array([T * cell, T * readout, T * torch_cell])


def no_biases(T, d, n, m):
    return np.array([n * n + n * d, m * n, n * n + n * d])


def one_bias_in_torch(T, d, n, m):
    cell, readout, _ = parameter_counts(T, d, n, m)
    return np.array([cell, readout, cell])


def readout_from_inputs(T, d, n, m):
    cell, _, torch_cell = parameter_counts(T, d, n, m)
    return np.array([cell, m * d + m, torch_cell])


def readout_without_bias(T, d, n, m):
    cell, _, torch_cell = parameter_counts(T, d, n, m)
    return np.array([cell, m * n, torch_cell])


def torch_with_readout(T, d, n, m):
    cell, readout, torch_cell = parameter_counts(T, d, n, m)
    return np.array([cell, readout, torch_cell + readout])


def no_recurrent_matrix(T, d, n, m):
    _, readout, _ = parameter_counts(T, d, n, m)
    return np.array([n * d + n, readout, n * d + 2 * n])


count_question = Question(
    "parameter-counts",
    points=2,
    answer="parameter_counts",
    cases=[Group("typical", 1, count_cases), Group("edge", 1, count_edge_cases)],
    reference=parameter_counts,
    oracle=count_torch_parameters,
    forbid=FORBID,
    mistakes=[
        Mistake(
            weights_for_every_step,
            "Your counts grow with T. Unrolling draws the same matrices T times; how many different numbers are there?",
        ),
        Mistake(no_biases, "The matrices are all there, the bias vectors are not. Read the two equations again."),
        Mistake(
            one_bias_in_torch,
            "Your first two counts are right. The third is not the same as the first: torch adds something twice.",
        ),
        Mistake(readout_from_inputs, "The readout's matrix has the wrong width: what does V multiply, h_t or x_t?"),
        Mistake(readout_without_bias, "The cell is counted right. The readout has a bias of its own, b_y."),
        Mistake(
            torch_with_readout,
            "Your third count contains the readout. torch.nn.RNN is the cell alone: it has no outputs y.",
        ),
        Mistake(no_recurrent_matrix, "One matrix of the cell is missing: the one that makes the network recurrent."),
    ],
    hints=(
        "Write the shape of W, U, b, V and b_y beside each symbol; a shape's product is a count.",
        "T is in the list of arguments. Does any shape contain it?",
        "torch.nn.RNN holds weight_ih, weight_hh, bias_ih and bias_hh, where we have U, W and a single b.",
    ),
)


def stream_case(rng, T, B, d, n, k, starts):
    W, U, b = draw_weights(rng, d, n)
    return W, U, b, rng.standard_normal((T, B, d)), starts, k


def starts_at(T, rows):
    """The flags (T, B) of documents that begin at the times ``rows[b]``."""
    return np.array([np.isin(np.arange(T), times) for times in rows]).T


def stream_cases(rng):
    yield stream_case(rng, 8, 3, 2, 4, 3, starts_at(8, [[1, 5], [4], [0, 7]]))
    yield stream_case(rng, 6, 2, 3, 2, 2, starts_at(6, [[3], [1, 5]]))
    yield stream_case(rng, 5, 1, 2, 3, 2, starts_at(5, [[2]]))


def stream_edge_cases(rng):
    """One sequence; one step a chunk; a chunk longer than the stream; a document of one step."""
    yield stream_case(rng, 7, 1, 2, 3, 4, starts_at(7, [[2, 3]]))
    yield stream_case(rng, 4, 2, 1, 2, 1, starts_at(4, [[0, 3], [2]]))
    yield stream_case(rng, 3, 2, 2, 1, 9, starts_at(3, [[0], [0, 1]]))


def read_stream(W, U, b, x, starts, k):
    state = np.zeros((x.shape[1], len(b)))
    h = []
    for begin in range(0, len(x), k):
        for x_t, new in zip(x[begin : begin + k], starts[begin : begin + k]):
            state = np.where(new[:, None], 0.0, state)
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
    return np.stack(h)


def read_documents(W, U, b, x, starts, k):
    """Oracle: cut every row of the stream into its documents and run each from a zero state."""
    T, B, _ = x.shape
    h = np.empty((T, B, len(b)))
    for j in range(B):
        edges = [0, *np.flatnonzero(starts[1:, j]) + 1, T]
        for first, last in pairwise(edges):
            h[first:last, j] = torch_states(W, U, b, x[first:last, j], np.zeros(len(b)))
    return h


def the_draft(W, U, b, x, starts, k):
    state = np.zeros((x.shape[1], len(b)))
    h = []
    for begin in range(0, len(x), k):
        for x_t, new in zip(x[begin : begin + k], starts[begin : begin + k]):
            if new.any():
                state = np.zeros_like(state)
            state = np.tanh(state @ W.T + x_t @ U.T + b)
            h.append(state)
        (state,) = state
    return np.stack(h)


def first_row_for_all(W, U, b, x, starts, k):
    """The tempting repair of the unpacking error: state[0] fits every shape, by broadcasting."""
    return _one_row_goes_on(W, U, b, x, starts, k, row=0)


def first_row_and_all_reset(W, U, b, x, starts, k):
    """The same repair, with the reset left as it was."""
    return _one_row_goes_on(W, U, b, x, np.broadcast_to(starts.any(1, keepdims=True), starts.shape), k, row=0)


def last_row_for_all(W, U, b, x, starts, k):
    """The draft's comment taken at its word: state[-1] is the last row, not the last step."""
    return _one_row_goes_on(W, U, b, x, starts, k, row=-1)


def last_row_and_all_reset(W, U, b, x, starts, k):
    return _one_row_goes_on(W, U, b, x, np.broadcast_to(starts.any(1, keepdims=True), starts.shape), k, row=-1)


def _one_row_goes_on(W, U, b, x, starts, k, row):
    state = np.zeros((x.shape[1], len(b)))
    h = []
    for begin in range(0, len(x), k):
        for x_t, new in zip(x[begin : begin + k], starts[begin : begin + k]):
            state = np.tanh(np.where(new[:, None], 0.0, state) @ W.T + x_t @ U.T + b)
            h.append(state)
        state = state[row]
    return np.stack(h)


def when_all_begin(W, U, b, x, starts, k):
    return read_stream(W, U, b, x, np.broadcast_to(starts.all(1, keepdims=True), starts.shape), k)


def flags_inverted(W, U, b, x, starts, k):
    return read_stream(W, U, b, x, ~starts, k)


def reset_after_the_step(W, U, b, x, starts, k):
    state = np.zeros((x.shape[1], len(b)))
    h = []
    for x_t, new in zip(x, starts):
        state = np.where(new[:, None], 0.0, np.tanh(state @ W.T + x_t @ U.T + b))
        h.append(state)
    return np.stack(h)


def everyone_reset(W, U, b, x, starts, k):
    anyone = np.broadcast_to(starts.any(1, keepdims=True), starts.shape)
    return read_stream(W, U, b, x, anyone, k)


def never_reset(W, U, b, x, starts, k):
    return read_stream(W, U, b, x, np.zeros_like(starts), k)


def reset_at_chunks(W, U, b, x, starts, k):
    at_chunk = (np.arange(len(x)) % k == 0)[:, None]
    return read_stream(W, U, b, x, starts | at_chunk, k)


def reset_one_late(W, U, b, x, starts, k):
    return read_stream(W, U, b, x, np.concatenate([np.zeros_like(starts[:1]), starts[:-1]]), k)


def stored_states_reset(W, U, b, x, starts, k):
    """state[new] = 0 in place, which also changes the state stored one step before."""
    h = read_stream(W, U, b, x, starts, k)
    h[:-1][starts[1:]] = 0
    return h


def last_chunk_dropped(W, U, b, x, starts, k):
    return read_stream(W, U, b, x, starts, k)[: len(x) // k * k]


stream_question = Question(
    "read-stream",
    points=3,
    answer="read_stream",
    cases=[Group("typical", 2, stream_cases), Group("edge", 1, stream_edge_cases)],
    reference=read_stream,
    oracle=read_documents,
    tolerance=Tolerance(rtol=1e-6),
    forbid=FORBID,
    mistakes=[
        Mistake(
            the_draft,
            "This behaves like the draft: it works for one sequence only. Read the error it raises for three; "
            "along which axis does `state, = state` unpack? Then look for what else is true for one row only.",
        ),
        Mistake(
            first_row_for_all,
            "The error is gone, the bug is not: after each chunk every sequence goes on from the state of the first.",
        ),
        Mistake(
            first_row_and_all_reset,
            "Two bugs are at work: after each chunk every sequence goes on from the state of the first, "
            "and a document that begins in one row resets the other rows.",
        ),
        Mistake(
            last_row_for_all,
            "The error is gone, the bug is not: state[-1] is the last *row*, and after each chunk every sequence goes "
            "on from it. What is the state at the end of a chunk?",
        ),
        Mistake(
            last_row_and_all_reset,
            "Two bugs are at work: state[-1] is the last *row*, so that after each chunk every sequence goes on from "
            "it; and a document that begins in one row resets the other rows.",
        ),
        Mistake(when_all_begin, "Your state is reset only where a document begins in *all* rows at once."),
        Mistake(flags_inverted, "The flags are read upside down: where no document begins, the state is lost."),
        Mistake(
            reset_after_the_step,
            "You set the state to zero after the step, so the first input of each document leaves no trace.",
        ),
        Mistake(everyone_reset, "One bug found, one left: a document that begins in one row resets the others too."),
        Mistake(never_reset, "No state is ever reset: each document begins with the memory of the one before it."),
        Mistake(reset_at_chunks, "Every chunk begins from zeros. Chunks are the reader's business: documents go on."),
        Mistake(
            stored_states_reset,
            "The states you go on from are right, but resetting in place also changes the one you have just stored: "
            "two names for one array.",
        ),
        Mistake(
            last_chunk_dropped, "The last steps are missing when k does not divide T: a short chunk is a chunk too."
        ),
        Mistake(reset_one_late, "The reset comes one step late: the new document's first input meets the old state."),
    ],
    hints=(
        "Run the draft with B = 1, then with B = 3, and read the last line of the traceback.",
        "With B = 1 an array of shape (1, n) unpacks into one row of shape (n,), and broadcasting hides the lost axis.",
        "Now look at the reset: `new` is (B,), one flag a row, and the draft asks it one question for all rows.",
    ),
)


QUESTIONS = [count_question, stream_question]
STANDS_FOR = {"parameter-counts": "unrolled-matrix", "read-stream": "carried-states"}
