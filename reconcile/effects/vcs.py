"""Git commands: what they do by their words, and what they print."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from assure_tui.reconcile import expressions as re
from assure_tui.reconcile.effects.script import Simple, join
from assure_tui.reconcile.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_MESSAGE = 4096


class _Table(msgspec.Struct, frozen=True, kw_only=True):
    global_values: frozenset[str]
    read_only: frozenset[str]
    commit_values: frozenset[str]
    push_values: frozenset[str]
    listing: dict[str, frozenset[str]]


@cache
def _data() -> _Table:
    return msgspec.convert(table("git"), _Table)


class Git(msgspec.Struct, frozen=True, kw_only=True):
    """A git command: subcommand, its words, and the options before it."""

    action: str
    words: tuple[str, ...]
    folder: str = ""
    """Value of `-C`."""
    config: tuple[tuple[str, str], ...] = ()
    """Values of `-c name=value`."""


@lru_cache(maxsize=4096)
def parse(argv: tuple[str, ...]) -> Git | None:
    """Read a git command; an alias counts only when the line itself defines it (`-c alias.x=…`)."""
    folder = ""
    config: list[tuple[str, str]] = []
    at = 1
    while at < len(argv) and argv[at].startswith("-"):
        word = argv[at]
        if word in _data().global_values and at + 1 < len(argv):
            if word == "-C":
                folder = join(folder or None, argv[at + 1])
            elif word == "-c":
                name, _, value = argv[at + 1].partition("=")
                config.append((name.lower(), value))
            at += 1
        elif word in {"--version", "--help"}:
            return Git(action=word, words=())
        at += 1
    if at >= len(argv):
        return None
    action, words = argv[at], argv[at + 1 :]
    alias = dict(config).get(f"alias.{action.lower()}")
    if alias and not alias.startswith("!"):
        expanded = alias.split()
        action, words = expanded[0], (*expanded[1:], *words)
    return Git(action=action, words=tuple(words), folder=folder, config=tuple(config))


def describe(git: Git, simple: Simple) -> tuple[str, dict[str, Any]]:
    """Return the kind of effect of a git command, and its arguments."""
    action, words = git.action, git.words
    if action == "commit" and "--dry-run" not in words:
        return "committed", _commit(words, simple)
    if action == "push" and not {"--dry-run", "-n"} & set(words):
        return "pushed", _push(words)
    if action == "grep":
        return "search", {}
    if reads_only(git):
        return "read", {"paths": []}
    args: dict[str, Any] = {"action": action, "paths": _paths(action, words)}
    if action in {"rm", "mv", "apply", "am"}:
        args["flags"] = [word for word in words if word.startswith("-")]
    return "vcs", args


def reads_only(git: Git) -> bool:
    """Whether a git command only looks."""
    if git.action in _data().read_only:
        return True
    listing = _data().listing.get(git.action)
    if listing is None:
        return git.action == "apply" and bool({"--check", "--stat", "--numstat"} & set(git.words))
    if not git.words:
        return git.action != "stash"
    first = git.words[0].partition("=")[0]
    if git.action == "config":
        return first in listing or len([word for word in git.words if not word.startswith("-")]) == 1
    return first in listing or (first.startswith("-n") and git.action == "tag")


def _short(word: str, letter: str) -> bool:
    """Whether a word is a cluster of short options with `letter` in it, before one that takes a value."""
    if not word.startswith("-") or word.startswith("--"):
        return False
    for char in word[1:]:
        if char == letter:
            return True
        if char in "mFCctuS":
            return False
    return False


def _commit(words: tuple[str, ...], simple: Simple) -> dict[str, Any]:
    messages: list[str] = []
    paths: list[str] = []
    amend = no_verify = everything = False
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if word == "--":
            paths += words[at + 1 :]
            break
        if word in {"-m", "--message"} or (re.fullmatch(r"-[a-zA-Z]*m", word) and not word.startswith("--")):
            messages.append(following)
            at += 1
        elif word.startswith("--message="):
            messages.append(word.partition("=")[2])
        elif word.startswith("-m"):
            messages.append(word[2:])
        elif word in {"-F", "--file"}:
            messages.append(simple.stdin_body or "" if following in {"-", ""} else "")
            at += 1
        elif word in _data().commit_values:
            at += 1
        elif not word.startswith("-"):
            paths.append(word)
        amend = amend or word == "--amend"
        no_verify = no_verify or word in {"--no-verify", "--no-verif"} or _short(word, "n")
        everything = everything or word == "--all" or _short(word, "a")
        at += 1
    return {
        "message": "\n\n".join(message for message in messages if message)[:MAX_MESSAGE],
        "amend": amend,
        "no_verify": no_verify,
        "all": everything,
        "paths": paths,
    }


def _push(words: tuple[str, ...]) -> dict[str, Any]:
    operands: list[str] = []
    at = 0
    while at < len(words):
        if words[at] in _data().push_values:
            at += 1
        elif not words[at].startswith("-"):
            operands.append(words[at])
        at += 1
    refs = operands[1:]
    lease = any(word.startswith(("--force-with-lease", "--force-if-includes")) for word in words)
    force = any(word == "--force" or _short(word, "f") for word in words) or any(ref.startswith("+") for ref in refs)
    return {
        "remote": operands[0] if operands else None,
        "branch": refs[0].lstrip("+").rpartition(":")[2] if refs else None,
        "force": force,
        "lease": lease,
        "no_verify": "--no-verify" in words,
        "delete": bool({"--delete", "-d", "--prune", "--mirror"} & set(words))
        or any(ref.startswith(":") for ref in refs),
        "tags": "--tags" in words,
    }


def _paths(action: str, words: tuple[str, ...]) -> list[str]:
    if "--" in words:
        return list(words[words.index("--") + 1 :])
    operands = [word for word in words if not word.startswith("-")]
    if action in {"add", "rm", "mv", "restore", "clean"}:
        return operands
    if action == "checkout":
        return [word for word in operands if word in {".", "*"}]
    return []


# -- outputs

_COMMITTED = re.compile(
    r"^\[(?P<branch>[^\]\s]{1,200}|detached HEAD)(?: \(root-commit\))? (?P<sha>[0-9a-f]{7,64})\] ?[^\n]{0,300}",
    re.MULTILINE,
)
_STAT = re.compile(
    r"^ ?(?P<files>\d{1,6}) files? changed"
    r"(?:, (?P<plus>\d{1,9}) insertions?\(\+\))?(?:, (?P<minus>\d{1,9}) deletions?\(-\))?",
    re.MULTILINE,
)
_NOTHING = re.compile(r"^(?:nothing to commit|nothing added to commit|no changes added to commit)", re.MULTILINE)
_REJECTED = re.compile(
    r"^ ?! \[(?:remote )?(?:rejected|failure)\]|^error: failed to push|^remote: error: GH\d+", re.MULTILINE
)
_UP_TO_DATE = re.compile(r"^Everything up-to-date", re.MULTILINE)
_REF = re.compile(
    r"^ (?P<how>[ +*=-]) {1,3}(?P<what>[0-9a-f]{7,64}\.{2,3}[0-9a-f]{7,64}|\[[a-z ]{1,40}\])"
    r" +\S{1,200} +-> +(?P<ref>\S{1,200})",
    re.MULTILINE,
)
_FATAL = re.compile(r"^(?:fatal|error): (?!failed to push)", re.MULTILINE)
_HOOK_FAILED = re.compile(
    r"^husky - .{1,60} (?:hook exited with code|script failed)|^[\w-]{1,40} hook failed", re.MULTILINE
)


def committed(
    text: str, facts: Mapping[str, Any], number: int, message: str = ""
) -> tuple[dict[str, Any], bool | None]:
    """Read what the `number`-th commit of a call printed, and whether it was made (None: not told).

    A quiet commit is also known by a log that the same call shows, with its message behind a hash.
    """
    found = list(_COMMITTED.finditer(text))
    results: dict[str, Any] = {}
    if number < len(found):
        match = found[number]
        results["sha"], results["branch"] = match["sha"], match["branch"]
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        stat = _STAT.search(text, match.end(), end)
        if stat:
            results["files"] = int(stat["files"])
            results["insertions"], results["deletions"] = int(stat["plus"] or 0), int(stat["minus"] or 0)
        return results, True
    fact = facts.get("commit")
    if isinstance(fact, str) and fact and number == 0:
        results["sha"] = fact
        return results, True
    subject = message.partition("\n")[0].strip()
    if len(subject) > 3 and not found:
        logged = re.search(
            rf"^(?:\* )?([0-9a-f]{{7,64}}) (?:\([^)\n]{{1,200}}\) )?{re.escape(subject[:200])}", text, re.MULTILINE
        )
        if logged:
            results["sha"] = logged[1]
            return results, True
    if _NOTHING.search(text) and not found:
        results["nothing"] = True
        return results, False
    if _HOOK_FAILED.search(text) or _FATAL.search(text):
        return results, False if not found else None
    return results, None


_TO = re.compile(r"^To \S", re.MULTILINE)


def printed_by_hooks(kind: str, number: int, text: str) -> str:
    """Return what hooks printed before the `number`-th commit or push of a call landed; nothing where it did not."""
    ends = [match.start() for match in (_COMMITTED if kind == "committed" else _TO).finditer(text)]
    if number >= len(ends):
        return ""
    begins = [match.end() for match in _COMMITTED.finditer(text, 0, ends[number])]
    return text[begins[-1] if begins else 0 : ends[number]]


def push_ran(text: str) -> bool:
    """Return whether a push got as far as the remote, whatever the remote made of it."""
    return any(spoke.search(text) for spoke in (_REJECTED, _REF, _UP_TO_DATE))


def pushed(text: str, facts: Mapping[str, Any]) -> tuple[dict[str, Any], bool | None]:
    """Read what a push printed, and whether it went through (None: not told)."""
    results: dict[str, Any] = {}
    if _REJECTED.search(text):
        results["rejected"] = True
        return results, False
    ref = None
    for match in _REF.finditer(text):
        ref = match
    if ref is not None:
        results["ref"] = ref["ref"]
        results["forced"] = ref["how"] == "+"
        if ".." in ref["what"]:
            results["sha"] = ref["what"].rpartition(".")[2]
        return results, True
    if _UP_TO_DATE.search(text):
        results["up_to_date"] = True
        return results, True
    branch = facts.get("push")
    if isinstance(branch, str) and branch:
        results["ref"] = branch
        return results, True
    return results, False if _FATAL.search(text) else None
