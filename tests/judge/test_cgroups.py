"""The memory cap, on a folder that looks like a delegated control group: CI's kernels give none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rnngrade.judge.isolation import cgroups
from rnngrade.judge.isolation.limits import NoIsolation, Recipe
from rnngrade.judge.isolation.sandbox import Zygote


@pytest.fixture
def tree(tmp_path: Path) -> tuple[Path, Path]:
    """``/proc/self/cgroup`` and a mount under which this process is alone in a group with memory."""
    group = tmp_path / "mount" / "user.slice" / "scope"
    group.mkdir(parents=True)
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    (group / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (group / "cgroup.subtree_control").write_text("")
    (tmp_path / "own").write_text("12:cpu:/\n0::/user.slice/scope\n")
    return tmp_path / "own", tmp_path / "mount"


def test_a_delegated_group_is_found_and_divided(tree: tuple[Path, Path]) -> None:
    group = cgroups.delegated(*tree)
    assert group == tree[1] / "user.slice" / "scope"
    (group / "submissions").mkdir()
    (group / "submissions" / "memory.swap.max").write_text("max")
    part = cgroups.cap(group, 1 << 30)
    assert (part / "memory.max").read_text() == str(1 << 30)
    assert (part / "memory.swap.max").read_text() == "0"
    assert (group / "judge" / "cgroup.procs").read_text() == str(os.getpid())
    assert (group / "cgroup.subtree_control").read_text() == "+memory"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cgroup.controllers", "cpu pids"),
        ("cgroup.procs", "1\n2\n"),
        ("cgroup.procs", ""),
        ("../../../own", "1:cpu:/\n"),
    ],
)
def test_what_is_not_ours_alone_is_left_alone(tree: tuple[Path, Path], name: str, text: str) -> None:
    (tree[1] / "user.slice" / "scope" / name).write_text(text)
    assert cgroups.delegated(*tree) is None


def test_no_version_2_at_all(tmp_path: Path) -> None:
    assert cgroups.delegated(tmp_path / "none", tmp_path) is None


def test_a_command_enters_before_it_starts(tmp_path: Path) -> None:
    line = cgroups.within(tmp_path, ["sh", "-c", "echo $$; cat $0", str(tmp_path / "cgroup.procs")])
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    process, entered = done.stdout.split()
    assert process == entered


@pytest.mark.sandbox
@pytest.mark.usefixtures("isolation")
def test_a_zygote_starts_in_its_group(tmp_path: Path) -> None:
    zygote = Zygote(Recipe(frozenset(), frozenset()), group=tmp_path)
    zygote.close()
    assert (tmp_path / "cgroup.procs").read_text().strip().isdigit()
    assert "memory cap" in zygote.stamp
    with pytest.raises(NoIsolation):
        Zygote(Recipe(frozenset(), frozenset()), group=tmp_path / "absent")
