from __future__ import annotations

from datetime import datetime

import pytest
from growth import linear
from hypothesis import given, settings
from hypothesis import strategies as st

from assure_tui.ingest.adapters.aider import ADAPTER
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    Permission,
    RunStarted,
    SourceInfo,
    ToolCall,
    ToolResult,
    UserTurn,
)
from assure_tui.ingest.walk import discover

BEGINS = "\n".join(
    [
        "",
        "# aider chat started at 2026-05-25 17:08:20",
        "",
        *(f"> {line}  " for line in ("/usr/bin/aider", "Aider v0.86.2", "Main model: m-1 with diff edit format")),
        "",
    ]
)
BLOCK = """\
src/a.py
```python
<<<<<<< SEARCH
x = 1
=======
x = 2
>>>>>>> REPLACE
```
"""


@pytest.fixture
def history(document):
    return lambda *pieces: document("\n".join([BEGINS, *pieces]).encode(), ".aider.chat.history.md")


def asks(*lines: str) -> str:
    return "".join(f"#### {line}  \n" for line in lines)


def told(*lines: str) -> str:
    return "".join(f"> {line}  \n" for line in lines)


def test_a_chat_is_read(history, tmp_path):
    found = history(
        asks("Set x to 2.", "And say so."),
        f"I set x to 2.\n\n#### What changed\n\n{BLOCK}",
        "> Tokens: 2.5k sent, 16 received. Cost: $0.00 message.  \n"
        + told("Applied edit to src/a.py", "Commit 3f2a1b4 x"),
        asks("Thanks."),
    )
    started = found.one(RunStarted)
    assert (started.native_id, started.agent_version, started.model) == ("2026-05-25 17:08:20", "0.86.2", "m-1")
    assert (started.cwd, started.coding) == (str(tmp_path), True)
    assert started.time == datetime.fromisoformat("2026-05-25 17:08:20").timestamp()
    assert [turn.text for turn in found.all(UserTurn)] == ["Set x to 2.\nAnd say so.", "Thanks."]
    assert "What changed" in found.one(AgentText).text
    (change,) = found.one(ToolResult).files
    assert (change.path, change.diff) == ("src/a.py", "@@ -1,1 +1,1 @@\n-x = 1\n+x = 2")
    assert [one.what for one in found.all(Boundary)] == ["turn_end"]
    assert [one.adapter for one in discover([tmp_path]).files] == [ADAPTER]


def test_what_is_said_of_an_edit_stands_behind_it(history):
    found = history(
        asks("Set x to 2."), f"I set x to 2.\n{BLOCK}", "> Tokens: 1 sent.\n" + told("Applied edit to src/a.py")
    )
    kinds = [type(one) for one in found.events if isinstance(one, ToolCall | ToolResult | AgentText)]
    assert kinds == [ToolCall, ToolResult, AgentText]
    assert len({one.origin.at.start for one in found.events if isinstance(one, ToolResult | AgentText)}) == 1


def test_chats_of_one_file_are_runs_and_one_in_which_nothing_was_asked_is_none(history):
    found = history(asks("One."), "Done.\n", BEGINS, BEGINS, asks("Two."), "Done.\n")
    assert [one.native_id for one in found.all(RunStarted)] == ["2026-05-25 17:08:20", "2026-05-25 17:08:20 (3)"]
    assert len({event.run for event in found.events}) == 2
    assert [one.what for one in found.all(Boundary)] == ["run_end"]


def test_quotes_and_headings_of_the_model_are_its_own(history):
    found = history(asks("Explain."), "> a quote\n\n#### A heading\n\n```md\n> told  \n#### asked  \n```\nIt works.\n")
    assert len(found.all(UserTurn)) == 1
    (said,) = found.all(AgentText)
    assert said.text.startswith("> a quote")
    assert said.text.endswith("It works.")


@pytest.mark.parametrize(
    ("lines", "commands"),
    [
        (("make test", "Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: y", "Running make test"), ["make test"]),
        (("make", "make test", "Run shell command(s)? [Y/n] y"), ["make", "make test"]),
        (("make test", "Run shell command? [Y/n] n"), []),
    ],
)
def test_a_command_runs_when_it_was_granted(history, lines, commands):
    found = history(asks("Test it."), "I suggest:\n", told("Tokens: 1 sent, 1 received.", *lines), "2 passed in 0.1s\n")
    assert [one.args["command"] for one in found.all(ToolCall)] == commands
    assert [one.status for one in found.all(ToolResult)] == ["unknown"] * len(commands)
    if commands:
        assert found.all(ToolResult)[-1].text == "2 passed in 0.1s"
        assert [one.text for one in found.all(AgentText)] == ["I suggest:"]
    else:
        assert [(one.decision, one.reason) for one in found.all(Permission)] == [("denied", "make test")]


def test_what_a_person_runs_is_neither_a_request_nor_said_by_the_agent(history):
    found = history(asks("/run pytest"), "2 passed in 0.1s\n", asks("/add a.py"), asks("Fix it."), "Fixed.\n")
    assert [(turn.text, turn.synthetic) for turn in found.all(UserTurn)] == [
        ("/run pytest", True),
        ("/add a.py", True),
        ("Fix it.", False),
    ]
    assert [one.text for one in found.all(AgentText)] == ["Fixed."]


def test_an_answer_to_a_question_is_no_report(history):
    found = history(asks("/ask how?"), asks(" how?"), "I've added a flag here.\n", asks("Do it."), "I've added it.\n")
    assert [turn.text for turn in found.all(UserTurn)] == ["how?", "Do it."]
    assert [one.channel for one in found.all(AgentText)] == ["plan", "commentary"]


def test_an_edit_that_did_not_match_failed_and_a_stopped_answer_is_cut(history):
    missed = "## SearchReplaceNoExactMatch: This SEARCH block failed to exactly match lines in src/a.py"
    found = history(asks("Go."), BLOCK, told("# 1 SEARCH/REPLACE block failed to match!", missed))
    assert [(one.status, one.files) for one in found.all(ToolResult)] == [("failed", ())]
    stopped = history(asks("Go."), "I have fin\n", told("^C KeyboardInterrupt"))
    assert stopped.one(AgentText).cut
    assert [one.what for one in stopped.all(Boundary)] == ["abort"]


def test_thoughts_are_not_said(history):
    loud = "► **THINKING**\nI did it.\n► **ANSWER**\nNo.\n"
    for text in ("<thinking-content-0a1b>\nI did it.\n</thinking-content-0a1b>\n\nNo.\n", loud):
        assert [one.text for one in history(asks("Did you?"), text).all(AgentText)] == ["No."]


def decode(data: bytes):
    source = SourceInfo(id="s-0", path="x.md", adapter="aider", discipline="snapshot", complete=True)
    return ADAPTER.decoder(source, "x", "").document(data)


LINES = [
    "# aider chat started at 2026-05-25 17:08:20",
    "#### x  ",
    "> x  ",
    "> Applied edit to a  ",
    "```",
    "",
    "x",
    "\xff",
]
LINES += ["> Run shell command? y  ", "> Running x  ", "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "> Tokens: 1"]


@given(st.lists(st.sampled_from(LINES), max_size=30))
@settings(max_examples=300, deadline=None)
def test_whatever_order_lines_come_in_each_stands_in_one_record(lines):
    data = "\n".join(lines).encode("latin-1")
    found = decode(data)
    events = [event for _, events in found for event in events]
    assert len({event.id for event in events}) == len(events)
    assert all(call.call_id for call in events if isinstance(call, ToolCall))


@pytest.mark.parametrize(
    "line", [*LINES, "<thinking-content-0a>", "```\n#### x  ", "a\n> x  ", "src/a\n<<<<<<< SEARCH\nx"]
)
def test_a_long_history_takes_linear_time(line):
    history = "# aider chat started at 2026-05-25 17:08:20\n#### x  \n" + f"{line}\n" * 10_000
    assert linear(decode, history.encode("latin-1"))
