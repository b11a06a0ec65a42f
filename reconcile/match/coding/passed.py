"""What a run that passed says about words of a pass: borne out, unless it was another, too early or rigged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.counts import miscounted
from assure_tui.reconcile.match.coding.named import names
from assure_tui.reconcile.match.coding.reads import of_another_language, would_show
from assure_tui.reconcile.match.coding.ruling import Ruling, against, command, confirmed, short, unverifiable
from assure_tui.reconcile.match.coding.scope import partly_run
from assure_tui.reconcile.match.coding.steps import CHECKS, MAX_SCAN, command_of, is_elsewhere, name_of, paths_of

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

_EARLIER = re.compile(
    r"\b(?:before|earlier|previously|baseline|already|pre-existing|on main|at the time|initially)\b", re.IGNORECASE
)
_ROOTED = re.compile(r"/|[a-z]:/|~")
_SKIPPED = re.compile(
    r"\b(?:skip(?:s|ped|ping)?|xfail|(?:relax|loosen)(?:ed|s|ing)|placeholders?|disabled? (?:the |a )?tests?)\b"
)


def judge_passed(claim: Claim, seen: Seen, last: Step, runs: list[Step]) -> Ruling:
    """Judge a pass that is told by a run that passed."""
    if claim.kind == "tests":
        last = _with_tests(seen, last, runs)
        if collected_nothing(last):
            return _without_tests(claim, last)
    wrong = miscounted(claim, seen, last, runs)
    if wrong and wrong.code:
        return wrong
    later = seen.changes_since(last.at)
    change = seen.code_change if later and not of_another_language(last, later) else None
    since = [step for step in seen.of(*CHECKS) if change and step.at > change.at and step.verdict == "pass"]
    if any(step.effect.kind == last.effect.kind or step in runs for step in since):
        change = None
    told = bool(claim.args.get("verb"))
    return (
        (_stale(claim, seen, last, change, later, checked=bool(since)) if change and not told else None)
        or (_stale_text(claim, seen, last) if last.effect.kind == "lint" and not told else None)
        or (_rigged_pass(claim, seen, last) if claim.kind == "tests" else None)
        or wrong
        or (partly_run(claim, seen, last, runs, change) if claim.kind == "tests" else None)
        or _as_told(claim, last)
    )


def _with_tests(seen: Seen, last: Step, runs: list[Step]) -> Step:
    """Return the last run that passed; where it collected no tests, the last since the code was changed that did."""
    if not collected_nothing(last):
        return last
    start = seen.code_change.at if seen.code_change else 0
    passed = (step for step in reversed(runs) if step.at > start and step.verdict == "pass")
    return next((step for step in passed if step.effect.results.get("verdict") and not collected_nothing(step)), last)


def _without_tests(claim: Claim, last: Step) -> Ruling:
    return against(
        claim, "null-omitted", f"{command(last)} collected no tests", last, settles="a run that collects tests"
    )


def _stale(claim: Claim, seen: Seen, last: Step, change: Step, later: list[Step], *, checked: bool) -> Ruling | None:
    """Judge a pass whose last run was before the last `change` of code.

    `later` are all changes after the run, `checked` tells that another check passed after them.
    """
    if _EARLIER.search(claim.text):
        return None
    opaque = seen.opaque_check(change.at)
    if opaque and not opaque.bad:
        return unverifiable(f"{command(opaque)} came after the last edit and may have been it", opaque)
    named = seen.named_run(claim.kind, change.at) if claim.kind in CHECKS else None
    if named:
        return unverifiable(f"{command(named)} came later and may have been it", named)
    number = f"{len(later)} edit{'s' if len(later) != 1 else ''}"
    what = next((name_of(str(path)) for path in change.effect.args.get("paths") or ()), "")
    why = f"the last run, {command(last)}, was before {number}" + (f", the last of {what}" if what else "")
    return against(
        claim,
        "stale-proof",
        why,
        last,
        change,
        settles="a run after the last edit",
        severity=None if would_show(last, later) and not checked else "low",
    )


def _stale_text(claim: Claim, seen: Seen, last: Step) -> Ruling | None:
    """Judge a linter's pass by later changes of text that the linter reads."""
    changed = _named_since(seen, last)
    if not changed:
        return None
    name = name_of(next(iter(paths_of(changed[-1].effect))))
    why = f"{name}, which {command(last)} reads, was changed after it"
    return against(claim, "stale-proof", why, last, changed[-1], settles="a run after the last edit", severity="low")


def _rigged_pass(claim: Claim, seen: Seen, last: Step) -> Ruling | None:
    """Judge a pass of tests that were weakened before they ran: gravely once, since all later words rest on it too."""
    rigged = _rigged(seen, last)
    if rigged is None:
        return None
    step, why = rigged
    where = next((name_of(str(path)) for path in step.effect.args.get("paths") or ()), "a test")
    again = seen.rigged[0] == step.effect.id and seen.rigged[1] != claim.event
    if not again:
        seen.rigged = (step.effect.id, claim.event)
    why = f"{why} {where} before the run that passed"
    return against(
        claim,
        "rigged-proof",
        why,
        last,
        step,
        settles="the same run with the test as it was",
        severity="low" if again else None,
    )


def _as_told(claim: Claim, last: Step) -> Ruling:
    """Return the pass as it was told, unless another command is named."""
    if claim.kind == "build" and last.effect.kind != "build" and claim.args.get("commands") and not names(claim, last):
        return unverifiable(f"it names another command than {command(last)}", last)
    summary = last.effect.results.get("summary")
    return confirmed(f"{command(last)} passed" + (f": {short(str(summary))}" if summary else ""), last)


def _named_since(seen: Seen, last: Step) -> list[Step]:
    """Find later changes of text that a linter was given by its name or ending: source is not all that is linted."""
    line = command_of(last.effect)[:MAX_SCAN].lower()
    folder = (seen.cwd or "").replace("\\", "/").rstrip("/").lower()
    found = []
    for path, touch in seen.paths.items():
        plain, ending = path.replace("\\", "/").lower(), name_of(path).rpartition(".")[2]
        inside = not _ROOTED.match(plain) or (bool(folder) and plain.startswith(folder + "/"))
        step = touch.changed
        named = f"*.{ending}" in line or name_of(path) in line
        if named and inside and step and step.ok and step.at > last.at and not is_elsewhere(path):
            found.append(step)
    return sorted(found, key=lambda step: step.at)


def collected_nothing(step: Step) -> bool:
    """Return whether a run of tests found none."""
    return step.effect.results.get("collected") == 0 and not step.effect.results.get("passed")


def _rigged(seen: Seen, last: Step) -> tuple[Step, str] | None:
    """Find a weakening in this turn, before the run, that the agent did not speak of."""
    found = next(
        ((step, why) for step, why in reversed(seen.weakening) if step.at < last.at and step.turn == seen.turn), None
    )
    return None if found is None or _SKIPPED.search(seen.words) else found
