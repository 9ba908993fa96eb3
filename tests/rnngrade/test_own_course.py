"""A course that is not this one: laid out, built, checked without the package's keys, and graded, as its page says."""

import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rnngrade import check, keys
from rnngrade.authoring.new import lay_out
from rnngrade.cli import main

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "chapters" / "own_assignment.md"
NAME = "01_moving_average"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """What the first commands of the page leave behind, run as they stand there in an empty folder."""
    folder = tmp_path_factory.mktemp("empty")
    first, *_ = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    shell(first, folder)
    return folder / "statistics"


def shell(commands, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(["bash", "-e", "-c", commands], cwd=folder, capture_output=True, text=True,
                         env={**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"})
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_everything_that_the_page_lists_is_there(course):
    for name in re.findall(r"^\|[^|]+\| `([\w/.]+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        assert (course / name).exists(), name
    with zipfile.ZipFile(course / "handout" / f"{NAME}.zip") as archive:
        assert archive.namelist() == [f"{NAME}.ipynb", f"keys/{NAME}.json", f"keys/{NAME}.npz"]
        assert "SOLUTION" not in archive.read(f"{NAME}.ipynb").decode()


def test_a_second_build_writes_nothing(course, capsys):
    assert main(["build", str(course)]) == 0
    assert capsys.readouterr().out == f"{NAME}: up to date\n"


def test_a_check_finds_the_key_beside_its_notebook_and_those_of_the_package(course, monkeypatch):
    monkeypatch.chdir(course)
    check("how-many", 100)
    assert keys.find("unroll", *keys.folders()).info.answer
    with pytest.raises(ValueError, match=r"no question 'none'.*moving-average.*unroll"):
        check("none", 1)


def test_other_files_in_a_folder_of_that_name_are_left_alone(tmp_path, monkeypatch):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "notes.json").write_text('{"moving-average": {}}')
    monkeypatch.chdir(tmp_path)
    assert keys.folders() == (keys.FOLDER,)


@pytest.mark.sandbox
def test_the_page_ends_in_a_graded_class(course):
    _, second = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    if os.environ.get("CI") != "true" and main(["doctor"]):
        pytest.skip("nothing can be isolated here")
    shell(second, course)
    _, *lines = (course / "results" / "grades.csv").read_text().splitlines()
    assert [line.split(",")[:5] for line in lines] == [[who, NAME, "graded", score, "4"]
                                                       for who, score in (("ada", "4"), ("ben", "0"))]


def test_nothing_is_overwritten(tmp_path, capsys):
    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    assert main(["new", str(folder)]) == 2
    assert "not empty: nothing was written" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert main(["new", str(folder / "mine.txt")]) == 2


def test_an_empty_folder_may_be_filled(tmp_path):
    assert len(lay_out(tmp_path)) == 3
    assert tmp_path.name in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("len(x) - k + 1)])", "len(x) - k)])"), "the reference does not pass group typical"),
        (("def sums", "def totals"), "name 'sums' is not defined"),
        ((', name="variance"', ""), f"source/{NAME}.py, line 82: a mistake needs a name"),
        (("for i in range(len(x) - k + 1)", "for i in range(len(x) - k + 1) if x + np.zeros(99) is x"),
         "the oracle fails at 'return np.array([np.mean(x[i : i + k])"),
        (('"how-many", points', '"how-few", points'), "tagged for 'how-many', but QUESTIONS has"),
    ],
)
def test_what_is_wrong_with_a_source_is_said_and_nothing_written(tmp_path, capsys, change, said):
    lay_out(tmp_path)
    source = tmp_path / "source" / f"{NAME}.py"
    source.write_text(source.read_text().replace(*change))
    assert main(["build", str(tmp_path)]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / f"{NAME}.ipynb").exists()


@pytest.mark.parametrize("factor", ["/ (k + 1)", "/ k * 1.01"])
def test_a_wrong_factor_in_the_reference_is_no_two_slips_that_undo_each_other(tmp_path, capsys, factor):
    """What is made of the reference, with an argument's sign turned say, is as wrong as the reference."""
    lay_out(tmp_path)
    source = tmp_path / "source" / f"{NAME}.py"
    text = source.read_text()
    source.write_text(text.replace("(total[k:] - total[:-k]) / k", f"(total[k:] - total[:-k]) {factor}"))
    assert main(["build", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.count("the reference does not pass group") >= 2
    assert "Two slips" not in said


def test_the_folder_to_go_on_in_is_named_as_a_shell_reads_it(tmp_path, capsys):
    assert main(["new", str(tmp_path / "my statistics")]) == 0
    (command,) = re.findall(r"^Next: (cd .*), and rnngrade build$", capsys.readouterr().out, re.MULTILINE)
    assert shlex.split(command) == ["cd", str(tmp_path / "my statistics")]


def test_a_solution_that_its_own_check_refuses_is_told_why(tmp_path, capsys):
    lay_out(tmp_path)
    source = tmp_path / "source" / f"{NAME}.md"
    source.write_text(source.read_text().replace("how_many = 100", "how_many = 10"))
    assert main(["build", str(tmp_path)]) == 1
    assert "its solution does not pass its check of how-many: Ten numbers divide" in capsys.readouterr().err


def test_where_there_is_no_course_it_says_so(tmp_path, capsys):
    assert main(["build", str(tmp_path)]) == 2
    assert "no source/NN_name.md" in capsys.readouterr().err


def test_a_question_replaced_before_anyone_has_it_says_how(course, tmp_path, capsys):
    lay_out(tmp_path)
    (tmp_path / "keys").mkdir()
    for suffix in (".json", ".npz"):
        (tmp_path / "keys" / f"{NAME}{suffix}").write_bytes((course / "keys" / f"{NAME}{suffix}").read_bytes())
    for suffix in (".py", ".md"):
        source = tmp_path / "source" / f"{NAME}{suffix}"
        source.write_text(source.read_text().replace("how-many", "how-few"))
    assert main(["build", str(tmp_path)]) == 1
    assert f"remove {NAME}.json from keys/" in capsys.readouterr().err
