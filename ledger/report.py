"""What a verification found, in statements; of a ledger's directory and of a bundle alike. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Verdict: TypeAlias = Literal["verified", "not anchored", "failed"]
State: TypeAlias = Literal["ok", "unanchored", "failed", "damaged"]

SIGNERS: Final = "signers"
"""Name of the statement about seals that are intact, and whose keys were revoked."""


def several(count: int, one: str, many: str) -> str:
    """Return the words for one, or those for another number; `{}` stands for it."""
    return (one if count == 1 else many).format(count)


class Failed(Exception):  # noqa: N818 - ends one check with its detail; never leaves a verification
    """A check found what must not be; the text says what."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was looked at, and how it stands."""

    name: str
    state: Verdict
    detail: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a ledger's verification found.

    `ok`: all holds, and the log is consistent with a pin, a cosignature or an anchor from outside it. `unanchored`: all
    holds, but nothing from outside was there to hold it against. `failed`: the log holds, but a seal, a content, the
    order of time or an anchor's file does not. `damaged`: the log itself does not.
    """

    statements: tuple[Statement, ...]
    state: State
    size: int
    root: bytes
    origin: str
    since: int | None
    """Time (ms) of the newest entry that a witness, an operator's cosignature or an anchor vouches for: whoever has
    this machine could still rewrite what came later. A pin is on this machine, and does not count."""

    @property
    def broken(self) -> Statement | None:
        """The first statement that reports damage. A revoked signer is not damage: the log may be continued."""
        return next((each for each in self.statements if each.state == "failed" and each.name != SIGNERS), None)
