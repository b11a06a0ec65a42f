"""Sessions of OpenCode before it kept them in a database: a folder of JSON files, each rewritten in place.

`storage/session/<project>/<session>.json` names the session; its messages are files in `storage/message/<session>/`,
and what they hold are files in `storage/part/<message>/`. Together they are what an export is. A record is a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, document_adapter, mended
from assure_tui.ingest.adapters.opencode import NAME, Reading, Session
from assure_tui.ingest.regular import open_regular

MESSAGES, PARTS = "message", "part"
MAX_FILES = 100_000
MAX_FILE = 16 * 1024 * 1024
MAX_FOLDER = 256 * 1024 * 1024
"""Bytes of one file, and of all files of a session, that are read."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
"""What may name a folder: an id out of a log must not lead out of the storage."""
_MARKS = (b'"projectID"', b'"directory"', b'"time"')

_EMPTY = b'"parts":[]}'
_session_decoder = msgspec.json.Decoder(Session)


class _Named(msgspec.Struct):
    id: Any = None


_named_decoder = msgspec.json.Decoder(_Named)


class StorageDecoder(DocumentDecoder):
    """Reads a session with its messages and their parts."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode what stands there now. Raises `ValueError` when the file is no session."""
        info = mended(data, _session_decoder.decode)
        session = Reading(info, self.stem, self.salt)
        storage = Path(self.source.path).parent.parent.parent

        def read(raw: msgspec.Raw, draft: Draft) -> None:
            session.take(raw, draft)
            if bytes(raw).endswith(_EMPTY):
                draft.unknown = "message without its parts"

        return self.each(_messages(storage, info.id or self.stem), read)


def _messages(storage: Path, session: str) -> Iterator[msgspec.Raw]:
    """Yield a session's messages in the form of an export."""
    room = [MAX_FOLDER]
    for info in _contents(storage / MESSAGES, session, room):
        native = _named_decoder.decode(info).id
        parts = _contents(storage / PARTS, native, room) if isinstance(native, str) else ()
        yield msgspec.Raw(b'{"info":%b,"parts":[%b]}' % (info, b",".join(parts)))


def _contents(folder: Path, name: str, room: list[int]) -> Iterator[bytes]:
    """Yield what stands in the JSON files of a folder, by name; links, and what is too large or no object, are not."""
    within = folder / name
    if not _ID.fullmatch(name) or folder.is_symlink() or within.is_symlink():
        return
    try:
        paths = sorted(path for path in within.iterdir() if path.suffix == ".json")
    except OSError:
        return
    for path in islice(paths, MAX_FILES):
        try:
            status = path.lstat()
            if not S_ISREG(status.st_mode) or status.st_size > min(MAX_FILE, room[0]):
                continue
            with open_regular(path) as file:
                data = file.read()
            _named_decoder.decode(data)
        except (OSError, ValueError, RecursionError):
            continue
        room[0] -= len(data)
        yield data


def recognises(head: Head) -> bool:
    """Tell a session's file by what it says, and by the folder of messages that belongs to it."""
    if head.is_lines or not head.whole or not all(mark in head.data for mark in _MARKS):
        return False
    try:
        session = _session_decoder.decode(head.data)
    except (ValueError, RecursionError):
        return False
    native = session.id or ""
    messages = head.path.parent.parent.parent / MESSAGES / native
    return bool(_ID.fullmatch(native)) and messages.is_dir()


ADAPTER = document_adapter(NAME, recognises, StorageDecoder, parts=(f"../../{MESSAGES}", f"../../{PARTS}"))
