"""Kills the recorder at random moments, fifty times by default, while logs grow, and counts what the ledger has.

    python tests/bench/kill_record.py [times] [seed]

Ends with 1 when any record was recorded twice or not at all, or the ledger does not verify.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.paths import Home
from assure_tui.ledger.store import Ledger

LOGS = 4
PATIENCE = 60.0


def append(path: Path, start: int, stop: int) -> None:
    with path.open("a") as file:
        if start == 0:
            file.write(json.dumps({"type": "session", "format": "assure/1", "id": path.stem}) + "\n")
        for number in range(start, stop):
            kind = "user" if number % 3 == 0 else "agent" if number % 3 == 1 else "report"
            file.write(json.dumps({"type": kind, "text": f"line {number} of {path.stem}"}) + "\n")


def gaps(home: Home, log: Path) -> tuple[int, str]:
    """Give how many records of a log the ledger has, and what is wrong with their ranges."""
    source = Tags.load(home.keys).of(f"source:{log}")
    ledger = Ledger.open(home.ledger, pins=home.pins, keys=home.keys, read_only=True)
    data = log.read_bytes()
    at = count = 0
    for entry in ledger.entries():
        if entry.kind == "observed" and entry.clear["source"] == source:
            if entry.clear["start"] < at:
                return count, f"recorded twice from {entry.clear['start']}"
            if data[at : entry.clear["start"]].strip():
                return count, f"left out from {at} to {entry.clear['start']}"
            at, count = entry.clear["end"], count + entry.clear["count"]
    return count, ""


def settle(home: Home, logs: list[Path], due: int) -> None:
    """Give the last recorder the time that it needs."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(gaps(home, log)[0] != due for log in logs):
        time.sleep(1.0)


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    dice = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with tempfile.TemporaryDirectory() as name:
        home, folder = Home.under(Path(name) / "home"), Path(name) / "logs"
        folder.mkdir()
        logs = [folder / f"log-{number}.jsonl" for number in range(LOGS)]
        command = [sys.executable, "-m", "assure_tui.app", "record", str(folder), "--home", str(home.lease.parent)]
        written = 0
        for turn in range(times + 1):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if turn == 0:
                time.sleep(3.0)  # the first look around, before anything is there, so that nothing is history
            if turn == times:
                settle(home, logs, written + 1)
            deadline = time.monotonic() + 0.3 + 1.2 * dice.random()
            while turn < times and time.monotonic() < deadline:
                for log in logs:
                    append(log, written, written + 5)
                written += 5
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL if turn < times else signal.SIGTERM)
            process.wait(20)
        bad = 0
        for log in logs:
            count, problem = gaps(home, log)
            wrong = problem or ("" if count == written + 1 else f"{count} of {written + 1} records are there")
            bad += bool(wrong)
            print(f"{log.name}: {count} records, {wrong or 'each once'}")
        desk = Desk.open(home, read_only=True)
        state = desk.verify().state
        desk.close()
        print(f"killed {times} times; ledger {state}")
        return int(bool(bad) or state != "ok")


if __name__ == "__main__":
    sys.exit(main())
