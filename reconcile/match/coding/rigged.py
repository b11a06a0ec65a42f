"""Tests that were weakened so that they pass: a skip put in, an assertion taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.assertions import bare_assertions
from assure_tui.reconcile.prefilter import Sieve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.model import Effect

MAX_DIFF = 65_536

_TEST_PATH = Sieve(
    [
        r"(?:^|[/\\]|[a-z][_-])(?:tests?|specs?|__tests__|e2e)[/\\]|(?:^|[/\\_.-])(?:test|spec)s?[_.-]",
        r"[_.-](?:test|spec)s?\.\w+$|Tests?\.\w+$",
    ],
    re.IGNORECASE,
)
_SKIP = Sieve([
    r"\bt\.Skip(?:f|Now)?\(|\bGTEST_SKIP\(|@tag :skip",
    r"@?pytest\.mark\.(?:skip|xfail|skipif)\b|\bpytest\.(?:skip|xfail)\(|@unittest\.(?:skip|expectedFailure)",
    r"\bself\.skipTest\(|\bmarkTestSkipped\(|\bpending\b.{0,3}['\"(]|\[(?:Fact|Theory)\(Skip",
    r"\b(?:it|test|describe|context)\.(?:skip|only|todo|fails)\b|\bx(?:it|describe|test)\(",
    r"#\[ignore\b|@(?:Ignore|Disabled)\b",
])  # fmt: skip
_TEST = re.compile(
    r"func (?:\([^)]{0,80}\) )?Test\w|(?:async )?def test|(?:pub )?(?:async )?fn \w{1,120}\(|@Test\b"
    r"|(?:it|test|describe|context|specify)(?:\.\w{1,20})?\(|(?:it|test) [\"']"
    r"|(?:public |private |internal |static |final ){0,4}(?:async )?(?:void|Task|fun|function) \w"
)
"""Where a test begins, in the usual languages."""
_FUNCTION = re.compile(r"(?:export |pub |static |async ){0,3}(?:func|def|fn|function) ?[\w(]")
"""Where any function begins: an assertion that goes with its helper was moved or is not needed any more."""
_CONDITION = re.compile(
    r"(?:\}\s*else\s+)?if\b|@?(?:pytest\.mark|unittest)\.skip(?:if|If|Unless)\b|(?:it|test|describe)\.skipIf\b"
)
_ASSERT = Sieve([
    r"\bassert\w*\b|\bexpect\w*\(|\brequire\.\w+\(|\bt\.(?:Error|Fatal|Fail)\w*\(",
    r"\.should\b|\bshould\w*\(|\bverify\(|\bCHECK\w*\(|\bEXPECT_\w+\(",
])  # fmt: skip


_HOLLOW = Sieve(
    [
        r"^(?:self\.)?assert(?:True|_true)?\(? ?true\b|^assert!\(true\)|^assert\.ok\(true\)|^assert 1(?: == 1)?$",
        r"^expect\(true\)\.(?:to\b|toBe)|\b(?:if|while) \(?(?:false &&|false and\b|0 &&)|\|\| true\b(?=\s*[){:])",
    ],
    re.IGNORECASE,
)
"""Lines that hold whatever the code does, or never come to look at it."""
_LOOKS = re.compile(r"(?:\}\s*else\s+)?if\b")
"""A condition under which a test fails by itself, as tests in Go do."""
_EQUAL = re.compile(
    r"expect\((?P<js>.{1,200}?)\)\.(?:not\.)?(?:toBe|toEqual|toStrictEqual|toMatch\w*|toContain\w*)\(.{0,400}"
    r"|assert (?P<py>[^=!<>]{1,200}?) (?:==|!=|<=?|>=?|in|is(?! not None)) .{0,400}"
)
_THERE = re.compile(
    r"expect\((?P<js>.{1,200}?)\)\.(?:toBeDefined|toBeTruthy|not\.toBe(?:Null|Undefined))\(\);?"
    r"|assert (?P<py>[^=!<>]{1,200}?)(?: is not None)?"
)
"""What was compared, and what is only asked to be there."""


class _Line(msgspec.Struct, frozen=True):
    """A line of a diff. `whole`: it comes or goes together with the test it belongs to."""

    text: str
    whole: bool = False


def weakened(effect: Effect, paths: Sequence[str]) -> str:
    """Return how an edit of a test weakens it, or nothing. Taking out whole files is told by the deletion itself."""
    if effect.kind == "deleted" or not any(map(_TEST_PATH.finds, paths)):
        return ""
    diff = effect.results.get("diff") or effect.args.get("diff")
    if not isinstance(diff, str):
        return ""
    if effect.kind == "created":
        return ""
    if not (_SKIP.likely(diff) or _ASSERT.likely(diff) or _HOLLOW.likely(diff)):
        return ""
    added, removed = _changes(diff)
    gone = {line.text for line in removed}
    come = {line.text for line in added}
    lines = [line.text for line in added]
    put = [at for at, line in enumerate(added) if _SKIP.finds(line.text) and not line.whole and not _guarded(lines, at)]
    skips = len(put) - sum(_SKIP.finds(line.text) for line in removed)
    if skips > 0:
        return "a skip was put into"
    lost = [line.text for line in removed if line.text not in come and not line.whole]
    kept = [line.text for line in added if line.text not in gone]
    if bare_assertions(lost, kept, _ASSERT.finds):
        return "an assertion was taken out of"
    return "an assertion was made empty in" if _emptied(lost, kept) else ""


def _emptied(lost: Sequence[str], kept: Sequence[str]) -> bool:
    """Return whether what looked at something was replaced by what holds anyway, or asks only that it is there."""
    hollow = sum(_HOLLOW.finds(line) for line in kept) - sum(_HOLLOW.finds(line) for line in lost)
    if hollow > 0:
        return any(_ASSERT.finds(line) or _LOOKS.match(line) for line in lost)
    compared = {_subject(found) for line in lost if (found := _EQUAL.fullmatch(line))}
    asked = [line for line in kept if _ASSERT.finds(line)]
    there = [_subject(found) for line in asked if (found := _THERE.fullmatch(line))]
    return bool(there) and len(there) == len(asked) and compared.issuperset(there)


def _subject(found: re.Match[str]) -> str:
    return str(found["js"] or found["py"])


def _changes(diff: str) -> tuple[list[_Line], list[_Line]]:
    """Return the lines that a diff adds and removes; those that come or go with their whole test are marked."""
    found: dict[str, list[_Line]] = {"+": [], "-": []}
    whole = {"+": False, "-": False}
    for raw in diff[:MAX_DIFF].splitlines():
        sign = raw[:1]
        if sign not in found or raw.startswith(("+++", "---")):
            whole = {"+": False, "-": False}
            continue
        text = raw[1:].strip()
        whole[sign] = whole[sign] or bool(_begins(text))
        found[sign].append(_Line(text, whole[sign]))
    tests = {sign: len({line.text for line in lines if _begins(line.text)}) for sign, lines in found.items()}
    for sign, other in (("+", "-"), ("-", "+")):
        if tests[sign] <= tests[other]:
            found[sign] = [_Line(line.text) for line in found[sign]]
    return found["+"], found["-"]


def _begins(line: str) -> bool:
    return bool(_TEST.match(line) or _FUNCTION.match(line))


def _guarded(added: list[str], at: int) -> bool:
    """Return whether a skip stands under a condition of its own: a missing tool or another platform is no weakening."""
    return any(_CONDITION.match(line) for line in added[max(0, at - 2) : at + 1])
