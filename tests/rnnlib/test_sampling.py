"""What is drawn from a model has the probabilities that the model gives, by a chi-square test at a fixed seed."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.stats import chi2

import rnnlib
from rnnlib.data import text
from rnnlib.models import Batch, Model
from rnnlib.readouts import Embedding, LinearReadout
from rnnlib.sampling import sample
from rnnlib.trees import map_leaves

SYMBOLS = 4


def markov(one_hot, table):
    """A model in which the logits of the next symbol are a row of ``table``, that of the last symbol."""
    cell = rnnlib.PlainCell(SYMBOLS, SYMBOLS, "linear")
    model = Model(cell, LinearReadout(SYMBOLS, SYMBOLS), embedding=None if one_hot else Embedding(SYMBOLS, SYMBOLS))
    params = map_leaves(np.zeros_like, model.init(np.random.default_rng(0)))
    params = params._replace(
        cell=params.cell._replace(U=np.eye(SYMBOLS)), readout=params.readout._replace(V=np.ascontiguousarray(table.T))
    )
    return model, params if one_hot else params._replace(embedding=params.embedding._replace(E=np.eye(SYMBOLS)))


@pytest.mark.parametrize("one_hot", [True, False])
@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
def test_frequencies_are_the_probabilities_of_the_chain(one_hot, temperature):
    table = np.random.default_rng(1).standard_normal((SYMBOLS, SYMBOLS))
    table[2, 0] = -np.inf if one_hot else -1e9
    model, params = markov(one_hot, np.where(np.isinf(table), -1e9, table))
    ids = sample(model, params, np.zeros((1, 200), int), 300, np.random.default_rng(2), temperature)
    assert ids.shape == (300, 200)
    counts = np.zeros((SYMBOLS, SYMBOLS))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    p = np.exp(table / temperature)
    p /= p.sum(axis=1, keepdims=True)
    expected = counts.sum(axis=1, keepdims=True) * p
    assert counts[2, 0] == 0
    possible = expected > 0
    statistic = ((counts - expected)[possible] ** 2 / expected[possible]).sum()
    freedom = possible.sum() - SYMBOLS
    assert chi2.ppf(0.001, freedom) < statistic < chi2.ppf(0.999, freedom)


def test_columns_are_drawn_by_themselves_and_a_prompt_is_read(rng):
    table = 50.0 * np.roll(np.eye(SYMBOLS), 1, axis=1)
    model, params = markov(True, table)
    ids = sample(model, params, np.array([[0, 3], [2, 1]]), 3, rng)
    assert_array_equal(ids, [[3, 2], [0, 3], [1, 0]])


def test_near_zero_the_likeliest_is_taken_and_high_all_are_alike(rng):
    table = rng.standard_normal((SYMBOLS, SYMBOLS))
    model, params = markov(False, table)
    ids = sample(model, params, np.zeros((1, 3), int), 20, rng, temperature=1e-300)
    path = [0]
    for _ in range(20):
        path.append(int(table[path[-1]].argmax()))
    assert_array_equal(ids, np.broadcast_to(np.array(path[1:])[:, None], (20, 3)))
    flat = sample(model, params, np.zeros((1, 500), int), 20, rng, temperature=1e6)
    assert_array_equal(np.bincount(flat.ravel()) / flat.size > 0.22, True)


def test_the_state_is_carried_from_symbol_to_symbol(rng):
    """What is drawn step by step is what the model predicts of the whole, symbol by symbol."""
    task = text("the quick brown fox jumps over the lazy dog", steps=5)
    model = Model.of(task, rnnlib.LSTMCell(3, 8))
    params = model.init(rng, np.float32)
    prompt = task.ids_of("the q")[:, None]
    ids = sample(model, params, prompt, 12, rng, temperature=1e-6)
    whole = np.concatenate([prompt, ids])
    predicted = model.predict(params, Batch(whole, whole)).argmax(axis=-1)
    assert_array_equal(ids[:, 0], predicted[len(prompt) - 1 : -1, 0])
    assert len(task.string(ids[:, 0])) == 12
    assert sample(model, params, prompt, 0, rng).shape == (0, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt": np.array([[4]])}, "prompt: expected integers from 0 to 3"),
        ({"prompt": np.array([[0.0]])}, "prompt: expected an array of integers, got float64"),
        ({"prompt": np.array([0])}, r"prompt: expected shape \(T, B\)"),
        ({"prompt": "hello"}, "prompt: expected a NumPy array, got str"),
        ({"prompt": np.zeros((0, 2), int)}, "prompt: expected at least one step"),
        ({"steps": 2.5}, "steps: expected a whole number"),
        ({"rng": 3}, "rng: expected Generator"),
        ({"temperature": 0}, "temperature: expected a positive number, got 0"),
        ({"model": Model(rnnlib.PlainCell(2, 3), LinearReadout(3, 1))}, "model: expected an output for each"),
        ({"model": rnnlib.PlainCell(1, 1)}, "model: expected Model, got PlainCell"),
    ],
)
def test_what_cannot_be_sampled_is_refused(change, message):
    model, params = markov(True, np.eye(SYMBOLS))
    arguments = {"model": model, "prompt": np.zeros((1, 1), int), "steps": 1, "rng": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        sample(params=params, **arguments)
