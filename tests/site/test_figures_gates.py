"""The figures of chapter 7 in a real browser, against rnnlib at a hundred random settings each."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import rnnlib
from rnnlib.figures.interactive import GateBoard
from tests.site.test_figures import stays_put_under_any_choice
from tests.site.widgets import SETTINGS, draw, move

pytestmark = pytest.mark.browser
T = 30


def logit(gate):
    with np.errstate(divide="ignore"):
        return np.clip(np.log(gate) - np.log(1 - np.asarray(gate)), -800, 800)


def lstm(f, i, o, w, u):
    """The tape of one unit whose gates come in as inputs, and the adjoints of its last h."""
    x = np.stack([logit(f), logit(i), logit(o), np.asarray(u)], axis=1)[:, None]
    zero, rows = np.zeros((1, 1)), [np.eye(4)[k : k + 1] for k in range(4)]
    params = rnnlib.LSTMParams(
        zero, rows[0], zero[0], zero, rows[1], zero[0], zero, rows[2], zero[0], np.full((1, 1), w), rows[3], zero[0]
    )
    tape = rnnlib.unroll(rnnlib.LSTMCell(4, 1), params, x)
    dh = np.zeros((T, 1, 1))
    dh[-1] = 1
    return tape, rnnlib.bptt(tape, dh).delta


def test_gate_board_holds_and_passes_what_an_lstm_of_rnnlib_does(mount):
    rng = np.random.default_rng(0)
    places = rng.choice(["this", "on", "all"], SETTINGS).tolist()
    settings = [
        {
            "sliders": [draw(rng, 1, T, 1), *(draw(rng, 0, 1, 0.01) for _ in range(3)), draw(rng, -2, 2, 0.05)],
            "choice": place,
        }
        for place in places
    ]
    board = GateBoard()
    gates = {name: np.array(getattr(board, name)) for name in "fio"}
    where = "this"
    for setting, got in zip(settings, move(mount(board), settings), strict=True):
        step, *values, w = setting["sliders"]
        first, last = {"this": (step - 1, step), "on": (step - 1, T), "all": (0, T)}[where]
        for name, value in zip("fio", values):
            gates[name][int(first) : int(last)] = value
            np.testing.assert_array_equal(got[name], gates[name])
        where = setting["choice"]
        tape, delta = lstm(**gates, w=w, u=got["u"])
        c, h = (np.ravel(part) for part in tape.states[::-1])
        np.testing.assert_allclose(got["c"], c, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(got["h"], h, rtol=1e-9, atol=1e-12)
        shown = np.append(0, gates["o"]) * (1 - np.tanh(c) ** 2)
        np.testing.assert_allclose(got["whole"], delta.c[:, 0, 0] + delta.h[:, 0, 0] * shown, rtol=1e-8, atol=1e-14)
        # Along the carousel: the last step's own factor, and every forget gate behind it.
        after = np.append(np.cumprod(gates["f"][::-1])[::-1], 1)
        np.testing.assert_allclose(got["carousel"], shown[-1] * after, rtol=1e-9, atol=1e-300)
        written = gates["i"][0] * np.tanh(got["u"][0])
        np.testing.assert_allclose(got["left"], written * np.prod(gates["f"][1:]), rtol=1e-9, atol=1e-300)


def test_gate_board_begins_by_writing_once_and_holding(mount):
    page = mount(GateBoard())
    values = "() => JSON.parse(document.querySelector('.rnnfig').dataset.values)"
    got = page.evaluate(values)
    assert got["left"] == got["first"] > 0.9
    np.testing.assert_allclose(got["carousel"], got["carousel"][T])
    page.get_by_role("button", name="Forget once").click()
    assert page.evaluate(values)["left"] == 0
    page.get_by_role("button", name="Write and hold").click()
    assert page.evaluate(values)["left"] == got["left"]


def test_a_bar_is_set_where_it_is_pressed_and_no_other(mount):
    page = mount(GateBoard())
    values = "() => JSON.parse(document.querySelector('.rnnfig').dataset.values)"
    before = page.evaluate(values)
    bars = page.locator(".rnnfig svg rect.muted-fill:not(.soft), .rnnfig svg rect.blue-fill")
    tallest = bars.nth(3).bounding_box()  # the forget gate of step 4, which is open
    page.mouse.click(tallest["x"] + tallest["width"] / 2, tallest["y"] + tallest["height"] * 0.6)
    after = page.evaluate(values)
    assert after["step"] == 4
    assert after["f"][3] == pytest.approx(0.4, abs=0.1)
    assert after["f"][:3] + after["f"][4:] == before["f"][:3] + before["f"][4:]
    assert (after["i"], after["o"]) == (before["i"], before["o"])


def test_no_barrier_that_axe_can_find(mount):
    found = Axe().run(mount(GateBoard()), context=".rnnfig")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_spills_over_or_moves_under_any_choice(mount, width):
    page = mount(GateBoard(), width=width, reduced_motion="reduce")
    stays_put_under_any_choice(page, width)
