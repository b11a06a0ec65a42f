"""Runs a feed's command: arguments and never a shell, within bounds of time and output."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence

from assure_tui.ingest.errors import SourceError

MAX_SECONDS = 30.0
MAX_OUTPUT = 64 * 1024 * 1024
_CHUNK = 65_536


def run(argv: Sequence[str], *, seconds: float = MAX_SECONDS, size: int = MAX_OUTPUT) -> bytes:
    """Give what the command prints.

    Raises `SourceError` when it cannot be started, does not end in time, prints too much or exits with an error.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list from a trusted configuration, and no shell
            list(argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except (OSError, ValueError) as error:
        raise SourceError(f"{argv[0]}: cannot be started: {error}") from error
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    pieces: list[bytes] = []
    total = 0
    with process:
        assert process.stdout is not None  # noqa: S101 - asked for with PIPE
        try:
            while piece := process.stdout.read(_CHUNK):
                total += len(piece)
                if total > size:
                    raise SourceError(f"{argv[0]}: printed more than {size} bytes")
                pieces.append(piece)
            code = process.wait()
        finally:
            timer.cancel()
            process.kill()
    if late.is_set():
        raise SourceError(f"{argv[0]}: did not end within {seconds:g} seconds")
    if code != 0:
        raise SourceError(f"{argv[0]}: exit code {code}")
    return b"".join(pieces)
