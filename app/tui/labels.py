"""Plain words for findings, and the reasons that Enter takes."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from assure_tui.app.desk import describe
from assure_tui.reconcile.model import Finding, GateResult


def label(finding: Finding) -> str:
    """What kind of finding it is, in plain words: the first thing that people read of it."""
    words = describe.label(finding)
    return f"{words}: {finding.gate}" if isinstance(finding, GateResult) else words


@cache
def _presets() -> dict[str, str]:
    data = tomllib.loads(files(__package__).joinpath("data", "presets.toml").read_text(encoding="utf-8"))
    return {word: reason for word, reason in data.items() if isinstance(reason, str)}


def preset(word: str) -> str:
    """The reason that Enter takes for a finding below `high`."""
    return _presets()[word]
