from __future__ import annotations

import json

import pytest

from assure_tui.ingest.adapters.codex.patch import files_of_patch
from assure_tui.ingest.adapters.codex.script import nested_calls
from assure_tui.ingest.identity import run_id
from assure_tui.ingest.model import (
    AgentText,
    Boundary,
    Permission,
    RunStarted,
    ToolCall,
    ToolResult,
    ToolsDefined,
    UserTurn,
)
from assure_tui.reconcile.model import InputFinding
from assure_tui.reconcile.workspace import Workspace

THREAD = "019f0000-0000-7000-8000-000000000001"


def line(kind: str, time: str = "2026-07-01T10:00:00.000Z", **payload) -> dict:
    return {"timestamp": time, "type": kind, "payload": payload}


def item(kind: str, **fields) -> dict:
    return line("response_item", **{"type": kind, **fields})


def event(kind: str, **fields) -> dict:
    return line("event_msg", **{"type": kind, **fields})


def message(role: str, *texts: str, phase: str | None = None) -> dict:
    kind = "output_text" if role == "assistant" else "input_text"
    return item("message", role=role, content=[{"type": kind, "text": text} for text in texts], phase=phase)


def call(name: str, args: dict, call_id: str = "c1", **fields) -> dict:
    return item("function_call", name=name, arguments=json.dumps(args), call_id=call_id, **fields)


def output(value: object, call_id: str = "c1") -> dict:
    return item("function_call_output", call_id=call_id, output=value)


META = line(
    "session_meta",
    id=THREAD,
    cwd="/srv/shop",
    cli_version="0.142.0",
    timestamp="2026-07-01T10:00:00Z",
    git={"branch": "main", "commit_hash": "abc"},
)


def test_a_run_is_told_by_its_first_line(log):
    found = log(
        "codex",
        [
            META,
            line(
                "turn_context",
                cwd="/srv/shop",
                model="m-5",
                approval_policy="never",
                sandbox_policy={"type": "read-only"},
            ),
        ],
        stem=f"rollout-{THREAD}",
    )
    first, second = found.all(RunStarted)
    assert (first.native_id, first.branch, first.commit, second.model) == (THREAD, "main", "abc", "m-5")
    assert first.run == second.run == run_id("codex", THREAD, f"rollout-{THREAD}")
    assert found.one(Permission).mode == "never/read-only"


def test_words_written_in_two_channels_are_told_once(log):
    found = log(
        "codex",
        [
            META,
            message("developer", "<permissions instructions>"),
            message("user", "# AGENTS.md instructions for /srv", "<environment_context>"),
            message("user", "Fix it."),
            event("user_message", message="Fix it."),
            event("agent_message", message="Fixed.", phase="final_answer"),
            message("assistant", "Fixed.", phase="final_answer"),
            event("task_complete", turn_id="t", last_agent_message="Fixed."),
        ],
    )
    assert [(one.text, one.synthetic, one.system) for one in found.all(UserTurn)] == [
        ("<permissions instructions>", True, True),
        ("# AGENTS.md instructions for /srv", True, False),
        ("<environment_context>", True, False),
        ("Fix it.", False, False),
    ]
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [("Fixed.", "final")]
    assert found.one(Boundary).what == "turn_end"


def test_the_same_words_asked_twice_are_two_turns(log):
    ask = [message("user", "Again."), event("user_message", message="Again.")]
    assert len(log("codex", [META, *ask, *ask]).all(UserTurn)) == 2


def test_words_that_repeat_a_part_of_the_words_before_are_kept(log):
    found = log("codex", [META, message("user", "push"), message("user", "push it to main"), message("user", "push")])
    assert [one.text for one in found.all(UserTurn)] == ["push", "push it to main", "push"]


def test_words_that_had_notes_for_machines_behind_them_are_told_once(log):
    said = message("assistant", "Fixed.\n\n<notes>\nlimits.md:3\n</notes>", phase="final_answer")
    found = log("codex", [META, said, event("task_complete", turn_id="t", last_agent_message="Fixed.\n\n")])
    assert [one.channel for one in found.all(AgentText)] == ["final"]


def test_a_last_message_that_stands_nowhere_else_is_told(log):
    found = log("codex", [META, event("task_complete", turn_id="t", last_agent_message="All tests pass.")])
    assert (found.one(AgentText).text, found.one(AgentText).channel) == ("All tests pass.", "task_complete")


HEAD = "Chunk ID: ab12\nWall time: 0.5 seconds\n"


@pytest.mark.parametrize(
    ("tool", "value", "expected"),
    [
        (
            "exec_command",
            HEAD + "Process exited with code 0\nOriginal token count: 3\nOutput:\nok",
            ("succeeded", 0, "text"),
        ),
        (
            "exec_command",
            HEAD + "Process exited with code 3\nOutput:\nProcess exited with code 0",
            ("failed", 3, "text"),
        ),
        (
            "exec_command",
            'Command: /bin/sh -lc "a\nb"\n' + HEAD + "Process exited with code 1\nOutput:\n",
            ("failed", 1, "text"),
        ),
        ("exec_command", HEAD + "Process running with session ID 71\nOutput:\n", ("running", None, "none")),
        ("exec_command", "Process exited with code 0 is what I want to see", ("unknown", None, "none")),
        ("exec_command", "Output:\nall fine", ("unknown", None, "none")),
        ("shell", "Exit code: 2\nWall time: 1 seconds\nOutput:\nboom", ("failed", 2, "text")),
        ("shell", '{"output":"ok","metadata":{"exit_code":0,"duration_seconds":0.1}}', ("succeeded", 0, "structured")),
        (
            "shell",
            [{"type": "input_text", "text": "Exit code: 0\nWall time: 1 seconds\nOutput:\n"}],
            ("succeeded", 0, "text"),
        ),
        ("exec_command", "exec command rejected by user", ("denied", None, "none")),
        ("exec_command", "approval policy is OnRequest; reject command — no", ("denied", None, "none")),
        ("exec_command", "aborted by user after 29.7s", ("unknown", None, "none")),
        ("apply_patch", "apply_patch verification failed: no such lines", ("failed", None, "none")),
        ("apply_patch", "failed in sandbox: Operation not permitted", ("failed", None, "none")),
        ("update_plan", "Plan updated", ("succeeded", None, "none")),
        ("lookup", {"content": "nope", "success": False}, ("failed", None, "none")),
    ],
)
def test_the_outcome_of_a_call(log, tool, value, expected):
    told = log("codex", [META, call(tool, {}), output(value)]).one(ToolResult)
    assert (told.status, told.exit_code, told.exit_source) == expected


def test_output_that_was_cut_says_so(log):
    text = HEAD + "Process exited with code 0\nOutput:\na\u20262000 tokens truncated\u2026b"
    assert log("codex", [META, call("exec_command", {}), output(text)]).one(ToolResult).truncated


def test_a_command_session_is_polled_until_it_ends(log):
    running = HEAD + "Process running with session ID 71\nOutput:\n"
    found = log(
        "codex",
        [
            META,
            call("exec_command", {"cmd": "make"}, "c1"),
            output(running, "c1"),
            call("write_stdin", {"session_id": 71, "chars": ""}, "c2"),
            output(running, "c2"),
            call("write_stdin", {"session_id": 71, "chars": ""}, "c3"),
            output(HEAD + "Process exited with code 2\nOutput:\nboom", "c3"),
        ],
    )
    assert [(one.call_id, one.status, one.reads_from) for one in found.all(ToolResult)] == [
        ("c1", "running", None),
        ("c2", "succeeded", "c1"),
        ("c3", "failed", "c1"),
        ("c1", "failed", None),
    ]
    assert len({one.id for one in found.events}) == len(found.events)


@pytest.mark.parametrize("first", [True, False])
def test_a_structured_exit_code_is_taken_whether_it_comes_before_or_after_the_output(log, first):
    told = event("exec_command_end", call_id="c1", command=["make"], exit_code=7, status="failed")
    answer = output("no marker here")
    found = log("codex", [META, call("shell", {}), *([told, answer] if first else [answer, told])])
    last = found.all(ToolResult)[-1]
    assert (last.call_id, last.status, last.exit_code, last.exit_source) == ("c1", "failed", 7, "structured")


PATCH = """*** Begin Patch
*** Update File: src/a.py
@@ def f():
-    return 1
+    return 2
*** Add File: src/b.py
+x = 1
*** Delete File: src/c.py
*** Update File: src/d.py
*** Move to: src/e.py
@@
-a
+b
*** End Patch"""


def test_a_patch_names_its_files(log):
    ask = item("custom_tool_call", name="apply_patch", input=PATCH, call_id="c1", status="completed")
    answer = item(
        "custom_tool_call_output", call_id="c1", output="Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess."
    )
    files = log("codex", [META, ask, answer]).one(ToolResult).files
    assert [(one.path, one.op, one.new_path) for one in files] == [
        ("src/a.py", "edit", None),
        ("src/b.py", "create", None),
        ("src/c.py", "delete", None),
        ("src/d.py", "rename", "src/e.py"),
    ]
    assert files[0].diff == "@@ def f():\n-    return 1\n+    return 2"


def test_a_patch_inside_a_shell_command_is_found_and_a_failed_one_touches_nothing(log):
    ask = call("shell", {"command": ["bash", "-lc", f"apply_patch <<'EOF'\n{PATCH}\nEOF"]})
    done = log("codex", [META, ask, output("Exit code: 0\nOutput:\n")]).one(ToolResult)
    assert len(done.files) == 4
    assert log("codex", [META, ask, output("Exit code: 1\nOutput:\n")]).one(ToolResult).files == ()
    assert files_of_patch("no patch") == ()


def test_recorded_changes_are_preferred_to_the_patch(log):
    changes = {"/srv/a.py": {"type": "update", "unified_diff": "@@ -1 +1 @@\n-a\n+b", "move_path": None}}
    found = log(
        "codex",
        [
            META,
            item("custom_tool_call", name="apply_patch", input=PATCH, call_id="c1"),
            event("patch_apply_end", call_id="c1", success=True, status="completed", changes=changes),
            item("custom_tool_call_output", call_id="c1", output="Exit code: 0\nOutput:\n"),
        ],
    )
    assert [(one.path, one.diff) for one in found.one(ToolResult).files] == [("/srv/a.py", "@@ -1 +1 @@\n-a\n+b")]


def test_a_failed_mcp_call_is_failed_though_its_text_does_not_say_so(log):
    end = event("mcp_tool_call_end", call_id="c1", invocation={}, result={"Ok": {"content": [], "isError": True}})
    found = log(
        "codex", [META, call("refund", {"a": 1}, namespace="mcp__pay"), end, output("Wall time: 1 s\nOutput:\n[]")]
    )
    assert found.one(ToolCall).mcp_server == "pay"
    assert found.one(ToolResult).status == "failed"


SCRIPT = (
    'const r = await tools.exec_command({cmd:"make test", "yield_ms": 10}); text(r.output);'
    ' await tools.apply_patch("*** x")'
)


def test_commands_of_a_script_are_read_from_it_when_nothing_else_tells_them(log):
    ask = item("custom_tool_call", name="exec", input=SCRIPT, call_id="c1")
    answer = item(
        "custom_tool_call_output",
        call_id="c1",
        output=[
            {"type": "input_text", "text": "Script completed\nWall time 1 seconds\nOutput:\n"},
            {"type": "input_text", "text": "ok"},
        ],
    )
    found = log("codex", [META, ask, answer])
    assert [(one.tool, one.args) for one in found.all(ToolCall)[1:]] == [
        ("exec_command", {"cmd": "make test", "yield_ms": 10}),
        ("apply_patch", {"input": "*** x"}),
    ]
    assert [one.status for one in found.all(ToolResult)] == ["succeeded", "unknown", "unknown"]


def test_commands_of_a_script_are_taken_from_structured_items_when_there_are_some(log):
    did = event(
        "item_completed",
        item={
            "type": "CommandExecution",
            "id": "i1",
            "command": ["make", "test"],
            "cwd": "/srv",
            "source": "agent",
            "status": "failed",
            "exit_code": 2,
            "aggregated_output": "boom",
        },
    )
    found = log(
        "codex",
        [
            META,
            item("custom_tool_call", name="exec", input=SCRIPT, call_id="c1"),
            did,
            item("custom_tool_call_output", call_id="c1", output="Script completed\nWall time 1 seconds\nOutput:\n"),
        ],
    )
    assert [one.call_id for one in found.all(ToolCall)] == ["c1", "i1"]
    inner = found.all(ToolResult)[0]
    assert (inner.call_id, inner.status, inner.exit_code, inner.text) == ("i1", "failed", 2, "boom")


@pytest.mark.parametrize(
    ("said", "status"), [("exec command rejected by user", "denied"), ("TypeError: x is undefined", "failed")]
)
def test_a_script_that_failed_as_its_command_was_refused_was_denied(log, said, status):
    answer = f"Script failed\nWall time 1 seconds\nOutput:\n\nScript error:\n{said}"
    records = [
        item("custom_tool_call", name="exec", input="text(1)", call_id="c1"),
        item("custom_tool_call_output", call_id="c1", output=answer),
    ]
    assert log("codex", [META, *records]).all(ToolResult)[-1].status == status


def test_a_text_that_was_given_a_name_is_read_in_its_place():
    script = 'const patch = "*** Begin Patch\\n*** End Patch";\ntext(await tools.apply_patch(patch));\n'
    script += "let c = `ls`; tools.f({cmd: c})"
    assert nested_calls(script) == [("apply_patch", {"input": "*** Begin Patch\n*** End Patch"}), ("f", {"cmd": "ls"})]


def test_a_computed_argument_ends_what_can_be_read_of_a_script():
    assert nested_calls("tools.f({a: 1, b: x + 1, c: 2}); tools.g(y); tools.h({s: 'it\\'s', t: `x`})") == [
        ("f", {"a": 1}),
        ("h", {"s": "it's", "t": "x"}),
    ]


def test_steps_of_a_plan_turned_done_are_claims(log):
    def plan(*states: str) -> dict:
        return call("update_plan", {"plan": [{"step": f"s{n}", "status": state} for n, state in enumerate(states)]})

    found = log(
        "codex",
        [META, plan("in_progress", "pending"), plan("completed", "in_progress"), plan("completed", "completed")],
    )
    assert [(one.text, one.channel) for one in found.all(AgentText)] == [("s0", "todo"), ("s1", "todo")]


def test_the_history_that_a_fork_copies_is_not_the_forks_own(log):
    parent = "019e0000-0000-7000-8000-000000000009"
    own = line("session_meta", id=THREAD, forked_from_id=parent, timestamp="2026-07-01T10:00:00.100Z")
    found = log(
        "codex",
        [
            own,
            line("session_meta", id=parent, timestamp="2026-06-30T10:00:00Z"),
            event("task_started", turn_id="p1", started_at=1782810000),
            message("assistant", "Old words."),
            event("task_started", turn_id="f1", started_at=1782900010),
            message("assistant", "New words."),
        ],
        stem=f"rollout-{THREAD}",
    )
    assert [one.text for one in found.all(AgentText)] == ["New words."]
    assert found.one(RunStarted).forked_from == run_id("codex", parent, parent)


def test_a_compaction_is_a_seam_and_its_history_is_not_read_again(log):
    history = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "old"}]}]
    found = log("codex", [META, line("compacted", message="", replacement_history=history), event("context_compacted")])
    assert [type(one).__name__ for one in found.events] == ["RunStarted", "Boundary"]


def test_a_sub_agent_names_its_parent_and_its_parents_call_names_it(log):
    child = "019f0000-0000-7000-8000-000000000002"
    spawn = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1}}}
    inner = log("codex", [line("session_meta", id=child, source=spawn)], stem=f"rollout-{child}")
    outer = log(
        "codex",
        [
            META,
            call("spawn_agent", {}),
            event("collab_agent_spawn_end", call_id="c1", new_thread_id=child, status="running"),
            output("{}"),
        ],
        stem=f"rollout-{THREAD}",
    )
    assert inner.one(RunStarted).parent == outer.one(RunStarted).run
    assert outer.one(ToolResult).facts["child_run"] == inner.one(RunStarted).run


def test_a_file_of_2025_is_read(log):
    found = log(
        "codex",
        [
            {"id": THREAD, "timestamp": "2025-06-01T10:00:00Z", "instructions": "", "git": {"branch": "main"}},
            {"record_type": "state"},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
            {"type": "function_call", "name": "shell", "arguments": '{"command":["ls"]}', "call_id": "c"},
            {"type": "function_call_output", "call_id": "c", "output": '{"output":"a","metadata":{"exit_code":0}}'},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "One file."}]},
        ],
    )
    assert [type(one).__name__ for one in found.events] == [
        "RunStarted",
        "UserTurn",
        "ToolCall",
        "ToolResult",
        "AgentText",
    ]
    assert found.tally.unrecognised == 0
    assert {one.run for one in found.events} == {found.one(RunStarted).run}


def test_news_is_counted(log):
    found = log("codex", [META, item("dream"), event("mood"), line("aura"), event("token_count", info=None)])
    assert found.tally.unknown_types == {"response_item/dream": 1, "event_msg/mood": 1, "aura": 1}
    assert found.tally.bookkeeping == 1


def search(description: str, *, late: bool = True) -> dict:
    function = {"type": "function", "name": "_fetch", "description": description, "defer_loading": late}
    pages = {"type": "namespace", "name": "mcp__pages", "tools": [function | {"parameters": {"type": "object"}}]}
    return item("tool_search_output", call_id="c1", status="completed", tools=[pages])


def test_the_tools_that_a_run_has_are_told_with_their_definitions(log):
    ask = {"name": "ask", "description": "Asks.", "inputSchema": {"type": "object"}, "deferLoading": False}
    found = log("codex", [META | {"payload": META["payload"] | {"dynamic_tools": [ask]}}, search("Fetches.")])
    first, second = (event.tools for event in found.all(ToolsDefined))
    assert first == {"ask": {"description": "Asks.", "parameters": {"type": "object"}}}
    assert second == {"mcp__pages_fetch": {"description": "Fetches.", "parameters": {"type": "object"}}}
    assert found.tally.unrecognised == 0


@pytest.mark.parametrize("tools", [None, [], "x", [3], [{"name": 3}], {"tools": [{"tools": [{"tools": []}]}]}])
def test_lists_of_tools_in_no_known_shape_tell_of_none(log, tools):
    found = log("codex", [META, item("tool_search_output", call_id="c1", tools=tools)])
    assert found.all(ToolsDefined) == []
    assert found.tally.bookkeeping == 1


@pytest.mark.parametrize(("second", "fires"), [(search("Fetches.", late=False), False), (search("Sends."), True)])
def test_a_tool_that_becomes_another_one_is_noticed(log, second, fires):
    check = Workspace()
    changes = [change for one in log("codex", [META, search("Fetches."), second]).events for change in check.step(one)]
    found = [change.value.code for change in changes if isinstance(change.value, InputFinding)]
    assert found == (["tool-changed"] if fires else [])


def ran(script: str, *answers: str) -> list[dict]:
    texts = [{"type": "input_text", "text": text} for text in answers]
    return [
        item("custom_tool_call", name="exec", input=script, call_id="c1"),
        item("custom_tool_call_output", call_id="c1", output=texts),
    ]


DONE = "Script completed\nWall time 1 seconds\nOutput:\n"
ALONE = 'const r = await tools.exec_command({cmd: "make test"});\ntext(r.output);'


@pytest.mark.parametrize(
    ("script", "printed", "told"),
    [
        (ALONE, "7 passed", ("7 passed", "unknown", None)),
        (ALONE.replace("r.output", "r"), '{"exit_code": 2, "output": "boom"}', ("boom", "failed", 2)),
        (ALONE + " text(`SESSION_ID=${r.session_id}`);", "starting\nSESSION_ID=71", ("starting\n", "running", None)),
        (ALONE.replace("r.output", "r.output.slice(0, 9)"), "7 passed", ("", "unknown", None)),
        ("for (const d of dirs) { " + ALONE + " }", "7 passed", ("", "unknown", None)),
        ('const patch = "*** x"; text(await tools.apply_patch(patch));', "{}", ("{}", "succeeded", None)),
    ],
)
def test_what_a_script_prints_is_what_its_only_call_answered(log, script, printed, told):
    inner = log("codex", [META, *ran(script, DONE, printed)]).all(ToolResult)[-1]
    assert (inner.call_id, inner.text, inner.status, inner.exit_code) == ("c1/1", *told)


def test_a_script_that_goes_on_is_answered_when_it_is_waited_for(log):
    going = ran(ALONE, "Script running with cell ID 9\nWall time 10 seconds\nOutput:\n")
    wait = [call("wait", {"cell_id": "9"}, "c2"), output(DONE + "7 passed", "c2")]
    results = log("codex", [META, *going, *wait]).all(ToolResult)
    assert [(one.call_id, one.status) for one in results if one.call_id == "c1/1"] == [
        ("c1/1", "running"),
        ("c1/1", "unknown"),
    ]
    assert results[-1].text == "7 passed"
