"""Ledger: how the record stands: what was verified and what was not, the checkpoint, the newest entries."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from assure_tui.app.desk.views import LedgerView as State
from assure_tui.app.tui import paint
from assure_tui.app.tui.lines import Lines, Listing, Row, blank, still, title
from assure_tui.app.tui.match import Matcher
from assure_tui.app.tui.paint import DIM, HEAD, STRONG
from assure_tui.app.tui.session import Session
from assure_tui.app.tui.views.base import Caption, View
from assure_tui.themes.glyphs import Glyphs

_STATEMENT = {"verified": "verified", "not anchored": "unanchored", "failed": "damaged"}
_NAMES = 28
_BLOCKS = 24
"""Statements that the bar shows as blocks."""
"""Widest column of the statements' names."""


class LedgerPane(View):
    """A bar, the statements of the last verification, the newest entries."""

    name_shown: ClassVar[str] = "Ledger"
    filter_hint: ClassVar[str] = "words, kind:seal, subject:, text:, -kind:observed, text:~regex"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.progress = ""
        self.state: State | None = None

    def compose(self) -> ComposeResult:
        """A bar over a list."""
        yield Caption(id="ledger-bar")
        yield Listing(id="ledger-list")

    def main(self) -> Lines:
        """The list."""
        return self.query_one("#ledger-list", Listing)

    def update(self) -> None:
        """Show how the ledger stands."""
        self.state = self.session.ledger
        self.query_one("#ledger-bar", Caption).show(
            bar(self.state, self.session.glyphs), Content.styled(f"{self.progress} ", DIM)
        )
        self.query_one("#ledger-list", Listing).show(self._rows(self.state))

    def on_resize(self) -> None:
        """The statements are laid out for the width."""
        if self.state:
            self.query_one("#ledger-list", Listing).show(self._rows(self.state))

    def _rows(self, state: State) -> list[Row]:
        glyphs = self.session.glyphs
        width = max(30, self.size.width - 3)
        facts = [
            ("where", state.path),
            ("name", state.origin or "-"),
            ("entries", f"{state.size:,}"),
            ("root", state.root or "-"),
            ("checkpoint", paint.moment_of(state.issued) if state.issued else "none issued yet"),
        ]
        rows = [still(_fact(key, value)) for key, value in facts]
        checked = paint.moment_of(state.checked) if state.checked else "not yet; V checks all of it now"
        rows += [blank(), title(glyphs, f"LAST VERIFIED {checked}")]
        names = min(_NAMES, max((len(name) for name, _, _ in state.statements), default=0) + 1)
        room = width - names - 18
        for number, (name, outcome, detail) in enumerate(state.statements):
            sign = glyphs.sign(_STATEMENT.get(outcome, "unchecked"))
            lines = paint.wrap(paint.text(detail, DIM), room)
            for index, line in enumerate(lines or [Content("")]):
                first = index == 0
                cells = [
                    (
                        Content.styled(
                            f" {sign.glyph} {paint.text(outcome, limit=20).plain}" if first else "", sign.style
                        ),
                        16,
                        False,
                    ),
                    (paint.text(name if first else "", STRONG, limit=60), names, False),
                    (line, room, False),
                ]
                rows.append(replace(still(paint.row(cells)), key=f"statement:{number}" if first else ""))
        if not state.statements:
            rows.append(still(Content.styled("  nothing was verified in this session", DIM)))
        matches = Matcher(self.session.queries.get("ledger", ""))
        entries = [
            entry for entry in state.entries if matches({"kind": entry[1], "subject": entry[2], "text": entry[4]})
        ]
        rows += [blank(), title(glyphs, "NEWEST ENTRIES")]
        rows += [Row(f"entry:{entry[0]}", partial(_entry, entry)) for entry in entries]
        if not entries:
            said = (
                "none matches the filter"
                if state.entries
                else "none yet: the first is written when an agent starts to work"
            )
            rows.append(still(Content.styled(f"  {said}", DIM)))
        return rows

    def filtered(self, query: str) -> tuple[int, int, bool]:
        """Apply a filter to the newest entries."""
        self.session.queries["ledger"] = query
        self.update()
        state = self.state
        rows = self.query_one("#ledger-list", Listing).rows
        return sum(row.key.startswith("entry:") for row in rows), len(state.entries) if state else 0, False


def bar(state: State, glyphs: Glyphs) -> Content:
    """The state of the record as a bar: one block for each statement verified, not anchored or failed."""
    sign = glyphs.sign(state.state)
    pieces: list[Content | tuple[str, str]] = [
        (" LEDGER ", HEAD),
        (f"{sign.glyph} {sign.word}", f"{sign.style} bold"),
        (f"  #{state.size:,}  ", DIM),
    ]
    for _, outcome, _ in state.statements[:_BLOCKS]:
        found = glyphs.sign(_STATEMENT.get(outcome, "unchecked"))
        pieces.append((found.glyph, found.style))
    if state.statements:
        held = sum(outcome == "verified" for _, outcome, _ in state.statements)
        pieces.append((f"  {held} of {paint.count(len(state.statements), 'statement')} verified", DIM))
    return Content.assemble(*pieces)


def legend(glyphs: Glyphs) -> Content:
    """What the blocks of the bar mean."""
    words = [("verified", "verified"), ("damaged", "failed"), ("unchecked", "not checked, or held against nothing")]
    pieces: list[Content | tuple[str, str]] = []
    for state, word in words:
        pieces += [(glyphs.sign(state).glyph, glyphs.sign(state).style), (f" {word}  ", DIM)]
    return Content.assemble(*pieces)


def _fact(key: str, value: str) -> Content:
    return Content.assemble((f" {key:<12}", DIM), paint.text(value))


def _entry(entry: tuple[int, str, str, float, str], width: int) -> Content:
    index, kind, subject, moment, summary = entry
    return paint.row(
        [
            (Content.styled(f"#{index:,}", DIM), 9, True),
            (Content.styled(paint.when(moment), DIM), 11, False),
            (paint.text(kind, STRONG, limit=20), 12, False),
            (paint.text(subject, DIM, limit=20), 12, False),
            (paint.text(summary), max(4, width - 48), False),
        ]
    )
