"""Claims outside the agent's talk: commit messages, pull requests, items of a plan marked as done."""

from __future__ import annotations

import pytest

from assure_tui.ingest.model import AgentText


def said(session):
    return [(claim.kind, claim.outcome) for claim in session.run()[0]]


HEREDOC = "git commit -m \"$(cat <<'EOF'\ntest(cart): add tests for totals\n\nAll 12 tests pass.\nEOF\n)\""


@pytest.mark.parametrize(
    "command",
    [
        HEREDOC,
        "git commit -F - <<'EOF'\nAdd tests for totals\n\nAll 12 tests pass.\nEOF",
        "git commit -m 'Add tests for totals' -m 'All 12 tests pass.'",
        "gh pr create --title 'Add tests for totals' --body 'All 12 tests pass.'",
    ],
)
def test_a_message_is_judged_by_what_came_before(session, command):
    session.edit("tests/test_cart.py")
    session.tests(passed=12)
    session.shell(command, "[main 1a2b3c4] Add tests\n 1 file changed")
    assert said(session) == [("added_tests", "confirmed"), ("tests", "confirmed")]
    assert session.codes() == []


def test_a_message_that_tells_of_a_pass_after_a_failing_run_is_told(session):
    session.edit("tests/test_cart.py")
    session.tests(passed=10, failed=2)
    session.shell(HEREDOC, "[main 1a2b3c4] Add tests\n 1 file changed")
    assert session.codes() == ["wrong-value"]


def test_a_message_that_tells_of_a_run_before_the_last_edit_is_stale(session):
    session.tests(passed=12)
    session.edit("cart.py")
    session.shell(HEREDOC, "[main 1a2b3c4] Add tests\n 1 file changed")
    assert "stale-proof" in session.codes()


def test_a_message_may_tell_of_work_from_before_the_run(session):
    session.edit("notes.py")
    session.shell("git commit -m 'Fix the rounding in `cart.py`'", "[main 1a2b3c4] Fix\n 1 file changed")
    assert [found.severity for found in session.run()[1]] in ([], ["low"])


def test_spans_point_into_the_command_line(session):
    session.edit("tests/test_cart.py")
    session.tests(passed=12)
    session.shell(HEREDOC, "[main 1a2b3c4] Add tests\n 1 file changed")
    call = next(event for event in session.events if getattr(event, "args", {}).get("command") == HEREDOC)
    claims = session.run()[0]
    assert [HEREDOC[slice(*claim.span)] for claim in claims] == [claim.text for claim in claims]
    assert {claim.event for claim in claims} == {call.id}


def test_checkboxes_left_open_are_no_claims(session):
    session.edit("cart.py")
    session.shell(
        "gh pr create --title T --body '## Test plan\n- [ ] all tests pass'", "https://git.example.org/pull/7"
    )
    assert said(session) == []


@pytest.mark.parametrize(
    ("item", "kind"),
    [("Add tests for the totals", "added_tests"), ("Run the test suite", "ran"), ("Commit the changes", "committed")],
)
def test_items_of_a_plan_marked_done_are_claims(session, item, kind):
    session.edit("tests/test_cart.py")
    session.add(AgentText, text=item, channel="todo")
    assert [claim.kind for claim in session.run()[0]] == [kind]
