"""What a call that changes something answered: a refusal, a delay, or the state, amounts and ids of what was done.

Result text is untrusted: it is read with caps on size, depth and count, and what cannot be read adds nothing.
"""

from __future__ import annotations

from typing import Any

from assure_tui.reconcile.actionwords import name_words
from assure_tui.reconcile.claims.values import money, scan
from assure_tui.reconcile.effects.arguments import (
    MAX_CONTENT,
    MAX_DEPTH,
    MAX_LISTED,
    MAX_NODES,
    MAX_VALUE,
    whole_amount,
)
from assure_tui.reconcile.effects.refusals import decoded, refusal, repeat, result_words

MAX_ENVELOPES = 4


def results_of(text: str, verb: str = "") -> dict[str, Any]:
    """Read what came back from a write that `verb` names.

    Gives `error` or `awaits`, `repeat`, `state`, and the `amounts` and `ids` that only the answer tells.
    An amount is `{"role", "value"}`, the role one of refund, payment, difference or amount.
    """
    found = refusal(text, verb)
    if found:
        return found
    out: dict[str, Any] = {}
    if not text.strip() or text.strip() in {"None", "null", "{}", "[]"}:
        return out
    document = decoded(text)
    amounts: list[dict[str, str]] = []
    if isinstance(document, dict | list):
        _amounts(document, amounts, "", 0, [MAX_NODES])
        status = document.get("status", document.get("state")) if isinstance(document, dict) else None
        if isinstance(status, str):
            out["state"] = status[:80]
        if isinstance(document, dict):
            out |= repeat(str(document.get("message", ""))[:400]) if "message" in document else {}
            out["ids"] = _answered_ids(document)
    else:
        out |= repeat(text[:MAX_VALUE]) if len(text) < MAX_VALUE else {}
        amounts = _told_amounts(text)
    if amounts:
        out["amounts"] = amounts[:MAX_LISTED]
    return {key: value for key, value in out.items() if value}


def _answered_ids(document: dict[str, Any]) -> list[str]:
    """Return the identifiers of what a call made: of the answer itself, or of what lies in its envelope."""
    found: list[str] = []
    for _ in range(MAX_ENVELOPES):
        found += [
            str(value)[:80]
            for key, value in document.items()
            if isinstance(value, str | int) and {"id", "number", "reference"} & set(name_words(key))
        ]
        envelopes = result_words()["enveloping"]
        inner = [value for key, value in document.items() if isinstance(value, dict) and key.lower() in envelopes]
        if len(inner) != 1:
            break
        document = inner[0]
    return found[:16]


def _told_amounts(text: str) -> list[dict[str, str]]:
    """Read amounts out of words by the last word before them that says what they are."""
    words = result_words()
    amounts = []
    for found in scan(text[:MAX_CONTENT]):
        if found.kind != "money":
            continue
        before = name_words(text[max(0, found.span[0] - 80) : found.span[0]])
        role = next(
            (role for word in reversed(before) for role in ("refund", "difference", "payment") if word in words[role]),
            "amount",
        )
        amounts.append({"role": role, "value": found.value.value})
    return amounts


def _amounts(value: Any, out: list[dict[str, str]], role: str, depth: int, budget: list[int]) -> None:
    words = result_words()
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        return
    if isinstance(value, list):
        for item in value[:MAX_NODES]:
            _amounts(item, out, role, depth + 1, budget)
        return
    if not isinstance(value, dict):
        return
    kind = " ".join(
        str(inner)
        for key, inner in value.items()
        if name_words(key)[-1:] in (("type",), ("kind",)) and isinstance(inner, str)
    )
    stated = _role(name_words(kind[:80])) or role
    for key, inner in list(value.items())[:MAX_NODES]:
        named = name_words(key)
        if isinstance(inner, dict | list):
            _amounts(inner, out, _role(named) or stated, depth + 1, budget)
        elif not isinstance(inner, bool) and set(named) & words["amounts"]:
            amount = money(inner) if isinstance(inner, int | float) else whole_amount(str(inner), None)
            if amount is not None:
                own = _role(named) or stated
                if own == "payment" and amount.value.startswith("-"):
                    own = "refund"
                out.append({"role": own or "amount", "value": amount.value})


def _role(named: tuple[str, ...]) -> str:
    words = result_words()
    return next((role for role in ("difference", "refund", "payment") if set(named) & words[role]), "")
