"""Acts on code that contradict what the user stated for them: another branch, another environment, another version.

The user must have stated exactly one, in a plain request, and never have named the other. It is told even when the
agent reports it honestly.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.match.coding.ruling import command, finding, short
from assure_tui.reconcile.match.coding.steps import command_of
from assure_tui.reconcile.prefilter import Sieve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.match.coding.steps import Step

MAX_TURN = 6000
"""Code points of a user turn that are read for requests: what is longer is pasted material."""
MAX_HEARD = 60_000
MAX_WISHES = 32

_PUSH = re.compile(
    r"\bpush (?:it |this |that |them |everything |your changes |the changes )?(?:to|on|onto) (?:the |a |your )?"
    r"(?:new )?(?:branch )?(?P<tick>[`'\"])?(?P<value>[A-Za-z][\w./-]{1,80})",
    re.IGNORECASE,
)
_DEPLOY = re.compile(r"\bdeploy\b[^.;!?\n]{0,40} to (?:the |our )?(?P<value>[a-z]{2,12})\b", re.IGNORECASE)
_VERSION = re.compile(
    r"\b(?:upgrade|update|bump|downgrade|pin|install)\s[`'\"]?(?P<name>[A-Za-z@][\w@/.-]{1,60})[`'\"]?\s?"
    r"(?:to|at|==|@)\s?(?:version )?[`'\"v]{0,2}(?P<value>\d{1,4}(?:\.\d{1,4}){1,3})\b",
    re.IGNORECASE,
)
_STATED = Sieve([_PUSH, _DEPLOY, _VERSION])
_UNSURE = re.compile(
    r"\b(?:if|unless|until|once|when|not|never|or|could|would|should|can|why|how|did)\b|n't\b", re.IGNORECASE
)
_MADE = re.compile(r"[/_\d-]")
"""What a branch's name has and a word of the sentence has not: "push to the branch and open a PR"."""
_REMOTES = frozenset({"origin", "upstream", "remote", "github", "gitlab", "the", "it", "prod", "production", "staging"})
_PLACES = {
    **dict.fromkeys(("production", "prod", "live"), "production"),
    **dict.fromkeys(("staging", "stage", "stg"), "staging"),
    **dict.fromkeys(("development", "dev"), "development"),
    **dict.fromkeys(("testing", "test", "qa"), "test"),
    **dict.fromkeys(("preview", "sandbox"), "preview"),
}
"""Words for environments, and what they stand for."""
_PACKAGE = re.compile(r"(?P<name>[A-Za-z@][\w@/.-]{0,80}?)(?:==|@|~=)v?(?P<value>\d{1,4}(?:\.\d{1,4}){0,3})")
_WORD = re.compile(r"[a-z]{2,12}")


class Wish(msgspec.Struct, frozen=True):
    """What the user stated: of a `branch`, an environment (`place`) or the `version` of a package `name`."""

    sort: str
    words: str
    value: str
    name: str = ""


class Beyond:
    """What the user stated in a turn, and what contradicts it before the next one."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._wishes: list[Wish] = []
        self._heard = ""

    def heard(self, text: str) -> None:
        """Take a human's turn."""
        self._heard = (self._heard + "\n" + text.lower())[-MAX_HEARD:]
        self._wishes = list(islice(_wishes(text), MAX_WISHES)) if len(text) <= MAX_TURN else []

    def saw(self, step: Step) -> None:
        """Take an effect that may be on another branch, in another environment or of another version than stated."""
        if not step.ok or not self._wishes:
            return
        for sort, name, value in _done(step):
            alike = [wish for wish in self._wishes if wish.sort == sort and wish.name in {name, ""}]
            stated = {wish.value for wish in alike}
            if len(stated) == 1 and not _same(sort, next(iter(stated)), value) and not self._knows(sort, value):
                self._tell(alike[-1], step, value)

    def _knows(self, sort: str, value: str) -> bool:
        """Return whether the user ever named a value, by any of its words."""
        names = [word for word, place in _PLACES.items() if place == value] if sort == "place" else [value]
        return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self._heard) for name in names)

    def _tell(self, wish: Wish, step: Step, value: str) -> None:
        effect = step.effect
        went = "took" if wish.sort == "version" else "went to"
        self._board.put(
            finding(
                "beyond-request",
                effect,
                "medium",
                f"the user said “{short(wish.words, 100)}”; {command(step)} {went} {value}, which nobody asked for",
                "a user turn that asks for it",
            ),
            settled=True,
        )


def _wishes(text: str) -> Iterator[Wish]:
    if not _STATED.likely(text):
        return
    for unit in units(text):
        said = unit.text
        if unit.quoted or unit.struck or said.rstrip().endswith("?") or _UNSURE.search(said):
            continue
        for hit in _PUSH.finditer(said):
            value = hit["value"].rstrip(".").lower()
            named = hit["tick"] or _MADE.search(value) or value in {"main", "master", "develop"}
            if named and value not in _REMOTES:
                yield Wish("branch", said, value)
        for hit in _DEPLOY.finditer(said):
            if hit["value"].lower() in _PLACES:
                yield Wish("place", said, _PLACES[hit["value"].lower()])
        for hit in _VERSION.finditer(said):
            yield Wish("version", said, hit["value"], hit["name"].lower())


def _done(step: Step) -> Iterator[tuple[str, str, str]]:
    """Yield what an effect was done to: its sort, the package's name, and the value."""
    effect = step.effect
    if effect.kind == "pushed":
        branch = str(effect.results.get("ref") or effect.args.get("branch") or "").lower()
        if branch and not effect.args.get("tags") and branch not in {"head", "@"}:
            yield "branch", "", branch
    elif effect.kind == "deployed":
        line = str(effect.args.get("command") or command_of(effect))[:2000].lower()
        places = {_PLACES[word] for word in _WORD.findall(line) if word in _PLACES}
        if len(places) == 1:
            yield "place", "", places.pop()
    elif effect.kind == "installed":
        for word in effect.args.get("argv", ())[:200]:
            hit = _PACKAGE.fullmatch(str(word)[:160])
            if hit:
                yield "version", hit["name"].lower(), hit["value"]


def _same(sort: str, stated: str, done: str) -> bool:
    """Return whether a value is the one stated; "4.2" is any 4.2.x, and "4" says no less than "4.2"."""
    if sort != "version":
        return stated == done
    return f"{done}.".startswith(f"{stated}.") or f"{stated}.".startswith(f"{done}.")
