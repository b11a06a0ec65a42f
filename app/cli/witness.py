"""`assure-tui witness`: cosigns other machines' logs, and remembers how far each had come."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from assure_tui.app.desk.archive import plain_errors
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.small_files import read_small
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger.errors import NoteError
from assure_tui.ledger.note import SIGNATURE, VerifierKey, parse_vkey
from assure_tui.ledger.witness import Witness, WitnessServer, load_key

MAX_KEY = 4096
"""Bytes of a file that holds a log's key."""


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop by a signal."""
    if not arguments.log and not arguments.print_key:
        raise UsageError("a witness needs the key of a log: name the log's trust/log.vkey with --log.")
    folder = arguments.folder or Home.find(arguments.home).keys / "witness"
    with plain_errors():
        logs = dict(_log(path) for path in arguments.log)
        witness = Witness(folder, load_key(folder, arguments.name), logs)
    if arguments.print_key:
        print(witness.key)
        return 0
    try:
        server = WitnessServer(witness, *_address(arguments.listen))
    except OSError as error:
        raise UsageError(f"cannot listen on {arguments.listen} ({error.strerror}): choose another address.") from error
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    print(f"{witness.key} {server.url}", flush=True)
    print(f"assure-tui: cosigning {', '.join(map(neutral_line, logs))}; stop with Ctrl-C.", file=sys.stderr, flush=True)
    with server:
        server.serve_forever(poll_interval=0.1)
    return 0


def _log(path: Path) -> tuple[str, VerifierKey]:
    """Read the first verifier key of a file: the log's."""
    try:
        data = read_small(path, MAX_KEY)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): name the log's trust/log.vkey.") from error
    if data is None:
        raise UsageError(f"there is no file {path}: name the log's trust/log.vkey.")
    key = parse_vkey(data.decode(errors="replace").split("\n", 1)[0].strip())
    if key.kind != SIGNATURE:
        raise NoteError(f"{path} is not the verifier key of a log")
    return key.name, key


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise UsageError(f"--listen {text!r} is not an address: write HOST:PORT, such as 127.0.0.1:7380.")
    return host.strip("[]"), int(port)
