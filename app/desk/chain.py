"""How the ledger stands: as it was last verified, and whether a log is still what was recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.errors import LedgerDamagedError, UsageError
from assure_tui.app.desk.library import Library
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.views import LedgerState, LedgerView

NEWEST_ENTRIES: Final = 50
_MAX_WORDS: Final = 160


class Chain:
    """The ledger as a face shows it. Reads only."""

    def __init__(self, home: Home, archive: Archive, library: Library, witnesses: tuple[tuple[str, str], ...]) -> None:
        self._home = home
        self._archive = archive
        self._library = library
        self._witnesses = witnesses
        self._verified: LedgerView | None = None

    def state(self) -> tuple[int, LedgerState, str]:
        """Return size and state of the ledger, and what is wrong with it, or nothing."""
        try:
            size = self._archive.size()
        except LedgerDamagedError as error:
            return 0, "damaged", str(error)
        if self._archive.damage:
            return size, "damaged", self._archive.damage
        return size, self._state(size), ""

    def view(self) -> LedgerView:
        """Return the ledger as it was last verified, with its newest entries."""
        try:
            ledger = self._archive.reading()
            if ledger is None:
                return self._empty()
            size, root = self._archive.size(), ledger.root().hex()
            newest = self._archive.latest(NEWEST_ENTRIES)
        except LedgerDamagedError as error:
            return self._damaged(str(error))
        if self._archive.damage:
            return self._damaged(self._archive.damage)
        verified = self._verified
        return LedgerView(
            path=str(self._home.ledger),
            origin=ledger.origin,
            size=size,
            root=root,
            issued=ledger.entry(size - 1).time / 1000 if size else None,
            state=self._state(size),
            checked=verified.checked if verified else None,
            statements=verified.statements if verified else (),
            entries=tuple((e.index, e.kind, e.subject, e.time / 1000, _in_words(e.clear)) for e in newest),
        )

    def verify(self, progress: Callable[[int, int], None] | None = None) -> LedgerView:
        """Verify the whole ledger; give it as it stands then."""
        if not self._archive.exists:
            return self._empty()
        from assure_tui.app.desk.operators import memories, own_trust  # noqa: PLC0415 - cryptography is needed only here
        from assure_tui.ledger.verify import verify  # noqa: PLC0415 - likewise

        home = self._home
        with plain_errors():
            trust = own_trust(home.keys, self._witnesses)
            report = verify(
                home.ledger,
                trust=trust,
                pins=home.pins,
                keys=home.keys,
                memories=memories(home.keys),
                progress=progress,
            )
        self._verified = LedgerView(
            path=str(home.ledger),
            origin=report.origin,
            size=report.size,
            root=report.root.hex(),
            issued=None,
            state="damaged" if report.broken is not None else "ok" if report.state == "ok" else "unanchored",
            checked=time.time(),
            statements=tuple((s.name, s.state, s.detail) for s in report.statements),
        )
        return self.view()

    def check_log(self, tags: Tags, log: Path, at: Path | None) -> list[str]:
        """Say where a log, or a copy of it at `at`, is not what was recorded; nothing when it is.

        Raises:
            UsageError: The log was never recorded.
        """
        ledger = self._archive.reading()
        from assure_tui.app.desk.audit import alterations, recorded_logs  # noqa: PLC0415 - it brings all adapters

        with plain_errors():
            found = list(recorded_logs(ledger, tags, log)) if ledger is not None else []
        if not found:
            raise UsageError(f"nothing of {log} is in the ledger: it was never recorded, or under another path.")
        return [message for known in found for message in alterations(known, at)]

    def _state(self, size: int) -> LedgerState:
        return self._verified.state if self._verified else "unchecked" if size else "empty"

    def _empty(self) -> LedgerView:
        path = str(self._home.ledger)
        return LedgerView(
            path=path, origin="", size=0, root="", issued=None, state="empty", checked=None, statements=()
        )

    def _damaged(self, reason: str) -> LedgerView:
        statement = ("open", "failed", reason)
        return msgspec.structs.replace(self._empty(), state="damaged", statements=(statement,))


def _in_words(clear: dict[str, Any]) -> str:
    said = (f"{name}={_value(value)}" for name, value in clear.items() if name not in {"root", "source"})
    return " ".join(said)[:_MAX_WORDS]


def _value(value: object) -> object:
    """A table as its counts and words, since whoever looks is no Python."""
    if isinstance(value, dict):
        return ",".join(f"{name}:{_value(inner)}" for name, inner in value.items()) or "-"
    if isinstance(value, list):
        return ",".join(str(_value(inner)) for inner in value) or "-"
    return "-" if value is None else value
