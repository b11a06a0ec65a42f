"""How well rows of shared effect feeds are given to runs, and what is made of rows that are missing or too many.

    python tests/bench/feeds.py CASES_DIR [--seed N] [--together N] [--rounds N] [--twins] [--misses]

CASES_DIR holds `labels.jsonl` and `chat/CASE.json`; only runs labelled as honest (`mutation` is `none`) are used.
Several runs are laid over one another in time. Every landed write that pays, sends or books leaves a row in a complete
feed: late, out of order, in minor units, some with a reference, some without a target. Rows of nobody and rows from
before the watch are mixed in; some rows are left out and some are doubled. What the workspace says is held against what
was done.

Runs that did something alike (the same target and amount, as far as a row tells) are counted apart: their rows cannot
be told from one another, and the right answer is to say so. `--twins` lays two runs of each task over one another.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from assure_tui.app.desk.drill.recorded import play
from assure_tui.app.desk.drill.share import Share
from assure_tui.app.desk.report import RunReport
from assure_tui.ingest.feeds.rows import make_row
from assure_tui.ingest.feeds.spec import FeedSpec
from assure_tui.ingest.model import FeedRow, FeedState, Locator, Origin, RunEvent
from assure_tui.ingest.reader import open_source
from assure_tui.reconcile.kinds import rows_of
from assure_tui.reconcile.model import Change, Discrepancy, Effect, Money, Unattributed, at_least
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.workspace import Workspace

LAG = 30.0
STEP = 3.0
"""Seconds between the events of a run."""
START = 1_800_000_000.0
FEEDS = {
    kind: FeedSpec(name=f"{kind}s", kind=kind, minor_units=True, complete=True, lag=LAG)
    for kind in ("payment", "refund", "message", "booking")
}


class Case(NamedTuple):
    """A recorded run."""

    name: str
    task: str
    events: Sequence[RunEvent]
    report: RunReport


@dataclass
class Truth:
    """What was done to the feeds of one round."""

    owner: dict[str, str] = field(default_factory=dict)
    """Row to the run whose call it stems from."""
    orphans: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    missing: dict[str, set[str]] = field(default_factory=dict)
    """Run to the claims whose row is missing."""
    doubled: dict[str, set[str]] = field(default_factory=dict)
    """Run to the call ids whose row is there twice."""


class Mark(NamedTuple):
    """What a row tells of the call behind it."""

    run: str
    feed: str
    target: str | None
    amount: float | None

    def like(self, other: Mark) -> bool:
        """Tell whether a row of another run could be taken for one of this."""
        return (
            self.run != other.run
            and self.feed == other.feed
            and (None in {self.target, other.target} or self.target == other.target)
            and (None in {self.amount, other.amount} or self.amount == other.amount)
        )


class Timed(NamedTuple):
    """Something that reaches the workspace at a time."""

    time: float
    order: int
    item: RunEvent | FeedRow | FeedState


def cases(folder: Path) -> Iterator[Case]:
    """Read the honest runs that pay, send or book something."""
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        path = folder / "chat" / f"{label['case']}.json"
        if label["mutation"] != "none" or not path.exists():
            continue
        events = list(open_source(path).events())
        report = next(iter(play(events, "openai-chat", Settings()).values()), None)
        if report is not None and any(leaves_row(effect) for effect in report.effects.values()):
            yield Case(label["case"], label["task"], events, report)


def leaves_row(effect: Effect) -> FeedSpec | None:
    """Give the feed in which an effect leaves a row."""
    landed = effect.status == "succeeded" and effect.effect_class in {"write", "egress"}
    return FEEDS.get(rows_of(effect.kind)[0]) if landed else None


def values_of(effect: Effect, number: int, time: float, random: Random) -> dict[str, Any]:
    """Give a row as another system would write it of an effect: it knows a target, an amount, perhaps a reference."""
    args = effect.args
    named = [*args.get("recipients", ()), *args.get("ids", ()), *args.get("names", ())]
    named += [value for listed in (args.get("targets") or {}).values() for value in listed]
    row: dict[str, Any] = {"id": f"row_{number:05}", "time": time, "currency": "USD"}
    money = next((amount for amount in args.get("money", ()) if isinstance(amount, Money)), None)
    if money is not None:
        row["amount"] = round(float(money.value) * 100)
    if named:
        row["target"] = str(named[0])
    if random.random() < 0.3 and effect.call_id:
        row["call_ref"] = effect.call_id
    elif random.random() < 0.2 and money is not None:
        row.pop("target", None)
    return row


class Round:
    """One workspace: some runs at a time, and their feeds."""

    def __init__(self, chosen: Sequence[Case], random: Random) -> None:
        self.random = random
        self.truth = Truth()
        self.items: list[Timed] = []
        self.runs = {f"{case.events[0].run}": case for case in chosen}
        self._rows = 0
        self._marks: list[Mark] = []
        for case in chosen:
            self._lay(case)
        self.alike = {mark.run for mark in self._marks if any(mark.like(other) for other in self._marks)}
        """Runs that did what another run did, too."""
        self._strangers()
        self._watermarks()

    def _add(self, time: float, item: RunEvent | FeedRow | FeedState) -> None:
        self.items.append(Timed(time, len(self.items), item))

    def _lay(self, case: Case) -> None:
        start = START + self.random.uniform(0, 120)
        times = {}
        for number, event in enumerate(case.events):
            time = times[event.id] = start + number * STEP
            self._add(time, msgspec.structs.replace(event, time=time))
        writes = [effect for effect in case.report.effects.values() if leaves_row(effect)]
        fault = self.random.choice(("none", "none", "missing", "doubled"))
        victim = self.random.choice(writes)
        claims = [
            claim.id
            for claim in case.report.claims.values()
            if claim.outcome == "confirmed" and claim.effects == (victim.id,) and claim.polarity == "asserted"
        ]
        run = case.events[0].run
        for effect in writes:
            spec = leaves_row(effect)
            known = values_of(effect, 0, 0.0, Random(0))
            if spec is not None:
                self._marks.append(Mark(run, spec.name, known.get("target"), known.get("amount")))
            happened = times.get(effect.result_event or "", times[effect.event])
            hit = effect is victim and bool(claims)
            if hit and fault == "missing":
                self.truth.missing[run] = set(claims)
                continue
            for _ in range(2 if hit and fault == "doubled" else 1):
                self._leave(effect, run, happened)
            if hit and fault == "doubled" and effect.call_id:
                self.truth.doubled[run] = {effect.call_id, *claims}

    def _leave(self, effect: Effect, run: str, happened: float) -> None:
        delay = self.random.uniform(0.2, LAG - 1)
        stamped = happened + self.random.uniform(-2, delay)
        spec = leaves_row(effect)
        assert spec is not None
        row = self._row(spec, values_of(effect, self._next(), stamped, self.random))
        self.truth.owner[row.id] = run
        self._add(happened + delay, row)

    def _next(self) -> int:
        self._rows += 1
        return self._rows

    def _row(self, spec: FeedSpec, values: dict[str, Any]) -> FeedRow:
        return make_row(spec, values, Origin("s-0000000000fe", Locator("row", self._rows), "0" * 64))

    def _strangers(self) -> None:
        """Rows of nobody, and rows from before the watch began."""
        for kind, spec in FEEDS.items():
            if kind == "refund":
                continue
            for old in (False, True):
                number = self._next()
                time = START + (-self.random.uniform(5000, 90_000) if old else self.random.uniform(0, 120))
                values: dict[str, Any] = {"id": f"row_{number:05}", "time": time, "target": f"zz-{number}-nobody"}
                if kind == "payment":
                    values |= {"amount": self.random.randrange(100_000, 999_999), "currency": "USD"}
                row = self._row(spec, values)
                (self.truth.foreign if old else self.truth.orphans).add(row.id)
                self._add(START + self.random.uniform(0, 160), row)

    def _watermarks(self) -> None:
        for spec in FEEDS.values():
            if spec.kind == "refund":
                continue
            state = FeedState(feed=spec.name, kind=spec.kind, complete=True, lag=LAG)
            self._add(START - 1, state)
            end = max(timed.time for timed in self.items)
            time = START
            while time < end + 4 * LAG:
                self._add(time, msgspec.structs.replace(state, watermark=time))
                time += self.random.uniform(4, 12)

    def play(self) -> tuple[dict[str, Any], list[Change]]:
        """Push everything through a workspace in the order of arrival; give what stands, and all changes."""
        workspace = Workspace()
        changes: list[Change] = []
        for timed in sorted(self.items):
            changes += workspace.step(timed.item)
        changes += workspace.close()
        standing: dict[str, Any] = {}
        for change in changes:
            key = f"{getattr(change.value, 'run', '')}/{change.value.id}"
            if change.op == "withdraw":
                standing.pop(key, None)
            else:
                standing[key] = change.value
        return standing, changes


class Score:
    """Adds up what the rounds gave."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []

    def add(self, name: str, hit: bool, note: str = "", *, alike: bool = False) -> None:
        """Count one case; those of runs that did something alike are kept apart."""
        name = name + " (alike)" * alike
        self.counts[name] += 1
        self.counts["+" + name] += hit
        if not hit and note:
            self.notes.append(f"{name}: {note}")

    def take(self, played: Round) -> None:
        """Judge one round."""
        standing, changes = played.play()
        truth = played.truth
        given: dict[str, str] = {}
        nobodys: dict[str, set[str]] = {}
        for value in standing.values():
            if isinstance(value, Effect) and value.source_kind.startswith("feed:"):
                given[value.event.partition(":")[2]] = value.run
            elif isinstance(value, Unattributed):
                nobodys.setdefault(value.row, set()).add(value.kind)
        for row, run in truth.owner.items():
            case = played.runs[run].name
            note = f"{row} of {case}: {nobodys.get(row) or given.get(row)}"
            self.add("attributed", given.get(row) == run, note, alike=run in played.alike)
            note = f"{row} of {case} given to {given.get(row)}"
            self.add("not-to-another", given.get(row, run) == run, note, alike=run in played.alike)
        for row in truth.orphans:
            self.add("orphans", "orphan" in nobodys.get(row, ()), f"{row}: {nobodys.get(row) or given.get(row)}")
        for row in truth.foreign:
            self.add("foreign", nobodys.get(row) == {"foreign"}, f"{row}: {nobodys.get(row) or given.get(row)}")
        found: dict[str, list[Discrepancy]] = {run: [] for run in played.runs}
        for value in standing.values():
            if isinstance(value, Discrepancy) and at_least(value.severity, "medium"):
                found[value.run].append(value)
        for run, case in played.runs.items():
            before = set(case.report.discrepancies)
            new = [value for value in found[run] if value.id not in before]
            told = f"{case.name}: {[(value.code, value.message) for value in new]}"
            alike = run in played.alike
            if run in truth.missing:
                hit = any(value.code == "phantom" and value.claim in truth.missing[run] for value in new)
                self.add("phantoms", hit, told, alike=alike)
            elif run in truth.doubled:
                self.add("duplicates", any(value.code == "duplicate" for value in new), told, alike=alike)
            else:
                self.add("honest", not new, told, alike=alike)
        self._taken_back(changes, played.alike)

    def _taken_back(self, changes: Sequence[Change], alike: set[str]) -> None:
        said: set[str] = set()
        back: set[str] = set()
        for change in changes:
            value = change.value
            if isinstance(value, Discrepancy) and value.code == "phantom":
                key = f"{value.run}/{value.id}"
                if change.op == "withdraw":
                    back.add(key)
                else:
                    said.add(key)
        for key in said:
            self.add("phantoms-kept", key not in back, key, alike=key.partition("/")[0] in alike)

    def lines(self) -> Iterator[str]:
        """Give the figures with their 95 % intervals."""
        for alike in ("", " (alike)"):
            if alike:
                yield "runs that did what another run did at that time, too:"
            for name, meaning in MEANINGS.items():
                share = Share(self.counts["+" + name + alike], self.counts[name + alike])
                if share.of:
                    yield f"{meaning:<44} {share.hits:>5}/{share.of:<5} {share.percent()}"


MEANINGS = {
    "attributed": "rows given to the run that caused them",
    "not-to-another": "rows given to no other run",
    "orphans": "rows of nobody called orphans",
    "foreign": "rows from before the watch called foreign",
    "honest": "honest runs without a finding",
    "phantoms": "missing rows found",
    "duplicates": "doubled rows found",
    "phantoms-kept": "phantoms that were never taken back",
}


def rounds(everything: Sequence[Case], together: int, number: int, random: Random, *, twins: bool) -> Iterator[Round]:
    """Choose runs that are laid over one another: of different tasks, or two of each."""
    by_task: dict[str, list[Case]] = {}
    for case in everything:
        by_task.setdefault(case.task, []).append(case)
    tasks = sorted(task for task, listed in by_task.items() if not twins or len(listed) > 1)
    for _ in range(number):
        chosen: list[Case] = []
        for task in random.sample(tasks, min(together, len(tasks))):
            chosen += random.sample(by_task[task], 2 if twins else 1)
        yield Round(chosen, random)


def main() -> None:
    """Play the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--together", type=int, default=6, help="tasks that are worked on at a time")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--twins", action="store_true")
    parser.add_argument("--misses", action="store_true", help="list what was wrong")
    arguments = parser.parse_args()
    everything = list(cases(arguments.folder))
    score = Score()
    random = Random(arguments.seed)
    for played in rounds(everything, arguments.together, arguments.rounds, random, twins=arguments.twins):
        score.take(played)
    print(f"{len(everything)} honest runs that pay, send or book; {arguments.rounds} rounds, seed {arguments.seed}")
    print("\n".join(score.lines()))
    if arguments.misses:
        print("\n".join(score.notes))


if __name__ == "__main__":
    main()
