"""Trajectories of SWE-agent: one JSON document, rewritten with each step.

A step is a thought, one action and what came back. An action is a line for a shell in which SWE-agent's own editor
commands are programs like others; those are read as the editor's, since they say in words whether they went well. No
exit code is kept: how a command ended shows only in what it printed.
"""

from __future__ import annotations

import re
import shlex
from typing import Any, Literal

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, Json, document_adapter, mended
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.values import plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, ResultStatus, UserTurn

NAME = "swe-agent"
MAX_PROMPTS = 16
"""Messages before the agent's first that are looked at."""
MAX_SPLIT = 256 * 1024
"""Longest action that is taken apart into words."""
_SHELL, _EDITOR, _SUBMIT = "bash", "str_replace_editor", "submit"
_FILE_COMMANDS = frozenset({"open", "create", "edit", "insert"})
_VIEWS = frozenset({"goto", "scroll_up", "scroll_down", "set_cursors", "filemap", "view_image"})
_SEARCHES = frozenset({"find_file", "search_dir", "search_file"})
_EDITS = frozenset({"create", "edit", "insert", "str_replace", "undo_edit"})
_DONE = re.compile(
    r"\A\s{0,8}(?:\[File: |Text replaced|File created|The file [^\n]{1,1000} has been edited)"
    r"|\nFile updated\. Please review|Edit the file again if necessary\.\s{0,8}\Z|\AFile created successfully"
)
_FAILED = re.compile(r"\A\s{0,8}(?:Your proposed edit has introduced|Usage:|No file open|Your edit was not applied)")
_SECTION = re.compile(r"edit (\d{1,9}:\d{1,9})\n(.*?)\n?(?:end_of_edit\s{0,8})?\Z", re.DOTALL)
_MARKS = (re.compile(rb'"trajectory"\s{0,64}:\s{0,64}\['), re.compile(rb'"observation"\s{0,64}:\s{0,64}"'))


class _Step(msgspec.Struct):
    action: str | None = None
    observation: Any = None
    thought: str | None = None
    response: str | None = None
    state: Any = None


class _Said(msgspec.Struct):
    role: str = ""
    content: Any = None
    is_demo: Any = None


class _Info(msgspec.Struct):
    exit_status: str | None = None


class _Document(msgspec.Struct):
    trajectory: list[msgspec.Raw]
    history: list[msgspec.Raw] = []
    info: _Info | None = None
    environment: str | None = None


_document_decoder = msgspec.json.Decoder(_Document)
_step_decoder = msgspec.json.Decoder(_Step)
_said_decoder = msgspec.json.Decoder(_Said)


class SweAgentDecoder(DocumentDecoder):
    """Reads one trajectory. A record is a step."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a step of unexpected shape is counted and left out."""
        found = mended(data, _document_decoder.decode)
        reading = _Reading(found, run_id(NAME, self.stem, self.stem, self.salt), self.stem)
        return self.items(found.trajectory, _step_decoder, reading.step, start=reading.start)


class _Reading:
    """One trajectory in the reading."""

    def __init__(self, document: _Document, run: str, native: str) -> None:
        self._document = document
        self._run = run
        self._native = native
        self._open: str | None = None
        """The file that stands open in the editor."""
        self._left = len(document.trajectory)

    def start(self, draft: Draft) -> None:
        """Tell of the run itself, and of what the agent was told at its beginning."""
        draft.at(run=self._run)
        cwd = _state(self._first_state()).get("working_dir")
        draft.start(self._native, NAME, cwd=cwd if isinstance(cwd, str) else None)
        for index, raw in enumerate(self._document.history[:MAX_PROMPTS]):
            try:
                said = _said_decoder.decode(raw)
            except (ValueError, RecursionError):
                continue
            if said.role not in {"system", "user"}:
                break
            if not said.is_demo:
                own = said.role == "system"
                draft.add(UserTurn, f"told{index}", text=plain_text(said.content), synthetic=own, system=own)

    def _first_state(self) -> object:
        try:
            return _step_decoder.decode(self._document.trajectory[0]).state
        except (ValueError, RecursionError):
            return None

    def step(self, step: _Step, draft: Draft) -> None:
        """Turn one step into events."""
        draft.at(run=self._run)
        self._left -= 1
        state = _state(step.state)
        shown = state.get("open_file")
        before, self._open = self._open, shown if isinstance(shown, str) and shown != "n/a" else self._open
        action, text = (step.action or "").strip(), plain_text(step.observation)
        ends = action.split(None, 1)[:1] == [_SUBMIT] or not action
        if words := (step.thought or (step.response if not action else "") or "").strip():
            draft.add(AgentText, 0, text=words, channel="final" if ends else "commentary")
        if not ends:
            tool, args = _call(action, self._open or before)
            call_id = draft.event_id(1)
            draft.call(1, call_id, tool, args)
            status = _outcome(tool, args, text)
            files = _files(tool, args) if status == "succeeded" else ()
            draft.result(2, call_id, text, status, files=files)
        elif action:
            draft.add(Boundary, "submitted", what="turn_end")
        if not self._left:
            info = self._document.info
            draft.add(Boundary, "end", what="run_end", detail=info.exit_status if info is not None else None)


def _state(value: object) -> Json:
    """Return the state of the shell after a step, which older versions keep as JSON text."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _call(action: str, shown: str | None) -> tuple[str, Json]:
    """Return the tool that an action is for, and its arguments; `shown` is the file that the editor has open."""
    name = action.split(None, 1)[0]
    rest = action[len(name) :].strip()
    if name == _EDITOR:
        return _EDITOR, _editor(rest)
    if name in _SEARCHES or name in _VIEWS:
        return name, {"arguments": rest} if rest else {}
    if name not in _FILE_COMMANDS:
        return _SHELL, {"command": action}
    words = _words(rest)
    if name in {"open", "create"}:
        return name, {"path": words[0]} if words else {}
    args: Json = {"path": shown} if shown else {}
    section = _SECTION.match(action)
    if section is not None:
        return name, args | {"lines": section[1], "text": section[2]}
    if name == "edit" and len(words) >= 2:
        return name, args | {"old_string": words[0], "new_string": words[1]}
    return name, args | {"text": words[0] if words else rest}


def _editor(rest: str) -> Json:
    """Read the arguments of the editor that takes its verb, a path and options."""
    words = _words(rest)
    args: Json = dict(zip(("command", "path"), words, strict=False))
    for option, value in zip(words[2::2], words[3::2], strict=False):
        if option.startswith("--"):
            args[option[2:]] = value
    return args


def _words(text: str) -> list[str]:
    if len(text) > MAX_SPLIT:
        return text.split(None, 2)
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _outcome(tool: str, args: Json, text: str) -> ResultStatus:
    """Return how an action ended, as far as what came back says so."""
    if tool == _SHELL:
        return "unknown"
    if _FAILED.match(text) or says_error(text):
        return "failed"
    writes = tool in _EDITS or (tool == _EDITOR and args.get("command") in _EDITS)
    return "unknown" if writes and not _DONE.search(text) else "succeeded"


def _files(tool: str, args: Json) -> tuple[FileChange, ...]:
    op: Literal["create", "edit"] = "create" if "create" in {tool, args.get("command")} else "edit"
    verb = args.get("command") if tool == _EDITOR else tool
    return edited(args, op) if verb in _EDITS else ()


def recognises(head: Head) -> bool:
    """Tell a trajectory by its steps: what was done, and what was seen."""
    return not head.is_lines and all(mark.search(head.data) for mark in _MARKS) and b'"action"' in head.data


ADAPTER = document_adapter(NAME, recognises, SweAgentDecoder)
