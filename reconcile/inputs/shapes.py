"""Finds instruction-shaped passages: text in a tool's output that speaks to the agent and asks it to act.

No template of an attack is known here. A passage is a cluster of general features (`data/inputs.toml`): it overrides
earlier instructions, addresses the machine, sets itself before the user's task, asks for secrecy, wears authority, and
asks for an action. `weak` passages only ask for an action, as much ordinary mail does; they matter when a call does
just that and the user never spoke of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

import msgspec

from assure_tui.reconcile.inputs.folding import Folded
from assure_tui.reconcile.inputs.signs import signs
from assure_tui.reconcile.model import Severity
from assure_tui.reconcile.prefilter import Search, Sieve
from assure_tui.reconcile.tables import table

MAX_TEXT = 200_000
"""Characters of a result that are looked at; from its beginning and its end."""
MAX_PASSAGES = 16
"""Passages of one text that speak to the agent …"""
MAX_WEAK = 48
"""… and those that only ask for an action."""
MAX_ANCHORS = 256
MAX_MATCHES = 200
"""Matches of one feature in one stretch of text."""
BEFORE = 400
AFTER = 1200
"""Characters around a cheap word that are read closely."""
LEAD = 120
"""Folded characters before the first strong feature in which a passage may begin, if no tag opens it."""
GAP = 500
"""Folded characters between two features of one passage."""
REACH = 450
"""Folded characters after the last feature that still belong to the passage: the actual demand is often there."""
TAIL = 200
"""The same, when the passage has already asked for something."""

_OPENS = re.compile(r"[<\[]\s?\w")
_TAG = re.compile(r"<\s?(\w{3,30})")


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage: its place in the result's text, its folded words, and how much it looks like an instruction."""

    span: tuple[int, int]
    text: str
    score: int
    features: tuple[str, ...]
    strong: bool

    @property
    def hostile(self) -> bool:
        """Whether it plainly means to command the agent, rather than to ask as people's mail does."""
        return (self.severity == "medium" and self.aimed) or "hidden" in self.features

    @property
    def aimed(self) -> bool:
        """Whether it is aimed at an agent, rather than at whoever reads it."""
        return not _aims().isdisjoint(self.features)

    @property
    def asks(self) -> bool:
        """Whether it asks for an action."""
        return "demand" in self.features or "wields" in self.features

    @property
    def severity(self) -> Severity:
        """How grave the text is by itself: at most medium."""
        weights = table("inputs")["weights"]
        telling = _strong_ids() & set(self.features)
        if "secrecy" in telling:
            telling -= {"discretion"}  # the same words, seen twice
        shaped = self.asks or len(telling) > 1 or not telling.isdisjoint(weights["plain"])
        if self.strong and self.score >= weights["medium"] and shaped:
            return "medium"
        return "low" if self.strong and self.score >= weights["low"] else "info"


class _Feature(msgspec.Struct, frozen=True):
    id: str
    weight: int
    strong: bool
    patterns: tuple[str, ...]


@cache
def _features() -> tuple[_Feature, ...]:
    made = [
        _Feature(
            entry["id"],
            entry["weight"],
            entry.get("strong", False),
            tuple(entry["patterns"] or _demand()),
        )
        for entry in table("inputs")["feature"]
    ]
    return tuple(sorted(made, key=lambda feature: not feature.strong))


@cache
def _sieve(*, strong: bool) -> tuple[Sieve, tuple[str, ...]]:
    """The patterns of strong features, or of the others, and of each its feature.

    They are kept apart because most texts hold none that is strong: those are not searched for the others, whose
    strings are common words.
    """
    listed = [
        (feature.id, pattern) for feature in _features() if feature.strong is strong for pattern in feature.patterns
    ]
    return Sieve([pattern for _, pattern in listed], re.MULTILINE), tuple(feature for feature, _ in listed)


def _hits(folded: str, *, strong: bool) -> list[tuple[int, int, _Feature]]:
    """Find the strong features of a folded text, or the others."""
    sieve, features = _sieve(strong=strong)
    likely: dict[str, list[Search]] = {}
    for number, search in sieve.searches(folded).items():
        likely.setdefault(features[number], []).append(search)
    return [
        (*span, feature)
        for feature in _features()
        if feature.id in likely
        for span in islice(_spans(likely[feature.id]), MAX_MATCHES)
    ]


def _spans(searches: Sequence[Search]) -> Iterator[tuple[int, int]]:
    """Find the patterns like the alternatives of one: leftmost first, the earlier pattern where two begin together."""
    ahead = {at: span for at, search in enumerate(searches) if (span := search.after(0))}
    while ahead:
        first = min(ahead, key=lambda at: (ahead[at][0], at))
        span = ahead[first]
        yield span
        for at in [at for at, (start, _) in ahead.items() if start < span[1]]:
            found = searches[at].after(span[1])
            if found:
                ahead[at] = found
            else:
                del ahead[at]


@cache
def _aims() -> frozenset[str]:
    return frozenset(table("inputs")["weights"]["aims"])


@cache
def _strong_ids() -> frozenset[str]:
    return frozenset(feature.id for feature in _features() if feature.strong) | {"hidden"}


def _demand() -> list[str]:
    """A sentence, or a clause after "please" and the like, that begins with a verb of the list; by how it begins.

    A folded text has no other white space than single blanks. Written as such they belong to the strings by which a
    pattern is ruled out, and "add " is in far fewer texts than "add".
    """
    verbs = "|".join(map(re.escape, table("inputs")["demand"]["verbs"]))
    softened = r"(?:please |then |also |immediately |just )?"
    asks = rf"{softened}(?:{verbs}) (?!me know)[\w'\"$*(@]"
    return [
        rf"\A[ \"'*]{{0,3}}{asks}",
        rf"[.!?:;>)\]*-](?:(?<=[^*-])|(?<= [*-]))[ \"'*]{{0,3}}{asks}",
        rf"\b(?:{'|'.join(table('inputs')['demand']['leads'])})[ ,:]{{1,2}}{asks}",
        rf"\b(?:once|when|before|after|if|to|until|as soon as) [^.!?,;:]{{3,80}}[,:] {asks}",
    ]


def passages(raw: str, *, weak: bool) -> list[Passage]:
    """Return the passages of a result's text. `weak`: also those that only ask for an action."""
    found: list[Passage] = []
    for offset, piece in _pieces(raw):
        if weak:
            found += _clusters(Folded(piece, offset), weak=True)
            continue
        for start, end in _windows(piece):
            found += _clusters(Folded(piece[start:end], offset + start), weak=False)
            if len(found) >= MAX_PASSAGES:
                break
    strong = [passage for passage in found if passage.strong][:MAX_PASSAGES]
    return strong + [passage for passage in found if not passage.strong][:MAX_WEAK]


def _windows(piece: str) -> list[tuple[int, int]]:
    """Stretches around the cheap words without which there is no strong feature; overlapping ones are joined."""
    by_anchor: dict[int, list[int]] = {}
    for anchor, at in signs(piece).anchors:
        found = by_anchor.setdefault(anchor, [])
        if not found or at >= found[-1] + BEFORE:
            found.append(at)
    places = [at for _, found in sorted(by_anchor.items()) for at in found][:MAX_ANCHORS]
    windows: list[tuple[int, int]] = []
    for at in sorted(places):
        start, end = max(0, at - BEFORE), min(len(piece), at + AFTER)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows


def _pieces(raw: str) -> list[tuple[int, str]]:
    if len(raw) <= MAX_TEXT:
        return [(0, raw)]
    half = MAX_TEXT // 2
    return [(0, raw[:half]), (len(raw) - half, raw[-half:])]


@cache
def _guards() -> Sieve:
    return Sieve(table("inputs")["guards"]["patterns"], re.IGNORECASE)


def _unguarded(
    hits: list[tuple[int, int, _Feature]], folded: Folded, notices: Sequence[tuple[int, int]]
) -> list[tuple[int, int, _Feature]]:
    """Leave out what notices say that warn the agent of the text they stand before: they forbid what an attack asks."""
    if not notices:
        return hits
    return [hit for hit in hits if not any(start <= folded.at(hit[0]) < end for start, end in notices)]


def _clusters(folded: Folded, *, weak: bool) -> list[Passage]:
    hits = _hits(folded.text, strong=True)
    notices = folded.spans(_guards()) if hits else []
    hits = _unguarded(hits, folded, notices)
    if not hits:
        return _weak(folded, _unguarded(_hits(folded.text, strong=False), folded, notices)) if weak else []
    hits += _unguarded(_hits(folded.text, strong=False), folded, notices)
    hits.sort(key=lambda hit: hit[0])
    groups: list[list[tuple[int, int, _Feature]]] = []
    for hit in hits:
        last = max((end for _, end, _ in groups[-1][-4:]), default=0) if groups else 0
        opens = _OPENS.match(folded.text, hit[0]) is not None and folded.breaks(min(last, hit[0]), hit[0])
        if groups and hit[0] - last <= GAP and not opens:
            groups[-1].append(hit)
        else:
            groups.append([hit])
    made: list[Passage] = []
    for group in groups:
        strong = any(feature.strong for _, _, feature in group)
        if strong:
            made.append(_passage(folded, group))
        elif weak:
            made += _weak(folded, group)
    return made


def _passage(folded: Folded, group: list[tuple[int, int, _Feature]]) -> Passage:
    strong = [hit for hit in group if hit[2].strong]
    start = min(hit[0] for hit in strong)
    opened = _OPENS.match(folded.text, start) is not None
    near = [
        hit
        for hit in group
        if hit[0] >= start or (not opened and hit[0] >= start - LEAD and not folded.breaks(hit[0], start))
    ]
    start = min(hit[0] for hit in near)
    end = _end(folded.text, start, near)
    features = {hit[2].id: hit[2] for hit in near}
    return Passage(
        span=(folded.at(start), folded.at(max(hit[1] for hit in near) - 1) + 1),
        text=folded.text[start:end],
        score=sum(feature.weight for feature in features.values()),
        features=tuple(sorted(features)),
        strong=True,
    )


def _end(text: str, start: int, hits: list[tuple[int, int, _Feature]]) -> int:
    """Where a passage ends: at the tag that closes it, else a little after what it asks for."""
    last = max(end for _, end, _ in hits)
    opened = _TAG.search(text, start, last)
    if opened:
        close = text.find(f"</{opened[1]}", opened.end(), last + REACH)
        if close >= 0:
            return close
    first = min(begin for begin, _, feature in hits if feature.strong)
    asks = any(feature.id == "demand" and begin >= first for begin, _, feature in hits)
    return min(len(text), last + (TAIL if asks else REACH))


def speaks(folded: str) -> bool:
    """Whether a folded text holds a strong feature itself: then it repeats a passage, and is not a value out of one."""
    return _sieve(strong=True)[0].finds(folded)


def _weak(folded: Folded, hits: list[tuple[int, int, _Feature]]) -> list[Passage]:
    """Give each sentence that asks for an action as a passage."""
    made: list[Passage] = []
    covered = -1
    for start, _, feature in sorted(hits, key=lambda hit: hit[0]):
        if feature.id not in {"demand", "tool"} or start < covered:
            continue
        end = min(len(folded.text), start + 350)
        made.append(
            Passage(
                span=(folded.at(start), folded.at(end - 1) + 1),
                text=folded.text[start:end],
                score=feature.weight,
                features=(feature.id,),
                strong=False,
            )
        )
        covered = end
    return made
