"""Stable identifiers: the same evidence gives the same id on every reading, in every order."""

from __future__ import annotations

from hashlib import blake2b


def digest(*parts: object, size: int = 6) -> str:
    """Hash the parts, each preceded by its length so that no two lists of parts collide."""
    encoded = [str(part).encode("utf-8", "surrogatepass") for part in parts]
    return blake2b(b"".join([b"%d:%b" % (len(data), data) for data in encoded]), digest_size=size).hexdigest()


def claim_id(event: str, span: tuple[int, int], kind: str) -> str:
    """Id of a claim: from its event, its span and its kind."""
    return "c-" + digest(event, span[0], span[1], kind)


def effect_id(event: str, index: int) -> str:
    """Id of the `index`-th effect of the call in event `event`."""
    return "e-" + digest(event, index)


def discrepancy_id(code: str, anchor: str) -> str:
    """Id of a discrepancy: from its code and its claim, else its first effect."""
    return "d-" + digest(code, anchor)


def gate_id(gate: str, call_id: str) -> str:
    """Id of a gate result: from the gate and the call that met it."""
    return "g-" + digest(gate, call_id, 0)


def input_id(code: str, event: str, span: tuple[int, int]) -> str:
    """Id of an input finding: from its code and the place of the text."""
    return "i-" + digest(code, event, span[0], span[1])


def row_id(feed: str, row: str) -> str:
    """Id of a feed row that no run accounts for."""
    return "u-" + digest(feed, row)
