"""Moving about: lines, panes, views, findings and hits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import work

from assure_tui.app.desk.views import EventRow
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.details import RowDialog
from assure_tui.app.tui.dialogs.moment import MomentDialog
from assure_tui.app.tui.dialogs.search import SearchDialog
from assure_tui.app.tui.filtering import Filtering
from assure_tui.app.tui.frame import NARROW, SHORT
from assure_tui.app.tui.lines import Lines, Listing, Page
from assure_tui.app.tui.looked import remember, since
from assure_tui.app.tui.moments import goal
from assure_tui.app.tui.places import keep_place, keep_screen, kept_place, kept_screen
from assure_tui.app.tui.port import TROUBLE
from assure_tui.app.tui.session import undecided, waiting
from assure_tui.app.tui.views.diff import DiffView
from assure_tui.app.tui.views.runs import RunsView


class Moving(Filtering):
    """Actions that change what is looked at, and nothing else."""

    _searched = ""
    """What was searched for last."""
    _kept: dict[str, str]
    """Where the operator stood in the views of the open run when it was left, until they are shown."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """As the frame."""
        super().__init__(*args, **more)
        self._kept = {}

    def action_move(self, by: int) -> None:
        """Move by lines."""
        self.pane.move(by)

    def action_page(self, by: int) -> None:
        """Move by screens."""
        self.pane.page(by)

    def action_edge(self, to: int) -> None:
        """Go to the first or the last line."""
        self.pane.edge(to)

    def action_section(self, by: int) -> None:
        """Go to the next section; in the Diff view the hunks, wherever the focus is."""
        view = self.view
        (view.page if isinstance(view, DiffView) else self.pane).section(by)

    def action_sideways(self, by: int) -> None:
        """Scroll a page sideways if it is wider than its pane; else go to the pane beside it."""
        pane = self.pane
        if isinstance(pane, Page) and pane.max_scroll_x > 0 and not (by < 0 and pane.scroll_x <= 0):
            pane.scroll_relative(x=by * 8, animate=False)
        else:
            self.action_pane(by, around=False)

    def action_pane(self, by: int, *, around: bool = True) -> None:
        """Go to another pane."""
        panes = self.view.panes()
        if not panes:
            return
        here = panes.index(self.pane) if self.pane in panes else 0
        there = (here + by) % len(panes) if around else max(0, min(len(panes) - 1, here + by))
        panes[there].focus()

    def action_open(self) -> None:
        """Open what the cursor is on."""
        view = self.view
        if isinstance(view, RunsView):
            loose = view.loose()
            if loose is not None:
                self.push_screen(RowDialog(loose, self.session.glyphs))
            elif view.key_under_cursor:
                self.open_run(view.key_under_cursor)
                self.show_view("claims")
            return
        pane = self.pane
        if pane.has_class("runs-beside"):
            key = getattr(pane, "key", "")
            if key:
                self.open_run(key)
                self.redraw()
                view.main().focus()
            return
        if view is self.claims and pane is not self.claims.listing:
            beside = {"claims-timeline": "timeline", "claims-changes": "diff", "claims-notes": "notes"}
            if pane.id in beside:
                self.action_view(beside[pane.id])
                return
        view.open()
        self.show_bars()

    def action_step_back(self) -> bool:
        """One step back: the filter, the evidence, the view, up to the list of runs. Tell whether there was one."""
        view = self.view
        if self.filter_bar.has_class("-on"):
            self._close_filter()
        elif self._zoomed:
            self.action_zoom()
        elif view.back():
            self.show_bars()
        elif not isinstance(view, RunsView):
            self.show_view("runs")
        else:
            return False
        return True

    def action_view(self, name: str) -> None:
        """Show another view. The run under the cursor of Runs is opened on the way; Claims lead to their event."""
        runs = self.runs
        under = runs.key_under_cursor if self.is_at("runs") else ""
        if name in {"claims", "timeline", "diff", "notes", "gates"} and under not in {"", self.session.run}:
            self.open_run(under)
        origin = self.claims.here if self.is_at("claims") else self.gates.event if self.is_at("gates") else None
        about = self.timeline.about() if name == "claims" and self.is_at("timeline") else []
        self.show_view(name)
        if name == "timeline" and origin is not None:
            self._stand_at(origin)
        if about and self.claims.listing.key not in about:
            self._show_first_of(about)

    def _stand_at(self, event: str | int) -> None:
        """Put the cursor of the Timeline on an event: its id or its number."""
        if isinstance(event, int):
            self.timeline.go_to_place(event)
        else:
            self.timeline.go_to(event)
        if not self.session.queries.get("timeline"):
            self._hide_filter()

    def _show_first_of(self, items: Sequence[str]) -> None:
        """Go to the first of some findings and claims that the list shows."""
        if not any(self.claims.listing.find(item) for item in items):
            return
        self.claims.show_evidence()
        if self.has_narrow_screen and not self.claims.has_class("-drilled"):
            self.claims.open()

    def show_view(self, name: str) -> None:
        """Show another view, of the run that is open."""
        self._hide_filter()
        if not self.is_at(name):
            self.views[name].remove_class("-drilled")
        self.switcher.current = name
        self.session.refresh_rows()
        if self.session.run:
            self.session.open(self.session.run)
        self.redraw()
        self.view.main().focus()
        self._restore_place(name)
        if self.session.queries.get(name):
            self._show_filter(focus=False)
        if name == "claims":
            self.call_after_refresh(self.claims.show_evidence)
        if name == "gates":
            self.call_after_refresh(self.gates.show_page)
        if name == "timeline":
            self.call_after_refresh(self.timeline.show_text)

    def action_zoom(self) -> None:
        """Give the whole screen to the pane that has the focus, and back."""
        view = self.view
        if self._zoomed:
            view.remove_class("-zoom-list", "-zoom-page", "-zoom-block")
            view.query(".-alone").remove_class("-alone")
            return
        if view is self.claims and self.claims.large:
            pane = self.pane if self.pane in view.query(".block Lines") else view.main()
            for node in pane.ancestors[: pane.ancestors.index(view)]:
                node.add_class("-alone")
            view.add_class("-zoom-block")
            return
        inside = any("page-side" in node.classes for node in self.pane.ancestors)
        view.add_class("-zoom-page" if inside else "-zoom-list")

    @property
    def _zoomed(self) -> bool:
        """Whether one pane has the whole screen."""
        return any(self.view.has_class(name) for name in ("-zoom-list", "-zoom-page", "-zoom-block"))

    def on_lines_chosen(self, message: Lines.Chosen) -> None:
        """A second click opens."""
        del message
        self.action_open()

    def open_run(self, run: str) -> None:
        """Open a run, and remember that it was looked at."""
        session = self.session
        self.keep_places()
        session.open(run)
        if session.detail is not None:
            session.since = since(session.desk, session.detail)
            self.notices.saw(run, (finding.id for finding in session.detail.findings()))
        if not session.read_only and session.detail is not None:
            session.desk.looked(run)
            remember(session.desk, session.detail)
        for name in ("claims", "timeline", "diff", "notes", "gates"):
            session.queries.pop(name, None)
        self._kept = dict(kept_place(session.desk, run))

    def keep_places(self) -> None:
        """Keep where the operator stands, for the next time."""
        session = self.session
        if session.read_only:
            return
        try:
            keep_screen(session.desk, session.queries.get("runs", ""), self.runs.key_under_cursor)
            if session.run:
                event = self.timeline.lines.event() if self.timeline.lines.run == session.run else None
                here = {"claims": self.claims.listing.key, "timeline": event.id if event else ""}
                keep_place(session.desk, session.run, {**self._kept, **{key: at for key, at in here.items() if at}})
        except TROUBLE as error:
            self.complain(error)

    def restore_screen(self) -> None:
        """Set the filter of Runs and the cursor as they were when the screen was left."""
        session = self.session
        query, run = kept_screen(session.desk, [row.id for row in session.rows])
        if query:
            session.queries["runs"] = query
            try:
                session.refresh_rows()
            except TROUBLE:
                session.queries.pop("runs")
                session.refresh_rows()
            else:
                self._show_filter(focus=False)
                self.say("The filter from last time is set: esc clears it.")
        self.redraw()
        if run:
            self.runs.query_one("#runs-list", Listing).find(run)

    def _restore_place(self, name: str) -> None:
        """Put the cursor where it was in this view of the run, once."""
        kept = self._kept.pop(name, "")
        if not kept:
            return
        if name == "claims":
            self.claims.listing.find(kept)
        elif name == "timeline" and not self.session.queries.get("timeline"):
            self.timeline.go_to(kept)

    def action_finding(self, by: int) -> None:
        """Go to the next undecided finding: of the open run, of the neediest run that has one, then round again."""
        session, under = self.session, self.claims.listing.key
        here = [item.id for item in undecided(session.detail)] if session.detail and not self.is_at("runs") else []
        there = under if under in here and not self._is_evidence_shown else _beside(here, under, by)
        if there is None:
            there = self._open_needy(by)
        if there is None and here != [under]:
            there = _beside(here, "", by)
        if there is None:
            self.say(f"No {'other ' if here else ''}finding waits for a decision.")
            return
        if not self.is_at("claims"):
            self.show_view("claims")
        self._show_finding(there)

    @property
    def _is_evidence_shown(self) -> bool:
        """Whether the evidence of what is under the cursor of the claims is on the screen."""
        return self.is_at("claims") and (not self.has_narrow_screen or self.claims.has_class("-drilled"))

    def _open_needy(self, by: int) -> str | None:
        """Open the neediest run, but the open one, that has an undecided finding; give that, or None."""
        needy = waiting(self.session.rows)
        if self.is_at("runs"):
            under = self.runs.key_under_cursor
            needy = needy[needy.index(under) :] if under in needy else needy
        else:
            needy = [run for run in needy if run != self.session.run]
        for run in needy if by > 0 else reversed(needy):
            open_there = [item.id for item in undecided(self.session.desk.run(run))]
            if open_there:
                self.open_run(run)
                self.show_view("claims")
                return open_there[0 if by > 0 else -1]
        return None

    def _show_finding(self, finding: str) -> None:
        view = self.claims
        if not view.listing.find(finding):
            self._close_filter()
            view.listing.find(finding)
        if not view.has_class("-drilled"):
            view.listing.focus()
        view.show_evidence()
        if not self._is_evidence_shown:
            view.open()
        self.show_bars()

    @property
    def has_narrow_screen(self) -> bool:
        """Whether the list and the page take turns."""
        return self.size.width < NARROW and self.size.height < SHORT

    def event_at_hand(self) -> EventRow | None:
        """The event under the cursor of the Timeline, or the one that the evidence on the page goes back to."""
        if self.is_at("timeline"):
            return self.timeline.lines.event()
        session = self.session
        name = self.claims.here if self.is_at("claims") else self.gates.event if self.is_at("gates") else None
        place = session.desk.position(session.run, name) if name and session.run else None
        found = session.desk.events(session.run, place, 1) if place is not None else ()
        return found[0] if found else None

    @work
    async def action_search(self) -> None:
        """Search the events of all runs, and go to one."""
        session = self.session
        titles = {row.id: row.title for row in session.rows}
        dialog = SearchDialog(session.desk, titles, session.glyphs, self._searched)
        found = await self.push_screen_wait(dialog)
        self._searched = dialog.words_left
        if found is not None:
            run, event = found
            if run != session.run:
                self.open_run(run)
            self.show_view("timeline")
            self._stand_at(event)
            self.timeline.point_at(dialog.words_left.split())

    @work
    async def action_moment(self) -> None:
        """Go to the event of a number, at a time of day, or some time before or after the one at hand."""
        session = self.session
        detail, here = session.detail, self.event_at_hand()
        first = (
            next((row.time for row in session.desk.events(session.run, 0, 50) if row.time), None) if detail else None
        )
        start = first if first is not None else detail.row.started if detail else None
        if detail is None:
            self.say("Open a run first: Enter on one in Runs.")
            return
        run = detail.row.id
        at = here.time if here else None
        between = paint.count(detail.row.events, "event")
        if start is not None:
            between += f"; the run began {paint.moment_of(start)}"
            between += f" and ended {paint.moment_of(detail.row.ended)}" if detail.row.ended else ""
        wanted = await self.push_screen_wait(
            MomentDialog(lambda words: goal(session.desk, run, words, start, at), between)
        )
        if wanted is not None:
            self.show_view("timeline")
            self._stand_at(wanted)

    def action_noted(self, by: int) -> None:
        """Go to the next line that has a note or a mark."""
        pane = self.pane
        noted = {note.subject for note in self.session.detail.notes} if self.session.detail else set()
        wanted = noted | self.session.marks
        places = [place for place in pane.places(wanted) if (place > pane.cursor if by > 0 else place < pane.cursor)]
        if places:
            pane.go(places[0] if by > 0 else places[-1])
            return
        self.say("No further note or mark.")

    def action_hit(self, by: int) -> None:
        """Go to the next line that matches the filter."""
        if not self.session.queries.get(self.view.key):
            self.say("There is no filter: / sets one.")
            return
        self.view.main().move(by)


def _beside(items: Sequence[str], here: str, by: int) -> str | None:
    """The next or the previous of some items; the first or the last if one stands on none of them."""
    if not items:
        return None
    if here not in items:
        return items[0 if by > 0 else -1]
    there = items.index(here) + by
    return items[there] if 0 <= there < len(items) else None
