"""Replies that are data and nothing else: `{"status": "done", "refund_id": "re_9"}` tells of a refund.

Only a flat object is read, because a nested one describes things that were found, and only one without a sentence,
because sentences say it better. Of its members these tell of an act: a flag (`"email_sent": true`), an action beside a
status (`"action": "issue_refund", "status": "success"`), the identifier of what only an act brings about
(`"refund_id"`), and, weakly, a status that is a participle (`"status": "cancelled"`), which may be what was found.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import (
    DO,
    Verb,
    action_of_noun,
    governed,
    is_entity,
    name_words,
    object_groups,
    singular,
    verb_forms,
)
from assure_tui.reconcile.claims.frame import Frame
from assure_tui.reconcile.claims.values import Found, money, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MEMBERS = 40
MAX_TEXT = 8000
"""Code points of a reply that may be no more than a receipt."""

_MEMBER = re.compile(
    r'"(?P<key>[^"\\\n]{1,60})"\s{0,8}:\s{0,8}(?P<value>"[^"\\\n]{0,400}"|-?\d[\d.eE+-]{0,30}|true|false|null)'
)
_OBJECT = re.compile(r"\s*(?:```(?:json)?[ \t]*\n)?(?P<body>\{.*\})\s*(?:```\s*)?", re.DOTALL | re.IGNORECASE)
_STATUS = frozenset({"status", "state", "result", "outcome"})
_ACTION = frozenset({"action", "operation", "tool", "event", "task"})
_DONE = frozenset(
    {"done", "completed", "complete", "success", "successful", "succeeded", "ok", "processed", "finished", "executed"}
)
_YES = frozenset({True, "true", "yes"} | _DONE)
_STATES = frozenset({"is", "was", "has", "already", "can", "may", "should", "will", "to", "be", "not", "if", "needs"})
"""Words in a flag's name by which it tells what is, or what may be."""
_CODES = frozenset({"id", "number", "reference", "ref"})
_SUMS = frozenset({"amount", "total", "refund", "price", "cost", "fee", "paid", "charged", "refunded", "value"})


class _Member(msgspec.Struct, frozen=True):
    words: tuple[str, ...]
    value: Any
    span: tuple[int, int]
    inner: int
    """Place of the value's first character."""


def frames_of(text: str) -> list[Frame]:
    """Read the frames of a reply that is a flat JSON object; none of any other text."""
    members = _members(text)
    status = next((str(member.value).lower() for member in members if member.words[-1] in _STATUS), "")
    done = not status or status in _DONE or any(word in _DONE for word in name_words(status))
    values = tuple(_values(members))
    found = [_frame(text, member, values, status=status, done=done) for member in members]
    frames = [frame for frame in found if frame is not None]
    plain = {frame.action for frame in frames if not frame.weak}
    return [frame for frame in frames if not (frame.weak and frame.action in plain)]


def _members(text: str) -> list[_Member]:
    match = _OBJECT.fullmatch(text) if len(text) <= MAX_TEXT else None
    if match is None:
        return []
    try:
        document = msgspec.json.decode(match["body"])
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return []
    if len(document) > MAX_MEMBERS or any(isinstance(value, dict | list) for value in document.values()):
        return []
    return [
        _Member(name_words(hit["key"]), msgspec.json.decode(hit["value"]), hit.span(), hit.start("value"))
        for hit in _MEMBER.finditer(text)
        if name_words(hit["key"])
    ]


def _values(members: list[_Member]) -> Iterator[Found]:
    currency = next((str(member.value).upper() for member in members if member.words[-1] == "currency"), None)
    for member in members:
        amount = member.value if _SUMS & set(member.words) and isinstance(member.value, int | float) else None
        if isinstance(member.value, bool) or member.value is None:
            continue
        if amount is not None and (sum_ := money(amount, currency)) is not None:
            yield Found("money", member.span, sum_)
        elif member.words[-1] in _CODES:
            yield Found("id", member.span, str(member.value).lstrip("#"))
        elif isinstance(member.value, str):
            shift = member.inner + 1
            yield from (
                Found(found.kind, (found.span[0] + shift, found.span[1] + shift), found.value)
                for found in scan(member.value)
            )
        else:
            yield Found("number", member.span, Decimal(str(member.value)))


def _frame(text: str, member: _Member, values: tuple[Found, ...], *, status: str, done: bool) -> Frame | None:
    """Read one member; None when it tells of no act."""
    words, value = member.words, member.value
    plain = value.lower() if isinstance(value, str) else value
    if isinstance(value, bool) or plain in _YES:
        verb = _past(words)
        if verb is None or (isinstance(value, str) and words[-1] in _STATUS):
            return None
        denied = value is False
        return _of(text, member, values, verb, words, weak=bool(_STATES & set(words)), denied=denied)
    if not isinstance(value, str | int) or not str(value).strip():
        return None
    named = name_words(str(value)[:80])
    if words[-1] in _ACTION and done and status:
        verb = _past(named) or _base(named)
        return _of(text, member, values, verb, named) if verb is not None else None
    if words[-1] in _STATUS | _ACTION and len(named) <= 3 and (verb := _past(named)) is not None:
        about = (*named, *(noun for noun in words if noun not in _STATUS | _ACTION))
        return _of(text, member, values, verb, about, weak=True)
    noun = next((word for word in words[:-1] if action_of_noun(word)), None)
    if noun is not None and words[-1] in _CODES and done and not is_entity(noun):
        return _of(text, member, values, Verb(noun, str(action_of_noun(noun)), "past"), words)
    return None


def _of(
    text: str,
    member: _Member,
    values: tuple[Found, ...],
    verb: Verb,
    about: tuple[str, ...],
    *,
    weak: bool = False,
    denied: bool = False,
) -> Frame | None:
    """Make a frame; None where the verb says only that something was done, and no noun says what."""
    nouns = tuple(singular(word) for word in about if word not in _CODES | _STATUS)
    objects = object_groups(nouns)
    action = verb.action
    if action == DO:
        action = next((known for noun in nouns if (known := action_of_noun(noun))), DO)
    action = governed(action, verb.lemma, objects)
    if action == DO:
        return None
    return Frame(
        span=member.span,
        text=text[slice(*member.span)],
        action=action,
        deed=verb.action,
        lemma=verb.lemma,
        surface=next((word for word in about if any(known.lemma == verb.lemma for known in verb_forms(word))), ""),
        mode="completed",
        denied=denied,
        consequence=False,
        weak=weak,
        terse=weak,
        reports=False,
        nouns=nouns,
        objects=objects,
        near=values,
        wide=values,
        names=(),
        count=0,
        counts_action=False,
        plural=False,
        context=text.lower(),
    )


def _past(words: tuple[str, ...]) -> Verb | None:
    """Return the participle among words: the last one, as in `refund_issued`."""
    return next((verb for word in reversed(words) for verb in verb_forms(word) if _plain(verb, "past")), None)


def _base(words: tuple[str, ...]) -> Verb | None:
    """Return the verb that words begin with, as in `issue_refund`."""
    return next((verb for verb in verb_forms(words[0]) if _plain(verb, "base")), None) if words else None


def _plain(verb: Verb, form: str) -> bool:
    return verb.form == form and not verb.particle
