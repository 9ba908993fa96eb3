"""The figures of vanishing and truncation in a real browser, against rnnlib at a hundred random settings each."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

import rnnlib
from rnnlib.figures import palette
from rnnlib.figures.interactive import ChunkReach, GradientMap, TelephoneGame, chunk_reach
from tests.site.test_figures import stays_put_under_any_choice
from tests.site.test_figures_explosion import PIXELS
from tests.site.widgets import SETTINGS, draw, move

pytestmark = pytest.mark.browser
WIDGETS = [GradientMap, TelephoneGame, ChunkReach]
LAGS, SETTLING = 30, 40


def network(rho, s, loud):
    """The tape of the map's network, each of its 48 unit vectors a sequence of the batch, and its inputs' spreads."""
    n, rng = 48, np.random.default_rng(0)
    params = rnnlib.PlainParams(rho * rnnlib.initialisers.orthogonal(rng, (n, n)), np.eye(n), np.zeros(n))
    spread = np.full(SETTLING + LAGS, s if loud == "always" else 0.1)
    spread[SETTLING + 10 : SETTLING + 15] = s
    x = rng.standard_normal((SETTLING + LAGS, 1, n)) * spread[:, None, None]
    cell = rnnlib.PlainCell(inputs=n, units=n)
    return rnnlib.unroll(cell, params, np.repeat(x, n, axis=1)), spread


def sizes(tape, t):
    """Decimal logarithm of the root mean square of what step t's gradient is multiplied by, at steps 0 to t - 1."""
    dh = np.zeros((SETTLING + t, 48, 48))
    dh[-1] = np.eye(48)
    delta = rnnlib.bptt(tape.span(0, SETTLING + t), dh).delta.h
    return np.log10(np.linalg.norm(delta[SETTLING:-1], axis=(1, 2)) / np.sqrt(48))


def mean_field(rho, spread):
    """Growth of a gradient a step, in nats, at every step, from a state of zero on."""
    z = np.linspace(-9, 9, 4001)
    bell = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    q, rates = 0.0, []
    for s in spread:
        q = rho**2 * (bell @ np.tanh(np.sqrt(q) * z) ** 2) + s**2
        rates.append(np.log(rho) + np.log(bell @ np.cosh(np.sqrt(q) * z) ** -4) / 2)
    return np.array(rates)


@pytest.mark.parametrize("t", [30, 14, 2, 1])
def test_gradient_map_has_the_gradients_of_rnnlib_and_the_rates_of_mean_field_theory(mount, t):
    rng = np.random.default_rng(t)
    settings = [
        {"sliders": [draw(rng, 0.6, 1.4, 0.1), draw(rng, 0, 6, 1)], "choice": choice}
        for choice in rng.choice(["always", "once"], SETTINGS // 4).tolist()
    ]
    for setting, got in zip(settings, move(mount(GradientMap(t=t, k=0)), settings), strict=True):
        rho, power = setting["sliders"]
        assert (got["rho"], got["s"], got["t"]) == (rho, 0.05 * 2**power, t)
        tape, spread = network(rho, got["s"], setting["choice"])
        assert np.abs(got["measured"] - np.clip(sizes(tape, t), -6, None)).max() <= 0.015 + 1e-9
        rates = mean_field(rho, spread)[SETTLING:]
        np.testing.assert_allclose(got["rates"], rates, rtol=1e-7, atol=1e-12)
        expected = np.cumsum(rates[:t][::-1])[::-1] / np.log(10)
        np.testing.assert_allclose(got["predicted"], expected, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(("rho", "s", "loud"), [(1.0, 0.8, "always"), (1.1, 3.2, "once"), (0.6, 0.05, "always")])
def test_every_cell_of_the_map_has_the_colour_of_its_gradient(mount, rho, s, loud):
    house = LinearSegmentedColormap.from_list("house", palette.SEQUENTIAL)
    (drawn,) = mount(GradientMap(rho=rho, s=s, loud=loud)).evaluate(PIXELS)
    rows, columns = drawn["rows"], drawn["columns"]
    pixels = np.reshape(drawn["pixels"], (rows, columns, 4))
    tape, _ = network(rho, s, loud)
    middles = ((np.arange(LAGS + 1) + 0.5) / (LAGS + 1) * columns).astype(int)
    for t in range(LAGS + 1):
        column = pixels[:, middles[t]][middles[::-1]]
        assert np.all(column[t:, 3] == 0)  # no gradient goes to later steps
        if t:
            expected = house((np.clip(sizes(tape, t), -6, None) + 6) / 7, bytes=True)[:, :3]
            assert np.all(column[:t, 3] == 255)
            assert np.abs(column[:t, :3] - expected.astype(int)).max() <= 4


def test_the_point_of_the_map_is_moved_and_stays_among_the_pairs_that_there_are(mount):
    page = mount(GradientMap())
    values = "() => JSON.parse(document.querySelector('.rnnfig').dataset.values)"
    where = lambda: (page.evaluate(values)["t"], page.evaluate(values)["k"])  # noqa: E731
    grip = page.locator(".rnnfig-handle")
    grip.focus()
    expected = {"ArrowRight": (30, 10), "ArrowUp": (30, 11), "ArrowLeft": (29, 11), "ArrowDown": (29, 10)}
    for key, place in expected.items():
        page.keyboard.press(key)
        assert where() == place
        assert grip.get_attribute("aria-valuetext") == f"t = {place[0]}, k = {place[1]}"
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
    assert where() == (29, 28)
    box, canvas = grip.bounding_box(), page.locator("canvas").bounding_box()
    cell = canvas["width"] / (LAGS + 1)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 9 * cell, y + 20 * cell)
    page.mouse.up()
    assert where() == (20, 8)


def test_telephone_game_hands_on_and_adds_up_in_single_precision_as_numpy_does(mount):
    rng = np.random.default_rng(8)
    settings = [
        {"sliders": [draw(rng, 0, 1.5, 0.01), draw(rng, 0, 1, 0.01), draw(rng, -3, 3, 0.1), draw(rng, 0, 120, 1)]}
        for _ in range(SETTINGS)
    ]
    settings[0] = {"sliders": [1.5, 0.5, 0, 40]}  # the sum's limit is a power of two
    settings[1] = {"sliders": [1, 1, 0, 40]}
    cell, dh = rnnlib.PlainCell(inputs=1, units=1, activation="linear"), np.zeros((120, 1, 1), np.float32)
    dh[-1] = 1
    compared = 0
    for setting, got in zip(settings, move(mount(TelephoneGame()), settings), strict=True):
        factor = setting["sliders"][0] * setting["sliders"][1]
        one = np.ones((1, 1), np.float32)
        params = rnnlib.PlainParams(np.float32(factor) * one, (1 - np.float32(factor)) * one, np.zeros(1, np.float32))
        # With this input every state is 1, so that the gradient of the weight is the sum of the messages.
        tape = rnnlib.unroll(cell, params, np.ones((120, 1, 1), np.float32), rnnlib.PlainState(one))
        grads = rnnlib.bptt(tape, dh)
        messages = grads.delta.h[::-1, 0, 0]
        np.testing.assert_array_equal(np.float32(got["messages"]), messages)
        sums = np.add.accumulate(messages)
        np.testing.assert_array_equal(np.float32(got["sums"]), sums)
        np.testing.assert_allclose(got["sums"][119], grads.params.W.item(), rtol=1e-5)
        unchanged = np.flatnonzero(np.diff(sums) == 0)
        assert got["lost"] == (unchanged[0] + 1 if unchanged.size else None)
        if 0 < factor < 1:
            floor = np.spacing(np.float32(1 / (1 - factor))) / 2
            np.testing.assert_allclose(got["predicted"], np.log(float(floor)) / np.log(factor), rtol=1e-12)
            if got["predicted"] < 100:
                compared += 1
                assert -1 <= got["lost"] - got["predicted"] <= 4
        else:
            assert got["predicted"] == (1 if factor == 0 else None)
    assert compared > SETTINGS / 2


def test_telephone_game_hears_the_errors_of_others_as_bptt_adds_them(mount):
    rng = np.random.default_rng(9)
    settings = [
        {
            "sliders": [draw(rng, 0, 1.5, 0.01), draw(rng, 0, 1, 0.01), draw(rng, -3, 3, 0.1), draw(rng, 0, 120, 1)],
            "choice": "noise",
        }
        for _ in range(SETTINGS)
    ]
    figure = TelephoneGame()
    x = 2026
    drawn = np.array([x := x * 48271 % (2**31 - 1) for _ in range(2 * 64 * 120)]) / (2**31 - 1)
    errors = (np.sqrt(-2 * np.log(drawn[::2])) * np.cos(2 * np.pi * drawn[1::2])).reshape(64, 120)
    assert abs(errors.mean()) < 0.03
    assert abs(errors.std() - 1) < 0.03
    cell, dh = rnnlib.PlainCell(inputs=1, units=1, activation="linear"), np.zeros((121, 64, 1))
    dh[:-1, :, 0] = 0.01 * errors.T[::-1]
    dh[-1] = 1
    ratios = []
    for setting, got in zip(settings, move(mount(figure), settings), strict=True):
        factor = setting["sliders"][0] * setting["sliders"][1]
        params = rnnlib.PlainParams(np.full((1, 1), factor), np.zeros((1, 1)), np.zeros(1))
        heard = rnnlib.bptt(rnnlib.unroll(cell, params, np.zeros((121, 64, 1))), dh).delta.h[:0:-1, :, 0]
        messages = factor ** np.arange(121.0)
        np.testing.assert_allclose(got["messages"], messages, rtol=1e-12, atol=1e-300)
        rms = np.sqrt(((heard - messages[:, None]) ** 2).mean(axis=1))
        np.testing.assert_allclose(got["rms"], rms, rtol=1e-9, atol=1e-12 * messages.max())
        assert got["right"] == (heard > 0).sum(axis=1).tolist()
        below = np.flatnonzero(messages[1:] <= rms[1:])
        assert got["lost"] == (below[0] + 1 if below.size else None)
        if 0.3 < factor < 0.95:
            expected = np.log(0.01 / np.sqrt(1 - factor**2)) / np.log(factor)
            np.testing.assert_allclose(got["predicted"], expected, rtol=1e-12)
            ratios.append(got["lost"] / expected)
    assert 0.9 < np.mean(ratios) < 1.1


def reached(k, every, T):
    """Whether the truncated gradient of the loss of each step (column) has a part for each input (row)."""
    cell = rnnlib.PlainCell(inputs=1, units=1, activation="linear")
    params = rnnlib.PlainParams(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1))
    parts = np.zeros((T, T))
    one_each = np.eye(T)[..., None]
    for chunk in rnnlib.truncated_bptt(cell, params, np.zeros((T, T, 1)), lambda h, span: one_each[span], k, every):
        window = slice(chunk.span.stop - len(chunk.tape.x), chunk.span.stop)
        parts[window] += chunk.grads.x[..., 0]
    assert set(np.unique(parts)) <= {0, 1}
    return parts == 1


def test_chunk_reach_cuts_the_gradients_that_truncation_cuts(mount):
    rng = np.random.default_rng(10)
    settings = [
        {"sliders": [draw(rng, 1, 40, 1), draw(rng, 1, 40, 1), draw(rng, 0.5, 1, 0.05)], "choice": choice}
        for choice in rng.choice(["chunks", "half", "step"], SETTINGS).tolist()
    ]
    for setting, got in zip(settings, move(mount(ChunkReach()), settings), strict=True):
        k, lag = map(int, setting["sliders"][:2])
        every = {"chunks": k, "half": (k + 1) // 2, "step": 1}[setting["choice"]]
        assert (got["k"], got["lag"], got["every"]) == (k, lag, every)
        parts = reached(k, every, 60)
        assert got["visible"][:lag] == [False] * lag
        assert got["visible"][lag:] == np.diagonal(parts, lag).tolist()
        T = every * (-(-(k + 40) // every) + 1)
        last = reached(k, every, T)
        shares = [np.diagonal(last, j)[-every:].mean() for j in range(41)]
        np.testing.assert_allclose(got["shares"], shares, atol=1e-12)
        np.testing.assert_allclose(got["shares"], np.clip((k - np.arange(41)) / every, 0, 1), atol=1e-12)


def dots(figure, mark):
    """The points that a figure's still draws with ``mark``, curve by curve."""
    ax = Figure().subplots()
    figure.still(ax)
    return [line.get_xydata() for line in ax.lines if line.get_marker() == mark]


@pytest.mark.parametrize(("k", "cut", "every"), [(20, "chunks", 20), (7, "half", 4), (13, "step", 1)])
def test_the_still_of_chunk_reach_runs_truncated_backpropagation(monkeypatch, k, cut, every):
    ((*_, seen),) = (np.transpose(points) for points in dots(ChunkReach(k=k, cut=cut), "o"))
    np.testing.assert_allclose(seen, 100 * np.clip((k - np.arange(41)) / every, 0, 1), atol=1e-9)
    monkeypatch.setattr(chunk_reach, "truncated_bptt", lambda *_: iter(()))
    ((*_, seen),) = (np.transpose(points) for points in dots(ChunkReach(k=k, cut=cut), "o"))
    assert not seen.any()


def test_the_still_of_the_telephone_game_stops_where_single_precision_adds_no_more():
    for factor, heard in zip((0.95, 0.85, 0.7), dots(TelephoneGame(), "o"), strict=True):
        message, total, lost = np.float32(1), np.float32(1), 121
        for lag in range(1, 121):
            message *= np.float32(factor)
            if total + message == total:
                lost = lag
                break
            total += message
        assert heard[:, 0].tolist() == [*range(0, lost, 3)]
        np.testing.assert_allclose(heard[:, 1], factor ** heard[:, 0], rtol=1e-4)
        assert (heard[:, 1] != factor ** heard[:, 0]).any()  # what single precision makes of it, not the line again


@pytest.mark.parametrize("echo", [0.5, 0.9, 1.0])
def test_the_readout_of_the_carried_state_is_one_of_least_squares(mount, echo):
    setting = {"sliders": [20, 12, echo], "choice": "chunks"}
    (got,) = move(mount(ChunkReach()), [setting])
    rng = np.random.default_rng(0)
    W = echo * rnnlib.initialisers.orthogonal(rng, (64, 64))
    U = 0.3 * rng.standard_normal(64)
    bits = 2 * rng.integers(0, 2, (100, 128)) - 1
    h, states = np.zeros((128, 64)), []
    for x in bits:
        h = np.tanh(h @ W.T + x[:, None] * U)
        states.append(h)
    fitted, fresh = np.array(states)[40:, :64].reshape(-1, 64), np.array(states)[40:, 64:].reshape(-1, 64)
    for lag, share in enumerate(got["held"]):
        then = bits[40 - lag : 100 - lag]
        weights = np.linalg.solve(fitted.T @ fitted, fitted.T @ then[:, :64].ravel())
        right = np.mean(np.sign(fresh @ weights) == then[:, 64:].ravel())
        assert abs(share - right) < 1e-3
    assert got["held"][0] > 0.99
    assert abs(got["held"][40] - 0.5) < 0.03


@pytest.mark.parametrize("widget", WIDGETS)
def test_no_barrier_that_axe_can_find(mount, widget):
    found = Axe().run(mount(widget()), context=".rnnfig")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 800])
@pytest.mark.parametrize("widget", WIDGETS)
def test_nothing_spills_over_or_moves_under_any_choice(mount, widget, width):
    page = mount(widget(), width=width, reduced_motion="reduce")
    stays_put_under_any_choice(page, width)
