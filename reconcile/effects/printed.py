"""What test runners, linters, type checkers and builders print when they end.

What is read out of an output is only what is visible there: after `| tail` or `| grep`, counts are those of the lines
that were left, and no line at all is `unknown`, never a pass.
"""

from __future__ import annotations

from functools import cache

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.printed_counts import (
    MAX_FAILING,
    MAX_SUMMARY,
    Report,
    Verdict,
    added,
    counted,
    read_counts,
)
from assure_tui.reconcile.effects.printed_lines import DART, GO_PACKAGE, read_dart, read_go, read_tap
from assure_tui.reconcile.effects.runners import Runner, by_id, data, patterns
from assure_tui.reconcile.prefilter import Sieve

MAX_OUTPUT = 512 * 1024
"""Characters of an output that are read, from its end: that is where runners say how it went."""
MAX_PROBED = 16 * 1024
"""Characters from the end in which a runner is recognised by its output alone."""

_ANSI = re.compile(r"\x1b\[[0-9;:?]{0,32}[ -/]?[@-~]|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|\x1b[@-Z\\^_]|\r(?=\n)")
_PREFIX = re.compile(
    r"^(?:\[[\w:@/. -]{1,60}\] |[@\w./-]{1,60}[:#][\w:.-]{1,40}: |[@\w./-]{1,60} [\w:.-]{1,30}: |[\w.-]{1,40} +\| )",
    re.MULTILINE,
)
_PROBE = re.compile(r"pass|fail|tests?\b|^ok\s|examples?,|Tests run|BUILD|scenarios?", re.MULTILINE | re.IGNORECASE)
_PASSED = re.compile(r"\b(\d{1,9}) (?:tests? )?passed\b", re.IGNORECASE)


def plain(text: str) -> str:
    """Take the terminal's colour and title codes off, and cut to the part that is read."""
    text = text[-MAX_OUTPUT:]
    return _ANSI.sub("", text) if "\x1b" in text or "\r" in text else text


def read(runner: str, text: str) -> Report:
    """Read what a runner printed. `text` is already `plain`."""
    report = _read(runner, text)
    if report.verdict == "unknown" and not report.summary and _PREFIX.search(text):
        report = _read(runner, _PREFIX.sub("", text))
    return report


def probe(text: str, kind: str | None = None) -> Report | None:
    """Recognise a test runner, or several, by an output alone; None when none is seen."""
    text = text[-MAX_PROBED:]
    if kind in {None, "tests"} and _PROBE.search(text):
        for body in (text, _PREFIX.sub("", text)):
            found: list[tuple[int, Report]] = []
            taken: list[tuple[int, int]] = []
            spoken: dict[str, list[tuple[int, int]]] = {}
            sieve, runners = _signs()
            for number in sieve.likely(body):
                spans = [match.span() for match in sieve.pattern(number).finditer(body)]
                spoken.setdefault(runners[number].id, []).extend(spans)
            for runner in data().runner:
                spans = spoken.get(runner.id, [])
                if not spans or any(start < end and begin < stop for begin, end in spans for start, stop in taken):
                    continue
                taken += spans
                found.append((spans[0][0], _read(runner.id, body)))
            if found:
                found.sort(key=lambda item: item[0])
                report = added([report for _, report in found], " + ".join(report.runner for _, report in found))
                return report if body is text else _of_labelled(report, body)
    return None


def _of_labelled(report: Report, body: str) -> Report:
    """Take the counts from a report of lines whose labels were taken off, where others of their form kept theirs."""
    shown = sum(map(int, _PASSED.findall(body)))
    return (
        report
        if shown == (report.passed or 0)
        else msgspec.structs.replace(report, passed=None, collected=None, each=())
    )


@cache
def _signs() -> tuple[Sieve, tuple[Runner, ...]]:
    """The patterns that tell a test runner by its output, and the runner of each."""
    listed = [
        (runner, pattern)
        for runner in data().runner
        if runner.kind == "tests"
        for pattern in (*patterns(runner.id, "report"), *_marks(runner.reader))
    ]
    return Sieve([pattern for _, pattern in listed]), tuple(runner for runner, _ in listed)


@cache
def _failed() -> Sieve:
    return Sieve(data().failed["patterns"], re.MULTILINE)


@cache
def _of_kind(kind: str, what: str) -> Sieve:
    """Return what all tools of a kind print, for one pass: their counts (`report`), `fail` or `pass`."""
    return Sieve([pattern for runner in data().runner if runner.kind == kind for pattern in patterns(runner.id, what)])


def script_failed(text: str) -> bool:
    """Whether a launcher or a build tool said that the script it ran failed."""
    return _failed().finds(text[-MAX_PROBED:])


def checked(kind: str, text: str, *, last: bool = True) -> Report:
    """Read the output of a project's own lint or build script by the words of all tools of that kind.

    Unless it is the `last` script of its line, what launchers say of a failed script may be said of a later one.
    """
    text = text[-MAX_PROBED:]
    for body in (text, _PREFIX.sub("", text)):
        if last and script_failed(body):
            return Report(runner="", verdict="fail")
        reports = _of_kind(kind, "report")
        problems = [
            counts.get("problems")
            for number in reports.likely(body)
            for match in reports.pattern(number).finditer(body)
            if (counts := read_counts(match))
        ]
        found = [count for count in problems if count]
        if found:
            return Report(runner="", verdict="fail", problems=sum(found))
        if _of_kind(kind, "fail").finds(body):
            return Report(runner="", verdict="fail")
        if _of_kind(kind, "pass").finds(body):
            return Report(runner="", verdict="pass")
    return Report(runner="")


def _marks(reader: str) -> tuple[re.Pattern[str], ...]:
    """Patterns that tell a runner with no counted closing line."""
    if reader == "go":
        return (GO_PACKAGE,)
    return (DART,) if reader == "dart" else ()


def _read(runner: str, text: str) -> Report:
    known = by_id()[runner]
    reader = known.reader
    if reader == "go":
        report = read_go(text)
    elif reader == "dart":
        report = read_dart(text)
    else:
        report = _read_counts(known, text)
        if reader == "tap" and report.collected is None:
            report = read_tap(text, runner)
    failing = tuple(
        dict.fromkeys(match[1] for pattern in patterns(runner, "failing") for match in pattern.finditer(text))
    )[:MAX_FAILING]
    return msgspec.structs.replace(report, verdict=_verdict(known, report, text), failing=failing)


def _verdict(runner: Runner, report: Report, text: str) -> Verdict:
    if (report.failed or 0) + (report.errors or 0) > 0 or report.verdict == "fail":
        return "fail"
    if any(pattern.search(text) for pattern in patterns(runner.id, "fail")):
        return "fail"
    if runner.kind == "tests" and report.collected == 0:
        return "unknown"
    if report.passed or report.verdict == "pass" or report.problems == 0:
        return "pass"
    if any(pattern.search(text) for pattern in patterns(runner.id, "pass")):
        return "pass"
    return "unknown"


def _read_counts(runner: Runner, text: str) -> Report:
    """Read the closing lines by the patterns of the definition."""
    runs: list[dict[str, int]] = []
    summary = ""
    seen: set[str] = set()
    found = sorted(
        ((match.start(), index, match) for index, pattern in enumerate(patterns(runner.id, "report"))
         for match in pattern.finditer(text)),
        key=lambda item: item[:2],
    )  # fmt: skip
    previous = -1
    for _, index, match in found:
        line = match[0].strip()
        if not runner.add and line in seen and "in " in line:
            continue
        seen.add(line)
        counts = read_counts(match)
        if runner.add or index <= previous or not runs:
            runs.append(counts)
        else:
            for word, number in counts.items():
                runs[-1][word] = runs[-1].get(word, 0) + number
        previous = index
        end = text.find("\n", match.end())
        summary = text[match.start() : end if end >= 0 else None].strip()[:MAX_SUMMARY]
    if not runs:
        return Report(runner=runner.id)
    parts = [counted(runner.id, counts, summary) for counts in runs]
    if runner.add:
        total: dict[str, int] = {}
        for counts in runs:
            for word, number in counts.items():
                total[word] = total.get(word, 0) + number
        whole = added(parts, runner.id)
        return msgspec.structs.replace(counted(runner.id, total, summary), each=whole.each, parts=whole.parts)
    return added(parts, runner.id)
