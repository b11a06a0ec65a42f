"""What a step costs does not grow with the run: counted in calls of functions, not in time."""

from __future__ import annotations

import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assure_tui.ingest.model import AgentText, Boundary, Locator, Origin, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.reconcile.claims.values import scan
from assure_tui.reconcile.engine import State, close, step
from assure_tui.reconcile.match.business.actions import WINDOW
from assure_tui.reconcile.match.business.past import Past
from assure_tui.reconcile.match.coding.work import MAX_CHILDREN


class Log:
    """A run tree that is checked event by event, and the calls that it takes."""

    def __init__(self, *, cwd: str | None = None) -> None:
        self.state = State()
        self.number = 0
        self.calls = 0
        self.take(RunStarted, native_id="r-1", agent="desk", adapter="test", cwd=cwd)

    def take(self, make: Any, *, run: str = "r-1", **fields: Any) -> None:
        self.number += 1
        origin = Origin("s-000000000001", Locator("item", self.number), "0" * 64)
        at = {"id": f"M{self.number}#0", "run": run, "origin": origin, "seq": self.number, "time": float(self.number)}
        step(self.state, make(**at, **fields))

    def count(self, work: Any) -> int:
        """Give how many calls some work takes."""
        self.calls = 0

        def called(_frame: object, event: str, _argument: object) -> None:
            self.calls += event in {"call", "c_call"}

        before = sys.getprofile()
        sys.setprofile(called)
        try:
            work()
        finally:
            sys.setprofile(before)
        return self.calls

    def refund(self, number: int, *, told: bool = True) -> None:
        """Play a turn in which an order is refunded; without `told`, always the same one, and nobody tells of it."""
        order = f"W-{1000 + number}" if told else "W-1"
        if told:
            self.take(UserTurn, text=f"Please refund order {order}.")
        self.take(ToolCall, call_id=f"c{number}", tool="refund_order", args={"order_id": order, "amount": 10})
        self.take(ToolResult, call_id=f"c{number}", text='{"status": "done"}', status="succeeded")
        if told:
            self.take(AgentText, text=f"I refunded $10 for order {order}.")
            self.take(Boundary, what="turn_end")


def test_a_turn_takes_steps_in_proportion_to_what_is_kept_and_no_more_late_than_early() -> None:
    log = Log()
    steps = []
    for number in range(2 * WINDOW):
        if number in {WINDOW // 2, WINDOW - 1, 2 * WINDOW - 1}:
            steps.append(log.count(lambda at=number: log.refund(at)))
        else:
            log.refund(number)
    half, full, late = steps
    assert full < 2.2 * half
    assert late < 1.2 * full


def test_claims_that_nothing_bears_out_are_judged_in_as_many_steps_late_as_early() -> None:
    log = Log()
    steps = []
    for number in range(2 * WINDOW):
        log.take(UserTurn, text=f"And order W-{1000 + number}?")
        log.take(AgentText, text=f"I refunded $10 for order W-{1000 + number}.")
        if number in {WINDOW + 5, 2 * WINDOW - 1}:
            steps.append(log.count(lambda: log.take(Boundary, what="turn_end")))
    assert steps[1] < 1.2 * steps[0]


def test_the_same_call_over_and_over_takes_the_same_steps_each_time() -> None:
    log = Log()
    for number in range(2 * WINDOW):
        log.refund(number, told=False)
    early = log.count(lambda: log.refund(-1, told=False))
    for number in range(2 * WINDOW):
        log.refund(10_000 + number, told=False)
    assert log.count(lambda: log.refund(-2, told=False)) < 1.2 * early


def test_what_a_run_says_of_its_sub_agents_is_held_against_a_bounded_number_of_them() -> None:
    def closing(children: int) -> int:
        log = Log(cwd="/repo")
        for number in range(children):
            run = f"k{number}"
            log.take(ToolCall, call_id=f"c{number}", tool="Task", args={"prompt": "Do it."})
            log.take(RunStarted, run=run, native_id=run, agent="desk", adapter="test", parent="r-1", cwd="/repo")
            log.take(ToolCall, run=run, call_id=f"s{number}", tool="Bash", args={"command": "ls"})
            log.take(ToolResult, run=run, call_id=f"s{number}", text="a.py", status="succeeded")
            log.take(ToolResult, call_id=f"c{number}", text="All tests pass.", status="succeeded")
        for number in range(8):
            log.take(AgentText, text=f"Part {number} is done and all tests pass.")
        work = log.state.runs["r-1"].parts[1]
        return log.count(work.close)

    assert closing(2 * MAX_CHILDREN) < 1.2 * closing(MAX_CHILDREN)


def test_a_message_of_many_claims_takes_steps_in_proportion() -> None:
    def reading(claims: int) -> int:
        log = Log()
        log.refund(0)
        text = "".join(f"- Refunded $10 for order W-{number}.\n" for number in range(claims))
        return log.count(lambda: (log.take(AgentText, text=text), close(log.state)))

    reading(400)  # what is remembered of words is remembered from here on
    assert reading(400) < 2.4 * reading(200)


def test_a_line_full_of_verbs_takes_no_more_steps_for_being_longer() -> None:
    def hearing(words: int) -> int:
        log = Log()
        log.take(UserTurn, text="fixed, " * words)
        log.refund(0, told=False)
        return log.count(lambda: log.take(Boundary, what="turn_end"))

    hearing(900)  # what is remembered of words is remembered from here on
    assert hearing(2000) < 1.2 * hearing(1000)


def test_amounts_that_were_asked_for_are_read_once_for_all_acts() -> None:
    log = Log()
    asked = "Refund order W-1 with $20. " * 700
    log.take(UserTurn, text=asked)
    for number in range(WINDOW):
        log.refund(number, told=False)
    reading = log.count(lambda: scan(asked))
    assert log.count(lambda: log.take(Boundary, what="turn_end")) < 40 * reading


ACTS = st.tuples(st.sampled_from(["refund", "send", "book"]), st.frozensets(st.sampled_from("abcd"), max_size=3))


@given(st.lists(ACTS, max_size=30), st.integers(1, 12))
def test_acts_of_the_past_are_found_as_if_all_that_are_remembered_were_gone_through(
    acts: list[tuple[str, frozenset[str]]], most: int
) -> None:
    past = Past(most)
    for act in acts:
        past.add(*act)
    kept = acts[-most:]
    assert bool(past) is bool(kept)
    for name in "abcd":
        assert past.names(name) is any(name in ids for _, ids in kept)
    for action in ("refund", "send"):
        assert past.any_naming(action.__eq__) is any(ids for other, ids in kept if other == action)
        for ids in (frozenset[str](), frozenset("a"), frozenset("bc")):
            expected = any(other == action and (not ids or bool(ids & its)) for other, its in kept)
            assert past.any_of(action.__eq__, ids) is expected
