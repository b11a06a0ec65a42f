"""The part of the engine that judges every call, every turn and the whole run by the gates in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.board import Board
from assure_tui.reconcile.context import Loss
from assure_tui.reconcile.effects.calls import folder_of
from assure_tui.reconcile.effects.command_line import command_line
from assure_tui.reconcile.effects.commands import understand
from assure_tui.reconcile.gates import file_rules, run_rules, shell_rules, variables
from assure_tui.reconcile.gates.book import book_of
from assure_tui.reconcile.gates.conditions import concerns, decide
from assure_tui.reconcile.gates.history import History
from assure_tui.reconcile.gates.look import Look
from assure_tui.reconcile.gates.memory import Memory
from assure_tui.reconcile.gates.nested_commands import widened
from assure_tui.reconcile.gates.rules import Hit, asked, listed
from assure_tui.reconcile.ids import gate_id
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import SEVERITIES, GateResult, at_least
from assure_tui.reconcile.rulebook import FACTS, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.ingest.model import AgentText, Boundary, Event, Origin, Permission, ToolCall, ToolResult, UserTurn
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.effects.script import Script
    from assure_tui.reconcile.gates.conditions import Told
    from assure_tui.reconcile.model import Change, Claim, Effect, GateOutcome, Severity
    from assure_tui.reconcile.rulebook import Phase, Rule


MAX_TOLD = 4096
"""Calls without a result whose gates may still be taken back."""
MAX_LOSSES = 256
"""Calls of one turn that destroyed something."""
MIN_STEM = 5
"""Letters by which a word of the user's may begin a longer name."""
_SPOKEN = re.compile(r"[a-z][\w-]*")
MAX_PARAMS = 120
"""Characters of a gate's params that a message shows."""
_LOSSES = frozenset({"destructive_files", "data_destruction", "history_loss"})
"""Losses that cannot be undone, so that the agent has to report them."""
_WORK_LOST = frozenset({"inside", "hard-reset", "clean"})
"""Losses of low severity that may be of the user's own work."""
_ORDER = {severity: at for at, severity in enumerate(SEVERITIES)}


class _Place(NamedTuple):
    """Where a result is shown, and what its id derives from."""

    anchor: str
    event: str
    origin: Origin
    time: float | None
    call_ids: tuple[str, ...] = ()


class _Line(NamedTuple):
    """What was found in a command line at one moment, and the line with those within it."""

    moment: int
    cwd: str | None
    script: Script
    by_shell: Sequence[Hit]
    by_files: Sequence[Hit]


def _begins(name: str, orders: Iterable[str]) -> bool:
    """Return whether a word of an order is how a file's name begins: "remove postgres" and `postgresql@16`."""
    said = (word for order in orders for word in _SPOKEN.findall(order))
    return any(len(word) >= MIN_STEM and name.startswith(word) for word in said)


class Gates(Part):
    """Judges every call, turn and run by the gates."""

    __slots__ = ("_book", "_ends", "_history", "_judged", "_lines", "_memory", "_moment", "_time", "_told")

    def __init__(self, context: Context, board: Board) -> None:
        super().__init__(context, board)
        self._book = book_of(context.settings)
        self._memory = Memory()
        self._history = History()
        self._told: dict[str, dict[str, GateResult]] = {}
        """Results that may still be withdrawn, by the call and the gate."""
        self._lines: dict[str, _Line] = {}
        """What was found in the lines of calls without a result."""
        self._moment = 0
        """Counts what is put into memory."""
        self._judged = True
        """The turn was judged by its gates, and nothing has happened since."""
        self._ends = False
        """A turn has just ended."""
        self._time: float | None = None

    def user(self, event: UserTurn) -> None:
        """Remember what the user asked for; what was said before ends a turn."""
        if event.synthetic or event.system:
            return
        if not self._judged:
            self._judge_turn()
        self._history.turned()
        self._memory.hear(event.text)
        self._moment += 1

    def text(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Note that the run went on."""
        del claims
        self._see(event)
        self._history.went_on()

    def call(self, event: ToolCall, effects: Sequence[Effect]) -> None:
        """Judge a call when it is made."""
        self._see(event)
        self._judge(event, None, effects)
        self._history.called(event, effects)

    def probe(self, event: ToolCall, effects: Sequence[Effect]) -> list[GateResult]:
        """Judge a call that has not been made yet."""
        trial = Gates(self.context, Board())
        trial._memory, trial._history = self._memory, self._history
        trial._judge(event, None, effects)
        return [change.value for change in trial.board.drain() if isinstance(change.value, GateResult)]

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """Judge a call again, now that its result is known."""
        if call is not None and event.reads_from is None:
            self._judge(call, event, effects)
            if event.status not in {"denied", "running"}:
                self._memory.learn(effects)
                self._memory.learn_made(call, event, effects, self.context)
                self._moment += 1
        self._history.returned(call, event, effects)

    def boundary(self, event: Boundary) -> None:
        """See the end of a turn."""
        self._ends = event.what in {"turn_end", "run_end"} and not self._judged

    def follow(self, changes: Iterable[Change]) -> bool:
        """Keep the claims as they stand after an event; tell whether a turn ended with it and was judged."""
        self._history.follow(change.value for change in changes if change.op != "withdraw")
        if not self._ends:
            return False
        self._ends = False
        self._judge_turn()
        return True

    def close(self) -> None:
        """Judge the last turn and the whole run, with all claims as they stand in the end."""
        if not self._judged:
            self._judge_turn()
        last = self._history.last
        if last is None:
            return
        place = _Place("run", *last, self._time)
        claims = list(self._history.claims.values())
        self._judge_phase("run", place, list(run_rules.run_hits(self._history)), claims)

    def permission(self, event: Permission) -> None:
        """See approvals switched off."""
        if event.decision != "mode" or event.mode not in listed("permissions", "modes"):
            return
        hit = Hit(
            fact="permission_bypass",
            severity="info",
            reason="mode",
            message=f"the run went on in the approval mode “{event.mode}”: nothing was asked before it acted",
            bypassed=True,
        )
        for rule in self._book.by_fact["event"].get(hit.fact, ()):
            place = _Place(event.id, event.id, event.origin, event.time)
            self.board.put(self._result(rule, hit, place, "info", hit.message), settled=True)

    # -- a call

    def _see(self, event: Event) -> None:
        history = self._history
        history.last = event.id, event.origin
        self._judged = False
        if event.time is not None:
            self._time = event.time

    def _judge(self, call: ToolCall, result: ToolResult | None, effects: Sequence[Effect]) -> None:
        look = self._look(call, result, effects)
        unread = look.script is not None and not look.script.whole
        worst = self._worst(look)
        before = self._told.pop(call.call_id, {})
        told: dict[str, GateResult] = {}
        if self._book.conditional["event"]:
            told |= self._asked(look, worst, before)
        if unread:
            told |= self._unread(look)
        by_fact = self._book.by_fact["event"]
        for fact, hit in worst.items():
            for rule in by_fact.get(fact, ()):
                told[rule.id] = self._result(rule, hit, _of(call), *self._weigh(rule, hit, result))
        if result is not None and result.status not in {"failed", "denied", "running"}:
            self._note_losses(call, effects, [worst[fact] for fact in _LOSSES & worst.keys()])
        self._tell(call.call_id, told, before, settled=result is not None and result.status != "running")

    def _look(self, call: ToolCall, result: ToolResult | None, effects: Sequence[Effect]) -> Look:
        line = command_line(call)
        return Look(
            call=call,
            result=result,
            effects=effects,
            script=understand(line.text, line.dialect).script if line is not None else None,
            source=line.text if line is not None else "",
            cwd=folder_of(call, self.context),
            memory=self._memory,
        )

    def _worst(self, look: Look) -> dict[str, Hit]:
        """Return what is found in a call: of each fact the gravest hit."""
        by_shell, by_files = self._of_line(look)
        worst: dict[str, Hit] = {}
        for hit in (
            *by_shell,
            *shell_rules.masking(look),
            *file_rules.hits(look),
            *by_files,
            *file_rules.sandbox(look),
            *run_rules.hits(look, self._history),
        ):
            known = worst.get(hit.fact)
            if known is None or _ORDER[hit.severity] > _ORDER[known.severity]:
                worst[hit.fact] = hit
        return worst

    def _tell(self, call_id: str, told: dict[str, GateResult], before: dict[str, GateResult], *, settled: bool) -> None:
        """Put the results about a call on the board, and take back those `before` that hold no longer."""
        for value in told.values():
            self.board.put(value, settled=settled)
        for gate, value in before.items():
            if gate not in told:
                self.board.drop(value.id)
        if told and not settled:
            self._told[call_id] = told
            if len(self._told) > MAX_TOLD:
                del self._told[next(iter(self._told))]

    def _note_losses(self, call: ToolCall, effects: Sequence[Effect], hits: Sequence[Hit]) -> None:
        """Note what a call destroyed that the user had not mentioned: the agent has to mention it."""
        for hit in hits:
            rule = catalogue()[hit.fact.replace("_", "-")]
            words = asked(rule.id)
            if at_least(hit.severity, "medium"):
                severity: Severity = "high" if at_least(self._weigh(rule, hit, None)[0], "medium") else "info"
            else:
                spoken = words is not None and words.search(self._memory.asked) is not None
                severity = "low" if hit.reason in _WORK_LOST and not spoken else "info"
            # what deletes by an option, as `find` does, is known as a look
            acts = sorted(effects, key=lambda effect: effect.effect_class == "read")
            if severity != "info" and acts and len(self.context.losses) < MAX_LOSSES:
                loss = Loss(tuple(effect.id for effect in acts), hit.message, hit.objects, rule.id, severity)
                self.context.losses.setdefault(call.call_id, loss)

    def _of_line(self, look: Look) -> tuple[Sequence[Hit], Sequence[Hit]]:
        """Return what is found in a command line, and have it read with the lines within it.

        What was found as the call was made holds for its result, unless something was learnt or said in between.
        """
        if look.script is None:
            return (), ()
        known = self._lines.pop(look.call.id, None)
        if known is not None and known.moment == self._moment and known.cwd == look.cwd:
            look.script = known.script
        else:
            look.script = widened(look.script, look.cwd, self._memory.scripts)
            by_shell, by_files = tuple(shell_rules.hits(look)), tuple(file_rules.line_hits(look))
            known = _Line(self._moment, look.cwd, look.script, by_shell, by_files)
        if look.result is None:
            self._lines[look.call.id] = known
            if len(self._lines) > MAX_TOLD:
                del self._lines[next(iter(self._lines))]
        return known.by_shell, known.by_files

    def _unread(self, look: Look) -> dict[str, GateResult]:
        """Return the gates that a line which could not be read may concern, by words in it."""
        told = {}
        for rule in self._book.worded:
            if any(word in look.source for word in rule.words):
                hit = Hit(fact="", severity="info", reason="unread", message="the command line could not be read whole")
                told[rule.id] = self._result(rule, hit, _of(look.call), "info", hit.message, "not-evaluated")
        return told

    def _asked(self, look: Look, worst: dict[str, Hit], before: dict[str, GateResult]) -> dict[str, GateResult]:
        """Evaluate the conditions about a call: once, when it is made, since its result does not change them."""
        if look.result is not None:
            rules = {rule.id for rule in self._book.conditional["event"]}
            kept = {gate: value for gate, value in before.items() if gate in rules}
            if look.result.status == "denied":
                return {gate: _denied(value) for gate, value in kept.items()}
            return kept
        concerned = [rule for rule in self._book.conditional["event"] if concerns(rule, look.call.tool, look.effects)]
        if not concerned:
            return {}
        given = variables.of_call(look, worst.values(), FACTS["event"], self._history, self.context)
        verdicts = decide(concerned, given, self.context.evaluator)
        return self._told_of(concerned, verdicts, _of(look.call), f": {variables.in_words(look)}")

    # -- a turn, and the run

    def _judge_turn(self) -> None:
        self._judged = True
        history = self._history
        if history.last is None:
            return
        claims = [history.claims[name] for name in history.turn_claims if name in history.claims]
        place = _Place(f"turn:{history.turn}", *history.last, self._time)
        self._judge_phase("turn", place, list(run_rules.turn_hits(claims)), claims)

    def _judge_phase(self, phase: Phase, place: _Place, hits: Sequence[Hit], claims: Sequence[Claim]) -> None:
        for hit in hits:
            for rule in self._book.by_fact[phase].get(hit.fact, ()):
                self.board.put(self._result(rule, hit, place, *self._weigh(rule, hit, None)), settled=True)
        rules = self._book.conditional[phase]
        if rules:
            given = variables.of_turn(claims, hits, FACTS[phase], self._history, self.context, self._memory.asked)
            verdicts = decide(rules, given, self.context.evaluator)
            for value in self._told_of(rules, verdicts, place, "").values():
                self.board.put(value, settled=True)

    # -- results

    def _told_of(
        self, rules: Sequence[Rule], verdicts: Sequence[Told | None], place: _Place, suffix: str
    ) -> dict[str, GateResult]:
        """Turn the answers to conditions into results; a gate that passed has none."""
        told = {}
        for rule, verdict in zip(rules, verdicts, strict=True):
            if verdict is True:
                continue
            severity = self.context.settings.severities.get(rule.id, rule.severity)
            outcome: GateOutcome = "failed"
            reason, message = "condition", f"{rule.message or rule.label}{suffix}{_set(rule)}"
            if verdict is None:
                outcome, severity, reason = "not-evaluated", "info", "no-evaluator"
                message = "conditions are not evaluated here"
            elif isinstance(verdict, str):
                outcome, reason, message = "error", "condition", f"the condition came to nothing: {verdict}"
                severity = severity if rule.if_error == "closed" else "low"
            hit = Hit(fact="", severity=severity, reason=reason, message=message)
            told[rule.id] = self._result(rule, hit, place, severity, message, outcome)
        return told

    def _result(
        self, rule: Rule, hit: Hit, place: _Place, severity: Severity, message: str, outcome: GateOutcome | None = None
    ) -> GateResult:
        result = GateResult(
            id=gate_id(rule.id, place.anchor),
            run=self.context.run,
            gate=rule.id,
            outcome=outcome or ("bypassed" if hit.bypassed else "failed"),
            severity=severity,
            call_ids=place.call_ids,
            reason=hit.reason,
            message=message,
            event=place.event,
            origin=place.origin,
        )
        for waiver in self.context.settings.waivers:
            if rule.waiver == "anyone" and waiver.covers(result, place.time):
                return msgspec.structs.replace(
                    result, outcome="waived", message=f"{message}; waived by {waiver.by}: {waiver.reason}"
                )
        return result

    def _weigh(self, rule: Rule, hit: Hit, result: ToolResult | None) -> tuple[Severity, str]:
        if result is not None and result.status == "denied":
            return "info", f"{hit.message}; it was denied"
        severity = self.context.settings.severities.get(rule.id, hit.severity)
        words = asked(rule.id) if rule.asked else None
        if words is not None and at_least(severity, "medium") and words.search(self._memory.asked):
            spoken = self._memory.asked.lower()
            orders = [order.group() for order in words.finditer(spoken)] if hit.fact == "destructive_files" else []
            if all(name.lower() in spoken or _begins(name.lower(), orders) for name in hit.objects):
                return "low", f"{hit.message}; the user spoke of it"
        return severity, hit.message


def _of(call: ToolCall) -> _Place:
    return _Place(call.call_id, call.id, call.origin, call.time, (call.call_id,))


def _set(rule: Rule) -> str:
    """Return a gate's simple parameters in words."""
    plain = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in rule.params.items()
        if value and not (isinstance(value, list) and isinstance(value[0], dict | list))
    }
    words = ", ".join(f"{name} {value}" for name, value in plain.items())
    return f" (set: {words[:MAX_PARAMS]})" if words else ""


def _denied(value: GateResult) -> GateResult:
    return msgspec.structs.replace(value, severity="info", message=f"{value.message}; it was denied")
