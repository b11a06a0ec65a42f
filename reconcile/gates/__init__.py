"""Operational rules, held against every call."""

from __future__ import annotations

from assure_tui.reconcile.match.part import Part


class Gates(Part):
    """Holds every call against the gates."""

    __slots__ = ()
