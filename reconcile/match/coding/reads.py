"""Which checks read which files: what was changed after a check matters only where the check would show it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.steps import MAX_SCAN, Step, command_of, name_of, paths_of
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[\w.-]{2,40}")


def of_another_language(check: Step, changes: Iterable[Step]) -> bool:
    """Return whether a toolchain reads none of the files that were changed after it ran: all are of other languages."""
    chain = _toolchain(check, "commands")
    endings = _endings(changes)
    if chain is None or not endings or not endings.isdisjoint(chain["source"]):
        return False
    return bool(chain.get("alone")) or endings <= sources()


def would_show(check: Step, changes: Iterable[Step]) -> bool:
    """Whether a check would surely have read what was changed after it: source, where it ran, of its language."""
    folder = str(check.effect.args.get("cwd") or "").replace("\\", "/").rstrip("/").lower()
    chain = _toolchain(check, "commands") or _toolchain(check, "launchers")
    paths = [path.replace("\\", "/").lower() for step in changes for path in paths_of(step.effect)]
    return not paths or any(
        _ending(path) not in _settings()
        and (chain is None or _ending(path) in chain["source"] or _ending(path) not in sources())
        and (not folder.startswith("/") or not path.startswith("/") or path.startswith(folder + "/"))
        for path in paths
    )


def _toolchain(check: Step, words: str) -> dict[str, Any] | None:
    """Find the toolchain that a command line names."""
    line = str(check.effect.args.get("command") or command_of(check.effect))
    named = set(_WORD.findall(line[:MAX_SCAN].lower()))
    return next((chain for chain in _toolchains() if not named.isdisjoint(chain.get(words, ()))), None)


def _endings(changes: Iterable[Step]) -> frozenset[str]:
    return frozenset(_ending(path) for step in changes for path in paths_of(step.effect))


def _ending(path: str) -> str:
    return name_of(path).rpartition(".")[2]


@cache
def _toolchains() -> tuple[dict[str, Any], ...]:
    return tuple(table("tooling")["toolchains"].values())


@cache
def sources() -> frozenset[str]:
    """Return the endings of files that some toolchain reads as its source."""
    return frozenset(ending for chain in _toolchains() for ending in chain["source"])


@cache
def _settings() -> frozenset[str]:
    return frozenset(table("tooling")["settings"]["endings"])
