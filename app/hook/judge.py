"""What the gates say of a call that an agent is about to make, and what the agent is told."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from assure_tui.app.desk import gated
from assure_tui.app.desk.gates.waivers import LetOff
from assure_tui.app.hook.protocols import CAN_ASK
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import Locator, Origin, ToolCall
from assure_tui.reconcile.effects.command_line import command_line
from assure_tui.reconcile.effects.commands import understand
from assure_tui.reconcile.model import GateResult
from assure_tui.reconcile.rulebook import ANSWERS, Answer, Rule, answer

Probe = Callable[[ToolCall], Sequence[GateResult]]
"""Holds a call against the gates, as the run stands."""

OWN_GATE: Final = "own-guard"
"""Not in the catalogue, because nobody may turn it off: an agent that answers its own requests, or removes the hook."""
_OWN: Final = "assure-tui"
_OWN_MODULE: Final = re.compile(r"-[A-Za-z]{0,20}massure_tui\.app(?:\.__main__)?")
"""Our module behind the option `-m`, also with other letters before it, as in `-Pm`."""
_OWN_COMMANDS: Final = {
    "approvals": frozenset({"approve", "refuse"}),
    "hook": frozenset({"remove", "install"}),
    "keys": frozenset({"new", "rotate", "revoke"}),
    "gates": frozenset({"waive"}),
    "shard": frozenset[str](),
    "forget": frozenset[str](),
    "adopt": frozenset[str](),
    "withdraw": frozenset[str](),
    "countersign": frozenset[str](),
    "import": frozenset[str](),
    "trust": frozenset[str](),
    "seal": frozenset[str](),
    "verdict": frozenset[str](),
    "decide": frozenset[str](),
}
"""Commands of ours that are for people; with what must follow, where not all of it is."""
_RUNNERS: Final = frozenset({"python", "uv", "uvx", "pipx", "env", "sudo", "timeout", "nohup", "xargs", "nice"})
"""Programs that run another one, named in their arguments."""
_TOLD: Final = 3
"""Gates that the agent is told about."""
_ADAPTERS: Final = {"generic": "assure"}
"""The format of an agent's log, where it is not called as the agent."""
_STEMS: Final = {"copilot-cli": "events"}
"""What an agent's log is called when the request does not name it and its name is not the session's."""
_NATIVE: Final = frozenset({"assure", "gemini-cli"})
"""Formats whose runs are known by their own ids, whatever their files are called."""
_MCP: Final = "mcp__"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an agent is told about a call, and what that rests on."""

    word: gated.Word
    reason: str
    gates: tuple[GateResult, ...] = ()

    @property
    def asks(self) -> bool:
        """Return whether a person has to be asked."""
        return self.word == "ask"


def run_of(request: gated.Request) -> str:
    """Return the id of the run that asks: the one that its log will have."""
    adapter = _ADAPTERS.get(request.agent, request.agent)
    if request.sub:
        return run_id(adapter, request.sub, request.sub)
    native = request.session or "?"
    if adapter in _NATIVE:
        return run_id(adapter, native, native)
    stem = PurePath(request.transcript).stem or _STEMS.get(request.agent, native)
    return run_id(adapter, native, stem)


def call_of(request: gated.Request, run: str) -> ToolCall:
    """Return a request as the event that the log will have of it."""
    server, tool = None, request.tool
    if tool.startswith(_MCP):
        server, _, bare = tool.removeprefix(_MCP).partition("__")
        tool = bare or tool
    name = request.call_id or f"hook:{time.time_ns()}"
    return ToolCall(
        id=f"{name}#hook",
        run=run,
        origin=Origin("hook", Locator("item", 0), "0" * 64),
        seq=0,
        time=time.time(),
        call_id=name,
        tool=tool,
        args=request.args,
        mcp_server=server,
    )


def judge(
    request: gated.Request, run: str, probe: Probe, rules: Mapping[str, Rule], let_off: LetOff | None = None
) -> Judgement:
    """Hold a call against the gates and give what the agent is told: the strictest of what the gates answer.

    `let_off` tells what operators waived; it is asked only where a gate objects that may be waived.
    """
    call = call_of(request, run)
    own = _own_guard(call)
    results = gated.worst_first([*own, *probe(call)])
    waivable = [result for result in results if _may_be_waived(result, rules) and _answer(result, rules) != "allow"]
    if let_off is not None and waivable:
        waived = {result.id: result for result in let_off(run, waivable)}
        results = [waived.get(result.id, result) for result in results]
    answers = {result.id: _answer(result, rules) for result in results}
    strictest: Answer = max(answers.values(), key=ANSWERS.index, default="allow")
    if strictest == "allow":
        return Judgement("none", "", tuple(results))
    why = "; ".join(
        f"{result.message} (gate {result.gate}, {result.severity})"
        for result in [result for result in results if answers[result.id] == strictest][:_TOLD]
    )
    return Judgement(strictest, f"{why}.", tuple(results))


def as_told(judgement: Judgement, agent: str) -> Judgement:
    """A judgement as this agent can take it: where it cannot ask its user, a call that needs asking is denied."""
    if judgement.asks and agent not in CAN_ASK:
        reason = f"{judgement.reason} It needs a person's approval, which this agent cannot ask for."
        return Judgement("deny", reason, judgement.gates)
    return judgement


def _may_be_waived(result: GateResult, rules: Mapping[str, Rule]) -> bool:
    rule = rules.get(result.gate)
    return rule is not None and rule.waiver == "anyone"


def _answer(result: GateResult, rules: Mapping[str, Rule]) -> Answer:
    if result.gate == OWN_GATE:
        return "deny"
    rule = rules.get(result.gate)
    return answer(rule, result) if rule is not None else "allow"


def _own_guard(call: ToolCall) -> list[GateResult]:
    line = command_line(call)
    script = understand(line.text, line.dialect).script if line is not None else None
    for simple in script.commands if script is not None else ():
        words = _own_words(simple.argv)
        what = next((word for word in words if not word.startswith("-")), "")
        wanted = _OWN_COMMANDS.get(what)
        if wanted is not None and (not wanted or wanted & set(words)):
            message = f"`assure-tui {what}` is for the operator, not for an agent"
            return [
                gated.at_call(
                    OWN_GATE, call, outcome="failed", severity="critical", reason="own-command", message=message
                )
            ]
    return []


def _own_words(argv: Sequence[str]) -> list[str]:
    """Return the arguments of a call of this program, by itself or through a runner; empty for another program."""
    for at, word in enumerate(argv):
        if at and PurePath(argv[0]).name.rstrip("0123456789.") not in _RUNNERS:
            return []
        option = argv[at - 1] if at else ""
        if PurePath(word).name == _OWN or _OWN_MODULE.fullmatch(word) or _OWN_MODULE.fullmatch(option + word):
            return list(argv[at + 1 :])
    return []
