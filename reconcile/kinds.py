"""The kinds of claims and effects, out of `data/kinds.toml`."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import msgspec

from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assure_tui.reconcile.model import EffectClass

Family: TypeAlias = Literal["coding", "business"]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind: what people read, who matches and publishes it, and the class of effect that is evidence for it."""

    name: str
    label: str
    family: Family
    effect_class: EffectClass
    rows: tuple[str, ...] = ()
    """Kinds of feed rows that an effect of this kind may leave."""


@cache
def kinds() -> Mapping[str, Kind]:
    """Return all kinds by name."""
    return {
        name: Kind(
            name=name,
            label=entry["label"],
            family=cast("Family", entry["family"]),
            effect_class=cast("EffectClass", entry["class"]),
            rows=tuple(entry.get("rows", "").split()),
        )
        for name, entry in table("kinds").items()
    }


def is_coding(kind: str) -> bool:
    """Return whether claims and effects of this kind are matched and published by `match.coding.work`."""
    known = kinds().get(kind)
    return known is not None and known.family == "coding"


def label(kind: str) -> str:
    """Return the words for a kind; a kind nobody described is its own name."""
    known = kinds().get(kind)
    return known.label if known is not None else kind.replace("_", " ")


@lru_cache(maxsize=1024)
def rows_of(kind: str) -> tuple[str, ...]:
    """Return the kinds of feed rows that an effect of a kind may leave; the first is the one it must leave."""
    known = kinds().get(kind)
    return known.rows if known is not None and known.rows else (kind,)
