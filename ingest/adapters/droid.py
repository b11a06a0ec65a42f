"""Session files of Factory Droid: JSONL, append-only, one record a line.

A header names the session and its folder; each message holds content blocks as Anthropic's Messages API has them. The
model stands in a file beside it, which is not read. A command's exit code is written only when it is not zero.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head, Json
from assure_tui.ingest.adapters.claude.wire import Block, Content
from assure_tui.ingest.adapters.codex.patch import files_of_patch
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.values import Call, Ending, Recent, arguments, epoch, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, SourceInfo, UserTurn

NAME = "droid"
_SHELL = "Execute"
_PATCH = "ApplyPatch"
_WRITERS = frozenset({"Create", "Edit", "MultiEdit"})
_FAILED = re.compile(r"\A\s{0,8}Error: Command failed \(exit code: (-?\d{1,9})\)")
_INJECTED = ("<system-reminder>", "<system-notification>")
"""How a text block begins that the program put beside what a person typed."""
_BOOKKEEPING = frozenset({"todo_state", "agent_turn_outcome"})
_SEAMS = {"compaction_state": "compaction", "session_end": "run_end"}


class _Message(msgspec.Struct):
    role: str = ""
    content: Content = None
    model: str | None = None


class _Record(msgspec.Struct):
    type: str = ""
    id: str | None = None
    timestamp: Any = None
    cwd: str | None = None
    version: Any = None
    message: _Message | None = None


_record_decoder = msgspec.json.Decoder(_Record)


class DroidDecoder(Decoder):
    """Reads one session file."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._native = stem
        self._run = run_id(NAME, stem, stem, salt)
        self._calls: Recent[str, Call] = Recent()
        self._speaking = False
        """The agent has spoken or acted since the user last did."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = _record_decoder.decode(data)
        draft.at(run=self._run, time=epoch(record.timestamp))
        match record.type:
            case "session_start":
                self._start(record, draft)
            case "message":
                draft.at(key=record.id)
                self._message(record.message or _Message(), draft)
            case kind if kind in _SEAMS:
                draft.add(Boundary, "seam", what=_SEAMS[kind])
            case kind if kind not in _BOOKKEEPING:
                draft.unknown = kind or "(no type)"
                return
        draft.bookkeeping = not draft.events

    def _start(self, record: _Record, draft: Draft) -> None:
        self._native = record.id or self.stem
        self._run = run_id(NAME, self._native, self.stem, self.salt)
        draft.at(run=self._run)
        draft.start(
            self._native,
            NAME,
            agent_version=record.version if isinstance(record.version, str) else None,
            cwd=record.cwd,
        )

    def _message(self, message: _Message, draft: Draft) -> None:
        content = [message.content] if isinstance(message.content, str) else message.content or []
        blocks = [Block("text", block) if isinstance(block, str) else block for block in content]
        match message.role:
            case "user":
                self._user(blocks, draft)
            case "assistant":
                self._agent(blocks, draft)
            case "system":
                draft.add(
                    UserTurn, 0, text="\n".join(block.text or "" for block in blocks), synthetic=True, system=True
                )
            case role:
                draft.unknown = f"message {role}"

    def _user(self, blocks: list[Block], draft: Draft) -> None:
        for index, block in enumerate(blocks):
            if block.type == "tool_result":
                self._result(block, index, draft)
            elif block.type == "text" and block.text:
                injected = block.text.lstrip()[:32].startswith(_INJECTED)
                if not injected and self._speaking:
                    self._speaking = False
                    draft.add(Boundary, "before", what="turn_end")
                draft.add(UserTurn, index, text=block.text, synthetic=injected)

    def _agent(self, blocks: list[Block], draft: Draft) -> None:
        for index, block in enumerate(blocks):
            if block.type == "tool_use":
                call_id, tool, args = block.id or draft.event_id(index), block.name or "", arguments(block.input)
                self._calls[call_id] = Call(tool, args)
                draft.call(index, call_id, tool, args)
            elif block.type == "text" and block.text and block.text.strip():
                draft.add(AgentText, index, text=block.text)
        self._speaking = self._speaking or bool(draft.events)

    def _result(self, block: Block, index: int, draft: Draft) -> None:
        call_id = block.tool_use_id or draft.event_id(index)
        call = self._calls.pop(call_id) or Call()
        text = plain_text(block.content)
        status, code, source = outcome(call.tool, text, failed=block.is_error is True)
        draft.result(index, call_id, text, status, code, source, files=files_of(call) if status == "succeeded" else ())


def outcome(tool: str, text: str, *, failed: bool) -> Ending:
    """Return how a call ended by what it printed, and by whether its record calls it an error."""
    found = _FAILED.match(text) if tool == _SHELL else None
    if found is not None:
        return "failed", int(found[1]), "text"
    if failed or text.startswith("Error: "):
        return "failed", None, "none"
    return "succeeded", 0 if tool == _SHELL else None, "implied" if tool == _SHELL else "none"


def files_of(call: Call) -> tuple[FileChange, ...]:
    """Return the files that a call changed."""
    patch = call.args.get("input") if call.tool == _PATCH else None
    if isinstance(patch, str):
        return files_of_patch(patch)
    if call.tool in _WRITERS:
        return edited(call.args, "create" if call.tool == "Create" else "edit")
    return ()


def recognises(head: Head) -> bool:
    """Tell a session file by its header and the messages after it."""
    records = head.objects[:8]
    if any(record.get("type") == "session_start" and isinstance(record.get("cwd"), str) for record in records[:1]):
        return len(records) == 1 or any(_is_message(record) for record in records)
    return False


def _is_message(record: Json) -> bool:
    message = record.get("message")
    return record.get("type") == "message" and isinstance(message, dict) and "content" in message


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=DroidDecoder)
