"""Coding claims against commands, checks, edits and commits."""

from __future__ import annotations

from assure_tui.reconcile.match.part import Part


class Work(Part):
    """Holds what the agent said of code, tests and version control against what its commands and edits show."""

    __slots__ = ()
