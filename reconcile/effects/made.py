"""What all effects of calls share: whose call it was, and how it went where nothing tells more than its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from assure_tui.reconcile.ids import effect_id
from assure_tui.reconcile.model import Effect

if TYPE_CHECKING:
    from assure_tui.ingest.model import ExitSource, ResultStatus, ToolCall, ToolResult
    from assure_tui.reconcile.model import EffectClass


class Ending(NamedTuple):
    """How a call, or one of the commands in it, ended."""

    status: ResultStatus
    exit_source: ExitSource = "none"
    exit_code: int | None = None


def ending_of(result: ToolResult | None) -> Ending:
    """Return how a call ended by its result's own word; without a result it is running."""
    return Ending("running") if result is None else Ending(result.status, result.exit_source, result.exit_code)


def made(
    call: ToolCall,
    result: ToolResult | None,
    kind: str,
    effect_class: EffectClass,
    args: dict[str, Any],
    results: dict[str, Any],
    *,
    index: int = 0,
    ending: Ending | None = None,
) -> Effect:
    """Make the `index`-th effect of a call. Without an `ending`, it went as its result says."""
    status, exit_source, exit_code = ending or ending_of(result)
    return Effect(
        id=effect_id(call.id, index),
        run=call.run,
        event=call.id,
        origin=call.origin,
        call_id=call.call_id,
        tool=call.tool,
        kind=kind,
        effect_class=effect_class,
        status=status,
        time=call.time,
        exit_source=exit_source,
        exit_code=exit_code,
        args=args,
        results=results,
        result_event=result.id if result is not None else None,
        result_origin=result.origin if result is not None else None,
    )
