"""How fast a library of runs is recorded, and what it costs to watch when nothing happens.

    python tests/bench/recording.py [runs] [seconds]

Makes so many small logs (default 2000) and records all of them, for so many seconds at most (default 600). The
baseline, in the same run and on the same disk, is one small file after another, each made durable.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.watch.recorder import Recorder

LOOK_SECONDS = 0.5
REST_SECONDS = 10.0
BASELINE = 500
"""Files of the baseline."""


def line(second: int, **fields: object) -> str:
    return json.dumps({"time": 1_785_000_000 + second, **fields}) + "\n"


def make_logs(folder: Path, runs: int) -> None:
    """Write logs in which an agent refunds an order; every seventh refund fails and is told as done."""
    for run in range(runs):
        path = folder / f"{run % 50:02}" / f"run-{run}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        refund = {"order_id": f"O-{run}", "amount": 40}
        path.write_text(
            line(run, type="session", format="assure/1", id=f"run-{run}", agent="bench")
            + line(run, type="user", text=f"Please refund $40 for order O-{run}.")
            + line(run, type="tool_call", call_id="c", tool="refund_payment", args=refund)
            + line(run, type="tool_result", call_id="c", status="failed" if run % 7 == 0 else "succeeded", text="done")
            + line(run, type="report", text=f"I refunded $40.00 for order O-{run}."),
            encoding="utf-8",
        )


def one_by_one(folder: Path) -> float:
    """Give how many small files can be written and made durable one by one, in a second."""
    folder.mkdir()
    began = time.monotonic()
    for number in range(BASELINE):
        fd = os.open(folder / str(number), os.O_WRONLY | os.O_CREAT)
        os.write(fd, bytes(2000))
        os.fsync(fd)
        os.close(fd)
    return BASELINE / (time.monotonic() - began)


def recorded(home: Home) -> int:
    """Give how many runs have an entry in the ledger."""
    try:
        with closing(sqlite3.connect(f"{home.index.absolute().as_uri()}?mode=ro", uri=True)) as link:
            query = "SELECT count(DISTINCT subject) FROM entries WHERE kind = 'observed'"
            return int(link.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def watch(home: Home, runs: int, most: float) -> tuple[int, float]:
    """Wait until all runs are recorded or it takes too long; give how many are, and after how many seconds."""
    began = time.monotonic()
    found = 0
    while found < runs and time.monotonic() - began < most:
        time.sleep(LOOK_SECONDS)
        found = recorded(home)
    return found, time.monotonic() - began


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    most = float(sys.argv[2]) if len(sys.argv) > 2 else 600.0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        make_logs(place / "logs", runs)
        baseline = one_by_one(place / "files")
        home = Home.under(place / "home")
        stop = threading.Event()
        recorder = threading.Thread(target=Recorder(home, [place / "logs"], backfill=True).run, args=(stop,))
        spent = time.process_time()
        recorder.start()
        found, took = watch(home, runs, most)
        spent = time.process_time() - spent
        print(f"{found} of {runs} runs recorded in {took:.1f} s, {spent / max(found, 1) * 1000:.1f} ms of CPU each")
        print(f"{found / took:.1f} runs a second; of small files, one after another, {baseline:.0f}")
        spent = time.process_time()
        time.sleep(REST_SECONDS)
        print(f"at rest: {(time.process_time() - spent) / REST_SECONDS:.1%} of a processor")
        stop.set()
        recorder.join()


if __name__ == "__main__":
    main()
