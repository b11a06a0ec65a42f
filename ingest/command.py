"""Runs a command: arguments and never a shell, within bounds of time and output."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from assure_tui.ingest.errors import SourceError

MAX_SECONDS = 30.0
MAX_OUTPUT = 64 * 1024 * 1024
_CHUNK = 65_536


def run(
    argv: Sequence[str],
    *,
    seconds: float = MAX_SECONDS,
    size: int = MAX_OUTPUT,
    stdin: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> bytes:
    """Return what the command prints, when it reads the file `stdin` (else nothing) in `folder` (else our own).

    Raises `SourceError` when it cannot be started, does not end in time, prints too much or exits with an error.
    """
    try:
        with Path(stdin or os.devnull).open("rb") as given:
            process = subprocess.Popen(  # noqa: S603 - an argument list that no log has a part in, and no shell
                list(argv),
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=folder,
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
