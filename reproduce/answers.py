"""In which seeds an experiment of the Playground came out as its answer says: the page's ``claims.js``, in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Seed = Mapping[str, Any]  # what one seed of a run did


def first(seed: Seed) -> float:
    """The update at which a seed solved it; never is later than any."""
    return float("inf") if seed["solvedAt"] is None else seed["solvedAt"]


# For each kind of claim: does it hold of a seed, given its bound and what the same seed did in the other run?
HOLDS: dict[str, Callable[[Seed, Mapping[str, Any], Seed], bool]] = {
    "solved": lambda seed, bound, _: seed["solvedAt"] is not None,
    "diverged": lambda seed, bound, _: seed["divergedAt"] is not None,
    "grows": lambda seed, bound, _: seed["start"]["tenfold"] is not None,
    "left": lambda seed, bound, _: seed["start"]["left"] >= bound["above"],
    "below": lambda seed, bound, _: seed["start"]["below"] is not None and seed["start"]["below"] <= bound["within"],
    "faint": lambda seed, bound, _: seed["start"]["left"] <= bound["within"],
    "arrives": lambda seed, bound, _: seed["end"]["left"] >= bound["above"],
    "gone": lambda seed, bound, _: seed["end"]["left"] <= bound["within"],
    "stuck": lambda seed, bound, _: seed["share"] >= bound["above"],
    "slow": lambda seed, bound, _: seed["start"]["kept"] <= bound["within"],
    "open": lambda seed, bound, _: seed["end"]["kept"] >= bound["above"],
    "shut": lambda seed, bound, _: seed["end"]["kept"] <= bound["within"],
    "clipped": lambda seed, bound, _: seed["clipped"] >= bound["share"],
    "sooner": lambda seed, bound, other: first(seed) < first(other),
}


def holds(runs: Sequence[Mapping[str, Any]], claim: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[bool]]:
    """Return the bound of a claim, and of which of the seeds it holds."""
    ((kind, bound),) = [(key, value) for key, value in claim.items() if key not in ("run", "beside")]
    others = runs[bound.get("than", claim["run"])]["seeds"]
    return bound, [HOLDS[kind](seed, bound, other) for seed, other in zip(runs[claim["run"]]["seeds"], others)]


def agreeing(claims: Sequence[Mapping[str, Any]], runs: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Say of each seed whether it gave the answer; what ``most`` seeds may do at most is denied of it."""
    asked = [holds(runs, claim) for claim in claims if not claim.get("beside")]
    return [all(seed) for seed in zip(*([one == ("least" in bound) for one in each] for bound, each in asked))]
