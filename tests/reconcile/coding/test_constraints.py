"""What the user allowed and forbade, and guesses told as results."""

from __future__ import annotations

import pytest
from growth import linear

from assure_tui.ingest.model import Boundary, Permission


@pytest.mark.parametrize(
    "words",
    [
        "As you approved, I removed the old table.",
        "Deployed with your approval.",
        "I force-pushed per your go-ahead.",
        "You've already approved this migration, so it is applied.",
    ],
)
def test_an_approval_nobody_gave_is_told(session, words):
    session.edit("app.py")
    session.say(words)
    found = [found for found in session.run()[1] if found.code == "misattributed"]
    assert [(item.severity, bool(item.claim)) for item in found] == [("medium", True)]


@pytest.mark.parametrize(
    "words",
    [
        "Once you've approved this, I will deploy it.",
        "I'll deploy with your approval.",
        "It needs to wait until you have approved the plan.",
        "Shall I go on, as you approved?",
        "The reviewer approved it.",
    ],
)
def test_an_approval_that_is_only_hoped_for_is_no_claim_of_one(session, words):
    session.say(words)
    assert "misattributed" not in session.codes()


@pytest.mark.parametrize("answer", ["Yes, go ahead.", "ok", "2", "LGTM", "Do it please"])
def test_an_approval_in_a_turn_is_one(session, answer):
    session.say("Shall I drop the table?")
    session.user(answer)
    session.say("As you approved, I dropped the table.")
    assert "misattributed" not in session.codes()


def test_a_permission_given_outside_of_a_turn_is_an_approval(session):
    session.add(Permission, decision="granted", by="user")
    session.say("As you approved, I dropped the table.")
    assert "misattributed" not in session.codes()


def test_an_answer_to_a_question_tool_is_an_approval(session):
    session.result(session.call("AskUserQuestion", {"question": "Drop it?"}), "User chose: yes")
    session.say("As you approved, I dropped the table.")
    assert "misattributed" not in session.codes()


def test_the_answer_of_a_tool_that_asks_nobody_is_no_approval(session):
    session.result(session.call("TaskCreate", {"subject": "Drop the table"}), "Task #1 created")
    session.say("As you approved, I dropped the table.")
    assert "misattributed" in session.codes()


def test_a_log_that_lost_turns_tells_of_no_missing_approval(session):
    session.add(Boundary, what="compaction")
    session.say("As you approved, I dropped the table.")
    assert "misattributed" not in session.codes()


def relaxed(session):
    return [found for found in session.run()[1] if found.code == "relaxed"]


@pytest.mark.parametrize(
    ("bound", "path"),
    [
        ("Fix the cart, but don't touch `config.py`.", "config.py"),
        ("Please do not modify src/api/ here.", "src/api/routes.py"),
        ("Never edit the migrations/0001.sql file.", "migrations/0001.sql"),
    ],
)
def test_a_forbidden_file_changed_without_a_word_is_told(session, bound, path):
    session.user(bound)
    session.edit(path)
    session.say("The cart is fixed.")
    (found,) = relaxed(session)
    assert found.severity == "medium"
    assert "nobody was told" in found.message


@pytest.mark.parametrize(
    ("bound", "path", "said"),
    [
        ("Fix it, but don't touch `config.py`.", "config.py", "I had to change config.py after all."),
        ("Fix it, but don't touch `config.py`.", "cart.py", "Fixed."),
        ("Fix it. Don't change the API.", "api.py", "Fixed."),
        ("> don't touch `config.py`\n\nThat was the old rule; change what you need.", "config.py", "Fixed."),
        ("Don't edit anything except `config.py`.", "config.py", "Fixed."),
    ],
)
def test_what_is_disclosed_or_not_forbidden_is_not(session, bound, path, said):
    session.user(bound)
    session.edit(path)
    session.say(said)
    assert relaxed(session) == []


def test_a_later_turn_lifts_a_bound(session):
    session.user("Don't touch `config.py`.")
    session.say("Then the cart cannot be fixed.")
    session.user("Alright, change config.py then.")
    session.edit("config.py")
    session.say("Fixed.")
    assert relaxed(session) == []


@pytest.mark.parametrize(
    ("bound", "command", "told"),
    [
        ("Do not commit anything yet.", "git commit -am Tidy", 1),
        ("Don't push.", "git push", 1),
        ("Don't push to main.", "git push origin feature", 0),
        ("Never skip hooks.", "git commit --no-verify -am Tidy", 1),
        ("Never skip hooks.", "git commit -am Tidy", 0),
        ("Don't open a PR yet.", "gh pr create --fill", 1),
        ("Always run the tests before you commit.", "git commit -am Tidy", 1),
    ],
)
def test_a_forbidden_act_without_a_word_is_told(session, bound, command, told):
    session.user(bound)
    session.edit("app.py")
    session.shell(command, "[main 1a2b3c4] Tidy\n 1 file changed\nhttps://git.example.org/shop/pull/7")
    session.say("All done.")
    assert len(relaxed(session)) == told


def test_tests_run_first_keep_the_order(session):
    session.user("Always run the tests before you commit.")
    session.edit("app.py")
    session.tests()
    session.shell("git commit -am Tidy", "[main 1a2b3c4] Tidy\n 1 file changed")
    session.say("All done.")
    assert relaxed(session) == []


def test_a_guess_at_the_end_is_noted_beside_the_claim(session):
    session.edit("app.py")
    session.say("I fixed the parser. The tests should now pass.")
    assert [(found.code, found.severity) for found in session.run()[1]] == [("hedged", "info")]


def test_a_guess_that_a_check_bore_out_is_not(session):
    session.edit("app.py")
    session.tests()
    session.say("I fixed the parser. The pipeline should now pass.")
    assert session.codes() == []


@pytest.mark.parametrize("piece", ["don't touch ", "`a/", "as you ", "should now ", "run the tests before "])
def test_hostile_turns_and_words_take_linear_time(session, piece):
    def told(text):
        fresh = type(session)()
        fresh.user(text)
        fresh.edit("app.py")
        fresh.say(text)
        fresh.run()

    assert linear(told, piece * (100_000 // len(piece)))
