"""The directive ``moving-figure``: an interactive figure on a page that is no notebook.

::

    ```{moving-figure} PaddedStates
    :settings: {"pads": 12}
    ```

The argument is a class of ``rnnlib.figures.interactive``, the settings its traits as JSON. The figure is made when the
page is read, its state and its still are put into the page, and ``assets/anyhost.js`` mounts it as it does a cell's.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from ipywidgets.embed import dependency_state
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from traitlets import TraitError

from rnnlib.figures import interactive

STATE, VIEW = "application/vnd.jupyter.widget-state+json", "application/vnd.jupyter.widget-view+json"


class MovingFigureDirective(SphinxDirective):
    """Put the figure's state, its place and its still into the page."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"settings": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """One figure, as HTML; in other formats its words."""
        name = self.arguments[0]
        if name not in interactive.__all__:
            raise self.error(f"no figure {name} in rnnlib.figures.interactive, expected one of {interactive.__all__}")
        try:
            figure = getattr(interactive, name)(**json.loads(self.options.get("settings", "{}")))
        except (TraitError, ValueError) as error:
            raise self.error(f"settings of {name}: {error}") from error
        return [nodes.raw("", page_of(figure), format="html"), nodes.raw("", figure.alt, format="text")]


def page_of(figure: Any) -> str:
    """Return the figure as MyST-NB leaves one, with its state beside it; ids follow from its name, not from chance."""
    models = dependency_state([figure], drop_defaults=False)
    name = type(figure).__name__.lower()
    state = json.dumps({"version_major": 2, "version_minor": 0, "state": models})
    for i, model in enumerate(models):
        state = state.replace(model, f"{name}-{i}")
    view = json.dumps({"model_id": f"{name}-{list(models).index(figure.model_id)}"})
    # A script ends at the first "</"; JSON may write its slash escaped.
    scripts = ((kind, text.replace("</", r"<\/")) for kind, text in ((STATE, state), (VIEW, view)))
    parts = "".join(f'<script type="{kind}">{text}</script>' for kind, text in scripts)
    html = figure.printed()._repr_mimebundle_()["text/html"]
    return f'<div class="cell_output">{parts}<div class="figure-still">{html}</div></div>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("moving-figure", MovingFigureDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
