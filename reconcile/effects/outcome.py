"""How a command of a line went, out of the call's exit code and what was printed."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from assure_tui.ingest.model import ExitSource, ResultStatus
from assure_tui.reconcile.effects import complaint, printed, runners, vcs
from assure_tui.reconcile.effects.exits import STOPPED, Exit, call_exit, own_exit
from assure_tui.reconcile.effects.logged import sent_to
from assure_tui.reconcile.effects.printed_ending import bad_end
from assure_tui.reconcile.effects.printed_lines import read_tally
from assure_tui.reconcile.effects.sections import shown_of, speaks_last
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolResult
    from assure_tui.reconcile.effects.printed_counts import Report, Verdict
    from assure_tui.reconcile.effects.script import Script, Simple

_CHECKS = {"tests", "lint", "build", "format"}
MIN_RUNS = 2
"""Runs of one runner in a line, among which its closing lines are shared out."""
_SHOWING = _CHECKS | {"installed"}
"""Kinds whose output tells how far they came."""
_UNSAID = {"committed", "pushed", "opened_pr", "ran", "deployed", "remote"}
"""Kinds that may fail without a complaint."""
_ANYTHING = frozenset({"ran", "remote", "deployed", "installed"})
"""Kinds of programs that may fail in any way and report it in any words."""
_PR = re.compile(r"https?://[^\s<>\"']{1,200}/(?:pull|pulls|merge_requests|pullrequest)/\d{1,9}")
_ERROR_LINE = re.compile(
    r"^(?:(?:bash|sh|zsh|/bin/\w+|\w+\.exe): (?:line \d+: )?|zsh:\d+: )?"
    r"(?P<program>[\w./+-]{1,60}): (?P<rest>[^\n]{0,300})",
    re.MULTILINE,
)
_ERROR_WORDS = re.compile(
    r"no such file|cannot|can't|permission denied|not found|not a directory|is a directory|error|fatal|failed|invalid"
    r"|unable|missing|unrecognized|illegal|not permitted|read-only|refus|denied|unknown",
    re.IGNORECASE,
)


_COMPLAINT = re.compile(r"error|warn|fail|\bTS(?:\d|\[|\\d)", re.IGNORECASE)
_SEARCHES = frozenset({"grep", "egrep", "fgrep", "rg"})
_INVERTS = re.compile(r"-(?!-)[A-Za-z]*v|--invert-match")
_COUNTED = re.compile(r"\s{0,20}(\d{1,7})[ \t]*(?:\n|$)")
"""The number that a search or a counter prints, at the head of an output."""


class Read(Protocol):
    """What `judge` needs to know of an act (see `commands.Act`)."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> int: ...  # noqa: D102
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def runner(self) -> str | None: ...  # noqa: D102
    @property
    def probe(self) -> bool: ...  # noqa: D102
    @property
    def args(self) -> dict[str, Any]: ...  # noqa: D102


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How an act went. `kind` is set when the output shows that it was of another kind than its command told."""

    status: ResultStatus
    exit_source: ExitSource = "none"
    exit_code: int | None = None
    results: dict[str, Any] = {}
    kind: str | None = None


def judge(script: Script, act: Read, text: str, result: ToolResult | None) -> Outcome:
    """Return how an act went. `text` is the result's text, already `plain`."""
    if result is None:
        return Outcome(status="running", results={"verdict": "unknown"} if act.kind in _CHECKS else {})
    simple = script.commands[act.at] if act.at >= 0 else None
    if result.status in {"running", "denied"}:
        results = {"verdict": "unknown"} if act.kind in _CHECKS else {}
        if results and simple is not None and text.strip():
            results["so_far"] = _report(script, act, shown_of(script, act.at, simple, text)).verdict
            if (into := sent_to(text)) is not None:
                results["into"] = into
        return Outcome(status=result.status, results=results)
    if simple is None:
        code, source = call_exit(result)
        return Outcome(status=result.status, exit_source=source, exit_code=code)
    known = own_exit(script, act.at, simple, text, result)
    if known.passed is False and STOPPED in {known.code, result.exit_code} and act.kind in _SHOWING:
        known = msgspec.structs.replace(known, passed=None, code=STOPPED)
    shown = shown_of(script, act.at, simple, text)
    if known.passed is None and speaks_last(script, act.at):
        known = msgspec.structs.replace(known, tail=shown)
    outcome = _outcome(script, act, simple, known, shown, text, result)
    said = complaint.of_output(shown) if outcome.status == "failed" and not simple.chains else ""
    return msgspec.structs.replace(outcome, results=outcome.results | {"says": said}) if said else outcome


def _outcome(
    script: Script, act: Read, simple: Simple, known: Exit, shown: str, text: str, result: ToolResult
) -> Outcome:
    if act.kind in _CHECKS:
        return _checked(script, act, simple, known, shown, result)
    if act.probe and shown:
        report = printed.probe(shown)
        if report is not None and report.collected is not None:
            return _tested(report, known, result)
    return _done(script, act, simple, known, shown, text, result)


# -- checks


def _report(script: Script, act: Read, shown: str) -> Report:
    """Read what a check printed."""
    if act.runner in {None, "?"}:
        shared = _tested_beside(script, act.at)
        return _script_report(act, shown, shared=shared, last=not _scripts_after(script, act.at))
    report = printed.read(str(act.runner), shown)
    if act.kind == "tests" and report.collected is None:
        report = _inner(report, shown)
    runs = _runs_of(script, str(act.runner))
    shared = len(report.parts) == runs or not runners.by_id()[str(act.runner)].add
    if runs < MIN_RUNS or not shared or len(report.parts) <= act.number:
        return report
    part = report.parts[act.number]
    bad = (part.failed or 0) + (part.errors or 0)
    counted: Verdict = "fail" if bad else "pass" if part.passed else "unknown"
    return msgspec.structs.replace(part, verdict=counted) if part.verdict == "unknown" else part


def _runs_of(script: Script, runner: str) -> int:
    """Count the commands of a line that run a runner: only then its closing lines are shared out among them."""
    return sum(
        (use := runners.recognise(tuple(other.argv))) is not None and use.runner == runner for other in script.commands
    )


def _checked(script: Script, act: Read, simple: Simple, known: Exit, shown: str, result: ToolResult) -> Outcome:
    report = _report(script, act, shown)
    counts_tests = act.probe and act.kind == "lint" and report.collected and not _tested_beside(script, act.at)
    if act.kind == "tests" or counts_tests:
        return _tested(report, known, result)
    counted = _complaints(script, act.at, simple, shown) if report.verdict == "unknown" and _silent(act) else None
    if counted is not None:
        report = msgspec.structs.replace(report, problems=counted, verdict="fail" if counted else "pass")
    elif known.passed is not None:
        if not (known.passed and _loud(simple) and shown.strip() and not simple.chained):
            report = msgspec.structs.replace(report, verdict="pass" if known.passed else "fail")
    elif _passes_in_silence(script, act, simple, report, shown) and not result.truncated:
        report = msgspec.structs.replace(report, verdict="pass")
    results = _ended(report.verdict, known)
    if results["verdict"] == "unknown" and result.status == "failed" and not _behind(script, act.at, simple):
        results["call"] = "failed"
    if report.problems is not None:
        results["problems"] = report.problems
    if report.summary:
        results["summary"] = report.summary
    return Outcome(status=_status(results["verdict"]), exit_source=known.source, exit_code=known.code, results=results)


def _passes_in_silence(script: Script, act: Read, simple: Simple, report: Report, shown: str) -> bool:
    """Return whether nothing was printed by a tool that prints nothing when it finds nothing."""
    silent = report.verdict == "unknown" and _silent(act) and not shown.strip()
    return silent and _audible(simple) and not _sifted(script, act.at, simple)


def _ended(verdict: Verdict, known: Exit) -> dict[str, Any]:
    """Return a verdict as results; one that neither exit code nor counts give is read from how the output ends."""
    line = bad_end(known.tail) if verdict == "unknown" else ""
    return {"verdict": "fail", "ending": line} if line else {"verdict": verdict}


def _inner(report: Report, shown: str) -> Report:
    """Read the counts of a runner that another one runs, such as pytest under tox; the outer one's verdict stands."""
    inner = printed.probe(shown)
    if inner is None or (report.verdict != "unknown" and inner.collected is None):
        return report
    return inner if report.verdict == "unknown" else msgspec.structs.replace(inner, verdict=report.verdict, parts=())


def _status(verdict: Verdict) -> ResultStatus:
    return "succeeded" if verdict == "pass" else "failed" if verdict == "fail" else "unknown"


def _tested(report: Report, known: Exit, result: ToolResult) -> Outcome:
    verdict = report.verdict
    if verdict != "fail" and known.passed is not None:
        verdict = "pass" if known.passed else "fail"
    results: dict[str, Any] = {**_ended(verdict, known), "runner": report.runner}
    verdict = results["verdict"]
    if verdict == "unknown" and known.code == STOPPED:
        results["call"] = "failed"
    for name in ("passed", "failed", "skipped", "errors", "collected", "packages"):
        value = getattr(report, name)
        if value is not None:
            results[name] = value
    if report.failing:
        results["failing"] = list(report.failing)
    if report.each:
        results["each"] = list(report.each)
    if report.summary:
        results["summary"] = report.summary
    if result.truncated:
        results["truncated"] = True
    return Outcome(
        status=_status(verdict), exit_source=known.source, exit_code=known.code, results=results, kind="tests"
    )


_OF_HOOKS = frozenset({"git", "cd"})
"""Programs of a line in which what is printed before a commit or push lands is printed by hooks."""
_SHOWN_BY_GIT = frozenset({"log", "show", "diff", "grep", "blame", "stash"})


def hooked(script: Script, act: Read, text: str, result: ToolResult) -> Outcome | None:
    """Read the tests that a hook of the repository ran within a commit or a push."""
    before = script.commands[: act.at]
    shown = act.kind in {"committed", "pushed"} and all(
        simple.program in _OF_HOOKS and _SHOWN_BY_GIT.isdisjoint(simple.argv[1:2]) for simple in before
    )
    output = vcs.printed_by_hooks(act.kind, act.number, text) if shown else ""
    report = printed.probe(output) if output else None
    return _tested(report, Exit(source="text"), result) if report is not None and report.collected is not None else None


def _tested_beside(script: Script, at: int) -> bool:
    """Return whether another command of the line runs tests, so that counts in the common output are that one's."""
    return any(
        other != at and (use := runners.recognise(tuple(simple.argv))) is not None and use.kind == "tests"
        for other, simple in enumerate(script.commands)
    )


def _scripts_after(script: Script, at: int) -> bool:
    """Return whether the line goes on to other scripts of the project: "script failed" may be said of those."""
    return any(
        simple.before in {"&&", ";"} and (use := runners.recognise(tuple(simple.argv))) is not None and not use.runner
        for simple in script.commands[at + 1 :]
    )


def _script_report(act: Read, shown: str, *, shared: bool, last: bool) -> Report:
    """Read the output of a project's script, whose runner is only seen there."""
    probed = act.kind == "tests" or (act.kind == "lint" and not shared)
    found = printed.probe(shown) if probed else None
    if found is not None and (found.verdict != "unknown" or act.kind == "tests"):
        if found.verdict == "pass" and last and printed.script_failed(shown):
            return msgspec.structs.replace(found, verdict="fail")
        return found
    return printed.checked(act.kind, shown, last=last)


@cache
def _silent_runners() -> tuple[frozenset[str], frozenset[str]]:
    entries = table("runners")["runner"]
    silent = frozenset(entry["id"] for entry in entries if entry.get("silent"))
    return silent, frozenset(word for entry in entries for word in entry.get("loud", ()))


def _silent(act: Read) -> bool:
    return act.runner in _silent_runners()[0]


def _complaints(script: Script, at: int, simple: Simple, shown: str) -> int | None:
    """Return how many complaints a line counts that pipes a check into a search for them: `| grep -c "error"`."""
    behind = _behind(script, at, simple)
    search = next((other for other in behind if other.program in _SEARCHES), None)
    hit = _COUNTED.match(shown) if search is not None and _audible(simple) else None
    if search is None or hit is None or not _COMPLAINT.search(" ".join(search.argv[1:])):
        return None
    options = "".join(word[1:] for word in search.argv[1:] if word.startswith("-") and not word.startswith("--"))
    by_search = behind[-1] is search and ("c" in options or "--count" in search.argv)
    by_lines = behind[-1].program == "wc" and "-l" in behind[-1].argv
    return int(hit[1]) if (by_search or by_lines) and "v" not in options else None


def _behind(script: Script, at: int, simple: Simple) -> list[Simple]:
    """Return the filters that a command is piped into."""
    return [other for other in script.commands[at + 1 :] if other.pipe[0] == simple.pipe[0] and other.pipe[1] > 0]


def _sifted(script: Script, at: int, simple: Simple) -> bool:
    """Return whether a search behind a check lets through more than complaints, so that no hit proves nothing."""
    return any(
        other.program in _SEARCHES
        and not any(_INVERTS.match(word) for word in other.argv[1:])
        and not _COMPLAINT.search(" ".join(other.argv[1:]))
        for other in _behind(script, at, simple)
    )


def _audible(simple: Simple) -> bool:
    """Whether a complaint of the command would be visible: no filter in between may have swallowed it."""
    if simple.quiet or simple.mute or simple.maybe or simple.masked not in {"pipe", "sequence"}:
        return False
    return simple.after != "|" or any(r.op == ">&" and r.fd == 2 for r in simple.redirects)


def _loud(simple: Simple) -> bool:
    """Whether the tool exits 0 even when it finds something (`gofmt -l`), so that its output is the verdict."""
    return any(f"{simple.program} {word}" in _silent_runners()[1] for word in simple.argv[1:])


# -- everything else


@cache
def _benign() -> frozenset[str]:
    return frozenset(table("commands")["benign"]["commands"])


def _done(script: Script, act: Read, simple: Simple, known: Exit, shown: str, text: str, result: ToolResult) -> Outcome:
    results: dict[str, Any] = {}
    passed = known.passed
    if act.kind == "committed":
        results, told = vcs.committed(shown, result.facts, act.number, act.args.get("message", ""))
        passed = True if _push_followed(script, act.at, text) else told if told is not None else passed
    elif act.kind == "pushed":
        results, told = vcs.pushed(shown, result.facts)
        passed = told if told is not None else passed
    elif act.kind == "opened_pr":
        match = _PR.search(shown)
        url = result.facts.get("pr") or (match[0] if match else None)
        if url:
            results["url"] = url
            passed = True if passed is None else passed
    elif act.kind == "search":
        results["hits"] = _hits(script, known, simple, shown, result)
    elif act.probe and shown and (tally := read_tally(shown[-printed.MAX_PROBED :])):
        results = {"verdict": tally.verdict, "summary": tally.summary, "passed": tally.passed}
        results |= {name: value for name in ("failed", "errors") if (value := getattr(tally, name)) is not None}
    elif passed is None and act.kind in _ANYTHING and (line := bad_end(known.tail)):
        results = {"verdict": "fail", "ending": line}
    if passed is None and result.status == "failed" and act.kind in {"committed", "pushed", "opened_pr"}:
        results["call"] = "failed"
    if passed is False and _is_benign(simple) and known.code in {1, None}:
        passed = True
    if passed is None and known.code != STOPPED and act.kind not in _UNSAID:
        passed = _plainly(simple, text, result)
    status: ResultStatus = "unknown" if passed is None else "succeeded" if passed else "failed"
    return Outcome(status=status, exit_source=known.source, exit_code=known.code, results=results)


def _push_followed(script: Script, at: int, text: str) -> bool:
    """Return whether the line went on by `&&` to a push that printed something: what stands before it had passed."""
    for later in script.commands[at + 1 :]:
        if later.before != "&&":
            return False
        git = vcs.parse(later.argv) if later.program == "git" else None
        if git is not None and git.action == "push":
            return vcs.push_ran(text)
    return False


def _is_benign(simple: Simple) -> bool:
    return (simple.program in _benign() and not simple.local) or " ".join(simple.argv[:2]) in _benign()


def _plainly(simple: Simple, shown: str, result: ToolResult) -> bool | None:
    """Judge a command whose exit code is lost by whether it complained: programs put their name before an error."""
    if result.status == "failed" and (simple.chained or simple.chains):
        return None
    if simple.maybe or simple.masked in {"or-true", "background"} or simple.mute:
        return None
    for match in _ERROR_LINE.finditer(shown):
        if match["program"].rpartition("/")[2] in {simple.program, "fatal", "error"} and _ERROR_WORDS.search(match[0]):
            return False
    return None if simple.inner else True


def _hits(script: Script, known: Exit, simple: Simple, shown: str, result: ToolResult) -> int | None:
    if known.code == 1 or result.facts.get("benign_exit"):
        return 0
    visible = [other for other in script.commands if not other.inner and other.program not in {"cd", "export", "set"}]
    if len(visible) != 1 or simple.quiet or result.truncated:
        return None
    return sum(1 for line in shown.splitlines() if line.strip() and line.strip() != "--")
