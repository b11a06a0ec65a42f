"""The first and the last line of the screen: where one is, and what one can do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from assure_tui.app.desk.views import Presence, RunRow
from assure_tui.app.tui import paint
from assure_tui.app.tui.paint import ACCENT, DIM
from assure_tui.reconcile.model import at_least
from assure_tui.themes.glyphs import Glyphs

VIEWS_RANK: Final = 7
"""Rank of the hint that there are views."""
VIEWS_RANK_FIRST: Final = 4
"""Its rank in Runs, where everybody begins."""
TIGHT: Final = 100
"""Cells below which hints stand closer."""
SPARE_RANK: Final = 9
"""Rank from which on a hint goes for the views' names."""


def header(
    crumbs: Sequence[str],
    rows: Sequence[RunRow],
    presence: Presence,
    flags: Iterable[str],
    width: int,
    glyphs: Glyphs,
    own_recorder: int | None = None,
    *,
    recordable: bool = True,
    starting: bool = False,
) -> Content:
    """Where one is on the left; on the right, what fits of: who needs you, what is held or followed, the ledger.

    When room is short, the runs from before watching go first, then words; that somebody records, and how the ledger
    stands, go last. `starting` tells that a recorder was started just now.
    """
    left = _where(crumbs, glyphs)
    warnings = [Content.styled(flag, f"{ACCENT} bold") for flag in flags]
    recorder, recording = Content(""), Content("")
    if recordable and presence.recorder == "none" and not starting:
        warnings.append(Content.styled("not recording", "$state-unverifiable"))
    elif recordable:
        recorder, recording = _recorder(presence, own_recorder)
    ledger, bare = _ledger(presence, glyphs)
    tally = Tally.of(rows)
    counts, brief, need = needs(tally), needs(tally, brief=True), _shortest(tally)
    for shown in (
        [counts, *warnings, recorder, ledger],
        [brief, *warnings, recorder, ledger],
        [brief, *warnings, recording, bare],
        [need, *warnings, recording, bare],
        [*warnings, recording, bare],
        [*warnings, bare],
        [bare],
    ):
        right = Content("   ").join([part for part in shown if part]) + Content(" ")
        if left.cell_length + right.cell_length + 2 <= width:
            return Content.assemble(left, " " * (width - left.cell_length - right.cell_length), right)
    return paint.fit(left, width)


def _where(crumbs: Sequence[str], glyphs: Glyphs) -> Content:
    """Where one is: `assure > Runs > r-1cce`, the last of it in bold."""
    left = Content(" assure")
    for index, crumb in enumerate(crumbs):
        last = index == len(crumbs) - 1
        arrow = f" {glyphs.marks['crumb']} "
        left = Content.assemble(left, (arrow, DIM), paint.text(crumb, "bold" if last else "", limit=40))
    return left


def _recorder(presence: Presence, own: int | None) -> tuple[Content, Content]:
    """Who records, in more and in fewer words."""
    if presence.recorder == "none":
        starts = Content.styled("recorder starts", DIM)
        return starts, starts
    if presence.recorder == "other" and presence.recorder_pid != own:
        told = Content.styled(f"recorded by process {presence.recorder_pid}", DIM)
        return told, Content.styled("recorded elsewhere", DIM)
    if presence.queue:
        return Content.styled(f"recording: {presence.queue}", DIM), Content.styled(str(presence.queue), DIM)
    recording = Content.styled("recording", DIM)
    return recording, recording


def _ledger(presence: Presence, glyphs: Glyphs) -> tuple[Content, Content]:
    """How the ledger stands, with and without its name."""
    sign = glyphs.sign(presence.ledger_state)
    size = "" if presence.ledger_state == "empty" else f" #{presence.ledger_size:,}"
    bare = Content.assemble((f"{sign.glyph} {sign.word}", sign.style), (size, DIM))
    return Content.assemble(("ledger ", DIM), bare), bare


@dataclass(frozen=True)
class Tally:
    """How many runs there are of each kind. Counted once for a line: there may be ten thousand of them."""

    need: int
    quiet: int
    unobserved: int
    backlog: int
    found: int
    """Runs from before watching with findings that would ask for somebody."""

    @classmethod
    def of(cls, rows: Sequence[RunRow]) -> Tally:
        """Count the runs."""
        kinds = Counter(row.attention for row in rows)
        old = (row for row in rows if row.attention == "backlog" and row.undecided) if kinds["backlog"] else ()
        found = sum(row.worst is not None and at_least(row.worst, "medium") for row in old)
        return cls(kinds["need"], kinds["quiet"], kinds["unobserved"], kinds["backlog"], found)

    @property
    def only_history(self) -> bool:
        """Whether all runs that there are, are from before watching."""
        return self.backlog > 0 == self.need + self.quiet + self.unobserved


def needs(tally: Tally, *, brief: bool = False) -> Content:
    """`3 need you · 9 quiet · 1 not observed`; unless `brief`, also the runs from before watching.

    Where there are none but those, they are told however brief. How many of them have findings is told, as none of
    them asks for anybody.
    """
    with_findings = f", {tally.found:,} with findings" if tally.found else ""
    before = Content.styled(f"{tally.backlog:,} before watching{with_findings}", DIM)
    if tally.only_history and brief:
        return Content.styled(" · ", DIM).join([_needing(tally), before])
    parts = [
        _needing(tally),
        Content.styled(f"{tally.quiet:,} quiet", DIM),
        Content.styled(f"{tally.unobserved:,} not observed", "$state-unverifiable" if tally.unobserved else DIM),
    ]
    if tally.backlog and not brief:
        parts.append(before)
    return Content.styled(" · ", DIM).join(parts)


def _needing(tally: Tally) -> Content:
    words = f"{tally.need:,} need{'s' if tally.need == 1 else ''} you"
    return Content.styled(words, "$state-contradicted bold" if tally.need else DIM)


def _shortest(tally: Tally) -> Content:
    """Who needs you; where all runs are from before watching, in how many of them something was found."""
    if tally.only_history and tally.found:
        return Content.styled(f"{tally.found:,} of {tally.backlog:,} with findings", DIM)
    return _needing(tally)


@dataclass(frozen=True)
class Hint:
    """A key that the footer offers: how it is shown, what it does in a word, and the action."""

    id: str
    shown: str
    words: str
    rank: int = 0
    action: str = ""
    here: bool = False

    def content(self) -> Content:
        """The key, and the word."""
        return Content.assemble((self.shown, f"{ACCENT} bold"), " ", (self.words, "bold" if self.here else DIM))


def footer(keys: Iterable[Hint], views: Sequence[Hint], width: int) -> tuple[Content, Sequence[tuple[int, int, str]]]:
    """Hints, whole ones only, and where each stands: its first cell, the one after its last, its action.

    `?` and `q` always stay; of the others those with the lowest rank stay longest. On the right the views with their
    keys, where that drops no hint that matters; else a hint tells of them.
    """
    wanted, gap = list(keys), 2 if width < TIGHT else 3
    tabs = Content("  ").join([view.content() for view in views])
    for hints in (wanted, [hint for hint in wanted if hint.rank < SPARE_RANK]):
        room = width - _laid(hints, gap) - tabs.cell_length - 1
        if views and room >= gap:
            line = Content.assemble(" ", _joined(hints, gap), " " * room, tabs)
            return line, [*_places(hints, 1, gap), *_places(views, width - tabs.cell_length - 1, 2)]
    if views and [view.shown for view in views] == [str(number + 1) for number in range(len(views))]:
        rank = VIEWS_RANK if not views[0].here else VIEWS_RANK_FIRST
        at = next((index for index, hint in enumerate(wanted) if hint.id == "help"), len(wanted))
        wanted.insert(at, Hint("views", f"1-{len(views)}", "views", rank))
    kept = _kept(wanted, width, gap)
    return Content(" ") + _joined(kept, gap), _places(kept, 1, gap)


def _kept(wanted: Sequence[Hint], width: int, gap: int) -> list[Hint]:
    kept: set[str] = set()
    used = 1
    for hint in sorted(wanted, key=lambda hint: hint.rank):
        size = hint.content().cell_length + gap
        if used + size <= width + gap or hint.id in {"help", "quit"}:
            kept.add(hint.id)
            used += size
    return [hint for hint in wanted if hint.id in kept]


def _joined(hints: Sequence[Hint], gap: int) -> Content:
    return Content(" " * gap).join([hint.content() for hint in hints])


def _laid(hints: Sequence[Hint], gap: int) -> int:
    """Cells that hints take, with what stands before and between them."""
    return 1 + sum(hint.content().cell_length for hint in hints) + gap * max(0, len(hints) - 1)


def _places(hints: Sequence[Hint], start: int, gap: int) -> list[tuple[int, int, str]]:
    places: list[tuple[int, int, str]] = []
    for hint in hints:
        end = start + hint.content().cell_length
        if hint.action:
            places.append((start, end, hint.action))
        start = end + gap
    return places
