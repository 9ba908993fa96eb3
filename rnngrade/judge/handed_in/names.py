"""Whose a file is and for which assignment, by its name: as platforms, browsers and this course make names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from rnngrade.judge.handed_in import times

OURS = re.compile(r"(?P<assignment>.+?)__(?P<who>.+)", re.DOTALL)
MOODLE = re.compile(r"(?P<who>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>\w+?)(?:_(?P<file>.*))?", re.DOTALL)
CANVAS = re.compile(r"(?P<who>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)", re.DOTALL)
BLACKBOARD = re.compile(
    r"(?P<head>.+)_attempt_(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:\.txt|_(?P<file>.+))?", re.DOTALL | re.IGNORECASE
)
GRADESCOPE = re.compile(r"submission_(?P<number>\d+)")
SUFFIXES = re.compile(r"\.(?:ipynb|json|txt|zip|py|html?|pdf|md|r|docx?|7z|rar|tar|gz|tgz)$")
COPIED = re.compile(
    r"^(?:copy|kopie|copie|copia|cópia)[ _](?:of|von|de|di|\(\d+\) of)[ _]|"
    r"[ _]?\(\d+\)$|[ _-]+(?:copy|copie|kopie|copia|checkpoint)[ _]?\d*$|[-~]\d+$|\s+$"
)
SEPARATED = r"(?:^|[^a-z0-9]){}(?:[^a-z0-9]|$)"


@dataclass(frozen=True)
class Named:
    """What a name tells: ``learner`` as an identity, ``name`` and ``number`` as the platform gave them.

    ``file`` is what the learner's own file was called, ``platform`` who made the name, ``title`` what it puts before
    the learner, ``time`` when it says the file was handed in, ``remark`` what else it says.
    """

    learner: str
    platform: str
    file: str = ""
    name: str = ""
    number: str = ""
    title: str = ""
    time: float | None = None
    remark: str = ""


def parsed(name: str) -> Named | None:
    """What the name of a file or folder tells, if a platform or this course made it; Blackboard's are ``attempts``."""
    if found := MOODLE.fullmatch(name):
        who, number = found["who"], found["number"]
        return Named(f"{who}_{number}", "Moodle", found["file"] or "", who, number)
    if found := CANVAS.fullmatch(name):
        who, number = found["who"], found["number"]
        late = "Canvas marks it as late" if found["late"] else ""
        return Named(f"{who}_{number}", "Canvas", found["file"], who, number, remark=late)
    if "_attempt_" not in name.lower() and (found := OURS.fullmatch(_without_suffix(name))):
        return Named(found["who"], "this course", f"{found['assignment']}.ipynb", title=found["assignment"])
    return None


def attempts(names: Collection[str]) -> dict[str, Named]:
    """What Blackboard's names tell, ``TITLE_LEARNER_attempt_TIME_FILE``, of those in one folder.

    Title and learner may hold the mark between them: what all names begin with is the title.
    """
    found = {name: match for name in names if (match := BLACKBOARD.fullmatch(name))}
    title = _common({match["head"] for match in found.values()})
    told = {}
    for name, match in found.items():
        head = match["head"]
        at = len(title) if title else head.rfind("_") + 1
        told[name] = Named(
            head[at:] or head, "Blackboard", match["file"] or "", title=head[:at].rstrip("_"),
            time=times.attempt(match["time"]), remark="" if match["file"] else "Blackboard's note on an attempt",
        )  # fmt: skip
    return told


def _common(heads: set[str]) -> str:
    """What all begin with, up to the last mark that none of them ends at; nothing if there is but one."""
    if len(heads) < 2:
        return ""
    first, last = min(heads), max(heads)
    same = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), len(first))
    return first[: first.rfind("_", 0, same) + 1]


# ---- assignments


def assignment(name: str, assignments: Collection[str]) -> str:
    """The assignment that a file or folder is named after, if only its case or a copy's mark differ; or nothing."""
    plain = {_plain(one): one for one in assignments}
    text = unicodedata.normalize("NFC", _without_suffix(name)).casefold()
    for _ in range(4):  # a copy of a copy
        if _plain(text) in plain:
            return plain[_plain(text)]
        text = COPIED.sub("", text)
    return plain.get(_plain(text), "")


def contained(name: str, assignments: Collection[str]) -> str:
    """The one assignment whose name stands in a name, apart from other letters and digits; or nothing."""
    text = _plain(name)
    found = [one for one in assignments if re.search(SEPARATED.format(re.escape(_plain(one))), text)]
    return found[0] if len(found) == 1 else ""


def remainder(name: str, assignment: str) -> str:
    """What a name says beside the assignment: whose it may be."""
    stem = _without_suffix(name)
    place = re.search(re.escape(_plain(assignment)), _plain(stem))
    if place is None or len(_plain(stem)) != len(stem):
        return stem
    return (stem[: place.start()] + stem[place.end() :]).strip(" _-.") or stem


def _without_suffix(name: str) -> str:
    while found := SUFFIXES.search(name.lower()):
        if found.start() == 0:
            break
        name = name[: found.start()]
    return name


def _plain(name: str) -> str:
    """Without what differs between copies: case, and what parts words."""
    text = unicodedata.normalize("NFC", name).casefold()
    return re.sub(r"(?<=[a-z0-9])[ .-](?=[a-z])|(?<=[a-z]) (?=[a-z0-9])", "_", text)
