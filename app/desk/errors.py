"""What can go wrong at the desk, as one tree. Each message is one sentence: what, where, and how to mend it.

DeskError                   code 70 unless a class says otherwise
├── UsageError          2: the request makes no sense as it stands
│   └── ConfigError     2: a configuration file does
├── NothingRecognisedError   3: no record of the input was recognised
├── LedgerDamagedError       5: a command that must write found the ledger damaged
└── GoneError                2: the log that held an event is gone, or says something else by now
"""

from __future__ import annotations


class DeskError(Exception):
    """Base of all errors that a face may show as they are."""

    code = 70


class UsageError(DeskError):
    """The request makes no sense: an unknown run, an empty reason, a path that is not there."""

    code = 2


class ConfigError(UsageError):
    """A configuration file cannot be read, or holds what it must not."""


class NothingRecognisedError(DeskError):
    """Nothing in the input is a log that can be read. Never the same as "nothing found"."""

    code = 3


class LedgerDamagedError(DeskError):
    """The ledger is damaged: it is readable, and nothing is written to it any more."""

    code = 5

    @classmethod
    def of(cls, error: Exception) -> LedgerDamagedError:
        """Say what the ledger refused, and the way on when no copy can be restored."""
        way = "" if "adopt`" in str(error) else "; if there is no copy, start a new one with `shard --damaged`"
        return cls(f"{error}{way}.")


class GoneError(UsageError):
    """The log that held an event is gone, or its bytes are others than those that were read."""
