"""Files of OpenHands: lines of an evaluation or of events, a list of steps, and the folder of a conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from stat import S_ISREG

import msgspec

from assure_tui.ingest.adapters.base import Decoded, Decoder, DocumentDecoder, Draft, mended
from assure_tui.ingest.adapters.openhands.conversation import Conversation
from assure_tui.ingest.adapters.openhands.trajectory import Trajectory
from assure_tui.ingest.adapters.openhands.wire import (
    EVENTS,
    NAME,
    Evaluated,
    State,
    event_decoder,
    line_decoder,
    list_decoder,
    state_decoder,
    step_decoder,
)
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import Boundary, SourceInfo
from assure_tui.ingest.regular import open_regular

MAX_EVENTS = 100_000
MAX_EVENT = 64 * 1024 * 1024
MAX_FOLDER = 512 * 1024 * 1024
"""Bytes of a conversation's events that are read."""
_EVENT_FILE = re.compile(r"event-\d{5,12}-[\w-]{1,80}\.json")


class LinesDecoder(Decoder):
    """Reads JSON Lines: each line a whole trajectory, or a step or event of the one that the file holds."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        run = run_id(NAME, stem, stem, salt)
        self._trajectory = Trajectory(run, stem)
        self._conversation = Conversation(run, stem)
        self._begun = False

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = line_decoder.decode(data)
        if line.history is not None:
            self._whole(line, line.history, draft)
            return
        step = step_decoder.decode(data) if line.kind is None else None
        event = event_decoder.decode(data) if line.kind is not None else None
        if step is not None and step.action is None and step.observation is None:
            draft.unknown = "no step"
            return
        if not self._begun:
            self._begun = True
            (self._conversation if event is not None else self._trajectory).start(draft)
        if step is not None:
            self._trajectory.step(step, draft)
        elif event is not None:
            self._conversation.event(event, draft)
        draft.bookkeeping = draft.unknown is None and not draft.events

    def _whole(self, line: Evaluated, history: list[msgspec.Raw], draft: Draft) -> None:
        named = line.instance_id
        native = str(named) if isinstance(named, str | int) and named != "" else f"{self.stem}:{draft.origin.at.line}"
        trajectory = Trajectory(run_id(NAME, f"{native}:{draft.origin.at.line}", self.stem, self.salt), native)
        trajectory.start(draft)
        for index, raw in enumerate(_flat(history)):
            try:
                step = step_decoder.decode(raw)
            except (ValueError, RecursionError):
                draft.unknown = "step of unexpected shape"
                continue
            trajectory.step(step, draft, f"{index}.")
        draft.time = None
        draft.add(Boundary, "end", what="run_end")


class TrajectoryDecoder(DocumentDecoder):
    """Reads a list of steps."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the whole list; a step of unexpected shape is counted and left out."""
        data = data.removeprefix(b"\xef\xbb\xbf")
        steps = mended(data, list_decoder.decode)
        trajectory = Trajectory(run_id(NAME, self.stem, self.stem, self.salt), self.stem)
        return self.items(_flat(steps), step_decoder, trajectory.step, start=trajectory.start)


class ConversationDecoder(DocumentDecoder):
    """Reads a conversation: its state, and the events in the folder beside it. A record is an event's file."""

    def document(self, data: bytes) -> list[Decoded]:
        """Decode the events that stand there now. Raises `ValueError` when the state is none."""
        try:
            state = state_decoder.decode(data)
        except (ValueError, RecursionError):
            state = State()
        path = Path(self.source.path)
        native = state.id or path.parent.name
        conversation = Conversation(run_id(NAME, native, self.stem, self.salt), native, state)
        raws = (msgspec.Raw(event) for event in _events(path.parent / EVENTS))
        return self.items(raws, event_decoder, conversation.event, start=conversation.start)


def _flat(steps: list[msgspec.Raw]) -> list[msgspec.Raw]:
    """Return the steps of a history, which older evaluations keep in pairs."""
    found: list[msgspec.Raw] = []
    for raw in steps:
        if bytes(raw).startswith(b"["):
            found += list_decoder.decode(raw)
        else:
            found.append(raw)
    return found


def _events(folder: Path) -> Iterator[bytes]:
    """Yield the contents of a folder's event files in their order; links and what is too large are not followed."""
    if folder.is_symlink():
        return
    try:
        paths = sorted(path for path in folder.iterdir() if _EVENT_FILE.fullmatch(path.name))
    except OSError:
        return
    room = MAX_FOLDER
    for path in islice(paths, MAX_EVENTS):
        try:
            status = path.lstat()
            if not S_ISREG(status.st_mode) or status.st_size > min(MAX_EVENT, room):
                continue
            with open_regular(path) as file:
                data = file.read()
        except OSError:
            continue
        room -= len(data)
        yield data
