"""Calls that went through and did nothing: `{"archived": 0}` answers a call, and the agent reports an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import name_words, verb_forms

if TYPE_CHECKING:
    from assure_tui.reconcile.match.business.matched import Matched
    from assure_tui.reconcile.match.business.model import Act, Saying

_COUNTED = frozenset({"affected", "matched", "modified", "changed", "processed"})
_OF_THE_RUN = frozenset(
    {
        "call",
        "calls",
        "tool",
        "tools",
        "token",
        "tokens",
        "retries",
        "attempts",
        "errors",
        "warnings",
        "returned",
        "bytes",
    }
)
"""What is counted of how a call ran or answered, and not of what it did: `tool_calls_made`, `rows_returned`."""
_ZERO = re.compile(
    r"\b(?:0|no|zero) (?:rows?|records?|items?|entries|\w{3,20}) (?:were |was |have been )?"
    r"(?:affected|updated|deleted|removed|modified|changed|matched|sent|created|processed)\b"
    r"|(?<!bytes )\b(?:affected|updated|deleted|removed|modified|changed|matched|processed):? 0\b(?![.,]\d)",
    re.IGNORECASE,
)
_OWNED = re.compile(r"\b(?:0|no|none|nothing|zero|not|nobody|already|empty|without)\b|n[’']t\b", re.IGNORECASE)
MAX_ANSWER = 600
"""Code points of an answer that may be no more than a count."""


def idle(outcomes: Matched, saying: Saying, acts: list[Act]) -> bool:
    """Return whether all acts that words are told of answered that nothing was done, and say so."""
    answers = [nothing_in(act) for act in acts]
    if not acts or not all(answers) or saying.frame.mode not in {"completed", "ongoing"}:
        return False
    text = outcomes.text_at(saying.at, saying.frame.text)
    if _OWNED.search(text):
        return False
    message = f"Claims “{outcomes.quote(saying)}”, but {acts[0].effect.tool} answered “{answers[0]}”."
    outcomes.accuse("null-omitted", "medium", saying, acts, message)
    outcomes.settle(saying, "unsupported", "the call answered that it did nothing", acts)
    return True


def nothing_in(act: Act) -> str:
    """Return the words of an answer that say that nothing was done, and no others that say that something was."""
    counts = [
        (key, value)
        for record in act.records[:1]
        for key, value in record.fields
        if value.isdigit() and value not in act.numbers and _counts(name_words(key))
    ]
    if counts:
        return "" if any(value != "0" for _, value in counts) else f"{counts[0][0]}: 0"
    found = _ZERO.search(act.answer) if len(act.answer) < MAX_ANSWER else None
    return found.group() if found else ""


def _counts(words: tuple[str, ...]) -> bool:
    """Return whether a field's name says how much was done: `removed_count`, `rows_affected`, `archived`."""
    if not _OF_THE_RUN.isdisjoint(words):
        return False
    done = any(word in _COUNTED or any(verb.form == "past" for verb in verb_forms(word)) for word in words)
    return done or words == ("count",)
