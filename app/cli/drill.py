"""`assure-tui drill`: measures on the user's own logs what share of injected faults the check catches."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from assure_tui.app.cli.talk import broke, gathered, nothing_recognised
from assure_tui.app.desk.about import version
from assure_tui.app.desk.describe import code_of, unread_lines
from assure_tui.app.desk.drill.campaign import Drill, Tested
from assure_tui.app.desk.drill.share import Share
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.gates.rules_digest import rules_digest
from assure_tui.app.neutral import neutral_line

SCHEMA = "assure-tui/drill/v1"
WIDTH = 160
MAX_LISTED = 50
"""Missed faults, and findings on untouched runs, that the text lists; the JSON has all."""
LIMITS = (
    "Faults are injected only where a claim was confirmed: how many claims are never read is not measured here.",
    "Injected faults are simpler than real ones. Feeds are left out: only the logs themselves are drilled.",
    "Where nobody could tell a fault from the log, none is injected; how many such places there are is told.",
)


def run(arguments: argparse.Namespace) -> int:
    """Drill the paths, print what came of it, and give 0 when the pooled share reaches the threshold, else 1."""
    if not 0 <= arguments.threshold <= 1:
        raise UsageError(f"--threshold {arguments.threshold:g} is not a share: give a number from 0 to 1.")
    if arguments.per_class < 1:
        raise UsageError(f"--per-class {arguments.per_class} is too few: give 1 or more.")
    setting = gathered(arguments)
    drill = Drill(
        paths=arguments.paths,
        settings=setting.workspace.settings,
        exclude=setting.exclude,
        seed=arguments.seed,
        per_class=arguments.per_class,
        progress=_progress if sys.stderr.isatty() else None,
    )
    drill.run()
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    has_broken = broke(drill.broken)
    if not has_broken and drill.records <= 0:
        raise nothing_recognised(drill.skipped)
    if arguments.format == "json":
        print(json.dumps(document(drill, arguments.threshold)))
    else:
        print("\n".join(neutral_line(line, WIDTH) for line in lines(drill, arguments.threshold)))
    return 70 if has_broken else int(not passes(drill.pooled, arguments.threshold))


def passes(pooled: Share, threshold: float) -> bool:
    """Return whether the pooled share reaches the threshold. Where nothing could be injected, nothing is known."""
    return pooled.value is not None and pooled.value >= threshold


def lines(drill: Drill, threshold: float) -> Iterator[str]:
    """Yield the measurement for people to read."""
    yield (
        f"{drill.logs} logs, {drill.runs} runs, {drill.confirmed} of {drill.claims} claims confirmed; "
        f"seed {drill.seed}, at most {drill.per_class} faults a class"
    )
    yield ""
    yield from _table(drill)
    yield from _missed(drill)
    yield ""
    yield from _untouched(drill)
    yield ""
    yield from LIMITS
    yield from unread_lines(drill.skipped)
    reached = "reached" if passes(drill.pooled, threshold) else "not reached"
    if drill.pooled.value is None:
        reached = "not reached: no fault could be injected"
    yield f"threshold {threshold:g} on the pooled share: {reached}"


def _table(drill: Drill) -> Iterator[str]:
    """A row for each fault, the pooled ones first, and the sum of these."""
    yield f"{'fault':<12} {'places':>6} {'injected':>8} {'caught':>6} {'doubted':>7}  share caught (95 % interval)"
    tried = {name: tested for name, tested in drill.tested.items() if tested.trials}
    for name, tested in tried.items():
        if not tested.fault.apart:
            yield _row(name, [tested], tested.share)
    yield _row("pooled", [tested for tested in drill.tested.values() if not tested.fault.apart], drill.pooled)
    for name, tested in tried.items():
        if tested.fault.apart:
            yield _row(name, [tested], tested.share) + "  reported apart"
    left = sum((tested.untold for tested in drill.tested.values()), Counter[str]())
    if left:
        reasons = "; ".join(f"{why}: {number}" for why, number in left.most_common())
        yield f"left out: {left.total()} more places, where nobody could tell such a fault from the log ({reasons})"
    if any(tested.doubted for tested in drill.tested.values()):
        yield "doubted: reported at low severity, with a doubt; not counted as caught"
    for name, tested in drill.tested.items():
        if not tested.trials:
            yield f"{name:<12} not applicable: needs {tested.fault.needs}"


def _missed(drill: Drill) -> Iterator[str]:
    missed = [trial for tested in drill.tested.values() for trial in tested.trials if not trial.caught]
    if missed:
        yield ""
        yield f"missed: {len(missed)}"
    for trial in missed[:MAX_LISTED]:
        said = f"; said there: {', '.join(trial.said)}" if trial.said else ""
        yield f"  {trial.fault}: {trial.what}{said}  {trial.path.name} {trial.event}"
        if trial.claim:
            yield f'    said  "{" ".join(trial.claim.split())}"'


def _untouched(drill: Drill) -> Iterator[str]:
    """What was found in the runs as they are, without any fault."""
    runs = len({(alarm.path, alarm.run) for alarm in drill.alarms})
    rate = len(drill.alarms) / drill.runs if drill.runs else 0.0
    yield (
        f"untouched: {len(drill.alarms)} findings of medium severity or worse, {rate:.2f} a run, on {runs} of "
        f"{drill.runs} runs" + ("; you must judge whether they are real" if drill.alarms else "")
    )
    for alarm in drill.alarms[:MAX_LISTED]:
        finding = alarm.finding
        yield f"  {finding.severity} {code_of(finding)}: {finding.message}  {alarm.path.name}"


def _row(name: str, tested: Sequence[Tested], share: Share) -> str:
    places, doubted = sum(one.places for one in tested), sum(one.doubted for one in tested)
    return f"{name:<12} {places:>6} {share.of:>8} {share.hits:>6} {doubted:>7}  {share.percent()}"


def document(drill: Drill, threshold: float) -> dict[str, Any]:
    """Return the measurement as a JSON object."""
    return {
        "schema": SCHEMA,
        "program": {"version": version()},
        "rules_digest": rules_digest(drill.settings),
        "seed": drill.seed,
        "per_class": drill.per_class,
        "logs": drill.logs,
        "runs": drill.runs,
        "claims": {"total": drill.claims, "confirmed": drill.confirmed},
        "classes": [
            {
                "class": name,
                "apart": tested.fault.apart,
                "places": tested.places,
                **_share(tested.share),
                "doubted": tested.doubted,
                "left_out": dict(sorted(tested.untold.items())),
                "not_applicable": None if tested.trials else f"needs {tested.fault.needs}",
                "trials": [
                    {
                        "path": str(trial.path),
                        "run": trial.run,
                        "event": trial.event,
                        "call_id": trial.call_id,
                        "what": trial.what,
                        "claim": trial.claim,
                        "caught": trial.caught,
                        "doubted": trial.doubted,
                        "said": list(trial.said),
                    }
                    for trial in tested.trials
                ],
            }
            for name, tested in drill.tested.items()
        ],
        "pooled": _share(drill.pooled),
        "threshold": threshold,
        "reached": passes(drill.pooled, threshold),
        "untouched": [
            {
                "path": str(alarm.path),
                "run": alarm.run,
                "id": alarm.finding.id,
                "code": code_of(alarm.finding),
                "severity": alarm.finding.severity,
                "message": alarm.finding.message,
            }
            for alarm in drill.alarms
        ],
        "skipped": [{"path": str(skipped.path), "reason": skipped.reason} for skipped in drill.skipped],
        "limits": list(LIMITS),
    }


def _share(share: Share) -> dict[str, Any]:
    return {"injected": share.of, "caught": share.hits, "share": share.value, "interval": list(share.interval)}


def _progress(what: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r\033[K{what} {done}/{total}")
    sys.stderr.flush()
