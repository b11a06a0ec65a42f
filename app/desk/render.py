"""Writes a batch check to a stream, run by run: one JSON document, or text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

from assure_tui.app.desk.about import version
from assure_tui.app.desk.batch import Batch
from assure_tui.app.desk.describe import code_of, effect_line, label
from assure_tui.app.desk.report import SCHEMA, RunReport, iso, unattributed_document
from assure_tui.app.desk.rules import rules_digest
from assure_tui.app.neutral import neutral_line
from assure_tui.reconcile.model import SEVERITIES, Finding

WIDTH = 160
"""Code points of a line of text; what is longer is cut."""


def write_json(batch: Batch, out: TextIO) -> Iterator[RunReport]:
    """Write the document of schema `assure-tui/reconcile/v1`; give each run back once it is written."""
    head = {"schema": SCHEMA, "program": {"version": version()}, "rules_digest": rules_digest(batch.settings)}
    out.write(json.dumps(head, separators=(",", ":"))[:-1] + ',"runs":[')
    first = True
    for report in batch.runs():
        out.write("" if first else ",\n")
        first = False
        out.write(json.dumps(report.document(), separators=(",", ":")))
        yield report
    tail = {
        "skipped": [{"path": str(skipped.path), "reason": skipped.reason} for skipped in batch.skipped],
        "unattributed": [unattributed_document(row) for row in batch.unattributed],
    }
    out.write("]," + json.dumps(tail, separators=(",", ":"))[1:] + "\n")


def write_text(batch: Batch, out: TextIO) -> Iterator[RunReport]:
    """Write what was found for people to read, evidence first; give each run back once it is written."""
    for report in batch.runs():
        out.writelines(line + "\n" for line in run_lines(report))
        out.write("\n")
        yield report
    out.writelines(
        neutral_line(f"{label(row)}: {row.message}  ({row.severity} {row.kind})", WIDTH) + "\n"
        for row in batch.unattributed
    )
    out.writelines(
        neutral_line(f"not read: {skipped.path}: {skipped.reason}", WIDTH) + "\n" for skipped in batch.skipped
    )


def run_lines(report: RunReport) -> Iterator[str]:
    """Give the lines about one run, neutralised."""
    facts = report.facts
    started = iso(facts.started) or "at an unknown time"
    yield neutral_line(f"{facts.id}  {facts.agent or facts.adapter}  {started}  {facts.status}  {report.shown}", WIDTH)
    if facts.title:
        yield neutral_line(f"  asked: {facts.title}", WIDTH)
    yield "  " + summary(report)
    for finding in sorted(report.findings(), key=lambda found: -SEVERITIES.index(found.severity)):
        yield from _finding_lines(report, finding)


def summary(report: RunReport) -> str:
    """Say what the check came to. "No discrepancy" never stands without how much could be checked."""
    total, checked = len(report.claims), report.checked()
    findings = len(report.findings())
    found = f"{findings} finding{'s' * (findings != 1)}" if findings else "no discrepancy"
    parts = [found, f"{checked} of {total} claims checked"]
    tally = report.tally
    for count, what in (
        (tally.unrecognised, "records not recognised"),
        (tally.malformed, "records malformed"),
        (report.facts.calls_without_result, "calls without result"),
    ):
        if count:
            parts.append(f"{count} {what}")
    return ", ".join(parts)


def _finding_lines(report: RunReport, finding: Finding) -> Iterator[str]:
    claim = report.claims.get(getattr(finding, "claim", None) or "")
    if claim is not None:
        yield neutral_line(f'    said  "{" ".join(claim.text.split())}"', WIDTH)
    for effect in getattr(finding, "effects", ()):
        known = report.effects.get(effect)
        if known is not None:
            yield neutral_line(f"    seen  {effect_line(known)}  ({known.grade})", WIDTH)
    yield neutral_line(f"    {label(finding)}: {finding.message}  ({finding.severity} {code_of(finding)})", WIDTH)
