"""Heads of a log that something apart from it vouches for: they must be heads of the log as it is here.

Pins, what operators and witnesses cosigned, and checkpoints that were kept elsewhere. What may grow while a ledger is
in use is read before its tail, so that a live writer raises no alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from assure_tui.ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from assure_tui.ledger.cosign import Cosigned, Vouched, remembered_heads, vouched
from assure_tui.ledger.epochs import KeyPair, KeysAt
from assure_tui.ledger.errors import NoteError
from assure_tui.ledger.pins import Pin, PinFile
from assure_tui.ledger.report import Failed, Verdict, several
from assure_tui.ledger.tail import Tail
from assure_tui.ledger.trust import Trust

_LAST: Final = 253_402_300_799
"""The last second that a date can say."""

HeadCheck: TypeAlias = tuple[str, Callable[[], tuple[Verdict, str]], bool]
"""Name of a statement, what makes it, and whether its failing is damage of the log itself."""


class Outside:
    """What vouches for a log from outside its directory; `checks` once `tail` and `keys_at` are set."""

    tail: Tail
    keys_at: KeysAt

    def __init__(self, directory: Path, keys: KeyPair, trust: Trust, pins: Path | None, memories: Path | None) -> None:
        """Read it. Raises DamagedError for what cannot be read."""
        self._log = keys[0]
        self._trust = trust
        pinned = PinFile(pins, self._log.name) if pins else None
        self.pin: Pin | None = pinned.read() if pinned else None
        self._torn = pinned is not None and pinned.torn
        self._remembered = remembered_heads(memories, self._log.name) if memories else []
        self._cosigned_heads = list(Cosigned(directory).notes())
        self._vouched: list[Vouched] = []
        self.anchored = 0
        """Highest size that something apart from the ledger vouches for."""
        self.size = 0
        """Highest size that something vouches for which this machine could not have made up."""

    def checks(self) -> Iterator[HeadCheck]:
        """Yield the checks in their order."""
        yield "pin", self._pin_holds, True
        if self._remembered:
            yield "operators", self._memories_hold, True
        for name, data in self._trust.anchors:
            yield f"anchor {name}", partial(self._anchor_holds, data), True
        yield "witnesses", self._cosigned, True
        if self._trust.policy is not None:
            yield "quorum", self._quorum, False
        yield "outside", self._since, False

    def _pin_holds(self) -> tuple[Verdict, str]:
        if self.pin is None:
            return "not anchored", "no pin was given: a tail that was cut off would not be noticed"
        self._holds(self.pin.head)
        if self.pin.epoch != self.keys_at(self.pin.head.size)[1]:
            raise Failed("the pinned head is signed by the key of another epoch than the log has there")
        torn = "; the other half of the pin is torn" if self._torn else ""
        return "verified", f"continues the head pinned at size {self.pin.head.size}{torn}"

    def _memories_hold(self) -> tuple[Verdict, str]:
        for name, data in self._remembered:
            try:
                self._holds(open_checkpoint(data, [self._log]))
            except NoteError as error:
                raise Failed(f"the operator's memory {name} is damaged: restore it from a copy ({error})") from None
        heads = several(len(self._remembered), "the head that an operator", "the heads that {} operators")
        return "verified", f"continues {heads} cosigned last"

    def _anchor_holds(self, data: bytes) -> tuple[Verdict, str]:
        head = open_checkpoint(data, [self._log])
        self._holds(head)
        self.size = max(self.size, head.size)
        return "verified", f"continues the checkpoint kept at size {head.size}"

    def _holds(self, head: Checkpoint) -> None:
        if head.origin != self.tail.head.origin:
            raise Failed(f"the head that is given belongs to another log: {head.origin}")
        if head.size > self.tail.size:
            raise Failed(f"the log ends at entry {self.tail.size} but {head.size} were committed: its tail was cut off")
        if self.tail.frontier_at(head.size).root() != head.root:
            raise Failed(f"the log is another history than the head at size {head.size}")
        self.anchored = max(self.anchored, head.size)

    def _cosigned(self) -> tuple[Verdict, str]:
        for name, data in self._cosigned_heads:
            self._is_own_head(name, data)
        notes = [("checkpoint", self.tail.published.note), *self._cosigned_heads]
        self._vouched = vouched(notes, self._trust.cosigners, self._log)
        if not self._vouched:
            return "not anchored", (
                "no cosignature by a known witness: whoever can write the ledger, its pins and its keys"
                " could have rewritten all of it"
            )
        for each in self._vouched:
            self._holds(each.head)
            self.size = max(self.size, each.head.size)
        newest = max(self._vouched, key=lambda each: each.head.size)
        names = ", ".join(sorted(key.name for key in newest.times))
        last = datetime.fromtimestamp(min(max(newest.times.values()), _LAST), UTC).isoformat(timespec="seconds")
        return "verified", f"the head of size {newest.head.size} was cosigned by {names}, last at {last}"

    def _is_own_head(self, name: str, data: bytes) -> None:
        """Look whether a cosigned head, whoever cosigned it, is the log's head of that size."""
        try:
            head, _ = parse_checkpoint(data)
            if head.size <= self.tail.size:
                open_checkpoint(data, self.keys_at(head.size))
        except NoteError as error:
            raise Failed(f"{name} is damaged: restore it from a copy ({error})") from None
        if name != f"cosigned/{head.size}" or head.origin != self.tail.head.origin:
            raise Failed(f"{name} is another head than its name says: restore it from a copy")
        if head.size > self.tail.size or self.tail.frontier_at(head.size).root() != head.root:
            raise Failed(f"{name} is not a head of this log: the tail was cut off, or the history is another one")

    def _quorum(self) -> tuple[Verdict, str]:
        policy = self._trust.policy
        if policy is None or not policy.knows(self._log):
            raise Failed("the policy does not list this log")
        sizes = [each.head.size for each in self._vouched if policy.holds(each.times)]
        if policy.holds(()):
            return "verified", "the policy asks for no cosignature"
        if not sizes:
            raise Failed(f"no head has the cosignatures that the policy asks for ({policy.quorum})")
        later = several(self.tail.size - max(sizes), "{} entry", "{} entries")
        return "verified", f"the head of size {max(sizes)} has the quorum {policy.quorum}; {later} came later"

    def _since(self) -> tuple[Verdict, str]:
        if self.tail.size == self.size:
            return "verified", "something outside this machine vouches for the last entry"
        first = self.tail.entry(self.size)
        moment = datetime.fromtimestamp(first.time / 1000, UTC).isoformat(timespec="seconds")
        count = self.tail.size - self.size
        since, what = several(count, "entry", "{} entries"), several(count, "it", "them")
        return "not anchored", (
            f"nothing outside this machine vouches for the {since} since {moment}:"
            f" whoever can write the ledger, its pins and its keys could rewrite {what}"
        )
