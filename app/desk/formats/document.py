"""JSON of schema `assure-tui/reconcile/v1`: complete whatever the baseline has, so that it can be the next baseline."""

from __future__ import annotations

import json
from typing import Any, TextIO

from assure_tui.app.desk.about import version
from assure_tui.app.desk.comparison import Comparison
from assure_tui.app.desk.gates.rules_digest import rules_digest
from assure_tui.app.desk.report import SCHEMA, unattributed_document
from assure_tui.app.desk.wire import scrubbed


def write(check: Comparison, out: TextIO) -> None:
    """Write the document run by run."""
    batch = check.batch
    head = {"schema": SCHEMA, "program": {"version": version()}, "rules_digest": rules_digest(batch.settings)}
    out.write(ascii_json(head)[:-1] + ',"runs":[')
    first = True
    for compared in check.runs():
        out.write("" if first else ",\n")
        first = False
        out.write(ascii_json(compared.report.document()))
    tail = {
        "skipped": [{"path": str(skipped.path), "reason": skipped.reason} for skipped in batch.skipped],
        "unattributed": [unattributed_document(judged.row) for judged in check.rows()],
    }
    out.write("]," + ascii_json(tail)[1:] + "\n")


def ascii_json(value: dict[str, Any]) -> str:
    """Give JSON that any parser reads: escaped to ASCII, and without the lone surrogates that a log may hold."""
    text = json.dumps(value, separators=(",", ":"))
    if "\\ud" not in text:
        return text
    return json.dumps(scrubbed(value), separators=(",", ":"))
