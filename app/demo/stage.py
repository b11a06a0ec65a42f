"""Lays the demo's workspace out: folders, a configuration with the payment feed, and a home of its own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from assure_tui.app.child import command
from assure_tui.app.demo.play import FEED
from assure_tui.app.demo.provider import LAG

SLACK = 2.0
"""Seconds beyond the provider's lag for which a missing row is still waited for, at the pace of a real provider."""

_WORKSPACE = """\
# The shop's payment provider writes down every refund that it booked, some seconds later.
# `complete` means: what is not in there within `lag` seconds did not happen.
[[feeds]]
name = "payments"
kind = "refund"
path = "{feed}"
complete = true
lag = {lag}
minor_units = true

[feeds.map]
id = "id"
kind = "type"
status = "status"
amount = "amount"
currency = "currency"
target = "destination"
time = "created"
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays: `workspace` is what is watched, `home` holds the workstation's own state."""

    workspace: Path
    home: Path
    speed: float

    @classmethod
    def build(cls, folder: Path, speed: float) -> Stage:
        """Make the workspace below `folder`, which must be empty or absent.

        Raises:
            OSError: The folder cannot be made or written to.
        """
        workspace, home = folder / "workspace", folder / "state"
        for name in ("support-logs", "claude", "codex", str(FEED.parent)):
            (workspace / name).mkdir(parents=True, exist_ok=True)
        (workspace / FEED).touch()
        lag = round((LAG + SLACK) / speed, 3)
        (workspace / "assure.toml").write_text(_WORKSPACE.format(feed=FEED.as_posix(), lag=lag), encoding="utf-8")
        return cls(workspace, home, speed)

    @property
    def lag(self) -> float:
        """Seconds after the last step until every row of the feed is due."""
        return (LAG + SLACK) / self.speed

    def play(self) -> subprocess.Popen[str]:
        """Start the process that plays the scenes; it says on its standard output which file holds which scene."""
        words = command(
            "assure_tui.app.demo.play", str(self.workspace), "--speed", str(self.speed), "--home", str(self.home)
        )
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
