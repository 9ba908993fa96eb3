"""A control for the brackets: what do GRUs get right with twice the units, and what with twice the updates?

If they lack room for what is open, twice the units double what they hold; if they lack time, twice the updates help.
Rates are chosen for each arm anew. ``contacts`` has the GRUs with which both are compared.
"""

from __future__ import annotations

from functools import partial

from reproduce.cases import contacts
from reproduce.cases.choosing import SEEDS, Record, chosen, few, kept
from reproduce.cases.contacts import BATCH, EVERY, TASKS, UNITS, UPDATES, brackets_right

NAME = "room"
ARMS = {"units": (2 * UNITS, UPDATES), "updates": (UNITS, 2 * UPDATES)}
"""Units and updates of each arm."""


def pilot(arm: str, rate: float, seed: int) -> Record:
    """Return the curve of one GRU."""
    units, updates = ARMS[arm]
    return {"validation": few(contacts.learn(TASKS["brackets"], "GRU", rate, seed, updates, units)[2])}


def report(arm: str, rate: float, seed: int) -> Record:
    """Return the curve of one GRU, and what it gets right by distance."""
    units, updates = ARMS[arm]
    net, params, seen = contacts.learn(TASKS["brackets"], "GRU", rate, seed, updates, units)
    return {"curve": few(seen), **brackets_right(net, params)}


def gather() -> Record:
    """Train what is missing, and return what the chapter reads."""
    found: Record = {"budget": {"updates": UPDATES, "batch": BATCH}}
    for arm, (units, updates) in ARMS.items():
        rate, _, curves = chosen(f"{NAME}-{arm}", partial(pilot, arm), EVERY)
        runs = [kept(f"{NAME}-{arm}-{seed}", partial(report, arm, rate, seed)) for seed in SEEDS]
        shown = {key: [run[key] for run in runs] for key in ("curve", "right", "count", "whole")}
        found[arm] = {"units": units, "updates": updates, "rate": rate, "pilots": curves, **shown}
    return found
