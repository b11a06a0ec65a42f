"""What a verifier is given from outside the ledger: keys, witnesses, kept heads, signers, a policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.cosign import cosigner
from assure_tui.ledger.errors import DamagedError, NoteError
from assure_tui.ledger.note import MAX_NOTE, VerifierKey, parse_vkey
from assure_tui.ledger.operator_key import OperatorIdentity, load_identity
from assure_tui.ledger.policy import MAX_POLICY, Policy, parse_policy
from assure_tui.ledger.signers import Signers, parse_allowed_signers, parse_revoked
from assure_tui.ledger.sshsig import plain_key

MAX_TRUST_FILE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Trust:
    """What a verifier was given from outside the ledger."""

    keys: tuple[VerifierKey, ...] = ()
    """The log key, and the first epoch key after it if it is known."""
    witnesses: tuple[VerifierKey, ...] = ()
    anchors: tuple[tuple[str, bytes], ...] = ()
    """File name and bytes of checkpoints that were kept elsewhere."""
    operators: tuple[OperatorIdentity, ...] = ()
    signers: Signers = field(default_factory=Signers)
    """All whose seals count, the operators among them, and keys that count no more."""
    policy: Policy | None = None

    @property
    def cosigners(self) -> tuple[VerifierKey, ...]:
        """All keys whose cosignatures vouch for a head: witnesses', and operators' that were never revoked.

        A thief states what time he likes in a cosignature, so that no time saves a revoked key's.
        """
        witnesses = self.witnesses + (self.policy.keys if self.policy else ())
        held = [each for each in self.operators if plain_key(each.public).fingerprint not in self.signers.revoked]
        return tuple(dict.fromkeys(witnesses + tuple(map(cosigner, held))))

    def __add__(self, other: Trust) -> Trust:
        return Trust(
            self.keys or other.keys,
            self.witnesses + other.witnesses,
            self.anchors + other.anchors,
            self.operators + other.operators,
            self.signers + other.signers,
            self.policy or other.policy,
        )


def load_trust(directory: Path) -> Trust:
    """Read what there is in a trust directory (SPEC.md, Files of a verifier).

    Raises NoteError, KeyFileError, SealError or DamagedError for a file that is not what it must be: it is the
    verifier's own.
    """
    if not directory.is_dir():
        raise DamagedError(f"{directory} is not a directory: name one with log.vkey, witnesses, anchors/ or operators/")
    anchors, operators = directory / "anchors", directory / "operators"
    identities = tuple(load_identity(operators / name) for name in disk.names(operators) if name.endswith(".pem"))
    signers = Signers.of(identities)
    allowed = disk.read(directory / "allowed_signers", MAX_TRUST_FILE)
    if allowed is not None:
        signers += parse_allowed_signers(allowed.decode(errors="replace"))
    for name in ("revoked", "krl"):
        revoked = disk.read(directory / name, MAX_TRUST_FILE)
        if revoked is not None:
            signers += parse_revoked(revoked)
    policy = disk.read(directory / "policy", MAX_POLICY)
    return Trust(
        keys=_vkeys(directory / "log.vkey"),
        witnesses=_vkeys(directory / "witnesses"),
        anchors=tuple((name, disk.read_due(anchors / name, MAX_NOTE)) for name in disk.names(anchors)),
        operators=identities,
        signers=signers,
        policy=parse_policy(policy) if policy is not None else None,
    )


def _vkeys(path: Path) -> tuple[VerifierKey, ...]:
    data = disk.read(path, MAX_TRUST_FILE) or b""
    try:
        return tuple(parse_vkey(line) for line in data.decode().splitlines() if line.strip())
    except UnicodeDecodeError:
        raise NoteError(f"{path} is not a list of verifier keys: one is due on each line") from None
