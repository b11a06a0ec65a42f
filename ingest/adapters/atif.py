"""Trajectories in Harbor's Agent Trajectory Interchange Format: one JSON document.

Many agents' logs are converted into it. A step of the agent holds its words, its calls and what they gave. How a call
ended is no field of the format: it shows in `extra` or in the text, where the agent's own log had it.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, Json, document_adapter, mended
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.values import Ending, arguments, ended, epoch, one_of, plain_text, whole
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, ToolsDefined, UserTurn

NAME = "atif"
_KEYS, _COMMANDS = "keystrokes", ("command", "cmd")
_EDITORS = re.compile(r"(?:\A|_)(?:write|create|edit|replace|patch)(?:_|\Z)", re.IGNORECASE)
_VIEWS = frozenset({"view", "read"})
_CODE = re.compile(
    r"\A\s{0,8}<returncode>(-?\d{1,9})</returncode>"
    r"|\[The command completed with exit code (-?\d{1,9})\.\]\s{0,8}\Z"
    r"|(?:\A|\n)(?:Exit code|returncode): (-?\d{1,9})\s{0,8}\Z"
)
_SCHEMA = re.compile(rb'"schema_version"\s{0,64}:\s{0,64}"ATIF-v')


class _Call(msgspec.Struct):
    tool_call_id: str | None = None
    function_name: str | None = None
    arguments: Any = None


class _Result(msgspec.Struct):
    source_call_id: str | None = None
    content: Any = None
    extra: Any = None


class _Observation(msgspec.Struct):
    results: list[_Result] | None = None


class _Step(msgspec.Struct):
    source: str = ""
    timestamp: Any = None
    message: Any = None
    model_name: str | None = None
    tool_calls: list[_Call] | None = None
    observation: _Observation | None = None
    is_copied_context: bool | None = None


class _Agent(msgspec.Struct):
    name: str | None = None
    version: Any = None
    model_name: str | None = None
    tool_definitions: Any = None


class _Trajectory(msgspec.Struct):
    steps: list[msgspec.Raw]
    session_id: str | None = None
    trajectory_id: str | None = None
    agent: _Agent | None = None


_trajectory_decoder = msgspec.json.Decoder(_Trajectory)
_step_decoder = msgspec.json.Decoder(_Step)


class AtifDecoder(DocumentDecoder):
    """Reads one trajectory. A record is a step."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole document; a step of unexpected shape is counted and left out."""
        found = mended(data, _trajectory_decoder.decode)
        native = found.session_id or found.trajectory_id or self.stem
        reading = _Reading(found, run_id(NAME, native, self.stem, self.salt), native)
        return self.items(found.steps, _step_decoder, reading.step, start=reading.start)


class _Reading:
    """One trajectory in the reading."""

    def __init__(self, trajectory: _Trajectory, run: str, native: str) -> None:
        self._agent = trajectory.agent or _Agent()
        self._run = run
        self._native = native
        self._speaking = False
        """The agent has spoken or acted since the user last did."""

    def start(self, draft: Draft) -> None:
        """Tell of the run itself, and of its tools."""
        draft.at(run=self._run)
        agent = self._agent
        draft.start(
            self._native,
            agent.name or NAME,
            NAME,
            agent_version=agent.version if isinstance(agent.version, str) else None,
            model=agent.model_name,
        )
        listed = agent.tool_definitions if isinstance(agent.tool_definitions, list) else ()
        functions = [tool.get("function", tool) for tool in listed if isinstance(tool, dict)]
        tools = {one["name"]: one for one in functions if isinstance(one, dict) and isinstance(one.get("name"), str)}
        if tools:
            draft.add(ToolsDefined, "tools", tools=tools)

    def step(self, step: _Step, draft: Draft) -> None:
        """Turn one step into events."""
        draft.at(run=self._run, time=epoch(step.timestamp))
        if step.is_copied_context:
            return
        text = plain_text(step.message)
        match step.source:
            case "system":
                draft.add(UserTurn, 0, text=text, synthetic=True, system=True)
            case "user":
                if self._speaking:
                    draft.add(Boundary, "before", what="turn_end")
                self._speaking = False
                draft.add(UserTurn, 0, text=text)
            case "agent":
                self._speaking = True
                self._acted(step, text, draft)
            case source:
                draft.unknown = f"step of {source or 'nobody'}"

    def _acted(self, step: _Step, text: str, draft: Draft) -> None:
        calls = step.tool_calls or []
        if text.strip():
            draft.add(AgentText, 0, text=text, channel="commentary" if calls else "final")
        asked: dict[str, tuple[str, Json]] = {}
        for index, call in enumerate(calls, 1):
            call_id = call.tool_call_id or draft.event_id(index)
            if call_id in asked:
                call_id = draft.event_id(index)
            tool, args = call.function_name or "", _arguments(call.arguments)
            asked[call_id] = (tool, args)
            draft.call(index, call_id, tool, args)
        results = step.observation.results if step.observation is not None else None
        self._answered(results or [], asked, len(calls) + 1, draft)

    def _answered(self, results: list[_Result], asked: dict[str, tuple[str, Json]], place: int, draft: Draft) -> None:
        """Pair results with calls; one that names no call answers all that are open, in the last."""
        open_calls = dict(asked)
        for result in results:
            text = plain_text(result.content)
            named = result.source_call_id
            ids = [named] if named is not None and (named in open_calls or not open_calls) else list(open_calls)
            for call_id in ids:
                tool, args = open_calls.pop(call_id, ("", {}))
                shown = text if call_id == ids[-1] else ""
                status, code, source = _outcome(args, shown, result.extra)
                if call_id != ids[-1]:
                    status, code, source = "unknown", None, "none"
                writes = status == "succeeded" and _EDITORS.search(tool) and not one_of(args.get("command"), _VIEWS)
                draft.result(place, call_id, shown, status, code, source, files=edited(args) if writes else ())
                place += 1


def _arguments(value: object) -> Json:
    """Return a call's arguments; what is typed into a terminal is a command there."""
    args = arguments(value)
    keys = args.get(_KEYS)
    if isinstance(keys, str) and not any(name in args for name in _COMMANDS):
        args = {name: inner for name, inner in args.items() if name != _KEYS} | {"command": keys.rstrip("\n")}
    return args


def _outcome(args: Json, text: str, extra: object) -> Ending:
    facts = extra if isinstance(extra, dict) else {}
    code = whole(facts.get("exit_code", facts.get("returncode")))
    if code is not None:
        return ended(code)
    if facts.get("is_error") is True:
        return "failed", None, "none"
    runs = any(isinstance(args.get(name), str) for name in _COMMANDS) and "path" not in args
    found = _CODE.search(text) if runs else None
    if found is not None:
        code = int(found[1] or found[2] or found[3])
        return ended(code, "text")
    if says_error(text):
        return "failed", None, "none"
    return "unknown" if runs else "succeeded", None, "none"


def recognises(head: Head) -> bool:
    """Tell a trajectory by the version of its schema."""
    return not head.is_lines and _SCHEMA.search(head.data[:4096]) is not None


ADAPTER = document_adapter(NAME, recognises, AtifDecoder)
