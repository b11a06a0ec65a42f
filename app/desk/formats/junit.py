"""JUnit XML: a suite per run, a case per claim, and a case for each finding that no claim has.

A claim fails that is contradicted, unsupported, stale or partial, or that has a finding at or above `--fail-on`. What
could not be checked is skipped, with the reason, and so is what the baseline has. Any other finding fails from
`--fail-on` on, and is skipped below. There is no standard; what is written has all that the schema of Ant's reports
asks for, the strictest in use: a suite is of host `localhost`, and of the year 1970 where nothing tells its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Final, TextIO
from xml.etree import ElementTree as ET

from assure_tui.app.desk.comparison import Compared, Comparison, Judged, JudgedRow
from assure_tui.app.desk.describe import code_of, effect_line, label
from assure_tui.app.desk.formats.evidence import claim_of, effects_of, path_of, place
from assure_tui.app.desk.report import UNCHECKED, RunReport
from assure_tui.app.neutral import neutral_line
from assure_tui.ingest.walk import Skipped
from assure_tui.reconcile.model import Claim

FAILED: Final = frozenset({"contradicted", "unsupported", "stale", "partial"})
MAX_NAME: Final = 200
MAX_TEXT: Final = 1000
MAX_EFFECTS: Final = 20
_UNKNOWN: Final = "1970-01-01T00:00:00"
_NEVER: Final = str.maketrans(dict.fromkeys("\ufffe\uffff", "\N{REPLACEMENT CHARACTER}"))
"""Characters that XML 1.0 has no room for and that are no controls (section 2.2, `Char`)."""


def write(check: Comparison, out: TextIO) -> None:
    """Write suite by suite, in ASCII with character references."""
    out.write("<?xml version='1.0' encoding='UTF-8'?>\n<testsuites>\n")
    suites = chain((_suite(check, compared) for compared in check.runs()), _closing(check))
    for number, suite in enumerate(suites):
        suite.set("id", str(number))
        out.write(ET.tostring(suite, encoding="us-ascii").decode("ascii") + "\n")
    out.write("</testsuites>\n")


def _suite(check: Comparison, compared: Compared) -> ET.Element:
    report = compared.report
    facts = report.facts
    home = f"{facts.agent or facts.adapter} {facts.native_id}"
    of_claims: dict[str, list[Judged]] = {}
    others: list[Judged] = []
    for judged in compared.findings:
        claim = claim_of(report, judged)
        if claim is None:
            others.append(judged)
        else:
            of_claims.setdefault(claim.id, []).append(judged)
    aside: list[str] = []
    cases = [
        _claim_case(check, report, home, claim, of_claims.get(claim.id, []), aside) for claim in report.claims.values()
    ]
    cases += [_finding_case(check, report, home, judged) for judged in others]
    told = {
        "run": facts.id,
        "source": report.shown,
        "status": facts.status,
        "model": facts.model or "",
        "records": report.tally.records,
        "unrecognised": report.tally.unrecognised,
        "malformed": report.tally.malformed,
        "calls without result": facts.calls_without_result,
    }
    suite = _gathered(f"{home} ({report.shown})", cases, told, aside)
    if facts.started is not None:
        _time(suite, facts.started, facts.ended)
    return suite


def _time(suite: ET.Element, started: float, ended: float | None) -> None:
    try:
        moment = datetime.fromtimestamp(started, UTC)
    except (ValueError, OverflowError, OSError):
        return
    suite.set("timestamp", moment.strftime("%Y-%m-%dT%H:%M:%S"))
    suite.set("time", f"{(ended or started) - started:.3f}")


def _gathered(name: str, cases: Iterable[ET.Element], told: dict[str, object], aside: Iterable[str] = ()) -> ET.Element:
    suite = ET.Element("testsuite", name=_text(name, MAX_NAME), package="assure-tui", hostname="localhost")
    suite.set("timestamp", _UNKNOWN)
    suite.set("time", "0")
    properties = ET.SubElement(suite, "properties")
    for key, value in told.items():
        ET.SubElement(properties, "property", name=key, value=_text(str(value), MAX_TEXT))
    suite.extend(cases)
    for attribute, path in (("tests", "testcase"), ("failures", "*/failure"), ("skipped", "*/skipped")):
        suite.set(attribute, str(len(suite.findall(path))))
    suite.set("errors", "0")
    ET.SubElement(suite, "system-out").text = "\n".join(aside)
    ET.SubElement(suite, "system-err")
    return suite


def _claim_case(
    check: Comparison, report: RunReport, home: str, claim: Claim, findings: list[Judged], aside: list[str]
) -> ET.Element:
    """Return the case of a claim. What is found of one that passes goes to `aside`: a case has no room for it."""
    case = _case(home, f"{claim.kind}: {claim.text}", claim.id)
    fresh = [judged for judged in findings if judged.state != "known"]
    reason = f"{claim.outcome}: {claim.reason}" if claim.reason else claim.outcome
    words = [line for judged in findings for line in _words(report, judged)]
    if claim.outcome in FAILED or any(check.fails(judged.finding) for judged in findings):
        if findings and not fresh:
            _skip(case, f"known from the baseline: {findings[0].finding.message}")
        else:
            _fail(case, code_of(fresh[0].finding) if fresh else claim.outcome, reason, words)
    elif claim.outcome in UNCHECKED:
        _skip(case, reason)
    elif words:
        aside += [f"{case.get('name')}:", *words]
    return case


def _finding_case(check: Comparison, report: RunReport, home: str, judged: Judged) -> ET.Element:
    finding = judged.finding
    case = _case(home, f"{label(finding)}: {finding.message}", finding.id)
    if judged.state == "known":
        _skip(case, f"known from the baseline: {finding.severity} {code_of(finding)}")
    elif check.fails(finding):
        _fail(case, code_of(finding), finding.message, _words(report, judged))
    else:
        _skip(case, f"{finding.severity} {code_of(finding)}, below {check.floor}: {finding.message}")
    return case


def _row_case(check: Comparison, judged: JudgedRow) -> ET.Element:
    row = judged.row
    case = _case(f"source {row.source}", f"{label(row)}: {row.message}", row.id)
    if judged.state == "known":
        _skip(case, f"known from the baseline: {row.severity} {row.kind}")
    elif check.fails(row):
        _fail(case, row.kind, row.message, [f"at {place(row.origin.at)}"])
    else:
        _skip(case, f"{row.severity} {row.kind}, below {check.floor}: {row.message}")
    return case


def _unread_case(skipped: Skipped) -> ET.Element:
    case = ET.Element("testcase", classname="not read", name=_text(str(skipped.path), MAX_NAME), time="0")
    _skip(case, skipped.reason)
    return case


def _closing(check: Comparison) -> Iterator[ET.Element]:
    """Yield the suites about no single run: shared evidence, files that were not read, the baseline."""
    rows = [_row_case(check, judged) for judged in check.rows()]
    if rows:
        yield _gathered("shared evidence", rows, {})
    if check.batch.skipped:
        yield _gathered("not read", map(_unread_case, check.batch.skipped), {})
    counts = check.counts()
    if counts:
        yield _gathered("baseline", (), dict(counts))


def _words(report: RunReport, judged: Judged) -> list[str]:
    """Return a finding with its evidence, line by line, neutralised."""
    finding = judged.finding
    claim = claim_of(report, judged)
    lines = [f"said: {claim.text}"] if claim is not None else []
    lines += [f"seen: {effect_line(effect)} ({effect.grade})" for effect in effects_of(report, judged)[:MAX_EFFECTS]]
    lines.append(f"{label(finding)}: {finding.message} ({finding.severity} {code_of(finding)}, {finding.id})")
    origin = report.origin(finding)
    if origin is not None:
        lines.append(f"at: {path_of(report, origin) or origin.source}, {place(origin.at)}")
    return [_text(line, MAX_TEXT) for line in lines]


def _case(home: str, name: str, subject: str) -> ET.Element:
    """Return a case; its name ends in the id, which tells cases with the same words apart."""
    words = f"{_text(name, MAX_NAME)} [{subject}]"
    return ET.Element("testcase", classname=_text(home, MAX_NAME), name=words, time="0")


def _fail(case: ET.Element, kind: str, message: str, words: list[str]) -> None:
    ET.SubElement(case, "failure", type=_text(kind, MAX_NAME), message=_text(message, MAX_TEXT)).text = "\n".join(words)


def _skip(case: ET.Element, message: str) -> None:
    ET.SubElement(case, "skipped", message=_text(message, MAX_TEXT))


def _text(text: str, limit: int) -> str:
    return neutral_line(text, limit).translate(_NEVER)
