"""What can go wrong with a source: only these errors leave the package, besides programming mistakes.

IngestError
  SourceError      a file or command cannot be read, now
    UnknownFormat  a file is of no known log format
  FeedError        a feed's specification or output cannot be used
"""

from __future__ import annotations


class IngestError(Exception):
    """Base of the package's errors; the message is one plain sentence for the operator."""


class SourceError(IngestError):
    """A source cannot be read, now."""


class UnknownFormat(SourceError):  # noqa: N818 - the name says it
    """A file is of no known log format."""


class FeedError(IngestError):
    """A feed's specification or output cannot be used."""
