"""Effects of domain tools: what a call that is neither shell nor file does, from its name, arguments and result.

Nothing is known of any particular tool. Its name is read through the vocabulary of actions, its `arguments` by their
names and shapes, its `results` for errors, states and amounts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from assure_tui.ingest.model import ResultStatus
from assure_tui.reconcile.actionwords import (
    OTHER,
    ToolWords,
    act_of_words,
    is_entity,
    is_looking_noun,
    kind_of,
    may_find_out,
    name_words,
    tool_words,
)
from assure_tui.reconcile.claims.values import money
from assure_tui.reconcile.effects.answers import deed_told, shows, shows_state
from assure_tui.reconcile.effects.arguments import MAX_LISTED, MAX_VALUE, arguments, in_major, leaves
from assure_tui.reconcile.effects.made import ending_of, made
from assure_tui.reconcile.effects.operations import is_program, operation, unpacked, without_address
from assure_tui.reconcile.effects.packed import opened_answer, opened_call
from assure_tui.reconcile.effects.refusals import errors, repeat, result_words, tells_of_done
from assure_tui.reconcile.effects.results import results_of
from assure_tui.reconcile.ids import effect_id
from assure_tui.reconcile.model import Effect, EffectClass, Money

if TYPE_CHECKING:
    from assure_tui.ingest.model import ExternalEffect, ToolCall, ToolResult
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.settings import ToolSpec

MAX_OPEN = 16
"""Calls remembered until their results come; the oldest are read again."""
_VERIFYING = frozenset({"verify", "authenticate", "validate", "check"})
CLASSES: tuple[EffectClass, ...] = ("read", "write", "egress", "execute")


def interpret(call: ToolCall, result: ToolResult | None, context: Context) -> list[Effect]:
    """Read the one effect of a domain tool's call."""
    spec = next((spec for spec in context.settings.tools if spec.name == call.tool), None)
    call, given, words, args = _request(_Asked(call, packed=spec is None))
    args = dict(args)
    answer = opened_answer(result.text) if result is not None else ""
    if spec is None and result is not None:
        words = _as_answered(words, call, answer)
    if words.verb == "transfer" and words.action == "pay" and not args.get("money"):
        words = act_of_words("move", words.nouns)
    args["action"] = words.action
    kind, effect_class = _kind(words, given), words.effect_class
    if spec is not None:
        kind = spec.kind
        effect_class = next((known for known in CLASSES if known == spec.effect_class), "write")
        _declared(args, given, spec)
    results: dict[str, Any] = {}
    ending = ending_of(result)
    if result is not None:
        results = results_of(answer, words.verb) if effect_class != "read" else errors(answer)
        if effect_class == "read" and shows_state(answer, call.args):
            results = {}
        if effect_class == "read" and _releases(words, call.args) and tells_of_done(answer):
            results = {"releases": True} | results_of(answer)
        ending = ending._replace(status=_status(result, results))
    return [made(call, result, kind, effect_class, args, results, ending=ending)]


class _Asked:
    """A key for one very call, not for an equal one, under which what was read of it is remembered."""

    __slots__ = ("call", "packed")

    def __init__(self, call: ToolCall, *, packed: bool) -> None:
        self.call = call
        self.packed = packed

    def __hash__(self) -> int:
        return id(self.call)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.call is other.call and self.packed == other.packed


class _Request(NamedTuple):
    """What a call says without its answer."""

    call: ToolCall
    """As it was meant, taken out of what it was packed in."""
    given: dict[str, Any]
    words: ToolWords
    args: dict[str, Any]


@lru_cache(maxsize=MAX_OPEN)
def _request(asked: _Asked) -> _Request:
    """Read a call, once for when it is made and for when its result comes."""
    call = opened_call(asked.call) if asked.packed else asked.call
    given = unpacked(call.args)
    words = operation(call.tool, given)
    args: dict[str, Any] = {"verb": words.verb, "nouns": list(words.nouns)}
    args |= arguments(without_address(call.tool, given))
    if is_program(call.tool, given):
        args["program"] = True
    return _Request(call, given, words, args)


def _as_answered(words: ToolWords, call: ToolCall, answer: str) -> ToolWords:
    """Read once more what a call does where its name leaves that open and the answer tells it."""
    if words.effect_class == "read":
        told = deed_told(answer) if is_looking_noun(words.verb) else ""
        return act_of_words(told, words.nouns) if told else words
    if words.action == OTHER and (told := deed_told(answer)):
        return act_of_words(told, words.nouns)
    open_to_both = words.action == OTHER or may_find_out(words.verb, words.nouns) or _names_a_thing(words, call.args)
    if open_to_both and shows(answer, call.tool, call.args):
        return msgspec.structs.replace(words, effect_class="read")
    return words


def _names_a_thing(words: ToolWords, args: dict[str, Any]) -> bool:
    """Whether a tool is named by a thing alone, and is given no more than which one: `order {"order": "W-5"}`."""
    named = {word for key in args for word in name_words(key)}
    thing = not words.nouns and is_entity(words.verb)
    return thing and words.verb in named and named <= {words.verb, "id", "no", "number", "ref"}


def _kind(words: ToolWords, args: dict[str, Any]) -> str:
    """Return the kind of a call; one that grants rights is of kind `access`: `issue_pass {"access": "full"}`."""
    if words.effect_class == "read":
        return "lookup"
    kind = kind_of(words.action, words.objects)
    rights = result_words()["rights"]
    grants = any(isinstance(value, str) and rights & set(name_words(key)[-1:]) for key, value in args.items())
    return "access" if kind == "record" and grants else kind


def _releases(words: ToolWords, args: dict[str, Any]) -> bool:
    """Return whether a call submits the code that an act waits for: its answer then reports that act."""
    codes = result_words()["codes"]
    return words.verb in _VERIFYING and any(codes & set(name_words(key)) for key in args)


def external(event: ExternalEffect) -> list[Effect]:
    """Turn an effect that the log states explicitly into an effect of its declared kind."""
    words = tool_words(event.kind)
    return [
        Effect(
            id=effect_id(event.id, 0),
            run=event.run,
            event=event.id,
            origin=event.origin,
            call_id=event.call_id,
            tool=event.kind,
            kind=event.kind,
            effect_class="read" if words.effect_class == "read" else "write",
            status=event.status,
            time=event.time,
            args={"action": words.action, "verb": words.verb, "nouns": list(words.nouns)} | arguments(event.args),
        )
    ]


def _declared(args: dict[str, Any], given: dict[str, Any], spec: ToolSpec) -> None:
    """Take the arguments that a workspace declared for a tool of its own."""
    if spec.amount and (amount := money(given.get(spec.amount), None)) is not None:
        currency = given.get(spec.currency) if spec.currency else None
        amount = in_major(amount, spec.minor_units)
        args["money"] = [Money(amount.value, str(currency) if currency else amount.currency)]
    if spec.target and given.get(spec.target) is not None:
        args["targets"] = {spec.target: [str(given[spec.target])[:MAX_VALUE]]}
    if spec.recipient and given.get(spec.recipient) is not None:
        args["recipients"] = [leaf.value for leaf in leaves(given[spec.recipient])][:MAX_LISTED]


def _status(result: ToolResult, results: dict[str, Any]) -> ResultStatus:
    if result.status in {"failed", "denied", "running"}:
        if result.status == "failed" and "error" not in results:
            results |= {"error": result.text[:200], **repeat(result.text)}
        return result.status
    if "awaits" in results:
        return "running"
    return "failed" if "error" in results else "succeeded"
