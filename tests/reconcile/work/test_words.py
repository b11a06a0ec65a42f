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


@pytest.mark.parametrize("words", ["I fixed the pagination of invoices.", "Fixed!"])
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
