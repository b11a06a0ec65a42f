"""The application: the frame, moving, reviewing, and what changes how things look."""

from __future__ import annotations

import subprocess
import time
from typing import Final

from textual import work
from textual.app import SuspendNotSupported

from assure_tui.app.desk.keymap import bind
from assure_tui.app.neutral import neutral_line, neutralise
from assure_tui.app.tui import paint, source
from assure_tui.app.tui.dialogs.chooser import Choice, Chooser
from assure_tui.app.tui.dialogs.rebind import RebindDialog
from assure_tui.app.tui.keys import table
from assure_tui.app.tui.port import TROUBLE
from assure_tui.app.tui.reviewing import Reviewing
from assure_tui.app.tui.session import short
from assure_tui.app.tui.views.diff import DiffView
from assure_tui.app.tui.views.timeline import EventLines, TimelineView

SNOOZE: Final = 3600.0
YANK_LIMIT: Final = 65_536
"""Code points that go to the clipboard: some terminals drop longer OSC 52 sequences whole."""


class AssureApp(Reviewing):
    """The review desk on a terminal."""

    def action_diff_mode(self) -> None:
        """Unified, split, or by width; in Claims both sides of the evidence whole, or the four columns."""
        if self.is_at("claims"):
            whole = self.claims.switch_sides()
            if self.has_narrow_screen and not self.claims.has_class("-drilled"):
                self.claims.open()
            self.say("The words and the output, whole." if whole else "Asked, claimed, called, landed.")
            return
        self.say(f"Diff: {self.diff.next_mode()}")

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        view = self.view
        if isinstance(view, TimelineView | DiffView):
            self.say("Long lines are wrapped." if view.wrap() else "Long lines are cut; h and l scroll.")
        else:
            self.say("Lines are always wrapped here.")

    def action_pause(self) -> None:
        """Hold the screen still, or let it move again."""
        self.paused = not self.paused
        if not self.paused:
            self.reread()
        self.show_bars()

    def action_snooze(self) -> None:
        """Have no notice of new findings for an hour, or have it again."""
        now = time.time()
        on = not self.notices.snoozed(now)
        self.notices.snooze(SNOOZE if on else 0.0, now)
        until = paint.clock(now + SNOOZE)
        self.say(f"No bell and no message until {until}; findings are still shown." if on else "Notices again.")

    def action_follow(self) -> None:
        """Follow the newest."""
        view, pane = self.view, self.pane
        if isinstance(view, TimelineView) or isinstance(pane, EventLines):
            following = view.toggle_follow() if isinstance(view, TimelineView) else self.claims.toggle_follow()
            self.say("Following the newest events." if following else "Staying here.")
        else:
            self.pane.edge(-1)
            self.say("At the newest and most urgent.")

    def action_theme(self) -> None:
        """Take the next theme."""
        names = list(self.looks.shelf.palettes)
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]
        self.say(f"Theme: {neutral_line(self.looks.shelf.palettes[self.theme].label, 60)}")

    def action_yank(self) -> None:
        """Copy what the cursor is on."""
        words = neutralise(self.view.yank())
        if not words:
            self.say("There is nothing here to copy.")
            return
        self.copy_to_clipboard(words[:YANK_LIMIT])
        cut = f", the first {YANK_LIMIT:,} of {len(words):,} characters" if len(words) > YANK_LIMIT else ""
        self.say(f"Copied{cut}, if your terminal allows it.")

    def action_source(self) -> None:
        """Show the record behind what the cursor is on in its log, with the operator's own pager or editor."""
        row = self.event_at_hand()
        if row is None:
            self.say("There is no record behind this.")
            return
        words = source.viewer(row)
        try:
            with self.suspend():
                ended = subprocess.run(words, check=False, env=source.surroundings()).returncode  # noqa: S603 - the operator's own program; no shell, and the path is absolute
        except SuspendNotSupported:
            self.say("No program can be started from here.")
            return
        self.refresh()
        self.say(f"{neutral_line(source.place(row), 200)}" + (f" ({words[0]} ended with {ended})" if ended else ""))

    def action_place(self) -> None:
        """Copy where the record stands: its log and the offset."""
        row = self.event_at_hand()
        self._copy(source.place(row) if row else "")

    def action_check_again(self) -> None:
        """Copy the command that checks this again."""
        detail = self.session.detail
        self._copy(source.check_again(detail, self.claims.acts if self.is_at("claims") else ()) if detail else "")

    def _copy(self, words: str) -> None:
        if not words:
            self.say("There is nothing here to copy.")
            return
        self.copy_to_clipboard(words)
        self.say(f"Copied: {neutral_line(words, 300)}")

    @work
    async def action_help(self) -> None:
        """List the keys, those of this view first; Enter runs one, tab gives it another key."""
        here = self.view
        keys = [key for key in table() if key.works_in(here.key)]
        own = [key for key in keys if key.views]
        shown = [(key, here.name_shown) for key in own] + [(key, key.group) for key in keys if not key.views]
        choices = [
            Choice(key.action, key.help, key.shown(self.keys_now[key.id]), group, other=f"rebind({key.id!r})")
            for key, group in shown
        ]
        await self._choose(Chooser("KEYS", choices, prompt="Type to narrow; Enter runs it, tab gives it another key"))

    @work
    async def action_rebind(self, name: str) -> None:
        """Give an action another key, at once and in the settings."""
        key = next(key for key in table() if key.id == name)
        if self._settings is None or self.session.read_only or self.is_web:
            self.say("Keys cannot be changed on this screen: [keys] in config.toml maps them.")
            return
        keys = await self.push_screen_wait(RebindDialog(key, self.keys_now))
        if keys is None:
            return
        try:
            bind(self._settings, name, None if keys == key.keys else keys)
        except TROUBLE as error:
            self.complain(error)
            return
        self.map_keys({name: keys})
        self.say(f"{key.shown(keys)}: {key.help}. It is in {neutral_line(str(self._settings), 120)}.")

    @work
    async def action_palette(self) -> None:
        """Type what to do, or a run to go to."""
        session = self.session
        choices = [
            Choice(key.action, key.help, key.first(self.keys_now[key.id]), "actions")
            for key in table()
            if key.group != "move"
        ]
        choices += [
            Choice(f"theme_named({name!r})", f"Theme: {neutral_line(shown.label, 60)}", "", "themes")
            for name, shown in self.looks.shelf.palettes.items()
        ]
        choices += [
            Choice(f"run_named({row.id!r})", f"Run {short(row.id)}  {neutral_line(row.title, 80)}", "", "runs")
            for row in session.rows[:500]
        ]
        await self._choose(Chooser("DO, OR GO TO", choices, prompt="What to do, or where to go"))

    async def _choose(self, chooser: Chooser) -> None:
        action = await self.push_screen_wait(chooser)
        if action:
            await self.run_action(action)

    def action_theme_named(self, name: str) -> None:
        """Take a theme by its name."""
        self.theme = name

    def action_run_named(self, run: str) -> None:
        """Open a run."""
        self.open_run(run)
        self.show_view("claims")

    def action_leave(self) -> None:
        """Go back a step; from the list of runs, leave. Its filter is there again the next time."""
        if self.is_at("runs") or not self.action_step_back():
            self.keep_places()
            self.exit(0)
