"""Lists that change under the eyes of whoever reads them, and the lines that sum them up."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
from sample_runs import origin
from screens import drawn, wait_for_words
from textual.app import App
from textual.content import Content
from textual.geometry import Size

from assure_tui.app.desk.describe import label
from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.bars import Tally, needs
from assure_tui.app.tui.lines import Listing, Row
from assure_tui.app.tui.views.claims import finding_line, standing, told_apart
from assure_tui.reconcile.model import GateResult
from assure_tui.themes.glyphs import load


def rows(*names):
    return [Row(name, partial(lambda name, width: Content(name[:width]), name)) for name in names]


class Bare(App[None]):
    def get_theme_variable_defaults(self):
        return {"cursor-focus": "reverse", "cursor-idle": "bold"}

    def compose(self):
        yield Listing(id="list")


OLD = [f"run {number}" for number in range(30)]


async def test_a_needier_run_shows_above_the_cursor_while_the_list_is_at_its_top():
    app = Bare()
    async with app.run_test(size=(40, 10)) as pilot:
        listing = app.query_one(Listing)
        listing.show(rows(*OLD))
        await pilot.pause()
        listing.go(1)
        listing.show(rows("worse", *OLD))
        await pilot.pause()
        assert listing.key == "run 1"
        assert listing.scroll_offset.y == 0


async def test_lines_are_as_wide_as_the_pane_also_before_it_is_told_that_it_grew():
    app = Bare()
    async with app.run_test(size=(40, 10)) as pilot:
        listing = app.query_one(Listing)
        listing.show(rows("a long name of a run"))
        listing.virtual_size = Size(6, 1)  # as it was laid out while another view hid it
        await pilot.pause()
        assert "a long name of a run" in drawn(app)


@pytest.mark.parametrize("place", [9, 20])
async def test_what_is_read_further_down_stays_where_it_is_when_a_run_comes_above(place):
    app = Bare()
    async with app.run_test(size=(40, 10)) as pilot:
        listing = app.query_one(Listing)
        listing.show(rows(*OLD))
        await pilot.pause()
        listing.go(place)
        await pilot.pause()
        before = listing.scroll_offset.y
        listing.show(rows("worse", *OLD))
        await pilot.pause()
        assert listing.key == f"run {place}"
        assert listing.scroll_offset.y == before + 1


@pytest.mark.parametrize(("others", "told"), [(0, "0 need you · 3 before watching"), (1, "0 need you · 1 quiet")])
def test_a_narrow_first_line_never_counts_nothing_while_there_is_history(desk, others, told):
    row = next(iter(desk.details.values())).row
    rows = [msgspec.structs.replace(row, attention="backlog")] * 3
    rows += [msgspec.structs.replace(row, attention="quiet")] * others
    assert needs(Tally.of(rows), brief=True).plain.startswith(told)


def test_what_is_below_medium_is_not_called_decided(desk):
    detail = desk.run("r-04")
    findings = [msgspec.structs.replace(finding, severity="low") for finding in detail.discrepancies]
    quiet = msgspec.structs.replace(detail, discrepancies=tuple(findings), gates=(), inputs=(), decisions=())
    assert standing(quiet, load(ascii_only=True)).plain.startswith(f"{len(findings)} below medium   v verdict")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_where_nothing_was_judged_yet_what_was_found_has_the_room_of_the_verdicts(desk, size):
    words = "acted on a value from outside t"
    detail = next(iter(desk.details.values()))
    found = {"headline": "acted on a value from outside text", "verdict": None, "sealed": "no"}
    desk.details = {detail.row.id: msgspec.structs.replace(detail, row=msgspec.structs.replace(detail.row, **found))}
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        await wait_for_words(pilot, words, "VERDICT")


def test_findings_of_one_kind_are_told_apart_on_a_narrow_list_too(desk):
    first = desk.run("r-04").discrepancies[0]
    said = ["Claims “I refunded $41.00 for Q-1.”, but it failed", "Claims “I refunded $42.00 for Q-2.”, but it failed"]
    two = [msgspec.structs.replace(first, id=f"d-{at}", message=words) for at, words in enumerate(said)]
    assert told_apart(two) == {"d-0": "$41.00 for Q-1.", "d-1": "$42.00 for Q-2."}
    assert told_apart(two[:1]) == {}
    draw = partial(finding_line, two[0], 42, glyphs=load(ascii_only=False), answer=None, flags={})
    assert "$41.00 for Q" in draw(telling=told_apart(two)["d-0"]).plain
    assert len(draw(telling="x" * 90).plain) == len(draw().plain) <= 42


async def test_a_run_of_which_nothing_was_asked_is_not_an_empty_line(desk):
    name, detail = next((name, detail) for name, detail in desk.details.items() if not detail.findings())
    desk.details[name] = msgspec.structs.replace(detail, row=msgspec.structs.replace(detail.row, title="", headline=""))
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for_words(pilot, "untitled")


def test_a_gate_that_could_not_look_does_not_say_that_something_was_found():
    gate = GateResult(
        id="g-1", run="r-1", gate="destructive-files", outcome="not-evaluated", severity="info", call_ids=(),
        reason="unread", message="the command line could not be read whole", event="e", origin=origin(1),
    )  # fmt: skip
    assert label(gate).startswith("gate not checked: ")
