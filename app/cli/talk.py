"""What commands say beside their output, on standard error, and how they begin."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assure_tui.app.desk.errors import NothingRecognisedError
from assure_tui.app.desk.setting import Setting
from assure_tui.app.neutral import neutral_line

if TYPE_CHECKING:
    from assure_tui.ingest.walk import Skipped

WIDTH = 500
REASONS = 3
"""Files of which it is said why they were not read, where none was."""


def talk(sentence: str) -> None:
    """Say something that is not data."""
    print(f"assure-tui: {neutral_line(sentence, WIDTH)}", file=sys.stderr, flush=True)


def gathered(arguments: argparse.Namespace) -> Setting:
    """Put together what a command with paths works with, and say what of it waits for trust."""
    setting = Setting.gather(getattr(arguments, "paths", ()), home=arguments.home, config=arguments.config)
    for sentence in setting.waiting:
        talk(sentence)
    return setting


def broke(faults: Sequence[str]) -> bool:
    """Say where the check itself broke; tell whether it did."""
    for fault in faults:
        talk(f"the check failed: {fault}")
    return bool(faults)


def nothing_recognised(skipped: Sequence[Skipped]) -> NothingRecognisedError:
    """Say that no log was recognised, and why not."""
    reasons = "; ".join(f"{file.path}: {file.reason}" for file in skipped[:REASONS])
    why = f" ({reasons})" if reasons else ""
    return NothingRecognisedError(
        f"no log was recognised in the input{why}: `assure-tui doctor` lists the formats that are read."
    )
