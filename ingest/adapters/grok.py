"""Chat histories of Grok Build: JSONL, one message, call or result a line.

The session's name is its folder's; what the session is about stands in a file beside it, which is not read. No line
tells when it was written, nor how a command ended.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.values import Recent, arguments, one_of, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, SourceInfo, UserTurn

NAME = "grok-build"
FILE = "chat_history"
_SHELL = "run_terminal_cmd"
_WRITERS = frozenset({"search_replace", "write_file", "edit_file", "create_file"})
_TYPES = frozenset({"system", "user", "assistant", "tool_result", "reasoning", "backend_tool_call"})
_MARKS = frozenset({"model_id", "model_fingerprint", "prompt_index", "synthetic_reason"})


class _Called(msgspec.Struct):
    id: str | None = None
    name: str = ""
    arguments: Any = None


class _Backend(msgspec.Struct):
    id: str | None = None
    tool_type: str = ""
    action: Any = None
    status: str | None = None


class _Line(msgspec.Struct):
    type: str = ""
    content: Any = None
    synthetic_reason: str | None = None
    prior_turn_interrupt: str | None = None
    tool_calls: list[_Called] | None = None
    tool_call_id: str | None = None
    model_id: str | None = None
    kind: _Backend | None = None


_line_decoder = msgspec.json.Decoder(_Line)


class GrokDecoder(Decoder):
    """Reads one history."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        folder = PurePath(source.path).parent.name
        self._native = folder if stem == FILE and folder else stem
        self._run = run_id(NAME, self._native, self._native, salt)
        self._begun = False
        self._model: str | None = None
        self._calls: Recent[str, _Called] = Recent()

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = _line_decoder.decode(data)
        draft.at(run=self._run)
        if line.type not in _TYPES:
            draft.unknown = line.type or "(no type)"
            return
        if not self._begun or (line.model_id and line.model_id != self._model):
            self._begun, self._model = True, line.model_id or self._model
            draft.start(self._native, NAME, model=self._model)
        match line.type:
            case "system":
                draft.add(UserTurn, 0, text=plain_text(line.content), synthetic=True, system=True)
            case "user":
                if line.prior_turn_interrupt:
                    draft.add(Boundary, "before", what="abort", detail=line.prior_turn_interrupt)
                draft.add(UserTurn, 0, text=plain_text(line.content), synthetic=line.synthetic_reason is not None)
            case "assistant":
                self._acted(line, draft)
            case "tool_result":
                self._answered(line, draft)
            case "backend_tool_call" if line.kind is not None:
                call_id = line.kind.id or draft.event_id(0)
                draft.call(0, call_id, line.kind.tool_type, arguments(line.kind.action))
                went = line.kind.status == "completed"
                draft.result(1, call_id, "", "succeeded" if went else "unknown", truncated=True)
        draft.bookkeeping = not draft.events

    def _acted(self, line: _Line, draft: Draft) -> None:
        calls = line.tool_calls or []
        if (text := plain_text(line.content)).strip():
            draft.add(AgentText, 0, text=text, channel="commentary" if calls else "final")
        for index, call in enumerate(calls, 1):
            call_id = call.id or draft.event_id(index)
            self._calls[call_id] = call
            draft.call(index, call_id, call.name, arguments(call.arguments))
        if not calls:
            draft.add(Boundary, "end", what="turn_end")

    def _answered(self, line: _Line, draft: Draft) -> None:
        call_id = line.tool_call_id or draft.event_id(0)
        call = self._calls.pop(call_id) or _Called()
        text = plain_text(line.content)
        failed = says_error(text)
        went = call.name != _SHELL and not failed
        draft.result(
            0,
            call_id,
            text,
            "succeeded" if went else "failed" if failed else "unknown",
            files=edited(arguments(call.arguments)) if went and call.name in _WRITERS else (),
        )


def recognises(head: Head) -> bool:
    """Tell a history by lines of its types with marks that no other format has."""
    records = head.objects[:16]
    return any(
        one_of(record.get("type"), ("user", "assistant")) and "message" not in record and not _MARKS.isdisjoint(record)
        for record in records
    ) and all(one_of(record.get("type"), _TYPES) and "role" not in record for record in records)


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=GrokDecoder)
