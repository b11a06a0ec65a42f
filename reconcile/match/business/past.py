"""Acts no longer kept open: whether words may still be about one of them, answered without a search."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_PAST = 5000
"""Acts remembered; the oldest is forgotten first."""


class Past:
    """Counts the actions and identifiers of acts that left the window."""

    def __init__(self, most: int = MAX_PAST) -> None:
        self._most = most
        self._acts: list[tuple[str, frozenset[str]]] = []
        self._actions: Counter[str] = Counter()
        self._naming: Counter[str] = Counter()
        """Actions of those acts that have identifiers."""
        self._by_id: dict[str, Counter[str]] = {}
        """Identifier to the actions of the acts that have it."""

    def __bool__(self) -> bool:
        return bool(self._acts)

    def add(self, action: str, ids: frozenset[str]) -> None:
        """Remember an act."""
        self._acts.append((action, ids))
        self._actions[action] += 1
        if ids:
            self._naming[action] += 1
        for name in ids:
            self._by_id.setdefault(name, Counter())[action] += 1
        if len(self._acts) > self._most:
            self._forget(*self._acts.pop(0))

    def names(self, name: str) -> bool:
        """Return whether any of the acts has an identifier."""
        return name in self._by_id

    def any_naming(self, akin: Callable[[str], bool]) -> bool:
        """Return whether an act of an action that is `akin` has an identifier at all."""
        return any(akin(action) for action in self._naming)

    def any_of(self, akin: Callable[[str], bool], ids: Iterable[str]) -> bool:
        """Whether there was an act of an action that is `akin`, with one of these identifiers if there are any."""
        ids = list(ids)
        if not ids:
            return any(akin(action) for action in self._actions)
        return any(akin(action) for name in ids for action in self._by_id.get(name, ()))

    def _forget(self, action: str, ids: frozenset[str]) -> None:
        _take_one(self._actions, action)
        if ids:
            _take_one(self._naming, action)
        for name in ids:
            _take_one(self._by_id[name], action)
            if not self._by_id[name]:
                del self._by_id[name]


def _take_one(counted: Counter[str], action: str) -> None:
    counted[action] -= 1
    if not counted[action]:
        del counted[action]
