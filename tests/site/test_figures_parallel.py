"""The figures of chapter 10 in a real browser, against rnnlib at a hundred random settings each."""

from itertools import pairwise

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import rnnlib
from rnnlib.figures.interactive import NewtonSweeps, ScanTree, newton_sweeps, scan_tree
from rnnlib.scan import accumulate
from tests.site.test_figures import stays_put_under_any_choice
from tests.site.widgets import SETTINGS, draw, move

pytestmark = pytest.mark.browser
WIDGETS = [ScanTree, NewtonSweeps]
SCHEMES = ("loop", "doubling", "halving")
VALUES = "() => JSON.parse(document.querySelector('.rnnfig').dataset.values)"


def counts(scheme, T):
    """Work and depth, from the closed forms; of halving from its recursion."""
    if scheme == "loop":
        return T - 1, T - 1
    levels = (T - 1).bit_length()
    if scheme == "doubling":
        return sum(T - 2**level for level in range(levels)), levels

    def halved(chains):
        if len(chains) == 1:
            return 0, chains
        work, even = halved([1 + max(pair) for pair in zip(chains[::2], chains[1::2], strict=False)])
        odd = [1 + max(pair) for pair in zip(even, chains[2::2], strict=False)]
        solved = chains[:1] * len(chains)
        solved[1::2], solved[2::2] = even, odd
        return work + len(even) + len(odd), solved

    work, chains = halved([0] * T)
    return work, max(chains)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("T", [2, 3, 4, 7, 8, 11, 16])
def test_every_scheme_ends_in_the_states_that_rnnlib_scans(mount, scheme, T):
    page = mount(ScanTree(steps=T, scheme=scheme))
    work, depth = counts(scheme, T)
    after_each = [page.evaluate(VALUES)]
    for _ in range(depth):
        page.get_by_role("button", name="Next round").click()
        after_each.append(page.evaluate(VALUES))
    assert page.get_by_role("button", name="Next round").get_attribute("aria-disabled") == "true"
    last = after_each[-1]
    f, v = (np.array(part[:T]) for part in scan_tree.draw_steps())
    h = np.concatenate([[0.0], v])
    accumulate(f, h)
    np.testing.assert_allclose(last["states"], h[1:], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(last["factors"], np.cumprod(f), rtol=1e-12)
    assert (last["work"], last["total"], last["depth"], last["known"]) == (work, work, depth, T)
    assert all(one["known"] <= two["known"] for one, two in pairwise(after_each))
    # A place that is known holds its state already, and holds it to the end.
    for values in after_each:
        for t, covered in enumerate(values["covers"]):
            if covered == t + 1:
                assert values["states"][t] == pytest.approx(last["states"][t], rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("T", range(2, 17))
def test_the_still_draws_the_same_tree(T):
    for scheme in SCHEMES:
        rounds = scan_tree.rounds(T, scheme)
        assert (sum(map(len, rounds)), len(rounds)) == counts(scheme, T)


def exponent(gain, spread):
    """How fast a change grows along the network's trajectory, a step."""
    v, grown = np.ones(3) / np.sqrt(3), 0.0
    J = rnnlib.step_jacobians(newton_sweeps.tape_of(gain, spread))[:, 0]
    for J_t in J:
        v = J_t @ v
        grown, v = grown + np.log(np.linalg.norm(v)), v / np.linalg.norm(v)
    return grown / len(J)


def nearly(gain, k):
    """The gain, changed in its last digits."""
    return (gain * (1 + i * 1e-15) for i in range(-k, k + 1))


def test_newton_sweeps_have_the_exponents_and_residuals_of_rnnlib(mount):
    rng = np.random.default_rng(4)
    settings = [
        {"sliders": [draw(rng, 0.2, 5, 0.1), draw(rng, 0, 2, 0.05)], "choice": choice}
        for choice in rng.choice(["newton", "picard"], SETTINGS).tolist()
    ]
    close = 0
    for setting, got in zip(settings, move(mount(NewtonSweeps()), settings), strict=True):
        gain, spread = setting["sliders"]
        mu = exponent(gain, spread)
        # In chaos rounding makes another trajectory of it within the 120 steps, and each kernel of BLAS its own: the
        # page's is among those of nearly the same gain. Elsewhere, and in most chaos of 120 steps, there is one.
        if abs(got["mu"] - mu) > 1e-3:
            mus = [exponent(one, spread) for one in nearly(gain, 20)]
            apart = max(mus) - min(mus)
            assert apart < 0.25
            assert min(mus) - apart / 4 <= got["mu"] <= max(mus) + apart / 4
        rows = newton_sweeps.residuals(gain, spread, setting["choice"])
        fronts = [int(np.append(row >= 1e-8, True).argmax()) for row in rows]
        assert got["last"] < 1e-8
        # A guess that is far off is sent on by growing Jacobians, and so is its rounding: counts in the dozens may
        # differ by a few between two orders of summation. The early fronts, and all short runs, may not.
        if abs(got["sweeps"] - (len(rows) - 1)) > (0 if len(rows) <= 20 else 0.1 * len(rows)):
            assert len(rows) > 20
            others = [len(newton_sweeps.residuals(one, spread, setting["choice"])) - 1 for one in nearly(gain, 5)]
            assert 0.9 * min(others) <= got["sweeps"] <= 1.1 * max(others)
        early = min(10, len(rows), len(got["fronts"]))
        assert got["fronts"][:early] == fronts[:early]
        if mu < 0:
            assert got["picard"] == pytest.approx(min(120, np.log(1e8) / -got["mu"]))
            close += len(rows) <= 20
        assert all(front >= k for k, front in enumerate(got["fronts"]))  # a sweep secures one step at least
    assert close >= SETTINGS / 5


def test_the_exponent_goes_from_decay_to_chaos(mount):
    settings = [{"sliders": [gain, 0.05], "choice": "newton"} for gain in (0.5, 1, 3)]
    calm, middle, wild = move(mount(NewtonSweeps()), settings)
    assert calm["mu"] < middle["mu"] < 0 < wild["mu"]
    assert calm["sweeps"] < middle["sweeps"] < wild["sweeps"]


@pytest.mark.parametrize("widget", WIDGETS)
def test_no_barrier_that_axe_can_find(mount, widget):
    found = Axe().run(mount(widget()), context=".rnnfig")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 800])
@pytest.mark.parametrize("widget", WIDGETS)
def test_nothing_spills_over_or_moves_under_any_choice(mount, widget, width):
    page = mount(widget(), width=width, reduced_motion="reduce")
    stays_put_under_any_choice(page, width)
