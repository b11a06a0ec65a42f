"""A reason, and the operator's key where one is needed: the answer to a call that waits, the withdrawal of a seal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, DraftInput, said
from assure_tui.app.tui.dialogs.signing import KeyList, SigningKey
from assure_tui.app.tui.paint import DIM, STRONG
from assure_tui.app.tui.port import Desk
from assure_tui.themes.glyphs import Glyphs


@dataclass(frozen=True)
class Signed:
    """What was filled in. There is a key if keys were offered; the passphrase is empty where it asks for none."""

    reason: str
    key: SigningKey | None = None
    passphrase: str = ""


class KeyedDialog(Dialog[Signed | None]):
    """Why, and signed with which key: the first that is offered, or another one of the list."""

    def __init__(
        self,
        desk: Desk | None,
        draft: str,
        verb: str,
        what: str,
        about: str,
        *,
        keys: Sequence[SigningKey],
        glyphs: Glyphs,
    ) -> None:
        """`verb` is ours, `what` and `about` may be foreign; the reason is kept as `draft` while it is typed.

        Without `keys` nothing is signed.
        """
        super().__init__()
        self._desk, self._draft = desk, draft
        self._head = Content.assemble((f"{verb} ", DIM), paint.text(what, STRONG, limit=60))
        self._about = about
        self._keys = KeyList(keys, glyphs) if keys else None

    def body(self) -> Iterator[Widget]:
        """What it is about, the reason, the key, its passphrase."""
        yield said(self._head)
        yield said(paint.text(self._about, limit=300), classes="gap")
        yield DraftInput(self._desk, self._draft, placeholder="Why, in your words")
        if self._keys is not None:
            self._keys.can_focus = len(self._keys.keys) > 1
            yield self._keys
            yield Input(id="keyed-passphrase", password=True, placeholder="Passphrase of your key")
        yield said(Content.styled("Enter continues, and confirms at the end; esc cancels", DIM), id="message")

    def on_mount(self) -> None:
        """Ask for what the first key needs."""
        self._fit_key()

    def _fit_key(self) -> None:
        if self._keys is not None:
            self.query_one("#keyed-passphrase").display = self._keys.chosen.locked

    def on_key_list_chosen(self, event: KeyList.Chosen) -> None:
        """Another key asks for other things."""
        event.stop()
        self._fit_key()
        if event.taken:
            self._go_on(event.keys)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next field, and answer after the last."""
        event.stop()
        self._go_on(event.input)

    def _go_on(self, here: Widget) -> None:
        reason = self.query_one(DraftInput)
        if not any(char.isalpha() for char in reason.value):
            words = Content.styled("It needs a reason.", "$state-contradicted")
            self.query_one("#message", Static).update(words)
            self.set_focus(reason)
            return
        fields = [field for field in self.query("Input, KeyList") if field.display and field.can_focus]
        following = fields[fields.index(here) + 1 :]
        if following:
            self.set_focus(following[0])
            return
        key = self._keys.chosen if self._keys else None
        passphrase = self.query_one("#keyed-passphrase", Input).value if key and key.locked else ""
        if key and key.locked and not passphrase:
            return
        reason.settle()
        self.dismiss(Signed(reason.value.strip(), key, passphrase))
