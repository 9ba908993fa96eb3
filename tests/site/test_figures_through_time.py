"""The figures of chapters 1 and 2 and of the interludes, against rnnlib at a hundred random settings each."""

import json

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

import rnnlib
from rnnlib.figures.interactive import LandingCraft, PaddedStates, RecalledInput, ThreeChecks, TwoModes
from rnnlib.figures.interactive.recalled_input import networks
from rnnlib.forward_mode import forward_mode
from tests.site.widgets import SETTINGS, draw, move, speller

pytestmark = pytest.mark.browser
PRESS = """(times) => {
    for (let i = 0; i < times; i++) document.querySelector(".rnnfig button").click();
    return JSON.parse(document.querySelector(".rnnfig").dataset.values);
}"""
CHOOSE = """(choices) => {
    document.querySelectorAll(".rnnfig select").forEach((select, i) => {
        select.value = choices[i];
        select.dispatchEvent(new Event("change"));
    });
}"""


def test_padded_states_are_those_of_a_batch_with_and_without_its_mask(mount):
    rng = np.random.default_rng(21)
    settings = [
        {"sliders": [draw(rng, 0, 16, 1), draw(rng, 0, 1.6, 0.05), draw(rng, -0.5, 0.5, 0.05)], "choice": choice}
        for choice in rng.choice(["no", "yes"], SETTINGS).tolist()
    ]
    figure = PaddedStates()
    x = np.array(figure.x).T[..., None]
    for setting, got in zip(settings, move(mount(figure), settings), strict=True):
        pads, w, b = setting["sliders"]
        lengths = np.full(6, 20 - int(pads))
        mask = rnnlib.lengths_to_mask(lengths, 20)
        params = rnnlib.PlainParams(np.array([[w]]), np.array([[figure.u]]), np.array([b]))
        read = rnnlib.unroll(
            rnnlib.PlainCell(1, 1), params, x * mask[..., None], mask=mask if setting["choice"] == "yes" else None
        )
        np.testing.assert_allclose(np.array(got["h"]).T, read.h[..., 0], atol=1e-12)
        spread = read.h[-1].std() / read.h[20 - int(pads)].std()
        np.testing.assert_allclose(got["share"], spread, rtol=1e-6, atol=1e-12)  # a difference of equal states
        if got["one"]:
            rest = read.h[-1, 0, 0]
            for _ in range(5000):
                rest = np.tanh(w * rest + b)
            np.testing.assert_allclose(got["rate"], w * (1 - rest**2), atol=1e-6)


def test_a_masked_sequence_ends_where_it_ends_alone(mount):
    page = mount(PaddedStates(masked="yes", pads=9))
    got = json.loads(page.locator(".rnnfig").get_attribute("data-values"))
    assert [row[-1] for row in got["h"]] == [row[11] for row in got["h"]]


def test_the_craft_flies_as_rnnlib_does_and_its_thrust_ends_as_its_costate(mount):
    rng = np.random.default_rng(22)
    figure = LandingCraft()
    page, dt, T = mount(figure), 0.5, 20
    W, U = np.array([[1, dt], [0, 1]]), np.array([[dt**2 / 2], [dt]])
    plant, physics = rnnlib.PlainCell(1, 2, activation="linear"), rnnlib.PlainParams(W, U, -9.81 * U[:, 0])
    page.evaluate(PRESS, 3)
    settings = [{"sliders": [draw(rng, 40, 160, 5), draw(rng, -25, 10, 1), 4]} for _ in range(SETTINGS)]
    for setting, got in zip(settings, move(page, settings), strict=True):
        begin = np.array(setting["sliders"][:2], float)
        thrust = np.array(got["thrust"])
        tape = rnnlib.unroll(plant, physics, thrust[:, None, None], rnnlib.PlainState(begin[None]))
        dh = np.zeros((T, 1, 2))
        dh[-1] = 100 * tape.h[-1]
        back = rnnlib.bptt(tape, dh)
        np.testing.assert_allclose(got["h"], tape.h[:, 0], atol=1e-9)
        np.testing.assert_allclose(got["delta"], back.delta.h[:, 0], atol=1e-5)
        # The least cost, by linear algebra: it has no smaller one beside it, and thrust and costate are one.
        reach = np.column_stack([np.linalg.matrix_power(W, T - t) @ U for t in range(1, T + 1)])
        fall = np.linalg.matrix_power(W, T) @ begin - 9.81 * reach.sum(1)
        best = np.linalg.solve(dt * np.eye(T) + 100 * reach.T @ reach, -100 * reach.T @ fall)
        np.testing.assert_allclose(thrust, best, atol=1e-5)
        # The costate magnifies what rounding leaves at the landing by the weight on it, 100, and by T.
        np.testing.assert_allclose(got["asked"], best, atol=0.02)


def test_what_is_recalled_is_what_the_stationary_covariance_says(mount):
    figure = RecalledInput()
    page = mount(figure)
    for name, (W, u) in networks().items():
        C = solve_discrete_lyapunov(W, np.outer(u, u))
        for label in ("0.01", "0.1"):
            page.evaluate(CHOOSE, [name, label])
            got = move(page, [{"sliders": [lag]} for lag in range(48)])
            response = [np.linalg.matrix_power(W, k) @ u for k in range(48)]
            noisy = C + float(label) ** 2 * np.eye(24)
            theory = [a @ np.linalg.solve(noisy, a) for a in response]
            np.testing.assert_allclose([one["predicted"] for one in got], theory, atol=1e-4)
            np.testing.assert_allclose([one["measured"] for one in got], theory, atol=0.04)
            # The dots shown are a sample of those the share was measured on.
            errors = [np.mean(np.square(np.diff(one["pairs"]))) for one in got]
            assert np.mean(errors) == pytest.approx(1 - np.mean(theory), rel=0.15)


def test_both_modes_give_the_gradient_of_bptt_and_forward_mode_its_tangents(mount):
    rng = np.random.default_rng(23)
    figure = TwoModes()
    page = mount(figure)
    settings = [
        {"sliders": [draw(rng, 0, 1.5, 0.05), draw(rng, 2, 6, 1), draw(rng, 2, 128, 1)]} for _ in range(SETTINGS)
    ]
    for setting, got in zip(settings, move(page, settings), strict=True):
        gain, T, n = setting["sliders"][0], int(setting["sliders"][1]), int(setting["sliders"][2])
        W, U = gain * np.reshape(figure.W, (2, 2)), np.array(figure.U)[:, None]
        params = rnnlib.PlainParams(W, U, np.array(figure.b))
        tape = rnnlib.unroll(rnnlib.PlainCell(1, 2), params, np.array(figure.x[:T])[:, None, None])
        dh = np.zeros((T, 1, 2))
        dh[-1] = tape.h[-1] - figure.y
        grads = rnnlib.bptt(tape, dh)
        flat = np.concatenate([np.ravel(part) for part in grads.params])
        np.testing.assert_allclose(got["reverse"], flat, atol=1e-12)
        np.testing.assert_allclose(got["forward"], flat, atol=1e-12)
        np.testing.assert_allclose(got["delta"], grads.delta.h[:, 0], atol=1e-12)
        for i, tangents in enumerate(got["tangents"]):
            e = np.eye(8)[i]
            direction = rnnlib.PlainParams(e[:4].reshape(2, 2), e[4:6, None], e[6:])
            np.testing.assert_allclose(tangents, forward_mode(tape, direction)[:, 0], atol=1e-12)
        cell = rnnlib.PlainCell(inputs=1, units=n)
        count = sum(array.size for array in cell.init(rng))
        assert got["N"] == count
        # Multiplications, counted product by product: W h', W' h and U' x in each sweep; W h and U x, then each twice.
        assert got["costs"] == {"forward": count * T * (n * n + n * n + n), "reverse": T * (n * n + n) * 3}


def test_each_sweep_forward_fills_one_entry(mount):
    page = mount(TwoModes())
    for sweep in range(1, 9):
        got = page.evaluate(PRESS, 1)
        assert got["at"] == sweep
        assert f"{sweep} of 8" in page.locator(".rnnfig svg").text_content()
    page.evaluate(CHOOSE, ["reverse"])
    assert page.evaluate(PRESS, 1)["at"] == 1
    assert "8 of 8" in page.locator(".rnnfig svg").text_content()


NOTICED = {
    "none": set(),
    "order": {"central", "complex", "forward", "autograd"},
    "last": {"central", "complex", "forward", "autograd"},
    "local": {"central", "complex", "autograd"},
    "pass": {"autograd"},
}


def test_each_mistake_is_noticed_by_the_checks_that_do_not_share_it(mount):
    page = mount(ThreeChecks())
    for mistake, noticed in NOTICED.items():
        page.evaluate(CHOOSE, [mistake, "double"])
        got = move(page, [{"sliders": [power]} for power in (-5, -14, -1)])
        assert {name for name in ("central", "complex", "forward", "autograd") if got[0][name] > 1e-4} == noticed
        assert page.locator(".rnnfig-readout").inner_text()
        if mistake == "none":
            # The right arm of the V is the truncation that was predicted; the left, at most the rounding that was.
            assert got[2]["central"] == pytest.approx(got[2]["predicted"], rel=0.2)
            assert got[1]["predicted"] / 30 < got[1]["central"] < 2 * got[1]["predicted"]
            page.evaluate(CHOOSE, [mistake, "single"])
            (single,) = move(page, [{"sliders": [-5]}])
            assert single["central"] > 1e-4 > 1e6 * got[0]["central"] / 1e6
            assert "false alarm" in page.locator(".rnnfig-readout").inner_text()


def test_the_speller_shows_what_its_model_wrote_and_how_sure_it_was(mount):
    figure = speller()
    page = mount(figure)
    for at, (said, following) in enumerate(zip(figure.texts, figure.following, strict=True)):
        for temperature in said:
            (got,) = move(page, [{"sliders": [at], "choice": temperature}])
            text, p = said[temperature]["text"], said[temperature]["p"]
            assert (got["text"], got["p"]) == (text, p)
            shown = "".join(page.locator("text.rnnfig-mono").all_text_contents())
            assert text.replace(" ", "") in shown.replace("\N{NO-BREAK SPACE}", "").replace("␣", "")
            assert got["likely"][0][0] == max(following)
            assert figure.alphabet[int(np.argmax(following))] == got["likely"][0][1]
    greedy = [said["0.0"] for said in figure.texts]
    assert all(min(one["p"][3:]) >= 25 for one in greedy), "the likeliest of four symbols has a quarter at least"
