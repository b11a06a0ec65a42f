"""Evaluation logs of Inspect AI: a packed `.eval` file, or one JSON document.

A log holds many samples, and each is a run: the chat with its tools' answers, and events that tell more of a call, such
as how a command in its sandbox ended. Long texts stand apart as attachments. Packed logs are opened here and nowhere
else, with caps on what comes out of them.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from assure_tui.ingest.adapters.base import Decoded, DocumentDecoder, Draft, Head, Json, document_adapter, mended
from assure_tui.ingest.adapters.edits import edited
from assure_tui.ingest.adapters.endings import says_error
from assure_tui.ingest.adapters.values import Ending, arguments, epoch, plain_text, whole
from assure_tui.ingest.framing import sanitise
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, Boundary, Permission, UserTurn

NAME = "inspect-ai"
MAX_SAMPLES = 10_000
MAX_SAMPLE = 128 * 1024 * 1024
"""Largest sample that is unpacked, in bytes."""
MAX_UNPACKED = 512 * 1024 * 1024
"""Bytes that are unpacked of one log."""
MAX_MEMBERS = 100_000
"""Files that an archive may have: its list is held in memory."""
_PACKED, _MEMBER = b"PK\x03\x04", b"PK\x01\x02"
_HEADERS = ("header.json", "_journal/start.json")
_SAMPLE = re.compile(r"samples/[^/]{1,200}\.json")
_ATTACHED = "attachment://"
_COMMANDS = ("cmd", "command")
_EDITORS = re.compile(r"(?:\A|_)(?:write|create|edit|replace|patch|editor)(?:_|\Z)")
_VIEWS = frozenset({"view", "read"})
_ANSWER = frozenset({"answer"})
_SUBMIT = "submit"
_REFUSED = "approval"
_CUT = frozenset({"output_limit"})
_MARKS = (re.compile(rb'"eval"\s{0,64}:\s{0,64}\{'), re.compile(rb'"task_id"\s{0,64}:|"eval_id"\s{0,64}:'))


class _Called(msgspec.Struct):
    id: str | None = None
    function: str | None = None
    arguments: Any = None


class _Error(msgspec.Struct):
    type: str | None = None
    message: str | None = None


class _Message(msgspec.Struct):
    role: str = ""
    content: Any = None
    tool_calls: list[_Called] | None = None
    tool_call_id: str | None = None
    error: _Error | None = None


class _Event(msgspec.Struct):
    event: str = ""
    timestamp: Any = None
    id: Any = None
    events: list[msgspec.Raw] | None = None
    action: str | None = None
    cmd: Any = None
    result: Any = None
    call: _Called | None = None
    decision: str | None = None
    explanation: str | None = None


class _Sample(msgspec.Struct):
    id: Any = None
    epoch: Any = None
    uuid: Any = None
    messages: list[msgspec.Raw] | None = None
    message_pool: list[msgspec.Raw] | None = None
    events: list[msgspec.Raw] | None = None
    attachments: dict[str, str] | None = None
    error: Any = None
    limit: Any = None


class _Eval(msgspec.Struct):
    task: str | None = None
    eval_id: str | None = None
    run_id: str | None = None
    model: str | None = None


class _Header(msgspec.Struct):
    eval: _Eval | None = None


class _Log(_Header):
    samples: list[msgspec.Raw] | None = None


_log_decoder = msgspec.json.Decoder(_Log)
_header_decoder = msgspec.json.Decoder(_Header)
_sample_decoder = msgspec.json.Decoder(_Sample)
_message_decoder = msgspec.json.Decoder(_Message)
_event_decoder = msgspec.json.Decoder(_Event)


class InspectDecoder(DocumentDecoder):
    """Reads one log. A record is a sample."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode all samples; one of unexpected shape is counted and left out."""
        if data.startswith(_PACKED):
            header, samples = _unpacked(data)
        else:
            log = mended(data, _log_decoder.decode)
            header, samples = log.eval or _Eval(), iter(log.samples or ())
        reading = _Reading(header, self.stem, self.salt)
        return self.items(samples, _sample_decoder, reading.sample)


def _unpacked(data: bytes) -> tuple[_Eval, Iterator[msgspec.Raw]]:
    """Return a packed log's header and its samples. Raises `ValueError` when it is damaged, or not yet whole."""
    if data.count(_MEMBER) > MAX_MEMBERS:
        raise ValueError(f"more than {MAX_MEMBERS} files in one archive")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise ValueError(f"no whole archive: {error}") from error
    names = set(archive.namelist())
    header = _Eval()
    for name in _HEADERS:
        if name in names and (packed := _member(archive, name, MAX_SAMPLE)) is not None:
            try:
                header = _header_decoder.decode(packed).eval or header
            except (ValueError, RecursionError):
                continue
            break
    return header, _samples(archive)


def _samples(archive: zipfile.ZipFile) -> Iterator[msgspec.Raw]:
    """Yield the samples of an archive; one that cannot be unpacked comes as what no sample looks like."""
    room = MAX_UNPACKED
    found = [name for name in archive.namelist() if _SAMPLE.fullmatch(name)]
    for name in found[:MAX_SAMPLES]:
        data = _member(archive, name, min(MAX_SAMPLE, room))
        if data is None:
            yield msgspec.Raw(b"null")
            continue
        room -= len(data)
        try:
            msgspec.json.decode(data, type=msgspec.Raw)
        except (ValueError, RecursionError):
            try:
                data = sanitise(data)
            except (ValueError, RecursionError):
                data = b"null"
        yield msgspec.Raw(data)


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes | None:
    """Unpack one file of an archive; None when it is larger than `most`, damaged, or packed in a way unknown here."""
    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None
    return data if len(data) <= most else None


class _Known(msgspec.Struct):
    """What the events of a sample tell of a call."""

    time: float | None = None
    codes: list[tuple[str, int]] = []
    """Commands that ran in the sandbox on its behalf, with the exit code of each."""


class _Reading:
    """The samples of one log in the reading."""

    def __init__(self, header: _Eval, stem: str, salt: str) -> None:
        self._eval = header
        self._stem = stem
        self._salt = salt

    def sample(self, sample: _Sample, draft: Draft) -> None:
        """Turn one sample into the events of a run."""
        place = f"{sample.id}:{sample.epoch}"
        native = sample.uuid if isinstance(sample.uuid, str) and sample.uuid else f"{self._eval.eval_id}:{place}"
        run = run_id(NAME, f"{native}:{draft.origin.at.start}", self._stem, self._salt)
        talk = _Talk(sample, draft)
        draft.at(run=run, time=talk.began)
        draft.start(native, NAME, model=self._eval.model)
        for raw in sample.messages or sample.message_pool or ():
            try:
                message = _message_decoder.decode(raw)
            except (ValueError, RecursionError):
                draft.unknown = "message of unexpected shape"
            else:
                talk.message(message)
        draft.at(time=talk.ended)
        draft.add(Boundary, "end", what="run_end", detail="error" if sample.error else None)


class _Talk:
    """One sample's chat."""

    def __init__(self, sample: _Sample, draft: Draft) -> None:
        self._draft = draft
        self._attachments = sample.attachments or {}
        self._known: dict[str, _Known] = {}
        self._decided: dict[str, _Event] = {}
        self.began: float | None = None
        self.ended: float | None = None
        """When its first and its last event was."""
        self._look(sample.events or ())
        self._calls: dict[str, tuple[str, Json]] = {}
        self._heard: set[str] = set()
        self._number = 0

    def _look(self, raws: list[msgspec.Raw] | tuple[()]) -> None:
        """Note what the events tell of calls: when they were made, what ran in the sandbox, who refused them."""
        current: _Known | None = None
        pending = [iter(raws)]
        while pending:
            raw = next(pending[-1], None)
            if raw is None:
                pending.pop()
                continue
            try:
                event = _event_decoder.decode(raw)
            except (ValueError, RecursionError):
                continue
            time = epoch(event.timestamp)
            self.began = time if self.began is None else self.began
            self.ended = self.ended if time is None else time
            if event.event == "tool" and isinstance(event.id, str):
                current = self._known.setdefault(event.id, _Known())
                current.time = time
                if event.events and len(pending) == 1:
                    pending.append(iter(event.events))
            elif event.event == "model":
                current = None
            elif event.event == "sandbox" and event.action == "exec" and current is not None:
                code = whole(event.result)
                if isinstance(event.cmd, str) and code is not None:
                    current.codes.append((event.cmd, code))
            elif event.event == "approval" and event.call is not None and event.call.id:
                self._decided[event.call.id] = event

    def message(self, message: _Message) -> None:
        """Turn one message into events."""
        draft, number = self._draft, self._number
        self._number += 1
        text = self._text(message.content)
        match message.role:
            case "system":
                draft.add(UserTurn, f"{number}.0", text=text, synthetic=True, system=True)
            case "user":
                draft.add(UserTurn, f"{number}.0", text=text, synthetic=text in self._heard)
                self._heard.add(text)
            case "assistant":
                self._acted(message, text, number)
            case "tool":
                self._answered(message, text, number)
            case role:
                draft.unknown = f"role {role}"

    def _text(self, content: object) -> str:
        text = plain_text(content)
        if text.startswith(_ATTACHED):
            text = self._attachments.get(text[len(_ATTACHED) :].strip(), text)
        return text

    def _acted(self, message: _Message, text: str, number: int) -> None:
        calls = message.tool_calls or []
        draft = self._draft
        if text.strip():
            draft.add(AgentText, f"{number}.0", text=text, channel="commentary" if calls else "final")
        for index, call in enumerate(calls, 1):
            block = f"{number}.{index}"
            call_id, tool, args = call.id or draft.event_id(block), call.function or "", arguments(call.arguments)
            args = {name: self._text(value) if isinstance(value, str) else value for name, value in args.items()}
            known = self._known.get(call_id)
            draft.at(time=known.time if known is not None else None)
            if tool == _SUBMIT and args.keys() == _ANSWER:
                draft.add(AgentText, block, text=str(args["answer"]), channel="final")
                continue
            self._calls[call_id] = (tool, args)
            draft.call(block, call_id, tool, args)
            decided = self._decided.get(call_id)
            if decided is not None and decided.decision not in {None, "escalate"}:
                granted = decided.decision in {"approve", "modify"}
                draft.add(
                    Permission,
                    f"{block}.decided",
                    decision="granted" if granted else "denied",
                    call_id=call_id,
                    reason=decided.explanation,
                )
        if not calls:
            draft.add(Boundary, f"{number}.end", what="turn_end")

    def _answered(self, message: _Message, text: str, number: int) -> None:
        call_id = message.tool_call_id or self._draft.event_id(f"{number}.0")
        if message.tool_call_id is not None and message.tool_call_id not in self._calls:
            return
        tool, args = self._calls.pop(call_id, ("", {}))
        status, code, source = self._outcome(call_id, args, message.error, text)
        error = message.error
        writes = status == "succeeded" and _EDITORS.search(tool) and args.get("command") not in _VIEWS
        self._draft.result(
            f"{number}.0",
            call_id,
            text or (error.message or "" if error is not None else ""),
            status,
            code,
            source,
            truncated=error is not None and error.type in _CUT,
            files=edited(args, "create" if args.get("command") == "create" else "edit") if writes else (),
        )

    def _outcome(self, call_id: str, args: Json, error: _Error | None, text: str) -> Ending:
        if error is not None and error.type not in _CUT:
            return "denied" if error.type == _REFUSED else "failed", None, "none"
        asked = next((args[name] for name in _COMMANDS if isinstance(args.get(name), str)), None)
        known = self._known.get(call_id)
        codes = [code for ran, code in (known.codes if known else ()) if asked is not None and _runs(ran, asked)]
        if len(codes) == 1:
            return "failed" if codes[0] else "succeeded", codes[0], "structured"
        if asked is not None and "path" not in args:
            return "unknown", None, "none"
        return "failed" if says_error(text) else "succeeded", None, "none"


def _runs(ran: str, asked: str) -> bool:
    """Return whether a command in the sandbox is the one that was asked for, perhaps quoted behind a shell's name."""
    asked = asked.strip()
    return bool(asked) and (asked in ran or asked.replace("'", "'\"'\"'") in ran)


def recognises(head: Head) -> bool:
    """Tell a packed log by the journal that it begins with, and a document by the evaluation that it is of."""
    if head.data.startswith(_PACKED):
        return b"_journal/start.json" in head.data[:4096] or head.path.suffix == ".eval"
    return not head.is_lines and all(mark.search(head.data) for mark in _MARKS)


ADAPTER = document_adapter(NAME, recognises, InspectDecoder)
