"""The frame of what agents print while they run, one JSON object a line, as pipelines keep it.

The agent's words come in pieces, one a line; they are told whole with the line that goes on to something else. A file
may hold several runs, one after another.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from assure_tui.ingest.adapters.base import Decoder, Draft
from assure_tui.ingest.adapters.values import Call, Recent, epoch
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import AgentText, RunStarted, SourceInfo

MAX_PIECES = 100_000
"""Pieces of one message that are put together."""


class PrintedLine(msgspec.Struct):
    """What all lines may tell; a format adds what else its lines hold, and the name that it has for the time."""

    type: str = ""
    time: Any = None
    session_id: str | None = None
    model: str | None = None


LineT = TypeVar("LineT", bound=PrintedLine)


class PrintedDecoder(Decoder, Generic[LineT]):
    """Reads what one or more runs printed."""

    agent: ClassVar[str]
    adapter: ClassVar[str]
    types: ClassVar[frozenset[str]]
    """Types of the format's lines."""

    def __init__(self, source: SourceInfo, stem: str, salt: str = "") -> None:
        super().__init__(source, stem, salt)
        self.calls: Recent[str, Call] = Recent()
        self._run = run_id(self.agent, stem, stem, salt)
        self._pieces: list[str] = []
        """What the agent is saying."""
        self._length = 0

    @abstractmethod
    def line(self, data: bytes) -> LineT:
        """Decode a line. Raises `ValueError` when it is none."""

    @abstractmethod
    def piece(self, line: LineT) -> str | None:
        """Return the piece of the agent's words that a line holds; None when it holds something else."""

    @abstractmethod
    def event(self, line: LineT, draft: Draft) -> None:
        """Tell of a line that holds no words of the agent."""

    def read(self, data: bytes, draft: Draft) -> None:
        """Decode one line."""
        line = self.line(data)
        if line.type not in self.types:
            draft.unknown = line.type or "(no type)"
            return
        draft.at(run=self._run, time=epoch(line.time))
        piece = self.piece(line)
        if piece is not None:
            self._hear(piece)
        else:
            self._tell(draft, final=line.type == "result")
            self.event(line, draft)
        draft.bookkeeping = not draft.events

    def begin(self, line: LineT, draft: Draft, **more: str | None) -> None:
        """Tell of the run that begins with a line."""
        native = line.session_id or self.stem
        self._run = run_id(self.agent, native, self.stem, self.salt)
        draft.at(run=self._run)
        about = {"native_id": native, "agent": self.agent, "adapter": self.adapter, "model": line.model}
        draft.add(RunStarted, "run", **about, **more)

    def said(self, text: str) -> bool:
        """Return whether a text is all that the agent is saying."""
        return len(text) == self._length and text == "".join(self._pieces)

    def _hear(self, piece: str) -> None:
        if len(self._pieces) < MAX_PIECES:
            self._pieces.append(piece)
            self._length += len(piece)

    def _tell(self, draft: Draft, *, final: bool) -> None:
        """Tell what the agent said, now that it goes on to something else."""
        text, self._pieces, self._length = "".join(self._pieces), [], 0
        if text.strip():
            draft.add(AgentText, "said", text=text, channel="final" if final else "commentary")
