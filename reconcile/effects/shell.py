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
from assure_tui.reconcile.effects.script import Mask, Redirect, Script, Simple, is_absolute, join, stronger
from assure_tui.reconcile.effects.wrappers import Dialect, is_shell, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node, Parser

MAX_SOURCE = 64 * 1024
"""Characters of a command line that are parsed."""
MAX_COMMANDS = 512
MAX_MARKS = {"|": 3000, "(": 4000, "<<": 1000}
"""Marks of a line on which the grammar's error recovery takes quadratic time; the line is cut at the next one."""
MAX_NESTING = 8
"""Scripts within scripts (`bash -c`, `eval`, here-documents fed to a shell)."""
MAX_TREE_DEPTH = 60
MAX_LIST_DEPTH = 200
"""Operators of one list; the grammar nests a list as deep as it is long."""
MAX_WORDS = 4096

_SEPARATORS = {";", "&", "\n", ";;", ";&", ";;&"}
_REDIRECTS = {"file_redirect", "heredoc_redirect", "herestring_redirect"}
_PLAIN_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,63})\}?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "\\": "\\", "'": "'", '"': '"'}
_ANSI = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|[0-7]{1,3}|.)", re.DOTALL)


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


def _bounded(source: str) -> str:
    """Cut a line to what can be parsed in bounded time."""
    kept = source[:MAX_SOURCE]
    for mark, most in MAX_MARKS.items():
        if kept.count(mark) > most:
            at = next(islice(re.finditer(re.escape(mark), kept), most, None))
            kept = kept[: at.start()]
    return kept


class _Draft:
    """A simple command while its surroundings are still being read."""

    __slots__ = (
        "after", "argv", "before", "cd", "chained", "chains", "dynamic", "env", "inner", "masked", "maybe", "pipe",
        "redirects", "text", "wrappers",
    )  # fmt: skip

    def __init__(self, argv: list[str], text: str, cd: str) -> None:
        self.argv = argv
        self.text = text
        self.cd = cd
        self.env: list[tuple[str, str]] = []
        self.redirects: list[Redirect] = []
        self.wrappers: tuple[str, ...] = ()
        self.before: str | None = None
        self.after: str | None = None
        self.masked: Mask | None = None
        self.pipe = (0, 0, 1)
        self.chained = self.chains = self.maybe = self.inner = self.dynamic = False

    def finish(self) -> Simple:
        return Simple(
            argv=tuple(self.argv),
            text=self.text,
            env=tuple(self.env),
            redirects=tuple(self.redirects),
            wrappers=self.wrappers,
            cd=self.cd,
            before=self.before,
            after=self.after,
            masked=self.masked,
            pipe=self.pipe,
            chained=self.chained,
            chains=self.chains,
            maybe=self.maybe,
            inner=self.inner,
            dynamic=self.dynamic,
        )


class _Unit:
    """A pipeline's element in the flattened form: a node with the redirections that apply to it."""

    __slots__ = ("node", "redirects")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.redirects: list[Node] = []


class _Reader:
    """Walks syntax trees and collects simple commands, the shell's folder and its plain variables on the way."""

    def __init__(self) -> None:
        self.out: list[_Draft] = []
        self.unparsed = False
        self.full = False
        self.cd = ""
        self.variables: dict[str, str] = {}
        self.errexit = False
        self.pipefail = False
        self._pipes = 0
        self._depth = 0
        self._scripts = 0

    def script(self, source: str, dialect: Dialect, depth: int) -> None:
        """Read one script, the line itself or one nested in it."""
        if depth > MAX_NESTING:
            self.unparsed = True
            return
        before, self._scripts = self._scripts, depth
        if dialect == "powershell":
            self._powershell(source)
        else:
            root = _parser().parse(source.encode("utf-8", "replace")).root_node
            self.unparsed = self.unparsed or root.has_error
            self._sequence(root.children)
        self._scripts = before

    def _powershell(self, source: str) -> None:
        pieces, whole = powershell.split(source)
        self.unparsed = self.unparsed or not whole
        start = len(self.out)
        for piece in pieces:
            draft = _Draft(piece.argv, piece.text, self.cd)
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
            self._emit(_Draft(["test", _text(node)], _text(node), self.cd))
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
            draft = _Draft([], _text(node), self.cd)
            self.out.append(draft)
        elif kind == "ERROR":
            self.unparsed = True
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
        draft = _Draft(argv, _text(node), self.cd)
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
        draft = _Draft(argv, _text(node), self.cd)
        draft.redirects = list(redirects)
        self._emit(draft)

    def _emit(self, draft: _Draft) -> None:
        """Take the wrappers off, follow `cd`, read scripts given as arguments, and keep the command."""
        if len(self.out) >= MAX_COMMANDS:
            self.full = True
            return
        inner = unwrap(tuple(draft.argv))
        draft.argv = list(inner.argv)
        draft.wrappers += inner.names
        draft.env += inner.env
        if inner.script is not None:
            self._nested(inner.script, inner.dialect, draft)
            return
        body = next((redirect.body for redirect in draft.redirects if redirect.body is not None), None)
        if body is not None and draft.argv and is_shell(draft.argv[0].rsplit("/", 1)[-1]) and not _operands(draft.argv):
            draft.wrappers += (f"{draft.argv[0]} <<",)
            draft.redirects = [redirect for redirect in draft.redirects if redirect.body is None]
            self._nested(body, "bash", draft)
            return
        self.out.append(draft)
        self._follow(draft)
        if draft.argv and draft.argv[0] == "find":
            self._find_exec(draft)

    def _nested(self, script: str, dialect: Dialect, outer: _Draft) -> None:
        start = len(self.out)
        folder, options = self.cd, (self.errexit, self.pipefail)
        self.errexit = self.errexit or any(re.fullmatch(r"-\w*e\w*c?\w*", word) for word in outer.argv[1:2])
        self.script(script, dialect, self._scripts + 1)
        if "eval" not in outer.wrappers:
            self.cd = folder
        self.errexit, self.pipefail = options
        for draft in self.out[start:]:
            draft.wrappers = outer.wrappers + draft.wrappers
            draft.env = outer.env + draft.env
            draft.redirects += outer.redirects
        if len(self.out) == start:
            self.out.append(outer)

    def _follow(self, draft: _Draft) -> None:
        """Keep the folder and the options that this command sets for those after it."""
        words = draft.argv
        if not words:
            return
        if words[0] in {"cd", "pushd"}:
            target = next((word for word in words[1:] if not word.startswith("-") or word == "-"), "~")
            self.cd = "$OLDPWD" if target == "-" else target if is_absolute(target) else join(self.cd or None, target)
        elif words[0] == "popd":
            self.cd = "$OLDPWD"
        elif words[0] == "set":
            for at, word in enumerate(words[1:], 1):
                if word.startswith("-") and "e" in word[1:] and not word.startswith("--"):
                    self.errexit = True
                if word == "pipefail" and words[at - 1].startswith("-"):
                    self.pipefail = True
                if word == "+e":
                    self.errexit = False

    def _find_exec(self, find: _Draft) -> None:
        for flag in ("-exec", "-execdir", "-ok"):
            if flag not in find.argv:
                continue
            rest = find.argv[find.argv.index(flag) + 1 :]
            end = next((at for at, word in enumerate(rest) if word in {";", "+", "\\;"}), len(rest))
            if rest[:end]:
                draft = _Draft(rest[:end], find.text, self.cd)
                draft.wrappers = ("find -exec",)
                draft.masked = "sequence"
                draft.maybe = True
                self._emit(draft)

    # -- words

    def _assignment(self, node: Node) -> tuple[str, str]:
        name = value = ""
        for child in node.children:
            if child.type in {"variable_name", "subscript"}:
                name = _text(child)
            elif child.is_named:
                value = self._word(child)
        return name, value

    def _read_redirect(self, node: Node) -> Redirect:
        kind = node.type
        fd: int | None = None
        operator, target, body = "", "", None
        for child in node.children:
            if child.type == "file_descriptor":
                digits = _text(child)
                fd = int(digits) if digits.isdecimal() and len(digits) < 4 else None
            elif child.type == "heredoc_start":
                target = _text(child).strip("'\"\\")
            elif child.type == "heredoc_body":
                body = _text(child)
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
        """Give the value of a word: quotes resolved, known plain variables filled in, the rest as written."""
        kind = node.type
        if kind in {"word", "number", "command_name", "file_descriptor"} and not node.children:
            return _unescape(_text(node))
        if kind == "raw_string":
            return _text(node)[1:-1]
        if kind == "ansi_c_string":
            return _ANSI.sub(_ansi, _text(node)[2:-1])
        if kind in {"string", "translated_string"}:
            return self._string(node)
        if kind in {"concatenation", "command_name"}:
            return "".join(self._word(child) for child in node.children)
        if kind in {"simple_expansion", "expansion"}:
            self._substitutions(node)
            text = _text(node)
            match = _PLAIN_VARIABLE.fullmatch(text)
            return self.variables.get(match[1], text) if match else text
        if kind == "command_substitution":
            return self._substitution(node)
        self._substitutions(node)
        return _text(node)

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
        return _text(node)

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


def _leaves(units: Iterable[_Unit | str]) -> bool:
    """Whether a list begins with a command that makes the script fail: `exit 1`, `false`, `exit $?`."""
    first = next((unit for unit in units if isinstance(unit, _Unit)), None)
    if first is None:
        return False
    node = first.node
    if node.type in {"compound_statement", "subshell"}:
        commands = [child for child in node.children if child.type == "command"]
        return bool(commands) and _exits(_text(commands[-1]).split())
    return node.type == "command" and _exits(_text(node).split())


def _exits(words: list[str]) -> bool:
    if words[:1] == ["false"]:
        return True
    return words[:1] in (["exit"], ["return"]) and words[1:2] != ["0"] and len(words) > 1


def _operands(argv: list[str]) -> list[str]:
    return [word for word in argv[1:] if not word.startswith("-")]


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
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
