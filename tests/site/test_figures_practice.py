"""The figure of chapter 11 in a real browser: its formula against parameters that are drawn and tapes that are kept."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from rnnlib.figures.interactive import MemoryBudget, memory_budget
from rnnlib.trees import leaves
from tests.site.test_figures import stays_put_under_any_choice
from tests.site.widgets import SETTINGS, draw, move

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def measured():
    return memory_budget.measured_bytes()


def test_the_formula_is_what_was_measured_and_parameters_are_those_of_the_cells(mount, measured):
    rng = np.random.default_rng(4)
    ends = ((0, 9), (2, 12), (5, 8), (1, 4), (0, 2))
    settings = [
        {"sliders": [draw(rng, low, high, 1) for low, high in ends], "choice": choice}
        for choice in rng.choice(list(measured), SETTINGS).tolist()
    ]
    page = mount(MemoryBudget())
    for setting, got in zip(settings, move(page, settings), strict=True):
        (log_B, log_T, log_n, layers, moments), (kind, _) = setting["sliders"], setting["choice"].split()
        cell = memory_budget.layered(kind, int(layers), 2 ** int(log_n))
        P = sum(leaf.nbytes for leaf in leaves(cell.init(np.random.default_rng(0), np.float32)))
        assert (got["parameters"], got["gradients"], got["optimiser"]) == (P, P, moments * P)
        assert got["total"] == sum(got[part] for part in ("parameters", "gradients", "optimiser", "activations"))
        # States have one step more than inputs; the fused kernel's workspace is an eighth more than sixteen a unit.
        assert got["foretold"] == pytest.approx(got["found"], rel=0.17 if setting["choice"] == "LSTM torch" else 0.04)
        # By the token, whatever the shape of the batch.
        assert got["activations"] == got["foretold"][0] / 64 * 2 ** (log_B + log_T)
    assert Axe().run(page, context=".rnnfig").violations_count == 0


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_spills_over_or_moves_under_any_choice(mount, width):
    page = mount(MemoryBudget(), width=width, reduced_motion="reduce")
    stays_put_under_any_choice(page, width)
