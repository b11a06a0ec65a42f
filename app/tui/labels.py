"""Plain words for codes, and the reasons that Enter takes."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from assure_tui.reconcile.model import Discrepancy, Finding, GateResult, InputFinding


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data", "labels.toml").read_text(encoding="utf-8"))


def label(finding: Finding) -> str:
    """What kind of finding it is, in plain words: the first thing that people read of it."""
    codes: dict[str, str] = _data()["codes"]
    match finding:
        case Discrepancy() | InputFinding():
            return codes.get(finding.code, finding.code.replace("-", " "))
        case GateResult():
            return f"rule {finding.outcome}: {finding.gate}"
        case _:
            return codes.get(finding.kind, finding.kind.replace("-", " "))


def code(finding: Finding) -> str:
    """The stable code of a finding."""
    match finding:
        case Discrepancy() | InputFinding():
            return finding.code
        case GateResult():
            return finding.gate
        case _:
            return finding.kind


def preset(word: str) -> str:
    """The reason that Enter takes for a finding below `high`."""
    found: str = _data()["presets"][word]
    return found
