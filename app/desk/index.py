"""The index: what the recorder writes into it and all faces read. Derived from the logs and the ledger."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from assure_tui.app.desk.asking import asks
from assure_tui.app.desk.facts import RunFacts
from assure_tui.app.desk.index_file import open_to_write
from assure_tui.app.desk.summaries import kind_of, summarise
from assure_tui.app.desk.views import Queue
from assure_tui.app.desk.wire import encode, path_text, storable, text_path
from assure_tui.ingest.model import RunEvent, SourceInfo, Tally, ToolResult
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, GateResult, InputFinding, Severity, Unattributed

RUN_BITS = 32
"""An event's position is its run's number shifted by this, plus its number within the run."""
MAX_EVENTS = (1 << RUN_BITS) - 1

Result = Claim | Effect | Discrepancy | GateResult | InputFinding
RESULT_KINDS: dict[str, type[Result]] = {
    "claim": Claim,
    "effect": Effect,
    "discrepancy": Discrepancy,
    "gate": GateResult,
    "input": InputFinding,
}
KIND_OF: dict[type, str] = {model: kind for kind, model in RESULT_KINDS.items()}


class IndexWriter:
    """The recorder's side of the index. All writes of a tick go into one transaction, see `tick`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._link = open_to_write(path)
        self.revision: int = int(self.meta("revision") or 0)

    def close(self) -> None:
        """Close the file."""
        self._link.close()

    @contextmanager
    def tick(self) -> Iterator[None]:
        """Put everything written inside into one transaction (the outermost), and move the revision."""
        if self._link.in_transaction:
            yield
            return
        self._link.execute("BEGIN IMMEDIATE")
        try:
            self.revision += 1
            yield
            self.set_meta("revision", self.revision)
        except BaseException:
            self._link.execute("ROLLBACK")
            self.revision -= 1
            raise
        self._link.execute("COMMIT")

    def meta(self, name: str) -> Any:
        """Return a value of the `meta` table, or None."""
        row = self._link.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: str | int | None) -> None:
        """Set a value of the `meta` table."""
        self._link.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def show_queue(self, queue: Queue | None) -> None:
        """Tell the faces how far the recorder has come with the logs that were there before it."""
        with self.tick():
            self.set_meta("queue", json.dumps(queue) if queue is not None else None)

    # Sources ----------------------------------------------------------------------------------------------------

    def source(self, info: SourceInfo, salt: str) -> int:
        """Note a source; give its number."""
        self._link.execute(
            "INSERT INTO sources (path, id, adapter, discipline, complete, salt) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (path) DO UPDATE SET id = excluded.id, adapter = excluded.adapter, "
            "discipline = excluded.discipline, complete = excluded.complete, salt = excluded.salt",
            (path_text(info.path), info.id, info.adapter, info.discipline, info.complete, salt),
        )
        (no,) = self._link.execute("SELECT no FROM sources WHERE path = ?", (path_text(info.path),)).fetchone()
        return int(no)

    def met(self, no: int, tally: Tally) -> None:
        """Note what was met in a source so far."""
        self._link.execute("UPDATE sources SET tally = ? WHERE no = ?", (encode(tally), no))

    def read_whole(self, no: int, size: int, changed: int) -> None:
        """Note that a source was read and judged to its end, and how it looked then."""
        self._link.execute("UPDATE sources SET size = ?, changed = ? WHERE no = ?", (size, changed, no))

    def known_sources(self) -> dict[str, tuple[int, int, str]]:
        """Size, time of modification and salt of every source by path, as of when it was last read to its end."""
        return {
            text_path(path): (size, changed, salt)
            for path, size, changed, salt in self._link.execute("SELECT path, size, changed, salt FROM sources")
        }

    # Runs and their events --------------------------------------------------------------------------------------

    def run(self, run: str, source: int) -> int:
        """Note a run; give its number."""
        self._link.execute(
            "INSERT INTO runs (id, source) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET source = excluded.source",
            (run, source),
        )
        (no,) = self._link.execute("SELECT no FROM runs WHERE id = ?", (run,)).fetchone()
        return int(no)

    def facts(self, no: int, facts: RunFacts, counts: dict[str, Any], *, backlog: bool, evidence: bool) -> None:
        """Write what is known of a run as a whole. `evidence`: a claim, effect or finding has changed."""
        columns: dict[str, Any] = {
            "native_id": facts.native_id,
            "parent": facts.parent,
            "agent": facts.agent,
            "adapter": facts.adapter,
            "model": facts.model,
            "cwd": facts.cwd,
            "title": facts.title,
            "started": facts.started,
            "ended": facts.ended,
            "status": facts.status,
            "backlog": backlog,
            "events": facts.events,
            "unanswered": facts.calls_without_result,
            "revision": self.revision,
            **counts,
        }
        assignments = ", ".join(f"{name} = ?" for name in columns)
        values = [storable(value) if isinstance(value, str) else value for value in columns.values()]
        self._link.execute(
            f"UPDATE runs SET {assignments}, evidence = evidence + ? WHERE no = ?",  # noqa: S608 - our own column names
            [*values, evidence, no],
        )

    def accuse(self, no: int, finding: Discrepancy) -> None:
        """Write a finding about a run that is not being read, and count it."""
        self.put(no, [(finding, None)])
        (worst,) = self._link.execute("SELECT worst FROM runs WHERE no = ?", (no,)).fetchone()
        asking = asks(finding)
        if asking:
            worst = worst_of([finding.severity, *([worst] if worst else [])])
        self._link.execute(
            "UPDATE runs SET revision = ?, evidence = evidence + 1, findings = findings + ?, worst = ? WHERE no = ?",
            (self.revision, asking, worst, no),
        )

    def events(self, run: int, source: int, numbered: Iterable[tuple[int, RunEvent]]) -> None:
        """Write events of a run with their numbers within it."""
        rows: list[tuple[Any, ...]] = []
        edits: list[tuple[Any, ...]] = []
        base = run << RUN_BITS
        for number, event in numbered:
            at = event.origin.at
            rows.append(
                (
                    base + number,
                    storable(event.id),
                    kind_of(event),
                    event.time,
                    storable(getattr(event, "call_id", None) or "") or None,
                    storable(getattr(event, "tool", None) or "") or None,
                    getattr(event, "status", None),
                    storable(summarise(event)),
                    source,
                    at.unit,
                    at.start,
                    at.length,
                    at.line,
                    bytes.fromhex(event.origin.sha256[:16]),
                )
            )
            if isinstance(event, ToolResult):
                for part, change in enumerate(event.files):
                    if change.op != "read":
                        added, removed = diff_size(change.diff)
                        path = storable(change.new_path or change.path)
                        edits.append((base + number, part, storable(event.call_id), path, change.op, added, removed))
        self._link.executemany("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        if edits:
            self._link.executemany("INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?, ?)", edits)

    def forget_events(self, run: int, first: int) -> None:
        """Drop the events of a run from number `first` on: its source was rewritten and is shorter now."""
        low, high = (run << RUN_BITS) + first, (run << RUN_BITS) + MAX_EVENTS
        self._link.execute("DELETE FROM edits WHERE pos BETWEEN ? AND ?", (low, high))
        self._link.execute("DELETE FROM events WHERE pos BETWEEN ? AND ?", (low, high))

    # Results ----------------------------------------------------------------------------------------------------

    def put(self, run: int, values: Iterable[tuple[Result, str | None]]) -> None:
        """Write values with the event that each belongs to in the Timeline."""
        self._link.executemany(
            "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    run,
                    KIND_OF[type(v)],
                    v.id,
                    code_of(v),
                    getattr(v, "severity", None),
                    getattr(v, "outcome", None),
                    event,
                    encode(v),
                )
                for v, event in values
            ],
        )

    def drop(self, run: int, keys: Iterable[tuple[str, str]]) -> None:
        """Drop values, given as pairs of kind and id."""
        self._link.executemany(
            "DELETE FROM results WHERE run = ? AND kind = ? AND id = ?", [(run, kind, value) for kind, value in keys]
        )

    def result(self, run: int, kind: str, name: str) -> Result | None:
        """Return one value that stands about a run."""
        row = self._link.execute(
            "SELECT value FROM results WHERE run = ? AND kind = ? AND id = ?", (run, kind, name)
        ).fetchone()
        return msgspec.json.decode(row[0], type=RESULT_KINDS[kind]) if row else None

    def events_of(self, run: str) -> int:
        """Return how many events of a run the index has."""
        row = self._link.execute("SELECT events FROM runs WHERE id = ?", (run,)).fetchone()
        return int(row[0]) if row else 0

    def home_of(self, run: str) -> str | None:
        """Return the path of the source that a run was read from."""
        row = self._link.execute(
            "SELECT sources.path FROM runs JOIN sources ON sources.no = runs.source WHERE runs.id = ?", (run,)
        ).fetchone()
        return text_path(row[0]) if row else None

    def runs_of(self, path: Path) -> list[tuple[int, str]]:
        """Return number and id of the runs that were read from a source."""
        query = "SELECT runs.no, runs.id FROM runs JOIN sources ON sources.no = runs.source WHERE sources.path = ?"
        return [(no, run) for no, run in self._link.execute(query, (path_text(path),))]

    def has_effects(self, path: Path, kinds: Collection[str]) -> bool:
        """Return whether a run of a source has an effect or a claim of one of these kinds."""
        marks = ", ".join("?" * len(kinds))
        query = (
            "SELECT 1 FROM results JOIN runs ON runs.no = results.run JOIN sources ON sources.no = runs.source "  # noqa: S608 - only question marks are put in
            f"WHERE sources.path = ? AND results.kind IN ('claim', 'effect') AND results.code IN ({marks}) LIMIT 1"
        )
        return self._link.execute(query, (path_text(path), *kinds)).fetchone() is not None

    def clear_run(self, no: int) -> None:
        """Drop all that was read of a run: it is read anew."""
        self.unindex_words(no)
        self.forget_events(no, 0)
        self._link.execute("DELETE FROM results WHERE run = ?", (no,))
        self._link.execute("UPDATE runs SET events = 0 WHERE no = ?", (no,))

    def run_ids(self) -> list[str]:
        """Return the ids of all runs."""
        return [run for (run,) in self._link.execute("SELECT id FROM runs")]

    def purge(self, subjects: Mapping[str, str]) -> None:
        """Drop runs, given by id with their tags, and what people wrote about them, so that the file has no rest of it.

        Not within a transaction: deleted pages are overwritten, and the write-ahead file is emptied.
        """
        self._link.execute("PRAGMA secure_delete = ON")
        with self.tick():
            for run, subject in subjects.items():
                row = self._link.execute("SELECT no FROM runs WHERE id = ?", (run,)).fetchone()
                if row is not None:
                    self.clear_run(row[0])
                    self._link.execute("DELETE FROM runs WHERE no = ?", row)
                self._link.execute("UPDATE entries SET content = NULL WHERE subject = ?", (subject,))
            self._link.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._link.execute("PRAGMA secure_delete = OFF")
        self._link.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def results(self, run: int) -> Iterator[tuple[str, str, bytes]]:
        """Yield kind, id and JSON of what stands about a run."""
        yield from self._link.execute("SELECT kind, id, value FROM results WHERE run = ?", (run,))

    def unattributed(self, rows: Iterable[Unattributed], gone: Iterable[str]) -> None:
        """Write rows of shared evidence that no run accounts for, and drop those that found an owner."""
        self._link.executemany("DELETE FROM unattributed WHERE id = ?", [(row,) for row in gone])
        self._link.executemany(
            "INSERT OR REPLACE INTO unattributed VALUES (?, ?, ?)",
            [(row.id, row.severity, encode(row)) for row in rows],
        )

    # The ledger's entries -----------------------------------------------------------------------------------------

    def entries(self, rows: Sequence[tuple[int, str, str, int, bytes, bytes | None]]) -> None:
        """Write entries of the ledger: index, kind, subject, time, clear part, content where people wrote it."""
        self._link.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)

    def entries_of(self, *kinds: str) -> Iterator[tuple[str, str, bytes, bytes | None]]:
        """Yield kind, subject, clear part and content of the entries of these kinds, oldest first."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT kind, subject, clear, content FROM entries WHERE kind IN ({marks}) ORDER BY entry"  # noqa: S608 - only question marks are put in
        yield from self._link.execute(query, kinds)

    def hook_entries(self) -> Iterator[tuple[str, float, dict[str, Any], dict[str, Any]]]:
        """Yield kind, time in seconds, clear part and content of the entries on where the hook is installed."""
        query = "SELECT kind, time, clear, content FROM entries WHERE kind LIKE 'hook-%' ORDER BY entry"
        for kind, when, clear, content in self._link.execute(query):
            yield kind, when / 1000, msgspec.json.decode(clear), msgspec.json.decode(content) if content else {}

    def decided_calls(self, subject: str) -> list[tuple[str, str, str, str, str]]:
        """Return agent, event, word, call id and tool of what the hook was asked about in a run."""
        fields = {"agent": "clear", "event": "clear", "word": "clear", "call_id": "content", "tool": "content"}
        columns = ", ".join(
            f"coalesce(json_extract(CAST({column} AS TEXT), '$.{name}'), '')" for name, column in fields.items()
        )
        query = f"SELECT {columns} FROM entries WHERE subject = ? AND kind = 'hook' ORDER BY entry"  # noqa: S608 - our own column names
        return self._link.execute(query, (subject,)).fetchall()

    def forget_entries(self) -> None:
        """Drop all entries: the ledger is another one than the index was made from."""
        self._link.execute("DELETE FROM entries")

    # Words --------------------------------------------------------------------------------------------------------

    def words_behind(self) -> bool:
        """Return whether there are events that the full-text search does not have."""
        return self._unindexed(1) != []

    def _unindexed(self, limit: int) -> list[tuple[int, int, int]]:
        return self._link.execute(
            "SELECT r.no, r.events, coalesce(m.value, 0) FROM runs r LEFT JOIN meta m ON m.name = 'words:' || r.no "
            "WHERE r.events > coalesce(m.value, 0) LIMIT ?",
            (limit,),
        ).fetchall()

    def unindex_words(self, no: int) -> None:
        """Take a run's events out of the full-text search, before they are dropped or written again."""
        upto = self.meta(f"words:{no}") or 0
        base = no << RUN_BITS
        self._link.execute(
            "INSERT INTO words (words, rowid, summary) SELECT 'delete', pos, summary FROM events "
            "WHERE pos >= ? AND pos < ?",
            (base, base + upto),
        )
        self._link.execute("DELETE FROM meta WHERE name = ?", (f"words:{no}",))

    def index_words(self, limit: int) -> int:
        """Put up to `limit` more events into the full-text search; give how many there were.

        Done when there is nothing else to do: it costs more than reading the log.
        """
        done = 0
        for no, events, upto in self._unindexed(64):
            take = min(events - upto, limit - done)
            base = no << RUN_BITS
            self._link.execute(
                "INSERT INTO words (rowid, summary) SELECT pos, summary FROM events WHERE pos >= ? AND pos < ?",
                (base + upto, base + upto + take),
            )
            self.set_meta(f"words:{no}", upto + take)
            done += take
            if done >= limit:
                break
        return done


def code_of(value: Result) -> str:
    """Return the column `code`: what kind of claim or effect it is, or which check or rule found it."""
    match value:
        case Claim() | Effect():
            return value.kind
        case GateResult():
            return value.gate
        case _:
            return value.code


def diff_size(diff: str | None) -> tuple[int, int]:
    """Count the added and removed lines of unified diff hunks."""
    if not diff:
        return 0, 0
    added = removed = 0
    for line in diff.split("\n"):
        if line.startswith("+"):
            added += 1
        elif line.startswith("-"):
            removed += 1
    return added, removed


def worst_of(severities: Iterable[Severity]) -> Severity | None:
    """Return the worst of some severities."""
    from assure_tui.reconcile.model import SEVERITIES  # noqa: PLC0415 - keeps the import list to what the schema needs

    return max(severities, key=SEVERITIES.index, default=None)
