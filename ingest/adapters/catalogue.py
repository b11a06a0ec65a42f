"""All formats that are read, the ones with the clearest marks first."""

from __future__ import annotations

from assure_tui.ingest.adapters import FIRST
from assure_tui.ingest.adapters.aider import ADAPTER as AIDER
from assure_tui.ingest.adapters.antigravity import ADAPTER as ANTIGRAVITY
from assure_tui.ingest.adapters.atif import ADAPTER as ATIF
from assure_tui.ingest.adapters.base import Adapter
from assure_tui.ingest.adapters.chat import DOCUMENTS as CHAT_DOCUMENTS
from assure_tui.ingest.adapters.chat import LINES as CHAT_LINES
from assure_tui.ingest.adapters.chat import OTHERS as CHAT_OTHERS
from assure_tui.ingest.adapters.claude.stream import ADAPTER as CLAUDE_STREAM
from assure_tui.ingest.adapters.cline import ADAPTER as CLINE
from assure_tui.ingest.adapters.cline_view import ADAPTER as CLINE_VIEW
from assure_tui.ingest.adapters.codex.events import ADAPTER as CODEX_EXEC
from assure_tui.ingest.adapters.crush import ADAPTER as CRUSH
from assure_tui.ingest.adapters.cursor_stream import ADAPTER as CURSOR_STREAM
from assure_tui.ingest.adapters.droid import ADAPTER as DROID
from assure_tui.ingest.adapters.droid_stream import ADAPTER as DROID_STREAM
from assure_tui.ingest.adapters.gemini_stream import ADAPTER as GEMINI_STREAM
from assure_tui.ingest.adapters.goose import DATABASE as GOOSE_DATABASE
from assure_tui.ingest.adapters.goose import LINES as GOOSE
from assure_tui.ingest.adapters.grok import ADAPTER as GROK
from assure_tui.ingest.adapters.hermes import ADAPTER as HERMES
from assure_tui.ingest.adapters.inspect_ai import ADAPTER as INSPECT
from assure_tui.ingest.adapters.kimi import ADAPTER as KIMI
from assure_tui.ingest.adapters.kimi_wire import ADAPTER as KIMI_WIRE
from assure_tui.ingest.adapters.kiro import ADAPTER as KIRO
from assure_tui.ingest.adapters.kiro_history import ADAPTER as KIRO_HISTORY
from assure_tui.ingest.adapters.kiro_history import DATABASE as KIRO_DATABASE
from assure_tui.ingest.adapters.kiro_messages import ADAPTER as KIRO_MESSAGES
from assure_tui.ingest.adapters.mini_swe import ADAPTER as MINI_SWE
from assure_tui.ingest.adapters.opencode import LINES as OPENCODE_RUN
from assure_tui.ingest.adapters.opencode_database import ADAPTER as OPENCODE_DATABASE
from assure_tui.ingest.adapters.opencode_export import ADAPTER as OPENCODE
from assure_tui.ingest.adapters.opencode_storage import ADAPTER as OPENCODE_STORAGE
from assure_tui.ingest.adapters.openhands import ADAPTERS as OPENHANDS
from assure_tui.ingest.adapters.otel import ADAPTER as OTEL
from assure_tui.ingest.adapters.pi import ADAPTER as PI
from assure_tui.ingest.adapters.qwen import ADAPTER as QWEN
from assure_tui.ingest.adapters.spans import ADAPTER as SPANS
from assure_tui.ingest.adapters.swe_agent import ADAPTER as SWE_AGENT
from assure_tui.ingest.adapters.vscode_chat import ADAPTER as VSCODE_CHAT

OTHERS: tuple[Adapter, ...] = (
    *(
        PI,
        OPENCODE,
        QWEN,
        KIRO,
        KIRO_MESSAGES,
        KIRO_HISTORY,
        KIRO_DATABASE,
        KIMI_WIRE,
        KIMI,
        DROID,
        ANTIGRAVITY,
        CURSOR_STREAM,
        CLAUDE_STREAM,
        CODEX_EXEC,
        GEMINI_STREAM,
    ),
    *(
        DROID_STREAM,
        OPENCODE_STORAGE,
        OPENCODE_RUN,
        OTEL,
        *OPENHANDS,
        ATIF,
        INSPECT,
        SWE_AGENT,
        MINI_SWE,
        AIDER,
        OPENCODE_DATABASE,
    ),
    *(
        GOOSE,
        GOOSE_DATABASE,
        HERMES,
        CRUSH,
        GROK,
        CLINE,
        CLINE_VIEW,
        VSCODE_CHAT,
        SPANS,
        *CHAT_LINES,
        *CHAT_DOCUMENTS,
        *CHAT_OTHERS,
    ),
)
ADAPTERS: tuple[Adapter, ...] = (*FIRST, *OTHERS)


def named(name: str) -> list[Adapter]:
    """Return the adapters of a format, which read it in the several forms that it has."""
    return [adapter for adapter in ADAPTERS if adapter.name == name]
