"""Timeline: every event of the run, a million of them if need be, and the whole text of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.cache import LRUCache
from textual.containers import Horizontal, Vertical
from textual.content import Content

from assure_tui.app.desk.views import EventRow, RunDetail
from assure_tui.app.neutral import neutralise
from assure_tui.app.tui import paint
from assure_tui.app.tui.event_line import event_line
from assure_tui.app.tui.lines import Lines, Page, Sheet, nothing
from assure_tui.app.tui.paint import DIM, HEAD
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.app.tui.session import Session, short
from assure_tui.app.tui.views.base import Caption, Divider, View
from assure_tui.app.tui.views.side import RunsSide
from assure_tui.themes.glyphs import Glyphs

PAGE: Final = 200
PAGES_KEPT: Final = 64
SEARCH_LIMIT: Final = 1000
TEXT_LIMIT: Final = 65_536
"""Code points of one event that are laid out; the rest is counted."""


class EventLines(Lines):
    """The events of a run, read in windows. With `hits` set, only those."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.session = session
        self.run = ""
        self.count = 0
        self.seen = 0
        """Events that were there when the operator last stood at the end: what came later is new."""
        self.follow = False
        self.hits: Sequence[EventRow] | None = None
        self._pages: LRUCache[int, Sequence[EventRow]] = LRUCache(PAGES_KEPT)

    @property
    def desk(self) -> Desk:
        """The desk that is read."""
        return self.session.desk

    @property
    def fresh(self) -> int:
        """How many events came since."""
        return max(0, self.count - self.seen)

    def load(self, run: str) -> None:
        """Show `run`, or what is new of it. New events never move the cursor unless they are followed."""
        if run != self.run:
            self.run, self.cursor, self.hits = run, -1, None
            self.seen = self.desk.event_count(run) if run else 0
        self.count = self.desk.event_count(run) if run else 0
        self._pages.clear()
        self.forget()
        if self.follow and self.hits is None:
            self.seen = self.count
            if self.count:
                self.go(self.count - 1)
        if self.cursor < 0 and self.total():
            self.go(0)

    def narrow(self, hits: Sequence[EventRow] | None) -> None:
        """Show only these events, or all again; the cursor stays on its event where it can."""
        here = self.event()
        self.hits = hits
        self.cursor = -1
        self.forget()
        place = 0
        if here is not None:
            place = here.seq if hits is None else next((at for at, row in enumerate(hits) if row.seq >= here.seq), 0)
            if hits is None:
                place = self.desk.position(self.run, here.id) or 0
        if self.total():
            self.go(min(place, self.total() - 1))

    def total(self) -> int:
        """How many lines there are."""
        return self.count if self.hits is None else len(self.hits)

    def row(self, index: int) -> EventRow | None:
        """The event on line `index`."""
        if self.hits is not None:
            return self.hits[index] if 0 <= index < len(self.hits) else None
        number, place = divmod(index, PAGE)
        rows = self._pages.get(number)
        if rows is None:
            try:
                rows = self._pages[number] = self.desk.events(self.run, number * PAGE, PAGE)
            except TROUBLE:
                return None
        return rows[place] if place < len(rows) else None

    def event(self) -> EventRow | None:
        """The event under the cursor."""
        return self.row(self.cursor) if 0 <= self.cursor < self.total() else None

    def places(self, keys: Collection[str]) -> list[int]:
        """The lines of these events, in order; a filter shows others, so it has none."""
        if self.hits is not None:
            return []
        found = (self.desk.position(self.run, key) for key in keys)
        return sorted(place for place in found if place is not None)

    def starts_section(self, index: int) -> bool:
        """A user's turn begins a section."""
        row = self.row(index)
        return row is not None and row.kind in {"user", "start"}

    def draw(self, index: int, width: int) -> Content:
        """Draw line `index` in `width` cells."""
        row = self.row(index)
        marked = row is not None and row.id in self.session.marks
        return event_line(row, width, self.session.glyphs, marked=marked) if row else Content.styled("…", DIM)

    def go(self, index: int) -> None:
        """Standing anywhere but at the end stops following."""
        super().go(index)
        if self.hits is None and index >= self.count - 1:
            self.seen = self.count
        elif index < self.count - 1:
            self.follow = False


class TimelineView(View):
    """The events on the left, the text of the one under the cursor on the right."""

    name_shown: ClassVar[str] = "Timeline"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.wrapped = True

    def compose(self) -> ComposeResult:
        """Events and the text of one."""
        self.add_class("-drillable")
        with Horizontal(classes="columns"):
            yield RunsSide(self.session)
            yield Divider(self.session.glyphs.marks["rule"], classes="wide-only")
            with Vertical(classes="list-side"):
                yield Caption(id="timeline-head")
                yield EventLines(self.session, id="timeline-list")
            yield Divider(self.session.glyphs.marks["rule"], classes="divider")
            with Vertical(classes="page-side"):
                yield Caption(id="timeline-page-head")
                yield Page(id="timeline-page")

    @property
    def lines(self) -> EventLines:
        """The list of events."""
        return self.query_one("#timeline-list", EventLines)

    def main(self) -> Lines:
        """The list of events."""
        return self.lines

    def update(self) -> None:
        """Read what is new of the open run."""
        self.query_one(RunsSide).update_runs()
        self.lines.load(self.session.run)
        self._caption()
        self.show_text()

    def _caption(self) -> None:
        lines = self.lines
        if not self.session.run:
            self.query_one("#timeline-head", Caption).show(Content.styled(" No run is open. 1 shows the runs.", DIM))
            return
        count = (
            f"{len(lines.hits):,} of {lines.count:,} events"
            if lines.hits is not None
            else paint.count(lines.count, "event")
        )
        right = Content("")
        if lines.follow:
            right = Content.styled("FOLLOW ", "$accent bold")
        elif lines.fresh:
            right = Content.assemble(
                (f"{lines.fresh:,} new below, ", "$accent"), ("G", "$accent bold"), (" goes there ", "$accent")
            )
        self.query_one("#timeline-head", Caption).show(Content.styled(f" {count.upper()}", HEAD), right)

    def on_lines_moved(self, message: Lines.Moved) -> None:
        """Show the text of the event that the cursor came to."""
        if message.pane is self.lines:
            self._caption()
            self.show_text()

    def show_text(self, *, top: bool = True) -> None:
        """Show the text of the event under the cursor."""
        session, row = self.session, self.lines.event()
        caption, sheet = self.query_one("#timeline-page-head", Caption), self.query_one("#timeline-page", Page)
        if row is None or session.detail is None:
            caption.show(Content(""))
            sheet.show(nothing)
            return
        place = f"line {row.at.line}" if row.at.line else f"{row.at.unit} {row.at.start}"
        caption.show(
            Content.assemble(
                " ", (f"EVENT {row.seq + 1:,}", HEAD), "  ", paint.text(f"{row.path.rpartition('/')[2]} {place}", DIM)
            )
        )
        if not sheet.display:
            return
        detail, wrapped = session.detail, self.wrapped
        text, gone = _text(session.desk, session.run, row)
        sheet.show(partial(event_page, row, text, gone, detail, glyphs=session.glyphs, wrapped=wrapped), top=top)

    def open(self) -> None:
        """Read the event on a narrow screen; move into its text on a wide one."""
        super().open()
        self.query_one("#timeline-page", Page).focus()
        self.call_after_refresh(self.show_text)

    def back(self) -> bool:
        """From the text to the list."""
        if self.query_one("#timeline-page", Page).has_focus and not self.has_class("-drilled"):
            self.lines.focus()
            return True
        return super().back()

    def wrap(self) -> bool:
        """Wrap the text of events, or cut its lines."""
        self.wrapped = not self.wrapped
        self.show_text(top=False)
        return self.wrapped

    def toggle_follow(self) -> bool:
        """Follow the newest events, or stay."""
        lines = self.lines
        following = not lines.follow
        if following and lines.total():
            lines.go(lines.total() - 1)
            lines.seen = lines.count
        lines.follow = following
        self._caption()
        return following

    def filtered(self, query: str) -> tuple[int, int, bool]:
        """Show only the events whose text matches."""
        self.session.queries["timeline"] = query
        lines = self.lines
        if not query.strip() or not self.session.run:
            lines.narrow(None)
            self._caption()
            return lines.count, lines.count, False
        hits = self.session.desk.search(query, self.session.run, SEARCH_LIMIT)
        lines.narrow(sorted(hits, key=lambda row: row.seq))
        self._caption()
        return len(hits), lines.count, len(hits) >= SEARCH_LIMIT

    def go_to(self, event: str) -> bool:
        """Put the cursor on an event; tell whether it is there."""
        place = self.session.desk.position(self.session.run, event)
        if place is None:
            return False
        self.go_to_place(place)
        return True

    def go_to_place(self, place: int) -> None:
        """Put the cursor on the event of this number."""
        lines = self.lines
        if lines.run != self.session.run:
            lines.load(self.session.run)
        if lines.hits is not None:
            lines.narrow(None)
        lines.go(place)
        lines.call_after_refresh(lines.show_cursor)

    def subject(self) -> tuple[str, str] | None:
        """The event under the cursor."""
        row = self.lines.event()
        return (row.id, f"event {row.seq + 1}") if row else super().subject()

    def crumbs(self) -> list[str]:
        """The run, then the view."""
        run = self.session.run
        return ["Runs", short(run), "Timeline"] if run else ["Timeline"]

    def yank(self) -> str:
        """The whole text of the event."""
        row = self.lines.event()
        return _text(self.session.desk, self.session.run, row)[0] if row else ""


def _text(desk: Desk, run: str, row: EventRow) -> tuple[str, str]:
    """The whole text of an event, or its summary and why there is no more."""
    try:
        return desk.event_text(run, row.id), ""
    except TROUBLE as error:
        return row.summary, f"The source cannot be read any more ({error}); this is what was kept of it."


def event_page(
    row: EventRow, text: str, gone: str, detail: RunDetail, width: int, *, glyphs: Glyphs, wrapped: bool
) -> Sheet:
    """The whole text of an event, with the claims in it highlighted and listed below."""
    sheet, inner = Sheet(), width - 2
    pad = Content(" ")
    sign = glyphs.sign(row.kind)
    about = [sign.word, paint.clock(row.time, seconds=True)]
    about += [part for part in (row.tool, row.call_id) if part]
    sheet.add(*(pad + line for line in paint.wrap(paint.text(" · ".join(about), DIM), inner)))
    if row.status:
        sheet.add(pad + paint.sign(glyphs, row.status))
    if gone:
        sheet.add(*(pad + line for line in paint.wrap(paint.text(gone, "$state-unverifiable"), inner)))
    sheet.add(Content(""))
    sheet.begin()
    claims = [claim for claim in detail.claims if claim.event == row.id]
    body = _marked(text[:TEXT_LIMIT], sorted(claim.span for claim in claims))
    for line in body.split("\n", allow_blank=True):
        pieces = paint.wrap(line, inner) if wrapped and line.cell_length > inner else [line]
        sheet.add(*(pad + piece for piece in pieces))
        sheet.width = max(sheet.width, *(piece.cell_length + 2 for piece in pieces))
    if len(text) > TEXT_LIMIT:
        sheet.add(pad + Content.styled(f"{len(text) - TEXT_LIMIT:,} more characters are not shown", DIM))
    if claims:
        sheet.begin()
        sheet.add(Content(""), paint.rule(glyphs, width - 1, "CLAIMS IN IT"))
        for claim in claims:
            shown = Content.assemble(
                paint.sign(glyphs, claim.outcome), "  ", paint.text(claim.text), (f"  {claim.kind}", DIM)
            )
            sheet.add(*(pad + piece for piece in paint.wrap(shown, inner)))
    return sheet


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Content:
    """Foreign text with spans of it highlighted; spans that overlap are shown as one."""
    pieces: list[Content | tuple[str, str]] = []
    at = 0
    for start, end in spans:
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        pieces += [Content(neutralise(text[at:start])), (neutralise(text[start:end]), "$text-quote")]
        at = end
    return Content.assemble(*pieces, Content(neutralise(text[at:])))
