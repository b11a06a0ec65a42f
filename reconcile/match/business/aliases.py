"""Which names go with which identifiers: what an agent calls "the cycling helmet" its call names `item_id=8316205423`.

Agents speak of "feedback.xlsx" or of "the card ending in 7334" after reading a result that gave the name, or the last
digits, beside an identifier. `Aliases` keeps these pairs, each in the role it was seen in. All is capped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import OTHER, name_words, singular, tool_words
from assure_tui.reconcile.match.business.traces import tokens_once
from assure_tui.reconcile.records import MAX_TEXT, MAX_VALUE, Record, records_of
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

MAX_NAMES = 4000
"""Pairs of an identifier and a name that are kept of a run."""
MAX_WAITING = 64
"""Results that wait to be read until somebody asks."""
MAX_MARKS = 100_000
"""Words and figures that are kept of a run's results."""
MAX_RIVALS = 400
"""Names of others that are kept of one target."""
MAX_WORDS = 5
"""Words of a value that is a name."""
MIN_NAME = 3
MAX_CARDS = 4000
"""Records that are kept of a run, to tell what an object is from others in its list."""
MAX_PLACES = 8
"""Places of one value that are looked at, the latest ones."""
MAX_SIBLINGS = 60
"""Records of one list that are held against each other."""
MAX_TELLING = 24
"""Words of one record."""
MIN_STEM = 5
"""Letters by which a verb is known in another form."""
_ADDRESS = re.compile(r"([\w.+-]{1,64})@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}")
_CAPITAL = re.compile(r"[A-Z](?<![\w.][A-Z])[a-z]{2,20}(?!\w)")
_JOINT = re.compile(r"[.\d_+\s-]+")
_LETTERS = re.compile(r"[^\W\d]{3,60}")
_WORD = re.compile(r"[^\W_]{3,40}")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
"""The ending of a file's name."""


@cache
def _words() -> Mapping[str, frozenset[str]]:
    return {role: frozenset(listed.split()) for role, listed in table("actions")["records"].items()}


class Aka(NamedTuple):
    """What one target of an act goes by: its names, and those of others in its place with their identifiers."""

    value: str
    names: frozenset[str]
    rivals: tuple[tuple[str, str], ...]


class Card(NamedTuple):
    """What one record says of an object that no other record of its list says: words, and figures as they stand.

    `rivals` are the values that the others have in the same place, each with what they alone say.
    """

    value: str
    own: frozenset[str]
    rivals: tuple[tuple[str, frozenset[str]], ...]


_CODE = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{15,40}")
"""An account or the like, which names an object under whatever name it stands."""


class Heard:
    """What results of looks told: by it a state that was found is known from a deed that was done."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._words: set[str] = set()
        self._marks: set[str] = set()
        self._unmarked: list[str] = []
        """Texts whose words were read, but no words and figures that tell: these are seldom asked for."""

    def take(self, text: str) -> None:
        """Take the result of a look."""
        self._waiting.append(text[:MAX_TEXT])
        del self._waiting[:-MAX_WAITING]

    def _read(self) -> None:
        while self._waiting:
            text = self._waiting.pop(0)
            found = {part for word in set(_LETTERS.findall(text)) for part in name_words(word)}
            if len(self._words) < MAX_NAMES * 4:
                self._words |= found | {word[:MIN_STEM] for word in found if len(word) >= MIN_STEM}
                self._unmarked.append(text)
        if len(self._unmarked) > MAX_WAITING:
            self._mark()

    def _mark(self) -> None:
        """Read the words and figures that tell out of the texts kept for it."""
        if len(self._marks) < MAX_MARKS:
            self._marks.update(*map(tokens_once, self._unmarked))
        self._unmarked.clear()

    def of(self, lemma: str, surface: str) -> bool:
        """Return whether a result told of a verb, in any form of it."""
        self._read()
        stem = lemma.partition("-")[0]
        return surface in self._words or (len(stem) >= MIN_STEM and stem[:MIN_STEM] in self._words)

    def marks(self) -> AbstractSet[str]:
        """Return the words and figures that results told."""
        self._read()
        self._mark()
        return self._marks


class Aliases:
    """Which names go with which identifiers. Results are kept unread until an act or its words ask."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str]] = []
        self._names: dict[str, dict[str, frozenset[str]]] = {}
        """Identifier in lower case to its names, each with the words of the role it was seen in."""
        self._roles: dict[str, frozenset[str]] = {}
        """Identifier in lower case to the words of the roles it was seen in."""
        self._size = 0
        self._lists: list[Sequence[Record]] = []
        self._places: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        """Value in lower case to where it stands: list, record and key."""
        self._told: dict[tuple[int, int], frozenset[str]] = {}
        """List and record to the words that tell it, as far as somebody asked."""
        self._cards = 0
        self._people: dict[str, set[str]] = {}
        """Part of a person's name in lower case to the addresses in results that hold it."""
        self._capitals: set[str] = set()
        """Words that results write with a capital letter, in lower case: names among them."""
        self.made: set[str] = set()
        """Identifiers that results of acts were the first to give."""

    def hear(self, tool: str, text: str) -> None:
        """Take a result."""
        if len(text) > MIN_NAME:
            self._waiting.append((tool, text[:MAX_TEXT]))
            del self._waiting[:-MAX_WAITING]

    def note(self, key: str, value: str) -> None:
        """Take a named value: its name says whose identifier it is."""
        role = role_words(key)
        if role and len(self._roles) < MAX_NAMES and len(value) < MAX_VALUE:
            bare = _bare(value)
            self._roles[bare] = self._roles.get(bare, frozenset()) | role

    def addresses(self, name: str) -> AbstractSet[str]:
        """Return the addresses that results told which hold a part of a person's name, in lower case."""
        self._read()
        return self._people.get(name, frozenset())

    def is_told(self, name: str) -> bool:
        """Return whether a result wrote a name, given in lower case, with a capital letter."""
        self._read()
        return name in self._capitals

    def states(self, value: str) -> frozenset[str]:
        """Return the words of the states that results told of what has an identifier: `cancelled`, `in transit`."""
        self._read()
        found: set[str] = set()
        for at, index, _ in self._places.get(_bare(value), ())[-MAX_PLACES:]:
            for key, told in self._lists[at][index].fields:
                if _place_of(key).speaks_of_states:
                    found.update(name_words(told))
        return frozenset(found)

    def may_be(self, value: str, key: str) -> bool:
        """Return whether an identifier may stand in the argument `key`: it was not seen in other roles alone."""
        self._read()
        return agree(role_words(key), self._roles.get(_bare(value), frozenset()))

    def are_one(self, value: str, name: str) -> bool:
        """Return whether a result told of an identifier and a name in one record: flight 19238, of number LX0112."""
        self._read()
        places = self._places.get(_bare(value), ())[-MAX_PLACES:]
        return any(_bare(told) == _bare(name) for at, index, _ in places for _, told in self._lists[at][index].fields)

    def stands_as(self, name: str, role: AbstractSet[str] = frozenset()) -> bool:
        """Whether a result told a name, or what begins with it, under a key with a word of a role, where given."""
        self._read()
        low = name.lower()
        return any(
            not role or not role.isdisjoint(map(singular, name_words(key)))
            for value, places in self._places.items()
            if value.startswith(low)
            for _, _, key in places
        )

    def of(self, key: str, value: str) -> Aka:
        """Return what the identifier goes by that stands in the argument `key`, and what others in its place go by."""
        self._read()
        role, mine = role_words(key), self._names.get(_bare(value), {})
        names = frozenset(name for name, roles in mine.items() if agree(role, roles))
        rivals = (
            (name, other)
            for other, known in self._names.items()
            if other != _bare(value)
            for name, roles in known.items()
            if name not in mine and roles and agree(role, roles)
        )
        return Aka(value, names, tuple(islice(rivals, MAX_RIVALS)) if names else ())

    def cards(self, role: str, value: str) -> list[Card]:
        """Return what results told of the object that the argument `role` names, one card for each place it stood in.

        A value that says little by itself, such as a small number, counts only where it stood under the same name.
        """
        self._read()
        found = []
        marked = len(value) >= MIN_NAME and (not value.isalpha() or len(value) >= MIN_STEM) and not value.isdigit()
        for at, index, key in self._places.get(_bare(value), ())[-MAX_PLACES:]:
            if not (marked or len(value) > MIN_STEM or name_words(key) == name_words(role)):
                continue
            listed = self._lists[at]
            mine = listed[index]
            alike = [
                (place, _value_of(other, key))
                for place, other in enumerate(listed)
                if place != index and other.path == mine.path
            ][:MAX_SIBLINGS]
            own = self._telling(at, index)
            others = [
                (named, self._telling(at, place)) for place, named in alike if named and _bare(named) != _bare(value)
            ]
            rivals = tuple((named, words - own) for named, words in others)
            found.append(Card(value, own.difference(*(words for _, words in others)), rivals))
        return found

    def _telling(self, at: int, index: int) -> frozenset[str]:
        """Return the words and figures that a record of a list has as values, read once."""
        known = self._told.get((at, index))
        if known is None:
            known = self._told[at, index] = _telling(self._lists[at][index])
        return known

    def _keep(self, records: Sequence[Record]) -> None:
        """Keep the records of a result by their values."""
        if self._cards + len(records) > MAX_CARDS:
            return
        self._cards += len(records)
        self._lists.append(records)
        at = len(self._lists) - 1
        for index, record in enumerate(records):
            for key, value in record.fields:
                if len(value) < MAX_VALUE:
                    self._places[value.lower().lstrip("#")].append((at, index, key))

    def _read(self) -> None:
        while self._waiting:
            tool, text = self._waiting.pop(0)
            words = tool_words(tool)
            nouns = frozenset(words.nouns) | ({singular(words.verb)} if words.action == OTHER else frozenset())
            self._meet(text)
            records = records_of(text)
            self._keep(records)
            told = Counter(value.lower() for record in records for _, value in set(record.fields))
            for record in records:
                self._learn(record, nouns, told)

    def _meet(self, text: str) -> None:
        """Take the people that a result tells of."""
        if len(self._people) < MAX_NAMES and "@" in text:
            runs = (run for run in text.lower().split() if "@" in run)
            for address in islice((found for run in runs for found in _ADDRESS.finditer(run)), MAX_RIVALS):
                for part in name_parts(address[1]):
                    self._people.setdefault(part, set()).add(address[0])
        if len(self._capitals) < MAX_NAMES:
            self._capitals.update(word.lower() for word in _CAPITAL.findall(text))

    def _learn(self, record: Record, nouns: frozenset[str], told: Counter[str]) -> None:
        """Take the names beside the identifiers of a record; `told` counts in how many records a value stands."""
        ids: list[tuple[str, frozenset[str]]] = []
        names: list[str] = []
        for key, value in record.fields:
            place = _place_of(key)
            if place.counts and value.isdigit():
                names.append(value.lower())
            elif value and " " not in value and (place.identifies or _CODE.fullmatch(value)):
                self.note(key, value)
                ids.append((_bare(value), role_words(key) or _around(record) or nouns))
            elif not MIN_NAME <= len(value) < MAX_VALUE or value.isdigit() or place.states:
                continue
            elif place.names or (told[value.lower()] == 1 and _is_proper(value)):
                names.append(value.lower())
        if not ids:
            return
        names += [value for value, role in ids[1:] if not role or role == ids[0][1]]
        for value, role in ids:
            known = self._names.setdefault(value, {})
            for name in names:
                if self._size < MAX_NAMES and name != value:
                    self._size += name not in known
                    known[name] = known.get(name, frozenset()) | role


def name_parts(local: str) -> list[str]:
    """Return the parts of a person's name in an address's part before the `@`, or in words."""
    return [part for part in _JOINT.split(local.lower()) if len(part) >= MIN_NAME]


def _value_of(record: Record, key: str) -> str:
    return next((value for name, value in record.fields if name == key), "")


def _telling(record: Record) -> frozenset[str]:
    """Return the words and figures that a record has as values."""
    found: dict[str, None] = {}
    for _, value in record.fields:
        low = value.lower()
        found |= dict.fromkeys(singular(word) for word in _WORD.findall(low) if word.isalpha())
        if low.replace(".", "", 1).isdigit():
            found[low] = None
    return frozenset(islice(found, MAX_TELLING))


def _is_proper(value: str) -> bool:
    """Return whether a value is a name by its looks: capitalised words, and no more than a few."""
    words = value.split()
    return len(words) <= MAX_WORDS and value[0].isupper() and any(len(word) >= MIN_NAME for word in words)


def _around(record: Record) -> frozenset[str]:
    """Return the words of the key that an object stands under; keys that are identifiers themselves say nothing."""
    return frozenset(next((level for level in reversed(record.path) if not any(map(str.isdigit, level))), ()))


class _Place(NamedTuple):
    """What a key says of the values that stand under it."""

    counts: bool
    """One of its words goes with the digits by which people know a thing."""
    identifies: bool
    names: bool
    states: bool
    """Its last word is of identifiers, of names, of states."""
    speaks_of_states: bool
    """One of its words is."""


@lru_cache(maxsize=2048)
def _place_of(key: str) -> _Place:
    words = [singular(word) for word in name_words(key)]
    last, known = words[-1] if words else "", _words()
    return _Place(
        counts=not known["digits"].isdisjoint(words),
        identifies=last in known["ids"],
        names=last in known["names"],
        states=last in known["states"],
        speaks_of_states=not known["states"].isdisjoint(words),
    )


@lru_cache(maxsize=2048)
def role_words(key: str) -> frozenset[str]:
    """Return the words by which an argument's name says whose identifier it holds: `file_id` is a file's."""
    return frozenset(singular(word) for word in name_words(key)) - _words()["ids"]


def agree(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Return whether two roles may be the same; no words say nothing against it."""
    return not one or not other or bool(one & other)


def told_by(name: str, words: AbstractSet[str]) -> bool:
    """Return whether words speak of a name by all that is in it: "the grocery list" of `grocery-list.docx`."""
    parts = [singular(part) for part in _WORD.findall(_ENDING.sub("", name.lower()).replace("_", " "))]
    return bool(parts) and all(part in words for part in parts)


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, in the singular and lower case, as `told_by` compares them."""
    return frozenset(singular(word) for word in _WORD.findall(text.lower().replace("_", " ")))


def _bare(value: str) -> str:
    return value.lower().lstrip("#")
