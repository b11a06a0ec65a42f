"""Where the operator stood when the screen was left: the filter of Runs, and a place in each run. Kept as drafts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from assure_tui.app.tui.port import Desk

MAX_KEPT: Final = 4096
"""Code points of a name or a filter that are kept."""
SCREEN: Final = "screen"


def keep_screen(desk: Desk, query: str, run: str) -> None:
    """Keep the filter of Runs and which run the cursor is on.

    The run stands there as a digest: a run that is forgotten leaves no name behind.
    """
    _keep(desk, SCREEN, {"filter": query, "run": _digest(run) if run else ""})


def kept_screen(desk: Desk, runs: list[str]) -> tuple[str, str]:
    """Return the filter of Runs and the run that the cursor was on, if it is still there."""
    kept = _kept(desk, SCREEN)
    digest = kept.get("run", "")
    return kept.get("filter", ""), next((run for run in runs if digest and _digest(run) == digest), "")


def keep_place(desk: Desk, run: str, places: Mapping[str, str]) -> None:
    """Keep for views of a run what the cursor was on: ids by the name of the view."""
    if any(places.values()):
        _keep(desk, f"place:{run}", places)


def kept_place(desk: Desk, run: str) -> Mapping[str, str]:
    """Return for views of a run what the cursor was on."""
    return _kept(desk, f"place:{run}")


def _digest(run: str) -> str:
    return hashlib.sha256(run.encode()).hexdigest()[:16]


def _keep(desk: Desk, name: str, values: Mapping[str, str]) -> None:
    text = json.dumps({key: value[:MAX_KEPT] for key, value in values.items()}, sort_keys=True)
    if desk.draft(name) != text:
        desk.save_draft(name, text)


def _kept(desk: Desk, name: str) -> dict[str, str]:
    try:
        value = json.loads(desk.draft(name) or "{}")
    except ValueError:
        return {}
    return {str(key): one for key, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}
