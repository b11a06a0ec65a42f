"""Search through the events of all runs: type words, Enter goes to the event in its Timeline."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from assure_tui.app.desk.views import EventRow
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, said
from assure_tui.app.tui.lines import Listing, Row, still
from assure_tui.app.tui.paint import DIM, HEAD
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.app.tui.session import short
from assure_tui.themes.glyphs import Glyphs

PAUSE: Final = 0.15
"""Seconds without a keystroke after which is searched."""
LIMIT: Final = 200


class SearchDialog(Dialog[tuple[str, str] | None]):
    """The answer is a run and an event of it. The search runs in a thread: typing never waits for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "walk(1)", "Next", show=False),
        Binding("up", "walk(-1)", "Previous", show=False),
        Binding("pagedown", "walk(10)", "Ten on", show=False),
        Binding("pageup", "walk(-10)", "Ten back", show=False),
    ]

    def __init__(self, desk: Desk, titles: Mapping[str, str], glyphs: Glyphs, words: str = "") -> None:
        """`titles` are those of the runs; `words` are looked for at once."""
        super().__init__()
        self._desk, self._titles, self._glyphs, self._words = desk, titles, glyphs, words
        self._hits: Sequence[EventRow] = ()
        self.words_left = words
        """What stood in the line last."""

    def body(self) -> Iterator[Widget]:
        """A line to type on, what was found, and how long it took."""
        yield said(Content.styled("SEARCH ALL RUNS", HEAD))
        yield Input(self._words, placeholder="Words, or how they begin; all must match", id="search-input")
        listing = Listing(id="search-list")
        listing.can_focus = False
        yield listing
        yield said(Content.styled("Enter goes to the event; esc leaves", DIM), id="message")

    def on_mount(self) -> None:
        """Type at once."""
        self.set_focus(self.query_one(Input))

    @property
    def words(self) -> str:
        """What stands in the line."""
        return self.query_one(Input).value

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search when the keys pause."""
        self.words_left = event.value
        self.set_timer(PAUSE, lambda wanted=event.value: self._search(wanted) if wanted == self.words else None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to what the cursor is on."""
        event.stop()
        self._take()

    def on_lines_chosen(self) -> None:
        """Go to what was clicked."""
        self._take()

    def action_walk(self, by: int) -> None:
        """Move the cursor."""
        self.query_one(Listing).move(by)

    def _take(self) -> None:
        key = self.query_one(Listing).key
        if key:
            hit = self._hits[int(key)]
            self.dismiss((hit.run, hit.id))

    @work(thread=True, exclusive=True, group="search")
    def _search(self, wanted: str) -> None:
        begin = time.monotonic()
        try:
            hits, trouble = self._desk.search(wanted, None, LIMIT), ""
        except TROUBLE as error:
            hits, trouble = (), str(error)
        self.app.call_from_thread(self._show, wanted, hits, trouble, time.monotonic() - begin)

    def _show(self, wanted: str, hits: Sequence[EventRow], trouble: str, seconds: float) -> None:
        if not self.is_mounted or wanted != self.words:
            return
        self._hits = hits
        rows = [
            Row(str(at), partial(_line, row, self._titles.get(row.run, ""), wanted.split(), glyphs=self._glyphs))
            for at, row in enumerate(hits)
        ]
        listing = self.query_one(Listing)
        listing.cursor = -1
        listing.show(rows or [still(Content.styled("  nothing found" if wanted.strip() else "", DIM))])
        listing.edge(-1)
        more = "the newest " if len(hits) >= LIMIT else ""
        found = f"{more}{paint.count(len(hits), 'event')} in {seconds * 1000:,.0f} ms; Enter goes to the event"
        self.query_one("#message", Static).update(
            paint.text(trouble, "$state-unverifiable") if trouble else Content.styled(found, DIM)
        )


def _line(row: EventRow, title: str, words: Sequence[str], width: int, *, glyphs: Glyphs) -> Content:
    sign = glyphs.sign(row.kind)
    summary = paint.text(f"{row.tool}  {row.summary}" if row.tool else row.summary)
    whose = min(24, width // 4) if width >= 80 else 0
    room = max(4, width - 23 - whose)
    return paint.row(
        [
            (paint.text(short(row.run), limit=12), 10, False),
            (paint.text(title, DIM), whose, False),
            (Content.styled(f"{sign.glyph} {sign.word}", sign.style), 10, False),
            (paint.in_sight(summary, words, room), room, False),
        ]
    )
