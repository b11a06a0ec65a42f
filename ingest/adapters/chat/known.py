"""How chats are told from other JSON, and their dialects from each other: by the head of a file."""

from __future__ import annotations

import re

import msgspec

from assure_tui.ingest.adapters.base import Head, Json
from assure_tui.ingest.adapters.chat.finding import chats
from assure_tui.ingest.adapters.chat.spelling import acts, is_message
from assure_tui.ingest.adapters.chat.wire import DIALECTS, ITEMS, ROLES
from assure_tui.ingest.adapters.values import one_of

MAX_LOOKED = 50
"""First messages of a chat that are looked at."""
_HAS_ROLE = re.compile(rb'"role"\s{0,64}:\s{0,64}"(?:system|developer|user|assistant|tool|function)"')
_SPEAKS = re.compile(
    rb'"(?:role|from|author|speaker|sender)"\s{0,64}:\s{0,64}"(?:assistant|model|ai|gpt|bot|agent)"', re.IGNORECASE
)
_SAYS = re.compile(rb'"(?:content|parts|blocks|text|value|tool_calls|arguments|output)"\s{0,64}:')
_MESSAGES = re.compile(rb'"messages"\s{0,64}:\s{0,64}\[\s{0,64}\{')
_ANSWER = re.compile(rb'"output"\s{0,64}:\s{0,64}\[\s{0,64}\{')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\Z)|[{}\[\]]', re.DOTALL)
_MARKS = {
    "openai-responses": re.compile(
        rb'"type"\s{0,64}:\s{0,64}"(?:output_text|' + "|".join(sorted(ITEMS)).encode() + rb')"'
    ),
    "anthropic-messages": re.compile(rb'"type"\s{0,64}:\s{0,64}"(?:server_|mcp_)?tool_(?:use|result)"'),
}
"""Blocks and items that one dialect alone has. A quote within a string is escaped, so what is quoted is no mark."""


def _dialect(data: bytes) -> str:
    return next((name for name in DIALECTS if name in _MARKS and _MARKS[name].search(data)), "openai-chat")


def _is_chat(record: Json) -> bool:
    messages = record.get("messages")
    if isinstance(messages, list):
        return any(isinstance(message, dict) and one_of(message.get("role"), ROLES) for message in messages[:4])
    if record.get("object") == "response":
        return isinstance(record.get("output"), list)
    if one_of(record.get("role"), ROLES):
        return ("content" in record or "tool_calls" in record) and "parts" not in record
    return one_of(record.get("type"), ITEMS) and ("call_id" in record or "id" in record)


def is_lines(dialect: str, head: Head) -> bool:
    """Tell JSON Lines of a dialect by their objects."""
    return head.is_lines and any(map(_is_chat, head.objects[:4])) and _dialect(head.data) == dialect


def is_document(dialect: str, head: Head) -> bool:
    """Tell a document by its beginning: a list of messages, at the top or under a key of its own."""
    return _is_document(head) and _dialect(head.data) == dialect


def _is_document(head: Head) -> bool:
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.is_lines:
        return False
    if data.startswith(b"["):
        begins = data[1:].lstrip().startswith(b"{") and _HAS_ROLE.search(data[:8192]) is not None
        return begins and _SAYS.search(data) is not None
    if not data.startswith(b"{"):
        return False
    start = _MESSAGES.search(data) or (_ANSWER.search(data) if b'"response"' in data else None)
    return start is not None and _depth(data[: start.start()]) == 1 and _HAS_ROLE.search(data, start.end()) is not None


def is_other_lines(head: Head) -> bool:
    """Tell lines of messages, or of records that hold a chat, that are spelt as in no dialect."""
    if not head.is_lines:
        return False
    if any(is_message(one) and acts(one) for one in head.objects) and is_message(head.objects[-1]):
        return True
    return any(_holds_chat(msgspec.json.encode(one)) for one in head.objects[:2])


def is_other_document(head: Head) -> bool:
    """Tell a document that holds chats somewhere, in whatever spelling."""
    data = head.data.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\0")
    if head.is_lines or not data.startswith((b"[", b"{")):
        return False
    if head.whole:
        return _holds_chat(data)
    return _SPEAKS.search(data) is not None and _SAYS.search(data) is not None


def _holds_chat(data: bytes) -> bool:
    """Return whether a document holds a chat in which an agent has its say."""
    try:
        found = next(chats(data), None)
        records = map(msgspec.json.decode, found[1][:MAX_LOOKED]) if found is not None else ()
        return any(isinstance(record, dict) and acts(record) for record in records)
    except (ValueError, RecursionError):
        return False


def _depth(data: bytes) -> int:
    """How many brackets are open after `data`, the beginning of a JSON text."""
    depth = 0
    for token in _TOKEN.findall(data):
        depth += 1 if token in b"{[" else -1 if token in b"}]" else 0
    return depth
