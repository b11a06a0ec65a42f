"""Text for people: per run what was asked, how much was checked, and each finding with its evidence first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from assure_tui.app.desk.comparison import Compared, Comparison, Judged
from assure_tui.app.desk.describe import code_of, effect_line, label, unread_lines
from assure_tui.app.desk.formats.evidence import claim_of, effects_of, spot
from assure_tui.app.desk.report import RunReport, iso
from assure_tui.app.neutral import neutral_block, neutral_line
from assure_tui.reconcile.model import Discrepancy, GateResult, Unattributed

WIDTH = 120
"""Code points of a line of text: a heading that is longer is cut, an explanation goes on in the next line."""
HANG = 9
"""Where an explanation goes on."""
PLACES_SHOWN = 12
"""Places of findings that say the same; the JSON report has all."""
FAILING_SHOWN = 20
"""Runs that fail the check which are named in the end."""


def write(check: Comparison, out: TextIO) -> None:
    """Write run by run; findings that the baseline has are counted and left out."""
    for compared in check.runs():
        out.writelines(line + "\n" for line in run_lines(compared))
        out.write("\n")
    whole = [f"{label(row)}: {row.message}  ({row.severity} {row.kind})" for row in _new_rows(check)]
    for said in (*whole, *unread_lines(check.batch.skipped)):
        out.writelines(line + "\n" for line in neutral_block("", said, hang=HANG, width=WIDTH))
    if check.checked > 1:
        out.writelines(line + "\n" for line in total_lines(check))
    against = check.against()
    out.write(f"{against}\n" if against else "")


def _new_rows(check: Comparison) -> Iterator[Unattributed]:
    return (judged.row for judged in check.rows() if judged.state != "known")


def run_lines(compared: Compared) -> Iterator[str]:
    """Yield the lines about one run, neutralised."""
    report = compared.report
    facts = report.facts
    started = iso(facts.started) or "at an unknown time"
    yield neutral_line(f"{facts.id}  {facts.agent or facts.adapter}  {started}  {facts.status}", WIDTH)
    yield from neutral_block("  in     ", report.shown, hang=HANG, width=WIDTH)
    if facts.title:
        yield neutral_line(f"  asked  {facts.title}", WIDTH)
    yield "  " + summary(compared)
    for alike in _alike(compared):
        yield from _finding_lines(report, alike)


def _alike(compared: Compared) -> Iterator[list[Judged]]:
    """Put results of gates together that say the same of several calls; what the baseline has is left out."""
    groups: dict[tuple[str, ...], list[Judged]] = {}
    for judged in compared.findings:
        finding = judged.finding
        if judged.state == "known":
            continue
        gate = isinstance(finding, GateResult)
        key = (label(finding), finding.message, finding.severity, judged.state) if gate else (finding.id,)
        groups.setdefault(key, []).append(judged)
    yield from groups.values()


def total_lines(check: Comparison) -> Iterator[str]:
    """Say what all runs together came to, and which of them fail the check."""
    checked, claims = check.claims
    yield f"{check.checked:,} runs, {check.with_findings:,} with findings, {checked:,} of {claims:,} claims checked"
    if check.failing:
        shown = ", ".join(check.failing[:FAILING_SHOWN])
        more = len(check.failing) - FAILING_SHOWN
        told = f"{shown} and {more:,} more" if more > 0 else shown
        yield from neutral_block(f"at or above {check.floor}: ", told, hang=HANG, width=WIDTH)
    else:
        yield f"nothing {'new ' if check.baseline else ''}at or above {check.floor}"


def summary(compared: Compared) -> str:
    """Say what the check came to. "No discrepancy" never stands without how much could be checked."""
    report = compared.report
    total, checked = len(report.claims), report.checked()
    findings = len(compared.findings)
    found = f"{findings} finding{'s' * (findings != 1)}" if findings else "no discrepancy"
    if compared.known:
        found += f" ({compared.known} known)"
    parts = [found, f"{checked} of {total} claims checked"]
    tally = report.tally
    for count, what in (
        (tally.unrecognised, "records not recognised"),
        (tally.malformed, "records malformed"),
        (report.facts.calls_without_result, "calls without result"),
    ):
        if count:
            parts.append(f"{count} {what if count > 1 else what.replace('s ', ' ', 1)}")
    return ", ".join(parts)


def _finding_lines(report: RunReport, alike: list[Judged]) -> Iterator[str]:
    """Tell a finding once, with all places where it was found."""
    judged = alike[0]
    finding = judged.finding
    claim = claim_of(report, judged)
    if claim is not None:
        said = f'"{" ".join(claim.text.split())}"{_in_brackets(spot(report, claim.origin))}'
        yield from neutral_block("    said  ", said, hang=HANG, width=WIDTH)
    for effect in effects_of(report, judged):
        seen = effect_line(effect) + _in_brackets(effect.grade, spot(report, effect.origin))
        yield from neutral_block("    seen  ", seen, hang=HANG, width=WIDTH)
    standing = "worse than before" if judged.state == "worse" else ""
    times = f"{len(alike):,} times" if len(alike) > 1 else ""
    about = f"{label(finding)}: {finding.message}"
    about += _in_brackets(f"{finding.severity} {code_of(finding)}", times, *_places(report, alike), standing)
    yield from neutral_block("    ", about, hang=HANG, width=WIDTH)
    if isinstance(finding, Discrepancy) and finding.settles:
        yield from neutral_block("    settled by  ", finding.settles, hang=HANG, width=WIDTH)


def _places(report: RunReport, alike: list[Judged]) -> Iterator[str]:
    """Say where findings stand; a discrepancy says so with what was said and seen."""
    found = [judged.finding for judged in alike]
    spots = [spot(report, finding.origin) for finding in found if not isinstance(finding, Discrepancy)]
    yield from spots[:PLACES_SHOWN]
    if len(spots) > PLACES_SHOWN:
        yield f"{len(spots) - PLACES_SHOWN:,} more"


def _in_brackets(*words: str) -> str:
    told = ", ".join(word for word in words if word)
    return f"  ({told})" if told else ""
