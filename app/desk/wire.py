"""Values as JSON, for the index and for digests: deterministic, and whatever text a log can hold."""

from __future__ import annotations

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="deterministic")


def encode(value: Any) -> bytes:
    """Give a value as JSON; lone surrogates, which UTF-8 cannot hold, become question marks."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_scrub(msgspec.to_builtins(value, str_keys=True)))


def storable(text: str) -> str:
    """Replace lone surrogates, which neither UTF-8 nor SQLite can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _scrub(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(name): _scrub(item) for name, item in value.items()}
        case list():
            return [_scrub(item) for item in value]
        case _:
            return value
