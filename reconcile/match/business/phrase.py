"""What a verb governs: the nouns of its object, or of its subject if it is passive."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import singular
from assure_tui.reconcile.claims.values import NUMBER_WORDS
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.model import Act, Saying

MAX_TOPIC = 6
"""Nouns of a phrase that are taken for what it is about."""
MAX_LEFT = 400
"""Code points before a verb in which its subject is sought."""
_WORD = re.compile(r"[^\W\d_]{3,40}")
TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[:;.,(—]")
"""Words and the marks that part clauses."""
_GRAMMAR = table("grammar")
EMPTY = frozenset(
    " ".join(
        _GRAMMAR[name]
        for name in (
            *("adverbs", "be", "have", "plan", "may", "do", "determiners", "first_person", "second_person"),
            *("joins", "relatives", "hedges", "common", "vague"),
        )
    ).split()
)
"""Words that say nothing of what is spoken of."""
_ENDS = frozenset(
    " ".join(_GRAMMAR[name] for name in ("prepositions", "joins", "conditions", "relatives", "circumstance")).split()
) | {":", ";", ".", ",", "(", "—"}
_AUXILIARIES = frozenset(" ".join(_GRAMMAR[name] for name in ("adverbs", "be", "have")).split())
_MARKS = frozenset({":", ";", ",", "(", "—"})
OWN = frozenset({"i", "we", "i've", "we've"})
"""The agent, speaking of itself."""


def topic(frame: Frame) -> list[str]:
    """Return the nouns of the phrase that a verb governs: of its object, or of its subject when it is passive."""
    return list(_topic(frame.text, frame.surface))


@lru_cache(maxsize=4096)
def _topic(text: str, surface: str) -> tuple[str, ...]:
    low = text.lower().replace("’", "'")
    left, _, right = low.partition(surface) if surface else (low, "", "")
    subject = TOKEN.findall(left[-MAX_LEFT:])
    own = bool(OWN & set(subject))
    last = max((at for at, token in enumerate(subject) if token in _MARKS), default=-1)
    subject = subject[last + 1 :]
    while subject and (subject[-1] in _AUXILIARIES or subject[-1] in _ENDS):
        subject.pop()
    if own or not subject:
        return tuple(_content(_phrase(TOKEN.findall(right)[:14])))[:MAX_TOPIC]
    return tuple(_content(_phrase(subject)))[:MAX_TOPIC]


def _phrase(tokens: list[str]) -> list[str]:
    """Cut a phrase at its first preposition, mark or joint."""
    found: list[str] = []
    for token in tokens:
        if token in _ENDS:
            if found:
                break
            continue
        found.append(token)
    return found


def _content(tokens: list[str]) -> list[str]:
    return [singular(token.removesuffix("'s")) for token in tokens if token.isascii() and _says(token)]


def _says(token: str) -> bool:
    plain = token.removesuffix("'s")
    return bool(_WORD.fullmatch(plain)) and plain not in EMPTY | NUMBER_WORDS.keys() and singular(plain) not in EMPTY


_AGENT_DID = re.compile(r"\b(?:i|we|i've|we've|was|were|been|wasn't|weren't)\b")


def denies(saying: Saying, act: Act) -> bool:
    """Return whether a denial is about what an act did: the agent's own doing, and the same thing of the same object.

    "I did not change your baggage" says nothing of the flight that was changed, nor "the system didn't flag a delay".
    """
    low = saying.frame.text.lower()
    left, _, right = low.partition(saying.frame.surface)
    if saying.frame.surface and not _AGENT_DID.search(left.replace("’", "'")):
        return False
    head = _head(right if re.search(r"\b(?:i|we)\b", left) else left)
    return not head or singular(head) in act.nouns


def _head(text: str) -> str:
    """Return the noun that a phrase is about: its last word before a preposition, an auxiliary or an identifier."""
    head = ""
    for word in _WORDS.findall(text):
        if word in _ENDS_PHRASE or not word.isalpha():
            break
        head = "" if word in _POINTERS else word
    return head


_WORDS = re.compile(r"[\w'-]+|[,;:.]")
_ENDS_PHRASE = frozenset(" ".join(table("grammar")[name] for name in ("prepositions", "be", "have", "joins")).split())
_POINTERS = frozenset(
    ["it", "this", "that", "them", "these", "those", "anything", "any", "your", "the", "my", "a", "an"]
)
