"""Hostile notebooks, graded in one class with fair ones. Each gets what its answers deserve, and nobody else notices.

An attack is a file in ``attacks/``: its first line says what it deserves, ``# %%`` parts its cells. Where it comes
after right answers it must not take these away either.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Set
from dataclasses import replace
from pathlib import Path

import pytest

import rnngrade
from tests.judge.conftest import COURSE, FAIR, QUICK, grade, hand_in

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("isolation")]
KINDS = ("bubblewrap", "process")

FULL = 7.0
REPOSITORY = Path(rnngrade.__file__).parents[1]
ATTACKS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "attacks").glob("*.py"))}
# These look for a way out and raise LookupError with what they find. Nothing may stop them before they have looked.
LOOKING = (
    "change-files-of-others",
    "environment-descriptors",
    "every-socket",
    "import-the-judge",
    "links-out",
    "locks",
    "memory-of-others",
    "network",
    "search-disk",
    "search-objects",
    "shared-memory",
    "start-processes",
    "system-calls",
    "threads-left",
    "write-outside",
)


BESIDE = re.compile(r"^# beside (\S+): (.*)\n", re.MULTILINE)  # a file that is handed in with the attack


def cells(attack: str) -> tuple[str, ...]:
    first, _, rest = BESIDE.sub("", attack).partition("\n")
    return (*(FAIR if first.endswith("after right answers") else ()), *rest.split("# %%\n"))


def deserved(attack: str) -> float:
    found = re.match(r"# deserves ([0-9.]+)", attack)
    assert found, "the first line of an attack says what it deserves"
    return float(found[1])


@pytest.fixture(scope="module", params=KINDS)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The whole class, hostile and fair, in one run under each kind of isolation."""
    root, results = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as listening:
        patch.setenv("JUDGE_SECRET", "1")
        known = f"REPOSITORY, COURSE, PORT = {str(REPOSITORY)!r}, {str(COURSE)!r}, {listening.getsockname()[1]}"
        for name, attack in ATTACKS.items():
            first, *rest = cells(attack)
            hand_in(root, name, f"{known}\n{first}", *rest, ids=("total",))
            for place, content in BESIDE.findall(attack):
                (root / name / place).parent.mkdir(exist_ok=True)
                (root / name / place).write_text(content)
        for name in ("aa-fair", "mm-fair", "zz-fair"):
            hand_in(root, name, *FAIR)
        return grade(root, results, isolation=request.param)


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_gets_what_it_deserves(graded: dict, name: str) -> None:
    grade = graded[name]
    assert grade.status == "graded"
    assert grade.result.score == deserved(ATTACKS[name]), grade.result
    assert not [problem for problem in grade.result.problems if "LookupError" in problem.text]
    assert not [group for group in grade.result.groups if "LookupError" in group.diagnosis.message]


@pytest.mark.parametrize("name", LOOKING)
def test_attack_ran_to_its_end(graded: dict, name: str) -> None:
    assert graded[name].result.problems == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["bomb-memory", "bomb-memory-numpy", "bomb-memory-shared"])
def test_memory_is_bounded_where_time_is_not(tmp_path: Path, name: str, kind: str) -> None:
    hand_in(tmp_path / "in", name, *cells(ATTACKS[name]))
    ample = replace(QUICK, cell=60.0, total=240.0, patience=4.0)
    problems = grade(tmp_path / "in", tmp_path / "out", limits=ample, isolation=kind)[name].result.problems
    assert ["MemoryError" in problem.text for problem in problems] == [True]


@pytest.mark.parametrize("name", ["aa-fair", "mm-fair", "zz-fair"])
def test_fair_submission_is_untouched(graded: dict, name: str) -> None:
    assert graded[name].result.score == FULL
    assert graded[name].result.problems == ()


@pytest.mark.parametrize("kind", KINDS)
def test_submissions_cannot_leave_each_other_notes(tmp_path: Path, kind: str) -> None:
    places = "('/box/note', '/dev/shm/note', '/tmp/note', '/var/tmp/note', '/dev/note', '/course/note', 'note')"
    leave = f"for place in {places}:\n    try: open(place, 'w').write('the answer')\n    except OSError: pass"
    look = f"import os\nif any(map(os.path.exists, {places})): raise LookupError"
    hand_in(tmp_path / "in", "a", *FAIR, leave)
    hand_in(tmp_path / "in", "b", *FAIR, look)
    assert grade(tmp_path / "in", tmp_path / "out", jobs=1, isolation=kind)["b"].result.problems == ()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_running(tmp_path: Path, kind: str) -> None:
    hand_in(
        tmp_path / "in", "a", *FAIR, "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()"
    )
    hand_in(tmp_path / "in", "b", *FAIR, "while True: pass")
    before = frozenset(descendants(os.getpid()))  # a browser, say, of earlier tests; it may start more
    grade(tmp_path / "in", tmp_path / "out", isolation=kind)
    until = time.monotonic() + 60  # the kernel takes a namespace down in its own time
    while descendants(os.getpid(), before) and time.monotonic() < until:
        time.sleep(0.05)
    assert descendants(os.getpid(), before) == {}


def descendants(process: int, others: Set[int] = frozenset()) -> dict[int, str]:
    """The processes started, however indirectly, by ``process`` and not by ``others``: the status line of each."""
    parents: dict[int, tuple[int, str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text()
        except OSError:
            continue  # it ended while we looked
        parents[int(folder.name)] = (int(status.rpartition(")")[2].split()[1]), status)
    found: dict[int, str] = {}
    frontier = {process}
    while frontier:
        frontier = {child for child, (parent, _) in parents.items() if parent in frontier and child not in others}
        found |= {child: parents[child][1] for child in frontier}
    return found
