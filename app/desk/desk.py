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

from assure_tui.app.desk import entries, timeline, waivers
from assure_tui.app.desk.acts import UNDONE
from assure_tui.app.desk.approvals import Approvals
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.audit import alterations, recorded_logs
from assure_tui.app.desk.config import UserConfig, WorkspaceConfig, settings_of
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.errors import GoneError, LedgerDamagedError, UsageError
from assure_tui.app.desk.escrow import kept_record
from assure_tui.app.desk.filters import compile_filter
from assure_tui.app.desk.heartbeat import HEARTBEAT_SECONDS, unobserved
from assure_tui.app.desk.hooked import corrected, decisions
from assure_tui.app.desk.library import Asking, Library
from assure_tui.app.desk.notices import Alert
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.performance import Performance, Recall, Rules, recall
from assure_tui.app.desk.report import UNCHECKED
from assure_tui.app.desk.roster import Roster, severity_of
from assure_tui.app.desk.table import Table
from assure_tui.app.desk.views import (
    Approval,
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
from assure_tui.app.desk.waivers import GivenWaiver
from assure_tui.ledger.lease import RecorderLease
from assure_tui.reconcile.gates.book import rules_of
from assure_tui.reconcile.model import Claim, Unattributed, at_least

if TYPE_CHECKING:
    from assure_tui.app.desk.acts import SealOf
    from assure_tui.app.desk.export import Choice
    from assure_tui.app.desk.forgetting import Forgotten
    from assure_tui.app.desk.operators import Keyring
    from assure_tui.app.desk.sshkeys import SshChoice
    from assure_tui.ledger.operator_key import OperatorIdentity
    from assure_tui.ledger.seal import Sealer, SealKey, SealReceipt

MAX_TEXT = 100_000
"""Code points of a note or a reason."""
NEWEST_ENTRIES = 50


class Desk:
    """Use `Desk.open`."""

    def __init__(
        self,
        home: Home,
        config: UserConfig,
        *,
        roots: Sequence[Path],
        read_only: bool,
        workspace: WorkspaceConfig | None = None,
    ) -> None:
        self.home = home
        self.roots = tuple(roots)
        """Which logs this desk is about."""
        self.config = config
        self.workspace = workspace or WorkspaceConfig()
        """What a claim that a reviewer adds is held against."""
        self.read_only = read_only
        self._library = Library(home.index)
        self._archive = Archive(home, self._library, read_only=read_only)
        recorded = (home.ledger / "trust").exists()
        self._tags = Tags.load(home.keys, make=not recorded) if recorded or not read_only else Tags(b"")
        self._local = threading.local()
        self._roster = Roster(
            self._library, self._archive, self._tags, vouched=self._vouched_keys if config.four_eyes else None
        )
        self._keyring: Keyring | None = None
        self._approvals = Approvals(self._archive, self.subject)
        self._rules, self._rules_of = Rules(), ""
        self._recalled: tuple[int, list[Recall]] = -1, []
        self._tables: list[Table] = []
        self._bumps = 0
        self._verified: LedgerView | None = None

    @classmethod
    def open(
        cls,
        home: Home,
        *,
        roots: Sequence[Path] = (),
        config: UserConfig | None = None,
        read_only: bool = False,
        workspace: WorkspaceConfig | None = None,
    ) -> Desk:
        """Open the desk of an installation, about the logs under `roots`."""
        if not read_only:
            home.prepare()
        return cls(home, config or UserConfig(), roots=roots, read_only=read_only, workspace=workspace)

    def close(self) -> None:
        """Close all files."""
        self._library.close()
        with self._roster.lock:
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
            if self._archive.damage:
                state = "damaged"
                problems.append(self._archive.damage)
        except LedgerDamagedError as error:
            state = "damaged"
            problems.append(str(error))
        return Presence(
            recorder="none" if pid is None else "self" if _ours(pid) else "other",
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
        with self._roster.lock:
            return self._roster.rows(test, self._looked())

    def run(self, run: str) -> RunDetail:
        """Give all of a run but its events. A run of the history is recorded from now on, because somebody looks.

        Raises:
            UsageError: There is no such run, or the prefix is not unique.
        """
        with self._roster.lock:
            columns, asking = self._roster.find(run)
            name = columns["id"]
            row = self._roster.row(columns, asking, self._looked())
            acts, verdict = self._roster.acts, self._roster.verdict(name)
            children = self._roster.children(name)
        if row.attention == "backlog" and not self.read_only:
            self._table().want(name)
        results = self._library.results(columns["no"])
        claims = (*results["claim"], *acts.claims.get(name, {}).values())
        hook = decisions(self._archive.entries(("hook",), self.subject(name)))
        source, tally = self._library.source(columns["source"])
        return RunDetail(
            row=row,
            sources=(source,),
            claims=claims,
            effects=tuple(results["effect"]),
            discrepancies=tuple(results["discrepancy"]),
            gates=waivers.applied(results["gate"], acts.waivers.get(name, ()), time.time()),
            inputs=tuple(results["input"]),
            decisions=tuple(acts.decisions.get(name, {}).values()),
            notes=tuple(acts.notes.get(name, ())),
            verdict=verdict,
            coverage=Coverage(
                tally=tally,
                calls_without_result=columns["unanswered"],
                sources_incomplete=() if source.complete else (source.path,),
                claims_checked=sum(claim.outcome not in UNCHECKED for claim in claims),
                claims_total=len(claims),
                unobserved=() if row.attention == "backlog" else self._unobserved(row),
            ),
            children=children,
            hook=hook,
            corrected=corrected(claims, hook),
        )

    def _unobserved(self, row: RunRow) -> tuple[tuple[float, float], ...]:
        """Give the intervals of a run in which nobody recorded, as the heartbeats tell."""
        if row.started is None or row.ended is None:
            return ()
        margin = 2 * HEARTBEAT_SECONDS
        beats = self._library.beats(row.started - margin, row.ended + margin)
        return unobserved(row.started, row.ended, beats)

    def alerts(self) -> list[Alert]:
        """Give the undecided findings of all recorded runs, as of the last look at the runs."""
        with self._roster.lock:
            return self._roster.alerts()

    def unattributed(self) -> list[Unattributed]:
        """Give the rows of shared evidence that no run accounts for."""
        return self._library.unattributed()

    # Events ---------------------------------------------------------------------------------------------------------

    def event_count(self, run: str) -> int:
        """Give the number of events of a run."""
        with self._roster.lock:
            return int(self._roster.find(run)[0]["events"])

    def _number(self, run: str) -> int:
        with self._roster.lock:
            return self._roster.number(run)

    def events(self, run: str, start: int, count: int) -> list[EventRow]:
        """Give a window of a run's events."""
        return self._library.events(self._number(run), start, count)

    def position(self, run: str, event_id: str) -> int | None:
        """Give the number of an event within its run, or None when it has none of that id."""
        return self._library.position(self._number(run), event_id)

    def event_text(self, run: str, event_id: str) -> str:
        """Read an event's record again and give all of its text, raw; out of escrow if the log no longer has it.

        Raises:
            GoneError: The log is gone, or its record is another one by now, and escrow does not have it either.
            UsageError: The run has no such event.
        """
        number = self._number(run)
        try:
            return timeline.text(self._library, number, event_id)
        except GoneError:
            row = self._library.event(number, event_id)
            kept = kept_record(self._archive, self._tags, self._name(run), row.path, row.at) if row else None
            if kept is None:
                raise
            return f"[the log no longer has this; its record as it was first seen:]\n{kept}"

    def diffs(self, run: str) -> list[FileDiff]:
        """Give what a run did to each file, in the order of its edits. Hunks whose log is gone are left out."""
        return timeline.diffs(self._library, self._number(run))

    def search(self, text: str, run: str | None = None, limit: int = 200) -> list[EventRow]:
        """Find events by the words of their summary; each says which run it is of."""
        no = self._number(run) if run is not None else None
        with self._roster.lock:
            names = self._roster.names()
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
        return next(note for note in self._roster.acts.notes[name] if note.entry == index)

    def decide(self, finding: str, word: DecisionWord, reason: str, run: str | None = None) -> Decision:
        """Answer a finding, given by its id or a unique beginning of it; `run` tells runs with the same finding apart.

        Raises:
            UsageError: There is no such finding, the word is none, or a reason is missing.
        """
        if word not in get_args(DecisionWord):
            raise UsageError(f"{word!r} is no decision: say {', '.join(get_args(DecisionWord))}.")
        name, ask = self._roster.finding(finding, run)
        if not reason.strip() and at_least(severity_of(ask), "high"):
            raise UsageError(f"finding {ask.id} is {ask.severity}: a decision on it needs a reason in words.")
        self._answer(name, ask, word, reason)
        return self._roster.acts.decisions[name][ask.id]

    def waive(self, gate: str, run: str, reason: str, until: float) -> GivenWaiver:
        """Let a gate off on a run until a time.

        Raises:
            UsageError: There is no such gate or run, nobody may waive it, or reason or time are missing.
        """
        name = self._name(run)
        waivers.check(gate, reason, until, time.time(), rules_of(settings_of(self.config)))
        words = entries.waiver(
            subject=self.subject(name), run=name, gate=gate, until=until, reason=reason[:MAX_TEXT], by=self.operator
        )
        self._act(words)
        return self._roster.acts.waivers[name][-1]

    def waivers(self, run: str) -> tuple[GivenWaiver, ...]:
        """Give the waivers of a run, oldest first, those that ran out included."""
        name = self._name(run)
        return tuple(self._roster.acts.waivers.get(name, ()))

    def performance(self) -> list[Performance]:
        """Give how each rule does: what it found, and what people answered to it. Costs what came since last time."""
        ledger = self._archive.reading()
        origin = ledger.origin if ledger is not None else ""
        with self._roster.lock:
            if origin != self._rules_of:
                self._rules, self._rules_of = Rules(), origin
            self._rules.take(self._archive.entries([*entries.FINDINGS, "decision"], start=self._rules.read_to))
            return self._rules.rows()

    def recall(self) -> list[Recall]:
        """Give for each kind of claim how many were read in the runs that people judged, and how many they added."""
        with self._roster.lock:
            size = self._archive.size()
            if size != self._recalled[0]:
                self._roster.refresh()
                acts = self._roster.acts
                added = [claim.kind for claims in acts.claims.values() for claim in claims.values()]
                read = self._library.claims_by_kind({*acts.verdicts, *acts.claims})
                self._recalled = size, recall(read, added)
            return list(self._recalled[1])

    def undo_decision(self, finding: str, run: str | None = None) -> None:
        """Take the answer to a finding back. The ledger keeps both."""
        name, ask = self._roster.finding(finding, run)
        if ask.id not in self._roster.acts.decisions.get(name, {}):
            raise UsageError(f"finding {ask.id} has no decision to take back.")
        self._answer(name, ask, UNDONE, "")

    def add_claim(self, run: str, event: str, quote: str, wording: str = "") -> Claim:
        """Add a claim that the reader missed: `quote` of the agent's words in an event, checked as `wording` says it.

        The run's log is read again for it, so this may take seconds.

        Raises:
            UsageError: The event holds no such words of the agent, or its log cannot be read again.
            GoneError: The log is gone.
        """
        from assure_tui.app.desk.missed import Missed, check  # noqa: PLC0415 - the check itself is needed only here

        if not quote.strip():
            raise UsageError("a claim needs words of the agent.")
        with self._roster.lock:
            columns = self._roster.find(run)[0]
        name, no = str(columns["id"]), int(columns["no"])
        path = Path(self._library.source(columns["source"])[0].path)
        adapter = timeline.adapter_of(path, self._library.adapter(no))
        wanted = Missed(name, event, quote[:MAX_TEXT], (wording.strip() or quote)[:MAX_TEXT])
        claim = check(wanted, path, adapter, self._library.salt(no), self.workspace)
        self._act(entries.missed_claim(claim, subject=self.subject(name), wording=wanted.wording, by=self.operator))
        return claim

    def verdict(self, run: str, word: VerdictWord, reason: str) -> Verdict:
        """Answer a run. It is a draft until it is sealed."""
        if word not in get_args(VerdictWord):
            raise UsageError(f"{word!r} is no verdict: say {', '.join(get_args(VerdictWord))}.")
        name = self._name(run)
        words = entries.verdict(
            subject=self.subject(name), run=name, word=word, reason=reason[:MAX_TEXT], by=self.operator
        )
        self._act(words)
        return self._roster.acts.verdicts[name]

    def seal(
        self, runs: Sequence[str], *, passphrase: str = "", key: str | None = None, ssh: Path | None = None
    ) -> list[SealReceipt]:
        """Sign the verdicts on runs, in one envelope, over the evidence that is in the ledger now.

        `ssh` names an SSH key that `ssh-keygen` signs with, instead of an operator key of this installation.

        Raises:
            LedgerDamagedError: The ledger does not verify: nothing is sealed on it.
            UsageError: A run has no verdict or no evidence in the ledger, or the key cannot be used.
        """
        from assure_tui.app.desk.sealing import seal_runs  # noqa: PLC0415 - cryptography is needed only here

        names = [self._name(run) for run in runs]
        if not names:
            raise UsageError("name at least one run to seal.")
        receipt = seal_runs(self, self._archive, names, self.signing_key(passphrase, key, ssh))
        self._bumps += 1
        return [receipt]

    def withdraw(
        self, run: str, reason: str, *, passphrase: str = "", key: str | None = None, ssh: Path | None = None
    ) -> SealReceipt:
        """Sign that the key's newest seal on a run does not stand any more. The ledger keeps both.

        Raises:
            UsageError: The key has no seal on the run, or no reason was given.
        """
        from assure_tui.app.desk.sealing import withdraw  # noqa: PLC0415 - cryptography is needed only here

        receipt = withdraw(self, self._archive, self._name(run), reason, self.signing_key(passphrase, key, ssh))
        self._bumps += 1
        return receipt

    def seals_on(self, run: str) -> list[SealOf]:
        """Give the seals on a run that were not withdrawn, oldest first."""
        with self._roster.lock:
            self._roster.refresh()
            return list(self._roster.acts.seals.get(run, ()))

    def _vouched_keys(self) -> set[str]:
        """Give the keys that this installation vouches for, as entries of seals have them."""
        from assure_tui.app.desk.operators import own_trust, vouched_keys  # noqa: PLC0415 - cryptography, only here

        with plain_errors():
            return vouched_keys(own_trust(self.home.keys))

    def signing_key(self, passphrase: str, key: str | None, ssh: Path | None) -> SealKey:
        """Give a key to sign with: an SSH key, or an operator key that the passphrase opens, or that still is open.

        Raises:
            UsageError: There is none, or it cannot be used.
        """
        from assure_tui.app.desk.operators import Keyring  # noqa: PLC0415 - cryptography is needed only here

        with plain_errors():
            if ssh is not None:
                from assure_tui.ledger.sshsig import SshSigner  # noqa: PLC0415 - likewise

                return SshSigner.load(ssh.expanduser())
            if self._keyring is None:
                self._keyring = Keyring(self.config.unlock_for)
            return self._keyring.unlock(self.home.keys, key, passphrase)

    # Evidence for others --------------------------------------------------------------------------------------------

    def export(self, run: str, choice: Choice) -> bytes:
        """Return a bundle of a run: its entries with their proofs, and the fields of their contents that were chosen.

        Raises:
            UsageError: Nothing of the run is in the ledger.
        """
        from assure_tui.app.desk.export import export_run  # noqa: PLC0415 - cryptography is needed only here

        return export_run(self, self._archive, self._name(run), choice)

    def import_response(self, path: Path) -> tuple[SealReceipt, Sealer]:
        """Record what a second reviewer signed over a bundle, as a new seal; give who signed, as the file says it.

        Raises:
            UsageError: It does not hold, or is not about this ledger.
        """
        from assure_tui.app.desk.response import import_response  # noqa: PLC0415 - cryptography is needed only here

        receipt, signer = import_response(self, self._archive, path)
        self._bumps += 1
        return receipt, signer

    # Approvals ------------------------------------------------------------------------------------------------------

    def approvals(self, *, pending: bool = True) -> list[Approval]:
        """Give the calls that wait for the operator, oldest first; with `pending` off, also those that did."""
        return self._approvals.all(pending=pending)

    def approve(self, approval: str, reason: str, *, passphrase: str, key: str | None = None) -> Approval:
        """Let a call that waits be made, signed with the operator's key; by its id or a unique beginning of it.

        Raises:
            UsageError: Nothing waits under that id, the reason is missing, whoever asks is the requester, or the key
                cannot be used.
        """
        self._bumps += 1
        return self._approvals.answer(
            approval, "approved", reason, by=self.operator, keys=self.home.keys, passphrase=passphrase, key=key
        )

    def refuse(self, approval: str, reason: str, *, passphrase: str = "", key: str | None = None) -> Approval:
        """Refuse a call that waits. That is what happens without an answer too, so it can be done without a key.

        Raises:
            UsageError: As for `approve`.
        """
        self._bumps += 1
        return self._approvals.answer(
            approval, "refused", reason, by=self.operator, keys=self.home.keys, passphrase=passphrase, key=key
        )

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
        with self._roster.lock:
            index = self._archive.write([words])
            self._bumps += 1
            self._roster.refresh()
            return index

    def _name(self, run: str) -> str:
        with self._roster.lock:
            return str(self._roster.find(run)[0]["id"])

    def subject(self, run: str) -> str:
        """Give the tag under which a run stands in the ledger."""
        return self._tags.of(f"run:{run}")

    def forgettable(self, run: str) -> tuple[list[str], list[str]]:
        """Give the runs that are forgotten with a run, itself first, and the agent's own logs of them.

        Raises:
            UsageError: There is no such run, or the prefix is not unique.
        """
        with self._roster.lock:
            runs = self._roster.tree(str(self._roster.find(run)[0]["id"]))
        return runs, list(dict.fromkeys(self._library.log_of(name) for name in runs))

    def forget(self, run: str) -> Forgotten:
        """Erase what is kept of a run and its sub-agents' runs, and put a signed tombstone into the ledger."""
        from assure_tui.app.desk.forgetting import forget_runs  # noqa: PLC0415 - cryptography is needed only here

        runs, _ = self.forgettable(run)
        done = forget_runs(self, self._archive, self._library, self._table(), runs)
        self._bumps += 1
        return done

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
            with self._roster.lock:
                columns = self._roster.find(run)[0]
                self._table().looked(columns["id"], columns["evidence"])

    def _looked(self) -> dict[str, int]:
        return {} if self.read_only else self._table().all_looked()

    def _table(self) -> Table:
        table: Table | None = getattr(self._local, "table", None)
        if table is None:
            table = self._local.table = Table(self.home.desk)
            with self._roster.lock:
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
        if self._archive.damage:
            statement = ("open", "failed", self._archive.damage)
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
        from assure_tui.app.desk.operators import own_trust  # noqa: PLC0415 - cryptography is needed only here
        from assure_tui.ledger.verify import verify  # noqa: PLC0415 - likewise

        with plain_errors():
            trust = own_trust(self.home.keys, self.config.witnesses)
            report = verify(self.home.ledger, trust=trust, pins=self.home.pins, keys=self.home.keys, progress=progress)
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

    def ssh_keys(self) -> list[SshChoice]:
        """Give the SSH keys of the user that can sign a seal without anything being asked on the terminal."""
        from assure_tui.app.desk.sshkeys import ssh_keys  # noqa: PLC0415 - cryptography is needed only here

        return ssh_keys(Path.home() / ".ssh")

    @property
    def keys_needed(self) -> int:
        """How many different keys have to seal a verdict before it counts as sealed."""
        return 2 if self.config.four_eyes else 1

    def new_operator_key(self, name: str, passphrase: str) -> OperatorIdentity:
        """Make an operator key. The passphrase is kept nowhere."""
        if self.read_only:
            raise UsageError("this desk was opened read-only: leave --read-only out to make a key.")
        from assure_tui.app.desk.operators import new_key  # noqa: PLC0415 - cryptography is needed only here

        with plain_errors():
            return new_key(self.home.keys, name, passphrase)


def _ours(pid: int) -> bool:
    """Tell whether a process is this one, or was started by it and shares its process group."""
    if pid == os.getpid():
        return True
    try:
        return os.getpgid(pid) == os.getpgrp()
    except (OSError, AttributeError):  # it has ended meanwhile, or the system has no process groups
        return False


def _no_ledger(path: Path) -> LedgerView:
    return LedgerView(
        path=str(path), origin="", size=0, root="", issued=None, state="empty", checked=None, statements=()
    )


def _in_words(clear: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in clear.items() if name not in {"root", "source"})[:160]
