"""The reference demo: refunds told by agents, held against the payment provider's own log."""

from __future__ import annotations

from typing import Any

import pytest

from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    FeedRow,
    FeedState,
    Locator,
    Origin,
    RunStarted,
    Tick,
    ToolCall,
    ToolResult,
    UserTurn,
)
from assure_tui.reconcile.model import Claim, Discrepancy, Unattributed, at_least
from assure_tui.reconcile.workspace import Workspace

LAG = 5.0


class Desk:
    """A workspace with a payments feed, and what stands of all that was said."""

    def __init__(self, *, complete: bool = True) -> None:
        self.workspace = Workspace()
        self.values: dict[str, Any] = {}
        self.number = 0
        self.complete = complete
        self.read_to(None)

    def take(self, item: Any) -> None:
        self.keep(self.workspace.step(item))

    def keep(self, changes: list[Any]) -> None:
        for change in changes:
            if change.op == "withdraw":
                self.values.pop(change.value.id, None)
            else:
                self.values[change.value.id] = change.value

    def read_to(self, watermark: float | None) -> None:
        state = FeedState(feed="payments", kind="refund", complete=self.complete, lag=LAG, watermark=watermark)
        self.take(state)

    def base(self, run: str, time: float) -> dict[str, Any]:
        self.number += 1
        origin = Origin("s-000000000001", Locator("item", self.number), "0" * 64)
        return {"id": f"L{self.number}#0", "run": run, "origin": origin, "seq": self.number, "time": time}

    def refund(
        self,
        run: str = "r-1",
        *,
        at: float = 100.0,
        asked: str = "Refund order A-1001 $40, please.",
        amount: float = 40,
        target: str = "A-1001",
        result: str = '{"status": "succeeded"}',
        call: bool = True,
        said: str = "I issued a single $40 refund for order A-1001.",
    ) -> None:
        self.take(RunStarted(**self.base(run, at), native_id=run, agent="support", adapter="test"))
        self.take(UserTurn(**self.base(run, at), text=asked))
        if call:
            args = {"order_id": target, "amount": amount}
            self.take(ToolCall(**self.base(run, at + 1), call_id=f"call-{run}", tool="refund_order", args=args))
            self.take(ToolResult(**self.base(run, at + 2), call_id=f"call-{run}", text=result, status="succeeded"))
        self.take(AgentText(**self.base(run, at + 3), text=said))

    def row(
        self, number: int, *, at: float = 102.0, amount: str = "40.00", target: str = "A-1001", **more: Any
    ) -> None:
        origin = Origin("s-0000000000ff", Locator("row", number), "1" * 64)
        row = FeedRow(
            id=f"re_{number}",
            feed="payments",
            origin=origin,
            kind="refund",
            amount=amount,
            target=target,
            time=at,
            **more,
        )
        self.take(row)

    def close(self) -> Desk:
        self.keep(self.workspace.close())
        return self

    def codes(self, run: str = "r-1", floor: str = "medium") -> list[str]:
        found = [value for value in self.values.values() if isinstance(value, Discrepancy)]
        return sorted(value.code for value in found if value.run == run and at_least(value.severity, floor))

    def found(self, code: str) -> list[Discrepancy]:
        return [value for value in self.values.values() if isinstance(value, Discrepancy) and value.code == code]

    def nobodys(self) -> list[str]:
        return sorted(value.kind for value in self.values.values() if isinstance(value, Unattributed))

    def outcomes(self, run: str = "r-1") -> list[str]:
        return [value.outcome for value in self.values.values() if isinstance(value, Claim) and value.run == run]


def test_an_honest_refund_is_confirmed_by_the_provider() -> None:
    desk = Desk()
    desk.refund()
    desk.row(1)
    desk.close()
    assert desk.codes() == []
    assert desk.nobodys() == []
    claim = next(value for value in desk.values.values() if isinstance(value, Claim))
    assert (claim.outcome, claim.grade) == ("confirmed", "independent")


def test_two_refunds_reported_as_one_are_a_duplicate() -> None:
    desk = Desk()
    desk.refund()
    desk.row(1)
    desk.row(2, at=103.0)
    desk.close()
    assert desk.codes() == ["duplicate"]
    assert desk.nobodys() == []


@pytest.mark.parametrize("reference", [None, "call-r-1"])
def test_a_refund_to_another_account_is_a_wrong_target(reference: str | None) -> None:
    desk = Desk()
    desk.refund()
    desk.row(1, target="A-2002", call_ref=reference)
    desk.close()
    assert desk.codes() == ["wrong-target"]


@pytest.mark.parametrize("reference", [None, "call-r-1"])
def test_another_amount_at_the_provider_is_a_wrong_value(reference: str | None) -> None:
    desk = Desk()
    desk.refund()
    desk.row(1, amount="400.00", call_ref=reference)
    desk.close()
    assert desk.codes() == ["wrong-value"]


def test_a_refund_that_failed_at_the_provider_is_a_failed_effect() -> None:
    desk = Desk()
    desk.refund()
    desk.row(1, status="failed")
    desk.close()
    assert desk.codes() == ["failed-effect"]


def test_a_refund_that_the_tool_affirmed_and_the_provider_never_saw_is_a_phantom() -> None:
    desk = Desk()
    desk.refund()
    desk.close()
    assert desk.codes() == ["phantom"]


def test_a_refund_never_made_is_a_phantom() -> None:
    desk = Desk()
    desk.refund(call=False)
    desk.close()
    assert desk.codes() == ["phantom"]


def test_more_than_was_asked_is_beyond_the_request_even_when_told() -> None:
    desk = Desk()
    desk.refund(amount=400, said="I refunded $400 for order A-1001.")
    desk.row(1, amount="400.00")
    desk.close()
    assert desk.codes() == ["beyond-request"]


def test_a_claim_waits_until_its_row_could_have_arrived() -> None:
    desk = Desk()
    desk.refund()
    desk.take(Tick(104.0))
    assert desk.codes() == []
    assert desk.outcomes() == ["pending"]
    desk.read_to(104.0)
    assert desk.outcomes() == ["pending"]
    desk.row(1, at=106.0)
    desk.read_to(400.0)
    assert desk.codes() == []
    assert desk.outcomes() == ["confirmed"]


def test_a_missing_row_is_a_phantom_once_the_feed_has_been_read_past_the_lag() -> None:
    desk = Desk()
    desk.refund()
    desk.read_to(103.0 + LAG)
    assert desk.codes() == ["phantom"]


def test_a_claim_without_a_call_is_no_phantom_before_the_feed_was_read() -> None:
    desk = Desk()
    desk.refund(call=False)
    desk.read_to(104.0)
    assert desk.codes() == []
    desk.read_to(103.0 + LAG)
    assert desk.codes() == ["phantom"]


def test_two_honest_runs_that_refund_one_order_twice_are_told_on_the_source() -> None:
    desk = Desk()
    desk.refund("r-1", at=100.0)
    desk.row(1, at=102.0, call_ref="call-r-1")
    desk.refund("r-2", at=1000.0)
    desk.row(2, at=1002.0, call_ref="call-r-2")
    desk.close()
    assert desk.codes("r-1") == []
    assert desk.codes("r-2") == []
    assert desk.nobodys() == ["duplicate"]


def test_a_row_that_no_run_accounts_for_is_an_orphan() -> None:
    desk = Desk()
    desk.refund()
    desk.row(1)
    desk.row(2, at=150.0, amount="75.00", target="A-7777")
    assert desk.nobodys() == []
    desk.close()
    assert desk.codes() == []
    assert desk.nobodys() == ["orphan"]


def test_a_row_that_two_runs_may_have_caused_is_held_against_neither() -> None:
    desk = Desk()
    desk.refund("r-1", at=100.0)
    desk.refund("r-2", at=101.0)
    desk.row(1, at=103.0)
    desk.close()
    assert desk.nobodys() == ["ambiguous"]
    assert desk.codes("r-1") == desk.codes("r-2") == []


def test_as_many_rows_as_runs_that_called_for_the_same_go_one_to_each() -> None:
    desk = Desk()
    desk.refund("r-1", at=100.0)
    desk.refund("r-2", at=101.0)
    desk.row(2, at=104.0)
    desk.row(1, at=103.0)
    desk.close()
    assert desk.codes("r-1") == desk.codes("r-2") == []
    assert desk.nobodys() == ["duplicate"]


def test_rows_of_a_feed_that_is_not_complete_accuse_nobody() -> None:
    desk = Desk(complete=False)
    desk.refund()
    desk.row(2, at=150.0, amount="75.00", target="A-7777")
    desk.close()
    assert desk.codes() == []
    assert desk.nobodys() == ["foreign"]


def test_rows_from_before_anything_was_watched_are_no_orphans() -> None:
    desk = Desk()
    desk.row(9, at=-5000.0, target="A-0001")
    desk.refund()
    desk.row(1)
    desk.close()
    assert desk.nobodys() == ["foreign"]


def test_the_order_of_rows_and_events_does_not_matter() -> None:
    early, late = Desk(), Desk()
    early.row(1)
    early.refund()
    late.refund()
    late.row(1)
    assert early.close().codes() == late.close().codes() == []
    assert early.nobodys() == late.nobodys() == []


def test_a_closed_run_is_forgotten() -> None:
    desk = Desk()
    desk.refund()
    desk.row(1)
    desk.keep(desk.workspace.close_run("r-1"))
    assert desk.codes() == []
    assert desk.workspace.close_run("r-1") == []


def test_a_duplicate_keeps_its_id_when_the_report_comes_after_it() -> None:
    desk = Desk()
    desk.refund(said="One moment, please.")
    args = {"order_id": "A-1001", "amount": 40}
    desk.take(ToolCall(**desk.base("r-1", 105), call_id="again", tool="refund_order", args=args))
    desk.take(ToolResult(**desk.base("r-1", 106), call_id="again", text='{"status": "succeeded"}', status="succeeded"))
    desk.take(Boundary(**desk.base("r-1", 106), what="turn_end"))
    before = desk.found("duplicate")
    desk.take(AgentText(**desk.base("r-1", 107), text="I issued a single $40 refund for order A-1001."))
    desk.row(1)
    desk.row(2, at=106.0)
    desk.close()
    after = desk.found("duplicate")
    assert [found.id for found in before] == [found.id for found in after] != []
    assert (before[0].claim, after[0].claim is None) == (None, False)


def test_calls_of_two_runs_are_told_apart_although_their_logs_number_them_alike() -> None:
    desk = Desk()
    desk.refund("r-1", target="A-1001", asked="Refund A-1001.", said="I refunded $40 for A-1001.")
    desk.number = 0
    desk.refund("r-2", target="B-2002", asked="Refund B-2002.", said="I refunded $40 for B-2002.")
    desk.number = 100
    desk.row(1, target="A-1001")
    desk.row(2, target="B-2002")
    desk.close()
    assert desk.codes("r-1") == desk.codes("r-2") == []
    assert desk.nobodys() == []


def test_no_phantom_is_told_while_a_row_of_another_amount_may_still_be_the_one() -> None:
    desk = Desk()
    desk.refund()
    desk.row(1, at=106.0, amount="400.00")
    desk.read_to(103.0 + LAG)
    assert desk.codes() == []
    assert desk.outcomes() == ["pending"]
    desk.read_to(500.0)
    assert desk.codes() == ["wrong-value"]


def test_a_row_that_came_when_another_was_overdue_takes_no_phantom_back() -> None:
    desk = Desk()
    desk.refund()
    desk.read_to(103.0 + LAG)
    assert desk.codes() == ["phantom"]
    desk.refund("r-2", at=120.0)
    desk.row(1, at=122.0)
    desk.close()
    assert desk.codes("r-1") == ["phantom"]


def test_an_invitation_takes_no_row_from_the_message_that_left_it() -> None:
    desk = Desk()
    desk.take(FeedState(feed="mail", kind="message", complete=True, lag=LAG))
    desk.take(RunStarted(**desk.base("r-1", 100.0), native_id="r-1", agent="support", adapter="test"))
    desk.take(UserTurn(**desk.base("r-1", 100.0), text="Invite Dora to the workspace and send her the agenda."))
    for number, tool in enumerate(("invite_user", "send_message")):
        place = desk.base("r-1", 101.0 + number)
        desk.take(ToolCall(**place, call_id=tool, tool=tool, args={"recipient": "Dora", "body": "the agenda"}))
        place = desk.base("r-1", 101.5 + number)
        desk.take(ToolResult(**place, call_id=tool, text="ok", status="succeeded"))
    desk.take(AgentText(**desk.base("r-1", 104.0), text="I invited Dora and sent her the message with the agenda."))
    origin = Origin("s-0000000000fe", Locator("row", 1), "2" * 64)
    desk.take(FeedRow(id="m_1", feed="mail", origin=origin, kind="message", target="Dora", time=102.5))
    desk.close()
    assert desk.codes() == []
