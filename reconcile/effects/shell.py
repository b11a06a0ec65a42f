"""Reads a command line into simple commands: POSIX shells with tree-sitter-bash, PowerShell with a small tokenizer.

Commands are parsed and never searched as text: `echo "--no-verify"` is an echo, and what stands in `bash -c '…'`,
in a here-document fed to a shell or in `$(…)` is a command like any other.

The grammar nests lists, pipelines and redirections in ways that differ from a shell's precedence (a redirection
behind `a && b` wraps both). So each group is first flattened into units and operators, and then read by the
shell's own rules (POSIX.1-2024, XCU 2.9: pipelines bind tighter than `&&` and `||`, which bind equally).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from assure_tui.reconcile.effects import powershell
from assure_tui.reconcile.effects.script import Mask, Redirect, Script, stronger
from assure_tui.reconcile.effects.shell_commands import Draft
from assure_tui.reconcile.effects.shell_words import MAX_TREE_DEPTH, WordReader, text_of
from assure_tui.reconcile.effects.wrappers import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node, Parser

MAX_SOURCE = 64 * 1024
"""Characters of a command line that are parsed."""
MAX_MARKS = {"|": 3000, "(": 4000, "<<": 1000}
"""Marks of a line on which the grammar's error recovery takes quadratic time; the line is cut at the next one."""
MAX_NESTING = 8
"""Scripts within scripts (`bash -c`, `eval`, here-documents fed to a shell)."""
MAX_LIST_DEPTH = 200
"""Operators of one list; the grammar nests a list as deep as it is long."""
MAX_WORDS = 4096

_SEPARATORS = {";", "&", "\n", ";;", ";&", ";;&"}
_HERE = re.compile(r"<<-?[ \t]{0,4}['\"]?([A-Za-z_]\w{0,40})['\"]?[^\n]{0,200}\n")
MAX_HERE = 100
"""Here-documents of one line that are looked at."""
_REDIRECTS = {"file_redirect", "heredoc_redirect", "herestring_redirect"}


@cache
def _parser() -> Parser:
    # Imported here: a run without shell commands must not pay for it.
    import tree_sitter_bash  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))


@lru_cache(maxsize=2048)
def parse(source: str, dialect: Dialect = "bash") -> Script:
    """Read a command line. Never fails: what is not understood is flagged on the result."""
    kept = _bounded(source)
    reader = _Reader()
    reader.script(kept, dialect, depth=0)
    cut = len(kept) < len(source) or reader.full
    return Script(commands=tuple(draft.finish() for draft in reader.out), unparsed=reader.unparsed, cut=cut)


def _ended(source: str) -> str:
    """End a last here-document that nothing ends: a shell takes the end of its input for it, the grammar does not."""
    opened = next(reversed(list(islice(_HERE.finditer(source), MAX_HERE))), None)
    if opened is None or re.search(rf"\n[ \t]*{re.escape(opened[1])}[ \t]*(?:\n|\Z)", source[opened.end() :]):
        return source
    return f"{source}\n{opened[1]}\n"


def _bounded(source: str) -> str:
    """Cut a line to what can be parsed in bounded time."""
    kept = source[:MAX_SOURCE]
    for mark, most in MAX_MARKS.items():
        if kept.count(mark) > most:
            at = next(islice(re.finditer(re.escape(mark), kept), most, None))
            kept = kept[: at.start()]
    return kept


class _Unit:
    """A pipeline's element in the flattened form: a node with the redirections that apply to it."""

    __slots__ = ("node", "redirects")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.redirects: list[Node] = []


class _Reader(WordReader):
    """Walks syntax trees and collects simple commands, the shell's folder and its plain variables on the way."""

    def script(self, source: str, dialect: Dialect, depth: int) -> None:
        """Read one script, the line itself or one nested in it."""
        if depth > MAX_NESTING:
            self.unparsed = True
            return
        before, self._scripts = self._scripts, depth
        if dialect == "powershell":
            self._powershell(source)
        else:
            root = _parser().parse(_ended(source).encode("utf-8", "replace")).root_node
            self.unparsed = self.unparsed or root.has_error
            self._sequence(root.children)
        self._scripts = before

    def _powershell(self, source: str) -> None:
        pieces, whole = powershell.split(source)
        self.unparsed = self.unparsed or not whole
        start = len(self.out)
        for piece in pieces:
            draft = Draft(piece.argv, piece.text, self.cd)
            draft.before, draft.after = piece.before, piece.after
            draft.redirects = piece.redirects
            if piece.after == "|":
                draft.masked = "pipe"
            elif piece.after == "||":
                draft.masked = "or-true"
            draft.chained = piece.before == "&&"
            draft.chains = piece.after == "&&"
            draft.maybe = piece.before == "||"
            self._emit(draft)
        for draft in self.out[start:-1]:
            if draft.after in _SEPARATORS:
                draft.masked = stronger(draft.masked, "sequence")

    # -- groups

    def _sequence(self, children: Iterable[Node], *, last: Mask | None = None) -> None:
        """Read statements one after the other; `last` masks the last of them."""
        lists: list[tuple[list[_Unit | str], str]] = []
        stream: list[_Unit | str] = []
        for child in children:
            kind = child.type
            if kind in _SEPARATORS:
                if stream:
                    lists.append((stream, kind))
                    stream = []
                continue
            if not child.is_named and kind != "ERROR":
                continue
            if kind in {"comment", "heredoc_body", "heredoc_end"}:
                continue
            if stream:
                lists.append((stream, ";"))
                stream = []
            self._flatten(child, stream)
        if stream:
            lists.append((stream, ";"))
        for at, (units, operator) in enumerate(lists):
            start = len(self.out)
            self._and_or(units)
            mask: Mask | None = None
            if operator == "&":
                mask = "background"
            elif at + 1 < len(lists):
                mask = None if self.errexit or _leaves(lists[at + 1][0]) else "sequence"
            else:
                mask = last
            if mask is not None:
                for draft in self.out[start:]:
                    draft.masked = stronger(draft.masked, mask)
            elif at + 1 < len(lists):
                for draft in self.out[start:]:
                    draft.chains = True
            if len(self.out) > start and at + 1 < len(lists):
                self.out[-1].after = operator
            if start and at and len(self.out) > start:
                self.out[start].before = self.out[start].before or lists[at - 1][1]

    def _flatten(self, node: Node, stream: list[_Unit | str], depth: int = 0) -> None:
        """Turn nested lists, pipelines and redirected statements into units and operators, in source order."""
        if depth > MAX_LIST_DEPTH:
            self.unparsed = True
            return
        kind = node.type
        if kind in {"list", "pipeline"}:
            for child in node.children:
                if child.type in {"&&", "||", "|", "|&"}:
                    stream.append(child.type)
                elif child.is_named:
                    self._flatten(child, stream, depth + 1)
        elif kind == "redirected_statement":
            for child in node.children:
                if child.type in _REDIRECTS:
                    self._redirect(child, stream)
                elif child.is_named:
                    self._flatten(child, stream, depth + 1)
        else:
            stream.append(_Unit(node))

    def _redirect(self, node: Node, stream: list[_Unit | str]) -> None:
        """Attach a redirection to the unit it follows; a here-document may carry the rest of its line inside."""
        owner = next((unit for unit in reversed(stream) if isinstance(unit, _Unit)), None)
        if owner is None:
            owner = _Unit(node)
            stream.append(owner)
        owner.redirects.append(node)
        if node.type != "heredoc_redirect":
            return
        for child in node.children:
            if child.type in {"&&", "||", "|", "|&"}:
                stream.append(child.type)
            elif child.type in _REDIRECTS:
                self._redirect(child, stream)
            elif child.is_named and child.type not in {"heredoc_start", "heredoc_body", "heredoc_end"}:
                if child.type == "file_descriptor":
                    continue
                self._flatten(child, stream)

    def _and_or(self, stream: list[_Unit | str]) -> None:
        """Read one list of pipelines joined by `&&` and `||`."""
        pipelines: list[list[_Unit]] = [[]]
        operators: list[str] = []
        for item in stream:
            if isinstance(item, _Unit):
                pipelines[-1].append(item)
            elif item in {"&&", "||"}:
                operators.append(item)
                pipelines.append([])
        ranges: list[tuple[int, int]] = []
        for pipeline in pipelines:
            start = len(self.out)
            self._pipeline(pipeline)
            ranges.append((start, len(self.out)))
        for at, (start, end) in enumerate(ranges):
            behind = operators[at:]
            hidden = any(
                operator == "||" and not _leaves(pipelines[at + 1 + step]) for step, operator in enumerate(behind)
            )
            for draft in self.out[start:end]:
                draft.chained = draft.chained or (at > 0 and operators[at - 1] == "&&")
                draft.maybe = draft.maybe or (at > 0 and operators[at - 1] == "||")
                draft.chains = draft.chains or (bool(behind) and behind[0] == "&&")
                if hidden:
                    draft.masked = stronger(draft.masked, "or-true")
            if end > start:
                if at < len(operators):
                    self.out[end - 1].after = operators[at]
                if at:
                    self.out[start].before = operators[at - 1]

    def _pipeline(self, units: list[_Unit]) -> None:
        if len(units) > 1:
            self._pipes += 1
        number, folder = self._pipes, self.cd
        for at, unit in enumerate(units):
            start = len(self.out)
            self._unit(unit)
            if len(units) == 1:
                continue
            self.cd = folder
            for draft in self.out[start:]:
                draft.pipe = (number, at, len(units)) if draft.pipe[2] == 1 else draft.pipe
                if at + 1 < len(units) and not self.pipefail:
                    draft.masked = stronger(draft.masked, "pipe")
            if len(self.out) > start:
                if at:
                    self.out[start].before = "|"
                if at + 1 < len(units):
                    self.out[-1].after = "|"

    # -- units

    def _unit(self, unit: _Unit) -> None:
        if self._depth >= MAX_TREE_DEPTH:
            self.unparsed = True
            return
        self._depth += 1
        redirects = [self._read_redirect(node) for node in unit.redirects]
        first = len(self.out)
        self._statement(unit.node, redirects)
        if unit.node.type not in {"command", "declaration_command"}:
            for draft in self.out[first:]:
                draft.redirects += redirects
        self._depth -= 1

    def _statement(self, node: Node, redirects: list[Redirect]) -> None:
        kind = node.type
        if kind == "command":
            self._command(node, redirects)
        elif kind in {"variable_assignment", "variable_assignments"}:
            for child in node.children if kind == "variable_assignments" else (node,):
                if child.type == "variable_assignment":
                    name, value = self._assignment(child)
                    self.variables[name] = value
        elif kind in {"declaration_command", "unset_command"}:
            self._declaration(node, redirects)
        elif kind == "test_command":
            self._substitutions(node)
            self._emit(Draft(["test", text_of(node)], text_of(node), self.cd))
        elif kind == "subshell":
            self._scoped(node)
        elif kind == "compound_statement":
            self._sequence(node.children)
        elif kind == "negated_command":
            self._sequence(node.children, last="sequence")
        elif kind == "if_statement":
            self._branches(node)
        elif kind in {"for_statement", "c_style_for_statement", "while_statement", "until_statement"}:
            self._loop(node)
        elif kind == "case_statement":
            for child in node.children:
                if child.type == "case_item":
                    self._perhaps(child)
        elif kind == "function_definition":
            for child in node.children:
                if child.type in {"compound_statement", "subshell"}:
                    start = len(self.out)
                    self._scoped(child)
                    for draft in self.out[start:]:
                        draft.maybe = True
                        draft.masked = stronger(draft.masked, "sequence")
        elif kind in _REDIRECTS:
            draft = Draft([], text_of(node), self.cd)
            self.out.append(draft)
        elif kind == "ERROR":
            self._sequence(node.children)
        else:
            self._sequence(child for child in node.children if child.is_named)

    def _scoped(self, node: Node) -> None:
        folder, variables = self.cd, dict(self.variables)
        options = (self.errexit, self.pipefail)
        self._sequence(node.children)
        self.cd, self.variables = folder, variables
        self.errexit, self.pipefail = options

    def _perhaps(self, node: Node) -> None:
        start = len(self.out)
        self._sequence(node.children)
        for draft in self.out[start:]:
            draft.maybe = True

    def _branches(self, node: Node) -> None:
        """Read `if`: what stands before the first `then` is the condition."""
        condition: list[Node] = []
        body: list[Node] = []
        seen = False
        for child in node.children:
            if child.type == "then":
                seen = True
            elif child.type in {"elif_clause", "else_clause"}:
                body.append(child)
            else:
                (body if seen else condition).append(child)
        self._sequence(condition, last="sequence")
        start = len(self.out)
        clauses = [child for child in body if child.type in {"elif_clause", "else_clause"}]
        self._sequence(child for child in body if child.type not in {"elif_clause", "else_clause"})
        for clause in clauses:
            self._sequence(clause.children)
        for draft in self.out[start:]:
            draft.maybe = True

    def _loop(self, node: Node) -> None:
        start = len(self.out)
        for child in node.children:
            if child.type == "do_group":
                self._sequence(child.children)
            elif child.type in {"command", "list", "pipeline", "redirected_statement", "test_command"}:
                self._sequence((child,), last="sequence")
            elif child.is_named:
                self._substitutions(child)
        for draft in self.out[start:]:
            draft.maybe = True
            draft.masked = stronger(draft.masked, "sequence")

    # -- commands

    def _command(self, node: Node, redirects: list[Redirect]) -> None:
        argv: list[str] = []
        env: list[tuple[str, str]] = []
        own = list(redirects)
        dynamic = False
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                env.append(self._assignment(child))
            elif kind in _REDIRECTS:
                own.append(self._read_redirect(child))
            elif kind == "command_name":
                word = self._word(child)
                dynamic = word.startswith(("$", "`"))
                argv.append(word)
            elif (child.is_named or kind in {"=", "=="}) and len(argv) < MAX_WORDS:
                argv.append(self._word(child))
        draft = Draft(argv, text_of(node), self.cd)
        draft.env, draft.redirects, draft.dynamic = env, own, dynamic
        self._emit(draft)

    def _declaration(self, node: Node, redirects: list[Redirect]) -> None:
        argv: list[str] = []
        for child in node.children:
            if child.type == "variable_assignment":
                name, value = self._assignment(child)
                self.variables[name] = value
                argv.append(f"{name}={value}")
            else:
                argv.append(self._word(child) if child.is_named else child.type)
        draft = Draft(argv, text_of(node), self.cd)
        draft.redirects = list(redirects)
        self._emit(draft)


def _leaves(units: Iterable[_Unit | str]) -> bool:
    """Whether a list begins with a command that makes the script fail: `exit 1`, `false`, `exit $?`."""
    first = next((unit for unit in units if isinstance(unit, _Unit)), None)
    if first is None:
        return False
    node = first.node
    if node.type in {"compound_statement", "subshell"}:
        commands = [child for child in node.children if child.type == "command"]
        return bool(commands) and _exits(text_of(commands[-1]).split())
    return node.type == "command" and _exits(text_of(node).split())


def _exits(words: list[str]) -> bool:
    if words[:1] == ["false"]:
        return True
    return words[:1] in (["exit"], ["return"]) and words[1:2] != ["0"] and len(words) > 1
