"""Servers before which the witness stands: one that says just what it is told, and one of the `mcp` package."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ECHO = """
import sys
said = open(sys.argv[1], "wb", buffering=0)
for line in sys.stdin.buffer:
    said.write(line)
sys.stdout.buffer.write(open(sys.argv[2], "rb").read())
sys.stdout.buffer.flush()
sys.exit(7)
"""
"""A server that writes down all it hears, then says given bytes, and ends with 7."""


class Bench:
    """One proxy before the server that is told what to say."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.heard = folder / "heard"
        self._script = folder / "server.py"
        self._script.write_text(ECHO)
        self._replies = folder / "replies"

    def command(self, replies: bytes = b"") -> list[str]:
        """Give the proxy's command, before a server that says `replies`."""
        self._replies.write_bytes(replies)
        server = [sys.executable, str(self._script), str(self.heard), str(self._replies)]
        proxy = [sys.executable, "-m", "assure_tui.app", "mcp-proxy", "--home", str(self.home), "--name", "desk"]
        return [*proxy, "--", *server]

    def run(self, sent: bytes, replies: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Send bytes through the proxy and give what came back."""
        return subprocess.run(self.command(replies), input=sent, capture_output=True, timeout=60, check=False)

    def start_apart(self, sent: bytes) -> None:
        """Send bytes through a proxy that this process did not start, as far as anybody can tell."""
        sending, out, done = (self.home.parent / name for name in ("sent", "out", "done"))
        sending.write_bytes(sent)
        line = f"{shlex.join(self.command())} <{sending} >{out} 2>&1; mv {out} {done}"
        subprocess.run(["sh", "-c", f"({line}) &"], check=True, start_new_session=True, timeout=60)

    def ended(self) -> bytes:
        """Give what came back, and an end mark, once the proxy that was started apart has ended."""
        done = self.home.parent / "done"
        return done.read_bytes() + b"." if done.exists() else b""

    def log(self) -> list[dict[str, Any]]:
        """Give what the witness wrote."""
        (path,) = (self.home / "witness").iterdir()
        return [json.loads(line) for line in path.read_bytes().splitlines()]

    @staticmethod
    def line(**message: Any) -> bytes:
        """Write one message."""
        return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"

    @classmethod
    def call(cls, number: int, tool: str, args: dict[str, Any], call_id: str = "") -> bytes:
        """Write a call of a tool."""
        params: dict[str, Any] = {"name": tool, "arguments": args}
        if call_id:
            params["_meta"] = {"claudecode/toolUseId": call_id}
        return cls.line(id=number, method="tools/call", params=params)

    @classmethod
    def said(cls, number: int, text: str, *, error: bool = False) -> bytes:
        """Write a server's answer to a call."""
        return cls.line(id=number, result={"content": [{"type": "text", "text": text}], "isError": error})


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
