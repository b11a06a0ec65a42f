"""The witness between a client and a server that are not ours: both of the `mcp` package."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SERVER = Path(__file__).with_name("real_server.py")


@asynccontextmanager
async def client(home: Path) -> AsyncIterator[ClientSession]:
    server = [sys.executable, str(SERVER)]
    proxy = ["-m", "assure_tui.app", "mcp-proxy", "--home", str(home), "--name", "sums", "--", *server]
    async with (
        stdio_client(StdioServerParameters(command=sys.executable, args=proxy)) as (source, sink),
        ClientSession(source, sink) as session,
    ):
        await session.initialize()
        yield session


def written(home: Path, kind: str) -> list[dict[str, Any]]:
    (path,) = (home / "witness").iterdir()
    return [record for line in path.read_bytes().splitlines() if (record := json.loads(line))["type"] == kind]


async def test_a_session_goes_as_it_would_without(tmp_path: Path) -> None:
    async with client(tmp_path) as session:
        listed = await session.list_tools()
        sums = await asyncio.gather(*(session.call_tool("add", {"a": number, "b": 1}) for number in range(50)))
        large = await session.call_tool("repeat", {"text": "0123456789", "times": 500_000})
    assert {tool.name for tool in listed.tools} == {"add", "repeat", "count", "wait"}
    assert [int(answer.content[0].text) for answer in sums] == list(range(1, 51))
    assert len(large.content[0].text) == 5_000_000
    assert len(written(tmp_path, "tool_call")) == 51
    assert {record["status"] for record in written(tmp_path, "tool_result")} == {"succeeded"}
    (cut,) = [record for record in written(tmp_path, "tool_result") if record.get("truncated")]
    assert len(cut["text"]) == 1 << 20
    assert set(written(tmp_path, "tools")[0]["tools"]) == {"add", "repeat", "count", "wait"}


async def test_progress_reaches_the_client(tmp_path: Path) -> None:
    seen: list[float] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        del total, message
        seen.append(done)

    async with client(tmp_path) as session:
        answer = await session.call_tool("count", {"to": 5}, progress_callback=progress)
    assert answer.content[0].text == "done"
    assert seen == [1, 2, 3, 4, 5]


async def test_a_client_that_gives_up_does_not_hang(tmp_path: Path) -> None:
    async with client(tmp_path) as session:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.call_tool("wait", {}), timeout=0.5)
        assert (await session.call_tool("add", {"a": 1, "b": 1})).content[0].text == "2"
    assert [record["status"] for record in written(tmp_path, "tool_result")] in (
        ["running", "succeeded"],
        ["succeeded"],
    )
