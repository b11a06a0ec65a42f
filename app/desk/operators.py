"""The operator keys of an installation: where they lie, and which is meant."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assure_tui.app.desk.errors import UsageError
from assure_tui.ledger.cosign import Memory
from assure_tui.ledger.disk import append, read, replace
from assure_tui.ledger.errors import KeyFileError
from assure_tui.ledger.note import parse_vkey
from assure_tui.ledger.operator_key import OperatorIdentity, OperatorKey, load_identity
from assure_tui.ledger.signers import Signers, allowed_line, parse_allowed_signers, parse_revoked
from assure_tui.ledger.sshsig import plain_key
from assure_tui.ledger.trust import MAX_TRUST_FILE, Trust, load_trust

SUFFIX = ".key.pem"
PUBLIC = ".pub.pem"
OLD_PUBLIC = ".retired.pem"
RETIRED = "retired_signers"
"""Keys that were replaced, as `allowed_signers` with the time up to which they count."""
REVOKED = "revoked"
MAX_UNLOCK = 3600.0
"""Seconds after which a key is locked again, whatever the settings say."""


def list_keys(keys: Path) -> list[OperatorIdentity]:
    """Return the public halves of all keys, by name; other files are left out."""
    return _identities(sorted((keys / "operators").glob(f"*{PUBLIC}")))


def new_key(keys: Path, name: str, passphrase: str) -> OperatorIdentity:
    """Make a key, encrypted with the passphrase, and its public half beside it.

    Raises:
        KeyFileError: The name or passphrase is unfit, or there is a key of that name.
    """
    stem = keys / "operators" / _stem(name)
    key = OperatorKey.new(stem.with_name(stem.name + SUFFIX), passphrase, name)
    replace(stem.with_name(stem.name + PUBLIC), key.identity.export())
    return key.identity


def rotate_key(keys: Path, name: str, passphrase: str) -> OperatorIdentity:
    """Replace a key that its passphrase opens with a new one; the old one's seals count up to now.

    Raises:
        UsageError: There is no such key, or the passphrase does not open it.
    """
    old = unlock(keys, name, passphrase)
    path = _private(keys, name)
    line = allowed_line(old.identity.name, plain_key(old.identity.public))
    until = datetime.now(UTC) + timedelta(seconds=1)  # whole seconds are written: a seal of this one still counts
    limit = f'valid-before="{until:%Y%m%d%H%M%S}Z"'
    append(keys / "operators" / RETIRED, line.replace(" ssh-ed25519", f",{limit} ssh-ed25519").encode())
    kept = path.with_name(f"{old.fingerprint[:16]}{OLD_PUBLIC}")
    replace(kept, old.identity.export())
    path.unlink()
    new = new_key(keys, old.identity.name, passphrase)
    for last in Memory(memories(keys), old.fingerprint).all():  # what was cosigned binds the new key as well
        replace(last.with_name(last.name.replace(old.fingerprint[:16], new.fingerprint[:16])), last.read_bytes())
    return new


def memories(keys: Path) -> Path:
    """Return where it is remembered what each key cosigned last."""
    return keys / "operators" / "cosigned"


def find_key(keys: Path, name: str) -> OperatorIdentity:
    """Return the public half of a key, in use or replaced, by its name or a fingerprint.

    Raises:
        UsageError: There is no such key.
    """
    for identity in list_keys(keys) + retired_keys(keys):
        if name in {identity.name, identity.fingerprint, plain_key(identity.public).fingerprint}:
            return identity
    raise UsageError(f"there is no operator key {name!r}: `assure-tui keys list` lists them.")


def revoke_key(keys: Path, identity: OperatorIdentity, since: datetime | None = None) -> str:
    """Write down for this installation that a key does not count, from a time on or at all; give its fingerprint."""
    fingerprint = plain_key(identity.public).fingerprint
    moment = f" {since.astimezone(UTC):%Y%m%d%H%M%S}Z" if since is not None else ""
    append(keys / "operators" / REVOKED, f"{fingerprint}{moment}\n".encode())
    return fingerprint


def retired_keys(keys: Path) -> list[OperatorIdentity]:
    """Return the public halves of keys that were replaced."""
    return _identities(sorted((keys / "operators").glob(f"*{OLD_PUBLIC}")))


def own_trust(keys: Path, witnesses: Iterable[tuple[str, str]] = ()) -> Trust:
    """Return whom this installation vouches for: its own keys, and what stands in the folder `trust` beside them.

    `witnesses` are those of the settings, by verifier key and address.

    Raises:
        LedgerError: A file of it is damaged.
    """
    folder = keys / "operators"
    identities = (*list_keys(keys), *retired_keys(keys))
    signers = Signers.of(list_keys(keys)) + revoked_keys(keys)
    retired = read(folder / RETIRED, MAX_TRUST_FILE)
    if retired is not None:
        signers += parse_allowed_signers(retired.decode(errors="replace"))
    asked = tuple(parse_vkey(key) for key, _ in witnesses)
    own = Trust(operators=identities, signers=signers, witnesses=asked)
    return own + load_trust(keys / "trust") if (keys / "trust").is_dir() else own


def vouched_keys(trust: Trust) -> set[str]:
    """Return the keys that count now, as entries of seals have them: 32 bytes, or the SSH form, in base64."""
    known = {signer.key for signer in trust.signers.known if signer.key.fingerprint not in trust.signers.revoked}
    return {base64.b64encode(data).decode() for key in known for data in (key.point, key.wire)}


def revoked_keys(keys: Path) -> Signers:
    """Return the keys of this installation that were revoked."""
    return parse_revoked(read(keys / "operators" / REVOKED, MAX_TRUST_FILE) or b"")


def unlock(keys: Path, name: str | None, passphrase: str, *, even_revoked: bool = False) -> OperatorKey:
    """Unlock the key of that name, or the only one there is; one that was revoked only to sign that it was.

    Raises:
        UsageError: There is no key, there are several and none was named, or it was revoked.
        WrongPassphraseError: The passphrase does not open it.
    """
    paths = sorted((keys / "operators").glob(f"*{SUFFIX}"))
    if name is not None:
        paths = [path for path in paths if path == _private(keys, name)]
    if not paths and name is not None:
        raise UsageError(f"there is no operator key {name!r}: `assure-tui keys list` lists them.")
    if not paths:
        raise UsageError("there is no operator key to seal with: make one with `assure-tui keys new NAME`.")
    if len(paths) > 1:
        names = ", ".join(path.name.removesuffix(SUFFIX) for path in paths)
        raise UsageError(f"there are several operator keys ({names}): name the one to seal with.")
    key = OperatorKey.load(paths[0], passphrase)
    if not even_revoked and plain_key(key.identity.public).fingerprint in revoked_keys(keys).revoked:
        raise UsageError(f"the key of {key.identity.name} was revoked: make another with `assure-tui keys new`.")
    return key


class Keyring:
    """Holds keys unlocked for a bounded time, so that a passphrase need not be typed for each seal."""

    def __init__(self, unlock_for: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._unlock_for = min(unlock_for, MAX_UNLOCK)
        self._clock = clock
        self._held: dict[str, tuple[float, OperatorKey]] = {}

    def is_unlocked(self, name: str | None = None) -> bool:
        """Return whether a key needs no passphrase now."""
        return self._current(name) is not None

    def unlock(self, keys: Path, name: str | None, passphrase: str) -> OperatorKey:
        """Return a key: with an empty passphrase the one that is still unlocked. Raises what `unlock` raises."""
        held = self._current(name) if not passphrase else None
        if held is not None:
            return held
        key = unlock(keys, name, passphrase)
        if self._unlock_for > 0:
            self._held[name or ""] = self._clock() + self._unlock_for, key
        return key

    def lock(self) -> None:
        """Forget all keys."""
        self._held.clear()

    def _current(self, name: str | None) -> OperatorKey | None:
        until, key = self._held.get(name or "", (0.0, None))
        if key is not None and self._clock() >= until:
            del self._held[name or ""]
            return None
        return key


def _private(keys: Path, name: str) -> Path:
    return keys / "operators" / (_stem(name) + SUFFIX)


def _identities(paths: Iterable[Path]) -> list[OperatorIdentity]:
    found: list[OperatorIdentity] = []
    for path in paths:
        try:
            found.append(load_identity(path))
        except KeyFileError:
            continue
    return found


def _stem(name: str) -> str:
    """Return a file name for a key's name; the name itself stands in the file."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64]
    if not stem:
        raise UsageError(f"{name!r} cannot be the name of a key: use letters and digits.")
    return stem
