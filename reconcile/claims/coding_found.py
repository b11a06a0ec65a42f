"""What is found in a unit, and what around it makes it none: a plan, a condition, a wish, an aside in a description."""

from __future__ import annotations

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_lexicon import lexicon

MAX_ASIDE = 30
"""Code points between the bracket and the participle of an aside."""
_PLURALS = frozenset({"changes", "checks", "fixes", "updates", "tests", "sets", "calls", "uses", "covers", "patches"})
"""Forms that are nouns as often as they describe."""
_WORD = re.compile(r"[a-z']+")
_ONGOING = re.compile(r"\b(?:i'm|i am|we're|we are) (?:now |just |also )?[a-z-]+ing\b")
_DOCUMENT = re.compile(
    r"\bplan(?:'s\b| (?:template|document|doc|file|page|section)\b| {0,2}[\ue000(])"
    r"|\b(?:[a-z]{2,30}ation|task|test|project|work|release|rollout|sprint|terraform|migration|query) plans?\b(?! to\b)"
)
"""Where "plan" is a document rather than an intention."""
_TOLD_TO = re.compile(r"\b(?:make|making|be) sure\b|^\W*(?:ensure|check|verify|confirm) that\b")
"""Before what the reader is to see to: "Make sure the server is running"."""
PURPOSE = re.compile(r"\bto (?:verify|confirm|check|ensure|see|prove|validate|test|know|show|make sure)\b")
_HAVE_TO = re.compile(r"\b(?:have|has|had) to (?!do\b)[a-z]")
"""Before what must be: "all of it has to land in one commit"."""
_WHENEVER = re.compile(r"\b(?:after|before|like|when|whenever|until)\s+(?:(?:a|an|the|any|your)\s+)?$")


class Found(msgspec.Struct, frozen=True):
    """A finding in a unit: its kind, and where the words stand that tell it. `weak` findings yield to others."""

    kind: str
    start: int
    end: int
    denied: bool = False
    weak: bool = False
    bare: bool = False
    """A result without a subject: "All green."."""
    verb: str = ""
    own: bool = False
    """In the first person."""
    passive: bool = False
    """Told as a state: "the file is committed", which may have been so before the run."""
    imperative: bool = False
    """An instruction or a description in a list of changes, which may be a plan."""
    loose: bool = False
    """Told by where it stands more than by its words: evidence bears it out, and none that is missing accuses it."""
    listed: bool = False
    """A file that leads its line in a list whose title says that all in it are changes."""


def blocked(masked: str, at: int, start: int | None = None) -> bool:
    """Tell whether the clause before `at` makes what follows a plan, a condition or a wish.

    With `start`, what stands right before it must not be a word of time either: "after a pull request is created".
    """
    if start is not None and _WHENEVER.search(masked, max(0, start - 24), start):
        return True
    blockers = lexicon().grammar["blockers"]
    begin = max((masked.rfind(mark, 0, at) for mark in (";", "—", ". ", ": ", ", but ", ", so ")), default=-1)
    if _HAVE_TO.search(masked, max(0, begin), at):
        return True
    if start is not None or masked[:at].endswith("("):
        opened = masked.rfind("(", 0, at if start is None else start + 1)
        begin = opened if opened > begin and ")" not in masked[opened:at] else begin
    before = masked[max(0, begin) : at]
    if PURPOSE.search(before) or _TOLD_TO.search(before):
        return True
    words = set(_WORD.findall(before.replace("as expected", ""))) & blockers
    if words == {"plan"} and _DOCUMENT.search(before):
        words = set()
    return bool(words) or bool(_ONGOING.search(before))


def aside(masked: str, at: int) -> bool:
    """Tell whether what begins at `at` opens an aside in a description: "the test makes `a.txt` (committed)"."""
    words = lexicon()
    opened = masked.rfind("(", max(0, at - MAX_ASIDE), at)
    if opened < 0 or not set(masked[opened + 1 : at].split()) <= words.grammar["adverbs"] | words.grammar["negations"]:
        return False
    begin = max(masked.rfind(mark, 0, opened) for mark in (". ", ";", "—"))
    return any(
        word in {"is", "are"} or (word not in _PLURALS and (word in words.describes or word[:-1] in words.bases))
        for word in _WORD.findall(masked, max(0, begin), opened)
        if word.endswith("s") or word == "are"
    )
