"""`assure-tui verify` and `assure-tui keys`: the chain, and who may sign on it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from assure_tui.app.cli.passphrase import VARIABLE, passphrase
from assure_tui.app.cli.talk import talk
from assure_tui.app.desk.archive import plain_errors
from assure_tui.app.desk.config import read_user
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.operators import (
    find_key,
    list_keys,
    memories,
    new_key,
    own_trust,
    retired_keys,
    revoke_key,
    revoked_keys,
    rotate_key,
)
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.wrapping import has_reading_key, unlocked, unwrap, wrap
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger import disk, standalone
from assure_tui.ledger.cosign import FORK, check_fork, cosigner
from assure_tui.ledger.errors import BundleError, LedgerError
from assure_tui.ledger.note import MAX_NOTE
from assure_tui.ledger.report import Statement, VerifyReport, several
from assure_tui.ledger.signers import allowed_line
from assure_tui.ledger.sshsig import plain_key
from assure_tui.ledger.trust import Trust, load_trust
from assure_tui.ledger.verify import verify

UNANCHORED = 4
READING = "passphrase of the reading key: "


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    home = Home.find(arguments.home)
    return _verify(arguments, home) if arguments.command == "verify" else _keys(arguments, home)


def _verify(arguments: argparse.Namespace, home: Home) -> int:
    if arguments.write_verifier is not None:
        return _write_verifier(arguments.write_verifier)
    folder = arguments.ledger or home.ledger
    if folder.is_file():
        return _told(_verify_bundle(folder, arguments.trust), arguments)
    if not folder.is_dir():
        raise UsageError(f"there is no ledger in {folder}: name its folder, or record something first.")
    if (folder / "proofs").is_dir() and not (folder / ".state").exists():
        raise UsageError(f"{folder} is a bundle that was unpacked: name the file that it came out of.")
    own = arguments.ledger is None
    with plain_errors():
        report = verify(
            folder,
            trust=_trust(arguments.trust) or (own_trust(home.keys, read_user(home.config).witnesses) if own else None),
            pins=home.pins if home.pins.is_dir() else None,
            keys=home.keys if own and home.keys.is_dir() else None,
            memories=memories(home.keys) if own else None,
            reader=unlocked(home, passphrase(arguments.passphrase_file, READING)) if arguments.unlock else None,
            progress=_progress if sys.stderr.isatty() else None,
        )
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    return _told(report, arguments)


def _trust(folder: Path | None) -> Trust | None:
    """Read what the user trusts; a mistake in it is the user's, and no damage of the ledger."""
    if folder is None:
        return None
    try:
        return load_trust(folder)
    except LedgerError as error:
        raise UsageError(f"--trust: {error}.") from error


def _verify_bundle(path: Path, trust: Path | None) -> VerifyReport:
    """Verify a bundle; one that does not hold is a report too."""
    from assure_tui.app.desk.bundle.evidence import evidence_checks  # noqa: PLC0415 - the ledger's folder needs none of it
    from assure_tui.ledger.bundle import Bundle  # noqa: PLC0415 - likewise

    given = _trust(trust) or Trust()
    try:
        with path.open("rb") as file:
            is_fork = file.read(len(FORK)) == FORK
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check its permissions.") from error
    with plain_errors():
        if is_fork:
            return _verify_fork(path, given)
    try:
        bundle = Bundle.open(path)
    except BundleError as error:
        return VerifyReport((Statement("bundle", "failed", str(error)),), "failed", 0, b"", "", None)
    return bundle.report(given, evidence_checks(bundle))


def _verify_fork(path: Path, given: Trust) -> VerifyReport:
    """Look whether a file proves that a log's key signed two histories."""
    if not given.keys:
        raise UsageError(f"{path} claims a fork: name the log's key with --trust to check.")
    one, other = check_fork(disk.read_due(path, 4 * MAX_NOTE), given.keys[0])
    detail = f"the log's key signed two histories of {one.size} entries: roots {one.root.hex()} and {other.root.hex()}"
    return VerifyReport((Statement("fork", "failed", detail),), "damaged", one.size, one.root, one.origin, None)


def _told(report: VerifyReport, arguments: argparse.Namespace) -> int:
    if arguments.format == "json":
        print(json.dumps(_document(report)))
    else:
        _print_text(report)
    if report.state in {"failed", "damaged"}:
        return 1
    return UNANCHORED if report.state == "unanchored" and not arguments.allow_unanchored else 0


def _write_verifier(path: Path) -> int:
    try:
        with path.open("xb") as file:
            file.write(standalone.source())
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}): name a new file.") from error
    return 0


def _document(report: VerifyReport) -> dict[str, object]:
    return {
        "schema": "assure-tui/verify/v1",
        "state": report.state,
        "origin": report.origin,
        "size": report.size,
        "root": report.root.hex(),
        "vouched_until": _time(report.since),
        "statements": [{"name": s.name, "state": s.state, "detail": s.detail} for s in report.statements],
    }


def _content_keys(count: int) -> str:
    return several(count, "{} content key was", "{} content keys were")


def _print_text(report: VerifyReport) -> None:
    for statement in report.statements:
        print(neutral_line(f"{statement.state:<13} {statement.name}: {statement.detail}", 400))
    until = _time(report.since)
    vouched = (
        f"what was written until {until} is vouched for from outside" if until else "nothing outside vouches for it"
    )
    entries = several(report.size, "{} entry", "{} entries")
    print(neutral_line(f"{report.state}: {entries} of {report.origin or 'no known origin'}; {vouched}", 400))


def _time(milliseconds: int | None) -> str | None:
    return (
        None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
    )


def _progress(done: int, total: int) -> None:
    if done % 10_000 < 256:
        sys.stderr.write(f"\r\033[K{done}/{total}")
        sys.stderr.flush()


def _keys(arguments: argparse.Namespace, home: Home) -> int:
    match arguments.what:
        case "new":
            words = passphrase(arguments.passphrase_file, "passphrase for the new key: ", again=True)
            with plain_errors():
                identity = new_key(home.keys, arguments.name, words)
            print(f"{identity.fingerprint} {neutral_line(identity.name)}")
        case "rotate":
            words = passphrase(arguments.passphrase_file, "passphrase of the key, and of the new one: ")
            with plain_errors():
                identity = rotate_key(home.keys, arguments.name, words)
            print(f"{identity.fingerprint} {neutral_line(identity.name)}")
        case "wrap":
            fresh = not has_reading_key(home)
            count = wrap(home, passphrase(arguments.passphrase_file, f"new {READING}", again=True) if fresh else None)
            print(f"{_content_keys(count)} wrapped; contents are locked, and only the passphrase opens them")
        case "unwrap":
            count = unwrap(home, passphrase(arguments.passphrase_file, READING))
            print(f"{_content_keys(count)} unwrapped; contents are open to anyone who can read {home.keys}")
        case "revoke":
            _revoke(home, arguments)
        case "list":
            _list_keys(home)
        case _:
            _export_key(home, arguments)
    return 0


def _revoke(home: Home, arguments: argparse.Namespace) -> None:
    """Sign a revocation in the ledger, for everybody; then write it down here, where it counts without a signature."""
    from assure_tui.app.cli.check import moment  # noqa: PLC0415 - a check's imports, for one argument
    from assure_tui.app.desk.desk import Desk  # noqa: PLC0415 - the other verbs need no desk

    since = datetime.fromtimestamp(moment(arguments.since), UTC) if arguments.since else None
    identity = find_key(home.keys, arguments.name)
    words = "" if arguments.ssh_key else _given(arguments)
    if home.ledger.exists() and (words or arguments.ssh_key):
        desk = Desk.open(home, config=read_user(home.config))
        try:
            receipt = desk.revoke(
                identity.fingerprint,
                since,
                arguments.reason,
                passphrase=words,
                key=arguments.key,
                ssh=arguments.ssh_key,
            )
        finally:
            desk.close()
        print(f"{receipt.envelope} (entry {receipt.index})")
    else:
        talk("this counts only here: nobody signed it, so it is not in the ledger.")
    with plain_errors():
        print(revoke_key(home.keys, identity, since))


def _given(arguments: argparse.Namespace) -> str:
    """Return the passphrase to sign with; none where there is nobody to ask, or `--unsigned` says so."""
    if arguments.unsigned or not (arguments.passphrase_file or os.environ.get(VARIABLE) or sys.stdin.isatty()):
        return ""
    return passphrase(arguments.passphrase_file, "passphrase of the key that signs: ")


def _list_keys(home: Home) -> None:
    with plain_errors():
        revoked = revoked_keys(home.keys).revoked
    found = [(i, "") for i in list_keys(home.keys)] + [(i, "replaced") for i in retired_keys(home.keys)]
    if not found:
        talk("there is no operator key yet: `assure-tui keys new NAME` makes one.")
    for identity, state in found:
        gone = plain_key(identity.public).fingerprint in revoked
        told = "revoked" if gone else state
        print(f"{identity.fingerprint} {neutral_line(identity.name)}{f' ({told})' if told else ''}")


def _export_key(home: Home, arguments: argparse.Namespace) -> None:
    for identity in list_keys(home.keys):
        if arguments.name in {identity.name, identity.fingerprint}:
            match arguments.form:
                case "allowed-signers":
                    sys.stdout.write(allowed_line(identity.name, plain_key(identity.public)))
                case "cosigner":
                    print(cosigner(identity))
                case _:
                    sys.stdout.write(identity.export().decode())
            return
    raise UsageError(f"there is no operator key {arguments.name!r}: `assure-tui keys list` lists them.")
