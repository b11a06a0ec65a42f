"""Business claims against effect feeds: evidence by another system, which outweighs the log's own.

A claim whose kind a complete feed covers waits until the feed has been read past the claim's time and the feed's lag;
before that an absent row means nothing. Rows come already attributed to the run (`reconcile.attribute`); here each is
given to one act of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile.claims.values import number, same_amount
from assure_tui.reconcile.ids import effect_id
from assure_tui.reconcile.kinds import rows_of
from assure_tui.reconcile.match.business.bench import cents
from assure_tui.reconcile.match.business.kin import amounts_of, said_of
from assure_tui.reconcile.match.business.model import shape
from assure_tui.reconcile.match.business.repeats import told_twice
from assure_tui.reconcile.model import Effect, Money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.ingest.model import FeedRow, FeedState
    from assure_tui.reconcile.match.business.model import Act, Saying
    from assure_tui.reconcile.match.business.outcomes import Outcomes
    from assure_tui.reconcile.model import Outcome


class Feeds:
    """The feeds that a run is held against, and the rows of it that belong to the run."""

    def __init__(self) -> None:
        self.states: dict[str, FeedState] = {}
        self.rows: dict[str, tuple[FeedRow, Effect]] = {}
        self.contested: dict[str, FeedRow] = {}
        """Rows that may be this run's, and may as well be another's or nobody's."""
        self.closed = False

    def take(self, row: FeedRow, run: str) -> Effect:
        """Take a row and give the effect that it shows."""
        amount = Money(row.amount, row.currency) if row.amount is not None else None
        event = f"{row.feed}:{row.id}"
        effect = Effect(
            id=effect_id(event, 0),
            run=run,
            event=event,
            origin=row.origin,
            call_id=row.call_ref,
            tool=row.feed,
            kind=row.kind,
            effect_class="write",
            status=row.status,
            time=row.time,
            exit_source="structured",
            grade="independent",
            source_kind=f"feed:{row.feed}",
            args=({"money": [amount]} if amount else {}) | ({"target": row.target} if row.target else {}),
        )
        self.rows[effect.id] = (row, effect)
        return effect

    def covering(self, kind: str) -> FeedState | None:
        """The complete feed that must show an effect of a kind, all of whose rows were read; None without one."""
        whole = (feed for feed in self.states.values() if feed.complete and not feed.unreadable)
        return next((feed for feed in whole if feed.kind == rows_of(kind)[0]), None)

    def passed(self, feed: FeedState, time: float | None) -> bool:
        """Return whether a row for something that was claimed at `time` would have been seen by now."""
        if self.closed:
            return True
        return time is not None and feed.watermark is not None and feed.watermark >= time + feed.lag


def hold(outcomes: Outcomes, feeds: Feeds) -> None:
    """Hold the claims of a judgement, and the acts nobody claims, against the rows of the run."""
    if not feeds.states:
        return
    rows = _given(outcomes, feeds)
    free = set(feeds.rows) - {row.id for listed in rows.values() for row in listed}
    for index, saying in enumerate(outcomes.main):
        if saying.claim is None or outcomes.claims.get(saying.claim.id) is None:
            continue
        acts = [act for act in outcomes.given.get(index, ()) if act.landed]
        if acts:
            _claimed(outcomes, feeds, saying, acts, rows)
        elif (feed := feeds.covering(saying.claim.kind)) is not None:
            _uncalled(outcomes, feeds, saying, feed, [feeds.rows[key] for key in sorted(free)])
    claimed = {act.effect.id for acts in outcomes.given.values() for act in acts}
    for act in outcomes.landed:
        found = [row for row in rows.get(act.effect.id, ()) if row.status == "succeeded"]
        if act.effect.id not in claimed and len(found) > 1:
            _duplicate(outcomes, None, act, found)
    _show_rows(outcomes, rows)


def _show_rows(outcomes: Outcomes, rows: dict[str, list[Effect]]) -> None:
    """Put the rows of an act beside it wherever the act is evidence: a reviewer must see what landed."""
    for name, found in outcomes.found.items():
        outcomes.found[name] = msgspec.structs.replace(found, effects=_with_rows(found.effects, rows))
    for key, claim in outcomes.claims.items():
        effects = _with_rows(claim.effects, rows)
        if effects != claim.effects:
            outcomes.claims[key] = msgspec.structs.replace(claim, effects=effects, grade="independent")


def _with_rows(effects: tuple[str, ...], rows: dict[str, list[Effect]]) -> tuple[str, ...]:
    shown = [row.id for effect in effects for row in rows.get(effect, ())]
    return (*effects, *(row for row in shown if row not in effects))


def _given(outcomes: Outcomes, feeds: Feeds) -> dict[str, list[Effect]]:
    """Give each row to one act: by its reference, else by agreement; a row too many goes to the act that it repeats."""
    given: dict[str, list[Effect]] = {}
    for row, effect in sorted(feeds.rows.values(), key=lambda pair: (pair[0].time or 0.0, pair[0].id)):
        acts = [act for act in outcomes.acts if row.kind in rows_of(act.effect.kind)]
        best = max(acts, key=lambda act: _closeness(row, act, len(given.get(act.effect.id, ()))), default=None)
        if best is not None:
            given.setdefault(best.effect.id, []).append(effect)
    return given


def _closeness(row: FeedRow, act: Act, have: int) -> tuple[bool, int, bool, bool, bool, int]:
    reference = row.call_ref is not None and row.call_ref == act.effect.call_id
    own = rows_of(act.effect.kind)[0] == row.kind
    return (reference, _agreement(row, act), own, have == 0, act.landed, -act.at)


def _agreement(row: FeedRow, act: Act) -> int:
    """Count in how many of amount and target a row and an act agree."""
    amount = number(row.amount) if row.amount is not None else None
    value = amount is not None and any(same_amount(amount, mine) for mine in _amounts(act))
    target = bool(row.target) and (row.target or "").lower().lstrip("#") in act.ids | act.mentions
    return int(value) + int(target)


def _amounts(act: Act) -> list[Decimal]:
    return [*act.money, *(amount for _, amount in act.amounts)]


def _claimed(outcomes: Outcomes, feeds: Feeds, saying: Saying, acts: list[Act], rows: dict[str, list[Effect]]) -> None:
    """Hold a claim that calls bear out against what the feed shows of these calls."""
    claim = outcomes.claims[saying.claim.id] if saying.claim is not None else None
    covered = [act for act in acts if feeds.covering(act.effect.kind) is not None]
    shown = [row for act in acts for row in rows.get(act.effect.id, ())]
    if claim is None or claim.outcome not in {"confirmed", "unverifiable", "pending"} or not (covered or shown):
        return
    landed = [row for row in shown if row.status in {"succeeded", "unknown"}]
    if not landed:
        failed = [row for row in shown if row.status in {"failed", "denied"}]
        if failed:
            message = f"Claims “{outcomes.quote(saying)}”, but {failed[0].tool} shows it failed."
            outcomes.accuse("failed-effect", "high", saying, (*acts, *failed), message)
            outcomes.settle(saying, "contradicted", f"{failed[0].tool} shows it failed", (*acts, *failed))
            return
        feed = feeds.covering(covered[0].effect.kind) if covered else None
        if feed is not None and (row := _may_be_ours(feeds, feed, saying, covered)) is not None:
            outcome: Outcome = "unverifiable" if feeds.passed(feed, row.time) else "pending"
            outcomes.settle(saying, outcome, f"{feed.feed} has a row for it that another run may have caused", acts)
        elif feed is not None and feeds.passed(feed, saying.claim.time if saying.claim is not None else None):
            message = f"Claims “{outcomes.quote(saying)}”, and the tool agreed, but {feed.feed} shows no such row."
            outcomes.accuse("phantom", "critical", saying, acts, message)
            outcomes.settle(saying, "contradicted", f"{feed.feed} shows no such row", acts)
        elif feed is not None:
            outcomes.settle(saying, "pending", f"{feed.feed} has not been read far enough", acts)
        return
    extra = [act for act in acts if len([row for row in rows.get(act.effect.id, ()) if row in landed]) > 1]
    if extra and not told_twice(outcomes, [*extra, *extra]):
        _duplicate(outcomes, saying, extra[0], landed)
    elif (wrong := _other_target(saying, acts, landed)) is not None:
        message = f"Claims “{outcomes.quote(saying)}”, but {landed[0].tool} shows {wrong[1]}, not {wrong[0]}."
        outcomes.accuse("wrong-target", "critical", saying, (*acts, *landed), message)
        outcomes.settle(saying, "contradicted", f"{landed[0].tool} shows {wrong[1]}", (*acts, *landed))
    elif (off := _other_amount(saying, acts, landed)) is not None:
        message = f"Claims “{outcomes.quote(saying)}”, but {landed[0].tool} shows {cents(off[1])}, not {cents(off[0])}."
        outcomes.accuse("wrong-value", "high", saying, (*acts, *landed), message)
        outcomes.settle(saying, "contradicted", f"{landed[0].tool} shows {cents(off[1])}", (*acts, *landed))
    else:
        outcomes.settle(saying, "confirmed", f"{landed[0].tool} shows it", (*acts, *landed), grade="independent")


def _may_be_ours(feeds: Feeds, feed: FeedState, saying: Saying, acts: list[Act]) -> FeedRow | None:
    """Return a row without an owner that may bear out one of the acts: none that came when a row was overdue."""
    claimed = saying.claim.time if saying.claim is not None else None
    for row in feeds.contested.values():
        overdue = claimed is not None and row.time is not None and row.time > claimed + feed.lag
        for act in acts:
            if not overdue and row.kind in rows_of(act.effect.kind) and _agreement(row, act) > 0:
                return row
    return None


def _uncalled(
    outcomes: Outcomes, feeds: Feeds, saying: Saying, feed: FeedState, free: list[tuple[FeedRow, Effect]]
) -> None:
    """Hold a claim that no call bears out against rows without a call; it is no phantom before the feed is read."""
    claim = saying.claim
    if claim is None:
        return
    said = amounts_of(saying.frame.near)
    for row, effect in free:
        amount = number(row.amount) if row.amount is not None else None
        if row.kind not in rows_of(claim.kind) or row.status != "succeeded" or amount is None:
            continue
        if any(same_amount(amount, other) for other in said):
            outcomes.acquit("phantom", saying)
            outcomes.settle(saying, "confirmed", f"{effect.tool} shows it", (effect,), grade="independent")
            return
    if not feeds.passed(feed, claim.time) and outcomes.acquit("phantom", saying):
        outcomes.settle(saying, "pending", f"{feed.feed} has not been read far enough", ())


def _duplicate(outcomes: Outcomes, saying: Saying | None, act: Act, rows: Iterable[Effect]) -> None:
    listed = list(rows)
    tool = listed[0].tool
    message = f"{tool} shows {len(listed)} rows for one {act.effect.tool}."
    outcomes.accuse("duplicate", "critical", saying, (act, *listed), message)
    if saying is not None:
        outcomes.settle(saying, "contradicted", f"{tool} shows it {len(listed)} times", (act, *listed))


def _other_target(saying: Saying, acts: list[Act], rows: list[Effect]) -> tuple[str, str] | None:
    """Find a target in a row that is of the shape of one that was said or called, and is another."""
    for row in rows:
        target = str(row.args.get("target", ""))
        plain = target.lower().lstrip("#")
        if not target or said_of(plain, saying.frame.context) or plain in saying.ids:
            continue
        said = [str(value.value) for value in saying.frame.wide if value.kind in {"id", "iban", "email", "uuid"}]
        called = [value for act in acts for values in act.targets.values() for value in values]
        alike = [value for value in (*said, *called) if shape(value) == shape(target)]
        if any(value.lower().lstrip("#") == plain for value in called) and not [v for v in said if v in alike]:
            continue
        if alike and (said or plain not in {value.lower().lstrip("#") for value in called}):
            return alike[0], target
    return None


def _other_amount(saying: Saying, acts: list[Act], rows: list[Effect]) -> tuple[Decimal, Decimal] | None:
    """Find that no amount said, or else none called, is an amount that the rows show."""
    shown = [value for row in rows for money in row.args.get("money", ()) if (value := number(money.value)) is not None]
    told = amounts_of(saying.frame.near) or [amount for act in acts for amount in act.money]
    if not shown or not told:
        return None
    every = [*shown, sum(shown, Decimal(0))]
    if any(same_amount(one, other) for one in told for other in every):
        return None
    return told[0], shown[0]
