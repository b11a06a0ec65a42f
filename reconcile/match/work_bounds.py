"""What the user forbids, read out of their turns: files not to touch, acts not to make, tests to run first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.claims.coding_text import is_path
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.match.work_steps import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORBIDS = re.compile(
    r"(?:^|[.,;:!(—–-]\s{0,3}|\b(?:please|but|and|just|also)\s)"
    r"(?:do not|don't|never|must not|please avoid)\s(?:ever\s)?"
    r"(?P<verb>touch|touching|modify|change|edit|alter|delete|remove|rewrite"
    r"|commit|push|force[- ]push|skip|open|create|use)\b"
    r"(?P<rest>[^;!?\n]{0,200})",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\b(?:run|re-?run) (?:all )?(?:the )?(?:full )?(?:unit |test )?(?:tests?|suite) before "
    r"(?:every |each |any |you |making |a )?(?:commit|committing)",
    re.IGNORECASE,
)
_WORD = re.compile(r"`([^`\n]{1,200})`|(?<![\w`])([\w@.~/+-]{2,200})")
_EVERYTHING = re.compile(
    r"\s*(?:anything|it|this|that|these|them|(?:the |your )?changes?)?\s*(?:yet|now)?\s*"
    r"(?:[.,)]|$|until\b|unless\b|without\b|before\b)",
    re.IGNORECASE,
)
"""What follows a verb that is forbidden altogether: "don't push anything yet"; not "don't push to main"."""
_CHECKS = re.compile(r"\s*(?:the |any )?(?:tests?|hooks?|checks?|ci)\b", re.IGNORECASE)
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
_STRONG = re.compile(r"\bapprov|\bauthori[sz]|\bpermission|\bgo ahead|\bfeel free", re.IGNORECASE)


class Bound(msgspec.Struct):
    """A prohibition: the words of it, what it forbids, and the turn it was given in."""

    words: str
    act: str
    """`change`, `commit`, `push`, `force-push`, `skip`, `pr` or `test-first`."""
    paths: tuple[str, ...]
    turn: int


def agrees(text: str, *, first: bool) -> bool:
    """Tell whether a turn may approve something; the first one, which has nothing to answer, must say so."""
    return bool((_STRONG if first else _YES).search(text))


def bounds(text: str, turn: int) -> Iterator[Bound]:
    """Read the prohibitions out of a turn; quoted text and code are not the user's own words."""
    for unit in units(text):
        if unit.quoted or unit.struck or unit.form in {"row", "heading"}:
            continue
        for hit in _FORBIDS.finditer(unit.text):
            bound = _bound(hit, turn)
            if bound:
                yield bound
        if _FIRST.search(unit.text):
            yield Bound(unit.text, "test-first", (), turn)


def _bound(hit: re.Match[str], turn: int) -> Bound | None:
    verb, rest = hit["verb"].lower(), hit["rest"]
    words = hit.group().strip(" .,;:!(—–-")
    if verb in {"commit", "push"}:
        return Bound(words, verb, (), turn) if _EVERYTHING.match(rest) else None
    if verb.startswith("force"):
        return Bound(words, "force-push", (), turn)
    if verb == "use":
        return Bound(words, "skip", (), turn) if "--no-verify" in rest else None
    if verb == "skip":
        return Bound(words, "skip", (), turn) if _CHECKS.match(rest) else None
    if verb in {"open", "create"}:
        return Bound(words, "pr", (), turn) if _PULL.match(rest) else None
    clause = _EXCEPT.split(rest, maxsplit=1)[0]
    named = [(code or plain).rstrip(".,:)") for code, plain in _WORD.findall(clause)]
    paths = tuple(name for name in named if is_path(name))
    return Bound(words, "change", paths, turn) if paths else None


def lifts(bound: Bound, text: str) -> bool:
    """Tell whether a later turn takes up what a bound forbids, in whatever sense: it holds no longer for sure."""
    lower = text.lower()
    if bound.act == "change":
        return any(name_of(path) in lower for path in bound.paths)
    words = {
        "commit": ("commit", "ship", "land"),
        "push": ("push", "pr", "ship", "land", "publish", "release"),
        "force-push": ("force",),
        "skip": ("skip", "verify", "hook"),
        "pr": ("pr", "pull request"),
        "test-first": ("test",),
    }[bound.act]
    return bool(_YES.search(text)) or any(re.search(rf"\b{word}", lower) for word in words)
