"""How the screen looks: palettes and the style sheet, taken over again as soon as their files change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textual.app import App
from textual.css.errors import StylesheetError
from textual.css.tokenizer import TokenError

from assure_tui.themes.palette import Shelf
from assure_tui.themes.style import SHEET


class Looks:
    """The looks of one app: `shelf` has the palettes that there are."""

    def __init__(self, app: App[Any], own: Path | None) -> None:
        """`own` is the folder of the operator's own palettes."""
        self.shelf = Shelf(own)
        self._app = app
        self._sheet = _stamp(SHEET)

    def register(self) -> None:
        """Make all palettes known to the app."""
        for palette in self.shelf.palettes.values():
            self._app.register_theme(palette.theme())

    def refresh(self) -> Iterator[str]:
        """Take over what changed since the last look; give a sentence for each mistake, which changes nothing."""
        app = self._app
        for name in self.shelf.refresh():
            app.register_theme(self.shelf.palettes[name].theme())
            if name == app.theme:
                app.mutate_reactive(App.theme)
        yield from self.shelf.problems
        self.shelf.problems.clear()
        stamp = _stamp(SHEET)
        if stamp == self._sheet:
            return
        self._sheet = stamp
        try:
            sheets = app.stylesheet.copy()
            sheets.read_all([SHEET])
            sheets.parse()
        except (StylesheetError, TokenError) as error:
            yield f"{SHEET.name} cannot be used: {error}"
            return
        app.stylesheet = sheets
        for screen in app.screen_stack:
            app.stylesheet.update(screen)


def _stamp(path: Path) -> tuple[int, int]:
    """Return when a file was changed, and its size; nothing of a file that cannot be looked at."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size
