"""What a title or the first words of a line make of what is told: changes of the run, another's, or none yet."""

from __future__ import annotations

import pytest

ITEMS = "\n\n- Added a `limit` to the rates\n- **Sorter** - keeps the rates in order of their day\n"


def told(session, text):
    session.edit("rates.py", new="limit = 3  # sorter of rates by day")
    session.say(text)
    return [claim.text for claim in session.run()[0]]


@pytest.mark.parametrize("title", ["What's been added:", "What was added:"])
def test_items_beneath_what_was_done_are_changes(session, title):
    assert len(told(session, f"{title}{ITEMS}")) == 2


@pytest.mark.parametrize("title", ["What to watch:", "How we'll know that it works:", "What they have tried:"])
def test_items_of_what_is_to_come_or_of_others_are_none(session, title):
    assert len(told(session, f"{title}\n\n- **Sorter** - keeps the rates in order of their day\n")) == 0


def test_what_a_new_document_covers_is_no_change_of_its_own(session):
    items = "\n\n- Setup: a table of rates\n- Rounding: one rule for all of them\n"
    assert len(told(session, f"I wrote a plan in `plan.md`, covering setup to release:{items}")) == 1


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("Good, I now have a complete picture of the rates.", 0),
        ("The sorter now has a `limit` of its own.", 1),
        ("I'm now stress-testing the sorter, which was updated to keep the `limit`.", 0),
        ("The branch is ahead by two commits.", 1),
    ],
)
def test_what_the_agent_has_or_is_doing_is_no_change(session, words, number):
    assert len(told(session, words)) == number


def test_checks_that_were_rerun_are_told_by_their_commands(session):
    session.edit("rates.py")
    session.shell("quern grind --all", "all ground")
    session.say("Checks rerun after the edit:\n\n- `quern grind --all`\n")
    assert [claim.text for claim in session.run()[0]] == ["`quern grind --all`"]
    assert session.codes() == []


def test_a_row_that_is_ticked_off_is_read_in_a_report_that_told_of_changes(session):
    text = "I added a `limit` to `rates.py`.\n\n| Part | State |\n|---|---|\n| Mirror | ✅ ready, holds all 18 |\n"
    assert len(told(session, text)) == 2


@pytest.mark.parametrize(("asked", "number"), [(False, 2), (True, 0)])
def test_instructions_are_changes_only_in_a_turn_that_changed_files(session, asked, number):
    session.edit("rates.py", new="limit = 3")
    if asked:
        session.user("How would you write it for the other sheet?")
    session.say("Key changes:\n\n- Remove the old `limit` of the rates\n- Use one rule for all rates\n")
    assert len(session.run()[0]) == number
