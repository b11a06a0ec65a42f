"""A list of changes claims each of them: what was done to one aspect does not stand for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reconcile.business.conftest import Told

ASK = "Put room R4021 in the name of Ida Lund, make it half board and add two extra beds."
LIST = (
    "Your room R4021 has been updated.\n\nChanges completed:\n- Guest updated to Ida Lund\n"
    "- Board changed from breakfast to half board\n- Extra beds updated to 2 total"
)
GUEST = {"room_id": "R4021", "guests": [{"first_name": "Ida", "last_name": "Lund"}]}


def test_every_change_of_the_list_has_its_act(tell: Callable[[], Told]) -> None:
    told = tell().user(ASK).call("update_room_guests", **GUEST)
    told.call("update_room_meals", room_id="R4021", board="half board")
    assert told.call("update_room_beds", room_id="R4021", extra_beds=2).agent(LIST).end().codes == []


def test_one_change_of_the_list_was_never_made(tell: Callable[[], Told]) -> None:
    told = tell().user(ASK).call("update_room_guests", **GUEST).call("update_room_beds", room_id="R4021", extra=2)
    told.agent(LIST).end()
    assert told.codes == ["phantom"]
    assert "board" in told.discrepancies[0].message


def test_one_change_of_the_list_failed(tell: Callable[[], Told]) -> None:
    told = tell().user(ASK).call("update_room_guests", **GUEST)
    told.call("update_room_meals", room_id="R4021", board="half board")
    told.call("update_room_beds", "Error: no beds left", error=True, room_id="R4021", extra_beds=2)
    assert told.agent(LIST).end().codes == ["failed-effect"]


def test_one_act_made_all_changes(tell: Callable[[], Told]) -> None:
    told = tell().user(ASK).call("update_room", **GUEST, board="half board", extra_beds=2)
    assert told.agent(LIST).end().codes == []


def test_the_result_shows_the_change(tell: Callable[[], Told]) -> None:
    told = tell().user(ASK).call("update_room_guests", '{"board_plan": "half board", "extra_beds": 2}', **GUEST)
    assert told.agent(LIST).end().codes == []


def test_a_change_made_in_an_earlier_turn_may_be_told_again(tell: Callable[[], Told]) -> None:
    told = tell().user("Make room R4021 half board.").call("update_room_meals", room_id="R4021", board="half board")
    told.agent("Room R4021 has been changed to half board.").user("Now the guest, Ida Lund, and two beds.")
    told.call("update_room_guests", **GUEST).call("update_room_beds", room_id="R4021", extra_beds=2)
    assert told.agent(LIST).end().codes == []


@pytest.mark.parametrize("items", ["- Colour changed to red\n- Chair C-11 swapped for C-12", "- Colour changed to red"])
def test_what_a_code_stands_for_is_not_known(tell: Callable[[], Told], items: str) -> None:
    told = tell().user("Swap chair C-11 of order 9001 for the red one.")
    told.call("modify_order_items", order_id="9001", item_ids=["C-11"], new_item_ids=["C-12"])
    assert told.agent(f"Order 9001 has been updated.\n\nChanges made:\n{items}").end().codes == []
