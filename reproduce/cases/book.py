"""A character model of this book's own text, against n-grams of growing order.

Chapters 0 to 8 and both interludes are learnt from, chapter 9 chooses rates, stops and orders, chapter 10 is the test.
Both cells have about equally many parameters.
"""

from __future__ import annotations

from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.cases.choosing import FOLDER, SEEDS, STAMPS, Record, chosen, few, kept, train
from reproduce.cases.ngrams import kneser_ney
from reproduce.cases.snapshot import END, TEXT
from rnnlib import GRUCell, Model, PlainCell, bptt, data, unroll
from rnnlib.losses import softmax
from rnnlib.models import Batch
from rnnlib.trees import leaves, map_leaves

NAME = "book"
WEIGHTS = Path("chapters/data/cases_reader.npz")
"""The weights of one trained net, the GRU of the median seed by its validation loss, in half precision."""
STEPS, BATCH, UPDATES, EVERY, SIZE, LONGEST, BLOCK = 50, 32, 600, 60, 24, 8, 250
CELLS = {"plain": (PlainCell, 180), "GRU": (GRUCell, 104)}
LAGS = 80
SNAPSHOT = sha256(TEXT.read_bytes()).hexdigest()[:12]
"""The text by its digest: another text is another run."""


@cache
def texts() -> tuple[Any, Any, Any]:
    """Return what is learnt from, what chooses, and what tests."""
    whole = TEXT.read_text(encoding="utf8")
    chapters = whole.split(f"\n{END}\n")
    alphabet = "".join(sorted(set(whole)))
    parts = f"\n{END}\n".join(chapters[:11]), chapters[11], chapters[12]
    return tuple(data.text(part, STEPS, alphabet) for part in parts)  # type: ignore[return-value]


def model_of(name: str) -> Model:
    """Return the model of this cell."""
    cell, units = CELLS[name]
    return Model.of(texts()[0], cell(inputs=SIZE, units=units))


def bits(model: Model, params: Any, ids: Any) -> Any:
    """Return the bits of each character but the first, read in one go from a zero state."""
    log_p = np.log(softmax(model.predict(params, Batch(ids[:-1, None], ids[1:, None])).astype(float)))
    return -np.take_along_axis(log_p[:, 0], ids[1:, None], axis=1)[:, 0] / np.log(2)


def learn(name: str, rate: float, seed: int, updates: int = UPDATES) -> tuple[Model, Any, list[float]]:
    """Train one network; its validation bits are of pieces of 500 characters that each start from zero."""
    rng, model, (text, validation, _) = np.random.default_rng(seed), model_of(name), texts()
    ids = validation.ids[: len(validation.ids) // 500 * 500].reshape(-1, 500).T
    held = Batch(ids[:-1], ids[1:])
    params, seen = train(
        model.init(rng, np.float32),
        lambda now: (lambda loss, grads: (loss, grads.params))(
            *model.loss_and_grads(now, text.draw(rng, BATCH, np.float32))
        ),
        rate, updates, EVERY, lambda now: model.evaluate(now, held) / np.log(2),
    )  # fmt: skip
    return model, params, seen


def pilot(name: str, rate: float, seed: int) -> Record:
    """Return the validation curve of one network, of a third of the updates."""
    return {"validation": few(learn(name, rate, seed, UPDATES // 3)[2])}


def report(name: str, rate: float, seed: int) -> Record:
    """Train one network, and say what it makes of the two chapters that it has not read."""
    model, params, seen = learn(name, rate, seed)
    _, validation, test = texts()
    np.savez(path_of(name, seed), *leaves(params))
    each = bits(model, params, test.ids)
    return {
        "curve": few(seen),
        "validation": float(bits(model, params, validation.ids).mean()),
        "test": float(each[LONGEST - 1 :].mean()),
        "blocks": few(block_means(each[LONGEST - 1 :])),
        "mixed": mixed(model, params),
        **forgetting(model, params, test.ids),
        "parameters": sum(leaf.size for leaf in leaves(params)),
    }


def path_of(name: str, seed: int) -> Path:
    """Return where the weights of a finished run are kept."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER / f"{NAME}-{name}-{seed}.npz"


def block_means(each: Any) -> Any:
    """Return the mean bits of each block of ``BLOCK`` characters, the rest left over."""
    return each[: len(each) // BLOCK * BLOCK].reshape(-1, BLOCK).mean(axis=1)


@cache
def counted() -> tuple[Any, Any, int]:
    """Return the n-grams' bits on both chapters, ``(LONGEST + 1, N)`` each, and the order that the first chooses."""
    text, validation, test = texts()
    first, second = (kneser_ney(text.ids, part.ids, len(text.alphabet), LONGEST) for part in (validation, test))
    return first, second, int(first.mean(axis=1).argmin())


def mixed(model: Model, params: Any) -> Any:
    """Return the test bits of net and n-gram averaged, the weight of the net chosen by the validation chapter."""
    first, second, order = counted()
    _, validation, test = texts()
    weights = np.linspace(0, 1, 21)

    def both(counts: Any, ids: Any) -> Any:
        net = bits(model, params, ids)[LONGEST - 1 :]
        return [-np.log2(w * 2.0**-net + (1 - w) * 2.0**-counts).mean() for w in weights]

    best = int(np.argmin(both(first[order], validation.ids)))
    return [float(weights[best]), float(both(second[order], test.ids)[best])]


def forgetting(model: Model, params: Any, ids: Any) -> Record:
    """Return how long a wrong beginning is felt, and how far back the gradient of one step's loss reaches.

    A stretch of text is read from the state that the text before it left, and from a state left elsewhere: the median
    over 300 stretches of the divergence of the two predictions, in bits, after each of ``LAGS`` steps. For the other,
    the geometric mean of the norms of delta, all of a state together, 0 to ``LAGS`` - 1 steps before the loss.
    """
    params = map_leaves(lambda leaf: leaf.astype(np.float64), params)
    rng, before = np.random.default_rng(0), 100
    first = rng.integers(before, len(ids) - LAGS - 1, (2, 300))
    own, other = (ids[np.arange(-before, 0)[:, None] + start] for start in first)
    stretch = ids[np.arange(LAGS + 1)[:, None] + first[0]]

    def read(past: Any, state: Any = None) -> Any:
        return unroll(model.cell, params.cell, model.embedding.forward(params.embedding, past), state)

    right, wrong = (read(stretch[:-1], read(past).state) for past in (own, other))
    p, q = (softmax(model.readout.forward(params.readout, tape.h[1:])) for tape in (right, wrong))
    divergence = (p * (np.log2(p + 1e-300) - np.log2(q + 1e-300))).sum(-1)
    dh = np.zeros_like(right.h[1:])
    dh[-1] = (p[-1] - np.eye(p.shape[-1])[stretch[-1]]) @ params.readout.V
    delta = np.concatenate(list(bptt(right, dh).delta), axis=-1)
    reach = np.exp(np.log(np.linalg.norm(delta, axis=-1) + 1e-300).mean(axis=1))[:0:-1]
    return {"divergence": few(np.median(divergence, axis=1), 3), "reach": few(reach, 3)}


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    first, second, order = counted()
    found: Record = {
        "ngrams": {"validation": few(first.mean(1)), "test": few(second.mean(1)), "order": order,
                   "blocks": few(block_means(second[order]))},
        "characters": [len(part.ids) for part in texts()], "symbols": len(texts()[0].alphabet),
        "budget": {"updates": UPDATES, "steps": STEPS, "batch": BATCH},
    }  # fmt: skip
    for name in CELLS:
        rate, _, curves = chosen(f"{NAME}-{name}", partial(pilot, name), EVERY)
        runs = [kept(f"{NAME}-{name}-{seed}", partial(report, name, rate, seed)) for seed in SEEDS]
        keys = [key for key in runs[0] if key not in STAMPS]
        found[name] = {"rate": rate, "pilots": curves, "units": CELLS[name][1]} | {
            key: [run[key] for run in runs] for key in keys
        }
    by_validation = np.argsort(found["GRU"]["validation"])
    found["shown"] = seed = int(by_validation[len(by_validation) // 2])
    with np.load(path_of("GRU", seed)) as arrays:
        np.savez_compressed(WEIGHTS, *(arrays[key].astype(np.float16) for key in arrays.files))
    return found
