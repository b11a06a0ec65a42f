"""Whether words leave room for a failure."""

from __future__ import annotations

from assure_tui.reconcile import expressions as re

_BAD = (
    r"(?:fail\w*|errors?|exceptions?|mismatch\w*|crash\w*|problems?|issues?|warnings?|regressions?|complaints?|findings"
    r"|broken|red|violations?|timeouts?|offen[cs]es?|breakages?|diagnostics?|conflicts?|rejections?)"
)
_NONE_BAD = re.compile(
    rf"\b(?:no|zero|0|without|never|none|nothing|neither|nor|free (?:of|from))\b"
    rf"(?:[ *_`:]{{1,3}}(?:\w{{1,20}}[ ,/]{{1,2}}){{0,3}}){_BAD}"
    rf"(?:(?:,? (?:and|or|nor) |/|, )(?:(?:no|0|zero) )?{_BAD}){{0,3}}\b"
    rf"|\b{_BAD}[:=|* ]{{1,6}}(?:0(?:[.,]0{{1,4}})?|none|no)\b(?![.\d]| [a-z])|\b{_BAD}-free\b"
    rf"|\b(?:none|nothing|didn['’]t|did not) (?:have )?{_BAD}",
    re.IGNORECASE,
)
"""Words by which nothing failed: "0 failures", "no lint errors or warnings", "failed: 0"."""
_FAILED = re.compile(
    r"\b(?:fail\w*|errors?|errored|exceptions?|broken?|breaks?|cannot|unable|unsuccessful\w*|reject\w*|denied|refus\w*"
    r"|crash\w*|tim(?:e|es|ed)[ -]?out|miss(?:es|ed)|exceed(?:s|ed)"
    r"|panick?\w*|abort\w*|unavailable|unreachable|unfortunately|blocked|blockers?"
    r"|exit(?:s|ed)? (?:with )?(?:code |status )?[1-9])\b|\bc(?:ould|an)(?:n['’]t| not)\b|❌|✗|✖|✘|💥|⚠|🔴",
    re.IGNORECASE,
)
"""Words that tell of a failure, whatever it was of."""
_ROOM = re.compile(
    r"n['’]t\b|\bnot\b|\b(?:still|however|but|though|although|except|instead|only|partial\w*|missing|lacks?|skip\w*|stuck"
    r"|warn\w*|conflict\w*|limit\w*|permission|fall\w* ?back|work ?around|known|unrelated|pre-?existing|flak\w*|pending"
    r"|red|mismatch\w*|issues?|problems?|offline|unless|until|diagnostics?|findings|attempt\w*|tried)\b",
    re.IGNORECASE,
)
"""Words of a sentence that leave room for a failure."""
_CODE = re.compile(r"`[^`\n]{0,200}`")


def leaves_room(text: str) -> bool:
    """Tell whether a sentence is no plain report of a good end: it owns up, or holds something back."""
    left = _NONE_BAD.sub(" ", _CODE.sub(" ", text))
    return _FAILED.search(left) is not None or _ROOM.search(left) is not None
