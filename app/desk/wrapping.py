"""Makes contents confidential, or only erasable again: wraps the content keys of all ledgers to the reading key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.desk.archive import plain_errors
from assure_tui.app.desk.errors import UsageError
from assure_tui.ledger.content_keys import ContentKeys
from assure_tui.ledger.locks import FileLock
from assure_tui.ledger.reading_key import ReadingKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from assure_tui.app.desk.paths import Home


def wrap(home: Home, passphrase: str | None) -> int:
    """Wrap all content keys to the reading key, which is made with the passphrase if there is none; give how many.

    From its first step on, new keys are wrapped too. One that a crash cut short is done to its end by doing it again.

    Raises:
        UsageError: There is no reading key and no passphrase for one, or unwrapping was begun and not ended.
    """
    key = ReadingKey(home.keys)
    with plain_errors(), _nobody_writes(home):
        if key.exists and key.public() is None:
            raise UsageError(
                "unwrapping was begun and not ended: end it with `assure-tui keys unwrap`, then wrap anew."
            )
        if not key.exists:
            if passphrase is None:
                raise UsageError("the reading key needs a passphrase: without one, nothing is wrapped.")
            key.create(passphrase)
        return sum(keys.wrap() for keys in _all(home))


def unwrap(home: Home, passphrase: str) -> int:
    """Put all content keys openly into their files again, and delete the reading key; give how many.

    New keys are open from its first step on. One that a crash cut short is done to its end by doing it again.

    Raises:
        UsageError: There is no reading key, or the passphrase does not open it.
    """
    key = ReadingKey(home.keys)
    with plain_errors(), _nobody_writes(home):
        reader = key.unlock(passphrase)
        key.stop()
        count = sum(keys.unwrap(reader) for keys in _all(home))
        key.delete()
        return count


def has_reading_key(home: Home) -> bool:
    """Return whether contents may be locked."""
    return ReadingKey(home.keys).exists


def unlocked(home: Home, passphrase: str) -> X25519PrivateKey:
    """Open the reading key.

    Raises:
        UsageError: There is none, or the passphrase does not open it.
    """
    with plain_errors():
        return ReadingKey(home.keys).unlock(passphrase)


def _all(home: Home) -> Iterator[ContentKeys]:
    """Yield the content keys of all ledgers: of closed shards too, and of damaged ones."""
    for folder in sorted(path for path in home.keys.glob("*/content") if path.is_dir()):
        yield ContentKeys(folder, ReadingKey(home.keys))


@contextmanager
def _nobody_writes(home: Home) -> Iterator[None]:
    """Hold the append lock of the ledger in use: under it alone, content keys are made and destroyed."""
    state: Path = home.ledger / ".state"
    if not state.is_dir():
        yield
        return
    with FileLock(state / "append.lock"):
        yield
