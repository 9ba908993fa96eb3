"""Medians of competitors that take turns, so that what slows the machine slows them alike."""

import statistics
from collections.abc import Callable
from time import perf_counter


def interleaved_medians(
    competitors: dict[str, Callable[[], object]], budget: float = 1.5, least: int = 7
) -> dict[str, float]:
    """Median seconds a call of each competitor: at least ``least`` rounds, and as many as ``budget`` seconds allow."""
    seconds: dict[str, list[float]] = {name: [] for name in competitors}
    for call in competitors.values():
        call()
    began = perf_counter()
    while perf_counter() - began < budget or len(next(iter(seconds.values()))) < least:
        for name, call in competitors.items():
            start = perf_counter()
            call()
            seconds[name].append(perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}
