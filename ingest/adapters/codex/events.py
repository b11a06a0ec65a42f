"""What `codex exec --json` prints: JSON Lines, as pipelines keep them.

One event a line about a thread, its turns and their items; no times, no folder, and no prompt, which stands in the
command line. An item is told when it begins and when it is complete, with its whole content.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head, Json
from assure_tui.ingest.adapters.values import Recent, arguments, one_of, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, ResultStatus, SourceInfo

NAME = "codex-exec"
AGENT = "codex"
_ITEMS = frozenset({"item.started", "item.updated", "item.completed"})
_TURNS = frozenset({"turn.started", "token_count"})
_SILENT = frozenset({"reasoning", "error", "todo_list"})
_STATUS: dict[str, ResultStatus] = {"completed": "succeeded", "failed": "failed", "declined": "denied"}
_OPS: dict[str, Literal["create", "edit", "delete"]] = {"add": "create", "update": "edit", "delete": "delete"}


class _Change(msgspec.Struct):
    path: str = ""
    kind: str = ""


class _Step(msgspec.Struct):
    text: str = ""
    completed: bool = False


class _Item(msgspec.Struct):
    id: str | None = None
    type: str = ""
    text: str | None = None
    command: str | None = None
    output: str | None = msgspec.field(default=None, name="aggregated_output")
    exit_code: int | None = None
    status: str | None = None
    changes: list[_Change] | None = None
    server: str | None = None
    tool: str | None = None
    arguments: Any = None
    result: Any = None
    error: Any = None
    query: str | None = None
    items: list[_Step] | None = None


class _Event(msgspec.Struct):
    type: str = ""
    thread_id: str | None = None
    item: _Item | None = None
    error: Any = None
    message: str | None = None


_event_decoder = msgspec.json.Decoder(_Event)


class ExecDecoder(Decoder):
    """Reads what one or more threads printed."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._begin(stem)

    def _begin(self, thread: str) -> None:
        self._run = run_id(AGENT, thread, self.stem, self.salt)
        self._called: Recent[str, bool] = Recent()
        """Items whose call was told already."""
        self._done: Recent[str, bool] = Recent()
        """Steps of the plan that were told to be done."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        event = _event_decoder.decode(data)
        draft.at(run=self._run)
        match event.type:
            case "thread.started":
                native = event.thread_id or self.stem
                self._begin(native)
                draft.at(run=self._run)
                draft.start(native, AGENT, NAME)
            case "turn.completed":
                draft.add(Boundary, "end", what="turn_end")
            case "turn.failed" | "error":
                draft.add(Boundary, "end", what="api_error", detail=(event.message or plain_text([event.error]))[:200])
            case kind if kind in _ITEMS:
                self._item(event.item or _Item(), draft, complete=kind == "item.completed")
            case kind if kind not in _TURNS:
                draft.unknown = kind or "(no type)"
                return
        draft.bookkeeping = not draft.events and draft.unknown is None

    def _item(self, item: _Item, draft: Draft, *, complete: bool) -> None:
        called = _called(item)
        if called is not None:
            self._act(item, *called, draft, complete=complete)
        elif item.type == "agent_message":
            if complete and item.text and item.text.strip():
                draft.add(AgentText, 0, text=item.text)
        elif item.type == "todo_list":
            self._planned(item.items or [], draft)
        elif item.type not in _SILENT:
            draft.unknown = f"item {item.type}"

    def _planned(self, steps: list[_Step], draft: Draft) -> None:
        """A step of the plan turned done is a claim of the agent."""
        for index, step in enumerate(steps):
            if step.completed and step.text not in self._done:
                self._done[step.text] = True
                draft.add(AgentText, f"todo{index}", text=step.text, channel="todo")

    def _act(self, item: _Item, tool: str, args: Json, draft: Draft, *, complete: bool) -> None:
        call_id = item.id or draft.event_id(0)
        if call_id not in self._called:
            self._called[call_id] = True
            draft.call(0, call_id, tool, args, mcp_server=item.server)
        if not complete:
            return
        status = _STATUS.get(item.status or "", "unknown")
        if item.exit_code is not None and status in {"succeeded", "unknown"}:
            status = "failed" if item.exit_code else "succeeded"
        draft.result(
            1, call_id, _answered(item), status, item.exit_code, files=_files(item) if status == "succeeded" else ()
        )


def _called(item: _Item) -> tuple[str, Json] | None:
    """Return the tool and the arguments of an item that is an act; None for one that is none."""
    match item.type:
        case "command_execution":
            return "shell", {"command": item.command or ""}
        case "file_change":
            return "apply_patch", {"paths": [change.path for change in item.changes or ()]}
        case "mcp_tool_call":
            return item.tool or "", arguments(item.arguments)
        case "web_search":
            return "web_search", {"query": item.query or ""}
        case _:
            return None


def _answered(item: _Item) -> str:
    if item.output is not None:
        return item.output
    if isinstance(item.error, dict) and isinstance(item.error.get("message"), str):
        return str(item.error["message"])
    content = item.result.get("content") if isinstance(item.result, dict) else item.result
    return plain_text(content)


def _files(item: _Item) -> tuple[FileChange, ...]:
    return tuple(
        FileChange(path=change.path, op=_OPS.get(change.kind, "edit")) for change in item.changes or () if change.path
    )


def recognises(head: Head) -> bool:
    """Tell a stream by its first events."""
    records = head.objects[:4]
    return any(
        (record.get("type") == "thread.started" and isinstance(record.get("thread_id"), str))
        or (one_of(record.get("type"), _ITEMS) and isinstance(record.get("item"), dict) and len(record) <= 3)
        for record in records
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=ExecDecoder)
