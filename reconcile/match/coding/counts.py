"""How many tests passed: the number that is told, held against what the runs printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.match.coding.named import PART, names_another
from assure_tui.reconcile.match.coding.ruling import Ruling, command, unverifiable
from assure_tui.reconcile.match.coding.steps import Step, command_of

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.model import Claim

_SOME = re.compile(
    r"\b(?:new|added|these|those|of the|focused|targeted|related|\w+_test|[A-Z]\w+Test)\b", re.IGNORECASE
)
"""Words that make a number of tests a part of those that ran."""
MIN_WHOLE = 5
"""Fewer tests than this are a part that was looked at; "all 41" are all."""
MIN_WORD = 4
"""Letters of a word that tells a command."""
MAX_SUMMED = 10
"""Runs whose numbers are put together."""
_NAME = re.compile(r"^test_?\w*_\w|^Test[A-Z]|\w_test$|[a-z](?:Test|Spec)s?$|::test")
_ALL = re.compile(r"\ball (\d{1,6}) (?:[\w./-]{1,30} ){1,4}?tests\b", re.IGNORECASE)
"""A number of tests with what they are of: "all 44 parser unit tests"."""
_SUM = re.compile(r"(\d{1,6})\b(?: [a-z]{1,20}){0,3} ?\+ ?(\d{1,6})\b", re.IGNORECASE)
"""Parts that a number is put together from: "24 unit + 32 API = 56 tests"."""
_LABEL = re.compile(r"\W{0,6}[A-Za-z][\w .-]{2,40}(?=:)")


def tests_named(claim: Claim) -> list[str]:
    """Return the tests that words call by the names that they have in code, lower case."""
    return [str(name).lower() for name in claim.args.get("names", ()) if _NAME.search(str(name))]


def told_passed(claim: Claim) -> int | None:
    """Return the number of tests that words say passed."""
    counts = claim.args.get("counts") or {}
    said = counts.get("passed", counts.get("tests"))
    return said if isinstance(said, int) else None


def miscounted(claim: Claim, seen: Seen, last: Step, runs: list[Step]) -> Ruling | None:
    """Judge a number of tests told to have passed by what the runs since the last change printed."""
    counts = claim.args.get("counts") or {}
    said = told_passed(claim)
    of_all = _ALL.search(claim.text) if said is None else None
    if of_all:
        said = int(of_all[1])
    if claim.kind != "tests" or said is None or claim.args.get("vague") or names_another(claim, last):
        return None
    start = seen.code_change.at if seen.code_change else 0
    fresh = _latest([step for step in runs if step.at > start]) or [last]
    known: set[int] = set()
    total = 0
    for step in fresh:
        results = step.effect.results
        passed = results.get("passed")
        if not isinstance(passed, int):
            return None
        total += passed
        skipped = results.get("skipped") or 0
        known |= {
            passed,
            passed + skipped,
            results.get("collected") or passed,
            passed + (results.get("failed") or 0),
            total,
            *results.get("each", ()),
        }
    if said in known or (of_all and said < max(known, default=0)):
        return None
    if any(step.effect.results.get("passed") == said for step in runs):
        return None
    other = _other_named(claim, seen, last)
    if other:
        return unverifiable(f"it may be about {command(other)}", other)
    if any(int(part) in known for parts in _SUM.findall(claim.text) for part in parts):
        return unverifiable(f"the run shows {last.effect.results.get('passed')}, and the sum has other parts", last)
    if said < max(known, default=0) and "passed" in counts and tests_named(claim):
        return unverifiable(f"the run shows {last.effect.results.get('passed')}, which may hold these", last)
    single = max((step.effect.results["passed"] for step in fresh), default=0)
    whole = claim.args.get("scope") == "all" and said > single and not _may_hold(fresh, said)
    if said < max(known, default=0) and "passed" not in counts and not whole:
        if claim.args.get("scope") == "all" and said >= MIN_WHOLE and not _SOME.search(claim.text):
            return unverifiable(f"the run shows {last.effect.results.get('passed')}, which may hold these", last)
        return None
    shown = last.effect.results.get("passed")
    return Ruling(
        "contradicted",
        f"the run shows {shown}",
        (last,),
        "wrong-value",
        f"claims {said} passed; the last run, {command(last)}, printed {shown} passed",
        "a run with that count",
    )


def _latest(runs: list[Step]) -> list[Step]:
    """Return the last run of each command, rather one that showed its counts: its tests are counted once."""
    found: dict[str, Step] = {}
    for step in runs:
        args = step.effect.args
        line = " ".join(map(str, (args.get("cwd"), *(args.get("argv") or (step.effect.id,)))))
        if line not in found or isinstance(step.effect.results.get("passed"), int):
            found.pop(line, None)
            found[line] = step
    return list(found.values())


def _may_hold(runs: list[Step], said: int) -> bool:
    """Return whether some of the runs come to a number together; of one that printed several, the log may lack some."""
    sums = {0}
    for step in runs[-MAX_SUMMED:]:
        sums |= {known + step.effect.results["passed"] for known in sums}
    return said in sums or any(step.effect.results.get("each") for step in runs)


def _other_named(claim: Claim, seen: Seen, last: Step) -> Step | None:
    """Find another command than the judged run that has a word of the claim's label: "Schema doctor: 6 passed"."""
    label = _LABEL.match(claim.text)
    own = {word for word in PART.findall(label.group().lower()) if len(word) >= MIN_WORD} if label else set()
    own -= lexicon().grammar["plain"] | set(PART.findall(command_of(last.effect).lower()))
    return next(
        (
            step
            for step in reversed(seen.of("ran", "lint", "build"))
            if step.turn == last.turn and not own.isdisjoint(PART.findall(command_of(step.effect).lower()))
        ),
        None,
    )
