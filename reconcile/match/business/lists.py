"""One saying of several objects: all of them must have been acted on, each by an act that landed.

"I've cancelled both reservations:" over a list, "T-1, T-2 and T-3 were closed" and "both orders" claim an act for each
object. What is listed counts as an object only where it looks like what the acts were aimed at: the flights of a
reservation and the items of an order are details of one object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import action_of_noun, name_words, singular
from assure_tui.reconcile.claims.values import NUMBER_WORDS, counts_things
from assure_tui.reconcile.match.business.aliases import name_parts
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, is_implied, kin_of, kinship, said_of
from assure_tui.reconcile.match.business.model import shape
from assure_tui.reconcile.match.business.targets import PEOPLE, is_replaced, role_of
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.business.matched import Matched
    from assure_tui.reconcile.match.business.model import Act, Saying

COUNTED = 3
"""Words after a number among which the thing counted stands: "both of your hotel bookings"."""
MAX_ANSWER = 400
"""Code points of an answer that says what a call was done to; a longer one shows records, and what these refer to."""
_BESIDE = 1
"""Kinship of actions that are only near each other."""
_IDS = frozenset({"id", "iban", "uuid", "email"})
_FILLS = frozenset({"of", "your", "the", "these", "those"})
_ENDS = frozenset(" ".join(table("grammar")[name] for name in ("prepositions", "be", "have", "joins")).split()) - {"of"}
_NO_COUNT_AFTER = frozenset({"of", "a"})
"""Words after which a number says how large each is: "a twelve dollar voucher"."""
_WORD = re.compile(r"[^\W_]+|[^\w\s*]")
_FIGURE = re.compile(r"(?<![\w#$€£.,:/-])([2-9]|1\d) ([a-z]{3,30}s)\b")
_PERSON = re.compile(r"[A-Z][a-z]{2,20}(?: [A-Z][a-z]{1,20})?")
_NOBODY = frozenset({"You", "They", "Both", "Everyone", "She"})
"""Capitalised words that are no names."""
_PERSONS = re.compile(
    rf"{_PERSON.pattern}(?:, {_PERSON.pattern}){{0,8}},? (?:and|&) {_PERSON.pattern}(?!['’]s|@|\.\w| [A-Z])"
)
"""Names in a row, as people have them."""
_BECOMES = re.compile(r"[\s`*\"']{0,4}(?:→|➜|➔|-{1,2}>|=>)")
_KEPT = re.compile(r"\b(?:kept|keeping|left|leaving)\b[^.;,\n]{0,60}\Z", re.IGNORECASE)
_SOURCE = re.compile(
    r"\b(?:from|using|per|like|as|than|instead of|replac\w{2,4})\W(?:\w{1,20}\W{1,3}){0,2}$", re.IGNORECASE
)
_LEFT = re.compile(
    r"\W{0,4}(?:(?:will|is to|are to) (?:be (?:kept|left)|remain|stay)"
    r"|(?:is|are|was|were) (?:kept|left|unchanged)|remains?|stays?)\b",
    re.IGNORECASE,
)
_MANY_AT_ONCE = frozenset(["change", "update", "modification", "edit", "adjustment", "correction", "addition"])
"""Acts of which one call may do several."""
_EARLIER = re.compile(r"\b(?:already|earlier|previously|before)\b", re.IGNORECASE)


def lacking(outcomes: Matched, saying: Saying, acts: Sequence[Act]) -> bool:
    """Hold each object of a saying against the acts; tells whether one was found to be missing."""
    if _EARLIER.search(saying.frame.text):
        return False
    objects = _objects(saying, acts)
    if len(objects) > 1:
        return any(_lacks(outcomes, saying, acts, value, objects) for value in objects)
    return _too_few(outcomes, saying, acts)


def may_lack(saying: Saying, acts: Sequence[Act]) -> bool:
    """Return whether words tell of several things, so that one of them may be missing."""
    return len(_objects(saying, acts)) > 1 or _counted(saying.frame.text.lower())[0] > 1


def _objects(saying: Saying, acts: Sequence[Act]) -> list[str]:
    """Return the identifiers that are objects of a saying: of the shape of what the acts were aimed at."""
    forms = {shape(value) for act in acts for values in act.targets.values() for value in values}
    near = [str(found.value) for found in saying.frame.near if found.kind in _IDS]
    near = [value for value in dict.fromkeys(near) if shape(value) in forms and not is_aside(value, saying.frame.text)]
    if len(near) < 2 and (people := _people(saying, acts)):
        return people
    if near:
        return near
    listed = [value for value in dict.fromkeys(saying.frame.listed) if shape(value) in forms]
    aimed = {value.lower().lstrip("#") for act in acts for values in act.targets.values() for value in values}
    return listed if any(_plain(value) in aimed for value in listed) else []


def _people(saying: Saying, acts: Sequence[Act]) -> list[str]:
    """Return the persons that words list, where each act was aimed at one of them: "to both Dora and Eve"."""
    match = _PERSONS.search(saying.frame.text)
    named = _PERSON.findall(match.group()) if match else []
    if not _NOBODY.isdisjoint(named):
        return []  # "You and Bob have been invited"
    aimed = [
        {
            part
            for key, values in act.targets.items()
            for value in values
            if "@" in value or role_of(key) in PEOPLE
            for part in name_parts(value.partition("@")[0])
        }
        for act in acts
    ]
    first = {part for name in named for part in name_parts(name)[:1]}  # a family's name is many people's
    alike = all(parts & first for parts in aimed)
    return [name.lower() for name in named] if named and alike else []


def is_aside(value: str, text: str) -> bool:
    """Return whether words name an identifier, and not as what something was done to."""
    return _is_source(value, text) or _is_left(value, text)


def _is_source(value: str, text: str) -> bool:
    """Whether an identifier stands for where something was taken from: "the address from order 7", "A-1 → A-2"."""
    at = text.find(value)
    return at > 0 and bool(_SOURCE.search(text[max(0, at - 40) : at]) or _BECOMES.match(text, at + len(value)))


def _is_left(value: str, text: str) -> bool:
    """Return whether words say of an identifier that nothing is done to it: "and PB-7 will be kept"."""
    at = text.find(value)
    left = at > 0 and (_LEFT.match(text, at + len(value)) or _KEPT.search(text[max(0, at - 60) : at]))
    return bool(left) or is_replaced(value, text)


def _lacks(outcomes: Matched, saying: Saying, acts: Sequence[Act], value: str, objects: Sequence[str]) -> bool:
    """Return whether nothing that landed acted on one of the objects, and say so."""
    plain = _plain(value)
    related = _related(outcomes, saying, acts)
    if any(_holds(act, plain) for act in related):
        return False
    if outcomes.matter.past.names(plain) or _is_detail(outcomes, acts, plain):
        return False
    for act in outcomes.free(saying):
        alike = {shape(target) for targets in act.targets.values() for target in targets}
        if any(_holds(act, _plain(other)) for other in objects):
            continue
        if kin_of(saying.frame, act) >= KIN and shape(value) in alike:
            outcomes.wrong_target(saying, act, named=value)
            return True
    failed = next((act for act in outcomes.acts if not act.landed and _holds(act, plain)), None)
    if failed is not None and not outcomes.recovered(failed):
        outcomes.failed(saying, failed)
        return True
    if kinship(saying.frame.action, acts[0].action) < KIN or not _plainly(outcomes, saying, acts, plain):
        return False
    outcomes.lacks(saying, acts, f"no call acted on {value}")
    return True


def _holds(act: Act, plain: str) -> bool:
    """Return whether an act had to do with an object, given in lower case, by whatever of its names."""
    told = any(said_of(part, text) for part in plain.split() for text in (*act.nicknames, *act.mentions))
    answered = len(act.answer) <= MAX_ANSWER and said_of(plain, act.answer)
    return plain in act.ids or told or said_of(plain, act.arguments) or answered


def _is_detail(outcomes: Matched, acts: Sequence[Act], plain: str) -> bool:
    """Return whether answers show something that no call ever was about: a flight of the booking that was cancelled."""
    if not any(said_of(plain, act.answer) for act in acts):
        return False
    return not any(plain == _plain(value) for values in outcomes.matter.given.values() for value in values)


def _related(outcomes: Matched, saying: Saying, acts: Sequence[Act]) -> list[Act]:
    """Return the acts that landed and may be told by a saying's verb, whenever they were."""
    said = saying.frame.action
    return [
        act
        for act in outcomes.landed
        if act in acts or kinship(said, act.action) > _BESIDE or is_implied(said, act.action)
    ]


def _plainly(outcomes: Matched, saying: Saying, acts: Sequence[Act], plain: str) -> bool:
    """Return whether words say that the agent acted, rather than in which state things are.

    Words that could tell a state do, where the user wanted the act on this object and it was done to another just now.
    """
    if not saying.frame.weak:
        return True
    now = any(act.turn == saying.turn and kin_of(saying.frame, act) == SAME_ACTION for act in acts)
    if now and saying.frame.terse and saying.frame.mode == "completed":
        return True  # "Approved: and R-3", where R-1 was approved just now
    wanted = f"{outcomes.matter.asked_text} {outcomes.matter.agreed.get(saying.turn, '')}"
    return now and saying.frame.mode == "completed" and plain in wanted


def _too_few(outcomes: Matched, saying: Saying, acts: Sequence[Act]) -> bool:
    """Find a number of things said to be done ("both bookings") where fewer of them were acted on."""
    frame = saying.frame
    count, counted = _counted(frame.text.lower())
    if count < 2 or frame.weak or frame.mode != "completed":
        return False
    role = next((noun for noun in counted if all(_aims(act, noun) for act in acts)), "")
    related = _related(outcomes, saying, acts)
    if not role and _too_few_acts(outcomes, saying, acts, counted, count):
        return True
    if not role or outcomes.matter.past.any_naming(lambda action: kinship(frame.action, action) > _BESIDE):
        return False
    done = {value for act in related for value in _aims(act, role)}
    forms = {shape(value) for value in done}
    named = {value for act in acts for value in act.ids if shape(value) in forms or shape(value.upper()) in forms}
    if max(len(done), len(named), *(act.quantity or 0 for act in related)) >= count:
        return False
    failed = next(
        (
            act
            for act in outcomes.acts
            if act.effect.status in {"failed", "denied"} and not outcomes.recovered(act) and act.turn == saying.turn
            if kin_of(frame, act) >= KIN and set(_aims(act, role)) - done
        ),
        None,
    )
    if failed is not None:
        outcomes.failed(saying, failed)
    else:
        outcomes.lacks(
            saying,
            acts,
            f"of {count} only {len(done)} {'was' if len(done) == 1 else 'were'} acted on: {', '.join(sorted(done))}",
        )
    return True


def _too_few_acts(outcomes: Matched, saying: Saying, acts: Sequence[Act], counted: Sequence[str], count: int) -> bool:
    """Find a number of acts said to be done ("2 refunds") where fewer landed, each a single one by its own call."""
    said = saying.frame.action
    if outcomes.matter.past or not any(action_of_noun(noun) == said and noun not in _MANY_AT_ONCE for noun in counted):
        return False
    related = _related(outcomes, saying, acts)
    if any(
        act.action != said
        or len(act.amounts) > 1
        or len(act.money) > 1
        or max(map(len, act.targets.values()), default=0) > 1
        for act in related
    ):
        return False
    if len(related) >= count:
        return False
    outcomes.lacks(saying, acts, f"of {count} only {len(related)} landed")
    return True


def _counted(text: str) -> tuple[int, list[str]]:
    """Return the number of things said, or 0, and the words that may name the thing counted."""
    figure = _FIGURE.search(text)
    if figure:
        return int(figure[1]), [singular(figure[2])]
    nouns = [singular(word) for word in _WORD.findall(text)]
    at = next((index for index, noun in enumerate(nouns) if noun in NUMBER_WORDS and NUMBER_WORDS[noun] > 1), -1)
    if at < 0 or not counts_things(nouns, at) or "one" in nouns[:at] or (at and nouns[at - 1] in _NO_COUNT_AFTER):
        return 0, []
    words: list[str] = []
    for noun in nouns[at + 1 :]:
        if noun in _ENDS or not noun.isalpha() or len(words) == COUNTED:
            break
        if noun not in _FILLS and noun not in NUMBER_WORDS:
            words.append(noun)
    return NUMBER_WORDS[nouns[at]], words


def _aims(act: Act, noun: str) -> list[str]:
    """Return the targets of an act that stand in the role of a noun: `booking_id` is a booking."""
    return [
        value
        for key, values in act.targets.items()
        if noun in {singular(word) for word in name_words(key)}
        for value in values
    ]


def _plain(value: str) -> str:
    return value.lower().lstrip("#")
