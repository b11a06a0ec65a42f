"""Chats in OpenAI's form: a JSON document, a bare list of messages, or JSON Lines of messages or whole chats.

A tool's answer has no status in this form. It counts as failed when the message says so (`"is_error": true`) or when
the answer says so at its very start; otherwise the tool is taken to have done what it was asked. Agents that run shells
in this form (mini-swe-agent, Mistral Vibe) write the exit code at the start or the end of the answer.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoded, Decoder, DocumentDecoder, Draft, Head, Json
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, plain_text, says_error
from assure_tui.ingest.framing import sanitise
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    ExitSource,
    ResultStatus,
    RunStarted,
    SourceInfo,
    ToolCall,
    ToolResult,
    ToolsDefined,
    UserTurn,
)

NAME = "openai-chat"
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
MAX_OPEN = 4096
"""Calls without a result that are remembered per run, for results that name no call."""
MAX_RUNS = 1024

_EXIT = re.compile(r"\A\s{0,8}<returncode>(-?\d{1,9})</returncode>|(?:\A|\n)returncode: (-?\d{1,9})\s{0,8}\Z")
_ROLE = rb'"role"\s{0,64}:\s{0,64}"(?:system|developer|user|assistant|tool|function)"'
_HAS_ROLE = re.compile(_ROLE)
_MESSAGES = re.compile(rb'"messages"\s{0,64}:\s{0,64}\[\s{0,64}\{')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\Z)|[{}\[\]]', re.DOTALL)
_ANTHROPIC = re.compile(rb'"type"\s{0,64}:\s{0,64}"tool_(?:use|result)"')


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: Any = None


class _ToolCall(msgspec.Struct):
    id: str | None = None
    function: _Function | None = None
    custom: _Function | None = None
    name: str | None = None
    arguments: Any = None
    input: Any = None


class _Message(msgspec.Struct):
    role: str = ""
    content: Any = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None
    function_call: _Function | None = None
    tool_call_id: str | None = None
    name: str | None = None
    is_error: bool | None = None
    timestamp: Any = None
    created_at: Any = None


class _Chat(msgspec.Struct):
    messages: list[msgspec.Raw] | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    id: Any = None
    session_id: Any = None
    conversation_id: Any = None
    model: str | None = None
    created: Any = None
    role: str | None = None

    @property
    def native_id(self) -> str | None:
        """The chat's own id, whatever its field is called."""
        found = self.session_id or self.conversation_id or self.id
        return str(found) if isinstance(found, str | int) and found != "" else None


_chat_decoder = msgspec.json.Decoder(_Chat)
_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_message_decoder = msgspec.json.Decoder(_Message)


class _Talk:
    """One chat: pairs answers with calls."""

    __slots__ = ("_answered", "_asked", "by_name", "native", "run")

    def __init__(self, run: str, native: str) -> None:
        self.run = run
        self.native = native
        self.by_name: deque[tuple[str, str]] = deque(maxlen=MAX_OPEN)
        """Open calls, name and id, for answers that name no call."""
        self._asked: list[tuple[int, str]] = []
        self._answered = False
        """The last message is a tool's: the same prompt again was put there by the program around the agent."""

    def message(self, message: _Message, draft: Draft, prefix: str = "") -> None:
        """Turn one message into events; `prefix` comes before the block indices."""
        draft.at(run=self.run, time=epoch(message.timestamp) or epoch(message.created_at))
        self._step(message, draft, prefix)
        self._answered = message.role in {"tool", "function"}

    def _step(self, message: _Message, draft: Draft, prefix: str) -> None:
        match message.role:
            case "assistant":
                self._assistant(message, draft, prefix)
            case "tool" | "function":
                self._answer(message, draft, prefix)
            case "user":
                texts = list(_texts(message.content))
                again = self._answered and texts == self._asked
                self._asked = texts
                for index, text in texts:
                    draft.add(UserTurn, f"{prefix}{index}", text=text, synthetic=again)
            case "system" | "developer":
                for index, text in _texts(message.content):
                    draft.add(UserTurn, f"{prefix}{index}", text=text, synthetic=True, system=True)
            case role:
                draft.unknown = f"role {role}"

    def _assistant(self, message: _Message, draft: Draft, prefix: str) -> None:
        calls = list(message.tool_calls or ())
        if message.function_call is not None:
            calls.append(_ToolCall(function=message.function_call))
        index = -1
        for index, text in _texts(message.content):
            draft.add(AgentText, f"{prefix}{index}", text=text, channel="commentary" if calls else "final")
        if message.refusal:
            index += 1
            draft.add(AgentText, f"{prefix}{index}", text=message.refusal, channel="commentary" if calls else "final")
        for call in calls:
            index += 1
            self._call(call, f"{prefix}{index}", draft)
        if not calls:
            draft.add(Boundary, f"{prefix}end", what="turn_end")

    def _call(self, call: _ToolCall, block: str, draft: Draft) -> None:
        function = call.function or call.custom or _Function(call.name, call.arguments or call.input)
        name = function.name or ""
        call_id = call.id or draft.event_id(block)
        self.by_name.append((name, call_id))
        draft.add(ToolCall, block, call_id=call_id, tool=name, args=arguments(function.arguments))

    def _answer(self, message: _Message, draft: Draft, prefix: str) -> None:
        call_id = message.tool_call_id or self._open(message.name) or draft.event_id(f"{prefix}0")
        self._close(call_id)
        text = plain_text(message.content)
        status: ResultStatus = "succeeded"
        if message.is_error or (message.is_error is None and says_error(text)):
            status = "failed"
        found = _EXIT.search(text)
        code = int(found[1] or found[2]) if found else None
        source: ExitSource = "none" if code is None else "text"
        if code:
            status = "failed"
        draft.add(
            ToolResult, f"{prefix}0", call_id=call_id, text=text, status=status, exit_code=code, exit_source=source
        )

    def _open(self, name: str | None) -> str | None:
        """The oldest open call, of that name if one is given."""
        return next((call_id for called, call_id in self.by_name if name is None or called == name), None)

    def _close(self, call_id: str) -> None:
        for entry in self.by_name:
            if entry[1] == call_id:
                self.by_name.remove(entry)
                return

    def start(self, chat: _Chat, draft: Draft, prefix: str = "") -> None:
        """Tell of the chat itself: its run, its model, its tools."""
        draft.at(run=self.run)
        draft.add(RunStarted, f"{prefix}run", native_id=self.native, agent=NAME, adapter=NAME, model=chat.model)
        tools = _tools(chat.tools or chat.functions or [])
        if tools:
            draft.add(ToolsDefined, f"{prefix}tools", tools=tools)


class ChatLinesDecoder(Decoder):
    """Reads JSON Lines: each line a message of one chat, or a whole chat."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._talk: _Talk | None = None
        self._chats: Recent[str, int] = Recent(MAX_RUNS)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        chat = _chat_decoder.decode(data)
        if chat.messages is not None:
            self._whole(chat, [_message_decoder.decode(raw) for raw in chat.messages], draft)
        elif chat.role in ROLES:
            message = _message_decoder.decode(data)
            if self._talk is None:
                self._talk = _Talk(run_id(NAME, self.stem, self.stem, self.salt), self.stem)
                self._talk.start(_Chat(), draft)
            self._talk.message(message, draft)
        elif chat.tools or chat.functions or chat.native_id:
            if self._talk is None:
                native = chat.native_id or self.stem
                self._talk = _Talk(run_id(NAME, native, self.stem, self.salt), native)
            self._talk.start(chat, draft)
        else:
            draft.unknown = "no message"

    def _whole(self, chat: _Chat, messages: list[_Message], draft: Draft) -> None:
        native = chat.native_id or f"{self.stem}:{draft.origin.at.line}"
        again = (self._chats.get(native) or 0) + 1
        self._chats[native] = again
        talk = _Talk(run_id(NAME, native if again == 1 else f"{native}:{again}", self.stem, self.salt), native)
        draft.time = epoch(chat.created)
        talk.start(chat, draft)
        for index, message in enumerate(messages):
            talk.message(message, draft, f"{index}.")
        draft.add(Boundary, "end", what="run_end")


class ChatDocumentDecoder(DocumentDecoder):
    """Reads a JSON document: `{"messages": […]}` or a bare list of messages. Records are the messages."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        try:
            chat = _parse(data)
        except (ValueError, RecursionError):
            chat = _parse(sanitise(data))
        native = chat.native_id or self.stem
        talk = _Talk(run_id(NAME, native, self.stem, self.salt), native)
        return self.items(chat.messages or (), _message_decoder, lambda draft: talk.start(chat, draft), talk.message)


def _parse(data: bytes) -> _Chat:
    data = data.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\0")
    if data.startswith(b"["):
        return _Chat(messages=_list_decoder.decode(data))
    return _chat_decoder.decode(data)


def _texts(content: Any) -> list[tuple[int, str]]:
    """Texts of a message's content with their block index; empty texts say nothing."""
    if isinstance(content, str):
        return [(0, content)] if content else []
    if not isinstance(content, list):
        return []
    return [(index, text) for index, part in enumerate(content) if (text := plain_text([part]))]


def _tools(definitions: list[Any]) -> Json:
    tools: Json = {}
    for definition in definitions:
        inner = definition.get("function", definition) if isinstance(definition, dict) else None
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            tools[inner["name"]] = inner
    return tools


def _is_chat(record: Json) -> bool:
    messages = record.get("messages")
    if isinstance(messages, list):
        return any(isinstance(message, dict) and message.get("role") in ROLES for message in messages[:4])
    return record.get("role") in ROLES and ("content" in record or "tool_calls" in record) and "parts" not in record


def recognises_lines(head: Head) -> bool:
    """Tell JSON Lines by their objects."""
    return head.is_lines and any(_is_chat(record) for record in head.objects[:4]) and not _ANTHROPIC.search(head.data)


def recognises_document(head: Head) -> bool:
    """Tell a document by its beginning: a list of messages, at the top or under `messages`."""
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.is_lines or _ANTHROPIC.search(data):
        return False
    if data.startswith(b"["):
        return data[1:].lstrip().startswith(b"{") and _HAS_ROLE.search(data[:8192]) is not None
    start = _MESSAGES.search(data) if data.startswith(b"{") else None
    return start is not None and _depth(data[: start.start()]) == 1 and _HAS_ROLE.search(data, start.end()) is not None


def _depth(data: bytes) -> int:
    """How many brackets are open after `data`, the beginning of a JSON text."""
    depth = 0
    for token in _TOKEN.findall(data):
        depth += 1 if token in b"{[" else -1 if token in b"}]" else 0
    return depth


LINES = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises_lines, decoder=ChatLinesDecoder)
DOCUMENT = Adapter(
    name=NAME,
    discipline="snapshot",
    complete=True,
    recognises=recognises_document,
    decoder=ChatDocumentDecoder,
    form="document",
)
