"""The tags of findings: duties that a finding is evidence for, and who needs to hear of it (`data/tags.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from assure_tui.app.desk.describe import code_of
from assure_tui.reconcile.model import GateResult, InputFinding
from assure_tui.reconcile.rulebook import catalogue

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Finding

Tags = dict[str, dict[str, list[str]]]


@cache
def table() -> Tags:
    """Read the data file."""
    text = (files("assure_tui.app.desk") / "data" / "tags.toml").read_text(encoding="utf-8")
    found: Tags = tomllib.loads(text)
    return found


def code_tags(family: str, code: str) -> tuple[str, ...]:
    """Return the tags of a code, whatever its severity; `family` is `discrepancy`, `gate` or `input`."""
    rule = catalogue().get(code) if family == "gate" else None
    return tuple(dict.fromkeys([*(rule.controls if rule is not None else ()), *table()[family].get(code, ())]))


def tags_of(finding: Finding) -> tuple[str, ...]:
    """Return the tags of a finding. A gate of the user's own has those of its severity alone here."""
    family = (
        "gate" if isinstance(finding, GateResult) else "input" if isinstance(finding, InputFinding) else "discrepancy"
    )
    return tuple(dict.fromkeys([*code_tags(family, code_of(finding)), *table()["from"].get(finding.severity, ())]))
