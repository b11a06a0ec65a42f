"""A reason, and the operator's key where one is needed: the answer to a call that waits, the withdrawal of a seal."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, DraftInput, said
from assure_tui.app.tui.paint import DIM, STRONG
from assure_tui.app.tui.port import Desk


class KeyedDialog(Dialog[tuple[str, str] | None]):
    """The answer is the reason and the passphrase, which is empty where no key is asked for."""

    def __init__(self, desk: Desk | None, draft: str, verb: str, what: str, about: str, *, keyed: bool) -> None:
        """`verb` is ours, `what` and `about` may be foreign; the reason is kept as `draft` while it is typed."""
        super().__init__()
        self._desk, self._draft, self._keyed = desk, draft, keyed
        self._head = Content.assemble((f"{verb} ", DIM), paint.text(what, STRONG, limit=60))
        self._about = about

    def body(self) -> Iterator[Widget]:
        """What it is about, the reason, the passphrase."""
        yield said(self._head)
        yield said(paint.text(self._about, limit=300), classes="gap")
        yield DraftInput(self._desk, self._draft, placeholder="Why, in your words")
        if self._keyed:
            yield Input(id="keyed-passphrase", password=True, placeholder="Passphrase of your key")
        yield said(
            Content.styled("Enter goes on, and does it at the end; esc leaves things as they are", DIM), id="message"
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the passphrase, then answer."""
        event.stop()
        reason = self.query_one(DraftInput)
        if not any(char.isalpha() for char in reason.value):
            words = Content.styled("It needs a reason in words.", "$state-contradicted")
            self.query_one("#message", Static).update(words)
            self.set_focus(reason)
            return
        passphrase = ""
        if self._keyed:
            field = self.query_one("#keyed-passphrase", Input)
            if not field.value:
                self.set_focus(field)
                return
            passphrase = field.value
        reason.drop()
        self.dismiss((reason.value.strip(), passphrase))
