"""The frame: header, filter, one of seven views, footer, and the poll of the desk that keeps them true."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import ContentSwitcher, Input

from assure_tui.app.desk.config import NotifyConfig
from assure_tui.app.desk.faults import remedy
from assure_tui.app.desk.watch.notices import Notices
from assure_tui.app.neutral import neutral_line
from assure_tui.app.tui import bars, paint
from assure_tui.app.tui.bars import Hint
from assure_tui.app.tui.holding import Holding
from assure_tui.app.tui.keys import NEVER, Key, bindings, table
from assure_tui.app.tui.lines import Lines
from assure_tui.app.tui.looks import Looks
from assure_tui.app.tui.notify import tell
from assure_tui.app.tui.paint import DIM
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.app.tui.recorder import Companion
from assure_tui.app.tui.session import Session
from assure_tui.app.tui.views.base import Caption, LastLine, View
from assure_tui.app.tui.views.claims import ClaimsView
from assure_tui.app.tui.views.diff import DiffView
from assure_tui.app.tui.views.gates import GatesView
from assure_tui.app.tui.views.ledger import LedgerPane, bar, legend
from assure_tui.app.tui.views.notes import NotesView
from assure_tui.app.tui.views.runs import RunsView
from assure_tui.app.tui.views.timeline import TimelineView
from assure_tui.themes import glyphs, palette
from assure_tui.themes.style import SHEET

POLL: Final = 1 / 20
"""Seconds between two looks at the desk's revision."""
LOOK: Final = 1.0
"""Seconds between two looks at who records."""
SHARE: Final = 0.2
"""Share of the time that redrawing may take while an agent is busy; keys have the rest."""
SAID_FOR: Final = 5.0
NARROW: Final = 100
SHORT: Final = 30
"""Columns and lines below both of which a list and its page take turns."""
_ANSWERS: Final = {"real": "allow", "false-alarm": "refuse"}
"""What the keys that decide say to a call that waits."""
VERIFY_AFTER: Final = 0.5
"""Seconds after the start: the screen is painted first."""
VERIFY_EVERY: Final = 60.0
"""Seconds between two checks of the ledger that nobody asked for."""
VERIFY_SHARE: Final = 0.002
"""Share of a core that these checks may take."""
VERIFIED_UNASKED: Final = 50_000
"""Entries up to which the ledger is checked unasked: a third of a second in a thread."""


class Frame(Holding):
    """What is on the screen whatever is being done. `Moving` and `Reviewing` add the actions."""

    CSS_PATH = SHEET
    TITLE = "assure"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = ""
    """Textual would give the focus that a pane lost to the filter, which is not on the screen: keys would be words."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (NARROW, "-medium"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-short"),
        (SHORT, "-tall"),
    ]

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
        recorder: Companion | None = None,
        welcome: str = "",
        notify: NotifyConfig | None = None,
        themes: Path | None = None,
        settings: Path | None = None,
    ) -> None:
        """`keymap` maps ids of the key table to keys; `no_color` leaves all colours to the terminal.

        `recorder` is the process that this screen started to record: it is kept running, and others can be named.
        `welcome` are our own words over the list of runs; `notify` says how to tell of new findings, if at all.
        `themes` is the folder of the operator's own palettes, `settings` the file that keeps what keys are mapped to.
        """
        self.looks = Looks(self, themes)
        self._first_theme = "mono" if no_color else theme or "dark"
        super().__init__(ansi_color=True if no_color else None)
        self.ascii_only = ascii_only
        self.set_class(ascii_only, "-ascii")
        self.session = session = Session(desk, glyphs.load(ascii_only=ascii_only), read_only=read_only)
        self.runs, self.claims = RunsView(session, welcome=welcome), ClaimsView(session)
        self.timeline = TimelineView(session)
        self.diff, self.ledger, self.notes = DiffView(session), LedgerPane(session), NotesView(session)
        self.gates = GatesView(session)
        everything = (self.runs, self.claims, self.timeline, self.diff, self.ledger, self.notes, self.gates)
        self.views: dict[str, View] = {view.key: view for view in everything}
        self.header, self.strip, self.footer = Caption(id="header"), Caption(id="strip"), LastLine(id="footer")
        self.filter_input = Input(
            id="filter-input", placeholder="words, field:value, -field:value, field:>n, ~regex", select_on_focus=False
        )
        self.filter_count = Caption(id="filter-count")
        self.filter_bar = Horizontal(Caption(id="filter-slash"), self.filter_input, self.filter_count, id="filter-bar")
        self.recorder = recorder
        self._looked_at = 0.0
        self._notify = None if read_only else notify
        self.notices = Notices(desk, (notify or NotifyConfig()).severity)
        self._start = start if start in self.views else "runs"
        self.switcher = ContentSwitcher(*self.views.values(), initial=self._start)
        self.revision = -1
        self._rest_until = 0.0
        self.paused = False
        self._problems_said: tuple[str, ...] = session.presence.problems
        self._said = ""
        self._said_until = 0.0
        self._verify_from = 0.0
        self.keys_now: dict[str, str] = {key.id: key.keys for key in table()}
        self._keymap: dict[str, str] = dict(keymap or {})
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Header, filter, one of seven views, footer."""
        yield self.header
        yield self.filter_bar
        yield self.switcher
        yield self.strip
        yield self.footer

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The meanings that every theme defines, so that a theme of Textual's own works too."""
        return dict(palette.load("dark").variables)

    def on_mount(self) -> None:
        """Register the palettes and paint the frame: the desk is read when it is on the screen."""
        self.looks.register()
        self.theme = self._first_theme
        self.map_keys(self._keymap)
        self.runs.read_soon()
        self.header.show(paint.text(" assure", DIM))
        self.view.main().focus()
        self.hold_keys(math.inf)
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Read the desk, begin to poll, and take the keys that were pressed meanwhile."""
        self.revision = self.session.presence.revision
        self._verify_from = time.monotonic() + VERIFY_AFTER
        self.session.refresh_rows()
        self.session.load_marks()
        if self._start != "runs" and self.session.rows:
            self.session.open(self.session.rows[0].id)
        if self._start == "runs":
            self.restore_screen()
        else:
            self.redraw()
        self.set_interval(POLL, self._poll)
        await self.let_through()

    def map_keys(self, keys: Mapping[str, str]) -> None:
        """Map ids of the key table to keys, beside what is mapped already."""
        self._keymap |= {name: pressed.replace(" ", "") for name, pressed in keys.items()}
        if self._keymap:
            self.keys_now |= {name: pressed for name, pressed in self._keymap.items() if name in self.keys_now}
            self.set_keymap(self._keymap)

    def restore_screen(self) -> None:
        """Set the screen as it was left; `Moving` knows how."""
        raise NotImplementedError

    @property
    def view(self) -> View:
        """The view on the screen."""
        return self.views[self.switcher.current or "runs"]

    @property
    def pane(self) -> Lines:
        """The pane that has the focus, else the view's main one."""
        focused = self.focused
        return focused if isinstance(focused, Lines) else self.view.main()

    def _poll(self) -> None:
        if not self.is_running:  # it ends: its widgets are gone one after the other
            return
        now = time.monotonic()
        if now > self._said_until:
            self.unsay()
        if now - self._looked_at >= LOOK:
            self._looked_at = now
            for problem in self.looks.refresh():
                self.say(problem)
            self._look_who_records()
            self._tell_of_findings()
        if self.paused or now < self._rest_until or not self.at_desk:
            return
        self._verify_when_idle(now)
        try:
            revision = self.session.desk.revision()
            if revision != self.revision:
                self.revision = revision
                self.reread()
                self._rest_until = time.monotonic() + (time.monotonic() - now) / SHARE
        except TROUBLE as error:
            self.complain(error)
            self._rest_until = now + SAID_FOR

    def _look_who_records(self) -> None:
        """Keep our recorder running and the first line true: that nobody records any more changes no revision."""
        words = self.recorder.tend() if self.recorder else None
        if words is not None:
            self.say(words)
        told = (self.recorder.trouble, self.recorder.starting) if self.recorder else ("", False)
        if told != (self.session.recorder_trouble, self.session.recorder_starts):
            self.session.recorder_trouble, self.session.recorder_starts = told
            if self.is_at("runs") and self.at_desk:
                self.runs.update()
        with suppress(*TROUBLE):
            presence = self.session.desk.presence()
            if presence.ledger_size != self.session.presence.ledger_size or self.session.approvals:
                self.session.approvals = self.session.desk.approvals()
                if self.is_at("gates") and self.at_desk:
                    self.gates.update()
                self.show_bars()
            if presence != self.session.presence or presence.recorder == "none":
                self.session.presence = presence
                self.show_bars()
            if self.at_desk:  # a dialog may cover the last line
                fresh = [problem for problem in presence.problems if problem not in self._problems_said]
                self._problems_said = presence.problems
                if fresh:
                    self.say(neutral_line(fresh[0], 500))

    def _tell_of_findings(self) -> None:
        """Tell once of each finding that came since the screen was opened; also while it is held, or a dialog open."""
        driver = self._driver
        if self._notify is None or driver is None or self.is_web:
            return
        with suppress(*TROUBLE):
            for notice in self.notices.take(self.session.desk.alerts(), time.time()):
                tell(notice, self._notify, driver.write)

    def _verify_when_idle(self, now: float) -> None:
        """Check the ledger in a thread: at first, then once a minute, or less often where that would keep a core busy.

        Also when it did not grow: that is how it looks after somebody changed what stands in it.
        """
        if now < self._verify_from or not 0 < self.session.presence.ledger_size <= VERIFIED_UNASKED:
            return
        self._verify_from = now + VERIFY_EVERY
        self._verify_quietly()

    @work(thread=True, exclusive=True, group="verify")
    def _verify_quietly(self) -> None:
        began = time.thread_time()
        with suppress(*TROUBLE):
            self.session.desk.verify(None)
        spent = time.thread_time() - began
        self._verify_from = time.monotonic() + max(VERIFY_EVERY, spent / VERIFY_SHARE)

    def reread(self) -> None:
        """Read everything that is on the screen again."""
        session = self.session
        session.refresh_rows()
        if session.run:
            try:
                session.open(session.run)
            except TROUBLE:
                session.detail = None
        self.redraw()

    def redraw(self) -> None:
        """Draw the view and the bars from what was read."""
        self.view.update()
        self.show_bars()

    def show_bars(self) -> None:
        """Draw the first and the last line."""
        session, width = self.session, self.size.width
        flags = []
        if self.paused:
            flags.append("HELD")
        if session.read_only:
            flags.append("READ ONLY")
        snoozed = self.notices.snoozed(time.time())
        if snoozed:
            flags.append(f"QUIET TILL {paint.clock(snoozed)}")
        if session.approvals:
            flags.append(f"{paint.count(len(session.approvals), 'CALL WAITS', 'CALLS WAIT')}: 7")
        timeline = self.timeline.lines if self.is_at("timeline") else None
        if timeline is not None and timeline.follow:
            flags.append("FOLLOW")
        elif timeline is not None and timeline.fresh:
            flags.append(f"{timeline.fresh:,} new")
        own = self.recorder.pid if self.recorder else None
        self.header.show(
            bars.header(
                self.view.crumbs(),
                session.rows,
                session.presence,
                flags,
                width,
                session.glyphs,
                own,
                recordable=not session.desk.withheld,
                starting=session.recorder_starts,
            )
        )
        self.strip.show(bar(session.ledger, session.glyphs), legend(session.glyphs))
        if self._said:
            self.footer.say(paint.text(self._said, "bold"))
        else:
            hints, places = bars.footer(self._hints(), list(self._tabs()), width)
            self.footer.offer(hints, places)

    def is_at(self, view: str) -> bool:
        """Whether this view is on the screen."""
        return self.switcher.current == view

    def _hints(self) -> Iterator[Hint]:
        here = self.view.key
        for key in table():
            if key.hint and key.rank < NEVER and key.works_in(here) and not self._pointless(key):
                yield Hint(key.id, key.first(self.keys_now[key.id]), self._hint(key), key.rank, key.action)

    def _hint(self, key: Key) -> str:
        """What a key does, in a word: of a call that waits, `a` says no more than that it may be made."""
        if key.id == "quit" and self.is_at("runs"):
            return "quit"
        return _ANSWERS.get(key.id, key.hint) if self._call_waits() else key.hint

    def _call_waits(self) -> bool:
        return self.is_at("gates") and self.gates.approval() is not None

    def _tabs(self) -> Iterator[Hint]:
        """The views with their keys, the one on the screen marked."""
        named = {key.id: key for key in table()}
        for name, view in self.views.items():
            key = named[f"view-{name}"]
            shown = key.first(self.keys_now[key.id])
            yield Hint(key.id, shown, view.name_shown, here=self.is_at(name), action=key.action)

    def _pointless(self, key: Key) -> bool:
        """Whether a hint would promise something that does nothing here."""
        if key.id in {"note", "verdict", "seal"}:
            here = self.session.rows if self.is_at("runs") else self.session.run or key.id == "note"
            return self.session.read_only or not here
        if key.id == "undo":
            return self.session.read_only or not self.session.decided
        if key.id in {"real", "false-alarm", "accept-risk"}:
            no_answer = key.id == "accept-risk" and self._call_waits()
            return self.session.read_only or no_answer or self._nothing_to_answer()
        return key.id in {"next-section", "diff-mode"} and not self.is_at("diff")

    def _nothing_to_answer(self) -> bool:
        if self.is_at("gates"):
            return self.gates.finding() is None and self.gates.approval() is None and not self.gates.folded()
        return self.claims.finding() is None and not self.claims.folded()

    def say(self, words: str) -> None:
        """Say something in the footer for a while, or until the next key."""
        self._said, self._said_until = words, time.monotonic() + SAID_FOR
        self.show_bars()

    def unsay(self) -> None:
        """Give the footer back to the hints."""
        if self._said:
            self._said = ""
            self.show_bars()

    def complain(self, error: Exception) -> None:
        """Say what went wrong, and what mends it: the desk's own errors are sentences for people already."""
        words, mend = str(error) or type(error).__name__, remedy(error)
        self.say(f"{words}: {mend}." if mend else words)

    def on_resize(self, event: Resize) -> None:
        """The bars fit the width, and what was being read stays on the screen."""
        narrow = event.size.width < NARROW and event.size.height < SHORT
        above = self.focused.ancestors if self.at_desk and self.focused else ()
        if narrow and any(each.has_class("page-side") for each in above):
            self.view.add_class("-drilled")
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        if self.at_desk and self.focused is None:  # its pane has no room any more
            self.view.main().focus()
        self.show_bars()

    async def on_last_line_pressed(self, message: LastLine.Pressed) -> None:
        """A hint that was clicked does what its key does."""
        await self.run_action(message.action)

    def on_lines_moved(self) -> None:
        """Hints depend on what the cursor is on."""
        self.show_bars()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key does nothing in a view that it is not made for."""
        here = self.switcher.current if self.screen_stack else None
        if here is not None and action in {
            "verify",
            "diff_mode",
            "undo",
            "decide",
            "hit",
            "source",
            "place",
            "check_again",
            "missed",
        }:
            return any(key.works_in(here) for key in table() if key.action.partition("(")[0] == action)
        return super().check_action(action, parameters)
