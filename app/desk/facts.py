"""What a run's events say about the run itself: who, where, when, and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.ingest.model import AgentText, Boundary, Locator, RunEvent, RunStarted, ToolCall, ToolResult, UserTurn

if TYPE_CHECKING:
    from assure_tui.app.desk.views import RunStatus

TITLE_LENGTH = 120
MAX_OPEN_CALLS = 4096
"""Calls without a result that are remembered one by one; older ones stay in the count."""


class RunFacts:
    """Gathers the head of a run while its events go by. Bounded, whatever the run's length."""

    __slots__ = (
        "_at",
        "_dropped",
        "_last",
        "_open",
        "adapter",
        "agent",
        "cwd",
        "ended",
        "events",
        "id",
        "model",
        "native_id",
        "parent",
        "records",
        "started",
        "title",
    )

    def __init__(self, run: str, adapter: str) -> None:
        self.id = run
        self.native_id = ""
        self.agent = adapter
        """The format's name where the log does not say whose it is."""
        self.adapter = adapter
        self.model: str | None = None
        self.cwd: str | None = None
        self.parent: str | None = None
        self.title = ""
        self.started: float | None = None
        self.ended: float | None = None
        self.events = 0
        self.records = 0
        """Records that gave at least one event."""
        self._open: dict[str, None] = {}
        self._dropped = 0
        self._last: RunStatus = "open"
        self._at: Locator | None = None

    @property
    def calls_without_result(self) -> int:
        """Number of calls that nothing came back for."""
        return len(self._open) + self._dropped

    @property
    def status(self) -> RunStatus:
        """How the run stands by its last words: it waits for the agent or a tool, has answered, or was cut off."""
        if self._last == "ended" and self._open:
            return "open"
        return self._last

    def see(self, event: RunEvent) -> None:
        """Take one event of the run."""
        self.events += 1
        if event.origin.at != self._at:
            self._at = event.origin.at
            self.records += 1
        if event.time is not None:
            self.started = event.time if self.started is None else min(self.started, event.time)
            self.ended = event.time if self.ended is None else max(self.ended, event.time)
        match event:
            case RunStarted():
                self._learn(event)
            case UserTurn():
                self._hear(event)
            case AgentText():
                self._last = "interrupted" if event.cut else "ended"
            case ToolCall():
                self._call(event.call_id)
            case ToolResult():
                if event.status != "running":
                    self._open.pop(event.call_id, None)
                    self._last = "open"
            case Boundary():
                self._bound(event)
            case _:
                pass

    def _learn(self, event: RunStarted) -> None:
        self.native_id = event.native_id or self.native_id
        self.agent = event.agent or self.agent
        self.adapter = event.adapter or self.adapter
        self.model = event.model or self.model
        self.cwd = event.cwd or self.cwd
        self.parent = event.parent or self.parent

    def _hear(self, event: UserTurn) -> None:
        if event.system:
            return
        self._last = "open"
        if not self.title and not event.synthetic:
            self.title = next((line for line in event.text[:4096].split("\n") if line.strip()), "").strip()[
                :TITLE_LENGTH
            ]

    def _call(self, call_id: str) -> None:
        self._last = "open"
        self._open[call_id] = None
        if len(self._open) > MAX_OPEN_CALLS:
            del self._open[next(iter(self._open))]
            self._dropped += 1

    def _bound(self, event: Boundary) -> None:
        match event.what:
            case "turn_end" | "run_end":
                if self._last != "interrupted":
                    self._last = "ended"
            case "abort" | "api_error":
                self._last = "interrupted"
            case _:
                pass
