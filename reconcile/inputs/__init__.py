"""Hostile text in what the agent read, and where it went."""

from __future__ import annotations

from assure_tui.reconcile.match.part import Part


class Inputs(Part):
    """Looks for hostile text in tool results and follows it into the agent's calls."""

    __slots__ = ()
