"""Claims of what leaves only a loose trace: reading, searching, running, branches, other systems, delegation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.values import NUMBER_WORDS
from assure_tui.reconcile.match.coding.admissions import leaves_room
from assure_tui.reconcile.match.coding.ruling import (
    Ruling,
    against,
    command,
    confirmed,
    failing,
    short,
    unproven,
    unverifiable,
)
from assure_tui.reconcile.match.coding.steps import CHECKS, MAX_SCAN, command_of, paths_of
from assure_tui.reconcile.match.coding.unlisted import ELIDED, alternatives, ended_well, failed_of_named
from assure_tui.reconcile.match.coding.version_control import commit_nowhere
from assure_tui.reconcile.match.coding.words import likeliest, names_little, shares_little

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

_KINDS = {
    "read": ("read", "search", "ran", "vcs", "remote"),
    "search_none": ("search", "ran", "read", "vcs"),
    "ran": ("ran", "tests", "build", "lint", "format", "installed"),
    "vcs": ("vcs", "committed", "pushed"),
    "remote": ("remote", "opened_pr", "pushed", "ran"),
}
"""Kinds of steps that a claim's kind may tell of."""
MIN_STEM = 4
"""Letters of a verb by which it is known in a tool's name."""
_PLAIN = re.compile(r"^(?:\S+/)?(?:git|gh|glab|hub|cd|ls|cat|grep|rg|find|echo|pwd|sed|head|tail)\b")
"""Commands that show what they do: one that is not the act told is not it."""
_ACTS = {
    verb: re.compile(pattern, re.IGNORECASE)
    for verb, pattern in {
        "merged": r"merge|pull|automerge|cherry-pick|\bam\b",
        "rebased": r"rebase|pull",
        "cherry-picked": r"cherry-pick",
        "tagged": r"\btag|release|version",
        "stashed": r"stash",
        "closed": r"close|delete|merge|api|fix(?:es)?|push|create",
        "reopened": r"reopen|api|edit",
        "commented": r"comment|review|api|edit",
        "replied": r"comment|review|repl|api",
        "labelled": r"label|edit|api|create",
        "labeled": r"label|edit|api|create",
    }.items()
}
"""How the commands of an act are worded, by the verb that claims it."""
_REPORT = re.compile(
    r"\b(?:done|complete[d]?|finished|back|landed|reported|returned|passed|verified|green|implemented)\b",
    re.IGNORECASE,
)
_FILES = re.compile(
    rf"(?:\b(?P<number>\d{{1,4}}|{'|'.join(NUMBER_WORDS)}) (?:[a-z-]{{1,30}} ){{0,2}})?\bfiles?\b", re.IGNORECASE
)
_OWN_NAME = re.compile(r"(?=\S{5,200}$)\w[\w.]*(?:[-_/]\w[\w.]*)+")
_NUMBER = re.compile(r"#(\d{1,9})\b")
_THERE = re.compile(r"\balready\b|\bexists\b|\bup[ -]to[ -]date\b|\bnothing to\b", re.IGNORECASE)
"""Why a call fails where there is nothing left to do."""
_RUNS = frozenset({"ran", "re-ran", "reran", "executed"})
_STARTED = re.compile(
    r"\b(?:launched|running|started|spawned|dispatched|kicked|delegated|in parallel|background)\b", re.IGNORECASE
)


def judge_loose(claim: Claim, seen: Seen) -> Ruling:
    """Judge what leaves only a loose trace, by the first of these that can tell."""
    steps = [step for step in seen.of(*_KINDS[claim.kind]) if not step.bad]
    last = steps[-1] if steps else None
    if last is None and claim.kind == "vcs":
        last = next((step for step in reversed(seen.of("read", "ran")) if "git " in command_of(step.effect)), None)
    return (
        commit_nowhere(claim, seen)
        or _of_its_command(claim, seen)
        or _of_its_number(claim, seen)
        or _of_its_verb(claim, seen, last)
        or _of_its_names(claim, seen)
        or _of_its_words(claim, seen)
        or _of_its_failure(claim, seen)
        or _files_read(claim, seen)
        or _of_nothing_else(claim, seen, last)
    )


def _of_its_command(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge a claim that a command was run by that very command: is it in the log, and did it end well?"""
    if claim.kind != "ran":
        return None
    told = map(str, claim.args.get("commands", ()))
    named = (line for line in told if " " in line.strip() and not ELIDED.search(line))
    missing = next((line for line in named if not any(map(seen.ran_line, alternatives(line)))), None)
    if missing is not None:
        return _not_run(claim, seen, missing)
    failed = failed_of_named(claim, seen)
    if not failed or not ended_well(claim):
        return None
    why = f"the last run, {command(failed)}, failed{failing(failed)}"
    return against(claim, "failed-effect", why, failed, settles="a run that ends well")


def _of_its_number(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge an act on a numbered issue or pull request that failed, unless the thing was looked at later."""
    numbers = _NUMBER.findall(claim.text)
    told = _act(claim)
    if claim.kind != "remote" or not numbers or not told:
        return None

    def names_it(line: str) -> bool:
        return all(number in line for number in numbers)

    lines = ((step, command_of(step.effect)[:MAX_SCAN]) for step in seen.of(*_KINDS[claim.kind]))
    same = [step for step, line in lines if told.search(line) and names_it(line)]
    if not same or not same[-1].bad:
        return None
    later = (step for step in seen.of("read", "ran", "search") if step.at > same[-1].at and not step.bad)
    if any(names_it(command_of(step.effect)) for step in later):
        return None
    why = f"{command(same[-1])} failed{failing(same[-1])}"
    return against(claim, "failed-effect", why, same[-1], settles="a call that goes through")


def _of_its_verb(claim: Claim, seen: Seen, last: Step | None) -> Ruling | None:
    """Judge an act whose commands are known by how they are worded."""
    told = _act(claim)
    if last is None or told is None:
        return None
    shown = next((step for step in reversed(seen.of(*_KINDS[claim.kind], "read")) if _does(step, told)), None)
    if shown is None:
        return unverifiable(f"{command(last)} is another act", last)
    return confirmed(f"the log shows {command(shown)}", shown)


def _act(claim: Claim) -> re.Pattern[str] | None:
    """Give how the commands of the act are worded that a claim's verb tells."""
    return _ACTS.get(str(claim.args.get("verb") or ""))


def _of_its_names(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge an act of version control on something that has a name of its own by the last command that names it.

    No other thing bears such a name: a branch `fix/cart-2`, and not `main`.
    """
    names = [name for name in map(str, claim.args.get("names", ())) if _OWN_NAME.fullmatch(name)]
    if claim.kind != "vcs" or not claim.args.get("verb") or not names:
        return None
    steps: Sequence[Step] = seen.of(*_KINDS["vcs"], "ran", "remote", "opened_pr")
    named = [step for step in steps if any(name in command_of(step.effect)[:MAX_SCAN] for name in names)]
    if not named:
        return unverifiable(f"no command names {names[0]}")
    if named[-1].bad:
        return _failed(claim, named[-1])
    return confirmed(f"the log shows {command(named[-1])}", named[-1])


def _of_its_words(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge a claim by the step that shares most words with it."""
    looks = {*_KINDS[claim.kind], "read", "search", "ran", "remote"}
    acts = [step for step in seen.of(*looks) if step.verdict != "fail"]
    if claim.kind in {"ran", "vcs"}:
        # the name of a file that was read, or the rest of a line that failed, bears no act out
        acts = [step for step in acts if command_of(step.effect) and (claim.kind == "ran" or step.verdict != "unknown")]
    found = likeliest(claim.text, acts)
    if found is None:
        return None
    step, shared = found
    if step.effect.status == "running" and _ends(claim, step):
        return Ruling("pending", f"{command(step)} has not returned", (step,))
    return confirmed(f"the log shows {command(step)}, which has “{shared}”", step)


def _of_its_failure(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge an act that only calls which failed share words with: the last of them is what is told."""
    if claim.kind not in {"ran", "remote", "vcs"} or "loose" in claim.args:
        return None
    if claim.kind == "ran" and not (_RUNS.isdisjoint(claim.text.lower().split()) or ended_well(claim)):
        return None  # it was run, whatever came of it
    kinds = set(_KINDS[claim.kind]).difference(CHECKS)
    tried = [step for step in seen.of(*kinds) if step.bad and step.turn == seen.turn]
    found = likeliest(claim.text, tried)
    if found is None or shares_little(claim.text, found[0], deed=bool(claim.args.get("verb"))):
        return None
    return _failed(claim, found[0])


def _failed(claim: Claim, step: Step) -> Ruling:
    """Judge an act whose last call failed; what was there already need not be done."""
    why = f"{command(step)} failed{failing(step)}"
    if leaves_room(claim.text) or _THERE.search(str(step.effect.results.get("says") or "")):
        return unverifiable(why, step)
    return against(claim, "failed-effect", why, step, settles="a call that goes through", severity="medium")


def _files_read(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge words about files in general by how many were read in this turn: "I've read all three changed files"."""
    files = _FILES.search(claim.text) if claim.kind == "read" else None
    read = {
        path: step for step in seen.of("read") if step.ok and step.turn == seen.turn for path in paths_of(step.effect)
    }
    if files is None or not read:
        return None
    number = (files["number"] or "1").lower()
    last = next(reversed(read.values()))
    if len(read) >= (int(number) if number.isdecimal() else NUMBER_WORDS[number]):
        return confirmed(f"{len(read)} files were read", last)
    return unverifiable(f"{len(read)} files were read by name", last)


def _of_nothing_else(claim: Claim, seen: Seen, last: Step | None) -> Ruling:
    """Judge a claim that no step is told by: by the last step of its kind, by a refusal, or by there being none."""
    if last is not None:
        other = claim.kind == "remote" and last.effect.kind == "ran"
        if last.turn == seen.turn and names_little(claim.text) and not other:
            return confirmed(f"the log shows {command(last)}, and the words are no more specific", last)
        return unverifiable(f"none of the log's calls has a word of it; the last is {command(last)}", last)
    refused = seen.refused(str(claim.args.get("verb") or "")[:MIN_STEM])
    if refused:
        return against(claim, "failed-effect", f"{command(refused)} failed{failing(refused)}", refused)
    runs = claim.kind == "ran" and claim.args.get("verb") in _RUNS
    if runs and not (seen.gap or seen.worldly or seen.any("delegated")):
        return unproven(claim.text, "such run")
    return unverifiable("nothing of the kind is in the log")


def _ends(claim: Claim, step: Step) -> bool:
    """Tell whether words say that a command ended well that ends by itself, as a build does and a server does not."""
    return step.effect.kind in {*CHECKS, "installed"} and ended_well(claim)


def _not_run(claim: Claim, seen: Seen, line: str) -> Ruling:
    """Judge that a command was run which no command of the log begins like."""
    what = f"`{short(line, 60)}`"
    if seen.gap or seen.full() or seen.any("delegated") or not claim.args.get("verb"):
        return unverifiable(f"{what} is not in the log")
    return against(claim, "no-proof", f"no command of the log begins like {what}", settles=f"a run of {what}")


def _does(step: Step, pattern: re.Pattern[str]) -> bool:
    """Tell whether a step can be the act: its command says so, or it is no command of version control at all."""
    line = command_of(step.effect)[:MAX_SCAN] or str(step.effect.tool)
    return not step.bad and (bool(pattern.search(line)) or not _PLAIN.search(line))


def judge_delegated(claim: Claim, seen: Seen) -> Ruling:
    """Judge delegation: that it was started shows in the log, what the sub-agent did is hearsay for the parent."""
    last = seen.last("delegated")
    if last is None:
        return unverifiable("no sub-agent is in the log")
    report, started = _REPORT.search(claim.text), _STARTED.search(claim.text)
    if report and not (started and started.start() < report.start()):
        return unverifiable("hearsay: to be checked against the sub-agent's own run", last)
    return confirmed("a sub-agent was started", last)
