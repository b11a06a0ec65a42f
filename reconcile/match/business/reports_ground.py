"""Where the values and words of a report stand: in what was asked, looked up, passed to a call or answered by it."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.claims.values import scan
from assure_tui.reconcile.match.business.lines import readings
from assure_tui.reconcile.records import Record, records_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assure_tui.reconcile.claims.reports import Mark

MAX_TEXT = 60_000
"""Code points of one text that are read."""
MAX_READ = 32
"""Texts of which it is remembered what they hold: one text stands in several places."""
MAX_LINKED = 6
"""Records of one value that are taken for what is known of an argument's object."""
MAX_VALUE = 60
MIN_STEM = 5
"""Letters by which a word is found in another form."""
MIN_DIGITS = 4
"""Digits by which a plain number is a name."""
T = TypeVar("T")
_LETTERS = re.compile(r"[^\W\d_]{2,40}")
_NAME = re.compile(r"""[A-Z](?:(?<=[\w,;:'"(]\ [A-Z])|(?<=["'(][A-Z]))[^\W\d_]{1,40}""")
_FIGURE = re.compile(r"\d[\d,.\u00a0\u202f]{0,20}\d|\d")
_ISO = re.compile(r"(?<!\d)\d{4}-(\d{2})-(\d{2})(?!\d)")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:.h]?([0-5]\d)(?!\d)")
_ODD = re.compile(r"[\W_]+")
_NO_LETTERS = dict.fromkeys(code for code in range(128) if not chr(code).isalnum())


@lru_cache(maxsize=MAX_READ)
def _spelled(text: str) -> frozenset[str]:
    return frozenset(part for word in set(_LETTERS.findall(text)) for part in (word.lower(), *name_words(word)))


@lru_cache(maxsize=MAX_READ)
def _words(text: str) -> frozenset[str]:
    return frozenset(map(singular, _spelled(text)))


@lru_cache(maxsize=MAX_READ)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:MIN_STEM] for word in _spelled(text) if len(word) >= MIN_STEM)


@lru_cache(maxsize=MAX_READ)
def _names(text: str) -> frozenset[str]:
    """Read capitalised words, in lower case, that open no sentence."""
    return frozenset(map(str.lower, _NAME.findall(text)))


@lru_cache(maxsize=MAX_READ)
def _numbers(text: str) -> frozenset[Decimal]:
    return frozenset(value for figure in set(_FIGURE.findall(text)) for value in readings(figure))


@lru_cache(maxsize=MAX_READ)
def _dates(text: str) -> frozenset[str]:
    told = {f"{month}-{day}" for month, day in _ISO.findall(text)}
    return frozenset(told | {str(found.value)[-5:] for found in scan(text) if found.kind == "date"})


@lru_cache(maxsize=MAX_READ)
def _times(text: str) -> frozenset[str]:
    told = {f"{int(hour):02}:{minute}" for hour, minute in _CLOCK.findall(text)}
    return frozenset(told | {str(found.value) for found in scan(text) if found.kind == "time"})


def _bare(text: str) -> str:
    low = text.lower()
    return low.translate(_NO_LETTERS) if low.isascii() else _ODD.sub("", low)


@lru_cache(maxsize=MAX_READ)
def _plain(text: str) -> frozenset[str]:
    """Read all letters and figures, in lower case and without anything between."""
    return frozenset({_bare(text)})


class Ground:
    """The words, figures, dates, times and identifiers of some texts, in whatever notation they are told again.

    Each of these is read when it is first asked for: most reports have marks of few sorts.
    """

    __slots__ = ("_read", "_texts")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = [text[:MAX_TEXT] for text in texts]
        self._read: dict[Callable[[str], frozenset[Any]], tuple[int, set[Any]]] = {}
        """By what reads them out of one text: of how many texts, and what they hold."""

    def add(self, text: str) -> None:
        """Take a text."""
        self._texts.append(text[:MAX_TEXT])

    def _all(self, reads: Callable[[str], frozenset[T]]) -> set[T]:
        done, found = self._read.get(reads, (0, set()))
        if done < len(self._texts):
            found.update(*map(reads, self._texts[done:]))
            self._read[reads] = len(self._texts), found
        return found

    @property
    def names(self) -> set[str]:
        """Capitalised words, in lower case, that open no sentence."""
        return self._all(_names)

    def has(self, mark: Mark) -> bool:
        """Return whether a mark of a report stands in the texts."""
        if mark.value is not None:
            return bool({mark.value, mark.value * 100, mark.value / 100} & self._all(_numbers))
        if mark.kind == "date":
            return mark.text in self._all(_dates)
        if mark.kind == "time":
            hour = int(mark.text[:2])
            hours = {Decimal(hour), Decimal((hour + 12) % 24)} if mark.text.endswith("00") else set()
            return bool(
                {mark.text, f"{(hour + 12) % 24:02}{mark.text[2:]}"} & self._all(_times) or hours & self._all(_numbers)
            )
        if mark.kind == "id":
            return self.has_spelled(mark.text)
        return self.has_word(mark.text)

    def has_spelled(self, name: str) -> bool:
        """Return whether letters and figures of a name stand in the texts in this order, whatever is between them."""
        bare = _bare(name)
        return any(bare in plain for plain in self._all(_plain))

    def has_word(self, word: str) -> bool:
        """Return whether a word stands in the texts, in some form of it."""
        return singular(word) in self._all(_words) or (len(word) >= MIN_STEM and word[:MIN_STEM] in self._all(_stems))


class Links:
    """Records of results by their values: what is known of the object that an argument names."""

    __slots__ = ("_by_value", "_waiting")

    def __init__(self) -> None:
        self._by_value: dict[tuple[str, str], list[Record]] = {}
        """Name and value of a field to the records that have it; the name is empty where the value says enough."""
        self._waiting: list[str] = []

    def take(self, text: str) -> None:
        """Take a result."""
        self._waiting.append(text[:MAX_TEXT])

    def of(self, given: Iterable[tuple[str, str]]) -> list[str]:
        """Return the values of the records that share a value with arguments, each a name and a value."""
        while self._waiting:
            for record in records_of(self._waiting.pop(0)):
                for key, value in record.fields:
                    self._by_value.setdefault(_place(key, value), []).append(record)
        return [
            inner
            for key, value in given
            for record in self._by_value.get(_place(key, value), ())[-MAX_LINKED:]
            for _, inner in record.fields
        ]


def _place(key: str, value: str) -> tuple[str, str]:
    """Return under what a field is found; runs have the same names and values again and again."""
    return _placed(key, value[: MAX_VALUE + 1])


@lru_cache(maxsize=4096)
def _placed(key: str, value: str) -> tuple[str, str]:
    words = name_words(key)
    return ("" if _is_name(value) else singular(words[-1]) if words else key, value.lower()[:MAX_VALUE])


def _is_name(value: str) -> bool:
    """Return whether a value may name an object: an identifier, or capitalised words."""
    if not 1 < len(value) <= MAX_VALUE:
        return False
    return len(value) >= MIN_DIGITS if value.isdigit() else value.istitle() or any(map(str.isdigit, value))
