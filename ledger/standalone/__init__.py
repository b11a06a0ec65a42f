"""The verifier that travels: one file that shares no code with this program, put into every bundle.

`assure_verify.py` is read and run by people who have not installed anything. It imports nothing but Python's standard
library, and `cryptography` if that is there; without it, the `openssl` program checks the signatures.
"""

from __future__ import annotations

from importlib.resources import files

NAME = "assure_verify.py"


def source() -> bytes:
    """Return the verifier's text."""
    return (files(__name__) / NAME).read_bytes()
