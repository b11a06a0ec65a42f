"""Transcripts of Antigravity, its CLI and its editor: JSONL, append-only, one step a line.

`brain/<conversation>/.system_generated/logs/transcript_full.jsonl`; beside it, or alone, `transcript.jsonl` with long
texts cut. A result does not name its call: steps answer the calls of the response before them, each type those of its
kind, in order. A command that goes on in the background ends in a later system message that names its task.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head, Json
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.values import Ending, Recent, arguments, ended, epoch
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, SourceInfo, UserTurn

NAME = "antigravity"
FULL = "transcript_full.jsonl"
_PENDING = 256
"""Calls of one response that are waited for."""
_ANSWERS = {
    "run_command": "RUN_COMMAND",
    "view_file": "VIEW_FILE",
    "list_dir": "LIST_DIRECTORY",
    "grep_search": "GREP_SEARCH",
    "search_web": "SEARCH_WEB",
    "read_url_content": "READ_URL_CONTENT",
    "invoke_subagent": "INVOKE_SUBAGENT",
    **dict.fromkeys(
        ("write_file", "write_to_file", "replace_file_content", "multi_replace_file_content"), "CODE_ACTION"
    ),
}
"""Which type of step answers a call of a tool; calls of other tools are answered by any other type."""
_BOOKKEEPING = frozenset({"CONVERSATION_HISTORY", "EPHEMERAL_MESSAGE", "CHECKPOINT", "USAGE"})
_REQUEST = ("<USER_REQUEST>", "</USER_REQUEST>")
_MODEL = re.compile(r"setting `Model Selection` from [^\n]{0,80}? to ([^\n]{1,80}?)\.(?:\s|\Z)")
_HEAD = r"\A(?:Created At: [^\n]{0,80}\n)?(?:Completed At: [^\n]{0,80}\n)?\s{0,80}"
_ENDED = re.compile(
    _HEAD + r"The command (?:completed successfully|(?:failed with exit code:|exited with code) (-?\d{1,9}))"
)
_RUNNING = re.compile(_HEAD + r"Tool is running as a background task with task id: ([\w./-]{1,160})")
_FINISHED = re.compile(r"Task id \"([\w./-]{1,160})\" finished with result:")
_CHILD = re.compile(r'"conversationId":\s{0,8}"([\w-]{1,80})"')
_DIFF = ("[diff_block_start]\n", "[diff_block_end]")
_LABELS = frozenset({"toolAction", "toolSummary"})
"""Arguments of every call that only say what it is for."""


class _Wanted(msgspec.Struct):
    name: str = ""
    args: Any = None


class _Step(msgspec.Struct):
    source: str = ""
    type: str = ""
    status: str | None = None
    created_at: Any = None
    content: str | None = None
    error: Any = None
    exit_code: int | None = None
    tool_calls: list[_Wanted] | None = None
    truncated_fields: list[str] | None = None


class _Call(msgspec.Struct):
    id: str
    tool: str
    args: Json


_step_decoder = msgspec.json.Decoder(_Step)


class AntigravityDecoder(Decoder):
    """Reads one transcript."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._native = _conversation(source.path) or stem
        self._run = self._run_of(self._native)
        self._told: str | None = None
        """The model, as told; empty before any was."""
        self._pending: list[_Call] = []
        self._tasks: Recent[str, _Call] = Recent()
        """Calls that go on in the background, by their task."""

    def _run_of(self, conversation: str) -> str:
        return run_id(NAME, conversation, self.stem, self.salt)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        step = _step_decoder.decode(data)
        draft.at(run=self._run, time=epoch(step.created_at))
        text = step.content or ""
        match step.type:
            case "":
                draft.unknown = "(no type)"
                return
            case kind if kind in _BOOKKEEPING:
                pass
            case "USER_INPUT":
                self._user(text, draft)
            case "PLANNER_RESPONSE":
                self._agent(step, text, draft)
            case "SYSTEM_MESSAGE":
                self._system(text, draft)
            case "ERROR_MESSAGE":
                draft.add(Boundary, "error", what="api_error", detail=text[:200])
            case _ if step.source == "MODEL":
                self._answer(step, text, draft)
            case kind:
                draft.unknown = kind
                return
        draft.bookkeeping = not draft.events

    def _begin(self, draft: Draft, model: str = "") -> None:
        if self._told is None or (model and model != self._told):
            self._told = model
            draft.start(self._native, NAME, model=model or None)

    def _user(self, text: str, draft: Draft) -> None:
        """Take what was typed as such, and what the program puts around it as its own."""
        before, typed, after = _parted(text, _REQUEST) or ("", text, "")
        around = before + after
        chosen = _MODEL.search(around)
        self._begin(draft, chosen[1] if chosen else "")
        draft.add(UserTurn, 0, text=typed)
        if around.strip():
            draft.add(UserTurn, "0.around", text=around, synthetic=True)

    def _agent(self, step: _Step, text: str, draft: Draft) -> None:
        self._begin(draft)
        wanted, failed = step.tool_calls or [], step.status == "ERROR"
        if text.strip():
            draft.add(AgentText, 0, text=text, channel="commentary" if wanted else "final", cut=failed)
        self._pending = []
        for index, call in enumerate(wanted, 1):
            given = {name: _opened(value) for name, value in arguments(call.args).items()}
            args = {name: value for name, value in given.items() if name not in _LABELS}
            said = given.get("toolSummary") or given.get("toolAction")
            made = _Call(draft.event_id(index), call.name, args)
            self._pending.append(made)
            draft.call(index, made.id, made.tool, args, description=said if isinstance(said, str) else None)
        del self._pending[_PENDING:]
        if not wanted:
            draft.add(Boundary, "end", what="turn_end")

    def _answer(self, step: _Step, text: str, draft: Draft) -> None:
        """Give a step as the result of the call that it answers; one that answers none is a call by itself."""
        call = self._take(step.type)
        if call is None:
            self._begin(draft)
            call = _Call(draft.event_id(0), step.type.lower(), {})
            draft.call(0, call.id, call.tool, {})
        status, code, source = _outcome(step, text)
        running = _RUNNING.match(text)
        if running is not None and status == "running":
            self._tasks[running[1]] = call
        child = _CHILD.search(text) if step.type == "INVOKE_SUBAGENT" else None
        draft.result(
            1,
            call.id,
            text,
            status,
            code,
            source,
            truncated="content" in (step.truncated_fields or ()),
            files=_files(call, text) if step.type == "CODE_ACTION" and status == "succeeded" else (),
            facts={"child_run": self._run_of(child[1])} if child is not None else {},
        )

    def _take(self, kind: str) -> _Call | None:
        """Take the first call that waits for a step of this type."""
        fits = [call for call in self._pending if _ANSWERS.get(call.tool) == kind]
        if not fits and kind not in _ANSWERS.values():
            fits = [call for call in self._pending if call.tool not in _ANSWERS]
        if not fits:
            return None
        self._pending.remove(fits[0])
        return fits[0]

    def _system(self, text: str, draft: Draft) -> None:
        finished = _FINISHED.search(text)
        call = self._tasks.pop(finished[1]) if finished is not None else None
        if finished is not None and call is not None:
            shown = text[finished.end() :]
            status, code, source = _ending(shown)
            draft.result("0.later", call.id, shown, status, code, source)
        draft.add(UserTurn, 0, text=text, synthetic=True)


def _outcome(step: _Step, text: str) -> Ending:
    if step.status == "ERROR" or step.error:
        return "failed", step.exit_code, "none" if step.exit_code is None else "structured"
    if step.exit_code is not None:
        return "failed" if step.exit_code else "succeeded", step.exit_code, "structured"
    if step.status == "RUNNING" or _RUNNING.match(text):
        return "running", None, "none"
    if step.type == "RUN_COMMAND":
        return _ending(text)
    return "succeeded" if step.status == "DONE" else "unknown", None, "none"


def _ending(text: str) -> Ending:
    """Read how a command ended where its result begins; what it printed comes after that."""
    found = _ENDED.match(text)
    if found is None:
        return "unknown", None, "none"
    code = int(found[1] or 0)
    return ended(code, "text")


def _opened(value: object) -> object:
    """Return an argument that was encoded twice as it was meant."""
    if isinstance(value, str) and value[:1] in {'"', "[", "{"}:
        try:
            return msgspec.json.decode(value)
        except (ValueError, RecursionError):
            return value
    return value


def _parted(text: str, marks: tuple[str, str]) -> tuple[str, str, str] | None:
    """Return what stands before, between and after two marks, the first of the one and the last of the other."""
    start, end = text.find(marks[0]), text.rfind(marks[1])
    if not 0 <= start < end:
        return None
    return text[:start], text[start + len(marks[0]) : end].strip("\n"), text[end + len(marks[1]) :]


def _files(call: _Call, text: str) -> tuple[FileChange, ...]:
    shown = _parted(text, _DIFF)
    files = edited(call.args, "create" if "\nCreated file " in f"\n{text[:400]}" else "edit")
    return tuple(msgspec.structs.replace(file, diff=shown[1] or None if shown else None) for file in files)


def _conversation(path: str) -> str | None:
    """Return the conversation whose folder a transcript lies in."""
    parts = PurePath(path).parts
    return parts[-4] if len(parts) > 3 and parts[-3:-1] == (".system_generated", "logs") else None


def recognises(head: Head) -> bool:
    """Tell a transcript by its steps; one with cut texts is left alone where the whole one lies beside it."""
    steps = head.objects[:4]
    if not any(_is_step(record) for record in steps):
        return False
    return head.path.name == FULL or not head.path.with_name(FULL).exists()


def _is_step(record: Json) -> bool:
    return isinstance(record.get("step_index"), int) and all(
        isinstance(record.get(name), str) for name in ("source", "type", "status")
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=AntigravityDecoder)
