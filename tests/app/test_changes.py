"""What a run did to files, as a whole and by some of its acts."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.paths import Home
from tests.app.recording import record


def edit(call: str, path: str, line: str) -> list[dict[str, object]]:
    change = {"path": path, "op": "edit", "diff": f"@@ -1,1 +1,2 @@\n first\n+{line}\n"}
    return [
        {"type": "tool_call", "call_id": call, "tool": "edit_file", "args": {"path": path}},
        {"type": "tool_result", "call_id": call, "status": "succeeded", "text": "edited", "files": [change]},
    ]


def test_the_changes_of_one_act_are_given_without_those_of_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    rows = [
        {"type": "session", "format": "assure/1", "id": "s", "agent": "coder"},
        {"type": "user", "text": "Mend the parser and the notes."},
        *edit("a", "src/parser.py", "mended"),
        *edit("b", "notes.md", "told"),
        {"type": "report", "text": "I edited src/parser.py and notes.md."},
    ]
    lines = (json.dumps({"time": f"2026-03-01T10:00:{n:02}.000Z", **row}) for n, row in enumerate(rows))
    (folder / "s.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    record(home := Home.find(tmp_path / "home"), folder)
    with closing(Desk.open(home)) as desk:
        (run,) = desk.runs()
        act = next(effect for effect in desk.run(run.id).effects if effect.call_id == "b")
        everything, one = desk.diffs(run.id), desk.diffs(run.id, [act])
        assert desk.diffs(run.id, []) == []
    assert [file.path for file in everything] == ["src/parser.py", "notes.md"]
    assert [(file.path, file.added) for file in one] == [("notes.md", 1)]
    ((name, hunk),) = one[0].hunks
    assert name == act.id
    assert "+told" in hunk
