"""SARIF 2.1.0 for code scanning: one SARIF run for the whole check, one result per finding of any agent run.

Source: OASIS Static Analysis Results Interchange Format 2.1.0, sections named below. Its messages may embed links and
placeholders, so that hostile text must be kept from looking like either.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, TextIO
from urllib.parse import quote_from_bytes

from assure_tui.app.desk.about import version
from assure_tui.app.desk.comparison import Comparison, Judged, JudgedRow
from assure_tui.app.desk.describe import code_of, codes, effect_line, label
from assure_tui.app.desk.formats.document import ascii_json
from assure_tui.app.desk.formats.evidence import claim_of, effects_of, path_of
from assure_tui.app.desk.gates.rules_digest import rules_digest
from assure_tui.app.desk.report import RunReport, counts_as_found
from assure_tui.app.desk.tags import code_tags, tags_of
from assure_tui.app.neutral import neutral_line
from assure_tui.ingest.model import Locator, Origin
from assure_tui.ingest.walk import Skipped
from assure_tui.reconcile.model import Claim, GateResult, InputFinding, Severity
from assure_tui.reconcile.rulebook import catalogue

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final[dict[Severity, str]] = {
    "info": "note",
    "low": "note",
    "medium": "warning",
    "high": "error",
    "critical": "error",
}
RANKS: Final[dict[Severity, float]] = {"info": 5.0, "low": 25.0, "medium": 50.0, "high": 75.0, "critical": 95.0}
STATES: Final = {"new": "new", "worse": "updated", "known": "unchanged"}
FINGERPRINTS: Final = ("assureFinding/v1", "primaryLocationLineHash")
"""Names of the partial fingerprint (section 3.27.17); GitHub's code scanning looks at the second alone."""
MAX_TEXT: Final = 1000
"""Code points of a message or a quotation."""
MAX_NAME: Final = 400
"""Code points of an id, a name or a path that is told beside a result."""
MAX_EFFECTS: Final = 20
MAX_SKIPPED: Final = 1000
"""Files that could not be read which are named one by one; the others are counted."""


def write(check: Comparison, out: TextIO) -> None:
    """Write result by result; with a baseline each has a `baselineState` (section 3.27.24)."""
    driver = {
        "name": "assure-tui",
        "semanticVersion": version(),
        "shortDescription": {"text": "Checks what AI agents claimed against what happened."},
        "rules": rules(),
    }
    head = {"$schema": SCHEMA, "version": "2.1.0"}
    out.write(ascii_json(head)[:-1] + ',"runs":[{"tool":' + ascii_json({"driver": driver}) + ',"results":[')
    first = True
    for result in _results(check):
        out.write(("" if first else ",\n") + ascii_json(result))
        first = False
    tail = {"invocations": [_invocation(check)], "properties": _totals(check)}
    out.write("]," + ascii_json(tail)[1:] + "]}\n")


@cache
def rules() -> list[dict[str, Any]]:
    """Give every code that a result may have as a rule (section 3.49)."""
    book = codes()
    found: list[dict[str, Any]] = []
    for family, labels in (("discrepancy", book.discrepancy), ("input", book.input)):
        for code, name in labels.items():
            severity = book.severity.get(code)
            found.append(_rule(code, name, book.description[family][code], family, severity))
    found += [_rule(g.id, g.label, g.description, "gate", g.severity) for g in catalogue().values()]
    return found


def _rule(code: str, name: str, description: str, family: str, severity: Severity | None) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": code,
        "name": code.title().replace("-", ""),
        "shortDescription": {"text": plain(name)},
        "fullDescription": {"text": plain(description)},
        "properties": {"tags": [family, *code_tags(family, code)]},
    }
    if severity is not None:
        rule["defaultConfiguration"] = {"level": LEVELS[severity], "rank": RANKS[severity]}
    return rule


@cache
def _indices() -> dict[str, int]:
    return {rule["id"]: index for index, rule in enumerate(rules())}


def _results(check: Comparison) -> Iterator[dict[str, Any]]:
    for compared in check.runs():
        for judged in compared.findings:
            yield _result(check, judged, compared.report)
    for row in check.rows():
        yield _row_result(check, row)


def _common(check: Comparison, judged: Judged | JudgedRow) -> dict[str, Any]:
    finding = judged.row if isinstance(judged, JudgedRow) else judged.finding
    code = code_of(finding)
    result: dict[str, Any] = {
        "ruleId": code,
        "level": LEVELS[finding.severity],
        "rank": RANKS[finding.severity],
        "message": {"text": plain(f"{label(finding)}: {finding.message}")},
        "partialFingerprints": dict.fromkeys(FINGERPRINTS, judged.fingerprint),
    }
    if code in _indices():
        result["ruleIndex"] = _indices()[code]
    if check.baseline is not None:
        result["baselineState"] = STATES[judged.state]
    return result


def _result(check: Comparison, judged: Judged, report: RunReport) -> dict[str, Any]:
    finding = judged.finding
    result = _common(check, judged)
    origin = report.origin(finding)
    if origin is not None:
        result["locations"] = [_location(report, origin)]
    seen = effects_of(report, judged)
    if seen:
        result["relatedLocations"] = [
            _location(report, effect.origin) | {"message": {"text": plain(effect_line(effect))}}
            for effect in seen[:MAX_EFFECTS]
        ]
    if isinstance(finding, GateResult) and not counts_as_found(finding.outcome):
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.outcome}]
    properties: dict[str, Any] = {
        "tags": list(tags_of(finding)),
        "id": finding.id,
        "severity": finding.severity,
        "run": report.facts.id,
        "nativeId": _name(report.facts.native_id),
        "agent": _name(report.facts.agent or report.facts.adapter),
    }
    claim = claim_of(report, judged)
    if claim is not None:
        properties |= _claim(claim)
    if seen:
        properties["effects"] = [
            {"id": effect.id, "callId": _name(effect.call_id or ""), "status": effect.status, "grade": effect.grade}
            for effect in seen[:MAX_EFFECTS]
        ]
    if isinstance(finding, GateResult):
        properties |= {"outcome": finding.outcome, "callIds": [_name(call) for call in finding.call_ids[:MAX_EFFECTS]]}
    elif isinstance(finding, InputFinding):
        properties["callIds"] = [_name(finding.call_id)] if finding.call_id else []
    result["properties"] = properties
    return result


def _row_result(check: Comparison, judged: JudgedRow) -> dict[str, Any]:
    row = judged.row
    properties = {"id": row.id, "severity": row.severity, "source": row.source, "grade": "independent"}
    return _common(check, judged) | {"locations": [_elsewhere(row.origin)], "properties": properties}


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim.id,
        "said": neutral_line(claim.text, MAX_TEXT),
        "kind": claim.kind,
        "polarity": claim.polarity,
        "outcome": claim.outcome,
        "grade": claim.grade,
    }


def _location(report: RunReport, origin: Origin) -> dict[str, Any]:
    """Return a record's place in its log (section 3.28); what stands in another source has a logical one."""
    path = path_of(report, origin)
    if path is None:
        return _elsewhere(origin)
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(path)}}
    region = _region(origin.at)
    if region:
        physical["region"] = region
    location: dict[str, Any] = {"physicalLocation": physical}
    if not region:
        location["logicalLocations"] = [{"name": f"{origin.at.unit} {origin.at.start}", "kind": "element"}]
    return location


def _elsewhere(origin: Origin) -> dict[str, Any]:
    name = f"{origin.at.unit} {origin.at.start}"
    return {"logicalLocations": [{"name": name, "fullyQualifiedName": f"{origin.source}/{name}", "kind": "element"}]}


def _region(at: Locator) -> dict[str, int]:
    """Return a record's bytes, and its line where it has one (sections 3.30.2 and 3.30.3)."""
    if at.unit != "bytes":
        return {}
    line = {"startLine": at.line} if at.line > 0 else {}
    return line | {"byteOffset": at.start, "byteLength": at.length}


def uri(path: str) -> str:
    """Return a path as a URI reference (section 3.10.1), whatever bytes it is made of."""
    whole = Path(path)
    if whole.is_absolute():
        return whole.as_uri()
    return quote_from_bytes(os.fsencode(whole.as_posix()))


def plain(text: str) -> str:
    """Return a text as a plain message: nothing hidden, no link (section 3.11.6), no placeholder (section 3.11.5)."""
    return neutral_line(text, MAX_TEXT).replace("](", "] (").replace("{", "{{").replace("}", "}}")


def _name(text: str) -> str:
    return neutral_line(text, MAX_NAME)


def _invocation(check: Comparison) -> dict[str, Any]:
    """Say how the check itself went: what could not be read is told, and is no result (section 3.20)."""
    skipped = check.batch.skipped
    told = [_notification(one) for one in skipped[:MAX_SKIPPED]]
    if len(skipped) > MAX_SKIPPED:
        text = f"{len(skipped) - MAX_SKIPPED} more files could not be read"
        told.append({"level": "warning", "message": {"text": text}})
    return {"executionSuccessful": not check.batch.faults, "toolExecutionNotifications": told}


def _notification(skipped: Skipped) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": uri(str(skipped.path))}}}
    return {"level": "warning", "message": {"text": plain(f"not read: {skipped.reason}")}, "locations": [location]}


def _totals(check: Comparison) -> dict[str, Any]:
    """Return how much was checked: a check without results says nothing without it."""
    tally = check.batch.tally
    totals: dict[str, Any] = {
        "rulesDigest": rules_digest(check.batch.settings),
        "runs": check.checked,
        "claims": dict(check.outcomes),
        "records": tally.records,
        "unrecognised": tally.unrecognised,
        "malformed": tally.malformed,
    }
    counts = check.counts()
    return totals | ({"baseline": counts} if counts else {})
