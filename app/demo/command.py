"""The command `assure-tui demo`."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from assure_tui.app.demo.billing import FOLDER
from assure_tui.app.demo.stage import Stage
from assure_tui.app.desk.config import WORKSPACE_FILE, read_workspace
from assure_tui.app.desk.desk_store import DeskStore
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.gated import installed
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.scribe import open_ledger
from assure_tui.app.desk.trust import trust
from assure_tui.ledger.drafts import Draft

HEADLESS_SPEED = 8.0
HEADLESS_WAIT = 20.0
SCREEN_WAIT = 90.0
"""Seconds that a call waits for the person at the screen."""
_ENDS = [getattr(signal, name) for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)]
"""Signals that end the demo as Ctrl-C does: its folder goes with it."""
WELCOME = (
    "Scripted agents are at work here; some report what did not happen. Choose a run and press Enter, or e for the "
    "neediest. Then: a real, x false alarm, v verdict, S seal. ? lists all keys."
)


class Looks(NamedTuple):
    """How the screen looks: as the user set it, though nothing else of their settings counts in the demo."""

    theme: str = "dark"
    ascii_only: bool = False
    themes: Path | None = None
    """Where palettes of the user's own lie."""


_PLAIN = Looks()


def run(*, keep: Path | None, headless: bool, speed: float | None, looks: Looks = _PLAIN) -> int:
    """Play the demo: on the screen, or headless; `keep` names the folder that stays afterwards.

    Raises:
        UsageError: There is no terminal for it, or the folder to keep is not empty, or cannot be written.
    """
    if not headless and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the demo needs a terminal: use `assure-tui demo --headless` without one.")
    folder = _folder(keep)
    pace = speed or (HEADLESS_SPEED if headless else 1.0)
    for number in _ENDS:
        if not headless or signal.getsignal(number) is not signal.SIG_IGN:  # a screen ends with its terminal
            signal.signal(number, signal.default_int_handler)
    try:
        stage = Stage.build(folder, pace)
        home = Home.under(stage.home)
        home.prepare()
        _trust(stage, home)
        watch_from_the_start(stage, home)
        _install_hook(home, wait=HEADLESS_WAIT if headless else SCREEN_WAIT)
        print(f"workspace: {stage.workspace}", file=sys.stderr)
        if headless:
            from assure_tui.app.demo.headless import run as play  # noqa: PLC0415 - the screen does not need it

            return play(stage, home, kept=keep is not None)
        return _screen(stage, home, looks)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="assure-tui-demo-"))
    folder = keep.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be used for the demo ({error.strerror}): name another folder.") from error
    if not empty:
        raise UsageError(f"{folder} is not empty: name a new folder for the demo to keep.")
    return folder


def _trust(stage: Stage, home: Home) -> None:
    """Trust the demo's own workspace file, as its operator would with `assure-tui trust`."""
    path = stage.workspace / WORKSPACE_FILE
    trust(home.trust, path, read_workspace(path, trusted=True).digest)


def watch_from_the_start(stage: Stage, home: Home) -> None:
    """Note the empty workspace as seen: what is written before the recorder is up is then no history."""
    with closing(DeskStore(home.desk)) as store:
        store.first_sight(stage.workspace, ())


def _install_hook(home: Home, *, wait: float) -> None:
    """Note that the agent of some scenes has the hook, as `hook install` would, and let its calls wait for a person."""
    home.config.write_text(f"[approvals]\nwait = {wait:g}\n", encoding="utf-8")
    words = installed(agent="claude-code", scope="project", path=f"{FOLDER}/.claude/settings.local.json", folder=FOLDER)
    ledger = open_ledger(home)
    Tags.load(home.keys, make=True)
    ledger.append([Draft(words.kind, words.subject, words.clear, words.content)])


def _screen(stage: Stage, home: Home, looks: Looks) -> int:
    from assure_tui.app.desk.desk import Desk  # noqa: PLC0415 - not needed headless
    from assure_tui.app.tui import run as show  # noqa: PLC0415 - Textual costs half a second

    player = stage.play()
    workspace = read_workspace(stage.workspace / WORKSPACE_FILE, trusted=True)
    desk = Desk.open(home, roots=[stage.workspace], workspace=workspace)
    try:
        arguments = ["--home", str(stage.home), str(stage.workspace)]
        return show(desk, recorder_arguments=arguments, welcome=WELCOME, **looks._asdict())
    finally:
        desk.close()
        player.terminate()
        with suppress(OSError):
            player.wait()
