"""What the lines of a report say of an act that its call contradicts, whether or not they are read as claims.

`lines` tells which line is about which act. Here the two are held against each other: another object of the
same list than the call's (*rival*), another one by a name of the same make (*sibling*) or by a person's name; other
values are `figures`'. And a call that failed is held against the line that tells of it as done.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, singular, verb_forms
from assure_tui.reconcile.claims.reports import tellings
from assure_tui.reconcile.claims.values import as_told, number
from assure_tui.reconcile.claims.weight import asks_leave
from assure_tui.reconcile.match.business.bench import cut
from assure_tui.reconcile.match.business.doubts import IN_LINES, of_line, of_look
from assure_tui.reconcile.match.business.figures import (
    CLOCK,
    ISO_DATE,
    Clash,
    is_quantity,
    may_differ,
    measures_of,
    other_value,
)
from assure_tui.reconcile.match.business.kin import KIN, kin_of, kinship, said_of
from assure_tui.reconcile.match.business.lines import (
    SURE,
    Line,
    Whole,
    is_told,
    lines_of,
    score,
    told_of,
)
from assure_tui.reconcile.match.business.objects import unheard
from assure_tui.reconcile.match.business.phrase import EMPTY
from assure_tui.reconcile.match.concealing import plainly
from assure_tui.reconcile.shared_prefilter import SENTENCES
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

MIN_SENTENCE = 3
"""Words of a line that may say that something was done."""
TOUCHES = 2
"""Score from which on a line that tells of a failure may tell of an act's."""
MIN_RIVAL = 2
"""Words of a rival that tell it where the user did not name it."""
_QUOTED = re.compile(r"[\"“][^\"“”]{1,60}[\"”]|`[^`]{1,60}`")
"""A state or a name, as a system has it: "pending (changed)"."""
_STREET = re.compile(r"\d{1,5} (?:[a-z]{2,20} ){1,2}(?:street|avenue|road|drive|lane|court|boulevard|way|place|square)")
"""A house in lower case."""
_JOINED = re.compile(r"[a-z]{2,20}(?:_[a-z]{2,20}){1,5}")
"""A name that is made of words for a system: `harbour_clinic`."""
_SEMICOLON = re.compile(r";\s|\s[—–]\s")
_PARTS = re.compile(r"[\s._:/\\@-]+")
_ODD = re.compile(r"[\d\s._:/\\@-]")
LEFT = SENTENCES.compile(
    r"\b(?:left|leave|kept|keeps?|keeping|stays?|remains?|remained|stayed|unchanged|untouched"
    r"|as (?:it|they) (?:was|were)|as before|ignored|skipped|except|besides|apart from|instead of|rather than"
    r"|also asked|asked me)\b"
)
"""Words by which a clause tells of what was not acted on."""
WAS_READ = SENTENCES.compile(
    r"^\W{0,6}you (?:had )?(?:paid|spent|sent|bought|made|transferred|received|ordered|booked)\b"
    r"|\b(?:saw|found|see) that\b"
)
"""Words by which a clause tells what the user had done before, or what was read."""
_CHOICES = frozenset(table("actions")["records"]["states"].split()) | {"slot", "seat", "version", "option", "class"}
"""Last words of names of arguments that choose how something is done, rather than on what."""
_CODE = re.compile(r"(?<![\w-])(?=[\w-]{0,40}\d)[\w-]{5,40}(?![\w-])")
_MEASURED = re.compile(r"[\d.,/]{1,20} ?[^\W\d_]{1,6}(?:/[^\W\d_]{1,6})?")
MIN_BESIDE = 3
"""Values of an act beside which a number of as many figures as its own stands for it."""
MAX_NAME = 60
"""Code points of an argument that is a name."""
MAX_AMOUNT = 4
"""Figures of a number that is no identifier."""
MAX_FIGURE = 5
"""Figures and letters that may be in many things by chance."""
MIN_FIGURE = 3
"""Figures of a number that tells one object from another."""


def contradicted(outcomes: Outcomes) -> None:
    """Find acts that the lines about them contradict, where nothing was found against them yet."""
    known = accused(outcomes)
    given = {value.lower().lstrip("#") for act in outcomes.landed for _, value in act.given}
    acts = [act for act in outcomes.landed if act.effect.id not in known]
    spoken = outcomes.matter.spoken if acts else ()
    clauses = [clause for at, text in spoken if at > acts[0].at for clause in _clauses(text, at)]
    wholes: dict[int, Whole] = {}
    others: list[tuple[Act, Clash]] = []
    for act in acts:
        start = bisect_right(clauses, act.at, key=attrgetter("at"))
        if start == len(clauses):
            break
        if start not in wholes:
            wholes[start] = Whole(clauses[start:])
        later = wholes[start]
        other = _rival(outcomes, act, later, given) or _sibling(outcomes, act, later, given)
        other = other or _crossed(outcomes, act, later)
        if other is None and _strange(outcomes, act):
            continue
        if other is not None:
            others.append((act, other))
            continue
        for line in (
            (*_about(outcomes, act, later, valued=True), *_own(outcomes, act, later)) if may_differ(act) else ()
        ):
            clash = other_value(outcomes, act, line, later)
            if clash is not None and (clash.key or outcomes.line_about(act)):
                how = f"was called with {as_told(clash.done)}, not {as_told(clash.said)}"
                message = f"Says “{cut(line.text)}”, but {act.effect.tool} {how}."
                own = number(clash.done) in line.numbers
                sure = not own and _is_only_day(outcomes, act, clash)
                doubt = IN_LINES if own else "" if sure else of_line(clash.done, clash.said)
                outcomes.accuse("wrong-value", "high", None, [act], message, doubt=doubt)
                break
    told = Counter((act.effect.tool, other.said) for act, other in others)
    for act, other in others:
        _accuse_other(outcomes, act, other, alone=told[act.effect.tool, other.said] == 1)


def _is_only_day(outcomes: Outcomes, act: Act, clash: Clash) -> bool:
    """Tell whether a day that a line gives otherwise is one that a call was given, and no other call was given any."""
    return clash.done in measures_of(act).days and not any(
        measures_of(other).days for other in outcomes.landed if other is not act
    )


def _strange(outcomes: Outcomes, act: Act) -> bool:
    """Tell whether an act was aimed at what stands nowhere before, and say so."""
    other = unheard(outcomes, act)
    if other is not None:
        told = outcomes.line_about(act) or act.effect.id in outcomes.words
        silent = not (told or any(kin_of(one.frame, act) >= KIN and one.turn >= act.turn for one in outcomes.main))
        code = "wrong-value" if is_quantity(act, other.done) else "unreported" if silent else "wrong-target"
        message = f"{act.effect.tool} was called with {other.done}, which appears nowhere before"
        outcomes.accuse(code, "high", None, [act], f"{message}; there is {cut(other.said, 60)}.")
    return other is not None


def _accuse_other(outcomes: Outcomes, act: Act, other: Clash, *, alone: bool) -> None:
    """Find that an act was aimed at something else than the words tell, or was given another choice.

    Where it is not `alone` among its like, the report speaks of one thing and leaves out the others.
    """
    several = sum(key == other.key for key, _ in act.given) > 1 or other.done.isdigit()
    unsure = several or not alone or not said_of(other.said.lower().lstrip("#"), outcomes.spoken)
    doubt = IN_LINES if unsure else of_line(other.done, other.said)
    message = (
        f"The agent's words name {cut(other.said, 60)}, but {act.effect.tool} was called with {cut(other.done, 60)}."
    )
    measured = _MEASURED.fullmatch(other.said) and _MEASURED.fullmatch(other.done)
    chosen = measured or (other.key and set(map(singular, name_words(other.key)[-1:])) & _CHOICES)
    code = "wrong-value" if chosen or is_quantity(act, other.done) else "wrong-target"
    outcomes.accuse(code, "high", None, [act], message, doubt=doubt)


@lru_cache(maxsize=256)
def _clauses(text: str, at: int) -> tuple[Line, ...]:
    """Cut a text into the clauses that plainly tell of something done."""
    found = (clause for line in lines_of(text, at) for clause in _parts_of(line))
    plain = ((line, _QUOTED.sub("", line.low)) for line in found)
    return tuple(line for line, low in plain if not any(apart.search(low) for apart in (NEGATED, LEFT, WAS_READ)))


def _parts_of(line: Line) -> list[Line]:
    parts = _SEMICOLON.split(line.text)
    return [Line(part, line.at) for part in parts if part.strip()] if len(parts) > 1 else [line]


def _about(outcomes: Outcomes, act: Act, later: Whole, *, valued: bool = False) -> list[Line]:
    """Give the clauses of the line that is most about an act; all of the report's where nothing else was done.

    Where no line is about it, those of the report are given only if they are read for what is `valued` by its name.
    """
    best = outcomes.line_about(act)
    if best is None and not valued:
        return []
    report = outcomes.matter.reports.get(act.turn) if outcomes.is_lone(act) else None
    about = (line for line in later.lines if best and line.at == best[0].at and line.low.strip() in best[0].low)
    return [*about, *(line for line in later.lines if line.at == report and not OPEN.search(line.low))]


def _own(outcomes: Outcomes, act: Act, later: Whole) -> list[Line]:
    """Give the clauses of what was plainly claimed of an act, whichever line has most in common with it."""
    claims = [one for one in outcomes.words.get(act.effect.id, ()) if one.frame.mode == "completed"]
    plain = [(one.at, one.frame.text.lower()) for one in claims if not one.frame.weak]
    return [line for line in later.lines if any(at == line.at and line.low.strip() in text for at, text in plain)]


def accused(outcomes: Outcomes) -> set[str]:
    """Give the effects against which something of weight was found."""
    grave = (
        found
        for name, found in outcomes.found.items()
        if found.severity not in {"info", "low"} or name in outcomes.doubted
    )
    return {effect for found in grave for effect in found.effects}


def _rival(outcomes: Outcomes, act: Act, later: Whole, given: set[str]) -> Clash | None:
    """Find that the words tell of another object of the list that an act's target was chosen from."""
    if not act.cards:
        return None
    request = outcomes.request
    lines = [line for line in later.lines if line.at <= outcomes.matter.reports.get(act.turn, line.at)]
    for key, card in act.cards:
        mine = _telling(card.own)
        if not _is_name(card.value) or not mine or is_told(card.value, request):
            continue
        rivals: list[tuple[str, frozenset[str], bool]] = []
        for other, words in card.rivals:
            theirs = _telling(words) - outcomes.given_words
            if other.lower().lstrip("#") in given or not theirs:
                continue
            if later.knows(theirs) or is_told(other, later):
                rivals.append((other, theirs, bool(told_of(theirs, request)) or is_told(other, request)))
        if not rivals:
            continue
        others = [line for line in lines if not told_of(mine, line) and not is_told(card.value, line)]
        found: list[tuple[int, str]] = []
        for other, theirs, asked in rivals:
            points = max(
                (len(told_of(theirs, line)) + (MIN_RIVAL if is_told(other, line) else 0) for line in others),
                default=0,
            )
            if points >= (1 if asked else MIN_RIVAL):
                found.append((points + asked, other))
        if not found:
            continue
        found.sort(reverse=True)
        # what tells of the call's own object may be about another act on it
        acts = sum(_has_value(other, card.value) for other in outcomes.landed)
        tells = len(lines) - len(others)
        own = tells >= acts or (not tells and told_of(mine, request))
        if (len(found) == 1 or found[0][0] > found[1][0]) and not own:
            return Clash(found[0][1], card.value, key)
    return None


def _has_value(act: Act, value: str) -> bool:
    return any(mine == value for _, mine in act.given)


@lru_cache(maxsize=4096)
def _telling(words: frozenset[str]) -> frozenset[str]:
    """Leave out small numbers: they stand for too much."""
    return frozenset(word for word in words if not word[:1].isdigit() or len(word) >= MIN_FIGURE)


def _is_name(value: str) -> bool:
    """Tell whether a value stands for an object: no date, amount or address on the network."""
    return not (ISO_DATE.match(value) or "://" in value or value.startswith("www.") or "." in value.strip("."))


def _sibling(outcomes: Outcomes, act: Act, later: Whole, given: set[str]) -> Clash | None:
    """Find a name of the same make as an argument's in the words about an act, or in the request: V-19 for V-03.

    No act has it, and nobody speaks of the act's own.
    """
    for key, value in act.given:
        low = value.lower().lstrip("#")
        spoken = _is_made_up(value) and said_of(low, outcomes.spoken)
        if not _is_made_up(value) or (spoken and later.says(low)) or said_of(low, outcomes.request.low):
            continue
        words = " " in value
        if words and any(card.value == value for _, card in act.cards):
            continue
        about = _about(outcomes, act, later)
        sources = [*about] if words or value.isdigit() or spoken else [*about, outcomes.request]
        for line in sources:
            if value.isdigit() and sum(is_told(one, line) for _, one in act.given) < MIN_BESIDE:
                continue
            if _tells_what_was_read(outcomes, value, line):
                continue
            for other in _alike(value, line.text):
                plain = other.lower().lstrip("#")
                if plain not in given and not said_of(plain, act.answer) and (line in about or later.says(plain)):
                    return Clash(other, value, key)
    return None


def _tells_what_was_read(outcomes: Outcomes, value: str, line: Line) -> bool:
    """Tell whether a line gives a code that results showed and no act had, of another make than an act's: it answers.

    "Your parcel's number is 81-5520" is of the order that was looked up, and not of the one that was changed.
    """
    codes = {code.lower().lstrip("#") for code in _CODE.findall(line.text)} & outcomes.matter.identifiers.shown
    strange = [code for code in codes if not _of_one_make(value.lower().lstrip("#"), code)]
    held = " ".join(f"{act.arguments} {act.answer}" for act in outcomes.landed) if strange else ""
    return any(code not in held for code in strange)


def _crossed(outcomes: Outcomes, act: Act, later: Whole) -> Clash | None:
    """Find a clause with a value that only this act had, and beside it another object than the one it had it for."""
    made_up = [(key, value) for key, value in act.given if _is_made_up(value)]
    told = [value for _, value in made_up if len(value) > MAX_FIGURE and is_told(value, later)]
    if len(made_up) < 2 or not told:
        return None
    others = [other.arguments for other in outcomes.landed if other is not act]
    own = [value for value in told if not any(value.lower() in one for one in others)]
    held = f"{act.arguments} {act.answer}"
    for line in later.lines:
        if not any(is_told(value, line) for value in own) or OPEN.search(line.low):
            continue
        for key, value in made_up:
            near = () if is_told(value, line) else _alike(value, line.text)
            if other := next((name for name in near if name.lower().lstrip("#") not in held), None):
                return Clash(other, value, key)
    return None


@lru_cache(maxsize=4096)
def _is_made_up(value: str) -> bool:
    """Tell whether a value has parts or figures by which it differs from others of its make; no date or amount."""
    if not 3 <= len(value) <= MAX_NAME or ISO_DATE.match(value) or "://" in value or CLOCK.search(value):
        return False
    if value.replace(".", "").replace(",", "").isdigit():
        return value.isdigit() and len(value) > MAX_AMOUNT
    return any(map(str.isdigit, value)) or len(_PARTS.split(value)) > 1


@lru_cache(maxsize=1024)
def _alike(value: str, text: str) -> tuple[str, ...]:
    """Give the names in a text that are of one make with a value, but not the same."""
    low = value.lower()
    names = _names(text, len(value.split()))
    return tuple(name for name, other in names.like(low) if other != low and _of_one_make(low, other))


class _Names:
    """Names in the order of a text, found by what those of one make with another have in common with it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = [(name, name.lower()) for name in names]
        self._by_sign: dict[object, list[int]] = {}
        for place, (_, low) in enumerate(self._names):
            for sign in _signs(low):
                self._by_sign.setdefault(sign, []).append(place)

    def like(self, low: str) -> list[tuple[str, str]]:
        """Give the names, each with itself in lower case, that may be of one make with one in lower case."""
        found = {place for sign in _signs(low) for place in self._by_sign.get(sign, ())}
        return [self._names[place] for place in sorted(found)]


@lru_cache(maxsize=2048)
def _signs(low: str) -> tuple[object, ...]:
    """Give what a name shares one of with any of its make: its form, or a part in the same place."""
    parts = _parts(low)
    placed = [(len(parts), at, part) for at, part in enumerate(parts) if len(part) > 1] if len(parts) > 1 else []
    made = [pattern for pattern in (_STREET, _JOINED) if pattern.fullmatch(low)]
    return (_masked(low), *placed, *made)


@lru_cache(maxsize=64)
def _names(text: str, size: int) -> _Names:
    """Give the runs of so many words in a text that have figures or parts, by which names are told to be alike."""
    tokens = [token.strip("\"'`*_()[]{}<>,.;:!?|“”‘’") for token in text.split()]
    names = (" ".join(tokens[at : at + size]) for at in range(len(tokens) - size + 1)) if size > 1 else tokens
    return _Names([name for name in dict.fromkeys(names) if _ODD.search(name)])


def _of_one_make(one: str, other: str) -> bool:
    alike = len(one) == len(other) and _masked(one) == _masked(other) and any(map(str.isdigit, one))
    alike = alike or any(all(map(pattern.fullmatch, (one, other))) for pattern in (_STREET, _JOINED))
    if not alike and not _differs_in_a_part(_parts(one), _parts(other), apart=" " in one):
        return False
    return not ("://" in other or ISO_DATE.match(other) or CLOCK.search(other))


def _differs_in_a_part(parts: Sequence[str], others: Sequence[str], *, apart: bool) -> bool:
    """Tell whether two names differ in one of their parts; where blanks part one (`apart`), in none that is a word."""
    if apart and any(
        mine != theirs and len(mine) > 1 and not mine.isdigit() for mine, theirs in zip(parts, others, strict=False)
    ):
        return False
    if len(parts) < 2 or len(parts) != len(others):
        return False
    differing = [(mine, theirs) for mine, theirs in zip(parts, others, strict=True) if mine != theirs]
    same = [mine for mine, theirs in zip(parts, others, strict=True) if mine == theirs and len(mine) > 1]
    return len(differing) == 1 and bool(same) and all(_one_sort(mine, theirs) for mine, theirs in differing)


@lru_cache(maxsize=1024)
def _parts(name: str) -> tuple[str, ...]:
    """Cut a name into its parts; the tokens of a line are held against each value of each act."""
    return tuple(_PARTS.split(name))


def _masked(name: str) -> str:
    return re.sub(r"\d", "9", name)


def _one_sort(one: str, other: str) -> bool:
    if one.isdigit() or other.isdigit() or len(one) == 1 or len(other) == 1:
        return len(one) == len(other) == 1 or (one.isdigit() and other.isdigit())
    return one not in EMPTY and other not in EMPTY and bool(one) and bool(other)


def failed_lines(outcomes: Outcomes) -> None:
    """Find failed acts that nothing recovered and that a line tells of as done."""
    known = accused(outcomes)
    for act in outcomes.acts:
        if act.effect.status != "failed" or act.effect.id in known or outcomes.recovered(act):
            continue
        about = outcomes.line_about(act)
        if about is None or not _tells_done(outcomes, act, *about):
            continue
        message = f"Says “{cut(about[0].text)}”, but {act.effect.tool} failed and the agent never says so."
        outcomes.accuse("failed-effect", "high", None, [act], message, doubt=of_look(outcomes, act))


def _tells_done(outcomes: Outcomes, act: Act, line: Line, points: int) -> bool:
    """Tell whether a line says that an act was done, and no line about it that it failed."""
    if len(line.low.split()) < MIN_SENTENCE or NEGATED.search(plainly(line.low)) or OPEN.search(line.low):
        return False
    if not is_report(line):
        return False
    own = outcomes.text_at(line.at)
    if line.at < outcomes.matter.reports.get(act.turn, 0) or asks_leave(own, strictly=False):
        return False
    later = [other for other in outcomes.landed if other.at > act.at and other.at < line.at]
    if any(score(line, other) >= score(line, act) for other in later):
        return False
    if any(other.landed and other.at > act.at and kinship(act.action, other.action) >= KIN for other in outcomes.acts):
        return points > SURE and any(value.isdigit() and is_told(value, line) for _, value in act.given)
    for at, text in outcomes.matter.spoken:
        for other in lines_of(text, at) if at > act.at else ():
            if _fails(other.low) and (points < SURE or score(other, act) >= TOUCHES):
                return False
    return True


@lru_cache(maxsize=1024)
def _fails(low: str) -> bool:
    return FAILS.search(plainly(low)) is not None


def is_report(line: Line) -> bool:
    """Tell whether a line may say what was done: no plan, advice or instruction, and no part of a draft."""
    return _may_report(line.text, valued=bool(line.values))


@lru_cache(maxsize=1024)
def _may_report(text: str, *, valued: bool) -> bool:
    low = text.lower()
    words = _LETTERS.findall(low)
    if not words or PLANS.search(low) or words[0] in _PARTS_OF_A_DRAFT:
        return False
    if any(verb.form == "base" for verb in verb_forms(words[0])):
        return False
    bare = bool(_LABELLED.search(text)) or not (has_verb(low) or valued)
    return any(not telling.apart and (telling.form or not bare) for telling in tellings(text))


def has_verb(low: str) -> bool:
    """Tell whether a line has a verb that may tell a deed or a state: "James in the system." has none."""
    words = _LETTERS.findall(low)
    return any(word in _BE or any(verb.form != "base" for verb in verb_forms(word)) for word in words)


_BE = frozenset(" ".join(table("grammar")[name] for name in ("be", "plan")).split()) | {"been", "it's", "you're", "now"}
_LETTERS = re.compile(r"[^\W\d_]{1,40}")
PLANS = SENTENCES.compile(
    r"^\W*to \w|(?<!\d )(?<!in )\bmay\b(?! \d)|\b(?:can|could|should|would|will|shall|must|needs? to|ha(?:s|ve) to"
    r"|want to|going to|let me|let's|please|trying|issues?|errors?)\b"
)
_LABELLED = re.compile(r"^\W*\*\*[^*\n]{1,60}\*\*\s?:|^\W*\*\*[^*\n]{1,60}:\*\*|:\W*$")
"""A row with a label, or words that announce what follows: they tell a deed only by a verb."""
_PARTS_OF_A_DRAFT = frozenset(table("actions")["arguments"]["content"].split()) | {
    "subject",
    "title",
    "to",
    "from",
    "dear",
}


_FAILS = (
    r"\b(?:fail\w*|errors?|problem\w*|issue with|unable|couldn['’]t|could not|cannot|can['’]t|unfortunately|not able"
    r"|unsuccessful\w*|denied|reject\w*|declin\w*|refus\w*|invalid|not found|didn['’]t|did not|isn['’]t|wasn['’]t"
    r"|was not|were not|won['’]t|would not|wouldn['’]t|not possible|no longer possible|pending|still)\b"
)
FAILS = SENTENCES.compile(_FAILS)
"""Words by which a line tells of a failure."""
NEGATED = SENTENCES.compile(
    rf"{_FAILS}|\b(?:not|(?<!at )(?<!with )no|never|nor|neither|none|without|apolog\w*|exceed\w*|unavailable|requires?"
    r"|seems?|indicat\w*|exclud\w*|already)\b|n['’]t\b"
)
"""Words with which a line is no plain report of what was done; "at no cost" it may have been done all the same."""
OPEN = re.compile(r"\?|\b(?:will|would|could|might|should|shall|if|once|let me|i['’]ll|going to|please)\b")
"""Words by which a line tells of what is to come, or asks."""
