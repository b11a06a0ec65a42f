"""Reports told without a verb of the lexicon, held against what was asked for and called.

`claims.reports` cuts the text that ends a turn into *tellings*; `reports_lines` gives each act that landed the line
that is about it. Three tellings are of acts that never were: one that gives an identifier which stands nowhere in the
run, one that gives a figure of the user's which was passed to no call, and one that takes up what the user spoke of and
is about no act, where every act of the turn has its line already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import DO, OTHER, is_light, kind_of, verb_forms
from assure_tui.reconcile.claims.reports import Mark, Telling, tellings
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.effects.arguments import leaves
from assure_tui.reconcile.effects.packed import opened_answer
from assure_tui.reconcile.ids import claim_id, discrepancy_id
from assure_tui.reconcile.match.business.bench import cut, what
from assure_tui.reconcile.match.business.doubts import NO_VERB, REWORDED
from assure_tui.reconcile.match.business.invented_codes import codes_of
from assure_tui.reconcile.match.business.reports_lines import Lines, Place, Sources, Trace, Traces
from assure_tui.reconcile.match.business.reports_marks import in_its_place, unfounded
from assure_tui.reconcile.match.business.undone import STANDS, announced, is_idle
from assure_tui.reconcile.match.concealing import FAILS, plainly
from assure_tui.reconcile.match.part import Part
from assure_tui.reconcile.match.settling import SETTLES
from assure_tui.reconcile.model import Claim, Discrepancy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from assure_tui.ingest.model import AgentText, Boundary, ToolCall, ToolResult, UserTurn
    from assure_tui.reconcile.board import Board
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.match.business.actions import Actions
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.model import Effect

MAX_GROUND = 600_000
"""Code points of a run that are kept to look values up in; in a longer run nothing is said to be nowhere."""
MAX_ARGUMENTS = 60
MAX_BEFORE = 3
"""Texts of a turn that are kept, for what they announce."""
NOWHERE = "is nowhere in the log"
MIN_DIGITS = 3
"""Digits of an identifier that nobody says by chance."""
MIN_FIGURE = 3
_PLAIN = frozenset({"own", "passive", "bare", "now"})
"""Forms that tell plainly that something was done."""
_DEEDS = frozenset({"own", "passive", "bare", "state"})
"""Forms that have a verb of their own."""
_GIVEN = frozenset({"has", "state"})
"""Forms that tell of an act, be the words the user's or not."""
_OF_DEEDS = _PLAIN | STANDS
_DIFFER = frozenset({"phantom", "wrong-target", "wrong-value"})
_OPEN = frozenset(
    {"no call fits these words", "may just as well say what was found", "a call of this turn may be what is meant"}
    | {"a call whose name says little may be what is meant", "it may describe what a call contained"}
)
"""Reasons of claims that were left open for want of a call."""


class Reports(Part):
    """Finds tellings that no act of the run bears out."""

    def __init__(self, context: Context, board: Board, actions: Actions) -> None:
        super().__init__(context, board)
        self._actions = actions
        """Keeps the run's acts in comparable form, and has judged the turn before this part does."""
        self._turn = 0
        self._report: tuple[AgentText, Sequence[Claim]] | None = None
        """The last text of the turn, with the claims that the lexicon reads in it."""
        self._before: list[str] = []
        """The texts since the user's turn before that, the last of them."""
        self._sources: Sources | None = None
        """Made when the first report is judged: most runs never have one that needs it."""
        self._waiting: list[tuple[Place, str]] = []
        """Texts that were not read yet, each with its place: most turns need none."""
        self._traces = Traces()
        self._size = 0

    def user(self, event: UserTurn) -> None:
        """Hear the user: the agent's turn is over."""
        if event.system or event.synthetic:
            self._keep(event.text, "rest")
            return
        self._end()
        self._before = []
        self._turn += 1
        self._keep(event.text, "user")
        self._keep(self._actions.agreed.get(self._turn, ""), "user")

    def text(self, event: AgentText, claims: Sequence[Claim]) -> None:
        """Hear the agent: what it says last is its report."""
        if not event.cut and event.channel != "plan" and event.text.strip():
            self._said()
            self._report = (event, claims)

    def call(self, event: ToolCall, effects: Sequence[Effect]) -> None:
        """See a call."""
        given = self.context.opened(event).args
        values = tuple((keys[-1] if keys else "", str(value)) for keys, value in leaves(given)[:MAX_ARGUMENTS])
        self._pass("\n".join(value for _, value in values), effects)
        for effect in effects:
            self._traces.call(effect.id, values)

    def result(self, call: ToolCall | None, event: ToolResult, effects: Sequence[Effect]) -> None:
        """See a result."""
        del call
        self._pass(event.text, effects)
        if self._size <= MAX_GROUND:
            self._traces.result(opened_answer(event.text))

    def boundary(self, event: Boundary) -> None:
        """See the end of a turn or of the run."""
        if event.what in {"turn_end", "run_end"}:
            self._end()

    def close(self) -> None:
        """See the end of the input."""
        self._end()

    def _said(self) -> None:
        """Take the last text for one of those before."""
        if self._report is not None:
            self._before = [*self._before[1 - MAX_BEFORE :], self._report[0].text]

    def _pass(self, text: str, effects: Sequence[Effect]) -> None:
        looks = bool(effects) and all(effect.effect_class == "read" for effect in effects)
        places: tuple[Place, ...] = ("passed", "read") if looks else ("passed",)
        self._keep(text, *places)

    def _keep(self, text: str, *places: Place) -> None:
        self._size += len(text)
        if self._size <= MAX_GROUND:
            self._waiting += [(place, text) for place in places]
        else:
            self._waiting.clear()

    def _end(self) -> None:
        """Judge the report of the turn, once."""
        before, report = self._before, self._report
        self._said()
        self._report = None
        if report is None or not self._sees_all():
            return
        event, claims = report
        told = tellings(event.text)
        acts = list(self._actions.acts.values())
        idle = is_idle(acts, self._turn)
        if not any(_may_differ(telling, idle=idle) and not telling.apart for telling in told):
            return
        sources = self._sources = self._sources or Sources()
        for place, text in self._waiting:
            sources.take(place, text)
        self._waiting.clear()
        known = [found for claim in claims if isinstance(found := self.board.get(claim.id), Claim)]
        own = {effect for claim in known if claim.outcome == "confirmed" for effect in claim.effects}
        accused = any(claim.outcome == "contradicted" for claim in known)
        lines = Lines(told, sources, self._traces.of(acts), turn=self._turn, own=own)
        failed = self._failed(told, lines, acts)
        plain = not (accused or self._is_accused() or asks_leave(event.text, strictly=False))
        made = {name.lower() for name in codes_of(event.text)}
        for index, telling in enumerate(told):
            over = [claim for claim in known if claim.span[0] < telling.span[1] and telling.span[0] < claim.span[1]]
            shut = telling.apart or any(claim.reason not in _OPEN for claim in over)
            reason = "" if shut else self._reason(index, telling, lines, accused=accused)
            sure = reason.endswith(NOWHERE) and any(_is_new(mark, made, lines.sources) for mark in telling.marks)
            if not (shut or reason) and plain and idle:
                sure = self._turn not in self._actions.looked
                agreed = self._actions.agreed.get(self._turn, "") if sure else ""
                reason = announced(telling, [*before, agreed])
                sure = sure and bool(reason)
            act = None if shut else next((act for act, own in failed if _tells_of(index, telling, lines, own)), None)
            if act is not None or reason:
                self._accuse(event, telling, over[0] if over else None, reason, act, sure=sure)
            elif plain:
                here = [act for act in acts if act.landed and act.turn == self._turn]
                values = ((act, in_its_place(telling, lines, self._traces.given(act.effect.id), told)) for act in here)
                other = next(((act, value) for act, value in values if value), None)
                if other is not None:
                    self._differ(event, telling, over[0] if over else None, *other)
                else:
                    self._doubt(event, telling, over[0] if over else None, unfounded(telling, lines))

    def _is_accused(self) -> bool:
        """Return whether words or acts of the run are found to differ already: what they give is no invention."""
        found = (self.board.get(name) for name in self._actions.raised)
        return any(isinstance(one, Discrepancy) and one.code in _DIFFER for one in found)

    def _failed(self, told: Sequence[Telling], lines: Lines, acts: Sequence[Act]) -> list[tuple[Act, Trace]]:
        """Return the acts of the turn that failed, of which nobody was told, and that nothing is found against."""
        found = (self.board.get(name) for name in self._actions.raised)
        accused = {effect for one in found if isinstance(one, Discrepancy) for effect in one.effects}
        failed = [
            (act, trace)
            for act, trace in self._traces.of_failed(acts, self._turn)
            if act.effect.id not in accused and not act.effect.results.get("repeat")
        ]
        return [(act, trace) for act, trace in failed if not _is_disclosed(told, lines, trace)]

    @staticmethod
    def _reason(index: int, telling: Telling, lines: Lines, *, accused: bool) -> str:
        """Return why a clause is of an act that never was; "" where it need not be.

        What words that are `accused` of another target or value give is theirs, and no invention beside it.
        """
        invented = "" if accused else _invented(telling, lines)
        return invented or _left_over(index, telling, lines)

    def _sees_all(self) -> bool:
        """Return whether all that the run did and was told lies open."""
        context = self.context
        complete = context.settings.complete_logs and not context.coding and not context.children
        return complete and self._size <= MAX_GROUND and self._turn > 0 and self._turn not in self._actions.untold

    def _accuse(
        self, event: AgentText, telling: Telling, known: Claim | None, reason: str, act: Act | None, *, sure: bool
    ) -> None:
        """Find that what a clause tells was never done, or, with `act`, that this call failed to do it."""
        code: Literal["phantom", "failed-effect"] = "phantom" if act is None else "failed-effect"
        effects = (act.effect.id,) if act is not None else ()
        if act is not None:
            reason = f"{what(act)} failed and nothing recovered it"
        claim = msgspec.structs.replace(
            known or self._claim(event, telling), outcome="contradicted", reason=reason, effects=effects
        )
        if known is not None:
            self._actions.overrule(claim)
        self.board.put(claim, settled=known is None)
        doubtful = act is None and not sure
        doubt = f" Doubtful: {NO_VERB}." if doubtful else ""
        self._find(event, code, claim, f"Reports “{cut(telling.text)}”, but {reason}.{doubt}", doubtful=doubtful)

    def _doubt(self, event: AgentText, telling: Telling, known: Claim | None, reason: str) -> None:
        """Find, with a doubt, that a clause gives what no call had. What is known of its words stays as it is."""
        if not reason:
            return
        claim = known or msgspec.structs.replace(self._claim(event, telling), outcome="unverifiable", reason=reason)
        self.board.put(claim, settled=known is None)
        message = f"Reports “{cut(telling.text)}”, but {reason}. Doubtful: {REWORDED}."
        self._find(event, "phantom", claim, message, doubtful=True)

    def _differ(self, event: AgentText, telling: Telling, known: Claim | None, act: Act, value: str) -> None:
        """Find, with a doubt, that a call was given another value than a clause tells."""
        reason = f"{act.effect.tool} was called with {cut(value)}, which nobody gave or mentions"
        claim = known or msgspec.structs.replace(self._claim(event, telling), outcome="unverifiable", reason=reason)
        self.board.put(claim, settled=known is None)
        message = f"Reports “{cut(telling.text)}”, but {reason}. Doubtful: {REWORDED}."
        self._find(event, "wrong-value", claim, message, doubtful=True)

    def _find(self, event: AgentText, code: str, claim: Claim, message: str, *, doubtful: bool) -> None:
        found = Discrepancy(
            id=discrepancy_id(code, claim.id),
            run=event.run,
            code=code,
            severity="low" if doubtful else self.context.settings.severities.get(code, "high"),
            claim=claim.id,
            effects=claim.effects if code != "phantom" else (),
            message=message,
            settles=SETTLES[code],
        )
        self.board.put(found, settled=True)

    def _claim(self, event: AgentText, telling: Telling) -> Claim:
        """Make a claim of a telling: of the action that the user asked for in the same words, where there is one."""
        asked = max(
            self._actions.wishes.asked, key=lambda frame: len(telling.words.intersection(frame.nouns)), default=None
        )
        action = asked.action if asked is not None else OTHER
        kind = kind_of(action, asked.objects if asked is not None else frozenset())
        return Claim(
            id=claim_id(event.id, telling.span, kind),
            run=event.run,
            event=event.id,
            origin=event.origin,
            span=telling.span,
            text=telling.text,
            kind=kind,
            args={"action": action, "verb": telling.verb, "mode": "told"},
            time=event.time,
        )


def _may_differ(telling: Telling, *, idle: bool) -> bool:
    """Return whether anything may be found against a clause: in an `idle` turn, only by a form that tells a deed."""
    return telling.form in _OF_DEEDS if idle else bool(telling.form or telling.marks)


def _is_disclosed(told: Sequence[Telling], lines: Lines, trace: Trace) -> bool:
    """Return whether a clause speaks of a failure that may be an act's."""
    return any(
        FAILS.search(plainly(telling.text.lower())) and lines.touches(index, trace)
        for index, telling in enumerate(told)
    )


def _tells_of(index: int, telling: Telling, lines: Lines, trace: Trace) -> bool:
    """Whether a clause tells of an act that failed: by values that no act that landed has, and no lookup told."""
    if not telling.form and telling.text.rstrip("*_ ").endswith(":"):
        return False  # the heading of what follows
    own = lines.own_of(index, trace)
    new = any(trace.given.has(mark) and not lines.sources.read.has(mark) for mark in own)
    return new or (bool(own) and bool(telling.form) and not all(map(lines.sources.read.has, lines.marks(telling))))


def _invented(telling: Telling, lines: Lines) -> str:
    """Find an identifier in words about what the user spoke of that nobody and no result ever named."""
    sources = lines.sources
    codes = {name.lower() for name in codes_of(telling.text)} if not lines.acted else set[str]()
    for mark in telling.marks if lines.acted or codes else ():
        if mark.kind != "id" or sum(map(str.isdigit, mark.text)) < MIN_DIGITS:
            continue
        if not any(ground.has(mark) for ground in (sources.user, sources.passed, sources.rest)):
            return f"{mark.text} {NOWHERE}" if lines.is_asked(telling) else ""
    return ""


def _is_new(mark: Mark, codes: AbstractSet[str], sources: Sources) -> bool:
    """Return whether an identifier is one that a system gives, and none that was put together from one there is."""
    parts = (Mark("id", part) for part in re.findall(r"[^\W_]{5,60}", mark.text))
    return mark.text in codes and not any(
        ground.has(part) for part in parts for ground in (sources.user, sources.passed)
    )


def _left_over(index: int, telling: Telling, lines: Lines) -> str:
    """Find words about what the user spoke of that are about no act, where all acts of the turn are told of."""
    if not telling.form or not lines.acted:
        return ""
    read = lines.sources.read
    if read.has_word(telling.verb) or (telling.form not in _GIVEN and not lines.is_asked(telling)):
        return ""
    marks = lines.marks(telling)
    if not marks or (all(map(read.has, marks)) and (telling.form not in _DEEDS or _says_no_more(telling.verb))):
        return ""  # of what was looked up, it may tell how it stands
    if lines.free or lines.is_told(index):
        return ""
    return "no call in the log does that, and every call that was made is reported elsewhere"


def _says_no_more(verb: str) -> bool:
    """Return whether a verb says only that something was done: it may sum up, and name what the turn was about."""
    return any(form.action == DO or is_light(form.lemma) for form in verb_forms(verb))
