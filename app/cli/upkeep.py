"""`assure-tui doctor`, `trust`, `status`: set-up and diagnosis."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from assure_tui.app.cli import looks
from assure_tui.app.cli.consent import agreed
from assure_tui.app.cli.talk import talk
from assure_tui.app.desk.about import version
from assure_tui.app.desk.config import WORKSPACE_FILE, read_user, read_workspace
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.paths import Home, from_home
from assure_tui.app.desk.setting import Setting
from assure_tui.app.desk.trust import trust
from assure_tui.app.neutral import neutral_block, neutral_line
from assure_tui.ingest.adapters.catalogue import ADAPTERS
from assure_tui.ingest.walk import discover
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.machine import is_bound

WIDTH = 600


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    return _COMMANDS[arguments.command](arguments)


def _doctor(arguments: argparse.Namespace) -> int:
    """Tell what is watched and what stands in the way; 1 when something does."""
    setting = Setting.gather(arguments.paths, home=arguments.home)
    troubles = list(setting.waiting)
    try:
        looks.check(setting)
    except UsageError as error:
        troubles.append(str(error))
    _say(f"assure-tui {version()}, state in {setting.home.ledger.parent}")
    for sentence in _files(setting):
        _say(f"  {sentence}")
    there = [root for root in setting.roots if root.exists()]
    for root in there:
        found = discover([root], exclude=setting.exclude)
        kinds = Counter(item.adapter.name for item in found.files)
        logs = ", ".join(f"{count} of {name}" for name, count in kinds.most_common()) or "no logs"
        left = len(found.skipped)
        _say(f"  {root}: {logs}; {left:,} {'file' if left == 1 else 'files'} left out")
        troubles += [f"{skipped.path}: {skipped.reason}" for skipped in found.skipped if skipped.log]
    troubles += setting.left_out(arguments.paths)
    for root in setting.roots:
        if root in setting.user.roots and not root.exists():
            troubles.append(f"{root} does not exist, though `roots` in {setting.home.config} names it")
    if gone := [from_home(root) for root in setting.roots if root not in there and root not in setting.user.roots]:
        _list("not there", gone)
    with closing(Desk.open(setting.home, config=setting.user, read_only=True)) as desk:
        presence = desk.presence()
    who = f"recorded by process {presence.recorder_pid}" if presence.recorder_pid else "not being recorded"
    _say(f"  {who}; {presence.ledger_size} entries in the ledger ({presence.ledger_state})")
    _say(f"  {setting.home.privacy()}")
    _list("formats that are read", sorted({adapter.name for adapter in ADAPTERS}))
    troubles += presence.problems
    troubles += _moved(setting.home.ledger)
    for trouble in troubles:
        _say(f"  ! {trouble}")
    return int(bool(troubles))


def _moved(ledger: Path) -> list[str]:
    """Tell of a ledger that was not made here: whatever would write to it is refused."""
    state = ledger / ".state"
    try:
        if not state.is_dir() or is_bound(state):
            return []
    except LedgerError:
        return []  # it is damaged, and that was told
    return [f"{ledger} was copied or restored here from another place: `assure-tui adopt` takes it over"]


def _files(setting: Setting) -> tuple[str, str]:
    """Return which configuration files count, and how far."""
    user, workspace = setting.home.config, setting.workspace
    standing = "trusted" if workspace.trusted else "not trusted: it may only make the check stricter"
    return (
        f"your settings: {user}" + ("" if user.exists() else " (not there)"),
        f"the workspace's: {workspace.path} ({standing})" if workspace.path else "the workspace's: no assure.toml here",
    )


def _trust(arguments: argparse.Namespace) -> int:
    path: Path = arguments.path / WORKSPACE_FILE if arguments.path.is_dir() else arguments.path
    home = Home.find(arguments.home)
    wishes = read_workspace(path, trusted=False, user=read_user(home.config))
    _say(f"{path} asks for:")
    for wish in wishes.waiting or ("nothing that needs trust",):
        _say(f"  {wish}")
    for doubt in wishes.doubts:
        talk(f"{path}: {doubt}")
    if not agreed("trust it as it is now?", yes=arguments.yes, look="the list", otherwise="nothing was trusted"):
        return 0
    home.prepare()
    trust(home.trust, path, wishes.digest)
    return 0


def _status(arguments: argparse.Namespace) -> int:
    setting = Setting.gather(home=arguments.home)
    with closing(Desk.open(setting.home, config=setting.user, read_only=True)) as desk:
        presence, rows = desk.presence(), desk.runs()
    count = Counter(row.attention for row in rows)
    parts = [
        f"{count['need']} need you",
        f"{count['quiet']} quiet",
        f"{count['unobserved']} not observed",
        f"recorder {presence.recorder_pid or 'off'}",
        f"ledger {presence.ledger_state} #{presence.ledger_size}",
    ]
    if arguments.line:
        print(" · ".join(parts) if (sys.stdout.encoding or "").lower().startswith("utf") else " | ".join(parts))
    else:
        for part in (*parts, *presence.problems):
            _say(part)
    return 0


def _list(head: str, items: Sequence[str]) -> None:
    for line in neutral_block(f"  {head}: ", ", ".join(items), hang=4):
        print(line)


def _say(text: str) -> None:
    print(neutral_line(text, WIDTH))


_COMMANDS = {"doctor": _doctor, "trust": _trust, "status": _status}
