r"""Canonical JSON (RFC 8785) for the subset the ledger allows.

The subset has ASCII keys, integers within ±(2^53-1), strings without lone surrogates, and no floats. In it Python's own
encoder with sorted keys and no spaces writes exactly the bytes of RFC 8785: ASCII keys sort alike as code points and as
UTF-16 units, and both escape only `"`, `\` and the control characters.
"""

from __future__ import annotations

import json
from typing import Any

from assure_tui.ledger.errors import EntryError, LedgerError

MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 8785 section 3.2.2.3, RFC 7493)."""

MAX_DEPTH = 32
"""Deepest nesting of lists and objects: no reader's stack is at risk."""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value of the subset; raise EntryError for any other value."""
    check(value)
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        raise EntryError("a string holds a lone surrogate, which UTF-8 cannot carry: replace it first") from None


def json_object(data: bytes, name: str, error: type[LedgerError]) -> dict[str, Any]:
    """Parse what must be a JSON object; raise `error`, which says so of `name`, for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise error(f"{name} is not JSON") from None
    if not isinstance(value, dict):
        raise error(f"{name} is not a JSON object")
    return value


def check(value: Any, depth: int = 0) -> None:
    """Raise EntryError unless the value is of the subset. Exact types only: a subclass may encode as anything."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            raise EntryError("an integer is beyond ±(2^53-1), where JSON readers lose digits: write it as a string")
        return
    if depth >= MAX_DEPTH:
        raise EntryError(f"a JSON value is nested deeper than {MAX_DEPTH} levels: flatten it")
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise EntryError("an object has a key that is not an ASCII string: rename it")
            check(item, depth + 1)
    elif kind is list or kind is tuple:
        for item in value:
            check(item, depth + 1)
    elif kind is float:
        raise EntryError("a float has no canonical form here: write an integer or a decimal string")
    else:
        raise EntryError(f"a value of type {kind.__name__} is not JSON: convert it first")
