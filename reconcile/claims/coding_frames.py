"""In what frame a verb stands: the agent's own act, a state, a headline, a denial, or no claim at all.

A frame is told by the words of the clause before the verb and by what follows it: a plan, a condition, hearsay, a
participle that only describes a noun, and an act that somebody else did are none.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.coding_text import MASKS

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.coding_lexicon import Lexicon
    from assure_tui.reconcile.claims.coding_text import Token

OPENERS = frozenset(';:—–.!|+✅✔✓•&"-/)]')
"""Marks that a new clause begins after."""
CONJUNCTIONS = frozenset({"and", "but", "then", "plus", "so", "while"})
NOTHING = frozenset({"nothing", "none", "neither", "no"})
_FOUND = frozenset({"already", "properly", "correctly"})
"""Adverbs that say how a thing was found, of what is not shipped: "already configured"."""
_REASONS = frozenset({"since", "because", "as", "when", "after", "once", "while", "given", "rather", "instead"})
"""Words that begin a clause of which the agent's own act comes after: "Since it was unpushed, I amended it"."""
_POINTING = frozenset({"after", "with", "beyond", "besides", "before", "beside", "from", "despite"})
"""Words before a "that" which points at what was told."""
_MODALS = frozenset({"may", "can", "will", "must", "should", "might", "could", "would"})
_AUXILIARIES = frozenset({"is", "are", "was", "were", "has", "have", "does", "do", "doesn't", "don't", "did", "didn't"})
_PASSIVE = frozenset({"is", "are", "was", "were", "been", "got", "isn't", "aren't", "wasn't", "weren't"})
SPEAKERS = frozenset({"i", "i've", "we", "we've"})
_BE = frozenset({"is", "are"})
_NOT_ONLY = (["not", "just"], ["not", "only"])
_PRONOUNS = (["it"], ["they"], ["he"], ["she"])
_DONE = frozenset({"done", "all", "finished", "complete", "completed", "yes", "ok", ","})
_ENDED = frozenset({"done", "complete", "completed", "finished", "implemented", "built"})
_ASSURED = frozenset({"verified", "tested", "confirmed", "validated", "ensured"})
"""What may follow "done and" without a verb: "T1 done and verified"."""
_SHIPPED = frozenset({"committed", "pushed", "merged", "deployed", "published", "released"})
"""What may stand in a list of results without a subject: "12/12 green, committed, pushed"."""
_SUPERSEDED = frozenset({"replaced", "superseded"})
"""Passives whose "by" names the new thing rather than who did it."""
_TIMES = frozenset({"after", "before", "while", "during"})
MAX_SUBJECT = 6
"""Tokens of the subject of a headline, and of a list of passives."""
MAX_MEMBER = 6
"""Tokens of one participle of such a list with what goes with it."""
MAX_THING = 9
"""Tokens of what something was done to, where the participle closes the clause: nobody else can have done it there."""
MAX_ASIDE = 12
"""Tokens in brackets in the middle of a clause."""
MIN_PAST = 5
"""Letters of a regular past tense that is not in the lexicon."""
MIN_MANNER = 7
"""Letters of an adverb of manner that is not in the lexicon: "only", "apply" and "reply" are none."""
MASKED = frozenset(MASKS.values())


def is_mask(token: str) -> bool:
    """Return whether a token stands for masked text."""
    return token[0] in MASKED


def frame_of(tokens: list[Token], at: int, words: Lexicon, *, bare: bool, accepted: bool) -> str | None:
    """Tell in what frame the verb at `at` stands, or None when it is no claim.

    `own`: without a subject or in the first person ("Added …", "I've removed …"). `state`: a passive ("the branch was
    pushed"). `headline`: a short subject and a participle ("Tests added."). `denied`: any of these, negated.
    With `bare`, the form is present tense too; with `accepted`, an earlier verb of the unit was a claim, which "and"
    and a comma go on with.
    """
    clause = _Clause(tokens, at, words, bare=bare, accepted=accepted)
    frame = clause.frame()
    return "denied" if frame in {"own", "state"} and clause.negated else frame


class _Clause:
    """The words before a verb in its clause."""

    def __init__(self, tokens: list[Token], at: int, words: Lexicon, *, bare: bool, accepted: bool) -> None:
        self.tokens, self.at, self.words = tokens, at, words
        self.bare, self.accepted = bare, accepted
        self.grammar = words.grammar
        self.verb = tokens[at].text
        self.begin = clause_start(tokens, at)
        self.names = [token.text for token in tokens[self.begin : at]]
        self.negated = False
        self.back = len(self.names) - 1
        """Where the last word stands that is no adverb and no negation, or -1."""
        while self.back >= 0 and (
            is_adverb(self.names[self.back], self.grammar) or self.names[self.back] in self.grammar["negations"]
        ):
            self.negated = self.negated or self.names[self.back] in self.grammar["negations"]
            self.back -= 1

    def frame(self) -> str | None:
        """Return the frame by the word before the verb."""
        names, back = self.names, self.back
        if self._is_barred() or _ongoing(names) or names[-1:] == ["no"]:
            return None
        if names[-2:] in _NOT_ONLY:
            return None
        if not (self.accepted or self.negated) and _in_passive_list(names, back):
            return "state"
        if back < 0 or names[back] in CONJUNCTIONS:
            return self._leading()
        if names[back] == "," and (self.accepted or back == 0 or self._is_member()):
            return self._leading()
        if names[back] in SPEAKERS:
            relative = _relative(names[:back], self.grammar)
            return None if relative or _trailing(self.tokens, self.at, names[:back], self.grammar) else "own"
        if names[back] in {"have", "has"}:
            return "own" if back > 0 and names[back - 1] in {"i", "we"} else None
        if names[back] in _PASSIVE:
            return self._passive()
        described = self.bare or self.negated or names[back] == "had" or _modifies(self.tokens, self.at, names)
        return "headline" if not described and self._has_short_subject() else None

    def _is_barred(self) -> bool:
        """Return whether a word makes the verb a plan or hearsay; "plan" before a verb is a thing, as a rule."""
        names = [
            name for last, name in pairwise(["", *self.names]) if last in SPEAKERS or name not in {"plan", "plans"}
        ]
        return not (self.grammar["blockers"].isdisjoint(names) and self.grammar["sources"].isdisjoint(names))

    def _is_member(self) -> bool:
        """Return whether the verb is a member of a list of results."""
        listed = self.back > 0 and self.names[self.back] == ","
        return listed and self.verb in _SHIPPED and _ends_list(self.tokens, self.at)

    def _leading(self) -> str | None:
        """Return the frame of a verb that begins its clause, or that a conjunction or a comma joins."""
        names, back = self.names, self.back
        if back > 0 and names[back - 1] in _ENDED and self.verb in _ASSURED:
            return "headline"
        if 1 < back <= MAX_SUBJECT and names[back - 1] == "found" and self.verb in self.grammar["events"]:
            return "headline"
        joined = not self.accepted and back > 1 and names[back] == "and"
        if joined and self.verb in _SHIPPED and _is_told(names[:back], self.grammar):
            return "state"
        told = back > 0 and (names[back - 1] in _ENDED or _participle(names, back - 1) == back - 1)
        if joined and self.verb in _SHIPPED and back < MAX_SUBJECT and told:
            return "headline"
        begun = self.accepted or back <= 0 or all(name in _DONE for name in names[:back]) or _told(names[:back])
        if not begun and not self._is_member():
            return None
        if self.bare or (self.verb not in _ASSURED and _noun_like(self.tokens, self.at, self.grammar["determiners"])):
            return None
        return "own" if (self._opens() if back < 0 else self._goes_on()) else None

    def _opens(self) -> bool:
        """Return whether a verb without anything before it tells an act, not how a thing was found or who did it."""
        if self.verb not in _SHIPPED and not _FOUND.isdisjoint(self.names):
            return False
        return self.negated or not by_another(self.tokens[: self.at + 3], self.at)

    def _goes_on(self) -> bool:
        """Return whether a joined verb goes on with an act, rather than with an aside or what is only its purpose."""
        aside = self.back == 0 and not self.accepted and self.begin > 0 and self.tokens[self.begin - 1].text == ")"
        return not aside and self.names[self.back] != "so"

    def _passive(self) -> str | None:
        """Return the frame of a passive: none of a habit, of what another did, of "it" or of what was so before."""
        names, back = self.names, self.back
        now = names[back] in {"is", "are"}
        if _relative(names[:back], self.grammar) or by_another(self.tokens, self.at):
            return None
        if not _TIMES.isdisjoint(names[:back]) or ("never" in names[back:] and now):
            return None
        if (self.bare and "been" not in names) or names[:back] in _PRONOUNS:
            return None
        if "already" in names[back:] and now and self.verb not in _SHIPPED:
            return None
        self.negated = self.negated or _of_nothing(names[:back])
        return "state"

    def _has_short_subject(self) -> bool:
        """Return whether a few words name what the participle was done to, and nothing else follows it closely."""
        grammar = self.grammar
        subject = self.names[: self.back + 1]
        after = follows(self.tokens, self.at)
        closes = self.verb in grammar["events"] and (after is None or after in OPENERS or after in {",", "and"})
        opens = not self.begin or self.tokens[self.begin - 1].text != "("
        if self.accepted or (closes and opens and "still" not in subject):
            subject = subject[max((n + 1 for n, name in enumerate(subject) if name in {"and", ","}), default=0) :]
        if not subject or subject[0] == "no" or not _BE.isdisjoint(subject):
            return False
        if not grammar["adverbs"].isdisjoint(subject[1:-1]) or not grammar["relatives"].isdisjoint(subject):
            return False
        if not self.words.verbs.keys().isdisjoint(subject) or not (closes or grammar["strangers"].isdisjoint(subject)):
            return False
        ends = after is None or after in grammar["after"] or is_adverb(after, grammar) or is_mask(after)
        short = len(subject) <= (MAX_THING if closes else MAX_SUBJECT)
        return short and ends and subject[-1] not in grammar["determiners"] and not _adjective(subject, subject[-1])


def is_adverb(name: str, grammar: dict[str, frozenset[str]]) -> bool:
    """Return whether a word says how or when: the lexicon's adverbs, and those of manner ("proactively")."""
    manner = name.endswith("ly") and len(name) >= MIN_MANNER and name not in lexicon().bases
    return name in grammar["adverbs"] or manner


def _relative(names: list[str], grammar: dict[str, frozenset[str]]) -> bool:
    """Return whether a relative clause begins in these words; "that test" and "after that" point at something."""
    return any(
        name in grammar["relatives"] and not (name == "that" and (not at or names[at - 1] in _POINTING))
        for at, name in enumerate(names)
    )


def _in_passive_list(names: list[str], back: int) -> bool:
    """Return whether a participle goes on with a passive: "the ticket is implemented, reviewed, and committed"."""
    if back < 0 or not (names[back] in CONJUNCTIONS or names[back] == ","):
        return False
    while back > 0 and (names[back] in CONJUNCTIONS or names[back] == ","):
        back -= 1
        if names[back] == ",":
            continue
        begun = _participle(names, back)
        if begun < 0 < back and names[back - 1] in _PASSIVE and names[back] not in _ENDED:
            begun = back
        if begun < 0:
            return False
        back = begun - 1
    return 0 < back < MAX_SUBJECT and names[back] in _PASSIVE


def _is_told(names: list[str], grammar: dict[str, frozenset[str]]) -> bool:
    """Return whether what stands before says how things at hand are: "the parts are in place and pushed"."""
    return not _BE.isdisjoint(names) and grammar["relatives"].isdisjoint(names) and _TIMES.isdisjoint(names)


def _participle(names: list[str], back: int) -> int:
    """Return where the participle of a member stands that ends at `back`, or -1: "verified on both platforms"."""
    for at in range(back, max(-1, back - MAX_MEMBER), -1):
        name = names[at]
        if name in lexicon().verbs or (len(name) >= MIN_PAST and name.endswith("ed")):
            return at if at == back or names[at + 1] in lexicon().grammar["after"] else -1
        if name == "," or name in CONJUNCTIONS:
            return -1
    return -1


def _ends_list(tokens: list[Token], at: int) -> bool:
    """Return whether a participle stands as a member of its own in a list: "…, committed `1a2b3c4`, pushed."."""
    after = follows(tokens, at)
    return after is None or after in OPENERS or after in {",", "and", "to", "as"} or is_mask(after)


def _of_nothing(subject: list[str]) -> bool:
    """Return whether the subject of a passive is none: "no file", but "it no longer does so, and the file"."""
    begin = max(
        (at for at, name in enumerate(subject[:-1]) if name == "," and subject[at + 1] in CONJUNCTIONS), default=0
    )
    return any(
        name in NOTHING and subject[at + 1 : at + 2] != ["longer"] for at, name in enumerate(subject) if at >= begin
    )


def _told(names: list[str]) -> bool:
    """Whether a clause has begun as a report with a verb the lexicon does not know: "I followed the flow and"."""
    for at, name in enumerate(names[:-1]):
        if not at and len(name) >= MIN_PAST and name.endswith("ed"):
            return True
        if name in SPEAKERS or (not at and name in {"then", "also", "next", "finally"}):
            rest = [word for word in names[at + 1 : at + 4] if word not in lexicon().grammar["adverbs"]]
            known = name in SPEAKERS and bool(rest) and rest[0] in lexicon().grammar["irregular"]
            return known or (bool(rest) and len(rest[0]) >= MIN_PAST and rest[0].endswith("ed"))
    return False


def _trailing(tokens: list[Token], at: int, before: list[str], grammar: dict[str, frozenset[str]]) -> bool:
    """Tell a relative clause without its pronoun: "the blocks we just removed)."."""
    after = follows(tokens, at)
    noun = (
        bool(before)
        and (before[-1].isalpha() or is_mask(before[-1]))
        and before[-1] not in grammar["adverbs"] | CONJUNCTIONS
    )
    if noun and len(before) >= 3 and "," not in before:
        return True
    return noun and (after is None or after in OPENERS or after in {",", "(", "is", "are", "was", "were", "when"})


def _adjective(subject: list[str], previous: str) -> bool:
    return (
        previous.endswith("'s")
        or previous
        in {"to", "be", "being", "get", "gets", "like", "than", "as", "it's", "that's", "i'm", "we're", "you're"}
        or (subject[0] in {"it", "it's", "this", "that", "that's", "which", "there", "let"})
    )


def _ongoing(names: list[str]) -> bool:
    return any(
        name in {"i'm", "we're"} and any(later.endswith("ing") for later in names[at + 1 : at + 3])
        for at, name in enumerate(names)
    )


def _noun_like(tokens: list[Token], at: int, determiners: frozenset[str]) -> bool:
    """Return whether a leading participle is an adjective: "Generated files are …"."""
    rest = [token.text for token in tokens[at + 1 : at + 5]]
    things = len(rest) > 1 and rest[0].endswith("s") and rest[0].isalpha() and tokens[at].text != "added"
    if things and rest[1] in lexicon().bases and rest[0] not in determiners:
        return True
    return any(name in _AUXILIARIES | _MODALS and before not in determiners for before, name in pairwise(rest))


def _modifies(tokens: list[Token], at: int, names: list[str]) -> bool:
    """Return whether a participle after a noun only describes it: "a tag pushed by the bot does not …"."""
    if names and names[0] in {"a", "an", "any", "every", "each"}:
        return True
    after = [token.text for token in tokens[at + 1 : at + 9]]
    if after[:1] == ["by"]:
        return True
    return bool(names) and names[-1] == "(" and after[:1] == [")"] and len(after) > 1 and after[1].isalpha()


def by_another(tokens: list[Token], at: int) -> bool:
    """Whether a passive names who did it: "was solved in June by commit 1a2b3c4", but not "by adding a guard"."""
    if tokens[at].text in _SUPERSEDED:
        return False
    for here, after in pairwise(tokens[at + 1 : at + 8]):
        if here.text in OPENERS or here.text == ",":
            return False
        if here.text == "by":
            return not after.text.endswith("ing")
    return False


def follows(tokens: list[Token], at: int) -> str | None:
    """Return the word after a token."""
    return tokens[at + 1].text if at + 1 < len(tokens) else None


def clause_start(tokens: list[Token], at: int) -> int:
    """Return the number of the token that begins the clause of the one at `at`."""
    back = at
    while back > 0:
        word = tokens[back - 1].text
        if word == ")" and tokens[back].text in _PASSIVE and (opened := _aside_start(tokens, back - 1)) > 0:
            back = opened
            continue
        if word in OPENERS and (back <= 1 or word not in {"-", "/"}):
            break
        if word in {"but", "then"} and back > 1:
            break
        if word in CONJUNCTIONS and back < at and tokens[back].text in SPEAKERS:
            break
        if word == "," and back < at and tokens[back].text in SPEAKERS and tokens[0].text in _REASONS:
            break
        back -= 1
    return back


def _aside_start(tokens: list[Token], closed: int) -> int:
    """Return the number of the bracket that the one at `closed` closes, or 0: "both tags (`v1`, `v2`) are pushed"."""
    for at in range(closed - 1, max(0, closed - MAX_ASIDE), -1):
        if tokens[at].text in {"(", ")"}:
            return at if tokens[at].text == "(" else 0
    return 0
