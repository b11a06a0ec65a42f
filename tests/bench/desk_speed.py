"""The screen over a real desk: one run of a million events, 2,000 runs, ten that are being written.

    python tests/bench/desk_speed.py [--events N] [--runs N] [--seconds S] [--keep DIR]

A recorder of its own reads logs that are made here; the screen runs in this process, on a headless terminal, and its
memory is this process's. Times are wall-clock, from the key to the painted screen; the first paint is that of a whole
process on a pseudo-terminal, beside a bare interpreter. `--keep` keeps the logs and the home for another measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
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
from fcntl import ioctl
from pathlib import Path

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from assure_tui.app.tui.application import AssureApp

RATE = 50
LIVE = 10
LONG = "long-run"


def line(second: int, **fields: object) -> str:
    return json.dumps({"time": 1_785_000_000 + second, **fields}) + "\n"


def exchange(number: int) -> list[str]:
    """Four lines: a read, its result, some words, a claim of what was read."""
    call = f"c{number}"
    return [
        line(number, type="tool_call", call_id=call, tool="get_order", args={"order": f"O-{number}"}),
        line(number, type="tool_result", call_id=call, status="succeeded", text=f"O-{number}: open, 40 USD"),
        line(number, type="user", text=f"And what about order O-{number + 1}? I have been waiting since Monday."),
        line(number, type="report", text=f"Let me look at order O-{number + 1} for you now; it may take a moment."),
    ]


def make_logs(folder: Path, events: int, runs: int) -> None:
    folder.mkdir(parents=True)
    with (folder / "long.jsonl").open("w", encoding="utf-8") as log:
        log.write(line(0, type="session", format="assure/1", id=LONG, agent="bench"))
        for number in range(events // 4):
            log.writelines(exchange(number))
    for run in range(runs):
        path = folder / f"{run % 50:02}" / f"run-{run}.jsonl"
        path.parent.mkdir(exist_ok=True)
        refund = {"order_id": f"O-{run}", "amount": 40}
        path.write_text(
            line(run, type="session", format="assure/1", id=f"small-{run}", agent="bench")
            + line(run, type="user", text=f"Please refund $40 for order O-{run}.")
            + line(run, type="tool_call", call_id="c", tool="refund_payment", args=refund)
            + line(run, type="tool_result", call_id="c", status="failed" if run % 7 == 0 else "succeeded", text="done")
            + line(run, type="report", text=f"I refunded $40.00 for order O-{run}.")
        )


def recorder(home: Path, logs: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "assure_tui.app", "record", "--attached", "--backfill"]
    return subprocess.Popen(
        [*command, "--home", str(home), str(logs)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )


def index(home: Path, logs: Path, runs: int, events: int) -> None:
    child, began = recorder(home, logs), time.monotonic()
    desk = Desk.open(Home.under(home))
    done, rows = 0, desk.runs()
    while done < events or len(rows) <= runs:
        time.sleep(2.0)
        rows = desk.runs()
        done = sum(row.events for row in rows)
    print(f"read and judged {done:,} events of {len(rows):,} runs in {time.monotonic() - began:.0f} s")
    desk.close()
    assert child.stdin is not None
    child.stdin.close()
    child.wait(60)


def memory() -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def press(app, pilot, key: str) -> float:
    began = time.perf_counter()
    app.simulate_key(key)
    await pilot._wait_for_screen()
    return (time.perf_counter() - began) * 1000


def writers(logs: Path, stop: threading.Event) -> None:
    """Ten runs at fifty lines a second each."""
    files = [(logs / f"live-{run}.jsonl").open("a", encoding="utf-8", buffering=1) for run in range(LIVE)]
    for run, file in enumerate(files):
        file.write(line(0, type="session", format="assure/1", id=f"live-{run}", agent="bench"))
    queue: list[tuple[int, str]] = []
    number, due = 0, time.monotonic()
    while not stop.is_set():
        if not queue:
            number += 1
            queue = [
                (run, text)
                for texts in zip(*(exchange(number) for _ in range(LIVE)), strict=True)
                for run, text in enumerate(texts)
            ]
        run, text = queue.pop(0)
        files[run].write(text)
        due += 1 / (RATE * LIVE)
        time.sleep(max(0.0, due - time.monotonic()))


async def screen(home: Path, logs: Path, seconds: float) -> None:
    desk = Desk.open(Home.under(home), roots=(logs,))
    base = memory()
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(1.0)
        started = memory()
        run = next(row.id for row in app.session.rows if row.native_id == LONG)
        for name in ("cold", "warm"):
            began = time.perf_counter()
            app.action_run_named(run)
            await pilot._wait_for_screen()
            opened = (time.perf_counter() - began) * 1000
            took = [await press(app, pilot, key) for key in ("3", "G", "g")]
            print(f"{name}: open {opened:.0f} ms, timeline {took[0]:.0f} ms, to the end {took[1]:.0f} ms")
            app.action_view("runs")
            await pilot._wait_for_screen()
        print(f"memory: {base:.0f} MB with the desk, {started:.0f} MB with the screen, {memory():.0f} MB with the run")
        for words in ("order O-123456", "monday", "nothing-like-it"):
            began = time.perf_counter()
            hits = desk.search(words)
            print(
                f"search of all runs for {words!r}: {len(hits)} hits in {(time.perf_counter() - began) * 1000:.0f} ms"
            )
        child, stop = recorder(home, logs), threading.Event()
        thread = threading.Thread(target=writers, args=(logs, stop))
        await pilot.pause(2.0)
        thread.start()
        try:
            for view, keys in (("runs", "jjjkkk"), ("timeline", "jjb kk"), ("claims", "jkjk")):
                app.action_run_named(run) if view != "runs" else None
                app.action_view(view)
                await pilot.pause(0.5)
                times: list[float] = []
                began = time.monotonic()
                while time.monotonic() - began < seconds:
                    key = keys[len(times) % len(keys)]
                    times.append(await press(app, pilot, {" ": "space"}.get(key, key)))
                    await pilot.pause(0.05)
                shares = ", ".join(
                    f"p{share:.0%}".replace("%", "") + f" {percentile(times, share):.0f}" for share in (0.5, 0.95, 0.99)
                )
                print(f"{view}, ten runs written at {RATE}/s: key to repaint {shares} ms over {len(times)} keys")
        finally:
            stop.set()
            thread.join()
            assert child.stdin is not None
            child.stdin.close()
            child.wait(60)
        print(f"memory at the end: {memory():.0f} MB")
    desk.close()


def first_paint(home: Path, logs: Path) -> float:
    """Milliseconds from the start of a process to the list of runs on a terminal."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    command = [sys.executable, "-m", "assure_tui.app", "--read-only", "--home", str(home), str(logs)]
    began = time.perf_counter()
    child = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm-256color"}
    )
    os.close(slave)
    out = b""
    while b"next to decide" not in out and select.select([master], [], [], 30)[0]:
        out += os.read(master, 1 << 16)
    took = (time.perf_counter() - began) * 1000
    child.kill()
    child.wait()
    os.close(master)
    return took


def bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assure-tui-bench-") as name:
        folder = options.keep or Path(name)
        home, logs = folder / "home", folder / "logs"
        if not home.exists():
            make_logs(logs, options.events, options.runs)
            Home.under(home).prepare()
            index(home, logs, options.runs, options.events)
        paints = sorted(first_paint(home, logs) for _ in range(5))
        print(f"first paint with {options.runs:,} runs: median {paints[2]:.0f} ms, a bare interpreter {bare():.0f} ms")
        asyncio.run(screen(home, logs, options.seconds))


if __name__ == "__main__":
    main()
