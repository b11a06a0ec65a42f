"""What the run did before the call, out of the end of its log: cheap enough for an agent that waits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from assure_tui.app.desk.gates.evaluator import evaluator
from assure_tui.ingest.errors import IngestError
from assure_tui.ingest.model import RunStarted, ToolCall, ToolResult, ToolsDefined, UserTurn
from assure_tui.ingest.regular import open_regular
from assure_tui.reconcile.board import Board
from assure_tui.reconcile.context import Context
from assure_tui.reconcile.effects.dispatch import interpret
from assure_tui.reconcile.gates.gates import Gates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.ingest.model import RunEvent
    from assure_tui.reconcile.model import GateResult
    from assure_tui.reconcile.settings import Settings

MAX_HEAD: Final = 64 * 1024
MAX_TAIL: Final = 448 * 1024
"""Bytes of a log that are read for its past, from both ends: about 50 ms. Its beginning holds what was asked."""


class Past:
    """A run as its log tells it, as far as gates over calls look at it.

    It is what `reconcile.engine` keeps of a run for the gates, without the claims and all that holds them against the
    effects: to import and to do that takes longer than the rest of the hook.
    """

    def __init__(self, run: str, settings: Settings) -> None:
        self._context = Context(run, settings, evaluator())
        self._board = Board()
        self._gates = Gates(self._context, self._board)

    @classmethod
    def read(cls, settings: Settings, transcript: str, run: str) -> Past:
        """Read a log; a past that knows nothing where it is not named or cannot be read."""
        past = cls(run, settings)
        for event in _events(transcript):
            if event.run == run:
                past.take(event)
        return past

    def take(self, event: RunEvent) -> None:
        """Take an event of the run."""
        context, gates = self._context, self._gates
        match event:
            case RunStarted():
                context.learn(event)
            case UserTurn():
                context.user(event)
                gates.user(event)
            case ToolCall():
                effects = interpret(event, None, context)
                context.called(event, effects)
                gates.call(event, effects)
            case ToolResult():
                known = context.calls.get(event.call_id)
                effects = interpret(known.call, event, context) if known else []
                context.returned(event, effects)
                gates.result(known.call if known else None, event, effects)
            case ToolsDefined():
                context.define(event)
            case _:
                return
        self._board.drain()

    def probe(self, call: ToolCall) -> list[GateResult]:
        """Say what the gates meet in a call that the agent asks to make."""
        return self._gates.probe(call, interpret(call, None, self._context))


def _events(transcript: str) -> Iterator[RunEvent]:
    path = Path(transcript)
    try:
        if not path.is_absolute() or not path.is_file():
            return
        from assure_tui.ingest.adapters import detect  # noqa: PLC0415 - all formats, where there is a log to read
        from assure_tui.ingest.adapters.base import DocumentDecoder  # noqa: PLC0415 - likewise
        from assure_tui.ingest.framing import Framer  # noqa: PLC0415 - likewise
        from assure_tui.ingest.reader import source_info  # noqa: PLC0415 - likewise

        adapter = detect(path)
        if adapter is None or adapter.form != "lines":
            return
        decoder = adapter.decoder(source_info(path, adapter), path.stem, "")
        if isinstance(decoder, DocumentDecoder):
            return
        for line in Framer().feed(_ends(path)):
            for _, events in decoder.decode(line):
                yield from events
    except (OSError, ValueError, IngestError):
        return


def _ends(path: Path) -> bytes:
    """Return the beginning and the end of a log, in whole lines; all of it when it is short."""
    with open_regular(path) as file:
        head = file.read(MAX_HEAD + MAX_TAIL)
        size = path.stat().st_size
        if size <= len(head):
            return head
        file.seek(size - MAX_TAIL)
        tail = file.read(MAX_TAIL)
    return head[: head.rfind(b"\n", 0, MAX_HEAD) + 1] + tail[tail.find(b"\n") + 1 :]
