"""What lies in a ledger's directory beside the log: files that the log does not know prove nothing, and are told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from assure_tui.ledger import disk
from assure_tui.ledger.entry import Entry
from assure_tui.ledger.epochs import KIND as KEY

PLACES: Final = frozenset(
    {".state", "checkpoint", "closings", "cosigned", "seals", "segments", "tile", "trust"},
)
"""What may stand in the directory itself."""
PROOF: Final = "tlog-proof"
ENVELOPE: Final = "dsse.json"
SSH_FILES: Final = ("sshsig", "signed")
_LISTED: Final = ("", "closings", "cosigned", "seals", "trust")


def listed(directory: Path) -> list[str]:
    """Return the names in those folders of a ledger whose content the log determines; not files being written."""
    names = [f"{folder}/{name}".lstrip("/") for folder in _LISTED for name in disk.names(directory / folder)]
    return [name for name in names if not (name.rpartition("/")[2].startswith(".") and name.endswith(".tmp"))]


def known(entries: Iterable[tuple[int, Entry]]) -> set[str]:
    """Return the names that entries ask for, of the closings and seals."""
    names: set[str] = set()
    for index, entry in entries:
        if entry.kind == KEY and index:
            names.add(f"closings/{index + 1}")
        elif entry.kind == "seal":
            names |= seal_files(entry)
    return names


def seal_files(entry: Entry) -> set[str]:
    """Return the names of the files of the seal that an entry records."""
    suffixes = (ENVELOPE, PROOF, *(SSH_FILES if entry.clear.get("scheme") else ()))
    return {f"seals/{entry.clear.get('n')}.{suffix}" for suffix in suffixes}


def strays(names: Iterable[str], due: set[str], recording: set[int]) -> list[str]:
    """Return those of the names that are not the log's; `recording` are the seals that are being recorded."""
    own = due | PLACES | {"trust/log.vkey"}
    return [name for name in names if name not in own and not _is_on_its_way(name, recording)]


def _is_on_its_way(name: str, recording: set[int]) -> bool:
    folder, _, rest = name.partition("/")
    number = rest.partition(".")[0]
    if not number.isascii() or not number.isdigit():
        return False
    return folder == "cosigned" or (folder == "seals" and int(number) in recording)
