"""The whole words beside the whole output, with what matters highlighted on both sides."""

from __future__ import annotations

import msgspec
import pytest
from screens import screen_text, wait_for_words

from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.both_sides import sides
from assure_tui.app.tui.evidence import gather

OUTPUT = "\n".join(
    [
        "collected 41 items",
        *[f"tests/test_{n}.py ...... [ {n}%]" for n in range(60)],
        "",
        "==== 39 passed, 2 failed in 8 s ====",
        "bye",
    ]
)


def highlighted(app, style):
    """The words on the screen that have a theme variable's ground."""
    wanted = app.theme_variables[style.removeprefix("$")].rpartition(" on ")[2].lower()
    found = []
    for strip in app.screen._compositor.render_strips():
        words = [s.text for s in strip if s.style and s.style.bgcolor and s.style.bgcolor.name.lower() == wanted]
        found += [word.strip() for word in words if word.strip()]
    return found


@pytest.fixture
def tests_run(desk):
    """The run that claims 41 passing tests; its output says otherwise."""
    run = next(row.id for row in desk.runs("") if row.id.startswith("r-11"))
    detail = desk.details[run]
    acts = [
        msgspec.structs.replace(act, result_event=act.event, results={"passed": 39, "failed": 2})
        if "test" in act.kind
        else act
        for act in detail.effects
    ]
    desk.change(run, effects=tuple(acts))
    for act in acts:
        if act.result_event:
            desk.texts[act.result_event] = OUTPUT
    return run


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_the_line_that_contradicts_the_claim_stands_beside_its_paragraph(desk, tests_run, size):
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        app.open_run(tests_run)
        app.show_view("claims")
        claim = next(item for item in desk.run(tests_run).claims if "test" in item.kind)
        app.claims.listing.find(claim.id)
        await pilot.press("vertical_line")
        if size[0] < 100:
            await pilot.press("space")
        await wait_for_words(pilot, "39 passed, 2 failed in 8 s")
        text = screen_text(app)
        assert "collected 41 items" not in text, "lines far from those that matter are folded"
        assert " lines …" in text
        hits = " ".join(highlighted(app, "$text-hit"))
        assert "39" in hits
        assert "failed" in hits
        await pilot.press("vertical_line")
        await pilot.pause()
        assert "CALLED" in screen_text(app) or size[0] < 100


def test_both_sides_of_every_finding_and_claim_can_be_laid_out(desk):
    for run in desk.details:
        detail = desk.run(run)
        for item in [*detail.findings(), *detail.claims]:
            both = sides(desk, detail, item, gather(desk, detail, item))
            assert all(part.lines for part in (*both.left, *both.right))


def test_the_span_is_found_in_the_lines_it_runs_over(desk):
    detail = desk.run(desk.runs("")[0].id)
    claim = detail.claims[0]
    desk.texts[claim.event] = "first\nsecond third\nfourth"
    claim = msgspec.structs.replace(claim, span=(8, 22))
    (part,) = sides(desk, detail, claim, gather(desk, detail, claim)).left
    assert part.hits == {1: (2, 12), 2: (0, 3)}


def test_values_nested_without_end_and_endless_lines_cost_nothing(desk, tests_run):
    deep = {}
    for _ in range(500):
        deep = {"a": deep, "n": 39}
    detail = desk.run(tests_run)
    claim = msgspec.structs.replace(detail.claims[0], args=deep)
    desk.texts[claim.event] = "x" * 3_000_000
    both = sides(desk, detail, claim, gather(desk, detail, claim))
    assert sum(len(line) for part in both.left for line in part.lines) <= 200_000
