"""Sealed content: append-only files of encrypted frames, outside the tree, one folder a subject.

    frame  = magic (4) ‖ length of all that follows (4) ‖ count (2) ‖ count commitments (32 each) ‖ sealed
             ‖ SHA-256 of all before (32)
    ASF1   sealed = nonce (12) ‖ ciphertext, ChaCha20-Poly1305 under the subject's secret
    ASF2   sealed = encapsulated key (32) ‖ ciphertext, HPKE to the subject's public key (`reading_key`)
    plain  = zlib of count times: salt (16) ‖ length (4) ‖ canonical JSON

Origin, subject and commitments are bound into either (associated data, HPKE's info). The commitments are in the clear
because the log holds them anyway: by them a frame is found, and that none is missing is seen, without a key. The digest
tells a torn frame from a whole one; authenticity comes from the cipher and the log. Numbers are big-endian.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from assure_tui.ledger import disk
from assure_tui.ledger.content_keys import ContentKey, private_of
from assure_tui.ledger.entry import MAX_CONTENT, SALT_SIZE, Disclosure
from assure_tui.ledger.errors import DamagedError, KeyFileError
from assure_tui.ledger.reading_key import open_with, seal_to

UNDER_SECRET: Final = b"ASF1"
TO_PUBLIC_KEY: Final = b"ASF2"
NONCE_SIZE: Final = 12
DIGEST_SIZE: Final = 32
FRAME_TARGET: Final = 1 << 20
"""Plain bytes after which a frame is closed: content is read a frame at a time."""
MAX_PLAIN: Final = FRAME_TARGET + MAX_CONTENT + 65_536
MAX_COUNT: Final = 4096
MAX_SEGMENT: Final = 64 << 20
"""Bytes after which the next file is begun."""
MAX_FILE: Final = MAX_SEGMENT + 2 * MAX_PLAIN

_MAGIC: Final = 4
_HEAD: Final = _MAGIC + 4
_ITEM: Final = SALT_SIZE + 4


class Frame(NamedTuple):
    """A whole frame as it was found: its digest fits, nothing else of it is checked."""

    form: bytes
    """How it is sealed: one of the two that there are."""
    commitments: tuple[str, ...]
    sealed: bytes
    """Nonce, or encapsulated key, and ciphertext."""
    end: int


def frames_of(data: bytes) -> Iterator[Frame]:
    """Yield the whole frames of a file's bytes, up to the first that is torn or malformed."""
    at = 0
    while at + _HEAD <= len(data) and (form := data[at : at + _MAGIC]) in {UNDER_SECRET, TO_PUBLIC_KEY}:
        body = at + _HEAD
        end = body + int.from_bytes(data[at + _MAGIC : body], "big")
        if end > len(data) or end - body < 2 + NONCE_SIZE + DIGEST_SIZE:
            return
        if sha256(data[at : end - DIGEST_SIZE]).digest() != data[end - DIGEST_SIZE : end]:
            return
        count = int.from_bytes(data[body : body + 2], "big")
        first = body + 2
        sealed = first + count * DIGEST_SIZE
        if sealed + NONCE_SIZE + DIGEST_SIZE > end:
            return
        commitments = tuple(data[spot : spot + DIGEST_SIZE].hex() for spot in range(first, sealed, DIGEST_SIZE))
        yield Frame(form, commitments, data[sealed : end - DIGEST_SIZE], end)
        at = end


def seal_frame(disclosures: Sequence[tuple[str, Disclosure]], key: ContentKey, origin: str, subject: str) -> bytes:
    """Return one frame over (commitment, disclosure) pairs: to the public key where there is one."""
    plain = b"".join(
        part
        for _, disclosure in disclosures
        for part in (disclosure.salt, len(disclosure.content).to_bytes(4, "big"), disclosure.content)
    )
    commitments = b"".join(bytes.fromhex(commitment) for commitment, _ in disclosures)
    packed, bound = zlib.compress(plain, 1), _associated(origin, subject, commitments)
    if key.public is not None:
        form, sealed = TO_PUBLIC_KEY, seal_to(key.public, packed, bound)
    elif key.secret is not None:
        nonce = os.urandom(NONCE_SIZE)
        form, sealed = UNDER_SECRET, nonce + ChaCha20Poly1305(key.secret).encrypt(nonce, packed, bound)
    else:
        raise KeyFileError(f"there is nothing to seal the contents of {subject} with")
    body = len(disclosures).to_bytes(2, "big") + commitments + sealed
    frame = form + (len(body) + DIGEST_SIZE).to_bytes(4, "big") + body
    return frame + sha256(frame).digest()


def open_frame(frame: Frame, secret: bytes, origin: str, subject: str) -> dict[str, Disclosure]:
    """Return the disclosures of a frame by commitment; DamagedError if it does not open. Commitments are unchecked."""
    try:
        inflater = zlib.decompressobj()
        plain = inflater.decompress(_unsealed(frame, secret, origin, subject), MAX_PLAIN)
    except (InvalidTag, zlib.error):
        raise DamagedError(
            f"a sealed frame of {subject} does not open: it was changed, or the key is another"
        ) from None
    if not inflater.eof or inflater.unused_data:
        raise DamagedError(f"a sealed frame of {subject} is larger than the {MAX_PLAIN} bytes it may have")
    disclosures, at = {}, 0
    for commitment in frame.commitments:
        start = at + _ITEM
        stop = start + int.from_bytes(plain[at + SALT_SIZE : start], "big")
        if stop > len(plain):
            raise DamagedError(f"a sealed frame of {subject} ends inside a content")
        disclosures[commitment] = Disclosure(plain[at : at + SALT_SIZE], plain[start:stop])
        at = stop
    return disclosures


def _unsealed(frame: Frame, secret: bytes, origin: str, subject: str) -> bytes:
    bound = _associated(origin, subject, b"".join(bytes.fromhex(commitment) for commitment in frame.commitments))
    if frame.form == UNDER_SECRET:
        nonce, sealed = frame.sealed[:NONCE_SIZE], frame.sealed[NONCE_SIZE:]
        return ChaCha20Poly1305(secret).decrypt(nonce, sealed, bound)
    packed = open_with(private_of(secret), frame.sealed, bound)
    if packed is None:
        raise InvalidTag
    return packed


class Segments:
    """The content folder of one ledger."""

    def __init__(self, directory: Path, origin: str) -> None:
        self._directory = directory
        self._origin = origin
        self._ends: dict[str, tuple[int, int]] = {}
        self._indexes: dict[str, _Index] = {}
        self._opened: tuple[str, _Place, dict[str, Disclosure]] | None = None

    def write(self, contents: Iterable[tuple[str, ContentKey, Sequence[tuple[str, Disclosure]]]]) -> None:
        """Append disclosures of different subjects, durably; the caller holds the append lock."""
        some = list(contents)
        disk.make_directories(self._directory / subject for subject, _, _ in some)
        ends: dict[str, tuple[int, int]] = {}
        disk.append_all((self._next(ends, *each) for each in some), disk.PRIVATE)
        self._ends |= ends

    def _next(
        self,
        ends: dict[str, tuple[int, int]],
        subject: str,
        key: ContentKey,
        disclosures: Sequence[tuple[str, Disclosure]],
    ) -> tuple[Path, bytes]:
        """Return what is to be added to which file, and note its end. After a torn end a new file is begun."""
        number, end = self._end_of(subject)
        if end >= MAX_SEGMENT:
            number, end = number + 1, 0
        data = b"".join(seal_frame(group, key, self._origin, subject) for group in _groups(disclosures))
        self._ends.pop(subject, None)
        ends[subject] = number, end + len(data)
        return self._directory / subject / str(number), data

    def find(self, subject: str, commitment: str, secret: bytes) -> Disclosure | None:
        """Return the disclosure of a commitment, or None if no whole frame holds it."""
        index = self._indexes.setdefault(subject, _Index(self._directory / subject))
        place = index.find(commitment)
        if place is None:
            return None
        if self._opened is None or self._opened[:2] != (subject, place):
            path = self._directory / subject / str(place.number)
            frame = next(frames_of(disk.read_at(path, place.start, place.length) or b""), None)
            if frame is None:  # erased, or damaged, since it was found: the log tells which
                del self._indexes[subject]
                return None
            self._opened = subject, place, open_frame(frame, secret, self._origin, subject)
        return self._opened[2].get(commitment)

    def count(self, subject: str) -> int:
        """Return how many contents the frames of a subject hold."""
        folder = self._directory / subject
        return sum(
            len(frame.commitments)
            for number in segment_numbers(folder)
            for frame in frames_of(disk.read(folder / str(number), MAX_FILE) or b"")
        )

    def destroy(self, subject: str) -> None:
        """Delete the frames of a subject, durably; numbers go on after them, so that no reader takes new for old."""
        folder = self._directory / subject
        numbers = segment_numbers(folder)
        self._ends.pop(subject, None)
        self._indexes.pop(subject, None)
        self._opened = None
        if numbers:
            disk.replace(folder / str(numbers[-1] + 1), b"", disk.PRIVATE)
            with disk.writing(folder):
                for number in numbers:
                    (folder / str(number)).unlink()
                disk.sync_directory(folder)

    def _end_of(self, subject: str) -> tuple[int, int]:
        """Return the number and size of the file to append to, whose every byte is part of a whole frame."""
        folder = self._directory / subject
        known = self._ends.get(subject)
        if known and _size(folder / str(known[0])) == known[1] and _size(folder / str(known[0] + 1)) < 0:
            return known
        numbers = segment_numbers(folder)
        if not numbers:
            return 0, 0
        data = disk.read_due(folder / str(numbers[-1]), MAX_FILE)
        end = 0
        for frame in frames_of(data):
            end = frame.end
        return (numbers[-1], end) if end == len(data) else (numbers[-1] + 1, 0)


class _Place(NamedTuple):
    """Where a frame stands."""

    number: int
    start: int
    length: int


class _Index:
    """Where the commitments of one subject are, learnt from the frames' heads as far as the files have grown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places: dict[str, _Place] = {}
        self._ends: dict[int, int] = {}

    def find(self, commitment: str) -> _Place | None:
        """Return the place of a commitment's frame, reading what was appended if it is not known yet."""
        if commitment not in self._places:
            self._extend()
        return self._places.get(commitment)

    def _extend(self) -> None:
        for number in segment_numbers(self._folder):
            path, start = self._folder / str(number), self._ends.get(number, 0)
            length = _size(path) - start
            if length <= 0:
                continue
            base = start
            for frame in frames_of(disk.read_at(path, base, min(length, MAX_FILE)) or b""):
                end = base + frame.end
                self._places.update(dict.fromkeys(frame.commitments, _Place(number, start, end - start)))
                start = end
            self._ends[number] = start


def audit(folder: Path, subject: str, secret: bytes | None, origin: str) -> Iterator[str]:
    """Yield the commitments that have a frame; with a secret, only those whose frame and disclosure it opens."""
    for number in segment_numbers(folder):
        for frame in frames_of(disk.read(folder / str(number), MAX_FILE) or b""):
            if secret is None:
                yield from frame.commitments
                continue
            try:
                disclosures = open_frame(frame, secret, origin, subject)
            except DamagedError:  # what it held is missing, if the log has it
                continue
            yield from (commitment for commitment in frame.commitments if disclosures[commitment].opens(commitment))


def segment_numbers(directory: Path) -> list[int]:
    """Return the numbers of a subject's files, in order."""
    return sorted(int(name) for name in disk.names(directory) if name.isascii() and name.isdigit())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def _groups(disclosures: Sequence[tuple[str, Disclosure]]) -> Iterator[list[tuple[str, Disclosure]]]:
    group: list[tuple[str, Disclosure]] = []
    size = 0
    for pair in disclosures:
        group.append(pair)
        size += len(pair[1].content)
        if size >= FRAME_TARGET or len(group) == MAX_COUNT:
            yield group
            group, size = [], 0
    if group:
        yield group


def _associated(origin: str, subject: str, commitments: bytes) -> bytes:
    return f"assure-tui/segment/v1\n{origin}\n{subject}\n".encode() + commitments
