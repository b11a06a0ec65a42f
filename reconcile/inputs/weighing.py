"""Whether a call did what a passage asked for: what was read so far, and how calls weigh against it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.files import name_words
from assure_tui.reconcile.inputs.folding import fold, without
from assure_tui.reconcile.inputs.forms import grouped, other_forms
from assure_tui.reconcile.inputs.values import leaves, stands_in, values
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.ingest.model import ToolCall
    from assure_tui.reconcile.inputs.delegation import Delegation
    from assure_tui.reconcile.inputs.shapes import Passage
    from assure_tui.reconcile.inputs.sinks import Sink
    from assure_tui.reconcile.inputs.values import Value
    from assure_tui.reconcile.model import InputFinding, Severity

MAX_KEPT = 128
"""Passages that later calls are compared with."""
MAX_SEEN = 512 * 1024
"""Characters of ordinary tool output that are kept, to see what else a value was read from."""
MIN_RETOLD = 5
"""Words of an argument from which on it can be told to repeat a passage in other words."""
MAX_RETOLD = 400
"""Words of an argument beyond which it says more than any order would."""
NEAR = 80
"""Characters before an address in which a passage says to go there."""
RETOLD = 0.8
"""Share of an argument's words by which it repeats a passage."""

_IDLE = frozenset({"to", "of", "in", "by", "the", "for", "from", "with", "all", "get", "list", "user", "and"})
"""Words of a tool's name that tell nothing of what it does."""
_IDENTIFIER = re.compile(r"[a-z0-9]+(?:[_.-][a-z0-9]+)+")
"""A tool's name that is not a word of English: text that has it means the tool."""


class Source(NamedTuple):
    """Where a passage was read: from the run's own files, and whether a person named what was to be read."""

    local: bool
    named: bool


class Kept:
    """A passage that later calls are compared with, and the result that carried it."""

    __slots__ = ("_forms", "effects", "finding", "passage", "read", "source", "words")

    def __init__(self, passage: Passage, finding: InputFinding, read: int, source: Source) -> None:
        self.passage = passage
        self.words = frozenset(re.findall(r"[a-z]{3,}", passage.text))
        self.finding = finding
        self.read = read
        self.source = source
        self.effects: list[str] = []
        self._forms: str | None = None

    def speaks_of(self, meant: frozenset[str]) -> bool:
        """Whether the passage has one of the words, or a form of one that is not too short to tell."""
        if meant & self.words:
            return True
        begins = tuple(word for word in meant if len(word) > 3)
        return any(word.startswith(begins) for word in self.words)

    def names(self, tool: str) -> bool:
        """Whether the passage says the name of a tool as its makers spell it."""
        return bool(tool) and stands_in(tool, self.passage.text)

    def sends_to(self, value: str) -> bool:
        """Whether the passage says to go to a value or to use it, rather than to name it as a link does."""
        text = self.passage.text
        at = text.find(value)
        while at >= 0:
            if _goes().search(text, max(0, at - NEAR), at):
                return True
            at = text.find(value, at + 1)
        return value not in text

    def holds(self, value: Value) -> bool:
        """Whether a value stands in the passage, in the form that the call has or in another."""
        if stands_in(value.text, self.passage.text):
            return True
        if self._forms is None:
            self._forms = other_forms(self.passage.text)
        if self._forms and stands_in(value.text, self._forms):
            return True
        return value.weight == 3 and grouped(value.text, self.passage.text)


class Call:
    """What of a call is compared with passages: the values that no person named, and the words for what it does."""

    __slots__ = ("_asked", "_delegation", "_named", "_sink", "_values", "line", "looks", "meant", "tool", "words")

    def __init__(self, call: ToolCall, sink: Sink, delegation: Delegation) -> None:
        self._sink = sink
        self._delegation = delegation
        self._values: list[Value] | None = None
        self._named: dict[str, bool] = {}
        self.words = frozenset(name_words(call.tool)) - _IDLE
        self.meant = frozenset().union(*(group for group in _synonyms() if self.words & group)) or self.words
        self.looks = sink.looks
        self.line = sink.line
        self._asked: tuple[bool, ...] | None = None
        spelt = call.tool.rsplit("__", 1)[-1].lower()
        self.tool = spelt if _IDENTIFIER.fullmatch(spelt) else ""

    @property
    def unheard(self) -> bool:
        """Whether nobody said any word for what the call does."""
        return not any(self._spoken())

    @property
    def unasked(self) -> bool:
        """Whether nobody spoke of the act, or nobody spoke of what it acts on."""
        return not all(self._spoken())

    def _spoken(self) -> tuple[bool, ...]:
        """Tell of each group of words for what the call does whether a person said one of it."""
        if self._asked is None:
            groups = [group for group in _synonyms() if self.words & group] or [self.words]
            self._asked = tuple(any(map(self._delegation.speaks_of, group)) for group in groups)
        return self._asked

    def retells(self, kept: Kept) -> bool:
        """Whether an argument says what a passage says, in other words, and no person said it."""
        for _, leaf in leaves(self._sink.args):
            words = frozenset(re.findall(r"[a-z]{4,}", fold(leaf)))
            if not MIN_RETOLD <= len(words) <= MAX_RETOLD or len(words & kept.words) < RETOLD * len(words):
                continue
            if sum(self._delegation.covers(word) for word in words) < len(words) / 2:
                return True
        return False

    def within(self, kept: Kept) -> list[Value]:
        """Return the values that stand in a passage and that no person named."""
        if self._values is None:
            self._values = [value for value in values(self._sink.args) if value.page or not self.looks]
        found = []
        for value in self._values:
            if kept.holds(value):
                named = self._named.get(value.text)
                if named is None:
                    named = self._named[value.text] = self._delegation.covers(value.text)
                if not named:
                    found.append(value)
        return found


class Output:
    """An output that was read, folded only when somebody asks what it held."""

    __slots__ = ("_folded", "_raw", "event", "read", "size")

    def __init__(self, raw: str, event: str, read: int) -> None:
        self._raw: str | None = raw
        self._folded = ""
        self.event = event
        self.read = read
        self.size = len(raw)

    def ordinary(self, told: list[str]) -> str:
        """Return the folded text without the passages that were found in it."""
        if self._raw is not None:
            self._folded = without(fold(self._raw), told)
            self._raw = None
        return self._folded


class Weighing:
    """What was read, in order, and how a call weighs against it."""

    __slots__ = ("_read", "_seen", "_seen_size", "kept")

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self._read = 0
        self._seen: list[Output] = []
        self._seen_size = 0

    def keep(self, passage: Passage, finding: InputFinding, source: Source) -> None:
        """Keep a passage, once however often it is read; when there are too many, an order outlasts a request."""
        if any(kept.passage.text == passage.text and kept.source == source for kept in self.kept):
            return
        if len(self.kept) >= MAX_KEPT:
            del self.kept[next((at for at, kept in enumerate(self.kept) if not kept.passage.strong), 0)]
        self.kept.append(Kept(passage, finding, self._read, source))

    def remember(self, raw: str, event: str) -> Output:
        """Remember an output whose passages were kept before."""
        output = Output(raw[-MAX_SEEN:], event, self._read)
        self._read += 1
        self._seen.append(output)
        self._seen_size += output.size
        while self._seen_size > MAX_SEEN and len(self._seen) > 1:
            self._seen_size -= self._seen.pop(0).size
        return output

    def told(self) -> list[str]:
        """Return the texts of the passages that are kept."""
        return [kept.passage.text for kept in self.kept]

    def carried_out(self, kept: Kept, call: Call) -> Severity | None:
        """Weigh whether a call did what a passage asked for; None when it rather did not."""
        passage = kept.passage
        if not passage.hostile and (call.looks or call.line or kept.source.local):
            return None
        inside = call.within(kept)
        demanded = bool(call.words & kept.words) or kept.speaks_of(call.meant)
        if not inside:
            told = passage.hostile and demanded and not (call.looks or call.line)
            return "high" if told and call.retells(kept) else None
        own = [value.weight for value in inside if not self._seen_elsewhere(value.text, kept)]
        telling = max(own, default=0)
        if not passage.hostile:
            return self._requested(kept, call, own, demanded=demanded)
        if call.looks or call.line:
            pages = [value.text for value in inside if value.weight == 3]
            return "critical" if telling == 3 and any(map(kept.sends_to, pages)) else None
        if call.words and call.words <= kept.words and (own or call.unheard):
            return "critical"
        weight = sum(sorted(own, reverse=True)[:3]) + demanded + call.unheard
        return "critical" if own and weight >= 3 else None

    def _requested(self, kept: Kept, call: Call, own: list[int], *, demanded: bool) -> Severity | None:
        """Weigh a call by a text that asks for an act, as people's mail does: grave where no person asked for it."""
        if own and kept.names(call.tool):
            return "high"
        telling = max(own, default=0) == 3 or sum(own) > 3
        if kept.passage.strong:
            telling = bool(own) or call.words <= kept.words
        if not telling or not demanded:
            return None
        if call.unheard or (call.unasked and not kept.source.named):
            return "high"
        return None if kept.source.named or kept.passage.strong else "medium"

    def _seen_elsewhere(self, value: str, kept: Kept) -> bool:
        """Whether a value was read elsewhere: of an order, only what was read before it speaks for a value."""
        return any(
            stands_in(value, output.ordinary(self.told()))
            for output in self._seen
            if output.read <= kept.read or not kept.passage.hostile
        )


@cache
def _goes() -> re.Pattern[str]:
    """Find words that send somebody to an address: verbs, and programs that reach other machines."""
    data = table("inputs")
    words = [*data["demand"]["going"], *data["sinks"]["programs"], *data["sinks"]["actions"]]
    return re.compile(rf"\b(?:{'|'.join(re.escape(word.lower()) for word in words)})\b")


@cache
def _synonyms() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(entry["words"]) for entry in table("inputs")["synonyms"])
