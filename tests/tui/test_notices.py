"""Notices: once a finding, grouped by run, from a severity on, quiet while snoozed, and harmless in the terminal."""

from __future__ import annotations

import json
import sys

import pytest
from screens import wait_for, wait_until

from assure_tui.app.desk.config import NotifyConfig, read_user
from assure_tui.app.desk.errors import ConfigError
from assure_tui.app.desk.watch.notices import Alert, Notice, Notices
from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.notify import message, sequence, tell


def alert(finding, severity="high", run="r-1"):
    return Alert(run=run, title="Refund", finding=finding, severity=severity, label="claimed, not found")


def test_each_finding_is_told_once_grouped_by_run_also_by_the_next_screen(desk):
    notices = Notices(desk)
    assert notices.take([alert("old")], 0.0) == []
    now = [alert("old"), alert("a"), alert("b", "critical"), alert("low", "medium"), alert("c", run="r-2")]
    assert notices.take(now, 1.0) == [], "a burst is gathered"
    told = notices.take(now, 4.0)
    assert [(notice.run, notice.count, notice.severity) for notice in told] == [
        ("r-1", 2, "critical"),
        ("r-2", 1, "high"),
    ]
    assert notices.take(now, 9.0) == []
    again = Notices(desk)
    again.take([], 10.0)
    again.take(now, 11.0)
    assert again.take(now, 20.0) == []


def test_what_was_taken_back_while_a_burst_was_gathered_is_not_told_unless_it_comes_again(desk):
    notices = Notices(desk)
    notices.take([], 0.0)
    notices.take([alert("denied"), alert("stands")], 1.0)
    (told,) = notices.take([alert("stands")], 4.0)
    assert (told.count, told.severity) == (1, "high")
    notices.take([alert("gone")], 5.0)
    assert notices.take([], 9.0) == []
    notices.take([alert("denied")], 10.0)
    (told,) = notices.take([alert("denied")], 13.0)
    assert told.count == 1


def test_snoozing_holds_notices_back_and_is_remembered(desk):
    notices = Notices(desk)
    notices.take([], 0.0)
    notices.snooze(3600, 0.0)
    notices.take([alert("a")], 1.0)
    assert notices.take([alert("a")], 5.0) == []
    assert Notices(desk).snoozed(10.0) == 3600.0
    assert notices.snoozed(3601.0) == 0.0
    notices.take([alert("a"), alert("b")], 3700.0)
    assert len(notices.take([alert("b")], 3710.0)) == 1


def test_what_somebody_looks_at_is_not_told_when_it_is_recorded_later(desk):
    notices = Notices(desk)
    notices.take([], 0.0)
    notices.saw("r-1", ["a"])
    notices.take([alert("a")], 1.0)
    assert notices.take([alert("a")], 9.0) == []


HOSTILE = Notice(run="r-1", title="x\x1b]52;c;aa\x07;\x9c\nrm", count=3, severity="high", label="done; twice")


@pytest.mark.parametrize("kind", ["osc9", "osc777"])
@pytest.mark.parametrize("tmux", [False, True])
def test_no_text_of_a_log_can_leave_the_sequence(kind, tmux):
    sent = sequence(message(HOSTILE), kind, inside_tmux=tmux)
    body = sent.removeprefix("\x1bPtmux;").replace("\x1b\x1b", "\x1b") if tmux else sent
    body = body.removesuffix("\x1b\\") if tmux else body
    assert body.startswith("\x1b]")
    assert body.endswith("\x1b\\")
    inner = body[2:-2]
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in inner)
    assert inner.count(";") == (1 if kind == "osc9" else 3)


def test_a_command_gets_the_notice_on_its_standard_input(tmp_path):
    out = tmp_path / "told.json"
    script = f"import sys; open({str(out)!r}, 'w').write(sys.stdin.read())"
    sent = []
    tell(HOSTILE, NotifyConfig(bell=False, command=(sys.executable, "-c", script)), sent.append, {})
    wait_until(lambda: out.exists() and out.read_text())
    told = json.loads(out.read_text())
    assert (told["run"], told["count"]) == ("r-1", 3)
    assert "\x1b" not in told["message"]
    assert sent == []


def test_the_settings_say_how(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[notify]\nseverity = "critical"\nbell = false\ndesktop = "osc777"\ncommand = ["say"]\n')
    read = read_user(path).notify
    assert (read.severity, read.bell, read.desktop, read.command) == ("critical", False, "osc777", ("say",))
    path.write_text("[notify]\nbel = true\n")
    with pytest.raises(ConfigError, match="bell"):
        read_user(path)


async def test_the_screen_rings_for_a_new_finding_and_z_keeps_it_quiet(desk, monkeypatch):
    app = AssureApp(desk, notify=NotifyConfig())
    desk.alarms.append(alert("before"))
    async with app.run_test(size=(120, 36)) as pilot:
        sent = []
        monkeypatch.setattr(app._driver, "write", sent.append)
        looks = []
        ask = desk.alerts
        desk.alerts = lambda: (looks.append(1), ask())[1]
        await wait_for(pilot, lambda: looks)
        desk.alarms.append(alert("new"))
        await wait_for(pilot, lambda: "\a" in sent)
        assert sent.count("\a") == 1
        await pilot.press("Z")
        await pilot.pause()
        assert "QUIET TILL" in "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        desk.alarms.append(alert("quiet"))
        looks.clear()
        await wait_for(pilot, lambda: len(looks) > 3)
        assert sent.count("\a") == 1
