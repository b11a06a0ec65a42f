from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from assure_tui.ingest.adapters.base import Decoder
from assure_tui.ingest.adapters.catalogue import ADAPTERS
from assure_tui.ingest.framing import Framer
from assure_tui.ingest.model import Event, SourceInfo
from assure_tui.ingest.reader import open_source


class Log:
    """Events of a log given as records, and what the decoder counted."""

    def __init__(self, adapter: str, records: Iterable[Any], stem: str = "log") -> None:
        chosen = next(one for one in ADAPTERS if one.name == adapter and one.form == "lines")
        source = SourceInfo(id="s-0", path=f"{stem}.jsonl", adapter=adapter, discipline="append", complete=True)
        self.decoder: Decoder = chosen.decoder(source, stem, "")
        data = b"".join(
            record if isinstance(record, bytes) else json.dumps(record).encode() + b"\n" for record in records
        )
        framer = Framer()
        self.events: list[Event] = [
            event
            for line in [*framer.feed(data), *framer.close()]
            for _, events in self.decoder.decode(line)
            for event in events
        ]
        self.tally = self.decoder.tally

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def one(self, kind: type) -> Any:
        (event,) = self.all(kind)
        return event


class Document:
    """Events of a log that is one file read whole, and what its reader counted."""

    def __init__(self, path: Path, content: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=1).encode())
        self.reader = open_source(path)
        self.adapter = self.reader.adapter
        self.events: list[Event] = [*self.reader.events()]
        self.tally = self.reader.tally

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def one(self, kind: type) -> Any:
        (event,) = self.all(kind)
        return event


@pytest.fixture
def document(tmp_path: Path) -> Callable[..., Document]:
    return lambda content, name="log.json": Document(tmp_path / name, content)


@pytest.fixture(scope="session")
def log() -> Callable[..., Log]:
    return Log


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write records as JSON Lines to a file of the test's own folder."""

    def make(name: str, records: Iterable[Any]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return make
