"""What a submission may read: system libraries, Python with its packages, rnnlib; and what not, even in these."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from rnngrade.judge.isolation.limits import Recipe

INSIDE = Path(__file__).parents[1] / "inside"
DEVICES = ("null", "zero", "full", "random", "urandom")


@cache
def shown() -> frozenset[Path]:
    """The folders and files a submission may read: system libraries, and Python with its packages."""
    paths = {Path(p) for p in ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/usr/share/fonts")}
    for root in ("/usr", "/"):
        paths |= {Path(root, name) for name in ("lib", "lib32", "lib64")}
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        paths |= {Path(prefix, name) for name in ("bin", "lib", "lib64", "pyvenv.cfg")}
    paths |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {Path(os.path.realpath(sys.executable)).parent}
    real = {path for path in paths if path.exists() and not path.is_symlink()}
    return frozenset(path for path in real if not any(other in path.parents for other in real))


def hidden(recipe: Recipe, unseen: Iterable[Path]) -> list[Path]:
    """What must not be read although it lies in a folder that is shown: forbidden modules, this package, ``unseen``."""
    forbidden = (Path(path) for name in recipe.forbid for path in _locations(name))
    candidates = {Path(os.path.realpath(path)) for path in (*forbidden, Path(__file__).parents[2], *unseen)}
    return sorted(path for path in candidates if any(top == path or top in path.parents for top in shown()))


def readable(recipe: Recipe, unseen: Sequence[Path]) -> Iterator[Path]:
    """The folders and files that together are what is shown without what is hidden."""
    without = hidden(recipe, unseen)
    for path in sorted(shown()):
        yield from _spared(path, without)


def _spared(path: Path, without: Sequence[Path]) -> Iterator[Path]:
    if path in without:
        return
    if not any(path in other.parents for other in without):
        yield path
        return
    for inner in sorted(path.iterdir()):
        if not inner.is_symlink():  # what it leads to is shown under its own name, or not at all
            yield from _spared(inner, without)


def library() -> Path:
    """The folder of rnnlib."""
    spec = importlib.util.find_spec("rnnlib")
    assert spec is not None
    assert spec.origin is not None  # it is installed with this package
    return Path(spec.origin).parent


def _locations(module: str) -> list[str]:
    spec = importlib.util.find_spec(module)
    if spec is None:
        return []
    return list(spec.submodule_search_locations or ()) or [str(spec.origin)]


def environment(home: str) -> dict[str, str]:
    """The environment variables of a zygote and its children, none of them the judge's own."""
    values = {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": home,
        "IPYTHONDIR": home,
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }
    if "OPENBLAS_CORETYPE" in os.environ:
        values["OPENBLAS_CORETYPE"] = os.environ["OPENBLAS_CORETYPE"]
    return values


def program(folder: str) -> list[str]:
    """The command of a zygote that finds its own code in ``folder``; the descriptor of its socket follows."""
    code = f"import sys; sys.path.insert(0, {folder!r}); from inside import zygote; zygote.start(int(sys.argv[1]))"
    return [sys.executable, "-I", "-c", code]


def private() -> Path | None:
    """A folder on the way to what is shown that others than its owner may not enter, if there is one."""
    wanted = {*shown(), library(), INSIDE, Path(os.path.realpath(sys.executable))}
    ways = {folder for path in wanted for folder in (path, *path.parents) if folder.is_dir()}
    return next((folder for folder in sorted(ways) if folder.stat().st_mode & 0o5 != 0o5), None)
