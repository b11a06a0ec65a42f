"""Encrypted PKCS#8 with a costly key derivation, which `cryptography` reads but cannot be asked to write.

Its own encryption derives the key with 2048 rounds of PBKDF2. Here it is PBES2 (RFC 8018) with PBKDF2-HMAC-SHA256 and
AES-256-CBC, as `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000` writes it.
"""

from __future__ import annotations

import base64
import os
import textwrap
from hashlib import pbkdf2_hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

ROUNDS: Final = 600_000
"""OWASP's figure for PBKDF2-HMAC-SHA256 (Password Storage Cheat Sheet, 2023)."""

_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_OID: Final = 0x06
_NULL: Final = bytes.fromhex("0500")
_PBES2: Final = bytes.fromhex("2a864886f70d01050d")
_PBKDF2: Final = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256: Final = bytes.fromhex("2a864886f70d0209")
_AES_256_CBC: Final = bytes.fromhex("60864801650304012a")


def encrypt(private_key_info: bytes, passphrase: bytes) -> bytes:
    """Return the PEM of an EncryptedPrivateKeyInfo around the DER of a PrivateKeyInfo (RFC 5958)."""
    salt, iv = os.urandom(16), os.urandom(16)
    key = pbkdf2_hmac("sha256", passphrase, salt, ROUNDS, 32)
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(private_key_info) + padder.finalize()) + encryptor.finalize()
    rounds = _der(_INTEGER, ROUNDS.to_bytes(ROUNDS.bit_length() // 8 + 1, "big"))
    prf = _der(_SEQUENCE, _der(_OID, _HMAC_SHA256), _NULL)
    derivation = _der(_SEQUENCE, _der(_OID, _PBKDF2), _der(_SEQUENCE, _der(_OCTETS, salt), rounds, prf))
    cipher = _der(_SEQUENCE, _der(_OID, _AES_256_CBC), _der(_OCTETS, iv))
    scheme = _der(_SEQUENCE, _der(_OID, _PBES2), _der(_SEQUENCE, derivation, cipher))
    body = base64.b64encode(_der(_SEQUENCE, scheme, _der(_OCTETS, sealed))).decode()
    lines = "\n".join(textwrap.wrap(body, 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{lines}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def _der(tag: int, *parts: bytes) -> bytes:
    """Return one DER value of less than 64 KiB."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
