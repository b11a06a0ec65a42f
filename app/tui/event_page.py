"""One event whole: what was found about it, its text, what came back from a call, the claims in it and on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from textual.content import Content

from assure_tui.app.desk.describe import label
from assure_tui.app.desk.views import EventRow, RunDetail
from assure_tui.app.neutral import neutralise
from assure_tui.app.tui import paint
from assure_tui.app.tui.acts import details
from assure_tui.app.tui.lines import Sheet
from assure_tui.app.tui.paint import ACCENT, DIM, STRONG
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, Finding, GateResult, Unattributed
from assure_tui.themes.glyphs import Glyphs

TEXT_LIMIT: Final = 65_536
"""Code points of one event that are laid out; the rest is counted."""
OTHER_LIMIT: Final = 4_000
"""Code points of what came back that are laid out under its call."""
FINDINGS_SHOWN: Final = 3
ACTS_SHOWN: Final = 4
"""Acts that are shown under a claim."""
VALUES_SHOWN: Final = 3
NEAR: Final = 200
"""Events on the one side in which the other half of a call is looked for."""


@dataclass(frozen=True)
class Related:
    """What hangs on an event: findings about it, claims in it, and claims that rest on it."""

    findings: tuple[Finding, ...] = ()
    inside: tuple[Claim, ...] = ()
    resting: tuple[Claim, ...] = ()

    def ids(self) -> list[str]:
        """Ids of all of it, the findings first."""
        return [item.id for item in (*self.findings, *self.inside, *self.resting)]


@dataclass(frozen=True)
class Whole:
    """An event as it is read: its own text or why that is gone, and the other half of a call."""

    row: EventRow
    text: str
    gone: str
    other: EventRow | None = None
    answer: str = ""
    """All that came back, under the call."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Where in the run the acts are that claims in it rest on, by their ids."""


def related(detail: RunDetail, row: EventRow) -> Related:
    """Find what hangs on an event, or on the call that it is a half of."""
    acts = {
        act.id
        for act in detail.effects
        if row.id in {act.event, act.result_event} or (row.call_id and act.call_id == row.call_id)
    }
    inside = tuple(claim for claim in detail.claims if claim.event == row.id)
    resting = tuple(claim for claim in detail.claims if claim.event != row.id and acts.intersection(claim.effects))
    said = {claim.id for claim in inside}

    def about(finding: Finding) -> bool:
        if isinstance(finding, Discrepancy):
            return finding.claim in said or bool(acts.intersection(finding.effects))
        if isinstance(finding, GateResult):
            return finding.event == row.id or (row.call_id or "") in finding.call_ids
        if isinstance(finding, Unattributed):
            return False
        return finding.event == row.id or bool(acts.intersection(finding.effects))

    return Related(tuple(filter(about, detail.findings())), inside, resting)


def whole(desk: Desk, run: str, row: EventRow, acts: Sequence[Effect] = ()) -> Whole:
    """Read an event, and what belongs to it; `acts` are those that claims in it rest on."""
    text, gone = text_of(desk, run, row)
    other = _other_half(desk, run, row)
    answer = text_of(desk, run, other)[0] if other is not None and row.kind == "call" else ""
    places = {act.id: desk.position(run, act.event) for act in acts if act.source_kind == "log"}
    return Whole(row, text, gone, other, answer, {act: place for act, place in places.items() if place is not None})


def rested_on(detail: RunDetail, claims: Sequence[Claim]) -> list[Effect]:
    """Return the acts that claims rest on, some of each."""
    names = {name for claim in claims for name in claim.effects[:ACTS_SHOWN]}
    return [act for act in detail.effects if act.id in names]


def text_of(desk: Desk, run: str, row: EventRow) -> tuple[str, str]:
    """The whole text of an event, or its summary and why there is no more."""
    try:
        return desk.event_text(run, row.id), ""
    except TROUBLE as error:
        return row.summary, f"The source cannot be read any more ({error}); this is what was kept of it."


def _other_half(desk: Desk, run: str, row: EventRow) -> EventRow | None:
    """What came back from a call, or the call of what came back, if it is near."""
    if not row.call_id or row.kind not in {"call", "result"}:
        return None
    start = row.seq + 1 if row.kind == "call" else max(0, row.seq - NEAR)
    try:
        rows = desk.events(run, start, NEAR if row.kind == "call" else row.seq - start)
    except TROUBLE:
        return None
    wanted = "result" if row.kind == "call" else "call"
    halves = [near for near in rows if near.kind == wanted and near.call_id == row.call_id]
    return (halves[0] if row.kind == "call" else halves[-1]) if halves else None


def event_page(
    event: Whole,
    about: Related,
    detail: RunDetail,
    width: int,
    *,
    glyphs: Glyphs,
    wrapped: bool,
    words: Sequence[str] = (),
) -> Sheet:
    """Lay an event out, with the claims in it highlighted, and the words that were looked for."""
    sheet, inner = Sheet(), width - 2
    pad = Content(" ")
    sheet.add(*(pad + line for line in _head(event, inner, glyphs)))
    sheet.add(*(pad + line for line in _findings(about.findings, inner, glyphs)))
    sheet.add(Content(""))
    sheet.begin()
    body = _marked(event.text[:TEXT_LIMIT], sorted(claim.span for claim in about.inside))
    _add_text(sheet, paint.highlighted(body, words), inner, wrapped)
    if len(event.text) > TEXT_LIMIT:
        sheet.add(pad + Content.styled(f"{len(event.text) - TEXT_LIMIT:,} more characters are not shown", DIM))
    if event.row.kind == "call" and event.other is not None:
        sheet.begin()
        sheet.add(Content(""), paint.rule(glyphs, width - 1, "WHAT CAME BACK"))
        sheet.add(*(pad + line for line in _ending(event.other, inner, glyphs)))
        _add_text(sheet, paint.highlighted(Content(neutralise(event.answer[:OTHER_LIMIT])), words), inner, wrapped)
        if len(event.answer) > OTHER_LIMIT:
            more = f"{len(event.answer) - OTHER_LIMIT:,} more characters: event {event.other.seq + 1:,} has them"
            sheet.add(pad + Content.styled(more, DIM))
    for head, claims in (("CLAIMS IN IT", about.inside), ("CLAIMS THAT REST ON IT", about.resting)):
        if claims:
            sheet.begin()
            sheet.add(Content(""), paint.rule(glyphs, width - 1, head))
        for claim in claims:
            shown = Content.assemble(
                paint.sign(glyphs, detail.standing(claim)), "  ", paint.text(claim.text), (f"  {claim.kind}", DIM)
            )
            sheet.add(*(pad + piece for piece in paint.wrap(shown, inner)))
            if claim in about.inside:
                sheet.add(*(pad + line for line in _acts(claim, event, detail, inner, glyphs)))
    return sheet


def _acts(claim: Claim, event: Whole, detail: RunDetail, width: int, glyphs: Glyphs) -> Iterator[Content]:
    """What a claim rests on, in a line each: the act, how it ended, which event it is."""
    acts = {act.id: act for act in rested_on(detail, [claim])}
    for name in claim.effects[:ACTS_SHOWN]:
        act = acts.get(name)
        if act is None:
            continue
        place = event.places.get(name)
        of_log = act.source_kind == "log"
        where = "" if of_log else act.source_kind.removeprefix("feed:")
        if place is not None:
            where = f"event {place + 1:,}"
        values = "  ".join(value for _, value in details(act, detail.row.cwd)[:VALUES_SHOWN])
        head = Content.styled(f"  {glyphs.marks['arrow']} ", ACCENT)
        name_of = paint.text((act.tool if of_log else act.kind) or act.kind, limit=60)
        tail = Content.assemble("  ", paint.sign(glyphs, act.status), ("  ", DIM), paint.text(where, DIM, limit=60))
        room = max(8, width - head.cell_length - tail.cell_length)
        words = Content.assemble(name_of, "  ", paint.text(values, DIM))
        yield (head + words.truncate(room, ellipsis=True) + tail).truncate(width, ellipsis=True)
    if len(claim.effects) > ACTS_SHOWN:
        yield Content.styled(f"    and {len(claim.effects) - ACTS_SHOWN:,} more", DIM)


def _head(event: Whole, width: int, glyphs: Glyphs) -> Iterator[Content]:
    row = event.row
    when = paint.clock(row.time, seconds=True) if row.time is not None else None
    about = [part for part in (glyphs.sign(row.kind).word, when, row.tool, row.call_id) if part]
    yield from paint.wrap(paint.text(" · ".join(about), DIM), width)
    if row.kind == "result" and event.other is not None:
        call = event.other
        words = Content.assemble(paint.text(call.tool or "", STRONG, limit=60), "  ", paint.text(call.summary))
        yield from paint.hanging(Content.styled("of call ", DIM), words, width)
    if row.status:
        yield paint.sign(glyphs, row.status)
    if event.gone:
        yield from paint.wrap(paint.text(event.gone, "$state-unverifiable"), width)


def _ending(row: EventRow, width: int, glyphs: Glyphs) -> Iterator[Content]:
    status = paint.sign(glyphs, row.status) if row.status else Content("")
    clock = f" · {paint.clock(row.time, seconds=True)}" if row.time is not None else ""
    when = Content.styled(f"event {row.seq + 1:,}{clock}", DIM)
    yield from paint.wrap(Content("  ").join([part for part in (status, when) if part]), width)


def _findings(findings: Sequence[Finding], width: int, glyphs: Glyphs) -> Iterator[Content]:
    """What was found about it, in a line each, and the key that goes there."""
    for index, finding in enumerate(findings[:FINDINGS_SHOWN]):
        sign = glyphs.sign(finding.severity)
        tail = Content.assemble(("   2", f"{ACCENT} bold"), (" goes there", DIM)) if not index else Content("")
        words = Content.assemble((f"{sign.glyph} ", sign.style), paint.text(label(finding), STRONG))
        yield paint.fit(words, min(words.cell_length, width - tail.cell_length)) + tail
    if len(findings) > FINDINGS_SHOWN:
        yield Content.styled(f"  and {len(findings) - FINDINGS_SHOWN:,} more", DIM)


def _add_text(sheet: Sheet, body: Content, width: int, wrapped: bool) -> None:
    pad = Content(" ")
    for line in body.split("\n", allow_blank=True):
        pieces = paint.wrap(line, width) if wrapped and line.cell_length > width else [line]
        sheet.add(*(pad + piece for piece in pieces))
        sheet.width = max(sheet.width, *(piece.cell_length + 2 for piece in pieces))


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Content:
    """Foreign text with spans of it highlighted; spans that overlap are shown as one."""
    pieces: list[Content | tuple[str, str]] = []
    at = 0
    for start, end in spans:
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        pieces += [Content(neutralise(text[at:start])), (neutralise(text[start:end]), "$text-quote")]
        at = end
    return Content.assemble(*pieces, Content(neutralise(text[at:])))
