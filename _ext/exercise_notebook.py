"""The directive ``exercise-notebook``: where to get a learner's notebook, and how to open it.

::

    ```{exercise-notebook} 01_unrolling
    ```

The addresses come from the repository named in ``_config.yml``; nothing is contacted before a click.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from live_page import live_place
from notebook_download import launch_links
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from rnngrade.authoring.colab import requirement


class ExerciseNotebookDirective(SphinxDirective):
    """A download of the committed notebook, links that open it elsewhere, and what to install there."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One line of links, and the line to run where the course is not installed."""
        path = f"exercises/{self.arguments[0]}.ipynb"
        if not Path(self.env.srcdir, path).is_file():
            raise self.error(f"no {path}")
        links = [f"[{link['text']}]({link['url']})" for link in launch_links(self.env.app, path)]
        repository = self.config.html_theme_options["repository_url"]
        text = f"""[Download the notebook](path:/{path}), or open it in {_either(links)}.

````{{fold}} Where the course is not installed
:class: aside
In Colab the notebook's first cell installs it. Elsewhere, before you start Jupyter:

```
pip install "{requirement(repository=repository)}"
```

In a checkout of the repository the notebook is there already: `.venv/bin/jupyter lab {path}`.
````
"""
        sheet = nodes.container(classes=["exercise-notebook"])
        self.state.nested_parse(StringList(text.splitlines(), path), 0, sheet)
        return [live_place(), sheet]


def _either(links: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(links[:-1]), *links[-1:]]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.setup_extension("fold")
    app.setup_extension("live_page")
    app.add_directive("exercise-notebook", ExerciseNotebookDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
