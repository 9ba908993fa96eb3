"""Where notebooks are marked: in threads that wait for this machine's sandboxes, or by workers of a dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rnngrade.judge.results.records import programs


class Unreachable(RuntimeError):
    """There is no such cluster, or its workers are not set up as this machine is; the message says what to change."""


@dataclass(frozen=True)
class Pool:
    """An executor, how many tasks keep it busy, and how an argument that all tasks need is sent to it once."""

    executor: Executor
    width: int
    share: Callable[[Any], Any]


@contextmanager
def pool(scheduler: str | None = None, jobs: int | None = None) -> Iterator[Pool]:
    """Threads of this process, ``jobs`` of them; with ``scheduler``, the workers of the cluster at that address.

    Raises:
        Unreachable: if there is no such cluster, or another version of this package on it.
    """
    if scheduler is None:
        threads = jobs or os.cpu_count() or 1
        with ThreadPoolExecutor(threads) as executor:
            yield Pool(executor, 2 * threads, lambda value: value)
        return
    with _client(scheduler) as client:
        workers = sum(client.nthreads().values())
        yield Pool(client.get_executor(pure=False), 4 * workers, lambda value: client.scatter(value, broadcast=True))


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise Unreachable("a cluster needs dask: pip install 'training-recurrent-networks[cluster]'") from error
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise Unreachable(f"no dask scheduler answers at {address}: {error}") from error
    try:
        found = client.run(programs)
    except Exception as error:
        client.close()
        raise Unreachable(f"the workers at {address} cannot run this judge: {error}") from error
    if not found or set(found.values()) != {programs()}:
        client.close()
        raise Unreachable(
            f"{len(found)} workers at {address}, not all with the rnngrade and rnnlib that are here: "
            "install the same versions"
        )
    return client
