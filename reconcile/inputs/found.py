"""Makes the findings of this package: a text, where it stands, the call whose result carried it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assure_tui.ingest.model import ToolResult
from assure_tui.reconcile.ids import input_id
from assure_tui.reconcile.model import InputFinding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assure_tui.ingest.model import Event
    from assure_tui.reconcile.model import Effect, Severity


def found(
    code: str,
    severity: Severity,
    event: Event,
    span: tuple[int, int],
    message: str,
    *,
    call_id: str | None = None,
    effects: Iterable[Effect] = (),
) -> InputFinding:
    """Make a finding about the text at `span` of an event, and the effects that it flowed into.

    `call_id` says which call's result carried the text, where that is not the event itself.
    """
    return InputFinding(
        id=input_id(code, event.id, span),
        run=event.run,
        code=code,
        severity=severity,
        call_id=event.call_id if isinstance(event, ToolResult) else call_id,
        event=event.id,
        origin=event.origin,
        span=span,
        effects=tuple(effect.id for effect in effects),
        message=message,
    )
