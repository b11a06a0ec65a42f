"""Runs: one line for each run, the neediest first, sub-agents under the run that started them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from assure_tui.app.desk.describe import headline, label
from assure_tui.app.desk.views import RunRow
from assure_tui.app.neutral import neutralise
from assure_tui.app.tui import paint
from assure_tui.app.tui.lines import Lines, Listing, Row, blank, still, title
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD, STRONG
from assure_tui.app.tui.port import Performance, Recall
from assure_tui.app.tui.session import Session, short
from assure_tui.app.tui.views.base import Caption, Divider, View
from assure_tui.app.tui.views.peek import Peek
from assure_tui.reconcile.model import Unattributed, at_least
from assure_tui.themes.glyphs import Glyphs

ROOMY: Final = 100
"""Cells from which what a run is about and whole dates fit."""
WIDE: Final = 140
"""Cells from which the counts have their whole names beside that."""
NARROW: Final = 70
"""Cells below which only what needs deciding is shown of a run."""
COUNTS: Final = (
    ("CONFIRMED", "CONTRADICTED", "UNCHECKED"),
    ("CONFIRM", "CONTRA", "UNCHECK"),
    ("CONF", "CONTRA", "UNCH"),
)
"""Names of the counts of claims, by how much room there is."""
DEEPEST: Final = 4
TELLING: Final = 20
"""Decided findings from which on a share of them tells something."""
DAYTIME: Final = 8
"""Cells of a time of day."""
DATED: Final = 11
"""Cells of a time with its date."""
JUDGED: Final = 13
"""Cells of a verdict in words, with a space before it."""
UNJUDGED: Final = 8
"""Cells of its head alone."""


class RunsView(View):
    """The list of runs, and under it what the run under the cursor is about."""

    name_shown: ClassVar[str] = "Runs"
    filter_hint: ClassVar[str] = "words, is:need, agent:claude, undecided:>2, code:, -field:value, title:~regex"

    def __init__(self, session: Session, *, welcome: str = "") -> None:
        super().__init__(session)
        self._welcome = welcome
        self._loose: list[Unattributed] = []
        self._start = DAYTIME
        """Cells of the start time: without a date if all runs began today."""
        self._verdict = UNJUDGED
        """Cells of the verdict: those of its head if no run has one."""
        self._painted = False

    def compose(self) -> ComposeResult:
        """Perhaps a welcome; one list, its heads, and a peek at the run."""
        if self._welcome:
            yield Static(Content.styled(neutralise(self._welcome), ACCENT), id="runs-welcome")
        with Container(id="runs-columns"):
            with Vertical(id="runs-side", classes="list-side"):
                yield Caption(id="runs-heads")
                yield Listing(id="runs-list")
                yield Caption(id="runs-rules")
            yield Divider(self.session.glyphs.marks["rule"], classes="wide-only")
            yield Peek(self.session, id="runs-peek", classes="page-side")

    def loose(self) -> Unattributed | None:
        """The row of a feed under the cursor that no run accounts for."""
        key = self.query_one("#runs-list", Listing).key.removeprefix("source:")
        return next((item for item in self._loose if item.id == key), None)

    def main(self) -> Lines:
        """The list."""
        return self.query_one("#runs-list", Listing)

    @property
    def key_under_cursor(self) -> str:
        """Id of the run under the cursor, or nothing."""
        key = self.query_one("#runs-list", Listing).key
        return "" if key.startswith("source:") else key

    def update(self) -> None:
        """Show the runs that the filter lets through."""
        session = self.session
        dated = any(len(paint.when(run.started)) > DAYTIME for run in session.shown)
        self._start = DATED if dated else DAYTIME
        self._verdict = JUDGED if any(run.verdict for run in session.shown) else UNJUDGED
        rows = [self._row(run, depth) for run, depth in nested(session.shown)]
        self._loose = [] if session.queries.get("runs") else list(session.desk.unattributed())
        if self._loose:
            words = f"{paint.count(len(self._loose), 'ROW', 'ROWS')} THAT NO RUN ACCOUNTS FOR"
            rows += [blank(), title(session.glyphs, words)]
            rows += [
                Row(f"source:{item.id}", partial(_loose_line, item, glyphs=session.glyphs)) for item in self._loose
            ]
        problems = session.presence.problems
        if session.recorder_trouble:
            words = f"the recorder ends each time it is started: {session.recorder_trouble}"
            problems = (words, *problems)
        if problems:
            rows += [blank(), title(session.glyphs, "NOT WATCHED, READ OR WRITTEN")]
            rows += [still(Content.assemble(("  ? ", "$state-unverifiable"), paint.text(said))) for said in problems]
        if not rows:
            presence = session.presence
            awaited = presence.queue is not None or (session.recorder_starts and presence.recorder == "none")
            filtered, welcomed = bool(session.queries.get("runs")), bool(self._welcome)
            rows = list(_empty(filtered=filtered, welcomed=welcomed, awaited=awaited))
        self._heads()
        self.query_one("#runs-list", Listing).show(rows)
        if self._painted:
            self._more()
        else:  # the runs first: what is beside them takes as long again to read
            self._painted = True
            self.call_after_refresh(self._more)

    def read_soon(self) -> None:
        """Say that the runs are being read."""
        self.query_one("#runs-list", Listing).show([blank(), still(Content.styled("  Reading the runs…", DIM))])

    def _more(self) -> None:
        """Show what the run under the cursor is about, and how the rules do."""
        session = self.session
        session.refresh_rules()
        told = rules_told(session.performance, session.recall)
        rules = self.query_one("#runs-rules", Caption)
        rules.set_class(bool(told), "-told")
        rules.show(paint.text(f" {told}", DIM))
        self.peek()

    def on_lines_sized(self, message: Lines.Sized) -> None:
        """The heads stand over the columns of the list, which are as wide as it has become."""
        if message.pane is self.main():
            self._heads()

    def _heads(self) -> None:
        width = self.main().scrollable_content_region.width or 79
        self.query_one("#runs-heads", Caption).show(heads(width, self._start, self._verdict))

    def on_lines_moved(self, message: Lines.Moved) -> None:
        """Peek at the run that the cursor came to."""
        if message.pane is self.main():
            self.peek()

    def peek(self) -> None:
        """Show what the run under the cursor is about."""
        key = self.key_under_cursor
        self.query_one(Peek).show(next((row for row in self.session.shown if row.id == key), None))

    def _row(self, run: RunRow, depth: int) -> Row:
        session, marked = self.session, run.id in self.session.marks
        cells = {"start": self._start, "verdict": self._verdict}
        return Row(run.id, partial(line, run, depth, **cells, glyphs=session.glyphs, marked=marked))

    def filtered(self, query: str) -> tuple[int, int, bool]:
        """Apply a filter to the runs."""
        self.session.desk.runs(query)
        self.session.queries["runs"] = query
        self.session.refresh_rows()
        self.update()
        return len(self.session.shown), len(self.session.rows), False

    def subject(self) -> tuple[str, str] | None:
        """The run under the cursor."""
        key = self.key_under_cursor
        return (key, f"run {short(key)}") if key else None


def rules_told(rules: Sequence[Performance], kinds: Sequence[Recall]) -> str:
    """Say in one line how often findings were right and claims were read; nothing while people decided too few."""
    decided = sum(rule.real + rule.accepted + rule.false_alarm for rule in rules)
    if decided < TELLING:
        return ""
    right = decided - sum(rule.false_alarm for rule in rules)
    words = f"{right / decided:.0%} of {decided:,} decided findings were right"
    worst = min(
        (rule for rule in rules if rule.false_alarm and rule.precision is not None),
        key=lambda rule: (rule.precision, -rule.false_alarm),
        default=None,
    )
    if worst is not None:
        words += f", least often “{headline(worst.kind, worst.code)}” ({worst.precision:.0%})"
    read, missed = sum(kind.read for kind in kinds), sum(kind.missed for kind in kinds)
    if missed:
        words += f" · {read / (read + missed):.0%} of {read + missed:,} claims were read"
    return f"{words} · 7 has the rules"


def nested(rows: list[RunRow]) -> Iterator[tuple[RunRow, int]]:
    """Put sub-agents under their parents, which stand where the neediest of the family would."""
    known = {row.id: row for row in rows}
    children: dict[str, list[RunRow]] = {}
    for row in rows:
        if row.parent in known and row.parent != row.id:
            children.setdefault(str(row.parent), []).append(row)
    done: set[str] = set()

    def family(row: RunRow, depth: int) -> Iterator[tuple[RunRow, int]]:
        if row.id in done:
            return
        done.add(row.id)
        yield row, min(depth, DEEPEST)
        for child in children.get(row.id, ()):
            yield from family(child, depth + 1)

    for row in rows:
        top, seen = row, {row.id}
        while top.parent in known and top.parent not in seen:
            top = known[str(top.parent)]
            seen.add(top.id)
        yield from family(top, 0)


def heads(width: int, start: int, verdict: int) -> Content:
    """The heads of the columns; start time and verdict take so many cells."""
    columns = _columns(width, start, verdict)
    return paint.row([(Content.styled(name, HEAD), size, right) for name, size, right in columns])


def _columns(width: int, start: int, verdict: int) -> list[tuple[str, int, bool]]:
    """The columns that fit: what waits for a decision is the last to go, before it whose run it is and since when."""
    roomy = width >= ROOMY
    if width < NARROW:
        return [
            (" ", 1, False),
            ("S", 1, False),
            ("RUN", max(10, width - 25), False),
            ("CONTRA", 6, True),
            (" VERDICT", 10, False),
        ]
    whose = [("AGENT", 12, False), ("START", start, False)] if roomy else []
    columns = [
        (" ", 1, False),
        ("S", 1, False),
        ("RUN", 12 if roomy else 10, False),
        *whose,
        ("ABOUT", 0, False),
        *_counts(width),
        ("GATES", 5, True),
        (" VERDICT", verdict, False),
    ]
    used = sum(size for _, size, _ in columns) + len(columns) - 1
    return [(name, max(0, width - used) if name == "ABOUT" else size, right) for name, size, right in columns]


def _counts(width: int) -> list[tuple[str, int, bool]]:
    """The three counts of claims: cut short where the words beside them need the room."""
    names = COUNTS[0] if width >= WIDE else COUNTS[1] if width >= ROOMY else COUNTS[2]
    return [(name, len(name), True) for name in names]


def line(run: RunRow, depth: int, width: int, *, start: int, verdict: int, glyphs: Glyphs, marked: bool) -> Content:
    """One run on one line."""
    faint = DIM if run.attention == "backlog" else ""
    mark = glyphs.marks["marked"] if marked else glyphs.marks["changed"] if run.changed else " "
    branch = "  " * (depth - 1) + glyphs.marks["child"] + " " if depth else ""
    numbers = (
        _number(run.confirmed, "$state-confirmed"),
        _number(run.contradicted, "$state-contradicted bold"),
        _number(run.unchecked, "$state-unverifiable"),
    )
    grave = run.worst is not None and at_least(run.worst, "medium")
    cells = {
        " ": Content.styled(mark, "$accent"),
        "S": paint.sign(glyphs, run.attention, word=False),
        "RUN": Content.assemble((branch, DIM), (paint.text(short(run.id), limit=12).plain, faint)),
        "AGENT": paint.text(run.agent, faint, limit=24),
        "START": Content.styled(paint.when(run.started), DIM),
        "ABOUT": _about(run, faint),
        "GATES": _number(run.gates_failed, "$state-contradicted bold" if grave else ""),
        " VERDICT": Content(" ") + _verdict(run, glyphs),
    }
    cells |= {name: number for names in COUNTS for name, number in zip(names, numbers, strict=True)}
    return paint.row([(cells[name], size, right) for name, size, right in _columns(width, start, verdict)])


def _number(number: int, style: str) -> Content:
    return Content.styled(f"{number:,}", style) if number else Content.styled("-", DIM)


def _about(run: RunRow, style: str) -> Content:
    """What waits for a decision, in plain words, before what the run was asked: loud only where it needs somebody."""
    title = paint.text(run.title, DIM if run.headline else style) if run.title else Content.styled("untitled", DIM)
    return Content.assemble((run.headline, STRONG * (run.attention == "need")), "  ", title) if run.headline else title


def _verdict(run: RunRow, glyphs: Glyphs) -> Content:
    if run.verdict is None:
        return Content.styled("-", DIM)
    if run.sealed == "stale":
        return Content.styled("stale seal", "$state-stale")
    word = {"accepted": "accepted", "accepted-with-exceptions": "exceptions", "rejected": "rejected"}[run.verdict]
    found = glyphs.sign(run.verdict)
    if run.sealed != "sealed":
        return Content.styled(f"{glyphs.marks['draft']} draft", "$state-pending")
    return Content.styled(f"{glyphs.marks['sealed']} {word}", found.style)


def _loose_line(item: Unattributed, width: int, *, glyphs: Glyphs) -> Content:
    sign = glyphs.sign(item.severity)
    return paint.row(
        [
            (Content(""), 1, False),
            (Content.styled(sign.glyph, sign.style), 1, False),
            (paint.text(label(item), STRONG), 34, False),
            (paint.text(item.message), max(10, width - 40), False),
        ]
    )


def _empty(*, filtered: bool, welcomed: bool, awaited: bool) -> Iterator[Row]:
    yield blank()
    if filtered:
        yield still(Content.styled("  No run matches this filter.", STRONG))
        yield still(Content.styled("  esc clears it.", DIM))
        return
    if welcomed:
        yield still(Content.styled("  The first agent begins in a moment; its run appears here.", STRONG))
        return
    if awaited:
        yield still(Content.styled("  Looking for logs…", STRONG))
        yield still(Content.styled("  The runs in them appear here as they are read.", DIM))
        return
    yield still(Content.styled("  No runs yet.", STRONG))
    for hint in (
        "Start an agent: its log appears here while it works.",
        "assure-tui PATH reads logs from a file or a folder.",
        "assure-tui doctor shows what is watched.",
        "assure-tui demo shows a review, with agents that need no set-up.",
    ):
        yield still(Content.styled(f"  {hint}", DIM))
