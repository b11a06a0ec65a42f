"""What the witness writes down: a log in the `assure` format (ingest/adapters/ASSURE.md), one for each server process.

It is evidence that neither the agent nor its log had a hand in. A call is on disk before the server gets it. The file
is read by the workstation like the log of any agent, gates and inputs included.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from assure_tui.app.proxy import messages
from assure_tui.app.proxy.messages import Id, Message

AGENT = "mcp-proxy"
MAX_TEXT = 1 << 20
"""Characters of a result that are kept."""
MAX_ARGS = 1 << 20
"""Bytes of a call's arguments that are kept."""
MAX_PENDING = 100_000
"""Requests without a response that are remembered."""
MAX_TOOLS = 5000


class Witness:
    """Writes calls, results and tool definitions of one server process, from any thread.

    A call whose agent gives it an id (`messages.call_id`) is known by it, so that both logs speak of the same call.
    """

    def __init__(self, folder: Path, server: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        self.session = f"{server}-{stamp}-{os.getpid()}"
        self.path = folder / f"{self.session}.jsonl"
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._lock = Lock()
        self._calls: dict[Id, str] = {}
        self._listings: dict[Id, bool] = {}
        """Requests for the tools; whether each asks for the first page."""
        self._tools: dict[str, Any] = {}
        self._known: dict[str, Any] | None = None
        self._count = 0
        self._write(
            {"type": "session", "format": "assure/1", "id": self.session, "agent": AGENT}
            | {"model": server, "cwd": str(Path.cwd())}
        )

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def asked(self, message: Message) -> str:
        """Take note of a request of the client; give the call's id when it is a call."""
        method, name = message.get("method"), messages.key(message)
        if method == messages.LIST and name is not None and len(self._listings) < MAX_PENDING:
            self._listings[name] = "cursor" not in messages.params(message)
        elif method == messages.CANCELLED:
            self._cancelled(messages.params(message))
        elif method == messages.CALL:
            return self._call(message, name)
        return ""

    def answered(self, message: Message) -> str:
        """Take note of a response of the server; give the call's id when it answers a call."""
        name = messages.key(message)
        if name in self._listings:
            self._listed(message, first=self._listings.pop(name))
        elif (call := self._calls.pop(name, None)) is not None:
            self.result(call, "failed" if messages.failed(message) else "succeeded", messages.shown(message))
            return call
        return ""

    def refused(self, message: Message, call: str, reason: str) -> None:
        """Take note of a call that the server never got."""
        self._calls.pop(messages.key(message), None)
        self.result(call, "denied", reason)

    def result(self, call: str, status: str, text: str) -> None:
        """Write what came of a call."""
        record = {"type": "tool_result", "call_id": call, "status": status, "text": text[:MAX_TEXT]}
        self._write(record | ({"truncated": True} if len(text) > MAX_TEXT else {}))

    def unread(self, side: str, line: bytes) -> None:
        """Write that a line could not be read, and was not passed on when it came from the client."""
        self._write({"type": "unreadable", "side": side, "size": len(line)})

    def ended(self, code: int) -> None:
        """Write that the server has ended; calls without a result stay without one."""
        self._write({"type": "agent", "text": f"The server ended with exit code {code}."})

    def _call(self, message: Message, name: Id) -> str:
        given = messages.params(message)
        self._count += 1
        call = messages.call_id(message) or f"{self.session}:{self._count}"
        args = given.get("arguments")
        body = messages.as_json(args if isinstance(args, dict) else {})
        record: dict[str, Any] = {"type": "tool_call", "call_id": call, "tool": str(given.get("name", ""))}
        if len(body) <= MAX_ARGS:
            record["args"] = args if isinstance(args, dict) else {}
        else:
            record |= {"args": {}, "description": f"arguments of {len(body)} bytes are left out"}
        if name is not None and len(self._calls) < MAX_PENDING:
            self._calls[name] = call
        self._write(record)
        return call

    def _cancelled(self, given: Mapping[str, Any]) -> None:
        name = given.get("requestId")
        call = self._calls.get(name) if isinstance(name, str | int) else None
        if call is not None:
            self.result(call, "running", "The client asked the server to stop.")

    def _listed(self, message: Message, *, first: bool) -> None:
        result = message.get("result")
        if not isinstance(result, dict) or not isinstance(result.get("tools"), list):
            return
        if first:
            self._tools = {}
        self._tools |= messages.definitions(result["tools"][:MAX_TOOLS])
        if result.get("nextCursor") is None and self._tools != self._known:
            self._known = dict(self._tools)
            self._write({"type": "tools", "tools": self._known})

    def _write(self, record: Mapping[str, Any]) -> None:
        line = messages.as_json({**record, "time": round(time.time(), 3)}) + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._file, line) :]
