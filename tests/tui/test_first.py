"""The first start: it says what is there and what is kept, writes nothing before it is told to, and comes once."""

from __future__ import annotations

import json
import threading
import tomllib
from pathlib import Path

import pytest

from assure_tui.app.desk import firststart
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.setting import Setting
from assure_tui.app.tui.first import FirstStart, measure


@pytest.fixture
def setting(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)
    logs = tmp_path / "logs"
    logs.mkdir()
    head = {"type": "session", "format": "assure/1", "id": "s-1", "agent": "coder", "cwd": "/srv"}
    (logs / "one.jsonl").write_text(json.dumps(head) + "\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(f'roots = ["{logs}", "{tmp_path}/absent"]\ndiscover = false\n')
    return Setting.gather(home=tmp_path / "home")


def text_of(app):
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def shown(app, pilot):
    await app.workers.wait_for_complete()
    await pilot.pause()
    return text_of(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_it_tells_roots_bytes_what_is_kept_where_how_long_and_who_can_read_it(setting, size):
    app = FirstStart(setting.home, lambda: firststart.survey(setting))
    async with app.run_test(size=size) as pilot:
        text = await shown(app, pilot)
        assert "1 log" in text
        rows = " ".join(row.draw(400).plain for row in app.query_one("#first-list").rows)
        for words in ("backlog", "Digests of all records", "Until you delete it", "can decrypt"):
            assert words in rows
        assert str(setting.home.keys) in "".join(rows.split())
        await pilot.press("enter")
    assert app.return_value == "watch"
    assert not setting.home.desk.exists(), "the screen itself writes nothing"


@pytest.mark.parametrize("logs", [0, 3])
async def test_all_of_it_can_be_read_line_by_line_on_a_small_screen(setting, logs):
    there = [firststart.Place(Path("/logs/there"), "coder", exists=True, logs=logs)] if logs else []
    absent = [firststart.Place(Path(f"/logs/absent{number}"), "coder", exists=False) for number in range(30)]
    app = FirstStart(setting.home, lambda: [*there, *absent])
    async with app.run_test(size=(80, 24)) as pilot:
        seen = await shown(app, pilot)
        for _ in range(70):
            await pilot.press("j")
            seen += text_of(app)
        for words in ("HISTORY", "WHAT IS KEPT", "HOW LONG", "WHO CAN READ IT", *(place.path.name for place in absent)):
            assert words in seen
        for _ in range(70):
            await pilot.press("k")
        assert "WATCHED" in text_of(app)
        await pilot.press("G")
        assert "WATCHED" not in text_of(app)
        await pilot.press("g", "x")
        assert len(app.left_out) == 1


async def test_a_place_that_is_left_out_is_written_into_the_settings_and_never_read(setting, tmp_path):
    app = FirstStart(setting.home, lambda: firststart.survey(setting))
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(app, pilot)
        await pilot.press("x")
        assert "left out" in text_of(app)
        await pilot.press("enter")
    firststart.leave_out(setting.home.config, sorted(app.left_out))
    kept = tomllib.loads(setting.home.config.read_text())
    assert kept["discover"] is False, "the settings that were there stay"
    again = Setting.gather(home=tmp_path / "home")
    assert [place.logs for place in firststart.survey(again)] == [0, 0]
    with pytest.raises(UsageError, match="already has a list `exclude`"):
        firststart.leave_out(setting.home.config, [tmp_path])


@pytest.mark.parametrize("name", ["logs [old]", "logs \U0001f600", "a \udcff b", '50% "so"', "del \x7f"], ids=ascii)
def test_a_folder_of_any_name_can_be_left_out(tmp_path, name):
    folder = tmp_path / "of agents" / name
    folder.mkdir(parents=True)
    (folder / "run.jsonl").write_text('{"role": "user", "content": "hello"}\n{"role": "assistant", "content": "hi"}\n')
    home = tmp_path / "home"
    firststart.leave_out(home / "config.toml", [folder])
    setting = Setting.gather([folder.parent], home=home)
    assert [place.logs for place in firststart.survey(setting)] == [0]


async def test_a_place_of_the_settings_that_is_not_there_stands_among_those_that_will_be_watched(setting):
    app = FirstStart(setting.home, lambda: firststart.survey(setting))
    async with app.run_test(size=(120, 36)) as pilot:
        await shown(app, pilot)
        listed = "\n".join(row.draw(400).plain for row in app.query_one("#first-list").rows)
        assert "not there" in listed.partition("HISTORY")[0]
        assert "NOT THERE YET" not in listed


async def test_what_is_left_out_is_not_counted_as_history(setting):
    app = FirstStart(setting.home, lambda: firststart.survey(setting))
    async with app.run_test(size=(120, 36)) as pilot:
        assert "are listed as backlog" in await shown(app, pilot)
        await pilot.press("x")
        text = await shown(app, pilot)
        assert "listed as backlog" not in text
        assert "it is left out" in text


async def test_however_narrow_the_last_line_has_whole_hints_and_how_to_leave(setting):
    app = FirstStart(setting.home, lambda: firststart.survey(setting))
    async with app.run_test(size=(60, 20)) as pilot:
        last = (await shown(app, pilot)).splitlines()[-1]
        assert last.endswith("q leave")
        assert "…" not in last
        assert "enter watch from now on" in last


async def test_without_any_log_it_says_where_it_looked_and_offers_the_demo(setting):
    places = [firststart.Place(setting.home.keys / "absent", "coder", exists=False)]
    app = FirstStart(setting.home, lambda: places)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await shown(app, pilot)
        assert "d plays the" in text
        assert "LOOKED AT, NOT THERE YET" in text
        await pilot.press("d")
    assert app.return_value == "demo"


async def test_watching_is_offered_once_it_was_shown_what_is_watched(setting):
    looked = threading.Event()
    places = [firststart.Place(setting.home.keys / "absent", "coder", exists=False)]
    app = FirstStart(setting.home, lambda: places if looked.wait(60) else [])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "watch from now on" not in text_of(app)
        await pilot.press("enter")
        assert app.return_value is None
        looked.set()
        assert "enter watch from now on" in await shown(app, pilot)
        await pilot.press("enter")
    assert app.return_value == "watch"


async def test_leaving_gives_nothing(setting):
    app = FirstStart(setting.home, lambda: firststart.survey(setting), ascii_only=True, no_color=True)
    async with app.run_test(size=(80, 24)) as pilot:
        assert (await shown(app, pilot)).isascii()
        await pilot.press("q")
    assert app.return_value == ""
    assert firststart.is_first(setting)


def test_bytes_are_said_as_a_person_says_them():
    assert [measure(size) for size in (0, 999, 1500, 12_345_678)] == ["0 B", "999 B", "1.5 kB", "12 MB"]
