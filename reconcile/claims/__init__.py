"""Claims out of the agent's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assure_tui.ingest.model import AgentText
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Claim


def extract(event: AgentText, context: Context) -> list[Claim]:
    """Read the claims out of one text of the agent, in order of their spans."""
    del event, context
    return []
