"""Messages as other programs spell them, turned into those of the dialects.

The same few things have many names: who speaks (`role`, `from`, `author`, `type: "ai"`), what was said (`content`,
`parts`, `blocks`, `value`), a call (`tool_use`, `tool-call`, `functionCall`, `toolInvocation`) and what came of it
(`tool_result`, `tool_output`, `functionResponse`), beside the call or within it. They are read by what the names say,
not by product; what is no message by them is left to be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from assure_tui.ingest.adapters.base import Json
from assure_tui.ingest.adapters.chat.wire import ITEMS, QUIET_ITEMS, ROLES, SAID, SILENT, Block, Call, Message
from assure_tui.ingest.adapters.values import one_of, whole

MAX_ENVELOPES = 3
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SPEAKERS = {
    **dict.fromkeys(("user", "human", "customer", "request"), "user"),
    **dict.fromkeys(("assistant", "ai", "model", "bot", "agent", "gpt", "chatbot", "response"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "function", "observation", "toolresult", "tooloutput", "toolresponse"), "tool"),
    **dict.fromkeys(("functionresponse", "functioncalloutput"), "tool"),
    **dict.fromkeys(("functioncall", "toolcall", "tooluse"), "call"),
}
_WHO = ("role", "from", "author", "sender", "speaker")
_TYPED = frozenset({"user", "human", "assistant", "ai", "system", "tool"})
"""Values of `type` that say who speaks: others, as `function`, may say what a thing is."""
_SOURCED = {
    **dict.fromkeys(
        ("textmessage", "multimodalmessage", "toolcallrequestevent", "toolcallsummarymessage"), "assistant"
    ),
    **dict.fromkeys(("thoughtevent", "handoffmessage", "stopmessage"), "assistant"),
    "toolcallexecutionevent": "tool",
}
"""Values of `type` beside a `source` that names who speaks, in whatever words."""
_WRAPS = ("message", "kwargs", "data", "payload")
_SAYS = ("content", "parts", "blocks", "text", "value")
_CALLS = ("tool_calls", "toolCalls", "calls")
_WHEN = ("timestamp", "created_at", "createdAt", "ts", "time", "date")
_CALL = frozenset({"tooluse", "servertooluse", "mcptooluse", "toolcall", "functioncall", "toolinvocation", "calltool"})
_RESULT = frozenset(
    {
        *("toolresult", "tooloutput", "toolreturn", "toolresponse", "toolcallresult", "toolcalloutput", "retryprompt"),
        *("functioncalloutput", "functionresponse", "functionresult", "observation"),
    }
)
_TEXT = frozenset({"text", "inputtext", "outputtext", "userprompt", "markdown", "plaintext"})
_QUIET = frozenset({"think", "thought", "thinking", "reasoning", "systemprompt", "stepstart", "stepfinish", "stepend"})
_NAMES = ("name", "tool_name", "toolName", "tool", "function", "function_name")
_IDS = ("tool_use_id", "tool_call_id", "toolCallId", "toolUseId", "toolUseID", "tool_id", "call_id", "callId", "id")
_ARGS = ("input", "args", "arguments", "parameters", "params", "rawInput", "tool_input")
_TOLD = ("content", "output", "result", "response", "tool_output", "text", "errorText", "error")
_WITHIN = ("result", "output", "response", "errorText")
_RAN = "run"
"""Where some programs keep what came of a call, with its status."""
_FAILED = frozenset({"error", "errored", "failed", "failure", "outputerror", "cancelled", "canceled", "timeout"})
_CODES = frozenset({"exit_code", "exitCode", "returncode"})
_REFUSED = frozenset({"rejectedbyuser", "rejected", "denied", "declined"})


def speaker(record: Json) -> str | None:
    """Return who speaks in a record: a role of the dialects, or `call` for one that is a call by itself."""
    for key in _WHO:
        value = record.get(key)
        value = value.get("role") if isinstance(value, dict) else value
        if isinstance(value, str) and (found := _spoken(value)):
            return found
    kind = record.get("type")
    if isinstance(kind, str) and _plain(kind).removesuffix("message") in _TYPED:
        return _SPEAKERS[_plain(kind).removesuffix("message")]
    if isinstance(kind, str) and isinstance(source := record.get("source"), str) and _plain(kind) in _SOURCED:
        return "user" if _spoken(source) == "user" else _SOURCED[_plain(kind)]
    kind = record.get("kind")
    if one_of(kind, ("request", "response")) and isinstance(record.get("parts"), list):
        return _SPEAKERS[str(kind)]
    made = record.get("id")
    return _spoken(made[-1]) if isinstance(made, list) and made and isinstance(made[-1], str) else None


def is_message(record: Json) -> bool:
    """Return whether an object is a message in some spelling."""
    record = _unwrapped(record)
    role = speaker(record)
    told = (*_ARGS, *_TOLD) if role in {"call", "tool"} else (*_SAYS, *_CALLS)
    return role is not None and any(key in record for key in told)


def acts(record: Json) -> bool:
    """Return whether a message is an agent's or a tool's."""
    return speaker(_unwrapped(record)) in {"assistant", "call", "tool"}


def is_plain(message: Message) -> bool:
    """Return whether a message that was read as a dialect's says all it says in that dialect."""
    if message.role not in ROLES:
        return not message.role and (message.type in ITEMS | QUIET_ITEMS or message.type.endswith("_call"))
    calls, content = message.tool_calls, message.content
    if isinstance(calls, list) and not all(map(_is_plain_call, calls)):
        return False
    if isinstance(content, str):
        return message.role not in {"tool", "function"} or bool(message.tool_call_id or message.name)
    if isinstance(content, list):
        return all(isinstance(part, str) or (isinstance(part, dict) and _is_plain_part(part)) for part in content)
    return content is None and bool(calls or message.function_call or message.refusal)


def _is_plain_call(call: Call) -> bool:
    return bool(call.custom or (call.function and call.function.name)) or bool(
        call.name and (call.arguments is not None or call.input is not None)
    )


def _is_plain_part(part: Json) -> bool:
    kind = part.get("type")
    if one_of(kind, SAID):
        return isinstance(part.get("text"), str) or "refusal" in part
    if one_of(kind, ("tool_use", "server_tool_use", "mcp_tool_use", "tool_call")):
        return isinstance(part.get("name"), str) and "id" in part and not any(key in part for key in _WITHIN)
    if isinstance(kind, str) and kind.endswith("tool_result"):
        return isinstance(part.get("tool_use_id"), str) and "content" in part
    return one_of(kind, SILENT)


def respelt(record: Json) -> Message | None:
    """Return a message in the dialects' words; None for what is no message in any spelling."""
    record = _unwrapped(record)
    role = speaker(record)
    if role is None:
        return None
    when = next((record[key] for key in _WHEN if record.get(key) is not None), None)
    name = next((record[key] for key in ("name", "tool_name", "toolName") if isinstance(record.get(key), str)), None)
    said = next((record[key] for key in _SAYS if record.get(key) is not None), None)
    if role == "call":
        return Message(role="assistant", content=[_call(record)], timestamp=when)
    blocks = [block for part in _parts(said) for block in _blocks(part)]
    if role == "tool":
        native = next((record[key] for key in _IDS[:-1] if isinstance(record.get(key), str)), None)
        if any(block.type == "tool_result" for block in blocks):
            if native is not None:
                blocks = _of_call(blocks, native)
            return Message(role="user", content=[_raw(block) for block in blocks], timestamp=when)
        told = next((record[key] for key in (*_TOLD, *_SAYS) if record.get(key) is not None), None)
        asked = record.get("tool_call")
        if isinstance(asked, dict):
            name = name or _call(asked)["name"]
        return Message(
            role="tool", content=told, tool_call_id=native, name=name, is_error=_failed(record), timestamp=when
        )
    calls = next((record[key] for key in _CALLS if record.get(key)), None)
    for asked in calls if isinstance(calls, list) else ():
        if isinstance(asked, dict) and not any(
            block.type == "tool_use" and block.id == asked.get("id") for block in blocks
        ):
            blocks += _blocks({"type": "tool_call", **_inner(asked)})
    return Message(role=role, content=[_raw(block) for block in blocks], timestamp=when, agent=_agent(record))


def _of_call(blocks: list[Block], native: str) -> list[Block]:
    """Give the results that name no call to the one that their message names: they are parts of one answer."""
    unnamed = [block for block in blocks if block.type == "tool_result" and block.tool_use_id is None]
    if not unnamed:
        return blocks
    answer = unnamed[0]
    if len(unnamed) > 1:
        answer.content = [part for block in unnamed for part in _parts(block.content)]
        answer.is_error = any(block.is_error for block in unnamed) or None
    answer.tool_use_id = native
    return [block for block in blocks if not any(block is other for other in unnamed[1:])]


def _agent(record: Json) -> str | None:
    """Return a sub-agent's name, where a role has one beside its own: `assistant-helper-3`."""
    role = record.get("role")
    return role if isinstance(role, str) and role.startswith("assistant") and _plain(role) != "assistant" else None


def _plain(name: str) -> str:
    """Return a name without its marks and capitals: `tool-result`, `toolResult` and `tool_result` are one."""
    return "".join(_WORDS.findall(name)).lower()


def _spoken(name: str) -> str | None:
    plain = _plain(name)
    if plain in _SPEAKERS or plain.removesuffix("message") in _SPEAKERS:
        return _SPEAKERS.get(plain) or _SPEAKERS[plain.removesuffix("message")]
    first = re.split(r"[^A-Za-z]", name, maxsplit=1)[0].lower()
    return _SPEAKERS[first] if first in {"user", "assistant"} else None


def _unwrapped(record: Json) -> Json:
    for _ in range(MAX_ENVELOPES):
        inner = next((record[key] for key in _WRAPS if isinstance(record.get(key), dict)), None)
        held = record.get("content")
        if inner is None and isinstance(held, dict) and isinstance(held.get("role"), str):
            inner = held
        if inner is None or not any(key in inner for key in (*_SAYS, *_CALLS)):
            break
        record = {**{key: value for key, value in record.items() if key not in (*_WRAPS, *_SAYS)}, **inner}
    return record


def _parts(said: object) -> Iterable[object]:
    return said if isinstance(said, list) else () if said is None else (said,)


def _blocks(part: object) -> Iterator[Block]:
    """Yield a part as the dialects have it; a call with what came of it gives both."""
    if isinstance(part, str):
        yield Block(type="text", text=part)
    if not isinstance(part, dict):
        return
    part = _inner(part)
    named = next((part[key] for key in ("type", "part_kind", "kind") if isinstance(part.get(key), str)), "")
    kind = _plain(named)
    if not kind and "content" in part and "call_id" in part:
        yield _result(part, part)
    elif not kind and "name" in part and "arguments" in part:
        asked = _call(part)
        yield Block(type="tool_use", name=asked["name"], id=asked["id"], input=asked["input"])
    elif kind in _RESULT and isinstance(part.get(_RAN), dict):
        yield _result({**part, **part[_RAN]}, part[_RAN])
    elif kind in _RESULT:
        yield _result(part, part)
    elif kind in _CALL or kind == "dynamictool" or (kind.startswith("tool") and any(key in part for key in _IDS[:-1])):
        asked = _call(part)
        if not asked["name"] and named[:5] == "tool-":
            asked["name"] = named[5:]
        yield Block(type="tool_use", name=asked["name"], id=asked["id"], input=asked["input"])
        told = next((part[key] for key in _WITHIN if part.get(key) is not None), None)
        if told is not None:
            yield _result({**part, "content": told}, told if isinstance(told, dict) else part)
    elif kind in _TEXT or (not kind and any(isinstance(part.get(key), str) for key in ("text", "content"))):
        yield Block(
            type="text",
            text=next((part[key] for key in ("text", "content", "value") if isinstance(part.get(key), str)), ""),
        )
    elif kind in _QUIET or named in SILENT:
        yield Block(type="thinking")
    else:
        yield Block(type=named or "(no type)")


def _inner(part: Json) -> Json:
    """Take a call or its result out of the key that says what it is: `{"functionCall": {"name": …}}`."""
    for key, value in part.items():
        if isinstance(value, dict) and (_plain(key) in _CALL | _RESULT or (key == "function" and "name" in value)):
            kind = key if key != "function" else part.get("type", "tool_call")
            kind = "tool_call" if kind == "function" else kind
            return {
                **{other: held for other, held in part.items() if other not in (key, "type")},
                **value,
                "type": kind,
            }
    return part


def _call(part: Json) -> dict[str, Any]:
    part = _inner(part)
    name = next((part[key] for key in _NAMES if isinstance(part.get(key), str)), None)
    native = next((part[key] for key in ("id", *_IDS) if isinstance(part.get(key), str) and part[key]), None)
    given = next((part[key] for key in _ARGS if part.get(key) is not None), None)
    return {"type": "tool_use", "name": name, "id": native, "input": given}


def _result(part: Json, told: Json) -> Block:
    native = next((part[key] for key in _IDS if isinstance(part.get(key), str) and part[key]), None)
    name = next((part[key] for key in _NAMES if isinstance(part.get(key), str)), None)
    content = next((part[key] for key in _TOLD if part.get(key) is not None), None)
    for _ in range(MAX_ENVELOPES):
        key = next(
            (key for key in ("output", "result", "content", "value") if isinstance(content, dict) and key in content),
            None,
        )
        if (
            key is None
            or not isinstance(content, dict)
            or not _CODES.isdisjoint(content)
            or len(content.keys() - {key, "type", "status", "is_error", "isError"}) > 1
        ):
            break
        content = content[key]
    refused = _states(told, _REFUSED) or _states(part, _REFUSED)
    failed = _failed(told) or _failed(part)
    return Block(
        type="tool_result", tool_use_id=native, name=name, content=content, is_error=failed, refused=refused or None
    )


def _states(part: Json, words: frozenset[str]) -> bool:
    return any(isinstance(part.get(key), str) and _plain(part[key]) in words for key in ("status", "state"))


def _failed(part: Json) -> bool | None:
    for key in ("is_error", "isError"):
        if isinstance(part.get(key), bool):
            return bool(part[key])
    if _states(part, _FAILED):
        return True
    code = whole(part.get("exit_code"))
    return True if part.get("error") or code else None


def _raw(block: Block) -> Json:
    return {name: value for name in block.__struct_fields__ if (value := getattr(block, name)) is not None}
