"""What ends a run before its time is a sentence and a status; what it had begun is cleared away, and no more."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import select
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnngrade import cli, commands
from rnngrade.judge.files import PART, write
from rnngrade.judge.isolation import scratch
from rnngrade.judge.isolation.limits import Limits
from rnngrade.judge.results import records
from rnngrade.judge.running import marking, work
from rnngrade.stopping import sentence
from tests.judge.conftest import COURSE, FAIR, grade, hand_in, rows

FOREVER = "import time\nwhile True: time.sleep(1)"


def command(tmp_path: Path, *more: object) -> list[str]:
    words = ["grade", tmp_path / "in", "-o", tmp_path / "out", "--course", COURSE, "--jobs", 1, *more]
    return [str(word) for word in words]


@pytest.fixture
def unmarked(monkeypatch: pytest.MonkeyPatch):
    """No sandbox: what marks is given."""
    from tests.judge.fuzz_folders import full_marks

    monkeypatch.setattr(work, "mark", full_marks)
    return monkeypatch


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOSPC, "the disk is full"), (errno.EROFS, "nothing can be written there"), (errno.EACCES, "may not write"),
    (errno.EMFILE, "so many files"), (errno.EIO, "Input/output error"),
])  # fmt: skip
@pytest.mark.parametrize("where", ["records", "feedback", "tables"])
def test_a_disk_that_takes_no_more(
    unmarked, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int, words: str, where: str
) -> None:
    def failing(path: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    if where == "records":
        unmarked.setattr(records, "write", failing)
    elif where == "feedback":
        unmarked.setattr(marking, "write", lambda path, *more, **others: (
            failing(path) if path.suffix == ".html" else write(path, *more, **others)))  # fmt: skip
    else:
        unmarked.setattr(marking.tables, "grades", lambda *_: failing(tmp_path))
    hand_in(tmp_path / "in", "ada", *FAIR)
    assert cli.main(command(tmp_path)) == 4
    said = capsys.readouterr().err
    assert words in said
    assert "the same command goes on" in said
    assert "Traceback" not in said


def test_a_results_path_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    (tmp_path / "out").write_text("mine")
    assert cli.main(command(tmp_path)) == 4
    assert "there is a file where a folder is needed" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "mine"


def test_a_closed_pipe(tmp_path: Path) -> None:
    for i in range(300):
        hand_in(tmp_path / "in", f"learner{i}", *FAIR)
    program = [sys.executable, "-m", "rnngrade.cli", *command(tmp_path), "--dry-run"]
    read, written = os.pipe()
    fcntl.fcntl(written, fcntl.F_SETPIPE_SZ, mmap.PAGESIZE)  # so small that not all that is to be said goes into it
    with open(read) as lines, subprocess.Popen(program, stdout=written, stderr=subprocess.PIPE, text=True) as run:
        os.close(written)
        assert run.stderr is not None
        lines.readline()
        lines.close()
        said = run.stderr.read()
    assert run.returncode == 4
    assert "ended before all was said" in said
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_a_terminal_that_knows_ascii_alone(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "Åsa 王", *FAIR)
    done = subprocess.run(
        [sys.executable, "-m", "rnngrade.cli", *command(tmp_path), "--dry-run"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\xc5sa" in done.stdout


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
@pytest.mark.parametrize("isolation_", ["bubblewrap", "process"])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_order(tmp_path: Path, open_path: Path, number: int, status: int, isolation_: str) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR, FOREVER)
    program = [sys.executable, "-m", "rnngrade.cli", *command(tmp_path), "--isolation", isolation_]
    environment = {**os.environ, "TMPDIR": str(open_path)}
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, env=environment) as run:
        wait_for(lambda: (tmp_path / "out" / "run.json").exists())
        time.sleep(1.5)
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
    assert run.returncode == status
    assert "the same command goes on from here" in said
    assert "Traceback" not in said
    assert list(open_path.iterdir()) == []


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """Not when the sandbox's limits are reached: these are a minute and more."""
    hand_in(tmp_path / "in", "ada", *FAIR, FOREVER)
    with subprocess.Popen([sys.executable, "-m", "rnngrade.cli", *command(tmp_path)], stderr=subprocess.PIPE) as run:
        wait_for(lambda: (tmp_path / "out" / "run.json").exists())
        run.send_signal(signal.SIGINT)
        # While the first is pending the system may hand the second to a thread that Python does not ask.
        time.sleep(0.3)
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=30) in (130, 143, -signal.SIGTERM)  # the last, if it comes at Python's own end


def test_a_second_signal_inside_the_handling_of_the_first_ends_it_too(tmp_path: Path) -> None:
    """The first handler's first act is to be replaced: here the second signal comes just before."""
    program = (
        "import os, signal\n"
        "from rnngrade import stopping\n"
        "with stopping.stoppable():\n"
        "    changed, late = signal.signal, iter([signal.SIGTERM])\n"
        "    def slow(*given):\n"
        "        for number in late:\n"
        "            os.kill(os.getpid(), number)\n"
        "        return changed(*given)\n"
        "    signal.signal = slow\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt as told:\n"
        "        print('in order', type(told).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGTERM, "", "")


def test_a_signal_while_python_holds_a_lock_of_its_own_ends_it_in_order_too(tmp_path: Path) -> None:
    """Between two threads a lock is given back and taken again: a signal that comes in between leaves it free."""
    program = (
        "import os, signal, sys, threading\n"
        "from rnngrade import cli\n"
        "from rnngrade.judge.running import work\n"
        "from tests.judge.fuzz_folders import full_marks\n"
        "taken, late = threading.Condition._acquire_restore, iter([signal.SIGTERM])\n"
        "def take(*given):\n"
        "    for number in late if threading.current_thread() is threading.main_thread() else ():\n"
        "        os.kill(os.getpid(), number)\n"
        "    return taken(*given)\n"
        "threading.Condition._acquire_restore = take\n"
        "work.mark = full_marks\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    hand_in(tmp_path / "in", "ada", *FAIR)
    words = [sys.executable, "-c", program, *command(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 128 + signal.SIGTERM
    assert "the same command goes on from here" in done.stderr
    assert "Traceback" not in done.stderr


def wait_for(condition) -> None:
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    assert condition()


def test_what_a_killed_run_had_begun_goes_and_nothing_else(unmarked, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    mine = [tmp_path / "out" / name for name in (".mine.part", "deep/.rnngrade-x.part", "feedback/.x.part")]
    begun = [tmp_path / "out" / f"{place}{PART[0]}x{PART[1]}" for place in ("", "records/", "feedback/01_sums/")]
    for path in (*mine, *begun):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert cli.main(command(tmp_path)) == 0
    assert [path.exists() for path in mine] == [True] * 3
    assert [path.exists() for path in begun] == [False] * 3


def test_the_seed_is_its_owners_alone(unmarked, tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    (tmp_path / "out").mkdir(mode=0o755)
    assert cli.main(command(tmp_path)) == 0
    assert stat.S_IMODE((tmp_path / "out" / "run.json").stat().st_mode) == 0o600


def test_folders_that_killed_runs_left_go_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, held, other, young = (
        tmp_path / name for name in ("rnngrade-left", "rnngrade-held", "others", "rnngrade-young")
    )
    for folder in (left, held, other, young):
        folder.mkdir()
        (folder / "x").write_text("x")
        if folder is not young:
            os.utime(folder, (1, 1))
    descriptor = os.open(held, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    one = scratch.Scratch()
    assert [folder.exists() for folder in (left, held, other, young, one.path)] == [False, True, True, True, True]
    one.remove()
    os.close(descriptor)
    assert not one.path.exists()


def test_names_are_visible_in_log_lines(unmarked, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    import logging

    def failing(*_: object) -> None:
        raise ArithmeticError("\x1b[2J")

    unmarked.setattr(work, "mark", failing)
    hand_in(tmp_path / "in", "\x1b[31mred\u202e", *FAIR)
    assert cli.main(command(tmp_path)) == 1
    formatted = [
        cli.Visible("%(message)s").format(record) for record in caplog.records if record.levelno >= logging.ERROR
    ]
    assert formatted
    assert not [line for line in formatted if "\x1b" in line or "\u202e" in line]


def test_one_that_cannot_be_isolated_later_is_one_line(unmarked, tmp_path: Path) -> None:
    from rnngrade.judge import NoIsolation
    from tests.judge.fuzz_folders import full_marks

    def short(notebook, *_: object):
        if any("unlucky" in cell.source for cell in notebook.cells):
            raise NoIsolation("no more processes")
        return full_marks()

    unmarked.setattr(work, "mark", short)
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "bob", *FAIR, "unlucky = 1")
    hand_in(tmp_path / "in", "cyd", *FAIR)
    assert cli.main(command(tmp_path)) == 1
    assert [row["status"] for row in rows(tmp_path / "out" / "grades.csv")] == ["graded", "judge failed", "graded"]


def test_one_that_cannot_be_isolated_is_one_line_whichever_of_two_is_looked_at_first(unmarked, tmp_path: Path) -> None:
    """``wait`` gives a set: of two that ended together, the one that failed may be the first."""
    from concurrent.futures import wait
    from types import SimpleNamespace

    from rnngrade.judge import NoIsolation
    from tests.judge.fuzz_folders import full_marks

    def short(notebook, *_: object):
        if any("unlucky" in cell.source for cell in notebook.cells):
            raise NoIsolation("no more processes")
        return full_marks()

    def failures_first(futures, **_: object) -> SimpleNamespace:
        return SimpleNamespace(done=sorted(wait(futures).done, key=lambda one: one.exception() is None))

    unmarked.setattr(work, "mark", short)
    unmarked.setattr(marking, "wait", failures_first)
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "bob", *FAIR, "unlucky = 1")
    assert cli.main(command(tmp_path)) == 1
    assert [row["status"] for row in rows(tmp_path / "out" / "grades.csv")] == ["graded", "judge failed"]


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
def test_a_reset_connection_is_one_that_ended(tmp_path: Path) -> None:
    """A header alone, then a close with the next question unread: the kernel resets the connection."""
    reset = (
        "import os, struct\ndef total(x):\n"
        "    os.write(3, struct.pack('>II', 50, 0) + b'{' + b' ' * 9)\n"
        "    os.close(3)\n    os._exit(0)\nproduct = total"
    )
    hand_in(tmp_path / "in", "ada", *FAIR, reset)
    found = grade(tmp_path / "in", tmp_path / "out", limits=Limits(cell=2, call=2, total=20))["ada"]
    assert found.status == "graded"
    assert {g.question: g.earned for g in found.result.groups}["half"] > 0


def test_a_reset_is_noticed_before_the_next_question() -> None:
    import socket
    import struct

    from rnngrade.judge.isolation.channel import Process
    from rnngrade.judge.isolation.limits import Ended

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as near:
        far, _ = server.accept()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        process = object.__new__(Process)
        process._channel, process._clock = near, None
        far.close()
        assert select.select([near], [], [], 30)[0]  # the reset has come
        with pytest.raises(Ended):
            process.ask({"do": "run", "cell": 1}, [b""], 1.0, 1.0)


def test_sentences() -> None:
    assert sentence(BrokenPipeError(errno.EPIPE, "x")).startswith("what reads")
    assert sentence(OSError("odd")) == "odd"
    assert callable(commands.run)
