"""What `opencode export ID` gives of a session of OpenCode: the session, and its messages as its version has them."""

from __future__ import annotations

import re

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, document_adapter, mended
from assure_tui.ingest.adapters.opencode import NAME, Reading, Session
from assure_tui.ingest.adapters.opencode_second import SecondReading

_MARKS = (
    re.compile(rb'^\s{0,64}\{\s{0,64}"info"\s{0,64}:\s{0,64}\{'),
    re.compile(rb'"id"\s{0,64}:\s{0,64}"ses_|"projectID"'),
)


class _Export(msgspec.Struct):
    info: Session
    messages: list[msgspec.Raw] = []


class _Kind(msgspec.Struct):
    """What tells a message of version 2: its type, where others have their description."""

    type: str
    info: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_export_decoder = msgspec.json.Decoder(_Export)
_kind_decoder = msgspec.json.Decoder(_Kind)


class OpenCodeDecoder(DocumentDecoder):
    """Reads one exported session."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        export = mended(data, _export_decoder.decode)
        second = _second(export.messages)
        session = (SecondReading if second else Reading)(export.info, self.stem, self.salt)

        def read(raw: msgspec.Raw, draft: Draft) -> None:
            session.take(msgspec.Raw(b'{"type":%b,"data":%b}' % (_type(raw), bytes(raw))) if second else raw, draft)

        return self.each(export.messages, read)


def _second(messages: list[msgspec.Raw]) -> bool:
    """Return whether a session's messages are those of version 2."""
    return any(_type(raw) != b"null" for raw in messages[:1])


def _type(raw: msgspec.Raw) -> bytes:
    try:
        kind = _kind_decoder.decode(raw)
    except (ValueError, RecursionError):
        return b"null"
    return msgspec.json.encode(kind.type) if kind.info is msgspec.UNSET else b"null"


def recognises(head: Head) -> bool:
    """Tell an export by its beginning: a session, with an id that begins with `ses_` or the project it is of."""
    return not head.is_lines and all(mark.search(head.data[:4096]) for mark in _MARKS)


ADAPTER = document_adapter(NAME, recognises, OpenCodeDecoder)
