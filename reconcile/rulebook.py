"""Gates as people write them: the rows of `data/gates.toml` and of a user's own gate files (gates/GATES.md).

A row says when a gate is looked at (`phase`, the cheap filters, `when`), what must hold (`require`), how grave a
failure is, and what the runtime hook answers to it. `require` is CEL. Where it is no more than `!facts.NAME`, which is
how the shipped gates read, no CEL is evaluated: the engine asks the code that knows that fact.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.model import Severity, at_least
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.model import GateResult

Phase: TypeAlias = Literal["event", "turn", "run"]
"""When a gate is looked at: at every call, at the end of every turn, or at the end of the run."""
Answer: TypeAlias = Literal["allow", "ask", "deny"]
"""What the runtime hook tells the agent; `allow` still records."""
Effects: TypeAlias = Literal["read", "write", "egress", "execute"]

ANSWERS: tuple[Answer, ...] = ("allow", "ask", "deny")
"""From the mildest to the strictest."""
MAX_EXPRESSION = 2000
"""Characters of one CEL expression."""
MAX_EXAMPLES = 200
FACTS: dict[Phase, tuple[str, ...]] = {
    "event": (
        "check_masking",
        "data_destruction",
        "destructive_files",
        "duplicate_write",
        "egress",
        "guard_edit",
        "history_loss",
        "hook_bypass",
        "permission_bypass",
        "read_before_write",
        "remote_execution",
        "sandbox_off",
        "secret_read",
        "test_weakening",
    ),
    "turn": ("verify_before_claim",),
    "run": ("log_gap",),
}
"""What conditions of a phase find under `facts`: each is told by code of `gates`."""
_FACT = re.compile(r"\s*!\s*facts\.([a-z_]{1,60})\s*")


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of an example: exactly one of the first six says what happens.

    `exit` and `output` are of a `command`; `args`, `status` and `output` of a `tool`; `diff` of an `edit`. `at` is the
    time in seconds since the start of the example.
    """

    user: str | None = None
    says: str | None = None
    command: str | None = None
    powershell: str | None = None
    edit: str | None = None
    tool: str | None = None
    mode: str | None = None
    args: dict[str, Any] = {}
    diff: str = ""
    output: str | None = None
    """What came back; without it, an empty line. An empty string with status `running`: there is no result yet."""
    status: Literal["succeeded", "failed", "denied", "running", "unknown"] = "succeeded"
    exit: int = 0
    at: float | None = None


Example: TypeAlias = str | Step | list[str | Step]
"""A command line, a step, or several in their order."""


class Examples(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a gate must meet, and what it must let pass."""

    must_fire: list[Example] = []
    must_not_fire: list[Example] = []


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One gate."""

    id: str
    phase: Phase = "event"
    severity: Severity
    label: str
    description: str = ""
    controls: list[str] = []
    on: bool = True
    """A template is off until its `params` are set."""
    kinds: list[str] = []
    """Only calls with an effect of one of these kinds are looked at; all when empty."""
    classes: list[Effects] = []
    tools: list[str] = []
    """Only calls of these tools, matched without regard to case; `*` at the end stands for anything."""
    when: str = ""
    """CEL: the gate is looked at only where this holds."""
    require: str
    """CEL: what must hold."""
    message: str = ""
    """What to say where it does not; the label when empty."""
    params: dict[str, Any] = {}
    """Values that expressions find under `params`."""
    needs: list[str] = []
    """Params that the user must give before the gate can be switched on."""
    hook: Answer = "allow"
    hook_from: Severity = "info"
    """The least severity from which `hook` is answered; below it, the hook allows and records."""
    deny_from: Severity | None = None
    """The least severity from which the hook denies, whatever `hook` says."""
    if_error: Literal["open", "closed"] = "open"
    """What the hook does where the gate could not be evaluated: allow, or answer as if it had failed."""
    waiver: Literal["anyone", "nobody"] = "anyone"
    """Whether an operator may waive the gate."""
    words: list[str] = []
    """When a line could not be read and holds one of these, the gate is not evaluated."""
    asked: list[str] = []
    """Patterns of user words that ask for just what the gate is about: the result is then at most low."""
    examples: Examples = Examples()

    @property
    def fact(self) -> str | None:
        """The one fact that must not hold, where nothing else is asked; such a gate costs no CEL."""
        match = _FACT.fullmatch(self.require) if not self.when else None
        return match[1] if match else None


class GateChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user changes of a gate: `[gates.ID]` in `assure.toml`. What is None stays as it was."""

    on: bool | None = None
    severity: Severity | None = None
    hook: Answer | None = None
    hook_from: Severity | None = None
    if_error: Literal["open", "closed"] | None = None
    waiver: Literal["anyone", "nobody"] | None = None
    kinds: list[str] | None = None
    classes: list[Effects] | None = None
    tools: list[str] | None = None
    params: dict[str, Any] = {}

    def apply(self, rule: Rule) -> Rule:
        """Return the gate with the changes."""
        changes = {
            name: value
            for name in ("on", "severity", "hook", "hook_from", "if_error", "waiver", "kinds", "classes", "tools")
            if (value := getattr(self, name)) is not None
        }
        return msgspec.structs.replace(rule, **changes, params={**rule.params, **self.params})


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate is waived: by whom, why, and until when (seconds since the epoch). `run` narrows it to one run."""

    gate: str
    by: str
    reason: str
    until: float
    run: str | None = None

    def covers(self, result: GateResult, at: float | None) -> bool:
        """Whether a result of a gate at the time `at` is waived; what has no time is not."""
        return (
            result.gate == self.gate
            and (self.run is None or self.run == result.run)
            and at is not None
            and at < self.until
        )


@cache
def catalogue() -> dict[str, Rule]:
    """Return all shipped gates by id, templates that are off included."""
    return {rule.id: rule for rule in rules(table("gates"))}


def rules(document: dict[str, Any]) -> list[Rule]:
    """Read the gates of a document. Times in it become seconds since the epoch, which is how conditions reckon.

    Raises:
        msgspec.ValidationError: A key is unknown or missing, or has another type.
    """
    return msgspec.convert(seconds(document.get("gate", [])), list[Rule])


def seconds(value: Any) -> Any:
    """A copy of a TOML value in which points in time are seconds since the epoch; without a zone, they are UTC."""
    match value:
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
        case time():
            return value.isoformat()
        case dict():
            return {key: seconds(item) for key, item in value.items()}
        case list():
            return [seconds(item) for item in value]
        case _:
            return value


def answer(rule: Rule, result: GateResult) -> Answer:
    """Return what the runtime hook answers to a result of a gate."""
    match result.outcome:
        case "passed" | "waived":
            return "allow"
        case "not-evaluated" | "error":
            if rule.if_error == "open":
                return "allow"
            return rule.hook if rule.hook != "allow" else "ask"
        case _:
            if rule.deny_from is not None and at_least(result.severity, rule.deny_from):
                return "deny"
            return rule.hook if at_least(result.severity, rule.hook_from) else "allow"
