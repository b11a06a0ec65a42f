"""Kills `assure-tui record` with SIGKILL at random moments while several logs grow, and checks what is in the ledger.

    uv run python tests/bench/kill_record.py [--kills 50] [--seed 1] [--rate 800] [FOLDER]

Writers append to logs of four formats, cutting lines anywhere; new logs appear, and notes are written meanwhile.
After every kill, what the ledger had acknowledged is still its beginning. At the end, every complete line of each
log is recorded once, in ranges that touch, and `verify` finds nothing. Ends with 1 when anything of this does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.paths import Home
from assure_tui.ledger.store import Ledger

CATCH_UP_SECONDS = 180.0


def claude(name: str, number: int) -> dict[str, object]:
    common = {"sessionId": name, "uuid": f"{name}-{number}", "cwd": "/w", "version": "2.1.0"}
    common["timestamp"] = f"2026-03-01T10:{number // 60 % 60:02}:{number % 60:02}.000Z"
    if number % 3 == 0:
        return common | {"type": "user", "message": {"role": "user", "content": f"please do {number}"}}
    block: dict[str, object] = {"type": "text", "text": f"I ran the tests of part {number}: all {number} pass."}
    if number % 3 == 1:
        block = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"git push -f {number}"}}
    return common | {"type": "assistant", "message": {"role": "assistant", "model": "m", "content": [block]}}


def codex(name: str, number: int) -> dict[str, object]:
    if number == 0:
        return {"type": "session_meta", "payload": {"id": name, "cwd": "/w", "cli_version": "0.142.0"}}
    role, kind = ("user", "input_text") if number % 2 else ("assistant", "output_text")
    content = [{"type": kind, "text": f"Step {number} is done."}]
    return {"type": "response_item", "payload": {"type": "message", "role": role, "content": content}}


def chat(_name: str, number: int) -> dict[str, object]:
    return {"role": "assistant" if number % 2 else "user", "content": f"I refunded ${number} to order {number}."}


def assure(name: str, number: int) -> dict[str, object]:
    if number == 0:
        return {"type": "session", "format": "assure/1", "id": name, "agent": "desk"}
    match number % 4:
        case 1:
            return {"type": "user", "text": f"Refund order {number}."}
        case 2:
            return {"type": "tool_call", "call_id": f"c{number}", "tool": "issue_refund", "args": {"order": number}}
        case 3:
            return {"type": "tool_result", "call_id": f"c{number - 1}", "status": "failed", "text": "no"}
        case _:
            return {"type": "report", "text": f"I refunded $40 for order {number}."}


FORMATS: dict[str, Callable[[str, int], dict[str, object]]] = {
    "claude": claude,
    "codex": codex,
    "chat": chat,
    "assure": assure,
}


class Writers:
    """Threads that append to logs until told to stop, then finish their last lines."""

    def __init__(self, folder: Path, *, rate: float, seed: int) -> None:
        self._folder = folder
        self._rate = rate
        self._dice = random.Random(seed)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.lines: dict[Path, int] = {}

    def add(self) -> None:
        """Begin another log, of the next format."""
        number = len(self._threads)
        form = list(FORMATS)[number % len(FORMATS)]
        path = self._folder / f"{form}-{number}.jsonl"
        seed = self._dice.randrange(1 << 30)
        thread = threading.Thread(target=self._write, args=(path, FORMATS[form], random.Random(seed)))
        self._threads.append(thread)
        thread.start()

    def _write(self, path: Path, make: Callable[[str, int], dict[str, object]], dice: random.Random) -> None:
        number, rest = 0, b""
        with path.open("ab", buffering=0) as file:
            while not self._stop.is_set():
                count = dice.randrange(1, 12)
                for _ in range(count):
                    rest += json.dumps(make(path.stem, number)).encode() + b"\n"
                    number += 1
                cut = dice.randrange(len(rest))
                file.write(rest[:cut])
                rest = rest[cut:]
                time.sleep(count * len(self._threads) / self._rate)
            file.write(rest)
        self.lines[path] = number

    def stop(self) -> dict[Path, int]:
        """Stop all, and give how many lines each log has."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.lines


def digests(home: Home) -> list[bytes]:
    """Give a digest of every entry that the ledger has acknowledged."""
    if not (home.ledger / ".state" / "version").exists():
        return []
    ledger = Ledger.open(home.ledger, pins=home.pins, keys=home.keys, read_only=True)
    return [sha256(repr(entry).encode()).digest() for entry in ledger.entries()]


def faults_of(home: Home, path: Path, lines: int) -> Iterator[str]:
    """Tell what is wrong with the recorded ranges of a log of one run that was never history."""
    source = Tags.load(home.keys).of(f"source:{path}")
    ledger = Ledger.open(home.ledger, pins=home.pins, keys=home.keys, read_only=True)
    data, at, count = path.read_bytes(), 0, 0
    for entry in ledger.entries():
        if entry.kind != "observed" or entry.clear["source"] != source:
            continue
        start, end = int(str(entry.clear["start"])), int(str(entry.clear["end"]))
        if start < at:
            yield f"{path.name}: recorded twice, {start} to {at}"
        if data[at:start].strip():
            yield f"{path.name}: left out, {at} to {start}"
        inside = data[start:end].strip(b"\n").count(b"\n") + 1
        if inside != entry.clear["count"]:
            yield f"{path.name}: {start} to {end} has {inside} lines, recorded as {entry.clear['count']}"
        at, count = end, count + int(str(entry.clear["count"]))
    if data[at:].strip():
        yield f"{path.name}: not recorded from {at} on, of {len(data)} bytes"
    if count != lines:
        yield f"{path.name}: {count} of {lines} lines recorded"


def run(folder: Path, *, kills: int, seed: int, rate: float) -> list[str]:
    """Play it all in an empty folder; give what does not hold, in plain words."""
    home, logs = Home.under(folder / "home"), folder / "logs"
    logs.mkdir(parents=True)
    command = [sys.executable, "-m", "assure_tui.app", "record", str(logs), "--home", str(folder / "home")]
    dice = random.Random(seed)
    writers = Writers(logs, rate=rate, seed=seed)
    faults: list[str] = []
    acknowledged: list[bytes] = []
    notes: list[tuple[str, str]] = []
    first = _start(command, folder)
    _wait(home.desk.exists, 20.0)
    time.sleep(1.0)  # the folder was looked at while it was empty: nothing that comes is history
    _kill(first)
    for _ in FORMATS:
        writers.add()
    for number in range(kills):
        process = _start(command, folder)
        if number % max(1, kills // 4) == 1:
            writers.add()
        time.sleep(dice.choice((dice.random() * 0.6, 0.4 + dice.random() * 2.0)))
        if dice.random() < 0.4:
            notes += _note(home, f"note {number}")
        before = digests(home)
        code = process.poll()
        if code is not None:
            faults.append(f"kill {number}: the recorder had ended by itself with {code}")
        _kill(process)
        after = digests(home)
        if before[: len(acknowledged)] != acknowledged or after[: len(before)] != before:
            faults.append(f"kill {number}: entries that were acknowledged are gone or changed")
        acknowledged = after
    lines = writers.stop()
    process = _start(command, folder)
    _wait(lambda: not any(fault for path, count in lines.items() for fault in faults_of(home, path, count)))
    process.send_signal(signal.SIGTERM)
    if process.wait(30) != 0:
        faults.append(f"the last recorder ended with {process.returncode}")
    for path, count in lines.items():
        faults += faults_of(home, path, count)
    after = digests(home)
    if after[: len(acknowledged)] != acknowledged:
        faults.append("entries that were acknowledged are gone or changed at the end")
    faults += _at_the_desk(home, lines, notes)
    talk = (folder / "stderr").read_text()
    if "Traceback" in talk or "internal error" in talk:
        faults.append(f"a recorder broke: {talk[-2000:]}")
    print(f"{kills} kills, {len(lines)} logs, {sum(lines.values())} lines, {len(after)} entries, {len(notes)} notes")
    return faults


def _at_the_desk(home: Home, lines: dict[Path, int], notes: list[tuple[str, str]]) -> Iterator[str]:
    desk = Desk.open(home, read_only=True)
    try:
        state = desk.verify().state
        if state != "ok":
            yield f"verify: {state}: {desk.verify().statements}"
        rows = desk.runs()
        if len(rows) != len(lines):
            yield f"{len(rows)} runs at the desk, of {len(lines)}"
        for row in rows:
            ids = [event.id for event in desk.events(row.id, 0, row.events + 10)]
            if not len(ids) == len(set(ids)) == row.events:
                yield f"{row.id}: {row.events} events said, {len(ids)} shown, {len(set(ids))} different"
            altered = [d.message for d in desk.run(row.id).discrepancies if d.code == "record-altered"]
            if altered:
                yield f"{row.id}: {altered[0]}"
        for run_id, text in notes:
            if text not in {note.text for note in desk.run(run_id).notes}:
                yield f"{text} on {run_id} is lost"
    finally:
        desk.close()


def _note(home: Home, text: str) -> list[tuple[str, str]]:
    desk = Desk.open(home)
    try:
        rows = desk.runs()
        if not rows:
            return []
        desk.note(rows[0].id, "", text)
        return [(rows[0].id, text)]
    finally:
        desk.close()


def _start(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "stdout").open("ab") as out, (folder / "stderr").open("ab") as err:
        return subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _wait(condition: Callable[[], bool], seconds: float = CATCH_UP_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.5)


def main() -> int:
    """Run it and print what does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=800, help="lines a second, of all logs together")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="kill-record-"))
    faults = run(folder, kills=arguments.kills, seed=arguments.seed, rate=arguments.rate)
    for fault in faults:
        print(f"! {fault}")
    print(f"{len(faults)} faults; {folder}")
    return int(bool(faults))


if __name__ == "__main__":
    os.environ.pop("ASSURE_TUI_HOME", None)
    sys.exit(main())
