"""The key table: read from `data/keys.toml`, turned into Textual bindings that have ids and can be remapped."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from textual.binding import Binding

NEVER: Final = 99
"""Rank of a key that is never shown in the footer."""

_SHOWN: Final = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "vertical_line": "|",
    "equals_sign": "=",
    "at": "@",
    "plus": "+",
    "escape": "esc",
    "shift+tab": "shift-tab",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "ctrl+p": "ctrl-p",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}


@dataclass(frozen=True)
class Key:
    """One row of the table. `keys` is what Textual calls them, comma separated."""

    id: str
    keys: str
    action: str
    group: str
    hint: str
    help: str
    rank: int
    views: frozenset[str]

    def shown(self, keys: str | None = None) -> str:
        """The keys as a person calls them."""
        return " ".join(_SHOWN.get(name, name) for name in (keys or self.keys).split(","))

    def first(self, keys: str | None = None) -> str:
        """The first of the keys as a person calls it."""
        return self.shown((keys or self.keys).split(",")[0])

    def works_in(self, view: str) -> bool:
        """Return whether the key does something in `view`."""
        return not self.views or view in self.views


@cache
def table() -> tuple[Key, ...]:
    """Read the key table."""
    data = tomllib.loads(files(__package__).joinpath("data", "keys.toml").read_text(encoding="utf-8"))
    return tuple(
        Key(
            id=row["id"],
            keys=row["keys"],
            action=row["action"],
            group=row["group"],
            hint=row["hint"],
            help=row["help"],
            rank=row.get("rank", NEVER),
            views=frozenset(row.get("views", ())),
        )
        for row in data["key"]
    )


def bindings() -> list[Binding]:
    """Make Textual bindings out of the table; their ids are what a user remaps."""
    return [Binding(key.keys, key.action, key.help, id=key.id, show=False) for key in table()]
