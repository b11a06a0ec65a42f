"""The list of runs: what the index says of them, with what people said of them in the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from assure_tui.app.desk.acts import Acts
from assure_tui.app.desk.archive import Archive
from assure_tui.app.desk.entries import ACTS, EVIDENCE, Tags
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.filters import Subject as Filtered
from assure_tui.app.desk.filters import Test
from assure_tui.app.desk.gates.waivers import asks_still
from assure_tui.app.desk.library import Asking, Library
from assure_tui.app.desk.views import Attention, RunRow, Verdict
from assure_tui.app.desk.watch.notices import Alert
from assure_tui.app.desk.wire import text_path
from assure_tui.reconcile.model import SEVERITIES, Severity, at_least

Columns = dict[str, Any]
"""A row of the table `runs`, by column."""
_ATTENTION: dict[Attention, int] = {"need": 0, "unobserved": 1, "quiet": 2, "backlog": 3}
_GRAVITY: dict[str, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class Line(NamedTuple):
    """A run as it is listed, and what that was made of: as long as this is the same, so is the line."""

    columns: Columns
    state: tuple[Any, ...]
    subject: Filtered


class Roster:
    """Keeps the runs in memory and takes in only those that changed. Not safe for threads: the desk holds `lock`."""

    def __init__(
        self, library: Library, archive: Archive, tags: Tags, *, vouched: Callable[[], Collection[str]] | None = None
    ) -> None:
        """With `vouched`, two of the keys that it gives must have sealed a verdict (four eyes)."""
        self.lock = threading.RLock()
        self.acts = Acts()
        self._library = library
        self._archive = archive
        self._tags = tags
        self._vouched = vouched
        self._counted: Collection[str] | None = None
        self._runs: dict[str, tuple[Columns, list[Asking]]] = {}
        self._lines: dict[str, Line] = {}
        self._children: dict[str, set[str]] = {}
        """Runs of sub-agents by the run that they name; one may have named another since."""
        self._revision = -1
        self._epoch = ""
        self._version: tuple[int, int] | None = None

    def refresh(self) -> None:
        """Take in the runs and acts that changed since. A damaged ledger leaves the acts as they were known."""
        epoch = str(self._library.meta("epoch") or "")
        if epoch != self._epoch:
            for known in (self._runs, self._lines, self._children):
                known.clear()
            self._revision, self._epoch = -1, epoch
        changed = self._library.runs_since(self._revision)
        asking = self._library.asking([columns["no"] for columns in changed if columns["findings"]])
        for columns in changed:
            self._runs[columns["id"]] = columns, asking.get(columns["no"], [])
            if columns["parent"]:
                self._children.setdefault(columns["parent"], set()).add(columns["id"])
            self._revision = max(self._revision, columns["revision"])
        try:
            version = self._archive.version()
            if version != self._version:
                self.acts = Acts.gather(self._archive.entries((*ACTS, "approval")), self._archive.envelope)
                self._counted = self._vouched() if self._vouched is not None else None
                self._version = version
        except LedgerDamagedError:
            return

    def rows(self, test: Test, looked: Mapping[str, int]) -> list[RunRow]:
        """Return the rows that pass a test, neediest first."""
        self.refresh()
        subjects = (self._subject(name, *known, looked) for name, known in self._runs.items())
        return _order([subject.row for subject in subjects if test(subject)])

    def _subject(self, name: str, columns: Columns, asking: list[Asking], looked: Mapping[str, int]) -> Filtered:
        """Return a run as a filter sees it. It is made anew only where it may differ from the last time."""
        acts = self.acts
        state = looked.get(name), acts.decisions.get(name), acts.verdicts.get(name)
        moving = name in acts.waivers or name in acts.approved or name in acts.seals
        known = self._lines.get(name)
        if known is not None and known.columns is columns and known.state == state and not moving:
            return known.subject
        row = self.row(columns, asking, looked)
        gates = [ask.code for ask in asking if ask.kind == "gate"]
        self._lines[name] = Line(columns, state, Filtered(row, [ask.code for ask in asking], gates))
        return self._lines[name].subject

    def find(self, run: str) -> tuple[Columns, list[Asking]]:
        """Return a run by its id, or a unique prefix.

        Raises:
            UsageError: There is none, or several.
        """
        self.refresh()
        exact = self._runs.get(run)
        if exact is not None:
            return exact
        wanted = run if run.startswith("r-") else f"r-{run}"
        matches = [name for name in self._runs if name.startswith(wanted)] if len(wanted) > 2 else []
        if len(matches) == 1:
            return self._runs[matches[0]]
        if not matches:
            raise UsageError(f"there is no run {run!r}: `assure-tui runs` lists them.")
        raise UsageError(f"{run!r} is the beginning of {len(matches)} runs: write more of it.")

    def number(self, run: str) -> int:
        """Return the number of a run in the index."""
        known = self._runs.get(run) or self.find(run)
        return int(known[0]["no"])

    def names(self) -> dict[int, str]:
        """Return the id of every run by its number in the index."""
        self.refresh()
        return {columns["no"]: name for name, (columns, _) in self._runs.items()}

    def alerts(self) -> list[Alert]:
        """The undecided findings of all runs that are recorded; those from before watching are nobody's alarm."""
        from assure_tui.app.desk.describe import headline  # noqa: PLC0415 - it reads the gates' catalogue

        return [
            Alert(
                run=name,
                title=columns["title"],
                finding=ask.id,
                severity=severity_of(ask),
                label=headline(ask.kind, ask.code),
            )
            for name, (columns, asking) in self._runs.items()
            if asking and not columns["backlog"]
            for ask in asking
            if ask.id not in self.acts.decisions.get(name, {})
        ]

    def children(self, run: str) -> tuple[str, ...]:
        """Return the runs of sub-agents of a run."""
        named = self._children.get(run, ())
        return tuple(sorted(name for name in named if self._runs[name][0]["parent"] == run))

    def tree(self, run: str) -> list[str]:
        """Return a run, by its id, and the runs of its sub-agents, and of theirs."""
        found = [run]
        for name in found:
            found += [child for child in self.children(name) if child not in found]
        return found

    def finding(self, finding: str, run: str | None) -> tuple[str, Asking]:
        """Return a finding that asks for a decision, by its id or a unique beginning of it, with its run.

        Raises:
            UsageError: There is none, or several.
        """
        self.refresh()
        among = [str(self.find(run)[0]["id"])] if run is not None else list(self._runs)
        matches = [(name, ask) for name in among for ask in self._matching(name, finding)]
        if not matches:
            raise UsageError(f"there is no finding {finding!r} to decide on: `assure-tui show RUN` lists them.")
        if len(matches) > 1:
            places = ", ".join(f"{name}/{ask.id}" for name, ask in matches[:5])
            raise UsageError(f"{finding!r} may be {places}: name the run as well.")
        return matches[0]

    def _matching(self, run: str, finding: str) -> Iterator[Asking]:
        for ask in self._runs[run][1]:
            if ask.id == finding or (len(finding) > 3 and ask.id.startswith(finding)):
                yield ask

    def row(self, columns: Columns, asking: Sequence[Asking], looked: Mapping[str, int]) -> RunRow:
        """Return the row of a run; `looked` tells how its evidence stood when it was last looked at."""
        name = columns["id"]
        decided = self.acts.decisions.get(name, {})
        waivers, approved, now = self.acts.waivers.get(name, ()), self.acts.approved.get(name, {}), time.time()
        undecided = [ask for ask in asking if ask.id not in decided and asks_still(ask, waivers, approved, now)]
        verdict = self.verdict(name)
        return RunRow(
            id=name,
            native_id=columns["native_id"],
            parent=columns["parent"],
            agent=columns["agent"],
            adapter=columns["adapter"],
            model=columns["model"],
            cwd=columns["cwd"],
            source=text_path(columns["path"]),
            title=columns["title"],
            started=columns["started"],
            ended=columns["ended"],
            status=columns["status"],
            attention=_attention(columns, undecided),
            worst=columns["worst"],
            confirmed=columns["confirmed"],
            contradicted=columns["contradicted"],
            unchecked=columns["unchecked"],
            findings=columns["findings"],
            undecided=len(undecided),
            gates_failed=columns["gates_failed"],
            events=columns["events"],
            verdict=verdict.word if verdict else None,
            sealed="no" if verdict is None else "draft" if not verdict.seal else "stale" if verdict.stale else "sealed",
            changed=looked.get(name) != columns["evidence"],
            headline=_headline(undecided),
        )

    def verdict(self, run: str) -> Verdict | None:
        """Return the verdict on a run, with its seal if it was sealed since."""
        newest = self._archive.newest(EVIDENCE, self._tags.of(f"run:{run}")) if self.acts.seals.get(run) else -1
        return self.acts.standing(run, newest, 1 if self._counted is None else 2, self._counted)


def _attention(columns: dict[str, Any], undecided: Sequence[Asking]) -> Attention:
    if columns["backlog"]:
        return "backlog"
    if any(at_least(severity_of(ask), "medium") for ask in undecided):
        return "need"
    if columns["confirmed"] + columns["contradicted"] == 0:
        return "unobserved"
    return "quiet"


def _headline(undecided: Sequence[Asking]) -> str:
    """Return the label of the worst finding that waits, of several the first."""
    if not undecided:
        return ""
    from assure_tui.app.desk.describe import headline  # noqa: PLC0415 - it reads the gates' catalogue

    worst = max(undecided, key=lambda ask: _GRAVITY[ask.severity])
    return headline(worst.kind, worst.code)


def severity_of(ask: Asking) -> Severity:
    """Return the severity of a finding."""
    return next(severity for severity in SEVERITIES if severity == ask.severity)


def _order(rows: Sequence[RunRow]) -> list[RunRow]:
    """Put the neediest first, then the newest; runs of sub-agents behind the run that they belong to."""
    present = {row.id for row in rows}
    children: dict[str, list[RunRow]] = {}
    tops: list[RunRow] = []
    for row in rows:
        if row.parent is not None and row.parent in present and row.parent != row.id:
            children.setdefault(row.parent, []).append(row)
        else:
            tops.append(row)

    def family(row: RunRow) -> tuple[int, int, float]:
        rank, gravest, ended = _need(row)
        for child in children.get(row.id, ()):
            its_rank, its_gravest, its_end = _need(child)
            rank, gravest, ended = min(rank, its_rank), min(gravest, its_gravest), min(ended, its_end)
        return rank, gravest, ended

    tops.sort(key=family)
    if not children:
        return tops
    ordered: list[RunRow] = []
    placed: set[str] = set()

    def place(row: RunRow) -> None:
        if row.id not in placed:
            placed.add(row.id)
            ordered.append(row)
            for child in sorted(children.get(row.id, ()), key=lambda child: child.started or 0.0):
                place(child)

    for row in tops:
        place(row)
    for row in rows:  # runs that name each other as parent, as only a forged log can
        place(row)
    return ordered


def _need(row: RunRow) -> tuple[int, int, float]:
    """Return what a run is sorted by: the neediest, gravest and newest has the least."""
    gravest = _GRAVITY[row.worst] if row.worst and row.undecided else -1
    return _ATTENTION[row.attention], -gravest, -(row.ended or row.started or 0.0)
