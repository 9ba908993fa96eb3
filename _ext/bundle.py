"""The one stylesheet and the one script of all pages, made from the files in ``assets/`` when the book is built.

Their names carry a hash of what is in them, so that a browser may keep them for good and never keeps one too long.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rcssmin
import rjsmin
from pygments.formatters import HtmlFormatter

ASSETS = Path(__file__).resolve().parent.parent / "assets"
STYLES = ("tokens", "frame", "course", "predict", "code", "mathematics", "print")
