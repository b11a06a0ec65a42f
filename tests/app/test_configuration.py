from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assure_tui.app.desk.config import read_user, read_workspace
from assure_tui.app.desk.errors import ConfigError
from assure_tui.app.desk.trust import is_trusted, trust
from assure_tui.ingest.roots import default_roots

FEED = """
complete_logs = false
exclude = ["*/scratch/*"]
trusted_tools = ["read_ticket"]

[[feeds]]
name = "payments"
kind = "refund"
path = "feed/payments.jsonl"
complete = true
lag = 5
minor_units = true
[feeds.map]
target = "destination"

[[tools]]
name = "issue_credit"
kind = "refund"
amount = "cents"

[severities]
hedged = "low"
hook-bypass = "critical"
check-masking = "low"
unreported = "info"
"""


def workspace(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "assure.toml"
    path.write_text(text)
    return path


def test_without_files_the_defaults_hold(tmp_path):
    assert read_user(tmp_path / "config.toml").discover


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("feedz = []", ["unknown key `feedz`", "did you mean `feeds`?"]),
        (
            "[[feeds]]\nname='p'\nkind='refund'\npath='x'\ncomplet=true",
            ["`feeds[1].complet`", "did you mean `complete`?"],
        ),
        ("[[feeds]]\nname='p'\nkind='refund'", ["either `path` or `command`"]),
        ("[[feeds]]\nname='p'\nkind='refund'\npath='x'\ncommand=['y']", ["either `path` or `command`"]),
        ("[[feeds]]\nname='p'\nkind='refund'\npath='x'\n[feeds.map]\namuont='a'", ["unknown column 'amuont'"]),
        ("[[feeds]]\nname='p'\nkind='refund'\npath='x'\nlag=-1", ["`feeds[1].lag`"]),
        ("[[feeds]]\nname='../p'\nkind='refund'\npath='x'", ["`feeds[1].name`"]),
        (
            "[[feeds]]\nname='p'\nkind='r'\npath='x'\n[[feeds]]\nname='p'\nkind='r'\npath='x'",
            ["two feeds are named 'p'"],
        ),
        ("[severities]\nphantm = 'high'", ["no discrepancy or gate 'phantm'", "did you mean `phantom`?"]),
        ("[severities]\nphantom = 'huge'", ["`severities.phantom`"]),
        ("complete_logs = 'yes'", ["`complete_logs`"]),
        ("[[tools]]\nname='t'\nkind='refund'\neffect_class='wipe'", ["`tools[1].effect_class`"]),
        ("feeds = [", ["not valid TOML"]),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_nearest_right_one(tmp_path, text, words):
    path = workspace(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_workspace(path, trusted=True)
    for word in [str(path), *words]:
        assert word in str(caught.value)


def test_bytes_that_are_no_text_are_a_mistake_too(tmp_path):
    path = tmp_path / "assure.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_workspace(path, trusted=True)


def test_a_misspelt_user_key_is_named(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("them = 'light'")
    with pytest.raises(ConfigError, match="did you mean `theme`"):
        read_user(path)


def test_an_untrusted_workspace_may_only_tighten(tmp_path):
    found = read_workspace(workspace(tmp_path, FEED), trust=tmp_path / "trust.json")
    assert not found.trusted
    assert found.feeds == ()
    assert found.exclude == ()
    assert found.settings.tools == ()
    assert found.settings.complete_logs
    assert found.settings.severities == {"hedged": "low", "hook-bypass": "critical"}
    waiting = "\n".join(found.waiting)
    for wish in (
        "payments",
        "complete record",
        "issue_credit",
        "unreported",
        "read_ticket",
        "scratch",
        "not count as complete",
    ):
        assert wish in waiting


def test_trust_is_of_one_content_and_a_change_drops_it(tmp_path):
    path, store = workspace(tmp_path, FEED), tmp_path / "trust.json"
    trust(store, path, read_workspace(path).digest)
    found = read_workspace(path, trust=store)
    assert found.trusted
    assert [feed.name for feed in found.feeds] == ["payments"]
    assert found.feeds[0].path == tmp_path / "feed/payments.jsonl"
    assert found.settings.tools[0].amount == "cents"
    path.write_text(FEED + "\n# changed\n")
    assert not read_workspace(path, trust=store).trusted


def test_a_damaged_trust_file_is_no_trust(tmp_path):
    store = tmp_path / "trust.json"
    store.write_text("[1")
    with pytest.raises(ConfigError, match="cannot be read"):
        is_trusted(store, tmp_path / "assure.toml", "00")


def test_the_commands_stop_on_a_wrong_workspace_file(logs, assure):
    (logs / "assure.toml").write_text("feedz = []")
    done = assure("reconcile", logs)
    assert done.returncode == 2
    assert "did you mean `feeds`?" in done.stderr


@pytest.mark.parametrize("table", ["[[feeds]]\nname = 'p'\npath = 'p.jsonl'", "[[tools]]\nname = 'p'"])
def test_a_kind_that_is_nearly_one_is_asked_about_and_one_of_your_own_is_not(logs, assure, table):
    file = logs / "assure.toml"
    for kind, asked in (("refnd", True), ("refund", False), ("spa_voucher", False)):
        file.write_text(f"{table}\nkind = '{kind}'\n")
        for done in (
            assure("config", logs),
            assure("reconcile", logs, "--config", file),
            assure("trust", file, "--yes"),
        ):
            assert (f"no claim is of the kind '{kind}'; did you mean `refund`?" in done.stderr) == asked
            assert done.returncode != 2


def test_the_doctor_tells_in_one_list_where_no_agent_keeps_logs(assure):
    told = assure("doctor").stdout
    assert told.count("  not there: ") == 1
    assert all(root.path.name in told for root in default_roots()), "the list is not cut off"


def test_the_doctor_tells_what_the_settings_name_and_is_not_there_and_what_they_leave_out(logs, assure, tmp_path):
    (tmp_path / "home").mkdir()
    settings = tmp_path / "home" / "config.toml"
    settings.write_text(f'roots = ["{logs}", "absent"]\n')
    told = assure("doctor")
    assert (told.returncode, told.stdout.count("absent")) == (1, 1)
    assert f"  ! {tmp_path / 'home' / 'absent'} does not exist, though `roots` in {settings} names it" in told.stdout
    settings.write_text(f'exclude = ["{logs}/*"]\n')
    told = assure("doctor", logs)
    assert f"{logs} is left out by `exclude` in {settings}" in told.stdout
    assert assure("reconcile", logs).returncode == 3


def test_the_doctor_tells_which_settings_count(logs, assure):
    assert "no assure.toml here" in assure("doctor", logs).stdout
    (logs / "assure.toml").write_text(FEED)
    assert f"{logs / 'assure.toml'} (not trusted" in assure("doctor", logs).stdout
    assert assure("trust", logs, "--yes").returncode == 0
    assert f"{logs / 'assure.toml'} (trusted)" in assure("doctor", logs).stdout


def test_trust_lists_what_is_asked_for_before_it_gives_it(logs, assure):
    (logs / "assure.toml").write_text(FEED)
    assert "waits for `assure-tui trust" in assure("reconcile", logs, "--fail-on", "critical").stderr
    refused = assure("trust", logs, input="")
    assert refused.returncode == 2
    assert "feed 'payments'" in refused.stdout
    assert assure("trust", logs, "--yes").returncode == 0
    assert "waits for" not in assure("reconcile", logs, "--fail-on", "critical").stderr


def test_every_key_is_shown_with_its_value_and_whether_a_file_says_it(assure, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text('operator = "ana"\n[escrow]\nkeep = 9\n')
    folder = tmp_path / "logs"
    folder.mkdir()
    workspace(folder, FEED)
    shown = assure("config", folder)
    assert shown.returncode == 0
    lines = shown.stdout.splitlines()
    assert '  operator = "ana"' in lines
    assert "  escrow.keep = 9" in lines
    assert "  escrow.exclude = []  (default)" in lines
    assert any("not trusted" in line and "assure.toml" in line for line in lines)
    assert any(line.startswith("  ! feed 'payments'") and "trust" in line for line in lines)
    users, workspaces = json.loads(assure("config", folder, "--format", "json").stdout)["files"]
    assert {key["key"] for key in users["keys"] if not key["by_default"]} == {"operator", "escrow.keep"}
    assert (workspaces["there"], len(workspaces["waiting"]) > 1) == (True, True)


def test_a_mistake_in_a_settings_file_is_named(assure, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text("operatr = 'ana'\n")
    done = assure("config")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `operator`?" in done.stderr


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("theme = 'darc'", "there is no theme 'darc': choose one of "),
        ("[keys]\nnext-findin = 'n'", "did you mean 'next-finding'?"),
        ("[keys]\nnote = 'q'", "on the same key 'q'"),
    ],
)
def test_config_finds_what_the_screen_would_refuse(assure, tmp_path, said, told):
    (tmp_path / "home").mkdir()
    settings = tmp_path / "home" / "config.toml"
    settings.write_text(said)
    done = assure("config")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{settings}: " in done.stderr
    assert told in done.stderr
    seen = assure("doctor")
    assert (seen.returncode, f"  ! {settings}: " in seen.stdout, told in seen.stdout) == (1, True, True)


def test_a_theme_that_is_named_on_the_command_line_is_no_mistake_of_the_settings(assure):
    done = assure("demo", "--theme", "darc")
    assert (done.returncode, "there is no theme 'darc'" in done.stderr) == (2, True)
    assert "config.toml" not in done.stderr


def test_a_pipe_in_the_place_of_the_trust_file_makes_nobody_wait(assure, tmp_path):
    (tmp_path / "assure.toml").write_text('exclude = ["*/drafts/*"]\n')
    (tmp_path / "home").mkdir()
    os.mkfifo(tmp_path / "home" / "trust.json")
    done = assure("config", stdin=subprocess.DEVNULL)
    assert (done.returncode, "trust.json cannot be read" in done.stderr) == (2, True)


def test_what_several_trust_at_once_is_all_trusted(tmp_path):
    store = tmp_path / "home" / "trust.json"
    paths = [tmp_path / str(number) / "assure.toml" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda path: trust(store, path, "00"), paths))
    assert all(is_trusted(store, path, "00") for path in paths)
