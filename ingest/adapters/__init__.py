"""Log formats of agents: one adapter a format, found by a file's content and never by its name alone.

The formats of agents with hooks are here; `catalogue` has all, which a hook that an agent waits for does not load.
To add one, begin with `base` (what an adapter is) and `assure`, our own and the plainest.

    agents     claude, codex, copilot, gemini and qwen, aider, antigravity, cline and cline_view, crush, droid, goose,
               grok, hermes, kimi and kimi_wire, kiro, kiro_history and kiro_messages, opencode with opencode_database,
               opencode_export, opencode_second and opencode_storage, openhands, pi, vscode_chat
    printed    gemini_stream, cursor_stream, droid_stream (and the `stream` of claude, the `events` of codex)
    benches    swe_agent, mini_swe, inspect_ai, atif
    in-house   assure, chat, otel and spans, with genai (the attributes of both)
    shared     base, values, reading (of what came of a call), endings (what answers say of it), edits, plan, printed
               (its frame), function_response (Gemini's and its kin's), sqlite
"""

from __future__ import annotations

from pathlib import Path

from assure_tui.ingest.adapters.assure import ADAPTER as ASSURE
from assure_tui.ingest.adapters.base import Adapter, Head
from assure_tui.ingest.adapters.claude import ADAPTER as CLAUDE_CODE
from assure_tui.ingest.adapters.codex import ADAPTER as CODEX
from assure_tui.ingest.adapters.copilot import ADAPTER as COPILOT
from assure_tui.ingest.adapters.gemini import ADAPTER as GEMINI
from assure_tui.ingest.adapters.gemini import DOCUMENT as GEMINI_DOCUMENT

FIRST: tuple[Adapter, ...] = (ASSURE, CODEX, COPILOT, CLAUDE_CODE, GEMINI, GEMINI_DOCUMENT)
"""The formats that are looked for first."""


def detect(path: Path, head: Head | None = None) -> Adapter | None:
    """Return the adapter for a file, or None when it is of no known format.

    Raises `OSError` when no head is given and the file cannot be read.
    """
    head = head or Head.read(path)
    found = next((adapter for adapter in FIRST if adapter.recognises(head)), None)
    if found is not None:
        return found
    from assure_tui.ingest.adapters.catalogue import OTHERS  # noqa: PLC0415 - see the module's docstring

    return next((adapter for adapter in OTHERS if adapter.recognises(head)), None)
