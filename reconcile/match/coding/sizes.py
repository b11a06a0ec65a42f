"""How long a file is, or how many tests it has: what is told of one file, held against what the run wrote into it.

It accuses only where the run wrote the whole file, and where each later change of it is known: a file that a formatter
or a script went over is as long as it may be. A number that is told to be about so many is held against nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.added import definitions
from assure_tui.reconcile.match.coding.ruling import Ruling, against
from assure_tui.reconcile.match.coding.steps import CHANGES, command_of, name_of, paths_of

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

What = Literal["lines", "tests"]

_SIZE = re.compile(
    r"[`*_\])\s]{0,6}(?:[|:(—–-]\s{0,2}){1,3}(?P<number>\d{1,3},\d{3}|\d{1,5}) (?P<what>lines|tests)"
    r"(?=\s{0,3}(?:$|[|),.;*])| (?:of code|long|total)\b)"
)
"""A size right behind a file's name: "`a.py` (120 lines)", "`a.test.ts` — 14 tests", a cell of a table."""
_GROUP = re.compile(r"\s{0,80}(?:describe|context)\b")
SLACK = 2
"""Lines by which counts of one file differ: of its last line, and of blank ones at the end."""


def told_size(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge the lines or tests that a claim tells a file to have; None where nothing speaks against them."""
    for path in map(str, claim.args.get("paths", ())):
        hit = _SIZE.match(claim.text, claim.text.find(path) + len(path)) if path in claim.text else None
        if hit is None:
            continue
        said, what = int(hit["number"].replace(",", "")), cast("What", hit["what"])
        known = [touched for touched, _ in seen.touches(path)]
        found = _size(known[0], what, seen) if len(known) == 1 else None
        if found is None:
            continue
        least, size, step = found
        if not least - SLACK <= said <= size + SLACK if what == "lines" else not least <= said <= size:
            why = f"as it was written, {name_of(path)} has {size} {what}"
            return against(claim, "wrong-value", why, step, settles=f"a file of {said} {what}", severity="low")
    return None


def _size(path: str, what: What, seen: Seen) -> tuple[int, int, Step] | None:
    """The least and the greatest size of a file that the run wrote whole, and its last change; None if unknown."""
    steps = [step for step in seen.of(*CHANGES) if step.ok and path in paths_of(step.effect)]
    begin = next((at for at, step in reversed([*enumerate(steps)]) if _is_whole(step)), None)
    if begin is None or _is_reworked(path, steps[begin], seen):
        return None
    sizes = [_grown(step, what) for step in steps[begin:]]
    grown = [size for size in sizes if size is not None]
    if len(grown) < len(sizes):
        return None
    return sum(least for least, _ in grown), sum(most for _, most in grown), steps[-1]


def _is_whole(step: Step) -> bool:
    """Return whether a step wrote all that is in a file, and the log holds all of it."""
    results = step.effect.results
    return step.effect.kind == "created" and len(paths_of(step.effect)) == 1 and not results.get("removed")


def _is_reworked(path: str, since: Step, seen: Seen) -> bool:
    """Return whether a formatter ran after a step, or a command that names the file and may have written it."""
    later = (step for step in seen.of("format", "lint", "ran", "vcs") if step.at > since.at)
    return any(step.effect.kind == "format" or name_of(path) in command_of(step.effect).lower() for step in later)


def _grown(step: Step, what: What) -> tuple[int, int] | None:
    """Return how many lines or tests a change added to its file, at least and at most; None where it is not all known.

    A group of tests is one definition more, or none.
    """
    results = step.effect.results
    added, removed, diff = results.get("added"), results.get("removed") or 0, results.get("diff")
    if not isinstance(added, int) or not isinstance(removed, int) or len(paths_of(step.effect)) != 1:
        return None
    if what == "lines":
        return added - removed, added - removed
    lines = diff.splitlines() if isinstance(diff, str) else []
    new, old = ([line[1:] for line in lines if line[:1] == sign and line[:3] != sign * 3] for sign in "+-")
    written, taken = definitions(new), definitions(old)
    if len(new) != added or written is None or taken is None:
        return None
    groups = [sum(_GROUP.match(line) is not None for line in some) for some in (new, old)]
    return written - groups[0] - taken, written - (taken - groups[1])
