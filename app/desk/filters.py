"""The filter language of the Runs view: `field:value`, `-field:value`, `field:>n`, `field:~regex`, and bare text.

All terms must hold. Values compare without regard to case; a text field holds a value when it contains it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.patterns import LONGEST_SUBJECT, bounded_pattern
from assure_tui.app.desk.views import Attention, RunRow, RunStatus, Sealed, VerdictWord
from assure_tui.reconcile.model import SEVERITIES

MAX_QUERY = 1_000


@dataclass(frozen=True, slots=True)
class Subject:
    """What a term is tried on: a row, and the codes of its findings."""

    row: RunRow
    codes: Sequence[str] = ()
    gates: Sequence[str] = ()


Test = Callable[[Subject], bool]

_TEXT: dict[str, Callable[[Subject], Sequence[Any]]] = {
    "id": lambda s: [s.row.id, s.row.native_id],
    "run": lambda s: [s.row.id, s.row.native_id],
    "parent": lambda s: [s.row.parent or ""],
    "agent": lambda s: [s.row.agent, s.row.adapter],
    "model": lambda s: [s.row.model or ""],
    "cwd": lambda s: [s.row.cwd or ""],
    "source": lambda s: [s.row.source],
    "title": lambda s: [s.row.title],
    "code": lambda s: s.codes,
    "gate": lambda s: [*s.gates, *(["failed"] if s.row.gates_failed else ["none"])],
}
_WORD: dict[str, tuple[Callable[[Subject], str], Sequence[str]]] = {
    "status": (lambda s: s.row.status, get_args(RunStatus)),
    "attention": (lambda s: s.row.attention, get_args(Attention)),
    "is": (lambda s: s.row.attention, get_args(Attention)),
    "worst": (lambda s: s.row.worst or "none", ("none", *SEVERITIES)),
    "severity": (lambda s: s.row.worst or "none", ("none", *SEVERITIES)),
    "verdict": (lambda s: s.row.verdict or "none", ("none", *get_args(VerdictWord))),
    "sealed": (lambda s: s.row.sealed, get_args(Sealed)),
    "changed": (lambda s: "yes" if s.row.changed else "no", ("yes", "no")),
}
"""Fields with a word out of a few, and these."""
_NUMBER: dict[str, Callable[[Subject], float]] = {
    "confirmed": lambda s: s.row.confirmed,
    "contradicted": lambda s: s.row.contradicted,
    "unchecked": lambda s: s.row.unchecked,
    "claims": lambda s: s.row.confirmed + s.row.contradicted + s.row.unchecked,
    "findings": lambda s: s.row.findings,
    "undecided": lambda s: s.row.undecided,
    "gates": lambda s: s.row.gates_failed,
    "events": lambda s: s.row.events,
}
FIELDS = tuple(sorted({*_TEXT, *_WORD, *_NUMBER}))


def compile_filter(query: str) -> Test:
    """Turn a query into a test on rows.

    Raises:
        UsageError: A field or a state is unknown, or a pattern is malformed.
    """
    tests = [_term(word) for word in _words(query[:MAX_QUERY])]
    return lambda subject: all(test(subject) for test in tests)


def _words(query: str) -> list[str]:
    """Split at spaces outside double quotes; one that is still open, while somebody types, ends with the query."""
    lexer = shlex.shlex(query + '"' * (query.count('"') % 2), posix=True)
    lexer.whitespace_split = True
    lexer.quotes, lexer.escape, lexer.commenters = '"', "", ""
    return list(lexer)


def _term(word: str) -> Test:
    negated = word.startswith("-") and len(word) > 1
    name, colon, value = word.removeprefix("-").partition(":")
    if not colon or (name not in FIELDS and not name.isidentifier()):
        test = _bare(word.removeprefix("-"))
    elif name not in FIELDS:
        raise UsageError(f"there is no field {name!r} to filter by: there are {', '.join(FIELDS)}.")
    else:
        test = _field(name, value)
    return (lambda subject: not test(subject)) if negated else test


def _bare(text: str) -> Test:
    wanted = text.casefold()

    def test(subject: Subject) -> bool:
        row = subject.row
        fields = (row.id, row.title, row.headline, row.agent, row.model or "", row.source, row.cwd or "", row.native_id)
        return any(wanted in field.casefold() for field in fields)

    return test


def _field(name: str, value: str) -> Test:
    if value[:1] == "~":
        try:
            pattern = bounded_pattern(value[1:])
        except ValueError as error:
            raise UsageError(f"{value[1:]!r} cannot be searched for: {error}.") from error
        return lambda subject: any(pattern.search(text[:LONGEST_SUBJECT]) for text in _texts(name, subject))
    if name in _NUMBER:
        return _compare(name, value)
    wanted = value.casefold()
    if name in _WORD:
        word, known = _WORD[name]
        if not any(each.startswith(wanted) for each in known):  # what somebody is still typing is none of them yet
            raise UsageError(f"{name}: has no {value!r}: there are {', '.join(known)}.")
        return lambda subject: word(subject) == wanted
    texts = _TEXT[name]
    return lambda subject: any(wanted in str(text).casefold() for text in texts(subject))


def _compare(name: str, value: str) -> Test:
    number = _NUMBER[name]
    match = re.fullmatch(r"(>=|<=|>|<|=)?(\d{1,12})", value)
    if match is None:
        raise UsageError(f"{name}: needs a number, such as {name}:3 or {name}:>3.")
    limit = int(match[2])
    match match[1]:
        case ">":
            return lambda subject: number(subject) > limit
        case "<":
            return lambda subject: number(subject) < limit
        case ">=":
            return lambda subject: number(subject) >= limit
        case "<=":
            return lambda subject: number(subject) <= limit
        case _:
            return lambda subject: number(subject) == limit


def _texts(name: str, subject: Subject) -> Sequence[str]:
    if name in _TEXT:
        return [str(text) for text in _TEXT[name](subject)]
    if name in _WORD:
        return [_WORD[name][0](subject)]
    return [str(_NUMBER[name](subject))]
