"""How many tests were added: the number that is told, held against the definitions in what was written.

It accuses only where all that was written is known, and where each test has a definition of its own: one that is run
with many rows of data, or in a loop, may be as many tests as one likes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.values import NUMBER_WORDS
from assure_tui.reconcile.match.coding.ruling import Ruling, against
from assure_tui.reconcile.match.coding.steps import CHANGES, MAX_SCAN, paths_of
from assure_tui.reconcile.match.coding.unknown import unknown_since
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

_NUMBER = re.compile(
    rf"\b(?P<number>[1-9]\d{{0,3}}|{'|'.join(NUMBER_WORDS)})\+? "
    r"(?:(?!(?:of|or|total|passing|existing)\b)[a-z-]{1,20} ){0,3}(?:tests?|specs?)\b(?! files?)"
)
TEST_FILE = re.compile(r"(?:^|[/._-])(?:tests?|specs?)(?:[/._-]|$)", re.IGNORECASE)


def too_few(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge a number of tests told to be added by the definitions that the run wrote in files of tests."""
    told = _NUMBER.search(claim.text.lower()) if claim.args.get("verb") else None
    if told is None or seen.gap or seen.full() or unknown_since(seen, "write", 0) or seen.handed_over():
        return None
    said = int(told["number"]) if told["number"].isdecimal() else NUMBER_WORDS[told["number"]]
    steps = [step for step in seen.of(*CHANGES) if step.ok and any(map(TEST_FILE.search, paths_of(step.effect)))]
    written = 0
    for step in steps:
        lines = _written(step)
        defined = definitions(lines) if lines is not None else None
        if defined is None:
            return None
        written += defined
    if not written or written >= said:
        return None
    why = f"what was written defines {written}"
    return against(
        claim,
        "wrong-value",
        why,
        steps[-1],
        settles=f"changes that define {said} tests",
        severity="low",
        outcome="partial",
    )


def definitions(lines: Sequence[str]) -> int | None:
    """Count the tests that lines define; None where one of them may be run as many."""
    if any(pattern.search(line) for pattern in _repeated() for line in lines):
        return None
    return sum(any(pattern.search(line) for pattern in _definitions()) for line in lines)


def _written(step: Step) -> list[str] | None:
    """Return the lines that a change wrote; None where they are not known whole."""
    diff = step.effect.results.get("diff")
    if not isinstance(diff, str) or len(diff) > MAX_SCAN:
        return None
    return [line[1:] for line in diff.splitlines() if line[:1] == "+" and line[:3] != "+++"]


@cache
def _definitions() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, table("gate_lists")["tests"]["functions"]))


@cache
def _repeated() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, table("gate_lists")["tests"]["repeated"]))
