"""Items of lists of changes that have no verb in the past: instructions and descriptions."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.coding_verbs import OPENERS, Found, is_mask

if TYPE_CHECKING:
    from collections.abc import Container

    from assure_tui.reconcile.claims.coding_text import Prepared
    from assure_tui.reconcile.claims.segment import Unit

MAX_HEAD = 12
"""Tokens at the start of an item that are read."""
MAX_LEAD = 60
"""Code points that may stand before the file's name."""
MIN_DESCRIPTION = 15
"""Code points after a file's name that make a description."""

_LEADING_NAME = re.compile(r"[*_]{0,3}[\[`]{1,2}(?P<name>[\w@./+-]{1,200}\.\w{1,10})(?::[\d-]{1,15})?[\]`]")
_LINE = re.compile(r":\d+(?:-\d+)?$")
_BEFORE_NAME = re.compile(r"[\s|(\ue000-\ue005]*(?:\d+ lines in)?[\s|(\ue000-\ue005]*$")
_AFTER_NAME = re.compile(r"[\s)\ue000-\ue005]*(?:[—–:|]|- |\([^)]{0,80}\) ?[—–:-])")


def imperative(prepared: Prepared) -> Found | None:
    """Read an item of a list of changes that starts with an instruction, or names code and tells what it does now."""
    words = lexicon()
    tokens = prepared.tokens()[:MAX_HEAD]
    at = 0
    while at < len(tokens) and (
        is_mask(tokens[at].text) or tokens[at].text in OPENERS or tokens[at].text in {"now", ","}
    ):
        at += 1
    if at >= len(tokens):
        return None
    kind = words.bases.get(tokens[at].text)
    if not kind and at and tokens[at - 1].text == "now" and tokens[at].text.endswith("s"):
        kind = "edited"
    if kind:
        return Found(kind, tokens[at].start, tokens[at].end, weak=True, verb=tokens[at].text, imperative=True)
    if len(tokens) > at + 1 and any(
        is_mask(before.text) or before.text == "longer"
        for before, verb in pairwise(tokens)
        if verb.text in words.describes
    ):
        return Found("edited", tokens[at].start, tokens[at].end, weak=True)
    return None


def described(prepared: Prepared, touched: Container[str]) -> Found | None:
    """Read "`file` — what is in it now", where this run changed that file: the description claims the change."""
    first = next((piece for piece in prepared.pieces if piece.sort == "path"), None)
    if first is None or first.start > MAX_LEAD:
        return None
    name = _LINE.sub("", first.text).rstrip("/").rsplit("/", 1)[-1]
    if name not in touched:
        return None
    masked = prepared.masked
    after = _AFTER_NAME.match(masked, first.end)
    if after and len(masked) - after.end() > MIN_DESCRIPTION and _BEFORE_NAME.match(masked[: first.start]):
        return Found("edited", first.start, first.end, weak=True)
    return None


def led_by(unit: Unit) -> str:
    """Give the name of the file that an item begins with, or nothing."""
    hit = _LEADING_NAME.match(unit.text)
    return hit["name"].rsplit("/", 1)[-1] if hit else ""
