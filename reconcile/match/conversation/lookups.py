"""What lookups brought, held against what is told of them: nothing told as something, a part told as the whole.

A lookup is *empty* when its result holds no item at all, and *partial* when the result itself says that there is more:
a next page, a total above what is listed. What cannot be told from the result's form is neither.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular, tool_words
from assure_tui.reconcile.claims.modality import is_offer, is_question
from assure_tui.reconcile.claims.segment import Unit, units
from assure_tui.reconcile.claims.values import scan
from assure_tui.reconcile.model import Money
from assure_tui.reconcile.records import akin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_RESULT = 60_000
"""Code points of one result that are read."""
MAX_FIELDS = 200
MAX_DEPTH = 3
MAX_UNITS = 200
MAX_KEY = 200
"""Code points of a name."""
MIN_VALUE = 4
"""Code points of a value that nobody comes upon by chance."""

_NOTHING = re.compile(
    r"(?:\s|[\[\](){}\"'.])*(?:[\[{(]\s*[\])}]|empty (?:list|result|set)|0 (?:results?|rows?|records?|items?|matches)"
    r"|no (?:matching )?(?:\w{2,20} ){0,3}(?:found|available|exists?|match(?:es|ed)?|returned))(?:\s|[\[\](){}\"'.!])*",
    re.IGNORECASE,
)
"""A result that says that there is nothing. One that says nothing at all, such as `None`, may stand for anything."""
_LISTS = frozenset({"result", "item", "data", "record", "row", "entry", "match", "hit", "value", "list", "response"})
_TOTALS = frozenset(
    {"total", "totalcount", "totalresults", "totalitems", "totalrecords", "count", "totalhits", "found"}
)
_PAGES = frozenset({"totalpages", "pages", "pagecount", "numpages", "lastpage"})
_MORE = frozenset(
    {"hasmore", "hasnext", "hasnextpage", "more", "truncated", "incomplete", "istruncated", "moreavailable"}
)
_NEXT = frozenset(
    {"next", "nextpage", "nextpagetoken", "nextcursor", "nexttoken", "nexturl", "continuationtoken", "nextoffset"}
)

_FOUND = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:found|located|identified|retrieved|pulled up) "
    r"(?!no\b|nothing|none|that\b|out\b|myself|it\b)"
    r"|\bhere (?:are|is) (?:the|your|all|a list|an overview)\b"
    r"|\b(?:the )?(?:search|query|lookup) (?:found|returned|shows|showed|turned up) "
    r"(?!no\b|nothing|none|empty|an empty|zero|0\b)",
    re.IGNORECASE,
)
_LOOKED = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:now |also |just )?(?:checked|reviewed|gone through|went through|audited|examined"
    r"|inspected|analy[sz]ed|looked (?:at|through)|processed|scanned|verified) (?P<what>[^.;:!?\n]{2,100})",
    re.IGNORECASE,
)
_BEEN_LOOKED = re.compile(
    r"(?P<what>[^.;:!?\n]{2,80}) (?:has|have) (?:all |now |also )?been "
    r"(?:checked|reviewed|audited|examined|inspected|analy[sz]ed|scanned|verified)\b",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\bthere (?:are|is) (?:\d{1,4}|one|two|three|four|five|six|several|some|many|a few) (?P<what>[^.;:!?\n]{2,60})",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:no|not|none|nothing|never|empty|zero|without|neither|nor|unable|cannot|unfortunately|0|nobody|missing|lacks?"
    r"|fail\w*|error\w*|sorry|only)\b|n't\b",
    re.IGNORECASE,
)
_BLANK = re.compile(
    r"\b(?:empty|none|nothing|not find|n't find|not see|n't see|no (?:results?|records?|match(?:es)?|entries|data"
    r"|history|activity|items?|such)|0|zero|unable|cannot|could not|couldn't|fail\w*|error\w*)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?P<all>all|every|each|(?:the )?(?:full|complete|entire) (?:list|set|history|record) of)"
    r"(?: (?:of )?(?:the |your |our |my |these |those )?(?:\d{1,6} )?)(?P<what>[^.;:!?\n]{2,60})",
    re.IGNORECASE,
)
_PARTLY = re.compile(
    r"\b(?:page|pages|first|so far|partial\w*|remaining|remain|rest|more|most recent|latest|limit\w*|sample|subset|top"
    r"|up to|initial|batch|part|some|others?|truncated|shown|listed here|next)\b",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\b(?:fail\w*|error\w*|issues?|problems?|unable|cannot|could not|unfortunately|sorry|trouble"
    r"|unavailable|timed? ?out|not|no|none|try again|later|unsuccessful\w*|denied|invalid"
    r"|can you|could you|please)\b|n['’]t\b",
    re.IGNORECASE,
)
_TOLD = frozenset({"money", "percent", "id", "date"})
"""Values by which an answer is an answer."""
_LATER = re.compile(r"\b(?:will|shall|would|can|could|should|may|might|if|once|to|let me|i'll|going)\b", re.IGNORECASE)
_JOINT = re.compile(r",| (?:and|but|for|to|against|because) ")
_WORD = re.compile(r"[^\W\d_]{3,30}")


class Lookup(msgspec.Struct, frozen=True):
    """One lookup with what its result's form tells. `nouns` are of the tool's name and of the lists in the result."""

    effect: str
    tool: str
    nouns: frozenset[str]
    empty: bool
    failed: bool = False
    part: str = ""
    """In a few words, what the result says that it left out; nothing when it does not say so."""


def lookup_of(effect: str, tool: str, text: str) -> Lookup:
    """Read a lookup's result."""
    nouns = set(tool_words(tool).nouns)
    text = text[:MAX_RESULT]
    if text.lstrip()[:1] in {"{", "["}:
        try:
            document = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            document = None
        if document is not None:
            shown = _shown(document, nouns, 0)
            return Lookup(effect, tool, frozenset(nouns), shown == 0, part=_left_out(document, shown or 0))
    return Lookup(effect, tool, frozenset(nouns), bool(_NOTHING.fullmatch(text[:400])) and len(text) < MAX_RESULT)


def _shown(value: Any, nouns: set[str], depth: int) -> int | None:
    """Count the items that a JSON result lists; None where it is no list, and tells something."""
    if isinstance(value, list):
        return len(value)
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return None
    if not value:
        return 0
    lists = 0
    found: int | None = None
    for key, inner in list(value.items())[:MAX_FIELDS]:
        if isinstance(inner, list | dict):
            words = {singular(word) for word in name_words(str(key))}
            count = _shown(inner, nouns, depth + 1)
            if count is None:
                return None
            lists += 1
            found = (found or 0) + count
            nouns |= words - _LISTS
        elif not _is_about_the_list(str(key), inner):
            return None
    return (
        found if lists else 0 if any(_squeeze(key) in _TOTALS and inner == 0 for key, inner in value.items()) else None
    )


def _is_about_the_list(key: str, value: Any) -> bool:
    """Return whether a field beside a list tells of the list and not of the world: its total, its page, the query."""
    plain = _squeeze(key)
    return plain in _TOTALS | _PAGES | _MORE | _NEXT | {
        *("page", "pagesize", "perpage", "limit", "offset", "status", "success", "ok", "query", "message", "error"),
        *("took", "cursor", "currentpage", "filter", "sort", "order", "requestid", "truncated"),
    } or value in {None, ""}


def _squeeze(key: object) -> str:
    return _squeezed(str(key)[:MAX_KEY])


@lru_cache(maxsize=2048)
def _squeezed(key: str) -> str:
    """Return the letters and figures of a name; results have the same ones again and again."""
    return "".join(filter(str.isalnum, key.lower()))[:40]


def _left_out(document: Any, shown: int) -> str:
    """Say what a result tells to be left out of it."""
    if not isinstance(document, dict):
        return ""
    fields: dict[str, Any] = {}
    for level in (document, *(inner for inner in document.values() if isinstance(inner, dict))):
        fields |= {_squeeze(key): inner for key, inner in list(level.items())[:MAX_FIELDS]}
    listed = shown or sum(len(inner) for inner in document.values() if isinstance(inner, list))
    total = next((fields[key] for key in _TOTALS if type(fields.get(key)) is int), None)
    if total is not None and 0 < listed < total:
        return f"{listed} of {total}"
    pages = next((fields[key] for key in _PAGES if type(fields.get(key)) is int), None)
    page = fields.get("page", fields.get("currentpage"))
    if pages is not None and type(page) is int and page < pages:
        return f"page {page} of {pages}"
    if any(fields.get(key) is True for key in _MORE) or any(
        isinstance(fields.get(key), str | int) and fields.get(key) not in {"", False} for key in _NEXT
    ):
        return "a part, with more to come"
    return ""


class Telling(msgspec.Struct, frozen=True):
    """Words that tell of lookups what they did not bring."""

    unit: Unit
    lookups: tuple[Lookup, ...]


def empty_told(text: str, lookups: Iterable[Lookup], *, acted: bool) -> Iterator[Telling]:
    """Find words that tell what was found or gone through, where all lookups since the user's turn brought nothing.

    Where the turn did something as well (`acted`), the words must name what was looked for: "here are the details" may
    be those of what was done.
    """
    known = tuple(lookups)
    if not known or not all(lookup.empty for lookup in known):
        return
    for unit in _told(text):
        sought = {noun for lookup in known for noun in lookup.nouns}
        named = not acted or any(akin(noun, word) for noun in sought for word in _nouns(unit.text))
        if named and _FOUND.search(unit.text) and not _NONE.search(text):
            yield Telling(unit, known)
            return
        looked = _LOOKED.search(unit.text) or _BEEN_LOOKED.search(unit.text) or _THERE.search(unit.text)
        told = _JOINT.split(looked["what"], maxsplit=1)[0] if looked else ""
        if not told or _BLANK.search(text) or _NONE.search(told):
            continue
        what = _nouns(told)
        if not _denied(text, what) and any(akin(noun, word) for noun in sought for word in what):
            yield Telling(unit, known)
            return


def failed_told(
    text: str, lookups: Iterable[Lookup], is_known: Callable[[str, str], bool]
) -> Iterator[tuple[Telling, str]]:
    """Find a value that nobody ever named, told where all lookups of the turn failed and nobody is told so."""
    known = tuple(lookups)
    if not known or not all(lookup.failed for lookup in known) or _FAILED.search(text):
        return
    for unit in _told(text):
        for found in scan(unit.text):
            plain = found.value.value if isinstance(found.value, Money) else str(found.value).lower()
            words = unit.text[slice(*found.span)]
            if found.kind in _TOLD and len(plain) >= MIN_VALUE and not is_known(plain, words):
                yield Telling(unit, known), words
                return


def part_told(text: str, lookups: Iterable[Lookup]) -> Iterator[Telling]:
    """Find words that tell of all, where the lookup of just these things says that there is more."""
    partial = [lookup for lookup in lookups if lookup.part]
    if not partial or _PARTLY.search(text):
        return
    for unit in _told(text):
        hit = _WHOLE.search(unit.text)
        if hit is None or _LATER.search(unit.text[: hit.start()]):
            continue
        what = _nouns(hit["what"])[:4]
        meant = [lookup for lookup in partial if any(akin(noun, word) for noun in lookup.nouns for word in what)]
        if meant:
            yield Telling(unit, tuple(meant))
            return


def _told(text: str) -> Iterator[Unit]:
    for unit in units(text)[:MAX_UNITS]:
        if not (unit.quoted or unit.struck or is_question(unit.text) or is_offer(unit.text)):
            yield unit


def _nouns(text: str) -> list[str]:
    return [singular(word) for word in map(str.lower, _WORD.findall(text))]


def _denied(text: str, nouns: list[str]) -> bool:
    """Return whether a text says that there are none of these things."""
    return any(
        re.search(rf"\b(?:no|any|zero|0|without)\b[^.;\n]{{0,40}}\b{re.escape(noun)}", text, re.IGNORECASE)
        for noun in nouns
    )
