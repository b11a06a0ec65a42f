"""What an operator says of a feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

COLUMNS = ("id", "kind", "amount", "currency", "target", "actor", "call_ref", "time", "status")
"""What a row can be asked for. `time` is ISO 8601 or a number of seconds or milliseconds since the epoch."""

CURSOR = "{cursor}"
"""Stands, in an argument of a feed's command, for the id of the newest row seen; empty at first."""


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One feed: a file that another system appends to, or a command that prints rows."""

    name: str
    kind: str
    """Claim kind that its rows are evidence for, where a row does not say (`reconcile/data/kinds.toml`)."""
    path: Path | None = None
    command: tuple[str, ...] | None = None
    """Program and arguments; never a shell."""
    format: Literal["jsonl", "csv"] = "jsonl"
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Column of `COLUMNS` to where it is in a row: a header's name, or a dotted path such as `data.amount`. A column
    that is not named is looked for under its own name."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Columns that are the same in all rows."""
    minor_units: bool = False
    """Amounts count the currency's smallest unit: cents, yen."""
    complete: bool = False
    """Every effect of this kind has a row here, so that a missing row is a missing effect."""
    lag: float = 0.0
    """Seconds that a row may come after its effect."""
