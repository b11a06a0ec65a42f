"""Many findings that say the same: one line for them, and none of them lost."""

from __future__ import annotations

import msgspec
import pytest
from screens import press, screen_text, wait_for, wait_for_words

from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.views.folding import Fold, fold

RUN = "r-11aa0933be55"


@pytest.fixture
def many(desk):
    item = desk.details[RUN]
    gate = msgspec.structs.replace(item.gates[0], severity="info", outcome="failed", gate="guard-edit")
    gates = [msgspec.structs.replace(gate, id=f"g-{at}", message=f"Guard {at} was changed.") for at in range(9)]
    desk.change(RUN, gates=(*item.gates, *gates))
    return desk


def alike(desk, answers=(), **more):
    return list(fold(desk.details[RUN].findings(), dict(answers), **({"apart": (), "unfolded": ()} | more)))


def test_the_first_of_many_stands_and_the_others_as_one_and_none_is_lost(many):
    shown = alike(many)
    folds = [item for item in shown if isinstance(item, Fold)]
    assert [len(item.findings) for item in folds] == [8]
    everything = [
        name for item in shown for name in ([f.id for f in item.findings] if isinstance(item, Fold) else [item.id])
    ]
    assert sorted(everything) == sorted(found.id for found in many.details[RUN].findings())


def test_what_asks_for_a_decision_or_was_written_about_is_never_folded(many):
    shown = alike(many, apart={"g-5"})
    alone = {item.id for item in shown if not isinstance(item, Fold)}
    assert {"d-val", "g-hook", "i-text", "g-0", "g-5"} <= alone
    key = next(item.key for item in shown if isinstance(item, Fold))
    assert not any(isinstance(item, Fold) for item in alike(many, unfolded={key}))


def test_what_was_answered_alike_stands_as_one_line_apart_from_what_waits(many):
    answers = {f"g-{at}": "false-alarm" for at in range(5)}
    folds = [item for item in alike(many, answers) if isinstance(item, Fold)]
    assert [(item.answer, len(item.findings)) for item in folds] == [("false-alarm", 4), ("", 3)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_enter_shows_what_is_folded(many, size):
    app = AssureApp(many)
    async with app.run_test(size=size) as pilot:
        await pilot.press("j", "enter")
        await wait_for_words(pilot, "8 more alike")
        assert "Guard 3" not in screen_text(app)
        while not app.claims.listing.key.startswith("fold:"):
            await pilot.press("j")
        await pilot.press("enter")
        await wait_for_words(pilot, "FINDINGS 12")
        assert "more alike" not in screen_text(app)
        assert app.claims.finding() is not None


async def test_a_filter_finds_what_is_folded(many):
    app = AssureApp(many)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j", "enter", "slash", *"Guard", "space", *"3", "enter")
        await wait_for_words(pilot, "1 of")
        assert app.claims.finding().id == "g-3"


@pytest.mark.parametrize(("key", "view"), [("2", "claims"), ("7", "gates")])
async def test_what_stands_as_one_line_is_decided_with_one_reason_and_taken_back_so(many, key, view):
    app = AssureApp(many)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j", "enter", key)
        await wait_for_words(pilot, "8 more alike")
        listing = app.views[view].listing
        while not listing.key.startswith("fold:"):
            await pilot.press("j")
        await wait_for_words(pilot, "with one reason for all of them")
        await pilot.press("x")
        await wait_for_words(pilot, "what is alike: 7 ×")
        await press(pilot, "enter")
        await wait_for_words(pilot, "7 more alike")
        made = many.details[RUN].decisions
        assert [decision.word for decision in made] == ["false-alarm"] * 8
        assert len({decision.reason for decision in made}) == 1
        while not listing.key.startswith("fold:"):
            await pilot.press("j")
        await wait_for_words(pilot, "takes back the answer")
        await press(pilot, "z")
        assert len(many.details[RUN].decisions) == 1


async def test_marking_what_stands_as_one_line_marks_each_of_them(many):
    app = AssureApp(many)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j", "enter")
        await wait_for_words(pilot, "8 more alike")
        while not app.claims.listing.key.startswith("fold:"):
            await pilot.press("j")
        await pilot.press("m")
        await wait_for(pilot, lambda: "more alike" not in screen_text(app))
        assert app.session.marks == {f"g-{at}" for at in range(1, 9)}
