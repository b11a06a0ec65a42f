"""A log that was changed after it was recorded is a finding; one that was rotated or moved aside is none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from tests.app.recording import (
    append,
    events_seen,
    lines,
    observed,
    recorded_lines,
    recording,
    sitting,
    until,
)


def test_a_truncated_log_is_a_finding_and_is_recorded_anew(home, folder):
    log = folder / "s-1.jsonl"
    with recording(home, folder):
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
    log.write_text(lines(0, 3))
    with recording(home, folder), sitting(home) as desk:
        until(lambda: any(d.code == "record-altered" for row in desk.runs() for d in desk.run(row.id).discrepancies))
        (row,) = desk.runs("code:record-altered")
        assert row.worst == "critical"
        until(lambda: observed(home, log)[-1]["start"] == 0)


def test_a_copy_of_a_log_that_is_one_document_is_held_against_the_record(home, folder, tmp_path):
    log, copy = folder / "chat.json", tmp_path / "copy.json"
    asked = {"role": "user", "content": "Please count the zebras."}
    log.write_text(json.dumps({"messages": [asked]}))
    with recording(home, folder, backfill=True):
        until(lambda: home.ledger.exists() and len(observed(home, log)) == 1)
        log.write_text(json.dumps({"messages": [asked, {"role": "assistant", "content": "There are three."}]}))
        until(lambda: len(observed(home, log)) == 2)
    with sitting(home) as desk:
        assert desk.check_log(log) == []
        copy.write_text(log.read_text().replace("three", "seven"))
        (found,) = desk.check_log(log, copy)
        assert "its records from 1 to 2 are not those recorded" in found
        copy.write_text("emptied")
        assert "was rewritten into something else" in desk.check_log(log, copy)[0]


def told(desk: Desk, code: str) -> list[str]:
    """Give what findings of a code say."""
    return [found.message for row in desk.runs() for found in desk.run(row.id).discrepancies if found.code == code]


def rotate(log: Path, how: str, begins: str = "") -> None:
    """Put a log aside and begin a new one under its name, as programs that rotate logs do."""
    aside = log.with_name(log.name + ".1")
    if how == "renamed":
        log.rename(aside)
    else:
        aside.write_text(log.read_text())
    log.write_text(begins or lines(0, 3, session="s-2"))


@pytest.mark.parametrize("watched_meanwhile", [True, False])
@pytest.mark.parametrize("how", ["renamed", "copied and truncated"])
def test_a_log_that_was_rotated_was_not_altered(home, folder, how, watched_meanwhile):
    log = folder / "agent.jsonl"
    with recording(home, folder):
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
        if watched_meanwhile:
            rotate(log, how)
            until(lambda: sum(int(str(clear["count"])) for clear in observed(home, log)) == 13)
    if not watched_meanwhile:
        rotate(log, how)
    with recording(home, folder), sitting(home) as desk:
        until(lambda: sum(int(str(clear["count"])) for clear in observed(home, log)) == 13)
        until(lambda: any("unaltered in agent.jsonl.1" in message for message in told(desk, "source-gone")))
        assert len(desk.runs()) == 2
        assert told(desk, "record-altered") == []


@pytest.mark.parametrize("how", ["renamed", "copied and truncated"])
def test_a_log_that_was_rotated_while_its_run_went_on_was_not_altered(home, folder, how):
    log = folder / "agent.jsonl"
    with recording(home, folder), sitting(home) as desk:
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
        rotate(log, how, lines(10, 14))
        until(lambda: any("unaltered in agent.jsonl.1" in message for message in told(desk, "source-gone")))
        until(lambda: sum(int(str(clear["count"])) for clear in observed(home, log)) == 14)
        until(lambda: len(desk.runs()) == 2)  # what was recorded stays as it was, and what came later stands by itself
        until(lambda: min(row.events for row in desk.runs()) > 0)
        assert told(desk, "record-altered") == []
    rotate(log, how, lines(14, 16))  # once more, while nobody watches
    with recording(home, folder), sitting(home) as desk:
        until(lambda: len(desk.runs()) == 3)
        assert told(desk, "record-altered") == []


def test_a_log_that_says_again_what_was_rotated_away_was_altered(home, folder):
    log = folder / "agent.jsonl"
    with recording(home, folder), sitting(home) as desk:
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
        rotate(log, "renamed", lines(0, 3).replace("please do 1", "please do 7"))
        until(lambda: told(desk, "record-altered"))


@pytest.mark.parametrize("edit", [("please do 4", "please do 5"), ("please do 0", "please do 1")])
def test_a_log_that_was_edited_with_a_backup_beside_it_was_altered(home, folder, edit):
    log = folder / "agent.jsonl"
    with recording(home, folder):
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
    log.rename(folder / "agent.jsonl.bak")
    log.write_text((folder / "agent.jsonl.bak").read_text().replace(*edit))
    with recording(home, folder), sitting(home) as desk:
        until(lambda: told(desk, "record-altered"))


def test_a_log_that_was_put_aside_and_edited_was_altered(home, folder):
    log = folder / "agent.jsonl"
    with recording(home, folder):
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
    rotate(log, "renamed")
    aside = folder / "agent.jsonl.1"
    aside.write_text(aside.read_text().replace("please do 4", "please do 5"))
    with recording(home, folder), sitting(home) as desk:
        until(lambda: desk.runs("code:record-altered"))


def test_an_edited_record_is_a_finding(home, folder):
    log = folder / "s-1.jsonl"
    with recording(home, folder):
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
    log.write_text(log.read_text().replace("please do 4", "please do 5"))
    with recording(home, folder), sitting(home) as desk:
        until(lambda: desk.runs("code:record-altered"))


def test_an_edited_record_is_a_finding_though_the_index_is_gone(home, folder):
    log = folder / "s-1.jsonl"
    with recording(home, folder):
        append(log, lines(0, 10))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 10)
    log.write_text(log.read_text().replace("please do 4", "please do 5"))
    for path in home.index.parent.glob(home.index.name + "*"):
        path.unlink()
    with recording(home, folder), sitting(home) as desk:
        until(lambda: events_seen(home) >= 10)
        until(lambda: [row.worst for row in desk.runs("code:record-altered")] == ["critical"])


def findings(home: Home, code: str) -> list[str]:
    with sitting(home, read_only=True) as desk:
        return [row.source for row in desk.runs() for found in desk.run(row.id).discrepancies if found.code == code]


@pytest.mark.parametrize("place", ["folder", "link"])
def test_what_takes_the_place_of_a_log_is_not_read_as_if_it_were_that_log(home, folder, tmp_path, place):
    log, secret = folder / "s-1.jsonl", tmp_path / "secret.jsonl"
    secret.write_text(lines(0, 4, "secret"))
    with recording(home, folder):
        append(log, lines(0, 6))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 6)
        log.unlink()
        if place == "folder":
            log.mkdir()
        else:
            log.symlink_to(secret)
        until(lambda: findings(home, "source-gone"))
    with sitting(home, read_only=True) as desk:
        assert len(desk.runs()) == 1


def test_a_log_that_was_emptied_needs_somebody_at_once(home, folder):
    log = folder / "s-1.jsonl"
    with recording(home, folder), sitting(home) as desk:
        append(log, lines(0, 6))
        until(lambda: home.ledger.exists() and recorded_lines(home, log) == 6)
        desk.runs()
        os.truncate(log, 0)
        until(lambda: findings(home, "record-altered"))
        assert [row.attention for row in desk.runs()] == ["need"]
