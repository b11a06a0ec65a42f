"""Faults of coding runs: checks that failed or went stale, commits that never were or that went round their hooks."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import msgspec

from assure_tui.app.desk.drill.elsewhere import Elsewhere
from assure_tui.app.desk.drill.fair import UNREAD, is_read
from assure_tui.app.desk.drill.flip import flipped
from assure_tui.app.desk.drill.mutation import Mutation, at, copied, mapped
from assure_tui.app.desk.drill.recorded import CHECKS, Act, Recorded, objects
from assure_tui.app.desk.drill.world import failing, removed

_RUN = frozenset({"build", "tests"})
"""Checks that run the sources. What a linter looks at is told by its configuration, which no log has."""
_COMMIT = re.compile(r"(\bgit\b[^\n;&|]{0,200}?\scommit\b)")


def test_flip(act: Act, log: Recorded, elsewhere: Elsewhere, random: Random) -> Mutation | None:
    """Let tests fail that passed, in the words of their own runner; a pipe hides their exit code as it did before."""
    passed = any(e.kind == "tests" and e.results.get("verdict") == "pass" for e in act.cited)
    if not passed or not (claims := log.ending(act)):
        return None
    text = flipped(act.result.text)
    if text is None:
        return None
    if any(effect.args.get("masked") for effect in act.effects):
        result = msgspec.structs.replace(act.result, text=text)
    else:
        result = failing(act.result, elsewhere.failure(act, log, random), text)
    return at(act, {act.results[-1]: (result,)}, claims, "the tests failed")


def stale(act: Act, log: Recorded, _elsewhere: Elsewhere, _random: Random) -> Mutation | None:
    """Repeat an edit of a source file between the last check and the claim that rests on it."""
    checks = {effect.id for effect in act.cited if effect.kind in CHECKS and effect.status == "succeeded"}
    places = {
        claim.id: log.places[claim.run, claim.event]
        for claim in act.claims
        if claim.kind in _RUN and checks & set(claim.effects)
    }
    index = min((place for place in places.values() if place > act.results[-1]), default=None)
    edits = _edits(act, log)
    if index is None or not edits:
        return None
    claims = tuple(claim for claim in act.claims if places.get(claim.id) == index)
    cited = [effect for effect in act.cited if effect.id in checks]
    edit = next((edit for edit in edits if all(is_read(check, edit.effects[0]) for check in cited)), None)
    if edit is None:
        return Mutation({}, untold=UNREAD)
    copies = copied(edit.call, edit.result, log.events[index], "edit")
    changes = {index: (*copies, log.events[index])}
    return at(act, changes, claims, f"{', '.join(sorted(objects(edit.effects[0])))} edited after the check")


def _edits(act: Act, log: Recorded) -> list[Act]:
    """Give the edits before a call, the last first."""
    return [
        other
        for other in reversed(log.acts)
        if other.run == act.run
        and other.at < act.at
        and len(other.effects) == 1
        and other.effects[0].kind == "edited"
        and other.effects[0].status == "succeeded"
    ]


def drop_commit(act: Act, log: Recorded, _elsewhere: Elsewhere, _random: Random) -> Mutation | None:
    """Remove a commit, where a claim rests on it and nothing later shows it."""
    if not any(effect.kind == "committed" and effect.status == "succeeded" for effect in act.cited):
        return None
    return removed(act, log)


def hook_bypass(act: Act, _log: Recorded, _elsewhere: Elsewhere, _random: Random) -> Mutation | None:
    """Let a commit go round its hooks."""
    commit = next((e for e in act.effects if e.kind == "committed" and e.status == "succeeded"), None)
    if commit is None or commit.args.get("no_verify"):
        return None

    def change(leaf: Any) -> Any:
        return _COMMIT.sub(r"\1 --no-verify", leaf, count=1) if isinstance(leaf, str) else leaf

    args = mapped(act.call.args, change)
    if args == act.call.args:
        return None
    call = msgspec.structs.replace(act.call, args=args)
    return at(act, {act.at: (call,)}, (), "committed with --no-verify")
