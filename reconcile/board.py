"""The board: what has been said of a run so far, so that only differences go out as changes."""

from __future__ import annotations

from typing import get_args

import msgspec

from assure_tui.reconcile.model import Change, Claim, Effect, Grade, Value

_rank = get_args(Grade).index


class Board:
    """Collects values by id and turns them into changes.

    The parts of the engine `put` a value whenever they think of one; the board keeps quiet when nothing changed. A
    value that cannot change any more is `settled`: the board forgets it, so that its memory is bounded by what is open.
    """

    __slots__ = ("_changes", "_grades", "_open")

    def __init__(self) -> None:
        self._open: dict[str, Value] = {}
        self._changes: list[Change] = []
        self._grades: dict[str, Grade] = {}
        """Effects that others than the agent's log vouch for, and how far that is from the agent's own words."""

    def put(self, value: Value, *, settled: bool = False) -> None:
        """Say `value`; with `settled`, for the last time."""
        value = self._graded(value)
        before = self._open.get(value.id)
        if before is None:
            self._changes.append(Change("open", value))
        elif before != value:
            self._changes.append(Change("revise", value))
        if settled:
            self._open.pop(value.id, None)
        else:
            self._open[value.id] = value

    def vouch(self, effect: Effect, grade: Grade) -> None:
        """Note that a source other than the agent's log confirms `effect`: it and what rests on it get that grade."""
        if _rank(grade) <= _rank(self._grades.get(effect.id, "logged")):
            return
        self._grades[effect.id] = grade
        self.put(effect)
        for value in list(self._open.values()):
            if isinstance(value, Claim) and effect.id in value.effects:
                self.put(value)

    def _graded(self, value: Value) -> Value:
        """Raise the grade of what was logged: that of an effect, or of a claim to the lowest that it rests on."""
        if not self._grades or not isinstance(value, Effect | Claim) or value.grade not in {"logged", "gated"}:
            return value
        rests_on = (value.id,) if isinstance(value, Effect) else value.effects
        lowest = min((self._grades.get(name, "logged") for name in rests_on), key=_rank, default="logged")
        return value if _rank(lowest) <= _rank(value.grade) else msgspec.structs.replace(value, grade=lowest)

    def drop(self, value_id: str) -> None:
        """Take back what was said under `value_id`; nothing happens when nothing stands there."""
        before = self._open.pop(value_id, None)
        if before is not None:
            self._changes.append(Change("withdraw", before))

    def settle(self, value_id: str) -> None:
        """Forget an open value: what was said stands."""
        self._open.pop(value_id, None)

    def get(self, value_id: str) -> Value | None:
        """Return the open value under `value_id`."""
        return self._open.get(value_id)

    def drain(self) -> list[Change]:
        """Return the changes since the last call, in order."""
        changes, self._changes = self._changes, []
        return changes
