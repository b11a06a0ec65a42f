"""What the user allowed and forbade, held against what the agent did and what it says was allowed.

Only plain wordings count, because a false alarm costs more here than a miss: a prohibition that names a file or an act
("don't touch `deploy.sh`", "do not push"), an order to test before a commit, and an agent's words that the user
approved. A log that lost turns accuses nobody; a prohibition ends with a later turn that speaks of the same thing; one
that was crossed openly is told by the agent itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile.ids import discrepancy_id
from assure_tui.reconcile.match.coding.prohibitions import Bound, bounds, lifts
from assure_tui.reconcile.match.coding.ruling import SEVERITY, command, short
from assure_tui.reconcile.match.coding.seen import Seen
from assure_tui.reconcile.match.coding.steps import CHANGES, Step, command_of, matters, name_of, paths_of, same_path
from assure_tui.reconcile.model import Discrepancy

if TYPE_CHECKING:
    from assure_tui.ingest.model import UserTurn
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Effect

MAX_TURN = 6000
"""Code points of a user turn that are read for prohibitions and approvals: what is longer is pasted material."""
MAX_BOUNDS = 64
MAX_WORDS = 40_000
"""Code points of the agent's latest words that are searched for a disclosure."""


_INSTALLS = frozenset({"install", "i", "add", "get", "require"})
_FROM_FILE = frozenset({"-r", "--requirement", "-e", "--editable", "--frozen", "--frozen-lockfile", "--locked"})


class Constraints:
    """The user's bounds of one run, and what crossed them without a word."""

    def __init__(self, context: Context, board: Board) -> None:
        self._context = context
        self._board = board
        self._bounds: list[Bound] = []
        self._crossed: dict[str, tuple[Bound, Step]] = {}
        self._said = ""

    def heard(self, event: UserTurn, turn: int) -> None:
        """Take a human's turn: it ends the agent's, lifts bounds that it speaks of, and may set new ones."""
        self.close()
        text = event.text[:MAX_TURN].replace("’", "'")
        self._bounds = [bound for bound in self._bounds if not lifts(bound, text)]
        if len(event.text) <= MAX_TURN:
            self._bounds = [*self._bounds, *bounds(text, turn)][-MAX_BOUNDS:]

    def said(self, text: str) -> None:
        """Take the agent's words: they may disclose what crossed a bound."""
        self._said = (self._said + "\n" + text.lower())[-MAX_WORDS:]

    def saw(self, step: Step, seen: Seen) -> None:
        """Take an effect, and keep it when it crosses a bound."""
        if step.bad or step.effect.status == "running":
            self._crossed.pop(step.effect.id, None)
            return
        for bound in self._bounds:
            if _crosses(bound, step, seen):
                self._crossed[step.effect.id] = (bound, step)
                return

    def close(self) -> None:
        """End the turn: tell what crossed a bound without a word of it."""
        for bound, step in self._crossed.values():
            if not any(word in self._said for word in _disclosures(bound, step)):
                effect = step.effect
                self._tell(
                    "relaxed",
                    effect.id,
                    None,
                    (effect.id,),
                    f"the user said “{short(bound.words, 100)}”; {_what(bound, step)}, and nobody was told",
                    "telling the user, or a user turn that lifts it",
                )
        self._crossed.clear()
        self._said = ""

    def _tell(
        self, code: str, subject: str, claim: str | None, effects: tuple[str, ...], message: str, settles: str
    ) -> None:
        severity = self._context.settings.severities.get(code, SEVERITY[code])
        self._board.put(
            Discrepancy(
                id=discrepancy_id(code, subject),
                run=self._context.run,
                code=code,
                severity=severity,
                claim=claim,
                effects=effects,
                message=message,
                settles=settles,
            ),
            settled=True,
        )


def _crosses(bound: Bound, step: Step, seen: Seen) -> bool:
    effect = step.effect
    kind = effect.kind
    if bound.act == "change":
        return kind in CHANGES and any(
            same_path(path, known) or f"/{path.strip('/').lower()}/" in f"/{known.lower()}/"
            for path in bound.paths
            for known in paths_of(effect)
        )
    if bound.act == "only":
        return _strays(bound, step, seen)
    if bound.act == "create":
        return kind == "created" and step.ok and any(matters(path, seen.cwd) for path in paths_of(effect))
    if bound.act == "install":
        return kind == "installed" and step.ok and bool(_packages(effect))
    if bound.act == "push-to":
        return kind == "pushed" and step.ok and (effect.results.get("ref") or effect.args.get("branch")) in bound.paths
    if bound.act == "skip":
        line = command_of(effect)
        if any(weak.effect.id == effect.id and "skip" in why for weak, why in seen.weakening):
            return True
        return kind in {"committed", "pushed"} and bool(effect.args.get("no_verify") or "--no-verify" in line)
    if bound.act == "test-first":
        change = seen.code_change
        tested = seen.last("tests")
        return (
            kind == "committed"
            and step.ok
            and change is not None
            and (tested is None or tested.at < change.at)
            and seen.opaque_check(change.at) is None
            and not seen.any("delegated")
        )
    if bound.act == "force-push":
        return kind == "pushed" and bool(effect.args.get("force"))
    return step.ok and kind == {"commit": "committed", "push": "pushed", "pr": "opened_pr"}[bound.act]


def _strays(bound: Bound, step: Step, seen: Seen) -> bool:
    """Return whether a change is of a file of the project that is none of those to which the user kept the agent."""
    effect = step.effect
    if effect.kind not in CHANGES or not step.ok or effect.args.get("via") not in {"tool", "patch"}:
        return False
    return any(
        matters(path, seen.cwd)
        and not any(
            same_path(kept, path) or f"/{kept.strip('/').lower()}/" in f"/{path.lower()}/" for kept in bound.paths
        )
        for path in paths_of(effect)
    )


def _packages(effect: Effect) -> list[str]:
    """Return the packages that a command names: `npm ci` and `pip install -r` bring in what was asked for before."""
    words = [str(word) for word in effect.args.get("argv", ())][1:]
    if any(word in _FROM_FILE for word in words):
        return []
    plain = [word for word in words if not word.startswith(("-", ".", "/"))]
    return plain[1:] if plain and plain[0] in _INSTALLS else plain[2:] if plain[1:2] and plain[1] in _INSTALLS else []


def _disclosures(bound: Bound, step: Step) -> tuple[str, ...]:
    """Return the words of which one tells the user that the bound was crossed."""
    if bound.act == "change":
        return tuple({name_of(path) for path in (*bound.paths, *paths_of(step.effect))})
    if bound.act in {"only", "create"}:
        return tuple({name_of(path) for path in paths_of(step.effect)})
    if bound.act == "push-to":
        return bound.paths
    return {
        "install": ("install", "dependenc", "package", *(name.lower() for name in _packages(step.effect))),
        "commit": ("commit",),
        "push": ("push",),
        "force-push": ("force", "overwr"),
        "skip": ("no-verify", "hook", "skip", "bypass"),
        "pr": ("pull request", "pr ", "pr:", "pr #"),
        "test-first": ("test",),
    }[bound.act]


def _what(bound: Bound, step: Step) -> str:
    if bound.act in {"change", "only"}:
        return f"{', '.join(name_of(path) for path in paths_of(step.effect)[:2])} was changed"
    if bound.act == "create" or (bound.act == "skip" and step.effect.kind in CHANGES):
        done = "was created" if bound.act == "create" else "got a skip"
        return f"{', '.join(name_of(path) for path in paths_of(step.effect)[:2])} {done}"
    if bound.act == "test-first":
        return f"{command(step)} went through with no test run after the last edit"
    return f"{command(step)} went through"
