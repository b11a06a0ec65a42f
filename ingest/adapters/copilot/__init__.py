"""GitHub Copilot CLI session files: JSONL, append-only, `{type, data, id, timestamp}` a line.

`wire` has the records' shapes, `decode` makes events of them, `outcome` tells what came of a call.
"""

from __future__ import annotations

from assure_tui.ingest.adapters.base import Adapter, Head
from assure_tui.ingest.adapters.copilot.decode import NAME, CopilotDecoder
from assure_tui.ingest.adapters.copilot.wire import FAMILIES


def recognises(head: Head) -> bool:
    """Tell a session file by records of known families with `data` and an id."""
    return any(
        isinstance(record.get("data"), dict) and "id" in record and str(record.get("type", "")).startswith(FAMILIES)
        for record in head.objects
    )


ADAPTER = Adapter(name=NAME, discipline="append", complete=True, recognises=recognises, decoder=CopilotDecoder)
