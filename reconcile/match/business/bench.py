"""The bench on which business claims are judged: which acts may be meant, and the book of what was found."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular
from assure_tui.reconcile.claims.frame import CLAIMED
from assure_tui.reconcile.ids import discrepancy_id
from assure_tui.reconcile.match.business.fit import FITS
from assure_tui.reconcile.match.business.kin import EDITS, KIN, SAME_ACTION, kin_of, said_of
from assure_tui.reconcile.match.business.lines import Line, Whole, best_lines, lines_of, shared_values
from assure_tui.reconcile.match.business.model import Act, Sort
from assure_tui.reconcile.match.business.pairs import SAME_TURN
from assure_tui.reconcile.match.business.topics import is_about
from assure_tui.reconcile.match.business.window import Window
from assure_tui.reconcile.match.settling import SETTLES
from assure_tui.reconcile.model import Claim, Discrepancy, Effect, Grade, Outcome, Severity, at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.claims.values import Found
    from assure_tui.reconcile.match.business.looks import Look
    from assure_tui.reconcile.match.business.matter import Matter
    from assure_tui.reconcile.match.business.model import Saying
    from assure_tui.reconcile.match.business.pairs import Pair
    from assure_tui.reconcile.match.business.targets import Conflict

TELLING = Decimal("1.5")
"""From this evidence on the values alone say which act is meant."""
_NONE = Decimal(0)
DOUBTFUL: Severity = "low"
MAX_WORDS = 4
"""Words of an argument that names something; a longer one is a text."""
OF_CODE = "the run works on code, where the name of a tool tells little of what it does in the world"
_FOR_PEOPLE = frozenset({"tell", "money", "back"})
"""Groups of acts for which there are tools of their own, wherever a run works."""
_SEVERAL = re.compile(r"\W{0,6}(?:all|both|each|every)\b(?! set\b)", re.IGNORECASE)
_ROLES = ("refund", "payment", "difference", "amount")
OF_ACTS = frozenset({"beyond-request", "duplicate", "unreported"})
"""Codes of what is wrong with the acts themselves, whatever the words are."""


class Bench:
    """What a judgement works on: who may be about what, and what has been found so far."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.window = Window(matter.acts)
        self.acts = self.window.acts
        self.landed = self.window.landed
        self.main = [saying for saying in matter.sayings if asserts(saying)]
        self.claims: dict[str, Claim] = {}
        self.found: dict[str, Discrepancy] = {}
        """Discrepancies by id."""
        self.doubted: set[str] = set()
        """Ids of those that are told at low severity for a doubt."""
        self.words: dict[str, list[Saying]] = {}
        """Act id to the sayings that speak of it."""
        self.announced: set[str] = set()
        """Acts that the agent said it would do, in the same turn."""
        self.told: dict[str, Sequence[Found]] = {}
        """Event id to all values of the text."""
        self.given: dict[int, list[Act]] = {}
        """Index of a saying in `main` to its acts."""

        self.looked: dict[Look, str] = {}
        """Looks that words are taken to tell of, with the action that they tell."""
        self._sums: dict[str, Decimal] | None = None
        """Sums over all acts of the run, by role."""
        self._asks: dict[tuple[str, str, Decimal], list[Frame]] = {}
        self._given: dict[str, frozenset[str]] = {}
        self._lines: dict[str, dict[str, tuple[Line, int]]] = {}
        """Tool to the best lines about its acts."""

    def line_about(self, act: Act) -> tuple[Line, int] | None:
        """Return the best line about an act, with how much the two have in common."""
        tool = act.effect.tool
        if tool not in self._lines:
            acts = [other for other in self.acts if other.effect.tool == tool]
            self._lines[tool] = best_lines(acts, self._shared, self.matter.spoken)
        return self._lines[tool].get(act.effect.id)

    @cached_property
    def _shared(self) -> frozenset[str]:
        return shared_values(self.acts)

    @property
    def request(self) -> Line:
        """What the user asked for lately, as one line."""
        return self.matter.request

    @cached_property
    def spoken(self) -> str:
        """All that the agent said lately, in lower case: most values of acts stand nowhere in it."""
        return "\n".join(low for _, low in self.spoken_low)

    @cached_property
    def held(self) -> str:
        """All that acts were given and answered, in lower case."""
        return "\n".join(text for act in self.acts for text in (act.arguments, act.answer))

    @cached_property
    def spoken_low(self) -> list[tuple[int, str]]:
        """The same by place."""
        return [(at, text.lower()) for at, text in self.matter.spoken]

    @cached_property
    def every_line(self) -> list[Line]:
        """What the user asked for, and all lines of what the agent said lately."""
        return [self.request, *(line for at, text in self.matter.spoken for line in lines_of(text, at))]

    @cached_property
    def every_word(self) -> Whole:
        """The same as one line."""
        return Whole(self.every_line)

    def is_lone(self, act: Act) -> bool:
        """Return whether nothing else landed in the turn of an act: all that its report tells as done is about it."""
        return len(self.window.landed_in(act.turn)) == 1

    def text_at(self, at: int, missing: str = "") -> str:
        """Return what the agent said at a place, or what stands in for it when it is kept no more."""
        return self._texts.get(at, missing)

    @cached_property
    def _texts(self) -> dict[int, str]:
        return dict(self.matter.spoken)

    @cached_property
    def given_words(self) -> frozenset[str]:
        """The words of all that acts were given."""
        values = {value for act in self.landed for _, value in act.given}
        return frozenset(singular(word) for value in values for word in name_words(value))

    def given_to(self, tool: str) -> frozenset[str]:
        """Return in lower case all that a tool was given."""
        if tool not in self._given:
            acts = (act for act in self.landed if act.effect.tool == tool)
            self._given[tool] = frozenset(value.lower() for act in acts for _, value in act.given)
        return self._given[tool]

    def lines_after(self, at: int) -> list[Line]:
        """Return the lines of what the agent said lately, after a place."""
        return self.every_line[bisect_right(self.every_line, at, lo=1, key=attrgetter("at")) :]

    def asks_for(self, act: Act, least: Decimal) -> list[Frame]:
        """The user's words that ask for an act's action, or one at least so near: the same for all acts alike."""
        key = (act.action, act.verb, least)
        if key not in self._asks:
            self._asks[key] = [frame for frame in self.matter.asked if kin_of(frame, act) >= least]
        return self._asks[key]

    @staticmethod
    def _far(saying: Saying, act: Act) -> bool:
        """Return whether words without any value of an act are too far from it to be about it."""
        kin = kin_of(saying.frame, act)
        if act.turn != saying.turn:
            return kin < KIN or saying.frame.weak
        return saying.frame.weak and kin < SAME_ACTION and not (kin >= EDITS and is_about(saying.frame, act))

    @staticmethod
    def _bonus(saying: Saying, act: Act) -> Decimal:
        near = act.turn == saying.turn and kin_of(saying.frame, act) >= KIN
        return SAME_TURN if near else _NONE

    def _give(self, index: int, act: Act) -> None:
        self.given.setdefault(index, []).append(act)
        self._own(self.main[index], act)

    def _own(self, saying: Saying, act: Act) -> None:
        self.words.setdefault(act.effect.id, []).append(saying)
        self.window.untold.pop(act.effect.id, None)

    def _pair(self, saying: Saying, act: Act) -> Pair:
        return self.matter.pairs.of(saying, act, self.matter.known)

    def _near(self, saying: Saying, acts: Mapping[str, Act]) -> list[tuple[Act, Pair]]:
        """Return those of some acts, by their states, that a saying may mean."""
        return self.matter.pairs.near(saying, acts, self.matter.known)

    def _conflict(self, saying: Saying, act: Act) -> Conflict | None:
        return self._pair(saying, act).conflict

    def free(self, saying: Saying) -> list[Act]:
        """Return the acts before a saying that no words tell of so far."""
        return [act for act in self.window.untold.values() if act.at < saying.at]

    @staticmethod
    def _deeds(saying: Saying, acts: Iterable[Act]) -> Iterator[Act]:
        """Yield those of some acts that are what words say was done, be it to this target or another."""
        kins: dict[Sort, Decimal] = {}
        for act in acts:
            kin = kins.get(act.sort)
            if kin is None:
                kin = kins[act.sort] = kin_of(saying.frame, act)
            if kin >= SAME_ACTION or (kin >= KIN and is_about(saying.frame, act) is not False):
                yield act

    def _contradicting(self, saying: Saying) -> Act | None:
        """Return the best free act that does what is said, to another target."""
        best: tuple[Decimal, int, Act] | None = None
        for act in self._deeds(saying, () if saying.frame.found or _sums_up(saying) else self.free(saying)):
            conflict = self._conflict(saying, act)
            if conflict is None or not conflict.hard or (saying.frame.weak and self._far(saying, act)):
                continue
            score = self._pair(saying, act).fit
            if best is None or (score, act.at) > best[:2]:
                best = (score, act.at, act)
        return best[2] if best else None

    def _contradicted_by_siblings(self, saying: Saying) -> Act | None:
        """An act that sentences of the same text claim without naming its target, where this one names another."""
        for act in self._deeds(saying, () if _sums_up(saying) else self.window.landed_in(saying.turn)):
            if act.at > saying.at:
                continue
            if saying.frame.weak and kin_of(saying.frame, act) < SAME_ACTION:
                continue
            words = self.words.get(act.effect.id, ())
            conflict = self._conflict(saying, act)
            if conflict is None or not conflict.hard or any(other.event != saying.event for other in words):
                continue
            if not any(said_of(conflict.done.lower().lstrip("#"), other.frame.context) for other in words):
                return act
        return None

    def _best(
        self,
        saying: Saying,
        acts: Sequence[Act],
        *,
        soft: bool = False,
        only: Callable[[Saying, Act], bool] | None = None,
    ) -> Act | None:
        """Return the best act without a conflict, or, with `soft`, with one that rests on what was said before.

        Those that fit are held against `only`, which asks more than the fit does.
        """
        best: tuple[Decimal, int, Act] | None = None
        for act, pair in self._near(saying, {act.state: act for act in acts}) if acts else ():
            score = pair.fit + self._bonus(saying, act)
            if score < FITS or (saying.frame.weak and pair.evidence < TELLING and self._far(saying, act)):
                continue
            if pair.conflict is not None and not soft:
                continue
            if (best is None or (score, act.at) > best[:2]) and (only is None or only(saying, act)):
                best = (score, act.at, act)
        return best[2] if best else None

    def recovered(self, act: Act) -> bool:
        """Return whether the same was tried again and landed, or had landed before, if by other means."""
        return any(
            other.landed
            and (
                other.likeness == act.likeness
                or (other.effect.tool == act.effect.tool and other.at > act.at and _tries_again(act, other))
            )
            for other in self.acts
        ) or any(
            look.tool == act.effect.tool and look.turn == act.turn for look in self.matter.looks if look.at >= act.at
        )

    def evidence(self, saying: Saying, act: Act) -> Decimal:
        """Return how much of what words name an act has."""
        return self._pair(saying, act).evidence

    def _totals(self, acts: list[Act]) -> dict[str, list[Decimal]]:
        """Sums that an agent may tell, by role: over these acts, and over all acts of the run."""
        if self._sums is None:
            self._sums = _sums_of(self.landed)
        own = _sums_of(acts)
        roles = dict.fromkeys((*own, *self._sums))
        return {role: [sums[role] for sums in (own, self._sums) if role in sums] for role in roles}

    @staticmethod
    def quote(saying: Saying) -> str:
        """Return the words of a saying on one short line."""
        return cut(saying.frame.text)

    def settle(
        self,
        saying: Saying,
        outcome: Outcome,
        reason: str,
        evidence: Sequence[Act | Effect],
        *,
        grade: Grade | None = None,
    ) -> None:
        """Give a saying's claim its outcome."""
        if saying.claim is None:
            return
        self.claims[saying.claim.id] = msgspec.structs.replace(
            saying.claim,
            outcome=outcome,
            reason=reason,
            grade=grade or ("logged" if evidence else "narrated"),
            effects=_ids(evidence),
        )

    def accuse(
        self,
        code: str,
        severity: Severity,
        saying: Saying | None,
        evidence: Sequence[Act | Effect],
        message: str,
        *,
        doubt: str = "",
    ) -> None:
        """Add a discrepancy, once: on the claim when there is one, else on the first effect.

        What is wrong with the acts, whatever the words, keeps its id when words come later: it may be decided by then.
        With a `doubt` (`doubts`) it is told at low severity, until it is found without one.
        """
        claim = saying.claim if saying is not None else None
        doubt = doubt or (self._doubt_of_code(evidence) if at_least(severity, "medium") else "")
        effects = _ids(evidence)
        anchor = next(iter(effects), "") if claim is None or code in OF_ACTS else claim.id
        name = discrepancy_id(code, anchor)
        if anchor and (name not in self.found or (name in self.doubted and not doubt)):
            (self.doubted.add if doubt else self.doubted.discard)(name)
            self.found[name] = Discrepancy(
                id=name,
                run=self.matter.run,
                code=code,
                severity=DOUBTFUL if doubt else self.matter.settings.severities.get(code, severity),
                claim=claim.id if claim is not None else None,
                effects=effects,
                message=f"{message} Doubtful: {doubt}." if doubt else message,
                settles=SETTLES[code],
            )

    def _doubt_of_code(self, evidence: Sequence[Act | Effect]) -> str:
        """The doubt of a run that works on code, but where a call that moves money or tells somebody is evidence.

        Of 25 other findings of business on sessions of code that nobody had read hardly one was right.
        """
        if self.matter.business or any(isinstance(one, Act) and one.group in _FOR_PEOPLE for one in evidence):
            return ""
        return OF_CODE

    def acquit(self, code: str, saying: Saying) -> bool:
        """Take back what was found against a claim under a code; tells whether there was anything."""
        claim = saying.claim.id if saying.claim is not None else None
        kept = {name: found for name, found in self.found.items() if found.code != code or found.claim != claim}
        changed = len(kept) != len(self.found)
        self.found = kept
        return changed


def _sums_of(acts: Sequence[Act]) -> dict[str, Decimal]:
    """Add up what acts tell of more than once, by role; `given` are the amounts that the calls asked for."""
    told: dict[str, list[Decimal]] = {role: [] for role in _ROLES}
    for act in acts:
        for role, amount in act.amounts:
            if role in told:
                told[role].append(abs(amount))
    told["given"] = [abs(amount) for act in acts for amount in act.money]
    return {role: sum(values, _NONE) for role, values in told.items() if len(values) > 1}


def _tries_again(act: Act, other: Act) -> bool:
    """Return whether a call has at least half of another's arguments as they were, the first target among them."""
    aim = next(iter(act.targets.values()), ())
    keys = {key for key, _ in act.given}
    same = sum(1 for key in keys if _values(act, key) == _values(other, key))
    again = next(iter(other.targets.values()), ())
    return again == aim and same * 2 >= len(keys)


def _values(act: Act, key: str) -> list[str]:
    return [value for name, value in act.given if name == key]


def _ids(evidence: Sequence[Act | Effect]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.id if isinstance(item, Effect) else item.effect.id for item in evidence))


def asserts(saying: Saying) -> bool:
    """Return whether words say that something was done."""
    frame = saying.frame
    done = frame.mode in CLAIMED and frame.mode not in {"attempted", "unable"}
    return done and not frame.denied and not frame.consequence


def _sums_up(saying: Saying) -> bool:
    """Return whether words sum up what was told of several, and name none of them: "All upgrades complete!"."""
    return saying.frame.plural and not saying.frame.near and _SEVERAL.match(saying.frame.text) is not None


def cut(text: str, limit: int = 120) -> str:
    """Shorten a text to one line of at most `limit` code points, at the end of a word where that is near."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    whole = flat[:limit].rpartition(" ")[0]
    return (whole if len(whole) > limit // 2 else flat[: limit - 1]).rstrip(" ,;:") + "…"


def cents(amount: Decimal) -> str:
    """Write an amount with its cents, so that two of them can be compared at a glance."""
    return f"{amount:.2f}"


def what(act: Act) -> str:
    """Name an act for people: the tool, its amount and its target."""
    target = next((values[0] for values in act.targets.values() if values), "")
    amount = f" {cents(act.money[0])}" if act.money else ""
    return f"{act.effect.tool}{amount}" + (f" on {target[:60]}" if target else "")
