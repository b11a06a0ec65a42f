"""The workspace itself as evidence for coding claims: how its references moved, what its commits hold, how files stand.

A repository serves many agents and a human, and can be rewritten, moved or another one than the log speaks of. So:

* A move belongs to the run when the run's own commit or push names it, or when it was made while a call of the run
  was under way that may have made it. What is made otherwise confirms nothing, and nobody is blamed for it.
* What the workspace shows confirms a claim and raises its grade. It contradicts one only by what is there: a commit of
  the run's own that the agent denies, a file that has not changed since before the run, or reflogs that hold the
  run's whole time without a commit, in a repository that is known to be the run's.
* What is not there (any more) leaves the claim as the log alone has it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from assure_tui.ingest.model import PathSeen, RefMove, RepositorySeen
from assure_tui.reconcile.ids import effect_id
from assure_tui.reconcile.match.coding.ruling import Ruling, against
from assure_tui.reconcile.match.coding.seen import Seen
from assure_tui.reconcile.match.coding.steps import CHANGES, Step, name_of, same_path
from assure_tui.reconcile.model import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.ingest.model import Observation, ToolCall, ToolResult
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Claim

MAX_CALLS = 256
MAX_MOVES = 1024
MAX_PATHS = 1024
SLACK = 1.5
"""Seconds: reflogs have whole ones, and two clocks are never one."""
_MAKERS = frozenset({"merge", "rebase", "cherry-pick", "revert", "am", "pull"})
_PUSHED = "update by push"
_MAKING = ("commit", "cherry-pick", "revert", "rebase", "merge", "am")
_OPAQUE = frozenset({"ran", "build", "tests", "lint", "format", "installed", "deployed", "remote", "opened_pr"})
"""Kinds of commands that may make a commit or push on the side."""


class _Call(msgspec.Struct):
    """A call that may have moved a reference: when it was under way, and what it is known to do."""

    started: float
    turn: int
    effects: tuple[Effect, ...]
    ended: float | None = None


class _Move(msgspec.Struct, frozen=True):
    """A move of the run's own, as an effect. `named`: by the run's own commit or push, not only by its time."""

    move: RefMove
    step: Step
    named: bool


class WorkspaceEvidence:
    """What the workspace of one run showed so far. Bounded."""

    __slots__ = ("_board", "_calls", "_context", "_foreign", "_heads", "_home", "_moves", "_paths", "_started")

    def __init__(self, context: Context, board: Board) -> None:
        self._context = context
        self._board = board
        self._calls: OrderedDict[str, _Call] = OrderedDict()
        self._moves: OrderedDict[str, _Move] = OrderedDict()
        self._foreign: OrderedDict[str, RefMove] = OrderedDict()
        """Moves in the run's time that are not known to be its own."""
        self._paths: OrderedDict[str, tuple[PathSeen, Step]] = OrderedDict()
        self._home: RepositorySeen | None = None
        self._heads: frozenset[str] = frozenset()
        self._started: float | None = None

    # What is seen ---------------------------------------------------------------------------------------------------

    def called(self, call: ToolCall, effects: Iterable[Effect], turn: int) -> None:
        """Take a call."""
        if self._started is None:
            self._started = call.time
        if call.time is None:
            return
        self._calls[call.call_id] = _Call(call.time, turn, tuple(effects))
        if len(self._calls) > MAX_CALLS:
            self._calls.popitem(last=False)

    def returned(self, result: ToolResult, effects: Sequence[Effect]) -> None:
        """Take a result: its call is no longer under way."""
        known = self._calls.get(result.call_id)
        if known is not None:
            known.effects = tuple(effects)
            known.ended = result.time if result.status != "running" else None

    def observe(self, seen: Observation, state: Seen) -> None:
        """Take an observation. It stands in the order of what the run did as if it were seen now."""
        if isinstance(seen, RepositorySeen):
            self._home = seen
            self._heads = frozenset(seen.heads)
        elif isinstance(seen, PathSeen):
            self._look(seen, state)
        elif seen.message.startswith(_PUSHED if seen.ref.startswith("refs/remotes/") else _MAKING):
            self._take(seen, state)

    def _take(self, move: RefMove, state: Seen) -> None:
        kind = "pushed" if move.ref.startswith("refs/remotes/") else "committed"
        call_id, named = self._owner(move, kind)
        if call_id is None:
            self._foreign[move.id] = move
            if len(self._foreign) > MAX_MOVES:
                self._foreign.popitem(last=False)
            return
        args: dict[str, object] = {"ref": move.ref, "sha": move.new, "message": move.message}
        if move.commit is not None:
            args["paths"] = [path for _, path in move.commit.files]
        event = f"git:{move.id}"
        effect = Effect(
            id=effect_id(event, 0),
            run=move.run,
            event=event,
            origin=move.origin,
            call_id=call_id,
            tool="git",
            kind=kind,
            effect_class="egress" if kind == "pushed" else "write",
            status="succeeded",
            time=move.time,
            exit_source="none",
            grade="independent",
            source_kind="git",
            args=args,
        )
        self._board.put(effect, settled=True)
        step = Step(state.at, self._calls[call_id].turn, effect)
        self._moves[move.id] = _Move(move, step, named)
        if len(self._moves) > MAX_MOVES:
            self._moves.popitem(last=False)

    def _owner(self, move: RefMove, kind: str) -> tuple[str | None, bool]:
        """Find the call that made a move, and tell whether it is known to; None when no call of the run did."""
        for call_id, call in reversed(self._calls.items()):
            for effect in call.effects:
                sha = str(effect.results.get("sha") or "").lower()
                if sha and effect.kind == kind and effect.status != "failed" and move.new.startswith(sha):
                    return call_id, True
        for call_id, call in reversed(self._calls.items()):
            ended = call.ended if call.ended is not None else move.time
            if not call.started - SLACK <= move.time <= ended + SLACK:
                continue
            if any(_makes(effect, kind) for effect in call.effects):
                return call_id, True
            if any(effect.kind in _OPAQUE for effect in call.effects):
                return call_id, False
        return None, False

    def _look(self, seen: PathSeen, state: Seen) -> None:
        event = f"workspace:{seen.path}:{seen.time}"
        known = state.paths.get(seen.path)
        changed = known.changed if known is not None else None
        if changed is None:
            return
        effect = Effect(
            id=effect_id(event, 0),
            run=seen.run,
            event=event,
            origin=changed.effect.result_origin or changed.effect.origin,
            call_id=changed.effect.call_id,
            tool="workspace",
            kind=changed.effect.kind,
            effect_class="write",
            status="succeeded",
            time=seen.time,
            grade="independent",
            source_kind="workspace",
            args={"paths": [seen.path], "exists": seen.exists, "size": seen.size, "sha256": seen.sha256},
        )
        self._paths[seen.path] = (seen, Step(state.at, state.turn, effect))
        self._paths.move_to_end(seen.path)
        if len(self._paths) > MAX_PATHS:
            self._paths.popitem(last=False)

    # What it comes to -----------------------------------------------------------------------------------------------

    def weigh(self, claim: Claim, ruling: Ruling, seen: Seen) -> Ruling:
        """Return the ruling on a claim with the workspace beside the log."""
        if self._home is None:
            return ruling
        if claim.polarity == "denied":
            return self._denied(claim, ruling, seen) if claim.kind in {"committed", "pushed"} else ruling
        if claim.kind in {"committed", "pushed"}:
            return self._moved(claim, ruling)
        if claim.kind in CHANGES:
            return self._changed(claim, ruling)
        return ruling

    def _moved(self, claim: Claim, ruling: Ruling) -> Ruling:
        said = next(iter(claim.args.get("sha", ())), "")
        sha = str(said).lower()
        mine = [made for made in self._moves.values() if made.step.effect.kind == claim.kind]
        if sha and claim.kind == "committed":
            named = [made for made in mine if made.move.new.startswith(sha)]
            if named:
                return _shown(ruling, f"the repository has commit {sha[:10]} on {_branch(named[-1].move)}", named[-1])
            return self._nowhere(claim, ruling)
        calls = {step.effect.call_id for step in ruling.evidence}
        backing = [made for made in mine if made.step.effect.call_id in calls]
        if ruling.outcome == "confirmed":
            return _shown(ruling, _told(backing[-1].move), backing[-1]) if backing else ruling
        if ruling.outcome in {"unverifiable", "unsupported"} and mine:
            return _shown(ruling, _told(mine[-1].move), mine[-1])
        if ruling.outcome == "contradicted" and backing and backing[-1].named:
            return _shown(ruling, _told(backing[-1].move), backing[-1])
        return self._nowhere(claim, ruling)

    def _nowhere(self, claim: Claim, ruling: Ruling) -> Ruling:
        """Weigh a claim that neither the log nor a move of the run's own bears out."""
        if claim.kind != "committed" or ruling.code != "phantom":
            return ruling
        others = [move for move in self._foreign.values() if not move.ref.startswith("refs/remotes/")]
        if others:
            return Ruling("unverifiable", f"{others[-1].new[:10]} was committed in the run's time, by no call of it")
        if ruling.evidence or not self._whole() or self._moves:
            return ruling
        return msgspec.structs.replace(
            ruling,
            outcome="contradicted",
            reason="neither the log nor the repository's reflog shows a commit in the run's time",
            grade="independent",
        )

    def _whole(self) -> bool:
        """Return whether the reflogs hold all of the run's time, in a repository that is known to be the run's."""
        home, started = self._home, self._context.started
        if home is None or home.since is None or self._started is None or home.since > self._started:
            return False
        begun = started.commit if started is not None else None
        return any(begun is not None and head.startswith(begun) for head in self._heads) or any(
            seen.changed is not None and seen.changed >= self._started - SLACK for seen, _ in self._paths.values()
        )

    def _denied(self, claim: Claim, ruling: Ruling, seen: Seen) -> Ruling:
        if ruling.outcome != "confirmed":
            return ruling
        broken = [
            made
            for made in self._moves.values()
            if made.named and made.step.effect.kind == claim.kind and made.step.turn == seen.turn
        ]
        if not broken:
            return ruling
        what = _told(broken[-1].move)
        return against(claim, "denial-broken", f"{what} in this turn", broken[-1].step)

    def _changed(self, claim: Claim, ruling: Ruling) -> Ruling:
        said = [str(path) for key in ("targets", "paths") for path in claim.args.get(key, ())]
        if not said:
            return ruling
        if ruling.outcome != "stale" and (made := self._in_commit(claim.kind, said)) is not None:
            name = made.move.new[:10]
            if ruling.outcome == "confirmed" or made.named:
                return _shown(ruling, f"commit {name} of this run has it", made)
        for path, (seen, step) in reversed(self._paths.items()):
            if any(same_path(word, path) for word in said):
                return self._on_disk(claim, ruling, seen, step)
        return ruling

    def _in_commit(self, kind: str, said: list[str]) -> _Move | None:
        """Find the newest commit of the run's own that changed one of the paths in the way that is claimed."""
        for made in reversed(self._moves.values()):
            for op, path in made.move.commit.files if made.move.commit is not None else ():
                if (op == "D") == (kind == "deleted") and any(same_path(word, path) for word in said):
                    return made
        return None

    def _on_disk(self, claim: Claim, ruling: Ruling, seen: PathSeen, step: Step) -> Ruling:
        name = name_of(seen.path)
        if ruling.outcome != "confirmed":
            return ruling
        if seen.exists == (claim.kind == "deleted"):
            state = "is still there" if seen.exists else "is not there"
            return Ruling("unverifiable", f"the log says so, but {name} {state}", ruling.evidence)
        if not seen.exists:
            self._board.put(step.effect, settled=True)
            return _shown(ruling, f"{name} is gone", step)
        if self._started is None or seen.changed is None:
            return ruling
        if seen.changed >= self._started - SLACK:
            self._board.put(step.effect, settled=True)
            return _shown(ruling, f"{name} was changed in the run's time", step)
        if not self._whole():
            return Ruling("unverifiable", f"the log says so, but {name} is as it was before the run", ruling.evidence)
        self._board.put(step.effect, settled=True)
        why = f"{name} on disk has not changed since before the run"
        return against(
            claim, "failed-effect", why, step, *ruling.evidence, settles=f"a {name} that was changed in the run's time"
        )


def _makes(effect: Effect, kind: str) -> bool:
    """Return whether an effect of the log is one that leaves a move of this kind."""
    if effect.status in {"failed", "denied"}:
        return False
    if effect.kind == kind:
        return True
    return kind == "committed" and effect.kind == "vcs" and effect.args.get("action") in _MAKERS


def _branch(move: RefMove) -> str:
    return move.ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _told(move: RefMove) -> str:
    if move.ref.startswith("refs/remotes/"):
        return f"{_branch(move)} was moved to {move.new[:10]} by a push"
    return f"commit {move.new[:10]} was made on {_branch(move)}"


def _shown(ruling: Ruling, reason: str, found: _Move | Step) -> Ruling:
    """The workspace shows it too, whatever the log alone came to."""
    step = found.step if isinstance(found, _Move) else found
    return Ruling("confirmed", reason, (step, *ruling.evidence))
