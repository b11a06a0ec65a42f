"""Where the chats are in a document: lists of messages, at the top, under a key, or one in each of many records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from assure_tui.ingest.adapters.chat.spelling import is_message, is_plain, respelt
from assure_tui.ingest.adapters.chat.wire import Chat, Message, chat_decoder, list_decoder, message_decoder

MAX_DEPTH = 6
MAX_CHATS = 1024
"""Chats that are read out of one document."""
MAX_LOOKED = 4
"""First entries of a list by which it is told whether it is one of messages."""

Found: TypeAlias = tuple[Chat, list[msgspec.Raw]]
_object_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class MessageReader:
    """Decodes a message of any spelling."""

    def decode(self, data: bytes | msgspec.Raw) -> Message:
        """Return a message in the words of the dialects. Raises `ValueError` or `RecursionError`."""
        try:
            message = message_decoder.decode(data)
        except msgspec.ValidationError:
            message = None
        if message is not None and is_plain(message):
            return message
        record = msgspec.json.decode(data)
        again = respelt(record) if isinstance(record, dict) else None
        return again or message or message_decoder.decode(data)


def chats(raw: bytes | msgspec.Raw, depth: int = 0) -> Iterator[Found]:
    """Yield the chats of a document, each with what its envelope tells of it. Raises `ValueError` or `RecursionError`.

    An object that holds lists of messages is the envelope of one chat: of several, which would tell the same in other
    ways, `messages` counts, else the longest.
    """
    head = _head(raw)
    if depth > MAX_DEPTH or head not in {b"{", b"["}:
        return
    if head == b"[":
        items = list_decoder.decode(raw)
        if is_talk(items):
            yield Chat(), items
            return
        for item in items:
            yield from chats(item, depth + 1)
        return
    fields = _object_decoder.decode(raw)
    own = {
        key: items
        for key, value in fields.items()
        if _head(value) == b"[" and is_talk(items := list_decoder.decode(value))
    }
    if own:
        key = "messages" if "messages" in own else max(own, key=lambda name: len(fields[name]))
        yield _envelope(raw), own[key]
        return
    for value in fields.values():
        yield from chats(value, depth + 1)


def is_talk(items: list[msgspec.Raw]) -> bool:
    """Return whether a list is one of messages, by its first entries."""
    looked = [value for raw in items[:MAX_LOOKED] if isinstance(value := _value(raw), dict)]
    return 2 * sum(map(is_message, looked)) > min(len(items), MAX_LOOKED)


def _head(raw: bytes | msgspec.Raw) -> bytes:
    return bytes(memoryview(raw)[:1])


def _value(raw: msgspec.Raw) -> Any:
    return msgspec.json.decode(raw) if _head(raw) == b"{" else None


def _envelope(raw: bytes | msgspec.Raw) -> Chat:
    try:
        return chat_decoder.decode(raw)
    except msgspec.ValidationError:
        return Chat()
