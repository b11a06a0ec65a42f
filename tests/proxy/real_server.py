"""A server of the `mcp` package, for test_real_client.py and the benchmark."""

import asyncio

from mcp.server.mcpserver import Context, MCPServer

server = MCPServer("sums")


@server.tool()
def add(a: int, b: int) -> str:
    """Add two numbers."""
    return str(a + b)


@server.tool()
def repeat(text: str, times: int) -> str:
    """Say a text many times."""
    return text * times


@server.tool()
async def count(to: int, ctx: Context) -> str:
    """Count, and tell how far it is."""
    for number in range(to):
        await ctx.report_progress(number + 1, to)
    return "done"


@server.tool()
async def wait() -> str:
    """Wait longer than anybody does."""
    await asyncio.sleep(600)
    return "never"


if __name__ == "__main__":
    server.run()
