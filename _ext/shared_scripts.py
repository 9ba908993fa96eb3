"""What the figures of a page have in common stands in it once.

A figure's state brings its whole script and stylesheet, as a notebook needs them, and all begin with the same helpers.
On the page that common beginning is kept apart, under ``shared``, and ``assets/anyhost.js`` puts it back.
"""

from __future__ import annotations

import json
from itertools import takewhile

SHARED = ("_esm", "_css")


def share(body: str) -> str:
    """Return the widget state ``body``, as JSON, with the common beginnings of its figures' scripts taken out."""
    page = json.loads(body)
    figures = [model["state"] for model in page["state"].values() if SHARED[0] in model["state"]]
    page["shared"] = {}
    for name in SHARED:
        lines = zip(*(figure[name].splitlines(keepends=True) for figure in figures), strict=False)
        common = page["shared"][name] = "".join(one for one, *_ in takewhile(lambda same: len(set(same)) == 1, lines))
        for figure in figures:
            figure[name] = figure[name][len(common) :]
    # A script ends at the first "</"; JSON may write its slash escaped.
    return json.dumps(page).replace("</", r"<\/")
