"""What is wrong with an answer, from data alone: the same function serves the learner's check and the judge.

Known mistakes are named first. Then the answer is judged by what it is (missing, not written, raising, of another
structure), then part by part by how its numbers relate to the right ones, and last by where it is right: which parts,
which cases, which entries. One module an idea:

- ``answers``: outcomes as plain values, part by part;  ``conduct``: what keeps an answer from having numbers at all;
- ``known``: known mistakes, whole and by part;  ``twice``: two slips at once;  ``structure``: shapes, types, NaN;
- ``relations``: sign, factor, function, digits;  ``order``: permuted, reversed, shifted, cumulated;
- ``places``: where along an axis;  ``facts``: what the wrong cases share;  ``numeric``: a function's numbers;
- ``figures``: numbers handed in, whose key must not be given away;  ``choices``: labels;  ``predictions``: models.

No rule may say what is false: each holds in every case it speaks of, and is guarded against coincidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from rnngrade.diagnosis import choices, conduct, known, numeric, order, predictions, structure
from rnngrade.diagnosis.answers import Answers, value_of
from rnngrade.diagnosis.verdict import Diagnosis
from rnngrade.diagnosis.words import describe
from rnngrade.keys import KeyGroup
from rnngrade.outcomes import Outcome
from rnngrade.questions import QuestionInfo

__all__ = ["Diagnosis", "describe", "diagnose"]


def diagnose(info: QuestionInfo, group: KeyGroup, outcomes: Sequence[Outcome]) -> Diagnosis:
    """Judge one outcome a case.

    Raises:
        ValueError: if there are not as many outcomes as cases.
    """
    if len(outcomes) != len(group.cases):
        raise ValueError(f"group {group.name!r} has {len(group.cases)} cases, got {len(outcomes)} outcomes")
    answers = Answers(info, group.cases, outcomes, [value_of(outcome) for outcome in outcomes], group.within)
    with np.errstate(all="ignore"):  # wrong answers overflow; a warning here would cost the learner the points
        found = next(filter(None, (rule(answers) for rule in (MODEL_RULES if info.kind == "model" else RULES))))
        failing = None if found.passed or found.kind in NOT_RUN else answers.smallest
        return found if failing is None else replace(found, failing=failing)


NOT_RUN = ("not-written", "wrong-name", "forbidden")
Rule = Callable[[Answers], Diagnosis | None]
MODEL_RULES: tuple[Rule, ...] = (
    conduct.not_written, conduct.wrong_name, conduct.forbidden, conduct.raises, structure.wrong_structure,
    numeric.wrong_arrays, predictions.not_predictions, predictions.like_a_mistake, conduct.changes_inputs,
    predictions.good_enough, predictions.same_for_all, predictions.not_enough,
)  # fmt: skip
RULES: tuple[Rule, ...] = (
    conduct.untouched, known.known_mistake, conduct.not_written, conduct.wrong_name, conduct.forbidden,
    conduct.raises, conduct.changes_inputs, choices.wrong_choice, structure.wrong_structure, known.known_where_wrong,
    order.permuted_parts, numeric.each_part,
)  # fmt: skip
