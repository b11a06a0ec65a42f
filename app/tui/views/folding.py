"""Findings that say the same of many acts stand as one line, so that they do not push the others out of sight."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

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

_ANSWERS: Final = (("a", "real"), ("x", "false alarm"), ("W", "accept the risk"))
F = TypeVar("F", bound=Finding)


@dataclass(frozen=True)
class Fold(Generic[F]):
    """Findings with one label and one answer or none, all below medium, that nobody has marked or written about."""

    label: str
    findings: tuple[F, ...]
    answer: str = ""

    @property
    def key(self) -> str:
        """Key of its row."""
        return f"{PREFIX}{self.answer}:{self.label}"

    def line(self, width: int, *, glyphs: Glyphs) -> Content:
        """Say how many there are, how they were answered, and how to see them."""
        words = Content.assemble((f" {glyphs.marks['child']} {len(self.findings):,} more alike", DIM), "  ")
        if self.answer:
            words += paint.sign(glyphs, self.answer) + Content("  ")
        words += Content.assemble(("Enter", ACCENT), (" shows them", DIM))
        return words.truncate(width, ellipsis=True) if words.cell_length > width else words

    def page(self, width: int, *, glyphs: Glyphs, decides: bool = True) -> Sheet:
        """How to answer them, and their sentences, one under the other."""
        sheet = Sheet([Content(" ") + paint.text(self.label.capitalize(), STRONG)])
        if decides:
            keys = [((key, ACCENT), (f" {word}  ", DIM)) for key, word in _ANSWERS if not self.answer]
            how = "with one reason for all of them" if keys else "takes back the answer for all of them"
            told = Content.assemble(
                *(part for pair in keys or [(("z", ACCENT), (" ", DIM))] for part in pair), (how, DIM)
            )
            sheet.add(Content(" ") + told.truncate(max(1, width - 1), ellipsis=True))
        sheet.add(Content(""))
        for finding in self.findings:
            sign = glyphs.sign(finding.severity)
            head = Content.styled(f" {sign.glyph} ", sign.style)
            sheet.begin()
            sheet.add(*paint.hanging(head, paint.text(finding.message), width - 1))
        return sheet


class Folding(Generic[F]):
    """What of a list of findings stands as one line, and what of it the operator wanted to see."""

    def __init__(self) -> None:
        self._folds: dict[str, Fold[F]] = {}
        self._unfolded: set[str] = set()

    def begin(self) -> None:
        """The findings of another run are shown: nothing of them was unfolded yet."""
        self._unfolded.clear()

    def lines(
        self, findings: Sequence[F], answers: Mapping[str, str], *, apart: Collection[str], everything: bool = False
    ) -> Iterator[F | Fold[F]]:
        """Yield what has a line each; with `everything`, as under a filter, nothing is folded."""
        unfolded = {Fold(label(item), (), answers.get(item.id, "")).key for item in findings} if everything else set()
        self._folds = {}
        for item in fold(findings, answers, apart=apart, unfolded=unfolded | self._unfolded):
            if isinstance(item, Fold):
                self._folds[item.key] = item
            yield item

    def at(self, key: str) -> Fold[F] | None:
        """Return what stands as one line under this key."""
        return self._folds.get(key)

    def unfold(self, key: str) -> None:
        """Show each of them from now on."""
        self._unfolded.add(key)


def fold(
    findings: Sequence[F], answers: Mapping[str, str], *, apart: Collection[str], unfolded: Collection[str]
) -> Iterator[F | Fold[F]]:
    """Yield the findings in order; of many alike the first, and then the others as one.

    `apart` has the ids of findings that always stand for themselves, `unfolded` the keys of those that all do.
    """
    alike: dict[str, list[F]] = {}
    for finding in findings:
        if not at_least(finding.severity, "medium") and finding.id not in apart:
            alike.setdefault(Fold(label(finding), (), answers.get(finding.id, "")).key, []).append(finding)
    folds = {key: found for key, found in alike.items() if len(found) > FEWEST and key not in unfolded}
    first = {found[0].id: found for found in folds.values()}
    hidden = {finding.id for found in folds.values() for finding in found[1:]}
    for finding in findings:
        if finding.id in hidden:
            continue
        yield finding
        if finding.id in first:
            yield Fold(label(finding), tuple(first[finding.id][1:]), answers.get(finding.id, ""))
