"""Time and memory of the verification of a large ledger, with one process and with two.

    uv run python tests/bench/large.py [--entries 1000000] [--contents 0.1] [FOLDER]

Makes a ledger of a quarter of the entries, verifies it, and goes on to all of them. FOLDER is where it is made (by
default a temporary folder). `--contents` is the share of entries that have a sealed content.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.store import Ledger

BATCH = 4096
VERIFY = """
import os, resource, sys, time
from pathlib import Path
base, cores = Path(sys.argv[1]), int(sys.argv[2])
if cores == 1:
    os.cpu_count = lambda: 1
from assure_tui.ledger.verify import verify
start = time.perf_counter()
report = verify(base / "ledger", pins=base / "pins", keys=base / "keys")
spent = time.perf_counter() - start
peaks = [resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(report.state, report.size, spent, *peaks)
"""


def grow(ledger: Ledger, entries: int, share: float) -> None:
    clear = {"code": "observed", "count": 3, "first": 100, "last": 220, "live": True}
    with_content = int(BATCH * share)
    drafts = [
        Draft("observed", f"r-{n % 50}", clear, {"path": f"a/{n}.py"} if n < with_content else None)
        for n in range(BATCH)
    ]
    while ledger.size < entries:
        ledger.append(drafts)
        ledger.publish()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--contents", type=float, default=0.1)
    given = parser.parse_args()
    leaf, count, start = os.urandom(180), 200_000, time.perf_counter()
    for _ in range(count):
        sha256(leaf).digest()
    hashes = count / (time.perf_counter() - start)
    print(f"SHA-256 of a 180-byte leaf: {hashes:,.0f} /s")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        base = Path(name)
        ledger = Ledger.create(base / "ledger", pins=base / "pins", keys=base / "keys")
        for entries in (given.entries // 4, given.entries):
            grow(ledger, entries, given.contents)
            for cores in (1, 2):
                command = [sys.executable, "-c", VERIFY, str(base), str(cores)]
                state, size, spent, own, other = subprocess.run(
                    command, capture_output=True, text=True, check=True
                ).stdout.split()
                speed = int(size) / float(spent)
                print(f"verify {int(size):,} with {cores} process(es): {state}, {speed:,.0f} entries/s", end=", ")
                print(f"{speed / hashes:.3f} of the hashes, peak {own} MB and {other} MB")


if __name__ == "__main__":
    main()
