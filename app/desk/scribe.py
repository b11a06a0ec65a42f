"""The recorder's pen: writes entries to the ledger, and copies what anybody wrote there into the index."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.app.desk.entries import FINDINGS, HOOK, Tags, Words
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.escrow import KIND as ESCROW
from assure_tui.app.desk.escrow import Escrow, Limits
from assure_tui.app.desk.unseen import Decided, Period, periods
from assure_tui.app.desk.watch.heartbeat import HEARTBEAT_SECONDS
from assure_tui.app.desk.watch.live_source import Recorded
from assure_tui.ledger.clock import reading
from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.errors import ContentLockedError, DamagedError, ForeignError, LedgerError
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.store import Ledger
from assure_tui.reconcile.model import Discrepancy, GateResult, InputFinding

if TYPE_CHECKING:
    from assure_tui.app.desk.index import IndexWriter
    from assure_tui.app.desk.paths import Home
    from assure_tui.app.desk.watch.live_run import FindingOfRun

PUBLISH_SECONDS = 1.0
CHECKED_AT_OPEN = 100_000
"""Entries up to which the whole ledger is verified before anything is written to it: about a quarter of a second. Of a
larger one, what was held against its tiles before and was not touched since is not read again."""
LOOK_SECONDS = 0.05
ANSWER_SECONDS = 3600.0
"""How long somebody may wait for an answer that stands in a locked content: the longest that a call waits."""
MAX_FOLLOW = 5_000
"""Entries that are copied into the index at a time."""
_WITHOUT_CONTENT = frozenset({"assessed", ESCROW, "heartbeat", "key", "recovery"})
_MODELS: dict[str, type[FindingOfRun]] = {"discrepancy": Discrepancy, "gate": GateResult, "input": InputFinding}


def open_ledger(home: Home) -> Ledger:
    """Open the ledger for writing; make it when there is none.

    Raises:
        LedgerDamagedError: It is damaged, or a copy from elsewhere.
        UsageError: It cannot be opened for another reason, which the message tells.
    """
    home.prepare()
    try:
        with FileLock(home.ledger.with_name(home.ledger.name + ".lock")):
            following = home.ledger.with_name(home.ledger.name + ".next")
            if following.exists() and not home.ledger.exists():  # closing the last shard was cut short
                following.rename(home.ledger)
            if (home.ledger / "trust").exists():
                return _checked(Ledger.open(home.ledger, pins=home.pins, keys=home.keys, recent=home.recent), home)
            return Ledger.create(home.ledger, pins=home.pins, keys=home.keys, recent=home.recent)
    except (DamagedError, ForeignError) as error:
        raise LedgerDamagedError.of(error) from error
    except LedgerError as error:
        raise UsageError(f"{error}.") from error


def _checked(ledger: Ledger, home: Home) -> Ledger:
    """Verify a ledger that was opened for writing: opening looks at its end, and nothing is added to a damaged past."""
    from assure_tui.ledger.seal import end_sealing  # noqa: PLC0415 - readers need none of it

    if ledger.size > CHECKED_AT_OPEN:
        from assure_tui.ledger.recheck import recheck  # noqa: PLC0415 - readers need none of it

        recheck(home.ledger, pins=home.pins)
        end_sealing(ledger)
        return ledger
    from assure_tui.ledger.verify import verify  # noqa: PLC0415 - readers need none of it

    end_sealing(ledger)
    report = verify(home.ledger, pins=home.pins, keys=home.keys)
    if report.broken is not None:
        what = f"{report.broken.name}: {report.broken.detail}"
        raise LedgerDamagedError(
            f"{home.ledger} is damaged ({what}): nothing is written to it; see `assure-tui verify`, restore a copy, or"
            " go on in a new one with `assure-tui shard --damaged`."
        )
    return ledger


@dataclass(slots=True)
class Known:
    """What the ledger holds that a new reading must go on from: how far each source, and which findings of each run."""

    sources: dict[str, Recorded] = field(default_factory=dict)
    findings: dict[str, dict[str, tuple[bytes, FindingOfRun]]] = field(default_factory=dict)
    rows: dict[str, bytes] = field(default_factory=dict)
    """Digest of every row of shared evidence that the ledger has as unattributed, by id."""
    forgotten: set[str] = field(default_factory=set)
    """Tags of runs that were forgotten."""
    subjects: set[str] = field(default_factory=set)
    """Tags of runs that have any observed record."""
    decided: dict[str, Decided] = field(default_factory=dict)
    """What the hook was asked about, by the tag of the run; of runs that somebody asked for."""
    installed: list[Period] | None = None
    """When the hook was installed for whom; None: not read yet, or changed since."""


class Scribe:
    """Holds the ledger open for the recorder. `known` follows from the ledger's entries alone."""

    def __init__(self, ledger: Ledger, tags: Tags, index: IndexWriter, limits: Limits | None = None) -> None:
        self.ledger = ledger
        self.tags = tags
        self.known = Known()
        self.escrow = Escrow(limits or Limits(), tags)
        self._index = index
        self._fresh: dict[int, dict[str, Any] | None] = {}
        self._published_at = 0.0
        self._beat_at = 0.0
        self._looked_at = 0.0
        self._left_from = 0
        """Entries before it are safely in the index, which therefore no longer needs their open copies."""
        self._seen = self._resume()

    def _resume(self) -> int:
        """Take up what the index has of this ledger; give how many of its entries that is."""
        seen = int(self._index.meta("ledger_seen") or 0)
        if self._index.meta("ledger_origin") != self.ledger.origin or seen > self.ledger.size or self._opened_since():
            with self._index.tick():
                self._index.forget_entries()
                self._index.set_meta("ledger_locked", None)
                self._index.set_meta("ledger_origin", self.ledger.origin)
                self._index.set_meta("ledger_seen", 0)
            return 0
        for kind, subject, clear, content in self._index.entries_of("observed", "redaction", ESCROW, *FINDINGS):
            self._learn(kind, subject, json.loads(clear), json.loads(content) if content else None)
        return seen

    @property
    def locked_from(self) -> int | None:
        """The first entry whose content could not be copied into the index, because its key was locked."""
        first = self._index.meta("ledger_locked")
        return None if first is None else int(first)

    def _opened_since(self) -> bool:
        """Return whether contents can be read now that were locked when the index was filled."""
        first = self.locked_from
        if first is None or first >= self.ledger.size:
            return False
        try:
            self.ledger.content(first)
        except ContentLockedError:
            return False
        return True

    def write(self, words: Sequence[Words]) -> None:
        """Append entries; they are durable when this returns. They come into the index by `follow`."""
        if not words:
            return
        receipt = self.ledger.append([Draft(w.kind, w.subject, w.clear, w.content) for w in words])
        for number, word in enumerate(words, receipt.first_index):
            self._fresh[number] = word.content

    def catch_up(self) -> None:
        """Copy all entries into the index that it does not have: what is known of the sources follows from them."""
        more = self.behind()
        while more:
            with self._index.tick():
                more = self.follow()

    def behind(self) -> bool:
        """Return whether there are entries, of whatever process, that the index does not have."""
        self.ledger.refresh()
        return self.ledger.size > self._seen

    def follow(self) -> bool:
        """Copy some entries into the index, within a transaction; tell whether there are more."""
        stop = min(self.ledger.size, self._seen + MAX_FOLLOW)
        rows: list[tuple[int, str, str, int, bytes, bytes | None]] = []
        for number, entry in enumerate(self.ledger.entries(self._seen, stop), self._seen):
            content = None
            if entry.kind not in _WITHOUT_CONTENT:
                content = self._fresh.pop(number, None) or self._read_back(number)
            self._fresh.pop(number, None)
            blob = msgspec.json.encode(content) if content is not None else None
            rows.append((number, entry.kind, entry.subject, entry.time, msgspec.json.encode(entry.clear), blob))
            self._learn(entry.kind, entry.subject, entry.clear, content)
        self._index.entries(rows)
        self._seen = stop
        self._index.set_meta("ledger_seen", stop)
        return stop < self.ledger.size

    def _read_back(self, number: int) -> dict[str, Any] | None:
        """Read what an entry holds; None, and counted, while it is locked."""
        try:
            content: dict[str, Any] | None = self.ledger.content(number)
        except ContentLockedError:
            if self.locked_from is None:
                self._index.set_meta("ledger_locked", number)
            return None
        return content

    def _learn(self, kind: str, subject: str, clear: dict[str, Any], content: dict[str, Any] | None) -> None:
        if kind == "observed":
            content = content or {}
            recorded = Recorded(int(clear["upto"]), content.get("chain"), str(content.get("salt", "")))
            self.known.sources[clear["source"]] = recorded
            self.known.subjects.add(subject)
        elif kind == ESCROW:
            self.escrow.learn(subject, clear)
        elif kind == "redaction":
            self.known.forgotten.add(subject)
            self.escrow.forget(subject)
            self.known.findings.pop(subject, None)
        elif kind in FINDINGS:
            self._find(kind, subject, clear, content)
        elif kind == "hook" and subject in self.known.decided:
            told = content or {}
            self.known.decided[subject].take(
                *(str(clear.get(name, "")) for name in ("agent", "event", "word")),
                *(str(told.get(name, "")) for name in ("call_id", "tool")),
            )
        elif kind in {"hook-installed", "hook-removed"}:
            self.known.installed = None

    def installed(self) -> list[Period]:
        """Return when the hook was installed for whom; other processes' entries are taken in some moments later."""
        now = time.monotonic()
        if now - self._looked_at > LOOK_SECONDS:
            self._looked_at = now
            self.catch_up()
        if self.known.installed is None:
            self.known.installed = periods(self._index.hook_entries())
        return self.known.installed

    def was_decided(self, run: str, call_id: str) -> bool:
        """Return whether the hook was asked about a call, as far as the ledger was read."""
        return bool(self.installed()) and self.decided(run, lambda decided: call_id in decided.ids)

    def decided(self, run: str, holds: Callable[[Decided], bool]) -> bool:
        """Return whether something holds of what the hook was asked about in a run, as the ledger stands now."""
        subject = self.tags.of(f"run:{run}")
        known = self.known.decided.get(subject)
        if known is None:
            known = self.known.decided[subject] = Decided()
            for row in self._index.decided_calls(subject):
                known.take(*row)
        if not holds(known) and self.behind():
            self.catch_up()
        return holds(known)

    def _find(self, kind: str, subject: str, clear: dict[str, Any], content: dict[str, Any] | None) -> None:
        findings = self.known.findings.setdefault(subject, {})
        if clear["state"] == "withdrawn" or content is None:
            findings.pop(clear["id"], None)
            self.known.rows.pop(clear["id"], None)
        elif "row" in content["value"]:
            self.known.rows[clear["id"]] = bytes.fromhex(content["digest"])
        else:
            value = msgspec.convert(content["value"], _MODELS[kind])
            findings[clear["id"]] = (bytes.fromhex(content["digest"]), value)

    def tend(self, now: float) -> None:
        """Publish and beat the heart when it is time."""
        if now - self._beat_at >= HEARTBEAT_SECONDS:
            self.beat("start" if self._beat_at == 0.0 else "alive")
            self._beat_at = now
            self.ledger.keep_recent(self._is_wanted)
            self._left_from = self._seen
        if now - self._published_at >= PUBLISH_SECONDS and self.ledger.size > self.ledger.checkpoint().size:
            self.ledger.publish()
            self._published_at = now

    def _is_wanted(self, number: int, _subject: str) -> bool:
        """Return whether others may still ask for what was left openly of an entry, or the index may lack it."""
        if not self._left_from <= number < self.ledger.size:
            entry = self.ledger.entry(number) if number < self.ledger.size else None
            return entry is not None and entry.kind in HOOK and entry.time > (time.time() - ANSWER_SECONDS) * 1000
        return True

    def beat(self, state: str) -> None:
        """Tell in the ledger that the recorder has started, is alive, or stops. Each start changes the epoch key."""
        words = Words("heartbeat", "recorder", {"state": state, **reading()})
        if state == "start":
            self.ledger.rotate([Draft(words.kind, words.subject, words.clear)])
        else:
            self.write([words])

    def stop(self) -> None:
        """Tell that the recorder stops, and publish everything."""
        self.beat("stop")
        self.ledger.publish()
