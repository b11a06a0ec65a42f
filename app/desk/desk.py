"""The desk: everything that a face shows or does. The terminal UI and the command line are thin faces of it.

Reads are in `assure_tui.app.desk.reading`. Acts go into the ledger first, and are durable when they return. Methods may
be called from several threads.
"""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from assure_tui.app.desk import entries, timeline
from assure_tui.app.desk.acts import UNDONE
from assure_tui.app.desk.archive import plain_errors
from assure_tui.app.desk.config import settings_of
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.gates import waivers
from assure_tui.app.desk.gates.waivers import GivenWaiver
from assure_tui.app.desk.library import Asking
from assure_tui.app.desk.reading import Reading
from assure_tui.app.desk.roster import severity_of
from assure_tui.app.desk.small_files import expanded
from assure_tui.app.desk.views import Approval, Decision, DecisionWord, Note, SshChoice, Verdict, VerdictWord
from assure_tui.reconcile.gates.book import rules_of
from assure_tui.reconcile.model import Claim, at_least

if TYPE_CHECKING:
    from datetime import datetime

    from assure_tui.app.desk.bundle.export import Choice
    from assure_tui.app.desk.forgetting import Forgotten
    from assure_tui.app.desk.operators import Keyring
    from assure_tui.ledger.operator_key import OperatorIdentity
    from assure_tui.ledger.seal import Sealer, SealKey, SealReceipt

MAX_TEXT = 100_000
"""Code points of a note or a reason."""


LEAST_UNLOCK = 60.0
"""Seconds that contents stay unlocked at least, once somebody gave the passphrase."""


def _login() -> str:
    """Return the name of who is logged in; of a user without a name, as in some containers, the number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


class Desk(Reading):
    """What the operator reads and does; use `Desk.open`."""

    _keyring: Keyring | None = None

    # Review -----------------------------------------------------------------------------------------------------------

    @property
    def operator(self) -> str:
        """Who acts: the configured name, else the login name."""
        return self.config.operator or _login()

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
        """Answer a finding, given by its id or a unique prefix; `run` says which run, if several have this finding.

        Raises:
            UsageError: There is no such finding, the word is not a decision, or a reason is missing.
        """
        if word not in get_args(DecisionWord):
            raise UsageError(f"{word!r} is not a decision: say {', '.join(get_args(DecisionWord))}.")
        name, ask = self._roster.finding(finding, run)
        if not reason.strip() and at_least(severity_of(ask), "high"):
            raise UsageError(f"finding {ask.id} is {ask.severity}: a decision on it needs a reason in words.")
        self._answer(name, ask, word, reason)
        return self._roster.acts.decisions[name][ask.id]

    def undo_decision(self, finding: str, run: str | None = None) -> None:
        """Take the answer to a finding back. The ledger keeps both."""
        name, ask = self._roster.finding(finding, run)
        if ask.id not in self._roster.acts.decisions.get(name, {}):
            raise UsageError(f"finding {ask.id} has no decision to take back.")
        self._answer(name, ask, UNDONE, "")

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

    def add_claim(self, run: str, event: str, quote: str, wording: str = "") -> Claim:
        """Add a claim that the reader missed: `quote` of the agent's words in an event, checked as `wording` says it.

        The run's log is read again for it, so this may take seconds.

        Raises:
            UsageError: The event holds no such words of the agent, or its log cannot be read again.
            GoneError: The log is gone.
        """
        from assure_tui.app.desk.watch.missed import Missed, check  # noqa: PLC0415 - the check itself is needed only here

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
            raise UsageError(f"{word!r} is not a verdict: say {', '.join(get_args(VerdictWord))}.")
        name = self._name(run)
        if word != "accepted" and not reason.strip():
            raise UsageError(f"a run is not {word} without a reason: say why in words.")
        words = entries.verdict(
            subject=self.subject(name), run=name, word=word, reason=reason[:MAX_TEXT], by=self.operator
        )
        self._act(words)
        return self._roster.acts.verdicts[name]

    def seal(
        self, runs: Sequence[str], *, passphrase: str = "", key: str | None = None, ssh: Path | None = None
    ) -> SealReceipt:
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
        return receipt

    def check_seal(self, runs: Sequence[str]) -> None:
        """Look whether runs can be sealed, before anybody is asked for a passphrase.

        Raises:
            UsageError: There is no such run, or it has no verdict or no evidence in the ledger.
        """
        from assure_tui.app.desk.sealing import check_runs  # noqa: PLC0415 - cryptography is needed only here

        check_runs(self, self._archive, [self._name(run) for run in runs])

    def check_withdrawal(self, run: str, reason: str) -> None:
        """Look whether a run has a seal to withdraw, and a reason, before anybody is asked for a passphrase.

        Raises:
            UsageError: There is no such run, no seal stands on it, or no reason was given.
        """
        if not reason.strip():
            raise UsageError("a withdrawal needs a reason in words.")
        name = self._name(run)
        if not self.seals_on(name):
            raise UsageError(f"no seal stands on run {name}.")

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

    def revoke(
        self,
        name: str,
        since: datetime | None,
        reason: str,
        *,
        passphrase: str = "",
        key: str | None = None,
        ssh: Path | None = None,
    ) -> SealReceipt:
        """Sign in the ledger that an operator key does not count, from a time on or at all, for whoever verifies it.

        It is signed by that key itself, unless another is named.

        Raises:
            UsageError: There is no such key, or none to sign with.
        """
        from assure_tui.app.desk.operators import unlock  # noqa: PLC0415 - cryptography is needed only here
        from assure_tui.app.desk.sealing import revoke  # noqa: PLC0415 - cryptography is needed only here

        def signer(own: str) -> SealKey:
            if ssh is not None:
                return self.signing_key("", None, ssh)
            return unlock(self.home.keys, key or own, passphrase, even_revoked=key is None)

        return revoke(self, self._archive, name, since, reason, signer)

    # Calls that wait --------------------------------------------------------------------------------------------------

    def check_answer(self, approval: str, reason: str) -> None:
        """Look whether a call waits and may be answered here, before anybody is asked for a passphrase.

        Raises:
            UsageError: Nothing waits under that id, the reason is missing, or whoever asks is the requester.
        """
        self._approvals.waiting(approval, reason, by=self.operator)

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

    # Evidence for others ----------------------------------------------------------------------------------------------

    def export(self, run: str, choice: Choice) -> bytes:
        """Return a bundle of a run: its entries with their proofs, and the fields of their contents that were chosen.

        Raises:
            UsageError: Nothing of the run is in the ledger.
        """
        from assure_tui.app.desk.bundle.export import export_run  # noqa: PLC0415 - cryptography is needed only here

        return export_run(self, self._archive, self._name(run), choice)

    def import_response(self, path: Path) -> tuple[SealReceipt, Sealer]:
        """Record what a second reviewer signed over a bundle, as a new seal; give who signed, as the file says it.

        Raises:
            UsageError: It does not hold, or is not about this ledger.
        """
        from assure_tui.app.desk.bundle.response import import_response  # noqa: PLC0415 - cryptography is needed only here

        receipt, signer = import_response(self, self._archive, path)
        self._bumps += 1
        return receipt, signer

    # Keys -------------------------------------------------------------------------------------------------------------

    def needs_passphrase(self, key: str | None = None) -> bool:
        """Return whether sealing with a key asks for its passphrase now."""
        return self._keyring is None or not self._keyring.is_unlocked(key)

    def signing_key(self, passphrase: str, key: str | None, ssh: Path | None) -> SealKey:
        """Return a key to sign with: an SSH key, or an operator key that the passphrase opens, or that still is open.

        Raises:
            UsageError: There is no such key, or it cannot be used.
        """
        from assure_tui.app.desk.operators import Keyring  # noqa: PLC0415 - cryptography is needed only here

        with plain_errors():
            if ssh is not None:
                from assure_tui.ledger.sshsig import SshSigner  # noqa: PLC0415 - likewise

                return SshSigner.load(expanded(ssh))
            if self._keyring is None:
                self._keyring = Keyring(self.config.unlock_for)
            return self._keyring.unlock(self.home.keys, key, passphrase)

    def contents_locked(self) -> bool:
        """Return whether contents may need the passphrase of the reading key."""
        from assure_tui.app.desk.wrapping import has_reading_key  # noqa: PLC0415 - cryptography is needed only here

        return has_reading_key(self.home)

    def unlock_contents(self, passphrase: str) -> None:
        """Read locked contents for as long as an operator key stays unlocked, and for a minute at least.

        Raises:
            UsageError: There is no reading key, or the passphrase does not open it.
        """
        self._archive.unlock(passphrase, max(self.config.unlock_for, LEAST_UNLOCK))

    def operator_keys(self) -> list[OperatorIdentity]:
        """Return the public halves of the operator keys of this installation."""
        from assure_tui.app.desk.operators import list_keys  # noqa: PLC0415 - cryptography is needed only here

        return list_keys(self.home.keys)

    def ssh_keys(self) -> list[SshChoice]:
        """Return the SSH keys of the user that can sign a seal without anything being asked on the terminal."""
        from assure_tui.app.desk.sshkeys import ssh_keys  # noqa: PLC0415 - cryptography is needed only here

        return ssh_keys(Path.home() / ".ssh")

    def new_operator_key(self, name: str, passphrase: str) -> OperatorIdentity:
        """Make an operator key. The passphrase is kept nowhere."""
        if self.read_only:
            raise UsageError("this desk was opened read-only: leave --read-only out to make a key.")
        from assure_tui.app.desk.operators import new_key  # noqa: PLC0415 - cryptography is needed only here

        with plain_errors():
            return new_key(self.home.keys, name, passphrase)

    # Forgetting -------------------------------------------------------------------------------------------------------

    def forgettable(self, run: str) -> tuple[list[str], list[str]]:
        """Return the runs that are forgotten with a run, itself first, and the agent's own logs of them.

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
        done = forget_runs(self, self._archive, self._library, self._stores.mine(), runs)
        self._bumps += 1
        return done

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
