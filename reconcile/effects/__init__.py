"""Effects out of tool calls and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assure_tui.ingest.model import ExternalEffect, ToolCall, ToolResult
    from assure_tui.reconcile.context import Context
    from assure_tui.reconcile.model import Effect


def interpret(call: ToolCall, result: ToolResult | None, context: Context) -> list[Effect]:
    """Read what a call does or did. Without a result the status is `running`.

    A shell command may give several effects, one a simple command that matters; any other call gives one.
    The ids are the same with and without the result.
    """
    del call, result, context
    return []


def external(event: ExternalEffect, context: Context) -> list[Effect]:
    """Turn an effect that the log states by itself into an effect."""
    del event, context
    return []
