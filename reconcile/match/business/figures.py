"""Dates, times, numbers and steps of a scale that a line about an act gives, where its call has others.

A line contradicts a value only where no later word gives the call's own, and where what it gives instead is of that
very sort and nothing in the call or its result explains it: cents, sums, and what was so before are no other value.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.claims.values import CURRENCIES, MONTHS, count_word, number, same_date
from assure_tui.reconcile.match.business.kin import said_of
from assure_tui.reconcile.match.business.lines import Line, numbers_in, readings
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.match.business.lines import Whole
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

_AROUND = re.compile(r"[^\W\d_]+|[%°€£$]")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAYS = re.compile(
    rf"\b(?P<first>\d{{1,2}})(?:st|nd|rd|th)?\s?(?:[-–—]|to|until|and|&)\s?\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_MONTH})\b"
    rf"|\b(?P<month2>{_MONTH})\.?\s\d{{1,2}}(?:st|nd|rd|th)?\s?(?:[-–—]|to|until|and|&)\s?(?P<last>\d{{1,2}})\b",
    re.IGNORECASE,
)
"""The days of a range of which the month is said once: "1–31 July", "July 1 to 31"."""
_RELATIVE = re.compile(
    r"\b(?:to(?:day|night|morrow)|yesterday|next|this|coming|following"
    r"|(?:in|for|over) (?:\w+ )?(?:day|week|month|year)s?)\b"
)
_CODES = frozenset(
    {"id", "ids", "no", "number", "code", "ref", "reference", "account", "phone", "zip", "postal", "card"}
)
_CURRENCIES = frozenset({code.lower() for code in CURRENCIES.values()} | set(CURRENCIES))
_MONEY = frozenset(table("actions")["arguments"]["money"].split())
_SUMS = frozenset(table("actions")["arguments"]["sums"].split())
"""Words that say money by themselves only: `total` does, `total_guests` counts something else."""
_OLD = re.compile(r"\([^()]{0,60}\b(?:before|was|were|from|previously|instead)\b[^()]{0,60}\)|\bfrom \S{1,20}")
"""What was so before: it is no value of the call's."""
_IN_NAME = re.compile(r"[\w,] [A-Z][\w-]{1,30} $")
"""A capitalised word within a sentence before a number, which is part of a name: "the Merlot 2025"."""
_COUNTED = re.compile(r"(?<![\w.,#-])(\d{1,4}|[a-z]{3,9})(?: [a-z]{3,12})? ([a-z]{2,20})\b")
_MEASURE = re.compile(r"\d{1,9}(?:\.\d{1,4})? ?[A-Za-z]{1,4}")
"""A quantity with its unit."""
MIN_STEM = 3
MAX_ENDING = 4
"""Letters that a noun begins with and that it may have more than another: "bag", "baggage"."""
MAX_SUMMED = 12
"""Arguments whose sums a line may tell."""
MAX_PARTS = 3
"""Arguments that are added up."""
MAX_FIGURES = 20
"""Code points of an argument that may be a number."""
BOTH = 2
"""Times of a beginning and an end."""
MIN_SLIP = 10
"""Numbers below have too few figures to be told from another by them."""
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?!\d)")


class Clash(NamedTuple):
    """A value that a line has and one that the call has in its place, in the argument `key`."""

    said: str
    done: str
    key: str = ""


def other_value(outcomes: Outcomes, act: Act, line: Line, later: Whole) -> Clash | None:
    """Find a value that a line about an act gives in place of the call's; `later` are all lines after the act."""
    clash = _date(act, line, later.lines) or _time(act, line) or _number(outcomes, act, line, later)
    return clash or _scale(outcomes, act, line, later)


def may_differ(act: Act) -> bool:
    """Tell whether an act has a value that a line may give otherwise: a date, time, number or step of a scale."""
    return measures_of(act).any


class Number(NamedTuple):
    """An argument that is a number."""

    key: str
    value: str
    words: frozenset[str]
    """The words of its name that say what it counts."""
    forms: AbstractSet[Decimal]
    """The ways to tell it."""
    listed: int
    """How many values its argument has: "both campaigns" of a list of two."""
    figure: Decimal


class Measures(NamedTuple):
    """What a line may tell otherwise of an act: it is held against each line about it, at every turn's end."""

    days: tuple[str, ...]
    answered: tuple[str, ...]
    """Days of its result."""
    clocks: tuple[tuple[int, str], ...]
    numbers: tuple[Number, ...]
    steps: tuple[str, ...]
    """Values that are steps of a scale, as given."""
    any: bool


def measures_of(act: Act) -> Measures:
    """Give what a line may tell otherwise of an act."""
    if act.measures is None:
        values = [value for _, value in act.given]
        days = tuple(dict.fromkeys(day for value in values for day in ISO_DATE.findall(value)))
        answered = tuple(ISO_DATE.findall(act.answer))
        steps = tuple(value for value in values if value.lower() in _steps())
        other = any(clocks_in(value) or number(value) is not None for value in values)
        act.measures = Measures(
            days=days,
            answered=answered,
            clocks=clocks_in(" ".join(values)),
            numbers=tuple(_numbers_of(act)),
            steps=steps,
            any=bool(days or answered or steps) or other,
        )
    return act.measures


def _numbers_of(act: Act) -> Iterator[Number]:
    for key, value in act.given:
        figure = number(value) if len(value) <= MAX_FIGURES else None
        words = frozenset(map(singular, name_words(key)))
        words = words - _SUMS or words
        if figure is not None and words and not words & _CODES:
            listed = sum(other == key for other, _ in act.given)
            yield Number(key, value, words, forms(figure), listed, figure)


@cache
def _steps() -> frozenset[str]:
    return frozenset().union(*_scales())


def tells_when(value: str, line: Line) -> bool:
    """Tell whether a line gives the date, or the time of day, of an argument that has one."""
    days, clocks = ISO_DATE.findall(value), clocks_in(value)
    if not (days or clocks):
        return False
    said = [_half(str(found.value)) for found in line.values if found.kind == "time"]
    return any(same_date(date, day) for day in days for date in _dates(line)) or any(time in said for time in clocks)


@lru_cache(maxsize=1024)
def _dates(line: Line) -> tuple[str, ...]:
    """Give the dates of a line; it is held against many acts."""
    found = [str(value.value) for value in line.values if value.kind == "date"]
    for match in _DAYS.finditer(line.text):
        month = MONTHS[(match["month"] or match["month2"]).lower()]
        found.append(f"--{month:02}-{int(match['first'] or match['last']):02}")
    return tuple(found)


def _date(act: Act, line: Line, later: Iterable[Line]) -> Clash | None:
    """Find a date that a line gives where none of the call's or of its result is one of the text's."""
    mine, answered = measures_of(act)[:2]
    said = _dates(line) if mine or answered else ()
    if not said or any(same_date(one, day) for one in said for day in (*mine, *answered)):
        return None
    told = [date for other in later for date in _dates(other)]
    untold = [day for day in mine or answered if not any(same_date(date, day) for date in told)]
    if not untold or len(untold) < len(mine or answered) or _RELATIVE.search(line.low):
        return None
    return Clash(said[-1], untold[-1])


def _time(act: Act, line: Line) -> Clash | None:
    """Find a time of day that a line gives, where the call has others."""
    mine = measures_of(act).clocks
    said = [_half(str(found.value)) for found in line.values if found.kind == "time"] if mine else []
    if not said:
        return None
    if len(set(said)) == len(set(mine)) == BOTH and len(set(said) - {*mine, *clocks_in(act.answer)}) == 1:
        return Clash(
            _clock(next(time for time in said if time not in mine)), _clock(next(t for t in mine if t not in said))
        )
    if set(said) & {*mine, *clocks_in(act.answer)}:
        return None
    if any(Decimal(hour or 12) in line.numbers or Decimal(hour + 12) in line.numbers for hour, _ in mine):
        return None
    return Clash(_clock(said[-1]), _clock(mine[-1]))


@lru_cache(maxsize=1024)
def clocks_in(text: str) -> tuple[tuple[int, str], ...]:
    """Give the times of day in a text of a program, by a clock of 12 hours."""
    return tuple((int(hour) % 12, minute) for hour, minute in CLOCK.findall(text.lower().replace("t", " ")))


def _half(time: str) -> tuple[int, str]:
    return int(time[:2]) % 12, time[3:]


def _clock(time: tuple[int, str]) -> str:
    return f"{time[0] or 12}:{time[1]}"


def _number(outcomes: Outcomes, act: Act, line: Line, later: Whole) -> Clash | None:
    """Find a number that a line gives for an argument that has another one."""
    request = outcomes.request.numbers
    for key, value, words, told, listed, figure in measures_of(act).numbers:
        counted = [said for said in _counted(line, words) if said not in told and said != listed]
        if counted and any(not told.isdisjoint(_counted(other, words)) for other in later.lines):
            continue
        asked = not told.isdisjoint(request)
        if len(counted) == 1 and not _has_number(act, counted[0], answered=asked or counted[0] not in request):
            return Clash(f"{counted[0].normalize():f}", value, key)
        if asked or not told.isdisjoint(later.numbers):
            continue
        for said in (*_numbers_for(line, words), *(said for said in _plain_numbers(line) if _is_slip(said, figure))):
            if not _has_number(act, said, answered=True):
                return Clash(f"{said.normalize():f}", value, key)
    return None


def _has_number(act: Act, said: Decimal, *, answered: bool) -> bool:
    """Tell whether a number is among those that a call was given, sums of them, and, with `answered`, its answer's."""
    if any(said in forms(figure) for _, value in act.given for figure in numbers_in(value.lower())):
        return True
    own = [figure for _, value in act.given[:MAX_SUMMED] if (figure := number(value)) is not None]
    if any(sum(some, Decimal(0)) == said for many in range(2, MAX_PARTS + 1) for some in combinations(own, many)):
        return True
    return answered and said in numbers_in(act.answer)


def is_quantity(act: Act, value: str) -> bool:
    """Tell whether an argument of an act says how much, and not what or whom: "12mg", an amount of money."""
    return _MEASURE.fullmatch(value) is not None or number(value) in act.money


def forms(figure: Decimal) -> set[Decimal]:
    """Give the ways to tell a number: cents as a sum, a share in percent, hours in minutes and minutes in hours."""
    plain = abs(figure)
    forms = {plain}
    if plain >= 100 and plain == int(plain):
        forms.add(plain / 100)
    if 0 < plain <= 1:
        forms.add(plain * 100)
    return forms | ({plain / 60} if plain >= 60 else set())


def _is_slip(said: Decimal, done: Decimal) -> bool:
    """Tell whether two numbers have the same figures in another order, or with another point."""
    one, other = (sorted(f"{abs(value):f}".replace(".", "").replace("0", "")) for value in (said, done))
    return (
        one == other
        and abs(said) != abs(done)
        and len(f"{abs(done):f}".strip("0.")) > 0
        and max(said, done) >= MIN_SLIP
    )


def _plain_numbers(line: Line) -> Iterator[Decimal]:
    for found in line.values:
        if found.kind == "money":
            yield from _amounts(found.value.value)
        elif found.kind == "number" and not _IN_NAME.search(line.text[: found.span[0]]):
            yield from readings(line.text[found.span[0] : found.span[1]].strip(" %"))


def _counted(line: Line, key: frozenset[str]) -> list[Decimal]:
    """Give the numbers that a line counts the noun of an argument by: "2 adults" of `adult`."""
    return list(dict.fromkeys(count for count, noun in _counts(line.low) if any(_same(noun, word) for word in key)))


@lru_cache(maxsize=1024)
def _counts(low: str) -> tuple[tuple[Decimal, str], ...]:
    """Give the numbers of a lower-case text with the nouns that they count; a line is held against many acts."""
    matches = _COUNTED.finditer(_OLD.sub(lambda old: " " * len(old.group()), low))
    return tuple((Decimal(count), match[2]) for match in matches if (count := count_word(match[1])) is not None)


def _numbers_for(line: Line, key: frozenset[str]) -> Iterator[Decimal]:
    """Give the numbers of a line that stand for an argument of this name: by their currency, unit or noun."""
    money = bool(key & (_MONEY | _CURRENCIES))
    old = [match.span() for match in _OLD.finditer(line.low)]
    for found in line.values:
        if any(begin <= found.span[0] < end for begin, end in old):
            continue
        if found.kind == "money" and money:
            yield from _amounts(found.value.value)
        elif found.kind in {"number", "percent"} and _is_beside(line.low, found.span, key):
            yield from readings(line.text[found.span[0] : found.span[1]].strip(" %"))


def _amounts(value: str) -> Iterator[Decimal]:
    amount = number(value)
    if amount is not None:
        yield abs(amount)


def _is_beside(low: str, span: tuple[int, int], key: frozenset[str]) -> bool:
    """Tell whether a word of an argument's name stands next to a number, or is the last noun before it."""
    after = _AROUND.findall(low[span[1] : span[1] + 24])[:2]
    before = _AROUND.findall(low[max(0, span[0] - 40) : span[0]])[-3:]
    if "%" in low[span[0] : span[1]]:
        after = ["pct", "percent", "percentage", "rate"]
    return any(_same(word, mine) for word in (*after, *before) for mine in key)


def _same(word: str, mine: str) -> bool:
    word = singular(word)
    short, long = sorted((word, mine), key=len)
    stem = len(short) >= MIN_STEM and long.startswith(short) and len(long) - len(short) <= MAX_ENDING
    return len(short) > 1 and (word == mine or stem)


@cache
def _scales() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(words.split()) for words in table("actions")["scales"].values())


def _scale(outcomes: Outcomes, act: Act, line: Line, later: Whole) -> Clash | None:
    """Find another step of a scale than the call's: "high priority" of `priority="low"`."""
    for value in measures_of(act).steps:
        low = value.lower()
        for scale in _scales():
            if low not in scale or later.says(low):
                continue
            said = [word for word in scale if word != low and said_of(word, line.low)]
            if len(said) == 1 and said[0] not in act.answer and not said_of(low, outcomes.matter.asked_text):
                return Clash(said[0], value)
    return None
