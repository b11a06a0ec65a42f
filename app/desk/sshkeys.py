"""SSH keys that a seal can be signed with from a screen: without anything being asked on the terminal under it."""

from __future__ import annotations

import base64
import binascii
import shutil
import subprocess
from pathlib import Path
from typing import Final

from assure_tui.app.desk.views import SshChoice
from assure_tui.ledger import disk
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.sshsig import HARDWARE, SshSigner

MAX_FILES: Final = 64
MAX_PRIVATE: Final = 64 * 1024
AGENT_SECONDS: Final = 2.0
"""How long the agent may take to list its keys."""
_HEAD: Final = b"openssh-key-v1\0"
"""How a private key file begins, in base64 (OpenSSH PROTOCOL.key); the name of its cipher follows."""


def ssh_keys(folder: Path) -> list[SshChoice]:
    """Return the Ed25519 keys of a folder that the agent has, that a touch answers for, or that have no passphrase.

    Others are left out: `ssh-keygen` would ask for their passphrase on the terminal that the screen has.
    """
    try:
        files = sorted(folder.glob("*.pub"))[:MAX_FILES]
    except OSError:
        return []
    held = _agent_keys() if files else set()
    found: list[SshChoice] = []
    for public in files:
        try:
            signer = SshSigner.load(public)
            private = disk.read(public.with_suffix(""), MAX_PRIVATE)
        except (LedgerError, OSError):
            continue
        if str(signer.key) in held:
            found.append(SshChoice(name=signer.name, path=public, where="agent"))
        elif private is not None and signer.key.kind == HARDWARE:
            found.append(SshChoice(name=signer.name, path=public.with_suffix(""), where="security key"))
        elif private is not None and _is_open(private):
            found.append(SshChoice(name=signer.name, path=public.with_suffix(""), where="file"))
    return found


def _agent_keys() -> set[str]:
    """Return type and base64 of the keys that the agent has; none without an agent."""
    program = shutil.which("ssh-add")
    if program is None:
        return set()
    try:
        done = subprocess.run(  # noqa: S603 - no argument comes from outside
            [program, "-L"], capture_output=True, check=False, timeout=AGENT_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return set()
    lines = done.stdout.decode(errors="replace").splitlines() if done.returncode == 0 else []
    return {" ".join(line.split()[:2]) for line in lines}


def _is_open(private: bytes) -> bool:
    """Return whether a private key file is not encrypted."""
    body = b"".join(line for line in private.splitlines() if not line.startswith(b"-----"))
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return False
    return data.startswith(_HEAD + b"\0\0\0\4none")
