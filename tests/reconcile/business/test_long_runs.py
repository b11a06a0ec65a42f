"""A run that is longer than what is kept open: what was said of its beginning stands."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from assure_tui.ingest.model import AgentText, Boundary, Locator, Origin, RunStarted, ToolCall, ToolResult, UserTurn
from assure_tui.reconcile.engine import State, close, step
from assure_tui.reconcile.match.business import lines
from assure_tui.reconcile.match.business.actions import WINDOW
from assure_tui.reconcile.match.business.aliases import Heard
from assure_tui.reconcile.model import Claim, Discrepancy

if TYPE_CHECKING:
    import pytest

TURNS = WINDOW + 40


@cache
def play(*, last: str = "That is all.", turns: int = TURNS) -> dict[str, Any]:
    """Play a turn for each refund; the second tells of another amount than was refunded."""
    state, standing, number = State(), {}, 0

    def take(make: Any, **fields: Any) -> None:
        nonlocal number
        number += 1
        origin = Origin("s-000000000001", Locator("item", number), "0" * 64)
        event = make(id=f"M{number}#0", run="r-1", origin=origin, seq=number, time=float(number), **fields)
        keep(step(state, event)[1])

    def keep(changes: list[Any]) -> None:
        for change in changes:
            if change.op == "withdraw":
                standing.pop(change.value.id, None)
            else:
                standing[change.value.id] = change.value

    take(RunStarted, native_id="r-1", agent="desk", adapter="test")
    for turn in range(turns):
        order, told = f"W-{1000 + turn}", 15 if turn == 1 else 10
        take(UserTurn, text=f"Please refund order {order}.")
        take(ToolCall, call_id=f"c{turn}", tool="refund_order", args={"order_id": order, "amount": 10})
        take(ToolResult, call_id=f"c{turn}", text='{"status": "done"}', status="succeeded")
        take(AgentText, text=f"I refunded ${told} for order {order}.")
        take(Boundary, what="turn_end")
    take(UserTurn, text="Thanks! What did you do first?")
    take(AgentText, text=last)
    keep(close(state)[1])
    return standing


def test_what_was_found_early_in_a_long_run_still_stands_at_its_end() -> None:
    found = [value.code for value in play().values() if isinstance(value, Discrepancy)]
    assert found == ["wrong-value"]


def test_claims_keep_their_outcome_when_their_acts_are_no_longer_kept_open() -> None:
    outcomes = [value.outcome for value in play().values() if isinstance(value, Claim)]
    assert outcomes.count("confirmed") == TURNS - 1
    assert outcomes.count("contradicted") == 1


def test_words_about_an_act_long_ago_accuse_nobody() -> None:
    standing = play(last="First, I refunded $10 for order W-1000.")
    found = [value.code for value in standing.values() if isinstance(value, Discrepancy)]
    assert found == ["wrong-value"]


def test_each_line_is_compared_with_each_act_no_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: Counter[tuple[int, str, str]] = Counter()
    compare = lines.common_of

    def counted(line: Any, act: Any, *rest: Any) -> Any:
        compared[line.at, act.effect.id, act.effect.status] += 1
        return compare(line, act, *rest)

    monkeypatch.setattr(lines, "common_of", counted)
    play.__wrapped__(turns=30)
    assert len(compared) > 30
    assert set(compared.values()) == {1}


def test_what_results_told_is_kept_and_not_the_results() -> None:
    heard = Heard()
    tracemalloc.start()
    for number in range(100):
        heard.take(f"Berth {5000 + number} is moored. " + "The tide turns at the quay. " * 700)
        assert heard.of("moor", "moored")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {"5000", "5099"} <= heard.marks()
    assert kept < 1_000_000
