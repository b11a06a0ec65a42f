"""The answer to a call that waits: a reason, and the operator's key to let it be made."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from assure_tui.app.desk.views import Approval
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, DraftInput, said
from assure_tui.app.tui.paint import DIM, STRONG
from assure_tui.app.tui.port import Desk


class ApprovalDialog(Dialog[tuple[str, str] | None]):
    """The answer is the reason and the passphrase; refusing needs no key, because that is what silence does too."""

    def __init__(self, desk: Desk | None, approval: Approval, *, approve: bool) -> None:
        super().__init__()
        self._desk, self._approval, self._approve = desk, approval, approve

    def body(self) -> Iterator[Widget]:
        """The call, the reason, the passphrase."""
        approval = self._approval
        verb = "Let it be made: " if self._approve else "Refuse: "
        yield said(Content.assemble((verb, DIM), paint.text(approval.tool, STRONG, limit=60)))
        yield said(paint.text(approval.args_text, limit=300), classes="gap")
        yield DraftInput(self._desk, f"approval:{approval.id}", placeholder="Why, in your words")
        if self._approve:
            yield Input(id="approval-passphrase", password=True, placeholder="Passphrase of your key")
        yield said(Content.styled("Enter goes on, and answers at the end; esc leaves it waiting", DIM), id="message")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the passphrase, then answer."""
        event.stop()
        reason = self.query_one(DraftInput)
        if not any(char.isalpha() for char in reason.value):
            self._complain("It needs a reason in words.")
            reason.focus()
            return
        passphrase = ""
        if self._approve:
            field = self.query_one("#approval-passphrase", Input)
            if not field.value:
                field.focus()
                return
            passphrase = field.value
        reason.drop()
        self.dismiss((reason.value.strip(), passphrase))

    def _complain(self, words: str) -> None:
        self.query_one("#message", Static).update(Content.styled(words, "$state-contradicted"))
