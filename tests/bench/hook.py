"""How long an agent waits for the hook, as a whole process, beside `python -c pass`; and many calls at once.

uv run python tests/bench/hook.py [--calls N] [--at-once N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from assure_tui.app.desk.paths import Home
from assure_tui.app.hook import protocols
from assure_tui.app.hook.place import socket_path
from assure_tui.ledger.store import Ledger


def payload(number: int, transcript: str = "") -> bytes:
    """Give a request of Claude Code."""
    return json.dumps({
        "session_id": f"session-{number % 7}",
        "transcript_path": transcript,
        "cwd": "/srv/shop",
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": f"cd /srv/shop && python -m pytest -q tests/test_{number}.py | tail -3"},
        "tool_use_id": f"toolu_{number}",
    }).encode()  # fmt: skip


def timed(name: str, words: Sequence[str], data: Callable[[int], bytes], calls: int, base: float | None) -> float:
    """Run a process `calls` times; print and give the median in milliseconds."""
    spent, worked = [], []
    for number in range(calls):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, input=data(number), capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append((time.perf_counter() - started) * 1000)
        worked.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    spent.sort()
    middle, late = statistics.median(spent), spent[int(len(spent) * 0.95)]
    ratio = f"  {middle / base:5.1f} x" if base else ""
    print(f"{name:<24} p50 {middle:6.1f} ms  p95 {late:6.1f} ms  CPU p50 {statistics.median(worked):6.1f} ms{ratio}")
    return middle


async def at_once(path: str, calls: int) -> Counter[str]:
    """Open `calls` connections, send all requests, and count the answers to each."""

    async def one(number: int) -> str:
        reader, writer = await asyncio.open_unix_connection(path)
        body = json.dumps(protocols.read("claude-code", payload(number))).encode()
        await ready.wait()
        writer.write(struct.pack(">I", len(body)) + body)
        answer = await reader.read()
        writer.close()
        return f"{answer.count(b'word')} answers"

    ready = asyncio.Event()
    tasks = [asyncio.create_task(one(number)) for number in range(calls)]
    await asyncio.sleep(1.0)
    started = time.perf_counter()
    ready.set()
    counted = Counter(await asyncio.gather(*tasks))
    print(f"{calls} calls on {calls} connections at once  {time.perf_counter() - started:.2f} s  {dict(counted)}")
    return counted


def main() -> int:
    """Print the figures; 1 when a call was lost or answered twice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.under(Path(folder) / "home")
        os.environ["ASSURE_TUI_HOME"] = str(home.config.parent)
        hook = [sys.executable, "-P", "-m", "assure_tui.app", "hook", "claude-code"]
        base = timed("python -c pass", [sys.executable, "-c", "pass"], lambda _: b"", options.calls, None)
        timed("hook alone", hook, payload, options.calls, base)
        recorder = subprocess.Popen(
            [sys.executable, "-m", "assure_tui.app", "record", folder],
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        try:
            path = socket_path(str(home.hook))
            while not Path(path).exists():
                time.sleep(0.05)
            timed("hook with a workstation", hook, payload, options.calls, base)
            before = _decided(home)
            answers = asyncio.run(at_once(path, options.at_once))
        finally:
            recorder.terminate()
            recorder.wait()
        new = _decided(home) - before
        once = len(new) == options.at_once and set(new.values()) == {1}
        print(f"in the ledger: {sum(new.values())} decisions on {len(new)} calls")
        return 0 if once and set(answers) == {"1 answers"} else 1


def _decided(home: Home) -> Counter[str]:
    ledger = Ledger.open(home.ledger, pins=home.pins, keys=home.keys, read_only=True)
    found: Counter[str] = Counter()
    for index, entry in enumerate(ledger.entries()):
        if entry.kind == "hook":
            found[f"{entry.subject} {ledger.content(index)['call_id']}"] += 1
    return found


if __name__ == "__main__":
    sys.exit(main())
