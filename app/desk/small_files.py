"""Small files that people write: settings, gates, an agent's hooks. Nobody waits for a pipe in place of a file."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

from assure_tui.app.desk.errors import ConfigError

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_small(path: Path, limit: int) -> bytes | None:
    """Return the content of a regular file, one byte more than `limit` at most; None when there is no file.

    Raises:
        OSError: It cannot be read, or is a folder, a pipe or a device.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        return None
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)
    finally:
        os.close(descriptor)


def parsed(path: Path, data: bytes, what: str) -> dict[str, Any]:
    """Return what a TOML file holds that is meant to be `what`. Raises `ConfigError` when it is no TOML."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply to be {what}.") from error


def expanded(path: Path) -> Path:
    """Replace `~` with a user's folder; a name that no user has stays as it is, as in a shell."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises there
