"""Files that shell commands write, move and delete, by redirections, `sed -i`, `cp`, `rm`, patches, inline scripts."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.patches import MAX_DIFF, patched
from assure_tui.reconcile.effects.script import Simple

Op: TypeAlias = Literal["created", "edited", "deleted"]

_INTERPRETERS = re.compile(r"(?:python[\d.]*|node|ruby|perl|deno|bun|php)")
_SCRIPT_WRITES = re.compile(
    r"""open\(\s*['"](?P<path>[^'"\n]{1,300})['"]\s*,\s*['"][wax]"""
    r"""|Path\(\s*['"](?P<path2>[^'"\n]{1,300})['"]\s*\)\.write_(?:text|bytes)\("""
    r"""|writeFileSync\(\s*['"](?P<path3>[^'"\n]{1,300})['"]"""
    r"""|File\.write\(\s*['"](?P<path4>[^'"\n]{1,300})['"]"""
)
_SCRIPT_WRITES_SOMEWHERE = re.compile(
    r"""\.write_(?:text|bytes)\(|writeFile(?:Sync)?\(|File\.write\(|open\([^()\n]{1,200},\s*(?:mode=)?['"][wa]b?\+?['"]"""
)
_SCRIPT_WRITES_NAMED = re.compile(
    r"""\b(?P<name>[A-Za-z_]\w{0,40})\.write_(?:text|bytes)\("""
    r"""|\bopen\([ \t]*(?P<name2>[A-Za-z_]\w{0,40})[ \t]*,[ \t]*(?:mode=)?['"][wax]"""
    r"""|\b(?:writeFile(?:Sync)?|File\.write)\([ \t]*(?P<name3>[A-Za-z_]\w{0,40})[ \t]*,"""
)
_SCRIPT_NAMES = re.compile(
    r"""^[ \t]*(?:const |let |var )?(?P<name>[A-Za-z_]\w{0,40})[ \t]*=[ \t]*(?:(?:pathlib\.)?Path\()?"""
    r"""['"](?P<path>[^'"\s]{1,300})['"]\)?[ \t]*;?[ \t]*$""",
    re.MULTILINE,
)
"""What a script calls a file: `page = Path("docs/limits.md")`."""
_PATCHERS = {"patch", "apply_patch", "applypatch"}
_TARGET = ("-t", "--target-directory")
_IN_PLACE = {"sed", "gsed", "perl", "ruby", "awk", "gawk"}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Files that a command changes, as written. `paths` is empty when the line does not name them."""

    op: Op
    paths: tuple[str, ...]
    via: Literal["shell", "patch"] = "shell"
    added: int | None = None
    removed: int | None = None
    diff: str | None = None
    folder: bool = False


def changes(simple: Simple) -> list[Change]:
    """Return what a command changes among files, by its words and redirections."""
    found = _by_program(simple)
    for redirect in simple.redirects:
        if not redirect.writes or redirect.fd == 2 or redirect.target.startswith("/dev/"):
            continue
        body = simple.stdin_body if simple.program == "cat" else None
        append = ">>" in redirect.op
        found.append(
            Change(
                op="edited" if append else "created",
                paths=(redirect.target,),
                added=body.count("\n") if body is not None else None,
                removed=0 if append and body is not None else None,
                diff=added_lines(body) if body is not None else None,
            )
        )
    return found


def added_lines(text: str) -> str:
    """Return new text as the lines of a unified diff, cut to what is kept of a diff."""
    return "".join(f"+{line}\n" for line in text[:MAX_DIFF].splitlines())[:MAX_DIFF]


def _by_program(simple: Simple) -> list[Change]:
    program, words = simple.program, simple.argv[1:]
    operands = tuple(word for word in words if not word.startswith("-") or word == "-")
    maker = _PROGRAMS.get(program)
    if maker is not None:
        return maker(words, operands)
    if program in _PATCHERS:
        body = simple.stdin_body or next((word for word in operands if "\n" in word), "")
        return _patch(body)
    if program == "git":
        return _git(simple)
    if program in _IN_PLACE and _in_place(words):
        return _edited_in_place(program, words)
    if _INTERPRETERS.fullmatch(program):
        return _inline(simple)
    if program in {"curl", "wget"}:
        target = _value(words, ("-o", "--output") if program == "curl" else ("-O", "--output-document"))
        return [Change(op="created", paths=(target,))] if target and target != "-" else []
    return _powershell(program.lower(), words)


def _rm(_words: tuple[str, ...], operands: tuple[str, ...]) -> list[Change]:
    return [Change(op="deleted", paths=operands)] if operands else []


def _mv(words: tuple[str, ...], operands: tuple[str, ...]) -> list[Change]:
    copied = _cp(words, operands)
    return [Change(op="deleted", paths=_sources(words, operands)), *copied] if copied else []


def _cp(words: tuple[str, ...], operands: tuple[str, ...]) -> list[Change]:
    sources = _sources(words, operands)
    goal = _value(words, _TARGET) or operands[-1] if sources else ""
    return [Change(op="created", paths=_landed(sources, goal))] if sources else []


def _sources(words: tuple[str, ...], operands: tuple[str, ...]) -> tuple[str, ...]:
    target = _value(words, _TARGET)
    return tuple(word for word in operands if word != target) if target else operands[:-1]


def _landed(sources: tuple[str, ...], goal: str) -> tuple[str, ...]:
    """Paths that copies get: inside `goal` where it is plainly a folder."""
    if goal.endswith("/") or goal in {".", ".."} or len(sources) > 1:
        return tuple(f"{goal.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}" for source in sources)
    return (goal,)


def _touch(_words: tuple[str, ...], operands: tuple[str, ...]) -> list[Change]:
    return [Change(op="created", paths=operands, added=0)] if operands else []


def _mkdir(words: tuple[str, ...], operands: tuple[str, ...]) -> list[Change]:
    mode = _value(words, ("-m",))
    paths = tuple(word for word in operands if word != mode)
    return [Change(op="created", paths=paths, folder=True)] if paths else []


def _tee(words: tuple[str, ...], operands: tuple[str, ...]) -> list[Change]:
    append = "-a" in words or "--append" in words
    paths = tuple(word for word in operands if not word.startswith("/dev/"))
    return [Change(op="edited" if append else "created", paths=paths)] if paths else []


def _truncate(words: tuple[str, ...], operands: tuple[str, ...]) -> list[Change]:
    size = _value(words, ("-s", "--size"))
    paths = tuple(word for word in operands if word != size)
    return [Change(op="edited", paths=paths)] if paths else []


def _dd(words: tuple[str, ...], _operands: tuple[str, ...]) -> list[Change]:
    paths = tuple(word[3:] for word in words if word.startswith("of="))
    return [Change(op="created", paths=paths)] if paths else []


_PROGRAMS = {
    "rm": _rm,
    "unlink": _rm,
    "rmdir": _rm,
    "shred": _rm,
    "trash": _rm,
    "mv": _mv,
    "cp": _cp,
    "ln": _cp,
    "install": _cp,
    "touch": _touch,
    "mkdir": _mkdir,
    "tee": _tee,
    "truncate": _truncate,
    "dd": _dd,
}


_OPS: dict[str, Op] = {"create": "created", "edit": "edited", "delete": "deleted", "rename": "created"}


def _patch(body: str) -> list[Change]:
    if not body:
        return [Change(op="edited", paths=(), via="patch")]
    return [
        Change(
            op=_OPS[file.op],
            paths=(file.new_path or file.path,),
            via="patch",
            added=file.added,
            removed=file.removed,
            diff=file.diff,
        )
        for file in patched(body)
    ] or [Change(op="edited", paths=(), via="patch")]


def _git(simple: Simple) -> list[Change]:
    words = simple.argv[1:]
    actions = [word for word in words if not word.startswith("-")]
    if "apply" in actions and not {"--check", "--stat", "--numstat"} & set(words):
        return _patch(simple.stdin_body or "")
    return []


def _in_place(words: tuple[str, ...]) -> bool:
    for word in words:
        if word.startswith(("-i", "--in-place")) or re.fullmatch(r"-[A-Za-z]{0,4}i[A-Za-z.]{0,6}", word):
            return True
        if not word.startswith("-"):
            return False
    return False


def _edited_in_place(program: str, words: tuple[str, ...]) -> list[Change]:
    scripted = any(word in {"-e", "-f", "--expression"} or re.fullmatch(r"-\w*e", word) for word in words)
    operands: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if (
            word in {"-e", "-f", "--expression"}
            or re.fullmatch(r"-\w*e", word)
            or (word == "-i" and at + 1 < len(words) and words[at + 1] in {"", ".bak", "inplace"})
        ):
            at += 1
        elif not word.startswith("-"):
            operands.append(word)
        at += 1
    if not scripted and program not in {"perl", "ruby"}:
        operands = operands[1:]
    return [Change(op="edited", paths=tuple(operands))] if operands else []


def _inline(simple: Simple) -> list[Change]:
    """Return the files that an inline script writes, as far as it names them literally."""
    body = simple.stdin_body
    if body is None:
        at = next((index for index, word in enumerate(simple.argv) if word in {"-c", "-e", "--eval"}), None)
        body = simple.argv[at + 1] if at is not None and at + 1 < len(simple.argv) else None
    if not body:
        return []
    literal = [next(filter(None, match.groups())) for match in _SCRIPT_WRITES.finditer(body)]
    written = {next(filter(None, match.groups())) for match in _SCRIPT_WRITES_NAMED.finditer(body)}
    named = [match["path"] for match in _SCRIPT_NAMES.finditer(body) if match["name"] in written] if written else []
    paths = tuple(dict.fromkeys([*literal, *named]))
    if paths or _SCRIPT_WRITES_SOMEWHERE.search(body):
        return [Change(op="edited", paths=paths)]
    return []


_POWERSHELL: dict[str, Op] = {
    "set-content": "created",
    "out-file": "created",
    "add-content": "edited",
    "new-item": "created",
    "remove-item": "deleted",
    "del": "deleted",
    "erase": "deleted",
    "copy-item": "created",
    "move-item": "created",
    "rename-item": "created",
    "export-csv": "created",
}


def _powershell(program: str, words: tuple[str, ...]) -> list[Change]:
    op = _POWERSHELL.get(program)
    if op is None:
        return []
    lowered = [word.lower() for word in words]
    option = "-destination" if "item" in program and program.startswith(("copy", "move")) else "-path"
    for name in (option, "-literalpath", "-filepath"):
        if name in lowered and lowered.index(name) + 1 < len(words):
            return [Change(op=op, paths=(words[lowered.index(name) + 1],))]
    operands = [word for word in words if not word.startswith("-")]
    at = 1 if option == "-destination" else 0
    return [Change(op=op, paths=(operands[at],))] if len(operands) > at else []


def _value(words: tuple[str, ...], options: tuple[str, ...]) -> str | None:
    for at, word in enumerate(words):
        if word in options and at + 1 < len(words):
            return words[at + 1]
        for option in options:
            if option.startswith("--") and word.startswith(option + "="):
                return word[len(option) + 1 :]
    return None
