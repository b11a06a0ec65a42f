"""What an expression of CEL may look like. CEL itself has no limit: macros inside macros multiply what they cost.

The limits keep honest expressions far from the deadline, and the parser, which recurses, off deep nesting. What they
let through is still evaluated where it can be stopped (`app.desk.gates.evaluator`).
"""

from __future__ import annotations

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.rulebook import MAX_EXPRESSION

MAX_NESTING = 32
"""Brackets inside brackets."""
MAX_MACRO_NESTING = 2
"""Macros that run over a list, inside one another."""
MAX_MACROS = 8
MAX_OPERATORS = 200
"""Signs of operators: `!` and `-` can be repeated without a bracket, and each costs the parser a step down."""

_TOKEN = re.compile(
    r"""(?P<text>[rRbB]{0,2}(?:'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
    |(?P<macro>\.\s*(?:all|exists|exists_one|map|filter)\s*\()|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<operator>[!+\-*/%<>=&|?])""",
    re.VERBOSE | re.DOTALL,
)


def fault(expression: str) -> str | None:
    """Say what about an expression goes beyond the limits; None when nothing does."""
    if len(expression) > MAX_EXPRESSION:
        return f"it is longer than {MAX_EXPRESSION} characters"
    open_brackets: list[bool] = []
    """For each bracket that is open, whether it is a macro's."""
    macros = operators = 0
    for token in _TOKEN.finditer(expression):
        kind = token.lastgroup
        if kind in {"macro", "open"}:
            open_brackets.append(kind == "macro")
            macros += kind == "macro"
        elif kind == "close" and open_brackets:
            open_brackets.pop()
        elif kind == "operator":
            operators += 1
        if len(open_brackets) > MAX_NESTING:
            return f"its brackets are nested deeper than {MAX_NESTING}"
        if sum(open_brackets) > MAX_MACRO_NESTING:
            return f"more than {MAX_MACRO_NESTING} of all, exists, map and filter stand inside one another"
    if macros > MAX_MACROS:
        return f"it uses all, exists, map and filter more than {MAX_MACROS} times"
    return f"it has more than {MAX_OPERATORS} operators" if operators > MAX_OPERATORS else None
