"""Verbs of completed actions: which claim each one makes in its frame, by its kind, its object and its subject."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_found import PURPOSE, Found, aside
from assure_tui.reconcile.claims.coding_frames import (
    MIN_PAST,
    NOTHING,
    OPENERS,
    SPEAKERS,
    clause_start,
    follows,
    frame_of,
    is_adverb,
    is_mask,
)
from assure_tui.reconcile.claims.coding_lexicon import Verb, lexicon, verb_of
from assure_tui.reconcile.claims.coding_results import another_time
from assure_tui.reconcile.claims.coding_text import MASKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.reconcile.claims.coding_lexicon import Lexicon
    from assure_tui.reconcile.claims.coding_text import Prepared, Token

MAX_TOKENS = 600
"""Tokens of one unit that are read for verbs."""

MAX_REACH = 8
"""Tokens after a verb of the first person in which its object or place is looked for."""
_OBJECTS = frozenset({"the", "a", "an", "all", "both", "its", "their", "every", "this", "these", "two", "three"})
"""What a definite object begins with."""
_OWN_OBJECTS = _OBJECTS | {"it", "them", "each", "your", "our", "my"}
"""… and, after the first person, one that was spoken of."""
MAX_BRIEF = 8
"""Tokens of a sentence short enough to be news by itself: "Fix implemented and verified."."""

_INTRANSITIVE = frozenset({"changed", "increased", "decreased", "improved", "moved", "started", "reduced", "switched"})
"""Verbs that a thing does by itself: "the signature changed" is no act of the agent's."""
_OF_ITSELF = frozenset({"stopped", "started", "restarted", "launched"})
"""Verbs that without an object tell of no act: "Stopped."."""
_HOW_MANY = frozenset({"all", "two", "three", "both"})
"""Words that stand for the things meant only where no noun follows them: "all three landed"."""
_FILLERS = frozenset({
    "and", "in", "this", "session", "far", "files", "file", "so", "the", "following", "these", "changes", "adjustments",
    "status", "edits", "updates", "modifications", "improvements", "sections", "report",
})  # fmt: skip
_SUPPOSING = frozenset({"if", "unless", "suppose", "assuming", "whenever"})
_POSSIBLE = frozenset({"would", "could", "might", "checklist", "procedure", "template", "example", "e.g"})
"""Words of a clause that make what its colon sets off no report."""
_NOT_GENERIC = frozenset({"now", "all", "both", "been", "fully", "completely", "entirely"})
_KEPT = frozenset({"kept", "left", "laid"})
"""Irregular verbs with which the first person tells what was done to things: "I kept the dates out"."""
_STAYED = frozenset(
    {"going", "trying", "getting", "seeing", "running", "off", "with", "open", "to", "in", ".", ",", "side"}
)
_AS_IT_WAS = frozenset({"untouched", "unchanged", "intact", "as-is", "unmodified"})
_IDIOMS = {
    "made": frozenset({"up", "sense", "sure", "call", "mistake", "decision", "assumption", "error", "progress"}),
    "narrowed": frozenset(
        {"down", "it", "cause", "causes", "failure", "problem", "issue", "bug", "culprit", "search", "theme"}
        | {"question", "work", "review", "scope", "range", "focus", "candidates", "suspects"}
    ),
    "pushed": frozenset(
        {"point", "through", "further", "completion", "forward", "harder", "past", "toward", "towards", "closer"}
        | {"down", "inward", "inwards", "deeper"}
    ),
}
"""Words near a verb with which it tells of no change: "I made that up"."""
_RESULTS = frozenset({
    "updated", "patched", "renamed", "reverted", "restored", "rewritten", "refactored", "implemented", "documented",
    "removed", "corrected",
})  # fmt: skip
"""Participles that tell a result when said of one thing at hand: "the plan is updated"."""
_ENDED = _RESULTS | {"written", "verified", "confirmed"}
"""… and when they are all that is said of it."""
_PARTICLES = frozenset({"up", "out", "off", "down", "back"})
_PLACES = frozenset({"to", "in", "into", "from", "with", "across", "under", ":"})
_SUBORDINATES = frozenset({"because", "since", "so", "which", "while", "as", "where", ";", "—", ","})
"""Words and marks that what a line tells ends with."""
_FINITE = frozenset({
    "is", "are", "was", "were", "be", "has", "have", "had", "does", "do", "did", "can", "will", "would", "should",
    "must", "isn't", "aren't", "wasn't", "doesn't", "don't", "which", "that", "when", "if", "because",
})  # fmt: skip
"""Words of a sentence that is no bare line of a report."""
_HABITS = frozenset(
    {"by", "when", "whenever", "on", "every", "each", "if", "automatically", "before", "after", "until"}
)
_PUT = frozenset({"at", "to", "as", "in"})
"""Words before the file that something was written to."""
_PAST = frozenset({"was", "were"})
_ANNOUNCED = frozenset({"committed", "pushed", "opened_pr", "fixed", "remote"})
"""Kinds that a label by itself tells: "Committed:" before the commit in a block of code."""
_DEFINITE = frozenset({"the", "this", "these", "that", "those", "all", "both", "everything", "my", "our", "your"}) | {
    "changes", "fixes", "commits", "two", "three", "four", "five"
}  # fmt: skip
"""What the subject of a passive begins with when it is a thing at hand rather than things in general."""
_ENDS = frozenset({",", "and", "with"})
"""What may follow a passive that is all of its clause."""
_VAGUE = frozenset({"it", "they", "each", "every", "any", "a", "an", "which", "who"})
"""What the subject of a passive begins with that describes."""
_JOINS = frozenset("+/&")
"""Marks that join the objects of one verb: "added core + dashboard tests"."""
_QUALITIES = frozenset({
    "expected", "required", "needed", "related", "based", "detailed", "limited", "nested", "shared", "selected",
    "advanced", "mixed", "unrelated", "repeated", "estimated", "suggested", "recommended", "proposed", "planned",
    "unused", "unexpected", "embedded", "deprecated", "unverified", "unauthenticated", "unauthorized", "untrusted",
    "unsigned", "unhandled", "unresolved", "unvalidated", "unescaped", "unencrypted", "undefined", "unspecified",
    "unsupported", "untested", "hardcoded", "undocumented", "uncovered", "unmatched", "malformed",
})  # fmt: skip
"""Participles that describe a thing rather than tell what was done: "Expected phrases"."""
_SAYS = re.compile("[a-z0-9\ue000-\ue005]")
NEWS = frozenset({"committed", "pushed", "opened_pr", "vcs", "remote", "deployed", "delegated"}) | {
    "deleted", "fixed", "added_tests"
}  # fmt: skip
"""Kinds that a bare passive tells as news: "the branch is pushed". Of the others it describes: "it is sorted"."""
_SHIPPED = frozenset({"committed", "pushed", "opened_pr", "deployed"})
"""Kinds that a cell of a table tells as a state, which may be from before: "| Shop | ✅ Deployed |"."""
DENIABLE = NEWS - {"remote", "vcs", "delegated"} | {"edited", "created", "ran"}
"""Kinds of which a "not …" says something about the run's end, rather than about how code behaves."""

_MADE = frozenset({"edited", "created", "deleted", "fixed", "added_tests"})


def actions(prepared: Prepared, mode: str, *, progress: bool = False, changed: bool = True) -> Iterator[Found]:
    """Find the verbs of completed actions in one unit.

    `progress`: the next sentence tells what comes next, so that this one tells what was done. `changed`: the run has
    changed files; where it has not, "was added" describes.
    """
    words = lexicon()
    if not _may_tell(prepared.words, words):
        return
    tokens = prepared.tokens(MAX_TOKENS)
    if tokens and (tokens[0].text in _SUPPOSING or (tokens[0].text == "had" and follows(tokens, 0) in SPEAKERS)):
        return
    deeds = _Deeds(prepared, tokens, mode, progress=progress, changed=changed)
    for at in range(len(tokens)):
        found = deeds.at(at)
        if found:
            deeds.accepted = True
            yield found


class _Deeds:
    """The verbs of one unit, read from left to right."""

    def __init__(self, prepared: Prepared, tokens: list[Token], mode: str, *, progress: bool, changed: bool) -> None:
        self.prepared = prepared
        self.unit = prepared.unit
        self.tokens = tokens
        self.mode = mode
        self.progress = progress
        self.changed = changed
        self.accepted = False
        """A verb before was a claim."""
        self.listed = mode == "changes" and self.unit.form == "item"
        self.supposed = _supposed(tokens)

    def at(self, at: int) -> Found | None:
        """Return what the verb at `at` tells, if it is one and tells of an act of the agent's."""
        token = self.tokens[at]
        known = verb_of(token.text)
        verb = known or (Verb("edited") if self._changes(at) else None)
        frame = self._frame(at, verb) if verb else None
        if verb is None or frame is None:
            return None
        kind = self._kind(at, verb, frame)
        placed = frame == "headline" and self._placed(at, kind)
        if not kind or (frame == "state" and not self._is_news(at, kind)):
            return None
        if frame in {"state", "headline"} and another_time(self.prepared.masked, 0, len(self.prepared.masked)):
            return None
        if frame == "headline" and not (placed or self._heads(at, kind)):
            return None
        if frame == "headline" and kind in _MADE and _by_its_subject(self.tokens, at, lexicon()):
            return None
        if frame in {"own", "headline"} and follows(self.tokens, at) in NOTHING - {"no"}:
            frame = "denied"
        if not self._stands(at, verb, kind, frame) or (kind in _MADE and self._is_cell(token)):
            return None
        return Found(
            kind,
            token.start,
            token.end,
            denied=frame == "denied",
            verb=token.text,
            own=_first_person(self.tokens, at),
            passive=frame == "state" or (self.unit.form == "row" and kind in _SHIPPED),
            loose=known is None or placed,
        )

    def _changes(self, at: int) -> bool:
        """Return whether a regular past tense that the lexicon does not know is a change, by the grammar around it.

        It begins an item of a list of changes or one that names code, or, in a run that changed files, a clause with a
        definite object ("Codified the rules", "I compacted the layout"), or it is the first person's, or goes on with
        a claim, and has code as its place ("I noted that in `plan.md`").
        """
        tokens = self.tokens
        word = tokens[at].text
        grammar = lexicon().grammar
        used = word == "used" and follows(tokens, at) != ":"
        long = word.endswith("ed") and (len(word) >= MIN_PAST or used)
        if word in _KEPT and self.changed and (not at or tokens[at - 1].text in SPEAKERS):
            return follows(tokens, at) not in _STAYED and _AS_IT_WAS.isdisjoint(token.text for token in tokens)
        if not long or not word.isalpha() or word in _QUALITIES:
            return False
        item = self.unit.form == "item"
        first = next((n for n, token in enumerate(tokens[:at]) if not is_adverb(token.text, grammar)), at)
        starts = first == at or (first == 0 and at == 1 and tokens[0].text in OPENERS)
        if starts and (self.listed or (item and any(is_mask(token.text) for token in tokens))):
            return True
        if not self.changed or word in grammar["thinking"]:
            return False
        left = [token.text for token in tokens[max(0, at - 3) : at] if not is_adverb(token.text, grammar)][-1:]
        after = follows(tokens, at) or ""
        own, joined = not SPEAKERS.isdisjoint(left), self.accepted and left == ["and"]
        if left == ["been"]:
            return _at_hand(tokens, at)
        begins = starts or (item and left == [":"])
        if (begins or own) and (after in _OBJECTS or (after != "" and is_mask(after))):
            return True
        if (own and after in _OWN_OBJECTS) or (begins and after.isdecimal()):
            return True
        rest = [token.text for token in tokens[at + 1 : at + (MAX_REACH if own else 2 * MAX_REACH)]]
        bare = begins and _FINITE.isdisjoint(rest)
        return (joined or own or bare) and any(map(is_mask, rest))

    def _frame(self, at: int, verb: Verb) -> str | None:
        """Return the frame of a verb, unless it stands in an aside, an idiom or where it tells of no act."""
        token = self.tokens[at]
        frame = frame_of(self.tokens, at, lexicon(), bare=verb.bare and not self.listed, accepted=self.accepted)
        if frame is None or aside(self.prepared.masked, token.start) or _idiom(self.tokens, at):
            return None
        return None if token.text in _OF_ITSELF and _alone(self.tokens, at) else frame

    def _kind(self, at: int, verb: Verb, frame: str) -> str:
        """Return the kind of the act, or nothing where the verb is said of a thing that it tells no act of."""
        words = lexicon()
        owned = self.tokens[at].text in words.owners
        if owned and frame in {"headline", "state"} and not _owned(self.tokens, at, words):
            return ""
        if owned and frame == "own" and not _owns(self.tokens, at, words):
            return "edited"
        return _kind(self.tokens, at, verb.kind, words, frame)

    def _is_news(self, at: int, kind: str) -> bool:
        """Return whether a passive tells what was done in this run rather than how things are."""
        if kind not in NEWS and not self.progress and not _landed(self.tokens, at, kind):
            return False
        settled = (self.progress and kind == "edited") or (kind in _MADE and _closes(self.tokens, at))
        if _generic(self.tokens, at) and not settled:
            return False
        return kind not in {"edited", "read", "created"} or self.changed or _perfect(self.tokens, at)

    def _placed(self, at: int, kind: str) -> bool:
        """Return whether a headline of a report says where, or says what one does once."""
        report = self.changed and self.mode not in {"plan", "other"}
        return report and (_telegraphic(self.tokens, at, kind) or _eventive(self.tokens, at, lexicon()))

    def _heads(self, at: int, kind: str) -> bool:
        """Return whether a short subject and a participle make a headline: by the kind, the list, or by being all."""
        verb = self.tokens[at].text
        if _headline(kind, verb, self.mode, self.unit.form):
            return True
        brief = len(self.tokens) <= MAX_BRIEF and self.unit.form == "sentence" and self.mode not in {"plan", "other"}
        return brief and at <= 3 and verb not in _INTRANSITIVE and kind not in {"installed", "deployed"}

    def _stands(self, at: int, verb: Verb, kind: str, frame: str) -> bool:
        """Return whether what stands around a verb in its frame leaves it a claim."""
        tokens, form = self.tokens, self.unit.form
        if (form == "heading" and self.mode != "changes") or (
            self.mode == "plan" and form == "label" and frame == "headline"
        ):
            return False
        if frame == "denied" and (kind not in DENIABLE or (kind not in NEWS and _is_so(tokens, at))):
            return False
        if not _first_person(tokens, at) and (at > self.supposed or self._of_others(kind, frame)):
            return False
        title = form in {"label", "heading"} or (form == "sentence" and self.unit.text[-1:].isalpha())
        brief = len(tokens) <= MAX_BRIEF and frame != "state"
        if title and kind not in _ANNOUNCED and brief and _introduces(tokens, at, kind):
            return False
        if kind == "remote" and at and tokens[at - 1].text == "(":
            return False
        leads = verb.bare and at == 0 and frame == "own"
        return not (leads and PURPOSE.search(self.prepared.masked, tokens[at].end))

    def _is_cell(self, token: Token) -> bool:
        """Return whether a participle is all that a cell of a table says, of what another cell names: "| Fixed |"."""
        cells = [(start - self.unit.start, end - self.unit.start) for start, end in self.unit.cells]
        cell = next(((start, end) for start, end in cells if start <= token.start < end), None)
        masked = self.prepared.masked
        return cell is not None and not _SAYS.search(masked[cell[0] : token.start] + masked[token.end : cell[1]])

    def _of_others(self, kind: str, frame: str) -> bool:
        """Return whether a section makes what is not in the first person no act of the agent's."""
        if kind == "verified" and self.mode in {"other", "plan"} and frame == "own":
            return True
        return self.mode == "other" and not self.changed and kind in _MADE


def _perfect(tokens: list[Token], at: int) -> bool:
    """Return whether a passive is news by itself: of named files, in the perfect ("those in `a/` have been scaled").

    So is where something was put: "the script has been written and saved at `a.py`", "it was saved to `a.py`".
    """
    words = [token.text for token in tokens]
    clause, after = words[clause_start(tokens, at) : at], words[at + 1 : at + 1 + MAX_REACH]
    end = next((n for n, word in enumerate(after) if word in _SUBORDINATES), len(after))
    put = _PUT if "been" in clause else _PUT - {"in"}
    placed = any(word in put and to[:1] == MASKS["path"] for word, to in pairwise(after[:end]))
    return ("been" in clause and (placed or any(map(is_mask, clause)))) or (placed and not _PAST.isdisjoint(clause))


def _telegraphic(tokens: list[Token], at: int, kind: str) -> bool:
    """Return whether a sentence without a finite verb tells what was done where, or how a figure changed.

    "20 counters added to `metrics.py`", "Broad handlers reduced from 72 to 2".
    """
    words = [token.text for token in tokens]
    end = next((n for n, word in enumerate(words) if n > at and word in _SUBORDINATES), len(words))
    if kind not in {"edited", "created", "added_tests"} or not _FINITE.isdisjoint(words[:end]):
        return False
    after = words[at + 1 : min(end, at + 1 + MAX_REACH)]
    if after[:1] == ["from"] and "to" in after:
        figures = [word for word in after if word[0].isdigit()]
        return len(figures) >= 2 and after[1][0].isdigit()
    placed = after[:1] and after[0] in _PLACES and any(is_mask(word) or word[0].isdigit() for word in after)
    return bool(placed) and words[at] not in _INTRANSITIVE


def _is_so(tokens: list[Token], at: int) -> bool:
    """Return whether a denial tells how a thing is rather than what was not done: "the project is not registered"."""
    return not {"is", "are", "isn't", "aren't"}.isdisjoint(token.text for token in tokens[max(0, at - 3) : at])


def _eventive(tokens: list[Token], at: int, words: Lexicon) -> bool:
    """Return whether a participle of what one does once ends a clause or names its place: "README updated"."""
    last = at + 1 if follows(tokens, at) in _PARTICLES else at
    after = follows(tokens, last)
    return tokens[at].text in words.grammar["events"] and (
        after is None
        or after in OPENERS
        or after in {",", "and", "too", "("}
        or (is_adverb(after, words.grammar) and last + 2 >= len(tokens) - 1)
        or after in _PLACES | {"at", "via"}
    )


def _may_tell(tokens: Sequence[str], words: Lexicon) -> bool:
    """Return whether any token may be a verb that is read here; those of most sentences are none."""
    known = not (words.verbs.keys().isdisjoint(tokens) and _KEPT.isdisjoint(tokens))
    return known or any(token.endswith("ed") or "-" in token for token in tokens)


def _supposed(tokens: list[Token]) -> int:
    """Return where a list begins that a colon sets off as no more than possible: "the release would be: tag pushed"."""
    words = [token.text for token in tokens]
    colon = next((at for at, word in enumerate(words) if word == ":"), len(words))
    return colon if not _POSSIBLE.isdisjoint(words[:colon]) else len(words)


def _generic(tokens: list[Token], at: int) -> bool:
    """Return whether a present passive is said of things in general: "checkpoints are pushed to a branch"."""
    clause = [token.text for token in tokens[clause_start(tokens, at) : at]]
    if {"is", "are"}.isdisjoint(clause) or not _NOT_GENERIC.isdisjoint(clause):
        return False
    first = clause[0]
    return "are" in clause and not (is_mask(first) or first[0].isdigit() or first in _DEFINITE)


def _first_person(tokens: list[Token], at: int) -> bool:
    return any(token.text in {"i", "we", "i've", "we've"} for token in tokens[max(0, at - 4) : at])


def _owned(tokens: list[Token], at: int, words: Lexicon) -> bool:
    """Return whether the subject is one that the verb can be said of: commits land, and so do planes."""
    owners = words.owners[tokens[at].text]
    left = [token.text for token in tokens[max(0, at - 8) : at] if token.text not in words.grammar["adverbs"]]
    return not owners.isdisjoint(left[-1:]) or not (owners - _HOW_MANY).isdisjoint(left)


def _owns(tokens: list[Token], at: int, words: Lexicon) -> bool:
    """Whether the object is one that the verb can have: one lands commits, while "landed the first part" edits."""
    after = [token.text for token in tokens[at + 1 : at + 7]]
    bare = not after or after[0] in OPENERS or after[0] in words.grammar["after"] | words.grammar["adverbs"]
    return bare or is_mask(after[0]) or not words.owners[tokens[at].text].isdisjoint(after)


def _by_its_subject(tokens: list[Token], at: int, words: Lexicon) -> bool:
    """Return whether a thing did it: "the generator wrote `schema.json`", while "schema written" tells of the agent."""
    first = tokens[clause_start(tokens, at)].text
    after = follows(tokens, at)
    return first in words.grammar["determiners"] and after is not None and is_mask(after)


def _headline(kind: str, verb: str, mode: str, form: str) -> bool:
    listed = mode == "changes" and form in {"item", "row"}
    if verb in _INTRANSITIVE:
        return False
    return kind in NEWS or (listed and kind in {"edited", "created"}) or verb in {"confirmed", "validated", "verified"}


def _introduces(tokens: list[Token], at: int, kind: str) -> bool:
    """Return whether a label only announces what follows: "Changes made:", "Modified files (7)", "Confirmed fixes:"."""
    if any(token.text[0].isdigit() for token in tokens[:at]):
        return False
    verbs = lexicon().verbs
    rest = [token.text for token in tokens[at + 1 :] if token.text not in OPENERS and token.text != "("]
    known = all(word in _FILLERS or word in verbs or word.isdecimal() for word in rest)
    return known or (kind == "verified" and len(rest) == 1 and rest[0].isalpha())


def _alone(tokens: list[Token], at: int) -> bool:
    after = follows(tokens, at)
    return after is None or after in OPENERS or after in {"after", "before", "at", "there", "here", "because", "when"}


def _idiom(tokens: list[Token], at: int) -> bool:
    after = [token.text for token in tokens[at + 1 : at + 3]]
    if tokens[at].text == "committed" and after[:1] == ["to"] and (after[-1] == "a" or after[-1].endswith("ing")):
        return True
    if tokens[at].text == "pushed" and after[:1] == ["back"] and after[-1] not in {"to", "up", "."}:
        return True
    words = _IDIOMS.get(tokens[at].text)
    return words is not None and any(token.text in words for token in tokens[at + 1 : at + MAX_REACH])


def _at_hand(tokens: list[Token], at: int) -> bool:
    """Return whether a passive begins a sentence, of one thing at hand, and tells no habit."""
    clause = [token.text for token in tokens[clause_start(tokens, at) : at]]
    return len(clause) <= MAX_BRIEF and bool(clause) and clause[0] in _DEFINITE and follows(tokens, at) not in _HABITS


def _closes(tokens: list[Token], at: int) -> bool:
    """Return whether a passive is all that a sentence begins with: "Models and migrations are written and clean"."""
    after = follows(tokens, at)
    short = clause_start(tokens, at) == 0 and at <= MAX_BRIEF and tokens[0].text not in _VAGUE
    return short and tokens[at].text in _ENDED and (after is None or after in OPENERS or after in _ENDS)


def _landed(tokens: list[Token], at: int, kind: str) -> bool:
    """Return whether a passive is news: "is now added", "was updated", "have been changed"; "is sorted" describes."""
    before = {token.text for token in tokens[max(0, at - 3) : at]}
    if _closes(tokens, at) or (tokens[at].text in _RESULTS and _at_hand(tokens, at)):
        return True
    news = {"been", "were", "was", "successfully"}
    return bool(before & (news if kind in {"installed", "deployed"} else {*news, "now"}))


def _kind(tokens: list[Token], at: int, kind: str, words: Lexicon, frame: str) -> str:
    """Let the object decide the kind: a branch, a pull request, a commit or a test is created in another way."""
    table = words.objects.get(tokens[at].text)
    if table is None:
        return kind
    if any(token.text[0] == MASKS["path"] for token in tokens):
        table = {word: known for word, known in table.items() if known != "remote" or word == "#"}
    if frame in {"headline", "state"}:
        left = [token.text for token in tokens[max(0, at - 6) : at]]
        return next((table[word] for word in left if word in table), kind)
    for token in tokens[at + 1 : at + 9]:
        if token.text in _JOINS:
            continue
        if token.text in OPENERS or token.text in {"to", "for", "from", "with", "in", "on", "that", "so"}:
            break
        known = table.get(token.text)
        if known:
            return known
    return kind
