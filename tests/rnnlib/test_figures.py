"""The house style of still figures, and what interactive ones carry to the page."""

import base64
import io
import itertools
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import traitlets
from PIL import Image

from rnnlib import figures
from rnnlib.figures import interactive, still
from rnnlib.figures.palette import SEQUENTIAL

STYLESHEET = Path(__file__).resolve().parents[2] / "assets" / "tokens.css"
WIDGETS = [
    interactive.UnrolledNetwork,
    interactive.WhisperingChain,
    interactive.MessageInTime,
    interactive.WindowOrState,
]


@pytest.fixture(autouse=True)
def style():
    with matplotlib.rc_context():
        figures.use_style()
        yield


def curve(scale=1.0, **line):
    fig, ax = figures.subplots()
    ax.plot([0, 1, 2], scale * np.array([1, 3, 2]), **line)
    ax.set(xlabel="steps", ylabel=r"norm $\|\delta_t\|$", title="It rises and falls")
    return fig


def luminance(colour):
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def theme(name):
    """The colours --fig-* that the site's stylesheet gives to a theme."""
    pairs = re.findall(r"--fig-(\w+): light-dark\((#\w{6}), (#\w{6})\)", STYLESHEET.read_text(encoding="utf8"))
    return {variable: (light, dark)[name == "dark"] for variable, light, dark in pairs}


def test_palette_is_the_sites_light_theme():
    assert theme("light") == figures.PALETTE


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_colour_that_carries_text_is_legible(name):
    colours = theme(name)
    for key in colours.keys() - {"paper", "grid"}:
        assert contrast(colours[key], colours["paper"]) >= 4.5, key


def test_sequential_map_grows_lighter_all_the_way():
    shades = [matplotlib.colors.to_hex(matplotlib.colormaps["house"](v)) for v in np.linspace(0, 1, 64)]
    assert np.all(np.diff([luminance(shade) for shade in shades]) > 0)
    assert shades[0] == SEQUENTIAL[0]


def test_svg_is_well_formed_and_says_what_it_shows():
    root = ET.fromstring(figures.show(curve(), alt='rises & falls "once"').svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'rises & falls "once"'


def test_every_paint_is_a_variable_with_its_fallback():
    svg = figures.show(curve(alpha=0.5, marker="o"), alt="a curve").svg
    paints = re.findall(r"(?:fill|stroke): *([^;\"]+)", svg)
    assert {"var(--fig-ink, #1c2430)", "var(--fig-1, #1763b6)", "var(--fig-grid, #d9dee6)"} <= set(paints)
    assert [p for p in paints if not re.fullmatch(r"none|var\(--fig-\w+, #\w{6}\)", p)] == []


def labelled():
    fig = curve()
    ax = fig.axes[0]
    ax.set(title="A finding", xlabel=r"lag $t - k$, in $\varphi'(\delta_T)$", ylabel="steps")
    return fig


def test_words_are_text_in_the_pages_typefaces_and_nothing_leaks_into_the_page():
    svg = figures.show(labelled(), alt="a curve").svg
    root = ET.fromstring(svg)
    said = [" ".join("".join(text.itertext()).split()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"A finding", "steps"} <= set(said)
    families = set(re.findall(r"font-family: ([^;\"]+)", svg))
    assert families == {"var(--sans, 'Source Sans 3', sans-serif)", "var(--math, math)"}
    assert "<style" not in svg


def test_a_formula_keeps_its_characters_each_at_its_place():
    svg = figures.show(labelled(), alt="a curve").svg
    runs = re.findall(r'<tspan x="([^"]*)" y="[^"]*" style="([^"]*)">([^<]*)<', svg)
    assert all(len(places.split()) == len(text) for places, _, text in runs)
    drawn = "".join(text for _, _, text in runs)
    for letter in "𝑡𝑘𝜑𝛿𝑇":  # mathematical italics, where matplotlib writes slanted letters
        assert letter in drawn
    assert "lag" in "".join(text for _, style, text in runs if "--math" not in style)


def test_places_are_written_to_a_tenth():
    svg = figures.show(curve(), alt="a curve").svg
    paths = " ".join(re.findall(r' d="([^"]*)"', svg))
    assert re.search(r"\d\.\d", paths)
    assert not re.search(r"\d\.\d\d", paths)


def test_a_figure_is_the_same_at_every_build():
    assert figures.show(curve(), alt="a curve") == figures.show(curve(), alt="a curve")


def test_two_figures_on_a_page_share_no_id_and_find_their_own():
    used = []
    for scale in (1, 10):
        svg = figures.show(curve(scale), alt="a curve").svg
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', svg)) == set(ids)
        used.append(set(ids))
    assert not used[0] & used[1]


def test_bundle_holds_the_page_and_the_paper():
    bundle = figures.show(curve(), alt="a curve")._repr_mimebundle_()
    box = ET.fromstring(bundle["text/html"])
    assert [child.get("aria-label") for child in box] == ["a curve"]
    assert box.get("tabindex") == "0"
    assert bundle["image/png"].startswith("iVBOR")
    assert bundle["text/plain"] == "a curve"


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_figure_without_words_is_refused(alt):
    with pytest.raises(ValueError, match="alt is empty"):
        figures.show(curve(), alt=alt)


def test_a_colour_of_ones_own_is_refused_by_name():
    with pytest.raises(ValueError, match=r"#ff0000, expected house colours"):
        figures.show(curve(color="red"), alt="a curve")


def test_a_heat_map_keeps_its_own_colours():
    fig, ax = figures.subplots()
    fig.colorbar(ax.imshow(np.eye(3)), ax=ax, label="entry")
    assert "data:image/png" in figures.show(fig, alt="an identity matrix").svg


def test_a_map_has_a_palette_and_the_same_pixels(monkeypatch):
    def pixels():
        fig, ax = figures.subplots()
        ax.pcolormesh(np.random.default_rng(0).integers(0, 90, (30, 40)), cmap="house", rasterized=True)
        svg = figures.show(fig, alt="noise").svg
        (data,) = re.findall(r"data:image/png;base64,([^\"]+)", svg)
        return Image.open(io.BytesIO(base64.b64decode(data)))

    small = pixels()
    monkeypatch.setattr(still, "_indexed", lambda png: png)
    full = pixels()
    assert (small.mode, full.mode) == ("P", "RGBA")
    np.testing.assert_array_equal(np.asarray(small.convert("RGBA")), np.asarray(full))


def test_titles_are_drawn_in_the_house_bold():
    pytest.importorskip("fontpkg_source_sans_3")
    title = matplotlib.font_manager.FontProperties(weight=matplotlib.rcParams["axes.titleweight"])
    assert matplotlib.font_manager.findfont(title).endswith("source-sans-3-600.ttf")


def test_labels_stand_apart_in_the_colour_of_their_lines():
    fig, ax = figures.subplots()
    for end in (1.0, 1.01, 1.02, 3.0):
        ax.plot([0, 1], [0, end], label=f"to {end}")
    ax.plot([0, 1], [0, 2])
    figures.label_lines(ax)
    fig.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert [text.get_text() for text in ax.texts] == ["to 1.0", "to 1.01", "to 1.02", "to 3.0"]
    assert [text.get_color() for text in ax.texts] == [figures.PALETTE[k] for k in "1234"]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_importing_the_library_imports_no_drawing():
    code = "import sys, rnnlib; print([m for m in ('matplotlib', 'anywidget') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("widget", WIDGETS)
def test_an_interactive_figure_carries_words_and_a_still(widget):
    figure = widget()
    data, _ = figure._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == figure.model_id
    assert data["image/png"].startswith("iVBOR")
    assert data["text/html"].count("<text") > 3
    assert 'role="img"' in data["text/html"]
    assert data["text/plain"] == figure.alt != ""


@pytest.mark.parametrize("widget", WIDGETS)
def test_an_interactive_figure_asks_no_host_and_names_no_colour_in_its_script(widget):
    script = widget()._esm.replace("http://www.w3.org/2000/svg", "")
    assert "//" not in re.sub(r"^\s*//.*$|\s// .*$", "", script, flags=re.MULTILINE)
    palette, _, script = script.partition("\n")
    assert palette == f"const SEQUENTIAL = {json.dumps(SEQUENTIAL)};"
    assert not re.search(r"#[0-9a-f]{6}|\bimport\b|fetch\(", script)


def test_a_setting_out_of_range_is_refused():
    with pytest.raises(traitlets.TraitError):
        interactive.UnrolledNetwork(T=7)
    with pytest.raises(traitlets.TraitError):
        interactive.MessageInTime(rho=2.0)


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (2.34e-5, 1, "2.3 × 10⁻⁵"),
        (9.99e12, 1, "1.0 × 10¹³"),
        (4e100, 0, "4 × 10¹⁰⁰"),
        (7e-10, None, "10⁻⁹"),
        (1.0, None, "10⁰"),
    ],
)
def test_a_power_of_ten_is_written_as_in_print(value, digits, printed):
    assert figures.power_of_ten(value, digits).replace("\N{NO-BREAK SPACE}", " ") == printed


def test_shares_and_ranges_are_written_as_in_print():
    assert figures.percent(0.0523, 1) == "5.2\N{NO-BREAK SPACE}%"
    assert figures.span(np.array([0.41, 0.306, 0.39])) == "0.31 to 0.41"
    assert figures.span(iter([0.311, 0.309]), 2) == "0.31"


def test_a_comparison_draws_each_run_at_its_own_x_over_the_line():
    _, ax = figures.subplots()
    runs = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    drawn = figures.compare(ax, ([0, 9], [0, 9]), ([7, 8, 9], runs), colour=figures.GREEN, marker="s", label="runs")
    line, dots = ax.lines
    assert drawn == [line, dots]
    assert line.get_color() == figures.INK
    assert line.get_zorder() < dots.get_zorder()
    at = {x: set(dots.get_ydata()[dots.get_xdata() == x]) for x in (7, 8, 9)}
    assert at == {7: {1.0, 2.0}, 8: {3.0, 4.0}, 9: {5.0, 6.0}}
    assert (dots.get_linestyle(), dots.get_marker(), dots.get_color()) == ("None", "s", figures.GREEN)


def test_ticks_of_a_logarithmic_axis_are_plain_numbers():
    fig, ax = figures.subplots()
    ax.loglog([1, 100], [1, 100])
    figures.ticks(ax, x=[2, 50])
    fig.draw_without_rendering()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "50"]
    assert not len(ax.get_xticks(minor=True))


def test_a_level_is_named_inside_the_axes():
    fig, ax = figures.subplots()
    ax.plot([0, 1], [0, 1])
    figures.level(ax, 0.5, "chance")
    fig.draw_without_rendering()
    [words] = ax.texts
    assert ax.bbox.x1 + 1 >= words.get_window_extent().x1
    assert words.get_window_extent().y0 > ax.transData.transform((0, 0.5))[1]


def test_a_figure_that_is_glued_is_its_words_in_plain_text():
    assert repr(figures.show(curve(), alt="a curve")) == "a curve"
