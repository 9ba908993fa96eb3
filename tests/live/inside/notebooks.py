"""In Pyodide: run every cell of solved notebooks as a page does, and print as JSON what came out, a notebook a line."""

import json
import sys
import time
from pathlib import Path

import pyodide_js

from live.python import cells

SENT = []
SESSION = cells.start(lambda kind, data, words: SENT.append((kind, data)))


async def worked(path):
    """What each code cell of a notebook gave, in a session of its own."""
    started, found = time.time(), []
    await pyodide_js.loadPackage("course-keys-" + path.stem.replace("_", "-"))
    SESSION.reset()
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            await pyodide_js.loadPackagesFromImports(source)
            SENT.clear()
            begun = time.time()
            fine = SESSION.run(source, cell["id"])
            found.append({"id": cell["id"], "fine": fine, "sent": [[kind, data if kind != "png" else ""]
                                                                    for kind, data in SENT],
                          "seconds": round(time.time() - begun, 2)})
    return {"name": path.stem, "cells": found, "seconds": round(time.time() - started, 1)}


for argument in sys.argv[1:]:
    print(json.dumps(await worked(Path(argument))))  # noqa: F704  # Pyodide runs this file as a coroutine
