"""How the rules do: what each found, and what people answered to it, out of the ledger's entries."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from assure_tui.app.desk.entries import FINDINGS

if TYPE_CHECKING:
    from assure_tui.app.desk.library import Entry


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: a discrepancy's or an input's code, or a gate."""

    kind: str
    """`discrepancy`, `gate` or `input`."""
    code: str
    fired: int
    """Findings that stand or stood, withdrawn ones left out."""
    runs: int
    real: int
    false_alarm: int
    accepted: int
    undecided: int
    withdrawn: int
    seconds: float | None
    """Median time from the finding's entry to the decision's; None where nobody decided."""

    @property
    def precision(self) -> float | None:
        """The share of decided findings that were no false alarms; None where nobody decided."""
        decided = self.real + self.false_alarm + self.accepted
        return (self.real + self.accepted) / decided if decided else None


class _Found:
    """A finding on the way: when it was opened, and the answer that stands."""

    __slots__ = ("code", "kind", "opened", "seconds", "withdrawn", "word")

    def __init__(self, entry: Entry) -> None:
        self.kind = entry.kind
        self.code = str(entry.clear.get("code", ""))
        self.opened = entry.time
        self.withdrawn = False
        self.word: str | None = None
        self.seconds: float | None = None


def performance(entries: Iterable[Entry]) -> list[Performance]:
    """Give all rules that found something, busiest first. `entries` are findings and decisions, oldest first."""
    found: dict[tuple[str, str], _Found] = {}
    for entry in entries:
        if entry.kind in FINDINGS:
            key = entry.subject, str(entry.clear.get("id"))
            known = found.setdefault(key, _Found(entry))
            known.withdrawn = entry.clear.get("state") == "withdrawn"
        elif entry.kind == "decision":
            decided = found.get((entry.subject, str(entry.clear.get("finding"))))
            if decided is not None:
                word = entry.clear.get("word")
                decided.word = str(word) if word in {"real", "false-alarm", "risk-accepted"} else None
                decided.seconds = max(0.0, (entry.time - decided.opened) / 1000) if decided.word else None
    rules: dict[tuple[str, str], list[tuple[str, _Found]]] = {}
    for (subject, _), one in found.items():
        rules.setdefault((one.kind, one.code), []).append((subject, one))
    rows = [_row(kind, code, several) for (kind, code), several in rules.items()]
    return sorted(rows, key=lambda row: (-row.fired, row.kind, row.code))


def _row(kind: str, code: str, several: list[tuple[str, _Found]]) -> Performance:
    standing = [(subject, one) for subject, one in several if not one.withdrawn or one.word is not None]
    words = [one.word for _, one in standing]
    times = [one.seconds for _, one in standing if one.seconds is not None]
    return Performance(
        kind=kind,
        code=code,
        fired=len(standing),
        runs=len({subject for subject, _ in standing}),
        real=words.count("real"),
        false_alarm=words.count("false-alarm"),
        accepted=words.count("risk-accepted"),
        undecided=words.count(None),
        withdrawn=len(several) - len(standing),
        seconds=median(times) if times else None,
    )
