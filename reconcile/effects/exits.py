"""What is known of a command's own exit code, where the log has one code for a whole line of commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from assure_tui.ingest.model import ExitSource

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolResult
    from assure_tui.reconcile.effects.script import Script, Simple

PASSING_ON = frozenset({"tail", "head", "cat", "tee", "sed", "awk", "sort", "uniq", "cut", "tr", "less", "nl", "fold"})
"""Filters that end well whatever they read, so that a pipe which failed (`pipefail`) failed before them."""
STOPPED = 124
"""The exit code of a command that ran out of its time: what it printed by then tells whether it had done its work."""


class Exit(msgspec.Struct, frozen=True):
    """An exit code that is known to be the command's own, or only whether it passed."""

    passed: bool | None = None
    code: int | None = None
    source: ExitSource = "none"
    tail: str = ""
    """The output, where nothing is known of the exit and its end is the command's own."""


def call_exit(result: ToolResult) -> tuple[int | None, ExitSource]:
    """Return the code of the whole call, and how it is known."""
    if result.exit_code is not None:
        return result.exit_code, result.exit_source
    if result.status == "succeeded":
        return 0, result.exit_source if result.exit_source != "none" else "implied"
    return None, "none"


def own_exit(script: Script, at: int, simple: Simple, text: str, result: ToolResult) -> Exit:
    """Return what is known of the command's own exit code."""
    echoed = _echoed(script, at, simple, text)
    if echoed is not None:
        return echoed
    if simple.masked is not None:
        return _failed_in_pipe(script, at, simple, result)
    code, source = call_exit(result)
    failed = result.status == "failed" or (code is not None and code != 0)
    if not failed:
        if code is None and result.status != "succeeded":
            return Exit()
        return Exit() if simple.maybe else Exit(True, code or 0, source)  # noqa: FBT003
    if simple.chains or simple.maybe:
        return Exit()
    alone = not simple.chained
    return Exit(False, code if alone else None, source if alone else "none")  # noqa: FBT003


def _failed_in_pipe(script: Script, at: int, simple: Simple, result: ToolResult) -> Exit:
    """Tell that the head of a pipe failed where the call did, and what stands behind it fails by nothing it reads."""
    behind = script.commands[at + 1 :]
    plain = simple.masked == "pipe" and simple.pipe[1] == 0 and not (simple.chained or simple.maybe)
    failed = result.status == "failed" and result.exit_source in {"structured", "text"} and plain and bool(behind)
    if failed and all(other.pipe[0] == simple.pipe[0] and other.program in PASSING_ON for other in behind):
        return Exit(False, result.exit_code, result.exit_source)  # noqa: FBT003
    return Exit()


def _echoed(script: Script, at: int, simple: Simple, text: str) -> Exit | None:
    """Read an exit code, or a word that stands for one, that the line prints right after the command."""
    behind = at + 1
    while behind < len(script.commands) and (
        script.commands[behind].inner or (simple.pipe[2] > 1 and script.commands[behind].pipe[0] == simple.pipe[0])
    ):
        behind += 1
    if behind >= len(script.commands):
        return None
    echo = script.commands[behind]
    if echo.program not in {"echo", "printf", "Write-Host", "Write-Output"} or echo.pipe[2] > 1 or echo.redirects:
        return None
    words = [word for word in echo.argv[1:] if word not in {"-e", "-n", "--"}]
    template = " ".join(words).strip()
    last = simple.pipe[1] == simple.pipe[2] - 1
    markers = [f"${{PIPESTATUS[{simple.pipe[1]}]}}", f"${{pipestatus[{simple.pipe[1] + 1}]}}"]
    if last:
        markers += ["$?", "$LASTEXITCODE"]
    elif simple.pipe[1] == 0:
        markers.append("$PIPESTATUS")
    marker = next((marker for marker in markers if marker in template), None)
    if marker is not None:
        code = _code_in(template, marker, text)
        return Exit(code == 0, code, "text") if code is not None else None
    if echo.before not in {"&&", "||"} or not last or "$" in template or "`" in template or len(template) < 2:
        return None
    if re.search(rf"^{re.escape(template)}\s*$", text, re.MULTILINE):
        return Exit(echo.before == "&&", None, "text")
    return None


def _code_in(template: str, marker: str, text: str) -> int | None:
    before, _, after = template.partition(marker)
    pattern = _loose(before[-200:]) + r"(\d{1,3})" + _loose(after[:200])
    match = re.search(rf"^{pattern}\s*$", text.replace("\r", ""), re.MULTILINE)
    return int(match[1]) if match else None


def _loose(literal: str) -> str:
    parts = re.split(r"\$\{?\w{1,40}(?:\[\d+\])?\}?|\$\?|\\n", literal.replace("\n", " "))
    return r"[^\n]{0,200}".join(re.escape(part) for part in parts)
