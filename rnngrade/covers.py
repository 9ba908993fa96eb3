"""What the cases of a question must hold so that no wrong answer passes for want of one: declared, then enforced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Covers:
    """What a question's cases cover beyond what every question's must.

    Args:
        ignored: arguments of which the statement says that they are ignored somewhere, each with the boolean argument
            that is False there. Some case holds NaN or infinity in such a place: a mask that multiplies lets it
            through.
        scales: arguments in which the mathematics is free of scale. Some case is as small as 1e-150, some as large as
            1e150: a square overflows, a small number that is added shows.
        defective: square matrices whose eigenvectors would tempt. Some case has too few of them.
        meets: the arguments' measured value and the threshold it is held against. In some case the two are equal.
        apart: arguments that go through an exponential. Some case holds numbers beyond 500 beside moderate ones: one
            maximum for all of them does not do.
        waived: what is not covered, each with the reason: ``"matters: dt"``, ``"sizes: n"``, ``"sizes differ"``,
            ``"ignored: mask"``, ``"meets: theta"``.
    """

    ignored: Mapping[str, str] = field(default_factory=dict)
    scales: Sequence[str] = ()
    defective: Sequence[str] = ()
    meets: Callable[..., tuple[float, float]] | None = None
    apart: Sequence[str] = ()
    waived: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bare = [rule for rule, reason in self.waived.items() if not reason.strip()]
        if bare:
            raise ValueError(f"{bare[0]!r} is waived without a reason")

    @property
    def arguments(self) -> set[str]:
        """The names of all arguments it speaks of."""
        return {*self.ignored, *self.ignored.values(), *self.scales, *self.defective, *self.apart}


Arguments = dict[str, Any]
