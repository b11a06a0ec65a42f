"""The review of one run, from the first screen to the seal, at the three sizes that screens are designed for."""

from __future__ import annotations

import asyncio

import pytest
from screens import screen_text, settle, wait_for, wait_for_words
from textual.events import Key
from textual.widgets import Input

from assure_tui.app.tui.application import AssureApp

SIZES = [(80, 24), (120, 36), (200, 60)]


async def type_in(pilot, words):
    for char in words:
        await pilot.press({" ": "space", ".": "full_stop", "-": "minus", "#": "number_sign"}.get(char, char))


@pytest.mark.parametrize("size", SIZES)
async def test_a_double_refund_is_seen_decided_judged_and_sealed(desk, size):
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "2 need you" in screen_text(app)
        await pilot.press("e")
        await pilot.pause()
        shown = screen_text(app)
        for words in ("ASKED", "CLAIMED", "CALLED", "I issued a", "kettle", "refund_payment"):
            assert words in shown
        await pilot.press("a")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "needs a reason" in screen_text(app), "a critical finding takes no preset"
        await type_in(pilot, "two rows in the feed")
        await pilot.press("enter")
        await settle(pilot)
        assert [d.finding for d in desk.run("r-04").decisions] == ["d-dup"]
        assert app.claims.listing.key == "d-err", "the cursor goes to the next undecided finding"
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert len(desk.run("r-04").decisions) == 2
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("3")
        await type_in(pilot, "double refund")
        await pilot.press("enter")
        await settle(pilot)
        assert desk.run("r-04").verdict.word == "rejected"
        await pilot.press("S")
        await pilot.pause()
        assert "UNDECIDED 0" in screen_text(app)
        await type_in(pilot, "rejected")
        await pilot.press("enter")
        await type_in(pilot, "ana")
        await pilot.press("enter")
        await type_in(pilot, "horse")
        await pilot.press("enter")
        await type_in(pilot, "horse")
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert desk.sealed == [desk.run("r-04").row.id]


async def test_marked_findings_are_decided_together_with_one_reason(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "escape")
        await pilot.pause()
        await pilot.press("m", "m", "a")
        await wait_for_words(pilot, "and what is marked with it", "In your words")
        assert desk.run("r-04").decisions == ()
        await type_in(pilot, "one cause")
        await pilot.press("enter")
        await settle(pilot)
        told = {decision.finding: (decision.word, decision.reason) for decision in desk.run("r-04").decisions}
        assert told == dict.fromkeys(("d-dup", "d-err"), ("real", "one cause"))
        assert not app.session.marks


async def test_a_mark_elsewhere_decides_nothing(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "m", "k", "j", "a")
        await pilot.pause()
        assert "marked with it" not in screen_text(app)
        await type_in(pilot, "only this")
        await pilot.press("enter")
        await settle(pilot)
        assert [decision.finding for decision in desk.run("r-04").decisions] == [app.session.decided[-1]]


async def test_a_reason_that_is_typed_at_once_is_not_lost(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("e", "v")
        await pilot.pause()
        await type_in(pilot, "made twice")
        assert app.screen.query_one("DraftInput").value == "made twice"


async def test_what_is_typed_while_the_dialog_is_made_stands_in_it_in_order(desk):
    words = "thesecondrefundwasmineandnobodyelseknewofituntilthismorning"
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        for char in f"c{words}":
            app.post_message(Key(char, char))
            await asyncio.sleep(0.001)
        await wait_for_words(pilot, "Note on")
        field = app.screen.query_one(Input)
        await wait_for(pilot, lambda: len(field.value) == len(words))
        assert field.value == words


async def test_the_next_finding_on_a_narrow_screen_is_the_one_under_the_cursor_while_its_evidence_is_not_seen(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await wait_for_words(pilot, "FINDINGS 2")
        for seen in ("d-dup", "d-err"):
            await pilot.press("e")
            await wait_for_words(pilot, "ASKED")
            assert app.claims.listing.key == seen


@pytest.mark.parametrize("elsewhere", ["", "3", "6"])
async def test_after_the_last_finding_comes_the_first_that_still_waits(desk, elsewhere):
    desk.details = {name: detail for name, detail in desk.details.items() if detail.row.id.startswith("r-04")}
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "e", *elsewhere, "e")
        await pilot.pause()
        assert app.is_at("claims")
        assert app.claims.listing.key == ("d-err" if elsewhere else "d-dup")
        await pilot.press("a")
        await type_in(pilot, "so it is")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("e")
        await wait_for_words(pilot, "No other finding waits for a decision.")
        await pilot.press("a")
        await type_in(pilot, "this too")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("e")
        await wait_for_words(pilot, "No finding waits for a decision.")
