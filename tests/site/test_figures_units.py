"""The figure of units over a text in a real browser: it shades what the network's states were."""

import numpy as np
import pytest

from rnnlib.figures.interactive import UnitsOverText

pytestmark = pytest.mark.browser
VALUES = "() => JSON.parse(document.querySelector('.rnnfig').dataset.values)"


def test_a_chosen_unit_is_shaded_as_its_state_was_and_a_property_chooses_its_unit(mount):
    h = np.random.default_rng(0).uniform(-1, 1, (200, 6))
    page = mount(UnitsOverText.of("a text (or " * 18 + "so", h, {"brackets": (3, 0.5, 0.4), "blanks": (1, -0.3, 0.2)}))

    def matches(unit, follows):
        told = page.evaluate(VALUES)
        assert (told["unit"], told["follows"]) == (unit, follows)
        assert abs(told["mean"] - h[: told["shown"], unit].mean()) < 0.01
        assert abs(told["most"] - np.abs(h[: told["shown"], unit]).max()) < 0.05

    matches(3, "brackets")
    page.locator("select").select_option("blanks")
    matches(1, "blanks")
    assert "−0.30 on the half that chose it, 0.20 on the other" in page.locator(".rnnfig-readout").text_content()
    page.locator("input[type=range]").fill("5")
    matches(5, "")
