"""Pages that are worked on, in a browser, on a host that sets no headers: at its root and under a path."""

import json
import os
import re
import shutil
import subprocess
from urllib.parse import urlparse

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader import nbgraderformat
from playwright.sync_api import expect

from tests.site.conftest import ROOT
from tests.site.reader import LONG, PAGE, RIGHT, STUBBORN, Reader
from tests.site.static_host import hosted

pytestmark = pytest.mark.browser

CHAPTER = "chapters/01_unrolling.html"


@pytest.fixture(scope="module")
def reader(offered, browser):
    """One reader, with Python started once, under a path; the tests below go on where the one before has ended."""
    with hosted(offered, under="course") as (address, host):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
        one = Reader(context, address, host)
        one.page.goto(address + PAGE)
        one.page.wait_for_selector(".live-begin:enabled")
        one.before = list(host.asked)
        host.gate.clear()
        one.begin()
        one.press("unroll", "Check")
        one.at_first = one.cell("unroll").locator(".live-state").inner_text()
        host.gate.set()
        yield one
        context.close()


def test_what_is_said_beside_the_button_stands_there_before_its_script(open_page, offered):
    """Put in by the script, its second line moved all below it on a machine that had painted before."""
    said = {}
    for scripts in (False, True):
        page = open_page(PAGE, wait=scripts, java_script_enabled=scripts)
        said[scripts] = page.locator(".live-place [role=status]").inner_text()
        needed = page.locator(".live-place noscript")
        assert needed.is_visible() == (not scripts)
    assert said[False] == said[True]
    assert "Python runs in this page" in said[True]


def test_nothing_is_loaded_before_the_button_is_pressed(reader):
    assert not [path for path in reader.before if "_live" in path or "live-service" in path]


def test_a_check_pressed_before_python_is_there_waits_and_then_names_what_is_wrong(reader):
    passed = reader.page.locator(".course-contents a.read", has_text=", passed")
    assert reader.at_first == "waits …"
    assert reader.panels("unroll") == ["→ unroll, typical: not yet", "→ unroll, edge: not yet"]
    reader.quiet()
    assert reader.page.locator(".live-progress").is_hidden()
    assert passed.count() == 0
    reader.write("unroll", RIGHT.replace("W.T", "W"))
    reader.page.keyboard.press("Shift+Enter")
    reader.page.wait_for_selector("[data-cell=unroll] .live-html:has-text('W transposed')", timeout=LONG)
    reader.write("unroll", RIGHT)
    reader.page.keyboard.press("Shift+Enter")
    reader.page.wait_for_selector("[data-cell=unroll].live-right", timeout=LONG)
    assert reader.panels("unroll") == ["✓ unroll, typical: right, 2 points", "✓ unroll, edge: right, 1 point"]
    assert reader.cell("unroll").locator("[aria-live] :is([role=status], [aria-live])").count() == 0, "said twice"
    assert reader.page.evaluate("courseMemory.of('exercises', 'unroll')").items() >= {"points": 3, "of": 3}.items()
    assert reader.page.evaluate("courseMemory.page().of.exercises") == 7
    assert passed.count() == 1


def test_stop_keeps_the_values_and_a_page_full_of_output_stays_usable(reader):
    assert reader.page.evaluate("crossOriginIsolated")
    reader.write("unroll", "kept = 41\nwhile True: print('x' * 60)")
    reader.page.keyboard.press("Control+Enter")
    reader.page.wait_for_function(
        "document.querySelector('[data-cell=unroll] pre')?.textContent.length > 40000", timeout=LONG
    )
    reader.stop()
    reader.quiet()
    assert "Stopped at line 2. The values" in reader.output("unroll")
    assert len(reader.output("unroll")) < 110_000
    reader.write("unroll", "kept + 1")
    reader.page.keyboard.press("Control+Enter")
    reader.quiet()
    assert reader.output("unroll").strip() == "42"


def test_code_that_catches_the_interrupt_is_ended_and_what_is_lost_is_told(reader):
    reader.write("unroll", STUBBORN)
    reader.page.keyboard.press("Control+Enter")
    reader.begun("unroll")
    reader.stop()
    reader.page.get_by_role("button", name="Start Python afresh").click()
    reader.hears("afresh, without the values")
    reader.write("unroll", "kept")
    reader.page.keyboard.press("Control+Enter")
    reader.quiet()
    assert "NameError" in reader.output("unroll")
    assert reader.cell("unroll").get_by_role("button", name="Run the cells above").is_visible()


def test_the_keyboard_gets_out_of_the_editor(reader):
    reader.write("unroll", RIGHT)
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.classList.contains('cm-content')")
    # Escape holds for two seconds, of which none goes by here.
    reader.page.evaluate("{ const at = Date.now(); window.clock = Date.now; Date.now = () => at; }")
    reader.page.keyboard.press("Escape")
    reader.page.keyboard.press("Tab")
    reader.page.evaluate("{ Date.now = window.clock; }")
    assert reader.page.evaluate("document.activeElement.textContent") == "Run"
    reader.write("unroll", RIGHT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_the_page_is_worked_on(reader, scheme):
    reader.press("unroll", "Check")
    reader.panels("unroll")
    reader.quiet()
    reader.page.emulate_media(color_scheme=scheme)
    reader.page.wait_for_function("(scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches", arg=scheme)
    words = reader.cell("unroll").locator(".cm-line")
    for kind in ("k", "nb", "mi"):  # the editor colours what it has had time to read
        words.locator(f".{kind}").first.wait_for()
    found = Axe().run(reader.page).response["violations"]
    assert not [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"][:3]]
    colours = words.locator(":is(.k, .nb, .mi)").evaluate_all(
        "words => words.map((one) => getComputedStyle(one).color)"
    )
    assert len(set(colours)) == 2, "the page's colours: keywords, and numbers with built-in names"


def test_start_over_can_be_taken_back(reader):
    reader.press("unroll", "Start over")
    expect(reader.cell("unroll").locator(".cm-content")).to_contain_text("NotImplementedError")
    reader.press("unroll", "Bring it back")
    expect(reader.cell("unroll").locator(".cm-content")).to_contain_text("W.T")


def test_what_is_downloaded_is_the_learners_notebook_and_opening_it_changes_nothing(reader, tmp_path):
    text = reader.download()
    own = json.loads((ROOT / "exercises" / "01_unrolling.ipynb").read_text(encoding="utf8"))
    wanted = next(cell for cell in own["cells"] if cell["id"] == "unroll")
    wanted["source"] = RIGHT.splitlines(keepends=True)
    assert json.loads(text) == own
    (tmp_path / "handed_in.ipynb").write_text(text, encoding="utf8")
    nbformat.validate(nbgraderformat.read(tmp_path / "handed_in.ipynb", as_version=4))
    other = json.loads(text)
    other["cells"].insert(0, {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}, "outputs": [],
                              "source": ["own = 1"]})  # fmt: skip
    changed = tmp_path / "other.ipynb"
    changed.write_text(json.dumps(other, indent=1, ensure_ascii=False) + "\n", encoding="utf8")
    reader.page.locator(".live-bar input").set_input_files(changed)
    reader.hears("Opened other.ipynb")
    assert reader.download() == changed.read_text(encoding="utf8")
    second = ROOT / "exercises" / "02_bptt.ipynb"
    reader.page.locator(".live-bar input").set_input_files(second)
    reader.hears("the notebook 02_bptt")


def test_without_a_network_the_page_is_there_with_what_was_written_and_python_runs(reader):
    reader.page.wait_for_selector("[data-kept=offline]", state="attached", timeout=LONG)
    reader.host.down = True
    try:
        reader.begin()
        expect(reader.cell("unroll").locator(".cm-content")).to_contain_text("W.T")
        reader.press("unroll", "Check")
        assert reader.panels("unroll") == ["✓ unroll, typical: right, 2 points", "✓ unroll, edge: right, 1 point"]
    finally:
        reader.host.down = False


def test_a_question_that_a_new_release_has_changed_keeps_the_old_answer_beside_it(reader):
    reader.page.evaluate("courseMemory.note('answers', 'unroll', {base: 'def unroll(): ...'})")
    reader.page.evaluate("courseMemory.note('answers', 'gone', {source: 'gone = 1', base: ''})")
    reader.begin()
    expect(reader.cell("unroll").locator(".cm-content")).to_contain_text("NotImplementedError")
    assert "W.T" in reader.cell("unroll").locator(".live-older").inner_text()
    assert "has changed since you wrote in it" in reader.cell("unroll").locator(".live-older summary").inner_text()
    reader.press("unroll", "Bring it back")
    expect(reader.cell("unroll").locator(".cm-content")).to_contain_text("W.T")
    assert "gone" in reader.page.locator("article > .live-older").inner_text()


def test_it_asked_no_other_host_and_nothing_failed(reader):
    assert {urlparse(url).hostname for url in reader.requests if url.startswith("http")} == {"127.0.0.1"}
    assert reader.host.missing == []
    assert [one for one in reader.problems if "ERR_" not in one] == []


def test_where_nothing_isolates_the_page_stop_starts_python_afresh(offered, browser):
    """And on a telephone, where the bar must leave room for the page."""
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with hosted(offered) as (address, host):
        context = browser.new_context(service_workers="block", **phone)
        reader = Reader(context, address, host)
        reader.begin()
        assert not reader.page.evaluate("crossOriginIsolated")
        other = reader.page.locator(".live-code").first.get_attribute("data-cell")
        reader.write(other, "a = 1")
        reader.press(other, "Run")
        reader.hears("Done in")
        reader.write("unroll", "while True: pass")
        reader.press("unroll", "Run")
        reader.page.wait_for_selector("[data-cell=unroll].live-runs", timeout=LONG)
        reader.stop()
        reader.hears("Stopped. Python has started afresh")
        again = reader.page.get_by_role("button", name=re.compile("Run again what had run"))
        assert again.inner_text().endswith("(1)"), "not what had to be stopped"
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert reader.page.locator(".live-bar").bounding_box()["height"] < 740 / 4
        context.close()


def test_a_chapters_block_is_changed_and_run_in_its_place(offered, browser):
    with hosted(offered) as (address, host):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        reader = Reader(context, address, host)
        reader.page.goto(address + CHAPTER)
        block = reader.page.locator(".live-block").nth(3)
        id = block.get_attribute("id").removeprefix("cell-")
        cell = block.locator("xpath=ancestor::div[contains(@class, 'docutils')][1]/..")
        printed = cell.locator(".cell_output pre").all_inner_texts()
        block.hover()
        block.get_by_role("button", name="Run and change").click()
        reader.cell(id).locator(".live-out").wait_for(timeout=LONG)
        reader.quiet()
        assert reader.output(id).strip() == "".join(printed).strip()
        reader.write(id, "1 + 1")
        reader.page.keyboard.press("Control+Enter")
        reader.quiet()
        assert reader.output(id).strip() == "2"
        assert reader.problems == []
        context.close()


def test_firefox_runs_checks_stops_and_keeps_as_well(offered):
    """At the root of the site; Playwright drives no Firefox but its own, so Puppeteer does."""
    firefox = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if firefox is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no Firefox on the PATH")
    with hosted(offered) as (address, host):
        script, modules = ROOT / "tests" / "live" / "firefox.mjs", ROOT / "_build" / "npm" / "node_modules"
        command = ["node", str(script), str(modules), firefox, address + PAGE]
        run = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout)
    assert found["isolated"]
    assert "Stopped" in found["stopped"]
    assert found["kept"] == "kept + 1"
    assert found["problems"] == []
    assert host.missing == []
