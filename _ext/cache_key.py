"""Execute a chapter again when the library it runs on, or the data it reads, has changed.

jupyter-cache keys a notebook on its own cells only. Here the cache lives in a folder named after a hash of every file
of the packages a chapter may import and of the results that chapters quote, so a change of either starts an empty
cache; and because the folder is part of Sphinx's environment configuration, the pages are read again too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

PACKAGES = ("rnnlib", "chapters/data")
SUFFIXES = {".py", ".js", ".css", ".json", ".txt"}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def packages_hash(root: Path) -> str:
    """Return a hash of the names and contents of these files below ``root``."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for file in sorted(path for path in (root / package).rglob("*") if path.suffix in SUFFIXES):
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _choose_cache(app: Sphinx, config: Config) -> None:
    caches = Path(app.outdir).parent / "execution"
    current = caches / packages_hash(Path(app.srcdir))
    config.nb_execution_cache_path = str(current)
    for stale in caches.glob("*"):
        if stale != current:
            shutil.rmtree(stale)
    # The kernels inherit these: two threads are slower than one at the sizes of the book.
    for variable in THREADS:
        os.environ.setdefault(variable, "1")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("config-inited", _choose_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
