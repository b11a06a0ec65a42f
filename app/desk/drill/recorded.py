"""One recorded log: its events, what the check says of them, and the calls that claims rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from assure_tui.app.desk.gates.evaluator import evaluator
from assure_tui.app.desk.report import RunReport
from assure_tui.ingest.model import AgentText, RunEvent, ToolCall, ToolResult, UserTurn
from assure_tui.reconcile.model import Claim, Effect, Unattributed
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.workspace import Workspace

Edits = Mapping[int, tuple[RunEvent, ...]]
"""Index of an event to the events that stand there instead: none, one, or it and others before or after it."""

CHECKS = frozenset({"build", "lint", "tests"})
_BAD_NEWS = frozenset({"lint_fail", "tests_fail"})
FILES = frozenset({"created", "edited", "deleted"})
BAD = frozenset({"failed", "denied"})


@dataclass(frozen=True, slots=True)
class Act:
    """A call with what came back, the effects the check reads out of it, and the confirmed claims that cite them."""

    run: str
    at: int
    """Index of the call."""
    results: tuple[int, ...]
    """Indices of its results; the last one counts."""
    call: ToolCall
    result: ToolResult
    effects: tuple[Effect, ...]
    claims: tuple[Claim, ...]

    @property
    def landed(self) -> Effect | None:
        """The first effect that changed something."""
        landed = (e for e in self.effects if e.status == "succeeded" and e.effect_class in {"write", "egress"})
        return next(landed, None)

    @property
    def cited(self) -> tuple[Effect, ...]:
        """The effects that claims cite."""
        ids = {effect for claim in self.claims for effect in claim.effects}
        return tuple(effect for effect in self.effects if effect.id in ids)


@dataclass(frozen=True)
class Recorded:
    """A log as it was recorded. `reports` is what the check says of it untouched, by run."""

    path: Path
    events: Sequence[RunEvent]
    reports: Mapping[str, RunReport]

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """All calls that got a result and that the check reads an effect out of, in the log's order."""
        results: dict[tuple[str, str], list[int]] = {}
        for index, event in enumerate(self.events):
            if isinstance(event, ToolResult):
                results.setdefault((event.run, event.call_id), []).append(index)
        effects: dict[tuple[str, str], list[Effect]] = {}
        for run, report in self.reports.items():
            for effect in report.effects.values():
                if effect.call_id is not None and effect.source_kind == "log":
                    effects.setdefault((run, effect.call_id), []).append(effect)
        found = []
        for index, event in enumerate(self.events):
            if not isinstance(event, ToolCall):
                continue
            places = tuple(results.get((event.run, event.call_id), ()))
            mine = tuple(effects.get((event.run, event.call_id), ()))
            last = self.events[places[-1]] if places else None
            if mine and isinstance(last, ToolResult):
                found.append(Act(event.run, index, places, event, last, mine, self._resting(event.run, mine)))
        return tuple(found)

    def _resting(self, run: str, effects: Sequence[Effect]) -> tuple[Claim, ...]:
        ids = {effect.id for effect in effects}
        return tuple(
            claim
            for claim in self.reports[run].claims.values()
            if claim.outcome == "confirmed" and claim.polarity == "asserted" and ids & set(claim.effects)
        )

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """All that was said, called and answered in each run, in lower case."""
        texts: dict[str, list[str]] = {}
        for event in self.events:
            if isinstance(event, AgentText | UserTurn | ToolResult):
                texts.setdefault(event.run, []).append(event.text.lower())
            elif isinstance(event, ToolCall):
                texts.setdefault(event.run, []).append(str(event.args).lower())
        return {run: "\n".join(parts) for run, parts in texts.items()}

    @cached_property
    def places(self) -> Mapping[tuple[str, str], int]:
        """Run and event id to index."""
        return {(event.run, event.id): index for index, event in enumerate(self.events)}

    def resting_only(self, act: Act) -> tuple[Claim, ...]:
        """Give the claims that nothing but `act` bears out: without it they are false, as far as the log tells.

        An earlier call of the same kind on the same object, or on any object where the claim names none, calls of other
        kinds that a claim cites too, and results later on that show the file or the commit all speak for a claim; such
        claims are left out. So are those of what was only looked at, since whatever else was read may have shown the
        same, and bad news, which nobody needs to prove.
        """
        if all(effect.effect_class == "read" for effect in act.cited):
            return ()
        claims = tuple(c for c in act.claims if c.kind not in _BAD_NEWS and not self._borne_out(act, c))
        return () if not claims or self._shown_later(act) else claims

    def _borne_out(self, act: Act, claim: Claim) -> bool:
        said = self.places[claim.run, claim.event]
        others = [
            effect
            for effect in self.reports[act.run].effects.values()
            if effect.call_id != act.call.call_id
            and effect.status not in BAD
            and self.places.get((act.run, effect.event), 0) < said
        ]
        kinds = {effect.kind for effect in act.effects}
        if any(effect.id in claim.effects and effect.kind not in kinds for effect in others):
            return True
        words = claim.text.lower()
        return any(
            _kin(mine, other) and (not _named(mine, words) or bool(objects(mine) & objects(other)))
            for mine in act.cited
            for other in others
        )

    def ending(self, act: Act) -> tuple[Claim, ...]:
        """Give the claims before which `act` is the last check of its kind: if it fails, they are false."""
        kinds = {effect.kind for effect in act.cited} & CHECKS
        rivals = [
            self.places.get((act.run, effect.event), 0)
            for effect in self.reports[act.run].effects.values()
            if effect.kind in kinds and effect.call_id != act.call.call_id
        ]
        return tuple(
            claim
            for claim in act.claims
            if claim.kind in kinds and not any(act.at < rival < self.places[claim.run, claim.event] for rival in rivals)
        )

    def _shown_later(self, act: Act) -> bool:
        names = {str(sha) for effect in act.cited if (sha := effect.results.get("sha"))}
        names |= {name for effect in act.cited if effect.kind in FILES for name in objects(effect)}
        return bool(names) and any(
            isinstance(event, ToolResult) and event.run == act.run and any(name in event.text.lower() for name in names)
            for event in self.events[act.results[-1] + 1 :]
        )


def _kin(mine: Effect, other: Effect) -> bool:
    return mine.kind == other.kind or (mine.kind in FILES and other.kind in FILES)


def _named(effect: Effect, words: str) -> bool:
    """Tell whether words name an object of an effect."""
    return any(name.lstrip("#") in words for name in objects(effect))


def objects(effect: Effect) -> frozenset[str]:
    """Give what an effect was done to, in lower case: file names without folders, identifiers, recipients."""
    args: Mapping[str, Any] = effect.args
    names = [str(path).replace("\\", "/").rsplit("/", 1)[-1] for path in args.get("paths") or ()]
    names += [str(name) for role in ("ids", "recipients") for name in args.get(role) or ()]
    names += [str(value) for values in (args.get("targets") or {}).values() for value in values]
    return frozenset(name.lower() for name in names if name)


def play(events: Sequence[RunEvent], adapter: str, settings: Settings) -> dict[str, RunReport]:
    """Check an event stream from its first event to its end; give what stands of each run."""
    workspace = Workspace(settings, evaluator())
    reports: dict[str, RunReport] = {}
    changes = []
    for event in events:
        report = reports.setdefault(event.run, RunReport(event.run, adapter))
        report.facts.see(event)
        changes += workspace.step(event)
    changes += workspace.close()
    for change in changes:
        if not isinstance(change.value, Unattributed) and change.value.run in reports:
            reports[change.value.run].apply(change)
    return reports


def edited(events: Sequence[RunEvent], edits: Edits) -> list[RunEvent]:
    """Give a copy of an event stream with edits in it."""
    return [event for index, old in enumerate(events) for event in edits.get(index, (old,))]
