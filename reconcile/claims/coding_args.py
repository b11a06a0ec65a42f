"""Arguments of a coding claim: paths, commit ids, commands, counts, scope."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_text import file_of, is_path
from assure_tui.reconcile.claims.values import NUMBER_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.claims.coding_found import Found
    from assure_tui.reconcile.claims.coding_text import Piece, Prepared

_FRACTION = re.compile(
    r"(?<![\w./])(?![45]\d\d ?/ ?[45]\d\d(?!\W{0,3}(?:tests?|specs?|pass\w*|ok|green|✅|✓)))"
    r"(\d[\d,]{0,8})\s?/\s?(\d[\d,]{0,8})(?![\w/.]\d)"
)
"""A score; two answers of a server are none, "401/403"."""
_OTHER_THINGS = re.compile(
    r"[\s)*_]{0,4}(?:test )?(?:packages?|suites?|files?|modules?|crates?|projects?|platforms?|jobs?|artifacts?)\b"
)
"""After a number: what is counted is no tests."""
_DIGIT = re.compile(r"\d")
_COUNT = re.compile(
    r"(?<![\w.#/-])(\d[\d,]{0,8})\s?(?:\+\s?)?(?:of the )?"
    r"(?:(?:(?!pass|fail|skip|error|(?:and|or|of|for|in|on|to|by|with|from|at|the|an?|as|are|is|was|were|after|before"
    r"|over|plus) )[a-z][\w-]{1,30} ){1,2}(?=(?:tests?|specs?|examples?|scenarios?)\b)|new |unit |more |existing )?"
    r"(pass(?:es|ed|ing)?|fail(?:s|ed|ing|ures?)?|skipped|errors?|tests?|specs?|examples?|scenarios?|executed|issues?"
    r"|warnings?|problems?|files?|assertions)\b"
)
_LABELLED = re.compile(
    r"(?:^|[|,;(])\W{0,6}(?:total )?(?:tests? |test cases? |specs? )?"
    r"(?P<what>passed|passing|failed|failing|skipped|tests?)"
    r"(?: run| collected| total| executed)? {0,4}[|:] {0,4}(?P<n>\d[\d,]{0,8}) {0,4}(?=$|[|,;)])"
)
"""A count behind its name, as in a table of figures: "| Passed | 360 |"."""
_RUN_OF = ("test", "spec", "example", "scenario", "executed")
"""How the words begin by which runners call what they run."""
_PLACED = re.compile(
    r"(?:^|\|)[^\w]*(?:new[^\w]+)?$|\b(?:in|into|to|of|at|inside|within|under)(?: (?:the|a|an|your|our))?\W+$"
)
_ASIDE = re.compile(r"\w\W{0,3} \(\W{0,3}$")
"""Before a file in parentheses of its own, behind what was done: "Added a benchmark (`queue_bench.rs`)"."""
_TAKEN = re.compile(
    r"\b(?:removed|deleted|dropped|stripped|cut|purged) [^.;:,(—–]{1,80} from(?: (?:the|a|an|your|our))?\W+$"
)
"""Verbs after which "from" tells the file that was changed."""
MAX_TAKEN = 120
"""Code points before such a file in which the verb stands."""
_REFERRED = re.compile(
    r"\b(?P<how>defined|declared|located|found|lives?|living|exported|imported|used|seen|listed|mirrored|see|like|as)"
    r"(?: (?:in|at|by|from|inside|of))?\W+$"
)
"""Before a file that only tells where something stands: "use `size` (defined in `util.go`)"."""
_AFTER_VERB = r"\b{}\W+(?:(?:the|a|an|new|existing|both|my|our)\W+){{0,2}}$"
_PURPOSE = re.compile(r"\b(?:so|because|which|where|when|that|whether)\b")
_OUT_OF = re.compile(
    r"\b(\d{1,6}) (?:out )?of (?:the |all |our )?(\d{1,6}) (?:[a-z-]{2,20} ){0,2}"
    r"(?:tests?|specs?|test cases?|pass\w*)\b"
)
"""A score in words: "94 of 95 tests pass"."""
_ORDINAL = re.compile(
    r"\b(?:fix|step|phase|part|task|commit|option|case|issue|wp|round|layer|tier|section|item|pr|stage|batch) $|#$"
)
_NEAR = 200
"""So many characters in front of a path tell its place."""
_MARKS = " 0123456789.)*_`[(|-\ue000\ue001\ue003"
_OWN_CLAUSE = re.compile(r"[,;:—] (?:so|and|but|then)? ?(?:i|we)\b")
_ALL = re.compile(r"\b(?:all|every|entire|whole|full|complete)\b")
_PARTIAL = re.compile(
    r"\b(?:focused|targeted|relevant|related|affected|specific|new|unit|integration|e2e|only|subset)\b"
)
_ONLY = re.compile(r"\b(?:only|just|no other|nothing else)\b")
_PLAIN_PATH = re.compile(r"[\w@.~+-]{0,200}(?:/[\w@.+-]+)+/?|[\w@+-][\w@.+-]{0,200}\.[A-Za-z]\w{0,9}")
_CODE = re.compile(r"`([^`\n]{1,200})`")


def arguments(found: Found, prepared: Prepared, start: int, end: int) -> dict[str, Any]:
    """Read the arguments of the claim in [start, end) of the unit."""
    args: dict[str, Any] = {}
    masked = prepared.masked[start:end]
    inside = [piece for piece in prepared.pieces if start <= piece.start < end]
    paths = [piece for piece in inside if piece.sort == "path"]
    if paths:
        args["paths"] = [file_of(piece.text) for piece in paths]
    above = _paths_above(prepared)
    if above and not paths:
        args["paths"] = above
        args["from_above"] = True
    if above and paths:
        args["above"] = above
    acted = prepared.masked.find(found.verb, start, end) if found.verb else -1
    targets = [file_of(piece.text) for piece in _targets(paths, prepared.masked, found.verb, acted)] or above
    if not targets and found.verb:
        targets = [file_of(piece.text) for piece in paths if _is_aside(prepared.masked, piece)]
        args |= {"beside": True} if targets else {}
    if targets:
        args["targets"] = targets
    if prepared.unit.form == "row":
        inside += [piece for piece in prepared.pieces if piece.sort == "sha" and piece not in inside]
    for name, sort in (("sha", "sha"), ("commands", "cmd"), ("names", "code"), ("urls", "url")):
        values = [piece.text for piece in inside if piece.sort == sort]
        if values:
            args[name] = values
    counts = _counts(masked)
    for piece in inside:
        if piece.sort in {"code", "cmd"} and not counts:
            counts = _counts(piece.text[:200].lower())
    if counts:
        args["counts"] = counts
    if _ALL.search(masked):
        args["scope"] = "all"
    elif _PARTIAL.search(masked):
        args["scope"] = "part"
    if _ONLY.search(masked):
        args["only"] = True
    if prepared.unit.form == "row":
        args["row"] = True
    if found.own:
        args["own"] = True
    if found.imperative:
        args["imperative"] = True
    if found.loose:
        args["loose"] = True
    if found.listed:
        args["listed"] = True
    if found.passive:
        args["passive"] = True
    if found.bare:
        args["bare"] = True
    if found.verb:
        args["verb"] = found.verb
    return args


def _is_aside(masked: str, piece: Piece) -> bool:
    return _ASIDE.search(masked, max(0, piece.start - _NEAR), piece.start) is not None


def _targets(paths: list[Piece], masked: str, verb: str, acted: int) -> Iterator[Piece]:
    """Yield the paths that are what was acted on, by their place: first, right after the verb, or "in" it.

    `acted` is where the verb stands: a path of an earlier clause is not its object ("`a.go` has it, so I cut them").
    """
    purpose = _PURPOSE.search(masked) if paths else None
    own = max((hit.start() for hit in _OWN_CLAUSE.finditer(masked, 0, max(acted, 0))), default=-1) if paths else -1
    after_verb = re.compile(_AFTER_VERB.format(re.escape(verb))) if paths and verb else None
    for piece in paths:
        if (purpose and purpose.end() <= piece.start) or own >= piece.end:
            continue
        near = max(0, piece.start - _NEAR)
        referred = _REFERRED.search(masked, near, piece.start)
        if referred and referred["how"] != verb:
            continue
        taken = _TAKEN.search(masked, max(0, acted, piece.start - MAX_TAKEN), piece.start)
        acted_on = taken or _PLACED.search(masked, near, piece.start)
        if acted_on or (after_verb and after_verb.search(masked, near, piece.start)):
            yield piece


def _paths_above(prepared: Prepared) -> list[str]:
    """Files named by the item, label or heading that the unit stands under."""
    unit = prepared.unit
    lead = next((piece for piece in prepared.pieces if piece.sort == "path"), None)
    if lead and not prepared.masked[: lead.start].strip(_MARKS):
        return [file_of(lead.text)]
    named = (_paths_in(above[:400]) for above in (unit.parent, unit.lead, unit.heading) if above)
    return list(next(filter(None, named), ()))


@lru_cache(maxsize=64)
def _paths_in(above: str) -> tuple[str, ...]:
    """Return the first files that a line names, in code if any is; it stands above many units."""
    found = [file_of(hit) for hit in _CODE.findall(above) if is_path(hit)]
    return tuple(found or [hit for hit in _PLAIN_PATH.findall(above) if is_path(hit)])[:4]


def _counts(masked: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    if not _DIGIT.search(masked):
        return counts
    fraction = _FRACTION.search(masked) if "/" in masked else None
    if fraction and not _OTHER_THINGS.match(masked, fraction.end()):
        counts["passed"] = _number(fraction[1])
        counts["total"] = _number(fraction[2])
    score = _OUT_OF.search(masked) if not fraction and "of" in masked else None
    if score:
        counts["passed"], counts["total"] = _number(score[1]), _number(score[2])
    for hit in _LABELLED.finditer(masked):
        what = hit["what"]
        name = "passed" if what.startswith("pass") else "failed" if what.startswith("fail") else what.rstrip("s") + "s"
        counts.setdefault("skipped" if what == "skipped" else name, _number(hit["n"]))
    for hit in _COUNT.finditer(masked):
        if (score and hit.start() < score.end()) or _ORDINAL.search(masked[: hit.start()]):
            continue
        if hit[2].startswith(_RUN_OF) and _OTHER_THINGS.match(masked, hit.end()):
            continue
        word = hit[2]
        name = (
            "passed"
            if word.startswith("pass")
            else "failed"
            if word.startswith("fail")
            else "tests"
            if word.startswith(_RUN_OF)
            else word.rstrip("s") + "s"
            if word != "skipped"
            else word
        )
        counts.setdefault(name, _number(hit[1]))
    return counts


def _number(text: str) -> int:
    return NUMBER_WORDS.get(text) or int(text.replace(",", "") or 0)
