"""How many keys a review takes, reasons, words and secrets apart."""

from __future__ import annotations

import msgspec
import pytest
from screens import wait_for
from textual.events import Key as KeyPressed

from assure_tui.app.tui.application import AssureApp


class Counting:
    """Presses keys and counts them; what is typed into a line is not counted."""

    def __init__(self, pilot):
        self.pilot, self.keys = pilot, 0

    async def press(self, *keys):
        for key in keys:
            self.keys += 1
            await self.pilot.press(key)
            while any(w.group == "act" and not w.is_finished for w in self.pilot.app.workers):
                await self.pilot.pause(0.02)
            await self.pilot.pause()

    async def type(self, words):
        await self.pilot.press(*words)


def only(desk, run, **fields):
    """Leave one run on the desk."""
    desk.details = {run: msgspec.structs.replace(desk.details[run], **fields)}


async def sealed(pilot, desk, count):
    while len(desk.sealed) < count:
        await pilot.pause(0.05)


@pytest.mark.parametrize("has_key", [True, False])
async def test_from_start_to_sealed_with_one_finding_takes_at_most_twelve_keys(desk, has_key):
    run = next(iter(desk.details))
    only(desk, run, discrepancies=desk.details[run].discrepancies[:1])
    if has_key:
        desk.new_operator_key("ana", "horse")
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        counting = Counting(pilot)
        await counting.press("e", "a")
        await counting.type("twice")
        await counting.press("enter", "v", "enter")
        await counting.type("twice")
        await counting.press("enter", "S")
        await counting.type("rejected")
        await counting.press("enter")
        if not has_key:
            await counting.press("enter")
            await counting.type("horse")
            await counting.press("enter")
        await counting.type("horse")
        await counting.press("enter", "enter")
        await sealed(pilot, desk, 1)
        assert desk.details[run].verdict.word == "rejected", "what the decision suggests, not what Enter finds first"
        assert counting.keys <= 12


async def test_a_batch_of_ten_takes_at_most_two_keys_a_run(desk):
    run = next(name for name, item in desk.details.items() if item.row.agent == "coder")
    quiet = msgspec.structs.replace(desk.details[run], discrepancies=(), gates=(), inputs=(), decisions=())
    rows = [
        msgspec.structs.replace(
            quiet.row,
            id=f"r-{number:010}",
            undecided=0,
            findings=0,
            attention="quiet",
            verdict=None,
            sealed="no",
            headline="",
        )
        for number in range(10)
    ]
    desk.details = {row.id: msgspec.structs.replace(quiet, row=row) for row in rows}
    desk.new_operator_key("ana", "horse")
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        counting = Counting(pilot)
        await counting.press(*"m" * 10, "S")
        await counting.type("accepted")
        await counting.press("enter")
        await counting.type("horse")
        await counting.press("enter", "enter")
        await sealed(pilot, desk, 10)
        assert counting.keys <= 20


@pytest.mark.parametrize("key", ["a", "c", "v"])
async def test_letters_that_are_typed_before_the_dialog_is_there_go_into_it(desk, key):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        words = "3twice" if key == "v" else "twice"
        for letter in (key, *words):
            app._driver.send_message(KeyPressed(letter, letter))
        await wait_for(pilot, lambda: [line.value for line in app.screen.query("DraftInput")] == ["twice"])
        assert len(app.screen_stack) == 2
