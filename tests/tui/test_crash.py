"""kill -9 in the middle: what was typed is there again, and a seal is there whole or not at all."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from contextlib import closing, contextmanager
from fcntl import ioctl

import pytest
from screens import wait_until

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home

LOG = [
    {"type": "session", "format": "assure/1", "id": "s-1", "agent": "support", "cwd": "/srv"},
    {"type": "user", "text": "Please refund $40 for order O-77."},
    {"type": "tool_call", "call_id": "c1", "tool": "refund_payment", "args": {"order_id": "O-77", "amount": 40}},
    {"type": "tool_result", "call_id": "c1", "status": "succeeded", "text": '{"refund_id": "re_1"}'},
    {"type": "report", "text": "I refunded $40.00 for order O-77. All 41 tests pass."},
]


@pytest.fixture
def home(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    lines = (json.dumps(record | {"time": 1_785_490_000 + number}) for number, record in enumerate(LOG))
    (logs / "one.jsonl").write_text("\n".join(lines) + "\n")
    home = Home.under(tmp_path / "home")
    home.prepare()
    command = [sys.executable, "-m", "assure_tui.app", "record", "--attached", "--backfill"]
    recorder = subprocess.Popen(
        [*command, "--home", str(home.desk.parent), str(logs)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    desk = Desk.open(home, roots=(logs,))
    wait_until(lambda: desk.runs() and desk.presence().ledger_size > 3)
    desk.close()
    recorder.stdin.close()
    recorder.wait(60)
    return home


def read_until(master, wanted, seconds=60.0):
    out, end = b"", time.monotonic() + seconds
    while wanted not in out:
        assert time.monotonic() < end, out[-2000:]
        if select.select([master], [], [], 0.1)[0]:
            out += os.read(master, 1 << 16)
    return out


@contextmanager
def screen(home):
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    folder = home.desk.parent
    child = subprocess.Popen(
        [sys.executable, "-m", "assure_tui.app", "--home", str(folder), str(folder.parent / "logs")],
        stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm-256color"}, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        read_until(master, b"next to decide")
        yield child, master
    finally:
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
        child.wait()
        os.close(master)


def kept(home):
    """Give the drafts on the disk."""
    with closing(sqlite3.connect(f"file:{home.desk}?mode=ro", uri=True)) as table:
        return {text for (text,) in table.execute("SELECT text FROM drafts")}


@pytest.mark.parametrize(("keys", "title"), [(b"c", b"Note on"), (b"v", b"Verdict on")])
def test_what_was_typed_survives_kill_9(home, keys, title):
    words = "the second refund was mine"
    with screen(home) as (child, master):
        os.write(master, b"\r")
        read_until(master, b"CLAIMS")
        os.write(master, keys)
        read_until(master, title)
        if keys == b"v":
            os.write(master, b"3")
        for char in words:
            os.write(master, char.encode())
            time.sleep(0.01)
        wait_until(lambda: words in kept(home))
        os.write(master, b" and more")
        os.kill(child.pid, signal.SIGKILL)
    with screen(home) as (_, master):
        os.write(master, b"\r")
        read_until(master, b"CLAIMS")
        os.write(master, keys)
        read_until(master, words.encode())


SEALS = """
import sys
from pathlib import Path
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home

desk = Desk.open(Home.under(Path(sys.argv[1])))
run = desk.runs()[0].id
print("ready", flush=True)
while True:
    desk.verdict(run, "accepted", "")
    desk.seal([run], passphrase="horse")
    print("sealed", flush=True)
"""


def test_no_half_seal_is_left_by_kill_9(home):
    desk = Desk.open(home)
    desk.new_operator_key("ana", "horse")
    desk.close()
    acknowledged = 0
    for number in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", SEALS, str(home.desk.parent)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout.readline() == "ready\n"
        acknowledged += child.stdout.readline() == "sealed\n"
        time.sleep(number * 0.037)
        child.kill()
        acknowledged += child.stdout.read().count("sealed\n")
        child.wait()
        child.stdout.close()
        desk = Desk.open(home, read_only=True)
        state = desk.verify()
        sealed = desk.runs()[0].sealed
        desk.close()
        assert state.state != "damaged", [s for s in state.statements if s[1] == "failed"]
        assert sealed in {"no", "draft", "sealed"}
        entries = sum(entry[1] == "seal" for entry in state.entries)
        assert entries >= min(acknowledged, 1)
    desk = Desk.open(home)
    run = desk.runs()[0].id
    desk.verdict(run, "rejected", "after all")
    desk.seal([run], passphrase="horse")
    assert desk.runs()[0].sealed == "sealed"
    assert desk.verify().state != "damaged"
    desk.close()
