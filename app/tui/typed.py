"""The terminal's encoding: bytes that are not text end nothing, pasted text presses no key, columns stay columns.

The last is for locales that lack signs: what they cannot write is written as question marks, as wide as it would be.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable
from functools import partial
from io import TextIOWrapper
from typing import Final

from rich.cells import cell_len

PASTED: Final = "\x1b[200~"
"""What a terminal sends before a paste, and after it: xterm's control sequences, *bracketed paste mode*."""
ENDED: Final = "\x1b[201~"
WRONG: Final = "\ufffd"


class Terminal(codecs.IncrementalDecoder):
    """Makes text of a terminal's bytes. Each wrong byte becomes U+FFFD, and so does each escape within a paste.

    Textual's parser looks for a sequence behind an escape also where text is pasted, finds none, and hands what it
    looked at to the program as keys: 33 of them for each escape, which may decide a finding.
    """

    def __init__(self, encoding: str) -> None:
        super().__init__("replace")
        self._bytes = codecs.getincrementaldecoder(encoding)("replace")
        self._pasting = False
        self._before = ""
        """The end of what was given on, which may be the beginning of `PASTED`."""
        self._held = ""
        """The end of what was pasted, kept back as it may be the beginning of `ENDED`."""

    def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: A002 - the codec's names
        """Return the text of these bytes and of what was kept back."""
        rest, done = self._held + self._bytes.decode(input, final), ""
        self._held = ""
        while rest:
            if not self._pasting:
                typed = self._before + rest
                at = typed.find(PASTED)
                taken = len(rest) if at < 0 else at + len(PASTED) - len(self._before)
                done, rest = done + rest[:taken], rest[taken:]
                self._pasting, self._before = at >= 0, typed[1 - len(PASTED) :] if at < 0 else ""
                continue
            pasted, end, rest = rest.partition(ENDED)
            if end:
                self._pasting = False
            elif not final:
                self._held = _beginning(pasted)
                pasted = pasted[: len(pasted) - len(self._held)]
            done += pasted.replace("\x1b", WRONG) + end
        return done


def _beginning(pasted: str) -> str:
    """Return the longest end of a text with which `ENDED` begins."""
    return next((ENDED[:size] for size in range(len(ENDED) - 1, 0, -1) if pasted.endswith(ENDED[:size])), "")


def _decoder(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    return partial(Terminal, encoding)


def take_any_bytes() -> None:
    """Have Textual's thread for the terminal decode so: it decodes strictly, and gives no way to choose."""
    try:
        from textual.drivers import linux_driver  # noqa: PLC0415 - it does not import on Windows
    except ImportError:
        return
    setattr(linux_driver, "getincrementaldecoder", _decoder)  # noqa: B010 - a name that the module does not export


def plain_signs() -> bool:
    """Return whether the terminal's locale has no more than a code page; then no sign that it lacks moves a column."""
    screen = sys.__stderr__  # where Textual draws
    if not isinstance(screen, TextIOWrapper) or screen.encoding.lower().startswith("utf"):
        return False
    codecs.register_error("assure-tui-cells", _as_wide)
    screen.reconfigure(errors="assure-tui-cells")
    return True


def _as_wide(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "?" * cell_len(error.object[error.start : error.end]), error.end
