"""The formats of `assure-tui reconcile`: each module writes a check to a stream, and imports what only it needs.

In comes a `Comparison`, whose runs are checked while they are written; out goes one whole document, also where nothing
was recognised: `text`, `document` (JSON), `markdown`, `sarif` or `junit`. `evidence` says in all of them what stands
behind a finding. Text of a log is hostile in each of them: it is neutralised, and escaped as the format needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from assure_tui.app.desk.comparison import Comparison

_MODULES = {"text": "text", "json": "document", "markdown": "markdown", "sarif": "sarif", "junit": "junit"}


class Write(Protocol):
    """Writes a check, run by run where the format allows it."""

    def __call__(self, check: Comparison, out: TextIO, /) -> None:
        """Write all of `check` to `out`."""


def writer(name: str) -> Write:
    """Return what writes the format `name`."""
    write: Write = import_module(f"{__name__}.{_MODULES[name]}").write
    return write
