"""A witness (C2SP tlog-witness): remembers the last head of each log it knows, and cosigns only what continues it.

It never sees an entry. What it knows is one signed checkpoint for each log, in `heads/` of its folder, durable before
it answers; so whoever rolls a log back or forks it needs the witness's machine too. Two heads of one size that the
log's key signed with different roots are kept in `forks/`: a proof that stands by itself.
"""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from assure_tui.ledger import disk
from assure_tui.ledger.checkpoint import MAX_SIZE, Checkpoint, open_checkpoint, parse_checkpoint
from assure_tui.ledger.cosign import fork_proof, merged
from assure_tui.ledger.ed25519 import KEY_SIZE, Ed25519PrivateKey
from assure_tui.ledger.errors import KeyFileError, LedgerError, NoteError, ProofError
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.note import COSIGNATURE, MAX_NOTE, Signer, VerifierKey, check_name, decode_base64
from assure_tui.ledger.tree import EMPTY_ROOT, MAX_PROOF, verify_consistency

MAX_PROOF_LINES: Final = MAX_PROOF - 1
"""C2SP: a client must not send more than 63."""
MAX_REQUEST: Final = MAX_NOTE + MAX_PROOF * 45 + 100
SECONDS: Final = 10.0
"""How long a client may take to say what it wants."""
MAX_CLIENTS: Final = 32

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_HEAD_PATH = re.compile(r"/([0-9a-f]{64})/checkpoint")


@dataclass(frozen=True, slots=True)
class Request:
    """What a log asks: a cosignature of a checkpoint that continues its first `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint

    def encode(self) -> bytes:
        """Return the body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(digest).decode() for digest in self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint.note


@dataclass(frozen=True, slots=True)
class Reply:
    """What the witness answers over HTTP."""

    status: int
    body: bytes
    kind: str = "text/plain; charset=utf-8"


def parse_request(data: bytes) -> Request:
    """Parse the body of a request; raise NoteError for anything else. Nothing is verified."""
    if len(data) > MAX_REQUEST:
        raise NoteError(f"a request of {len(data)} bytes exceeds {MAX_REQUEST}")
    head, gap, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NoteError("a request is not ASCII before its checkpoint") from None
    old = _OLD.fullmatch(lines[0])
    if not gap or old is None or int(old[1]) > MAX_SIZE or len(lines) - 1 > MAX_PROOF_LINES:
        raise NoteError("a request must be an old size, at most 63 hashes, an empty line and a checkpoint")
    return Request(int(old[1]), tuple(decode_base64(line) for line in lines[1:]), parse_checkpoint(note)[0])


class Witness:
    """Answers requests; keeps what it knows in a folder. Methods may be called from several threads and processes."""

    def __init__(self, folder: Path, signer: Signer, logs: dict[str, VerifierKey]) -> None:
        self.signer = signer
        self._folder = folder
        self._logs = logs
        """By origin: the key that signs a log's heads."""
        for name in ("heads", "forks"):
            disk.make_directory(folder / name, 0o700)

    @property
    def key(self) -> VerifierKey:
        """The key that checks what this witness signs."""
        return VerifierKey(self.signer.name, COSIGNATURE, self.signer.verifier.public)

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer `add-checkpoint`."""
        try:
            request = parse_request(body)
        except LedgerError as error:
            return _refusal(400, error)
        new = request.checkpoint
        log = self._logs.get(new.origin)
        if log is None:
            return Reply(404, b"this witness does not know the log\n")
        try:
            open_checkpoint(new.note, [log])
        except NoteError as error:
            return _refusal(403, error)
        if request.old > new.size:
            return Reply(400, b"the old size is larger than the checkpoint's\n")
        with FileLock(self._folder / "lock"):
            return self._advance(request, log)

    def _advance(self, request: Request, log: VerifierKey) -> Reply:
        """Hold a head against the last one and cosign it; under the lock, so that two requests cannot pass by turns."""
        new = request.checkpoint
        path = self._folder / "heads" / _origin_digest(new.origin)
        stored = disk.read(path, MAX_NOTE)
        last = open_checkpoint(stored, [log]) if stored is not None else None
        if last is not None and last.size == new.size and last.root != new.root:
            fork = self._folder / "forks" / f"{path.name}-{new.size}"
            disk.replace(fork, fork_proof(last.note, new.note), disk.PRIVATE)
        size = last.size if last is not None else 0
        if request.old != size:
            return Reply(409, b"%d\n" % size, "text/x.tlog.size")
        try:
            if new.size == 0 and new.root != EMPTY_ROOT:
                raise ProofError("the empty tree has another root")  # noqa: TRY301 - one place answers 422
            verify_consistency(size, new.size, request.proof, last.root if last is not None else EMPTY_ROOT, new.root)
        except ProofError as error:
            return _refusal(422, error)
        line = self.signer.cosign(new.body.decode(), int(time.time()))
        disk.replace(path, merged(new.note, [line]), disk.PRIVATE)
        return Reply(200, line.line().encode())

    def head(self, origin_digest: str) -> Reply:
        """Answer a monitor: the last head that was cosigned of the log whose origin has this SHA-256."""
        data = disk.read(self._folder / "heads" / origin_digest, MAX_NOTE)
        return Reply(404, b"nothing was cosigned of this log\n") if data is None else Reply(200, data)


def load_key(folder: Path, name: str | None) -> Signer:
    """Read a witness's key, or make one under a name; KeyFileError if the file is damaged or of another name."""
    path = folder / "witness.key"
    data = disk.read(path, 1024)
    if data is None:
        private = Ed25519PrivateKey.generate()
        chosen = check_name(name or f"assure-tui/witness/{private.public_key().public_bytes_raw().hex()[:16]}")
        disk.make_directory(folder, 0o700)
        disk.replace(path, f"{chosen}\n{private.private_bytes_raw().hex()}\n".encode(), disk.PRIVATE)
        return Signer(chosen, private)
    try:
        stated, seed = data.decode().splitlines()
        raw = bytes.fromhex(seed)
        if len(raw) != KEY_SIZE:
            raise ValueError  # noqa: TRY301 - one place tells of the file
        signer = Signer(check_name(stated), Ed25519PrivateKey.from_private_bytes(raw))
    except (ValueError, NoteError):
        raise KeyFileError(f"{path} is not a witness's key: restore it from a copy") from None
    if name is not None and name != signer.name:
        raise KeyFileError(f"{path} is the key of {signer.name!r}: name another folder for another witness")
    return signer


class WitnessServer(ThreadingHTTPServer):
    """Serves a witness over HTTP, on loopback unless told otherwise."""

    daemon_threads = True
    request_queue_size = MAX_CLIENTS

    def __init__(self, witness: Witness, host: str, port: int) -> None:
        self.witness = witness
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._slots = threading.BoundedSemaphore(MAX_CLIENTS)
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection, or drop it when there are too many."""
        if self._slots.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away in the middle."""

    @property
    def url(self) -> str:
        """The submission prefix."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, bytes | bytearray) else host
        return f"http://{f'[{name}]' if ':' in name else name}:{port}"


class _Handler(BaseHTTPRequestHandler):
    """One connection. Everything it says of an error is one line; nothing is logged."""

    protocol_version = "HTTP/1.1"
    timeout = SECONDS
    server: WitnessServer

    def do_POST(self) -> None:
        """Answer `add-checkpoint`."""
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else -1
        if self.path != "/add-checkpoint" or not 0 <= size <= MAX_REQUEST:
            self.close_connection = True
            self._answer(Reply(404 if self.path != "/add-checkpoint" else 413, b"POST /add-checkpoint, a small body\n"))
            return
        body = self.rfile.read(size)
        self._safely(lambda: self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:
        """Answer monitors."""
        match = _HEAD_PATH.fullmatch(self.path)
        if match is None:
            self._answer(Reply(404, b"GET /<origin hash>/checkpoint\n"))
            return
        self._safely(lambda: self.server.witness.head(match[1]))

    def _safely(self, ask: Any) -> None:
        try:
            self._answer(ask())
        except LedgerError:  # its own disk or state: nothing was cosigned
            self.close_connection = True
            self._answer(Reply(500, b"the witness cannot read or write what it knows\n"))

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing."""

    def version_string(self) -> str:
        """Tell nothing of versions."""
        return "assure-tui"


def _origin_digest(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()


def _refusal(status: int, error: LedgerError) -> Reply:
    return Reply(status, f"{error}\n".encode("utf-8", "replace"))
