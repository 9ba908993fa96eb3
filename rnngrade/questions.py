"""What a question is: a reference answer, an independent oracle, and the mistakes people make."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnngrade.covers import Covers
from rnngrade.models import MEASURES
from rnngrade.slips import MESSAGES as SLIPS
from rnngrade.values import Tolerance

Draw = Callable[[np.random.Generator], Iterable["tuple[Any, ...] | Case"]]
Making = Callable[[np.random.Generator], tuple[Any, ...]]
KINDS = ("function", "value", "choice", "model")
CALLED = ("function", "model")
ONLY_GROUP = "all"


@dataclass(frozen=True)
class Mistake:
    """A wrong answer people give, and what to tell them.

    ``answer`` has the signature of the reference. For a value or a choice it may be the wrong value itself, or a
    callable without arguments that returns it. ``name`` defaults to the function's name.
    """

    answer: Any
    message: str
    name: str = ""

    def __post_init__(self) -> None:
        name = self.name or getattr(self.answer, "__name__", "")
        if not name.isidentifier():
            raise ValueError(f"a mistake needs a name that is an identifier (name=..), got {name!r}: {self.message!r}")
        if not self.message.strip():
            raise ValueError(f"mistake {name!r} has no message: say what is wrong and where to look")
        object.__setattr__(self, "name", name)


@dataclass(frozen=True)
class Case:
    """A case with a few words on what is special about it, such as ``"a sequence without any valid step"``.

    They are shown to whoever fails it. What needs no words is drawn as a plain tuple of arguments.
    """

    args: tuple[Any, ...]
    note: str


@dataclass(frozen=True)
class Group:
    """Cases that earn their points together. ``draw(rng)`` yields argument tuples, or a ``Case``.

    ``within``, for a model's predictions, is the mean loss over all cases of the group that still earns the points.
    """

    name: str
    points: float
    draw: Draw
    within: float | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.name):
            raise ValueError(f"a group's name is lower case words joined by hyphens, got {self.name!r}")
        if self.points <= 0:
            raise ValueError(f"group {self.name!r}: points must be positive, got {self.points}")


@dataclass(frozen=True)
class Maker:
    """Where an answer takes a model first: the learner's function that makes it, and from what.

    Args:
        reference: the solution's own function; its name is the one the learner defines.
        draw: ``rng -> arguments``, plain data: seeds, sizes, training sequences. Drawn once a question.
        seconds: how long making may take; the judge allows twice that, in CPU time, as machines differ.
        name: the name the learner defines, where it is not the reference's.
    """

    reference: Callable[..., Any]
    draw: Making
    seconds: float = 5.0
    name: str = ""

    def __post_init__(self) -> None:
        name = self.name or getattr(self.reference, "__name__", "")
        if not name.isidentifier():
            raise ValueError(f"a maker needs the name the learner defines (name=..), got {name!r}")
        if self.seconds <= 0:
            raise ValueError(f"maker {name!r}: seconds must be positive, got {self.seconds}")
        object.__setattr__(self, "name", name)


@dataclass(frozen=True)
class QuestionInfo:
    """What both checks and judge need to know of a question, as data: no answer in it, and no code."""

    id: str
    points: float
    answer: str
    kind: str
    tolerance: Tolerance
    forbid: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    messages: dict[str, str] = field(default_factory=dict)
    measure: str = ""
    maker: str = ""
    seconds: float = 0.0
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stands_for: str = ""

    @property
    def called(self) -> bool:
        """Whether the answer is a function, to be called on cases."""
        return self.kind in CALLED


@dataclass(frozen=True)
class Question:
    """One graded question.

    Args:
        id: lower case words joined by hyphens; unique in the course.
        points: what it is worth; with groups, the sum of theirs.
        answer: the name the learner defines.
        cases: ``rng -> argument tuples`` (one group holds all points), or a list of ``Group``. Arguments are plain
            data: arrays, numbers, strings, None, and tuples, lists or dicts of these. None for a value or a choice.
        reference: the solution. A value's or a choice's takes no arguments.
        oracle: the same answer by independent code (autograd, a closed form, a second derivation): the key's source.
        tolerance: how far the learner's numbers may be from the key's.
        mistakes: the wrong answers to recognise, and what to say to each.
        forbid: top-level modules that the answer may not use.
        hints: from a nudge to nearly the answer, in order.
        kind: ``"function"``, ``"value"`` (numbers the learner computes), ``"choice"`` (labels the learner picks) or
            ``"model"``: the answer predicts, the oracle gives the targets, and each group says ``within`` which mean
            loss its points are earned. A mistake is then what a model that makes it would predict.
        parts: names for the parts of an answer that returns several arrays, in order.
        measure: for a model, the loss: ``"squared error"``, ``"error rate"`` (of labels) or ``"cross-entropy"`` (of
            probabilities, in nats, against probabilities); see ``rnngrade.models``.
        maker: what makes the first argument of the answer, such as a training run that returns a model. That is any
            object, made once and kept for all cases. The answer and the reference get it; oracle and mistakes get, in
            its place, the tuple of arguments it is made from. Cases leave it out.
        axes: the axes of arguments and of answers (by the name of the part, or of the answer) where they are not those
            of the notation, such as ``{"slopes": "T n"}``; see ``rnngrade.axes``. So a diagnosis can speak of steps.
        slips: for a reference with the argument ``do``, the slips of ``rnngrade.slips`` to recognise, by
            name; by default all. Mistakes with one argument changed are made of every function's reference.
        struck: generated mistakes that make no sense here, by name (``"W_transposed"``), each with the reason.
        covers: what the cases hold so that no wrong answer passes for want of one; see ``rnngrade.covers``.
        stands_for: of a retired question, the id of the one that came in its place.

    Raises:
        ValueError: where one of these does not fit, saying what was expected and what was given.

    Example:
        >>> import numpy as np
        >>> def double(x): return 2 * x
        >>> def by_adding(x): return x + x
        >>> def squared(x): return x ** 2
        >>> question = Question("double", points=1, answer="double", cases=lambda rng: [(rng.standard_normal(3),)],
        ...                     reference=double, oracle=by_adding, mistakes=[Mistake(squared, "This is the square.")])
        >>> question.info.arguments
        ('x',)
    """

    id: str
    points: float
    answer: str
    cases: Draw | Sequence[Group] | None = None
    reference: Callable[..., Any] = None  # type: ignore[assignment]  # required; a keyword after an optional one
    oracle: Callable[..., Any] = None  # type: ignore[assignment]
    tolerance: Tolerance = field(default_factory=Tolerance)
    mistakes: Sequence[Mistake] = ()
    forbid: Sequence[str] = ()
    hints: Sequence[str] = ()
    kind: str = "function"
    parts: Sequence[str] = ()
    measure: str = ""
    maker: Maker | None = None
    axes: Mapping[str, str] = field(default_factory=dict)
    slips: Sequence[str] | None = None
    struck: Mapping[str, str] = field(default_factory=dict)
    covers: Covers = field(default_factory=Covers)
    stands_for: str = ""

    def __post_init__(self) -> None:
        for name in ("mistakes", "forbid", "hints", "parts"):
            object.__setattr__(self, name, _sequence(self.id, name, getattr(self, name)))
        problem = next(filter(None, (rule(self) for rule in RULES)), None)
        if problem:
            raise ValueError(f"question {self.id!r}: {problem}")

    @property
    def groups(self) -> tuple[Group, ...]:
        """The case groups; a value or a choice has one, with a single case that takes no arguments."""
        if self.kind not in CALLED:
            return (Group(ONLY_GROUP, self.points, lambda rng: [()]),)
        if callable(self.cases):
            return (Group(ONLY_GROUP, self.points, self.cases),)
        return tuple(self.cases or ())

    @property
    def info(self) -> QuestionInfo:
        """The question as data, for checks and judge."""
        messages = {mistake.name: mistake.message for mistake in self.mistakes}
        arguments = tuple(_positional(self.reference))[1 if self.maker else 0 :]
        made_by = (self.maker.name, self.maker.seconds) if self.maker else ("", 0.0)
        return QuestionInfo(self.id, self.points, self.answer, self.kind, self.tolerance, tuple(self.forbid), arguments,
                            tuple(self.parts), messages, self.measure, *made_by, stands_for=self.stands_for)


def _positional(function: Callable[..., Any]) -> list[str]:
    """The names of a function's arguments; ``do``, by which a reference takes slips, is none of the question's."""
    parameters = inspect.signature(function).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is not parameter.KEYWORD_ONLY]


def _sequence(question: str, name: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        raise ValueError(f"question {question!r}: {name} is a tuple or list, got the string {value!r}")
    return tuple(value)


def _identity(q: Question) -> str | None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", q.id):
        return "an id is lower case words joined by hyphens"
    if not q.answer.isidentifier():
        return f"answer is the name the learner defines, got {q.answer!r}"
    return None if q.kind in KINDS else f"kind is one of {KINDS}, got {q.kind!r}"


def _answers(q: Question) -> str | None:
    if not callable(q.reference) or not callable(q.oracle):
        return "reference and oracle are both needed, and both are functions"
    if q.reference is q.oracle:
        return "the oracle must not be the reference: give code that does not share its derivation"
    takes = [p for p in inspect.signature(q.reference).parameters.values() if p.default is p.empty]
    return "the reference of a value or a choice takes no arguments" if q.kind not in CALLED and takes else None


def _points(q: Question) -> str | None:
    if q.points <= 0:
        return f"points must be positive, got {q.points}"
    if q.kind not in CALLED:
        return "cases are for functions: a value or a choice has none" if q.cases is not None else None
    if q.cases is None or not (callable(q.cases) or all(isinstance(group, Group) for group in q.cases)):
        return "cases is a function rng -> argument tuples, or a list of Group"
    if callable(q.cases):
        return None
    names = [group.name for group in q.cases]
    if len(set(names)) < len(names) or not names:
        return f"groups need different names, got {names}"
    total = sum(group.points for group in q.cases)
    return None if total == q.points else f"the groups' points add up to {total}, not to {q.points}"


def _mistakes(q: Question) -> str | None:
    if not all(isinstance(mistake, Mistake) for mistake in q.mistakes):
        return "mistakes is a list of Mistake"
    names = [mistake.name for mistake in q.mistakes]
    if len(set(names)) < len(names):
        return f"mistakes need different names, got {names}"
    if q.kind in CALLED and not all(callable(mistake.answer) for mistake in q.mistakes):
        return "a function's mistakes are functions of the same signature"
    return None


def _model(q: Question) -> str | None:
    if q.maker is not None and (q.kind not in CALLED or not isinstance(q.maker, Maker)):
        return "maker is a Maker, for a function or a model"
    if (q.kind == "model") != (q.measure != ""):
        return f"a model, and nothing else, needs a measure, one of {list(MEASURES)}"
    if q.measure and q.measure not in MEASURES:
        return f"measure is one of {list(MEASURES)}, got {q.measure!r}"
    if any((group.within is not None) != (q.kind == "model") for group in q.groups):
        return "each group of a model, and no other, says within which loss its points are earned"
    return None


def _generated(q: Question) -> str | None:
    unknown = [name for name in q.slips or () if name not in SLIPS]
    if unknown:
        return f"no slip is called {unknown[0]!r}; there are {', '.join(SLIPS)}"
    if q.slips is not None and "do" not in inspect.signature(q.reference).parameters:
        return "slips need a reference that takes its operations from a last argument, `*, do=RIGHT`"
    bare = [name for name, reason in q.struck.items() if not reason.strip()]
    return f"{bare[0]} is struck without a reason" if bare else None


RULES = (_identity, _answers, _points, _mistakes, _model, _generated)
