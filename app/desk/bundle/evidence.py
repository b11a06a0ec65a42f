"""What a bundle must hold of a run, so that what was sealed is what it shows: nothing left out, nothing added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from assure_tui.app.desk.acts import PREDICATE_TYPE
from assure_tui.app.desk.bundle.export import VIEW
from assure_tui.app.desk.bundle.view import prove_view, read_view
from assure_tui.app.desk.entries import EVIDENCE
from assure_tui.ledger.bundle import Bundle
from assure_tui.ledger.dsse import Statement, Subject
from assure_tui.ledger.errors import BundleError
from assure_tui.ledger.report import Verdict as Standing
from assure_tui.ledger.seal import Seal
from assure_tui.ledger.tree import leaf_hash, root
from assure_tui.ledger.trust import Trust


def evidence_checks(bundle: Bundle) -> Iterator[tuple[str, Callable[[], tuple[Standing, str]]]]:
    """Yield the checks that each seal's evidence is what the bundle has of the run: nothing left out, nothing added.

    And that what it shows for reading follows from what was sealed.
    """
    tags = {entry.subject for entry in bundle.entries.values() if entry.kind in EVIDENCE}
    for index, seal in bundle.seals(Trust().signers):
        if isinstance(seal, Seal) and seal.statement.predicate_type == PREDICATE_TYPE:
            yield f"evidence of the seal in entry {index}", partial(_check_evidence, bundle, seal, tags)
    if VIEW in bundle.members:
        yield VIEW, partial(_check_view, bundle)


def _check_view(bundle: Bundle) -> tuple[Standing, str]:
    view = read_view(bundle)
    shown = len(view.events) + len(view.detail.claims) + len(view.detail.effects) if view else 0
    events, values = prove_view(bundle, view)
    altered = len(events.contradicted) + len(values.contradicted)
    if altered:
        raise BundleError(f"{altered} of the {shown} events, claims and effects in it are not what was sealed")
    unproven = shown - len(events.by_ledger) - len(values.by_ledger)
    if unproven:
        return "not anchored", f"{unproven} of its {shown} events, claims and effects are only the exporter's words"
    return "verified", (
        f"all {shown} events, claims and effects in it follow from what was sealed; titles, times and counts beside"
        " them are the exporter's words"
    )


def _check_evidence(bundle: Bundle, seal: Seal, tags: set[str]) -> tuple[Standing, str]:
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
    return "verified", f"the {checked} entries of evidence here are those that were sealed, none left out"


def sealed_evidence(statement: Statement) -> list[tuple[dict[str, Any], Subject]]:
    """Pair the runs of a verdict with their subjects; raise BundleError if that cannot be done."""
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
    """Return count and root of the evidence that a bundle has of a run up to an index."""
    leaves = [
        leaf_hash(bundle.members[f"entries/{index}"])
        for index, entry in sorted(bundle.entries.items())
        if entry.kind in EVIDENCE and entry.subject == tag and index < upto
    ]
    return len(leaves), root(leaves).hex()


def tag_of(bundle: Bundle) -> str:
    """Return the tag of the run that a bundle is about; raise BundleError unless it is about exactly one."""
    tags = {entry.subject for entry in bundle.entries.values() if entry.kind in EVIDENCE}
    if len(tags) != 1:
        raise BundleError(f"{bundle.path} is not the evidence of one run")
    return tags.pop()
