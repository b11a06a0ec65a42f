"""Business claims: what the agent said it did in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import AgentText
    from assure_tui.reconcile.claims.segment import Unit
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Claim


def read(units: Sequence[Unit], event: AgentText, context: Context) -> list[Claim]:
    """Read the business claims out of the units of one text."""
    del units, event, context
    return []
