"""Logs that are no growing file of lines are recorded as they change: a folder, a history, a database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from assure_tui.app.desk.watch import recorder_loop
from tests.app.recording import entries, recording, sitting, until

AT = "2026-03-01T12:00:00"
PRINTED = "1 failed, 2 passed in 0.1s"
SAID = "All 3 tests pass."


def found(home):
    return [clear.get("code") for clear in entries(home, "discrepancy")]


def test_a_folder_of_events_is_recorded_as_its_state_is_rewritten(home, folder):
    events = folder / "c-1" / "events"
    events.mkdir(parents=True)

    def write(number, kind, **fields):
        event = {"id": f"e{number}", "timestamp": AT, "source": "agent", "kind": kind} | fields
        (events / f"event-{number:05}-e{number}.json").write_text(json.dumps(event))

    def state(status):
        (folder / "c-1" / "base_state.json").write_text(
            json.dumps({"id": "c-1", "agent": {"llm": {"model": "m"}}, "execution_status": status})
        )

    with recording(home, folder):
        write(0, "MessageEvent", source="user", llm_message={"content": [{"type": "text", "text": "Run the tests."}]})
        state("running")
        until(lambda: entries(home, "observed"))
        run = {"kind": "TerminalAction", "command": "pytest -q"}
        write(1, "ActionEvent", action=run, tool_name="terminal", tool_call_id="c1")
        printed = {"content": [{"type": "text", "text": PRINTED}], "exit_code": 1}
        write(2, "ObservationEvent", observation=printed, tool_call_id="c1")
        write(3, "ActionEvent", action={"kind": "FinishAction", "message": SAID}, tool_name="finish", tool_call_id="c2")
        state("finished")
        until(lambda: "wrong-value" in found(home))


def test_a_history_of_a_repository_is_recorded_as_it_grows(home, folder):
    history = folder / ".aider.chat.history.md"
    with recording(home, folder):
        history.write_text("# aider chat started at 2026-03-01 12:00:00\n\n#### Add b.py  \n")
        until(lambda: entries(home, "observed"))
        with history.open("a") as file:
            file.write(
                "\nI created b.py.\n\n> Tokens: 1 sent, 1 received.\n> Applied edit to a.py  \n\n#### Thanks  \n"
            )
        until(lambda: "phantom" in found(home))


SCHEMA = """
CREATE TABLE session (id TEXT, parent_id TEXT, directory TEXT, version TEXT, time_created INTEGER);
CREATE TABLE message (id TEXT, session_id TEXT, time_created INTEGER, data TEXT);
CREATE TABLE part (id TEXT, message_id TEXT, session_id TEXT, data TEXT);
INSERT INTO session VALUES ('ses_1', NULL, '/srv', '1', 1);
"""


def add(database, number, info, *parts):
    message = f"msg_{number}"
    database.execute("INSERT INTO message VALUES (?, 'ses_1', ?, ?)", (message, number, json.dumps(info)))
    for at, part in enumerate(parts):
        name = f"prt_{number}{at}"
        database.execute("INSERT INTO part VALUES (?, ?, 'ses_1', ?)", (name, message, json.dumps(part)))
    database.commit()


def ask(database):
    database.executescript(SCHEMA)
    add(database, 1, {"role": "user"}, {"type": "text", "text": "Run the tests."})


def answer(database):
    state = {"status": "completed", "input": {"command": "pytest -q"}, "output": PRINTED, "metadata": {"exit": 1}}
    ran = {"type": "tool", "tool": "bash", "callID": "c1", "state": state}
    add(database, 2, {"role": "assistant", "finish": "stop"}, ran, {"type": "text", "text": SAID})


def test_a_database_is_recorded_row_by_row_and_nothing_of_it_is_kept_raw(home, folder):
    with closing(sqlite3.connect(folder / "opencode.db")) as database, recording(home, folder):
        database.execute("PRAGMA journal_mode = WAL")
        ask(database)
        until(lambda: entries(home, "observed"))
        answer(database)
        until(lambda: "wrong-value" in found(home))
    assert entries(home, "escrow") == []


def test_a_database_that_is_locked_when_it_changes_is_read_when_it_is_free_again(home, folder, monkeypatch):
    monkeypatch.setattr(recorder_loop, "AGAIN_SECONDS", 0.5)
    with closing(sqlite3.connect(folder / "opencode.db")) as database, recording(home, folder):
        database.execute("PRAGMA journal_mode = WAL")
        ask(database)
        until(lambda: entries(home, "observed"))
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        answer(database)
        with sitting(home, read_only=True) as desk:
            until(lambda: any("could not be read further" in problem for problem in desk.presence().problems))
        database.execute("PRAGMA locking_mode = NORMAL")
        database.execute("SELECT count(*) FROM part").fetchone()  # lets go of the lock, and changes nothing
        until(lambda: "wrong-value" in found(home))
