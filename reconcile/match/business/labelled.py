"""Lines that tell what an act was given by the very names of its arguments: "Order ID: R-1" of `order_id="R-2"`.

A label that is an argument's name leaves no doubt which value is meant. Nothing is found where another act of the run
was given what the line tells, or was answered with it, or where the line tells it of several.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words
from assure_tui.reconcile.claims.values import same_date, scan
from assure_tui.reconcile.match.business.doubts import names_zone
from assure_tui.reconcile.match.business.figures import CLOCK, ISO_DATE

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.bench import Bench
    from assure_tui.reconcile.match.business.model import Act, Saying

MAX_VALUE = 60
"""Code points of a value that a line gives."""
_LINE = re.compile(
    rf"^\W{{0,6}}(?P<label>[A-Za-z]{{2,20}}(?: [A-Za-z]{{2,20}}){{0,2}})\**:\W{{0,4}}(?P<value>[^\n]{{1,{MAX_VALUE}}})",
    re.MULTILINE,
)


_PLAIN = re.compile(r"(?:\d{4}-\d\d-\d\d)?[T ]?(?:\d{1,2}:\d\d(?::\d\d)?)?")
"""A date, a time of day or both, and no zone."""


@lru_cache(maxsize=64)
def labelled(text: str) -> dict[tuple[str, ...], str]:
    """Return what the lines of a text tell by the words of their labels; nothing for a label that stands twice."""
    found: dict[tuple[str, ...], list[str]] = {}
    for match in _LINE.finditer(text):
        found.setdefault(name_words(match["label"]), []).append(match["value"].strip())
    return {label: values[0] for label, values in found.items() if len(values) == 1}


def told_by_label(bench: Bench, saying: Saying) -> dict[tuple[str, ...], str]:
    """Return what the text that a saying stands in tells by labels."""
    return labelled(bench.text_at(saying.at))


def other_moment(bench: Bench, saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find the date or time of day that a line tells of by the name of the argument that had another one."""
    lines = told_by_label(bench, saying) if act.turn == saying.turn else {}
    for key, value in act.given if lines else ():
        told = lines.get(name_words(key))
        if (
            told is None
            or _PLAIN.fullmatch(value) is None
            or names_zone(told)
            or sum(name == key for name, _ in act.given) > 1
        ):
            continue
        others = [other for other in bench.landed if other is not act]
        held = "\n".join((*(other.arguments for other in others), *(other.answer for other in bench.landed)))
        clash = _other_date(told, value, held) or _other_time(told, value, held)
        if clash is not None:
            return clash, value
    return None


def _other_date(told: str, value: str, held: str) -> str | None:
    mine = ISO_DATE.findall(value)
    said = [str(found.value) for found in scan(told) if found.kind == "date"] if mine else []
    if len(said) != 1 or any(same_date(said[0], day) for day in (*mine, *ISO_DATE.findall(held))):
        return None
    return said[0].removeprefix("--")


def _other_time(told: str, value: str, held: str) -> str | None:
    mine = CLOCK.findall(value)
    said = [str(found.value) for found in scan(told) if found.kind == "time"] if mine else []
    if len(said) != 1 or _clock(*said[0].split(":")[:2]) in {_clock(*time) for time in (*mine, *CLOCK.findall(held))}:
        return None
    return said[0]


def _clock(hour: str, minute: str) -> tuple[int, str]:
    """Return a time by a clock of twelve hours: lines often leave out which half of the day is meant."""
    return int(hour) % 12, minute
