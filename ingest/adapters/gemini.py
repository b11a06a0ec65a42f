"""Gemini CLI session files: JSONL since 2026, a document told as changes; before, that document.

The first line holds the session's ids. A line with an `id` puts or replaces a message; `{"$set": …}` changes fields, of
which `messages` repeats all of them; `{"$rewindTo": id}` takes back what came since. A message is written again when
its calls are done, so each part of it becomes an event when it is first seen.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import (
    Adapter,
    Decoded,
    Decoder,
    DocumentDecoder,
    Draft,
    Head,
    document_adapter,
    mended,
)
from assure_tui.ingest.adapters.function_response import RESPONSE, answer_of, files_of
from assure_tui.ingest.adapters.plan import Plan
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, SourceInfo, UserTurn

NAME = "gemini-cli"
MAX_STEPS = 1000
_OPEN = frozenset({"validating", "scheduled", "awaiting_approval", "executing"})
_INJECTED = "<session_context>"
_FOLDER = re.compile(r"Workspace Directories:[*]{0,2}\s{0,8}\n\s{0,8}- ([^\n]{1,4096})")
_MARKS = tuple(
    re.compile(rb'"' + name + rb'"\s{0,64}:\s{0,64}' + value)
    for name, value in ((b"sessionId", b'"'), (b"projectHash", b'"'), (b"startTime", b'"'), (b"messages", rb"\["))
)


class _Tool(msgspec.Struct, rename="camel"):
    id: str | None = None
    name: str = ""
    args: Any = None
    status: str = ""
    result: Any = None
    result_display: Any = None
    description: str | None = None
    agent_id: str | None = None


class _Message(msgspec.Struct, rename="camel"):
    id: str | None = None
    timestamp: Any = None
    type: str = ""
    content: Any = None
    model: str | None = None
    tool_calls: list[_Tool] | None = None


class _Set(msgspec.Struct, rename="camel"):
    session_id: str | None = None
    messages: list[_Message] | None = None


class _Line(_Message, rename="camel"):
    session_id: str | None = None
    project_hash: str | None = None
    start_time: Any = None
    kind: str | None = None
    set: _Set | None = msgspec.field(default=None, name="$set")
    rewind_to: str | None = msgspec.field(default=None, name="$rewindTo")


_line_decoder = msgspec.json.Decoder(_Line)


class _Known(msgspec.Struct):
    """What was told of a message so far."""

    said: str = ""
    calls: set[str] = msgspec.field(default_factory=set)
    ended: set[str] = msgspec.field(default_factory=set)


class _Document(msgspec.Struct, rename="camel"):
    session_id: str | None = None
    start_time: Any = None
    kind: str | None = None
    messages: list[msgspec.Raw] = []


_document_decoder = msgspec.json.Decoder(_Document)
_message_decoder = msgspec.json.Decoder(_Message)


class _Session:
    """One session in the reading."""

    def __init__(self, source: SourceInfo, stem: str, salt: str) -> None:
        self.run = run_id(NAME, stem, stem, salt)
        self._source = source
        self._stem = stem
        self._salt = salt
        self._native = stem
        self._known: Recent[str, _Known] = Recent()
        self._model: str | None = None
        self._cwd: str | None = None
        self._plan = Plan()
        self._speaking = False
        """The agent has spoken or acted since the user last did."""

    def start(self, about: _Line | _Document, draft: Draft) -> None:
        """Tell of the session itself."""
        self._native = about.session_id or self._stem
        self.run = run_id(NAME, self._native, self._native, self._salt)
        draft.at(run=self.run, time=epoch(about.start_time))
        folder = self._source.path.rpartition("/")[0].rpartition("/")[2]
        child = about.kind == "subagent" and folder != "chats"
        draft.start(self._native, NAME, parent=run_id(NAME, folder, folder) if child else None)

    def rewind(self, draft: Draft) -> None:
        """Tell that what came since an earlier message was taken back."""
        self._speaking = False
        draft.add(Boundary, 0, what="rewind")

    def message(self, message: _Message, draft: Draft) -> None:
        """Turn what is new of a message into events."""
        draft.at(run=self.run, time=epoch(message.timestamp))
        name = message.id or draft.event_id("message")
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = _Known()
        match message.type:
            case "user":
                self._user(message, name, known, draft)
            case "gemini":
                self._agent(message, name, known, draft)
            case "error" if not known.said:
                known.said = "told"
                draft.add(Boundary, f"{name}.0", what="api_error", detail=plain_text(message.content)[:400])
            case "info" | "warning" | "error":
                return
            case kind:
                draft.unknown = kind or "(no type)"

    def _user(self, message: _Message, name: str, known: _Known, draft: Draft) -> None:
        if known.said:
            return
        known.said = "told"
        if isinstance(message.content, list) and any(
            isinstance(part, dict) and RESPONSE in part for part in message.content
        ):
            return  # a result again, which stands with its call, too
        text = plain_text(message.content)
        injected = text.startswith(_INJECTED)
        if injected and (found := _FOLDER.search(text)) and found[1] != self._cwd:
            self._cwd = found[1].strip()
            draft.start(self._native, NAME, block=f"{name}.cwd", cwd=self._cwd)
        if not injected and self._speaking:
            self._speaking = False
            draft.add(Boundary, f"{name}.end", what="turn_end")
        draft.add(UserTurn, f"{name}.0", text=text, synthetic=injected)

    def _agent(self, message: _Message, name: str, known: _Known, draft: Draft) -> None:
        if message.model and message.model != self._model:
            self._model = message.model
            draft.start(self._native, NAME, block=f"{name}.model", model=self._model)
        text = plain_text(message.content)
        fresh = text.removeprefix(known.said) if text.startswith(known.said) else text
        if fresh.strip():
            draft.add(AgentText, f"{name}.{len(known.said)}", text=fresh)
            known.said = text
            self._speaking = True
        for number, tool in enumerate(message.tool_calls or ()):
            self._call(tool, f"{name}.call{number}", known, draft)

    def _call(self, tool: _Tool, block: str, known: _Known, draft: Draft) -> None:
        call_id = tool.id or f"{draft.event_id(block)}"
        if call_id not in known.calls:
            known.calls.add(call_id)
            self._speaking = True
            shown = tool.description if isinstance(tool.description, str) else None
            args = arguments(tool.args)
            draft.call(block, call_id, tool.name, args, description=shown)
            if isinstance(args.get("todos"), list):
                self._plan.now(args["todos"][:MAX_STEPS], "description", draft, f"{block}.")
        if tool.status in _OPEN or call_id in known.ended:
            return
        known.ended.add(call_id)
        answer = answer_of(tool.name, tool.status, tool.result, tool.result_display)
        files = files_of(tool.args, tool.result_display) if answer.status == "succeeded" else ()
        draft.result(f"{block}.result", call_id, *answer, files=files)


class GeminiDecoder(Decoder):
    """Reads one session file in lines."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._session = _Session(source, stem, salt)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = _line_decoder.decode(data)
        if line.project_hash is not None and line.session_id is not None and not line.type:
            self._session.start(line, draft)
            return
        draft.at(run=self._session.run, time=epoch(line.timestamp))
        if line.rewind_to is not None:
            self._session.rewind(draft)
        elif line.set is not None:
            for message in line.set.messages or ():
                self._session.message(message, draft)
        elif line.type:
            self._session.message(line, draft)
        else:
            draft.unknown = "(no type)"
            return
        draft.bookkeeping = not draft.events


class GeminiDocumentDecoder(DocumentDecoder):
    """Reads one session file of the older form. Records are the messages."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        document = mended(data, _document_decoder.decode)
        session = _Session(self.source, self.stem, self.salt)

        def start(draft: Draft) -> None:
            session.start(document, draft)

        return self.items(document.messages, _message_decoder, session.message, start=start)


def recognises(head: Head) -> bool:
    """Tell a session file by its first line."""
    return any(
        isinstance(record.get("sessionId"), str)
        and "projectHash" in record
        and "startTime" in record
        and "messages" not in record
        for record in head.objects[:2]
    )


def recognises_document(head: Head) -> bool:
    """Tell a session file of the older form by its beginning."""
    return head.data.lstrip().startswith(b"{") and all(mark.search(head.data[:4096]) for mark in _MARKS)


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=GeminiDecoder)
DOCUMENT = document_adapter(NAME, recognises_document, GeminiDocumentDecoder)
