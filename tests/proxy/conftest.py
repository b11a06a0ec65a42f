"""Servers before which the witness stands: one that says just what it is told, and one of the `mcp` package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ECHO = """
import sys
said = open(sys.argv[1], "wb", buffering=0)
replies = open(sys.argv[2], "rb").read()
first = True
for line in sys.stdin.buffer:
    said.write(line)
    if first:
        sys.stdout.buffer.write(replies)
        sys.stdout.buffer.flush()
        first = False
sys.exit(7)
"""
"""A server that writes down all it hears, answers the first line with given bytes, and ends with 7."""


class Bench:
    """One proxy before the server that is told what to say."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.heard = folder / "heard"
        self._script = folder / "server.py"
        self._script.write_text(ECHO)
        self._replies = folder / "replies"

    def run(self, sent: bytes, replies: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Send bytes through the proxy and give what came back."""
        self._replies.write_bytes(replies)
        server = [sys.executable, str(self._script), str(self.heard), str(self._replies)]
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "assure_tui.app",
                "mcp-proxy",
                "--home",
                str(self.home),
                "--name",
                "desk",
                "--",
                *server,
            ],
            input=sent,
            capture_output=True,
            timeout=60,
            check=False,
        )

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
