"""What a judge of a coding claim says: outcome, reason, evidence and, if it is one, the discrepancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.ids import discrepancy_id
from assure_tui.reconcile.match.coding.steps import Step, command_of
from assure_tui.reconcile.model import Discrepancy

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Claim, Effect, Grade, Outcome, Severity

SEVERITY: dict[str, Severity] = {
    "phantom": "critical",
    "wrong-value": "high",
    "failed-effect": "high",
    "stale-proof": "high",
    "no-proof": "medium",
    "wrong-proof": "medium",
    "overscope": "medium",
    "denial-broken": "critical",
    "concealed-error": "high",
    "null-omitted": "medium",
    "rigged-proof": "critical",
    "dangling": "medium",
    "misattributed": "medium",
    "relaxed": "medium",
    "hedged": "info",
}
"""The severity of each code; the judge of a claim may set a lower one."""

_OUTCOME: dict[str, Outcome] = {
    **dict.fromkeys(("wrong-value", "wrong-target", "failed-effect", "denial-broken", "rigged-proof"), "contradicted"),
    "stale-proof": "stale",
    "overscope": "partial",
    "dangling": "unverifiable",
}
"""What a code makes of a claim; any other leaves it unsupported."""


class Ruling(msgspec.Struct, frozen=True):
    """A judgement of one claim. `code` is empty when there is no discrepancy."""

    outcome: Outcome
    reason: str
    evidence: tuple[Step, ...] = ()
    code: str = ""
    message: str = ""
    settles: str = ""
    severity: Severity | None = None
    """Set where it is lower than the code's own, because the log alone does not settle it."""
    grade: Grade | None = None
    """Set where the judgement rests on what is not there, so that no evidence has the grade."""

    @property
    def effects(self) -> tuple[str, ...]:
        """Ids of the evidence."""
        return tuple(dict.fromkeys(step.effect.id for step in self.evidence))


def confirmed(reason: str, *evidence: Step) -> Ruling:
    """The log shows it."""
    return Ruling("confirmed", reason, evidence)


def unverifiable(reason: str, *evidence: Step) -> Ruling:
    """The log cannot tell."""
    return Ruling("unverifiable", reason, evidence)


def against(
    claim: Claim,
    code: str,
    reason: str,
    *evidence: Step,
    settles: str = "",
    severity: Severity | None = None,
    outcome: Outcome | None = None,
) -> Ruling:
    """The log speaks against it."""
    message = f"claims “{short(claim.text)}”; {reason}"
    return Ruling(outcome or _OUTCOME.get(code, "unsupported"), reason, evidence, code, message, settles, severity)


def finding(
    code: str, effect: Effect, severity: Severity, message: str, settles: str, claim: str | None = None
) -> Discrepancy:
    """Return what is wrong with an effect, or with the words of a claim that rest on it."""
    return Discrepancy(
        id=discrepancy_id(code, claim or effect.id),
        run=effect.run,
        code=code,
        severity=severity,
        claim=claim,
        effects=(effect.id,),
        message=message,
        settles=settles,
    )


def unproven(text: str, what: str) -> Ruling:
    """Nothing in the log shows it, and the words leave open whether the agent speaks of its own work in this run."""
    return Ruling(
        "unsupported",
        f"no {what} is in the log",
        (),
        "no-proof",
        f"claims “{short(text)}”; no {what} is in the log, which may be another's or earlier work",
        f"a {what}",
        "low",
    )


def elsewhere(text: str, what: str, why: str) -> Ruling:
    """It may have been done where this log does not reach: hearsay for this run, told at low severity."""
    message = f"claims “{short(text)}”; no {what} is in this log: {why}"
    return Ruling("unverifiable", f"hearsay: {why}", (), "no-proof", message, f"a {what}", "low")


def short(text: str, limit: int = 80) -> str:
    """One line of a text, cut."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def exit_of(step: Step) -> str:
    """The exit code of a step that failed, to be put behind what it did; "" when it is not known."""
    return f", exit {step.effect.exit_code}" if step.effect.exit_code else ""


def failing(step: Step) -> str:
    """The exit code of a step that failed, and what it names or says of why, as far as they are known."""
    names, said = step.effect.results.get("failing"), step.effect.results.get("says")
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        return f"{exit_of(step)}: {short(str(names[0]), 60)}{more}"
    return exit_of(step) + (f": “{said}”" if said else "")


def command(step: Step) -> str:
    """The command of a step as a reader would name it."""
    return f"`{short(str(step.effect.args.get('command') or command_of(step.effect) or step.effect.tool), 60)}`"
