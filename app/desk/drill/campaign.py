"""A drill from end to end: reads the logs, samples places, injects one fault at a time and judges what is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from pathlib import Path
from random import Random

from assure_tui.app.desk.drill.elsewhere import Elsewhere
from assure_tui.app.desk.drill.fair import untold
from assure_tui.app.desk.drill.faults import CLASSES, FaultClass
from assure_tui.app.desk.drill.mutation import Mutation
from assure_tui.app.desk.drill.recorded import Act, Recorded, edited, play
from assure_tui.app.desk.drill.share import Share
from assure_tui.app.desk.report import RunReport
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import RunEvent
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import Found, Skipped, discover
from assure_tui.reconcile.model import Claim, Discrepancy, Finding, GateResult, InputFinding, Severity, at_least
from assure_tui.reconcile.settings import Settings

MAX_LOG = 128 * 1024 * 1024
"""Bytes of the largest log that is drilled: its events are held in memory, and checked once for each fault."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One fault as it was injected, and whether it was caught."""

    fault: str
    path: Path
    run: str
    event: str
    call_id: str
    what: str
    claim: str
    """Words of the first claim that the fault makes false; empty when it is about no claim."""
    caught: bool
    doubted: bool
    """Not caught, but told at low severity at the mutated place."""
    said: tuple[str, ...]
    """Codes that were newly said at the mutated place, counted or not."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding, medium or worse, about a log as it is."""

    path: Path
    run: str
    finding: Finding


@dataclass(slots=True)
class Tested:
    """What came of one class of faults."""

    fault: FaultClass
    places: int = 0
    """Places at which such a fault could be made, and told."""
    untold: Counter[str] = field(default_factory=Counter)
    """Places that were left out, as nobody could tell such a fault there, by why."""
    trials: list[Trial] = field(default_factory=list)

    @property
    def share(self) -> Share:
        """The share that was caught."""
        return Share(sum(trial.caught for trial in self.trials), len(self.trials))

    @property
    def doubted(self) -> int:
        """Give how many were told, but at low severity."""
        return sum(trial.doubted for trial in self.trials)


@dataclass(order=True, slots=True)
class _Planned:
    priority: float
    """Negated rank of the draw: a heap gives up what was drawn last."""
    order: int
    fault: FaultClass = field(compare=False)
    found: Found = field(compare=False)
    act: Act = field(compare=False)
    mutation: Mutation = field(compare=False)
    claim: str = field(compare=False)


@dataclass(kw_only=True)
class Drill:
    """A drill over `paths`. Call `run` once; the other fields hold what came of it."""

    paths: Sequence[Path]
    settings: Settings = field(default_factory=Settings)
    exclude: Sequence[str] = ()
    seed: int = 0
    per_class: int = 25
    progress: Progress | None = None
    tested: dict[str, Tested] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Logs on which the check itself broke: a defect of this program."""
    logs: int = 0
    runs: int = 0
    claims: int = 0
    confirmed: int = 0
    records: int = 0

    def run(self) -> None:
        """Plan the faults over all logs, then inject them log by log."""
        discovery = discover(self.paths, exclude=self.exclude)
        self.skipped.extend(discovery.skipped)
        files = sorted(discovery.files, key=lambda found: found.path)
        self.tested = {fault.name: Tested(fault) for fault in CLASSES}
        chosen: dict[str, list[_Planned]] = {fault.name: [] for fault in CLASSES}
        elsewhere = Elsewhere()
        for done, found in enumerate(files):
            self._tell("read", done, len(files))
            log = self._read(found)
            if log is None:
                continue
            self._count(log)
            self._plan(found, log, elsewhere, chosen)
            elsewhere.learn(log)
        self._inject([planned for heap in chosen.values() for planned in heap])

    @property
    def pooled(self) -> Share:
        """The share over all faults, apart from the classes that are reported apart."""
        shares = [tested.share for tested in self.tested.values() if not tested.fault.apart]
        return Share(sum(share.hits for share in shares), sum(share.of for share in shares))

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)

    def _read(self, found: Found) -> Recorded | None:
        try:
            if found.path.stat().st_size > MAX_LOG:
                self.skipped.append(Skipped(found.path, f"larger than {MAX_LOG >> 20} MiB: too large to drill"))
                return None
            reader = open_source(found.path, found.adapter)
            events = list(reader.events())
        except (OSError, SourceError) as error:
            self.skipped.append(Skipped(found.path, f"could not be read to its end: {error}"))
            return None
        self.records += reader.tally.records - reader.tally.unrecognised
        reports = self._played(found, events)
        return None if reports is None else Recorded(found.path, events, reports)

    def _played(self, found: Found, events: Sequence[RunEvent]) -> dict[str, RunReport] | None:
        try:
            return play(events, found.adapter.name, self.settings)
        except Exception as error:  # noqa: BLE001 - one log that breaks the check must not hide what others measure
            self.broken.append(f"{found.path}: {type(error).__name__}: {error}")
            return None

    def _count(self, log: Recorded) -> None:
        self.logs += 1
        self.runs += len(log.reports)
        for run, report in log.reports.items():
            self.claims += len(report.claims)
            self.confirmed += sum(claim.outcome == "confirmed" for claim in report.claims.values())
            self.alarms += [Alarm(log.path, run, finding) for finding in report.findings() if counts(finding)]

    def _plan(self, found: Found, log: Recorded, elsewhere: Elsewhere, chosen: dict[str, list[_Planned]]) -> None:
        """Make every fault that can be made, and keep those of each class whose draw is lowest: a uniform sample."""
        for fault in CLASSES:
            heap = chosen[fault.name]
            for act in log.acts:
                random = Random(f"{self.seed}\0{fault.name}\0{act.run}\0{found.path.name}\0{act.call.id}")  # noqa: S311 - a sample, no secret
                draw = random.random()
                mutation = fault.make(act, log, elsewhere, random)
                if mutation is None:
                    continue
                tested = self.tested[fault.name]
                claims = [log.reports[act.run].claims[key] for key in mutation.claims]
                why = mutation.untold or untold(act, log, claims, gone=fault.gone)
                if why:
                    tested.untold[why] += 1
                    continue
                tested.places += 1
                said = min(claims, key=lambda claim: claim.span, default=None)
                planned = _Planned(-draw, -tested.places, fault, found, act, mutation, said.text if said else "")
                if len(heap) < self.per_class:
                    heappush(heap, planned)
                else:
                    heappushpop(heap, planned)

    def _inject(self, planned: Sequence[_Planned]) -> None:
        """Inject the chosen faults, each log read once more."""
        done = 0
        for found, group in _by_log(planned):
            log = self._read_again(found)
            for plan in group:
                self._tell("inject", done, len(planned))
                done += 1
                if log is None or not _as_planned(plan, log):
                    self.skipped.append(Skipped(found.path, "changed while it was drilled: a fault was left out"))
                    continue
                self._try(plan, log)
        for tested in self.tested.values():
            tested.trials.sort(key=lambda trial: (str(trial.path), trial.run, trial.event))

    def _read_again(self, found: Found) -> Recorded | None:
        records = self.records
        log = self._read(found)
        self.records = records
        return log

    def _try(self, plan: _Planned, log: Recorded) -> None:
        reports = self._played(plan.found, edited(log.events, plan.mutation.edits))
        if reports is None:
            return
        run = plan.act.run
        after = reports.get(run, RunReport(run, plan.found.adapter.name))
        said = newly_said(plan.mutation, log.reports[run], after)
        caught = bool(plan.fault.codes & set(said))
        told = said if caught else newly_said(plan.mutation, log.reports[run], after, least="low")
        trial = Trial(
            fault=plan.fault.name,
            path=log.path,
            run=run,
            event=plan.act.call.id,
            call_id=plan.act.call.call_id,
            what=plan.mutation.what,
            claim=plan.claim,
            caught=caught,
            doubted=not caught and bool(plan.fault.codes & set(told)),
            said=said,
        )
        self.tested[plan.fault.name].trials.append(trial)


def _by_log(planned: Sequence[_Planned]) -> Iterator[tuple[Found, list[_Planned]]]:
    groups: dict[Path, list[_Planned]] = {}
    for plan in planned:
        groups.setdefault(plan.found.path, []).append(plan)
    for path in sorted(groups):
        yield groups[path][0].found, groups[path]


def _as_planned(plan: _Planned, log: Recorded) -> bool:
    """Tell whether the events still stand where they stood when the fault was planned."""
    last = max(plan.mutation.edits)
    return last < len(log.events) and log.events[plan.act.at] == plan.act.call


def counts(finding: Finding, least: Severity = "medium") -> bool:
    """Tell whether a finding asks for a decision: medium or worse, and no gate that was passed or waived."""
    if isinstance(finding, GateResult) and finding.outcome in {"passed", "waived"}:
        return False
    return at_least(finding.severity, least)


def newly_said(mutation: Mutation, before: RunReport, after: RunReport, least: Severity = "medium") -> tuple[str, ...]:
    """Give the codes of findings at the mutated place that the untouched run does not have."""
    known = {finding.id for finding in before.findings() if counts(finding, least)}
    effects = {effect.id for effect in after.effects.values() if effect.call_id in mutation.calls}
    words = [before.claims[claim] for claim in mutation.claims]
    claims = {told.id for told in after.claims.values() if any(_same_words(told, claim) for claim in words)}
    return tuple(
        sorted(
            {
                code
                for finding in after.findings()
                if finding.id not in known and counts(finding, least)
                for code in _placed(finding, mutation, claims, effects)
            }
        )
    )


def _same_words(one: Claim, other: Claim) -> bool:
    """Tell whether two claims are of the same words: without what it rested on, a claim may be read as another kind."""
    return one.event == other.event and one.span[0] < other.span[1] and other.span[0] < one.span[1]


def _placed(finding: Finding, mutation: Mutation, claims: set[str], effects: set[str]) -> Iterator[str]:
    """Give the code of a finding that is about the mutated place."""
    match finding:
        case Discrepancy():
            if finding.claim in claims or effects & set(finding.effects):
                yield finding.code
        case GateResult():
            if mutation.calls & set(finding.call_ids):
                yield finding.gate
        case InputFinding():
            if finding.call_id in mutation.calls or effects & set(finding.effects):
                yield finding.code
        case _:
            return
