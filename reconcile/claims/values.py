"""Typed values out of words: money, identifiers, addresses of all sorts, dates, times, counts, quoted names.

`scan` reads a text once, from left to right, with one pattern whose alternatives stand in order of how much they tell;
what a longer value contains is not found again, except for quoted names, which may hold anything. Every quantifier is
bounded or runs over one class of characters, so a hostile text costs time linear in its length.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from assure_tui.reconcile.claims import spelled_amounts
from assure_tui.reconcile.model import Money
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ValueKind: TypeAlias = Literal[
    "url", "email", "iban", "uuid", "date", "time", "money", "percent", "path", "sha", "ending", "id", "phone", "number"
]


class Found(msgspec.Struct, frozen=True):
    """A value in a text: `value` is its normal form, `span` counts code points of the text it was read from.

    Money is a `Money`, a number or percentage a `Decimal`, all others strings: dates are `YYYY-MM-DD`, or `--MM-DD`
    where no year was said (ISO 8601); times `HH:MM`; identifiers without their `#`; e-mail addresses in lower case.
    """

    kind: ValueKind
    span: tuple[int, int]
    value: Any


MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_NUMERALS: dict[str, int] = {word: number for number, word in enumerate(table("grammar")["numbers"].split())}
NUMBER_WORDS: dict[str, int] = _NUMERALS | {
    "once": 1,
    "single": 1,
    "both": 2,
    "twice": 2,
    "couple": 2,
    "pair": 2,
    "thrice": 3,
    "dozen": 12,
}
CURRENCIES = (
    {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "yen": "JPY", "₹": "INR"}
    | {code.lower(): code for code in ("USD", "EUR", "GBP", "JPY", "INR", "CHF", "CAD", "AUD", "SEK")}
    | spelled_amounts.CURRENCIES
)


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of some words, which asks for their first letters before it tries one after the other."""
    known = sorted(words, key=lambda word: (-len(word), word))
    return f"(?:(?=[{''.join(sorted({word[0] for word in known}))}])(?:{'|'.join(known)}))"


_MONTH = _any_of(MONTHS)
_NAMED = [next(name for name, number in MONTHS.items() if number == month).capitalize() for month in range(1, 13)]
_YEARLESS = re.compile(r"--(\d\d)-(\d\d)")
_AMOUNT = r"\d{1,3}+(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,15}(?:\.\d{1,20})?"
_CODE = _any_of(word for word in CURRENCIES if word.isalpha())
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_VALUES = rf"""
      (?P<url>  (?:https?://|www\.)[^\s<>"'`)\]]{{1,2000}} )
    | (?P<email>(?<![\w.+-])[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,6}} )
    | (?P<uuid> \b[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}\b )
    | (?P<iban> (?-i:\b[A-Z]{{2}}\d{{2}}(?=[A-Z0-9]{{0,6}}\d)[A-Z0-9]{{11,30}}\b) )
    | (?P<ending>\b(?:ending|ends|end)\ (?:in|with)[\ `*]{{1,4}}(?P<last>\d{{3,6}})\b )
    | (?P<date> \b(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})(?!\d)
              | \b(?P<mon>{_MONTH})\b\.?[ ](?P<day>{_DAY})\b(?:,?[ ](?P<year>(?:19|20)\d\d)\b)?
              | \b(?P<day2>{_DAY})[ ](?:of[ ])?(?P<mon2>{_MONTH})\b\.?(?:,?[ ](?P<year2>(?:19|20)\d\d)\b)?
              | \b(?P<us>\d{{1,2}}/\d{{1,2}}/(?:19|20)\d\d)\b )
    | (?P<time> (?<![\d:.])(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?:\s?(?P<half>[ap])\.?m\b\.?)?
              | (?<![\d:.])(?P<hour2>\d{{1,2}})\s?(?P<half2>[ap])\.?m\b )
    | (?P<money>(?!\d)(?P<sign>[-+−–]?)(?P<cur>US\$|[$€£¥₹]|\b{_CODE}[ ]|\b(?:R\$|A\$|C\$))\s?(?P<amt>{_AMOUNT})(?![\d])
              | (?<![\w.,#])(?P<sign3>[-−]?)(?P<amt2>(?>{_AMOUNT}))[ ]?(?P<cur2>€|£|¥|₹|\b{_CODE}\b) )
    | (?P<percent>(?<![\w.])(?P<pct>\d{{1,9}}+(?:\.\d{{1,9}})?+)[ ]?% )
    | (?P<path> (?<![\w./-])(?:~|\.{{1,2}})?/?(?:[\w.@+-]{{1,120}}/){{1,30}}[\w.@+-]{{1,160}}
              | (?<![\w./-])[\w-]{{1,120}}+\.(?=[a-z])[a-z][a-z0-9]{{0,5}}\b(?!\.?\w) )
    | (?P<id>   \#[A-Za-z0-9][\w-]{{0,60}}
              | (?<![\w.-])[A-Za-z][A-Za-z0-9]{{0,40}}+(?=[_-])(?:[_-][A-Za-z0-9]{{1,40}}){{0,8}}
                [_-](?=[A-Za-z]{{0,20}}\d)[A-Za-z0-9]{{1,40}}(?![\w])
              | (?-i:(?<![\w.-])(?=[A-Z]{{0,12}}\d)(?=\d{{0,12}}[A-Z])[A-Z0-9]{{4,40}}(?![\w])) )
    | (?P<sha>  (?<![\w-])(?=[a-f]{{0,39}}\d)(?=\d{{0,39}}[a-f])[0-9a-f]{{7,40}}(?![\w-]) )
    | (?P<phone>(?<![\w])\+\d{{1,3}}(?:[ -]?\d{{1,5}}){{2,6}}\b
              | \(\d{{3}}\)[ ]?\d{{3}}-\d{{4}}\b | \b\d{{3}}-\d{{3}}-\d{{4}}\b )
    | (?P<number>(?<![\w.])(?P<minus>[-−]?)(?P<num>{_AMOUNT})(?![\w])(?!\.\d) )
"""
_MAY_BEGIN = rf"""
    (?: (?<!\w) | (?=[\W\dhwu])(?=\W|\d|http|www\.|us\$) )
    (?= (?-i: [^\s\d@/\#.("\[\]]{{0,130}}+(?:[\d@/\#]|\.\S) | [(]\d )
      | {_MONTH}\b
      | end(?:s|ing)?\ (?:in|with)
      | [0-9a-f]{{8}}-
      | [-+−–]?(?:{_CODE}[ ]|(?:US|[RAC])?[$€£¥₹]\s) )
"""
"""Where a value may begin: not within a word but for a few, and before a digit, `@`, `/`, `#` or dot in the same run of
signs without a blank, or at a word that may stand before a number. It spares most prose the long list of alternatives.
"""
_PATTERN = re.compile(f"{_MAY_BEGIN}(?:{_VALUES})", re.VERBOSE | re.IGNORECASE)
_SIGNED = re.compile(r"[\d@/#.](?:(?<!\.)|(?=\S))\S*")
"""The rest of a run without blanks from a sign on that every value has: a digit, `@`, `/`, `#` or a dot inside. It
begins with a class of characters, since Python skips to one of those at once."""
AROUND = 30
"""Code points before or after such a run in which its value may begin or go on, when one of these words is there."""
_ENDING = ("end", "ends", "ending")
_BEFORE = (*MONTHS, *CURRENCIES, *_ENDING, *(f"{word} {last}" for word in _ENDING for last in ("in", "with")))
_AFTER = (*MONTHS, *CURRENCIES, "of ", "%", "am", "pm", "a.m", "p.m")
_JOINS = 2
"""Code points between two runs of one value at most."""
_QUOTED = re.compile(
    r"""['"“‘`*](?:(?<=')(?<!\w')(?P<a>[^'\n]{1,200}(?:'(?=\w)[^'\n]{1,200}){0,4})'(?!\w)
    |(?<=")(?P<b>[^"\n]{1,400})"|(?<=“)(?P<c>[^”\n]{1,400})”|(?<=‘)(?P<d>[^’\n]{1,200})’(?!\w)
    |(?<=`)(?P<e>[^`\n]{1,200})`|(?<=\*)\*(?P<f>[^*\n]{1,200})\*\*)""",
    re.VERBOSE,
)
"""A name and its marks. It begins with a class of characters, since Python skips to one of those at once."""
_UNIT = re.compile(
    r"\d+(?:GB|TB|MB|KB|ML|MM|CM|KG|KM|PX|MAH|GHZ|MHZ|HZ|FPS|DPI|MP|OZ|LB|LBS|AM|PM|ST|ND|RD|TH|P|K|W|V)", re.IGNORECASE
)
MAX_TEXT = 200_000
"""Only the first code points of a text are read for values: a longer text is a dump, not words."""


MAX_RUN = 60
"""Code points of a stretch whose values are remembered by themselves."""
MAX_KEPT = 4000
"""Code points of a text whose values are kept for the next who asks: the readers of a run ask again and again."""


def scan(text: str) -> tuple[Found, ...]:
    """Find the values in `text`, in order and without overlap."""
    return _scanned(text) if len(text) <= MAX_KEPT else tuple(_scan(text[:MAX_TEXT]))


@lru_cache(maxsize=1024)
def _scanned(text: str) -> tuple[Found, ...]:
    return tuple(_scan(text))


def _scan(text: str) -> Iterator[Found]:
    spelt = [Found("money", span, value) for span, value in spelled_amounts.amounts(text)]
    return iter(sorted((*_marked(text), *spelt), key=lambda found: found.span) if spelt else _marked(text))


def _marked(text: str) -> Iterator[Found]:
    """Find the values that have a digit or a sign."""
    for start, end in _stretches(text):
        read = _remembered if end - start <= MAX_RUN else _read
        for found in read(text[max(0, start - 1) : start], text[start:end]):
            yield Found(found.kind, (start + found.span[0], start + found.span[1]), found.value)


def _read(before: str, stretch: str) -> tuple[Found, ...]:
    """Find the values in a stretch of a text; no alternative looks further back than to the one sign `before` it."""
    matches = _PATTERN.finditer(before + stretch, len(before))
    # lastgroup names the outermost alternative because its group closes last
    values = [_found(match, match.lastgroup, len(before)) for match in matches if match.lastgroup]
    return tuple(value for value in values if value is not None)


_remembered = lru_cache(maxsize=4096)(_read)
"""The same days, sums and identifiers are spoken of all through a run."""


def _stretches(text: str) -> list[tuple[int, int]]:
    """Return the stretches of a text that all its values lie in, each up to a blank or the end: most prose has none.

    The pattern of values costs a hundred times what it costs to find these.
    """
    stretches: list[tuple[int, int]] = []
    read = 0
    for signed in _SIGNED.finditer(text):
        start, end = signed.span()
        while start > read and not text[start - 1].isspace():
            start -= 1
        read = end
        if text[max(0, start - AROUND) : start].rstrip().rstrip(" `*.").lower().endswith(_BEFORE):
            start = max(0, start - AROUND)
        if text[end : end + AROUND].lstrip().lower().startswith(_AFTER):
            end = text.find(" ", end + AROUND)
            end = end if end >= 0 else len(text)
        if stretches and start <= stretches[-1][1] + _JOINS:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    return stretches


def _found(match: re.Match[str], kind: str, shift: int) -> Found | None:
    span, word = (match.start() - shift, match.end() - shift), match.group()
    value: Any = word
    if kind == "url":
        value = word.rstrip(".,;:!?*_")
        span = (span[0], span[0] + len(value))
    elif kind == "email":
        value = word.rstrip(".").lower()
    elif kind == "ending":
        value = match["last"]
    elif kind == "date":
        value = _date(match)
    elif kind == "time":
        value = _time(match)
    elif kind == "money":
        value = _money(match)
    elif kind == "percent":
        value = Decimal(match["pct"])
    elif kind == "path":
        value = _path(word)
    elif kind == "id":
        value, kind = _identifier(word)
    elif kind == "sha" and word.upper() == word and not word.isdigit():
        kind = "id"
    elif kind == "number":
        if len(match["num"]) >= 6 and match["num"].isdigit():
            kind = "id"
        else:
            value = number(match["minus"] + match["num"])
    return None if value is None else Found(kind, span, value)  # type: ignore[arg-type]  # group names are the kinds


def _date(match: re.Match[str]) -> str | None:
    if match["iso"]:
        return match["iso"]
    if match["us"]:
        month, day, year = match["us"].split("/")
        return _calendar(year, int(month), int(day))
    name, day, year = match["mon"] or match["mon2"], match["day"] or match["day2"], match["year"] or match["year2"]
    return _calendar(year, MONTHS[name.lower()], int(day.rstrip("stndrhSTNDRH")))


def _calendar(year: str | None, month: int, day: int) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year or '-'}-{month:02}-{day:02}"


def _time(match: re.Match[str]) -> str | None:
    hour, half = int(match["hour"] or match["hour2"]), (match["half"] or match["half2"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{match['minute'] or '00'}" if hour < 24 else None


def _money(match: re.Match[str]) -> Money | None:
    amount = number((match["sign"] or match["sign3"] or "") + (match["amt"] or match["amt2"]))
    code = (match["cur"] or match["cur2"]).strip().lower()
    return None if amount is None else Money(str(amount), CURRENCIES.get(code))


def _path(word: str) -> str | None:
    return word if "/" in word or not word.split(".", maxsplit=1)[0].isdigit() else None


def _identifier(word: str) -> tuple[str | None, str]:
    if word.startswith("#"):
        return (word[1:], "id") if any(char.isdigit() for char in word) else (None, "id")
    return (
        (None, "id") if _UNIT.fullmatch(word) or (word.islower() and not any(c in word for c in "_-")) else (word, "id")
    )


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """Read a decimal number with thousands commas, or give None."""
    try:
        value = Decimal(text.replace(",", "").replace("−", "-").replace("–", "-").lstrip("+"))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def money(value: object, currency: str | None = None) -> Money | None:
    """Read an amount out of a JSON value: a number, or words such as "$1,040.50"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        amount = number(repr(value))
        return None if amount is None else Money(str(amount), currency)
    for found in _scan(str(value)[:64]):
        if found.kind == "money":
            return Money(found.value.value, found.value.currency or currency)
        if found.kind == "number":
            return Money(str(found.value), currency)
    return None


_CENT = Decimal("0.006")
"""Amounts nearer to each other than this are the same to the cent."""


def same_amount(one: Decimal, other: Decimal) -> bool:
    """Return whether two amounts are the same to the cent, the sign apart: a refund of -9.89 is one of 9.89."""
    return abs(abs(one) - abs(other)) < _CENT


def as_told(value: str) -> str:
    """A date without its year as people say it: `--05-19` is the 19th of May; anything else as it is."""
    day = _YEARLESS.fullmatch(value)
    return f"{_NAMED[int(day[1]) - 1]} {int(day[2])}" if day and 1 <= int(day[1]) <= len(_NAMED) else value


def same_date(one: str, other: str) -> bool:
    """Compare two dates; a date without a year matches any year."""
    return one[-5:] == other[-5:] and (one[0] == "-" or other[0] == "-" or one[:4] == other[:4])


def quoted(text: str) -> list[tuple[tuple[int, int], str]]:
    """Find names set in quotes, back-ticks or bold: the span of the name without its marks, and the name."""
    names = []
    for match in _QUOTED.finditer(text[:MAX_TEXT]):
        start, end = match.span(match.lastgroup or 0)
        names.append(((start, end), text[start:end]))
    return names


def counts_things(words: Sequence[str], at: int) -> bool:
    """Whether a number in words, at `at`, counts: "twelve rooms", not "a twelve dollar meal" or "five twenty"."""
    beside = (*words[max(0, at - 1) : at], *words[at + 1 : at + 2])
    return not any(word in _measures() or (word in _NUMERALS and word != "one") for word in beside)


@cache
def _measures() -> frozenset[str]:
    return frozenset(table("grammar")["measures"].split())


def count_word(word: str) -> int | None:
    """Read a count out of one word: `3`, `three`, `both`, `twice`."""
    if word.isascii() and word.isdigit() and len(word) <= 9:
        return int(word)
    return NUMBER_WORDS.get(word.lower())
