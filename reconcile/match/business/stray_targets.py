"""A name that a call was given and nobody speaks of, where the agent speaks of another of its form or its place.

The agent proposed to exchange a thing for 5562, the user said yes, the report says it is done, and the call had 7781:
whatever else fits, it was done to something else. Likewise where the calls beside it all had the one that is told, or
where it is told by a name that calls before had in the same argument: `check(medicine="A")`, then `give(medicine="B")`.
Nothing is found where anybody speaks of what the call was given, by its name or by what lookups told of it alone, or
where several calls were given what nobody speaks of: reports leave things out. What the system listed for the agent
under one label (`areas: Kitchen`) may stand for each other, too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.contradicted_lines import LEFT, NEGATED
from assure_tui.reconcile.match.business.figures import is_quantity
from assure_tui.reconcile.match.business.kin import said_of
from assure_tui.reconcile.match.business.lines import Line, Whole, lines_of
from assure_tui.reconcile.match.business.lists import is_aside
from assure_tui.reconcile.match.business.name_forms import REFERENCE, form, names_in
from assure_tui.reconcile.match.business.objects import telling
from assure_tui.reconcile.match.concealing import plainly
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

_NUMBER = re.compile(r"\d+")
_NUMBERED_NAME = re.compile(r"(?=[^\n]*\d)[^\W_]{1,30}(?: [^\W_]{1,30}){1,4}")
"""A name of several words and a number: "Quarry Lane 17"."""
_PLAIN = re.compile(r"[^\W\d_]{3,30}(?: [^\W\d_]{1,30}){0,3}")
"""A name of words alone."""
_ASPECTS = frozenset(table("actions")["records"]["states"].split()) | {"kind", "sort", "query", "reason"}
"""Words in the names of arguments that say how something is or was done, and not to what."""


_LABELLED = re.compile(
    r"^[\W_]{0,20}(?P<label>[a-z][a-z _-]{1,30})[\"']?: {0,3}(?P<values>\S[^\n]{0,300})$", re.MULTILINE
)
"""A line of what the system told of its things: "areas: kitchen, hall"."""
_REASON = re.compile(r"\b(?:as|because|since)\b[^\n]*")


class _Stray(NamedTuple):
    key: str
    name: str
    words: Whole
    """Among which it does not stand: all that was said, or else the user's last words and the report."""
    wanted: str
    """What was asked for then, where the stray stands elsewhere; what is told has to stand there, too."""


def stray_targets(outcomes: Outcomes) -> None:
    """Find acts on what nobody speaks of, in place of what is told."""
    blamed = {effect for found in outcomes.found.values() if found.severity != "low" for effect in found.effects}
    known = (outcomes.matter.asked_text, outcomes.spoken, outcomes.matter.briefing)
    texts = dict(outcomes.matter.spoken)
    found: dict[tuple[str, str], list[tuple[Act, _Stray]]] = {}
    for act in outcomes.landed:
        at = outcomes.matter.reports.get(act.turn, 0)
        report = texts.get(at, "")
        asks = not outcomes.is_lone(act) and asks_leave(report, strictly=True)
        if act.effect.id in blamed or at <= act.at or not report or asks:
            continue
        for key, value in act.given:
            name = REFERENCE.sub("", value)
            if not (form(name) or _NUMBERED_NAME.fullmatch(name) or _is_plain(key, name)):
                continue
            stray = _Stray(key, name, outcomes.every_word, "")
            if any(said_of(_low(name), text) for text in known):
                wanted = _wanted(outcomes, act)
                if said_of(_low(name), wanted) or said_of(_low(name), report.lower()):
                    continue
                stray = _Stray(key, name, Whole([Line(text) for text in (wanted, report)]), wanted)
            found.setdefault((act.effect.tool, key), []).append((act, stray))
    for (tool, _), strange in found.items():
        (act, stray), *more = strange
        if more or _low(stray.name) in outcomes.matter.aliases.made:
            continue
        names = _told(outcomes, act, stray, texts[outcomes.matter.reports[act.turn]])
        told = next((name for name in names if not _is_described(outcomes, act, stray, name)), None)
        if told is not None:
            much = is_quantity(act, stray.name)
            code, how = ("wrong-value", "was called with") if much else ("wrong-target", "acted on")
            message = f"The agent's words name {told}, but {tool} {how} {stray.name}, which nobody mentioned."
            outcomes.accuse(code, "high", None, [act], message)


def _wanted(outcomes: Outcomes, act: Act) -> str:
    """Return the user's words of an act's turn, what they agreed to, and what the agent was about to do."""
    matter, turn = outcomes.matter, act.turn
    start = matter.reports.get(turn - 1, 0)
    said = "\n".join(low for at, low in outcomes.spoken_low if start < at <= act.at)
    before = len(matter.asked_by(turn - 1)) if turn - 1 in matter.asked_until else 0
    return f"{matter.asked_by(turn)[before:]}\n{matter.agreed.get(turn, '')}\n{said}"


def _told(outcomes: Outcomes, act: Act, stray: _Stray, report: str) -> list[str]:
    """Return what is spoken of that may stand in a stray's place: in no call, or else in all calls beside it."""
    lines = [line.text for line in lines_of(report, act.at) if _tells(line.low)]
    agreed = outcomes.matter.agreed.get(act.turn, "")
    given = "\n".join(other.arguments for other in outcomes.landed)
    names = [*(_given_before(outcomes, stray, (*lines, agreed)) if outcomes.is_lone(act) else ())]
    names = names or _of_its_form(outcomes, stray, (*lines, agreed))
    if not names:
        known = f"{outcomes.matter.asked_by(act.turn)}\n{_wanted(outcomes, act)}"
        listed = _listed_with(outcomes.matter.briefing, _low(stray.name), stray.key)
        names = [name for name in listed if said_of(name, report.lower()) and said_of(name, known)]
    free = [name for name in names if not said_of(_low(name), given)]
    if stray.wanted:
        return [name for name in free if said_of(_low(name), stray.wanted) and said_of(_low(name), report.lower())]
    told = {_low(name): name for name in _of_its_form(outcomes, stray, lines)}
    beside = [other for other in outcomes.landed if other is not act and other.turn == act.turn]
    theirs = {_low(value) for other in beside for key, value in other.given if key == stray.key}
    one = len(told) == 1 and told.keys() == theirs and all(other.effect.tool != act.effect.tool for other in beside)
    return free or ([*told.values()] if one else [])


def _is_plain(key: str, name: str) -> bool:
    """Return whether a name is of words alone, and that of a thing, not of a state or a sort."""
    return bool(_PLAIN.fullmatch(name)) and _ASPECTS.isdisjoint(name_words(key))


def _given_before(outcomes: Outcomes, stray: _Stray, texts: Iterable[str]) -> Iterator[str]:
    """Yield the names in texts that other calls were given where a lone act had the stray, and none beside it."""
    low = [text.lower() for text in texts]
    given = outcomes.matter.given.get(stray.key, {})
    own = given.get(stray.name, frozenset())
    for value, calls in given.items():
        if own.isdisjoint(calls) and any(said_of(_low(value), text) for text in low):
            yield value


def _of_its_form(outcomes: Outcomes, stray: _Stray, texts: Iterable[str]) -> list[str]:
    """Return the names in texts that may stand in a stray's place by their form; names of words alone have none."""
    own = form(stray.name)
    if _PLAIN.fullmatch(stray.name):
        return []
    if not own:
        alike = re.compile(_NUMBER.sub(r"\\d{1,9}", re.escape(stray.name)), re.IGNORECASE)
        return [match.group() for text in texts for match in alike.finditer(text)]
    names = (name for text in texts for name in names_in(text) if not is_aside(name, text))
    return [name for name in names if _alike(name, stray.name) and outcomes.matter.aliases.may_be(name, stray.key)]


def _alike(one: str, other: str) -> bool:
    """Return whether two names are of one form; codes of letters and figures have these in any order."""
    mine, theirs = form(one), form(other)
    mixed = all(sort[0] in {"code", "numbered"} and name.isalnum() for name, sort in ((one, mine), (other, theirs)))
    return mine == theirs or (mixed and len(one) == len(other))


@lru_cache(maxsize=64)
def _listed_with(briefing: str, name: str, key: str) -> tuple[str, ...]:
    """What the system's words list under a label under which they list a name, too, or which is an argument's."""
    lists: dict[str, dict[str, None]] = {}
    for line in _LABELLED.finditer(briefing):
        values = (value.strip(" \"'[]") for value in line["values"].split(","))
        lists.setdefault(line["label"], {}).update(dict.fromkeys(value for value in values if len(value) > 2))
    role = [*map(singular, name_words(key))]
    mine = (values for label, values in lists.items() if name in values or [*map(singular, name_words(label))] == role)
    return tuple(value for values in mine for value in values if value != name)


def _tells(low: str) -> bool:
    low = _REASON.sub("", low)
    return not ("?" in low or LEFT.search(low) or NEGATED.search(plainly(low)))


def _is_described(outcomes: Outcomes, act: Act, stray: _Stray, name: str) -> bool:
    """Return whether anybody speaks of a stray by what lookups told of it, and not of what is told in its place."""
    aliases = outcomes.matter.aliases
    names = aliases.of(stray.key, stray.name).names - aliases.of(stray.key, name).names
    if any(stray.words.says(one) for one in names):
        return True
    theirs = frozenset[str]().union(*(card.own for card in aliases.cards(stray.key, name)))
    cards = (card.own for key, card in act.cards if key == stray.key)
    return any(stray.words.knows(telling(own - theirs)) for own in cards)


def _low(value: str) -> str:
    return value.lower().lstrip("#")
