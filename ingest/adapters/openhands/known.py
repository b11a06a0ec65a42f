"""How OpenHands' files are told from other JSON, by the head of a file."""

from __future__ import annotations

import re

from assure_tui.ingest.adapters.base import Head, Json
from assure_tui.ingest.adapters.openhands.wire import EVENTS, STATE

_LIST = re.compile(rb"\A(?:\xef\xbb\xbf)?\s{0,64}\[\s{0,64}(?:\[\s{0,64})?\{")
_STEP = re.compile(
    rb'"action"\s{0,64}:\s{0,64}"(?:message|system|recall|run|read|edit|write|change_agent_state|browse)"'
)
_ANSWER = re.compile(rb'"observation"\s{0,64}:\s{0,64}"')
_STATE = (re.compile(rb'"agent"\s{0,64}:\s{0,64}\{'), re.compile(rb'"id"\s{0,64}:\s{0,64}"'))
_KINDS = ("Event", "Observation", "Condensation", "CondensationRequest")


def is_lines(head: Head) -> bool:
    """Tell lines of an evaluation, of version 0's steps or of version 1's events by their objects."""
    return head.is_lines and any(_is_evaluated(one) or _is_step(one) or _is_event(one) for one in head.objects[:8])


def is_trajectory(head: Head) -> bool:
    """Tell a list of steps by the actions that it opens with."""
    return (
        not head.is_lines
        and _LIST.match(head.data) is not None
        and _STEP.search(head.data) is not None
        and (_ANSWER.search(head.data) is not None or b'"source"' in head.data)
        and b'"args"' in head.data
    )


def is_conversation(head: Head) -> bool:
    """Tell the state of a conversation by its name, its beginning and the folder of events beside it."""
    return (
        head.path.name == STATE
        and all(mark.search(head.data) for mark in _STATE)
        and (head.path.parent / EVENTS).is_dir()
    )


def _is_evaluated(record: Json) -> bool:
    history = record.get("history")
    if not isinstance(history, list):
        return False
    steps = [step for step in history[:4] if isinstance(step, dict | list)]
    return any(_is_step(step[0] if isinstance(step, list) and step else step, old=True) for step in steps)


def _is_step(step: object, *, old: bool = False) -> bool:
    if not isinstance(step, dict):
        return False
    named = [step[name] for name in ("action", "observation") if isinstance(step.get(name), str)]
    return bool(named) and (old or ("source" in step and ("args" in step or "extras" in step)))


def _is_event(record: Json) -> bool:
    kind = record.get("kind")
    return isinstance(kind, str) and kind.endswith(_KINDS) and "source" in record and "timestamp" in record
