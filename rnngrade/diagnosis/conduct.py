"""What keeps an answer from being judged by its numbers: missing, not written, raising, changing what it is given."""

from __future__ import annotations

from rnngrade.diagnosis.answers import Answers
from rnngrade.diagnosis.verdict import Diagnosis
from rnngrade.diagnosis.words import shortened, shown_case
from rnngrade.outcomes import ENDED, FORBIDDEN, MISSING, NOT_WRITTEN, NOTHING, Failure


def not_written(a: Answers) -> Diagnosis | None:
    """A stub, or a function without a return."""
    failed = next((v for v in a.values if isinstance(v, Failure) and v.type in (NOT_WRITTEN, NOTHING)), None)
    if failed is not None and failed.type == NOT_WRITTEN:
        advice = "Fill it in, run its cell, then check again."
        return Diagnosis(False, "not-written", f"`{failed.name or a.info.answer}` is not written yet. {advice}")
    if failed is not None or (a.info.called and all(value is None for value in a.values)):
        name = failed.name if failed is not None else a.info.answer
        return Diagnosis(False, "not-written", f"`{name}` returns nothing. Does it end in a return?", 0)
    return None


def wrong_name(a: Answers) -> Diagnosis | None:
    """Nothing has the name asked for."""
    missing = next((v for v in a.values if isinstance(v, Failure) and v.type == MISSING), None)
    if missing is None:
        return None
    similar = f" There is a `{missing.message}`: is that it?" if missing.message else ""
    return Diagnosis(False, "wrong-name", f"Nothing here is called `{missing.name or a.info.answer}`.{similar} "
                     "Run the cell that defines it; names must match exactly. If running it only shows its text, it "
                     "has become a Markdown cell: make it a code cell again.")


def forbidden(a: Answers) -> Diagnosis | None:
    """A module the question may not use."""
    used = next((v for v in a.values if isinstance(v, Failure) and v.type == FORBIDDEN), None)
    if used is None:
        return None
    return Diagnosis(False, "forbidden", f"`{used.name or a.info.answer}` uses {used.message}. Here the point is to do "
                     "without it: write the equations in NumPy.")


def raises(a: Answers) -> Diagnosis | None:
    """An exception, or something that is no data."""
    i = next((i for i, value in enumerate(a.values) if isinstance(value, Failure)), None)
    if i is None:
        return None
    failed = a.values[i]
    if failed.type == "NotPlain":
        return Diagnosis(False, "wrong-type", f"`{a.info.answer}` gives {failed.message}. Return plain numbers: "
                         "a NumPy array, or a tuple of them.", i)
    where = f" Line {failed.line} of its cell: `{failed.source}`." if failed.line and failed.source else ""
    text = shortened(f"{failed.type}: {failed.message}" if failed.message else failed.type)
    what = failed.message if failed.type == ENDED else f"stops with {text}"
    shown = "" if failed.name else shown_case(a, i)
    return Diagnosis(False, "raises", f"`{failed.name or a.info.answer}` {what}.{where}{shown}", i)


def changes_inputs(a: Answers) -> Diagnosis | None:
    """Right values, at the price of the caller's arrays."""
    i = next((i for i, outcome in enumerate(a.outcomes) if outcome.changed_inputs), None)
    if i is None or a.wrong:
        return None
    return Diagnosis(False, "changes-inputs", f"The values are right, but `{a.info.answer}` changes the arrays it is "
                     "given, which its caller still needs. Work on a copy, or write `x = x + ..` for `x += ..`.", i)


def untouched(a: Answers) -> Diagnosis | None:
    """Every case is right, and no argument was changed."""
    if a.wrong or any(outcome.changed_inputs for outcome in a.outcomes):
        return None
    return Diagnosis(True, "passed", "Right.")
