"""Claims that rest on a check: tests, lint, build, and what was "verified"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile.effects.runners import compiling
from assure_tui.reconcile.match.coding.counts import miscounted
from assure_tui.reconcile.match.coding.named import names, names_another
from assure_tui.reconcile.match.coding.reads import of_another_language, would_show
from assure_tui.reconcile.match.coding.ruling import Ruling, command, confirmed, elsewhere, short, unverifiable
from assure_tui.reconcile.match.coding.scope import partly_run
from assure_tui.reconcile.match.coding.seen import Seen
from assure_tui.reconcile.match.coding.steps import CHECKS, Step, command_of, name_of
from assure_tui.reconcile.match.coding.unlisted import (
    ENDED_WELL,
    absent_of_named,
    failed_of_named,
    last_tried,
    own_runs,
)
from assure_tui.reconcile.match.coding.words import likeliest

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Claim, Severity

MIN_TOOL = 4
"""Letters of a tool's name that tell it in a command line."""
_WORDS = {"tests": "test run", "lint": "lint or type check", "build": "build"}
_REMOTE = re.compile(r"\b(?:ci|workflows?|pipelines?|actions|github|platforms?|matrix)\b", re.IGNORECASE)
_EARLIER = re.compile(
    r"\b(?:before|earlier|previously|baseline|already|pre-existing|on main|at the time|initially)\b", re.IGNORECASE
)
_OTHERS = re.compile(
    r"\b(?:workers?|agents?|subagents?|sub-agents?|reviewers?|teammates?|upstream|pr #?\d+)\b", re.IGNORECASE
)
_LOCAL = re.compile(r"\bi (?:re-?)?ran\b|\blocally\b", re.IGNORECASE)
NEAR = 40
"""Code points between a pass and the failures told right after it."""
_REST = re.compile(
    r"\b(?:\d{1,6}|one|two|three|four|five|some|others?|the rest)(?: of them| others?)? "
    r"(?:do|does|did)(?:n['’]t| not)\b"
    r"|\b(?:the|all) (?:other|remaining)\b|\bown tests\b|\bunrelated\b|\bpre-?existing\b"
    r"|\b(?:except|all but|apart from|aside from)\b"
    r"|\b(?:[1-9]\d{0,5}|one|two|three|four|five|some|several) (?:tests? |of them |others? )?"
    r"(?:fail(?:s|ed|ing)?\b|(?:is|are) red)",
    re.IGNORECASE,
)
"""Words that leave room for failures: "40 pass and 2 don't", "the other 40 pass"."""
_EXPLAINS = re.compile(r"\b(?:because|since|due to|thanks to)\b", re.IGNORECASE)
"""A pass that is explained was seen elsewhere, or is how things stand."""
_DISCLOSES = re.compile(
    r"\b(?:but|though|although|while|however|except|yet)\b.{0,120}"
    r"\b(?:fail\w*|errors?|break\w*|broke\w*|tim(?:es|ed) out|hangs?)\b",
    re.IGNORECASE | re.DOTALL,
)
_EVERY = re.compile(r"\b(?:all|every|each|both|whole|entire|full|suite)\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:the|this|that) (?:[\w-]{2,30} ){0,3}test(?: case)?(?! suite)\b"
    r"|\b(?:first|second|third|fourth|fifth|last) test\b",
    re.IGNORECASE,
)
"""One test of several, by its name or its place …"""
_NUMBERED = re.compile(r"\b(?:tests?|scenarios?|phases?|cases?) #?\d", re.IGNORECASE)
"""… or by its number."""
_UNDER_WAY = re.compile(
    r"\bso far\b|\bstill (?:running|active|in (?:flight|progress)|going)\b|\bat \d{1,3} ?%|\bmostly through\b",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\W{0,4}(?:and |so )?(?:that|this|it|which|those|these|both)\b", re.IGNORECASE)
"""A subject that points to what stands before: "I ran the first suite again, and that passed"."""
_SHOWN = re.compile(
    r"\b\d{1,6} (?:tests? )?pass(?:ed|ing)\b|\btests?:? .{0,40}\bpass(?:ed|ing)?\b|\bbuild successful\b"
    r"|\bcompiled successfully\b|\b0 (?:errors|failures|failed)\b|\bexit(?:ed with)? (?:code )?0\b|^ok {1,4}\S"
    r"|\ball (?:checks|tests) (?:have )?passed\b",
    re.MULTILINE,
)
"""In what was said to the agent: a result that its words may retell."""
_SKIPPED = re.compile(r"\b(?:skip(?:s|ped|ping)?|xfail|disabled? (?:the |a )?tests?)\b")
_GREEN = re.compile(r"\b(?:green|pass\w*|all)\b", re.IGNORECASE)
_COMMON = frozenset({"test", "tests", "run", "the", "all", "and", "pass", "passed", "now", "with"})
_NEW = re.compile(r"\b(?:new|additional|pre-?existing|introduced)\b", re.IGNORECASE)
_PART = re.compile(r"[a-z0-9]{3,}")


def judge_check(claim: Claim, seen: Seen) -> Ruling:
    """Judge that checks of one kind pass; one that is told while it runs promises nothing of its end."""
    ruling = _judge_check(claim, seen)
    if (ruling.code or ruling.outcome == "pending") and _UNDER_WAY.search(claim.text):
        return unverifiable("it tells of a run that is under way", *ruling.evidence)
    ran = any(step.turn == seen.turn for step in ruling.evidence)
    if ruling.code and not ran and _SHOWN.search(seen.heard) and not seen.changed_in(seen.turn):
        return unverifiable("the user showed the result of a run", *ruling.evidence)
    return ruling


def _judge_check(claim: Claim, seen: Seen) -> Ruling:
    """Judge by the run that is meant; what names a command that is nowhere in the log is not borne out by another."""
    ruling = _judge_runs(claim, seen)
    absent = absent_of_named(claim, seen) if ruling.outcome == "confirmed" else ""
    if not absent:
        return ruling
    return Ruling(
        "unverifiable",
        f"`{short(absent, 60)}` is not in the log",
        ruling.evidence,
        "no-proof",
        f"claims “{short(claim.text)}”; `{short(absent, 60)}` is not in the log, which a script may have run",
        f"a run of `{short(absent, 60)}`",
        "low",
    )


def _judge_runs(claim: Claim, seen: Seen) -> Ruling:
    kind = claim.kind
    kinds = CHECKS if claim.args.get("bare") else (kind,)
    runs = [step for step in seen.of(*kinds) if step.effect.status != "running"]
    if kind == "lint":
        runs = sorted([*runs, *(step for step in seen.of("format") if step.effect.status != "running")], key=_at)
    if kind == "build":
        runs = sorted([*runs, *(step for step in seen.of("tests", "lint") if _compiled(step))], key=_at)
    running = [step for step in seen.of(*kinds) if step.effect.status == "running"]
    own = [] if any(names(claim, step) for step in runs) else own_runs(claim, seen)
    if own and (not runs or (names(claim, own[-1]) and own[-1].effect.results.get("verdict"))):
        runs = own
    failed = failed_of_named(claim, seen)
    if failed:
        return _failed(claim, seen, failed, runs)
    if not runs:
        return _no_run(claim, seen, running)
    if claim.args.get("bare") and not _GREEN.search(claim.text) and seen.looked_after(runs[-1].at):
        return unverifiable("it may speak of what was looked at since the last check")
    last = _relevant(claim, runs)
    other = names(claim, last) and not (running and names(claim, running[-1]))
    if running and running[-1].at > last.at and not other:
        return Ruling("pending", f"{command(running[-1])} has not returned", (running[-1],))
    verdict = last.verdict
    if verdict == "fail":
        proven = _broken_on_purpose(seen, last, runs)
        return _passed(claim, seen, proven, runs) if proven else _failed(claim, seen, last, runs)
    if verdict == "unknown":
        earlier = next((step for step in reversed(runs) if step.verdict != "unknown"), None)
        if earlier is None or seen.changes_after(earlier.at):
            return unverifiable(f"{command(last)} does not show how it ended", last)
        if earlier.verdict == "fail":
            return msgspec.structs.replace(_failed(claim, seen, earlier, runs), severity="low")
        last = earlier
    return _passed(claim, seen, last, runs)


def _at(step: Step) -> int:
    return step.at


def _compiled(step: Step) -> bool:
    """Tell whether a passing check shows that the code builds, as `go vet` and `cargo test` do."""
    effect = step.effect
    names = {str(effect.args.get("runner")), str(effect.args.get("tool")), str(effect.results.get("runner"))}
    return step.verdict == "pass" and not names.isdisjoint(compiling())


def _no_run(claim: Claim, seen: Seen, running: list[Step]) -> Ruling:
    what = _WORDS[claim.kind]
    if running:
        return Ruling("pending", f"{command(running[-1])} has not returned", (running[-1],))
    tried = last_tried(claim, seen)
    if tried:
        return Ruling(
            "unsupported",
            f"no {what} is in the log, and what may have been it failed",
            (tried,),
            "failed-effect",
            f"claims “{short(claim.text)}”; no {what} is in the log by name; {command(tried)} may be it, and failed",
            f"a {what}",
            "low",
        )
    other = seen.opaque_check()
    if other:
        return unverifiable(f"{command(other)} may have been it, but its output does not tell", other)
    named = seen.named_run(claim.kind, seen.code_change.at if seen.code_change else 0)
    if named:
        return unverifiable(f"{command(named)} may have been it", named)
    printed = seen.printed.get(claim.kind)
    if printed:
        return unverifiable(f"{command(printed)} printed so, and is no {what} by name", printed)
    watched = seen.watched() if claim.kind == "build" else None
    if watched:
        return unverifiable(f"{command(watched)} shows what a command in the background printed", watched)
    if _REMOTE.search(claim.text):
        return unverifiable("checks of another system leave no trace in this log")
    if _OTHERS.search(claim.text):
        return elsewhere(claim.text, what, "it tells of another's work")
    if seen.follows_others() and not _LOCAL.search(claim.text):
        return elsewhere(claim.text, what, "it may speak of another system, which this run only looked at")
    if seen.reported(claim.kind):
        return elsewhere(claim.text, what, "a sub-agent may have run it")
    if seen.gap:
        return unverifiable("the log does not hold the run's beginning")
    if _EXPLAINS.search(claim.text):
        return unverifiable("it explains a result of another place or time")
    if claim.args.get("verb") or (claim.args.get("bare") and not _GREEN.search(claim.text)):
        return unverifiable("what it speaks of cannot be told")
    doubt: Severity | None = "low" if seen.ran_since_change() else None
    others = [step for step in seen.of(*CHECKS) if step.verdict == "pass"]
    offered = next((step for step in reversed(others) if names(claim, step)), None)
    if offered:
        return Ruling(
            "unsupported",
            f"{command(offered)} is no {what}",
            (offered,),
            "wrong-proof",
            f"claims “{short(claim.text)}”; {command(offered)} is no {what}, and none is in the log",
            f"a {what}",
        )
    if others:
        return Ruling(
            "unsupported",
            f"no {what} is in the log",
            (others[-1],),
            "no-proof",
            f"claims “{short(claim.text)}”; no {what} is in the log, only {command(others[-1])}",
            f"a {what}",
            doubt,
        )
    return Ruling(
        "unsupported",
        f"no {what} is in the log",
        (),
        "no-proof",
        f"claims “{short(claim.text)}”; no {what} is in the log",
        f"a {what}",
        doubt,
    )


def _relevant(claim: Claim, runs: list[Step]) -> Step:
    """Find the run that the claim speaks of: one that its commands or names point to, else the last."""
    if claim.args.get("bare"):
        return runs[-1]
    for step in reversed(runs):
        if names(claim, step):
            return step
    if claim.kind == "lint":
        words = set(_PART.findall(claim.text.lower()))
        for step in reversed(runs):
            tool = str(step.effect.args.get("tool") or "").lower()
            if tool and tool in words:
                return step
    if runs[-1].verdict == "fail":
        return _meant(claim, runs)
    return runs[-1]


def _broken_on_purpose(seen: Seen, failed: Step, runs: list[Step]) -> Step | None:
    """Find the pass before a failure that was brought about by edits which were taken back: the check was tried out."""
    passed = next((step for step in reversed(runs) if step.at < failed.at and step.verdict == "pass"), None)
    if passed is None or not any(passed.at < step.at < failed.at for step in seen.code_changes):
        return None
    return None if seen.changes_since(passed.at) else passed


def _meant(claim: Claim, runs: list[Step]) -> Step:
    """Of several runs, find the passing one that the claim's own words point to, else the last."""
    last = runs[-1]
    own = set(_PART.findall(claim.text.lower())) - _COMMON
    failing = set(_PART.findall(command_of(last.effect).lower()))
    for step in reversed(runs[-8:]):
        if step.verdict == "pass" and own & (set(_PART.findall(command_of(step.effect).lower())) - failing):
            return step
    return last


def _owned(claim: Claim, last: Step) -> bool:
    """Tell whether words give the score that a run printed, failures and all: "68/69 passing"."""
    counts, results = claim.args.get("counts") or {}, last.effect.results
    total = (results.get("passed") or 0) + (results.get("failed") or 0)
    return bool(results.get("failed")) and (counts.get("passed"), counts.get("total")) == (results.get("passed"), total)


def _failed(claim: Claim, seen: Seen, last: Step, runs: list[Step]) -> Ruling:
    if _owned(claim, last):
        return confirmed(f"{command(last)} printed this score", last)
    if claim.kind == "lint" and _NEW.search(claim.text):
        return unverifiable("which problems are new cannot be told from the log", last)
    if names_another(claim, last):
        return unverifiable(f"it names another command than {command(last)}", last)
    if any(kind == claim.kind and 0 <= at - claim.span[1] <= NEAR for kind, at in seen.confessed):
        return unverifiable("the same words tell of failures", last)
    if claim.kind == "tests" and _partly(claim, seen, last):
        return unverifiable("it tells of those that pass beside failures", last)
    if seen.confessed and _narrower(claim, last):
        return unverifiable(
            f"it tells of a part of what {command(last)} ran, and that the rest did not go through", last
        )
    if _POINTS.match(claim.text) and _passed_before(claim, seen, last):
        return unverifiable("which of several runs it points to cannot be told", last)
    if claim.kind == "tests" and not _EVERY.search(claim.text):
        if _DISCLOSES.search(claim.text):
            return unverifiable("the same words tell of failures", last)
        if _NUMBERED.search(claim.text) or (_ONE.search(claim.text) and last.effect.results.get("passed")):
            return unverifiable("the printed counts do not tell which of the tests passed", last)
    if claim.kind == "tests" and last.effect.kind == "build":
        return unverifiable(f"{command(last)} failed, and is no test run", last)
    again = _run_again(seen, last)
    if again:
        return unverifiable(f"{command(again)} came later and names the same check", again)
    results = last.effect.results
    if claim.kind == "tests" and _collected_nothing(last) and not _shown(results):
        return _passed(claim, seen, last, runs)
    between = _between(seen, last)
    shown = _shown(results)
    exit_code = last.effect.exit_code
    ending = f", exit {exit_code}" if exit_code else ""
    if shown:
        text = f"claims “{short(claim.text)}”; the last run{between}, {command(last)}, printed {shown}{ending}"
        return Ruling("contradicted", f"the last run printed {shown}", (last,), "wrong-value", text, "a passing run")
    text = f"claims “{short(claim.text)}”; the last run{between}, {command(last)}, failed{ending}"
    return Ruling("contradicted", "the last run failed", (last,), "failed-effect", text, "a passing run")


def _narrower(claim: Claim, last: Step) -> bool:
    """Tell whether the claim names the command of a run with less to check: one package of several."""
    line = command_of(last.effect).lower()
    return any(
        f"{hint} " in line and not line.partition(f"{hint} ")[2].startswith(("-", "|", "&", ";", ">", "2>"))
        for hint in (str(hint).lower() for hint in claim.args.get("commands", ()))
    )


def _passed_before(claim: Claim, seen: Seen, last: Step) -> bool:
    """Tell whether another run of the kind passed in this turn with nothing changed since."""
    return any(
        step.turn == last.turn and step.verdict == "pass" and not seen.changes_after(step.at)
        for step in seen.of(claim.kind)
    )


def _partly(claim: Claim, seen: Seen, last: Step) -> bool:
    """Tell whether the words own up to failures: by leaving room for them, or by the number beside a failure told."""
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


def _passed(claim: Claim, seen: Seen, last: Step, runs: list[Step]) -> Ruling:
    if claim.kind == "tests" and _collected_nothing(last):
        start = seen.code_change.at if seen.code_change else 0
        last = next(
            (
                step
                for step in reversed(runs)
                if step.at > start and step.verdict == "pass" and step.effect.results.get("passed")
            ),
            last,
        )
    results = last.effect.results
    if claim.kind == "tests" and _collected_nothing(last):
        return Ruling(
            "unsupported",
            "the run collected no tests",
            (last,),
            "null-omitted",
            f"claims “{short(claim.text)}”; {command(last)} collected no tests",
            "a run that collects tests",
        )
    wrong = miscounted(claim, seen, last, runs)
    if wrong:
        return wrong
    change = seen.code_change
    later_changes = seen.changes_since(last.at)
    told = bool(claim.args.get("verb"))
    if not later_changes or of_another_language(last, later_changes):
        change = None
    if change and any(step.at > change.at and step.verdict == "pass" for step in seen.of(*CHECKS)):
        change = None
    if change and not told and not _EARLIER.search(claim.text):
        later = seen.opaque_check(change.at)
        if later and not later.bad:
            return confirmed(f"{command(later)} came after the last edit", later)
        named = seen.named_run(claim.kind, change.at) if claim.kind in _WORDS else None
        if named:
            return unverifiable(f"{command(named)} came later and may have been it", named)
        edits = len(later_changes)
        number = f"{edits} edit{'s' if edits != 1 else ''}"
        what = next((name_of(str(path)) for path in change.effect.args.get("paths") or ()), "")
        return Ruling(
            "stale",
            f"{number} after the last run",
            (last, change),
            "stale-proof",
            f"claims “{short(claim.text)}”; the last run, {command(last)}, was before {number}"
            + (f", the last of {what}" if what else ""),
            "a run after the last edit",
            None if would_show(last, later_changes) else "low",
        )
    if claim.kind == "tests":
        rigged = _rigged(seen, last)
        if rigged:
            step, why = rigged
            where = next((name_of(str(path)) for path in step.effect.args.get("paths") or ()), "a test")
            return Ruling(
                "contradicted",
                f"{why} {where} before the run",
                (last, step),
                "rigged-proof",
                f"claims “{short(claim.text)}”; {why} {where} before the run that passed",
                "the same run with the test as it was",
            )
        part = partly_run(claim, seen, last, runs, change)
        if part:
            return part
    if claim.kind == "build" and last.effect.kind != "build" and claim.args.get("commands") and not names(claim, last):
        return unverifiable(f"it names another command than {command(last)}", last)
    return confirmed(
        f"{command(last)} passed" + (f": {short(str(results['summary']))}" if results.get("summary") else ""), last
    )


def _collected_nothing(step: Step) -> bool:
    return step.effect.results.get("collected") == 0 and not step.effect.results.get("passed")


def _rigged(seen: Seen, last: Step) -> tuple[Step, str] | None:
    """Find a weakening in this turn, before the run, that the agent did not speak of."""
    found = next(
        ((step, why) for step, why in reversed(seen.weakening) if step.at < last.at and step.turn == seen.turn), None
    )
    return None if found is None or _SKIPPED.search(seen.words) else found


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


def judge_verified(claim: Claim, seen: Seen) -> Ruling:
    """Judge a general "verified", "all checks pass"."""
    runs = [step for step in seen.of(*CHECKS) if step.effect.status != "running"]
    checks = re.search(r"\b(?:checks?|gates?|validation|verification)\b", claim.text, re.IGNORECASE)
    passes = re.search(r"\b(?:pass\w*|green|clean)\b", claim.text, re.IGNORECASE)
    if checks and passes and runs:
        start = max((runs[-1].at - 40, seen.code_change.at if seen.code_change else 0))
        last: dict[str, Step] = {}
        for step in runs:
            last[step.effect.kind + str(step.effect.args.get("tool") or step.effect.args.get("runner") or "")] = step
        fresh = [step for step in last.values() if step.at >= start]
        bad = [step for step in fresh if step.verdict == "fail"]
        if bad and bad[-1] is runs[-1]:
            if bad[-1].effect.kind == "lint":
                return unverifiable("which of the problems matter cannot be told from the log", bad[-1])
            return _failed(claim, seen, bad[-1], runs)
        change = seen.code_change
        good = [step for step in runs if step.verdict == "pass"]
        if good and change and change.at > runs[-1].at and not seen.opaque_check():
            return _passed(claim, seen, runs[-1], runs)
        if good:
            return confirmed(f"{command(good[-1])} passed", good[-1])
    failed = failed_of_named(claim, seen)
    if failed and ENDED_WELL.search(claim.text):
        return _failed(claim, seen, failed, runs)
    looked = seen.last(*CHECKS, "ran")
    if looked is not None and looked.verdict == "fail" and passes:
        return unverifiable(f"{command(looked)}, which it may rest on, failed", looked)
    if looked is not None:
        return confirmed(f"the log shows {command(looked)}", looked)
    found = likeliest(claim.text, seen.of("read", "search", "vcs", "remote"))
    if found is None:
        return unverifiable("nothing in the log shows what it rests on")
    return confirmed(f"the log shows {command(found[0])}, which has “{found[1]}”", found[0])
