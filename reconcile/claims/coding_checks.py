"""Check claims: a subject (tests, lint, a command) and a result (pass, 0 issues, failed) in one clause."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.coding_text import MASKS, without_settings
from assure_tui.reconcile.claims.coding_verbs import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.claims.coding_text import Prepared

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|[\ue000-\ue005]+")
_STRONG = re.compile(r";|\.\s|,?\sbut\s")
_NEGATED = re.compile(
    r"\b(?:not|never|no|n't|without|until|yet to|isn't|aren't|don't|doesn't|didn't|haven't)\s(?:\w+\s){0,2}$"
)
_COUNTED = re.compile(r"(?<![\d.,])[1-9]\d{0,8} (?:tests? |specs? )?$")
_TARGET = re.compile(r"\b(?:to|onto|branch) $")
"""Before the name of a branch, which tells of no check: "pushed to `test/cart`"."""
_PART = re.compile(r"[A-Za-z][a-z]+|[a-z]+")
_HYPOTHETICAL = re.compile(
    r"\b(?:if|when|once|unless|until|would|should|could|will|can|may|might|must|let me|needs? to|so that|"
    r"let's|try|trying|to (?:make|ensure|verify|confirm|check)|make sure|ensures?|whether|wants?|going to|expect|"
    r"verify|verifies|check that|see if|i'll|we'll|i'm|i am|before|after|how|why|lacks?|missing|makes?|"
    r"making|looks?|seems?|appears?|regardless|reasons?|instead of|rather than|"
    r"(?:test(?:s|ed|ing)?|assert(?:s|ed|ing)?|check(?:s|ed|ing)?) (?:that|whether))\b"
)
_DESCRIPTIVE = re.compile(r"\b(?:which|that|who|it|they|hooks|ci|users?) (?:passes|fails|failed|succeeds|works)\b")
_FOREIGN = re.compile(r"\b(?!(?:It|That|Let|Here|What|There|He|She|Who|This|Everything)\b)[A-Z][a-z]+['’]s\b")
"""Another person's checks: "Stefan's tests pass"."""
_FORMULA = re.compile(r"\b(?:divided by|ratio|rate|percentage|fraction|number of|share of)\b")
"""How a figure is reckoned is no result: "passed assertions divided by all"."""
_OFFERED = re.compile(r" {0,2}\( ?[\ue001\ue003]{1,400} ?\)")
"""A command in brackets after the result: what the agent offers as the proof."""
_TOPIC = re.compile(
    r"\b(?:for|about|handl(?:es|ed|ing)|fix(?:es|ed|ing)?|around|during|against) (?:[^ .;]{2,200} ){0,3}$"
)
"""Before failures that something is about: "added rows for parse failures"."""
_PROOF = re.compile(r"\b(?:pass(?:ed|es|ing)?|verified|verification|validat(?:ed|ion)|ran|green)\b")
_BRIEF = re.compile(r"^\W{0,40}(?:(?!being|be|is|are|been|gets)[\w.#-]{1,80} ){1,4}pass(?:es|ed)?[.! ]*$")
"""A short sentence whose subject is no check by name: "Fix 1 passes."."""
_TALLY = re.compile(r"(?<![\w.#])\d{1,6}(?:/\d{1,6})? (?:pass(?:ed|ing|es)?|fail(?:ed|ing|ures?)?|skipped)\b")
"""Counts that speak of tests without naming them: "41 passed, 2 failed"."""
_PLURAL = re.compile(
    r"(?:s|\b(?:all|both|now|still|also|to|suite|e2e|pytest|and|they)"
    r"|\band [a-z-]{2,40}|[\d:|=✅✔✓)\ue000-\ue005—–-])\s*$"
)
_ONLY_IF = re.compile(r" {1,4}(?:only )?(?:if|unless|as long as|provided)\b")
"""After a result, what makes it one that would be: "the lookup only succeeds if the parent comes first"."""
_OBJECT = re.compile(
    r" {1,4}(?P<object>(?:(?:the|a|an|it|its|them|that|this|these|those|their|your|any|each)\b|--|[\ue001\ue003])"
    r"[^.;,:(]{0,40})"
)
"""A thing right after a form of "pass"."""
_GENERIC = "verified"


def checks(prepared: Prepared, *, denied: bool) -> Iterator[Found]:
    """Find the check claims of one unit."""
    masked = prepared.masked
    words = lexicon()
    if denied and not words.passes.search(masked):
        return
    if any(pattern.search(masked) for _, pattern in words.verdicts.likely(masked)):
        bad = words.fails.search(masked) is not None
        yield Found("tests_fail" if bad else "tests", 0, len(masked.rstrip()), bare=True)
        return
    if not words.results.may_find(masked):
        return
    start = 0
    for stop in [*_STRONG.finditer(masked), None]:
        end = stop.start() if stop else len(masked)
        yield from _clause(prepared, start, end)
        start = stop.end() if stop else end


def listed_check(prepared: Prepared) -> Iterator[Found]:
    """Read a bare command in a list that was introduced by a result: "Verification passed:", "Ran:"."""
    unit = prepared.unit
    lead = unit.lead.lower() or unit.heading.lower()
    pieces = prepared.pieces
    if (
        not pieces
        or pieces[0].sort not in {"cmd", "code"}
        or pieces[0].text.startswith("@")
        or pieces[0].start > 2
        or not _PROOF.search(lead)
    ):
        return
    kind = _of_code(prepared, pieces[0].start)
    if kind is None and pieces[0].sort != "cmd":
        return
    yield Found(kind or "ran", pieces[0].start, pieces[0].end)


def _clause(prepared: Prepared, start: int, end: int) -> Iterator[Found]:
    words = lexicon()
    masked = prepared.masked
    passed = next((hit for hit in words.passes.finditer(masked, start, end) if _is_result(masked, hit)), None)
    failed = words.fails.search(masked, start, end)
    if failed and (
        passed is None or failed.start() < passed.start() or _COUNTED.search(masked[start : failed.start()])
    ):
        result, bad = failed, True
    elif passed:
        result, bad = passed, False
    else:
        return
    before = masked[start : result.start()]
    if (
        _HYPOTHETICAL.search(before)
        or _FOREIGN.search(prepared.unit.text, start, result.start())
        or _DESCRIPTIVE.search(masked[start : result.end()])
        or _ONLY_IF.match(masked, result.end())
        or _FORMULA.search(masked, start, end)
        or (result.group() == "failing" and before.endswith(" of "))
    ):
        return
    if bad and result.group().startswith("failure") and _TOPIC.search(before):
        return
    if _NEGATED.search(before):
        bad = not bad
    subjects: dict[str, tuple[int, int]] = {}
    for kind, a, b in _subjects(prepared, start, end):
        if a <= result.start() < b:
            continue
        known = subjects.get(kind)
        if known is None:
            subjects[kind] = (a, b)
        elif next(reversed(subjects)) == kind:
            subjects[kind] = (known[0], b)
    if not subjects:
        if not bad and _BRIEF.match(masked):
            yield Found("tests", 0, result.end())
        elif _TALLY.search(masked, start, end):
            yield Found("tests_fail" if bad else "tests", result.start(), result.end())
        return
    specific = {kind: span for kind, span in subjects.items() if kind != _GENERIC}
    general = subjects.get(_GENERIC)
    if general and general[0] < result.start() and not bad and _listed_after(masked, result.end(), specific):
        yield Found(_GENERIC, general[0], max(span[1] for span in specific.values()))
        return
    if not specific:
        if bad and result.group().startswith("failure"):
            return
        a, b = subjects[_GENERIC]
        yield Found("tests_fail" if bad else _GENERIC, min(a, result.start()), max(b, result.end()))
        return
    offered = _OFFERED.match(masked, result.end(), end)
    if offered and len(specific) > 1:
        specific = {kind: span for kind, span in specific.items() if span[1] <= result.start()} or specific
        result_end = offered.end()
    else:
        result_end = result.end()
    if len(specific) == 1:
        kind = next(iter(specific))
        a, b = specific[kind]
        name = f"{kind}_fail" if bad and kind in {"tests", "lint"} else kind
        if bad and name == kind:
            return
        yield Found(name, min(a, result.start()), max(b, result_end))
        return
    if bad:
        return
    for kind, (a, b) in specific.items():
        yield Found(kind, a, b)


def _is_result(masked: str, hit: re.Match[str]) -> bool:
    """Tell whether a word of passing tells a result.

    It does not as a noun ("a pass"), with an object ("passing `--all`", "passing the context"), or where it tells how
    something else is done ("uses the cache cleanly").
    """
    word = hit.group()
    before = masked[max(0, hit.start() - 60) : hit.start()]
    last = _WORD.findall(before)[-2:]
    if word == "pass":
        return bool(_PLURAL.search(masked[: hit.start()]))
    if word == "passing":
        return not _handed_on(masked, hit.end()) or not lexicon().subjects.keys().isdisjoint(last[-1:])
    return word != "cleanly" or not lexicon().goes.isdisjoint(last)


def _handed_on(masked: str, at: int) -> bool:
    """Tell whether what follows is an object that is no check: "passing the context", but "passing the test suite"."""
    hit = _OBJECT.match(masked, at)
    return hit is not None and lexicon().subjects.keys().isdisjoint(_WORD.findall(hit["object"].partition(" to ")[0]))


def _listed_after(masked: str, end: int, specific: dict[str, tuple[int, int]]) -> bool:
    """Tell whether the checks by name only stand in brackets after the result: "All checks passed (lint, test)"."""
    return bool(specific) and all(start > end for start, _ in specific.values()) and masked[end:].lstrip()[:1] == "("


def _subjects(prepared: Prepared, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    words = lexicon()
    masked = prepared.masked
    for hit in _WORD.finditer(masked, start, end):
        word = hit.group()
        if word[0] in {MASKS["cmd"], MASKS["code"], MASKS["path"]}:
            kind = (
                None
                if _TARGET.search(masked, max(0, hit.start() - 12), hit.start())
                else _of_code(prepared, hit.start())
            )
        elif "\ue000" <= word[0] <= "\ue005":
            continue
        else:
            kind = words.subjects.get(word)
        if kind:
            yield kind, hit.start(), hit.end()


def _of_code(prepared: Prepared, at: int) -> str | None:
    """Read what a command or a name in a code span checks: `npm run build`, `lint:go`, `TestParse`."""
    piece = next((piece for piece in prepared.pieces if piece.start <= at < piece.end), None)
    if piece is None:
        return None
    subjects = lexicon().subjects
    found = [kind for part in _PART.findall(without_settings(piece.text[:200])) if (kind := subjects.get(part.lower()))]
    if not found:
        return None
    return next((kind for kind in found if kind != _GENERIC), found[0])
