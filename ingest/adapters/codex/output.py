"""The text grammar of Codex's tool outputs: only markers at their fixed place count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from assure_tui.ingest.adapters.reading import Reading
from assure_tui.ingest.adapters.values import plain_text
from assure_tui.ingest.model import ExitSource

_HEADER_SIZE = 16_384
_REFUSAL_SIZE = 400
_SCRIPT_ERROR = "Script error:\n"
_SECTION = re.compile(
    r"(?:Command: [^\n]{0,16000}\n)?"
    r"(?:Chunk ID: [^\n]{0,200}\n)?"
    r"(?:Exit code: (?P<code>-?\d{1,9})\n)?"
    r"(?:Wall time:? [^\n]{0,200}\n)?"
    r"(?:Process exited with code (?P<exited>-?\d{1,9})\n|Process running with session ID (?P<session>\d{1,18})\n)?"
    r"(?:Original token count: [^\n]{0,200}\n)?"
    r"(?:Total output lines: [^\n]{0,200}\n)?"
    r"Output:(?:\n|\Z)"
)
_COMMAND_LINES = re.compile(r"Command: ")
_CHUNK = re.compile(r"\nChunk ID: [^\n]{0,200}\nWall time: ")
_SCRIPT = re.compile(r"Script (?P<word>completed|failed|running[^\n]{0,200}|terminated)\n")
_CELL = re.compile(r"\bcell ID (\w{1,40})")
_OPEN_SESSION = re.compile(r"\bsession_?id\W{1,4}(?P<id>\d{1,18})\W{0,4}\Z", re.IGNORECASE)
"""What scripts print behind an output when the command goes on: `SESSION_ID=71`."""
_TRUNCATED = re.compile(r"\u2026\d{1,12} (?:tokens|chars) truncated\u2026|\[\.\.\. omitted \d{1,12} of \d{1,12} lines")
_ABORTED = re.compile(r"aborted by user(?: after [\d.]{1,20}s)?")
_REFUSED_BY_USER = ("exec command rejected by user", "patch rejected by user", "rejected by user")
_REFUSED = re.compile(
    r"(?:(?:exec command|patch) )?(?:rejected(?:: |[^\n]{0,80}by user approval settings)|"
    r"approval policy is [^\n]{0,80}reject command)"
)
_FAILURES = (
    "apply_patch verification failed",
    "failed to parse function arguments",
    "failed to parse exec_command arguments",
    "unsupported call",
    "unknown tool",
    "tool call error",
    "execution error",
    "failed in sandbox",
    "exec_command failed",
    "write_stdin failed",
    "err: ",
)


@dataclass(slots=True)
class Output(Reading):
    """What one output tells."""

    session: str | None = None
    """Set while the command goes on: later calls ask for its output under this id."""


class _Metadata(msgspec.Struct):
    exit_code: int | None = None


class _Wrapped(msgspec.Struct):
    """The output of versions of 2025: a JSON text."""

    output: str
    metadata: _Metadata | None = None


class _Executed(msgspec.Struct):
    """What a script is given for a command, printed whole."""

    output: str
    exit_code: int | None = None
    session_id: int | None = None


class _Answered(msgspec.Struct):
    """Output as an object with a flag."""

    content: Any = None
    success: bool | None = None


def read_output(output: object, *, command: bool) -> Output:
    """Read the output of a call. `command`: the tool runs commands, so an output without a marker tells nothing."""
    if isinstance(output, dict):
        answered = msgspec.convert(output, _Answered)
        reading = read_output(answered.content, command=command)
        if answered.success is False and reading.status in {"succeeded", "unknown"}:
            reading.status = "failed"
        return reading
    text = plain_text(output)
    reading = _wrapped(text) or _headed(text, command=command) or _marked(text, command=command)
    reading.truncated = _TRUNCATED.search(reading.text) is not None
    return reading


def _exited(text: str, code: int, source: ExitSource) -> Output:
    return Output(text, "succeeded" if code == 0 else "failed", code, source)


def _wrapped(text: str) -> Output | None:
    if not text.startswith('{"output"'):
        return None
    try:
        wrapped = msgspec.json.decode(text, type=_Wrapped)
    except (ValueError, RecursionError):
        return None
    code = wrapped.metadata.exit_code if wrapped.metadata else None
    return _marked(wrapped.output, command=True) if code is None else _exited(wrapped.output, code, "structured")


def _headed(text: str, *, command: bool) -> Output | None:
    """Read the lines before `Output:`, which stand at the text's very start."""
    start = 0
    if _COMMAND_LINES.match(text) and not _SECTION.match(text):
        chunk = _CHUNK.search(text, 0, _HEADER_SIZE)  # the command itself has several lines
        start = chunk.start() + 1 if chunk else 0
    found = _SECTION.match(text, start)
    if found is None:
        return None
    if found["session"]:
        return Output(text, "running", session=found["session"])
    code = found["code"] or found["exited"]
    if code is not None:
        return _exited(text, int(code), "text")
    return _refused(text, found.end()) or Output(text, "unknown" if command else "succeeded")


def _marked(text: str, *, command: bool) -> Output:
    script = _SCRIPT.match(text)
    if script is not None:
        return _script(text, script["word"])
    if text.startswith(_FAILURES):
        return Output(text, "failed")
    return _refused(text, 0) or Output(text, "unknown" if command else "succeeded")


def _script(text: str, word: str) -> Output:
    if word.startswith("running"):
        cell = _CELL.search(word)
        return Output(text, "running", session=cell_session(cell[1]) if cell else None)
    if word == "completed":
        return Output(text, "succeeded")
    error = text.find(_SCRIPT_ERROR)
    refused = _refused(text, error + len(_SCRIPT_ERROR)) if error >= 0 else None
    return refused or Output(text, "failed")


def cell_session(cell: object) -> str:
    """Return the id under which a script that goes on is asked for its output."""
    return f"cell {cell}"


def read_inner(outer: Output, *, command: bool) -> Output:
    """Read what the only call of a script answered, out of what the script printed."""
    text = outer.text.partition("Output:\n")[2].lstrip("\n")
    if not command or outer.status in {"denied", "running"}:
        return Output(text, outer.status, truncated=outer.truncated)
    answered = _object(text)
    if answered is not None:
        inner = Output(answered.output, truncated=outer.truncated)
        if answered.exit_code is not None:
            inner = _exited(answered.output, answered.exit_code, "structured")
            inner.truncated = outer.truncated
        elif answered.session_id is not None:
            inner.status, inner.session = "running", str(answered.session_id)
        return inner
    goes_on = _OPEN_SESSION.search(text)
    if goes_on is not None:
        return Output(text[: goes_on.start()], "running", session=goes_on["id"], truncated=outer.truncated)
    return Output(text, truncated=outer.truncated)


def _object(text: str) -> _Executed | None:
    if not text.startswith("{") or '"output"' not in text:
        return None
    try:
        return msgspec.json.decode(text, type=_Executed)
    except (ValueError, RecursionError):
        return None


def _refused(text: str, start: int) -> Output | None:
    """Read a refusal or an interruption whose words stand at `start`."""
    opening = text[start : start + _REFUSAL_SIZE].lstrip()
    if _ABORTED.match(opening):
        return Output(text, "unknown", facts={"interrupted": True})
    if _REFUSED.match(opening):
        return Output(text, "denied", facts={"denied_by": "rule"})
    if opening.startswith(_REFUSED_BY_USER):
        return Output(text, "denied", facts={"denied_by": "user"})
    return None
