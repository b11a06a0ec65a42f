"""Codex rollout files: JSONL, append-only, `{timestamp, type, payload}` a line.

`wire` has the records' shapes, `decode` makes events of them; `calls` puts together what came of a call, out of its
`output`, of structured `facts`, and of `script`s and `patch`es. `events` reads what `codex exec --json` prints.
"""

from __future__ import annotations

from assure_tui.ingest.adapters.base import Adapter, Head
from assure_tui.ingest.adapters.codex.decode import CodexDecoder
from assure_tui.ingest.adapters.codex.wire import ENVELOPES
from assure_tui.ingest.adapters.values import one_of


def recognises(head: Head) -> bool:
    """Tell a rollout by an envelope of known type, or a file of 2025 by its first line and state records."""
    for index, record in enumerate(head.objects):
        if one_of(record.get("type"), ENVELOPES) and isinstance(record.get("payload"), dict):
            return True
        if record.get("record_type") == "state":
            return True
        if index == 0 and "instructions" in record and "git" in record and "id" in record:
            return True
    return False


ADAPTER = Adapter(name="codex", discipline="append", complete=True, recognises=recognises, decoder=CodexDecoder)
