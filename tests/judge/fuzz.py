"""Lies to the judge, by the ten thousand: ``python -m tests.judge.fuzz --seconds 240`` prints what came of them.

A message starts as a fair reply and is spoilt in one of several ways, some of them twice over. It travels over the
judge's own sockets (every hundredth; a process is opened for it) or straight into its decoder, and what comes out goes
the whole way: outcome, diagnosis, picture, record, page. Whatever is sent, the judge says that the process is of no
more use, or has data; it raises nothing else, is not held up, and keeps no memory.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import resource
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from rnngrade.diagnosis import diagnose
from rnngrade.judge.handed_in.submissions import Submission
from rnngrade.judge.inside import protocol
from rnngrade.judge.inside.notebook import read_from
from rnngrade.judge.isolation.channel import Process
from rnngrade.judge.isolation.limits import Ended
from rnngrade.judge.results import feedback, records
from rnngrade.judge.results.grades import GRADED, Grade
from rnngrade.judge.results.pictures import picture
from rnngrade.judge.results.result import GroupResult, Marked, Result
from rnngrade.judge.running.run import hidden_keys, load_course
from rnngrade.judge.running.scoring import outcome
from rnngrade.keys import Key, KeyGroup

COURSES = (
    (Path(__file__).parent / "fixtures" / "course", "01_sums"),
    (Path(__file__).parents[1] / "rnngrade" / "fixtures" / "models", "92_models"),
)
SLOWEST = 20.0  # seconds for one message; a fiftieth of it is usual
EVERY = 100  # messages for one that goes over a socket
TOKENS = (
    "[", "]", "{", "}", ",", ":", '"', "null", "true", "NaN", "-Infinity", "1e999", "-0", "9" * 400, "1e-400", "0x1",
    '"\\ud800"', '"\\u0000"', '["array","<f8",[2]]', '["plain",1]', '["handle",0]', '["list",[]]', '["dict",[["a",1]]]',
    "[" * 70, "[]," * 500, '"__class__"', '"value"', '"error"', '"id"', '"changed"', "\x1b[2J", "<script>", "=1+1",
)  # fmt: skip
DTYPES = ("<f8", ">f8", "|O", "<U9", "|V8", "<M8[ns]", "f8,f8", "<f4", "<c16", "|b1", "<i8", "", "<f8\x00", "(2,)f8")
SIZES = (0, 1, 2, 3, -1, 2**31, 2**62, 2**64, True, None, 1.5, "2")
NUMBERS = (0.0, -0.0, np.nan, np.inf, -np.inf, 1e308, -1.7976931348623157e308, 5e-324, 1.0)


class Sender:
    """Makes messages. ``self.id`` is what a reply must bear to be taken for one."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.id = ""

    def make(self, fair: object) -> tuple[str, bytes]:
        """A kind and the bytes of a message; ``fair`` is the value that a right answer would send."""
        kind = self.rng.choice(list(KINDS))
        frame = KINDS[kind](self, fair)
        if kind not in ("fair", "large") and self.rng.random() < 0.2:
            frame = self.flipped(frame)
        return kind, frame

    def reply(self, value: object, **more: object) -> bytes:
        """A frame as the notebook's own code would send it."""
        buffers: list[bytes] = []
        header = {"value": protocol.pack(value, buffers), "changed": False, "id": self.id, **more}
        return protocol.frame(header, buffers)

    def fair(self, fair: object) -> bytes:
        """Nothing is wrong."""
        return self.reply(fair)

    def noise(self, fair: object) -> bytes:
        """Any bytes."""
        return self.rng.randbytes(self.rng.randrange(200))

    def flipped(self, frame: bytes) -> bytes:
        """A few bytes changed, anywhere."""
        changed = bytearray(frame)
        for _ in range(self.rng.randrange(1, 6)):
            if changed:
                changed[self.rng.randrange(len(changed))] = self.rng.randrange(256)
        return bytes(changed)

    def cut(self, fair: object) -> bytes:
        """An end too early, or bytes too many."""
        frame = self.reply(fair)
        return frame[: self.rng.randrange(len(frame))] if self.rng.random() < 0.7 else frame + self.noise(fair)

    def lengths(self, fair: object) -> bytes:
        """Lengths that lie."""
        sizes = (0, 1, 7, 2**16, protocol.MAX_HEADER, protocol.MAX_BODY, protocol.MAX_BODY + 1, 2**31, 2**32 - 1)
        return struct.pack(">II", self.rng.choice(sizes), self.rng.choice(sizes)) + self.reply(fair)[8:]

    def header(self, fair: object) -> bytes:
        """A header with tokens where they do not belong."""
        frame = self.reply(fair)
        length, body = struct.unpack(">II", frame[:8])
        text, rest = frame[8 : 8 + length].decode(), frame[8 + length :]
        for _ in range(self.rng.randrange(1, 4)):
            at = self.rng.randrange(len(text) + 1)
            text = text[:at] + self.rng.choice(TOKENS) + text[at + self.rng.randrange(6) :]
        header = text.encode("utf-8", "surrogatepass")
        return struct.pack(">II", len(header), body) + header + rest

    def node(self, fair: object) -> bytes:
        """A value that is none: dtypes, shapes, kinds and keys that cannot be."""
        body = self.rng.randbytes(8 * self.rng.randrange(5))
        return protocol.frame({"id": self.id, "value": self.any_node(0), "changed": self.any_json(0)}, [body])

    def any_node(self, depth: int) -> object:
        """A node, nearly."""
        kind = self.rng.choice(("array", "array", "plain", "tuple", "list", "dict", "handle", "none"))
        few = range(self.rng.randrange(4) if depth < 6 else 0)
        if kind == "array":
            return [kind, self.rng.choice(DTYPES), [self.rng.choice(SIZES) for _ in few]]
        if kind in ("tuple", "list"):
            return [kind, [self.any_node(depth + 1) for _ in few]]
        if kind == "dict":
            return [kind, [[self.any_json(3), self.any_node(depth + 1)] for _ in few]]
        return [kind, self.any_json(depth)]

    def any_json(self, depth: int) -> object:
        """Any JSON."""
        if depth < 3 and self.rng.random() < 0.3:
            return [self.any_json(depth + 1) for _ in range(self.rng.randrange(4))]
        return self.rng.choice(
            (None, True, 0, -1, 2**70, 1e308, "", "a", "\ud800", "\x1b]0;x\x07", "=cmd|' /C'!A0", {})
        )

    def deep(self, fair: object) -> bytes:
        """Nested, or of many parts."""
        depth = self.rng.choice((5, 15, 16, 17, 40, 2000))
        node = b'["list",[' * depth + b'["plain",1]' + b"]]" * depth
        wide = b'["list",[' + b",".join([b'["plain",1]'] * self.rng.choice((9_999, 10_001, 20_000))) + b"]]"
        header = b'{"id":%s,"value":%s}' % (json.dumps(self.id).encode(), self.rng.choice((node, wide)))
        return struct.pack(">II", len(header), 0) + header

    def error(self, fair: object) -> bytes:
        """A failure of any form."""
        said: object = self.any_json(0)
        if self.rng.random() < 0.7:
            kinds = ("NotImplementedError", "Missing", "Forbidden", "Nothing", "NotPlain", "Passed", "x" * 10_000)
            said = [self.rng.choice(kinds), self.any_json(2), self.any_json(2), self.any_json(2)]
        return protocol.frame({"id": self.id, "error": said})

    def numbers_of(self, fair: object) -> bytes:
        """The right shape or nearly, and numbers that break sums."""
        shape = list(np.shape(fair)) if isinstance(fair, np.ndarray) else [2]  # type: ignore[arg-type]
        if shape and self.rng.random() < 0.3:
            shape[self.rng.randrange(len(shape))] = self.rng.randrange(4)
        dtype = self.rng.choice(("f8", "f4", "f2", "i8", "u1", "c16", "?"))
        with np.errstate(all="ignore"):
            values = self.numbers.choice(NUMBERS, shape).astype(dtype)
        wrapped = self.rng.choice((values, (values,), [values, values], {"a": values}, values.tolist()))
        return self.reply(wrapped)

    def twice(self, fair: object) -> bytes:
        """More than one answer, of this question or another."""
        other = protocol.frame({"id": self.rng.choice((self.id, "0" * 16, 7, None, [])), "value": ["plain", 1]})
        return self.rng.choice((other, self.reply(fair) + other, other + self.reply(fair)))

    def large(self, fair: object) -> bytes:
        """As much as may be sent."""
        if self.rng.random() < 0.9:
            return self.fair(fair)
        return self.reply(np.zeros(self.rng.choice((protocol.MAX_BODY // 8, protocol.MAX_BODY // 8 - 1))))


KINDS: dict[str, Callable[[Sender, object], bytes]] = {
    "fair": Sender.fair,
    "noise": Sender.noise,
    "bytes changed": lambda self, fair: self.flipped(self.reply(fair)),
    "cut off or too long": Sender.cut,
    "lengths that lie": Sender.lengths,
    "tokens in the header": Sender.header,
    "impossible nodes": Sender.node,
    "nested or wide": Sender.deep,
    "failures": Sender.error,
    "strange numbers": Sender.numbers_of,
    "answers not asked for": Sender.twice,
    "large": Sender.large,
}


@dataclass
class Report:
    """What came of the messages, by kind: taken for data, or refused; and the slowest."""

    data: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    sockets: int = 0
    slowest: float = 0.0

    @property
    def messages(self) -> int:
        """All of them."""
        return self.data.total() + self.refused.total()


class Judge:
    """The judge's way from a message to a page, with a lying child at its other end."""

    def __init__(self, seed: int) -> None:
        self.sender = Sender(seed)
        self.rng = random.Random(seed + 1)
        self.asked: list[tuple[Key, KeyGroup, object]] = [
            (key, group, group.cases[0].expected)
            for folder, name in COURSES
            for key in hidden_keys(load_course(folder)[name], seed).values()
            for group in key.groups
        ]
        self.report = Report()

    def one(self) -> None:
        """Send one message all the way."""
        key, group, fair = self.rng.choice(self.asked)
        over_socket = self.report.messages % EVERY == 0
        started = time.perf_counter()
        try:
            kind, reply, body = self._over_socket(fair) if over_socket else self._straight(fair)
            found = outcome(reply, body)
        except Refused as refused:
            self.report.refused[refused.kind] += 1
            self.report.reasons[refused.reason] += 1
        except Ended as error:  # a frame like any other, but no value in it
            self.report.refused[kind] += 1
            self.report.reasons[re.sub(r"\d+", "n", str(error))] += 1
        else:
            self.report.data[kind] += 1
            self._all_the_way(key, group, found)
        self.report.slowest = max(self.report.slowest, time.perf_counter() - started)
        self.report.sockets += over_socket

    def _straight(self, fair: object) -> tuple[str, protocol.Message, bytes]:
        self.sender.id = "id"
        kind, frame = self.sender.make(fair)
        stream = io.BytesIO(frame)

        def read(n: int) -> bytes:
            data = stream.read(n)
            if len(data) < n:
                raise Refused(kind, "ended")
            return data

        try:
            reply, body = protocol.receive(read)
        except protocol.ProtocolError as error:
            raise Refused(kind, str(error)) from error
        if reply.get("id") != "id":
            raise Refused(kind, "answered something it was not asked")
        return kind, reply, body

    def _over_socket(self, fair: object) -> tuple[str, protocol.Message, bytes]:
        """As in grading: the question goes out, and a thread of ours answers it."""
        near, far = socket.socketpair()
        leash, other = socket.socketpair()
        process, sent = Process(near, leash), [""]

        def lie() -> None:
            with far:
                question, _ = protocol.receive(read_from(far.fileno()))
                self.sender.id = str(question["id"])
                sent[0], frame = self.sender.make(fair)
                try:
                    far.sendall(frame)
                except OSError:
                    return  # the judge has heard enough

        child = threading.Thread(target=lie)
        child.start()
        try:
            reply, body = process.ask({"do": "call"}, [], 5.0, 1.0)
        except Ended as error:
            raise Refused(sent[0], str(error)) from error
        finally:
            process.close()
            other.close()
            child.join()
        return sent[0], reply, body

    def _all_the_way(self, key: Key, group: KeyGroup, found) -> None:
        outcomes = [found] * len(group.cases)
        with np.errstate(all="ignore"):
            diagnosis = diagnose(key.info, group, outcomes)
            drawn = picture(key, group, outcomes, diagnosis)
        earned = group.points if diagnosis.passed else 0.0
        result = Result((GroupResult(key.info.id, group.name, group.points, earned, diagnosis, drawn),))
        record = json.loads(json.dumps(asdict(Marked(result, "fuzz")), allow_nan=False))
        assert records.from_json(record).result == result
        submission = Submission("a learner", "01_sums", "01_sums.ipynb")
        page = feedback.page(Grade(submission, GRADED, result=result))
        assert page.encode()
        assert not [word for word in ("<script", "\x1b", "\x00", '="nan', '="inf', ",nan", ",inf") if word in page]


class Refused(Exception):
    """The judge will have no more of this process."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, re.sub(r"\d+", "n", reason)


def run(seed: int, messages: int = 10**9, seconds: float = 1e9) -> Report:
    """Send messages until there have been so many, or so much time has passed.

    Raises:
        AssertionError: if one held the judge up; whatever else the judge lets through.
    """
    judge, until = Judge(seed), time.monotonic() + seconds
    while judge.report.messages < messages and time.monotonic() < until:
        judge.one()
        assert judge.report.slowest < SLOWEST, f"a message took {judge.report.slowest:.1f} s"
    return judge.report


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.judge.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = run(given.seed, seconds=given.seconds)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print("| kind | messages | taken as data | refused |\n|---|---:|---:|---:|")
    for kind in KINDS:
        data, refused = report.data[kind], report.refused[kind]
        print(f"| {kind} | {data + refused} | {data} | {refused} |")
    print(f"\n{report.messages} messages in {given.seconds:g} s, {report.sockets} of them over the judge's sockets.")
    print(f"Slowest {1e3 * report.slowest:.0f} ms; memory grew by {grown:.0f} MB; seed {given.seed}; failures: 0.")
    for reason, count in report.reasons.most_common():
        print(f"- {count}: {reason}")


if __name__ == "__main__":
    main()
