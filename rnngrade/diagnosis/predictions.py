"""A trained model's predictions: like those of a known mistake, the same for every input, good enough or not."""

from __future__ import annotations

import numpy as np

from rnngrade import models
from rnngrade.diagnosis.answers import Answers
from rnngrade.diagnosis.verdict import Diagnosis


def like_a_mistake(a: Answers) -> Diagnosis | None:
    """The mistake whose predictions these come nearest to, if they come near.

    Predictions that are the same for every input are like no mistake whose own are not.
    """
    if not a.wrong:
        return None
    mistaken = {name: [case.mistakes[name] for case in a.cases] for name in a.info.messages}
    if models.indifferent(a.info.measure, a.predictions):
        targets = [target for _, target in a.predictions]
        mistaken = {name: wrong for name, wrong in mistaken.items()
                    if models.indifferent(a.info.measure, list(zip(wrong, targets)))}
    distances = {name: models.likeness(a.info.measure, a.predictions, wrong) for name, wrong in mistaken.items()}
    near = {name: distance for name, distance in distances.items() if distance <= models.LIKE}
    if not near:
        return None
    name = min(near, key=near.__getitem__)
    return Diagnosis(False, "mistake", f"{a.info.messages[name]} {_how_good(a)}", 0, *_bound(a), mistake=name)


def good_enough(a: Answers) -> Diagnosis | None:
    """The loss is within the bound."""
    return None if a.wrong or _not_measurable(a) else Diagnosis(True, "passed", _how_good(a), None, *_bound(a))


def not_predictions(a: Answers) -> Diagnosis | None:
    """Scores where labels or probabilities are wanted, complex numbers."""
    problem = _not_measurable(a)
    if not problem:
        return None
    return Diagnosis(False, "wrong-type", f"`{a.info.answer}` gives what cannot be measured: {problem}.", 0)


def _not_measurable(a: Answers) -> str:
    if any(isinstance(value, np.ndarray) and value.dtype.kind == "c" for value in a.values):
        return "complex numbers"
    measure = a.info.measure
    return models.MEASURES[measure].misfit(models.counted(measure, a.predictions)[0])


def same_for_all(a: Answers) -> Diagnosis | None:
    """Predictions that do not depend on the input."""
    if not models.indifferent(a.info.measure, a.predictions):
        return None
    return Diagnosis(False, "same-for-all", f"`{a.info.answer}` predicts the same whatever it is given. Does a "
                     f"gradient reach the parameters, do they change, and are they used? {_how_good(a)}", 0, *_bound(a))


def not_enough(a: Answers) -> Diagnosis:
    """Learnt something, but too little."""
    constant = models.blind(a.info.measure, [target for _, target in a.predictions])
    return Diagnosis(False, "not-enough", f"{_how_good(a)} The best prediction that is the same for every input has "
                     f"{constant:.3g}.", 0, *_bound(a))


def _how_good(a: Answers) -> str:
    measure = a.info.measure
    return f"The {measure} of its predictions on fresh data is {a.loss:.3g}; {_bound(a)[1]} is asked for."


def _bound(a: Answers) -> tuple[str, str]:
    return f"{a.loss:.3g}", f"at most {a.within:g}"
