"""One effect at its place in a run's order, and what its command, its paths and its diff tell."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.claims.coding_text import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assure_tui.reconcile.model import Effect

MAX_COMPARED = 8192
"""Paths kept in the form in which they are compared."""
MAX_SCAN = 65_536
"""Code points of one result that are scanned for commit ids."""
_IDLE = frozenset(
    {"md", "mdx", "rst", "txt", "adoc", "log", "json", "jsonl", "json5", "csv", "svg", "png", "jpg", "gif", "pdf"}
    | {"html", "htm", "lock", "snap", "template", "diff", "patch", "plist", "gitignore", "editorconfig", "po"}
)
_SOURCE = EXTENSIONS - _IDLE
"""Extensions of files whose change can make a check stale: source and configuration, neither prose nor data."""
CHECKS = ("tests", "lint", "build")
CHANGES = ("edited", "created", "deleted")
_ELSEWHERE = re.compile(
    r"^/(?:tmp|var/tmp|private/tmp|dev)/|/(?:\.cache|node_modules|__pycache__)/|^(?:\$|%)|/scratchpad/|/\.claude/(?!skills|worktrees/)"
)
_SCRATCH = re.compile(r"^/(?:tmp|var/tmp|private/tmp|dev)/|/scratchpad/|/temp/", re.IGNORECASE)
_BOOKS = re.compile(r"(?:^|[-_. ])(?:status|backlog|todos?|progress|roadmap|sprint|tracker|plan)\.(?:ya?ml|toml)$")
"""Files in which work is kept track of."""
_KEPT = re.compile(r"\bgit (?:-\S+ )?(?:branch|checkout -[bB]|switch -[cC]) [\w./-]")
"""In one line with a reset: the commits were moved to a branch of their own first."""
MAX_PRINTS = 20_000
MIN_SENTENCE = 3
"""Blanks that an argument of prose has."""
INLINE = frozenset({"-c", "-e", "-", "--eval", "--command"})
"""Options before a program that stands in the line itself, so that its words are known."""
_PRINTS = re.compile(r"\s{0,20}(?:echo|printf|true|sleep)\b[^>|;&`$]{0,2000}$")
_COMMENTS = ("//", "#", "*", "/*", "--", "<!--", ";;", "%")


class Step(msgspec.Struct, frozen=True, eq=False):
    """An effect at its place in the run's order. A step is the same only as itself, so that it can be a cheap key."""

    at: int
    turn: int
    effect: Effect

    @property
    def ok(self) -> bool:
        """Succeeded, as far as the log tells."""
        return self.effect.status == "succeeded"

    @property
    def bad(self) -> bool:
        """Failed or was denied."""
        return self.effect.status in {"failed", "denied"}

    @property
    def verdict(self) -> str:
        """`pass`, `fail` or `unknown` for a check, from what its tool printed, else from its exit."""
        said = self.effect.results.get("verdict")
        if said in {"pass", "fail"}:
            return str(said)
        if self.effect.args.get("masked"):
            return "unknown"
        return "pass" if self.ok else "fail" if self.bad else "unknown"


class Touch(msgspec.Struct):
    """The last change of a path and the last failed try."""

    changed: Step | None = None
    tried: Step | None = None


def name_of(path: str) -> str:
    """Give the last part of a path, lower case."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].lower()


def same_path(said: str, seen: str) -> bool:
    """Tell whether the words `said` can name the path `seen`: equal, or one ends with the other at a slash.

    Of a name with blanks the words may give the last part only.
    """
    return next(called(said, {seen: bare(seen)}), None) is not None


def called(said: str, known: Mapping[str, str]) -> Iterator[str]:
    """Give those of the known paths, each with the form in which it is compared, that the words `said` can name.

    Words that name none may leave out a folder within a path, where a single path has all the others.
    """
    plain = bare(said)
    ends = f"/{plain}", f" {plain}"
    whole = False
    for path, form in known.items():
        if form == plain or form.endswith(ends) or (len(form) < len(plain) and plain.endswith(f"/{form}")):
            whole = True
            yield path
    if not whole and "/" in plain:
        short = [path for path, form in known.items() if _leaves_out(plain, form)]
        if len(short) == 1:
            yield short[0]


def _leaves_out(said: str, form: str) -> bool:
    """Tell whether what was said has parts of a path in their order, its name among them; dots stand for others."""
    parts = iter(form.split("/"))
    told = [part for part in said.split("/") if part.strip(".…")]
    return told[-1:] == [form.rpartition("/")[2]] and all(part in parts for part in told)


@lru_cache(maxsize=MAX_COMPARED)
def bare(path: str) -> str:
    """Give a path as it is compared; each one that a run touched is, with every one that is said."""
    return path.replace("\\", "/").lower().removeprefix("./").removeprefix("~/").strip("/")


def is_elsewhere(path: str) -> bool:
    """Tell whether a path lies outside of any project: a temporary folder, a cache, what a variable names."""
    return _ELSEWHERE.search(path.replace("\\", "/")) is not None


def is_scratch(path: str) -> bool:
    """Tell whether a path lies in a folder of what is thrown away."""
    return _SCRATCH.search(path.replace("\\", "/")) is not None


def matters(path: str, cwd: str | None) -> bool:
    """Tell whether a change of this file can make a check stale: source or configuration of the project."""
    plain = path.replace("\\", "/")
    name = name_of(plain)
    if name.rpartition(".")[2] not in _SOURCE or is_elsewhere(plain) or _BOOKS.search(name):
        return False
    if cwd and plain.startswith("/"):
        root = cwd.replace("\\", "/").rstrip("/")
        return (
            plain.startswith(root + "/") or root.startswith(plain.rsplit("/", 1)[0]) or root.rsplit("/", 1)[-1] in plain
        )
    return True


def command_of(effect: Effect) -> str:
    """Give the command line of an effect, or nothing; what a patch holds is no command."""
    if effect.args.get("via") == "patch":
        return str(effect.args.get("command") or "").partition("\n")[0]
    return str(effect.args.get("call_command") or effect.args.get("command") or "")


def only_prints(effect: Effect) -> bool:
    """Tell whether each line of a command only prints: what it shows is the agent's own words."""
    lines = str(effect.args.get("command") or command_of(effect)).strip()[:MAX_PRINTS].splitlines()
    return bool(lines) and all(_PRINTS.match(line) for line in lines if line.strip())


def program_of(effect: Effect) -> str:
    """Give the words of an effect's own command, with the program that stands behind it in a here-document."""
    own = str(effect.args.get("command") or "")
    whole = command_of(effect)
    return whole if not own or (len(own.split()) == 1 and "<<" in whole) else own


def without_prose(effect: Effect, line: str) -> str:
    """Give a command without the arguments that are sentences, unless its program stands in the line itself.

    What a tracker is told of a file is done to no file: `bd update 9 --notes="added cart.ts"`.
    """
    argv = [str(word) for word in effect.args.get("argv") or ()]
    if "<<" in line or not INLINE.isdisjoint(argv):
        return line
    for word in argv:
        if word.count(" ") >= MIN_SENTENCE:
            line = re.sub(re.escape(word.partition("=")[2] or word), " ", line, flags=re.IGNORECASE)
    return line


def paths_of(effect: Effect) -> list[str]:
    """Give the paths of an effect, resolved where known."""
    for key in ("abs", "paths"):
        value: Any = effect.args.get(key)
        if isinstance(value, (list, tuple)):
            found = [str(path) for path in value if path]
            if found:
                return found
        elif value:
            return [str(value)]
    return []


def only_comments(effect: Effect) -> bool:
    """Tell whether a diff is known and changes nothing but comments and blank lines."""
    diff = effect.results.get("diff")
    if not isinstance(diff, str):
        return False
    lines = [
        line[1:].strip()
        for line in diff[:MAX_SCAN].splitlines()
        if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}
    ]
    return bool(lines) and all(not line or line.startswith(_COMMENTS) for line in lines)


def restores(effect: Effect) -> bool:
    """Tell whether a version-control command throws away changes of the working tree, so that code is another."""
    action = effect.args.get("action")
    words = str(effect.args.get("command") or "")[:4000].split()
    if action == "reset":
        return "--hard" in words and not _KEPT.search(command_of(effect)[:4000])
    if action == "checkout":
        return "--" in words
    return (action == "restore" and "--staged" not in words) or (action == "revert" and "--abort" not in words)


def by_git(effect: Effect) -> bool:
    """Tell whether a command of git made the change: it moves code rather than writes it."""
    return str(effect.args.get("command") or "").lstrip().startswith("git ")


def undone(steps: Sequence[Step]) -> bool:
    """Tell whether the edits of one file take each other back: what stood there stands again."""
    half, odd = divmod(len(steps), 2)
    return half > 0 and not odd and all(map(_take_back, steps[:half], reversed(steps)))


def _take_back(one: Step, other: Step) -> bool:
    found, left = _sides(one.effect), _sides(other.effect)
    return found is not None and left is not None and found == left[::-1]


def _sides(effect: Effect) -> tuple[str, str] | None:
    """Give what an edit found and what it left, with the lines around it; None where its diff is not known whole."""
    diff = effect.results.get("diff")
    if not isinstance(diff, str) or len(diff) > MAX_SCAN:
        return None
    lines = [line for line in diff.splitlines() if not line.startswith("@@")]
    found, left = ("\n".join(line[1:] for line in lines if line[:1] != gone) for gone in "+-")
    return found, left
