"""The board: what has been said of a run so far, so that only differences go out as changes."""

from __future__ import annotations

import msgspec

from assure_tui.reconcile.model import Change, Claim, Effect, Value


class Board:
    """Collects values by id and turns them into changes.

    The parts of the engine `put` a value whenever they think of one; the board keeps quiet when nothing changed. A
    value that cannot change any more is `settled`: the board forgets it, so that its memory is bounded by what is open.
    """

    __slots__ = ("_changes", "_open", "_vouched")

    def __init__(self) -> None:
        self._open: dict[str, Value] = {}
        self._changes: list[Change] = []
        self._vouched: set[str] = set()

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

    def vouch(self, effect: Effect) -> None:
        """Take note that another than the agent saw `effect`: what rests on such effects alone is independent."""
        self._vouched.add(effect.id)
        self.put(effect)
        for value in list(self._open.values()):
            if isinstance(value, Claim) and effect.id in value.effects:
                self.put(value)

    def _graded(self, value: Value) -> Value:
        if not self._vouched or not isinstance(value, Effect | Claim) or value.grade != "logged":
            return value
        rests_on = {value.id} if isinstance(value, Effect) else set(value.effects)
        if not rests_on or not rests_on <= self._vouched:
            return value
        return msgspec.structs.replace(value, grade="independent")

    def drop(self, value_id: str) -> None:
        """Take back what was said under `value_id`; nothing happens when nothing stands there."""
        before = self._open.pop(value_id, None)
        if before is not None:
            self._changes.append(Change("withdraw", before))

    def settle(self, value_id: str) -> None:
        """Forget an open value: what was said stands."""
        self._open.pop(value_id, None)

    def get(self, value_id: str) -> Value | None:
        """Give the open value under `value_id`."""
        return self._open.get(value_id)

    def drain(self) -> list[Change]:
        """Give the changes since the last call, in order."""
        changes, self._changes = self._changes, []
        return changes
