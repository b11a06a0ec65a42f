"""Which clause of a report is about which act, by the values and words that they share.

Each act has one *line*: the clause that has most of it. Another clause tells of the act, too, where it has much of it
that the line has not: "It starts at 9, with Ann and Bo" of a meeting that the line before named.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from assure_tui.reconcile.actionwords import OTHER
from assure_tui.reconcile.claims.reports import Mark, Telling
from assure_tui.reconcile.match.business.reports_ground import Ground, Links

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.match.business.model import Act

ENOUGH = 3
"""Weight of what a clause has of an act beyond the act's line, from which on it tells of the act, too."""
MAX_GIVEN = 400
"""Effects whose arguments are kept."""
MANY = 3
"""How many times as long as what a call was given is an answer that was looked up."""


Place: TypeAlias = Literal["passed", "read", "rest", "user"]


class Sources:
    """What stands where: in the user's words, in lookups, in all calls, and in what else the agent was told."""

    __slots__ = ("passed", "read", "rest", "user")

    def __init__(self) -> None:
        self.user = Ground()
        self.read = Ground()
        self.passed = Ground()
        self.rest = Ground()

    def take(self, place: Place, text: str) -> None:
        """Take a text where it stands."""
        ground: Ground = getattr(self, place)
        ground.add(text)


class Trace(msgspec.Struct, frozen=True):
    """What an act is known by: what its call was given and answered, what else is known of that, and its name."""

    given: Ground
    answered: Ground
    linked: Ground
    named: Ground

    def has(self, item: Mark | str) -> bool:
        """Return whether an item of a clause is known of the act."""
        return self.weigh(item) > 0

    def weigh(self, item: Mark | str) -> int:
        """Return how much it says of the act that a clause has an item; 0 when the act has it nowhere."""
        mark = int(isinstance(item, Mark))
        if _holds(self.given, item):
            return 2 + mark
        if _holds(self.answered, item):
            return 1 + mark
        return int(_holds(self.linked, item) or _holds(self.named, item))


def _holds(ground: Ground, item: Mark | str) -> bool:
    return ground.has(item) if isinstance(item, Mark) else ground.has_word(item)


class Lines:
    """The clauses of a report with the acts that they are about: assigned when it is asked, which is seldom."""

    def __init__(
        self,
        told: Sequence[Telling],
        sources: Sources,
        acts: Sequence[tuple[Act, Trace]],
        *,
        turn: int,
        own: AbstractSet[str],
    ) -> None:
        """Take acts that landed; `own` are effects that claims are given to."""
        self.sources = sources
        self.acted = any(act.turn == turn for act, _ in acts)
        """An act landed in this turn."""
        self._landed = [trace for _, trace in acts]
        self._clauses = told
        self._here = [act.turn == turn and act.effect.id not in own for act, _ in acts]
        """By act: it is of this turn, and no claim has it."""

    @cached_property
    def _items(self) -> list[tuple[Mark | str, ...]]:
        return [self._items_of(telling) for telling in self._clauses]

    def _items_of(self, telling: Telling) -> tuple[Mark | str, ...]:
        """Return the marks and words by which a clause is known."""
        marks = self.marks(telling)
        named = {mark.text for mark in marks}
        return (*marks, *sorted(telling.words - named))

    def marks(self, telling: Telling) -> list[Mark]:
        """Return the marks by which a clause is known; a single digit says nothing."""
        marks = [mark for mark in telling.marks if not (mark.kind == "number" and len(mark.text) < 2)]
        return [mark for mark in marks if mark.kind != "opening" or self._is_name(mark.text)]

    def _is_name(self, word: str) -> bool:
        return any(word in ground.names for ground in (self.sources.user, self.sources.passed))

    @cached_property
    def _told(self) -> list[set[int]]:
        """By act: the clauses about it."""
        return [self._about(trace) for trace in self._landed]

    def _about(self, trace: Trace) -> set[int]:
        """Return the clauses about one act, if there is any."""
        weights = [{item: weight for item in items if (weight := trace.weigh(item))} for items in self._items]
        line = max(range(len(weights)), key=lambda index: sum(weights[index].values()), default=-1)
        told: set[int] = set()
        if line < 0 or not weights[line]:
            return told
        for index, shared in enumerate(weights):
            more = sum(weight for item, weight in shared.items() if item not in weights[line])
            if index == line or more >= ENOUGH or len(shared) == len(self._items[index]) > 0:
                told.add(index)
        return told

    @property
    def free(self) -> bool:
        """An act of this turn has no line: any clause may be about it."""
        return any(here and not told for here, told in zip(self._here, self._told, strict=True))

    def is_told(self, index: int) -> bool:
        """Return whether a clause is about an act that landed."""
        return any(index in told for told in self._told)

    def holds(self, mark: Mark) -> bool:
        """Return whether an act that landed was given a mark, or answered with it."""
        return any(trace.given.has(mark) or trace.answered.has(mark) for trace in self._landed)

    def touches(self, index: int, trace: Trace) -> bool:
        """Return whether a clause has anything of an act, or nothing of any act that landed."""
        items = self._items[index]
        return any(map(trace.has, items)) or not any(other.has(item) for other in self._landed for item in items)

    def own_of(self, index: int, trace: Trace) -> list[Mark]:
        """Return the marks of a clause that stand in an act, and in none that landed."""
        mine = filter(trace.has, self.marks(self._clauses[index]))
        return [mark for mark in mine if not any(other.has(mark) for other in self._landed)]

    def is_asked(self, telling: Telling) -> bool:
        """Return whether a clause takes up anything that the user spoke of."""
        user = self.sources.user
        return any(user.has(mark) for mark in telling.marks) or any(user.has_word(word) for word in telling.words)


class Traces:
    """What acts are known by, read once each."""

    __slots__ = ("_given", "_links", "_traces")

    def __init__(self) -> None:
        self._given: dict[str, tuple[tuple[str, str], ...]] = {}
        """Effect id to names and values of the arguments of its call."""
        self._links = Links()
        self._traces: dict[str, tuple[str, Trace]] = {}
        """Effect id to the answer that was read, and what was read."""

    def call(self, effect: str, values: tuple[tuple[str, str], ...]) -> None:
        """Take the arguments of a call."""
        self._given[effect] = values
        while len(self._given) > MAX_GIVEN:
            del self._given[next(iter(self._given))]

    def given(self, effect: str) -> tuple[tuple[str, str], ...]:
        """Return names and values of the arguments of a call."""
        return self._given.get(effect, ())

    def result(self, text: str) -> None:
        """Take a result, for what it tells of objects."""
        self._links.take(text)

    def of(self, acts: Iterable[Act]) -> list[tuple[Act, Trace]]:
        """Return acts that landed with what they are known by; those that may have looked something up are left out."""
        found = [(act, self._of(act)) for act in acts if act.landed and not _may_look(act)]
        kept = {act.effect.id for act, _ in found}
        self._traces = {name: trace for name, trace in self._traces.items() if name in kept}
        return found

    def of_failed(self, acts: Sequence[Act], turn: int) -> list[tuple[Act, Trace]]:
        """Return acts of a turn that failed, and that no later call of the same tool on the same made good."""
        failed = [act for act in acts if act.effect.status == "failed" and act.turn == turn]
        return [
            (act, self._of(act)) for act in failed if not any(other.landed and self._same(act, other) for other in acts)
        ]

    def _same(self, act: Act, other: Act) -> bool:
        """Return whether one tool was called with the same, or acted on just the same things."""
        if act.effect.tool != other.effect.tool:
            return False
        given = [self._given.get(one.effect.id) for one in (act, other)]
        return given[0] == given[1] or bool(act.targets and act.targets == other.targets)

    def _of(self, act: Act) -> Trace:
        answer, trace = self._traces.get(act.effect.id, (None, None))
        if trace is None or answer != act.answer:
            values = self._given.get(act.effect.id, ())
            trace = Trace(
                given=Ground(value for _, value in values),
                answered=Ground([act.answer]),
                linked=Ground([*self._links.of(values), *act.nicknames]),
                named=Ground([act.effect.tool]),
            )
            self._traces[act.effect.id] = act.answer, trace
        return trace


def _may_look(act: Act) -> bool:
    """Return whether a call may have looked something up, though its name does not say so: it answered with a list."""
    return act.action == OTHER and len(act.records) > 1 and len(act.answer) > MANY * len(act.arguments)
