"""All that one judgement of business claims rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from assure_tui.reconcile.claims.frame import Frame
    from assure_tui.reconcile.match.business.agreement import Agreements
    from assure_tui.reconcile.match.business.aliases import Aliases, Heard
    from assure_tui.reconcile.match.business.feed import Feeds
    from assure_tui.reconcile.match.business.identifiers import Identifiers
    from assure_tui.reconcile.match.business.lines import Request
    from assure_tui.reconcile.match.business.looks import Look
    from assure_tui.reconcile.match.business.model import Act, Saying
    from assure_tui.reconcile.match.business.pairs import Pairs
    from assure_tui.reconcile.match.business.past import Past
    from assure_tui.reconcile.match.business.wishes import Wishes
    from assure_tui.reconcile.settings import Settings


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """All that a judgement rests on. `spoken` are place and text of what the agent said lately."""

    run: str
    settings: Settings
    business: bool
    """No coding run: words about creating and changing things are about the world, not about files."""
    files: bool
    """The run has file tools or a shell beside its tools of the world: what they did is judged elsewhere."""
    acts: tuple[Act, ...]
    sayings: tuple[Saying, ...]
    wishes: Wishes
    briefing: str
    """What the system told the agent, in lower case: the things there are, among other matters."""
    asked_text: str
    request: Request
    """What the user asked for lately, as one line."""
    asked_until: Mapping[int, int]
    """Turn to the code points that the user had said by then, as far as it is kept; the text has the last of all."""
    agreed: Mapping[int, str]
    """Turn to what the agent had proposed in lower case, where the user's turn says yes to it."""
    spoken: tuple[tuple[int, str], ...]
    untold: AbstractSet[int]
    """Turns that ended, or are so far, with a call: the agent has yet to speak."""
    elsewhere: AbstractSet[int]
    """Turns in which files were written or programs run: what they did is judged elsewhere."""
    veiled: Mapping[int, AbstractSet[str]]
    """Turn to the tools called in it that are no looks by their names, and whose answers showed something."""
    looked: AbstractSet[int]
    """Turns in which something was looked up."""
    reports: Mapping[int, int]
    """Turn to the place of the agent's last words in it."""
    heard: Heard
    aliases: Aliases
    identifiers: Identifiers
    """Identifiers with a digit, by who named them."""
    known: Mapping[str, Iterable[str]]
    """Role to the names that were seen in it."""
    given: Mapping[str, Mapping[str, AbstractSet[str]]]
    """Argument name to the values that stood in it, each with the calls that had it, looks among them."""
    pairs: Pairs
    agreements: Agreements
    feeds: Feeds
    past: Past
    """Acts that are kept open no more."""
    looks: tuple[Look, ...] = ()
    """Looks by which something may have been done."""
    ordered: Mapping[str, tuple[str, ...]] = {}
    """Effects that did what a text in a result asked for, with the values that nobody else named."""
    tools: tuple[str, ...] = ()
    """Names of the tools that the run declares or has used."""
    children: Mapping[str | None, frozenset[str]] = {}
    """Calls that started a sub-agent whose run is known, each with the kinds of what was done there."""

    def asked_by(self, turn: int) -> str:
        """Return what the user had said by a turn: what is named only later was not what a report was about."""
        size = max(self.asked_until.values(), default=0)
        later = size - self.asked_until.get(turn, size)
        return self.asked_text[: max(0, len(self.asked_text) - later)]

    @property
    def asked(self) -> tuple[Frame, ...]:
        """Frames of what the user lately spoke of."""
        return self.wishes.asked
