"""The workspace: all run trees that are being checked, and the evidence that they share.

`step` takes any item: events and what a workspace shows go to their run, feed rows to the run that `attribute` gives
them to, the state of a feed and the passing of time to every run. What is said of a shared source belongs to no run and
comes as changes of `Unattributed` values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.ingest.model import FeedRow, FeedState, RunStarted, Tick
from assure_tui.reconcile.attribute import Attribution
from assure_tui.reconcile.engine import (
    State,
    close,
    contest_run,
    find_run,
    probe,
    step,
    step_run,
    vouch_run,
)
from assure_tui.reconcile.model import Effect
from assure_tui.reconcile.settings import Settings
from assure_tui.reconcile.vouching import Vouching

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.ingest.model import Observation, RunEvent, ToolCall
    from assure_tui.reconcile.attribute import Owned
    from assure_tui.reconcile.engine import Item
    from assure_tui.reconcile.gates.conditions import Evaluator
    from assure_tui.reconcile.model import Change, GateResult, Grade


class Workspace:
    """The states of many run trees, and the attribution of shared evidence to them."""

    def __init__(self, settings: Settings | None = None, evaluator: Evaluator | None = None) -> None:
        self.settings = settings or Settings()
        self._evaluator = evaluator
        self._trees: dict[str, State] = {}
        """Run to the tree it is in."""
        self._attribution = Attribution()
        self._vouching = Vouching()

    def believe(self, source: str) -> None:
        """Take a source for a witness of calls that other logs tell of: only the desk can know that it is one."""
        self._vouching.believe(source)

    def vouch(self, effect: Effect, grade: Grade) -> list[Change]:
        """Note that a source other than the agent's log confirms an effect: the hook's decision, or a witness."""
        tree = self._trees.get(effect.run)
        return vouch_run(tree, effect, grade)[1] if tree is not None else []

    def step(self, item: Item) -> list[Change]:
        """Take one item and give all that changed by it."""
        if isinstance(item, FeedRow):
            return self._deliver(self._attribution.row(item))
        if isinstance(item, FeedState):
            owned = self._attribution.state(item)
            return [*self._everywhere(item), *self._deliver(owned)]
        if isinstance(item, Tick):
            return []
        return self._event(item)

    def probe(self, call: ToolCall) -> list[GateResult]:
        """Say what the gates meet in a call that the agent asks to make; nothing is remembered of it."""
        return probe(self._trees.get(call.run) or State(self.settings, self._evaluator), call)

    def close(self) -> list[Change]:
        """Take the end of all input: what is pending is decided as far as it can be."""
        changes = self._deliver(self._attribution.close())
        for tree in self._distinct():
            changes += close(tree)[1]
        return changes

    def close_run(self, run: str) -> list[Change]:
        """Take the end of one run and forget it."""
        tree = self._trees.pop(run, None)
        if tree is None:
            return []
        alone = State(self.settings, self._evaluator)
        state = tree.runs.pop(run, None)
        if state is None:
            return []
        alone.runs[run] = state
        changes = close(alone)[1]
        self._attribution.forget(run)
        return changes

    def _event(self, event: RunEvent | Observation) -> list[Change]:
        tree = self._trees.get(event.run)
        changes: list[Change] = []
        if tree is None:
            tree = self._plant(event)
            for feed in self._attribution.feeds.values():
                tree.of(event.run)
                changes += step(tree, feed)[1]
        if isinstance(event, RunStarted):
            self._attribution.run(event.run, event.native_id)
        changes += step(tree, event)[1]
        for change in list(changes):
            if isinstance(change.value, Effect):
                changes += self._vouched(change.value)
                if self._attribution.feeds:
                    changes += self._deliver(self._attribution.effect(change.value))
        return changes

    def _vouched(self, effect: Effect) -> list[Change]:
        pair = self._vouching.effect(effect)
        if pair is None:
            return []
        if pair.agrees:
            return self.vouch(pair.effect, "independent")
        tree = self._trees.get(pair.effect.run)
        return find_run(tree, pair.finding())[1] if tree is not None else []

    def _plant(self, event: RunEvent | Observation) -> State:
        """Put a new run into a tree: that of its parent, if it is known."""
        parent = event.parent if isinstance(event, RunStarted) else None
        tree = self._trees.get(parent or "") or State(self.settings, self._evaluator)
        self._trees[event.run] = tree
        self._attribution.run(event.run)
        return tree

    def _distinct(self) -> list[State]:
        return list({id(tree): tree for tree in self._trees.values()}.values())

    def _everywhere(self, item: FeedState) -> list[Change]:
        return [change for tree in self._distinct() for change in step(tree, item)[1]]

    def _deliver(self, owned: Iterable[Owned]) -> list[Change]:
        changes: list[Change] = []
        for run, row in owned:
            tree = self._trees.get(run)
            if tree is not None:
                changes += step_run(tree, run, row)[1]
        for contest in self._attribution.contests():
            tree = self._trees.get(contest.run)
            if tree is not None:
                changes += contest_run(tree, *contest)[1]
        return [*changes, *self._attribution.changes()]
