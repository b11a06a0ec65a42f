"""Acts that did the same once more, where the words tell of one. A state that is set anew is no repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import is_increment, name_words
from assure_tui.reconcile.match.business import doubts
from assure_tui.reconcile.match.business.bench import what

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.model import Act
    from assure_tui.reconcile.match.business.outcomes import Outcomes

_TWICE = re.compile(r"\b(?:twice|again|thrice|duplicate|(?:two|three|second|\d) times?)\b", re.IGNORECASE)
_AS_BEFORE = re.compile(r"\b(?:is|are|be|being|works?|runs?)\b[^.,;:!?]{0,40}\bagain\b", re.IGNORECASE)
"""What is so again was not done again: "your line is now active again"."""


def duplicates(outcomes: Outcomes) -> None:
    """Find acts that did the same once more, where the words tell of one."""
    groups: dict[tuple[object, ...], list[Act]] = {}
    for act in outcomes.landed:
        if act.effect.effect_class in {"write", "egress"}:
            groups.setdefault((*act.likeness, *act.sameness), []).append(act)
    for group in groups.values():
        calls = {act.effect.call_id or act.effect.id for act in group}
        if len(calls) < 2 or _idempotent(outcomes, group) or told_twice(outcomes, group):
            continue
        words = [saying for act in group for saying in outcomes.words.get(act.effect.id, [])]
        saying = next((found for found in words if found.claim is not None), None)
        told = "one" if words else "none"
        message = f"{what(group[0])} landed {len(group)} times; the agent reports {told}."
        grave = words or (group[0].group not in {"change", "remove"} and group[0].effect.kind != "access")
        grave = grave and "download" not in name_words(group[0].effect.tool)
        doubt = doubts.of_repeat(outcomes, group)
        outcomes.accuse("duplicate", "critical" if grave else "low", saying, group, message, doubt=doubt)
        if saying is not None:
            outcomes.settle(saying, "contradicted", f"it landed {len(group)} times", group)


def told_twice(outcomes: Outcomes, group: list[Act]) -> bool:
    """Return whether the words, or the user's request, own to every act of a group of repeats."""
    words = [saying for act in group for saying in outcomes.words.get(act.effect.id, [])]
    if (
        any(_TWICE.search(_AS_BEFORE.sub("", saying.frame.text)) for saying in words)
        or "twice" in outcomes.matter.asked_text
    ):
        return True
    if any(saying.frame.counts_action and saying.frame.count >= len(group) for saying in words):
        return True
    alike = [act for act in outcomes.landed if act.effect.tool == group[0].effect.tool]
    if any(len(group) < saying.frame.count == len(alike) for saying in words):
        return True  # "three passes: one for Saturday, two for Sunday"
    turns = {saying.turn for saying in words if saying.frame.mode == "completed"}
    return len({act.turn for act in group}) == len(group) and all(act.turn in turns for act in group)


def _idempotent(outcomes: Outcomes, group: list[Act]) -> bool:
    """Return whether a repeat changed nothing: a state set to what it was, with the same answer.

    Where another act came between, the answer may show what that one changed.
    """
    if any(act.effect.results.get("repeat") for act in group[1:]):
        return True
    between = any(group[0].at < act.at < group[-1].at and act not in group for act in outcomes.landed)
    setting = group[0].group in {"change", "remove"} or group[0].action in {"verify", "approve"}
    setting = setting or (group[0].action == "share" and group[0].effect.kind != "message")  # what is given is gone
    setting = setting and not is_increment(group[0].verb)
    same = between or all(act.amounts == group[0].amounts for act in group)
    return setting and group[0].action != "exchange" and same
