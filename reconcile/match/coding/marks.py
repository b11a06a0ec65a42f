"""Numbers and ids that words tell, and whether anything showed them before.

"All 162 tests pass", "opened #178", "committed as `1a2b3c4`": whoever says so has read it somewhere. Where nothing that
came back has the number, and nobody gave it, no act that is not understood was what the words tell of.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.counts import told_passed

if TYPE_CHECKING:
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.match.coding.steps import Step
    from assure_tui.reconcile.model import Claim

MAX_MARKS = 8192
MAX_TEXT = 65_536
"""Code points at the beginning and at the end of one text that are looked through."""
ID = 7
"""Letters of a commit id by which it is known."""
_CHECKS = re.compile(r"pass|test|spec|suite|ok\b|green|success|total|✓|✔|✅", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3}){1,3}(?!\d)|\d{1,7}")
_NUMBERED = re.compile(r"(?:#|/pull/|/pulls/|/merge_requests/)(\d{1,9})\b")
_COMMIT = re.compile(r"[0-9a-f](?<![\w-].)[0-9a-f]{6,39}(?![\w-])")


class Marks:
    """What was shown to the agent: numbers beside words of checks, numbers of pull requests, and ids of commits."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, int] = OrderedDict()

    def learn(self, text: str, at: int) -> None:
        """Take what came back from a call, or what was said to the agent."""
        if len(text) > 2 * MAX_TEXT:
            text = f"{text[:MAX_TEXT]}\n{text[-MAX_TEXT:]}"
        found = {f"#{hit[1]}" for hit in _NUMBERED.finditer(text)}
        found |= {hit.group()[:ID] for hit in _COMMIT.finditer(text)}
        for line in text.split("\n"):
            if _CHECKS.search(line):
                found |= {number.replace(",", "") for number in _NUMBER.findall(line)}
        for mark in found:
            self._shown[mark] = at
            self._shown.move_to_end(mark)
        while len(self._shown) > MAX_MARKS:
            self._shown.popitem(last=False)

    def since(self, mark: str, at: int) -> bool:
        """Tell whether a mark was shown after a moment; one that was forgotten may have been."""
        return len(self._shown) >= MAX_MARKS or self._shown.get(mark, -1) > at


def from_nowhere(claim: Claim, seen: Seen, *evidence: Step) -> str:
    """Give a number or id that words tell and that nothing showed, or nothing after the evidence; "" for none.

    The number that passed in the very run which is the evidence is from there, and others may be sums of what a script
    printed.
    """
    mark = "" if seen.gap else _told(claim)
    if not mark or any(str(step.effect.results.get("passed")) == mark for step in evidence):
        return ""
    calls = {step.effect.call_id for step in evidence}
    same = (step.at for steps in seen.steps.values() for step in steps.values() if step.effect.call_id in calls)
    at = max(same, default=-1)
    parts = seen.printed.get(claim.kind)
    return "" if seen.marks.since(mark, at) or (parts and parts.at > at) else mark


def _told(claim: Claim) -> str:
    """Give the number of tests, the number of the pull request or the id of the commit that words tell."""
    if claim.kind == "tests":
        said = told_passed(claim) or (claim.args.get("counts") or {}).get("total")
        return str(said) if isinstance(said, int) and said > 1 and not claim.args.get("vague") else ""
    if claim.kind == "opened_pr":
        found = _NUMBERED.search(claim.text)
        return f"#{found[1]}" if found else ""
    shas = claim.args.get("sha") if claim.kind in {"committed", "pushed"} else None
    return str(shas[0]).lower()[:ID] if shas else ""
