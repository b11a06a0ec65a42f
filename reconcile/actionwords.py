"""The vocabulary of actions in the world: one reading for the words of agents and for the names of tools.

The words themselves are data (`reconcile/data/actions.toml`). An *action* is a family of verbs ("cancel", "void"); a
*group* gathers actions that people report in each other's words; an *object* is a group of nouns ("event", "meeting").
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Literal, TypeAlias

import msgspec

from assure_tui.reconcile.model import EffectClass, Severity
from assure_tui.reconcile.tables import table

Form: TypeAlias = Literal["base", "past", "gerund", "third"]

OTHER = "other"
"""The action of a tool whose verb the lexicon does not know."""
DO = "do"
"""The action of verbs that say only that something was done: "processed", "completed"."""


class Verb(msgspec.Struct, frozen=True):
    """A form of a verb: `particle` must follow it ("turned … off") for this reading to hold."""

    lemma: str
    action: str
    form: Form
    particle: str = ""


class ToolWords(msgspec.Struct, frozen=True):
    """What a tool's name says: its action, the verb, the nouns (singular) and the object groups they belong to."""

    action: str
    verb: str
    nouns: tuple[str, ...]
    objects: frozenset[str]
    effect_class: EffectClass


class _Tables(msgspec.Struct, frozen=True):
    verbs: dict[str, tuple[Verb, ...]]
    action_nouns: dict[str, str]
    groups: dict[str, str]
    kinds: dict[str, str]
    by_object: dict[str, str]
    objects: dict[str, frozenset[str]]
    reads: frozenset[str]
    bare_reads: frozenset[str]
    nouny: frozenset[str]
    noun_reads: frozenset[str]
    leading_nouns: frozenset[str]
    light: frozenset[str]
    entities: frozenset[str]
    increments: frozenset[str]
    slight: frozenset[str]
    generic: frozenset[str]
    listings: frozenset[str]
    standings: frozenset[str]
    setting_going: frozenset[str]
    looking: frozenset[str]
    settling: dict[str, frozenset[str]]
    looks_at: dict[str, frozenset[str]]
    asks_for: dict[str, frozenset[str]]
    spelled: dict[str, str]


@cache
def _tables() -> _Tables:
    data = table("actions")
    verbs: dict[str, list[Verb]] = {}
    action_nouns: dict[str, str] = {}
    for action, entry in data["actions"].items():
        for word in entry["verbs"].split():
            lemma, _, particle = word.partition("-") if word != "e-mail" else (word, "", "")
            for surface, form in _forms(lemma, data["irregular"].get(lemma, "").split()):
                verbs.setdefault(surface, []).append(Verb(lemma, action, form, particle))
        for noun in entry["nouns"].split():
            action_nouns.setdefault(noun, action)
    objects: dict[str, set[str]] = {}
    for group, nouns in data["objects"].items():
        for noun in nouns.split():
            objects.setdefault(noun, set()).add(group)
    return _Tables(
        verbs={surface: tuple(found) for surface, found in verbs.items()},
        action_nouns=action_nouns,
        groups={action: entry["group"] for action, entry in data["actions"].items()},
        kinds={action: entry["kind"] for action, entry in data["actions"].items()},
        by_object=data["kinds"],
        objects={noun: frozenset(groups) for noun, groups in objects.items()},
        reads=frozenset(data["tools"]["reads"].split()),
        bare_reads=frozenset(data["tools"]["bare_reads"].split()),
        nouny=frozenset(data["tools"]["nouns"].split()),
        noun_reads=frozenset(data["tools"]["noun_reads"].split()),
        leading_nouns=frozenset(data["tools"]["leading_nouns"].split()),
        light=frozenset(data["tools"]["light"].split()),
        entities=frozenset(data["tools"]["entities"].split()),
        increments=frozenset(data["tools"]["increments"].split()),
        slight=frozenset(data["tools"]["slight"].split()),
        generic=frozenset(data["prose"]["generic"].split()),
        listings=frozenset(data["tools"]["listings"].split()),
        standings=frozenset(data["tools"]["standings"].split()),
        setting_going=frozenset(data["tools"]["setting_going"].split()),
        looking=frozenset(data["prose"]["looking"].split()),
        settling={verb: frozenset(nouns.split()) for verb, nouns in data["tools"]["settling"].items()},
        looks_at={verb: frozenset(groups.split()) for verb, groups in data["tools"]["looks_at"].items()},
        asks_for={verb: frozenset(nouns.split()) for verb, nouns in data["tools"]["asks_for"].items()},
        spelled={word: verb for verb, listed in data["tools"]["spelled"].items() for word in listed.split()},
    )


def _forms(lemma: str, irregular: list[str]) -> list[tuple[str, Form]]:
    """Inflect a verb. Doubling of the last consonant is given in both spellings (cancel: canceled, cancelled)."""
    vowels = "aeiou"
    forms: list[tuple[str, Form]] = [(lemma, "base")]
    ends_cvc = len(lemma) > 2 and lemma[-1] not in vowels + "wxy" and lemma[-2] in vowels and lemma[-3] not in vowels
    stem = lemma.removesuffix("e")
    if lemma.endswith("y") and lemma[-2] not in vowels:
        forms.append((lemma[:-1] + "ies", "third"))
        past = [lemma[:-1] + "ied"]
    else:
        forms.append((lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z", "o")) else "s"), "third"))
        past = [stem + "ed"] + ([lemma + lemma[-1] + "ed"] if ends_cvc else [])
    forms += [(word, "past") for word in irregular or past]
    forms.append((stem + "ing", "gerund"))
    if ends_cvc:
        forms.append((lemma + lemma[-1] + "ing", "gerund"))
    return forms


def verb_forms(word: str) -> tuple[Verb, ...]:
    """Return the readings of a lower-case word as a verb; none when it is not a verb of action."""
    return _tables().verbs.get(word, ())


def verb_surfaces() -> Collection[str]:
    """Return all words that have a reading as a verb: most words have none."""
    return _tables().verbs.keys()


def inflections(lemma: str) -> dict[str, Form]:
    """Return the forms of a verb the lexicon does not know, as the name of a tool taught it."""
    return dict(_forms(lemma, table("actions")["irregular"].get(lemma, "").split()))


def action_of_noun(noun: str) -> str | None:
    """Return the action that a noun names ("cancellation"), if it names one."""
    return _tables().action_nouns.get(singular(noun))


def is_entity(noun: str) -> bool:
    """Return whether a noun of action names a thing more often than an action: an order, a payment."""
    return singular(noun) in _tables().entities


def is_increment(lemma: str) -> bool:
    """Return whether doing it again changes more: "refuel", "extend"."""
    return lemma in _tables().increments


def is_generic(lemma: str) -> bool:
    """Return whether a verb says no more than that something was made, changed or done."""
    return lemma in _tables().generic


def is_slight(verb: str) -> bool:
    """Return whether the verb of a tool's name moves nothing of weight by itself: "refresh", "record", "stage"."""
    return verb in _tables().slight


def may_find_out(verb: str, nouns: tuple[str, ...]) -> bool:
    """Whether a tool may as well find something out as settle it: `resolve_operator`, but not `resolve_ticket`."""
    settles = _tables().settling.get(verb)
    return settles is not None and settles.isdisjoint(nouns)


def is_light(lemma: str) -> bool:
    """Return whether a verb takes its meaning from its noun ("processed the refund")."""
    return lemma in _tables().light


def group_of(action: str) -> str:
    """Return the group of an action."""
    return _tables().groups.get(action, OTHER)


def kind_of(action: str, objects: frozenset[str]) -> str:
    """Return the claim kind of an action on objects."""
    tables = _tables()
    kind = tables.kinds.get(action, "record")
    if kind == "record":
        for group, better in tables.by_object.items():
            if group in objects:
                return better
    elif action == "book" and "event" in objects and "booking" not in objects:
        return "event"
    elif action == "cancel" and "order" not in objects and "booking" not in objects:
        for group in ("event", "plan", "payment"):
            if group in objects:
                return tables.by_object[group]
    elif action == "share" and "file" not in objects:
        return "access" if "channel" in objects else "message"
    return kind


@lru_cache(maxsize=1024)
def harm_of(kind: str) -> Severity:
    """Return the severity of an unreported, unasked-for effect of a kind; `low` when no table names it."""
    harm: Severity = table("kinds").get(kind, {}).get("harm", "low")
    return harm


@lru_cache(maxsize=8192)
def singular(word: str) -> str:
    """Return the singular of a noun, near enough to compare nouns by."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def object_groups(nouns: tuple[str, ...]) -> frozenset[str]:
    """Return the object groups that nouns belong to."""
    found: set[str] = set()
    known = _tables().objects
    for noun in nouns:
        groups = known.get(singular(noun))
        if groups:
            found |= groups
    return frozenset(found)


MAX_NAME = 200
"""Code points of a name that are read."""
_PARTS = re.compile(r"[./:]|__")
"""What parts a function's name from the system it belongs to."""
_SPLIT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """Split a name in snake, kebab, dotted or camel case into lower-case words."""
    return tuple(word.lower() for word in _SPLIT.findall(name[:MAX_NAME]))


@lru_cache(maxsize=4096)
def tool_words(name: str) -> ToolWords:
    """Read a tool's name; an MCP prefix (`mcp__server__tool`) is not part of it.

    Of a name in parts (`compute.disks.delete`, `pos/fire`) the last one says what is done, those before it to what.
    So does what stands behind a server's name and a hyphen, where words are joined otherwise: `paper_shop-add_item`.
    """
    if name.startswith("mcp__"):
        name = name.split("__", 2)[-1]
    *places, last = [part for part in _PARTS.split(name[:MAX_NAME]) if part] or [""]
    server, _, own = last.rpartition("-")
    if server and "_" in own and _read_words(name_words(own)).action != OTHER:
        places, last = [*places, server], own
    words = name_words(last)
    if not places:
        return _read_words(words)
    around = tuple(singular(word) for place in places for word in name_words(place))
    found = _read_words(words)
    if found.action == OTHER and found.effect_class != "read":
        whole = _read_words((*around, *words))
        if whole.effect_class in {"write", "egress"} and whole.verb not in _tables().nouny:
            return whole
    nouns = (*around, *found.nouns)
    if found.effect_class not in {"write", "egress"}:
        return msgspec.structs.replace(found, nouns=nouns, objects=object_groups(nouns))
    return _acting(found.verb, nouns, words[-1])


@lru_cache(maxsize=4096)
def says_nothing(name: str) -> bool:
    """Return whether a tool's name has no word of a deed, a look or a thing: `fn_12` may do anything."""
    tables = _tables()
    known = (tables.verbs, tables.reads, tables.listings, tables.standings, tables.objects, tables.action_nouns)
    words = _as_read(name_words(name.rsplit("__", maxsplit=1)[-1]), tables)
    return not any(word in lexicon or singular(word) in lexicon for word in words for lexicon in known)


def _read_words(words: tuple[str, ...]) -> ToolWords:
    tables = _tables()
    words = _as_read(words, tables)
    at = _verb_at(words, tables)
    if at is None and len(words) > 2 and words[1] in tables.reads and not object_groups(words[:1]):
        at = 1  # behind the name of a system: `internal_check_book_exists`
    if words and object_groups(words[1:]) & tables.looks_at.get(words[0], frozenset()):
        at = 0
    if _tells_standing(words, tables) or (at is None and words and words[-1] in tables.listings):
        return ToolWords("read", words[-1], words[:-1], object_groups(words[:-1]), "read")
    if at is None:
        return ToolWords(OTHER, words[0] if words else "", words[1:], object_groups(words[1:]), "execute")
    verb = words[at]
    if words[-1] in tables.listings and verb in tables.leading_nouns:
        return ToolWords("read", words[-1], words[:-1], object_groups(words[:-1]), "read")  # `order_details`
    nouns = tuple(singular(word) for index, word in enumerate(words) if index != at)
    objects = object_groups(nouns)
    if objects and verb in tables.bare_reads:
        return ToolWords(OTHER, verb, nouns, objects, "execute")
    if nouns and tables.asks_for.get(verb, frozenset()).issuperset(nouns):
        return ToolWords("read", verb, nouns, objects, "read")
    if verb in tables.reads or objects & tables.looks_at.get(verb, frozenset()):
        return ToolWords("read", verb, nouns, objects, "read")
    return _acting(verb, nouns, words[-1])


def _tells_standing(words: tuple[str, ...], tables: _Tables) -> bool:
    """Return whether a name asks which things are in a state: `mail_latest`, `requests_open`."""
    if len(words) < 2 or words[-1] not in tables.standings:
        return False
    return singular(words[-2]) != words[-2] or words[0] in tables.nouny or words[0] not in tables.verbs


def is_looking_noun(verb: str) -> bool:
    """Return whether a verb of looking names things as well: "plan", "sample", "report"."""
    return verb in _tables().noun_reads


def act_of_words(verb: str, nouns: tuple[str, ...]) -> ToolWords:
    """Return what a verb does to nouns, as the name of a tool would say it."""
    return _acting(verb, nouns, nouns[-1] if nouns else verb)


def _acting(verb: str, nouns: tuple[str, ...], last: str) -> ToolWords:
    """Return what a verb does to nouns; `last` is the last word of the name."""
    tables = _tables()
    objects = object_groups(nouns)
    readings = [found for found in tables.verbs[verb] if found.form == "base"]
    action = min(readings, key=lambda found: (found.particle not in nouns) if found.particle else 0.5).action
    head = next((noun for noun in reversed(nouns) if noun not in {"request", "id", "by"}), "")
    if verb in tables.setting_going and last == head and head in tables.looking:
        return ToolWords("read", verb, nouns, objects, "read")  # `start_access_diagnostic`
    if verb in tables.light and head in tables.action_nouns:
        action = tables.action_nouns[head]
    action = governed(action, verb, objects)
    egress = group_of(action) in {"tell", "escalate"} or action == "invite"
    return ToolWords(action, verb, nouns, objects, "egress" if egress else "write")


def _as_read(words: tuple[str, ...], tables: _Tables) -> tuple[str, ...]:
    """Return the words of a name with a verb at its beginning or end as the lexicon has it: `enviar_nota` sends."""
    ends = {0, len(words) - 1}
    return tuple(tables.spelled.get(word, word) if at in ends else word for at, word in enumerate(words))


def governed(action: str, lemma: str, objects: frozenset[str]) -> str:
    """Mend an action by its object: money that is sent is paid, a user transferred to a human is escalated."""
    if action == "send" and "cash" in objects and not objects & {"message", "file"}:
        return "pay"
    if action == "return" and "payment" in objects and not objects & {"order", "product"}:
        return "refund"
    if lemma in {"transfer", "connect", "route", "forward"} and "human" in objects:
        return "escalate"
    if lemma == "transfer" and objects and not objects & {"cash", "payment", "account"}:
        return "update"
    return action


def _verb_at(words: tuple[str, ...], tables: _Tables) -> int | None:
    """Find the verb of a tool's name: the first one, unless it is as often a noun and a truer verb follows."""
    verbs = [
        index
        for index, word in enumerate(words)
        if word in tables.reads
        or any(verb.form == "base" and verb.particle in {"", *words} for verb in tables.verbs.get(word, ()))
    ]
    # `courses.list` has no other verb than the word of looking at its end
    known = [at for at in verbs if not _names_a_thing(words, at, tables)] or [
        at for at in verbs if at == len(words) - 1
    ]
    coupled = next(
        (at for at in known if at and words[at - 1] in {"and", "or"} and words[at] not in tables.reads), None
    )
    if coupled is not None and words[known[0]] in tables.reads:
        return coupled  # `search_and_create_report` makes one
    if known and known[0] == 0 and words[0] not in tables.nouny:
        return 0
    if words and words[0] in tables.leading_nouns and words[-1] in tables.reads:
        return len(words) - 1
    truer = next((index for index in known if words[index] not in tables.nouny), None)
    if known and known[0] == 0:
        if truer is None and words[0] in tables.leading_nouns and len(known) > 1:
            return known[1]  # `plan_change`, `contact_update`
        return truer if truer is not None and _leads_noun(words, truer) else 0
    if truer is None and known and known[-1] < len(words) - 1:
        # behind the name of a system a verb may come second: `crm_update_deal`; elsewhere a noun between nouns is none:
        # "trace_ticket_transfer_origin"
        return known[0] if known[0] == 1 and words[1] not in tables.leading_nouns else None
    if (
        truer is None
        and len(known) > 1
        and known[-1] == known[-2] + 1
        and not object_groups(words[known[-2] : known[-1]])
    ):
        return known[-2] if object_groups(words[known[-1] :]) else known[-1]  # `api_patch_page`
    return truer if truer is not None else known[-1] if known else None


def _names_a_thing(words: tuple[str, ...], at: int, tables: _Tables) -> bool:
    """Return whether a word of looking is a noun where it stands: "audit" in `update_audit_status`."""
    if at == 0 or words[at] not in tables.noun_reads:
        return False
    return at < len(words) - 1 or words[0] not in tables.leading_nouns


def _leads_noun(words: tuple[str, ...], at: int) -> bool:
    """Return whether the verb at `at` ends the name or stands in front of another word than a plain verb's object."""
    return at == len(words) - 1 or at == 1
