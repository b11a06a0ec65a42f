"""The key table: every key has an id, a help text and an action, and does something."""

from __future__ import annotations

import inspect
import re

import pytest
from textual.keys import Keys

from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.keys import NEVER, table


def test_every_binding_has_an_id_and_help():
    for binding in AssureApp.BINDINGS:
        assert binding.id, binding
        assert len(binding.description) > 3, binding.id


def test_ids_and_keys_are_unique():
    ids = [key.id for key in table()]
    assert len(ids) == len(set(ids))
    names = [name for key in table() for name in key.keys.split(",")]
    assert len(names) == len(set(names))


def test_every_action_exists_and_takes_what_the_table_gives():
    for key in table():
        name, _, arguments = key.action.partition("(")
        method = getattr(AssureApp, f"action_{name}", None)
        assert method is not None, key.id
        given = [part for part in arguments.rstrip(")").split(",") if part]
        inspect.signature(getattr(method, "__wrapped__", method)).bind(None, *given)


def test_no_key_needs_a_modifier_or_a_function_key():
    for key in table():
        first = key.keys.split(",")[0]
        assert not re.match(r"(ctrl|alt|meta|super)\+|f\d+$", first), key.id


def test_hints_in_the_footer_have_a_word_and_a_rank():
    for key in table():
        assert bool(key.hint) == (key.rank < NEVER), key.id


def test_help_and_quit_outlive_all_other_hints():
    first = {key.id for key in table() if key.rank == 1}
    assert first == {"help", "quit"}


async def test_keys_can_be_remapped_by_id(desk):
    app = AssureApp(desk, keymap={"next-finding": "ctrl+n", "theme": "f2"})
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e")
        assert app.view.key == "runs", "the old key is free"
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert app.view.key == "claims"


async def test_the_key_list_begins_with_the_keys_of_the_view_and_runs_what_is_chosen(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "question_mark")
        await pilot.pause()
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert text.index("Decide the finding: it is real") < text.index("Go down a line")
        await pilot.press(*"ledger", "enter")
        await pilot.pause()
        assert app.view.key == "ledger"


async def test_the_palette_opens_a_run_by_its_title(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await pilot.pause()
        await pilot.press(*"loginbug", "enter")
        await pilot.pause()
        assert app.session.run.startswith("r-11")


@pytest.mark.parametrize("view", "123456")
async def test_every_key_can_be_pressed_in_every_view_without_harm(desk, view):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(view)
        shown = app.view.key
        for key in table():
            if key.id == "quit" or key.id.startswith("view-"):
                continue
            await pilot.press(key.keys.split(",")[0])
            while len(app.screen_stack) > 1:
                await pilot.press("escape")
            if app.view.key != shown or app.filter_bar.has_class("-on"):
                await pilot.press("escape", view)
        assert app.is_running


def test_named_keys_are_known_to_textual():
    known = {value.value for value in Keys} | {"space", "plus", "slash", "colon", "question_mark", "vertical_line"}
    known |= {"left_curly_bracket", "right_curly_bracket", "equals_sign", "at"}
    for key in table():
        for name in key.keys.split(","):
            assert len(name) == 1 or name in known, name


async def test_what_a_key_does_is_told_to_the_end_on_a_small_screen_too(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "question_mark")
        await pilot.pause(0.3)
        listing = app.screen.query_one("#chooser-list")
        lines = [row.draw(listing.scrollable_content_region.width).plain for row in listing.rows]
        assert not any("…" in line for line in lines)
        told = " ".join(" ".join(lines).split())
        assert all(" ".join(key.help.split()) in told for key in table() if key.works_in("claims"))
