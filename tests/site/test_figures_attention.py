"""The figures of attention in a real browser, against rnnlib at a hundred random settings each."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import rnnlib
from rnnlib.attention import Attention, softmax_jacobian
from rnnlib.figures.interactive import AttentionMap, FourPaths, four_paths
from tests.site.test_figures import EXTREMES, ROOM, WALK
from tests.site.widgets import SETTINGS, draw, move

pytestmark = pytest.mark.browser
WIDGETS = [FourPaths, AttentionMap]
STEPS = 60
VALUES = "() => JSON.parse(document.querySelector('.rnnfig').dataset.values)"


def by_rnnlib(alpha, w, lag, inputs):
    """Value, key, query and the whole: scores (h_T, 1) . (h_k, e_k), the e_k such that the weights are as asked."""
    cell = rnnlib.PlainCell(inputs=1, units=1, activation="linear")
    params = rnnlib.PlainParams(np.array([[float(w)]]), np.ones((1, 1)), np.zeros(1))
    tape = rnnlib.unroll(cell, params, np.array(inputs)[:, None, None])
    h, k = tape.h[1:, 0, 0], STEPS - 1 - lag
    weights = np.full(STEPS, (1 - alpha) / (STEPS - 1))
    weights[k] = alpha
    with np.errstate(divide="ignore"):
        e = np.maximum(np.log(weights), -800) - h[-1] * h
    source, query = np.stack([h, e], axis=1)[:, None], np.array([[[h[-1], 1.0]]])
    attention = Attention(units=2, keys="all")
    _, saved = attention.forward((), query, source)
    np.testing.assert_allclose(saved.alpha[0, 0], weights, atol=1e-12)
    paths = attention.backward((), saved, np.array([[[1.0, 0.0]]]))[1]
    last = np.zeros((STEPS, 1, 1))
    last[-1] = paths.query[..., :1]
    query_part = rnnlib.bptt(tape, last).delta.h[k + 1].item()
    whole = rnnlib.bptt(tape, paths.value[..., :1] + paths.key[..., :1] + last).delta.h[k + 1].item()
    return paths.value[k, 0, 0], paths.key[k, 0, 0], query_part, whole


def test_four_paths_are_those_of_rnnlib_and_add_up_to_the_gradient(mount):
    rng = np.random.default_rng(12)
    settings = [
        {"sliders": [draw(rng, -3, 0, 0.05), draw(rng, 0.5, 1.1, 0.01), draw(rng, 0, STEPS - 1, 1)]}
        for _ in range(SETTINGS)
    ]
    settings[0] = {"sliders": [0, 0.9, 30]}  # all weight on one step
    settings[1] = {"sliders": [-3, 1.1, 59]}
    settings[2] = {"sliders": [-1, 1.0, 0]}
    widget = FourPaths()
    for setting, got in zip(settings, move(mount(widget), settings), strict=True):
        alpha, w, lag = got["alpha"], got["w"], got["lag"]
        np.testing.assert_allclose(alpha, 10 ** setting["sliders"][0], rtol=0.05)
        assert [w, lag] == setting["sliders"][1:]
        *direct, whole = by_rnnlib(alpha, w, lag, widget.inputs)
        scale = max(abs(part) for part in got["parts"])
        np.testing.assert_allclose(got["parts"][:3], direct, rtol=1e-9, atol=1e-12 * scale)
        np.testing.assert_allclose(got["total"], whole, rtol=1e-9, atol=1e-12 * scale)
        np.testing.assert_allclose(sum(got["parts"]), whole, rtol=1e-9, atol=1e-12 * scale)
        if w < 1:
            np.testing.assert_allclose(w ** got["meets"], alpha, rtol=1e-12)


@pytest.mark.parametrize("lag", [0, 1, 40, 59])
def test_the_printed_paths_are_those_of_the_page(mount, lag):
    (got,) = move(mount(FourPaths()), [{"sliders": [-0.7, 0.9, lag]}])
    np.testing.assert_allclose(four_paths._paths(got["alpha"], 0.9, lag), got["parts"], rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_attention_map_has_the_weights_and_the_jacobian_of_rnnlib(mount, seed):
    rng = np.random.default_rng(seed)
    K = int(rng.integers(2, 14))
    keys, queries = (3 * rng.standard_normal((K, 2)) for _ in range(2))
    widget = AttentionMap(key_points=keys.tolist(), query_points=queries.tolist(), symbols=list("ABCDEFGHIJKLM"[:K]))
    settings = [{"sliders": [draw(rng, 0, K - 1, 1), draw(rng, -2, 2, 0.1)]} for _ in range(SETTINGS // 4)]
    attention = Attention(units=2, keys="all")
    for setting, got in zip(settings, move(mount(widget), settings), strict=True):
        step, power = setting["sliders"]
        query = np.array([[[got["x"], got["y"]]]])
        np.testing.assert_allclose(query[0, 0], queries[int(step)], atol=6e-4)
        np.testing.assert_allclose(got["sharpness"], 10**power, rtol=0.05)
        alpha = attention.forward((), query * got["sharpness"] / np.sqrt(2), keys[:, None])[1].alpha[0, 0]
        np.testing.assert_allclose(got["alpha"], alpha, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(got["jacobian"], np.linalg.norm(softmax_jacobian(alpha)), rtol=1e-6, atol=1e-7)
        entropy = -np.sum(alpha * np.log(np.where(alpha > 0, alpha, 1)))
        np.testing.assert_allclose(got["effective"], np.exp(entropy), rtol=1e-9)


def test_the_query_is_dragged_and_moved_by_keys(mount):
    page = mount(AttentionMap())
    grip = page.locator(".rnnfig-handle")
    box = grip.bounding_box()
    before = page.evaluate(VALUES)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2 + 40)
    page.mouse.up()
    dragged = page.evaluate(VALUES)
    assert dragged["x"] < before["x"] - 0.2
    assert dragged["y"] < before["y"] - 0.2
    grip.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    moved = page.evaluate(VALUES)
    np.testing.assert_allclose(moved["x"] - dragged["x"], 0.0248, atol=2e-3)
    np.testing.assert_allclose(moved["y"] - dragged["y"], 0.248, atol=2e-3)
    assert grip.get_attribute("aria-valuetext") == f"{moved['x']:.2f}, {moved['y']:.2f}".replace("-", "−")


@pytest.mark.parametrize("widget", WIDGETS)
def test_no_barrier_that_axe_can_find(mount, widget):
    found = Axe().run(mount(widget()), context=".rnnfig")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 800])
@pytest.mark.parametrize("widget", WIDGETS)
def test_nothing_spills_over_or_moves_at_the_ends_of_the_sliders(mount, widget, width):
    page = mount(widget(), width=width, reduced_motion="reduce")
    reserved, stage = page.evaluate(ROOM)
    for end in ("min", "value", "max"):
        page.evaluate(EXTREMES, end)
        spills, *heights = zip(*page.evaluate(WALK), strict=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert max(spills) <= 1
        assert [set(height) for height in heights] == [{reserved}, {stage}]
