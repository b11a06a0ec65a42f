"""Where everything lies. `ASSURE_TUI_HOME` or `--home` moves all of it under one folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.small_files import expanded

NAME = "assure-tui"
READING_KEY = "reading.pub.pem"
"""Stands among the keys while contents are wrapped (ledger/SPEC.md, Sealed contents)."""
HOME_VARIABLE = "ASSURE_TUI_HOME"


@dataclass(frozen=True, kw_only=True)
class Home:
    """The places of one installation's state. `ledger`, `keys` and `pins` are folders, the others are files."""

    config: Path
    """The user's settings."""
    trust: Path
    """Digests of the workspace files that the user trusts."""
    ledger: Path
    keys: Path
    pins: Path
    index: Path
    """Derived: deleting it loses nothing."""
    desk: Path
    """Drafts, marks and what was looked at. Not derived."""
    lease: Path
    """Held by the process that records."""
    traces: Path
    """Folder of traces of internal errors."""
    witness: Path
    """Folder of what the MCP witness writes (app/proxy/PROXY.md)."""
    recent: Path
    """What was written lately while contents are locked, for the index; open like the index itself."""
    hook: Path
    """Folder of the runtime hook: its socket, and how often turns were sent back."""

    @classmethod
    def under(cls, folder: Path) -> Home:
        """Put everything under one folder."""
        folder = expanded(folder).absolute()
        return cls(
            config=folder / "config.toml",
            trust=folder / "trust.json",
            ledger=folder / "ledger",
            keys=folder / "keys",
            pins=folder / "pins",
            index=folder / "index.sqlite",
            desk=folder / "desk.sqlite",
            lease=folder / "recorder.lock",
            traces=folder / "traces",
            witness=folder / "witness",
            recent=folder / "recent.jsonl",
            hook=folder / "hook",
        )

    @classmethod
    def find(cls, folder: Path | None = None) -> Home:
        """Return the places under `folder`, else under `ASSURE_TUI_HOME`, else where the platform puts such things.

        Raises:
            UsageError: The user has no home folder, as in a container under a number that no user has.
        """
        chosen = folder or (Path(os.environ[HOME_VARIABLE]) if os.environ.get(HOME_VARIABLE) else None)
        if chosen is not None:
            return cls.under(chosen)
        from platformdirs import PlatformDirs  # noqa: PLC0415 - not needed when the folder is named

        dirs = PlatformDirs(NAME, appauthor=False)
        try:
            data, state = dirs.user_data_path, dirs.user_state_path
        except RuntimeError as error:
            raise UsageError(
                f"this user has no home folder: set HOME, or name a folder with --home or {HOME_VARIABLE}."
            ) from error
        return cls(
            config=dirs.user_config_path / "config.toml",
            trust=dirs.user_config_path / "trust.json",
            ledger=data / "ledger",
            keys=data / "keys",
            pins=state / "pins",
            index=state / "index.sqlite",
            desk=data / "desk.sqlite",
            lease=data / "recorder.lock",
            traces=dirs.user_log_path / "traces",
            witness=data / "witness",
            recent=state / "recent.jsonl",
            hook=data / "hook",
        )

    def places(self) -> Iterator[tuple[str, Path]]:
        """Give each place's name and path."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)

    def privacy(self) -> str:
        """Say what the keys of the contents are good for."""
        if (self.keys / READING_KEY).exists():
            return (
                "contents in the ledger are locked: their keys open with the passphrase of the reading key alone; the"
                " index and the agents' own logs are open"
            )
        return (
            "contents are erasable with `forget`, not confidential: their keys lie unwrapped in `keys`, beside the"
            " data; `keys wrap` locks them"
        )

    def prepare(self) -> None:
        """Make the folders that files are written to, readable by the user alone."""
        for path in (self.config, self.trust, self.ledger, self.keys, self.pins, self.index, self.desk, self.lease):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def from_home(path: Path) -> str:
    """Return a path as people write it: below the user's home folder, from `~` on."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (RuntimeError, ValueError):  # this user has no home folder, or the path is elsewhere
        return str(path)
