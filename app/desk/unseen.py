"""Calls that went past the hook: the ledger tells what the hook was asked, the log what ran (hook/HOOKS.md).

A call has its decision before it runs, and its result after: so a result without a decision is certain when it is read,
whichever of log and ledger is read first. Where an agent's requests carry the log's own call ids, calls are told apart
by these; else a tool may have run as often as the hook was asked about it and did not deny it. Nobody installs the hook
for an agent of one's own (`generic`): there, its first decision about a session tells that it is asked.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, TypeVar

from assure_tui.app.desk import gated
from assure_tui.ingest.model import ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assure_tui.app.desk.watch.live_run import LiveRun
    from assure_tui.ingest.model import RunEvent
    from assure_tui.reconcile.model import GateResult

GATE: Final = "unseen-call"
Kept = TypeVar("Kept")
MAX_OPEN: Final = 4096
"""Calls without a result that are remembered."""
MAX_RUNS: Final = 4096
"""Runs whose tools are counted, or that are known to ask."""
_OWN_AGENTS: Final = "assure"
"""The format of the logs of agents that call the hook by themselves; its decisions say `generic`."""
_EVERYTHING: Final[frozenset[str]] = frozenset()
_ASKED_ABOUT: Final[dict[str, frozenset[str]]] = {
    "claude-code": _EVERYTHING,
    "codex": frozenset({"shell", "shell_command", "exec_command", "local_shell", "container.exec", "apply_patch"}),
    "copilot-cli": frozenset({"bash", "powershell", "create", "edit", "str_replace_editor", "web_fetch"}),
    "gemini-cli": frozenset({"run_shell_command", "write_file", "replace", "web_fetch"}),
    _OWN_AGENTS: _EVERYTHING,
}
"""By agent, the tools that it surely asks its hooks about; of those with ids also the tools of MCP servers."""
_WITHOUT_IDS: Final = frozenset({"copilot-cli", "gemini-cli"})
"""Agents whose requests do not say which call of the log they are about (HOOKS.md)."""
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
        """Return whether a session that works in `cwd` is meant."""
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
class Decided:
    """What the hook was asked about in one run."""

    ids: set[str] = field(default_factory=set)
    tools: Counter[str] = field(default_factory=Counter)
    """How often about a tool, of calls without an id that were not denied."""
    own: bool = False
    """An agent of the user's own asked."""

    def take(self, agent: str, event: str, word: str, call_id: str, tool: str) -> None:
        """Take a decision about a call."""
        if event != "call":
            return
        self.own = self.own or agent == "generic"
        if call_id:
            self.ids.add(call_id)
        elif tool and word not in {"deny", "block"}:
            self.tools[_plain(tool)] += 1


@dataclass(slots=True)
class Unseen:
    """Watches the calls of all runs. `decided` tells what the hook was asked about in a run, if it is what we look for.

    It gets the run and a test; where the test fails, it reads the ledger on and gives what stands then.
    """

    installed: Callable[[], list[Period]]
    decided: Callable[[str, Callable[[Decided], bool]], bool]
    _open: OrderedDict[tuple[str, str], ToolCall] = field(default_factory=OrderedDict)
    _ran: OrderedDict[str, Counter[str]] = field(default_factory=OrderedDict)
    """By run, how often a tool ran that the hook was asked about, of agents without ids."""
    _asks: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """Runs of agents of the user's own that asked about a call."""

    def see(self, event: RunEvent, live: LiveRun) -> GateResult | None:
        """Take an event of a run; give the finding when a call turns out to have gone past the hook."""
        if isinstance(event, ToolCall):
            if _asked_about(live.facts.adapter, event):
                self._open[event.run, event.call_id] = event
                if len(self._open) > MAX_OPEN:
                    self._open.popitem(last=False)
            return None
        if not isinstance(event, ToolResult) or not _ran(event):
            return None
        call = self._open.pop((event.run, event.call_id), None)
        if call is None or not self._expected(live, call) or self._was_decided(live, call):
            return None
        message = f"{call.tool} ran without the hook being asked, which is installed for {live.facts.adapter}"
        return gated.at_call(GATE, call, outcome="bypassed", severity="high", reason="no-decision", message=message)

    def _expected(self, live: LiveRun, call: ToolCall) -> bool:
        """Return whether the hook was in the session's settings when it began, and still when the call was made."""
        facts = live.facts
        if facts.adapter == _OWN_AGENTS:
            return self._asks_by_itself(live, call)
        if facts.adapter in _WITHOUT_IDS and facts.parent is not None:
            return False  # under which session a sub-agent's calls are asked about is not said
        if facts.started is None or call.time is None:
            return False
        return any(
            period.agent == facts.adapter and period.since <= facts.started and call.time < period.until
            for period in self.installed()
            if period.covers(facts.cwd)
        )

    def _asks_by_itself(self, live: LiveRun, call: ToolCall) -> bool:
        """Return whether an agent of the user's own asked about an earlier call of the run, or does about this one."""
        known = live.run in self._asks
        if not known and self.decided(live.run, lambda decided: decided.own and call.call_id in decided.ids):
            _keep(self._asks, live.run, None)
        return known

    def _was_decided(self, live: LiveRun, call: ToolCall) -> bool:
        if live.facts.adapter in _WITHOUT_IDS:
            return self._was_counted(live, call)
        parent = live.facts.parent
        return any(
            run is not None and self.decided(run, lambda decided: call.call_id in decided.ids)
            for run in (live.run, parent)  # older agents do not tell sub-agents apart
        )

    def _was_counted(self, live: LiveRun, call: ToolCall) -> bool:
        """Return whether the hook was asked about a tool more often than it ran so far."""
        ran = self._ran.get(live.run) or _keep(self._ran, live.run, Counter())
        tool = _plain(call.tool)
        if not self.decided(live.run, lambda decided: decided.tools[tool] > ran[tool]):
            return False
        ran[tool] += 1
        return True


def _keep(among: OrderedDict[str, Kept], run: str, value: Kept) -> Kept:
    among[run] = value
    if len(among) > MAX_RUNS:
        among.popitem(last=False)
    return value


def _plain(tool: str) -> str:
    """Return a tool's name without its MCP server, as the log has it."""
    return tool.rsplit("__", 1)[-1].casefold()


def _ran(event: ToolResult) -> bool:
    """Return whether a result is of a call that was made: arguments that a tool refuses are refused before any hook."""
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
    if call.mcp_server is not None:
        return agent not in _WITHOUT_IDS  # these name such tools differently in their requests and logs
    return not tools or call.tool in tools
