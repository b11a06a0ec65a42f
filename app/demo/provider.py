"""The payment provider: another system, which writes down what it booked some seconds after it did."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from assure_tui.app.demo.script import Refund

LAG = 4.0
"""Seconds between a booking and its row in the feed, at the pace of a real provider."""


class Provider:
    """Appends booked refunds to its own feed, in minor units and with its own names, as payment providers do."""

    def __init__(self, feed: Path, ids: random.Random) -> None:
        self._feed = feed
        self._ids = ids
        feed.parent.mkdir(parents=True, exist_ok=True)
        feed.touch()

    def write(self, refund: Refund, booked: float) -> None:
        """Write the row of a refund that was booked at `booked` (seconds since the epoch)."""
        row = {
            "id": f"txn_{self._ids.getrandbits(48):012x}",
            "type": "refund",
            "status": "succeeded",
            "amount": refund.cents,
            "currency": "usd",
            "destination": refund.account,
            "metadata": {"order": refund.order},
            "created": datetime.fromtimestamp(booked, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        with self._feed.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
