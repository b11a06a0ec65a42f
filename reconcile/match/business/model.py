"""What the matcher of business claims keeps of effects and of words: acts and sayings, in comparable form."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import group_of, harm_of, is_slight, name_words, object_groups, singular
from assure_tui.reconcile.claims.frame import Frame
from assure_tui.reconcile.claims.values import number
from assure_tui.reconcile.kinds import is_coding
from assure_tui.reconcile.match.business.aliases import Aka, Card
from assure_tui.reconcile.model import Claim, Effect, Money
from assure_tui.reconcile.records import Record
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.figures import Measures
    from assure_tui.reconcile.match.business.lines import Common, Traits

_TOKEN = re.compile(r"[^\W_]{3,40}")
MAX_TOKENS = 400
MAX_INHERITED = 16
_SETTLING = frozenset({"remove", "back", "money", "change"})
IDENTIFYING = frozenset({"id", "uuid", "iban", "email", "url", "sha", "path"})


MIN_PART = 4
"""Code points from which on identifiers are kept."""
_PART = re.compile(r"[#\w@.+-]{4,64}")
"""A part of a name of several words that tells it from others."""
_COLLECTING = frozenset(table("actions")["tools"]["collecting"].split())
_PROVISIONAL = frozenset(table("actions")["tools"]["provisional"].split())


Sort: TypeAlias = tuple[str, str, frozenset[str]]


class Act(msgspec.Struct, kw_only=True):
    """An effect in comparable form. `at` counts what the part has heard, so that earlier and later can be told."""

    effect: Effect
    state: str
    """The effect and its status, by which it is known what was found out of it."""
    at: int
    turn: int
    action: str
    group: str
    verb: str
    nouns: tuple[str, ...]
    objects: frozenset[str]
    sort: Sort
    """Its action, verb and objects: to words, all acts of one sort are equally near."""
    targets: dict[str, tuple[str, ...]]
    """Argument name to the values that say on what or whom it acts, as given."""
    ids: frozenset[str]
    mentions: frozenset[str]
    """Lower-case texts by which people would name the target: recipients, names, identifiers."""
    money: tuple[Decimal, ...]
    told: tuple[Decimal, ...]
    """Amounts inside long texts (the body of a message): they may be quoted, but contradict nothing."""
    amounts: tuple[tuple[str, Decimal], ...]
    """Role and value of amounts that only the result tells."""
    dates: tuple[str, ...]
    times: tuple[str, ...]
    quantity: int | None
    """How many things the call is about, where an argument says so."""
    numbers: frozenset[str]
    """Plain numbers among its arguments."""
    tokens: frozenset[str]
    likeness: tuple[Any, ...]
    """Equal for calls that do the same to the same."""
    sameness: tuple[Any, ...]
    """Equal for calls that do the very same once more: of two shares of one kind, one may be sold and one be bought."""
    fresh: bool = False
    """Its target had been named by nobody when it was called."""
    unheard: frozenset[str] = frozenset()
    """Identifiers among its arguments that had stood nowhere when it was called."""
    arguments: str = ""
    answer: str = ""
    """Lower-case text of its arguments and of its result, as far as it is kept."""
    given: tuple[tuple[str, str], ...] = ()
    """Names and values of its scalar arguments, as far as they are no long texts."""
    records: tuple[Record, ...] = ()
    """What its result tells of the object."""
    vocabulary: frozenset[str] = frozenset()
    """Words by which people may speak of it."""
    nicknames: frozenset[str] = frozenset()
    """Names by which its targets go, from results before."""
    cards: tuple[tuple[str, Card], ...] = ()
    """Argument name and what a result told before of the object that its value stands for."""
    aka: tuple[Aka, ...] = ()
    """What each of its targets goes by, and others in its place."""
    traits: Traits | None = None
    """What it may be known by in words, once that was asked for."""
    measures: Measures | None = None
    """What a line may tell otherwise, once that was asked for."""
    lines: list[Common] = []
    """Lines about it among what the agent said lately, as far as it was `heard`: the place of the last text."""
    heard: int = 0
    scores: dict[str, int] = {}
    """How much lines have in common with it, by their text."""

    @property
    def landed(self) -> bool:
        """The effect is there, as far as the log tells."""
        return self.effect.status in {"succeeded", "unknown"}

    def names_any(self, seen: AbstractSet[str]) -> bool:
        """Tell whether a target is among the identifiers seen; a target without identifiers counts as seen."""
        plain = [value.lower().lstrip("#") for values in self.targets.values() for value in values]
        marked = [value for value in plain if any(char.isdecimal() for char in value)]
        if not marked or marked[0] in seen or (len(marked[0]) < MIN_PART and not marked[0].isdigit()):
            return True
        parts = [part for part in _PART.findall(marked[0]) if any(map(str.isdecimal, part))]
        return " " in marked[0] and bool(parts) and all(part.rstrip(".") in seen for part in parts)

    @property
    def settles(self) -> bool:
        """Its result tells an amount that was paid, refunded or differs; or it has nothing to do with money."""
        return self.group not in _SETTLING or any(role != "amount" for role, _ in self.amounts)

    @property
    def serious(self) -> bool:
        """Nobody asked for it and nobody tells of it: is that grave?"""
        slight = is_slight(self.verb) or (self.verb in _COLLECTING and not _PROVISIONAL.isdisjoint(self.nouns))
        return harm_of(self.effect.kind) not in {"info", "low"} and not (slight and not self.money)


class Saying(msgspec.Struct, kw_only=True):
    """A frame of the agent's words with its claim, if it makes one."""

    number: int
    """Numbers the sayings of a run."""
    frame: Frame
    claim: Claim | None
    event: str
    at: int
    turn: int
    ids: frozenset[str]
    tokens: frozenset[str]
    own: tuple[str, ...] = ()
    """Identifiers that it names."""
    inherited: tuple[str, ...] = ()
    """Identifiers that the sentences before it named, of shapes that it does not name itself."""
    named: tuple[list[str], list[str]] | None = None
    """Identifiers that it names as what something was done to, once that was asked for."""


def act_of(effect: Effect, at: int, turn: int) -> Act:
    """Bring an effect into comparable form."""
    args, results = effect.args, effect.results
    action = str(args.get("action", "other"))
    verb = str(args.get("verb", ""))
    nouns = tuple(str(noun) for noun in args.get("nouns", ()))
    targets = {key: tuple(map(str, values)) for key, values in args.get("targets", {}).items()}
    told_ids = [*args.get("ids", ()), *results.get("ids", ())]
    mentions = {text.lower() for text in (*args.get("recipients", ()), *args.get("names", ())) if len(text) > 1}
    mentions |= {value.lower().lstrip("#") for values in targets.values() for value in values}
    words = [
        *args.get("names", ()),
        *args.get("content", ()),
        *(value for values in targets.values() for value in values),
    ]
    money = tuple(_decimal(amount) for amount in args.get("money", ()))
    objects = object_groups(nouns) | object_groups(tuple(word for key in targets for word in name_words(key)))
    return Act(
        effect=effect,
        state=f"{effect.id} {effect.status}",
        at=at,
        turn=turn,
        action=action,
        group=group_of(action),
        verb=verb,
        nouns=nouns,
        objects=objects,
        sort=(action, verb, objects),
        targets=targets,
        ids=frozenset(_plain(value) for value in told_ids),
        mentions=frozenset(mentions),
        money=money,
        told=tuple(_decimal(amount) for amount in args.get("told_money", ())),
        amounts=tuple(
            (str(found["role"]), amount)
            for found in results.get("amounts", ())
            if (amount := number(str(found["value"]))) is not None
        ),
        dates=tuple(args.get("dates", ())),
        times=tuple(args.get("times", ())),
        quantity=args.get("quantity"),
        numbers=frozenset(map(str, args.get("numbers", ()))),
        tokens=tokens_of(" ".join(words)),
        likeness=(
            effect.tool,
            tuple(sorted((key, values) for key, values in targets.items())),
            tuple(sorted(args.get("recipients", ()))),
            money,
            tuple(sorted(args.get("dates", ()))),
            tuple(sorted(args.get("times", ()))),
            tuple(args.get("content", ())) if not money else (),
        ),
        sameness=(
            effect.tool,
            *(tuple(sorted(map(str, args.get(sort, ())))) for sort in ("names", "numbers", "ids")),
            args.get("quantity"),
        ),
    )


def saying_of(frame: Frame, claim: Claim | None, event: str, at: int, turn: int, before: Saying | None) -> Saying:
    """Bring a frame into comparable form; `before` is the saying before it, which may be of the same text."""
    own = tuple(str(found.value) for found in frame.wide if found.kind in IDENTIFYING)
    earlier = before if before is not None and before.event == event else None
    return Saying(
        number=before.number + 1 if before is not None else 0,
        frame=frame,
        claim=claim,
        event=event,
        at=at,
        turn=turn,
        ids=frozenset(_plain(value) for value in own),
        tokens=tokens_of(frame.context),
        own=own,
        inherited=() if earlier is None else _inherited(own, (*earlier.own, *earlier.inherited)),
    )


def _inherited(own: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """Keep of the identifiers named before those whose shape is not named anew, the latest first."""
    shapes = {shape(value) for value in own}
    return tuple(value for value in before if shape(value) not in shapes)[:MAX_INHERITED]


@lru_cache(maxsize=4096)
def shape(text: str) -> tuple[object, ...]:
    """Give the shape of an identifier: two of one shape differ as one order differs from another."""
    plain = text.lstrip("#")
    if "@" in plain:
        return ("email",)
    if plain.isdigit():
        return ("digits", len(plain))
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain):
        return ("iban",)
    prefixed = re.fullmatch(r"([A-Za-z]{1,6}[-_]?)(\d{2,40})", plain)
    if prefixed and len(prefixed[1]) < 3:
        return ("prefixed", prefixed[1].lower(), len(prefixed[2]) > 3)
    if re.fullmatch(r"[\w ()-]{1,120}\.[A-Za-z][A-Za-z0-9]{0,4}", plain):
        return ("file",)
    if "_" in plain or "-" in plain:
        head = re.match(r"[A-Za-z_-]*", plain)
        return ("joined", head.group().lower() if head else "")
    if plain.isalnum() and plain.upper() == plain and (len(plain) > 4 or not plain.isalpha()):
        return ("mixed", len(plain))
    return ("word",)


def is_business(effect: Effect) -> bool:
    """Tell whether this part publishes an effect: all kinds that are not of the coding family."""
    return not is_coding(effect.kind)


def tokens_of(text: str) -> frozenset[str]:
    """Give the words of a text that can tell it from another, in the singular and lower case."""
    words = list(dict.fromkeys(_TOKEN.findall(text.lower())))
    found = dict.fromkeys(map(singular, words))
    return frozenset(islice(found, MAX_TOKENS)) - _COMMON


_COMMON = frozenset(table("grammar")["common"].split())


def _plain(value: str) -> str:
    return value.lower().lstrip("#")


def _decimal(amount: object) -> Decimal:
    value = amount.value if isinstance(amount, Money) else amount["value"] if isinstance(amount, dict) else amount
    return number(str(value)) or Decimal(0)
