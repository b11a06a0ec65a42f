"""Simple commands as they are collected: wrappers taken off, `cd` and `set` followed, scripts in arguments read."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from assure_tui.reconcile.effects.script import Mask, Redirect, Simple, is_absolute, join
from assure_tui.reconcile.effects.wrappers import Dialect, is_shell, unwrap

MAX_COMMANDS = 512


class Draft:
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
        """Return the command as it is known once all is read."""
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


class Collector(ABC):
    """Collects simple commands, and the shell's folder, options and plain variables on the way."""

    def __init__(self) -> None:
        self.out: list[Draft] = []
        self.unparsed = False
        self.full = False
        self.cd = ""
        self.variables: dict[str, str] = {}
        self.errexit = False
        self.pipefail = False
        self._pipes = 0
        self._depth = 0
        self._scripts = 0

    @abstractmethod
    def script(self, source: str, dialect: Dialect, depth: int) -> None:
        """Read one script, the line itself or one nested in it."""

    def _emit(self, draft: Draft) -> None:
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

    def _nested(self, script: str, dialect: Dialect, outer: Draft) -> None:
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

    def _follow(self, draft: Draft) -> None:
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

    def _find_exec(self, find: Draft) -> None:
        for flag in ("-exec", "-execdir", "-ok"):
            if flag not in find.argv:
                continue
            rest = find.argv[find.argv.index(flag) + 1 :]
            end = next((at for at, word in enumerate(rest) if word in {";", "+", "\\;"}), len(rest))
            if rest[:end]:
                draft = Draft(rest[:end], find.text, self.cd)
                draft.wrappers = ("find -exec",)
                draft.masked = "sequence"
                draft.maybe = True
                self._emit(draft)


def _operands(argv: list[str]) -> list[str]:
    return [word for word in argv[1:] if not word.startswith("-")]
