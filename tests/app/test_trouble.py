"""Whatever is wrong with the state on disk, a command says one sentence: what, where, and how to mend it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from tests.app.recording import record, record_apart

AUDIT = """
import os, sys
def hook(event, args):
    if event in {"socket.connect", "socket.bind"} and args[0].family == 1:
        return  # a local socket, which agents' hooks ask
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"}:
        with open(os.environ["HEARD"], "a") as file:
            file.write(f"{event} {args!r}\\n")
sys.addaudithook(hook)
"""


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def recorded(logs, home):
    """A home in which one run is recorded."""
    record(Home.find(home), logs)
    return home


def sentence(stderr, *words):
    lines = [line for line in stderr.splitlines() if "recording" not in line or "stopped" in line]
    assert len(lines) == 1, stderr
    assert lines[0].startswith("assure-tui: ")
    assert "internal error" not in lines[0]
    for word in words:
        assert word in lines[0]


def test_a_damaged_index_is_told_and_the_recorder_builds_it_anew(recorded, logs, assure):
    index = recorded / "index.sqlite"
    before = assure("runs").stdout
    for path in recorded.glob("index.sqlite?*"):
        path.unlink()
    data = bytearray(index.read_bytes())
    data[4096:] = bytes(byte ^ 0x55 for byte in data[4096:])
    for damage in (b"no database at all" * 400, bytes(data)):
        index.write_bytes(damage)
        done = assure("show", "r-")
        assert done.returncode == 2
        sentence(done.stderr, str(index), "builds anew")
        code, said = record_apart(logs, recorded, until=lambda: assure("runs").stdout == before)
        assert code == 0, said
        assert assure("runs").stdout == before


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(b"short")], ids=["gone", "cut off"])
def test_a_lost_key_of_the_runs_tags_stops_everything_rather_than_record_all_again(recorded, logs, assure, change):
    key = recorded / "keys" / "tags.key"
    change(key)
    for words in (("runs",), ("note", "r-", "words"), ("record", logs)):
        done = assure(*words)
        assert done.returncode == 2
        sentence(done.stderr, str(key), "restore it")


def test_a_full_disk_ends_the_recorder_with_a_sentence(logs, home):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    code, said = record_apart(logs, home, limit=limit)
    assert code == 2
    sentence(said, str(home))


def test_a_ledger_that_cannot_be_written_any_more_ends_the_recorder_at_once(recorded, logs):
    (logs / "more.json").write_text((logs / "refund.json").read_text().replace("O-77", "O-78"))
    (recorded / "ledger" / "segments").rename(recorded / "away")
    (recorded / "ledger" / "segments").write_text("no folder")
    code, said = record_apart(logs, recorded)
    assert code in {2, 5}, said
    sentence(said, str(recorded / "ledger"))


@pytest.mark.parametrize(
    "words", [("runs",), ("record", "."), ("keys", "new", "ana"), ("verify",), ("note", "r-", "x")]
)
def test_a_home_that_is_a_file_is_told(tmp_path, assure, words):
    (tmp_path / "file").write_text("no folder")
    secret = tmp_path / "secret"
    secret.write_text("words")
    done = assure(*words, home=tmp_path / "file", env={"ASSURE_TUI_PASSPHRASE_FILE": str(secret)})
    assert done.returncode == 2
    sentence(done.stderr, str(tmp_path / "file"))


def test_no_command_opens_a_connection(tmp_path, logs, home, assure):
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(AUDIT)
    secret = tmp_path / "secret"
    secret.write_text("words")
    heard = tmp_path / "heard"
    env = {"PYTHONPATH": str(site), "HEARD": str(heard), "ASSURE_TUI_PASSPHRASE_FILE": str(secret)}
    probe = "import socket; s = socket.socket(); s.settimeout(1); s.connect_ex(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", probe], env=env, check=True)
    assert "socket.connect" in heard.read_text()
    heard.unlink()

    def there():
        return json.loads(assure("runs", "--format", "json", env=env).stdout or "[]")

    code, said = record_apart(logs, home, until=there, env={**env, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    assert code == 0, said
    (row,) = there()
    for words in (
        ("keys", "new", "ana"),
        ("verdict", row["id"], "rejected", "made twice"),
        ("seal", row["id"]),
        ("reconcile", logs),
        ("show", row["id"]),
        ("verify", "--allow-unanchored"),
        ("doctor",),
    ):
        done = assure(*words, env=env)
        assert done.returncode in {0, 1}, done.stderr
    assert not heard.exists(), heard.read_text()


def test_nothing_is_added_to_a_ledger_whose_past_was_altered(recorded, assure):
    (run,) = (row["id"] for row in json.loads(assure("runs", "--format", "json").stdout))
    bundles = (path for path in (recorded / "ledger" / "tile" / "entries").rglob("*") if path.is_file())
    bundle = max(bundles, key=lambda path: path.stat().st_size)
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(bytes(data))
    done = assure("note", run, "words")
    assert done.returncode == 5
    sentence(done.stderr, str(recorded / "ledger"), "assure-tui verify")


@pytest.mark.parametrize(
    "words", [("verify", "--trust", "/dev/null"), ("import", "/dev/zero"), ("witness", "--log", "/dev/null")]
)
@pytest.mark.usefixtures("recorded")
def test_a_file_of_the_users_own_that_is_none_is_no_damage_of_the_ledger(assure, words):
    done = assure(*words)
    assert done.returncode == 2, done.stderr
    assert "shard --damaged" not in done.stderr
    sentence(done.stderr, words[-1])


@pytest.mark.parametrize("words", [("import", "nowhere.json"), ("witness",)])
def test_a_mistake_in_the_call_begins_no_ledger_and_no_witness(tmp_path, assure, words):
    done = assure(*words, home=tmp_path / "new")
    assert done.returncode == 2
    begun = {"checkpoint", "log.key", "witness.key"}
    assert not begun & {path.name for path in (tmp_path / "new").rglob("*")}


@pytest.mark.parametrize(
    ("words", "told"), [(("keys", "list"), "keys new"), (("shard", "list"), "no ledger has been closed")]
)
def test_an_empty_list_says_that_it_is_empty(tmp_path, assure, words, told):
    done = assure(*words, home=tmp_path / "new")
    assert (done.returncode, done.stdout) == (0, "")
    assert told in done.stderr


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device without an end")
def test_the_travelling_verifier_reads_no_device(tmp_path, assure):
    assert assure("verify", "--write-verifier", tmp_path / "verify.py").returncode == 0
    words = [sys.executable, tmp_path / "verify.py", "/dev/zero"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr


def test_a_command_whose_output_is_closed_ends_as_it_would(tmp_path):
    words = f"exec {sys.executable} -m assure_tui.app paths --home {tmp_path} >&-"
    done = subprocess.run(["sh", "-c", words], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "internal error" in done.stderr) == (0, False)


def unheard(tmp_path, stream, *argv):
    """Run a command one of whose streams goes to a device that is always full."""
    others = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Path("/dev/full").open("wb") as full:
        return subprocess.run(
            [sys.executable, "-m", "assure_tui.app", *map(str, argv), "--home", str(tmp_path / "home")],
            **{**others, stream: full},
            timeout=60,
            check=False,
        )


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")


@needs_full
@pytest.mark.parametrize("words", [["reconcile"], ["reconcile", "--format", "json"], ["--help"], ["doctor"]])
def test_output_that_cannot_be_written_is_told_as_that_and_blames_no_folder(tmp_path, logs, words):
    paths = [logs] if words[0] != "--help" else []
    done = unheard(tmp_path, "stdout", *words, *paths)
    assert (done.returncode, b"the output could not be written" in done.stderr) == (2, True)
    assert str(tmp_path).encode() not in done.stderr


@needs_full
def test_the_exit_code_says_it_where_nobody_can_be_told(tmp_path):
    assert unheard(tmp_path, "stderr", "reconcile", tmp_path / "none").returncode == 2
    (tmp_path / "odd.txt").write_text("nothing\n")
    assert unheard(tmp_path, "stderr", "reconcile", tmp_path / "odd.txt").returncode == 3


def test_an_empty_path_is_not_taken_for_the_folder_one_stands_in(assure):
    done = assure("reconcile", "")
    assert (done.returncode, "a path is empty" in done.stderr) == (2, True)


@pytest.mark.usefixtures("recorded")
def test_a_file_that_could_not_be_written_whole_is_not_left_behind(assure, tmp_path):
    run = json.loads(assure("runs", "--format", "json").stdout)[0]["id"]
    target = tmp_path / "evidence.zip"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (49152, 49152))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = assure("export", run, "-o", target, preexec_fn=limit, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert (done.returncode, target.exists()) == (2, False)
    sentence(done.stderr, str(target), "cannot be written")


def test_what_was_left_on_the_desk_is_backed_up_and_comes_back(recorded, assure, tmp_path):
    target = tmp_path / "desk-backup"
    none = assure("export", "--desk", "-o", target, home=tmp_path / "other")
    assert (none.returncode, "nobody has left" in none.stderr, target.exists()) == (2, True, False)
    home = Home.under(recorded)
    desk = Desk.open(home)
    run = desk.runs()[0].id
    desk.save_draft(f"note:{run}", "half a sentence")
    desk.looked(run)
    done = assure("export", "--desk", "-o", target)  # while it is in use
    desk.close()
    assert (done.returncode, str(home.desk) in done.stderr) == (0, True)
    for path in recorded.glob("desk.sqlite*"):
        path.unlink()
    shutil.copy(target, home.desk)
    desk = Desk.open(home)
    try:
        assert (desk.draft(f"note:{run}"), desk.runs()[0].changed) == ("half a sentence", False)
    finally:
        desk.close()
    for words in ([], [run, "--desk"]):
        assert assure("export", *words, "-o", tmp_path / "x").returncode == 2


HOMELESS = """
import os, pwd, sys
def nobody(_):
    raise KeyError("no such user")
pwd.getpwuid = nobody
from assure_tui.app.__main__ import main
sys.exit(main())
"""
"""Runs a command as in a container whose user is a number that nobody has."""


@pytest.mark.parametrize(
    ("words", "code"),
    [(["paths"], 2), (["reconcile", "."], 2), (["hook", "status"], 2), (["hook", "generic"], 0)],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_user_without_a_home_folder_is_told_what_to_set(tmp_path, words, code):
    asked = '{"event": "call", "tool": "bash", "args": {"command": "ls"}}'
    done = subprocess.run(
        [sys.executable, "-c", HOMELESS, *words], input=asked, env={"PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, "set HOME" in done.stderr, "Traceback" in done.stderr) == (code, True, False), done


def test_a_user_without_a_home_folder_works_in_a_named_one(tmp_path, recorded):
    def run(*words):
        return subprocess.run(
            [sys.executable, "-c", HOMELESS, *words, "--home", str(recorded)], env={"PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    done = run("doctor")
    assert done.returncode == 0, done.stderr
    name = json.loads(run("runs", "--format", "json").stdout)[0]["id"]
    assert run("note", name, "looked at").returncode == 0
    assert str(os.getuid()) in run("show", name).stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [("index.sqlite", ["status"]), ("index.sqlite", ["runs"]), ("desk.sqlite", ["export", "--desk", "-o", "x.zip"])],
)
def test_a_pipe_in_the_place_of_a_database_makes_nobody_wait(home, assure, name, words):
    home.mkdir()
    os.mkfifo(home / name)
    done = assure(*words, stdin=subprocess.DEVNULL)
    assert (done.returncode, f"{name} is not a regular file" in done.stderr) == (2, True), done


def test_an_act_that_is_kept_is_not_told_as_failed_because_it_could_not_be_published(recorded, assure):
    """To do it again would write it down twice."""
    name = json.loads(assure("runs", "--format", "json").stdout)[0]["id"]
    folder = recorded / "ledger" / "tile" / "entries" / "000.p"
    in_the_way = [folder / f".{size}.tmp" for size in range(256)]
    for path in in_the_way:
        path.mkdir()
    done = assure("note", name, "looked at")
    assert done.returncode == 0, done.stderr
    for path in in_the_way:
        path.rmdir()
    assert assure("note", name, "looked at again").returncode == 0
    notes = json.loads(assure("show", name, "--format", "json").stdout)["notes"]
    assert sorted(note["text"] for note in notes) == ["looked at", "looked at again"]
    assert assure("verify", "--allow-unanchored").returncode == 0


def test_a_reader_that_goes_away_ends_a_command_quietly_as_it_ends_others(logs, home):
    command = [sys.executable, "-m", "assure_tui.app", "reconcile", "--format", "json", str(logs)]
    environment = {"PATH": "/usr/bin:/bin", "ASSURE_TUI_HOME": str(home), "HOME": str(home)}
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False, env=environment
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")
