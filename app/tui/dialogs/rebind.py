"""Another key for an action: pressed, not spelt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.content import Content
from textual.events import Key as KeyPressed
from textual.widget import Widget
from textual.widgets import Static

from assure_tui.app.neutral import neutral_line
from assure_tui.app.tui.dialogs.base import Dialog, said
from assure_tui.app.tui.keys import Key, table
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD, STRONG

OWN_AGAIN = frozenset({"backspace", "delete"})
"""Keys that give an action the ones that it is shipped with."""


class RebindDialog(Dialog[str | None]):
    """The answer is the keys of the action, comma separated: the pressed one in the place of the first."""

    def __init__(self, key: Key, now: Mapping[str, str]) -> None:
        """`now` has the keys of all actions by their ids."""
        super().__init__()
        self._key, self._now = key, now

    def body(self) -> Iterator[Widget]:
        """What it is about, and what to press."""
        key, keys = self._key, self._now[self._key.id]
        yield said(Content.styled("ANOTHER KEY", HEAD))
        yield said(Content.assemble((key.help, STRONG), (f"   {key.id}", DIM)), classes="gap")
        yield said(Content.assemble(("now   ", DIM), (neutral_line(key.shown(keys), 60), ACCENT)), classes="gap")
        yield said(
            Content.styled("Press the new key. Backspace restores the default, esc cancels.", DIM),
            id="message",
        )

    def on_key(self, event: KeyPressed) -> None:
        """Take the key, unless another action has it."""
        if event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        if event.key in OWN_AGAIN:
            self._take(self._key.keys)
            return
        rest = self._now[self._key.id].split(",")[1:]
        self._take(",".join([event.key, *(name for name in rest if name != event.key)]))

    def _take(self, keys: str) -> None:
        taken = conflict(self._key.id, keys, self._now)
        if taken is None:
            self.dismiss(keys)
            return
        pressed, other = taken
        words = Content.assemble(
            (f"{other.shown(pressed)} is taken by “{other.help}” ({other.id}). ", "$state-contradicted"),
            ("Press another one, or give that one another key first.", DIM),
        )
        self.query_one("#message", Static).update(words)


def conflict(name: str, keys: str, now: Mapping[str, str]) -> tuple[str, Key] | None:
    """Return the first of `keys` that another action has, and that action."""
    for pressed in keys.split(","):
        for key in table():
            if key.id != name and pressed in now[key.id].split(","):
                return pressed, key
    return None
