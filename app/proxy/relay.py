"""The relay: passes lines between a client and a server, and lets the witness look on.

A line of the client is held until it has been read, because a call must be judged before the server gets it; all other
bytes go on as they came. The witness looks at the server's lines after they have gone on, in a thread of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from subprocess import PIPE, Popen
from threading import BoundedSemaphore, Lock, Thread
from typing import IO, Final, NamedTuple, ParamSpec, Protocol, TypeAlias, cast

from assure_tui.app.neutral import neutral_line
from assure_tui.app.proxy import messages
from assure_tui.app.proxy.messages import Id, Message, UnreadableError
from assure_tui.app.proxy.witness import Witness

P = ParamSpec("P")
CHUNK: Final = 1 << 16
MAX_LINE: Final = 256 << 20
"""Bytes of a line that are held to be read. A longer one of the client ends the connection, for it cannot be judged; a
longer one of the server goes on unread."""
MAX_UNSEEN: Final = 256
"""Lines of the server that have gone on and the witness has not read yet; then the server waits."""
SWITCH_SECONDS: Final = 0.0005
"""A thread that reads a large result must let the other direction pass sooner than after the usual 5 ms."""
_GONE: Final = 141
"""Exit code when the client went away (128 + SIGPIPE)."""


class Guard(Protocol):
    """Judges calls."""

    def judge(self, message: Message, call: str) -> str | Callable[[], str]:
        """Say why the server must not get a call, or nothing; or give what will know, once it has waited."""

    def came_of(self, message: Message, call: str) -> None:
        """Take note of the response to a call."""


Calls: TypeAlias = Sequence[tuple[Message, str]]
"""Messages of a line, each with its id as a call, if it is one."""


class Seen(NamedTuple):
    """A line of the server for the witness; the last one is None."""

    line: bytes | None


class Relay:
    """One server process between a client and the witness."""

    def __init__(self, argv: Sequence[str], witness: Witness, guard: Guard) -> None:
        self._witness = witness
        self._guard = guard
        self._server = Popen(list(argv), stdin=PIPE, stdout=PIPE, bufsize=0)  # noqa: S603 - the user's own command
        self._to, self._from = cast("IO[bytes]", self._server.stdin), cast("IO[bytes]", self._server.stdout)
        self._client, self._server_in = _Outlet(1), _Outlet(self._to.fileno())
        self._waiting: list[Thread] = []
        self._called_off: set[Id] = set()
        self._unseen: SimpleQueue[Seen] = SimpleQueue()
        self._room = BoundedSemaphore(MAX_UNSEEN)

    def run(self) -> int:
        """Pass lines on until the server ends; give its exit code."""
        sys.setswitchinterval(SWITCH_SECONDS)
        looking = Thread(target=self._look, name="witness", daemon=True)
        up = Thread(target=self._up, name="up", daemon=True)
        looking.start()
        up.start()
        gone = not self._down()
        if gone:
            self._server.terminate()
        code = self._server.wait()
        self._unseen.put(Seen(None))
        looking.join()
        self._witness.ended(code)
        return _GONE if gone else code

    def stop(self) -> None:
        """Ask the server to end."""
        self._server.terminate()

    def _up(self) -> None:
        lines = _Lines()
        while chunk := os.read(0, CHUNK):
            for line in lines.feed(chunk):
                self._pass(line)
            if lines.size > MAX_LINE:
                break
        if rest := lines.rest():
            self._pass(rest)
        for waiting in self._waiting:
            waiting.join()
        self._to.close()

    def _pass(self, line: bytes) -> None:
        """Pass a client's line on, or answer it here. What waits for the operator lets other lines go first."""
        if not line.strip():
            self._server_in.put(line)
            return
        try:
            batch = messages.read_asked(line) if len(line) <= MAX_LINE else []
        except UnreadableError:
            batch = []
        if not batch:
            self._note(self._witness.unread, "client", line)
            self._client.insert(messages.not_json())
            return
        try:
            calls = [(message, self._witness.asked(message)) for message in batch]
            answers = [self._guard.judge(message, call) for message, call in calls if call]
        except Exception as error:  # noqa: BLE001 - whatever it was: no call may pass unjudged because of it
            reason = f"it could not be judged and written down ({error})"
            self._refuse([(message, "") for message in batch], reason)
            return
        self._called_off |= {off for message in batch if (off := messages.called_off(message)) is not None}
        later = [answer for answer in answers if not isinstance(answer, str)]
        reason = next((answer for answer in answers if isinstance(answer, str) and answer), "")
        if reason:
            self._refuse(calls, reason)
        elif later:
            waiting = Thread(target=self._wait, args=(line, calls, later), name="waiting", daemon=True)
            self._waiting.append(waiting)
            waiting.start()
        else:
            self._server_in.put(line)

    def _wait(self, line: bytes, calls: Calls, later: Sequence[Callable[[], str]]) -> None:
        try:
            reason = next((reason for ask in later if (reason := ask())), "")
        except Exception as error:  # noqa: BLE001 - whatever it was: no call may pass unjudged because of it
            reason = f"the operator could not be asked ({error})"
        if not reason and self._called_off & {messages.key(message) for message, _ in calls}:
            reason = "it was called off before the operator answered"
        if reason:
            self._refuse(calls, reason)
        else:
            self._server_in.put(line)

    def _refuse(self, calls: Calls, reason: str) -> None:
        """Answer in the server's stead; a batch with one refused call is refused whole."""
        for message, call in calls:
            if call:
                self._note(self._witness.refused, message, call, reason)
            if messages.key(message) is not None:
                self._client.insert(messages.refusal(message, reason))

    def _down(self) -> bool:
        """Pass the server's bytes on until it closes its output; False when the client has gone away."""
        source = self._from.fileno()
        lines = _Lines()
        while chunk := os.read(source, CHUNK):
            if not self._client.put(chunk):
                return False
            for line in lines.feed(chunk):
                self._room.acquire()
                self._unseen.put(Seen(line))
        if rest := lines.rest():
            self._unseen.put(Seen(rest))
        return True

    def _look(self) -> None:
        while (line := self._unseen.get().line) is not None:
            self._room.release()
            self._note(self._see, line)

    def _note(self, work: Callable[P, None], *args: P.args, **options: P.kwargs) -> None:
        """Write something down that has happened already: what prevents it is told, and stops nothing."""
        try:
            work(*args, **options)
        except Exception as error:  # noqa: BLE001 - a server's answer may hold anything, and the disk may be full
            sys.stderr.write(f"assure-tui: a line could not be written down ({neutral_line(str(error))}).\n")

    def _see(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            batch = messages.read(line) if len(line) <= MAX_LINE else []
        except UnreadableError:
            batch = []
        if not batch:
            self._witness.unread("server", line)
        for message in batch:
            if messages.is_response(message) and (call := self._witness.answered(message)):
                self._guard.came_of(message, call)


class _Lines:
    """Puts lines together from pieces of any size. Of a line beyond `MAX_LINE` so much is kept as tells that it is."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def size(self) -> int:
        """Bytes of the line that has not ended yet, as far as they are kept."""
        return len(self._held)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take a piece, and give the lines that end in it."""
        start = 0
        while (end := chunk.find(b"\n", start) + 1) > 0:
            yield bytes(self._held) + chunk[start:end]
            self._held.clear()
            start = end
        if len(self._held) <= MAX_LINE:
            self._held += chunk[start:]

    def rest(self) -> bytes:
        """Return what has not ended with a line feed."""
        return bytes(self._held)


class _Outlet:
    """A descriptor to which one thread passes bytes on, and others insert lines of their own between its lines."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = Lock()
        self._whole = True
        """Whether the last byte passed on ended a line."""
        self._waiting = b""

    def put(self, data: bytes) -> bool:
        """Pass bytes on; False when nobody reads any more."""
        with self._lock:
            if self._waiting and (end := data.rfind(b"\n") + 1):
                data = data[:end] + self._waiting + data[end:]
                self._waiting = b""
            self._whole = data.endswith(b"\n")
            return self._all(data)

    def insert(self, line: bytes) -> bool:
        """Write a whole line, at once or behind the line that is being passed on; False when nobody reads any more."""
        with self._lock:
            if self._whole:
                return self._all(line)
            self._waiting += line
            return True

    def _all(self, data: bytes) -> bool:
        pending = memoryview(data)
        try:
            while pending:
                pending = pending[os.write(self._descriptor, pending) :]
        except OSError:
            return False
        return True
