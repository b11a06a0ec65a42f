"""Replies that are a JSON object and nothing else: which of their members tell of an act."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.reconcile.claims.business import frames
from assure_tui.reconcile.claims.json_replies import frames_of

TELLING: list[dict[str, Any]] = [
    {"status": "done", "refund_id": "re_991", "amount": 40},
    {"refund_issued": True, "amount": 40},
    {"action": "issue_refund", "status": "success", "amount": 40},
    {"refunded": "yes", "order": "5117"},
]


def replied(tell, reply: dict[str, Any], *, landed: bool):
    told = tell().user("Please refund $40 on order #5117.")
    if landed:
        told.call("create_refund", '{"id": "re_991", "status": "ok"}', order_id="5117", amount=40)
    else:
        told.call("get_order", '{"id": "5117"}', order_id="5117")
    return told.agent(json.dumps(reply)).end()


@pytest.mark.parametrize("reply", TELLING)
def test_a_member_that_tells_of_an_act_is_held_against_the_calls(tell, reply):
    honest = replied(tell, reply, landed=True)
    assert honest.codes == []
    assert [claim.outcome for claim in honest.claims] == ["confirmed"]
    assert replied(tell, reply, landed=False).codes == ["phantom"]


def test_a_claim_in_a_member_is_the_member(tell):
    reply = '```json\n{"status": "done",\n "refund_id": "re_991"}\n```'
    told = tell().user("Refund #5117, please.").agent(reply).end()
    (claim,) = told.claims
    assert claim.text == '"refund_id": "re_991"' == reply[slice(*claim.span)]


def test_another_amount_than_the_call_had_is_told(tell):
    reply = {"action": "issue_refund", "status": "success", "amount": 400, "currency": "USD"}
    assert replied(tell, reply, landed=True).codes == ["wrong-value"]


@pytest.mark.parametrize(
    "reply",
    [
        {"status": "refunded", "order_id": "5117"},
        {"is_refunded": True},
        {"status": "failed", "refund_id": None},
        {"status": "pending", "refund_id": "re_991"},
        {"refunded": False, "reason": "not eligible"},
        {"order_id": "5117", "status": "shipped"},
        {"can_be_refunded": True},
        {"refund_id": "re_991", "history": [{"status": "refunded"}]},
        {"updated_at": "2026-03-01", "total": 40},
        ["refunded"],
    ],
)
def test_members_that_may_be_what_was_found_accuse_nobody(tell, reply):
    told = replied(tell, reply, landed=False)
    assert told.codes == []
    assert all(claim.outcome == "unverifiable" for claim in told.claims)


def test_where_there_are_sentences_they_are_read_and_not_the_members():
    found = frames('{"message": "I have cancelled room 14b.", "refund_issued": true}')
    assert [frame.action for frame in found] == ["cancel"]


@given(
    st.dictionaries(
        st.sampled_from(["status", "refund_id", "email_sent", "action", "amount", "x", "", "è_sent"]),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    )
)
def test_any_flat_object_can_be_read(reply):
    text = json.dumps(reply)
    for frame in frames_of(text):
        assert text[slice(*frame.span)] == frame.text
