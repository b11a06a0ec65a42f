"""One chat: its messages as events, answers paired with calls.

A tool's answer has no status in these forms. It counts as failed when the message says so (`"is_error": true`) or when
the answer says so at its very start; otherwise the tool is taken to have done what it was asked. Agents that run shells
in this form (Mistral Vibe) write the exit code at the start or the end of the answer; others give an object with the
code and what was printed.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Draft, Json
from assure_tui.ingest.adapters.chat.wire import (
    QUIET_ITEMS,
    SAID,
    SILENT,
    Block,
    Call,
    Chat,
    Function,
    Message,
    calls_decoder,
    ran_decoder,
)
from assure_tui.ingest.adapters.endings import goes_on, refused_by, says_error, stated_code, was_cut
from assure_tui.ingest.adapters.values import arguments, epoch, one_of, opened, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, ResultStatus, ToolsDefined, UserTurn

MAX_OPEN = 4096
"""Calls without a result that are remembered per run, for results that name no call."""

_ENDED = re.compile(r"^(?:Process exited with code|Exit code:) (-?\d{1,9})$", re.MULTILINE)
_PRINTED = "\nOutput:\n"
MAX_OTHERS = 256
"""Sub-agents of one chat that are runs of their own; what others say is the chat's."""
MAX_HEAD = 400
"""Code points before what a command printed, in which a program tells how it ended."""
_ECHO = "tool_call"
"""A block that some programs write beside the message's list of calls, and others in its place."""
_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use", _ECHO})
_ITEM_CALLS = frozenset({"function_call", "custom_tool_call"})


class Talk:
    """One chat in the reading."""

    __slots__ = ("_agent", "_answered", "_asked", "_others", "_parent", "_spoken", "by_name", "native", "run")

    def __init__(self, agent: str, run: str, native: str, parent: str | None = None) -> None:
        self.run = run
        self.native = native
        self.by_name: deque[tuple[str, str]] = deque(maxlen=MAX_OPEN)
        """Open calls, name and id, for answers that name no call."""
        self._agent = agent
        self._parent = parent
        self._others: dict[str, Talk] = {}
        """Talks of sub-agents, by the names that their roles have."""
        self._asked: list[str] = []
        self._answered = False
        """The last message is a tool's: the same prompt again was put there by the program around the agent."""
        self._spoken = False
        """The agent spoke in an item of its own; whether its turn ends there shows only in what follows."""

    def start(self, chat: Chat, draft: Draft, prefix: str = "") -> None:
        """Tell of the chat itself: its run, its model, its tools."""
        draft.at(run=self.run)
        agent = self._agent
        draft.start(self.native, agent, block=f"{prefix}run", model=chat.model, parent=self._parent)
        tools = _tools(chat.tools or chat.functions or [])
        if tools:
            draft.add(ToolsDefined, f"{prefix}tools", tools=tools)

    def message(self, message: Message, draft: Draft, prefix: str = "") -> None:
        """Turn one message into events; `prefix` comes before the block indices."""
        if (other := self._other(message, draft)) is not None:
            other.message(msgspec.structs.replace(message, agent=None), draft, prefix)
            return
        time = epoch(message.timestamp) or epoch(message.created_at) or epoch(message.ts)
        time = time or epoch((message.beside or {}).get("timestamp"))
        draft.at(run=self.run, time=time)
        match message.role:
            case "assistant":
                self._assistant(message, draft, prefix)
            case "tool" | "function":
                self._answer(message, draft, prefix)
            case "user":
                self._user(message, draft, prefix)
            case "system" | "developer":
                for index, block in _blocks(message.content, draft):
                    if text := _words(block):
                        draft.add(UserTurn, f"{prefix}{index}", text=text, synthetic=True, system=True)
            case "" if message.type:
                self._item(message, draft, prefix)
            case role:
                draft.unknown = f"role {role}"

    def _other(self, message: Message, draft: Draft) -> Talk | None:
        """Return the talk of the sub-agent that speaks, or whose call is answered."""
        if message.role == "tool" and message.tool_call_id:
            asked = (other for other in self._others.values() if other.waits_for(message.tool_call_id))
            return next(asked, None)
        name = message.agent
        if name is None or (name not in self._others and len(self._others) >= MAX_OTHERS):
            return None
        if name not in self._others:
            native = f"{self.native}:{name}"
            other = self._others[name] = Talk(self._agent, run_id(self._agent, native, self.run), native, self.run)
            other.start(Chat(), draft, f"{name}.")
        return self._others[name]

    def waits_for(self, call_id: str) -> bool:
        """Return whether a call has no result yet."""
        return any(call_id == open_id for _, open_id in self.by_name)

    def _user(self, message: Message, draft: Draft, prefix: str) -> None:
        if self._spoken:
            draft.add(Boundary, f"{prefix}before", what="turn_end")
        self._spoken = False
        blocks = _blocks(message.content, draft)
        texts = [text for _, block in blocks if (text := _words(block))]
        again = self._answered and texts == self._asked
        answered = False
        for index, block in blocks:
            if block.type.endswith("tool_result"):
                self._result(block, f"{prefix}{index}", draft)
                answered = True
            elif text := _words(block):
                draft.add(UserTurn, f"{prefix}{index}", text=text, synthetic=again)
        self._asked = texts or self._asked
        self._answered = answered

    def _assistant(self, message: Message, draft: Draft, prefix: str) -> None:
        blocks = _blocks(message.content, draft)
        calls = _calls(message.tool_calls, draft)
        if message.function_call is not None:
            calls.append(Call(function=message.function_call))
        acts = bool(calls) or any(block.type in _CALLS for _, block in blocks)
        channel = "commentary" if acts else "final"
        for index, block in blocks:
            if block.type == _ECHO and calls:
                continue
            if block.type in _CALLS:
                native, args = block.id or block.tool_call_id, block.arguments if block.input is None else block.input
                self._call(block.name, native, args, f"{prefix}{index}", draft, server=block.server_name)
            elif block.type.endswith("tool_result"):
                self._result(block, f"{prefix}{index}", draft)
            elif text := _words(block):
                draft.add(AgentText, f"{prefix}{index}", text=text, channel=channel)
        index = blocks[-1][0] if blocks else -1
        if message.refusal:
            index += 1
            draft.add(AgentText, f"{prefix}{index}", text=message.refusal, channel=channel)
        for call in calls:
            index += 1
            function = call.function or call.custom or Function(call.name, call.arguments or call.input)
            self._call(function.name, call.id, function.arguments, f"{prefix}{index}", draft)
        self._answered = False
        self._spoken = not acts and any(block.type == "output_text" for _, block in blocks)
        if not acts and not self._spoken:
            draft.add(Boundary, f"{prefix}end", what="turn_end")

    def _item(self, item: Message, draft: Draft, prefix: str) -> None:
        """Take an item of the Responses API that is no message."""
        kind, block = item.type, f"{prefix}0"
        self._spoken = False
        if kind in _ITEM_CALLS:
            self._call(item.name, item.call_id or _id(item), item.arguments or item.input, block, draft)
        elif kind.endswith("_call_output"):
            self._told(item.call_id, item.output, item.is_error, block, draft)
            self._answered = True
        elif kind.endswith("_call"):
            self._hosted(item, block, f"{prefix}result", draft)
        elif kind in QUIET_ITEMS:
            draft.bookkeeping = True
        else:
            draft.unknown = f"item {kind}"

    def _hosted(self, item: Message, block: str, result: str, draft: Draft) -> None:
        """Take a call that the API ran itself: what came of it stands in the item, if anywhere."""
        call_id = item.call_id or _id(item) or draft.event_id(block)
        name = item.name or item.type.removesuffix("_call")
        asked = item.arguments or item.action or item.input
        self._call(name, call_id, asked, block, draft, server=item.server_label)
        told = item.error or item.output or item.outputs or item.results
        if told is not None:
            self._told(call_id, told, bool(item.error) or None, result, draft)

    def _call(
        self, name: str | None, native: str | None, args: object, block: str, draft: Draft, server: str | None = None
    ) -> None:
        call_id = native or draft.event_id(block)
        self.by_name.append((name or "", call_id))
        draft.call(block, call_id, name or "", arguments(args), mcp_server=server)

    def _answer(self, message: Message, draft: Draft, prefix: str) -> None:
        self._told(
            message.tool_call_id or self._open(message.name), message.content, message.is_error, f"{prefix}0", draft
        )
        self._answered = True

    def _result(self, block: Block, place: str, draft: Draft) -> None:
        call_id = block.tool_use_id or self._open(block.name)
        self._told(call_id, block.content, block.is_error, place, draft, refused=block.refused is True)

    def _told(
        self,
        call: str | None,
        content: object,
        is_error: bool | None,
        block: str,
        draft: Draft,
        *,
        refused: bool = False,
    ) -> None:
        call_id = call or draft.event_id(block)
        self._close(call_id)
        text, told_failed = opened(_answer_text(content))
        failed = is_error or (is_error is None and (told_failed or says_error(text)))
        text, code = _ran(text)
        status: ResultStatus = "failed" if failed or code else "running" if goes_on(text) else "succeeded"
        facts: Json = {}
        if (by := "user" if refused else refused_by(text)) is not None:
            status, facts = "denied", {"denied_by": by}
        elif was_cut(text):
            status, facts = "unknown", {"interrupted": True}
        draft.result(block, call_id, text, status, code, "text", facts=facts)

    def _open(self, name: str | None) -> str | None:
        """The oldest open call, of that name if one is given."""
        return next((call_id for called, call_id in self.by_name if name is None or called == name), None)

    def _close(self, call_id: str) -> None:
        for entry in self.by_name:
            if entry[1] == call_id:
                self.by_name.remove(entry)
                return


def _calls(listed: list[Call] | str | None, draft: Draft) -> list[Call]:
    """Return a message's calls, which some agents keep as JSON text in a column of a table."""
    if not isinstance(listed, str):
        return list(listed or ())
    if not listed:
        return []
    try:
        return calls_decoder.decode(listed)
    except (ValueError, RecursionError):
        draft.unknown = "calls of unexpected shape"
        return []


def _ran(text: str) -> tuple[str, int | None]:
    """Return what a command printed, and its exit code where the answer tells it."""
    if text.startswith("{") and '"' in text[:16]:
        try:
            ran = ran_decoder.decode(text)
        except (ValueError, RecursionError):
            return text, None
        printed = [one for one in (ran.output, ran.stdout, ran.stderr) if one]
        code = next((one for one in (ran.exit_code, ran.exitCode, ran.returncode) if one is not None), None)
        if code is not None and any(one is not None for one in (ran.output, ran.stdout)):
            return "\n".join(printed), code
    code = stated_code(text)
    if code is None and (end := text.find(_PRINTED)) >= 0:
        told = _ENDED.findall(text[max(end - MAX_HEAD, 0) : end])
        code = int(told[-1]) if told else None
    return text, code


def _blocks(content: object, draft: Draft) -> list[tuple[int, Block]]:
    """Return the blocks of a message's content with their index; a type that nobody here knows is counted."""
    if isinstance(content, str):
        return [(0, Block(text=content))] if content else []
    found: list[tuple[int, Block]] = []
    for index, part in enumerate(content if isinstance(content, list) else ()):
        try:
            block = Block(text=part) if isinstance(part, str) else msgspec.convert(part, Block)
        except msgspec.ValidationError:
            draft.unknown = "block of unexpected shape"
            continue
        if block.type not in SAID | _CALLS | SILENT and not block.type.endswith("tool_result"):
            draft.unknown = f"block {block.type}"
        found.append((index, block))
    return found


def _words(block: Block) -> str:
    return (block.text or block.refusal or "") if block.type in SAID else ""


def _answer_text(content: object) -> str:
    """Return an answer's text; parts that are no text stand as the JSON they are."""
    if isinstance(content, list):
        return "\n".join(plain_text([part]) or _json(part) for part in content)
    return content if isinstance(content, str) else _json(content)


def _json(value: object) -> str:
    return "" if value is None or (isinstance(value, dict) and one_of(value.get("type"), SILENT)) else _encode(value)


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _id(item: Message) -> str | None:
    return item.id if isinstance(item.id, str) and item.id else None


def _tools(definitions: list[Any]) -> Json:
    tools: Json = {}
    for definition in definitions:
        inner = definition.get("function", definition) if isinstance(definition, dict) else None
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            tools[inner["name"]] = inner
    return tools
