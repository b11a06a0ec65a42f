"""Business claims against the effects of the world's tools and feeds."""

from __future__ import annotations

from assure_tui.reconcile.match.part import Part


class Actions(Part):
    """Holds what the agent said it did in the world against what its tools and the feeds show."""

    __slots__ = ()
