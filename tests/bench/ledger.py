"""Entries a second of the ledger, beside what this machine's SHA-256, signatures and disk give in the same run.

    uv run python tests/bench/ledger.py [FOLDER]

FOLDER is where the ledgers are made (default: a temporary folder); it decides which disk is measured.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.ed25519 import Ed25519PrivateKey
from assure_tui.ledger.store import Ledger
from assure_tui.ledger.verify import verify

OPEN = """
import sys, time
start = time.perf_counter()
from pathlib import Path
from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.store import Ledger
loaded = time.perf_counter()
base = Path(sys.argv[1])
ledger = Ledger.open(base / "ledger", pins=base / "pins", keys=base / "keys")
opened = time.perf_counter()
ledger.append([Draft("hook", "r-1", {"outcome": "passed"})])
print(loaded - start, opened - loaded, time.perf_counter() - opened)
"""


def rate(work: Callable[[], object], seconds: float = 1.0) -> float:
    """Calls a second."""
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        work()
        count += 1
    return count / spent


def baselines(folder: Path) -> dict[str, float]:
    """What the machine does for each part of a commit, in calls a second."""
    leaf, batch = os.urandom(160), os.urandom(256 * 165)
    key = Ed25519PrivateKey.generate()
    fd = os.open(folder / "baseline", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append() -> None:
        os.write(fd, batch)
        os.fdatasync(fd)

    found = {
        "SHA-256 of a 160-byte leaf": rate(lambda: sha256(leaf).digest()),
        "Ed25519 signature": rate(lambda: key.sign(leaf)),
        "write and fdatasync of 42 kB": rate(append),
    }
    os.close(fd)
    return found


def commit_times(ledger: Ledger, drafts: list[Draft], seconds: float = 1.5) -> list[float]:
    """Seconds that each commit took; on a disk that others use, the median says more than the mean."""
    times: list[float] = []
    while sum(times) < seconds:
        start = time.perf_counter()
        ledger.append(drafts)
        times.append(time.perf_counter() - start)
    return times


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        base = Path(name)
        found = baselines(base)
        for what, each in found.items():
            print(f"{what:36}{each:12,.0f} /s")
        syncs = found["write and fdatasync of 42 kB"]
        hashes = found["SHA-256 of a 160-byte leaf"]
        places = {"pins": base / "pins", "keys": base / "keys"}
        ledger = Ledger.create(base / "ledger", **places)
        clear = {"code": "observed", "count": 3, "first": 100, "last": 220, "live": True}
        for size, content in ((1, None), (16, None), (64, None), (256, None), (4096, None), (256, {"path": "a/b.py"})):
            drafts = [Draft("observed", "r-1", clear, content) for _ in range(size)]
            times = commit_times(ledger, drafts)
            commits, median = len(times) / sum(times), statistics.median(times)
            label = f"append {size}{' with content' if content else ''}"
            print(f"{label:36}{commits * size:12,.0f} entries/s, {commits / syncs:.2f} of the disk's syncs", end="")
            print(
                f", {commits * size / hashes:.3f} of the hashes; at the median {size / median:,.0f} entries/s", end=""
            )
            print(f", {median * 1e3:.2f} ms a commit, worst {max(times) * 1e3:.0f} ms")
            ledger.publish()
        ledger.append([Draft("observed", "r-1", clear) for _ in range(10_000)])
        start = time.perf_counter()
        ledger.publish()
        print(f"{'publish 10,000':36}{10_000 / (time.perf_counter() - start):12,.0f} entries/s")
        start = time.perf_counter()
        report = verify(base / "ledger", pins=base / "pins")
        spent = report.size / (time.perf_counter() - start)
        print(
            f"{f'verify {report.size:,}':36}{spent:12,.0f} entries/s, {spent / hashes:.3f} of the hashes", report.state
        )
        for _ in range(200):
            ledger.append([Draft("hook", "r-1", {"n": 1})])
        command = [sys.executable, "-c", OPEN, str(base)]
        times = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        print("a new process: import {}, open {}, append one {}".format(*(f"{float(t) * 1e3:.1f} ms" for t in times)))


if __name__ == "__main__":
    main()
