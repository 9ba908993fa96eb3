"""The interactive figures in a real browser: mounted by the site's own host script on an otherwise blank page.

What they compute in JavaScript is compared with rnnlib at a hundred random settings each, made with their own sliders.
"""

import json

import matplotlib
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import rnnlib
from rnnlib import figures
from rnnlib.figures.interactive import (
    ChunkReach,
    ClippedDescent,
    DraggedEigenvalues,
    GateBoard,
    GradientMap,
    LandingCraft,
    LossCliff,
    MessageInTime,
    PaddedStates,
    ProductSpectrum,
    RecalledInput,
    TelephoneGame,
    ThreeChecks,
    TwoModes,
    UnrolledNetwork,
    WhisperingChain,
    WindowOrState,
)
from tests.site.widgets import SETTINGS, draw, move, speller

pytestmark = pytest.mark.browser
WIDGETS = [
    UnrolledNetwork,
    WhisperingChain,
    MessageInTime,
    WindowOrState,
    DraggedEigenvalues,
    LossCliff,
    ClippedDescent,
    GradientMap,
    TelephoneGame,
    ChunkReach,
    GateBoard,
    PaddedStates,
    RecalledInput,
    LandingCraft,
    TwoModes,
    ThreeChecks,
    ProductSpectrum,
    speller,
]

# The farthest any text of the drawing reaches outside it, in pixels, and the heights of figure and drawing, at
# every step of a walk (the only one, where there is none).
WALK = """() => {
    const root = document.querySelector(".rnnfig"), stage = root.querySelector(".rnnfig-stage");
    const frame = stage.getBoundingClientRect(), buttons = [...root.querySelectorAll("button")];
    const beyond = (text) => {
        const box = text.getBoundingClientRect();
        return Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
    };
    const look = () => {
        const texts = [...stage.querySelectorAll("text")].filter((text) => text.textContent);
        return [Math.max(...texts.map(beyond)), root.offsetHeight, stage.offsetHeight];
    };
    buttons.find((button) => button.textContent === "Reset")?.click();
    const next = buttons.find((button) => button.ariaDisabled), looks = [look()];
    while (next?.ariaDisabled === "false") {
        next.click();
        looks.push(look());
    }
    return looks;
}"""
HEARD = """() => {
    const root = document.querySelector(".rnnfig");
    return [root.querySelector("svg").getAttribute("aria-label"), root.innerText, root.dataset.values];
}"""
NAMED = "control => Boolean(control.labels?.[0]?.innerText || control.ariaLabel || control.innerText)"
ROOM = """() => {
    const root = document.querySelector(".rnnfig");
    return [parseFloat(getComputedStyle(root).minHeight), root.querySelector(".rnnfig-stage").offsetHeight];
}"""
EXTREMES = """end => document.querySelectorAll(".rnnfig input").forEach((input) => {
    input.value = input[end];
    input.dispatchEvent(new Event("input"));
})"""


def stays_put_under_any_choice(page, width):
    """Whatever is chosen, with the sliders at their ends: nothing is wider than the page or moves."""
    reserved, stage = page.evaluate(ROOM)
    select = page.locator(".rnnfig select")
    for option in select.locator("option").all():
        select.select_option(option.get_attribute("value"))
        for end in ("min", "value", "max"):
            page.evaluate(EXTREMES, end)
            spills, *heights = zip(*page.evaluate(WALK), strict=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert max(spills) <= 1
            assert [set(height) for height in heights] == [{reserved}, {stage}]


def plain(w, u=0.0, activation="linear"):
    """A plain cell of one unit and its weights."""
    cell = rnnlib.PlainCell(inputs=1, units=1, activation=activation)
    return cell, rnnlib.PlainParams(np.array([[w]]), np.array([[u]]), np.zeros(1))


def test_unrolled_network_computes_what_rnnlib_computes(mount):
    rng = np.random.default_rng(1)
    x, target = rng.uniform(-1, 1, 6).tolist(), rng.uniform(-1, 1, 6).tolist()
    settings = [
        {"sliders": [*(draw(rng, -1.5, 1.5, 0.05) for _ in "wuv"), draw(rng, 2, 6, 1)], "choice": choice}
        for choice in rng.choice(["last", "every"], SETTINGS).tolist()
    ]
    for setting, got in zip(settings, move(mount(UnrolledNetwork(x=x, target=target)), settings), strict=True):
        w, u, v, T = setting["sliders"]
        T, every = int(T), setting["choice"] == "every"
        assert (got["w"], got["u"], got["v"], got["T"], got["loss"]) == (w, u, v, T, setting["choice"])
        tape = rnnlib.unroll(*plain(w, u, "tanh"), np.array(x[:T]).reshape(T, 1, 1))
        counts = np.arange(1, T + 1).reshape(T, 1) >= (1 if every else T)
        loss, dy = rnnlib.losses.squared_error(v * tape.h[1:], np.array(target[:T]).reshape(T, 1, 1), counts)
        grads = rnnlib.bptt(tape, v * dy * counts.sum())
        np.testing.assert_allclose(got["h"], tape.h.ravel(), atol=1e-12)
        np.testing.assert_allclose(got["total"], loss * counts.sum(), atol=1e-12)
        np.testing.assert_allclose(got["delta"][1 : T + 1], grads.delta.h[1:].ravel(), atol=1e-12)
        np.testing.assert_allclose(got["message"][0], grads.delta.h[0].item(), atol=1e-12)
        np.testing.assert_allclose(got["dw"], grads.params.W.item(), atol=1e-12)


def test_whispering_chain_adds_up_as_bptt_does(mount):
    rng = np.random.default_rng(2)
    settings = [
        {"sliders": [*(draw(rng, -1, 1, 0.1) for _ in range(8)), draw(rng, -1.5, 1.5, 0.05), draw(rng, 0, 1, 0.05)]}
        for _ in range(SETTINGS)
    ]
    for setting, got in zip(settings, move(mount(WhisperingChain()), settings), strict=True):
        *local, w, slope = setting["sliders"]
        assert got["local"] == local
        tape = rnnlib.unroll(*plain(w * slope), np.zeros((8, 1, 1)))
        delta = rnnlib.bptt(tape, np.array(local).reshape(8, 1, 1)).delta.h
        np.testing.assert_allclose(got["delta"], delta[1:].ravel(), atol=1e-12)


DRAG = """rhos => rhos.map((rho) => {
    const grip = document.querySelector(".rnnfig [role=slider]"), now = () => Number(grip.ariaValueNow);
    for (let presses = 0; Math.abs(now() - rho) > 1e-9 && presses < 100; presses++) {
        const [key, shiftKey] = [now() < rho ? "ArrowUp" : "ArrowDown", Math.abs(now() - rho) > 0.0999];
        grip.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey }));
    }
    return JSON.parse(document.querySelector(".rnnfig").dataset.values);
})"""


def test_message_in_time_is_as_strong_as_the_gradient_of_a_linear_unit(mount):
    rng = np.random.default_rng(3)
    rhos = [draw(rng, 0.7, 1.3, 0.01) for _ in range(SETTINGS)]
    dh = np.zeros((30, 1, 1))
    dh[-1] = 1
    for rho, got in zip(rhos, mount(MessageInTime()).evaluate(DRAG, rhos), strict=True):
        assert got["rho"] == rho
        tape = rnnlib.unroll(*plain(rho), np.zeros((30, 1, 1)))
        delta = rnnlib.bptt(tape, dh).delta.h
        np.testing.assert_allclose(got["strength"], delta[:0:-1].ravel(), rtol=1e-12)


def test_the_far_end_of_the_message_is_dragged(mount):
    page = mount(MessageInTime(), reduced_motion="reduce")
    grip = page.locator(".rnnfig [role=slider]").bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60)
    page.mouse.up()
    values = json.loads(page.locator(".rnnfig").get_attribute("data-values"))
    assert values["rho"] > 1
    moved = page.locator(".rnnfig [role=slider]").bounding_box()
    assert moved["y"] + moved["height"] / 2 == pytest.approx(y - 60, abs=3)


def test_window_or_state_counts_the_parameters_rnnlib_makes(mount):
    rng = np.random.default_rng(4)
    settings = [{"sliders": [draw(rng, 1, 300, 1), draw(rng, 1, 300, 1)]} for _ in range(SETTINGS)]
    recurrent = sum(array.size for array in rnnlib.PlainCell(inputs=3, units=16).init(rng))
    for setting, got in zip(settings, move(mount(WindowOrState(units=16, inputs=3)), settings), strict=True):
        width, age = map(int, setting["sliders"])
        layer = rnnlib.readouts.LinearReadout(units=3 * width, outputs=16).init(rng)
        assert got["windowed"] == sum(array.size for array in layer)
        assert got["recurrent"] == recurrent
        assert got["sees"] == (age in range(width + 1))


@pytest.mark.parametrize("widget", WIDGETS)
def test_every_control_is_reached_and_worked_by_keyboard(mount, widget):
    page = mount(widget(), reduced_motion="reduce")
    controls = page.locator(".rnnfig :is(button, input, select, [role=slider])")
    for i in range(controls.count()):
        page.keyboard.press("Tab")
        focused = controls.nth(i)
        assert focused.evaluate("control => control === document.activeElement")
        assert focused.evaluate(NAMED)
        if focused.get_attribute("aria-disabled") == "true":
            continue
        before = page.evaluate(HEARD), focused.evaluate("control => control.value")
        keys = {"button": "Enter", "select": "ArrowDown", "input": "ArrowLeft", "div": "ArrowLeft"}
        at_its_least = focused.evaluate("control => control.localName === 'input' && control.value === control.min")
        page.keyboard.press("ArrowRight" if at_its_least else keys[focused.evaluate("control => control.localName")])
        assert (page.evaluate(HEARD), focused.evaluate("control => control.value")) != before


@pytest.mark.parametrize("widget", [UnrolledNetwork, WhisperingChain])
def test_stepping_changes_words_picture_and_label_together(mount, widget):
    page = mount(widget())
    heard = set()
    forward = page.locator(".rnnfig button").first
    while forward.get_attribute("aria-disabled") == "false":
        forward.click()
        words = page.locator(".rnnfig-readout").inner_text()
        assert page.locator(".rnnfig svg").get_attribute("aria-label").endswith(words)
        heard.add(words)
    assert len(heard) == json.loads(page.locator(".rnnfig").get_attribute("data-values"))["at"]
    assert page.locator(".rnnfig-readout").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("width", [360, 800])
def test_each_local_error_is_set_below_its_step(mount, width):
    page = mount(WhisperingChain(), width=width)
    middles = page.evaluate(
        """() => ["label input", "text.middle"].map((name) =>
          [...document.querySelectorAll(`.rnnfig ${name}`)]
            .filter((one) => one.closest(".rnnfig-mixer") || /^(step )?\\d$/.test(one.textContent))
            .map((one) => { const box = one.getBoundingClientRect(); return (box.left + box.right) / 2; }))"""
    )
    sliders, steps = middles
    assert len(sliders) == 8
    np.testing.assert_allclose(sliders, steps, atol=2)


@pytest.mark.parametrize("width", [360, 800])
@pytest.mark.parametrize("widget", WIDGETS)
def test_nothing_spills_over_or_moves_at_any_width_setting_or_step(mount, widget, width):
    page = mount(widget(), width=width, reduced_motion="reduce")
    reserved, stage = page.evaluate(ROOM)
    for end in ("value", "min", "max"):
        page.evaluate(EXTREMES, end)
        spills, *heights = zip(*page.evaluate(WALK), strict=True)
        assert len(spills) > 1 or widget not in (UnrolledNetwork, WhisperingChain)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert max(spills) <= 1
        assert [set(height) for height in heights] == [{reserved}, {stage}]


# Put the figure farther down; an observer that comes after its own has seen whether it is still in sight.
AWAY = """([margin, inSight]) => new Promise((seen) => {
    document.querySelector(".rnnfig").style.marginTop = margin;
    const own = new IntersectionObserver((entries) => {
        if (entries.at(-1).isIntersecting !== inSight) return;
        own.disconnect();
        seen();
    });
    own.observe(document.querySelector(".rnnfig-stage"));
})"""


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_the_message_moves_only_for_those_who_like_motion_and_comes_to_rest(mount, motion, moves):
    page = mount(MessageInTime(), clock=True, reduced_motion=motion)
    player, svg = page.locator(".rnnfig button").first, page.locator(".rnnfig svg")

    def moving():
        before = svg.inner_html()
        page.clock.run_for(250)
        return svg.inner_html() != before

    page.clock.run_for(200)
    assert player.inner_text() == ("Pause" if moves else "Play")
    assert moving() == moves
    page.clock.run_for(12_000)  # three messages, 2.1 seconds apart, each at most 5.3 seconds on its way
    assert (player.inner_text(), moving()) == ("Play", False)
    player.click()
    assert (player.inner_text(), moving()) == ("Pause", True)
    page.evaluate(AWAY, ["3000px", False])
    assert not moving()
    page.evaluate(AWAY, ["0", True])
    assert moving()
    player.click()
    assert (player.inner_text(), moving()) == ("Play", False)


@pytest.mark.parametrize("widget", WIDGETS)
def test_mounting_takes_a_moment(mount, widget, record_property):
    page = mount(widget())
    record_property("mounted_ms", page.evaluate("performance.now()"))


@pytest.mark.parametrize(("screen", "scrolls"), [(360, True), (800, False)])
def test_a_still_scrolls_in_its_box_where_it_would_be_too_small_to_read(browser, screen, scrolls):
    with matplotlib.rc_context():
        figures.use_style()
        fig, _ = figures.subplots()
        still = figures.show(fig, alt="An empty pair of axes.")
    bundle = still._repr_mimebundle_()
    with browser.new_context(viewport={"width": screen, "height": 900}) as context:
        page = context.new_page()
        head = '<!doctype html><html lang="en"><title>still</title>'
        page.set_content(f"{head}<main><h1>Still</h1>{bundle['text/html']}</main>")
        assert page.evaluate("document.documentElement.scrollWidth") == screen
        assert page.locator("svg").bounding_box()["width"] >= 480
        box = page.locator(".rnnstill-box")
        assert box.evaluate("box => box.scrollWidth > box.clientWidth") == scrolls
        assert box.evaluate("box => box.scrollHeight == box.clientHeight")
        if scrolls:
            page.keyboard.press("Tab")
            page.keyboard.press("ArrowRight")
            page.wait_for_function("document.activeElement.scrollLeft > 0")
        assert Axe().run(page).violations_count == 0
