"""Calls that went past the hook: the ledger tells what the hook was asked, the log what ran (hook/HOOKS.md).

A call has its decision before it runs, and its result after: so a result without a decision is certain when it is read,
whichever of log and ledger is read first. Only agents whose requests carry the log's own call ids are judged.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from assure_tui.ingest.model import ToolCall, ToolResult
from assure_tui.reconcile.ids import gate_id
from assure_tui.reconcile.model import GateResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assure_tui.app.desk.book import RunBook
    from assure_tui.ingest.model import RunEvent

GATE: Final = "unseen-call"
MAX_OPEN: Final = 4096
"""Calls without a result that are remembered."""
_EVERYTHING: Final[frozenset[str]] = frozenset()
_ASKED_ABOUT: Final[dict[str, frozenset[str]]] = {
    "claude-code": _EVERYTHING,
    "codex": frozenset({"shell", "shell_command", "exec_command", "local_shell", "container.exec", "apply_patch"}),
}
"""By agent, the tools that it asks its hooks about; of Codex also those of MCP servers."""
_ON_THE_SERVER: Final = "srvtoolu_"
"""Begins ids of calls that the model's provider runs by itself; no hook sees them."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time (seconds since the epoch) in which an agent's hook was installed, for all its sessions or a folder's."""

    agent: str
    since: float
    until: float
    folder: str

    def covers(self, cwd: str | None) -> bool:
        """Tell whether a session that works in `cwd` is meant."""
        return not self.folder or (cwd is not None and PurePath(cwd).is_relative_to(self.folder))


def periods(entries: Iterable[tuple[str, float, dict[str, Any], dict[str, Any]]]) -> list[Period]:
    """Read kind, time, clear part and content of the entries on installations, oldest first."""
    found: list[Period] = []
    open_: dict[tuple[str, str], int] = {}
    for kind, time, clear, content in entries:
        agent, folder = str(clear.get("agent")), str(content.get("folder", ""))
        at = open_.get((agent, folder))
        if kind == "hook-installed" and at is None:
            open_[agent, folder] = len(found)
            found.append(Period(agent, time, float("inf"), folder))
        elif kind == "hook-removed" and at is not None:
            found[at] = Period(agent, found[at].since, time, folder)
            del open_[agent, folder]
    return found


@dataclass(slots=True)
class Unseen:
    """Watches the calls of all runs. `decided` tells by run and call id whether the hook was asked, up to now."""

    installed: Callable[[], list[Period]]
    decided: Callable[[str, str], bool]
    _open: OrderedDict[tuple[str, str], ToolCall] = field(default_factory=OrderedDict)

    def see(self, event: RunEvent, book: RunBook) -> GateResult | None:
        """Take an event of a run; give the finding when a call turns out to have gone past the hook."""
        if isinstance(event, ToolCall):
            if _asked_about(book.facts.adapter, event):
                self._open[event.run, event.call_id] = event
                if len(self._open) > MAX_OPEN:
                    self._open.popitem(last=False)
            return None
        if not isinstance(event, ToolResult) or not _ran(event):
            return None
        call = self._open.pop((event.run, event.call_id), None)
        if call is None or not self._expected(book, call) or self._was_decided(book, call):
            return None
        return GateResult(
            id=gate_id(GATE, call.call_id),
            run=event.run,
            gate=GATE,
            outcome="bypassed",
            severity="high",
            call_ids=(call.call_id,),
            reason="no-decision",
            message=f"{call.tool} ran without the hook being asked, which is installed for {book.facts.adapter}",
            event=call.id,
            origin=call.origin,
        )

    def _expected(self, book: RunBook, call: ToolCall) -> bool:
        """Tell whether the hook was in the session's settings when it began, and still when the call was made."""
        started, time = book.facts.started, call.time
        if started is None or time is None:
            return False
        return any(
            period.agent == book.facts.adapter and period.since <= started and time < period.until
            for period in self.installed()
            if period.covers(book.facts.cwd)
        )

    def _was_decided(self, book: RunBook, call: ToolCall) -> bool:
        parent = book.facts.parent
        return self.decided(book.run, call.call_id) or (
            parent is not None and self.decided(parent, call.call_id)  # older agents do not tell sub-agents apart
        )


def _ran(event: ToolResult) -> bool:
    """Tell whether a result is of a call that was made: arguments that a tool refuses are refused before any hook."""
    return (
        event.status not in {"running", "denied"}
        and not event.synthetic
        and not event.facts.get("tool_error")
        and not event.facts.get("not_run")
        and not event.facts.get("interrupted")
    )


def _asked_about(agent: str, call: ToolCall) -> bool:
    tools = _ASKED_ABOUT.get(agent)
    if tools is None or call.call_id.startswith(_ON_THE_SERVER):
        return False
    return not tools or call.mcp_server is not None or call.tool in tools
