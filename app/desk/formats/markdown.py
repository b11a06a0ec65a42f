"""Markdown for a pull request's comment or a job's summary: a table of the runs, then the findings, worst first.

Whatever a log may have written stands in a code span on one line, and nowhere else. In a code span there is no markup
of any kind, and the sites that show such comments leave mentions, references and addresses in it alone, which no
escaping of ordinary text achieves. A baseline's findings are counted and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final, TextIO

from assure_tui.app.desk.comparison import Compared, Comparison, Judged, JudgedRow
from assure_tui.app.desk.describe import code_of, effect_line, label
from assure_tui.app.desk.formats.evidence import claim_of, effects_of, path_of, place
from assure_tui.app.desk.report import UNCHECKED, RunReport
from assure_tui.app.desk.tags import tags_of
from assure_tui.app.neutral import neutral_line
from assure_tui.ingest.walk import Skipped
from assure_tui.reconcile.model import SEVERITIES, Discrepancy, Severity

TABLE_BYTES: Final = 14_000
FINDING_BYTES: Final = 46_000
UNREAD_BYTES: Final = 2_000
"""Bytes for the table, the findings and the list of unread files. A comment on GitHub holds 65,536 characters, a job's
summary 1 MiB; what these leave is for the words around them."""
MAX_TEXT: Final = 400
MAX_CELL: Final = 80
MAX_EFFECTS: Final = 5
_TICKS: Final = re.compile("`+")


class _Worst:
    """Keeps the weightiest texts that fit into so many bytes, and counts the others."""

    def __init__(self, room: int) -> None:
        self.left_out = 0
        self._room = room
        self._taken = 0
        self._order = 0
        self._heap: list[tuple[int, int, str]] = []

    def add(self, weight: int, text: str) -> None:
        """Take a text, and let go of the lightest and latest ones until the rest fits."""
        heappush(self._heap, (weight, -self._order, text))
        self._order += 1
        self._taken += len(text.encode())
        while self._taken > self._room:
            gone = heappop(self._heap)[2]
            self._taken -= len(gone.encode())
            self.left_out += 1

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Yield what was kept with its weight: the weightiest first, and in order of their coming."""
        for weight, _, text in sorted(self._heap, reverse=True):
            yield weight, text


def write(check: Comparison, out: TextIO) -> None:
    """Check all runs, then write the report, which is bounded whatever was found."""
    table, findings, unread = _Worst(TABLE_BYTES), _Worst(FINDING_BYTES), _Worst(UNREAD_BYTES)
    silent = 0
    for compared in check.runs():
        if compared.findings or compared.report.claims:
            table.add(_need(compared), _table_row(compared))
        else:
            silent += 1
        for judged in compared.findings:
            if judged.state != "known":
                findings.add(SEVERITIES.index(judged.finding.severity), _finding(compared.report, judged))
    for row in check.rows():
        if row.state != "known":
            findings.add(SEVERITIES.index(row.row.severity), _row(row))
    for skipped in check.batch.skipped:
        unread.add(0, _unread(skipped))
    out.writelines(line + "\n" for line in _lines(check, table, silent, findings, unread))


def _lines(check: Comparison, table: _Worst, silent: int, findings: _Worst, unread: _Worst) -> Iterator[str]:
    yield "## What the agents claimed, and what happened"
    yield ""
    yield _headline(check)
    if check.checked > silent:
        yield ""
        yield "| run | agent | confirmed | contradicted | unchecked | findings |"
        yield "|:--|:--|--:|--:|--:|:--|"
        yield from (text for _, text in table)
    if silent or table.left_out:
        yield ""
        told = ((silent, "without claims and findings"), (table.left_out, "for which the table has no room"))
        yield "Not in the table: " + ", ".join(f"{_count(number, 'run')} {why}" for number, why in told if number) + "."
    above: Severity | None = None
    for weight, text in findings:
        severity = SEVERITIES[weight]
        if severity != above:
            yield ""
            yield f"### {severity.capitalize()}"
            yield ""
            above = severity
        yield text
    if findings.left_out:
        yield ""
        yield f"{findings.left_out} more findings, none of them worse, have no room here: see the JSON report."
    if check.batch.skipped:
        yield ""
        yield "### Not read"
        yield ""
        yield from (text for _, text in unread)
        if unread.left_out:
            yield f"- and {unread.left_out} more"


def _headline(check: Comparison) -> str:
    """Say what the check came to; "no discrepancy" never stands without how much could be checked."""
    found = sum(check.states.values())
    checked, claims = check.claims
    words = [f"{_count(found, 'finding')} in {_count(check.checked, 'run')}, {checked} of {claims} claims checked."]
    tally = check.batch.tally
    if tally.unrecognised or tally.malformed:
        words.append(f"{tally.unrecognised} records were not recognised, {tally.malformed} are malformed.")
    words.append(check.against())
    return " ".join(filter(None, words))


def _need(compared: Compared) -> int:
    """Weigh a run by its worst finding that the baseline does not have."""
    return max((SEVERITIES.index(j.finding.severity) for j in compared.findings if j.state != "known"), default=-1)


def _table_row(compared: Compared) -> str:
    report = compared.report
    outcomes = [claim.outcome for claim in report.claims.values()]
    unchecked = sum(outcome in UNCHECKED for outcome in outcomes)
    confirmed = outcomes.count("confirmed")
    counts = (confirmed, len(outcomes) - confirmed - unchecked, unchecked)
    found = str(len(compared.findings)) + (f" ({compared.known} known)" if compared.known else "")
    agent = cell(report.facts.agent or report.facts.adapter)
    return f"| {cell(_name(report))} | {agent} | {' | '.join(map(str, counts))} | {found} |"


def _name(report: RunReport) -> str:
    """Name a run by its log, and by its own id where the log's name does not have it."""
    native = report.facts.native_id
    whole = report.shown if native in report.shown else f"{report.shown} {native}"
    return whole if len(whole) <= MAX_CELL else "…" + whole[1 - MAX_CELL :]


def _finding(report: RunReport, judged: Judged) -> str:
    finding = judged.finding
    standing = ", worse than before" if judged.state == "worse" else ""
    lines = [f"- **{label(finding)}** ({code_of(finding)}{standing})"]
    claim = claim_of(report, judged)
    if claim is not None:
        lines.append(f"  - said: {code(claim.text)}")
    seen = effects_of(report, judged)
    lines += [f"  - seen: {code(effect_line(effect))} ({effect.grade})" for effect in seen[:MAX_EFFECTS]]
    if len(seen) > MAX_EFFECTS:
        lines.append(f"  - seen: {len(seen) - MAX_EFFECTS} more")
    lines.append(f"  - {code(finding.message)}")
    if isinstance(finding, Discrepancy) and finding.settles:
        lines.append(f"  - settled by: {code(finding.settles)}")
    origin = report.origin(finding)
    where = f"{code(path_of(report, origin) or origin.source)}, {place(origin.at)}" if origin else code(report.shown)
    lines.append(f"  - at {where}, finding {finding.id}")
    tags = tags_of(finding)
    if tags:
        lines.append(f"  - evidence for {', '.join(tags)}")
    return "\n".join(lines)


def _row(judged: JudgedRow) -> str:
    row = judged.row
    return (
        f"- **{label(row)}** ({row.kind})\n  - {code(row.message)}\n"
        f"  - at {code(row.source)}, {place(row.origin.at)}, finding {row.id}"
    )


def _unread(skipped: Skipped) -> str:
    return f"- {code(str(skipped.path), MAX_CELL)}: {code(skipped.reason, MAX_CELL)}"


def code(text: str, limit: int = MAX_TEXT) -> str:
    """Return hostile text as a code span (CommonMark 0.31, section 6.1) on one line.

    Its fence is a run of backticks of a length that the text does not have, so that nothing in the text ends it.
    """
    line = neutral_line(text, limit)
    if not line.strip():
        return "(nothing)"
    runs = {len(ticks) for ticks in _TICKS.findall(line)}
    fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    pad = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def cell(text: str) -> str:
    """Return hostile text as a code span in a table, whose cells end at a bar even there."""
    return code(text.replace("|", "∣"), MAX_CELL)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
