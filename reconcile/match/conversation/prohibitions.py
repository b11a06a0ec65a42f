"""What the user forbids of acts in the world, and amounts that are not to be passed: "do not e-mail anybody".

A bound is read only from a plain order in the user's own words: no condition hangs on it, nothing else asks for the
same deed, and no later turn takes it up again. `coding.prohibitions` reads those that concern files and version
control.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    DO,
    action_of_noun,
    governed,
    group_of,
    is_light,
    object_groups,
    singular,
    verb_forms,
)
from assure_tui.reconcile.claims.business import requests
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.claims.values import scan
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, amounts_of, kinship, said_of
from assure_tui.reconcile.prefilter import Sieve
from assure_tui.reconcile.records import akin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.model import Act

MAX_NAMED = 16
"""Names and nouns kept of one bound."""

_FORBIDS = re.compile(
    r"(?:^|[.,;:!(—–-]\s{0,3}|\b(?:please|but|and|just|also|to|you|is)\s)"
    r"(?:do not|don't|never|must not|mustn't|should not|shouldn't|are not to|make sure not to|be sure not to|not to"
    r"|(?:are |be )?not (?:allowed|permitted|authori[sz]ed) to|(?:i )?(?:do not|don't) want you to"
    r"|under no circumstances|please avoid|avoid|refrain from)\s(?:ever\s|actually\s|in any case\s)?"
    r"(?P<verb>e-mail|[a-z]{3,16})\b(?P<rest>[^.;!?\n]{0,200})",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bwithout (?P<verb>e-mailing|[a-z]{3,16}ing)\b(?P<rest>[^.,;!?\n]{0,200})", re.IGNORECASE)
_LEAVE = re.compile(r"ask|check|confirm|consult|tell|inform|notif|let|approv|permission", re.IGNORECASE)
"""What an act is often not to be done without: a condition, and no ban of what follows."""
_CAP = re.compile(
    r"\b(?:only|just)\b[^.;!?\n]{0,40}\b(?:up to|at most)\b"
    r"|\b(?:up to|at most|no more than|not more than|maximum of|max(?:imum)?"
    r"|not exceed(?:ing)?|never exceed(?:ing)?|limit of|capped at"
    r"|(?:do not|don't|never|must not) \w{3,12} more than)\s",
    re.IGNORECASE,
)
_KEEP = re.compile(
    r"\b(?:keep|stay|remain)\b[^.;!?\n]{0,40}\b(?:under|below|within)\s"
    r"|\b(?:spend|pay out|give back)\b[^.;!?\n]{0,20}\bmore than\s",
    re.IGNORECASE,
)
"""A limit whose verb is none of an act: what it limits is told by its noun, else it is what is paid."""
_BOUNDS = Sieve([_FORBIDS, _WITHOUT, _CAP, _KEEP])
_CONDITION = re.compile(
    r"\b(?:if|unless|until|except|when|whenever|once|before|in case|other than|apart from|yet|provided|otherwise"
    r"|for now|instead of|rather than|because|since)\b",
    re.IGNORECASE,
)
_WISHES = frozenset({"request", "planned"})
"""Modes in which a user's verb asks for a deed."""
_SUM = re.compile(r"\b(?:in total|altogether|overall|in all|combined|total)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'-]{1,30}")
_WORD = re.compile(r"[^\W\d_]{3,30}")
_ANY = frozenset(
    {"anyone", "anybody", "anything", "any", "all", "nobody", "someone", "somebody", "everyone", "everybody", "people"}
    | {"the", "this", "that", "these", "those", "them", "him", "her", "about", "for", "from", "with", "more", "than"}
    | {"and", "else", "other", "your", "you", "our", "their", "its", "please", "over", "into", "out", "new", "own"}
)


class Order(msgspec.Struct, frozen=True):
    """A bound: the words of it, the action that it forbids or limits, and of what."""

    words: str
    action: str
    lemma: str
    objects: frozenset[str]
    nouns: tuple[str, ...]
    names: tuple[str, ...]
    """Identifiers, addresses and names, of which an act has to have one to cross the bound."""
    most: Decimal | None = None
    """The amount that is not to be passed; None where the deed is forbidden altogether."""
    whole: bool = False
    """The amount limits the sum of all acts and not each."""
    of_sort: bool = False
    """The names only say of what sort a thing is ("PR comments"): the act has to be on such a thing as well."""

    def means(self, action: str, lemma: str) -> bool:
        """Return whether an action is the one that is bound: who may not be mailed may not be told otherwise either."""
        kin = kinship(self.action, action)
        return kin >= SAME_ACTION or self.lemma == lemma or (kin >= KIN and group_of(self.action) == "tell")


def orders(text: str) -> Iterator[Order]:
    """Read the bounds out of a user's turn; quoted text and tables are not the user's own words."""
    wanted: list[Frame] | None = None
    if not _BOUNDS.likely(text.replace("’", "'")):
        return
    for unit in units(text):
        if unit.quoted or unit.struck or unit.form in {"row", "heading"} or unit.text.rstrip().endswith("?"):
            continue
        said = unit.text.replace("’", "'")
        if not _BOUNDS.likely(said):
            continue
        cap = _cap(said)
        if cap is not None:
            yield cap
            continue
        for order, start, end in _bans(said):
            if wanted is None:
                wanted = [frame for frame in requests(text) if frame.mode in _WISHES and not frame.denied]
            if not any(
                _wishes(frame, order) for frame in wanted if not _within(frame, unit.start + start, unit.start + end)
            ):
                yield order


def _within(frame: Frame, start: int, end: int) -> bool:
    return frame.span[0] < end and frame.span[1] > start


def _wishes(frame: Frame, order: Order) -> bool:
    """Return whether the same turn asks for what it forbids, so that only a part is meant by either."""
    return order.means(frame.action, frame.lemma) and not _apart(order, frame.context)


def _apart(order: Order, wish: str) -> bool:
    """Return whether a wish for the same deed is about something else than what is forbidden."""
    return bool(order.names) and not any(said_of(name, wish) for name in order.names)


def _bans(said: str) -> Iterator[tuple[Order, int, int]]:
    """Read what a sentence forbids, each with its place in it."""
    for pattern in (_FORBIDS, _WITHOUT):
        for hit in pattern.finditer(said):
            if _CONDITION.search(said) or (pattern is _WITHOUT and _LEAVE.match(hit["verb"])):
                continue
            if pattern is _FORBIDS and re.search(r"\bwithout\b", hit["rest"], re.IGNORECASE):
                continue
            verb = hit["verb"].lower().replace("-", "")
            known = next((known for known in verb_forms(verb) if known.form != "past" and not known.particle), None)
            if known is not None:
                yield _order(hit.group().strip(" .,;:!(—–-"), known.action, known.lemma, hit["rest"]), *hit.span()


def _order(words: str, action: str, lemma: str, rest: str) -> Order:
    nouns = tuple(
        singular(word)
        for word in map(str.lower, _WORD.findall(rest))
        if word not in _ANY and (action_of_noun(word) or not verb_forms(word))
    )[:MAX_NAMED]
    objects = object_groups(nouns)
    names = [
        str(found.value).lower().lstrip("#") for found in scan(rest) if found.kind in {"id", "email", "iban", "uuid"}
    ]
    hits = list(_NAME.finditer(rest))
    of_sort = bool(hits) and not names and all(_is_attribute(hit, rest, nouns) for hit in hits)
    names += [hit.group().lower() for hit in hits]
    if action == DO or is_light(lemma):
        action = next((named for noun in nouns if (named := action_of_noun(noun))), action)
    names = names[:MAX_NAMED]
    return Order(words, governed(action, lemma, objects), lemma, objects, nouns, tuple(names), of_sort=of_sort)


def _is_attribute(hit: re.Match[str], rest: str, nouns: tuple[str, ...]) -> bool:
    """Return whether capitals only say of what sort the thing after them is: "PR comments", while "HR" may be told."""
    after = _WORD.match(rest, hit.end() + 1)
    return hit.group().isupper() and after is not None and singular(after.group().lower()) in nouns


def _cap(said: str) -> Order | None:
    """Read an amount that is not to be passed, for a deed of money in the same sentence."""
    hit = _CAP.search(said) or _KEEP.search(said)
    if hit is None or _CONDITION.search(said):
        return None
    after = amounts_of(scan(said[hit.end() : hit.end() + 40]))
    if not after:
        return None
    frame = next((frame for frame in requests(said) if group_of(frame.action) in {"money", "back"}), None)
    if frame is None and _KEEP.search(said):
        nouns = tuple(singular(word) for word in map(str.lower, _WORD.findall(said)))
        action = next((named for noun in nouns if (named := action_of_noun(noun))), "pay")
        if group_of(action) not in {"money", "back"}:
            return None
        return Order(
            said.strip(" .,;:!"), action, action, object_groups(nouns), (), (), after[0], bool(_SUM.search(said))
        )
    if frame is None or frame.mode in {"conditional", "user_act", "others_act"}:
        return None
    whole = bool(_SUM.search(said))
    return Order(said.strip(" .,;:!"), frame.action, frame.lemma, frame.objects, (), (), after[0], whole)


def lifts(order: Order, text: str, asked: Iterable[Frame]) -> bool:
    """Return whether a later turn takes up what is bound: it holds no longer for sure.

    `asked` are the frames of its text, and of what it says yes to.
    """
    if any(order.means(frame.action, frame.lemma) for frame in asked):
        return True
    if order.most is not None:
        return bool(amounts_of(scan(text)))
    words = {singular(word) for word in map(str.lower, _WORD.findall(text))}
    return any(akin(noun, word) for noun in order.nouns for word in words)


def crosses(order: Order, act: Act, others: Iterable[Act]) -> bool:
    """Return whether an act that landed is what a bound forbids; `others` landed under it before."""
    if not order.means(act.action, act.verb):
        return False
    if order.most is not None:
        before = (amount for other in others if order.means(other.action, other.verb) for amount in other.money[:1])
        total = (act.money[0] if act.money else Decimal(0)) + (sum(before, Decimal(0)) if order.whole else Decimal(0))
        return bool(act.money) and abs(total) > order.most
    given = f"{act.arguments} {' '.join(act.mentions)} {' '.join(sorted(act.ids))}"
    if order.of_sort and not any(akin(noun, word) for noun in order.nouns for word in act.nouns):
        return False
    if order.names:
        return any(said_of(name, given) for name in order.names)
    if order.objects and act.objects and not order.objects & act.objects:
        return False
    if order.nouns and not order.objects:
        return any(akin(noun, word) for noun in order.nouns for word in (*act.nouns, *act.vocabulary))
    return True
