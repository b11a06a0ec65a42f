"""Traces of agents as OpenTelemetry writes them to files: one OTLP/JSON batch of spans a line.

The semantic conventions for generative AI name the attributes: a span `chat` holds what the model was sent and what it
answered, if the program lets contents be recorded, and a span `execute_tool` holds a call with its result. A model is
sent the whole talk each time, so what was told before is left out. Spans are sampled and content may be switched off:
what is not in a trace may have happened all the same, so the format is not complete.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias

import msgspec

from assure_tui.ingest.adapters.base import Adapter, Decoder, Draft, Head
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.genai import AGENT, MODEL, TOOL, spelt
from assure_tui.ingest.adapters.values import MEMORY, Recent, arguments, plain_text
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, ResultStatus, SourceInfo, UserTurn

NAME = "otel-genai"
MAX_RUNS = 1024
MAX_NESTING = 32
MAX_OPEN = 256
"""Calls without an answer that are remembered, for spans that name no call."""
_NANO = 1e9
_ERROR = 2
"""Status code of a span that failed."""
_ASKS_MODEL = frozenset({MODEL, "generate_content", "text_completion", AGENT})
_SIGNALS = frozenset({"resourceMetrics", "resourceLogs"})
_SILENT = frozenset({"reasoning", "blob", "file", "uri"})


class _Value(msgspec.Struct, rename="camel"):
    string_value: str | None = None
    int_value: int | str | None = None
    double_value: float | None = None
    bool_value: bool | None = None
    array_value: _Values | None = None
    kvlist_value: _Pairs | None = None


class _Values(msgspec.Struct):
    values: list[_Value] = []


class _Pair(msgspec.Struct):
    key: str = ""
    value: _Value | None = None


class _Pairs(msgspec.Struct):
    values: list[_Pair] = []


class Status(msgspec.Struct):
    """How a span ended."""

    code: int | str | None = None
    message: str | None = None


class Span(msgspec.Struct, rename="camel"):
    """A span, as OTLP has it."""

    trace_id: str = ""
    name: str = ""
    start_time_unix_nano: int | str | None = None
    end_time_unix_nano: int | str | None = None
    attributes: list[_Pair] = []
    status: Status | None = None


class _Scope(msgspec.Struct):
    spans: list[Span] = []


class _Resource(msgspec.Struct, rename="camel"):
    scope_spans: list[_Scope] = []


class _Batch(msgspec.Struct, rename="camel"):
    resource_spans: list[_Resource] | None = None
    resource_metrics: list[msgspec.Raw] | None = None
    resource_logs: list[msgspec.Raw] | None = None


class _Part(msgspec.Struct):
    type: str = ""
    content: Any = None
    id: str | None = None
    name: str | None = None
    arguments: Any = None
    response: Any = None
    result: Any = None


class _Message(msgspec.Struct):
    role: str = ""
    parts: list[_Part] = []
    content: Any = None
    finish_reason: str | None = None


_Attributes: TypeAlias = dict[str, Any]
_batch_decoder = msgspec.json.Decoder(_Batch)


class _Talk:
    """What was told of a run so far."""

    def __init__(self, run: str, native: str) -> None:
        self.run = run
        self.native = native
        self.model: str | None = None
        self.begun = False
        self.calls: Recent[str, bool] = Recent()
        self.open: list[tuple[str, str, bool]] = []
        """Calls that a model asked for and no span has run yet: tool, id, and whether the log has the id."""
        self.ran: list[str] = []
        """Tools of calls that spans told of before a model was seen to ask for them."""
        self.ended: Recent[str, bool] = Recent()
        self._told: list[bytes] = []
        """The talk in digests, in order, as far as it is kept."""
        self._ever: Recent[bytes, bool] = Recent()

    def fresh(self, messages: list[_Message]) -> list[_Message]:
        """Return those messages of the whole talk that a model is sent which were not told before.

        What comes after the talk so far is new, also when somebody says the same again. A talk that goes another way,
        such as one that was summed up, is new where it says what was never said.
        """
        marks = [_digest(message) for message in messages]
        same = next((at for at, (old, new) in enumerate(zip(self._told, marks, strict=False)) if old != new), None)
        if same is None:
            new = messages[len(self._told) :]
        else:
            new = [message for message, mark in zip(messages, marks, strict=True) if mark not in self._ever]
        self.tell(new)
        return new

    def tell(self, messages: list[_Message]) -> None:
        """Note what was told."""
        for mark in map(_digest, messages):
            self._ever[mark] = True
            if len(self._told) < MEMORY:
                self._told.append(mark)


class Traces:
    """The runs of one file of traces, as its spans tell of them."""

    def __init__(self, stem: str, salt: str, agent: str) -> None:
        self._stem = stem
        self._salt = salt
        self._agent = agent
        self._talks: Recent[str, _Talk] = Recent(MAX_RUNS)

    def span(self, span: Span, found: _Attributes, prefix: str, draft: Draft) -> bool:
        """Tell of a span; give whether it is of generative AI."""
        found = spelt(found, span.name)
        operation = found["gen_ai.operation.name"]
        if operation != TOOL and operation not in _ASKS_MODEL:
            return False
        talk = self._talk(str(found.get("gen_ai.conversation.id") or span.trace_id or self._stem))
        draft.at(run=talk.run, time=_seconds(span.end_time_unix_nano) or _seconds(span.start_time_unix_nano))
        if operation == TOOL:
            self._runs(talk, found, prefix, draft)
            _executed(talk, span, found, prefix, draft)
            return True
        system = _messages(found.get("gen_ai.system_instructions"), draft, system=True)
        sent = talk.fresh(system + _messages(found.get("gen_ai.input.messages"), draft))
        answer = _messages(found.get("gen_ai.output.messages"), draft)
        if operation == AGENT:
            answer = talk.fresh(answer)  # a model's span inside it has told it
        else:
            talk.tell(answer)
        if sent or answer or operation != AGENT:
            self._runs(talk, found, prefix, draft)
        for place, message in enumerate(sent + answer):
            _message(talk, message, f"{prefix}{place}.", draft, ends=place >= len(sent))
        return True

    def _talk(self, native: str) -> _Talk:
        talk = self._talks.get(native)
        if talk is None:
            talk = self._talks[native] = _Talk(run_id(self._agent, native, self._stem, self._salt), native)
        return talk

    def _runs(self, talk: _Talk, found: _Attributes, prefix: str, draft: Draft) -> None:
        model = found.get("gen_ai.request.model") or found.get("gen_ai.response.model")
        model = model if isinstance(model, str) else None
        if talk.begun and (model is None or model == talk.model):
            return
        talk.begun = True
        talk.model = model or talk.model
        draft.start(talk.native, self._agent, block=f"{prefix}run", model=talk.model, complete=False)


class OtelDecoder(Decoder):
    """Reads one file of traces."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self._traces = Traces(stem, salt, NAME)

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        batch = _batch_decoder.decode(data)
        if batch.resource_spans is None:
            if batch.resource_metrics is None:
                draft.unknown = "no spans" if batch.resource_logs is None else "resourceLogs"
            draft.bookkeeping = batch.resource_metrics is not None
            return
        spans = [span for resource in batch.resource_spans for scope in resource.scope_spans for span in scope.spans]
        for number, span in enumerate(spans):
            self._traces.span(span, {pair.key: _plain(pair.value) for pair in span.attributes}, f"{number}.", draft)
        draft.bookkeeping = not draft.events


def _executed(talk: _Talk, span: Span, found: _Attributes, prefix: str, draft: Draft) -> None:
    """Take a span that ran a tool: the call, unless the model's answer told it, and what came of it."""
    native = found.get("gen_ai.tool.call.id")
    tool = str(found.get("gen_ai.tool.name") or span.name.partition(" ")[2] or span.name)
    call_id = native if isinstance(native, str) else ""
    if not call_id or call_id not in talk.calls:
        asked = (call for name, call, known in talk.open if name == tool and not (known and call_id))
        call_id = next(asked, call_id) or draft.event_id(f"{prefix}call")
        if call_id not in talk.calls:
            talk.ran = [*talk.ran[-MAX_OPEN:], tool]
    _called(talk, call_id, tool, found.get("gen_ai.tool.call.arguments"), f"{prefix}call", draft)
    failed = "error.type" in found or (span.status is not None and span.status.code in {_ERROR, "STATUS_CODE_ERROR"})
    text = _text(found.get("gen_ai.tool.call.result"))
    if not text and failed and span.status is not None:
        text = span.status.message or ""
    _answered(talk, call_id, text, f"{prefix}result", draft, failed=failed)


def _message(talk: _Talk, message: _Message, prefix: str, draft: Draft, *, ends: bool) -> None:
    """Turn a message into events."""
    parts = _parts(message)
    acts = any(part.type.endswith("tool_call") for part in parts)
    for index, part in enumerate(parts):
        block = f"{prefix}{index}"
        if part.type.endswith("tool_call"):
            known = part.id or draft.event_id(block)
            if part.id is None and part.name in talk.ran:
                talk.ran.remove(part.name)  # a span that ran it has told it
                continue
            _called(talk, known, part.name or "", part.arguments, block, draft, known=part.id is not None)
        elif part.type.endswith("tool_call_response"):
            told = part.response if part.response is not None else part.result
            text = _text(told)
            answers = part.id or next((call for _, call, _ in talk.open), None)
            if answers is not None:
                _answered(talk, answers, text, block, draft, failed=says_error(text))
        elif part.type == "text":
            _said(message.role, _text(part.content), block, draft, acts=acts)
        elif part.type not in _SILENT:
            draft.unknown = f"part {part.type}"
    if ends and message.role == "assistant" and not acts:
        draft.add(Boundary, f"{prefix}end", what="turn_end")


def _said(role: str, text: str, block: str, draft: Draft, *, acts: bool) -> None:
    if not text:
        return
    match role:
        case "assistant":
            draft.add(AgentText, block, text=text, channel="commentary" if acts else "final")
        case "user":
            draft.add(UserTurn, block, text=text)
        case "system" | "developer":
            draft.add(UserTurn, block, text=text, synthetic=True, system=True)
        case role:
            draft.unknown = f"role {role}"


def _called(
    talk: _Talk, call_id: str, tool: str, args: object, block: str, draft: Draft, *, known: bool = True
) -> None:
    if call_id not in talk.calls:
        talk.calls[call_id] = True
        talk.open = [*talk.open[-MAX_OPEN:], (tool, call_id, known)]
        draft.call(block, call_id, tool, arguments(args))


def _answered(talk: _Talk, call_id: str, text: str, block: str, draft: Draft, *, failed: bool) -> None:
    if call_id not in talk.ended:
        talk.ended[call_id] = True
        talk.open = [asked for asked in talk.open if asked[1] != call_id]
        status: ResultStatus = "failed" if failed or says_error(text) else "succeeded"
        draft.result(block, call_id, text, status)


def _parts(message: _Message) -> list[_Part]:
    return message.parts or ([_Part(type="text", content=message.content)] if message.content else [])


def _digest(message: _Message) -> bytes:
    """Return what a message is known by when it is sent again: who said what, and the ids of its calls."""
    said = [part.id or _text(part.content) for part in _parts(message) if part.type not in _SILENT]
    return hashlib.sha256(msgspec.json.encode([message.role, said])).digest()


def _messages(value: object, draft: Draft, *, system: bool = False) -> list[_Message]:
    """Return the messages of an attribute, which is JSON text or a value of its own; instructions are bare parts."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (ValueError, RecursionError):
            draft.unknown = "messages that are not JSON"
            return []
    if value is None:
        return []
    listed = value if isinstance(value, list) else [value]
    try:
        if system:
            return [_Message(role="system", parts=msgspec.convert(listed, list[_Part]))]
        return msgspec.convert(listed, list[_Message])
    except (msgspec.ValidationError, RecursionError):
        draft.unknown = "messages of unexpected shape"
        return []


def _plain(value: _Value | None, depth: int = 0) -> Any:
    """Return an attribute's value as plain data; one that is nested too deep is left out."""
    if value is None or depth > MAX_NESTING:
        return None
    if value.array_value is not None:
        return [_plain(inner, depth + 1) for inner in value.array_value.values]
    if value.kvlist_value is not None:
        return {pair.key: _plain(pair.value, depth + 1) for pair in value.kvlist_value.values}
    for simple in (value.string_value, value.bool_value, value.int_value, value.double_value):
        if simple is not None:
            return simple
    return None


def _text(value: object) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    return plain_text(value) or msgspec.json.encode(value).decode()


def _seconds(nano: int | str | None) -> float | None:
    try:
        time = int(nano or 0) / _NANO
    except (ValueError, OverflowError):
        return None
    return time if 0 < time < 1e12 else None


def recognises(head: Head) -> bool:
    """Tell a file of traces by its first records, and that some span is of generative AI."""
    return any(
        isinstance(record.get("resourceSpans"), list) or not _SIGNALS.isdisjoint(record) for record in head.objects
    ) and any(mark in head.data for mark in (b'"gen_ai.', b'"openinference.span.kind"', b'"traceloop.'))


ADAPTER = Adapter(name=NAME, discipline="append", complete=False, recognises=recognises, decoder=OtelDecoder)
