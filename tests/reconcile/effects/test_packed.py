"""Calls and answers read alike whatever a system packs them in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assure_tui.reconcile.effects.packed import is_cut, opened_answer

if TYPE_CHECKING:
    from tests.reconcile.effects.conftest import Bench

GIVEN = {"parcel_id": "PX-4471", "depot": "North", "fee": 12.5}
PLAIN = json.dumps({"parcel_id": "PX-4471", "depot": "North"})


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("execute", {"action": "redirect_parcel", "params": GIVEN}),
        ("call_tool", {"server_name": "depot", "tool_name": "redirect_parcel", "arguments": GIVEN}),
        ("use_tool", {"name": "redirect_parcel", "arguments": json.dumps(GIVEN)}),
        ("redirect_parcel", {"input": GIVEN}),
        ("redirect_parcel", {"payload": {"params": GIVEN}}),
        ("redirect_parcel", {"request": json.dumps(GIVEN)}),
        ("redirect_parcel", {"data": [GIVEN]}),
        ("redirect_parcel", {"items": [GIVEN]}),
    ],
)
def test_a_packed_call_does_what_the_plain_one_does(office: Bench, tool: str, args: dict[str, Any]) -> None:
    (packed,) = office.call(tool, args, PLAIN)
    (plain,) = office.call("redirect_parcel", GIVEN, PLAIN)

    assert (packed.tool, packed.args) == (plain.tool, plain.args)


def test_a_dispatcher_with_words_of_its_own_keeps_them(office: Bench) -> None:
    (effect,) = office.call("execute", {"action": "close", "category": "tickets", "params": {"id": "T-1"}}, "ok")

    assert (effect.tool, effect.args["nouns"]) == ("execute", ["ticket"])


@pytest.mark.parametrize(
    "packed",
    [
        json.dumps({"status": "ok", "data": json.loads(PLAIN)}),
        json.dumps({"success": True, "result": json.loads(PLAIN), "error": None}),
        json.dumps({"code": 200, "message": "OK", "data": PLAIN}),
        json.dumps({"response": {"body": json.loads(PLAIN), "errors": [], "warnings": []}, "error": None}),
        f"<tool_response>\n{PLAIN}\n</tool_response>",
        f"Result:\n```json\n{PLAIN}\n```",
        f"<<{PLAIN}>>",
    ],
)
def test_an_answer_is_taken_out_of_its_envelope(packed: str) -> None:
    assert json.loads(opened_answer(packed)) == json.loads(PLAIN)


@pytest.mark.parametrize(
    "kept",
    [
        '{"status": "error", "data": {"id": 4}}',
        '{"status": "ok", "data": {"id": 4}, "error": "card declined"}',
        '{"success": false, "result": null}',
        '{"status": "ok", "message": "Held for review", "data": {}}',
        '{"status": "shipped", "data": {"id": 4}}',
        '{"data": {"id": 4}}',
        '{"status": "ok", "data": {',
        "<tool_response>half",
        "```json\nhalf",
        "plain words",
    ],
)
def test_what_says_more_than_that_it_went_well_is_left_as_it_is(kept: str) -> None:
    assert opened_answer(kept) == kept


def test_a_refusal_inside_an_envelope_of_good_news_is_a_refusal(office: Bench) -> None:
    (effect,) = office.call("redirect_parcel", GIVEN, '{"status": "ok", "data": "Error: parcel is out for delivery"}')

    assert effect.status == "failed"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ('[{"id": "A-1", "name": "North depot, gate 4"}, {"id": "A-2", "na...', True),
        ('[{"id": "A-1", "name": "North depot, gate 4"}, {"id": … [truncated]', True),
        ('[{"id": "A-1", "name": "North depot, gate 4"},\n... (12 more rows)', True),
        ('{"id": "A-1", "title": "Our Christmas opening hours at the depot…"}', False),
        ("Working...", False),
        ('[{"id": "A-1", "name": "North depot, gate 4"}, {"id": "A-2", "name": "South"}]', False),
    ],
)
def test_a_part_is_known_by_its_end(text: str, *, cut: bool) -> None:
    assert is_cut(text) is cut


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='{}[]"<>`:, \n…' + "abtoldrespn_", max_size=400))
def test_any_text_is_opened_or_left(text: str) -> None:
    assert len(opened_answer(text)) <= len(text)


def test_a_deep_nest_of_envelopes_is_opened_in_part_only() -> None:
    text = '{"id": 4}'
    for _ in range(8):
        text = json.dumps({"status": "ok", "data": text})

    assert opened_answer(text).startswith('{"status"')
