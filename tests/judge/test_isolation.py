"""What each kind of isolation stops, row by row of the table that the documentation shows."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rnngrade.judge.inside import landlock
from rnngrade.judge.isolation import apart, bubblewrap, stops
from rnngrade.judge.isolation.limits import Ended, NoIsolation, Recipe
from rnngrade.judge.isolation.sandbox import DEFAULT, KINDS, Zygote
from tests.judge.conftest import COURSE, FAIR, QUICK, grade, hand_in, rows
from tests.judge.test_attacks import ATTACKS, cells

# Each raises nothing if the submission can do it, in the order of the table's rows.
PROBES = (
    "import socket; socket.socket()",
    "import os; os.fork()",
    "import os; os.kill(os.getppid() or 2, 0)",
    "import os; os.utime(os.__file__)",
    "import fcntl, os; fcntl.flock(open(os.__file__), fcntl.LOCK_SH)",
    "bytes(2 << 30)",
    f"import os; os.listdir({str(COURSE)!r})",
    "open('/tmp/note', 'w').close() or open('/dev/shm/note', 'w').close() or open('../note', 'w').close()",
    "import sys; sys.meta_path[:] = sys.meta_path[1:]; import torch; torch.ones",
    "[open(name, 'wb').write(bytes(12 << 20)) for name in 'ab']; import os; os.remove('a'); os.remove('b')",
    f"import os; os.stat({str(COURSE / '01_sums.py')!r}).st_size",
    "import os; os.getpriority(os.PRIO_PROCESS, os.getppid() or 2)",
    "import os, numpy; os.uname().release + numpy.__version__",
    "import ctypes; assert ctypes.CDLL(None).sysinfo(ctypes.create_string_buffer(256)) == 0",
)
CHANGE = ATTACKS["change-files-of-others"]
pytestmark = pytest.mark.sandbox


def can(zygote: Zygote, probe: str) -> bool:
    """Whether nothing in the sandbox refuses the probe. To be ended afterwards is no refusal."""
    process = zygote.spawn(replace(QUICK, disk=16 << 20))
    try:
        reply, _ = process.ask({"do": "run", "cell": 1}, [probe.encode()], 10.0, 3.0)
    except Ended:
        return True
    finally:
        process.close()
    return not reply.keys() & {"error", "skipped"}


@pytest.fixture(scope="module")
def zygotes(isolation):
    started = {kind: Zygote(Recipe(frozenset(), frozenset({"torch"})), (), kind) for kind in KINDS}
    yield started
    for zygote in started.values():
        zygote.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("row", "probe"), list(zip(stops.ROWS, PROBES, strict=True)), ids=range(len(PROBES)))
def test_table_tells_what_is_stopped(zygotes: dict, row: stops.Row, probe: str, kind: str) -> None:
    assert can(zygotes[kind], probe) != getattr(row, kind)


@pytest.mark.parametrize("fill", ["bytes(12 << 20)", "b''"])
def test_an_overfull_folder_ends_its_process(zygotes: dict, fill: str) -> None:
    names = "'ab'" if "12" in fill else "map(str, range(3000))"
    cell = f"import time\nfor name in {names}:\n    open(name, 'wb').write({fill})\ntime.sleep(1000)"
    process = zygotes["process"].spawn(replace(QUICK, disk=16 << 20))
    try:
        with pytest.raises(Ended, match=r"^ended"):
            process.ask({"do": "run", "cell": 1}, [cell.encode()], 60.0, 2.0)
    finally:
        process.close()


def test_every_row_is_in_the_documentation() -> None:
    shown = stops.table()
    assert all(row.what in shown for row in stops.ROWS)
    assert "stops.table()" in (Path(__file__).parents[2] / "chapters" / "instructors.md").read_text()


def test_weaker_is_never_stronger() -> None:
    assert all(row.bubblewrap >= row.process >= row.without_landlock for row in stops.ROWS)


@pytest.mark.usefixtures("isolation")
@pytest.mark.parametrize("kind", KINDS)
def test_every_result_is_stamped(tmp_path: Path, kind: str) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    grade(tmp_path / "in", tmp_path / "out", isolation=kind)
    assert rows(tmp_path / "out" / "grades.csv")[0]["isolation"] == kind
    assert f'"{kind}: ' in (tmp_path / "out" / "run.json").read_text()


@pytest.mark.usefixtures("isolation")
def test_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir(mode=0o711)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    hand_in(tmp_path / "in", "a", "import os\nfor _ in range(1500):\n    os.mkdir('d')\n    os.chdir('d')")
    hand_in(tmp_path / "in", "b", "import os\nos.makedirs('a/b')\nos.chmod('a', 0)", "while True: pass")
    grade(tmp_path / "in", tmp_path / "out", isolation="process")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_process_isolation_refuses_where_it_would_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    with pytest.raises(NoIsolation, match="Landlock"):
        apart.Apart()


def test_an_ordinary_user_needs_a_landlock_that_keeps_files_from_being_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(landlock, "version", lambda: 2)
    with pytest.raises(NoIsolation, match="empty this user's files"):
        apart.Apart()
    monkeypatch.setattr(landlock, "version", lambda: 3)
    apart.Apart().close()


def test_process_isolation_refuses_a_python_nobody_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr("rnngrade.judge.isolation.visible.private", lambda: Path("/root/python"))
    with pytest.raises(NoIsolation, match="/root/python"):
        apart.Apart()


def test_one_kind_never_stands_in_for_the_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none(*_: object) -> None:
        raise NoIsolation("not here")

    hand_in(tmp_path / "in", "ada", *FAIR)
    monkeypatch.setattr(bubblewrap, "bwrap_path", none)
    with pytest.raises(NoIsolation, match="not here"):
        grade(tmp_path / "in", tmp_path / "out")
    monkeypatch.undo()
    monkeypatch.setitem(KINDS, "process", none)
    with pytest.raises(NoIsolation, match="not here"):
        grade(tmp_path / "in", tmp_path / "out", isolation="process")
    assert DEFAULT == "bubblewrap"


@pytest.mark.usefixtures("isolation")
def test_process_isolation_works_for_an_ordinary_user(tmp_path: Path) -> None:
    """In a user namespace where we are uid 1000, with no capability and no right to make namespaces."""
    hand_in(tmp_path / "in", "ada", *FAIR, "import os\nopen('/etc/hostname')")
    hand_in(tmp_path / "in", "bob", *FAIR, "while True: pass")
    hand_in(tmp_path / "in", "cleo", *cells(CHANGE.replace("REPOSITORY", repr(str(tmp_path))).replace("COURSE", "'/'")))
    ordinary = [bubblewrap.bwrap_path(), "--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000",
                "--cap-drop", "ALL", "--dev-bind", "/", "/"]  # fmt: skip
    code = f"from pathlib import Path; from {__package__}.conftest import grade; here = Path({str(tmp_path)!r}); "
    code += "grade(here / 'in', here / 'out', isolation='process')"
    done = subprocess.run([*ordinary, sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["score"] for row in rows(tmp_path / "out" / "grades.csv")] == ["7", "7", "7"]
    assert "LookupError" not in (tmp_path / "out" / "feedback" / "01_sums" / "cleo.html").read_text()
    assert "the judge's own user" in (tmp_path / "out" / "run.json").read_text()
