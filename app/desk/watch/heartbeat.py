"""Heartbeats of the recorder: when somebody watched, and so when nobody did."""

from __future__ import annotations

from collections.abc import Iterable

HEARTBEAT_SECONDS = 60.0
GRACE_SECONDS = 1.5 * HEARTBEAT_SECONDS
"""How long after a heartbeat a recorder that was killed counts as having watched."""


def unobserved(start: float, end: float, beats: Iterable[tuple[float, str]]) -> tuple[tuple[float, float], ...]:
    """Return the parts of [start, end] in which no recorder ran.

    `beats` are time and state (`start`, `alive`, `stop`) in order; those of up to two minutes around the interval are
    needed to judge its ends.
    """
    gaps: list[tuple[float, float]] = []
    covered = start
    watched_from: float | None = None
    last = start
    for time, state in beats:
        if watched_from is not None and (state == "start" or time - last > GRACE_SECONDS):
            covered = _cover(gaps, covered, watched_from, last)
            watched_from = None
        if watched_from is None:
            watched_from = time if state == "start" else time - HEARTBEAT_SECONDS
        last = time
        if state == "stop":
            covered = _cover(gaps, covered, watched_from, time)
            watched_from = None
    if watched_from is not None:
        covered = _cover(gaps, covered, watched_from, last + GRACE_SECONDS)
    if covered < end:
        gaps.append((covered, end))
    return tuple((max(low, start), min(high, end)) for low, high in gaps if low < end and high > start)


def _cover(gaps: list[tuple[float, float]], covered: float, low: float, high: float) -> float:
    """Note the gap before a watched interval; give up to where all is told."""
    if low > covered:
        gaps.append((covered, low))
    return max(covered, high)
