"""A claim that was missed: choose the agent's words, and say them plainly so that they can be checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, DraftInput, said
from assure_tui.app.tui.lines import Listing, Row
from assure_tui.app.tui.paint import DIM, STRONG
from assure_tui.app.tui.port import Desk

MAX_SENTENCES: Final = 400
_SENTENCE: Final = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]*")
"""Up to a full stop that a space follows, or to the end of the line: near enough to choose from."""


def sentences(text: str) -> list[str]:
    """Return the sentences and lines of a text, as they stand in it."""
    found = (match.group().strip() for match in _SENTENCE.finditer(text))
    return [words for words, _ in zip((words for words in found if len(words) > 1), range(MAX_SENTENCES), strict=False)]


class MissedDialog(Dialog[tuple[str, str] | None]):
    """The answer is the quote and its wording. Enter takes a sentence, Enter again adds it as it is worded then."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "walk(1)", "Next sentence", show=False),
        Binding("up", "walk(-1)", "Previous sentence", show=False),
        Binding("j", "walk(1)", "Next sentence", show=False),
        Binding("k", "walk(-1)", "Previous sentence", show=False),
        Binding("enter", "take", "Take the sentence", show=False),
    ]

    def __init__(self, desk: Desk | None, event: str, text: str) -> None:
        super().__init__()
        self._desk, self._event = desk, event
        self._sentences: Sequence[str] = sentences(text)

    def body(self) -> Iterator[Widget]:
        """The sentences, and a line for the wording."""
        yield said(Content.assemble(("Add a claim that was missed. ", STRONG), ("Which words make the claim?", DIM)))
        yield Listing(id="missed-list")
        yield said(Content.styled("In plain words, so that it can be checked:", DIM))
        yield DraftInput(self._desk, f"missed:{self._event}", placeholder="Enter takes the words as they are")
        yield said(
            Content.styled("Enter takes the sentence, Enter again adds the claim; esc leaves", DIM), id="message"
        )

    def on_mount(self) -> None:
        """The sentences first."""
        listing = self.query_one(Listing)
        listing.show([Row(str(at), partial(_line, words)) for at, words in enumerate(self._sentences)])
        self.set_focus(listing)

    def action_walk(self, by: int) -> None:
        """Move among the sentences."""
        self.query_one(Listing).move(by)

    def action_take(self) -> None:
        """Go on to the wording, with the sentence to begin from."""
        field = self.query_one(DraftInput)
        if not field.value:
            field.value = self._quote()
        self.set_focus(field)
        field.cursor_position = len(field.value)

    def on_lines_chosen(self) -> None:
        """A click takes a sentence too."""
        self.action_take()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Add it."""
        event.stop()
        quote = self._quote()
        if not quote:
            self.query_one("#message", Static).update(Content.styled("There are no words here.", "$state-contradicted"))
            return
        self.query_one(DraftInput).settle()
        self.dismiss((quote, event.value.strip() or quote))

    def _quote(self) -> str:
        key = self.query_one(Listing).key
        return self._sentences[int(key)] if key else ""


def _line(words: str, width: int) -> Content:
    return paint.fit(Content(" ") + paint.text(words), width)
