"""A place for a ledger with its pins and keys, and what tests put into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assure_tui.ledger.operator_key import OperatorKey
from assure_tui.ledger.report import VerifyReport
from assure_tui.ledger.store import Draft, Ledger
from assure_tui.ledger.verify import verify


class Place:
    """Where a test keeps a ledger, its pins and its keys."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.directory, self.pins, self.keys = base / "ledger", base / "pins", base / "keys"

    def create(self, **more: Any) -> Ledger:
        return Ledger.create(self.directory, pins=self.pins, keys=self.keys, **more)

    def open(self, **more: Any) -> Ledger:
        return Ledger.open(self.directory, pins=self.pins, keys=self.keys, **more)

    def verify(self, **more: Any) -> VerifyReport:
        return verify(self.directory, **{"pins": self.pins, "keys": self.keys} | more)

    def operator(self, name: str = "Alice Example") -> OperatorKey:
        return OperatorKey.new(self.base / f"{name}.pem", "correct horse", name)

    def drafts(self, count: int, **more: Any) -> list[Draft]:
        return [Draft("note", "r-1", {"n": n}, **more) for n in range(count)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
