"""Session files of Kiro CLI: JSONL, append-only, one entry of its event log a line.

An entry has a `kind` and its `data`; blocks of content have the same two fields. Only prompts have a time. The id of
the session is the file's name; where it ran stands in a file beside it, which is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.values import Call, Recent, arguments, epoch, one_of
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, ResultStatus, SourceInfo, UserTurn

NAME = "kiro-cli"
_KINDS = frozenset({"Prompt", "AssistantMessage", "ToolResults"})
_SEAMS = {"Compaction": "compaction", "ResetTo": "rewind", "CancelledPrompt": "abort", "Clear": "rewind"}
_CANCELLED = "Cancelled"
_EXIT = re.compile(r"(?:exit (?:status|code): )?(-?\d{1,9})\Z")
_WRITERS = frozenset({"write", "fs_write"})
_OWN_ARGUMENT = re.compile(r"__.{0,80}purpose\Z", re.IGNORECASE)
"""An argument that every tool has: what the call is for, in the model's words."""


class _Block(msgspec.Struct):
    kind: str = ""
    data: Any = None


class _Use(msgspec.Struct, rename="camel"):
    tool_use_id: str | None = None
    name: str = ""
    input: Any = None


class _Answer(msgspec.Struct, rename="camel"):
    tool_use_id: str | None = None
    content: list[_Block] | str | None = None
    status: str | None = None


class _Data(msgspec.Struct):
    message_id: str | None = None
    content: list[_Block] = []
    results: Any = None
    meta: Any = None


class _Entry(msgspec.Struct):
    kind: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


_Opened: TypeAlias = str | _Use | _Answer | None
_entry_decoder = msgspec.json.Decoder(_Entry)
_data_decoder = msgspec.json.Decoder(_Data)


class KiroDecoder(Decoder):
    """Reads one session file."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._run = run_id(NAME, stem, stem, salt)
        self._begun = False
        self._ids: Recent[str, None] = Recent()
        """Ids of records: one that comes again is another record's, and takes no event's place."""
        self._calls: Recent[str, Call] = Recent()

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        entry = _entry_decoder.decode(data)
        draft.at(run=self._run)
        if entry.kind in _SEAMS:
            draft.add(Boundary, "seam", what=_SEAMS[entry.kind])
            return
        if entry.kind not in _KINDS:
            draft.unknown = entry.kind or "(no kind)"
            return
        message = _data_decoder.decode(entry.data)
        blocks = [_opened(block) for block in message.content]
        time = message.meta.get("timestamp") if isinstance(message.meta, dict) else None
        draft.at(key=self._ids.fresh(message.message_id, None), time=epoch(time))
        if not self._begun:
            self._begun = True
            draft.start(self.stem, NAME)
        match entry.kind:
            case "Prompt":
                draft.add(UserTurn, 0, text="\n".join(block for block in blocks if isinstance(block, str)))
            case "AssistantMessage":
                self._agent(blocks, draft)
            case _:
                self._results(blocks, message.results, draft)
        draft.bookkeeping = not draft.events

    def _agent(self, blocks: list[_Opened], draft: Draft) -> None:
        acts = any(isinstance(block, _Use) for block in blocks)
        for index, block in enumerate(blocks):
            if isinstance(block, _Use):
                self._call(block, index, draft)
            elif isinstance(block, str) and block.strip():
                draft.add(AgentText, index, text=block, channel="commentary" if acts else "final")
        if not acts:
            draft.add(Boundary, "end", what="turn_end")

    def _call(self, use: _Use, index: int, draft: Draft) -> None:
        args = arguments(use.input)
        purpose = next((name for name in args if _OWN_ARGUMENT.match(name)), None)
        said = args[purpose] if purpose is not None else None
        args = {name: value for name, value in args.items() if name != purpose}
        call_id = use.tool_use_id or draft.event_id(index)
        self._calls[call_id] = Call(use.name, args)
        description = said if isinstance(said, str) else None
        draft.call(index, call_id, use.name, args, description=description)

    def _results(self, blocks: list[_Opened], told: object, draft: Draft) -> None:
        for index, block in enumerate(blocks):
            if isinstance(block, _Answer):
                call_id = block.tool_use_id or draft.event_id(index)
                outcome = told.get(call_id) if isinstance(told, dict) else None
                cancelled = isinstance(outcome, dict) and outcome.get("result") == _CANCELLED
                parts = [part.data for part in block.content] if isinstance(block.content, list) else [block.content]
                tell(draft, index, call_id, self._calls.pop(call_id), parts, block.status, cancelled=cancelled)


def _opened(block: _Block) -> _Opened:
    """Read a block's data; None for what is neither said, called nor answered. Raises `ValueError` for other shapes."""
    match block.kind:
        case "text":
            return msgspec.convert(block.data, str)
        case "toolUse":
            return msgspec.convert(block.data, _Use)
        case "toolResult":
            return msgspec.convert(block.data, _Answer)
        case _:
            return None


def tell(
    draft: Draft,
    block: int | str,
    call_id: str,
    call: Call | None,
    parts: Sequence[object],
    told: object,
    *,
    cancelled: bool,
) -> None:
    """Tell what came of a call, from the parts of the answer and how the log says that it ended."""
    code = None if cancelled else next((code for part in parts if (code := _exit_of(part)) is not None), None)
    status: ResultStatus = "unknown"
    if cancelled:
        status = "denied"
    elif code or one_of(told, {"error", "Error"}):
        status = "failed"
    elif one_of(told, {"success", "Success"}):
        status = "succeeded"
    text = "\n".join(text for part in parts if (text := _shown(part)))
    files = _files(call) if call is not None and status == "succeeded" else ()
    draft.result(block, call_id, text, status, code, files=files, denied_by="user")


def _exit_of(data: object) -> int | None:
    """Return a command's exit code out of what its tool answered."""
    status = data.get("exit_status") if isinstance(data, dict) else None
    found = _EXIT.match(status) if isinstance(status, str) else None
    return int(found[1]) if found else None


def _shown(data: object) -> str:
    """Return what the agent was shown: text as it is, what a command wrote, anything else as JSON."""
    if isinstance(data, str):
        return data
    if isinstance(data, dict) and "exit_status" in data:
        return "\n".join(text for name in ("stdout", "stderr") if isinstance(text := data.get(name), str) and text)
    return msgspec.json.encode(data).decode() if data is not None else ""


def _files(call: Call) -> tuple[FileChange, ...]:
    """Return the file that a call changed."""
    if call.tool not in _WRITERS:
        return ()
    return edited(call.args, "create" if call.args.get("command") == "create" else "edit")


def recognises(head: Head) -> bool:
    """Tell a session file by its first entries."""
    return any(
        one_of(record.get("kind"), _KINDS) and "version" in record and isinstance(record.get("data"), dict)
        for record in head.objects[:4]
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=KiroDecoder)
