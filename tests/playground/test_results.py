"""What the experiments claim holds for the stated share of twenty seeds, and a seed run again gives what is kept."""

import json

import numpy as np
import pytest

from reproduce.answers import agreeing, holds
from tests.playground.conftest import ROOT

PRESETS = json.loads((ROOT / "playground" / "presets.json").read_text(encoding="utf8"))
RESULTS = json.loads((ROOT / "playground" / "results.json").read_text(encoding="utf8"))["presets"]
WHICH_LEARNS = [preset for preset in PRESETS if "Only A." in preset["options"] and "diverges" not in preset["question"]]
CLAIMS = [(preset["id"], claim) for preset in PRESETS for claim in preset["claims"]]


def of_seeds(name, claim):
    return holds(RESULTS[name]["runs"], claim)


@pytest.mark.parametrize(("name", "claim"), CLAIMS, ids=[f"{name}-{'-'.join(claim)}" for name, claim in CLAIMS])
def test_a_claim_holds_for_the_stated_share_of_seeds(name, claim):
    bound, found = of_seeds(name, claim)
    count = sum(found)
    assert bound.get("least", 0) <= count <= bound.get("most", 20), f"{count} of 20"
    assert {"least", "most"} & set(bound)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["id"])
def test_every_experiment_was_run_as_it_stands(preset):
    """From twenty seeds, with the very settings and updates that the page uses; each run has a claim."""
    runs = RESULTS[preset["id"]]["runs"]
    assert [run["setting"] for run in runs] == preset["settings"]
    assert {run["updates"] for run in runs} == {preset["updates"]}
    assert all([seed["seed"] for seed in run["seeds"]] == list(range(20)) for run in runs)
    assert {claim["run"] for claim in preset["claims"]} == set(range(len(runs)))
    assert len(preset["names"]) == len(runs)
    assert 0 <= preset["answer"] < len(preset["options"])


@pytest.mark.browser
def test_the_page_counts_the_seeds_that_gave_the_answer(engine):
    """A seed gave it if all claims that make up the answer held of it; where at most some may, it is of the rest."""
    counted = engine.evaluate(
        """async ([presets, results]) => {
          const { agreeing } = await import("/playground/page/claims.js");
          return presets.map((preset) => agreeing(preset, results[preset.id]));
        }""",
        [PRESETS, RESULTS],
    )
    for preset, agree in zip(PRESETS, counted):
        assert agree == agreeing(preset["claims"], RESULTS[preset["id"]]["runs"]), preset["id"]
        assert sum(agree) > 10, "the answer is what most seeds gave"
        assert agree[preset.get("seed", 0)], "the seed that the page shows is one of them"


@pytest.mark.parametrize("preset", WHICH_LEARNS, ids=lambda preset: preset["id"])
def test_which_run_solves_it_agrees_with_the_right_answer(preset):
    """Where the question is which of two runs learns: a run that does is one that most seeds solve."""
    solved = [sum(seed["solvedAt"] is not None for seed in run["seeds"]) > 10 for run in RESULTS[preset["id"]]["runs"]]
    answer = {(True, True): "Both.", (True, False): "Only A.", (False, True): "Only B.", (False, False): "Neither."}
    assert preset["options"][preset["answer"]] == answer[tuple(solved)]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "run", "seed"), [("relu-or-tanh", 0, 3), ("small-start", 0, 0), ("near-and-far", 0, 1)]
)
def test_a_seed_run_again_in_the_browser_does_the_same(engine, name, run, seed):
    kept = RESULTS[name]["runs"][run]
    again = engine.evaluate(
        """async ({setting, updates}) => {
          const { outcome } = await import("/playground/engine/experiments.js");
          const { possible } = await import("/playground/engine/settings.js");
          return outcome(possible(setting), updates);
        }""",
        {"setting": kept["setting"] | {"seed": seed}, "updates": kept["updates"]},
    )
    for key in ("solvedAt", "divergedAt", "updates"):
        assert again[key] == kept["seeds"][seed][key]
    assert again["start"] == kept["seeds"][seed]["start"]


def test_there_are_fifteen_experiments_of_five_chapters():
    assert len(PRESETS) >= 15
    assert len({preset["chapter"].partition("#")[0] for preset in PRESETS}) >= 5


@pytest.mark.browser
def test_counts_foresee_what_a_window_of_five_letters_leaves(engine):
    """The entropy of a character given the last one to five, over that given one, and their mean."""
    text = engine.evaluate("import('/playground/engine/settings.js').then(({TEXT}) => TEXT)")

    def entropy(strings):
        counts = np.unique([text[i : i + strings] for i in range(len(text) - strings + 1)], return_counts=True)[1]
        return -np.sum(counts / counts.sum() * np.log(counts / counts.sum()))

    left = np.array([entropy(known + 1) - entropy(known) for known in range(1, 6)])
    left /= left[0]
    (preset,) = (preset for preset in PRESETS if preset["id"] == "five-letters")
    two, three, four, five = (f"{share:.2f}" for share in left[1:])
    said = f"leave 1, {two}, {three}, {four} and {five} of what one letter alone leaves, {left.mean():.2f} in the mean"
    assert said in preset["outcome"]
