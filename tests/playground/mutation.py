"""Break the Playground's engine in one small place after another, and list what the parity test does not notice.

``python -m tests.playground.mutation`` trains the settings of the parity test with rnnlib once; then for every change
a copy of the engine with it trains in node those of them that use the changed module, up to the first that differs.
Survivors that ``mutants_survived.md`` beside this file explains are counted apart; any other makes the exit status 1.
Modules may be named on the command line.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import rnnlib
from tests.playground.test_parity import UPDATES, baseline, expected, in_tree, keeps, needs, wanted

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "playground" / "engine"
EXPLAINED = Path(__file__).with_name("mutants_survived.md")
# What the parity test does not reach: random numbers of the engine's own, outcomes of experiments, the form's bounds.
LEFT_OUT = ("draws.js", "experiments.js", "making.js", "settings.js")
NEEDED = (
    "playground/engine", "tests/playground/parity.js", "tests/playground/units.js",
    "rnnlib/figures/interactive/diagnosis.js",
)  # fmt: skip
# The modules that not every setting uses, and the cells of those that do.
CELLS_OF = {
    "cells/plain.js": {"plain", "relu", "residual", "leaky"}, "cells/residual.js": {"residual"},
    "cells/leaky.js": {"leaky"}, "cells/lstm.js": {"lstm"}, "cells/gru.js": {"gru"}, "cells/mingru.js": {"mingru"},
    "cells/orthogonal.js": {"orthogonal"}, "cells/orthogonal_maps.js": {"orthogonal"},
}  # fmt: skip

SWAPPED = [
    (" + ", " - "), (" - ", " + "), (" * ", " / "), (" / ", " * "), (" < ", " <= "), (" > ", " >= "), (" <= ", " < "),
    (" >= ", " > "), (" === ", " !== "), (" += ", " -= "), (" -= ", " += "), (" += ", " = "), (" *= ", " /= "),
    (" && ", " || "), (" ** ", " * "), ("Math.tanh(", "Math.sin("), ("Math.max(", "Math.min("),
    ("Math.min(", "Math.max("), ("Math.abs(", "("), ("Math.sqrt(", "Math.abs("), ("Math.floor(", "Math.ceil("),
    ("Math.ceil(", "Math.floor("), ("Math.sign(", "Math.abs("), ("Math.log(", "Math.log1p("),
    ("Math.exp(", "Math.expm1("), ("sigmoid(a", "Math.tanh(a"), ("w.Wt", "w.W"), ("w.W,", "w.Wt,"),
    (" before.", " after."), (" after.", " before."), ("dafter.", "dbefore."), ("(-", "("),
]  # fmt: skip
# Beyond the end of a typed array nothing is written: there a loop that goes one too far is the same loop.
REPLACED = [(re.escape(old) + (r"(?!\w+(\.\w)*\.length;)" if old == " < " else ""), new) for old, new in SWAPPED]
# The modules that are also looked at by themselves.
IN_PARTS = (
    "arrays.js", "cells/orthogonal_maps.js", "gradients.js", "initialisers.js", "losses.js", "spectra.js",
    "tasks.js", "training.js",
)  # fmt: skip
# After so many times what the unbroken engine takes of the processor a change has made a loop endless. What it takes is
# measured, for machines differ; it is no minute anywhere.
TIMES, LONGEST = 4, 60.0
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")


def changes(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line, what it becomes, and the whole text with it, for every change of a module."""
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        code = line.split("//")[0]
        if not code.strip() or code.lstrip().startswith(("*", "/*", "import", "export {")):
            continue
        found = [(match, new) for pattern, new in REPLACED for match in re.finditer(pattern, code)]
        found += [(match, str(float(match[0]) + 1).removesuffix(".0")) for match in NUMBER.finditer(code)]
        for match, new in found:
            changed = code[: match.start()] + new + code[match.end() :] + line[len(code) :]
            yield at + 1, changed.strip(), "".join([*lines[:at], changed, *lines[at + 1 :]])


def plain(value: Any) -> Any:
    """Arrays as lists."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return np.asarray(value, float).tolist()


def cases() -> list[dict[str, Any]]:
    """Settings, what was drawn for each, and what rnnlib made of it."""
    rng = np.random.default_rng(17)
    asked = [wanted(rng, i) for i in range(256)]
    script = """import { possible } from "./playground/engine/settings.js"; import { readFileSync } from "node:fs";
        console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(possible)))"""
    command = ["node", "--input-type=module", "-e", script]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, cwd=ROOT, check=True)
    return [case(*pair, seed) for seed, pair in enumerate(zip(asked, json.loads(done.stdout)))]


def case(asked: dict[str, Any], setting: dict[str, Any], seed: int) -> dict[str, Any]:
    draws, result, tape = expected(setting, seed)
    steps = [
        {name: in_tree(value) if name in ("grads", "clipped", "params") else value for name, value in step.items()}
        for step in result["steps"]
    ]
    J = rnnlib.jacobian(tape, len(tape.x))[0]
    real = np.linalg.eigvals(J).real
    want = {"start": plain(in_tree(result["start"])), "steps": [plain(step) for step in steps], "J": plain(J)}
    if np.linalg.cond(J) < 1e4:  # else the eigenvalues themselves are known to fewer digits
        want["eigenvalues"] = [float(real.sum()), float(real.max())]
    if (kept := keeps(setting, tape)) is not None:
        want["kept"] = plain(kept)
    of_task = {"baseline": baseline(setting), "needs": needs(setting)}
    return {"asked": asked, "setting": setting, "draws": draws, "updates": UPDATES, "expected": want, **of_task}


class Judge:
    """Tries changed modules out, one after the other, in a copy of the engine and threads of one node process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for needed in NEEDED:
            source, target = ROOT / needed, folder / needed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
        everything = sorted(cases(), key=lambda one: len(one["draws"]) * one["setting"]["n"] * one["setting"]["B"])
        self.everything = everything
        self.files = [folder / "some.json", folder / "all.json"]
        self.seconds = [LONGEST, LONGEST]
        command = ["node", str(Path(__file__).with_name("judge.mjs")), str(folder)]
        self.node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn_to(self, name: str) -> bool:
        """Lay out the cases that use a module, a few small ones first, by which most changes are noticed.

        Tells whether the unbroken engine passes them, and notes how long it takes.
        """
        cells = CELLS_OF.get(name)
        using = [one for one in self.everything if cells is None or one["setting"]["cell"] in cells]
        small = using[: len(using) // 2]
        some = {(one["setting"]["cell"], i % (3 if cells else 2)): one for i, one in enumerate(small)}
        by_task = {} if cells else {one["setting"]["task"]: one for one in small}
        for file, these in zip(self.files, ([*by_task.values(), *some.values()], using)):
            file.write_text(json.dumps({"parts": name in IN_PARTS, "trained": these}))
        answers = [self.answer(file, LONGEST) for file in self.files]
        self.seconds = [TIMES * spent for _, spent in answers]
        return all(passed for passed, _ in answers)

    def survives(self, module: Path, text: str, files: int = 2) -> bool:
        """Tell whether the cases, of the first file alone or of both, come out as they should with this module."""
        copy = self.folder / module.relative_to(ROOT)
        kept = copy.read_text(encoding="utf8")
        copy.write_text(text, encoding="utf8")
        survived = all(self.answer(*pair)[0] for pair in list(zip(self.files, self.seconds))[:files])
        copy.write_text(kept, encoding="utf8")
        return survived

    def answer(self, file: Path, seconds: float) -> tuple[bool, float]:
        """Tell whether all cases of a file come out as they should, and the seconds of the processor that it took."""
        assert self.node.stdin is not None
        assert self.node.stdout is not None
        self.node.stdin.write(f"{seconds} {file}\n")
        self.node.stdin.flush()
        said, spent = self.node.stdout.readline().split()
        return said == "0", float(spent)


def explained() -> set[tuple[str, str]]:
    """Read the survivors that are explained: a heading names the module, a row the line as it becomes."""
    found, module = set(), ""
    for line in EXPLAINED.read_text(encoding="utf8").splitlines() if EXPLAINED.exists() else []:
        if heading := re.fullmatch(r"## `(.+)`", line):
            module = heading[1]
        elif row := re.match(r"\| `(.+?)` \| ", line):
            found.add((module, row[1].replace("\\|", "|")))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="names of modules below playground/engine")
    parser.add_argument("--every", type=int, default=1, help="try only every so many changes")
    arguments = parser.parse_args()
    if shutil.which("node") is None:
        print("No node on the PATH: the engine cannot be broken and run outside the browser.")
        return 1
    paths = [ENGINE / name for name in arguments.modules] or sorted(
        path for path in ENGINE.rglob("*.js") if path.name not in LEFT_OUT
    )
    known, unexplained, rows = explained(), [], {}
    texts = {path: path.read_text(encoding="utf8") for path in paths}  # as they are now: a run takes long
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(Path(folder))
        for path, text in texts.items():
            name = path.relative_to(ENGINE).as_posix()
            if not judge.turn_to(name):
                print("The unbroken engine does not pass: nothing can be said.")
                return 1
            tried = list(changes(text))[:: arguments.every]
            # What is known to change nothing need not be tried on all cases again.
            left = [
                (line, code)
                for line, code, changed in tried
                if judge.survives(path, changed, 1 if (name, code) in known else 2)
            ]
            new = [(line, code) for line, code in left if (name, code) not in known]
            rows[name] = Counter(mutants=len(tried), survived=len(left), explained=len(left) - len(new))
            print(
                f"{name:24} {len(tried):5} mutants, {len(left):3} survived, {len(left) - len(new):3} explained",
                flush=True,
            )
            for line, code in new:
                print(f"  survived: {name}:{line}: {code}", flush=True)
            unexplained += new
    total = sum(rows.values(), Counter())
    print(f"all: {total['mutants']} mutants, {total['survived']} survived, {total['explained']} of them explained")
    return int(bool(unexplained))


if __name__ == "__main__":
    sys.exit(main())
