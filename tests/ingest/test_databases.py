"""Agents that keep their sessions in a database: it is read as it stands, and left as it was."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assure_tui.ingest.adapters import sqlite
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.ingest.reader import open_source
from assure_tui.ingest.walk import discover

OPENCODE = """
CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER);
CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, time_updated INTEGER, data TEXT);
"""
GOOSE = """
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT, working_dir TEXT, created_at TEXT);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, session_id TEXT, role TEXT, content_json TEXT, created_timestamp INTEGER
);
"""
HERMES = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, source TEXT, model TEXT, parent_session_id TEXT, started_at REAL, end_reason TEXT, cwd TEXT
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, session_id TEXT, role TEXT, content TEXT, tool_call_id TEXT, tool_calls TEXT,
    tool_name TEXT, timestamp REAL, display_kind TEXT, _compressed_summary INTEGER NOT NULL DEFAULT 0
);
"""


def database(path: Path, schema: str, **rows: list[tuple[Any, ...]]) -> sqlite3.Connection:
    made = sqlite3.connect(path)
    made.execute("PRAGMA journal_mode = WAL")
    made.executescript(schema)
    add(made, **rows)
    return made


def add(made: sqlite3.Connection, **rows: list[tuple[Any, ...]]) -> None:
    for table, listed in rows.items():
        for row in listed:
            made.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    made.commit()


def events(path: Path) -> list[Any]:
    return open_source(path).read().events


def of(found: list[Any], kind: type) -> list[Any]:
    return [event for event in found if isinstance(event, kind)]


def message(name: str, session: str, at: int, **data: Any) -> tuple[Any, ...]:
    return (name, session, at, at, json.dumps(data))


def part(name: str, owner: str, session: str = "ses_1", **data: Any) -> tuple[Any, ...]:
    return (name, owner, session, 0, json.dumps(data))


def bash(exit_code: int) -> dict[str, Any]:
    state = {"status": "completed", "input": {"command": "make"}, "output": "x", "metadata": {"exit": exit_code}}
    return {"type": "tool", "tool": "bash", "callID": "c1", "state": state}


ROWS: dict[str, list[tuple[Any, ...]]] = {
    "session": [
        ("ses_2", "ses_1", "/srv", "1.2", 20),
        ("ses_1", None, "/srv", "1.2", 10),
        ("ses_3", None, "/", "1", 30),
    ],
    "message": [
        message("msg_2", "ses_1", 2, role="assistant", modelID="m-1", finish="stop"),
        message("msg_1", "ses_1", 1, role="user"),
        message("msg_3", "ses_2", 3, role="user"),
    ],
    "part": [
        part("prt_3", "msg_2", type="text", text="It is built."),
        part("prt_2", "msg_2", **bash(0)),
        part("prt_1", "msg_1", type="text", text="Build it."),
        part("prt_4", "msg_3", "ses_2", type="text", text="Review it."),
    ],
}


def test_the_sessions_of_opencode_are_read_in_order(tmp_path):
    with closing(database(tmp_path / "opencode.db", OPENCODE, **ROWS)):
        found = events(tmp_path / "opencode.db")
    first, second = (one for one in of(found, RunStarted) if one.cwd)
    assert (first.native_id, second.native_id, second.parent) == ("ses_1", "ses_2", first.run)
    assert [turn.text for turn in of(found, UserTurn)] == ["Build it.", "Review it."]
    (result,) = of(found, ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == ("succeeded", 0, "structured")
    assert [(one.text, one.channel) for one in of(found, AgentText)] == [("It is built.", "final")]
    assert [one.adapter.name for one in discover([tmp_path]).files] == ["opencode"]


def test_an_exported_session_and_its_rows_are_the_same_run(tmp_path):
    export = {
        "info": {"id": "ses_1"},
        "messages": [{"info": {"role": "user"}, "parts": [{"type": "text", "text": "x"}]}],
    }
    (tmp_path / "ses_1.json").write_text(json.dumps(export, indent=1))
    with closing(database(tmp_path / "a.db", OPENCODE, **ROWS)):
        assert {event.run for event in events(tmp_path / "ses_1.json")} < {
            event.run for event in events(tmp_path / "a.db")
        }


def test_a_row_that_is_rewritten_is_read_as_it_is_then(tmp_path):
    path = tmp_path / "opencode.db"
    with closing(database(path, OPENCODE, **ROWS)) as made:
        reader = open_source(path)
        assert len(of(reader.read().events, ToolResult)) == 1
        made.execute("UPDATE part SET data = ? WHERE id = 'prt_2'", (json.dumps(bash(2)),))
        made.commit()
        again = reader.read().events
    assert [(one.status, one.exit_code) for one in of(again, ToolResult)] == [("failed", 2)]


def test_reading_leaves_the_database_and_its_folder_as_they_were(tmp_path):
    path = tmp_path / "opencode.db"
    database(path, OPENCODE, **ROWS).close()
    before, names = path.read_bytes(), sorted(os.listdir(tmp_path))  # noqa: PTH208 - names are what is compared
    assert names == ["opencode.db"]
    assert events(path)
    assert (path.read_bytes(), sorted(os.listdir(tmp_path))) == (before, names)  # noqa: PTH208


def test_a_program_that_writes_is_not_kept_waiting_and_its_last_rows_are_seen(tmp_path):
    path = tmp_path / "opencode.db"
    with closing(database(path, OPENCODE, **ROWS)) as made:
        made.execute("PRAGMA busy_timeout = 0")
        made.execute("BEGIN IMMEDIATE")
        assert len(of(events(path), ToolResult)) == 1
        add(made, part=[part("prt_9", "msg_1", type="text", text="Quickly.")])
        assert [turn.text for turn in of(events(path), UserTurn)][:2] == ["Build it.", "Quickly."]


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE session (id TEXT);",
        OPENCODE.replace("CREATE TABLE part", "CREATE TABLE parts"),
        OPENCODE.replace("CREATE TABLE part", "CREATE TABLE p") + "CREATE VIEW part AS SELECT * FROM p;",
    ],
)
def test_another_database_is_told_as_such(tmp_path, schema):
    database(tmp_path / "x.db", schema).close()
    found = discover([tmp_path])
    assert (found.files, [one.reason for one in found.skipped]) == ([], ["a database: this format is not read"])


def test_a_column_that_is_reckoned_is_not(tmp_path):
    schema = OPENCODE.replace(
        "session_id TEXT, time_updated INTEGER, data TEXT);",
        "session_id TEXT, time_updated INTEGER, data TEXT AS (hex(zeroblob(30000000))));",
    )
    assert schema != OPENCODE
    with closing(database(tmp_path / "x.db", schema)), pytest.raises(SourceError, match=r"no known log format"):
        events(tmp_path / "x.db")


def test_reading_ends_where_it_would_take_too_long_or_too_much(tmp_path, monkeypatch):
    database(tmp_path / "x.db", OPENCODE, **ROWS).close()
    reader = open_source(tmp_path / "x.db")
    monkeypatch.setattr(sqlite, "_STRIDE", 1)
    monkeypatch.setattr(sqlite, "MAX_WORK", 100)
    with pytest.raises(SourceError, match="interrupted"):
        reader.read()
    monkeypatch.setattr(sqlite, "MAX_DATABASE", 1000)
    with pytest.raises(SourceError, match="too large"):
        reader.read()


def test_a_damaged_database_is_told_so(tmp_path):
    path = tmp_path / "opencode.db"
    database(path, OPENCODE, **ROWS).close()
    reader = open_source(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(SourceError, match="no database that can be read"):
        reader.read()


def test_a_value_of_another_kind_costs_its_message(tmp_path):
    rows = ROWS | {"message": [*ROWS["message"], ("msg_0", "ses_1", 0, 0, b"\xff"), ("msg_x", "ses_1", None, 0, 3)]}
    rows["session"] = [*rows["session"], (7, 8, 9, 10, "x")]
    with closing(database(tmp_path / "x.db", OPENCODE, **rows)):
        reader = open_source(tmp_path / "x.db")
        assert len(of(reader.read().events, ToolResult)) == 1
    assert reader.tally.unknown_types == {"unexpected shape": 2}


def test_the_reader_does_not_look_into_other_tables(tmp_path):
    with closing(database(tmp_path / "x.db", OPENCODE, **ROWS)), pytest.raises(SourceError):
        sqlite.reading(
            tmp_path / "x.db", {"session": frozenset({"id"})}, lambda one: one.execute("DELETE FROM session").fetchall()
        )


def request(name: str = "developer__shell", **args: Any) -> dict[str, Any]:
    return {
        "type": "toolRequest",
        "id": "c1",
        "toolCall": {"status": "success", "value": {"name": name, "arguments": args}},
    }


def response(text: str = "x", status: str = "success", **more: Any) -> dict[str, Any]:
    value = {"content": [{"type": "text", "text": text}]} | more
    return {"type": "toolResponse", "id": "c1", "toolResult": {"status": status, "value": value}}


def goose(*blocks: tuple[str, list[Any]]) -> dict[str, list[tuple[Any, ...]]]:
    rows = [(None, "20260301_1", role, json.dumps(content), 1_790_000_000) for role, content in blocks]
    return {"sessions": [("20260301_1", "n", "/srv", "2026-03-01"), ("x", "n", "/", "2026")], "messages": rows}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


SESSION = (
    ("user", [text("Build it.")]),
    ("assistant", [{"type": "thinking", "thinking": "hm"}, text("I build."), request(command="make")]),
    ("user", [response("built")]),
    ("assistant", [text("It is built.")]),
)


def test_the_sessions_of_goose_are_read(tmp_path):
    with closing(database(tmp_path / "sessions.db", GOOSE, **goose(*SESSION))):
        found = events(tmp_path / "sessions.db")
    (started,) = of(found, RunStarted)
    assert (started.agent, started.native_id, started.cwd, started.time) == (
        "goose",
        "20260301_1",
        "/srv",
        1_790_000_000,
    )
    assert [turn.text for turn in of(found, UserTurn)] == ["Build it."]
    (call,) = of(found, ToolCall)
    assert (call.tool, call.args, call.mcp_server) == ("shell", {"command": "make"}, None)
    assert [(one.text, one.channel) for one in of(found, AgentText)] == [
        ("I build.", "commentary"),
        ("It is built.", "final"),
    ]
    assert [one.what for one in of(found, Boundary)] == ["turn_end"]


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        (request(command="make"), response("built"), ("unknown", None, "none")),
        (request(command="make"), response("x", structuredContent={"exit_code": 2}), ("failed", 2, "structured")),
        (request(command="make"), response("no", isError=True), ("failed", None, "none")),
        (request("shop__refund", id="7"), response("done"), ("succeeded", None, "none")),
        (request("shop__refund", id="7"), response("Error: no such id"), ("failed", None, "none")),
        (
            request("shop__refund", id="7"),
            {"type": "toolResponse", "id": "c1", "toolResult": {"status": "error", "error": "timed out"}},
            ("failed", None, "none"),
        ),
        (request("shop__refund"), response("The user has declined to run this tool. x"), ("denied", None, "none")),
    ],
)
def test_a_call_of_goose_ends_as_its_response_tells(log, asked, answered, expected):
    head = {"working_dir": "/srv", "description": "d", "message_count": 2}
    lines = [head, {"role": "assistant", "created": 1, "content": [asked]}, {"role": "user", "content": [answered]}]
    found = log("goose", lines)
    result = found.one(ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected
    assert found.one(RunStarted).cwd == "/srv"
    assert found.tally.unrecognised == 0


def test_an_edit_of_goose_names_its_file(log, write):
    lines = [
        {
            "role": "assistant",
            "content": [request("developer__text_editor", command="write", path="/a", file_text="x")],
        },
        {"role": "user", "content": [response("Successfully wrote to /a")]},
    ]
    assert [(one.path, one.op) for one in log("goose", lines).one(ToolResult).files] == [("/a", "create")]
    assert [found.adapter.name for found in discover([write("s.jsonl", lines)]).files] == ["goose"]


def hermes(call: str = "c1", **more: Any) -> dict[str, list[tuple[Any, ...]]]:
    function = {"name": "terminal", "arguments": json.dumps({"command": "make"})}
    asked = json.dumps([{"id": call, "type": "function", "function": function}])
    told = json.dumps({"output": "no rule", "exit_code": 2, "error": None})
    return {
        "sessions": [
            ("h-2", "cli", "m-1", "h-1", 20.0, None, "/srv"),
            ("h-1", "cli", "m-1", None, 10.0, "compression", "/srv"),
            ("h-3", "tool", "m-1", "h-2", 30.0, None, None),
        ],
        "messages": [
            (1, "h-1", "user", "Build it.", None, None, None, 1785000001.0, None, 0),
            (2, "h-1", "assistant", "", None, asked, None, 1785000002.5, None, 0),
            (3, "h-1", "tool", told, call, None, "terminal", 1785000003.0, None, 0),
            (4, "h-1", "assistant", "It does not build.", None, None, None, 1785000004.0, None, 0),
            (5, "h-2", "user", "Summary of before.", None, None, None, 1785000005.0, None, 1),
            (6, "h-2", "user", "Keep going.", None, None, None, 1785000006.0, "hidden", 0),
            (7, "h-2", "session_meta", None, None, None, None, 1785000007.0, None, 0),
            (8, "h-3", "user", "Look it up.", None, None, None, 1785000008.0, None, 0),
        ],
    } | more


def test_the_sessions_of_hermes_are_read(tmp_path):
    with closing(database(tmp_path / "state.db", HERMES, **hermes())):
        found = events(tmp_path / "state.db")
        assert [one.adapter.name for one in discover([tmp_path]).files] == ["hermes"]
    first, second, third = of(found, RunStarted)
    assert (first.native_id, first.model, first.cwd) == ("h-1", "m-1", "/srv")
    assert [(turn.text, turn.synthetic) for turn in of(found, UserTurn)] == [
        ("Build it.", False),
        ("Summary of before.", True),
        ("Keep going.", True),
        ("Look it up.", False),
    ]
    (call,), (result,) = of(found, ToolCall), of(found, ToolResult)
    assert (call.tool, call.args, call.time) == ("terminal", {"command": "make"}, 1785000002.5)
    assert (result.call_id, result.text, result.status, result.exit_code) == ("c1", "no rule", "failed", 2)
    assert [(one.text, one.channel) for one in of(found, AgentText)] == [("It does not build.", "final")]
    assert second.parent is None, "a session that goes on after a compaction was not started by the one before"
    assert third.parent == second.run


def test_a_database_of_hermes_with_rubbish_in_its_cells_is_read(tmp_path):
    rows = [(n, "h-1", *(b"\xff\x00",) * 5, b"x", 7, "x") for n in range(3)]
    rows.append((9, "h-1", "assistant", "x", 5, "[{", 1.5, "soon", None, 0))
    with closing(database(tmp_path / "state.db", HERMES, **hermes(messages=rows))):
        reader = open_source(tmp_path / "state.db")
        assert [one.text for one in of(reader.read().events, AgentText)] == ["x"]
        assert reader.tally.unrecognised == 4


SECOND = """
CREATE TABLE session_v2 (
    id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT, version TEXT, time_created INTEGER
);
CREATE TABLE session_message (
    id TEXT PRIMARY KEY, session_id TEXT, type TEXT, seq INTEGER, time_created INTEGER, time_updated INTEGER, data TEXT
);
"""


def row(seq: int, kind: str, session: str = "ses_9", **data: Any) -> tuple[Any, ...]:
    return (f"msg_{session}{seq}", session, kind, seq, seq * 1000, seq * 1000, json.dumps(data))


def tool(name: str, meta: dict[str, Any], *, said: str = "", status: str = "completed", **args: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": said}, {"type": "file", "uri": "data:", "mime": "image/png"}]
    state = {"status": status, "input": args, "content": content, "metadata": meta}
    if status == "error":
        state["error"] = {"type": "tool.execution", "message": "it was refused"}
    return {"type": "tool", "id": f"call_{name}", "name": name, "state": state}


def session(native: str, at: int, parent: str | None = None) -> tuple[Any, ...]:
    return (native, parent, "/srv/shop", "A title", "2.0.26", at)


def second(tmp_path: Path, *rows: tuple[Any, ...]) -> list[Any]:
    path = tmp_path / "opencode.db"
    with closing(database(path, SECOND, session_v2=[session("ses_9", 1)], session_message=list(rows))):
        source = open_source(path)
        found = source.read().events
    assert source.tally.unrecognised == 0, source.tally
    return found


def test_sessions_of_opencode_2_are_read(tmp_path):
    patch = "--- a\n+++ a\n@@ -1 +1 @@\n-old\n+new\n"
    found = second(
        tmp_path,
        row(1, "user", text="Make it new.", time={"created": 1_791_000_000_000}, files=[]),
        row(2, "model-switched", model={"id": "m-2", "providerID": "p"}),
        row(
            5,
            "assistant",
            model={"id": "m-2", "providerID": "p"},
            content=[
                {"type": "reasoning", "text": "hm"},
                {"type": "text", "text": "I edit it."},
                tool("edit", {"files": [{"file": "a.txt", "patch": patch, "status": "modified"}]}, path="a.txt"),
                tool("shell", {"status": "completed", "exit": 7}, said="no luck", command="make check"),
                tool("write", {}, status="error", path="b.txt"),
            ],
            finish="tool-calls",
        ),
        row(9, "system", text="The tools have changed."),
        row(
            12, "assistant", model={"id": "m-2"}, content=[{"type": "text", "text": "The check fails."}], finish="stop"
        ),
        row(15, "idle", outcome="succeeded"),
    )
    started = [event for event in of(found, RunStarted) if event.cwd]
    assert [(event.native_id, event.cwd, event.agent_version) for event in started] == [
        ("ses_9", "/srv/shop", "2.0.26")
    ]
    assert [event.model for event in of(found, RunStarted) if event.model] == ["m-2"]
    assert [(turn.text, turn.synthetic) for turn in of(found, UserTurn)] == [
        ("Make it new.", False),
        ("The tools have changed.", True),
    ]
    assert of(found, UserTurn)[0].time == 1_791_000_000.0
    assert [(call.tool, call.args) for call in of(found, ToolCall)] == [
        ("edit", {"path": "a.txt"}),
        ("shell", {"command": "make check"}),
        ("write", {"path": "b.txt"}),
    ]
    edited, ran, wrote = of(found, ToolResult)
    assert (edited.status, edited.files[0].path, edited.files[0].op) == ("succeeded", "a.txt", "edit")
    assert (ran.status, ran.exit_code, ran.exit_source, ran.text) == ("failed", 7, "structured", "no luck")
    assert wrote.status == "failed"
    assert "it was refused" in wrote.text
    assert [(text.text, text.channel) for text in of(found, AgentText)] == [
        ("I edit it.", "commentary"),
        ("The check fails.", "final"),
    ]
    assert "turn_end" in [event.what for event in of(found, Boundary)]


def test_a_command_of_opencode_2_that_goes_on_ends_when_the_program_tells(tmp_path):
    call = tool("shell", {"status": "running", "shellID": "sh_1"}, said="in the background", command="make all")
    told = {"source": "shell", "shellID": "sh_1", "state": "completed", "exit": 2}
    found = second(
        tmp_path,
        row(1, "user", text="Build all."),
        row(2, "assistant", model={"id": "m"}, content=[call], finish="tool-calls"),
        row(3, "synthetic", text="it ended", metadata=told),
        row(4, "synthetic", text="something else", metadata={"shellID": "sh_7", "state": "completed", "exit": 0}),
    )
    assert [(result.call_id, result.status, result.exit_code) for result in of(found, ToolResult)] == [
        ("call_shell", "running", None),
        ("call_shell", "failed", 2),
    ]


def test_calls_that_code_of_the_agent_makes_in_opencode_2_are_calls_of_the_run(tmp_path):
    calls = [
        {"tool": "billing.create_refund", "status": "completed", "input": {"amount": 40}},
        {"tool": "billing.list", "status": "error", "input": None},
    ]
    code = tool("execute", {"toolCalls": calls}, said="done", code="await tools.billing.create_refund({amount: 40})")
    found = second(tmp_path, row(1, "user", text="Refund it."), row(2, "assistant", content=[code], finish="stop"))
    made = {call.call_id: call for call in of(found, ToolCall)}
    ended = [(made[result.call_id].tool, result.status) for result in of(found, ToolResult)]
    assert ended == [
        ("execute", "succeeded"),
        ("billing.create_refund", "succeeded"),
        ("billing.list", "failed"),
    ]
    assert next(call for call in made.values() if "refund" in call.tool).args == {"amount": 40}


def test_a_database_of_opencode_that_was_upgraded_tells_of_each_session_once(tmp_path):
    path = tmp_path / "opencode.db"
    upgraded = [
        row(1, "user", "ses_1", text="Build it."),
        row(2, "assistant", "ses_1", content=[{"type": "text", "text": "It is built."}], finish="stop"),
        row(3, "user", "ses_1", text="Now go on in the new version."),
        row(1, "user", "ses_9", text="Something new."),
    ]
    rows = {**ROWS, "session_v2": [session("ses_1", 10), session("ses_9", 40)], "session_message": upgraded}
    with closing(database(path, OPENCODE + SECOND, **rows)):
        found = events(path)
    names = [event.native_id for event in of(found, RunStarted) if event.cwd]
    assert names == ["ses_1", "ses_2", "ses_9"]
    assert "Now go on in the new version." in [turn.text for turn in of(found, UserTurn)]
    assert [text.text for text in of(found, AgentText)].count("It is built.") == 1


def test_between_the_versions_the_messages_of_the_first_count_where_there_are_any(tmp_path):
    path = tmp_path / "opencode.db"
    between = [row(1, "user", "ses_1", text="a projection"), row(1, "user", "ses_3", text="Only here.")]
    with closing(database(path, OPENCODE + SECOND.partition(";")[2], **ROWS, session_message=between)):
        found = events(path)
    said = [turn.text for turn in of(found, UserTurn)]
    assert "a projection" not in said
    assert "Only here." in said


def test_what_opencode_2_may_yet_write_is_counted(tmp_path):
    path = tmp_path / "opencode.db"
    odd = [row(1, "user", text="Hello."), row(2, "telepathy", text="?"), row(3, "user", text=["no", "text"])]
    odd.append(row(4, "assistant", content=[{"type": "hologram"}]))
    with closing(database(path, SECOND, session_v2=[session("ses_9", 1)], session_message=odd)):
        source = open_source(path)
        found = source.read().events
    assert [turn.text for turn in of(found, UserTurn)] == ["Hello."]
    assert source.tally.unknown_types == {"message telepathy": 1, "unexpected shape": 1, "content hologram": 1}


CRUSH = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, parent_session_id TEXT, title TEXT, message_count INTEGER, updated_at INTEGER,
    created_at INTEGER
);
CREATE TABLE messages (
    id TEXT PRIMARY KEY, session_id TEXT, role TEXT, parts TEXT, model TEXT, created_at INTEGER, updated_at INTEGER,
    finished_at INTEGER, provider TEXT, is_summary_message INTEGER DEFAULT 0
);
"""


def said(role: str, *parts: tuple[str, dict[str, Any]], at: int = 1785000000, summary: int = 0) -> tuple[Any, ...]:
    told = json.dumps([{"type": kind, "data": data} for kind, data in parts])
    return (f"m{at}", "s1", role, told, "m-1" if role == "assistant" else "", at, at, None, None, summary)


def crush(tmp_path: Path, *messages: tuple[Any, ...]) -> list[Any]:
    path = tmp_path / "crush.db"
    database(path, CRUSH, sessions=[("s1", None, "t", 1, 9, 1)], messages=list(messages)).close()
    return events(path)


def asked(name: str, call: str = "c1", **args: Any) -> tuple[str, dict[str, Any]]:
    return ("tool_call", {"id": call, "name": name, "input": json.dumps(args), "finished": True})


def answered(content: str, *, error: bool = False, call: str = "c1", **beside: Any) -> tuple[str, dict[str, Any]]:
    data = {"tool_call_id": call, "name": "", "content": content, "metadata": json.dumps(beside), "is_error": error}
    return ("tool_result", data)


def test_the_sessions_of_crush_are_read(tmp_path):
    path = tmp_path / "crush.db"
    rows = {
        "sessions": [("s1", None, "t", 4, 9, 1), ("m1$$c9", "s1", "t", 1, 9, 2)],
        "messages": [
            said("user", ("text", {"text": "Build it."}), ("finish", {"reason": "stop"})),
            said("assistant", ("reasoning", {"thinking": "hm"}), asked("bash", command="make"), at=1785000001),
            said("tool", answered("done\n\n<cwd>/srv/app</cwd>", working_directory="/srv/app"), at=1785000002),
            said("assistant", ("text", {"text": "Built."}), ("finish", {"reason": "end_turn"}), at=1785000003),
            ("x", "m1$$c9", "user", json.dumps([{"type": "text", "data": {"text": "Look."}}]), "", 5, 5, None, None, 0),
        ],
    }
    database(path, CRUSH, **rows).close()
    found = events(path)
    main, *_, child = of(found, RunStarted)
    assert (child.parent, child.parent_call) == (main.run, "c9")
    assert {start.cwd for start in of(found, RunStarted) if start.run == main.run} == {None, "/srv/app"}
    assert [turn.text for turn in of(found, UserTurn)] == ["Build it.", "Look."]
    assert of(found, ToolCall)[0].args == {"command": "make"}
    (result,) = of(found, ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == ("succeeded", 0, "implied")
    (words,) = of(found, AgentText)
    assert (words.text, words.channel) == ("Built.", "final")
    assert [seam.what for seam in of(found, Boundary)] == ["turn_end"]


@pytest.mark.parametrize(
    ("tool", "answer", "expected"),
    [
        ("bash", answered("boom\nExit code 2\n\n<cwd>/srv</cwd>"), ("failed", 2, "text")),
        ("bash", answered("Exit code 2 is what it printed"), ("succeeded", 0, "implied")),
        ("bash", answered("x\nCommand was aborted before completion\n\n<cwd>/srv</cwd>"), ("unknown", None, "none")),
        ("bash", answered("User denied permission", error=True), ("denied", None, "none")),
        ("bash", answered("Background shell started", shell_id="001", background=True), ("running", None, "none")),
        ("edit", answered("old_string not found", error=True), ("failed", None, "none")),
    ],
)
def test_a_call_of_crush_ends_as_its_answer_tells(tmp_path, tool, answer, expected):
    found = crush(tmp_path, said("assistant", asked(tool)), said("tool", answer, at=1785000001))
    (result,) = of(found, ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected
    assert result.files == ()


def test_edits_of_crush_have_their_hunks(tmp_path):
    edits = [{"old_string": "a", "new_string": "b"}, {"old_string": "c", "new_string": "d"}]
    found = crush(
        tmp_path,
        said("assistant", asked("multiedit", file_path="/srv/a.py", edits=edits), asked("write", "c2", file_path="/b")),
        said(
            "tool",
            answered("Applied 2 edits"),
            answered("File successfully written", call="c2", diff="--- a/b\n+++ b/b\n@@ -0,0 +1 @@\n+x\n"),
            at=1785000001,
        ),
    )
    first, second = (result.files[0] for result in of(found, ToolResult))
    assert first.diff == "@@ -1,1 +1,1 @@\n-a\n+b\n@@ -1,1 +1,1 @@\n-c\n+d"
    assert second.diff == "@@ -0,0 +1 @@\n+x\n"


def test_a_command_of_crush_that_goes_on_is_asked_for_later(tmp_path):
    found = crush(
        tmp_path,
        said("assistant", asked("bash", command="make")),
        said("tool", answered("Background shell started with ID: 001", shell_id="001"), at=1785000001),
        said("assistant", asked("job_output", "c2", shell_id="001"), at=1785000002),
        said("tool", answered("Status: completed\n\nExit code 2", call="c2", shell_id="001", done=True), at=1785000003),
    )
    first, second = of(found, ToolResult)
    assert (first.status, second.reads_from, second.status, second.exit_code) == ("running", "c1", "failed", 2)


def test_what_crush_summed_up_is_no_word_of_the_agent_and_new_parts_are_counted(tmp_path):
    path = tmp_path / "crush.db"
    parts = [said("assistant", ("text", {"text": "So far."}), summary=1), said("user", ("hologram", {}), at=1785000001)]
    database(path, CRUSH, sessions=[("s1", None, "t", 1, 9, 1)], messages=parts).close()
    reader = open_source(path)
    found = reader.read().events
    assert of(found, AgentText) == []
    assert [seam.what for seam in of(found, Boundary)] == ["compaction"]
    assert reader.tally.unknown_types == {"part hologram": 1}
