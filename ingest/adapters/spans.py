"""Traces of agents as programs and viewers write them when not in OTLP: a span, a run or an observation a record.

Read are spans with a dictionary of attributes, as SDKs of OpenTelemetry print them; spans of OpenAI's Agents SDK; runs
of LangSmith; and observations of Langfuse. They come as lines, as a list, or under a key of a document, also within one
another. Spans may be sampled, and contents left out: what is not in a trace may have happened all the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, Json, document_adapter, mended
from assure_tui.ingest.adapters.genai import AGENT, MODEL, TOOL, messages
from assure_tui.ingest.adapters.otel import Span, Status, Traces
from assure_tui.ingest.adapters.values import epoch

NAME = "spans"
MAX_DEPTH = 16
MAX_SPANS = 1_000_000
MAX_PRINTED = 65_536
_HOLDERS = ("spans", "observations", "runs", "child_runs", "data", "trace", "traces")
_SPAN = "trace.span"
_FUNCTIONS = {"function": TOOL, "generation": MODEL}
_RUNS = {"tool": TOOL, "llm": MODEL}
_OBSERVED = {"TOOL": TOOL, "GENERATION": MODEL}
_FAILED = frozenset({"error", "status_code_error", "2"})
_NANO = 1_000_000_000
_NANOSECONDS_FROM = 1e16


class Told(NamedTuple):
    """A span, and its attributes in the conventions' words."""

    span: Span
    found: Json
    ended: float
    kind: str = "span"
    """`trace` for what tells only of the whole, and "" for what is no span where one is expected."""


class SpansDecoder(DocumentDecoder):
    """Reads a file of spans, each a record, in the order in which they ended: they are written in any."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole file; a line that cannot be read is counted."""
        records, unread = _records(data)
        told = sorted(islice(_spans(records), MAX_SPANS), key=lambda one: one.ended)
        spans = iter(told)
        traces = Traces(self.stem, self.salt, NAME)

        def read(_: bytes, draft: Draft) -> None:
            span = next(spans)
            if span.kind == "span":
                traces.span(span.span, span.found, "", draft)
            elif not span.kind:
                draft.unknown = "no span"
            draft.bookkeeping = not draft.events

        found = self.each((msgspec.json.encode([one.span.name, one.found]) for one in told), read)
        self.tally.malformed += unread
        return found


def _records(data: bytes) -> tuple[list[Any], int]:
    """Return what a document or its lines hold, and how many lines could not be read."""
    try:
        return [mended(data, msgspec.json.decode)], 0
    except (ValueError, RecursionError):
        *lines, last = data.split(b"\n")
        found: list[Any] = []
        unread = 0
        for line in [*lines, *([last] if last.rstrip().endswith(b"}") else ())]:
            if not line.strip():
                continue
            try:
                found.append(mended(line, msgspec.json.decode))
            except (ValueError, RecursionError):
                unread += 1
        if not found:
            raise
        return found, unread


def _spans(value: object, depth: int = 0) -> Iterator[Told]:
    """Yield the spans that a record is or holds; in a list of them, what is none is told as such."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            inner = _spans(one, depth + 1)
            first = next(inner, None)
            yield first or Told(Span(), {}, 0.0, kind="")
            yield from inner
    elif isinstance(value, dict):
        for name in _HOLDERS:
            if isinstance(value.get(name), list | dict):
                yield from _spans(value[name], depth + 1)
        if (told := _told(value)) is not None:
            yield told


def _told(record: Json) -> Told | None:
    """Return a record as a span; None for one that is none."""
    if isinstance(record.get("run_type"), str) and "inputs" in record:
        return _of_run(record)
    if record.get("object") == "trace":
        return Told(Span(), {}, 0.0, kind="trace")
    if record.get("object") == _SPAN and isinstance(record.get("span_data"), dict):
        return _of_agents(record, record["span_data"])
    if isinstance(record.get("attributes"), dict) and isinstance(record.get("name"), str):
        return _of_sdk(record)
    if isinstance(record.get("type"), str) and record["type"].upper() in {*_OBSERVED, "AGENT", "SPAN"}:
        return _observed(record) if "startTime" in record or "traceId" in record else None
    return None


def _of_sdk(record: Json) -> Told:
    """Take a span of an SDK of OpenTelemetry."""
    status, context = record.get("status"), record.get("context")
    told = status.get("status_code", status.get("code")) if isinstance(status, dict) else status
    words = (status.get("description") or status.get("message")) if isinstance(status, dict) else None
    trace = record.get("trace_id") or record.get("traceId")
    trace = trace or (context.get("trace_id") if isinstance(context, dict) else None)
    failed = words or "failed" if str(told).lower().removeprefix("statuscode.") in _FAILED else None
    return _span(record, record["attributes"], trace, failed)


def _of_agents(record: Json, data: Json) -> Told:
    """Take a span of OpenAI's Agents SDK."""
    operation = _FUNCTIONS.get(str(data.get("type")), "")
    found = _found(operation, data.get("name"), data.get("input"), data.get("output"), data.get("model"))
    return _span(record, found, record.get("trace_id"), record.get("error"))


def _of_run(record: Json) -> Told:
    """Take a run of LangSmith; the first of a trace has what was asked and what was answered in the end."""
    operation = _RUNS.get(record["run_type"], "")
    asked, answered = record.get("inputs"), record.get("outputs")
    native = None
    if operation == MODEL:
        asked, answered = _first(asked, "messages", "prompts", "input"), _generated(answered)
    elif operation == TOOL:
        asked, answered = _printed(_alone(asked)), _alone(answered)
        inner = answered.get("kwargs", answered) if isinstance(answered, dict) else {}
        native = inner.get("tool_call_id") if isinstance(inner, dict) else None
        answered = inner.get("content", answered) if native else answered
    elif not record.get("parent_run_id"):
        asked, answered = (_first(one, "input", "question", "output", "answer") for one in (asked, answered))
        operation = AGENT if isinstance(answered, str) else ""
    extra = record.get("extra")
    about = _first(extra, "invocation_params", "metadata") if isinstance(extra, dict) else None
    model = _first(about, "model", "model_name", "ls_model_name") if isinstance(about, dict) else None
    found = _found(operation, record.get("name"), asked, answered, model)
    found["gen_ai.tool.call.id"] = native
    return _span(record, found, record.get("trace_id"), record.get("error"))


def _observed(record: Json) -> Told:
    """Take an observation of Langfuse."""
    operation = _OBSERVED.get(record["type"].upper(), "")
    asked = record.get("input")
    if operation == MODEL and isinstance(asked, dict):
        asked = asked.get("messages", asked)
    found = _found(operation, record.get("name"), asked, record.get("output"), record.get("model"))
    failed = (record.get("statusMessage") or "failed") if record.get("level") == "ERROR" else None
    return _span(record, found, record.get("traceId"), failed)


def _found(operation: str, name: object, asked: object, answered: object, model: object) -> Json:
    found: Json = {"gen_ai.operation.name": operation or "(other)", "gen_ai.request.model": model}
    if operation == TOOL:
        return found | {
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.arguments": asked,
            "gen_ai.tool.call.result": answered,
        }
    if operation:
        asked = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
        answered = [{"role": "assistant", "content": answered}] if isinstance(answered, str) else answered
        found["gen_ai.input.messages"] = messages(asked)
        found["gen_ai.output.messages"] = messages(answered)
    return found


def _span(record: Json, found: Json, trace: object, failed: object) -> Told:
    started, ended = (_time(record, kind) for kind in ("start", "end"))
    words = failed.get("message") if isinstance(failed, dict) else failed
    status = Status(code=2, message=str(words or "failed")) if failed else None
    span = Span(
        trace_id=str(trace or ""),
        name=str(record.get("name") or ""),
        start_time_unix_nano=int((started or 0) * _NANO),
        end_time_unix_nano=int((ended or 0) * _NANO),
        status=status,
    )
    return Told(span, found, ended or started or 0.0)


def _time(record: Json, kind: str) -> float | None:
    names = (f"{kind}_time", f"{kind}Time", f"{kind}ed_at", f"{kind}TimeUnixNano", f"{kind}_time_unix_nano")
    value = next((record[name] for name in names if record.get(name) is not None), None)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= _NANOSECONDS_FROM:
        return value / _NANO
    return epoch(value)


def _first(value: object, *names: str) -> Any:
    """Return what stands under the first of some names; a value without any as it is."""
    if isinstance(value, dict):
        value = next((value[name] for name in names if value.get(name) is not None), value)
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    return value


def _alone(value: object) -> object:
    """Return the one thing that a tool was given, or gave."""
    if isinstance(value, dict) and len(value) == 1:
        return value.get("input", value.get("output", value))
    return value


def _printed(value: object) -> object:
    """Read arguments that were kept as Python prints them; anything else as it is."""
    if not isinstance(value, str) or not value.startswith("{'") or len(value) > MAX_PRINTED:
        return value
    try:
        printed: object = msgspec.json.decode(msgspec.json.encode(ast.literal_eval(value)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return value
    return printed


def _generated(outputs: object) -> object:
    """Return the message that a model answered with."""
    made = _first(outputs, "generations", "choices", "messages", "message", "output")
    made = made[0] if isinstance(made, list) and made else made
    if isinstance(made, dict):
        return made.get("message") or made.get("text") or made
    return made


def _speaks(found: Json) -> bool:
    return any(key.startswith(("gen_ai.", "openinference.", "traceloop.", "llm.")) for key in found)


def recognises(head: Head) -> bool:
    """Tell spans by their attributes of generative AI, runs by their type and inputs, observations by their key."""
    if head.is_lines:
        first = head.objects[:16]
        told = [list(islice(_spans(record), 64)) for record in first]
        return all(told[:4]) and any(_speaks(one.found) for spans in told for one in spans)
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not data.startswith((b"{", b"[")) or b'"resourceSpans"' in data[:512]:
        return False
    if head.whole:
        try:
            return any(_speaks(one.found) for one in islice(_spans(msgspec.json.decode(data)), 64))
        except (ValueError, RecursionError):
            return False
    spans = b'"attributes"' in data and b'"trace_id"' in data and b'"gen_ai.' in data
    return spans or (b'"run_type"' in data and b'"inputs"' in data) or b'"observations"' in data[:4096]


ADAPTER = document_adapter(NAME, recognises, SpansDecoder, complete=False)
