"""`view.json` of a bundle: the run as the exporter's screen showed it, and how far that was sealed."""

from __future__ import annotations

import msgspec

from assure_tui.app.desk.bundle.export import VIEW, VIEW_SCHEMA
from assure_tui.app.desk.bundle.provenance import Proven, Records, prove_events, prove_values
from assure_tui.app.desk.views import EventRow, FileDiff, RunDetail
from assure_tui.ledger.bundle import Bundle
from assure_tui.ledger.errors import BundleError

UNPROVEN = "[not proven: nothing that was sealed shows this]"
ALTERED = "[altered: what was sealed says otherwise]"


class View(msgspec.Struct, kw_only=True):
    """`view.json`: the run as the exporter's screen showed it."""

    schema: str
    detail: RunDetail
    events: list[EventRow] = []
    diffs: list[FileDiff] = []
    texts: dict[str, str] = {}


def read_view(bundle: Bundle) -> View | None:
    """Read a bundle's view, if it has one; raise BundleError if it is malformed."""
    data = bundle.members.get(VIEW)
    if data is None:
        return None
    try:
        view = msgspec.json.decode(data, type=View)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BundleError(f"{VIEW} is malformed ({str(error)[:200]})") from None
    if view.schema != VIEW_SCHEMA:
        raise BundleError(f"{VIEW} has another schema than {VIEW_SCHEMA}")
    return view


def prove_view(bundle: Bundle, view: View | None) -> tuple[Proven, Proven]:
    """Hold a view against what the bundle proves: its events with their texts, then its claims and effects."""
    if view is None:
        return Proven(), Proven()
    values = prove_values(bundle, (*view.detail.claims, *view.detail.effects))
    return prove_events(Records(bundle), view.events, view.texts), values


def mark(name: str, proven: Proven) -> str:
    """Return what is put before a part of the view, by its id; nothing before one that is proven."""
    return "" if name in proven.by_ledger else ALTERED if name in proven.contradicted else UNPROVEN
