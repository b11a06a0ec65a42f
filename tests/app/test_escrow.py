"""The raw records of a log stay readable after the log was changed, as far as the limits allow."""

from __future__ import annotations

import json
import time

import pytest

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import GoneError
from tests.app.recording import append, entries, recording, sitting, until


def lines(first: int, last: int) -> str:
    made = []
    for number in range(first, last):
        common = {"sessionId": "s-1", "uuid": f"u-{number}", "cwd": "/w", "version": "2.1.0"}
        common["timestamp"] = f"2026-03-01T10:00:{number:02}.000Z"
        message = {"role": "user", "content": f"please do {number} for O-{number:03}"}
        made.append(json.dumps(common | {"type": "user", "message": message}) + "\n")
    return "".join(made)


def kept(home) -> list[dict]:
    return entries(home, "escrow")


def count(home) -> int:
    return sum(clear.get("count", 0) for clear in kept(home))


def test_a_record_that_was_deleted_from_the_log_is_read_out_of_escrow(home, folder):
    log = folder / "s-1.jsonl"
    with recording(home, folder):
        append(log, lines(0, 6))
        until(lambda: count(home) == 6)
    desk = Desk.open(home)
    try:
        (row,) = desk.runs()
        third = next(each for each in desk.events(row.id, 0, 9) if "do 2" in each.summary)
        assert desk.event_text(row.id, third.id) == "please do 2 for O-002"
        log.unlink()
        words, said = desk.event_text(row.id, third.id).split("\n")
        assert "no longer has this" in said
        assert words == "please do 2 for O-002", "the words, and not the record that they stand in"
        desk.forget(row.id)
        with pytest.raises(Exception, match="has no event"):
            desk.event_text(row.id, third.id)
    finally:
        desk.close()
    assert not any(b"please do 2" in path.read_bytes() for path in home.index.parent.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["chat.jsonl", "chat.json"])
def test_of_a_format_that_has_several_forms_the_words_are_read_out_of_escrow_too(home, folder, name):
    talk = [{"role": "user", "content": "Count the zebras."}, {"role": "assistant", "content": "There are three."}]
    log = folder / name
    with recording(home, folder), sitting(home) as desk:
        log.write_text(
            "".join(json.dumps(turn) + "\n" for turn in talk) if log.suffix == ".jsonl" else json.dumps(talk)
        )
        until(lambda: count(home))
        (row,) = desk.runs()
        said = next(each for each in desk.events(row.id, 0, 9) if each.kind == "agent")
        log.unlink()
        until(lambda: "no longer has this" in desk.event_text(row.id, said.id))
        assert desk.event_text(row.id, said.id).split("\n")[0] == "There are three."


def test_the_limit_stops_escrow_in_so_many_words_and_never_the_recording(home, folder):
    home.config.parent.mkdir(parents=True)
    home.config.write_text("[escrow]\nkeep = 1\n")
    log = folder / "s-1.jsonl"
    padding = json.dumps({"type": "summary", "sessionId": "s-1", "padding": "x" * 700_000}) + "\n"
    with recording(home, folder) as recorder:
        for number in range(4):
            append(log, lines(number, number + 1) + padding)
            time.sleep(0.6)
        until(lambda: any("no longer kept" in problem for problem in recorder.problems))
        until(lambda: any(clear.get("state") == "stopped" for clear in kept(home)))
        append(log, lines(7, 9))
        until(lambda: sum(clear["count"] for clear in entries(home, "observed")) == 10)
    assert [clear.get("state") for clear in kept(home)].count("stopped") == 1
    assert sum(clear["count"] for clear in entries(home, "observed")) == 10
    assert count(home) < 10


@pytest.mark.parametrize("setting", ["keep = 0", 'exclude = ["*s-1.jsonl"]'])
def test_what_is_left_out_is_not_kept(home, folder, setting):
    home.config.parent.mkdir(parents=True)
    home.config.write_text(f"[escrow]\n{setting}\n")
    log = folder / "s-1.jsonl"
    with recording(home, folder):
        append(log, lines(0, 3))
        until(lambda: entries(home, "observed"))
    log.unlink()
    assert kept(home) == []
    desk = Desk.open(home)
    try:
        (row,) = desk.runs()
        with pytest.raises(GoneError):
            desk.event_text(row.id, desk.events(row.id, 0, 1)[0].id)
    finally:
        desk.close()
