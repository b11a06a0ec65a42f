"""Palettes: TOML files turned into Textual themes with semantic variables."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from textual.color import Color, ColorParseError
from textual.css.tokenizer import TokenError
from textual.style import Style
from textual.theme import Theme

PALETTES: Final = ("dark", "light", "deuteranopia", "tritanopia", "contrast", "mono")
"""In the order in which the theme key walks through them."""
FOLDER: Final = Path(__file__).parent
LARGEST: Final = 65_536
"""Bytes of a palette."""
MOST: Final = 100
"""Palettes of a folder that are looked at."""
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
_WORDS: Final = re.compile(r"[A-Za-z0-9_ #%(),.-]{0,100}")
"""What colours and styles are written with: no links, and nothing that is done at a click."""
_FACTS: Final[Mapping[str, type]] = {"label": str, "dark": bool, "native": bool}


@dataclass(frozen=True)
class Palette:
    """One palette: five colours that Textual's own widgets need, and variables named after what they mean."""

    name: str
    label: str
    dark: bool
    ansi: bool
    base: Mapping[str, str]
    variables: Mapping[str, str]

    def theme(self) -> Theme:
        """Make the Textual theme. Its meanings map onto Textual's own names, so that stock widgets fit in."""
        base, variables = self.base, dict(self.variables)
        return Theme(
            name=self.name,
            primary=base["accent"],
            accent=base["accent"],
            foreground=base["foreground"],
            background=base["background"],
            surface=base["surface"],
            panel=base["panel"],
            dark=self.dark,
            ansi=self.ansi,
            variables=variables,
        )


class PaletteError(ValueError):
    """A file is no palette; the message says which, where, and what would do."""


@cache
def load(name: str) -> Palette:
    """Read the shipped palette `name`, one of `PALETTES`.

    Raises:
        KeyError: there is no such palette.
    """
    if name not in PALETTES:
        raise KeyError(f"no theme is called {name!r}; there are {', '.join(PALETTES)}")
    return read(FOLDER / f"{name}.toml", None)


def read(path: Path, before: Palette | None) -> Palette:
    """Read a palette, which is named after its file. What it leaves out is that of the palette it is `like`.

    Where it does not say which that is, it is `before`; without one, the file has to be complete.

    Raises:
        PaletteError: The file cannot be read, or says something that no palette says.
    """
    if _NAME.fullmatch(path.stem) is None:
        raise PaletteError(
            f"{_where(path)}: the name of a palette has letters, digits, `-` and `_`, and begins with a letter."
        )
    try:
        with path.open("rb") as file:
            data = tomllib.loads(file.read(LARGEST).decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise PaletteError(f"{_where(path)} cannot be read as a palette: {error}") from None
    like = data.pop("like", None)
    if like is not None and like not in PALETTES:
        raise PaletteError(f"{_where(path)}: like = {like!r} names no palette; there are {', '.join(PALETTES)}.")
    before = load(like) if like else before
    tables = {table: values for table, values in data.items() if isinstance(values, dict)}
    given = {f"{table}-{key}": value for table, values in tables.items() for key, value in values.items()}
    base = {key.removeprefix("base-"): value for key, value in given.items() if key.startswith("base-")}
    variables = {key: value for key, value in given.items() if not key.startswith("base-")}
    facts = {key: value for key, value in data.items() if key not in tables}
    if before is not None:
        _check(path, facts, given, before)
        base, variables = {**before.base, **base}, {**before.variables, **variables}
    return Palette(
        name=path.stem,
        label=facts.get("label", path.stem),
        dark=facts.get("dark", before.dark if before else True),
        ansi=facts.get("native", before.ansi if before else False),
        base=base,
        variables=variables,
    )


def _where(path: Path) -> str:
    """Name a file so that the sentence about it fits on a line of the screen."""
    return f"{path.parent.name}/{path.name}"


def _check(path: Path, facts: Mapping[str, object], given: Mapping[str, object], like: Palette) -> None:
    """Hold what somebody wrote against a shipped palette: the same names, and colours and styles that there are."""
    known = [*(f"base-{key}" for key in like.base), *like.variables]
    for name in [*(key for key in facts if key not in _FACTS), *(key for key in given if key not in known)]:
        near = difflib.get_close_matches(name, [*_FACTS, *known], n=1, cutoff=0.5)
        hint = f"did you mean `{near[0].replace('-', '.', 1)}`?" if near else "dark.toml has all names."
        raise PaletteError(f"{_where(path)}: `{name.replace('-', '.', 1)}` is no name of a palette: {hint}")
    for name, kind in _FACTS.items():
        if not isinstance(facts.get(name, kind()), kind):
            raise PaletteError(f"{_where(path)}: `{name}` has to be a {'text' if kind is str else 'true or false'}.")
    for name, value in given.items():
        said = _objection(str(value), Color.parse if name.startswith("base-") else partial(Style.parse, variables={}))
        if said:
            raise PaletteError(f"{_where(path)}: `{name.replace('-', '.', 1)}` is no colour or style: {said}")


def _objection(value: str, parse: Callable[[str], object]) -> str:
    """Say what is wrong with a colour or style; nothing if it is one."""
    if _WORDS.fullmatch(value) is None:
        return "it has letters that none has"
    try:
        parse(value)
    except (ColorParseError, TokenError) as error:
        return str(error).partition("\n")[0]
    return ""


class Shelf:
    """The palettes that can be chosen: those of this folder, and the operator's own, read again when a file changes."""

    def __init__(self, own: Path | None = None) -> None:
        """Read all of them. A file in `own` that has the name of a shipped palette stands in its place."""
        self._own = own
        self.palettes: dict[str, Palette] = {name: load(name) for name in PALETTES}
        self.problems: list[str] = []
        """What was wrong with the files that changed last; the palettes before them stay."""
        self._stamps = self._look(FOLDER)
        self.refresh()

    def refresh(self) -> list[str]:
        """Read the files that changed since the last look; give the names of the palettes that are other now."""
        stamps = self._look(FOLDER) | (self._look(self._own) if self._own else {})
        changed = [path for path in sorted(stamps) if self._stamps.get(path) != stamps[path]]
        self._stamps = stamps
        names = []
        if changed:
            self.problems = []
        for path in changed:
            try:
                before = load(path.stem) if path.parent == FOLDER else load("dark")
                self.palettes[path.stem] = read(path, before)
                names.append(path.stem)
            except PaletteError as error:
                self.problems.append(str(error))
        return names

    @staticmethod
    def _look(folder: Path) -> dict[Path, tuple[int, int]]:
        """Return when each palette of a folder was changed, and its size."""
        found = {}
        for path in sorted(folder.glob("*.toml"))[:MOST]:
            if folder == FOLDER and path.stem not in PALETTES:
                continue
            with suppress(OSError):
                stat = path.stat()
                found[path] = (stat.st_mtime_ns, stat.st_size)
        return found
