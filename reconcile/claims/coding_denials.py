"""What was not done: denials by pattern, and whatever the agent says that it left undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_found import Found, aside, blocked
from assure_tui.reconcile.claims.coding_lexicon import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assure_tui.reconcile.claims.coding_text import Prepared

_KEPT = re.compile(r"\b(?:untouched|unchanged|unmodified|left\b)")
_BEHAVES = re.compile(
    r"(?:^|[.;:—(,] {0,2})(?:so |and )?"
    r"(?!(?:the|all|both|other|remaining|existing|unrelated|these|those|my|your|our|no|everything)\b)"
    r"[a-z-]{3,30} (?:[a-z-]{1,30} ){0,3}are (?:left )?$"
)
"""Things in general before "untouched": how code behaves, "normal paths are untouched"."""
_KEEP = re.compile(r"\W*(?:keep|leave|preserve|ensure)\b")
"""An instruction to leave things: "Keep the parser unchanged"."""
_NEXT_STEPS = re.compile(r"\W*(?:next|follow-?ups?|to-?do|remaining)(?: [a-z]{2,20})? ?:")
"""A line of what is still to do: "Next actions: no further changes required"."""
_NOT_DONE = re.compile(
    r"\b(?:i|we) (?:(?:[a-z]{2,20}ly|also|therefore|still|just) ){0,2}"
    r"(?:didn't|did {1,4}not|haven't|have {1,4}not) {1,4}"
    r"(?:(?:[a-z]{2,20}ly|yet|even) )?"
    r"(?!(?:find|found|see|seen|seem|know|want|need|mean|think|thought|expect|reali[sz]e|notice|understand|have|had|get|got|say"
    r"|believe|feel|consider|anticipate|forget|remember|catch|mention|realized|been)\b)[a-z]{3,20}"
    r"|\bi (?:(?:[a-z]{2,20}ly|also|therefore) ){0,2}(?:skipped|held off|declined)\b"
)
"""What the agent says that it left undone, whatever it was: "I deliberately did not use the cache"."""

_SETBACK = re.compile(
    r"\W{0,6}(?:(?:the |that |this |its |an? )?(?!(?:what|why|how|which|if|when|let|since|because|so)\b"
    r"|[^.;:,]{0,60}\b(?:push|commit|that|which)\b)[^.;:,(—]{1,60}(?<!\d) "
    r"(?:failed|was (?:blocked|rejected|denied|refused)|is blocked|timed out)\b"
    r"(?= ?(?:[.,;:—(]|$)| (?:to|with|because|on|in|at|by|before|after|again|due|since|when|as|and|but|—)\b)"
    r"|no [^.;:,]{3,80} (?:occurred|happened|took place"
    r"|(?:was|were|has been|have been) (?:performed|attempted|published|deployed|sent|run|executed))\b"
    r"|(?:the )?(?:[a-z-]+|[\ue000-\ue003]+)(?: [a-z-]+){0,2} returned (?:an? )?(?:[a-z]+ ){0,2}[45]\d\d\b"
    r"|(?:i|we) hit (?!the\b|this\b|enter\b)[^.;:,]{6,80}"
    r"|(?:[^.;:,]{1,60}, but )?(?:[a-z-]+ ){1,4}(?:(?:is|are|keeps?) (?:timing out|hanging)|(?:is|are) denied)\b"
    r"|(?:we're |i'm )?still (?:having|seeing|getting|hitting) (?:the same |some |these |those )?"
    r"(?:issues|problems|errors)\b)"
)
"""What did not come about: "The bind call was blocked", "The registry returned a 503"."""


def undone(prepared: Prepared, *, title: bool) -> Iterator[Found]:
    """Find the denials of one unit; a `title` of a list only names what stands beneath it.

    An act of the agent's own that no pattern knows is told of loosely: nothing in the log need have its name.
    """
    masked = prepared.masked
    denied = False
    for kind, pattern in () if title else lexicon().denials.likely(masked):
        hit = pattern.search(masked)
        if kind == "edited" and (_KEEP.match(masked) or _NEXT_STEPS.match(masked)):
            continue
        if hit and not (blocked(masked, hit.start()) or _behaves(masked, hit) or aside(masked, hit.start())):
            denied = True
            yield Found(kind, hit.start(), hit.end(), denied=True)
    own = None if denied else _NOT_DONE.search(masked)
    if own and not blocked(masked, own.start()):
        yield Found("ran", own.start(), own.end(), denied=True, weak=True)
    setback = None if denied or own else _SETBACK.match(masked)
    if setback and not blocked(masked, setback.end(), setback.start()):
        yield Found("ran", setback.start(), setback.end(), denied=True, weak=True)


def _behaves(masked: str, hit: re.Match[str]) -> bool:
    return bool(_KEPT.match(hit.group()) and _BEHAVES.search(masked, max(0, hit.start() - 160), hit.start()))
