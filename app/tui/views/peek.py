"""What the run under the cursor is about: how much was checked, and the worst finding with its claim and evidence."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from assure_tui.app.desk.describe import label
from assure_tui.app.desk.views import RunDetail, RunRow
from assure_tui.app.tui import paint
from assure_tui.app.tui.evidence import Evidence, gather
from assure_tui.app.tui.evidence_page import columns
from assure_tui.app.tui.lines import Page, Sheet, nothing
from assure_tui.app.tui.looked import since
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD, STRONG
from assure_tui.app.tui.port import TROUBLE
from assure_tui.app.tui.session import Session, checked, short, unanswered, undecided, unseen_of
from assure_tui.app.tui.views.base import Caption
from assure_tui.app.tui.views.claims import claim_line, neediest
from assure_tui.reconcile.model import Finding
from assure_tui.themes.glyphs import Glyphs

CLAIMS_SHOWN: Final = 30
BRIEF: Final = 3
"""Lines of a peek up to which each thing is told on one."""


class Peek(Vertical):
    """Looks into a run without opening it: nothing counts as seen, and nothing of its history is recorded."""

    def __init__(self, session: Session, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._session = session

    def compose(self) -> ComposeResult:
        """Which run, and what it is about."""
        yield Caption()
        yield Page()

    def show(self, run: RunRow | None) -> None:
        """Show a run, or nothing."""
        caption, page, session = self.query_one(Caption), self.query_one(Page), self._session
        if run is None:
            caption.show(Content(""))
            page.show(nothing)
            return
        line = session.glyphs.marks["line"]
        name = Content.assemble(" ", (short(run.id), STRONG), (f" {line} ", "$text-rule"))
        caption.show(name + paint.text(run.title or "untitled"))
        if run.attention == "backlog":
            page.show(partial(_unopened, run))
            return
        try:
            detail = session.desk.run(run.id)
            first = next(iter(undecided(detail)), None)
            evidence = gather(session.desk, detail, first, whole=False) if first else None
            changed = since(session.desk, detail).words() if run.changed else ""
        except TROUBLE as error:
            said = paint.text(f"  The run cannot be read: {error}", "$state-unverifiable")
            page.show(lambda width: Sheet(paint.wrap(said, width)))
            return

        def make(width: int) -> Sheet:
            brief = page.scrollable_content_region.height <= BRIEF
            return _page(detail, evidence, width, glyphs=session.glyphs, changed=changed, brief=brief)

        page.show(make)


def _unopened(run: RunRow, width: int) -> Sheet:
    """A run from before watching is not read for a peek, as opening it is what records it: what its line knows."""
    more = f", and {paint.count(run.undecided - 1, 'finding')} more" if run.undecided > 1 else ""
    counts = f"{run.confirmed:,} confirmed · {run.contradicted:,} contradicted · {run.unchecked:,} unchecked"
    lines = [
        Content.assemble("  ", (run.headline, STRONG), (more, DIM))
        if run.headline
        else Content.styled("  nothing found", DIM),
        Content.styled(
            f"  {paint.count(run.events, 'event')} from before watching; Enter opens it and records it.",
            DIM,
        ),
        Content.styled(f"  {counts}", DIM),
    ]
    return Sheet([line.truncate(max(1, width), ellipsis=True) for line in lines])


def _page(
    detail: RunDetail, evidence: Evidence | None, width: int, *, glyphs: Glyphs, changed: str, brief: bool
) -> Sheet:
    """Facts, the worst finding with what was asked, claimed, called and landed, then the others, a line each."""
    sheet, pad = Sheet(), Content("  ")
    sheet.add((pad + paint.text(" · ".join(_facts(detail)), DIM)).truncate(width, ellipsis=True))
    if changed:
        sheet.add(Content.styled(f"  {glyphs.marks['new']} {changed} since you looked", ACCENT))
    waiting = undecided(detail)
    if not waiting or evidence is None:
        decided = f"; {paint.count(len(detail.decisions), 'finding')} decided" if detail.decisions else ""
        sheet.add(Content.styled(f"  No finding waits for a decision{decided}.", DIM))
        sheet.add(*_quiet(detail, width, glyphs))
    else:
        if brief:
            sheet.add(_headline(waiting[0], width, glyphs))
        else:
            sheet.add(*paint.hanging(*_head(waiting[0], glyphs), width))
        sheet.add(Content(""))
        sheet.add(*(pad + line for line in columns(evidence, width - 4, glyphs)))
    if waiting[1:]:
        sheet.add(Content(""), pad + Content.styled(f"AND {len(waiting) - 1} MORE", HEAD))
        sheet.add(*(_headline(finding, width, glyphs) for finding in waiting[1:]))
    unseen = unseen_of(detail)
    if unseen:
        said = Content.assemble(("  ? ", "$state-unverifiable"), (f"not seen: {unseen}", DIM))
        sheet.add(Content(""), said.truncate(width, ellipsis=True))
    return sheet


def _quiet(detail: RunDetail, width: int, glyphs: Glyphs) -> list[Content]:
    """What there is to read of a run in which nothing waits: small findings by their kind, and its claims."""
    out: list[Content] = []
    small = Counter(label(finding) for finding in unanswered(detail))
    if small:
        out += [Content(""), Content.styled(f"  BELOW MEDIUM {small.total()}", HEAD)]
        out += [paint.text(f"  {words}" + (f"  ×{often}" if often > 1 else "")) for words, often in small.most_common()]
    if detail.claims:
        out += [Content(""), Content.styled(f"  CLAIMS {len(detail.claims)}", HEAD)]
        shown = neediest(detail.claims)[:CLAIMS_SHOWN]
        for claim in shown:
            line = claim_line(claim, detail.standing(claim), width - 3, glyphs=glyphs, flags={})
            out.append(Content(" ") + line)
    return out


def _facts(detail: RunDetail) -> list[str]:
    row = detail.row
    facts = [checked(detail), paint.count(row.events, "event"), row.status, row.agent, paint.when(row.started)]
    return facts + [word for word in (row.model, row.cwd) if word]


def _headline(finding: Finding, width: int, glyphs: Glyphs) -> Content:
    return Content("").join(_head(finding, glyphs)).truncate(width, ellipsis=True)


def _head(finding: Finding, glyphs: Glyphs) -> tuple[Content, Content]:
    """The sign of a finding, and what it says."""
    sign = glyphs.sign(finding.severity)
    words = Content.assemble((label(finding), STRONG), "  ", paint.text(finding.message))
    return Content.styled(f"  {sign.glyph} ", sign.style), words
