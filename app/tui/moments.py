"""Times and numbers that an operator types, and the event of a run that they mean."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.tui.port import Desk

NEAR: Final = 50
"""Events looked at from a place on for one that has a time."""
_NUMBER: Final = re.compile(r"#?(\d{1,9})")
_CLOCK: Final = re.compile(r"(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})[ T])?(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SPAN: Final = re.compile(r"([+-])(\d{1,6})(s|m|h)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


def goal(desk: Desk, run: str, text: str, start: float | None, here: float | None) -> int:
    """Return the place of the event that is meant: by its number as it is shown, else by a time.

    Raises:
        UsageError: It is neither, or a time in a run whose log tells none.
    """
    number = _NUMBER.fullmatch(text.strip())
    if number:
        return max(0, min(int(number[1]), desk.event_count(run)) - 1)
    if start is None:
        raise UsageError("The log of this run has no times: give the number of an event.")
    return place_of(desk, run, moment(text, start, here))


def moment(text: str, start: float, here: float | None) -> float:
    """Read `10:31`, `10:31:05`, `03-10 10:31`, or a span from `here` such as `+5m`, as seconds since the epoch.

    A time of day is the first one of the run, which began at `start`; times are those of where the operator is.

    Raises:
        UsageError: It is none of these.
    """
    words = text.strip()
    span = _SPAN.fullmatch(words)
    if span:
        by = int(span[2]) * _SECONDS[span[3]]
        return (start if here is None else here) + (by if span[1] == "+" else -by)
    found = _CLOCK.fullmatch(words)
    if found is None:
        raise UsageError(f"{words[:40]!r} is not a time: say 10:31, 10:31:05, 03-10 10:31, or +5m from here.")
    year, month, day, *clock = (int(part) if part else None for part in found.groups())
    try:
        began = datetime.fromtimestamp(start).astimezone()
        hour, minute, second = clock
        wanted = began.replace(hour=hour or 0, minute=minute or 0, second=second or 0, microsecond=0)
        if month and day:
            return wanted.replace(year=year or began.year, month=month, day=day).timestamp()
        whole = 1 if second is not None else 60
        return (wanted if wanted.timestamp() + whole > start else wanted + timedelta(days=1)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{words[:40]!r} does not exist as a time.") from None


def place_of(desk: Desk, run: str, wanted: float) -> int:
    """Return the number of the first event at or after a time, else of the last one; logs are taken to be in order."""
    low, high = 0, desk.event_count(run)
    while low < high:
        middle = (low + high) // 2
        at, end = middle, None
        for row in desk.events(run, middle, min(NEAR, high - middle)):
            at, end = row.seq, row.time
            if end is not None:
                break
        if end is not None and end < wanted:
            low = at + 1
        else:
            high = middle
    return min(low, max(0, desk.event_count(run) - 1))
