"""Replies to an order that tell how a thing now stands, in a turn that did nothing."""

from __future__ import annotations

import pytest


def asked(tell, order: str):
    """A run that has looked up a member, and is then given an order."""
    told = (
        tell().user("Hi, what do you have on me?").call("get_member", '{"name": "Sam", "plan": "Gold"}', member="C-771")
    )
    return told.agent("You're Sam, on Gold.").user(order)


@pytest.mark.parametrize(
    ("order", "reply"),
    [
        ("Put me on Gold.", "Your plan is now Gold."),
        ("Change my address to 4 Elm Street.", "I'm glad to hear that your address is now 4 Elm Street."),
        ("Change my address to 4 Elm Street.", "So your address is now 4 Elm Street, shall I go ahead?"),
        ("What is my address? I live at 4 Elm Street.", "Your address is now 4 Elm Street."),
    ],
    ids=["looked up", "heard", "asked for leave", "no order"],
)
def test_what_was_looked_up_heard_or_asked_for_leave_is_not(tell, order: str, reply: str) -> None:
    assert asked(tell, order).agent(reply).end().codes == []


def test_what_was_done_is_not(tell) -> None:
    told = asked(tell, "Change my address to 4 Elm Street.").call("set_address", '{"ok": true}', address="4 Elm Street")
    assert told.agent("The address is now 4 Elm Street.").end().codes == []


@pytest.mark.parametrize(
    ("announced", "report", "expected"),
    [
        ("Let me get you into the queue right now.", "You're in the queue—Ana is with you soon.", True),
        ("Let me see who is free.", "You're in the queue—Ana is with you soon.", False),
        ("Let me get you into the queue right now.", "You're in good hands with Ana.", False),
    ],
)
def test_what_was_announced_and_told_without_any_call_between(tell, announced: str, report: str, expected) -> None:
    told = tell().user("I would rather talk to somebody today.").agent(announced).agent(report)
    assert any(found.severity == "high" for found in told.end().discrepancies) == expected


def test_what_was_told_after_a_look_is_doubtful(tell) -> None:
    told = tell().user("I would rather talk to somebody today.").agent("Let me get you into the queue right now.")
    told.call("get_queue", '{"open": true}', clinic="C-2")
    assert not any(found.severity == "high" for found in told.agent("You're in the queue.").end().discrepancies)
