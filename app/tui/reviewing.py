"""Reviewing: deciding, noting, marking, the verdict, the seal, and checking the ledger.

Every act is done by the desk in a thread; when it is done everything is read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from textual import work

from assure_tui.app.desk.views import Approval, DecisionWord, RunDetail
from assure_tui.app.tui import paint
from assure_tui.app.tui.dialogs.keyed import KeyedDialog
from assure_tui.app.tui.dialogs.missed import MissedDialog
from assure_tui.app.tui.dialogs.reason import NoteDialog, ReasonDialog
from assure_tui.app.tui.dialogs.seal import Order, SealDialog
from assure_tui.app.tui.dialogs.signing import own_keys, signing_keys
from assure_tui.app.tui.dialogs.verdict import VerdictDialog
from assure_tui.app.tui.moving import Moving
from assure_tui.app.tui.port import TROUBLE, Desk
from assure_tui.app.tui.session import short, unanswered, undecided


class Reviewing(Moving):
    """Actions that end up in the ledger."""

    def _may_write(self) -> bool:
        if self.session.read_only or self.is_web:
            self.say("This screen is read-only: nothing can be decided, noted or sealed here.")
            return False
        return True

    @work
    async def action_decide(self, word: DecisionWord) -> None:
        """Decide the finding under the cursor, then go to the next undecided one; or answer a call that waits.

        Those that stand as one line are decided together. So are all that are marked and undecided in the run, where
        the finding under the cursor is marked, or the cursor is on none.
        """
        session, at_gates = self.session, self.is_at("gates")
        view = self.gates if at_gates else self.claims
        finding = view.finding()
        if not self._may_write():
            return
        approval = self.gates.approval() if at_gates else None
        if approval is not None:
            await self._answer_call(approval, word)
            return
        open_ones = undecided(session.detail) if session.detail else []
        marked = [item for item in open_ones if item.id in session.marks]
        together = [finding] if finding is not None else list(view.folded())
        if finding in marked or not together:
            together += [item for item in marked if item not in together]
        if not together:
            self.say("The cursor is on no finding; e goes to the next one.")
            return
        run, first, here = session.run, together[0].id, view.listing.key
        waiting = [item.id for item in open_ones]
        how = "alike" if finding is None and view.folded() else "marked with it"
        reason = await self.push_screen_wait(ReasonDialog(session.desk, together, word, session.glyphs, how))
        if reason is None:
            return

        def act() -> None:
            for item in together:
                session.desk.decide(item.id, word, reason, run)
                if item.id in session.marks and len(together) > 1:
                    session.toggle_mark(run, item.id)

        def then() -> None:
            session.decided += [item.id for item in together]
            after = waiting[waiting.index(first) + 1 :] if first in waiting else []
            rest = [item.id for item in undecided(session.detail)] if session.detail else []
            following = next((item for item in [*after, *rest] if item in rest), None)
            if at_gates:
                view.listing.find(here)
            elif following:
                self._show_finding(following)
            else:
                small = len(unanswered(session.detail)) if session.detail else 0
                left = f"{paint.count(small, 'finding')} below medium left" if small else "All findings are decided"
                self.say(f"{left}: v gives the verdict.")

        self._act(act, then, f"reason:{first}")

    async def _answer_call(self, approval: Approval, word: DecisionWord) -> None:
        """Let a call that waits be made, or refuse it."""
        session = self.session
        if word == "risk-accepted":
            self.say("a approves a waiting call, x refuses it.")
            return
        approve = word == "real"
        keys = own_keys(session.desk) if approve else []
        if approve and not keys:
            self.say(
                "You have no key to sign that with: `assure-tui keys new NAME` makes one. x refuses without a key."
            )
            return
        verb, draft = "Approve it:" if approve else "Refuse:", f"approval:{approval.id}:{word}"
        answer = await self.push_screen_wait(
            KeyedDialog(session.desk, draft, verb, approval.tool, approval.args_text, keys=keys, glyphs=session.glyphs)
        )
        if answer is None:
            return

        def act() -> None:
            if answer.key:
                session.desk.approve(approval.id, answer.reason, passphrase=answer.passphrase, key=answer.key.name)
            else:
                session.desk.refuse(approval.id, answer.reason)

        self._act(act, lambda: self.say("It may go ahead now." if approve else "Refused."), draft)

    def action_undo(self) -> None:
        """Take back the decision under the cursor, else the last one of this sitting."""
        session = self.session
        if not self._may_write() or session.detail is None:
            return
        run, answered = session.run, {decision.finding for decision in session.detail.decisions}
        view = self.gates if self.is_at("gates") else self.claims
        here = [item.id for item in view.folded()] or [view.listing.key]
        last = next((item for item in reversed(session.decided) if item in answered), "")
        back = [item for item in here if item in answered] or [last] * bool(last)
        if not back:
            self.say("There is no decision to take back.")
            return

        def act() -> None:
            for item in back:
                session.desk.undo_decision(item, run)

        def then() -> None:
            session.decided = [item for item in session.decided if item not in back]
            self.claims.listing.find(back[0])
            many = len(back) > 1
            self.say(f"Taken back: {f'{len(back):,} findings are' if many else 'the finding is'} undecided again.")

        self._act(act, then)

    @work
    async def action_note(self, begin: str = "") -> None:
        """Write a note on what the cursor is on; a tag is a note that begins with its sign."""
        session, subject = self.session, self.view.subject()
        if not self._may_write():
            return
        if subject is None:
            self.say("There is nothing here to write a note on.")
            return
        run = self.run_at_hand()
        answer = await self.push_screen_wait(NoteDialog(session.desk, subject[0], subject[1], begin=begin))
        if answer is not None:
            text, tags = answer
            self._act(
                lambda: session.desk.note(run, subject[0], text, tags),
                lambda: self.say("Noted."),
                f"note:{subject[0]}",
            )

    @work
    async def action_missed(self) -> None:
        """Add a claim that was missed, from the agent's words at the event under the cursor or behind the evidence."""
        session = self.session
        if not self._may_write():
            return
        row = self.event_at_hand()
        if row is None or row.kind != "agent":
            self.say("To add a claim, go to the agent's words in the Timeline (3) first.")
            return
        run, text = session.run, session.desk.event_text(session.run, row.id)
        answer = await self.push_screen_wait(MissedDialog(session.desk, row.id, text))
        if answer is None:
            return
        quote, wording = answer
        added: list[Any] = []

        def then() -> None:
            claim = added[0]
            self.show_view("claims")
            self.claims.listing.find(claim.id)
            self.say(f"Added, and checked: {session.glyphs.sign(claim.outcome).word}. {claim.reason}")

        self.say("Reading the run again to check the claim…")
        self._act(lambda: added.append(session.desk.add_claim(run, row.id, quote, wording)), then, f"missed:{row.id}")

    def action_mark(self) -> None:
        """Mark what the cursor is on, or take the mark away; of what stands as one line, each."""
        folded = self.gates.folded() if self.is_at("gates") else self.claims.folded() if self.is_at("claims") else ()
        subject = self.view.subject()
        subjects = [item.id for item in folded] or ([subject[0]] if subject else [])
        run = self.run_at_hand()
        if not subjects:
            return
        for name in subjects if run else ():
            self.session.toggle_mark(run, name)
        self.view.update()
        self.pane.move(1)

    @work
    async def action_verdict(self) -> None:
        """Give the run a verdict."""
        session = self.session
        run = self.run_at_hand()
        if not self._may_write():
            return
        if not run:
            self.say("Open a run first: Enter on one in Runs.")
            return
        try:
            detail = session.desk.run(run)
        except TROUBLE as error:
            self.complain(error)
            return
        answer = await self.push_screen_wait(VerdictDialog(session.desk, detail, session.glyphs))
        if answer is not None:
            word, reason = answer
            self._act(
                lambda: session.desk.verdict(run, word, reason),
                lambda: self.say("The verdict is a draft: S seals it."),
                f"verdict:{run}",
            )

    def run_at_hand(self) -> str:
        """Id of the run that the cursor is on in Runs, else of the open one."""
        return self.runs.key_under_cursor if self.is_at("runs") else self.session.run

    @work
    async def action_seal(self) -> None:
        """Seal the run, or in Runs all marked runs that have nothing undecided."""
        session, desk = self.session, self.session.desk
        if not self._may_write():
            return
        try:
            details, left_out = self._to_seal()
            keys = await asyncio.to_thread(signing_keys, desk)
        except TROUBLE as error:
            self.complain(error)
            return
        if not details:
            return
        if hindrance := self._seal_hindrance(details):
            self.say(hindrance)
            return
        opened = set(session.opened)
        for detail in details:
            opened |= set((desk.draft(f"opened:{detail.row.id}") or "").split("\n"))
        done = await self.push_screen_wait(
            SealDialog(
                details,
                opened,
                keys,
                session.glyphs,
                _Sealer(desk, details),
                desk.operator,
                left_out=left_out,
                keys_needed=desk.keys_needed,
            )
        )
        if done:
            for run in session.marks & {detail.row.id for detail in details}:
                session.toggle_mark(run, run)
        self.reread()
        if done:
            self.say(
                f"Sealed: {paint.count(len(details), 'run')}. Anybody can check it offline with assure-tui verify."
            )

    def _seal_hindrance(self, details: Sequence[RunDetail]) -> str:
        """Say why nothing can be sealed, before anybody types a passphrase in vain; "" when nothing is in the way."""
        session = self.session
        if session.desk.ledger().state == "damaged":
            return "The ledger is damaged: nothing is sealed on it. 5 shows what failed."
        unrecorded = next((detail.row.id for detail in details if detail.row.attention == "backlog"), None)
        if unrecorded is None:
            return ""
        soon = "it was asked for when you opened it: seal it in a moment"
        how = "nothing is recording now" if session.presence.recorder == "none" else soon
        return f"Nothing of run {short(unrecorded)} is in the ledger yet; {how}."

    @work
    async def action_withdraw(self) -> None:
        """Take a seal back: a new entry, signed too, says that it does not stand any more."""
        session = self.session
        run = self.run_at_hand()
        if not self._may_write() or not run:
            return
        row = next((row for row in session.rows if row.id == run), None)
        if row is None or row.sealed not in {"sealed", "stale"}:
            self.say("This run has no seal to withdraw.")
            return
        keys = [key for key in await asyncio.to_thread(signing_keys, session.desk) if not key.is_new]
        if not keys:
            self.say("You have no key here: a seal is withdrawn with the key that made it.")
            return
        what, draft = f"run {short(run)}", f"withdraw:{run}"
        answer = await self.push_screen_wait(
            KeyedDialog(session.desk, draft, "Withdraw the seal on", what, row.title, keys=keys, glyphs=session.glyphs)
        )
        if answer is None or answer.key is None:
            return
        reason, passphrase, ssh = answer.reason, answer.passphrase, answer.key.ssh
        name = None if ssh else answer.key.name
        self._act(
            lambda: session.desk.withdraw(run, reason, passphrase=passphrase, key=name, ssh=ssh),
            lambda: self.say("Withdrawn: the ledger keeps the seal, and says that it no longer holds."),
            draft,
        )

    def _to_seal(self) -> tuple[list[RunDetail], list[RunDetail]]:
        """Return the runs to seal, and those that are marked too but have something undecided."""
        session, desk = self.session, self.session.desk
        marked = [row.id for row in session.rows if row.id in session.marks] if self.is_at("runs") else []
        if not marked:
            run = self.run_at_hand()
            if not run:
                self.say("Open a run first: Enter on one in Runs.")
                return [], []
            return [desk.run(run)], []
        details = [desk.run(run) for run in marked]
        ready = [detail for detail in details if not unanswered(detail)]
        if not ready:
            self.say("Every marked run has undecided findings: e goes to the next one.")
        return ready, [detail for detail in details if unanswered(detail)]

    def _act(self, act: Callable[[], object], then: Callable[[], None], draft: str = "") -> None:
        """Do something at the desk in a thread, read everything again, and go on.

        The `draft` of what was typed for it is dropped only when it is done: what fails costs nobody their words.
        """
        self._act_in_thread(act, then, draft)

    @work(thread=True, group="act")
    def _act_in_thread(self, act: Callable[[], object], then: Callable[[], None], draft: str) -> None:
        try:
            act()
            if draft:
                self.session.desk.drop_draft(draft)
        except TROUBLE as error:
            self.call_from_thread(self.complain, error)
            return
        self.call_from_thread(self._acted, then)

    def _acted(self, then: Callable[[], None]) -> None:
        self.reread()
        then()

    @work(thread=True, exclusive=True, group="verify")
    def action_verify(self) -> None:
        """Check the whole ledger again, in a thread."""
        self.call_from_thread(self.say, "Checking the whole ledger…")
        try:
            state = self.session.desk.verify(None)
        except TROUBLE as error:
            self.call_from_thread(self.complain, error)
            return
        self.call_from_thread(self.reread)
        self.call_from_thread(
            self.say, f"Checked {state.size:,} entries: {self.session.glyphs.sign(state.state).word}."
        )


class _Sealer:
    """Carries out what the sealing dialog orders. A key that was made is not made again when what follows fails."""

    def __init__(self, desk: Desk, details: Sequence[RunDetail]) -> None:
        self._desk = desk
        self._details = details
        self._made: set[str] = set()

    def __call__(self, order: Order) -> str:
        """Seal; give an error in one sentence, or nothing when it was sealed."""
        desk = self._desk
        try:
            if order.new_key and order.new_key not in self._made:
                desk.new_operator_key(order.new_key, order.passphrase)
                self._made.add(order.new_key)
            for detail in self._details:
                if detail.verdict is None:
                    desk.verdict(detail.row.id, order.word, "")
            desk.seal(
                [detail.row.id for detail in self._details],
                passphrase=order.passphrase,
                key=order.new_key or (None if order.key.ssh else order.key.name),
                ssh=order.key.ssh,
            )
        except TROUBLE as error:
            return str(error) or type(error).__name__
        return ""
