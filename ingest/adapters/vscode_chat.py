"""Chats of VS Code with Copilot: `chatSessions` of a workspace, and what "Export Chat" gives.

A request is a turn: what was typed, what the screen showed of the answer, and beside it what the model was given. The
latter has the calls with arguments and answers, the former how a command ended and what was refused; of calls of which
only the screen tells, it says what they were for. The newer session files are lines: the session as it began, then each
change to it. A record is a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, Json, document_adapter, mended
from assure_tui.ingest.adapters.codex.patch import files_of_patch
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.endings import says_error, stated_code
from assure_tui.ingest.adapters.values import Ending, arguments, ended, epoch, plain_text, whole
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, UserTurn

NAME = "vscode-chat"
_SHELL = "run_in_terminal"
_EDITORS = {"create_file": "create", "insert_edit_into_file": "edit", "replace_string_in_file": "edit"}
_PATCH = "apply_patch"
_SHOWN = "toolInvocationSerialized"
_BEGUN, _SET, _PUSHED, _DROPPED = range(4)
"""Kinds of a line of the newer files."""
_REFUSED = frozenset({0, 5})
"""How a call was confirmed: it was denied, or skipped."""
_STOPPED, _FAILED = 2, 3
"""States of a request that did not come to its end."""
_MARKS = (
    re.compile(rb'"requests"\s{0,8}:\s{0,8}\['),
    re.compile(rb'"(?:responderUsername|requestId|sessionId)"\s{0,8}:\s{0,8}"'),
)
MAX_NODES = 100_000
"""Nodes of an answer of which the text is taken."""


class _Call(msgspec.Struct):
    id: str | None = None
    name: str = ""
    arguments: Any = None


class _Round(msgspec.Struct, rename="camel"):
    response: str | None = None
    tool_calls: list[_Call] = []


class _Given(msgspec.Struct, rename="camel"):
    tool_call_rounds: list[_Round] = []
    tool_call_results: dict[str, Any] = {}


class _Result(msgspec.Struct, rename="camel"):
    metadata: _Given | None = None
    error_details: Any = None


class _State(msgspec.Struct):
    value: Any = None


class _Text(msgspec.Struct):
    text: str = ""


class _Request(msgspec.Struct, rename="camel"):
    request_id: str | None = None
    timestamp: Any = None
    message: _Text | str | None = None
    response: list[Any] = []
    result: _Result | None = None
    model_id: str | None = None
    is_canceled: bool | None = None
    model_state: _State | None = None


class _Session(msgspec.Struct, rename="camel"):
    requests: list[msgspec.Raw]
    session_id: str | None = None


class _Change(msgspec.Struct):
    kind: int
    k: list[Any] = []
    v: Any = None
    i: int | None = None


class _Part(msgspec.Struct):
    """A call as the screen shows it."""

    tool: str
    block: str
    command: str | None
    folder: str | None
    code: int | None
    refused: bool
    said: str
    output: str


_session_decoder = msgspec.json.Decoder(_Session)
_request_decoder = msgspec.json.Decoder(_Request)
_change_decoder = msgspec.json.Decoder(_Change)


class VSCodeChatDecoder(DocumentDecoder):
    """Reads one chat."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole chat; a request of unexpected shape is counted and left out."""
        unread = 0
        if _is_log(data):
            session, unread = _replayed(data)
        else:
            session = mended(data, _session_decoder.decode)
        native = session.session_id or self.stem
        chat = _Chat(run_id(NAME, native, self.stem, self.salt), native)
        found = self.items(session.requests, _request_decoder, chat.request, start=chat.start)
        self.tally.malformed += unread
        return found


def _is_log(data: bytes) -> bool:
    """Return whether a file is lines of changes; the first line of a document is no change."""
    try:
        return _change_decoder.decode(data.partition(b"\n")[0]).kind == _BEGUN
    except (ValueError, RecursionError):
        return False


def _replayed(data: bytes) -> tuple[_Session, int]:
    """Return a session as its changes left it, and how many of them could not be made."""
    root: Any = None
    unread = 0
    *lines, last = data.split(b"\n")
    for line in [*lines, *([last] if last.endswith(b"}") else ())]:
        if not line.strip():
            continue
        try:
            change = mended(line, _change_decoder.decode)
            root = change.v if change.kind == _BEGUN else _changed(root, change)
        except (ValueError, RecursionError, LookupError, TypeError):
            unread += 1
    return _session_decoder.decode(msgspec.json.encode(root)), unread


def _changed(root: Any, change: _Change) -> Any:
    *path, last = change.k
    holder = root
    for key in path:
        holder = holder[key]
    if change.kind == _DROPPED:
        del holder[last]
    elif change.kind == _PUSHED:
        held = holder[last]
        if change.i is not None:
            del held[max(change.i, 0) :]
        held.extend(change.v or [])
    elif isinstance(holder, list) and last == len(holder):
        holder.append(change.v)
    else:
        holder[last] = change.v
    return root


class _Chat:
    """One chat in the reading."""

    def __init__(self, run: str, native: str) -> None:
        self._run = run
        self._native = native
        self._model: str | None = None
        self._folder: str | None = None

    def start(self, draft: Draft) -> None:
        """Tell of the chat itself."""
        draft.at(run=self._run)
        self._about("run", draft)

    def _about(self, block: str, draft: Draft) -> None:
        draft.start(self._native, NAME, block=block, model=self._model, cwd=self._folder, coding=True, complete=False)

    def request(self, request: _Request, draft: Draft) -> None:
        """Turn one request into events: what was asked, what was done for it, and what was said in the end."""
        draft.at(run=self._run, time=epoch(request.timestamp))
        parts = list(_parts(request.response))
        folder = next((part.folder for part in parts if part.folder), None)
        model = request.model_id or self._model
        if model != self._model or (folder and not self._folder):
            self._model, self._folder = model, self._folder or folder
            self._about("about", draft)
        asked = request.message.text if isinstance(request.message, _Text) else request.message
        draft.add(UserTurn, "asked", text=asked or "")
        given = (request.result and request.result.metadata) or _Given()
        left = _only_shown(parts, given)
        for part in left:
            self._shown(part, draft)
        for index, turn in enumerate(given.tool_call_rounds):
            if (turn.response or "").strip():
                channel = "commentary" if turn.tool_calls else "final"
                draft.add(AgentText, f"{index}", text=turn.response or "", channel=channel)
            for number, call in enumerate(turn.tool_calls):
                self._call(call, given.tool_call_results, parts, f"{index}.{number}", draft)
        if not given.tool_call_rounds or given.tool_call_rounds[-1].tool_calls:
            words = _last_words(request.response, everything=not given.tool_call_rounds)
            if words.strip():
                draft.add(AgentText, "said", text=words, channel="final")
        self._ended(request, draft)

    def _ended(self, request: _Request, draft: Draft) -> None:
        state = request.model_state.value if request.model_state else None
        error = request.result.error_details if request.result else None
        if request.is_canceled or state == _STOPPED:
            draft.add(Boundary, "end", what="abort")
        elif error or state == _FAILED:
            told = error.get("message") if isinstance(error, dict) else None
            draft.add(Boundary, "end", what="api_error", detail=told if isinstance(told, str) else None)
        elif request.result is not None or request.response:
            draft.add(Boundary, "end", what="turn_end")

    def _call(self, call: _Call, results: Json, parts: list[_Part], block: str, draft: Draft) -> None:
        call_id, args = call.id or draft.event_id(block), arguments(call.arguments)
        draft.call(block, call_id, call.name, args)
        part = None
        if call.name == _SHELL:
            part = next((one for one in parts if one.command is not None and one.command == args.get("command")), None)
            if part is not None:
                parts.remove(part)
        result = results.get(call_id)
        if result is None and part is None:
            return
        text = _text(result)
        status, code, source = _ending(call.name, args, text, part)
        draft.result(
            f"{block}.result",
            call_id,
            text,
            status,
            code,
            source,
            files=_files(call.name, args) if status == "succeeded" else (),
            denied_by="user",
        )

    def _shown(self, part: _Part, draft: Draft) -> None:
        """Tell of a call of which only the screen tells: its arguments are not known, but for a command."""
        call_id = draft.event_id(part.block)
        args = {} if part.command is None else {"command": part.command}
        draft.call(part.block, call_id, part.tool, args, description=part.said or None)
        status, code, source = _ending(_SHELL if args else part.tool, args, part.output, part)
        if status == "succeeded" and code is None:
            status = "unknown"
        draft.result(f"{part.block}.result", call_id, part.output, status, code, source, truncated=True)


def _only_shown(parts: list[_Part], given: _Given) -> list[_Part]:
    """Return the calls on the screen that are not among those that the model was given.

    The model remembers its last calls best, and calls some tools otherwise than the screen.
    """
    left = list(parts)
    others = 0
    for call in reversed([call for turn in given.tool_call_rounds for call in turn.tool_calls]):
        name = _bare(call.name)
        same = next((at for at in range(len(left) - 1, -1, -1) if _bare(left[at].tool) == name), None)
        if same is None:
            others += 1
        else:
            del left[same]
    return left[: max(len(left) - others, 0)]


def _bare(tool: str) -> str:
    return tool.replace("_", "").lower()


def _parts(response: list[Any]) -> Iterator[_Part]:
    for index, part in enumerate(response):
        if not isinstance(part, dict) or part.get("kind") != _SHOWN:
            continue
        beside = part.get("toolSpecificData")
        beside = beside if isinstance(beside, dict) and beside.get("kind") == "terminal" else {}
        line, state = beside.get("commandLine") or beside.get("command"), beside.get("terminalCommandState")
        command = line.get("original") if isinstance(line, dict) else line
        folder, shown = beside.get("cwd"), beside.get("terminalCommandOutput")
        path = (folder.get("path") or folder.get("fsPath")) if isinstance(folder, dict) else None
        confirmed = part.get("isConfirmed")
        kind = confirmed.get("type") if isinstance(confirmed, dict) else confirmed
        yield _Part(
            tool=str(part.get("toolId") or "").removeprefix("copilot_"),
            block=f"shown{index}",
            command=command if isinstance(command, str) else None,
            folder=path if isinstance(path, str) else None,
            code=whole(state.get("exitCode")) if isinstance(state, dict) else None,
            refused=kind is False or (whole(kind) in _REFUSED),
            said=_value(part.get("pastTenseMessage") or part.get("invocationMessage")),
            output=_value(shown, "text"),
        )


def _value(shown: object, name: str = "value") -> str:
    text = shown.get(name) if isinstance(shown, dict) else shown
    return text if isinstance(text, str) else ""


def _text(result: object) -> str:
    """Return the text of an answer: of plain parts, and of trees in which the parts of a prompt are kept."""
    content = result.get("content") if isinstance(result, dict) else None
    pieces: list[str] = []
    for part in content if isinstance(content, list) else ():
        value = part.get("value") if isinstance(part, dict) else None
        pieces.append(value if isinstance(value, str) else "".join(_leaves(value)) or plain_text([part]))
    return "\n".join(piece for piece in pieces if piece)


def _leaves(value: object) -> Iterator[str]:
    stack: list[Any] = [value.get("node") if isinstance(value, dict) else None]
    last = "\n"
    for _ in range(MAX_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                yield ("\n" if node.get("lineBreakBefore") and not last.endswith("\n") else "") + node["text"]
                last = node["text"] or last
            inner = node.get("children")
            stack += reversed(inner if isinstance(inner, list) else [])


def _last_words(response: list[Any], *, everything: bool) -> str:
    """Return the words of an answer on the screen: those behind its last call, or all of them."""
    pieces: list[str] = []
    for part in response:
        kind = part.get("kind") if isinstance(part, dict) else ""
        if kind is None or kind == "markdownContent":
            pieces.append(_value(part) or _value(part.get("content")))
        elif kind == "inlineReference":
            pieces.append(f"`{part['name']}`" if isinstance(part.get("name"), str) else "")
        elif kind == _SHOWN and not everything:
            pieces.clear()
    return "".join(pieces)


def _ending(tool: str, args: Json, text: str, part: _Part | None) -> Ending:
    if part is not None and part.refused:
        return "denied", None, "none"
    if tool != _SHELL:
        return "failed" if says_error(text) else "succeeded", None, "none"
    if part is not None and part.code is not None:
        return ended(part.code)
    if (code := stated_code(text)) is not None:
        return ended(code, "text")
    if args.get("isBackground") is True:
        return "running", None, "none"
    return "failed" if says_error(text) else "unknown", None, "none"


def _files(tool: str, args: Json) -> tuple[FileChange, ...]:
    if tool == _PATCH and isinstance(args.get("input"), str):
        return files_of_patch(args["input"])
    return edited(args, "create" if _EDITORS[tool] == "create" else "edit") if tool in _EDITORS else ()


def recognises(head: Head) -> bool:
    """Tell a chat by its requests and whose they are, or by the session with which its changes begin."""
    first = head.objects[0] if head.objects else {}
    begun = first.get("v") if first.get("kind") == _BEGUN else None
    if isinstance(begun, dict):
        return isinstance(begun.get("requests"), list) and isinstance(begun.get("sessionId"), str)
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    return data.startswith(b"{") and b'"messages"' not in data[:512] and all(mark.search(data) for mark in _MARKS)


ADAPTER = document_adapter(NAME, recognises, VSCodeChatDecoder, complete=False)
