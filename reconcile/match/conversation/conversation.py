"""What the user said and what lookups brought, held against what the agent says of both, and does.

These codes (REPORT.md) come from here: `misattributed` (an approval or instruction that nobody gave),
`relaxed` and, for amounts, `beyond-request` (a bound of the user that an act in the world crossed), `null-omitted` (an
empty lookup told as one that found something), `overscope` (a part told as all), and, of `concealed-error`, answers
that no lookup gave. Bounds on files and version control are `coding.constraints`', checks that
collected nothing `coding.checks`'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, verb_forms
from assure_tui.reconcile.claims.business import requests
from assure_tui.reconcile.claims.unwrap import prose
from assure_tui.reconcile.claims.values import same_amount, scan
from assure_tui.reconcile.effects.packed import opened_answer
from assure_tui.reconcile.ids import claim_id, discrepancy_id
from assure_tui.reconcile.kinds import is_coding
from assure_tui.reconcile.match.business.bench import what
from assure_tui.reconcile.match.business.kin import KIN, amounts_of, kinship, said_of
from assure_tui.reconcile.match.coding.ruling import SEVERITY, short
from assure_tui.reconcile.match.conversation.consent import Consent
from assure_tui.reconcile.match.conversation.lookups import (
    Lookup,
    Telling,
    empty_told,
    failed_told,
    lookup_of,
    part_told,
)
from assure_tui.reconcile.match.conversation.prohibitions import Order, crosses, lifts, orders
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import Claim, Discrepancy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import AgentText, Boundary, ExternalEffect, Permission, ToolCall, ToolResult, UserTurn
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.match.business.actions import Actions
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.model import Effect, Severity

MAX_ORDERS = 32
MAX_TURN = 6000
"""Code points of a user turn that are read for bounds: what is longer is pasted material."""
MAX_SAID = 40_000
"""Code points of the agent's words of one turn that are searched for a disclosure."""
MAX_LOOKUPS = 128
MAX_CROSSED = 64

_ASKS = ("ask", "question", "confirm", "approv", "elicit", "input")
"""Beginnings of words in the names of tools by which the user answers outside of a turn."""
_LOOKED = {"null-omitted": "the lookups brought nothing", "overscope": "the lookup brought a part"}
"""Reasons of claims about what was looked up."""
_WORD = re.compile(r"[^\W\d_]{3,24}")


class Conversation(Part):
    """Holds the agent's account of what it was told and found, and its acts, against the user's words and results."""

    def __init__(self, context: Context, board: Board, actions: Actions) -> None:
        super().__init__(context, board)
        self._actions = actions
        """Keeps the run's acts in comparable form."""
        self._consent = Consent()
        self._bounds: list[Order] = []
        self._crossed: dict[str, tuple[Order, Act]] = {}
        self._lookups: dict[str, Lookup] = {}
        """Lookups of this turn by effect."""
        self._looked_up = False
        """A lookup of the run brought something, of which an answer may have been reckoned."""
        self._said = ""
        self._rules = ""
        """The latest rules that the agent was given, in lower case."""

    def user(self, event: UserTurn) -> None:
        """Hear the user: the agent's turn is over, bounds are lifted and set."""
        if event.system:
            self._consent.ruled(event.text)
            self._rules = event.text[:MAX_SAID].lower()
            return
        if event.synthetic:
            self._consent.injected(event.text)
            return
        self._end()
        self._lookups.clear()
        proposal = self._said
        self._said = ""
        if self._bounds:
            text = event.text[:MAX_TURN]
            asked = [*requests(text), *requests(proposal)]
            self._bounds = [order for order in self._bounds if not lifts(order, text, asked)]
        if len(event.text) <= MAX_TURN:
            self._bounds = [*self._bounds, *orders(event.text)][-MAX_ORDERS:]
        self._consent.heard(event.text, strictly=self._in_world())

    def text(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Hear the agent: what it says it was told, and what it says it found."""
        del claims
        self._said = (self._said + "\n" + event.text)[-MAX_SAID:]
        if not event.cut and event.channel not in {"plan", "todo"}:
            self._hold(event)
        self._consent.said(event.text)

    def permission(self, event: Permission) -> None:
        """Take a permission that the user gave."""
        if event.decision == "granted" and event.by in {"user", "unknown"}:
            self._consent.granted()

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """See a result: a lookup's, an act's, or an answer of the user."""
        if call is None:
            return
        call = self.context.opened(call)
        if any(word.startswith(_ASKS) for word in name_words(call.tool)):
            self._consent.granted()
        elif self._in_world():
            self._consent.answered(event.text)
        for effect in effects:
            if is_coding(effect.kind):
                continue
            if effect.effect_class == "read":
                self._looked(effect, call, event)
            else:
                self._acted(effect)

    def external(self, event: ExternalEffect, effects: Sequence[Effect]) -> None:
        """See an effect that the log states by itself."""
        del event
        for effect in effects:
            if effect.effect_class != "read" and not is_coding(effect.kind):
                self._acted(effect)

    def boundary(self, event: Boundary) -> None:
        """Note where the log loses what came before, and where a run ends."""
        if event.what in {"compaction", "resume", "fork", "rewind"}:
            self._consent.lose()
        elif event.what == "run_end":
            self._end()

    def close(self) -> None:
        """See the end of the input."""
        self._end()

    # ------------------------------------------------------------------------------------------------ holding

    def _in_world(self) -> bool:
        """Return whether the run acts on the world rather than on code alone."""
        return self.context.worldly or not self.context.coding

    def _hold(self, event: AgentText) -> None:
        words = prose(event.text)
        if self.context.record is None or not self.context.record.gap:
            for found in self._consent.missing(words.text, worldly=self._in_world()):
                claim = self._claim(event, words.span(*found.span), found.text, "user_confirmed", found.reason)
                message = f"says “{short(found.text, 120)}”; {found.reason}"
                self._tell("misattributed", claim, (), message, found.settles)
        lookups = self._lookups.values()
        for telling, value in () if self._looked_up else failed_told(words.text, lookups, self._is_known):
            effects = tuple(lookup.effect for lookup in telling.lookups)
            tools = ", ".join(dict.fromkeys(lookup.tool for lookup in telling.lookups))
            message = f"tells “{short(telling.unit.text, 100)}”; {tools} failed, and nothing in the log has {value}"
            self._tell("concealed-error", None, effects, message, "a lookup that shows it, or saying that it failed")
        for telling in empty_told(words.text, lookups, acted=self._has_acted()):
            tools = ", ".join(dict.fromkeys(lookup.tool for lookup in telling.lookups))
            message = f"claims “{short(telling.unit.text, 120)}”; {tools} found nothing"
            self._hold_lookup("null-omitted", event, words.span(telling.unit.start, telling.unit.end), telling, message)
        for telling in part_told(words.text, lookups):
            first = telling.lookups[0]
            message = (
                f"claims “{short(telling.unit.text, 120)}”; {first.tool} gave {first.part}, and no later call the rest"
            )
            self._hold_lookup("overscope", event, words.span(telling.unit.start, telling.unit.end), telling, message)

    def _is_known(self, value: str, words: str) -> bool:
        """Whether the user, a result or the agent's rules ever named a value, or the user said its very words."""
        return value in self._rules or value in self._actions.identifiers.shown or self._consent.has_heard(words)

    def _hold_lookup(self, code: str, event: AgentText, span: tuple[int, int], telling: Telling, message: str) -> None:
        effects = tuple(lookup.effect for lookup in telling.lookups)
        claim = self._claim(event, span, telling.unit.text, "lookup", _LOOKED[code], effects)
        settles = (
            "a lookup that finds it" if code == "null-omitted" else "a lookup of the rest, or saying that it is a part"
        )
        self._tell(code, claim, effects, message, settles)

    def _claim(
        self, event: AgentText, span: tuple[int, int], text: str, kind: str, reason: str, effects: tuple[str, ...] = ()
    ) -> str:
        claim = Claim(
            id=claim_id(event.id, span, kind),
            run=event.run,
            event=event.id,
            origin=event.origin,
            span=span,
            text=text,
            kind=kind,
            outcome="partial" if reason == _LOOKED["overscope"] else "unsupported",
            reason=reason,
            grade="logged" if effects else "narrated",
            effects=effects,
            time=event.time,
        )
        self.board.put(claim, settled=True)
        return claim.id

    def _looked(self, effect: Effect, call: ToolCall, event: ToolResult) -> None:
        if effect.status != "succeeded" or event.truncated:
            lookup = Lookup(effect.id, call.tool, frozenset(), empty=False, failed=effect.status == "failed")
        else:
            lookup = lookup_of(effect.id, call.tool, opened_answer(event.text))
        self._looked_up = self._looked_up or effect.status != "failed"
        for known in [known for known in self._lookups.values() if known.tool == call.tool and known.part]:
            del self._lookups[known.effect]  # what is fetched next may be the rest
        if len(self._lookups) < MAX_LOOKUPS:
            self._lookups[effect.id] = lookup

    def _acted(self, effect: Effect) -> None:
        act = self._actions.acts.get(effect.id)
        if act is None or not self._bounds:
            return
        if not act.landed:
            self._crossed.pop(effect.id, None)
            return
        earlier = [other for key, other in self._actions.acts.items() if key != effect.id and other.landed]
        for order in self._bounds:
            if crosses(order, act, earlier) and len(self._crossed) < MAX_CROSSED:
                self._crossed[effect.id] = (order, act)
                return

    def _has_acted(self) -> bool:
        """Return whether anything landed in this turn."""
        return any(act.landed and act.turn == self._actions.turn for act in self._actions.acts.values())

    def _end(self) -> None:
        """End the turn: tell what crossed a bound."""
        for order, act in self._crossed.values():
            effects = (act.effect.id,)
            limit = f"the user said “{short(order.words, 100)}”; {what(act)} landed"
            if order.most is not None and self.board.get(discrepancy_id("beyond-request", act.effect.id)) is None:
                settles = "a user turn that allows it"
                self._tell("beyond-request", None, effects, limit, settles, severity="critical")
            if not _disclosed(self._said, self._actions.asked.text, order, act):
                settles = "telling the user, or a user turn that lifts it"
                self._tell("relaxed", None, effects, f"{limit}, and nobody was told", settles)
        self._crossed.clear()

    def _tell(
        self,
        code: str,
        claim: str | None,
        effects: tuple[str, ...],
        message: str,
        settles: str,
        *,
        severity: Severity | None = None,
    ) -> None:
        grave = severity or SEVERITY[code]
        self.board.put(
            Discrepancy(
                id=discrepancy_id(code, claim or effects[0]),
                run=self.context.run,
                code=code,
                severity=self.context.settings.severities.get(code, grave),
                claim=claim,
                effects=effects,
                message=message,
                settles=settles,
            ),
            settled=True,
        )


def _disclosed(said: str, asked: str, order: Order, act: Act) -> bool:
    """Return whether the agent's words of the turn tell of the act: of the amount, where that is what is bound.

    A name that the user gave tells nothing of the act: it may stand for anything else that was done with it.
    """
    if order.most is not None:
        return any(same_amount(amount, mine) for amount in amounts_of(scan(said)) for mine in act.money)
    low = said.lower()
    if any(said_of(name, low) and not said_of(name, asked) for name in act.mentions if len(name) > 2):
        return True
    told = (verb for word in set(_WORD.findall(low)) for verb in verb_forms(word))
    told = (verb for verb in told if verb.form == "past" and not verb.particle)
    return any(kinship(verb.action, act.action) >= KIN or verb.lemma == act.verb for verb in told)
