"""How a file stands on disk: there or not, when it changed, and its digest."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from assure_tui.ingest.model import PathSeen
from assure_tui.ingest.witness.place import MAX_PATH, read_tail

MAX_DIGESTED = 4 << 20


def look(run: str, root: Path, path: str, time: float) -> PathSeen | None:
    """Return how `path` stands; None when it cannot be told, or when it is not in the working tree `root`.

    A path leads out of the tree when any folder on its way is a link to elsewhere.
    """
    if len(path) > MAX_PATH or "\0" in path or not Path(path).is_absolute():
        return None
    try:
        folder, name = os.path.split(os.path.normpath(path))
        inside = root.joinpath(os.path.realpath(folder))
        if not inside.is_relative_to(root) or ".git" in inside.relative_to(root).parts:
            return None
        target = inside / name
        status = target.lstat()
    except FileNotFoundError:
        return PathSeen(run=run, path=path, exists=False, time=time)
    except (OSError, ValueError):
        return None
    whole = S_ISREG(status.st_mode) and status.st_size <= MAX_DIGESTED
    data = read_tail(target, MAX_DIGESTED) if whole else None
    return PathSeen(
        run=run,
        path=path,
        exists=True,
        changed=max(status.st_mtime, status.st_ctime),
        size=status.st_size,
        sha256=sha256(data[1]).hexdigest() if data is not None else None,
        time=time,
    )
