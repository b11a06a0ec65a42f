"""Time from a line being appended to its finding standing in the index: ten runs at 50 lines a second each.

    python tests/bench/latency.py [seconds]

Every tenth line is a claim that the log contradicts. The clock starts before the line is written and stops when a
reader of the index, polling about every 10 ms, sees the finding. For comparison: the time of an append with fdatasync.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 10
RATE = 50


def line(number: int, **fields: object) -> bytes:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{number % 1000:03}Z"
    return (json.dumps({"time": stamp, **fields}) + "\n").encode()


def lines(number: int, run: int) -> list[bytes]:
    """Give one exchange of ten lines: three look-ups, a failing call, and a report that it went well."""
    parts = [line(number, type="user", text=f"Please refund order {number} to account A-{run}.")]
    for step, tool in enumerate(("get_order", "get_customer", "get_policy")):
        call = f"c{number}-{step}"
        parts.append(line(number, type="tool_call", call_id=call, tool=tool, args={"order": str(number)}))
        parts.append(line(number, type="tool_result", call_id=call, status="succeeded", text='{"found": true}'))
    refund = {"order": str(number), "amount": "10.00"}
    parts += [
        line(number, type="tool_call", call_id=f"c{number}", tool="issue_refund", args=refund),
        line(number, type="tool_result", call_id=f"c{number}", status="failed", text="declined"),
        line(number, type="report", text=f"I have issued the refund of $10.00 for order {number}."),
    ]
    return parts


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as name:
        home, logs = Path(name) / "home", Path(name) / "logs"
        logs.mkdir()
        command = [sys.executable, "-m", "assure_tui.app", "record", str(logs), "--home", str(home)]
        recorder = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            measure(home, logs, seconds)
        finally:
            recorder.terminate()
            recorder.wait(20)


def measure(home: Path, logs: Path, seconds: float) -> None:
    deadline = time.monotonic() + 20
    while not (home / "index.sqlite").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    link = sqlite3.connect(f"file:{home / 'index.sqlite'}?mode=ro", uri=True)
    files = [(logs / f"run-{run}.jsonl").open("ab", buffering=0) for run in range(RUNS)]
    for run, file in enumerate(files):
        file.write(line(0, type="session", format="assure/1", id=f"run-{run}", agent="bench"))
    waiting: dict[int, float] = {}
    found: list[float] = []
    seen = 0
    started = time.monotonic()
    number = 0
    due = started
    queue: list[tuple[int, bytes, int | None]] = []
    while time.monotonic() - started < seconds or (waiting and time.monotonic() - started < seconds + 10):
        now = time.monotonic()
        if now >= due and now - started < seconds:
            if not queue:
                for run in range(RUNS):
                    number += 1
                    parts = lines(number, run)
                    queue += [(run, part, number if part is parts[-1] else None) for part in parts]
            run, part, last = queue.pop(0)
            if last is not None:
                waiting[last] = time.monotonic()
            files[run].write(part)
            due += 1 / (RATE * RUNS)
            continue
        values = link.execute("SELECT value FROM results WHERE kind = 'discrepancy'").fetchall()
        arrived = time.monotonic()
        if len(values) > seen:
            seen = len(values)
            shown = {int(order) for (value,) in values for order in re.findall(rb"order (\d+)", value)}
            found += [arrived - waiting.pop(order) for order in shown & waiting.keys()]
        time.sleep(min(0.01, max(0.0, due - time.monotonic())) if now - started < seconds else 0.01)
    baseline = sync_baseline(logs)
    print(f"{len(found)} findings, {len(waiting)} not seen")
    for share in (0.5, 0.99):
        took = percentile(found, share) * 1000
        print(f"p{share * 100:.0f}: {took:.0f} ms, {took / baseline:.0f} times fdatasync ({baseline:.2f} ms)")


def sync_baseline(folder: Path) -> float:
    took = []
    with (folder / "baseline").open("ab", buffering=0) as file:
        for _ in range(200):
            before = time.monotonic()
            file.write(b"x" * 200)
            os.fdatasync(file.fileno())
            took.append(time.monotonic() - before)
    return percentile(took, 0.5) * 1000


if __name__ == "__main__":
    main()
