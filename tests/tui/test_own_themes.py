"""Palettes of one's own: taken over while the screen is open, with one sentence for every mistake."""

from __future__ import annotations

import os

import pytest
from screens import wait_for, wait_for_words

from assure_tui.app.cli import main
from assure_tui.app.tui.application import AssureApp
from assure_tui.themes.palette import FOLDER, LARGEST, PaletteError, Shelf, load, read


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "themes"
    made.mkdir()
    return made


def write(folder, name, text):
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(path.stat().st_mtime_ns + 1_000_000,) * 2)  # two writes within one tick of the clock differ
    return path


def test_what_a_palette_leaves_out_is_that_of_the_one_it_is_like(folder):
    write(
        folder, "dusk", 'like = "light"\nlabel = "Dusk"\n[base]\naccent = "#aa3300"\n[cursor]\nfocus = "bold on #222"'
    )
    dusk, light = Shelf(folder).palettes["dusk"], load("light")
    assert dusk.label == "Dusk"
    assert not dusk.dark
    assert dusk.base == {**light.base, "accent": "#aa3300"}
    assert dusk.variables == {**light.variables, "cursor-focus": "bold on #222"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[state]\nconfirmd = 'red'", "did you mean `state.confirmed`"),
        ("labl = 'x'", "did you mean `label`"),
        ("dark = 'yes'", "`dark` has to be a true or false"),
        ("[base]\naccent = 'blurple'", "`base.accent` is no colour"),
        ("[cursor]\nfocus = 'on $nothing'", "`cursor.focus` is no colour or style"),
        ("[text]\ndim = '@click=app.quit'", "`text.dim` is no colour or style"),
        ("[base]\naccent = 7", "`base.accent` is no colour"),
        ("like = 'noon'", "names no palette"),
        ("not toml", "cannot be read"),
        ("x = " + "[" * 5000, "cannot be read"),
        ("# " + "x" * LARGEST + "\n[base]\naccent = 'blurple'", ""),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_file(folder, text, said):
    path = write(folder, "mine", text)
    if said:
        with pytest.raises(PaletteError) as error:
            read(path, load("dark"))
        assert said in str(error.value)
        assert "mine.toml" in str(error.value)
        assert "\n" not in str(error.value)
    else:
        assert read(path, load("dark")).base == load("dark").base, "nothing beyond the limit is read"


def test_a_file_whose_name_is_none_for_a_palette_is_told_and_left_out(folder):
    write(folder, "my theme!", "label = 'x'")
    shelf = Shelf(folder)
    assert "my theme!" not in shelf.palettes
    assert any("the name of a palette" in said for said in shelf.problems)


def test_what_is_shipped_is_read_once_more_only_when_it_changes(folder):
    assert Shelf(folder).refresh() == []
    assert all((FOLDER / f"{name}.toml").exists() for name in Shelf().palettes)


async def test_an_edit_shows_at_once_and_a_mistake_keeps_the_last_good_one(desk, folder):
    write(folder, "dusk", 'like = "dark"\n[base]\nbackground = "#000011"')
    app = AssureApp(desk, theme="dusk", themes=folder)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for(pilot, lambda: app.screen.styles.background.hex == "#000011")
        write(folder, "dusk", 'like = "dark"\n[base]\nbackground = "#001100"')
        await wait_for(pilot, lambda: app.screen.styles.background.hex == "#001100")
        write(folder, "dusk", 'like = "dark"\n[base]\nbackground = "greenish"')
        await wait_for_words(pilot, "`base.background` is no colour")
        assert app.screen.styles.background.hex == "#001100"
        write(folder, "dawn", 'like = "light"\nlabel = "Dawn"')
        await wait_for(pilot, lambda: "dawn" in app.looks.shelf.palettes)
        await pilot.press("colon", *"dawn", "enter")
        await wait_for(pilot, lambda: app.theme == "dawn")


def test_a_theme_that_is_none_is_told_with_those_that_are(folder, tmp_path, monkeypatch, capsys):
    write(folder, "dusk", "[base]\naccent = 'blurple'")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["open", "--home", str(tmp_path), "--theme", "dusk"]) == 2
    said = capsys.readouterr().err
    assert "choose one of dark, light" in said
    assert "`base.accent` is no colour" in said
