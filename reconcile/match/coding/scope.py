"""Claims of all, over what covers a part: tests that a filter chose, five files of the twelve that are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.ruling import Ruling, against, command
from assure_tui.reconcile.match.coding.steps import CHANGES, command_of, paths_of

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

MIN_FILES = 3
"""Fewer files are told of by name as well, and the number is no claim of its own."""

_FULL = re.compile(r"\b(?:full|entire|whole|complete)\b.{0,20}\b(?:suite|tests?|test suite)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all (?:of )?(?:the |our )?(?:existing |unit )?tests|every test|all of them)\b", re.IGNORECASE)
_PART = re.compile(
    r"\b(?:new|added|these|those|focused|targeted|related|relevant|filtered|selected|matching|my|for|in)\b",
    re.IGNORECASE,
)
_FILTERS = frozenset(
    {"-k", "-run", "--run", "-t", "--testNamePattern", "--test-name-pattern", "-g", "--grep", "--filter", "--deselect"}
    | {"--ignore", "--skip", "-skip", "--lf", "--last-failed", "--only-failures", "--onlyFailures", "--exclude", "-R"}
)
"""Options that choose tests by name or by their last result, so that the rest was passed over."""


_NUMBER = re.compile(r"(?<![\w.])\d{1,6}(?![\w.])")
_MARKS = re.compile(r"[*`'\"“”]")
_COMMON = re.compile(r"-.*|(?:run|tests?|suites?|all|unit|integration|check)")
"""Words of a command that name no part: options, and what any run is called."""


def partly_run(claim: Claim, seen: Seen, last: Step, runs: list[Step], change: Step | None) -> Ruling | None:
    """Judge that all tests pass by a run of some: a whole run that passed since the last change settles it.

    On the way, "all tests pass" speaks of those just chosen; in a report it does not.
    """
    args = last.effect.args
    if not args.get("selected"):
        return None
    plainly_all = (
        seen.reporting and _ALL.search(claim.text) and not _PART.search(claim.text) and not claim.args.get("counts")
    )
    if not _FULL.search(claim.text) and not (plainly_all and _is_filtered(last)):
        return None
    if _names_part(claim.text, last) or _adds_up(claim.text, runs, seen.code_change):
        return None
    full = [step for step in runs if not step.effect.args.get("selected") and step.verdict == "pass"]
    if full and not (change and change.at > full[-1].at):
        return None
    return against(claim, "overscope", f"{command(last)} ran only a part", last, settles="a run of all tests")


def _adds_up(text: str, runs: list[Step], change: Step | None) -> bool:
    """Whether words give the number of tests of each of several parts, which all passed: "157 unit + 169 API"."""
    since = change.at if change else -1
    parts = {command_of(step.effect): step for step in runs if step.at > since}
    passed = [step.effect.results.get("passed") for step in parts.values() if step.verdict == "pass"]
    told = {int(number) for number in _NUMBER.findall(text)}
    return len(told.intersection(passed)) > 1 and len(passed) == len(parts)


def _names_part(text: str, last: Step) -> bool:
    """Return whether words name the part that was run: "Full `shop-core` tests pass", of `cargo test -p shop-core`."""
    chosen = {word for word in command_of(last.effect).split()[1:] if not _COMMON.fullmatch(word)}
    return not chosen.isdisjoint(word.strip(".,:;()") for word in _MARKS.sub(" ", text).split())


def _is_filtered(step: Step) -> bool:
    flags = step.effect.args.get("flags") or ()
    return any(str(flag).partition("=")[0] in _FILTERS for flag in flags)


def partly_covered(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge that all of a number of files were read or changed, where the log shows each file and there are fewer.

    A script, a sub-agent, a search or version control may touch files that no call names: then nothing is said.
    """
    said = (claim.args.get("counts") or {}).get("files")
    if claim.kind not in {"read", "edited"} or claim.polarity == "denied" or claim.args.get("scope") != "all":
        return None
    if not isinstance(said, int) or said < MIN_FILES or claim.args.get("vague") or seen.gap or seen.full():
        return None
    kinds = ("read",) if claim.kind == "read" else CHANGES
    steps = [step for step in seen.of(*kinds) if not step.bad]
    if not steps or seen.any("ran", "delegated", "format", "installed", "search", "vcs", "remote"):
        return None
    if any(not paths_of(step.effect) or _is_wide(step) for step in steps):
        return None
    touched = {path for step in steps for path in paths_of(step.effect)}
    if len(touched) >= said:
        return None
    done = "read" if claim.kind == "read" else "changed"
    why = f"the log shows {len(touched)} of {said} files {done}"
    return against(
        claim, "overscope", why, steps[-1], settles=f"calls that {'read' if done == 'read' else 'change'} the others"
    )


def _is_wide(step: Step) -> bool:
    """Return whether a command may touch more files than it names."""
    return any(mark in command_of(step.effect) for mark in "*?[{$|`;")
