"""An agent's plan as its log repeats it: a step turned done is a claim of the agent."""

from __future__ import annotations

from collections.abc import Iterable

from assure_tui.ingest.adapters.base import Draft
from assure_tui.ingest.model import AgentText

_DONE = "completed"


class Plan:
    """The steps of a plan, by their words, with the state that each was last told to be in."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}

    def now(self, steps: Iterable[object], words: str, draft: Draft, prefix: str = "") -> None:
        """Take the plan as it stands now, and tell of each step that has turned done since.

        `words` names the field of a step that holds its words, `prefix` begins the names of the events. What is no
        step is passed over.
        """
        before, self._states = self._states, {}
        for place, step in enumerate(steps):
            text = step.get(words) if isinstance(step, dict) else None
            if not isinstance(step, dict) or not isinstance(text, str):
                continue
            state = self._states[text] = str(step.get("status"))
            if state == _DONE and before.get(text) != _DONE:
                draft.add(AgentText, f"{prefix}todo{place}", text=text, channel="todo")
