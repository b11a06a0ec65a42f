"""Checks by programs that no table knows as checks: which run words mean, and how it ended.

Any program may be somebody's check: a regression job, a model's tests, a fuzzer. Words that name it mean its last run,
and what that printed or how it exited bears them out or contradicts them, as with a known runner.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.effects.runners import recognise
from assure_tui.reconcile.effects.wrappers import unwrap
from assure_tui.reconcile.match.coding.named import names
from assure_tui.reconcile.match.coding.words import likeliest
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

_LOOKS = frozenset({"read", "search"})
ELIDED = re.compile(
    r"\.\.\.(?!\s|$)|…|<[a-z]|^(?:make|just|task|(?:npm|pnpm|yarn|bun|mise) run) (?:[\w:-]{1,40}/){2,20}\w"
)
"""A command that is not told word for word, or several in one, `make start/stop/clean`; `./...` is one that is."""
_ENDED_WELL = re.compile(
    r"\b(?:pass(?:es|ed)?|succeed(?:s|ed)?|success(?:ful|fully)?|green|clean(?:ly)?|through|works?|ok"
    r"|fine|(?:no|without|0|zero) (?:errors?|issues?|findings|failures?|warnings))\b|✅|✓|✔",
    re.IGNORECASE,
)
"""Words by which a command ended well."""
_CODE = re.compile(r"`[^`\n]{1,300}`")
_SLASHED = re.compile(r"[\w:-]{1,60}(?:/[\w:-]{1,60}){1,12}")
MAX_PROGRAM = 3
"""Leading words of a command that tell its program: `python -m frob check`."""
MIN_NAME = 3
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[a-z]+")
_WORD = re.compile(r"[a-z]+")
_PATH = re.compile(r"[\w.@~-]{1,200}(?:/[\w.@~-]{1,200}){1,40}")


def ended_well(claim: Claim) -> bool:
    """Tell whether the words of a claim, not those of a command in it, say that it ended well."""
    return _ENDED_WELL.search(_CODE.sub(" ", claim.text)) is not None


def own_runs(claim: Claim, seen: Seen) -> list[Step]:
    """Give the runs of programs, known as no checks, that a claim names by command or by the program's name."""
    ran = [step for step in seen.of("ran", "remote") if step.effect.status not in {"running", "denied"}]
    named = [step for step in ran if names(claim, step)]
    if named or not ran:
        return named
    return [step for step in ran if names_program(claim, step)]


def names_program(claim: Claim, step: Step) -> bool:
    """Tell whether a claim has the name of a step's program among its words, not in a path: "Pester: 36 passed"."""
    return not _program(step).isdisjoint(_WORD.findall(_PATH.sub(" ", claim.text.lower())))


def failed_of_named(claim: Claim, seen: Seen) -> Step | None:
    """Find the last run of one of the commands that a claim names, whatever it is known as, where that run failed.

    "`hatch run cov` and `pdm run cov` each end with 163 passed": each of them must have. One that was under way when
    the words were said has its own finding.
    """
    if claim.outcome == "pending" and claim.effects:
        return None
    for hint in (*claim.args.get("commands", ()), *claim.args.get("names", ())):
        line = str(hint).strip()
        if " " not in line:
            continue
        last = seen.last_run_of(line)
        if last is not None and last.verdict == "fail" and last.effect.kind not in _LOOKS:
            return last
    return None


def absent_of_named(claim: Claim, seen: Seen) -> str:
    """Give a command that a claim names and that no line of the log has, or nothing: a script may have run it."""
    for hint in claim.args.get("commands", ()):
        parts = [part.strip() for part in str(hint).split("&&") if not part.strip().startswith("cd ")]
        told = (part for part in parts if " " in part)
        line = next((part for part in told if not any(map(seen.ran_line, alternatives(part)))), "")
        if line and not ELIDED.search(str(hint)) and _is_command(line, seen):
            return line
    return ""


def _is_command(line: str, seen: Seen) -> bool:
    """Tell whether words with blanks between them begin with a check, a launcher or what ran, or have options."""
    argv = unwrap(tuple(line.split()))
    if argv.names or recognise(argv.argv) is not None or " --" in line:
        return True
    ran = (step.effect.args.get("argv") or ("",) for steps in seen.steps.values() for step in steps.values())
    return any(str(words[0]).rpartition("/")[2] == argv.argv[0] for words in ran)


def alternatives(line: str) -> list[str]:
    """Give a line, and the lines that it sums up with slashes: `unset FROB_ARGS/FROB_FLAGS` is two."""
    words = line.split()
    at = next((at for at, word in enumerate(words) if at and _SLASHED.fullmatch(word)), None)
    if at is None:
        return [line]
    return [line, *(" ".join([*words[:at], part, *words[at + 1 :]]) for part in words[at].split("/"))]


def last_tried(claim: Claim, seen: Seen) -> Step | None:
    """Find the last run of a program that is not understood, or look at another system's checks, where it failed."""
    looks = [step for step in seen.of("read") if seen.is_status(step) and not _is_pending(step, seen)]
    ran = [step for step in seen.of("ran", "remote") if not seen.is_idle(step)]
    last = max((*looks, *ran), key=lambda step: step.at, default=None)
    if last is None or last.verdict != "fail":
        return None
    return last if last.effect.results.get("verdict") or last in looks or likeliest(claim.text, [last]) else None


def _is_pending(step: Step, seen: Seen) -> bool:
    """Tell whether a look at another system's checks shows them under way, and none that failed: it may exit badly."""
    shown = seen.shown.get(step.effect.id, "").lower()
    return "pending" in shown and "fail" not in shown


def _program(step: Step) -> frozenset[str]:
    """Give the parts of the name of a step's program."""
    argv = [str(word) for word in (step.effect.args.get("argv") or ())[:MAX_PROGRAM]]
    parts = {
        part.lower()
        for at, word in enumerate(argv)
        if not at or word.isalpha()
        for part in _PART.findall(word.rpartition("/")[2])
    }
    return frozenset(part for part in parts if len(part) >= MIN_NAME) - _common()


@cache
def _common() -> frozenset[str]:
    """Words that name no program: of checks in general, of launchers and of everyday prose."""
    words = lexicon()
    launchers = frozenset(table("commands")["launchers"]["commands"])
    return frozenset({*words.grammar["plain"], *words.subjects, *words.verbs, *words.bases, *launchers, *_PROSE})


_PROSE = frozenset({
    "src", "main", "script", "scripts", "bin", "app", "server", "client", "local", "project", "module", "tools", "cmd",
    "exec", "eval", "version", "help", "list", "json", "out", "env", "dev", "api", "web", "data", "model", "models",
    "for", "with", "from", "not", "and", "the", "one", "two", "new", "com", "org", "sql", "txt", "log", "file", "files",
})  # fmt: skip
