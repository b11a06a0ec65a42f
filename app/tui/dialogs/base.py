"""What the dialogs have in common: a frame over the view, Escape to leave it, drafts that survive a crash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from assure_tui.app.tui.port import Desk

Answer = TypeVar("Answer")
PAUSE: Final = 0.25
"""Seconds without a keystroke after which a draft is saved."""


class DialogReady(Message):
    """A dialog has the focus now: keys that were pressed meanwhile are for it."""


class Dialog(ModalScreen[Answer]):
    """A modal screen. Escape leaves it without an answer; what was typed stays in its draft."""

    AUTO_FOCUS = "*"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave without doing it", show=False)]

    def compose(self) -> ComposeResult:
        """The frame."""
        with Vertical(classes="dialog"):
            yield from self.body()

    def body(self) -> Iterator[Widget]:
        """The widgets of the dialog."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Give it the keys that were pressed while it was made."""
        self.call_after_refresh(self.app.post_message, DialogReady())

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


class DraftInput(Input):
    """A line of text whose draft the desk keeps: saved at every pause of the keys, restored when it opens again."""

    def __init__(self, desk: Desk | None, draft: str, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            value=(desk.draft(draft) or "") if desk else "", placeholder=placeholder, id=id, select_on_focus=False
        )
        self._desk = desk
        self._draft = draft
        self._pause: Timer | None = None

    def on_input_changed(self) -> None:
        """Save when the keys pause."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self.save)

    def save(self) -> None:
        """Save the draft now."""
        if self._desk is None:
            return
        if self.value:
            self._desk.save_draft(self._draft, self.value)
        else:
            self._desk.drop_draft(self._draft)

    def on_unmount(self) -> None:
        """What was typed last is saved when the dialog is left."""
        if self._pause is not None:
            self._pause.stop()
            self.save()

    def settle(self) -> None:
        """Save it for the last time: whoever uses the text drops the draft when that is done, and not before."""
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        self.save()


def said(content: Content, *, classes: str = "", id: str | None = None) -> Static:  # noqa: A002 - Textual's name
    """Some text in a dialog."""
    return Static(content, classes=classes, id=id)
