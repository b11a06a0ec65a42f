"""Calls and answers taken out of what they are packed in, so that they read alike however a system passes them on.

A dispatcher is handed the name of what is to be done and its arguments (`execute {"action": "refund_order", "params":
{…}}`); many tools take all they are given under one key; answers come back in an envelope that says how it went
(`{"status": "ok", "data": {…}}`), in a tag, in a fence. Nothing is known of any particular system. Results are
untrusted: all is capped, and what is not plainly packing is left as it is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from assure_tui.reconcile.actionwords import MAX_NAME, name_words, tool_words
from assure_tui.reconcile.effects.operations import PLACES, is_method, requested, unpacked
from assure_tui.reconcile.effects.refusals import decoded, result_words
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolCall

MAX_LAYERS = 4
"""Layers of packing that are taken off."""
MAX_ANSWER = 200_000
"""Code points of an answer that is unpacked."""
MAX_PATH = 2000
MAX_FIELDS = 60
"""Fields read of a request's query."""
MIN_CUT = 40
"""Code points from which on an answer that ends in an ellipsis was cut: "Working..." was not."""
MAX_ENDING = 200
"""Code points at the end of an answer in which it says that it was cut."""
MAX_MEMBERS = 12
"""Members of an object that may be an envelope."""

_TAGGED = re.compile(r"<(tool_response|tool_result|function_results?|tool_output|observation)>\s{0,80}", re.IGNORECASE)
_VERSION = re.compile(r"v\d{1,3}", re.IGNORECASE)
_TRAILING = re.compile(r"(?:\.\.\.|…)[\s\])>]{0,8}\Z")
_CUT = re.compile(
    r"""[\[(<{.…][\s.…]{0,4}(?:\d[\d,]{0,9}\s)?(?:\w{1,12}\s)?
      (?:truncated|omitted|clipped|cut\ off|more\ (?:rows|lines|items|results|characters))""",
    re.IGNORECASE | re.VERBOSE,
)
_FENCED = re.compile(r"(?:[\w ]{0,40}:)?\s{0,20}```\w{0,12}\n")


@cache
def _carriers(role: str) -> frozenset[str]:
    return frozenset(table("actions")["carriers"][role].split())


def opened_call(call: ToolCall) -> ToolCall:
    """Return a call as the tool that does it would have been called."""
    tool, args = call.tool, unpacked(call.args)
    for _ in range(MAX_LAYERS):
        named = _passed_on(tool, args) or _requested(tool, args) or _wrapped(tool, args)
        if named is None:
            break
        tool, args = named[0], unpacked(named[1])
    args = {key: value for key, value in args.items() if not _is_of_delivery(key, tool)}
    if tool == call.tool and args == call.args:
        return call
    return msgspec.structs.replace(call, tool=tool, args=args)


def _passed_on(tool: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return what a dispatcher passes on: the name of a tool, and an object with all that it is given."""
    if not _carriers("tools").issuperset(name_words(tool)[-1:]):
        return None
    names = [key for key in args if name_words(key) and _carriers("operations").issuperset(name_words(key))]
    packs = [key for key in args if isinstance(args[key], dict)]
    rest = [key for key in args if key not in packs and not _carriers("addresses").issuperset(name_words(key))]
    if len(packs) != 1 or rest or not _carriers("packs").issuperset(name_words(packs[0])):
        return None
    name = next((args[key] for key in sorted(names, key=_last_is_name) if isinstance(args[key], str)), "")
    beside = any(not _carriers("categories").isdisjoint(name_words(key)) for key in args if key not in packs)
    if not 0 < len(name) < MAX_NAME or " " in name or beside:
        return None
    return name, args[packs[0]]


def _requested(tool: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return what a request does to a resource, with what stands in its path, its query and its body."""
    carries = is_method(tool) or _carriers("tools").issuperset(name_words(tool)[-1:])
    words = requested(args, tool) if carries else None
    if words is None:
        return None
    name = "_".join((words.verb, *words.nouns))
    again = tool_words(name)
    if (again.action, again.effect_class) != (words.action, words.effect_class):
        return None
    place = next(str(value) for key, value in args.items() if key.lower() in PLACES)
    path, _, query = place[:MAX_PATH].partition("?")
    steps = [step for step in path.partition("://")[2].split("/")[1:] or path.split("/") if _is_id(step)]
    given: dict[str, Any] = {"id" if not at else f"id_{at + 1}": step for at, step in enumerate(steps)}
    given |= dict(parse_qsl(query, max_num_fields=MAX_FIELDS) if query.count("&") < MAX_FIELDS else ())
    for key, value in args.items():
        if isinstance(value, dict) and key.lower() in _carriers("bodies"):
            given |= value
    return name, given


def _is_id(step: str) -> bool:
    return any(map(str.isdecimal, step)) and _VERSION.fullmatch(step) is None


def _is_of_delivery(key: str, tool: str) -> bool:
    """Return whether an argument is about how a call is delivered, not about what it does."""
    words = _delivery().intersection(name_words(key))
    return bool(words) and not words.issubset(name_words(tool))


@cache
def _delivery() -> frozenset[str]:
    return frozenset(table("actions")["arguments"]["delivery"].split())


def _last_is_name(key: str) -> bool:
    return name_words(key) == ("name",)


def _wrapped(tool: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return what lies under a call's only argument, where its name means nothing by itself: `{"params": {…}}`."""
    if len(args) != 1:
        return None
    ((key, inner),) = args.items()
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    return (tool, inner) if isinstance(inner, dict) and inner and key.lower() in _carriers("packs") else None


def opened_answer(text: str) -> str:
    """Return an answer without what it is packed in; one that says that the call failed is left as it is."""
    head = text[:80].lstrip()[:1]
    return _opened(text) if (head and head in "<{[`") or "```" in text[:80] else text


def is_cut(text: str) -> bool:
    """Return whether an answer says that it is cut off: `… [truncated]`."""
    end = text[-MAX_ENDING:]
    return (len(text) > MIN_CUT and _TRAILING.search(end) is not None) or _CUT.search(end) is not None


@lru_cache(maxsize=32)
def _opened(text: str) -> str:
    for _ in range(MAX_LAYERS):
        if len(text) > MAX_ANSWER:
            break
        inner = _untagged(text.strip())
        if inner is None:
            break
        text = inner
    return text


def _untagged(text: str) -> str | None:
    if text.startswith("<<") and text.endswith(">>"):
        return text[2:-2]
    tag = _TAGGED.match(text)
    if tag is not None:
        return text[tag.end() : -len(tag[1]) - 3].strip() if text.lower().endswith(f"</{tag[1].lower()}>") else None
    fence = _FENCED.match(text)
    if fence is not None:
        return text[fence.end() : -3].strip() if text.endswith("```") and text.count("```") == 2 else None
    return _enveloped(text) if text.startswith("{") else _blocks(text) if text.startswith("[") else None


def _blocks(text: str) -> str | None:
    """The text of a list of content blocks, as in the Model Context Protocol: `[{"type": "text", "text": …}]`."""
    document = decoded(text) if '"text"' in text[:MIN_CUT] else None
    if not isinstance(document, list) or not document or len(document) > MAX_MEMBERS:
        return None
    texts = [
        block["text"]
        for block in document
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
    ]
    return "\n".join(texts) if len(texts) == len(document) else None


def _enveloped(text: str) -> str | None:
    """Return what an object holds beside members that say that all went well; None where it is not an envelope."""
    document = decoded(text)
    if not isinstance(document, dict) or not 1 < len(document) <= MAX_MEMBERS:
        return None
    held = [key for key, value in document.items() if key.lower() in result_words()["enveloping"] and value is not None]
    if len(held) != 1 or not all(_says_well(key, value) for key, value in document.items() if key not in held):
        return None
    inner = document[held[0]]
    return inner if isinstance(inner, str) else msgspec.json.encode(inner).decode()


def _says_well(key: str, value: object) -> bool:
    """Return whether a member of an object says only that a call was carried out."""
    if value in (None, "", [], {}):
        return True
    words = name_words(key)[-1:]
    if value in (False, 0):
        return not _carriers("troubles").isdisjoint(words)
    return str(value).lower() in _carriers("well") and not _carriers("verdicts").isdisjoint(words)
