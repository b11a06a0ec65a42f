"""What came of a call, put together from a log's text and its structured fields before it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from assure_tui.ingest.adapters.base import Draft, Json
from assure_tui.ingest.model import ExitSource, FileChange, ResultStatus


@dataclass(slots=True)
class Reading:
    """All that one result tells; formats add what they need to find it out."""

    text: str
    status: ResultStatus = "unknown"
    exit_code: int | None = None
    exit_source: ExitSource = "none"
    truncated: bool = False
    files: tuple[FileChange, ...] = ()
    facts: Json = field(default_factory=dict)

    def tell(self, draft: Draft, block: int | str, call_id: str, reads_from: str | None = None) -> None:
        """Add it to a record's events, as the result of a call that may have asked what became of another."""
        draft.result(
            block,
            call_id,
            self.text,
            self.status,
            self.exit_code,
            self.exit_source,
            truncated=self.truncated,
            files=self.files,
            facts=self.facts,
            reads_from=reads_from,
        )
