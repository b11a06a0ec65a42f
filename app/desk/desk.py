"""The desk: everything that a face shows or does. The terminal UI and the command line are thin faces of it.

Reads answer out of the index, acts go into the ledger first. Nothing here writes the index: that is the recorder's,
in this process or another. Methods may be called from several threads.
"""

from __future__ import annotations

import getpass
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from assure_tui.app.desk import entries
from assure_tui.app.desk.acts import UNDONE, Acts
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.audit import alterations, recorded_logs
from assure_tui.app.desk.config import UserConfig
from assure_tui.app.desk.entries import ACTS, EVIDENCE, Tags
from assure_tui.app.desk.errors import GoneError, LedgerDamagedError, UsageError
from assure_tui.app.desk.filters import Subject, compile_filter
from assure_tui.app.desk.library import Asking, Library
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.report import UNCHECKED
from assure_tui.app.desk.summaries import whole_text
from assure_tui.app.desk.table import Table
from assure_tui.app.desk.views import (
    Attention,
    Coverage,
    Decision,
    DecisionWord,
    EventRow,
    FileDiff,
    LedgerView,
    Note,
    Presence,
    RunDetail,
    RunRow,
    Verdict,
    VerdictWord,
)
from assure_tui.ingest.adapters import ADAPTERS, detect
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import RunEvent, Tally, ToolResult
from assure_tui.ingest.reader import load_event
from assure_tui.ledger.lease import RecorderLease
from assure_tui.reconcile.model import SEVERITIES, Severity, Unattributed, at_least

if TYPE_CHECKING:
    from assure_tui.ingest.adapters.base import Adapter
    from assure_tui.ledger.operator_key import OperatorIdentity
    from assure_tui.ledger.seal import SealReceipt

MAX_TEXT = 100_000
"""Code points of a note or a reason."""
NEWEST_ENTRIES = 50
_ATTENTION: tuple[Attention, ...] = ("need", "unobserved", "quiet", "backlog")


class Desk:
    """Use `Desk.open`."""

    def __init__(self, home: Home, config: UserConfig, *, roots: Sequence[Path], read_only: bool) -> None:
        self.home = home
        self.roots = tuple(roots)
        """Which logs this desk is about."""
        self.config = config
        self.read_only = read_only
        self._library = Library(home.index)
        self._archive = Archive(home, self._library, read_only=read_only)
        self._tags = Tags.load(home.keys) if (home.keys / "tags.key").exists() or not read_only else Tags(b"")
        self._local = threading.local()
        self._lock = threading.RLock()
        self._tables: list[Table] = []
        self._bumps = 0
        self._runs: dict[str, tuple[dict[str, Any], list[Asking]]] = {}
        self._runs_revision = -1
        self._index_epoch = ""
        self._acts = Acts()
        self._acts_version: tuple[int, int] | None = None
        self._verified: LedgerView | None = None

    @classmethod
    def open(
        cls,
        home: Home,
        *,
        roots: Sequence[Path] = (),
        config: UserConfig | None = None,
        read_only: bool = False,
    ) -> Desk:
        """Open the desk of an installation, about the logs under `roots`."""
        if not read_only:
            home.prepare()
        return cls(home, config or UserConfig(), roots=roots, read_only=read_only)

    def close(self) -> None:
        """Close all files."""
        self._library.close()
        with self._lock:
            for table in self._tables:
                table.close()
            self._tables.clear()

    # State ----------------------------------------------------------------------------------------------------------

    def presence(self) -> Presence:
        """Tell who records, and how the desk stands."""
        pid = RecorderLease(self.home.lease).holder()
        problems = self._library.problems() if pid is not None else []
        size, state = 0, "unchecked"
        try:
            size = self._archive.size()
            state = self._verified.state if self._verified else "unchecked" if size else "empty"
        except LedgerDamagedError as error:
            state = "damaged"
            problems.append(str(error))
        return Presence(
            recorder="none" if pid is None else "self" if pid in {os.getpid(), os.getppid()} else "other",
            recorder_pid=pid,
            read_only=self.read_only,
            revision=self.revision(),
            ledger_size=size,
            ledger_state=state,
            problems=tuple(problems),
        )

    def revision(self) -> int:
        """Give a number that grows whenever a face should look again. Cheap enough for 20 times a second."""
        return int(self._library.meta("revision") or 0) + self._bumps

    # Runs -----------------------------------------------------------------------------------------------------------

    def runs(self, query: str = "") -> list[RunRow]:
        """Give the runs that a filter lets through, neediest first; sub-agents' runs follow the run they belong to.

        Raises:
            UsageError: The filter is none.
        """
        test = compile_filter(query)
        with self._lock:
            self._refresh()
            looked = self._table().all_looked() if not self.read_only else {}
            rows = []
            for columns, asking in self._runs.values():
                row = self._row(columns, asking, looked)
                gates = [ask.code for ask in asking if ask.kind == "gate"]
                if test(Subject(row, [ask.code for ask in asking], gates)):
                    rows.append(row)
        return _order(rows)

    def run(self, run: str) -> RunDetail:
        """Give all of a run but its events. A run of the history is recorded from now on, because somebody looks.

        Raises:
            UsageError: There is no such run, or the prefix is not unique.
        """
        with self._lock:
            columns, asking = self._find(run)
            name, no = columns["id"], columns["no"]
            results = self._library.results(no)
            acts = self._acts
            looked = self._table().all_looked() if not self.read_only else {}
            row = self._row(columns, asking, looked)
            if row.attention == "backlog" and not self.read_only:
                self._table().want(name)
            source = self._library.source(columns["source"])
            claims = tuple(results["claim"])
            children = tuple(sorted(other for other, (c, _) in self._runs.items() if c["parent"] == name))
            info, tally, _ = source or (None, None, "")
            return RunDetail(
                row=row,
                sources=(info,) if info else (),
                claims=claims,
                effects=tuple(results["effect"]),
                discrepancies=tuple(results["discrepancy"]),
                gates=tuple(results["gate"]),
                inputs=tuple(results["input"]),
                decisions=tuple(acts.decisions.get(name, {}).values()),
                notes=tuple(acts.notes.get(name, ())),
                verdict=self._verdict(name),
                coverage=Coverage(
                    tally=tally or Tally(),
                    calls_without_result=columns["unanswered"],
                    sources_incomplete=(info.path,) if info and not info.complete else (),
                    claims_checked=sum(claim.outcome not in UNCHECKED for claim in claims),
                    claims_total=len(claims),
                ),
                children=children,
            )

    def unattributed(self) -> list[Unattributed]:
        """Give the rows of shared evidence that no run accounts for."""
        return self._library.unattributed()

    def _refresh(self) -> None:
        """Take in the runs and acts that changed since."""
        epoch = str(self._library.meta("epoch") or "")
        if epoch != self._index_epoch:
            self._runs.clear()
            self._runs_revision, self._index_epoch = -1, epoch
        changed = self._library.runs_since(self._runs_revision)
        asking = self._library.asking(columns["no"] for columns in changed if columns["findings"])
        for columns in changed:
            self._runs[columns["id"]] = columns, asking.get(columns["no"], [])
            self._runs_revision = max(self._runs_revision, columns["revision"])
        try:
            version = self._archive.version()
            if version != self._acts_version:
                self._acts = Acts.gather(self._archive.entries(ACTS), self.home.ledger)
                self._acts_version = version
        except LedgerDamagedError:
            pass  # the presence tells; the acts known so far stay

    def _find(self, run: str) -> tuple[dict[str, Any], list[Asking]]:
        self._refresh()
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

    def _no(self, run: str) -> int:
        with self._lock:
            known = self._runs.get(run)
            return int(known[0]["no"] if known else self._find(run)[0]["no"])

    def _row(self, columns: dict[str, Any], asking: Sequence[Asking], looked: dict[str, int]) -> RunRow:
        name = columns["id"]
        decided = self._acts.decisions.get(name, {})
        undecided = [ask for ask in asking if ask.id not in decided]
        verdict = self._verdict(name)
        return RunRow(
            id=name,
            native_id=columns["native_id"],
            parent=columns["parent"],
            agent=columns["agent"],
            adapter=columns["adapter"],
            model=columns["model"],
            cwd=columns["cwd"],
            source=columns["path"],
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
        )

    def _verdict(self, run: str) -> Verdict | None:
        verdict = self._acts.verdicts.get(run)
        seal = self._acts.seals.get(run)
        if verdict is None or seal is None or seal.entry < self._acts.verdict_entries.get(run, 0):
            return verdict
        return msgspec.structs.replace(verdict, seal=str(seal.number), stale=self._changed_since(run, seal.upto))

    def _changed_since(self, run: str, upto: int) -> bool:
        return self._archive.newest(EVIDENCE, self.subject(run)) >= upto

    # Events ---------------------------------------------------------------------------------------------------------

    def event_count(self, run: str) -> int:
        """Give the number of events of a run."""
        with self._lock:
            return int(self._find(run)[0]["events"])

    def events(self, run: str, start: int, count: int) -> list[EventRow]:
        """Give a window of a run's events."""
        return self._library.events(self._no(run), start, count)

    def position(self, run: str, event_id: str) -> int | None:
        """Give the number of an event within its run, or None when it has none of that id."""
        return self._library.position(self._no(run), event_id)

    def event_text(self, run: str, event_id: str) -> str:
        """Read an event's record again and give all of its text, raw.

        Raises:
            GoneError: The log is gone, or its record is another one by now.
            UsageError: The run has no such event.
        """
        no = self._no(run)
        row = self._library.event(no, event_id)
        if row is None:
            raise UsageError(f"run {run} has no event {event_id!r}.")
        return whole_text(self._load(no, row))

    def diffs(self, run: str) -> list[FileDiff]:
        """Give what a run did to each file, in the order of its edits. Hunks whose log is gone are left out."""
        no = self._no(run)
        edits = self._library.edits(no)
        effects = {effect.call_id: effect.id for effect in self._library.results(no)["effect"] if effect.call_id}
        loaded: dict[int, tuple[str | None, ...]] = {}
        files: dict[str, list[tuple[str, str, str | None, int, int]]] = {}
        for number, part, call_id, path, op, added, removed in edits:
            if number not in loaded:
                loaded[number] = self._hunks(no, number)
            diff = loaded[number][part] if part < len(loaded[number]) else None
            files.setdefault(path, []).append((op, effects.get(call_id, call_id), diff, added, removed))
        return [
            FileDiff(
                path=path,
                op=_overall([change[0] for change in changes]),
                added=sum(change[3] for change in changes),
                removed=sum(change[4] for change in changes),
                hunks=tuple((effect, diff) for _, effect, diff, _, _ in changes if diff),
            )
            for path, changes in files.items()
        ]

    def _hunks(self, no: int, number: int) -> tuple[str | None, ...]:
        rows = self._library.events(no, number, 1)
        try:
            event = self._load(no, rows[0]) if rows else None
        except GoneError:
            return ()
        return tuple(change.diff for change in event.files) if isinstance(event, ToolResult) else ()

    def _load(self, no: int, row: EventRow) -> RunEvent:
        path = Path(row.path)
        gone = f"the log {path} no longer holds this event: it is gone or was rewritten; what was read of it stays."
        try:
            event = load_event(path, _adapter(path, self._library.adapter(no)), row.at, row.id)
        except SourceError as error:
            raise GoneError(gone) from error
        if event is None or bytes.fromhex(event.origin.sha256[:16]) != self._library.digest(no, row.seq):
            raise GoneError(gone)
        return event

    def search(self, text: str, run: str | None = None, limit: int = 200) -> list[EventRow]:
        """Find events by the words of their summary; each says which run it is of."""
        no = self._no(run) if run is not None else None
        with self._lock:
            self._refresh()
            names = {columns["no"]: name for name, (columns, _) in self._runs.items()}
        hits = self._library.search(text, no, limit)
        return [msgspec.structs.replace(row, run=names[found]) for found, row in hits if found in names]

    # Acts -----------------------------------------------------------------------------------------------------------

    @property
    def operator(self) -> str:
        """Who acts: the configured name, else the login name."""
        return self.config.operator or getpass.getuser()

    def note(self, run: str, subject: str, text: str, tags: Sequence[str] = ()) -> Note:
        """Write words about a run, or about a claim, effect, event or finding of it."""
        if not text.strip():
            raise UsageError("a note needs words.")
        name = self._name(run)
        words = entries.note(
            subject=self.subject(name),
            run=name,
            about=subject or name,
            text=text[:MAX_TEXT],
            tags=tags,
            by=self.operator,
        )
        index = self._act(words)
        return next(note for note in self._acts.notes[name] if note.entry == index)

    def decide(self, finding: str, word: DecisionWord, reason: str, run: str | None = None) -> Decision:
        """Answer a finding, given by its id or a unique beginning of it; `run` tells runs with the same finding apart.

        Raises:
            UsageError: There is no such finding, the word is none, or a reason is missing.
        """
        if word not in get_args(DecisionWord):
            raise UsageError(f"{word!r} is no decision: say {', '.join(get_args(DecisionWord))}.")
        name, ask = self._finding(finding, run)
        if not reason.strip() and at_least(_severity(ask), "high"):
            raise UsageError(f"finding {ask.id} is {ask.severity}: a decision on it needs a reason in words.")
        self._answer(name, ask, word, reason)
        return self._acts.decisions[name][ask.id]

    def undo_decision(self, finding: str, run: str | None = None) -> None:
        """Take the answer to a finding back. The ledger keeps both."""
        name, ask = self._finding(finding, run)
        if ask.id not in self._acts.decisions.get(name, {}):
            raise UsageError(f"finding {ask.id} has no decision to take back.")
        self._answer(name, ask, UNDONE, "")

    def verdict(self, run: str, word: VerdictWord, reason: str) -> Verdict:
        """Answer a run. It is a draft until it is sealed."""
        if word not in get_args(VerdictWord):
            raise UsageError(f"{word!r} is no verdict: say {', '.join(get_args(VerdictWord))}.")
        name = self._name(run)
        words = entries.verdict(
            subject=self.subject(name), run=name, word=word, reason=reason[:MAX_TEXT], by=self.operator
        )
        self._act(words)
        return self._acts.verdicts[name]

    def seal(self, runs: Sequence[str], *, passphrase: str, key: str | None = None) -> list[SealReceipt]:
        """Sign the verdicts on runs, in one envelope, over the evidence that is in the ledger now.

        Raises:
            LedgerDamagedError: The ledger does not verify: nothing is sealed on it.
            UsageError: A run has no verdict or no evidence in the ledger, or the key cannot be used.
        """
        from assure_tui.app.desk.sealing import seal_runs  # noqa: PLC0415 - cryptography is needed only here

        names = [self._name(run) for run in runs]
        if not names:
            raise UsageError("name at least one run to seal.")
        receipt = seal_runs(self, self._archive, names, passphrase=passphrase, key=key)
        self._bumps += 1
        return [receipt]

    def _answer(self, run: str, ask: Asking, word: str, reason: str) -> None:
        self._act(
            entries.decision(
                subject=self.subject(run),
                run=run,
                finding_id=ask.id,
                word=word,
                severity=ask.severity,
                code=ask.code,
                reason=reason[:MAX_TEXT],
                by=self.operator,
            )
        )

    def _act(self, words: entries.Words) -> int:
        with self._lock:
            index = self._archive.write([words])
            self._bumps += 1
            self._refresh()
            return index

    def _name(self, run: str) -> str:
        with self._lock:
            return str(self._find(run)[0]["id"])

    def subject(self, run: str) -> str:
        """Give the tag under which a run stands in the ledger."""
        return self._tags.of(f"run:{run}")

    def _finding(self, finding: str, run: str | None) -> tuple[str, Asking]:
        with self._lock:
            self._refresh()
            among = [self._name(run)] if run is not None else list(self._runs)
            matches = [
                (name, ask)
                for name in among
                for ask in self._runs[name][1]
                if ask.id == finding or (len(finding) > 3 and ask.id.startswith(finding))
            ]
        if not matches:
            raise UsageError(
                f"there is no finding {finding!r} that asks for a decision: `assure-tui show RUN` lists them."
            )
        if len(matches) > 1:
            places = ", ".join(f"{name}/{ask.id}" for name, ask in matches[:5])
            raise UsageError(f"{finding!r} may be {places}: name the run as well.")
        return matches[0]

    # The operator's table -------------------------------------------------------------------------------------------

    def draft(self, key: str) -> str | None:
        """Give the text that was being written under `key`."""
        return None if self.read_only else self._table().draft(key)

    def save_draft(self, key: str, text: str) -> None:
        """Keep the text that is being written under `key`: on the disk when this returns."""
        if not self.read_only:
            self._table().save_draft(key, text)

    def drop_draft(self, key: str) -> None:
        """Forget the text under `key`."""
        if not self.read_only:
            self._table().drop_draft(key)

    def marks(self, run: str) -> set[str]:
        """Give the ids that are marked in a run."""
        return set() if self.read_only else self._table().marks(self._name(run))

    def mark(self, run: str, subject: str, *, on: bool = True) -> None:
        """Mark something in a run, or take the mark away."""
        if not self.read_only:
            self._table().mark(self._name(run), subject, on=on)

    def looked(self, run: str) -> None:
        """Remember that the operator has looked at the run as it stands."""
        if not self.read_only:
            with self._lock:
                columns = self._find(run)[0]
                self._table().looked(columns["id"], columns["evidence"])

    def _table(self) -> Table:
        table: Table | None = getattr(self._local, "table", None)
        if table is None:
            table = self._local.table = Table(self.home.desk)
            with self._lock:
                self._tables.append(table)
        return table

    # Ledger and keys ------------------------------------------------------------------------------------------------

    def ledger(self) -> LedgerView:
        """Give the ledger as it was last checked, with its newest entries."""
        try:
            ledger = self._archive.reading()
            if ledger is None:
                return _no_ledger(self.home.ledger)
            size, root = self._archive.size(), ledger.root().hex()
        except LedgerDamagedError as error:
            statement = ("open", "failed", str(error))
            return msgspec.structs.replace(_no_ledger(self.home.ledger), state="damaged", statements=(statement,))
        newest = self._library.newest_entries(NEWEST_ENTRIES)
        checked = self._verified
        return LedgerView(
            path=str(self.home.ledger),
            origin=ledger.origin,
            size=size,
            root=root,
            issued=ledger.entry(size - 1).time / 1000 if size else None,
            state=checked.state if checked else "unchecked" if size else "empty",
            checked=checked.checked if checked else None,
            statements=checked.statements if checked else (),
            entries=tuple((e.index, e.kind, e.subject, e.time / 1000, _in_words(e.clear)) for e in newest),
        )

    def verify(self, progress: Callable[[int, int], None] | None = None) -> LedgerView:
        """Verify the whole ledger, reading only; give it as it stands then."""
        if not self._archive.exists:
            return _no_ledger(self.home.ledger)
        from assure_tui.ledger.verify import verify  # noqa: PLC0415 - cryptography is needed only here

        with plain_errors():
            report = verify(self.home.ledger, pins=self.home.pins, keys=self.home.keys, progress=progress)
        self._verified = LedgerView(
            path=str(self.home.ledger),
            origin=report.origin,
            size=report.size,
            root=report.root.hex(),
            issued=None,
            state="damaged" if report.state == "failed" else report.state,
            checked=time.time(),
            statements=tuple((s.name, s.state, s.detail) for s in report.statements),
        )
        self._bumps += 1
        return self.ledger()

    def check_log(self, log: Path, at: Path | None = None) -> list[str]:
        """Say where a log, or a copy of it at `at`, is not what was recorded; nothing when it is.

        Raises:
            UsageError: The log was never recorded.
        """
        ledger = self._archive.reading()
        found = list(recorded_logs(ledger, self._tags, log)) if ledger is not None else []
        if not found:
            raise UsageError(f"nothing of {log} is in the ledger: it was never recorded, or under another path.")
        return [message for known in found for message in alterations(known, at)]

    def operator_keys(self) -> list[OperatorIdentity]:
        """Give the public halves of the operator keys of this installation."""
        from assure_tui.app.desk.operators import list_keys  # noqa: PLC0415 - cryptography is needed only here

        return list_keys(self.home.keys)

    def new_operator_key(self, name: str, passphrase: str) -> OperatorIdentity:
        """Make an operator key. The passphrase is kept nowhere."""
        if self.read_only:
            raise UsageError("this desk was opened read-only: leave --read-only out to make a key.")
        from assure_tui.app.desk.operators import new_key  # noqa: PLC0415 - cryptography is needed only here

        with plain_errors():
            return new_key(self.home.keys, name, passphrase)


def _attention(columns: dict[str, Any], undecided: Sequence[Asking]) -> Attention:
    if columns["backlog"]:
        return "backlog"
    if any(at_least(_severity(ask), "medium") for ask in undecided):
        return "need"
    if columns["confirmed"] + columns["contradicted"] == 0:
        return "unobserved"
    return "quiet"


def _severity(ask: Asking) -> Severity:
    return next(severity for severity in SEVERITIES if severity == ask.severity)


def _order(rows: Sequence[RunRow]) -> list[RunRow]:
    """Put the neediest first, then the newest; runs of sub-agents behind the run that they belong to."""
    present = {row.id for row in rows}
    children: dict[str, list[RunRow]] = {}
    tops: list[RunRow] = []
    for row in rows:
        if row.parent in present and row.parent != row.id:
            children.setdefault(row.parent or "", []).append(row)
        else:
            tops.append(row)
    ordered: list[RunRow] = []
    placed: set[str] = set()

    def place(row: RunRow) -> None:
        if row.id not in placed:
            placed.add(row.id)
            ordered.append(row)
            for child in sorted(children.get(row.id, ()), key=lambda child: child.started or 0.0):
                place(child)

    def need(row: RunRow) -> tuple[int, int, float]:
        family = [row, *children.get(row.id, ())]
        rank = min(_ATTENTION.index(member.attention) for member in family)
        worst = max((SEVERITIES.index(m.worst) for m in family if m.worst and m.undecided), default=-1)
        return rank, -worst, -(max((m.ended or m.started or 0.0) for m in family))

    for row in sorted(tops, key=need):
        place(row)
    for row in rows:  # runs that name each other as parent, as only a forged log can
        place(row)
    return ordered


def _adapter(path: Path, name: str) -> Adapter:
    named = [adapter for adapter in ADAPTERS if adapter.name == name]
    if len(named) == 1:
        return named[0]
    try:
        found = detect(path)
    except OSError as error:
        raise GoneError(f"the log {path} is gone ({error.strerror}); what was read of it stays.") from error
    if found is None:
        raise GoneError(f"the log {path} was rewritten into something else; what was read of it stays.")
    return found


def _overall(ops: Sequence[str]) -> str:
    """Say in one word what became of a file."""
    if ops[-1] == "delete":
        return "delete"
    return "create" if ops[0] == "create" else ops[-1]


def _no_ledger(path: Path) -> LedgerView:
    return LedgerView(
        path=str(path), origin="", size=0, root="", issued=None, state="empty", checked=None, statements=()
    )


def _in_words(clear: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in clear.items() if name not in {"root", "source"})[:160]
