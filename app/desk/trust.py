"""Trust in workspace files: the digests that the user has agreed to. Any change of the file drops it."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from assure_tui.app.desk.errors import ConfigError
from assure_tui.app.desk.small_files import read_small
from assure_tui.ledger.locks import FileLock

MAX_STORE = 4 << 20


def is_trusted(store: Path, path: Path, digest: str) -> bool:
    """Return whether the user trusts this very content of the file."""
    return _load(store).get(_key(path)) == digest


def was_trusted(store: Path, path: Path) -> bool:
    """Return whether the user trusted some content of the file."""
    return _key(path) in _load(store)


def trust(store: Path, path: Path, digest: str) -> None:
    """Remember that the user trusts this content of the file."""
    store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(store.with_name(f"{store.name}.lock")):  # two at once would lose what one of them trusts
        known = _load(store)
        known[_key(path)] = digest
        _save(store, known)


def _key(path: Path) -> str:
    return os.fspath(path.resolve())


def _load(store: Path) -> dict[str, str]:
    try:
        found = read_small(store, MAX_STORE)
        if found is None:
            return {}
        data = json.loads(found)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"{store} cannot be read: repair it, or delete it and trust your workspaces again."
        ) from error
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ConfigError(f"{store} holds something else than digests: delete it and trust your workspaces again.")
    return data


def _save(store: Path, known: dict[str, str]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=store.parent, delete=False, encoding="utf-8") as draft:
        try:
            json.dump(known, draft, indent=1, sort_keys=True)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(store)
        except OSError:
            Path(draft.name).unlink()
            raise
