"""How the rules perform: what each found, what people answered, and what readers miss; from the ledger's entries."""

from __future__ import annotations

from collections import Counter
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


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of claim, in the runs that somebody reviewed: what was read, and what reviewers had to add."""

    kind: str
    read: int
    missed: int

    @property
    def share(self) -> float:
        """The share of the claims of this kind, as far as people know of them, that was read."""
        return self.read / (self.read + self.missed)


class Rules:
    """Follows how the rules do: each entry is looked at once, so that asking again costs what is new."""

    def __init__(self) -> None:
        self.read_to = 0
        """Index of the first entry that was not taken yet."""
        self._found: dict[tuple[str, str], _Found] = {}
        self._rows: list[Performance] | None = []

    def take(self, entries: Iterable[Entry]) -> None:
        """Take further findings and decisions, oldest first."""
        found = self._found
        for entry in entries:
            self.read_to, self._rows = entry.index + 1, None
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

    def rows(self) -> list[Performance]:
        """Return all rules that found something, busiest first."""
        if self._rows is None:
            rules: dict[tuple[str, str], list[tuple[str, _Found]]] = {}
            for (subject, _), one in self._found.items():
                rules.setdefault((one.kind, one.code), []).append((subject, one))
            rows = [_row(kind, code, several) for (kind, code), several in rules.items()]
            self._rows = sorted(rows, key=lambda row: (-row.fired, row.kind, row.code))
        return list(self._rows)


def recall(read: Iterable[tuple[str, int]], missed: Iterable[str]) -> list[Recall]:
    """Return the kinds of claims, those that are missed most often first.

    `read` has kinds with how many were read in reviewed runs, `missed` the kind of each claim that a reviewer added.
    """
    known, added = Counter[str](), Counter(missed)
    for kind, number in read:
        known[kind] += number
    kinds = [Recall(kind=kind, read=known[kind], missed=added[kind]) for kind in known | added]
    return sorted(kinds, key=lambda kind: (kind.share, -kind.read, kind.kind))


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
