"""The last line: hints that fit, the views with their keys, and what a click on them does."""

from __future__ import annotations

import msgspec
import pytest
from screens import drawn, wait_for

from assure_tui.app.desk.views import Queue
from assure_tui.app.tui.application import AssureApp


def last_line(app):
    return drawn(app).splitlines()[-1]


async def test_a_wide_screen_names_the_views_and_a_click_goes_there(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        assert "1 Runs  2 Claims  3 Timeline  4 Diff  5 Ledger  6 Notes  7 Gates" in last_line(app)
        for name in ("Ledger", "Timeline", "Runs"):
            await pilot.click("#footer", offset=(last_line(app).index(name), 0))
            await wait_for(pilot, lambda name=name: app.is_at(name.lower()))


async def test_a_click_on_a_hint_does_what_its_key_does(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.click("#footer", offset=(last_line(app).index("next to decide"), 0))
        await wait_for(pilot, lambda: app.is_at("claims"))
        await pilot.click("#footer", offset=(last_line(app).index("false alarm"), 0))
        await wait_for(pilot, lambda: not app.at_desk)


@pytest.mark.parametrize("width", [80, 120])
async def test_how_far_the_history_was_read_is_told_on_a_small_screen_too(desk, width):
    desk.backlog = Queue(1, 948, 34)
    app = AssureApp(desk)
    async with app.run_test(size=(width, 24)) as pilot:
        await wait_for(pilot, lambda: "log 1 of 948, at 34 %" in drawn(app).splitlines()[0])
        assert "need you" in drawn(app).splitlines()[0]


@pytest.mark.parametrize("width", [20, 60, 80, 99, 120, 140, 160, 200])
async def test_hints_are_whole_at_every_width_and_keys_and_quit_stay(desk, width):
    app = AssureApp(desk)
    async with app.run_test(size=(width, 30)) as pilot:
        for keys in ([], ["e"], ["3"], ["4"], ["5"]):
            await pilot.press(*keys)
            await pilot.pause()
            line = last_line(app)
            assert "? keys" in line
            assert "q " in line
            assert len(line) <= width
            assert all(len(hint.split(" ", 1)) == 2 for hint in line.strip().split("   ") if hint.strip())


async def test_a_medium_screen_says_that_there_are_views(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "1-7 views" in last_line(app)


async def test_a_recorder_that_was_just_started_is_not_called_missing(desk, monkeypatch):
    class Starting:
        pid, trouble, starting = 1, "", True

        def tend(self):
            return None

    presence = desk.presence()
    monkeypatch.setattr(desk, "presence", lambda: msgspec.structs.replace(presence, recorder="none", recorder_pid=None))
    recorder = Starting()
    app = AssureApp(desk, recorder=recorder)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: "recorder starts" in drawn(app))
        recorder.starting = False
        await wait_for(pilot, lambda: "not recording" in drawn(app))


async def test_the_next_hit_is_gone_to_in_every_list_that_is_filtered(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"coder", "enter")
        first = app.runs.main().cursor
        await pilot.press("n")
        assert app.runs.main().cursor > first
        await pilot.press("N")
        assert app.runs.main().cursor == first


async def test_remapped_views_are_named_by_their_keys(desk):
    app = AssureApp(desk, keymap={"view-claims": "f2"})
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        assert "f2 Claims" in last_line(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "1-7" not in last_line(app)
