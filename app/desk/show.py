"""Lines of text about recorded runs, for the command line; neutralised."""

from __future__ import annotations

from collections.abc import Iterator

from assure_tui.app.desk.describe import code_of, effect_line, label
from assure_tui.app.desk.report import iso
from assure_tui.app.desk.tags import tags_of
from assure_tui.app.desk.views import RunDetail, RunRow
from assure_tui.app.neutral import neutral_block, neutral_line
from assure_tui.ledger.report import several
from assure_tui.reconcile.model import Finding

WIDTH = 200
OPEN_SHOWN = 10
"""Undecided findings that are named before a seal."""


def run_line(row: RunRow) -> str:
    """Return one line about a run; "no discrepancy" never stands without how much was checked."""
    total = row.confirmed + row.contradicted + row.unchecked
    found = f"{row.undecided} of {row.findings} undecided" if row.findings else "no discrepancy"
    verdict = f", {row.verdict} ({row.sealed})" if row.verdict else ""
    checked = f"{row.confirmed + row.contradicted} of {total} claims checked"
    indent = "  " if row.parent else ""
    text = (
        f"{indent}{row.id}  {row.attention:<10}  {row.agent or row.adapter:<12}  "
        f"{found}, {checked}{verdict}  {row.title}"
    )
    return neutral_line(text, WIDTH)


def detail_lines(detail: RunDetail) -> Iterator[str]:
    """Yield the lines about a run: evidence before severity."""
    row = detail.row
    yield run_line(row)
    yield neutral_line(f"  source     {row.source}", WIDTH)
    times = [iso(time) or "unknown" for time in (row.started, row.ended)]
    yield f"  time       {' to '.join(dict.fromkeys(times))}, {row.status}"
    tally = detail.coverage.tally
    yield (
        f"  coverage   {detail.coverage.claims_checked} of {detail.coverage.claims_total} claims checked, "
        f"{tally.records} records, {tally.unrecognised} not recognised, {tally.malformed} malformed, "
        f"{detail.coverage.calls_without_result} calls without result"
    )
    for start, end in detail.coverage.unobserved:
        yield f"  unobserved {iso(start)} to {iso(end)}: nobody recorded"
    for claim in detail.claims:
        yield neutral_line(f'  claim      {claim.id}  {detail.standing(claim):<12} {claim.kind}  "{claim.text}"', WIDTH)
        if claim.reason:
            yield neutral_line(f"             {claim.reason} ({claim.grade})", WIDTH)
    for effect in detail.effects:
        yield neutral_line(f"  effect     {effect.id}  {effect_line(effect)} ({effect.grade})", WIDTH)
    for decision in detail.hook:
        if decision.word != "none" or decision.fault:
            what = f"{decision.tool} " if decision.tool else f"{decision.event} "
            told = f"{decision.word} {decision.fault}".strip()
            yield neutral_line(f"  hook       {iso(decision.time)} {what}{told}: {decision.reason}", WIDTH)
    for finding in detail.findings():
        yield from _finding_lines(detail, finding)
    for note in detail.notes:
        tags = " ".join(f"#{tag}" for tag in note.tags)
        yield neutral_line(f"  note       {iso(note.time)} {note.by}: {note.text} {tags}", WIDTH)
    if detail.verdict is not None:
        state = (
            "stale seal" if detail.verdict.stale else f"seal {detail.verdict.seal}" if detail.verdict.seal else "draft"
        )
        text = f"  verdict    {detail.verdict.word}{_by(detail.verdict.by)} ({state}) {detail.verdict.reason}"
        yield neutral_line(text, WIDTH)
        if detail.verdict.signers:
            yield neutral_line(f"  sealed by  {', '.join(detail.verdict.signers)}", WIDTH)
        if detail.verdict.countersigners:
            yield neutral_line(f"  countersigned by  {', '.join(detail.verdict.countersigners)}", WIDTH)
        for words in detail.verdict.dissent:
            yield neutral_line(f"  dissent    {words}", WIDTH)


def open_lines(detail: RunDetail) -> Iterator[str]:
    """Yield the lines about what nobody has decided of a run, worst first: whoever seals it signs that too."""
    answered = {decision.finding for decision in detail.decisions}
    left = [finding for finding in detail.findings() if finding.id not in answered]
    if not left:
        return
    yield f"{detail.row.id} has {several(len(left), '{} finding', '{} findings')} that nobody decided:"
    for finding in left[:OPEN_SHOWN]:
        yield neutral_line(f"  {finding.id}  {finding.severity}  {label(finding)}: {finding.message}", WIDTH)
    if len(left) > OPEN_SHOWN:
        yield f"  {len(left) - OPEN_SHOWN:,} more, which `assure-tui show {detail.row.id}` lists"


def _finding_lines(detail: RunDetail, finding: Finding) -> Iterator[str]:
    decision = next((made for made in detail.decisions if made.finding == finding.id), None)
    yield from neutral_block("  finding    ", f"{finding.id}  {label(finding)}: {finding.message}", hang=13)
    answer = (
        f"{decision.word}{_by(decision.by)}: {decision.reason or '(no reason is shown)'}" if decision else "undecided"
    )
    yield neutral_line(f"             {finding.severity} {code_of(finding)}; {answer}", WIDTH)
    tags = tags_of(finding)
    if tags:
        yield neutral_line(f"             evidence for {', '.join(tags)}", WIDTH)


def _by(name: str) -> str:
    """Return who, unless a bundle withholds it."""
    return f" by {name}" if name else ""
