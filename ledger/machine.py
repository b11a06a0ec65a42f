"""Machine binding: a ledger is continued only where it was made.

Two copies that are both continued are two histories of one log, and each looks whole by itself. A copy has another
inode, and a copy on another machine another machine id; a rename keeps both.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.errors import DamagedError, ForeignError

_MACHINE_IDS: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def bind(state: Path) -> None:
    """Write the binding of a new ledger into its state directory."""
    disk.replace(state / "machine", _binding(state))


def is_bound(state: Path) -> bool:
    """Return whether the state directory is where it was bound."""
    return disk.read(state / "machine", 1024) == _binding(state)


def check(state: Path) -> None:
    """Raise ForeignError unless the state directory is where it was bound."""
    if not is_bound(state):
        raise ForeignError(
            f"{state.parent} was copied or restored here from another place, and two copies that go on are two"
            " histories: go on with the original, or take this one over with `assure-tui adopt`"
        )


def unbind(state: Path) -> str | None:
    """Take the binding off, durably; return its digest, or None if there was none."""
    path = state / "machine"
    found = disk.read(path, 1024)
    if found is None:
        return None
    with disk.writing(path):
        path.unlink(missing_ok=True)
        disk.sync_directory(state)
    return sha256(found).hexdigest()


def digest_here(state: Path) -> str:
    """Return the digest of the binding that a ledger in this place has."""
    return sha256(_binding(state)).hexdigest()


def _binding(state: Path) -> bytes:
    return f"v1 {_machine_id()} {state.stat().st_ino}\n".encode()


def _machine_id() -> str:
    for path in _MACHINE_IDS:
        try:
            data = disk.read(path, 1024)
        except DamagedError:
            continue
        if data and data.strip():
            return sha256(b"assure-tui/machine/v1\n" + data.strip()).hexdigest()[:32]
    return "unknown"
