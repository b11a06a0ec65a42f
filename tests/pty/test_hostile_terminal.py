"""Nothing that a log holds reaches the terminal but as text, in any view and from any command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

SEEN = "␛]".encode()
"""How the beginning of most attacks looks once it is harmless."""
SIZES = [(80, 24), (120, 36), (200, 60)]
WALK = [
    *("e", "j", "k", "\r", "j", "\x1b"),
    *("2", "j", "j", "\r", "\x1b", "3", "g", "j", "\r", "w", "l", "G", "\x1b"),
    *("4", "j", "|", "j", "}", "5", "j", "6", "j", "u", "7", "j", "2", "j", "o", "1"),
    *("s", "pass", "\x1b", "/", "a", "\x1b", "?", "\x1b", ":", "\x1b"),
]
"""Keys that lead through all seven views, the pager, the search, the filter, the key list and the palette."""


@pytest.mark.parametrize(
    "attack",
    [b"\x1b]0;x\x07", b"\x1bP+q\x1b\\", b"\x1bc", b"\x1b[8;1;1t", "\x9b".encode(), b"\x9b", "\u202e".encode(), b"\0"],
)
def test_the_terminal_of_these_tests_notices(intrusions, attack):
    assert intrusions(b"\x1b[1;31mred\x1b[0m\r\n") == []
    assert intrusions(b"before " + attack + b" after") != []


def command(*words, env, cwd):
    program = [sys.executable, "-m", "assure_tui.app", *map(str, words)]
    return subprocess.run(program, env=env, cwd=cwd, capture_output=True, timeout=60, check=False)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory, environment, hostile_logs):
    """Record all hostile logs; give the user's folder, and what the recorder said on both streams."""
    folder = tmp_path_factory.mktemp("user")
    recorder = subprocess.Popen(
        [sys.executable, "-m", "assure_tui.app", "record", "--backfill", str(hostile_logs)],
        env=environment(folder), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    wanted = len([path for path in hostile_logs.iterdir() if path.suffix != ".txt"])
    runs = []
    while len(runs) < wanted and time.monotonic() < deadline and recorder.poll() is None:
        time.sleep(0.5)
        runs = json.loads(command("runs", "--format", "json", env=environment(folder), cwd=folder).stdout or "[]")
    recorder.terminate()
    out, err = recorder.communicate(timeout=60)
    assert recorder.returncode == 0, err
    assert len(runs) == wanted
    return folder, out, err


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_view_lets_a_log_speak_to_the_terminal(recorded, environment, hostile_logs, terminal, intrusions, size):
    folder, _, _ = recorded
    with terminal(str(hostile_logs), "--read-only", env=environment(folder), cwd=folder, size=size) as screen:
        screen.until(lambda output: SEEN in output)
        shown = []
        for key in WALK:
            shown.append(SEEN in screen.type(key))
            assert screen.process.poll() is None, f"it ended on {key!r}: {bytes(screen.output[-3000:])!r}"
        for _ in range(4):
            screen.type("q")
        code = screen.close()
    assert code == 0, bytes(screen.output[-3000:])
    assert sum(shown) >= 5, "the walk did not lead past the hostile texts"
    assert intrusions(bytes(screen.output)) == []


def test_the_screen_with_its_recorder_survives_hostile_logs(tmp_path, environment, hostile_logs, terminal, intrusions):
    with terminal(str(hostile_logs), env=environment(tmp_path), cwd=tmp_path, size=(120, 36)) as screen:
        screen.until(lambda output: b"watch from now on" in output)
        for _ in range(20):  # a key that is pressed before the dialog is whole is not heard
            screen.type("\r", 3.0)
            if SEEN in screen.output:
                break
        screen.until(lambda output: SEEN in output)
        for _ in range(5):  # a second key, pressed before the first was heard, has opened the run: `q` leads back first
            screen.type("q", 3.0)
            if screen.process.poll() is not None:
                break
        code = screen.close()
    assert code == 0, bytes(screen.output[-3000:])
    assert intrusions(bytes(screen.output)) == []


def test_no_command_lets_a_log_speak_to_the_terminal(recorded, environment, hostile_logs, intrusions):
    folder, out, err = recorded
    env = environment(folder)
    assert SEEN in out
    assert intrusions(out) == []
    assert intrusions(err) == []
    runs = [row["id"] for row in json.loads(command("runs", "--format", "json", env=env, cwd=folder).stdout)]
    commands = [
        ("reconcile", hostile_logs),
        ("reconcile", hostile_logs, "--format", "json"),
        ("runs",),
        ("runs", "--format", "json"),
        ("doctor", hostile_logs),
        *(("show", run) for run in runs),
        ("show", runs[0], "--format", "json"),
    ]
    for words in commands:
        done = command(*words, env=env, cwd=folder)
        assert done.returncode in {0, 1}, done.stderr
        assert intrusions(done.stdout) + intrusions(done.stderr) == [], words


def test_no_complaint_repeats_what_would_speak_to_the_terminal(tmp_path, environment, intrusions):
    attack = "\x1b]0;PWNED\x07\u202e\x9b31m"
    env = environment(tmp_path)
    for words in [
        ("reconcile", attack),
        ("reconcile", ".", "--since", attack),
        ("reconcile", ".", "--format", attack),
        ("show", attack),
        ("decide", attack, "real"),
        ("verify", attack),
        ("keys", "export", attack),
        ("record", attack),
        ("trust", attack),
    ]:
        done = command(*words, env=env, cwd=tmp_path)
        assert done.returncode in {2, 3}, (words, done)
        assert done.stderr
        assert intrusions(done.stdout) + intrusions(done.stderr) == [], words


def test_nothing_in_the_folder_it_is_started_in_is_run(tmp_path, environment, terminal):
    """A cloned repository may hold files that are called as the packages that we use."""
    for name in ("msgspec", "textual", "pydantic", "sqlite3", "assure_tui"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    (tmp_path / "run.jsonl").write_text('{"role": "user", "content": "hello there"}\n{"role": "assistant"}\n')
    with terminal(".", env=environment(tmp_path), cwd=tmp_path) as screen:
        screen.until(lambda output: b"watch from now on" in output)
        screen.type("\r", 1.0)
        screen.until(lambda output: b"hello there" in output)
        screen.type("q", 3.0)
        assert screen.close() == 0
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("said", ['theme = "drak"', '[keys]\nqiut = "x"'], ids=["theme", "key"])
def test_settings_that_the_screen_does_not_know_are_told(tmp_path, environment, terminal, said):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(said)
    with terminal(".", env=environment(tmp_path), cwd=tmp_path) as screen:
        assert screen.close() == 2
    assert screen.output.count(b"\n") == 1
    assert b"dark" in screen.output or b"did you mean 'quit'" in screen.output


def test_a_pasted_picture_ends_nothing(recorded, environment, terminal):
    """Bytes that are no text, in a paste and as keys, and torn characters at the end of a read."""
    folder = recorded[0]
    with terminal("--read-only", env=environment(folder), cwd=folder) as screen:
        screen.until(lambda output: b"need you" in output)
        binary = bytes(byte for byte in range(256) if byte not in b"\x1b\x03\x11\x1c\x1a") * 40
        for sent in (b"\x1b[200~" + binary + b"\x1b[201~", b"\xff\xfe\xe1", b"\xf0\x9f"):
            screen.send(sent)
            assert screen.process.poll() is None
        screen.type("?")
        screen.until(lambda output: b"KEYS" in output)
        screen.type("\x1b")
        for _ in range(4):
            screen.type("q")
        code = screen.close()
    assert code == 0, bytes(screen.output[-3000:])
    assert b"Traceback" not in screen.output


def test_what_is_pasted_presses_no_key(recorded, environment, terminal):
    """An escape in a paste, and behind it what would leave the program if it were typed."""
    folder = recorded[0]
    with terminal("--read-only", env=environment(folder), cwd=folder) as screen:
        screen.until(lambda output: b"need you" in output)
        for pasted in (b"\x1b" + b"q" * 60, b"\x1b\x1bq", b"\x1b"):
            screen.send(b"\x1b[200~" + pasted + b"\x1b[201~")
        screen.type("?")
        screen.until(lambda output: b"KEYS" in output)
        screen.type("\x1b")
        screen.type("q")
        assert screen.close() == 0


def test_a_screen_whose_terminal_is_gone_ends(recorded, environment, terminal):
    """Without a hang-up signal, as some multiplexers and services leave it."""
    folder = recorded[0]
    with terminal("--read-only", env=environment(folder), cwd=folder) as screen:
        screen.until(lambda output: b"need you" in output)
        assert screen.vanish() == -signal.SIGHUP


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("trust", "."), 0, b"nothing was trusted"),
        (("hook", "install", "claude-code"), 0, b"nothing was changed"),
        (("keys", "new", "mine"), 2, b"no passphrase was typed"),
    ],
)
def test_the_end_of_the_input_is_no_answer(tmp_path, environment, terminal, words, code, told):
    (tmp_path / "assure.toml").write_text('exclude = ["*/drafts/*"]\n')
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    with terminal(*words, env=environment(tmp_path), cwd=tmp_path) as screen:
        screen.until(lambda output: output.rstrip(b" ").endswith(b":"))
        screen.type("\x04")
        assert screen.close() == code
    assert told in screen.output
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before
