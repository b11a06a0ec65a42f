"""What the ledger holds of the runtime hook: its decisions, approvals, and where it is installed (hook/HOOKS.md).

`hook`       what an agent was told about one call or stop, in the ledger before the agent was told
`approval`   a call that waits for the operator, and the operator's answer
`hook-installed`, `hook-removed`   since when, and for which sessions, every call has to come by the hook
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from assure_tui.app.desk.entries import Words, portable
from assure_tui.app.desk.wire import encode

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolCall
    from assure_tui.ledger.operator_key import OperatorIdentity
    from assure_tui.reconcile.model import GateOutcome, GateResult, Severity

Word: TypeAlias = Literal["none", "allow", "ask", "deny", "block"]
"""What the agent is told. `none`: no gate objects, the agent's own rules apply; `allow`: the operator approved it."""
Answered: TypeAlias = Literal["requested", "approved", "refused", "expired", "withdrawn"]

MAX_ARGS = 16 * 1024
"""Characters of a call's arguments that an entry keeps."""
MAX_REASON = 4000
MAX_GATES = 24
SIGNED: Final = b"assure-tui/approval/v1\n"
"""Begins what an operator's key signs with an answer, so that no other signature can pass for it."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent asks the hook about: a call that it is about to make, or the end of its turn.

    The fields are those of `hook.protocols.Asked`, in which the agents' own forms end.
    """

    agent: str
    event: str
    session: str = ""
    sub: str = ""
    """Id of the sub-agent that asks, where it is one."""
    call_id: str = ""
    tool: str = ""
    args: dict[str, Any] = {}
    cwd: str = ""
    transcript: str = ""
    said: str = ""
    """The agent's last words, at the end of its turn."""
    again: bool = False
    """The agent goes on because a hook told it to."""
    turn: str = ""
    fault: str = ""
    """Why the request could not be read, as a short code."""
    size: int = 0


def args_text(args: Any) -> str:
    """Return a call's arguments as JSON that an entry can hold, cut off where they are too long."""
    try:
        return encode(args).decode()[:MAX_ARGS]
    except (RecursionError, TypeError, msgspec.EncodeError):
        return ""


def args_digest(tool: str, args: Any) -> str:
    """Tell calls with the same tool and arguments, where the agent gives its calls no ids."""
    try:
        body = encode([tool, args])
    except (RecursionError, TypeError, msgspec.EncodeError):
        body = tool.encode("utf-8", "replace")
    return sha256(body).hexdigest()[:32]


def decision(
    request: Request,
    *,
    subject: str,
    run: str,
    word: Word,
    reason: str,
    gates: Sequence[GateResult] = (),
    where: Literal["workstation", "alone"],
    fault: str = "",
    approval: str = "",
    more: dict[str, Any] | None = None,
) -> Words:
    """Make the entry for what an agent is told."""
    clear: dict[str, Any] = {
        "agent": request.agent,
        "event": request.event,
        "word": word,
        "grade": "gated",
        "where": where,
        "gates": [_gate(result) for result in gates[:MAX_GATES]],
    }
    if fault:
        clear["fault"] = fault
    if approval:
        clear["approval"] = approval
    return Words(
        "hook", subject, clear, portable(_asked(request, run) | {"reason": reason[:MAX_REASON]} | (more or {}))
    )


def requested(
    request: Request,
    *,
    subject: str,
    run: str,
    name: str,
    reason: str,
    gates: Sequence[GateResult],
    until: float,
    requester: Sequence[int],
) -> Words:
    """Make the entry for a call that waits for the operator until `until`; `requester` are the agent's processes."""
    clear = {
        "approval": name,
        "word": "requested",
        "agent": request.agent,
        "until": round(until * 1000),
        "gates": [_gate(result) for result in gates[:MAX_GATES]],
    }
    content = _asked(request, run) | {
        "reason": reason[:MAX_REASON],
        "messages": [result.message for result in gates[:MAX_GATES]],
        "requester": list(requester),
    }
    return Words("approval", subject, clear, portable(content))


def answered(
    *,
    subject: str,
    run: str,
    name: str,
    word: Answered,
    reason: str,
    by: str,
    key: str = "",
    signature: str = "",
) -> Words:
    """Make the entry for an answer to a call that waits. `key` and `signature` are the operator's, in hex."""
    clear = {"approval": name, "word": word}
    content = {"run": run, "reason": reason[:MAX_REASON], "by": by}
    if key:
        clear["key"] = key
        content["signature"] = signature
    return Words("approval", subject, clear, portable(content))


def to_sign(name: str, word: str, reason: str, by: str, commitment: str | None) -> bytes:
    """Return the bytes that an operator signs: the answer, and the commitment to the very request that was shown."""
    return SIGNED + encode([name, word, reason[:MAX_REASON], by, commitment])


def is_signed(
    clear: dict[str, Any], content: dict[str, Any], commitment: str | None, known: Iterable[OperatorIdentity]
) -> bool:
    """Return whether an answer was signed by one of the known operators, over the very request that was made."""
    try:
        signature = bytes.fromhex(str(content.get("signature", "")))
    except ValueError:
        return False
    words = (str(clear.get("word")), str(content.get("reason")), str(content.get("by")))
    message = to_sign(str(clear.get("approval")), *words, commitment)
    return any(identity.fingerprint == clear.get("key") and identity.verifies(signature, message) for identity in known)


def installed(*, agent: str, scope: str, path: str, folder: str, removed: bool = False) -> Words:
    """Make the entry that tells since, or until, when an agent's calls come by the hook; `folder` is a project's."""
    kind = "hook-removed" if removed else "hook-installed"
    return Words(kind, "hook", {"agent": agent, "scope": scope}, portable({"path": path, "folder": folder}))


def new_name() -> str:
    """Return a new approval's id."""
    return "a-" + os.urandom(5).hex()


def at_call(
    gate: str, call: ToolCall, *, outcome: GateOutcome, severity: Severity, reason: str, message: str
) -> GateResult:
    """Make the result of a gate of the hook's own, which no catalogue holds, over one call."""
    from assure_tui.reconcile.ids import gate_id  # noqa: PLC0415 - the recorder's other entries need none of it
    from assure_tui.reconcile.model import GateResult  # noqa: PLC0415 - likewise

    return GateResult(
        id=gate_id(gate, call.call_id),
        run=call.run,
        gate=gate,
        outcome=outcome,
        severity=severity,
        call_ids=(call.call_id,),
        reason=reason,
        message=message,
        event=call.id,
        origin=call.origin,
    )


def worst_first(results: Iterable[GateResult]) -> list[GateResult]:
    """Order results of gates by severity."""
    from assure_tui.reconcile.model import SEVERITIES  # noqa: PLC0415 - the recorder's other entries need none of it

    return sorted(results, key=lambda result: -SEVERITIES.index(result.severity))


def _gate(result: GateResult) -> dict[str, str]:
    return {"gate": result.gate, "outcome": result.outcome, "severity": result.severity, "reason": result.reason}


def _asked(request: Request, run: str) -> dict[str, Any]:
    return {
        "run": run,
        "session": request.session,
        "call_id": request.call_id,
        "tool": request.tool[:200],
        "args": args_text(request.args) if request.tool else "",
        "args_digest": args_digest(request.tool, request.args) if request.tool else "",
        "cwd": request.cwd[:4096],
        "size": request.size,
    }
