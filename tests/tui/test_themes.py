"""Palettes and glyphs: legible, complete, and never colour alone."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.content import Content
from textual.style import Style

from assure_tui.app.tui.application import AssureApp
from assure_tui.themes import glyphs, palette

COLOURED = [name for name in palette.PALETTES if not palette.load(name).ansi]
STATES = 7.0
TEXT = 4.5


def luminance(color):
    def linear(value):
        value /= 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one, other):
    """WCAG 2.2, section 1.4.3."""
    light, dark = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def style(loaded, name):
    return Style.parse(loaded.variables[name], {})


def grounds(loaded):
    """Everything that text may stand on."""
    idle = style(loaded, "cursor-idle").background.hex
    return [loaded.base["background"], loaded.base["surface"], loaded.base["panel"], idle]


@pytest.mark.parametrize("name", COLOURED)
def test_states_stand_out_from_every_ground(name):
    loaded = palette.load(name)
    for variable in loaded.variables:
        if variable.startswith(("state-", "ledger-")):
            for ground in grounds(loaded):
                ratio = contrast(loaded.variables[variable], ground)
                assert ratio >= STATES, f"{name}: {variable} on {ground} is {ratio:.2f}:1"


@pytest.mark.parametrize("name", COLOURED)
def test_text_stands_out_from_every_ground(name):
    loaded = palette.load(name)
    texts = [loaded.base["foreground"], loaded.base["accent"], loaded.variables["text-dim"]]
    for text in texts:
        for ground in grounds(loaded):
            assert contrast(text, ground) >= TEXT, f"{name}: {text} on {ground} is {contrast(text, ground):.2f}:1"


@pytest.mark.parametrize("name", COLOURED)
def test_marked_text_stands_out(name):
    loaded = palette.load(name)
    for variable in ("text-hit", "text-quote", "cursor-focus"):
        both = style(loaded, variable)
        assert contrast(both.foreground.hex, both.background.hex) >= TEXT, f"{name}: {variable}"
    for side in ("added", "removed"):
        ground = style(loaded, f"diff-{side}-ground").background.hex
        for variable in (f"diff-{side}", *(key for key in loaded.variables if key.startswith("code-"))):
            ratio = contrast(loaded.variables[variable], ground)
            assert ratio >= TEXT, f"{name}: {variable} on {side} is {ratio:.2f}:1"


def test_all_palettes_define_the_same_meanings():
    wanted = set(palette.load("dark").variables)
    for name in palette.PALETTES:
        assert wanted <= set(palette.load(name).variables), name


def test_the_two_words_that_matter_most_differ_in_more_than_hue_for_the_colour_blind():
    for name in ("deuteranopia", "tritanopia"):
        loaded = palette.load(name)
        good, bad = (Color.parse(loaded.variables[f"state-{word}"]) for word in ("confirmed", "contradicted"))
        assert abs(good.b - bad.b) > 60 if name == "deuteranopia" else abs(good.r - bad.r) > 60


@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_state_has_a_glyph_of_one_cell_and_a_word(ascii_only):
    loaded = glyphs.load(ascii_only=ascii_only)
    variables = palette.load("dark").variables
    for name, sign in loaded.states.items():
        assert Content(sign.glyph).cell_length == 1, name
        assert sign.word.strip(), name
        assert sign.colour in variables, name
    if ascii_only:
        assert all(sign.glyph.isascii() for sign in loaded.states.values())
        assert all(mark.isascii() for mark in loaded.marks.values())


@pytest.mark.parametrize("kind", ["user", "agent", "call", "result", "start", "boundary", "context", "permission"])
def test_the_word_for_a_kind_of_event_fits_its_column(kind):
    sign = glyphs.load(ascii_only=False).sign(kind)
    assert len(f"{sign.glyph} {sign.word}") <= 10


def test_a_state_that_no_file_knows_is_shown_with_a_question_mark():
    assert glyphs.load().sign("teleported").glyph == "?"


async def test_the_theme_key_walks_through_all_palettes_and_comes_back(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        seen = []
        for _ in palette.PALETTES:
            seen.append(app.theme)
            await pilot.press("T")
        assert seen == list(palette.PALETTES)
        assert app.theme == "dark"


async def test_without_colour_the_screen_has_none_and_loses_no_word(desk, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = AssureApp(desk, no_color=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        text = "\n".join(strip.text for strip in strips)
        assert "✗ contradicted" in text
        assert "! critical" in text
        for strip in strips:
            for segment in strip:
                if segment.style is not None:
                    assert segment.style.color is None or segment.style.color.is_default, segment
                    assert segment.style.bgcolor is None or segment.style.bgcolor.is_default, segment


async def test_the_ascii_set_draws_the_whole_screen_in_ascii(desk):
    app = AssureApp(desk, ascii_only=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        ours = [line for line in (s.text for s in app.screen._compositor.render_strips()) if "“" not in line]
        odd = {char for line in ours for char in line if not char.isascii()}
        assert odd <= {"…", "▎", "▂", "▃", "▄", "▅", "▆", "▇", "▁", "█", "·"}, odd


@pytest.mark.parametrize("keys", [["e"], ["3"], ["j", "4"], ["5"], ["e", "a"], ["e", "S"], ["question_mark"], ["v"]])
async def test_the_ascii_glyph_set_draws_nothing_else(desk, keys):
    app = AssureApp(desk, ascii_only=True, no_color=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert set(text) - {char for char in text if char.isascii()} == set()
