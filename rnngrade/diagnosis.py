"""What is wrong with an answer, from data alone: the same function serves the learner's check and the judge.

Known mistakes are named first. Then the answer is judged by what it is (missing, not written, raising, of another
shape) and last by how its numbers relate to the right ones (sign, transpose, scale, a factor T or B).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnngrade import models
from rnngrade.keys import CaseKey, KeyGroup
from rnngrade.outcomes import ENDED, FORBIDDEN, MISSING, NOT_WRITTEN, NOTHING, Failure, Outcome
from rnngrade.questions import QuestionInfo
from rnngrade.values import NotPlain, Path, agree, as_array, error, part_at, parts, plain


@dataclass(frozen=True)
class Diagnosis:
    """The verdict on one group of cases.

    ``kind`` is one of ``passed``, ``mistake``, ``not-written``, ``wrong-name``, ``forbidden``, ``raises``,
    ``wrong-type``, ``wrong-shape``, ``wrong-dtype``, ``nan``, ``changes-inputs``, ``sign``, ``transpose``, ``scale``,
    ``factor``, ``differs``; for a model also ``same-for-all`` and ``not-enough``. ``mistake`` is the name of the
    known mistake; ``case`` the index of the case shown; ``got`` and ``expected`` are short texts; for values and
    choices ``expected`` holds no number or label, as it is the answer.
    """

    passed: bool
    kind: str
    message: str
    case: int | None = None
    got: str | None = None
    expected: str | None = None
    mistake: str | None = None


@dataclass(frozen=True)
class _Answers:
    """A group's outcomes reduced to plain values, with what the rules below ask of them."""

    info: QuestionInfo
    cases: Sequence[CaseKey]
    outcomes: Sequence[Outcome]
    values: Sequence[Any]  # plain value, or the Failure there is instead
    within: float | None = None

    @property
    def wrong(self) -> list[int]:
        """The cases whose value is not the expected one; of a model whose loss is too large, the first."""
        if self.within is not None:
            malformed = [i for i, pair in enumerate(self.pairs) if pair is None or not np.isfinite(pair[0]).all()]
            return [] if self.loss <= self.within else malformed or [0]
        return [i for i, case in enumerate(self.cases) if not _same(self.values[i], case.expected, self.info)]

    def leaves(self, i: int) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Case ``i``'s arrays: the part's name, what was got, what is expected. Only where the structures agree."""
        for path, expected in parts(self.cases[i].expected):
            got = as_array(part_at(self.values[i], path))
            if got is not None and isinstance(expected, np.ndarray):
                yield _part_name(path, self.info), got, expected

    @cached_property
    def pairs(self) -> list[tuple[np.ndarray, np.ndarray] | None]:
        """A model's predictions with their targets, case by case; None where the predictions cannot be measured."""
        return [_pair(value, case.expected) for value, case in zip(self.values, self.cases)]

    @cached_property
    def predictions(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The pairs, if all can be measured; else none."""
        return [] if None in self.pairs else [pair for pair in self.pairs if pair is not None]

    @cached_property
    def loss(self) -> float:
        """A model's mean loss over all cases."""
        return models.loss(self.info.measure, self.predictions) if self.predictions else np.inf

    def wrong_leaves(self) -> list[tuple[int, str, np.ndarray, np.ndarray]]:
        """Every array that is not right, case by case."""
        return [(i, name, got, expected) for i in self.wrong for name, got, expected in self.leaves(i)
                if not agree(got, expected, self.info.tolerance)]


def diagnose(info: QuestionInfo, group: KeyGroup, outcomes: Sequence[Outcome]) -> Diagnosis:
    """Judge one outcome a case.

    Raises:
        ValueError: if there are not as many outcomes as cases.
    """
    if len(outcomes) != len(group.cases):
        raise ValueError(f"group {group.name!r} has {len(group.cases)} cases, got {len(outcomes)} outcomes")
    answers = _Answers(info, group.cases, outcomes, [_value(outcome) for outcome in outcomes], group.within)
    with np.errstate(all="ignore"):  # wrong answers overflow; a warning here would cost the learner the points
        return next(filter(None, (rule(answers) for rule in (MODEL_RULES if info.kind == "model" else RULES))))


def _value(outcome: Outcome) -> Any:
    if outcome.error is not None:
        return outcome.error
    if outcome.value is Ellipsis:
        return Failure(NOT_WRITTEN)
    try:
        return plain(outcome.value)
    except NotPlain as error:
        return Failure("NotPlain", str(error))


def _pair(value: Any, target: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    got = as_array(value)
    if got is None or got.shape != target.shape or got.dtype.kind == "c":
        return None
    return got, target


def _same(value: Any, expected: Any, info: QuestionInfo) -> bool:
    if isinstance(value, Failure) or isinstance(expected, Failure):
        return isinstance(value, Failure) and isinstance(expected, Failure) and value.type == expected.type
    return agree(value, expected, info.tolerance)


# ---- the rules, in the order of RULES; each returns a verdict, or None to pass the answer on


def _known_mistake(a: _Answers) -> Diagnosis | None:
    wrong = a.wrong
    for name, message in a.info.messages.items() if wrong else ():
        if all(_same(value, case.mistakes[name], a.info) for value, case in zip(a.values, a.cases)):
            return Diagnosis(False, "mistake", message, wrong[0], mistake=name)
    return None


def _not_written(a: _Answers) -> Diagnosis | None:
    failed = next((v for v in a.values if isinstance(v, Failure) and v.type in (NOT_WRITTEN, NOTHING)), None)
    if failed is not None and failed.type == NOT_WRITTEN:
        advice = "Fill it in, run its cell, then check again."
        return Diagnosis(False, "not-written", f"`{failed.name or a.info.answer}` is not written yet. {advice}")
    if failed is not None or (a.info.called and all(value is None for value in a.values)):
        name = failed.name if failed is not None else a.info.answer
        return Diagnosis(False, "not-written", f"`{name}` returns nothing. Does it end in a return?", 0)
    return None


def _wrong_name(a: _Answers) -> Diagnosis | None:
    missing = next((v for v in a.values if isinstance(v, Failure) and v.type == MISSING), None)
    if missing is None:
        return None
    similar = f" There is a `{missing.message}`: is that it?" if missing.message else ""
    name = missing.name or a.info.answer
    return Diagnosis(False, "wrong-name", f"Nothing here is called `{name}`.{similar} "
                     "Run the cell that defines it; names must match exactly.")


def _forbidden(a: _Answers) -> Diagnosis | None:
    used = next((v for v in a.values if isinstance(v, Failure) and v.type == FORBIDDEN), None)
    if used is None:
        return None
    return Diagnosis(False, "forbidden", f"`{used.name or a.info.answer}` uses {used.message}. Here the point is to do "
                     "without it: write the equations in NumPy.")


def _raises(a: _Answers) -> Diagnosis | None:
    i = next((i for i, value in enumerate(a.values) if isinstance(value, Failure)), None)
    if i is None:
        return None
    failed = a.values[i]
    if failed.type == "NotPlain":
        return Diagnosis(False, "wrong-type", f"`{a.info.answer}` gives {failed.message}. Return plain numbers: "
                         "a NumPy array, or a tuple of them.", i)
    where = f" Line {failed.line} of its cell: `{failed.source}`." if failed.line and failed.source else ""
    text = _shortened(f"{failed.type}: {failed.message}" if failed.message else failed.type)
    what = failed.message if failed.type == ENDED else f"stops with {text}"
    shown = "" if failed.name else _shown_case(a, i)
    return Diagnosis(False, "raises", f"`{failed.name or a.info.answer}` {what}.{where}{shown}", i)


def _wrong_structure(a: _Answers) -> Diagnosis | None:
    """Another number of parts, or words where numbers belong."""
    for i in a.wrong:
        misfit = next(_misfits(a.values[i], a.cases[i].expected), None)
        if misfit is not None:
            path, got, expected = misfit
            subject = _subject(a, _part_name(path, a.info))
            return Diagnosis(False, "wrong-type", f"{subject} is {_outline(got)}; expected {_outline(expected)}.", i,
                             _outline(got), _outline(expected))
    return None


def _misfits(got: Any, expected: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Where the structure of ``got`` is not that of ``expected``: the way there, what is there, and what should be."""
    if isinstance(expected, tuple) and isinstance(got, np.ndarray) and got.ndim:
        got = tuple(map(np.asarray, got))
    if isinstance(expected, dict) and isinstance(got, dict) and got.keys() == expected.keys():
        for key in expected:
            yield from _misfits(got[key], expected[key], (*path, key))
    elif isinstance(expected, tuple) and isinstance(got, tuple) and len(got) == len(expected):
        for i, part in enumerate(expected):
            yield from _misfits(got[i], part, (*path, i))
    elif not _fits(got, expected):
        yield path, got, expected


def _transposed(a: _Answers) -> Diagnosis | None:
    wrong = a.wrong_leaves()
    if not wrong or not all(got.ndim == expected.ndim for _, _, got, expected in wrong):
        return None
    for axes in itertools.permutations(range(wrong[0][3].ndim)):
        if all(_is_permuted(got, expected, axes, a) for _, _, got, expected in wrong):
            i, name, got, expected = wrong[0]
            how = "the transpose of the right one" if len(axes) == 2 else f"right with its axes in the order {axes}"
            return Diagnosis(False, "transpose", f"{_subject(a, name)} is {how}: check which index comes first.",
                             i, f"shape {got.shape}", f"shape {expected.shape}")
    return None


def _is_permuted(got: np.ndarray, expected: np.ndarray, axes: tuple[int, ...], a: _Answers) -> bool:
    if got.ndim != len(axes) or expected.ndim != len(axes):
        return False
    turned = got.transpose(axes)
    return turned.shape == expected.shape and agree(turned, expected, a.info.tolerance)


def _wrong_shape(a: _Answers) -> Diagnosis | None:
    for i, name, got, expected in a.wrong_leaves():
        if got.shape == expected.shape:
            continue
        right = got.size == expected.size and agree(got.reshape(expected.shape), expected, a.info.tolerance)
        numbers = " The numbers are right, only their arrangement is not." if right else ""
        return Diagnosis(False, "wrong-shape", f"{_subject(a, name)} has shape {got.shape}, expected {expected.shape}."
                         f"{numbers}{_shown_case(a, i)}", i, f"shape {got.shape}", f"shape {expected.shape}")
    return None


def _wrong_dtype(a: _Answers) -> Diagnosis | None:
    for i, name, got, expected in a.wrong_leaves():
        if expected.dtype.kind != "f":
            continue
        single = got.dtype in (np.float32, np.float16) and error(got, expected) <= 1e-2 * np.max(np.abs(expected))
        rounded = got.dtype.kind in "iu" and error(got, np.trunc(expected)) == 0
        if not (single or rounded or got.dtype.kind in "cb"):
            continue
        why = ": its digits are lost" if single else ": the numbers were cut to integers" if rounded else ""
        return Diagnosis(False, "wrong-dtype", f"{_subject(a, name)} has dtype {got.dtype}, expected {expected.dtype}"
                         f"{why}.", i, str(got.dtype), str(expected.dtype))
    return None


def _nan(a: _Answers) -> Diagnosis | None:
    for i, name, got, expected in a.wrong_leaves():
        bad = ~np.isfinite(got) & np.isfinite(expected)
        if bad.any():
            first = tuple(int(k) for k in np.argwhere(bad)[0])
            what = f": {int(bad.sum())} of {got.size} entries are NaN or infinite, the first at {_index(first)}"
            what = what if first else f" is {_number(got[first])}, expected a finite number"
            return Diagnosis(False, "nan", f"{_subject(a, name)}{what}.{_shown_case(a, i)}", i, _number(got[first]))
    return None


def _changes_inputs(a: _Answers) -> Diagnosis | None:
    i = next((i for i, outcome in enumerate(a.outcomes) if outcome.changed_inputs), None)
    if i is None or a.wrong:
        return None
    return Diagnosis(False, "changes-inputs", f"The values are right, but `{a.info.answer}` changes the arrays it is "
                     "given, which its caller still needs. Work on a copy, or write `x = x + ..` for `x += ..`.", i)


def _passed(a: _Answers) -> Diagnosis | None:
    return None if a.wrong else Diagnosis(True, "passed", "Right.")


def _wrong_choice(a: _Answers) -> Diagnosis | None:
    if a.info.kind != "choice":
        return None
    got, expected = a.values[0], a.cases[0].expected
    labels = list(parts(expected))
    right = sum(_right_label(got, path, label) for path, label in labels)
    count = f"{right} of {len(labels)} are right." if len(labels) > 1 else "Not this one."
    return Diagnosis(False, "differs", f"{count} {_misspelt(a, got, expected)}", 0)


def _misspelt(a: _Answers, got: Any, expected: Any) -> str:
    """What keeps a choice from counting at all: other keys, or a word that is no label. Neither tells the answer."""
    if isinstance(expected, dict) and not (isinstance(got, dict) and got.keys() == expected.keys()):
        return f"`{a.info.answer}` should be {_outline(expected)}; it is {_outline(got)}."
    known = {label for value in (expected, *a.cases[0].mistakes.values()) for _, label in parts(value)}
    strange = [part if isinstance(part, str) else _outline(part) for _, part in parts(got)
               if not (isinstance(part, str) and part in known)]
    if not strange:
        return "Go back to what tells the possibilities apart."
    return f"{_shortened(strange[0])!r} is none of the labels."


def _right_label(got: Any, path: Path, label: Any) -> bool:
    try:
        part = part_at(got, path)
    except KeyError:
        return False
    return isinstance(part, str) and part == label  # an array would compare entry by entry


def _scaled(a: _Answers) -> Diagnosis | None:
    """Right up to the sign, a factor that is a size of the arguments, or a factor that is the same in all cases."""
    wrong = a.wrong_leaves()
    factors = [_factor(got, expected, a) for _, _, got, expected in wrong]
    known = [factor for factor in factors if factor is not None]
    if not known or len(known) < len(factors):
        return None
    i, name = wrong[0][:2]
    if np.allclose(known, -1, rtol=1e-4):
        return Diagnosis(False, "sign", f"{_subject(a, name)} is right but for its sign.", i)
    sizes = [_sizes(a.info, a.cases[j].args) for j, *_ in wrong]
    for symbol in sizes[0]:
        size = np.array([case.get(symbol, np.nan) for case in sizes])
        for wanted, relation in ((size, "large"), (1 / size, "small")):
            if np.allclose(known, wanted, rtol=1e-4):
                return Diagnosis(False, "factor", f"{_subject(a, name)} is too {relation} by the factor {symbol}: "
                                 "is it a sum where a mean is meant, or the reverse?", i)
    if np.allclose(known, known[0], rtol=1e-4):
        return Diagnosis(False, "scale", f"{_subject(a, name)} is right but for a constant factor: "
                         f"{known[0]:.7g} times what it should be.", i)
    return None


def _factor(got: np.ndarray, expected: np.ndarray, a: _Answers) -> float | None:
    """The number c for which ``got`` is c times ``expected``, if there is one."""
    if got.dtype.kind not in "iuf" or not expected.size:
        return None
    at = np.unravel_index(np.argmax(np.abs(expected)), expected.shape)
    if expected[at] == 0 or not np.isfinite(got).all():
        return None
    c = float(got[at] / expected[at])
    return c if c != 0 and agree(got / c, expected, a.info.tolerance) else None


def _sizes(info: QuestionInfo, args: tuple[Any, ...]) -> dict[str, float]:
    """Sizes of one case's arguments that a sum or mean may bring in. Three axes are (T, B, .) in all of the course."""
    sizes: dict[str, float] = {}
    arrays = [(k, arg.shape) for k, arg in enumerate(args) if isinstance(arg, np.ndarray) and arg.ndim]
    for k, shape in arrays:
        name = info.arguments[k] if k < len(info.arguments) else f"argument {k + 1}"
        axes = ["T", "B"] if len(shape) == 3 else ["its rows", "its columns"] if len(shape) == 2 else ["its length"]
        sizes |= {f"{symbol}, the size of axis {axis} of `{name}`": shape[axis] for axis, symbol in enumerate(axes)}
        if len(shape) == 3:
            sizes[f"T, one less than the size of axis 0 of `{name}`"] = shape[0] - 1
            sizes[f"T times B of `{name}`"] = shape[0] * shape[1]
    return {symbol: size for symbol, size in sizes.items() if size > 0}


def _differs(a: _Answers) -> Diagnosis:
    """The first differing case, and in it the largest error."""
    wrong = a.wrong_leaves()
    if not wrong:
        i = a.wrong[0]
        return Diagnosis(False, "differs", f"`{a.info.answer}` is not what is expected.{_shown_case(a, i)}", i)
    i, name, got, expected = wrong[0]
    distance = np.abs(got.astype(complex) - expected)
    at = tuple(int(k) for k in np.unravel_index(np.argmax(distance), distance.shape))
    place = f" at {_index(at)}" if at else ""
    scale = float(np.max(np.abs(expected)))
    relative = f", {float(distance[at]) / scale:.1e} of the largest entry" if scale and at else ""
    count = f" {len(a.wrong)} of {len(a.cases)} cases differ." if len(a.cases) > 1 else ""
    if not a.info.called:
        off = f"{float(distance[at]) / scale:.1e} of the right size" if scale else f"{float(distance[at]):.1e}"
        return Diagnosis(False, "differs", f"{_subject(a, name)} is off by {off}{place}.", i, _number(got[at]))
    return Diagnosis(False, "differs", f"{_subject(a, name)} differs most{place}: {_number(got[at])}, expected "
                     f"{_number(expected[at])}{relative}.{count}{_shown_case(a, i)}", i, _number(got[at]),
                     _number(expected[at]))


# ---- the rules for a model's predictions


def _like_a_mistake(a: _Answers) -> Diagnosis | None:
    """The mistake whose predictions these come nearest to, if they come near."""
    if not a.wrong:
        return None
    mistaken = {name: [case.mistakes[name] for case in a.cases] for name in a.info.messages}
    distances = {name: models.likeness(a.info.measure, a.predictions, wrong) for name, wrong in mistaken.items()}
    near = {name: distance for name, distance in distances.items() if distance <= models.LIKE}
    if not near:
        return None
    name = min(near, key=near.__getitem__)
    return Diagnosis(False, "mistake", f"{a.info.messages[name]} {_how_good(a)}", 0, *_bound(a), mistake=name)


def _good_enough(a: _Answers) -> Diagnosis | None:
    return None if a.wrong or _not_measurable(a) else Diagnosis(True, "passed", _how_good(a), None, *_bound(a))


def _not_predictions(a: _Answers) -> Diagnosis | None:
    """Scores where labels or probabilities are wanted, complex numbers."""
    problem = _not_measurable(a)
    if not problem:
        return None
    return Diagnosis(False, "wrong-type", f"`{a.info.answer}` gives what cannot be measured: {problem}.", 0)


def _not_measurable(a: _Answers) -> str:
    if any(isinstance(value, np.ndarray) and value.dtype.kind == "c" for value in a.values):
        return "complex numbers"
    measure = a.info.measure
    return models.MEASURES[measure].misfit(models.counted(measure, a.predictions)[0])


def _same_for_all(a: _Answers) -> Diagnosis | None:
    if not models.indifferent(a.info.measure, a.predictions):
        return None
    return Diagnosis(False, "same-for-all", f"`{a.info.answer}` predicts the same whatever it is given. Does a "
                     f"gradient reach the parameters, do they change, and are they used? {_how_good(a)}", 0, *_bound(a))


def _not_enough(a: _Answers) -> Diagnosis:
    constant = models.blind(a.info.measure, [target for _, target in a.predictions])
    return Diagnosis(False, "not-enough", f"{_how_good(a)} The best prediction that is the same for every input has "
                     f"{constant:.3g}.", 0, *_bound(a))


def _how_good(a: _Answers) -> str:
    measure = a.info.measure
    return f"The {measure} of its predictions on fresh data is {a.loss:.3g}; {_bound(a)[1]} is asked for."


def _bound(a: _Answers) -> tuple[str, str]:
    return f"{a.loss:.3g}", f"at most {a.within:g}"


MODEL_RULES: tuple[Callable[[_Answers], Diagnosis | None], ...] = (
    _not_written, _wrong_name, _forbidden, _raises, _wrong_structure, _wrong_shape, _nan, _not_predictions,
    _like_a_mistake, _changes_inputs, _good_enough, _same_for_all, _not_enough,
)
RULES: tuple[Callable[[_Answers], Diagnosis | None], ...] = (
    _known_mistake, _not_written, _wrong_name, _forbidden, _raises, _changes_inputs, _passed, _wrong_choice,
    _wrong_structure, _transposed, _wrong_shape, _wrong_dtype, _nan, _scaled, _differs,
)


# ---- words


def _subject(a: _Answers, part: str) -> str:
    return f"{part} of `{a.info.answer}`" if part else f"`{a.info.answer}`"


def _part_name(path: Path, info: QuestionInfo) -> str:
    """``Part 2`` or, where the question names its parts, ``The part `dU```."""
    if not path:
        return ""
    first = path[0]
    if isinstance(first, int) and first < len(info.parts):
        return f"The part `{info.parts[first]}`"
    return f"Part {first + 1}" if isinstance(first, int) else f"The part `{first}`"


def _shown_case(a: _Answers, i: int) -> str:
    if not a.info.called:
        return ""
    names = a.info.arguments or tuple(f"argument {k + 1}" for k in range(len(a.cases[i].args)))
    return f" Case {i + 1} of {len(a.cases)}: {', '.join(map(describe, names, a.cases[i].args))}."


def describe(name: str, value: Any) -> str:
    """An argument in a few words: ``h (7, 3, 4)`` or ``k = 5``."""
    if isinstance(value, np.ndarray):
        return f"{name} {value.shape}"
    text = repr(value)
    return f"{name} = {text}" if len(text) <= 30 else f"{name}, a {type(value).__name__}"


def _outline(value: Any) -> str:
    """What kind of thing a plain value is, without its numbers."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, tuple):
        return f"{len(value)} parts"
    if isinstance(value, dict):
        return f"a dict with the keys {_shortened(', '.join(sorted(value)))}" if value else "an empty dict"
    return f"an array of shape {value.shape}" if value.ndim else "a number"


def _fits(got: Any, expected: Any) -> bool:
    """Whether two leaves are of one kind; nested lists of numbers stand for an array."""
    if isinstance(expected, np.ndarray):
        return as_array(got) is not None
    return not isinstance(expected, tuple | dict) and type(got) is type(expected)


def _shortened(text: str) -> str:
    """An exception may quote a whole array, a label be a book: the beginning is enough."""
    return text if len(text) <= 300 else f"{text[:300]} .."


def _number(value: Any) -> str:
    return f"{value:.6g}" if np.asarray(value).dtype.kind in "fc" else str(value)


def _index(at: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, at))}]"
