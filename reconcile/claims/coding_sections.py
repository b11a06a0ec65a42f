"""What a heading or an introducing line says of the list beneath: changes, plans, something else, and of what kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_lexicon import lexicon

if TYPE_CHECKING:
    from collections.abc import Collection

    from assure_tui.reconcile.claims.segment import Unit

_PLANNED = re.compile(
    r"\W*(?:(?:now|next|then|so|ok|first|good)\W+){0,2}"
    r"(?:(?:i|we) (?:now )?(?:need|have|want) to|let me|let's|i'll|i will|i'm going to)\b"
)
"""A sentence that makes the list after it a plan, whatever introduces the list: "I need to do X. The key changes:"."""
_REPORTED = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:also |then |now |just |already )?"
    r"(?:fixed|added|changed|updated|implemented|resolved|addressed|started|created|set up|prepared)\b"
    r"(?!.{0,200}\b(?:but|remaining|should|would|could|need)\b)"
)
"""A line that tells of changes, whatever it calls them: "Then we fixed the path issues:"."""
_WHAT = re.compile(
    r"\bwhat(?:'s been| (?:was|i|we|i've|we've|has been|got)) (?:actually )?"
    r"(?:changed|done|implemented|added|built|fixed|updated|addressed|removed|resolved|refactored)\b"
)
"""… or of what was done for something: "A summary of what was implemented for issue 9:"."""
_MENDED = re.compile(
    r"\b(?:issues?|bugs?|problems?|findings?|errors?|warnings?|blockers?|gaps?|concerns?|conflicts?|comments?"
    r"|regressions?|high|medium|low|critical) (?:[a-z]{2,20} (?:&|and) )?(?:now |all )?"
    r"(?:resolved|fixed|addressed|corrected|closed|solved|handled|cleared)\W*$"
)
"""A line that tells what became of what was found: "Main issues resolved:"."""
_DEALT_WITH = re.compile(
    r"^(?!.{0,200}\b(?:suggest|propos|recommend|requir|need|should|would|could|next|to-?do|pending|before|if|not|your?|either)"
    r").{0,120}\b(?:fix|fixes|fixed|resolved|addressed|added|done|closed|complete|completed)\W{0,4}$"
)
"""… or names what was found by what became of it: "High severity fixes", "The remaining pieces are done:"."""
_KEPT = re.compile(
    r"\b(?:not|n't) (?:been )?(?:chang|touch|modif|affect)"
    r"|\b(?:unchanged|untouched|unaffected|preserved|left (?:alone|as))\b"
)
"""A title of what stays as it was."""
_YOURS = re.compile(
    r"\b(?:your|their|his|her) (?:own |latest |last |new |recent |earlier |previous )?(?:changes?|edits?|updates?)\b"
    r"|\bwhat (?:they|he|she|you)(?:'ve| have)? (?!can\b|will\b|get\b|see\b)[a-z]{3,}"
)
"""A line that tells of what another changed: "Your recent changes to the logo modified:"."""
_TREE = re.compile(r"\bgit (?:status|diff|log)\b|\b(?:uncommitted|unstaged|untracked)\b")
"""A line that tells how a work tree was found: "Uncommitted changes (from git status):"."""
_WORD = re.compile(r"[a-z-]+")
_LABEL = re.compile(r"\W{0,4}\*\*[^*\n]{1,100}(?::\*\*|\*\*:)")
"""What an item is called, before what it tells."""
_THOUGHT_OF = re.compile(
    r"\b(?:you(?:'ve)?|if|would|could|should|might|either|findings?(?![ -]?#?\d)|options?|propos\w{1,6}"
    r"|recommend\w{0,8}|suggest\w{0,6}|consider\w{0,5})\b"
)
"""In a title: what stands beneath is thought of, found, or done by another."""
_SUMMARY = re.compile(r"\W{0,8}summary\W{0,8}$", re.IGNORECASE)
"""A heading that tells nothing by itself: in a review it is the review's."""
_SUMMARY_OF = re.compile(r"\bsummary\b")
"""In a title that need not be one of changes: "Policy summary", "A summary of what I found"."""
_COMMIT = re.compile(r"[\s*`]{0,8}(?=[a-f]{0,39}\d)[0-9a-f]{7,40}\b")
"""What stands beneath a commit tells of what is in it."""
_ASIDE = re.compile(r"\((?:[^()\s]{1,40}[\s—–-]{1,3}){3,20}[^()\s]{1,40}\)")
"""What a title says beside: "What I did (option 2 — rebuilt from it)"; a short one says how all of it is meant."""
_ADDRESS = re.compile(r"\]\([^()\s]{1,500}\)|https?://\S{1,500}")
_CODE = re.compile(r"`[^`]{1,300}`")
_PLAIN = re.compile(r"[*_`#]")
_LEADING = re.compile(r"^[^\w(]{1,8}")
"""Marks before the words of a title: "📁 New files"."""
_NAME = re.compile(r"[\w@.+/-]{1,200}\.\w{1,10}")
_FIRST = re.compile(
    r"\W{0,6}(?:(?:also|then|i|we|i've|we've|have|has|now|just|successfully|fully|newly) ){0,4}"
    r"(?P<word>[a-z-]+) (?!(?:by|files?)\b)[a-z\d]"
)
_CHANGING = frozenset({"edited", "created", "fixed", "deleted"})
_NUMBERED = re.compile(r"\W{0,3}\d{1,2}[.)]")
_FILES = re.compile(r"\bfiles?\b")
_HERE = re.compile(
    r"\bhere(?:'s| is| are) (?:an? |the )?(?:quick |short |brief )?"
    r"(?:overview|rundown|breakdown|recap|highlights)\W{0,4}$"
)
"""A line that sums up what was told before it, rather than describing some other thing."""
_SUMS_UP = re.compile(r"\b(?:summary|overview|recap|rundown|breakdown|highlights)\W{0,4}$")
_OBJECTS = re.compile(
    r"\b(?:for|that|to|of|like|including|with|where|when|via|now"
    r"|reflects?|covers?|covering|contains?|includes?|describes?|documents|lists|shows?|supports?|provides?|holds?"
    r"|(?:that|which) [a-z]{2,20}s)\W{0,4}$"
    r"|\b(?:covering|including|containing|describing|showing|listing)\b[^.]{0,80}:\W{0,4}$"
)
"""How a title ends whose list goes on with its sentence: what stands beneath is no change of its own."""
_ENUMERATES = re.compile(r"\b(?:all (?:of )?(?:the|these|those)|the following|these|those|\d{1,3} (?!of\b)[a-z]+)\b")
_AHEAD = re.compile(
    r"\b(?:will|would|could|should|next|to (?:do|update|change|fix|edit|add|rename|remove)|todo|propos\w{1,6}|"
    r"suggest\w{0,6}|recommend\w{0,8}|remaining|missing|problems?|bugs?|issues?|findings?|options?)\b(?![ -]?#?\d)"
)
"""In a title that names a file: what stands beneath is still to be done, or is what was found."""


class Sections:
    """Remembers what kind of list stands above: the mode of a heading holds until the next, a lead's for its list.

    `touched` are the names of files that the run changed: what stands beneath one of them tells of its change.
    """

    def __init__(self, touched: Collection[str] = ()) -> None:
        self.touched = touched
        self.heading = ("", "")
        self.level = 0
        """Depth of the heading that gave the mode."""
        self.lead = ("", "")
        self.planned = ""
        """The introducing line that a plan was told right before."""
        self._above: Unit | None = None
        self.kind = ""
        """The kind of what the list lists, by its title: "Files created", "Removed", "Verification"."""
        self.listed = False
        """Each item of the list is a change, whatever its grammar."""
        self._listed_by_heading = False
        self._beyond = False
        """The list that a line introduced has ended."""

    def of(self, unit: Unit) -> str:
        """Give the mode of a unit; units must come in order."""
        above, self._above = self._above, unit
        if unit.form == "label" and above is not None and above.form == "sentence":
            self.planned = unit.text if _PLANNED.match(above.text.lower().replace("’", "'")) else ""
        if unit.heading != self.heading[0]:
            if above is not None and above.form == "label" and self._lists(above.text):
                # what the line introduces are the headings that follow it
                self.heading, self.level, self._listed_by_heading = ("", "changes"), unit.level - 1, True
            self._headed(unit)
        if unit.lead != self.lead[0]:
            self._led(unit)
            self._beyond = False
        if unit.form == "sentence" and not unit.depth and above is not None and above.form in {"item", "row"}:
            self._beyond = True
        if unit.form in {"label", "sentence"} and not unit.depth and (unit.form == "label" or self._beyond):
            return self.heading[1]
        mode = self.lead[1] or self.heading[1]
        if mode == "plan" and unit.form != "row" and _is_deed(unit):
            return ""
        return "changes" if mode != "plan" and _COMMIT.match(unit.parent) else mode

    def _headed(self, unit: Unit) -> None:
        """Take a new heading; one that tells nothing goes on with what a heading above it told."""
        before = self.heading[1]
        beneath = unit.level > self.level or (before == "changes" and _NUMBERED.match(unit.heading) is not None)
        mode = self._mode(unit.heading)
        if before == "plan" and _SUMMARY.match(unit.heading):
            mode = "plan"
        goes_on = mode in {"", "changes"} and beneath and self._listed_by_heading
        self._listed_by_heading = mode != "plan" and (self._lists(unit.heading) or goes_on)
        if mode or not beneath:
            self.level = unit.level
        self.heading = (unit.heading, mode or (before if beneath and before in {"changes", "plan"} else ""))
        self.lead = ("", "")
        self.kind = kind_of_list(unit.heading)
        self.listed = self._listed_by_heading

    def _led(self, unit: Unit) -> None:
        """Take a new introducing line, or the end of what one introduced."""
        mode = _mode(unit.lead) if self.heading[1] == "other" else self._mode(unit.lead)
        self.kind = kind_of_list(unit.lead) or (self.kind if not unit.lead else kind_of_list(unit.heading))
        if mode == "changes" and (self.heading[1] == "plan" or (unit.lead and unit.lead == self.planned)):
            mode = "plan"
        inherits = {"changes"} if self.heading[1] == "changes" else {"changes", "plan"}
        goes_on = self.lead[1] in inherits and unit.lead.startswith("**")
        if goes_on and self.lead[1] == "plan" and mode == "changes" and _orders(_plain(unit.lead)):
            mode = "plan"
        before = self.listed if goes_on else self._listed_by_heading
        self.listed = mode in {"", "changes"} and (self._lists(unit.lead) or (not mode and before))
        self.lead = (unit.lead, mode or (self.lead[1] if goes_on else ""))

    def sums_up(self, unit: Unit) -> bool:
        """Tell whether a line introduces the list that a unit stands in as the sum of what was told before it."""
        return _SUMS_UP.search(_plain(unit.lead)) is not None

    def of_changes(self, unit: Unit) -> bool:
        """Tell whether the title above a unit speaks of changes, not only of a summary of whatever."""
        return self.listed or _SUMMARY_OF.search(_plain(unit.lead or unit.heading)) is None

    def _mode(self, title: str) -> str:
        """Give the mode of a title; one that names a changed file heads its changes, whatever the file is called."""
        mode = _mode(title)
        if mode != "changes" and self.names_changed(title) and not _AHEAD.search(title.lower()):
            return "changes"
        return mode

    def _lists(self, title: str) -> bool:
        """Tell whether a title says that each item beneath it is a change."""
        plain = _plain(title)
        if _MENDED.search(plain):
            return True
        if not plain or _AHEAD.search(plain) or _OBJECTS.search(plain) or _KEPT.search(plain):
            return False
        told = lexicon().sections["listed"].search(plain) or _REPORTED.search(plain)
        of_files = kind_of_list(title) in _CHANGING and _FILES.search(plain) is not None
        return told is not None or of_files or self.names_changed(title)

    def names_changed(self, title: str) -> bool:
        """Tell whether a title names a file that the run changed."""
        return any(name.rsplit("/", 1)[-1] in self.touched for name in _NAME.findall(title[:400]))


def _is_deed(unit: Unit) -> bool:
    """Tell whether an item begins with what was done, as no plan does: "Added a guard", and not "Add a guard"."""
    first = _WORD.search(_plain(_LABEL.sub("", unit.text)))
    verb = lexicon().verbs.get(first.group()) if first else None
    return verb is not None and not verb.bare and not _THOUGHT_OF.search(_plain(unit.lead or unit.heading))


def _orders(plain: str) -> bool:
    """Tell whether a title begins with an instruction: "Add a section to the guide"."""
    first = _FIRST.match(plain)
    return first is not None and first["word"] in lexicon().bases


def heads_mended(title: str) -> bool:
    """Tell whether a title only names what was mended, which stands beneath: "Bugs found & fixed"."""
    return _MENDED.search(_plain(title)) is not None


def leads_on(title: str) -> bool:
    """Tell whether what stands beneath a title goes on with its sentence, or lists its objects.

    "Updated the command to:", "Restored all the sections that were dropped:".
    """
    plain = _plain(title)
    return _OBJECTS.search(plain) is not None or _ENUMERATES.search(plain) is not None


def kind_of_list(title: str) -> str:
    """Give the kind of what a title says that it lists, or nothing."""
    plain = _LEADING.sub("", _PLAIN.sub("", title[:120]).lower().replace("’", "'")).strip(" :.")
    return next((kind for kind, pattern in lexicon().lists.items() if pattern.search(plain)), "") if plain else ""


def _mode(text: str) -> str:
    if not text:
        return ""
    plain = _ASIDE.sub(" ", _plain(text))
    words = lexicon()
    if _KEPT.search(plain):
        return "other"
    if _REPORTED.search(plain) or _HERE.search(plain) or _WHAT.search(plain) or _MENDED.search(plain):
        return "changes"
    if _YOURS.search(plain) or _TREE.search(plain):
        return "other"
    for name in ("plan", "changes", "other"):
        if words.sections[name].search(plain):
            told = any(map(_reports, plain.split(" — ", 1)))
            if name == "plan" and (
                told or _DEALT_WITH.search(plain) or words.sections["changes"].match(plain.lstrip(" 0123456789."))
            ):
                continue
            return name
    return ""


def _plain(title: str) -> str:
    """Give the prose of a title: without code, marks and where its links lead, in lower case."""
    return _PLAIN.sub("", _CODE.sub(" ", _ADDRESS.sub("] ", title))).lower().replace("’", "'")


def _reports(plain: str) -> bool:
    """Tell whether a title is a sentence that tells of a change: "Extracted the rules out of the parser:"."""
    first = _FIRST.match(plain)
    verb = lexicon().verbs.get(first["word"]) if first else None
    return verb is not None and not verb.bare and verb.kind in _CHANGING
