"""What a tool's answer says of how its call ended, in formats that keep no status of it.

Only the very start of an answer and its last line are the program's; what stands between may have been printed by
anything.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

MAX_ENDING = 120
"""Code points at the end of an answer that say how a command ended."""
_TAG = r"\s{0,8}(?:<[\w-]{1,30}>\s{0,4})?"
_FAILED = re.compile(
    rf"{_TAG}(?:(?i:error|exception|traceback \(most recent call last\)|failed to|execution error|failed in sandbox)\b"
    r"|[\w.]{1,80}(?:Error|Exception): "
    r"|(?i:command (?:failed|killed by timeout|timed out)|(?:tool call|request) timed out)\b"
    r"|[45]\d\d (?:Bad Request|Forbidden|Internal Server Error|Not Found|Unauthorized)\s{0,8}\Z"
    r"|[A-Za-z][A-Za-z '_-]{0,60} failed(?:[.!]?\s{0,8}\Z|: (?!0\b|(?i:none|nothing|null|false)\b|\[\]|\{\})))"
    r"|\s{0,8}<[\w-]{0,30}[Ee]rror>"
)
_REFUSED = re.compile(
    rf"{_TAG}(?i:error: )?(?:"
    r"(?P<rule>Permission to use [^\n]{1,300} has been denied|This command requires approval)"
    r"|The user doesn't want to (?:proceed with this tool use|take this action)"
    r"|(?:The )?(?i:tool|exec|command|patch|operation|edit)[\w ]{0,30} (?:rejected|denied|declined) by (?:the )?user"
    r"|(?:The )?[Uu]ser (?:has )?(?:rejected|denied|declined) (?:the |this )?(?:tool|command|operation|edit))"
)
_GOES_ON = re.compile(
    rf"{_TAG}Command (?:is )?(?:running in (?:the )?background|moved to background"
    r"|did not complete [^\n]{1,100} moved to the background)"
)
_CUT = re.compile(r"(?:Wall time:? [^\n]{1,40}\n)?aborted by user\b")
_FIRST = re.compile(
    rf"{_TAG}(?:(?i:error: )?Command failed with exit code: (?P<failed>-?\d{{1,9}})\."
    r"|rc=(?P<rc>\d{1,9})(?:\n|\Z)|Exit code (?P<bare>\d{1,9})(?:\n|\Z)|<returncode>(?P<tagged>-?\d{1,9})</returncode>)"
)
_LAST = re.compile(
    r"(?:\A|\n)(?:returncode: (?P<code>-?\d{1,9})"
    r"|[(\[<]?(?:Command|Process|shellId: [\w.-]{1,80}) (?:exited|completed) with (?:exit )?code (?P<ended>-?\d{1,9})"
    r"\.?[)\]>]?)\s{0,8}\Z"
)


class _Answer(msgspec.Struct):
    error: Any = None
    is_error: Any = None
    isError: Any = None  # noqa: N815 - MCP's spelling


def says_error(text: str) -> bool:
    """Return whether an answer says at its very start that the call failed.

    True for texts that begin with an error word, and for JSON objects with a set `error` or `isError`.
    """
    if _FAILED.match(text):
        return True
    if text.startswith("{") and '"' in text[:16]:
        try:
            answer = msgspec.json.decode(text, type=_Answer)
        except (ValueError, RecursionError):
            return False
        return bool(answer.error) or answer.is_error is True or answer.isError is True
    return False


def refused_by(text: str) -> str | None:
    """Return who kept a call from being made, `user` or `rule`, where its answer says that somebody did."""
    found = _REFUSED.match(text)
    return None if found is None else "rule" if found["rule"] else "user"


def goes_on(text: str) -> bool:
    """Return whether a command's answer says that it is still running."""
    return _GOES_ON.match(text) is not None


def was_cut(text: str) -> bool:
    """Return whether a command's answer says that the user ended it, with its outcome not known."""
    return _CUT.match(text) is not None


def stated_code(text: str) -> int | None:
    """Return a command's exit code where its answer begins or ends with it."""
    found = _FIRST.match(text) or _LAST.search(text[-MAX_ENDING:])
    if found is None:
        return None
    return next(int(code) for code in found.groupdict().values() if code is not None)
