"""What words and acts are about: whether a claim may be told of an act by more than the kind of its verb.

"I've reset the password and unlocked the account" are two deeds, and the call that unlocks is no sign of the first. A
claim *restates* an act that other words tell of already only when it says nothing that is foreign to the act: its verb
is of the same family or says no more than "done", and the nouns it governs stand in the call's name, its arguments,
its result, or among the names that its target goes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    DO,
    OTHER,
    action_of_noun,
    is_generic,
    name_words,
    object_groups,
    singular,
)
from assure_tui.reconcile.claims.values import MONTHS
from assure_tui.reconcile.effects.arguments import leaves
from assure_tui.reconcile.match.business.kin import EDITS, KIN, SAME_ACTION, is_implied, kin_of
from assure_tui.reconcile.match.business.phrase import EMPTY, OWN, TOKEN, topic
from assure_tui.reconcile.match.business.targets import is_source
from assure_tui.reconcile.records import akin
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.claims.values import ValueKind
    from assure_tui.reconcile.match.business.model import Act, Saying

MAX_ARGUMENTS = 200
MAX_TEXT = 2000
MAX_GIVEN = 120
"""Code points of an argument that is no long text."""
MAX_NAME = 60
"""Code points of an argument that may be a name."""
_WORD = re.compile(r"[^\W\d_]{3,40}")
_LETTERS = re.compile(r"[^\W\d]{3,60}")
_CODES = frozenset({"id", "ids", "no", "number", "code", "key", "ref", "reference", "token", "uuid"})
_CONTENT = frozenset(table("actions")["arguments"]["content"].split())
_NUMERIC = re.compile(r"\d(?<![\w-]\d)\d{0,11}(?![\w-])")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_IDS = frozenset({"id", "uuid", "iban", "email"})
_DATED = frozenset({*MONTHS, "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today"})
VAGUE = frozenset(table("grammar")["vague"].split())
"""Nouns that name nothing in particular."""
_TIGHT = frozenset({"event", "message", "ticket", "order", "web", "human", "cash", "address"})
"""Groups of nouns that mean nearly the same."""


def restates(saying: Saying, act: Act, *, telling: bool, asked: str) -> bool:
    """Return whether words may tell once more of an act that other words tell of; `telling`, that values tie them."""
    frame = saying.frame
    if DO in {frame.action, act.action} or OTHER in {frame.action, act.action} or is_implied(frame.action, act.action):
        return True
    kin = kin_of(frame, act)
    same = kin == SAME_ACTION
    if telling and act.money and frame.lemma.partition("-")[0] == act.verb:  # "sent back" of `send_money`
        return True
    if (kin < KIN and not same and not may_be_one(frame, act)) or is_foreign(saying, act, asked):
        return False
    if same and (frame.plural or frame.count > 1):
        return True
    about = is_about(frame, act)
    if about is False:
        return bool(_ids_of(saying) & act.ids) or (same and _is_coded(act))
    return about is True or telling or kin > 0


def _is_coded(act: Act) -> bool:
    """Return whether an act names several things by codes alone: what they stand for is not known."""
    return len(act.effect.args.get("ids", ())) > 1


def _ids_of(saying: Saying) -> set[str]:
    """Return the identifiers of the verb's own stretch."""
    return {str(found.value).lower().lstrip("#") for found in saying.frame.near if found.kind in _IDS}


def may_be_one(frame: Frame, act: Act) -> bool:
    """Whether one side says no more than that something was made or changed, so that the other may be the same."""
    kin = kin_of(frame, act)
    return kin >= EDITS and (is_generic(frame.lemma) or is_generic(act.verb))


def is_foreign(saying: Saying, act: Act, asked: str) -> bool:
    """Return whether words give values of a sort of which an act knows none: an amount, a date, a number, an address.

    So do names that the user gave, in the request `asked`, and that the act has nowhere.
    """
    near = saying.frame.near
    ids = _ids_of(saying)
    if ids & act.ids:
        return False
    given = f"{act.arguments} {act.answer} {' '.join(act.mentions)}"
    if ids and not any(value in given for value in ids) and act.targets:
        return True
    low = saying.frame.text.lower()
    names = [name for name in map(str.lower, saying.frame.names) if len(name) > 2 and name not in _DATED]
    names = [name for name in names if action_of_noun(singular(name)) not in {saying.frame.action, act.action}]
    names = [name for name in names if not is_source(name, low) and not _is_before(name, saying.frame, low)]
    known = any(part in given for name in names for part in (_WORD.findall(name) or [name]))
    if not known and any(name in asked for name in names):
        return True
    said = {found.kind for found in near} & _HAS.keys()
    return bool(said) and not any(_HAS[kind](act) for kind in said)


_HAS: dict[ValueKind, Callable[[Act], object]] = {
    "money": lambda act: act.money or act.amounts or _NUMERIC.search(act.arguments),
    "number": lambda act: _NUMERIC.search(f"{act.arguments} {act.answer}"),
    "date": lambda act: act.dates or _NUMERIC.search(act.arguments) or _DAY.search(act.answer),
    "time": lambda act: act.times or act.dates or _DAY.search(act.answer),
    "email": lambda act: "@" in act.arguments,
}
"""What tells that an act knows of a value of some sort."""


def _is_before(name: str, frame: Frame, low: str) -> bool:
    """Return whether a name stands before an active verb: "I've read 'terms.txt' and adjusted the rent"."""
    verb = low.find(frame.surface) if frame.surface else -1
    return verb > 0 and low.find(name) < verb and bool(OWN & set(TOKEN.findall(low[:verb].replace("’", "'"))))


def is_about(frame: Frame, act: Act) -> bool | None:
    """Return whether the nouns that a verb governs stand in what is known of an act; None when it governs none."""
    named = [noun for noun in topic(frame) if action_of_noun(noun) not in {frame.action, act.action}]
    if frame.deed == DO:  # "the exchanges and cancellation have been processed"
        named = [noun for noun in named if action_of_noun(noun) is None]
    if not named:
        return None
    if any(akin(noun, word) or akin(word, noun) for noun in named for word in act.vocabulary if len(word) > 2):
        return True
    return bool(object_groups(tuple(named)) & act.objects & _TIGHT)


def is_beside(frame: Frame, act: Act) -> bool:
    """Whether words are about a thing of the same sort as an act's, told apart by a noun that the act has nowhere.

    "Your wireless service was not changed" says nothing of the call that changed the internet service.
    """
    known = act.vocabulary | set(act.nouns)
    return any(not any(akin(noun, word) for word in known if len(word) > 2) for noun in topic(frame))


def given_of(args: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return names and values of arguments, but for long texts and flags."""
    found = [(keys[-1] if keys else "", str(value)) for keys, value in leaves(dict(args))[:MAX_ARGUMENTS]]
    return tuple((key, value) for key, value in found if len(value) <= MAX_GIVEN and value not in {"True", "False"})


def vocabulary(
    tool: str, args: Mapping[str, Any], answer: str, nicknames: Iterable[str], *, tells: bool
) -> frozenset[str]:
    """Return the words that stand in a call's name, its arguments, a small result, or names that its targets go by.

    Names of arguments that hold an identifier are left out: several acts on one object share them. So are longer texts,
    but for those of an act that `tells` somebody something: people speak of what they send by what is in it.
    """
    texts = [tool, *nicknames, answer]
    for keys, value in leaves(dict(args))[:MAX_ARGUMENTS]:
        named = [name_words(key) for key in keys]
        texts += [" ".join(words) for words in named if words and words[-1] not in _CODES]
        if isinstance(value, str) and (tells or (len(value) <= MAX_NAME and not (named and set(named[-1]) & _CONTENT))):
            texts.append(value[:MAX_TEXT])
    found = {word for text in texts for word in _LETTERS.findall(text)}
    words = {part for word in found for part in (word.lower(), *name_words(word))}
    return frozenset(singular(word) for word in words if word not in EMPTY)
