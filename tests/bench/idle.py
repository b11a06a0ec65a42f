"""What watching costs while nothing happens, and a little while something does.

    python tests/bench/idle.py [--files N] [--seconds S] [--samples K]

The screen stands on a pseudo-terminal, its recorder beside it, over many logs. First none of them grows, then one does.
Processor time and memory are those of the two processes, memory at even intervals, so that a leak is seen as a slope
(of the last two thirds: at first caches fill).
Eight hours are extrapolated from the seconds that were measured, and the lines say so.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from desk_speed import exchange, line, make_logs, recorder

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home

EIGHT_HOURS = 8 * 3600
TICKS = os.sysconf("SC_CLK_TCK")
SETTLING = 30.0
"""Seconds until the first verification and the first sweep are over."""


@dataclass(frozen=True)
class Cost:
    """Processor time in seconds that a process has had, and its memory in MB."""

    busy: float
    memory: float

    @classmethod
    def of(cls, pid: int) -> Cost:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        return cls((int(fields[11]) + int(fields[12])) / TICKS, int(status.split("VmRSS:")[1].split()[0]) / 1024)


class Terminal:
    """A screen on a pseudo-terminal whose output is counted and thrown away."""

    def __init__(self, home: Path, logs: Path) -> None:
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        command = [sys.executable, "-m", "assure_tui.app", "open", "--home", str(home), str(logs)]
        environment = {**os.environ, "TERM": "xterm-256color"}
        self.child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        self.written = 0
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        while self.child.poll() is None:
            if select.select([self.master], [], [], 1.0)[0]:
                try:
                    self.written += len(os.read(self.master, 1 << 16))
                except OSError:
                    return

    def recorder(self) -> int:
        """Give the process that records beside the screen."""
        children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children")
        while not children.read_text(encoding="ascii").split():
            time.sleep(0.5)
        return int(children.read_text(encoding="ascii").split()[0])

    def close(self) -> None:
        os.write(self.master, b"q")
        self.child.wait(60)


def slope(values: Sequence[float], every: float) -> float:
    """Fit a line through values that were taken `every` so many seconds; give its rise per second."""
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    spread = sum((at - middle) ** 2 for at in range(len(values)))
    return sum((at - middle) * (value - mean) for at, value in enumerate(values)) / spread / every


def size_of(folder: Path) -> int:
    """Give the bytes that stay: not the write-ahead log, nor partial tiles, which go once the full ones stand."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".state" not in path.parts)
    return sum(path.stat().st_size for path in files if path.parent.suffix != ".p" or path == newest(path.parent))


def newest(folder: Path) -> Path:
    return max(folder.iterdir(), key=lambda path: int(path.name))


def read_all(home: Path, logs: Path, files: int) -> None:
    """Record what there is, so that nothing is left to do when the measurement begins."""
    child = recorder(home, logs)
    desk = Desk.open(Home.under(home))
    while len(desk.runs()) <= files:
        time.sleep(1.0)
    desk.close()
    assert child.stdin is not None
    child.stdin.close()
    child.wait(60)


def watch(processes: dict[str, int], ledger: Path, seconds: float, samples: int) -> None:
    """Let `seconds` pass, and tell what they cost each of the processes."""
    size, every = size_of(ledger), seconds / samples
    taken = {name: [Cost.of(pid)] for name, pid in processes.items()}
    for _ in range(samples):
        time.sleep(every)
        for name, pid in processes.items():
            taken[name].append(Cost.of(pid))
    for name, costs in taken.items():
        busy = (costs[-1].busy - costs[0].busy) / seconds
        memory = [cost.memory for cost in costs]
        rise = slope(memory[len(memory) // 3 :], every) * EIGHT_HOURS
        print(f"  {name}: {busy:.2%} of a core; memory in MB {' '.join(f'{value:.0f}' for value in memory)}; "
              f"extrapolated to 8 h: {busy * EIGHT_HOURS:.0f} s of processor, memory {rise:+.1f} MB")  # fmt: skip
    growth = (size_of(ledger) - size) / seconds * EIGHT_HOURS / 1e6
    print(f"  ledger, extrapolated to 8 h: {growth:+.2f} MB")


def grow(logs: Path, ledger: Path) -> None:
    """Let one log grow, and tell how many bytes of the ledger it took."""
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--samples", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assure-tui-idle-") as name:
        home, logs = Path(name) / "home", Path(name) / "logs"
        make_logs(logs, 4, options.files)
        Home.under(home).prepare()
        read_all(home, logs, options.files)
        terminal = Terminal(home, logs)
        processes = {"screen": terminal.child.pid, "recorder": terminal.recorder()}
        time.sleep(SETTLING)
        written = terminal.written
        print(f"idle, {options.files:,} logs, {options.seconds:.0f} s measured", flush=True)
        watch(processes, home / "ledger", options.seconds, options.samples)
        print(f"  bytes to the terminal meanwhile: {terminal.written - written:,}")
        grow(logs, home / "ledger")
        terminal.close()


if __name__ == "__main__":
    main()
