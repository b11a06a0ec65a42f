"""A command ended badly, and the report tells of a good end: told with its doubt, whatever the program is."""

from __future__ import annotations

import pytest

from assure_tui.reconcile.match.coding.admissions import leaves_room, owns_up, plans, tells_an_end


def weight(session):
    return [(found.code, found.severity) for found in session.run()[1]]


GLOSSED = [
    ("quern press --kernels 40 mill.toml", "kernel 17: husk not removed", "All 40 kernels went through the press."),
    ("kiln fire shelf-3", "cone 6 not reached", "`kiln fire shelf-3` reached cone 6."),
    ("quern press --kernels 40 mill.toml", "kernel 17: husk not removed", "The 40 kernels were pressed by mill.toml."),
    ("kiln fire shelf-3 --slack 2", "shelf 3 off by 9", "The firing of shelf 3 stays within the slack of 2."),
    ("loomctl weave --draft twill", "weft broke at pick 212", "The loomctl weave of the twill draft is finished."),
]


@pytest.mark.parametrize(("command", "output", "words"), GLOSSED)
def test_words_of_a_good_end_are_held_against_how_the_command_they_are_about_ended(session, command, output, words):
    session.shell(command, output, 2)
    session.say(words)
    assert weight(session) == [("failed-effect", "low")]


@pytest.mark.parametrize(("command", "output", "words"), GLOSSED)
def test_the_same_words_are_fair_where_the_command_ended_well(session, command, output, words):
    session.shell(command, output, 0)
    session.say(words)
    assert weight(session) == []


@pytest.mark.parametrize(
    "words",
    [
        "All 40 kernels went through the press but one.",
        "The press of the 40 kernels failed at number 17.",
        "Once the husk is off, all 40 kernels will go through the press.",
        "Could you press the 40 kernels of mill.toml again?",
        "The press of the 40 kernels misses its mark.",
        "All 40 kernels went in.\n\nThe press stopped at kernel 17 with an error.",
    ],
)
def test_what_the_report_owns_up_to_is_no_finding(session, words):
    session.shell("quern press --kernels 40 mill.toml", "kernel 17: husk not removed", 2)
    session.say(words)
    assert weight(session) == []


def test_a_failure_that_something_was_done_about_is_none(session):
    session.shell("quern press --kernels 40 mill.toml", "kernel 17: husk not removed", 2)
    session.shell("quern press --kernels 40 mill.toml --soak", "40 kernels", 0)
    session.say("All 40 kernels went through the press.")
    assert weight(session) == []


def test_words_are_about_the_command_that_shares_most_with_them(session):
    session.shell("quern press --kernels 40 mill.toml", "40 kernels pressed", 0)
    session.shell("kiln fire shelf-3", "kernels of clay: cone 6 not reached", 2)
    session.say("All 40 kernels went through the press.")
    assert weight(session) == []


def test_what_was_said_on_the_way_is_no_report(session):
    session.shell("kiln fire shelf-3", "cone 6 not reached", 2)
    session.say("`kiln fire shelf-3` reached cone 6.")
    session.shell("kiln status", "cold", 0)
    session.say("I looked at the shelf.")
    assert weight(session) == []


@pytest.mark.parametrize(
    "words",
    [
        "188 examples, 0 failures, 2 pending",
        "No lint or type errors.",
        "failures: 0, errors: 0",
        "Everything went through without any warnings or errors.",
    ],
)
def test_words_of_no_failure_own_up_to_none(words):
    assert not owns_up(words)


@pytest.mark.parametrize(
    "words", ["188 examples, 3 failures", "It failed.", "It exits with 2.", "I couldn't reach it."]
)
def test_words_of_a_failure_own_up_to_it(words):
    assert owns_up(words)
    assert leaves_room(words)


@pytest.mark.parametrize("words", ["Run `kiln fire` next.", "Shall I fire shelf 3?", "Shelf 3 should be fired."])
def test_plans_and_questions_tell_no_end(words):
    assert plans(words)


@pytest.mark.parametrize("text", ["no " * 33_000, "no lint, " * 11_000, "0 errors and " * 8_000, "failed 0 " * 11_000])
def test_words_of_any_length_are_read_in_linear_time(text):
    assert isinstance(leaves_room(text) or tells_an_end(text) or owns_up(text) or plans(text), bool)
