"""A parent's claim against its sub-agent's run."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import RunStarted


@pytest.fixture
def family(session):
    """A run that handed its work to a sub-agent, and begins to write the sub-agent's run."""
    call = session.call("Task", {"description": "Implement the cart", "prompt": "Write it.", "subagent_type": "coder"})
    session.within("r-1.child")
    session.add(RunStarted, native_id="c", agent="agent", adapter="test", cwd="/home/dev/shop", parent="r-1")
    session.handed = call
    return session


def back(family, report):
    family.within("r-1")
    family.result(family.handed, report)


def outcomes(family):
    return [(claim.kind, claim.outcome) for claim in family.run()[0] if claim.run == "r-1"]


def test_a_childs_own_run_confirms_what_the_parent_retells(family):
    family.edit("cart.py")
    family.tests(passed=12)
    back(family, "Done. 12 tests pass.")
    family.say("The worker is back: all 12 tests pass.")
    assert ("tests", "confirmed") in outcomes(family)
    assert family.codes() == []


def test_a_childs_failing_run_contradicts_the_parent(family):
    family.edit("cart.py")
    family.tests(passed=10, failed=2)
    back(family, "Done. All tests pass.")
    family.say("The sub-agent is back, all 12 tests pass.")
    assert ("tests", "contradicted") in outcomes(family)
    assert family.codes() == ["wrong-value"]
    assert "sub-agent's own run" in family.run()[1][0].message


def test_a_childs_edit_confirms_the_parents_claim_of_that_file(family):
    family.edit("cart.py")
    back(family, "Implemented.")
    family.say("Added the discount in `cart.py`.")
    assert ("edited", "confirmed") in outcomes(family)


def test_a_child_that_did_not_touch_the_file_leaves_hearsay(family):
    family.edit("other.py")
    back(family, "Implemented.")
    family.say("Added the discount in `cart.py`.")
    assert ("edited", "unverifiable") in outcomes(family)
    assert family.codes() == []


def test_without_the_childs_run_it_stays_hearsay(session):
    call = session.call("Task", {"description": "Implement the cart", "prompt": "Write it.", "subagent_type": "coder"})
    session.result(call, "Done. All tests pass.")
    session.say("All tests pass.")
    assert session.verdicts() == [("tests", "unverifiable")]
    assert [(found.code, found.severity) for found in session.run()[1]] == [("no-proof", "low")]


@pytest.mark.parametrize(
    ("prompt", "codes"),
    [
        ("Fix the thread, then commit and push it.", []),
        ("Run the checks. Do not commit, stage, or push anything.", ["phantom"]),
    ],
)
def test_a_push_that_a_sub_agent_was_asked_for_is_hearsay(session, prompt: str, codes: list[str]) -> None:
    session.shell("git status", "nothing to commit")
    call = session.call("Agent", {"description": "Batch 1 of 3", "prompt": prompt})
    session.result(call, "Started in the background.")
    session.user("The sub-agent is done: all of it is on the branch.")
    session.say("Batch 1 is done. I pushed it to the branch `cart`.")
    assert session.codes() == codes
