"""The evidence of one finding or claim on a page: four columns where they fit, else one under the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from assure_tui.app.desk.views import Decision, EventRow, Note, RunDetail
from assure_tui.app.neutral import neutralise
from assure_tui.app.tui import paint
from assure_tui.app.tui.cells import Cell
from assure_tui.app.tui.diffs import SPLIT_FROM, parse, split_lines, unified_lines
from assure_tui.app.tui.event_line import event_line
from assure_tui.app.tui.evidence import Evidence
from assure_tui.app.tui.lines import Sheet
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD, STRONG
from assure_tui.themes.glyphs import Glyphs

SIDE_BY_SIDE: Final = 72
"""Cells that four columns need."""
GUTTER: Final = 9
READ_LINES: Final = 8
"""Lines of what was read from a tool that are shown whole."""
EMPTY: Final = 14
"""Cells of a column that only says that it is empty."""
ASKED_LINES: Final = 10
"""Lines of what was asked that are shown where the other columns are shorter."""
TEXT_LIMIT: Final = 1200
SELF_EVIDENT: Final = frozenset({"command", "counts", "error"})
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
        out += paint.wrap(paint.text(sentence(evidence)), inner)
    if evidence.settles:
        out += paint.hanging(Content.styled("Would clear it: ", DIM), paint.text(evidence.settles), inner)
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


def sentence(evidence: Evidence) -> str:
    """The sentence of a finding, begun as sentences are unless it begins with the name of a tool."""
    first, space, rest = evidence.sentence.partition(" ")
    if first.isalpha() and first.islower() and first not in {act.tool for act in evidence.acts}:
        return first.capitalize() + space + rest
    return evidence.sentence


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
    widths = _widths(evidence, width - 3 * gap.cell_length)
    columns = [_column(evidence, name, each, glyphs) for (name, _), each in zip(COLUMNS, widths, strict=True)]
    most = max(ASKED_LINES, *(len(lines) for lines in columns[1:]))
    columns[0] = _column(evidence, "asked", widths[0], glyphs, most=most)
    heads = [Content.styled(head, HEAD) for _, head in COLUMNS]
    return paint.beside([([head, *lines], each) for head, lines, each in zip(heads, columns, widths, strict=True)], gap)


def _widths(evidence: Evidence, room: int) -> list[int]:
    """Columns that have nothing to show are as narrow as saying so takes; the others share the room."""
    empty = [not getattr(evidence, name) for name, _ in COLUMNS]
    if all(empty):
        empty = [False] * len(COLUMNS)
    rest, full = room - EMPTY * sum(empty), empty.count(False)
    each, left = divmod(rest, full)
    widths = []
    for hollow in empty:
        widths.append(EMPTY if hollow else each + (left > 0))
        left -= not hollow
    return widths


def _stacked(evidence: Evidence, width: int, glyphs: Glyphs) -> list[Content]:
    out: list[Content] = []
    for name, head in COLUMNS:
        lines = _column(evidence, name, width - GUTTER, glyphs)
        for index, line in enumerate(lines):
            label = Content.styled(head, HEAD) if index == 0 else Content("")
            out.append(paint.fit(label, GUTTER) + line)
        out.append(Content(""))
    return out[:-1]


def _column(evidence: Evidence, name: str, width: int, glyphs: Glyphs, *, most: int = 0) -> list[Content]:
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
        room = most // len(cells) if most else 0
        out += (
            _quote(cell, width, glyphs, room)
            if said
            else _act(cell, width, glyphs, (*evidence.carried, *evidence.pointed))
        )
    return out


def _quote(cell: Cell, width: int, glyphs: Glyphs, most: int = 0) -> list[Content]:
    """Somebody's words in quotation marks, the words that matter highlighted, then who, when and what it counts for.

    Of more than `most` lines the first are shown: what was asked must not push what happened off the screen.
    """
    opening, closing = glyphs.marks["open_quote"], glyphs.marks["close_quote"]
    words = paint.wrap(Content(opening) + quoted(cell.text, cell.span) + Content(closing), width)
    source = _source(cell, width, glyphs)
    room = max(3, most - len(source) - 1)
    if most and len(words) > room:
        last = words[room - 1].rstrip()
        words = [*words[: room - 1], (last if last.cell_length < width else last[:-1]) + Content("…")]
    return [*words, *source]


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

    Values that were `carried` here from an input are highlighted, as they are where they were read, and those that the
    finding names.
    """
    times = Content.styled(f" × {cell.times:,}", ACCENT) if cell.times > 1 else ""
    out = paint.wrap(Content.assemble(paint.text(cell.text, STRONG), times), width)
    for key, value in cell.details:
        name = Content("") if key in SELF_EVIDENT else Content.styled(f"{paint.text(key, limit=40).plain} ", DIM)
        out += paint.wrap(name + paint.highlighted(paint.text(value, limit=160), carried, whole=True), width)
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
        lines = paint.wrap(paint.highlighted(words, evidence.carried), width)
        out += [*_telling(lines, evidence.carried), *_source(cell, width, glyphs)]
    if evidence.carried:
        arrow = glyphs.marks["arrow"]
        went = Content.assemble((f"{arrow} ", ACCENT), *_joined(evidence.carried), (" went into the call", DIM))
        out += paint.wrap(went, width)
    return [*out, Content("")]


def _telling(lines: Sequence[Content], carried: Sequence[str]) -> list[Content]:
    """The beginning of what was read, and where the values stand that went into a call: the rest is in the Timeline."""
    filled = [line for line in lines if line.plain.strip()]
    if len(filled) <= READ_LINES:
        return filled
    if not any(word in line.plain for word in carried for line in filled):
        return [*filled[: READ_LINES + 4], Content.styled("…", DIM)] if len(filled) > READ_LINES + 4 else filled
    keep = set(range(READ_LINES // 2)) | {
        near for at, line in enumerate(filled) if any(word in line.plain for word in carried) for near in (at - 1, at)
    }
    out: list[Content] = []
    before = -1
    for at in sorted(keep):
        if at > before + 1:
            out.append(Content.styled("…", DIM))
        out.append(filled[at])
        before = at
    return out if before == len(filled) - 1 else [*out, Content.styled("…", DIM)]


def _joined(words: Sequence[str]) -> Iterator[Content | tuple[str, str] | str]:
    for index, word in enumerate(words[:8]):
        if index:
            yield ", "
        yield (paint.text(word, limit=80).plain, "$text-hit")


# --- what stands below ----------------------------------------------------------------------------------------------


def standing(evidence: Evidence, detail: RunDetail, width: int, glyphs: Glyphs) -> list[Content]:
    """Why, how grave it is, and what was decided."""
    out: list[Content] = [Content(""), paint.rule(glyphs, width)]
    facts: list[tuple[str, Content]] = []
    if evidence.outcome:
        added = ("   added by a reviewer", DIM) if evidence.human else ""
        facts.append(("claim", Content.assemble(paint.sign(glyphs, evidence.outcome), added)))
    if evidence.reason:
        facts.append(("why", paint.text(evidence.reason)))
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
