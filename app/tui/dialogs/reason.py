"""Dialogs of one line: the reason of a decision, a note."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from assure_tui.app.desk.describe import label
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, DraftInput, said
from assure_tui.app.tui.paint import DIM, STRONG
from assure_tui.app.tui.port import Desk
from assure_tui.app.tui.presets import preset
from assure_tui.reconcile.model import SEVERITIES, Finding, Severity, at_least
from assure_tui.themes.glyphs import Glyphs

_TAG: Final = re.compile(r"#([\w-]{1,40})")


class ReasonDialog(Dialog[str | None]):
    """Why findings are decided so. Below `high`, Enter takes a preset; high and above need typed words."""

    def __init__(
        self,
        desk: Desk | None,
        findings: Sequence[Finding],
        word: str,
        glyphs: Glyphs,
        how: str = "marked with it",
    ) -> None:
        """`findings` are decided together; the first is the one under the cursor, `how` names the others."""
        super().__init__()
        self._how = how
        self._desk, self._findings, self._word, self._glyphs = desk, findings, word, glyphs
        self._worst: Severity = max((finding.severity for finding in findings), key=SEVERITIES.index)
        self._preset = "" if at_least(self._worst, "high") else preset(word)

    def body(self) -> Iterator[Widget]:
        """What is decided, and a line for the reason."""
        finding, *others = self._findings
        yield said(
            Content.assemble(paint.sign(self._glyphs, self._word), ("  ", DIM), paint.text(label(finding), STRONG))
        )
        yield said(paint.text(finding.message, DIM), classes="" if others else "gap")
        if others:
            names = Counter(label(other) for other in others)
            told = ", ".join(f"{count} × {name}" if count > 1 else name for name, count in names.most_common())
            yield said(paint.text(f"and what is {self._how}: {told}", STRONG), classes="gap")
        yield DraftInput(
            self._desk,
            f"reason:{finding.id}",
            placeholder=self._preset or f"In your words: a finding of severity {self._worst} needs a reason",
        )
        yield said(Content.styled("Enter decides, esc leaves it open; z takes a decision back", DIM), id="message")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Decide, if there is a reason."""
        reason = event.value.strip() or self._preset
        if not any(char.isalpha() for char in reason):
            self.query_one("#message").update(Content.styled("It needs a reason.", "$state-contradicted"))  # type: ignore[attr-defined]
            return
        self.query_one(DraftInput).settle()
        self.dismiss(reason)


class NoteDialog(Dialog[tuple[str, tuple[str, ...]] | None]):
    """A note. Words that begin with # become its tags."""

    def __init__(self, desk: Desk | None, subject: str, about: str, *, begin: str = "") -> None:
        super().__init__()
        self._desk, self._subject, self._about, self._begin = desk, subject, about, begin

    def body(self) -> Iterator[Widget]:
        """What it is about, and a line for it."""
        yield said(Content.assemble(("Note on ", DIM), paint.text(self._about, STRONG)), classes="gap")
        yield DraftInput(
            self._desk, f"note:{self._subject}", placeholder="What should be remembered; #words become tags"
        )
        yield said(Content.styled("Enter keeps it in the ledger, esc keeps it as a draft", DIM))

    def on_mount(self) -> None:
        """A tag begins with its sign, unless there is a draft."""
        field = self.query_one(DraftInput)
        if not field.value:
            field.value = self._begin
        field.cursor_position = len(field.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the note."""
        text = event.value.strip()
        if not text.strip("#"):
            return
        tags = tuple(dict.fromkeys(_TAG.findall(text)))
        body = _TAG.sub("", text).strip() or text
        self.query_one(DraftInput).settle()
        self.dismiss((" ".join(body.split()), tags))
