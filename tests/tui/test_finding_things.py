"""Search over all runs, from the screen to the source, and the claim that the reader missed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import msgspec
import pytest
from screens import screen_text, settle, wait_for, wait_for_words, wait_until
from textual.content import Content
from textual.widgets import Input

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.paths import Home
from assure_tui.app.tui import paint, source
from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.dialogs.missed import sentences
from assure_tui.app.tui.lines import Listing


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_a_search_over_all_runs_leads_to_the_event_and_keeps_its_words(desk, size):
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", *"timeout")
        await wait_for_words(pilot, "upstream timeout")
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.is_at("timeline"))
        assert "timeout" in app.timeline.lines.event().summary
        await pilot.press("s")
        await wait_for(pilot, lambda: getattr(app.screen, "words", "") == "timeout")


async def test_the_hit_that_enter_takes_stands_out_while_words_are_typed(desk):
    app = AssureApp(desk, theme="mono")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", *"timeout")
        await wait_for_words(pilot, "upstream timeout")
        hits = app.screen.query_one(Listing)
        assert isinstance(app.focused, Input)
        assert all(part.style is not None and part.style.reverse for part in hits.render_line(hits.cursor))


def test_a_word_far_to_the_right_is_shown_where_it_stands():
    line = Content("the vase is chipped, " * 5 + "please refund it, " * 2)
    shown = paint.in_sight(line, ["REFUND"], 40)
    assert shown.plain.startswith("…")
    assert "refund" in shown.plain[:40]
    assert paint.in_sight(line, ["vase"], 40).plain == line.plain
    assert paint.in_sight(Content("a refund"), ["refund"], 40).plain == "a refund"


async def test_a_claim_that_was_missed_is_added_from_the_agents_words(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "A")
        await pilot.pause()
        assert "go to the agent's words" in screen_text(app), "a user's turn claims nothing"
        await pilot.press("G", "k", "A")
        await pilot.pause()
        assert "Add a claim that was missed" in screen_text(app)
        await pilot.press("j", "enter", "enter")
        await settle(pilot)
        added = desk.run(app.session.run).claims[-1]
        assert added.human
        assert added.text.startswith("I issued a single $40.00 refund")
        assert app.claims.listing.key == "k-human"
        assert "added, confirmed" in screen_text(app)
        assert "added by a reviewer" in screen_text(app)


def test_sentences_are_parts_of_the_text():
    text = "I refunded $40.00 to v1.2 users. Done!\n- Pushed to main\n\n…"
    found = sentences(text)
    assert found == ["I refunded $40.00 to v1.2 users.", "Done!", "- Pushed to main"]
    assert all(words in text for words in found)
    assert len(sentences("a b. " * 10_000)) == 400
    assert sentences("." * 100_000) == []


@pytest.fixture
def row(desk):
    return desk.events(next(iter(desk.timelines)), 5, 1)[0]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PAGER": "less -S"}, ["less", "-S", "+6"]),
        ({"EDITOR": "vim"}, ["vim", "+6"]),
        ({"PAGER": "less", "EDITOR": "vim"}, ["less", "+6"]),
        ({"VISUAL": "code --wait"}, ["code", "--wait", "--goto"]),
        ({"PAGER": "cat"}, ["cat"]),
    ],
)
def test_the_source_opens_at_its_line_without_a_shell(row, tmp_path, monkeypatch, variables, words):
    for name in {value.split()[0] for value in variables.values()}:
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    hostile = msgspec.structs.replace(row, path="/logs/$(touch pwned); -rf.jsonl")
    argv = source.viewer(hostile, variables)
    assert argv[:-1] == words
    assert argv[-1].startswith("/logs/$(touch pwned); -rf.jsonl"), "one word, absolute, as it is"


def test_without_a_program_it_says_what_to_set(row, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="set PAGER or EDITOR"):
        source.viewer(row, {})
    with pytest.raises(ValueError, match="is not there"):
        source.viewer(row, {"PAGER": "no-such-pager"})
    kept = source.surroundings({"LESS": "-r", "LESSOPEN": "|evil %s", "TERM": "xterm"})
    assert kept == {"LESSSECURE": "1", "TERM": "xterm"}


def test_the_command_that_checks_again_is_the_agents_own_check_unless_something_hides_in_it(desk):
    detail = next(item for item in desk.details.values() if item.row.agent == "coder")
    act = msgspec.structs.replace(detail.effects[0], kind="tests", args={"command": "pytest -q"})
    assert source.check_again(detail, [act]) == "cd /srv/shop && pytest -q"
    for command in ("pytest -q\nrm -rf ~", "pytest \x1b[8m; rm -rf ~", "pytest \u202e; x", "x" * 5000):
        hostile = msgspec.structs.replace(act, args={"command": command})
        assert source.check_again(detail, [hostile]).startswith("assure-tui reconcile ")


async def test_where_the_record_stands_is_copied(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "p")
        assert app.clipboard.endswith(".jsonl:900")
        await pilot.press("Y")
        assert app.clipboard.startswith("assure-tui reconcile /logs/")
        await pilot.press("3", "g", "p")
        assert app.clipboard.endswith(".jsonl:0")


REPORT = "All set. The customer's forty dollars are back with her. Anything else?"
LOG = [
    {"type": "session", "format": "assure/1", "id": "s-9", "agent": "support"},
    {"type": "user", "text": "Please refund $40 for order O-77."},
    {
        "type": "tool_call",
        "call_id": "c1",
        "tool": "refund_payment",
        "args": {"order_id": "O-77", "amount": 40, "currency": "USD"},
    },
    {"type": "tool_result", "call_id": "c1", "status": "succeeded", "text": '{"refund_id": "re_1"}'},
    {"type": "report", "text": REPORT},
]


@pytest.fixture
def real(tmp_path):
    import threading  # noqa: PLC0415 - one test

    from assure_tui.app.desk.watch.recorder import Recorder  # noqa: PLC0415 - one test

    logs = tmp_path / "logs"
    logs.mkdir()
    home = Home.under(tmp_path / "home")
    home.prepare()
    stop = threading.Event()
    recorder = threading.Thread(target=Recorder(home, (logs,), backfill=True).run, args=(stop,))
    (logs / "one.jsonl").write_text(
        "".join(json.dumps(r | {"time": 1_785_490_000 + n}) + "\n" for n, r in enumerate(LOG))
    )
    recorder.start()
    desk = Desk.open(home, roots=(logs,))
    wait_until(lambda: desk.runs() and desk.presence().ledger_size > 3 and desk.search("refund"))
    yield desk
    stop.set()
    recorder.join(60)
    desk.close()


def test_an_added_claim_is_checked_against_the_log_and_kept_in_the_ledger(real):
    run = real.runs()[0].id
    event = next(row.id for row in real.events(run, 0, 50) if row.kind == "agent")
    quote = "The customer's forty dollars are back with her."
    claim = real.add_claim(run, event, quote, "I refunded $40.00 for order O-77.")
    assert (claim.human, claim.kind, claim.outcome) == (True, "refund", "confirmed")
    assert REPORT[slice(*claim.span)] == quote == claim.text
    wrong = real.add_claim(run, event, "All set.", "I refunded $400.00 for order O-77.")
    assert wrong.outcome == "contradicted"
    unread = real.add_claim(run, event, "Anything else?", "It felt nice.")
    assert (unread.kind, unread.outcome) == ("statement", "unverifiable")
    again = Desk.open(real.home, read_only=True)
    kept = [claim for claim in again.run(run).claims if claim.human]
    again.close()
    assert [(c.id, c.outcome, c.text) for c in kept] == [(c.id, c.outcome, c.text) for c in (claim, wrong, unread)]
    with pytest.raises(UsageError, match="words of the agent"):
        real.add_claim(run, event, "never said")
    first = real.events(run, 1, 1)[0].id
    with pytest.raises(UsageError, match="words of the agent"):
        real.add_claim(run, first, "Please refund $40")


@pytest.mark.parametrize(
    "words", ['"', "NEAR(", "a OR", "*", "summary:", "-", "\x00", "'; DROP TABLE words", "^", "()"]
)
def test_no_words_break_the_search(real, words):
    assert real.search("refund")
    assert isinstance(real.search(words), list)
    assert isinstance(real.search(f"refund {words}"), list)
    assert real.search("refund"), "and it goes on"


def test_the_log_stays_untouched(real):
    log = Path(real.runs()[0].source)
    before = log.read_bytes()
    run = real.runs()[0].id
    event = next(row.id for row in real.events(run, 0, 50) if row.kind == "agent")
    real.add_claim(run, event, "All set.")
    assert log.read_bytes() == before
