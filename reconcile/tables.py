"""The package's own data files: lexicons, rules and definitions that are data and not code.

A workspace may add to some of them (data/LEXICON.md). A process reads words by one lexicon at a time: `use` changes it.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

EXTENDABLE = frozenset(
    {"actions", "coding", "kinds", "commands", "reports", "runners", "tooling", "wrappers", "git", "inputs"}
)
"""Tables that a workspace may add to. Gates have their own files, and grammar is not a matter of taste."""
MAX_WORDS = 20_000
"""Characters that an addition to one list of words may have."""
_OPEN = {("actions", "actions"), ("actions", "irregular"), ("kinds",), ("actions", "objects"), ("actions", "kinds")}
"""Where new names may be added: elsewhere, code asks for just the names that are there."""
_PACKAGE = __package__ or ""
_added: dict[str, Any] = {}


@cache
def table(name: str) -> dict[str, Any]:
    """Give `data/<name>.toml` with what was added to it. The result is shared: do not change it."""
    shipped = _shipped(name)
    return joined(shipped, _added[name], (name,)) if name in _added else shipped


@cache
def _shipped(name: str) -> dict[str, Any]:
    return tomllib.loads(files("assure_tui.reconcile").joinpath(f"data/{name}.toml").read_text("utf-8"))


def check(additions: Mapping[str, Any]) -> None:
    """Hold additions against the lexicon.

    Raises:
        ValueError: An addition has a place or a form that the lexicon has not; the message tells which.
    """
    for name, entries in additions.items():
        if name not in EXTENDABLE:
            raise ValueError(f"[lexicon]: {_instead(name, EXTENDABLE)}")
        joined(_shipped(name), entries, (name,))


def use(additions: Mapping[str, Any]) -> None:
    """Read words by the shipped lexicon and these additions from here on.

    Raises:
        ValueError: As for `check`.
    """
    if additions == _added:
        return
    check(additions)
    _added.clear()
    _added.update(deepcopy(dict(additions)))
    for name, module in list(sys.modules.items()):
        if name.startswith(_PACKAGE):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear") and value is not _shipped:
                    value.cache_clear()


def joined(shipped: Any, added: Any, place: tuple[str, ...]) -> Any:
    """Return a table with additions: words are appended to words, entries to lists, tables are joined name by name."""
    where = f"[lexicon.{'.'.join(place)}]"
    if isinstance(shipped, dict) and isinstance(added, Mapping):
        result = dict(shipped)
        for name, value in added.items():
            if name in shipped:
                result[name] = joined(shipped[name], value, (*place, name))
            elif place in _OPEN and shipped and type(value) is type(next(iter(shipped.values()))):
                result[name] = _entry(next(iter(shipped.values())), value, (*place, name))
            else:
                raise ValueError(f"{where}: {_instead(name, shipped)}")
        return result
    if isinstance(shipped, str) and isinstance(added, str) and len(added) <= MAX_WORDS:
        return f"{shipped} {added}"
    if isinstance(shipped, list) and isinstance(added, list) and len(str(added)) <= MAX_WORDS:
        kinds = {type(entry) for entry in shipped}
        if all(type(entry) in kinds for entry in added):
            return [*shipped, *added]
    raise ValueError(f"{where}: only more of the same can be added here: {_form(shipped)}")


def _entry(model: Any, value: Any, place: tuple[str, ...]) -> Any:
    """Return a new entry, which must have what its neighbours have."""
    if isinstance(model, dict) and (missing := model.keys() - value.keys()):
        raise ValueError(f"[lexicon.{'.'.join(place)}]: {min(missing)!r} is missing")
    return value


def _form(value: Any) -> str:
    if isinstance(value, str):
        return f"words in one string, at most {MAX_WORDS} characters"
    if isinstance(value, list):
        return "a list of the same sort of entries"
    return "a table" if isinstance(value, dict) else "this value is fixed"


def _instead(name: str, known: Mapping[str, Any] | frozenset[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"there is no {name!r}" + (f": did you mean {near[0]!r}?" if near else f", only {', '.join(sorted(known))}.")
