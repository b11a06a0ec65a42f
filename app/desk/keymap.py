"""Writes another key for an action into the operator's settings, and leaves the rest of the file as it is."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Final

from assure_tui.app.desk.errors import UsageError

_HEADER: Final = re.compile(r"^[ \t]*\[[ \t]*keys[ \t]*\][ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_TABLE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)


def bind(config: Path, name: str, keys: str | None) -> None:
    """Map the action `name` to `keys`, comma separated, in the table `[keys]`; with `None` to its own again.

    The text is changed in one place. What it says then is read again before it is written: a file whose `[keys]` stand
    in a form that is not changed so easily is left alone.

    Raises:
        UsageError: The file cannot be read, is no TOML, or has to be changed by hand.
    """
    line = None if keys is None else f"{name} = {json.dumps(keys)}\n"
    by_hand = f"{config} has to be changed by hand: below [keys], {(line or f'no {name}').strip()}."
    try:
        before = config.read_text(encoding="utf-8") if config.exists() else ""
        wanted = tomllib.loads(before)
        text = _changed(before, name, line)
        table = {key: value for key, value in wanted.get("keys", {}).items() if key != name}
        wanted["keys"] = table | ({} if keys is None else {name: keys})
        now = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError) as error:
        raise UsageError(f"{by_hand} ({error})") from None
    if {"keys": {}, **now} != wanted:
        raise UsageError(by_hand)
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = config.with_name(f"{config.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    if config.exists():
        draft.chmod(config.stat().st_mode & 0o777)
    draft.replace(config)


def _changed(text: str, name: str, line: str | None) -> str:
    """Put a line into the table `[keys]`, replacing the line with that name, or remove that line."""
    header = _HEADER.search(text)
    if header is None:
        gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
        return text if line is None else f"{text}{gap}[keys]\n{line}"
    after = _TABLE.search(text, header.end())
    start, end = header.end(), after.start() if after else len(text)
    old = re.compile(rf"^[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*=[^\n]*(?:\n|\Z)", re.MULTILINE).search(
        text, start, end
    )
    if old is not None:
        return text[: old.start()] + (line or "") + text[old.end() :]
    return text if line is None else f"{text[:start]}\n{line}{text[start:].removeprefix(chr(10))}"
