"""The evidence of one finding or claim on a page: four columns where they fit, else one under the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from assure_tui.app.desk.views import Decision, EventRow, Note, RunDetail
from assure_tui.app.neutral import neutralise
from assure_tui.app.tui import paint
from assure_tui.app.tui.diffs import SPLIT_FROM, parse, split_lines, unified_lines
from assure_tui.app.tui.event_line import event_line
from assure_tui.app.tui.evidence import Cell, Evidence
from assure_tui.app.tui.lines import Sheet
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD, STRONG
from assure_tui.themes.glyphs import Glyphs

SIDE_BY_SIDE: Final = 72
"""Cells that four columns need."""
GUTTER: Final = 9
TEXT_LIMIT: Final = 1200
SELF_EVIDENT: Final = frozenset({"command", "counts"})
"""Values that need no name in front of them."""
CHANGES_SHOWN: Final = 24
"""Lines of changed files on the page."""
COLUMNS: Final = (("asked", "ASKED"), ("claimed", "CLAIMED"), ("called", "CALLED"), ("landed", "LANDED"))


def page(evidence: Evidence, detail: RunDetail, width: int, *, glyphs: Glyphs) -> Sheet:
    """Lay out the evidence: the sentence first, the four columns, then why, severity and what people said."""
    sheet = Sheet()
    inner = width - 2
    pad = Content(" ")
    out: list[Content] = []

    out += [Content.styled(part.plain, STRONG) for part in paint.wrap(paint.text(evidence.title.capitalize()), inner)]
    if evidence.sentence:
        out += paint.wrap(paint.text(evidence.sentence), inner)
    out.append(Content(""))
    out += columns(evidence, inner, glyphs)
    sheet.begin()
    sheet.add(*(pad + line for line in out))
    sheet.begin()
    sheet.add(*(pad + line for line in standing(evidence, detail, inner, glyphs)))
    if evidence.changed:
        sheet.begin()
        sheet.add(Content(""), paint.rule(glyphs, width - 1, "WHAT IT CHANGED"))
        sheet.add(*(pad + line for line in _changes(evidence, inner, glyphs)))
    if evidence.around:
        sheet.begin()
        sheet.add(Content(""), paint.rule(glyphs, width - 1, "AROUND IT"))
        sheet.add(*(_around(row, evidence.event, inner, glyphs) for row in evidence.around))
    notes = [note for note in detail.notes if note.subject == evidence.subject]
    if notes:
        sheet.begin()
        sheet.add(Content(""), paint.rule(glyphs, width - 1, "NOTES"))
        sheet.add(*(pad + line for line in _notes(notes, inner)))
    return sheet


# --- the four columns -----------------------------------------------------------------------------------------------


def columns(evidence: Evidence, width: int, glyphs: Glyphs) -> list[Content]:
    """What was read from a tool, if anything, then the four columns: side by side, or one under the other."""
    out = _reading(evidence, width, glyphs) if evidence.read else []
    out += _four(evidence, width, glyphs) if width >= SIDE_BY_SIDE else _stacked(evidence, width, glyphs)
    if evidence.more:
        out.append(Content.styled(f"and {evidence.more} more of the same matter", DIM))
    return out


def _four(evidence: Evidence, width: int, glyphs: Glyphs) -> list[Content]:
    gap = Content.assemble(" ", (glyphs.marks["rule"], "$text-rule"), " ")
    each, left = divmod(width - 3 * gap.cell_length, 4)
    widths = [each + (1 if index < left else 0) for index in range(4)]
    blocks = []
    for (name, head), column in zip(COLUMNS, widths, strict=True):
        lines = [Content.styled(head, HEAD), *_column(evidence, name, column, glyphs)]
        blocks.append((lines, column))
    return paint.beside(blocks, gap)


def _stacked(evidence: Evidence, width: int, glyphs: Glyphs) -> list[Content]:
    out: list[Content] = []
    for name, head in COLUMNS:
        lines = _column(evidence, name, width - GUTTER, glyphs)
        for index, line in enumerate(lines):
            label = Content.styled(head, HEAD) if index == 0 else Content("")
            out.append(paint.fit(label, GUTTER) + line)
        out.append(Content(""))
    return out[:-1]


def _column(evidence: Evidence, name: str, width: int, glyphs: Glyphs) -> list[Content]:
    cells: tuple[Cell, ...] = getattr(evidence, name)
    if not cells:
        return [
            Content.styled(line.plain, f"{DIM} italic")
            for line in paint.wrap(Content(f"{glyphs.marks['hole']} {evidence.absent.get(name, 'nothing')}"), width)
        ]
    out: list[Content] = []
    for index, cell in enumerate(cells):
        if index:
            out.append(Content(""))
        said = name in {"asked", "claimed"}
        out += _quote(cell, width, glyphs) if said else _act(cell, width, glyphs, evidence.carried)
    return out


def _quote(cell: Cell, width: int, glyphs: Glyphs) -> list[Content]:
    """Somebody's words in quotation marks, the words that matter highlighted, then who, when and what it counts for."""
    opening, closing = glyphs.marks["open_quote"], glyphs.marks["close_quote"]
    words = paint.wrap(Content(opening) + quoted(cell.text, cell.span) + Content(closing), width)
    return [*words, *_source(cell, width, glyphs)]


def quoted(text: str, span: tuple[int, int] | None) -> Content:
    """Foreign text with a span of it highlighted. The three parts are made harmless one by one, so the span holds."""
    if span is None:
        return Content(neutralise(text[:TEXT_LIMIT]))
    start, end = span
    return Content.assemble(
        neutralise(text[:start]),
        (neutralise(text[start : min(end, start + TEXT_LIMIT)]), "$text-quote"),
        neutralise(text[end : end + TEXT_LIMIT]),
    )


def _act(cell: Cell, width: int, glyphs: Glyphs, carried: Sequence[str] = ()) -> list[Content]:
    """What was done: the tool, its values, how it ended, then when and how it is known.

    Values that were `carried` here from an input are highlighted, as they are where they were read.
    """
    times = Content.styled(f" × {cell.times:,}", ACCENT) if cell.times > 1 else ""
    out = paint.wrap(Content.assemble(paint.text(cell.text, STRONG), times), width)
    for key, value in cell.details:
        name = Content("") if key in SELF_EVIDENT else Content.styled(f"{paint.text(key, limit=40).plain} ", DIM)
        out += paint.wrap(name + paint.highlighted(paint.text(value, limit=160), carried), width)
    return [*out, *_source(cell, width, glyphs)]


def _source(cell: Cell, width: int, glyphs: Glyphs) -> list[Content]:
    """How it ended, when, by whom, and how far from the agent's own words: on one line, or one under the other."""
    parts = [
        paint.sign(glyphs, cell.status) if cell.status else Content(""),
        Content.styled(_when(cell), DIM),
        paint.text(cell.who, DIM, limit=60) if cell.who else Content(""),
        paint.sign(glyphs, cell.grade) if cell.grade else Content(""),
    ]
    out: list[Content] = []
    for part in parts:
        if out and part and out[-1].cell_length + 2 + part.cell_length <= width:
            out[-1] = Content("  ").join([out[-1], part])
        elif part:
            out.append(part.truncate(width, ellipsis=True))
    return out


def _when(cell: Cell) -> str:
    """When it was; of several, from when to when: what both times begin with is not said twice."""
    if cell.time is None:
        return ""
    begin, end = paint.clock(cell.time, seconds=True), paint.clock(cell.until or cell.time, seconds=True)
    same_minute = begin[:-2] == end[:-2]
    return begin if begin == end else f"{begin}–{end[-2:] if same_minute else end}"


def _reading(evidence: Evidence, width: int, glyphs: Glyphs) -> list[Content]:
    """Where it came from: the words of a tool's output, with the values highlighted that went into a call."""
    out = [Content.styled("IT CAME FROM A TOOL", HEAD)]
    opening, closing = glyphs.marks["open_quote"], glyphs.marks["close_quote"]
    for cell in evidence.read:
        words = Content(opening) + quoted(cell.text, cell.span) + Content(closing)
        out += [*paint.wrap(paint.highlighted(words, evidence.carried), width), *_source(cell, width, glyphs)]
    if evidence.carried:
        arrow = glyphs.marks["arrow"]
        went = Content.assemble((f"{arrow} ", ACCENT), *_joined(evidence.carried), (" went into the call", DIM))
        out += paint.wrap(went, width)
    return [*out, Content("")]


def _joined(words: Sequence[str]) -> Iterator[Content | tuple[str, str] | str]:
    for index, word in enumerate(words[:8]):
        if index:
            yield ", "
        yield (paint.text(word, limit=80).plain, "$text-hit")


# --- what stands below ----------------------------------------------------------------------------------------------


def standing(evidence: Evidence, detail: RunDetail, width: int, glyphs: Glyphs) -> list[Content]:
    """Why, what would settle it, how grave it is, and what was decided."""
    out: list[Content] = [Content(""), paint.rule(glyphs, width)]
    facts: list[tuple[str, Content]] = []
    if evidence.outcome:
        added = ("   added by a reviewer", DIM) if evidence.human else ""
        facts.append(("claim", Content.assemble(paint.sign(glyphs, evidence.outcome), added)))
    if evidence.reason:
        facts.append(("why", paint.text(evidence.reason)))
    if evidence.settles:
        facts.append(("settled by", paint.text(evidence.settles)))
    if evidence.severity is not None:
        facts.append(
            (
                "severity",
                Content.assemble(
                    paint.sign(glyphs, evidence.severity), ("   code ", DIM), paint.text(evidence.code, limit=60)
                ),
            )
        )
        facts.append(("decision", _decision(evidence.subject, detail.decisions, glyphs)))
    for key, value in facts:
        lines = paint.wrap(value, width - 12)
        for index, line in enumerate(lines):
            out.append(paint.fit(Content.styled(key if index == 0 else "", DIM), 12) + line)
    return out


def _changes(evidence: Evidence, width: int, glyphs: Glyphs) -> list[Content]:
    """The last changes first, as far as they are worth the room: the Diff view has all of them."""
    out: list[Content] = []
    hidden = 0
    for file in reversed(evidence.changed):
        lines = [Content.assemble(paint.text(file.path, STRONG), (f"  +{file.added:,} -{file.removed:,}", DIM))]
        for hunk in (hunk for _, body in file.hunks for hunk in parse(body, file.path)):
            split = width >= SPLIT_FROM
            lines += split_lines(hunk, width, glyphs) if split else unified_lines(hunk, width, wrapped=False)
        room = max(0, CHANGES_SHOWN - len(out))
        out += (line.truncate(width, ellipsis=True) for line in lines[:room])
        hidden += len(lines[room:])
    if hidden:
        out.append(Content.assemble((f"{paint.count(hidden, 'more line')}: ", DIM), ("4", ACCENT), (" shows all", DIM)))
    return out


def _around(row: EventRow, here: str | None, width: int, glyphs: Glyphs) -> Content:
    mark = Content.styled(glyphs.marks["cursor"] if row.id == here else " ", ACCENT)
    return mark + event_line(row, width, glyphs)


def _decision(subject: str, decisions: Sequence[Decision], glyphs: Glyphs) -> Content:
    for decision in decisions:
        if decision.finding == subject:
            if not decision.by:
                return Content.assemble(paint.sign(glyphs, decision.word), ("   by whom and why is not disclosed", DIM))
            return Content.assemble(
                paint.sign(glyphs, decision.word),
                (f"   {paint.text(decision.by, limit=40).plain}: ", DIM),
                paint.text(decision.reason),
            )
    return Content.assemble(
        paint.sign(glyphs, "undecided"),
        ("   ", DIM),
        ("a", ACCENT),
        (" real  ", DIM),
        ("x", ACCENT),
        (" false alarm  ", DIM),
        ("W", ACCENT),
        (" accept the risk", DIM),
    )


def _notes(notes: Sequence[Note], width: int) -> list[Content]:
    out: list[Content] = []
    for note in notes:
        tags = "".join(f" #{tag}" for tag in note.tags)
        out += paint.wrap(
            Content.assemble(
                (f"{paint.when(note.time)} {paint.text(note.by, limit=40).plain}: ", DIM),
                Content(neutralise(note.text[:TEXT_LIMIT])),
                (paint.text(tags, limit=120).plain, ACCENT),
            ),
            width,
        )
    return out
