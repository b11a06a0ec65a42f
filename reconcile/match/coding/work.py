"""Coding claims against commands, checks, edits and commits.

Each claim is judged when it is made, against what the run was seen to do up to then; one that rests on a call without
a result stays pending until the result comes, the turn of the next claim notwithstanding, or the input ends. The part
publishes the effects of coding kinds (`reconcile.kinds`); `match.business.actions` publishes the others.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.ids import discrepancy_id
from assure_tui.reconcile.kinds import is_coding
from assure_tui.reconcile.match.coding.beyond import Beyond
from assure_tui.reconcile.match.coding.checks import judge_check, judge_failing
from assure_tui.reconcile.match.coding.children import HEARSAY, Hearsay, judge_by_children
from assure_tui.reconcile.match.coding.concealed import Concealed
from assure_tui.reconcile.match.coding.constraints import Constraints
from assure_tui.reconcile.match.coding.denials import denied_aside, judge_not_done
from assure_tui.reconcile.match.coding.files import judge_change, judge_untouched
from assure_tui.reconcile.match.coding.glossed import Glossed
from assure_tui.reconcile.match.coding.hedged import REPORTS, hedge
from assure_tui.reconcile.match.coding.interim import FIRM, Interim
from assure_tui.reconcile.match.coding.loose import judge_delegated, judge_loose
from assure_tui.reconcile.match.coding.marks import from_nowhere
from assure_tui.reconcile.match.coding.named import told_apart
from assure_tui.reconcile.match.coding.placed import beside_verb, is_place
from assure_tui.reconcile.match.coding.ruling import SEVERITY, Ruling, against, unverifiable
from assure_tui.reconcile.match.coding.scope import partly_covered
from assure_tui.reconcile.match.coding.seen import Seen
from assure_tui.reconcile.match.coding.severity import is_flat, is_plain, miscounts, tells_score, weigh_evidence
from assure_tui.reconcile.match.coding.steps import CHECKS, name_of, paths_of
from assure_tui.reconcile.match.coding.unknown import doubted
from assure_tui.reconcile.match.coding.unreported import Unreported
from assure_tui.reconcile.match.coding.verified import judge_verified
from assure_tui.reconcile.match.coding.version_control import judge_done
from assure_tui.reconcile.match.coding.workspace_evidence import WorkspaceEvidence
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import Claim, Discrepancy, Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assure_tui.ingest.model import (
        AgentText,
        Boundary,
        ExternalEffect,
        Observation,
        ToolCall,
        ToolResult,
        UserTurn,
    )
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.match.coding.steps import Step

MAX_OPEN_EFFECTS = 1024
"""Effects that may still be revised; the oldest is settled first."""
MAX_PENDING = 512
MAX_WORDS = 20_000
MAX_CHILDREN = 256
"""Runs of sub-agents, the latest, that a claim is held against."""

_BEYOND = frozenset({"phantom", "no-proof", "failed-effect"})
"""Codes that weigh little in a commit message or a pull request: it may speak of work from before the run."""

_JUDGES: dict[str, Callable[[Claim, Seen], Ruling]] = {
    "tests": judge_check,
    "lint": judge_check,
    "build": judge_check,
    "tests_fail": judge_failing,
    "lint_fail": judge_failing,
    "verified": judge_verified,
    "edited": judge_change,
    "created": judge_change,
    "deleted": judge_change,
    "fixed": judge_change,
    "added_tests": judge_change,
    "committed": judge_done,
    "pushed": judge_done,
    "opened_pr": judge_done,
    "installed": judge_done,
    "deployed": judge_done,
    "delegated": judge_delegated,
}


class Work(Part):
    """Holds what the agent said of code, tests and version control against what its commands and edits show."""

    def __init__(self, context: Context, board: Board) -> None:
        super().__init__(context, board)
        self._seen = context.record = Seen()
        self._hearsay = Hearsay()
        self._constraints = Constraints(context, board)
        self._unreported = Unreported(context, board)
        self._concealed = Concealed(board)
        self._glossed = Glossed(board)
        self._beyond = Beyond(board)
        self._workspace = WorkspaceEvidence(context, board)
        self._interim = Interim(board)
        self._pending: OrderedDict[str, Claim] = OrderedDict()
        self._open: list[str] = []

    def user(self, event: UserTurn) -> None:
        """Begin a turn: denials speak of the turn, and what nobody mentioned in the last one is told."""
        self._seen.marks.learn(event.text, self._seen.at)
        if not event.system:
            self._seen.heard = event.text[:MAX_WORDS].lower()
        if not event.synthetic and not event.system:
            self._interim.ended()
            self._close_turn()
            self._seen.turn = self.context.turn
            self._seen.words = ""
            self._unreported.heard(event.text)
            self._constraints.heard(event, self._seen.turn)
            self._beyond.heard(event.text)

    def text(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Judge the claims of one text."""
        self._unreported.said(event.text)
        self._seen.words = (self._seen.words + "\n" + event.text.lower())[-MAX_WORDS:]
        self._seen.cwd = self.context.cwd
        self._seen.worldly = self.context.worldly
        self._seen.said = (event.id, event.text)
        self._seen.reporting = event.channel in REPORTS
        self._constraints.said(event.text)
        self._seen.confessed = [
            (claim.kind.removesuffix("_fail"), claim.span[0])
            for claim in claims
            if claim.kind.endswith("_fail") or (claim.kind in {"ran", "tests"} and claim.polarity == "denied")
        ]
        for claim in claims:
            if is_coding(claim.kind):
                self._judge(claim, latest=True)
        self._concealed.said(event, claims, self._seen)
        self._glossed.said(event, claims)
        hedged = hedge(event, claims, self._seen)
        if hedged:
            self.board.put(hedged, settled=True)

    def call(self, event: ToolCall, effects: Sequence[Effect]) -> None:
        """Take what a call sets out to do: what was said before it was said on the way."""
        self._interim.went_on(list(self._pending))
        self._glossed.went_on()
        self._workspace.called(event, effects, self._seen.turn)
        self._take(effects)

    def wrote(self, claims: Sequence[Claim]) -> None:
        """Judge what a commit message or the text of a pull request claims, and take it as told."""
        for claim in claims:
            self._unreported.said(claim.text)
            self._judge(claim)

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """Take what came of a call, and judge what waited for it."""
        first = not (self._seen.at or self.context.turn)
        if first and call is None and not (event.reads_from or event.synthetic):
            self._seen.gap = True
        self._workspace.returned(event, effects)
        self._seen.learn_listed(event, effects)
        self._glossed.returned(event, self._take(effects))
        self._seen.learn_shas(event, effects)
        self._seen.marks.learn(event.text, self._seen.at)
        self._seen.learn_shown(event, effects)
        self._seen.learn_pass(event, effects)
        self._seen.learn_report(event, effects)
        shown = self._seen.learn_logged(event, effects)
        if shown is not None and self.board.get(shown.id) is not None:
            self.board.put(shown)
        done = {effect.id for effect in (*effects, *([shown] if shown else [])) if effect.status != "running"}
        for claim in [claim for claim in self._pending.values() if done & set(claim.effects)]:
            self._judge(claim)

    def external(self, event: ExternalEffect, effects: Sequence[Effect]) -> None:
        """Take an effect that the log states by itself."""
        del event
        self._take(effects)

    def witness(self, seen: Observation) -> None:
        """Take what the workspace shows."""
        self._workspace.observe(seen, self._seen)

    def boundary(self, event: Boundary) -> None:
        """Note where the log loses what came before, and where a run ends."""
        if event.what in {"compaction", "resume", "fork"} and not self._seen.at:
            self._seen.gap = True
        elif event.what == "run_end":
            self._close_turn()

    def close(self) -> None:
        """Judge what still waits: a call that never returned is no proof."""
        self._interim.ended()
        told: set[tuple[str, ...]] = set()
        for claim in list(self._pending.values()):
            ruling = self._left_open(claim)
            again = ruling.code and claim.effects in told
            self._say(claim, msgspec.structs.replace(ruling, severity="low") if again else ruling, claim.effects)
            told.add(claim.effects)
        self._pending.clear()
        self._ask_children()
        self._close_turn()
        self._constraints.close()

    def _close_turn(self) -> None:
        """Tell what the words of the turn passed over."""
        self._unreported.close()
        self._glossed.judged(self._concealed.close(self._seen))
        self._glossed.close(self._seen)

    def _left_open(self, claim: Claim) -> Ruling:
        """Judge a claim whose call never returned; one that had printed a pass by then was only not asked again."""
        effects = [effect for found in claim.effects if isinstance(effect := self.board.get(found), Effect)]
        if effects and all(effect.results.get("so_far") == "pass" for effect in effects):
            return unverifiable("the call it rests on printed a pass and was not looked at again")
        return against(claim, "dangling", "the call it rests on has no result", settles="a result of that call")

    def _take(self, effects: Sequence[Effect]) -> list[Step]:
        self._seen.cwd = self.context.cwd
        steps = []
        for effect in effects:
            if not is_coding(effect.kind):
                self._seen.connect(effect)
                continue
            if self.board.get(effect.id) is None:
                self._open.append(effect.id)
                if len(self._open) > MAX_OPEN_EFFECTS:
                    self.board.settle(self._open.pop(0))
            self.board.put(effect)
            step = self._seen.observe(effect)
            steps.append(step)
            self._unreported.saw(step, self._seen)
            self._constraints.saw(step, self._seen)
            self._beyond.saw(step)
        return steps

    def _judge(self, claim: Claim, *, latest: bool = False) -> None:
        aside = denied_aside(claim, self._seen)
        judged = aside or partly_covered(claim, self._seen) or _judge_of(claim)(claim, self._seen)
        ruling = self._workspace.weigh(claim, judged, self._seen)
        if ruling.outcome == "pending" and all(step.effect.event == claim.event for step in ruling.evidence):
            ruling = unverifiable("it is stated by the very call that it would rest on")
        is_loose = "loose" in claim.args and aside is None
        if is_loose and ruling.code and ruling.code not in FIRM and not _points(claim, ruling, self._seen):
            failed = _failed_there(claim, ruling)
            unseen = ruling.code == "phantom" and bool(from_nowhere(claim, self._seen))
            firm = (failed or unseen) and ruling.severity != "low"
            lowered = msgspec.structs.replace(ruling, severity="medium" if firm else "low")
            placed = beside_verb(claim) or any(is_place(claim, str(path)) for path in claim.args.get("targets", ()))
            nowhere = ruling.code == "phantom" and claim.args.get("sha")
            plain = placed or nowhere or failed or unseen
            ruling = lowered if plain else unverifiable(ruling.reason, *ruling.evidence)
        if "channel" in claim.args and ruling.code in _BEYOND:
            ruling = msgspec.structs.replace(ruling, severity="low")
        complete = self.context.settings.complete_logs
        weighed = doubted(claim, weigh_evidence(claim, ruling, self._seen), self._seen, complete=complete)
        self._say(claim, weighed, ruling.effects, latest=latest)

    def _ask_children(self) -> None:
        """Hold what the run's own effects did not settle against those of its sub-agents."""
        records = [child.record for child in self.context.children.values() if child.record is not None]
        children = [record for record in records if record.steps][-MAX_CHILDREN:]
        handed = self._seen.last("delegated")
        for claim in self._hearsay.take():
            ruling = judge_by_children(claim, _judge_of(claim), children, handed)
            if ruling is None:
                self._leave(claim.id)
                continue
            self.board.drop(discrepancy_id("no-proof", claim.id))
            self._say(claim, ruling, ruling.effects)

    def _leave(self, claim: str) -> None:
        """Let stand what was said of a claim of hearsay."""
        self.board.settle(claim)
        self.board.settle(discrepancy_id("no-proof", claim))

    def _say(self, claim: Claim, ruling: Ruling, effects: tuple[str, ...], *, latest: bool = False) -> None:
        pending = ruling.outcome == "pending"
        told = msgspec.structs.replace(
            claim,
            outcome=ruling.outcome,
            reason=ruling.reason,
            effects=effects,
            grade=ruling.grade or (ruling.evidence[0].effect.grade if ruling.evidence else "narrated"),
        )
        if pending:
            self._pending[claim.id] = told
            if len(self._pending) > MAX_PENDING:
                self.board.settle(self._pending.popitem(last=False)[0])
        else:
            self._pending.pop(claim.id, None)
        waits = ruling.reason.startswith(HEARSAY) and claim.polarity == "asserted"
        self.board.put(told, settled=not (pending or waits))
        if ruling.code or claim.kind in CHECKS:
            self._glossed.judged((*effects, claim.id))
        if ruling.code:
            self._interim.put(
                Discrepancy(
                    id=discrepancy_id(ruling.code, claim.id),
                    run=claim.run,
                    code=ruling.code,
                    severity=ruling.severity
                    or self.context.settings.severities.get(ruling.code, SEVERITY[ruling.code]),
                    claim=claim.id,
                    effects=effects,
                    message=ruling.message,
                    settles=ruling.settles,
                ),
                plain=(is_plain(claim) and not tells_score(claim, ruling))
                or miscounts(claim, ruling)
                or (ruling.severity is None and bool(from_nowhere(claim, self._seen, *ruling.evidence)))
                or (latest and is_flat(claim, ruling, self._seen)),
                latest=latest,
                settled=not waits,
            )
        if waits:
            for gone in self._hearsay.wait(claim):
                self._leave(gone)


def _points(claim: Claim, ruling: Ruling, seen: Seen) -> bool:
    """Tell whether words of one check among several of its kind point to the run that they are held against.

    A command that is only listed says that it ran.
    """
    run = ruling.evidence[0] if ruling.evidence else None
    is_result = claim.kind in CHECKS and not claim.args.get("commands")
    return run is not None and is_result and told_apart(claim, run, seen.of(claim.kind))


def _failed_there(claim: Claim, ruling: Ruling) -> bool:
    """Tell whether the evidence is a change that failed of the very file that is told: no other reading is left."""
    told = {name_of(str(path)) for path in claim.args.get("targets", ())}
    failed = {name_of(path) for step in ruling.evidence if step.bad for path in paths_of(step.effect)}
    return ruling.code == "failed-effect" and not told.isdisjoint(failed)


def _judge_of(claim: Claim) -> Callable[[Claim, Seen], Ruling]:
    if claim.polarity == "denied":
        return judge_untouched if claim.kind in {"edited", "created"} else judge_not_done
    return _JUDGES.get(claim.kind, judge_loose)
