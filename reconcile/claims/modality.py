"""Tense, modality and polarity of a verb in a sentence: was it done, planned, offered, denied, asked?

Agents say the same verb of what they did ("has been cancelled"), will do, offer, explain as policy ("orders can be
cancelled"), or quote of others. The words to the left of the verb, back to its subject, tell these apart; no parser is
needed, and none would read telegraphic bullets. `stance` looks at a bounded number of words, so it costs the same in
any text. CLAIMS.md, section Wording, lists what was observed.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

import msgspec

Mode: TypeAlias = Literal[
    "completed",
    "state",
    "ongoing",
    "planned",
    "offered",
    "conditional",
    "question",
    "hedged",
    "attempted",
    "unable",
    "user_act",
    "others_act",
    "request",
    "modifier",
]
"""What a verb says. `completed`: done by the agent, or said to be done; `state`: "is confirmed"; `ongoing`: "is being
exchanged"; `others_act`: what a third party did, and verbs of subordinate clauses; `modifier`: an adjective ("the updated order") or a noun."""


class Stance(msgspec.Struct, frozen=True):
    """How a verb is meant. `denied` is a negation of the verb itself: "was not sent", "couldn't send"."""

    mode: Mode
    denied: bool = False
    first_person: bool = False
    bare: bool = False
    """No auxiliary and no subject stand before the verb: "Cancelled order 7", "Refund processed"."""


MAX_LEFT = 24
"""Words to the left of a verb that are looked at."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:—–?!.()]|-(?=\s)", re.UNICODE)
_ADVERBS = frozenset(
    """successfully now also just already recently both all each then therefore gone ahead hereby subsequently indeed
    again fully manually automatically officially properly correctly been being additionally furthermore safely
    immediately promptly finally still either currently instead as requested previously formally accordingly first""".split()
)
_BE = {"is", "are", "was", "were", "be", "am", "isn't", "aren't", "wasn't", "weren't", "it's", "that's", "there's"}
_HAVE = {"have", "has", "had", "haven't", "hasn't", "hadn't", "having"}
_PLAN = {"will", "shall", "won't", "shan't", "gonna"}
_MAY = {"can", "could", "would", "should", "may", "might", "must", "can't", "cannot", "couldn't", "wouldn't", "shouldn't"}
_DO = {"do", "does", "did", "don't", "doesn't", "didn't"}
_DETERMINERS = frozenset(
    """the a an your my our their his her its this that these those any each every some no another which whose new
    previous following same original""".split()
)
_PREPOSITIONS = frozenset("of in on at to for from with by per via about as than into under without".split())
_FIRST = {"i", "we", "i've", "we've", "i'd", "i'm", "we're", "i'll", "we'll"}
_SECOND = {"you", "you've", "you'd", "you're", "you'll"}
_JOINS = {"and", "then", "or", "but", ",", "&", "plus"}
_CONDITION = re.compile(
    r"^\W{0,6}(?:if|once|when|whenever|unless|until|in case|should you|as soon as|before|after|provided|assuming)\b",
    re.IGNORECASE,
)
_INNER = {"if", "once", "when", "whenever", "unless", "until", "before", "whether"}
_RELATIVE = {"that", "which", "who", "whom", "where"}
_HEDGES = {"should", "seems", "appears", "apparently", "probably", "likely", "presumably", "might", "may", "believe"}
_TRYING = {"tried", "attempted", "trying", "attempting"}
_FAILING = {"unable", "failed", "cannot", "can't", "couldn't"}
_OFFERS = re.compile(
    r"\b(?:would you like|do you want|let me know|shall i|may i|please (?:confirm|provide|reply|let|specify|tell))\b",
    re.IGNORECASE,
)


def words(text: str) -> list[tuple[str, int, int]]:
    """Cut a text into words and the marks that part clauses, in lower case with their spans."""
    return [(match.group().lower().replace("’", "'"), match.start(), match.end()) for match in _WORD.finditer(text)]


def is_question(text: str) -> bool:
    """Tell whether a sentence asks."""
    return text.rstrip("\"'”’)*_` \n").endswith("?")


def is_offer(text: str) -> bool:
    """Tell whether a sentence asks the user for something or offers something."""
    return bool(_OFFERS.search(text))


def conditional_end(text: str) -> int:
    """Give the end of a conditional clause that opens the sentence ("Once that is done,"), else 0."""
    if not _CONDITION.match(text):
        return 0
    comma = text.find(",")
    return len(text) if comma < 0 else comma


def stance(tokens: list[tuple[str, int, int]], at: int, *, past: bool = True, telegraphic: bool = False) -> Stance:
    """Judge the verb that is token `at` of a sentence's `tokens`.

    `past` says that its form is a past tense or participle; a base form is a plan, a request or a modal's verb.
    `telegraphic` allows a bare participle to count as completed, as in bullets, headings and table cells.
    """
    left = [token for token, _, _ in tokens[max(0, at - MAX_LEFT) : at]]
    aux: list[str] = []
    seen: set[str] = set()
    subject = ""
    position = len(left) - 1
    while position >= 0:
        word = left[position]
        if word in _ADVERBS:
            seen.add(word)
        elif word in {"not", "never", "no"} and (word != "no" or aux):
            aux.insert(0, "not")
        elif word in _BE or word in _HAVE or word in _PLAN or word in _MAY or word in _DO or word == "to":
            aux.insert(0, word)
            if word == "to":
                position -= 1
                break
        elif word in _FIRST or word in _SECOND:
            subject = word
            break
        elif word == "and" and "gone" in left[max(0, position - 3) : position]:
            pass
        else:
            break
        position -= 1
    before = left[position] if position >= 0 else ""
    outer = set(left[: position + 1])
    if subject and "'" in subject:
        aux.insert(0, {"ve": "have", "d": "had", "m": "is", "re": "are", "ll": "will"}[subject.split("'")[1]])
    denied = any(word == "not" or word.endswith("n't") or word == "cannot" for word in aux)
    first = subject in _FIRST
    second = subject in _SECOND
    condition = _inside_condition(left)

    def said(mode: Mode, *, bare: bool = False, no: bool = denied) -> Stance:
        return Stance("conditional" if condition else mode, no, first, bare)

    if "to" in aux:
        return _infinitive(left, position, said)
    modal = next((word for word in aux if word in _PLAN or word in _MAY), "")
    if modal:
        return _modal(modal, aux, seen, said, denied=denied, past=past)
    passive = any(word in _BE for word in aux) or "been" in seen
    if aux and any(word in _HAVE for word in aux):
        if second and not passive:
            return said("user_act")
        return said("hedged" if outer & _HEDGES and not first else "completed") if past else said("modifier")
    if passive and past:
        if "being" in seen:
            return said("ongoing")
        if any(word in {"was", "were", "wasn't", "weren't"} for word in aux):
            return said("others_act" if _relative(left, position) else "completed")
        return said("completed" if seen & {"now", "successfully", "already", "officially"} else "state")
    if any(word in _DO for word in aux):
        return said("user_act" if second else "completed" if denied else "question")
    if aux:
        return said("modifier")
    if not past:
        return said("request" if position < 0 or before in _JOINS or before == "please" else "modifier", bare=True)
    if subject:
        return said("user_act" if second else "completed")
    if position < 0 or before in {":", "—", "–", "-", "(", ".", ";"}:
        return said("completed" if telegraphic or position >= 0 else "modifier", bare=True)
    if before in _JOINS:
        return said("modifier", bare=True)
    if before in _DETERMINERS or before in _PREPOSITIONS:
        return said("modifier")
    return said("completed" if telegraphic and not outer & _RELATIVE else "others_act", bare=True)


def _inside_condition(left: list[str]) -> bool:
    """Tell whether the verb stands in a clause opened by "if", "once", … with no comma since."""
    for word in reversed(left):
        if word in {",", ";", ".", "—", ":"}:
            return False
        if word in _INNER:
            return True
    return False


def _relative(left: list[str], position: int) -> bool:
    return any(word in _RELATIVE for word in left[max(0, position - 3) : position + 1])


def _infinitive(left: list[str], position: int, said: object) -> Stance:
    """Judge "… to VERB" by the word before "to"."""
    make = said if callable(said) else Stance  # narrow the closure's type
    window = left[max(0, position - 3) : position + 1]
    if "able" in window or "managed" in window:
        negative = {"not", "wasn't", "weren't", "isn't", "aren't", "haven't", "hasn't", "never"} & set(left[max(0, position - 5) :])
        future = {"will", "would", "should", "may", "might", "be"} & set(window)
        return make("planned") if future and not negative else make("unable", no=True) if negative else make("completed", no=False)
    if _FAILING & set(window):
        return make("unable", no=True)
    if _TRYING & set(window):
        return make("attempted", no=False)
    return make("planned", no=False)


def _modal(modal: str, aux: list[str], seen: set[str], said: object, *, denied: bool, past: bool) -> Stance:
    """Judge a verb under a modal."""
    make = said if callable(said) else Stance
    if modal in _PLAN:
        return make("planned")
    if modal in {"couldn't", "can't", "cannot"} or (denied and modal in {"could", "can"}):
        return make("unable", no=True)
    if modal in {"should", "might", "may", "must"} and past and ("now" in seen or "have" in aux or "been" in seen):
        return make("hedged")
    return make("offered")
