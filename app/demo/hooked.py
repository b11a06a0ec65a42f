"""Plays a scene whose agent has the runtime hook: each call is asked about first, as the agent would, and obeys."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from assure_tui.app.child import command
from assure_tui.app.demo.formats import ClaudeCodeWriter
from assure_tui.app.demo.script import Call, Say, User

if TYPE_CHECKING:
    from pathlib import Path

    from assure_tui.app.demo.play import Stage
    from assure_tui.app.demo.script import Scene

POLL: Final = 0.1
"""Seconds after which the hook is looked at again."""


class HookedScene:
    """One scene. Its clock goes by what the hook takes, which may be as long as a person takes."""

    def __init__(self, stage: Stage, scene: Scene, writer: ClaudeCodeWriter, home: Path | None) -> None:
        self._stage = stage
        self._steps = list(scene.steps)
        self._writer = writer
        self._home = home
        """The state of the workstation that is asked; without one, nobody is."""
        self._refused = False

    def begin(self) -> None:
        """Play the first step, and the others after it."""
        self._next(0)

    def _next(self, at: int) -> None:
        if at < len(self._steps):
            self._stage.at(self._stage.now() + self._steps[at].after, partial(self._play, at))

    def _play(self, at: int) -> None:
        now = self._stage.time()
        match self._steps[at]:
            case User(text):
                self._writer.user(text, now)
            case Say(text, final, _, refused):
                self._writer.say(refused if refused and self._refused else text, now, final=final)
            case Call() as call:
                call_id = f"toolu_{self._stage.ids.getrandbits(64):016x}"
                self._writer.call(call, call_id, now)
                self._ask(at, call, call_id)
                return
        self._next(at + 1)

    def _ask(self, at: int, call: Call, call_id: str) -> None:
        if self._home is None or call.past:
            self._told(at, call, call_id, "")
            return
        payload = {
            "session_id": self._writer.session,
            "transcript_path": str(self._writer.path),
            "cwd": self._writer.folder,
            "permission_mode": "default",
            "hook_event_name": "PreToolUse",
            "tool_name": call.tool,
            "tool_input": call.args,
            "tool_use_id": call_id,
        }
        hook = subprocess.Popen(  # noqa: S603 - our own module
            command("assure_tui.app", "hook", "claude-code", "--home", str(self._home)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if hook.stdin is not None:
            with hook.stdin as line:
                json.dump(payload, line)
        self._wait(at, call, call_id, hook)

    def _wait(self, at: int, call: Call, call_id: str, hook: subprocess.Popen[str]) -> None:
        """Look whether the hook has answered; meanwhile the other scenes play on."""
        if hook.poll() is None:
            again = partial(self._wait, at, call, call_id, hook)
            self._stage.at(self._stage.now() + POLL * self._stage.speed, again)
            return
        with hook:
            answer = hook.stdout.read() if hook.stdout else ""
        self._told(at, call, call_id, answer)

    def _told(self, at: int, call: Call, call_id: str, answer: str) -> None:
        body: dict[str, Any] = json.loads(answer).get("hookSpecificOutput", {}) if answer.strip() else {}
        self._refused = body.get("permissionDecision") in {"deny", "ask"}
        if self._refused:
            self._writer.refused(call_id, str(body.get("permissionDecisionReason")), self._stage.time())
            self._next(at + 1)
            return
        self._stage.at(self._stage.now() + call.takes, partial(self._made, at, call, call_id))

    def _made(self, at: int, call: Call, call_id: str) -> None:
        self._writer.result(call, call_id, self._stage.time())
        self._next(at + 1)
