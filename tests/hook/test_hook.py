"""The hook as an agent calls it: a process with JSON on its input, alone and beside a workstation."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from assure_tui.app.desk.config import UserConfig
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from assure_tui.app.hook import protocols
from assure_tui.app.hook.place import is_ours, socket_path
from tests.hook.conftest import PATIENCE, PATIENT

AGENT = [sys.executable, "-c", "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"]
"""A process between us and the hook: whoever starts a hook is the requester, and may not answer."""
SKIPS = "git commit --no-verify -m x"


def word_of(done: subprocess.CompletedProcess[str], agent: str) -> str:
    if not done.stdout.strip():
        return "none"
    body = json.loads(done.stdout)
    match agent:
        case "gemini-cli" | "generic":
            return str(body.get("decision", "none"))
        case "copilot-cli":
            return str(body["permissionDecision"])
        case _:
            return str(body["hookSpecificOutput"]["permissionDecision"])


@pytest.mark.parametrize(
    ("agent", "told"),
    [("claude-code", "ask"), ("codex", "deny"), ("gemini-cli", "deny"), ("copilot-cli", "ask"), ("generic", "ask")],
)
def test_alone_every_agent_is_told_in_its_own_words_and_the_ledger_has_it(hook, asking, entries, agent, told) -> None:
    done = hook(agent, asking(agent, SKIPS))
    assert word_of(done, agent) == told
    assert done.returncode == (3 if agent == "generic" else 0)
    assert "hook-bypass" in done.stdout
    done = hook(agent, asking(agent, "git status"))
    assert word_of(done, agent) == "none"
    (skips, content), (status, _) = entries("hook")
    assert (skips["word"], skips["grade"], skips["where"], skips["agent"]) == (told, "gated", "alone", agent)
    assert [gate["gate"] for gate in skips["gates"]] == ["hook-bypass"]
    assert json.loads(content["args"])["command"] == SKIPS
    assert (status["word"], status["gates"]) == ("none", [])


@pytest.mark.usefixtures("workstation")
def test_beside_a_workstation_it_is_the_workstation_that_decides(hook, asking, entries) -> None:
    assert word_of(hook("claude-code", asking("claude-code", SKIPS)), "claude-code") == "ask"
    assert word_of(hook("codex", asking("codex", SKIPS)), "codex") == "deny"
    assert [clear["where"] for clear, _ in entries("hook")] == ["workstation", "workstation"]


@pytest.mark.usefixtures("workstation")
def test_the_workstation_judges_with_what_it_knows_of_the_run(hook, asking, tmp_path) -> None:
    session = "5f0c1d7e-0a67-4c3e-9a51-1c2d3e4f5a6b"
    log = tmp_path / "logs" / f"{session}.jsonl"
    record = {
        "type": "user", "uuid": "u1", "parentUuid": None, "sessionId": session, "isSidechain": False, "cwd": "/srv",
        "version": "2.1.205", "timestamp": "2026-11-20T10:00:00.000Z",
        "message": {"role": "user", "content": "Commit it with --no-verify, please."},
    }  # fmt: skip
    log.write_text(json.dumps(record) + "\n")
    payload = asking("claude-code", SKIPS, session_id=session)
    deadline = time.monotonic() + PATIENCE
    while word_of(hook("claude-code", payload), "claude-code") != "none":
        assert time.monotonic() < deadline, "the user's own words were never taken into account"
        time.sleep(0.2)


def test_alone_it_reads_the_end_of_the_log_that_the_agent_names(hook, asking, tmp_path) -> None:
    log = tmp_path / "s9.jsonl"
    record = {
        "type": "user", "uuid": "u1", "parentUuid": None, "sessionId": "s9", "isSidechain": False, "cwd": "/srv",
        "version": "2.1.205", "timestamp": "2026-11-20T10:00:00.000Z",
        "message": {"role": "user", "content": "Commit it with --no-verify, please."},
    }  # fmt: skip
    payload = asking("claude-code", SKIPS, session_id="s9", transcript_path=str(log))
    assert word_of(hook("claude-code", payload), "claude-code") == "ask"
    log.write_text(json.dumps(record) + "\n")
    assert word_of(hook("claude-code", payload), "claude-code") == "none"


@pytest.mark.usefixtures("workstation")
def test_a_call_of_many_that_come_at_once_is_answered_once(hook, asking, entries) -> None:
    with ThreadPoolExecutor(24) as pool:
        done = list(
            pool.map(lambda n: hook("codex", asking("codex", f"echo {n}", tool_use_id=f"call_{n}")), range(120))
        )
    assert {one.returncode for one in done} == {0}
    calls = [content["call_id"] for _, content in entries("hook")]
    assert sorted(calls) == sorted(f"call_{n}" for n in range(120))


@pytest.mark.parametrize(
    ("agent", "data"),
    [
        ("claude-code", b""),
        ("codex", b"["),
        ("gemini-cli", b"\xff"),
        ("copilot-cli", b'{"toolName": 3}'),
        ("generic", b'{"event": "call"}'),
        ("claude-code", b'{"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": 3}'),
    ],
)
def test_a_malformed_request_lets_the_agent_go_on_and_is_recorded(hook, entries, agent, data) -> None:
    done = hook(agent, data)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    ((clear, _),) = entries("hook")
    assert (clear["word"], clear["fault"]) == ("none", "malformed")


def test_a_request_that_cannot_be_read_is_refused_where_the_settings_say_so(hook, home, entries) -> None:
    home.prepare()
    home.config.write_text('[hook]\nif_error = "closed"\n')
    done = hook("claude-code", b"{")
    assert done.returncode == 2
    assert "could not read" in done.stderr
    assert [clear["word"] for clear, _ in entries("hook")] == ["deny"]


def test_ten_megabytes_are_judged_and_recorded_in_time(hook, asking, entries) -> None:
    payload = asking("claude-code", "x") | {
        "tool_name": "Write",
        "tool_input": {"file_path": "/srv/shop/data.txt", "content": "all work and no play " * 500_000},
    }
    done = hook("claude-code", payload)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    ((clear, content),) = entries("hook")
    assert clear["event"] == "call"
    assert content["size"] > 10_000_000
    assert len(content["args"]) <= 16 * 1024


def test_more_than_the_limit_is_recorded_unread(hook, entries) -> None:
    done = hook("claude-code", b'{"x": "' + b"a" * (17 << 20) + b'"}')
    assert (done.returncode, done.stdout) == (0, "")
    assert [clear["fault"] for clear, _ in entries("hook")] == ["too-large"]


def test_a_misspelt_setting_never_stops_an_agent(hook, asking, home, entries) -> None:
    home.prepare()
    home.config.write_text("thema = 'dark'\n")
    done = hook("claude-code", asking("claude-code", "git status"))
    assert (done.returncode, done.stdout) == (0, "")
    assert [clear["fault"] for clear, _ in entries("hook")] == ["settings"]
    assert word_of(hook("claude-code", asking("claude-code", SKIPS)), "claude-code") == "ask"


@pytest.mark.parametrize("where", ["before", "after", "joined"])
def test_wherever_the_home_is_named_it_is_the_hook_that_answers(asking, home, where) -> None:
    named = [f"--home={home.hook.parent}"] if where == "joined" else ["--home", str(home.hook.parent)]
    words = [*named, "hook", "claude-code"] if where == "before" else ["hook", "claude-code", *named]
    done = subprocess.run(
        [*PATIENT, *words],
        input=json.dumps(asking("claude-code", SKIPS)),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, word_of(done, "claude-code")) == (0, "ask"), done.stderr
    assert home.ledger.is_dir()


@pytest.mark.parametrize(
    "words", [["claude-cod"], [], ["claude-code", "codex"], ["claude-code", "install"], ["claude-code", "--home"]]
)
def test_a_misspelt_agent_exits_with_a_code_that_blocks_nothing(words) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "assure_tui.app", "hook", *words],
        input=b"{}",
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert b"nothing was decided" in done.stderr


def test_a_damaged_ledger_keeps_refusals_and_lets_the_rest_go_by_the_fail_rule(hook, asking, home) -> None:
    hook("codex", asking("codex", "git status"))
    (home.ledger / ".state" / "version").write_bytes(b"9\n")
    done = hook("codex", asking("codex", "git status"))
    assert (done.returncode, done.stdout) == (0, "")
    assert "could not decide" in done.stderr
    assert word_of(hook("codex", asking("codex", SKIPS)), "codex") == "deny"
    home.config.write_text('[hook]\nif_error = "closed"\n')
    assert word_of(hook("codex", asking("codex", "git status")), "codex") == "deny"


def test_a_pipe_in_the_place_of_settings_makes_no_agent_wait(hook, asking, tmp_path, home, entries) -> None:
    os.mkfifo(tmp_path / "mine.gates.toml")
    (tmp_path / "assure.toml").write_text('gate_files = ["mine.gates.toml"]\n')
    home.prepare()
    assert word_of(hook("codex", asking("codex", SKIPS, cwd=str(tmp_path))), "codex") == "deny"
    os.mkfifo(home.config)
    assert word_of(hook("codex", asking("codex", SKIPS)), "codex") == "deny"
    assert [clear["fault"] for clear, _ in entries("hook")] == ["settings", "settings"]


def test_a_home_that_nobody_has_stops_no_refusal(asking, tmp_path) -> None:
    payload = json.dumps(asking("generic", SKIPS)).encode()
    done = subprocess.run(
        [*PATIENT, "hook", "generic"], input=payload, capture_output=True,
        env={"PATH": "/usr/bin:/bin", "ASSURE_TUI_HOME": "~nobody-here/x"}, cwd=tmp_path, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_a_refusal_that_cannot_be_said_is_an_exit_code_that_blocks(asking, home, where) -> None:
    words = f"{shlex.join(PATIENT)} hook claude-code --home {home.config.parent} {where}"
    for command, code in ((SKIPS, 2), ("git status", 0)):
        payload = json.dumps(asking("claude-code", command)).encode()
        done = subprocess.run(["sh", "-c", words], input=payload, capture_output=True, check=False, timeout=PATIENCE)
        assert done.returncode == code
        assert b"Traceback" not in done.stderr
    assert b"hook-bypass" not in done.stderr


def test_whoever_holds_the_ledgers_lock_gets_no_call_past_the_gates(hook, asking, home) -> None:
    hook("codex", asking("codex", "git status"))
    home.config.write_text("[approvals]\nwait = 1\n")
    patient = Home.under(home.config.parent.with_name("patient"))
    hook("claude-code", asking("claude-code", "git status"), home=patient)
    with ExitStack() as stack:
        for place in (home, patient):
            lock = stack.enter_context((place.ledger / ".state" / "append.lock").open("rb"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        with ThreadPoolExecutor(2) as pool:
            limits = ["TIME_LIMIT=20"]  # it is over before the ledger gives up
            refused = pool.submit(hook, "claude-code", asking("claude-code", SKIPS), limits=limits)
            asked = pool.submit(hook, "claude-code", asking("claude-code", SKIPS), home=patient, limits=limits)
    assert word_of(refused.result(), "claude-code") == "deny"
    assert word_of(asked.result(), "claude-code") == "ask"


@pytest.mark.parametrize(
    "command",
    [
        "assure-tui approvals approve a-1 fine",
        "uv run assure-tui approvals approve a-1 fine",
        "python3 -P -m assure_tui.app hook remove claude-code",
        "cd /srv && /usr/local/bin/assure-tui trust .",
        "bash -c 'assure-tui keys new me'",
        "assure-tui gates waive threshold --run r-1 --reason fine --until 8h",
        "python3.12 -Pm assure_tui.app forget r-1 --yes",
        "assure-tui shard prune --yes",
    ],
)
def test_an_agent_may_not_do_what_is_for_the_operator(hook, asking, command) -> None:
    assert word_of(hook("claude-code", asking("claude-code", command)), "claude-code") == "deny"


@pytest.mark.parametrize("command", ["echo assure-tui approvals approve", "assure-tui runs", "grep -r 'assure-tui' ."])
def test_what_only_names_such_a_command_is_let_through(hook, asking, command) -> None:
    assert word_of(hook("claude-code", asking("claude-code", command)), "claude-code") == "none"


# The socket ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("workstation")
def test_the_socket_is_the_users_alone(home) -> None:
    path = Path(socket_path(str(home.hook)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_socket_in_a_folder_that_others_may_enter_is_not_believed(hook, asking, home, entries) -> None:
    home.hook.mkdir(parents=True)
    path = socket_path(str(home.hook))
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(path)
        line.listen()
        Path(path).parent.chmod(0o755)
        try:
            assert not is_ours(path)
            assert word_of(hook("claude-code", asking("claude-code", SKIPS)), "claude-code") == "ask"
        finally:
            Path(path).parent.chmod(0o700)
            Path(path).unlink()
    assert [clear["where"] for clear, _ in entries("hook")] == ["alone"]


@pytest.mark.parametrize("behaviour", ["silent", "closes", "rubbish", "list"])
def test_whatever_listens_there_the_hook_answers_in_time(hook, asking, home, entries, behaviour) -> None:
    path = socket_path(str(home.hook))
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    answered = threading.Event()
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(path)
        line.listen()

        def serve() -> None:
            other, _ = line.accept()
            if behaviour == "rubbish":
                other.sendall(b"not json\n")
            if behaviour == "list":
                other.sendall(b"[1]\n")
            if behaviour == "silent":
                answered.wait(60)
            other.close()

        threading.Thread(target=serve, daemon=True).start()
        done = hook("claude-code", asking("claude-code", SKIPS), limits=["WORKSTATION_SECONDS=2"])
        answered.set()
        Path(path).unlink()
    assert word_of(done, "claude-code") == "ask"
    assert [(clear["where"], clear["fault"]) for clear, _ in entries("hook")] == [("alone", "lost")]


@pytest.mark.usefixtures("workstation")
def test_rubbish_on_the_socket_does_not_disturb_the_workstation(hook, asking, home, entries) -> None:
    path = socket_path(str(home.hook))
    for data in (b"", b"\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02{}", b"\x00\x00\x00\x04nope" * 50):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(path)
            line.sendall(data)
    assert word_of(hook("codex", asking("codex", SKIPS)), "codex") == "deny"
    assert [clear["where"] for clear, _ in entries("hook")] == ["workstation"]


# Approvals -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting_home(home: Home) -> Home:
    home.prepare()
    home.config.write_text("operator = 'Mira'\n[approvals]\nwait = 300\n")
    return home


def operator(home: Home) -> Desk:
    desk = Desk.open(home, config=UserConfig(operator="Mira"))
    desk.new_operator_key("Mira", "pass phrase")
    return desk


def pending(desk: Desk) -> str:
    deadline = time.monotonic() + PATIENCE
    while not (waits := desk.approvals()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return waits[0].id


@pytest.mark.parametrize("beside", [True, False], ids=["workstation", "alone"])
def test_a_call_waits_for_the_operator_and_is_told_the_answer(waiting_home, request, hook, asking, entries, beside):
    if beside:
        request.getfixturevalue("workstation")
    desk = operator(waiting_home)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hook, "claude-code", asking("claude-code", SKIPS, tool_use_id="t1"), by=AGENT)
        desk.approve(pending(desk), "the hooks are broken today", passphrase="pass phrase")
        done = first.result(PATIENCE)
        assert word_of(done, "claude-code") == "allow"
        assert "Approved by Mira: the hooks are broken today" in done.stdout
        second = pool.submit(hook, "codex", asking("codex", SKIPS, tool_use_id="t2"), by=AGENT)
        desk.refuse(pending(desk), "run the hooks")
        done = second.result(PATIENCE)
        assert word_of(done, "codex") == "deny"
        assert "Refused by Mira: run the hooks" in done.stdout
    desk.close()
    told = [(clear["word"], clear["where"]) for clear, _ in entries("hook")]
    where = "workstation" if beside else "alone"
    assert told == [("allow", where), ("deny", where)]
    assert [clear["word"] for clear, _ in entries("approval")] == ["requested", "approved", "requested", "refused"]


def test_time_out_is_a_refusal(home, hook, asking, entries) -> None:
    home.prepare()
    home.config.write_text("[approvals]\nwait = 0.6\n")
    done = hook("claude-code", asking("claude-code", SKIPS))
    assert word_of(done, "claude-code") == "deny"
    assert "nobody answered within 0.6 s" in done.stdout
    assert [clear["word"] for clear, _ in entries("approval")] == ["requested", "expired"]


def test_a_killed_workstation_leaves_the_call_refused_long_before_its_time_is_up(
    waiting_home, hook, asking, entries, workstation
) -> None:
    desk = operator(waiting_home)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(hook, "claude-code", asking("claude-code", SKIPS))
        pending(desk)
        os.kill(workstation.pid, signal.SIGKILL)
        done = future.result(PATIENCE)
    desk.close()
    assert word_of(done, "claude-code") == "deny"
    clear, _ = entries("hook")[-1]
    assert (clear["word"], clear["where"], clear["fault"]) == ("deny", "alone", "lost")


@pytest.mark.usefixtures("waiting_home", "workstation")
def test_an_agent_that_goes_away_takes_its_request_along(asking, home, entries) -> None:
    asked = protocols.read("claude-code", json.dumps(asking("claude-code", SKIPS)).encode())
    body = json.dumps(asked).encode()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(socket_path(str(home.hook)))
        line.sendall(struct.pack(">I", len(body)) + body)
        assert b"approval" in line.recv(4096)
    deadline = time.monotonic() + PATIENCE
    while [clear["word"] for clear, _ in entries("approval")] != ["requested", "withdrawn"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


MORE_THAN_A_PIPE_HOLDS = 1 << 18


def test_an_interrupted_hook_leaves_without_a_traceback(tmp_path: Path) -> None:
    words = [*PATIENT, "hook", "claude-code", "--home", str(tmp_path / "home")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        running.stdin.write(b" " * MORE_THAN_A_PIPE_HOLDS)  # returns when the hook has begun to read
        running.stdin.flush()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)
    assert (out, running.returncode) == (b"", 130)
    assert b"Traceback" not in err


def test_an_agent_that_never_ends_its_request_is_answered_all_the_same(asking, tmp_path: Path) -> None:
    words = [*PATIENT, "READ_SECONDS=3", "hook", "codex", "--home", str(tmp_path / "home")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps(asking("codex", SKIPS)).encode())
        running.stdin.flush()
        assert b'"deny"' in running.stdout.read()
        running.stdin.close()
