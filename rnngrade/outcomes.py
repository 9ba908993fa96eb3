"""What came of calling an answer: a value, or the reason there is none. Data only, whoever made the call."""

from __future__ import annotations

import contextlib
import io
import linecache
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rnngrade.models import Made
from rnngrade.values import copied, identical, plain

NOT_WRITTEN = "NotImplementedError"
MISSING = "Missing"
FORBIDDEN = "Forbidden"
NOTHING = "Nothing"
ENDED = "Ended"


@dataclass(frozen=True)
class Failure:
    """Why a call gave no value: the exception's type and message, and the line of the learner's code it left from.

    Five types are not only exceptions: ``NotImplementedError`` means not written yet, ``Missing`` that nothing has the
    name asked for (``message`` may hold a similar name), ``Forbidden`` that the module ``message`` was used,
    ``Nothing`` that no model was returned, ``Ended`` that the process ended, or had to be. ``name`` is that of the
    function, where it is not the answer itself.
    """

    type: str
    message: str = ""
    line: int | None = None
    source: str = ""
    name: str = ""


@dataclass(frozen=True)
class Outcome:
    """One call's value, or its ``error``; and whether it changed the arrays it was given."""

    value: Any = None
    error: Failure | None = None
    changed_inputs: bool = False
    warnings: tuple[str, ...] = ()


def call(function: Callable[..., Any], args: tuple[Any, ...]) -> Outcome:
    """Call ``function`` on copies of ``args``, in this process, with warnings and stderr held back.

    nbgrader gives no points to a check that writes to stderr, so warnings in the learner's code go into the outcome.
    """
    given = copied(args)
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("always")
        try:
            value, error = function(*given), None
        except Exception as exception:
            value, error = None, failure(exception)
    noted = tuple(dict.fromkeys(f"{warning.category.__name__}: {warning.message}" for warning in caught))
    return Outcome(value, error, not identical(given, args), noted)


def answered(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What an author's function gives on ``args``, as a plain value, or the ``Failure`` it ends in."""
    outcome = call(function, args)
    return outcome.error if outcome.error is not None else plain(outcome.value)


def make(made: Made, function: Callable[..., Any]) -> Outcome:
    """The model that ``function`` makes; what goes wrong bears its name."""
    outcome = call(function, made.args)
    error = Failure(NOTHING) if outcome.error is None and outcome.value is None else outcome.error
    return replace(outcome, error=error and replace(error, name=made.name))


def failure(exception: Exception) -> Failure:
    """The exception as data, with the innermost line of the function that was called, not of a library below it."""
    frames = traceback.extract_tb(exception.__traceback__)[1:]
    home = [frame for frame in frames if frame.filename == frames[0].filename]
    line = home[-1].lineno if home else None
    source = linecache.getline(home[-1].filename, line).strip() if home and line else ""
    return Failure(type(exception).__name__, str(exception), line, source)
