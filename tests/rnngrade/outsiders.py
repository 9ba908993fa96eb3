"""What is said to wrong answers that outsiders wrote from the statements alone: ``make diagnoses`` prints the table.

``answers/`` holds a folder a set, in it a folder a notebook and a file a question, with ``right`` and ``wrong_1`` to
``wrong_9`` (see its README). A diagnosis is graded by what it tells:

- *named*: the mistake itself, or the relation of the answer to the right one;
- *useful*: which parts, cases, steps or digits are right, so that there is a place to look;
- *numbers only*: what was got and what is expected;
- *accepted*: nothing.

Whether it is true only a reader can say. ``MISLED`` lists the diagnoses that were read and found to say what is false.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from rnngrade import keys
from rnngrade.check import NO_MODEL, _model, run
from rnngrade.diagnosis import Diagnosis, diagnose

ANSWERS = Path(__file__).parent / "answers"
MISLED: frozenset[tuple[str, str, str]] = frozenset()  # set, question, answer
NO_MISTAKE = re.compile(r"cheat_\d+")  # wrong by the words of a statement, right by its measure: not to be caught
WRONG = re.compile(r"wrong_\d+")
NAMED = {
    "sign", "transpose", "factor", "function", "order", "wrong-shape", "wrong-dtype", "wrong-type", "raises",
    "not-written", "changes-inputs", "constant", "same-for-all",
}  # fmt: skip
BARE = re.compile(r"Cases? [\d, and]+ (?:is|are) right, cases? [\d, and]+ (?:is|are) not\.")  # and not why
POINTS = re.compile(
    r"\b(?:is|are) right\b|differs only|Entr(?:y|ies) .* right|right to about|It is right|are NaN|for one factor|"
    r"constant factor|the same for every input|is the transpose|is the right value|a logarithm to base"
)
GRADES = ("named", "useful", "numbers only", "misleading", "accepted")


@dataclass(frozen=True)
class Told:
    """One answer with what each failing group's panel says of it."""

    set: str
    notebook: str
    question: str
    answer: str
    kind: str
    diagnoses: tuple[Diagnosis, ...]

    @property
    def grade(self) -> str:
        """The best that any group's panel tells."""
        failing = [found for found in self.diagnoses if not found.passed]
        if not failing:
            return "accepted"
        if (self.set, self.question, self.answer) in MISLED:
            return "misleading"
        if any(found.kind in NAMED or found.mistake for found in failing):
            return "named"
        told = [BARE.sub("", found.message) for found in failing]
        return "useful" if any(POINTS.search(text) for text in told) else "numbers only"


def sets() -> list[str]:
    """The sets there are."""
    return sorted(path.name for path in ANSWERS.iterdir() if path.is_dir())


def told(name: str) -> list[Told]:
    """Every answer of a set, right ones too, with its diagnoses by the public keys."""
    return [each for path in sorted((ANSWERS / name).glob("*/*.py")) for each in _of_question(name, path)]


def _of_question(name: str, path: Path) -> list[Told]:
    key = keys.find(path.stem, keys.FOLDER)
    module = _module(path)
    found = []
    for answer in sorted(known for known in vars(module) if known == "right" or WRONG.fullmatch(known)):
        given, model = getattr(module, answer), NO_MODEL
        if key.made is not None:
            train, given = given
            model = _model(key, given, {key.made.name: train})
        diagnoses = tuple(diagnose(key.info, group, run(key.info, group, given, model)) for group in key.groups)
        found.append(Told(name, path.parent.name, path.stem, answer, key.info.kind, diagnoses))
    return found


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(answers: list[Told]) -> str:
    """How many wrong answers of each notebook got which grade."""
    wrong = [each for each in answers if each.answer != "right"]
    lines = [f"{'':24}" + "".join(f"{grade:>14}" for grade in GRADES) + f"{'useful or better':>18}"]
    for title in [*dict.fromkeys(each.notebook for each in wrong), "all"]:
        chosen = [each for each in wrong if title in ("all", each.notebook)]
        counts = Counter(each.grade for each in chosen)
        share = (counts["named"] + counts["useful"]) / len(chosen)
        lines.append(f"{title:24}" + "".join(f"{counts[grade]:14}" for grade in GRADES) + f"{share:18.0%}")
    return "\n".join(lines)


if __name__ == "__main__":
    for each in sets():
        answers = told(each)
        print(f"Set {each!r}: {sum(one.answer != 'right' for one in answers)} wrong answers\n\n{table(answers)}\n")
        for one in answers:
            if one.answer != "right" and one.grade in GRADES[2:]:
                print(f"{one.grade}: {one.question} {one.answer}: {one.diagnoses[-1].message[:150]}")
