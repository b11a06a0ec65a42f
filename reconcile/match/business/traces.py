"""Traces of an act in words: what only this act holds, found again in what the agent said afterwards.

People tell of what they did in any grammar: "You're number 12 in the queue" is the report of a hold that was placed. No
list of verbs reads all of that. But an act leaves marks: names and figures of its arguments and of its result that no
other act has. Words that have one of them tell of the act, and nobody can say that it was kept back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import singular
from assure_tui.reconcile.match.business.phrase import EMPTY
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.match.business.model import Act

MIN_WORD = 4
"""Letters of a word that may be a mark."""
MIN_FIGURE = 3
"""Digits of a figure that tells by itself."""
MAX_MARKS = 600
MAX_ANSWER = 200
"""Code points of a result that tells no more than what was done; a longer one shows the whole object."""
_KEY = re.compile(r"[\"']?\w{1,60}[\"']?(?:: |[:=](?=[\"'\[{\w]))")
"""The name of a value, in the notations of calls and results."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,80}")
_SENTENCE = re.compile(r"[.!?]\s|\n")
_TOKEN = re.compile(r"\d[\d.,]{0,20}\d|[^\W_]{1,60}")
_PLAIN = frozenset(table("actions")["results"]["done"].split()) | frozenset(
    " ".join(table("actions")["arguments"][role] for role in ("target", "content", "recipient", "quantity")).split()
)
"""Words of a call's frame, which say nothing of what was in it."""
_VAGUE = EMPTY | _PLAIN


def marks(act: Act, others: Iterable[Act]) -> frozenset[str]:
    """Return the words and figures that an act holds and none of the others does."""
    held = {token for other in others if other is not act for token in _held(other)}
    return frozenset(_held(act) - held)


def shows(own: AbstractSet[str], text: str, asked: str) -> bool:
    """Return whether a text has one of these marks that tells by itself, or two in one sentence.

    What the request `asked` has tells nothing: the words may be about the request.
    """
    if own.isdisjoint(tokens(text)):
        return False
    for sentence in _SENTENCE.split(text):
        found = (own & tokens(sentence)) - tokens(asked)
        if len(found) > 1 or any(map(_tells, found)):
            return True
    return False


def _tells(mark: str) -> bool:
    return not mark.isdigit() or (len(mark) >= MIN_FIGURE and not _YEAR.fullmatch(mark))


def _held(act: Act) -> frozenset[str]:
    answer = act.answer if len(act.answer) <= MAX_ANSWER else ""
    return _tokens_held(act.arguments, answer, act.nicknames)


@lru_cache(maxsize=512)
def _tokens_held(arguments: str, answer: str, nicknames: frozenset[str]) -> frozenset[str]:
    text = _KEY.sub(" ", _EMAIL.sub(" ", f"{arguments} {answer}")) + " ".join(sorted(nicknames))
    return frozenset(sorted(tokens(text))[:MAX_MARKS])


@lru_cache(maxsize=256)
def tokens(text: str) -> frozenset[str]:
    """Return the telling words and figures of a text, which several acts are held against."""
    return frozenset(tokens_once(text))


def tokens_once(text: str) -> set[str]:
    """Return the telling words and figures of a text: words in the singular, figures without marks."""
    found = set(map(_mark_of, set(_TOKEN.findall(text.lower()))))
    found.discard("")
    return found


@lru_cache(maxsize=8192)
def _mark_of(token: str) -> str:
    """Return what a word or figure tells, "" for nothing."""
    if token[0].isdigit() and not any(map(str.isalpha, token)):
        plain = token.replace(",", "")
        whole, _, rest = plain.rpartition(".") if plain.count(".") == 1 else (plain, "", "")
        figure = (whole if not rest.strip("0") else plain).lstrip("0") or "0"
        return figure if len(figure) > 1 else ""
    telling = any(map(str.isdigit, token)) or (len(token) >= MIN_WORD and token not in _VAGUE)
    return singular(token) if telling else ""
