"""Shows chosen fields of a content, with what proves that they are what the entry committed to (SPEC.md, Entry)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from assure_tui.ledger.entry import SALT_SIZE, Disclosure, commitment_of, field_digest, field_salt
from assure_tui.ledger.errors import EntryError
from assure_tui.ledger.jcs import canonical

_HEX = re.compile(r"(?:[0-9a-f]{2}){1,64}")


def reveal(commitment: str, disclosure: Disclosure, fields: Collection[str] | None) -> dict[str, Any]:
    """Return what shows these fields of a content, or all of it (None), as a JSON object.

    A content that was committed to whole can only be shown whole: of it, no field is shown unless all are.
    """
    value = json.loads(disclosure.content)
    if not isinstance(value, dict) or not value or disclosure.commitment() != commitment:
        return {"salt": disclosure.salt.hex(), "content": value} if fields is None else {}
    digests = {name: field_digest(disclosure.salt, name, canonical(item)) for name, item in value.items()}
    return {
        "digests": digests,
        "fields": {
            name: {"salt": field_salt(disclosure.salt, name).hex(), "value": item}
            for name, item in value.items()
            if fields is None or name in fields
        },
    }


def check_revealed(commitment: str, shown: dict[str, Any]) -> Any:
    """Return what is shown, an object with those fields or a whole content; EntryError unless it was committed to."""
    if set(shown) == {"salt", "content"}:
        disclosure = Disclosure(_bytes(shown["salt"]), canonical(shown["content"]))
        if not disclosure.opens(commitment):
            raise EntryError("a content that is shown is not what was committed to")
        return shown["content"]
    digests, fields = shown.get("digests"), shown.get("fields")
    if set(shown) != {"digests", "fields"} or not isinstance(digests, dict) or not isinstance(fields, dict):
        raise EntryError("a disclosure has another shape than one of the two that there are")
    if commitment_of(digests) != commitment:
        raise EntryError("the digests of a disclosure are not what was committed to")
    values = {}
    for name, field in fields.items():
        if not isinstance(field, dict) or set(field) != {"salt", "value"}:
            raise EntryError("a field that is shown has no salt or no value")
        opened = Disclosure(_bytes(field["salt"]), canonical(field["value"]))
        if opened.whole() != digests.get(name):
            raise EntryError(f"the field {name[:40]!r} that is shown is not what was committed to")
        values[name] = field["value"]
    return values


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str) or not _HEX.fullmatch(text) or len(text) != 2 * SALT_SIZE:
        raise EntryError(f"a salt is not {SALT_SIZE} bytes in hex")
    return bytes.fromhex(text)
