"""Claude Code session files: JSONL, append-only, one envelope a line.

`wire` has the records' shapes, `decode` makes events of them, `outcome` tells what came of a call; `stream` reads what
the agent prints without a screen.
"""

from __future__ import annotations

from assure_tui.ingest.adapters.base import Adapter, Head
from assure_tui.ingest.adapters.claude.decode import ClaudeDecoder
from assure_tui.ingest.adapters.claude.wire import BOOKKEEPING, ENVELOPED
from assure_tui.ingest.adapters.values import one_of


def recognises(head: Head) -> bool:
    """Tell a session file by a record that names its session and has a type of this format.

    Formats that descend from this one share its envelope, but not the API's form of a message.
    """
    for record in head.objects:
        kind = record.get("type")
        message = record.get("message")
        if "systemPayload" in record or (isinstance(message, dict) and "parts" in message):
            return False
        if one_of(kind, ENVELOPED) and "sessionId" in record and "uuid" in record:
            return True
        if one_of(kind, BOOKKEEPING) and ("sessionId" in record or "leafUuid" in record or "messageId" in record):
            return True
    return False


ADAPTER = Adapter(name="claude-code", discipline="append", complete=True, recognises=recognises, decoder=ClaudeDecoder)
