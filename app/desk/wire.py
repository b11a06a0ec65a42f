"""Values as JSON, for the index and for digests: deterministic, and whatever text a log can hold."""

from __future__ import annotations

import os
from typing import Any, Final

import msgspec

_encoder = msgspec.json.Encoder(order="deterministic")
_sorted = msgspec.json.Encoder(order="sorted")
_BYTES: Final = "bytes:"
"""Begins a path that is not text; absolute paths begin differently."""


def encode(value: Any) -> bytes:
    """Return a value as JSON; lone surrogates, which UTF-8 cannot hold, become question marks."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(scrubbed(msgspec.to_builtins(value, str_keys=True)))


def encode_sorted(value: Any) -> bytes:
    """Return a value as JSON that comes out the same when it was read back as plain objects: all names are in order."""
    return _sorted.encode(scrubbed(msgspec.to_builtins(value, str_keys=True)))


def storable(text: str) -> str:
    """Replace lone surrogates, which neither UTF-8 nor SQLite can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def path_text(path: str | os.PathLike[str]) -> str:
    """Return an absolute path as text that SQLite can hold, whatever bytes the names of its files are."""
    text = os.fspath(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _BYTES + os.fsencode(text).hex()
    return text


def text_path(text: str) -> str:
    """Return the path that `path_text` made the text of."""
    return os.fsdecode(bytes.fromhex(text.removeprefix(_BYTES))) if text.startswith(_BYTES) else text


def scrubbed(value: Any) -> Any:
    """Replace lone surrogates in all text of a JSON value."""
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(name): scrubbed(item) for name, item in value.items()}
        case list() | tuple():
            return [scrubbed(item) for item in value]
        case _:
            return value
