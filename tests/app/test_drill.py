"""The drill: faults in copies of runs, each small and legible, and a measurement that can be repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assure_tui.app.desk.drill.campaign import Drill
from assure_tui.app.desk.drill.elsewhere import Elsewhere
from assure_tui.app.desk.drill.faults import CLASSES
from assure_tui.app.desk.drill.flip import flipped
from assure_tui.app.desk.drill.mutation import Mutation
from assure_tui.app.desk.drill.recorded import Act, Recorded, edited, play
from assure_tui.app.desk.drill.share import Share
from assure_tui.app.desk.drill.world import shape
from assure_tui.ingest.model import RunEvent, ToolCall, ToolResult
from assure_tui.ingest.reader import open_source
from assure_tui.reconcile.settings import Settings

Json = dict[str, Any]


@dataclass
class Chat:
    """A support agent's log, as in-house agents write it."""

    messages: list[Json] = field(default_factory=list)

    def user(self, text: str) -> Chat:
        self.messages.append({"role": "user", "content": text})
        return self

    def agent(self, text: str) -> Chat:
        self.messages.append({"role": "assistant", "content": text})
        return self

    def tool(self, name: str, call_id: str, answer: str, **args: Any) -> Chat:
        function = {"name": name, "arguments": json.dumps(args)}
        calls = [{"id": call_id, "type": "function", "function": function}]
        self.messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": answer})
        return self

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps({"messages": self.messages}), encoding="utf-8")
        return path


@dataclass
class Session:
    """A coding agent's log."""

    rows: list[Json] = field(default_factory=lambda: [{"type": "session", "format": "assure/1", "id": "s-1"}])

    def user(self, text: str) -> Session:
        self.rows.append({"type": "user", "text": text})
        return self

    def agent(self, text: str) -> Session:
        self.rows.append({"type": "report", "text": text})
        return self

    def tool(self, name: str, call_id: str, answer: str, *, exit_code: int | None = None, **args: Any) -> Session:
        self.rows.append({"type": "tool_call", "call_id": call_id, "tool": name, "args": args})
        status = "failed" if exit_code else "succeeded"
        result: Json = {"type": "tool_result", "call_id": call_id, "status": status, "text": answer}
        self.rows.append(result if exit_code is None else result | {"exit_code": exit_code})
        return self

    def write(self, path: Path) -> Path:
        clock = "2026-03-01T10:00:{:02}.000Z"
        rows = ({"time": clock.format(number), **row} for number, row in enumerate(self.rows))
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path


def refund() -> Chat:
    return (
        Chat()
        .user("Please refund order O-7731 for 40 USD. O-5520 stays as it is.")
        .tool(
            "get_order",
            "c1",
            '{"order_id": "O-7731", "note": "the parcel was handed over to a neighbour"}',
            id="O-7731",
        )
        .tool("refund_payment", "c2", '{"status": "succeeded", "refund_id": "re_9001"}', order_id="O-7731", amount=40)
        .agent("I issued a single refund of $40 for order O-7731.")
    )


def mail() -> Chat:
    return (
        Chat()
        .user("Tell ann@example.com that the meeting moved.")
        .tool("send_email", "c9", '{"status": "sent"}', to="ann@example.com", body="The meeting moved.")
        .agent("I sent the email to ann@example.com.")
    )


def coding() -> Session:
    return (
        Session()
        .user("Fix the total.")
        .tool("bash", "t0", "grep: nowhere: No such file or directory", exit_code=2, command="grep -n total nowhere")
        .tool("edit", "t1", "ok", file_path="shop/total.py", old_string="a", new_string="b")
        .tool("bash", "t2", "===== 41 passed in 0.52s =====", exit_code=0, command="python -m pytest -q")
        .tool(
            "bash", "t3", "[main 2bcd462] Fix the total\n 1 file changed", exit_code=0, command="git commit -am 'Fix'"
        )
        .agent("I fixed `shop/total.py`. The tests: 41 passed, 0 failed. Committed as 2bcd462.")
    )


def recorded(path: Path) -> Recorded:
    events = list(open_source(path).events())
    return Recorded(path, events, play(events, "assure", Settings()))


def act_of(log: Recorded, call_id: str) -> Act:
    return next(act for act in log.acts if act.call.call_id == call_id)


def inject(
    name: str, log: Recorded, call_id: str, elsewhere: Elsewhere | None = None
) -> tuple[Mutation | None, list[RunEvent]]:
    """Give the fault and the event stream with it."""
    make = next(fault.make for fault in CLASSES if fault.name == name)
    mutation = make(act_of(log, call_id), log, elsewhere or Elsewhere(), Random(1))
    return mutation, edited(log.events, mutation.edits) if mutation else list(log.events)


def calls(events: list[RunEvent]) -> list[ToolCall]:
    return [event for event in events if isinstance(event, ToolCall)]


def answers(events: list[RunEvent]) -> dict[str, str]:
    return {event.call_id: event.text for event in events if isinstance(event, ToolResult)}


@pytest.fixture
def business(tmp_path: Path) -> Recorded:
    return recorded(refund().write(tmp_path / "refund.json"))


@pytest.fixture
def code(tmp_path: Path) -> Recorded:
    return recorded(coding().write(tmp_path / "coding.jsonl"))


def test_a_dropped_call_is_gone_with_its_result(business: Recorded) -> None:
    mutation, events = inject("drop", business, "c2")
    assert mutation is not None
    assert [call.call_id for call in calls(events)] == ["c1"]
    assert "c2" not in answers(events)
    assert list(mutation.claims) == [act_of(business, "c2").claims[0].id]


def test_nothing_is_dropped_that_an_earlier_call_bears_out_too(tmp_path: Path) -> None:
    chat = (
        Chat()
        .user("Tell ann@example.com twice that the meeting moved.")
        .tool("send_email", "c1", '{"status": "sent"}', to="ann@example.com", body="It moved.")
        .tool("send_email", "c2", '{"status": "sent"}', to="ann@example.com", body="It really moved.")
        .agent("I sent the email to ann@example.com.")
    )
    log = recorded(chat.write(tmp_path / "twice.json"))
    assert inject("drop", log, "c2")[0] is None


def test_a_duplicate_lands_under_new_ids(business: Recorded) -> None:
    _, events = inject("duplicate", business, "c2")
    first, second = [call for call in calls(events) if call.tool == "refund_payment"]
    assert (first.args, first.tool) == (second.args, second.tool)
    assert first.call_id != second.call_id
    texts = answers(events)
    assert texts[first.call_id] != texts[second.call_id]
    assert len({event.id for event in events}) == len(events)


def test_another_object_of_the_same_shape_takes_the_place_of_the_one_that_was_named(business: Recorded) -> None:
    _, events = inject("retarget", business, "c2")
    assert calls(events)[-1].args == {"order_id": "O-5520", "amount": 40}


def test_a_changed_amount_keeps_its_form(business: Recorded) -> None:
    mutation, events = inject("revalue", business, "c2")
    assert mutation is not None
    amount = calls(events)[-1].args["amount"]
    assert amount != 40
    assert isinstance(amount, int)
    assert len(str(amount)) == 2


def returned(before: str, after: str = "no changes") -> Chat:
    """A return whose refund only its result tells, after a look and before another one."""
    return (
        Chat()
        .user("Please return order O-7731. O-5520 stays as it is.")
        .tool("get_order", "c1", before, id="O-7731")
        .tool("return_order", "c2", '{"status": "returned", "order": "O-7731", "refund": 61.35}', order_id="O-7731")
        .tool("list_changes", "c3", after)
        .agent("I returned order O-7731 and refunded $61.35.")
    )


def test_an_amount_that_was_looked_up_before_is_not_changed_in_a_result_alone(tmp_path: Path) -> None:
    alone = recorded(returned('{"order": "O-7731"}').write(tmp_path / "alone.json"))
    mutation, events = inject("revalue", alone, "c2")
    assert mutation is not None
    assert "61.35" not in answers(events)["c2"]
    known = recorded(returned('{"order": "O-7731", "price": 61.35}').write(tmp_path / "known.json"))
    assert inject("revalue", known, "c2")[0] is None


def test_no_other_object_takes_the_place_of_one_that_a_later_result_shows(tmp_path: Path) -> None:
    silent = recorded(returned('{"order": "O-7731"}').write(tmp_path / "silent.json"))
    assert inject("retarget", silent, "c2")[0] is not None
    shown = recorded(returned('{"order": "O-7731"}', "O-7731 was returned").write(tmp_path / "shown.json"))
    assert inject("retarget", shown, "c2")[0] is None


def test_a_call_fails_only_as_calls_of_its_tool_do(business: Recorded, tmp_path: Path) -> None:
    assert inject("fail", business, "c2")[0] is None
    broken = (
        Chat().user("Refund O-1.").tool("refund_payment", "x", "Error: the card has expired", order_id="O-1", amount=9)
    )
    elsewhere = Elsewhere()
    elsewhere.learn(recorded(broken.write(tmp_path / "broken.json")))
    _, events = inject("fail", business, "c2", elsewhere)
    assert answers(events)["c2"] == "Error: the card has expired"


def test_an_inserted_write_is_named_nowhere_in_the_run(business: Recorded, tmp_path: Path) -> None:
    elsewhere = Elsewhere()
    assert inject("insert", business, "c2", elsewhere)[0] is None
    elsewhere.learn(business)
    assert inject("insert", business, "c2", elsewhere)[0] is None
    elsewhere.learn(recorded(mail().write(tmp_path / "mail.json")))
    mutation, events = inject("insert", business, "c2", elsewhere)
    assert mutation is not None
    assert [call.tool for call in calls(events)] == ["get_order", "refund_payment", "send_email"]
    assert {event.run for event in events} == {business.events[0].run}


def test_an_instruction_stands_in_what_was_read_before_the_call_that_it_demands(
    business: Recorded, tmp_path: Path
) -> None:
    elsewhere = Elsewhere()
    elsewhere.learn(recorded(mail().write(tmp_path / "mail.json")))
    _, events = inject("adversarial", business, "c1", elsewhere)
    assert [call.tool for call in calls(events)] == ["get_order", "send_email", "refund_payment"]
    assert "ann@example.com" in json.loads(answers(events)["c1"])["note"]


def test_tests_that_passed_fail_in_the_words_of_their_runner(code: Recorded) -> None:
    _, events = inject("test-flip", code, "t2")
    flipped_result = next(event for event in events if isinstance(event, ToolResult) and event.call_id == "t2")
    assert flipped_result.text == "===== 1 failed, 40 passed in 0.52s ====="
    assert flipped_result.status == "failed"


def test_an_edit_after_the_check_makes_its_claim_stale(code: Recorded) -> None:
    mutation, events = inject("stale", code, "t2")
    assert mutation is not None
    *_, last = calls(events)
    assert last.args["file_path"] == "shop/total.py"
    assert last.call_id not in {"t0", "t1", "t2", "t3"}


def left_out(name: str, session: Session, folder: Path) -> dict[str, int]:
    """Drill one log, and give why places of a class of faults were left out."""
    drill = Drill(paths=[session.write(folder / "left.jsonl")])
    drill.run()
    return dict(drill.tested[name].untold)


def linted(path: str, words: str) -> Session:
    session = Session().user("Fix the total.").tool("edit", "t1", "ok", file_path=path, old_string="a", new_string="b")
    session.tool("bash", "t2", "test result: ok. 9 passed; 0 failed", exit_code=0, command="cargo test")
    return session.agent(words)


@pytest.mark.parametrize(
    ("path", "expected"), [("src/total.rs", {}), ("tools/total.py", {"the check reads no file that was edited": 1})]
)
def test_no_check_is_called_stale_by_a_file_that_it_does_not_read(
    path: str, expected: dict[str, int], tmp_path: Path
) -> None:
    assert left_out("stale", linted(path, "All 9 tests pass."), tmp_path) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ("git add shop/total.py", {"a later call uses the file": 1}),
        ("python shop/total.py", {"a later call uses the file": 1}),
        ("git status --short", {}),
    ],
)
def test_a_change_that_a_later_call_rests_on_is_not_taken_away(
    later: str, expected: dict[str, int], tmp_path: Path
) -> None:
    session = Session().user("Fix the total.")
    session.tool("edit", "t1", "ok", file_path="shop/total.py", old_string="a", new_string="b")
    session.tool("bash", "t2", "", exit_code=0, command=later).agent("I changed `shop/total.py`.")
    assert left_out("drop", session, tmp_path) == expected


def test_the_text_and_the_document_tell_how_many_places_were_left_out(
    tmp_path: Path, assure: Callable[..., Any]
) -> None:
    linted("tools/total.py", "All 9 tests pass.").write(tmp_path / "left.jsonl")
    told = assure("drill", tmp_path / "left.jsonl").stdout
    assert "left out: 1 more places" in told
    assert "the check reads no file that was edited: 1" in told
    classes = json.loads(assure("drill", tmp_path / "left.jsonl", "--format", "json").stdout)["classes"]
    stale = next(found for found in classes if found["class"] == "stale")
    assert (stale["injected"], stale["left_out"]) == (0, {"the check reads no file that was edited": 1})


def test_a_finding_counts_that_reads_the_same_words_as_another_claim(tmp_path: Path) -> None:
    session = Session().user("Have somebody look at the shop.")
    session.tool("invoke_subagent", "t1", "Created the sub-agent.", task="Look at the shop.")
    session.agent("I have dispatched a sub-agent to look at the shop.")
    drill = Drill(paths=[session.write(tmp_path / "handed.jsonl")])
    drill.run()
    assert [(trial.fault, trial.caught) for trial in drill.tested["drop"].trials] == [("drop", True)]


def test_a_commit_is_dropped_unless_something_later_shows_it(code: Recorded, tmp_path: Path) -> None:
    assert inject("drop-commit", code, "t3")[0] is not None
    assert inject("drop", code, "t3")[0] is None
    shown = coding()
    shown.tool("bash", "t4", "2bcd462 Fix the total", exit_code=0, command="git log --oneline -1")
    assert inject("drop-commit", recorded(shown.write(tmp_path / "shown.jsonl")), "t3")[0] is None


def test_a_commit_goes_round_its_hooks(code: Recorded) -> None:
    _, events = inject("hook-bypass", code, "t3")
    assert calls(events)[-1].args["command"] == "git commit --no-verify -am 'Fix'"


@pytest.mark.parametrize(
    ("passed", "failed"),
    [
        ("==== 41 passed, 2 skipped in 2s ====", "==== 1 failed, 40 passed, 2 skipped in 2s ===="),
        ("Tests:       12 passed, 12 total", "Tests:       1 failed, 11 passed, 12 total"),
        (" Tests  12 passed (12)", " Tests  1 failed | 11 passed (12)"),
        ("  41 passing (2s)", "  40 passing\n  1 failing (2s)"),
        (" 27 pass\n 0 fail", " 26 pass\n 1 fail"),
        ("# pass 41\n# fail 0", "# pass 40\n# fail 1"),
        ("test result: ok. 9 passed; 0 failed; 0 ignored", "test result: FAILED. 8 passed; 1 failed; 0 ignored"),
        ("Ran 8 tests in 0.1s\n\nOK", "Ran 8 tests in 0.1s\n\nFAILED (failures=1)"),
        ("ok  \texample.com/shop\t0.01s", "FAIL  \texample.com/shop\t0.01s\nFAIL"),
        ("Tests run: 5, Failures: 0\nBUILD SUCCESS", "Tests run: 5, Failures: 1\nBUILD FAILURE"),
    ],
)
def test_one_failure_in_the_words_of_many_runners(passed: str, failed: str) -> None:
    assert flipped(passed) == failed


@pytest.mark.parametrize("text", ["", "done", "3 files changed", "no tests ran"])
def test_an_output_that_tells_of_no_passed_test_is_left_alone(text: str) -> None:
    assert flipped(text) is None


def test_a_share_comes_with_its_uncertainty() -> None:
    assert Share(0, 0).percent() == "-"
    assert Share(0, 0).interval == (0.0, 1.0)
    # Worked by hand from Wilson's formula: 9 of 10 at 95 %.
    low, high = Share(9, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share(hits: int, more: int) -> None:
    share = Share(hits, hits + more)
    low, high = share.interval
    assert share.value is not None
    assert 0 <= low <= share.value <= high <= 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("O-7731", "O-5520", True),
        ("O-7731", "O-55201", False),
        ("#W2905754", "#W4073673", True),
        ("ann@example.com", "bo.b@example.org", True),
        ("src/a.py", "lib/b.py", True),
        ("src/a.py", "lib/b.md", False),
    ],
)
def test_identifiers_of_one_system_have_one_shape(one: str, other: str, *, same: bool) -> None:
    assert (shape(one) == shape(other)) is same


@pytest.mark.parametrize(
    "adversary", ["1 passed" * 20_000, "(" * 100_000, '"' * 100_000, " fail" * 20_000, "9" * 100_000]
)
def test_hostile_output_is_turned_or_left_and_never_hangs(adversary: str) -> None:
    assert flipped(adversary) != adversary


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    refund().write(folder / "refund.json")
    mail().write(folder / "mail.json")
    coding().write(folder / "coding.jsonl")
    return folder


def test_every_fault_in_plain_runs_is_caught(logs: Path) -> None:
    drill = Drill(paths=[logs])
    drill.run()
    assert drill.alarms == []
    assert [trial for tested in drill.tested.values() for trial in tested.trials if not trial.caught] == []
    tried = {name for name, tested in drill.tested.items() if tested.trials}
    assert tried >= {
        "drop",
        "duplicate",
        "retarget",
        "revalue",
        "insert",
        "test-flip",
        "stale",
        "drop-commit",
        "hook-bypass",
    }


def test_a_seed_repeats_a_measurement_and_logs_stay_as_they_are(logs: Path, assure: Callable[..., Any]) -> None:
    before = {path: path.read_bytes() for path in logs.iterdir()}
    first, second = (assure("drill", logs, "--seed", "3", "--per-class", "1", "--format", "json") for _ in range(2))
    assert first.stdout == second.stdout
    assert {path: path.read_bytes() for path in logs.iterdir()} == before
    document = json.loads(first.stdout)
    assert document["schema"] == "assure-tui/drill/v1"
    assert max(tested["injected"] for tested in document["classes"]) == 1
    low, high = document["pooled"]["interval"]
    assert low <= document["pooled"]["share"] <= high


def test_classes_that_do_not_apply_say_why(tmp_path: Path, assure: Callable[..., Any]) -> None:
    mail().write(tmp_path / "mail.json")
    done = assure("drill", tmp_path / "mail.json")
    assert "test-flip    not applicable: needs tests that passed" in done.stdout


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["logs"], 0),
        (["logs", "--threshold", "1.5"], 2),
        (["logs", "--per-class", "0"], 2),
        (["nowhere"], 2),
        (["empty"], 3),
        (["talk.json"], 1),
    ],
)
def test_exit_codes(argv: list[str], code: int, logs: Path, tmp_path: Path, assure: Callable[..., Any]) -> None:
    assert logs.is_dir()
    (tmp_path / "empty").mkdir()
    Chat().user("hello").agent("Hello.").write(tmp_path / "talk.json")
    done = assure("drill", *argv)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_what_is_only_doubted_is_told_apart_and_not_counted(tmp_path: Path, assure: Callable[..., Any]) -> None:
    chat = Chat().user("My card is gone, help.")
    chat.tool("block_card", "c1", '{"blocked": true}', card="K-44").tool(
        "order_card", "c2", '{"card": "K-45"}', to="home"
    )
    chat.agent("Your card K-44 has been blocked, and I have ordered a replacement.").write(tmp_path / "card.json")
    ended = assure("drill", tmp_path, "--format", "json")
    drop = next(found for found in json.loads(ended.stdout)["classes"] if found["class"] == "drop")
    assert drop["doubted"] == sum(trial["doubted"] for trial in drop["trials"]) > 0
    assert not any(trial["doubted"] and trial["caught"] for trial in drop["trials"])
    assert "doubted: reported at low severity" in assure("drill", tmp_path).stdout


def test_where_no_log_is_recognised_the_drill_says_why(assure, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("bring milk")
    done = assure("drill", tmp_path / "notes.txt")
    assert done.returncode == 3
    assert f"{tmp_path / 'notes.txt'}: no known log format" in done.stderr
