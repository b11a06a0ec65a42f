"""A list of commits below words that say that they were made: each line tells one."""

from __future__ import annotations

import pytest

LINES = "4be1f02  Round each rate to cents\n91c3d7a  Hold the rates in a table\n"
BLOCK = f"\n\n```\n{LINES}```\n"


@pytest.fixture
def committed(session):
    session.edit("rates.py")
    session.shell("git commit -qam one && git commit -qam two && git log --oneline -2", LINES)
    return session


def commits(session):
    return [claim.text for claim in session.run()[0] if claim.kind == "committed"]


def test_each_line_of_a_block_is_a_commit_and_so_is_what_heads_it(committed):
    committed.say(f"The branch `rates` has two commits:{BLOCK}")
    assert commits(committed) == ["The branch `rates` has two commits", *LINES.splitlines()]
    assert {outcome for _, outcome in committed.verdicts()} == {"confirmed"}


def test_each_item_is_a_commit(committed):
    committed.say(
        "Pushed, as two commits:\n\n1. `4be1f02 Round each rate to cents`\n2. `91c3d7a` Hold the rates in a table\n"
    )
    assert [text[:8] for text in commits(committed)][-2:] == ["`4be1f02", "`91c3d7a"]


def test_a_single_line_belongs_to_the_words_above_it(committed):
    committed.say("Committed:\n\n```\n4be1f02  Round each rate to cents\n```\n")
    assert commits(committed) == ["Committed"]


@pytest.mark.parametrize(
    "above", ["Recent commits:", "The log:", "These commits should be squashed:", "Not pushed yet:", "Their commits:"]
)
def test_commits_of_others_or_to_come_are_no_claims(committed, above):
    committed.say(f"{above}{BLOCK}")
    assert commits(committed)[:1] != ["4be1f02  Round each rate to cents"]
    assert not any(text.startswith(("4be1f02", "91c3d7a")) for text in commits(committed))


def test_a_run_that_committed_nothing_lists_what_it_found(session):
    session.shell("git log --oneline -2", LINES)
    session.say(f"The branch `rates` has two commits:{BLOCK}")
    assert commits(session) == []


def test_a_commit_that_was_not_made_is_told(committed):
    committed.shell("git commit -m three", "[rates 77ab01c] three\n 1 file changed")
    committed.say("I pushed two commits:\n\n```\n77ab01c  three\n5d5d5d5  Round what is left\n```\n")
    assert "phantom" in committed.codes()
