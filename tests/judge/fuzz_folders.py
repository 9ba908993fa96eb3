"""Classes as no platform and every learner makes them, by the thousand: ``python -m tests.judge.fuzz_folders``.

A class is drawn: learners with difficult names hand in a right notebook each, in one of the layouts or several of them,
under its own name or a copy's; around them lie odd entries of every kind. The whole command grades it (but for the
sandbox, which gives full marks to all), and then: it has ended with the right status, every table is there and can be
read, every entry has a line, every good notebook has exactly one and is graded, no two learners have become one.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import socket
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from rnngrade import cli
from rnngrade.diagnosis import Diagnosis
from rnngrade.judge.files import told_apart
from rnngrade.judge.handed_in import entries
from rnngrade.judge.inside import box
from rnngrade.judge.results.result import GroupResult, Marked, Result
from rnngrade.judge.results.tables import name as shown
from rnngrade.judge.running import work
from tests.judge.conftest import COURSE, FAIR, notebook

TABLES = ("grades.csv", "questions.csv", "handed_in.csv", "class.json", "run.json", "summary.html")
NAMES = (
    "ada",
    "Ada",
    "bob",
    "Ödegård Åsa",
    "O\u0308degård",
    "王小明",
    "a b",
    "a  b",
    "a\tb",
    "a\nb",
    "=1+1",
    "-rf",
    "+49",
    "@x",
    "a;=1",
    "＝1",
    "..x",
    "x" * 180,
    "a_b",
    "a_c",
    "a__b",
    "1",
    "123_456",
    "o'brien",
    'q"q',
    "a,b",
    "<b>",
    "\u202ex",
    "a\u200db",
    "~",
    "$HOME",
    "a\\nb",
    "x-1",
    "learner (1)",
    "ada.l",
    "été",
    "e\u0301te\u0301",
    "\udce4",
    "\udce5",
    "%s",
    "hw1",
    "NUL",
    "release ",
)
COPIES = ("{}.ipynb",) * 6 + (
    "{} (1).ipynb",
    "{}-Copy1.ipynb",
    "Copy of {}.ipynb",
    "{}.IPYNB",
    "{}.ipynb.json",
    "{}.ipynb.txt",
    "answers.ipynb",
    "Untitled1.ipynb",
    "{} - Copy (2).ipynb",
)
ASSIGNMENTS = {"01_sums": ("total", "def total(x): return x.sum(0)"), "02_other": ("third", "third = 1 / 3")}
STAMPS = (
    "2026-02-02 15:58:23 UTC",
    "0000-01-01",
    "yesterday",
    "",
    "9999-12-31 23:59 -23:00",
    "2026-02-02 1:1 CET",
    "\0",
)
MOMENTS = (0, 1, -(10**9), 10**9, 2**31, 2**33, 10**11)


@dataclass
class Planted:
    """A good notebook: whose, for which assignment, and the place of its file or of the zip that it is in."""

    who: int
    assignment: str
    place: str


@dataclass
class Drawn:
    """A class: what was planted, and the kinds of odd entries beside it."""

    root: Path
    planted: list[Planted] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    layouts: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What was drawn and what went wrong, each wrong thing with the seed of its class."""

    classes: int = 0
    entries: int = 0
    planted: int = 0
    layouts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Draw:
    """Draws a class from a seed."""

    def __init__(self, seed: int, root: Path) -> None:
        self.rng = random.Random(seed)
        self.class_ = Drawn(root)

    def draw(self) -> Drawn:
        """Write the class."""
        root, rng = self.class_.root, self.rng
        root.mkdir()
        people = rng.sample(NAMES, rng.randrange(1, 7))
        layout = rng.choice(list(LAYOUTS))
        mixed = rng.random() < 0.25
        for who, person in enumerate(people):
            kind = rng.choice(MIXING) if mixed else layout
            self.class_.layouts.append(kind)
            for assignment in ("01_sums", *(["02_other"] if rng.random() < 0.3 else [])):
                self.hand_in(who, person, assignment, kind)
        for _ in range(rng.randrange(0, 6) if mixed or layout in MIXING else 0):
            kind = rng.choice(list(ODD))
            with contextlib.suppress(OSError):  # this file system has no such names or times
                ODD[kind](self, root / self.name())
                self.class_.kinds[kind] += 1
        return self.class_

    def name(self) -> str:
        return f"odd{self.rng.randrange(10**6)}{self.rng.choice(('', ' x', '_é', '.d', '=1'))}"

    def content(self, who: int, assignment: str) -> bytes:
        id, source = ASSIGNMENTS[assignment]
        text = json.dumps(notebook(f"# {who} {self.rng.random()}", source, ids=("setup", id)))
        return self.rng.choice((text.encode(),) * 5 + (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()))

    def hand_in(self, who: int, person: str, assignment: str, layout: str) -> None:
        places = LAYOUTS[layout]
        file = self.rng.choice(COPIES).format(assignment) if "{file}" in places else f"{assignment}.ipynb"
        place = places.format(person=person, assignment=assignment, file=file, number=1000 + who)
        path = self.class_.root / place
        inner = ""
        if layout == "zips":
            inner = f"{self.rng.choice(('', 'work/', 'a/b/'))}{assignment}.ipynb"
        if path.exists() and not inner:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if inner:
                with zipfile.ZipFile(path, "a") as archive:
                    archive.writestr(inner, self.content(who, assignment))
            else:
                path.write_bytes(self.content(who, assignment))
                moment = self.rng.choice(MOMENTS)
                os.utime(path, (moment, moment))
                if layout == "nbgrader" and self.rng.random() < 0.5:
                    (path.parent / "timestamp.txt").write_text(self.rng.choice(STAMPS))
        except (OSError, OverflowError):
            if not path.exists():
                return
        self.class_.planted.append(Planted(who, assignment, f"{place}/{inner}" if inner else place))
        if self.rng.random() < 0.3 and layout == "folders":
            (path.parent / self.rng.choice(("helpers.py", "data.csv", ".DS_Store", "notes.txt", "x.html"))).write_text(
                "1"
            )

    # ---- odd entries

    def bytes_(self) -> bytes:
        """What a file may hold that is no notebook, or an odd one."""
        fine = json.dumps(notebook(*FAIR))
        return self.rng.choice(
            (
                b"",
                bytes(100),
                b"<html>",
                b"version https://git-lfs.github.com/spec/v1\n",
                b"{",
                b"[]",
                b"{}",
                b"null",
                b'{"cells": [null, 1, {"cell_type": "code"}]}',
                b"[" * 9999,
                fine[:-9].encode(),
                self.rng.randbytes(300),
                b'{"cells": [' + b'{"a":' * 500,
                b"\xff\xfe",
                b"<<<<<<< HEAD\n{}",
                b'{"worksheets": [{"cells": [{}]}]}',
                json.dumps(notebook("print(1)")).encode(),
                b'{"cells": {}}',
                b"PK\x03\x04",
                fine.encode("latin-1"),
                b"1e999",
            )
        )

    def file(self, path: Path) -> None:
        suffix = self.rng.choice(
            (
                ".ipynb",
                ".IPYNB",
                ".ipynb.json",
                ".py",
                ".html",
                ".7z",
                ".tar.gz",
                ".zip",
                ".pdf",
                "",
                ".ipynb.icloud",
                ".crdownload",
                ".csv",
                ".txt",
                ".ipynb (1)",
                "." * 5,
            )
        )
        path.with_name(path.name + suffix).write_bytes(self.bytes_())

    def folder(self, path: Path) -> None:
        path.mkdir()
        for _ in range(self.rng.randrange(4)):
            self.file(path / self.name())

    def deep(self, path: Path) -> None:
        path.joinpath(*["d"] * self.rng.choice((3, 50, 600))).mkdir(parents=True)

    def long(self, path: Path) -> None:
        path.mkdir()
        at = os.open(path, os.O_RDONLY)
        for _ in range(24):
            os.mkdir("y" * 200, dir_fd=at)
            inner = os.open("y" * 200, os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = inner
        os.close(at)

    def link(self, path: Path) -> None:
        path.with_suffix(self.rng.choice(("", ".ipynb"))).symlink_to(self.rng.choice(("/", "..", "nowhere", str(path))))

    def special(self, path: Path) -> None:
        path = path.with_name(path.name + self.rng.choice(("", ".ipynb", ".zip")))
        if self.rng.random() < 0.5:
            os.mkfifo(path)
        else:
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(path))

    def closed(self, path: Path) -> None:
        self.folder(path)
        (path / "01_sums.ipynb").write_bytes(self.bytes_())
        os.chmod(self.rng.choice((path, path / "01_sums.ipynb")), 0)

    def sparse(self, path: Path) -> None:
        path = path.with_name(path.name + self.rng.choice((".ipynb", ".zip", ".csv")))
        path.touch()
        os.truncate(path, self.rng.choice((1, 17 << 20, 200 << 20)))

    def archive(self, path: Path) -> None:
        inner = self.bytes_()
        for depth in range(self.rng.randrange(1, 6)):
            out = io.BytesIO()
            with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w") as archive:
                for _ in range(self.rng.randrange(1, 3)):
                    name = self.rng.choice(
                        ("01_sums.ipynb", "../x.ipynb", "/etc/passwd", "a/b/c.ipynb", ".", "a", "a/", "\\x\\y.py")
                    )
                    archive.writestr(name if depth == 0 else self.rng.choice(("a.zip", "b/a.zip")), inner)
            inner = out.getvalue()
        if self.rng.random() < 0.3:
            changed = bytearray(inner)
            for _ in range(4):
                changed[self.rng.randrange(len(changed))] = self.rng.randrange(256)
            inner = bytes(changed)
        path.with_name(path.name + ".zip").write_bytes(inner)

    def litter(self, path: Path) -> None:
        name = self.rng.choice((".DS_Store", "__MACOSX", ".ipynb_checkpoints", "._x.ipynb", "Thumbs.db", "~$x.ipynb"))
        (path.parent / name).write_bytes(self.bytes_())

    def names_of_platforms(self, path: Path) -> None:
        name = self.rng.choice(
            (
                "{}_77_assignsubmission_file_",
                "{}_78_99_x.ipynb",
                "T_{}_attempt_2026-13-99-10-11-12_x.ipynb",
                "{}_LATE_79_98_y.zip",
                "submission_{}",
                "02_other__{}.ipynb",
                "17_none__{}.ipynb",
            )
        )
        path.with_name(name.format(path.name)).write_bytes(self.bytes_())


LAYOUTS = {
    "folders": "{person}/{file}",
    "flat": "{assignment}__{person}.ipynb",
    "nbgrader": "submitted/{person}/{assignment}/{file}",
    "assignment-first": "{assignment}/{person}/{file}",
    "wrapped": "spring/{person}/{file}",
    "wrapped-twice": "spring/hw/{person}/{file}",
    "moodle": "{person}_{number}_assignsubmission_file_/{file}",
    "canvas": "learner{number}_{number}_4711_{file}",
    "blackboard": "Title_x{number}_attempt_2026-11-20-10-11-12_{file}",
    "inner-folder": "{person}/work/{file}",
    "zips": "{person}.zip",
    "wrapped-flat": "spring/{assignment}__{person}.ipynb",
}
MIXING = ("folders", "flat", "moodle", "canvas", "nbgrader", "zips")  # that may lie side by side, with anything else
ODD: dict[str, Callable[[Draw, Path], None]] = {
    "file": Draw.file,
    "folder": Draw.folder,
    "deep folders": Draw.deep,
    "a path beyond the limit": Draw.long,
    "link": Draw.link,
    "pipe or socket": Draw.special,
    "closed to this user": Draw.closed,
    "large and empty": Draw.sparse,
    "archive": Draw.archive,
    "left by tools": Draw.litter,
    "a platform's name": Draw.names_of_platforms,
}


def full_marks(*_: object) -> Marked:
    """Instead of the sandbox."""
    groups = (GroupResult("total", "all", 1, 1.0, Diagnosis(True, "passed", "Right.")),)
    return Marked(Result(groups), "fuzz")


def vanishing(rng: random.Random) -> Callable[..., list[entries.Entry]]:
    """A listing of which an odd entry goes away before it is looked at, now and then."""
    scanned = entries._scanned

    def scan(folder: Path, place: str) -> list[entries.Entry]:
        found = scanned(folder, place)
        for entry in found:
            if rng.random() < 0.02 and entry.name.startswith("odd") and entry.path and entry.kind == entries.FILE:
                entry.path.unlink(missing_ok=True)
        return found

    return scan


def one(seed: int, report: Report) -> None:
    """Draw a class, grade it, look at what came of it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, prefix="fuzzed-") as folder:
        drawn = Draw(seed, Path(folder, "in")).draw()
        listed = sorted(os.listdir(drawn.root))
        rng, out, said = random.Random(seed), Path(folder, "out"), io.StringIO()
        where = drawn.root
        if rng.random() < 0.15 and not drawn.kinds and all(_is_text(one.place) for one in drawn.planted):
            where = packed(drawn.root, Path(folder, "packed.zip"))
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            mock.patch.object(work, "mark", full_marks),
            mock.patch.object(entries, "_scanned", vanishing(rng)),
        ):
            try:
                status = cli.main(
                    ["grade", str(where), "-o", str(out), "--course", str(COURSE), "--seed", "1", "--jobs", "1"]
                )
                wrong = list(check(drawn, listed, out, status, report))
            except Exception as error:
                status, wrong = -1, [f"{type(error).__name__}: {error}"]
        report.classes += 1
        report.entries += len(listed)
        report.planted += len(drawn.planted)
        report.layouts.update(drawn.layouts)
        report.kinds.update(drawn.kinds)
        report.exits[status] += 1
        report.wrong += [f"seed {seed} ({', '.join(sorted(set(drawn.layouts)))}): {words}" for words in wrong]
        _open(drawn.root)
        box.remove(drawn.root)  # its paths may be too long for Python


def _open(root: Path) -> None:
    """Open what was closed, so that it can be removed. Through no link: some lead out of here."""
    for parent, folders, _ in os.walk(root):
        for path in (Path(parent, name) for name in folders):
            with contextlib.suppress(OSError):  # beyond the system's limit
                if not path.is_symlink():
                    path.chmod(0o700)


def packed(root: Path, where: Path) -> Path:
    """The class as a zip."""
    with zipfile.ZipFile(where, "w", strict_timestamps=False) as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(root))
    return where


def _is_text(name: str) -> bool:
    return name.isascii() and name.isprintable()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check(drawn: Drawn, listed: list[str], out: Path, status: int, report: Report):
    """What is wrong, in words."""
    if not listed or status == 2:
        if drawn.planted:
            yield f"nothing was graded: status {status}"
        return
    missing = [name for name in TABLES if not (out / name).is_file()]
    if missing:
        yield f"tables are missing: {missing}"
        return
    handed_in, grades = rows(out / "handed_in.csv"), rows(out / "grades.csv")
    report.statuses.update(row["status"] for row in handed_in)
    json.loads((out / "class.json").read_text())
    odd = [row["status"] for row in grades if row["status"] not in ("graded", "superseded")]
    if status != (1 if odd else 0):
        yield f"status {status} with {odd}"
    if [row for row in grades if row["status"] == "judge failed"]:
        yield "the judge failed"
    places = [row["file"] for row in handed_in]
    for name in listed:
        if not any(
            place == shown(name)
            or told_apart(place).startswith(told_apart(shown(name)) + "/")
            or place.startswith(shown(name + "/"))
            for place in places
        ):
            yield f"no line for {name!r}"
    if len(set(places)) < len(places):
        yield f"two lines for {[place for place, count in Counter(places).items() if count > 1]}"
    yield from _planted(drawn, handed_in)


def _planted(drawn: Drawn, handed_in: list[dict[str, str]]):
    by_place = {row["file"]: row for row in handed_in}
    whose: dict[tuple[str, str], set[int]] = {}
    counts: Counter[tuple[int, str]] = Counter()
    for one_ in drawn.planted:
        row = by_place.get(shown(one_.place))
        if row is None:
            yield f"a good notebook has no line: {one_.place!r}"
            continue
        if row["assignment"] != one_.assignment:
            yield f"{one_.place!r} was taken for {row['assignment']!r}"
        if row["status"] not in ("graded", "superseded"):
            yield f"{one_.place!r} is {row['status']}: {row['detail']}"
        counts[one_.who, one_.assignment] += row["status"] == "graded"
        whose.setdefault((row["learner"], one_.assignment), set()).add(one_.who)
    for (learner, assignment), people in whose.items():
        if len(people) > 1:
            yield f"learners {sorted(people)} were merged as {learner!r} for {assignment}"
    for (who, assignment), count in counts.items():
        if count < 1:
            yield f"learner {who} has no grade for {assignment}"


def run(first: int, classes: int = 10**9, seconds: float = 1e9) -> Report:
    """Grade classes until there have been so many, or so much time has passed."""
    report, until, seed = Report(), time.monotonic() + seconds, first
    while report.classes < classes and time.monotonic() < until:
        one(seed, report)
        seed += 1
    return report


def main() -> None:
    """Print what was drawn and what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.judge.fuzz_folders", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--classes", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    report = run(given.seed, given.classes, given.seconds)
    print(f"{report.classes} classes, {report.entries} entries, {report.planted} good notebooks")
    for name in ("layouts", "kinds", "statuses", "exits"):
        print(f"{name}: {dict(getattr(report, name).most_common())}")
    print(f"{len(report.wrong)} wrong")
    print("\n".join(report.wrong[:200]))


if __name__ == "__main__":
    main()
