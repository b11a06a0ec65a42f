"""What watching costs while nothing happens, and a little while something does.

    python tests/bench/idle.py [--files N] [--seconds S]

A recorder watches many logs. First none of them grows, then one does. Processor time and memory are the recorder's own;
eight hours are extrapolated from the seconds that were measured, and the line says so.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from desk_speed import exchange, line, make_logs, recorder

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home

EIGHT_HOURS = 8 * 3600
TICKS = os.sysconf("SC_CLK_TCK")


def cost(child: subprocess.Popen[bytes]) -> tuple[float, float]:
    """Give the seconds of processor time that a process has had, and its memory in MB."""
    fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
    return (int(fields[11]) + int(fields[12])) / TICKS, int(status.split("VmRSS:")[1].split()[0]) / 1024


def size_of(folder: Path) -> int:
    """Give the bytes that stay: not the write-ahead log, nor partial tiles, which go once the full ones stand."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".state" not in path.parts)
    return sum(path.stat().st_size for path in files if path.parent.suffix != ".p" or path == newest(path.parent))


def newest(folder: Path) -> Path:
    return max(folder.iterdir(), key=lambda path: int(path.name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assure-tui-idle-") as name:
        home, logs = Path(name) / "home", Path(name) / "logs"
        make_logs(logs, 4, options.files)
        Home.under(home).prepare()
        child = recorder(home, logs)
        desk = Desk.open(Home.under(home))
        while len(desk.runs()) <= options.files:
            time.sleep(1.0)
        time.sleep(15.0)
        ledger = home / "ledger"
        before, memory, size = *cost(child), size_of(ledger)
        time.sleep(options.seconds)
        after, memory_after, size_after = *cost(child), size_of(ledger)
        busy = (after - before) / options.seconds
        growth = (size_after - size) / options.seconds * EIGHT_HOURS / 1e6
        print(f"idle, {options.files:,} logs, {options.seconds:.0f} s measured: {busy:.2%} of a core, "
              f"memory {memory:.0f} MB, then {memory_after:.0f} MB; "
              f"extrapolated to 8 h: {busy * EIGHT_HOURS:.0f} s of processor, ledger +{growth:.2f} MB")  # fmt: skip
        size, written = size_of(ledger), 0
        with (logs / "grows.jsonl").open("a", encoding="utf-8", buffering=1) as log:
            log.write(line(0, type="session", format="assure/1", id="grows", agent="bench"))
            for number in range(400):
                for text in exchange(number):
                    log.write(text)
                    written += len(text)
                time.sleep(0.02)
        time.sleep(5.0)
        print(f"ledger bytes that stay, per MB of log: {(size_of(ledger) - size) / written * 1e6:,.0f}")
        desk.close()
        assert child.stdin is not None
        child.stdin.close()
        child.wait(60)


if __name__ == "__main__":
    main()
