"""Which lines of a report are about which act, whatever their grammar: by the values, names and nouns they share.

Words that are read as claims are assigned to acts by `bench`. A report also tells in other ways: a row of a
table, "£60 is on its way to the otters", "Movie time scene is on". A *line* is a sentence, list item or row; it is
about the act whose values it gives, and with which it shares more than with any other act of that tool.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile.actionwords import OTHER, action_of_noun, name_words, singular, verb_forms
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.claims.values import NUMBER_WORDS, Found, number, same_date, scan
from assure_tui.reconcile.match.business.kin import KIN, amounts_of, kinship, said_of
from assure_tui.reconcile.match.business.phrase import EMPTY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.match.business.model import Act

ABOUT = 3
"""From this score on a line is about an act."""
SURE = 4
"""Score from which on it is so beyond doubt."""
MAX_LINES = 120
"""Lines read of one text."""
MAX_SCORES = 2000
"""Lines of which an act remembers what they have in common with it."""
MAX_WORDS = 3
"""Shared nouns that count: more say no more."""
MIN_STEM = 4
"""Letters by which a word is known in a longer one."""
MAX_ANSWER = 200
"""Code points of a result that tells no more than what was done."""
MAX_FIGURE = 20
"""Code points of a value that may be a number."""
MAX_NAME = 60
"""Code points of a value that is told by its words."""
MIN_DIGITS = 2
"""Digits of a number that tells one act from another."""
_WORD = re.compile(r"[^\W\d_]{3,40}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_MARKED = re.compile(r"(?<![\w-])(?=[\w-]{0,20}\d)(?=[\w-]{0,20}[a-z])[\w-]{3,40}")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_DIGITS = re.compile(r"\d(?<![\w.,]\d)[\d.,\u00a0\u202f]{0,20}")
"""It begins with a class of characters, since Python skips to one of those at once."""
MAX_LETTERS = 40
"""Letters of one word."""


class Line(NamedTuple):
    """One line of what the agent said at `at`: its text, the same in lower case, its words in the singular, values."""

    at: int
    text: str
    low: str
    words: frozenset[str]
    values: tuple[Found, ...]
    numbers: frozenset[Decimal]


@lru_cache(maxsize=256)
def lines_of(text: str, at: int) -> tuple[Line, ...]:
    """Cut a text into lines."""
    return tuple(_line(unit.text, at) for unit in units(text)[:MAX_LINES] if not unit.quoted)


def _line(text: str, at: int) -> Line:
    line, values = plain_line(text), scan(text)
    spelt = frozenset(amounts_of(values))  # "ninety-five dollars" has no figure
    return line._replace(at=at, values=values, numbers=line.numbers | spelt)


def line_of(text: str, at: int = 0) -> Line:
    """Take a whole text as one line."""
    return _line(text, at)


def plain_line(text: str) -> Line:
    """Take a whole text as one line that is not read for values: a long one has many, and costs as much."""
    low = text.lower()
    words = _words_in(low)
    return Line(0, text, low, frozenset(map(singular, words)) - EMPTY, (), _numbers(low, words))


def _words_in(low: str) -> set[str]:
    """Give the words of a lower-case text; most stand between blanks, and need no pattern to be cut out."""
    runs = set(low.split())
    plain = {run for run in runs if run.isalpha() and len(run) <= MAX_LETTERS}
    return {run for run in plain if len(run) > 2}.union(_WORD.findall(" ".join(runs - plain)))


@lru_cache(maxsize=2048)
def numbers_in(low: str) -> frozenset[Decimal]:
    """Give all numbers in a lower-case text, in figures of either notation and in words."""
    return _numbers(low, _words_in(low))


def _numbers(low: str, words: AbstractSet[str]) -> frozenset[Decimal]:
    found = {Decimal(NUMBER_WORDS[word]) for word in NUMBER_WORDS.keys() & words}
    for match in _DIGITS.finditer(low):
        found |= readings(match.group())
    return frozenset(found)


def readings(figure: str) -> set[Decimal]:
    """Give what a figure may mean: the comma and the point may each part thousands or begin the cents."""
    plain = figure.rstrip(".,").replace("\u00a0", "").replace("\u202f", "")
    forms = {plain.replace(",", ""), plain.replace(".", "").replace(",", ".")} if plain else set()
    if plain.count(".") == 1 and "," not in plain and not _GROUPED.fullmatch(plain):
        forms = {plain}
    return {value for form in forms if (value := number(form)) is not None}


class Common(NamedTuple):
    """What a line has in common with an act, whatever other acts have.

    Its place among the lines of its text, the told values of arguments in lower case, each with its weight, the told
    identifiers, what else is told of the marks in its result, and points for all else.
    """

    line: Line
    place: int
    given: tuple[tuple[str, int], ...]
    ids: tuple[str, ...]
    marks: tuple[str, ...]
    rest: int

    def score(self, shared: AbstractSet[str]) -> int:
        """Tell how much that is; `shared` are values that several acts have."""
        given = sum(1 if value in shared else heft for value, heft in self.given)
        ids = 3 * sum(value not in shared for value in self.ids)
        return given + ids + 3 * any(mark not in shared for mark in self.marks) + self.rest


def score(line: Line, act: Act) -> int:
    """Tell how much a line has in common with an act, as if no other act had the same values."""
    key = line.text, len(line.values)
    known = act.scores.get(key)
    if known is None:
        if len(act.scores) >= MAX_SCORES:
            act.scores.clear()
        known = act.scores[key] = common_of(line, act).score(frozenset())
    return known


def common_of(line: Line, act: Act, place: int = 0) -> Common:
    """Compare a line with an act."""
    given = tuple((value.lower(), weight(value)) for _, value in act.given if is_told(value, line))
    ids = tuple(value for value in act.ids if len(value) > 2 and said_of(value, line.low))
    answered = _marks_in(act.answer) if len(act.answer) <= MAX_ANSWER else ()
    marks = tuple(mark for mark in answered if mark not in act.ids and said_of(mark, line.low))
    rest = 2 * sum(1 for name in act.nicknames if len(name) > 2 and said_of(name, line.low))
    rest += min(MAX_WORDS, len(line.words & act.vocabulary))
    rest += 2 * min(MAX_WORDS, max((len(told_of(card.own, line)) for _, card in act.cards), default=0))
    if any(kinship(action, act.action) >= KIN for action in _deeds(line.words)):
        rest += 1
    return Common(line, place, given, ids, marks, rest)


@lru_cache(maxsize=256)
def _marks_in(answer: str) -> tuple[str, ...]:
    """Give the marks in a result; each act is held against many lines."""
    return tuple(_MARKED.findall(answer))


@lru_cache(maxsize=4096)
def _actions(word: str) -> frozenset[str]:
    noun = action_of_noun(word)
    told = {verb.action for verb in verb_forms(word) if verb.form != "base"} | ({noun} if noun else set())
    return frozenset(told - {OTHER})


@lru_cache(maxsize=1024)
def _deeds(words: frozenset[str]) -> frozenset[str]:
    """Give the actions that words tell of; a line is held against many acts."""
    return frozenset().union(*map(_actions, words))


@lru_cache(maxsize=4096)
def weight(value: str) -> int:
    """Tell how much the value of an argument says by itself: 3 for an identifier, 2 for a number, 1 for a word."""
    figures = sum(map(str.isdigit, value))
    if "@" in value or "://" in value:
        return 3
    return 3 if figures and not value.replace(".", "").isdigit() else 2 if figures >= MIN_DIGITS else 1


def told_of(words: frozenset[str], line: Line) -> AbstractSet[str]:
    """Give those of a record's words and figures that a line has: "swim" of "swimming", too."""
    told = words & _beginnings(line.words)
    figures = _figures(words)
    return told.union(word for word, figure in figures if figure in line.numbers) if figures else told


@lru_cache(maxsize=1024)
def _beginnings(words: frozenset[str]) -> frozenset[str]:
    """Give words with all that they begin with: a line is held against many records."""
    return words.union(word[:end] for word in words for end in range(MIN_STEM, len(word)))


@lru_cache(maxsize=4096)
def _figures(words: frozenset[str]) -> tuple[tuple[str, Decimal], ...]:
    """Give those of a record's words that are figures, and what they amount to."""
    read = ((word, number(word)) for word in words if word[:1].isdigit())
    return tuple((word, figure) for word, figure in read if figure is not None)


def joined(lines: Sequence[Line]) -> Line:
    """Take lines as one: what one of them tells, it tells, and what it does not tell need not be sought in each."""
    low = "\n".join(line.low for line in lines)
    words = frozenset[str]().union(*(line.words for line in lines))
    numbers = frozenset[Decimal]().union(*(line.numbers for line in lines))
    return Line(0, low, low, words, tuple(found for line in lines for found in line.values), numbers)


def is_told(value: str, line: Line) -> bool:
    """Tell whether a line gives the value of an argument, in figures of whatever notation, or by all its words."""
    low, figures, words, day = _forms(value)
    if not low:
        return False
    if figures:
        return not figures.isdisjoint(line.numbers)
    if said_of(low, line.low):
        return True
    if day:
        return any(found.kind == "date" and same_date(str(found.value), day) for found in line.values)
    return bool(words) and words <= line.words


@lru_cache(maxsize=4096)
def _forms(value: str) -> tuple[str, frozenset[Decimal], frozenset[str], str]:
    """Give a value in lower case, the figures that tell it if it is one, its words if it is short, and its day."""
    low = value.lower().strip().lstrip("#")
    figure = number(low) if len(low) <= MAX_FIGURE else None
    if figure is not None:
        return low, frozenset({abs(figure), abs(figure) / 100, abs(figure) * 100}), frozenset(), ""
    words = (word for word in name_words(value) if word.isalpha() and len(word) > 2) if len(value) <= MAX_NAME else ()
    return low, frozenset(), frozenset(map(singular, words)) - EMPTY, low[:10] if _DAY.match(low) else ""


def best_lines(acts: Sequence[Act], spoken: Sequence[tuple[int, str]]) -> dict[str, tuple[Line, int]]:
    """Give the best line about each act, by the id of its effect, with its score; each of one tool has another line.

    Where there are more acts than lines, the lines tell of several.
    """
    counted: dict[str, int] = {}
    for act in acts:
        for value in {value.lower() for _, value in act.given} | act.ids:
            counted[value] = counted.get(value, 0) + 1
    shared = frozenset(value for value, times in counted.items() if times > 1)
    scored = [
        (points, common.line.at, -common.place, act, common.line)
        for act in acts
        for common in _heard(act, spoken)
        if (points := common.score(shared)) >= ABOUT
    ]
    scored.sort(key=lambda entry: entry[:3], reverse=True)
    best: dict[str, tuple[Line, int]] = {}
    taken: set[tuple[str, int, int]] = set()
    for points, at, place, act, line in scored:
        if act.effect.id not in best and (act.effect.tool, at, place) not in taken:
            best[act.effect.id] = (line, points)
            taken.add((act.effect.tool, at, place))
    return best


def _heard(act: Act, spoken: Sequence[tuple[int, str]]) -> list[Common]:
    """Give what the lines after an act have in common with it; the act keeps it, so that each is compared once."""
    if not spoken:
        return []
    oldest, latest = spoken[0][0], spoken[-1][0]
    act.lines = [common for common in act.lines if common.line.at >= oldest]
    for at, text in spoken[bisect_right(spoken, max(act.heard, act.at), key=itemgetter(0)) :]:
        compared = (common_of(line, act, place) for place, line in enumerate(lines_of(text, at)))
        act.lines += [common for common in compared if common.score(frozenset()) >= ABOUT]
    act.heard = latest
    return act.lines
