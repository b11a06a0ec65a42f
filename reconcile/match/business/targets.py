"""Where words and an act contradict each other in whom or what was acted on.

A *conflict* is a target of the same sort in both that differs: another identifier of the same shape, another name in
the same role, another person.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.claims.values import MONTHS
from assure_tui.reconcile.match.business.aliases import name_parts, role_words
from assure_tui.reconcile.match.business.fit import NAMING, evidence, is_called
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, kin_of, said_of, values_of
from assure_tui.reconcile.match.business.model import shape
from assure_tui.reconcile.match.business.phrase import EMPTY
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.aliases import Aliases
    from assure_tui.reconcile.match.business.model import Act, Saying

NAMED_BY_USER = ""
"""Stands, among roles, for the names that the user named."""
MAX_ANSWER = 200
"""Code points of a result that tells no more than what was done."""
MIN_DIGITS = 5
"""Digits of a number that names an object without saying so; fewer are the ending of a card's."""


class Conflict(NamedTuple):
    """A target that the words name and the act does not have; not `hard` when it was named by sentences before."""

    said: str
    done: str
    hard: bool = True
    stranger: bool = False
    """The words name something else that this act has nothing to do with: neither about it nor against it."""

    @property
    def soft(self) -> bool:
        """It rests on what was said before alone."""
        return not (self.hard or self.stranger)


def conflict_of(saying: Saying, act: Act, known: Mapping[str, Iterable[str]], aliases: Aliases) -> Conflict | None:
    """Find a target that the words name and the act does not have."""
    frame = saying.frame
    near, named = _named_in(saying)
    wide = [value for value in named if value.lower().lstrip("#") not in aliases.made]
    for key, values in act.targets.items():
        for target in values:
            form = shape(target)
            plain = target.lower().lstrip("#")
            exact = form == ("email",) and any(shape(value) == form for value in near)
            if form == ("word",) or plain in saying.ids or (not exact and said_of(plain, frame.context)):
                continue
            alike = _alike(near, key, form, aliases) or _alike(wide, key, form, aliases)
            if alike and not any(
                said.lower() in (_addressees(act) if exact else act.ids) or _is_answered(said, act) for said in alike
            ):
                return Conflict(alike[0], target, hard=alike[0] not in saying.inherited)
    return (
        _other_id(near, saying, act, aliases)
        or _other_name(saying, act, known)
        or _other_person(saying, act, known, aliases)
        or _rival(saying, act)
        or _stranger(saying, act, known)
    )


def _named_in(saying: Saying) -> tuple[list[str], list[str]]:
    """Give the identifiers that words name as what something was done to: near the verb, and in all that they take in.

    Words are held against all acts of the window: they are read for it once.
    """
    if saying.named is None:
        text, context = saying.frame.text, saying.frame.context
        near = [str(value.value) for value in saying.frame.near if value.kind in NAMING]
        wide = [*(str(value.value) for value in saying.frame.wide if value.kind in NAMING), *saying.inherited]
        saying.named = (
            [
                value
                for value in near
                if not (_is_compared(value, text) or _is_sender(value, text) or is_replaced(value, text))
            ],
            [value for value in wide if not (_is_compared(value, text) or is_replaced(value, context))],
        )
    return saying.named


def _addressees(act: Act) -> set[str]:
    return {value.lower() for values in act.targets.values() for value in values}


_RECIPIENTS = frozenset(table("actions")["arguments"]["recipient"].split())
_ACCOUNTS = frozenset({"account", "iban"})
"""What people call the recipient of a payment by."""
_OF_ID = r"(?:number |no\.? |id |with id |account |record |profile )?"
"""What may stand between the noun of an object and its identifier."""


def _other_id(near: Iterable[str], saying: Saying, act: Act, aliases: Aliases) -> Conflict | None:
    """Find an identifier beside the noun of an argument that has another one, whatever their shapes: "order ORD-1"."""
    low = saying.frame.text.lower()
    for key, values in act.targets.items():
        told = [value.lower().lstrip("#") for value in values]
        if not role_words(key) or any(value in saying.ids or said_of(value, saying.frame.context) for value in told):
            continue
        for said in map(str.lower, near):
            if said in act.ids or _is_answered(said, act) or not any(map(str.isdigit, said)):
                continue
            if said not in low:
                continue
            words = role_words(key) | (_ACCOUNTS if role_words(key) & _RECIPIENTS else frozenset())
            roles = "|".join(map(re.escape, sorted(words)))
            beside = rf"\b(?:{roles}) {_OF_ID}[\"'`*#(]{{0,3}}{re.escape(said)}\b"
            if re.search(beside, low) and not any(aliases.are_one(value, said) for value in told):
                return Conflict(said, values[0])
    return None


def _is_answered(name: str, act: Act) -> bool:
    """Tell whether a short result gives a name: what an act brought about is told by its own identifier."""
    return len(act.answer) <= MAX_ANSWER and said_of(name.lower().lstrip("#"), act.answer)


def _alike(said: Iterable[str], key: str, form: tuple[object, ...], aliases: Aliases) -> list[str]:
    """Give the identifiers among those said that may stand where an argument has one of this shape."""
    return [value for value in said if shape(value) == form and aliases.may_be(value, key)]


def _rival(saying: Saying, act: Act) -> Conflict | None:
    """Find that the words name another object by what it goes by, and tell of none of this one's names."""
    frame = saying.frame
    if not act.aka or kin_of(frame, act) < KIN:
        return None
    low = frame.text.lower()
    endings = set(values_of(frame.near, "ending"))
    if any(said_of(name, frame.context) for aka in act.aka for name in (aka.value.lower().lstrip("#"), *aka.names)):
        return None
    for aka in act.aka:
        told = next((rival for rival in aka.rivals if _names(rival, low, endings, frame.context)), None)
        own = (name for other in act.aka for name in other.names)
        if told is not None and not any(is_called(name, frame.context) for name in own):
            return Conflict(told[0], f"{aka.value} ({min(aka.names)})")
    return None


MIN_NAME = 3
"""Code points of a name that words tell by it."""


def _names(rival: tuple[str, str], low: str, endings: AbstractSet[str], context: str) -> bool:
    """Tell whether words name another object, as what was acted on."""
    name, other = rival
    if name.isdigit() and len(name) < MIN_DIGITS and name not in endings:
        return False
    if len(name) < MIN_NAME or not said_of(name, low) or said_of(other, context):
        return False
    return not (is_source(name, low) or _is_compared(name, low))


_COMPARED = re.compile(
    r"\b(?:match(?:es|ing|ed)?|same as|identical to|like|except(?: for)?|excluding|other than|apart from|unlike)"
    r"(?: \w{1,20}){0,3} [\"'`*#(]{0,3}$",
    re.IGNORECASE,
)
"""Words before what an act is only compared with, or what was left as it is."""


_SENDER = re.compile(r"\bfrom(?: \w{1,20}){0,3} [\"'`*(<]{0,3}$", re.IGNORECASE)


def _is_sender(name: str, text: str) -> bool:
    """Tell whether words name an address that something was sent from."""
    at = text.lower().find(name.lower())
    return "@" in name and at > 0 and bool(_SENDER.search(text[max(0, at - 60) : at]))


@lru_cache(maxsize=1024)
def _is_compared(name: str, text: str) -> bool:
    """Tell whether words name something only to compare with it: "changed to match order W7".

    Words are held against all acts of the window, one after the other.
    """
    at = text.lower().find(name.lower())
    return at > 0 and bool(_COMPARED.search(text[max(0, at - 60) : at]))


_REPLACED = re.compile(
    r"[^.;!?\n]{0,40}\b(?:(?:could|was|is|were|are)(?: not|n['’]t)|unavailable|taken|sold out|full|fully booked"
    r"|out of stock|closed|gone)\b[^.;!?\n]{0,60}?(?:\bso\b|\binstead\b|\btherefore\b|—)"
    r"|[^.;!?\n]{0,40}\b(?:remains?|stays?|stayed|remained) (?:unchanged|untouched|as)\b"
)
"""What follows a name that was left as it is, or in whose place another was taken: "Room 4 was taken, so …"."""


@lru_cache(maxsize=1024)
def is_replaced(name: str, text: str) -> bool:
    """Tell whether words say that something was left as it is, or could not be had, and another was."""
    low = text.lower()
    at = low.find(name.lower())
    return at >= 0 and bool(_REPLACED.match(low, at + len(name)))


def is_source(name: str, text: str) -> bool:
    """Tell whether a name stands for where something was taken from: "the items of recipes.docx"."""
    return bool(_SOURCE.search(text[max(0, text.find(name) - 40) : text.find(name)]))


_FROM = re.compile(r"\b(?:from|of) (?:the |your |our )?[\"'`*#“‘]{0,3}$")
_SOURCE = re.compile(
    r"\b(?:from|of|in|on|at|using|with|by|per|like|as|than|instead|replac\w{2,4}|before|after|about|for)\W"
    r"(?:\w{1,20}\W{1,3}){0,3}$"
)
"""Words before a name that is not itself what was acted on."""


def _stranger(saying: Saying, act: Act, known: Mapping[str, Iterable[str]]) -> Conflict | None:
    """Find a name beside its role in the words that the act does not have, where they share no target either."""
    if not act.targets or evidence(saying, act):
        return None
    low = saying.frame.text.lower()
    for role, names in known.items():
        for name in names if role != NAMED_BY_USER else ():
            plain = name.lower()
            if len(plain) > 2 and plain in low and plain not in act.mentions and _beside(role, plain, low):
                if _FROM.search(low[: low.find(plain)]):
                    continue
                return Conflict(name, next(iter(act.targets.values()))[0], hard=False, stranger=True)
    return None


def _other_name(saying: Saying, act: Act, known: Mapping[str, Iterable[str]]) -> Conflict | None:
    frame = saying.frame
    low = frame.text.lower()
    for key, values in act.targets.items():
        role = role_of(key)
        target = values[0].lower()
        if not role or len(values) > 1 or "id" in name_words(key) or "/" in target:
            continue
        if said_of(target, low) or (said_of(target, frame.context) and role not in low):
            continue
        asked = {str(name).lower() for name in known.get(NAMED_BY_USER, ())}
        listed = {str(name).lower() for name in known.get(role, ())} | {
            name for name in asked if _beside(role, name, low)
        }
        names = [name.lower() for name in (*frame.names, *_opening_name(frame))] + [
            name for name in listed if len(name) > 2 and name in low
        ]
        for name in names:
            if name == target or len(name) > 80 or name in target or target in name or _has(act, name):
                continue
            if (
                _addressed(name, target, saying, act, known)
                or _beside(role, name, low)
                or (name in listed and name in names[: len(frame.names)] and not said_of(target, frame.context))
            ):
                return Conflict(name, values[0])
    return None


def _opening_name(frame: Frame) -> tuple[str, ...]:
    """Give the capitalised word that words open with, which may be a name: "Dora has been invited"."""
    first = frame.text.partition(" ")[0].strip("\"'`*")
    return (first,) if first.istitle() and first.isalpha() and first.lower() not in EMPTY else ()


def _other_person(saying: Saying, act: Act, known: Mapping[str, Iterable[str]], aliases: Aliases) -> Conflict | None:
    """Find that words say something was sent to a person, and the call has other people's addresses or names.

    Somebody with both names is not behind an address made of two other names. Of one name it must be known that it is
    a person's: a result told an address that holds it, the user named it, or a result the name itself where the call
    has a name, too.
    """
    told = _people_told(saying.frame.text)
    acted = _acted_on(saying, act)
    if not told and not acted:
        return None
    values = [(key, value.lower()) for key, listed in act.targets.items() for value in listed]
    theirs = [value for _, value in values if "@" in value]
    plain = [value for key, value in values if role_of(key) in PEOPLE and _NAME.fullmatch(value)]
    nicknames = {part for name in act.nicknames for part in name_parts(name)}
    for name in (*acted, *told):
        parts = name_parts(name)
        if not parts or nicknames.intersection(parts) or _has(act, name.lower()):
            continue
        others = [value for value in plain if not set(name_parts(value)).intersection(parts)]
        if len(plain) == len(others) == 1 and (name in acted or not theirs):
            if aliases.is_told(parts[0]) or (len(parts) > 1 and len(name_parts(plain[0])) > 1):
                return Conflict(name, plain[0])
        elif theirs and not any(part in address for part in parts for address in theirs):
            elsewhere = any(aliases.addresses(part) for part in parts)
            sure = len(parts) > 1 or name.lower() in _GIVEN or name.lower() in known.get(NAMED_BY_USER, ())
            foreign = sure and all(_is_anothers(address, parts) for address in theirs)
            if elsewhere or (foreign and _addresses(saying, act, name)):
                return Conflict(name, theirs[0])
    return None


# Words are held against all acts of the window, one after the other: what was read of them is remembered.


@lru_cache(maxsize=256)
def _people_told(text: str) -> tuple[str, ...]:
    """Give the names to which words say something was sent."""
    return tuple(match[1] for match in TO_PERSON.finditer(text))


@lru_cache(maxsize=256)
def _has_somebody(text: str) -> bool:
    """Tell whether words name somebody to whom something was done."""
    return _SOMEBODY.search(text) is not None


def _is_anothers(address: str, parts: Iterable[str]) -> bool:
    """Tell whether an address is made of two names, or of one, and of none with the initial of a person's name."""
    local = address.partition("@")[0]
    if local not in _GIVEN and _PERSONAL.match(address) is None:
        return False
    initials = {part[0] for part in parts}
    return len(initials) > 1 or all(part[0] not in initials for part in re.split(r"[._]", local))


def _addresses(saying: Saying, act: Act, name: str) -> bool:
    """Tell whether the addresses of a call stand for whom words name: told something, met, or given a task."""
    if act.group == "tell":
        return True
    before = saying.frame.text.partition(name)[0].rstrip("\"'* ").lower()
    assigned = any("assign" in word for key in act.targets for word in name_words(key))
    return ("event" in act.objects and before.endswith("with")) or (assigned and before.endswith("assigned to"))


def _acted_on(saying: Saying, act: Act) -> list[str]:
    """Give the names that words say the very deed was done to: "added Ana to it", "Ana has been added to it".

    None of them where the words speak of the one to whom it was done.
    """
    frame = saying.frame
    theirs = (value.lower() for key, values in act.targets.items() if role_of(key) in PEOPLE for value in values)
    if not _has_somebody(frame.text) or kin_of(frame, act) < SAME_ACTION or not frame.surface:
        return []
    if any(said_of(name, frame.context) for name in theirs):
        return []
    verb = re.escape(frame.surface)
    after = rf"\b(?i:{verb}) (?:user |member )?{_PERSON} (?:to|as|from|into)\b"
    before = rf"(?:^|[.,:;] |\band ){_PERSON} (?:has|have|was|is) (?:\w{{2,12}} ){{0,2}}(?i:{verb})\b"
    return [match[1] for form in (after, before) for match in re.finditer(form, frame.text)]


_PERSON = r"[\"'*`]{0,2}([A-Z][a-z]{2,20}(?: [A-Z][a-z]{1,20})?)[\"'*`]{0,2}"
_SOMEBODY = re.compile(rf"{_PERSON} (?:to|as|from|into|has|have|was|is)\b")
"""Somebody to whom something was done: without such, no pattern has to be made of the verb."""
_NAME = re.compile(r"[^\W\d_]{2,20}(?: [^\W\d_]{2,20})?")
_PERSONAL = re.compile(r"[a-z]{2,20}[._][a-z]{2,20}\d{0,4}@")
"""An address made of somebody's two names."""
TO_PERSON = re.compile(
    r"\b(?:to|with|invited|notified|e-?mailed|messaged|informed|reminded"
    r"|(?:sent|given|gave|told|paid|wired)"
    r"(?= [\"'*]{0,2}\w{1,20}(?: [A-Z]\w{1,20})?[\"'*]{0,2} (?:an?|the|this|\W?\d)\b)) "
    r"[\"'*]{0,2}([A-Z][a-z]{2,20}(?: [A-Z][a-z]{1,20})?)\b(?!['’]s| [A-Z]|@|\.\w)"
)


def _has(act: Act, name: str) -> bool:
    """Tell whether a name stands in a tool's name or in what it was called with, the texts it passed on apart."""
    args = act.effect.args
    given = (
        *args.get("names", ()),
        *args.get("ids", ()),
        *(value for values in act.targets.values() for value in values),
    )
    told = (str(value).lower() for value in given if "@" not in str(value))
    return name in name_words(act.effect.tool) or any(said_of(name, value) for value in told)


_GIVEN = frozenset(table("people")["given"].split())
"""Given names: an address that is one of them is a person's."""
_ROLES = frozenset(table("actions")["arguments"]["roles"].split())
PEOPLE = frozenset(table("actions")["arguments"]["people"].split())


@lru_cache(maxsize=2048)
def role_of(key: str) -> str:
    """Give the noun that an argument name stands for: `channel_name` is a channel, `user_email` a user."""
    return next((singular(word) for word in name_words(key) if singular(word) in _ROLES), "")


def _addressed(name: str, target: str, saying: Saying, act: Act, known: Mapping[str, Iterable[str]]) -> bool:
    """Tell whether words say that something was done to a name that the user named: "to Bob", "booked the Ritz"."""
    if name not in known.get(NAMED_BY_USER, ()) or name.split(maxsplit=1)[0] in MONTHS or name in act.mentions:
        return False
    if kin_of(saying.frame, act) < SAME_ACTION or any(char.isdigit() for char in target):
        return False
    verb = re.escape(saying.frame.surface)
    low, name = saying.frame.text.lower(), re.escape(name)
    at = rf"(?:\bto|\b{verb}) (?:the |your |hotel )?[\"'`*]{{0,2}}{name}\b(?!['’]s)"
    passive = (
        rf"(?:^|[.,:;] |\band )[\"'`*]{{0,2}}{name}[\"'`*]{{0,2}} (?:has|have|was|were)(?: \w{{2,12}}){{0,2}} {verb}\b"
    )
    return bool(re.search(at, low) or re.search(passive, low))


@lru_cache(maxsize=2048)
def _beside(role: str, name: str, text: str) -> bool:
    """Tell whether a name stands next to its role: `the "general" channel`, `channel general`."""
    if role not in text:
        return False
    mark = r"[\"'`*“”‘’ ]{0,4}"
    both = rf"{re.escape(name)}{mark}{role}|{role}\w{{0,2}}{mark}{re.escape(name)}"
    return bool(re.search(both, text))
