"""Where the workstation listens for hooks: a socket in a folder that nobody else can enter."""

from __future__ import annotations

import os
import stat
from typing import Final

MAX_SOCKET_PATH: Final = 100
"""Bytes that the path of a local socket may have on every system (104 on macOS, 108 on Linux, with a NUL)."""


def socket_path(folder: str) -> str:
    """Return the path of the socket of the installation whose hook keeps its state in `folder` (`Home.hook`)."""
    path = os.path.join(folder, "socket")  # noqa: PTH118 - the client does without pathlib
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    from hashlib import blake2b  # noqa: PLC0415 - few paths are so long

    name = blake2b(os.fsencode(folder), digest_size=12).hexdigest()
    return os.path.join("/tmp", f"assure-tui-{_user()}", name)  # noqa: PTH118, S108 - the folder is checked, see is_ours


def is_ours(path: str) -> bool:
    """Return whether only this user can put anything at `path`: its folder is theirs, closed to others, and no link."""
    try:
        status = os.lstat(os.path.dirname(path))  # noqa: PTH120 - see above
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == _user() and not status.st_mode & 0o077


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0
