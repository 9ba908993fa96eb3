"""When something was handed in, from the texts in which platforms say so. Whatever they say, this is a time or none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EARLIEST, LATEST = 0.0, 253_402_214_400.0  # from 1970 to the last day of 9999: what a table can show
# The names that are written in practice; where two places share one (CST, IST), the offset that tz's own `date` prints
# most often. A name that is not here and no place in the tz database is not guessed at.
ABBREVIATIONS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "SAST": 2, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
    "ACST": 9.5, "ACDT": 10.5, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5,
    "BRT": -3, "ART": -3,
}  # fmt: skip
ATTEMPT = re.compile(r"(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)")


def known(seconds: float) -> float:
    """``seconds`` since 1970, brought into the range that can be written as a date."""
    return min(max(seconds, EARLIEST), LATEST) if seconds == seconds else EARLIEST


def stamp(text: str) -> float | None:
    """The time in a platform's stamp: ISO 8601, alone or with an offset, an abbreviation or a place; UTC without.

    As in ``2026-02-02 15:58:23.948203 America/Los_Angeles``. None if it is no time, or one in an unknown zone.
    """
    found = re.fullmatch(r"\ufeff?\s*(\d{4}-\d\d-\d\d(?:[T ][\d:.,]+)?)\s*(\S*)\s*", text)
    if not found:
        return None
    zone = _zone(found[2])
    if zone is None:
        return None
    try:
        moment = datetime.fromisoformat(found[1]).replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return moment if EARLIEST <= moment <= LATEST else None


def _zone(name: str) -> tzinfo | None:
    if not name:
        return UTC
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?(?::?\d\d)?", name)
    if offset:
        shift = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-shift if offset[1] == "-" else shift) if shift < timedelta(hours=24) else None
    if name.upper() in ABBREVIATIONS:
        return timezone(timedelta(hours=ABBREVIATIONS[name.upper()]))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def attempt(text: str) -> float | None:
    """Blackboard's time in a name, ``2026-11-20-10-11-12``, on this machine's clock."""
    found = ATTEMPT.search(text)
    try:
        return known(datetime(*map(int, found.groups())).timestamp()) if found else None  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError):
        return None
