from __future__ import annotations

import json
from pathlib import Path

from assure_tui.app.desk.watch.scout import Scout


def test_a_copy_beside_a_log_is_not_followed_when_it_grows(tmp_path: Path) -> None:
    session = tmp_path / "work" / "5d1e"
    session.mkdir(parents=True)
    turn = {"timestamp": 1, "message": {"type": "TurnBegin", "payload": {"user_input": "Go."}}}
    (session / "wire.jsonl").write_text(json.dumps(turn) + "\n")
    spoken = [{"role": "user", "content": "Go."}, {"role": "assistant", "content": "Gone."}]
    for name in ("context.jsonl", "other.jsonl"):
        (session / name).write_text("".join(json.dumps(line) + "\n" for line in spoken))
    scout = Scout([tmp_path], [])
    names = ("wire.jsonl", "context.jsonl", "other.jsonl")
    assert [name for name in names if scout.admit(session / name)] == ["wire.jsonl", "other.jsonl"]
