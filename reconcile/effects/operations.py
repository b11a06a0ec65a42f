"""What a call does by its name and by what its arguments choose.

Most tools say in their name what they do. Some only carry what an argument names: an action of a dispatcher
(`run_action {"name": "gate.appoint"}`), the method and path of a request, a statement for a database.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    OTHER,
    ToolWords,
    Verb,
    act_of_words,
    is_generic,
    is_looking_noun,
    name_words,
    object_groups,
    singular,
    tool_words,
    verb_forms,
)
from assure_tui.reconcile.effects.refusals import result_words
from assure_tui.reconcile.tables import table

MAX_CHOICE = 40
"""Code points of an argument that chooses what is done."""
MAX_STATEMENT = 8000
"""Code points of a statement that are read."""
MAX_STATEMENTS = 64
MIN_PROGRAM = 400
"""Code points of statements from which on they may do more than their first says."""
MAX_PACKED = 20_000
"""Code points of an argument that is unpacked."""

PLACES = frozenset({"path", "url", "endpoint", "uri"})
"""Arguments that say where a request goes."""
_METHODS = {"get": "get", "head": "get", "options": "get", "post": "create", "put": "update", "patch": "update"}
_REMARKS = re.compile(r"--[^\n]{0,2000}|/\*.{0,2000}?\*/", re.DOTALL)
_STATEMENT = re.compile(
    r"""(?:\A|;|\bbegin\b)\s{0,200}(?:
      (?P<look>select|with|explain|pragma|show|describe)\s
    | (?P<change>insert\s{1,20}(?:ignore\s{1,20})?into | replace\s{1,20}into | merge\s{1,20}into | delete\s{1,20}from
        | update\s{1,20}[\w."`\[\]]{1,120}\s{1,20}(?:\w{1,40}\s{1,20})?set
        | (?:truncate|alter|drop|create)\s{1,20}(?:or\s{1,20}replace\s{1,20})?
          (?:(?:unique|temp|temporary|materialized|unlogged)\s{1,20})?
          (?P<thing>table|view|index|schema|database|role|user|policy|trigger|function|procedure|type|sequence|extension)
        | (?:grant|revoke)\s[^;]{1,200}?\son )\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CHANGING = re.compile(r"\)\s{0,20}(?P<verb>insert|update|delete|merge)\b", re.IGNORECASE)
_TABLE = re.compile(
    r"\b(?:into|update|from|table|database|schema|on)\s{1,20}(?:if\s+(?:not\s+)?exists\s+)?[\"'`\[]?(?P<name>[\w.]{1,80})",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?P<column>\w{1,60})\s{0,5}=[^,;=]{0,80}?\b(?P=column)\s{0,5}[-+*/]", re.IGNORECASE)
"""A column that is set from what it was: doing it again changes more."""
_AS_VERBS = {"truncate": "delete", "drop": "delete", "replace": "update"}


@cache
def _carriers() -> dict[str, frozenset[str]]:
    return {role: frozenset(listed.split()) for role, listed in table("actions")["carriers"].items()}


def unpacked(args: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with those unpacked that hold an object written as text, as what a dispatcher passes on does."""
    return {key: _unpacked(value) for key, value in args.items()}


def _unpacked(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith("{") or len(value) > MAX_PACKED:
        return value
    try:
        inner = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value
    return inner if isinstance(inner, dict) else value


def without_address(tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call without those that only say to what a dispatcher passes it on."""
    carriers = _carriers()
    if not carriers["tools"].issuperset(name_words(tool)[-1:]) or _named(args, carriers) is None:
        return args
    return {key: value for key, value in args.items() if not _addresses(key, carriers)}


def _addresses(key: str, carriers: dict[str, frozenset[str]]) -> bool:
    words = name_words(key)
    return bool(words) and words[0] != "name" and carriers["addresses"].issuperset(words)


def is_program(tool: str, args: dict[str, Any]) -> bool:
    """Return whether a call runs a program that was written for it, or several statements: it may do several things."""
    carriers = _carriers()
    if not carriers["running"].isdisjoint(name_words(tool)) and any(
        isinstance(value, str) and carriers["programs"].issuperset(name_words(key)) for key, value in args.items()
    ):
        return True
    statements = (args[key] for key in args if key.lower() in carriers["statements"])
    return any(
        isinstance(text, str)
        and len(text) > MIN_PROGRAM
        and _STATEMENT.search(_REMARKS.sub(" ", text[:MAX_STATEMENT])) is not None
        for text in statements
    )


def operation(tool: str, args: dict[str, Any]) -> ToolWords:
    """Read what a call does: from the tool's name, or from what its arguments name where it only carries that."""
    words = tool_words(tool)
    given = name_words(tool)
    carriers = _carriers()
    statement = _statement(args, carriers) if carriers["statements"] & {*given, *map(str.lower, args)} else None
    if statement is not None:
        return statement
    if words.verb == "download" and any(carriers["places"] & set(name_words(key)) for key in args):
        return act_of_words("save", tuple(noun for noun in words.nouns if "web" not in object_groups((noun,))))
    if words.effect_class == "read" and not carriers["tools"].issuperset(given[-2:]):
        return _recorded(given, args) or _ordered(words, args, carriers) or words
    if words.effect_class != "read" and _only_tries(args, carriers):
        seen = _on_resource(tool, args) if words.action == OTHER else None
        return seen or msgspec.structs.replace(words, action="read", effect_class="read")
    if carriers["tools"].issuperset(given[-1:]):
        named = requested(args) or _named(args, carriers)
        if named is not None:
            return named
    if is_method(tool) and (named := requested(args, tool)) is not None:
        return named
    chosen = _chosen(args) if words.effect_class == "execute" or is_generic(words.verb) else None
    if chosen is None:
        return _on_resource(tool, args) or words if words.action == OTHER else words
    return msgspec.structs.replace(words, action=chosen.action, verb=chosen.lemma, effect_class="write")


def _recorded(given: tuple[str, ...], args: dict[str, Any]) -> ToolWords | None:
    """Read `log_sample {"value": 0.6}`: what begins with a verb of writing and hands over figures does not look.

    Nor does what begins with any verb and hands over an amount: `credit_balance {"amount": 15}`.
    """
    figures = any(isinstance(value, float) for value in args.values())
    verbs = (verb.form == "base" for verb in verb_forms(given[0])) if len(given) == 2 else ()
    if (
        any(verbs)
        and any(name_words(key)[-1:] == ("amount",) for key in args)
        and tool_words(given[0]).action != "read"
    ):
        return act_of_words(given[0], given[1:])
    if len(given) != 2 or not figures or given[0] not in _carriers()["writing"] or not is_looking_noun(given[1]):
        return None
    return act_of_words(given[0], given[1:])


def _selected(args: dict[str, Any], carriers: dict[str, frozenset[str]]) -> str | None:
    """Return the word by which an argument says what one tool of several uses is to do: `{"RequestType": "Book"}`."""
    for key, value in args.items():
        words = name_words(key)
        selects = words[:1] and words[0] in carriers["selectors"] and set(words[1:]) <= {"type"}
        if selects and isinstance(value, str) and len(value) < MAX_CHOICE:
            return value.lower()
    return None


def _only_tries(args: dict[str, Any], carriers: dict[str, frozenset[str]]) -> bool:
    """Return whether a call only asks what would come of an act: `{"RequestType": "Check"}`, `{"dry_run": true}`."""
    flags = {"_".join(name_words(key)) for key, value in args.items() if value is True or str(value).lower() == "true"}
    chosen = "_".join(name_words(_selected(args, carriers) or ""))
    return bool(flags & carriers["trials"]) or chosen in carriers["trials"] | carriers["asking"]


def _ordered(words: ToolWords, args: dict[str, Any], carriers: dict[str, frozenset[str]]) -> ToolWords | None:
    """Read `party_plan {"RequestType": "Book"}`: what is named by a noun of looking does what an argument orders."""
    chosen = _selected(args, carriers) if is_looking_noun(words.verb) else None
    known = [verb for verb in verb_forms(chosen or "") if verb.form == "base" and not verb.particle]
    return act_of_words(known[0].lemma, words.nouns) if known else None


def _statement(args: dict[str, Any], carriers: dict[str, frozenset[str]]) -> ToolWords | None:
    """Read a statement for a database; None where no argument holds one."""
    for key, value in args.items():
        if not isinstance(value, str) or key.lower() not in carriers["statements"]:
            continue
        text = _REMARKS.sub(" ", value[:MAX_STATEMENT])
        stated = list(islice(_STATEMENT.finditer(text), MAX_STATEMENTS))
        found = next((one for one in stated if one["change"]), stated[0] if stated else None)
        if found is None:
            continue
        text = text[found.start() :]
        inner = _CHANGING.search(text) if (found["look"] or "").lower() == "with" else None
        place = _TABLE.search(text, inner.start() if inner else 0)
        nouns = tuple(singular(word) for word in name_words(place["name"])) if place else ()
        nouns = (found["thing"].lower(), *nouns) if found["thing"] else nouns
        change = inner["verb"] if inner else found["change"]
        if not change:
            return ToolWords("read", found["look"].lower(), nouns, object_groups(nouns), "read")
        verb = change.split()[0].lower()
        return act_of_words("increase" if _RELATIVE.search(text) else _AS_VERBS.get(verb, verb), nouns)
    return None


def is_method(tool: str) -> bool:
    """Return whether a tool is called like a method of HTTP, as `POST {"url": …}` is."""
    return tool.lower() in _METHODS or tool.lower() == "delete"


def requested(args: dict[str, Any], tool: str = "") -> ToolWords | None:
    """Read the method and path of a request; None without them. The method may be the tool's own name."""
    own = tool if is_method(tool) else None
    method = next((value for key, value in args.items() if key.lower() in {"method", "verb"}), own)
    place = next((value for key, value in args.items() if key.lower() in PLACES), None)
    if not isinstance(method, str) or not isinstance(place, str):
        return None
    path = re.sub(r"^\w{1,10}://[^/]{0,200}", "", place[:MAX_STATEMENT]).partition("?")[0]
    steps = [step for step in path.split("/") if step and not re.search(r"\d|^[:{]", step)]
    verb = _METHODS.get(method.lower(), method.lower())
    nouns = tuple(singular(word) for step in steps[-2:] for word in name_words(step))
    if verb == "get":
        return ToolWords("read", "get", nouns, object_groups(nouns), "read")
    named = tool_words("/".join(steps[-2:])) if steps else None
    if named is not None and (named.effect_class == "read" or named.action != OTHER) and method.lower() == "post":
        body = next((value for value in args.values() if isinstance(value, dict)), {})
        return named if named.effect_class == "read" else _named(body, _carriers()) or named
    return act_of_words(verb, nouns) if any(form.form == "base" for form in verb_forms(verb)) else None


def _named(args: dict[str, Any], carriers: dict[str, frozenset[str]]) -> ToolWords | None:
    """Read the action that an argument names; None where no argument says what is done.

    An action that is only a verb is done to what the arguments beside it name: `{"category": "tickets", "action":
    "create"}`.
    """
    for key, value in args.items():
        words = name_words(key)
        if (
            isinstance(value, str)
            and words
            and carriers["operations"].issuperset(words)
            and 0 < len(value) < MAX_CHOICE
        ):
            named = tool_words(value)
            if named.verb:
                return named if named.nouns else _of_place(named, args, carriers)
    return None


def _of_place(named: ToolWords, args: dict[str, Any], carriers: dict[str, frozenset[str]]) -> ToolWords:
    places = [
        value
        for key, value in args.items()
        if isinstance(value, str) and len(value) < MAX_CHOICE and set(name_words(key)) & carriers["categories"]
    ]
    nouns = tuple(singular(word) for value in places for word in name_words(value))
    if not nouns or named.effect_class == "read":
        return named
    return act_of_words(named.verb, nouns)


def _on_resource(tool: str, args: dict[str, Any]) -> ToolWords | None:
    """Read a tool that is called like what it keeps by the action given to it: `agenda {"action": "add"}`."""
    chosen = (value for key, value in args.items() if key.lower() in {"action", "operation", "op"})
    for value in chosen:
        if isinstance(value, str) and len(value) < MAX_CHOICE and value.isidentifier():
            words = tool_words(f"{value}_{tool}")
            if words.action != OTHER:
                return words
    return None


def _chosen(args: dict[str, Any]) -> Verb | None:
    """The action that an argument chooses: `modify_booking(action="cancel")`, `set_status(status="cancelled")`."""
    keys = result_words()["choosing"]
    for key, value in args.items():
        if isinstance(value, str) and len(value) < MAX_CHOICE and name_words(key)[-1:] and name_words(key)[-1] in keys:
            for word in name_words(value):
                known = [verb for verb in verb_forms(word) if not verb.particle and verb.form in {"base", "past"}]
                if known and not is_generic(known[0].lemma):
                    return known[0]
    return None
