"""How a program of any kind says that it ended badly, where its exit code is not in the log.

The last line that says how it went decides: a failure logged on the way does not count when a good end follows. What
is found here is likely but proves nothing, since programs print what they like.
"""

from __future__ import annotations

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.prefilter import Sieve

MAX_LINES = 12
"""Lines from the end, blank ones aside, in which a program says how it ended."""
MAX_LINE = 400

_LEAD = r"^(?:[\W_]{0,12}|\[[^\]\n]{1,60}\]\s{0,4}|[\d:.,TZ+/-]{4,40}\s{1,4}|[\w.-]{1,30}\s{0,4}\|\s{1,4}){0,4}"
"""What may precede the words of a line: a mark, a time, a level, the name of the program."""
_KIND_OF = r"(?!fixed\b|known\b|expected\b|allowed\b|ignored\b|previous\b|no\b|non\b|without\b|of\b)[A-Za-z]{1,20}"
_FAILED = (
    r"(?:failed|failing|failures?|fails|errors?|broken|corrupt(?:ed)?|invalid|unreachable|unresolved|refused"
    r"|mismatch(?:es)?|unexpected|crash(?:es|ed)?|violations?|offen[cs]es?|unmet|rejected)"
)
_COUNTED = (
    rf"(?<![\w.,:/-])[1-9]\d{{0,6}} (?:{_KIND_OF} ){{0,2}}{_FAILED}\b(?! (?:fixed|allowed|ignored))",
    r"\b(?:fail(?:ed|ures?|s)?|errors?)\b[\"']?\s{0,4}[:=]\s{0,4}[1-9]",
)
"""How many: "3 tests failed", "failures: 2"."""
_ENDED = (
    r"\b(?:finished|ended|completed|exited|terminated|done) with (?:\d{1,6} )?(?:errors?|failures?)\b",
    r"\bexit(?:ed|s)?(?: with)?(?: (?:code|status))?[: =]{1,3}[1-9]\d{0,2}\b",
    r"\breturned (?:non-?zero|exit)",
)
"""With what: "exited with code 2"."""
_SUBJECT = (
    r"\b(?:builds?|tests?|tasks?|jobs?|steps?|suites?|compilation|checks?|deployment|upload|command|goal|pipeline"
    r"|script)"
)
_HAS = r"(?:has|have|was|is|are|were)"
_TOLD = (
    rf"(?<=[a-z]{{2}})[:,]? (?:{_HAS} )?(?:failed|aborted|rejected|refused|denied|crashed)\W{{0,3}}$",
    rf"{_SUBJECT} (?:has |have |was )?failed\b",
    r"\bas (?:failed|failure)\b",
    r"\] error [1-9]",
    r"\baborting due to\b",
    r"\bnot successful\b",
)
"""What: "the build failed"."""
_BEGUN = (
    rf"{_LEAD}(?:failed|failure|fail|fatal|panic|panicked|traceback|aborted|aborting|not ok|could not|cannot|unable to"
    r"|error|(?:\w{1,60}\.){0,6}\w{0,60}(?:error|exception))\b(?![- ]?free)(?! ?[:=]? ?(?:0|none|no)\b)"
)
"""A line that begins with a failure; "error-free" and "errors: 0" do not count."""
_BAD = Sieve(("|".join((*_COUNTED, *_ENDED, *_TOLD, _BEGUN)),), re.IGNORECASE)
_MARKS = re.compile(r"^\s{0,8}[✗✖✘❌💥]|\bFAILED\b|\bFAIL\b(?!\S)")
_GOOD = re.compile(
    r"\b(?:passed|passing|success\w*|succeeded|ok|done|finished|completed?|up[- ]to[- ]date|ready|all good"
    r"|(?:0|no) (?:\w{1,20} )?(?:failed|failures|errors|problems|issues|warnings|mismatches))\b|✓|✔|✅|🎉",
    re.IGNORECASE,
)


def bad_end(text: str) -> str:
    """Return the line by which an output says that it ended badly, or nothing. `text` is already `plain`."""
    lines = [line.strip()[:MAX_LINE] for line in text.splitlines() if line.strip()]
    for line in reversed(lines[-MAX_LINES:]):
        if _MARKS.search(line) or _BAD.finds(line):
            return line
        if _GOOD.search(line):
            return ""
    return ""
