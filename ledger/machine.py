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


def check(state: Path) -> None:
    """Raise ForeignError unless the state directory is where it was bound."""
    if disk.read(state / "machine", 1024) != _binding(state):
        raise ForeignError(
            f"{state.parent} was copied here from another place: go on writing the original, or start a new ledger"
        )


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
