"""Cuts a bundle out of the ledger: the entries about one run, and of their contents the fields that were chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from assure_tui.app.desk.about import version
from assure_tui.app.desk.acts import sealed_runs
from assure_tui.app.desk.archive import Archive, plain_errors
from assure_tui.app.desk.entries import ACTS, EVIDENCE
from assure_tui.app.desk.errors import GoneError, UsageError
from assure_tui.app.desk.escrow import KIND as ESCROW
from assure_tui.app.desk.watch.heartbeat import HEARTBEAT_SECONDS
from assure_tui.app.desk.wire import encode
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger.bundle import build
from assure_tui.ledger.disclose import reveal
from assure_tui.ledger.standalone import NAME as VERIFIER

if TYPE_CHECKING:
    from assure_tui.app.desk.desk import Desk
    from assure_tui.app.desk.views import RunRow
    from assure_tui.ledger.entry import Entry
    from assure_tui.ledger.store import Ledger

KINDS: Final = frozenset({*EVIDENCE, *ACTS, "redaction", ESCROW})
BEAT: Final = "heartbeat"
VIEW: Final = "view.json"
VIEW_SCHEMA: Final = "assure-tui/view/v1"
MAX_RAW: Final = 64 << 20
"""Bytes of raw records that a bundle may show; events whose records are left out are unproven."""
MAX_EVENTS: Final = 20_000
MAX_TEXT: Final = 8 << 20
"""Events, and bytes of their texts, that a bundle may carry for reading."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which fields of contents are shown: kinds whole, and pairs of kind and field; the kind `*` stands for all."""

    everything: bool = False
    kinds: frozenset[str] = frozenset()
    fields: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def parse(cls, words: Sequence[str], *, everything: bool = False) -> Choice:
        """Read words such as `note`, `verdict.reason` or `*.by`, also several with commas.

        Raises:
            UsageError: A word names nothing that can be disclosed.
        """
        kinds, fields = set(), set()
        for word in (part.strip() for words_ in words for part in words_.split(",")):
            kind, dot, field = word.partition(".")
            if kind not in {*KINDS, "*"} or (dot and not field) or (kind == "*" and not dot):
                names = ", ".join(sorted(KINDS - {"seal", "redaction"}))
                raise UsageError(f"{word!r} chooses nothing: write a kind ({names}), a kind.field, or *.field.")
            if dot:
                fields.add((kind, field))
            else:
                kinds.add(kind)
        return cls(everything, frozenset(kinds), frozenset(fields))

    def of(self, kind: str) -> frozenset[str] | None:
        """Return the fields of a kind's contents that are shown; None for all."""
        if self.everything or kind in self.kinds:
            return None
        return frozenset(field for of, field in self.fields if of in {kind, "*"})


def export_run(desk: Desk, archive: Archive, run: str, choice: Choice) -> bytes:
    """Return the bundle of a run.

    Raises:
        LedgerDamagedError: The ledger cannot be read.
        UsageError: Nothing of the run is in the ledger.
    """
    detail = desk.run(run)
    ledger = archive.reading() if archive.exists else None
    if ledger is None:
        raise UsageError("nothing was recorded yet: run `assure-tui record`, for history with --backfill.")
    with plain_errors():
        ledger.refresh()
        chosen = dict(_about(ledger, archive, desk.subject(detail.row.id), detail.row))
        if not any(entry.kind in EVIDENCE for entry in chosen.values()):
            raise UsageError(
                f"nothing of run {detail.row.id} is in the ledger yet: run `assure-tui record`, for history with"
                " --backfill."
            )
        shown = dict(_shown(ledger, chosen, choice))
        more = {
            "README.txt": _index(ledger, desk.subject(detail.row.id), chosen, shown).encode(),
            "PREDICATE.md": (files("assure_tui.app.desk") / "PREDICATE.md").read_bytes(),
        }
        if choice.everything:
            more[VIEW] = _view(desk, detail.row.id)
        return build(ledger, chosen, shown, more)


def _about(ledger: Ledger, archive: Archive, subject: str, row: RunRow) -> Iterator[tuple[int, Entry]]:
    """Yield the published entries about a run: those under its tag, and the seals of several runs that it is one of.

    And the recorder's heartbeats while it ran, which tell when somebody watched.
    """
    margin = 2 * HEARTBEAT_SECONDS
    start, end = ((row.started or 0) - margin) * 1000, ((row.ended or 0) + margin) * 1000
    run = row.id
    for index, entry in enumerate(ledger.entries(0, ledger.checkpoint().size)):
        if entry.kind == BEAT and start <= entry.time <= end:
            yield index, entry
        if entry.kind not in KINDS:
            continue
        number = entry.clear.get("n") if entry.kind == "seal" and entry.subject != subject else None
        batch = sealed_runs(archive.envelope(number)) if isinstance(number, int) else []
        if entry.subject == subject or any(each.get("run") == run for each in batch):
            yield index, entry


def _shown(ledger: Ledger, chosen: dict[int, Entry], choice: Choice) -> Iterator[tuple[int, dict[str, Any]]]:
    raw = 0
    for index, entry in chosen.items():
        fields = choice.of(entry.kind)
        if entry.commitment is None or fields == frozenset():
            continue
        raw += int(entry.clear.get("bytes", 0)) if entry.kind == ESCROW else 0
        if entry.kind == ESCROW and raw > MAX_RAW:
            continue
        disclosure = ledger.disclosure(index)
        shown = reveal(entry.commitment, disclosure, fields) if disclosure is not None else {}
        if shown.get("fields") or "content" in shown:
            yield index, shown


def _index(ledger: Ledger, subject: str, chosen: dict[int, Entry], shown: dict[int, dict[str, Any]]) -> str:
    """Return what a person reads first."""
    lines = [
        f"Evidence about one run of an AI agent, cut out of the ledger {ledger.origin} by assure-tui {version()}.",
        f"The run's entries stand under the tag {subject}. The ledger had {ledger.checkpoint().size} entries.",
        "",
        "Check it offline, with nothing installed:",
        f"    python3 {VERIFIER} THIS-FILE.zip --key log.vkey --operator key.pem",
        "where log.vkey and key.pem reached you by another way. So should the verifier, if somebody may have changed",
        "this file on its way: `assure-tui verify --write-verifier FILE` writes it. SPEC.md and PREDICATE.md tell what",
        "is in the files. Which entries are here the exporter chose; a seal proves that its evidence is complete.",
        f"To read it on a screen:  assure-tui THIS-FILE.zip  ({VIEW}, if it is here, is for reading: what",
        "entries/ and disclosures/ do not prove of it is marked). Seals are always included, with what they say.",
        "",
        f"{'entry':>8}  {'time (UTC)':<19}  {'kind':<12} what may be counted, and which fields are shown",
    ]
    for index, entry in chosen.items():
        told = " ".join(f"{name}={value}" for name, value in entry.clear.items() if name not in {"root", "sha256"})
        opened = shown.get(index, {})
        names = ", ".join(opened.get("fields", {})) or ("all" if "content" in opened else "nothing")
        held = f"; shown: {names}" if entry.commitment else ""
        moment = datetime.fromtimestamp(entry.time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        lines.append(neutral_line(f"{index:>8}  {moment}  {entry.kind:<12} {told[:200]}{held}", 400))
    return "\n".join([*lines, ""])


def _view(desk: Desk, run: str) -> bytes:
    """Return the run as the screen shows it, with the texts of its events as far as they fit."""
    events = desk.events(run, 0, MAX_EVENTS)
    texts: dict[str, str] = {}
    left = MAX_TEXT
    for event in events:
        try:
            text = desk.event_text(run, event.id)
        except GoneError:
            continue
        left -= len(text.encode("utf-8", "replace"))
        if left < 0:
            break
        texts[event.id] = text.encode("utf-8", "replace").decode()
    view = {
        "schema": VIEW_SCHEMA,
        "detail": desk.run(run),
        "events": events,
        "diffs": desk.diffs(run),
        "texts": texts,
    }
    return encode(view)
