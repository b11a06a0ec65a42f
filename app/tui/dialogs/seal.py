"""The seal: the one act that cannot be taken back, so everything that is open is laid out before it.

Enter alone never seals: the verdict's word has to be typed, and the button has to be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from textual import work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from assure_tui.app.desk.describe import label
from assure_tui.app.desk.views import RunDetail, VerdictWord
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.base import Dialog, said
from assure_tui.app.tui.dialogs.verdict import WORDS
from assure_tui.app.tui.lines import Page, Sheet
from assure_tui.app.tui.paint import DIM, HEAD, STRONG
from assure_tui.app.tui.session import short, unanswered
from assure_tui.themes.glyphs import Glyphs


@dataclass(frozen=True)
class Order:
    """What was filled in. `new_key` is the name of a key to make first."""

    word: VerdictWord
    passphrase: str
    new_key: str = ""


class SealDialog(Dialog[str | None]):
    """Lists what is undecided and what was never opened; asks for the word, the passphrase, and the button."""

    def __init__(
        self,
        details: Sequence[RunDetail],
        opened: set[str],
        keys: Sequence[str],
        glyphs: Glyphs,
        perform: Callable[[Order], str],
        operator: str = "",
    ) -> None:
        """`perform` does it in a thread; it gives an error in one sentence, or nothing when it was sealed.

        A key that is made here is named after the `operator`, unless another name is typed.
        """
        super().__init__()
        self._operator = operator
        self._details, self._opened, self._keys, self._glyphs = details, opened, keys, glyphs
        self._perform = perform
        words = {detail.verdict.word for detail in details if detail.verdict}
        self._words: tuple[VerdictWord, ...] = tuple(words) if len(words) == 1 else WORDS

    def body(self) -> Iterator[Widget]:
        """The account first, then the fields."""
        details = self._details
        name = f"run {short(details[0].row.id)}" if len(details) == 1 else paint.count(len(details), "marked run")
        yield said(
            Content.assemble(("Seal ", DIM), (name, STRONG), ("   once sealed, only a new entry can withdraw it", DIM)),
            classes="gap",
        )
        yield Page(id="seal-account")
        wanted = self._words[0] if len(self._words) == 1 else "accepted, accepted-with-exceptions or rejected"
        yield said(Content.assemble(("Type the verdict: ", DIM), (wanted, STRONG)))
        yield Input(id="seal-word", placeholder=self._words[0] if len(self._words) == 1 else "accepted")
        if not self._keys:
            yield said(
                Content.styled("You have no key yet: one is made now. Your name on it, and a passphrase twice:", DIM)
            )
            yield Input(self._operator, id="seal-name", placeholder="Your name, as it shall stand on the seal")
        else:
            yield said(Content.assemble(("Signed by ", DIM), paint.text(self._keys[0], STRONG)))
        yield Input(id="seal-passphrase", password=True, placeholder="Passphrase of your key")
        if not self._keys:
            yield Input(id="seal-again", password=True, placeholder="The passphrase again")
        yield Button(Content("[ Seal ]"), id="seal-button", disabled=True, compact=True)
        yield said(Content.styled("Enter goes to the next field; esc leaves without sealing", DIM), id="message")

    def on_mount(self) -> None:
        """The account fits its lines, up to what the screen has room for."""
        account = self.query_one("#seal-account", Page)
        account.can_focus = True
        account.show(self._account)
        self.set_focus(self.query_one("#seal-word", Input))

    def _account(self, width: int) -> Sheet:
        sheet, glyphs = Sheet(), self._glyphs
        for detail in self._details:
            row, coverage = detail.row, detail.coverage
            head = Content.assemble((short(row.id), STRONG), "  ", paint.text(row.title or "untitled"))
            sheet.add(head.truncate(max(1, width), ellipsis=True))
            sheet.add(
                Content.styled(
                    f"{coverage.claims_checked} of {paint.count(coverage.claims_total, 'claim')} checked", DIM
                )
            )
            if detail.verdict:
                sheet.add(
                    Content.assemble(
                        ("verdict ", DIM),
                        paint.sign(glyphs, detail.verdict.word),
                        "  ",
                        paint.text(detail.verdict.reason, DIM),
                    ).truncate(max(1, width), ellipsis=True)
                )
            else:
                sheet.add(Content.styled("no verdict yet: it takes the word that you type", "$state-stale"))
            left = unanswered(detail)
            sheet.add(
                *_listed(
                    f"UNDECIDED {len(left)}",
                    [(finding.severity, label(finding), finding.message) for finding in left],
                    width,
                    glyphs,
                )
            )
            shut = [finding for finding in detail.findings() if finding.id not in self._opened]
            sheet.add(
                *_listed(
                    f"EVIDENCE NEVER OPENED {len(shut)}",
                    [(finding.severity, label(finding), finding.message) for finding in shut],
                    width,
                    glyphs,
                )
            )
            sheet.add(Content(""))
        return sheet

    def _order(self) -> Order | None:
        values = {field.id: field.value for field in self.query(Input)}
        word = next((word for word in self._words if word == (values.get("seal-word") or "").strip()), None)
        passphrase = values.get("seal-passphrase") or ""
        name = (values.get("seal-name") or "").strip()
        if word is None or not passphrase:
            return None
        if not self._keys and (not name or values.get("seal-again") != passphrase):
            return None
        return Order(word, passphrase, name)

    def on_input_changed(self) -> None:
        """The button works when everything is filled in."""
        self.query_one("#seal-button", Button).disabled = self._order() is None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and at last to the button; it does not press it."""
        event.stop()
        fields = [*self.query(Input)]
        place = fields.index(event.input)
        if place + 1 < len(fields):
            self.set_focus(fields[place + 1])
        elif self._order() is not None:
            self.set_focus(self.query_one("#seal-button", Button))
        else:
            self._say("Something is missing: the word exactly as shown, and the passphrase.", bad=True)

    def on_button_pressed(self) -> None:
        """Seal."""
        order = self._order()
        if order is not None:
            self.query_one("#seal-button", Button).disabled = True
            self._say("Sealing…")
            self._run(order)

    @work(thread=True, exclusive=True, group="seal")
    def _run(self, order: Order) -> None:
        error = self._perform(order)
        self.app.call_from_thread(self._done, error)

    def _done(self, error: str) -> None:
        if not error:
            self.dismiss("sealed")
            return
        self._say(error, bad=True)
        self.query_one("#seal-button", Button).disabled = self._order() is None
        self.set_focus(self.query_one("#seal-passphrase", Input))

    def _say(self, words: str, *, bad: bool = False) -> None:
        self.query_one("#message", Static).update(paint.text(words, "$state-contradicted" if bad else DIM))


def _listed(title: str, items: Sequence[tuple[str, str, str]], width: int, glyphs: Glyphs) -> list[Content]:
    lines = [Content.styled(title, HEAD)]
    for severity, name, message in items:
        sign = glyphs.sign(severity)
        lines.append(
            Content.assemble(
                (f"  {sign.glyph} {sign.word} ", sign.style), paint.text(name, STRONG), "  ", paint.text(message, DIM)
            ).truncate(max(1, width), ellipsis=True)
        )
    return lines if items else [Content.assemble((f"{title}", HEAD), ("  none", DIM))]
