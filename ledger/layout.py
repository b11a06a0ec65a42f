"""What a ledger's directory states of itself: the version of its format, and the keys that sign it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk, machine
from assure_tui.ledger.checkpoint import EPOCH_SUFFIX
from assure_tui.ledger.epochs import KeyPair
from assure_tui.ledger.errors import DamagedError, NoteError
from assure_tui.ledger.note import VerifierKey
from assure_tui.ledger.pins import parse_keys

FORMAT: Final = b"1\n"
"""Content of `.state/version`."""
FOLDERS: Final = (".state/wal", "tile/entries", "segments", "seals", "closings", "trust")


def lay_out(directory: Path, keys: Sequence[VerifierKey]) -> None:
    """Make the folders of a new ledger, and the files that tell what it is."""
    for folder in FOLDERS:
        disk.make_directory(directory / folder)
    machine.bind(directory / ".state")
    disk.replace(directory / ".state" / "version", FORMAT)
    disk.replace(directory / "trust" / "log.vkey", "".join(f"{key}\n" for key in keys).encode())


def check_version(directory: Path) -> None:
    """Raise DamagedError unless the directory is a ledger of a format that this program knows."""
    version = disk.read(directory / ".state" / "version", 64)
    if version is None:
        raise DamagedError(f"{directory} is not a ledger: name another directory, or create a ledger there")
    if version != FORMAT:
        raise DamagedError(f"{directory} has a format that this program does not know: use the program that wrote it")


def stated_keys(directory: Path) -> KeyPair:
    """Return the log key and the first epoch key that a ledger states of itself; they prove nothing by themselves."""
    path = directory / "trust" / "log.vkey"
    try:
        data = disk.read_due(path, 4096)
        log, epoch, *_ = parse_keys(data.decode())
    except (NoteError, UnicodeDecodeError) as error:
        raise DamagedError(f"{path} is damaged: restore it from a copy ({error})") from None
    if epoch.name != log.name + EPOCH_SUFFIX or data != f"{log}\n{epoch}\n".encode():
        raise DamagedError(f"{path} names keys that do not belong together: restore it from a copy")
    return log, epoch
