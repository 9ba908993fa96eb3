"""The figure of chapter 8 in a real browser, against singular values and rates found in another way."""

import numpy as np
import pytest

from rnnlib.figures.interactive import ProductSpectrum, product_spectrum
from tests.site.widgets import SETTINGS, draw, move

pytestmark = pytest.mark.browser
GAINS = {
    "normal, half": 0.5,
    "normal": 1,
    "identity": 1,
    "identity + noise": np.sqrt(1 + 0.05**2 * 16),
    "orthogonal": 1,
}
PHI = {
    "linear": (lambda a: a, np.ones_like),
    "tanh": (np.tanh, lambda a: np.cosh(a) ** -2),
    "relu": (lambda a: np.maximum(a, 0), lambda a: 1.0 * (a > 0)),
}


def singular_values(W, activation, s, t):
    """Those of the product of t Jacobians, multiplied out."""
    phi, slope = PHI[activation]
    x = s * np.random.default_rng(9).standard_normal((40, 16))
    h, product = np.zeros(16), np.eye(16)
    for x_t in x[:t]:
        a = W @ h + x_t
        h, product = phi(a), slope(a)[:, None] * W @ product
    return np.linalg.svd(product, compute_uv=False)


def root_mean_square(gain, activation, s, t):
    """Mean-field theory's, by quadrature on a grid of its own."""
    z = np.linspace(-9, 9, 4001)
    bell = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    q, power = 0.0, 0.0
    for _ in range(t):
        q = gain**2 * (bell @ np.tanh(np.sqrt(q) * z) ** 2) + s**2
        slopes = {"linear": 1.0, "relu": 0.5, "tanh": bell @ np.cosh(np.sqrt(q) * z) ** -4}
        power += np.log10(gain) + np.log10(slopes[activation]) / 2
    return power


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
def test_spectra_are_those_of_the_product_and_the_theory_that_of_the_mean_field(mount, activation):
    rng = np.random.default_rng(3)
    settings = [
        {"sliders": [draw(rng, 0, 2, 1), draw(rng, 1, 40, 1)], "choice": activation} for _ in range(SETTINGS // 3)
    ]
    for got in move(mount(ProductSpectrum()), settings):
        s, t = got["s"], got["t"]
        for start, powers, predicted in zip(GAINS, got["powers"], got["predicted"], strict=True):
            sigma = singular_values(product_spectrum.weights(start), activation, s, t)
            expected = np.log10(np.maximum(sigma, 1e-6))
            assert np.abs(powers - np.minimum(expected, 4.2)).max() <= 0.02 + 1e-6
            np.testing.assert_allclose(predicted, root_mean_square(GAINS[start], activation, s, t), atol=1e-6)


def test_the_starts_are_what_they_are_called():
    W = product_spectrum.weights("orthogonal")
    np.testing.assert_allclose(W.T @ W, np.eye(16), atol=1e-14)
    assert abs(np.linalg.norm(product_spectrum.weights("normal, half")) / 4 - 0.5) < 0.1
    assert np.array_equal(product_spectrum.weights("identity"), np.eye(16))
