"""Test runners, linters, type checkers and builders: recognised by their command, or by what they print.

The definitions are data (`data/runners.toml`). What is read out of an output is only what is visible there: after
`| tail` or `| grep`, counts are those of the lines that were left, and no line at all is `unknown`, never a pass.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, TypeAlias

import msgspec

from assure_tui.reconcile.effects.script import program_name
from assure_tui.reconcile.needles import Sieve
from assure_tui.reconcile.tables import table

Verdict: TypeAlias = Literal["pass", "fail", "unknown"]

MAX_OUTPUT = 512 * 1024
"""Characters of an output that are read, from its end: that is where runners say how it went."""
MAX_PROBED = 16 * 1024
"""Characters from the end in which a runner is recognised by its output alone."""
MAX_FAILING = 20
MAX_SUMMARY = 300

_ANSI = re.compile(r"\x1b\[[0-9;:?]{0,32}[ -/]?[@-~]|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|\x1b[@-Z\\^_]|\r(?=\n)")
_PREFIX = re.compile(
    r"^(?:\[[\w:@/. -]{1,60}\] |[@\w./-]{1,60}[:#][\w:.-]{1,40}: |[@\w./-]{1,60} [\w:.-]{1,30}: |[\w.-]{1,40} +\| )",
    re.MULTILINE,
)
_NUMBER_WORD = re.compile(r"(\d{1,9})\s+(?:tests?\s+|scenarios?\s+|known\s+)?([A-Za-z]{2,12})")
_WORD_NUMBER = re.compile(r"([A-Za-z]{2,12})\s*[:=]?\s*(\d{1,9})")
_PROBE = re.compile(r"pass|fail|tests?\b|^ok\s|examples?,|Tests run|BUILD|scenarios?", re.MULTILINE | re.IGNORECASE)

_WORDS = {
    **dict.fromkeys(("passed", "passing", "pass", "ok", "succeeded", "success", "successes", "passes"), "passed"),
    **dict.fromkeys(("failed", "failing", "fail", "fails", "failure", "failures", "unexpected"), "failed"),
    **dict.fromkeys(("error", "errors", "uncaught", "unhandled", "cancelled", "interrupted"), "errors"),
    **dict.fromkeys(
        ("skipped", "skip", "skips", "pending", "pendings", "todo", "ignored", "disabled", "excluded", "incomplete"),
        "skipped",
    ),
    **dict.fromkeys(("total", "tests", "collected"), "total"),
}  # fmt: skip
_NOTHING = re.compile(r"no tests? (?:ran|found|files found|were found|executed)", re.IGNORECASE)


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """One definition of `data/runners.toml`; the fields are described at its top."""

    id: str
    kind: Literal["tests", "lint", "build", "format"]
    argv: list[str]
    select: list[str] = []
    values: list[str] = []
    ignore: list[str] = []
    report: list[str] = []
    failing: list[str] = []
    loud: list[str] = []
    add: bool = False
    silent: bool = False
    wraps: bool = False
    reader: Literal["", "go", "dart", "tap"] = ""
    passing: list[str] = msgspec.field(name="pass", default_factory=list)
    fail: list[str] = []


class Launcher(msgspec.Struct, frozen=True, kw_only=True):
    """A program that runs a named script of the project, as `npm run` does."""

    words: list[str]
    values: list[str] = []
    only: list[str] = []
    skip: int = 0


class _Table(msgspec.Struct, frozen=True, kw_only=True):
    runner: list[Runner]
    launcher: list[Launcher]
    failed: dict[str, list[str]]
    scripts: dict[str, list[str]]
    goals: dict[str, list[str]]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A command recognised as a check, build or formatter. `runner` is None when a project's script hides it."""

    kind: str
    runner: str | None
    name: str
    """What people would call it: the runner, or the launcher with its script (`npm run lint`)."""
    scope: tuple[str, ...] = ()
    selected: bool = False
    flags: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a runner printed. Counts are None where it printed none."""

    runner: str
    verdict: Verdict = "unknown"
    passed: int | None = None
    failed: int | None = None
    errors: int | None = None
    skipped: int | None = None
    collected: int | None = None
    problems: int | None = None
    packages: int | None = None
    failing: tuple[str, ...] = ()
    summary: str = ""
    parts: tuple[Report, ...] = ()
    """The runs it was added up from, where the output tells them apart."""


@cache
def _data() -> _Table:
    return msgspec.convert(table("runners"), _Table)


@cache
def _by_id() -> dict[str, Runner]:
    return {runner.id: runner for runner in _data().runner}


@cache
def _by_program() -> dict[str, list[tuple[list[str], Runner]]]:
    found: dict[str, list[tuple[list[str], Runner]]] = {}
    for runner in _data().runner:
        for entry in runner.argv:
            words = entry.split()
            found.setdefault(words[0], []).append((words[1:], runner))
    for group in found.values():
        group.sort(key=lambda item: -len(item[0]))
    return found


@cache
def _launchers() -> dict[str, list[Launcher]]:
    found: dict[str, list[Launcher]] = {}
    for launcher in _data().launcher:
        found.setdefault(launcher.words[0], []).append(launcher)
    for group in found.values():
        group.sort(key=lambda launcher: -len(launcher.words))
    return found


@cache
def _patterns(runner: str, field: str) -> tuple[re.Pattern[str], ...]:
    known = _by_id()[runner]
    listed = known.passing if field == "pass" else getattr(known, field)
    return tuple(re.compile(pattern, re.MULTILINE) for pattern in listed)


# -- commands


@lru_cache(maxsize=4096)
def recognise(argv: tuple[str, ...]) -> Use | None:
    """Tell whether a command is a check, build or formatter, and how much of it it runs."""
    if not argv:
        return None
    program = program_name(argv[0])
    if re.fullmatch(r"python[\d.]*", program):
        program = "python"
    words = argv[1:]
    for wanted, runner in _by_program().get(program, ()):
        rest = _behind(wanted, words, runner.values, goals=program in _data().goals["programs"])
        if rest is None:
            continue
        if any(word in runner.ignore for word in words):
            return None
        scope, flags = _operands(rest, runner.values)
        return Use(
            kind=runner.kind,
            runner=runner.id,
            name=" ".join([program, *wanted]) if runner.kind != "tests" else runner.id,
            scope=scope,
            selected=any(flag.partition("=")[0] in runner.select for flag in flags) or _narrow(runner, scope),
            flags=flags,
        )
    return _launched(program, words)


def _behind(wanted: list[str], words: tuple[str, ...], values: list[str], *, goals: bool) -> tuple[str, ...] | None:
    """Give the words left when `wanted` was found at its place, or None. Wanted options may stand anywhere."""
    left = list(words)
    at = 0
    for want in wanted:
        if want.startswith("-"):
            if want not in left:
                return None
            left.remove(want)
            continue
        while at < len(left) and (left[at].startswith(("-", "+")) or (goals and left[at] != want)):
            at += 2 if left[at] in values else 1
        if at >= len(left) or left[at] != want:
            return None
        del left[at]
    return tuple(left)


def _operands(words: tuple[str, ...], values: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    scope: list[str] = []
    flags: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            continue
        if word.startswith("-") and len(word) > 1:
            flags.append(word)
            if word in values and at + 1 < len(words):
                flags[-1] = f"{word}={words[at + 1]}"
                at += 1
        elif word[0:1] != "+":
            scope.append(word)
        at += 1
    return tuple(scope), tuple(flags)


_FILE = re.compile(r"\.[A-Za-z]{1,5}(?:::|:\d|$)|::")


def _narrow(runner: Runner, scope: tuple[str, ...]) -> bool:
    if runner.kind != "tests":
        return False
    if runner.id in {"cargo test", "nextest"}:
        return bool(scope)
    return any(_FILE.search(word) and "..." not in word for word in scope)


def _launched(program: str, words: tuple[str, ...]) -> Use | None:
    for launcher in _launchers().get(program, ()):
        rest = _behind(launcher.words[1:], words, launcher.values, goals=False)
        if rest is None:
            continue
        names, flags = _operands(rest, launcher.values)
        names = names[launcher.skip :]
        if not names or (launcher.only and names[0].partition(":")[0] not in launcher.only):
            continue
        kind = _script_kind(names)
        if kind is None:
            return None
        scope = tuple(names[1:])
        title = " ".join([*launcher.words, names[0]])
        selected = kind == "tests" and (any(_FILE.search(word) for word in scope) or _selecting(flags))
        return Use(kind=kind, runner=None, name=title, scope=scope, selected=selected, flags=flags)
    return None


def _selecting(flags: tuple[str, ...]) -> bool:
    names = {flag.partition("=")[0] for flag in flags}
    return bool(names & {"-t", "-k", "--grep", "-g", "--filter", "--testNamePattern", "--testPathPattern", "-run"})


def _script_kind(names: tuple[str, ...]) -> str | None:
    """Give the kind that a project script's name tells: the leading part counts first (`lint:test` is a linter)."""
    tables = _data().scripts
    for name in names[:3]:
        for part in re.split(r"[:._/-]", name.lower()):
            for kind, listed in tables.items():
                if part in listed:
                    return kind
    return None


# -- outputs


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
                spans = [match.span() for match in sieve.patterns[number].finditer(body)]
                spoken.setdefault(runners[number].id, []).extend(spans)
            for runner in _data().runner:
                spans = spoken.get(runner.id, [])
                if not spans or any(start < end and begin < stop for begin, end in spans for start, stop in taken):
                    continue
                taken += spans
                found.append((spans[0][0], _read(runner.id, body)))
            if found:
                found.sort(key=lambda item: item[0])
                return _sum([report for _, report in found], " + ".join(report.runner for _, report in found))
    return None


@cache
def _signs() -> tuple[Sieve, tuple[Runner, ...]]:
    """The patterns that tell a test runner by its output, and the runner of each."""
    listed = [
        (runner, pattern)
        for runner in _data().runner
        if runner.kind == "tests"
        for pattern in (*_patterns(runner.id, "report"), *_marks(runner.reader))
    ]
    return Sieve([pattern for _, pattern in listed]), tuple(runner for runner, _ in listed)


@cache
def _failed() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.MULTILINE) for pattern in _data().failed["patterns"])


def script_failed(text: str) -> bool:
    """Whether a launcher or a build tool said that the script it ran failed."""
    return any(pattern.search(text[-MAX_PROBED:]) for pattern in _failed())


def checked(kind: str, text: str) -> Report:
    """Read the output of a project's own lint or build script by the words of all tools of that kind."""
    text = text[-MAX_PROBED:]
    for body in (text, _PREFIX.sub("", text)):
        if script_failed(body):
            return Report(runner="", verdict="fail")
        tools = [runner for runner in _data().runner if runner.kind == kind]
        problems = [
            counts.get("problems")
            for runner in tools
            for pattern in _patterns(runner.id, "report")
            for match in pattern.finditer(body)
            if (counts := _counts(match))
        ]
        found = [count for count in problems if count]
        if found:
            return Report(runner="", verdict="fail", problems=sum(found))
        if any(pattern.search(body) for runner in tools for pattern in _patterns(runner.id, "fail")):
            return Report(runner="", verdict="fail")
        if any(pattern.search(body) for runner in tools for pattern in _patterns(runner.id, "pass")):
            return Report(runner="", verdict="pass")
    return Report(runner="")


def _marks(reader: str) -> tuple[re.Pattern[str], ...]:
    """Patterns that tell a runner with no counted closing line."""
    if reader == "go":
        return (_GO_PACKAGE,)
    return (_DART,) if reader == "dart" else ()


def _read(runner: str, text: str) -> Report:
    known = _by_id()[runner]
    reader = known.reader
    if reader == "go":
        report = _read_go(text)
    elif reader == "dart":
        report = _read_dart(text)
    else:
        report = _read_counts(known, text)
        if reader == "tap" and report.collected is None:
            report = _read_tap(text, runner)
    failing = tuple(
        dict.fromkeys(match[1] for pattern in _patterns(runner, "failing") for match in pattern.finditer(text))
    )[:MAX_FAILING]
    return msgspec.structs.replace(report, verdict=_verdict(known, report, text), failing=failing)


def _verdict(runner: Runner, report: Report, text: str) -> Verdict:
    if (report.failed or 0) + (report.errors or 0) > 0 or report.verdict == "fail":
        return "fail"
    if any(pattern.search(text) for pattern in _patterns(runner.id, "fail")):
        return "fail"
    if runner.kind == "tests" and report.collected == 0:
        return "unknown"
    if report.passed or report.verdict == "pass" or report.problems == 0:
        return "pass"
    if any(pattern.search(text) for pattern in _patterns(runner.id, "pass")):
        return "pass"
    return "unknown"


def _read_counts(runner: Runner, text: str) -> Report:
    """Read the closing lines by the patterns of the definition."""
    runs: list[dict[str, int]] = []
    summary = ""
    seen: set[str] = set()
    found = sorted(
        ((match.start(), index, match) for index, pattern in enumerate(_patterns(runner.id, "report"))
         for match in pattern.finditer(text)),
        key=lambda item: item[:2],
    )  # fmt: skip
    previous = -1
    for _, index, match in found:
        line = match[0].strip()
        if not runner.add and line in seen and "in " in line:
            continue
        seen.add(line)
        counts = _counts(match)
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
    parts = [_report(runner.id, counts, summary) for counts in runs]
    if runner.add:
        total: dict[str, int] = {}
        for counts in runs:
            for word, number in counts.items():
                total[word] = total.get(word, 0) + number
        return _report(runner.id, total, summary)
    return _sum(parts, runner.id)


def _counts(match: re.Match[str]) -> dict[str, int]:
    groups = match.groupdict()
    counts: dict[str, int] = {}
    for name in ("total", "passed", "failed", "problems"):
        value = groups.get(name)
        if value is not None and value.isdecimal():
            counts[name] = int(value)
    if _NOTHING.search(match[0]):
        counts["total"] = 0
    phrase = (groups.get("counts") or "").lstrip(" ,.;()[]")
    if phrase[:1].isdigit():
        pairs = [(word, number) for number, word in _NUMBER_WORD.findall(phrase)]
    else:
        pairs = _WORD_NUMBER.findall(phrase)
    for word, number in pairs:
        known = _WORDS.get(word.lower())
        if known is not None:
            counts[known] = counts.get(known, 0) + int(number)
    return counts


def _report(runner: str, counts: dict[str, int], summary: str) -> Report:
    failed, errors, skipped = counts.get("failed"), counts.get("errors"), counts.get("skipped")
    passed, total = counts.get("passed"), counts.get("total")
    rest = (failed or 0) + (errors or 0) + (skipped or 0)
    if passed is None and total is not None:
        passed = max(0, total - rest)
    if total is None and (passed is not None or rest):
        total = (passed or 0) + rest
    return Report(
        runner=runner,
        passed=passed,
        failed=failed,
        errors=errors,
        skipped=skipped,
        collected=total,
        problems=counts.get("problems"),
        summary=summary,
    )


def _sum(parts: list[Report], runner: str) -> Report:
    if len(parts) == 1:
        return parts[0]

    def add(name: str) -> int | None:
        values = [value for part in parts if (value := getattr(part, name)) is not None]
        return sum(values) if values else None

    verdicts = {part.verdict for part in parts}
    verdict: Verdict = "fail" if "fail" in verdicts else "pass" if verdicts == {"pass"} else "unknown"
    return Report(
        runner=runner,
        verdict=verdict,
        passed=add("passed"),
        failed=add("failed"),
        errors=add("errors"),
        skipped=add("skipped"),
        collected=add("collected"),
        problems=add("problems"),
        packages=add("packages"),
        failing=tuple(name for part in parts for name in part.failing)[:MAX_FAILING],
        summary=parts[-1].summary,
        parts=tuple(parts),
    )


_GO_PACKAGE = re.compile(
    r"^(?:(?P<ok>ok)[ \t]+[A-Za-z_][\w./~-]{0,300}[ \t]+(?:\(cached\)|[\d.]+s)(?P<none>.{0,120}\[no tests to run\])?"
    r"|(?P<fail>FAIL)[ \t]+(?P<pkg>[A-Za-z_]\S{0,300})|\?[ \t]+\S{1,300}[ \t]+\[no test files\])",
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


def _read_go(text: str) -> Report:
    """Read `go test`: a line a package, and with `-v` or `-json` a line a test. Subtests count with their test."""
    tests = {"PASS": 0, "FAIL": 0, "SKIP": 0}
    good = bad = empty = 0
    summary = ""
    for match in _GO_TEST.finditer(text):
        if not match["indent"]:
            tests[match["how"]] += 1
    for match in _GO_PACKAGE.finditer(text):
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
        counts = _counts_of(done["rest"])
        counts["total"] = int(done["total"])
        return msgspec.structs.replace(_report("go test", counts, done[0]), packages=(good + bad) or None)
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


def _counts_of(phrase: str) -> dict[str, int]:
    found = ((number, _WORDS.get(word.lower())) for number, word in _NUMBER_WORD.findall(phrase))
    return {name: int(number) for number, name in found if name}


_DART = re.compile(
    r"^\d\d:\d\d \+(?P<good>\d+)(?: ~(?P<skip>\d+))?(?: -(?P<bad>\d+))?: (?P<what>.{1,200})", re.MULTILINE
)


def _read_dart(text: str) -> Report:
    last = None
    for match in _DART.finditer(text):
        last = match
    if last is None:
        return Report(runner="flutter test")
    counts = {"passed": int(last["good"]), "skipped": int(last["skip"] or 0), "failed": int(last["bad"] or 0)}
    return _report("flutter test", counts, last[0].strip())


_TAP = re.compile(r"^(?P<how>ok|not ok) \d{1,6}\b(?P<rest>[^\n]{0,300})", re.MULTILINE)


def _read_tap(text: str, runner: str) -> Report:
    """Read the Test Anything Protocol (version 14): `# SKIP` and `# TODO` lines are no failures."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for match in _TAP.finditer(text):
        rest = match["rest"].lower()
        if "# skip" in rest or "# todo" in rest:
            counts["skipped"] += 1
        else:
            counts["passed" if match["how"] == "ok" else "failed"] += 1
    return _report(runner, counts, "") if any(counts.values()) else Report(runner=runner)
