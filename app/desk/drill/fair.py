"""Which faults nobody could tell from the log: they are left out, and counted.

A fault is a fair test where its claim rests on the mutated act alone *and* a careful reader of the mutated log could
see that it does. `Recorded.resting_only` sees to the first. This module leaves out what the second rules out:

- the words name nothing of the act: "Clean.", "No output", told of a look or a command that shares no word with them,
  or no more words than another call before them does;
- words that were read as a change only by the file that they name, and that the run changed: "Tasks: `tasks.md`";
- words of checks in general ("All green."), and another check ran before them;
- a file that was changed, and a later call that went well stages or runs it: it was changed by somebody;
- a sub-agent worked between the act (or, where that is gone, the turn's begin) and the words, which may retell it;
- what was edited after a check is no file that the check reads: one of another language, outside of the folder in
  which it ran, or a file of tests after a build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.app.desk.drill.recorded import BAD, CHECKS, FILES, objects
from assure_tui.ingest.model import UserTurn
from assure_tui.reconcile.match.coding.added import TEST_FILE
from assure_tui.reconcile.match.coding.reads import of_another_language, would_show
from assure_tui.reconcile.match.coding.steps import Step, matters
from assure_tui.reconcile.match.coding.words import stems_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.app.desk.drill.recorded import Act, Recorded
    from assure_tui.reconcile.model import Claim, Effect

LOOSE = frozenset({"ran", "read", "remote", "search_none", "vcs", "verified"})
"""Kinds of claims that any call may bear out whose words they share."""
VAGUE = "the words name nothing of the act"
OTHER_CHECK = "the words are of checks in general, and another one ran"
LOOSELY = "the words tell no change by themselves"
USED = "a later call uses the file"
HEARSAY = "the words may retell a sub-agent"
UNREAD = "the check reads no file that was edited"


def untold(act: Act, log: Recorded, claims: Iterable[Claim], *, gone: bool) -> str:
    """Tell why nobody could see that claims are false without an act, or with another one; "" where one could."""
    reasons = [_untold(act, log, claim, gone=gone) for claim in claims]
    return reasons[0] if reasons and all(reasons) else ""


def _untold(act: Act, log: Recorded, claim: Claim, *, gone: bool) -> str:
    said = log.places[claim.run, claim.event]
    before = [
        effect
        for effect in log.reports[act.run].effects.values()
        if effect.call_id != act.call.call_id and log.places.get((act.run, effect.event), said) < said
    ]
    if claim.kind in LOOSE:
        told = stems_of(claim.text).keys()
        mine = max((len(told & _words(effect)) for effect in act.cited), default=0)
        if not mine or any(len(told & _words(effect)) >= mine for effect in before):
            return VAGUE
    if gone and claim.args.get("loose") and not claim.args.get("listed"):
        return LOOSELY
    if gone and claim.args.get("bare") and any(effect.kind in CHECKS for effect in before):
        return OTHER_CHECK
    if _is_used(act, log):
        return USED
    since = _turn(log, act.run, said) if gone else act.at
    handed = any(effect.kind == "delegated" and log.places[act.run, effect.event] > since for effect in before)
    return HEARSAY if handed and claim.kind != "delegated" else ""


def _is_used(act: Act, log: Recorded) -> bool:
    """Tell whether a later call that went well does something with a file that an act changed, besides changing it."""
    files = {name for effect in act.cited if effect.kind in FILES for name in objects(effect)}
    later = (other for other in log.acts if files and other.run == act.run and other.at > act.at)
    return any(_uses(other, files) for other in later)


def _uses(act: Act, files: set[str]) -> bool:
    does = any(effect.kind not in FILES and effect.effect_class != "read" for effect in act.effects)
    if not does or any(effect.status in BAD for effect in act.effects):
        return False
    given = str(act.call.args).lower()
    return any(name in given for name in files)


def _words(effect: Effect) -> frozenset[str]:
    return words_of(Step(0, 0, effect))


def _turn(log: Recorded, run: str, place: int) -> int:
    """Give where the turn of a place begins."""
    turns = (
        index
        for index in range(place, -1, -1)
        if isinstance(event := log.events[index], UserTurn)
        and event.run == run
        and not (event.synthetic or event.system)
    )
    return next(turns, 0)


def is_read(check: Effect, edit: Effect) -> bool:
    """Tell whether a check reads a file that an edit changed, so that it comes out of date by it."""
    ran, changed = Step(0, 0, check), Step(0, 0, edit)
    paths = [str(path) for path in edit.args.get("abs") or edit.args.get("paths") or ()]
    if check.kind == "build" and all(TEST_FILE.search(path) for path in paths):
        return False
    source = any(matters(path, None) for path in paths)
    return source and would_show(ran, [changed]) and not of_another_language(ran, [changed])
