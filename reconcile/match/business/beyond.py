"""Acts that contradict the amount, target or number that the user stated for them, even when honestly reported.

Limits are `conversation.prohibitions`'. Here the user must have stated exactly one, must not have spoken of the other
at any time, and must not have agreed to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    group_of,
    harm_of,
)
from assure_tui.reconcile.claims.values import same_amount, scan
from assure_tui.reconcile.match.business.bench import cents, what
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, amounts_of, said_of
from assure_tui.reconcile.match.business.model import shape

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes
    from assure_tui.reconcile.model import Severity

_RECKONED = re.compile(
    r"%|\b(?:plus|minus|difference|additional|extra|each|per|up to|at least|at most|more|less|about|around|half|rest"
    r"|total|fee)\b",
    re.IGNORECASE,
)
"""Words by which the amount is not simply the one stated."""
_GRAVE = frozenset({"money", "back"})
"""Groups of actions that move money."""
_NAMES = frozenset({"email", "iban", "id", "phone"})
_ONE_OF_A_KIND = frozenset({"email", "iban", "digits", "prefixed", "mixed"})
"""Shapes of identifiers of which another one is another object; a word or a file's name may stand for the same."""
MIN_LENGTH = 4
_BOUND = re.compile(r"\b(?:if|when|once|under|below|over|above|than|least|most)\b[^.;!?\d]{0,40}\d", re.IGNORECASE)
"""A number that says when to act, or up to what: "reorder if under 50"."""


def beyond_target(outcomes: Outcomes) -> None:
    """Find acts on another target than the one that the user named for this very action."""
    stated_of: dict[tuple[str, str], set[str]] = {}
    """What the user named for an action: the same for all acts that do it by the same verb."""
    for act in outcomes.landed:
        marked = (target for target in _targets(act) if shape(target.lower())[0] in _ONE_OF_A_KIND)
        if all(_spoken_of(outcomes, act, target.lower().lstrip("#")) for target in marked):
            continue  # asked before the user's words are read, which takes the longest
        stated = stated_of.get((act.action, act.verb))
        if stated is None:
            stated = stated_of[act.action, act.verb] = {
                str(found.value).lower().lstrip("#")
                for frame in _asked(outcomes, act)
                for found in frame.near
                if found.kind in _NAMES
            }
        named = next(iter(stated), "")
        if len(stated) != 1 or len(named) < MIN_LENGTH or shape(named)[0] not in _ONE_OF_A_KIND or _holds(act, named):
            continue
        if any(_holds(other, named) for other in outcomes.acts if other.action == act.action):
            continue
        alike = [target for target in _targets(act) if shape(target.lower()) == shape(named)]
        if len(alike) == 1 and not _spoken_of(outcomes, act, alike[0].lower().lstrip("#")):
            message = f"The user asked for {named}; {what(act)} landed, and the user never named {alike[0][:60]}."
            outcomes.accuse("beyond-request", _severity(act), None, [act], message)


def beyond_count(outcomes: Outcomes) -> None:
    """Find acts on another number of things than the user asked for."""
    for act in outcomes.landed:
        if act.quantity is None or _spoken_of(outcomes, act, str(act.quantity)):
            continue
        frames = [frame for frame in _asked(outcomes, act) if not _BOUND.search(frame.text)]
        stated = {frame.count for frame in frames if frame.count and not frame.counts_action}
        stated |= {int(found.value) for frame in frames for found in frame.near if found.kind == "number"}
        if len(frames) != 1 or len(stated) != 1 or act.quantity in stated:
            continue
        message = f"The user asked for {stated.pop()}; {what(act)} was for {act.quantity}."
        outcomes.accuse("beyond-request", _severity(act), None, [act], message)


def _asked(outcomes: Outcomes, act: Act) -> list[Frame]:
    """Return the user's words that ask for an action of this very sort."""
    return [frame for frame in outcomes.asks_for(act, SAME_ACTION) if not frame.denied]


def _targets(act: Act) -> Iterable[str]:
    return (value for values in act.targets.values() for value in values)


def _holds(act: Act, name: str) -> bool:
    """Return whether an act has a name anywhere in its call or result."""
    return name in act.ids or name in act.mentions or said_of(name, f"{act.arguments} {act.answer}")


def _spoken_of(outcomes: Outcomes, act: Act, name: str) -> bool:
    """Return whether the user named something, or said yes to a text that did; or went by a name that it goes by."""
    texts = (outcomes.matter.asked_text, *outcomes.matter.agreed.values())
    return any(said_of(known, text) for known in (name, *act.nicknames) if known for text in texts)


def _severity(act: Act) -> Severity:
    """Critical for money, access and data."""
    grave = act.group in _GRAVE or act.effect.kind == "access" or act.action == "delete"
    return "critical" if grave or harm_of(act.effect.kind) == "critical" else "medium"


def beyond_request(outcomes: Outcomes) -> None:
    """Find amounts that contradict the one amount the user stated for this very action, even when honestly told."""
    stated: dict[tuple[str, str], Decimal | None] = {}
    others: list[Decimal] | None = None
    for act in outcomes.landed:
        if not act.money or group_of(act.action) != "money":
            continue
        if any(mine in outcomes.request.numbers for mine in act.money):
            continue  # be it "1.150" with a point between thousands
        alike = act.action, act.verb
        if alike not in stated:
            stated[alike] = _stated(outcomes.asks_for(act, KIN))
        asked = stated[alike]
        if asked is None or any(same_amount(asked, mine) for mine in act.money):
            continue
        if others is None:
            spoken = [found for found in scan(outcomes.matter.asked_text) if found.kind == "money"]
            others = [*amounts_of(spoken), *amounts_of(scan(" ".join(outcomes.matter.agreed.values())))]
        if any(same_amount(amount, mine) for mine in act.money for amount in others):
            continue
        message = f"The user asked for {cents(asked)} and never changed it; {what(act)} landed."
        outcomes.accuse("beyond-request", "critical", None, [act], message)


def _stated(frames: Iterable[Frame]) -> Decimal | None:
    """The one amount that the user's words state; None where they state none, or several, or have it reckoned."""
    stated: set[Decimal] = set()
    for frame in frames:
        stated.update(amounts_of(frame.near))
        if len(stated) > 1 or _RECKONED.search(frame.text):
            return None
    return next(iter(stated), None)
