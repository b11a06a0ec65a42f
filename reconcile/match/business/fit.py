"""How well a saying and an act fit: by what is done, on what, with which values.

All functions are pure. A *fit* is a number that grows with agreement; *evidence* is the part of it that values make.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile.actionwords import DO, OTHER, group_of, is_generic, object_groups
from assure_tui.reconcile.claims.values import same_amount, same_date
from assure_tui.reconcile.match.business.aliases import told_by, words_of
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, amounts_of, is_implied, kin_of, said_of, values_of
from assure_tui.reconcile.match.business.phrase import topic

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.claims.values import Found
    from assure_tui.reconcile.match.business.model import Act, Saying

NAMING = frozenset({"id", "uuid", "iban", "email", "path"})
"""Kinds of values that name an object."""

FITS = Decimal("2.2")
"""From here on a saying and an act are taken to be about the same."""


def fit(saying: Saying, act: Act, agree: Decimal) -> Decimal:
    """Measure the agreement of a saying with an act; 0 when they have nothing to do with each other.

    `agree` is that of their values alone.
    """
    frame = saying.frame
    total = kin_of(frame, act)
    if act.action == OTHER and frame.lemma in act.nouns:
        total = SAME_ACTION
    if not total or (total < KIN and (_names_another(saying, act) or not _may_stand_for(frame, act))):
        return Decimal(0)
    if frame.objects and act.objects:
        total += _agreement(frame, act)
    total += evidence(saying, act, narrow=True) if total < KIN and act.action != DO else agree
    if act.tokens:
        total += Decimal(min(4, len(saying.tokens & act.tokens))) / 4
    return total


def _may_stand_for(frame: Frame, act: Act) -> bool:
    """Return whether an act of another sort may be what words tell of.

    What is cancelled or paid back by a call that is named otherwise says so in its arguments or result:
    `set_status(status="cancelled")`.
    """
    said, done = group_of(frame.action), group_of(act.action)
    if frame.action == DO or is_implied(frame.action, act.action) or {said, done} == _REPAYS:
        return True
    if said not in _SAID_OUT and (done not in _SAID_OUT or frame.lemma in _GENERIC):
        return True
    if act.verb[:MIN_STEM] in frame.text.lower():
        return True  # "marked for return"
    stem = (frame.lemma or frame.surface)[:MIN_STEM]
    return len(stem) < MIN_STEM or stem in act.arguments or stem in act.answer or stem in act.effect.tool.lower()


_GENERIC = frozenset({"update", "change", "modify", "adjust"})
_REPAYS = {"back", "money"}
_SAID_OUT = frozenset({"remove", "back", "money"})
MIN_STEM = 5
"""Letters of a verb by which it is found again in a value: "cancelled" in `CANCELED`."""


def evidence(saying: Saying, act: Act, *, narrow: bool = False) -> Decimal:
    """Measure the agreement of values alone: identifiers, names of the target, amounts, dates.

    With `narrow` only the verb's own stretch of the sentence counts: the rest of it is about another action.
    """
    frame = saying.frame
    values = frame.near if narrow else frame.wide
    context = frame.text.lower() if narrow else frame.context
    ids = frozenset(str(value.value).lower().lstrip("#") for value in values) if narrow else saying.ids
    agree = Decimal(0)
    if ids & act.ids:
        agree += 3
    named = sum(
        1 for text in act.mentions if said_of(text, context) or (text in act.nicknames and is_called(text, context))
    )
    agree += min(2, named) * Decimal("1.5")
    if act.money and any(same_amount(amount, mine) for amount in amounts_of(values) for mine in act.money):
        agree += 2
    if any(_is_telling(value) and str(value.value) in act.numbers for value in values if value.kind == "number"):
        agree += 1
    if act.dates and any(same_date(date, mine) for date in values_of(values, "date") for mine in act.dates):
        agree += 1
    return agree


def _is_telling(value: Found) -> bool:
    """Return whether a number is large or exact enough to tell one act from another."""
    plain = Decimal(value.value)
    return abs(plain) >= TELLING_NUMBER or plain != int(plain)


TELLING_NUMBER = 100


def _names_another(saying: Saying, act: Act) -> bool:
    """Return whether the words name addressees or identifiers, and none that the act has."""
    named = {str(value.value).lower().lstrip("#") for value in saying.frame.near if value.kind in NAMING}
    return bool(named) and not named & act.ids and not named & act.mentions


def _agreement(frame: Frame, act: Act) -> Decimal:
    if frame.objects & act.objects:
        return Decimal(1)
    if frame.action != DO and not frame.weak and not object_groups(tuple(topic(frame))):
        return Decimal(0)
    telling = (
        frame.action == act.action and frame.action != DO and not (is_generic(frame.lemma) or is_generic(act.verb))
    )
    return Decimal("-0.5") if telling or act.group not in {"make", "change", "tell"} else Decimal("-1.3")


@lru_cache(maxsize=2048)
def _words(context: str) -> frozenset[str]:
    return words_of(context)


def is_called(name: str, context: str) -> bool:
    """Return whether a text gives the words of a name."""
    return told_by(name, _words(context))
