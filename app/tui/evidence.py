"""What stands side by side for one finding or claim: what was asked, claimed, called, and what landed.

This is reading, not judging: the desk has decided what belongs together, and this module fetches the words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from assure_tui.app.desk.describe import code_of, label
from assure_tui.app.desk.views import EventRow, FileDiff, RunDetail
from assure_tui.app.tui import pointing
from assure_tui.app.tui.asked import WORD, asked, values_of
from assure_tui.app.tui.cells import Cell, cells_of, foremost, pointed_at, words_around
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.reconcile.model import (
    Claim,
    Discrepancy,
    Effect,
    Finding,
    GateResult,
    InputFinding,
    Severity,
    Unattributed,
)

BEFORE: Final = 4
AFTER: Final = 12
"""Events shown before and after the one that matters: it stands in sight, and a large screen has room below."""
CELLS_SHOWN: Final = 8
CHANGES_READ: Final = 4
"""Acts, the last ones, whose changes of files are read again from the log."""
CHANGING: Final = frozenset({"created", "edited", "deleted"})
SHORTEST: Final = 4
"""Letters of a value that is followed from an input into a call."""
ABSENT: Final = {
    "asked": "no user turn found before it",
    "claimed": "no claim of the agent covers this",
    "called": "no call found in the log",
    "landed": "no independent source saw this; only the agent's own log",
}
"""What stands in an empty column."""


@dataclass(frozen=True)
class Evidence:
    """All that is shown of one finding or claim. An empty column says why in `absent`."""

    subject: str
    title: str
    sentence: str
    code: str = ""
    severity: Severity | None = None
    outcome: str = ""
    human: bool = False
    """Whether a reviewer added the claim."""
    reason: str = ""
    settles: str = ""
    asked: tuple[Cell, ...] = ()
    claimed: tuple[Cell, ...] = ()
    called: tuple[Cell, ...] = ()
    landed: tuple[Cell, ...] = ()
    read: tuple[Cell, ...] = ()
    more: int = 0
    absent: Mapping[str, str] = field(default_factory=dict)
    event: str | None = None
    """The event to go to in the Timeline."""
    carried: tuple[str, ...] = ()
    """Values that stand in what was read from a tool and again in the acts."""
    pointed: tuple[str, ...] = ()
    """Values that the sentence names, as what differs."""
    acts: tuple[Effect, ...] = ()
    """The effects that it rests on."""
    around: tuple[EventRow, ...] = ()
    """What happened just before and after it."""
    changed: tuple[FileDiff, ...] = ()
    """What the acts did to files."""


@dataclass(frozen=True)
class _Matter:
    """What a finding or claim is about, before the words are fetched."""

    subject: str
    title: str
    sentence: str
    code: str
    severity: Severity | None = None
    reason: str = ""
    settles: str = ""
    claim: Claim | None = None
    acts: Sequence[Effect] = ()
    event: str | None = None
    read: tuple[Cell, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    told: str = ""
    """The sentence of a finding, for what it points at."""
    speaks: bool = False
    """Whether what the sentence quotes are the agent's words."""


def gather(desk: Desk, detail: RunDetail, subject: Finding | Claim, *, whole: bool = True) -> Evidence:
    """Fetch the evidence of `subject`, which is of the run `detail`; unless `whole`, what the four columns show."""
    if isinstance(subject, Unattributed):
        return _of_row(subject)
    matter = _matter(desk, detail, subject)
    run, claim = detail.row.id, matter.claim
    event = claim.event if claim else next((act.event for act in matter.acts), matter.event)
    called = [act for act in matter.acts if act.source_kind == "log"]
    another = ""
    if isinstance(subject, GateResult):
        called = pointing.meant(matter.told, called)
        another = pointing.names_another(matter.told, called)
    landed = [act for act in matter.acts if act.source_kind != "log"] or _rows_beside(detail, called)
    pointed = pointing.values(matter.told)
    calls = foremost(_calls(desk, detail, matter, called, whole=whole), pointed)
    if another and calls:
        calls = [replace(calls[0], details=(("command", another),), times=1, until=None)]
    rows = foremost(cells_of(landed, detail.row.cwd), pointed)
    said = _claimed(desk, run, claim, told=matter.severity is None) if claim else _quoted(desk, detail, matter)
    return Evidence(
        carried=_carried(matter.read, [*calls, *rows]),
        pointed=pointed,
        subject=matter.subject,
        title=matter.title,
        sentence=matter.sentence,
        code=matter.code,
        severity=matter.severity,
        outcome=detail.standing(claim) if claim else "",
        human=claim.human if claim else False,
        reason=matter.reason,
        settles=matter.settles,
        asked=tuple(asked(desk, run, event, values_of(claim, matter.acts))),
        claimed=(said,) if said else (),
        called=tuple(calls[:CELLS_SHOWN]),
        landed=tuple(rows[:CELLS_SHOWN]),
        read=matter.read,
        more=sum(cell.times for cells in (calls, rows) for cell in cells[CELLS_SHOWN:]),
        absent=_absent(desk, detail, matter, called, landed=bool(landed)),
        event=event,
        acts=tuple(matter.acts),
        around=tuple(_around(desk, run, event)) if whole else (),
        changed=tuple(desk.diffs(run, called[-CHANGES_READ:])) if whole and called else (),
    )


def _of_row(subject: Unattributed) -> Evidence:
    return Evidence(
        subject=subject.id,
        title=label(subject),
        sentence=subject.message,
        code=code_of(subject),
        severity=subject.severity,
        landed=(Cell(subject.row or subject.message, who="feed", grade="independent"),),
        absent={"called": "no run accounts for it", "claimed": "no run reports it"},
    )


def _calls(desk: Desk, detail: RunDetail, matter: _Matter, called: Sequence[Effect], *, whole: bool) -> list[Cell]:
    """Return the cells of calls, those first that the sentence of the finding quotes."""
    cells = cells_of(called, detail.row.cwd)
    shown = [pointed_at(desk, detail.row.id, cell, matter.told) if whole else cell for cell in cells]
    return sorted(shown, key=lambda cell: cell.text not in matter.told)


def _absent(
    desk: Desk, detail: RunDetail, matter: _Matter, called: Sequence[Effect], *, landed: bool
) -> Mapping[str, str]:
    """Say for each column why nothing stands there."""
    if desk.withheld:
        return dict.fromkeys(ABSENT, desk.withheld)
    if not landed and _in_a_crowd(detail, called):
        crowd = "another system has rows for this and other calls, and nothing says which is which"
        return {**ABSENT, "landed": crowd, **matter.absent}
    return {**ABSENT, **matter.absent}


def changed_before(desk: Desk, detail: RunDetail, event: str | None) -> Sequence[FileDiff]:
    """What the run did last to files before an event, or at all where there is none."""
    run = detail.row.id
    acts = [
        act for act in detail.effects if act.kind in CHANGING and act.source_kind == "log" and act.status == "succeeded"
    ]
    place = desk.position(run, event) if event else None
    end = len(acts)
    if place is not None:  # they stand in the order of the run: few of them are looked up
        end = bisect_right(acts, place, key=lambda act: desk.position(run, act.event) or 0)
    last = acts[max(0, end - CHANGES_READ) : end]
    return desk.diffs(run, last) if last else ()


def _matter(desk: Desk, detail: RunDetail, subject: Claim | Discrepancy | GateResult | InputFinding) -> _Matter:
    effects = {effect.id: effect for effect in detail.effects}
    if isinstance(subject, Claim):
        return _Matter(
            subject=subject.id,
            title=f"{subject.kind}: {subject.outcome}",
            sentence=subject.reason,
            code=subject.kind,
            claim=subject,
            acts=[effects[name] for name in subject.effects if name in effects],
        )
    about = partial(
        _Matter, subject=subject.id, title=label(subject), sentence=subject.message, code=code_of(subject),
        severity=subject.severity,
    )  # fmt: skip
    if isinstance(subject, Discrepancy):
        claim = next((claim for claim in detail.claims if claim.id == subject.claim), None)
        names = dict.fromkeys((*subject.effects, *(claim.effects if claim else ())))
        return about(
            claim=claim,
            acts=[effects[name] for name in names if name in effects],
            reason=claim.reason if claim else "",
            settles=subject.settles,
            told=subject.message,
            speaks=True,
        )
    if isinstance(subject, GateResult):
        return about(
            acts=[act for act in detail.effects if act.call_id and act.call_id in subject.call_ids],
            event=subject.event,
            absent={"claimed": "it is not about a claim"},
            told=subject.message,
            speaks=subject.message.startswith("“"),
        )
    return about(
        acts=[effects[name] for name in subject.effects if name in effects],
        event=subject.event,
        read=(words_around(desk, detail.row.id, subject.event, subject.span, ""),),
        absent={"claimed": "it is not about a claim", "called": "no act seen that used it"},
        told=subject.message,
    )


def _rows_beside(detail: RunDetail, called: Sequence[Effect]) -> list[Effect]:
    """The rows of other systems that a claim or discrepancy about these calls, and no others, puts beside them."""
    effects = {effect.id: effect for effect in detail.effects}
    names = {act.id for act in called}
    rows: dict[str, Effect] = {}
    told = [*(claim.effects for claim in detail.claims), *(found.effects for found in detail.discrepancies)]
    for evidence in told:
        acts = [effects[name] for name in evidence if name in effects]
        of_log = {act.id for act in acts if act.source_kind == "log"}
        if of_log and of_log <= names:
            rows |= {act.id: act for act in acts if act.source_kind != "log"}
    return list(rows.values())


def _in_a_crowd(detail: RunDetail, called: Sequence[Effect]) -> bool:
    """Return whether rows of other systems stand beside these calls only together with further calls."""
    rows = {effect.id for effect in detail.effects if effect.source_kind != "log"}
    names = {act.id for act in called}
    told = [*(claim.effects for claim in detail.claims), *(found.effects for found in detail.discrepancies)]
    return any(not names.isdisjoint(evidence) and not rows.isdisjoint(evidence) for evidence in told)


def _carried(read: Sequence[Cell], acts: Sequence[Cell]) -> tuple[str, ...]:
    """Return the values of acts that are words of what was read: the way of a value from an input into a call."""
    source = {word.casefold().strip(".,") for cell in read for word in WORD.findall(cell.text)}
    words = [word for cell in acts for _, value in cell.details for word in WORD.findall(value)]
    told = (word.strip(".,") for word in words)
    return tuple(dict.fromkeys(word for word in told if word.casefold() in source and _telling(word)))


def _telling(word: str) -> bool:
    """Return whether a word names something: it has a digit, or the shape of an address or a path."""
    return len(word) >= SHORTEST and (any(char.isdigit() for char in word) or any(char in word for char in "@/."))


def _around(desk: Desk, run: str, event: str | None) -> Sequence[EventRow]:
    place = desk.position(run, event) if event else None
    if place is None:
        return ()
    start = max(0, place - BEFORE)
    return desk.events(run, start, place - start + AFTER + 1)


def _claimed(desk: Desk, run: str, claim: Claim, *, told: bool) -> Cell:
    """The agent's words. Beside a finding, their outcome is `told` below it: a claim may hold and still not be all."""
    words = words_around(desk, run, claim.event, claim.span, claim.text)
    return Cell(
        words.text,
        event=claim.event,
        time=claim.time,
        who="agent",
        span=words.span,
        status=claim.outcome if told else "",
        grade="narrated",
    )


def _quoted(desk: Desk, detail: RunDetail, matter: _Matter) -> Cell | None:
    """The agent's words that a finding quotes, where it hangs on no claim that was read."""
    words = pointing.quote(matter.told) if matter.speaks else ""
    if not words:
        return None
    near = [claim.event for claim in detail.claims if words in claim.text or claim.text in words]
    for event in dict.fromkeys([*near, *([matter.event] if matter.event else [])]):
        try:
            at = desk.event_text(detail.row.id, event).find(words)
        except TROUBLE:
            continue
        if at >= 0:
            found = words_around(desk, detail.row.id, event, (at, at + len(words)), words)
            return replace(found, who="agent", grade="narrated")
    return Cell(words, who="agent", span=(0, len(words)), grade="narrated")
