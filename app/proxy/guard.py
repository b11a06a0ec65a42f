"""The gates before an MCP server: each call is held against them, as the session stands, before the server gets it.

The answer is found like that of the runtime hook, and kept like it: what is refused, and what waits for the operator,
is in the ledger before the agent is told (hook/HOOKS.md). MCP has no way to ask the agent's user, so a call that needs
asking waits for the operator where `[approvals] wait` says how long, and is refused where it does not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from assure_tui.app.proxy import messages
from assure_tui.app.proxy.witness import AGENT

if TYPE_CHECKING:
    from assure_tui.app.desk import gated
    from assure_tui.app.desk.config import UserConfig
    from assure_tui.app.desk.paths import Home
    from assure_tui.app.hook.docket import Docket
    from assure_tui.app.hook.judge import Judgement
    from assure_tui.app.proxy.messages import Message
    from assure_tui.reconcile.engine import State
    from assure_tui.reconcile.rulebook import Rule

Later: TypeAlias = Callable[[], str]
MAX_TEXT: Final = 256 * 1024
"""Characters of a result that the gates of later calls look at."""


class Guard:
    """Judges the calls of one session. What it needs is imported while the server starts; the first call waits."""

    def __init__(self, folder: Path | None, session: str) -> None:
        self._folder = folder
        self._session = session
        self._ready = Event()
        self._lock = Lock()
        self._trouble: Exception | None = None
        self._home: Home
        self._user: UserConfig
        self._rules: dict[str, Rule]
        self._state: State
        self._docket: Docket | None = None

    def start(self) -> None:
        """Read the settings and make the engine ready, in a thread of its own."""
        Thread(target=self._prepare, name="guard", daemon=True).start()

    def judge(self, message: Message, call: str) -> str | Later:
        """Say why the server must not get a call, or nothing; where the operator is asked, what gives that answer."""
        self._ready.wait()
        if self._trouble is not None:
            return f"the gates could not be read ({self._trouble})"
        from assure_tui.app.desk.gates import waivers  # noqa: PLC0415 - read by now
        from assure_tui.app.hook.judge import as_told, call_of, judge, run_of  # noqa: PLC0415 - read by now
        from assure_tui.reconcile.engine import probe, step  # noqa: PLC0415 - likewise

        request = self._request(message, call)
        run = run_of(request)
        with self._lock:
            judgement = judge(request, run, partial(probe, self._state), self._rules, waivers.of(self._home))
        if judgement.asks and self._user.approval_wait > 0:
            return partial(self._ask, request, run, judgement)
        judgement = as_told(judgement, AGENT)
        if judgement.word != "none":
            self._record(request, run, judgement)
            return judgement.reason
        with self._lock:
            self._state, _ = step(self._state, call_of(request, run))
        return ""

    def came_of(self, message: Message, call: str) -> None:
        """Take note of what came of a call, for gates that look at what was read before."""
        if not self._ready.is_set() or self._trouble is not None:
            return
        from assure_tui.app.hook.judge import run_of  # noqa: PLC0415 - read by now
        from assure_tui.ingest.model import Locator, Origin, ToolResult  # noqa: PLC0415 - likewise
        from assure_tui.reconcile.engine import step  # noqa: PLC0415 - likewise

        event = ToolResult(
            id=f"{call}#result",
            run=run_of(self._request({}, call)),
            origin=Origin("hook", Locator("item", 0), "0" * 64),
            seq=0,
            call_id=call,
            text=messages.shown(message)[:MAX_TEXT],
            status="failed" if messages.failed(message) else "succeeded",
        )
        with self._lock:
            self._state, _ = step(self._state, event)

    def _prepare(self) -> None:
        try:
            from assure_tui.app.desk.gates.evaluator import evaluator  # noqa: PLC0415 - takes long, and is not waited for
            from assure_tui.app.desk.setting import Setting  # noqa: PLC0415 - likewise
            from assure_tui.app.hook import docket, judge  # noqa: F401, PLC0415 - likewise
            from assure_tui.reconcile.engine import State  # noqa: PLC0415 - likewise
            from assure_tui.reconcile.gates.book import rules_of  # noqa: PLC0415 - likewise

            setting = Setting.gather(home=self._folder)
            self._home = setting.home
            self._user = setting.user
            self._rules = rules_of(setting.workspace.settings)
            self._state = State(setting.workspace.settings, evaluator())
        except Exception as error:  # noqa: BLE001 - whatever it was: no call may pass unjudged because of it
            self._trouble = error
            sys.stderr.write(f"assure-tui: the gates could not be read, so every call is refused: {error}\n")
        finally:
            self._ready.set()

    def _request(self, message: Message, call: str) -> gated.Request:
        from assure_tui.app.desk import gated  # noqa: PLC0415 - read by now

        given = messages.params(message)
        args: Any = given.get("arguments")
        return gated.Request(
            agent=AGENT,
            event="call",
            session=self._session,
            call_id=call,
            tool=str(given.get("name", "")),
            args=args if isinstance(args, dict) else {},
            cwd=str(Path.cwd()),
        )

    def _open(self) -> Docket:
        if self._docket is None:
            from assure_tui.app.desk.entries import Tags  # noqa: PLC0415 - only where there is something to record
            from assure_tui.app.desk.scribe import open_ledger  # noqa: PLC0415 - likewise
            from assure_tui.app.hook.docket import Docket  # noqa: PLC0415 - likewise

            self._home.prepare()
            tags = Tags.load(self._home.keys, make=True)
            self._docket = Docket(open_ledger(self._home), tags, self._home.keys, where="alone")
        return self._docket

    def _record(self, request: gated.Request, run: str, judgement: Judgement) -> None:
        docket = self._open()
        docket.write([docket.decided(request, run, judgement)])

    def _ask(self, request: gated.Request, run: str, judgement: Judgement) -> str:
        """Wait for the operator; give why the server must not get the call, or nothing."""
        from assure_tui.app.desk.ancestry import requester  # noqa: PLC0415 - few calls wait
        from assure_tui.app.hook.docket import after  # noqa: PLC0415 - likewise
        from assure_tui.app.hook.judge import call_of  # noqa: PLC0415 - likewise
        from assure_tui.reconcile.engine import step  # noqa: PLC0415 - likewise

        docket = self._open()
        waiting = docket.wait_for(request, run, judgement, self._user.approval_wait)
        waiting.index = docket.write([docket.requested(waiting, requester(os.getpid()))])
        reply = docket.await_reply(waiting)
        told = after(waiting, reply)
        words = [docket.decided(request, run, told, approval=waiting.name)]
        if reply.word == "expired":
            words.insert(0, docket.expired(waiting, reply.reason))
        docket.write(words)
        if told.word != "allow":
            return told.reason
        with self._lock:
            self._state, _ = step(self._state, call_of(request, run))
        return ""
