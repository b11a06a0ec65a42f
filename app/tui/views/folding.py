"""Findings that say the same of many acts stand as one line, so that they do not push the others out of sight."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from assure_tui.app.desk.describe import label
from assure_tui.app.tui import paint
from assure_tui.app.tui.lines import Sheet
from assure_tui.app.tui.paint import ACCENT, DIM, STRONG
from assure_tui.reconcile.model import Finding, at_least
from assure_tui.themes.glyphs import Glyphs

FEWEST: Final = 3
"""Findings beside the first of their kind from which on they are folded."""
PREFIX: Final = "fold:"


@dataclass(frozen=True)
class Fold:
    """Findings with one label, all below medium, that nobody has answered, marked or written about."""

    label: str
    findings: tuple[Finding, ...]

    @property
    def key(self) -> str:
        """Key of its row."""
        return PREFIX + self.label

    def line(self, width: int, *, glyphs: Glyphs) -> Content:
        """Say how many there are, and how to see them."""
        words = Content.assemble(
            (f" {glyphs.marks['child']} ", DIM),
            (f"{len(self.findings):,} more alike", DIM),
            "  ",
            ("Enter", ACCENT),
            (" shows them", DIM),
        )
        return words.truncate(width, ellipsis=True) if words.cell_length > width else words

    def page(self, width: int, *, glyphs: Glyphs) -> Sheet:
        """Their sentences, one under the other."""
        sheet = Sheet([Content(" ") + paint.text(self.label.capitalize(), STRONG), Content("")])
        for finding in self.findings:
            sign = glyphs.sign(finding.severity)
            head = Content.styled(f" {sign.glyph} ", sign.style)
            sheet.begin()
            sheet.add(*paint.hanging(head, paint.text(finding.message), width - 1))
        return sheet


def fold(findings: Sequence[Finding], *, apart: Collection[str], unfolded: Collection[str]) -> Iterator[Finding | Fold]:
    """Give the findings in order; of many alike the first, and then the others as one.

    `apart` has the ids of findings that always stand for themselves, `unfolded` the labels of those that all do.
    """
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        if not at_least(finding.severity, "medium") and finding.id not in apart:
            alike.setdefault(label(finding), []).append(finding)
    folds = {name: found for name, found in alike.items() if len(found) > FEWEST and name not in unfolded}
    hidden = {finding.id for found in folds.values() for finding in found[1:]}
    for finding in findings:
        if finding.id in hidden:
            continue
        yield finding
        found = folds.get(label(finding), [])
        if found and found[0].id == finding.id:
            yield Fold(label(finding), tuple(found[1:]))
