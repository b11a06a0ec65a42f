"""Looking around: filters, resizing, following, drafts, empty screens."""

from __future__ import annotations

import msgspec
import pytest
from screens import screen_text, wait_for, wait_for_words
from textual.events import MouseScrollUp

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.views import Decision, Queue
from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.views.runs import nested


async def test_runs_opens_on_who_needs_you(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        shown = screen_text(app)
        assert "2 need you · 3 quiet · 1 not observed" in shown
        for head in ("CONFIRM", "CONTRA", "UNCHECK", "GATES", "VERDICT"):
            assert head in shown
        assert "2 of 3 claims checked" in shown


async def test_a_filter_narrows_while_it_is_typed_and_escape_clears_it(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"agent", "colon", *"coder")
        await wait_for(pilot, lambda: "3 of 7 (filtered)" in screen_text(app))
        assert "planner" not in screen_text(app)
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert "planner" in screen_text(app)


async def test_a_filter_that_makes_no_sense_says_so_and_changes_nothing(desk):
    ask = desk.runs

    def runs(query=""):
        if "(" in query:
            raise UsageError("the pattern ends too early")
        return ask(query)

    desk.runs = runs
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", "tilde", "left_parenthesis")
        await wait_for(pilot, lambda: "the pattern ends too early" in screen_text(app))
        assert "planner" in screen_text(app)


async def test_the_timeline_is_filtered_through_the_desk(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "slash", *"refund")
        await wait_for(pilot, lambda: "of 11 (filtered)" in screen_text(app))
        lines = app.timeline.lines
        assert 0 < lines.total() < 11
        await pilot.press("enter", "j")
        here = lines.event()
        await pilot.press("escape")
        assert lines.total() == 11
        assert lines.event() == here, "clearing the filter stays on the event"


async def test_sub_agents_stand_under_the_run_that_started_them(desk):
    rows = [item.row for item in desk.details.values()]
    order = [(row.id, depth) for row, depth in nested(list(reversed(rows)))]
    parent = next(at for at, (name, _) in enumerate(order) if name == "r-2f00aa120001")
    assert order[parent + 1] == ("r-2f00aa120002", 1)
    assert len(order) == len(rows)


def test_runs_that_name_each_other_as_parents_are_all_shown(desk):
    rows = [item.row for item in desk.details.values()][:2]
    looped = [msgspec.structs.replace(rows[0], parent=rows[1].id), msgspec.structs.replace(rows[1], parent=rows[0].id)]
    assert len(list(nested(looped))) == 2


async def test_new_rows_never_move_the_cursor(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j")
        before = app.runs.key_under_cursor
        first = next(iter(desk.details.values()))
        new = msgspec.structs.replace(
            first, row=msgspec.structs.replace(first.row, id="r-00000000new", headline="", title="Another")
        )
        desk.details = {"r-00000000new": new, **desk.details}
        desk.bump()
        await wait_for(pilot, lambda: "Another" in screen_text(app))
        assert app.runs.key_under_cursor == before


async def test_new_events_are_announced_and_followed_only_when_asked(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "G", "k")
        lines = app.timeline.lines
        here = lines.event()
        timeline = desk.timelines[app.session.run]

        def grow():
            last = timeline[-1]
            timeline.append(msgspec.structs.replace(last, seq=last.seq + 1, id=f"L{last.seq + 2}@0#0"))
            desk.bump()

        grow()
        await wait_for(pilot, lambda: "1 new below" in screen_text(app))
        assert lines.event() == here
        await pilot.press("F")
        grow()
        await wait_for(pilot, lambda: lines.total() == 13)
        await wait_for(pilot, lambda: lines.cursor == 12)
        await pilot.press("k")
        grow()
        await wait_for(pilot, lambda: lines.total() == 14)
        assert lines.cursor == 11, "going up stops following"


async def test_the_wheel_stops_following_as_the_keys_do(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3")
        lines, timeline = app.timeline.lines, desk.timelines[app.session.run]

        def grow(by):
            last = timeline[-1]
            timeline.extend(
                msgspec.structs.replace(last, seq=last.seq + more, id=f"L{last.seq + more}@0#0")
                for more in range(1, by + 1)
            )
            desk.bump()

        await pilot.press("F")
        grow(200)
        await wait_for(pilot, lambda: lines.cursor == lines.total() - 1 > 200 and lines.scroll_y > 100)
        assert "FOLLOW" in screen_text(app)
        for _ in range(5):
            lines.post_message(MouseScrollUp(lines, 5, 5, 0, -1, 0, shift=False, meta=False, ctrl=False))
        await wait_for(pilot, lambda: "FOLLOW" not in screen_text(app) and lines.scroll_y == lines.scroll_target_y)
        place = lines.scroll_y
        grow(1)
        await wait_for_words(pilot, "1 new")
        assert lines.scroll_y == place


async def test_the_screen_stands_still_while_it_is_held(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("equals_sign")
        row = next(iter(desk.details.values()))
        desk.details[row.row.id] = msgspec.structs.replace(row, row=msgspec.structs.replace(row.row, title="Renamed"))
        desk.bump()
        await wait_for_words(pilot, "HELD")
        await pilot.pause(0.3)  # six looks at the desk, were the screen not held
        assert "Renamed" not in screen_text(app)
        await pilot.press("equals_sign")
        await wait_for_words(pilot, "Renamed")


@pytest.mark.parametrize(
    "keys",
    [(), ("e",), ("3",), ("j", "4"), ("7",), ("5",), ("e", "6"), ("e", "S"), ("v",), ("s",), ("question_mark",)],
)
async def test_every_view_fills_the_screen_at_any_size(desk, keys):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*keys)
        for size in ((80, 24), (200, 60), (79, 50), (40, 12), (159, 29), (20, 5), (8, 3), (120, 36)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            strips = app.screen._compositor.render_strips()
            assert len(strips) == size[1]
            assert {strip.cell_length for strip in strips} == {size[0]}
        assert app.is_running


async def test_the_selection_survives_a_resize(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("e", "j")
        key = app.claims.listing.key
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.claims.listing.key == key
        assert app.view.key == "claims"


async def test_what_was_being_read_stays_on_the_screen_when_it_gets_small(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "l")
        await pilot.resize_terminal(80, 24)
        await wait_for_words(pilot, "EVIDENCE")
        assert "FINDINGS" not in screen_text(app)
        await pilot.press("escape")
        await wait_for_words(pilot, "FINDINGS")


async def test_keys_are_commands_after_a_dialog_when_the_pane_with_the_focus_has_no_room_any_more(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("e", "h")
        assert app.focused is not app.claims.listing
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        for key, dialog in (("v", "VerdictDialog"), ("c", "NoteDialog")):
            await pilot.press(key)
            await wait_for(pilot, lambda dialog=dialog: type(app.screen).__name__ == dialog)
            await pilot.press("escape")
            await wait_for(pilot, lambda: app.at_desk)
        assert "none matches" not in screen_text(app)
        assert not app.session.queries.get("claims")


async def test_what_was_being_written_is_there_again_after_leaving(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("e", "a")
        await pilot.pause()
        await pilot.press(*"half")
        await pilot.press("escape")
        await pilot.pause()
    assert desk.drafts["reason:d-dup"] == "half"
    app = AssureApp(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("e", "a")
        await pilot.pause()
        assert "half" in screen_text(app)


async def test_a_pause_of_the_keys_saves_the_draft_before_anything_else_happens(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("e", "c")
        await pilot.pause()
        await pilot.press(*"look")
        await wait_for(pilot, lambda: desk.drafts.get("note:d-dup") == "look")


async def test_a_note_keeps_its_tags_and_is_shown_with_the_finding(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "c")
        await pilot.pause()
        await pilot.press(*"ask", "space", *"ana", "space", "number_sign", *"money", "enter")
        await wait_for(pilot, lambda: bool(desk.run("r-04").notes))
        note = desk.run("r-04").notes[0]
        assert (note.subject, note.text, note.tags) == ("d-dup", "ask ana", ("money",))
        await pilot.press("6")
        await pilot.pause()
        assert "ask ana" in screen_text(app)
        assert "#money" in screen_text(app)


async def test_a_note_stands_under_its_row_and_is_found(desk):
    run, finding = "r-04c12a77de01", "d-dup"
    desk.note(run, finding, "asked the provider\x1b]52;c;aaaa\x07\nstill waiting", tags=("provider",))
    app = AssureApp(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("e")
        await wait_for_words(pilot, "FINDINGS 2")
        lines = screen_text(app).splitlines()
        row = next(at for at, line in enumerate(lines) if "done more often than claimed" in line and "critical" in line)
        assert "ana: asked the provider" in lines[row + 1]
        assert "\x1b" not in "".join(lines)
        first = app.claims.listing.key
        await pilot.press("j")
        assert app.claims.listing.key != first, "the cursor steps over it"
        await pilot.press("slash", *"note", "colon", *"provider", "enter")
        await wait_for_words(pilot, "1 of 5 (filtered)", "FINDINGS 1")


async def test_a_desk_whose_history_is_still_being_read_does_not_say_that_there_is_nothing(desk):
    desk.details, desk.loose, desk.backlog = {}, [], Queue(0, 948, 0)
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_words(pilot, "Looking for logs…")
        assert "No runs yet" not in screen_text(app)
        desk.backlog = None
        desk.bump()
        await wait_for_words(pilot, "No runs yet")


async def test_an_empty_desk_says_what_to_do(desk):
    desk.details, desk.loose = {}, []
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "No runs yet" in screen_text(app)
        assert "assure-tui demo" in screen_text(app)
        for view in "23456":
            await pilot.press(view)
            await pilot.pause()
        await pilot.press("e", "v", "S", "c", "a", "z")


async def test_a_read_only_screen_decides_nothing(desk):
    app = AssureApp(desk, read_only=True)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "a")
        await pilot.pause()
        assert "READ ONLY" in screen_text(app)
        assert "read-only" in screen_text(app)
        assert "c note" not in screen_text(app)
        assert len(app.screen_stack) == 1
        for key in "xWzcvS":
            await pilot.press(key)
            await pilot.pause()
            assert len(app.screen_stack) == 1
    assert not desk.drafts
    assert not desk.looked_at


async def test_peeking_at_old_history_does_not_open_it(desk):
    opened = []
    ask = desk.run

    def run(name):
        opened.append(name)
        return ask(name)

    desk.run = run
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("G", "k")
        await pilot.pause()
        assert "Enter opens it and records it" in screen_text(app)
    assert "r-aab1c0de0005" not in opened


@pytest.mark.parametrize(
    ("size", "told"), [((80, 24), "1 of 1 with findings"), ((120, 36), "1 before watching, 1 with")]
)
async def test_of_history_it_is_said_what_was_found_though_nobody_is_called(desk, size, told):
    old = desk.details["r-aab1c0de0005"]
    found = {"headline": "done more often than claimed", "worst": "critical", "undecided": 2, "contradicted": 1}
    desk.details = {old.row.id: msgspec.structs.replace(old, row=msgspec.structs.replace(old.row, **found))}
    app = AssureApp(desk, read_only=True)
    async with app.run_test(size=size) as pilot:
        await wait_for_words(pilot, "done more often than claimed", "and 1 finding more", told)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36), (200, 60)])
@pytest.mark.parametrize("key", ["question_mark", "colon", "s"])
async def test_a_list_to_choose_from_has_one_scroll_bar(desk, size, key):
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press(key)
        await pilot.pause(0.1)
        assert app.screen.query_one(".dialog").max_scroll_y == 0


async def test_the_wide_screen_shows_runs_claims_and_evidence_and_the_ledger(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        shown = screen_text(app)
        for words in ("RUNS", "FINDINGS 2", "EVIDENCE", "TIMELINE", "3 of 4 statements verified"):
            assert words in shown
        assert len(app.view.panes()) == 5


async def test_copying_takes_the_evidence_made_harmless(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "y")
        await pilot.pause()
        assert "I issued a" in app.clipboard
        assert "\x1b" not in app.clipboard


async def test_a_million_events_open_and_jump_at_once(desk):
    read = []

    class Many:
        def __len__(self):
            return 1_000_000

        def __getitem__(self, part):
            first = desk.timelines["r-11aa0933be55"][0]
            if isinstance(part, slice):
                read.append(part.stop - part.start)
                return [msgspec.structs.replace(first, seq=at) for at in range(part.start, min(part.stop, 1_000_000))]
            return msgspec.structs.replace(first, seq=part)

        def __iter__(self):
            return iter(())

    desk.timelines["r-04c12a77de01"] = Many()
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "G")
        await wait_for(pilot, lambda: app.timeline.lines.cursor == 999_999)
        assert sum(read) < 20_000, "what is on the screen is read, and a little around it"
        assert "1,000,000 EVENTS" in screen_text(app)


async def test_marks_and_notes_are_shown_kept_and_jumped_to(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "j", "j", "m", "g")
        assert "k-refund" in desk.marks(app.session.run)
        assert "◆✗ “I issued" in screen_text(app)
        await pilot.press("u")
        assert app.claims.listing.key == "k-refund"
        await pilot.press("3", "G", "m", "g", "u")
        assert app.timeline.lines.event().seq == 10


async def test_marked_runs_are_sealed_together(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j", "j", "m", "m", "S")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        assert "2 marked runs" in screen_text(app)
        await pilot.press(*"accepted", "enter", *"ana", "enter", *"pass", "enter", *"pass", "enter", "enter")
        await wait_for(pilot, lambda: len(desk.sealed) == 2)
        await wait_for(pilot, lambda: not app.session.marks)


async def test_enter_alone_never_seals(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e")
        await wait_for(pilot, lambda: app.session.opened)
        await pilot.press("S")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press(*["enter"] * 8)
        assert not desk.sealed
        assert len(app.screen_stack) == 2
        assert "UNDECIDED 2" in screen_text(app)
        assert "EVIDENCE NEVER OPENED 1" in screen_text(app)


async def test_a_damaged_ledger_is_not_sealed_on(desk):
    desk.ledger_state = "damaged"
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "S")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert "DAMAGED" in screen_text(app)
        assert "nothing is sealed on it" in screen_text(app)


async def test_a_wrong_passphrase_is_said_and_can_be_typed_again(desk):
    desk.new_operator_key("ana", "right")
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "S")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press(*"rejected", "enter", *"wrong", "enter", "enter")
        await wait_for(pilot, lambda: "does not open this key" in screen_text(app))
        assert not desk.sealed


async def test_a_decision_can_be_taken_back(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e", "j", "x")
        await pilot.pause()
        await pilot.press("enter")
        await wait_for(pilot, lambda: bool(desk.run("r-04").decisions))
        assert desk.run("r-04").decisions[0].reason == "The evidence does not bear this out"
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("z")
        await wait_for(pilot, lambda: not desk.run("r-04").decisions)


async def test_q_goes_back_and_leaves_only_from_the_runs(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "q")
        assert app.view.key == "claims"
        await pilot.press("q")
        assert app.view.key == "runs"
        await pilot.press("q")
    assert app.return_code == 0


async def test_a_row_that_no_run_accounts_for_can_be_opened(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("G")
        await pilot.press("enter")
        await pilot.pause()
        assert "1 ROW THAT NO RUN ACCOUNTS FOR" in screen_text(app)
        assert len(app.screen_stack) == 2
        assert "refund re_9 of 15.00 USD" in screen_text(app)


async def test_what_the_desk_cannot_do_is_said_and_the_screen_goes_on(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("e")

        def broken(*_words, **_more):
            raise UsageError("the index is being rebuilt")

        keep = desk.run, desk.events, desk.decide
        desk.run = desk.events = desk.decide = broken
        for key in ("j", "3", "g", "2", "v", "S", "1", "enter", "e"):
            await pilot.press(key)
            await pilot.pause()
        desk.bump()
        await wait_for(pilot, lambda: "the index is being rebuilt" in screen_text(app))
        desk.run, desk.events, desk.decide = keep
        await pilot.press("1", "e")
        await wait_for(pilot, lambda: "EVIDENCE" in screen_text(app))


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_what_went_wrong_is_said_to_its_end_on_a_narrow_screen(desk, size):
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.say("/var/lib/desk/recorder.lock could not be written (no space left on device): free space, then reopen.")
        await wait_for(pilot, lambda: "then reopen." in screen_text(app))
        await pilot.press("j")
        await wait_for(pilot, lambda: "then reopen." not in screen_text(app) and app.footer.size.height == 1)


async def test_what_changed_since_the_last_look_is_said_and_marked(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "since you looked" not in screen_text(app), "at the first look everything is new"
        await pilot.press("escape", "escape")
        run = app.runs.key_under_cursor
        item = desk.details[run]
        claims = (msgspec.structs.replace(item.claims[0], outcome="confirmed"), *item.claims[1:])
        desk.change(run, claims=claims, discrepancies=item.discrepancies[:1])
        await wait_for(pilot, lambda: "1 claim changed, 1 gone since you looked" in screen_text(app))
        await pilot.press("enter")
        await pilot.pause()
        assert "1 claim changed, 1 gone" in screen_text(app)
        await pilot.press("slash", *"new", "colon", *"yes", "enter")
        await pilot.pause()
        assert [row.key for row in app.claims.listing.rows if row.key] == [claims[0].id]


async def test_what_a_bundle_does_not_disclose_is_never_said_not_to_have_been(desk):
    desk.withheld = "not disclosed in this bundle"
    run = desk.runs("")[0].id
    finding = desk.run(run).findings()[0]
    decision = Decision(finding=finding.id, word="real", reason="", by="", time=0.0, entry=3)
    desk.change(run, claims=(), effects=(), decisions=(decision,))
    app = AssureApp(desk, read_only=True)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("enter")
        await wait_for_words(pilot, "not disclosed")
        text = " ".join(screen_text(app).split())
        assert "not disclosed in this bundle" in text
        assert "by whom and why is not disclosed" in text
        for words in ("claimed nothing", "no call found", "no independent source", "recording"):
            assert words not in text


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_where_nothing_is_in_the_list_the_evidence_says_so(desk, size):
    app = AssureApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press("e", "slash", *"nosuchword", "enter")
        await wait_for_words(pilot, "nothing to show evidence of")


async def test_an_empty_list_opens_no_page(desk):
    app = AssureApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "q", "slash", *"nosuchword", "enter")
        await wait_for_words(pilot, "none matches the filter")
        await pilot.press("enter")
        await pilot.pause()
        assert "none matches the filter" in screen_text(app)
