"""What the logs read so far can lend to a fault in another log: writes of weight, and failures."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from assure_tui.app.desk.drill.recorded import CHECKS, Act, Recorded, objects
from assure_tui.ingest.model import ToolCall, ToolResult
from assure_tui.reconcile.actionwords import harm_of
from assure_tui.reconcile.kinds import is_coding

MAX_LENT = 256
"""Writes that are kept to be lent, the latest ones."""
MAX_FAILURES = 16
"""Failures kept of one tool."""


class Lent(NamedTuple):
    """A write of some run that another run may be given."""

    call: ToolCall
    result: ToolResult
    marks: frozenset[str]
    """Identifiers and recipients, in lower case."""


class Elsewhere:
    """Writes and failures of the logs read before; bounded."""

    def __init__(self) -> None:
        self._writes: list[Lent] = []
        self._failures: dict[str, list[ToolResult]] = {}

    def learn(self, log: Recorded) -> None:
        """Take a log that has been read."""
        for act in log.acts:
            effect = act.landed
            if effect is None or is_coding(effect.kind) or harm_of(effect.kind) in {"info", "low"}:
                continue
            marks = frozenset(mark for mark in objects(effect) if len(mark) > 2)
            if marks:
                self._writes.append(Lent(act.call, act.result, marks))
        del self._writes[:-MAX_LENT]
        for tool, found in failures(log).items():
            kept = self._failures.setdefault(tool, [])
            kept += found
            del kept[:-MAX_FAILURES]

    def stranger(self, run: str, log: Recorded, random: Random) -> Lent | None:
        """Return a write to what is named nowhere in `run`; one by a tool that the run uses, if there is any."""
        text = log.texts.get(run, "")
        strange = [lent for lent in self._writes if not any(mark in text for mark in lent.marks)]
        tools = {act.call.tool for act in log.acts if act.run == run}
        known = [lent for lent in strange if lent.call.tool in tools]
        return random.choice(known or strange) if strange else None

    def failure(self, act: Act, log: Recorded, random: Random) -> ToolResult | None:
        """Return a failure of the same tool, from this log if it has one, else from another."""
        found = failures(log).get(act.call.tool) or self._failures.get(act.call.tool)
        return random.choice(found) if found else None


def failures(log: Recorded) -> dict[str, list[ToolResult]]:
    """Return the results of calls that failed, by tool. A call that says the thing was already there did not fail.

    What a check printed when it failed would make another check of the command whose result it became.
    """
    found: dict[str, list[ToolResult]] = {}
    for act in log.acts:
        coding = any(is_coding(effect.kind) for effect in act.effects)
        failed = act.result.status == "failed" if coding else all(effect.status == "failed" for effect in act.effects)
        check = any(effect.kind in CHECKS for effect in act.effects)
        if failed and not check and act.result.text and "already" not in act.result.text.lower():
            found.setdefault(act.call.tool, []).append(act.result)
    return found
