"""Hostile text in what the agent read, and where it went.

Three findings are made: `hidden-text` (people do not see it), `instruction-text` (it speaks to the agent; at most
medium, since much honest text does) and `taint`: a call carried out what the text asked for, with values that only
the text had. What a call does weighs more than how the text is worded. Values out of ordinary data are normal work.
"""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from assure_tui.reconcile.effects import is_bookkeeping
from assure_tui.reconcile.effects.files import name_words
from assure_tui.reconcile.ids import input_id
from assure_tui.reconcile.inputs.delegation import MAX_PROPOSED, Delegation
from assure_tui.reconcile.inputs.folding import Folded, fold, without
from assure_tui.reconcile.inputs.hidden import Hidden, hidden
from assure_tui.reconcile.inputs.own import own_phrases
from assure_tui.reconcile.inputs.shapes import LEAD, MAX_TEXT, REACH, Passage, passages
from assure_tui.reconcile.inputs.sinks import sink
from assure_tui.reconcile.inputs.unwrapping import unwrapped
from assure_tui.reconcile.inputs.values import leaves, stands_in, values
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import InputFinding
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assure_tui.ingest.model import AgentText, ToolCall, ToolResult, UserTurn
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.inputs.sinks import Sink
    from assure_tui.reconcile.inputs.unwrapping import Unwrapped
    from assure_tui.reconcile.inputs.values import Value
    from assure_tui.reconcile.model import Claim, Effect, Severity

MAX_KEPT = 64
"""Passages that later calls are held against."""
MAX_SEEN = 512 * 1024
"""Characters of ordinary tool output that are kept, to see what else a value was read from."""

MIN_ECHO = 80
"""Characters of a passage that show, standing in the call's own arguments, that the result only repeats the agent."""

_MARKS = " .,:;!?-*>'\""
_IDLE = frozenset({"to", "of", "in", "by", "the", "for", "from", "with", "all", "get", "list", "user", "and"})
"""Words of a tool's name that tell nothing of what it does."""


class _Kept:
    """A passage that later calls are held against, with the result that carried it."""

    __slots__ = ("effects", "finding", "local", "passage", "words")

    def __init__(self, passage: Passage, finding: InputFinding, *, local: bool) -> None:
        self.passage = passage
        self.words = frozenset(re.findall(r"[a-z]{3,}", passage.text))
        self.finding = finding
        self.local = local
        self.effects: list[str] = []

    def speaks_of(self, meant: frozenset[str]) -> bool:
        """Whether the passage has one of the words, or a form of one that is not too short to tell."""
        if meant & self.words:
            return True
        begins = tuple(word for word in meant if len(word) > 3)
        return any(word.startswith(begins) for word in self.words)


class _Call:
    """A call as it is held against passages: the values that no person named, and the words for what it does."""

    __slots__ = ("_delegation", "_named", "_sink", "_values", "line", "looks", "meant", "unasked", "words")

    def __init__(self, call: ToolCall, sink: Sink, delegation: Delegation) -> None:
        self._sink = sink
        self._delegation = delegation
        self._values: list[Value] | None = None
        self._named: dict[str, bool] = {}
        self.words = frozenset(name_words(call.tool)) - _IDLE
        self.meant = frozenset().union(*(group for group in _synonyms() if self.words & group)) or self.words
        self.looks = sink.looks
        self.line = sink.line
        self.unasked: bool | None = None

    def within(self, text: str) -> list[Value]:
        """Give the values that stand in a folded text and that no person named."""
        if self._values is None:
            self._values = [value for value in values(self._sink.args) if value.page or not self.looks]
        found = []
        for value in self._values:
            if stands_in(value.text, text):
                named = self._named.get(value.text)
                if named is None:
                    named = self._named[value.text] = self._delegation.covers(value.text)
                if not named:
                    found.append(value)
        return found


class _Output:
    """An output that was read, folded only when somebody asks what it held."""

    __slots__ = ("_folded", "_raw", "event", "size")

    def __init__(self, raw: str, event: str) -> None:
        self._raw: str | None = raw
        self._folded = ""
        self.event = event
        self.size = len(raw)

    def ordinary(self, kept: Iterable[_Kept]) -> str:
        """Give the folded text without the passages that were found in it."""
        if self._raw is not None:
            self._folded = fold(self._raw)
            self._raw = None
            told = [one.passage.text for one in kept if one.finding.event == self.event]
            self._folded = without(self._folded, told)
        return self._folded


class Sighted(NamedTuple):
    """Where a rule of the user's own matched, and the folded text around it."""

    span: tuple[int, int]
    text: str


class Inputs(Part):
    """Looks for hostile text in tool results and follows it into the agent's calls."""

    __slots__ = ("_delegation", "_kept", "_own", "_seen", "_seen_size")

    def __init__(self, context: Context, board: Board) -> None:
        super().__init__(context, board)
        self._delegation = Delegation()
        self._kept: deque[_Kept] = deque(maxlen=MAX_KEPT)
        self._seen: deque[_Output] = deque()
        self._seen_size = 0
        self._own = own_phrases(context.settings.input_rules)

    def user(self, event: UserTurn) -> None:
        """Remember what was said by people: what they name is not tainted."""
        if not event.synthetic:
            self._delegation.hear(fold(event.text), asks=not event.system)

    def text(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Remember what the agent said last, for a user who agrees to it."""
        del claims
        if self._kept:
            self._delegation.propose(fold(event.text[-MAX_PROPOSED:]))

    def call(self, event: ToolCall, effects: Sequence[Effect]) -> None:
        """Hold a call against the passages read before it."""
        if not self._kept or not effects:
            return
        reach = sink(event, effects, self.context.cwd)
        if reach is None:
            return
        made = _Call(event, reach, self._delegation)
        for kept in self._kept:
            severity = self._carried_out(kept, made)
            if severity is not None:
                kept.effects += [effect.id for effect in effects]
                self._tell(kept, event, severity)

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """Look for hostile text in what a call brought back."""
        if event.status in {"running", "denied"} or not event.text:
            return
        if call is not None and (is_bookkeeping(call) or call.tool in self.context.settings.trusted_tools):
            return
        if event.reads_from is not None and any(kept.finding.call_id == event.reads_from for kept in self._kept):
            return
        weak = self.context.worldly and not self.context.coding
        unseen = hidden(event.text)
        spoken = [passage for passage in passages(event.text, weak=weak) if not _echoes(passage, call)]
        local = bool(unseen or spoken) and call is not None and sink(call, effects, self.context.cwd) is None
        for one in unseen:
            self._see(one, event, local=local)
        for wrapped in unwrapped(event.text):
            self._unwrap(wrapped, event, local=local)
        if self._own is not None or self.context.settings.yara:
            self._look_for_own(event, local=local)
        granted = bool(weak or spoken) and call is not None and self._delegation.grants(call)
        kept = []
        for passage in spoken:
            if not (granted or _directs(call, effects, passage)) or _turns(passage):
                kept.append(self._keep(passage, event, local=local))
            severity = self._alone(passage, local=local)
            if severity is not None:
                words = ", ".join(passage.features)
                message = f"the output speaks to the agent ({words}): {_excerpt(event.text, passage.span)}"
                self.board.put(self._finding("instruction-text", severity, event, passage.span, message), settled=True)
        output = _Output(event.text[-MAX_SEEN:], event.id)
        if granted:
            self._delegation.grant(output.ordinary(kept))
        self._seen.append(output)
        self._seen_size += output.size
        while self._seen_size > MAX_SEEN and len(self._seen) > 1:
            self._seen_size -= self._seen.popleft().size

    def _see(self, one: Hidden, event: ToolResult, *, local: bool) -> None:
        told = f", which spell {one.says[:80]!r}" if one.says else ""
        message = f"the output holds {one.what}, which nobody sees{told}"
        self.board.put(self._finding("hidden-text", one.severity, event, one.span, message), settled=True)
        if len(one.says) > 8:
            passage = Passage(span=one.span, text=fold(one.says), score=9, features=("hidden",), strong=True)
            self._keep(passage, event, local=local)

    def _unwrap(self, wrapped: Unwrapped, event: ToolResult, *, local: bool) -> None:
        """Look at what a stretch says once it is unwrapped: nobody wraps an honest request."""
        spoken = passages(wrapped.says, weak=False)
        shown = fold(event.text) if spoken else ""
        for passage in spoken:
            if passage.severity == "info" or passage.text[:MIN_ECHO] in shown:
                continue
            severity: Severity = "low" if self.context.coding and local else "medium"
            message = f"the output speaks to the agent in {wrapped.how}: {_excerpt(wrapped.says, passage.span)}"
            self.board.put(self._finding("instruction-text", severity, event, wrapped.span, message), settled=True)
            features = tuple(sorted({*passage.features, "hidden"}))
            self._keep(msgspec.structs.replace(passage, span=wrapped.span, features=features), event, local=local)
            return

    def _look_for_own(self, event: ToolResult, *, local: bool) -> None:
        """Look for what the user's own rules name: phrases, and YARA rules."""
        settings = self.context.settings
        if self._own is not None:
            folded = Folded(event.text[:MAX_TEXT])
            for rule, start, end in self._own.find(folded.text):
                span = (folded.at(start), folded.at(end - 1) + 1)
                text = folded.text[max(0, start - LEAD) : end + REACH]
                self._say_own(rule.id, rule.severity, Sighted(span, text), event, local=local)
        if settings.yara and self.context.evaluator is not None:
            for sighting in self.context.evaluator.scan(settings.yara, event.text[:MAX_TEXT]):
                start, end = sighting.span
                text = fold(event.text[max(0, start - LEAD) : end + REACH])
                self._say_own(sighting.rule, sighting.severity, Sighted(sighting.span, text), event, local=local)

    def _say_own(self, name: str, severity: Severity, sighted: Sighted, event: ToolResult, *, local: bool) -> None:
        message = f"the output matches the rule {name}: {_excerpt(event.text, sighted.span)}"
        if not name:
            message = "the rules of assure.toml could not be held against the whole output in time"
        self.board.put(self._finding("instruction-text", severity, event, sighted.span, message), settled=True)
        if severity == "medium":
            passage = Passage(span=sighted.span, text=sighted.text, score=9, features=("hidden",), strong=True)
            self._keep(passage, event, local=local)

    def _alone(self, passage: Passage, *, local: bool) -> Severity | None:
        """How grave a passage is by itself: in code and notes, text that speaks to agents is common."""
        severity = passage.severity
        if not self.context.coding:
            return severity
        if severity == "medium":
            return "medium" if passage.hostile and not local else "low"
        return "low" if severity == "low" and not local and passage.aimed and passage.asks else None

    def _keep(self, passage: Passage, event: ToolResult, *, local: bool) -> _Kept:
        kept = _Kept(passage, self._finding("taint", "high", event, passage.span, ""), local=local)
        self._kept.append(kept)
        return kept

    def _carried_out(self, kept: _Kept, call: _Call) -> Severity | None:
        """Weigh whether a call did what a passage asked for; None when it rather did not."""
        passage = kept.passage
        if not passage.hostile and (call.looks or call.line or kept.local):
            return None
        inside = call.within(passage.text)
        if not inside:
            return None
        own = [value.weight for value in inside if not self._seen_elsewhere(value.text)]
        telling = max(own, default=0)
        demanded = bool(call.words & kept.words) or kept.speaks_of(call.meant)
        if not passage.hostile:
            grave = bool(own) or call.words <= kept.words if passage.strong else telling == 3
            return "high" if grave and demanded and self._unasked(call) else None
        if call.looks or call.line:
            return "critical" if telling == 3 else None
        if telling >= 2 and demanded:
            return "critical"
        if call.words and call.words <= kept.words and (own or self._unasked(call)):
            return "critical"
        weight = sum(sorted(own, reverse=True)[:3]) + demanded + self._unasked(call)
        return "critical" if own and weight >= 3 else None

    def _seen_elsewhere(self, value: str) -> bool:
        return any(stands_in(value, output.ordinary(self._kept)) for output in self._seen)

    def _unasked(self, call: _Call) -> bool:
        """Whether nobody spoke of what a call does, in any word for it."""
        if call.unasked is None:
            call.unasked = not any(self._delegation.speaks_of(word) for word in call.meant)
        return call.unasked

    def _tell(self, kept: _Kept, event: ToolCall, severity: Severity) -> None:
        finding = kept.finding
        message = (
            f"{event.tool} did what an output asked for, with values that only this output had:"
            f" {' '.join(kept.passage.text.split())[:160]}"
        )
        self.board.put(
            InputFinding(
                id=finding.id,
                run=finding.run,
                code="taint",
                severity=severity,
                call_id=finding.call_id,
                event=finding.event,
                origin=finding.origin,
                span=finding.span,
                effects=tuple(dict.fromkeys(kept.effects)),
                message=message,
            )
        )

    def _finding(
        self, code: str, severity: Severity, event: ToolResult, span: tuple[int, int], message: str
    ) -> InputFinding:
        return InputFinding(
            id=input_id(code, event.id, span),
            run=event.run,
            code=code,
            severity=severity,
            call_id=event.call_id,
            event=event.id,
            origin=event.origin,
            span=span,
            effects=(),
            message=message,
        )


@cache
def _listed(group: str, name: str) -> frozenset[str]:
    return frozenset(table("inputs")[group][name])


def _turns(passage: Passage) -> bool:
    """Whether a passage turns on the user's own task: then nobody who speaks for the user wrote it."""
    return passage.hostile and not _listed("turns", "features").isdisjoint(passage.features)


def _directs(call: ToolCall | None, effects: Sequence[Effect], passage: Passage) -> bool:
    """Whether it is a source's purpose to tell the agent what to do: the operator's rules, or a file for agents."""
    if call is None:
        return False
    if not passage.hostile and not _listed("references", "words").isdisjoint(name_words(call.tool)):
        return True
    files = re.compile(table("inputs")["sinks"]["briefings"])
    return any(files.search(path) for effect in effects for path in effect.args.get("paths") or ())


def _echoes(passage: Passage, call: ToolCall | None) -> bool:
    """Whether a result only repeats what the agent itself wrote into the call."""
    if call is None:
        return False
    begins = passage.text.strip(_MARKS)[:MIN_ECHO]
    return any(begins in fold(text) for _, text in leaves(call.args) if len(text) >= len(begins))


@cache
def _synonyms() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(entry["words"]) for entry in table("inputs")["synonyms"])


def _excerpt(text: str, span: tuple[int, int]) -> str:
    return " ".join(text[span[0] : span[1]].split())[:160]
