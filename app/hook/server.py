"""The workstation's end of the hook: judges calls as their runs stand, records the decisions together, answers.

It lives in the recorder's process. Connections are served by an event loop in a thread of its own; one other thread
judges and writes, so that calls which come at once share one commit of the ledger. The recorder's state is read under
`lock`, which the recorder holds while it works on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import msgspec

from assure_tui.app.desk import gated
from assure_tui.app.desk.ancestry import requester
from assure_tui.app.hook import place
from assure_tui.app.hook.docket import POLL_SECONDS, Docket, Reply, Waiting, after, no_answer
from assure_tui.app.hook.judge import Judgement, as_told, judge, run_of
from assure_tui.app.hook.protocols import MAX_PAYLOAD

if TYPE_CHECKING:
    from assure_tui.app.desk.entries import Words
    from assure_tui.app.desk.gates.waivers import LetOff
    from assure_tui.app.hook.judge import Probe
    from assure_tui.reconcile.rulebook import Rule

BATCH: Final = 256
"""Calls that are judged and recorded together."""
BACKLOG: Final = 1024
READ_SECONDS: Final = 5.0
STOP_SECONDS: Final = 5.0
MAX_FRAME: Final = 4 * MAX_PAYLOAD
"""Bytes of a request on the socket: escaped, it may be longer than it was."""
_CREDENTIALS: Final = "3i"
_LOCAL_PEERCRED: Final = 1
"""`LOCAL_PEERCRED` of <sys/un.h> on macOS and the BSDs, which Python does not name."""


@dataclass(slots=True)
class Job:
    """Something to judge and write, or only to write; `done` is called with the outcome, None when it failed."""

    done: Callable[[Judgement | Waiting | None], None]
    request: gated.Request | None = None
    pid: int = 0
    words: tuple[Words, ...] = ()


class HookServer:
    """Use `start` and `stop`."""

    def __init__(
        self,
        folder: Path,
        docket: Docket,
        probe: Probe,
        rules: Mapping[str, Rule],
        *,
        lock: threading.RLock,
        wait: float,
        let_off: LetOff | None = None,
        closed: bool = False,
    ) -> None:
        self._path = place.socket_path(os.fspath(folder))
        self._docket = docket
        self._probe = probe
        self._rules = rules
        self._lock = lock
        self._wait = wait
        self._let_off = let_off
        self._closed = closed
        """What cannot be read is refused."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._waits: dict[str, tuple[Waiting, asyncio.Future[Reply]]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads: list[threading.Thread] = []
        self._end = asyncio.Event()
        self.problem = ""
        """Why nothing listens, if so."""

    def start(self) -> None:
        """Listen, from when this returns. Where that is impossible, `problem` says why, and hooks decide alone."""
        if not hasattr(socket, "AF_UNIX"):
            self.problem = "this system has no local sockets: hooks decide by themselves"
            return
        try:
            line = self._bound()
        except OSError as error:
            self.problem = f"{self._path} cannot be listened on ({error.strerror or error}): hooks decide by themselves"
            return
        self._loop = asyncio.new_event_loop()
        for work in (self._judge_all, lambda: self._run(line)):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop listening. Calls that wait for the operator are told by the end of their connection."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._end.set)
            with contextlib.suppress(OSError):
                Path(self._path).unlink()
        self._jobs.put(None)
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _bound(self) -> socket.socket:
        """Return the listening socket, in a folder that nobody else may enter, in place of a killed recorder's.

        It listens before it has its name, so that no hook meets a socket that refuses it.
        """
        path = Path(self._path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not place.is_ours(self._path):
            path.parent.chmod(0o700)
        if not place.is_ours(self._path):
            raise PermissionError(errno.EPERM, f"{path.parent} is not this user's alone")
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.bind(os.fspath(new))
            new.chmod(0o600)
            line.listen(BACKLOG)
            new.replace(path)
        except OSError:
            line.close()
            raise
        return line

    # The loop -------------------------------------------------------------------------------------------------------

    def _run(self, line: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop or asyncio.new_event_loop()) as runner:
            runner.run(self._listen(line))

    async def _listen(self, line: socket.socket) -> None:
        polling = asyncio.create_task(self._poll())
        async with await asyncio.start_unix_server(self._serve, sock=line, backlog=BACKLOG):
            await self._end.wait()
        polling.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (OSError, EOFError, TimeoutError, msgspec.DecodeError):
            pass  # the agent's side went away or is no hook: it decides by itself
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uid, pid = peer(writer.get_extra_info("socket"))
        if uid is not None and uid != os.getuid():
            return
        async with asyncio.timeout(READ_SECONDS):
            (size,) = struct.unpack(">I", await reader.readexactly(4))
            if size > MAX_FRAME:
                return
            request = msgspec.json.decode(await reader.readexactly(size), type=gated.Request)
        outcome = await self._done(request=request, pid=pid)
        if isinstance(outcome, Waiting):
            _say(writer, {"approval": outcome.name, "seconds": outcome.seconds})
            outcome = await self._ask(outcome, reader)
        if outcome is not None:
            _say(writer, {"word": outcome.word, "reason": outcome.reason})
            await writer.drain()

    async def _done(
        self, *, request: gated.Request | None = None, pid: int = 0, words: tuple[Words, ...] = ()
    ) -> Judgement | Waiting | None:
        """Hand a job to the other thread and wait until it is in the ledger; None when that failed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Judgement | Waiting | None] = loop.create_future()

        def done(outcome: Judgement | Waiting | None) -> None:
            def settle() -> None:
                if not future.done():
                    future.set_result(outcome)

            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle)

        self._jobs.put(Job(done, request, pid, words))
        return await future

    async def _ask(self, waiting: Waiting, reader: asyncio.StreamReader) -> Judgement | None:
        """Wait for the operator; give what the agent is told, or None when it does not wait any more."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waits[waiting.name] = waiting, future
        gone = asyncio.create_task(reader.read(1))
        either: set[asyncio.Future[Any]] = {future, gone}
        try:
            await asyncio.wait(either, timeout=waiting.seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waits[waiting.name]
            gone.cancel()
        docket = self._docket
        if not future.done() and gone.done() and not gone.cancelled():
            await self._done(words=(docket.withdrawn(waiting.name, waiting.run, "the agent does not wait any more"),))
            return None
        if not future.done():
            await asyncio.to_thread(docket.ledger.refresh)
        reply = future.result() if future.done() else docket.reply(waiting) or no_answer(waiting)
        told = after(waiting, reply)
        words = [docket.decided(waiting.request, waiting.run, told, approval=waiting.name)]
        if reply.word == "expired":
            words.insert(0, docket.expired(waiting, reply.reason))
        return told if await self._done(words=tuple(words)) is not None else None

    async def _poll(self) -> None:
        """Look for answers of the operator, while any call waits for one."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if self._waits:
                await asyncio.to_thread(self._docket.ledger.refresh)
            for waiting, future in list(self._waits.values()):
                reply = self._docket.reply(waiting)
                if reply is not None and not future.done():
                    future.set_result(reply)

    # The other thread -----------------------------------------------------------------------------------------------

    def _judge_all(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            with contextlib.suppress(Empty):
                while len(batch) < BATCH and (more := self._jobs.get_nowait()) is not None:
                    batch.append(more)
            self._settle(batch)

    def _settle(self, batch: list[Job]) -> None:
        """Judge a batch and write it in one commit; then, and only then, tell."""
        told: list[tuple[Job, Judgement | Waiting, int]] = []
        words: list[Words] = []
        for job in batch:
            try:
                with self._lock:
                    outcome, its = self._outcome(job)
            except Exception:  # noqa: BLE001 - one request that breaks the check must not stop the others
                job.done(None)
                continue
            told.append((job, outcome, len(words)))
            words += its
        try:
            first = self._docket.write(words) if words else 0
        except Exception:  # noqa: BLE001 - the hooks decide by themselves, and the recorder tells what is wrong
            for job, _, _ in told:
                job.done(None)
            return
        for job, outcome, at in told:
            if isinstance(outcome, Waiting):
                outcome.index = first + at
            job.done(outcome)

    def _outcome(self, job: Job) -> tuple[Judgement | Waiting, list[Words]]:
        request = job.request
        if request is None:
            return Judgement("none", ""), list(job.words)
        run, docket = run_of(request), self._docket
        if request.fault:
            reason = f"assure-tui could not read what was asked ({request.fault})."
            judgement = Judgement("deny" if self._closed else "none", reason)
        else:
            judgement = judge(request, run, self._probe, self._rules, self._let_off)
        if judgement.asks and self._wait > 0:
            waiting = docket.wait_for(request, run, judgement, self._wait)
            return waiting, [docket.requested(waiting, requester(job.pid) if job.pid else ())]
        judgement = as_told(judgement, request.agent)
        return judgement, [docket.decided(request, run, judgement)]


def peer(line: socket.socket) -> tuple[int | None, int]:
    """Return user and process at the other end of a local socket; None and 0 where the system does not tell.

    Linux: unix(7), SO_PEERCRED. macOS: unix(4), LOCAL_PEERCRED with `struct xucred`, which has no process.
    """
    if hasattr(socket, "SO_PEERCRED"):
        pid, uid, _ = struct.unpack(
            _CREDENTIALS, line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize(_CREDENTIALS))
        )
        return uid, pid
    with contextlib.suppress(OSError, struct.error):
        _, uid = struct.unpack_from("Ii", line.getsockopt(0, _LOCAL_PEERCRED, 128))
        return uid, 0
    return None, 0


def _say(writer: asyncio.StreamWriter, value: dict[str, object]) -> None:
    writer.write(msgspec.json.encode(value) + b"\n")
