"""The one place where text of a log is made harmless before anybody looks at it.

A log is written by an agent that may have been turned, from pages that anybody wrote. Escape sequences, C1 controls,
bidi overrides, tag characters and other invisible text would reach the terminal unless they are replaced. What is
replaced stays visible: a reviewer must see that something was hidden there.
"""

from __future__ import annotations

import textwrap
from typing import Final

MAX_BLOCK: Final = 1200
"""Characters of a text that are shown in several lines."""
_NAMED: Final = {
    0x00AD: "SHY",
    0x034F: "CGJ",
    0x061C: "ALM",
    0x115F: "HCF",
    0x1160: "HJF",
    0x17B4: "KIV",
    0x17B5: "KIV",
    0x180E: "MVS",
    0x200B: "ZWSP",
    0x200C: "ZWNJ",
    0x200D: "ZWJ",
    0x200E: "LRM",
    0x200F: "RLM",
    0x2028: "LS",
    0x2029: "PS",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0x3164: "HF",
    0xFEFF: "BOM",
    0xFFA0: "HHF",
}

_ELLIPSIS: Final = "…"
_TAB: Final = "    "


def _table() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20) if code != 0x0A}
    table[0x09] = _TAB
    table[0x7F] = "␡"
    table |= {code: f"‹{code:02X}›" for code in range(0x80, 0xA0)}
    table |= {code: f"‹{name}›" for code, name in _NAMED.items()}
    table |= {code: f"‹{code:X}›" for code in (*range(0x2061, 0x2066), *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC))}
    table |= dict.fromkeys(range(0xD800, 0xE000), "�")
    # Emoji presentation selectors change a glyph's width in some terminals and say nothing: they alone are dropped.
    table |= {code: f"‹VS{code - 0xFE00 + 1}›" for code in range(0xFE00, 0xFE0E)} | {0xFE0E: "", 0xFE0F: ""}
    # Tag characters carry hidden ASCII: show the letters that they hide.
    table |= {code: f"‹{chr(code - 0xE0000)}›" for code in range(0xE0020, 0xE007F)} | {
        0xE0001: "‹TAG›",
        0xE007F: "‹/TAG›",
    }
    table |= {code: f"‹VS{code - 0xE0100 + 17}›" for code in range(0xE0100, 0xE01F0)}
    return table


_LINES: Final = _table()
_LINE: Final = _LINES | {0x0A: "⏎"}


def neutralise(text: str) -> str:
    """Make `text` harmless and keep its lines apart: the only control character left is the line feed."""
    return text.replace("\r\n", "\n").translate(_LINES)


def neutral_line(text: str, limit: int = 200) -> str:
    """Make `text` harmless on one line of at most `limit` characters; what is cut off ends in an ellipsis."""
    head = text if len(text) <= limit else text[: limit + 1]
    line = head.replace("\r\n", "\n").translate(_LINE)
    return line if len(line) <= limit else line[: limit - 1] + _ELLIPSIS


def neutral_block(head: str, text: str, *, hang: int, width: int = 120) -> list[str]:
    """Make text harmless and fold it into lines of `width`, first behind `head`, then behind `hang` blanks."""
    blank = " " * hang
    line = neutral_line(text, MAX_BLOCK)
    lines = textwrap.wrap(line, width, initial_indent=head, subsequent_indent=blank, break_on_hyphens=False)
    return lines or [head.rstrip()]
