"""A second reviewer's answer: signed over a bundle, carried back as a file, and recorded as a new seal.

The file is a JSON object: `schema`, `signer` (what the `seal` entry will say of the signer) and `envelope`, the base64
of the DSSE envelope. It is over the head that the bundle was cut at and over the evidence in it, so that it only fits
the ledger that the bundle came from. It may come from anybody, and so may what it says.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assure_tui.app.desk.about import version
from assure_tui.app.desk.acts import PREDICATE_TYPE, REVIEWER
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.bundle.bundled import BundleDesk
from assure_tui.app.desk.bundle.evidence import evidence_root, sealed_evidence, tag_of
from assure_tui.app.desk.entries import portable
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.sealing import evidence_of
from assure_tui.app.desk.small_files import read_small
from assure_tui.app.desk.views import VerdictWord
from assure_tui.ledger import disk
from assure_tui.ledger.bundle import MAX_FILE, read_object
from assure_tui.ledger.dsse import MAX_ENVELOPE, Statement, Subject, open_envelope, sign_statement
from assure_tui.ledger.errors import BundleError
from assure_tui.ledger.seal import CHECKPOINT, Sealer, SealKey, SealReceipt, add_seal

if TYPE_CHECKING:
    from assure_tui.app.desk.desk import Desk

SCHEMA: Final = "assure-tui/response/v1"
MAX_RESPONSE: Final = 2 * MAX_ENVELOPE

_HEAD = re.compile(rf"{CHECKPOINT}(0|[1-9][0-9]{{0,17}})")


def countersign(desk: BundleDesk, word: VerdictWord, reason: str, reviewer: str, key: SealKey) -> bytes:
    """Return the response of a reviewer who read a bundle.

    Raises:
        UsageError: The bundle is not the evidence of one run.
    """
    bundle, row = desk.bundle, desk.detail.row
    with plain_errors():
        tag = tag_of(bundle)
        count, digest = evidence_root(bundle, tag, bundle.head.size)
        predicate = {
            "version": 1,
            "reviewer": reviewer,
            "role": REVIEWER,
            "program": version(),
            "rules": [],
            "bundle": sha256(disk.read(bundle.path, MAX_FILE) or b"").hexdigest(),
            "runs": [
                {
                    "run": row.id,
                    "native_id": row.native_id,
                    "agent": row.agent,
                    "verdict": word,
                    "reason": reason,
                    "evidence": {"entries": count, "root": digest},
                    "upto": bundle.head.size,
                    "decisions": [],
                    "undecided": [finding.id for finding in desk.detail.findings()],
                    "never_opened": [],
                }
            ],
        }
        head = Subject(f"{CHECKPOINT}{bundle.head.size}", sha256(bundle.head.body).hexdigest())
        statement = Statement((head, Subject(f"evidence/{tag}", digest)), PREDICATE_TYPE, portable(predicate))
        envelope = sign_statement(statement, [key])
    body = {"schema": SCHEMA, "signer": Sealer.of(key).clear(), "envelope": base64.b64encode(envelope).decode()}
    return json.dumps(body, indent=1).encode() + b"\n"


def _read(path: Path) -> bytes | None:
    try:
        data = read_small(path, MAX_RESPONSE)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): name the file that was sent to you.") from error
    if data is not None and len(data) > MAX_RESPONSE:
        raise UsageError(f"{path} is larger than the {MAX_RESPONSE} bytes that a response may have: ask for it anew.")
    return data


def import_response(desk: Desk, archive: Archive, path: Path) -> tuple[SealReceipt, Sealer]:
    """Record a reviewer's answer as a new seal; give who signed, as the answer says it.

    Raises:
        LedgerDamagedError: The ledger is damaged.
        UsageError: The file is not a response, its signature does not hold, it is about another ledger or run, its
            evidence is not the ledger's, or it was imported already.
    """
    with plain_errors():
        data = _read(path)
        if data is None:
            raise UsageError(f"there is no file {path}: name the response that `assure-tui countersign` wrote.")
        envelope, signer, statement = _open(data, path)
        ledger = archive.writing()
        runs = [str(run.get("run")) for run, _ in sealed_evidence(statement)]
        match = _HEAD.fullmatch(statement.subjects[0].name) if statement.subjects else None
        if match is None or not runs:
            raise BundleError("the response is over no checkpoint, or about no run")
        for (run, subject), name in zip(sealed_evidence(statement), runs, strict=True):
            _check_run(desk, archive, run, subject, name)
        digest = sha256(envelope).hexdigest()
        if any(entry.clear.get("sha256") == digest for entry in archive.entries(["seal"])):
            raise UsageError("this response was imported already: nothing was done.")
        about = desk.subject(runs[0]) if len(runs) == 1 else "ledger"
        return add_seal(ledger, envelope, signer, int(match[1]), about), signer


def _open(data: bytes, path: Path) -> tuple[bytes, Sealer, Statement]:
    body = read_object(data, f"the response {path}")
    clear, encoded = body.get("signer"), body.get("envelope")
    if body.get("schema") != SCHEMA or not isinstance(clear, dict) or not isinstance(encoded, str):
        raise BundleError(f"{path} is not a response: ask for what `assure-tui countersign` wrote")
    try:
        envelope = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BundleError("the response holds malformed base64") from None
    signer = Sealer.read(clear)
    if len(signer.name) > 200 or not signer.name.isprintable():
        raise BundleError("the response names no signer that can be printed")
    statement = open_envelope(envelope, signer.verifier())
    if statement.predicate_type != PREDICATE_TYPE:
        raise BundleError("the response is not a verdict")
    if not isinstance(statement.predicate, dict) or statement.predicate.get("role") != REVIEWER:
        raise BundleError("the response is not a reviewer's: ask for what `assure-tui countersign` wrote")
    return envelope, signer, statement


def _check_run(desk: Desk, archive: Archive, run: dict[str, Any], subject: Subject, name: str) -> None:
    """Raise unless the evidence that was signed is what the ledger has of a run that the desk knows."""
    known = desk.run(name).row.id
    if known != name or subject.name != f"evidence/{desk.subject(known)}":
        raise BundleError(f"the response is about another run than {known}")
    ledger = archive.writing()
    if not 0 < run["upto"] <= ledger.size:
        raise BundleError("the response covers more than the ledger has")
    tag = desk.subject(known)
    if evidence_of(ledger, {tag}, run["upto"])[tag][1] != subject.sha256:
        raise BundleError(f"the response is over other evidence than the ledger has of run {known}")
