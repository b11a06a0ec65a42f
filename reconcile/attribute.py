"""Attribution: gives each row of a shared effect feed to exactly one run, or to none and says so.

A payment feed serves many runs. A row belongs to the call that its reference names, else to the only call within the
time window whose target and amount agree. What several runs may have caused stays ambiguous, what none did is an orphan
once the feed has been read past the time at which a call could still claim it; both are shown on the source and are
never held against a run. Two runs that each did the same once are honest, and the object was still done twice: that,
too, is said of the source.

Only effects of kinds that a feed covers are remembered, the latest `MAX_CALLS` of them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from assure_tui.reconcile.claims.values import number, same_amount
from assure_tui.reconcile.ids import digest, row_id
from assure_tui.reconcile.kinds import rows_of
from assure_tui.reconcile.model import Change, Money, Unattributed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.ingest.model import FeedRow, FeedState, Origin
    from assure_tui.reconcile.model import Effect, Severity

SKEW = 120.0
"""Seconds by which the clocks of a log and of a feed may differ."""
GRACE = 3.0
"""Seconds beyond a feed's lag that a call which a row belongs to may come late: agents' logs are written late, too."""
DEFAULT_LAG = 300.0
"""Seconds that a row may come after its call where its feed says nothing."""
SAME_OBJECT = 86_400.0
"""Seconds within which two rows for one object and amount are taken for one thing done twice."""
MAX_CALLS = 20_000
MAX_ROWS = 20_000
"""Rows remembered that have no owner yet, and rows remembered to notice a second one of their like."""


Key: TypeAlias = tuple[str, str]
"""A call: its run and its effect's id."""


class Call(NamedTuple):
    """A call that a row may stem from."""

    run: str
    effect: str
    """Id of the effect within its run: other runs may have an effect of the same id."""
    call_id: str
    kind: str
    names: frozenset[str]
    """Lower-case targets, recipients and identifiers of the call."""
    amounts: tuple[Decimal, ...]
    time: float | None

    @property
    def key(self) -> Key:
        """What tells the call from all others."""
        return self.run, self.effect

    def marks(self) -> frozenset[str]:
        """Return what rows may find the call by."""
        return frozenset("n:" + name for name in self.names) | frozenset(_amount_key(amount) for amount in self.amounts)


class Owned(NamedTuple):
    """A row with the run it belongs to."""

    run: str
    row: FeedRow


class Contest(NamedTuple):
    """A run may have caused a row that has no owner yet; with no row, it is certain that it has not, or that it has."""

    run: str
    key: str
    row: FeedRow | None


class Attribution:
    """Remembers calls and rows that have not found each other yet."""

    def __init__(self) -> None:
        self.feeds: dict[str, FeedState] = {}
        self._calls: dict[Key, Call] = {}
        self._by_call: dict[str, dict[Key, None]] = {}
        self._by_key: dict[str, dict[Key, None]] = {}
        """Name or amount of a call to the calls that have it."""
        self._runs: dict[str, str] = {}
        """Run id and the log's own run id to the run id."""
        self._waiting: dict[str, FeedRow] = {}
        self._owner: dict[str, str] = {}
        self._rows_of: dict[Key, int] = {}
        """Call to the number of rows it has."""
        self._landed: dict[tuple[str, str, str], dict[str, FeedRow]] = {}
        """Kind, target and amount to the runs that have such a row, with their first one."""
        self._doubled: dict[str, Unattributed] = {}
        self._told: dict[str, frozenset[str]] = {}
        """Row to the runs that know it may be theirs."""
        self._touched: dict[str, None] = {}
        """Rows for which that may have changed."""
        self._final = False
        self._shown: dict[str, Unattributed] = {}
        self._began: float | None = None
        """Time of the earliest call: a row from before the runs that are watched is nobody's fault."""

    # ------------------------------------------------------------------------------------------------- items

    def run(self, run: str, native: str | None = None) -> None:
        """Learn of a run."""
        self._runs[run] = run
        if native:
            self._runs.setdefault(native, run)

    def effect(self, effect: Effect) -> list[Owned]:
        """Learn of an effect that a call made; gives the rows that find their owner by it."""
        if effect.source_kind != "log" or effect.effect_class == "read" or not self._covered(effect.kind):
            return []
        call = call_of(effect)
        self._drop(call.key)
        self._calls[call.key] = call
        for mark in call.marks():
            self._by_key.setdefault(mark, {})[call.key] = None
        if effect.call_id is not None:
            self._by_call.setdefault(effect.call_id, {})[call.key] = None
        if call.time is not None:
            self._began = call.time if self._began is None else min(self._began, call.time)
        while len(self._calls) > MAX_CALLS:
            self._drop(next(iter(self._calls)))
        return self._settle([key for key, row in self._waiting.items() if keys_of(row) & call.marks()])

    def row(self, row: FeedRow) -> list[Owned]:
        """Take a row; a row that changed goes to the owner of its first version."""
        key = row_id(row.feed, row.id)
        owner = self._owner.get(key)
        if owner is not None:
            return [Owned(owner, row)]
        self._waiting[key] = row
        while len(self._waiting) > MAX_ROWS:
            self._waiting.pop(next(iter(self._waiting)))
        return self._settle([key])

    def state(self, state: FeedState) -> list[Owned]:
        """Take how far a feed has been read."""
        self.feeds[state.feed] = state
        return self._settle([key for key, row in self._waiting.items() if row.feed == state.feed])

    def close(self) -> list[Owned]:
        """Take the end of the input: no further call and no further row will come."""
        self._final = True
        return self._settle(list(self._waiting))

    def forget(self, run: str) -> None:
        """Forget the calls of a run that is closed; rows that come later are nobody's."""
        for key in [key for key in self._calls if key[0] == run]:
            self._drop(key)

    def changes(self) -> list[Change]:
        """Return what there is to say of the sources, as changes against what was said before."""
        now = {found.id: found for found in self._nobodys()} | self._doubled
        changes = [Change("withdraw", gone) for key, gone in self._shown.items() if key not in now]
        for key, found in now.items():
            before = self._shown.get(key)
            if before is None:
                changes.append(Change("open", found))
            elif before != found:
                changes.append(Change("revise", found))
        self._shown = now
        return changes

    # -------------------------------------------------------------------------------------------- attribution

    def _covered(self, kind: str) -> bool:
        kinds = {feed.kind for feed in self.feeds.values()}
        return bool(kinds & set(rows_of(kind))) or any(row.kind in rows_of(kind) for row in self._waiting.values())

    def _drop(self, key: Key) -> None:
        call = self._calls.pop(key, None)
        if call is None:
            return
        _forget(self._by_call, call.call_id, key)
        for mark in call.marks():
            _forget(self._by_key, mark, key)

    def _settle(self, keys: Iterable[str]) -> list[Owned]:
        """Look at rows that wait; exact agreement first, then, when nothing more can come, the nearest."""
        owned = []
        for key in keys:
            row = self._waiting[key]
            self._touched[key] = None
            call, run = self._find(row, late=self._final or self._passed(row))
            if run is None:
                continue
            del self._waiting[key]
            self._owner[key] = run
            while len(self._owner) > MAX_ROWS:
                del self._owner[next(iter(self._owner))]
            if call is not None:
                self._rows_of[call.key] = self._rows_of.get(call.key, 0) + 1
            self._note(run, row)
            owned.append(Owned(run, row))
        return owned

    def _alike(self, row: FeedRow) -> list[Call]:
        """Return the calls within the time window that share a name or the amount with a row."""
        keys = {key for mark in keys_of(row) for key in self._by_key.get(mark, ())}
        calls = sorted((self._calls[key] for key in keys), key=lambda call: (call.time or 0.0, call.key))
        return [call for call in calls if row.kind in rows_of(call.kind) and self._in_time(call, row)]

    def _find(self, row: FeedRow, *, late: bool) -> tuple[Call | None, str | None]:
        if row.call_ref:
            for key in self._by_call.get(row.call_ref, ()):
                return self._calls[key], self._calls[key].run
            named = [self._calls[key] for key in self._by_key.get("n:" + plain(row.call_ref), ())]
            if len({call.run for call in named}) == 1:
                return named[0], named[0].run
            if row.call_ref in self._runs:
                return None, self._runs[row.call_ref]
        near = self._alike(row)
        exact = [call for call in near if _same_target(call, row) is not False and _same_value(call, row)]
        named = [call for call in exact if _same_target(call, row)]
        exact = named or exact
        found = self._only(exact) or self._in_turn(row, exact, late=late)
        if found is not None or exact or not late:
            return (found, found.run) if found is not None else (None, None)
        free = [call for call in near if not self._rows_of.get(call.key)]
        found = self._only([call for call in free if _same_target(call, row)]) or self._only(
            [call for call in free if _same_value(call, row)]
        )
        return (found, found.run) if found is not None else (None, None)

    def _only(self, calls: Iterable[Call]) -> Call | None:
        """Return the one call among calls of one run: the first without a row, else the last (a second row of its)."""
        listed = list(calls)
        if len({call.run for call in listed}) != 1:
            return None
        return next((call for call in listed if not self._rows_of.get(call.key)), listed[-1])

    def _in_turn(self, row: FeedRow, calls: list[Call], *, late: bool) -> Call | None:
        """Give a row to one of several runs that called for the same, where it makes no difference which.

        That is so when one call alone has no row yet, or when in the end there are as many rows as calls.
        """
        free = sorted(
            (call for call in calls if not self._rows_of.get(call.key)),
            key=lambda call: (call.time or 0.0, call.key),
        )
        if len(free) == 1 and len(calls) > 1:
            return free[0]
        if not late or not free:
            return None
        rows = [other for other in self._waiting.values() if other.kind == row.kind and self._like(row, other)]
        if len(rows) != len(free):
            return None
        return free[sorted(rows, key=lambda other: (other.time or 0.0, other.id)).index(row)]

    def _like(self, row: FeedRow, other: FeedRow) -> bool:
        return (row.feed, row.target, row.amount, row.currency) == (
            other.feed,
            other.target,
            other.amount,
            other.currency,
        )

    def contests(self) -> list[Contest]:
        """Return what newly may be, or no longer may be, a run's own among the rows that have no owner."""
        found = []
        for key in self._touched:
            row = self._waiting.get(key)
            runs = frozenset() if row is None else self._hopeful(row)
            before = self._told.pop(key, frozenset())
            if runs:
                self._told[key] = runs
            found += [Contest(run, key, row) for run in sorted(runs - before)]
            found += [Contest(run, key, None) for run in sorted(before - runs)]
        self._touched.clear()
        return found

    def _hopeful(self, row: FeedRow) -> frozenset[str]:
        """The runs that a row may be of: those that called for something like it, in the end only for the same."""
        if self._final or self._passed(row):
            rivals = self._rivals(row)
            return frozenset(rivals) if len(rivals) > 1 else frozenset()
        return frozenset(call.run for call in self._alike(row) if _same_target(call, row) or _same_value(call, row))

    def _rivals(self, row: FeedRow) -> set[str]:
        return {
            call.run for call in self._alike(row) if _same_target(call, row) is not False and _same_value(call, row)
        }

    def _lag(self, row: FeedRow) -> float:
        state = self.feeds.get(row.feed)
        return state.lag if state is not None else DEFAULT_LAG

    def _in_time(self, call: Call, row: FeedRow) -> bool:
        if call.time is None or row.time is None:
            return True
        return call.time - SKEW <= row.time <= call.time + self._lag(row) + SKEW

    def _passed(self, row: FeedRow) -> bool:
        state = self.feeds.get(row.feed)
        if state is None or state.watermark is None or row.time is None:
            return False
        return state.watermark >= row.time + state.lag + GRACE

    # --------------------------------------------------------------------------------------------- on the source

    def _note(self, run: str, row: FeedRow) -> None:
        if row.target and row.amount and row.status == "succeeded":
            like = self._landed.setdefault((row.kind, plain(row.target), str(number(row.amount))), {})
            if run not in like:
                for other in like.values():
                    self._compare(other, row)
                like[run] = row
            while len(self._landed) > MAX_ROWS:
                del self._landed[next(iter(self._landed))]

    def _compare(self, first: FeedRow, second: FeedRow) -> None:
        """Note that two runs did the same once each, where they did it soon after one another."""
        if first.time is not None and second.time is not None and abs(second.time - first.time) > SAME_OBJECT:
            return
        message = f"{_told(second)} repeats what another run did (row {first.id[:80]}): one thing was done twice."
        found = _unattributed(second, "duplicate", "high", message)
        self._doubled[found.id] = found

    def _nobodys(self) -> Iterable[Unattributed]:
        for row in self._waiting.values():
            if not self._final and not self._passed(row):
                continue
            rivals = self._rivals(row)
            state = self.feeds.get(row.feed)
            if len(rivals) > 1:
                message = f"{_told(row)} fits calls of {len(rivals)} runs, and nothing tells which."
                yield _unattributed(row, "ambiguous", "medium", message)
            elif state is not None and state.complete and not self._before(row):
                yield _unattributed(row, "orphan", "high", f"{_told(row)} is accounted for by no run.")
            else:
                yield _unattributed(row, "foreign", "info", f"{_told(row)} stems from no run that was seen.")

    def _before(self, row: FeedRow) -> bool:
        """Return whether a row is older than anything that was watched."""
        return self._began is not None and row.time is not None and row.time < self._began - SKEW


def _forget(index: dict[str, dict[Key, None]], mark: str, key: Key) -> None:
    """Take a call out of an index, and a mark that no call has any more."""
    keys = index.get(mark, {})
    keys.pop(key, None)
    if not keys:
        index.pop(mark, None)


def call_of(effect: Effect) -> Call:
    """Bring an effect into the form that rows are compared with."""
    args, results = effect.args, effect.results
    names = {plain(str(name)) for name in (*args.get("ids", ()), *args.get("recipients", ()))}
    names |= {plain(str(value)) for values in args.get("targets", {}).values() for value in values}
    names |= {plain(str(name)) for name in (*args.get("names", ()), *results.get("ids", ()))}
    amounts = [amount.value if isinstance(amount, Money) else str(amount["value"]) for amount in args.get("money", ())]
    amounts += [str(found["value"]) for found in results.get("amounts", ())]
    return Call(
        run=effect.run,
        effect=effect.id,
        call_id=effect.call_id or "",
        kind=effect.kind,
        names=frozenset(names),
        amounts=tuple(value for amount in amounts if (value := number(amount)) is not None),
        time=effect.time,
    )


def keys_of(row: FeedRow) -> frozenset[str]:
    """Return what calls may be found by for a row."""
    keys = {"n:" + plain(value) for value in (row.target or "", *row.fields.values()) if value}
    amount = number(row.amount) if row.amount is not None else None
    return frozenset(keys | ({_amount_key(amount)} if amount is not None else set()))


def plain(name: str) -> str:
    """Return a name in the form that names are compared in."""
    return name.lower().lstrip("#")


def _amount_key(amount: Decimal) -> str:
    return f"a:{abs(amount):.2f}"


def _same_target(call: Call, row: FeedRow) -> bool | None:
    """Return whether a row and a call name the same target; None when the row names none."""
    named = {plain(value) for value in (row.target or "", *row.fields.values()) if value}
    return None if not row.target else bool(named & call.names)


def _same_value(call: Call, row: FeedRow) -> bool:
    if row.amount is None or not call.amounts:
        return True
    amount = number(row.amount)
    return amount is not None and any(same_amount(amount, other) for other in call.amounts)


def _told(row: FeedRow) -> str:
    amount = f" of {row.amount} {row.currency or ''}".rstrip() if row.amount else ""
    return f"The {row.kind}{amount}" + (f" to {row.target[:80]}" if row.target else "") + f" (row {row.id[:80]})"


def _unattributed(row: FeedRow, kind: str, severity: Severity, message: str) -> Unattributed:
    origin: Origin = row.origin
    return Unattributed(
        id="u-" + digest(row.feed, row.id, kind),
        source=origin.source,
        origin=origin,
        kind=kind,
        message=message,
        severity=severity,
        row=row.id,
    )
