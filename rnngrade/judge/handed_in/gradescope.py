"""Gradescope's export of all submissions: folders ``submission_123``, and a file that says whose each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rnngrade.judge.handed_in import times
from rnngrade.judge.handed_in.entries import Entry, Unreadable
from rnngrade.judge.handed_in.names import Named

METADATA = "submission_metadata.yml"
MAX_BYTES = 32 << 20


@dataclass(frozen=True)
class Export:
    """Who submitted each folder, by its name. ``problem`` says what is wrong with the file, if anything."""

    submitters: dict[str, list[Named]]
    problem: str = ""


def read(entry: Entry) -> Export:
    """What the metadata file says; never raises."""
    try:
        import yaml
    except ImportError:
        return Export({}, "it cannot be read without the package pyyaml: pip install pyyaml")
    loader: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    loader.add_multi_constructor("!", _plain)  # Ruby's own types
    loader.add_multi_constructor("tag:", _plain)
    try:
        document = yaml.load(entry.read(MAX_BYTES).decode("utf-8-sig", "replace"), loader)
    except (Unreadable, yaml.YAMLError, RecursionError, ValueError, TypeError, OverflowError) as error:
        return Export({}, f"it cannot be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
    if not isinstance(document, dict):
        return Export({}, "it lists no submissions")
    return Export({str(name): _named(facts) for name, facts in document.items()})


def _plain(loader: Any, suffix: str, node: Any) -> Any:
    """A value of a type that is not known here, as plain data."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


def _named(facts: Any) -> list[Named]:
    """One for each who submitted together. Known by student number, else by address, else by name."""
    people = _get(facts, "submitters")
    when = _get(facts, "created_at")
    time = when.timestamp() if isinstance(when, datetime) else times.stamp(str(when)) if when else None
    found = []
    for person in people if isinstance(people, list) else ():
        said = {key: str(_get(person, key) or "").strip() for key in ("sid", "email", "name")}
        learner = next(filter(None, said.values()), "")
        if learner:
            found.append(Named(learner, "Gradescope", name=said["name"], number=said["sid"], time=time))
    return found


def _get(facts: Any, key: str) -> Any:
    return facts.get(f":{key}", facts.get(key)) if isinstance(facts, dict) else None
