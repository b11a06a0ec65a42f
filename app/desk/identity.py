"""Fingerprints of findings: the same in every folder and order, made only of what the JSON of `reconcile` has.

Ids alone rest on places in a log, which the next log may share. So a fingerprint has two things more: the agent's own
id of the run, which copies of a log share, and the digest of the record that the finding points to, because a record
that says something else is another finding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from assure_tui.app.desk.wire import storable
from assure_tui.reconcile.ids import digest

FINGERPRINT_BYTES: Final = 10
SHARED: Final = "shared"
"""Replaces a run's key in the fingerprint of what belongs to no run."""


def logged_call(call_id: str, given: Collection[str]) -> str:
    """Return the log's own id of a call. A call inside a script has none, and goes by the script's, if `given`."""
    script, _, number = call_id.rpartition("/")
    return script if number.isdecimal() and script in given else call_id


class Identity:
    """Tells the findings of one run apart. `events` gives the digest of each event's record.

    `claims` are pairs of claim and event, `effects` of effect, its call, if any, and its event.
    """

    __slots__ = ("_calls", "_claims", "_effects", "_given", "_records", "key")

    def __init__(
        self,
        adapter: str,
        native_id: str,
        *,
        records: Mapping[str, str],
        claims: Iterable[tuple[str, str]],
        effects: Iterable[tuple[str, str | None, str]],
    ) -> None:
        self.key = _digest(adapter, native_id)
        """What the run is known by: the agent's own id of it."""
        self._records = records
        self._claims = dict(claims)
        listed = list(effects)
        self._effects = {effect: event for effect, _, event in listed}
        self._given = frozenset(call for _, call, _ in listed if call is not None)
        self._calls: dict[str, str] = {}
        for _, call, event in listed:
            if call is not None:
                self._calls.setdefault(logged_call(call, self._given), event)

    def discrepancy(self, name: str, claim: str | None, effects: Sequence[str]) -> str:
        """Return the fingerprint of a discrepancy: its id, and the record of its claim, else of its first effect."""
        event = self._claims.get(claim) if claim is not None else None
        if event is None and effects:
            event = self._effects.get(effects[0])
        return self._print("discrepancy", name, event=event)

    def gate(self, gate: str, call_ids: Sequence[str], reason: str) -> str:
        """The fingerprint of a gate's result: the gate, why it did not pass, the calls, and the first's record."""
        calls = [logged_call(call, self._given) for call in call_ids]
        event = self._calls.get(calls[0]) if calls else None
        return self._print("gate", gate, reason, *calls, event=event)

    def input(self, code: str, event: str, span: tuple[int, int]) -> str:
        """Return the fingerprint of an input: its code, its place and its record."""
        return self._print("input", code, event, *span, event=event)

    def _print(self, *parts: str | int, event: str | None) -> str:
        record = self._records.get(event, "") if event is not None else ""
        return f"{self.key}-{_digest(*parts, record, size=FINGERPRINT_BYTES)}"


def row_fingerprint(kind: str, message: str) -> str:
    """Return the fingerprint of a row that no run accounts for: its source's id depends on where the source lies."""
    return f"{SHARED}-{_digest(kind, message, size=FINGERPRINT_BYTES)}"


def _digest(*parts: str | int, size: int = 6) -> str:
    """Hash what the JSON has of the parts, which is text without lone surrogates."""
    return digest(*(storable(part) if isinstance(part, str) else part for part in parts), size=size)
