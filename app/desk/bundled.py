"""A bundle on the screen: the desk's reading side over what somebody else exported. Nothing of it can be changed.

What the ledger proves (findings, notes, decisions, verdicts as far as they are shown, and the seals) is read from the
proved entries. `view.json` adds, for reading, what the ledger only has digests of: claims, effects and events.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, get_args

import msgspec

from assure_tui.app.desk.acts import PREDICATE_TYPE, Acts
from assure_tui.app.desk.archive import plain_errors
from assure_tui.app.desk.entries import EVIDENCE, FINDINGS
from assure_tui.app.desk.errors import GoneError, UsageError
from assure_tui.app.desk.export import VIEW, VIEW_SCHEMA
from assure_tui.app.desk.filters import Subject as Filtered
from assure_tui.app.desk.filters import compile_filter
from assure_tui.app.desk.library import Entry as Act
from assure_tui.app.desk.notices import Alert
from assure_tui.app.desk.performance import Performance, Recall
from assure_tui.app.desk.views import (
    Approval,
    Coverage,
    EventRow,
    FileDiff,
    LedgerView,
    Presence,
    RunDetail,
    RunRow,
    SshChoice,
    Verdict,
    VerdictWord,
)
from assure_tui.ingest.model import Locator, Origin, SourceInfo, Tally
from assure_tui.ledger.bundle import Bundle
from assure_tui.ledger.dsse import Statement, Subject
from assure_tui.ledger.errors import BundleError
from assure_tui.ledger.report import VerifyReport
from assure_tui.ledger.seal import Seal
from assure_tui.ledger.tree import leaf_hash, root
from assure_tui.ledger.trust import Trust
from assure_tui.reconcile.model import SEVERITIES, Discrepancy, GateResult, InputFinding, Unattributed

_MODELS: dict[str, Any] = {"discrepancy": Discrepancy, "gate": GateResult, "input": InputFinding}


class View(msgspec.Struct, kw_only=True):
    """`view.json`: the run as the exporter's screen showed it."""

    schema: str
    detail: RunDetail
    events: list[EventRow] = []
    diffs: list[FileDiff] = []
    texts: dict[str, str] = {}


@dataclass(slots=True)
class BundleDesk:
    """Answers what a face asks of a desk out of one bundle; use `open`. Every act is refused."""

    bundle: Bundle
    trust: Trust
    detail: RunDetail
    view: View | None = None
    read_only: bool = True
    operator: str = ""
    _report: VerifyReport | None = field(default=None)

    @classmethod
    def open(cls, path: Path, trust: Trust | None = None) -> BundleDesk:
        """Open a bundle.

        Raises:
            UsageError: It is none, or something in it does not hold.
        """
        with plain_errors():
            bundle = Bundle.open(path)
            view = _read_view(bundle)
            desk = cls(bundle, trust or Trust(), _detail(bundle, view), view)
            desk._verify()
        return desk

    def close(self) -> None:
        """Do nothing: the bundle is in memory."""

    # State ----------------------------------------------------------------------------------------------------------

    def presence(self) -> Presence:
        """Tell how the bundle stands."""
        report = self._verify()
        broken = tuple(f"{s.name}: {s.detail}" for s in report.statements if s.state == "failed")
        return Presence(
            recorder="none",
            recorder_pid=None,
            read_only=True,
            revision=0,
            ledger_size=report.size,
            ledger_state="damaged" if report.state == "failed" else report.state,
            problems=broken,
        )

    def revision(self) -> int:
        """Give a number that never grows: a bundle does not change."""
        return 0

    def _verify(self) -> VerifyReport:
        if self._report is None:
            self._report = self.bundle.report(self.trust, evidence_checks(self.bundle))
        return self._report

    def ledger(self) -> LedgerView:
        """Give what was verified of the ledger that the bundle was cut from."""
        report = self._verify()
        newest = sorted(self.bundle.entries.items(), reverse=True)[:50]
        return LedgerView(
            path=str(self.bundle.path),
            origin=report.origin,
            size=report.size,
            root=report.root.hex(),
            issued=None,
            state="damaged"
            if report.state in {"failed", "damaged"}
            else "ok"
            if report.state == "ok"
            else "unanchored",
            checked=None,
            statements=tuple((s.name, s.state, s.detail) for s in report.statements),
            entries=tuple((i, e.kind, e.subject, e.time / 1000, _told(e.clear)) for i, e in newest),
        )

    def verify(self, progress: Callable[..., None] | None = None) -> LedgerView:
        """Verify the bundle anew."""
        del progress
        self._report = None
        return self.ledger()

    # The run --------------------------------------------------------------------------------------------------------

    def runs(self, query: str = "") -> list[RunRow]:
        """Give the bundle's run, if the filter lets it through."""
        gates = [gate.gate for gate in self.detail.gates]
        codes = gates + [each.code for each in self.detail.discrepancies] + [each.code for each in self.detail.inputs]
        return [self.detail.row] if compile_filter(query)(Filtered(self.detail.row, codes, gates)) else []

    def run(self, run: str) -> RunDetail:
        """Give the run.

        Raises:
            UsageError: The bundle is about another.
        """
        row = self.detail.row
        if run not in {row.id, row.id.removeprefix("r-")} and not (len(run) > 3 and row.id.startswith(run)):
            raise UsageError(f"{self.bundle.path} has no run {run!r}: it is about {row.id}.")
        return self.detail

    def alerts(self) -> list[Alert]:
        """Nobody is told of what a bundle holds."""
        return []

    def unattributed(self) -> list[Unattributed]:
        """Give nothing: a bundle is about one run."""
        return []

    def event_count(self, run: str) -> int:
        """Give the number of events that came with the bundle."""
        self.run(run)
        return len(self.view.events) if self.view else 0

    def events(self, run: str, start: int, count: int) -> list[EventRow]:
        """Give a window of the events."""
        self.run(run)
        return self.view.events[max(start, 0) : max(start, 0) + max(count, 0)] if self.view else []

    def position(self, run: str, event_id: str) -> int | None:
        """Give the number of an event."""
        self.run(run)
        return next((n for n, event in enumerate(self.view.events if self.view else []) if event.id == event_id), None)

    def event_text(self, run: str, event_id: str) -> str:
        """Give the text of an event.

        Raises:
            GoneError: The bundle does not have it.
        """
        self.run(run)
        text = self.view.texts.get(event_id) if self.view else None
        if text is None:
            raise GoneError("the bundle does not hold the text of this event.")
        return text

    def diffs(self, run: str) -> list[FileDiff]:
        """Give what the run did to each file."""
        self.run(run)
        return self.view.diffs if self.view else []

    def search(self, text: str, run: str | None = None, limit: int = 200) -> list[EventRow]:
        """Find events by the words of their summary."""
        if run is not None:
            self.run(run)
        words = text.casefold().split()
        events = self.view.events if self.view and words else []
        hits = [event for event in events if all(word in event.summary.casefold() for word in words)]
        return [msgspec.structs.replace(event, run=self.detail.row.id) for event in hits[:limit]]

    # Acts -----------------------------------------------------------------------------------------------------------

    def _refuse(self, *_words: object, **_more: object) -> NoReturn:
        raise UsageError(
            f"{self.bundle.path} is somebody's evidence and is only read: answer it with `assure-tui countersign`."
        )

    note = decide = undo_decision = verdict = seal = new_operator_key = add_claim = approve = refuse = withdraw = (
        _refuse
    )

    def approvals(self, *, pending: bool = True) -> Sequence[Approval]:
        """Give none: nothing waits here."""
        del pending
        return ()

    def performance(self) -> Sequence[Performance]:
        """Give none: one run tells nothing of how the rules do."""
        return ()

    def recall(self) -> Sequence[Recall]:
        """Give none: one run tells nothing of what readers miss."""
        return ()

    def needs_passphrase(self, key: str | None = None) -> bool:
        """Tell that it does: nothing is signed here."""
        del key
        return True

    withheld = "not disclosed in this bundle"
    """What stands where a desk would say that there was nothing: whoever made the bundle chose what it shows."""
    keys_needed = 1
    """One: whoever countersigns signs alone."""

    def ssh_keys(self) -> Sequence[SshChoice]:
        """Give none: nothing is signed here."""
        return ()

    def operator_keys(self) -> Sequence[Any]:
        """Give none: nothing is signed here."""
        return ()

    def draft(self, key: str) -> str | None:
        """Give no draft."""
        del key
        return None

    def save_draft(self, key: str, text: str) -> None:
        """Keep nothing."""

    def drop_draft(self, key: str) -> None:
        """Keep nothing."""

    def marks(self, run: str) -> set[str]:
        """Give no marks."""
        del run
        return set()

    def mark(self, run: str, subject: str, *, on: bool = True) -> None:
        """Keep nothing."""

    def looked(self, run: str) -> None:
        """Keep nothing."""


def evidence_checks(bundle: Bundle) -> Iterator[tuple[str, Callable[[], str]]]:
    """Give the checks that each seal's evidence is what the bundle has of the run: nothing left out, nothing added."""
    tags = {entry.subject for entry in bundle.entries.values() if entry.kind in EVIDENCE}
    for index, seal in bundle.seals(Trust().signers):
        if isinstance(seal, Seal) and seal.statement.predicate_type == PREDICATE_TYPE:
            yield f"evidence of the seal in entry {index}", partial(_check_evidence, bundle, seal, tags)


def _check_evidence(bundle: Bundle, seal: Seal, tags: set[str]) -> str:
    checked = 0
    for run, subject in sealed_evidence(seal.statement):
        tag = subject.name.partition("/")[2]
        if tag in tags:
            count, digest = evidence_root(bundle, tag, run["upto"])
            if digest != subject.sha256:
                raise BundleError(f"the {count} entries here about {tag} are not the evidence that was sealed")
            checked += count
    if not checked:
        raise BundleError("it is about another run than the bundle's")
    return f"the {checked} entries of evidence here are those that were sealed, none left out"


def sealed_evidence(statement: Statement) -> list[tuple[dict[str, Any], Subject]]:
    """Pair the runs of a verdict with their subjects; raise BundleError if it is none."""
    predicate = statement.predicate
    runs = predicate.get("runs") if isinstance(predicate, dict) else None
    subjects = [subject for subject in statement.subjects if subject.name.startswith("evidence/")]
    if not isinstance(runs, list) or len(runs) != len(subjects):
        raise BundleError("a seal is not a verdict over evidence")
    for run in runs:
        if not isinstance(run, dict) or type(run.get("upto")) is not int:
            raise BundleError("a seal does not say up to where it covers the evidence")
    return list(zip(runs, subjects, strict=True))


def evidence_root(bundle: Bundle, tag: str, upto: int) -> tuple[int, str]:
    """Give count and root of the evidence that a bundle has of a run up to an index."""
    leaves = [
        leaf_hash(bundle.members[f"entries/{index}"])
        for index, entry in sorted(bundle.entries.items())
        if entry.kind in EVIDENCE and entry.subject == tag and index < upto
    ]
    return len(leaves), root(leaves).hex()


def tag_of(bundle: Bundle) -> str:
    """Give the tag of the run that a bundle is about; raise BundleError if it is about none, or several."""
    tags = {entry.subject for entry in bundle.entries.values() if entry.kind in EVIDENCE}
    if len(tags) != 1:
        raise BundleError(f"{bundle.path} is not the evidence of one run")
    return tags.pop()


def _read_view(bundle: Bundle) -> View | None:
    data = bundle.members.get(VIEW)
    if data is None:
        return None
    try:
        view = msgspec.json.decode(data, type=View)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BundleError(f"{VIEW} is malformed ({str(error)[:200]})") from None
    if view.schema != VIEW_SCHEMA:
        raise BundleError(f"{VIEW} has another schema than {VIEW_SCHEMA}")
    return view


def _detail(bundle: Bundle, view: View | None) -> RunDetail:
    """Put together what is known of the run: acts and findings from proved entries, all else from the view."""
    run = view.detail.row.id if view else _run_id(bundle)
    acts = Acts.gather(_acts(bundle, run), lambda number: bundle.members.get(f"seals/{number}.dsse.json"))
    found = _findings(bundle)
    newest = max((i for i, e in bundle.entries.items() if e.kind in EVIDENCE), default=-1)
    verdict = acts.standing(run, newest) or _sealed_verdict(bundle, acts, run, newest)
    known: dict[str, Any] = {
        "decisions": tuple(acts.decisions.get(run, {}).values()),
        "notes": tuple(acts.notes.get(run, ())),
        "verdict": verdict,
        "discrepancies": tuple(each for each in found if isinstance(each, Discrepancy)),
        "gates": tuple(each for each in found if isinstance(each, GateResult)),
        "inputs": tuple(each for each in found if isinstance(each, InputFinding)),
    }
    if view is not None:
        gates = {gate.id: gate for gate in (*view.detail.gates, *known["gates"])}
        return msgspec.structs.replace(view.detail, **known | {"gates": tuple(gates.values())})
    times = [entry.time / 1000 for entry in bundle.entries.values() if entry.kind in EVIDENCE]
    worst = max((each.severity for each in found), key=SEVERITIES.index, default=None)
    decided = acts.decisions.get(run, {})
    confirmed, contradicted, unchecked = _counts(bundle)
    row = RunRow(
        id=run,
        native_id="",
        parent=None,
        agent="",
        adapter="",
        model=None,
        cwd=None,
        source=str(bundle.path),
        title="a bundle: what was chosen of the run",
        started=min(times, default=None),
        ended=max(times, default=None),
        status="ended",
        attention="need" if any(each.id not in decided for each in found) else "quiet",
        worst=worst,
        confirmed=confirmed,
        contradicted=contradicted,
        unchecked=unchecked,
        findings=len(found),
        undecided=sum(each.id not in decided for each in found),
        gates_failed=len(known["gates"]),
        events=0,
        verdict=verdict.word if verdict else None,
        sealed="no" if verdict is None else "stale" if verdict.stale else "sealed" if verdict.seal else "draft",
        changed=False,
    )
    return RunDetail(
        row=row,
        sources=(
            SourceInfo(id="bundle", path=str(bundle.path), adapter="bundle", discipline="snapshot", complete=False),
        ),
        claims=(),
        effects=(),
        coverage=Coverage(
            tally=Tally(),
            calls_without_result=0,
            sources_incomplete=(),
            claims_checked=confirmed + contradicted,
            claims_total=confirmed + contradicted + unchecked,
        ),
        children=(),
        **known,
    )


def _run_id(bundle: Bundle) -> str:
    for _, seal in bundle.seals(Trust().signers):
        with contextlib.suppress(BundleError):
            if isinstance(seal, Seal):
                for run, subject in sealed_evidence(seal.statement):
                    if subject.name == f"evidence/{tag_of(bundle)}" and isinstance(run.get("run"), str):
                        return str(run["run"])
    shown = (content.get("run") for content in bundle.shown.values() if isinstance(content, dict))
    return next((run for run in shown if isinstance(run, str)), tag_of(bundle))


def _sealed_verdict(bundle: Bundle, acts: Acts, run: str, newest: int) -> Verdict | None:
    """Give the verdict that the last seal states, when the entry of the verdict itself is not shown."""
    seals = acts.seals.get(run)
    word: Any = seals[-1].word if seals else None
    if not seals or word not in get_args(VerdictWord):
        return None
    last = seals[-1]
    time = bundle.entries[last.entry].time / 1000
    acts.verdicts[run] = Verdict(run=run, word=word, reason=last.reason, by=last.signer, time=time)
    return acts.standing(run, newest)


def _acts(bundle: Bundle, run: str) -> Iterator[Act]:
    """Give the entries as the desk knows them: each is about the bundle's run, whether that field is shown or not."""
    for index, entry in sorted(bundle.entries.items()):
        content = bundle.shown.get(index)
        told = content | {"run": run} if isinstance(content, dict) else None
        if entry.kind == "decision" and told is None:
            told = {"run": run}  # its word and finding are in the clear part
        yield Act(index, entry.kind, entry.subject, entry.time, entry.clear, told)


def _findings(bundle: Bundle) -> list[Discrepancy | GateResult | InputFinding]:
    """Give the findings that stand. What one says may be withheld; that it is there never is."""
    found: dict[str, Discrepancy | GateResult | InputFinding] = {}
    for index, entry in sorted(bundle.entries.items()):
        if entry.kind not in FINDINGS:
            continue
        name, content = str(entry.clear.get("id")), bundle.shown.get(index)
        found.pop(name, None)
        value = content.get("value") if isinstance(content, dict) else None
        if entry.clear.get("state") != "withdrawn" and not (isinstance(value, dict) and "row" in value):
            try:
                found[name] = msgspec.convert(value or _withheld(entry.clear), _MODELS[entry.kind])
            except msgspec.ValidationError as error:
                raise BundleError(f"the finding in entry {index} is malformed ({str(error)[:200]})") from None
    return list(found.values())


def _withheld(clear: dict[str, Any]) -> dict[str, Any]:
    """Give what an entry says of a finding in the open, in the shape of all their models."""
    code = clear.get("code")
    nowhere = Origin("", Locator("item", 0, 0), "")
    told = {name: clear.get(name) for name in ("id", "severity", "outcome")} | {"code": code, "gate": code}
    words = dict.fromkeys(("run", "reason", "event"), "") | {"message": "(what it says is not shown)"}
    ties = {"claim": None, "call_id": None, "call_ids": (), "effects": (), "span": (0, 0)}
    return {**told, **words, **ties, "origin": msgspec.to_builtins(nowhere)}


def _counts(bundle: Bundle) -> tuple[int, int, int]:
    """Give how many claims were confirmed, contradicted and unchecked, as the newest assessment has it."""
    told = [entry.clear.get("counts") for _, entry in sorted(bundle.entries.items()) if entry.kind == "assessed"]
    counts = told[-1] if told and isinstance(told[-1], dict) else {}
    confirmed, contradicted, unchecked = (
        value if type(value := counts.get(name)) is int else 0 for name in ("confirmed", "contradicted", "unchecked")
    )
    return confirmed, contradicted, unchecked


def _told(clear: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in clear.items() if name not in {"root", "source"})[:160]
