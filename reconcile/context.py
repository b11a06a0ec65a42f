"""What a run knows at a point in its log: its turn, its tools, its open calls. Bounded, whatever the log's length."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile.effects.packed import opened_call
from assure_tui.reconcile.kinds import is_coding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.ingest.model import AgentText, RunStarted, ToolCall, ToolResult, ToolsDefined, UserTurn
    from assure_tui.reconcile.gates.conditions import Evaluator
    from assure_tui.reconcile.model import Effect, Severity
    from assure_tui.reconcile.settings import Settings

MAX_OPEN_CALLS = 4096
MAX_RETURNED = 512
"""Calls kept after their result."""
MAX_TOUCHED = 4096
MAX_ORDERED = 1024
"""Effects that are known to have done what a text in a result asked for: the first."""
MAX_TOOLS = 4096
"""Tools whose definitions are kept: the first."""
MAX_ECHO = 4000
"""Code points of a turn that are compared with the next one."""
MAX_IN_A_ROW = 4
"""Texts in a row, in a log without any call, from which on the log must lack the calls that came between them."""
MIN_ECHO = 40
"""Code points from which on a turn is not said twice by chance."""


@dataclass(slots=True)
class OpenCall:
    """A call that may still get a result: the call and its effects as they stand."""

    call: ToolCall
    effects: list[Effect] = field(default_factory=list)


_LOOKS = frozenset({"read", "search"})
"""Kinds of effects by which files are only looked at."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a call took away for good, as a gate saw it."""

    effects: tuple[str, ...]
    what: str
    names: tuple[str, ...]
    """What it took away, by the names that its command gives."""
    gate: str
    severity: Severity


class Context:
    """The run as `claims` and `effects` may know it while they read one event."""

    def __init__(self, run: str, settings: Settings, evaluator: Evaluator | None = None) -> None:
        self.run = run
        self.settings = settings
        self.evaluator = evaluator
        """Evaluates the conditions of gates; None where nobody does."""
        self.calls: dict[str, OpenCall] = {}
        """Calls by call id; kept after their result, because a later result may supersede it; oldest dropped first."""
        self._opened: tuple[ToolCall, ToolCall] | None = None
        self._returned: OrderedDict[str, None] = OrderedDict()
        """Those of them that have a result."""
        self.used: Counter[str] = Counter()
        """Names of the tools of these calls."""
        self.kinds: Counter[str] = Counter()
        """Kinds of the effects of these calls."""
        self.cwd: str | None = None
        self.model: str | None = None
        self.started: RunStarted | None = None
        self.tools: dict[str, Any] = {}
        self.touched: dict[str, None] = {}
        """Names of files that the run changed or tried to, without folders; the oldest is forgotten first."""
        self.changed_in = 0
        """Number of the turn in which the run last changed a file."""
        self.record: Any = None
        """What `match.coding.work` has seen of the run's own effects, for the run that it is a sub-agent of."""
        self.children: dict[str, Context] = {}
        """Runs of sub-agents that name this one as their parent."""
        self.ordered: dict[str, tuple[str, ...]] = {}
        """Effects that did what a text in a result asked for, with the folded values that nobody else named."""
        self.losses: dict[str, Loss] = {}
        """What calls of the turn took away for good, unasked, by call id."""
        self._answered = False
        self._in_a_row = 0
        """Texts of the agent since the user's last turn."""
        self._lacks_calls = False
        self._asked = ""
        """The beginning of the user's last words."""
        self.turn = 0
        """Number of the user's turn, counted from 1."""
        self.coding = False
        """The run has used a shell or file tool, or has a working directory: coding claims are worth reading."""
        self.delegated = False
        """The run has handed work to a sub-agent, so that files may have changed outside its own calls."""
        self.worldly = False
        """The run has called a tool that is neither shell nor file: business claims are worth reading."""

    @property
    def trades(self) -> bool:
        """The run has file tools or a shell, too, but most of its calls act on the world, and it has no folder.

        Files that are only read are what an errand is about, not what it works on.
        """
        if not self.coding or not self.worldly or self.cwd is not None:
            return False
        of_code = Counter({kind: count for kind, count in self.kinds.items() if is_coding(kind)})
        return 2 * of_code.total() < self.kinds.total() or set(of_code) <= _LOOKS

    def learn(self, event: RunStarted) -> None:
        """Take what a record says about the run itself."""
        self.started = event
        self.cwd = event.cwd or self.cwd
        self.model = event.model or self.model
        self.coding = self.coding or event.coding or self.cwd is not None

    def echoes(self, event: UserTurn) -> bool:
        """Return whether a turn says the last one again, word for word: some harnesses hold the task before the agent.

        A short one may be said twice, "Yes, please.", and any where the agent has answered: "Go on as you think best."
        """
        said, self._asked = self._asked, event.text[:MAX_ECHO]
        return len(event.text) >= MIN_ECHO and said == self._asked and not self._answered

    def user(self, event: UserTurn) -> None:
        """Take a user turn."""
        self._in_a_row = 0
        if not event.synthetic and not event.system:
            self.turn += 1

    def said(self, event: AgentText) -> None:
        """Take the agent's words, after their claims were read.

        One that speaks on and on without a call, as in exports that leave the calls out, did more than its log tells.
        """
        self._answered = bool(event.text.strip())
        self._in_a_row += self._answered
        if self._in_a_row == MAX_IN_A_ROW:
            self._miss_calls()

    def _miss_calls(self) -> None:
        """Take the log for one that leaves calls out, as long as there is none in it."""
        if not self.used and self.settings.complete_logs:
            self._lacks_calls = True
            self.settings = msgspec.structs.replace(self.settings, complete_logs=False)

    def define(self, event: ToolsDefined) -> None:
        """Take tool definitions."""
        for name, definition in event.tools.items():
            if name in self.tools or len(self.tools) < MAX_TOOLS:
                self.tools[name] = definition

    def called(self, event: ToolCall, effects: list[Effect]) -> None:
        """Take a call."""
        self._answered = False
        self._forget(event.call_id)
        self.calls[event.call_id] = OpenCall(event, effects)
        self.delegated = self.delegated or any(effect.kind == "delegated" for effect in effects)
        self.used[event.tool] += 1
        if self._lacks_calls:
            self._lacks_calls = False
            self.settings = msgspec.structs.replace(self.settings, complete_logs=True)
        self.kinds.update(effect.kind for effect in effects)
        while len(self.calls) > MAX_OPEN_CALLS:
            self._forget(next(iter(self.calls)))

    def opened(self, call: ToolCall) -> ToolCall:
        """Return a call as the tool that does it would have been called: of one call, several parts ask in turn."""
        if self._opened is None or self._opened[0] is not call:
            self._opened = call, opened_call(call)
        return self._opened[1]

    def obeyed(self, effect: str, values: tuple[str, ...]) -> None:
        """Take note that an effect did what a text in a result asked for, with these values of it."""
        known = self.ordered.get(effect, ())
        if effect in self.ordered or len(self.ordered) < MAX_ORDERED:
            self.ordered[effect] = tuple(dict.fromkeys((*known, *values)))

    def returned(self, event: ToolResult, effects: list[Effect]) -> None:
        """Take a result; one before any call shows that calls are not written down, or stand within the words."""
        known = self.calls.get(event.call_id)
        if known is None:
            self._miss_calls()
        if known is not None and event.status != "running":
            self._returned[event.call_id] = None
            self._returned.move_to_end(event.call_id)
            if len(self._returned) > MAX_RETURNED:
                self._forget(self._returned.popitem(last=False)[0])
        if known is not None:
            _take_off(self.kinds, (effect.kind for effect in known.effects))
            self.kinds.update(effect.kind for effect in effects)
            known.effects = effects
        for effect in effects:
            if effect.kind in {"edited", "created"} and effect.status in {"succeeded", "failed"}:
                for path in effect.args.get("paths") or ():
                    self.touched[str(path).replace("\\", "/").rsplit("/", 1)[-1]] = None
                if effect.args.get("paths") and effect.status == "succeeded":
                    self.changed_in = self.turn
        while len(self.touched) > MAX_TOUCHED:
            del self.touched[next(iter(self.touched))]

    def _forget(self, call_id: str) -> None:
        self._returned.pop(call_id, None)
        known = self.calls.pop(call_id, None)
        if known is not None:
            _take_off(self.used, (known.call.tool,))
            _take_off(self.kinds, (effect.kind for effect in known.effects))


def _take_off(counted: Counter[str], names: Iterable[str]) -> None:
    for name in names:
        counted[name] -= 1
        if not counted[name]:
            del counted[name]
