"""Latency of calls through the MCP witness, beside the same server without it: `python tests/bench/proxy.py [CALLS]`.

The server answers at once, so that hardly anything but the way there and back is measured. At the end, a large result
and a check that the witness wrote every call and every result.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVER = """
import json, sys
for line in sys.stdin.buffer:
    asked = json.loads(line)
    text = "x" * asked["params"]["arguments"].get("size", 2)
    body = {"jsonrpc": "2.0", "id": asked["id"], "result": {"content": [{"type": "text", "text": text}]}}
    sys.stdout.write(json.dumps(body) + "\\n")
    sys.stdout.flush()
"""
LARGE = 20_000_000


def measure(argv: list[str], calls: int) -> tuple[list[float], float]:
    """Give the seconds of each call, in order of length, and those of one with a large result."""
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def ask(number: int, arguments: dict[str, int]) -> float:
            params = {"name": "note", "arguments": arguments}
            body = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
            start = time.perf_counter()
            server.stdin.write(json.dumps(body).encode() + b"\n")
            server.stdin.flush()
            server.stdout.readline()
            return time.perf_counter() - start

        ask(0, {})
        spent = sorted(ask(number, {"n": number}) for number in range(1, calls + 1))
        large = ask(calls + 1, {"size": LARGE})
        server.stdin.close()
        server.wait()
    return spent, large


def main() -> None:
    """Measure and print."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "server.py")
        script.write_text(SERVER)
        bare = [sys.executable, str(script)]
        home = Path(folder, "home")
        proxy = [sys.executable, "-m", "assure_tui.app", "mcp-proxy", "--home", str(home), "--", *bare]
        without, large = measure(bare, calls)
        through, large_through = measure(proxy, calls)
        (log,) = (home / "witness").iterdir()
        kinds = [json.loads(line)["type"] for line in log.open("rb")]
    for name, at in (("p50", 0.5), ("p99", 0.99)):
        before, after = (spent[int(len(spent) * at)] * 1e3 for spent in (without, through))
        print(f"{name}: {before:.3f} ms without, {after:.3f} ms through the witness, {after - before:+.3f} ms")
    print(f"a result of {LARGE / 1e6:.0f} MB: {large * 1e3:.0f} ms without, {large_through * 1e3:.0f} ms through it")
    print(f"{calls + 2} calls made; {kinds.count('tool_call')} calls and {kinds.count('tool_result')} results written")


if __name__ == "__main__":
    main()
