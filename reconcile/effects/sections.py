"""Which part of an output one command printed, where a line ran several."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from assure_tui.reconcile.effects.exits import PASSING_ON
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.effects.script import Script, Simple

_SAYS = frozenset({"echo", "printf", "true", "exit", "cd", "popd", "Pop-Location", "Write-Host"})
"""Commands whose output says nothing about the commands before them."""
_NAME = re.compile(r"[\w~.][\w./\\:~+-]{0,200}")
_LINE_END = re.compile(r"[ \t]*$", re.MULTILINE)


def shown_of(script: Script, at: int, simple: Simple, text: str) -> str:
    """Return the visible output of a command: nothing when it went to a file that the line does not print."""
    if not simple.quiet:
        return _section(script, at, text)
    targets = {redirect.target for redirect in simple.redirects if redirect.writes}
    for later in script.commands[at + 1 :]:
        if targets & set(later.argv[1:]):
            return text
    return ""


def _section(script: Script, at: int, text: str) -> str:
    """Cut an output to the part between the words that the line itself echoes before and after a command."""
    start, end = 0, len(text)
    for other in reversed(script.commands[:at]):
        place = _mark(other, text)
        if place is not None:
            start = place[1]
            break
    for other in script.commands[at + 1 :]:
        place = _mark(other, text)
        if place is not None and place[0] >= start:
            end = place[0]
            break
    return text[start:end]


def _mark(simple: Simple, text: str) -> tuple[int, int] | None:
    """Find what a plain `echo` printed in an output, where that occurs exactly once."""
    if simple.program != "echo" or simple.pipe[2] > 1 or simple.redirects or simple.inner:
        return None
    words = " ".join(word for word in simple.argv[1:] if word not in {"-e", "-n"}).strip()
    if len(words) < 3 or "$" in words or "`" in words or "\n" in words:
        return None
    spots: list[tuple[int, int]] = []
    at = text.find(words)
    while at >= 0 and len(spots) < 2:
        end = _LINE_END.match(text, at + len(words))
        if end is not None and text[at - 1 : at] in {"", "\n"}:
            spots.append((at, end.end()))
        at = text.find(words, at + 1)
    return spots[0] if len(spots) == 1 else None


@cache
def _envelopes() -> Sieve:
    return Sieve(table("commands")["envelope"]["patterns"])


def body(text: str) -> str:
    """Take off what agents put around a command's output."""
    envelopes = _envelopes()
    for number in envelopes.likely(text):
        match = envelopes.pattern(number).search(text)
        if match:
            text = text[: match.start()] + text[match.end() :]
    return text


def speaks_last(script: Script, at: int) -> bool:
    """Whether the end of an output is a command's own: nothing behind it prints but its own filters and echoes."""
    simple = script.commands[at]
    return _NAME.fullmatch(simple.program) is not None and all(
        later.program in (PASSING_ON if later.pipe[0] == simple.pipe[0] else _SAYS) or later.inner
        for later in script.commands[at + 1 :]
    )
