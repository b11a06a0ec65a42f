"""Palettes: TOML files turned into Textual themes with semantic variables."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from textual.theme import Theme

PALETTES: Final = ("dark", "light", "deuteranopia", "tritanopia", "contrast", "mono")
"""In the order in which the theme key walks through them."""


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


@cache
def load(name: str) -> Palette:
    """Read the palette `name`, one of `PALETTES`.

    Raises:
        KeyError: there is no such palette.
    """
    if name not in PALETTES:
        raise KeyError(f"no theme is called {name!r}; there are {', '.join(PALETTES)}")
    data = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    tables = {table: values for table, values in data.items() if isinstance(values, dict)}
    base = tables.pop("base")
    variables = {f"{table}-{key}": value for table, values in tables.items() for key, value in values.items()}
    return Palette(
        name=name,
        label=data["label"],
        dark=data["dark"],
        ansi=data.get("native", False),
        base=base,
        variables=variables,
    )
