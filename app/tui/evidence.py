"""What stands side by side for one finding or claim: what was asked, claimed, called, and what landed.

This is reading, not judging: the desk has decided what belongs together, and this module fetches the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from assure_tui.app.desk.describe import code_of
from assure_tui.app.desk.views import EventRow, RunDetail
from assure_tui.app.tui.labels import label
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, Finding, GateResult, InputFinding, Severity

PAGE: Final = 200
PAGES_BACK: Final = 25
"""How far back the request is looked for: 5,000 events, which is 10 ms."""
TURNS_KEPT: Final = 40
ASKED_SHOWN: Final = 2
CONTEXT: Final = 160
"""Code points of the agent's own words shown on either side of a claim."""
AROUND: Final = 4
"""Events shown on either side of the one that matters."""
CELLS_SHOWN: Final = 8
ARGS_SHOWN: Final = 6
TELLING: Final[tuple[str, ...]] = (
    "money", "target", "targets", "object", "recipient", "account", "ids", "id", "url", "path", "paths", "command",
    "counts", "sha", "branch", "date", "items", "message",
)  # fmt: skip
"""Arguments that a reviewer compares, in the order in which they are shown. The rest is for matching."""
NAMES: Final = {"money": "amount", "targets": "target", "paths": "path"}
TALLIED: Final = ("passed", "failed", "skipped", "errors")
"""Counts of a test run, shown as one: `39 passed, 2 failed`."""
_STOP: Final = re.compile(r"[.!?][)”\"']?\s")
"""Where a sentence ends, near enough to show one."""
_WORD: Final = re.compile(r"[\w.@/#-]{2,64}")


@dataclass(frozen=True)
class Cell:
    """One piece of evidence. `span` is the part of `text` that matters; `text` is raw."""

    text: str
    event: str | None = None
    time: float | None = None
    who: str = ""
    span: tuple[int, int] | None = None
    status: str = ""
    grade: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All that is shown of one finding or claim. An empty column says why in `absent`."""

    subject: str
    title: str
    sentence: str
    code: str = ""
    severity: Severity | None = None
    outcome: str = ""
    reason: str = ""
    settles: str = ""
    asked: tuple[Cell, ...] = ()
    claimed: tuple[Cell, ...] = ()
    called: tuple[Cell, ...] = ()
    landed: tuple[Cell, ...] = ()
    read: tuple[Cell, ...] = ()
    more: int = 0
    absent: dict[str, str] = field(default_factory=dict)
    event: str | None = None
    """The event to go to in the Timeline."""
    around: tuple[EventRow, ...] = ()
    """What happened just before and after it."""


def gather(desk: Desk, detail: RunDetail, subject: Finding | Claim) -> Evidence:
    """Fetch the evidence of `subject`, which is of the run `detail`."""
    if isinstance(subject, Claim):
        return _of_claim(desk, detail, subject)
    claims = {claim.id: claim for claim in detail.claims}
    effects = {effect.id: effect for effect in detail.effects}
    match subject:
        case Discrepancy():
            claim = claims.get(subject.claim) if subject.claim else None
            acts = [effects[effect] for effect in subject.effects if effect in effects]
            if claim and not acts:
                acts = [effects[effect] for effect in claim.effects if effect in effects]
            return _side_by_side(
                desk, detail, claim, acts, subject=subject, sentence=subject.message, settles=subject.settles
            )
        case GateResult():
            acts = [effect for effect in detail.effects if effect.call_id and effect.call_id in subject.call_ids]
            return _side_by_side(desk, detail, None, acts, subject=subject, sentence=subject.message)
        case InputFinding():
            acts = [effects[effect] for effect in subject.effects if effect in effects]
            read = _words(desk, detail.row.id, subject.event, subject.span, "")
            return _side_by_side(desk, detail, None, acts, subject=subject, sentence=subject.message, read=(read,))
        case _:
            return Evidence(
                subject=subject.id,
                title=label(subject),
                sentence=subject.message,
                code=code_of(subject),
                severity=subject.severity,
                landed=(Cell(subject.row or subject.message, who="feed", grade="independent"),),
                absent={"called": "no run accounts for it", "claimed": "no run reports it"},
            )


def _of_claim(desk: Desk, detail: RunDetail, claim: Claim) -> Evidence:
    effects = {effect.id: effect for effect in detail.effects}
    acts = [effects[effect] for effect in claim.effects if effect in effects]
    return _side_by_side(desk, detail, claim, acts, subject=claim, sentence=claim.reason)


def _side_by_side(
    desk: Desk,
    detail: RunDetail,
    claim: Claim | None,
    acts: Sequence[Effect],
    *,
    subject: Finding | Claim,
    sentence: str,
    settles: str = "",
    read: tuple[Cell, ...] = (),
) -> Evidence:
    run = detail.row.id
    event = claim.event if claim else next((act.event for act in acts), _event_of(subject))
    called = [act for act in acts if act.source_kind == "log"]
    landed = [act for act in acts if act.source_kind != "log"]
    asked = _asked(desk, run, event, _values(claim, acts))
    absent = {
        "asked": "no user turn found before it",
        "claimed": "no claim of the agent covers this",
        "called": "no call found in the log",
        "landed": "no independent source saw this; only the agent's own log",
    }
    if isinstance(subject, GateResult | InputFinding):
        absent["claimed"] = "it is not about a claim"
    if isinstance(subject, InputFinding):
        absent["called"] = "no act seen that used it"
    return Evidence(
        subject=subject.id,
        title=f"{claim.kind}: {claim.outcome}" if isinstance(subject, Claim) and claim else label(_finding(subject)),
        sentence=sentence,
        code=subject.kind if isinstance(subject, Claim) else code_of(subject),
        severity=None if isinstance(subject, Claim) else subject.severity,
        outcome=claim.outcome if claim else "",
        reason=claim.reason if claim and not isinstance(subject, Claim) else "",
        settles=settles,
        asked=tuple(asked),
        claimed=(_claimed(desk, run, claim),) if claim else (),
        called=tuple(_effect(act) for act in called[:CELLS_SHOWN]),
        landed=tuple(_effect(act) for act in landed[:CELLS_SHOWN]),
        read=read,
        more=max(0, len(called) - CELLS_SHOWN) + max(0, len(landed) - CELLS_SHOWN),
        absent=absent,
        event=event,
        around=tuple(_around(desk, run, event)),
    )


def _around(desk: Desk, run: str, event: str | None) -> Sequence[EventRow]:
    place = desk.position(run, event) if event else None
    if place is None:
        return ()
    start = max(0, place - AROUND)
    return desk.events(run, start, place - start + AROUND + 1)


def _finding(subject: Finding | Claim) -> Finding:
    assert not isinstance(subject, Claim)  # noqa: S101 - for the type checker
    return subject


def _event_of(subject: Finding | Claim) -> str | None:
    return subject.event if isinstance(subject, Claim | GateResult | InputFinding) else None


# --- asked ----------------------------------------------------------------------------------------------------------


def _asked(desk: Desk, run: str, event: str | None, values: set[str]) -> list[Cell]:
    """The user turns that the matter goes back to: those that share a value with it, else the last one before it."""
    turns = list(_user_turns(desk, run, event))
    sharing = [turn for turn in turns if values & _words_of(turn.summary)]
    chosen = (sharing or turns)[:ASKED_SHOWN]
    return [Cell(turn.summary, event=turn.id, time=turn.time, who="user") for turn in reversed(chosen)]


def _user_turns(desk: Desk, run: str, event: str | None) -> Iterator[EventRow]:
    """User turns before `event`, newest first."""
    place = desk.position(run, event) if event else None
    end = desk.event_count(run) if place is None else place + 1
    found = 0
    for _ in range(PAGES_BACK):
        start = max(0, end - PAGE)
        for row in reversed(desk.events(run, start, end - start)):
            if row.kind == "user" and row.summary.strip():
                yield row
                found += 1
                if found == TURNS_KEPT:
                    return
        end = start
        if not end:
            return


def _values(claim: Claim | None, acts: Sequence[Effect]) -> set[str]:
    """Words that tell this matter from others: amounts, identifiers, recipients, names of files."""
    found: set[str] = set()
    for args in ([claim.args] if claim else []) + [act.args for act in acts]:
        for key, value in args.items():
            if key not in {"command", "scope"}:
                found |= {word for text in _flat(value) for word in _words_of(text)}
    return found


def _words_of(text: str) -> set[str]:
    words = {word.strip(".#").casefold() for word in _WORD.findall(text)}
    words |= {word.rpartition("/")[2] for word in words if "/" in word}
    return {word.removesuffix(".00") for word in words if any(char.isdigit() for char in word) or "@" in word}


def _flat(value: Any, depth: int = 0) -> list[str]:
    if depth > 3:
        return []
    if isinstance(value, dict):
        return [text for item in value.values() for text in _flat(item, depth + 1)]
    if isinstance(value, list | tuple | set | frozenset):
        return [text for item in list(value)[:20] for text in _flat(item, depth + 1)]
    if hasattr(value, "value") and hasattr(value, "currency"):
        return [str(value.value)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


# --- claimed --------------------------------------------------------------------------------------------------------


def _claimed(desk: Desk, run: str, claim: Claim) -> Cell:
    words = _words(desk, run, claim.event, claim.span, claim.text)
    return Cell(
        words.text,
        event=claim.event,
        time=claim.time,
        who="agent",
        span=words.span,
        status=claim.outcome,
        grade="narrated",
    )


def _words(desk: Desk, run: str, event: str, span: tuple[int, int], fallback: str) -> Cell:
    """The words around a span of an event's text, with the span in them; the bare words if the source is gone."""
    try:
        whole = desk.event_text(run, event)
    except TROUBLE:
        whole = ""
    start, end = span
    if not (0 <= start < end <= len(whole)):
        return Cell(fallback, event=event, span=(0, len(fallback)) if fallback else None)
    left = max(whole.rfind("\n", 0, start) + 1, start - CONTEXT)
    line_end = whole.find("\n", end)
    right = min(line_end if line_end >= 0 else len(whole), end + CONTEXT)
    left += max((match.end() for match in _STOP.finditer(whole[left:start])), default=0)
    stop = _STOP.search(whole[end - 1 : right] + " ")
    right = min(right, end + stop.end() - 2) if stop else right
    head = "…" if left and not whole[left - 1].isspace() else ""
    tail = "…" if right < len(whole) and not (stop or whole[right].isspace()) else ""
    shift = len(head) - left
    return Cell(head + whole[left:right] + tail, event=event, span=(start + shift, end + shift))


# --- called and landed ----------------------------------------------------------------------------------------------


def _effect(effect: Effect) -> Cell:
    details = [*_details(effect.args), *(_details(effect.results) if effect.source_kind == "log" else ())]
    seen: set[tuple[str, str]] = set()
    unique = [detail for detail in details if not (detail in seen or seen.add(detail))]  # type: ignore[func-returns-value]
    if effect.exit_code is not None:
        unique.append(("exit", str(effect.exit_code)))
    who = effect.source_kind.removeprefix("feed:") if effect.source_kind != "log" else ""
    return Cell(
        effect.tool or effect.kind,
        event=effect.event,
        time=effect.time,
        who=who,
        status=effect.status,
        grade=effect.grade,
        details=tuple(unique[:ARGS_SHOWN]),
    )


def _details(args: dict[str, Any]) -> Iterator[tuple[str, str]]:
    tally = {name: args[name] for name in TALLIED if isinstance(args.get(name), int)}
    if tally:
        yield "counts", plain(tally)
    names = [name for name in TELLING if name in args] or [name for name in args if name not in tally]
    for key in names:
        shown = plain(args[key])
        if shown:
            yield NAMES.get(key, key).replace("_", " "), shown


def plain(value: Any) -> str:
    """A typed argument as a person writes it: `40.00 USD`, `39 passed, 2 failed`, `a.py, b.py`."""
    if value is None or value is False or value in ("", [], {}, ()):
        return ""
    if hasattr(value, "value") and hasattr(value, "currency"):
        return f"{value.value} {value.currency or ''}".strip()
    if isinstance(value, dict):
        if set(value) <= {"value", "currency"} and "value" in value:
            return f"{value['value']} {value.get('currency') or ''}".strip()
        if value and all(isinstance(item, int) for item in value.values()):
            return ", ".join(f"{item} {key}" for key, item in value.items())
        return ", ".join(f"{key} {plain(item)}" for key, item in list(value.items())[:6])
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return ", ".join(items[:4]) + (f" and {len(items) - 4} more" if len(items) > 4 else "")
    return str(value)
