"""The same class on a dask cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnngrade.judge.running.schedulers import Unreachable
from tests.judge.conftest import FAIR, grade, hand_in

distributed = pytest.importorskip("distributed", reason="needs the extra [cluster]")
pytestmark = [pytest.mark.sandbox, pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def address():
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None, silence_logs=40
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.usefixtures("isolation")
def test_a_cluster_gives_the_same_grades(tmp_path: Path, address: str) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    hand_in(tmp_path / "in", "bob", *FAIR[:2], "while True: pass")
    hand_in(tmp_path / "in", "cleo").write_text("nothing")
    here = grade(tmp_path / "in", tmp_path / "here", seed=1)
    there = grade(tmp_path / "in", tmp_path / "there", seed=1, scheduler=address)
    scores = {name: one.result and (one.result.score, one.result.problems) for name, one in here.items()}
    assert scores == {name: one.result and (one.result.score, one.result.problems) for name, one in there.items()}
    assert (tmp_path / "there" / "feedback" / "01_sums" / "bob.html").is_file()


def test_a_cluster_of_another_version_is_refused(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(tmp_path / "in", "ada", *FAIR)
    with distributed.Client(address, set_as_default=False) as client:
        client.run(_pretend)
        with pytest.raises(Unreachable, match="same versions"):
            grade(tmp_path / "in", tmp_path / "out", scheduler=address)


def _pretend() -> None:
    from rnngrade.judge.results import records

    records.programs.cache_clear()
    records.np = type("numpy", (), {"__version__": "another"})


def test_no_cluster_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client calls again and again until its time is up: of the ten seconds one will do."""
    client = distributed.Client
    monkeypatch.setattr(distributed, "Client", lambda address, timeout, **more: client(address, timeout=1, **more))
    hand_in(tmp_path / "in", "ada", *FAIR)
    with pytest.raises(Unreachable, match="no dask scheduler answers"):
        grade(tmp_path / "in", tmp_path / "out", scheduler="tcp://127.0.0.1:1")
