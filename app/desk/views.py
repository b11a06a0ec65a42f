"""What the faces see: frozen values that the desk answers with. No face reads the index or the ledger by itself.

Text in these values is raw; a face passes it through `assure_tui.app.neutral` before it reaches a display.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from assure_tui.ingest.model import Locator, SourceInfo, Tally
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, Finding, GateResult, InputFinding, Severity

RunStatus: TypeAlias = Literal["open", "ended", "interrupted"]
Attention: TypeAlias = Literal["need", "quiet", "unobserved", "backlog"]
"""`need`: an undecided finding, medium or worse; `unobserved`: nothing could be checked; `backlog`: before watching."""
DecisionWord: TypeAlias = Literal["real", "false-alarm", "risk-accepted"]
VerdictWord: TypeAlias = Literal["accepted", "accepted-with-exceptions", "rejected"]
Sealed: TypeAlias = Literal["no", "draft", "sealed", "stale"]
ApprovalState: TypeAlias = Literal["pending", "approved", "refused", "expired", "withdrawn"]
LedgerState: TypeAlias = Literal["ok", "unanchored", "damaged", "empty", "unchecked"]


class Queue(NamedTuple):
    """How far the recorder has come with the logs that were there before it."""

    taken: int
    logs: int
    """0 until they were looked for."""
    percent: int
    """Of the log that it reads now; 0 where that is read in one go."""

    def __str__(self) -> str:
        if not self.logs:
            return "looking for logs"
        return f"log {self.taken:,} of {self.logs:,}" + (f", at {self.percent} %" if self.percent else "")


LOOKING: Final = Queue(0, 0, 0)
"""What there is was not looked for yet."""


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the Runs view. `contradicted` counts all claims that were checked and are not confirmed."""

    id: str
    native_id: str
    parent: str | None
    agent: str
    adapter: str
    model: str | None
    cwd: str | None
    source: str
    title: str
    started: float | None
    ended: float | None
    status: RunStatus
    attention: Attention
    worst: Severity | None
    confirmed: int
    contradicted: int
    unchecked: int
    findings: int
    undecided: int
    gates_failed: int
    events: int
    verdict: VerdictWord | None
    sealed: Sealed
    changed: bool
    """Changed since the operator last looked."""
    headline: str = ""
    """Plain label of the worst undecided finding; empty when none waits."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a run and what could not be."""

    tally: Tally
    calls_without_result: int
    sources_incomplete: tuple[str, ...]
    claims_checked: int
    claims_total: int
    unobserved: tuple[tuple[float, float], ...] = ()
    """Intervals in which no recorder was running while the run was open."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A human's answer to a finding."""

    finding: str
    word: DecisionWord
    reason: str
    by: str
    time: float
    entry: int
    """Index of the ledger entry that holds it."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A human's words on a run, claim, effect or finding."""

    id: str
    run: str
    subject: str
    text: str
    tags: tuple[str, ...]
    by: str
    time: float
    entry: int


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A human's answer to a run. `seal` is set when it was signed; `stale` when the evidence changed afterwards."""

    run: str
    word: VerdictWord
    reason: str
    by: str
    time: float
    seal: str | None = None
    stale: bool = False
    signers: tuple[str, ...] = ()
    """Who sealed this verdict here; fewer than the settings demand leave it a draft."""
    countersigners: tuple[str, ...] = ()
    """Who signed it elsewhere, over a bundle, as they name themselves: alone they seal nothing."""
    dissent: tuple[str, ...] = ()
    """Who sealed another: name, word and reason."""


class HookDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent was told before it acted, or when it stopped."""

    time: float
    event: Literal["call", "stop", "other"]
    word: Literal["none", "allow", "ask", "deny", "block"]
    """`none`: no gate objected; `block`: sent back with its last words."""
    reason: str
    call_id: str
    tool: str
    gates: tuple[tuple[str, str], ...]
    """Gate and severity, worst first."""
    claims: tuple[str, ...]
    """Ids of the claims for which the agent was sent back."""
    where: str
    """Decided by the `workstation`, or by the hook `alone`."""
    fault: str
    entry: int


class RunDetail(msgspec.Struct, frozen=True, kw_only=True):
    """All that a reviewer needs of one run, apart from its events."""

    row: RunRow
    sources: tuple[SourceInfo, ...]
    claims: tuple[Claim, ...]
    effects: tuple[Effect, ...]
    discrepancies: tuple[Discrepancy, ...]
    gates: tuple[GateResult, ...]
    inputs: tuple[InputFinding, ...]
    decisions: tuple[Decision, ...]
    notes: tuple[Note, ...]
    verdict: Verdict | None
    coverage: Coverage
    children: tuple[str, ...]
    hook: tuple[HookDecision, ...] = ()
    """What the runtime hook told the agent, in order."""
    corrected: tuple[str, ...] = ()
    """Ids of confirmed claims that the agent made only after it was sent back with a false one of their kind: they
    read "corrected", not "confirmed"."""

    def standing(self, claim: Claim) -> str:
        """Return the word for how a claim stands: its outcome, or "corrected", which no claim is by itself."""
        return "corrected" if claim.id in self.corrected else claim.outcome

    def findings(self) -> list[Finding]:
        """All findings, worst first, then in the order of their evidence."""
        from assure_tui.reconcile.model import SEVERITIES  # noqa: PLC0415 - a leaf used by one method

        everything: list[Finding] = [*self.discrepancies, *self.gates, *self.inputs]
        return sorted(everything, key=lambda finding: -SEVERITIES.index(finding.severity))


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the Timeline: `summary` is at most 200 code points of the event's own text."""

    seq: int
    id: str
    kind: Literal["start", "user", "context", "agent", "call", "result", "permission", "effect", "tools", "boundary"]
    time: float | None
    call_id: str | None
    tool: str | None
    status: str | None
    summary: str
    source: str
    path: str
    at: Locator
    claims: int
    findings: int
    run: str = ""
    """Set in the results of a search over all runs."""


class FileDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did to one file: the hunks of its edits in order, each with the call that made it."""

    path: str
    op: str
    added: int
    removed: int
    hunks: tuple[tuple[str, str], ...]
    """Pairs of effect id and unified diff hunks."""


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A call that the hook holds back until the operator answers, or did. Times are in seconds since the epoch."""

    id: str
    run: str
    """The run's id; the run itself may not be in the index yet."""
    agent: str
    tool: str
    args: dict[str, Any]
    """The call's arguments; empty where they were too long to be kept whole, see `args_text`."""
    args_text: str
    cwd: str
    gates: tuple[tuple[str, str], ...]
    """Gate and severity, worst first."""
    messages: tuple[str, ...]
    """What each of the gates says."""
    reason: str
    requested: float
    until: float
    """Without an answer until then, the call is refused."""
    entry: int
    """Index of the ledger entry that holds the request."""
    requester: tuple[int, ...] = ()
    """Processes of the agent: they may not answer."""
    state: ApprovalState = "pending"
    answer: str = ""
    """The reason that was given with the answer."""
    by: str = ""
    answered: float | None = None


class SshChoice(msgspec.Struct, frozen=True, kw_only=True):
    """An SSH key that a seal can be signed with."""

    name: str
    path: Path
    """What to sign with: a private key file, or the public half of a key that the agent has."""
    where: Literal["agent", "file", "security key"]


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """State of the ledger as last checked."""

    path: str
    origin: str
    size: int
    root: str
    issued: float | None
    state: LedgerState
    checked: float | None
    statements: tuple[tuple[str, str, str], ...]
    """Per statement of the last verification: name, `verified` / `not anchored` / `failed`, detail."""
    entries: tuple[tuple[int, str, str, float, str], ...] = ()
    """The newest entries: index, kind, subject, time, one-line summary of the clear part."""


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Who records, and how the desk stands."""

    recorder: Literal["self", "other", "none"]
    recorder_pid: int | None
    read_only: bool
    revision: int
    """Grows with every committed change of the index: a face redraws when it moved."""
    ledger_size: int
    ledger_state: str
    problems: tuple[str, ...] = ()
    """Plain sentences about what could not be watched, read or written."""
    queue: Queue | None = None
    """How far the recorder has come, while it reads what was there before."""
