"""A parent's claim against its sub-agents' runs: hearsay until a child's own effects confirm or contradict it.

What a sub-agent reports is its word; what its run did stands in its run, when that is in the log. Claims that the
parent's own effects do not bear out wait here until the tree's end, and are then held against the children.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.match.coding.ruling import Ruling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

MAX_WAITING = 256
"""Claims of hearsay that wait for a child's run; the oldest is left as it is."""
HEARSAY = "hearsay"
"""How the reason of a ruling begins that leaves a claim to a sub-agent's run."""

_CHECKED = frozenset({"tests", "lint", "build"})
_LANDED = frozenset({"edited", "created", "deleted", "added_tests", "fixed", "committed", "pushed", "opened_pr"})


class Hearsay:
    """Claims that may rest on what a sub-agent did."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Claim] = OrderedDict()

    def wait(self, claim: Claim) -> Iterable[str]:
        """Keep a claim for later; give the ids of those that wait no more."""
        self._waiting[claim.id] = claim
        while len(self._waiting) > MAX_WAITING:
            yield self._waiting.popitem(last=False)[0]

    def take(self) -> list[Claim]:
        """Give up all claims that wait."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting


def judge_by_children(
    claim: Claim, judge: Callable[[Claim, Seen], Ruling], children: Iterable[Seen], handed: Step | None
) -> Ruling | None:
    """Judge a parent's claim by its children's effects; None where no child's run bears on it.

    One child that shows it is enough. A child's failing check, or a count that it does not show, contradicts it. The
    evidence named is the parent's own call that started the child: its effects are of another run.
    """
    evidence = (handed,) if handed else ()
    against: Ruling | None = None
    for seen in children:
        ruling = judge(claim, seen)
        if ruling.outcome == "confirmed" and _bears(claim, ruling):
            return Ruling("confirmed", f"in the sub-agent's run: {ruling.reason}", evidence)
        if ruling.outcome in {"contradicted", "stale"} and claim.kind in _CHECKED:
            against = ruling
    if against is None:
        return None
    return msgspec.structs.replace(
        against,
        reason=f"in the sub-agent's run: {against.reason}",
        evidence=evidence,
        message=f"{against.message} (in the sub-agent's own run)",
    )


def _bears(claim: Claim, ruling: Ruling) -> bool:
    """Return whether a child's effect is the very thing claimed, not just something of its kind."""
    if claim.kind in _CHECKED:
        return any(step.effect.kind == claim.kind for step in ruling.evidence)
    named = claim.args.get("targets") or claim.args.get("paths") or claim.args.get("sha")
    return claim.kind in _LANDED and bool(named or claim.kind in {"committed", "pushed", "opened_pr"})
