"""The files of Pyodide, from a server, a folder, an archive, packages; what is wrong or missing is never kept."""

import dataclasses
import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import tarfile
import zipfile
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from live.files import __main__ as command
from live.files import course, fetching, laying, slimming, sources, wheels
from live.files.pin import closure
from live.files.pins import PINS, FilesError, Gone, Package
from rnngrade import keys


def zipped(*names):
    return wheels.packed({name: name.encode() for name in names})


CONTENT = {
    "pyodide.mjs": b"export {}",
    "python_stdlib.zip": zipped("os.py", "json/__init__.py", "imaplib.py", "encodings/utf_8.py", "encodings/big5.py"),
    "numpy-2-py3-none-any.whl": zipped("numpy/__init__.py", "numpy/f2py/f2py.py", "numpy/__init__.pyi"),
    "matplotlib-3-py3-none-any.whl": zipped("matplotlib/__init__.py", "matplotlib/fontlist.json"),
}  # fmt: skip


def digest(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def pins():
    """Pins of four small files."""
    packages = {name: Package(name, "1", file, digest(CONTENT[file]), (name,), ()) for file in CONTENT
                for name in [file.split("-")[0]] if file.endswith(".whl")}
    core = {name: digest(data) for name, data in CONTENT.items() if not name.endswith(".whl")}
    return dataclasses.replace(PINS, core=core, packages=packages)


class Answer(BaseHTTPRequestHandler):
    """A server of ``files``: bytes, or the status with which it refuses one, or None to break off."""

    def __init__(self, files, *arguments):
        self.files = files
        super().__init__(*arguments)

    def do_GET(self):
        given = self.files.get(self.path.removeprefix("/v1/full/"), 404)
        if isinstance(given, int):
            return self.send_error(given)
        self.send_response(200)
        self.send_header("Content-Length", str(len(given or b"") or 1000))
        self.end_headers()
        self.wfile.write(given or b"the beginning")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def stand_in():
    """A server on the loopback in the place of Pyodide's; its files can be changed."""
    files = dict(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Answer, files)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield files, f"http://127.0.0.1:{server.server_port}/v1/full/"
        server.shutdown()


def kept(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_the_server_gives_all_files_once(pins, stand_in, tmp_path):
    files, address = stand_in
    assert set(fetching.fetch(pins, sources.server(address), tmp_path / "kept")) == set(CONTENT)
    assert kept(tmp_path / "kept") == CONTENT
    files.clear()
    assert fetching.fetch(pins, sources.server(address), tmp_path / "kept") == []


@pytest.mark.parametrize(("given", "kind", "words"), [
    (b"another file", FilesError, f"its sha256 is {digest(b'another file')}, expected"), (404, Gone, "answers 404"),
    (503, FilesError, "answers 503"), (None, FilesError, "PYODIDE_FROM"),
])
def test_what_a_server_gives_wrong_is_not_kept(pins, stand_in, tmp_path, given, kind, words):
    files, address = stand_in
    files["numpy-2-py3-none-any.whl"] = given
    with pytest.raises(kind, match=words) as raised:
        fetching.fetch(pins, sources.server(address), tmp_path)
    assert kind is Gone or not isinstance(raised.value, Gone)
    assert "numpy-2-py3-none-any.whl" not in kept(tmp_path)
    assert all(data == CONTENT[name] for name, data in kept(tmp_path).items())
    files["numpy-2-py3-none-any.whl"] = CONTENT["numpy-2-py3-none-any.whl"]
    fetching.fetch(pins, sources.server(address), tmp_path)
    assert kept(tmp_path) == CONTENT


def test_without_a_network_it_says_so(pins, tmp_path):
    with pytest.raises(FilesError, match=r"refused.*Is this machine connected\?.*PYODIDE_FROM=FOLDER"):
        fetching.fetch(pins, sources.server("http://127.0.0.1:1/"), tmp_path)
    assert kept(tmp_path) == {}


def test_a_file_that_was_changed_on_disk_is_fetched_again(pins, stand_in, tmp_path):
    fetching.fetch(pins, sources.server(stand_in[1]), tmp_path)
    (tmp_path / "pyodide.mjs").write_bytes(b"cut off")
    assert fetching.missing(pins, tmp_path) == ["pyodide.mjs"]
    assert fetching.fetch(pins, sources.server(stand_in[1]), tmp_path) == ["pyodide.mjs"]


def archive(path):
    """The files as a zip, a tar, or in folders."""
    if path.suffix == ".zip":
        path.write_bytes(wheels.packed({f"a/b/{name}": data for name, data in CONTENT.items()}))
    elif ".tar" in path.name:
        with tarfile.open(path, "w:bz2" if path.suffix == ".bz2" else "w") as tar:
            for name, data in CONTENT.items():
                info = tarfile.TarInfo(f"pyodide/{name}")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    else:
        for name, data in CONTENT.items():
            (path / name[:2]).mkdir(parents=True, exist_ok=True)
            (path / name[:2] / name).write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["files.zip", "files.tar", "files.tar.bz2", "folder"])
def test_a_folder_or_an_archive_serves(pins, tmp_path, name):
    fetching.fetch(pins, sources.place(archive(tmp_path / name)), tmp_path / "kept")
    assert kept(tmp_path / "kept") == CONTENT


def test_of_several_files_of_one_name_the_right_one_is_taken(pins, tmp_path):
    folder = archive(tmp_path / "folder")
    for other in ("aa", "zz"):
        (folder / other).mkdir()
        (folder / other / "pyodide.mjs").write_bytes(b"of another version")
    fetching.fetch(pins, sources.place(folder), tmp_path / "kept")
    assert kept(tmp_path / "kept") == CONTENT


@pytest.mark.parametrize(("name", "data", "words"), [
    ("nothing", None, "no such folder or archive"), ("text.txt", b"text", "neither a folder nor an archive"),
    ("cut.zip", "half", "neither a folder nor|broken"), ("empty", "folder", "the source lacks pyodide.mjs"),
])
def test_a_place_that_does_not_serve_says_why(pins, tmp_path, name, data, words):
    path = tmp_path / name
    if data == "folder":
        path.mkdir()
    elif data == "half":
        path.write_bytes(archive(tmp_path / "whole.zip").read_bytes()[:300])
    elif data is not None:
        path.write_bytes(data)
    with pytest.raises(FilesError, match=words):
        fetching.fetch(pins, sources.place(path), tmp_path / "kept")
    assert kept(tmp_path / "kept") == {}


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(("said", "kind"), [
    ("npm error code E404", Gone), ("npm error code ENOTFOUND", FilesError),
])
def test_a_package_that_is_gone_is_told_from_a_registry_out_of_reach(pins, tmp_path, monkeypatch, said, kind):
    program(tmp_path, "npm", f"import sys\nsys.exit({said!r})")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FilesError, match="npm pack pyodide") as raised:
        fetching.fetch(pins, sources.registries(pins), tmp_path / "kept")
    assert type(raised.value) is kind


def test_without_npm_it_is_asked_for(pins, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FilesError, match="npm is needed"):
        fetching.fetch(pins, sources.registries(pins), tmp_path / "kept")


@pytest.fixture
def house(pins, tmp_path, monkeypatch):
    """The command, working in a folder of its own."""
    monkeypatch.setattr(command, "PINS", pins)
    monkeypatch.setattr(command, "GONE", tmp_path / "gone.txt")
    for module, name, place in ((fetching, "fetch", tmp_path / "kept"), (laying, "lay", tmp_path / "kept")):
        act = getattr(module, name)
        given = {"folder": place} if name == "fetch" else {"kept": place, "folder": tmp_path / "laid"}
        monkeypatch.setattr(command, name, partial(act, **given))
    return tmp_path


def test_the_command_fetches_and_lays(house, stand_in, capsys):
    assert command.main(["--server", stand_in[1]]) == 0
    assert "4 files of Pyodide" in capsys.readouterr().out
    assert command.main(["--server", "http://127.0.0.1:1/"]) == 0  # all is here
    assert "0 files" in capsys.readouterr().out
    assert (house / "laid" / "pyodide-lock.json").exists()


def test_the_command_leaves_nothing_half_laid(house, stand_in, capsys):
    files, address = stand_in
    assert command.main(["--server", address]) == 0
    before = kept(house / "laid")
    (house / "kept" / "pyodide.mjs").unlink()
    files["pyodide.mjs"] = b"wrong"
    assert command.main(["--server", address]) == 1
    assert "pyodide.mjs is not the file" in capsys.readouterr().err
    assert kept(house / "laid") == before
    assert sorted(path.name for path in house.iterdir()) == ["kept", "laid"]


def test_a_laying_that_breaks_off_leaves_the_folder_as_it_was(pins, stand_in, tmp_path, monkeypatch):
    fetching.fetch(pins, sources.server(stand_in[1]), tmp_path / "kept")
    laying.lay(pins, tmp_path / "kept", tmp_path / "laid")
    before = kept(tmp_path / "laid")
    (tmp_path / "laid" / laying.STAMP).write_text("of yesterday")
    monkeypatch.setattr(laying, "slimmed", lambda name, data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        laying.lay(pins, tmp_path / "kept", tmp_path / "laid")
    assert {**kept(tmp_path / "laid"), laying.STAMP: before[laying.STAMP]} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "laid"]


def test_where_the_source_has_them_no_more_a_build_can_go_on_and_says_why(house, stand_in, capsys):
    stand_in[0].clear()
    assert command.main(["--server", stand_in[1]]) == 1
    assert command.main(["--server", stand_in[1], "--if-there"]) == 0
    assert "answers 404" in (house / "gone.txt").read_text()
    assert command.main(["--server", "http://127.0.0.1:1/", "--if-there"]) == 1  # no network is no such thing
    assert not (house / "gone.txt").exists()
    assert "live-files: " in capsys.readouterr().err


def test_what_is_laid_is_in_the_lock_with_its_hash_and_cut_to_what_a_page_uses(pins, stand_in, tmp_path):
    fetching.fetch(pins, sources.server(stand_in[1]), tmp_path / "kept")
    assert laying.lay(pins, tmp_path / "kept", tmp_path / "laid")
    assert not laying.lay(pins, tmp_path / "kept", tmp_path / "laid")
    lock = json.loads((tmp_path / "laid" / "pyodide-lock.json").read_text())
    for entry in lock["packages"].values():
        assert digest((tmp_path / "laid" / entry["file_name"]).read_bytes()) == entry["sha256"]
    assert lock["info"] == PINS.info
    named = {name: zipfile.ZipFile(tmp_path / "laid" / name).namelist() for name in CONTENT if name != "pyodide.mjs"}
    assert named["python_stdlib.zip"] == ["encodings/utf_8.py", "json/__init__.py", "os.py"]
    assert named["numpy-2-py3-none-any.whl"] == ["numpy/__init__.py"]
    assert "matplotlib/fontlist.json" in named["matplotlib-3-py3-none-any.whl"]


def test_without_the_files_laying_says_how_to_get_them(pins, tmp_path):
    with pytest.raises(FilesError, match="make live-files"):
        laying.lay(pins, tmp_path / "kept", tmp_path / "laid")
    assert not (tmp_path / "laid").exists()


def test_the_courses_wheel_is_small_and_keys_come_by_notebook():
    made = {one.package.name: one for one in course.packages()}
    assert len(made[course.COURSE].data) < 230_000
    names = {path.stem for path in keys.FOLDER.glob("*.json")}
    assert {name for name in made if name.startswith(course.KEYS)} == set(map(course.keys_of, names))
    assert course.keys_of("01_unrolling") == "course-keys-01-unrolling"
    inside = zipfile.ZipFile(io.BytesIO(made[course.COURSE].data)).namelist()
    assert not [name for name in inside if name.startswith(("rnngrade/judge/", "rnngrade/keys/", "rnnlib/torch_"))]
    assert "rnngrade/check.py" in inside


def test_a_wheel_is_the_same_bytes_from_the_same_files_and_another_name_from_others(tmp_path):
    first, again = course.packages(), course.packages()
    assert [made.data for made in first] == [made.data for made in again]
    for folder in ("rnnlib", "rnngrade/keys", "live/python"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "live/__init__.py").touch()
    names = []
    for text in ("one", "two"):
        (tmp_path / "rnnlib/a.py").write_text(text)
        names.append(course.packages(tmp_path)[0].package.file_name)
    assert names[0] != names[1]


def test_the_pins_name_each_file_once_and_every_dependency():
    assert len(PINS.sha256) == len(PINS.core) + len(PINS.packages)
    assert all(len(pin) == 64 and int(pin, 16) >= 0 for pin in PINS.sha256.values())
    for package in PINS.packages.values():
        assert set(package.depends) <= PINS.packages.keys()
    assert PINS.version in PINS.server


def test_pinning_takes_what_is_wanted_with_what_it_needs():
    needs = {"NumPy": [], "matplotlib": ["numpy", "Six_", "fonttools"], "six-": [], "fonttools": [], "scipy": []}
    assert set(closure({name: {"depends": depends} for name, depends in needs.items()})) == {
        "numpy", "matplotlib", "six-"}


def test_the_program_is_what_make_calls():
    done = subprocess.run([sys.executable, "-m", "live.files", "--from", os.devnull], cwd=fetching.ROOT, text=True,
                          capture_output=True)
    assert done.returncode in (0, 1)  # zero where the files are here already
    assert done.returncode == 0 or "no such folder or archive" in done.stderr
    assert slimming.slimmed("pyodide.mjs", b"x") == b"x"
