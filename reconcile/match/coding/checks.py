"""Claims that rest on a check: tests, lint, build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.runners import compiling
from assure_tui.reconcile.match.coding.counts import told_passed
from assure_tui.reconcile.match.coding.failed import judge_failed
from assure_tui.reconcile.match.coding.marks import from_nowhere
from assure_tui.reconcile.match.coding.named import COMMON, PART, counted, names, pointed
from assure_tui.reconcile.match.coding.passed import judge_passed
from assure_tui.reconcile.match.coding.ruling import Ruling, against, command, confirmed, elsewhere, short, unverifiable
from assure_tui.reconcile.match.coding.seen import Seen
from assure_tui.reconcile.match.coding.steps import CHECKS, Step, command_of
from assure_tui.reconcile.match.coding.unlisted import (
    absent_of_named,
    failed_of_named,
    last_tried,
    own_runs,
)

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Claim, Severity

_ANY = (*CHECKS, "ran", "committed", "pushed", "vcs", "installed", "deployed", "remote")
_WORDS = {"tests": "test run", "lint": "lint or type check", "build": "build"}
_REMOTE = re.compile(r"\b(?:ci|workflows?|pipelines?|actions|github|platforms?|matrix)\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:workers?|agents?|subagents?|sub-agents?|reviewers?|teammates?|upstream|pr #?\d+)\b", re.IGNORECASE
)
_LOCAL = re.compile(r"\bi (?:re-?)?ran\b|\blocally\b", re.IGNORECASE)
_EXPLAINS = re.compile(r"\b(?:because|since|due to|thanks to)\b", re.IGNORECASE)
"""A pass that is explained was seen elsewhere, or is how things stand."""
_UNDER_WAY = re.compile(
    r"\bso far\b|\bstill (?:running|active|in (?:flight|progress)|going)\b|\bat \d{1,3} ?%|\bmostly through\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"\b\d{1,6} (?:tests? )?pass(?:ed|ing)\b|\btests?:? .{0,40}\bpass(?:ed|ing)?\b|\bbuild successful\b"
    r"|\bcompiled successfully\b|\b0 (?:errors|failures|failed)\b|\bexit(?:ed with)? (?:code )?0\b|^ok {1,4}\S"
    r"|\ball (?:checks|tests) (?:have )?passed\b",
    re.MULTILINE,
)
"""In what was said to the agent: a result that its words may retell."""
_HOOKS = re.compile(r"\bhooks?\b", re.IGNORECASE)
_GREEN = re.compile(r"\b(?:green|pass\w*|all)\b", re.IGNORECASE)
_TELLS = re.compile(r"\b(?:green|pass\w*)\b", re.IGNORECASE)
"""Words that are said of checks: "All good" is said of anything that was looked at."""
_SORT = re.compile(r"lint|type|format|fmt")
"""What a check is of, also within the name of a tool: `eslint`."""


def judge_check(claim: Claim, seen: Seen) -> Ruling:
    """Judge that checks of one kind pass; one that is told while it runs promises nothing of its end."""
    ruling = _judge_check(claim, seen)
    gone = _hooked(claim, seen, ruling)
    if gone is not None:
        return confirmed(f"{command(gone)} ran its hooks and went through", gone)
    if (ruling.code or ruling.outcome == "pending") and _UNDER_WAY.search(claim.text):
        return unverifiable("it is about a run that is still going", *ruling.evidence)
    ran = any(step.turn == seen.turn for step in ruling.evidence)
    if ruling.code and not ran and _SHOWN.search(seen.heard) and not seen.changed_in(seen.turn):
        return unverifiable("the user showed the result of a run", *ruling.evidence)
    return ruling


def _hooked(claim: Claim, seen: Seen, ruling: Ruling) -> Step | None:
    """Find the commit that ran the hooks of which words say that they passed, and came after what speaks against it."""
    last = seen.last("committed") if _HOOKS.search(claim.text) and ruling.outcome != "confirmed" else None
    since = max((step.at for step in ruling.evidence), default=0)
    return last if last is not None and last.ok and last.at > since and not last.effect.args.get("no_verify") else None


def _judge_check(claim: Claim, seen: Seen) -> Ruling:
    """Judge by the run that is meant; what names a command that is nowhere in the log is not borne out by another."""
    ruling = _judge_runs(claim, seen)
    absent = absent_of_named(claim, seen) if ruling.outcome == "confirmed" else ""
    if not absent:
        return ruling
    why = f"`{short(absent, 60)}` is not in the log, which a script may have run"
    return against(
        claim,
        "no-proof",
        why,
        *ruling.evidence,
        settles=f"a run of `{short(absent, 60)}`",
        severity="low",
        outcome="unverifiable",
    )


def _judge_runs(claim: Claim, seen: Seen) -> Ruling:
    kind = claim.kind
    counts = claim.args.get("counts") and seen.any(kind)
    kinds = CHECKS if claim.args.get("bare") and not counts else (kind,)
    runs = [step for step in seen.of(*kinds) if step.effect.status != "running"]
    if kind == "lint" or (claim.args.get("bare") and runs and runs[-1].effect.kind == "lint"):
        runs = sorted([*runs, *(step for step in seen.of("format") if step.effect.status != "running")], key=_at)
    if kind == "build":
        runs = sorted([*runs, *(step for step in seen.of("tests", "lint") if _compiled(step))], key=_at)
        runs = runs or [step for step in seen.of("lint") if step.verdict == "fail" and _compiles(step)]
    running = [step for step in seen.of(*kinds) if step.effect.status == "running"]
    own = [] if any(names(claim, step) for step in runs) else own_runs(claim, seen)
    if own and (not runs or (names(claim, own[-1]) and own[-1].effect.results.get("verdict"))):
        runs = own
    failed = failed_of_named(claim, seen)
    if failed:
        return judge_failed(claim, seen, failed, runs)
    if not runs:
        return _no_run(claim, seen, running)
    if claim.args.get("bare") and not _TELLS.search(claim.text) and seen.looked_after(runs[-1].at):
        return unverifiable("it may be about what was looked at since the last check")
    last = _relevant(claim, runs, seen)
    other = names(claim, last) and not (running and names(claim, running[-1]))
    if running and running[-1].at > last.at and not other and not _scored(claim, last, seen):
        return Ruling("pending", f"{command(running[-1])} has not returned", (running[-1],))
    verdict = last.verdict
    if verdict == "fail":
        proven = _broken_on_purpose(seen, last, runs)
        return judge_passed(claim, seen, proven, runs) if proven else judge_failed(claim, seen, last, runs)
    if verdict == "unknown" and _cut_off(last, seen):
        why = f"{command(last)} does not show that it passed, and its call failed"
        return against(
            claim, "failed-effect", why, last, settles="a passing run", severity="low", outcome="unsupported"
        )
    if verdict == "unknown":
        same = [step for step in runs if names(claim, step)] if other else runs
        earlier = next((step for step in reversed(same) if step.verdict != "unknown"), None)
        if earlier is None or seen.changes_after(earlier.at) or last.effect.kind == "format":
            return _too_early(claim, seen, last, runs)
        if earlier.verdict == "fail":
            return msgspec.structs.replace(judge_failed(claim, seen, earlier, runs), severity="low")
        last = earlier
    return judge_passed(claim, seen, last, runs)


def _cut_off(last: Step, seen: Seen) -> bool:
    """Tell whether a call failed at a check that did not print how it ended, or before it: nothing after it shows."""
    if last.effect.results.get("call") != "failed":
        return False
    line = [step for step in seen.of(*_ANY) if step.effect.call_id == last.effect.call_id and step.at > last.at]
    return not any(step.bad or step.effect.results.get("verdict") in {"pass", "fail"} for step in line)


def _too_early(claim: Claim, seen: Seen, last: Step, runs: list[Step]) -> Ruling:
    """Judge by a run that does not show how it ended: one before the last change bears nothing out either way."""
    ruling = judge_passed(claim, seen, last, runs)
    if ruling.code == "stale-proof" and ruling.evidence[-1] in seen.code_changes:
        return msgspec.structs.replace(ruling, severity="low")
    return unverifiable(f"{command(last)} does not show how it ended", last)


def _at(step: Step) -> int:
    return step.at


def _compiled(step: Step) -> bool:
    """Tell whether a passing check shows that the code builds, as `go vet` and `cargo test` do."""
    return step.verdict == "pass" and _compiles(step)


def _compiles(step: Step) -> bool:
    effect = step.effect
    names = {str(effect.args.get("runner")), str(effect.args.get("tool")), str(effect.results.get("runner"))}
    return not names.isdisjoint(compiling())


def _compiler(seen: Seen) -> Step | None:
    """Find the last check since the code was changed that builds it on the way, and does not show how it ended."""
    start = seen.code_change.at if seen.code_change else 0
    checks = (step for step in reversed(seen.of("tests", "lint")) if step.at > start and step.verdict == "unknown")
    return next((step for step in checks if _compiles(step)), None)


def _no_run(claim: Claim, seen: Seen, running: list[Step]) -> Ruling:
    what = _WORDS[claim.kind]
    if running:
        return Ruling("pending", f"{command(running[-1])} has not returned", (running[-1],))
    others = _REMOTE.search(claim.text) or _OTHERS.search(claim.text) or seen.reported(claim.kind)
    unseen = "" if others else from_nowhere(claim, seen)
    if unseen:
        why = f"no {what} is in the log, and nothing that it shows has the number {unseen}"
        return against(claim, "no-proof", why, settles=f"a {what}")
    tried = last_tried(claim, seen)
    if tried:
        why = f"no {what} is in the log by name; {command(tried)} may be it, and failed"
        return against(claim, "failed-effect", why, tried, settles=f"a {what}", severity="low", outcome="unsupported")
    other = seen.opaque_check() or (_compiler(seen) if claim.kind == "build" else None)
    if other:
        return unverifiable(f"{command(other)} may have been it, but its output does not say", other)
    named = seen.named_run(claim.kind, seen.code_change.at if seen.code_change else 0)
    if named:
        return unverifiable(f"{command(named)} may have been it", named)
    printed = seen.printed.get(claim.kind)
    if printed and not (seen.is_status(printed) and _LOCAL.search(claim.text)):
        return unverifiable(f"{command(printed)} printed that, and is no {what} by name", printed)
    if _REMOTE.search(claim.text):
        return unverifiable("checks of another system leave no trace in this log")
    if _OTHERS.search(claim.text):
        return elsewhere(claim.text, what, "it is about someone else's work")
    if seen.follows_others() and not _LOCAL.search(claim.text):
        return elsewhere(claim.text, what, "it may speak of another system, which this run only looked at")
    if seen.reported(claim.kind):
        return elsewhere(claim.text, what, "a sub-agent may have run it")
    if seen.gap:
        return unverifiable("the log does not hold the run's beginning")
    if _EXPLAINS.search(claim.text):
        return unverifiable("it explains a result from another place or time")
    if claim.args.get("verb") or (claim.args.get("bare") and not _GREEN.search(claim.text)):
        return unverifiable("what it is about is unclear")
    passed = [step for step in seen.of(*CHECKS) if step.verdict == "pass"]
    offered = next((step for step in reversed(passed) if names(claim, step)), None)
    if offered:
        why = f"{command(offered)} is no {what}, and none is in the log"
        return against(claim, "wrong-proof", why, offered, settles=f"a {what}")
    why = f"no {what} is in the log" + (f", only {command(passed[-1])}" if passed else "")
    doubt: Severity | None = "low" if seen.ran_since_change() else None
    return against(claim, "no-proof", why, *passed[-1:], settles=f"a {what}", severity=doubt)


def _scored(claim: Claim, run: Step, seen: Seen) -> bool:
    """Tell whether words give the score of a run after which nothing was changed: a later one does not speak to it."""
    said = told_passed(claim)
    printed = run.effect.results.get("passed")
    return (
        run.verdict == "pass" and said is not None and said > 1 and said == printed and not seen.changes_after(run.at)
    )


def _is_another(run: Step, failed: Step) -> bool:
    """Tell whether a run is of other tests than one that failed: by another runner, or beside it in the same line."""
    told, last = (
        str(step.effect.results.get("runner") or step.effect.args.get("runner") or "") for step in (run, failed)
    )
    return (bool(told) and told != last) or (run.effect.call_id == failed.effect.call_id and run is not failed)


def _relevant(claim: Claim, runs: list[Step], seen: Seen) -> Step:
    """Find the run that the claim speaks of: one that its commands or names point to, else the last."""
    if claim.args.get("bare"):
        return runs[-1]
    named = [step for step in runs if names(claim, step)]
    if named:
        return next((step for step in reversed(named) if names(claim, step, exactly=True)), named[-1])
    if claim.kind == "lint":
        words = set(PART.findall(claim.text.lower()))
        for step in reversed(runs):
            tool = str(step.effect.args.get("tool") or "").lower()
            if tool and tool in words:
                return step
    if claim.kind == "lint" or claim.args.get("loose"):
        meant = next((step for step in reversed(runs) if counted(claim, step)), None) or pointed(claim, runs)
        if meant is not None and not _superseded(claim, meant, runs[-1]):
            return meant
    if runs[-1].verdict == "fail":
        scored = (step for step in reversed(runs) if _is_another(step, runs[-1]) and _scored(claim, step, seen))
        return next(scored, None) or _meant(claim, runs)
    return runs[-1]


def _superseded(claim: Claim, failed: Step, last: Step) -> bool:
    """Tell whether a later pass may be of the check that failed: one by another name, or of more; no other sort."""
    if failed.verdict != "fail" or last.verdict != "pass" or counted(claim, failed):
        return False
    told, ran = (frozenset(_SORT.findall(text.lower())) for text in (claim.text, command_of(last.effect)))
    return not ran or not told.isdisjoint(ran)


def _broken_on_purpose(seen: Seen, failed: Step, runs: list[Step]) -> Step | None:
    """Find the pass before a failure that was brought about by edits which were taken back: the check was tried out."""
    passed = next((step for step in reversed(runs) if step.at < failed.at and step.verdict == "pass"), None)
    if passed is None or not any(passed.at < step.at < failed.at for step in seen.code_changes):
        return None
    return None if seen.changes_since(passed.at) else passed


def _meant(claim: Claim, runs: list[Step]) -> Step:
    """Of several runs, find the passing one that the claim's own words point to, else the last."""
    last = runs[-1]
    if counted(claim, last):
        return last
    own = set(PART.findall(claim.text.lower())) - COMMON
    failing = set(PART.findall(command_of(last.effect).lower()))
    for step in reversed(runs[-8:]):
        if step.verdict == "pass" and own & (set(PART.findall(command_of(step.effect).lower())) - failing):
            return step
    return last


def judge_failing(claim: Claim, seen: Seen) -> Ruling:
    """Judge that checks fail, which is told against oneself and needs no more than a failing run."""
    kind = claim.kind.removesuffix("_fail")
    runs = seen.of(kind)
    bad = next((step for step in reversed(runs) if step.verdict == "fail"), None)
    if bad:
        return confirmed(f"{command(bad)} failed", bad)
    if runs and runs[-1].effect.status != "running" and runs[-1].verdict == "unknown":
        return unverifiable(f"{command(runs[-1])} does not show how it ended", runs[-1])
    failed = next((step for step in reversed(seen.of("ran", "build", "tests", "lint")) if step.bad), None)
    if failed:
        return confirmed(f"{command(failed)} failed", failed)
    return unverifiable("no failing run is in the log")
