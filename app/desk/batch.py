"""Checks logs at rest: files and folders in, one report per run out, in bounded memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from assure_tui.app.desk.gates.evaluator import evaluator
from assure_tui.app.desk.report import RunReport
from assure_tui.app.desk.watch.feeds import announced, problem
from assure_tui.ingest.errors import IngestError, SourceError
from assure_tui.ingest.feeds.reader import FeedReader
from assure_tui.ingest.feeds.spec import FeedSpec
from assure_tui.ingest.model import Event, SourceInfo, Tally
from assure_tui.ingest.reader import SourceReader, open_source
from assure_tui.ingest.walk import Found, Skipped, discover
from assure_tui.ingest.witness.witness import Witness
from assure_tui.reconcile.model import Change, Unattributed
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.workspace import Workspace

if TYPE_CHECKING:
    from assure_tui.app.desk.gates.waivers import LetOff


class _Taken(Exception):  # noqa: N818 - a signal, not an error
    """A run of the file has the id of a run in another file: read it again with ids of its own."""


WORTH_SPREADING = 8_000_000
"""Bytes of logs from which on it pays to start other processes."""

Progress = Callable[[int, int, Path], None]
"""Told before each file: files done, files in all, the file."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one family of files comes to."""

    reports: dict[str, RunReport]
    skipped: list[Skipped]
    tally: Tally
    faults: list[str]

    @property
    def ended(self) -> float:
        """When its newest run ended; 0 without one whose log tells."""
        return max((report.facts.ended or 0.0 for report in self.reports.values()), default=0.0)


@dataclass(kw_only=True)
class Batch:
    """A batch check over `paths`. Iterate over `runs()` once; the other fields are filled while it goes on."""

    paths: Sequence[Path]
    settings: Settings = field(default_factory=Settings)
    feeds: Sequence[FeedSpec] = ()
    exclude: Sequence[str] = ()
    last: bool = False
    since: float | None = None
    jobs: int | None = None
    """Processes that check files at the same time; None: as many as there are processors, where that is worth it."""
    witness: Witness | None = None
    """Looks at the repositories that the runs worked in; None: what the logs say has to do."""
    let_off: LetOff | None = None
    """Applies what operators let off."""
    progress: Progress | None = None
    skipped: list[Skipped] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    faults: list[str] = field(default_factory=list)
    """Files on which the check itself broke: a defect of this program, shown as such."""
    older: int = 0
    """Logs, and runs of other logs, that `since` left out."""
    _rows: dict[str, Unattributed] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def runs(self) -> Iterator[RunReport]:
        """Check file by file and give each run's report; a file that cannot be read never stops the others.

        With feeds, which may say something of any run, reports are given once all files and feeds were read.
        """
        discovery = discover(self.paths, exclude=self.exclude)
        self.skipped.extend(discovery.skipped)
        files = self._chosen(discovery.files)
        if self.feeds:
            yield from self._together(files)
        elif self.last:
            yield from self._newest(files)
        else:
            yield from self._each(files)

    def _each(self, files: Sequence[Found]) -> Iterator[RunReport]:
        """Check family by family."""
        done = 0
        for family, checked in self._results(files):
            if self.progress is not None:
                self.progress(done, len(files), family[0].path)
            done += len(family)
            if checked is None or not self._taken.isdisjoint(checked.reports):
                checked = self._check(family)
            self.skipped += checked.skipped
            self.faults += checked.faults
            add(self.tally, checked.tally)
            self._taken.update(checked.reports)
            yield from self._wanted(checked.reports.values())

    def _newest(self, files: Sequence[Found]) -> Iterator[RunReport]:
        """Check the logs that changed last, until no other can have a newer run.

        No run goes on after its log's last change, but a log may have been changed long after: whoever copies logs, or
        checks them out, gives all of them the time of doing so.
        """
        newest: tuple[float, Checked] | None = None
        for family in sorted(families(files), key=_last_change, reverse=True):
            change = _last_change(family)
            if newest is not None and newest[0] >= change:
                break
            if self.progress is not None:
                self.progress(0, len(files), family[0].path)
            checked = self._check(family)
            self.skipped += checked.skipped
            self.faults += checked.faults
            ended = checked.ended or change
            if checked.reports and (newest is None or ended > newest[0]):
                newest = ended, checked
        if newest is not None:
            add(self.tally, newest[1].tally)
            yield from self._wanted(newest[1].reports.values())

    def _check(self, family: Sequence[Found]) -> Checked:
        return check_family(family, settings=self.settings, witness=self.witness, taken=self._taken)

    def _results(self, files: Sequence[Found]) -> Iterator[tuple[list[Found], Checked | None]]:
        """Return what each family comes to; None for one that is still to be checked, here."""
        from assure_tui.app.desk.spread import processors, spread  # noqa: PLC0415 - of use to large batches only

        work = families(files)
        workers = min(self.jobs or processors(), len(work))
        if workers < 2 or (self.jobs is None and sum(map(_size, files)) < WORTH_SPREADING):
            return ((family, None) for family in work)
        return spread(work, partial(check_family, settings=self.settings, looks=self.witness is not None), workers)

    def _together(self, files: Sequence[Found]) -> Iterator[RunReport]:
        """Check all files and feeds against each other, as one."""
        shared = self._announced()
        reports: dict[str, RunReport] = {}
        for done, found in enumerate(found for family in families(files) for found in family):
            if self.progress is not None:
                self.progress(done, len(files), found.path)
            reports |= self._family([found], shared)
        self._read_feeds(shared, reports, files)
        yield from self._wanted(reports.values())

    def _family(self, files: Iterable[Found], check: Workspace) -> dict[str, RunReport]:
        """Check files in one workspace, those under ids of their own whose runs another file of this batch has."""
        reports: dict[str, RunReport] = {}
        for found in files:
            try:
                reports |= self._file(found, "", check)
            except _Taken:
                reports |= self._file(found, str(found.path), check)
        return reports

    def _wanted(self, reports: Iterable[RunReport]) -> list[RunReport]:
        chosen = list(reports)
        for report in chosen:
            if report.gates and self.let_off is not None:
                stands = self.let_off(report.facts.id, tuple(report.gates.values()))
                report.gates = {gate.id: gate for gate in stands}
        if self.last:
            chosen = sorted(chosen, key=lambda report: report.facts.ended or 0.0)[-1:]
        since = self.since
        wanted = [r for r in chosen if since is None or r.facts.ended is None or r.facts.ended >= since]
        self.older += len(chosen) - len(wanted)
        return wanted

    def _announced(self) -> Workspace:
        check = Workspace(self.settings, evaluator())
        for spec in self.feeds:
            check.step(announced(spec))
        return check

    def _read_feeds(self, check: Workspace, reports: dict[str, RunReport], chosen: Sequence[Found]) -> None:
        for spec in self.feeds:
            try:
                reader = FeedReader(spec)
                rows, state = reader.read(time.time(), at_rest=True)
            except IngestError as error:
                self.skipped.append(Skipped(spec.path or Path(spec.name), f"feed {spec.name}: {error}"))
                continue
            self._tell_feed(reader)
            for row in rows:
                self._apply(check.step(row), reports)
            self._apply(check.step(state), reports)
        self._close(check, reports, chosen)

    def _tell_feed(self, reader: FeedReader) -> None:
        """Report what could not be read of a feed. Its file is not a log, and not listed as one that was left out."""
        path = reader.spec.path
        self.skipped = [skipped for skipped in self.skipped if path is None or not _same(skipped.path, path)]
        if told := problem(reader):
            self.skipped.append(Skipped(path or Path(reader.spec.name), told))

    def _chosen(self, files: Sequence[Found]) -> list[Found]:
        """Leave out logs that were last changed before `since`: they have no newer run."""
        chosen = sorted(files, key=lambda found: found.path)
        since = self.since
        if since is None:
            return chosen
        wanted = [found for found in chosen if _changed(found.path) >= since]
        self.older += len(chosen) - len(wanted)
        return wanted

    def _file(self, found: Found, salt: str, check: Workspace) -> dict[str, RunReport]:
        """Check one file; raise `_Taken` when another file of this batch has a run of the same id."""
        reports: dict[str, RunReport] = {}
        reader: SourceReader | None = None
        try:
            reader = open_source(found.path, found.adapter, salt)
            for event in reader.events():
                report = reports.get(event.run)
                if report is None:
                    self._refuse_taken(event.run, salt)
                    report = reports[event.run] = self._open(event.run, found, reader.source)
                report.facts.see(event)
                if self.witness is not None:
                    for seen in self.witness.before(event):
                        self._apply(check.step(seen), reports)
                self._apply(check.step(event), reports, event)
        except SourceError as error:
            self.skipped.append(Skipped(found.path, f"could not be read to its end: {error}"))
        except _Taken:
            for run in reports:
                check.close_run(run)
            raise
        except Exception as error:  # noqa: BLE001 - a log that breaks the check must not hide the findings of the others
            self._broke([found], error)
        if self.witness is not None:
            for run, report in reports.items():
                report.sources |= {source.id: source for source in self.witness.sources(run)}
                self.witness.forget(run)
        self._taken.update(reports)
        if reader is not None:
            self._count(reader.tally, reports)
        return reports

    def _close(self, check: Workspace, reports: dict[str, RunReport], files: Sequence[Found]) -> None:
        """Take the end of `files`; where the check breaks there, what it had found by then stands."""
        try:
            self._apply(check.close(), reports)
        except Exception as error:  # noqa: BLE001 - as in `_file`
            self._broke(files, error)

    def _broke(self, files: Iterable[Found], error: Exception) -> None:
        """Keep that the check itself broke on files: they are not called checked, and the command fails."""
        reason = f"the check failed on it ({type(error).__name__}): please report it"
        for found in files:
            self.faults.append(f"{found.path}: {type(error).__name__}: {error}")
            self.skipped.append(Skipped(found.path, reason))

    def _apply(self, changes: Iterable[Change], reports: dict[str, RunReport], cause: Event | None = None) -> None:
        """Sort changes to the runs they are about; what belongs to no run is kept beside them."""
        for change in changes:
            value = change.value
            if isinstance(value, Unattributed):
                self._rows.pop(value.id, None)
                if change.op != "withdraw":
                    self._rows[value.id] = value
            elif value.run in reports:
                reports[value.run].apply(change, cause)

    @property
    def unattributed(self) -> list[Unattributed]:
        """Rows of shared evidence that no run accounts for."""
        return list(self._rows.values())

    def _refuse_taken(self, run: str, salt: str) -> None:
        if run in self._taken and not salt:
            raise _Taken

    def _open(self, run: str, found: Found, source: SourceInfo) -> RunReport:
        report = RunReport(run, source.adapter)
        report.shown = str(found.path)
        complete = source.complete and self.settings.complete_logs
        report.sources[source.id] = msgspec.structs.replace(source, complete=complete)
        return report

    def _count(self, tally: Tally, reports: dict[str, RunReport]) -> None:
        """Give each run the records read for it; what was unreadable in a shared file counts with its first run."""
        add(self.tally, tally)
        if len(reports) == 1:
            next(iter(reports.values())).tally = tally
            return
        for index, report in enumerate(reports.values()):
            records = report.facts.records
            report.tally = msgspec.structs.replace(tally, records=records) if index == 0 else Tally(records=records)


def families(files: Sequence[Found]) -> list[list[Found]]:
    """Put the logs of a session's sub-agents, which stand in a folder of the session's name, behind the session's own.

    Logs of one family are checked as one run tree: what a parent retells is held against what its sub-agents did.
    """
    roots = {found.path.with_suffix(""): found.path for found in files}
    owner = {
        found.path: next((roots[folder] for folder in found.path.parents if folder in roots), found.path)
        for found in files
    }
    out: dict[Path, list[Found]] = {path: [] for path in owner.values()}
    for found in sorted(files, key=lambda found: owner[found.path] != found.path):
        out[owner[found.path]].append(found)
    return list(out.values())


@cache
def _own_witness() -> Witness:
    """The witness of a process that checks files for another one: what it read of a repository serves all of them."""
    return Witness()


def check_family(
    family: Sequence[Found],
    *,
    settings: Settings,
    looks: bool = False,
    witness: Witness | None = None,
    taken: Iterable[str] = (),
) -> Checked:
    """Check one family by itself, in any process. `looks`: with the process's own witness, where none is given."""
    batch = Batch(paths=(), settings=settings, witness=witness or (_own_witness() if looks else None))
    batch._taken.update(taken)  # noqa: SLF001 - a batch of one family
    check = Workspace(settings, evaluator())
    reports = batch._family(family, check)  # noqa: SLF001 - likewise
    batch._close(check, reports, family)  # noqa: SLF001 - likewise
    return Checked(reports, batch.skipped, batch.tally, batch.faults)


def add(total: Tally, part: Tally) -> None:
    """Add `part` to `total`."""
    total.records += part.records
    total.unrecognised += part.unrecognised
    total.malformed += part.malformed
    total.bookkeeping += part.bookkeeping
    for name, count in part.unknown_types.items():
        total.unknown_types[name] = total.unknown_types.get(name, 0) + count


def _size(found: Found) -> int:
    try:
        return found.path.stat().st_size
    except OSError:
        return 0


def _last_change(family: Sequence[Found]) -> float:
    return max(_changed(found.path) for found in family)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _same(one: Path, other: Path) -> bool:
    try:
        return one.name == other.name and one.samefile(other)
    except OSError:
        return False
