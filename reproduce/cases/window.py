"""The contacts' opponent: a feed-forward net that is given the last residues alone, its rate chosen as the nets' are.

It is shown as many chains as they, in batches of the same size, and is trained to the end.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from reproduce.cases.choosing import SEEDS, Record, chosen, few, kept
from reproduce.cases.contacts import BATCH, DISTANCES, EVERY, TASKS, UPDATES, ContactTask, choosing_part
from rnnlib.models import Batch

NAME = "window"
WINDOW, HIDDEN, CLASSES = 16, 64, (0, 1)


def seen(batch: Batch) -> tuple[Any, Any]:
    """Return what the net sees of chains, ``(B, 5 WINDOW)``, and the answers."""
    x = batch.x[-WINDOW:]
    return x.transpose(1, 0, 2).reshape(x.shape[1], -1), batch.targets[-1]


def learn(rate: float, seed: int) -> tuple[MLPClassifier, list[float]]:
    """Train one net; what is looked at, each ``EVERY`` updates, is its loss on the chains that choose, in nats."""
    rng, task = np.random.default_rng(seed), TASKS["contact"]
    x, answers = seen(choosing_part(task))
    net = MLPClassifier((HIDDEN,), learning_rate_init=rate, batch_size=BATCH, random_state=seed)
    curve = []
    for update in range(25, UPDATES + 1, 25):
        net.partial_fit(*seen(task.draw(rng, 25 * BATCH, np.float32)), classes=CLASSES)
        if update % EVERY == 0:
            curve.append(float(log_loss(answers, net.predict_proba(x))))
    return net, curve


def pilot(rate: float, seed: int) -> Record:
    """Return the curve of one net."""
    return {"validation": few(learn(rate, seed)[1])}


def report(rate: float, seed: int) -> Record:
    """Return the curve of one net, and the share of 1,000 chains that it gets right at each distance."""
    net, curve = learn(rate, seed)
    rng = np.random.default_rng(2)
    right = [net.score(*seen(ContactTask(distance=d).draw(rng, 1000, np.float32))) for d in DISTANCES]
    return {"curve": few(curve), "right": few(right)}


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    rate, _, curves = chosen(NAME, pilot, EVERY)
    runs = [kept(f"{NAME}-{seed}", partial(report, rate, seed)) for seed in SEEDS]
    return {
        "budget": {"updates": UPDATES, "batch": BATCH, "residues": WINDOW, "units": HIDDEN},
        "rate": rate, "pilots": curves, **{key: [run[key] for run in runs] for key in ("curve", "right")},
    }  # fmt: skip
