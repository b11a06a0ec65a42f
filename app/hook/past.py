"""What the run did before the call, out of the end of its log: cheap enough for an agent that waits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from assure_tui.app.desk.evaluator import evaluator
from assure_tui.ingest.adapters.base import DocumentDecoder
from assure_tui.ingest.errors import IngestError
from assure_tui.ingest.framing import Framer
from assure_tui.ingest.model import AgentText
from assure_tui.ingest.reader import source_info
from assure_tui.reconcile.engine import State, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.ingest.model import RunEvent
    from assure_tui.reconcile.settings import Settings

MAX_HEAD: Final = 64 * 1024
MAX_TAIL: Final = 448 * 1024
"""Bytes of a log that are read for its past, from both ends: about 50 ms. Its beginning holds what was asked."""


def past(settings: Settings, transcript: str, run: str) -> State:
    """Give the state of a run as its log tells it; an empty one where the log is unknown, too long or unreadable.

    What the agent said is left out: gates do not look at it, and reading claims costs most.
    """
    state = State(settings, evaluator())
    for event in _events(transcript):
        if event.run == run and not isinstance(event, AgentText):
            state, _ = step(state, event)
    return state


def _events(transcript: str) -> Iterator[RunEvent]:
    path = Path(transcript)
    try:
        if not path.is_absolute() or not path.is_file():
            return
        from assure_tui.ingest.adapters import detect  # noqa: PLC0415 - all formats, where there is a log to read

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
    """Give the beginning and the end of a log, in whole lines; all of it when it is short."""
    with path.open("rb") as file:
        head = file.read(MAX_HEAD + MAX_TAIL)
        size = path.stat().st_size
        if size <= len(head):
            return head
        file.seek(size - MAX_TAIL)
        tail = file.read(MAX_TAIL)
    return head[: head.rfind(b"\n", 0, MAX_HEAD) + 1] + tail[tail.find(b"\n") + 1 :]
