"""Looking into a run from the list: the worst finding with its evidence, at every size, and nothing opened by it."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec
import pytest
from screens import screen_text, wait_for_words

from assure_tui.app.tui import paint
from assure_tui.app.tui.application import AssureApp


@pytest.mark.parametrize("size", [(120, 36), (200, 60)])
async def test_the_worst_finding_stands_there_with_claim_and_evidence(desk, size):
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = screen_text(app)
        for words in ("ASKED", "CLAIMED", "CALLED", "LANDED", "refund_payment", "card_7334"):
            assert words in shown
        await pilot.press("j")
        await pilot.pause()
        assert "pytest -q" in screen_text(app), "the run under the cursor"


async def test_nothing_counts_as_looked_at_by_a_look_from_the_list(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("j", "k")
        await pilot.pause()
        assert not app.session.opened
    assert not desk.looked_at


async def test_a_quiet_run_shows_its_claims_and_its_small_findings_by_their_kind(desk):
    run = "r-04c12a77de01"
    error = desk.details[run].discrepancies[1]
    small = (msgspec.structs.replace(error, id=f"d-{at}", severity="low") for at in range(3))
    desk.change(run, discrepancies=tuple(small))
    app = AssureApp(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await wait_for_words(pilot, "No finding waits", "BELOW MEDIUM 3", "errors not disclosed  ×3", "CLAIMS 3")
        assert "looked up the order" in screen_text(app)


async def test_a_run_that_cannot_be_read_says_why_and_the_list_stays(desk):
    def broken(run):
        raise OSError(f"{run} lies on a disk that is gone")

    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        desk.run = broken
        await pilot.press("j")
        await pilot.pause()
        assert "a disk that is gone" in screen_text(app)
        assert "r-2f00aa12" in screen_text(app)


async def test_what_waits_is_told_in_the_list_of_a_small_terminal_too(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "done more often than claimed" in screen_text(app)


def test_a_time_of_another_year_tells_its_year():
    now = datetime.now().astimezone()
    other = now.replace(year=now.year - 1, month=3, day=4)
    assert paint.when(other.timestamp()) == f"{now.year - 1}-03-04"
    assert paint.moment_of(other.timestamp()).startswith(f"{now.year - 1}-03-04 ")
    assert paint.when(time.time()) == paint.clock(time.time(), seconds=True)
    assert paint.when(None) == "--:--"
