"""Claims in what a call writes for others to read: commit messages, titles and bodies of pull requests.

Their spans count code points of the call's command line, where the words stand as written. A message that the line does
not hold word for word (a variable, an escape) gives no claims. What is told is judged with the effects that came before
the call, like any other words of the agent.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from assure_tui.ingest.model import AgentText
from assure_tui.reconcile.claims import coding
from assure_tui.reconcile.claims.segment import units
from assure_tui.reconcile.ids import claim_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assure_tui.ingest.model import Channel, ToolCall
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Claim, Effect

MAX_LINE = 64 * 1024
"""Code points of a command line in which a message is looked for."""

_KINDS = frozenset({
    "tests", "tests_fail", "build", "lint", "lint_fail", "verified",
    "added_tests", "edited", "created", "deleted", "fixed",
})  # fmt: skip
"""What such words are evidence of; that a commit or a pull request was made tells the call itself."""
_TITLES = frozenset({"--title", "-t"})
_BODIES = frozenset({"--body", "-b", "--description", "-d", "--message", "-m"})


def told(call: ToolCall, line: str | None, effects: Sequence[Effect], context: Context) -> list[Claim]:
    """Read the claims out of the messages that a call writes. `line` is its command line."""
    if line is None or not context.coding:
        return []
    claims: list[Claim] = []
    for channel, text in _messages(effects):
        start = line.find(text, 0, MAX_LINE)
        if start < 0:
            continue
        words = AgentText(
            id=call.id, run=call.run, origin=call.origin, seq=call.seq, time=call.time, text=text, channel=channel
        )
        claims += [
            _moved(claim, start, channel)
            for claim in coding.read(units(text), words, context)
            if claim.kind in _KINDS and claim.polarity == "asserted" and _tells(claim)
        ]
    return claims


def _messages(effects: Sequence[Effect]) -> Iterator[tuple[Channel, str]]:
    """Give each text that goes into a commit or a pull request, as its words stand on the line."""
    for effect in effects:
        if effect.kind == "committed":
            message = str(effect.args.get("message") or "")
            parts = message.split("\n\n")
            whole = str(effect.args.get("call_command") or "")
            for text in [message] if message in whole else parts:
                if text.strip():
                    yield "commit_message", text
        elif effect.kind == "opened_pr":
            argv = [str(word) for word in effect.args.get("argv") or ()]
            for name, value in pairwise(argv):
                if name in _TITLES | _BODIES and value.strip():
                    yield "pr_body", value


def _tells(claim: Claim) -> bool:
    """Leave out instructions that name no file: that something was changed tells the commit itself."""
    return claim.kind not in {"edited", "created"} or bool(claim.args.get("paths")) or "imperative" not in claim.args


def _moved(claim: Claim, start: int, channel: Channel) -> Claim:
    span = (claim.span[0] + start, claim.span[1] + start)
    return msgspec.structs.replace(
        claim, id=claim_id(claim.event, span, claim.kind), span=span, args={**claim.args, "channel": channel}
    )
