"""The package's own data files: lexicons, rules and definitions that are data and not code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Read `data/<name>.toml`. The result is shared: do not change it."""
    return tomllib.loads(files("assure_tui.reconcile").joinpath(f"data/{name}.toml").read_text("utf-8"))
