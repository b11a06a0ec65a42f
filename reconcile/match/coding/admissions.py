"""Whether words own up to a failure, and whether they tell of a good end."""

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
"""Words of a sentence that leave room for a failure …"""
_THEN = re.compile(r"\b(?:had been|initially|first|before|earlier|previously)\b", re.IGNORECASE)
"""… and of a clause that tells how things stood."""
_CODE = re.compile(r"`[^`\n]{0,200}`")
_PLANS = re.compile(
    r"\?\W{0,4}$|\b(?:will|would|should|could|can|may|might|if|want|let me|let's|next|to-?do|please|need(?:s|ed)?"
    r"|recommend\w*|suggest\w*|once|when|ready|later|requires?|try|plan(?:s|ned)?|ensure|make sure|use|run:)\b"
    r"|^\W{0,6}(?:run(?! \d)|try|check|open|restart|install|add|set|start|fix)\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:pass(?:es|ed|ing)?|succe(?:ed|ss)\w*|green|clean(?:ly)?|through|works?|ok(?:ay)?|fine|happy|hold|met|satisfied"
    r"|silent|quiet|done|complete[ds]?|finish(?:ed|es)?|up|active|healthy|valid|good|within|stays|meets|reaches|accepts|holds|matches|agrees|clears|fits|all|every|both|each|none|no|zero|0"
    r"|without|again|(?:re-?)?[a-z]{3,20}ed|went|made|sent|built|ran|got|put)\b"
    r"|\b\d{1,7} ?(?:/|of|out of) ?\d{1,7}\b|✅|✓|✔|👍|🎉|🟢",
    re.IGNORECASE,
)
"""Words by which something came to a good end: an outcome, a deed, a full count."""


def owns_up(text: str) -> bool:
    """Return whether words tell of a failure, whatever it was of."""
    return _FAILED.search(_NONE_BAD.sub(" ", _CODE.sub(" ", text))) is not None


def leaves_room(text: str) -> bool:
    """Return whether a sentence is no plain report of a good end: it owns up, or holds something back."""
    left = _NONE_BAD.sub(" ", _CODE.sub(" ", text))
    return _FAILED.search(left) is not None or _ROOM.search(left) is not None


def tells_an_end(text: str) -> bool:
    """Return whether a clause tells that something ended well, and not how things stood before."""
    return _WELL.search(text) is not None and _THEN.search(text) is None


def plans(text: str) -> bool:
    """Return whether a sentence plans, asks or instructs, and reports nothing."""
    return _PLANS.search(_CODE.sub(" code ", text)) is not None
