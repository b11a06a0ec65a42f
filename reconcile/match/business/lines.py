"""Which lines of a report are about which act, whatever their grammar: by the values, names and nouns they share.

Words that are read as claims are assigned to acts by `bench`. A report also tells in other ways: a row of a
table, "£60 is on its way to the otters", "Movie time scene is on". A *line* is a sentence, list item or row; it is
about the act whose values it gives, and with which it shares more than with any other act of that tool.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from decimal import Decimal
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
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


class Line:
    """One line of what the agent said at `at`. What it holds is read when it is asked for: of most lines little is."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.at = at
        self.text = text
        self.low = text.lower()

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words in lower case and the singular, but for those that say nothing."""
        return frozenset(map(singular, self._spelled)) - EMPTY

    @cached_property
    def values(self) -> tuple[Found, ...]:
        """The values that it gives."""
        return scan(self.text)

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """All numbers in it; "ninety-five dollars" has no figure, and is among its values."""
        return _numbers(self.low, self._spelled).union(amounts_of(self.values))

    @cached_property
    def _spelled(self) -> set[str]:
        return _words_in(self.low)


class Turn(Line):
    """What the user said in a turn as one line, that is not read for values: a long one has many.

    No word and no figure has a blank in it, so what the text repeats between blanks is read once.
    """

    values = ()

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """All numbers in it."""
        return _numbers(" ".join(dict.fromkeys(self.low.split(" "))), self._spelled)


class Request(Line):
    """What the user said in several turns as one line, which has the words and numbers of each."""

    values = ()

    def __init__(self, text: str, turns: Sequence[Turn]) -> None:
        super().__init__(text)
        self._turns = turns

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all turns."""
        return frozenset[str]().union(*(turn.words for turn in self._turns))

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """The numbers of all turns."""
        return frozenset[Decimal]().union(*(turn.numbers for turn in self._turns))


class Whole(Line):
    """Several lines as one: what one of them tells, it tells; what it does not tell need not be sought in each."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__("\n".join(line.low for line in lines))
        self.lines = lines

    def says(self, name: str) -> bool:
        """Return whether one of the lines speaks of a name."""
        return said_of(name, self.low) and ("\n" not in name or any(said_of(name, line.low) for line in self.lines))

    def knows(self, words: frozenset[str]) -> bool:
        """Return whether one of the lines has a word or figure of a record."""
        figures = _figures(words)
        return not words.isdisjoint(_beginnings(self.words)) or (
            bool(figures) and not figures.keys().isdisjoint(self.numbers)
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all lines."""
        return frozenset[str]().union(*(line.words for line in self.lines))

    @cached_property
    def values(self) -> tuple[Found, ...]:
        """The values of all lines."""
        return tuple(found for line in self.lines for found in line.values)

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """The numbers of all lines."""
        return frozenset[Decimal]().union(*(line.numbers for line in self.lines))


@lru_cache(maxsize=256)
def lines_of(text: str, at: int) -> tuple[Line, ...]:
    """Cut a text into lines."""
    return tuple(Line(unit.text, at) for unit in units(text)[:MAX_LINES] if not unit.quoted)


@lru_cache(maxsize=256)
def _whole(text: str, at: int) -> Whole:
    return Whole(lines_of(text, at))


def _words_in(low: str) -> set[str]:
    """Return the words of a lower-case text; most stand between blanks, and need no pattern to be cut out."""
    runs = set(low.split())
    plain = {run for run in runs if run.isalpha() and len(run) <= MAX_LETTERS}
    return {run for run in plain if len(run) > 2}.union(_WORD.findall(" ".join(runs - plain)))


@lru_cache(maxsize=2048)
def numbers_in(low: str) -> frozenset[Decimal]:
    """Return all numbers in a lower-case text, in figures of either notation and in words."""
    return _numbers(low, _words_in(low))


def _numbers(low: str, words: AbstractSet[str]) -> frozenset[Decimal]:
    found = {Decimal(NUMBER_WORDS[word]) for word in NUMBER_WORDS.keys() & words}
    return frozenset(found.union(*map(readings, set(_DIGITS.findall(low)))))


@lru_cache(maxsize=4096)
def readings(figure: str) -> frozenset[Decimal]:
    """Return what a figure may mean: the comma and the point may each part thousands or begin the cents."""
    plain = figure.rstrip(".,").replace("\u00a0", "").replace("\u202f", "")
    forms = {plain.replace(",", ""), plain.replace(".", "").replace(",", ".")} if plain else set()
    if plain.count(".") == 1 and "," not in plain and not _GROUPED.fullmatch(plain):
        forms = {plain}
    return frozenset(value for form in forms if (value := number(form)) is not None)


class Traits(NamedTuple):
    """What an act may be known by in words, beside its action; `cards` are the words of the records of its objects."""

    given: tuple[str, ...]
    ids: tuple[str, ...]
    marks: tuple[str, ...]
    nicknames: tuple[str, ...]
    vocabulary: frozenset[str]
    cards: tuple[frozenset[str], ...]

    def may_be_told_in(self, line: Line) -> bool:
        """Return whether a line tells any that says something by itself, or words enough: most texts tell none."""
        return (
            len(self.vocabulary & line.words) + 1 >= ABOUT
            or any(is_told(value, line) for value in self.given)
            or any(said_of(name, line.low) for name in (*self.ids, *self.marks, *self.nicknames))
            or any(told_of(card, line) for card in self.cards)
        )

    def told_in(self, line: Line) -> Traits:
        """Return those that a line tells."""
        return Traits(
            given=tuple(value for value in self.given if is_told(value, line)),
            ids=tuple(value for value in self.ids if said_of(value, line.low)),
            marks=tuple(mark for mark in self.marks if said_of(mark, line.low)),
            nicknames=tuple(name for name in self.nicknames if said_of(name, line.low)),
            vocabulary=self.vocabulary & line.words,
            cards=tuple(told for card in self.cards if (told := told_of(card, line))),
        )

    def score(self, shared: AbstractSet[str]) -> int:
        """Return how much they are; `shared` are values that several acts have, which say little."""
        given = sum(1 if value.lower() in shared else weight(value) for value in self.given)
        ids = 3 * sum(value not in shared for value in self.ids)
        marks = 3 * any(mark not in shared for mark in self.marks)
        words = min(MAX_WORDS, len(self.vocabulary)) + 2 * min(MAX_WORDS, max(map(len, self.cards), default=0))
        return given + ids + marks + 2 * len(self.nicknames) + words


def traits_of(act: Act) -> Traits:
    """Return what an act may be known by."""
    if act.traits is None:
        answered = _MARKED.findall(act.answer) if len(act.answer) <= MAX_ANSWER else ()
        act.traits = Traits(
            given=tuple(value for _, value in act.given),
            ids=tuple(value for value in act.ids if len(value) > 2),
            marks=tuple(mark for mark in answered if mark not in act.ids),
            nicknames=tuple(name for name in act.nicknames if len(name) > 2),
            vocabulary=act.vocabulary,
            cards=tuple(card.own for _, card in act.cards),
        )
    return act.traits


class Common:
    """What a line, by its place among those of its text, has in common with an act, whatever other acts have."""

    def __init__(self, line: Line, place: int, told: Traits, *, deed: bool) -> None:
        """Take the traits that are `told`; `deed`: it has a verb of the act's kind."""
        self.line = line
        self.place = place
        self._told = told
        self._deed = deed
        self._values = frozenset(map(str.lower, told.given)).union(told.ids, told.marks)
        self.most = told.score(frozenset()) + deed
        """How much that is, if no other act has the same values."""

    def score(self, shared: AbstractSet[str]) -> int:
        """Return how much that is; `shared` are values that several acts have."""
        return self.most if self._values.isdisjoint(shared) else self._told.score(shared) + self._deed


def score(line: Line, act: Act) -> int:
    """Return how much a line has in common with an act, as if no other act had the same values."""
    known = act.scores.get(line.text)
    if known is None:
        if len(act.scores) >= MAX_SCORES:
            act.scores.clear()
        known = act.scores[line.text] = common_of(line, act, traits_of(act)).most
    return known


def common_of(line: Line, act: Act, traits: Traits, place: int = 0) -> Common:
    """Compare a line with an act: with its `traits`, or those of them that the whole text tells."""
    deed = any(kinship(action, act.action) >= KIN for action in _deeds(line.words))
    return Common(line, place, traits.told_in(line), deed=deed)


@lru_cache(maxsize=4096)
def _actions(word: str) -> frozenset[str]:
    noun = action_of_noun(word)
    told = {verb.action for verb in verb_forms(word) if verb.form != "base"} | ({noun} if noun else set())
    return frozenset(told - {OTHER})


@lru_cache(maxsize=1024)
def _deeds(words: frozenset[str]) -> frozenset[str]:
    """Return the actions that words tell of; a line is held against many acts."""
    return frozenset().union(*map(_actions, words))


@lru_cache(maxsize=4096)
def weight(value: str) -> int:
    """Return how much the value of an argument says by itself: 3 for an identifier, 2 for a number, 1 for a word."""
    figures = sum(map(str.isdigit, value))
    if "@" in value or "://" in value:
        return 3
    return 3 if figures and not value.replace(".", "").isdigit() else 2 if figures >= MIN_DIGITS else 1


def told_of(words: frozenset[str], line: Line) -> frozenset[str]:
    """Return those of a record's words and figures that a line has: "swim" of "swimming", too."""
    told = words & _beginnings(line.words)
    figures = _figures(words)
    if not figures or figures.keys().isdisjoint(line.numbers):
        return told
    return told.union(*(spelt for figure, spelt in figures.items() if figure in line.numbers))


@lru_cache(maxsize=1024)
def _beginnings(words: frozenset[str]) -> frozenset[str]:
    """Return words with all that they begin with: a line is held against many records."""
    return words.union(word[:end] for word in words for end in range(MIN_STEM, len(word)))


@lru_cache(maxsize=4096)
def _figures(words: AbstractSet[str]) -> dict[Decimal, list[str]]:
    """Return what those of a record's words that are figures amount to, with these."""
    found: dict[Decimal, list[str]] = {}
    for word in words:
        if word[:1].isdigit() and (figure := number(word)) is not None:
            found.setdefault(figure, []).append(word)
    return found


def is_told(value: str, line: Line) -> bool:
    """Return whether a line gives the value of an argument, in figures of whatever notation, or by all its words."""
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
    """Return a value in lower case, the figures that tell it if it is one, its words if it is short, and its day."""
    low = value.lower().strip().lstrip("#")
    figure = number(low) if len(low) <= MAX_FIGURE else None
    if figure is not None:
        return low, frozenset({abs(figure), abs(figure) / 100, abs(figure) * 100}), frozenset(), ""
    plain = len(value) <= MAX_NAME and not any(map(str.isdigit, value))
    words = (word for word in name_words(value) if word.isalpha() and len(word) > 2) if plain else ()
    return low, frozenset(), frozenset(map(singular, words)) - EMPTY, low[:10] if _DAY.match(low) else ""


def shared_values(acts: Sequence[Act]) -> frozenset[str]:
    """Return the values and identifiers that several acts have."""
    counted = Counter(value for act in acts for value in {value.lower() for _, value in act.given} | act.ids)
    return frozenset(value for value, times in counted.items() if times > 1)


def best_lines(
    acts: Sequence[Act], shared: AbstractSet[str], spoken: Sequence[tuple[int, str]]
) -> dict[str, tuple[Line, int]]:
    """Return the best line about each act of one tool, by the id of its effect, with its score; each has another line.

    Where there are more acts than lines, the lines tell of several. `shared` are values that any other act has, too.
    """
    scored = [
        (points, common.line.at, -common.place, act, common.line)
        for act in acts
        for common in _heard(act, spoken)
        if (points := common.score(shared)) >= ABOUT
    ]
    scored.sort(key=lambda entry: entry[:3], reverse=True)
    best: dict[str, tuple[Line, int]] = {}
    taken: set[tuple[int, int]] = set()
    for points, at, place, act, line in scored:
        if act.effect.id not in best and (at, place) not in taken:
            best[act.effect.id] = (line, points)
            taken.add((at, place))
    return best


def _heard(act: Act, spoken: Sequence[tuple[int, str]]) -> list[Common]:
    """Return what the lines after an act have in common with it; the act keeps it, so that each is compared once."""
    if not spoken:
        return []
    oldest, latest = spoken[0][0], spoken[-1][0]
    act.lines = [common for common in act.lines if common.line.at >= oldest]
    unheard = spoken[bisect_right(spoken, max(act.heard, act.at), key=itemgetter(0)) :]
    if not unheard:
        return act.lines
    traits = traits_of(act)
    for at, text in unheard:
        whole = _whole(text, at)
        if not traits.may_be_told_in(whole):
            continue
        told = traits.told_in(whole)
        if told.score(frozenset()) + 1 < ABOUT:
            continue  # not even with a verb of its kind
        compared = (common_of(line, act, told, place) for place, line in enumerate(lines_of(text, at)))
        act.lines += [common for common in compared if common.most >= ABOUT]
    act.heard = latest
    return act.lines
