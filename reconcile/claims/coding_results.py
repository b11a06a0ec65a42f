"""Whether a word of passing or failing tells a result that the agent saw in this run, by the grammar around it.

"The tests pass" is one. A condition, a wish, a criterion, what somebody else reports, what happened at another time,
and how code behaves are none; neither is a word that belongs to another noun ("a passing test proves little", "the diff
is clean, and the tests are short") or that hands something on ("passing `--all` to the test").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.coding_text import MASKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.reconcile.claims.coding_text import Prepared

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|[\ue000-\ue005]+")
_UNREAL = re.compile(
    r"\b(?:won't|wouldn't|can't|cannot|couldn't|shouldn't|"
    r"(?<=[a-z\ue000-\ue005)] )so (?!far\b)|"
    r"if|when|once|unless|until|would|should|could|will|can(?! (?:also |now )?(?:confirm|report)\b)|may|might|must|"
    r"let me|needs? to|so that|"
    r"let's|try|trying|to (?:make|ensure|verify|confirm|check|get|go|be|turn|stay|keep)|"
    r"make sure|ensures?|whether|wants?|going to|expect|"
    r"verify|verifies|check that|see if|i'll|we'll|i'm|i am|before|after\b(?![^,]{0,80},)|"
    r"how|why|lacks?|missing|makes?|"
    r"making|looks?|seems?|appears?|regardless|reasons?|instead of|rather than|"
    r"presumably|supposedly|allegedly|probably|perhaps|maybe|hopefully|apparently|ideally|doubt|assum(?:e|ed|ing)|"
    r"(?:i|we) (?:believe|suspect|think|guess|hope|trust)|suppose|(?:goal|aim|idea|point) is|next steps?|"
    r"criteri(?:a|on)|definition of done|keeps|keeping|"
    r"expecting|checklist|requires?|(?:cases?|scenarios?|paths?|one|tests?) (?:where|in which)|"
    r"(?:odd|strange|weird|surprising|suspicious|unlikely|possible|important|critical|essential) that|"
    r"(?:test(?:s|ed|ing)?|assert(?:s|ed|ing)?|check(?:s|ed|ing)?) (?:that|whether)|asserts? no)\b"
    r"|\b(?:expected|remaining|(?:covers?|exercises?|describes?|simulates?)\b[^.;:]{0,80}) ?:"
)
_HEARSAY = re.compile(
    r"\baccording to\b|\b(?:users?|(?:previous|other|last) (?:agent|assistant|session)|colleagues?|authors?|reviewers?|"
    r"maintainers?|readme|docs?|documentation|description|issue|"
    r"ticket|snapshot|spec|comment|changelog|article|page|he|she|they|you)\b[^.;:]{0,30}"
    r"\b(?:says?|said|states?|stated|claims?|claimed|reports?|reported|mentions?|mentioned|notes?|noted|writes?|wrote)\b"
)
"""Before a result that is somebody else's word; a tool that reports one is the agent's own source."""
_BEHAVES = re.compile(
    r"\b(?:which|that|who|it|they|hooks|ci|users?) (?:passes|fails|failed|succeeds|works)\b"
    r"|\b(?:which|that|who) [a-z]{3,20} (?:successfully|cleanly)"
)
_ANOTHERS = re.compile(r"\b(?!(?:It|That|Let|Here|What|There|He|She|Who|This|Everything)\b)[A-Z][a-z]+['’]s\b")
"""Another person's checks: "Stefan's tests pass"."""
_ANOTHER_TIME = re.compile(
    r"\b(?:yesterday|nightly|this morning|last (?:week|month|year|night|release|sprint)|"
    r"(?:minutes?|hours?|days?|weeks?|months?|years?) ago|"
    r"(?:was|were|been) [a-z]{3,20} upstream|in the (?:initial|first|original|previous) commit|"
    r"in (?:january|february|march|april|june|july|august|september|october|november|december)|"
    r"in v?\d{1,4}\.\d{1,4}(?:\.\d{1,4})?(?= ?(?:[.,;)]|$)))(?!\w)"
)
_VACUOUS = re.compile(
    r"[^.;:,(]{0,60}?\b(?:trivially|vacuously|accidentally|"
    r"by (?:[a-z]{2,20} )?(?:luck|accident|chance|coincidence)|only because|for you|on your)\b"
)
"""After a result that is explained away, or the user's."""
_CODES = re.compile(r"[45]\d\d ?/ ?[45]\d\d")
"""Two answers of a server: "401/403"."""
_FORMULA = re.compile(r"\b(?:divided by|ratio|rate|percentage|fraction|number of|share of)\b")
"""How a figure is reckoned is no result: "passed assertions divided by all"."""
_ONLY_IF = re.compile(r" {1,4}(?:only )?(?:if|unless|whenever|as long as|provided)\b")
"""After a result, what makes it one that would be: "the lookup only succeeds if the parent comes first"."""
_MEANS = re.compile(r"[^.;:,(]{0,60}\b(?:means?|implies|proves? (?:little|nothing)|(?:is|are)(?: not|n't) enough)\b")
_OBJECT = re.compile(
    r" {1,4}(?P<object>(?:(?:the|a|an|it|its|them|that|this|these|those|their|your|any|each)\b|--|[\ue001\ue003])"
    r"[^.;,:(]{0,40})"
)
"""A thing right after a form of "pass": a check is passed, "passing the test suite"; anything else is handed on."""
_HANDED = re.compile(
    r" {1,4}(?:[\w.]{1,40}[_(][\w.(]{0,40}|[a-z]{1,40} (?:from|into|through|via|down|along|explicitly)\b)"
)
"""What is handed on rather than passed: "pass db_path from the tests"."""
_PLURAL = re.compile(
    r"(?:(?<!\bthi)(?<!ou)s|\b(?:all|both|now|still|also|to|suite|e2e|pytest|and|they)"
    r"|\band [a-z-]{2,40}|[\d:|=✅✔✓)\ue000-\ue005—–-])\s*$"
)
_NEXT_WORD = re.compile(r" {1,8}(?P<word>[a-z]+(?:[-'][a-z]+)*)")
_FINITE = re.compile(r"[^.;:,]{0,30}?\b(?:is|are|was|were|takes?|needs?|must|should|will|can|here|isn't|aren't)\b")
_NEW_CLAUSE = re.compile(
    r",\s(?!(?:including|with|plus|also|both|even)\b)|\b(?:so|and|but|while|because|which|that|where|when|until|since)\b"
)
_COPULA = re.compile(
    r"(?<![a-z\ue000-\ue005-])(?P<subject>[a-z\ue000-\ue005-]{1,80})"
    r"(?: [a-z]{1,20}ly| now| still| all| also){0,2} (?:is|are|was|were|looks?)\b"
)
_AFTER_BE = re.compile(
    r"\b(?:is|are|was|were|be|been|it's|looks?)(?: [a-z]{1,20}ly| now| still| all| also| again| both){0,3} {1,8}$"
)
_WRITTEN_FOR = re.compile(
    r"\b(?:writ(?:e|es|ing|ten)|wrote|add(?:s|ed|ing)?|creat(?:e|es|ed|ing)) (?:[a-z]{1,20} ){0,3}tests? "
    r"(?:for|of|around|covering) [^.;:]{0,40}$"
)
"""Before what tests were written for, which may be how something is passed on: "tests for token passing"."""
_NOT_OF_THAT_SORT = re.compile(r"\b(?:not|isn't|wasn't) (?:[a-z]{2,20}ly |just |even )?an? (?:[a-z-]{2,20} ){0,2}$")
_ADJECTIVES = frozenset({"passing", "green", "clean"})
_MASKED = frozenset(MASKS.values())


def is_result(masked: str, hit: re.Match[str]) -> bool:
    """Return whether a word of passing tells a result rather than names, describes or hands on a thing."""
    word = hit.group()
    part, _, whole = word.replace(",", "").partition("/")
    if part.isdecimal() and whole.isdecimal() and (int(part) > int(whole) or _CODES.fullmatch(word)):
        return False  # two codes rather than a score: "answers 403/401"
    before = masked[max(0, hit.start() - 60) : hit.start()]
    last = _WORD.findall(before)[-2:]
    if word == "compiles" and (after := _NEXT_WORD.match(masked, hit.end())) and not _after_verb(after["word"]):
        return False
    taken = _OBJECT.match(masked, hit.end()) if word in {"pass", "passing", "passes"} else None
    if taken and not (word == "pass" and taken["object"][0] in _MASKED):
        return not lexicon().subjects.keys().isdisjoint(_WORD.findall(taken["object"].partition(" to ")[0]))
    if word == "pass":
        return _HANDED.match(masked, hit.end()) is None and bool(_PLURAL.search(masked[: hit.start()]))
    checked = not lexicon().subjects.keys().isdisjoint(last[-1:])
    if word == "passing" and _WRITTEN_FOR.search(before):
        return False
    if word in _ADJECTIVES and not _AFTER_BE.search(before):
        opens = checked or not before.strip(" (:—–-|*>✅✔✓") or before.rstrip()[-1:].isdigit()
        return _predicate(masked, hit, opens=opens)
    if word.startswith("successful"):
        after = _NEXT_WORD.match(masked, hit.end())
        goes = bool(last) and (_goes(last[-1]) or last[-1][0] in _MASKED)
        return word == "successful" or goes or bool(after and _goes(after["word"]))
    return word != "cleanly" or any(_goes(word) for word in last)


def names_thing(masked: str, hit: re.Match[str]) -> bool:
    """Return whether a word of failing only names which check is meant: "the failing test now passes"."""
    after = _NEXT_WORD.match(masked, hit.end())
    return hit.group() in {"failing", "failed", "broken", "red"} and bool(after and after["word"] in lexicon().subjects)


def describes_other(masked: str, hit: re.Match[str]) -> bool:
    """Return whether a word of failing is of no check that was run.

    It may say what something else is not, "a network issue, not a test failure", or stand in a label that names no
    check, "Failing path: the test stops early".
    """
    if _NOT_OF_THAT_SORT.search(masked, 0, hit.start()):
        return True
    after = _NEXT_WORD.match(masked, hit.end())
    if hit.group() != "failing" or after is None:
        return False
    return after["word"] not in lexicon().subjects and masked[after.end() :].lstrip().startswith(":")


def own(prepared: Prepared, start: int, result: re.Match[str], end: int) -> bool:
    """Return whether the clause [start, end) tells its result as seen by the agent in this run."""
    masked = prepared.masked
    before = masked[start : result.start()]
    return not (
        _UNREAL.search(before)
        or _HEARSAY.search(before)
        or _ANOTHERS.search(prepared.unit.text, start, result.start())
        or _BEHAVES.search(masked, start, result.end())
        or _ONLY_IF.match(masked, result.end())
        or _MEANS.match(masked, result.end())
        or another_time(masked, start, end)
        or _VACUOUS.match(masked, result.end(), end)
        or _FORMULA.search(masked, start, end)
    )


def another_time(masked: str, start: int, end: int) -> bool:
    """Return whether [start, end) speaks of a time that lies before the run: "last week", "in March", "in 4.2"."""
    return _ANOTHER_TIME.search(masked, start, end) is not None


def of_another(masked: str, start: int, result: re.Match[str], subjects: Iterable[tuple[int, int]]) -> bool:
    """Return whether a result belongs to another noun, and the checks are only spoken of in the next clause.

    "The diff is clean, and the tests are short", but "all green: tests and lint", "it passes, tests included".
    """
    first = min(begin for begin, _ in subjects)
    if first < result.end():
        return False
    gap = masked[result.end() : first]
    if not _NEW_CLAUSE.search(gap):
        return False
    copula = [hit["subject"] for hit in _COPULA.finditer(masked, start, result.end())]
    left = _WORD.findall(masked, start, result.start())
    return (copula or left)[-1:] != [] and (copula or left)[-1] not in lexicon().anything


def _after_verb(word: str) -> bool:
    """Whether a word goes on with how or when rather than with what: "compiles cleanly", "compiles and links"."""
    words = lexicon()
    return word in words.grammar["after"] | words.grammar["adverbs"] | words.follows or word.endswith("ly")


def _goes(word: str) -> bool:
    return word in lexicon().goes


def _predicate(masked: str, hit: re.Match[str], *, opens: bool) -> bool:
    """Return whether an adjective says how a check came out, rather than which thing is meant: "a passing test".

    In front of its noun it does so only where it `opens` a telegraphic clause: "Clean build on both targets".
    """
    after = _NEXT_WORD.match(masked, hit.end())
    if after is None:
        return True
    words = lexicon()
    if after["word"] not in words.subjects:
        return after["word"] in words.grammar["after"] | words.grammar["adverbs"] | words.follows
    return opens and not _FINITE.match(masked, after.end())
