"""Which run a claim of a check means: the one whose command it names, and no other program's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.effects.runners import programs
from assure_tui.reconcile.match.coding.steps import Step, command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.model import Claim

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_TEST_FILES = re.compile(r"\btests? files?\b")
_RUNS = frozenset({"run", "runs", "checking", "both", "they", "everything"})
"""Words that stand for checks where a result is told of them: "they all pass"."""
_OPTION = re.compile(r"(?<=\s)--?[a-z][\w-]{0,40}(?:=\S{0,200})?\s{1,4}")
"""An option between words of a command, which people leave out: `mvn verify` is `mvn -q -B verify`."""
PART = re.compile(r"[a-z0-9]{3,}")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,6}(?![\w,]|\.\d)")
COMMON = frozenset({"test", "tests", "run", "the", "all", "and", "pass", "passed", "now", "with"})
"""Words of a check that tell no run from another."""
_JOINED = re.compile(r"([A-Za-z-]{1,40})(?:,|,? and| plus| as well as) [`*]{0,4}$")
_PROGRAM = re.compile(r"[a-z][\w-]{1,40}")


def names(claim: Claim, step: Step, *, exactly: bool = False) -> bool:
    """Return whether the claim names the command of a run, and not another one of the same line.

    People leave options out; not where it is to be `exactly` that command.
    """
    holds = whole if exactly else _holds
    hints = [str(hint).lower() for key in ("commands", "names") for hint in claim.args.get(key, ())]
    line = command_of(step.effect).lower() if hints else ""
    own = str(step.effect.args.get("command") or "").lower()
    others = line.replace(own, "") if own else ""
    return any(holds(hint, line) and (holds(hint, own) or not holds(hint, others)) for hint in hints)


def _holds(hint: str, line: str) -> bool:
    return whole(hint, line) or (" " in hint and whole(hint, _OPTION.sub("", line)))


def names_another(claim: Claim, step: Step) -> bool:
    """Return whether the claim names commands or programs of checks, none of which is of the program that ran."""
    hints = [str(hint).strip() for key in ("commands", "names") for hint in claim.args.get(key, ())]
    named = [
        hint
        for hint in hints
        if " " in hint and hint[0].isalpha() and names_check(hint) and not _is_beside(claim, hint)
    ]
    line = set(_PROGRAM.findall(command_of(step.effect).lower()))
    told = {words[0] for hint in named if (words := _PROGRAM.findall(hint.lower()))}
    if not _checkers().isdisjoint(line):
        told |= _checkers().intersection(_PROGRAM.findall(claim.text.lower()))
    return bool(told) and line.isdisjoint(told)


def _is_beside(claim: Claim, hint: str) -> bool:
    """Return whether a command is told beside a check of the claim's own kind: "the parser test and `diff --check`"."""
    joined = _JOINED.search(claim.text[: max(claim.text.find(hint), 0)])
    return joined is not None and lexicon().subjects.get(joined[1].lower()) == claim.kind


@cache
def _checkers() -> frozenset[str]:
    """Return the programs of checks that people speak of by their own name: "mypy is clean"."""
    return frozenset(
        word for word, kind in lexicon().subjects.items() if kind in {"tests", "lint"} and word in programs()
    )


def pointed(claim: Claim, runs: Sequence[Step]) -> Step | None:
    """Find the last run whose command has a word of the claim that other runs of its kind have not: "types pass"."""
    lines = {id(step): frozenset(PART.findall(command_of(step.effect).lower())) for step in runs}
    told = frozenset(PART.findall(claim.text.lower())) - COMMON
    apart = told - frozenset.intersection(*lines.values()) if lines else frozenset()
    return next((step for step in reversed(runs) if apart & lines[id(step)]), None)


def told_apart(claim: Claim, run: Step, runs: Sequence[Step]) -> bool:
    """Return whether words of a check point to this run among others: by its command, or by how many it ran."""
    return counted(claim, run) or pointed(claim, runs) is run


def counted(claim: Claim, run: Step) -> bool:
    """Return whether words give the number of tests that a run ran, whatever came of them."""
    results = run.effect.results
    total = sum(results.get(name) or 0 for name in ("passed", "failed", "errors"))
    return claim.kind == "tests" and total > 1 and str(total) in _NUMBER.findall(claim.text)


def whole(hint: str, line: str) -> bool:
    """Return whether a command line holds a hint as whole words: `run test` is not `run test:e2e`."""
    at = line.find(hint) if hint else -1
    while at >= 0:
        end = at + len(hint)
        if line[end : end + 1] not in {":", "-", "_"} and not line[end : end + 1].isalnum():
            return True
        at = line.find(hint, end)
    return False


def names_check(text: str) -> bool:
    """Return whether words say what was checked: "All clean." and "Pre-flight passed." may be said of anything."""
    words = _WORD.findall(_TEST_FILES.sub("", text.lower()))
    return not lexicon().subjects.keys().isdisjoint(words) or not _RUNS.isdisjoint(words)
