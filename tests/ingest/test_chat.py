from __future__ import annotations

import json
from pathlib import Path

import pytest

from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import AgentText, Boundary, RunStarted, ToolCall, ToolResult, ToolsDefined, UserTurn
from assure_tui.ingest.reader import open_source


def call(name: str, arguments: object, call_id: str = "call_1") -> dict:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


CHAT = [
    {"role": "system", "content": "You help customers."},
    {"role": "user", "content": "Please refund order 7."},
    {"role": "assistant", "content": None, "tool_calls": [call("refund_order", {"order_id": "7"})]},
    {"role": "tool", "tool_call_id": "call_1", "name": "refund_order", "content": '{"refunded": 40}'},
    {"role": "assistant", "content": "I refunded $40."},
]


def events(path: Path) -> list:
    return list(open_source(path).events())


def of(kind: type, found: list) -> list:
    return [event for event in found if isinstance(event, kind)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("bare", [True, False])
def test_a_document_is_read_however_it_is_laid_out(tmp_path, indent, bare):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CHAT if bare else {"id": "r7", "messages": CHAT}, indent=indent), encoding="utf-8")
    found = events(path)
    assert [(type(event).__name__, event.id) for event in found] == [
        ("RunStarted", "M0#run"),
        ("UserTurn", "M0#0"),
        ("UserTurn", "M1#0"),
        ("ToolCall", "M2#0"),
        ("ToolResult", "M3#0"),
        ("AgentText", "M4#0"),
        ("Boundary", "M4#end"),
    ]
    assert found[0].native_id == ("case" if bare else "r7")
    assert (found[1].system, found[2].system) == (True, False)
    assert (found[5].text, found[5].channel) == ("I refunded $40.", "final")
    assert found[5].origin.at.unit == "item"


def test_lines_of_messages_are_one_chat_and_lines_of_chats_are_several(write):
    messages = events(write("a.jsonl", CHAT))
    assert len(of(RunStarted, messages)) == 1
    assert of(AgentText, messages)[0].id.startswith("L5@")
    chats = events(write("b.jsonl", [{"messages": CHAT}, {"messages": CHAT}]))
    assert len({event.run for event in of(AgentText, chats)}) == 2
    assert len({event.id for event in chats}) == len(chats)


def test_a_document_with_one_message_on_its_last_line_is_no_json_lines(tmp_path):
    path = tmp_path / "case.json"
    path.write_text('[\n{"role": "user", "content": "a"},\n{"role": "assistant", "content": "b"}\n]', encoding="utf-8")
    assert [event.text for event in of(AgentText, events(path))] == ["b"]


@pytest.mark.parametrize(
    ("content", "extra", "status"),
    [
        ("no such order", {"is_error": True}, "failed"),
        ("Error: no such order", {}, "failed"),
        ("ValueError: no such order", {}, "failed"),
        ('{"error": "no such order"}', {}, "failed"),
        ('{"error": null, "id": 3}', {}, "succeeded"),
        ("Error rates fell", {"is_error": False}, "succeeded"),
        ("Orders with an error: none", {}, "succeeded"),
        ("<system>ERROR: Command killed by timeout (60s)</system>", {}, "failed"),
        ("<tool_use_error>File has not been read yet.</tool_use_error>", {}, "failed"),
        ("execution error: Io(Custom)", {}, "failed"),
        ("Tool call timed out.", {}, "failed"),
        ("404 Not Found", {}, "failed"),
        ("Line test failed: no connection", {}, "failed"),
        ("Checks failed: 0", {}, "succeeded"),
        ("Checks failed: none", {}, "succeeded"),
        ("404 Not Found is what the page says when it has moved", {}, "succeeded"),
        ("The tool call is rejected by the user. Stop.", {}, "denied"),
        ("The user doesn't want to proceed with this tool use. It was rejected.", {"is_error": True}, "denied"),
        ("Permission to use Bash with command rm has been denied.", {}, "denied"),
        ("The user rejected the offer of a voucher.", {}, "succeeded"),
        ("Command running in background with ID: b1", {}, "running"),
        ("Wall time: 9.0 seconds\naborted by user", {}, "unknown"),
    ],
)
def test_a_tools_answer_has_failed_when_the_message_or_its_beginning_says_so(log, content, extra, status):
    found = log("openai-chat", [{"role": "tool", "tool_call_id": "c", "content": content, **extra}])
    assert found.one(ToolResult).status == status


def test_the_older_form_of_calls_is_paired_by_name(log):
    found = log(
        "openai-chat",
        [
            {"role": "assistant", "content": None, "function_call": {"name": "find", "arguments": '{"q": 1}'}},
            {"role": "function", "name": "find", "content": "x"},
            {"role": "assistant", "content": None, "function_call": {"name": "find", "arguments": "{}"}},
            {"role": "function", "name": "find", "content": "y"},
        ],
    )
    first, second = found.all(ToolCall)
    assert first.args == {"q": 1}
    assert [one.call_id for one in found.all(ToolResult)] == [first.call_id, second.call_id]


def test_texts_of_several_parts_keep_their_places(log):
    parts = [{"type": "image_url"}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    found = log("openai-chat", [{"role": "user", "content": "q"}, {"role": "assistant", "content": parts}])
    assert [(one.id.partition("#")[2], one.text) for one in found.all(AgentText)] == [("1", "a"), ("2", "b")]


def test_arguments_that_are_no_json_are_kept_as_text_and_deep_ones_are_not_followed(log):
    deep = "[" * 400 + "]" * 400
    calls = [
        {"id": "a", "function": {"name": "t", "arguments": "{broken"}},
        {"id": "b", "function": {"name": "t", "arguments": f'{{"x":{deep}}}'}},
    ]
    found = log("openai-chat", [{"role": "assistant", "content": None, "tool_calls": calls}])
    assert [one.args for one in found.all(ToolCall)] == [{"input": "{broken"}, {"input": "(nested too deep)"}]


def test_tool_definitions_are_told(tmp_path):
    path = tmp_path / "case.json"
    tools = [{"type": "function", "function": {"name": "refund", "parameters": {"type": "object"}}}]
    path.write_text(json.dumps({"model": "m-1", "tools": tools, "messages": CHAT}), encoding="utf-8")
    found = events(path)
    assert of(ToolsDefined, found)[0].tools["refund"]["parameters"] == {"type": "object"}
    assert of(RunStarted, found)[0].model == "m-1"


def test_a_rewritten_document_is_read_as_it_is_then(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CHAT[:2]), encoding="utf-8")
    reader = open_source(path)
    assert len(of(UserTurn, reader.read().events)) == 2
    path.write_text(json.dumps(CHAT[:2] + CHAT[4:]), encoding="utf-8")
    again = reader.read()
    assert [type(event).__name__ for event in again.events[-2:]] == ["AgentText", "Boundary"]
    assert len(again.records) == 3
    path.write_text(json.dumps(CHAT[:2] + CHAT[4:])[:-20], encoding="utf-8")
    with pytest.raises(SourceError, match="whole document"):
        reader.read()
    path.write_text(json.dumps([CHAT[0], {"role": "user", "content": "Never mind."}]), encoding="utf-8")
    assert [event.text for event in of(UserTurn, reader.read().events)] == ["You help customers.", "Never mind."]


def test_a_message_of_unexpected_shape_is_counted_and_the_rest_is_read(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps([*CHAT, {"role": 5}, "text", {"role": "user", "content": "more"}]), encoding="utf-8")
    reader = open_source(path)
    assert reader.read().events[-1].text == "more"
    assert (reader.tally.records, reader.tally.unrecognised) == (8, 2)


def test_a_turn_ends_where_the_agent_asks_for_nothing_more(log):
    found = log("openai-chat", CHAT)
    assert [event.what for event in found.all(Boundary)] == ["turn_end"]


def test_a_prompt_that_the_program_repeats_after_a_tool_is_no_new_turn(log):
    ask = {"role": "user", "content": "Invite Dora."}
    act = {
        "role": "assistant",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "invite", "arguments": "{}"}}],
    }
    answer = {"role": "tool", "tool_call_id": "c1", "content": "ok"}
    read = log("openai-chat", [{"messages": [ask, act, answer, ask, {"role": "assistant", "content": "Done."}, ask]}])
    assert [turn.synthetic for turn in read.all(UserTurn)] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stdout: 3 passed\nstderr: \nreturncode: 0", ("succeeded", 0, "text")),
        ("stdout: boom\nstderr: \nreturncode: 2\n", ("failed", 2, "text")),
        ("<returncode>1</returncode>\n<output>\nboom\n</output>", ("failed", 1, "text")),
        ("returncode: 2 is what the manual says\nof it", ("succeeded", None, "none")),
        ("Exit code 127\nmake: not found", ("failed", 127, "text")),
        ("Exit code 1 means that it failed", ("succeeded", None, "none")),
        ("rc=1\nrm: no such file", ("failed", 1, "text")),
        ("<system>ERROR: Command failed with exit code: 128.</system>\nfatal: no", ("failed", 128, "text")),
        ("no such host\n\n(Command exited with code 6)", ("failed", 6, "text")),
        ("ok\n<shellId: 3 completed with exit code 0>", ("succeeded", 0, "text")),
        ("Command exited with code 1\nis what the manual says", ("succeeded", None, "none")),
    ],
)
def test_an_exit_code_at_its_fixed_place_is_read(log, text, expected):
    call = {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "bash", "arguments": "{}"}}]}
    result = log("openai-chat", [call, {"role": "tool", "tool_call_id": "c", "content": text}]).one(ToolResult)
    assert (result.status, result.exit_code, result.exit_source) == expected


ANSWER = json.dumps({"content": [{"type": "text", "text": "two rows"}, {"type": "text", "text": "done"}]})


@pytest.mark.parametrize(
    ("content", "text", "status"),
    [
        (ANSWER, "two rows\ndone", "succeeded"),
        (json.dumps({"type": "text", "text": ANSWER, "annotations": None}), "two rows\ndone", "succeeded"),
        (json.dumps({"type": "text", "text": "no such page", "error": True}), "no such page", "failed"),
        (json.dumps({"content": [{"type": "text", "text": "no"}], "isError": True}), "no", "failed"),
        (f"meta=None content=[TextContent(type='text', text={ANSWER!r})] isError=False", "two rows\ndone", "succeeded"),
        ("[TextContent(type='text', text='two', annotations=None)]", "two", "succeeded"),
        ("CallToolResult(content=[TextContent(type='text', text=\"it's no\")], isError=True)", "it's no", "failed"),
        ("TextContent(type='text', text='cut of", "TextContent(type='text', text='cut of", "succeeded"),
        ('{"text": "Hi", "to": "ann"}', '{"text": "Hi", "to": "ann"}', "succeeded"),
        ('{"content": [{"type": "image"}]}', '{"content": [{"type": "image"}]}', "succeeded"),
        ('{"type": "text", "text": 7}', '{"type": "text", "text": 7}', "succeeded"),
        ("{" * 3000 + '"text"', "{" * 3000 + '"text"', "succeeded"),
    ],
)
def test_an_answer_is_taken_out_of_its_envelope(tmp_path, content, text, status):
    path = tmp_path / "case.json"
    path.write_text(json.dumps([*CHAT[:3], CHAT[3] | {"content": content}]), encoding="utf-8")
    (found,) = of(ToolResult, events(path))
    assert (found.text, found.status) == (text, status)


def test_an_answer_in_parts_is_of_the_call_that_its_message_names(write):
    """Two calls at once, answered the other way round, the second in two parts; neither part names a call."""
    asked = [call("run", {"cmd": "make"}, "c1"), call("run", {"cmd": "lint"}, "c2")]
    linted = [{"type": "tool_output", "text": "2 warnings"}, {"type": "tool_output", "text": "done"}]
    rows = [
        {"role": "user", "content": "Build it."},
        {"role": "assistant", "content": "", "tool_calls": asked},
        {"role": "tool", "tool_call_id": "c2", "content": linted},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "tool_output", "text": "built"}]},
    ]
    found = of(ToolResult, open_source(write("rows.jsonl", rows)).read().events)
    assert [(one.call_id, one.text) for one in found] == [("c2", "2 warnings\ndone"), ("c1", "built")]


def test_a_call_that_stands_in_a_block_and_in_the_list_is_one_call(write):
    block = {"type": "tool_call", "tool_call_id": "c1", "name": "run", "arguments": '{"cmd": "make"}'}
    answer = {"type": "tool_output", "text": "Wall time: 0.1 s\nProcess exited with code 2\nOutput:\nno rule\n"}
    for number, calls in enumerate(({"tool_calls": [call("run", {"cmd": "make"}, "c1")]}, {})):
        source = open_source(
            write(
                f"{number}.jsonl",
                [
                    {"role": "user", "content": "Build it.", "_metadata": {"timestamp": "2026-10-01T10:00:00Z"}},
                    {"role": "assistant", "content": [block], **calls},
                    {"role": "tool", "tool_call_id": "c1", "content": [answer]},
                ],
            )
        )
        found = source.read().events
        assert source.tally.unrecognised == 0
        (made,), (done,), (asked,) = of(ToolCall, found), of(ToolResult, found), of(UserTurn, found)
        assert (made.tool, made.args) == ("run", {"cmd": "make"})
        assert (done.call_id, done.status, done.exit_code, done.exit_source) == ("c1", "failed", 2, "text")
        assert asked.time == 1_790_848_800


def test_what_a_command_prints_does_not_tell_how_it_ended(write):
    text = "Wall time: 0.1 s\nProcess exited with code 1\nOutput:\nProcess exited with code 0\nOutput:\nfine\n"
    chat = [
        {"role": "user", "content": "Build it."},
        {"role": "assistant", "tool_calls": [call("run", {}, "c1")]},
        {"role": "tool", "tool_call_id": "c1", "content": text},
    ]
    (done,) = of(ToolResult, events(write("a.jsonl", chat)))
    assert (done.status, done.exit_code) == ("failed", 1)
