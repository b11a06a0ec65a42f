"""Seals verdicts: collects the evidence of each run out of the ledger, and signs it. See PREDICATE.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assure_tui.app.desk.about import version
from assure_tui.app.desk.acts import PREDICATE_TYPE
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.entries import EVIDENCE, portable
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.operators import unlock
from assure_tui.ledger.dsse import Subject
from assure_tui.ledger.entry import encode_entry
from assure_tui.ledger.seal import SealReceipt, seal
from assure_tui.ledger.tree import leaf_hash, root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.app.desk.desk import Desk
    from assure_tui.app.desk.views import RunDetail
    from assure_tui.ledger.store import Ledger


def seal_runs(desk: Desk, archive: Archive, runs: Sequence[str], *, passphrase: str, key: str | None) -> SealReceipt:
    """Sign the verdicts on `runs` over their evidence as the ledger has it now.

    Raises:
        LedgerDamagedError: The ledger does not verify.
        UsageError: A run has no verdict or no evidence, or the key cannot be used.
    """
    ledger = archive.writing()
    if desk.verify().state == "damaged":
        raise LedgerDamagedError(f"the ledger in {ledger.directory} does not verify: nothing is sealed on it.")
    details = [desk.run(run) for run in runs]
    for detail in details:
        if detail.verdict is None:
            raise UsageError(f"run {detail.row.id} has no verdict to seal: give one with `assure-tui verdict`.")
    with plain_errors():
        ledger.refresh()
        upto = ledger.size
        evidence = {run: _evidence(archive, ledger, desk.subject(run), upto) for run in runs}
        for run, (count, _) in evidence.items():
            if not count:
                raise UsageError(
                    f"nothing of run {run} is in the ledger yet: run `assure-tui record`, for history with --backfill."
                )
        signer = unlock(desk.home.keys, key, passphrase)
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
            key=signer,
            about=about,
        )


def _evidence(archive: Archive, ledger: Ledger, subject: str, upto: int) -> tuple[int, str]:
    """Give count and root of a run's evidence: the RFC 6962 root over its entries, in the order of the ledger."""
    indexes = [entry.index for entry in archive.entries(EVIDENCE, subject) if entry.index < upto]
    leaves = [leaf_hash(encode_entry(ledger.entry(index))) for index in indexes]
    return len(leaves), root(leaves).hex()


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
