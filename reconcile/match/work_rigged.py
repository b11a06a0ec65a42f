"""Tests that were weakened so that they pass: a skip put in, an assertion taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.model import Effect

MAX_DIFF = 65_536

_TEST_PATH = re.compile(
    r"(?:^|[/\\])(?:tests?|specs?|__tests__|e2e)[/\\]|(?:^|[/\\_.-])(?:test|spec)s?[_.-]|[_.-](?:test|spec)s?\.\w+$|Tests?\.\w+$",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"\bt\.Skip(?:f|Now)?\(|@?pytest\.mark\.(?:skip|xfail|skipif)\b|\bpytest\.(?:skip|xfail)\(|@unittest\.(?:skip|expectedFailure)|"
    r"\bself\.skipTest\(|\b(?:it|test|describe|context)\.(?:skip|only|todo|fails)\b|\bx(?:it|describe|test)\(|#\[ignore\b|@(?:Ignore|Disabled)\b|"
    r"\bmarkTestSkipped\(|\bpending\b.{0,3}['\"(]|\[(?:Fact|Theory)\(Skip|\bGTEST_SKIP\(|@tag :skip"
)
_CONDITION = re.compile(
    r"(?:\}\s*else\s+)?if\b|@?(?:pytest\.mark|unittest)\.skip(?:if|If|Unless)\b|(?:it|test|describe)\.skipIf\b"
)
_ASSERT = re.compile(
    r"\bassert\w*\b|\bexpect\w*\(|\brequire\.\w+\(|\bt\.(?:Error|Fatal|Fail)\w*\(|\.should\b|\bshould\w*\(|\bverify\(|\bCHECK\w*\(|\bEXPECT_\w+\("
)


def weakened(effect: Effect, paths: Sequence[str]) -> str:
    """Tell how an edit of a test weakens it, or nothing. Taking out whole files is told by the deletion itself."""
    if effect.kind == "deleted" or not any(_TEST_PATH.search(path) for path in paths):
        return ""
    diff = effect.results.get("diff") or effect.args.get("diff")
    if not isinstance(diff, str):
        return ""
    added: list[str] = []
    removed: list[str] = []
    for line in diff[:MAX_DIFF].splitlines():
        if line.startswith("+") and not line.startswith("+++"):
            added.append(line[1:].strip())
        elif line.startswith("-") and not line.startswith("---"):
            removed.append(line[1:].strip())
    if effect.kind == "created":
        return ""
    put = [at for at, line in enumerate(added) if _SKIP.search(line) and not _guarded(added, at)]
    skips = len(put) - sum(bool(_SKIP.search(line)) for line in removed)
    if skips > 0:
        return "a skip was put in"
    lost = [line for line in removed if _ASSERT.search(line) and line not in added]
    kept = [line for line in added if _ASSERT.search(line) and line not in removed]
    if lost and not kept and len(added) < len(removed):
        return "an assertion was taken out"
    return ""


def _guarded(added: list[str], at: int) -> bool:
    """Tell whether a skip stands under a condition of its own: a missing tool or another platform is no weakening."""
    return any(_CONDITION.match(line) for line in added[max(0, at - 2) : at + 1])
