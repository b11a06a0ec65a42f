"""Logs written by hand in the shape of the real formats, and a way to run commands as a user does."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from assure_tui.app.__main__ import main
from assure_tui.app.desk.gates import evaluator
from assure_tui.app.desk.paths import Home

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LASTING = {"demo", "mcp-proxy", "record", "witness"}
"""Commands that go on until a signal ends them."""


@pytest.fixture(autouse=True)
def patient_evaluator(monkeypatch) -> None:
    """A busy machine answers late: what a condition says must not depend on it."""
    monkeypatch.setattr(evaluator, "DEADLINE", 20.0)
    monkeypatch.setattr(evaluator, "START", 60.0)


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
def home(tmp_path: Path) -> Home:
    return Home.under(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that may be watched, with nothing in it."""
    folder = tmp_path / "watched"
    folder.mkdir()
    return folder


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
    """Run a command as a user does; in this process, unless it needs one of its own."""

    def run(*argv: str | Path, home: Path | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
        words = ["assure-tui", *map(str, argv)]
        environment = {
            "PATH": "/usr/bin:/bin",
            "ASSURE_TUI_HOME": str(home or tmp_path / "home"),
            "HOME": str(tmp_path),
        }
        environment |= options.pop("env", {})
        if options or "PYTHONPATH" in environment or not LASTING.isdisjoint(words[1:2]):
            return run_apart(words, environment, tmp_path, **options)
        return run_here(words, environment, tmp_path)

    return run


def run_apart(
    words: Sequence[str], environment: Mapping[str, str], folder: Path, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "assure_tui.app", *words[1:]]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=environment, cwd=folder, **options
    )


def run_here(words: Sequence[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, with streams, an environment and a folder of its own."""
    out, said = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    with (
        Path(os.devnull).open(encoding="utf-8") as nothing,
        mock.patch.multiple(sys, argv=list(words), stdin=nothing, stdout=out, stderr=said),
        mock.patch.dict(os.environ, environment, clear=True),
        contextlib.chdir(folder),
    ):
        code = main()
    told = (stream.buffer.getvalue().decode() for stream in (out, said))
    return subprocess.CompletedProcess(list(words), code, *told)
