"""The whole words and the whole output beside each other: where four columns are too narrow to judge by.

On the left the paragraph that the claim stands in, or the text that was read, with the span highlighted. On the right
what came back from each call, cut to the neighbourhood of the lines that tell most of what the claim is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from textual.content import Content

from assure_tui.app.desk.views import RunDetail
from assure_tui.app.neutral import neutral_line
from assure_tui.app.tui import paint
from assure_tui.app.tui.acts import details
from assure_tui.app.tui.evidence import Evidence
from assure_tui.app.tui.evidence_page import sentence, standing
from assure_tui.app.tui.lines import Sheet
from assure_tui.app.tui.paint import DIM, HEAD, STRONG
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, Finding, InputFinding
from assure_tui.themes.glyphs import Glyphs

TEXT_LIMIT: Final = 200_000
"""Code points of a text that are looked at."""
LINES_LIMIT: Final = 20_000
ACTS_SHOWN: Final = 6
AROUND: Final = 6
"""Lines shown on either side of one that matters."""
TELLING: Final = 3
"""Lines of an output that are pointed out at most."""
SIDE_BY_SIDE: Final = 72
DEEPEST: Final = 4
_WORD: Final = re.compile(r"[\w.@/#$-]{1,64}")


@dataclass(frozen=True)
class Part:
    """A text with a head; `hits` are the lines that matter, each with the span of it to highlight, or None for all."""

    head: str
    lines: tuple[str, ...]
    hits: Mapping[int, tuple[int, int] | None]
    words: frozenset[str] = frozenset()
    """Words that are pointed out in the lines that matter."""


@dataclass(frozen=True)
class Sides:
    """Both sides of a finding or claim."""

    left: tuple[Part, ...]
    right: tuple[Part, ...]


def sides(desk: Desk, detail: RunDetail, subject: Finding | Claim, evidence: Evidence) -> Sides:
    """Fetch both sides of `subject`."""
    run, claim = detail.row.id, _claim_of(detail, subject)
    left: list[Part] = []
    if claim is not None:
        left.append(_spoken(_text(desk, run, claim.event), claim.span, "CLAIMED", claim.text))
    elif isinstance(subject, InputFinding):
        left.append(_spoken(_text(desk, run, subject.event), subject.span, "READ FROM A TOOL", ""))
    left += [_told(cell.text, "ASKED") for cell in evidence.asked if not left]
    args = claim.args if claim is not None else {}
    return Sides(tuple(left), tuple(_returned(desk, detail, act, args) for act in evidence.acts[:ACTS_SHOWN]))


def _claim_of(detail: RunDetail, subject: Finding | Claim) -> Claim | None:
    if isinstance(subject, Claim):
        return subject
    wanted = subject.claim if isinstance(subject, Discrepancy) else None
    return next((claim for claim in detail.claims if claim.id == wanted), None) if wanted else None


def _text(desk: Desk, run: str, event: str) -> str:
    try:
        return desk.event_text(run, event)[:TEXT_LIMIT]
    except TROUBLE:
        return ""


def _told(text: str, head: str) -> Part:
    return Part(head, tuple(text[:TEXT_LIMIT].split("\n")[:LINES_LIMIT]), {})


def _spoken(text: str, span: tuple[int, int], head: str, fallback: str) -> Part:
    """A text with a span of code points in it, as lines with spans of their own."""
    start, end = span
    if not 0 <= start < end <= len(text):
        return Part(head, (fallback,), {0: None} if fallback else {})
    lines, hits, at = text.split("\n")[:LINES_LIMIT], dict[int, tuple[int, int] | None](), 0
    for number, line in enumerate(lines):
        if at < end and start < at + len(line) + 1:
            hits[number] = max(0, start - at), min(len(line), end - at)
        at += len(line) + 1
    return Part(head, tuple(lines), hits)


def _returned(desk: Desk, detail: RunDetail, act: Effect, args: Mapping[str, Any]) -> Part:
    """What came back from a call, with the lines that tell most of its results and of the claim's values."""
    who = act.source_kind.removeprefix("feed:") if act.source_kind != "log" else act.tool or act.kind
    head = f"{who}  {act.status}  {paint.clock(act.time, seconds=True)}  {act.grade}"
    if act.source_kind != "log":
        lines = [f"{key} {value}" for key, value in details(act, detail.row.cwd)]
    else:
        lines = _text(desk, detail.row.id, act.result_event or act.event).split("\n")[:LINES_LIMIT]
    words = frozenset(_values(args)) | frozenset(_values(act.results)) | frozenset(_values(act.args))
    scores = [len(words & _words(line)) for line in lines]
    best = max(scores, default=0)
    found = [number for number, score in enumerate(scores) if best and score == best][:TELLING]
    return Part(head, tuple(lines), dict.fromkeys(found), words)


def _values(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the words of values that tell one matter from another: numbers with their names, identifiers, amounts."""
    if depth > DEEPEST:
        return
    match value:
        case msgspec.Struct():
            yield from _values(msgspec.to_builtins(value), depth + 1)
        case bool() | None:
            return
        case int() | float():
            yield str(value)
        case str():
            yield from (word for word in _words(value[:500]) if any(char.isdigit() for char in word) or "@" in word)
        case Mapping():
            for key, inner in value.items():
                if isinstance(inner, int) and not isinstance(inner, bool):
                    yield from _words(str(key))
                if key != "command":
                    yield from _values(inner, depth + 1)
        case list() | tuple():
            for inner in value:
                yield from _values(inner, depth + 1)


def _words(text: str) -> frozenset[str]:
    found = (word.strip(".#$-").casefold() for word in _WORD.findall(text[:2000]))
    return frozenset(word.removesuffix(".00") for word in found if word)


# --- on the page ------------------------------------------------------------------------------------------------------


def sides_page(both: Sides, evidence: Evidence, detail: RunDetail, width: int, *, glyphs: Glyphs) -> Sheet:
    """Lay both sides out, and below them how grave it is and what was decided."""
    sheet, inner, pad = Sheet(), width - 2, Content(" ")
    sheet.begin()
    sheet.add(
        *(
            pad + Content.styled(line.plain, STRONG)
            for line in paint.wrap(paint.text(evidence.title.capitalize()), inner)
        )
    )
    sheet.add(*(pad + line for line in paint.wrap(paint.text(sentence(evidence)), inner)))
    if evidence.settles:
        clear = paint.hanging(Content.styled("Would clear it: ", DIM), paint.text(evidence.settles), inner)
        sheet.add(*(pad + line for line in clear))
    sheet.add(Content(""))
    sheet.begin()
    gap = Content.assemble(" ", (glyphs.marks["rule"], "$text-rule"), " ")
    if inner >= SIDE_BY_SIDE:
        left = (inner - gap.cell_length) * 2 // 5
        right = inner - gap.cell_length - left
        blocks = [(_column(both.left, left, glyphs), left), (_column(both.right, right, glyphs), right)]
        sheet.add(*(pad + line for line in paint.beside(blocks, gap)))
    else:
        sheet.add(*(pad + line for line in _column((*both.left, *both.right), inner, glyphs)))
    sheet.begin()
    sheet.add(*(pad + line for line in standing(evidence, detail, inner, glyphs)))
    return sheet


def _column(parts: Sequence[Part], width: int, glyphs: Glyphs) -> list[Content]:
    out: list[Content] = []
    for part in parts:
        out += [Content("")] * bool(out)
        out.append(paint.text(part.head, HEAD).truncate(width, ellipsis=True))
        out += _lines(part, width)
    if not parts:
        out.append(Content.styled(f"{glyphs.marks['hole']} nothing came back", f"{DIM} italic"))
    return out


def _lines(part: Part, width: int) -> Iterator[Content]:
    kept, before = _kept(part), -1
    for number in kept:
        if number > before + 1:
            yield Content.styled(f"… {paint.count(number - before - 1, 'line')} …", DIM)
        yield from paint.wrap(_line(part, number), width) or [Content("")]
        before = number
    if before + 1 < len(part.lines):
        yield Content.styled(f"… {paint.count(len(part.lines) - before - 1, 'line')} …", DIM)


def _kept(part: Part) -> Iterable[int]:
    """The lines near those that matter; without any, the beginning and the end."""
    last = len(part.lines) - 1
    if not part.hits:
        return [number for number in range(last + 1) if number < AROUND or number > last - 2 * AROUND]
    near = {at for hit in part.hits for at in range(hit - AROUND, hit + AROUND + 1)}
    return sorted(at for at in near if 0 <= at <= last)


def _line(part: Part, number: int) -> Content:
    """A line, harmless; the span in it, or the whole line and the words in it, highlighted."""
    line = part.lines[number]
    if number not in part.hits:
        return Content(neutral_line(line, 2000))
    span = part.hits[number]
    if span is not None:
        start, end = span
        return Content.assemble(
            neutral_line(line[:start], 2000),
            (neutral_line(line[start:end], 2000), "$text-quote"),
            neutral_line(line[end:], 2000),
        )
    shown = Content.styled(neutral_line(line, 2000), "$text-quote")
    for match in _WORD.finditer(shown.plain):
        if _words(match[0]) & part.words:
            shown = shown.stylize("$text-hit", *match.span())
    return shown
