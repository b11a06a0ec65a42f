"""A tamper-evident, append-only log on local disk, in the C2SP formats, which programs that are not ours can verify.

Entries go in (`Ledger.append`), each an envelope with a clear part and a commitment to sealed content; signed
checkpoints, tiles, proofs and seals come out. The package knows nothing of agents: it owns the envelope and its own
kinds of entry, and every other kind is opaque to it. SPEC.md beside this file is enough to write another verifier.

    encode     jcs, entry, disclose, tiles, note, checkpoint, proof
    tree       tree (RFC 6962)
    store      disk, locks, wal, tail, shelf, pins, machine, epochs, layout, drafts, store, adopt, clock
    contents   segments, sealed, recent, content_keys, reading_key (what locks them)
    keys       ed25519, keys (the recorder's), pkcs8, operator_key (a person's), sshsig, signers (whose seals count),
               revocation
    review     dsse, seal, and verify: trust (what it is given), rebuild and scan (the walk), gather, spill, contents,
               outside (heads that are vouched for), beside (files that are not the log's), report (what it found);
               recheck before writing
    outward    bundle, standalone (the verifier that travels), cosign, policy, witness, submit
    lease      lease (who records)
    errors     errors

Names are loaded when first used, so that a path that only needs a lease does not import cryptography.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assure_tui.ledger.checkpoint import Checkpoint as Checkpoint
    from assure_tui.ledger.drafts import Draft as Draft
    from assure_tui.ledger.drafts import Receipt as Receipt
    from assure_tui.ledger.dsse import Subject as Subject
    from assure_tui.ledger.entry import Disclosure as Disclosure
    from assure_tui.ledger.entry import Entry as Entry
    from assure_tui.ledger.errors import ContentLockedError as ContentLockedError
    from assure_tui.ledger.errors import DamagedError as DamagedError
    from assure_tui.ledger.errors import EntryError as EntryError
    from assure_tui.ledger.errors import ForeignError as ForeignError
    from assure_tui.ledger.errors import FullError as FullError
    from assure_tui.ledger.errors import KeyFileError as KeyFileError
    from assure_tui.ledger.errors import LedgerError as LedgerError
    from assure_tui.ledger.errors import LockedError as LockedError
    from assure_tui.ledger.errors import NoteError as NoteError
    from assure_tui.ledger.errors import ProofError as ProofError
    from assure_tui.ledger.errors import ReadOnlyError as ReadOnlyError
    from assure_tui.ledger.errors import SealError as SealError
    from assure_tui.ledger.errors import WrongPassphraseError as WrongPassphraseError
    from assure_tui.ledger.lease import RecorderLease as RecorderLease
    from assure_tui.ledger.operator_key import OperatorIdentity as OperatorIdentity
    from assure_tui.ledger.operator_key import OperatorKey as OperatorKey
    from assure_tui.ledger.report import VerifyReport as VerifyReport
    from assure_tui.ledger.seal import Seal as Seal
    from assure_tui.ledger.seal import SealReceipt as SealReceipt
    from assure_tui.ledger.store import Ledger as Ledger

_HOMES = {
    "Checkpoint": "checkpoint",
    "Disclosure": "entry",
    "Draft": "drafts",
    "Entry": "entry",
    "Ledger": "store",
    "Receipt": "drafts",
    "OperatorIdentity": "operator_key",
    "OperatorKey": "operator_key",
    "RecorderLease": "lease",
    "Seal": "seal",
    "SealReceipt": "seal",
    "Subject": "dsse",
    "VerifyReport": "report",
}


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it."""
    home = "errors" if name.endswith("Error") else _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
