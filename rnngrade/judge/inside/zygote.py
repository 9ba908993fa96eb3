"""The zygote: imports what notebooks need once, then forks one confined child a submission. It runs none itself.

Started inside bubblewrap with one socket. Each request on it is a line of JSON and two descriptors: the judge's channel
to the notebook, and a leash, on which nothing is said: letting go of it ends the child.
"""

from __future__ import annotations

import base64
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any

from . import hardening, pages, walls

CHANNEL = 3


def preload(modules: list[str]) -> None:
    """Import ``modules`` and wake up what they start lazily: a thread started before a fork would hang every child."""
    import numpy as np

    from . import notebook

    for name in modules:
        importlib.import_module(name)
    square = np.random.default_rng(0).standard_normal((8, 8))
    np.linalg.solve(square, square @ square)
    if "torch" in modules:
        _wake_torch()
    notebook.rehearse()
    threads = os.listdir("/proc/self/task")
    if len(threads) > 1:
        raise RuntimeError(f"{len(threads)} threads after importing {modules}: forked children would hang")


def _wake_torch() -> None:
    """Torch chooses its CPU kernels from /proc at first use, and the children have no /proc."""
    import torch

    torch.set_num_threads(1)
    network = torch.nn.RNN(2, 3)
    network(torch.ones(2, 2, 2))[0].sum().backward()
    torch.optim.Adam(network.parameters()).step()


def main(control: socket.socket, modules: list[str], program: bytes, settings: dict[str, Any]) -> None:
    """Start a child for every request, until the judge closes the control socket."""
    around = walls.build(settings)
    around.before_preload()
    preload(modules)
    gc.collect()
    gc.freeze()
    pages.collapse()
    keeper = Keeper(program, around)
    control.send(b"ready")
    while True:
        for ready in keeper.wait(control):
            if ready is not control:
                keeper.end(ready)
                continue
            request, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 2)
            if not request:
                keeper.close()
                return
            (supervise if around.supervised else Keeper.start)(keeper, json.loads(request), *descriptors)


class Keeper:
    """Starts children and holds each by a leash: when the judge hangs up, the child is ended."""

    def __init__(self, program: bytes, around: walls.Walls) -> None:
        self.program, self.around = program, around
        self.held: dict[socket.socket, int] = {}
        self.ended: set[int] = set()
        self.looked = time.monotonic()

    def start(self, request: dict[str, Any], channel: int, leash: int) -> None:
        """Start a child within walls of its own."""
        try:
            child = self.around.fork(request)
        except OSError as error:
            _report(channel, error)
            os.close(leash)
        else:
            if child == 0:
                confined(request, channel, self.program, self.around)
            self.held[socket.socket(fileno=leash)] = child
        os.close(channel)

    def wait(self, *more: socket.socket) -> list[socket.socket]:
        """Which of ``more`` the judge has spoken on, and which leashes it has let go of."""
        seconds = self.around.look_seconds if self.held else None
        ready, _, _ = select.select([*more, *self.held], [], [], seconds)
        if seconds and time.monotonic() - self.looked >= seconds:
            if self.around.overfull():
                self.close()
            self.looked = time.monotonic()
        self.ended -= {child for child in self.ended if os.waitpid(child, os.WNOHANG)[0]}
        return [where for where in ready if where in more or where in self.held]

    def end(self, leash: socket.socket) -> None:
        """Kill a child, and with it its namespaces. Until it is waited for nothing else can bear its number."""
        child = self.held.pop(leash)
        os.kill(child, signal.SIGKILL)
        self.ended.add(child)
        leash.close()

    def close(self) -> None:
        """Kill all that are held."""
        for leash in list(self.held):
            self.end(leash)

    def hold(self) -> None:
        """Wait for the end of all."""
        while self.held:
            for leash in self.wait():
                self.end(leash)
        for child in self.ended:
            os.waitpid(child, 0)


def supervise(keeper: Keeper, request: dict[str, Any], channel: int, leash: int) -> None:
    """Start a child under a supervisor of its own, which looks after its disk and takes its time to clear it away."""
    supervisor = os.fork()
    if supervisor:
        keeper.ended.add(supervisor)
        os.close(channel)
        os.close(leash)
        return
    try:
        own = Keeper(keeper.program, keeper.around)
        own.start(request, channel, leash)
        own.hold()
    finally:
        keeper.around.after_child()
        os._exit(0)


def confined(request: dict[str, Any], channel: int, program: bytes, around: walls.Walls) -> None:
    """The child: give up everything, then serve the judge. Never returns."""
    try:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(channel, 100)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.dup2(100, CHANNEL)
        os.closerange(CHANNEL + 1, 1 << 16)
        around.around_child(request)
        hardening.give_up_privileges(program)
    except BaseException as error:
        _report(CHANNEL, error)
        os._exit(1)
    from . import notebook

    try:
        notebook.send(CHANNEL, {"id": 0}, [])
        notebook.serve(request["forbid"])
    finally:
        os._exit(0)


def _report(channel: int, error: BaseException) -> None:
    from . import notebook

    notebook.send(channel, {"id": 0, "broken": f"{type(error).__name__}: {error}"}, [])


def start(descriptor: int) -> None:
    """Read from stdin which modules to import, how to confine children and their filter; then serve the socket."""
    told = json.load(sys.stdin)
    main(socket.socket(fileno=descriptor), told["modules"], base64.b64decode(told["filter"]), told["walls"])
