"""Business claims: what the agent said it did in the world.

A *frame* is one verb of action in one sentence: what it says was done (action and object), in which mode, with the
values around it. Frames are read from the agent's words and, as requests, from the user's. `read` makes claims of the
frames that say something was done or was not done; plans and consequences ("$12 will be refunded") stay frames, which
the matcher uses as mentions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import OTHER, Form, inflections, kind_of, tool_words
from assure_tui.reconcile.claims.frame import CLAIMED, Frame
from assure_tui.reconcile.claims.json_replies import frames_of
from assure_tui.reconcile.claims.reader import Reader
from assure_tui.reconcile.claims.unwrap import prose
from assure_tui.reconcile.ids import claim_id
from assure_tui.reconcile.kinds import is_coding
from assure_tui.reconcile.model import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assure_tui.ingest.model import AgentText
    from assure_tui.reconcile.claims.segment import Unit
    from assure_tui.reconcile.context import Context

MAX_WISH = 120
"""Code points before a verb in which a wish may be worded."""
_OPEN_MODES = frozenset({"modifier", "planned", "question", "offered", "conditional", "attempted", "others_act"})
_WISH = re.compile(
    r"\b(?:(?:can|could|would|will) (?:you|we|i)|help (?:me|us)|please|pl[sz]|ok|let['’]?s|how about|any chance"
    r"|possible to|time to|don['’]?t forget to|if you (?:can|could|would)|calling|trying|looking|hoping|here"
    r"|(?:have|has) to|needs? to be|(?:should|must) be"
    r"|(?:i|we)(?:['’]d| would)? (?:\w{1,10} ){0,2}(?:want|need|like|love|wish))\b",
    re.IGNORECASE,
)
_UNWISHED = re.compile(
    r"\b(?:if(?! you (?:can|could|would)\b)|when|unless|not|never)\b|n['’]t\b(?! forget to\b)", re.IGNORECASE
)
_OBLIGES = re.compile(
    r"\b(?:(?:should|must|needs? to|has to|have to) be|(?:get|have|want|need|like) (?:\w{1,20} ){1,5})\W?$",
    re.IGNORECASE,
)
"""Words right before the participle of what is to be done: "it needs to be", "get my booking"."""
_ASKS_YOU = re.compile(r"\b(?:can|could|would|will) you (?:\w{1,10} ){0,2}$", re.IGNORECASE)
"""Words right before a verb whose base is spelt like its past: "can you put me", which is no "you put me"."""
_SENTENCES = re.compile(r"[.!?\n]\s")


def read(units: Sequence[Unit], event: AgentText, context: Context) -> list[Claim]:
    """Read the business claims out of the units of one text."""
    del units
    kinds = _kinds_at_work(context) if context.coding and not context.trades else None
    if kinds is not None and not kinds:
        return []
    return [
        Claim(
            id=claim_id(event.id, frame.span, kind_of(frame.action, frame.objects)),
            run=event.run,
            event=event.id,
            origin=event.origin,
            span=frame.span,
            text=frame.text,
            kind=kind_of(frame.action, frame.objects),
            polarity="denied" if frame.denied else "asserted",
            args=_args(frame),
            time=event.time,
        )
        for frame in frames(event.text, verbs_of(context))
        if (frame.mode in CLAIMED or frame.consequence)
        and (kinds is None or kind_of(frame.action, frame.objects) in kinds)
    ]


def _kinds_at_work(context: Context) -> frozenset[str]:
    """Return the kinds of the domain tools a coding run has called: only of these does it speak besides its code."""
    if not context.worldly:
        return frozenset()
    return frozenset(kind for kind in context.kinds if not is_coding(kind))


def _args(frame: Frame) -> dict[str, Any]:
    args: dict[str, Any] = {"action": frame.action, "verb": frame.lemma, "mode": frame.mode}
    if frame.nouns:
        args["object"] = list(frame.nouns[:8])
    if frame.count:
        args["count"] = frame.count
    for name, kinds in (
        ("money", {"money"}),
        ("ids", {"id", "uuid", "iban", "sha", "ending"}),
        ("recipients", {"email", "phone"}),
        ("dates", {"date"}),
        ("times", {"time"}),
        ("urls", {"url"}),
    ):
        values = [found.value for found in frame.near if found.kind in kinds]
        if values:
            args[name] = values
    if frame.names:
        args["names"] = list(frame.names[:12])
    return args


def verbs_of(context: Context) -> tuple[str, ...]:
    """Return the verbs that the run's own tools teach beyond the lexicon, sorted."""
    return _taught(tuple(context.tools), tuple(context.used))


@lru_cache(maxsize=64)
def _taught(*names: tuple[str, ...]) -> tuple[str, ...]:
    found = {tool_words(name) for listed in names for name in listed}
    unknown = {word for tool in found if tool.action == OTHER for word in (tool.verb, *tool.nouns)}
    return tuple(sorted(word for word in unknown if len(word) > 3 and word.isalpha()))


@lru_cache(maxsize=256)
def _taught_forms(taught: tuple[str, ...]) -> dict[str, tuple[str, Form]]:
    return {surface: (lemma, form) for lemma in taught for surface, form in inflections(lemma).items()}


@lru_cache(maxsize=16)
def frames(text: str, taught: tuple[str, ...] = ()) -> tuple[Frame, ...]:
    """Read the frames of an agent's text, in order."""
    said = prose(text)
    if said.places is not None and not said.text:
        return tuple(frames_of(text))
    found = Reader(said.text, _taught_forms(taught)).read()
    if said.places is not None:
        for frame in found:
            frame.span = said.span(*frame.span)
    return tuple(found)


@lru_cache(maxsize=16)
def requests(text: str, taught: tuple[str, ...] = ()) -> tuple[Frame, ...]:
    """Read the frames of a user's text, whatever their mode: what the user speaks of may be asked for.

    What is wished for, or asked of "you", is wished: "I want to cancel it", "Can you help me record it?".
    """
    found = Reader(text, _taught_forms(taught), everything=True).read()
    return tuple(msgspec.structs.replace(frame, mode="wished") if _is_wished(text, frame) else frame for frame in found)


def _is_wished(text: str, frame: Frame) -> bool:
    if frame.mode not in _OPEN_MODES | {"user_act"}:
        return False
    start, end = frame.span
    at = start + text[start:end].lower().find(frame.surface)
    before = text[max(0, at - MAX_WISH) : at] if at >= start else ""
    said = _SENTENCES.split(before)[-1]
    if frame.mode == "user_act":
        return _ASKS_YOU.search(said) is not None
    wished = _WISH if frame.surface == frame.lemma else _OBLIGES
    return wished.search(said) is not None and not _UNWISHED.search(said)
