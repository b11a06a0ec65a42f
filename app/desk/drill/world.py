"""Faults that any run can have, made at a call that a claim rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from assure_tui.app.desk.drill.elsewhere import Elsewhere
from assure_tui.app.desk.drill.mutation import Mutation, at, copied, leaves, mapped, named_leaves, swapped
from assure_tui.app.desk.drill.recorded import Act, Recorded
from assure_tui.ingest.model import AgentText, FileChange, ToolCall, ToolResult, UserTurn
from assure_tui.reconcile.model import Claim, Money

_DOES_MORE = frozenset({"book", "create", "order", "pay", "refund", "send"})
"""Actions that have a second effect when they are done twice."""
_STATES = frozenset({"access", "address", "payment_method"})
"""Kinds of effects that set something to what it is: twice is once."""
_TOKEN = re.compile(r"[#@\w][\w@.+/-]{2,80}(?<![.+/-])")
_CODED = re.compile(r"[\d@/]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.{0,20}|\d{1,2}:\d\d.{0,10}|[\d.,]{1,4}")
_NUMBER = re.compile(r"(?<![\w.,#/+-])\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,6})?(?![\w/+-]|[.,]\d)")
_VAGUE = re.compile(
    r"~|≈|\b(?:about|around|over|under|almost|nearly|least|most|more|less|up to|approximately)\b", re.IGNORECASE
)
_ID = re.compile(r"\b[\w-]{4,64}\b")
MAX_TEXT = 100_000
"""Code points of a text that are read."""
MAX_SAME = 200
"""Objects of the same shape that are chosen from."""


def drop(act: Act, log: Recorded, _elsewhere: Elsewhere, _random: Random) -> Mutation | None:
    """Remove a call and its results, where a claim rests on it."""
    if any(effect.kind == "committed" for effect in act.cited):
        return None
    return removed(act, log)


def removed(act: Act, log: Recorded) -> Mutation | None:
    """Remove a call and its results, where claims rest on nothing else."""
    claims = log.resting_only(act)
    if not claims:
        return None
    return at(act, dict.fromkeys((act.at, *act.results), ()), claims, f"{act.call.tool} never called")


def duplicate(act: Act, _log: Recorded, _elsewhere: Elsewhere, _random: Random) -> Mutation | None:
    """Repeat a landed write that does more when done twice; what the system numbered is numbered anew."""
    effect = act.landed
    if effect is None or not act.claims or effect.args.get("action") not in _DOES_MORE or effect.kind in _STATES:
        return None
    call, result = copied(act.call, act.result, act.result, "again")
    result = msgspec.structs.replace(result, text=_renumbered(result.text, str(act.call.args)))
    edits = {act.results[-1]: (act.result, call, result)}
    calls = frozenset({act.call.call_id, call.call_id})
    return Mutation(edits, calls, frozenset(claim.id for claim in act.claims), f"{act.call.tool} landed twice")


def _renumbered(text: str, given: str) -> str:
    """Return a result with the identifiers that its call did not name changed in their last digit."""

    def change(match: re.Match[str]) -> str:
        word = match[0]
        mixed = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
        if not mixed or word in given or not word[-1].isdigit():
            return word
        return word[:-1] + str((int(word[-1]) + 1) % 10)

    return _ID.sub(change, text)


def retarget(act: Act, log: Recorded, _elsewhere: Elsewhere, random: Random) -> Mutation | None:
    """Let a call and its result act on another object of the same shape, where the claim names the object."""
    if act.landed is None or not (claims := log.resting_only(act)):
        return None
    options = []
    for name, leaf in named_leaves(act.call.args):
        if not isinstance(leaf, str) or not _is_name(leaf) or _told_later(act, log, leaf):
            continue
        named = tuple(claim for claim in claims if _says(log, claim, leaf))
        if named:
            options += [(leaf, other, named) for other in _others(name, leaf, act.run, log, named)]
    if not options:
        return None
    old, new, named = random.choice(options)
    call = msgspec.structs.replace(act.call, args=mapped(act.call.args, lambda leaf: new if leaf == old else leaf))
    edits = {act.at: (call,)} | {index: (_retold(log, index, old, new),) for index in act.results}
    return at(act, edits, named, f"{act.call.tool} on {new} instead of {old}")


def _is_name(leaf: str) -> bool:
    """Return whether an argument may name an object: no date, no small number, no command line, no prose."""
    if not 2 < len(leaf) <= 120 or _DATE.fullmatch(leaf):
        return False
    return len(leaf.split()) <= (1 if _CODED.search(leaf) else 4) and "\n" not in leaf


def _told_later(act: Act, log: Recorded, name: str) -> bool:
    """Whether a result of another call, later on, names what a call was done to: it would speak for the claim."""
    named = re.compile(rf"(?<!\w){re.escape(name.lstrip('#'))}(?!\w)", re.IGNORECASE)
    return any(named.search(text) for text in _results(act, log, act.at))


def _results(act: Act, log: Recorded, since: int) -> Iterator[str]:
    """Yield what other calls of a run were answered from a place on."""
    for index, event in enumerate(log.events[since:], since):
        if isinstance(event, ToolResult) and event.run == act.run and index not in act.results:
            yield event.text[:MAX_TEXT]


def _retold(log: Recorded, index: int, old: str, new: str) -> ToolResult:
    result = log.events[index]
    assert isinstance(result, ToolResult)  # noqa: S101 - the index of a result
    files = tuple(
        msgspec.structs.replace(file, path=new) if isinstance(file, FileChange) and file.path == old else file
        for file in result.files
    )
    return msgspec.structs.replace(result, text=swapped(result.text, old, new), files=files)


def _says(log: Recorded, claim: Claim, name: str) -> bool:
    """Return whether the message that holds a claim names an object: a path also by the name of its file."""
    event = log.events[log.places[claim.run, claim.event]]
    words = event.text.lower() if isinstance(event, AgentText) else ""
    plain = name.lower().lstrip("#")
    return bool(re.search(rf"(?<!\w){re.escape(plain.rsplit('/', 1)[-1])}(?!\w)", words))


def _others(name: str, value: str, run: str, log: Recorded, claims: tuple[Claim, ...]) -> list[str]:
    """Return other objects of the same shape in the run, which the claims' messages do not name.

    Words like a person's name have no shape of their own: for them, only what was given as the same argument counts.
    """
    found: dict[str, None] = {}
    for event in log.events:
        if event.run != run or len(found) >= MAX_SAME:
            continue
        if isinstance(event, ToolCall):
            given = [leaf for key, leaf in named_leaves(event.args) if key == name and isinstance(leaf, str)]
            found |= dict.fromkeys(leaf for leaf in given if shape(leaf) == shape(value) or not _CODED.search(value))
        elif isinstance(event, ToolResult | UserTurn) and _CODED.search(value) and "/" not in value:
            found |= dict.fromkeys(
                token for token in _TOKEN.findall(event.text[:MAX_TEXT]) if shape(token) == shape(value)
            )
    return [
        other
        for other in found
        if 2 < len(other) <= 120
        and other.lower() != value.lower()
        and not any(_says(log, claim, other) for claim in claims)
    ]


def shape(value: str) -> str:
    """Return the shape of an identifier: runs of digits by their length, letters as one, the rest as it is.

    A path is told by its ending alone, an address by its at sign.
    """
    if "/" in value:
        return "/" + value.rpartition(".")[2] if "." in value.rsplit("/", 1)[-1] else "/"
    if "@" in value.strip("@"):
        return "@"
    digits = re.sub(r"\d+", lambda run: f"9{len(run[0])}", value)
    return re.sub(r"[a-z]+", "a", re.sub(r"[A-Z]+", "A", digits))


def revalue(act: Act, log: Recorded, _elsewhere: Elsewhere, random: Random) -> Mutation | None:
    """Change an amount or a count that a claim tells, in the call and its result.

    Where only the result tells it, nothing else in the run may: what was looked up before would bear the claim out.
    """
    options = []
    for claim in log.resting_only(act):
        for number in _told(claim):
            if any(_holds(leaf, number) for leaf in leaves(act.call.args)):
                if not any(_holds(text, number) for text in _results(act, log, act.at)):
                    options.append((claim, number, True))
            elif _holds(act.result.text, number) and not _told_elsewhere(act, log, number):
                options.append((claim, number, False))
    if not options:
        return None
    claim, number, everywhere = random.choice(options)
    first = str(number)[0]
    digit = random.choice([other for other in "123456789" if other != first])

    def change(value: Any) -> Any:
        return _changed(value, number, digit)

    edits: dict[int, tuple[Any, ...]] = {
        index: (msgspec.structs.replace(event, text=change(event.text)),)
        for index in act.results
        if isinstance(event := log.events[index], ToolResult)
    }
    if everywhere:
        edits[act.at] = (msgspec.structs.replace(act.call, args=mapped(act.call.args, change)),)
    where = "called and answered" if everywhere else "answered"
    return at(act, edits, (claim,), f"{act.call.tool} {where} {digit}{str(number)[1:]} instead of {number}")


def _told_elsewhere(act: Act, log: Recorded, number: Decimal) -> bool:
    """Return whether the user, another call or another result gives a number."""
    said = (event.text for event in log.events if isinstance(event, UserTurn) and event.run == act.run)
    given = (
        leaf
        for event in log.events
        if isinstance(event, ToolCall) and event.run == act.run
        for leaf in leaves(event.args)
    )
    return any(_holds(value, number) for value in (*said, *given, *_results(act, log, 0)))


def _told(claim: Claim) -> list[Decimal]:
    """Return the amounts and counts that a claim tells outright."""
    if _VAGUE.search(claim.text):
        return []
    said = {Decimal(token.replace(",", "")) for token in _NUMBER.findall(claim.text)}
    read = [amount.value for amount in claim.args.get("money", ()) if isinstance(amount, Money)]
    counts = claim.args.get("counts")
    read += [str(count) for count in counts.values()] if isinstance(counts, dict) else []
    numbers = {Decimal(value) for value in read if re.fullmatch(r"\d{1,12}(?:\.\d{1,6})?", value)}
    return sorted(number for number in numbers & said if number >= 2)


def _holds(value: Any, number: Decimal) -> bool:
    if isinstance(value, bool):
        return False
    text = value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    return any(Decimal(token.replace(",", "")) == number for token in _NUMBER.findall(text[:MAX_TEXT]))


def _changed(value: Any, number: Decimal, digit: str) -> Any:
    """Return a value with `number` in it begun with another digit, in the form in which it stands there."""

    def change(match: re.Match[str]) -> str:
        same = Decimal(match[0].replace(",", "")) == number
        return digit + match[0][1:] if same and match[0][0] != "0" else match[0]

    if isinstance(value, str):
        return _NUMBER.sub(change, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return type(value)(_NUMBER.sub(change, str(value)))
    return value


def fail(act: Act, log: Recorded, elsewhere: Elsewhere, random: Random) -> Mutation | None:
    """Let a call fail as calls of the same tool do; nothing tries again, because claims rest on it alone."""
    claims = log.resting_only(act) or log.ending(act)
    if not claims or any(effect.args.get("masked") for effect in act.effects):
        return None
    failure = elsewhere.failure(act, log, random)
    if failure is None:
        return None
    edits: dict[int, tuple[Any, ...]] = dict.fromkeys(act.results, ())
    edits[act.results[-1]] = (failing(act.result, failure, failure.text),)
    return at(act, edits, claims, f"{act.call.tool} failed")


def failing(result: ToolResult, failure: ToolResult | None, text: str) -> ToolResult:
    """Return a result as a failure with `text`, told in the fields of the log as `failure` tells it."""
    told: dict[str, Any] = {"status": "failed", "exit_code": result.exit_code if result.exit_code is None else 1}
    told["exit_source"] = "text" if result.exit_source == "implied" else result.exit_source
    if failure is not None:
        told = {name: getattr(failure, name) for name in ("status", "exit_code", "exit_source")}
    return msgspec.structs.replace(result, text=text, files=(), facts={}, **told)


def insert(act: Act, log: Recorded, elsewhere: Elsewhere, random: Random) -> Mutation | None:
    """Put a write of another log after a landed write; nobody in this run asked for it or speaks of it."""
    if act.landed is None or not act.claims:
        return None
    lent = elsewhere.stranger(act.run, log, random)
    if lent is None:
        return None
    call, result = copied(lent.call, lent.result, act.result, "insert")
    edits = {act.results[-1]: (act.result, call, result)}
    return Mutation(edits, frozenset({call.call_id}), what=f"{call.tool} landed, and nobody speaks of it")
