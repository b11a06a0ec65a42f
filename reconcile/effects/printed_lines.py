"""Output that is counted line by line: `go test`, `dart test`, the Test Anything Protocol, tallies of any program."""

from __future__ import annotations

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.printed_counts import MAX_SUMMARY, Report, counted, counts_of, tallied

GO_PACKAGE = re.compile(
    r"^(?:(?P<ok>ok)[ \t]+[A-Za-z_][\w./~-]{0,300}[ \t]+(?:\(cached\)|[\d.]+s)(?P<none>.{0,120}\[no tests to run\])?"
    r"|(?P<fail>FAIL)[ \t]+(?P<pkg>[A-Za-z_]\S{0,300})(?=[ \t]+(?:\(cached\)|[\d.]+s\b|\[))"
    r"|\?[ \t]+\S{1,300}[ \t]+\[no test files\])",
    re.MULTILINE,
)
_GO_TEST = re.compile(r"^(?P<indent>\s{0,16})--- (?P<how>PASS|FAIL|SKIP): (?P<name>\S{1,300})", re.MULTILINE)
_GO_JSON = re.compile(
    r'^\{"Time":[^\n]{0,80}"Action":"(?P<how>pass|fail|skip)","Package":"(?P<pkg>[^"\n]{1,300})"(?P<test>,"Test":)?',
    re.MULTILINE,
)
_GO_SUM = re.compile(
    r"^DONE (?:\d+ runs, )?(?P<total>\d+) tests?(?P<rest>(?:, \d+ (?:skipped|failures?|errors?)){0,3}) in", re.MULTILINE
)


def read_go(text: str) -> Report:
    """Read `go test`: a line a package, and with `-v` or `-json` a line a test. Subtests count with their test."""
    tests = {"PASS": 0, "FAIL": 0, "SKIP": 0}
    good = bad = empty = 0
    summary = ""
    for match in _GO_TEST.finditer(text):
        if not match["indent"]:
            tests[match["how"]] += 1
    for match in GO_PACKAGE.finditer(text):
        hollow = bool(match["none"]) or not (match["ok"] or match["fail"])
        good += bool(match["ok"]) and not hollow
        bad += bool(match["fail"])
        empty += hollow
        end = text.find("\n", match.end())
        summary = text[match.start() : end if end >= 0 else None].strip()[:MAX_SUMMARY]
    for match in _GO_JSON.finditer(text):
        if match["test"]:
            tests[match["how"].upper()] += 1
        elif match["how"] == "fail":
            bad += 1
        else:
            good += 1
    done = _GO_SUM.search(text)
    if done:
        counts = counts_of(done["rest"])
        counts["total"] = int(done["total"])
        return msgspec.structs.replace(counted("go test", counts, done[0]), packages=(good + bad) or None)
    seen = sum(tests.values())
    nothing = empty > 0 and not (good or seen or bad)
    return Report(
        runner="go test",
        verdict="fail" if bad or tests["FAIL"] else "pass" if (good and not nothing) or tests["PASS"] else "unknown",
        passed=tests["PASS"] if tests["PASS"] or "=== RUN" in text else None,
        failed=tests["FAIL"] if seen else None,
        skipped=tests["SKIP"] or None,
        collected=seen or (0 if nothing else None),
        packages=(good + bad) or None,
        summary=summary,
    )


DART = re.compile(
    r"^\d\d:\d\d \+(?P<good>\d+)(?: ~(?P<skip>\d+))?(?: -(?P<bad>\d+))?: (?P<what>.{1,200})", re.MULTILINE
)


def read_dart(text: str) -> Report:
    """Read the last line of progress of `dart test` and `flutter test`."""
    last = None
    for match in DART.finditer(text):
        last = match
    if last is None:
        return Report(runner="flutter test")
    counts = {"passed": int(last["good"]), "skipped": int(last["skip"] or 0), "failed": int(last["bad"] or 0)}
    return counted("flutter test", counts, last[0].strip())


_TAP = re.compile(r"^(?P<how>ok|not ok) \d{1,6}\b(?P<rest>[^\n]{0,300})", re.MULTILINE)


def read_tap(text: str, runner: str) -> Report:
    """Read the Test Anything Protocol (version 14): `# SKIP` and `# TODO` lines are no failures."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for match in _TAP.finditer(text):
        rest = match["rest"].lower()
        if "# skip" in rest or "# todo" in rest:
            counts["skipped"] += 1
        else:
            counts["passed" if match["how"] == "ok" else "failed"] += 1
    return counted(runner, counts, "") if any(counts.values()) else Report(runner=runner)


MAX_LINES = 400
"""Lines from the end in which a tally is looked for."""
MAX_BLOCK = 12
"""Lines of a tally that gives each count a line of its own."""
MAX_LINE = 300
_COUNT_LINE = re.compile(r"\W{0,8}(?P<label>[A-Za-z][A-Za-z ]{1,40}?)[\s.:=|]{1,60}(?P<number>\d{1,9})\W{0,8}$")


def read_tally(text: str) -> Report | None:
    """Read the last tally of a program that is known as no runner: what it counts as good or in all, and as bad.

    "5 cases, 1 mismatch", "PASS=2 ERROR=1", or one count per line. What names no count of failures is not a tally.
    """
    found: Report | None = None
    block: dict[str, int] = {}
    size = 0
    for raw in text.splitlines()[-MAX_LINES:]:
        line = raw.strip()[:MAX_LINE]
        counts = tallied(line)
        if _is_tally(counts):
            found, block, size = _tally(counts, line), {}, 0
            continue
        single = _COUNT_LINE.fullmatch(line)
        own = tallied(f"{single['number']} {single['label'].split()[0]}") or counts if single else {}
        if line and not own:
            size += 1
        if size > MAX_BLOCK or (line and not single):
            block, size = {}, 0
        block |= own
        if own and _is_tally(block):
            found = _tally(block, line)
    return found


def _is_tally(counts: dict[str, int]) -> bool:
    bad = "failed" in counts or "errors" in counts
    return bad and bool(counts.get("passed") or counts.get("total"))


def _tally(counts: dict[str, int], line: str) -> Report:
    report = counted("", counts, line[:MAX_SUMMARY])
    bad = (report.failed or 0) + (report.errors or 0)
    return msgspec.structs.replace(report, verdict="fail" if bad else "pass")
