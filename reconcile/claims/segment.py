"""Agent prose into units: sentences, list items, headings and table rows, with exact spans into the original text.

Agents write a loose Markdown. What matters for claims is where one statement ends and the next begins, and what
stands above it: the heading, the introducing line, the bold label, the item that a nested item belongs to. This is not
a Markdown renderer: one pass over the lines, one over the characters of each, linear in the text.

Text inside code fences is not a statement of the agent and gives no units. Code spans stay part of their unit and are
told by `Unit.codes`, because a command or a path in them is often an argument of the claim.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

Form: TypeAlias = Literal["sentence", "heading", "item", "row", "label"]
"""`label` is a line that introduces what follows: it ends in a colon or is nothing but bold text."""

Task: TypeAlias = Literal["", "done", "open"]

MAX_UNITS = 4000
"""Units read of one text. Real texts stay below 200; what lies beyond is not read for claims."""
MAX_LINE = 20_000
"""Code points read of one line."""
MAX_PARENT = 400
"""Code points of a list item that the items nested in it know."""
MAX_TEXTS = 16
"""Texts whose units are remembered: several readers take each text in turn, the last of them when its turn ends."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One statement. `start` and `end` count code points of the event's text; `text` is that slice.

    `heading`, `lead` and `parent` are the texts of what stands above: the last heading, the last introducing line, and
    the list item that this one is nested in (or the item's own label, for its later sentences). `cells` are the spans
    of a table row's cells, `header` the texts of the table's first row.
    """

    start: int
    end: int
    text: str
    form: Form
    depth: int = 0
    first: bool = True
    """The first sentence of its line: what stands before it is layout."""
    heading: str = ""
    level: int = 0
    """Depth of that heading, counted from 1."""
    lead: str = ""
    parent: str = ""
    quoted: bool = False
    codes: tuple[tuple[int, int], ...] = ()
    """Spans of code inside back ticks, relative to `text`, without the ticks."""
    cells: tuple[tuple[int, int], ...] = ()
    header: tuple[str, ...] = ()
    struck: bool = False
    task: Task = ""
    """A task-list box or tick in front of the item."""


_FENCE = re.compile(r"[ \t]*(?:>[ \t]?)?(?P<mark>`{3,}|~{3,})")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_QUOTE = re.compile(r"[ \t]{0,3}>[ \t]?")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?P<bullet>[-*+•‣◦▪–])|\d{1,3}[.)])[ \t]+")
_BOLD_NUMBER = re.compile(r"[*_]{2}\d{1,2}[.)][ \t]+")
"""An item that has its number inside its bold title: "**1. Parser** — reads both forms"."""
_TASK = re.compile(r"(?:\[(?P<box>[ xX/~-])\]|(?P<done>✅|✔️|✔|☑️|☑|✓)|(?P<open>❌|⬜|☐|🔲|⏳|🚧|✗))[ \t]*")
_PICTO = re.compile(r"[ \t]*[\U0001F300-\U0001FAFF\u2600-\u27BF]\uFE0F?[ \t]+(?=\S)")
"""A pictograph in place of a bullet: "🔒 Card frozen"."""
_ROW = re.compile(r"[ \t]*\|")
_RULE = re.compile(r"(?=[ \t:|]*-)[ \t:|-]*$")
_BREAK_LINE = re.compile(r"[ \t]{0,3}(?:-{3,}|\*{3,}|_{3,})[ \t]*$")
_TAG = re.compile(r"[ \t]{0,40}</?[A-Za-z][\w-]{0,40}>[ \t]{0,40}$")
_BLOCK = re.compile("|".join(form.pattern for form in (_HEADING, _ITEM, _ROW, _QUOTE, _TAG, _PICTO)))
"""What begins with a line of its own."""
_BREAK = re.compile(
    r"[.!?…\u3002\uff01\uff1f](?:(?<![\uff01\uff1f])[\"'”’)\]*_`]{0,4}(?=\s)|(?<=[\u3002\uff01\uff1f]))"
)
"""Ends a sentence. It begins with a class of characters, since Python skips to one of those at once."""
_CODE = re.compile("``*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|fig|Mr|Ms|Dr|[A-Za-z])\.$", re.IGNORECASE
)
_BOLD_LINE = re.compile(r"(?:\*\*[^*\n]{1,120}\*\*|__[^_\n]{1,120}__):?[ \t]*$")
_FIELD = re.compile(r"[A-Z][\w/-]{1,20}(?: [\w/-]{1,20}){0,2}: +[`*\[\w(#]")
"""A line of a list without bullets: "Branch: `main`"."""
_OPENING = re.compile(r"[\s\"'“‘(\[*_`]{0,6}(?:[A-Z0-9À-ÖØ-Þ]|[^\W\d_a-zß-öø-ÿ]|[\U00002190-\U0001FAFF`/~<$#-])")


_LETTER = re.compile(r"^[ \t>*_\"'“]{0,6}(?:Dear|Hello|Hi)\b[^\n]{0,60},[ \t]*$", re.MULTILINE)
"""The line that opens a letter; a text that opens so greets its reader."""
_LETTER_ENDS = re.compile(
    r"^[ \t]*(?:-{3,}|\*{3,})[ \t]*$|[\"”][ \t]*$"
    r"|^[ \t>*_]{0,6}(?:(?:best|kind|warm)\b|regards|sincerely|yours|cheers|thanks?\b|love\b)[^\n]{0,30}$",
    re.MULTILINE | re.IGNORECASE,
)
MAX_LETTERS = 20
_PLAN = re.compile(r"^[ \t]{0,8}<(\w{0,20}plan)>[ \t]*$", re.MULTILINE | re.IGNORECASE)
"""The tag that opens a plan which waits for leave, on a line of its own: `<proposed_plan>`."""


class _Line(msgspec.Struct):
    start: int
    text: str


class _Opening(NamedTuple):
    """What a paragraph begins with."""

    body: int
    """Where its words begin, behind the marks."""
    form: Form = "sentence"
    depth: int = 0
    indent: int = 0
    parent: str = ""
    quoted: bool = False
    task: Task = ""


@lru_cache(maxsize=MAX_TEXTS)
def units(text: str) -> tuple[Unit, ...]:
    """Cut one text into units, in order. Never raises; reads at most `MAX_UNITS`."""
    return tuple(islice(_Walk(text).walk(), MAX_UNITS))


class _Walk:
    """One pass over the lines of a text, remembering what stands above the current one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.heading = ""
        self.level = 0
        self.lead = ""
        self.items: list[tuple[int, str]] = []
        self.header: tuple[str, ...] = ()
        self.apart = (*_letters(text), *_plans(text))

    def walk(self) -> Iterator[Unit]:
        """Yield the units of the text, in order."""
        paragraph: list[_Line] = []
        for line in _unfenced(self.text):
            role = _role(line.text) if line is not None else "blank"
            if role != "text" or (line and paragraph and not _joins(paragraph[-1].text, line.text)):
                yield from self._paragraph(paragraph)
                paragraph = []
            if line is None:
                continue
            if role in {"text", "blank"}:
                self.header = ()
            if role == "alone":
                yield from self._single(line)
            elif role != "blank":
                paragraph.append(line)
        yield from self._paragraph(paragraph)

    def _single(self, line: _Line) -> Iterator[Unit]:
        """Heading, table row or a lone tag."""
        heading = _HEADING.match(line.text)
        if heading:
            self.heading, self.lead, self.items = line.text[heading.end() :].strip().strip("#").strip(), "", []
            self.level = line.text[: heading.end()].count("#")
            start, end = _trim(self.text, line.start + heading.end(), line.start + len(line.text))
            if start < end:
                yield self._unit(start, end, "heading")
        elif _ROW.match(line.text):
            yield from self._row(line)

    def _row(self, line: _Line) -> Iterator[Unit]:
        if _RULE.match(line.text):
            return
        cells = tuple(_cells(line))
        if not self.header:
            self.header = tuple(self.text[a:b] for a, b in cells)
            return
        start, end = _trim(self.text, line.start, line.start + len(line.text))
        yield self._unit(start, end, "row", cells=cells, header=self.header)

    def _paragraph(self, lines: list[_Line]) -> Iterator[Unit]:
        """A paragraph or a list item with its continuation lines: cut into sentences."""
        if not lines:
            return
        end = lines[-1].start + len(lines[-1].text)
        opening = self._open(lines[0], end)
        start, end = _trim(self.text, opening.body, end)
        if start >= end:
            return
        listed = opening.form == "item"
        if listed:
            self.items.append((opening.indent, self.text[start:end][:MAX_PARENT]))
        spans = list(_sentences(self.text, start, end))
        for number, (a, b) in enumerate(spans):
            leads = not listed and number == len(spans) - 1 and _introduces(self.text[a:b])
            yield self._unit(
                a,
                b,
                "label" if leads else opening.form,
                depth=opening.depth,
                first=number == 0,
                parent=opening.parent,
                quoted=opening.quoted,
                task=opening.task,
            )
            if leads:
                self.lead = self.text[a:b]
            elif not listed and not self.items:
                self.lead = ""

    def _open(self, line: _Line, end: int) -> _Opening:
        """Read the marks that a paragraph, which reaches to `end`, begins with, and leave the lists that it ends."""
        if line.text[:1].isalpha():
            self.items = []
            return _Opening(line.start)
        quote = _QUOTE.match(line.text)
        body = line.start + (quote.end() if quote else 0)
        item = _ITEM.match(self.text, body, end)
        form: Form = "sentence"
        depth = 0
        if item:
            # bullets below a number are its own, also where they are not indented
            indent = 2 * len(item["indent"].expandtabs(4)) + bool(item["bullet"])
            while self.items and self.items[-1][0] >= indent:
                self.items.pop()
            form, depth, body = "item", len(self.items) + 1, item.end()
        else:
            indent = len(line.text) - len(line.text.lstrip())
            if not indent:
                self.items = []
            if _BOLD_NUMBER.match(self.text, body, end) and not _introduces(self.text[body:end]):
                form, depth = "item", 1
        task: Task = ""
        box = _TASK.match(self.text, body, end)
        if box:
            task = "done" if box["done"] or (box["box"] or "") in {"x", "X"} else "open"
            body = box.end()
        parent = " ".join(text for _, text in self.items)
        return _Opening(body, form, depth, indent, parent, quote is not None, task)

    def _unit(self, start: int, end: int, form: Form, **more: object) -> Unit:
        text = self.text[start:end]
        if self.apart and any(a <= start < b for a, b in self.apart):
            more["quoted"] = True
        return Unit(
            start=start,
            end=end,
            text=text,
            form=form,
            heading=self.heading,
            level=self.level,
            lead=self.lead,
            codes=tuple(code_spans(text)),
            struck=text.startswith("~~"),
            **more,  # type: ignore[arg-type]
        )


def _plans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of plans between tags: nothing in them was done."""
    for opened in islice(_PLAN.finditer(text), MAX_LETTERS) if "<" in text else ():
        closed = text.find(f"</{opened[1]}>", opened.end())
        yield opened.end(), closed if closed >= 0 else len(text)


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the letters that a text drafts, from the salutation to what ends them."""
    at = text.find("\n") + 1
    for _ in range(MAX_LETTERS if at else 0):
        opening = _LETTER.search(text, at)
        ending = _LETTER_ENDS.search(text, opening.end()) if opening else None
        if opening is None or ending is None:
            return
        at = ending.end()
        yield opening.start(), at


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for raw in text.splitlines(keepends=True):
        body = raw.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        yield _Line(start, body[:MAX_LINE])
        start += len(raw)


def _unfenced(text: str) -> Iterator[_Line | None]:
    """Yield the lines outside of code fences; None stands for a fence with what is in it."""
    fence = ""
    for line in _lines(text):
        marked = None if line.text[:1].isalpha() else _FENCE.match(line.text)
        if fence:
            if marked and marked["mark"].startswith(fence) and not line.text[marked.end() :].strip():
                fence = ""
        elif marked:
            fence = marked["mark"]
            yield None
        else:
            yield line


def _role(line: str) -> Literal["text", "blank", "opens", "alone"]:
    """Return whether a line is part of a paragraph, parts two of them, opens one, or is a unit by itself."""
    if line[:1].isalpha():  # most lines do: nothing but words begins so
        return "text"
    if not line.strip() or _BREAK_LINE.match(line):
        return "blank"
    if not _BLOCK.match(line):
        return "text"
    return "opens" if _ITEM.match(line) or _QUOTE.match(line) or _PICTO.match(line) else "alone"


def _joins(before: str, line: str) -> bool:
    """Return whether a line goes on with the sentence of the line before, as hard-wrapped prose does."""
    done = before.rstrip()
    if before.endswith(("  ", "\\")) or _FIELD.match(line):
        return False
    return not (done.endswith((":", ".", "!", "?")) or _BOLD_LINE.match(line.strip())) or line[:1] in " \t"


def _introduces(text: str) -> bool:
    return text.endswith((":", ":**", ":__")) or bool(_BOLD_LINE.match(text))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end].rstrip()
    return (start + len(piece) - len(piece.lstrip()), start + len(piece)) if piece else (end, end)


def _cells(line: _Line) -> Iterator[tuple[int, int]]:
    """Spans of the cells of a table row; an escaped bar or one inside a code span does not divide."""
    text = line.text
    codes = list(code_spans(text))
    at = 0
    start = text.index("|") + 1
    for pos in range(start, len(text) + 1):
        while at < len(codes) and codes[at][1] <= pos:
            at += 1
        inside = at < len(codes) and codes[at][0] <= pos
        if pos == len(text) or (text[pos] == "|" and not inside and text[pos - 1] != "\\"):
            a, b = _trim(text, start, pos)
            if a < b or pos < len(text):
                yield line.start + a, line.start + b
            start = pos + 1


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Spans between matching runs of back ticks, without them."""
    if "`" not in text:
        return
    opened: tuple[int, int] | None = None
    for run in _CODE.finditer(text):
        size = run.end() - run.start()
        if opened is None:
            opened = (run.end(), size)
        elif opened[1] == size:
            yield opened[0], run.start()
            opened = None


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut [start, end) into sentences; a full stop in a code span, a number or an abbreviation does not end one."""
    codes = [(start + a, start + b) for a, b in code_spans(text[start:end])]
    at = 0
    begin = start
    for stop in _BREAK.finditer(text, start, end):
        while at < len(codes) and codes[at][1] <= stop.start():
            at += 1
        if at < len(codes) and codes[at][0] <= stop.start():
            continue
        if text[stop.start()] == "." and _ABBREVIATION.search(text[max(begin, stop.start() - 8) : stop.start() + 1]):
            continue
        if not _OPENING.match(text, stop.end(), end) or text[begin : stop.start()].strip("*_ ").isdecimal():
            continue
        a, b = _trim(text, begin, stop.end())
        if a < b:
            yield a, b
        begin = stop.end()
    a, b = _trim(text, begin, end)
    if a < b:
        yield a, b
