"""Puts together what a command works with: the home, the user's settings, the workspace's, and the logs' roots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assure_tui.app.desk.config import (
    UserConfig,
    WorkspaceConfig,
    find_workspace,
    read_user,
    read_workspace,
    settings_of,
)
from assure_tui.app.desk.errors import UsageError
from assure_tui.app.desk.paths import Home
from assure_tui.app.desk.trust import was_trusted
from assure_tui.ingest.roots import default_roots, excluded


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a command works with."""

    home: Home
    user: UserConfig
    workspace: WorkspaceConfig
    roots: tuple[Path, ...]

    @property
    def exclude(self) -> tuple[str, ...]:
        """Patterns of logs that are left out."""
        return self.user.exclude + self.workspace.exclude

    def left_out(self, paths: Sequence[Path]) -> list[str]:
        """Sentences about paths that somebody named, and of which the settings leave out all that is in them."""
        user, mine = self.home.config, self.user.exclude
        return [
            f"{path} is left out by `exclude` in {user if excluded(path / 'any', mine) else self.workspace.path}:"
            " nothing in it is read until you take it out of that list."
            for path in paths
            if path.is_dir() and excluded(path / "any", self.exclude)
        ]

    @property
    def waiting(self) -> list[str]:
        """Sentences about what the workspace file asks for and does not get, as written or before it is trusted."""
        path = self.workspace.path
        doubts = [f"{path}: {doubt}" for doubt in self.workspace.doubts]
        if path is None or not self.workspace.waiting:
            return doubts
        wishes = [f"{path}: {wish}: waits for `assure-tui trust {path}`." for wish in self.workspace.waiting]
        if was_trusted(self.home.trust, path):
            wishes.insert(0, f"{path} changed since it was trusted, so it is not trusted any more: look at it first.")
        return doubts + wishes

    @classmethod
    def gather(cls, paths: Sequence[Path] = (), *, home: Path | None = None, config: Path | None = None) -> Setting:
        """Read all settings. A workspace file named by `config` is trusted, because the user names it.

        Raises:
            UsageError: A path is not there.
            ConfigError: A configuration file is wrong.
        """
        check_paths(paths)
        places = Home.find(home)
        user = read_user(places.config)
        if config is not None:
            workspace = read_workspace(config, trusted=True, user=user)
        else:
            found = find_workspace(paths or [Path.cwd()])
            workspace = (
                read_workspace(found, trust=places.trust, user=user)
                if found
                else WorkspaceConfig(settings=settings_of(user))
            )
        roots = tuple(paths) or user.roots + (
            (*(root.path for root in default_roots()), places.witness) if user.discover else ()
        )
        return cls(home=places, user=user, workspace=workspace, roots=roots)


def check_paths(paths: Sequence[Path]) -> None:
    """Raise UsageError when a path is not there, or nobody can tell."""
    for path in paths:
        try:
            path.lstat()
        except PermissionError as error:
            raise UsageError(f"{path} cannot be reached ({error.strerror}): check its permissions.") from error
        except OSError as error:
            raise UsageError(
                f"there is no file or folder {path}: give the path of a log or of a folder of logs."
            ) from error
