"""Revocations: a signed statement in the log that a key does not count any more, from its entry on and before.

It is a seal whose predicate names the key. It counts if the key itself signed it, or a signer whom the verifier knows
and whom nothing has revoked by then: a stranger cannot revoke, and a thief can only give away what he stole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from assure_tui.ledger.cosign import Memory
from assure_tui.ledger.dsse import Statement
from assure_tui.ledger.errors import RevokedError, SealError
from assure_tui.ledger.seal import REVOCATION, Seal, SealKey, SealReceipt, seal
from assure_tui.ledger.store import Ledger

MAX_REASON: Final = 10_000

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a statement says."""

    index: int
    """Of its entry: no later seal by the key counts."""
    key: str
    """`SHA256:` fingerprint of the key."""
    since: int | None
    """Milliseconds since the epoch: what was sealed from then on does not count either; None: nothing ever did."""


def revoke(
    ledger: Ledger, key: str, *, by: SealKey, since: int | None, reason: str, memory: Memory | None = None
) -> SealReceipt:
    """State in the log that the key of a fingerprint is revoked. Raises what `seal` raises."""
    predicate = {"version": 1, "key": key, "since": since, "reason": reason[:MAX_REASON]}
    return seal(ledger, subjects=[], predicate_type=REVOCATION, predicate=predicate, key=by, memory=memory)


def read(index: int, statement: Statement) -> Revocation | None:
    """Read a sealed statement; None if it is not about a revocation. Raises SealError if it is malformed."""
    if statement.predicate_type != REVOCATION:
        return None
    told: Any = statement.predicate
    key, since = (told.get("key"), told.get("since")) if isinstance(told, dict) else (None, None)
    if not isinstance(key, str) or not _FINGERPRINT.fullmatch(key) or not (since is None or type(since) is int):
        raise SealError(f"the revocation in entry {index} does not say which key, or since when")
    return Revocation(index, key, since)


@dataclass(slots=True)
class Revocations:
    """The revocations of a log that count."""

    _by_key: dict[str, list[Revocation]] = field(default_factory=dict)

    @classmethod
    def of(cls, seals: Iterable[tuple[Seal, int]]) -> Revocations:
        """Gather them from seals that verified and can be read, each with the time of its entry (ms)."""
        found = cls()
        for seal_, moment in sorted(seals, key=lambda each: each[0].index):
            stated = read(seal_.index, seal_.statement)
            if stated is None:
                continue
            own = stated.key == seal_.signer.key.fingerprint
            if own or (seal_.known and found.against(seal_, moment) is None):
                found._by_key.setdefault(stated.key, []).append(stated)
        return found

    def against(self, seal_: Seal, moment: int) -> Revocation | None:
        """Return what revokes a seal, whose entry has a time (ms); None if nothing does."""
        for stated in self._by_key.get(seal_.signer.key.fingerprint, ()):
            if seal_.index > stated.index or stated.since is None or moment >= stated.since:
                return stated
        return None

    def check(self, seal_: Seal, moment: int) -> None:
        """Raise RevokedError if a seal does not count; a key may always revoke itself."""
        stated = self.against(seal_, moment)
        about = read(seal_.index, seal_.statement)
        if stated is not None and (about is None or about.key != stated.key):
            raise RevokedError(
                f"the seal of entry {seal_.index} does not count: entry {stated.index} revokes the key"
                f" {stated.key} of {seal_.signer.name}"
            )

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(map(len, self._by_key.values()))
