"""Operational rules, held against every call.

Which gates there are is data (`data/gates.toml`); how each is told is code: `shell_rules` over command lines, as they
were parsed, and `file_rules` over files and what leaves the machine. A gate result is given per call and gate, and
only where the gate did not pass. What the user asked for in so many words is at most low; what was denied did not
happen and is told as information.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile.board import Board
from assure_tui.reconcile.effects import folder_of, shell_line
from assure_tui.reconcile.effects.commands import understand
from assure_tui.reconcile.gates import file_rules, shell_rules
from assure_tui.reconcile.gates.look import Look, Memory
from assure_tui.reconcile.gates.made import made, made_by_script
from assure_tui.reconcile.gates.rules import Hit, asked, listed
from assure_tui.reconcile.ids import gate_id
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import SEVERITIES, GateResult, at_least
from assure_tui.reconcile.rulebook import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import Permission, ToolCall, ToolResult, UserTurn
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Effect, GateOutcome, Severity


MAX_TOLD = 4096
"""Calls without a result whose gates may still be taken back."""


class Gates(Part):
    """Holds every call against the gates."""

    __slots__ = ("_memory", "_told")

    def __init__(self, context: Context, board: Board) -> None:
        super().__init__(context, board)
        self._memory = Memory()
        self._told: dict[str, set[str]] = {}
        """Gates told of a call that may still be taken back, by the call."""

    def user(self, event: UserTurn) -> None:
        """Remember what the user asked for."""
        if not event.synthetic and not event.system:
            self._memory.hear(event.text)

    def call(self, event: ToolCall, effects: Sequence[Effect]) -> None:
        """Hold a call against the gates as it is made."""
        self._judge(event, None, effects)

    def probe(self, event: ToolCall, effects: Sequence[Effect]) -> list[GateResult]:
        """Hold a call that is not made yet against the gates."""
        trial = Gates(self.context, Board())
        trial._memory = self._memory
        trial.call(event, effects)
        return [change.value for change in trial.board.drain() if isinstance(change.value, GateResult)]

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """Hold a call against the gates again, now that it is known what came of it."""
        if call is None or event.reads_from is not None:
            return
        self._judge(call, event, effects)
        if event.status not in {"denied", "running"}:
            self._remember(effects)
            self._remember_made(call, event, effects)

    def permission(self, event: Permission) -> None:
        """See approvals switched off."""
        if event.decision != "mode" or event.mode not in listed("permissions", "modes"):
            return
        self.board.put(
            GateResult(
                id=gate_id("permission-bypass", event.id),
                run=event.run,
                gate="permission-bypass",
                outcome="bypassed",
                severity="info",
                call_ids=(),
                reason="mode",
                message=f"the run went on in the mode {event.mode}: nothing was asked before it acted",
                event=event.id,
                origin=event.origin,
            ),
            settled=True,
        )

    def _judge(self, call: ToolCall, result: ToolResult | None, effects: Sequence[Effect]) -> None:
        line = shell_line(call)
        script = understand(*line).script if line is not None else None
        look = Look(
            call=call,
            result=result,
            effects=effects,
            script=script,
            source=line[0] if line is not None else "",
            cwd=folder_of(call, self.context),
            memory=self._memory,
        )
        worst: dict[str, Hit] = {}
        for hit in (*shell_rules.hits(look), *file_rules.hits(look)):
            known = worst.get(hit.gate)
            if known is None or SEVERITIES.index(hit.severity) > SEVERITIES.index(known.severity):
                worst[hit.gate] = hit
        unread = [] if script is None or script.whole else _unread(look.source)
        settled = result is not None and result.status != "running"
        before = self._told.pop(call.call_id, None)
        if not worst and not unread and not before:
            return
        told: set[str] = set()
        for gate in catalogue():
            found = worst.get(gate)
            if found is not None or gate in unread:
                told.add(gate)
            if found is not None:
                outcome: GateOutcome = "bypassed" if found.bypassed else "failed"
                self.board.put(self._result(call, found, outcome, result), settled=settled)
            elif gate in unread:
                hit = Hit(
                    gate=gate, severity="info", reason="unread", message="the command line could not be read whole"
                )
                self.board.put(self._result(call, hit, "not-evaluated", result), settled=settled)
            elif before and gate in before:
                self.board.drop(gate_id(gate, call.call_id))
        if not settled:
            self._told[call.call_id] = told
            if len(self._told) > MAX_TOLD:
                del self._told[next(iter(self._told))]

    def _result(self, call: ToolCall, hit: Hit, outcome: GateOutcome, result: ToolResult | None) -> GateResult:
        severity, message = self._weigh(hit, result)
        return GateResult(
            id=gate_id(hit.gate, call.call_id),
            run=call.run,
            gate=hit.gate,
            outcome=outcome,
            severity=severity,
            call_ids=(call.call_id,),
            reason=hit.reason,
            message=message,
            event=call.id,
            origin=call.origin,
        )

    def _weigh(self, hit: Hit, result: ToolResult | None) -> tuple[Severity, str]:
        if result is not None and result.status == "denied":
            return "info", f"{hit.message}; it was denied"
        severity = self.context.settings.severities.get(hit.gate, hit.severity)
        words = asked(hit.gate)
        if words is not None and at_least(severity, "medium") and words.search(self._memory.asked):
            spoken = self._memory.asked.lower()
            if all(name.lower() in spoken for name in hit.objects):
                return "low", f"{hit.message}; the user spoke of it"
        return severity, hit.message

    def _remember(self, effects: Sequence[Effect]) -> None:
        memory = self._memory
        for effect in effects:
            if effect.status == "failed":
                continue
            if effect.kind == "created":
                for path in effect.args.get("abs", ()):
                    memory.own.add(path)
            if effect.kind in {"created", "edited"}:
                for path in effect.args.get("abs", ()):
                    memory.edited.add(path)
            elif effect.kind == "vcs":
                self._remember_git(effect)

    def _remember_made(self, call: ToolCall, event: ToolResult, effects: Sequence[Effect]) -> None:
        """Remember what the call made; where a chain of commands failed, also what its first ones may have made."""
        line = shell_line(call)
        script = understand(*line).script if line is not None else None
        if script is not None and (event.status != "failed" or len(script.commands) > 1):
            for _, path in made(script, folder_of(call, self.context)):
                self._memory.own.add(path)
        for effect in effects:
            diff = effect.results.get("diff")
            if effect.kind in {"created", "edited"} and effect.status != "failed" and isinstance(diff, str):
                for path in made_by_script(diff):
                    self._memory.own.add(path)

    def _remember_git(self, effect: Effect) -> None:
        words = effect.args.get("argv", [])
        action = effect.args.get("action")
        if action in {"checkout", "switch", "branch"}:
            for flag in ("-b", "-B", "-c", "-C", "--orphan"):
                if flag in words[:-1]:
                    self._memory.branches.add(words[words.index(flag) + 1])
        elif action == "worktree" and "add" in words:
            after = words[words.index("add") + 1 :]
            for flag, name in pairwise(after):
                if flag in {"-b", "-B"}:
                    self._memory.branches.add(name)
        elif action == "stash":
            self._memory.stashed = True


def _unread(source: str) -> list[str]:
    """Gates that a line which could not be read may concern, by words in it."""
    return [rule.id for rule in catalogue().values() if any(word in source for word in rule.words)]
