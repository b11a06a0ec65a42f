"""The literal strings in a pattern: which of them every match holds, with which it begins, and how far it reaches.

They are read out of the pattern as Python's own parser sees it, so that the data files stay the only place where
patterns are written down (the idea of Russ Cox, "Regular Expression Matching with a Trigram Index", 2012).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from itertools import product
from typing import Any, TypeAlias

Strings: TypeAlias = frozenset[str]

MAX_STRINGS = 256
"""Strings of one group."""
MAX_JOINED = 100
"""Strings that are made of the alternatives of two groups in a row: more of them cost more to find than they tell."""
MAX_SET = 4
"""Characters of a class that are told apart."""
MAX_REACH = 4000
"""Characters around one of its strings in which a pattern is searched for; one that may match more, everywhere."""
GROUPS = 2
"""Groups tested of one pattern, the most telling first."""
MAX_LEAD = 3
"""Characters of any kind, at most, before the strings with which a match may as well begin."""
MAX_STARTS = 24
"""Strings with which the matches of one pattern may begin, for them to be looked up rather than searched for."""
NOTHING: Strings = frozenset({""})

_PARSER = "re._parser"
"""The standard library's own parser. It has no public name since `sre_parse` was deprecated, and a Python may come
without it: then, and where it tells something in a way unknown here, a pattern is searched for always."""
_SELDOM = frozenset("()[]{}<>_@#$%&|~`=+/\\")
"""Signs that most texts have so few of that one alone tells where to look."""


def parse(pattern: str | re.Pattern[str], flags: int = 0) -> Any | None:
    """Return a pattern as the standard library parses it, or None where it does not tell."""
    if not isinstance(pattern, str):
        return parse(pattern.pattern, pattern.flags)
    try:
        return import_module(_PARSER).parse(pattern, flags)
    except (ImportError, AttributeError):
        return None


def ignores_case(parsed: Any | None) -> bool:
    """Return whether a pattern has no regard to case."""
    return parsed is not None and bool(parsed.state.flags & re.IGNORECASE)


def needed(parsed: Any | None) -> list[Strings]:
    """Return groups of strings: every match of a pattern holds at least one string of each group.

    Those of a pattern that has no regard to case are in small letters.
    """
    if parsed is None:
        return []
    _, needs = _sequence(parsed)
    if ignores_case(parsed):
        # beyond ASCII, what is one letter without regard to case is another matter than what is one in small letters
        needs = [frozenset(map(str.lower, need)) for need in needs if all(map(str.isascii, need))]
    telling = [need for need in dict.fromkeys(needs) if _worth(need) >= 2]
    if not telling:
        telling = [need for need in dict.fromkeys(needs) if need and need <= _SELDOM]
    chosen = sorted(telling, key=lambda need: (-_worth(need), len(need)))[:GROUPS]
    return list(dict.fromkeys(map(_shortest, chosen)))


def starts(parsed: Any | None) -> tuple[Strings, int]:
    """Return strings such that every match of a pattern begins with one; none when they are too many or too short.

    The number tells how many other characters, such as a mark that ends a sentence, may stand before them at most.
    `NOTHING` stands for a pattern that matches only at the beginning of a text.
    """
    if parsed is None or ignores_case(parsed) or not len(parsed):
        return frozenset(), 0
    if parsed[0][0].name == "AT" and parsed[0][1].name == "AT_BEGINNING_STRING":
        return NOTHING, 0
    lead = int(parsed[:1].getwidth()[1])
    for rest, before in ((parsed, 0), (parsed[1:], lead)):
        found = _first(frozenset().union(*_prefixes(rest)))
        if before <= MAX_LEAD and found and len(found) <= MAX_STARTS and _tells(found):
            return found, before
    return frozenset(), 0


def _tells(strings: Strings) -> bool:
    return min(map(len, strings)) > 1 or strings <= _SELDOM


def _prefixes(items: Any) -> tuple[Strings, Strings]:
    """Read how a sequence may begin: all the strings that it stands for, and beginnings of what goes on unknown."""
    grown, ended = NOTHING, frozenset[str]()
    for op, value in _joined(items):
        more, last = _beginnings(op, value)
        if len(ended) + len(grown) * (len(more) + len(last)) > MAX_STARTS:
            return frozenset(), ended | grown
        ended |= {a + b for a, b in product(grown, last)}
        grown = frozenset(a + b for a, b in product(grown, more))
        if not grown:
            break
    return grown, ended


def _joined(items: Any) -> Iterator[tuple[str, Any]]:
    """Yield the items of a sequence by the names of their kinds, letters that follow each other as one string."""
    letters = ""
    for op, value in items.data:
        if op.name == "LITERAL":
            letters += chr(value)
            continue
        if letters:
            yield "LITERAL", letters
            letters = ""
        yield op.name, value
    if letters:
        yield "LITERAL", letters


def _beginnings(op: str, value: Any) -> tuple[Strings, Strings]:
    """Read how one item may begin, as `_prefixes` does."""
    nothing = frozenset[str]()
    if op == "LITERAL":
        return frozenset({value}), nothing
    if op in {"AT", "ASSERT", "ASSERT_NOT"}:
        return NOTHING, nothing
    if op == "IN":
        few = _class(value)
        return (few, nothing) if few is not None else (nothing, NOTHING)
    if op == "SUBPATTERN" and not (value[1] or value[2]):
        return _prefixes(value[3])
    if op == "BRANCH":
        read = [_prefixes(part) for part in value[1]]
        return nothing.union(*(grown for grown, _ in read)), nothing.union(*(ended for _, ended in read))
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, most, inside = value
        grown, ended = _prefixes(inside)
        if most == 1:
            return (grown | NOTHING if least == 0 else grown), ended
        return (nothing, grown | ended) if least else (nothing, NOTHING)
    return nothing, NOTHING


def reach(parsed: Any | None) -> int | None:
    """Return how long a match can be, with what is looked at around it; None when there is no bound worth the name."""
    if parsed is None:
        return None
    most = int(parsed.getwidth()[1]) + _looks(parsed) + 1
    return most if most <= MAX_REACH else None


def _looks(items: Any) -> int:
    """Add up how far the assertions of a pattern look."""
    if isinstance(items, (list, tuple)) and len(items) == 2 and str(items[0]) in {"ASSERT", "ASSERT_NOT"}:
        inside = items[1][1]
        return int(inside.getwidth()[1]) + _looks(inside)
    if isinstance(items, (str, int)) or items is None:
        return 0
    return sum(_looks(item) for item in items)


def _worth(strings: Strings) -> int:
    """How telling a group is: the length of its shortest string. Characters that are rare in prose count more."""
    if not strings or len(strings) > MAX_STRINGS:
        return 0
    return min(len(string) if string.isascii() else 2 + len(string) for string in strings)


def _shortest(strings: Strings) -> Strings:
    """Leave out strings that hold another one of them: one that stands in all of them joined more than once."""
    joined = "\0".join(strings)
    inner = [one for one in strings if joined.count(one) > 1]
    return frozenset(one for one in strings if not any(part != one and part in one for part in inner))


def _first(strings: Strings) -> Strings:
    """Leave out strings that begin with another one of them."""
    return frozenset(one for one in strings if not any(other != one and one.startswith(other) for other in strings))


def _sequence(items: Any) -> tuple[Strings | None, list[Strings]]:
    """Read a sequence: the strings that it stands for, where that is a short list, and what a match of it needs."""
    needs: list[Strings] = []
    run = NOTHING
    whole = True
    for op, value in _joined(items):
        exact, inner, open_ended = _item(op, value)
        if exact is NOTHING:
            continue
        needs += inner
        if exact is not None and (1 in {len(run), len(exact)} or len(run) * len(exact) <= MAX_JOINED):
            run = frozenset(a + b for a, b in product(run, exact))
            if not open_ended:
                continue
        needs.append(run)
        run = exact if open_ended and exact is not None else NOTHING
        if exact is not None and not open_ended:
            run = exact
        whole = False
    return (run if whole else None), [*needs, run]


def _item(op: str, value: Any) -> tuple[Strings | None, list[Strings], bool]:
    """Read one item: its strings (None: any), what it needs besides, and whether it may repeat its strings."""
    if op == "LITERAL":
        return frozenset({value}), [], False
    if op == "IN":
        return _class(value), [], False
    if op in {"AT", "ASSERT", "ASSERT_NOT"}:
        return NOTHING, [], False
    if op == "SUBPATTERN":
        _, on, off, inside = value
        if on or off:
            return None, [], False
        exact, needs = _sequence(inside)
        return exact, needs, False
    if op == "BRANCH":
        return (*_branch([_sequence(part) for part in value[1]]), False)
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, most, inside = value
        exact, needs = _sequence(inside)
        if exact is not None and len(exact) == 1 and 1 < least <= MAX_SET:
            exact = frozenset(one * least for one in exact)
        if least == 0:
            return (exact | NOTHING, [], False) if exact is not None and most == 1 else (None, [], False)
        return exact, needs, (least, most) != (1, 1)
    return None, [], False


def _class(members: Any) -> Strings | None:
    if len(members) > MAX_SET or not all(op.name == "LITERAL" for op, _ in members):
        return None
    return frozenset(chr(value) for _, value in members)


def _branch(parts: list[tuple[Strings | None, list[Strings]]]) -> tuple[Strings | None, list[Strings]]:
    exacts = [exact for exact, _ in parts if exact is not None]
    whole = reduce(frozenset.union, exacts, frozenset[str]()) if len(exacts) == len(parts) else None
    if whole is not None and len(whole) <= MAX_STRINGS:
        return whole, []
    best = [max(needs, key=lambda need: (_worth(need), -len(need)), default=frozenset[str]()) for _, needs in parts]
    if all(best):
        return None, [_shortest(frozenset().union(*best))]
    return None, []
