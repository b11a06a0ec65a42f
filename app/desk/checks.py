"""The check over all runs that are watched."""

from __future__ import annotations

from assure_tui.ingest.model import RunEvent, Tick
from assure_tui.reconcile.engine import State, close, step
from assure_tui.reconcile.model import Change
from assure_tui.reconcile.settings import Settings


class Checks:
    """One state per run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._states: dict[str, State] = {}

    def step(self, item: RunEvent | Tick) -> list[Change]:
        """Take an item."""
        if isinstance(item, Tick):
            return [change for state in self._states.values() for change in step(state, item)[1]]
        state = self._states.get(item.run)
        if state is None:
            state = self._states[item.run] = State(self._settings)
        return step(state, item)[1]

    def close_run(self, run: str) -> list[Change]:
        """End a run and forget it."""
        state = self._states.pop(run, None)
        return close(state)[1] if state else []
