"""What is known of a row of shared evidence that no run accounts for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from assure_tui.app.desk.describe import label
from assure_tui.app.neutral import neutralise
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, said
from assure_tui.app.tui.paint import DIM, STRONG
from assure_tui.reconcile.model import Unattributed
from assure_tui.themes.glyphs import Glyphs

ROW_LIMIT = 2000


class RowDialog(Dialog[None]):
    """The row as the other system wrote it, where it stands, and why no run has it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q", "leave", "Close", show=False)]

    def __init__(self, row: Unattributed, glyphs: Glyphs) -> None:
        super().__init__()
        self._row, self._glyphs = row, glyphs

    def body(self) -> Iterator[Widget]:
        """Label, sentence, the row, its place."""
        row = self._row
        place = f"{row.source}, {f'line {row.origin.at.line}' if row.origin.at.line else f'at {row.origin.at.start}'}"
        yield said(paint.text(label(row).capitalize(), STRONG))
        yield said(Content(neutralise(row.message[:ROW_LIMIT])), classes="gap")
        if row.row:
            yield said(Content(neutralise(row.row[:ROW_LIMIT])), classes="gap")
        yield said(Content.assemble(paint.sign(self._glyphs, row.severity), ("   ", DIM), paint.text(place, DIM)))
        yield said(Content.styled("esc closes", DIM))
