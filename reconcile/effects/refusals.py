"""Answers by which a tool refuses or puts off what it was called for, marked as errors or not.

An error is known by its shape: its first words, a code, the members of an object. Where a tool refuses in plain words
("Email not found.", "Only the owner can invite."), the answer is short, and a refusing construction stands in it before
any word of something done. Result text is untrusted: it is read with caps on size.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.actionwords import inflections, name_words, verb_forms
from assure_tui.reconcile.tables import table

MAX_RESULT = 200_000
"""Code points of a result that are read."""
MAX_VALUE = 300
MAX_KEPT = 20_000
"""Code points of a result whose JSON is remembered."""
MAX_PLAIN = 240
"""Code points up to which an answer is read as a plain word on the call."""
MAX_STATED = 60
"""Code points of a state."""
NEAR = 4
"""Words before a participle among which "cannot", "must" or "not" takes it back."""

_WHAT = "(?:request|operation|action|call|transaction|payment)"
_ERRORS = (
    r"\w{0,40}(?:error|exception)\b",
    "traceback",
    r"fail(?:ed|ure)\b",
    r"invalid\b",
    r"unable to\b",
    r"could not\b",
    r"couldn't\b",
    r"cannot\b",
    r"can't\b",
    "(?:access|permission) denied",
    r"denied\b",
    r"forbidden\b",
    r"unauthori[sz]ed\b",
    r"not found\b",
    r"\S{1,80} is not a (?:valid|known|recogni[sz]ed|registered) (?:tool|function|action|method|command)\b",
    r"(?:unknown|unrecogni[sz]ed) (?:tool|function|action|method|command)\b",
    r"bad request\b",
    r"rejected\b",
    r"no such\b",
    r"[45]\d\d\b\s*[-:]?\s*(?:error|client|server|bad|not|forbidden|unauthori[sz]ed|internal|conflict)",
    rf"(?:the )?{_WHAT} (?:has |was )?(?:failed|been (?:rejected|denied)|rejected|denied|declined)",
)
_ERROR = re.compile(rf"[\s\"'\[({{*#]{{0,8}}(?:{'|'.join(_ERRORS)})", re.IGNORECASE)
"""How an error begins, behind whatever quotes and brackets."""
_NO_ERROR = re.compile(
    r"""\{\s{0,8}["']\w{0,20}error\w{0,10}["']\s?:\s{0,8}(?:null|none|false|0|["']{2}|\[\s?\]|\{\s?\})""", re.IGNORECASE
)
"""An object whose first member says that there was no error."""


def _words(name: str) -> str:
    """Return the words of `[refusals]` in `data/actions.toml` as alternatives of a pattern."""
    return "|".join(word.replace("-", r"[ -]?") for word in table("actions")["refusals"][name].split())


_REFUSALS = (
    r"(?:is|are|was|were|does|do|did|has|have|had|could|would|will|may|can)(?: not|n['\u2019]t)\b(?! only)",
    "cannot",
    "unable to",
    "(?:failed|refused|declined) (?:to|by|because|due)",
    rf"(?:is|are|was|were) (?:\w{{1,20}} )?(?:{_words('states')})",
    rf"not (?:{_words('wanting')}|\w{{2,20}}ed)",
    "must (?:first )?(?:be|have|not|provide|specify|exist|match)",
    "(?:please|you must) (?:choose|provide|specify|select|supply|correct)",
    "only [^.;]{1,80} (?:can|may|are allowed)",
    "requires?",
    "exceed(?:s|ed|ing)",
    "too (?:late|early|many|large|long|short|small)",
    r"(?:rejected|refused|denied|aborted|declined)(?=\W{0,3}(?:$|:|by\b|due\b))",
    "(?<!no )(?:conflict|mismatch)",
    r"(?<!no )(?:required|needed)(?=\W{0,3}(?:$|for\b|before\b|to\b|first\b))",
    "only (?:with|by|for|after|before)",
    "timed out",
    "insufficient",
    "verification failed",
    "limit reached",
    "out of (?:range|stock|service)",
    # Spanish, Portuguese, German, French, Italian
    r"no se (?:encontr|pud|pued|permit)\w{1,8}",
    r"(?:no|n\u00e3o) (?:encontrad|permitid|autorizad|disponible)\w{0,4}",
    r"nicht (?:gefunden|m\u00f6glich|erlaubt|zul\u00e4ssig)\w{0,2}",
    "introuvable",
    "impossible",
    "non trovat[oa]",
)
_REFUSING = re.compile(rf"\b(?:{'|'.join(_REFUSALS)})\b", re.IGNORECASE)
"""Constructions by which words refuse, wherever they stand in a short answer."""
_OPENING = re.compile(
    rf"\W{{0,6}}(?:no (?!(?:{_words('harmless')})\b)\w|nothing (?:to|was)\b|(?:{_words('opening')})\b)", re.IGNORECASE
)
"""How an answer of refusal begins."""
_ENDING = re.compile(rf"\b(?:{_words('ending')})\b", re.IGNORECASE)
_HAD = r"\b(?<!not )(?:free|available|open|left|vacant)\b"
_LISTED = re.compile(rf"[;,|/]\s[^;,|/]{{0,40}}{_HAD}|{_HAD}[^;,|/]{{0,40}}[;,|/]\s", re.IGNORECASE)
"""A list of choices, some of which are available: that another one is full is not a refusal."""
_MARKUP = re.compile(r"\s{0,5}<(?:\w{1,20}:)?(?:err|error|fault|exception|failure)\b", re.IGNORECASE)
_CODED = re.compile(
    r"\W{0,4}(?:(?:http(?:/\d(?:\.\d)?)?|status(?:[ _]?code)?|error|code)\W{0,3}[45]\d\d\b"
    rf"|[45]\d\d\b\W{{0,3}}(?:{_words('reasons')}))",
    re.IGNORECASE,
)
"""A code of HTTP that says no (RFC 9110, section 15)."""
_AWAITING = re.compile(
    r"\b(?:please|should|must|need to|have to|required to) (?:first )?"
    r"(?:verify|authenticate|enter|confirm|provide|submit|approve|authori[sz]e)\b[^.]{0,80}?"
    r"\b(?:account|identity|code|otp|password|passcode|pin|transaction|payment|e-?mail|device)\b"
    r"|\b(?:otp|one-?time (?:password|code|passcode)"
    r"|(?:verification|confirmation|security|authentication) (?:code|link|e-?mail))"
    r"[^.]{0,40}\b(?:sent|required|needed)\b",
    re.IGNORECASE,
)
"""How an answer puts a call off until a code is given or somebody confirms."""
_NO = re.compile(r"[\s(\[\"'<]{0,6}false[\s\"'>]{0,4}(?:$|[,)\]])", re.IGNORECASE)
"""An answer that is just a no, or begins with one: `False`, `(False, None)`."""
_KEYED = re.compile(r"[\w -]{1,40}:\s")
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]{0,40}")
_ERROR_KEYS = frozenset(
    {"error", "errors", "err", "exception", "failure", "partial_failure", "error_message", "errormessage"}
)
_WRAPPERS = ("result", "response", "output", "data", "body")
"""Members in which an answer holds all that it says."""
_OWN = frozenset({"verify", "approve", "do"})
"""Actions whose participles tell nothing of what was done by a call: "verified", "denied", "processed"."""


@cache
def _said(name: str) -> frozenset[str]:
    return frozenset(table("actions")["refusals"][name].split())


@cache
def result_words() -> dict[str, frozenset[str]]:
    """Return the words of results by what they say (`[results]` of `data/actions.toml`)."""
    return {role: frozenset(listed.split()) for role, listed in table("actions")["results"].items()}


def errors(text: str) -> dict[str, Any]:
    """Return whether a result is an error by its shape: its first words, or the error members of a JSON object."""
    head = text[:400].lstrip()
    if _NO_ERROR.match(head):
        head = ""
    if _ERROR.match(head) or _CODED.match(head) or _MARKUP.match(head):
        return {"error": head[:200], **repeat(head)}
    if text[:400].lstrip().startswith("{"):
        document = decoded(text)
        if isinstance(document, dict):
            wrapped = (document.get(key) for key in _WRAPPERS)
            inner = next((value for value in wrapped if isinstance(value, dict)), {})
            return _error_members(document) or _error_members(inner, states=False)
    return {}


def _error_members(document: dict[str, Any], *, states: bool = True) -> dict[str, Any]:
    """Find the member that says that the call failed; `states`: a state is the call's, and no record's."""
    words = result_words()
    for key, value in list(document.items())[:200]:
        low = key.lower()
        bad = (
            (
                low in _ERROR_KEYS
                and (states or isinstance(value, str | dict))
                and value not in (None, "", [], {}, False, 0)
            )
            or (low in _said("binary") and (value is False or str(value).lower() == "false"))
            or (states and low in {"code", "statuscode", "status_code", "status"} and _is_failing_code(value))
            or (low in {"iserror", "is_error", "failed"} and value is True)
            or (
                states and low in words["status"] and isinstance(value, str) and value.lower() in words["failed_states"]
            )
        )
        if bad:
            return {"error": f"{key}: {value}"[:200], **repeat(str(document.get("message", value))[:400])}
    return {}


def _is_failing_code(value: object) -> bool:
    """Return whether a value is a code of HTTP that says no."""
    return str(value).isdecimal() and 400 <= int(str(value)[:4]) < 600


def repeat(text: str) -> dict[str, Any]:
    """Give `repeat` where an answer says that what was asked for had been done before."""
    low = set(name_words(text[:MAX_VALUE]))
    return {"repeat": True} if low & result_words()["repeated"] else {}


def decoded(text: str) -> Any:
    """Decode the JSON of a result, or give None. What it gives is shared: do not change it."""
    return _remembered(text) if len(text) <= MAX_KEPT else _decoded(text)


@lru_cache(maxsize=4)
def _remembered(text: str) -> Any:
    """Decode a short result once for all that look at it in turn."""
    return _decoded(text)


def _decoded(text: str) -> Any:
    head = text[:1]
    if len(text) > MAX_RESULT or head not in "{[":
        stripped = text.lstrip()
        if len(text) > MAX_RESULT or stripped[:1] not in {"{", "["}:
            return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None


def refusal(text: str, verb: str) -> dict[str, Any]:
    """Return whether a call that would change something was refused, or put off, by what it answers.

    Gives `error` as `errors` does, or `awaits` where it waits for a code or somebody's word. `verb` is the tool's own:
    what was declined by a tool that declines has landed.
    """
    found = errors(text)
    if found:
        state = found["error"].partition(":")[0].lower() in result_words()["status"]
        return {} if state and _is_own(found["error"], verb) else found
    stated = text.strip()[:MAX_STATED] if _NO.match(text) else _stated_failure(text)
    if stated:
        return {"error": stated}
    plain = _plain_words(text)
    if not plain:
        return {}
    if _AWAITING.search(plain):
        return {} if _done_at(plain) < _at(_AWAITING, plain) else {"awaits": True}
    full = len(plain) if _LISTED.search(plain) else _at(_ENDING, plain)
    at = 0 if _OPENING.match(plain) else min(_at(_REFUSING, plain), full)
    if at >= len(plain) or _done_at(plain) < at or _is_own(plain, verb):
        return {}
    return {"error": plain[:200], **repeat(plain)}


def _stated_failure(text: str) -> str:
    """Return the member of an answer that says of the act that it failed: `{"BookingStatus": "Booking failed"}`."""
    document, words = decoded(text) if text.lstrip()[:1] == "{" else None, result_words()
    for key, value in list(document.items())[:40] if isinstance(document, dict) else ():
        stated = name_words(value) if isinstance(value, str) and len(value) < MAX_STATED else ()
        named = name_words(key)
        own = named[-1:] and named[-1] in words["status"] and (len(named) == 1 or stated[:1] == named[:1])
        if own and len(stated) > 1 and stated[-1] in words["failed_states"]:
            return f"{key}: {value}"
    return ""


def tells_of_done(text: str) -> bool:
    """Return whether a short answer reports an act as done: "Account verified. Password updated."."""
    plain = _plain_words(text)
    return _done_at(plain) < len(plain)


def _plain_words(text: str) -> str:
    """Return the first line of an answer that is words and no data, or what an object of nothing but words tells."""
    told = text.strip().removeprefix("<<").removesuffix(">>").strip()
    document = decoded(told) if told[:1] in {"{", "["} else None
    if isinstance(document, dict):
        if not {str(key).lower() for key in document} <= _said("wordy"):
            return ""
        told = next(
            (str(document[key]) for key in document if str(key).lower() in {"message", "msg", "detail", "reason"}), ""
        )
    if told[:1] in {"{", "[", "<"} or len(told) > MAX_RESULT:
        return ""
    line, _, more = told.partition("\n")
    data = more and _KEYED.match(line) and not _OPENING.match(line)
    return "" if data or len(line) > MAX_PLAIN else line


def result_message(text: str) -> str:
    """Return the words of an answer: its first line, or the member of an object that holds words on how it went."""
    document = decoded(text) if text.lstrip()[:1] == "{" else None
    if not isinstance(document, dict):
        return _plain_words(text)
    told = (value for key, value in list(document.items())[:40] if key.lower() in {"message", "msg", "confirmation"})
    return next((value[:MAX_PLAIN] for value in told if isinstance(value, str)), "")


def _takes_back(words: list[str], at: int) -> bool:
    """Whether words around a participle say that it was not done: "cannot be moved", "reset not acknowledged"."""
    return words[at + 1 : at + 2] in (["not"], ["failed"], ["refused"]) or not _said("before").isdisjoint(
        words[max(0, at - NEAR) : at]
    )


def _done_at(plain: str) -> int:
    """Return the place of the first word of something done."""
    spots = list(_WORD.finditer(plain))
    words = [found.group().lower() for found in spots]
    for at, found in enumerate(spots):
        past = any(verb.form == "past" and verb.action not in _OWN for verb in verb_forms(words[at]))
        now = words[at] == "now" and at and words[at - 1] in {"is", "are"}
        if (past or now or words[at] in _said("done")) and not _takes_back(words, at):
            return found.start()
    return len(plain)


def _at(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else len(text)


def _is_own(text: str, verb: str) -> bool:
    """Return whether what sounds like a refusal is what the tool is meant to do: `claim_deny` answers "denied"."""
    forms = inflections(verb) if verb else {}
    words = [found.group().lower() for found in _WORD.finditer(text[:MAX_PLAIN])]
    return any(forms.get(word) == "past" and not _takes_back(words, at) for at, word in enumerate(words))
