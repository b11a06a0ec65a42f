"""The engine: `step(state, item) -> (state, changes)` and `close(state)` over one run tree.

An item is an event of the run or of its sub-agents, what the run's workspace shows, an attributed feed row, a feed's
state, or a `Tick`. The state is consumed by the call: it is changed in place and handed back, and must not be used from
before the call.

The work is done by *parts* that each see every item of their run (`claims` and `effects` are made once, for all of
them) and say what they found on the run's `Board`:

* `match.business.actions` holds business claims against the effects of the world's tools and feeds,
* `match.coding.work` holds coding claims against commands, checks, edits and commits,
* `match.business.reports` holds what reports tell without a verb of the lexicon against the acts of the run,
* `match.conversation.conversation` holds what the agent says it was told and found against the user's turns and its
  lookups,
* `gates.gates` holds every call against the operational rules,
* `inputs.inputs` looks for hostile text in what the agent read and follows it into what the agent did,
* `inputs.leaks` watches what leaves the run for what it read, and tools for being swapped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    ExternalEffect,
    FeedRow,
    FeedState,
    Observation,
    PathSeen,
    Permission,
    RefMove,
    RepositorySeen,
    RunEvent,
    RunStarted,
    Tick,
    ToolCall,
    ToolResult,
    ToolsDefined,
    UserTurn,
)
from assure_tui.reconcile.board import Board
from assure_tui.reconcile.claims import extract
from assure_tui.reconcile.claims.messages import told
from assure_tui.reconcile.context import Context
from assure_tui.reconcile.effects.command_line import command_line
from assure_tui.reconcile.effects.dispatch import interpret
from assure_tui.reconcile.effects.tools import external
from assure_tui.reconcile.gates.conditions import Evaluator
from assure_tui.reconcile.gates.gates import Gates
from assure_tui.reconcile.inputs.inputs import Inputs
from assure_tui.reconcile.inputs.leaks import Leaks
from assure_tui.reconcile.match.business.actions import Actions
from assure_tui.reconcile.match.business.reports import Reports
from assure_tui.reconcile.match.coding.work import Work
from assure_tui.reconcile.match.conversation.conversation import Conversation
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import Change, Effect, GateResult, Grade
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.tables import use

Item: TypeAlias = RunEvent | Observation | FeedRow | FeedState | Tick


class RunState:
    """What is remembered of one run: its context, its board and its parts."""

    __slots__ = ("board", "context", "gates", "parts")

    def __init__(self, run: str, settings: Settings, evaluator: Evaluator | None = None) -> None:
        self.board = Board()
        self.context = Context(run, settings, evaluator)
        self.gates = Gates(self.context, self.board)
        actions, work = Actions(self.context, self.board), Work(self.context, self.board)
        inputs, leaks = Inputs(self.context, self.board), Leaks(self.context, self.board)
        conversation = Conversation(self.context, self.board, actions)
        reports = Reports(self.context, self.board, actions)
        self.parts: tuple[Part, ...] = (actions, work, conversation, reports, self.gates, inputs, leaks)

    def drain(self) -> list[Change]:
        """Return what changed; gates over a turn judge it after the other parts have seen its end."""
        changes = self.board.drain()
        if self.gates.follow(changes):
            changes += self.board.drain()
        return changes


class State:
    """A run tree: a run and its sub-agents' runs."""

    __slots__ = ("evaluator", "runs", "settings")

    def __init__(self, settings: Settings | None = None, evaluator: Evaluator | None = None) -> None:
        self.settings = settings or Settings()
        use(self.settings.lexicon)
        self.evaluator = evaluator
        self.runs: dict[str, RunState] = {}

    def of(self, run: str) -> RunState:
        """Return the state of `run`, made at first sight."""
        state = self.runs.get(run)
        if state is None:
            state = self.runs[run] = RunState(run, self.settings, self.evaluator)
        return state


def step(state: State, item: Item) -> tuple[State, list[Change]]:
    """Take one item; give the state and what changed by it.

    Items must come in the order of their source. Rows of a feed must have been given an owner before
    (`reconcile.attribute`), and are passed with `step_run`.
    """
    if isinstance(item, Tick):
        return state, []  # nothing waits for time alone: a feed says itself how far it was read
    if isinstance(item, FeedState):
        changes: list[Change] = []
        for run in state.runs.values():
            changes += _feed(run, item)
        return state, changes
    if isinstance(item, FeedRow):
        raise TypeError("a feed row belongs to one run: attribute it, then call step_run")
    run = state.of(item.run)
    if isinstance(item, RunStarted) and item.parent is not None and item.parent in state.runs:
        state.runs[item.parent].context.children[item.run] = run.context
    return state, _event(run, item)


def probe(state: State, call: ToolCall) -> list[GateResult]:
    """Say what the gates meet in a call that the agent asks to make; the state stays as it is.

    The runtime hook asks this. The call's event may have been stepped already, where the log was quicker.
    """
    run = state.runs.get(call.run) or RunState(call.run, state.settings, state.evaluator)
    effects = interpret(call, None, run.context)
    return [found for part in run.parts for found in part.probe(call, effects)]


def step_run(state: State, run: str, row: FeedRow) -> tuple[State, list[Change]]:
    """Take one feed row that `attribute` has given to `run`."""
    owner = state.of(run)
    for part in owner.parts:
        part.row(row)
    return state, owner.drain()


def contest_run(state: State, run: str, key: str, row: FeedRow | None) -> tuple[State, list[Change]]:
    """Tell `run` of a feed row that may be its own; with None, that the one under `key` is no longer in question."""
    rival = state.of(run)
    for part in rival.parts:
        part.contested(key, row)
    return state, rival.drain()


def vouch_run(state: State, effect: Effect, grade: Grade) -> tuple[State, list[Change]]:
    """Note that a source other than the agent's log confirms an effect, at the given grade."""
    run = state.of(effect.run)
    run.board.vouch(effect, grade)
    return state, run.drain()


def find_run(state: State, finding: GateResult) -> tuple[State, list[Change]]:
    """Report on a run what a comparison with another source showed."""
    run = state.of(finding.run)
    run.board.put(finding)
    return state, run.drain()


def close(state: State) -> tuple[State, list[Change]]:
    """Take the end of the input for all runs of the tree: what is pending is decided as far as it can be."""
    changes: list[Change] = []
    for run in state.runs.values():
        for part in run.parts:
            if part is not run.gates:
                part.close()
        changes += run.drain()
        run.gates.close()
        changes += run.drain()
    return state, changes


def _feed(run: RunState, item: FeedState) -> list[Change]:
    for part in run.parts:
        part.feed(item)
    return run.drain()


def _event(run: RunState, event: RunEvent | Observation) -> list[Change]:
    _HANDLERS[type(event)](run, event)
    return run.drain()


def _started(run: RunState, event: RunStarted) -> None:
    run.context.learn(event)
    if not event.complete:
        run.context.settings = msgspec.structs.replace(run.context.settings, complete_logs=False)


def _user(run: RunState, event: UserTurn) -> None:
    if run.context.echoes(event):
        event = msgspec.structs.replace(event, synthetic=True)
    run.context.user(event)
    for part in run.parts:
        part.user(event)


def _text(run: RunState, event: AgentText) -> None:
    claims = extract(event, run.context)
    run.context.said(event)
    for part in run.parts:
        part.text(event, claims)


def _call(run: RunState, event: ToolCall) -> None:
    effects = interpret(event, None, run.context)
    run.context.called(event, effects)
    line = command_line(event)
    claims = told(event, line.text if line and not line.program else None, effects, run.context)
    for part in run.parts:
        part.call(event, effects)
        if claims:
            part.wrote(claims)


def _result(run: RunState, event: ToolResult) -> None:
    known = run.context.calls.get(event.call_id)
    effects = interpret(known.call, event, run.context) if known else []
    run.context.returned(event, effects)
    for part in run.parts:
        part.result(known.call if known else None, event, effects)


def _external(run: RunState, event: ExternalEffect) -> None:
    effects = external(event)
    for part in run.parts:
        part.external(event, effects)


def _tools(run: RunState, event: ToolsDefined) -> None:
    run.context.define(event)
    for part in run.parts:
        part.tools(event)


def _permission(run: RunState, event: Permission) -> None:
    for part in run.parts:
        part.permission(event)


def _boundary(run: RunState, event: Boundary) -> None:
    for part in run.parts:
        part.boundary(event)


def _observation(run: RunState, seen: Observation) -> None:
    for part in run.parts:
        part.witness(seen)


_HANDLERS: dict[type, Callable[[RunState, Any], None]] = {
    RunStarted: _started,
    UserTurn: _user,
    AgentText: _text,
    ToolCall: _call,
    ToolResult: _result,
    ExternalEffect: _external,
    ToolsDefined: _tools,
    Permission: _permission,
    Boundary: _boundary,
    RepositorySeen: _observation,
    RefMove: _observation,
    PathSeen: _observation,
}
