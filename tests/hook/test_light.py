"""What an agent waits for imports next to nothing, and nothing of it needs a system that has local sockets."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assure_tui.app.hook import client
from assure_tui.app.hook.server import HookServer


def test_the_client_imports_next_to_nothing() -> None:
    code = "import sys, assure_tui.app.__main__, assure_tui.app.hook.client; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    modules = set(done.stdout.split())
    assert not {name.split(".")[0] for name in modules} & {
        "pydantic", "textual", "cryptography", "msgspec", "cel", "sqlite3", "tree_sitter", "asyncio", "platformdirs",
    }  # fmt: skip
    ours = {name for name in modules if name.startswith("assure_tui.")}
    assert ours <= {
        "assure_tui.app", "assure_tui.app.__main__", "assure_tui.app.neutral", "assure_tui.app.hook",
        "assure_tui.app.hook.client", "assure_tui.app.hook.place", "assure_tui.app.hook.protocols",
    }  # fmt: skip


def test_without_local_sockets_the_hook_decides_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    assert client.ask_workstation({}, str(tmp_path / "socket")) is None
    server = HookServer(tmp_path, None, lambda _: [], {}, lock=threading.RLock(), wait=0.0)  # type: ignore[arg-type]
    server.start()
    assert "decide by themselves" in server.problem
    server.stop()
