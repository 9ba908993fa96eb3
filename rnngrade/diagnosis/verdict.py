"""What a diagnosis is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """The verdict on one group of cases.

    ``kind`` is one of ``passed``, ``mistake``, ``not-written``, ``wrong-name``, ``forbidden``, ``raises``,
    ``wrong-type``, ``wrong-shape``, ``wrong-dtype``, ``nan``, ``changes-inputs``, ``sign``, ``transpose``, ``scale``,
    ``factor``, ``function``, ``order``, ``constant``, ``digits``, ``place``, ``several``, ``differs``; for a model also
    ``same-for-all`` and ``not-enough``. ``mistake`` is the name of the known mistake, or of the first of several;
    ``case`` the index of the case shown; ``got`` and ``expected`` are short texts; for values and choices ``expected``
    holds no number or label, as it is the answer. ``failing`` is the index of the smallest case that is wrong.
    """

    passed: bool
    kind: str
    message: str
    case: int | None = None
    got: str | None = None
    expected: str | None = None
    mistake: str | None = None
    failing: int | None = None


@dataclass(frozen=True)
class Finding:
    """What is wrong with one part of an answer, in all cases where it is wrong.

    ``text`` is a sentence with ``{subject}``, ``{is}`` and ``{its}``, so that parts with one finding share it.
    """

    kind: str
    text: str
    case: int
    got: str | None = None
    expected: str | None = None
    mistake: str | None = None
