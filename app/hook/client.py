"""What an agent starts: `assure-tui hook AGENT`, with the agent's JSON on standard input.

The agent waits for this process, so it imports next to nothing. It asks the workstation; where none runs, or it is
lost, it decides by itself (`alone`), in a thread of its own, so that nothing it waits for can make the agent wait
beyond the time limit. When that is over too, the fail rule answers: `[hook] if_error` of the settings, else open.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TextIO

from assure_tui.app.hook import place, protocols

TIME_LIMIT: Final = 10.0
"""Seconds in which every answer is given, but for calls that wait for the operator."""
WORKSTATION_SECONDS: Final = 4.0
"""Seconds that the workstation gets to answer, or to say that the operator is asked."""
READ_SECONDS: Final = 3.0
"""Seconds that the agent gets to write its request."""
CONNECT_SECONDS: Final = 0.5
GRACE_SECONDS: Final = 2.0
"""Seconds beyond the operator's time that the workstation gets to say how it went."""
ALONE_FROM: Final = 1 << 20
"""Bytes of a request from which the workstation is not bothered."""
MAX_ANSWER: Final = 1 << 20
USAGE_ERROR: Final = 1
"""Not 2, which agents take for a refusal: a mistake in the settings must not stop an agent."""
INTERRUPTED: Final = 130
_HOME_VARIABLE: Final = "ASSURE_TUI_HOME"

Told = tuple[str, str]
"""What the agent is told: the word and the reason."""
Extend = Callable[[float], None]
"""Asks for more seconds than the time limit."""


class Lost(Exception):  # noqa: N818 - no fault of ours, but a state
    """The workstation was asked and went away; `waiting` for the operator's answer, or not."""

    def __init__(self, waiting: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.waiting = waiting


def main(words: Sequence[str], home: str | None = None) -> int:
    """Answer one request on standard input; give the exit code that the agent expects."""
    started = time.monotonic()
    agent = words[0] if len(words) == 1 else ""
    if agent not in protocols.AGENTS:
        talk(f"`hook` needs an agent ({', '.join(protocols.AGENTS)}): nothing was decided.")
        return USAGE_ERROR
    if sys.stdin is None or sys.stdin.isatty():
        talk(f"`hook {agent}` is for the agent to call: `hook install {agent}` sets it up.")
        return USAGE_ERROR
    asked = protocols.read(agent, b"")
    try:
        asked = protocols.read(agent, _request(sys.stdin.fileno()))
        word, reason = _decide(asked, home, started)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: no error may reach the agent as a traceback
        talk(f"the hook failed ({type(error).__name__}: {error}).")
        word, reason = _fail_rule(asked, home, None)
    out, aside, code = protocols.write(asked, word, reason)
    if out and not _say(sys.stdout, f"{out}\n"):
        code = USAGE_ERROR if word in {"none", "allow"} else protocols.BLOCKED
        aside = reason
    if aside:
        talk(aside)
    os._exit(code)  # whatever the thread of `alone` still waits for, the agent has its answer


def _say(stream: TextIO | None, text: str) -> bool:
    """Write text; False when the stream was never open, nobody reads there, or the disk is full."""
    if stream is None:
        return False
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        return False
    return True


def talk(text: str) -> None:
    """Tell people something, if anybody can be told."""
    _say(sys.stderr, f"assure-tui: {text}\n")


def _request(source: int) -> bytes:
    """Read the request to its end. An agent that does not close its end in time has said what there is to say."""
    data = bytearray()
    deadline = time.monotonic() + READ_SECONDS
    while len(data) <= protocols.MAX_PAYLOAD:
        if os.name == "posix" and not select.select([source], [], [], max(deadline - time.monotonic(), 0))[0]:
            break
        more = os.read(source, 1 << 20)
        if not more:
            break
        data += more
    return bytes(data)


def _decide(asked: protocols.Asked, home: str | None, started: float) -> Told:
    fault, waiting = "", None
    if asked["event"] != "stop" and asked["size"] <= ALONE_FROM:
        try:
            told = ask_workstation(asked, place.socket_path(_folder(home)))
        except Lost as lost:
            fault, waiting = "lost", lost.waiting
        else:
            if told is not None:
                return told
    whole = TIME_LIMIT + (float(waiting["seconds"]) if waiting is not None else 0.0)
    left = min(whole - (time.monotonic() - started), TIME_LIMIT)
    objections: list[Told] = []

    def alone(extend: Extend) -> Told:
        from assure_tui.app.hook.alone import answer  # noqa: PLC0415 - the whole check, only where nobody else does it

        return answer(asked, home, fault=fault, waiting=waiting, extend=extend, objects=objections.append)

    told = _in_time(alone, max(left, GRACE_SECONDS))
    if told is None and objections:
        return objections[-1]
    return told or _fail_rule(asked, home, waiting)


def _folder(home: str | None) -> str:
    """Return the folder in which the hook keeps its state: `Home.hook`, without what it costs to import it."""
    chosen = home or os.environ.get(_HOME_VARIABLE)
    if chosen:
        return os.path.join(os.path.abspath(os.path.expanduser(chosen)), "hook")  # noqa: PTH100, PTH111, PTH118 - as place
    from assure_tui.app.desk.paths import Home  # noqa: PLC0415 - platformdirs, which most installations need

    return str(Home.find().hook)


def ask_workstation(asked: protocols.Asked, path: str) -> Told | None:
    """Ask the workstation that listens at `path`; None when none does.

    Raises:
        Lost: It was there and gave no answer.
    """
    if not hasattr(socket, "AF_UNIX") or not place.is_ours(path):
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.settimeout(CONNECT_SECONDS)
            line.connect(path)
        except OSError:
            return None
        if not _same_user(line):
            return None
        try:
            body = json.dumps(asked).encode()
            line.settimeout(WORKSTATION_SECONDS)
            line.sendall(struct.pack(">I", len(body)) + body)
            return _answer(line)
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise Lost from error


def _answer(line: socket.socket) -> Told:
    """Read the answer: one line, or two when the first says that the operator is asked, and until when."""
    deadline = time.monotonic() + WORKSTATION_SECONDS
    waiting: Mapping[str, Any] | None = None
    data = b""
    while True:
        head, found, rest = data.partition(b"\n")
        if found:
            said = json.loads(head)
            if "word" in said:
                return str(said["word"]), str(said["reason"])
            waiting, data = said, rest
            deadline = time.monotonic() + float(said["seconds"]) + GRACE_SECONDS
            continue
        line.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            more = line.recv(1 << 16)
        except OSError as error:
            raise Lost(waiting) from error
        if not more or len(data) > MAX_ANSWER:
            raise Lost(waiting)
        data += more


def _same_user(line: socket.socket) -> bool:
    """Return whether the process at the other end runs as this user; where the system does not say, the folder does."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", credentials)[1] == os.getuid())


def _in_time(work: Callable[[Extend], Told], seconds: float) -> Told | None:
    """Do `work` in a thread; None when it fails or does not end in time. It may ask for more, to wait for a person."""
    from threading import Thread  # noqa: PLC0415 - not needed where the workstation answers

    due = [time.monotonic() + seconds]
    told: list[Told] = []

    def extend(more: float) -> None:
        due[0] = time.monotonic() + more + GRACE_SECONDS

    def run() -> None:
        try:
            told.append(work(extend))
        except Exception as error:  # noqa: BLE001 - the last resort: no error may reach the agent as a traceback
            talk(f"the hook could not decide ({type(error).__name__}: {error}).")

    thread = Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive() and time.monotonic() < due[0]:
        thread.join(min(due[0] - time.monotonic(), 0.5))
    if thread.is_alive() and not told:
        talk(f"the hook could not decide within {TIME_LIMIT:g} s.")
    return told[0] if told else None


def _fail_rule(asked: protocols.Asked, home: str | None, waiting: Mapping[str, Any] | None) -> Told:
    """Answer where no decision could be made or kept: as the settings say, else open; a call that waits is refused."""
    reason = "assure-tui could not decide in time or could not record it"
    if waiting is not None:
        return "deny", f"{reason}; the call waited for the operator, so it is refused."
    if asked["event"] != "stop" and _closed(home):
        return "deny", f"{reason}; its settings say to do nothing then."
    return "none", ""


def _closed(home: str | None) -> bool:
    import tomllib  # noqa: PLC0415 - needed only here
    from pathlib import Path  # noqa: PLC0415 - likewise

    from assure_tui.app.desk.errors import UsageError  # noqa: PLC0415 - likewise
    from assure_tui.app.desk.paths import Home  # noqa: PLC0415 - likewise
    from assure_tui.app.desk.small_files import read_small  # noqa: PLC0415 - likewise

    try:
        settings = tomllib.loads((read_small(Home.find(Path(home) if home else None).config, 1 << 20) or b"").decode())
    except (OSError, ValueError, RecursionError, UsageError):
        return False
    section = settings.get("hook")
    return isinstance(section, dict) and section.get("if_error") == "closed"
