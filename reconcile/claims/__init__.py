"""Claims out of the agent's words.

What goes in is one `AgentText`, what comes out are `Claim`s. `segment` cuts the text into units, and two readers go
over the same units, since in code the words are special and in the world they are anybody's:

    code       coding: for each unit coding_text, then coding_frames and coding_verbs (verbs of done work), coding_found
               (what is found, and what makes it none), coding_checks and coding_results (tests, lint, "passes"),
               coding_commits (lists of commits), coding_denials (what was not done), coding_lists, coding_sections and
               coding_reports (lists and headings of a report), coding_args (paths, commits, counts), coding_lexicon
               (their words); messages (of commits and pull requests)
    the world  business: unwrap (what of a text people are told), json_replies, reader and framing (a frame of each
               verb); reports reads the same text for what is told without a known verb
    grammar    verbs (with what each governs), participles (who did it?), clauses and modality (done, planned, denied,
               asked?), weight (may an accusation rest on it?)
    arguments  values (money, identifiers, dates, counts, names), spelled_amounts (in words)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assure_tui.ingest.model import AgentText
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Claim

_GENERIC = frozenset({"record", "document", "draft"})
"""Kinds of claims that a file may be behind as well as a thing of the world."""


def extract(event: AgentText, context: Context) -> list[Claim]:
    """Read the claims out of one text of the agent, in order of their spans.

    Text that was cut off by the user or an error is no finished claim and gives none.
    """
    if event.cut or not event.text:
        return []
    from assure_tui.reconcile.claims import business, coding  # noqa: PLC0415 - the hook, for which an agent waits,
    from assure_tui.reconcile.claims.segment import units  # noqa: PLC0415 - needs of this package no more than `values`

    parts = units(event.text)
    claims = business.read(parts, event, context)
    if context.coding:
        work = coding.read(parts, event, context)
        if context.trades:
            work = _clear_of(work, [claim for claim in claims if claim.kind not in _GENERIC])
        claims = work + _beside(claims, work)
    seen: set[tuple[tuple[int, int], str]] = set()
    out: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: claim.span):
        if (claim.span, claim.kind) not in seen:
            seen.add((claim.span, claim.kind))
            out.append(claim)
    return out


def _beside(claims: list[Claim], taken: list[Claim]) -> list[Claim]:
    """Return the business claims of a run that codes: those whose words are not already a claim about code.

    What such a run "updated" or "added" without naming a thing of the world is code, hence no generic `record`.
    """
    return _clear_of([claim for claim in claims if claim.kind != "record"], taken)


def _clear_of(claims: list[Claim], taken: list[Claim]) -> list[Claim]:
    """Return the claims that share no words with those that are taken."""
    return [
        claim
        for claim in claims
        if not any(claim.span[0] < other.span[1] and other.span[0] < claim.span[1] for other in taken)
    ]
