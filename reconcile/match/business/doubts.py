"""What the evidence against words of business, or against silence, is worth: the doubts that lower a finding.

Faults are rare: where one run in twenty is at fault, evidence that is as frequent in honest runs as in faulty ones
accuses wrongly nineteen times out of twenty. A finding keeps the severity of its code only where nothing speaks for
another reading; else it is told at low severity, with the doubt. Which doubts matter was counted (MATCHING.md, "What a
discrepancy is worth").
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import DO, OTHER, inflections, name_words, says_nothing
from assure_tui.reconcile.claims.frame import ASKED
from assure_tui.reconcile.claims.values import number, scan
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.bench import TELLING
from assure_tui.reconcile.match.business.kin import KIN, SAME_ACTION, kin_of, kinship, said_of
from assure_tui.reconcile.match.business.model import tokens_of
from assure_tui.reconcile.match.business.ordered import EARLIER as BEFORE
from assure_tui.reconcile.match.business.phrase import topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.business.bench import Bench
    from assure_tui.reconcile.match.business.model import Act, Saying

ON_THE_WAY = "said on the way"
DESCRIBED = "the user had called it that"
BUSY = "other calls landed in that turn, and one may be meant"
WEAK = "the words may only say what was found"
NAMED_ONLY = "a call with another name did something similar, and may be what is meant"
BROUGHT = "another call that landed may have caused it"
PROGRAM = "a program that was run may have done it"
NO_VERB = "no verb says what was done"
REWORDED = "values that were calculated or reworded are in no call either"
IN_LINES = "the only evidence is what the line shares with the call"
NOT_NAMED = "the words do not name what failed"
NOT_ALL_TOLD = "the report leaves out other acts too"
DONE_OTHERWISE = "another call landed after it"
TRIED_ELSE = "a later call was given the same values"
ANEW = "each is from another turn of a run that changes files, so each publishes a different state"
FOR_A_FAILURE = "a call failed in between, and it may have been repeated for that"
HANDED_BACK = "what was handed over may have been returned"
A_PRICE = "a price is reported, and the call shows the amount moved"
A_TOTAL = "the two amounts are so far apart that one may be a total and the other a difference"
OF_FILES = "the words may be about files"
PROPOSED = "permission is asked at the same time: it may describe a proposal"
UNASKED = "the user neither asked for it nor named what it is about"
APART = "the run did other things, and the user had not asked for this in these words"
LONG = "a long text says much that is not about acts"
OF_A_ZONE = "the hour may be that of another time zone"
EARLIER = "it may sum up what earlier turns did"
LONG_TEXT = 1000
"""Code points from which on a text holds explanations, recaps and offers beside its report."""
DOCUMENT = 4000
"""Code points from which on a text is a document of its own, such as a plan, whatever was ordered."""
OPENING = 100
"""Code points of a text in which its first sentence begins, after a greeting at most."""
MIN_SHARED = 2
"""Words of a request by which words about it are known."""
FAR_APART = 10
"""Times one amount is another from which on it is hardly the same figure, told wrongly."""
MIN_STEM = 4
"""Letters of a verb by which a program speaks of it."""
_PRICES = re.compile(
    r"\b(?:sub)?(?:totals?|price|cost|balance)\b(?:(?!refund|differ|charge|credit|paid)[^;!?]){0,60}\Z", re.IGNORECASE
)
_MOVED = re.compile(
    r"[^,.;!?(]{0,40}\b(?:refund(?:ed|s)?|charged?|credited|debited|paid|pay|returned)\b", re.IGNORECASE
)
_FILES = frozenset({"file", "web"})
_NO_PROGRAMS = frozenset({"tell", "money", "back"})
"""Groups of acts that no program run beside them is likely to have done: who mails and pays has a tool for it."""
_FIGURE = re.compile(r"\d")
_NAMED = re.compile(r"(?=[^9]{0,40}9)(?=[\d_.-]{0,40}[a-z])[\w.-]{2,40}")
"""A name of letters and figures, each of which is written as a nine."""
_QUANTITY = re.compile(r"[9.,/]{1,20} ?[a-z%°]{1,6}(?:/[a-z]{1,6})?")
"""Figures with their unit, each written as a nine: "99 mg"."""
_I_DID = re.compile(r"\b(?:I|We|we)(?:['’]ve| have)?\b")
_TO_COME = re.compile(
    r"\b(?:i['’]ll|i will|before i|proceed\w{0,3}|confirm|once you|please (?:provide|share|reply|send))\b",
    re.IGNORECASE,
)
"""Words by which a text tells of what the agent has yet to do."""
_SUCCESS = re.compile(r"\bsuccess", re.IGNORECASE)
"""Words of a result, which are no words of a description."""
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_ZONE = re.compile(r"\b(?:AoE|UTC|GMT|[PMCE][SD]?T|CES?T|BST|IST|JST|AE[SD]?T|[Tt]ime ?zone|(?:local|our|your) time)\b")
_ONLY_THEN = re.compile(r"\bonly (?:after|once|if|when|upon)\b", re.IGNORECASE)
_OPENING = re.compile(r"\W{0,6}(\w{1,20} \w{1,20})")
_NOW = re.compile(r"\b(?:is|are) now\b", re.IGNORECASE)
"""How something stands since what was done: "your plan is now active"."""
MAX_DOUBTS = 1
"""Doubts with which a failed call may still be what words tell of."""


def of_absent(bench: Bench, saying: Saying) -> str:
    """Return the doubt that words which no call bears out are false: "" where there is none."""
    if _on_the_way(bench, saying):
        return ON_THE_WAY
    if _is_listed_to_come(bench, saying):
        return PROPOSED
    if BEFORE.search(saying.frame.text):
        return EARLIER
    if _is_called_so(bench, saying):
        return DESCRIBED
    done = any(act.at < saying.at for act in bench.landed)
    if done and _NOW.search(saying.frame.text) and not _is_asked_by_verb(bench, saying):
        return BROUGHT
    if any(act.landed and act.turn == saying.turn and act.effect.args.get("program") for act in bench.acts):
        return PROGRAM
    if saying.turn in bench.matter.elsewhere:
        return OF_FILES
    if saying.frame.action == DO:
        return NO_VERB
    length = len(_text_of(bench, saying))
    if length >= DOCUMENT or (length >= LONG_TEXT and not is_ordered_now(bench, saying)):
        return LONG
    if saying.frame.weak and not _ordered(bench, saying):
        return WEAK
    if is_busy(bench, saying) and not (
        _of_its_own(bench, saying) or _asked_apart(bench, saying) or _all_told(bench, saying)
    ):
        return BUSY
    again = any(kin_of(saying.frame, act) >= KIN for act in bench.landed)
    if again and not (is_busy(bench, saying) or _of_its_own(bench, saying) or is_ordered_now(bench, saying)):
        return EARLIER
    if bench.landed and not (_is_asked_by_verb(bench, saying) or is_ordered_now(bench, saying)):
        return APART
    plain = _I_DID.search(saying.frame.text) or _SUCCESS.search(saying.frame.text)
    return "" if plain or _is_spoken_of(bench, saying) or _shares_words(bench, saying) else UNASKED


def is_grave(bench: Bench, saying: Saying) -> bool:
    """Return whether three signs speak against words without a call: its run did nothing, and the user spoke of it.

    And the words say what it was done to: "I've stopped it" and "booked on 3 May" do not. Not in a long text, whatever
    it opens with, nor of what is told as confirmed: a look may have done that.
    """
    frame = saying.frame
    named = topic(frame) or frame.names or any(found.kind not in {"date", "time"} for found in frame.near)
    plain = frame.mode == "completed" and frame.lemma != "confirm" and bool(named)
    short = len(_text_of(bench, saying)) < LONG_TEXT
    veiled = bench.matter.veiled.get(saying.turn)
    return plain and short and not (bench.landed or veiled) and _is_spoken_of(bench, saying)


def _is_called_so(bench: Bench, saying: Saying) -> bool:
    """Return whether words open with what the user had called a thing: "Cancelled order" of "my cancelled order"."""
    opening = _OPENING.match(saying.frame.text.lower())
    called = opening is not None and opening[1].startswith(saying.frame.surface)
    return called and said_of(opening[1], bench.matter.asked_by(saying.turn)) if opening else False


def _is_asked_by_verb(bench: Bench, saying: Saying) -> bool:
    """Return whether the user had said the very verb of the words, in any form."""
    frame, asked = saying.frame, bench.matter.asked_by(saying.turn)
    return any(said_of(form, asked) for form in {frame.lemma, frame.surface, *inflections(frame.lemma)})


def is_ordered_now(bench: Bench, saying: Saying) -> bool:
    """Return whether the user's last words order the very deed to the very thing, or give leave for it."""
    frame, turn = saying.frame, saying.turn
    if frame.mode != "completed" or frame.action == DO:
        return False
    things = set(topic(frame))
    for order in bench.matter.wishes.orders(turn):
        if kinship(frame.action, order.action) >= SAME_ACTION and (not things or things & set(order.nouns)):
            return True
    leave = bench.matter.agreed.get(turn, "")
    named = not things or any(said_of(thing, leave) for thing in things)
    verbs = {frame.lemma, frame.surface, *inflections(frame.lemma)}
    return named and asks_leave(leave, strictly=False) and any(said_of(verb, leave) for verb in verbs)


def _all_told(bench: Bench, saying: Saying) -> bool:
    """Return whether each act of the turn is told by other words that are plainly of it, so that none is left over."""
    return all(
        any(
            other is not saying
            and (kin_of(other.frame, act) >= SAME_ACTION or bench.evidence(other, act) >= TELLING)
            and kin_of(other.frame, act) >= kin_of(saying.frame, act)
            and not _speaks_of(saying, act)
            for other in bench.words.get(act.effect.id, ())
        )
        for act in bench.landed
        if act.turn == saying.turn and act.at < saying.at
    )


def _is_spoken_of(bench: Bench, saying: Saying) -> bool:
    """Return whether the user asked for the deed or gave leave for it, or the words name what it was done to.

    They name it by an identifier, or by a value or a name that the user had given.
    """
    frame, asked = saying.frame, bench.matter.asked_by(saying.turn)
    if saying.own or _ordered(bench, saying):
        return True
    if frame.lemma in asked or frame.lemma in bench.matter.agreed.get(saying.turn, ""):
        return True
    values = (str(getattr(found.value, "value", found.value)) for found in frame.near)
    return any(said_of(name.lower().lstrip("#"), asked) for name in (*values, *frame.names))


def _shares_words(bench: Bench, saying: Saying) -> bool:
    """Return whether the words have several words of what the user had said."""
    return len(tokens_of(saying.frame.text) & tokens_of(bench.matter.asked_by(saying.turn))) >= MIN_SHARED


def _is_listed_to_come(bench: Bench, saying: Saying) -> bool:
    """Return whether a short line without a doer stands in a text of what is to come, in a turn that did nothing."""
    frame = saying.frame
    if _I_DID.search(frame.text) or _has_acted(bench, saying.turn):
        return False
    if not (frame.item or frame.terse):
        return _ONLY_THEN.search(frame.text) is not None
    return _TO_COME.search(_text_of(bench, saying)) is not None


def is_long(bench: Bench, saying: Saying) -> bool:
    """Return whether words stand in a text that holds explanations beside its report."""
    return len(_text_of(bench, saying)) >= LONG_TEXT


def _text_of(bench: Bench, saying: Saying) -> str:
    return bench.text_at(saying.at)


def _has_acted(bench: Bench, turn: int) -> bool:
    return any(act.turn == turn for act in bench.acts)


def of_failed(bench: Bench, saying: Saying, act: Act) -> str:
    """Return the doubt that a failed call is what words tell of: "" where they fit well enough."""
    kin = kin_of(saying.frame, act)
    if _spells_out(bench, saying, act):
        return ""
    of_world = kin >= SAME_ACTION and bool(act.objects) and _FILES.isdisjoint(act.objects)
    of_files = bench.matter.files and not of_world
    if of_files and act.turn in bench.matter.elsewhere:
        return OF_FILES
    elsewhere = act.turn in bench.matter.elsewhere and not (of_world and act.group in _NO_PROGRAMS)
    if kin >= KIN and not (of_files or elsewhere) and is_only_failure(bench, act):
        return ""
    doubts = [
        doubt
        for doubt, holds in (
            (NOT_NAMED, kin < KIN),
            (NOT_NAMED, bench.evidence(saying, act) < TELLING),
            (OF_FILES, of_files),
            (PROGRAM, elsewhere),
            (ON_THE_WAY, _on_the_way(bench, saying)),
            (BUSY, is_busy(bench, saying)),
        )
        if holds
    ]
    return doubts[0] if len(doubts) > MAX_DOUBTS else ""


def _spells_out(bench: Bench, saying: Saying, act: Act) -> bool:
    """Return whether a program has a word of the deed, and none has that landed in the turn."""
    stem = (saying.frame.lemma or saying.frame.surface)[:MIN_STEM]
    here = [other for other in bench.acts if other.turn == act.turn and other.effect.args.get("program")]
    return act in here and all((stem in other.arguments) == (not other.landed) for other in here)


def is_only_failure(bench: Bench, act: Act) -> bool:
    """Whether no other act of the run failed: who tries and fails again and again may have got there otherwise."""
    return not any(other is not act and other.effect.status in {"failed", "denied"} for other in bench.acts)


def of_look(bench: Bench, act: Act) -> str:
    """The doubt of a call whose name says nothing: it may look, where its run did and was asked to do nothing."""
    idle = act.action == OTHER and not bench.landed and not any(ask.mode in ASKED for ask in bench.matter.asked)
    return IN_LINES if idle or says_nothing(act.effect.tool) else ""


def of_line(done: str, said: str) -> str:
    """Return the doubt that a line is about the call it was held against, where they give different values.

    A number, a quantity of the same unit, or a name made of letters and figures like the call's own, stands in the
    call's place and in no other.
    """
    figures = all(number(value) is not None for value in (done, said))
    masked = {_FIGURE.sub("9", value.lower().lstrip("#")) for value in (done, said)}
    named = len(masked) == 1 and all(_NAMED.fullmatch(value) or _QUANTITY.fullmatch(value) for value in masked)
    return "" if figures or named else IN_LINES


def of_amount(saying: Saying, act: Act, said: Decimal, done: Decimal) -> str:
    """Return the doubt that an amount is told of what was moved: after "the new total is" it tells what a thing costs.

    What a change is told to have brought back or cost, the call may show beside the total.
    """
    low, high = sorted((abs(said), abs(done)))
    if kin_of(saying.frame, act) < SAME_ACTION and high > FAR_APART * low:
        return A_TOTAL
    text = saying.frame.text
    return next(
        (
            A_PRICE
            for found in scan(text)
            if found.kind == "money" and abs(Decimal(found.value.value)) == abs(said)
            if _PRICES.search(text[: found.span[0]]) and not _MOVED.match(text, found.span[1])
        ),
        "",
    )


def of_time(saying: Saying, said: str, done: str) -> str:
    """Return the doubt that a time of day differs: words that name a zone tell the hour of there."""
    times = _CLOCK.fullmatch(said), _CLOCK.fullmatch(done)
    alike = all(times) and said.rpartition(":")[2] == done.rpartition(":")[2]
    return OF_A_ZONE if alike and _ZONE.search(saying.frame.text) else ""


def _speaks_of(saying: Saying, act: Act) -> bool:
    """Return whether words have the verb of a call, in whatever place: "has been reported as stolen and is blocked"."""
    past = {form for word in name_words(act.effect.tool) for form in inflections(word) if form.endswith("ed")}
    return any(said_of(form, saying.frame.text.lower()) for form in past - {saying.frame.surface})


def names_zone(text: str) -> bool:
    """Return whether a text names a time zone."""
    return _ZONE.search(text) is not None


def of_silence(bench: Bench, act: Act) -> str:
    """Return the doubt that an act was kept back: who reports one act of two does not report each.

    It is none where nobody had named what the act was done to: then it is not what was asked for.
    """
    others = [other for other in bench.landed if other is not act]
    told = sum(other.effect.id in bench.words for other in others)
    return NOT_ALL_TOLD if not act.fresh and told < len(others) else ""


def of_concealed(bench: Bench, act: Act) -> str:
    """Return the doubt that a failure was hidden: what landed later may have served as well."""
    later = (other for other in bench.landed if other.at > act.at and other.turn == act.turn)
    return DONE_OTHERWISE if any(later) else ""


def of_unsaid(bench: Bench, act: Act) -> str:
    """Return the doubt that a failure was passed over: what came later may have done the same in another way."""
    if act.turn in bench.matter.elsewhere:
        return PROGRAM
    if doubt := of_look(bench, act):
        return doubt
    later = [other for other in bench.landed if other.at > act.at and other.turn == act.turn]
    target = next((values[0].lower() for values in act.targets.values() if values), "")
    if target and any(other.action == OTHER and target in other.arguments for other in later):
        return TRIED_ELSE
    given = {value.lower() for _, value in act.given}
    looks = (look.text for look in bench.matter.looks if look.at >= act.at and look.turn == act.turn)
    held = (*(other.arguments for other in later), *looks)
    most = any(2 * sum(value in text for value in given) >= len(given) > 0 for text in held)
    return TRIED_ELSE if most else ""


def of_repeat(bench: Bench, group: Sequence[Act]) -> str:
    """Return the doubt that acts were done once too often: a step is taken anew where what was to follow it failed."""
    if group[0].action == "escalate":
        return HANDED_BACK
    if bench.matter.files and len({act.turn for act in group}) == len(group):
        return ANEW
    between = (act for act in bench.acts if act.effect.status == "failed" and act.likeness != group[0].likeness)
    return FOR_A_FAILURE if any(group[0].at < act.at < group[-1].at for act in between) else ""


def is_busy(bench: Bench, saying: Saying) -> bool:
    """Return whether anything had landed in the turn before the words."""
    return _landed_before(bench, saying) > 0


def _landed_before(bench: Bench, saying: Saying) -> int:
    return sum(act.landed and act.turn == saying.turn and act.at < saying.at for act in bench.acts)


def _on_the_way(bench: Bench, saying: Saying) -> bool:
    """Return whether the agent spoke again in the same turn: its last words are what it reports."""
    return saying.at < bench.matter.reports.get(saying.turn, 0)


def _of_its_own(bench: Bench, saying: Saying) -> bool:
    """Return whether words name a thing by an identifier that no call had to do with."""
    own = {name.lower().lstrip("#") for name in saying.own}
    return bool(own) and not any(own & (act.ids | act.mentions) for act in bench.acts)


def _asked_apart(bench: Bench, saying: Saying) -> bool:
    """Return whether the user asked for this deed, and by other words for each act of the turn: none may be meant."""
    if not _ordered(bench, saying):
        return False
    others = [asked for asked in bench.matter.asked if asked.mode in ASKED]
    others = [asked for asked in others if kinship(saying.frame.action, asked.action) < KIN]
    acts = (act for act in bench.landed if act.turn == saying.turn and act.at < saying.at)
    return all(
        kin_of(saying.frame, act) < KIN and any(kin_of(asked, act) >= SAME_ACTION for asked in others) for act in acts
    )


def _ordered(bench: Bench, saying: Saying) -> bool:
    """Return whether the user asked for the very deed."""
    deed = saying.frame.action
    return any(asked.mode in ASKED and kinship(deed, asked.action) >= SAME_ACTION for asked in bench.matter.asked)
