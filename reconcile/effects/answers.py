"""Whether a tool's answer tells what was done, or only shows what there is.

Nothing is known of any particular tool. Result text is untrusted: it is read with caps on size, depth and count.
"""

from __future__ import annotations

from typing import Any

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    DO,
    name_words,
    singular,
    verb_forms,
)
from assure_tui.reconcile.effects.refusals import MAX_VALUE, decoded, errors, result_message, result_words
from assure_tui.reconcile.records import records_of

MAX_SHOWN = 20_000
"""Code points of a result in which rows and elements are sought."""
MANY_FIELDS = 3
"""Fields from which on an object without a word of having done something shows what there is."""
MANY_ECHOED = 2
"""Values given that come back from which on an answer tells what was set."""
SURE_FIELDS = 6
"""Fields from which on a state among them does not tell that it was just reached."""

_ELEMENT = re.compile(r"<[a-z][\w:.-]{0,40}[\s/>]", re.IGNORECASE)
_CELLS = re.compile(r"\s\|\s|\t|\S {2,40}\S")
_TOLD = re.compile(
    r"\b(?:has|have|was|were) (?:been )?(?:now )?success?fully (\w{3,20})|\b(\w{3,20}) success?fully\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\W{0,3}\d[\d.,]{0,20}\s{0,2}\D{0,4}")


def shows(text: str, tool: str, args: dict[str, Any]) -> bool:
    """Return whether an answer only shows what there is, and does not say that something was done.

    A list, a table or a bare figure is; an object is one where it has fields enough, none of which says that something
    was done, or where the call said no more than what it asks for (`args`), or is named by many things.
    """
    stripped = text.strip()[:MAX_SHOWN]
    asks = _only_asks(args) or any(singular(word) != word for word in name_words(tool)[-1:])
    if not stripped or (errors(text) and not shows_state(text, args)):
        return False
    document = decoded(stripped)
    if isinstance(document, list):
        return True
    if isinstance(document, dict):
        return _echoed(document, args) < MANY_ECHOED and _object_shows(document, asks=asks)
    if stripped[0] == "<":
        return len(_ELEMENT.findall(stripped)) > 1
    rows = [row for row in stripped.splitlines() if row.strip()]
    if _NUMBER.fullmatch(stripped):
        return True
    return len(rows) > 1 or bool(_CELLS.search(stripped)) or (asks and _tells_fields(text))


def shows_state(text: str, args: dict[str, Any]) -> bool:
    """Return whether an answer only reports the state of the object asked for, in words that could also mean failure.

    `{"no": "A-2", "state": "rejected"}` answers who asked for A-2.
    """
    found, document = errors(text), decoded(text.strip()[:MAX_SHOWN])
    if not isinstance(document, dict) or not args or not _only_asks(args):
        return False
    had = {str(value) for value in document.values() if isinstance(value, str | int)}
    state = str(found.get("error", "")).partition(":")[0].lower() in result_words()["status"]
    return state and any(str(value) in had for value in args.values())


def deed_told(text: str) -> str:
    """Return the verb by which a short answer says that something was done: "Report submitted successfully."."""
    found = _TOLD.search(result_message(text))
    known = verb_forms((found[1] or found[2]).lower()) if found else ()
    return next((verb.lemma for verb in known if verb.form == "past" and not verb.particle and verb.action != DO), "")


def _object_shows(document: dict[str, Any], *, asks: bool) -> bool:
    words = result_words()
    keys = {word for key in document for word in name_words(str(key)[:MAX_VALUE])[-1:]}
    if not document or keys & words["done"]:
        return False
    if all(isinstance(value, list | dict) for value in document.values()):
        return True
    if keys & words["status"] and len(document) < SURE_FIELDS:
        return asks and len(document) > 1
    return len(document) >= (2 if asks else MANY_FIELDS)


def _echoed(document: dict[str, Any], args: dict[str, Any]) -> int:
    """Count the values given, beyond what a call asks for, that an object has: what was set comes back."""
    had = {str(value) for value in document.values() if isinstance(value, str | int | float)}
    return sum(
        str(value) in had
        for key, value in args.items()
        if isinstance(value, str | int | float) and not set(name_words(key)) & result_words()["asking"]
    )


def _tells_fields(text: str) -> bool:
    records = records_of(text)
    told = {word for record in records[:1] for key, _ in record.fields for word in name_words(key)[-1:]}
    return len(records) > 1 or (len(records) == 1 and len(records[0].fields) > 1 and not told & result_words()["done"])


def _only_asks(args: dict[str, Any]) -> bool:
    """Return whether all arguments of a call only say what is asked for."""
    return all(set(name_words(key)) & result_words()["asking"] for key in args)
