"""`assure-tui reconcile`: checks logs at rest."""

from __future__ import annotations

import argparse
import re
import sys
import time
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

from assure_tui.app.cli.talk import broke, gathered, nothing_recognised, talk
from assure_tui.app.desk.baseline import Baseline
from assure_tui.app.desk.batch import Batch
from assure_tui.app.desk.comparison import Comparison
from assure_tui.app.desk.errors import NothingRecognisedError, UsageError
from assure_tui.app.desk.formats import writer
from assure_tui.app.desk.gates import waivers
from assure_tui.app.desk.gates.rules_digest import rules_digest
from assure_tui.app.desk.report import iso
from assure_tui.app.neutral import neutral_line
from assure_tui.ingest.witness.witness import Witness

_AGE = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def run(arguments: argparse.Namespace) -> int:
    """Check the paths, write what was found to stdout, and give the exit code."""
    baseline = Baseline.read(arguments.baseline) if arguments.baseline else None
    setting = gathered(arguments)
    batch = Batch(
        paths=arguments.paths,
        settings=setting.workspace.settings,
        feeds=setting.workspace.feeds,
        exclude=setting.exclude,
        last=arguments.last,
        since=None if arguments.since is None else moment(arguments.since),
        jobs=arguments.jobs,
        witness=Witness() if arguments.workspace else None,
        let_off=waivers.once(setting.home),
        progress=_progress if sys.stderr.isatty() else None,
    )
    if baseline and baseline.rules_digest != rules_digest(batch.settings):
        talk("the baseline was made under other rules or settings.")
    check = Comparison(batch, floor=arguments.fail_on, baseline=baseline)
    _settle_encoding(arguments.format)
    writer(arguments.format)(check, sys.stdout)
    sys.stdout.flush()
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if broke(batch.faults):
        return 70
    if batch.since is not None and not check.checked and batch.older:
        raise NothingRecognisedError(f"no run was active since {iso(batch.since)}: {batch.older:,} older left out.")
    if batch.tally.records - batch.tally.unrecognised <= 0:
        raise nothing_recognised(batch.skipped)
    return int(check.failed)


def _settle_encoding(form: str) -> None:
    """Let no locale break the output: Markdown is read as UTF-8, text on a terminal, and the others are ASCII."""
    if not isinstance(sys.stdout, TextIOWrapper):
        return
    if form == "markdown":
        sys.stdout.reconfigure(encoding="utf-8")
    else:
        sys.stdout.reconfigure(errors="replace")


def moment(text: str, now: float | None = None) -> float:
    """Read a point in time: ISO 8601 (local time unless it says otherwise), or an age such as `90m`.

    Raises:
        UsageError: It is neither.
    """
    age = _AGE.fullmatch(text)
    if age:
        return (time.time() if now is None else now) - int(age[1]) * _SECONDS[age[2]]
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--since {text!r} is not a time: write 2026-03-01, 2026-03-01T14:00, or an age such as 90m, 8h, 7d."
        ) from error


def _progress(done: int, total: int, path: Path) -> None:
    sys.stderr.write(f"\r\033[K{done}/{total} {neutral_line(path.name, 60)}")
    sys.stderr.flush()
