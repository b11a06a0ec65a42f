"""Lines of a report that tell a change without a verb of the lexicon: noun phrases and descriptions of what is new.

"Retry with jitter in `send.py`" is a claim because of where it stands: in a list of changes, beneath the name of a file
that the run changed, or with such a file as its place. What is read so is loose: the change of its file bears it out,
and nothing that is missing accuses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_found import Found
from assure_tui.reconcile.claims.coding_lexicon import lexicon
from assure_tui.reconcile.claims.coding_lists import states
from assure_tui.reconcile.claims.coding_text import file_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from assure_tui.reconcile.claims.coding_text import Piece, Prepared
    from assure_tui.reconcile.claims.segment import Unit

MIN_WORDS = 2
"""Words and names of code of a line that says something."""
MAX_GAP = 40
"""Code points after a changed file in which the verb stands that tells what it does."""
MAX_LIST = 420
"""Code points before a file in which the word of place is looked for: other files may stand between."""
MAX_BEFORE = 6
"""Blanks before the file."""
_AHEAD = re.compile(
    r"\b(?:should|would|could|might|must|needs?|todo|recommend\w{0,8}|consider|please|let|let's|i'll|we'll|i'd|"
    r"not yet|still to|to be done|planned|deferred|optional(?:ly)?|propos\w{1,6}|suggest\w{0,6}|if you|want me|"
    r"you can|your)\b|\?\W{0,6}$"
)
"""What is still ahead, offered or asked."""
_ABOUT = re.compile(
    r"\W{0,6}(?:(?:option|alternative|proposal|question|"
    r"branch|base|commits?|pr|pull request|issue|ticket|status|date|version|author|url|link|preview|"
    r"location|result|results|outcome|note|notes|why|cause|root cause|reason|rationale|risk|impact|before|original|"
    r"problem|bug|(?:old|previous) behaviou?r|skip\w{0,5}|only|both|zero|no|none|not|nothing|unchanged|left|kept|since|"
    r"because|when|once|next|(?:the )?(?:one|two|other|only) (?:more |open )?(?:things?|caveats?|notes?|catch)|this|"
    r"that|these|those|it|there|expected|existing(?! [a-z -]{1,40}:)|"
    r"(?:suggested )?mvp|parallel|user stor(?:y|ies)|for example|e\.g\.?)\b(?! (?:for|of|in|to|cover\w*|helper|file)\b)"
    r"|(?:tests?|builds?|lint|ci|checks?|verification|validation)\W{0,3}(?:[:—–✅✔✓]|"
    r"\b(?:all |now )?(?:pass\w*|fail\w*|not|is|are|was|were|green|clean|ok|run|ran)\b)"
    r"|(?:low|medium|high|critical|minor|major|nit|p\d)\W{0,3}[:—–])"
)
"""What begins a line that tells of the work rather than a change."""
_PLACE = re.compile(r"(?:\b(?:in|into|to|at|under|inside|within|of|from|and|or)|[,(&+/])[ ()\ue000-\ue005]{0,400}$")
_TESTS = re.compile(
    r"\W{0,4}(?:\d{1,4} |(?:new|unit|integration|regression|e2e|more|extra|ui|api)[ /]){0,3}"
    r"(?:tests?|coverage|test cases|specs)\b"
)
_ORDER = re.compile(
    r"\W{0,6}(?:just |then |now |simply |first |next )?"
    r"(?:open|install|run|click|approve|check (?:if|that|whether|out)|connect|confirm that|make sure|ensure that|log"
    r"|select|press|visit|go to|navigate|launch|start|try|see|refresh|restart|reload|choose|pick|paste|download|sign"
    r"|scan)\b(?! (?:button|script|time|command|page|menu|state)\b)"
    r"(?=[^:—–]{0,400}(?:$|[.;,]))"
)
"""A step that the reader is to take: "Open the page and click Load"."""
_LINK = re.compile(
    r"\W{0,4}\[[^\[\]]{1,200}\]\(https?://[^\s()]{1,500}\)\W{0,4}$|(?:\*\*[^*\n]{1,80}\*\*:? {0,2})?https?://\S{1,500}$"
)
"""Nothing but a link into the world, or an address under its name."""
_FIGURE = re.compile(
    r"\W{0,6}[a-z][a-z -]{2,50} ?: ?(?:[a-z]{1,3}\d{1,3} = )?\d{1,9}(?:$|[ .,;(])"
    r"|\W{0,6}[a-z][a-z &,/-]{2,80}\W{0,4}: ?\W{0,4}(?!new\b|gone\b|[a-z]{2,16}(?:ed|[tk]en)\b)[a-z-]{2,20}\W{0,4}$"
)
"""A figure or a word under its name: "Total tasks: 30", "Error handling: Clear"."""
_BOLD_TITLE = re.compile(r"\*\*[^*\n]{2,80}(?::\*\*|\*\* ?(?:\([^()\n]{1,160}\) ?)?(?::|[—–] |- ))")
"""A paragraph of a list without bullets: "**Data layer**: a table for rates"."""
_COLUMN = re.compile(
    r"(?:the )?(?:fix(?:es)?|changes?|change made|(?:here's )?what (?:changed|was (?:done|changed|fixed|added))"
    r"|update[sd]?|edits?)"
)
"""Over a table, or over its column that says what was changed."""
_BECAME = {
    "new": "created", "created": "created", "added": "created", "deleted": "deleted", "removed": "deleted",
    "modified": "edited", "updated": "edited", "edited": "edited", "changed": "edited", "rewritten": "edited",
}  # fmt: skip
_MARKED = re.compile(
    r"[*_]{0,3}`(?P<name>[\w@./+-]{1,200}\.\w{1,10})`[*_]{0,3} ?(?:\(|[—–:-] ?)(?:now )?"
    r"(?P<how>new|created|added|deleted|removed|modified|updated|edited|changed|rewritten)(?: file| [+&] \w{1,20})?"
    r"(?:\)[*_:]{0,4}|[*_.]{0,3})$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+")
_WORDS = re.compile(r"(?<![a-z])(?!(?:lines?|net|new|file|files|modified)\b)[a-z]{2,}")
_JOINED = re.compile(r"(?:,|;|\band|\bwhile|\bso) {1,4}(?:the |a )?$")
_IS_HERE = re.compile(
    r"(?<!issue )(?<!problem )(?<!cause )(?<!bug )(?<! one )\b(?:is|are)"
    r"(?: (?:now|here|in|at|all|to|under|saved|stored|recorded|written|documented|available)){0,3}[\s:(\[]{1,4}$"
)
"""Before a file that holds what was made: "The report is in `report.md`"."""
_NOW = re.compile(r"\W{0,3}now\b")
_LABEL = re.compile(r"[*_]{0,3}(?P<name>[\w@.+/-]{1,200})[*_]{0,3} ?(?:[:—–]|- )")
_NAME_OF = re.compile(
    r"(?:[ (|—–-]*|\W{0,6}(?:[a-z\d-]{1,20} ){0,3}[a-z\d-]{1,20}\W{0,4}[:—–→>][\s*_(\[]{0,4})"
    r"(?:[a-z]:\\[^\s|]{0,300})?"
)
"""Before a file, nothing or what it is called: "Data model: `model.md`"."""
_NEW = re.compile(r"\W{0,4}(?:a )?(?:brand[- ])?new\b")
_DESCRIBES = re.compile(
    r"(?<![a-z])(?!(?:is|has|was|does|this|its|as|us|says|means|needs|looks|seems|appears|fails|lacks|contains|exists)\b)"
    r"[a-z]{2,20}s\b"
)
"""A verb in the third person, or what looks like one."""


def about(prepared: Prepared) -> bool:
    """Return whether a line tells of the work, of what is still ahead or of what was wrong, rather than a change."""
    return _AHEAD.search(prepared.masked) is not None or _ABOUT.match(prepared.masked) is not None


def reported(prepared: Prepared, after: Unit | None, touched: Collection[str], *, listed: bool) -> Found | None:
    """Read an item or a row of a report as a change.

    `listed`: the item stands in a list whose title says that it lists changes. Else it must have a file of `touched`
    as its place, or stand beneath one.
    """
    unit = prepared.unit
    masked = prepared.masked
    titled = unit.form == "sentence" and _BOLD_TITLE.match(unit.text) is not None
    if not (unit.form in {"item", "row"} or titled) or not unit.first or about(prepared):
        return None
    if states(prepared) or _FIGURE.match(masked) or _ORDER.match(masked) or _LINK.match(unit.text):
        return None
    heads = after is not None and after.form == "item" and after.depth > unit.depth
    if heads and (masked.rstrip(" )").endswith(":") or len(_WORDS.findall(masked)) < MIN_WORDS):
        return None
    in_list = listed and (titled or (unit.form == "item" and (unit.depth <= 1 or _TESTS.match(masked) is not None)))
    in_list = in_list or (unit.form == "row" and _tabled(prepared, touched, listed=listed))
    if not in_list and (not placed(prepared, touched) or _ordered(masked)):
        return None
    if _TESTS.match(masked):
        return Found("added_tests", 0, len(masked), weak=True, loose=True)
    if len(_WORDS.findall(masked)) + len(prepared.pieces) < MIN_WORDS:
        return None
    return Found("created" if _NEW.match(masked) else "edited", 0, len(masked), weak=True, loose=True)


def _tabled(prepared: Prepared, touched: Collection[str], *, listed: bool) -> bool:
    """Return whether a row stands in a table of changes: by a column of them, by what it begins with, or by a file."""
    titles = (*prepared.unit.header, prepared.unit.lead)
    headed = any(_COLUMN.fullmatch(title.strip(" *_#:").lower()) for title in titles)
    if any(piece.sort == "path" for piece in prepared.pieces):
        return (listed or headed) and any(_changed(piece, touched) for piece in prepared.pieces)
    return headed


def marked(unit: Unit) -> Found | None:
    """Read a line that only says of a file what became of it: "`cart.py` (deleted)", "`limits.py` — new"."""
    hit = _MARKED.match(unit.text)
    return Found(_BECAME[hit["how"].lower()], hit.start("name"), hit.end("how"), weak=True) if hit else None


def goes_on(prepared: Prepared, touched: Collection[str], *, told: bool) -> Iterator[Found]:
    """Read the clauses of a report's sentence that say what a changed file does, or what is in it now.

    Unless the text has `told` of a change, only what a file holds is read: "The plan is in `plan.md`".

    "`cart.ts` returns a typed error, and `Cart.vue` shows it", "The rules live in `index.scss` now".
    """
    masked = prepared.masked
    if prepared.unit.form in {"heading", "label"} or about(prepared):
        return
    end = 0
    for piece in prepared.pieces:
        if not _changed(piece, touched) or piece.start < end:
            continue
        now = _NOW.match(masked, piece.end) if _stands_in(masked, piece) else None
        here = _IS_HERE.search(masked, max(end, piece.start - MAX_GAP), piece.start)
        verb = now or _DESCRIBES.search(masked, piece.end, piece.end + MAX_GAP) if told else None
        near = masked[end : piece.start].count(" ") <= MAX_BEFORE or _JOINED.search(masked, end, piece.start)
        if here or (verb and near):
            end = verb.end() if verb else piece.end
            yield Found("edited", piece.start, end, weak=True, loose=True)


def _ordered(masked: str) -> bool:
    """Return whether a line begins with an instruction: outside a list of changes it is one."""
    first = _WORD.search(masked)
    return first is not None and first.group() in lexicon().bases


def placed(prepared: Prepared, touched: Collection[str]) -> bool:
    """Return whether a changed file is the place of what the line tells: it leads it, or stands after "in"."""
    masked = prepared.masked
    label = _LABEL.match(prepared.unit.text)
    if label and label["name"].rsplit("/", 1)[-1] in touched:
        return True
    return any(
        _changed(piece, touched) and (_NAME_OF.fullmatch(masked, 0, piece.start) or _stands_in(masked, piece))
        for piece in prepared.pieces
    )


def _stands_in(masked: str, piece: Piece) -> bool:
    """Return whether a piece stands after a word of place, or goes on with a list that does."""
    return _PLACE.search(masked, max(0, piece.start - MAX_LIST), piece.start) is not None


def _changed(piece: Piece, touched: Collection[str]) -> bool:
    """Return whether a piece names a file that the run changed."""
    return piece.sort in {"path", "code"} and file_of(piece.text).rstrip("/").rsplit("/", 1)[-1] in touched
