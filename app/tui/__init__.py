"""The terminal UI: a thin face of the desk.

In: a `Desk` (`port` says what is used of it) and the operator's keys. Out: what is on the screen, and the operator's
notes, decisions, verdicts and seals, which the desk writes to the ledger. Importing this package costs half a second of
Textual, so only `run` and `first_start` are called from elsewhere, and late.

    a screen   first (before the first start); application: frame (header, view, footer, the poll of the desk), moving
               and reviewing (what keys do); keys (`data/keys.toml`), views, dialogs
    evidence   evidence fetches what stands side by side for a finding (asked: the user's words; cells: a piece of
               it), pointing tells which part of it is meant, evidence_page and both_sides lay it out; acts,
               event_line, diffs, source (to the file itself)
    text       lines (the panes of every view), paint, bars, match (filters), moments (times as typed), presets
    kept       session (while open), looked and places (from one time to the next), looks (palettes)
    beside     recorder (a child process), notify (bell and messages), hangup (ends when told to), typed

`filtering` is the filter of a list and `narrowing` that of the Timeline, `event_page` shows one event whole, and
`holding` keeps the keys that are pressed while a dialog is being made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.tui.application import AssureApp
from assure_tui.app.tui.hangup import end_with_terminal
from assure_tui.app.tui.port import Desk
from assure_tui.app.tui.recorder import attached
from assure_tui.app.tui.typed import plain_signs, take_any_bytes

if TYPE_CHECKING:
    from assure_tui.app.desk.config import NotifyConfig
    from assure_tui.app.desk.firststart import Place
    from assure_tui.app.desk.paths import Home

__all__ = ["first_start", "run"]


def run(
    desk: Desk,
    *,
    theme: str | None = None,
    attached_recorder: bool = True,
    recorder_arguments: Sequence[str] = (),
    start: str = "runs",
    read_only: bool = False,
    ascii_only: bool = False,
    keymap: Mapping[str, str] | None = None,
    welcome: str = "",
    notify: NotifyConfig | None = None,
    themes: Path | None = None,
    settings: Path | None = None,
) -> int:
    """Show the desk until the operator leaves; give the exit code.

    With `attached_recorder` a child process records while the screen is open; `recorder_arguments` (paths, `--home`)
    go to its `record` command. `keymap` maps ids of the key table to keys. `welcome` stands over the list of runs;
    `notify` says how to tell of new findings, if at all. `themes` is the folder of the operator's own palettes,
    `settings` the file that keeps what keys are mapped to.
    """
    with attached(recorder_arguments) if attached_recorder and not read_only else nullcontext() as recorder:
        app = AssureApp(
            desk,
            theme=theme,
            start=start,
            read_only=read_only,
            ascii_only=plain_signs() or ascii_only,
            keymap=keymap,
            no_color=bool(os.environ.get("NO_COLOR")),
            recorder=recorder,
            welcome=welcome,
            notify=notify,
            themes=themes,
            settings=settings,
        )
        end_with_terminal()
        take_any_bytes()
        return app.show() or 0


def first_start(
    home: Home,
    look: Callable[[], Sequence[Place]],
    *,
    theme: str | None = None,
    ascii_only: bool = False,
    escrow: int = 0,
    days: int | None = None,
) -> tuple[str, list[Path]]:
    """Show what `look` finds and what will be kept of it; give `watch`, `demo` or nothing, and what is left out."""
    from assure_tui.app.tui.first import FirstStart  # noqa: PLC0415 - once in the life of an installation

    app = FirstStart(
        home,
        look,
        theme=theme,
        ascii_only=plain_signs() or ascii_only,
        no_color=bool(os.environ.get("NO_COLOR")),
        escrow=escrow,
        days=days,
    )
    take_any_bytes()
    return app.show() or "", sorted(app.left_out)
