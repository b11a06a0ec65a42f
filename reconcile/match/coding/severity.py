"""What the evidence against a coding claim is worth: its severity, where it is less than that of its code.

A discrepancy is worth what its code is worth where three things are sure: that the words claim it (the agent's own act,
of this run, named), that the evidence is of the very thing they name, and that it would show. Where one of them is only
likely, it is told at low severity. Which kinds are sure was found by reading the flags on sessions that nobody had read
before; the page MATCHING.md says what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.match.coding.counts import told_passed
from assure_tui.reconcile.match.coding.failed import NUMBERED
from assure_tui.reconcile.match.coding.named import counted, names, names_check
from assure_tui.reconcile.match.coding.unknown import FILES
from assure_tui.reconcile.match.coding.unlisted import names_program
from assure_tui.reconcile.model import at_least

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.ruling import Ruling
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim, Severity

WEAK: Severity = "low"
MAX_PLAIN = 24
"""Words of a claim of a check that is told for itself; a longer one tells it among other things, or explains it."""

_CHECKED = frozenset({"tests", "lint", "build"})
_PLAIN_KINDS = _CHECKED | {"committed", "pushed"}
_MORE = re.compile(r"[,;(–—]| - | including\b| on\b| and (?!not\b)| across\b| after\b")
"""What goes on after one plain thing: "All tests pass, including the new ones"."""
_VERB_FIRST = re.compile(r"\W{0,6}(?:i(?:'ve| have)? )?(?:committed|pushed)\b")
_DOUBTS = re.compile(r"\b(?:but|because|since|though|although|except|whereas|still fails?)\b")
_SPAN = re.compile(r"`[^`\n]{0,200}`")
MAX_BEFORE = 2
"""Words before a verb that opens a sentence: "Then I pushed"."""
_LINKS = frozenset(
    {"is", "are", "was", "were", "been", "be", "has", "have", "had", "i", "we", "and", "then", "also", "now", "just"}
    | {"already", "successfully", "all", "both", "it"}
)
"""Words after which a participle tells what was done."""
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_GREEN = re.compile(r"\b(?:green|passing)\b", re.IGNORECASE)


def weigh_evidence(claim: Claim, ruling: Ruling, seen: Seen) -> Ruling:
    """Give the ruling with the severity that its evidence is worth; its outcome stays."""
    if not ruling.code or (ruling.severity and at_least(WEAK, ruling.severity)) or _sure(claim, ruling, seen):
        return ruling
    return msgspec.structs.replace(ruling, severity=WEAK)


def _sure(claim: Claim, ruling: Ruling, seen: Seen) -> bool:
    args = claim.args
    if any(step.effect.results.get("ending") for step in ruling.evidence[:1]):
        return False
    if claim.kind in _CHECKED and len(claim.text.split()) > MAX_PLAIN:
        return False
    match ruling.code:
        case "phantom" if claim.kind in FILES:
            indirect = args.get("from_above") or args.get("passive") or args.get("beside")
            return not indirect and not _in_another_clause(claim)
        case "phantom":
            return args.get("verb") not in {None, "landed"} and (bool(args.get("own")) or _predicates(claim))
        case "no-proof" if claim.kind in _CHECKED:
            return names_check(claim.text) or _GREEN.search(claim.text) is not None
        case "failed-effect" | "wrong-value" | "stale-proof" if claim.kind in {*_CHECKED, "verified"}:
            first = ruling.evidence[0] if ruling.evidence else None
            if is_plain(claim) or (first is not None and (names(claim, first) or names_program(claim, first))):
                return True
            if first is None:
                return False
            return counted(claim, first) or (ruling.code != "stale-proof" and _answers(claim, first, seen))
        case _:
            return True


def _answers(claim: Claim, run: Step, seen: Seen) -> bool:
    """Tell whether words stand right behind the run that they are held against: they can hardly mean another."""
    return claim.kind == run.effect.kind and not _DOUBTS.search(claim.text.lower()) and seen.ended_with(run)


def miscounts(claim: Claim, ruling: Ruling) -> bool:
    """Tell whether words give the number of tests of the very run that failed, and that they passed."""
    return ruling.code == "wrong-value" and bool(ruling.evidence) and counted(claim, ruling.evidence[0])


def tells_score(claim: Claim, ruling: Ruling) -> bool:
    """Tell whether words give the number that passed in a run in which others failed, and do not say that all did."""
    said, run = told_passed(claim), ruling.evidence[0] if ruling.evidence else None
    every = claim.args.get("scope") == "all" or (claim.args.get("counts") or {}).get("total")
    return run is not None and run.bad and not every and said is not None and said == run.effect.results.get("passed")


def is_flat(claim: Claim, ruling: Ruling, seen: Seen) -> bool:
    """Tell whether words say the opposite of what the run before them ended with, in which nothing passed at all."""
    run = ruling.evidence[0] if ruling.evidence else None
    if run is None or ruling.code not in {"failed-effect", "wrong-value"} or claim.kind not in _CHECKED:
        return False
    return not run.effect.results.get("passed") and _answers(claim, run, seen)


def _predicates(claim: Claim) -> bool:
    """Tell whether the verb is what the words say, and no word of a thing: "deployed dashboards, and a guide"."""
    before = claim.text.lower().partition(str(claim.args.get("verb")))[0]
    words = _WORD.findall(_SPAN.sub(" ", before))
    return len(words) <= MAX_BEFORE or words[-1] in _LINKS


def _in_another_clause(claim: Claim) -> bool:
    """Tell whether the verb stands in a later clause than the file: "it stopped at `a.py`; I re-added the file"."""
    text = claim.text.lower()
    named = max((text.find(str(path).lower()) for path in claim.args.get("targets", ())), default=-1)
    return 0 <= named < text.find(";", named) < text.rfind(str(claim.args.get("verb") or ""))


def is_plain(claim: Claim) -> bool:
    """Tell whether words say one plain thing: "All tests pass", "Pushed to main"."""
    if claim.kind not in _PLAIN_KINDS or NUMBERED.search(claim.text):
        return False
    grammar = lexicon().grammar
    known = grammar["plain"] | grammar["adverbs"] | lexicon().subjects.keys()
    text = _SPAN.sub(" ", claim.text).lower()
    if known.issuperset(_WORD.findall(text)) or _VERB_FIRST.match(text):
        return True
    words = frozenset(_WORD.findall(_MORE.split(text, maxsplit=1)[0]))
    return words <= known and not lexicon().subjects.keys().isdisjoint(words) and not _DOUBTS.search(text)
