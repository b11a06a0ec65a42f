"""Seals verdicts: collects the evidence of each run out of the ledger, and signs it. See PREDICATE.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assure_tui.app.desk.about import version
from assure_tui.app.desk.acts import PREDICATE_TYPE, WITHDRAWAL_TYPE
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.entries import EVIDENCE, portable
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.operators import find_key, memories
from assure_tui.ledger.cosign import Memory
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.entry import encode_entry
from assure_tui.ledger.operator_key import OperatorKey
from assure_tui.ledger.revocation import revoke as state
from assure_tui.ledger.seal import Sealer, SealKey, SealReceipt, seal
from assure_tui.ledger.sshsig import plain_key
from assure_tui.ledger.tree import leaf_hash, root

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from assure_tui.app.desk.desk import Desk
    from assure_tui.app.desk.views import RunDetail
    from assure_tui.ledger.store import Ledger


def check_runs(desk: Desk, archive: Archive, runs: Sequence[str]) -> list[RunDetail]:
    """Return the runs, if each has what a seal covers; nothing is written, and no key is needed.

    Raises:
        UsageError: A run has no verdict, or nothing of it is in the ledger.
    """
    details = [desk.run(run) for run in runs]
    for detail in details:
        if detail.verdict is None:
            raise UsageError(f"run {detail.row.id} has no verdict to seal: give one with `assure-tui verdict`.")
        if archive.newest(EVIDENCE, desk.subject(detail.row.id)) < 0:
            raise UsageError(
                f"nothing of run {detail.row.id} is in the ledger yet: run `assure-tui record`, for history with"
                " --backfill."
            )
    return details


def seal_runs(desk: Desk, archive: Archive, runs: Sequence[str], key: SealKey) -> SealReceipt:
    """Sign the verdicts on `runs` over their evidence as the ledger has it now.

    Raises:
        LedgerDamagedError: The ledger does not verify.
        UsageError: A run has no verdict or no evidence, or the key cannot be used.
    """
    ledger = archive.writing()
    if desk.verify().state == "damaged":
        raise LedgerDamagedError(f"the ledger in {ledger.directory} does not verify: nothing is sealed on it.")
    details = check_runs(desk, archive, runs)
    with plain_errors():
        ledger.refresh()
        upto = ledger.size
        found = evidence_of(ledger, {desk.subject(run) for run in runs}, upto)
        evidence = {run: found[desk.subject(run)] for run in runs}
        predicate = {
            "version": 1,
            "reviewer": desk.operator,
            "role": "operator",
            "program": version(),
            "rules": sorted(_rules(archive, desk, runs)),
            "runs": [_reviewed(desk, detail, *evidence[detail.row.id], upto) for detail in details],
        }
        subjects = [Subject(f"evidence/{desk.subject(run)}", evidence[run][1]) for run in runs]
        about = desk.subject(runs[0]) if len(runs) == 1 else "ledger"
        return seal(
            ledger,
            subjects=subjects,
            predicate_type=PREDICATE_TYPE,
            predicate=portable(predicate),
            key=key,
            about=about,
            memory=memory_of(desk, key),
        )


def withdraw(desk: Desk, archive: Archive, run: str, reason: str, key: SealKey) -> SealReceipt:
    """Sign that the key's newest seal on a run does not stand any more. The ledger keeps both.

    Raises:
        UsageError: The key has no seal on the run that stands, or no reason was given.
    """
    if not reason.strip():
        raise UsageError("a withdrawal needs a reason in words.")
    ledger = archive.writing()
    mine = str(Sealer.of(key).clear()["key"])
    stands = [seal for seal in desk.seals_on(run) if seal.key == mine]
    if not stands:
        raise UsageError(f"no seal by this key stands on run {run}.")
    predicate = {
        "version": 1,
        "reviewer": desk.operator,
        "program": version(),
        "runs": [{"run": run, "seal": stands[-1].number, "entry": stands[-1].entry, "reason": reason}],
    }
    with plain_errors():
        return seal(
            ledger,
            subjects=[],
            predicate_type=WITHDRAWAL_TYPE,
            predicate=portable(predicate),
            key=key,
            about=desk.subject(run),
            memory=memory_of(desk, key),
        )


def revoke(
    desk: Desk, archive: Archive, name: str, since: datetime | None, reason: str, signer: Callable[[str], SealKey]
) -> SealReceipt:
    """Sign that an operator key does not count; `signer` gives the key to sign with, if need be the one of a name.

    Raises:
        UsageError: There is no such key, or it cannot be signed.
    """
    gone = find_key(desk.home.keys, name)
    ledger = archive.writing()
    with plain_errors():
        key = signer(gone.name)
        moment = round(since.timestamp() * 1000) if since is not None else None
        fingerprint = plain_key(gone.public).fingerprint
        return state(ledger, fingerprint, by=key, since=moment, reason=reason, memory=memory_of(desk, key))


def memory_of(desk: Desk, key: SealKey) -> Memory | None:
    """Return where it is remembered what a key cosigned last; an SSH key cannot cosign."""
    return Memory(memories(desk.home.keys), key.fingerprint) if isinstance(key, OperatorKey) else None


def evidence_of(ledger: Ledger, subjects: Collection[str], upto: int) -> dict[str, tuple[int, str]]:
    """Return by subject count and root of its evidence: the RFC 6962 root over its entries, in the order of the ledger.

    The ledger itself is read: the index, which anybody may have changed, must not choose what is signed.
    """
    leaves: dict[str, list[bytes]] = {subject: [] for subject in subjects}
    for _, entry in ledger.about(subjects, upto):
        if entry.kind in EVIDENCE:
            leaves[entry.subject].append(leaf_hash(encode_entry(entry)))
    return {subject: (len(found), root(found).hex()) for subject, found in leaves.items()}


def _rules(archive: Archive, desk: Desk, runs: Sequence[str]) -> set[str]:
    return {str(entry.clear.get("rules")) for run in runs for entry in archive.entries(["assessed"], desk.subject(run))}


def _reviewed(desk: Desk, detail: RunDetail, count: int, digest: str, upto: int) -> dict[str, Any]:
    assert detail.verdict is not None  # noqa: S101 - the caller has looked
    decided = {decision.finding for decision in detail.decisions}
    opened = set((desk.draft(f"opened:{detail.row.id}") or "").split())
    coverage = detail.coverage
    return {
        "run": detail.row.id,
        "native_id": detail.row.native_id,
        "agent": detail.row.agent,
        "verdict": detail.verdict.word,
        "reason": detail.verdict.reason,
        "evidence": {"entries": count, "root": digest},
        "upto": upto,
        "decisions": [
            {"finding": decision.finding, "word": decision.word, "reason": decision.reason, "by": decision.by}
            for decision in detail.decisions
        ],
        "waivers": [
            {"gate": waiver.gate, "reason": waiver.reason, "by": waiver.by, "until": int(waiver.until * 1000)}
            for waiver in desk.waivers(detail.row.id)
        ],
        "undecided": [finding.id for finding in detail.findings() if finding.id not in decided],
        "never_opened": [finding.id for finding in detail.findings() if finding.id not in opened],
        "coverage": {
            "claims_checked": coverage.claims_checked,
            "claims": coverage.claims_total,
            "records": coverage.tally.records,
            "unrecognised": coverage.tally.unrecognised,
            "malformed": coverage.tally.malformed,
            "calls_without_result": coverage.calls_without_result,
            "unobserved": [[int(start * 1000), int(end * 1000)] for start, end in coverage.unobserved],
        },
    }
