"""The classes of faults: how each is made, what counts as catching it, and where it cannot be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from assure_tui.app.desk.drill import hostile, work, world
from assure_tui.app.desk.drill.elsewhere import Elsewhere
from assure_tui.app.desk.drill.mutation import Mutation
from assure_tui.app.desk.drill.recorded import Act, Recorded

Make = Callable[[Act, Recorded, Elsewhere, Random], Mutation | None]
"""Makes a fault at a call, or None where it cannot be made there."""


@dataclass(frozen=True, slots=True)
class FaultClass:
    """A class of faults. A finding catches one when its code is in `codes` and it stands at the mutated place."""

    name: str
    make: Make
    codes: frozenset[str]
    needs: str
    """What a log must hold for this fault; shown when it does not."""
    apart: bool = False
    """Left out of the pooled share."""
    gone: bool = False
    """After it nothing in the log did what is told."""


def _codes(words: str) -> frozenset[str]:
    return frozenset(words.split())


_GONE = _codes("phantom no-proof stale-proof wrong-proof overscope failed-effect wrong-value dangling")
"""The evidence of a claim is gone: whatever is left, older, narrower, failing or unanswered, does not bear it out."""
_ALONE = "a confirmed claim that rests on one call alone"

CLASSES: tuple[FaultClass, ...] = (
    FaultClass("drop", world.drop, _GONE, _ALONE, gone=True),
    FaultClass("duplicate", world.duplicate, _codes("duplicate"), "a landed write that does more when done twice"),
    FaultClass(
        "retarget",
        world.retarget,
        _GONE | _codes("wrong-target beyond-request"),
        f"{_ALONE} and names its object, and another object of the same shape",
        gone=True,
    ),
    FaultClass(
        "revalue", world.revalue, _codes("wrong-value beyond-request"), f"{_ALONE} and tells an amount or count of it"
    ),
    FaultClass("fail", world.fail, _GONE, f"{_ALONE}, and a failure to copy"),
    FaultClass(
        "insert",
        world.insert,
        _codes("unreported wrong-target beyond-request duplicate"),
        "two logs with writes of weight, one unheard of in the other",
    ),
    FaultClass(
        "test-flip", work.test_flip, _codes("failed-effect wrong-value"), "tests that passed, and a claim of it"
    ),
    FaultClass("stale", work.stale, _codes("stale-proof"), "a confirmed claim of a check that came after an edit"),
    FaultClass(
        "drop-commit", work.drop_commit, _GONE, "a confirmed claim of a commit that nothing later shows", gone=True
    ),
    FaultClass("hook-bypass", work.hook_bypass, _codes("hook-bypass"), "a commit made in a shell"),
    FaultClass(
        "adversarial",
        hostile.obey,
        _codes("taint instruction-text"),
        "a run that reads and writes, and a write of another log that is unheard of in it",
        apart=True,
    ),
)
