"""Small readings that several formats share: times, arguments, text content, and the envelopes of answers."""

from __future__ import annotations

import ast
import re
from collections import OrderedDict
from collections.abc import Container
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from assure_tui.ingest.adapters.base import MAX_DEPTH, Json
from assure_tui.ingest.model import ExitSource, ResultStatus

_MILLISECONDS_FROM = 1e11
"""Numbers from here on are milliseconds: as seconds they would lie beyond the year 5000."""

MEMORY = 65_536
"""Entries that a `Recent` keeps unless told otherwise."""
MAX_ENVELOPES = 4
MAX_ENDING = 80
"""Code points at the end of an answer that say whether it failed."""
_PRINTED_ENVELOPE = re.compile(r"(?:CallToolResult\()?(?:_?meta=None,? )?(?:content=)?\[?TextContent\(")
"""How Python prints an answer of the Model Context Protocol: `meta=None content=[TextContent(type='text', …`."""
_PRINTED_TEXT = re.compile(r"TextContent\(type='text', text=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
_PRINTED_FAILURE = re.compile(r"\bisError=True\)?\s{0,8}\Z")

Ending: TypeAlias = tuple[ResultStatus, int | None, ExitSource]
"""How a call ended: its status, and a command's exit code with the place that it was read from."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def epoch(value: object) -> float | None:
    """Seconds since the epoch of an ISO 8601 text or a number of seconds or milliseconds; None for anything else."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError, OSError):
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15:
        return value / 1000 if value >= _MILLISECONDS_FROM else float(value)
    return None


def whole(value: object) -> int | None:
    """Return a whole number out of a log; a truth value, which Python counts among them, is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def ended(code: int, source: ExitSource = "structured") -> Ending:
    """How a command ended, by its exit code."""
    return "failed" if code else "succeeded", code, source


def one_of(value: object, names: Container[str]) -> bool:
    """Return whether a value out of a log, which may be of any shape, is one of these names."""
    return isinstance(value, str) and value in names


def shallow(value: object) -> bool:
    """Return whether `value` is nested no deeper than MAX_DEPTH."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return True
    return False


def arguments(value: object) -> Json:
    """Arguments of a call as a dict: an object as it is, JSON text decoded, anything else under `input`.

    What is nested too deep to be handled safely is passed on as text.
    """
    if isinstance(value, str):
        text = value
        if not text.strip():
            return {}
        if text.startswith("{}{"):  # a program that puts a stream together begins with an empty object
            text = text[2:]
        try:
            value = msgspec.json.decode(text)
        except (ValueError, RecursionError):
            return {"input": text}
        if not isinstance(value, dict):
            return {"input": text}
    if value is None:
        return {}
    if not isinstance(value, dict):
        value = {"input": value}
    if not shallow(value):
        return {"input": "(nested too deep)"}
    return value


def plain_text(content: object) -> str:
    """Text of a content field: a string, or a list of parts of which the text is taken."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(text for part in content if (text := _part_text(part)))
    return ""


def _part_text(part: object) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        for name in ("text", "content"):
            if isinstance(part.get(name), str):
                return str(part[name])
    return ""


def opened(text: str) -> tuple[str, bool]:
    """Take a tool's answer out of the envelope of the Model Context Protocol that it was logged in, where it is in one.

    A `CallToolResult` is `{"content": [{"type": "text", "text": …}], "isError": …}`, and servers behind servers put
    one into another; some logs keep a lone content block, or what Python prints of an answer. Gives the text, and
    whether an envelope says that it failed.
    """
    failed = False
    for _ in range(MAX_ENVELOPES):
        if _PRINTED_ENVELOPE.match(text):
            inner = _printed(text)
            if not inner:
                break
            failed = failed or _PRINTED_FAILURE.search(text[-MAX_ENDING:]) is not None
            text = "\n".join(inner)
            continue
        if not text.startswith("{") or '"text"' not in text:
            break
        try:
            envelope = msgspec.json.decode(text, type=_Envelope)
        except (ValueError, RecursionError):
            break
        blocks = [envelope] if envelope.content is None else envelope.content
        inner = [block.text for block in blocks if block.type == "text" and block.text is not None]
        if not inner or len(inner) != len(blocks):
            break
        failed = failed or bool(envelope.isError) or envelope.error is True
        text = "\n".join(inner)
    return text, failed


def _printed(text: str) -> list[str]:
    """Return the texts of an answer as Python prints it; none where one cannot be read."""
    try:
        return [str(ast.literal_eval(found[1])) for found in _PRINTED_TEXT.finditer(text)]
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []


class _Block(msgspec.Struct):
    type: str = ""
    text: str | None = None


class _Envelope(_Block, forbid_unknown_fields=True):
    content: list[_Block] | None = None
    annotations: Any = None
    error: Any = None
    isError: Any = None  # noqa: N815 - MCP's spelling
    structuredContent: Any = None  # noqa: N815 - MCP's spelling
    meta: Any = None
    extension: Any = msgspec.field(default=None, name="_meta")


def replaced(old: str, new: str) -> str:
    """Unified diff hunk that replaces `old` by `new`, where the place in the file is not known."""
    before, after = lines_of(old), lines_of(new)
    head = f"@@ -{min(len(before), 1)},{len(before)} +{min(len(after), 1)},{len(after)} @@"
    return "\n".join([head, *("-" + line for line in before), *("+" + line for line in after)])


def lines_of(text: str) -> list[str]:
    """Lines as version control knows them: only a line feed ends one."""
    return text.removesuffix("\n").split("\n") if text else []


class Call(msgspec.Struct):
    """What a decoder remembers of a call until its result comes."""

    tool: str = ""
    args: Json = {}
    server: str | None = None
    """The server of the Model Context Protocol that has the tool, if one has."""


class Recent(Generic[Key, Value]):
    """A mapping that remembers its newest entries only, so that a decoder's memory is bounded on any file."""

    __slots__ = ("_items", "_limit")

    def __init__(self, limit: int = MEMORY) -> None:
        self._items: OrderedDict[Key, Value] = OrderedDict()
        self._limit = limit

    def __setitem__(self, key: Key, value: Value) -> None:
        self._items[key] = value
        if len(self._items) > self._limit:
            self._items.popitem(last=False)

    def __contains__(self, key: Key) -> bool:
        return key in self._items

    def fresh(self, key: Key | None, value: Value) -> Key | None:
        """Return a key that is not remembered, and remember it from now on; None for one that is."""
        if key is None or key in self._items:
            return None
        self[key] = value
        return key

    def get(self, key: Key | None) -> Value | None:
        """Return the value under `key`, if it is still remembered."""
        return None if key is None else self._items.get(key)

    def pop(self, key: Key | None) -> Value | None:
        """Return the value under `key` and forget it."""
        return None if key is None else self._items.pop(key, None)
