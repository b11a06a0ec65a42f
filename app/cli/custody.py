"""`assure-tui adopt`, `forget`, `shard`: what happens to a ledger over the years. Each asks before it acts."""

from __future__ import annotations

import argparse

from assure_tui.app.cli.consent import agreed
from assure_tui.app.cli.talk import talk
from assure_tui.app.desk.desk import Desk
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.setting import Setting
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger.report import several

WIDTH = 400


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    return _COMMANDS[arguments.command](arguments)


def _adopt(arguments: argparse.Namespace) -> int:
    from assure_tui.app.desk.custody import require_ledger, take_over  # noqa: PLC0415 - cryptography is needed only here

    home = Home.find(arguments.home)
    require_ledger(home)
    _say(f"the ledger in {home.ledger} is taken over as it is; if another copy goes on too, there are two histories.")
    if not _agreed(arguments, "take it over?"):
        return 0
    ledger = take_over(home)
    entries = several(ledger.size, "{} entry", "{} entries")
    _say(f"taken over at {entries}; the log says so, and a new key signs from here on.")
    return 0


def _forget(arguments: argparse.Namespace) -> int:
    setting = Setting.gather(home=arguments.home)
    desk = Desk.open(setting.home, config=setting.user)
    try:
        runs, logs = desk.forgettable(arguments.run)
        _say(f"to be erased here, for good: contents, escrow, index and drafts of {', '.join(runs)}")
        _say("to be kept: the entries of the log without their contents, so that it still verifies, and a tombstone")
        for log in logs:
            _say(f"out of reach: the agent's own log {log}; delete it yourself if it must go too")
        if not _agreed(arguments, "forget?"):
            return 0
        done = desk.forget(runs[0])
    finally:
        desk.close()
    _say(f"{several(done.contents, '{} content was', '{} contents were')} erased, and the ledger says so.")
    if done.seals:
        stay = several(
            done.seals, "{} seal stays, with the words of its verdict", "{} seals stay, with their verdicts' words"
        )
        _say(f"{stay} in {setting.home.ledger / 'seals'}.")
    if not done.purged:
        _say("the recorder has not purged the index yet: check again with `assure-tui runs`.")
    return 0


def _shard(arguments: argparse.Namespace) -> int:
    from assure_tui.app.desk import custody  # noqa: PLC0415 - cryptography is needed here

    setting = Setting.gather(home=arguments.home)
    home = setting.home
    if arguments.what == "list":
        closed = list(custody.shards(home))
        for shard in closed:
            _say(f"{shard.origin}  {shard.path}")
        if not closed:
            talk("no ledger has been closed yet: everything is in the one in use.")
        return 0
    if arguments.what == "prune":
        days = setting.user.retention_days
        if days is None:
            raise UsageError(f"nothing is deleted without a policy: set `retention_days` in {home.config}.")
        _say(f"closed shards that ended more than {days} days ago are deleted, as {home.config} says.")
        if days < custody.LEAST_DAYS:
            _say(f"that is less than the {custody.LEAST_DAYS} days for which such records are kept by default.")
        if not _agreed(arguments, "delete them?"):
            return 0
        for shard in custody.prune(home, days):
            _say(f"deleted {shard.origin}; the ledger says so, with its last head.")
        return 0
    custody.require_ledger(home)
    _say(f"the ledger in {home.ledger} will be closed, and the next one begins with its last head.")
    if not _agreed(arguments, "close it?"):
        return 0
    old, ledger = custody.begin_shard(home, damaged=arguments.damaged)
    _say(f"closed, and kept in {old}; the next one is {ledger.origin}.")
    return 0


def _agreed(arguments: argparse.Namespace, question: str) -> bool:
    return agreed(question, yes=arguments.yes, look="what is said")


def _say(text: str) -> None:
    print(neutral_line(text, WIDTH))


_COMMANDS = {"adopt": _adopt, "forget": _forget, "shard": _shard}
