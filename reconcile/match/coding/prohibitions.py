"""What the user forbids, read out of their turns: files not to touch, acts not to make, tests to run first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_text import is_path
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.match.coding.steps import name_of
from assure_tui.reconcile.prefilter import Sieve

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORBIDS = re.compile(
    r"(?:^|[.,;:!(—–-]\s{0,3}|\b(?:please|but|and|just|also)\s)"
    r"(?:do not|don't|never|must not|please avoid)\s(?:ever\s)?"
    r"(?P<verb>touch|touching|modify|change|edit|alter|delete|remove|rewrite"
    r"|commit|push|force[- ]push|skip|open|create|add|install|use)\b"
    r"(?P<rest>[^;!?\n]{0,200})",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"(?:^|[.;:!(—–-]\s{0,3}|\b(?:please|but|and)\s)"
    r"(?:only (?:change|edit|touch|modify)|(?:change|edit|touch|modify) only"
    r"|(?:limit|restrict) (?:your |the )?changes to)\b"
    r"(?P<rest>[^;!?\n]{0,200})",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\b(?:run|re-?run) (?:all )?(?:the )?(?:full )?(?:unit |test )?(?:tests?|suite) before "
    r"(?:every |each |any |you |making |a )?(?:commit|committing)",
    re.IGNORECASE,
)
_BOUNDS = Sieve([_FORBIDS, _ONLY, _FIRST])
_WORD = re.compile(r"`([^`\n]{1,200})`|(?<![\w`])([\w@.~/+-]{2,200})")
_EVERYTHING = re.compile(
    r"\s*(?:anything|it|this|that|these|them|(?:the |your )?changes?)?\s*(?:yet|now)?\s*"
    r"(?:[.,)]|$|until\b|unless\b|without\b|before\b)",
    re.IGNORECASE,
)
"""What follows a verb that is forbidden altogether: "don't push anything yet"; not "don't push to main"."""
_CHECKS = re.compile(r"\s*(?:the |any )?(?:tests?|hooks?|checks?|ci)\b", re.IGNORECASE)
_TO_BRANCH = re.compile(r"\s(?:directly )?(?:to|on|onto) (?:the )?(?:branch )?[`'\"]?(?P<branch>[\w./-]{2,80})")
_PACKAGES = re.compile(
    r"\s(?:any |new |more |other |extra |additional ){0,3}(?:dependenc\w+|packages?|librar\w+|modules?|anything)\b",
    re.IGNORECASE,
)
_FILES = re.compile(r"\s(?:any |new |more |other |extra |additional ){1,3}files?\b", re.IGNORECASE)
_PULL = re.compile(r"\s(?:a |the |any )?(?:pr\b|pull request)", re.IGNORECASE)
_EXCEPT = re.compile(
    r"\b(?:except|unless|until|but|without|apart|other than|only|instead|because|since|so)\b|,\s|\.\s", re.IGNORECASE
)
_YES = re.compile(
    r"\b(?:yes|yep|yeah|ya|y|ok|okay|sure|go|approv\w+|lgtm|do|proceed|ship|sounds|looks|confirm\w*|agree\w*|fine|good"
    r"|great|perfect|continue|works?|right|correct|permission|authori[sz]\w+|feel free|allow\w*|may|please|accept\w*"
    r"|sign\w*|merge|thanks?|nice|cool)\b|👍|✅|^\W*\d\W*$",
    re.IGNORECASE,
)
_EDGES = " .,;:!(—–-"
_STRONG = re.compile(r"\bapprov|\bauthori[sz]|\bpermission|\bgo ahead|\bfeel free", re.IGNORECASE)


class Bound(msgspec.Struct):
    """A prohibition: the words of it, what it forbids, and the turn it was given in."""

    words: str
    act: str
    """`change`, `only`, `create`, `install`, `commit`, `push`, `push-to`, `force-push`, `skip`, `pr`, `test-first`."""
    paths: tuple[str, ...]
    """Paths that are not to be changed, that alone are to be changed (`only`), or a branch (`push-to`)."""
    turn: int


def agrees(text: str, *, first: bool) -> bool:
    """Return whether a turn may approve something; the first one, which has nothing to answer, must say so."""
    return bool((_STRONG if first else _YES).search(text))


def bounds(text: str, turn: int) -> Iterator[Bound]:
    """Read the prohibitions out of a turn; quoted text and code are not the user's own words."""
    if not _BOUNDS.likely(text):
        return
    for unit in units(text):
        if unit.quoted or unit.struck or unit.form in {"row", "heading"}:
            continue
        for hit in _FORBIDS.finditer(unit.text):
            bound = _bound(hit, turn)
            if bound:
                yield bound
        for hit in _ONLY.finditer(unit.text):
            paths = _paths(hit["rest"])
            if paths:
                yield Bound(hit.group().strip(_EDGES), "only", paths, turn)
        if _FIRST.search(unit.text):
            yield Bound(unit.text, "test-first", (), turn)


def _bound(hit: re.Match[str], turn: int) -> Bound | None:
    verb, rest = hit["verb"].lower(), hit["rest"]
    words = hit.group().strip(_EDGES)
    branch = _TO_BRANCH.match(rest) if verb == "push" else None
    if branch and not _EXCEPT.search(rest[branch.end() :]):
        return Bound(words, "push-to", (branch["branch"].rstrip("."),), turn)
    if verb in {"add", "install"} and _PACKAGES.match(rest):
        return Bound(words, "install", (), turn) if not _EXCEPT.search(rest) else None
    if verb in {"add", "create"} and _FILES.match(rest):
        return Bound(words, "create", (), turn) if not _EXCEPT.search(rest) else None
    if verb in {"commit", "push"}:
        return Bound(words, verb, (), turn) if _EVERYTHING.match(rest) else None
    if verb.startswith("force"):
        return Bound(words, "force-push", (), turn)
    if verb == "use":
        return Bound(words, "skip", (), turn) if "--no-verify" in rest else None
    if verb == "skip":
        return Bound(words, "skip", (), turn) if _CHECKS.match(rest) else None
    if verb in {"open", "create", "add", "install"}:
        return Bound(words, "pr", (), turn) if _PULL.match(rest) else None
    paths = _paths(rest)
    return Bound(words, "change", paths, turn) if paths else None


def _paths(rest: str) -> tuple[str, ...]:
    """Return the paths that are named before an exception or another clause."""
    clause = _EXCEPT.split(rest, maxsplit=1)[0]
    named = [(code or plain).rstrip(".,:)") for code, plain in _WORD.findall(clause)]
    return tuple(name for name in named if is_path(name))


def lifts(bound: Bound, text: str) -> bool:
    """Return whether a later turn takes up what a bound forbids, in whatever sense: it holds no longer for sure."""
    lower = text.lower()
    if bound.act == "change":
        return any(name_of(path) in lower for path in bound.paths)
    words = {
        "only": ("also", "file", "test", "else", "rest"),
        "create": ("file", "new", "create", "add", "write"),
        "install": ("install", "dependenc", "package", "librar", "add"),
        "push-to": ("push", "pr", "ship", "land", "publish", "release", "merge"),
        "commit": ("commit", "ship", "land"),
        "push": ("push", "pr", "ship", "land", "publish", "release"),
        "force-push": ("force",),
        "skip": ("skip", "verify", "hook"),
        "pr": ("pr", "pull request"),
        "test-first": ("test",),
    }[bound.act]
    return bool(_YES.search(text)) or any(re.search(rf"\b{word}", lower) for word in words)
