"""The hook without a workstation: judges by what the request holds and the end of the log that it names.

Everything here happens in the process that the agent waits for, within the client's time limit. What cannot be read
(settings, log) leaves its mark in the entry as a `fault`, and the shipped gates decide by themselves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from assure_tui.app.desk import gated
from assure_tui.app.desk.config import UserConfig, find_workspace, read_user, read_workspace, settings_of
from assure_tui.app.desk.entries import Tags
from assure_tui.app.desk.errors import ConfigError, DeskError
from assure_tui.app.desk.gates import waivers
from assure_tui.app.desk.paths import Home
from assure_tui.app.hook.client import talk
from assure_tui.app.hook.docket import Docket, after
from assure_tui.app.hook.judge import Judgement, as_told, judge, run_of
from assure_tui.app.hook.past import Past
from assure_tui.app.neutral import neutral_line
from assure_tui.ledger.errors import LedgerError
from assure_tui.ledger.store import Ledger
from assure_tui.reconcile.gates.book import rules_of
from assure_tui.reconcile.settings import Settings

UNPUBLISHED: Final = 256
"""Entries that wait to be published before the hook does it: where no workstation ever runs, nobody else would."""

LOST: Final = "The workstation ended before the operator could answer: refused."
UNASKED: Final = "The operator could not be asked: refused."

Told = tuple[str, str]


def answer(
    asked: Mapping[str, Any],
    home: str | None,
    *,
    fault: str,
    waiting: Mapping[str, Any] | None,
    extend: Callable[[float], None],
    objects: Callable[[Told], None],
) -> Told:
    """Decide, record the decision, and give the word and the reason.

    `fault` is `lost` when the workstation went away, and `waiting` then tells what it was waiting for. `extend` gives
    more time, for a call that waits for the operator. `objects` gets what the agent is told if there is an objection
    that cannot be recorded in time: whoever holds the ledger's lock must not get a call past the gates.

    Raises:
        LedgerError, DeskError: A call that no gate objects to could not be recorded: the fail rule decides.
    """
    request = msgspec.convert(asked, gated.Request)
    places = Home.find(Path(home) if home else None)
    user, settings, trouble = _settings(places, request)
    fault = request.fault or fault or trouble
    run = run_of(request)
    judgement, more = _judgement(request, run, settings, user, places, waiting)
    waits = judgement.asks and user.approval_wait > 0
    if waits and fault == "lost":
        judgement, waits = Judgement("deny", f"{judgement.reason} {LOST}", judgement.gates), False
    judgement = judgement if waits else as_told(judgement, request.agent)
    stands = ("deny", f"{judgement.reason} {UNASKED}") if waits else (judgement.word, judgement.reason)
    if stands[0] != "none":
        objects(stands)
    try:
        docket = _docket(places)
        if waits:
            return _ask_operator(docket, request, run, judgement, user.approval_wait, fault, extend)
        words = [docket.decided(request, run, judgement, fault=fault, more=more)]
        if waiting is not None:
            words.insert(0, docket.withdrawn(str(waiting.get("approval", "")), run, LOST))
        docket.write(words)
        _publish(docket.ledger)
    except (LedgerError, DeskError, OSError):
        if stands[0] == "none":
            raise
    return stands


def _judgement(
    request: gated.Request,
    run: str,
    settings: Settings,
    user: UserConfig,
    places: Home,
    waiting: Mapping[str, Any] | None,
) -> tuple[Judgement, dict[str, Any] | None]:
    """Return what the agent is told, and what the entry holds beside it."""
    if waiting is not None:
        return Judgement("deny", LOST), None
    if request.event == "stop":
        from assure_tui.app.hook.stop import at_stop  # noqa: PLC0415 - the whole check of a log

        return at_stop(request, run, settings, places)
    if request.fault:
        closed = user.hook_if_error == "closed"
        reason = f"assure-tui could not read what was asked ({request.fault})."
        return Judgement("deny" if closed else "none", reason), None
    past = Past.read(settings, request.transcript, run)
    return judge(request, run, past.probe, rules_of(settings), waivers.of(places)), None


def _settings(places: Home, request: gated.Request) -> tuple[UserConfig, Settings, str]:
    """Read the settings; what is wrong in them must not stop an agent, and is told as a fault."""
    user, settings, fault = UserConfig(), Settings(), ""
    try:
        user = read_user(places.config)
        settings = settings_of(user)
        found = find_workspace([Path(request.cwd)]) if Path(request.cwd).is_absolute() else None
        if found is not None:
            settings = read_workspace(found, trust=places.trust, user=user).settings
    except (ConfigError, OSError, ValueError) as error:
        fault = "settings"
        talk(f"{neutral_line(str(error), 400)} Until then, gates decide without it.")
    return user, settings, fault


def _docket(places: Home) -> Docket:
    """Open the ledger to append. The recorder verifies all of it; the agent that waits here does not pay for that."""
    if (places.ledger / "trust").exists():
        tags = Tags.load(places.keys)
        ledger = Ledger.open(places.ledger, pins=places.pins, keys=places.keys, recent=places.recent)
    else:
        from assure_tui.app.desk.scribe import open_ledger  # noqa: PLC0415 - once in an installation's life

        places.prepare()
        tags = Tags.load(places.keys, make=True)
        ledger = open_ledger(places)
    return Docket(ledger, tags, places.keys, where="alone")


def _ask_operator(
    docket: Docket,
    request: gated.Request,
    run: str,
    judgement: Judgement,
    seconds: float,
    fault: str,
    extend: Callable[[float], None],
) -> Told:
    from assure_tui.app.desk.ancestry import requester  # noqa: PLC0415 - few calls wait

    waiting = docket.wait_for(request, run, judgement, seconds)
    waiting.index = docket.write([docket.requested(waiting, requester(os.getpid()))])
    extend(seconds)
    reply = docket.await_reply(waiting)
    told = after(waiting, reply)
    words = [docket.decided(request, run, told, fault=fault, approval=waiting.name)]
    if reply.word == "expired":
        words.insert(0, docket.expired(waiting, reply.reason))
    docket.write(words)
    return told.word, told.reason


def _publish(ledger: Ledger) -> None:
    if ledger.size - ledger.checkpoint().size >= UNPUBLISHED:
        ledger.publish()
