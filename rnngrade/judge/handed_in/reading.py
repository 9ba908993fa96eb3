"""Reads a class: what lies in a folder, whose it is and for which assignment. A total function: every entry has a line.

A class is read by what it is. Folders are taken for learners, for assignments, or for wrappings of either, by what is
in them and beside them; names by the form that platforms give them; notebooks under any name by the ids of their cells.
Where that leaves a doubt, learners are kept apart rather than merged, and the line says how it was read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rnngrade.judge.handed_in import belonging, entries, gradescope, kinds, names, times
from rnngrade.judge.handed_in.belonging import Asked
from rnngrade.judge.handed_in.entries import FOLDER, GONE, LINK, Entry, Unreadable
from rnngrade.judge.handed_in.names import Named
from rnngrade.judge.handed_in.notebook import Notebook, parse
from rnngrade.judge.handed_in.submissions import (
    LEFT_OUT,
    MISPLACED,
    NOTHING,
    READY,
    SUPERSEDED,
    UNREADABLE,
    Submission,
    along,
)

SUBMITTED = "submitted"  # in nbgrader's course root, beside folders that are nobody's
NOBODYS = ("source", "release", "autograded", "feedback", "solution", "exchange", "gradebook.db", "nbgrader_config.py",
           ".nbgrader.log")  # fmt: skip
OURS = ("run.json", "records")  # in a folder of results
WRAPPING = re.compile(
    r"(?:hw|homework|week|exercises?|assignments?|lab|sheet|sections?|groups?|class|course|downloads?|submissions?|"
    r"tutorials?|team|unit|module|part|batch|late|on.?time|blatt|übung|uebung|tp|td)[ _-]?\w{0,12}",
    re.IGNORECASE,
)
GENERIC = re.compile(r"(?:my.?)?(?:work|src|notebooks?|files?|code|hand.?in|solutions?|final|draft|old|new|submission|"
                     r"upload|answers?|untitled folder|new folder)[ _-]?\d*", re.IGNORECASE)  # fmt: skip
DEEPEST = 40  # folders within folders that are taken for wrappings


@dataclass(frozen=True)
class Context:
    """What is known of all in a folder: the assignment it is for, the wrapping folders above it, who made it.

    ``learners`` says that every folder in it is a learner's, as in nbgrader's ``submitted``.
    """

    assignment: str = ""
    above: tuple[str, ...] = ()
    learners: bool = False


@dataclass(frozen=True)
class Whose:
    """A learner: what the name told, and where it stands, as two of one name may be two people."""

    named: Named
    origin: str
    doubt: str = ""


def discover(
    root: Path, assignments: Mapping[str, Asked], learners: Mapping[str, str] | None = None, not_in: Iterable[Path] = ()
) -> list[Submission]:
    """A line for everything in ``root``, a folder or a zip, in the order of places.

    Of several notebooks for one learner and assignment the one handed in last is graded; of those of one time, the
    last by place. ``learners`` says whose a place, an entry of the class's folder, or a name is. Folders ``not_in`` are
    left out.
    """
    found = _Reader(assignments, learners or {}, {path.resolve() for path in not_in}).read(entries.on_disk(root))
    return sorted(found, key=lambda one: one.place.encode("utf-8", "surrogatepass"))


def one_learners(root: Path, learner: str, assignments: Mapping[str, Asked], assignment: str = "") -> list[Submission]:
    """The lines of a folder that is one learner's, handed in for ``assignment`` where nothing says another."""
    reader = _Reader(assignments, {}, set())
    reader._learner(entries.on_disk(root), Whose(Named(learner, ""), ""), Context(assignment))
    return _one_each([line for line, _ in reader.lines])


class _Reader:
    def __init__(self, assignments: Mapping[str, Asked], learners: Mapping[str, str], left_out: set[Path]) -> None:
        self.assignments, self.learners, self.left_out = assignments, learners, left_out
        self.lines: list[tuple[Submission, str]] = []  # and where the learner's name stands
        self.read_already: dict[Entry, Notebook | None] = {}

    def read(self, root: Entry) -> list[Submission]:
        self._class(root, Context())
        if root.problem:
            raise Unreadable(root.problem)
        return _one_each(_apart(self._beside_others(self.lines)))

    # ---- a folder of many learners

    def _class(self, folder: Entry, context: Context) -> None:
        inside = folder.inside()
        if folder.problem and context.above:
            self._line(folder, _nobody(), UNREADABLE, folder.problem)
        alone = [entry for entry in inside if not kinds.is_litter(entry)]
        course_root = any(entry.name == SUBMITTED and entry.kind == FOLDER for entry in inside)
        export = next((gradescope.read(entry) for entry in inside if entry.name == gradescope.METADATA), None)
        attempts = names.attempts([entry.name for entry in inside])
        flat: dict[str, list[tuple[Named, Entry]]] = defaultdict(list)
        for entry in inside:
            named = attempts.get(entry.name) or names.parsed(entry.name)
            if (words := self._nobodys(entry, course_root)) or entry.name == gradescope.METADATA:
                self._line(entry, _nobody(), LEFT_OUT, words or _of_metadata(export))
            elif course_root and entry.name == SUBMITTED:
                self._class(entry, replace(context, learners=True))
            elif export and entry.is_container and entry.name in export.submitters:
                self._together(entry, export.submitters[entry.name], context)
            elif entry.is_container:
                self._container(entry, named, alone, context)
            elif named:
                flat[named.learner].append((named, entry))
            else:
                self._loose(entry, context)
        for found in flat.values():
            self._flat(found, context)

    def _nobodys(self, entry: Entry, course_root: bool) -> str:
        """Why an entry is nobody's, or nothing."""
        if kinds.is_litter(entry):
            return "left there by a tool"
        if course_root and entry.name in NOBODYS:
            return "nbgrader's own: only `submitted` is what a class handed in"
        if entry.path is not None and entry.kind != LINK and self.left_out and entry.path.resolve() in self.left_out:
            return "named in this command for something else"
        if entry.kind == FOLDER and {one.name for one in entry.inside()} >= set(OURS):
            return "results of rnngrade"
        return ""

    def _together(self, entry: Entry, people: Sequence[Named], context: Context) -> None:
        """A folder that several learners handed in together: each has a line."""
        for named in people or [Named(entry.name, "Gradescope", remark="the metadata name nobody")]:
            doubt = named.remark or ("" if len(people) < 2 else f"handed in together by {len(people)}")
            self._learner(entry, Whose(named, "/".join(context.above), doubt), context)

    def _container(self, entry: Entry, named: Named | None, beside: Sequence[Entry], context: Context) -> None:
        assignment = names.assignment(entry.stem, self.assignments)
        if context.learners:
            self._learner(entry, Whose(Named(entry.stem, ""), "/".join(context.above)), context)
            return
        if named is None and len(context.above) < DEEPEST and self._is_class(entry, beside, assignment):
            self._class(entry, Context(assignment or context.assignment, (*context.above, entry.stem)))
            return
        origin = "/".join(context.above)
        if named is None:
            doubt = "" if not context.above or context.assignment else f"the folder {origin} taken for a wrapping"
            self._learner(entry, Whose(Named(entry.stem, ""), origin, doubt), context)
            return
        known = names.assignment(named.title, self.assignments) if named.title else ""
        inner = replace(context, assignment=known or context.assignment)
        self._learner(entry, Whose(named, origin), inner)

    def _is_class(self, entry: Entry, beside: Sequence[Entry], assignment: str) -> bool:
        """Whether a folder holds many learners' work, rather than one's."""
        inside = [one for one in entry.inside() if not kinds.is_litter(one)]
        here = {one.name for one in inside}
        if not inside:
            return False
        if SUBMITTED in here or gradescope.METADATA in here or names.attempts(here) or any(map(names.parsed, here)):
            return True
        inner = [one for one in inside if one.is_container]
        loose = [one for one in inside if kinds.is_notebook(one) and not one.is_container]
        unlike = [one for one in loose if not names.assignment(one.name, self.assignments)]
        only = sum(one.is_container for one in beside) == 1 and len(beside) == 1
        if loose:
            many = len(unlike) > 1 and len({self._assignment(one) for one in unlike}) == 1
            return bool(assignment and unlike) or (only and many and len(unlike) == len(loose))
        if assignment:
            return bool(inner)
        named = [one for one in inner if names.assignment(one.stem, self.assignments)]
        if inner and len(named) == len(inner):  # nbgrader's learner/assignment/file; or wrapping/assignment/learner
            several = [
                one for one in inner if sum(map(_is_work, one.inside())) > 1 or not any(map(_is_file, one.inside()))
            ]
            return any(self._is_class(one, inner, one.stem) for one in several)
        return bool(inner) and self._wraps(entry, inner, beside, only)

    def _wraps(self, entry: Entry, inner: Sequence[Entry], beside: Sequence[Entry], only: bool) -> bool:
        """Whether a folder of folders wraps a class: it stands alone, or the same assignment comes again in it."""
        if only:
            return len(inner) > 1 or not GENERIC.fullmatch(inner[0].stem)
        if len(inner) > 1:
            per_folder = [self._assignments_in(one) for one in inner]
            again = Counter(name for found in per_folder for name in found)
            return any(count > 1 for count in again.values()) and not all(GENERIC.fullmatch(one.stem) for one in inner)
        return WRAPPING.fullmatch(entry.stem) is not None and not GENERIC.fullmatch(inner[0].stem)

    def _assignments_in(self, entry: Entry) -> set[str]:
        found = (one for one, _ in entry.walk(kinds.is_litter) if kinds.is_notebook(one) and one.kind != FOLDER)
        return {self._assignment(one) for one, _ in zip(found, range(20))}

    # ---- files that stand among many learners'

    def _flat(self, found: Sequence[tuple[Named, Entry]], context: Context) -> None:
        """One learner's files, of which the names tell so; what is no notebook is taken along with those that are."""
        others = tuple((named.file or entry.name, entry) for named, entry in found
                       if not _like_notebook(named.file or entry.name) and entry.kind == entries.FILE)  # fmt: skip
        for named, entry in found:
            title = named.title if named.platform == "Blackboard" else ""  # of one title all names are one course's
            whose = Whose(named, "/".join(filter(None, (*context.above, title))))
            if _like_notebook(named.file or entry.name):
                title = names.assignment(named.title, self.assignments) if named.title else ""
                ours = named.platform == "this course"
                hint = (title or named.title) if ours else title or context.assignment
                self._notebook(entry, whose, named.file or entry.name, hint, others, fixed=ours)
            else:
                known = names.assignment(named.file, self.assignments) or context.assignment
                note = named.remark if named.remark and not named.file else ""
                self._line(entry, whose, NOTHING, note or self._sentence(entry, known), known)

    def _loose(self, entry: Entry, context: Context) -> None:
        """A file whose name has no known form."""
        whose = Whose(Named(names.remainder(entry.name, ""), ""), "/".join(context.above))
        if entry.kind in (LINK, GONE):
            self._line(entry, whose, UNREADABLE, entry.problem)
            return
        if not _like_notebook(entry.name) and not (kinds.may_be_notebook(entry) and self._assignment(entry)):
            self._not_a_notebook(entry, whose, context)
            return
        given = self._given(entry, whose.named)
        known = names.assignment(entry.name, self.assignments)
        if known and not given:
            told = "its place tells no learner: its name is the assignment's, and no folder says whose it is"
            self._line(entry, whose, MISPLACED, f"{told} (--learners can)", known)
            return
        part = names.contained(entry.name, self.assignments)
        assignment = known or self._assignment(entry) or context.assignment or part
        if not assignment:
            self._line(entry, whose, MISPLACED, self._why_none(entry, entry.name, "and its place tells no learner"))
            return
        who = names.remainder(entry.name, part) if part else whose.named.learner
        doubt = "its name taken for its learner's"
        self._notebook(entry, Whose(Named(who, ""), whose.origin, doubt), entry.name, assignment, (), fixed=True)

    def _not_a_notebook(self, entry: Entry, whose: Whose, context: Context) -> None:
        handed_in = re.search(r"\.(?:py|html?|ipynb.*|icloud|pdf|docx?|part|crdownload)$", entry.name.lower())
        archive = any(entry.name.lower().endswith(suffix) for suffix in kinds.ARCHIVE.split())
        if handed_in or archive or entry.kind != entries.FILE:
            known = names.assignment(entry.name, self.assignments) or context.assignment
            self._line(entry, whose, NOTHING, self._sentence(entry, known), known)
        else:
            self._line(entry, _nobody(), LEFT_OUT, f"{kinds.what(entry)}, and no learner's by its name")

    # ---- one learner's folder

    def _learner(self, box: Entry, whose: Whose, context: Context) -> None:
        """Everything in a folder, or a zip, that is one learner's."""
        found = list(box.walk(kinds.is_litter))
        notebooks = [(one, above) for one, above in found if kinds.is_notebook(one) and one.kind != FOLDER]
        if not notebooks:
            notebooks = [(one, above) for one, above in found if kinds.may_be_notebook(one) and self._contents(one)]
        if box.problem:
            whose = replace(whose, doubt="; ".join(filter(None, [whose.doubt, box.problem])))
        for entry, above in notebooks:
            folders = [names.assignment(folder.stem, self.assignments) for folder in above[1:]]
            hint = next(filter(None, reversed(folders)), context.assignment)
            beside = tuple((name, one) for name, one in along(above) if one is not entry)
            stamped = above[-1] if len(above) == 2 and folders[-1] else None
            self._notebook(entry, whose, entry.name, hint, beside, stamped=stamped)
        ready = {line.assignment for line, _ in self.lines if line.entry in {one for one, _ in notebooks}}
        links = [one for one, _ in found if one.kind in (LINK, GONE) and not kinds.is_notebook(one)]
        for entry in links:
            self._line(entry, whose, UNREADABLE, entry.problem, names.assignment(entry.name, self.assignments))
        self._others(box, whose, context, found, ready, bool(notebooks or links))

    def _others(self, box: Entry, whose: Whose, context: Context, found: Sequence[tuple[Entry, tuple[Entry, ...]]],
                ready: set[str], anything: bool) -> None:  # fmt: skip
        """What is named like an assignment and is no notebook; and where there is nothing else, what there is."""
        if anything:
            for entry, _ in found:
                known = names.assignment(entry.name, self.assignments)
                if known and known not in ready and not entry.is_container and not kinds.is_notebook(entry):
                    self._line(entry, whose, NOTHING, self._sentence(entry, known), known)
            return
        files = [entry for entry, _ in found if (entry.kind != FOLDER and not entry.is_zip) or entry.problem]
        named = (names.assignment(entry.name, self.assignments) for entry in files)
        known = next(filter(None, named), context.assignment)
        if box.problem:
            self._line(box, whose, UNREADABLE, box.problem, known)
        elif not files:
            litter = [one for one in box.inside() if kinds.is_litter(one)]
            words = "nothing but what a tool left there" if litter else "a zip with nothing in it" if box.is_zip else (
                "an empty folder" if not box.inside() else "nothing but folders")  # fmt: skip
            self._line(box, whose, NOTHING, f"{words}: {kinds.ask_for(known)}", known)
        else:
            words = "; ".join(f"{entry.name} is {kinds.what(entry)}" for entry in files[:3])
            more = f"; and {len(files) - 3} more" if len(files) > 3 else ""
            self._line(box, whose, NOTHING, f"{words}{more}: {kinds.ask_for(known)}", known)

    def _sentence(self, entry: Entry, assignment: str) -> str:
        return f"{kinds.what(entry)}: {kinds.ask_for(assignment)}"

    # ---- one notebook

    def _notebook(
        self, entry: Entry, whose: Whose, name: str, hint: str, beside: tuple[tuple[str, Entry], ...] = (),
        fixed: bool = False, stamped: Entry | None = None,
    ) -> None:  # fmt: skip
        """A line for a notebook: its assignment is told by its name, its cells, its folder, in this order."""
        own = "" if fixed else names.assignment(name, self.assignments)
        by_cells = "" if own or (fixed and hint in self.assignments) else self._assignment(entry)
        assignment = own or by_cells or hint or names.contained(name, self.assignments)
        how = [whose.doubt, whose.named.remark] + ([f"{name} by its cells"] if by_cells and not fixed else [])
        if own and not _exact(name, own):
            how.append(f"{name} taken for {own}.ipynb")
        status, problem = READY, ""
        if entry.problem:
            status, problem = UNREADABLE, entry.problem
        elif assignment not in self.assignments:
            status, problem = MISPLACED, self._why_none(entry, assignment or name)
        when, source, noted = self._time(entry, whose.named, stamped)
        line = Submission(
            "", assignment or names.remainder(name, ""), entry.place, when, source, status, problem, "",
            entry=entry, beside=beside,
        )  # fmt: skip
        self._add(line, entry, whose, [*how, noted])

    def _assignment(self, entry: Entry) -> str:
        """The assignment whose name an entry has or, failing that, whose cells are in it; or nothing."""
        named = names.assignment(entry.name, self.assignments)
        notebook = None if named else self._contents(entry)
        return named or (belonging.by_cells(notebook, self.assignments) if notebook else "")

    def _contents(self, entry: Entry) -> Notebook | None:
        """The notebook in a file, if there is one; read but once."""
        if entry not in self.read_already:
            try:
                self.read_already[entry] = parse(entry.read())
            except Unreadable:
                self.read_already[entry] = None
        return self.read_already[entry]

    def _why_none(self, entry: Entry, name: str, more: str = "") -> str:
        """Why a notebook is of no assignment, or is none."""
        try:
            parse(entry.read())
        except Unreadable as error:
            return f"it is {error}" if str(error).startswith(("a ", "an ", "not ", "nothing")) else str(error)
        stem = names.remainder(name, "")
        return " ".join(filter(None, (
            f"no assignment of this course is called {stem!r} and none's cells are in it;", more and f"{more};",
            f"it has {', '.join(sorted(self.assignments))}")))  # fmt: skip

    def _time(self, entry: Entry, named: Named, stamped: Entry | None) -> tuple[float, str, str]:
        """When it was handed in, who says so, and a remark."""
        if named.time is not None:
            source = gradescope.METADATA if named.platform == "Gradescope" else "the attempt in its name"
            return named.time, source, ""
        file = "the archive" if entry.archived else "the file"
        noted = next((one for one in stamped.inside() if one.name in kinds.NOTES), None) if stamped else None
        if noted is None:
            return times.known(entry.changed), file, ""
        try:
            said = noted.read(1 << 16).decode("utf-8-sig", "replace")
        except Unreadable:
            said = ""
        time = times.stamp(said)
        if time is None:
            words = f"timestamp.txt holds no time that is understood: {said.strip()[:60]!r}"
            return times.known(entry.changed), file, words
        return time, "timestamp.txt", ""

    # ---- lines

    def _line(self, entry: Entry, whose: Whose, status: str, problem: str, assignment: str = "") -> None:
        when = times.known(whose.named.time if whose.named.time is not None else entry.changed)
        line = Submission("", assignment, entry.place, when, "", status, problem, entry=entry)
        self._add(line, entry, whose, [whose.doubt])

    def _add(self, line: Submission, entry: Entry, whose: Whose, how: Sequence[str]) -> None:
        named, given = whose.named, self._given(entry, whose.named)
        if given:
            how = ["as --learners says", *(words for words in how if words != whose.doubt)]
        told = f"{named.platform}'s name" if named.platform in ("Moodle", "Canvas", "Blackboard") else ""
        reading = "; ".join(filter(None, [told, *how]))
        line = replace(line, learner=given or named.learner, reading=reading, name=named.name, number=named.number)
        self.lines.append((line, "" if given else whose.origin))

    def _given(self, entry: Entry, named: Named) -> str:
        """Whose it is by ``--learners``: by place, by an entry of the class's folder, by the name as it was read."""
        above = entry.place.split("/")
        keys = ["/".join(above[:n]) for n in range(len(above), 0, -1)] + above[-2::-1] + [named.learner, named.name]
        for key in filter(None, keys):
            if key in self.learners:
                return self.learners[key]
        return ""

    @staticmethod
    def _beside_others(lines: Sequence[tuple[Submission, str]]) -> list[tuple[Submission, str]]:
        """What is no notebook is nothing to ask about where its learner has handed in one."""
        ready = {(line.learner, origin) for line, origin in lines if line.status == READY}
        return [
            (replace(line, status=LEFT_OUT, problem=f"beside a notebook: {line.problem.partition(':')[0]}"), origin)
            if line.status == NOTHING and (line.learner, origin) in ready and not line.assignment
            else (line, origin)
            for line, origin in lines
        ]


def _nobody() -> Whose:
    return Whose(Named("", ""), "")


def _of_metadata(export: gradescope.Export | None) -> str:
    told = "Gradescope's list of who handed in what"
    return f"{told}; {export.problem}" if export and export.problem else told


def _like_notebook(name: str) -> bool:
    return kinds.NOTEBOOK.fullmatch(name) is not None


def _is_file(entry: Entry) -> bool:
    return not entry.is_container and not kinds.is_litter(entry)


def _is_work(entry: Entry) -> bool:
    return kinds.is_notebook(entry) or (entry.is_container and not kinds.is_litter(entry))


def _exact(name: str, assignment: str) -> bool:
    return name == f"{assignment}.ipynb"


def _apart(lines: Sequence[tuple[Submission, str]]) -> list[Submission]:
    """Names that stand in several places for one assignment may be several people's: they are told apart by place."""
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line, origin in lines:
        if line.status == READY:
            where[line.learner, line.assignment].add(origin)
    doubtful = {(learner, origin) for (learner, _), found in where.items() if len(found) > 1 for origin in found}
    return [
        replace(
            line,
            learner=f"{origin}/{line.learner}",
            reading="; ".join(filter(None, [line.reading, "the same name in two places: kept apart"])),
        )
        if (line.learner, origin) in doubtful and origin
        else line
        for line, origin in lines
    ]


def _one_each(found: Sequence[Submission]) -> list[Submission]:
    """The notebook that counts for each learner and assignment, and the others as superseded."""
    latest: dict[tuple[str, str], Submission] = {}
    for one in sorted((one for one in found if one.status == READY), key=lambda one: (one.handed_in, one.place)):
        latest[one.learner, one.assignment] = one
    return [
        one if one.status != READY or one is latest[one.learner, one.assignment]
        else replace(one, status=SUPERSEDED, problem="a later notebook for this assignment is graded: "
                     + latest[one.learner, one.assignment].place)
        for one in found
    ]  # fmt: skip
