"""`assure-tui hook install|remove|status`: the hook in an agent's settings. What the agent calls is `hook.client`."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
from pathlib import Path

from assure_tui.app.cli.consent import agreed
from assure_tui.app.desk import gated
from assure_tui.app.desk.archive import plain_errors, published
from assure_tui.app.desk.config import read_user
from assure_tui.app.desk.entries import Tags, Words
from assure_tui.app.desk.errors import DeskError, UsageError
from assure_tui.app.desk.paths import HOME_VARIABLE, Home
from assure_tui.app.desk.scribe import open_ledger
from assure_tui.app.desk.small_files import expanded
from assure_tui.app.hook import install
from assure_tui.app.hook.install import Scope
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger.drafts import Draft
from assure_tui.ledger.store import Ledger

WIDTH = 400


def run(arguments: argparse.Namespace) -> int:
    """Do what the command says."""
    home = Home.find(arguments.home)
    if arguments.what == "status":
        return _status(home, (arguments.agent,) if arguments.agent else install.AGENTS)
    if arguments.agent is None:
        raise UsageError(f"name the agent to {arguments.what} the hook for: {', '.join(install.AGENTS)}.")
    scope: Scope = "project" if arguments.project else "user"
    path = install.settings_file(arguments.agent, scope, Path.cwd())
    if arguments.what == "remove":
        edit = install.removing(path)
    else:
        wait = read_user(home.config).approval_wait
        edit = install.adding(arguments.agent, path, home=_chosen(arguments.home), wait=wait)
    if not edit.changes:
        print(f"{neutral_line(str(path), WIDTH)}: nothing to do.")
        return 0
    for line in edit.diff():
        print(neutral_line(line, WIDTH))
    if not agreed("write this?", yes=arguments.yes, look="the change", otherwise="nothing was changed"):
        return 0
    with plain_errors():
        ledger = open_ledger(home)  # before anything is changed: what is not recorded is not done
    Tags.load(home.keys, make=True)
    applied = edit.apply()
    folder = str(Path.cwd()) if scope == "project" else ""
    removed = arguments.what == "remove"
    words = gated.installed(agent=arguments.agent, scope=scope, path=str(path), folder=folder, removed=removed)
    try:
        _record(ledger, words)
    except DeskError:
        applied.undo()
        raise
    done = "removed from" if arguments.what == "remove" else "installed in"
    kept = f"; what stood there is kept in {applied.copy}" if applied.copy else ""
    print(neutral_line(f"{done} {path}{kept}", WIDTH))
    if arguments.what == "install":
        print("It works from the agent's next session on." + _advice(arguments.agent))
    return 0


def _chosen(home: Path | None) -> Path | None:
    """Return the folder of the state where it is not the usual one: the agent must look there too."""
    chosen = home or (Path(os.environ[HOME_VARIABLE]) if os.environ.get(HOME_VARIABLE) else None)
    return expanded(chosen).absolute() if chosen else None


def _record(ledger: Ledger, words: Words) -> None:
    """Write down since when, or until when, calls have to come by the hook."""
    with plain_errors():
        ledger.append([Draft(words.kind, words.subject, words.clear, words.content)])
        published(ledger)


def _advice(agent: str) -> str:
    return " Codex runs it once you have looked at it there: `/hooks`." if agent == "codex" else ""


def _can_start(line: str) -> bool:
    """Whether the program that a command line names is there; it may stand in quotes, or be found by its name."""
    try:
        words = shlex.split(line, posix=os.name == "posix")
    except ValueError:
        return False
    return bool(words) and shutil.which(words[0].strip("'\"")) is not None


def _status(home: Home, agents: tuple[str, ...]) -> int:
    """Tell for each agent where the hook is installed; 1 when it is nowhere, or is not called."""
    ready = False
    for agent in agents:
        for scope in ("user", "project"):
            path = install.settings_file(agent, scope, Path.cwd())
            try:
                commands = install.found(path)
                state = "installed" if commands else "not installed"
            except UsageError as error:
                commands, state = [], f"unknown: {error}"
            if commands and not _can_start(commands[0]):
                state = "installed, but the program it calls is not there: install it again"
            off = install.switched_off(agent) if commands else ""
            if off:
                state = f"installed, but {off}"
            ready = ready or state == "installed"
            print(neutral_line(f"{agent:<12} {scope:<8} {state}  {path}", WIDTH))
    wait = read_user(home.config).approval_wait
    print(f"a call that needs a person {f'waits {wait:g} s for you' if wait else 'is asked about by the agent'}")
    return 0 if ready else 1
