"""Who handed in what: every layout and every platform's names, each entry with a line, no learner merged or lost."""

from __future__ import annotations

import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rnngrade import cli
from rnngrade.judge.handed_in import entries, names, times
from rnngrade.judge.handed_in.entries import Unreadable
from rnngrade.judge.handed_in.notebook import parse
from rnngrade.judge.handed_in.reading import discover
from rnngrade.judge.handed_in.submissions import LEFT_OUT, MISPLACED, NOTHING, READY, SUPERSEDED, UNREADABLE, Submission
from rnngrade.judge.running.marking import asked
from rnngrade.judge.running.run import load_course
from tests.judge.conftest import COURSE, FAIR, notebook

ASSIGNMENTS = asked(load_course(COURSE))
SUMS = json.dumps(notebook(*FAIR, ids=("setup", "total", "product")))
OTHER = json.dumps(notebook("third = 1 / 3", ids=("third",)))
FOREIGN = json.dumps(notebook("def add(a, b):\n    return a + b"))


def put(root: Path, place: str, content: str | bytes = SUMS) -> Path:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(root: Path, place: str, inside: dict[str, str | bytes]) -> Path:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in inside.items():
            archive.writestr(name, content)
    return path


def lines(root: Path, **more: object) -> list[Submission]:
    return discover(root, ASSIGNMENTS, **more)  # type: ignore[arg-type]


def graded(root: Path, **more: object) -> set[tuple[str, str, str]]:
    """Learner, assignment and place of what is to be graded."""
    return {(one.learner, one.assignment, one.place) for one in lines(root, **more) if one.status == READY}


def learners(root: Path, **more: object) -> set[tuple[str, str]]:
    return {(learner, assignment) for learner, assignment, _ in graded(root, **more)}


# ---- layouts

ADA_AND_BOB = {("ada", "01_sums"), ("bob", "01_sums")}
LAYOUTS = {
    "learners": ["ada/01_sums.ipynb", "bob/01_sums.ipynb"],
    "flat": ["01_sums__ada.ipynb", "01_sums__bob.ipynb"],
    "nbgrader": ["submitted/ada/01_sums/01_sums.ipynb", "submitted/bob/01_sums/any.ipynb"],
    "nbgrader-without-root": ["ada/01_sums/01_sums.ipynb", "bob/01_sums/01_sums.ipynb"],
    "assignment-first": ["01_sums/ada/notebook.ipynb", "01_sums/bob/notebook.ipynb"],
    "assignment-first-flat": ["01_sums/ada.ipynb", "01_sums/bob.ipynb"],
    "wrapped": ["hw1/ada/01_sums.ipynb", "hw1/bob/01_sums.ipynb"],
    "wrapped-twice": ["course/hw1/ada/01_sums.ipynb", "course/hw1/bob/01_sums.ipynb"],
    "wrapped-flat": ["download/01_sums__ada.ipynb", "download/01_sums__bob.ipynb"],
    "wrapped-nbgrader": ["root/submitted/ada/01_sums/a.ipynb", "root/submitted/bob/01_sums/a.ipynb"],
    "wrapped-assignment-first": ["hw/01_sums/ada/x.ipynb", "hw/01_sums/bob/x.ipynb"],
    "one-wrapped-learner": ["hw1/ada/01_sums.ipynb", "hw2/bob/01_sums.ipynb"],
    "work-in-a-folder": ["ada/work/01_sums.ipynb", "bob/01_sums.ipynb"],
    "all-work-in-a-folder": ["ada/work/01_sums.ipynb", "bob/work/01_sums.ipynb"],
    "mixed": ["ada/01_sums.ipynb", "submitted/bob/01_sums/01_sums.ipynb"],
    "named-after-the-learner": ["ada.ipynb", "bob.ipynb"],
    "named-after-both": ["01_sums_ada.ipynb", "bob-01_sums.ipynb"],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True], ids=["unpacked", "zip"])
def test_layouts(tmp_path: Path, layout: str, packed: bool) -> None:
    if packed:
        where = zipped(tmp_path, "class.zip", dict.fromkeys(LAYOUTS[layout], SUMS))
    else:
        where = tmp_path
        for place in LAYOUTS[layout]:
            put(tmp_path, place)
    assert learners(where) == ADA_AND_BOB
    assert {one.place for one in lines(where)} == {*LAYOUTS[layout]}


def test_a_zip_beside_others_is_a_learners_and_alone_a_classs(tmp_path: Path) -> None:
    inside = {"ada/01_sums.ipynb": SUMS, "bob/01_sums.ipynb": SUMS}
    zipped(tmp_path / "one", "download.zip", inside)
    assert learners(tmp_path / "one") == ADA_AND_BOB
    zipped(tmp_path / "two", "ada.zip", {"01_sums.ipynb": SUMS})
    zipped(tmp_path / "two", "bob.zip", {"bob/01_sums.ipynb": SUMS, "__MACOSX/bob/._01_sums.ipynb": b"\0"})
    assert learners(tmp_path / "two") == ADA_AND_BOB


def test_in_nbgraders_root_only_submitted_is_somebodys(tmp_path: Path) -> None:
    for place in ("submitted/ada", "release", "source", "autograded/ada"):
        put(tmp_path, f"{place}/01_sums/01_sums.ipynb")
    put(tmp_path, "gradebook.db", b"SQLite")
    assert learners(tmp_path) == {("ada", "01_sums")}
    left = {one.place for one in lines(tmp_path) if one.status == LEFT_OUT}
    assert left == {"release", "source", "autograded", "gradebook.db"}


def test_two_assignments_of_one_learner(tmp_path: Path) -> None:
    put(tmp_path, "ada/week1/01_sums.ipynb")
    put(tmp_path, "ada/week2/02_other.ipynb", OTHER)
    put(tmp_path, "bob/01_sums.ipynb")
    assert learners(tmp_path) == {("ada", "01_sums"), ("ada", "02_other"), ("bob", "01_sums")}


def test_one_name_in_two_places_is_kept_apart(tmp_path: Path) -> None:
    """Two sections may have an Ada each: neither takes the other's place."""
    for section in ("section1", "section2"):
        for name in ("ada", "bob" if section == "section1" else "cyd"):
            put(tmp_path, f"{section}/{name}/01_sums.ipynb")
    assert learners(tmp_path) == {("section1/ada", "01_sums"), ("section2/ada", "01_sums"), ("section1/bob", "01_sums"),
                                  ("section2/cyd", "01_sums")} or learners(tmp_path) == {
        ("section1/ada", "01_sums"), ("section2/ada", "01_sums"), ("bob", "01_sums"), ("cyd", "01_sums")}  # fmt: skip
    assert any("kept apart" in one.reading for one in lines(tmp_path))


def test_one_learners_assignments_in_two_wrappings_are_the_learners(tmp_path: Path) -> None:
    for hw, name, content in (("hw1", "01_sums", SUMS), ("hw2", "02_other", OTHER)):
        for learner in ("ada", "bob"):
            put(tmp_path, f"{hw}/{learner}/{name}.ipynb", content)
    assert {learner for learner, _ in learners(tmp_path)} == {"ada", "bob"}
    assert not [one for one in lines(tmp_path) if one.status == SUPERSEDED]


# ---- platforms


def test_moodle_keeps_name_and_number(tmp_path: Path) -> None:
    put(tmp_path, "Alan T_123458_assignsubmission_file_/01_sums.ipynb")
    put(tmp_path, "Alan T_123459_assignsubmission_file_/01_sums.ipynb")
    put(tmp_path, "Ada_L_7_assignsubmission_file_01_sums.ipynb")
    put(tmp_path, "Alan T_123458_assignsubmission_onlinetext_/onlinetext.html", "see the file")
    assert learners(tmp_path) == {("Alan T_123458", "01_sums"), ("Alan T_123459", "01_sums"), ("Ada_L_7", "01_sums")}
    assert {(one.name, one.number) for one in lines(tmp_path) if one.status == READY} == {
        ("Alan T", "123458"), ("Alan T", "123459"), ("Ada_L", "7")}  # fmt: skip
    assert [one.status for one in lines(tmp_path) if "onlinetext" in one.place] == [LEFT_OUT]


def test_canvas_names(tmp_path: Path) -> None:
    put(tmp_path, "lovelaceada_12345_67890_01_sums.ipynb")
    put(tmp_path, "hoppergrace_LATE_12346_67891_01_sums-1.ipynb")
    put(tmp_path, "turingalan_12347_67892_helpers.py", "x = 1")
    put(tmp_path, "turingalan_12347_67893_my answers.ipynb")
    zipped(tmp_path, "noetheremmy_12348_67894_work.zip", {"01_sums.ipynb": SUMS})
    found = {one.name: one for one in lines(tmp_path) if one.status == READY}
    assert {name: (one.number, one.assignment) for name, one in found.items()} == {
        "lovelaceada": ("12345", "01_sums"), "hoppergrace": ("12346", "01_sums"), "turingalan": ("12347", "01_sums"),
        "noetheremmy": ("12348", "01_sums")}  # fmt: skip
    assert "late" in found["hoppergrace"].reading
    assert [name for name, _ in found["turingalan"].beside] == ["helpers.py"]


def test_blackboard_names_and_times(tmp_path: Path) -> None:
    """Titles and logins may hold the mark that parts them."""
    for who in ("ada_l", "ada_m"):
        put(tmp_path, f"Sheet_1_{who}_attempt_2026-11-20-10-11-12_01_sums.ipynb")
        put(tmp_path, f"Sheet_1_{who}_attempt_2026-11-20-10-11-12.txt", "Name: ..")
    found = [one for one in lines(tmp_path) if one.status == READY]
    assert len({one.learner for one in found}) == 2
    assert {one.handed_in for one in found} == {datetime(2026, 11, 20, 10, 11, 12).timestamp()}
    assert {one.time_from for one in found} == {"the attempt in its name"}
    assert [one.status for one in lines(tmp_path) if one.place.endswith(".txt")] == [LEFT_OUT] * 2


def test_blackboard_of_two_titles(tmp_path: Path) -> None:
    put(tmp_path, "One_ada_attempt_2026-11-20-10-11-12_01_sums.ipynb")
    put(tmp_path, "Two_ada_attempt_2026-11-20-10-11-12_02_other.ipynb", OTHER)
    assert learners(tmp_path) == {("ada", "01_sums"), ("ada", "02_other")}
    assert names.attempts(["Ex_a_b_attempt_2026-11-20-10-11-12_x.ipynb"]).popitem()[1].learner == "b"


METADATA = """\
submission_111:
  :submitters:
  - :name: Ada
    :sid: s1
    :email: ada@x.org
  :created_at: 2026-03-01 12:00:00.000000000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: "x"
submission_112:
  :submitters:
  - :name: Bob
    :email: bob@x.org
  - :name: Cyd
    :sid: s3
submission_113:
  :submitters: []
"""


def test_gradescopes_export(tmp_path: Path) -> None:
    for number in (111, 112, 113):
        put(tmp_path, f"assignment_5_export/submission_{number}/01_sums.ipynb")
    put(tmp_path, "assignment_5_export/submission_metadata.yml", METADATA)
    assert learners(tmp_path) == {(who, "01_sums") for who in ("s1", "bob@x.org", "s3", "submission_113")}
    ada = next(one for one in lines(tmp_path) if one.learner == "s1")
    assert ada.handed_in == datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    assert ada.time_from == "submission_metadata.yml"
    assert all("together" in one.reading for one in lines(tmp_path) if one.learner in ("bob@x.org", "s3"))


@pytest.mark.parametrize("text", ["", "- a", "a: [", "submission_1: 3", "submission_1: {':submitters': [3]}", "&a [*a]",
                                  "!!python/object/apply:os.system ['true']", b"\xff\xfe"])  # fmt: skip
def test_odd_metadata_lose_nobody(tmp_path: Path, text: str | bytes) -> None:
    put(tmp_path, "submission_1/01_sums.ipynb")
    put(tmp_path, "submission_metadata.yml", text)
    assert learners(tmp_path) == {("submission_1", "01_sums")}


@pytest.mark.parametrize("name", ["01_sums (1).ipynb", "01_sums-Copy1.ipynb", "Copy of 01_sums.ipynb", "01_SUMS.ipynb",
                                  "01_sums.IPYNB", "01_sums.ipynb.json", "01_sums.ipynb.txt", "01 sums.ipynb",
                                  "my answers.ipynb", "Untitled.ipynb", "notebook.json",
                                  "01_sums - Copy (2).ipynb"])  # fmt: skip
def test_renamed_copies(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"ada/{name}")
    put(tmp_path, "bob/01_sums.ipynb")
    assert learners(tmp_path) == ADA_AND_BOB
    ada = next(one for one in lines(tmp_path) if one.learner == "ada")
    assert name in ada.reading or name.endswith(".json")


# ---- every entry has a line

ODD = {
    "a script": ("01_sums.py", "x = 1", "Python script"),
    "a page": ("01_sums.html", "<html>", "web page"),
    "an archive": ("work.7z", b"7z\xbc\xaf", "archive of another kind"),
    "a tarball": ("work.tar.gz", b"\x1f\x8b", "archive of another kind"),
    "a cloud's placeholder": (".01_sums.ipynb.icloud", b"bplist00", "iCloud"),
    "a shortcut": ("01_sums.gdoc", "{}", "link to a file"),
    "an upload that broke": ("01_sums.ipynb.crdownload", "{", "did not end"),
    "a document": ("answers.docx", b"PK", "document"),
    "a file without a suffix": ("answers", b"", "no known kind"),
    "a broken zip": ("work.zip", b"PK\x03\x04", "cannot be opened"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_notebook_is_named_and_asked_for(tmp_path: Path, kind: str) -> None:
    name, content, words = ODD[kind]
    put(tmp_path, "ada/01_sums.ipynb")
    put(tmp_path, f"bob/{name}", content)
    [bob] = [one for one in lines(tmp_path) if one.learner == "bob"]
    assert bob.status == NOTHING
    assert words in bob.problem
    assert "ask for the notebook" in bob.problem


def test_empty_and_closed_folders_and_odd_entries(tmp_path: Path) -> None:
    put(tmp_path, "ada/01_sums.ipynb")
    (tmp_path / "empty").mkdir()
    (tmp_path / "folders" / "in" / "folders").mkdir(parents=True)
    (tmp_path / "named" / "01_sums.ipynb").mkdir(parents=True)
    put(tmp_path, "inside/01_sums.ipynb/01_sums.ipynb")
    put(tmp_path, "left/.ipynb_checkpoints/01_sums-checkpoint.ipynb")
    (tmp_path / "01_sums__gus.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    found = {one.place: one for one in lines(tmp_path)}
    assert set(found) == {"ada/01_sums.ipynb", "empty", "folders", "named", "inside/01_sums.ipynb/01_sums.ipynb",
                          "left", "01_sums__gus.ipynb", "pipe.ipynb"}  # fmt: skip
    assert found["inside/01_sums.ipynb/01_sums.ipynb"].status == READY
    assert "empty folder" in found["empty"].problem
    assert "nothing but folders" in found["folders"].problem
    assert "a tool left" in found["left"].problem
    assert found["01_sums__gus.ipynb"].learner == "gus"


def test_an_unreadable_folder_has_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "ada/01_sums.ipynb")
    put(tmp_path, "bob/01_sums.ipynb")
    scandir = os.scandir

    def closed(path: Path):
        if Path(path).name == "bob":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    found = {one.learner: one for one in lines(tmp_path)}
    assert found["bob"].status == UNREADABLE
    assert "may not be opened" in found["bob"].problem


def test_paths_beyond_the_systems_limit(tmp_path: Path) -> None:
    put(tmp_path, "bob/01_sums.ipynb")
    above = os.open(tmp_path, os.O_RDONLY)
    os.mkdir("ada", dir_fd=above)
    at = os.open("ada", os.O_RDONLY, dir_fd=above)
    for _ in range(30):
        os.mkdir("x" * 200, dir_fd=at)
        inner = os.open("x" * 200, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)
    os.close(above)
    found = {one.learner: one.status for one in lines(tmp_path)}
    assert found["bob"] == READY
    assert found["ada"] in (NOTHING, UNREADABLE)


def test_names_that_are_no_text_stay_apart(tmp_path: Path) -> None:
    from rnngrade.judge.results import tables
    from rnngrade.judge.results.grades import Grade

    for byte in (b"\xe4", b"\xe5"):
        folder = os.path.join(os.fsencode(tmp_path), b"learner" + byte)
        os.mkdir(folder)
        with open(os.path.join(folder, b"01_sums.ipynb"), "w") as file:
            file.write(SUMS)
    found = [one for one in lines(tmp_path) if one.status == READY]
    assert len({one.learner for one in found}) == 2
    assert len({Grade(one, "graded").feedback for one in found}) == 2
    table = tables.handed_in(found)
    table.encode()
    assert len({line.split(",")[1] for line in table.splitlines()}) == 3


def test_what_stands_beside_is_taken_along_and_bounded(tmp_path: Path) -> None:
    from rnngrade.judge.handed_in.submissions import fetch

    put(tmp_path, "ada/01_sums.ipynb")
    put(tmp_path, "ada/helpers.py", "x = 1")
    put(tmp_path, "ada/data/a.csv", "1,2")
    put(tmp_path, "ada/large.bin", bytes(30 << 20))
    put(tmp_path, "ada/.DS_Store", b"x")
    put(tmp_path, "bob/01_sums.ipynb")
    ada, bob = lines(tmp_path)
    handed = fetch(ada)
    assert [file.name for file in handed.beside] == ["data/a.csv", "helpers.py"]
    assert "large.bin" in handed.remarks[0]
    assert (fetch(bob).beside, fetch(bob).remarks) == ((), ())
    assert handed.digest != fetch(bob).digest, "what lies beside it may decide its result"


def test_zips_are_bounded(tmp_path: Path) -> None:
    import io

    inner = SUMS.encode()
    for depth in range(5):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("01_sums.ipynb" if depth == 0 else "work.zip", inner)
        inner = out.getvalue()
    put(tmp_path, "ada/work.zip", inner)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("01_sums.ipynb", bytes(200 << 20))
        archive.writestr("../../etc/passwd", "x")
    put(tmp_path, "cyd/01_sums.ipynb")
    found = {one.learner: one for one in lines(tmp_path)}
    assert "too deep" in found["ada"].problem
    assert found["cyd"].status == READY
    bomb = found["bomb"].entry
    assert bomb is not None
    with pytest.raises(Unreadable, match="more than"):
        bomb.read()


def test_results_and_questions_in_the_folder_are_not_the_classs(tmp_path: Path) -> None:
    put(tmp_path, "ada/01_sums.ipynb")
    put(tmp_path, "results/feedback/01_sums/ada.html", "x")
    put(tmp_path, "old/run.json", "{}")
    put(tmp_path, "old/records/x.json", "{}")
    found = lines(tmp_path, not_in=[tmp_path / "results"])
    left = {"results": LEFT_OUT, "old": LEFT_OUT}
    assert {one.place: one.status for one in found} == {"ada/01_sums.ipynb": READY, **left}


def test_learners_are_told_by_a_table(tmp_path: Path) -> None:
    put(tmp_path, "01_sums.ipynb")
    put(tmp_path, "x1/01_sums.ipynb")
    put(tmp_path, "y.ipynb")
    told = {"01_sums.ipynb": "ada", "x1": "bob", "y": "cyd"}
    assert learners(tmp_path, learners=told) == {(who, "01_sums") for who in ("ada", "bob", "cyd")}
    assert all("--learners" in one.reading for one in lines(tmp_path, learners=told))


def test_a_folder_of_too_many_files_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_WALKED", 3)
    for name in ("01_sums.ipynb", "a.txt", "b.txt", "c.txt", "d.txt"):
        put(tmp_path, f"ada/{name}")
    put(tmp_path, "bob/01_sums.ipynb")
    ada = next(one for one in lines(tmp_path) if one.learner == "ada")
    assert (ada.status, "holds more than 3 files" in ada.reading) == (READY, True)


def test_a_known_notebook_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large it is: its record is looked up by the hash of its bytes."""
    from rnngrade.judge.handed_in import notebook as notebooks
    from rnngrade.judge.running import work
    from tests.judge.fuzz_folders import full_marks

    def refused(raw: bytes) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(work, "mark", full_marks)
    put(tmp_path / "in", "ada/01_sums.ipynb")
    command = ["grade", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--course", str(COURSE)]
    assert cli.main(command) == 0
    monkeypatch.setattr(notebooks, "parse", refused)
    assert cli.main(command) == 0


def test_dry_run_says_how_the_class_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path / "in", "hw1/ada/01_sums (1).ipynb")
    put(tmp_path / "in", "hw1/bob/01_sums.py")
    put(tmp_path / "in", "hw1/c\x1bd/01_sums.ipynb")
    (tmp_path / "who.csv").write_text("handed in;who\nada;Ada Lovelace\nzoe;Zoe\n")
    more = ["--dry-run", "--course", str(COURSE), "--learners", str(tmp_path / "who.csv")]
    assert cli.main(["grade", str(tmp_path / "in"), *more]) == 1
    shown, said = capsys.readouterr()
    assert "nothing was handed in as zoe" in said
    for words in ("Ada Lovelace, 01_sums", "taken for 01_sums.ipynb", "Python script", "hw1 taken for a wrapping",
                  "2 learners", "c\\x1bd", "by the file"):  # fmt: skip
        assert words in shown
    assert "\x1b" not in shown


# ---- times


@pytest.mark.parametrize(("text", "hour"), [
    ("2026-02-02 15:58:23.948203 America/Los_Angeles", 23), ("2026-02-02 15:58:23.948203 CET", 14),
    ("\ufeff2026-02-02 15:58:23 UTC\r\n", 15), ("2026-02-02T15:58:23+02:00", 13), ("2026-02-02 15:58", 15),
    ("2026-07-02 15:58:23 Europe/Berlin", 13), ("2026-02-02 15:58:23 UTC-05:00", 20), ("2026-02-02 15:58:23 EST", 20),
])  # fmt: skip
def test_zones(text: str, hour: int) -> None:
    found = times.stamp(text)
    assert found is not None
    assert datetime.fromtimestamp(found, UTC).hour == hour


@pytest.mark.parametrize("text", ["", "yesterday", "0000-01-01 00:00:00 UTC", "0001-01-01 00:00:00 UTC", "2026-02-30",
                                  "9999-12-31 23:59:59 -23:00", "2026-02-02 15:58:23 Middle/Earth", "9" * 5000,
                                  "2026-02-02 15:58:23 ../../etc/passwd"])  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert times.stamp(text) is None


def test_a_stamp_counts_in_nbgraders_layout_alone(tmp_path: Path) -> None:
    for place in ("submitted/ada/01_sums", "bob", "cyd/01_sums"):
        put(tmp_path, f"{place}/01_sums.ipynb")
        put(tmp_path, f"{place}/timestamp.txt", "2020-01-01 12:00:00 UTC")
    found = {one.learner: one.time_from for one in lines(tmp_path)}
    assert found == {"ada": "timestamp.txt", "bob": "the file", "cyd": "timestamp.txt"}


def test_a_stamp_that_is_no_time_is_told(tmp_path: Path) -> None:
    put(tmp_path, "submitted/ada/01_sums/01_sums.ipynb")
    put(tmp_path, "submitted/ada/01_sums/timestamp.txt", "0000-01-01 00:00:00 UTC")
    [ada] = lines(tmp_path)
    assert (ada.status, ada.time_from) == (READY, "the file")
    assert "no time that is understood" in ada.reading


@pytest.mark.parametrize("when", [-(10**10), 10**13])
def test_a_files_time_out_of_range_can_be_written(tmp_path: Path, when: int) -> None:
    path = put(tmp_path, "ada/01_sums.ipynb")
    try:
        os.utime(path, (when, when))
    except OSError:
        pytest.skip("this file system has no such times")
    [ada] = lines(tmp_path)
    assert times.EARLIEST <= ada.handed_in <= times.LATEST


# ---- formats

OLD_CELLS = [{"cell_type": "code", "language": "python", "input": source, "outputs": []} for source in FAIR]
V3 = json.dumps({"nbformat": 3, "worksheets": [{"cells": OLD_CELLS}]})


@pytest.mark.parametrize(("raw", "remark"), [
    (V3.encode(), "old one (3)"), (SUMS.replace("shape", "shäpe").encode("utf-16"), "UTF-16"),
    (SUMS.replace("return x", "# größe\\n    return x").encode("latin-1"), "Latin-1"),
    (b"\xef\xbb\xbf" + SUMS.encode(), ""),
    (json.dumps({**notebook(*FAIR), "cells": [None, *notebook(*FAIR)["cells"], None]}).encode(), "2 of its cells"),
])  # fmt: skip
def test_formats_that_are_read(raw: bytes, remark: str) -> None:
    found = parse(raw)
    assert found.cells[0].source == FAIR[0]
    assert len(found.cells) == len(FAIR)
    assert remark in " ".join(found.remarks)


@pytest.mark.parametrize(("raw", "words"), [
    (b"", "an empty file"), (bytes(5000), "zero bytes"), (b"<!DOCTYPE html><html>", "web page"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "large-file storage"),
    (b'{\n<<<<<<< HEAD\n "cells": []\n=======\n', "merge conflict"), (b"PK\x03\x04...", "a zip under"),
    (b"%PDF-1.7", "a PDF under"), (b'{"cells": [', "cut off"), (b"import numpy", "does not begin as a notebook"),
    (b"[]", "JSON of another kind"), (b"{}", "without cells"), (b"\x81\x8d\x8f\xff", "not text"),
])  # fmt: skip
def test_formats_that_are_named(raw: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words.replace("(", r"\(")):
        parse(raw)


def test_outputs_cost_nothing_whatever_is_in_them() -> None:
    odd = notebook('text = "\\"outputs\\": [1, {"', "half = 0.5")
    odd["cells"][0]["outputs"] = [{"text": ['"outputs": [[[{{{ \\" \\\\'] * 1000}]
    odd["metadata"]["widgets"] = {"state": {"a": ["}"]}}
    assert [cell.source for cell in parse(json.dumps(odd).encode()).cells] == [cell["source"] for cell in odd["cells"]]


def test_many_keys_are_refused_before_they_are_read() -> None:
    many = b'{"cells": [], "metadata": {%s}}' % b",".join(b'"%d":0' % i for i in range(1_100_000))
    with pytest.raises(Unreadable, match="more lists"):
        parse(many)


def test_another_courses_notebook_has_no_assignment(tmp_path: Path) -> None:
    put(tmp_path, "ada/homework.ipynb", FOREIGN)
    put(tmp_path, "bob/01_sums.ipynb")
    found = {one.learner: one for one in lines(tmp_path)}
    assert found["ada"].status == MISPLACED
    assert "none's cells are in it" in found["ada"].problem


def test_a_root_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        lines(put(tmp_path, "class.zip", b"no zip"))
    assert entries.on_disk(tmp_path / "absent").inside() == []
