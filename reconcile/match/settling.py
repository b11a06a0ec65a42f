"""What would change the outcome of a discrepancy between business claims and acts, said with each of them."""

from __future__ import annotations

SETTLES: dict[str, str] = {
    "phantom": "a call, or a row of a feed, that does it",
    "duplicate": "words of the user or the agent that own to each of them, or a call that takes the others back",
    "wrong-target": "a call on what the words name",
    "wrong-value": "a call or a result with the value told",
    "failed-effect": "a later call that landed",
    "dangling": "the result of the call",
    "null-omitted": "a call that finds something to do it to",
    "denial-broken": "a result that shows that nothing came of the call",
    "hedged": "a look at what came of it",
    "unreported": "words of the user that ask for it, or of the agent that tell of it",
    "beyond-request": "a turn of the user that asks for it",
    "concealed-error": "a later call that landed, or a word to the user that it failed",
}
"""By code (REPORT.md)."""
