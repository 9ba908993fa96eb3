"""Run the Playground's experiments from twenty seeds with its own engine, and keep for its page what comes of it.

``python -m reproduce.playground`` needs node; without it nothing is run, and it says so. What has been run with the
same setting is kept, unless ``--again`` is given: a changed engine is not noticed here, but a test runs some of it
again.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

SEEDS = 20
FOLDER = Path("playground")
PRESETS, RESULTS = FOLDER / "presets.json", FOLDER / "results.json"


def main() -> None:
    """Read the command line and do as it says."""
    parser = argparse.ArgumentParser(prog="python -m reproduce.playground", description=__doc__)
    parser.add_argument("name", nargs="*", help="which experiments, all if none is named")
    parser.add_argument("--again", action="store_true", help="run what has been run before, too")
    arguments = parser.parse_args()
    node = shutil.which("node")
    if node is None:
        print("No node on the PATH: the Playground's experiments are not run again, the results kept are as they were.")
        return
    presets = json.loads(PRESETS.read_text(encoding="utf8"))
    if unknown := set(arguments.name) - {preset["id"] for preset in presets}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    kept = {} if not RESULTS.exists() else json.loads(RESULTS.read_text(encoding="utf8"))["presets"]
    results = {}
    for preset in presets:
        wanted = not arguments.name or preset["id"] in arguments.name
        results[preset["id"]] = of_preset(preset, kept.get(preset["id"]), node, wanted, wanted and arguments.again)
        write({"seeds": SEEDS, "presets": {name: result for name, result in results.items() if result}})


def of_preset(preset: dict[str, Any], kept: Any, node: str, wanted: bool, again: bool) -> Any:
    """Return what came of each run of an experiment, from all seeds; what is kept of the same setting is taken over."""
    runs = []
    for i, setting in enumerate(preset["settings"]):
        record = kept["runs"][i] if kept and i < len(kept["runs"]) else None
        same = record and record["setting"] == setting and record["updates"] == preset["updates"]
        if not same and not wanted:
            return None
        runs.append(record if same and not again else train(setting, preset["updates"], node))
        solved = sum(seed["solvedAt"] is not None for seed in runs[-1]["seeds"])
        print(f"{preset['id']}, {preset['names'][i]}: {solved} of {len(runs[-1]['seeds'])} solved", flush=True)
    return {"runs": runs}


def train(setting: dict[str, Any], updates: int, node: str) -> dict[str, Any]:
    """Run one setting from all seeds."""
    jobs = json.dumps([{"setting": setting | {"seed": seed}, "updates": updates} for seed in range(SEEDS)])
    command = [node, str(FOLDER / "reproduce.mjs")]
    done = subprocess.run(command, input=jobs, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"node failed: {done.stderr}")
    return {"setting": setting, "updates": updates, "seeds": [json.loads(line) for line in done.stdout.splitlines()]}


def write(results: dict[str, Any]) -> None:
    """Write all results, a run a line, as a whole or not at all."""
    rows = [f" {json.dumps(name)}: {json.dumps(result)}" for name, result in results["presets"].items()]
    text = f'{{"seeds": {results["seeds"]}, "presets": {{\n' + ",\n".join(rows) + "\n}}\n"
    part = RESULTS.with_suffix(".part")
    part.write_text(text, encoding="utf8")
    os.replace(part, RESULTS)


if __name__ == "__main__":
    main()
