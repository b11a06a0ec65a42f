"""Check claims: a subject (tests, lint, a command) and a result (pass, 0 issues, failed) in one clause."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_found import Found, blocked
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.coding_results import describes_other, is_result, names_thing, of_another, own
from assure_tui.reconcile.claims.coding_text import MASKS, without_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.claims.coding_text import Prepared

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|[\ue000-\ue005]+")
_STRONG = re.compile(r"[;.,\s](?:(?<=;)|(?<=\.)\s|(?<=,)\sbut\s|(?<=\s)but\s)")
"""A semicolon, a full stop or a "but". It begins with a class of characters, since Python skips to one of those."""
_TICK = re.compile("[✅✔✓]")
_ASSURED = re.compile(r"\b(?:ensured|verified|confirmed|validated|checked|made sure)\b(?! (?:by|with|via)\b)")
"""Begins what a result is told of: "wrote tests for the parser and ensured `make check` passes"."""
_ATTRIBUTE = re.compile(r"\b(?:the|a|this|that|each|any|every) (?:failing|failed|broken|red)$")
"""A word of failing that says which thing is meant: "inside the failing sandbox"."""
_NEXT = re.compile(r" {1,4}(?P<word>[a-z]{3,40}(?:-[a-z]{1,40}){0,4})")
_COMMA = re.compile(r",\s(?:and\s)?|\sand\s|\s[·|+]\s")
"""Where one check of a list may end and the next begin."""
_INCLUDES = re.compile(r",? (?:including|incl\.?|such as|among them) ")
"""Goes on with the parts of what a result was told of: "All green, including lint and tests"."""
_LISTS = re.compile(r"(?:pass(?:ed|es)?|green|clean|ok) ?:")
"""A result that stands before what it is said of: "All checks pass: lint, types"."""
_COMMAND = re.compile(f"[{MASKS['cmd']}]")
_OFFERS = re.compile(
    r"\W{0,6}(?:verification|validation|validated|verified|checks?|checked|tested|ran|re-ran)"
    r"(?: (?:with|by|via|run|executed|using|commands?))? ?:? {1,4}(?=[\ue001\ue003])|\W{0,6}tests? ?: {1,4}(?=[\ue001])"
)
_ONLY_CODE = re.compile(r"(?:[\ue001\ue003]|[ ,.;&+()✅✓✔]|and\b|pass\b|passed\b|ok\b)+$")
"""Nothing but commands from here to the end."""
_NEGATED = re.compile(
    r"\b(?:not|never|no|n't|without|until|yet to|isn't|aren't|don't|doesn't|didn't|haven't)\s(?:\w+\s){0,2}$"
)
_COUNTED = re.compile(r"(?<![\d.,])[1-9]\d{0,8} (?:tests? |specs? )?$")
_TARGET = re.compile(r"\b(?:to|onto|branch) $")
"""Before the name of a branch, which tells of no check: "pushed to `test/cart`"."""
_PART = re.compile(r"[A-Za-z][a-z]+\d{0,3}|[a-z]+\d{0,3}")
_OPTION = re.compile(r"(?<!\S)-[\w-]{1,60}(?:=\S{0,200})?")
_OFFERED = re.compile(r" {0,2}\( ?[\ue001\ue003]{1,400} ?\)")
"""A command in brackets after the result: what the agent offers as the proof."""
_TOPIC = re.compile(
    r"\b(?:for|about|handl(?:es|ed|ing)|fix(?:es|ed|ing)?|around|during|against) (?:[^ .;]{2,200} ){0,3}$"
)
"""Before failures that something is about: "added rows for parse failures"."""
_RUN = re.compile(
    r"\b(?:checks?|tests?|commands?|validations?|verification)"
    r"(?:(?:/[a-z]{1,20})? (?:(?:re-?)?r[au]n|performed|executed)|/executions?)\b"
)
_PASSED = re.compile(r"\W*(?:[a-z]{2,20} ){0,2}(?:passed|passing|green)(?: locally| now| clean(?:ly)?)?\W*$")
"""Above a list of what passed, each told without a result: "Passed locally:"."""
_PROOF = re.compile(
    r"\b(?:pass(?:ed|es|ing)?|verified|verification"
    r"|validat(?:ed|ion)|ran|green)\b"
)
_BRIEF = re.compile(
    r"^\W{0,40}(?!typescript\b)(?:(?!being|be|is|are|been|gets)[\w.#-]{1,80} ){1,4}pass(?:es|ed)?[.! ]*$"
)
"""A short sentence whose subject is no check by name: "Fix 1 passes."."""
_IDENTIFIER = re.compile(r"[./\w-]{0,200}(?:[a-z][A-Z]|\w\.\w{1,5}$)[\w().]{0,80}")
"""A name of code or a file, `buildSnapshot` or `build.sh`, rather than that of a script: `lint:go`."""
_ACTS = frozenset({"build", "compile", "test"})
_OBJECT = re.compile(r" (?:[\ue001\ue003]{1,200} |(?:the|a|an|this|that|these|your|our|my)\b)")
"""What makes such a word a verb, and no check: "build `jq` first"."""
MAX_PARTS = 32
"""Places at which a clause that lists checks may be cut: each looks at the rest of the clause."""
MAX_SCORES = 8
"""Scores read in one unit."""
_OF_ANOTHER_SORT = re.compile(r"\b(?:build|compile|compilation|lint) $")
"""Before "test", of what sort it is: "the build test passed" tells of a build."""
_COMPILES = re.compile(r" (?:all |now |also |still |both ){0,2}(?:compiles?|compiled)\b")
"""After "tests", which have not been run yet."""
_ALL_OF_IT = re.compile(
    r"compiles(?: (?:[a-z]{3,20}ly|fine|clean))?\W*(?:$|[,;.(—]|(?:across|and|but)\b|with (?:no|0|zero)\b)"
)
"""A verb that names its check by itself: "The page compiles cleanly", not "compiles only with a flag"."""
_OF_TYPES = re.compile(r"\btype $")
"""Before "check": "the type check passes" tells of a linter's kind of check."""
_NAMED = re.compile(r"(?:, [a-z-]{2,20}){1,20}, (?:and )?")
"""Between a check and a result that is one of a list of names too: "test, logs, stop, clean"."""
_RATIO = re.compile(r"\d(?:/| of )\d")
_BEGINS = r"(?:^\W{0,200}|(?<=[,;—–:·|+✓✅✔] )|(?<=\())"
_SCORE_AFTER = re.compile(
    _BEGINS + r"(?!(?:step|phase|part|task|page|round|batch|day|week|stage|chunk|item|todo|slide|question)s? )"
    r"(?:[a-z][a-z0-9_-]{1,24} {1,20}){0,2}[a-z][a-z0-9_-]{1,24}(?: {1,20}|: {1,4})"
    r"(?:(?:is|was|are|were|at|stays|now) {1,20})?(\d{1,5})(?:/| of )\1(?![\d/]|\.\d)"
)
_SCORE_BEFORE = re.compile(
    _BEGINS + r"(\d{1,5})/\1 {1,20}[a-z][a-z0-9_-]{1,24}(?: {1,20}[a-z]{2,20}){0,2}(?= ?(?:[,.;)·|+]|$))"
)
_UNDONE = re.compile(
    r"\b(?:block(?:ed|s)|unavailable|unable|could(?: not|n't)|can(?:not|'t)|did(?: not|n't)|not (?:run|installed)"
    r"|you (?:should|can|will|may)"
    r"|skipp(?:ed|ing)|timed out|pending|still running|hangs?|hung|crash(?:ed|es)|abort(?:ed|s))\b"
)
"""After a listed command: it did not come to an end."""
_TALLY = re.compile(r"(?<![\w.#])\d{1,6}(?:/\d{1,6})? (?:pass(?:ed|ing|es)?|fail(?:ed|ing|ures?)?|skipped)\b")
"""Counts that speak of tests without naming them: "41 passed, 2 failed"."""
_GENERIC = "verified"


def checks(prepared: Prepared, *, denied: bool) -> Iterator[Found]:
    """Find the check claims of one unit.

    Several checks of one kind in a list ("lint ✓ format ✓") are loose: which of the runs of their kind each one means
    cannot be told.
    """
    masked = prepared.masked
    words = lexicon()
    if denied and not words.passes.search(masked):
        return
    if any(pattern.search(masked) for _, pattern in words.verdicts.likely(masked)):
        bad = words.fails.search(masked) is not None
        yield Found("tests_fail" if bad else "tests", 0, len(masked.rstrip()), bare=True)
        return
    if not _results(masked):
        return
    start = 0
    for stop in [*_STRONG.finditer(masked), None]:
        end = stop.start() if stop else len(masked)
        if _has_result(masked, start, end):
            found = [item for part in _parts(prepared, start, end) for item in _clause(prepared, *part, after=start)]
            kinds = Counter(item.kind for item in found)
            for item in found:
                yield msgspec.structs.replace(item, loose=True) if kinds[item.kind] > 1 else item
        start = stop.end() if stop else end


def quoted_tallies(prepared: Prepared) -> Iterator[Found]:
    """Read a runner's closing line that stands in ticks: "Backend: `43 passed, 2 skipped`".

    Where the words themselves tell of tests, the line belongs to them: "the tests passed, `43 passed`".
    """
    size = len(prepared.masked)
    lines = [piece for piece in prepared.pieces if piece.sort == "code" and _TALLY.match(piece.text.strip().lower())]
    if not lines or (
        _has_result(prepared.masked, 0, size) and any(kind == "tests" for kind, *_ in _subjects(prepared, 0, size))
    ):
        return
    for piece in lines:
        if not blocked(prepared.masked, piece.start):
            bad = "failed" in piece.text.lower() and " 0 failed" not in f" {piece.text.lower()}"
            yield Found("tests_fail" if bad else "tests", piece.start, piece.end, loose=True)


def _parts(prepared: Prepared, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a clause that lists checks with a result each: "lint ✓ types ✓", "402 tests passed, `make lint` clean"."""
    masked = prepared.masked
    ticks = [hit.start() for hit in _TICK.finditer(masked, start, end)]
    leading = bool(ticks) and not _WORD.search(masked, start, ticks[0])
    cuts = {at if leading else at + 1 for at in ticks} if len(ticks) > 1 else set()
    cuts |= {hit.end() for hit in _COMMA.finditer(masked, start, end)}
    whole = _INCLUDES.search(masked, start, end)
    cuts = {cut for cut in cuts if whole is None or cut <= whole.start()}
    begin = start
    for cut in sorted(cuts)[:MAX_PARTS]:
        if _told(prepared, begin, cut) and _told(prepared, cut, end) and not _LISTS.search(masked, begin, cut):
            yield begin, cut
            begin = cut
    yield begin, end


def _told(prepared: Prepared, start: int, end: int) -> bool:
    """Return whether a part of a clause holds a check and a result of its own."""
    masked = prepared.masked
    if not _has_result(masked, start, end):
        return False
    return next(_subjects(prepared, start, end), None) is not None or _COMMAND.search(masked, start, end) is not None


@lru_cache(maxsize=16)
def _results(masked: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of results, passes first, that may match in a unit."""
    words = lexicon()
    likely = {kind for kind, _ in words.results.likely(masked)}
    return tuple(pattern for kind, pattern in (("pass", words.passes), ("fail", words.fails)) if kind in likely)


def _has_result(masked: str, start: int, end: int) -> bool:
    return any(pattern.search(masked, start, end) for pattern in _results(masked))


def scored(prepared: Prepared) -> Iterator[Found]:
    """Read a full score with what it is of, whatever that is called: "Pester 64/64", "4/4 artifacts complete"."""
    masked = prepared.masked
    if _RATIO.search(masked) is None:
        return
    for pattern in (_SCORE_AFTER, _SCORE_BEFORE):
        for hit in islice(pattern.finditer(masked), MAX_SCORES):
            if not blocked(masked, hit.end(), hit.start()):
                yield Found(_GENERIC, hit.start(), hit.end(), weak=True)


def offered(prepared: Prepared) -> Iterator[Found]:
    """Read commands that a line offers as its proof, with no result of their own: "Verification: `make test`."."""
    masked = prepared.masked
    title = _OFFERS.match(masked)
    if title is None or not _ONLY_CODE.match(masked, title.end()):
        return
    for piece in prepared.pieces:
        if piece.start >= title.end() and piece.sort in {"cmd", "code"}:
            kind = _of_code(prepared, piece.start)
            if kind or piece.sort == "cmd":
                yield Found(kind or "ran", piece.start, piece.end)


def listed_check(prepared: Prepared) -> Iterator[Found]:
    """Read a bare command in a list that was introduced by a result: "Verification passed:", "Ran:"."""
    unit = prepared.unit
    lead = (unit.parent if unit.parent.endswith(":") else unit.lead or unit.heading).lower()
    pieces = prepared.pieces
    size = len(prepared.masked)
    if _PASSED.match(lead) and not (pieces and pieces[0].start <= 2) and not _has_result(prepared.masked, 0, size):
        known = next((found for found in _subjects(prepared, 0, size) if found[0] != _GENERIC), None)
        if known:
            yield Found(known[0], known[1], known[2], loose=True)
            return
    if (
        not pieces
        or pieces[0].sort not in {"cmd", "code"}
        or pieces[0].text.startswith("@")
        or pieces[0].start > 2
        or not (_RUN.search(lead) or _PROOF.search(lead))
    ):
        return
    kind = _of_code(prepared, pieces[0].start)
    if (kind is None and pieces[0].sort != "cmd") or _UNDONE.search(prepared.masked, pieces[0].end):
        return
    yield Found(kind or "ran", pieces[0].start, pieces[0].end, loose=_PROOF.search(lead) is None)


def _clause(prepared: Prepared, start: int, end: int, after: int) -> Iterator[Found]:
    """Read the part [start, end) of the clause that begins at `after`."""
    masked = prepared.masked
    told = _result(masked, start, end)
    if told is None:
        return
    result, bad = told
    word, before = result.group(), masked[start : result.start()]
    if not own(prepared, after, result, end) or (word == "failing" and before.endswith(" of ")):
        return
    if bad and word.startswith("failure") and _TOPIC.search(before):
        return
    bad = bad != bool(_NEGATED.search(before))
    subjects = _subjects_of(prepared, start, end, result)
    if not subjects:
        if not bad and _ALL_OF_IT.match(masked, result.start()):
            yield Found("build", result.start(), result.end())
        elif not bad and _BRIEF.match(masked):
            yield Found("tests", 0, result.end())
        elif _TALLY.search(masked, start, end):
            yield Found("tests_fail" if bad else "tests", result.start(), result.end())
        return
    specific = {kind: span for kind, span in subjects.items() if kind != _GENERIC}
    general = subjects.get(_GENERIC)
    if general and general[0] < result.start() and not bad and _listed_after(masked, result.end(), specific):
        yield Found(_GENERIC, general[0], max(span[1] for span in specific.values()))
    elif of_another(masked, start, result, subjects.values()):
        yield from _clause(prepared, result.end(), end, after=result.end())
    elif general and not specific:
        if not (bad and word.startswith("failure")):
            yield _joined("tests_fail" if bad else _GENERIC, general, result.start(), result.end())
    else:
        yield from _named(masked, (result.start(), result.end(), end), specific, general, bad=bad)


def _result(masked: str, start: int, end: int) -> tuple[re.Match[str], bool] | None:
    """Return the word that tells how the checks of [start, end) came out, and whether that is badly."""
    words = lexicon()
    likely = _results(masked)
    passes = words.passes.finditer(masked, start, end) if words.passes in likely else ()
    passed = next((hit for hit in passes if is_result(masked, hit)), None)
    failed = words.fails.search(masked, start, end) if words.fails in likely else None
    if failed and (
        describes_other(masked, failed)
        or (passed and names_thing(masked, failed))
        or _ATTRIBUTE.search(masked, start, failed.end())
    ):
        failed = None
    if failed and (
        passed is None or failed.start() < passed.start() or _COUNTED.search(masked[start : failed.start()])
    ):
        return failed, True
    return (passed, False) if passed else None


def _subjects_of(prepared: Prepared, start: int, end: int, result: re.Match[str]) -> dict[str, tuple[int, int]]:
    """Return the checks that a result is told of, by kind, each with where its words stand."""
    masked = prepared.masked
    subjects: dict[str, tuple[int, int]] = {}
    assured = max((hit.end() for hit in _ASSURED.finditer(masked, start, result.start())), default=start)
    for kind, a, b in _subjects(prepared, start, end):
        if a < assured or a <= result.start() < b or (_TICK.match(result.group()) and _qualifies(masked, b)):
            continue
        if _NAMED.fullmatch(masked, b, result.start()):
            continue
        known = subjects.get(kind)
        if known is None:
            subjects[kind] = (a, b)
        elif next(reversed(subjects)) == kind:
            subjects[kind] = (known[0], b)
    return subjects


def _joined(kind: str, subject: tuple[int, int], start: int, end: int) -> Found:
    return Found(kind, min(subject[0], start), max(subject[1], end))


def _named(
    masked: str,
    at: tuple[int, int, int],
    specific: dict[str, tuple[int, int]],
    general: tuple[int, int] | None,
    *,
    bad: bool,
) -> Iterator[Found]:
    """Read checks that have a name, whose result begins and ends `at` these places of a clause that ends at the third.

    Several that fail leave open which of them did.
    """
    start, end, upto = at
    proof = _OFFERED.match(masked, end, upto)
    if proof and len(specific) > 1:
        specific = {kind: span for kind, span in specific.items() if span[1] <= start} or specific
        end = proof.end()
    if len(specific) > 1:
        yield from (Found(kind, a, b) for kind, (a, b) in specific.items() if not bad)
        return
    ((kind, span),) = specific.items()
    if not bad:
        yield _joined(kind, span, start, end)
    elif kind in {"tests", "lint"}:
        yield _joined(f"{kind}_fail", span, start, end)
    elif general:
        yield _joined("tests_fail", general, start, at[1])


def _qualifies(masked: str, end: int) -> bool:
    """Return whether the word that ends at `end` only says of what sort the next one is: "test stubs ✅"."""
    after = _NEXT.match(masked, end)
    words = lexicon()
    known = words.subjects.keys() | words.follows | words.goes | words.grammar["adverbs"] | words.grammar["after"]
    return after is not None and after["word"] not in known | words.grammar["plain"] | words.grammar["determiners"]


def _listed_after(masked: str, end: int, specific: dict[str, tuple[int, int]]) -> bool:
    """Return whether the checks by name only stand in brackets after the result: "All checks passed (lint, test)"."""
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
        if kind and word in _ACTS and _OBJECT.match(masked, hit.end()):
            continue
        if word == "test" and _OF_ANOTHER_SORT.search(masked, start, hit.start()):
            continue
        if kind == "tests" and _COMPILES.match(masked, hit.end()):
            kind = "build"
        if word in {"check", "checker"} and _OF_TYPES.search(masked, start, hit.start()):
            kind = "lint"
        if kind:
            yield kind, hit.start(), hit.end()


def _of_code(prepared: Prepared, at: int) -> str | None:
    """Read what a command or a name in a code span checks: `npm run build`, `lint:go`, `TestParse`."""
    piece = next((piece for piece in prepared.pieces if piece.start <= at < piece.end), None)
    if piece is None:
        return None
    subjects = lexicon().subjects
    found = [
        kind
        for part in _PART.findall(_OPTION.sub(" ", without_settings(piece.text[:200])))
        if (kind := subjects.get(part.lower()))
    ]
    if not found or (piece.sort in {"code", "path"} and _IDENTIFIER.fullmatch(piece.text) and "tests" not in found):
        return None
    return next((kind for kind in found if kind != _GENERIC), found[0])
