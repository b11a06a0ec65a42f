"""What is not understood must not accuse: acts of a run that may have done, unseen, what is missed.

Most of what speaks against words is that something is not there: no test run since the change, no commit, no change of
the file. That is sure only where the log shows what each call did. A program or script of the project's own, a tool
that is neither shell nor file, another machine, a sub-agent may each have run the check, written the file, made the
commit. Where one of them ran in the time that counts, what is missed is told at low severity, with the call that may
have been it. No tool is listed here: what the effects know by name is understood, and everything else is not.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.match.coding.marks import from_nowhere
from assure_tui.reconcile.match.coding.reads import sources
from assure_tui.reconcile.match.coding.ruling import command
from assure_tui.reconcile.match.coding.steps import CHECKS, INLINE, MAX_SCAN, Step, command_of, name_of
from assure_tui.reconcile.model import at_least
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Collection

    from assure_tui.reconcile.match.coding.ruling import Ruling
    from assure_tui.reconcile.match.coding.seen import Seen
    from assure_tui.reconcile.model import Claim, Severity

DOUBTED: Severity = "low"
Deed = Literal["check", "write", "land"]

_CHECKED = frozenset({*CHECKS, "verified", "ran"})
FILES = frozenset({"edited", "created", "deleted", "fixed", "added_tests"})
_LANDED = frozenset({"committed", "pushed", "opened_pr", "installed", "deployed"})
_ABSENT = frozenset({"phantom", "no-proof", "wrong-proof"})
_LATEST = frozenset({"failed-effect", "wrong-value", "stale-proof", "null-omitted", "overscope"})
"""Codes that rest on a check, or an act that lands, being the last of its kind."""
_MAY: dict[Deed, tuple[str, ...]] = {
    "check": ("ran", "remote", "delegated", "build", "read"),
    "write": ("ran", "remote", "delegated", "build", "format", "installed", "deployed"),
    "land": ("ran", "remote", "delegated", "deployed"),
}
"""Kinds of effects that may do more than their name tells."""
_IDLE = re.compile(
    r"(?:\S{1,200}/)?(?:echo|printf|cd|ls|cat|pwd|head|tail|true|sleep|wait|date|mkdir|touch|which|chmod|chown|ln|kill"
    r"|pkill|killall|export|set|unset|alias|unalias|test|exit|curl|wget|open|clear|ping|dig|nslookup|ssh-\w{1,20})\b"
)
"""Commands that do one plain thing, which is none of these."""
_UTILITY = re.compile(
    r"(?:/\S{1,200}/)?(?:tar|zip|unzip|gzip|gunzip|xz|bzip2|find|grep|egrep|fgrep|rg|ag|fd|sort|uniq|wc|cut|tr|paste|column|nl|od"
    r"|xxd|hexdump|strings|file|stat|du|df|ps|top|lsof|netstat|ss|free|uptime|printenv|id|whoami|uname|hostname|seq"
    r"|basename|dirname|realpath|readlink|tree|cmp|diff|comm|base64|md5sum|sha1sum|sha256sum|shasum|jq|yq|sed|awk|cp|mv"
    r"|rsync|type|man|history|tput|stty|ulimit|identify|sqlite3)(?=\s|$)"
)
"""Utilities that look at text, files and processes, or move them about: no check and no landing, though they write."""
_BY_PROGRAM = re.compile(
    r"(?:auto|re-?)?(?:buil|bump|chang|clean|compil|format|generat|install|lint|migrat|modif|scaffold|sort|tid"
    r"|transpil|updat|upgrad)"
)
"""Verbs of what a program may do to source by itself; nothing else is done to it by building or installing."""
_GENERATED = re.compile(r"(?:^|[._-])(?:auto)?gen(?:erated)?(?:[._-]|$)|[._-]pb[._]|\.[dg]\.")
"""In the name of a file: it is not written by hand."""
_BY_TOOLS = frozenset({"build", "format", "installed", "deployed"})
_READS = re.compile(r"read|view|cat|open|show|file|content|fetch|list|search|notebook")
"""Words of tools that only give a file back; another that is given one may check it: `get_problems`."""
_TOLD: dict[Deed, re.Pattern[str]] = {
    "land": re.compile(
        r"commit|push|\bgit\b|\bgh\b|subprocess|system|exec|spawn|requests?\b|http|deploy|publish|install",
        re.IGNORECASE,
    ),
    "write": re.compile(
        r"write|open\((?![^)\n]{0,200}['\"]r[bt]?['\"])|save|dump|replace|\bsed\b|\btee\b|(?<![=\-<\d&])>(?!&|=|\s?/dev/null)|\bcp\b|\bmv\b|copy|generate|subprocess|system|exec|spawn",
        re.IGNORECASE,
    ),
}
"""Words of such a program without which it does not do the deed."""


def doubted(claim: Claim, ruling: Ruling, seen: Seen, *, complete: bool = True) -> Ruling:
    """Give the ruling at low severity where an act that is not understood may have done what it misses.

    A log that is not `complete` leaves out acts by its nature.
    """
    deed = _missed(claim, ruling.code)
    if deed is None or (ruling.severity and at_least(DOUBTED, ruling.severity)):
        return ruling
    if ruling.code in _ABSENT and not complete:
        message = f"{ruling.message}; this log does not show all that was done"
        return msgspec.structs.replace(ruling, severity=DOUBTED, message=message)
    latest = ruling.evidence if ruling.code in _LATEST else ()
    again = _TOLD["land"] if deed == "land" and latest else None
    since = max((step.at for step in latest), default=0)
    step = unknown_since(seen, deed, since, again, without=_BY_TOOLS if deed == "write" and _is_authored(claim) else ())
    if step is None or from_nowhere(claim, seen, *latest):
        return ruling
    message = f"{ruling.message}; {command(step)} may have been it, which the log does not show"
    return msgspec.structs.replace(ruling, severity=DOUBTED, message=message)


def _is_authored(claim: Claim) -> bool:
    """Tell whether the words are of source that was written by hand."""
    named = [name_of(str(path)) for path in claim.args.get("targets", ())]
    if not named or not sources().issuperset(name.rpartition(".")[2] for name in named):
        return False
    verb = str(claim.args.get("verb") or "")
    written = claim.args.get("listed") or (verb and not _BY_PROGRAM.match(verb))
    return bool(written) and not any(map(_GENERATED.search, named))


def unknown_since(
    seen: Seen, deed: Deed, at: int, words: re.Pattern[str] | None = None, *, without: Collection[str] = ()
) -> Step | None:
    """Find the last act after a moment of which the log does not show whether it did a deed; its line has `words`.

    A check that is nowhere in the log is asked of sub-agents by what they report (`Seen.reported`).
    """
    kinds = [kind for kind in _MAY[deed] if (at or (deed, kind) != ("check", "delegated")) and kind not in without]
    acts = [*seen.of(*kinds), *(step for step in seen.connectors if deed == "check" or not _looks(step))]
    found = (step for step in acts if step.at > at and _may(step, deed))
    told = (step for step in found if words is None or words.search(command_of(step.effect)[:MAX_SCAN]))
    return max(told, key=lambda step: step.at, default=None)


def _looks(step: Step) -> bool:
    return step.effect.effect_class == "read"


def _may(step: Step, deed: Deed) -> bool:
    """Tell whether an act may have done a deed; a check that passed is none that failed."""
    if step.effect.status == "denied" or (deed == "check" and step.bad) or _is_silent(step):
        return False
    line = command_of(step.effect)[:MAX_SCAN]
    own = str(step.effect.args.get("command") or line)[:MAX_SCAN]
    if _IDLE.match(own) or (deed != "write" and _UTILITY.match(own)):
        return False
    if step.effect.kind == "read":
        return not line and _READS.search(step.effect.tool.lower()) is None
    argv = step.effect.args.get("argv") or ()
    inline = not INLINE.isdisjoint(argv) or (len(argv) == 1 and "<<" in line)
    return deed not in _TOLD or not inline or _TOLD[deed].search(line) is not None


def _is_silent(step: Step) -> bool:
    """Tell whether a call touches nothing: the agent's own notes, and asking after what runs already."""
    effect = step.effect
    return effect.kind == "noted" or (effect.tool.lower() in _polls() and not effect.args.get("typed"))


@cache
def _polls() -> frozenset[str]:
    return frozenset(table("tooling")["polling"]["names"])


def _missed(claim: Claim, code: str) -> Deed | None:
    """Give the deed that a finding says was not done, or not since."""
    if claim.polarity == "denied":
        return None
    if claim.kind in _CHECKED:
        return "check" if code in _ABSENT | _LATEST else None
    if claim.kind in _LANDED and code == "failed-effect":
        return "land"
    if code not in _ABSENT:
        return None
    return "write" if claim.kind in FILES else "land" if claim.kind in _LANDED else None
