"""The command line: a thin face of the desk. stdout is data, stderr is talk, exit codes are in `overview`.

`parser` names all commands; each module beside it holds those of one concern, and is imported when one is called:

    watch      start (the screen), demo, record
    at rest    check (`reconcile`), drill
    review     review, with approvals
    gates      gates, hooks, proxy
    outward    evidence
    record     chain (`verify`, `keys`), custody, witness
    set-up     places (`paths`), settings (`config`), upkeep (`doctor`, `trust`, `status`)

`looks` checks what is set for the screen, `passphrase` asks for one, `consent` before what cannot be undone, and `talk`
is what they have in common.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from assure_tui.app.desk.errors import DeskError

USAGE = 2
INTERNAL = 70
INTERRUPTED = 130
CLOSED_PIPE = 141
"""What a shell gives for what SIGPIPE ends, as `cat` or `git log` before `head`; never 0, as much went unread."""
COLLECT_AFTER = 20_000
"""Objects made and not freed after which the youngest are looked through."""


def main(argv: Sequence[str]) -> int:
    """Run one command and give the exit code; no error leaves as a traceback."""
    _open_what_is_closed()
    if sys.stdout is sys.__stdout__ and type(sys.stdout) is TextIOWrapper:
        sys.stdout = _Printed.of(sys.stdout)
        vars(sys)["__stdout__"] = sys.stdout  # the screen asks for it
    try:
        code = _answer(argv)
        sys.stdout.flush()
    except _UnprintedError as error:
        _silence(sys.stdout)
        _tell(f"the output could not be written ({error}): check where it goes.")
        return USAGE
    except KeyboardInterrupt:
        _tell("interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout went away, as `head` does: nothing more can be said there.
        _silence(sys.stdout)
        return CLOSED_PIPE
    return code


def _answer(argv: Sequence[str]) -> int:
    if list(argv) == ["--version"]:
        from assure_tui.app.desk.about import version  # noqa: PLC0415 - nothing else is needed

        print(f"assure-tui {version()}")
        return 0
    from assure_tui.app.cli.parser import parse  # noqa: PLC0415 - see above

    try:
        arguments = parse(argv)
    except SystemExit as leave:  # argparse has told on stderr what is wrong, or printed the help
        return leave.code if isinstance(leave.code, int) else INTERNAL
    return _run(arguments.module, arguments)


def _tell(sentence: str) -> None:
    """Say something on stderr; where nobody can be told, the exit code still says it."""
    try:
        print(f"assure-tui: {sentence}", file=sys.stderr)
    except OSError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Let the end of the process not trip over what a stream does not take."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _UnprintedError(Exception):
    """What a command prints could not be written."""


class _Printed(TextIOWrapper):
    """Standard output, whose refusals are told from those of other files: the system names no path for either."""

    @classmethod
    def of(cls, stream: TextIOWrapper) -> _Printed:
        """Take the place of a stream."""
        encoding, errors, by_line = stream.encoding, stream.errors or "strict", stream.line_buffering
        if errors in {"strict", "surrogateescape"} and not encoding.lower().startswith("utf"):
            errors = "replace"  # what the locale has no sign for breaks no command
        through = stream.write_through
        return cls(stream.detach(), encoding, errors, line_buffering=by_line, write_through=through)

    def write(self, text: str) -> int:
        """Write as the stream does."""
        with _refusals():
            return super().write(text)

    def flush(self) -> None:
        """Flush as the stream does."""
        with _refusals():
            super().flush()


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _UnprintedError(error.strerror) from error


def _open_what_is_closed() -> None:
    """Put the null device in the place of a standard stream that was closed, before a file of ours gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # the lowest free number is its own
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, closefd=False))


def _run(module: str, arguments: object) -> int:
    from importlib import import_module  # noqa: PLC0415 - see main

    try:
        run = import_module(f"assure_tui.app.cli.{module}").run
        _collect_seldom()
        code: int = run(arguments)
        sys.stdout.flush()
    except (BrokenPipeError, _UnprintedError):
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: a defect is told in one line, its trace goes to a file
        told = _explained(error, getattr(arguments, "home", None))
        if told is not None:
            _tell(_plain(str(told)))
            return told.code
        trace = _trace(getattr(arguments, "home", None))
        where = f"its trace is in {trace}" if trace else "its trace could not be written"
        _tell(f"internal error ({type(error).__name__}): {where}; please report it.")
        return INTERNAL
    return code


def _explained(error: Exception, home: Path | None) -> DeskError | None:
    from assure_tui.app.desk.errors import DeskError  # noqa: PLC0415 - errors only
    from assure_tui.app.desk.faults import explained  # noqa: PLC0415 - errors only
    from assure_tui.app.desk.paths import Home  # noqa: PLC0415 - errors only

    if isinstance(error, DeskError):
        return error
    try:
        return explained(error, Home.find(home))
    except DeskError:  # there is no place that it could have happened in
        return None


def _collect_seldom() -> None:
    """Look for rings of garbage less often than Python does: few are made, and all that is alive is walked for them."""
    import gc  # noqa: PLC0415 - see main

    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def _plain(text: str) -> str:
    from assure_tui.app.neutral import neutral_line  # noqa: PLC0415 - errors only

    return neutral_line(text, 2000)


def _trace(home: Path | None) -> Path | None:
    import time  # noqa: PLC0415 - errors only
    import traceback  # noqa: PLC0415 - errors only

    from assure_tui.app.desk.errors import DeskError  # noqa: PLC0415 - errors only
    from assure_tui.app.desk.paths import Home  # noqa: PLC0415 - errors only

    try:
        folder = Home.find(home).traces
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.txt"
        path.write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")
    except (OSError, DeskError):
        return None
    return path
