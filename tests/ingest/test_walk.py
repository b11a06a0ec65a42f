from __future__ import annotations

import gzip
import json
import os
import pickle
from pathlib import Path

import pytest

from assure_tui.ingest.adapters.base import Head
from assure_tui.ingest.adapters.catalogue import ADAPTERS
from assure_tui.ingest.roots import default_roots
from assure_tui.ingest.walk import discover

LOGS = {
    "claude-code": {"type": "user", "uuid": "u", "sessionId": "s", "message": {"role": "user", "content": "hi"}},
    "codex": {"timestamp": "2026-07-01T10:00:00Z", "type": "session_meta", "payload": {"id": "x"}},
    "copilot-cli": {
        "type": "session.start",
        "data": {"sessionId": "s"},
        "id": "e1",
        "timestamp": "2026-07-01T10:00:00Z",
    },
    "openai-chat": {"role": "user", "content": "hi"},
    "anthropic-messages": {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
    "openai-responses": {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
    "qwen-code": {
        "type": "user",
        "uuid": "u",
        "sessionId": "s",
        "message": {"role": "user", "parts": [{"text": "hi"}]},
    },
    "assure": {"type": "session", "format": "assure/1", "id": "s"},
}
OTHERS = {
    "prompt history": {"session_id": "s", "ts": 1, "text": "hi"},
    "nested messages": {"samples": [{"messages": [{"role": "user", "content": "hi"}]}]},
    "anything": {"a": 1},
}


def names(found: list) -> list[str]:
    return [one.path.name for one in found]


@pytest.mark.parametrize("name", ["log.jsonl", "renamed.json", "log.ndjson"])
@pytest.mark.parametrize("adapter", LOGS)
def test_a_log_is_known_by_its_content_and_not_by_its_name(write, adapter, name):
    path = write(f"somewhere/{name}", [LOGS[adapter], LOGS[adapter]])
    (found,) = discover([path]).files
    assert found.adapter.name == adapter


@pytest.mark.parametrize("adapter", LOGS)
def test_half_a_character_on_every_line_hides_no_log(write, adapter):
    path = write("log.jsonl", [LOGS[adapter] | {"half": "\ud83d"}] * 2)
    assert [one.adapter.name for one in discover([path]).files] == [adapter]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda one: f"{one.name}-{one.form}")
def test_an_adapter_goes_to_other_processes(adapter):
    assert pickle.loads(pickle.dumps(adapter)).name == adapter.name


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_log_is_left_out_with_a_reason(write, kind):
    found = discover([write("log.jsonl", [OTHERS[kind]])])
    assert found.files == []
    assert [one.reason for one in found.skipped] == ["no known log format"]


def test_a_first_line_longer_than_the_head_is_read_to_its_end(write):
    meta = {"type": "session_meta", "payload": {"base_instructions": {"text": "x" * 300_000}, "id": "x"}}
    path = write("rollout.jsonl", [{"timestamp": "2026-07-01T10:00:00Z", **meta}])
    assert len(Head.read(path).data) == path.stat().st_size
    assert discover([path]).files[0].adapter.name == "codex"


def test_a_folder_is_walked_and_what_was_left_out_is_told(write, tmp_path):
    log = write("root/b/log.jsonl", [LOGS["codex"]])
    write("root/a/other.json", [OTHERS["anything"]])
    write("root/.git/log.jsonl", [LOGS["assure"]])
    for name in ("notes.txt", "image.png"):
        (tmp_path / "root" / name).write_text("x", encoding="utf-8")
    (tmp_path / "root" / "store.db").write_bytes(b"SQLite format 3\0")
    (tmp_path / "root" / "old.jsonl.zst").write_bytes(b"x")
    (tmp_path / "root" / "none.jsonl").touch()
    found = discover([tmp_path / "root"])
    assert [one.path for one in found.files] == [tmp_path / "root/.git/log.jsonl", log]
    assert {one.path.name: one.reason for one in found.skipped} == {
        "other.json": "no known log format",
        "store.db": "a database: this format is not read",
        "old.jsonl.zst": "compressed: packed files are not opened",
        "none.jsonl": "empty",
        "root": "files whose names no known log has: 2; one that you name is read all the same",
    }


def test_links_do_not_lead_out_of_a_root_and_cycles_end(write, tmp_path):
    log = write("root/a/log.jsonl", [LOGS["codex"]])
    secret = write("outside/secret.jsonl", [LOGS["codex"]])
    root = tmp_path / "root"
    (root / "out.jsonl").symlink_to(secret)
    (root / "outdir").symlink_to(secret.parent)
    (root / "inside").symlink_to(log.parent)
    (root / "a" / "loop").symlink_to(root)
    (root / "dangling.jsonl").symlink_to(root / "nowhere")
    found = discover([root])
    assert len(found.files) == 1
    reasons = {one.path.name: one.reason for one in found.skipped}
    assert reasons["out.jsonl"] == reasons["outdir"] == "a symbolic link that leads out of the folder"
    assert reasons["dangling.jsonl"] == "cannot be read: it is a link to what is not there"


def test_a_file_given_twice_or_linked_is_one_file(write, tmp_path):
    path = write("root/a.jsonl", [LOGS["codex"]])
    os.link(path, tmp_path / "root" / "b.jsonl")
    assert names(discover([tmp_path / "root", path, path]).files) == ["a.jsonl"]


def test_patterns_leave_files_and_folders_out(write, tmp_path):
    for name in ("a/one.jsonl", "b/two.jsonl", "b/three.jsonl"):
        write(f"root/{name}", [LOGS["codex"]])
    found = discover([tmp_path / "root"], exclude=["a", "*/three.*"])
    assert names(found.files) == ["two.jsonl"]
    assert [(one.path.name, one.reason) for one in found.skipped] == [
        ("root", "files and folders that `exclude` in the settings leaves out: 2")
    ]


def test_a_pattern_leaves_a_place_out_however_that_is_written(write, tmp_path, monkeypatch):
    write("root/a/one.jsonl", [LOGS["codex"]])
    write("root/b/two.jsonl", [LOGS["codex"]])
    monkeypatch.chdir(tmp_path / "root" / "b")
    for root in (tmp_path / "root", Path(".."), Path("../../root")):
        assert names(discover([root], exclude=[f"{tmp_path}/root/a/*"]).files) == ["two.jsonl"]


def test_what_cannot_be_read_is_told(tmp_path):
    found = discover([tmp_path / "missing"])
    assert [one.reason for one in found.skipped] == ["cannot be read: No such file or directory"]
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert [one.reason for one in discover([tmp_path]).skipped] == ["not a regular file"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs links to open files")
def test_a_pipe_that_is_handed_over_is_no_dangling_link():
    given, other = os.pipe()
    try:
        assert [one.reason for one in discover([Path(f"/proc/self/fd/{given}")]).skipped] == ["not a regular file"]
    finally:
        os.close(given)
        os.close(other)


def test_the_agents_own_variables_move_their_folders():
    home = Path("/home/kim")
    default = [root.path.as_posix() for root in default_roots({}, home)]
    assert default[:3] == [
        "/home/kim/.claude/projects",
        "/home/kim/.config/claude/projects",
        "/home/kim/.codex/sessions",
    ]
    variables = {"CLAUDE_CONFIG_DIR": "/c", "CODEX_HOME": "/x", "COPILOT_HOME": "/p", "GEMINI_CLI_HOME": "/g"}
    variables |= {"PI_CODING_AGENT_DIR": "/i", "OPENCLAW_STATE_DIR": "/o", "CLINE_DATA_DIR": "/l", "QWEN_HOME": "/q"}
    variables |= {"OPENHANDS_CONVERSATIONS_DIR": "/h"}
    moved = default_roots(variables, home)
    assert {root.path.as_posix() for root in moved if "globalStorage" not in root.path.parts} == {
        "/c/projects",
        "/x/sessions",
        "/x/archived_sessions",
        "/p/session-state",
        "/p/history-session-state",
        "/g/.gemini/tmp",
        "/q/projects",
        "/i/sessions",
        "/l/sessions",
        "/o/agents",
        "/h",
        "/home/kim/.kiro/sessions",
        "/home/kim/.kimi-code/sessions",
        "/home/kim/.kimi/sessions",
        "/home/kim/.factory/sessions",
        "/home/kim/.grok/sessions",
        "/g/.gemini/antigravity/brain",
        "/g/.gemini/antigravity-cli/brain",
        "/g/.gemini/antigravity-ide/brain",
    }


def test_tasks_of_editor_extensions_lie_where_the_editor_keeps_them():
    folders = {root.path.as_posix() for root in default_roots({"XDG_CONFIG_HOME": "/etc/kim"}, Path("/home/kim"))}
    assert {
        "/etc/kim/Code/User/globalStorage/saoudrizwan.claude-dev/tasks",
        "/home/kim/Library/Application Support/Code/User/globalStorage/rooveterinaryinc.roo-cline/tasks",
        "/home/kim/.vscode-server/data/User/globalStorage/kilocode.kilo-code/tasks",
    } <= folders


def test_a_hostile_head_is_judged_in_linear_time(tmp_path):
    path = tmp_path / "a.json"
    for data in (
        b'{"x":' + b'\\"' * 32_000 + b'"messages":[{',
        b'{"' * 32_000,
        json.dumps({"messages": []}).encode() + b" " * 60_000,
    ):
        path.write_bytes(data)
        assert discover([path]).files == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (('{"role": "user"}\n' * 3).encode("utf-16"), "UTF-16"),
        (('{"role": "user"}\n' * 3).encode("utf-16-le"), "UTF-16"),
        (gzip.compress(b"{}", mtime=0), "compressed"),
        (b"hello", "no known log format"),
    ],
)
def test_of_a_log_in_another_dress_it_is_told_what_to_do(tmp_path, data, said):
    (tmp_path / "run.jsonl").write_bytes(data)
    (skipped,) = discover([tmp_path / "run.jsonl"]).skipped
    assert said in skipped.reason
