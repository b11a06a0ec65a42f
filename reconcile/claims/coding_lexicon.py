"""The lexicon of coding claims, read from `data/coding.toml` and compiled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_text import PLACEHOLDERS, Prepared
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.tables import table

Words = frozenset[str]


class Verb(msgspec.Struct, frozen=True):
    """What a verb form tells: the kind of its claim, empty when the object decides; `bare` forms are present too."""

    kind: str
    bare: bool = False


class Table(msgspec.Struct, frozen=True):
    """Patterns, each of which tells a kind. `first` is the number of its first one in the lexicon's sieve."""

    kinds: tuple[str, ...]
    first: int

    def likely(self, masked: str) -> Iterator[tuple[str, re.Pattern[str]]]:
        """Yield the patterns that may match in `masked`, in order, each with its kind."""
        sieve = lexicon().sieve
        end = self.first + len(self.kinds)
        for number in possible(masked):
            if self.first <= number < end:
                yield self.kinds[number - self.first], sieve.pattern(number)


class Lexicon(msgspec.Struct, frozen=True):
    """All words and patterns, ready for use."""

    verbs: dict[str, Verb]
    bases: dict[str, str]
    done: dict[str, str]
    """Instructions that tell no change, by the kind of what was done when an item of a plan is marked so."""
    describes: Words
    objects: dict[str, dict[str, str]]
    """Verb form to {object word: kind}."""
    owners: dict[str, Words]
    """Verb form to the subjects it is said of, where it is said of other things too."""
    grammar: dict[str, Words]
    subjects: dict[str, str]
    """Word to the kind of check it speaks of."""
    passes: re.Pattern[str]
    fails: re.Pattern[str]
    goes: Words
    """Verbs that with "cleanly" tell a result."""
    follows: Words
    """Words after an adjective of result that belongs to what stands before it."""
    anything: Words
    """Words before a result that are no subject of its own."""
    sieve: Sieve
    """The patterns of all the tables below, for one pass over a text."""
    results: Table
    """Words of which `passes` and `fails` need one."""
    verdicts: Table
    """Sentences that are nothing but a result, such as "All green."."""
    states: Table
    denials: Table
    news: Table
    """States that are claims only where the run has changed something."""
    lists: dict[str, re.Pattern[str]]
    """Titles of lists, by the kind of what they list."""
    sections: dict[str, re.Pattern[str]]
    triggers: Words
    """Words of which every text with a claim holds at least one."""


_FIGURE = re.compile("[\\d\ue002](?:(?<=[0\ue002])|/\\d)")
"""A nought, a commit id or a score."""
_PART = re.compile(r"[a-z]+(?:-[a-z]+){0,4}")
"""A word, or a part of one that has more signs in it than hyphens: the "t" of "didn't"."""
_OPENING = r"(?:(?:all )?(?:done|set|good|finished|yes|ok|okay|great|perfect|good news)\b[^\w\ue000-\ue005]{1,10})?"
"""What may stand before the first words of a report: "Done — the parser is built"."""
_BLANK = re.compile(r" (\??)")


def _spelt(pattern: str) -> str:
    """Spell out a pattern of the data file; a blank stands for up to 200: bold marks and links leave blanks behind."""
    pattern = _BLANK.sub(lambda blank: " {0,200}" if blank[1] else " {1,200}", pattern)
    if pattern.startswith("^"):
        pattern = r"^[^\w\ue000-\ue005]{0,200}" + _OPENING + pattern[1:]
    for name, meaning in PLACEHOLDERS.items():
        pattern = pattern.replace(name, meaning)
    return pattern


def _words(text: str) -> Words:
    return frozenset(text.split())


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, with what a workspace added to it."""
    data = table("coding")
    verbs: dict[str, Verb] = {}
    bases: dict[str, str] = {}
    for kind, forms in data["verbs"].items():
        for word in forms.get("past", "").split():
            verbs.setdefault(word, Verb("" if kind == "none" else kind))
        for word in forms.get("bare", "").split():
            verbs.setdefault(word, Verb(kind, bare=True))
        for word in forms.get("base", "").split():
            bases.setdefault(word, kind)
    objects: dict[str, dict[str, str]] = {}
    for group in data["objects"].values():
        for verb in group["verbs"].split():
            for kind, words in group.items():
                if kind != "verbs":
                    objects.setdefault(verb, {}).update(dict.fromkeys(words.split(), kind))
    checks = data["checks"]
    subjects = {word: kind for kind, words in checks["subjects"].items() for word in words.split()}
    results = checks["results"]
    joined: list[str] = []

    def numbered(listed: Iterable[tuple[str, str]]) -> Table:
        first = len(joined)
        kinds = []
        for kind, pattern in listed:
            kinds.append(kind)
            joined.append(_spelt(pattern))
        return Table(tuple(kinds), first)

    tables = {name: numbered(_pairs(data[name])) for name in ("states", "denials", "news")}
    tables["results"] = numbered(_pairs({name: results[name] for name in ("pass", "fail")}))
    tables["verdicts"] = numbered(("", f"^{pattern}[.! ]*$") for pattern in results["bare"])
    return Lexicon(
        verbs=verbs,
        bases=bases,
        done={word: kind for kind, forms in data["done"].items() for word in forms.split()},
        describes=frozenset(word for forms in data["verbs"].values() for word in forms.get("describes", "").split()),
        objects=objects,
        owners={verb: _words(words) for verb, words in data["owners"].items()},
        grammar={name: _words(words) for name, words in data["grammar"].items()},
        subjects=subjects,
        passes=re.compile(_spelt(r"(?<![\w-])(?:" + "|".join(results["pass"]) + r")(?![\w-])")),
        fails=re.compile(_spelt(r"(?<![\w-])(?:" + "|".join(results["fail"]) + r")(?![\w-])")),
        goes=_words(results["goes"]),
        follows=_words(results["follows"]),
        anything=_words(results["anything"]),
        sieve=Sieve(joined),
        lists={kind: re.compile(pattern) for kind, pattern in data["lists"].items()},
        sections={name: re.compile(r"\b(?:" + "|".join(words) + r")\b") for name, words in data["sections"].items()},
        triggers=frozenset(verbs) | _words(data["triggers"]["words"]),
        **tables,
    )


def _pairs(table: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    return ((kind, pattern) for kind, patterns in table.items() for pattern in patterns)


@lru_cache(maxsize=16)
def possible(masked: str) -> tuple[int, ...]:
    """Return the numbers of the patterns that may match in a unit: it is held against one table after the other."""
    return tuple(lexicon().sieve.likely(masked))


_OWN = frozenset({"i", "we", "i've", "we've"})
_BEFORE_VERB = frozenset({"re", "double", "spot", "cross", "sanity", "hand", "smoke", "dry", "self", "live", "test"})


def verb_of(word: str) -> Verb | None:
    """Return what a verb form tells, also of one with a prefix: "spot-checked", "re-verified"."""
    verbs = lexicon().verbs
    verb = verbs.get(word)
    if verb is None and "-" in word:
        first, _, last = word.partition("-")
        verb = verbs.get(last) if first in _BEFORE_VERB else None
    return verb


def may_claim(prepared: Prepared) -> bool:
    """Tell by its words alone whether a text can hold a claim: a past form, a result, a negation or a state."""
    triggers = lexicon().triggers
    if not triggers.isdisjoint(prepared.words) or _FIGURE.search(prepared.masked):
        return True
    if any(
        word.endswith("ed") and (not at or not _OWN.isdisjoint(prepared.words))
        for at, word in enumerate(prepared.words)
    ):
        return True
    joined = (word for word in prepared.words if len(word) > 1 and not word.isalpha())
    parts = [part for word in joined for part in _PART.findall(word)]
    return not triggers.isdisjoint(parts) or any("-" in part and verb_of(part) is not None for part in parts)
