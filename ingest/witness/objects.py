"""Reads commits out of a folder of objects, with git, in an empty repository of our own (see the package)."""

from __future__ import annotations

import os
import re
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from assure_tui.ingest.command import run
from assure_tui.ingest.errors import SourceError
from assure_tui.ingest.model import CommitRead
from assure_tui.ingest.witness.place import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_COMMITS = 256
"""Commits that are read at a time: the newest."""
MAX_SECONDS = 5.0
MAX_OUTPUT = 8 * 1024 * 1024
MAX_FILES = 2000
"""Files of one commit that are remembered."""
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ARGUMENTS = (
    *("--no-pager", "diff-tree", "--stdin", "-r", "--root", "-m", "--always", "-z", "--raw", "--no-abbrev"),
    *("--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--pretty=tformat:%H%x00%P%x00%at%x00%ct"),
)


@cache
def _git() -> str | None:
    """Find git on the search path, in absolute folders only: a log's folder must not offer one."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if Path(folder).is_absolute()]
    return shutil.which("git", path=os.pathsep.join(folders))


def read_commits(objects: Path, names: Iterable[str]) -> dict[str, CommitRead]:
    """Return those of the named commits that are there and can be read within the bounds."""
    wanted = [name for name in dict.fromkeys(names) if _ID.fullmatch(name) and name.strip("0")][-MAX_COMMITS:]
    git = _git()
    # Alternates name other folders of objects, anywhere: what is reached through them is not this repository's own.
    borrowed = os.path.lexists(objects / "info" / "alternates") or os.path.lexists(objects / "info" / "http-alternates")
    if not wanted or git is None or borrowed or not is_folder(objects) or (objects / "pack").is_symlink():
        return {}
    with TemporaryDirectory(prefix="assure-tui-") as name:
        folder = Path(name)
        try:
            output = run(
                [git, *_ARGUMENTS],
                seconds=MAX_SECONDS,
                size=MAX_OUTPUT,
                stdin=_empty_repository(folder, wanted),
                environment=_environment(folder, objects),
                folder=folder,
            )
        except SourceError:
            return {}
    return _parse(output)


def _empty_repository(folder: Path, wanted: list[str]) -> Path:
    """Make a repository without any configuration but the length of its ids; give the file with what is asked."""
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    version = 1 if len(wanted[0]) == 64 else 0
    extension = "[extensions]\n\tobjectformat = sha256\n" if version else ""
    (folder / "config").write_text(
        f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}", encoding="ascii"
    )
    asked = folder / "asked"
    asked.write_text("".join(f"{name}\n" for name in wanted), encoding="ascii")
    return asked


def _environment(folder: Path, objects: Path) -> dict[str, str]:
    """Return an environment in which git reads no configuration but ours, asks nobody and reaches nothing else."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_DIR": str(folder),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _parse(output: bytes) -> dict[str, CommitRead]:
    """Read what diff-tree printed: four words of a commit, then a line beginning with `:` and a path for each file."""
    words = output.split(b"\0")
    found: dict[str, CommitRead] = {}
    at = 0
    while at + 4 <= len(words):
        name, parents, authored, committed = (word.decode("ascii", "replace").strip() for word in words[at : at + 4])
        at += 4
        files: list[tuple[str, str]] = []
        while at + 1 < len(words) and (line := words[at].lstrip(b"\n")).startswith(b":"):
            if len(files) < MAX_FILES:
                files.append((line[-1:].decode("ascii", "replace"), words[at + 1].decode("utf-8", "replace")))
            at += 2
        if not (_ID.fullmatch(name) and authored.isdigit() and committed.isdigit()):
            return found
        # A merge is printed once for each parent: the first is what counts.
        found.setdefault(
            name,
            CommitRead(
                parents=tuple(parents.split()),
                authored=float(authored),
                committed=float(committed),
                files=tuple(files),
            ),
        )
    return found
