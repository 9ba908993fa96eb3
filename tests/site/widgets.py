"""An interactive figure alone on a page, and its controls moved to a hundred random settings."""

import json
from pathlib import Path

import numpy as np
from ipywidgets.embed import embed_data

import rnnlib
from rnnlib.figures.interactive import SpellerSpeaks

HOST = Path(__file__).resolve().parents[2] / "assets" / "anyhost.js"
SETTINGS = 100

# Put every slider (in the order of the page) and the choice, if any, to the values of one setting; read what is drawn.
MOVE = """settings => settings.map(({sliders, choice}) => {
    const change = (control, value, event) => { control.value = value; control.dispatchEvent(new Event(event)); };
    document.querySelectorAll(".rnnfig input").forEach((input, i) => change(input, sliders[i], "input"));
    if (choice) change(document.querySelector(".rnnfig select"), choice, "change");
    return JSON.parse(document.querySelector(".rnnfig").dataset.values);
})"""


def speller():
    """A character model of four symbols that has learnt nothing, at three snapshots."""
    alphabet, rng = " abc", np.random.default_rng(0)
    model = rnnlib.PlainCell(inputs=4, units=5), rnnlib.readouts.LinearReadout(units=5, outputs=4)
    losses = {0: 2.0, 10: 1.5, 200: 1.2}
    snapshots = [(update, bits, [part.init(rng) for part in model]) for update, bits in losses.items()]

    def probabilities(params, text):
        x = np.eye(4)[[alphabet.index(one) for one in text]][:, None]
        logits = model[1].forward(params[1], rnnlib.unroll(model[0], params[0], x).h[1:])
        return rnnlib.losses.softmax(logits)[:, 0]

    def write(params, temperature):
        text, own = "ab ", np.random.default_rng(1)
        for _ in range(80):
            p = probabilities(params, text)[-1]
            text += alphabet[p.argmax() if temperature == 0 else own.choice(4, p=p)]
        return text

    return SpellerSpeaks.of(
        snapshots, write, probabilities,
        prompt="ab ", context="abc", alphabet=alphabet, levels={"bigram": 1.7}, snapshot=1,
    )  # fmt: skip


def page_of(widget):
    """A page that holds one figure as Sphinx leaves it, and the host script."""
    data = embed_data(views=[widget], drop_defaults=False)
    scripts = {
        # A script ends at the first "</script", wherever it stands; JSON may write its slash escaped.
        "application/vnd.jupyter.widget-state+json": json.dumps(data["manager_state"]).replace("</", r"<\/"),
        "application/vnd.jupyter.widget-view+json": json.dumps(data["view_specs"][0]),
        "text/javascript": HOST.read_text(encoding="utf8"),
    }
    body = "".join(f'<script type="{kind}">{text}</script>' for kind, text in scripts.items())
    style = "<style>body { margin: 16px }</style>"
    return f'<!doctype html><html lang="en"><title>figure</title>{style}<body>{body}</html>'


def draw(rng, low, high, step):
    """A slider's value, on its grid."""
    return round(low + step * int(rng.integers(0, round((high - low) / step) + 1)), 6)


def move(page, settings):
    return page.evaluate(MOVE, settings)
