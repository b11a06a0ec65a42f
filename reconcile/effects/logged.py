"""What a check wrote to a file and a later command shows: `pytest > run.log`, and then `tail run.log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects import printed
from assure_tui.reconcile.effects.runners import by_id

if TYPE_CHECKING:
    from assure_tui.reconcile.effects.printed_counts import Report
    from assure_tui.reconcile.model import Effect

MAX_LINE = 4000
_INTO = re.compile(r"(?:>{1,2}|\btee(?: -a)?) {0,4}(?P<path>[\w./~${}@+-]{1,300})")
_SENT = re.compile(
    r"\boutput (?:is|will be) (?:being )?(?:written|sent|logged|saved) to:? {1,4}(?P<path>\S{1,500})", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[\\/]+")
_COUNTS = ("passed", "failed", "skipped", "errors", "collected", "packages", "problems")


def written_to(line: str) -> frozenset[str]:
    """Return the names of the files that a command line sends output to, without their folders."""
    paths = (hit["path"].rpartition("/")[2] for hit in _INTO.finditer(line[:MAX_LINE]))
    return frozenset(name for name in paths if name and name != "null" and not name.isdecimal())


def sent_to(answer: str) -> str | None:
    """Return the name of the file to which a command in the background prints, as its answer tells it."""
    found = _SENT.search(answer[:MAX_LINE])
    return base_name(found["path"]) if found else None


def base_name(path: str) -> str:
    """Return a path's last part, also one of Windows, without what quotes it."""
    return _SEPARATORS.split(path.strip("\"'`"))[-1]


def shown_later(check: Effect, text: str) -> Effect | None:
    """Return a check with what a later look at its output shows; None where that is nothing new, or contradicts it."""
    report = _read(check, printed.plain(text))
    said = check.results.get("verdict")
    if report is None or report.verdict == "unknown" or said not in {"unknown", report.verdict}:
        return None
    results: dict[str, Any] = {"verdict": report.verdict}
    results |= {name: value for name in _COUNTS if (value := getattr(report, name)) is not None}
    if report.failing:
        results["failing"] = list(report.failing)
    if report.summary:
        results["summary"] = report.summary
    status = "succeeded" if report.verdict == "pass" else "failed"
    return msgspec.structs.replace(check, status=status, results=check.results | results)


def _read(check: Effect, text: str) -> Report | None:
    runner = str(check.results.get("runner") or check.args.get("runner") or check.args.get("tool") or "")
    if runner in by_id():
        return printed.read(runner, text)
    return printed.probe(text) if check.kind == "tests" else printed.checked(check.kind, text)
