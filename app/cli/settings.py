"""`assure-tui config`: what is set, by which file, and what of it waits for trust."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assure_tui.app.cli import looks
from assure_tui.app.cli.talk import talk
from assure_tui.app.desk.config import stated
from assure_tui.app.desk.setting import Setting
from assure_tui.app.neutral import neutral_line

if TYPE_CHECKING:
    from pydantic import BaseModel

WIDTH = 4096


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a settings file, with a dot for each table it stands in."""

    key: str
    value: Any
    by_default: bool


@dataclass(frozen=True, slots=True)
class File:
    """A settings file as it counts."""

    path: str | None
    there: bool
    standing: str
    waiting: tuple[str, ...]
    """What it asks for and does not get before it is trusted."""
    keys: tuple[Key, ...]


def run(arguments: argparse.Namespace) -> int:
    """Print both files; a mistake in one of them is an error."""
    setting = Setting.gather(arguments.paths, home=arguments.home)
    looks.check(setting)
    for doubt in setting.workspace.doubts:
        talk(f"{setting.workspace.path}: {doubt}")
    files = [_users(setting), _workspaces(setting)]
    if arguments.format == "json":
        print(json.dumps({"files": [asdict(file) for file in files]}, default=str))
        return 0
    for file in files:
        _say(f"{file.path or 'no assure.toml'} ({file.standing})")
        for key in file.keys:
            default = "  (default)" if key.by_default else ""
            _say(f"  {key.key} = {json.dumps(key.value, ensure_ascii=False, default=str)}{default}")
        for wish in file.waiting:
            _say(f"  ! {wish}: waits for `assure-tui trust`")
    return 0


def _users(setting: Setting) -> File:
    path = setting.home.config
    there = path.exists()
    keys = tuple(_keys(stated(path, "UserFile")))
    return File(str(path), there, "your settings" if there else "your settings; not there", (), keys)


def _workspaces(setting: Setting) -> File:
    workspace = setting.workspace
    if workspace.path is None:
        return File(None, there=False, standing="the workspace's settings; not there", waiting=(), keys=())
    standing = "trusted" if workspace.trusted else "not trusted: it may only make the check stricter"
    keys = tuple(_keys(stated(workspace.path, "WorkspaceFile")))
    return File(str(workspace.path), there=True, standing=standing, waiting=workspace.waiting, keys=keys)


def _keys(model: BaseModel, table: str = "", *, said: bool = True) -> Iterator[Key]:
    """Yield the keys of a file, and of the tables in it, in the order of the documentation."""
    for name in type(model).model_fields:
        value, here = getattr(model, name), said and name in model.model_fields_set
        if hasattr(value, "model_fields_set"):
            yield from _keys(value, f"{table}{name}.", said=here)
        else:
            yield Key(table + name, model.model_dump(mode="json", include={name})[name], by_default=not here)


def _say(text: str) -> None:
    print(neutral_line(text, WIDTH))
