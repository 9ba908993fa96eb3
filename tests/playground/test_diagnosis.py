"""The sentence that says what is wrong: each condition that triggers one, and its neighbour that must not."""

import re

import pytest

MODULE = "import('/rnnlib/figures/interactive/diagnosis.js')"
DECAY = [0.5**lag for lag in range(20)]  # below a thousandth from lag 10 on
FLAT = [2.0] * 20
MEASURED = {
    "update": 500, "share": 1.0, "window": 50, "sizes": FLAT, "needs": [12, 15], "clipped": 0, "mean": True,
    "clip": "norm", "cut": False, "carried": True, "solvedAt": None, "diverged": None, "seeds": None,
}  # fmt: skip


@pytest.fixture
def diagnose(engine):
    def diagnose_(**measured):
        found = engine.evaluate(f"async (m) => (await {MODULE}).diagnose(m)", MEASURED | measured)
        kinds = [one["kind"] for one in found]
        text = " ".join(one["text"] for one in found).replace("\N{WORD JOINER}", "")
        return kinds, text, found

    return diagnose_


def test_vanishing_says_where_and_what_is_needed(diagnose):
    kinds, text, _ = diagnose(sizes=DECAY)
    assert kinds[0] == "vanishing"
    assert text.startswith("10 steps back |δ| is below a thousandth of what it was; the task needs 12 to 15 steps.")


@pytest.mark.parametrize(
    ("needs", "kind"),
    [([12, 15], "vanishing"), ([10, 10], "vanishing"), ([9, 12], "fading"), ([3, 9], "reach"), (None, "reach")],
)
def test_a_gradient_that_is_gone_beyond_the_need_is_no_failure(diagnose, needs, kind):
    assert diagnose(sizes=DECAY, needs=needs)[0][0] == kind


def test_what_is_left_at_the_farthest_need_is_said_where_the_gradient_reaches(diagnose):
    kinds, text, _ = diagnose(sizes=[0.9**lag for lag in range(20)])
    assert kinds[0] == "reach"
    assert f"15 steps back |δ| still has {round(100 * 0.9**15)} % of its size" in text
    assert "below a thousandth" not in text
    assert "15 steps back |δ| is 2.0 times what it was" in diagnose(sizes=[1 + lag / 15 for lag in range(20)])[1]


def test_exploding_says_in_how_many_steps_it_grows_tenfold(diagnose):
    kinds, text, _ = diagnose(sizes=[10 ** (lag / 3) for lag in range(20)])
    assert kinds[0] == "exploding"
    assert "grows tenfold every 3.0 steps back" in text
    assert diagnose(sizes=[1.1**lag for lag in range(20)])[0][0] == "reach"  # six times in all


def test_a_cut_is_told_from_vanishing(diagnose):
    cut = [0.9**lag if lag < 8 else 0 for lag in range(20)]
    kinds, text, _ = diagnose(sizes=cut, cut=True)
    assert kinds[0] == "cut"
    assert "from 8 steps back on |δ| is exactly 0; the task needs 12 to 15 steps" in text
    assert "The state is carried across the cut" in text
    assert "carried" not in diagnose(sizes=cut, cut=True, carried=False)[1]
    assert diagnose(sizes=cut, cut=True, needs=[3, 7])[0][0] == "reach"  # beyond what is needed
    assert diagnose(sizes=[*DECAY[:12], *[0] * 8])[0][0] == "vanishing"  # gone before the cut


def test_dead_units_are_no_cut(diagnose):
    kinds, text, _ = diagnose(sizes=[1.0] + [0.0] * 19)
    assert kinds[0] == "dead"
    assert text.startswith("From 1 step back on |δ| is exactly 0, though nothing cuts it: weights or slopes on its way")
    assert "let nothing through; the task needs" in text
    assert "carried" not in text


def test_the_baseline_is_spoken_of_only_near_it_and_after_a_window(diagnose):
    assert "still that of a predictor without memory, after 500 updates" in diagnose(share=1.05)[1]
    assert "still that" not in diagnose(share=0.85)[1]
    assert "85 % of what a predictor without memory reaches" in diagnose(share=0.85)[1]
    assert "1.3 times that of a predictor without memory" in diagnose(share=1.3)[1]
    kinds, text, _ = diagnose(update=49)
    assert "early" in kinds
    assert "predictor" not in text
    assert diagnose(share=None)[0] == ["reach"]


def test_a_lag_within_which_most_causes_lie_is_no_need_of_every_one(diagnose):
    """Of flip-flops: a gradient that is gone before that lag has reached the nearer causes."""
    kinds, text, _ = diagnose(sizes=DECAY, needs=[12, 12], within=True)
    assert kinds[0] == "fading"
    assert "below a thousandth of what it was; nine in ten causes lie within 12 steps." in text
    assert "the task needs" not in text
    kinds, text, _ = diagnose(sizes=[1, 0.9, *[0] * 18], needs=[12, 12], within=True, cut=True)
    assert kinds[0] == "fading"
    assert text.startswith("Cut: from 2 steps back on |δ| is exactly 0; nine in ten causes lie within 12 steps.")


def test_a_loss_that_was_low_from_the_first_is_not_said_to_have_fallen(diagnose):
    solved = {"solvedAt": 50, "update": 60, "share": 0.01}
    assert "was so at the first batch, before any update" in diagnose(**solved, first=0.0)[1]
    assert "was so at the first batch, before any update" in diagnose(**solved, first=0.09)[1]
    assert "first batch" not in diagnose(**solved, first=0.9)[1]
    assert "first batch" not in diagnose(**solved)[1]


def test_that_reaching_was_not_enough_is_said_only_where_it_reaches(diagnose):
    assert "that the gradient reaches has not been enough" in diagnose()[1]
    assert "enough" not in diagnose(sizes=DECAY)[1]
    assert "enough" not in diagnose(sizes=None)[1]
    assert "enough" not in diagnose(sizes=[1, 1e-4, 1e-4, 0.5, 0.5], needs=[3, 4])[1], "it was gone on the way"
    assert "enough" not in diagnose(needs=None)[1]
    assert "enough" not in diagnose(share=0.5)[1]


def test_solved_replaces_what_would_be_said_of_the_loss(diagnose):
    kinds, text, _ = diagnose(share=0.05, solvedAt=321)
    assert "solved" in kinds
    assert "Solved after 321 updates" in text
    assert "of now" not in text
    assert "predictor" not in text


def test_a_solved_task_that_did_not_stay_so_is_said(diagnose):
    """Now, or in between by twice the bound or more; a mean that stayed below, or hardly rose above, is no relapse."""
    solved = {"solvedAt": 321, "update": 900}
    kinds, text, _ = diagnose(**solved, share=0.45)
    assert "lost" in kinds
    assert "solved" not in kinds
    assert "Solved after 321 updates" in text
    assert "It did not stay there: the mean of the last 50 is 45 % of the baseline, after 900 updates." in text
    kinds, text, _ = diagnose(**solved, share=0.04, worst={"update": 512, "share": 0.6})
    assert "solved" in kinds
    assert "It did not stay there: after 512 updates it was 60 % of the baseline; now, after 900, 4 % of it." in text
    both = diagnose(**solved, share=0.3, worst={"update": 512, "share": 0.6})[1]
    assert "after 512 updates it was 60 % of the baseline; now, after 900, 30 % of it." in both
    assert "stay" not in diagnose(**solved, share=0.04, worst={"update": 330, "share": 0.15})[1]
    assert "stay" not in diagnose(**solved, share=0.04, worst=None)[1]
    assert "stay" not in diagnose(**solved, share=0.0999)[1]
    risen = diagnose(**solved, share=0.04, worst={"update": 512, "share": 3.2})[1]
    assert "after 512 updates it was 3.2 times the baseline; now, after 900, 4 % of it." in risen
    assert "the mean of the last 50 is 10 %" in diagnose(**solved, share=0.1)[1]


def test_a_solved_task_with_no_reach_left_says_that_the_two_are_of_different_times(diagnose):
    def sizes(rate):
        return [rate**lag for lag in range(40)]

    of_now = "said of now, not of the updates that solved it"
    assert of_now in diagnose(share=0.05, solvedAt=100, update=300, sizes=sizes(0.5), needs=[20, 20])[1]
    assert of_now not in diagnose(share=0.05, solvedAt=300, update=300, sizes=sizes(0.5), needs=[20, 20])[1]
    assert of_now not in diagnose(share=0.05, solvedAt=100, update=300, sizes=sizes(0.99), needs=[20, 20])[1]


def test_clipped_at_every_update_names_the_causes(diagnose):
    kinds, text, _ = diagnose(clipped=1)
    assert "clipped" in kinds
    assert "Clipped at each of the last 50 updates: look at the rate and at the threshold" in text
    assert "the rate, the threshold, or a summed loss" in diagnose(clipped=1, mean=False)[1]
    assert "98 % of the last 50 updates were clipped" in diagnose(clipped=0.98)[1]
    assert "clipped" not in diagnose(clipped=0.4)[1].lower()
    assert "clipped" not in diagnose(clipped=1, update=30)[1].lower()


def test_seeds_are_counted_only_where_they_were_run(diagnose):
    seeds = {"solved": 0, "of": 20, "updates": 800}
    assert diagnose(seeds=seeds)[1].endswith("0 of 20 seeds solved it within 800 updates.")
    assert diagnose(seeds=seeds, update=800)[1].endswith("within 800 updates.")
    assert diagnose(seeds=seeds, update=801)[1].endswith("within 800 updates; this run has made 801.")
    assert "seeds" not in diagnose()[1]


DIVERGED = {"update": 17, "what": "loss", "norm": 3e8}


def test_a_divergence_says_when_why_and_what_to_change(diagnose):
    grown = [10 ** (lag / 3) for lag in range(20)]
    kinds, text, found = diagnose(diverged=DIVERGED, sizes=grown, clip="none")
    assert kinds == ["diverged"]
    assert (
        "Stopped at update 17: the loss is no longer a finite number (the gradient's last norm was 3.0 × 10⁸)" in text
    )
    assert "growing tenfold every 3.0 steps back" in text
    assert found[0]["change"] == ["clip", "gain", "cell", "rate"]
    assert text.endswith("Turn clipping on, or start W smaller, or take a cell that saturates, or lower the rate.")


def test_a_divergence_without_growth_points_at_the_steps(diagnose):
    _, text, found = diagnose(diverged=DIVERGED, sizes=FLAT, clip="norm")
    assert found[0]["change"] == ["rate"]
    assert "so the steps were too long" in text
    _, text, found = diagnose(diverged=DIVERGED | {"norm": None}, sizes=None, clip="norm")
    assert "last norm" not in text
    assert "growing" not in text


@pytest.mark.parametrize("beyond", ["Infinity", "NaN"])
def test_a_divergence_is_judged_by_what_is_finite(diagnose, engine, beyond):
    """Where |δ| leaves the range of numbers on its way back it had been growing; nothing is said of what is none."""
    found = f"async ([m, sizes]) => (await {MODULE}).diagnose({{ ...m, sizes: [...sizes, {beyond}, {beyond}] }})"
    diverged = MEASURED | {"diverged": DIVERGED}
    growing = engine.evaluate(found, [diverged, [1e200 * 10 ** (4 * lag) for lag in range(20)]])[0]["text"]
    assert "growing tenfold every 0.3 steps back" in growing
    assert "on its way back" not in engine.evaluate(found, [diverged, []])[0]["text"]


def test_a_divergence_says_when_its_sizes_were_seen(diagnose):
    _, text, _ = diagnose(diverged=DIVERGED, sizes=FLAT, sizesAt=12, clip="norm")
    assert "not been growing on its way back, as last looked at after 12 updates, so the steps were too long" in text


def test_no_number_is_said_that_was_not_measured(diagnose):
    """Without sizes nothing is said of reach, without a baseline nothing of the loss."""
    assert diagnose(sizes=None, share=None)[:2] == ([], "")
    assert not re.search("steps back", diagnose(sizes=[0.0] * 20)[1])


@pytest.mark.parametrize(
    ("x", "words"),
    [(0, "0"), (0.0316, "0.032"), (1.25, "1.3"), (12.3, "12"), (1e-7, "1.0 × 10⁻⁷"), (9.9e5, "9.9 × 10⁵"), (1, "1.0")],
)
def test_amounts(engine, x, words):
    assert engine.evaluate(f"async (x) => (await {MODULE}).amount(x)", x) == words


def test_reach(engine):
    reach = engine.evaluate(f"async (s) => (await {MODULE}).reachOf(s)", [4.0, 2.0, 0.003, 0.0])
    assert reach == {"lags": [1, 0.5, 0.00075, 0], "zero": 3, "gone": 2, "tenfold": None}
