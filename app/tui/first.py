"""The first start: what will be watched, what is kept of it, where, for how long, and who can read it. Once a home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from assure_tui.app.desk.firststart import Place
from assure_tui.app.desk.paths import Home, from_home
from assure_tui.app.tui import paint
from assure_tui.app.tui.bars import Hint, footer
from assure_tui.app.tui.hangup import Ending
from assure_tui.app.tui.lines import Listing, Row, blank, still, title
from assure_tui.app.tui.looks import Looks
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD, STRONG
from assure_tui.app.tui.views.base import Caption
from assure_tui.themes import glyphs, palette
from assure_tui.themes.style import SHEET

UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_HISTORY: Final = (
    "{} ({}) from before now are listed as backlog. They never ask for review; one is recorded when you open it."
)
_KEPT: Final = (
    "Digests of all records, what was claimed, what was found, and what you note, decide and seal. The logs stay where "
    "they are. An index of them is kept for search; it can be deleted."
)
_ESCROW: Final = (
    " Raw records that are written from now on are kept too, encrypted, up to {:,} MB; [escrow] in the settings says "
    "how many and of which logs."
)
KEYS: Final = (
    Hint("watch", "enter", "watch from now on"),
    Hint("move", "j k", "read on", 3),
    Hint("leave-out", "x", "leave out", 1),
    Hint("demo", "d", "the demo", 2),
    Hint("quit", "q", "leave"),
)
LINE: Final = 110
"""Cells beyond which lines are no easier to read."""
SMALL: Final = 76
"""Cells below which a place stands without whose logs it has."""


class FirstStart(Ending[str]):
    """Ends with `watch`, `demo` or nothing; `left_out` are the places that the operator does not want read."""

    CSS_PATH = SHEET
    TITLE = "assure"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "watch", "Watch from now on", show=False),
        Binding("x,space", "leave_out", "Leave a place out, or take it in", show=False),
        Binding("d", "demo", "The demo", show=False),
        Binding("q,escape", "leave", "Leave", show=False),
        Binding("j,down", "move(1)", "Down", show=False),
        Binding("k,up", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Down a page", show=False),
        Binding("b,pageup", "page(-1)", "Up a page", show=False),
        Binding("G,end", "edge(1)", "To the end", show=False),
        Binding("g,home", "edge(-1)", "To the beginning", show=False),
    ]

    def __init__(
        self,
        home: Home,
        look: Callable[[], Sequence[Place]],
        *,
        theme: str | None = None,
        ascii_only: bool = False,
        no_color: bool = False,
        escrow: int = 0,
        days: int | None = None,
    ) -> None:
        """`look` may take seconds over many logs: it is called in a thread.

        `escrow` tells how many megabytes of raw records are kept, `days` how long closed shards of the ledger are.
        """
        super().__init__(ansi_color=True if no_color else None)
        self._looks = Looks(self, home.config.parent / "themes")
        self._chosen_theme = "mono" if no_color else theme or "dark"
        self.ascii_only = ascii_only
        self.set_class(ascii_only, "-ascii")
        self._escrow, self._days = escrow, days
        self._home, self._look = home, look
        self._glyphs = glyphs.load(ascii_only=ascii_only)
        self.places: Sequence[Place] | None = None
        self.left_out: set[Path] = set()

    def compose(self) -> ComposeResult:
        """A head, the account, the keys."""
        yield Caption(id="header")
        yield Static(id="first-lead")
        yield Listing(id="first-list")
        yield Caption(id="footer")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The meanings that every theme defines."""
        return dict(palette.load("dark").variables)

    def on_mount(self) -> None:
        """Look around in a thread."""
        self._looks.register()
        self.theme = self._chosen_theme
        crumb = f" {self._glyphs.marks['crumb']} "
        self.query_one("#header", Caption).show(
            Content.assemble(" assure", (crumb, DIM), ("First start", STRONG)),
            Content.styled("nothing is read or written yet ", DIM),
        )
        self.query_one("#first-lead", Static).update(Content.styled("Looking for the logs of agents…", DIM))
        self._show_keys()
        self.query_one(Listing).focus()
        self._survey()

    @work(thread=True)
    def _survey(self) -> None:
        places = self._look()
        self.call_from_thread(self._found, places)

    def _found(self, places: Sequence[Place]) -> None:
        self.places = places
        self._show()
        self._show_keys()

    def on_resize(self) -> None:
        """The sentences are wrapped for the width, which is known when the list has it."""
        self.call_after_refresh(self._show_keys)
        if self.places is not None:
            self.call_after_refresh(self._show)

    def _show_keys(self) -> None:
        """Offer what can be done: what begins is offered when it was shown what that is."""
        offered = KEYS if self.places is not None else KEYS[3:]
        self.query_one("#footer", Caption).show(footer(offered, (), self.size.width)[0])

    def _show(self) -> None:
        places = self.places or ()
        logs = sum(place.logs for place in places)
        lead = (
            "From now on, your agents' logs here are read as they grow, and checked against what happened."
            if logs
            else "No agent has left a log in any of the places that were looked at. d plays the demo; it needs none."
        )
        self.query_one("#first-lead", Static).update(Content.styled(lead, STRONG if logs else f"{ACCENT} bold"))
        self.query_one(Listing).show(self._rows(places))

    def _rows(self, places: Sequence[Place]) -> list[Row]:
        marks = self._glyphs
        width = min(max(30, self.size.width - 4), LINE)
        there = [place for place in places if place.exists]
        taken = [place for place in there if place.path not in self.left_out]
        missed = [place for place in places if place.named and not place.exists]
        absent = [place for place in places if not place.named and not place.exists]
        logs, size = sum(place.logs for place in taken), sum(place.size for place in taken)
        rows = [title(marks, "WATCHED"), *(self._place(place) for place in (*there, *missed))]
        missing: list[Row] = []
        if absent:
            missing = [blank(), title(marks, "LOOKED AT, NOT THERE YET"), *(self._place(place) for place in absent)]
        if not there:
            rows += [still(Content.styled("  none of these places exists", DIM)), *missing]
        home = self._home
        account = [
            (
                "HISTORY",
                _HISTORY.format(paint.count(logs, "log"), measure(size))
                if logs
                else "None is read: it is left out."
                if self.left_out
                else "None yet.",
            ),
            (
                "WHAT IS KEPT",
                _KEPT + (_ESCROW.format(self._escrow) if self._escrow else ""),
            ),
            ("WHERE", f"{_places(home)}. Nothing leaves this machine."),
            ("HOW LONG", self._how_long()),
            (
                "WHO CAN READ IT",
                f"Contents are encrypted. Whoever can read {home.keys} can decrypt them: your account, and root.",
            ),
        ]
        for head, words in account:
            rows += [blank(), still(Content.styled(f" {head}", HEAD))]
            rows += [still(Content("   ") + line) for line in paint.wrap(paint.text(words), width - 3)]
        return rows + missing if there else rows

    def _how_long(self) -> str:
        if self._days is None:
            return "Until you delete it; `assure-tui forget RUN` erases what was kept of one run."
        return f"{self._days} days after a shard of the ledger was closed, when `assure-tui shard prune` is run."

    def _place(self, place: Place) -> Row:
        return Row(str(place.path), partial(_line, place, out=place.path in self.left_out))

    def action_move(self, by: int) -> None:
        """Go to the next place while that is on the screen; else read on, a line at a time."""
        listing = self.query_one(Listing)
        index = listing.cursor + by
        while 0 <= index < listing.total() and not listing.selectable(index):
            index += by
        top = listing.scroll_offset.y
        if top <= index < min(listing.total(), top + listing.scrollable_content_region.height):
            listing.go(index)
        else:
            listing.scroll_relative(y=by, animate=False, immediate=True)

    def action_page(self, by: int) -> None:
        """Read on, or back, a screen at a time."""
        listing = self.query_one(Listing)
        listing.scroll_relative(y=by * (listing.scrollable_content_region.height - 1), animate=False, immediate=True)

    def action_edge(self, to: int) -> None:
        """Go to the end, or back to the beginning."""
        listing = self.query_one(Listing)
        listing.scroll_to(y=0 if to < 0 else listing.total(), animate=False, immediate=True)

    def action_leave_out(self) -> None:
        """Leave the place under the cursor out, or take it in again."""
        key = self.query_one(Listing).key
        if key:
            self.left_out ^= {Path(key)}
            self._show()

    def action_watch(self) -> None:
        """Begin; not before it was shown what is watched, and the key is offered."""
        if self.places is not None:
            self.exit("watch")

    def action_demo(self) -> None:
        """Play the demo instead."""
        self.exit("demo")

    def action_leave(self) -> None:
        """Leave without anything."""
        self.exit("")

    def action_help_quit(self) -> None:
        """Ctrl-C: nothing was begun that a second one would have to spare."""
        self.interrupt()


def measure(size: int) -> str:
    """Return a number of bytes as a person says it."""
    value, unit = float(size), 0
    while value >= 1000 and unit + 1 < len(UNITS):
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {UNITS[unit]}" if unit == 0 or value >= 10 else f"{value:.1f} {UNITS[unit]}"


def _places(home: Home) -> str:
    """Where the record and the index lie, each place once."""
    kept, index = home.ledger.parent, home.index.parent
    return str(kept) if index == kept else f"{kept}; the index in {index}"


def _line(place: Place, width: int, *, out: bool) -> Content:
    missed = place.named and not place.exists
    absent = "not there" if missed else "once it is there"
    said = "left out" if out else f"{paint.count(place.logs, 'log')}" if place.exists else absent
    size = measure(place.size) if place.exists and not out else ""
    style = DIM if out or not place.exists else ""
    width = min(width, LINE)
    agent = [] if width < SMALL else [(paint.text("settings" if missed else place.agent, DIM, limit=40), 12, False)]
    rest = 21 + 8 + 4 + sum(cells + 1 for _, cells, _ in agent)
    return paint.row(
        [
            (Content(""), 1, False),
            (paint.text(from_home(place.path), style), max(10, width - rest), False),
            *agent,
            (Content.styled(said, "$state-stale" if out or missed else DIM), 21, True),
            (Content.styled(size, DIM), 8, True),
        ]
    )
