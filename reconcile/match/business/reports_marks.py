"""Values of a report that no call had: codes from nowhere, figures of the user's that were passed on to nothing.

Such values are told of acts that were never made. They may be reckoned or spelt otherwise, too, so that what is found
by them is told with a doubt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.reports import Mark
from assure_tui.reconcile.claims.values import number, scan
from assure_tui.reconcile.match.business.figures import forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.reconcile.claims.reports import Telling
    from assure_tui.reconcile.match.business.reports_lines import Lines

MIN_FIGURES = 2
"""Figures of a value that stands for itself, if it has no unit."""
MIN_AMOUNT = 10
"""A number below is told in too many ways."""
_DAY = re.compile(r"\d{4}-(\d{2}-\d{2})(?:[T ].{0,20})?")
MAX_BEFORE = 20
"""Code points before a value that say what it is."""
_WAS = re.compile(r"\b(?:from|was|of|by|than|instead|not)\W{0,3}$")
_BESIDE = re.compile(r"\b(?:from|was|to|of|with|for|than|by|until|window)\W{0,3}$|[–—→>(-]\W{0,2}$")
"""What stands before a value that is another one's bound, counterpart or former state."""
_CODE = re.compile(r"(?<![\w./:-])(?=[\w-]{0,30}\d)[A-Za-z]{1,8}[-_#]\w{0,12}-?\d{1,10}(?![\w-]|[.:/]\w)")
"""A name of letters, a joint and figures, as results give it."""
_LIMITS = frozenset(
    {"until", "when", "once", "will", "because", "since", "by", "but", "how", "what", "ensure", "already", "let"}
    | {"still"}
)
"""Words that tell of a bound or reason of what was done as often as that it was not."""


def unfounded(telling: Telling, lines: Lines) -> str:
    """Return which value of a clause that tells a deed stands in no call; "" where each may."""
    if telling.open or telling.aside - _LIMITS or not lines.acted:
        return ""
    return _made_up(telling, lines) or _passed_over(telling, lines)


def _made_up(telling: Telling, lines: Lines) -> str:
    """Find a code that stands nowhere."""
    sources = lines.sources
    for match in _CODE.finditer(telling.text):
        code = match.group()
        figures = sum(map(str.isdigit, code))
        kin = sources.passed.has_spelled(code.rstrip("0123456789"))
        if figures < MIN_FIGURES and not kin:
            continue
        if not any(ground.has_spelled(code) for ground in (sources.user, sources.passed, sources.rest)):
            return f"{code} is nowhere in the log"
    return ""


def _passed_over(telling: Telling, lines: Lines) -> str:
    """Find a value of the user's that no call was given, or one of several of a kind of which calls have the others."""
    sources = lines.sources
    marks = [mark for mark in telling.marks if mark.kind in {"id", "number", "date", "time"} and _tells(mark)]
    for mark in marks:
        if sources.user.has(mark) and not sources.passed.has(mark) and not _is_reckoned(mark, telling):
            return f"no call was given {mark.text}, and no result has it"
    for kind in ("id", "date") if telling.form != "state" else ():
        alike = _of_one_make([mark for mark in marks if mark.kind == kind])
        lacking = [mark for mark in alike if not lines.holds(mark) and not _BESIDE.search(_before(mark, telling))]
        if lacking and len(lacking) < len(alike):
            return f"no call acted on {lacking[0].text}, while others of its kind have theirs"
    return ""


def in_its_place(telling: Telling, lines: Lines, given: Iterable[tuple[str, str]], told: Iterable[Telling]) -> str:
    """Return the value of a call that nobody gave or told, where a clause tells one of its kind that no call was given.

    `given` are names and values of the call's arguments, `told` all clauses of the report.
    """
    sources = lines.sources
    if telling.open or telling.aside - _LIMITS:
        return ""
    marks = [mark for mark in telling.marks if mark.kind in {"number", "date", "time"} and _tells(mark)]
    for _, value in given if marks else ():
        mark = _mark_of(value)
        alike = [other for other in marks if mark is not None and other.kind == mark.kind]
        if mark is None or not alike:
            continue
        told_so = forms(mark.value) | {mark.value * 60} if mark.value is not None else {mark.text}
        known = (found.text if found.value is None else found.value for other in told for found in other.marks)
        if not told_so.isdisjoint(known) or sources.user.has(mark) or sources.read.has(mark):
            continue
        if not all(map(sources.passed.has, alike)):
            return value
    return ""


def _mark_of(value: str) -> Mark | None:
    """Read an argument as a date, a time of day or a number that stands for itself."""
    day = _DAY.fullmatch(value)
    if day is not None:
        return Mark("date", day[1])
    figure = number(value) if len(value) <= MAX_BEFORE else None
    return Mark("number", value, abs(figure)) if figure is not None and abs(figure) >= MIN_AMOUNT else None


def _of_one_make(marks: Sequence[Mark]) -> list[Mark]:
    """Return those marks that look like another one of them."""
    masks = [re.sub(r"\d+", "9", mark.text) for mark in marks]
    return [mark for mark, mask in zip(marks, masks, strict=True) if masks.count(mask) > 1]


def _tells(mark: Mark) -> bool:
    """Return whether a mark stands for itself: no small number without a unit."""
    return mark.kind != "number" or sum(map(str.isdigit, mark.text)) >= MIN_FIGURES or not mark.text.isdigit()


def _is_reckoned(mark: Mark, telling: Telling) -> bool:
    """Return whether a number is one by which others are worked out, or that was worked out, as sums of money are."""
    money = mark.kind == "number" and not mark.text.replace(",", "").replace(".", "").isdigit()
    return money or _WAS.search(_before(mark, telling)) is not None


def _before(mark: Mark, telling: Telling) -> str:
    at = telling.text.lower().find(mark.text.lower())
    if mark.kind in {"date", "time"}:
        spans = (found.span[0] for found in scan(telling.text) if str(found.value).endswith(mark.text))
        at = next(spans, 0)
    return telling.text[max(0, at - MAX_BEFORE) : max(0, at)].lower()
