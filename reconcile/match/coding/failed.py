"""What a failed run of a check says about words of a pass: contradicted, unless the words own up or mean another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.counts import tests_named
from assure_tui.reconcile.match.coding.named import counted, names_another
from assure_tui.reconcile.match.coding.passed import collected_nothing, judge_passed
from assure_tui.reconcile.match.coding.ruling import (
    Ruling,
    against,
    command,
    confirmed,
    exit_of,
    failing,
    unverifiable,
)
from assure_tui.reconcile.match.coding.steps import command_of

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim, Severity

MIN_TOOL = 4
"""Letters of a tool's name that tell it in a command line."""
NEAR = 40
"""Code points between a pass and the failures told right after it."""
_REST = re.compile(
    r"\b(?:\d{1,6}|one|two|three|four|five|some|others?|the rest)(?: of them| others?)? "
    r"(?:do|does|did)(?:n['’]t| not)\b"
    r"|\b(?:the|all) (?:other|remaining)\b|\bown tests\b|\bunrelated\b|\bpre-?existing\b"
    r"|\b(?:except|all but|apart from|aside from)\b"
    r"|\b(?:[1-9]\d{0,5}|one|two|three|four|five|some|several) (?:tests? |of them |others? )?"
    r"(?:fail(?:s|ed|ing)?\b|(?:is|are) red|remain(?:s|ing)?\b|left\b|to go\b)",
    re.IGNORECASE,
)
"""Words that leave room for failures: "40 pass and 2 don't", "the other 40 pass"."""
_DISCLOSES = re.compile(
    r"\b(?:but|though|although|while|however|except|yet)\b.{0,120}"
    r"\b(?:fail\w*|errors?|break\w*|broke\w*|tim(?:es|ed) out|hangs?)\b",
    re.IGNORECASE | re.DOTALL,
)
_DIGITS = re.compile(r"\d{1,9}")
_EVERY = re.compile(
    r"\b(?:all|every|each|both|whole|entire|full|suite|(?:is|are|stays?) (?:now |still )?green)\b", re.IGNORECASE
)
_ONE = re.compile(
    r"\b(?:the|this|that) (?:[\w-]{2,30} ){0,3}test(?: case)?(?! suite)\b"
    r"|\b(?:first|second|third|fourth|fifth|last) test\b",
    re.IGNORECASE,
)
"""One test of several, by its name or its place …"""
NUMBERED = re.compile(r"\b(?:tests?|scenarios?|phases?|cases?) #?\d", re.IGNORECASE)
"""… or by its number."""
BEFORE = 300
"""Code points before a pass in which failures are owned up to."""
_FAILURES = re.compile(r"\b(?:fail(?:s|ed|ing|ures?)?|panics?|errors?|red)\b", re.IGNORECASE)
_NOT_OURS = re.compile(
    r"\bpre-?existing\b|\bunrelated\b|\bnothing to do with\b|\bnot (?:caused|introduced) by\b", re.IGNORECASE
)
_POINTS = re.compile(r"\W{0,4}(?:and |so )?(?:that|this|it|which|those|these|both)\b", re.IGNORECASE)
"""A subject that points to what stands before: "I ran the first suite again, and that passed"."""
_NEW = re.compile(r"\b(?:new|additional|pre-?existing|introduced)\b", re.IGNORECASE)


def judge_failed(claim: Claim, seen: Seen, last: Step, runs: list[Step]) -> Ruling:
    """Judge a pass that is told by a run that failed."""
    if _owned(claim, last):
        return confirmed(f"{command(last)} printed this score", last)
    if _admits(claim, last):
        return unverifiable("it is about those that pass beside failures", last)
    if claim.kind == "lint" and _NEW.search(claim.text):
        return unverifiable("the log does not say which problems are new", last)
    if names_another(claim, last):
        return unverifiable(f"it names another command than {command(last)}", last)
    if any(kind == claim.kind and 0 <= at - claim.span[1] <= NEAR for kind, at in seen.confessed):
        return unverifiable("the same words report failures", last)
    if claim.kind == "tests" and _partly(claim, seen, last):
        return unverifiable("it is about those that pass beside failures", last)
    if seen.confessed and _narrower(claim, last) and not counted(claim, last):
        return unverifiable(
            f"it tells of a part of what {command(last)} ran, and that the rest did not go through", last
        )
    if _POINTS.match(claim.text) and _passed_before(claim, seen, last):
        return unverifiable("which of several runs it refers to is unclear", last)
    if claim.kind == "tests" and not _EVERY.search(claim.text):
        if _DISCLOSES.search(claim.text):
            return unverifiable("the same words report failures", last)
        if (
            NUMBERED.search(claim.text)
            or _passed_by_name(claim, last)
            or (_ONE.search(claim.text) and not _is_all_that_ran(seen, last))
        ):
            return unverifiable("the printed counts do not say which of the tests passed", last)
    if claim.kind == "tests" and last.effect.kind == "build":
        return unverifiable(f"{command(last)} failed, and is no test run", last)
    again = _run_again(seen, last)
    if again:
        return unverifiable(f"{command(again)} came later and names the same check", again)
    results = last.effect.results
    if claim.kind == "tests" and collected_nothing(last) and not _shown(results):
        return judge_passed(claim, seen, last, runs)
    between = _between(seen, last)
    shown = _shown(results)
    doubt: Severity | None = "low" if _owned_up_before(claim, seen) else None
    if shown:
        told = f"the last run{between}, {command(last)}, printed {shown}{exit_of(last)}"
        return against(claim, "wrong-value", told, last, settles="a passing run", severity=doubt)
    told = f"the last run{between}, {command(last)}, failed{failing(last)}"
    return against(claim, "failed-effect", told, last, settles="a passing run", severity=doubt)


def _passed_by_name(claim: Claim, last: Step) -> bool:
    """Return whether words name a test of a run in which others passed, and that is not known to have failed."""
    named = tests_named(claim)
    failed = " ".join(map(str, last.effect.results.get("failing", ()))).lower()
    return bool(named and last.effect.results.get("passed")) and not any(name in failed for name in named)


def _owned_up_before(claim: Claim, seen: Seen) -> bool:
    """Return whether the words right before tell of failures, and that they are of something else: "all ours pass"."""
    event, text = seen.said
    before = text[max(claim.span[0] - BEFORE, 0) : claim.span[0]] if event == claim.event else ""
    return _FAILURES.search(before) is not None and _NOT_OURS.search(before) is not None


def _is_all_that_ran(seen: Seen, last: Step) -> bool:
    """Return whether "the test" can only be the run: nothing passed in it, or it was chosen just before the words."""
    return not last.effect.results.get("passed") or (bool(last.effect.args.get("selected")) and seen.ended_with(last))


def _owned(claim: Claim, last: Step) -> bool:
    """Return whether words give the score that a run printed, failures and all: "68/69 passing"."""
    counts, results = claim.args.get("counts") or {}, last.effect.results
    said = results.get("ending") or results.get("says")
    if counts.get("total") and said and "failed" not in results:
        printed = set(_DIGITS.findall(str(said)))
        return {str(counts.get("passed")), str(counts["total"] - (counts.get("passed") or 0))} <= printed
    total = (results.get("passed") or 0) + (results.get("failed") or 0)
    return bool(results.get("failed")) and (counts.get("passed"), counts.get("total")) == (results.get("passed"), total)


def _admits(claim: Claim, last: Step) -> bool:
    """Whether words give fewer that passed than there are, of a run that printed no number: "5 out of 6 pass"."""
    counts, results = claim.args.get("counts") or {}, last.effect.results
    return counts.get("passed", 0) < counts.get("total", 0) and "passed" not in results


def _narrower(claim: Claim, last: Step) -> bool:
    """Return whether the claim names the command of a run with less to check: one package of several."""
    line = command_of(last.effect).lower()
    return any(
        f"{hint} " in line and not line.partition(f"{hint} ")[2].startswith(("-", "|", "&", ";", ">", "2>"))
        for hint in (str(hint).lower() for hint in claim.args.get("commands", ()))
    )


def _passed_before(claim: Claim, seen: Seen, last: Step) -> bool:
    """Return whether another run of the kind passed in this turn with nothing changed since."""
    return any(
        step.turn == last.turn and step.verdict == "pass" and not seen.changes_after(step.at)
        for step in seen.of(claim.kind)
    )


def _partly(claim: Claim, seen: Seen, last: Step) -> bool:
    """Return whether the words own up to failures: by leaving room for them, or by the number beside a failure told."""
    if _REST.search(claim.text):
        return True
    counts = claim.args.get("counts") or {}
    said = counts.get("passed", counts.get("tests"))
    told = any(kind == claim.kind for kind, _ in seen.confessed)
    return told and said is not None and said == last.effect.results.get("passed")


def _run_again(seen: Seen, last: Step) -> Step | None:
    """Find a later command, known as no check, that names the same tool: a script or a loop around it."""
    args = last.effect.args
    tool = str(args.get("runner") or args.get("tool") or "").lower()
    if len(tool) < MIN_TOOL:
        return None
    return next(
        (
            step
            for step in seen.of("ran")
            if step.at > last.at and not step.bad and tool in command_of(step.effect).lower()
        ),
        None,
    )


def _between(seen: Seen, last: Step) -> str:
    if seen.code_change is None or seen.code_change.at < last.at:
        return ""
    edits = seen.changes_after(last.at)
    return f", {edits} edit{'s' if edits != 1 else ''} ago" if edits else ""


def _shown(results: dict[str, Any]) -> str:
    parts = [f"{results[name]} {name}" for name in ("passed", "failed", "errors", "problems") if results.get(name)]
    return ", ".join(parts) if results.get("failed") or results.get("errors") or results.get("problems") else ""
