"""Words and redirections of a syntax tree: quotes resolved, plain variables filled in, substitutions followed."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING

from assure_tui.reconcile.effects.script import Mask, Redirect
from assure_tui.reconcile.effects.shell_commands import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

MAX_TREE_DEPTH = 60

_PLAIN_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,63})\}?")
_WINDOWS_PATH = re.compile(r"(?:-{1,2}[\w-]{1,60}=)?(?:[A-Za-z]:|\.{1,2})\\+[\w.]")
"""A word that means a path of Windows: a shell that took its backslashes away would leave nothing that exists."""
_BEFORE_MARK = re.compile(r"\\([^\w.-])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "\\": "\\", "'": "'", '"': '"'}
_ANSI = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|[0-7]{1,3}|.)", re.DOTALL)


class WordReader(Collector):
    """Reads words; the commands of a substitution are read like any others."""

    @abstractmethod
    def _sequence(self, children: Iterable[Node], *, last: Mask | None = None) -> None:
        """Read the commands of a group."""

    def _assignment(self, node: Node) -> tuple[str, str]:
        name = value = ""
        for child in node.children:
            if child.type in {"variable_name", "subscript"}:
                name = text_of(child)
            elif child.is_named:
                value = self._word(child)
        return name, value

    def _read_redirect(self, node: Node) -> Redirect:
        kind = node.type
        fd: int | None = None
        operator, target, body = "", "", None
        for child in node.children:
            if child.type == "file_descriptor":
                digits = text_of(child)
                fd = int(digits) if digits.isdecimal() and len(digits) < 4 else None
            elif child.type == "heredoc_start":
                target = text_of(child).strip("'\"\\")
            elif child.type == "heredoc_body":
                body = text_of(child)
                self._substitutions(child)
            elif kind == "heredoc_redirect" and child.is_named:
                continue
            elif not child.is_named and not operator:
                operator = child.type
            elif child.is_named:
                target = self._word(child)
        if kind == "herestring_redirect":
            body = target
        if kind == "heredoc_redirect":
            body = body or ""
        if operator == ">&" and not (target.isdecimal() or target == "-"):
            operator = "&>"
        return Redirect(operator, target, fd, body)

    def _word(self, node: Node) -> str:
        """Return the value of a word: quotes resolved, known plain variables filled in, the rest as written."""
        kind = node.type
        if kind in {"word", "number", "command_name", "file_descriptor"} and not node.children:
            return _unescape(text_of(node))
        if kind == "raw_string":
            return text_of(node)[1:-1]
        if kind == "ansi_c_string":
            return _ANSI.sub(_ansi, text_of(node)[2:-1])
        if kind in {"string", "translated_string"}:
            return self._string(node)
        if kind in {"concatenation", "command_name"}:
            return "".join(self._word(child) for child in node.children)
        if kind in {"simple_expansion", "expansion"}:
            self._substitutions(node)
            text = text_of(node)
            match = _PLAIN_VARIABLE.fullmatch(text)
            return self.variables.get(match[1], text) if match else text
        if kind == "command_substitution":
            return self._substitution(node)
        self._substitutions(node)
        return text_of(node)

    def _string(self, node: Node) -> str:
        source = node.text or b""
        base = node.start_byte
        start = source.find(b'"') + 1
        end = len(source) - 1 if source.endswith(b'"') and len(source) > start else len(source)
        parts: list[str] = []
        at = start
        for child in node.children:
            if child.type in {'"', "string_content", "$"}:
                continue
            begin = child.start_byte - base
            parts.append(_unquote(source[at:begin]))
            parts.append(self._word(child))
            at = child.end_byte - base
        parts.append(_unquote(source[at:end]))
        return "".join(parts)

    def _substitution(self, node: Node) -> str:
        """Read the commands of `$(…)`; a here-document that is only printed gives its text as the value."""
        start = len(self.out)
        folder, self._depth = self.cd, self._depth + 1
        if self._depth < MAX_TREE_DEPTH:
            self._sequence(node.children, last="sequence")
        else:
            self.unparsed = True
        self.cd, self._depth = folder, self._depth - 1
        for draft in self.out[start:]:
            draft.inner = True
        made = self.out[start:]
        if len(made) == 1 and made[0].argv == ["cat"]:
            body = next((redirect.body for redirect in made[0].redirects if redirect.body is not None), None)
            if body is not None:
                return body.removesuffix("\n")
        return text_of(node)

    def _substitutions(self, node: Node) -> None:
        """Read the commands substituted anywhere below a node whose own text is kept as it is."""
        if self._depth >= MAX_TREE_DEPTH:
            self.unparsed = True
            return
        self._depth += 1
        for child in node.children:
            if child.type in {"command_substitution", "process_substitution"}:
                self._substitution(child)
            elif child.child_count:
                self._substitutions(child)
        self._depth -= 1
        if node.type == "process_substitution":
            self._substitution(node)


def text_of(node: Node) -> str:
    """Return the source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    if _WINDOWS_PATH.match(text):
        return _BEFORE_MARK.sub(r"\1", text)
    return re.sub(r"\\(.)", lambda match: "" if match[1] == "\n" else match[1], text, flags=re.DOTALL)


def _unquote(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if "\\" not in text:
        return text
    return re.sub(r'\\([\\"$`\n])', lambda match: "" if match[1] == "\n" else match[1], text)


def _ansi(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in {"x", "u"} and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    return _ESCAPES.get(code, "\\" + code)
