"""The gates in force: the shipped ones and the user's own, with what the settings change of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile.rulebook import Rule, catalogue

if TYPE_CHECKING:
    from assure_tui.reconcile.settings import Settings


def in_force(settings: Settings) -> dict[str, Rule]:
    """Give all gates by id."""
    book = catalogue() | {rule.id: rule for rule in settings.gates}
    for name, change in settings.gate_changes.items():
        if name in book:
            book[name] = change.apply(book[name])
    return book
