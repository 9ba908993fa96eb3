"""The files that run Python in a page: which they are, where they come from, and how they are laid beside the pages.

``pins.toml`` names Pyodide's version and each file of it that is used, with its sha256. ``fetch`` gets these files from
wherever they can be had, and keeps those that are right; ``lay`` makes from them, from the course's own packages and
from its keys the folder that the pages load.
"""

from live.files.fetching import fetch, missing
from live.files.laying import lay
from live.files.pins import PINS, FilesError, Gone

__all__ = ["PINS", "FilesError", "Gone", "fetch", "lay", "missing"]
