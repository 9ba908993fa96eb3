"""The forms in which a value can be shown, by MIME type: those it offers itself, and its text."""

from __future__ import annotations

import base64
import pprint
from typing import Any

METHODS = {"text/html": "_repr_html_", "image/svg+xml": "_repr_svg_", "image/png": "_repr_png_"}
BUILT_IN = (dict, list, tuple, set, frozenset)
MANY = 1000  # entries; to lay out more of them takes longer than anyone reads


def forms(value: Any) -> dict[str, str]:
    """What there is to show of ``value``."""
    if isinstance(value, type):
        return {"text/plain": f"{value.__module__}.{value.__qualname__}".removeprefix("builtins.")}
    found = _of_bundle(value) or {mime: _text(getattr(value, name)()) for mime, name in METHODS.items()
                                  if callable(getattr(value, name, None))}
    return {"text/plain": _plain(value), **{mime: data for mime, data in found.items() if data}}


def _of_bundle(value: Any) -> dict[str, str]:
    if not callable(getattr(value, "_repr_mimebundle_", None)):
        return {}
    bundle = value._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle  # beside it there may be metadata
    return {mime: _text(one) for mime, one in (data or {}).items()}


def _text(data: Any) -> str:
    if isinstance(data, bytes):
        return base64.b64encode(data).decode()
    return "" if data is None else str(data)


def _plain(value: Any) -> str:
    if type(value) in BUILT_IN and len(value) <= MANY:
        return pprint.pformat(value, width=79, compact=True, sort_dicts=False)
    return repr(value)
