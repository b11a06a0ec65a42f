"""Reads the index for the faces. Each thread has its own connection; an index that was built anew is opened anew."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from assure_tui.app.desk.asking import asks_as
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.index import MAX_EVENTS, RESULT_KINDS, RUN_BITS
from assure_tui.app.desk.index_file import connect, usable
from assure_tui.app.desk.views import EventRow, Queue
from assure_tui.app.desk.wire import text_path
from assure_tui.ingest.model import Locator, SourceInfo, Tally
from assure_tui.reconcile.model import Effect, Unattributed

MAX_MATCHES = 1_000
MAX_EFFECTS = 5_000
"""Effects of a run from which on only those are read that something rests on."""
_EVENT = "pos, e.id, e.kind, time, call_id, tool, status, summary, e.source, unit, start, length, line, s.path, s.id"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger, as far as the desk keeps it."""

    index: int
    kind: str
    subject: str
    time: int
    clear: dict[str, Any]
    content: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Asking:
    """A finding that asks for a decision."""

    id: str
    code: str
    kind: str
    severity: str


class Library:
    """Answers out of the index; without one, it is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for link in self._open:
                link.close()
            self._open.clear()

    def _link(self) -> sqlite3.Connection | None:
        """Return this thread's connection to the file that has the name now, or None when there is no usable index."""
        try:
            inode = self._path.stat().st_ino
        except OSError:
            return None
        link: sqlite3.Connection | None = getattr(self._local, "link", None)
        if link is not None and self._local.inode == inode:
            return link
        try:
            fresh = connect(self._path, read_only=True)
        except sqlite3.OperationalError:
            return None
        if not usable(fresh):
            fresh.close()
            return None
        with self._lock:
            if link is not None and link in self._open:
                link.close()
                self._open.remove(link)
            self._open.append(fresh)
        self._local.link, self._local.inode = fresh, inode
        return fresh

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        link = self._link()
        if link is None:
            return []
        try:
            return link.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            # The recorder has thrown the file away, or it is locked for longer than anybody should wait.
            self._local.inode = -1
            return []

    def _row(self, query: str, values: Sequence[Any] = ()) -> Any:
        rows = self._rows(query, values)
        return rows[0] if rows else None

    def meta(self, name: str) -> Any:
        """Return a value of the `meta` table, or None."""
        row = self._row("SELECT value FROM meta WHERE name = ?", (name,))
        return row[0] if row else None

    def problems(self) -> list[str]:
        """Return what the recorder could not do, in plain sentences."""
        return [str(problem) for problem in json.loads(self.meta("problems") or "[]")]

    def queue(self) -> Queue | None:
        """Return how far the recorder has come, while it reads what was there before."""
        told = json.loads(self.meta("queue") or "null")
        return Queue(*map(int, told)) if told else None

    # Runs -----------------------------------------------------------------------------------------------------------

    def runs_since(self, revision: int) -> list[dict[str, Any]]:
        """Return the columns of all runs that changed after a revision, with the path of their source."""
        link = self._link()
        if link is None:
            return []
        cursor = link.execute(
            "SELECT runs.*, sources.path FROM runs JOIN sources ON sources.no = runs.source WHERE runs.revision > ?",
            (revision,),
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def asking(self, numbers: Sequence[int]) -> dict[int, list[Asking]]:
        """Return by run's number the findings that ask for a decision."""
        found: dict[int, list[Asking]] = {}
        for run, name, kind, code, severity, outcome in self._rows(
            "SELECT run, id, kind, code, severity, outcome FROM results "
            "WHERE severity IS NOT NULL AND run IN (SELECT value FROM json_each(?)) ORDER BY run, id, kind",
            (json.dumps(numbers),),
        ):
            if asks_as(gate=kind == "gate", severity=severity, outcome=outcome):
                found.setdefault(run, []).append(Asking(name, code, kind, severity))
        return found

    def results(self, no: int) -> dict[str, list[Any]]:
        """Return all that stands about a run by kind, in the order of the log.

        Of a run with very many effects only those that a claim, discrepancy, gate or input rests on are read: the
        others say nothing that the Timeline does not, and reading them takes longer than anybody waits.
        """
        found: dict[str, list[Any]] = {kind: [] for kind in RESULT_KINDS}
        many = self._row("SELECT 1 FROM results WHERE run = ? AND kind = 'effect' LIMIT 1 OFFSET ?", (no, MAX_EFFECTS))
        rows = self._rows(
            "SELECT r.kind, r.value FROM results r LEFT JOIN events e ON e.id = r.event AND e.pos BETWEEN ? AND ? "
            "WHERE r.run = ? AND r.kind <> ? ORDER BY e.pos IS NULL, e.pos, r.id",
            (no << RUN_BITS, (no << RUN_BITS) + MAX_EVENTS, no, "effect" if many else ""),
        )
        for kind, value in rows:
            found[kind].append(msgspec.json.decode(value, type=RESULT_KINDS[kind]))
        if many:
            found["effect"] = self._effects_behind(no, found)
        return found

    def _effects_behind(self, no: int, found: Mapping[str, Sequence[Any]]) -> list[Effect]:
        """Return the effects that findings and claims name, or that happened at the event of a gate."""
        named = [name for kind in ("claim", "discrepancy", "input") for value in found[kind] for name in value.effects]
        events = [gate.event for gate in found["gate"]]
        effects: dict[str, Effect] = {}
        for column, wanted in (("id", named), ("event", events)):
            distinct = list(dict.fromkeys(wanted))[:MAX_EFFECTS]
            for start in range(0, len(distinct), 500):
                some = distinct[start : start + 500]
                marks = ", ".join("?" * len(some))
                query = f"SELECT value FROM results WHERE run = ? AND kind = 'effect' AND {column} IN ({marks})"  # noqa: S608 - our own column names and question marks
                for (value,) in self._rows(query, (no, *some)):
                    effect = msgspec.json.decode(value, type=Effect)
                    effects[effect.id] = effect
        return sorted(effects.values(), key=lambda effect: effect.origin.at.start)

    def source(self, no: int) -> tuple[SourceInfo, Tally]:
        """Return a source, and what was met in it.

        Raises:
            UsageError: The index was thrown away meanwhile.
        """
        row = self._row("SELECT id, path, adapter, discipline, complete, tally FROM sources WHERE no = ?", (no,))
        if row is None:
            raise UsageError("the index is being built anew: look again in a moment.")
        info = SourceInfo(id=row[0], path=text_path(row[1]), adapter=row[2], discipline=row[3], complete=bool(row[4]))
        return info, msgspec.json.decode(row[5], type=Tally) if row[5] else Tally()

    def has_run(self, run: str) -> bool:
        """Return whether the index has a run of this id."""
        return self._row("SELECT 1 FROM runs WHERE id = ?", (run,)) is not None

    def log_of(self, run: str) -> str:
        """Return the path of the log that a run was read from."""
        query = "SELECT sources.path FROM runs JOIN sources ON sources.no = runs.source WHERE runs.id = ?"
        row = self._row(query, (run,))
        return text_path(row[0]) if row else ""

    def unattributed(self) -> list[Unattributed]:
        """Return the rows of shared evidence that no run accounts for."""
        return [
            msgspec.json.decode(value, type=Unattributed)
            for (value,) in self._rows("SELECT value FROM unattributed ORDER BY id")
        ]

    # Events ---------------------------------------------------------------------------------------------------------

    def events(self, no: int, start: int, count: int) -> list[EventRow]:
        """Return a window of a run's events."""
        base = no << RUN_BITS
        low = base + max(start, 0)
        rows = self._rows(
            f"SELECT {_EVENT} FROM events e JOIN sources s ON s.no = e.source WHERE pos >= ? AND pos < ? ORDER BY pos",  # noqa: S608 - our own column names
            (low, min(low + max(count, 0), base + MAX_EVENTS)),
        )
        return self._event_rows(no, rows)

    def event(self, no: int, name: str) -> EventRow | None:
        """Return one event of a run."""
        position = self.position(no, name)
        rows = self.events(no, position, 1) if position is not None else []
        return rows[0] if rows else None

    def position(self, no: int, name: str) -> int | None:
        """Return the number of an event within its run."""
        base = no << RUN_BITS
        row = self._row("SELECT pos FROM events WHERE id = ? AND pos BETWEEN ? AND ?", (name, base, base + MAX_EVENTS))
        return row[0] - base if row else None

    def digest(self, no: int, number: int) -> bytes:
        """Return the first 8 bytes of the digest of the record that an event was read from."""
        row = self._row("SELECT digest FROM events WHERE pos = ?", ((no << RUN_BITS) + number,))
        return row[0] if row else b""

    def adapter(self, no: int) -> str:
        """Return the name of the adapter of the log that a run was read from."""
        row = self._row("SELECT s.adapter FROM runs r JOIN sources s ON s.no = r.source WHERE r.no = ?", (no,))
        return row[0] if row else ""

    def salt(self, no: int) -> str:
        """Return the salt of the ids of the runs in the log that a run was read from."""
        row = self._row("SELECT s.salt FROM runs r JOIN sources s ON s.no = r.source WHERE r.no = ?", (no,))
        return row[0] if row else ""

    def _event_rows(self, no: int, rows: Sequence[Any]) -> list[EventRow]:
        claims, findings = self._counts(no, [row[1] for row in rows])
        return [
            EventRow(
                seq=row[0] & MAX_EVENTS,
                id=row[1],
                kind=row[2],
                time=row[3],
                call_id=row[4],
                tool=row[5],
                status=row[6],
                summary=row[7],
                source=row[14],
                path=text_path(row[13]),
                at=Locator(row[9], row[10], row[11], row[12]),
                claims=claims.get(row[1], 0),
                findings=findings.get(row[1], 0),
            )
            for row in rows
        ]

    def _counts(self, no: int, events: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
        claims: dict[str, int] = {}
        findings: dict[str, int] = {}
        for start in range(0, len(events), 500):
            some = events[start : start + 500]
            marks = ", ".join("?" * len(some))
            rows = self._rows(
                f"SELECT event, kind, count(*) FROM results WHERE run = ? AND event IN ({marks}) GROUP BY 1, 2",  # noqa: S608 - only question marks are put in
                (no, *some),
            )
            for event, kind, count in rows:
                if kind == "claim":
                    claims[event] = count
                elif kind != "effect":
                    findings[event] = findings.get(event, 0) + count
        return claims, findings

    def search(self, text: str, no: int | None, limit: int) -> list[tuple[int, EventRow]]:
        """Find events by their words; give each with its run's number. Words not yet indexed are looked through.

        Within a run they come in its order; of all runs those read last come first.
        """
        words = [word for word in text.replace("\0", " ").split() if word]
        if not words:
            return []
        low, high = (0, (1 << 62)) if no is None else (no << RUN_BITS, (no << RUN_BITS) + MAX_EVENTS)
        limit = min(limit, MAX_MATCHES)
        match = " ".join('"' + word.replace('"', '""') + '"' + "*" for word in words)
        order = "DESC" if no is None else "ASC"
        hits = [
            pos
            for (pos,) in self._rows(
                f"SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid {order} LIMIT ?",  # noqa: S608 - one of two words of our own
                (match, low, high, limit),
            )
        ]
        hits += self._unindexed(words, no, limit - len(hits), set(hits))
        found: list[tuple[int, EventRow]] = []
        for pos in sorted(set(hits), reverse=no is None):
            run = pos >> RUN_BITS
            found += [(run, row) for row in self.events(run, pos & MAX_EVENTS, 1)]
        return found

    def _unindexed(self, words: Sequence[str], no: int | None, limit: int, known: set[int]) -> Iterator[int]:
        runs = self._rows(
            "SELECT r.no, coalesce(m.value, 0) FROM runs r LEFT JOIN meta m ON m.name = 'words:' || r.no "
            "WHERE r.events > coalesce(m.value, 0) AND (? IS NULL OR r.no = ?)",
            (no, no),
        )
        condition = " AND ".join("instr(lower(summary), ?) > 0" for _ in words)
        for run, upto in runs:
            base = run << RUN_BITS
            if limit <= 0:
                return
            rows = self._rows(
                f"SELECT pos FROM events WHERE pos BETWEEN ? AND ? AND {condition} LIMIT ?",  # noqa: S608 - only question marks are put in
                (base + upto, base + MAX_EVENTS, *(word.lower() for word in words), limit),
            )
            for (pos,) in rows:
                if pos not in known:
                    limit -= 1
                    yield pos

    def edits(self, no: int) -> list[tuple[int, int, str, str, str, int, int]]:
        """Return a run's file changes: number of the event, part, call id, path, operation, lines added and removed."""
        base = no << RUN_BITS
        rows = self._rows(
            "SELECT pos, part, call_id, path, op, added, removed FROM edits "
            "WHERE pos BETWEEN ? AND ? ORDER BY pos, part",
            (base, base + MAX_EVENTS),
        )
        return [(row[0] - base, *row[1:]) for row in rows]

    def claims_by_kind(self, runs: Collection[str]) -> list[tuple[str, int]]:
        """Return how many claims of each kind were read in some runs."""
        return self._rows(
            "SELECT code, count(*) FROM results JOIN runs ON runs.no = results.run WHERE results.kind = 'claim' "
            "AND runs.id IN (SELECT value FROM json_each(?)) GROUP BY code",
            (json.dumps(sorted(runs)),),
        )

    # The ledger's entries -------------------------------------------------------------------------------------------

    def ledger_seen(self) -> tuple[str, int]:
        """Return which ledger the index was made from, and how many of its entries the index has."""
        return str(self.meta("ledger_origin") or ""), int(self.meta("ledger_seen") or 0)

    def entries(self, kinds: Sequence[str], subject: str | None = None, start: int = 0) -> list[Entry]:
        """Return entries of some kinds from index `start` on, oldest first, of one subject or of all."""
        marks = ", ".join("?" * len(kinds))
        rows = self._rows(
            "SELECT entry, kind, subject, time, clear, content FROM entries "  # noqa: S608 - only question marks are put in
            f"WHERE entry >= ? AND (? IS NULL OR subject = ?) AND kind IN ({marks}) ORDER BY entry",
            (start, subject, subject, *kinds),
        )
        return [
            Entry(entry, kind, tag, time, json.loads(clear), json.loads(content) if content else None)
            for entry, kind, tag, time, clear, content in rows
        ]

    def beats(self, start: float, end: float) -> list[tuple[float, str]]:
        """Return time and state of the recorder's heartbeats between two times, in seconds."""
        rows = self._rows(
            "SELECT time, clear FROM entries WHERE kind = 'heartbeat' AND time BETWEEN ? AND ? ORDER BY entry",
            (int(start * 1000), int(end * 1000)),
        )
        return [(time / 1000, str(json.loads(clear).get("state"))) for time, clear in rows]

    def newest(self, kinds: Sequence[str], subject: str) -> int:
        """Return the index of the newest entry of some kinds about a subject, or -1."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT max(entry) FROM entries WHERE subject = ? AND kind IN ({marks})"  # noqa: S608 - only question marks are put in
        row = self._row(query, (subject, *kinds))
        return row[0] if row and row[0] is not None else -1
