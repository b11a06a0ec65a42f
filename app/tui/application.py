"""The Textual application: keys, views, the poll of the desk. What is shown is made in `views`; what is done, by the desk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

from textual import work
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Input

from assure_tui.app.desk.views import DecisionWord, RunDetail
from assure_tui.app.neutral import neutral_line, neutralise
from assure_tui.app.tui import bars, paint
from assure_tui.app.tui.dialogs.chooser import Choice, Chooser
from assure_tui.app.tui.dialogs.reason import NoteDialog, ReasonDialog
from assure_tui.app.tui.dialogs.seal import Order, SealDialog
from assure_tui.app.tui.dialogs.verdict import VerdictDialog
from assure_tui.app.tui.keys import NEVER, Key, bindings, table
from assure_tui.app.tui.lines import Lines, Page
from assure_tui.app.tui.paint import DIM
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.app.tui.session import Session, short, undecided, unanswered
from assure_tui.app.tui.views.base import Caption, View
from assure_tui.app.tui.views.claims import ClaimsView
from assure_tui.app.tui.views.diff import DiffView
from assure_tui.app.tui.views.ledger import LedgerPane, bar
from assure_tui.app.tui.views.notes import NotesView
from assure_tui.app.tui.views.runs import RunsView
from assure_tui.app.tui.views.timeline import TimelineView
from assure_tui.themes import glyphs, palette
from assure_tui.themes.style import sheet

POLL: Final = 1 / 20
"""Seconds between two looks at the desk's revision."""
SHARE: Final = 0.2
"""Share of the time that redrawing may take while an agent is busy; keys have the rest."""
SAID_FOR: Final = 5.0
YANK_LIMIT: Final = 65_536
"""Code points that go to the clipboard: some terminals drop longer OSC 52 sequences whole."""
FILTERED_AFTER: Final = 0.12
"""Seconds without a keystroke after which the filter is applied."""


class AssureApp(App[int]):
    """The review desk on a terminal."""

    CSS = sheet()
    TITLE = "assure"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    def __init__(
        self,
        desk: Desk,
        *,
        theme: str | None = None,
        start: str = "runs",
        read_only: bool = False,
        ascii_only: bool = False,
        keymap: Mapping[str, str] | None = None,
        no_color: bool = False,
    ) -> None:
        """`keymap` maps ids of the key table to keys; `no_color` leaves all colours to the terminal."""
        chosen = "mono" if no_color else theme or "dark"
        self._first_theme = palette.load(chosen).name
        super().__init__(ansi_color=True if no_color else None)
        self.session = Session(desk, glyphs.load(ascii_only=ascii_only), read_only=read_only)
        self._start = start if start in {"runs", "claims", "timeline", "diff", "ledger", "notes"} else "runs"
        self._revision = -1
        self._rest_until = 0.0
        self._paused = False
        self._said = ""
        self._said_until = 0.0
        self._keys: dict[str, str] = {key.id: key.keys for key in table()}
        self._keymap = dict(keymap or {})

    # --- layout -----------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, filter, one of six views, footer."""
        yield Caption(id="header")
        with Horizontal(id="filter-bar"):
            yield Caption(id="filter-slash")
            yield Input(id="filter-input", placeholder="words, field:value, -field:value, field:>n, ~regex", select_on_focus=False)
            yield Caption(id="filter-count")
        with ContentSwitcher(initial=self._start):
            for view in (RunsView, ClaimsView, TimelineView, DiffView, LedgerPane, NotesView):
                yield view(self.session)
        yield Caption(id="strip")
        yield Caption(id="footer")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The meanings that every theme defines, so that a theme of Textual's own works too."""
        return dict(palette.load("dark").variables)

    def on_mount(self) -> None:
        """Register the palettes, read the desk, begin to poll."""
        for name in palette.PALETTES:
            self.register_theme(palette.load(name).theme())
        self.theme = self._first_theme
        if self._keymap:
            self._keys |= {name: keys for name, keys in self._keymap.items() if name in self._keys}
            self.set_keymap(self._keymap)
        self.session.refresh_rows()
        if self._start != "runs" and self.session.rows:
            self._open_run(self.session.rows[0].id)
        self._redraw()
        self.view.main().focus()
        self.set_interval(POLL, self._poll)

    @property
    def view(self) -> View:
        """The view on the screen."""
        switcher = self.query_one(ContentSwitcher)
        found = switcher.get_child_by_id(switcher.current or "runs")
        assert isinstance(found, View)  # noqa: S101 - the switcher holds nothing else
        return found

    @property
    def claims(self) -> ClaimsView:
        """The Claims view."""
        return self.query_one(ClaimsView)

    @property
    def at_desk(self) -> bool:
        """Whether no dialog is open."""
        return len(self.screen_stack) == 1

    # --- following the desk -----------------------------------------------------------------------------------------

    def _poll(self) -> None:
        now = time.monotonic()
        if self._said and now > self._said_until:
            self._said = ""
            self._bars()
        if self._paused or now < self._rest_until or not self.at_desk:
            return
        revision = self.session.desk.revision()
        if revision != self._revision:
            self._revision = revision
            began = time.monotonic()
            self._reread()
            self._rest_until = time.monotonic() + (time.monotonic() - began) / SHARE

    def _reread(self) -> None:
        """Read everything that is on the screen again."""
        session = self.session
        session.refresh_rows()
        if session.run:
            try:
                session.open(session.run)
            except TROUBLE:
                session.detail = None
        self._redraw()

    def _redraw(self) -> None:
        self.view.update()
        self._bars()

    def _bars(self) -> None:
        """Draw the first and the last line."""
        if not self.is_mounted or not self.screen_stack:
            return
        try:
            head, foot, strip = (self._base.query_one(name, Caption) for name in ("#header", "#footer", "#strip"))
        except NoMatches:
            return
        session, width = self.session, self.size.width
        flags = []
        if self._paused:
            flags.append("HELD")
        if session.read_only:
            flags.append("READ ONLY")
        timeline = self.query_one(TimelineView).lines if self._is_at("timeline") else None
        if timeline is not None and timeline.follow:
            flags.append("FOLLOW")
        elif timeline is not None and timeline.fresh:
            flags.append(f"{timeline.fresh:,} new")
        head.show(bars.header(self.view.crumbs(), session.rows, session.desk.presence(), flags, width, session.glyphs))
        strip.show(Content(" ") + bar(session.desk.ledger(), session.glyphs))
        if self._said:
            foot.show(paint.text(f" {self._said}", "bold"))
        else:
            foot.show(bars.footer(self._hints(), width))

    @property
    def _base(self) -> Screen[Any]:
        return self.screen_stack[0]

    def _is_at(self, view: str) -> bool:
        return self._base.query_one(ContentSwitcher).current == view

    def _hints(self) -> Iterable[tuple[Key, str]]:
        here = self.view.key
        for key in table():
            if key.hint and key.rank < NEVER and key.works_in(here) and not self._pointless(key):
                yield key, key.first(self._keys[key.id])

    def _pointless(self, key: Key) -> bool:
        """Whether a hint would promise something that does nothing here."""
        if key.id == "back":
            return self._is_at("runs")
        if key.id in {"verdict", "seal"}:
            return self.session.read_only or (not self.session.run and not self._is_at("runs"))
        if key.id in {"real", "false-alarm", "accept-risk", "undo"}:
            return self.session.read_only or self.claims.finding() is None
        return key.id == "next-section" and not self._is_at("diff")

    def say(self, words: str) -> None:
        """Say something in the footer for a while."""
        self._said, self._said_until = words, time.monotonic() + SAID_FOR
        self._bars()

    def on_resize(self) -> None:
        """The bars fit the width."""
        self.call_after_refresh(self._bars)

    def on_lines_moved(self) -> None:
        """Hints depend on what the cursor is on."""
        self._bars()

    def on_lines_chosen(self, message: Lines.Chosen) -> None:
        """A second click opens."""
        del message
        self.action_open()

    # --- moving -----------------------------------------------------------------------------------------------------

    @property
    def pane(self) -> Lines:
        """The pane that has the focus, else the view's main one."""
        focused = self.focused
        return focused if isinstance(focused, Lines) else self.view.main()

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
            if view.key_under_cursor:
                self._open_run(view.key_under_cursor)
                self.action_view("claims")
            return
        pane = self.pane
        if isinstance(view, ClaimsView) and pane.id == "claims-runs-list":
            key = getattr(pane, "key", "")
            if key:
                self._open_run(key)
                self._redraw()
                view.main().focus()
            return
        view.open()
        self._bars()

    def _open_run(self, run: str) -> None:
        session = self.session
        session.open(run)
        if not session.read_only:
            session.desk.looked(run)
        for name in ("claims", "timeline", "diff", "notes"):
            if session.queries.pop(name, ""):
                self._close_filter(focus=False)

    def action_back(self) -> None:
        """One step back: the filter, the evidence, the view, up to the list of runs."""
        view = self.view
        if self.query_one("#filter-bar").has_class("-on"):
            self._close_filter()
        elif view.has_class("-zoom-list") or view.has_class("-zoom-page"):
            self.action_zoom()
        elif view.back():
            self._bars()
        elif not isinstance(view, RunsView):
            self.action_view("runs")

    def action_view(self, name: str) -> None:
        """Show another view. A run under the cursor of Runs is opened on the way."""
        runs = self.query_one(RunsView)
        if self._is_at("runs") and name in {"claims", "timeline", "diff", "notes"} and runs.key_under_cursor:
            if runs.key_under_cursor != self.session.run:
                self._open_run(runs.key_under_cursor)
        self._hide_filter()
        self.query_one(ContentSwitcher).current = name
        self.session.refresh_rows()
        if self.session.run:
            self.session.open(self.session.run)
        if name == "runs" and self.session.run:
            self.view.update()
            runs.query_one("#runs-list", Lines)
        self._redraw()
        self.view.main().focus()
        if self.session.queries.get(name):
            self._show_filter(focus=False)
        if name == "claims":
            self.call_after_refresh(self.claims.show_evidence)
        if name == "timeline":
            self.call_after_refresh(self.query_one(TimelineView).show_text)

    # --- jumping ----------------------------------------------------------------------------------------------------

    def action_finding(self, by: int) -> None:
        """Go to the next undecided finding: of this run, then of the neediest run that has one."""
        view, session = self.claims, self.session
        if self._is_at("claims") and session.detail:
            waiting = [item.id for item in undecided(session.detail)]
            if waiting:
                here = waiting.index(view.listing.key) + by if view.listing.key in waiting else 0 if by > 0 else -1
                if view.listing.key not in waiting or 0 <= here < len(waiting):
                    self._show_finding(waiting[here])
                    return
        needy = [row.id for row in session.rows if row.undecided and row.id != session.run]
        if self._is_at("runs"):
            under = self.query_one(RunsView).key_under_cursor
            needy = [row.id for row in session.rows if row.undecided]
            needy = needy[needy.index(under) :] if under in needy else needy
        for run in needy if by > 0 else reversed(needy):
            waiting = [item.id for item in undecided(session.desk.run(run))]
            if waiting:
                self._open_run(run)
                self.action_view("claims")
                self._show_finding(waiting[0 if by > 0 else -1])
                return
        self.say("No finding waits for a decision.")

    def _show_finding(self, finding: str) -> None:
        view = self.claims
        if not view.listing.find(finding):
            self._close_filter()
            view.listing.find(finding)
        if not view.has_class("-drilled"):
            view.listing.focus()
        view.show_evidence()
        if self.has_narrow_screen and not view.has_class("-drilled"):
            view.open()
        self._bars()

    @property
    def has_narrow_screen(self) -> bool:
        """Whether the list and the page take turns."""
        return self.size.width < 100 and self.size.height < 30

    def action_noted(self, by: int) -> None:
        """Go to the next line that has a note or a mark."""
        pane = self.pane
        noted = {note.subject for note in self.session.detail.notes} if self.session.detail else set()
        wanted = noted | self.session.marks
        rows = getattr(pane, "rows", ())
        index = pane.cursor + by
        while 0 <= index < len(rows):
            if rows[index].key in wanted:
                pane.go(index)
                return
            index += by
        self.say("No further note or mark.")

    def action_hit(self, by: int) -> None:
        """Go to the next line that matches the filter."""
        if not self.session.queries.get(self.view.key):
            self.say("There is no filter: / sets one.")
            return
        self.view.main().move(by)

    # --- filter -----------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the filter."""
        self._show_filter(focus=True)

    def _show_filter(self, *, focus: bool) -> None:
        self.query_one("#filter-bar").add_class("-on")
        self.query_one("#filter-slash", Caption).show(Content.styled("  / ", "$accent bold"))
        field = self.query_one("#filter-input", Input)
        with field.prevent(Input.Changed):
            field.value = self.session.queries.get(self.view.key, "")
        if focus:
            field.focus()
            field.cursor_position = len(field.value)
        self._apply_filter()

    def _hide_filter(self) -> None:
        self.query_one("#filter-bar").remove_class("-on")

    def _close_filter(self, *, focus: bool = True) -> None:
        self._hide_filter()
        view = self.view
        if self.session.queries.pop(view.key, ""):
            view.filtered("")
        if focus:
            view.main().focus()
        self._bars()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed, when the keys pause."""
        if event.input.id == "filter-input":
            self.set_timer(FILTERED_AFTER, lambda wanted=event.value: self._filter_if_still(wanted))  # type: ignore[misc]

    def _filter_if_still(self, wanted: str) -> None:
        if self.query_one("#filter-input", Input).value == wanted:
            self._apply_filter()

    def _apply_filter(self) -> None:
        query = self.query_one("#filter-input", Input).value.strip()
        shown, total, more = self.view.filtered(query)
        words = f"{'≥ ' if more else ''}{shown:,} of {total:,} (filtered) " if query else f"{total:,} "
        self.query_one("#filter-count", Caption).show(Content(""), Content.styled(words, DIM))
        self._bars()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps the filter and goes to the list."""
        if event.input.id == "filter-input":
            self._apply_filter()
            if not event.value.strip():
                self._hide_filter()
            self.view.main().focus()

    # --- deciding ---------------------------------------------------------------------------------------------------

    def _may_write(self) -> bool:
        if self.session.read_only or self.is_web:
            self.say("This screen is read-only: nothing can be decided, noted or sealed here.")
            return False
        return True

    @work
    async def action_decide(self, word: DecisionWord) -> None:
        """Decide the finding under the cursor, then go to the next undecided one."""
        view, session = self.claims, self.session
        finding = view.finding()
        if not self._may_write():
            return
        if finding is None or session.detail is None:
            self.say("The cursor is on no finding; e goes to the next one.")
            return
        waiting = [item.id for item in undecided(session.detail)]
        reason = await self.push_screen_wait(ReasonDialog(session.desk, finding, word, session.glyphs))
        if reason is None:
            return

        def then() -> None:
            session.decided.append(finding.id)
            after = waiting[waiting.index(finding.id) + 1 :] if finding.id in waiting else []
            rest = [item.id for item in undecided(session.detail)] if session.detail else []
            following = next((item for item in [*after, *rest] if item in rest), None)
            if following:
                self._show_finding(following)
            else:
                self.say("All findings of this run are decided: v gives the verdict.")

        self._act(lambda: session.desk.decide(finding.id, word, reason), then)

    def action_undo(self) -> None:
        """Take back the decision under the cursor, else the last one of this sitting."""
        session = self.session
        if not self._may_write() or session.detail is None:
            return
        answered = {decision.finding for decision in session.detail.decisions}
        here = self.claims.listing.key
        last = next((item for item in reversed(session.decided) if item in answered), None)
        finding = here if here in answered else last
        if finding is None:
            self.say("There is no decision to take back.")
            return

        def then() -> None:
            session.decided = [item for item in session.decided if item != finding]
            self.claims.listing.find(finding)
            self.say("Taken back: the finding is undecided again.")

        self._act(lambda: session.desk.undo_decision(finding), then)

    @work
    async def action_note(self) -> None:
        """Write a note on what the cursor is on."""
        session, subject = self.session, self.view.subject()
        if not self._may_write():
            return
        if subject is None:
            self.say("There is nothing here that a note could be about.")
            return
        run = self.query_one(RunsView).key_under_cursor if self._is_at("runs") else session.run
        answer = await self.push_screen_wait(NoteDialog(session.desk, subject[0], subject[1]))
        if answer is not None:
            text, tags = answer
            self._act(lambda: session.desk.note(run, subject[0], text, tags), lambda: self.say("Noted."))

    def action_mark(self) -> None:
        """Mark what the cursor is on, or take the mark away."""
        subject = self.view.subject()
        if subject is None:
            return
        marks = self.session.marks
        if subject[0] in marks:
            marks.discard(subject[0])
        else:
            marks.add(subject[0])
        self.view.update()
        self.pane.move(1)

    @work
    async def action_verdict(self) -> None:
        """Give the run a verdict."""
        session = self.session
        run = self._run_at_hand()
        if not self._may_write():
            return
        if not run:
            self.say("Open a run first: Enter on one in Runs.")
            return
        detail = session.desk.run(run)
        answer = await self.push_screen_wait(VerdictDialog(session.desk, detail, session.glyphs))
        if answer is not None:
            word, reason = answer
            self._act(
                lambda: session.desk.verdict(run, word, reason), lambda: self.say("The verdict is a draft: S seals it.")
            )

    def _run_at_hand(self) -> str:
        return self.query_one(RunsView).key_under_cursor if self._is_at("runs") else self.session.run

    @work
    async def action_seal(self) -> None:
        """Seal the run, or in Runs all marked runs that have nothing undecided."""
        session, desk = self.session, self.session.desk
        if not self._may_write():
            return
        details = self._to_seal()
        if not details:
            return
        state = desk.ledger().state
        if state == "damaged":
            self.say("The ledger is damaged: nothing is sealed on it. 5 shows what failed.")
            return
        opened = set(session.opened)
        for detail in details:
            opened |= set((desk.draft(f"opened:{detail.row.id}") or "").split("\n"))
        names = [neutral_line(str(getattr(key, "name", key)), 80) for key in desk.operator_keys()]

        def perform(order: Order) -> str:
            try:
                if order.new_key:
                    desk.new_operator_key(order.new_key, order.passphrase)
                for detail in details:
                    if detail.verdict is None:
                        desk.verdict(detail.row.id, order.word, "")
                desk.seal([detail.row.id for detail in details], passphrase=order.passphrase)
            except TROUBLE as error:
                return str(error) or type(error).__name__
            return ""

        done = await self.push_screen_wait(SealDialog(details, opened, names, session.glyphs, perform))
        if done:
            session.marks -= {detail.row.id for detail in details}
            self._reread()
            self.say(f"Sealed: {paint.count(len(details), 'run')}. Anybody can check it offline with assure-tui verify.")
        else:
            self._reread()

    def _to_seal(self) -> list[RunDetail]:
        session, desk = self.session, self.session.desk
        marked = [row.id for row in session.rows if row.id in session.marks] if self._is_at("runs") else []
        if not marked:
            run = self._run_at_hand()
            if not run:
                self.say("Open a run first: Enter on one in Runs.")
                return []
            return [desk.run(run)]
        details = [desk.run(run) for run in marked]
        ready = [detail for detail in details if not unanswered(detail)]
        if not ready:
            self.say("Every marked run has undecided findings: e goes to the next one.")
        return ready

    def _act(self, act: Callable[[], object], then: Callable[[], None]) -> None:
        """Do something at the desk in a thread, read everything again, and go on."""
        self._act_in_thread(act, then)

    @work(thread=True, group="act")
    def _act_in_thread(self, act: Callable[[], object], then: Callable[[], None]) -> None:
        try:
            act()
        except TROUBLE as error:
            self.call_from_thread(self.say, str(error) or type(error).__name__)
            return
        self.call_from_thread(self._acted, then)

    def _acted(self, then: Callable[[], None]) -> None:
        self._reread()
        then()

    # --- the ledger -------------------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="verify")
    def action_verify(self) -> None:
        """Check the whole ledger again, in a thread."""
        self.call_from_thread(self.say, "Checking the whole ledger…")
        try:
            state = self.session.desk.verify(None)
        except TROUBLE as error:
            self.call_from_thread(self.say, str(error) or type(error).__name__)
            return
        self.call_from_thread(self._reread)
        self.call_from_thread(self.say, f"Checked {state.size:,} entries: {self.session.glyphs.sign(state.state).word}.")

    # --- the view itself --------------------------------------------------------------------------------------------

    def action_zoom(self) -> None:
        """Give the whole screen to the pane that has the focus, and back."""
        view = self.view
        if view.has_class("-zoom-list") or view.has_class("-zoom-page"):
            view.remove_class("-zoom-list", "-zoom-page")
            return
        inside = any("page-side" in node.classes for node in self.pane.ancestors)
        view.add_class("-zoom-page" if inside else "-zoom-list")

    def action_diff_mode(self) -> None:
        """Unified, split, or by width."""
        self.say(f"Diff: {self.query_one(DiffView).next_mode()}")

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        view = self.view
        if isinstance(view, TimelineView | DiffView):
            self.say("Long lines are wrapped." if view.wrap() else "Long lines are cut; h and l scroll.")
        else:
            self.say("Lines are always wrapped here.")

    def action_pause(self) -> None:
        """Hold the screen still, or let it move again."""
        self._paused = not self._paused
        if not self._paused:
            self._reread()
        self._bars()

    def action_follow(self) -> None:
        """Follow the newest."""
        view = self.view
        if isinstance(view, TimelineView):
            self.say("Following the newest events." if view.toggle_follow() else "Staying here.")
        else:
            self.pane.edge(-1)
            self.say("At the newest and neediest.")

    def action_theme(self) -> None:
        """Take the next theme."""
        names = list(palette.PALETTES)
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]
        self.say(f"Theme: {palette.load(self.theme).label}")

    def action_yank(self) -> None:
        """Copy what the cursor is on."""
        words = neutralise(self.view.yank())
        if not words:
            self.say("There is nothing here to copy.")
            return
        self.copy_to_clipboard(words[:YANK_LIMIT])
        cut = f", the first {YANK_LIMIT:,} of {len(words):,} characters" if len(words) > YANK_LIMIT else ""
        self.say(f"Copied{cut}, if your terminal allows it.")

    @work
    async def action_help(self) -> None:
        """List the keys, those of this view first; Enter runs one."""
        here = self.view
        keys = [key for key in table() if key.works_in(here.key)]
        own = [key for key in keys if key.views]
        shown = [(key, here.name_shown) for key in own] + [(key, key.group) for key in keys if not key.views]
        choices = [Choice(key.action, key.help, key.shown(self._keys[key.id]), group) for key, group in shown]
        await self._choose(Chooser("KEYS", choices, prompt="Type to narrow; Enter runs it"))

    @work
    async def action_palette(self) -> None:
        """Type what to do, or a run to go to."""
        session = self.session
        choices = [Choice(key.action, key.help, key.first(self._keys[key.id]), "do") for key in table() if key.group != "move"]
        choices += [Choice(f"theme_named({name!r})", f"Theme: {palette.load(name).label}", "", "theme") for name in palette.PALETTES]
        choices += [
            Choice(f"run_named({row.id!r})", f"Run {short(row.id)}  {neutral_line(row.title, 80)}", "", "runs")
            for row in session.rows[:500]
        ]
        await self._choose(Chooser("DO", choices, prompt="What to do, or where to go"))

    async def _choose(self, chooser: Chooser) -> None:
        action = await self.push_screen_wait(chooser)
        if action:
            await self.run_action(action)

    def action_theme_named(self, name: str) -> None:
        """Take a theme by its name."""
        self.theme = name

    def action_run_named(self, run: str) -> None:
        """Open a run."""
        self._open_run(run)
        self.action_view("claims")

    def action_leave(self) -> None:
        """Leave."""
        self.exit(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key does nothing in a view that it is not made for."""
        here = self.query_one(ContentSwitcher).current if self.is_mounted and self.screen_stack else None
        if here is not None and action in {"verify", "diff_mode", "undo", "decide", "hit"}:
            return any(key.works_in(here) for key in table() if key.action.partition("(")[0] == action)
        return super().check_action(action, parameters)


