"""What people are told out of a text: not all that an agent writes is said to anybody.

Some agents answer in a JSON object (`{"message": "…", "order_id": …}`): what people read of it are its sentences; its
other members are data, in which "cancelled" is a value and no claim. Some think aloud in tags (`<thinking>…`): what is
thought there is told to nobody. `prose` gives what is left with the place each character came from, so that spans still
point into the log's text.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, chain, repeat

import msgspec

from assure_tui.reconcile import expressions as re

MAX_TEXT = 200_000
"""Longer texts are read as they stand."""
MIN_WORDS = 4
"""A string of fewer words is a value, unless it stands alone or ends like a sentence."""

_FENCED = re.compile(r"\s*```(?:json)?[ \t]*\n(?P<body>.*)\n[ \t]*```\s*", re.DOTALL | re.IGNORECASE)
_STRING = re.compile(r'"(?P<inside>[^"\\]*(?:\\.[^"\\]*)*)"(?P<key>\s*:)?', re.DOTALL)
_PIECE = re.compile(r"\\u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|\\.|[^\\]+", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")
_PARTED = "\n\n"
_THOUGHT = re.compile(
    r"<(think|thinking|thought|thoughts|scratchpad|reasoning|reflection|inner_monologue)>", re.IGNORECASE
)


class Prose(msgspec.Struct, frozen=True):
    """Words to read. `places` gives for each character, and for the end, its place in the text; None when the same."""

    text: str
    places: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the text that a stretch of the words came from."""
        if self.places is None or start >= end:
            return start, end
        return self.places[start], self.places[end - 1] + 1


@lru_cache(maxsize=16)
def prose(text: str) -> Prose:
    """The words of a text: of a JSON object its sentences, of anything else the text itself, without thoughts."""
    text = _without_thoughts(text)
    begin, body = 0, text
    if len(text) > MAX_TEXT or text.lstrip()[:1] not in {"{", "[", "`"}:
        return Prose(text)
    if fenced := _FENCED.fullmatch(text):
        begin, body = fenced.start("body"), fenced["body"]
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return Prose(text)
    if not isinstance(document, dict | list):
        return Prose(text)
    words: list[str] = []
    places: list[int] = []
    for string in _STRING.finditer(body):
        if string["key"] is None and _is_sentence(string["inside"]):
            for piece in (*_PIECE.finditer(string["inside"]), None):
                if piece is None:
                    plain, at, wide = _PARTED, begin + string.end() - 1, 0
                else:
                    plain = _plain(piece.group())
                    at, wide = begin + string.start("inside") + piece.start(), int(plain == piece.group())
                words.append(plain)
                places += accumulate(chain([at], repeat(wide, len(plain) - 1)))
    return Prose("".join(words), (*places, len(text)))


def _without_thoughts(text: str) -> str:
    """Blank out what stands between the tags of a thought; a tag that is never closed is left as it stands."""
    if "<" not in text:
        return text
    kept: list[str] = []
    done = 0
    while (opening := _THOUGHT.search(text, done)) is not None:
        closing = re.compile(f"</{opening[1]}>", re.IGNORECASE).search(text, opening.end())
        if closing is None:
            break
        kept += (text[done : opening.start()], " " * (closing.end() - opening.start()))
        done = closing.end()
    return "".join((*kept, text[done:]))


def _is_sentence(inside: str) -> bool:
    """Return whether a string's raw inside is said to people: it has the words of a sentence, not of a name."""
    words = _WORD.findall(inside.replace("\\n", " "))
    return len(words) >= MIN_WORDS or (len(words) > 1 and inside.rstrip().endswith((".", "!", "?")))


def _plain(piece: str) -> str:
    """Undo one escape; half of a surrogate pair stands for an unreadable character."""
    if not piece.startswith("\\"):
        return piece
    try:
        plain: str = msgspec.json.decode(f'"{piece}"')
    except msgspec.DecodeError:
        return "\ufffd"
    return plain
