"""A list to choose from by typing: the key list and the palette."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.fuzzy import Matcher
from textual.widget import Widget
from textual.widgets import Input

from assure_tui.app.neutral import neutral_line
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, said
from assure_tui.app.tui.lines import Listing, Row, still
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD

SHOWN: Final = 200
KEYS: Final = 12
"""Cells for the keys of a line."""
ROOM: Final = 72
"""Cells of the list before it is on the screen."""


@dataclass(frozen=True)
class Choice:
    """Something that can be done: an action of the app, in words, perhaps with its key and its group."""

    action: str
    words: str
    key: str = ""
    group: str = ""
    other: str = ""
    """The action that tab does with it, if there is one."""


class Chooser(Dialog[str | None]):
    """Type to narrow, arrows to move, Enter to do it, tab for what else there is. The answer is the action."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "walk(1)", "Next", show=False),
        Binding("up", "walk(-1)", "Previous", show=False),
        Binding("pagedown", "walk(10)", "Ten on", show=False),
        Binding("pageup", "walk(-10)", "Ten back", show=False),
        Binding("tab", "other", "What else can be done with it", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], *, prompt: str) -> None:
        super().__init__()
        self._title, self._choices, self._prompt = title, choices, prompt

    def body(self) -> Iterator[Widget]:
        """A line to type on and the list."""
        yield said(Content.styled(self._title, HEAD))
        yield Input(placeholder=self._prompt, id="chooser-input")
        listing = Listing(id="chooser-list")
        listing.can_focus = False
        yield listing

    def on_mount(self) -> None:
        """Everything at first."""
        self._show("")
        self.set_focus(self.query_one(Input))

    def on_resize(self) -> None:
        """Words are wrapped for the width, which is known when the list has it."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        listing = self.query_one(Listing)
        key = listing.key
        self._show(self.query_one(Input).value)
        if key:
            listing.find(key)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._show(event.value)

    def on_input_submitted(self) -> None:
        """Do what the cursor is on."""
        self._take()

    def on_lines_chosen(self) -> None:
        """Do what was clicked."""
        self._take()

    def _take(self) -> None:
        key = self.query_one(Listing).key
        if key:
            self.dismiss(self._choices[int(key)].action)

    def action_other(self) -> None:
        """Do the other thing with what the cursor is on."""
        key = self.query_one(Listing).key
        if key and self._choices[int(key)].other:
            self.dismiss(self._choices[int(key)].other)

    def action_walk(self, by: int) -> None:
        """Move the cursor."""
        self.query_one(Listing).move(by)

    def _show(self, typed: str) -> None:
        rows: list[Row] = []
        if typed.strip():
            matcher = Matcher(typed.strip())
            scored = [
                (matcher.match(f"{choice.key} {choice.words}"), index) for index, choice in enumerate(self._choices)
            ]
            found = [index for score, index in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score > 0]
        else:
            found = list(range(len(self._choices)))
        listing = self.query_one(Listing)
        room = max(4, (listing.scrollable_content_region.width or ROOM) - KEYS - 3)
        group = ""
        for index in found[:SHOWN]:
            choice = self._choices[index]
            if choice.group != group and not typed.strip():
                group = choice.group
                rows.append(still(Content.styled(f"  {group.upper()}", HEAD)))
            first, *more = paint.wrap(Content(neutral_line(choice.words, 200)), room) or [Content("")]
            rows.append(Row(str(index), partial(_line, choice.key, first)))
            rows += [Row("", partial(_line, "", line)) for line in more]
        if not rows:
            rows = [still(Content.styled("  nothing matches", DIM))]
        listing.cursor = -1
        listing.show(rows)
        listing.edge(-1)


def _line(key: str, words: Content, width: int) -> Content:
    return paint.row(
        [(Content.styled(key, f"{ACCENT} bold"), KEYS, True), (words, max(4, width - KEYS - 2), False)], gap=2
    )
