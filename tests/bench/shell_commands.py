"""Time to parse and interpret shell commands, cold and from the cache, against `shlex.split` in the same run.

    python tests/bench/shell_commands.py [FILE]

FILE holds one command a line as a JSON string; without it, a built-in mix of usual commands is used.
"""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from assure_tui.reconcile.effects import shell
from assure_tui.reconcile.effects.commands import understand

MIX = [
    "cd src && go test ./... 2>&1 | tail -20",
    "git add -A && git commit -m \"$(cat <<'EOF'\nFix the parser\n\nIt was wrong.\nEOF\n)\" && git push",
    "rg -n 'pattern|other' src tests | head -40",
    "sed -n '1,80p' README.md; echo ---; ls -la",
    'for f in *.py; do ruff check "$f" || true; done',
    "uv run --with rich python -m pytest tests/unit -q -k 'a or b'; echo \"exit: $?\"",
]


def _each(commands: list[str], work: Callable[[str], object]) -> float:
    began = time.perf_counter()
    for command in commands:
        work(command)
    return (time.perf_counter() - began) / len(commands) * 1e6


def _words(command: str) -> object:
    try:
        return shlex.split(command)
    except ValueError:
        return None


def main(paths: Iterable[str]) -> None:
    """Print microseconds a command and the ratios to the baseline."""
    commands = [json.loads(line) for path in paths for line in Path(path).read_text("utf-8").splitlines()]
    if not commands:
        commands = [f"{command} # {number}" for number in range(200) for command in MIX]
    commands = list(dict.fromkeys(commands))[:1500]
    understand("true")
    base = _each(commands, _words)
    understand.cache_clear()
    shell.parse.cache_clear()
    cold = _each(commands, understand)
    cached = _each(commands, understand)
    print(f"{len(commands)} commands: shlex {base:.1f} us, cold {cold:.1f} us ({cold / base:.1f}x), ", end="")
    print(f"cached {cached:.2f} us ({cached / base:.2f}x)")


if __name__ == "__main__":
    main(sys.argv[1:])
