"""The ends that nobody chose in the screen: a signal, Ctrl-C, a terminal that goes away; and terminals of few signs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("assure-tui"))
LOG = [
    {"type": "session", "format": "assure/1", "id": "s-1", "agent": "bäcker", "cwd": "/srv"},
    {"type": "user", "text": "Bitte 40 € für 日本 zurück. \U0001f468\u200d\U0001f469 a\u0301"},
    {"type": "report", "text": "I refunded €40 for order O-7. All 12 tests pass."},
]
FEW_SIGNS = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LEFT = b"\x1b[?1049l"
"""The terminal shows again what stood there before."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, environment):
    """Record one run; give its user's folder."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "logs").mkdir()
    (folder / "logs" / "one.jsonl").write_text("".join(json.dumps(record) + "\n" for record in LOG))
    env = environment(folder)
    words = [PROGRAM, "record", "--attached", "--backfill", "logs"]
    with subprocess.Popen(words, env=env, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as recorder:
        deadline = time.monotonic() + 60
        while b"s-1" not in subprocess.check_output([PROGRAM, "runs", "--format", "json"], env=env, cwd=folder):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        recorder.communicate()
    return folder


@pytest.mark.parametrize("told", ["SIGTERM", "SIGINT", "Ctrl-C"])
def test_a_screen_that_is_told_to_end_gives_the_terminal_back(recorded, environment, terminal, told):
    with terminal("--read-only", env=environment(recorded), cwd=recorded) as screen:
        screen.until(lambda output: b"need" in output)
        if told == "Ctrl-C":
            screen.type("\x03")
            screen.until(lambda output: b"again ends it now" in output)
            while screen.process.poll() is None:  # on a busy machine the second may come too late to be one
                screen.type("\x03", 0.3)
        else:
            screen.process.send_signal(getattr(signal, told))
        assert screen.close() == 130
    assert LEFT in screen.output
    assert b"interrupted" in screen.output.rpartition(LEFT)[2]


@pytest.mark.parametrize("told", ["SIGTERM", "SIGHUP"])
def test_a_demo_that_is_told_to_end_takes_its_folder_with_it(tmp_path, environment, terminal, told):
    env = environment(tmp_path) | {"TMPDIR": str(tmp_path)}
    with terminal("demo", env=env, cwd=tmp_path) as screen:
        screen.until(lambda output: b"quiet" in output)
        assert list(tmp_path.glob("assure-tui-demo-*"))
        screen.process.send_signal(getattr(signal, told))
        assert screen.close() == 130
    assert not list(tmp_path.glob("assure-tui-demo-*"))


def test_a_demo_draws_nothing_outside_ascii_where_that_is_asked_for(tmp_path, environment, terminal):
    with terminal("demo", "--ascii", "--theme", "light", env=environment(tmp_path), cwd=tmp_path) as screen:
        screen.until(lambda output: b"quiet" in output)
        screen.process.send_signal(signal.SIGTERM)
        screen.close()
    assert screen.output.isascii()


def test_a_demo_under_nohup_ends_with_its_terminal_too(tmp_path, environment, terminal):
    env = environment(tmp_path) | {"TMPDIR": str(tmp_path)}
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with terminal("demo", env=env, cwd=tmp_path) as screen:
            screen.until(lambda output: b"quiet" in output)
            screen.process.send_signal(signal.SIGHUP)
            assert screen.close() == 130
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not list(tmp_path.glob("assure-tui-demo-*"))


def test_a_demo_without_a_terminal_says_what_to_call_instead(tmp_path, environment):
    env = environment(tmp_path) | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [PROGRAM, "demo"], env=env, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"assure-tui demo --headless" in done.stderr
    assert not list(tmp_path.glob("assure-tui-demo-*"))


def test_a_locale_of_few_signs_breaks_no_command(recorded, environment):
    for words in (["runs"], ["runs", "--format", "json"], ["status"], ["doctor"], ["verify", "--allow-unanchored"]):
        env = environment(recorded) | FEW_SIGNS
        done = subprocess.run([PROGRAM, *words], env=env, cwd=recorded, capture_output=True, check=False)
        assert done.returncode in {0, 1}, (words, done.stderr)
        assert done.stdout.isascii()
        assert b"internal error" not in done.stderr


def test_a_locale_of_few_signs_moves_no_column(recorded, environment, terminal):
    with terminal("--read-only", env=environment(recorded) | FEW_SIGNS, cwd=recorded) as screen:
        screen.until(lambda output: b"need" in output)
        screen.type("?")
        screen.until(lambda output: b"KEYS" in output)
        screen.process.terminate()
        assert screen.close() == 130
    assert bytes(screen.output).isascii()
    assert b"\\u" not in screen.output


BROKEN = """
from assure_tui.app.tui.hangup import Ending

class Broken(Ending[int]):
    def on_mount(self):
        at_hand = "hor" + "se"
        raise ValueError("odd")

try:
    Broken().show()
except ValueError as error:
    print("told:", error)
"""


def test_a_defect_of_the_screen_is_told_to_its_caller_and_shows_nothing_that_was_at_hand(tmp_path, environment):
    env = environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", BROKEN],
        env=env,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"told: odd\n"
    assert b"horse" not in done.stderr
