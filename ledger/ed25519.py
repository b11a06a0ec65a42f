"""Ed25519 keys, behind the one import of `cryptography` that signing and verifying need."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64

_P: Final = 2**255 - 19
_ORDER_8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_LOW_ORDER_Y: Final = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})
"""The y coordinates of the eight points of small order: under such a key one signature fits every message."""


def is_sound(public: bytes) -> bool:
    """Whether the bytes are a canonically encoded point that is not of small order."""
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    return len(public) == KEY_SIZE and y < _P and y not in _LOW_ORDER_Y


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature over the message was made with the key (RFC 8032)."""
    if not is_sound(public) or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


__all__ = ["KEY_SIZE", "SIGNATURE_SIZE", "Ed25519PrivateKey", "Ed25519PublicKey", "is_sound", "verifies"]
