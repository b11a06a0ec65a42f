"""The verdict on a run: one of three words and a reason. It stays a draft until it is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input, Static

from assure_tui.app.desk.views import RunDetail, VerdictWord
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, DraftInput, said
from assure_tui.app.tui.paint import ACCENT, DIM, STRONG
from assure_tui.app.tui.port import Desk
from assure_tui.app.tui.session import checked, short, unanswered, undecided
from assure_tui.themes.glyphs import Glyphs

WORDS: Final[tuple[VerdictWord, ...]] = ("accepted", "accepted-with-exceptions", "rejected")


def suggested(detail: RunDetail) -> VerdictWord:
    """The word that the decisions lead to, so that Enter alone never accepts a run against them."""
    words = {decision.word for decision in detail.decisions}
    if "real" in words:
        return "rejected"
    return "accepted-with-exceptions" if "risk-accepted" in words or undecided(detail) else "accepted"


class Words(Static, can_focus=True):
    """The three words. 1, 2, 3 take one and go on to the reason, as any letter does; j and k walk through them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "walk(1)", "Next word", show=False),
        Binding("k,up", "walk(-1)", "Previous word", show=False),
        Binding("enter", "take", "Take the word", show=False),
    ]

    def __init__(self, chosen: int, glyphs: Glyphs) -> None:
        super().__init__(id="words")
        self.chosen = chosen
        self._glyphs = glyphs

    def on_mount(self) -> None:
        """Show the words."""
        self._show()

    def on_focus(self) -> None:
        """Show where the focus is."""
        self._show()

    def on_blur(self) -> None:
        """Show where the focus is."""
        self._show()

    def _show(self) -> None:
        lines = []
        for index, word in enumerate(WORDS):
            cursor = self._glyphs.marks["cursor"] if index == self.chosen else " "
            weight = "bold" if index == self.chosen else ""
            lines.append(
                Content.assemble(
                    (f"{cursor} ", ACCENT),
                    (f"{index + 1}  ", ACCENT),
                    paint.sign(self._glyphs, word).stylize(weight or "not bold"),
                )
            )
        self.update(Content("\n").join(lines))

    def action_walk(self, by: int) -> None:
        """Go to another word."""
        self.chosen = (self.chosen + by) % len(WORDS)
        self._show()

    def action_take(self) -> None:
        """Go on to the reason."""
        self.screen.set_focus(self.screen.query_one(DraftInput))

    def on_key(self, event: Key) -> None:
        """Take a word by its number. Any other letter begins the reason: words that are typed are never lost."""
        if self.screen.focused is self and event.key in {"1", "2", "3"}:
            event.stop()
            self.chosen = int(event.key) - 1
            self._show()
            self.action_take()
        elif event.is_printable and event.character:
            event.stop()
            self.action_take()
            self.screen.query_one(DraftInput).insert_text_at_cursor(event.character)


class VerdictDialog(Dialog[tuple[VerdictWord, str] | None]):
    """Choose the word, say why."""

    def __init__(self, desk: Desk | None, detail: RunDetail, glyphs: Glyphs) -> None:
        super().__init__()
        self._desk, self._detail, self._glyphs = desk, detail, glyphs

    def body(self) -> Iterator[Widget]:
        """How the run stands, the words, a line for the reason."""
        detail = self._detail
        yield said(
            Content.assemble(
                ("Verdict on run ", DIM), (short(detail.row.id), STRONG), "  ", paint.text(detail.row.title)
            )
        )
        open_ones = len(unanswered(detail))
        standing = f"{checked(detail)}, {paint.count(len(detail.findings()), 'finding')}"
        left = (
            Content.styled(f", {open_ones} undecided", "$state-contradicted")
            if open_ones
            else Content.styled(", all decided", DIM)
        )
        yield said(Content.assemble((standing, DIM), left), classes="gap")
        chosen = WORDS.index(detail.verdict.word if detail.verdict else suggested(detail))
        yield Words(chosen, self._glyphs)
        yield said(Content(""))
        yield DraftInput(
            self._desk, f"verdict:{detail.row.id}", placeholder="Why; needed unless the run is simply accepted"
        )
        yield said(Content.styled("1 2 3 choose, Enter goes on and keeps a draft; S seals it", DIM), id="message")

    def on_mount(self) -> None:
        """The words come first."""
        self.set_focus(self.query_one(Words))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the verdict."""
        word, reason = WORDS[self.query_one(Words).chosen], event.value.strip()
        if word != "accepted" and not any(char.isalpha() for char in reason):
            message = (
                "Exceptions need a reason in words." if word != "rejected" else "A rejection needs a reason in words."
            )
            self.query_one("#message", Static).update(Content.styled(message, "$state-contradicted"))
            return
        self.query_one(DraftInput).settle()
        self.dismiss((word, reason))
