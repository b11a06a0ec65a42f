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
from assure_tui.app.tui.dialogs.signing import KeyList, SigningKey
from assure_tui.app.tui.dialogs.verdict import WORDS
from assure_tui.app.tui.lines import Page, Sheet
from assure_tui.app.tui.paint import DIM, HEAD, STRONG
from assure_tui.app.tui.session import checked, short, unanswered
from assure_tui.themes.glyphs import Glyphs


@dataclass(frozen=True)
class Order:
    """What was filled in. `new_key` is the name of a key to make first."""

    word: VerdictWord
    key: SigningKey
    passphrase: str = ""
    new_key: str = ""


class SealDialog(Dialog[str | None]):
    """Lists what is undecided and what was never opened; asks for the word, the key, and the button."""

    def __init__(
        self,
        details: Sequence[RunDetail],
        opened: set[str],
        keys: Sequence[SigningKey],
        glyphs: Glyphs,
        perform: Callable[[Order], str],
        operator: str = "",
        *,
        left_out: Sequence[RunDetail] = (),
        keys_needed: int = 1,
    ) -> None:
        """`perform` does it in a thread; it gives an error in one sentence, or nothing when it was sealed.

        A key that is made here is named after the `operator`, unless another name is typed. `left_out` are marked runs
        that are not sealed, because of what is undecided; `keys_needed` is two where four eyes are asked for.
        """
        super().__init__()
        self._operator = operator
        self._details, self._opened, self._glyphs = details, opened, glyphs
        self._left_out, self._keys_needed = left_out, keys_needed
        self._perform = perform
        self._keys = KeyList(keys, glyphs)
        self._keys.can_focus = len(keys) > 1
        self._words = wanted_words(details)

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
        yield Input(id="seal-word", placeholder="The word, in full")
        yield self._keys
        yield said(
            Content.styled("You have no key yet: one is made now. Your name on it, and a passphrase twice:", DIM),
            id="seal-new",
        )
        yield Input(self._operator, id="seal-name", placeholder="Your name, as it will appear on the seal")
        yield Input(id="seal-passphrase", password=True, placeholder="Passphrase of your key")
        yield Input(id="seal-again", password=True, placeholder="The passphrase again")
        yield Button(Content("[ Seal ]"), id="seal-button", disabled=True, compact=True)
        yield said(Content.styled("Enter goes to the next field; esc leaves without sealing", DIM), id="message")

    def on_mount(self) -> None:
        """The account fits its lines, up to what the screen has room for."""
        account = self.query_one("#seal-account", Page)
        account.can_focus = True
        account.show(self._account)
        self._fit_key()
        self.set_focus(self.query_one("#seal-word", Input))

    def _fit_key(self) -> None:
        """Show the fields that the chosen key needs, and no others."""
        key = self._keys.chosen
        for name in ("seal-new", "seal-name", "seal-again"):
            self.query_one(f"#{name}").display = key.is_new
        self.query_one("#seal-passphrase").display = key.locked
        self._keys.display = not (key.is_new and len(self._keys.keys) == 1)
        self._ready()

    def on_key_list_chosen(self, event: KeyList.Chosen) -> None:
        """Another key asks for other things."""
        event.stop()
        self._fit_key()
        if event.taken:
            self._go_on(self._keys)

    def _account(self, width: int) -> Sheet:
        sheet, glyphs = Sheet(), self._glyphs
        for detail in self._details:
            row = detail.row
            head = Content.assemble((short(row.id), STRONG), "  ", paint.text(row.title or "untitled"))
            sheet.add(head.truncate(max(1, width), ellipsis=True))
            sheet.add(Content.styled(checked(detail), DIM))
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
            signed = told_of_signers(detail, self._keys_needed)
            if signed:
                sheet.add(*paint.wrap(paint.text(signed, "$state-pending"), width))
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
        if self._left_out:
            sheet.add(Content.styled(f"LEFT OUT {len(self._left_out)}, UNDECIDED", HEAD))
            for detail in self._left_out:
                waits = paint.count(len(unanswered(detail)), "undecided finding")
                line = Content.assemble(
                    ("  ", ""),
                    short(detail.row.id),
                    (f"  {waits}  ", "$state-stale"),
                    paint.text(detail.row.title, DIM),
                )
                sheet.add(line.truncate(max(1, width), ellipsis=True))
        return sheet

    def _order(self) -> Order | None:
        values = {field.id: field.value for field in self.query(Input)}
        word = next((word for word in self._words if word == (values.get("seal-word") or "").strip()), None)
        passphrase, name, key = values["seal-passphrase"], values["seal-name"].strip(), self._keys.chosen
        if word is None or (key.locked and not passphrase):
            return None
        if key.is_new:
            return Order(word, key, passphrase, name) if name and values["seal-again"] == passphrase else None
        return Order(word, key, passphrase if key.locked else "")

    def _ready(self) -> None:
        self.query_one("#seal-button", Button).disabled = self._order() is None

    def on_input_changed(self) -> None:
        """The button works when everything is filled in."""
        self._ready()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and at last to the button; it does not press it."""
        event.stop()
        self._go_on(event.input)

    def _go_on(self, here: Widget) -> None:
        fields = [field for field in (*self.query("Input, KeyList"),) if field.display and field.can_focus]
        place = fields.index(here)
        if place + 1 < len(fields):
            self.set_focus(fields[place + 1])
        elif self._order() is not None:
            self.set_focus(self.query_one("#seal-button", Button))
        else:
            self._say(f"Something is missing: {self._missing()}.", bad=True)

    def _missing(self) -> str:
        values = {field.id: field.value for field in self.query(Input)}
        if (values.get("seal-word") or "").strip() not in self._words:
            return "the verdict, typed exactly as shown"
        if self._keys.chosen.is_new and values.get("seal-passphrase") != values.get("seal-again"):
            return "the same passphrase twice"
        return "the passphrase" if values.get("seal-name") or not self._keys.chosen.is_new else "your name"

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
        self._keys.ask_again()
        self._fit_key()
        field = self.query_one("#seal-passphrase", Input)
        self.set_focus(field if field.display else self.query_one("#seal-word", Input))

    def _say(self, words: str, *, bad: bool = False) -> None:
        self.query_one("#message", Static).update(paint.text(words, "$state-contradicted" if bad else DIM))


def wanted_words(details: Sequence[RunDetail]) -> tuple[VerdictWord, ...]:
    """Give the words of which one is typed: that of all verdicts, else the gravest, or any while one has none yet."""
    given = [detail.verdict.word for detail in details if detail.verdict]
    if len(set(given)) == 1:
        return (given[0],)
    return (max(given, key=WORDS.index),) if given and len(given) == len(details) else WORDS


def told_of_signers(detail: RunDetail, needed: int) -> str:
    """Say who has sealed this verdict already, and how many keys it takes."""
    verdict = detail.verdict
    if verdict is None:
        return f"0 of {needed} keys: a second person has to seal it too" if needed > 1 else ""
    signed = len(verdict.signers) + len(verdict.countersigners)
    parts = [f"signed by {', '.join(verdict.signers)}"] if verdict.signers else []
    parts += [f"countersigned by {', '.join(verdict.countersigners)}"] if verdict.countersigners else []
    if needed > 1:
        words = "a second person has to seal it too" if not signed else "a key that has signed does not count twice"
        parts.append(f"{min(signed, needed)} of {needed} keys: {words}")
    elif verdict.stale:
        parts.append("the evidence has changed since")
    parts += [f"another word: {dissent}" for dissent in verdict.dissent]
    return "; ".join(parts)


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
