"""Business claims against the effects of the world's tools and feeds: asked, claimed, called, landed.

Sayings (frames of the agent's words) and acts (effects in comparable form) are collected as they come. Whenever the
agent's turn is over, all of the open window is judged anew: acts that landed are assigned to what claims them, best fit
first, one act to one claimed action; what is left over on either side is a discrepancy. Judging anew is simple and
lets later evidence take an earlier word back: the board passes on only what changed. The window is bounded; what
leaves it is settled as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import OTHER
from assure_tui.reconcile.claims.business import frames, verbs_of
from assure_tui.reconcile.claims.unwrap import prose
from assure_tui.reconcile.claims.values import number, quoted
from assure_tui.reconcile.effects.packed import is_cut, opened_answer
from assure_tui.reconcile.latest import Latest
from assure_tui.reconcile.match.business.agreement import Agreements
from assure_tui.reconcile.match.business.aliases import Aliases, Card, Heard
from assure_tui.reconcile.match.business.asked import Asked
from assure_tui.reconcile.match.business.feed import Feeds
from assure_tui.reconcile.match.business.identifiers import MAX_READ, MAX_SEEN, Identifiers
from assure_tui.reconcile.match.business.looks import Look, look_of
from assure_tui.reconcile.match.business.matter import Matter
from assure_tui.reconcile.match.business.model import Act, Saying, act_of, is_business, saying_of
from assure_tui.reconcile.match.business.outcomes import Outcomes
from assure_tui.reconcile.match.business.pairs import Pairs
from assure_tui.reconcile.match.business.past import Past
from assure_tui.reconcile.match.business.targets import NAMED_BY_USER, role_of
from assure_tui.reconcile.match.business.topics import given_of, vocabulary
from assure_tui.reconcile.match.business.wishes import Wishes
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.model import Claim, Discrepancy, Effect
from assure_tui.reconcile.records import records_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assure_tui.ingest.model import (
        AgentText,
        Boundary,
        ExternalEffect,
        FeedRow,
        FeedState,
        ToolCall,
        ToolResult,
        UserTurn,
    )
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context

WINDOW = 80
"""Acts and sayings that are kept open each; a run longer than that settles its oldest."""
MAX_QUOTED = 40
"""Code points of a name that a user sets in quotes."""
MAX_SAYINGS = 1000
"""Sayings kept open of one turn, however much is said in it."""
MAX_KNOWN = 400
"""Names kept of one role."""
MAX_GIVEN_VALUE = 60
"""Code points of a value that is kept as one of its argument."""
MAX_GIVEN = 100
"""Names of arguments, and values of each, that are kept with the calls that had them."""
MAX_GIVEN_CALLS = 8
MAX_AGREED = 80
MAX_BRIEFING = 40_000
"""Code points kept of what the system told the agent."""
MAX_READS = 1024
MAX_TARGETS = 8
"""Targets of one act whose names are looked up."""
MAX_CARDS = 40
"""Records of the objects of one act."""
MAX_TRACE = 4000
"""Code points kept of the arguments and of the result of an act."""
_YES = re.compile(
    r"\W{0,4}(?:\w{1,30}\W{1,3}){0,6}?(?:yes|yeah|yep|sure|ok|okay|correct|confirm\w*|go ahead|please|proceed"
    r"|sounds good|that's|agreed?|let's|perfect|great|fine|absolutely)\b"
    r"|.{0,400}?\b(?:(?:look|sound|seem)s? (?:all )?(?:good|great|right|fine|correct|perfect)"
    r"|(?:ready|happy) to (?:confirm|proceed|go ahead)|i (?:confirm|agree)|go ahead|please proceed)\b",
    re.IGNORECASE | re.DOTALL,
)
"""A turn that opens like this, or has such words, says yes to what the agent proposed."""
_TALK = re.compile(r"[^\W\d_]{2,40}[^\w<>]{1,6}[^\W\d_]{2}")
"""Two words in a row: a text without them, such as a mark of the end, tells nothing."""
_NAME = re.compile(r"\b[A-Z][\w'-]{1,30}(?: [A-Z][\w'-]{1,30}){0,3}")


class Actions(Part):
    """Holds what the agent said it did in the world against what its tools and the feeds show."""

    def __init__(self, context: Context, board: Board) -> None:
        super().__init__(context, board)
        self.acts: dict[str, Act] = {}
        self.sayings: list[Saying] = []
        self.wishes = Wishes()
        self.briefing = ""
        self.asked = Asked()
        self.asked_until: dict[int, int] = {}
        self._asked_size = 0
        self.agreed: dict[int, str] = {}
        self.known: dict[str, set[str]] = {}
        self.given: dict[str, dict[str, set[str]]] = {}
        """Argument name to the values that stood in it, each with the calls that had it, looks among them."""
        self._overruled: dict[str, Claim] = {}
        self.raised: set[str] = set()
        self._past = Past()
        self.at = 0
        self.turn = 0
        self.spoken: list[tuple[int, str]] = []
        """Place and text of what the agent said lately: who looks for a word on a failure looks here."""
        self.untold: set[int] = set()
        self.elsewhere: dict[int, None] = {}
        self.looked: dict[int, None] = {}
        self.cut = False
        """A result was shown in part: what stands in none of them may have stood in the rest."""
        self.veiled: dict[int, set[str]] = {}
        """Turns in which a call came after the agent's last words."""
        self.reports: dict[int, int] = {}
        """Turn to the place of the agent's last words in it."""
        self.identifiers = Identifiers()
        self.looks: Latest[Look] = Latest(WINDOW)
        """Looks by which something may have been done, the oldest first."""
        self._reads: list[str] = []
        """Lookups that may still be revised, the oldest first."""
        self.aliases = Aliases()
        self.heard = Heard()
        self.pairs = Pairs(self.aliases)
        self.agreements = Agreements()
        self.feeds = Feeds()
        self.dirty = False

    # ------------------------------------------------------------------------------------------------ hearing

    def user(self, event: UserTurn) -> None:
        """Hear the user: the agent's turn is over, and new things are asked for."""
        if event.system:
            self.briefing = f"{self.briefing}\n{event.text.lower()}"[-MAX_BRIEFING:]
        if event.synthetic or event.system:
            return
        self._judge()
        self.turn += 1
        if self.spoken and _YES.match(event.text):
            self.agreed[self.turn] = self.spoken[-1][1].lower()
            while len(self.agreed) > MAX_AGREED:
                del self.agreed[next(iter(self.agreed))]
        self.wishes.hear(self.turn, event.text, verbs_of(self.context))
        self.identifiers.see(event.text)
        named = self.known.setdefault(NAMED_BY_USER, set())
        if len(named) < MAX_KNOWN:
            for match in _NAME.finditer(event.text[:MAX_READ]):
                named |= {match.group().lower(), *match.group().lower().split()}
            named |= {name.lower() for _, name in quoted(event.text[:MAX_READ]) if len(name) <= MAX_QUOTED}
        low = event.text.lower()
        self.asked.hear(low)
        self._asked_size += len(low) + 1
        self.asked_until[self.turn] = self._asked_size
        while len(self.asked_until) > MAX_AGREED:
            del self.asked_until[next(iter(self.asked_until))]

    def text(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Hear the agent."""
        if event.cut or event.channel == "plan" or (self.context.coding and not self.context.worldly):
            return
        self.at += 1
        self.dirty = True
        if _TALK.search(prose(event.text).text):
            self.untold.discard(self.turn)
            self.reports[self.turn] = self.at
            while len(self.reports) > MAX_AGREED:
                del self.reports[next(iter(self.reports))]
        self.spoken = [*self.spoken, (self.at, prose(event.text).text[:4000])][-40:]
        self.identifiers.see(event.text, own=True)
        own = {(claim.span, claim.args.get("action")): claim for claim in claims if "mode" in claim.args}
        for frame in frames(event.text, verbs_of(self.context)):
            claim = own.get((frame.span, frame.action))
            if claim is not None:
                self.board.put(claim)
            before = self.sayings[-1] if self.sayings else None
            self.sayings.append(saying_of(frame, claim, event.id, self.at, self.turn, before))
        self._forget()

    def call(self, event: ToolCall, effects: Sequence[Effect]) -> None:
        """See a call."""
        event = self.context.opened(event)
        self._learn(event)
        self.untold.add(self.turn)
        self._take(effects, arguments=event.args)

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """See a result."""
        answer = opened_answer(event.text)
        self.cut = self.cut or event.truncated or len(event.text) > MAX_READ or is_cut(answer)
        self._take(effects, answer=answer)
        self.identifiers.see(event.text)
        if call is not None:
            call = self.context.opened(call)
            self._look(call, answer, effects)
            self.aliases.hear(call.tool, answer)
            if all(effect.effect_class == "read" for effect in effects):
                self.heard.take(answer)
                if all(effect.status == "succeeded" for effect in effects):
                    self.identifiers.see(" ".join(value for _, value in given_of(call.args)))

    def external(self, event: ExternalEffect, effects: Sequence[Effect]) -> None:
        """See an effect that the log states by itself."""
        del event
        self._take(effects)

    def boundary(self, event: Boundary) -> None:
        """See the end of a turn or of the run."""
        if event.what in {"turn_end", "run_end"}:
            self._judge()

    def row(self, row: FeedRow) -> None:
        """See a feed row of this run."""
        self.board.put(self.feeds.take(row, self.context.run))
        self.dirty = True
        self._judge()

    def contested(self, key: str, row: FeedRow | None) -> None:
        """See a feed row that may be another run's: nothing is proved by it, and nothing missing either."""
        if row is not None:
            self.feeds.contested[key] = row
        else:
            self.feeds.contested.pop(key, None)
        self.dirty = True
        self._judge()

    def feed(self, state: FeedState) -> None:
        """See how far a feed has been read: what waited for it is judged."""
        self.feeds.states[state.feed] = state
        self.dirty = self.dirty or bool(self.sayings)
        self._judge()

    def close(self) -> None:
        """See the end of the input."""
        self.feeds.closed = True
        self.dirty = self.dirty or bool(self.feeds.states or self.context.children)
        self._judge()

    def overrule(self, claim: Claim) -> None:
        """Let a claim that is left open here stand as another part has decided it."""
        self._overruled[claim.id] = claim
        while len(self._overruled) > MAX_SAYINGS:
            del self._overruled[next(iter(self._overruled))]

    def _take(self, effects: Iterable[Effect], *, arguments: Mapping[str, Any] | None = None, answer: str = "") -> None:
        for effect in effects:
            if not is_business(effect):
                if effect.effect_class != "read" and effect.status == "succeeded":
                    self.elsewhere[self.turn] = None
                    while len(self.elsewhere) > MAX_AGREED:
                        del self.elsewhere[next(iter(self.elsewhere))]
                continue
            self.board.put(effect)
            if effect.effect_class == "read":
                if effect.results.get("releases"):
                    self._release(effect, answer)
                self.dirty = self.acts.pop(effect.id, None) is not None or self.dirty
                self._reads.append(effect.id)
                if len(self._reads) > MAX_READS:
                    self.board.settle(self._reads.pop(0))
                continue
            self.dirty = True
            known = self.acts.get(effect.id)
            if known is None:
                self.at += 1
            act = act_of(effect, known.at if known else self.at, known.turn if known else self.turn)
            act.fresh = known.fresh if known else not act.names_any(self.identifiers.seen)
            act.arguments = known.arguments if known else str(arguments or "")[:MAX_TRACE].lower()
            act.given = known.given if known else given_of(arguments or {})
            act.unheard = known.unheard if known else frozenset() if self.cut else self.identifiers.unheard(act.given)
            act.answer = answer[:MAX_TRACE].lower()
            act.records = records_of(answer) if answer else ()
            if answer and len(self.aliases.made) < MAX_SEEN:
                own = act.mentions.union(value.lower().lstrip("#") for _, value in act.given)
                self.aliases.made |= {value for value in act.ids if value not in self.identifiers.shown} - own
            self._nickname(act, known)
            act.cards = known.cards if known else self._cards(act)
            small = answer if len(act.records) < 2 and act.action != OTHER else ""
            tells = act.group == "tell"
            given = vocabulary(effect.tool, arguments or {}, small[:MAX_TRACE], act.nicknames, tells=tells)
            act.vocabulary = known.vocabulary | given if known else given
            self.acts[effect.id] = act

    def _look(self, call: ToolCall, answer: str, effects: Iterable[Effect]) -> None:
        """Keep a look by which something may have been done."""
        if any(effect.effect_class == "read" for effect in effects):
            self.looked[self.turn] = None
            while len(self.looked) > MAX_AGREED:
                del self.looked[next(iter(self.looked))]
        if any(effect.effect_class == "read" and effect.args.get("action") != "read" for effect in effects):
            self.veiled.setdefault(self.turn, set()).add(call.tool)
            while len(self.veiled) > MAX_AGREED:
                del self.veiled[next(iter(self.veiled))]
        for effect in effects:
            if is_business(effect) and effect.effect_class == "read" and effect.status == "succeeded":
                leave = self.agreed.get(self.turn, "")
                look = look_of(effect, call.args, answer, self.at, self.turn, leave)
                if look is not None:
                    self.looks.append(look)

    def _release(self, effect: Effect, answer: str) -> None:
        """Let the act land that waited for the code which a call has handed over, with what the answer tells of it."""
        waiting = next((act for act in reversed(self.acts.values()) if act.effect.results.get("awaits")), None)
        if waiting is None:
            return
        told = {name: value for name, value in effect.results.items() if name != "releases"}
        landed = msgspec.structs.replace(waiting.effect, status="succeeded", results=told)
        self._take((landed,), answer=answer)

    def _nickname(self, act: Act, known: Act | None) -> None:
        """Give an act the names that its targets, and others in their place, went by before."""
        if known is not None:
            act.aka = known.aka
        else:
            targets = [(key, value) for key, values in act.targets.items() for value in values[:MAX_TARGETS]]
            act.aka = tuple(aka for key, value in targets if (aka := self.aliases.of(key, value)).names)
        act.nicknames = frozenset(name for aka in act.aka for name in aka.names)
        act.mentions |= act.nicknames

    def _cards(self, act: Act) -> tuple[tuple[str, Card], ...]:
        """Return what results told before of the objects that an act's arguments stand for."""
        named = [(key, value) for key, value in act.given if key in act.targets or number(value) is None]
        found = [(key, card) for key, value in named for card in self.aliases.cards(key, value)]
        return tuple(found[:MAX_CARDS])

    def _learn(self, call: ToolCall) -> None:
        """Remember which names stand in which role: the arguments of all calls tell."""
        for key, value in given_of(call.args):
            self._keep_given(key, value, call.id)
        for key, value in call.args.items():
            if isinstance(value, str | int):
                self.aliases.note(key, str(value))
            role = role_of(key)
            if role:
                names = self.known.setdefault(role, set())
                for name in value if isinstance(value, list) else [value]:
                    if isinstance(name, str) and len(name) <= 80 and len(names) < MAX_KNOWN:
                        names.add(name)

    def _keep_given(self, key: str, value: str, call: str) -> None:
        """Keep what a call had in an argument; the oldest names of arguments and values go first."""
        values = self.given.setdefault(key, {})
        if len(value) <= MAX_GIVEN_VALUE:
            calls = values.setdefault(value, set())
            if len(calls) < MAX_GIVEN_CALLS:
                calls.add(call)
        for kept in (values, self.given):
            while len(kept) > MAX_GIVEN:
                del kept[next(iter(kept))]

    def _forget(self) -> None:
        while len(self.acts) > WINDOW:
            oldest = next(iter(self.acts))
            self.board.settle(oldest)
            gone = self.acts.pop(oldest)
            self._past.add(gone.action, gone.ids)
        old = [saying for saying in self.sayings[:-WINDOW] if saying.turn < self.turn][:]
        old = old or self.sayings[:-MAX_SAYINGS]
        for saying in old:
            self.pairs.forget(saying)
            self.agreements.forget(saying)
            if saying.claim is not None:
                self.board.settle(saying.claim.id)
        del self.sayings[: len(old)]

    # ------------------------------------------------------------------------------------------------ judging

    def _rests_on_past(self, claim: Claim) -> bool:
        """Return whether a claim was judged by acts that are kept open no more: that judgement stands."""
        known = self.board.get(claim.id)
        evidence = known.effects if isinstance(known, Claim) else ()
        return bool(evidence) and not any(effect in self.acts for effect in evidence)

    def _is_past(self, raised: str) -> bool:
        """Return whether a discrepancy is about what is kept open no more: what was said of it stands."""
        found = self.board.get(raised)
        if not isinstance(found, Discrepancy):
            return True
        if found.claim is not None:
            return all(saying.claim is None or saying.claim.id != found.claim for saying in self.sayings)
        return not any(effect in self.acts for effect in found.effects)

    def _judge(self) -> None:
        if not self.dirty:
            return
        self.dirty = False
        outcomes = Outcomes(
            Matter(
                run=self.context.run,
                settings=self.context.settings,
                business=not self.context.coding or self.context.trades,
                files=self.context.coding,
                acts=tuple(self.acts.values()),
                sayings=tuple(self.sayings),
                wishes=self.wishes,
                briefing=self.briefing,
                asked_text=self.asked.text,
                request=self.asked.request(),
                asked_until=self.asked_until,
                agreed=self.agreed,
                spoken=tuple(self.spoken),
                untold=self.untold,
                elsewhere=self.elsewhere.keys(),
                veiled=self.veiled,
                looked=self.looked.keys(),
                reports=self.reports,
                heard=self.heard,
                aliases=self.aliases,
                identifiers=self.identifiers,
                known=self.known,
                given=self.given,
                pairs=self.pairs,
                agreements=self.agreements,
                feeds=self.feeds,
                past=self._past,
                looks=tuple(self.looks),
                ordered=self.context.ordered,
                tools=(*self.context.tools, *self.context.used),
                children={
                    child.started.parent_call if child.started else None: frozenset(child.kinds)
                    for child in self.context.children.values()
                },
            )
        ).decide()
        for claim in outcomes.claims.values():
            if not self._rests_on_past(claim):
                self.board.put(self._overruled.get(claim.id, claim))
        raised = set(outcomes.found)
        for gone in sorted(self.raised - raised):
            if self._is_past(gone):
                self.board.settle(gone)
            else:
                self.board.drop(gone)
        for found in outcomes.found.values():
            self.board.put(found)
        self.raised = raised
