"""Trajectories of mini-swe-agent: one JSON document, rewritten with each step.

The agent has one tool, a shell. Older versions read its command from a fenced block in the agent's words, newer ones
from a call; what came back stands in the next message, with the exit code as a field or in its first line.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, document_adapter, mended
from assure_tui.ingest.adapters.values import Ending, arguments, ended, epoch, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, UserTurn

NAME = "mini-swe-agent"
_SHELL = "bash"
_FENCES = ("```mswea_bash_command\n", "```bash\n", "```sh\n")
_SUBMITS = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
_REFUSED = "Command not executed"
_CODE = re.compile(r'\A\s{0,8}(?:<returncode>(-?\d{1,9})</returncode>|\{\s{0,8}"returncode":\s{0,8}(-?\d{1,9})\b)')
_LATE = re.compile(r"\A\s{0,8}(?:The last command[^\n]{0,1000} timed out|<timeout>)")
_MARKS = (b'"mini_version"', b'"trajectory_format"')
"""Keys that the format has; within a string they would stand with a backslash before the last quote."""
_OWN_FENCE, _FENCE, _ANSWERED = b"```mswea_bash_command", b"```bash\\n", b"<returncode>"


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: Any = None


class _Called(msgspec.Struct):
    id: str | None = None
    function: _Function | None = None


class _Action(msgspec.Struct):
    command: str | None = None
    tool_call_id: str | None = None


class _Extra(msgspec.Struct):
    actions: list[_Action] | None = None
    returncode: int | None = None
    timestamp: Any = None
    exit_status: str | None = None


class _Message(msgspec.Struct):
    role: str = ""
    content: Any = None
    tool_calls: list[_Called] | None = None
    tool_call_id: str | None = None
    extra: _Extra | None = None


class _Stats(msgspec.Struct):
    exit_status: str | None = None
    mini_version: str | None = None


class _Document(msgspec.Struct):
    messages: list[msgspec.Raw]
    info: _Stats | None = None


_document_decoder = msgspec.json.Decoder(_Document)
_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_message_decoder = msgspec.json.Decoder(_Message)


class MiniSweDecoder(DocumentDecoder):
    """Reads one trajectory. A record is a message."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        found = mended(data, _parse)
        reading = _Reading(found, run_id(NAME, self.stem, self.stem, self.salt), self.stem)
        return self.items(found.messages, _message_decoder, reading.message, start=reading.start)


def _parse(data: bytes) -> _Document:
    data = data.removeprefix(b"\xef\xbb\xbf").strip()
    return _Document(_list_decoder.decode(data)) if data.startswith(b"[") else _document_decoder.decode(data)


class _Reading:
    """One trajectory in the reading."""

    def __init__(self, document: _Document, run: str, native: str) -> None:
        self._info = document.info or _Stats()
        self._run = run
        self._native = native
        self._asked = False
        self._open: list[str] = []
        """Calls without a result."""
        self._submits = False

    def start(self, draft: Draft) -> None:
        """Tell of the run itself."""
        draft.at(run=self._run)
        version = self._info.mini_version
        draft.start(self._native, NAME, agent_version=version)

    def message(self, message: _Message, draft: Draft) -> None:
        """Turn one message into events."""
        draft.at(run=self._run, time=epoch(message.extra.timestamp) if message.extra is not None else None)
        text = plain_text(message.content)
        match message.role:
            case "system":
                draft.add(UserTurn, 0, text=text, synthetic=True, system=True)
            case "assistant":
                self._acted(message, text, draft)
            case "user" | "tool" if self._open:
                self._answered(message, text, draft)
            case "user":
                draft.add(UserTurn, 0, text=text, synthetic=self._asked)
                self._asked = True
            case "exit":
                status = message.extra.exit_status if message.extra is not None else None
                draft.add(Boundary, "end", what="run_end", detail=status)
            case role:
                draft.unknown = f"message {role}"

    def _acted(self, message: _Message, text: str, draft: Draft) -> None:
        self._open.clear()
        commands, words = _commands(message, text)
        self._submits = any(_SUBMITS in command for _, command in commands)
        if words.strip():
            ends = self._submits or not commands
            draft.add(AgentText, 0, text=words, channel="final" if ends else "commentary")
        for index, (native, command) in enumerate(commands, 1):
            call_id = native or draft.event_id(index)
            self._open.append(call_id)
            draft.call(index, call_id, _SHELL, {"command": command})

    def _answered(self, message: _Message, text: str, draft: Draft) -> None:
        call_id = message.tool_call_id if message.tool_call_id in self._open else self._open[0]
        self._open.remove(call_id)
        status, code, source = _outcome(message, text)
        draft.result(
            0,
            call_id,
            text,
            "succeeded" if self._submits and status == "unknown" else status,
            code,
            source,
            denied_by="user",
        )
        if self._submits and status != "denied":
            draft.add(Boundary, "end", what="run_end", detail=self._info.exit_status)


def _commands(message: _Message, text: str) -> tuple[list[tuple[str | None, str]], str]:
    """Return the commands of a message with their calls' ids, and the agent's words without them."""
    actions = message.extra.actions if message.extra is not None else None
    called = [(one.tool_call_id, one.command) for one in actions or () if one.command]
    if not called:
        functions = [(one.id, arguments(one.function.arguments)) for one in message.tool_calls or () if one.function]
        called = [(one, args["command"]) for one, args in functions if isinstance(args.get("command"), str)]
    start, fence = max((text.rfind(fence), fence) for fence in _FENCES)
    if start < 0:
        return called, text
    end = text.find("\n```", start)
    block = text[start + len(fence) : end if end >= 0 else len(text)].strip()
    words = text[:start].removesuffix("\n")
    return called or ([(None, block)] if block else []), words


def _outcome(message: _Message, text: str) -> Ending:
    code, source = message.extra.returncode if message.extra is not None else None, "structured"
    found = _CODE.match(text)
    if code is None and found is not None:
        code, source = int(found[1] or found[2]), "text"
    if code is not None:
        return ended(code, "text" if source == "text" else "structured")
    if text.startswith(_REFUSED):
        return "denied", None, "none"
    return "failed" if _LATE.match(text) else "unknown", None, "none"


def recognises(head: Head) -> bool:
    """Tell a trajectory by its version's mark, or by the block and the answer of older ones."""
    if head.is_lines or b'"role"' not in head.data:
        return False
    if any(mark in head.data for mark in _MARKS):
        return True
    if b'"tool_calls"' in head.data:
        return False
    return _OWN_FENCE in head.data or (_FENCE in head.data and _ANSWERED in head.data)


ADAPTER = document_adapter(NAME, recognises, MiniSweDecoder)
