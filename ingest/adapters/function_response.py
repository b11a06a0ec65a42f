"""What came of a call, as Gemini CLI and the agents that descend from it write it.

The model is shown a `functionResponse`; beside it stand a status and what the screen showed. A command that failed has
the status `success`: its exit code is in the text, in newer versions only when it is not zero.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assure_tui.ingest.adapters.values import one_of, plain_text
from assure_tui.ingest.model import ExitSource, FileChange, ResultStatus

RESPONSE = "functionResponse"
_SHELL = "run_shell_command"
_STATUS: dict[str, ResultStatus] = {"success": "succeeded", "error": "failed", "cancelled": "denied"}
_EXIT = re.compile(r"^Exit Code: (-?\d{1,9})\s*$", re.MULTILINE)
_GOES_ON = "Command moved to background"
_CUT = re.compile(r"Command (?:was (?:automatically )?cancelled|timed out after)\b")


class Answer(NamedTuple):
    """What came of a call."""

    text: str
    status: ResultStatus
    exit_code: int | None
    exit_source: ExitSource


def answer_of(tool: str, status: object, parts: object, shown: object) -> Answer:
    """Return what came of a call from its status, the parts that the model was shown, and what the screen showed."""
    text = _output(parts, shown)
    known = _STATUS[str(status)] if one_of(status, _STATUS) else "unknown"
    if tool != _SHELL or known != "succeeded":
        return Answer(text, known, None, "none")
    if (found := _EXIT.search(text)) is not None:
        code = int(found[1])
        return Answer(text, "failed" if code else "succeeded", code, "text")
    if text.startswith(_GOES_ON):
        return Answer(text, "running", None, "none")
    if _CUT.match(text):
        return Answer(text, "failed", None, "none")
    return Answer(text, known, 0, "implied")


def _output(parts: object, shown: object) -> str:
    """Return what the model was shown: the `response` of the parts, `output` or `error`."""
    texts: list[str] = []
    for part in parts if isinstance(parts, list) else ():
        answer = part.get(RESPONSE) if isinstance(part, dict) else None
        response = answer.get("response") if isinstance(answer, dict) else None
        if isinstance(response, dict):
            texts += [plain_text(response[field]) for field in ("output", "error") if response.get(field)]
    if not texts and isinstance(shown, str):
        return shown
    return "\n".join(texts)


def files_of(args: object, shown: object) -> tuple[FileChange, ...]:
    """Return the file that a call changed, where the screen showed its diff."""
    if not isinstance(shown, dict) or not isinstance(shown.get("fileDiff"), str):
        return ()
    path = shown.get("filePath") or (args.get("file_path") if isinstance(args, dict) else None)
    if not isinstance(path, str) or not path:
        return ()
    diff = shown["fileDiff"]
    hunks = diff[diff.index("@@") :] if "@@" in diff else None
    return (FileChange(path=path, op="create" if shown.get("isNewFile") else "edit", diff=hunks),)
