"""The shipped word lists (`reconcile/data/*.toml`), read once, on first use."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Read `reconcile/data/<name>.toml`."""
    text = files("assure_tui.reconcile").joinpath("data", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
