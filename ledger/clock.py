"""What a heartbeat says of the clock: which start of the machine it was in, and how long that had been up.

The wall clock can be set; the time since the machine started cannot, short of starting it anew. Both side by side show
entries that were dated back, and a clock that was set while it ran.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from assure_tui.ledger import disk
from assure_tui.ledger.errors import DamagedError
from assure_tui.ledger.gather import Beat

TOLERANCE_MS: Final = 10_000
"""How far the two clocks may drift apart between two heartbeats before the wall clock counts as set."""
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def reading() -> dict[str, Any]:
    """Return the members of a heartbeat: `boot`, empty where the system tells no such thing, and `up` in ms."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    up = time.clock_gettime(clock) if clock is not None else time.monotonic()
    return {"boot": _boot(), "up": int(up * 1000)}


@dataclass(frozen=True, slots=True)
class ClockReport:
    """What the heartbeats show."""

    back: tuple[int, ...]
    """Indexes of heartbeats whose machine had been up for less time than at one before: they were dated back."""
    sets: tuple[tuple[int, int], ...]
    """Index of a heartbeat, and by how many ms the wall clock had been set since the one before."""


def judge(beats: Iterable[Beat]) -> ClockReport:
    """Hold the wall clock of heartbeats against the time since their machine started."""
    back, sets = [], []
    last: dict[str, Beat] = {}
    over: set[str] = set()
    present = ""
    for beat in beats:
        if present and beat.boot != present:
            over.add(present)
        present = beat.boot
        before = last.get(beat.boot, beat)
        if beat.up < before.up or beat.boot in over:
            back.append(beat.index)
        elif abs(set_by := (beat.time - before.time) - (beat.up - before.up)) > TOLERANCE_MS:
            sets.append((beat.index, set_by))
        last[beat.boot] = beat
    return ClockReport(tuple(back), tuple(sets))


def _boot() -> str:
    try:
        found = disk.read_at(_BOOT_ID, 0, 64)
    except DamagedError:
        found = None
    return sha256(b"assure-tui/boot/v1\n" + found.strip()).hexdigest()[:16] if found else ""
