"""What there is to tell before the first start: which logs were found where, and what will be left out of them."""

from __future__ import annotations

import glob
import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.setting import Setting
from assure_tui.ingest.roots import default_roots


@dataclass(frozen=True, slots=True)
class Place:
    """A watched root, and the logs that were in it before it was watched."""

    path: Path
    agent: str
    exists: bool
    logs: int = 0
    size: int = 0
    """Bytes of the logs."""
    named: bool = False
    """The settings name it, rather than that some agent would write there."""


def is_first(setting: Setting) -> bool:
    """Return whether nobody has ever opened the desk of this installation."""
    return not setting.home.desk.exists() and not setting.home.index.exists()


def survey(setting: Setting) -> list[Place]:
    """Look at every root once. Reads the heads of files, and writes nothing."""
    from assure_tui.ingest.walk import discover  # noqa: PLC0415 - it brings all adapters: only the first start needs them

    agents = {root.path: root.agent for root in default_roots()}
    places: list[Place] = []
    for root in setting.roots:
        if not root.exists():
            places.append(Place(root, agents.get(root, ""), exists=False, named=root in setting.user.roots))
            continue
        found = discover([root], exclude=setting.exclude).files
        kinds = sorted({item.adapter.name for item in found})
        size = sum(_size(item.path) for item in found)
        agent = agents.get(root) or (f"{len(kinds)} formats" if len(kinds) > 1 else "".join(kinds))
        places.append(Place(root, agent, exists=True, logs=len(found), size=size))
    return places


def leave_out(config: Path, paths: Sequence[Path]) -> None:
    """Write into the user's settings that these folders or logs are never read.

    Raises:
        UsageError: The settings leave something out already, and only their owner can join the two lists.
    """
    patterns = [pattern for path in paths for pattern in (_meant(path), f"{_meant(path)}/*")]
    if not patterns:
        return
    line = f"exclude = {json.dumps(patterns, ensure_ascii=False)}\n"
    before = config.read_text(encoding="utf-8") if config.exists() else ""
    if "exclude" in tomllib.loads(before):
        raise UsageError(f"{config} already has a list `exclude`: add {json.dumps(patterns)} to it.")
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = config.with_name(f"{config.name}.{os.getpid()}")
    draft.write_text(line + before, encoding="utf-8")
    draft.replace(config)


def _meant(path: Path) -> str:
    """Return a pattern for this very path; what TOML cannot hold, as of a name that is not UTF-8, is any character."""
    return "".join(char if char.isprintable() else "?" for char in glob.escape(os.fspath(path)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
