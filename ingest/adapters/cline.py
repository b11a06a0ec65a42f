"""Tasks of Cline as its editor extension keeps them, and of its forks Roo and Kilo.

`api_conversation_history.json` is a list of Anthropic messages in which a call may be a `tool_use` block or XML in the
agent's text, and in which what a call gave may be plain text of the user role, under a header: `[read_file for 'a.py']
Result:`. A person's words stand in tags of their own there (`<task>`, `<feedback>`, …); everything else in the user
role was written by the program. Tags within a result are the result's, since a file or a command may print them: they
are a person's only where that answer is known to carry one.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, Json, document_adapter, mended
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.values import Ending, arguments, epoch, plain_text, replaced
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, FileChange, ResultStatus, UserTurn

NAME = "cline"
FILE = "api_conversation_history"

_ENDS = {"attempt_completion": "result", "plan_mode_respond": "response", "ask_followup_question": "question"}
"""Tools by which the agent speaks to its user and waits, and the argument that holds its words."""
_COMMAND = "execute_command"
_EDITORS = frozenset({"replace_in_file", "apply_diff"})
_OTHERS = """
access_mcp_resource browser_action codebase_search condense fetch_instructions generate_image insert_content
list_code_definition_names list_files load_mcp_documentation new_rule new_task read_file report_bug run_slash_command
search_and_replace search_files skill summarize_task switch_mode update_todo_list use_mcp_tool use_subagents web_fetch
write_to_file
"""
_TOOLS = frozenset({_COMMAND, *_ENDS, *_EDITORS, *_OTHERS.split()})
"""What an XML element in the agent's words must be called to be a call."""
_LONG = frozenset({"content", "diff", "result", "response", "arguments"})
"""Arguments that may hold tags themselves: they reach to the last closing tag of their name."""

_OPENING = re.compile(r"^[ \t]{0,16}<(" + "|".join(sorted(_TOOLS)) + r")>", re.MULTILINE)
_ARGUMENT = re.compile(r"<([a-z][a-z_]{0,40})>")
_THOUGHT = re.compile(r"\A\s{0,64}<thinking>.*?</thinking>", re.DOTALL)
_HEADER = re.compile(r"\A\[([A-Za-z][\w.-]{1,100})(?= for |\]|\.)")
_RESULT = "] Result:"
_NOT_RUN = re.compile(r"\ATool \[([\w.-]{1,100})\] was not executed")
_SURROUNDINGS = "<environment_details>"
_FOLDER = re.compile(r"^# Current (?:Working|Workspace) Directory \(([^)\n]{1,4096})\)", re.MULTILINE)
_PERSON = re.compile(r"<(task|feedback|answer|user_message)>")
_DENIED = "The user denied this operation"
_RUNNING = "Command is still running"
_FAILED = ("The tool execution failed", "Command execution was not successful", "Error executing")
_CODE = re.compile(r"exit code:? (-?\d{1,9})\b", re.IGNORECASE)
_OUTPUT = "\nOutput:"
MAX_OPEN = 4096
MAX_HEAD = 600
"""Code points of a command's answer, before what it printed, in which its exit code may stand."""
_OLD, _MIDDLE, _NEW = (re.compile(mark) for mark in (r"[<-]{7} ?SEARCH", r"={7}\s{0,8}\Z", r"[>+]{7} ?REPLACE"))
"""Lines around the old and the new text of an edit."""
_ABOUT = re.compile(r":(?:start|end)_line:|-{7}\s{0,8}\Z")
_MARK = re.compile(rb'"(?:text|content)"\s{0,64}:\s{0,64}"\s{0,8}(?:\\n){0,4}<(?:task|user_message)>')


class _Message(msgspec.Struct):
    role: str = ""
    content: object = None
    ts: object = None


class _Block(msgspec.Struct):
    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: object = None
    tool_use_id: str | None = None
    content: object = None
    is_error: bool | None = None


_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_message_decoder = msgspec.json.Decoder(_Message)


class _Called(NamedTuple):
    call_id: str
    tool: str
    args: Json


class ClineDecoder(DocumentDecoder):
    """Reads one task. A record is a message."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a message of unexpected shape is counted and left out."""
        raws = mended(data, _list_decoder.decode)
        folder = PurePath(self.source.path).parent.name
        native = folder if self.stem == FILE and folder else self.stem
        task = _Task(run_id(NAME, native, native, self.salt), native)
        return self.items(raws, _message_decoder, task.message, start=task.start)


class _Task:
    """One task in the reading."""

    def __init__(self, run: str, native: str) -> None:
        self._run = run
        self._native = native
        self._open: deque[_Called] = deque(maxlen=MAX_OPEN)
        """Calls without an answer, the oldest first."""
        self._waiting: _Called | None = None
        """The call whose answer is in the next block of text, after a header of its own."""
        self._folder: str | None = None
        self._asked = False
        self._acted = False

    def start(self, draft: Draft) -> None:
        """Tell of the task itself."""
        draft.at(run=self._run)
        self._started("run", draft)

    def message(self, message: _Message, draft: Draft) -> None:
        """Turn one message into events."""
        draft.at(run=self._run, time=epoch(message.ts))
        self._waiting = None
        blocks = list(_blocks(message.content, draft))
        if message.role == "assistant":
            self._spoke(blocks, draft)
        elif message.role == "user":
            for index, block in blocks:
                self._told(index, block, draft)
            self._asked = True
        else:
            draft.unknown = f"role {message.role}"

    def _started(self, block: str, draft: Draft) -> None:
        draft.start(self._native, NAME, block=block, cwd=self._folder, coding=True)

    # The agent --------------------------------------------------------------------------------------------------------

    def _spoke(self, blocks: list[tuple[int, _Block]], draft: Draft) -> None:
        self._acted = True
        in_blocks = any(block.type == "tool_use" for _, block in blocks)
        for index, block in blocks:
            if block.type == "tool_use":
                self._call(f"{index}", block.id, block.name or "", arguments(block.input), draft)
            elif block.text:
                self._words(index, block.text, draft, in_blocks=in_blocks)

    def _words(self, index: int, text: str, draft: Draft, *, in_blocks: bool) -> None:
        """Take the agent's text: words, and the call in XML that may end them."""
        thought = _THOUGHT.match(text)
        said = text[thought.end() :] if thought else text
        found = None if in_blocks else _OPENING.search(said)
        before = said[: found.start()] if found else said
        if before.strip():
            channel = "commentary" if found or in_blocks else "final"
            draft.add(AgentText, index, text=before, channel=channel)
        if found:
            self._call(f"{index}.call", None, found[1], _arguments(found[1], said[found.end() :]), draft)

    def _call(self, block: str, native: str | None, tool: str, args: Json, draft: Draft) -> None:
        words = args.get(_ENDS.get(tool, ""))
        if isinstance(words, str) and words.strip():
            draft.add(AgentText, block, text=words, channel="final")
            draft.add(Boundary, f"{block}.end", what="turn_end")
            block = f"{block}.asked"
        call = _Called(native or draft.event_id(block), tool, args)
        self._open.append(call)
        if tool not in _ENDS:
            draft.call(block, call.call_id, tool, args)

    # The user role ----------------------------------------------------------------------------------------------------

    def _told(self, index: int, block: _Block, draft: Draft) -> None:
        if block.type == "tool_result":
            self._result(
                f"{index}",
                self._take(call_id=block.tool_use_id),
                plain_text(block.content),
                draft,
                is_error=block.is_error,
            )
            return
        text = block.text or ""
        header = _HEADER.match(text)
        ends = text.find(_RESULT) if header else -1
        if header and ends >= 0:
            called = self._take(header[1])
            answer = text[ends + len(_RESULT) :].removeprefix("\n")
            if answer.strip():
                self._result(f"{index}", called, answer, draft)
            else:
                self._waiting = called
        elif self._waiting is not None and text.strip():
            self._result(f"{index}", self._waiting, text, draft)
            self._waiting = None
        elif refused := _NOT_RUN.match(text):
            if called := self._take(refused[1]):
                self._answered(f"{index}", called, text, draft, ("failed", None, "none"))
        elif text.strip():
            self._typed(f"{index}", text, draft)

    def _typed(self, block: str, text: str, draft: Draft) -> None:
        """Take words that are no answer: a person's where they stand in a person's tags, or begin a task without."""
        text, surroundings = _parted(text)
        if surroundings:
            self._surrounded(f"{block}.around", surroundings, draft)
        typed = _of_person(text)
        for number, words in enumerate(typed):
            self._asks(f"{block}.{number}" if number else block, words, draft)
        if not typed and text.strip():
            draft.add(UserTurn, block, text=text, synthetic=self._asked)

    def _asks(self, block: str, words: str, draft: Draft) -> None:
        if self._acted:
            draft.add(Boundary, f"{block}.before", what="turn_end")
        self._acted = False
        draft.add(UserTurn, block, text=words)

    def _surrounded(self, block: str, text: str, draft: Draft) -> None:
        folder = _FOLDER.search(text)
        if folder and self._folder is None:
            self._folder = folder[1]
            self._started(f"{block}.run", draft)
        draft.add(UserTurn, block, text=text, synthetic=True)

    def _take(self, tool: str | None = None, call_id: str | None = None) -> _Called | None:
        """Return the oldest open call of a tool, or the one of an id, and hold it open no more."""
        found = next((call for call in self._open if tool == call.tool or (call_id and call_id == call.call_id)), None)
        if found:
            self._open.remove(found)
        return found

    def _result(
        self, block: str, called: _Called | None, text: str, draft: Draft, *, is_error: bool | None = None
    ) -> None:
        """Take an answer with all of its text: what reads like the program's words may have been planted in it."""
        called = called or _Called(draft.event_id(block), "", {})
        if called.tool in _ENDS:
            self._typed(block, text, draft)
            return
        self._answered(block, called, text, draft, _ending(called.tool, text, is_error=is_error))
        bare = _parted(text)[0]
        denied, running = text.startswith(_DENIED), text.startswith(_RUNNING) and bare.endswith("</feedback>")
        if typed := _of_person(bare) if denied or running else []:
            self._asks(f"{block}.typed", typed[-1], draft)

    def _answered(self, block: str, called: _Called, text: str, draft: Draft, ending: Ending) -> None:
        status, code, source = ending
        went = status == "succeeded" and called.tool in _EDITORS
        draft.result(block, called.call_id, text, status, code, source, files=_files(called) if went else ())


def _blocks(content: object, draft: Draft) -> Iterator[tuple[int, _Block]]:
    for index, part in enumerate(
        [content] if isinstance(content, str) else content if isinstance(content, list) else ()
    ):
        try:
            yield index, _Block("text", text=part) if isinstance(part, str) else msgspec.convert(part, _Block)
        except msgspec.ValidationError:
            draft.unknown = "block of unexpected shape"


def _parted(text: str) -> tuple[str, str]:
    """Return a text without what the program tells of the editor behind it, and that."""
    start = text.rfind(_SURROUNDINGS)
    if start < 0 or not text.rstrip().endswith(f"</{_SURROUNDINGS[1:]}"):
        return text, ""
    return text[:start].rstrip("\n"), text[start:]


def _of_person(text: str) -> list[str]:
    """Return the words that stand in a person's tags."""
    last = {tag: text.rfind(f"</{tag}>") for tag in ("task", "feedback", "answer", "user_message")}
    found: list[str] = []
    at = 0
    while (opening := _PERSON.search(text, at)) is not None:
        at = opening.end()
        if at <= last[opening[1]]:
            closing = text.index(f"</{opening[1]}>", at)
            found.append(text[at:closing].strip("\n"))
            at = closing
    return found


def _replacements(blocks: str) -> Iterator[tuple[str, str]]:
    """Yield the old and the new text of each block of an edit; one that was cut off gives none."""
    old: list[str] = []
    new: list[str] = []
    into: list[str] | None = None
    for line in blocks.split("\n"):
        if _OLD.match(line):
            old, new = [], []
            into = old
        elif into is old and _MIDDLE.match(line):
            into = new
        elif into is new and _NEW.match(line):
            into = None
            yield "\n".join(old), "\n".join(new)
        elif into is not None and (into or not _ABOUT.match(line)):
            into.append(line)


def _arguments(tool: str, text: str) -> Json:
    """Return the arguments of a call in XML from what follows its opening tag, cut off or not."""
    closing = text.rfind(f"</{tool}>")
    text = text[:closing] if closing >= 0 else text
    args: Json = {}
    at = 0
    while found := _ARGUMENT.search(text, at):
        name, end = found[1], f"</{found[1]}>"
        stop = text.rfind(end, found.end()) if name in _LONG else text.find(end, found.end())
        stop = len(text) if stop < 0 else stop
        value = text[found.end() : stop]
        if name == "args":
            at = found.end()
            continue
        args.setdefault(name, value.strip("\n") if name in _LONG else value.strip())
        at = stop + len(end)
    return args


def _ending(tool: str, text: str, *, is_error: bool | None) -> Ending:
    """Return how a call ended: by what the program says first, else by a command's exit code."""
    code = _code(text) if tool == _COMMAND else None
    if text.startswith(_DENIED):
        status: ResultStatus = "denied"
    elif text.startswith(_RUNNING):
        status = "running"
    elif is_error or text.startswith(_FAILED) or says_error(text):
        status = "failed"
    elif tool == _COMMAND:
        status = "unknown" if code is None else "failed" if code else "succeeded"
    else:
        status = "succeeded"
    return status, code, "none" if code is None else "text"


def _code(text: str) -> int | None:
    """Read a command's exit code where the program states it: before what the command printed."""
    head = text[:MAX_HEAD].partition(_OUTPUT)[0]
    found = _CODE.search(head)
    return int(found[1]) if found else None


def _files(called: _Called) -> tuple[FileChange, ...]:
    """Return the file that an editor changed, with a hunk for each block of old and new text in its arguments."""
    args = called.args
    path = args.get("path") or args.get("absolutePath")
    blocks = next((args[name] for name in ("diff", "content") if isinstance(args.get(name), str)), "")
    hunks = [replaced(old, new) for old, new in _replacements(blocks)]
    if not isinstance(path, str) or not path or not hunks:
        return ()
    return (FileChange(path=path, op="edit", diff="\n".join(hunks)),)


def recognises(head: Head) -> bool:
    """Tell a task by its first message: a person's words in the program's tag, and what it tells of the editor."""
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    return data.startswith(b"[") and _MARK.search(data) is not None and _SURROUNDINGS.encode() in data


ADAPTER = document_adapter(NAME, recognises, ClineDecoder, parts=("..",))
