"""The Playground in a browser: it trains, tells, stops, keeps its setting in the address, and needs no other host."""

import gzip
import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.playground.conftest import ROOT
from tests.site.serve import served

sys.path.insert(0, str(ROOT / "_ext"))
from playground import without_comments

pytestmark = pytest.mark.browser

PAGE = "chapters/playground.html"
BUDGET = 90_000  # bytes, gzipped
RUN = ".pg-run"
RESULTS = json.loads((ROOT / "playground" / "results.json").read_text(encoding="utf8"))["presets"]


@pytest.fixture
def play(open_page):
    """Open the page with a setting in its address, once it is ready and has looked at the first batch."""

    def play_(address="", **options):
        page = open_page(f"{PAGE}#{address}", **options)
        page.wait_for_function(
            "[...document.querySelectorAll('.pg-run')].every((run) => run.dataset.updates)"
            " && document.querySelector('.pg-run')"
        )
        # Of an experiment that nobody has predicted nothing is drawn yet.
        if not page.locator(".pg-veiled").count():
            drawn(page)
        return page

    return play_


def only_a(preset, mark):
    """Count the seeds in which A reached the mark and B did not."""
    a, b = (run["seeds"] for run in RESULTS[preset]["runs"])
    return sum(one[mark] is not None and other[mark] is None for one, other in zip(a, b, strict=True))


def updates(page, run=0):
    return int(page.locator(RUN).nth(run).get_attribute("data-updates"))


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def trained(page, least, run=0):
    """Wait for so many updates of the run that is there: what is written on it may still be of the one before."""
    page.wait_for_function(
        """({run, least}) => playground.views[run].frame?.updates >= least
          && Number(document.querySelectorAll('.pg-run')[run].dataset.updates) >= least""",
        arg={"run": run, "least": least},
    )


def drawn(page):
    """Wait until all panels that one sees show what has come, in the size that they have: they are drawn by frames."""
    page.wait_for_function(
        """playground.views.every(({ frame, panels }) => frame && Object.values(panels).every(
          ({ pending, stage, svg }) => !pending && svg.viewBox.baseVal?.width === stage.clientWidth))"""
    )


def here(page):
    """Where the page is, as it knows it itself: the browser tells others a moment later."""
    return page.evaluate("location.href")


def at_one_moment(page):
    """Let no time go by on the page, for what is done at once there, until the page is told otherwise."""
    page.evaluate("(now) => { performance.now = () => now; }", page.evaluate("performance.now()"))


def standing(page):
    """Wait until nothing runs, and two runs have made up for what was under way when they were stopped."""
    page.wait_for_function(
        "!playground.runs.levelling && playground.views.every((one) => !one.running && one.heard === one.order)"
    )


def sentence(page, run=0):
    return page.locator(".pg-sentence").nth(run).inner_text().replace("\N{WORD JOINER}", "")


def opened_table(page, panel, least):
    """The rows of a panel's table: the browser tells that it was opened after the click, and then it is filled."""
    page.locator(f"{panel} summary").click()
    rows = page.locator(f"{panel} tbody tr")
    rows.nth(least - 1).wait_for()
    return rows.all_inner_texts()


def test_all_of_it_is_within_its_budget(html):
    files = [path for path in (html / "_playground").rglob("*") if path.is_file()]
    weight = sum(len(gzip.compress(path.read_bytes())) for path in files)
    data = re.search('id="playground-data">(.*?)</script>', (html / PAGE).read_text(encoding="utf8"))[1]
    assert len(files) > 20
    assert weight + len(gzip.compress(data.encode())) < BUDGET


def test_comments_on_lines_of_their_own_are_not_sent():
    code = "// a\nlet x = 1; // b\n  /** c\n   * d */\n/* e */ let y = `\n# f`;\nlet z = x */* g */ y;\n"
    assert without_comments(code) == "let x = 1; // b\n/* e */ let y = `\n# f`;\nlet z = x */* g */ y;\n"


def test_only_its_own_page_loads_it(html):
    loads = re.compile(r'(?:src|href)="[^"]*_playground/')
    loading = [path.name for path in html.rglob("*.html") if loads.search(path.read_text(encoding="utf8"))]
    assert loading == ["playground.html"]


def test_asks_no_other_host_and_works_below_a_path(browser, html):
    """Training, with the worker's modules, at an address that is not the root of its host."""
    asked, problems = [], []
    with served(html.parent) as address:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and problems.append(answer.url))
        page.goto(f"{address}html/{PAGE}")
        page.wait_for_selector(f"{RUN}[data-updates]")
        press(page, "Run")
        trained(page, 20)
        page.close()
    assert {urlparse(url).hostname for url in asked} <= {"127.0.0.1", None}
    assert any("worker.js" in url for url in asked)
    assert problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_any_state(play, theme, width):
    page = play("preset=clipping-saves", viewport={"width": width, "height": 900}, color_scheme=theme)
    page.locator("details.pg-side").evaluate("side => { side.open = true; }")
    for details in page.locator(".pg-panel details").all():
        details.evaluate("one => { one.open = true; }")
    slowly(page)  # it stands still by itself when the experiment is over
    press(page, "Run")
    trained(page, 15)
    press(page, "Stop")
    standing(page)
    assert not [one["id"] for one in Axe().run(page).response["violations"]]


def test_fits_a_narrow_phone(play):
    page = play("preset=clipping-saves", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    sizes = page.locator(".pg-answers input").evaluate_all(
        "all => all.map(({ offsetWidth, offsetHeight }) => [offsetWidth, offsetHeight])"
    )
    assert all(width == height for width, height in sizes), "a radio button is round"
    slowly(page)
    press(page, "Run")
    trained(page, 5)
    press(page, "Show what twenty seeds gave")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    cut = """all => all.filter((one) => one.offsetParent && (one.getBoundingClientRect().right > innerWidth
      || one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
      .map((one) => one.outerHTML)"""
    assert page.locator(".pg-verdict, .pg-bar, .pg-more, .playground button").evaluate_all(cut) == []


def test_a_whole_run_from_the_keyboard(play):
    page = play("task=latch&T=10")
    page.get_by_role("button", name="Run", exact=True).focus()
    page.keyboard.press("Enter")
    trained(page, 30)
    page.keyboard.press("Enter")
    standing(page)
    page.locator("#pg-cell").focus()
    page.keyboard.press("ArrowDown")
    assert "cell=relu" in here(page)
    page.locator("#pg-n").fill("7")
    page.keyboard.press("Enter")
    assert "n=7" in here(page)
    press(page, "One update")
    trained(page, 1)
    standing(page)
    page.evaluate("{ window.followed = 0; addEventListener('hashchange', () => { followed++; }); }")
    for count, way in enumerate((".skip-link", "h1 .headerlink"), 1):  # to a place on the page, which is no setting
        page.locator(way).focus()
        page.keyboard.press("Enter")
        page.wait_for_function("(count) => followed === count", arg=count)
        assert here(page).endswith("n=7")
        assert page.evaluate("playground.views[0].setting.n") == 7
        assert updates(page) == 1
        assert not page.locator(".pg-amiss").is_visible()


def test_the_setting_comes_back_from_the_address(play):
    task, cell = "task=copy&D=7&length=2", "cell=lstm&n=9&forget=2.5"
    wanted = f"{task}&{cell}&optimiser=rmsprop&rate=0.01&clip=values&theta=0.5&cut=yes&k=4&seed=3"
    page = play(wanted)
    before = page.evaluate("playground.views[0].setting")
    assert dict(part.split("=") for part in wanted.split("&")).items() <= {k: str(v) for k, v in before.items()}.items()
    assert here(page).endswith(f"#{wanted}")
    page.reload()
    page.wait_for_selector(f"{RUN}[data-updates]")
    assert page.evaluate("playground.views[0].setting") == before
    assert page.locator("#pg-theta").input_value() == "0.5"


def losses(page, run=0):
    return page.evaluate(f"playground.views[{run}].loss")


def pair(page):
    return page.locator(".pg-pair").inner_text()


def test_two_runs_are_in_the_address_train_together_and_stop_together(play):
    page = play("task=latch&T=8;;task=latch&T=8&cell=gru")
    press(page, "Run")
    trained(page, 20)
    trained(page, 20, run=1)
    press(page, "Stop")
    standing(page)
    made = updates(page)
    assert updates(page, 1) == made
    assert "Not equally" not in pair(page)
    press(page, "One update")
    trained(page, made + 1)
    trained(page, made + 1, run=1)
    page.locator(".pg-side summary").click()
    press(page, "Settings of run B")
    page.locator("#pg-cell").select_option("minGRU")
    assert here(page).endswith("#task=latch&T=8;;task=latch&T=8&cell=mingru")
    assert updates(page) == made + 1, "what run B is told leaves run A alone"
    page.wait_for_selector(f"{RUN}:nth-of-type(2)[data-updates='0']")
    assert f"run A has made {made + 1:,} updates, run B has made 0 updates" in pair(page)
    page.locator("#pg-seed").fill("5")
    page.locator("#pg-seed").press("Enter")
    assert here(page).endswith("#task=latch&T=8&seed=5;;task=latch&T=8&cell=mingru&seed=5")
    page.get_by_label("the same seed in both runs").uncheck()
    page.locator("#pg-seed").fill("6")
    page.locator("#pg-seed").press("Enter")
    assert here(page).endswith("#task=latch&T=8&seed=5;;task=latch&T=8&cell=mingru&seed=6")
    assert "chance is part of what comes out differently" in pair(page)


def test_a_run_that_waits_for_the_other_does_not_ask_again_and_again(play):
    page = play("task=latch&T=8;;task=latch&T=8&cell=gru")
    page.evaluate(
        """{ window.messages = 0;
             for (const { worker } of playground.views) worker.addEventListener("message", () => { messages++; }); }"""
    )
    slowly(page)
    press(page, "Run")
    trained(page, 10)
    trained(page, 10, run=1)
    press(page, "Stop")
    standing(page)
    # A frame for each update, and once that it waits, which makes two; nothing again and again while it waits.
    assert page.evaluate("messages") <= 3 * (updates(page) + updates(page, run=1)) + 6


def test_a_second_run_leaves_the_first_as_it_is(play):
    page = play("task=latch&T=8&seed=3")
    press(page, "Run")
    trained(page, 40)
    press(page, "Stop")
    standing(page)
    before, map_of_it = losses(page), page.evaluate("playground.views[0].columns.length")
    press(page, "Add a second run")
    page.wait_for_selector(f"{RUN}:nth-of-type(2)[data-updates]")
    assert losses(page) == before
    assert page.evaluate("playground.views[0].columns.length") == map_of_it
    assert here(page).endswith("#task=latch&T=8&seed=3;;task=latch&T=8&seed=3")
    assert "they do the same" in pair(page)
    drawn(page)  # the first has become narrower
    axes = page.locator(".pg-panel:first-child svg").evaluate_all("all => all.map((svg) => svg.textContent)")
    assert axes[0] == axes[1], "lags and updates are drawn on the same axes"
    press(page, "Run")  # the second comes to where the first is, and then both go on
    trained(page, len(before) + 20)
    press(page, "Stop")
    standing(page)
    assert losses(page)[: len(before)] == before
    assert losses(page, 1) == losses(page)
    press(page, "Only one run")
    assert page.locator(RUN).count() == 1
    assert updates(page) > len(before)


def test_back_takes_back_one_setting_after_the_other(play):
    page = play("task=latch&T=8")
    page.locator("#pg-cell").select_option("GRU")
    page.locator("#pg-n").fill("7")
    page.locator("#pg-n").press("Enter")
    slider = page.get_by_label("Forget bias, slider")
    slider.focus()
    at_one_moment(page)
    for _ in range(4):
        page.keyboard.press("ArrowRight")  # is one step: the same setting, at once
    page.evaluate("delete performance.now")
    assert here(page).endswith("#task=latch&T=8&cell=gru&n=7&forget=3")
    # The page follows its address a moment after it has changed.
    for back in ("task=latch&T=8&cell=gru&n=7", "task=latch&T=8&cell=gru", "task=latch&T=8"):
        page.go_back()
        page.wait_for_url(f"**#{back}")
    expect(page.locator("#pg-cell")).to_have_value("plain")
    assert page.evaluate("playground.views[0].setting.cell") == "plain"
    page.go_forward()
    page.wait_for_url("**#task=latch&T=8&cell=gru")
    expect(page.locator("#pg-cell")).to_have_value("gru")
    page.locator("#pg-preset").select_option("near-and-far")
    page.go_back()
    page.wait_for_url("**#task=latch&T=8&cell=gru")
    expect(page.locator("#pg-preset")).to_have_value("")
    page.go_back()
    page.wait_for_url("**#task=latch&T=8")
    expect(page.locator("#pg-cell")).to_have_value("plain")
    page.go_back()  # the first step of all leaves the page
    page.wait_for_url("about:blank")


def test_what_cannot_be_combined_is_not_offered(play):
    page = play()
    page.locator("#pg-cell").select_option("minGRU")
    for field, there in {"start": False, "gain": False, "forget": True, "kappa": False}.items():
        assert page.locator(f"#pg-{field}").is_visible() == there, field
    page.locator("#pg-task").select_option("copy")
    assert not page.locator("#pg-T").is_visible()
    page.locator("#pg-cut").select_option("cut every k steps")
    assert int(page.locator("#pg-k").get_attribute("max")) == 10 + 2 * 3 - 1
    page.locator("#pg-k").fill("999")
    page.locator("#pg-k").press("Enter")
    assert page.locator("#pg-k").input_value() == "15"
    assert page.locator(".pg-field:has(#pg-k) .pg-note").inner_text() == "Not 999 but 15: a whole number from 1 to 15."
    page.locator("#pg-length").fill("1")
    page.locator("#pg-length").press("Enter")
    assert "Steps k between cuts 15 became 11" in page.locator(".pg-amiss").inner_text()


def test_an_impossible_address_becomes_the_nearest_possible_setting(play):
    page = play("task=dancing&T=-4&n=1e9&rate=x&cell=mingru&gain=2&k=77&unknown=1")
    setting = page.evaluate("playground.views[0].setting")
    assert (setting["task"], setting["T"], setting["n"], setting["rate"]) == ("adding", 3, 64, 0.003)
    assert setting["gain"] == 1
    said = page.locator(".pg-amiss").inner_text()
    assert said.startswith("Not all that the address asks for is possible: Task cannot be “dancing”")
    assert "“unknown” is no setting" in said
    press(page, "Add a second run")
    assert page.locator(".pg-amiss:visible").count() == 0
    page.goto(here(page).partition("#")[0] + "#preset=gone")
    page.wait_for_function("document.querySelector('.pg-amiss').textContent.includes('no experiment “gone”')")


def test_one_update_and_the_backward_pass_step_by_step(play):
    page = play("T=12")
    press(page, "One update")
    trained(page, 1)
    standing(page)
    assert updates(page) == 1
    press(page, "One step back")
    text = page.locator(".pg-readout").inner_text()
    assert text.startswith("step 12: |δ| =")
    assert text.endswith("straight from the loss")
    standing(page)
    bars = "document.querySelectorAll('.pg-sequence .bar, .pg-sequence .standing').length"
    page.wait_for_function(f"{bars} === 1")
    press(page, "One step back")
    page.wait_for_function(f"{bars} === 2")
    text = page.locator(".pg-readout").inner_text()
    norms = page.evaluate("[10, 11].map((t) => playground.views[0].frame.sequence.delta[t])")
    factor = float(re.search(r", ([\d.]+) times that of step 12", text)[1])
    assert abs(factor / (norms[0] / norms[1]) - 1) < 0.06  # two digits
    press(page, "Walk back from the end")  # by itself, down to the first step
    page.wait_for_function("document.querySelector('.pg-readout').textContent.startsWith('step 1:')")
    page.wait_for_function(f"{bars} === 12")
    press(page, "One update")
    trained(page, 2)
    assert page.locator(".pg-readout").inner_text() == ""  # it was of another sequence
    press(page, "One step back")
    page.locator("#pg-n").fill("7")
    page.locator("#pg-n").press("Enter")
    assert page.locator(".pg-readout").inner_text() == ""


def test_a_slow_pace_is_kept(play):
    page = play("task=latch&T=8")
    page.get_by_label("Pace").select_option("2 a second")
    began = time.monotonic()
    press(page, "Run")
    trained(page, 2)
    page.wait_for_timeout(1000)
    made = updates(page)
    assert made <= 1 + (time.monotonic() - began) / 0.5


STOPPED = "/Stopped at update/.test(document.querySelector('.pg-sentence').textContent)"


def test_a_divergence_ends_the_run_and_points_at_what_to_change(play):
    page = play("cell=relu&gain=2.5&T=30&optimiser=sgd&rate=1")
    press(page, "Run")
    page.wait_for_function(STOPPED)
    standing(page)
    assert "is no longer a finite number" in sentence(page)
    assert "had been growing tenfold every" in sentence(page)
    pointed = page.locator(".pg-pointed label").all_inner_texts()
    assert {"Clipping", "Rate", "Cell", "W scaled by"} <= set(pointed)
    assert "Marked orange" in page.locator(".pg-legend").inner_text()
    assert page.get_by_role("button", name="Run", exact=True).is_visible()
    stopped = updates(page)
    press(page, "One update")
    standing(page)
    page.wait_for_timeout(300)
    assert updates(page) == stopped


def test_a_divergence_is_judged_by_what_was_still_a_number(play):
    """Seed 0 leaves the range of 32 bits before it diverges: |δ| had been growing, as the map shows."""
    page = play("preset=relu-or-tanh")
    press(page, "Run")
    page.wait_for_function(STOPPED)
    assert "had been growing tenfold every" in sentence(page)
    relative = page.evaluate("playground.views[0].columns.map(({ sizes }) => [...sizes])")
    assert all(0 < share < 1e300 for sizes in relative for share in sizes)
    assert relative[-1][-1] > 1e20


def test_a_hidden_page_neither_loses_nor_hurries(play):
    page = play("task=latch&T=8")
    hide = """hidden => {
      Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    press(page, "Run")
    trained(page, 10)
    page.evaluate(hide, True)
    standing(page)
    held = updates(page)
    page.wait_for_timeout(500)
    assert updates(page) == held
    log = page.evaluate("playground.views[0].loss.length")
    page.evaluate(hide, False)
    trained(page, held + 5)
    assert log == held
    press(page, "Stop")
    standing(page)
    assert page.evaluate("playground.views[0].loss.length") == updates(page)


def test_a_hidden_page_that_stood_stays_so(play):
    page = play("task=latch&T=8")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(200)
    assert updates(page) == 0


def test_the_run_is_the_engines(play):
    """The losses shown are those of the engine run by itself, whatever is looked at in between."""
    page = play("task=copy&D=5&cell=gru&n=8&seed=5")
    press(page, "Run")
    trained(page, 60)
    press(page, "Stop")
    standing(page)
    shown = page.evaluate("playground.views[0].loss.slice(0, 60)")
    module = "../_playground/playground/engine"
    alone = page.evaluate(
        f"""async () => {{
          const {{ Run }} = await import(new URL('{module}/training.js', location.href));
          const run = new Run(playground.views[0].setting);
          for (let i = 0; i < 60; i++) run.update();
          return run.log.loss;
        }}"""
    )
    assert shown == alone


def test_a_prediction_comes_before_its_run(play):
    page = play("preset=small-start")
    # It can be pressed, and says why nothing happens: a disabled button would be silent.
    page.get_by_role("button", name="Commit and run").click(force=True)
    assert "Choose first" in page.locator(".pg-hint").inner_text()
    assert updates(page) == 0
    page.get_by_label("Only A.").check()
    press(page, "Commit and run")
    page.wait_for_selector(".pg-right")
    assert updates(page) == updates(page, run=1) == 300
    assert page.locator(".pg-why").is_hidden(), "what one watches stays where it is"
    page.get_by_text("Why, and what twenty seeds gave").click()
    verdict = page.locator(".pg-verdict").inner_text()
    assert "As you said, in 15 of 20 seeds." in verdict
    assert re.search(r"run A, .*: \d+ of 20 seeds solved it within 300 updates", verdict)
    assert "less than a thousandth of |δ| was left within 4 steps in 20 of 20 seeds" in verdict
    dots = page.locator(".pg-strip").evaluate_all("all => all.map((one) => one.querySelectorAll('b').length)")
    assert dots == [20, 20]
    assert page.locator(".pg-strip").nth(1).locator(".pg-solved").count() == 5
    assert "of 20 seeds solved it within 300 updates." in sentence(page)
    press(page, "Run")
    trained(page, 310)
    press(page, "Stop")
    standing(page)
    assert re.search(r"within 300 updates; this run has made [\d,]{3,}\.", sentence(page))


def told(page):
    """All that one can read on the page of what comes of an experiment."""
    labels = "all => all.map((svg) => svg.getAttribute('aria-label')).join(' ')"
    return page.locator(".playground").inner_text() + page.locator(".playground svg[aria-label]").evaluate_all(labels)


def slowly(page):
    """So that an experiment does not end while one looks."""
    page.get_by_label("Pace").select_option("10 updates a second")


@pytest.mark.parametrize(
    ("name", "width"), [("near-and-far", 390), ("gradient-arrives", 1280), ("clipping-no-cure", 1280)]
)
def test_nothing_answers_the_question_before_a_prediction(play, name, width):
    """Neither sentence nor panels; clipping-no-cure shares a setting with another experiment."""
    page = play(f"preset={name}", viewport={"width": width, "height": 800})
    assert "seeds" not in told(page)
    assert page.locator(".pg-tag:visible, .pg-sentence:visible, .pg-panel:visible").count() == 0
    slowly(page)
    page.locator(".pg-answers input").nth(0).check()
    press(page, "Commit and run")
    page.locator(".pg-sentence:visible").first.wait_for()
    assert not re.search(r"\d seeds", told(page)), "nor while it runs"
    press(page, "Show what twenty seeds gave")
    assert re.search(r"of 20 seeds", page.locator(".pg-verdict").inner_text())


@pytest.mark.parametrize("how", ["Run", "One update", "Look without a prediction"])
def test_one_may_look_without_a_prediction(play, how):
    page = play("preset=near-and-far")
    slowly(page)
    press(page, how)
    page.locator(".pg-panel:visible").first.wait_for()
    verdict = page.locator(".pg-verdict").inner_text()
    assert "without a prediction" in verdict
    assert "seeds gave" not in verdict.replace("Show what twenty seeds gave", "")
    press(page, "Show what twenty seeds gave")
    gave = f"{only_a('near-and-far', 'solvedAt')} of 20 seeds gave “Only A.”"
    assert gave in page.locator(".pg-verdict").inner_text()
    assert page.locator(".pg-right, .pg-wrong").count() == 0


def test_a_wrong_prediction_is_told_the_share(play):
    page = play("preset=relu-or-tanh")
    page.get_by_label("Neither.").check()
    press(page, "Commit and run")
    page.wait_for_selector(".pg-wrong")
    gave = f"{only_a('relu-or-tanh', 'divergedAt')} of 20 seeds gave “Only A.”"
    assert f"Not as you said: {gave}" in page.locator(".pg-verdict").inner_text()


def test_start_again_asks_again(play):
    page = play("preset=small-start")
    slowly(page)
    page.get_by_label("Both.").check()
    press(page, "Commit and run")
    press(page, "Show what twenty seeds gave")
    press(page, "Start again")
    assert page.locator(".pg-verdict").inner_text() == ""
    assert page.get_by_label("Both.").is_enabled()
    assert not page.get_by_label("Both.").is_checked()
    assert page.locator(".pg-panel:visible").count() == 0
    page.wait_for_selector(f'{RUN}[data-updates="0"]')


IN_SIGHT = """element => {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 50 && bottom <= innerHeight;
}"""
MAP_AND_LOSS = [".pg-panel:nth-child(1) .pg-stage", ".pg-panel:nth-child(2) .pg-stage"]


def test_settings_and_results_are_seen_at_once(play):
    """Nobody scrolls between what is set and what comes of it, where the window has room for both."""
    page = play("task=latch&T=12&clip=norm")
    press(page, "Run")
    trained(page, 20)
    names = ("task", "T", "cell", "n", "start", "optimiser", "rate", "clip", "theta")
    seen = [".pg-bar .pg-main", ".pg-tags", ".pg-sentence", *MAP_AND_LOSS, *(f"#pg-{name}" for name in names)]
    for width, height in ((1280, 800), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(
            "([width, height]) => innerWidth === width && innerHeight === height", arg=[width, height]
        )
        page.wait_for_function(
            """playground.views[0].panels.loss.svg.viewBox.baseVal.width
              === playground.views[0].panels.loss.stage.clientWidth"""
        )
        assert page.evaluate("scrollY") == 0
        assert [one for one in seen if not page.locator(one).first.evaluate(IN_SIGHT)] == []
    page.locator("#pg-n").hover()
    about = page.locator(".pg-field:has(#pg-n) > .pg-about")
    expect(about).to_have_css("opacity", "1")
    assert about.evaluate(IN_SIGHT)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, {"width": 390, "height": 844}])
def test_what_comes_of_it_is_in_sight_after_committing(play, viewport):
    """On the screen: the stop button, what one said, and the sentence; where there is room, maps and losses too."""
    page = play("preset=near-and-far", viewport=viewport, reduced_motion="reduce")
    slowly(page)
    page.get_by_label("Both.").check()
    press(page, "Commit and run")
    page.locator(".pg-panel:visible").first.wait_for()
    seen = [".pg-bar .pg-main", ".pg-verdict", ".pg-sentence"]
    for selector in seen if viewport["width"] < 700 else [*seen, *MAP_AND_LOSS]:
        assert page.locator(selector).first.evaluate(IN_SIGHT), selector


def test_two_runs_on_a_phone_are_seen_together(play):
    page = play("T=8;;T=12", viewport={"width": 390, "height": 844})
    page.locator(".pg-panel").first.scroll_into_view_if_needed()
    tops = page.locator(".pg-panel:first-child .pg-stage").evaluate_all(
        "stages => stages.map((stage) => stage.getBoundingClientRect().top)"
    )
    assert 0 < tops[1] - tops[0] < 400
    said = page.locator(".pg-sentence").evaluate_all(
        "all => all.map((sentence) => sentence.getBoundingClientRect().bottom)"
    )
    assert max(said) < tops[0], "what is said comes before what is shown"
    scrolled = page.evaluate("scrollY")
    page.mouse.wheel(0, 900)
    page.wait_for_function("(before) => scrollY >= before + 900", arg=scrolled)
    assert 40 < page.locator(".pg-bar").bounding_box()["y"] < 60, "the buttons stay in sight"


def test_run_folds_the_settings_between_the_buttons_and_two_runs_on_a_phone(play):
    page = play("T=8", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    press(page, "Add a second run")
    page.wait_for_selector(f"{RUN}:nth-of-type(2)[data-updates]")
    assert page.locator(".pg-side[open]").count() == 1, "to change something in one of them"
    press(page, "Run")
    page.wait_for_selector(".pg-side:not([open])")
    trained(page, 1)
    trained(page, 1, run=1)
    press(page, "Stop")
    standing(page)
    assert all(page.locator(".pg-sentence").nth(run).evaluate(IN_SIGHT) for run in (0, 1))
    assert page.locator(".pg-panel").first.bounding_box()["y"] < 844, "the first map begins on the same screen"
    page.locator(".pg-side > summary").evaluate("summary => summary.click()")
    page.set_viewport_size({"width": 1280, "height": 800})
    press(page, "Run")
    assert page.locator(".pg-side[open]").count() == 1, "where they stand beside the runs they stay"


def test_panels_of_two_runs_are_level(play):
    page = play("T=8;;task=copy&cell=gru", viewport={"width": 1280, "height": 900})
    tops = "stages => stages.map((stage) => stage.getBoundingClientRect().top)"
    first, second = (run.locator(".pg-stage").evaluate_all(tops) for run in page.locator(RUN).all())
    assert first == second
    press(page, "One update")
    trained(page, 1)
    trained(page, 1, run=1)
    standing(page)
    drawn(page)
    axes = "all => all.map((svg) => [...svg.querySelectorAll('text.muted.end')].map((one) => one.textContent))"
    for panel in (2, 3):
        first, second = page.locator(f".pg-panel:nth-child({panel}) svg").evaluate_all(axes)
        assert first == second, "what is compared has the same axes"


def test_settings_of_ones_own_leave_the_experiment(play):
    page = play("preset=near-and-far")
    page.locator("#pg-preset").select_option("")
    assert "preset" not in here(page)
    assert "T=10" in here(page)
    assert page.locator(".pg-panel:visible").count() > 0
    page.locator("#pg-preset").select_option("near-and-far")
    slowly(page)
    page.locator(".pg-side summary").click()
    page.locator("#pg-n").fill("7")
    page.locator("#pg-n").press("Enter")
    assert "preset" not in here(page)
    assert page.locator(".pg-left").is_visible()
    press(page, "Run")
    trained(page, 5)
    page.go_back()
    page.wait_for_url("**#preset=near-and-far")
    page.wait_for_function("playground.same")  # it has followed
    standing(page)
    assert page.locator(".pg-veil").is_visible(), "its question is open again, and nothing runs behind it"
    page.go_forward()
    page.wait_for_url("**n=7*")
    expect(page.locator("#pg-n")).to_have_value("7")
    page.get_by_label("Only A.").check()
    press(page, "Commit and run")
    assert here(page).endswith("#preset=near-and-far")
    page.locator("#pg-n").fill("8")
    page.locator("#pg-n").press("Enter")
    assert "nothing is said of your prediction" in page.locator(".pg-left").inner_text()


def test_what_came_of_an_experiment_is_not_said_of_other_settings(play):
    page = play("preset=near-and-far")
    press(page, "Look without a prediction")
    press(page, "Show what twenty seeds gave")
    verdict = page.locator(".pg-verdict")
    assert "20 of 20 seeds" in verdict.inner_text()
    page.locator(".pg-side summary").click()
    page.locator("#pg-rate").fill("1000")
    page.locator("#pg-rate").press("Enter")
    assert page.locator(".pg-field:has(#pg-rate) .pg-note").inner_text() == "Not 1000 but 100: from 0.000001 to 100."
    assert not verdict.is_visible()
    assert "Your own settings, begun from the experiment" in page.locator(".pg-left").inner_text()
    press(page, "Back to the experiment")
    assert here(page).endswith("#preset=near-and-far")
    assert page.evaluate("playground.views[0].setting.rate") == 0.003
    assert verdict.is_visible()
    assert not page.locator(".pg-left").is_visible()


def test_map_and_bars_of_a_batch_of_one_sequence_are_the_same_numbers(play):
    """Of an LSTM both are of (h, c)."""
    page = play("cell=lstm&B=1&T=12")
    batch, one = page.evaluate(
        "(({ sizes, sequence }) => [[...sizes], [...sequence.delta]])(playground.views[0].frame)"
    )
    assert one[::-1] == pytest.approx(batch, rel=1e-12)


def test_the_mark_of_solving_lies_on_the_line(play):
    page = play("task=latch&T=8")
    press(page, "Run")
    page.wait_for_function("playground.views[0].frame.solvedAt !== null")
    press(page, "Stop")
    standing(page)
    solved, mean, baseline = page.evaluate(
        "(({ frame, mean }) => [frame.solvedAt, mean[frame.solvedAt - 1], frame.baseline])(playground.views[0])"
    )
    losses = page.evaluate("playground.views[0].loss")
    assert abs(mean - sum(losses[solved - 50 : solved]) / 50) < 1e-12
    assert mean < 0.1 * baseline
    later = [sum(losses[end - 50 : end]) / 50 for end in range(solved, len(losses) + 1)]
    worst = page.evaluate("playground.views[0].worst")
    assert worst["share"] == pytest.approx(max(later) / baseline, rel=1e-9)
    assert worst["update"] == solved + later.index(max(later))
    page.wait_for_selector(".blue-dot")


def test_eigenvalues_on_the_circle_are_not_outside(play):
    page = play("cell=orthogonal")
    page.wait_for_function("document.querySelectorAll('.pg-panel .blue-dot').length === 32")
    assert page.locator(".vermilion-dot").count() == 0
    assert "; 0 outside the unit circle" in page.locator(".pg-panel:nth-child(5) svg").get_attribute("aria-label")


@pytest.mark.parametrize(("setting", "kept", "added"), [("cell=residual", 1, 1), ("cell=leaky&kappa=0.8", 0.8, 0.2)])
def test_eigenvalues_are_those_of_what_a_step_multiplies_by(play, setting, kept, added):
    """A residual cell grows where 1 + λ is outside the circle, and not where λ is."""
    page = play(f"{setting}&n=6")
    page.wait_for_function("document.querySelectorAll('.pg-panel:nth-child(5) circle').length === 7")
    rows = opened_table(page, ".pg-panel:nth-child(5)", least=6)
    real = [float(row.split()[1].replace("\N{MINUS SIGN}", "-")) for row in rows]
    trace = page.evaluate("playground.views[0].spectrum.values.reduce((sum, [re]) => sum + re, 0)")
    assert sum(real) == pytest.approx(6 * kept + added * trace, abs=0.02)  # three digits are shown
    outside = sum(float(row.split()[0]) > 1 for row in rows)
    assert page.locator(".vermilion-dot").count() == outside


def test_eigenvalues_that_are_not_found_stop_no_run(browser, site):
    page = browser.new_page()
    source = (ROOT / "playground/engine/spectra.js").read_text(encoding="utf8")
    never = source.replace("30 * Math.max(10, n)", "-1")
    page.route("**/spectra.js", lambda route: route.fulfill(body=never, content_type="text/javascript"))
    page.goto(f"{site}{PAGE}#task=latch&T=8")
    page.wait_for_selector(f"{RUN}[data-updates]")
    press(page, "Run")
    trained(page, 20)
    assert never != source
    expect(page.locator(".pg-panels")).to_contain_text("Not found at this update: eigenvalues: no convergence.")
    page.close()


def test_every_experiment_opens_and_is_possible(play):
    page = play()
    changed = page.evaluate(
        """async () => {
          const { possible } = await import(new URL('../_playground/playground/engine/settings.js', location.href));
          return playground.data.presets.flatMap(({ id, settings }) => settings.filter((wanted) => {
            const made = possible(wanted);
            return Object.entries(wanted).some(([name, value]) => made[name] !== value);
          }).map(() => id));
        }"""
    )
    assert changed == []
    ids = page.evaluate("playground.data.presets.map(({ id }) => id)")
    assert len(set(ids)) == len(ids) >= 15
    for name in ids:
        page.locator("#pg-preset").select_option(name)
        assert here(page).endswith(f"#preset={name}")
        assert page.get_by_role("button", name="Commit and run").is_visible()


def test_experiments_and_chapters_link_to_one_another(html, parsed_presets):
    for preset in parsed_presets:
        path, _, anchor = preset["href"].partition("#")
        text = (html / "chapters" / path).read_text(encoding="utf8")
        assert not anchor or f'id="{anchor}"' in text, preset["id"]
        assert f'playground.html#preset={preset["id"]}"' in text, f"{path} does not link to {preset['id']}"


@pytest.fixture(scope="module")
def parsed_presets(html):
    data = re.search('id="playground-data">(.*?)</script>', (html / PAGE).read_text(encoding="utf8"))[1]
    return json.loads(data)["presets"]


def test_the_data_are_there_as_tables(play):
    page = play("T=12")
    press(page, "Run")
    trained(page, 30)
    press(page, "Stop")
    standing(page)
    for panel in page.locator(".pg-panel").all():
        panel.locator("summary").click()
        panel.locator("tbody tr").nth(2).wait_for()
    heads = page.locator(".pg-panel thead").all_inner_texts()
    assert any("before" in head for head in heads)
    drawn(page)
    page.locator(".pg-panel:first-child .pg-stage").hover(position={"x": 60, "y": 100})
    said = page.locator(".pg-panel:first-child .pg-tools").inner_text()
    update, lag, share = re.fullmatch(r"update (\d+), (\d+) back: ([\d.]+)", said).groups()
    sizes = page.evaluate(f"[...playground.views[0].columns.find((one) => one.update === {update}).sizes]")
    assert float(share) == pytest.approx(sizes[int(lag)] / sizes[0], rel=0.06)  # two digits


def test_a_table_is_not_left_at_what_was_there_two_seconds_ago(play):
    page = play("T=12")
    press(page, "One update")
    trained(page, 1)
    assert len(opened_table(page, ".pg-panel:nth-child(2)", least=1)) == 1
    press(page, "One update")
    trained(page, 2)
    expect(page.locator(".pg-panel:nth-child(2) tbody tr")).to_have_count(2)


def test_what_is_opened_while_a_run_begins_anew_waits_for_it(play):
    problems = []
    page = play("T=12")
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.evaluate(
        """(({ panels, setting }) => {
          panels.reach.details.open = true; // which the page is told when the run has no frame yet
          playground.views[0].begin(setting);
          playground.views[0].stand(3);
        })(playground.views[0])"""
    )
    page.locator(".pg-panel:nth-child(1) thead th").first.wait_for()
    assert problems == []


def test_the_sentence_comes_at_a_calm_rate(play):
    page = play("task=latch&T=8")
    page.evaluate(
        """() => new MutationObserver(() => { window.said = (window.said ?? 0) + 1; })
          .observe(document.querySelector(".pg-sentence"), {childList: true})"""
    )
    began = time.monotonic()
    press(page, "Run")
    page.wait_for_timeout(4000)
    said = page.evaluate("window.said ?? 0")
    assert said <= 1 + (time.monotonic() - began) / 1.3
    assert page.locator(".pg-sentence").get_attribute("aria-live") == "polite"


def test_what_is_taken_along(play, tmp_path):
    page = play("task=order&T=12&cut=yes&k=6&clip=norm")
    press(page, "Run")
    trained(page, 40)
    press(page, "Stop")
    standing(page)
    files = {}
    for name in ("Log as CSV", "Picture", "Notebook"):
        with page.expect_download() as download:
            press(page, name)
        files[name] = Path(tmp_path / download.value.suggested_filename)
        download.value.save_as(files[name])
    of, head, *rows = files["Log as CSV"].read_text().splitlines()
    assert re.match(r"# Task .*, Seed \d+ http\S+#\S+$", of)
    assert here(page) in of
    steps = page.evaluate("playground.views[0].frame.steps")
    lags = ",".join(f"delta_{lag}_back" for lag in range(steps))
    assert head == f"update,loss,of_baseline,norm_before,norm_after,fraction_clipped,{lags}"
    assert [float(row.split(",")[1]) for row in rows] == page.evaluate("playground.views[0].loss")
    column = page.evaluate("playground.views[0].columns.at(-1)")
    sizes = column["sizes"]
    written = [float(x) for x in rows[column["update"]].split(",")[6:]]
    assert written == pytest.approx([size / sizes[0] for size in sizes], rel=1e-6)
    svg = page.evaluate(
        """async () => (await import('../_playground/playground/page/take.js')).picture(playground.views[0]).svg"""
    )
    assert here(page).replace("&", "&amp;") in svg
    printed(page)
    assert files["Picture"].read_bytes()[:4] == b"\x89PNG"
    assert files["Picture"].stat().st_size > 20_000
    made = updates(page)
    assert f"updates={made}, " in trains(files["Notebook"])
    page.set_viewport_size({"width": 390, "height": 844})
    press(page, "Add a second run")
    page.wait_for_selector(f"{RUN}:nth-of-type(2)[data-updates]")
    both = []
    page.on("download", lambda download: both.append(download))
    with (
        page.expect_download(lambda download: download.suggested_filename == "playground-A.ipynb"),
        page.expect_download(lambda download: download.suggested_filename == "playground-B.ipynb"),
    ):
        press(page, "Notebooks A, B")
    assert [one.suggested_filename for one in both] == ["playground-A.ipynb", "playground-B.ipynb"]
    assert f"updates={made}, " in trains(both[0].path())
    assert "updates=300, " in trains(both[1].path())
    with page.expect_download() as download:
        press(page, "Picture")  # of runs that stand panel by panel below each other
    assert Path(download.value.path()).stat().st_size > 20_000


def printed(page):
    """On paper the map is in its drawing, the setting is said, and what one cannot press is not there."""
    page.emulate_media(media="print")
    drawn(page)  # as large as it is there; a browser that prints draws no more after it has told that it will
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".pg-panel canvas:visible, .playground button:visible, .playground select:visible").count() == 0
    assert page.locator(".pg-panel svg .zero + image").count() == 1
    assert here(page) in page.locator(".pg-of").inner_text()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_selector(".pg-panel canvas:visible")
    expect(page.locator(".pg-panel svg .zero + image")).to_have_count(0)


def trains(path):
    """The code of a notebook."""
    return "\n".join(cell["source"] for cell in json.loads(Path(path).read_text())["cells"])


def test_pasted_text_and_numbers(play):
    page = play("task=text&T=10")
    page.locator("#pg-text").fill("abcabd" * 30)
    page.locator("#pg-text").blur()
    press(page, "Run")
    trained(page, 20)
    assert page.evaluate("playground.views[0].frame.alphabet") == ["a", "b", "c", "d"]
    press(page, "Stop")
    standing(page)
    rows = [row.split("\t") for row in opened_table(page, ".pg-sequence", least=1)]
    read, asked = "".join(row[1] for row in rows), "".join(row[3] for row in rows)
    assert read in "abcabd" * 30, "a text is read as it was written"
    assert asked[:-1] == read[1:]
    press(page, "Run")
    page.locator("#pg-text").fill("aa")
    page.locator("#pg-text").blur()
    note = page.locator(".pg-field:has(#pg-text) .pg-note")
    assert note.inner_text() == "Not taken: what you paste is too short, or all alike."
    page.locator("#pg-task").select_option("numbers you paste")

    def paste(numbers):
        page.locator("#pg-numbers").fill(numbers)
        page.locator("#pg-numbers").blur()
        return page.evaluate("playground.views[0].setting")

    short = paste("1,5 x 9\n3 1e400 8")
    assert (short["T"], short["B"]) == (4, 1)
    assert "Length T 10 became 4 (a whole number from 2 to 4); Sequences B 16 became 1" in page.inner_text(".pg-amiss")
    said = page.locator(".pg-field:has(#pg-numbers) .pg-about").inner_text()
    assert said.startswith(
        "5 numbers. The network gets each less their mean, 5.2, over their standard deviation, 2.99."
    )
    assert "Left out, as no finite number: “x”, “1e400”. A comma stands between two numbers" in said
    again = paste("\n".join(f"{i}\t{1000 * (i == 3)}" for i in range(200)))
    assert (again["T"], again["B"]) == (10, 16), "what a short series made small comes back"
    assert "2 columns are read row by row" in page.locator(".pg-field:has(#pg-numbers) .pg-about").inner_text()
    page.wait_for_function("playground.views[0].frame?.alphabet === null")
    lines = "playground.views[0].panels.sequence.svg.querySelectorAll('path.ink, path.vermilion')"
    inside = f"[...{lines}].map((path) => path.getBBox()).every(({{ y, height }}) => y > 190 && y + height < 290)"
    # The run goes on, each frame with a sequence of its own: one that a strip of fixed size would not hold must come.
    spread = "Math.max(...(playground.views[0].frame?.sequence.targets ?? [0]))"
    page.wait_for_function(f"{spread} > 1.5 && {lines}.length >= 4 && {inside}")
    page.locator("#pg-numbers").fill(" ".join(str((i * 7) % 13) for i in range(200)))
    page.locator("#pg-numbers").blur()
    page.wait_for_function("playground.views[0].frame?.alphabet === null")  # there is none while it begins anew
    trained(page, 20)  # another task is another run, and goes on as the first did


def test_says_what_it_is_without_scripts(open_page):
    page = open_page(PAGE, java_script_enabled=False, wait=False)
    text = page.locator(".playground").inner_text()
    assert "Without scripts nothing can be trained here" in text
    assert page.locator(".playground button").count() == 0


def test_a_module_that_does_not_load_leaves_what_stands_there(browser, site):
    page = browser.new_page()
    page.route("**/presets.js", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/presets.js")):
        page.goto(f"{site}{PAGE}")
    page.wait_for_load_state("networkidle")
    assert "Without scripts" in page.locator(".playground").inner_text()
    page.close()
