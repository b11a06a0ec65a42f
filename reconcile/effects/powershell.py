"""Splits a PowerShell or `cmd` line into commands, well enough to see what was run.

It knows quotes, here-strings, the operators `;`, newline, `|`, `&&`, `||`, blocks and simple redirections, and no
more of the language. What it cannot close (a quote, a here-string) is reported as not whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import Redirect

_TOKEN = re.compile(
    r"""
    (?P<here>@'\r?\n(?:[^'\n]|\n(?!'@)|'(?!@))*\n'@ | @"\r?\n(?:[^"\n]|\n(?!"@)|"(?!@))*\n"@)
  | (?P<comment>\#[^\n]*)
  | (?P<space>[^\S\n]+ | `\r?\n)
  | (?P<op>&&|\|\||\||;|\n)
  | (?P<redirect>[1-6*]?>>?(?:&[12])?)
  | (?P<block>[{}()])
  | (?P<call>&(?=\s))
  | (?P<word>(?: '(?:[^']|'')*' | "(?:[^"`]|`.|"")*" | `. | \$\( [^()]* \) | [^\s'"`;|{}()<>&] )+ )
  | (?P<rest>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(r"""'((?:[^']|'')*)'|"((?:[^"`]|`.|"")*)"|`(.)""", re.DOTALL)


@dataclass(slots=True)
class Piece:
    """One command of the line with the operators around it."""

    argv: list[str] = field(default_factory=list)
    text: str = ""
    before: str | None = None
    after: str | None = None
    redirects: list[Redirect] = field(default_factory=list)


def split(source: str) -> tuple[list[Piece], bool]:
    """Return the commands of a line, and whether all of it was understood."""
    pieces: list[Piece] = []
    current = Piece()
    begin = 0
    whole = True
    pending: str | None = None

    def close(operator: str | None, at: int) -> None:
        nonlocal current, begin
        if current.argv:
            current.text = source[begin:at].strip()
            current.after = operator
            pieces.append(current)
            current = Piece(before=operator)
        else:
            current.before = operator
        begin = at + len(operator or "")

    for match in _TOKEN.finditer(source):
        kind, text = match.lastgroup, match[0]
        if kind in {"space", "comment"}:
            continue
        if kind == "op":
            close(text, match.start())
        elif kind == "block":
            close(";", match.start())
        elif kind == "redirect":
            pending = text
        elif kind in {"word", "here"}:
            value = text[2:-2].strip("\r\n") if kind == "here" else _QUOTED.sub(_value, text)
            if pending is not None:
                if "&" not in pending:
                    fd = int(pending[0]) if pending[0].isdigit() else None
                    current.redirects.append(Redirect(pending.lstrip("123456*"), value, fd))
                pending = None
                if current.argv and "&" not in text:
                    continue
            current.argv.append(value)
        elif kind == "rest":
            whole = False
    close(None, len(source))
    return pieces, whole


def _value(match: re.Match[str]) -> str:
    if match[1] is not None:
        return match[1].replace("''", "'")
    if match[2] is not None:
        return re.sub(r"`(.)|\"\"", lambda inner: inner[1] or '"', match[2], flags=re.DOTALL)
    return match[3]
