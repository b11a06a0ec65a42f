"""The reasons that Enter takes for a finding below `high`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _presets() -> dict[str, str]:
    data = tomllib.loads(files(__package__).joinpath("data", "presets.toml").read_text(encoding="utf-8"))
    return {word: reason for word, reason in data.items() if isinstance(reason, str)}


def preset(word: str) -> str:
    """The reason that Enter takes for a finding below `high`."""
    return _presets()[word]
