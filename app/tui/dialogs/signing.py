"""What a seal is signed with: the keys to choose from, and the list that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Static

from assure_tui.app.desk.views import SshChoice
from assure_tui.app.neutral import neutral_line
from assure_tui.app.tui.paint import ACCENT, DIM, STRONG
from assure_tui.app.tui.port import Desk
from assure_tui.themes.glyphs import Glyphs

SHOWN = 9


@dataclass(frozen=True)
class SigningKey:
    """A key to seal with. Without a name it is one that is yet to be made."""

    name: str = ""
    ssh: Path | None = None
    where: str = ""
    """What stands behind its name: how it is unlocked."""
    locked: bool = True
    """Whether a passphrase is asked for here."""

    @property
    def is_new(self) -> bool:
        """Whether it is made when the seal is."""
        return not self.name

    def shown(self) -> Content:
        """Name, and how it is unlocked."""
        name = "a new key of this desk" if self.is_new else neutral_line(self.name, 80)
        return Content.assemble((name, STRONG), (f"  {self.where}" if self.where else "", DIM))


def signing_keys(desk: Desk) -> list[SigningKey]:
    """Return the operator's keys, or a new one where there is none, and then SSH keys that can sign."""
    own = [str(getattr(key, "name", key)) for key in desk.operator_keys()]
    keys = [_own(name, locked=desk.needs_passphrase(name)) for name in own] or [SigningKey()]
    return (keys + [_ssh(choice) for choice in desk.ssh_keys()])[:SHOWN]


def own_keys(desk: Desk) -> list[SigningKey]:
    """Return the keys of this desk; each is unlocked anew."""
    return [SigningKey(str(getattr(key, "name", key))) for key in desk.operator_keys()][:SHOWN]


def _own(name: str, *, locked: bool) -> SigningKey:
    return SigningKey(name, where="" if locked else "unlocked: no passphrase is needed now", locked=locked)


def _ssh(choice: SshChoice) -> SigningKey:
    how = {"agent": "SSH, in the agent", "file": "SSH, a file without a passphrase", "security key": "SSH, touch it"}
    return SigningKey(choice.name, choice.path, how[choice.where], locked=False)


class KeyList(Static, can_focus=True):
    """The keys, one a line. A number takes one, j and k walk; Enter goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "walk(1)", "Next key", show=False),
        Binding("k,up", "walk(-1)", "Previous key", show=False),
        Binding("enter", "take", "Take the key", show=False),
    ]

    class Chosen(Message):
        """The key under the cursor is another one, or it was taken."""

        def __init__(self, keys: KeyList, *, taken: bool) -> None:
            super().__init__()
            self.keys, self.taken = keys, taken

    def __init__(self, keys: Sequence[SigningKey], glyphs: Glyphs) -> None:
        super().__init__(id="seal-keys")
        self.keys = list(keys)
        self.at = 0
        self._glyphs = glyphs

    @property
    def chosen(self) -> SigningKey:
        """The key under the cursor."""
        return self.keys[self.at]

    def ask_again(self) -> None:
        """Ask for the passphrase of the chosen key after all: it was locked again meanwhile."""
        if self.chosen.ssh is None:
            self.keys[self.at] = SigningKey(self.chosen.name)
            self._show()

    def on_mount(self) -> None:
        """Show the keys."""
        self._show()

    def _show(self) -> None:
        if len(self.keys) == 1:
            self.update(Content.assemble(("Signed by ", DIM), self.chosen.shown()))
            return
        self.update(Content("\n").join(self._lines()))

    def _lines(self) -> Iterable[Content]:
        yield Content.styled("Sign with:", DIM)
        for index, key in enumerate(self.keys):
            cursor = self._glyphs.marks["cursor"] if index == self.at else " "
            yield Content.assemble((f"{cursor} {index + 1}  ", ACCENT), key.shown())

    def action_walk(self, by: int) -> None:
        """Go to another key."""
        self._go((self.at + by) % len(self.keys))

    def action_take(self) -> None:
        """Go on with this key."""
        self.post_message(self.Chosen(self, taken=True))

    def on_key(self, event: Key) -> None:
        """Take a key by its number."""
        if event.character and event.character.isdecimal() and 1 <= int(event.character) <= len(self.keys):
            event.stop()
            self._go(int(event.character) - 1)
            self.action_take()

    def _go(self, to: int) -> None:
        self.at = to
        self._show()
        self.post_message(self.Chosen(self, taken=False))
