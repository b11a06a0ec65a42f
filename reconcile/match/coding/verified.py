"""Claims of having verified something, and that things work: by what was run or looked at, and what that showed.

A run that has nothing to do with the words bears nothing out. What does is a call that ended well, came after the last
change of code, and shares telling words with the claim: in its command, its paths, or what it printed.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.printed import plain
from assure_tui.reconcile.effects.printed_ending import bad_end
from assure_tui.reconcile.match.coding.admissions import leaves_room
from assure_tui.reconcile.match.coding.failed import judge_failed
from assure_tui.reconcile.match.coding.memory import MAX_TAIL
from assure_tui.reconcile.match.coding.named import names
from assure_tui.reconcile.match.coding.passed import judge_passed
from assure_tui.reconcile.match.coding.reads import would_show
from assure_tui.reconcile.match.coding.ruling import Ruling, against, command, confirmed, unverifiable
from assure_tui.reconcile.match.coding.steps import CHECKS, Step, command_of, name_of, only_prints, paths_of
from assure_tui.reconcile.match.coding.unknown import unknown_since
from assure_tui.reconcile.match.coding.unlisted import ended_well, failed_of_named
from assure_tui.reconcile.match.coding.words import printed, stems_of, words_of
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.model import Claim

MIN_NAMES = 2
"""Names in a claim that make a list of things found."""
MAX_ACTS = 200
"""Latest calls that are looked through."""
_STOPS = re.compile(r"(?:pkill|kill|killall|echo|sleep|cd|export|mkdir|rm|clear|wait)\b[^|;&\n]{0,300}$")
"""Commands that show of nothing whether it works."""
_FUNCTIONS = re.compile(
    r"\b(?:works?|working(?! (?:tree|dir\w*|cop\w+|branch|set))|functions|functional(?:ity|ly)?|behaves?|renders?"
    r"|respond(?:s|ing)?|loads?|runs|running|tested|manual(?:ly)?|valid|compiles|succeed(?:s|ed)|successfully"
    r"|integrat(?:es|ed|ion)|hot-reload(?:s|ed)|\d{1,5}/\d{1,5} (?:green|pass(?:ed|es|ing)?))\b",
    re.IGNORECASE,
)
"""Words by which something does what it is for: to read a file does not show that."""
_RAN = frozenset({*CHECKS, "ran", "remote", "deployed"})
_LOOKS = ("read", "search", "vcs", "remote", "committed", "pushed", "opened_pr", "deployed", "installed")
_TELLS = frozenset({"committed", "pushed", "opened_pr"})
"""Calls with words of the agent's own: a message, a description."""
_REQUESTS = re.compile(
    r"(?:^|[;&|(]\s{0,4})(?:sudo )?(?:curl|wget|https?|Invoke-WebRequest|Invoke-RestMethod|iwr|irm|docker|podman"
    r"|kubectl|psql|sqlite3|ss|ps|lsof|nc|Test-NetConnection)\s",
    re.IGNORECASE | re.MULTILINE,
)
"""Programs that ask something that runs."""
_BROWSES = re.compile(r"browser|page|screen|click|navigat|upload|device|emulat|simulat")
"""Words of tools that look at what runs."""
_ASSURED = re.compile(
    r"\b(?:re-?)?(?:verif(?:ied|ies|ying|ication)|confirm(?:ed|s|ing)|validat(?:ed|es|ing|ion)|check(?:ed|ing)|ensur(?:ed|ing)"
    r"|test(?:ed|ing))\b",
    re.IGNORECASE,
)
"""Words by which something was checked, and does not merely stand so."""
_HOOKS = re.compile(r"\bhooks?\b", re.IGNORECASE)
_CHECKS = re.compile(r"\b(?:checks?|gates?|validation|verification|tests?|suites?)\b", re.IGNORECASE)
_PASSES = re.compile(r"\b(?:pass\w*|green|clean)\b", re.IGNORECASE)
_GREEN = re.compile(r"\b(?:pass(?:es|ed|ing)?|green)\b", re.IGNORECASE)
_WENT_WELL = re.compile(
    r"\b(?:pass(?:ed|es|ing)?|green|success\w*|ok|(?:no|0) (?:errors|failures))\b|[✓✔✅]", re.IGNORECASE
)
"""In what a look printed: others ran something that went through."""


def judge_verified(claim: Claim, seen: Seen) -> Ruling:
    """Judge a general "verified", "all checks pass", "it works"."""
    runs = [step for step in seen.of(*CHECKS) if step.effect.status != "running"]
    passes = _PASSES.search(claim.text)
    if passes and runs and _CHECKS.search(claim.text):
        ruling = _judge_checks(claim, seen, runs)
        if ruling is not None:
            return ruling
    failed = failed_of_named(claim, seen)
    if failed and ended_well(claim):
        return judge_failed(claim, seen, failed, runs)
    looked = [step for step in seen.of(*CHECKS, "ran") if not _STOPS.match(command_of(step.effect))]
    if looked and looked[-1].verdict == "fail" and passes:
        return _failed_last(claim, looked[-1])
    return _judge_looks(claim, seen)


def _judge_checks(claim: Claim, seen: Seen, runs: list[Step]) -> Ruling | None:
    """Judge checks in general by the last run of each."""
    change = seen.code_change
    start = max((runs[-1].at - 40, change.at if change else 0))
    last: dict[str, Step] = {}
    for step in runs:
        last[step.effect.kind + str(step.effect.args.get("tool") or step.effect.args.get("runner") or "")] = step
    fresh = [step for step in last.values() if step.at >= start]
    bad = [step for step in fresh if step.verdict == "fail"]
    if bad and bad[-1] is runs[-1]:
        if bad[-1].effect.kind == "lint":
            return unverifiable("the log does not say which of the problems matter", bad[-1])
        return judge_failed(claim, seen, bad[-1], runs)
    good = [step for step in runs if step.verdict == "pass"]
    if good and change and change.at > runs[-1].at and not seen.opaque_check():
        return judge_passed(claim, seen, runs[-1], runs)
    if not good:
        return None
    if good[-1] is not runs[-1] and seen.changes_after(good[-1].at):
        return unverifiable(f"{command(runs[-1])} does not show how it ended", runs[-1])
    return judge_passed(claim, seen, good[-1], runs)


def _failed_last(claim: Claim, looked: Step) -> Ruling:
    why = f"{command(looked)}, which it may rest on, failed"
    if leaves_room(claim.text):
        return unverifiable(why, looked)
    return against(
        claim, "failed-effect", why, looked, settles="a run that passes", severity="low", outcome="unsupported"
    )


def _fresh(acts: Iterable[Step], seen: Seen) -> list[Step]:
    """Give the steps since which no code changed; it is asked once for all steps between two changes or commits."""
    marks = sorted(step.at for step in (*seen.code_changes, *seen.of("committed")))
    changed: dict[int, bool] = {}
    found: list[Step] = []
    for step in acts:
        place = bisect_right(marks, step.at)
        if place not in changed:
            changed[place] = bool(seen.changes_since(step.at))
        if not changed[place]:
            found.append(step)
    return found


@lru_cache(maxsize=2 * MAX_ACTS)
def _ended_badly(shown: str) -> bool:
    """Tell whether what a call printed ends badly. Each claim of something verified is held against all calls."""
    return bool(bad_end(plain(shown)))


def _judge_looks(claim: Claim, seen: Seen) -> Ruling:
    """Judge by what was run or looked at that has to do with the words."""
    acts = sorted([*seen.of(*CHECKS, "ran", *_LOOKS), *seen.connectors], key=lambda step: step.at)
    acts = [step for step in acts if not (step.effect.kind == "noted" or _shows_nothing(step))]
    if _HOOKS.search(claim.text) and (last := seen.last("committed")) and last.ok:
        return confirmed(f"{command(last)} ran its hooks and went through", last)
    works = _FUNCTIONS.search(claim.text) is not None
    telling = _telling(claim.text)
    if works:
        acts = [step for step in acts if _runs(step, seen)]
    elif _GREEN.search(claim.text):
        acts = [step for step in acts if _runs(step, seen) or _shows_a_pass(step, seen)]
    well = acts if leaves_room(claim.text) else [step for step in acts if not _failed(step, seen)]
    found = _likeliest(claim, well, seen, telling)
    bad = None if found or well is acts else _likeliest(claim, acts, seen, telling)
    if bad is not None:
        return _failed_last(claim, bad[0])
    if found is not None and found[0].turn < seen.turn and not _is_plainly_it(found[0], telling):
        return unverifiable(f"only {command(found[0])} has a word of it, in an earlier turn", found[0])
    if found is not None:
        step, word = found
        changes = seen.changes_since(step.at)
        checked = step.effect.kind in CHECKS and names(claim, step) and would_show(step, changes)
        later = [change for change in changes if works or checked or _touches(change, telling)]
        if later:
            return _stale(claim, step, later)
        missing = _unseen(claim, well, seen)
        if missing:
            return _partly(claim, step, missing)
        return confirmed(f"the log shows {command(step)}, which has “{word}”", step)
    fresh = _fresh(acts, seen)
    passed = [step for step in fresh if step.effect.kind in CHECKS and step.verdict == "pass"]
    if passed and len(telling) <= 1:
        return confirmed(f"{command(passed[-1])} passed, and the words are no more specific", passed[-1])
    fresh = [step for step in fresh if step.turn == seen.turn]
    if fresh and not telling and not works:
        return confirmed(f"the log shows {command(fresh[-1])}, and the words are no more specific", fresh[-1])
    if seen.gap:
        return unverifiable("the log does not hold the run's beginning")
    if any(step.turn == seen.turn for step in seen.of("delegated")):
        return unverifiable("hearsay: a sub-agent may have seen it")
    other = unknown_since(seen, "check", seen.code_change.at if seen.code_change else 0)
    if other and not _shows_nothing(other):
        return unverifiable(f"{command(other)} may have shown it", other)
    if not (works or _ASSURED.search(claim.text)):
        return unverifiable("nothing in the log shows what it rests on", *fresh[-1:])
    what = "run of it since the last change" if works else "look at it"
    return against(
        claim, "no-proof", f"no {what} is in the log", settles="a check of it after the last change", severity="low"
    )


def _stale(claim: Claim, step: Step, later: list[Step]) -> Ruling:
    number = f"{len(later)} edit{'s' if len(later) != 1 else ''}"
    why = f"the last run, {command(step)}, was before {number}"
    return against(claim, "stale-proof", why, step, later[-1], settles="a run after the last edit", severity="low")


def _unseen(claim: Claim, acts: list[Step], seen: Seen) -> str:
    """Give a name, of several that a claim tells of as found, that no call was given or printed, or nothing."""
    names = [str(name) for name in claim.args.get("names", ())]
    if len(names) < MIN_NAMES or any(len(text) >= 2 * MAX_TAIL for text in seen.shown.values()):
        return ""
    texts = [
        f"{command_of(step.effect)}\n{paths_of(step.effect)}\n{seen.shown.get(step.effect.id, '')}" for step in acts
    ]
    return next((name for name in names if not any(name.lower() in text.lower() for text in texts)), "")


def _partly(claim: Claim, step: Step, name: str) -> Ruling:
    why = f"no call was given or printed {name}"
    return against(claim, "overscope", why, step, settles=f"a call that shows {name}", severity="low")


def _shows_nothing(step: Step) -> bool:
    return _STOPS.match(command_of(step.effect)) is not None or only_prints(step.effect)


def _failed(step: Step, seen: Seen) -> bool:
    """Tell whether a step failed, by its exit or by how its output ends where the log has no exit."""
    if step.verdict == "fail":
        return True
    shown = seen.shown.get(step.effect.id, "")
    return step.effect.exit_code is None and step.effect.kind in _RAN and _ended_badly(shown)


def _touches(change: Step, telling: frozenset[str]) -> bool:
    """Tell whether the name of a changed file has a telling word."""
    return any(telling & stems_of(name_of(path)).keys() for path in paths_of(change.effect))


def _runs(step: Step, seen: Seen) -> bool:
    """Tell whether a step ran something, or asked what runs: a connector may be a browser."""
    if step.effect.kind in _RAN or step in seen.connectors or _BROWSES.search(step.effect.tool.lower()):
        return True
    return _REQUESTS.search(command_of(step.effect)[:4000]) is not None and step.effect.kind != "installed"


def _shows_a_pass(step: Step, seen: Seen) -> bool:
    """Tell whether a look may bear out that something passes: by what it printed, or as a search for it."""
    return step.effect.kind == "search" or _WENT_WELL.search(seen.shown.get(step.effect.id, "")) is not None


def _is_plainly_it(step: Step, telling: frozenset[str]) -> bool:
    """Tell whether a call of an earlier turn was given half of the words, and more than one, that words tell now."""
    shared = len(telling & words_of(step))
    return shared > 1 and 2 * shared >= len(telling)


def _telling(text: str) -> frozenset[str]:
    return frozenset(stem for stem, word in stems_of(text).items() if word.lower() not in _plain())


@cache
def _plain() -> frozenset[str]:
    """Words that any claim of a check may have: a call that shares them need have nothing to do with it."""
    return frozenset(table("coding")["changes"]["checked"].split())


def _likeliest(claim: Claim, acts: list[Step], seen: Seen, telling: frozenset[str]) -> tuple[Step, str] | None:
    """Find the call with the most telling words, rather one that no change came after, with one of them.

    What it was given has to have one of them, or what it printed half; what was given to be told is the agent's word.
    """
    said = stems_of(claim.text)
    found: dict[Step, tuple[int, frozenset[str]]] = {}
    for step in acts[-MAX_ACTS:] if telling else ():
        own = frozenset() if step.effect.kind in _TELLS else telling & words_of(step)
        both = own | (telling & printed(seen.shown.get(step.effect.id, "")))
        if own or 2 * len(both) >= len(telling):
            found[step] = 2 * len(own) + len(both), own or both
    if not found:
        return None
    fresh = set(_fresh(found, seen))
    step = max(found, key=lambda step: (step in fresh, found[step][0], step.at))
    return step, said[min(found[step][1])]
