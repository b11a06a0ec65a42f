"""Tense, modality and polarity of a verb in a sentence: was it done, planned, offered, denied, asked?

Agents say the same verb of what they did ("has been cancelled"), will do, offer, explain as policy ("orders can be
cancelled"), or quote of others. The words to the left of the verb, back to its subject, tell these apart; no parser is
needed, and none would read telegraphic bullets. `stance` looks at a bounded number of words, so it costs the same in
any text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from assure_tui.reconcile.actionwords import verb_forms
from assure_tui.reconcile.claims.clauses import embedded, is_of_any
from assure_tui.reconcile.shared_prefilter import SENTENCES
from assure_tui.reconcile.tables import table

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
    "wished",
]
"""What a verb says. `completed`: done by the agent, or said to be done; `state`: "is confirmed"; `ongoing`: "is being
exchanged"; `others_act`: what a third party did, and verbs of subordinate clauses; `modifier`: an adjective ("the
updated order") or a noun; `wished`: asked for by a user in other words than an order ("I want to cancel it")."""


class Stance(msgspec.Struct, frozen=True):
    """How a verb is meant. `denied` is a negation of the verb itself: "was not sent", "couldn't send"."""

    mode: Mode
    denied: bool = False
    first_person: bool = False
    bare: bool = False
    """No auxiliary and no subject stand before the verb: "Cancelled order 7", "Refund processed"."""


MIN_ADVERB = 6
MAX_LEFT = 24
"""Words to the left of a verb that are looked at."""
MAX_LIST = 60
"""Words before the last deed of a list in which its subject is sought."""
MAX_RUN = 40
"""Signs between two blanks whose words are remembered."""
_MONTH = "May"

_WORD = re.compile(
    r"(?<!\w)(?:[Ee]-[Mm]ail|(?:[Rr]e|[Pp]re|[Uu]n|[Dd]e)-(?=[a-z]))[a-z]*"
    r"|[^\W_]+(?:['’][^\W_]+)*|[;—–?!()]|[,.:-](?=\W|$)",
    re.UNICODE,
)
_WORDS = {name: frozenset(listed.split()) for name, listed in table("grammar").items()}
_ADVERBS = _WORDS["adverbs"]
_NO_ADVERBS = _WORDS["no_adverbs"]
"""Nouns in -ly, and adverbs with which one owns up to a mistake rather than reports a deed."""
_BE = _WORDS["be"]
_HAVE = _WORDS["have"]
_PLAN = _WORDS["plan"]
_MAY = _WORDS["may"]
_DO = _WORDS["do"]
_DETERMINERS = _WORDS["determiners"]
_PREPOSITIONS = _WORDS["prepositions"]
_FIRST = _WORDS["first_person"]
_SECOND = _WORDS["second_person"]
_JOINS = _WORDS["joins"]
_RELATIVE = _WORDS["relatives"]
_HEDGES = _WORDS["hedges"]
_TRYING = _WORDS["trying"]
_FAILING = _WORDS["failing"]
_WISHES = _WORDS["wishes"]
_INSTRUMENTS = _WORDS["instruments"]
_GOT = frozenset({"got"})
_AUXILIARIES = _BE | _GOT | _HAVE | _PLAN | _MAY | _DO | {"to"}
_CAUSING = frozenset({"had", "got", "gotten"})
_MAX_CAUSED = 6
"""Words between "had" and the participle of what somebody had done: "I had your booking cancelled"."""
_REPORTING = _WORDS["reporting"]
_PAST_BE = frozenset({"was", "were", "wasn't", "weren't", "got"})
_NOW_SO = frozenset({"now", "successfully", "already", "officially"})
"""Adverbs with which "is cancelled" tells what was done, rather than how things stand."""
_OPENS_CLAUSE = frozenset({":", "—", "–", "-", "(", ".", ";"})
_PRESENT = frozenset({"am", "i'm", "we're", "is", "are"})
_OBJECTS = _DETERMINERS | {"by", "you", "me", "us", "him", "them"}
_PARTICIPLE = re.compile(
    r"(?!based|need|speed|proceed|exceed|related|located|interested|limited|unlimited)[a-z]{3,20}ed"
)
"""A first word by which a telegraphic line tells what was done: "Summarized the article and sent it"."""
_CONDITION = SENTENCES.compile(
    r"^\W{0,6}(?:if|once|when|whenever|unless|until|in case|should you|as soon as|before|after|provided|assuming"
    r"|suppos(?:e|ing)|in the event|pending)\b",
    re.IGNORECASE,
)
_PURPOSE = SENTENCES.compile(
    r"^\W{0,6}(?:in order )?to [^.!?\n]{3,160}, (?:I|we)(?:['’]ll| will| just| only)? need\b", re.IGNORECASE
)
"""What something is needed for: "To get it blocked, I need a few details"."""
_OFFERS = SENTENCES.compile(
    r"\b(?:would you like|do you want|let me know|shall i|may i|please (?:confirm|provide|reply|let|specify|tell))\b",
    re.IGNORECASE,
)


_QUOTES = frozenset("\"'”’")
_OPENS_QUOTE = re.compile(r"[A-Za-z]\w{0,40}[^\w\n]{1,4}(?<!\w)[\"'“‘](?=\w)")
"""Words, and then a quotation that begins."""


def words(text: str) -> list[tuple[str, int, int]]:
    """Cut a text into words and the marks that part clauses, in lower case with their spans.

    The month of May keeps its capital: it is no modal.
    """
    found: list[tuple[str, int, int]] = []
    end = 0
    for run in text.split():
        start = text.index(run, end)
        end = start + len(run)
        if run.isalnum():  # most are: the pattern takes several times as long
            found.append((run if run == _MONTH else run.lower(), start, end))
        else:
            for word, first, last in _remembered(run) if len(run) <= MAX_RUN else _parts(run):
                found.append((word, start + first, start + last))
    if found and found[0][:2] == (_MONTH, 0):
        found[0] = ("may", 0, len(_MONTH))
    return found


def _parts(run: str) -> list[tuple[str, int, int]]:
    """Cut what stands between two blanks into words and marks."""
    return [(_lower(match.group()), *match.span()) for match in _WORD.finditer(run)]


_remembered = lru_cache(maxsize=2048)(_parts)
"""The same words stand before a comma, or in bold, all through a run."""


def _lower(word: str) -> str:
    """Spell a word as the lexicon does: "I’ve" as "i've", "Re-booked" as "rebooked"."""
    if word == _MONTH:
        return word
    word = word.lower().replace("’", "'")
    return word.replace("-", "") if len(word) > 1 else word


def is_question(text: str) -> bool:
    """Return whether a sentence asks; what it quotes may ask: "I posted 'Who is in?'"."""
    bare = text.rstrip("*_` \n")
    body = bare.rstrip("\"'”’)*_` \n")
    if not body.endswith("?"):
        return False
    closing = bare[len(body) : len(body) + 1]
    return closing not in _QUOTES or not _OPENS_QUOTE.search(body, 0, len(body) - 1)


def is_offer(text: str) -> bool:
    """Return whether a sentence asks the user for something or offers something."""
    return bool(_OFFERS.search(text))


def conditional_end(text: str) -> int:
    """Return the end of a conditional clause that opens the sentence ("Once that is done,"), else 0."""
    if not _CONDITION.match(text):
        needs = _PURPOSE.match(text)
        return needs.end() if needs is not None else 0
    comma = text.find(",")
    return len(text) if comma < 0 else comma


def stance(tokens: list[tuple[str, int, int]], at: int, *, past: bool = True, telegraphic: bool = False) -> Stance:
    """Judge the verb that is token `at` of a sentence's `tokens`.

    `past` says that its form is a past tense or participle; a base form is a plan, a request or a modal's verb.
    `telegraphic` allows a bare participle to count as completed, as in bullets, headings and table cells.
    """
    left = [token for token, _, _ in tokens[max(0, at - MAX_LEFT) : at]]
    group = _group(left, past=past)
    before = group.before
    follows = tokens[at + 1][0] if at + 1 < len(tokens) else "."
    mode: Mode
    denied = bare = False
    if past and not group.aux and not group.subject and _stands(left, group.position, follows):
        mode = "state" if before.endswith("'s") else "completed"
    elif group.aux or (past and "been" in group.seen):
        mode, denied = _with_auxiliary(group)
    elif not past:
        mode, bare = "request" if not before or before in _JOINS or before == "please" else "modifier", True
    elif group.subject:
        mode = "user_act" if group.subject in _SECOND else "completed"
    else:
        mode, bare = _participle(group, telegraphic=telegraphic)
        if bare and before in _JOINS and len(left) == MAX_LEFT:
            mode = _coordinated([token for token, _, _ in tokens[max(0, at - MAX_LIST) : at]], MAX_LIST)
    if bare and mode == "completed" and before.isalpha() and before not in _JOINS | _INSTRUMENTS:
        # a noun, a bare past form and an object or "by": somebody else's act ("Anna posted the link", "sent by Anna")
        mode = "others_act" if follows in _OBJECTS else mode
    own = group.subject in _FIRST
    apart = embedded(left, own=own)
    if apart == "hedged" and mode not in {"completed", "state", "ongoing"}:
        apart = ""
    return Stance(apart or mode, denied, own, bare)


class _Group(NamedTuple):
    """The auxiliaries, adverbs and subject right before a verb."""

    left: list[str]
    """All words before the verb."""
    position: int
    """Place among them of the first word, counted from the verb, that is none of the group; -1 without any."""
    aux: list[str]
    seen: set[str]
    """The adverbs."""
    subject: str
    past: bool
    """The verb is a past form or a participle."""

    @property
    def before(self) -> str:
        """The first word, counted from the verb, that is none of the group; "" without any."""
        return self.left[self.position] if self.position >= 0 else ""

    @property
    def denied(self) -> bool:
        return any(word == "not" or word.endswith("n't") or word == "cannot" for word in self.aux)


def _group(left: list[str], *, past: bool) -> _Group:
    """Read the words before a verb from right to left, back to its subject."""
    aux: list[str] = []
    seen: set[str] = set()
    subject = ""
    position = len(left) - 1
    while position >= 0:
        word = left[position]
        if word in _ADVERBS or (len(word) > MIN_ADVERB and word.endswith("ly") and word not in _NO_ADVERBS):
            seen.add(word)
        elif word in {"not", "never"} or (word == "no" and aux):
            aux.insert(0, "not")
        elif word in _AUXILIARIES:
            aux.insert(0, word)
            if word == "to":
                position -= 1
                break
        elif word in _FIRST or word in _SECOND:
            subject = word
            break
        elif word != "and" or "gone" not in left[max(0, position - 3) : position]:
            break
        position -= 1
    if "'" in subject:
        had = "would" if "have" in aux or not past else "had"
        aux.insert(0, {"ve": "have", "d": had, "m": "is", "re": "are", "ll": "will"}[subject.split("'")[1]])
    return _Group(left, position, aux, seen, subject, past)


def _with_auxiliary(group: _Group) -> tuple[Mode, bool]:
    """Judge a verb that has auxiliaries; gives the mode, and whether it is denied."""
    aux, seen, denied = group.aux, group.seen, group.denied
    if "to" in aux:
        return _infinitive(group.left, group.position)
    modal = next((word for word in aux if word in _PLAN or word in _MAY), "")
    if modal:
        return _modal(modal, group)
    if "be" in aux:
        return "planned", denied
    passive = "been" in seen or any(word in _BE or word in _GOT for word in aux)
    if any(word in _HAVE for word in aux):
        return _perfect(group, passive=passive), denied
    if passive and group.past:
        return _passive(group), denied
    if any(word in _DO for word in aux):
        if group.subject in _SECOND:
            return "user_act", denied
        return "completed" if denied and ("did" in aux or "didn't" in aux) else "question", denied
    return "modifier", denied


def _perfect(group: _Group, *, passive: bool) -> Mode:
    """Judge a verb behind a form of "have"."""
    second = group.subject in _SECOND
    if second and not passive and not (group.past and "successfully" in group.seen):
        return "user_act"
    if not group.past:
        return "modifier"
    if group.subject not in _FIRST and not second and (not passive or is_of_any(group.left)):
        return "others_act"
    return "completed" if _HEDGES.isdisjoint(group.left[: group.position + 1]) else "hedged"


def _passive(group: _Group) -> Mode:
    """Judge a participle behind a form of "be"."""
    if "being" in group.seen:
        return "ongoing"
    if not _PAST_BE.isdisjoint(group.aux):
        return "others_act" if _relative(group.left, group.position) else "completed"
    return "state" if _NOW_SO.isdisjoint(group.seen) else "completed"


def _participle(group: _Group, *, telegraphic: bool) -> tuple[Mode, bool]:
    """Judge a past form with neither auxiliary nor subject; gives the mode, and whether it stands bare."""
    before, outer = group.before, group.left[: group.position + 1]
    if not _WISHES.isdisjoint(outer):
        return "request", True
    if not before:
        return "completed" if telegraphic else "modifier", True
    if before in _OPENS_CLAUSE:
        return "completed", True
    if before in _JOINS:
        return _coordinated(group.left, MAX_LEFT), True
    if before in _DETERMINERS or before in _PREPOSITIONS or before in {"get", "getting"}:
        return "modifier", False
    return "completed" if telegraphic and _RELATIVE.isdisjoint(outer) else "others_act", True


def _stands(left: list[str], position: int, follows: str) -> bool:
    """Return whether a participle without auxiliary has one all the same: "I had it cancelled", "the bill's paid"."""
    before = left[position] if position >= 0 else ""
    if before.endswith("'s"):
        return not follows[0].isalnum() or follows in _PREPOSITIONS or follows in _JOINS
    for at in range(position, max(-1, position - _MAX_CAUSED), -1):
        word = left[at]
        if word in _CAUSING:
            return at < position and not _FIRST.isdisjoint(left[max(0, at - 3) : at]) and _MAY.isdisjoint(left[:at])
        if not word.isalnum() or word in _RELATIVE or word in _PREPOSITIONS:
            return False
    return False


def _coordinated(left: list[str], limit: int) -> Mode:
    """Judge a participle behind "and" by the nearest subject or auxiliary it may share, `limit` words back at most."""
    for index in range(len(left) - 1, -1, -1):
        word = left[index]
        if word in {".", ";"}:
            break
        if word in _FAILING:
            return "modifier"  # "unable to read the sent or scheduled ones"
        if word == "having" or (word == "been" and left[index - 1] == "having"):
            continue
        if word in {"been", "was", "were", "i've", "we've", "has", "have"}:
            return "others_act" if index and left[index - 1] == "there" else "completed"
        if word in _PLAN or word in _MAY or word.endswith("'ll"):
            return "planned"
        if word in _FIRST:
            return "completed"
        if (
            word in _SECOND
            and not _is_object(left, index)
            and (index + 1 == len(left) or left[index + 1] not in {"and", ",", "on", "in", "to"})
        ):
            return "user_act"
    return "completed" if len(left) < limit and _PARTICIPLE.fullmatch(left[0]) else "modifier"


def _is_object(left: list[str], at: int) -> bool:
    """Return whether "you" is whom something was done to or for: "I registered you for it, paid the fee and …"."""
    before = left[at - 1] if at else ""
    return before in _PREPOSITIONS or any(verb.form == "past" for verb in verb_forms(before))


def _relative(left: list[str], position: int) -> bool:
    """Whether a relative clause begins just before: "the room that was booked", but "note that it was booked"."""
    return any(
        left[at] in _RELATIVE and not (left[at] == "that" and at and left[at - 1] in _REPORTING)
        for at in range(max(0, position - 3), position + 1)
    )


def _infinitive(left: list[str], position: int) -> tuple[Mode, bool]:
    """Judge "… to VERB" by the words before "to"."""
    window = set(left[max(0, position - 3) : position + 1])
    if "able" in window:
        nearby = set(left[max(0, position - 5) : position + 1])
        if nearby & {"not", "wasn't", "weren't", "isn't", "aren't", "haven't", "hasn't", "never", "without"}:
            return "unable", True
        if nearby & _PRESENT:
            return "offered", False
        return ("planned" if window & {"will", "would", "should", "may", "might", "be"} else "completed"), False
    if window & _FAILING:
        return "unable", True
    if "managed" in window:
        return "completed", False
    return ("attempted" if window & _TRYING else "planned"), False


def _modal(modal: str, group: _Group) -> tuple[Mode, bool]:
    """Judge a verb under a modal."""
    denied = group.denied
    if modal in _PLAN:
        return "planned", denied
    if modal in {"couldn't", "can't", "cannot"} or (denied and modal in {"could", "can"}):
        return "unable", True
    if modal in {"should", "might", "may", "must"} and group.past and ("now" in group.seen or "have" in group.aux):
        return "hedged", denied
    return "offered", denied
