"""What Cline and its forks keep for their own screen, `ui_messages.json`: read where the conversation is not beside it.

It says what was asked, what the agent said, which files and commands its tools were for, and what commands printed; of
other tools it does not say what came back, nor of any how it ended. A record is a message.
"""

from __future__ import annotations

import re
from pathlib import PurePath

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, document_adapter, mended
from assure_tui.ingest.adapters.cline import NAME
from assure_tui.ingest.adapters.values import arguments, epoch
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, ResultStatus, UserTurn

_MARK = re.compile(
    rb'\A\[\s{0,64}\{\s{0,64}"ts"\s{0,16}:\s{0,16}\d{10,16}\s{0,16},\s{0,64}"type"\s{0,16}:\s{0,16}"(?:say|ask)"'
)
FILE = "ui_messages"
_PEOPLE = frozenset({"task", "user_feedback", "user_feedback_diff"})
_SAID = frozenset({"text", "followup", "plan_mode_respond", "mistake_limit_reached"})
_CALLS = frozenset({"tool", "use_mcp_server", "browser_action", "browser_action_launch", "use_subagents"})
_PRINTED = "command_output"
_FAILED = frozenset({"diff_error", "error"})
"""What is said of a call that failed, right behind it."""
_QUIETLY = """
api_req_deleted api_req_failed api_req_finished api_req_retried api_req_retry_delayed api_req_started
checkpoint_created checkpoint_saved clineignore_error condense deleted_api_reqs error_retry hook_status info
load_mcp_documentation mcp_server_request_started reasoning resume_completed_task resume_task
shell_integration_warning summarize_task task_progress
"""
_QUIET = frozenset(_QUIETLY.split())
_NAMES = {
    "readFile": "read_file",
    "newFileCreated": "write_to_file",
    "editedExistingFile": "replace_in_file",
    "appliedDiff": "apply_diff",
    "fileDeleted": "delete_file",
    "listFilesTopLevel": "list_files",
    "listFilesRecursive": "list_files",
    "listCodeDefinitionNames": "list_code_definition_names",
    "searchFiles": "search_files",
}
"""Tools as the screen calls them, and as the agent does."""


class _Model(msgspec.Struct, rename="camel"):
    model_id: str | None = None


class _Message(msgspec.Struct):
    ts: object = None
    type: str = ""
    say: str | None = None
    ask: str | None = None
    text: str | None = None
    partial: bool | None = None
    model: _Model | None = msgspec.field(default=None, name="modelInfo")


_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_message_decoder = msgspec.json.Decoder(_Message)


class ClineViewDecoder(DocumentDecoder):
    """Reads one task as the screen showed it."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        folder = PurePath(self.source.path).parent.name
        native = folder if self.stem == FILE and folder else self.stem
        raws = mended(data, _list_decoder.decode)
        view = _View(run_id(NAME, native, native, self.salt), native, len(raws))
        return self.items(raws, _message_decoder, view.message, start=view.start)


class _View:
    """One task in the reading."""

    def __init__(self, run: str, native: str, messages: int) -> None:
        self._run = run
        self._native = native
        self._left = messages
        self._model: str | None = None
        self._asked = False
        self._open: str | None = None
        """The call of which nothing more has been told."""
        self._printed: list[str] = []

    def start(self, draft: Draft) -> None:
        """Tell of the task itself."""
        draft.at(run=self._run)
        self._begin("run", draft)

    def _begin(self, block: str, draft: Draft) -> None:
        draft.start(self._native, NAME, block=block, model=self._model, complete=False, coding=True)

    def message(self, message: _Message, draft: Draft) -> None:
        """Turn one message into events."""
        draft.at(run=self._run, time=epoch(message.ts))
        self._left -= 1
        model = message.model.model_id if message.model else None
        if model and model != self._model:
            self._model = model
            self._begin("model", draft)
        kind, text = message.say or message.ask or "", message.text or ""
        if kind == _PRINTED:
            self._printed.append(text)
        elif kind not in _QUIET:
            self._close(draft, "failed" if kind in _FAILED else "unknown")
            self._tell(message, kind, text, draft)
        if not self._left:
            self._close(draft, "unknown")
        draft.bookkeeping = not draft.events

    def _tell(self, message: _Message, kind: str, text: str, draft: Draft) -> None:
        if kind in _PEOPLE or (kind == "text" and not self._asked):
            self._asked = True
            draft.add(UserTurn, 0, text=text)
        elif kind in _SAID:
            draft.add(AgentText, 0, text=text, channel="commentary", cut=message.partial is True)
        elif kind == "completion_result":
            if message.say and not message.partial:
                draft.add(AgentText, 0, text=text, channel="final")
                draft.add(Boundary, "end", what="turn_end")
        elif message.partial:
            return  # what was still being written down was not done yet
        elif kind == "command":
            self._call(draft, "execute_command", {"command": text})
        elif kind in _CALLS:
            args = arguments(text)
            shown = args.pop("tool", None) or args.pop("toolName", None)
            tool = _NAMES.get(shown, shown) if isinstance(shown, str) else "tool"
            if tool == "read_file":
                args.pop("content", None)  # the path again, as the disk has it
            self._call(draft, tool, args)
        elif kind not in _FAILED:
            draft.unknown = f"{message.type} {kind}".strip() or "(no type)"

    def _call(self, draft: Draft, tool: str, args: dict[str, object]) -> None:
        self._open = draft.event_id(0)
        draft.call(0, self._open, tool, args)

    def _close(self, draft: Draft, status: ResultStatus) -> None:
        """Tell what a command printed, and of any call that it came to an end."""
        call_id, text = self._open, "".join(self._printed)
        self._open, self._printed = None, []
        if call_id is not None:
            draft.result("before", call_id, text, status)


def recognises(head: Head) -> bool:
    """Tell the file by its first message."""
    return _MARK.match(head.data.removeprefix(b"\xef\xbb\xbf").lstrip()) is not None


ADAPTER = document_adapter(NAME, recognises, ClineViewDecoder, complete=False, parts=("..",))
