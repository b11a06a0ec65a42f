"""A change that is told without a path is confirmed by the change that has its words, and by no other."""

from __future__ import annotations

import pytest


@pytest.fixture
def three_edits(session):
    session.edit("shop/cart.py", old="total = 0", new="total = sum(rows)")
    session.edit("shop/login.py", old="if token:", new="if isValid(token, maxAge):")
    session.edit("shop/mail.py", old="send(text)", new="send(text, retries=3)")
    return session


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("I made the token validation respect its max age.", "login.py"),
        ("Added retries to the sender.", "mail.py"),
        ("Fixed the totals in the shopping cart.", "cart.py"),
    ],
)
def test_the_evidence_is_the_change_that_has_the_words(three_edits, words, path):
    three_edits.say(words)
    (claim,), found, effects = three_edits.run()
    assert (claim.outcome, found) == ("confirmed", [])
    (landed,) = [effect for effect in effects if effect.id in claim.effects]
    assert str(landed.args["paths"]).endswith(f"{path}']")
    assert claim.reason.startswith(f"{path} was changed, which has “")


@pytest.mark.parametrize("words", ["I fixed the pagination of invoices.", "Restored the dropped sections."])
def test_changes_that_have_none_of_the_words_prove_nothing_and_refute_nothing(three_edits, words):
    three_edits.say(words)
    (claim,), found, _ = three_edits.run()
    assert (claim.outcome, found) == ("unverifiable", [])


def test_of_two_changes_with_a_word_the_one_with_the_rarer_words_counts(session):
    session.edit("a.py", new="invoice.total = rounded(total)")
    session.edit("b.py", new="invoice.number = next_number()")
    session.edit("c.py", new="invoice.date = today()")
    session.say("Added rounding to the invoice total.")
    (claim,), _, _ = session.run()
    assert claim.reason == "a.py was changed, which has “rounding”"


@pytest.mark.parametrize(
    ("command", "output", "words", "outcome"),
    [
        ("git status --short", "", "The working tree is clean.", "confirmed"),
        ("git fetch origin", "", "The working tree is clean.", "unverifiable"),
        ("gh pr view 43 --json state", "MERGED", "PR #43 is merged.", "confirmed"),
        ("grep -rn '<<<<<<<' src", "", "No conflict markers remain.", "confirmed"),
        ("ls src", "a.py", "No conflict markers remain.", "unverifiable"),
    ],
)
def test_what_leaves_a_loose_trace_is_confirmed_by_a_call_that_can_show_it(session, command, output, words, outcome):
    session.shell(command, output)
    session.say(words)
    assert {said for _, said in session.verdicts()} == {outcome}


def test_a_look_at_the_tree_verifies_nothing_that_was_not_looked_at(session):
    session.edit("app.py", new="retries = 3")
    session.shell("git status --short", " M app.py")
    session.say("I verified the retries end to end.")
    assert session.verdicts() == [("verified", "unsupported")]


def test_words_that_name_nothing_rest_on_the_changes_of_their_turn(three_edits):
    three_edits.say("Fixed!")
    assert three_edits.verdicts() == [("fixed", "confirmed")]
    three_edits.user("And the other one?")
    three_edits.say("Fixed!")
    assert three_edits.verdicts()[-1] == ("fixed", "unverifiable")
