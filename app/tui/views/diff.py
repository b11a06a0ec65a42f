"""Diff: what the run did to files, as a whole and file by file, unified or split."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final, Literal, TypeAlias

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from assure_tui.app.desk.views import FileDiff
from assure_tui.app.tui import paint
from assure_tui.app.tui.diffs import SPLIT_FROM, Hunk, hunks_of, parse, split_lines, unified_lines
from assure_tui.app.tui.lines import Lines, Listing, Page, Row, Sheet, blank, still
from assure_tui.app.tui.match import Matcher
from assure_tui.app.tui.paint import DIM, HEAD, STRONG
from assure_tui.app.tui.session import Session, short
from assure_tui.app.tui.views.base import Caption, Divider, View
from assure_tui.app.tui.views.side import RunsSide
from assure_tui.themes.glyphs import Glyphs

Mode: TypeAlias = Literal["auto", "unified", "split"]
MODES: Final[tuple[Mode, ...]] = ("auto", "unified", "split")
WHOLE: Final = "whole"
LINES_SHOWN: Final = 20_000
"""Lines of a diff that are laid out at once; the rest is counted."""


class DiffView(View):
    """The files on the left, the diff on the right."""

    name_shown: ClassVar[str] = "Diff"
    filter_hint: ClassVar[str] = "words, path:src, op:create, -path:test, path:~regex"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.mode: Mode = "auto"
        self.wrapped = True
        self.files: Sequence[FileDiff] = ()
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Files and the diff of one, or of all."""
        self.add_class("-drillable")
        with Horizontal(classes="columns"):
            yield RunsSide(self.session)
            yield Divider(self.session.glyphs.marks["rule"], classes="wide-only")
            with Vertical(id="diff-left", classes="list-side files-side"):
                yield Caption(id="diff-head")
                yield Listing(id="diff-list")
            yield Divider(self.session.glyphs.marks["rule"], classes="divider")
            with Vertical(id="diff-right", classes="page-side"):
                yield Caption(id="diff-page-head")
                yield Page(id="diff-page")

    @property
    def listing(self) -> Listing:
        """The list of files."""
        return self.query_one("#diff-list", Listing)

    @property
    def page(self) -> Page:
        """The diff."""
        return self.query_one("#diff-page", Page)

    def main(self) -> Lines:
        """The list of files."""
        return self.listing

    def update(self) -> None:
        """Read the diffs of the open run."""
        self.query_one(RunsSide).update_runs()
        session = self.session
        self.files = session.desk.diffs(session.run) if session.run else ()
        matches = Matcher(session.queries.get("diff", ""))
        files = [file for file in self.files if matches({"path": file.path, "op": file.op})]
        rows: list[Row] = []
        if files:
            rows.append(Row(WHOLE, partial(_whole_line, files)))
            rows += [Row(file.path, partial(_file_line, file)) for file in files]
        else:
            said = (
                ("No run is open.", "1 shows the runs.")
                if not session.run
                else ("No file matches the filter.",)
                if self.files
                else ("The log has no file change.", "3 shows what it has.")
            )
            rows = [blank(), *(still(Content.styled(f" {line}", DIM)) for line in said)]
        self.query_one("#diff-head", Caption).show(Content.styled(f" FILES {len(files)}" if files else " FILES", HEAD))
        self.listing.show(rows)
        self.show_diff()

    def on_lines_moved(self, message: Lines.Moved) -> None:
        """Show the file that the cursor came to."""
        if message.pane is self.listing:
            self.show_diff()

    def chosen(self) -> list[FileDiff]:
        """The files whose diff is shown."""
        key = self.listing.key
        if key == WHOLE:
            matches = Matcher(self.session.queries.get("diff", ""))
            return [file for file in self.files if matches({"path": file.path, "op": file.op})]
        return [file for file in self.files if file.path == key]

    def show_diff(self) -> None:
        """Show the diff of what is under the cursor."""
        files, mode, glyphs, wrapped = self.chosen(), self.mode, self.session.glyphs, self.wrapped
        shown = (tuple(files), mode, wrapped)
        same = shown == self._shown
        self._shown = shown
        self.query_one("#diff-page-head", Caption).show(
            Content.assemble(" ", ("DIFF", HEAD)) if files else Content(""),
            Content.styled(f"{mode} ", DIM) if files else None,
        )
        self.page.show(partial(diff_page, files, mode=mode, glyphs=glyphs, wrapped=wrapped), top=not same)

    def next_mode(self) -> Mode:
        """Switch between unified, split, and by width."""
        self.mode = MODES[(MODES.index(self.mode) + 1) % len(MODES)]
        self.show_diff()
        return self.mode

    def wrap(self) -> bool:
        """Wrap long lines, or cut them."""
        self.wrapped = not self.wrapped
        self.show_diff()
        return self.wrapped

    def open(self) -> None:
        """Move into the diff."""
        super().open()
        self.page.focus()

    def back(self) -> bool:
        """From the diff to the files."""
        if self.page.has_focus and not self.has_class("-drilled"):
            self.listing.focus()
            return True
        return super().back()

    def filtered(self, query: str) -> tuple[int, int, bool]:
        """Apply a filter to the files."""
        self.session.queries["diff"] = query
        self.update()
        return max(0, sum(row.selectable for row in self.listing.rows) - 1), len(self.files), False

    def crumbs(self) -> list[str]:
        """The run, then the view."""
        run = self.session.run
        return ["Runs", short(run), "Diff"] if run else ["Diff"]


def _whole_line(files: Sequence[FileDiff], width: int) -> Content:
    added, removed = sum(file.added for file in files), sum(file.removed for file in files)
    return _line(Content.styled("Whole run", STRONG), " ", added, removed, width)


def _file_line(file: FileDiff, width: int) -> Content:
    letter = {"create": "A", "edit": "M", "delete": "D", "rename": "R"}.get(file.op, "?")
    return _line(paint.text(file.path), letter, file.added, file.removed, width)


def _line(name: Content, letter: str, added: int, removed: int, width: int) -> Content:
    tail = Content.assemble((f"+{added:,}", "$diff-added"), " ", (f"-{removed:,}", "$diff-removed"))
    room = max(4, width - 4 - tail.cell_length)
    if name.cell_length > room:
        name = Content("…") + name[len(name) - room + 1 :]
    return Content.assemble(f" {letter} ", paint.fit(name, room), " ", tail)


def diff_page(files: Sequence[FileDiff], width: int, *, mode: Mode, glyphs: Glyphs, wrapped: bool) -> Sheet:
    """Lay out the diffs of some files."""
    sheet = Sheet()
    split = mode == "split" or (mode == "auto" and width >= SPLIT_FROM)
    for file in files:
        if sheet.lines:
            sheet.add(Content(""))
        sheet.begin()
        title = Content.assemble(
            " ",
            paint.text(file.path, STRONG),
            ("  " + file.op, DIM),
            (f"  +{file.added:,}", "$diff-added"),
            (f" -{file.removed:,}", "$diff-removed"),
        )
        sheet.add(title.truncate(max(1, width), ellipsis=True))
        if not file.hunks:
            sheet.add(Content.styled("   the log does not hold what was changed", DIM))
        total = sum(hunks_of(body) for _, body in file.hunks)
        hunks = (hunk for _, body in file.hunks for hunk in parse(body, file.path))
        for number, hunk in enumerate(hunks, 1):
            if len(sheet.lines) > LINES_SHOWN:
                sheet.add(Content.styled(f" the rest is not shown: {LINES_SHOWN:,} lines are laid out at most", DIM))
                return sheet
            sheet.begin()
            sheet.add(_hunk_head(hunk, f"{number} of {total}", width, glyphs))
            lay_out = (
                split_lines(hunk, width, glyphs, wrapped=wrapped)
                if split
                else unified_lines(hunk, width, wrapped=wrapped)
            )
            sheet.add(*lay_out)
    if not wrapped and not split:
        sheet.width = max((line.cell_length for line in sheet.lines), default=0)
    return sheet


def _hunk_head(hunk: Hunk, which: str, width: int, glyphs: Glyphs) -> Content:
    line = glyphs.marks["line"]
    head = Content.assemble(
        (f" {line}{line} hunk {which}", "$diff-hunk"),
        (f"  line {hunk.new_start}", DIM),
        ("  ", DIM),
        paint.text(hunk.title, DIM, limit=80),
    )
    return head.truncate(max(1, width), ellipsis=True)
