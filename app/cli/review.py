"""The review desk as commands: `runs`, `show`, `note`, `decide`, `verdict`, `seal`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from pathlib import Path

import msgspec

from assure_tui.app.cli.passphrase import passphrase
from assure_tui.app.cli.talk import talk
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.setting import Setting
from assure_tui.app.desk.show import detail_lines, open_lines, run_line
from assure_tui.app.desk.views import RunDetail, RunRow


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    reads = arguments.command in {"runs", "show"}
    setting = Setting.gather(home=arguments.home)
    exists = setting.home.index.exists() or setting.home.ledger.exists()
    writable = os.access(setting.home.desk.parent, os.W_OK)
    with closing(Desk.open(setting.home, config=setting.user, read_only=reads and not (exists and writable))) as desk:
        return _COMMANDS[arguments.command](desk, arguments)


def _runs(desk: Desk, arguments: argparse.Namespace) -> int:
    rows = desk.runs(" ".join(map(_term, arguments.query)))
    if arguments.format == "json":
        _print_json(rows)
        return 0
    for row in rows:
        print(run_line(row))
    if not rows:
        _say_why_empty(desk.home, arguments.query)
    return 0


def _term(word: str) -> str:
    """Put a word into the form of the filter's, which knows double quotes and no others."""
    bare = word.replace('"', "")
    return f'"{bare}"' if bare.split() != [bare] else word


def _say_why_empty(home: Home, query: list[str]) -> None:
    if query:
        talk("no run passes this filter.")
    elif not home.index.exists():
        talk("nothing was recorded yet: run `assure-tui` or `assure-tui record`.")
    else:
        talk("no runs were found: `assure-tui doctor` shows where they are looked for.")


def _show(desk: Desk, arguments: argparse.Namespace) -> int:
    detail = _in_bundle(desk, Path(arguments.run)) or desk.run(arguments.run)
    if arguments.format == "json":
        _print_json(detail)
    else:
        for line in detail_lines(detail):
            print(line)
    return 0


def _in_bundle(desk: Desk, path: Path) -> RunDetail | None:
    """Return the run of a bundle, when that is what was named."""
    if not path.is_file():
        return None
    from assure_tui.app.desk.bundle.bundled import BundleDesk  # noqa: PLC0415 - cryptography is needed only here
    from assure_tui.app.desk.operators import own_trust  # noqa: PLC0415 - likewise

    opened = BundleDesk.open(path, own_trust(desk.home.keys))
    for problem in opened.presence().problems:
        talk(problem)
    return opened.detail


def _note(desk: Desk, arguments: argparse.Namespace) -> int:
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    if arguments.about and not _has(desk, arguments.run, arguments.about):
        raise UsageError(f"the run has no claim, effect, event or finding {arguments.about!r}: `show` lists them.")
    note = desk.note(arguments.run, arguments.about, text, arguments.tags)
    print(note.id)
    return 0


def _has(desk: Desk, run: str, name: str) -> bool:
    detail = desk.run(run)
    parts = (detail.claims, detail.effects, detail.discrepancies, detail.gates, detail.inputs)
    return any(value.id == name for part in parts for value in part) or desk.position(detail.row.id, name) is not None


def _decide(desk: Desk, arguments: argparse.Namespace) -> int:
    if arguments.word == "undo":
        desk.undo_decision(arguments.finding, run=arguments.run)
        return 0
    decision = desk.decide(arguments.finding, arguments.word, arguments.reason, run=arguments.run)
    print(f"{decision.finding} {decision.word} (entry {decision.entry})")
    return 0


def _verdict(desk: Desk, arguments: argparse.Namespace) -> int:
    verdict = desk.verdict(arguments.run, arguments.word, arguments.reason)
    print(f"{verdict.run} {verdict.word} (draft)")
    return 0


def _seal(desk: Desk, arguments: argparse.Namespace) -> int:
    desk.check_seal(arguments.runs)
    for run in arguments.runs:
        for line in open_lines(desk.run(run)):
            print(f"assure-tui: {line}", file=sys.stderr)
    ssh = arguments.ssh_key
    words = "" if ssh else passphrase(arguments.passphrase_file, "passphrase of the operator key: ")
    receipt = desk.seal(arguments.runs, passphrase=words, key=arguments.key, ssh=ssh)
    print(f"{receipt.envelope} (entry {receipt.index})")
    return 0


def _print_json(value: RunRow | object) -> None:
    json.dump(msgspec.to_builtins(value, str_keys=True), sys.stdout)
    print()


_COMMANDS = {"runs": _runs, "show": _show, "note": _note, "decide": _decide, "verdict": _verdict, "seal": _seal}
