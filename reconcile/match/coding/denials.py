"""Denials: no commit, push, deletion … was made, told in words of their own or beside what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.ruling import Ruling, against, command, confirmed, unverifiable
from assure_tui.reconcile.match.coding.seen import Seen
from assure_tui.reconcile.match.coding.steps import CHANGES, Step, command_of, name_of, paths_of

if TYPE_CHECKING:
    from assure_tui.reconcile.model import Claim

_SUBJECT = re.compile(
    r"\b(?!(?:nothing|none|changes?|work|code|files?|it|this|that|these|they|anything|everything|commits?"
    r"|push(?:es)?|prs?|requests?|releases?|deploy\w*|branch(?:es)?|repo(?:sitory)?|version)\b)[\w.`/-]{2,60} "
    r"(?:(?:is|are) [a-z]{3,20} and )?(?:that )?"
    r"(?:was|were|is|are|has|have|wasn't|weren't|isn't|aren't|hasn't|haven't)\b",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"\b(?!(?:the|these|those|my|our|all|any|no|and|so|but|that|code|source|file|local)\b)[\w'-]{2,40} "
    r"(?:changes?|files?|edits?|work|code|commits?|modifications?) (?:was|were|is|are|has|have)\b",
    re.IGNORECASE,
)
"""Some changes of several: "unrelated changes were not committed"."""
_OWN = re.compile(r"\b(?:i|we|i've|we've)\b", re.IGNORECASE)
_STATE = re.compile(
    r"\b(?:not|n't) (?:[a-z]{3,20} )?yet\b|\bnot [a-z]{3,20} yet\b|\bun(?:committed|pushed)\b", re.IGNORECASE
)
"""A denial of how things stand, rather than of what was done: there may be more to commit or push since."""
_ASIDE = re.compile(
    r"(?:\(|[,;–—] )(?:still |as yet )?(?:un-?|not (?:yet )?)(committed|pushed)(?: yet)?"
    r"(?:\)|(?= (?:on `|awaiting|pending|for (?:you|review)))|(?=\W{0,3}$))"
    r"|^\W{0,4}(?:still )?(?:un-?|not (?:yet )?)(committed|pushed)\b",
    re.IGNORECASE,
)
"""A denial within words that tell of something else, or at their head."""
_FAILING = re.compile(r"\b(?:failed|rejected|blocked|refused|denied)\b", re.IGNORECASE)
"""A denial that tells of a try: it holds when a try failed, whatever came after."""
TO = re.compile(
    r"\b(?:push\w*|commit\w*) (?:\w+ ){0,3}?(?:to|on|onto|into) (`[\w./-]{1,80}`|main|master|trunk|develop|prod\w*)",
    re.IGNORECASE,
)
"""A denial of one branch: "did not push directly to main"."""
_LEFT = re.compile(
    r"\b(?:still|left|remains?|remaining|other|rest)\b.{0,40}\bun(?:committed|pushed|staged)\b", re.IGNORECASE
)
"""What is left after a commit, rather than that none was made."""
_ALL = re.compile(r"\bcommit (?:-\S{1,20} ){0,4}(?:-[b-z]{0,4}a|--all\b)|\badd (?:-A\b|--all\b|\.(?:\s|$))")
"""A commit of all that is changed."""
_ON_PURPOSE = re.compile(
    r"\b(?:deliberately|intentionally|purposely)\b[^.;:]{0,30}"
    r"\b(?:commit|push)\w{0,4} (?:it|this|that|them|these|those)\b",
    re.IGNORECASE,
)
"""One who leaves a thing out on purpose speaks of that thing: "I've deliberately not committed it"."""
_UNTESTED = re.compile(
    r"\W{0,6}(?:(?:no |the )?tests?:? (?:(?:were|was|have been) )?(?:not )?(?:run|executed)"
    r"|i (?:did not|didn['’]t|have not|haven['’]t) (?:run|execute)d? (?:any |the )?tests?)"
    r"(?=\W{0,3}$| ?\(| (?:since|because|as)\b|, (?:since|because|as)\b)",
    re.IGNORECASE,
)
"""That tests were not run at all, for whatever reason: "Tests not run (not requested)."."""
_SCOPED = re.compile(
    r"\b(?:commit\w*|push\w*)\b(?: (?:made|created|done))? (?:for|of|beyond|besides|after|since) "
    r"(?!you\b|this\b|now\b|the (?:session|turn|changes?)\b)",
    re.IGNORECASE,
)
"""A denial of a part of the work: "no commits made for the last two steps"."""


def judge_not_done(claim: Claim, seen: Seen) -> Ruling:
    """Judge a denial: no commit, push, deletion … was made in this turn."""
    kind = claim.kind
    if _FAILING.search(claim.text):
        # "the look at the PR was blocked": whatever was run, in a shell or by a tool
        tries = [*seen.of(*seen.steps), *seen.connectors] if kind == "ran" else seen.of(kind)
        failed = next((step for step in reversed(tries) if step.bad or is_empty(step)), None)
        return confirmed(f"{command(failed)} failed", failed) if failed else unverifiable("no failed try is in the log")
    broken = [step for step in seen.of(kind) if step.ok and step.turn == seen.turn and not is_empty(step)]
    target = TO.search(claim.text)
    if target:
        broken = [step for step in broken if went_to(step, target[1].strip("`").lower())]
    shas = [str(sha) for sha in claim.args.get("sha", ())]
    one_thing = _of_one_thing(claim) and not any(map(seen.knows_sha, shas))
    if broken and kind == "pushed" and shas and not any(_made_before(sha, broken[-1], seen) for sha in shas):
        one_thing = True
    apart = any(pattern.search(claim.text) for pattern in (_LEFT, _SCOPED, _ON_PURPOSE))
    if broken and (apart or one_thing):
        if kind == "committed" and _LEFT.search(claim.text) and _took_all(claim, broken[-1], seen):
            return msgspec.structs.replace(_broken(claim, broken[-1]), severity="low")
        return unverifiable("it may be about what was left out", broken[-1])
    if broken and _STATE.search(claim.text) and _more_since(kind, broken[-1], seen):
        return unverifiable("it may be about what came after", broken[-1])
    if kind in {"committed", "pushed", "opened_pr", "installed", "deployed"} and broken:
        return _broken(claim, broken[-1])
    return _tested_after_all(claim, seen) or confirmed("no such effect is in the log")


def _tested_after_all(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge words that no tests were run by the last run of this turn that came to an end, however it ended."""
    if claim.kind != "tests" or not _UNTESTED.match(claim.text):
        return None
    runs = [step for step in seen.of("tests") if step.turn == seen.turn and step.verdict != "unknown"]
    runs = [step for step in runs if "hook" not in step.effect.args]
    if not runs:
        return None
    if seen.code_change and seen.code_change.at > runs[-1].at:
        return unverifiable("it may be about what came after", runs[-1])
    ended = {"pass": "passed", "fail": "failed"}[runs[-1].verdict]
    ruling = against(claim, "denial-broken", f"{command(runs[-1])} ran in this turn, and {ended}", runs[-1])
    return msgspec.structs.replace(ruling, severity="medium")


def _took_all(claim: Claim, commit: Step, seen: Seen) -> bool:
    """Return whether nothing was left to commit of what the words name: the commit took all, and nothing came after."""
    named = [str(name).lower() for key in ("paths", "names") for name in claim.args.get(key, ())]
    known = {name_of(path) for step in seen.of(*CHANGES) for path in paths_of(step.effect)}
    place = str(commit.effect.results.get("branch") or commit.effect.args.get("branch") or "").lower()
    meant = any(name == place or name_of(name) in known for name in named)
    return meant and _ALL.search(command_of(commit.effect)) is not None and not _more_since("committed", commit, seen)


def _of_one_thing(claim: Claim) -> bool:
    """Return whether a denial has a subject of its own, "the old key was never pushed", beside which others may be.

    The agent's own denial, "I have not pushed anything yet", has none, and one that names the very branch is about it.
    """
    if _OWN.search(claim.text):
        return False
    return any(pattern.search(claim.text) for pattern in (_SUBJECT, _SOME))


def _made_before(sha: str, push: Step, seen: Seen) -> bool:
    """Return whether a commit was made in this run before a push, which may have taken it along."""
    made = (str(step.effect.results.get("sha") or "") for step in seen.of("committed") if step.at < push.at)
    return any(one and (one.startswith(sha) or sha.startswith(one)) for one in made)


def _more_since(kind: str, done: Step, seen: Seen) -> bool:
    """Return whether there is more to commit or push since it was done: work, or commits."""
    more = CHANGES if kind == "committed" else ("committed", "delegated") if kind == "pushed" else ()
    return any(step.ok and step.at > done.at for step in seen.of(*more))


def denied_aside(claim: Claim, seen: Seen) -> Ruling | None:
    """Judge what words deny beside what they tell as done: "committed on `fix/cart` (not pushed)"."""
    aside = _ASIDE.search(claim.text) if claim.polarity == "asserted" else None
    kind = next((word.lower() for word in aside.groups() if word), "") if aside else ""
    done = next(
        (step for step in reversed(seen.of(kind)) if step.ok and step.turn == seen.turn and not is_empty(step)), None
    )
    if not kind or done is None or _more_since(kind, done, seen):
        return None
    return _broken(claim, done)


def went_to(step: Step, branch: str) -> bool:
    """Return whether a push or commit went to the branch that is denied; one that does not say where may have."""
    effect = step.effect
    place = effect.results.get("ref") or effect.results.get("branch") or effect.args.get("branch")
    return place is None or str(place).lower().rsplit("/", 1)[-1] in {branch.rsplit("/", 1)[-1], "head"}


def is_empty(step: Step) -> bool:
    """Return whether a commit or push had nothing to do, or was rejected."""
    return bool(step.effect.results.get("nothing") or step.effect.results.get("rejected"))


def _broken(claim: Claim, done: Step) -> Ruling:
    return against(claim, "denial-broken", f"{command(done)} went through in this turn", done)
