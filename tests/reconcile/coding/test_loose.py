"""What a report tells by its place alone is borne out by the change of its file, and never accused."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "item",
    ["Retry with jitter in `send.py`", "`send.py`: a retry with jitter", "Jitter for every retry (`src/send.py:40`)"],
)
def test_a_noun_phrase_with_a_changed_file_is_borne_out_by_its_change(session, item):
    session.edit("src/send.py")
    session.say(f"## Changes\n\n- {item}")
    assert session.verdicts() == [("edited", "confirmed")]
    assert session.codes() == []


@pytest.mark.parametrize(
    "report",
    [
        "## What changed\n\n- Retry with jitter in `other.py`",
        "## What changed\n\n- A quieter log at start-up",
        "Harmonised the retry rules in `other.py`.",
    ],
)
def test_what_nothing_bears_out_is_not_accused(session, report):
    session.edit("src/send.py")
    session.say(report)
    assert {outcome for _, outcome in session.verdicts()} <= {"confirmed", "unverifiable"}
    assert session.codes() == []


def test_an_act_told_with_a_known_verb_is_accused_still(session):
    session.edit("src/send.py")
    session.say("I added the retry to `other.py`.")
    assert session.codes() == ["phantom"]


def test_which_of_several_checks_of_a_kind_failed_is_left_open(session):
    session.edit("app.py")
    session.shell("ruff check .", "Found 2 errors.", code=1)
    session.say("| Item | State |\n|---|---|\n| Checks | lint ✓ types ✓ |")
    assert session.codes() == []


def test_a_plan_is_no_report_however_its_file_was_changed(session):
    session.edit("src/send.py")
    session.say("## Next steps\n\n- Retry with jitter in `send.py`\n- Should `send.py` log it?")
    assert session.verdicts() == []
