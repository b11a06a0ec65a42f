"""Lists of commits that a run made: items, or lines of a block of code, that begin with the id of a commit.

`git log --oneline` prints the same lines of anybody's commits. They are claims where the line above says that they are
what was committed, and the run, or one that it started, committed at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_found import Found
from assure_tui.reconcile.claims.segment import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.claims.coding_text import Prepared

MIN_LINES = 2
"""Lines of a block that make a list: one alone belongs to the words above it, "Committed:"."""
_LINE = re.compile(
    r"^[ \t]{0,8}(?P<line>(?=[a-f]{0,39}\d)[0-9a-f]{7,40}[ \t]{1,8}(?=[^\n]{0,80}[a-z]{2})\S[^\n]{2,300}?)[ \t]{0,80}$",
    re.MULTILINE,
)
_ID = re.compile(r"[(*_`]{0,4}(?=[a-f]{0,39}\d)[0-9a-f]{7,40}(?![\w-])")
_LAYOUT = " \t\r\n:*_"
_FENCE = re.compile(r"^[ \t]{0,8}(?:`{3,}|~{3,})", re.MULTILINE)
_MADE = re.compile(r"\b(?:commits|committed|pushed|landed)\b")
_OTHERS = re.compile(
    r"\b(?:recent|previous|earlier|existing|last|latest|upstream|unmerged|unpushed|missing|behind|history|log|before|base"
    r"|compared|their|your|his|her|its|other|will|would|should|could|if|not|no|never|need\w*|next|plan\w*|squash|drop)\b"
    r"|n't\b|\?"
)
"""Commits of others, or none yet."""
_COMMITS = re.compile(r"\bcommits\b")


def of_commits(title: str) -> bool:
    """Tell whether a line says that what stands beneath it are commits that were made."""
    plain = title[-300:].lower()
    return _MADE.search(plain) is not None and _OTHERS.search(plain) is None


def in_block(above: Unit, text: str, end: int) -> Iterator[Unit]:
    """Give the lines of commits in the block of code that begins right behind the line above it and before `end`."""
    fence = _FENCE.search(text, above.end, end)
    if fence is None or text[above.end : fence.start()].strip(_LAYOUT) or not of_commits(above.text):
        return
    lines = [hit.span("line") for hit in _LINE.finditer(text, fence.end(), end)]
    if len(lines) >= MIN_LINES:
        yield from (Unit(start=a, end=b, text=text[a:b], form="item") for a, b in lines)


def announced(prepared: Prepared) -> Iterator[Found]:
    """Read the line above a list of commits, which tells of them: "The branch has three commits:"."""
    hit = _COMMITS.search(prepared.masked) if of_commits(prepared.unit.text) else None
    if hit:
        yield Found("committed", hit.start(), hit.end(), weak=True)


def begins_with_commit(unit: Unit) -> bool:
    """Tell whether a line is an item that begins with the id of a commit."""
    return unit.form == "item" and unit.first and _ID.match(unit.text) is not None


def one_of_them(prepared: Prepared) -> Found | None:
    """Read an item that begins with the id of a commit, beneath a line that tells of commits."""
    unit = prepared.unit
    first = next((piece for piece in prepared.pieces if piece.sort == "sha"), None)
    if first is None or not begins_with_commit(unit) or not of_commits(unit.parent or unit.lead):
        return None
    return Found("committed", first.start, first.end, weak=True)
