"""The judge's end of one submission's process: questions, replies, and a deadline for each."""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import struct
import time
from typing import Any

from rnngrade.judge.inside import protocol
from rnngrade.judge.isolation.limits import Ended, NoIsolation

START_SECONDS = 120.0
CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


class Process:
    """The judge's end of one submission's process."""

    def __init__(self, channel: socket.socket, leash: socket.socket) -> None:
        self._channel, self._leash = channel, leash
        self._clock: int | None = None
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)

    def ask(
        self, message: protocol.Message, buffers: list[bytes], seconds: float, patience: float
    ) -> tuple[protocol.Message, bytes]:
        """Send a request and wait for its reply, for ``seconds`` of the process's CPU time.

        Raises:
            Ended: if there is none in time, or something else arrives.
        """
        self._expect_silence()
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

    def _expect_silence(self) -> None:
        try:
            spoken = select.select([self._channel], [], [], 0)[0] and self._channel.recv(1, socket.MSG_PEEK)
        except OSError as error:  # it has reset the connection
            raise Ended("ended") from error
        if spoken:
            raise Ended("spoke without being asked")

    def await_ready(self) -> None:
        """Wait until the process is confined. It has seen nothing of the submission yet, so its word can be trusted.

        Raises:
            NoIsolation: if it could not be.
        """
        deadline = _Deadline(self, START_SECONDS, 1.0)
        try:
            self._clock = self._clock_of_sender(deadline)
            message, _ = protocol.receive(lambda n: self._read(n, deadline))
        except (Ended, OSError, protocol.ProtocolError) as error:
            raise NoIsolation(f"the sandbox could not start a submission's process: it {error}") from error
        if "broken" in message:
            raise NoIsolation(f"the sandbox could not confine a submission: {message['broken']}")

    def cpu_seconds(self) -> float:
        """CPU time used so far, of all threads; infinite when nothing is known."""
        try:
            return float("inf") if self._clock is None else time.clock_gettime(self._clock)
        except OSError:
            return float("inf")

    def _clock_of_sender(self, deadline: _Deadline) -> int:
        """The CPU clock of the process that speaks: the kernel says which, in this process's numbers."""
        deadline.wait([self._channel], [])
        space = socket.CMSG_SPACE(CREDENTIALS.size)
        _, said, _, _ = self._channel.recvmsg(1, space, socket.MSG_PEEK)
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        number = next((CREDENTIALS.unpack(data)[0] for _, kind, data in said if kind == socket.SCM_CREDENTIALS), 0)
        if number < 1:
            raise Ended("ended")
        return (~number << 3) | 2  # CPUCLOCK_SCHED of a process, see clock_getcpuclockid(3)

    def _send(self, data: bytes, deadline: _Deadline) -> None:
        view = memoryview(data)
        while view:
            deadline.wait([], [self._channel])
            try:
                view = view[self._channel.send(view, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL) :]
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

    def end(self) -> None:
        """Have the supervisor kill what is left, although another thread may be waiting for it."""
        with contextlib.suppress(OSError):  # closed already
            self._leash.shutdown(socket.SHUT_RDWR)

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
            raise Ended(f"did not finish in {self.seconds:.3g} s")
        self.next_look = min(self.end, now + max(self.seconds - used, 0.05))
