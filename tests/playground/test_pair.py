"""Two runs beside each other: they train together, stop together, and what is not alike between them is said."""

import pytest

pytestmark = pytest.mark.browser

# Threads that do as they are told: each makes `speed` updates at a turn, as far as it is told to, and tells of it.
SIMULATED = """async ({speeds, made, turns, stopAfter, leads}) => {
  const { Pair, uneven } = await import("/playground/page/pair.js");
  const views = speeds.map((speed, i) => ({
    name: "AB"[i], speed, made: made[i], really: made[i], running: false, diverged: null, heard: 0, order: 0,
    run(to, hold) { Object.assign(this, { running: true, limit: to ?? null, hold }); },
    stop() { this.running = false; this.order++; },
    even(to) { this.really = to; this.made = to; },
    one() { this.really++; this.made++; },
    send({ type, hold }) { if (type === "hold") this.hold = hold; },
  }));
  performance.now = () => 0; // how fast they are is not measured: how long a turn takes here says nothing
  const pair = new Pair(views), apart = [], told = [];
  pair.lead = leads[0];
  pair.run();
  for (let turn = 0; turn < turns; turn++) {
    if (turn === stopAfter) { pair.lead = leads[1]; pair.stop(); }
    for (const view of views) {
      if (view.running) view.really = Math.min(view.really + view.speed, Math.max(view.hold, view.really));
      Object.assign(view, { made: view.really, heard: view.order });
      pair.moved();
    }
    apart.push(Math.abs(views[0].really - views[1].really));
    told.push(uneven(pair));
  }
  delete performance.now;
  return { made: views.map(({ really }) => really), apart, told, lead: pair.lead };
}"""


@pytest.fixture
def trains(engine):
    def trains_(**asked):
        usual = {"speeds": [5, 5], "made": [0, 0], "turns": 40, "stopAfter": 99, "leads": [12, 12]}
        return engine.evaluate(SIMULATED, usual | asked)

    return trains_


def test_the_faster_waits_for_the_slower(trains):
    ran = trains(speeds=[50, 3])
    assert ran["made"][1] == 3 * 40, "the slower is not held back"
    assert max(ran["apart"]) <= ran["lead"]


def test_both_stop_after_equally_many_updates(trains):
    ran = trains(speeds=[50, 3], stopAfter=20)
    assert ran["apart"][19] > 0
    assert ran["apart"][20] == 0
    assert ran["told"][-1] == ""


def test_both_stop_together_though_the_lead_has_just_become_shorter(trains):
    ran = trains(speeds=[50, 3], stopAfter=20, leads=[60, 12])
    assert ran["apart"][19] > 2 * 12
    assert ran["apart"][20] == 0


def test_one_that_is_behind_comes_first_and_it_is_said(trains):
    ran = trains(made=[100, 0], turns=60)
    assert ran["apart"][0] > ran["apart"][10] > ran["apart"][30]
    assert ran["told"][0] == "Not yet equally trained: run A waits until run B has made as many updates."
    assert ran["told"][-1] == ""
    assert ran["made"][0] >= 200
    stopped = trains(made=[1000, 0], turns=12, stopAfter=10)
    assert stopped["made"] == [1000, 50]
    assert stopped["told"][-1].startswith(
        "Not equally trained: run A has made 1,000 updates, run B has made 50 updates."
    )


COMPARED = """async ([one, other]) => {
  const { possible } = await import("/playground/engine/settings.js");
  return (await import("/playground/page/pair.js")).compared(possible(one), possible(other));
}"""


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({}, {}, "they do the same. Change something in one of them."),
        ({}, {"cell": "gru"}, "The runs differ in Cell plain tanh in A, GRU in B."),
        ({}, {"seed": 3}, "The runs differ in Seed 0 in A, 3 in B. What comes out differently is chance."),
        ({}, {"seed": 3, "n": 8}, "With another seed, chance is part of what comes out differently."),
        ({}, {"T": 30, "n": 8}, "What comes out differently may be due to any of these."),
        ({"clip": "norm", "theta": 2}, {}, "Clipping global norm in A, none in B; Threshold θ 2 in A, none in B."),
    ],
)  # fmt: skip
def test_in_what_two_runs_differ(engine, one, other, words):
    assert engine.evaluate(COMPARED, [one, other]).endswith(words)


READ = """async (text) => {
  const { amiss } = (await import("/playground/page/address.js")).read(text, (id) => ({ known: { id } })[id]);
  return amiss;
}"""


@pytest.mark.parametrize(
    ("address", "amiss"),
    [
        ("", []),
        ("preset=known", []),
        ("T=50&cell=gru&seed=4", []),
        ("preset=unknown", ["there is no experiment “unknown”"]),
        ("T=-4", ["Length T -4 became 3 (a whole number from 3 to 200)"]),
        ("T=20.5", ["Length T 20.5 became 21 (a whole number from 3 to 200)"]),
        ("rate=x", ["Rate “x” is no number: it is 0.003"]),
        ("rate=1e9", ["Rate 1e9 became 100 (from 0.000001 to 100)"]),
        ("task=dancing", ["Task cannot be “dancing”: it is adding"]),
        ("cell=mingru&gain=2", ["W scaled by means nothing with the rest of it"]),
        ("unknown=1", ["“unknown” is no setting"]),
        ("task=text&text=aa", ["Text: what was given is too short, or all alike"]),
        (
            "task=text&text=ababab",
            ["Text: what was given is such that each tells the next, and nothing has to be remembered"],
        ),
        (
            "task=numbers&numbers=1+2+x+4+5+1e400+NaN+9&T=2&B=1",
            ["Numbers: “x”, “1e400”, “NaN” left out, as no finite number"],
        ),
        (
            "task=numbers&numbers=1+2+9+4+5",
            [
                "Length T 20 became 4 (a whole number from 2 to 4)",
                "Sequences B 16 became 1 (a whole number from 1 to 1)",
            ],
        ),
        ("T=10;;n=65", ["run B: Units n 65 became 64 (a whole number from 1 to 64)"]),
        ("T=10;;T=11;;T=12", ["more than two runs cannot be shown"]),
    ],
)
def test_what_an_address_asks_for_and_cannot_have_is_said(engine, address, amiss):
    assert engine.evaluate(READ, address) == amiss


@pytest.mark.parametrize(
    ("kinds", "needs", "tags"),
    [
        (
            ["vanishing", "baseline"],
            [9, 9],
            ["Task: nothing learnt yet", "Gradient: gone before the cause, below a thousandth"],
        ),
        (["reach", "solved", "seeds"], [9, 9], ["Task: solved", "Gradient: reaches the cause, above a thousandth"]),
        (["reach", "early"], None, ["Task: too early to tell", "Gradient: reaches 4 steps, above a thousandth"]),
        (["diverged"], [9, 9], ["Task: diverged"]),
    ],
)
def test_two_words_on_a_run(engine, kinds, needs, tags):
    said = engine.evaluate(
        """async ({kinds, needs}) => (await import("/playground/page/tags.js")).tagsOf(
          kinds.map((kind) => ({ kind })), { needs, reach: { gone: 5, tenfold: null } })""",
        {"kinds": kinds, "needs": needs},
    )
    assert [f"{what}: " + ", ".join([words, *bound]) for what, words, _, *bound in said] == tags


@pytest.mark.parametrize(("left", "tag"), [(0.00101, "reaches the cause"), (0.00099, "gone before the cause")])
def test_the_bound_of_its_tag_is_that_of_its_gradient(engine, left, tag):
    said = engine.evaluate(
        """async (left) => {
          const { diagnose, reachOf } = await import("/rnnlib/figures/interactive/diagnosis.js");
          const { tagsOf } = await import("/playground/page/tags.js");
          const sizes = [1, 0.1, left], measured = { update: 0, share: null, window: 50, clipped: 0 };
          const found = diagnose({ ...measured, sizes, needs: [2, 2] });
          return tagsOf(found, { needs: [2, 2], reach: reachOf(sizes) }).find(([what]) => what === "Gradient");
        }""",
        left,
    )
    assert said[1] == tag
    assert said[3] == ("above a thousandth" if left > 1 / 1000 else "below a thousandth")
