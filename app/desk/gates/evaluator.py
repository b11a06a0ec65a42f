"""Evaluates the conditions of gates in a process of its own, under a deadline.

An expression that takes too long, or makes the library crash, costs its worker its life and the gate an `error`; never
the recorder or the hook, and never a pass. The worker is started at the first question, stays warm, and is started
again after it was killed.
"""

from __future__ import annotations

import importlib.util
import json
import queue
import subprocess
import sys
import threading
import weakref
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from assure_tui.reconcile.gates.limits import fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.gates.conditions import Question, Sighting, Told

DEADLINE = 0.25
"""Seconds that one expression may take."""
START = 5.0
"""Seconds that a worker may take to be ready: a machine under load starts processes slowly."""
MAX_KILLS = 2
"""Times that an expression may cost a worker its life; after that it is not evaluated again."""
_WORKER = Path(__file__).with_name("cel_worker.py")


class _Worker:
    """One process, and the thread that reads what it says."""

    def __init__(self, module: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", "-S", str(_WORKER), str(module)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        threading.Thread(target=_read, args=(self.process.stdout, self.lines), daemon=True).start()

    def send(self, request: bytes) -> bool:
        """Give it a request; False when it is gone."""
        assert self.process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self.process.stdin.write(request)
            self.process.stdin.flush()
        except OSError:
            return False
        return True

    def line(self, seconds: float) -> bytes:
        """Wait for its next line; empty when it is gone.

        Raises:
            TimeoutError: It takes too long.
        """
        try:
            return self.lines.get(timeout=seconds)
        except queue.Empty as error:
            raise TimeoutError from error

    def end(self) -> None:
        """Kill it, and wait for its end."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


class CelEvaluator:
    """An evaluator as `reconcile.gates.conditions` asks for it. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._kills: dict[str, int] = {}
        self._finalizer: weakref.finalize[Any, Any] | None = None

    def evaluate(self, questions: Sequence[Question], variables: dict[str, Any]) -> list[Told]:
        """Return the answer to each expression over the same variables, in their order."""
        answers: list[Told] = [self._refused(expression) or "" for expression, _ in questions]
        left = [at for at, answer in enumerate(answers) if answer == ""]
        with self._lock:
            while left:
                left = self._ask(questions, left, variables, answers)
        return answers

    def scan(self, sources: Sequence[str], text: str) -> list[Sighting]:
        """Return the YARA rules that match a text."""
        from assure_tui.app.desk.gates.yara import scan  # noqa: PLC0415 - an extra, and only where rules are given

        return scan(tuple(sources), text)

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def _refused(self, expression: str) -> str | None:
        if self._kills.get(expression, 0) >= MAX_KILLS:
            return "it took too long before, and is not evaluated again"
        return fault(expression)

    def _ask(
        self, questions: Sequence[Question], left: list[int], variables: dict[str, Any], answers: list[Told]
    ) -> list[int]:
        """Ask what is left; give what is left after one question has cost the worker its life, which is less."""
        worker = self._warm()
        if isinstance(worker, str):
            for at in left:
                answers[at] = worker
            return []
        request = {"variables": variables, "questions": [questions[at] for at in left]}
        # A log may hold half a surrogate pair, which CEL cannot: it must not be a way around a gate.
        text = json.dumps(request, default=str, ensure_ascii=False).encode("utf-8", "replace")
        sent = worker.send(text + b"\n")
        for done, at in enumerate(left):
            try:
                line = worker.line(DEADLINE) if sent else b""
            except TimeoutError:
                reason = f"it takes longer than {DEADLINE:g} s"
            else:
                if line:
                    answers[at] = json.loads(line)
                    continue
                reason = "it ended the process that evaluates it"
            self._end()
            answers[at] = reason
            self._kills[questions[at][0]] = self._kills.get(questions[at][0], 0) + 1
            return left[done + 1 :]
        return []

    def _warm(self) -> _Worker | str:
        """Return the worker, started if need be; or say why it cannot be started."""
        if self._worker is None:
            module = _module()
            if module is None:
                return "the package `common-expression-language` is not installed whole"
            try:
                self._worker = _Worker(module)
            except OSError as error:
                return f"no process can be started to evaluate it ({error.strerror})"
            self._finalizer = weakref.finalize(self, _Worker.end, self._worker)
            try:
                ready = self._worker.line(START)
            except TimeoutError:
                ready = b""
            if not ready:
                self._end()
                return "the process that evaluates it did not start"
        return self._worker

    def _end(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._worker = self._finalizer = None


@cache
def evaluator() -> CelEvaluator:
    """Return the evaluator of this process; its worker is started when a gate first asks for one."""
    return CelEvaluator()


def _module() -> Path | None:
    """Find the compiled module of the package, without importing the package."""
    spec = importlib.util.find_spec("cel")
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        for path in sorted(Path(folder).glob("cel.*")):
            if path.suffix in {".so", ".pyd"}:
                return path
    return None


def _read(pipe: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    try:
        for line in pipe:
            lines.put(line)
    except (OSError, ValueError):
        pass
    lines.put(b"")
