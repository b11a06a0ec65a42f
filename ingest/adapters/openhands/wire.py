"""The fields of OpenHands' logs that are read, of version 0 and of version 1."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from assure_tui.ingest.adapters.base import Json

NAME: Final = "openhands"
EVENTS: Final = "events"
"""The folder of a conversation's events, beside its state."""
STATE: Final = "base_state.json"


TYPED: Final = "write_stdin"
"""The tool under whose name keys for a program that runs are passed on: they are no command of their own."""


class Named(msgspec.Struct):
    """Which call of the model an action came from, and an observation answers."""

    function_name: str | None = None
    tool_call_id: str | None = None


class Step(msgspec.Struct):
    """An action or an observation of version 0. The oldest ones keep an action's arguments beside its name."""

    id: Any = None
    timestamp: Any = None
    source: str | None = None
    message: Any = None
    action: str | None = None
    args: Json | None = None
    thought: Any = None
    command: Any = None
    code: Any = None
    path: Any = None
    cause: Any = None
    observation: str | None = None
    content: Any = None
    extras: Json | None = None
    exit_code: Any = None
    tool_call_metadata: Named | None = None


class Evaluated(msgspec.Struct):
    """A line of an evaluation: a task and the trajectory that an agent took on it."""

    history: list[msgspec.Raw] | None = None
    instance_id: Any = None
    action: Any = None
    observation: Any = None
    kind: Any = None


class Part(msgspec.Struct):
    """A part of a text of version 1."""

    type: str = ""
    text: str | None = None


class Spoken(msgspec.Struct):
    """A message as the model saw it."""

    content: list[Part] | str | None = None


class ToolUse(msgspec.Struct):
    """A call as the model made it."""

    name: str = ""
    arguments: Any = None


class Event(msgspec.Struct):
    """An event of version 1; its `kind` is the name of its class."""

    kind: str = ""
    id: str | None = None
    timestamp: Any = None
    source: str | None = None
    llm_message: Spoken | None = None
    system_prompt: Part | None = None
    thought: list[Part] | None = None
    action: Json | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None
    tool_call: ToolUse | None = None
    summary: str | None = None
    observation: Json | None = None
    rejection_reason: str | None = None
    rejection_source: str | None = None
    error: str | None = None
    detail: str | None = None


class Model(msgspec.Struct):
    """The model that an agent speaks through."""

    model: str | None = None


class Agent(msgspec.Struct):
    """The agent of a conversation."""

    llm: Model | None = None


class Workspace(msgspec.Struct):
    """Where a conversation works."""

    working_dir: str | None = None


class State(msgspec.Struct):
    """The state of a conversation."""

    id: str | None = None
    agent: Agent | None = None
    workspace: Workspace | None = None


step_decoder = msgspec.json.Decoder(Step)
event_decoder = msgspec.json.Decoder(Event)
line_decoder = msgspec.json.Decoder(Evaluated)
state_decoder = msgspec.json.Decoder(State)
list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
