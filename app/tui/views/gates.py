"""Gates: calls that wait for an answer, what gates and inputs were found on the run, and how the rules perform."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar, TypeAlias

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from assure_tui.app.desk.describe import code_of, headline, label
from assure_tui.app.desk.views import Approval, RunDetail
from assure_tui.app.neutral import neutralise
from assure_tui.app.tui import paint
from assure_tui.app.tui.evidence import gather
from assure_tui.app.tui.evidence_page import page
from assure_tui.app.tui.lines import Lines, Listing, Page, Row, Sheet, blank, nothing, still, title
from assure_tui.app.tui.match import Matcher
from assure_tui.app.tui.paint import DIM, HEAD, STRONG
from assure_tui.app.tui.port import TROUBLE, Performance, Recall
from assure_tui.app.tui.session import Session, short
from assure_tui.app.tui.views.base import Caption, Divider, View
from assure_tui.app.tui.views.folding import Fold, Folding
from assure_tui.app.tui.views.side import RunsSide
from assure_tui.reconcile.model import SEVERITIES, GateResult, InputFinding
from assure_tui.themes.glyphs import Glyphs

TEXT_LIMIT = 4000
ROOMY = 60
"""Cells from which a finding's sentence stands beside its name."""
Shown: TypeAlias = GateResult | InputFinding
HALF = 0.5
"""Share of right findings below which a rule is wrong more often than right."""


class GatesView(View):
    """The list on the left, evidence or the request on the right."""

    name_shown: ClassVar[str] = "Gates"
    filter_hint: ClassVar[str] = "words, gate:, severity:high, outcome:failed, -field:value, text:~regex"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.event: str | None = None
        """The event that the evidence on the page goes back to."""
        self._run = ""
        self._folding: Folding[Shown] = Folding()

    def compose(self) -> ComposeResult:
        """The list and the page."""
        self.add_class("-drillable")
        with Horizontal(classes="columns"):
            yield RunsSide(self.session)
            yield Divider(self.session.glyphs.marks["rule"], classes="wide-only")
            with Vertical(classes="list-side claims-side"):
                yield Caption(id="gates-head")
                yield Listing(id="gates-list")
            yield Divider(self.session.glyphs.marks["rule"], classes="divider")
            with Vertical(classes="page-side"):
                yield Caption(id="gates-page-head")
                yield Page(id="gates-page")

    def main(self) -> Lines:
        """The list."""
        return self.listing

    @property
    def listing(self) -> Listing:
        """The list."""
        return self.query_one("#gates-list", Listing)

    def update(self) -> None:
        """Read the queue, the run, and the rules."""
        self.query_one(RunsSide).update_runs()
        self.session.refresh_rules()
        detail = self.session.detail
        if self.session.run != self._run:
            self._run = self.session.run
            self._folding.begin()
        self.listing.show(list(self._rows(detail)))
        left = Content.styled(" No run is open.", DIM)
        if detail:
            left = Content.assemble(" ", paint.text(detail.row.title or short(detail.row.id), STRONG))
        waiting = len(self.session.approvals)
        words = f"{waiting:,} {'waits' if waiting == 1 else 'wait'} for you " if waiting else ""
        right = Content.styled(words, "$state-contradicted bold")
        self.query_one("#gates-head", Caption).show(left, right)
        self.show_page()

    def _rows(self, detail: RunDetail | None) -> Iterator[Row]:
        session, glyphs = self.session, self.session.glyphs
        matches = Matcher(session.queries.get("gates", ""))
        if session.approvals:
            yield title(glyphs, f"WAITING FOR YOUR ANSWER {len(session.approvals)}")
            yield from (Row(f"ask:{item.id}", partial(_waiting, item, glyphs=glyphs)) for item in session.approvals)
            yield blank()
        if detail:
            answers = {decision.finding: decision.word for decision in detail.decisions}
            found: list[Shown] = [*detail.gates, *detail.inputs]
            shown = sorted((item for item in found if matches(_fields(item))), key=_gravity)
            apart = {*session.marks, *(note.subject for note in detail.notes)}
            narrowed = bool(session.queries.get("gates"))
            lines = list(self._folding.lines(shown, answers, apart=apart, everything=narrowed))
            for head, kind, none in (
                ("GATES", GateResult, "no gate objected"),
                ("INPUTS", InputFinding, "none matched"),
            ):
                yield title(glyphs, f"{head} {sum(isinstance(item, kind) for item in shown)}")
                here = [line for line in lines if isinstance(_first(line), kind)]
                yield from (self._row(line, answers) for line in here)
                if not here:
                    some = any(isinstance(item, kind) for item in found)
                    yield still(Content.styled(f"  {'none matches the filter' if some else none}", DIM))
                yield blank()
        yield title(glyphs, "HOW THE RULES DO, IN ALL RUNS")
        rules = [rule for rule in session.performance if matches({"code": rule.code, "kind": rule.kind})]
        yield Row("", _heads)
        yield from (Row(f"rule:{rule.kind}:{rule.code}", partial(_rule, rule)) for rule in rules)
        if not rules:
            yield still(Content.styled("  nothing was found yet", DIM))
        kinds = [kind for kind in session.recall if matches({"code": kind.kind, "kind": "claim"})]
        if kinds:
            yield blank()
            yield title(glyphs, "HOW CLAIMS ARE READ, IN JUDGED RUNS")
            yield Row("", _kind_heads)
            yield from (Row(f"kind:{kind.kind}", partial(_kind, kind)) for kind in kinds)

    def _row(self, line: Shown | Fold[Shown], answers: Mapping[str, str]) -> Row:
        glyphs = self.session.glyphs
        if isinstance(line, Fold):
            return Row(line.key, partial(line.line, glyphs=glyphs))
        return Row(line.id, partial(_finding, line, glyphs=glyphs, answer=answers.get(line.id)))

    # --- the selection ----------------------------------------------------------------------------------------------

    def approval(self) -> Approval | None:
        """The waiting call under the cursor."""
        key = self.listing.key.removeprefix("ask:")
        return next((item for item in self.session.approvals if item.id == key), None)

    def finding(self) -> GateResult | InputFinding | None:
        """The gate or input under the cursor."""
        detail, key = self.session.detail, self.listing.key
        everything: list[GateResult | InputFinding] = [*detail.gates, *detail.inputs] if detail else []
        return next((item for item in everything if item.id == key), None)

    def folded(self) -> Sequence[Shown]:
        """The gates or inputs that stand as one line under the cursor."""
        found = self._folding.at(self.listing.key)
        return found.findings if found else ()

    def on_lines_moved(self, message: Lines.Moved) -> None:
        """Show what the cursor came to."""
        if message.pane is self.listing:
            self.show_page()

    def show_page(self) -> None:
        """Show the request, the evidence, or the rule under the cursor."""
        session, detail, finding, approval = self.session, self.session.detail, self.finding(), self.approval()
        caption, sheet = self.query_one("#gates-page-head", Caption), self.query_one("#gates-page", Page)
        self.event = None
        if approval is not None:
            caption.show(Content.styled(" THE CALL", HEAD))
            sheet.show(partial(request_page, approval, glyphs=session.glyphs))
        elif finding is not None and detail is not None:
            caption.show(Content.styled(" EVIDENCE", HEAD))
            try:
                evidence = gather(session.desk, detail, finding)
            except TROUBLE as error:
                said = paint.text(f" The evidence cannot be read: {error}", "$state-unverifiable")
                sheet.show(lambda width: Sheet(paint.wrap(said, width)))
                return
            self.event = evidence.event
            sheet.show(partial(page, evidence, detail, glyphs=session.glyphs))
            if sheet.display and sheet.region.width:
                session.saw(finding.id)
        elif folded := self._folding.at(self.listing.key):
            caption.show(Content.styled(" ALIKE", HEAD))
            sheet.show(partial(folded.page, glyphs=session.glyphs, decides=not session.read_only))
        else:
            key = self.listing.key
            rule = next((r for r in session.performance if f"rule:{r.kind}:{r.code}" == key), None)
            kind = next((k for k in session.recall if f"kind:{k.kind}" == key), None)
            caption.show(Content.styled(" THE RULE" if rule else " THE KIND OF CLAIM" if kind else "", HEAD))
            sheet.show(partial(_rule_page, rule) if rule else partial(_kind_page, kind) if kind else nothing)

    def open(self) -> None:
        """Show what stands as one line; read what the cursor is on."""
        folded = self._folding.at(self.listing.key)
        if folded is not None and self.listing.has_focus:
            self._folding.unfold(folded.key)
            self.update()
            return
        super().open()
        finding = self.finding()
        if finding:
            self.session.saw(finding.id)
        self.query_one("#gates-page", Page).focus()

    def back(self) -> bool:
        """From the page to the list."""
        if self.query_one("#gates-page", Page).has_focus and not self.has_class("-drilled"):
            self.listing.focus()
            return True
        return super().back()

    def filtered(self, query: str) -> tuple[int, int, bool]:
        """Apply a filter to gates, inputs and rules."""
        session = self.session
        session.queries["gates"] = query
        self.update()
        detail = session.detail
        total = (
            (len(detail.gates) + len(detail.inputs) if detail else 0) + len(session.performance) + len(session.recall)
        )
        return sum(row.selectable and not row.key.startswith("ask:") for row in self.listing.rows), total, False

    def crumbs(self) -> list[str]:
        """The run, then the view."""
        run = self.session.run
        return ["Runs", short(run), "Gates"] if run else ["Gates"]

    def subject(self) -> tuple[str, str] | None:
        """The gate or input under the cursor, else the run."""
        finding = self.finding()
        return (finding.id, f"finding {code_of(finding)}") if finding else super().subject()

    def yank(self) -> str:
        """The page."""
        return self.query_one("#gates-page", Page).plain()


# --- lines ------------------------------------------------------------------------------------------------------------


def _waiting(approval: Approval, width: int, *, glyphs: Glyphs) -> Content:
    sign = glyphs.sign("pending")
    left = f"{max(0, int(approval.until - time.time()))} s left"
    words = Content.assemble(paint.text(approval.tool, STRONG, limit=60), "  ", paint.text(approval.args_text, DIM))
    return Content.assemble(
        (f" {sign.glyph} ", "$state-contradicted bold"),
        paint.fit(words, max(4, width - 5 - len(left))),
        " ",
        (left, sign.style),
    )


def _finding(item: GateResult | InputFinding, width: int, *, glyphs: Glyphs, answer: str | None) -> Content:
    """How grave it is, as in Claims: a gate that failed in something small is not drawn like a grave one."""
    waived = isinstance(item, GateResult) and item.outcome == "waived"
    sign = glyphs.sign("waived" if waived else answer or item.severity)
    words = paint.text(label(item).removeprefix("gate "), DIM if answer or waived else STRONG)
    if width >= ROOMY:
        words = Content.assemble(words, "  ", paint.text(item.message, DIM))
    tail = Content.styled(sign.word, sign.style)
    return Content.assemble(
        (f" {sign.glyph} ", sign.style), paint.fit(words, max(4, width - 4 - tail.cell_length)), " ", tail
    )


def _heads(width: int) -> Content:
    names = ("FIRED", "REAL", "FALSE", "OPEN", "RIGHT")
    return _cells(Content.styled("  RULE", HEAD), [Content.styled(name, HEAD) for name in names], width)


def _rule(rule: Performance, width: int) -> Content:
    share = "-" if rule.precision is None else f"{rule.precision:.0%}"
    often_wrong = rule.precision is not None and rule.precision < HALF
    numbers = [
        Content.styled(f"{number:,}" if number else "-", "" if number else DIM)
        for number in (rule.fired, rule.real + rule.accepted, rule.false_alarm, rule.undecided)
    ]
    right = Content.styled(share, "$state-stale" if often_wrong else DIM)
    return _cells(Content("  ") + paint.text(headline(rule.kind, rule.code)), [*numbers, right], width)


def _kind_heads(width: int) -> Content:
    return _cells(
        Content.styled("  KIND", HEAD), [Content.styled(name, HEAD) for name in ("READ", "ADDED", "SHARE")], width
    )


def _kind(kind: Recall, width: int) -> Content:
    numbers = [
        Content.styled(f"{number:,}" if number else "-", "" if number else DIM) for number in (kind.read, kind.missed)
    ]
    share = Content.styled(f"{kind.share:.0%}", "$state-stale" if kind.missed else DIM)
    return _cells(Content("  ") + paint.text(kind.kind), [*numbers, share], width)


def _cells(name: Content, numbers: Sequence[Content], width: int) -> Content:
    """A name and its numbers; where there is little room, only the first and the last of them."""
    shown = list(numbers) if width >= ROOMY else [numbers[0], numbers[-1]]
    return paint.row([(name, max(10, width - 6 * len(shown)), False), *((cell, 5, True) for cell in shown)])


def _first(line: Shown | Fold[Shown]) -> Shown:
    return line.findings[0] if isinstance(line, Fold) else line


def _gravity(item: GateResult | InputFinding) -> int:
    return -SEVERITIES.index(item.severity)


def _fields(item: GateResult | InputFinding) -> dict[str, str]:
    outcome = item.outcome if isinstance(item, GateResult) else ""
    return {
        "code": code_of(item),
        "gate": code_of(item),
        "severity": item.severity,
        "outcome": outcome,
        "text": item.message,
    }


# --- pages ------------------------------------------------------------------------------------------------------------


def request_page(approval: Approval, width: int, *, glyphs: Glyphs) -> Sheet:
    """A call that an agent may not make before somebody answers: what, where, why, and how long there is."""
    sheet, inner, pad = Sheet(), width - 2, Content(" ")

    def add(content: Content) -> None:
        sheet.add(*(pad + line for line in paint.wrap(content, inner)))

    sheet.begin()
    add(
        Content.assemble(
            paint.text(approval.agent, STRONG, limit=60), " wants to call ", paint.text(approval.tool, STRONG)
        )
    )
    add(Content.styled(f"{max(0, int(approval.until - time.time()))} s are left; without an answer it is refused", DIM))
    sheet.add(Content(""))
    for name, value in list(approval.args.items())[:40]:
        add(
            Content.assemble(
                (f"{paint.text(name, limit=40).plain:<14} ", DIM), Content(neutralise(str(value)[:TEXT_LIMIT]))
            )
        )
    if not approval.args:
        add(Content(neutralise(approval.args_text[:TEXT_LIMIT])))
    sheet.add(Content(""))
    for (gate, severity), message in zip(
        approval.gates, [*approval.messages, *[""] * len(approval.gates)], strict=False
    ):
        add(
            Content.assemble(
                paint.sign(glyphs, severity), "  ", paint.text(gate, STRONG, limit=60), "  ", paint.text(message)
            )
        )
    for key, value in (("where", approval.cwd), ("run", approval.run)):
        add(Content.assemble((f"{key:<14} ", DIM), paint.text(value)))
    sheet.add(Content(""))
    add(Content.assemble(("a", "$accent"), " lets it be made, with your key   ", ("x", "$accent"), " refuses it"))
    return sheet


def _rule_page(rule: Performance, width: int) -> Sheet:
    sheet = Sheet()
    decided = rule.real + rule.accepted + rule.false_alarm
    lines = [
        Content.styled(headline(rule.kind, rule.code).capitalize(), STRONG),
        Content.styled(f"{rule.kind} {rule.code}", DIM),
        Content(""),
        Content(f"Fired {rule.fired:,} times, in {paint.count(rule.runs, 'run')}; withdrawn {rule.withdrawn:,} times."),
        Content(f"{rule.real:,} real, {rule.accepted:,} accepted, {rule.false_alarm:,} false, {rule.undecided} open."),
        Content(
            f"{rule.precision:.0%} of the {decided:,} that people decided were right."
            if rule.precision is not None
            else "Nobody has decided one yet, so how often it is right is not known."
        ),
    ]  # fmt: skip
    if rule.seconds is not None:
        lines.append(Content(f"Median time until somebody decided: {_lasting(rule.seconds)}."))
    sheet.add(*(Content(" ") + piece for line in lines for piece in (paint.wrap(line, width - 2) or [Content("")])))
    return sheet


def _kind_page(kind: Recall, width: int) -> Sheet:
    known = kind.read + kind.missed
    lines = [
        Content.styled(f"Claims of the kind {paint.text(kind.kind).plain}", STRONG),
        Content(""),
        Content(f"{kind.read:,} read, {kind.missed:,} added by reviewers, in the runs that have a verdict."),
        Content(f"So {kind.share:.0%} of the {paint.count(known, 'claim')} that people know of were read."),
        Content("What nobody read and nobody added is in neither number. A in the Timeline adds a claim."),
    ]
    sheet = Sheet()
    sheet.add(*(Content(" ") + piece for line in lines for piece in (paint.wrap(line, width - 2) or [Content("")])))
    return sheet


def _lasting(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
