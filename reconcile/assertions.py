"""Whether an edit takes only assertions out of a test, so that it proves less: the sign of a check made to pass.

Assertions also go when what they spoke of is retired: then the set-up, the fields and the calls beside them go or
change, too. Only lines that serve an assertion may go with it: what guards it, what goes on with it, and the value that
it looks at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_IDLE = re.compile(r"\W*$|//|#|/?\*|--")
"""Brackets alone, blank lines and comments."""
_GUARD = re.compile(r"(?:\}\s*)?(?:if|else|elif|elsif|for|foreach|while|switch|case|with|unless|when|let ok)\b")
_VALUE = re.compile(r"(?:(?:const|let|var|val|final|auto|my|local)\s+)?(?P<names>[A-Za-z_$][\w$, ]{0,120}?)\s*:?=(?!=)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_SET_UP = re.compile(r"if [^;]{1,200}:= ?[^;]{1,200}; ?err != nil\b")
"""A step of a test with what passes its error on, in one: `if _, err := store.Open(path); err != nil {`."""
_OPEN, _CLOSE = "([{", ")]}"


def bare_assertions(removed: Sequence[str], added: Sequence[str], asserts: Callable[[str], object]) -> bool:
    """Return whether the lines `removed` from a test are assertions and what serves them, and nothing came instead."""
    if any(not _IDLE.match(line.strip()) for line in added) or any(_SET_UP.match(line.strip()) for line in removed):
        return False
    lost = False
    looked_at = {name for line in removed if not _VALUE.match(line.strip()) for name in _NAME.findall(line)}
    depth = 0
    for line in removed:
        text = line.strip()
        idle = _IDLE.match(text) is not None
        if depth > 0 or (not idle and asserts(text)):
            lost = lost or not idle
            depth = max(0, depth + sum(text.count(mark) for mark in _OPEN) - sum(text.count(mark) for mark in _CLOSE))
        elif not (idle or _GUARD.match(text) or _serves(text, looked_at)):
            return False
    return lost


def _serves(text: str, looked_at: set[str]) -> bool:
    """Return whether a line only gives a value that another line that goes looks at."""
    value = _VALUE.match(text)
    return value is not None and not looked_at.isdisjoint(_NAME.findall(value["names"]))
