"""Findings say what they are evidence for, and who needs to hear of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assure_tui.app.desk.describe import codes
from assure_tui.app.desk.tags import code_tags, table, tags_of
from assure_tui.ingest.model import Locator, Origin
from assure_tui.reconcile.model import GateResult
from assure_tui.reconcile.rulebook import catalogue

FORM = re.compile(
    r"eu-ai-act:(9|12|14|15|19)|iso-42001:A\.\d{1,2}(\.\d){1,2}|soc2:[A-Z]{1,2}\d\.\d|owner|soc|regulator"
)


def test_every_code_and_gate_has_tags_of_the_known_form() -> None:
    known = {"discrepancy": codes().discrepancy, "input": codes().input, "gate": catalogue()}
    for family, names in known.items():
        assert set(table()[family]) == set(names)
        for name in names:
            tags = code_tags(family, name)
            assert tags
            assert [tag for tag in tags if not FORM.fullmatch(tag)] == []


@pytest.mark.parametrize(("severity", "told"), [("critical", True), ("high", False)])
def test_the_regulator_is_named_from_critical_on(severity: str, told: bool) -> None:
    result = GateResult(
        id="g-1",
        run="r-1",
        gate="egress",
        outcome="failed",
        severity=severity,  # type: ignore[arg-type]
        call_ids=(),
        reason="",
        message="",
        event="e",
        origin=Origin("s", Locator("item", 0), ""),
    )
    assert ("regulator" in tags_of(result)) is told


def test_reports_carry_the_tags(assure, logs: Path) -> None:
    (logs / "refund.json").write_text(
        (logs / "refund.json").read_text().replace('\\"amount\\": 40', '\\"amount\\": 400')
    )
    sarif = json.loads(assure("reconcile", logs, "--format", "sarif").stdout)["runs"][0]
    assert sarif["results"]
    assert all("owner" in result["properties"]["tags"] for result in sarif["results"])
    assert all(len(rule["properties"]["tags"]) > 1 for rule in sarif["tool"]["driver"]["rules"])
    assert "evidence for eu-ai-act" in assure("reconcile", logs, "--format", "markdown").stdout
