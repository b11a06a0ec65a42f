"""What words give as the place of a change, and what they tell to be new in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.steps import MAX_SCAN, command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

_PUT_THERE = re.compile(
    r"\b(?:add|creat|updat|wr(?:ote|itt)|insert|append|sav|mov)\w{0,5}\b[^.;:]{0,200} (?:to|in|into|at) [`*\[]{0,3}$",
    re.IGNORECASE,
)
_CHANGED_THERE = re.compile(
    r"\b(?:fix|correct|adjust|chang|replac|remov)\w{0,5}\b[^.;:]{1,120} in [`*\[]{0,3}$", re.IGNORECASE
)
_ENDS = re.compile(r"[`*_)\]:#\dL.-]{0,20}(?: \([^()]{0,200}\))?\W{0,6}")
"""What may stand behind a file that ends what is told."""
_BEFORE_HEAD = re.compile(r"[ *_`\[-]{0,12}(?:\d{1,3}[.)][ *_`\[-]{1,12})?(?:new [`*_\[]{0,4})?", re.IGNORECASE)
_HEADS = re.compile(
    r"[`*_\])]{0,4}(?:\([^()\s]{1,300}\))?[`*_]{0,4}"
    r"(?::[`*_]{0,3} | [—–-] "
    r"| (?:(?:is|are|was|were|has been|have been) )?(?:now )?(?:updated|created|added|extended)\b)"
)
"""What stands behind a file that leads a line, where it is the place of the change."""
_PUT_IN = re.compile(
    r"\b(?:added|adds|created|introduced|implemented|defined|wrote|extracted|exported|wrapped|used?|switched to)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
"""A file that was only added to what the agent may see is named so: "only `main.cpp` has been added"."""
_WORD = re.compile(r"\w+")
_OF_CODE = re.compile(r"\w_\w|[a-z][A-Z]")


def beside_verb(claim: Claim) -> list[str]:
    """Return the last file of a claim where its verb tells of nothing else: "the index and `NOTES.md` updated".

    So does a file that is given last: "Limits updated: `NOTES.md`", "Limits updated (`NOTES.md`)".
    """
    named = [str(path) for path in claim.args.get("paths", ()) if not str(path).startswith(("http:", "https:"))]
    if not named or not claim.args.get("verb") or claim.args.get("imperative"):
        return []
    verb = re.escape(str(claim.args["verb"]))
    between = r"[`*_)\]]{0,3} (?:files? )?(?:(?:is|are|was|were|has|have|been|now|both|also) ){0,3}"
    told = re.search(
        rf"{re.escape(named[-1])}{between}{verb}\b(?! to (?:the|your|our|this)\b)", claim.text, re.IGNORECASE
    )
    return named[-1:] if (told and not _ONLY.search(claim.text)) or _given_last(claim, named[-1], verb) else []


def _given_last(claim: Claim, path: str, verb: str) -> bool:
    """Return whether a file stands right behind its verb and a colon or bracket, or ends the words behind a colon."""
    link = rf"(?:\[[`*]{{0,3}}{re.escape(path.rpartition('/')[2])}[`*]{{0,3}}\]\()?"
    near = rf"\b{verb}[*_]{{0,3}}(?:: {{0,2}}| \()[`*]{{0,3}}{link}{re.escape(path)}"
    told = rf"\b{verb}\b[^:]{{0,120}}: {{0,2}}[`*]{{0,3}}{link}{re.escape(path)}"
    if re.search(near, claim.text, re.IGNORECASE):
        return True
    given = re.search(told, claim.text, re.IGNORECASE)
    return given is not None and _ENDS.fullmatch(claim.text, given.end()) is not None


def is_place(claim: Claim, path: str) -> bool:
    """Return whether words say that a file is where the change was made, rather than what a document now says of it."""
    return comes_first(claim, path) or is_put_there(claim, path) or path in beside_verb(claim)


def comes_first(claim: Claim, path: str) -> bool:
    """Return whether words are about one file from their beginning, whatever other files they mention."""
    return _leads(claim, path) or _opens(claim, path)


def _opens(claim: Claim, path: str) -> bool:
    """Return whether words begin with the verb and its file: "Created `NOTES.md`".

    A file that is said to be gone may be what a document no longer speaks of.
    """
    verb = str(claim.args.get("verb") or "") if claim.kind != "deleted" else ""
    before = " ".join(_WORD.findall(_before(claim, path))).lower()
    return bool(verb) and not claim.args.get("imperative") and before in {verb, f"{verb} a new"}


def _leads(claim: Claim, path: str) -> bool:
    """Return whether a file stands at the head of what is told as done to it: "`NOTES.md` — limits added"."""
    if not claim.args.get("verb") or claim.args.get("imperative"):
        return False
    begin = max(claim.text.find(path), 0)
    behind = _HEADS.match(claim.text, begin + len(path))
    return behind is not None and _BEFORE_HEAD.fullmatch(claim.text, 0, begin) is not None


def is_put_there(claim: Claim, path: str) -> bool:
    """Return whether a verb says that something was put into a file: "the limit was updated to 20 in `a.toml`"."""
    return _PUT_THERE.search(_before(claim, path)) is not None


def is_changed_there(claim: Claim, path: str) -> bool:
    """Return whether a verb says that something was changed within a file: "fixed the table in `a.md`"."""
    return is_put_there(claim, path) or _CHANGED_THERE.search(_before(claim, path)) is not None


def _before(claim: Claim, path: str) -> str:
    return claim.text[: max(claim.text.find(path), 0)]


def lacking_name(claim: Claim, done: Sequence[Step]) -> str:
    """Return a name of code that words tell to be new and no changed line has, where all that was changed is known."""
    put_in = _PUT_IN.search(claim.text)
    name = next(map(str, claim.args.get("names", ())), "")
    parts = [word for word in _WORD.findall(name) if _OF_CODE.search(word)]
    if put_in is None or not parts or claim.text.find(name) < put_in.end():
        return ""
    diffs = [step.effect.results.get("diff") for step in done]
    if not all(isinstance(diff, str) and len(diff) < MAX_SCAN for diff in diffs):
        return ""
    texts = (f"{step.effect.results['diff']}\n{command_of(step.effect)}".lower() for step in reversed(done))
    wanted = [part.lower() for part in parts]
    return "" if any(part in text for text in texts for part in wanted) else parts[0]
