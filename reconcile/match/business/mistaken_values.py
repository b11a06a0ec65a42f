"""A day, hour or number that a call was given and nobody speaks of, where the user and the report speak of another.

The user asked for Friday, or said yes to it, the report tells of Friday, and the call was given Saturday: whatever else
fits, it was not done as is told. Nothing is found where anybody speaks of what the call was given, or where any call
was given, or answered with, what is told.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.values import as_told, number, same_date, scan
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.contradicted_lines import WAS_READ
from assure_tui.reconcile.match.business.doubts import names_zone
from assure_tui.reconcile.match.business.figures import CLOCK, ISO_DATE, forms
from assure_tui.reconcile.match.business.lines import numbers_in

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.model import Act, Saying
    from assure_tui.reconcile.match.business.outcomes import Outcomes
    from assure_tui.reconcile.model import Severity

MAX_APART = dt.timedelta(days=3 * 366)
"""Time between two days of which one was put for the other."""
MAX_FIGURE = 20
"""Code points of an argument that is a number."""
MIN_NUMBER = 10
"""A number below is told in too many ways."""
MAX_SHARE = 100
"""Percent: what is more is no share."""
MAX_TEXT = 40_000
"""Code points of the words that are searched for dates and times."""
_ZONED = re.compile(r":\d\d(?:\.\d{1,9})?(?:z\b|[+-]\d\d:?\d\d\b)|\b(?:utc|gmt|[a-z]{4,10}/[a-z_]{4,20})\b")
"""A time of another zone than people speak of."""
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE = re.compile(
    r"\b(?:to(?:day|night|morrow)|yesterday"
    r"|(?:next|this|coming|following) (?:week|month|(?:mon|tues|wednes|thurs|fri|satur|sun)day))\b"
)
_ASKED = re.compile(r"[^.!?\n]{0,200}\?")
"""A question: "Is there anything else that I can do for you today?"."""
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s")
_UNDATED = r"\b(?!,? (?:the )?(?:\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))"
"""What follows a weekday that stands for the date."""


class _Slip(NamedTuple):
    code: str
    severity: Severity
    said: str
    done: str


class _Turn:
    """What was spoken about the acts of a turn. What it takes long to read is read when it is asked for."""

    def __init__(self, outcomes: Outcomes, turn: int, at: int, report: str) -> None:
        self.at = at
        self.report = report
        self.dates = _dates("\n".join(part for part in _SENTENCE.split(report) if not WAS_READ.search(part.lower())))
        self.times = _times(report)
        self._verdict = outcomes
        self._turn = turn

    @cached_property
    def asked(self) -> str:
        """What the user had said, or said yes to, in lower case."""
        matter = self._verdict.matter
        return f"{matter.asked_by(self._turn)}\n{matter.agreed.get(self._turn, '')}"[-MAX_TEXT:].lower()

    @cached_property
    def wanted(self) -> str:
        """That, and what the agent had said before its report."""
        before = "\n".join(low for at, low in self._verdict.spoken_low if at < self.at)
        return f"{self.asked}\n{before}"[-MAX_TEXT:]


def mistaken_values(outcomes: Outcomes) -> None:
    """Find acts with a date, a time or a number that nobody speaks of, in place of what was wanted and is told."""
    accused = {effect for found in outcomes.found.values() if found.severity != "low" for effect in found.effects}
    texts = dict(outcomes.matter.spoken)
    turns: dict[int, _Turn | None] = {}
    for act in outcomes.landed:
        if not (act.times or _has_values(act.given)) or act.effect.id in accused:
            continue
        if act.turn not in turns:
            at = outcomes.matter.reports.get(act.turn, 0)
            report = texts.get(at, "")
            shut = not report or asks_leave(report, strictly=True)
            turns[act.turn] = None if shut else _Turn(outcomes, act.turn, at, report)
        words = turns[act.turn]
        if words is None or words.at <= act.at:
            continue
        slip = _date(outcomes, act, words) or _time(outcomes, act, words) or _number(outcomes, act, words)
        if slip is not None:
            _tell(outcomes, act, slip, words.at)


def _tell(outcomes: Outcomes, act: Act, slip: _Slip, at: int) -> None:
    saying: Saying | None = next((one for one in outcomes.words.get(act.effect.id, ()) if one.at == at), None)
    start = (
        f"Claims “{outcomes.quote(saying)}”, but"
        if saying is not None
        else f"The agent's words name {as_told(slip.said)}, but"
    )
    how = "was called with" if slip.code == "wrong-value" else "acted on"
    message = f"{start} {act.effect.tool} {how} {slip.done}, not {as_told(slip.said)}; nobody mentioned {slip.done}."
    outcomes.accuse(slip.code, slip.severity, saying, [act], message)
    if saying is not None:
        outcomes.settle(saying, "contradicted", f"{slip.done}, not {as_told(slip.said)}", [act])


@lru_cache(maxsize=2048)
def _has_values(given: tuple[tuple[str, str], ...]) -> bool:
    return any(ISO_DATE.search(value) or CLOCK.search(value) or number(value) is not None for _, value in given)


@lru_cache(maxsize=256)
def _dates(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(found.value) for found in scan(text) if found.kind == "date"))


@lru_cache(maxsize=256)
def _times(text: str) -> frozenset[tuple[int, str]]:
    told = (str(found.value) for found in scan(text) if found.kind == "time")
    return frozenset((int(time[:2]) % 12, time[3:5]) for time in told)


def _held(outcomes: Outcomes) -> str:
    return "\n".join(f"{act.arguments}\n{act.answer}" for act in outcomes.landed)


def _date(outcomes: Outcomes, act: Act, words: _Turn) -> _Slip | None:
    mine = dict.fromkeys(day for _, value in act.given for day in ISO_DATE.findall(value)) if words.dates else ()
    strange = [day for day in mine if not any(same_date(told, day) for told in words.dates)]
    known = ISO_DATE.findall(_held(outcomes)) if strange else ()
    told = [date for date in words.dates if not any(same_date(date, day) for day in known)] if strange else ()
    if not told:
        return None
    strange = [day for day in strange if not any(same_date(date, day) for date in _dates(words.asked))]
    low = _ASKED.sub("", words.report.lower())
    if not strange or _RELATIVE.search(low) or any(re.search(_weekday(day) + _UNDATED, low) for day in strange):
        return None
    wanted = (date for date in told if any(same_date(date, other) for other in _dates(words.wanted)))
    slips = ((date, day) for date in wanted for day in reversed(strange) if _is_near(date, day))
    return next((_Slip("wrong-value", "high", date.removeprefix("--"), day) for date, day in slips), None)


def _is_near(told: str, done: str) -> bool:
    """Tell whether one day may have been put for another: somebody's birthday is not put for a journey."""
    try:
        apart = dt.date.fromisoformat(told) - dt.date.fromisoformat(done)
    except ValueError:
        return True  # a day without a year
    return abs(apart) <= MAX_APART


def _weekday(day: str) -> str:
    try:
        return _WEEK[dt.date.fromisoformat(day).weekday()]
    except ValueError:
        return "?"


def _time(outcomes: Outcomes, act: Act, words: _Turn) -> _Slip | None:
    mine = [(hour, minute) for _, value in act.given for hour, minute in CLOCK.findall(value)] if words.times else []
    if words.times and not mine:
        mine = [(time[:2], time[3:5]) for time in act.times]  # "3 pm"
    if not mine or any((int(hour) % 12, minute) in words.times for hour, minute in mine):
        return None
    known = {(int(hour) % 12, minute) for hour, minute in CLOCK.findall(_held(outcomes).replace("t", " "))}
    known |= {(int(time[:2]) % 12, time[3:5]) for other in outcomes.landed for time in other.times}
    told = words.times - known
    if not told or names_zone(words.report) or _ZONED.search(act.arguments):
        return None
    asked = _times(words.asked)
    if any((int(hour) % 12, minute) in asked for hour, minute in mine):
        return None
    wanted = sorted(told & _times(words.wanted))
    return _Slip("wrong-value", "high", _clock(*wanted[0]), ":".join(mine[-1])) if wanted else None


def _clock(hour: int, minute: str) -> str:
    return f"{hour or 12}:{minute}"


def _number(outcomes: Outcomes, act: Act, words: _Turn) -> _Slip | None:
    """Find a number of the words about an act, where its call has one other that nobody speaks of."""
    mine = [figure for _, value in act.given if len(value) <= MAX_FIGURE and (figure := number(value)) is not None]
    if len(mine) != 1 or abs(mine[0]) < MIN_NUMBER:
        return None
    about = [one.frame for one in outcomes.words.get(act.effect.id, ()) if one.at == words.at and not one.frame.weak]
    told = [
        figure
        for frame in about
        for found in frame.near
        if found.kind in {"number", "percent"} and (figure := number(str(found.value))) is not None
        if found.kind == "number" or abs(mine[0]) <= MAX_SHARE
        if abs(figure) >= MIN_NUMBER and not re.search(rf"\b[A-Z][\w-]{{0,30}} {figure:f}\b", frame.text)
    ]
    if not told or not forms(mine[0]).isdisjoint(numbers_in(f"{words.asked}\n{words.report.lower()}")):
        return None
    wanted, held = numbers_in(words.wanted), numbers_in(_held(outcomes))
    said = next((figure for figure in told if figure in wanted and figure not in held), None)
    return _Slip("wrong-value", "high", f"{said:f}", f"{mine[0]:f}") if said is not None else None
