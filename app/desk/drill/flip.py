"""Turns the output of tests that passed into that of a run in which one failed, as its runner would print it."""

from __future__ import annotations

import re
from collections.abc import Callable

MAX_OUTPUT = 200_000

_ZERO_AFTER = re.compile(r"(\bfail\w{0,6}\b[ \t]{0,3}[:=]?[ \t]{1,8})0\b", re.IGNORECASE)
"""`Failed: 0`, `# fail 0`, `Failures: 0`."""
_ZERO_BEFORE = re.compile(r"\b0([ \t]fail\w{0,6}\b)", re.IGNORECASE)
"""`0 failed`, `0 fail`."""
_PASSED = re.compile(
    r"\b([1-9]\d{0,8})([ \t](?:passed|passing|pass)\b)(?P<boxed>[ \t]{1,3}\(\d{1,9}\))?", re.IGNORECASE
)
_PASSED_AFTER = re.compile(r"(\bpass(?:ed)?\b[ \t]{0,3}[:=]?[ \t]{1,8})([1-9]\d{0,8})\b", re.IGNORECASE)
_PACKAGE = re.compile(r"^ok([ \t]+\S{1,200})([^\n]{0,100})$", re.MULTILINE)
"""`ok  \\tpackage\\t0.01s`, one line for each package."""
_VERBOSE = re.compile(r"^([ ]{0,8})--- PASS:", re.MULTILINE)
_RESULT_OK = re.compile(r"\bresult: ok\b")
_BARE_OK = re.compile(r"^OK\b(?: \([^()\n]{1,80}\))?[ \t]*$", re.MULTILINE)
_BUILD = re.compile(r"\bBUILD SUCCESS(?:FUL)?\b")


def flipped(text: str) -> str | None:
    """Return the output with one failure in it; None when it says in no known way how many passed."""
    for flip in (_counted_zero, _counted, _packages, _bare):
        changed = flip(text[-MAX_OUTPUT:])
        if changed is not None:
            return changed
    return None


def _last(pattern: re.Pattern[str], text: str, change: Callable[[re.Match[str]], str]) -> str:
    found = list(pattern.finditer(text))
    if not found:
        return text
    match = found[-1]
    return text[: match.start()] + change(match) + text[match.end() :]


def _one_fewer(text: str) -> str:
    text = _last(_PASSED, text, lambda match: f"{int(match[1]) - 1}{match[2]}{match['boxed'] or ''}")
    return _last(_PASSED_AFTER, text, lambda match: f"{match[1]}{int(match[2]) - 1}")


def _counted_zero(text: str) -> str | None:
    """Runners that always tell how many failed."""
    for pattern, change in ((_ZERO_BEFORE, r"1\1"), (_ZERO_AFTER, r"\g<1>1")):
        if pattern.search(text):
            changed = _last(pattern, text, lambda match, change=change: match.expand(change))  # type: ignore[misc]
            changed = _RESULT_OK.sub("result: FAILED", _one_fewer(changed))
            return _BUILD.sub("BUILD FAILURE", changed)
    return None


def _counted(text: str) -> str | None:
    """Runners that mention failures only when there are some."""

    def change(match: re.Match[str]) -> str:
        count = int(match[1]) - 1
        if match["boxed"]:
            return f"1 failed | {count}{match[2]}{match['boxed']}"
        if match[2].strip().lower() == "passing":
            return f"{count}{match[2]}\n  1 failing"
        return f"1 failed, {count}{match[2]}"

    return _PASSED.sub(change, text) if _PASSED.search(text) else None


def _packages(text: str) -> str | None:
    """One line for each package."""
    if not _PACKAGE.search(text):
        return None
    changed = _last(_VERBOSE, text, lambda match: f"{match[1]}--- FAIL:")
    return _last(_PACKAGE, changed, lambda match: f"FAIL{match[1]}{match[2].replace('(cached)', '0.412s')}") + "\nFAIL"


def _bare(text: str) -> str | None:
    """`OK` alone on a line."""
    return _last(_BARE_OK, text, lambda _: "FAILED (failures=1)") if _BARE_OK.search(text) else None
