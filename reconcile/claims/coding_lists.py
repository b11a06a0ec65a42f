"""Items of lists of changes that have no verb in the past: instructions and descriptions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_found import Found
from assure_tui.reconcile.claims.coding_frames import OPENERS, follows, is_mask
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.coding_text import file_of

if TYPE_CHECKING:
    from collections.abc import Container

    from assure_tui.reconcile.claims.coding_text import Prepared, Sort, Token
    from assure_tui.reconcile.claims.segment import Unit

MAX_HEAD = 12
"""Tokens at the start of an item that are read."""
WRITTEN: frozenset[str] = frozenset({"commit_message", "pr_body"})
"""Channels of what is written for others to read."""
MAX_PREFIX = 8
"""Tokens of a commit's type and scope."""
MAX_LEAD = 60
"""Code points that may stand before the file's name."""
MAX_NAME = 6
"""Words of a line that names a list."""
_DEFINITE = frozenset(
    {"the", "all", "both", "this", "these", "a", "an", "i", "we", "i've", "we've", "no", "not", "now"}
)
_VAGUE = frozenset({
    "and", "or", "artifacts", "code", "passing", "changes", "improvements", "updates", "files", "items", "work",
    "tasks", "results", "fixes", "components", "features", "details", "so", "far", "in", "this", "session",
})  # fmt: skip
"""Words that say of what sort things are, and not which ones."""
_PARTS = re.compile(r"[:—–]| - ")
"""Between a title and what it tells: "Naming - renamed a variable:"."""
_NAME_WORD = re.compile(r"[a-z][a-z'-]*")
_ASIDE = re.compile(r"\([^()]{0,200}\)")
MIN_WORDS = 4
MAX_TITLE = 2
"""Tokens of a heading that only names its section: "Fix implemented"."""
MIN_DESCRIPTION = 15
"""Code points after a file's name that make a description."""

_BY_PIECE: dict[str, Sort] = {"committed": "sha", "opened_pr": "url"}
"""What an item must name to belong to a list of commits or of pull requests."""
_TESTS = re.compile(
    r"\W*(?:(?:new|unit|regression|integration|e2e|additional|more)\W+){0,2}"
    r"tests? (?:cases? )?(?:for|verif\w+|that|cover\w*|of|to)\b"
)
_TEST_NAME = re.compile(r"[*_]{0,3}`(?:Test[A-Z_]|test_)\w")
_TEST_CLASS = re.compile(r"[*_]{0,3}`\w{1,80}Tests?`[*_]{0,3} ?(?:\([^()]{1,40}\) ?)?[:—–-]")
_TEST_FILE = re.compile(r"\btests?\b|[._/-]tests?[._/-]|[._/-]specs?[._/-]", re.IGNORECASE)
_COUNT = re.compile(
    r"\b(?:\d{1,4}\+? (?:[a-z]{2,20} ){0,3}(?:files|modules|components|migrations|tests|test (?:cases|methods))"
    r"|1 (?:[a-z]{2,20} ){0,3}(?:file|module|test|test case))\b"
)
"""A number of files or tests: a title that has one tells something by itself."""
_CREATED = re.compile(r"\b(?:new|created)\b")
_NOT_DONE = re.compile(r"\b(?:remaining|missing|total|need\w*|to|not|pass\w*|fail\w*)\b|\?")
"""Beside a number of files or tests: they are no change, or a result is told of them."""
_LEADING_NAME = re.compile(r"[*_]{0,3}[\[`]{1,2}(?P<name>[\w@./+-]{1,200}\.\w{1,10})(?::[\d-]{1,15})?[\]`]")
_TITLE = re.compile(r"\*\*[^*\n]{1,100}\*\* ?(?:\([^()\n]{0,160}\) ?)?(?::|—|–|- )")
_DONE = re.compile(
    r"\W{0,8}(?P<how>done|complete|completed|implemented|finished|created|added|updated|removed|fixed|shipped|✅|✔|✓)\W{0,8}"
)
_STATUS = re.compile(r"\W{0,4}[✅✔✓❌✗][^\w\ue000-\ue005]{1,6}(?=[\w\ue000-\ue005])")
"""A cell that tells by a tick how one thing stands; several in a row compare things."""
_PASSED = re.compile(r"\W{0,8}pass(?:ed)?\W{0,8}")
_STATE_OF = re.compile(r"\b(?:status|state|done|progress|outcome)\b")
"""Over the column of a table that says by ticks what is done, where another column may say what is there."""
MIN_CELL = 8
"""Code points of the longest cell of a row that says what was done."""
_ADDRESS = re.compile(r"\s{0,4}<?https?://[^\s>]{1,500}>?[\s.]{0,4}")
_TITLED = re.compile(r"\*\*[^*\n]{1,100}\*\*")
_STATED = re.compile(r"\b(?:is|are|was|were|has|have|had|does|do|did|can|cannot|isn't|aren't|doesn't)\b(?! now\b)")
"""A verb that makes a bold title a sentence of its own: "The hash is no proof"."""
_BEFORE_NAME = re.compile(r"[\s|(\ue000-\ue005]*(?:\d+ lines in)?[\s|(\ue000-\ue005]*$")
_LEFT_AS_IS = re.compile(
    r"\W{0,4}(?:no (?:code |further |other )?(?:changes?|edits?)|unchanged|not (?:changed|touched))\b"
)
"""Behind a file, that nothing was done to it."""
_AFTER_NAME = re.compile(
    r"[\s)\ue000-\ue005]*(?:(?:,|\+|&|and)[\s()\ue000-\ue005]{1,300}){0,4}(?:[—–:|]|- |\([^)]{0,80}\) ?[—–:-])"
)


def imperative(prepared: Prepared, channel: str = "final") -> Found | None:
    """Read an item of a list of changes that starts with an instruction, or names code and tells what it does now.

    The subject of a commit may have its type before it ("fix(cart): round the total"); an item of a plan that is done
    may also tell of what is no change ("Run the tests").
    """
    words = lexicon()
    tokens = prepared.tokens(MAX_HEAD)
    at = 0
    if channel in WRITTEN:
        at = next((n + 1 for n, token in enumerate(tokens[:MAX_PREFIX]) if token.text == ":"), 0)
    while at < len(tokens) and (
        is_mask(tokens[at].text) or tokens[at].text in OPENERS or tokens[at].text in {"now", ","}
    ):
        at += 1
    if tokens and _tests(prepared):
        return Found("added_tests", tokens[0].start, tokens[0].end, weak=True)
    if at >= len(tokens):
        return None
    if prepared.unit.form == "heading" and len(tokens) - at <= MAX_TITLE:
        return None
    if follows(tokens, at) == ":":
        return None
    kind = words.bases.get(tokens[at].text) or (words.done.get(tokens[at].text) if channel == "todo" else None)
    if kind in {"edited", "created"}:
        kind = _object(tokens[at + 1 : at + 7]) or kind
    if not kind and at and tokens[at - 1].text == "now" and tokens[at].text.endswith("s"):
        kind = "edited"
    if kind:
        return Found(kind, tokens[at].start, tokens[at].end, weak=True, verb=tokens[at].text, imperative=True)
    if len(tokens) > at + 1 and any(
        is_mask(before.text) or before.text == "longer"
        for before, verb in pairwise(tokens)
        if verb.text in words.describes
    ):
        return Found("edited", tokens[at].start, tokens[at].end, weak=True)
    return None


def _object(tokens: list[Token]) -> str | None:
    """Let the object of an instruction decide its kind: "add tests for …"."""
    table = lexicon().objects["added"]
    for token in tokens:
        if token.text in {"to", "for", "from", "with", "in", "on", "that", "so"} or token.text in OPENERS:
            return None
        if table.get(token.text) == "added_tests":
            return "added_tests"
    return None


def _tests(prepared: Prepared) -> bool:
    """Return whether an item tells of tests: "Tests for …", or the name of a test beneath a test file."""
    unit = prepared.unit
    if unit.form != "item" or not unit.first:
        return False
    if _TESTS.match(prepared.masked) or _TEST_CLASS.match(unit.text):
        return True
    above = unit.parent or unit.lead or unit.heading
    return bool(_TEST_NAME.match(unit.text) and _TEST_FILE.search(above))


def described(prepared: Prepared, touched: Container[str] | None) -> Found | None:
    """Read "`file` — what is in it now", where this run changed that file: the description claims the change.

    Without `touched` every file counts: the list stands under a title that tells of changes.
    """
    first = next((piece for piece in prepared.pieces if piece.sort == "path"), None)
    if first is None or first.start > MAX_LEAD:
        return None
    name = file_of(first.text).rstrip("/").rsplit("/", 1)[-1]
    if touched is not None and name not in touched:
        return None
    masked = prepared.masked
    after = _AFTER_NAME.match(masked, first.end)
    if after and _LEFT_AS_IS.match(masked, after.end()):
        return None
    if after and len(masked) - after.end() > MIN_DESCRIPTION and _BEFORE_NAME.match(masked[: first.start]):
        return Found("edited", first.start, first.end, weak=True)
    return None


def names_list(prepared: Prepared, after: Unit | None) -> bool:
    """Return whether a unit is only the name of the list beneath it: "Changes made", "Completed artifacts and code".

    One that names code, a figure or a definite thing tells something by itself: "Updated `theme.py`:".
    """
    unit = prepared.unit
    if after is None or prepared.pieces or unit.text.rstrip("*_ ").endswith((".", "!")):
        return False
    heads = after.form in {"item", "row"} and (
        unit.form in {"label", "heading"} or (unit.form == "item" and after.depth > unit.depth)
    )
    words = _NAME_WORD.findall(_ASIDE.sub(" ", prepared.masked))
    if not heads or not 0 < len(words) <= MAX_NAME or not _DEFINITE.isdisjoint(words):
        return False
    if any(character.isdigit() for character in prepared.masked):
        return False
    told = _NAME_WORD.findall(_PARTS.split(_ASIDE.sub(" ", prepared.masked).rstrip(" :*_"))[-1]) or words
    return told[0] not in lexicon().verbs or all(word in _VAGUE or word in lexicon().verbs for word in told[1:])


def counted(prepared: Prepared, after: Unit | None) -> Found | None:
    """Read a title that says how many files or tests it lists: "Files created (10 new modules)", "Fix — 4 files:"."""
    if prepared.unit.form not in {"heading", "label"} or after is None or _NOT_DONE.search(prepared.masked):
        return None
    hit = _COUNT.search(prepared.masked)
    if hit is None:
        return None
    kind = "added_tests" if "test" in hit.group() else "created" if _CREATED.search(prepared.masked) else "edited"
    return Found(kind, hit.start(), hit.end(), weak=True, loose=True)


def led_by(unit: Unit) -> str:
    """Return the name of the file that an item begins with, or nothing."""
    hit = _LEADING_NAME.match(unit.text.lstrip("| "))
    return hit["name"].rsplit("/", 1)[-1] if hit else ""


def listed(prepared: Prepared, kind: str, after: Unit | None, *, changed: bool) -> Found | None:
    """Read an item of a list whose title tells what it lists: files created or removed, things verified.

    An item that only heads a list of its own is left to that.
    """
    unit = prepared.unit
    if unit.form != "item" or not kind or not unit.first or (after is not None and after.depth > unit.depth):
        return None
    if kind in _BY_PIECE:
        by = next((piece for piece in prepared.pieces if piece.sort == _BY_PIECE[kind]), None)
        return Found(kind, by.start, by.end, weak=True) if by else None
    first = next((piece for piece in prepared.pieces if piece.sort in {"path", "code"}), None)
    leads = first is not None and (unit.text.startswith("[") or _BEFORE_NAME.match(prepared.masked[: first.start]))
    if kind != "verified" and first is not None and leads:
        return Found(kind, first.start, first.end, weak=True)
    if kind != "verified" and not (changed and unit.depth == 1):
        return None
    grammar = lexicon().grammar
    vague = grammar["blockers"] | grammar["negations"] if kind == "verified" else grammar["blockers"]
    words = prepared.masked.split()
    told = len(words) >= MIN_WORDS and vague.isdisjoint(words)
    return Found(kind, 0, len(prepared.masked), weak=True) if told else None


def ticked(prepared: Prepared) -> Found | None:
    """Read a row of a table with a cell that says it is done: "| Retry | Done | `send.py` |"."""
    unit = prepared.unit
    masked = prepared.masked
    cells = [masked[start - unit.start : end - unit.start] for start, end in unit.cells]
    marks = [(at, hit["how"]) for at, cell in enumerate(cells) if (hit := _DONE.fullmatch(cell))]
    if unit.form != "row" or len(marks) != 1 or max(map(len, cells)) < MIN_CELL:
        return None
    (column, how), *_ = marks
    title = unit.header[column].lower() if column < len(unit.header) else ""
    if not how.isalpha() and not _STATE_OF.search(title):
        return None
    kind = lexicon().verbs[how].kind if how in lexicon().verbs else "edited"
    return Found(kind, 0, len(masked), weak=True, loose=True)


def standing(prepared: Prepared) -> Found | None:
    """Read a row of a table that tells by a tick how one thing stands: "| Mirror | ✅ ready, holds all 18 refs |"."""
    unit = prepared.unit
    ticks = sum(
        _STATUS.match(prepared.masked, start - unit.start, end - unit.start) is not None for start, end in unit.cells
    )
    cells = [prepared.masked[start - unit.start : end - unit.start] for start, end in unit.cells]
    passed = sum(_PASSED.fullmatch(cell) is not None for cell in cells)
    told = ticks == 1 or passed == 1
    return Found("verified", 0, len(prepared.masked), weak=True, loose=True) if told else None


def titled(prepared: Prepared) -> Found | None:
    """Read an item of a list of changes that has a bold title and tells more of it."""
    unit = prepared.unit
    title = _TITLE.match(unit.text) if unit.depth == 1 and unit.first else None
    if title is None or len(unit.text) - title.end() < MIN_DESCRIPTION or _ADDRESS.fullmatch(unit.text, title.end()):
        return None
    if states(prepared):
        return None
    return Found("edited", 0, title.end(), weak=True)


def states(prepared: Prepared) -> bool:
    """Return whether the bold title of an item says how a thing is rather than what was changed."""
    title = _TITLED.match(prepared.unit.text)
    return title is not None and _STATED.search(prepared.masked, 0, title.end()) is not None
