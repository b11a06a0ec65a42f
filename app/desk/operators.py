"""The operator keys of an installation: where they lie, and which is meant."""

from __future__ import annotations

import re
from pathlib import Path

from assure_tui.app.desk.errors import UsageError
from assure_tui.ledger.disk import replace
from assure_tui.ledger.errors import KeyFileError
from assure_tui.ledger.operator_key import OperatorIdentity, OperatorKey, load_identity

SUFFIX = ".key.pem"
PUBLIC = ".pub.pem"


def list_keys(keys: Path) -> list[OperatorIdentity]:
    """Give the public halves of all keys, by name; files that are none are left out."""
    found: list[OperatorIdentity] = []
    for path in sorted((keys / "operators").glob(f"*{PUBLIC}")):
        try:
            found.append(load_identity(path))
        except KeyFileError:
            continue
    return found


def new_key(keys: Path, name: str, passphrase: str) -> OperatorIdentity:
    """Make a key, encrypted with the passphrase, and its public half beside it.

    Raises:
        KeyFileError: The name or passphrase is unfit, or there is a key of that name.
    """
    stem = keys / "operators" / _stem(name)
    key = OperatorKey.new(stem.with_name(stem.name + SUFFIX), passphrase, name)
    replace(stem.with_name(stem.name + PUBLIC), key.identity.export())
    return key.identity


def unlock(keys: Path, name: str | None, passphrase: str) -> OperatorKey:
    """Unlock the key of that name, or the only one there is.

    Raises:
        UsageError: There is none, or several and none was named.
        WrongPassphraseError: The passphrase does not open it.
    """
    paths = sorted((keys / "operators").glob(f"*{SUFFIX}"))
    if name is not None:
        paths = [path for path in paths if path.name == _stem(name) + SUFFIX]
    if not paths:
        raise UsageError("there is no operator key to seal with: make one with `assure-tui keys new NAME`.")
    if len(paths) > 1:
        names = ", ".join(path.name.removesuffix(SUFFIX) for path in paths)
        raise UsageError(f"there are several operator keys ({names}): name the one to seal with.")
    return OperatorKey.load(paths[0], passphrase)


def _stem(name: str) -> str:
    """Give a file name for a key's name; the name itself stands in the file."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64]
    if not stem:
        raise UsageError(f"{name!r} is no name for a key: use letters and digits.")
    return stem
