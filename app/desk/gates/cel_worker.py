"""The process that evaluates CEL, apart from everything, so that it can be killed.

It is run as a script, and imports nothing of this program.

The first argument is the path of the compiled module of the package `cel`: importing the package itself would load its
command line, which takes a quarter of a second. Requests and answers are lines of JSON: `{"variables": …,
"questions": [[expression, params], …]}`, then one line for each question: `true`, `false`, or words that say why not.
The first line of all says that the process is ready.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import sys
from typing import Any

MAX_MEMORY = 1 << 30
MAX_SECONDS = 2
"""After so long on one question the process ends by itself, should its parent be gone."""
MAX_PROGRAMS = 512


def main(path: str) -> None:
    """Answer until standard input ends."""
    compile_ = _load(path).compile
    _limit_memory()
    programs: dict[str, Any] = {}
    _say("ready")
    for line in sys.stdin.buffer:
        request = json.loads(line)
        for expression, params in request["questions"]:
            _alarm(MAX_SECONDS)
            answer = _answer(compile_, programs, expression, {**request["variables"], "params": params})
            _alarm(0)
            _say(answer)


def _say(answer: bool | str) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _answer(compile_: Any, programs: dict[str, Any], expression: str, variables: dict[str, Any]) -> bool | str:
    try:
        program = programs.get(expression)
        if program is None:
            if len(programs) >= MAX_PROGRAMS:
                programs.clear()
            program = programs[expression] = compile_(expression)
        value = program.execute(variables)
    except KeyError as error:
        return f"there is no {error.args[0]!r}"
    except BaseException as error:  # noqa: BLE001 - a panic of the library is no Exception, and is an answer too
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"[:300]
    return value if isinstance(value, bool) else f"it gives {type(value).__name__}, not true or false"


def _load(path: str) -> Any:
    loader = importlib.machinery.ExtensionFileLoader("cel.cel", path)
    spec = importlib.util.spec_from_loader("cel.cel", loader)
    assert spec is not None  # noqa: S101 - the loader was given
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    except (ImportError, ValueError, OSError):
        return


def _alarm(seconds: int) -> None:
    try:
        import signal  # noqa: PLC0415 - only where it is needed

        signal.alarm(seconds)  # its default action ends the process, even inside compiled code
    except (ImportError, AttributeError):
        return


if __name__ == "__main__":
    main(sys.argv[1])
