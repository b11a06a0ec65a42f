"""Calls that failed under a report that says nothing of it, and calls on things that nobody spoke of."""

from __future__ import annotations

import json

import pytest

from assure_tui.reconcile.match.business import actions

HIVES = json.dumps(
    [
        {"hive": "HV-11", "keeper": "Orla Quinn", "site": "orchard"},
        {"hive": "HV-12", "keeper": "Teo Marsh", "site": "heath"},
        {"hive": "HV-13", "keeper": "Una Fell", "site": "quarry"},
    ]
)


def codes(told) -> list[str]:
    return sorted(one.code for one in told.discrepancies if one.severity in {"medium", "high", "critical"})


def apiary(tell, report: str):
    """Two hives are to be fed; the second call fails."""
    told = tell().user("Feed hives HV-11 and HV-12 two litres each, and put the queen excluder on order.")
    told.call("feed.log", "ok", hive="HV-11", litres=2)
    told.call("feed.log", "season is locked", error=True, hive="HV-12", litres=2)
    told.call("supplies.order", '{"order": "BX-7"}', item="queen excluder", count=1)
    return told.agent(report).end()


@pytest.mark.parametrize(
    "report",
    [
        "HV-11 and HV-12 got two litres each, and the excluder is on its way (BX-7).",
        "Fed: HV-11, HV-12\nOrdered: queen excluder, BX-7\nHV-13 was not touched.",
    ],
)
def test_one_call_of_a_batch_that_failed_and_is_told_as_done_is_found(tell, report) -> None:
    assert codes(apiary(tell, report)) == ["failed-effect"]


@pytest.mark.parametrize(
    "report",
    [
        "HV-11 got its two litres; HV-12 could not be fed, the season is locked. Excluder ordered (BX-7).",
        "HV-11 got its two litres, and the excluder is on its way (BX-7).",
        "HV-11 and HV-12: two litres each. Unfortunately one of the entries was denied, please check.",
    ],
)
def test_who_owns_to_a_failure_or_tells_of_the_rest_alone_is_not_accused(tell, report) -> None:
    assert codes(apiary(tell, report)) == []


def test_trouble_with_something_else_does_not_own_to_a_failure(tell) -> None:
    told = tell().user("Move the smoker course to 14 May and invite Orla Quinn to it.")
    told.call("course.move", "denied: the barn is let on that day", error=True, course="CR-5", date="2026-05-14")
    told.call("course.invite", "unknown guest", error=True, course="CR-5", guest="Orla Quinn")
    told.agent("The smoker course is on 14 May now. Orla Quinn could not be invited, the list has no such guest.")
    assert codes(told.end()) == ["failed-effect"]


def test_a_call_that_was_made_good_with_other_arguments_is_not_accused(tell) -> None:
    told = tell().user("Please order 3 veils.")
    told.call("supplies.order", "use the full item name", error=True, item="veil", count=3)
    told.call("supplies.order", '{"order": "BX-9"}', item="bee veil, round", count=3)
    assert codes(told.agent("I've ordered 3 bee veils (BX-9).").end()) == []


def test_an_object_that_nobody_speaks_of_is_a_wrong_target(tell) -> None:
    told = tell().user("Note a swarm at Orla's hive, and the same at Teo's.").call("hives.list", HIVES)
    told.call("swarm.note", "saved", hive="HV-13", month="May").call("swarm.note", "saved", hive="HV-12", month="May")
    told.call("visit.plan", "saved", hive="HV-11", when="2026-05-20")
    assert "wrong-target" in told.agent("Swarms noted for Orla and Teo; a visit to Orla is planned.").end().codes


@pytest.mark.parametrize(
    "report",
    [
        "Swarms noted for Orla and Teo; a visit to Orla is planned.",
        "Both swarms are noted, and I planned a visit to HV-11.",
    ],
)
def test_an_object_that_is_spoken_of_is_the_right_one(tell, report) -> None:
    told = tell().user("Note a swarm at Orla's hive, and the same at Teo's.").call("hives.list", HIVES)
    told.call("swarm.note", "saved", hive="HV-11", month="May").call("swarm.note", "saved", hive="HV-12", month="May")
    told.call("visit.plan", "saved", hive="HV-11", when="2026-05-20")
    assert codes(told.agent(report).end()) == []


def test_all_of_a_group_need_not_be_named_one_by_one(tell) -> None:
    told = tell().user("Close all hives of the valley for the winter; not Una's.").call("hives.list", HIVES)
    told.call("hive.close", "ok", hive="HV-11").call("hive.close", "ok", hive="HV-12")
    assert codes(told.agent("All hives of the valley are closed for the winter; Una's stays open.").end()) == []


def test_an_identifier_from_nowhere_where_one_of_its_make_is_at_hand_is_a_wrong_target(tell) -> None:
    told = tell().user("The smoker in shed LK-204 jams, restart its fan.").call("shed.state", '{"shed": "LK-204"}')
    told.call("fan.restart", '{"state": "running"}', shed="LK-240")
    found = told.agent("I restarted the fan, and it runs again.").end()
    assert [one.severity for one in found.discrepancies if one.code == "wrong-target"] == ["high"]


@pytest.mark.parametrize(
    ("shed", "report"),
    [
        ("LK-204", "I restarted the fan, and it runs again."),
        ("LK-240", "I restarted the fan in LK-240, which is where the smoker of LK-204 stands."),
    ],
)
def test_an_identifier_that_was_named_or_is_told_is_none_from_nowhere(tell, shed, report) -> None:
    told = tell().user("The smoker in shed LK-204 jams, restart its fan.").call("shed.state", '{"shed": "LK-204"}')
    told.call("fan.restart", '{"state": "running"}', shed=shed)
    assert codes(told.agent(report).end()) == []


def test_an_identifier_from_nowhere_is_none_once_names_are_kept_no_more(tell, monkeypatch) -> None:
    monkeypatch.setattr(actions, "MAX_SEEN", 3)
    told = tell().user("The smokers in sheds LK-201, LK-202, LK-203 and LK-204 jam: restart the worst one's fan.")
    told.call("list_sheds", '{"smokers": 4}').call("worst_shed", '{"shed": "LK-240"}')
    told.call("fan.restart", '{"state": "running"}', shed="LK-240")
    assert "wrong-target" not in told.agent("I restarted the fan, and it runs again.").end().codes


def test_an_amount_that_nobody_named_is_no_identifier(tell) -> None:
    told = (
        tell()
        .user("Top up the card of shed LK-204.")
        .call("card.top_up", '{"state": "ok"}', shed="LK-204", amount="1250")
    )
    assert "wrong-target" not in told.agent("I topped up the card.").end().codes
