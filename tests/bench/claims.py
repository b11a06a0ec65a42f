"""What reading and matching claims costs, against decoding the same logs.

uv run python tests/bench/claims.py PATH…      (files or folders of session logs)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assure_tui.ingest.model import AgentText
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover
from assure_tui.reconcile import engine
from assure_tui.reconcile.match.coding.work import Work


def clocked(spent: dict[str, float], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any) -> Any:
        start = time.perf_counter()
        try:
            return call(*args)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - start

    return run


def main(paths: list[str]) -> int:
    found = discover([Path(path) for path in paths])
    start = time.perf_counter()
    runs = [list(open_source(item.path).events()) for item in found.files]
    spent = {"decode": time.perf_counter() - start}
    engine.extract = clocked(spent, "extract", engine.extract)
    for method in ("text", "call", "result", "user", "close"):
        setattr(Work, method, clocked(spent, "match.work", getattr(Work, method)))
    start = time.perf_counter()
    for events in runs:
        state = engine.State()
        for event in events:
            engine.step(state, event)
        engine.close(state)
    spent["engine"] = time.perf_counter() - start
    size = sum(item.path.stat().st_size for item in found.files) / 1e6
    texts = sum(isinstance(event, AgentText) for events in runs for event in events)
    print(f"{len(runs)} files, {size:.1f} MB, {sum(map(len, runs))} events, {texts} texts")
    for name, seconds in spent.items():
        print(f"{name:12} {seconds:7.3f} s  {seconds / spent['decode']:5.2f} x decode  {size / seconds:8.1f} MB/s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
