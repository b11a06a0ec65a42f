"""Claims: what was found on one run, and its evidence: asked, claimed, called, landed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus, Resize

from assure_tui.app.desk.describe import code_of, label
from assure_tui.app.desk.views import FileDiff, Note, RunDetail
from assure_tui.app.tui import paint
from assure_tui.app.tui.both_sides import sides, sides_page
from assure_tui.app.tui.evidence import changed_before, gather
from assure_tui.app.tui.evidence_page import page
from assure_tui.app.tui.lines import Lines, Listing, Page, Row, Sheet, blank, nothing, still, title
from assure_tui.app.tui.match import Matcher
from assure_tui.app.tui.paint import ACCENT, DIM, HEAD, STRONG
from assure_tui.app.tui.port import TROUBLE
from assure_tui.app.tui.session import Session, checked, short, unanswered, undecided, unseen_of
from assure_tui.app.tui.views.base import Caption, Divider, View
from assure_tui.app.tui.views.beside import ChangesBeside, NotesBeside, TimelineBeside
from assure_tui.app.tui.views.folding import Fold, Folding
from assure_tui.app.tui.views.side import RunsSide
from assure_tui.app.tui.views.timeline import EventLines
from assure_tui.reconcile.model import Claim, Effect, Finding
from assure_tui.themes.glyphs import Glyphs, Sign

NEED: Final = ("contradicted", "unsupported", "stale", "partial", "unverifiable", "pending")
"""Outcomes in the order in which claims are listed; the others come after them."""
LARGE_WIDTH: Final = 160
LARGE_HEIGHT: Final = 44
"""Cells and lines of this view from which the events, the changes and the notes of the run stand in it too."""
SENTENCE_FROM: Final = 60
"""Cells from which a finding's sentence stands behind its label."""
_QUOTED: Final = re.compile(r"[“`]([^”`]+)")


class ClaimsView(View):
    """Findings and claims on the left (below the runs on a wide screen), the evidence on the right."""

    name_shown: ClassVar[str] = "Claims"
    filter_hint: ClassVar[str] = "words, severity:high, code:, outcome:, kind:, decision:, new:yes, -field:value"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._run = ""
        self.event: str | None = None
        """The event that the evidence on the page goes back to."""
        self.acts: Sequence[Effect] = ()
        """The effects that it rests on."""
        self.changed: Sequence[FileDiff] = ()
        """What they did to files."""
        self._folding: Folding[Finding] = Folding()
        self.whole = False
        """Whether the page has both sides whole, instead of the four columns."""

    def compose(self) -> ComposeResult:
        """Runs (wide screens only), findings and claims, evidence; events, changes and notes on large screens."""
        glyph = self.session.glyphs.marks["rule"]
        self.add_class("-drillable")
        with Horizontal(classes="columns"):
            yield RunsSide(self.session)
            yield Divider(glyph, classes="wide-only")
            with Vertical(classes="desk-side"):
                with Horizontal(classes="columns"):
                    with Vertical(id="claims-left", classes="list-side claims-side"):
                        with Vertical(id="claims-found", classes="block"):
                            yield Caption(id="claims-head")
                            yield Listing(id="claims-list")
                        yield TimelineBeside(self.session)
                    yield Divider(glyph, classes="divider")
                    with Vertical(id="claims-right", classes="page-side"):
                        with Vertical(id="claims-evidence", classes="block"):
                            yield Caption(id="claims-page-head")
                            yield Page(id="claims-page")
                        yield ChangesBeside(self.session)
                yield NotesBeside(self.session)

    def main(self) -> Lines:
        """The list of findings and claims."""
        return self.query_one("#claims-list", Listing)

    @property
    def listing(self) -> Listing:
        """The list of findings and claims."""
        return self.query_one("#claims-list", Listing)

    @property
    def timeline(self) -> EventLines:
        """The events beside the evidence; on a large screen only."""
        return self.query_one(TimelineBeside).lines

    @property
    def large(self) -> bool:
        """Whether the events, the changes and the notes of the run stand beside the evidence."""
        return self.has_class("-large")

    @property
    def here(self) -> str | None:
        """The event under the cursor where the focus is on events, else the one that the evidence goes back to."""
        row = self.timeline.event() if self.timeline.has_focus else None
        return row.id if row else self.event

    def on_resize(self, event: Resize) -> None:
        """A large screen shows more of the run."""
        large = event.size.width >= LARGE_WIDTH and event.size.height >= LARGE_HEIGHT
        if large != self.large:
            self.set_class(large, "-large")
            self.update()
        elif large:
            self.query_one(NotesBeside).show(self.session.detail)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The title of the pane that has the focus shows it: not every pane has a cursor."""
        for block in self.query(".block"):
            block.set_class(block in event.widget.ancestors, "-here")

    def update(self) -> None:
        """Show the open run."""
        session, detail = self.session, self.session.detail
        self.query_one(RunsSide).update_runs()
        if session.run != self._run:
            self._run = session.run
            self._folding.begin()
            self.listing.cursor = -1
        self.listing.show(self._rows(detail) if detail else _empty())
        left, right = Content(""), Content("")
        if detail:
            left = Content.assemble(" ", paint.text(detail.row.title or short(detail.row.id), STRONG))
            right = standing(detail, session.glyphs)
        self.query_one("#claims-head", Caption).show(left, right)
        if self.large:
            self.query_one(TimelineBeside).read()
            self.query_one(NotesBeside).show(detail)
        self.show_evidence()

    def _rows(self, detail: RunDetail) -> list[Row]:
        session, glyphs = self.session, self.session.glyphs
        matches = Matcher(session.queries.get("claims", ""))
        notes: dict[str, list[Note]] = {}
        for note in detail.notes:
            notes.setdefault(note.subject, []).append(note)

        def shared(item: Finding | Claim) -> dict[str, str]:
            said = " ".join(" ".join((note.by, note.text, *note.tags)) for note in notes.get(item.id, ()))
            return {"new": "yes" if item.id in session.since else "no", "note": said}

        findings = [item for item in detail.findings() if matches(_fields_of_finding(item, detail) | shared(item))]
        claims = [item for item in detail.claims if matches(_fields_of_claim(item) | shared(item))]
        claims = neediest(claims)
        rows: list[Row] = []
        answers = {decision.finding: decision.word for decision in detail.decisions}
        flags = dict.fromkeys((note.subject for note in detail.notes), glyphs.marks["changed"])
        flags |= dict.fromkeys((*session.since.findings, *session.since.claims), glyphs.marks["new"])
        flags |= dict.fromkeys(session.marks, glyphs.marks["marked"])
        if session.since.words():
            mark = glyphs.marks["new"]
            rows.append(still(Content.styled(f"{mark} {session.since.words()} since you looked", "$accent")))
        rows.append(title(glyphs, f"FINDINGS {len(findings)}"))
        narrowed = bool(session.queries.get("claims"))
        telling = told_apart(findings)
        for found in self._folding.lines(findings, answers, apart=flags, everything=narrowed):
            if isinstance(found, Fold):
                rows.append(Row(found.key, partial(found.line, glyphs=glyphs)))
                continue
            answer, apart = answers.get(found.id), telling.get(found.id, "")
            draw = partial(finding_line, found, glyphs=glyphs, answer=answer, flags=flags, telling=apart)
            rows += [Row(found.id, draw), *map(_note_row, notes.get(found.id, ()))]
        if not findings:
            said = "none matches the filter" if detail.findings() else _nothing_found(detail)
            rows.append(still(Content.styled(f"  {said}", DIM)))
        rows += [blank(), title(glyphs, f"CLAIMS {len(claims)}")]
        for claim in claims:
            draw = partial(claim_line, claim, detail.standing(claim), glyphs=glyphs, flags=flags)
            rows += [Row(claim.id, draw), *map(_note_row, notes.get(claim.id, ()))]
        if not claims:
            nothing_said = f"the agent claimed nothing{' yet' if detail.row.status == 'open' else ''}"
            said = "none matches the filter" if detail.claims else session.desk.withheld or nothing_said
            rows.append(still(Content.styled(f"  {said}", DIM)))
        unseen = unseen_of(detail)
        if unseen:
            rows += [
                blank(),
                title(glyphs, "NOT SEEN"),
                still(Content.styled(f"  {unseen}", DIM)),
            ]
        return rows

    # --- the selection ----------------------------------------------------------------------------------------------

    def selected(self) -> Finding | Claim | None:
        """The finding or claim under the cursor."""
        detail, key = self.session.detail, self.listing.key
        if not detail or not key:
            return None
        everything: list[Finding | Claim] = [*detail.findings(), *detail.claims]
        return next((item for item in everything if item.id == key), None)

    def finding(self) -> Finding | None:
        """The finding under the cursor."""
        item = self.selected()
        return None if isinstance(item, Claim) else item

    def folded(self) -> Sequence[Finding]:
        """The findings that stand as one line under the cursor."""
        found = self._folding.at(self.listing.key)
        return found.findings if found else ()

    def on_lines_moved(self, message: Lines.Moved) -> None:
        """Show the evidence of what the cursor came to."""
        if message.pane is self.listing:
            self.show_evidence()
        elif message.pane is self.timeline:
            self.query_one(TimelineBeside).caption()

    def show_evidence(self) -> None:
        """Show the evidence of what is under the cursor."""
        self.changed = ()
        self._show_page()
        if self.large:
            self.query_one(TimelineBeside).show(self.event)
            detail, desk = self.session.detail, self.session.desk
            before = changed_before(desk, detail, self.event) if detail and not self.changed else ()
            self.query_one(ChangesBeside).show(self.changed or before, before=bool(before))

    def _show_page(self) -> None:
        session, item = self.session, self.selected()
        caption, sheet = self.query_one("#claims-page-head", Caption), self.query_one("#claims-page", Page)
        detail = session.detail
        folded = self._folding.at(self.listing.key)
        if folded is not None:
            self.event, self.acts = None, ()
            caption.show(Content.styled(" ALIKE", HEAD))
            sheet.show(partial(folded.page, glyphs=session.glyphs, decides=not session.read_only))
            return
        if item is None or detail is None:
            self.event, self.acts = None, ()
            caption.show(Content(""))
            sheet.show(_empty_page if detail is not None else nothing)
            return
        other = "four columns " if self.whole else "both sides whole "
        caption.show(Content.styled(" EVIDENCE", HEAD), Content.assemble(("|", "$accent"), (f" {other}", DIM)))
        try:
            evidence = gather(session.desk, detail, item)
        except TROUBLE as error:
            said = paint.text(f" The evidence cannot be read: {error}", "$state-unverifiable")
            sheet.show(lambda width: Sheet(paint.wrap(said, width)))
            return
        self.event, self.acts, self.changed = evidence.event, evidence.acts, evidence.changed
        if self.whole:
            both = sides(session.desk, detail, item, evidence)
            sheet.show(partial(sides_page, both, evidence, detail, glyphs=session.glyphs))
        else:
            if self.large:
                evidence = replace(evidence, changed=(), around=())
            sheet.show(partial(page, evidence, detail, glyphs=session.glyphs))
        if not isinstance(item, Claim) and sheet.display and sheet.region.width:
            session.saw(item.id)

    def toggle_follow(self) -> bool:
        """Follow the newest events of the run, or stay; tell which."""
        beside = self.query_one(TimelineBeside)
        following = beside.lines.toggle_follow()
        beside.caption()
        return following

    def switch_sides(self) -> bool:
        """Show both sides whole, or the four columns again."""
        self.whole = not self.whole
        self.show_evidence()
        return self.whole

    def open(self) -> None:
        """Show findings that stand as one line; on a narrow screen, open the evidence."""
        folded = self._folding.at(self.listing.key)
        if folded is not None and self.listing.has_focus:
            self._folding.unfold(folded.key)
            self.update()
            return
        if folded is None and self.selected() is None:
            return
        super().open()
        item = self.finding()
        if item:
            self.session.saw(item.id)
        self.query_one("#claims-page", Page).focus()

    def back(self) -> bool:
        """From the other panes to the list."""
        pane = self.app.focused
        inside = isinstance(pane, Lines) and pane in self.panes() and not pane.has_class("runs-beside")
        if inside and pane is not self.listing and not self.has_class("-drilled"):
            self.listing.focus()
            return True
        return super().back()

    def filtered(self, query: str) -> tuple[int, int, bool]:
        """Apply a filter to findings and claims."""
        self.session.queries["claims"] = query
        self.update()
        detail = self.session.detail
        total = len(detail.findings()) + len(detail.claims) if detail else 0
        return sum(row.selectable for row in self.listing.rows), total, False

    def crumbs(self) -> list[str]:
        """The run, then the view."""
        run = self.session.run
        return ["Runs", short(run), "Claims"] if run else ["Claims"]

    def subject(self) -> tuple[str, str] | None:
        """The finding or claim under the cursor, or the event where the focus is on events; else the run."""
        row = self.timeline.event() if self.timeline.has_focus else None
        if row is not None:
            return (row.id, f"event {row.seq + 1}")
        item = self.selected()
        if item is None:
            return super().subject()
        return (item.id, f"claim {item.kind}") if isinstance(item, Claim) else (item.id, f"finding {code_of(item)}")

    def yank(self) -> str:
        """The evidence as it stands on the page, or what the cursor of the pane is on."""
        if self.app.focused not in {None, self.listing, self.query_one("#claims-page", Page)}:
            return super().yank()
        return self.query_one("#claims-page", Page).plain()


def _empty_page(width: int) -> Sheet:
    """What stands beside an empty list."""
    said = "No finding and no claim is in the list: nothing to show evidence of. The timeline has the run's events."
    return Sheet([Content(" ") + line for line in paint.wrap(Content.styled(said, DIM), max(1, width - 2))])


def neediest(claims: Iterable[Claim]) -> list[Claim]:
    """Sort claims: those that something speaks against first, then those that nothing speaks for."""
    return sorted(claims, key=lambda claim: NEED.index(claim.outcome) if claim.outcome in NEED else len(NEED))


def standing(detail: RunDetail, glyphs: Glyphs) -> Content:
    """What is left to do on a run: findings to decide, a verdict to give, a draft to seal; or how it was sealed."""
    waiting, sealed = len(undecided(detail)), detail.row.sealed
    if sealed in {"sealed", "stale"} and detail.verdict:
        sign = glyphs.sign(detail.verdict.word)
        words = f"stale seal, {sign.word} " if sealed == "stale" else f"sealed, {sign.word} "
        return Content.styled(f"{glyphs.marks['sealed']} {words}", "$state-stale" if sealed == "stale" else sign.style)
    if waiting:
        return Content.styled(f"{waiting} to decide ", "$state-contradicted")
    if sealed == "draft" and detail.verdict and detail.verdict.signers:
        return Content.styled(f"{glyphs.marks['draft']} sealed by one key, a second is missing ", "$state-pending")
    if sealed == "draft":
        return Content.assemble(
            (f"{glyphs.marks['draft']} verdict is a draft   ", DIM), ("S", "$accent"), (" seal ", DIM)
        )
    left = len(unanswered(detail))
    words = f"{left} below medium" if left else "all decided" if detail.decisions else "nothing to decide"
    return Content.assemble((f"{words}   ", DIM), ("v", "$accent"), (" verdict ", DIM))


def told_apart(findings: Sequence[Finding]) -> dict[str, str]:
    """Give for each of several findings of one label what it quotes, from where that differs from the others'."""
    alike: dict[str, list[tuple[str, list[str]]]] = {}
    for finding in findings:
        quoted = _QUOTED.search(finding.message)
        words = (quoted[1] if quoted else finding.message).split()
        alike.setdefault(label(finding), []).append((finding.id, words))
    telling: dict[str, str] = {}
    for several in alike.values():
        if len(several) > 1:
            side_by_side = enumerate(zip(*(words for _, words in several), strict=False))
            same = next((at for at, column in side_by_side if len(set(column)) > 1), 0)
            telling |= {name: " ".join(words[same:]) for name, words in several}
    return telling


def finding_line(
    finding: Finding, width: int, *, glyphs: Glyphs, answer: str | None, flags: dict[str, str], telling: str = ""
) -> Content:
    """One finding on one line: state, plain words, the sentence.

    Where there is no room for the sentence, `telling` words stand there instead.
    """
    sign = glyphs.sign(answer or finding.severity)
    note = flags.get(finding.id, " ")
    style = DIM if answer else STRONG
    head = paint.text(label(finding), style)
    if width >= SENTENCE_FROM:
        words = Content.assemble(head, "  ", paint.text(finding.message, DIM))
    elif telling:
        words = Content.assemble(head.truncate(max(4, width // 3), ellipsis=True), " ", paint.text(telling, DIM))
    else:
        words = head
    return _line(note, sign, words, Content.styled(sign.word, sign.style), width)


def claim_line(claim: Claim, standing: str, width: int, *, glyphs: Glyphs, flags: dict[str, str]) -> Content:
    """One claim on one line: state, the agent's words, the state's word."""
    sign = glyphs.sign(standing)
    note = flags.get(claim.id, " ")
    tail = Content.assemble(("added, ", DIM) if claim.human else "", (sign.word, sign.style))
    quote = Content.assemble(
        glyphs.marks["open_quote"],
        paint.text(claim.text.strip()),
        glyphs.marks["close_quote"],
    )
    return _line(note, sign, quote, tail, width)


def _line(note: str, sign: Sign, words: Content, tail: Content, width: int) -> Content:
    return Content.assemble(
        (note, "$accent"),
        (f"{sign.glyph} ", sign.style),
        paint.fit(words, max(4, width - 4 - tail.cell_length)),
        " ",
        tail,
    )


def _note_row(note: Note) -> Row:
    """Somebody's words under the finding or claim that they are about."""
    tags = "".join(f" #{tag}" for tag in note.tags)
    return still(
        Content.assemble(
            ("     ", ""),
            (f"{paint.text(note.by, limit=40).plain}: ", DIM),
            paint.text(" ".join(note.text.split()), f"{DIM} italic"),
            (paint.text(tags, limit=120).plain, ACCENT),
        )
    )


def _nothing_found(detail: RunDetail) -> str:
    return f"none; {checked(detail)}"


def _empty() -> list[Row]:
    lines = ("No run is open.", "1 shows the runs, Enter opens one;", "e opens the most urgent.")
    return [
        blank(),
        *(still(Content.styled(f" {said}", DIM)) for said in lines),
    ]


def _fields_of_finding(finding: Finding, detail: RunDetail) -> dict[str, str]:
    answer = next((decision.word for decision in detail.decisions if decision.finding == finding.id), "undecided")
    return {
        "code": code_of(finding),
        "label": label(finding),
        "severity": finding.severity,
        "decision": answer,
        "text": finding.message,
    }


def _fields_of_claim(claim: Claim) -> dict[str, str]:
    return {
        "kind": claim.kind,
        "outcome": claim.outcome,
        "grade": claim.grade,
        "text": claim.text,
        "reason": claim.reason,
    }
