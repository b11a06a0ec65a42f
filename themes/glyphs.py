"""Glyphs: what a state looks like in one cell, and the word and the colour that always go with it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Sign:
    """A state as it is shown. `colour` is the name of a theme variable, without the dollar sign."""

    glyph: str
    word: str
    colour: str

    @property
    def style(self) -> str:
        """The style to give to `Content`."""
        return f"${self.colour}"


@dataclass(frozen=True)
class Glyphs:
    """One glyph set."""

    states: dict[str, Sign]
    marks: dict[str, str]

    def sign(self, state: str) -> Sign:
        """Return the sign of `state`; a state unknown to the data is shown as itself, with a question mark."""
        return self.states.get(state) or Sign("?", state, "state-neutral")


@cache
def load(*, ascii_only: bool = False) -> Glyphs:
    """Read the glyph set: Unicode, or plain ASCII for terminals and fonts that have nothing else."""
    data = tomllib.loads(files(__package__).joinpath("data", "glyphs.toml").read_text(encoding="utf-8"))
    which = 1 if ascii_only else 0
    return Glyphs(
        states={
            name: Sign(entry["glyphs"][which], entry["word"], entry["colour"]) for name, entry in data["states"].items()
        },
        marks={name: pair[which] for name, pair in data["marks"].items()},
    )
