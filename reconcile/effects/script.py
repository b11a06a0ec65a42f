"""What a command line is parsed into: simple commands in order, with all that is needed to judge them."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import Literal, TypeAlias

import msgspec

from assure_tui.reconcile import expressions as re

Mask: TypeAlias = Literal["pipe", "or-true", "sequence", "background"]
"""Why the exit code of the whole line is not that of one command in it."""

_MASK_RANK: dict[Mask | None, int] = {None: 0, "sequence": 1, "pipe": 2, "background": 3, "or-true": 4}
_OUTPUTS = {">", ">>", ">|", "&>", "&>>"}
_DRIVE = re.compile(r"(?:[A-Za-z]:[\\/])|\\\\")


class Redirect(msgspec.Struct, frozen=True):
    """One redirection. `op` is the operator as written; a here-document or here-string has its text in `body`."""

    op: str
    target: str
    fd: int | None = None
    body: str | None = None

    @property
    def writes(self) -> bool:
        """Whether a file is written, created or appended to."""
        return self.op in {">", ">>", ">|", "&>", "&>>", "<>"} and self.target not in {"/dev/null", "$null", "NUL"}


class Simple(msgspec.Struct, frozen=True, kw_only=True):
    """One simple command, with quotes resolved and wrappers such as `sudo` or `bash -c` taken off.

    Expansions that the line itself does not settle stay as written (`$X`, `$(…)`).
    """

    argv: tuple[str, ...]
    text: str
    """Source text, wrappers included."""
    env: tuple[tuple[str, str], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    wrappers: tuple[str, ...] = ()
    cd: str = ""
    """Folder it runs in, relative to the line's own; absolute when the line says so."""
    before: str | None = None
    """Operator between the previous command and this one; None for the first of its group."""
    after: str | None = None
    masked: Mask | None = None
    pipe: tuple[int, int, int] = (0, 0, 1)
    """Pipeline's number in the line, position in it, and its length."""
    chained: bool = False
    """Runs only if an earlier command passed (`&&`)."""
    chains: bool = False
    """A later command of the same `&&` list decides the exit code too."""
    maybe: bool = False
    """Runs only on some branch: behind `||`, in a loop, a condition, a function."""
    inner: bool = False
    """In a substitution: its output is an argument, not shown."""
    dynamic: bool = False
    """The command's own name is an expansion."""
    program: str = ""
    """Name of the program, without folder, version suffix of Windows, or quoting: follows from `argv`."""

    def __post_init__(self) -> None:
        """Name the program."""
        msgspec.structs.force_setattr(self, "program", program_name(self.argv[0]) if self.argv else "")

    @property
    def local(self) -> bool:
        """Whether it is a program of the project, by its path: `script/test` is not the shell's `test`."""
        return "/" in self.argv[0] and not is_absolute(self.argv[0]) if self.argv else False

    @property
    def stdin_body(self) -> str | None:
        """Text fed by a here-document or here-string, if any."""
        return next((redirect.body for redirect in self.redirects if redirect.body is not None), None)

    @property
    def quiet(self) -> bool:
        """Whether its standard output goes to a file and is not shown."""
        return self.inner or any(r.op in _OUTPUTS and r.fd in {None, 1} for r in self.redirects)

    @property
    def mute(self) -> bool:
        """Whether its error output is not shown either."""
        for redirect in self.redirects:
            if redirect.op in {"&>", "&>>"} or (redirect.op in _OUTPUTS and redirect.fd == 2):
                return True
            if redirect.op == ">&" and redirect.fd == 2 and self.quiet:
                return True
        return False


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A command line. `unparsed` and `cut` say that something in it was not understood or not read."""

    commands: tuple[Simple, ...]
    unparsed: bool = False
    cut: bool = False

    @property
    def whole(self) -> bool:
        """Whether all of it was read and understood: only then may a rule say that it was kept."""
        return not (self.unparsed or self.cut)


def stronger(one: Mask | None, other: Mask | None) -> Mask | None:
    """Return the mask that hides more."""
    return one if _MASK_RANK[one] >= _MASK_RANK[other] else other


@lru_cache(maxsize=4096)
def program_name(word: str) -> str:
    """Name of a program from the first word of a command: `./node_modules/.bin/eslint` is `eslint`."""
    name = word.replace("\\", "/").rsplit("/", 1)[-1]
    lowered = name.lower()
    for suffix in (".exe", ".cmd", ".bat"):
        if lowered.endswith(suffix):
            return name[: -len(suffix)]
    return name


def is_absolute(path: str) -> bool:
    """Whether a path needs no folder: POSIX or Windows absolute, in the home folder, or behind a variable."""
    return path.startswith(("/", "~", "$")) or bool(_DRIVE.match(path))


def join(folder: str | None, path: str) -> str:
    """Resolve `path` against `folder` without looking at a disk; separators become `/`."""
    path = path.replace("\\", "/")
    if folder and not is_absolute(path):
        path = f"{folder.replace(chr(92), '/').rstrip('/')}/{path}"
    return posixpath.normpath(path) if path else folder or ""
