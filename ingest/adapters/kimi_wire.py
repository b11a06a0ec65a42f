"""Wire files of Kimi's CLI before Kimi Code: JSONL, append-only, a message of its wire protocol a line.

`wire.jsonl` names neither the session, which its folder does, nor the model or the folder worked in. A call's arguments
may come in pieces, and what a sub-agent did is wrapped in the message of the call that started it.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, Final

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.values import Ending, Recent, arguments, ended, epoch, one_of, plain_text, replaced
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, Permission, SourceInfo, UserTurn

NAME: Final = "kimi-cli"
FILE = "wire"
_SHELL = "Shell"
_EXIT = re.compile(r"(?:\A|\n)Command failed with exit code: (-?\d{1,9})\.")
_RAN = "Command executed successfully."
_DENIED = "The tool call is rejected by the user"
_RUNNING = "Background task started"
MAX_PIECES = 1_000_000
"""Code points of a call's arguments that are put together."""
_QUIETLY = """
BtwBegin BtwEnd CompactionEnd HookResolved HookTriggered MCPLoadingBegin MCPLoadingEnd Notification QuestionRequest
QuestionResponse StatusUpdate StepBegin StepRetry ToolCallRequest
"""
_CLOSES = frozenset({"ToolCall", "StepBegin", "TurnBegin", "TurnEnd", "StepInterrupted", "StatusUpdate"})
"""What nothing more of a call comes after; answers to other calls may come between its pieces."""
_TELLING = """
ApprovalRequest ApprovalRequestResolved ApprovalResponse CompactionBegin ContentPart PlanDisplay SteerInput
StepInterrupted SubagentEvent ToolCall ToolCallPart ToolResult TurnBegin TurnEnd
"""
_TYPES = frozenset((_QUIETLY + _TELLING).split())


class _Function(msgspec.Struct):
    name: str = ""
    arguments: Any = None


class _Shown(msgspec.Struct):
    type: str = ""
    path: str | None = None
    old_text: str | None = None
    new_text: str | None = None


class _Answer(msgspec.Struct):
    is_error: bool | None = None
    output: Any = None
    message: str | None = None
    display: list[_Shown] | None = None


class _Payload(msgspec.Struct):
    user_input: Any = None
    type: str = ""
    text: str | None = None
    id: str | None = None
    function: _Function | None = None
    arguments_part: str | None = None
    tool_call_id: str | None = None
    return_value: _Answer | None = None
    request_id: str | None = None
    response: Any = None
    feedback: str | None = None
    content: Any = None
    task_tool_call_id: str | None = None
    parent_tool_call_id: str | None = None
    event: _Message | None = None


class _Message(msgspec.Struct):
    type: str = ""
    payload: _Payload | None = None


class _Record(msgspec.Struct):
    type: str = ""
    timestamp: Any = None
    message: _Message | None = None


_record_decoder = msgspec.json.Decoder(_Record)


class _Pieces:
    """A call whose arguments have not all come."""

    def __init__(self, call_id: str, tool: str, text: str) -> None:
        self.call_id = call_id
        self.tool = tool
        self.text = text


class KimiWireDecoder(Decoder):
    """Reads one session, with the sub-agents in it."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        folder = PurePath(source.path).parent.name
        self._session = folder if stem == FILE and folder else stem
        self._main = run_id(NAME, self._session, stem, salt)
        self._begun: Recent[str, bool] = Recent()
        self._tools: Recent[str, str] = Recent()
        self._pieces: Recent[str, _Pieces] = Recent()
        """The call that each run is still writing down."""
        self._requests: Recent[str, str] = Recent()
        self._children: Recent[str, str] = Recent()
        """The run that a call started."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        record = _record_decoder.decode(data)
        draft.at(run=self._main, time=epoch(record.timestamp))
        message = record.message
        if message is None:
            if record.type != "metadata":
                draft.unknown = record.type or "(no type)"
                return
        else:
            parent = None
            payload = message.payload or _Payload()
            if message.type == "SubagentEvent" and payload.event is not None:
                parent, message = payload.task_tool_call_id or payload.parent_tool_call_id, payload.event
            if message.type not in _TYPES:
                draft.unknown = message.type or "(no type)"
                return
            self._begin(parent, draft)
            self._tell(message.type, message.payload or _Payload(), draft)
        if message is None:
            self._begin(None, draft)
        draft.bookkeeping = not draft.events

    def _begin(self, parent: str | None, draft: Draft) -> None:
        """Go on with the run that a message is of, and tell of it where this is its first."""
        native, above = self._session, None
        if parent is not None:
            native, above = f"{self._session}:{parent}", self._main
            draft.at(run=run_id(NAME, native, self.stem, self.salt))
            self._children[parent] = draft.run
        if self._begun.fresh(draft.run, True) is not None:  # noqa: FBT003 - that it has begun is all there is to know
            draft.start(native, NAME, parent=above, parent_call=parent, coding=True)

    def _tell(self, kind: str, payload: _Payload, draft: Draft) -> None:
        unfinished = self._pieces.get(draft.run)
        if unfinished is not None and (kind in _CLOSES or payload.tool_call_id == unfinished.call_id):
            self._pieces.pop(draft.run)
            self._call(unfinished, draft)
        match kind:
            case "TurnBegin" | "SteerInput":
                draft.add(UserTurn, 0, text=plain_text(payload.user_input))
            case "TurnEnd":
                draft.add(Boundary, "end", what="turn_end")
            case "StepInterrupted":
                draft.add(Boundary, "end", what="abort")
            case "CompactionBegin":
                draft.add(Boundary, "seam", what="compaction")
            case "ContentPart" if payload.type == "text" and (payload.text or "").strip():
                draft.add(AgentText, 0, text=payload.text or "", channel="commentary")
            case "PlanDisplay" if isinstance(payload.content, str):
                draft.add(AgentText, 0, text=payload.content, channel="plan")
            case "ToolCall":
                function = payload.function or _Function()
                text = function.arguments if isinstance(function.arguments, str) else ""
                self._written(_Pieces(payload.id or draft.event_id(0), function.name, text), draft)
            case "ToolCallPart":
                if (pieces := self._pieces.pop(draft.run)) is not None:
                    pieces.text += (payload.arguments_part or "")[: MAX_PIECES - len(pieces.text)]
                    self._written(pieces, draft)
            case "ToolResult":
                self._result(payload.tool_call_id or draft.event_id(0), payload.return_value or _Answer(), draft)
            case "ApprovalRequest":
                if payload.id and payload.tool_call_id:
                    self._requests[payload.id] = payload.tool_call_id
            case "ApprovalResponse" | "ApprovalRequestResolved":
                granted = isinstance(payload.response, str) and payload.response.startswith("approve")
                call_id = self._requests.pop(payload.request_id)
                decision = "granted" if granted else "denied"
                draft.add(Permission, 0, decision=decision, by="user", call_id=call_id, reason=payload.feedback or None)

    def _written(self, pieces: _Pieces, draft: Draft) -> None:
        """Tell of a call whose arguments are whole; keep one back of which there is more to come."""
        try:
            msgspec.json.decode(pieces.text)
        except (ValueError, RecursionError):
            self._pieces[draft.run] = pieces
        else:
            self._call(pieces, draft)

    def _call(self, pieces: _Pieces, draft: Draft) -> None:
        self._tools[pieces.call_id] = pieces.tool
        draft.call("call", pieces.call_id, pieces.tool, arguments(pieces.text))

    def _result(self, call_id: str, answer: _Answer, draft: Draft) -> None:
        tool = self._tools.pop(call_id) or ""
        message, output = answer.message or "", plain_text(answer.output)
        status, code, source = _ending(tool, message, is_error=answer.is_error)
        child = self._children.pop(call_id)
        facts = {"child_run": child} if child is not None else {}
        draft.result(
            0,
            call_id,
            "\n".join(text for text in (output.removesuffix("\n"), message) if text),
            status,
            code,
            source,
            files=_files(answer.display or []) if status == "succeeded" else (),
            facts=facts,
            denied_by="user",
        )


def _ending(tool: str, message: str, *, is_error: bool | None) -> Ending:
    """Return how a call ended, by what the program says of it beside its output."""
    if message.startswith(_DENIED):
        return "denied", None, "none"
    if is_error:
        found = _EXIT.search(message) if tool == _SHELL else None
        return ended(int(found[1]), "text") if found and int(found[1]) else ("failed", None, "none")
    if is_error is None:
        return "unknown", None, "none"
    if message.startswith(_RUNNING):
        return "running", None, "none"
    return ended(0, "text") if tool == _SHELL and _RAN in message else ("succeeded", None, "none")


def _files(shown: list[_Shown]) -> tuple[FileChange, ...]:
    """Return the files that a call changed, each with its hunks, from the differences that the screen showed."""
    hunks: dict[str, list[_Shown]] = {}
    for block in shown:
        if block.type == "diff" and block.path:
            hunks.setdefault(block.path, []).append(block)
    return tuple(
        FileChange(
            path=path,
            op="create" if len(blocks) == 1 and not blocks[0].old_text else "edit",
            diff="\n".join(replaced(block.old_text or "", block.new_text or "") for block in blocks),
        )
        for path, blocks in hunks.items()
    )


def recognises(head: Head) -> bool:
    """Tell a wire file by messages of its types, or by its header, which has no time."""
    for record in head.objects[:8]:
        message = record.get("message")
        if isinstance(message, dict) and isinstance(message.get("payload"), dict) and "timestamp" in record:
            return one_of(message.get("type"), _TYPES)
    return any(
        record.get("type") == "metadata" and isinstance(record.get("protocol_version"), str) and len(record) == 2
        for record in head.objects[:1]
    )


ADAPTER = Adapter(
    name=NAME,
    discipline="append",
    complete=True,
    recognises=recognises,
    decoder=KimiWireDecoder,
)
