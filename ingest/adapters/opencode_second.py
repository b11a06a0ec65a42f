"""Messages of OpenCode since version 2, each of which is one row of its database with the type beside it.

A tool's arguments and its result are both in the agent's message. A command that goes on in the background is answered
at once; how it ended comes in a later message of the program, under the command's id. Code that the agent runs can call
tools itself: those calls are listed beside the code's result, without their answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from assure_tui.ingest.adapters.base import Draft, Json
from assure_tui.ingest.adapters.opencode import Part, Place, Reading, Session, State, Time, exit_of
from assure_tui.ingest.adapters.values import Recent, arguments, epoch, plain_text
from assure_tui.ingest.model import AgentText, Boundary, ResultStatus, UserTurn

MAX_CALLS: Final = 1000
"""Calls that are taken of one piece of code."""
_SHELL: Final = "shell"
_SILENT: Final = frozenset({"agent-switched", "model-switched"})
_TOLD: Final = frozenset({"synthetic", "system", "skill"})
"""Messages that the program puts before the agent."""
_OUTCOMES: Final = {"succeeded": "turn_end", "interrupted": "abort", "failed": "api_error"}
_ENDS: Final[dict[object, ResultStatus]] = {"completed": "succeeded", "error": "failed", "running": "running"}


class _Model(msgspec.Struct):
    id: str | None = None


class _Error(msgspec.Struct):
    type: str | None = None
    message: str | None = None


class _State(msgspec.Struct):
    status: str = ""
    input: Any = None
    content: Any = None
    output: Any = None
    error: Any = None
    metadata: Json | None = None
    structured: Json | None = None


class _Item(msgspec.Struct):
    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    state: _State | None = None


class _Data(msgspec.Struct):
    time: Time | None = None
    text: str | None = None
    model: _Model | None = None
    content: list[_Item] = []
    finish: str | None = None
    error: _Error | None = None
    metadata: Json | None = None
    command: str | None = None
    output: Any = None
    summary: str | None = None
    status: str | None = None
    outcome: str | None = None
    location: Place | None = None


class _Row(msgspec.Struct):
    data: _Data
    type: str | None = None
    at: int | None = None


_decoder = msgspec.json.Decoder(_Row)


class SecondReading(Reading):
    """One session in the reading."""

    def __init__(self, info: Session, stem: str, salt: str) -> None:
        super().__init__(info, stem, salt)
        self._behind: Recent[str, str] = Recent()
        """Calls whose commands go on in the background, by the commands' ids."""

    def take(self, raw: msgspec.Raw, draft: Draft) -> None:
        """Turn a row into events, the session's own before those of its first."""
        self.begin(draft)
        try:
            row = _decoder.decode(raw)
        except (ValueError, RecursionError):
            draft.unknown = "unexpected shape"
            return
        data = row.data
        draft.at(time=epoch((data.time.created if data.time else None) or row.at))
        match row.type:
            case "user":
                if data.text:
                    draft.add(UserTurn, 0, text=data.text)
            case "assistant":
                self._spoke(data, draft)
            case "shell":  # a command that the person typed
                printed = data.output.get("output") if isinstance(data.output, dict) else None
                draft.add(UserTurn, 0, text="\n".join(filter(None, (data.command, printed))), synthetic=True)
            case "compaction":
                self._compacted(data, draft)
            case "idle":
                draft.add(Boundary, "end", what=_OUTCOMES.get(data.outcome or "", "turn_end"))
            case "location-switched":
                if data.location and data.location.directory:
                    self.told(draft, "place", cwd=data.location.directory)
            case kind if kind in _TOLD:
                self._heard(data, draft)
            case kind if kind not in _SILENT:
                draft.unknown = f"message {kind}"

    def _heard(self, data: _Data, draft: Draft) -> None:
        if data.text:
            draft.add(UserTurn, 0, text=data.text, synthetic=True)
        meta = data.metadata or {}
        call_id = self._behind.get(str(meta.get("shellID")))
        if call_id is None or meta.get("state") == "running":
            return
        code, source = exit_of(_SHELL, meta)
        status: ResultStatus = "failed" if code or meta.get("state") != "completed" else "succeeded"
        if code is None and status == "succeeded":
            status = "unknown"
        draft.result("result", call_id, data.text or "", status, code, source, truncated=meta.get("truncated") is True)

    def _compacted(self, data: _Data, draft: Draft) -> None:
        if data.status != "completed":
            return
        draft.add(Boundary, 0, what="compaction")
        if data.summary:
            draft.add(UserTurn, "summary", text=data.summary, synthetic=True)

    def _spoke(self, data: _Data, draft: Draft) -> None:
        if data.model:
            self.runs_on(data.model.id, draft)
        ends, cut = data.finish == "stop", data.error is not None
        for index, item in enumerate(data.content):
            if item.type == "text" and item.text:
                channel = "final" if ends else "commentary"
                draft.add(AgentText, index, text=item.text, channel=channel, cut=cut)
            elif item.type == "tool" and item.state is not None:
                self._called(item, item.state, index, draft)
            elif item.type not in {"text", "reasoning"}:
                draft.unknown = f"content {item.type}"
        if data.error is not None:
            draft.add(Boundary, "end", what="api_error", detail=data.error.type)
        elif ends:
            draft.add(Boundary, "end", what="turn_end")

    def _called(self, item: _Item, state: _State, index: int, draft: Draft) -> None:
        meta = state.metadata or state.structured or {}
        said = plain_text(state.content) if state.content is not None else state.output
        if state.status == "error":
            told = state.error.get("message") if isinstance(state.error, dict) else state.error
            said = "\n".join(text for text in (told, said) if isinstance(text, str) and text)
        part = Part(type="tool", call_id=item.id, tool=item.name)
        part.state = State(state.status, input=state.input, output=said, error=said, metadata=meta)
        call_id = self.called(part, part.state, index, draft)
        behind = meta.get("shellID")
        if meta.get("status") == "running" and isinstance(behind, str):
            self._behind[behind] = call_id
        for place, call in enumerate(_inner(meta)):
            block = f"{index}.{place}"
            inner = f"{call_id}/{place}"
            draft.call(block, inner, call["tool"], arguments(call.get("input")))
            status = _ENDS.get(call.get("status"), "unknown")
            draft.result(f"{block}.result", inner, "", status)


def _inner(meta: Json) -> Iterator[Json]:
    """Yield the calls that a piece of code made."""
    listed = meta.get("toolCalls")
    for call in listed[:MAX_CALLS] if isinstance(listed, list) else ():
        if isinstance(call, dict) and isinstance(call.get("tool"), str):
            yield call
