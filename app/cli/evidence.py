"""`assure-tui export`, `countersign`, `import` and `withdraw`: evidence for others, and their answers."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing
from pathlib import Path

from assure_tui.app.cli.passphrase import passphrase
from assure_tui.app.desk.bundle.bundled import BundleDesk
from assure_tui.app.desk.bundle.export import Choice
from assure_tui.app.desk.bundle.response import countersign
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.desk_store import backup
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.operators import own_trust
from assure_tui.app.desk.setting import Setting
from assure_tui.app.neutral import neutral_line


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    if arguments.command == "export" and arguments.desk == (arguments.run is not None):
        raise UsageError("export writes the evidence about a run, or a backup with --desk: name one of the two.")
    setting = Setting.gather(home=arguments.home)
    with closing(Desk.open(setting.home, config=setting.user, read_only=arguments.command == "export")) as desk:
        return _COMMANDS[arguments.command](desk, arguments)


def _export(desk: Desk, arguments: argparse.Namespace) -> int:
    if arguments.desk:
        return _back_up(desk, arguments)
    choice = Choice.parse(arguments.disclose, everything=arguments.all)
    if choice != Choice() and desk.contents_locked():
        desk.unlock_contents(passphrase(arguments.passphrase_file, "passphrase of the reading key: "))
    data = desk.export(arguments.run, choice)
    _write(arguments.output, data)
    print(f"{neutral_line(str(arguments.output), 4096)} ({len(data)} bytes)")
    return 0


def _back_up(desk: Desk, arguments: argparse.Namespace) -> int:
    """Write what people left on the desk: it follows from nothing else, and is not evidence."""
    if arguments.disclose or arguments.all:
        raise UsageError("--disclose and --all choose what a run's evidence shows: --desk is a backup for yourself.")
    data = backup(desk.home.desk)
    _write(arguments.output, data)
    print(f"{neutral_line(str(arguments.output), 4096)} ({len(data)} bytes)")
    told = f"to restore it, replace {desk.home.desk} with it while nothing runs; do not share it"
    print(f"assure-tui: {neutral_line(told, 4096)}", file=sys.stderr)
    return 0


def _countersign(desk: Desk, arguments: argparse.Namespace) -> int:
    bundle = BundleDesk.open(arguments.bundle, own_trust(desk.home.keys))
    broken = bundle.presence().problems
    if broken:
        raise UsageError(f"{arguments.bundle} does not verify, so nothing is signed: {broken[0]}.")
    key = desk.signing_key(_words(arguments), arguments.key, arguments.ssh_key)
    _write(arguments.output, countersign(bundle, arguments.word, arguments.reason, desk.operator, key))
    print(f"{neutral_line(str(arguments.output), 4096)}: send it back; `assure-tui import` reads it")
    return 0


def _import(desk: Desk, arguments: argparse.Namespace) -> int:
    receipt, signer = desk.import_response(arguments.file)
    print(f"{receipt.envelope} (entry {receipt.index})")
    if own_trust(desk.home.keys).signers.judge(signer.key, int(time.time() * 1000)) is None:
        told = f"{signer.name} ({signer.key.fingerprint}) is not vouched for by this installation"
        where = desk.home.keys / "trust" / "allowed_signers"
        print(
            f"assure-tui: {neutral_line(told, 400)}: add the key to {where} once you know whose it is.", file=sys.stderr
        )
    return 0


def _withdraw(desk: Desk, arguments: argparse.Namespace) -> int:
    desk.check_withdrawal(arguments.run, arguments.reason)
    receipt = desk.withdraw(
        arguments.run, arguments.reason, passphrase=_words(arguments), key=arguments.key, ssh=arguments.ssh_key
    )
    print(f"{receipt.envelope} (entry {receipt.index})")
    return 0


def _words(arguments: argparse.Namespace) -> str:
    return "" if arguments.ssh_key else passphrase(arguments.passphrase_file, "passphrase of the operator key: ")


def _write(path: Path, data: bytes) -> None:
    """Write a new file, or none; one that is there is never replaced."""
    try:
        with path.open("xb") as file:
            try:
                file.write(data)
                file.flush()
            except OSError:
                path.unlink()
                raise
    except FileExistsError as error:
        raise UsageError(f"{path} already exists: name a new file.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}): name a new file, in another place.") from error


_COMMANDS = {"export": _export, "countersign": _countersign, "import": _import, "withdraw": _withdraw}
