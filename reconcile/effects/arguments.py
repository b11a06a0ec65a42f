"""A call's arguments, sorted by what their names and shapes say they are: money, targets, recipients, dates, contents.

Arguments are untrusted: they are read with caps on size, depth and count.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.claims.values import money, scan
from assure_tui.reconcile.model import Money
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_NODES = 4000
"""JSON values looked at in one call or result."""
MAX_DEPTH = 12
MAX_LISTED = 64
"""Values of one sort kept from one call."""
MAX_VALUE = 300
"""Code points kept of one argument's value."""
MAX_CONTENT = 2000

_WHEN = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}")
"""A date or a time of day: `to` may as well say until when."""
_NESTED = (dict, list, tuple)


class Leaf(NamedTuple):
    """A scalar inside JSON with the keys that lead to it; list positions are left out."""

    keys: tuple[str, ...]
    value: Any


@cache
def _roles() -> dict[str, frozenset[str]]:
    return {role: frozenset(listed.split()) for role, listed in table("actions")["arguments"].items()}


def leaves(value: Any) -> list[Leaf]:
    """Walk JSON in order, breadth and depth capped, and give its scalars."""
    found: list[Leaf] = []
    stack: list[tuple[tuple[str, ...], Any, int]] = [((), value, 0)]
    budget = MAX_NODES
    while stack and budget:
        keys, item, depth = stack.pop()
        budget -= 1
        if not isinstance(item, _NESTED):
            if item is not None:
                found.append(Leaf(keys, item))
        elif depth < MAX_DEPTH:
            inside = (
                [((*keys, str(key)), inner, depth + 1) for key, inner in islice(item.items(), MAX_NODES)]
                if isinstance(item, dict)
                else [(keys, inner, depth + 1) for inner in item[:MAX_NODES]]
            )
            stack.extend(reversed(inside))
    return found


def arguments(args: dict[str, Any]) -> dict[str, Any]:
    """Sort a call's arguments by what their names and shapes say they are.

    Gives lists under `money` (`Money`), `numbers` (decimal strings), `recipients`, `ids`, `dates`, `times`, `names`
    (short texts) and `content` (long ones), and under `targets` a mapping of argument name to the identifying values.
    """
    listed = leaves(args)
    currency = next((str(value) for keys, value in listed if keys and "currency" in name_words(keys[-1])), None)
    sorter = _Sorter(currency)
    for keys, value in listed:
        sorter.take(keys[-1] if keys else "", value)
    return sorter.sorted()


class _Sorter:
    """Takes one argument after the other and puts each where it belongs."""

    __slots__ = ("_currency", "_lists", "_quantity", "_roles", "_targets")

    def __init__(self, currency: str | None) -> None:
        self._currency = currency
        self._roles = _roles()
        self._lists: dict[str, list[Any]] = {}
        self._targets: dict[str, list[str]] = {}
        self._quantity: int | None = None

    def sorted(self) -> dict[str, Any]:
        out: dict[str, Any] = dict(self._lists)
        if self._quantity is not None:
            out["quantity"] = self._quantity
        if self._targets:
            out["targets"] = {key: values[:MAX_LISTED] for key, values in self._targets.items()}
        return out

    def take(self, key: str, value: Any) -> None:
        """Sort one value by its argument's name, and by what it looks like."""
        named = _named(key)
        if isinstance(value, bool) or named & self._roles["delivery"]:
            return
        if isinstance(value, int | float):
            self._number(key, named, value)
        elif (text := str(value).strip()) and not named & self._roles["currency"]:
            self._text(key, named, text)

    def _put(self, sort: str, value: Any) -> None:
        listed = self._lists.setdefault(sort, [])
        if len(listed) < MAX_LISTED and value not in listed:
            listed.append(value)

    def _target(self, key: str, value: str) -> None:
        self._targets.setdefault(key, []).append(value)

    def _number(self, key: str, named: frozenset[str], value: float) -> None:
        if named & self._roles["quantity"] and isinstance(value, int) and self._quantity is None:
            self._quantity = value
        amount = money(value, self._currency) if _is_money(named, self._roles) else None
        if amount is not None:
            self._put("money", in_major(amount, named & self._roles["minor"]))
        elif named & {"id", "number", "no", "reference"}:
            self._put("ids", str(value))
            self._target(key, str(value))
        else:
            self._put("numbers", str(value))

    def _text(self, key: str, named: frozenset[str], text: str) -> None:
        roles = self._roles
        if named & roles["money"] and (amount := whole_amount(text, self._currency)) is not None:
            self._put("money", in_major(amount, named & roles["minor"]))
            return
        if named & roles["content"] or len(text) > MAX_VALUE or "\n" in text:
            _scanned(text, self._put, content=True)
            self._put("content", text[:MAX_CONTENT])
            return
        typed = _scanned(text, self._put, content=False)
        if named & roles["recipient"] and not named & {"id", "name"} and not _WHEN.match(text):
            self._put("recipients", text)
            self._target(key, text)
            return
        if not typed:
            self._put("names", text)
        if named & roles["target"]:
            self._target(key, text)


@lru_cache(maxsize=1024)
def _named(key: str) -> frozenset[str]:
    """Return the words of an argument's name, also in the singular."""
    words = name_words(key)
    return frozenset((*words, *map(singular, words)))


def _is_money(named: frozenset[str], roles: dict[str, frozenset[str]]) -> bool:
    """Return whether an argument's name says money: `total` alone does, `total_guests` counts something else."""
    sure = named & roles["money"] - roles["sums"]
    return bool(sure or named <= roles["sums"]) and not named & roles["units"]


def _scanned(text: str, put: Callable[[str, Any], None], *, content: bool) -> bool:
    """Put the typed values inside one text; those inside contents are kept apart, because they are not arguments.

    Returns whether the text consists of little else.
    """
    covered = 0
    for found in scan(text[:MAX_CONTENT]):
        covered += found.span[1] - found.span[0]
        if found.kind in {"id", "uuid", "iban", "email", "url", "sha", "path"}:
            put("ids" if not content else "told", str(found.value))
        elif found.kind in {"date", "time"}:
            put((found.kind + "s") if not content else "told_" + found.kind + "s", str(found.value))
        elif found.kind == "money" and content:
            put("told_money", found.value)
    return covered * 10 >= len(text) * 8


def in_major(amount: Money, minor: object) -> Money:
    """Return an amount in major units, where it stands in `minor` ones: 1250 cents are 12.50."""
    return Money(str(Decimal(amount.value) / 100), amount.currency) if minor else amount


def whole_amount(text: str, currency: str | None) -> Money | None:
    """Return the amount that a text consists of; None where it holds more, or no amount."""
    return money(text, currency) if re.fullmatch(r"[^\d]{0,6}\d[\d.,]{0,20}[^\d]{0,6}", text) else None
