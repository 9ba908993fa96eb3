"""Isolation from outside: the zygote in its sandbox, from which each submission gets a confined process."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Protocol
from weakref import WeakSet

from rnngrade.judge.isolation import apart, cgroups, seccomp
from rnngrade.judge.isolation.bubblewrap import Bubblewrap
from rnngrade.judge.isolation.channel import START_SECONDS, Process
from rnngrade.judge.isolation.limits import Launch, Limits, NoIsolation, Recipe


class Isolation(Protocol):
    """How a zygote is started, and how it is told to confine its children."""

    name: str

    @property
    def stamp(self) -> str:
        """What is written on every result."""

    def launch(self, recipe: Recipe, unseen: Sequence[Path]) -> Launch:
        """How to start a zygote whose children see nothing of the folders ``unseen``."""

    def close(self) -> None:
        """Remove what is left."""


KINDS: dict[str, Callable[[], Isolation]] = {"bubblewrap": Bubblewrap, "process": apart.Apart}
DEFAULT = "bubblewrap"


class Zygote:
    """A process in the sandbox that has imported what notebooks need and forks a confined child for each.

    ``group`` is a control group for it and all its children to be in.

    Raises:
        NoIsolation: if this machine cannot isolate in the way that ``isolation`` names. No other way is tried.
    """

    _users = apart.users()

    def __init__(
        self, recipe: Recipe, unseen: Sequence[Path] = (), isolation: str = DEFAULT, group: Path | None = None
    ) -> None:
        self.recipe = recipe
        self._group = group
        self._lock = threading.Lock()
        self._spawned: WeakSet[Process] = WeakSet()
        program = base64.b64encode(_filter(namespaces=isolation == DEFAULT)).decode()
        self._around = KINDS[isolation]()
        launch = self._around.launch(recipe, unseen)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the zygote
        command = [*launch.command, str(theirs.fileno())]
        with theirs, tempfile.TemporaryFile("w+") as told:
            json.dump({"modules": sorted(recipe.preload), "walls": launch.walls, "filter": program}, told)
            told.seek(0)
            self._process = subprocess.Popen(
                cgroups.within(group, command) if group else command,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env=launch.environment,
                stdin=told,
                stdout=self._errors,
                stderr=self._errors,
            )
        self._await_ready()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked for processes."""
        return self._process.poll() is None

    @property
    def stamp(self) -> str:
        """The isolation in a few words, as it is on this machine."""
        return self._around.stamp + (", memory cap" if self._group else "")

    def _await_ready(self) -> None:
        self._control.settimeout(START_SECONDS)
        try:
            ready = self._control.recv(16) == b"ready"
        except OSError:
            ready = False
        if not ready:
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read()[-2000:].decode("utf-8", "replace").strip()
            self.close()
            raise NoIsolation(
                f"the sandbox does not start. It said: {said or 'nothing'}\nAsk `rnngrade doctor` what is missing."
            )

    def spawn(self, limits: Limits) -> Process:
        """A fresh confined process."""
        channel, far_channel = socket.socketpair()
        leash, far_leash = socket.socketpair()
        process = Process(channel, leash)
        self._spawned.add(process)
        try:
            with far_channel, far_leash, self._lock:
                self._request(limits, [far_channel.fileno(), far_leash.fileno()])
            process.await_ready()
        except BaseException:
            process.close()
            raise
        return process

    def _request(self, limits: Limits, descriptors: list[int]) -> None:
        request = {
            "memory": limits.memory,
            "disk": limits.disk,
            "cpu": int(limits.total) + 5,
            "forbid": sorted(self.recipe.forbid),
            "user": next(self._users),
        }
        socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)

    def close(self) -> None:
        """End the zygote and everything it started: a supervisor outlives it until the judge lets go."""
        self._control.close()
        for process in list(self._spawned):
            process.end()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()
        self._around.close()


@cache
def _filter(namespaces: bool) -> bytes:
    try:
        return seccomp.compiled(namespaces)
    except (ImportError, RuntimeError, OSError) as error:
        raise NoIsolation(
            "libseccomp is missing: apt install libseccomp2 (dnf, pacman: libseccomp), and "
            f"pip install pyseccomp ({error})"
        ) from error
