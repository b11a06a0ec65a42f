"""Logs written by hand in the shape of the real formats, and a way to run commands as a user does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def chat(*messages: dict[str, Any]) -> str:
    return json.dumps({"messages": list(messages)})


def says(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def asks(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def calls(name: str, call_id: str, **args: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(args)}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": call_id, "type": "function", "function": function}],
    }


def returns(call_id: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "refund.json").write_text(
        chat(
            asks("Please refund order O-77 for 40 USD."),
            calls("refund_payment", "call_1", order_id="O-77", amount=40, currency="USD"),
            returns("call_1", '{"status": "succeeded", "refund_id": "re_1"}'),
            says("I issued a single $40 refund for order O-77."),
        )
    )
    return folder


@pytest.fixture
def assure(tmp_path: Path) -> Run:
    def run(*argv: str | Path, home: Path | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
        words: Sequence[str] = [sys.executable, "-m", "assure_tui.app", *map(str, argv)]
        environment = {
            "PATH": "/usr/bin:/bin",
            "ASSURE_TUI_HOME": str(home or tmp_path / "home"),
            "HOME": str(tmp_path),
        }
        environment |= options.pop("env", {})
        return subprocess.run(
            words, capture_output=True, text=True, timeout=60, check=False, env=environment, cwd=tmp_path, **options
        )

    return run
