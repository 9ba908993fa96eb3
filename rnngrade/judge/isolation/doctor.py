"""What this machine offers for isolation, found by trying, and how to get the rest."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rnngrade.judge.inside import landlock
from rnngrade.judge.isolation import cgroups, seccomp
from rnngrade.judge.isolation.bubblewrap import bwrap_path
from rnngrade.judge.isolation.limits import Limits, NoIsolation, Recipe
from rnngrade.judge.isolation.sandbox import Zygote

SETTINGS = {"apparmor_restrict_unprivileged_userns": 0, "unprivileged_userns_clone": 1}  # of /proc/sys/kernel


@dataclass(frozen=True)
class Finding:
    """One thing that was tried. ``advice`` says how to get it where it is missing."""

    name: str
    good: bool
    found: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Try each thing isolation needs, in the order in which they build on each other."""
    yield Finding(
        "system",
        sys.platform == "linux",
        f"{platform.system()} {platform.release()}",
        "grade on Linux: a virtual machine, or a container that allows user namespaces",
    )
    yield Finding("user", True, "root: submissions run as nobody" if os.getuid() == 0 else "unprivileged")
    for name, probe in (
        ("seccomp", _seccomp),
        ("bubblewrap", _bubblewrap),
        ("user namespaces", _namespaces),
        ("--isolation bubblewrap", lambda: _confined("bubblewrap")),
        ("landlock", _landlock),
        ("--isolation process", lambda: _confined("process")),
    ):
        yield _tried(name, probe)
    group = cgroups.delegated()
    yield Finding(
        "memory cap", True, f"in {group}" if group else f"none for all together, each is limited ({cgroups.ADVICE})"
    )


def _tried(name: str, probe: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, probe())
    except (NoIsolation, ImportError, RuntimeError, OSError) as error:
        return Finding(name, False, "missing", str(error) or type(error).__name__)


def _bubblewrap() -> str:
    path = bwrap_path()
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return f"{version.stdout.strip() or version.stderr.strip()} ({path})"


def _seccomp() -> str:
    try:
        return f"{len(seccomp.compiled()) // 8} instructions, {len(seccomp.ALLOWED.split())} system calls allowed"
    except (ImportError, RuntimeError) as error:
        how = "apt install libseccomp2 (dnf, pacman: libseccomp), pip install pyseccomp"
        raise NoIsolation(f"{how} ({error})") from error


def _namespaces() -> str:
    kernel = Path("/proc/sys/kernel")
    blocked = [
        f"sudo sysctl -w kernel.{name}={wanted}"
        for name, wanted in SETTINGS.items()
        if (kernel / name).exists() and (kernel / name).read_text().strip() != str(wanted)
    ]
    done = subprocess.run(
        [bwrap_path(), "--unshare-user", "--unshare-net", "--ro-bind", "/", "/", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        how = "; ".join(blocked) or "in a container, docker run --security-opt seccomp=unconfined"
        raise NoIsolation(f"{done.stderr.strip()}. To allow them: {how}")
    return "allowed"


def _landlock() -> str:
    if not landlock.version():
        raise NoIsolation(
            "a kernel from 5.13 on, with landlock among its security modules (the boot option lsm=..), "
            "and in a container an engine whose filter allows it"
        )
    return f"version {landlock.version()}"


def _confined(kind: str) -> str:
    """Try it: in the confined process, starting another one must fail."""
    zygote = Zygote(Recipe(frozenset(), frozenset()), (), kind)
    try:
        process = zygote.spawn(Limits())
        try:
            reply, _ = process.ask({"do": "run", "cell": 1}, [b"import os\nos.fork()"], 10.0, 3.0)
        finally:
            process.close()
    finally:
        zygote.close()
    if reply.get("error", [None])[0] != "PermissionError":
        raise NoIsolation(f"a confined process could start another one: {reply}")
    return f"works ({zygote.stamp.partition(': ')[2]})"
