"""What the settings say of the screen's looks and keys, checked before there is a screen."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assure_tui.app.desk.errors import UsageError

if TYPE_CHECKING:
    from assure_tui.app.desk.setting import Setting


def own_themes(setting: Setting) -> Path:
    """Return the folder of the operator's own palettes: beside the settings."""
    return setting.home.config.parent / "themes"


def check(setting: Setting, theme: str | None = None) -> None:
    """Raise UsageError when there is no such theme, or no key of such a name; it names the file that says so."""
    from assure_tui.app.tui.keys import table  # noqa: PLC0415 - it brings Textual, half a second
    from assure_tui.themes.palette import Shelf  # noqa: PLC0415 - likewise

    user = setting.user
    chosen, shelf = theme or user.theme, Shelf(own_themes(setting))
    if chosen not in shelf.palettes:
        wrong = next((f" {said}" for said in shelf.problems if f"{chosen}.toml" in said), "")
        where = "" if theme else f"{setting.home.config}: "
        raise UsageError(f"{where}there is no theme {chosen!r}: choose one of {', '.join(shelf.palettes)}.{wrong}")
    known = [key.id for key in table()]
    for name in user.keys:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else "the key list (?) shows what there is."
            raise UsageError(f"{setting.home.config}: [keys] names no key {name!r}: {hint}")
    _check_conflicts({key.id: user.keys.get(key.id, key.keys) for key in table()}, setting.home.config)


def _check_conflicts(keys: Mapping[str, str], said_in: Path) -> None:
    """Raise UsageError when two actions are on one key."""
    taken: dict[str, str] = {}
    for name, pressed in keys.items():
        for key in filter(None, (part.strip() for part in pressed.split(","))):
            other = taken.setdefault(key, name)
            if other != name:
                raise UsageError(f"{said_in}: [keys] puts {other!r} and {name!r} on the same key {key!r}.")
