"""What the judge costs, beside nbgrader and otter-grader on the same notebooks; and what the course's own notebooks do.

Part of ``make bench``; alone, and with other sizes: ``python -m bench.judge --class 2000``. It needs Linux with
bubblewrap, as the other tables do not. Seconds on the clock depend on what else the machine does, which is printed;
those of the processor much less.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import engines
from bench.engines import NAME, Absent, Measured
from bench.processes import resident
from bench.tables import Row, print_table
from rnngrade.judge import Limits, NoIsolation, grade_class
from rnngrade.judge.handed_in.notebook import parse
from rnngrade.judge.isolation.limits import Recipe
from rnngrade.judge.isolation.sandbox import Zygote
from rnngrade.judge.running import work
from rnngrade.judge.running.run import hidden_keys, load_course

TWO_QUESTIONS = Path(__file__).parent / "two_questions"
COURSE = Path("exercises/source")
SAMPLE_SECONDS = 0.5
MB = 1e6


@dataclass(frozen=True)
class Sizes:
    """How many notebooks: of a large class, of one that is timed, one at a time, for each other engine."""

    largest: int = 10_000
    timed: int = 2_000
    alone: int = 200
    engine: int = 8
    course: int = 5


def tables(sizes: Sizes = Sizes()) -> dict[str, list[Row]]:
    """Print and return all tables; none where nothing can be isolated."""
    try:
        Zygote(Recipe(frozenset(), frozenset())).close()
    except NoIsolation as error:
        print(f"\nThe judge: skipped, nothing can be isolated here: {error}")
        return {}
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\nThe judge. Processors: {os.cpu_count()}; running or waiting, last 1, 5, 15 minutes: {load}")
    asked = {
        "Two questions, by engine; a submission's share of the processor, all processes together": engine_rows,
        "Memory of the judge with all its processes, shared pages counted once (MB)": memory_rows,
        "The course's own notebooks, with their experiments": course_rows,
    }
    measured = {title.partition(",")[0]: print_table(title, rows(sizes)) for title, rows in asked.items()}
    path = Path("_build/bench-judge.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"load": load, **measured}, indent=2) + "\n", encoding="utf-8")
    return measured


def engine_rows(sizes: Sizes) -> Iterator[Row]:
    """A row for the judge on one processor and on all, with NumPy and with torch; then the other engines."""
    ours: dict[str, Measured] = {}
    for kind in engines.ANSWERS:
        yield _row("rnngrade", kind, 1, two_questions(kind, sizes.alone, jobs=1))
        ours[kind] = two_questions(kind, sizes.timed)
        yield _row("rnngrade", kind, os.cpu_count() or 1, ours[kind])
    for name, engine in engines.ENGINES.items():
        for kind, mine in ours.items():
            try:
                with tempfile.TemporaryDirectory() as folder:
                    theirs = engine(kind, sizes.engine, Path(folder))
            except Absent as error:
                yield {**dict.fromkeys(_row(name, kind, 1, mine), "-"), "engine": f"{name}: skipped, {error}"}
                continue
            yield _row(name, kind, 1, theirs, mine)


def _row(engine: str, kind: str, at_once: int, taken: Measured, ours: Measured | None = None) -> Row:
    n = len(taken.each)
    times = (taken.seconds / n) / (ours.seconds / len(ours.each)) if ours else 1
    return {
        "engine": engine,
        "answers in": kind,
        "submissions": n,
        "at once": at_once,
        "median (ms)": round(1e3 * statistics.median(taken.each), 1),
        "p95 (ms)": round(1e3 * statistics.quantiles(taken.each, n=20)[-1], 1),
        "processor (ms)": round(1e3 * taken.processor / n, 1),
        "a second": round(n / taken.seconds, 2),
        "times slower": round(times) if ours else "",
    }


def two_questions(kind: str, learners: int, jobs: int | None = None) -> Measured:
    """Mark a class of the notebooks with two questions."""
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder), kind, learners)
        return engines.measured(lambda done: marked(Path(folder), TWO_QUESTIONS, jobs, at_the_end(done)))


def at_the_end(done: Callable[[], None]) -> Callable[[int, int], None]:
    """Call ``done`` when the last notebook is."""
    return lambda number, of: done() if number == of else None


def hand_in(folder: Path, kind: str, learners: int) -> None:
    """Write the notebooks of a class."""
    (folder / "class").mkdir()
    for learner in range(learners):
        (folder / "class" / f"{NAME}__{learner:05}.ipynb").write_text(engines.notebook(kind, learner))


def marked(
    folder: Path, course: Path, jobs: int | None = None, progress: Callable[[int, int], None] = lambda done, of: None
) -> list[float]:
    """Mark ``class`` in ``folder``; the seconds of each submission, from starting its sandbox to its score."""
    grades = grade_class(folder / "class", folder / "results", course, jobs=jobs, progress=progress)
    results = [grade.result for grade in grades if grade.result]
    if len(results) < len(grades) or any(result.score < result.points for result in results):
        raise RuntimeError(f"not everything was given full marks: {folder}")
    return [result.seconds for result in results]


# ---- memory


def memory_rows(sizes: Sizes) -> Iterator[Row]:
    """Sandboxes waiting for work; and a large class, part by part: it should need no more at its end."""
    for kind in engines.ANSWERS:
        yield {"state": f"at rest, {kind} loaded", "notebooks": 1, "seconds": "", "judge": "", "all": _at_rest(kind)}
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder), "numpy", sizes.largest)
        marks = sorted({sizes.largest * tenth // 10 for tenth in (1, 2, 5, 10)})
        with Watch(marks) as watch:
            marked(Path(folder), TWO_QUESTIONS, progress=watch.progress)
        for mark in marks:
            judge, everything = watch.peaks[mark]
            yield {
                "state": "peak until then",
                "notebooks": mark,
                "seconds": round(watch.reached[mark], 1),
                "judge": round(judge / MB),
                "all": round(everything / MB),
            }


def _at_rest(kind: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "notebook.ipynb")
        path.write_text(engines.notebook(kind, 0))
        keys = hidden_keys(load_course(TWO_QUESTIONS)[NAME], 0)
        try:
            work.mark(parse(path.read_bytes()), keys, work.Conditions(limits=Limits()))
            return round(resident(os.getpid())[1] / MB)
        finally:
            work.close()


class Watch(threading.Thread):
    """Looks at the memory of this process and of all it has started, and notes the peak until each of ``marks``."""

    def __init__(self, marks: list[int]) -> None:
        super().__init__(daemon=True)
        self.marks, self.peak = marks, (0, 0)
        self.peaks: dict[int, tuple[int, int]] = {}
        self.reached: dict[int, float] = {}
        self.stopped = threading.Event()
        self.started = engines.perf_counter()

    def run(self) -> None:
        """Look until told to stop."""
        while not self.stopped.wait(SAMPLE_SECONDS):
            self.look()

    def look(self) -> None:
        """Look once."""
        now = resident(os.getpid())
        self.peak = max(self.peak[0], now[0]), max(self.peak[1], now[1])

    def progress(self, done: int, of: int) -> None:
        """Called by the judge when another notebook is done."""
        if done in self.marks:
            self.look()
            self.peaks[done], self.reached[done] = self.peak, engines.perf_counter() - self.started

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.join()


# ---- the course


def course_rows(sizes: Sizes) -> Iterator[Row]:
    """Yield a row a notebook: the solved one, its experiments with it, as a class of a few."""
    for solved in sorted(Path("exercises/solved").glob("[0-9]*.ipynb")) if sizes.course else ():
        text = solved.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "class").mkdir()
            for learner in range(sizes.course):
                # Files that differ, if only in blanks at their end: the judge runs one notebook once.
                path = Path(folder, "class", f"{solved.stem}__{learner:04}.ipynb")
                path.write_text(text + " " * learner, encoding="utf-8")
            taken = engines.measured(lambda done, at=folder: marked(Path(at), COURSE, progress=at_the_end(done)))
        yield {
            "notebook": solved.stem,
            "median (ms)": round(1e3 * statistics.median(taken.each)),
            "processor (ms)": round(1e3 * taken.processor / len(taken.each)),
        }


def main() -> None:
    """Run by ``python -m bench.judge``."""
    parser = argparse.ArgumentParser(prog="python -m bench.judge", description=__doc__)
    parser.add_argument(
        "--class", type=int, default=Sizes.largest, dest="largest", help="notebooks of the largest class"
    )
    parser.add_argument("--timed", type=int, default=Sizes.timed, help="notebooks that are timed on all processors")
    parser.add_argument("--alone", type=int, default=Sizes.alone, help="notebooks that are timed one at a time")
    parser.add_argument("--engine", type=int, default=Sizes.engine, help="notebooks for each of the other engines")
    parser.add_argument("--course", type=int, default=Sizes.course, help="of each of the course's notebooks")
    tables(Sizes(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
