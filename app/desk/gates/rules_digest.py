"""The digest of the rules in force: what two reports must share to be comparable."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from assure_tui.reconcile.settings import Settings

RULE_SUFFIXES = (".toml", ".txt", ".json")


def rules_digest(settings: Settings) -> str:
    """Hash the lexicon, gates and other data files of `reconcile`, and the settings of the workspace."""
    hasher = sha256(_shipped())
    hasher.update(msgspec.json.encode(settings, order="deterministic"))
    return hasher.hexdigest()


@cache
def _shipped() -> bytes:
    hasher = sha256()
    for name, data in sorted(_walk(files("assure_tui.reconcile"), "")):
        hasher.update(f"{name}\n{len(data)}\n".encode())
        hasher.update(data)
    return hasher.digest()


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        if item.is_dir():
            found += _walk(item, f"{prefix}{item.name}/")
        elif item.name.endswith(RULE_SUFFIXES):
            found.append((f"{prefix}{item.name}", item.read_bytes()))
    return found
