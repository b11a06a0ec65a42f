"""Coding claims: what the agent said of code, tests and version control.

Three readings of each unit, over the lexicon in `data/coding.toml`: verbs of completed actions in a frame that makes
them the agent's own ("Added …", "I've removed …", "The branch is pushed"), checks (a subject and a result in one
clause), and patterns for states and denials. Sections tell whether a list is one of changes or of plans.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_args import arguments
from assure_tui.reconcile.claims.coding_checks import checks, listed_check, offered, quoted_tallies, scored
from assure_tui.reconcile.claims.coding_commits import announced, begins_with_commit, in_block, one_of_them
from assure_tui.reconcile.claims.coding_denials import undone
from assure_tui.reconcile.claims.coding_found import Found, blocked
from assure_tui.reconcile.claims.coding_lexicon import lexicon, may_claim
from assure_tui.reconcile.claims.coding_lists import (
    WRITTEN,
    counted,
    described,
    imperative,
    led_by,
    listed,
    names_list,
    standing,
    ticked,
    titled,
)
from assure_tui.reconcile.claims.coding_reports import about, goes_on, marked, reported
from assure_tui.reconcile.claims.coding_sections import Sections, heads_mended, kind_of_list, leads_on
from assure_tui.reconcile.claims.coding_text import Prepared, prepare
from assure_tui.reconcile.claims.coding_verbs import actions
from assure_tui.reconcile.ids import claim_id
from assure_tui.reconcile.model import Claim

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from assure_tui.ingest.model import AgentText
    from assure_tui.reconcile.claims.segment import Unit
    from assure_tui.reconcile.context import Context

_CHANGES = frozenset({"edited", "created", "deleted", "fixed", "added_tests"})
_CHECKS = frozenset({"tests", "build", "lint"})
"""Kinds that a tick tells, which in a list of what was read tells that it was read."""
_LISTED = (_CHANGES - {"fixed"}) | {"verified"}
"""Kinds of which a title tells nothing beside what stands beneath it."""
MAX_UNIT = 4000
"""Code points of one unit that are read."""

MAX_MARKS = 3
"""Code points of layout before a line's first word."""
MAX_TITLE = 2
"""Words of a line that only names what stands beneath it: "**Confirmed:**", "Validated locally:"."""

MAX_STATES = 8
"""Clauses of one unit that one pattern is read in: "lint ok, types ok, docs ok"."""

OWN_CLAUSE = frozenset({"committed", "pushed", "opened_pr"})
"""Kinds that are told in a phrase of their own: "applied in two commits"."""
_NEXT = re.compile(r"(?:Now |Next,? )?I['’]m\b")
_TITLE = re.compile(
    r"\W*(?:(?:and|then|also) )?(?:verified|confirmed|validated|verification|validation|checked|tested|ensured)"
    r"(?: (?:with|by|via|using|through|that|all|the|both|every)){0,3}\W*$"
)
"""What is only the title of the checks that follow."""
_EXPLICIT = WRITTEN | {"todo"}
"""Channels whose words are claims by where they stand, hence worded as instructions: "Add tests for the parser"."""
_ASKED = re.compile(r"—|;|\. ")
_CRITERION = re.compile(
    r"\W{0,6}(?:gates?|order|goals?|aim|acceptance(?: criteri(?:a|on))?|(?:exit|success) criteri(?:a|on)|done when"
    r"|definition of done|expected(?: results?| outcome| output)?)\W{0,4}[:—–](?!.{0,400}\b(?:passed|\d{1,6} tests)\b)",
    re.IGNORECASE,
)
"""What is to hold, and when: "Gate: `pytest` green"; a number of tests was counted."""
_CHOICE = re.compile(r"\W*(?:option|alternative|approach|variant) (?:\d|[a-e]\b)")
"""A choice that is put before the user: "Option 2: show what was found"."""
_UNDER_WAY = re.compile(
    r"\W*(?:now |next,? |so )?(?:i'm|i am|we're) (?:now |also |just |then )?[a-z-]+ing\b|\W*now,? [a-z-]+ing\b"
)
"""What is still being done, to the end of the sentence: "I'm applying the patch now: the old path is removed"."""
_INTENDS = re.compile(
    r"\W*(?:(?:good|ok|okay|now|great|perfect|first|next|then|so|alright)[,!.]? {1,4}){0,2}"
    r"(?:(?:let me|let's|i'll|i will|i'm going to)|(?:confirming|verifying|checking|ensuring|making sure)(?! ?:))\b"
)
"""A sentence of what comes next, all of it up to a semicolon: "Let me make sure that everything is pushed"."""
_YOURS = re.compile(r"\W*your\b")
"""What is said of the user's things: "Your shop is now fully equipped"."""
_SEES = re.compile(r"\b(?:i|we) now have\b")
"""What the agent has come to know: "I now have a complete picture"."""
_SO = re.compile(r"[a-z\ue000-\ue005] so (?:that )?[^,;.:]{0,60}$")
"""Before what is only the purpose of what was told: "Improved the panel so the summary no longer …"."""
_OWN_PAST = re.compile(
    r"\W*i(?:'ve| have)? (?:also |then |already |now )?"
    r"(?:[a-z]{3,20}ed|read|ran|wrote|built|made|set|put|kept) (?!to\b|that\b)"
)
"""A sentence of the agent's own act, which is none of a plan wherever it stands: "I fixed this copy"."""
_SUMS_UP = re.compile(
    r"\W{0,6}here(?:'s| is) (?:an? |the |my )?(?:[a-z-]{2,20} ){0,2}(?:summary|overview|rundown|recap|breakdown|list)\b"
    r"|\W{0,6}here's what(?:'s| was| has| have| were)\b[^\ue000-\ue005]*$"
)
"""What only says that a summary follows, of whatever: "Here's a summary of all fixes applied"."""
_TEST_NAME = re.compile(r"Test[A-Z_]|test_|it\(|describe\(")
_CASES = re.compile(r"\b(?:cases?|scenarios?|assertions?|coverage)\b")
_TEST_FILE = re.compile(r"(?:^|[/._-])(?:tests?|specs?)(?:[/._-]|$)", re.IGNORECASE)
_BOLD_TITLE = re.compile(r"\*\*[^*\n]{2,120}\*\* ?(?:[:—–]|- )")
"""An item of a list without bullets: "**Phase 3: rounding** — one rule for all totals"."""
_FOUND_OUT = re.compile(
    r"\W{0,6}(?:the )?(?:problem|root cause|cause|symptom|bug|diagnosis|background|observation)s?\W{0,3}[:—–]"
)
"""A line under such a name tells how things were found: nothing in it is a deed but what the agent says of itself."""
_TOLD = re.compile(r"[a-z]{2}")
"""Words, besides the names of files and code."""
_TICKET = re.compile(r"\W{0,4}\w+\W{1,4}[A-Z]{2,8}-\d{1,7}\b")
"""A verb and then an item of a tracker: "created [ABC-12]"."""


def read(units: Sequence[Unit], event: AgentText, context: Context) -> list[Claim]:
    """Read the coding claims out of the units of one text."""
    return [] if event.channel == "plan" else list(_Reading(event, context, units).claims(units))


class _Reading:
    """One pass over the units of a text, knowing what it told before and under which titles."""

    def __init__(self, event: AgentText, context: Context, units: Sequence[Unit]) -> None:
        self.event = event
        self.known = _familiar(units, context.touched)
        """Names of files that the run changed."""
        tried = any(context.kinds[kind] > 0 for kind in ("edited", "created"))
        self.changed = bool(self.known) or tried or context.delegated
        self.lately = context.delegated or (self.changed and context.changed_in == context.turn)
        """Files were changed in this turn, so that this text may be the report of it."""
        self.delegated = context.delegated
        self.commits = context.delegated or context.kinds["committed"] > 0
        """There may be commits of this run, of which a list may tell."""
        self.sections = Sections(self.known)
        self.told = False
        """The text has told of a change."""
        self.committed = False
        """The text has told of a commit: "Commit:" above its id tells it again."""
        self.introduced = False
        """The sentence right before, or before the list that is being read, told of a change."""

    def claims(self, units: Sequence[Unit]) -> Iterator[Claim]:
        """Give the claims of each unit, in order."""
        for at, unit in enumerate(units):
            mode = self.sections.of(unit)
            after = units[at + 1] if at + 1 < len(units) else None
            if unit.quoted or unit.struck or unit.task == "open" or len(unit.text) > MAX_UNIT:
                continue
            prepared = prepare(unit)
            if unit.form == "heading" and after is not None:  # names what stands beneath, where it is told
                self.introduced = False
                named = marked(unit) or (counted(prepared, after) if self.changed else None)
                if named and mode != "plan":
                    yield from (_claim(item, prepared, self.event) for item in _apart(prepared, [named]))
                continue
            found = list(_find(prepared, mode, self.event, after, changed=self.changed, lately=self.lately))
            if _INTENDS.match(prepared.masked):
                told = prepared.masked.find(";")
                found = [item for item in found if 0 <= told < item.start]
            if not self.delegated:
                found = [item for item in found if item.kind != "delegated" or not item.weak]
            if self.sections.kind == "read" and unit.form == "item":
                found = [item for item in found if item.kind not in _CHECKS]
            title = names_list(prepared, after)
            if not title and mode != "plan" and not any(item.kind in _CHANGES for item in found):
                found.extend(self._by_place(prepared, mode, after, alone=not found))
            changes = any(item.kind in _CHANGES and not item.denied for item in found)
            self.told = self.told or changes
            if unit.form != "item":
                self.introduced = changes and (unit.form == "sentence" or not leads_on(unit.text))
            sums_up = _SUMS_UP.match(prepared.masked) is not None
            block = self._block_beneath(unit, after) if mode != "plan" else []
            if not found and (block or (self.commits and after is not None and begins_with_commit(after))):
                found.extend(announced(prepared))
            for item in _apart(prepared, found):
                if sums_up and item.kind in _CHANGES and not item.own:
                    continue
                if item.kind in _LISTED and not item.own and (title or _heads(item, prepared)):
                    continue
                if title and item.kind in {"fixed", "remote"} and heads_mended(unit.text):
                    continue
                if item.kind == "committed" and not item.denied:
                    if unit.form == "label" and not prepared.pieces and (self.committed or _told_beneath(unit, after)):
                        continue
                    self.committed = True
                yield _claim(item, prepared, self.event)
            for line in block:
                yield _claim(Found("committed", 0, len(line.text), weak=True), prepare(line), self.event)

    def _block_beneath(self, unit: Unit, after: Unit | None) -> list[Unit]:
        """Give the lines of a block of code right behind a unit that are commits of this run."""
        text = self.event.text
        return list(in_block(unit, text, after.start if after else len(text))) if self.commits else []

    def _by_place(self, prepared: Prepared, mode: str, after: Unit | None, *, alone: bool) -> Iterable[Found]:
        """Read a change out of where a unit stands and which file it names; `alone`: nothing else was read in it."""
        in_list = mode == "changes" and prepared.unit.form == "item"
        named = marked(prepared.unit) or described(prepared, None if in_list else self.known)
        if named and self.sections.listed and led_by(prepared.unit):
            named = msgspec.structs.replace(named, listed=True)
        if not named and alone and self.changed:
            named = counted(prepared, after)
        if named or not alone:
            return [named] if named else []
        parent = prepared.unit.parent
        kind = (kind_of_list(parent) if parent.endswith(":") else "") or self.sections.kind
        if not kind and in_list and prepared.pieces[:1] and not _TOLD.search(prepared.masked):
            kind = "edited" if prepared.pieces[0].sort == "path" else ""
        named = listed(prepared, kind, after, changed=self.changed)
        if not named and self.commits and mode != "plan":
            named = one_of_them(prepared)
        if not named and in_list and self.changed and self.sections.of_changes(prepared.unit) and not about(prepared):
            named = titled(prepared)
        if not named and self.lately and mode != "other" and self.event.channel not in _EXPLICIT:
            sums_up = self.told and self.sections.sums_up(prepared.unit)
            lists = self.sections.listed or (prepared.unit.form != "sentence" and (self.introduced or sums_up))
            named = ticked(prepared) or reported(prepared, after, self.known, listed=lists)
            if not named and (self.told or prepared.unit.form == "sentence"):
                goes = list(goes_on(prepared, self.known, told=self.told))
                if goes:
                    return goes
        named = named or standing(prepared)
        return [named] if named else []


def _told_beneath(unit: Unit, after: Unit | None) -> bool:
    """Tell whether the items beneath a label tell each of what it names: "Commits" above a list of their ids."""
    return after is not None and after.form == "item" and kind_of_list(unit.text) == "committed"


def _familiar(units: Sequence[Unit], touched: Collection[str]) -> Collection[str]:
    """Give the names of files that the run changed, and of those listed side by side with one that it changed."""
    if not touched:
        return touched
    lists: dict[tuple[str, str, str, int], set[str]] = {}
    for unit in units:
        if unit.form in {"item", "row"}:
            named = led_by(unit)
            if named:
                lists.setdefault((unit.form, unit.heading, unit.lead, unit.depth), set()).add(named)
    beside: set[str] = set()
    for (form, *_), names in lists.items():
        changed = sum(name in touched for name in names)
        if 2 * changed > len(names) or (form == "item" and changed):
            beside |= names
    return {*touched, *beside} if beside else touched


def _find(
    prepared: Prepared, mode: str, event: AgentText, after: Unit | None, *, changed: bool, lately: bool
) -> Iterator[Found]:
    words = lexicon()
    masked = prepared.masked
    unit = prepared.unit
    in_list = (mode == "changes" and unit.form in {"item", "row", "heading"}) or unit.task == "done"
    if unit.form == "item" and mode != "plan":
        yield from listed_check(prepared)
    if mode != "plan":
        yield from offered(prepared)
        yield from quoted_tallies(prepared)
    if not in_list and event.channel not in _EXPLICIT and not may_claim(prepared):
        return
    if masked.rstrip(" )").endswith("?"):
        told_before = max((mark.start() for mark in _ASKED.finditer(masked)), default=0)
        if not told_before:
            return
        prepared = prepared.cut(told_before)
        masked = prepared.masked
    if (unit.form == "heading" and mode == "plan") or _CHOICE.match(masked) or _CRITERION.match(masked):
        return
    listing = unit.form == "label" and after is not None and after.form in {"item", "row"}
    left_undone = list(undone(prepared, title=listing and len(masked.split()) <= MAX_TITLE))
    denied = any(not item.weak for item in left_undone)
    untold = "ran" if listing else "edited" if mode == "plan" and unit.form in {"item", "row"} else ""
    yield from (item for item in left_undone if item.kind != untold)
    planned = mode == "plan" and (unit.form == "item" or _BOLD_TITLE.match(unit.text))
    if (planned and not _OWN_PAST.match(masked)) or _UNDER_WAY.match(masked):
        return
    if not (listing and after is not None and after.text.startswith("`")):
        yield from checks(prepared, denied=denied)
    told = event.channel not in WRITTEN
    if told:
        deeds = actions(prepared, mode, progress=after is not None and bool(_NEXT.match(after.text)), changed=changed)
        yield from (item for item in deeds if item.own or item.denied) if _FOUND_OUT.match(masked) else deeds
    is_title = unit.form in {"label", "heading"} and len(masked.split()) <= MAX_TITLE
    for kind, pattern in words.states.likely(masked):
        if (mode == "other" and kind in {"edited", "verified", "opened_pr"}) or (kind == "verified" and is_title):
            continue
        for hit in islice(pattern.finditer(masked), MAX_STATES):
            upto = hit.start() if kind == "search_none" else hit.end()  # "couldn't find" is no plan
            if not blocked(masked, upto, hit.start()):
                yield Found(kind, hit.start(), hit.end(), weak=True)
    if mode != "other":
        yield from scored(prepared)
    if changed and mode not in {"plan", "other"}:
        for kind, pattern in words.news.likely(masked):
            new = pattern.search(masked)
            if new and not (blocked(masked, new.end(), new.start()) or _YOURS.match(masked) or _SEES.search(masked)):
                yield Found(kind, _news_start(masked, new), new.end(), weak=True)
    written = not told and changed and mode != "plan"
    if written or (told and (event.channel == "todo" or (in_list and lately))):
        found = imperative(prepared, event.channel)
        if found:
            yield found


def _news_start(masked: str, hit: re.Match[str]) -> int:
    """Give where the clause of a "now …" begins: "changed the colour, and links now use it" tells two changes."""
    now = masked.rfind(" now ", hit.start(), hit.end())
    dividers = list(_DIVIDER.finditer(masked, hit.start(), now)) if now > 0 else []
    return dividers[-1].end() if dividers else hit.start()


def _heads(item: Found, prepared: Prepared) -> bool:
    """Tell whether a weak finding is all that an introducing line says: "The view now supports:"."""
    label = prepared.unit.form == "label" and not prepared.pieces and not item.loose
    ends = label and prepared.masked.rstrip(" :*_").endswith("s")
    return ends and item.weak and item.start <= MAX_MARKS and not prepared.masked[item.end :].strip(" :*_")


def _apart(prepared: Prepared, found: list[Found]) -> list[Found]:
    """Give each finding its clause: the unit is divided between neighbours at the last divider before the later one."""
    found.sort(key=lambda item: (item.start, item.weak, -item.end))
    kept: list[Found] = []
    for item in found:
        beside = item.kind in OWN_CLAUSE and kept and kept[-1].kind not in OWN_CLAUSE
        if kept and (item.start < kept[-1].end or (item.weak and not beside and _same(prepared, kept[-1], item))):
            if kept[-1].weak and not item.weak:
                kept[-1] = item
            continue
        alike = bool(kept) and item.kind == kept[-1].kind and item.denied == kept[-1].denied
        if alike and (
            _same(prepared, kept[-1], item) or (item.weak and _SO.search(prepared.masked, kept[-1].end, item.start))
        ):
            continue
        kept.append(item)
    out: list[Found] = []
    begin = 0
    for at, item in enumerate(kept):
        after = kept[at + 1] if at + 1 < len(kept) else None
        end = _end_of(prepared, kept, at)
        if item.denied:
            begin = max(begin, *(prepared.masked.rfind(mark, 0, item.start) for mark in (";", "(", ". ")))
        shared = _end_of(prepared, kept, at + 1) if after is not None and _shares(prepared, item, after) else end
        names = any(piece.sort == "path" and end <= piece.start < shared for piece in prepared.pieces)
        out.append(msgspec.structs.replace(item, start=begin, end=shared if names else end))
        begin = end
    if len(out) > 1:
        out = [
            item for item in out if item.kind != "verified" or not _TITLE.match(prepared.masked, item.start, item.end)
        ]
        title = _BOLD_TITLE.match(prepared.unit.text) if prepared.unit.form == "item" else None
        if title and {item.kind for item in out if item.start >= title.end() - 3} & _CHANGES:
            opens = prepared.words[:2]
            out = [
                item
                for item in out
                if item.kind not in _CHANGES or item.end > title.end() or (item.verb in opens and not item.loose)
            ]
    return out


def _end_of(prepared: Prepared, kept: list[Found], at: int) -> int:
    after = kept[at + 1] if at + 1 < len(kept) else None
    return _divider(prepared.masked, kept[at].end, after.start) if after else len(prepared.masked)


def _shares(prepared: Prepared, item: Found, after: Found) -> bool:
    """Tell whether a change has the object of the verb behind it: "created and checked the list in `a.md`"."""
    return item.kind in _CHANGES and _SHARES.fullmatch(prepared.masked, item.end, after.start) is not None


_SHARES = re.compile(r",? and (?:[a-z]{1,20}ly )?")
_DIVIDER = re.compile(
    r";|(?<=[✅✔✓])\s|\s·\s|\s[—–-]\s|,?\s(?:and|but|then|plus|while|so)\s|,\s|[.:]\s|\(|\s\|\s|\s→\s|\s\+\s"
)


def _divider(masked: str, start: int, end: int) -> int:
    hits = list(_DIVIDER.finditer(masked, start, end + 1))
    strong = [hit for hit in hits if hit.group()[0] in ";.|" or hit.group().strip() in {"—", "–"}]
    chosen = (strong or hits)[-1:] if hits else []
    return chosen[0].start() if chosen else end


def _same(prepared: Prepared, before: Found, after: Found) -> bool:
    """Tell whether nothing divides two findings."""
    return not _DIVIDER.search(prepared.masked, before.end, after.start + 1)


_LEADING = " \t\n,;:.—–-|→+)"


def _claim(item: Found, prepared: Prepared, event: AgentText) -> Claim:
    unit = prepared.unit
    text = unit.text
    start, end = item.start, item.end
    while start < end and text[start] in _LEADING:
        start += 1
    for word in ("and ", "but ", "then ", "plus ", "so ", "while "):
        if text[start:end].lower().startswith(word):
            start += len(word)
    while end > start and text[end - 1] in " \t\n,;:|—–(":
        end -= 1
    span = (unit.start + start, unit.start + end)
    args: dict[str, Any] = arguments(item, prepared, start, end)
    kind = item.kind
    if event.channel == "todo":
        args["channel"] = event.channel
    if item.verb in {"added", "created", "wrote"} and kind in {"edited", "created"}:
        named = (args.get("names") or [""])[0]
        where = (args.get("targets") or [""])[0]
        if _TEST_NAME.match(named) or (_CASES.search(text[start:end].lower()) and _TEST_FILE.search(where)):
            kind = "added_tests"
    if item.verb and kind in {"edited", "created"} and "paths" not in args and _TICKET.match(text, start, end):
        kind = "remote"
    return Claim(
        id=claim_id(event.id, span, kind),
        run=event.run,
        event=event.id,
        origin=event.origin,
        span=span,
        text=event.text[span[0] : span[1]],
        kind=kind,
        polarity="denied" if item.denied else "asserted",
        args=args,
        time=event.time,
    )
