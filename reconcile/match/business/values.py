"""Values that words and acts contradict each other in: amounts, times of day, numbers of things, dates.

An amount in a report may be a part of what was paid, a price for each of several, or what remains of two amounts; it
contradicts only what no such reckoning explains.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import group_of, name_words, singular
from assure_tui.reconcile.claims.values import number, same_amount, same_date
from assure_tui.reconcile.match.business.figures import clocks_in, forms
from assure_tui.reconcile.match.business.kin import amounts_of, values_of
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.claims.values import Found
    from assure_tui.reconcile.match.business.model import Act, Saying

MAX_RECKONED = 40
"""Amounts of one text that are added and taken from each other."""
MAX_PARTS = 6
"""Amounts in a row that a text may add up."""
MAX_EACH = 9
"""Passengers, nights, items that a price is told for each of."""
_SPAN = re.compile(
    r"\d{1,4}(?:\s?[-–—]\s?\d{1,4})?\s(?:business |working )?(?:day|week|month|year|hour|minute|night)s?\b"
)
"""A length of time, which counts no things."""
_EACH = re.compile(
    r"\b(?:per|each|apiece|every)\b|\d ?(?:x\b|[×=]|/ ?[a-z]|[*+] ?[$€£]?\d)|[×=] ?[$€£]?\d", re.IGNORECASE
)
_BOLD = re.compile(r"\*\*|__")


_INCLUDES = re.compile(r"^[^\d$€£]{0,200}\b(?:which |that )?(?:includ(?:es|ing)|covers?|covering)\b", re.IGNORECASE)
"""Words that give parts of an amount and not the whole."""


MEANS = re.compile(r"\b(?:payment method|(?:credit|debit) card)s?\b")
"""What is paid with, whichever way the money goes."""
ASIDE = re.compile(
    r"\?|\b(?:total|balance|original(?:ly)?(?! (?:\w{1,20} ){0,2}(?:payment|account|card|method)\b)"
    r"|worth|costs?|in all|subtotal|fee|tax|each|per|before|up to"
    r"|would|could|might|if|should|no|not)\b"
)
"""Words of an amount that is not what was moved, or was only thought of."""
_LEFT = re.compile(
    r"\b(?:remaining|other|rest of the) (?:\w{1,20} ){0,2}(?:items?|parts?|things|positions|orders?)\b", re.IGNORECASE
)
"""Words of an amount that is worked out for what is left."""


_NEW_CLAUSE = re.compile(r",\s(?:and|so|while|but)\s(?=[^,]{0,200}$)")


def _in_other_clause(frame: Frame) -> bool:
    """Tell whether the amounts stand in another clause than the verb: "it costs $207, and the rest was refunded"."""
    at = frame.text.lower().find(frame.surface) if frame.surface else -1
    joint = _NEW_CLAUSE.search(frame.text)
    return joint is not None and at > joint.end() and not any(map(str.isdigit, frame.text[joint.end() :]))


def other_amount(
    saying: Saying, acts: Sequence[Act], totals: Mapping[str, list[Decimal]], told: Sequence[Found]
) -> tuple[Decimal, Decimal] | None:
    """Find an amount that the words tell and the acts contradict: gives what was said and what was done.

    Words that say what the amount is ("a refund of") are held against amounts of that role in the results, when there
    are any; else the amounts of the calls are what counts. `totals` are sums by role that an agent may tell instead,
    `told` all values of the text: where it tells the true amount, or its parts, nothing is hidden.
    """
    frame = saying.frame
    said = amounts_of(frame.near) or (amounts_of(frame.wide) if not frame.consequence else [])
    if not said or _INCLUDES.search(frame.text) or _LEFT.search(frame.text) or _in_other_clause(frame):
        return None
    roles = roles_said(MEANS.sub("", frame.text.lower()))
    settled = [amount for act in acts for amount in _settled(act, roles)]
    given = [amount for act in acts for amount in act.money]
    against = settled if frame.consequence else settled or given
    if not against:
        return None
    every = [*settled, *given, *(amount for act in acts for amount in act.told)]
    every += [amount for role, sums in totals.items() if role in roles or role == "given" for amount in sums]
    if not settled:
        every += [amount for act in acts for _, amount in act.amounts]
    if any(same_amount(one, other) or _in_cents(one, other) for one in said for other in every):
        return None
    listed = [abs(amount) for amount in amounts_of(told)][:MAX_RECKONED]
    # where the words and the result both speak of a difference, or of one refund, the result's own is what counts
    moved = {amount for act in acts for role, amount in act.amounts if role in roles & MOVED}
    own = "differen" in frame.text.lower() or (len(moved) == 1 and not ASIDE.search(frame.text.lower()))
    if any(_adds_up(abs(amount), listed) or (not own and _remains(abs(amount), listed)) for amount in said):
        return None
    spoken = list(dict.fromkeys(listed))
    each = any(_EACH.search(_BOLD.sub("", text)) for text in (frame.text, frame.context))
    if all(
        any(_reckoned(abs(amount), spoken, said, each=each) for amount in amounts)
        for act in acts
        if (amounts := _settled(act, roles) if settled else act.money)
    ):
        return None
    return said[0], against[-1]


def _in_cents(said: Decimal, done: Decimal) -> bool:
    """Tell whether a call counts in cents what words tell with its cents: 7900 and "$79.00"."""
    return said.as_tuple().exponent == -2 and done == int(done) and abs(said) * 100 == abs(done)


def _reckoned(done: Decimal, spoken: Sequence[Decimal], said: Sequence[Decimal], *, each: bool) -> bool:
    """Tell whether the text tells what was done, or amounts that make it up."""
    if any(same_amount(done, amount) for amount in spoken):
        return True
    if each and any(same_amount(abs(amount) * times, done) for amount in said for times in range(2, MAX_EACH + 1)):
        return True
    # the amount said must take part: any two of many amounts would hit too much
    return any(
        same_amount(abs(amount) + other, done) or same_amount(abs(amount) - other, done)
        for amount in said
        for other in spoken
        if other and not same_amount(other, amount)
    )


def _remains(said: Decimal, listed: Sequence[Decimal]) -> bool:
    """Tell whether an amount is what remains of two others that stand in a row."""
    parts = [amount for amount in listed if not same_amount(amount, said)]
    return any(same_amount(abs(one - other), said) for one, other in pairwise(parts))


def _adds_up(said: Decimal, listed: Sequence[Decimal]) -> bool:
    """Tell whether an amount is the sum of others that stand in a row."""
    parts = [amount for amount in listed if not same_amount(amount, said)]
    return any(
        same_amount(sum(parts[at : at + many], Decimal(0)), said)
        for many in range(2, MAX_PARTS + 1)
        for at in range(len(parts) - many + 1)
    )


def _settled(act: Act, roles: AbstractSet[str]) -> list[Decimal]:
    return [amount for role, amount in act.amounts if role in roles]


MOVED = frozenset({"refund", "difference"})
"""Roles of amounts that a result tells of this act alone, and not of all that was ever paid."""


def roles_said(context: str) -> set[str]:
    """Give the roles of amounts that words in lower case speak of."""
    roles = set()
    if any(word in context for word in ("refund", "credit", "reimburs", "returned to")):
        roles |= {"refund", "difference"}
    elif any(word in context for word in ("charg", "paid", "debit", "payment")):
        roles |= {"payment", "difference"}
    if "differen" in context:
        roles |= {"difference"} if roles else {"difference", "refund", "payment"}
    return roles


def other_time(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find that none of the times of day that the words tell is one of the act's or its answer's."""
    said = [
        str(found.value) for found in saying.frame.near if found.kind == "time" and not _is_of_object(saying, found)
    ]
    mine = {(int(time[:2]) % 12, time[3:]) for time in act.times}
    if not said or not mine or any((int(time[:2]) % 12, time[3:]) in {*mine, *clocks_in(act.answer)} for time in said):
        return None
    return said[0], act.times[0]


_WEEK = "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
_ON_WEEKDAY = re.compile(rf"\b(?:on|for) (?:(?:this|next|the) )?({'|'.join(_WEEK)})\b", re.IGNORECASE)


def other_weekday(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find that the one day of the week that words tell is not the one that the act was given: day="Sunday"."""
    mine = {value.lower() for _, value in act.given if value.lower() in _WEEK}
    said = {day.lower() for day in _ON_WEEKDAY.findall(saying.frame.text)}
    if len(mine) == len(said) == 1 and mine != said:
        return said.pop().title(), mine.pop().title()
    return None


_OF_OBJECT = re.compile(
    r"\b\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\.?)? (?!(?:with|until|till|instead)\b)[a-z]{4,20}",
    re.IGNORECASE,
)
"""A time before a noun, which it tells from others: "your 1:30pm meeting was moved"."""


_OF_WHAT_IS = frozenset({"change", "remove"})
"""Groups of acts on what is there: "the 13:30 meeting" was one before it was moved."""


_HOW_LONG = ("tomorrow", "today", "tonight", "sharp", "daily", "every", "each", "start", "slot")


def _is_of_object(saying: Saying, found: Found) -> bool:
    """Tell whether a time of day names what was acted on."""
    text = saying.frame.text
    for match in _OF_OBJECT.finditer(text):
        hour = re.match(r"\d{1,2}", match.group())
        noun = match.group().rpartition(" ")[2].lower()
        if hour and int(hour.group()) % 12 == int(str(found.value)[:2]) % 12 and noun not in _HOW_LONG:
            before = text[max(0, match.start() - 8) : match.start()].lower().split()
            return "your" in before or (before[-1:] == ["the"] and group_of(saying.frame.action) in _OF_WHAT_IS)
    return False


_NAMED = re.compile(r"[\w\"'“*] [A-Z][\w-]{1,30} $")
"""A capitalised word before a number within a sentence: the number is part of a name, as in "the Tessera Pad 14"."""


def other_count(saying: Saying, act: Act) -> tuple[int, int] | None:
    """Find that a number of things differs from the call's: "3 tickets" where the call says `quantity=5`."""
    text = saying.frame.text
    spans = {match.group() for match in _SPAN.finditer(text)}
    said = [
        int(value.value)
        for value in saying.frame.near
        if value.kind == "number" and value.value == int(value.value)
        if not any(str(abs(int(value.value))) in span for span in spans)
        if not _NAMED.search(text[: _place(int(value.value), text)])
    ]
    if act.quantity is None or not said or act.quantity in {*said, saying.frame.count}:
        return None
    return said[0], act.quantity


def _place(figure: int, text: str) -> int:
    """Give the place of a number in words."""
    match = re.search(rf"(?<![\w.,]){abs(figure)}(?![\w]|[.,]\d)", text)
    return match.start() if match else 0


def other_date(saying: Saying, act: Act, told: Sequence[Found]) -> tuple[str, str] | None:
    """Find a date that the words tell of the act and its arguments contradict, and the rest of the text, too."""
    said = list(dict.fromkeys(values_of(saying.frame.near, "date")))
    if not said or not act.dates:
        return None
    if all(any(same_date(date, mine) for date in values_of(told, "date")) for mine in act.dates):
        return None
    wrong = [date for date in said if not any(same_date(date, mine) for mine in act.dates)]
    if wrong and (len(wrong) == len(said) or len(said) <= len(act.dates)):
        return wrong[0], next(
            (mine for mine in act.dates if not any(same_date(date, mine) for date in said)), act.dates[0]
        )
    return None


_MEASURE = re.compile(r"(?<![\w.,$€£#-])(\d{1,6}(?:\.\d{1,3})?)[ -]?([A-Za-z]{2,12})\b")
MAX_FIGURES = 20
"""Code points of an argument that may be a number."""


@cache
def _units() -> frozenset[str]:
    units = frozenset(table("actions")["arguments"]["units"].split()) - {"id", "size", "percent"}
    return frozenset(map(singular, units))


def other_measure(saying: Saying, act: Act) -> tuple[str, str] | None:
    """Find a number with its unit where the argument of that unit has another: "2 GB" of `gb_amount=4`."""
    for key, value in act.given:
        units = _units().intersection(map(singular, name_words(key)))
        figure = number(value) if units and len(value) <= MAX_FIGURES else None
        if figure is None:
            continue
        said = [match for match in _MEASURE.finditer(saying.frame.text) if singular(match[2].lower()) in units]
        if said and not any(number(match[1]) in forms(figure) for match in said):
            return said[0][1], value
    return None
