"""Which findings the operator is notified of: once each, grouped by run, from a severity on, and not while snoozed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from assure_tui.reconcile.model import SEVERITIES, Severity, at_least

GATHERED = 2.0
"""Seconds that findings of a run are gathered before anybody is notified: they come in bursts."""
SNOOZED = "snoozed"
"""Name of the draft that tells until when nobody wants to be told."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An undecided finding of a run that is being recorded."""

    run: str
    title: str
    finding: str
    severity: Severity
    label: str


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice about a run: how many findings are new, and the worst of them in plain words."""

    run: str
    title: str
    count: int
    severity: Severity
    label: str

    def words(self) -> str:
        """Say it in one line. Foreign text in it is still raw."""
        more = f" and {self.count - 1} more" if self.count > 1 else ""
        return f"{self.label}{more}: {self.title or self.run}"


class Drafts(Protocol):
    """Where it is kept what was told: the operator's store, so that two screens and two days tell once."""

    def draft(self, key: str) -> str | None:
        """Return what is kept."""

    def save_draft(self, key: str, text: str) -> None:
        """Keep it."""


@dataclass
class Notices:
    """Takes all present alerts, again and again, and gives a notice about those that are new."""

    drafts: Drafts
    severity: Severity = "high"
    _begun: bool = False
    _told: dict[str, set[str]] = field(default_factory=dict)
    _gathered: dict[str, tuple[float, list[Alert]]] = field(default_factory=dict)
    _until: float | None = None

    def take(self, alerts: Iterable[Alert], now: float) -> list[Notice]:
        """Return what is to be told now. What stands at the first call was there before, and is on the screen.

        What was gathered and does not stand any more, such as a call that the hook has denied since, is not told.
        """
        standing = list(alerts)
        for alert in standing:
            told = self._known(alert.run)
            if alert.finding in told or not at_least(alert.severity, self.severity):
                continue
            told.add(alert.finding)
            if self._begun:
                self._gathered.setdefault(alert.run, (now, []))[1].append(alert)
        first, self._begun = not self._begun, True
        due = [run for run, (since, _) in self._gathered.items() if now - since >= GATHERED]
        told_of = [_notice(left) for run in due if (left := self._left(run, standing))]
        for notice in told_of:
            self.drafts.save_draft(f"told:{notice.run}", "\n".join(sorted(self._told[notice.run])))
        return [] if first or self.snoozed(now) else told_of

    def saw(self, run: str, findings: Iterable[str]) -> None:
        """Count these findings of a run as seen: somebody is looking at them."""
        self._known(run).update(findings)

    def _left(self, run: str, standing: Sequence[Alert]) -> list[Alert]:
        """Take what was gathered of a run, without what was taken back; that is told if it comes again."""
        names = {alert.finding for alert in standing if alert.run == run}
        gathered = self._gathered.pop(run)[1]
        self._known(run).difference_update(alert.finding for alert in gathered if alert.finding not in names)
        return [alert for alert in gathered if alert.finding in names]

    def _known(self, run: str) -> set[str]:
        if run not in self._told:
            self._told[run] = set((self.drafts.draft(f"told:{run}") or "").split("\n")) - {""}
        return self._told[run]

    def snooze(self, seconds: float, now: float) -> None:
        """Tell nobody anything for so long; 0 ends it."""
        self._until = now + seconds if seconds > 0 else 0.0
        self.drafts.save_draft(SNOOZED, str(self._until))

    def snoozed(self, now: float) -> float:
        """Return until when nobody is told, or 0."""
        if self._until is None:
            try:
                self._until = float(self.drafts.draft(SNOOZED) or 0)
            except ValueError:
                self._until = 0.0
        return self._until if self._until > now else 0.0


def _notice(alerts: Sequence[Alert]) -> Notice:
    worst = max(alerts, key=lambda alert: SEVERITIES.index(alert.severity))
    return Notice(run=worst.run, title=worst.title, count=len(alerts), severity=worst.severity, label=worst.label)
