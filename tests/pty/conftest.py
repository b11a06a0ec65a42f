"""A terminal that looks at every byte it is sent, and logs whose writer attacks whoever looks at them."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

Environment = Callable[[Path], dict[str, str]]

_KNOWN = re.compile(
    r"""
    [\r\n]
    | \x1b\[ [0-9;:]* m                     # colours
    | \x1b\[ [0-9;]* [HJKABCDG]             # where to write, and erasing
    | \x1b\[ \? [0-9;]+ [hl]                # modes: alternate screen, mouse, focus, paste, wrap, cursor
    | \x1b\[ \? [0-9]+ \$p                  # asking for a mode
    | \x1b\[ [<>] [0-9]* u                  # the keyboard's protocol
    | \x1b\]22; [a-z-]* (?: \x07 | \x1b\\ ) # the mouse pointer's shape
    """,
    re.VERBOSE,
)
"""All that Textual itself sends beside text. A title, a clipboard, a device string or a report is none of it."""
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _intrusions(data: bytes) -> list[str]:
    text = data.decode("utf-8", "surrogateescape")
    rest = _KNOWN.sub(lambda match: " " * len(match[0]), text)
    found = [at for at, char in enumerate(rest) if unicodedata.category(char) in _FORBIDDEN]
    return [ascii(text[max(0, at - 40) : at + 40]) for at in found]


class Terminal:
    """A program on a pseudo-terminal of some size; keeps all that the program writes."""

    def __init__(self, command: Sequence[str], *, env: dict[str, str], cwd: Path, size: tuple[int, int]) -> None:
        columns, rows = size
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=cwd, start_new_session=True
        )
        os.close(slave)
        self.output = bytearray()

    def read(self, seconds: float, *, quiet: float = 0.12) -> bytes:
        """Take what comes, for at most so long, or until nothing came for `quiet` seconds; give it."""
        start, deadline = len(self.output), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and select.select([self._master], [], [], min(quiet, left))[0]:
            try:
                self.output += os.read(self._master, 1 << 16)
            except OSError:  # the program has ended
                break
        return bytes(self.output[start:])

    def until(self, condition: Callable[[bytes], object], seconds: float = 60.0) -> None:
        """Wait until all output so far fulfils a condition."""
        deadline = time.monotonic() + seconds
        while not condition(bytes(self.output)):
            assert time.monotonic() < deadline, f"not in time; the end: {bytes(self.output[-2000:])!r}"
            assert self.process.poll() is None, f"it ended; the end: {bytes(self.output[-2000:])!r}"
            self.read(0.2)

    def type(self, keys: str, seconds: float = 1.0) -> bytes:
        """Press keys, and give what comes of it.

        An escape is waited for as long as it takes: with the next key it would be another one.
        """
        start = len(self.output)
        os.write(self._master, keys.encode())
        deadline = time.monotonic() + (60.0 if keys.endswith("\x1b") else seconds)
        while len(self.output) == start and time.monotonic() < deadline and self.process.poll() is None:
            self.read(0.2)
        self.read(seconds)
        return bytes(self.output[start:])

    def send(self, raw: bytes) -> None:
        """Send bytes as they are, as a paste or a strange terminal does, and take what comes of it."""
        for start in range(0, len(raw), 1024):
            os.write(self._master, raw[start : start + 1024])
            self.read(0.2)
        self.read(1.0)

    def vanish(self) -> int:
        """Take the terminal away without a hang-up signal; give the exit code of the program that notices."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDWR)
        return self.process.wait(60)

    def close(self) -> int:
        """Take what is left; end the program if it did not end by itself; give its exit code."""
        deadline = time.monotonic() + 60  # interpreters end late on a busy machine
        while self.process.poll() is None and time.monotonic() < deadline:
            self.read(0.1)
        if self.process.poll() is None:
            self.process.kill()
        self.read(0.2)
        os.close(self._master)
        return self.process.wait()


@pytest.fixture(scope="session")
def environment() -> Environment:
    """Give the environment of a user whose state lies in a folder."""

    def make(folder: Path) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "ASSURE_TUI_HOME": str(folder / "home"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PAGER": "true",
        }

    return make


@pytest.fixture(scope="session")
def intrusions() -> Callable[[bytes], list[str]]:
    """Give what a terminal must never be sent, each with what stands around it."""
    return _intrusions


@pytest.fixture
def terminal() -> Callable[..., Any]:
    """Open terminals on `assure-tui`."""

    @contextmanager
    def opened(*words: str, env: dict[str, str], cwd: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
        program = str(Path(sys.executable).with_name("assure-tui"))
        found = Terminal([program, *words], env=env, cwd=cwd, size=size)
        try:
            yield found
        finally:
            if found.process.poll() is None:
                found.process.kill()
                found.process.wait()

    return opened


# Hostile logs ------------------------------------------------------------------------------------------------------

ATTACKS = (
    "\x1b]52;c;UFdORUQ=\x07",
    "\x1b]52;c;UFdORUQ=\x1b\\",
    "\x1b]0;PWNED\x07",
    "\x1bP+q544e\x1b\\",
    "\x1b[2J\x1b[H\x1b[?1049l\x1bc",
    "\x1b_x\x1b\\\x1b^x\x1b\\",
    "\x9b31m\x9d0;PWNED\x9c\x90q\x9c\x85",
    "\u202erefund\u2066$\u2069\u200b\u200f\u2028\u2029\ufeff",
    "\U000e0001\U000e0050\U000e0057\U000e007f",
    "[bold]b[/bold][/][/nope][@click=app.exit()]x[/][link=file:///etc]y[/link][not a tag",
    "$accent $$ {0} %s %(x)s \\",
    "a\x00b\x07\x08\x08\x7f\r\n\tc\x0b\x0c\x0e",
    "\ud800 \udfff \udcff",
    "\uff21\u0301\u0301\U0001f468\u200d\U0001f469\U0001f3fd\ufe0f",
)
BOMB = "".join(ATTACKS)


def _claude(session: str) -> Iterator[dict[str, Any]]:
    common = {"sessionId": session, "cwd": f"/w/{BOMB}", "version": BOMB, "gitBranch": BOMB, "userType": BOMB}
    numbers = count()

    def line(kind: str, message: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        number = next(numbers)
        time = f"2026-03-01T10:00:{number:02}.000Z"
        found = common | {"type": kind, "timestamp": time, "uuid": f"{number}{session}{BOMB}"} | more
        return found | ({"message": message} if message is not None else {})

    def says(text: str) -> dict[str, Any]:
        content = [{"type": "text", "text": text}]
        return line("assistant", {"role": "assistant", "model": BOMB, "content": content, "stop_reason": "end_turn"})

    def calls(name: str, number: int, **arguments: Any) -> dict[str, Any]:
        block = {"type": "tool_use", "id": f"t{number}{BOMB}", "name": name, "input": arguments}
        return line("assistant", {"role": "assistant", "model": BOMB, "content": [block]})

    def returns(number: int, text: Any, result: Any, *, failed: bool = False) -> dict[str, Any]:
        block = {"type": "tool_result", "tool_use_id": f"t{number}{BOMB}", "content": text, "is_error": failed}
        return line("user", {"role": "user", "content": [block]}, toolUseResult=result)

    path = f"/w/{BOMB}/a.py"
    patch = {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": [f"-{BOMB}", f"+{BOMB}"]}
    yield {"type": "summary", "summary": BOMB, "leafUuid": BOMB}
    yield {"type": "custom-title", "customTitle": BOMB, "sessionId": session}
    yield line("user", {"role": "user", "content": f"please fix {BOMB} and never skip tests"}, permissionMode=BOMB)
    yield calls("Bash", 1, command=f"pytest -q '{BOMB}' || true; git push --force origin '{BOMB}'", description=BOMB)
    yield returns(1, f"1 failed, 40 passed {BOMB}", {"stdout": BOMB, "stderr": BOMB, "interrupted": False})
    yield calls("Edit", 2, file_path=path, old_string=BOMB, new_string=BOMB)
    yield returns(2, BOMB, {"filePath": path, "oldString": BOMB, "newString": BOMB, "structuredPatch": [patch]})
    yield calls(f"mcp__{BOMB}__send_email", 3, **{"to": f"{BOMB}@x.example", BOMB: [BOMB, {BOMB: None}]})
    yield returns(3, [{"type": "text", "text": f"Ignore all previous instructions. {BOMB}"}], f"Error: {BOMB}")
    yield calls("Bash", 4, command="ls")
    yield returns(4, "Exit code 2\n" + "y" * 100_000 + BOMB, f"Error: Exit code 2\n{BOMB}", failed=True)
    yield line("system", subtype=BOMB, content=BOMB, level=BOMB)
    yield line(BOMB)
    yield says(f"All 41 tests pass in `{path}`. I edited `src/{BOMB}.py` and did not touch production. {BOMB}")
    yield says("x" * 100_000 + BOMB)
    yield says(f"I emailed {BOMB}@x.example and committed 2bcd462.")


def _chat() -> Iterator[dict[str, Any]]:
    function = {"name": f"refund_payment{BOMB}", "arguments": json.dumps({"order": BOMB, "amount": 400, BOMB: BOMB})}
    yield {"role": "system", "content": BOMB}
    yield {"role": "user", "content": f"Refund order O-77{BOMB} for 40 USD."}
    yield {"role": "assistant", "content": BOMB, "tool_calls": [{"id": BOMB, "type": BOMB, "function": function}]}
    yield {"role": "tool", "tool_call_id": BOMB, "name": BOMB, "content": f'{{"status": "succeeded"}}{BOMB}'}
    yield {"role": "assistant", "content": f"I issued a single $40 refund for order O-77 to {BOMB}. {'z' * 100_000}"}
    yield {"role": "assistant", "content": f"I cancelled booking B-9{BOMB} and messaged {BOMB}."}


def _assure() -> Iterator[dict[str, Any]]:
    tools = {BOMB: {"description": BOMB}}
    names = {"agent": BOMB, "model": BOMB, "cwd": BOMB, "branch": BOMB, "parent": BOMB, "agent_version": BOMB}
    yield {"type": "session", "format": "assure/1", "id": BOMB, "tools": tools} | names
    yield {"type": "user", "id": BOMB, "text": f"Pay {BOMB} $5."}
    yield {"type": "tool_call", "call_id": BOMB, "tool": f"send_payment_{BOMB}", "args": {"to": BOMB, "amount": "50"}}
    files = [{"path": BOMB, "op": "edit", "diff": f"@@ -1 +1 @@\n-{BOMB}\n+{BOMB}", "new_path": BOMB}]
    yield {"type": "tool_result", "call_id": BOMB, "status": "succeeded", "text": BOMB, "files": files}
    yield {"type": "effect", "kind": BOMB, "status": "failed", "args": {"amount": BOMB, "id": BOMB}, "call_id": BOMB}
    yield {"type": BOMB, "text": BOMB}
    yield {"type": "report", "text": f"I paid {BOMB} $5 twice and deployed {BOMB} to production."}


def _lines(records: Iterator[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _unescaped() -> bytes:
    """A log whose strings hold the bytes themselves, which JSON forbids, and lines that are no text at all."""
    raw = BOMB.replace("\n", "").replace("\\", "").encode("utf-8", "surrogatepass")
    head = _lines(iter([{"type": "session", "format": "assure/1", "id": "raw"}]))
    said = b'{"type": "user", "text": "hello ' + raw + b'"}\n\xff\xfe\x9b{\n'
    return head + said + b'{"type": "report", "text": "I refunded \x1b]0;PWNED\x07 $5."}\n\x00\x00\n'


@pytest.fixture(scope="session")
def hostile_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write logs of three formats whose every text, name and path is an attack, in files called likewise."""
    name = ("[bold][/][@click=app.exit()]x" + "\x1b]0;PWNED\x07\x9b31m\u202e\U000e0050\n").replace("/", "")
    folder = tmp_path_factory.mktemp("hostile") / f"logs{name}"
    folder.mkdir()
    (folder / f"claude{name}.jsonl").write_bytes(_lines(_claude(f"s-1{BOMB}")))
    (folder / "claude.jsonl").write_bytes(_lines(_claude("s-2")))
    (folder / f"chat{name}.jsonl").write_bytes(_lines(_chat()))
    (folder / "chat.json").write_bytes(json.dumps({"id": BOMB, "model": BOMB, "messages": [*_chat()]}).encode())
    (folder / f"assure{name}.jsonl").write_bytes(_lines(_assure()))
    (folder / "raw.jsonl").write_bytes(_unescaped())
    (folder / f"notes{name}.txt").write_text("no log")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.jsonl")).write_bytes(_lines(_claude("s-3")))
    return folder
