"""Which processes started a process: an agent must not approve its own request through a command that it runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

MAX_DEPTH: Final = 32
_SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "fish", "ksh", "ash", "pwsh", "powershell", "cmd"})
_PS: Final = "/bin/ps"
_PS_SECONDS: Final = 2.0
_PROC: Final = Path("/proc/self/stat").exists()


def requester(pid: int) -> list[int]:
    """Return the processes of the agent that started the hook `pid`: the hook, shells around it, and the agent."""
    found = [pid]
    for parent, name in _parents(pid):
        found.append(parent)
        if name not in _SHELLS:
            break
    return found


def descends(pid: int, from_any: set[int]) -> bool:
    """Return whether a process is, or was started by, one of `from_any`."""
    return pid in from_any or any(parent in from_any for parent, _ in _parents(pid))


def _parents(pid: int) -> list[tuple[int, str]]:
    """Return the ancestors of a process with their names, nearest first; as far as the system tells."""
    found: list[tuple[int, str]] = []
    for _ in range(MAX_DEPTH):
        pid = _parent(pid)
        if pid <= 1:
            break
        found.append((pid, _name(pid)))
    return found


def _parent(pid: int) -> int:
    if _PROC:
        try:
            # The name stands in brackets and may hold anything; the parent is the second field behind them.
            return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return 0
    return _asked(pid, "ppid") if os.name == "posix" else 0


def _name(pid: int) -> str:
    if _PROC:
        try:
            return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""
    return Path(_ps(pid, "comm")).name.lstrip("-")


def _asked(pid: int, what: str) -> int:
    text = _ps(pid, what)
    return int(text) if text.isdigit() else 0


def _ps(pid: int, what: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system, and a number
            [_PS, "-o", f"{what}=", "-p", str(pid)], capture_output=True, text=True, timeout=_PS_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
