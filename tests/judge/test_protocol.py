"""The protocol from the hostile side: whatever bytes arrive, the decoder gives data or its own error."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnngrade.diagnosis import diagnose
from rnngrade.judge.inside import protocol
from rnngrade.judge.inside.notebook import read_from
from rnngrade.judge.isolation.channel import Process
from rnngrade.judge.isolation.limits import Ended
from rnngrade.judge.running.run import hidden_keys, load_course
from rnngrade.judge.running.scoring import outcome
from rnngrade.values import identical
from tests.judge import fuzz
from tests.judge.conftest import COURSE

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["array", "tuple", "list", "dict", "plain", "<f8", "|b1", "|O", "<U4", "value", "error"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)
ARRAYS = hnp.arrays(st.sampled_from(sorted(protocol.DTYPES)), hnp.array_shapes(min_dims=0, min_side=0))
NODES = st.recursive(
    st.tuples(st.sampled_from(["plain", "handle"]), JSON).map(list)
    | st.tuples(
        st.just("array"),
        st.sampled_from(["<f8", "|b1", "<c16", "|O", "<M8[s]", ">f8", "f8,f8"]),
        st.lists(st.integers(-1, 5) | st.integers(), max_size=4),
    ).map(list),
    lambda inner: (
        st.tuples(st.sampled_from(["tuple", "list"]), st.lists(inner, max_size=3)).map(list)
        | st.tuples(st.just("dict"), st.lists(st.tuples(st.text(max_size=2), inner).map(list), max_size=3)).map(list)
    ),
    max_leaves=8,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats() | TEXT | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)
ASKED = st.sampled_from([("total", 0), ("total", 1), ("product", 0), ("half", 0), ("ailment", 0)])


@given(VALUES)
def test_what_is_packed_is_unpacked(value) -> None:
    buffers: list[bytes] = []
    frame = protocol.frame({"value": protocol.pack(value, buffers)}, buffers)
    message, body = protocol.receive(reader(frame))
    assert identical(protocol.unpack(message["value"], body), value)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    try:
        message, body = protocol.receive(reader(data))
    except (protocol.ProtocolError, EOFError):
        return
    assert isinstance(message, dict)
    assert len(body) <= protocol.MAX_BODY


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_header_is_an_object_or_an_error(header: bytes) -> None:
    with contextlib.suppress(protocol.ProtocolError):
        assert isinstance(protocol.parse(header), dict)


@given(NODES | JSON, st.binary(max_size=200))
@settings(max_examples=500)
def test_any_node_is_data_or_an_error(node, body: bytes) -> None:
    try:
        value = protocol.unpack(node, body)
    except protocol.ProtocolError:
        return
    assert_data(value)


@cache
def keys() -> dict:
    return hidden_keys(load_course(COURSE)["01_sums"], 1)


@given(
    reply=st.dictionaries(st.sampled_from(["value", "error", "changed", "id"]), NODES | JSON),
    body=st.binary(max_size=64),
    which=ASKED,
)
@settings(max_examples=500)
def test_any_reply_is_diagnosed(reply: dict, body: bytes, which: tuple[str, int]) -> None:
    key = keys()[which[0]]
    group = key.groups[which[1]]
    try:
        answered = outcome(reply, body)
    except Ended:
        return
    with np.errstate(all="ignore"):
        diagnosis = diagnose(key.info, group, [answered] * len(group.cases))
    assert isinstance(diagnosis.message, str)


@given(
    value=VALUES | ARRAYS.map(lambda a: a.astype(complex)) | hnp.arrays(float, (4,)) | hnp.arrays(float, (2, 3)),
    which=ASKED,
)
@settings(max_examples=500)
def test_any_value_is_diagnosed(value, which: tuple[str, int]) -> None:
    key = keys()[which[0]]
    group = key.groups[which[1]]
    buffers: list[bytes] = []
    node = protocol.pack(value, buffers)
    answered = outcome({"value": node}, b"".join(buffers))
    with np.errstate(all="ignore"):
        assert not diagnose(key.info, group, [answered] * len(group.cases)).passed or which[0] in ("half", "ailment")


# ---- a whole child that lies, on the judge's own sockets

HEADERS = st.dictionaries(st.sampled_from(["id", "value", "error", "changed", "broken"]), NODES | JSON, max_size=4)
FRAMES = st.builds(lambda header, body: protocol.frame(header, [body]), HEADERS, st.binary(max_size=64))
STREAMS = st.lists(st.binary(max_size=40) | FRAMES, max_size=4).map(b"".join)


class Liar:
    """A child that has sent ``early`` before it is asked and sends ``late`` when it is, whatever the question."""

    def __init__(self, early: bytes, late: bytes, echo: bool) -> None:
        self.early, self.late, self.echo = early, late, echo
        channel, self.channel = socket.socketpair()
        leash, self.leash = socket.socketpair()
        self.process = Process(channel, leash)
        self.channel.sendall(early)
        self.thread = threading.Thread(target=self.answer)
        self.thread.start()

    def answer(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            asked, _ = protocol.receive(read_from(self.channel.fileno()))
            late = protocol.frame({"id": asked["id"], "value": ["plain", 1]}) if self.echo else b""
            self.channel.sendall(self.late + late)
        self.channel.close()

    def close(self) -> None:
        self.process.close()
        self.leash.close()
        self.thread.join(5)
        assert not self.thread.is_alive()


@given(early=st.just(b"") | STREAMS, late=STREAMS, echo=st.booleans())
@settings(deadline=None)
def test_whatever_a_child_sends_the_judge_goes_on(early: bytes, late: bytes, echo: bool) -> None:
    """It gets an answer to its own question, or says that the process is of no more use. Nothing else comes out."""
    liar = Liar(early, late, echo)
    try:
        reply, body = liar.process.ask({"do": "call"}, [], 5.0, 1.0)
        answered = outcome(reply, body)
    except Ended:
        return
    finally:
        liar.close()
    assert (early, late, echo) == (b"", b"", True)
    assert answered.value == 1


def test_lies_of_all_kinds() -> None:
    """A short run of the fuzzer, which asserts for itself; ``python -m tests.judge.fuzz`` is the long one."""
    report = fuzz.run(seed=1, messages=1200)
    assert {*report.data} | {*report.refused} == {*fuzz.KINDS}
    assert report.sockets == 12
    assert not report.refused["fair"]
    assert not report.data["lengths that lie"]


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 200_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"a": 1' + b"0" * 9000 + b"}",
        b"\xff",
        b"null",
        b'{"id": NaN',
        b'"{"',
    ],
)
def test_bad_header(header: bytes) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.parse(header)


@pytest.mark.parametrize(
    ("node", "body"),
    [
        (["array", "|O", [1]], bytes(8)),
        (["array", "<f8", [-1]], bytes(8)),
        (["array", "<f8", [True]], bytes(8)),
        (["array", "<f8", [2**62, 2**62, 0]], b""),
        (["array", "<f8", [1] * 33], bytes(8)),
        (["array", "<f8", [2]], bytes(8)),
        (["array", "<f8", [1]], bytes(9)),
        (["array", "<f8,<f8", [1]], bytes(16)),
        (["array", ["<f8"], [1]], bytes(8)),
        (["list", [["plain", 0]] * 10_001], b""),
        (["dict", [[1, ["plain", 0]]]], b""),
        ([], b""),
        (None, b""),
        ([["plain"], 1], b""),
    ],
)
def test_bad_node(node, body: bytes) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.unpack(node, body)


def test_length_is_refused_before_anything_is_read() -> None:
    def read(n: int) -> bytes:
        assert n == protocol.LENGTHS.size, "nothing may be read, or allocated, for a message this long"
        return protocol.LENGTHS.pack(protocol.MAX_HEADER + 1, 0)

    with pytest.raises(protocol.ProtocolError, match="more than"):
        protocol.receive(read)


def test_bool_bytes_become_true_and_false() -> None:
    assert protocol.unpack(["array", "|b1", [3]], bytes([0, 1, 2])).tobytes() == bytes([0, 1, 1])


def test_surrogates_are_replaced() -> None:
    assert protocol.unpack(["plain", "a\ud800"], b"") == "a?"


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, np.array([object()]), lambda: 0, {1, 2}, b"bytes", np.datetime64(0, "s")]
)
def test_what_is_not_data_is_not_sent(value) -> None:
    with pytest.raises(protocol.NotPlain):
        protocol.pack(value, [])


def reader(data: bytes):
    rest = [data]

    def read(n: int) -> bytes:
        if len(rest[0]) < n:
            raise EOFError
        piece, rest[0] = rest[0][:n], rest[0][n:]
        return piece

    return read


def assert_data(value) -> None:
    if isinstance(value, list | tuple):
        for part in value:
            assert_data(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            assert type(key) is str
            assert_data(part)
    elif isinstance(value, np.ndarray):
        assert value.dtype.str in protocol.DTYPES
    else:
        assert value is None or type(value) in (bool, int, float, str)
