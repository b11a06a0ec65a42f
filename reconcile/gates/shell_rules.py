"""Gates over shell commands: bypassed hooks, masked checks, lost history, destroyed files and data, unseen code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from assure_tui.reconcile.effects import vcs
from assure_tui.reconcile.effects.script import Script, Simple, join
from assure_tui.reconcile.gates.aliases import expanded
from assure_tui.reconcile.gates.look import Look
from assure_tui.reconcile.gates.made import made, made_by_run
from assure_tui.reconcile.gates.places import Own, worth
from assure_tui.reconcile.gates.rules import Hit, listed, members, pattern
from assure_tui.reconcile.model import Severity

_CHECKS = {"tests", "lint", "build"}
_MAIN_BRANCHES = {"main", "master", "trunk", "develop", "production", "release"}
_SQL = re.compile(r"\b(?:DROP\s+(?:TABLE|DATABASE|SCHEMA)|TRUNCATE\s+(?:TABLE\s+)?\w)", re.IGNORECASE)
_SQL_DELETE_ALL = re.compile(r"\bDELETE\s+FROM\s+[\w.\"`]{1,80}\s*(?:;|$)", re.IGNORECASE)


def hits(look: Look) -> Iterator[Hit]:
    """Give what the gates find in a command line."""
    script = look.script
    if script is None:
        return
    if look.memory.aliases or "alias" in look.source:
        script = msgspec.structs.replace(script, commands=expanded(script.commands, look.memory.aliases))
    for at, simple in enumerate(script.commands):
        folder = join(look.cwd, simple.cd) if simple.cd else look.cwd
        yield from _hooks(simple, folder, look)
        yield from _history(simple, folder, look)
        yield from _deletion(script, at, folder, look)
        yield from _data(simple)
        yield from _remote(script.commands, at)
        yield from _permissions(simple)
    yield from _masking(look)


def _quote(simple: Simple) -> str:
    text = " ".join(simple.text.split())
    return f"`{text[:120]}{'…' if len(text) > 120 else ''}`"


# -- hooks


def _hooks(simple: Simple, folder: str | None, look: Look) -> Iterator[Hit]:
    def hit(reason: str, what: str) -> Hit:
        severity: Severity = "low" if _apart(folder, look) else "high"
        return Hit(
            fact="hook_bypass", severity=severity, reason=reason, message=f"{_quote(simple)} {what}", bypassed=True
        )

    git = vcs.parse(simple.argv) if simple.program == "git" else None
    environment = dict(simple.env)
    if simple.argv[:1] in {("export",), ("set",), ("declare",)} or simple.program in {"export", "declare"}:
        environment |= dict(word.split("=", 1) for word in simple.argv[1:] if "=" in word)
    for name, values in listed("hooks", "environment").items() if environment else ():
        if environment.get(name, "").lower() in values:
            yield hit("environment", f"switches the repository's hooks off with {name}")
            return
    if git is None:
        if " ".join(simple.argv[:2]) in listed("hooks", "removers"):
            yield hit("hooks-removed", "removes the repository's hooks")
        elif simple.program in {"rm", "mv", "unlink"} and any(map(_is_hook, _taken(simple))):
            yield hit("hooks-removed", "takes the repository's hooks away")
        return
    if git.action in {"commit", "push", "merge"} and any(environment.get(name) for name in listed("hooks", "lists")):
        yield hit("environment", "skips hooks by name")
        return
    path = dict(git.config).get("core.hookspath")
    if path is not None:
        yield hit("hooks-path", "points git at other hooks for this command")
        return
    if git.action == "config" and _sets_hooks_path(git.words):
        yield hit("hooks-path", "switches the repository's hooks off")
        return
    effects = vcs.describe(git, simple)
    if effects[1].get("no_verify") or (
        git.action in {"merge", "rebase", "am", "cherry-pick"} and "--no-verify" in git.words
    ):
        yield hit("no-verify", "skips the hooks that check the change")


def _apart(folder: str | None, look: Look) -> bool:
    """Whether a command works in a folder that is not the workspace, but temporary or made by the run itself."""
    if not folder or folder == look.cwd:
        return False
    return worth(folder, look.cwd, look.memory.own) in {"temporary", "own"}


def _taken(simple: Simple) -> tuple[str, ...]:
    """Paths that a command takes away: what is moved, not where to."""
    operands = tuple(word for word in simple.argv[1:] if not word.startswith("-"))
    return operands[:-1] if simple.program == "mv" else operands


def _is_hook(path: str) -> bool:
    """Whether a path is that of a hook that git runs, or of all of them; copies and samples beside it are none."""
    return bool(pattern("hooks", "files").search(path.replace("\\", "/")))


def _sets_hooks_path(words: tuple[str, ...]) -> bool:
    lowered = [word.lower() for word in words]
    if "core.hookspath" not in lowered or "--get" in lowered or "--unset" in lowered:
        return False
    at = lowered.index("core.hookspath")
    value = words[at + 1] if at + 1 < len(words) else None
    return value is not None and (value in {"/dev/null", "", "NUL"} or value.startswith(("/tmp", "/var/empty")))  # noqa: S108


# -- masked checks


def _masking(look: Look) -> Iterator[Hit]:
    for effect in look.effects:
        masked = effect.args.get("masked")
        if effect.kind not in _CHECKS or masked is None or effect.exit_source == "text":
            continue
        verdict = effect.results.get("verdict", "unknown")
        name = effect.args.get("runner") or effect.args.get("tool") or effect.kind
        how = {"pipe": "a pipe", "or-true": "`||`", "sequence": "a later command", "background": "`&`"}[masked]
        readable = verdict in {"pass", "fail"}
        severity: Severity = "info" if readable and masked != "or-true" else "low"
        told = f"its output says {verdict}" if readable else "and its output does not tell how it went"
        yield Hit(
            fact="check_masking",
            severity=severity,
            reason=f"masked-{masked}",
            message=f"the exit code of {name} is hidden by {how}; {told}",
        )


# -- history


def _history(simple: Simple, folder: str | None, look: Look) -> Iterator[Hit]:
    if simple.program in {"git-filter-repo", "bfg"}:
        yield Hit(fact="history_loss", severity="high", reason="rewrite", message=f"{_quote(simple)} rewrites history")
        return
    git = vcs.parse(simple.argv) if simple.program == "git" else None
    if git is None:
        return
    if git.folder:
        folder = join(folder, git.folder)
    found = _git_loss(git, look)
    if found is not None:
        severity, reason, what = found
        if severity not in {"info", "low"} and git.action != "push" and _apart(folder, look):
            severity = "low"
        yield Hit(fact="history_loss", severity=severity, reason=reason, message=f"{_quote(simple)} {what}")


def _git_loss(git: vcs.Git, look: Look) -> tuple[Severity, str, str] | None:
    words, action, memory = git.words, git.action, look.memory
    operands = [word for word in words if not word.startswith("-")]
    if action == "push":
        return _push_loss(git, look)
    if action == "reset" and "--hard" in words:
        return "low", "hard-reset", "throws uncommitted work away"
    if action == "clean" and any(re.fullmatch(r"-\w*f\w*|--force", word) for word in words):
        if any(re.fullmatch(r"-\w*n\w*|--dry-run", word) for word in words):
            return None
        return "low", "clean", "deletes files that git does not know"
    if action in {"checkout", "restore"}:
        return _discarded(git, look)
    if action == "branch" and any(word in {"-D", "-df", "-fd"} for word in words):
        known = all(name in memory.branches for name in operands)
        return ("info" if known else "low"), "branch-deleted", "deletes a branch even if nothing else holds its commits"
    if action == "stash" and operands[:1] in (["drop"], ["clear"]):
        if operands[0] == "drop":
            return ("info" if memory.stashed else "low"), "stash-dropped", "drops stashed work"
        return ("low" if memory.stashed else "medium"), "stash-cleared", "drops all stashed work"
    if action in {"filter-branch", "filter-repo"}:
        return "high", "rewrite", "rewrites history"
    if action == "reflog" and operands[:1] in (["expire"], ["delete"]) and not {"-n", "--dry-run"} & set(words):
        return "medium", "reflog", "removes the record from which lost commits are recovered"
    if action == "gc" and any(word.startswith("--prune=") and "now" in word for word in words):
        return "low", "pruned", "removes unreachable commits for good"
    if action == "update-ref" and "-d" in words:
        return "medium", "ref-deleted", "deletes a ref"
    if action == "worktree" and operands[:1] == ["remove"] and ({"-f", "--force"} & set(words)):
        folder = join(look.cwd, git.folder) if git.folder else look.cwd
        own = all(made_by_run(join(folder, path), look) for path in operands[1:])
        return ("info" if own else "low"), "worktree-removed", "removes a worktree even with changes in it"
    return None


def _push_loss(git: vcs.Git, look: Look) -> tuple[Severity, str, str] | None:
    args = vcs.describe(git, Simple(argv=("git", "push", *git.words), text=""))[1]
    branch = args.get("branch") or ""
    if not args or "force" not in args:
        return None
    if "--mirror" in git.words:
        return "high", "mirror", "overwrites every ref of the remote"
    if args["force"]:
        grave = branch in _MAIN_BRANCHES or branch.startswith("release")
        return ("high" if grave else "medium"), "force-push", "overwrites the remote's history without looking"
    if args["lease"]:
        return "low", "force-with-lease", "overwrites the remote's history if nobody else pushed"
    if args["delete"]:
        known = branch in look.memory.branches or any(word in look.memory.branches for word in git.words)
        return ("info" if known else "low"), "remote-deleted", "deletes a ref of the remote"
    return None


def _discarded(git: vcs.Git, look: Look) -> tuple[Severity, str, str] | None:
    words = git.words
    if git.action == "restore" and "--staged" in words and "--worktree" not in words:
        return None
    if git.action == "checkout" and {"-b", "-B", "--orphan", "--theirs", "--ours", "--merge", "--track"} & set(words):
        return None
    paths = list(words[words.index("--") + 1 :]) if "--" in words else []
    if not paths:
        paths = [word for word in words if word in {".", "*", ":/"}]
        if git.action == "restore":
            paths = [word for word in words if not word.startswith("-")]
    if not paths:
        return None
    folder = join(look.cwd, git.folder) if git.folder else look.cwd
    if any(path in {".", "*", ":/", "./"} for path in paths):
        edited = look.memory.edited
        return ("low" if edited else "medium"), "discarded", "throws all uncommitted changes away"
    own = all(join(folder, path) in look.memory.edited for path in paths)
    return ("info" if own else "low"), "discarded", "throws uncommitted changes of files away"


# -- deletions


def _deletion(script: Script, at: int, folder: str | None, look: Look) -> Iterator[Hit]:
    simple = script.commands[at]
    words = simple.argv[1:]
    program = simple.program.lower()
    if program in {"mkfs", "wipefs", "fdisk"} or simple.program.startswith("mkfs."):
        yield Hit(
            fact="destructive_files", severity="critical", reason="disk", message=f"{_quote(simple)} wipes a disk"
        )
        return
    if program == "dd" and any(word.startswith("of=/dev/") and "null" not in word for word in words):
        yield Hit(
            fact="destructive_files", severity="critical", reason="disk", message=f"{_quote(simple)} overwrites a disk"
        )
        return
    recursive = program in {"rm", "remove-item", "shred", "trash", "rd", "rmdir", "del"} and _recursive(program, words)
    if program == "find" and "-delete" in words:
        paths = [word for word in words if not word.startswith("-")][:1]
        recursive = bool(paths) and worth(join(folder, paths[0]), look.cwd, look.memory.own) in {
            "outside",
            "everything",
        }
        recursive = recursive and not ({"-name", "-iname", "-path", "-newer", "-mtime", "-regex"} & set(words))
    elif recursive:
        paths = [
            word for word in words if not word.startswith("-") and word.lower() not in {"$true", "silentlycontinue"}
        ]
    if not recursive or "xargs" in simple.wrappers or "find -exec" in simple.wrappers:
        return
    worst: tuple[Severity, str, str] | None = None
    named = ""
    for path in paths:
        place = worth(join(folder, path), look.cwd, look.memory.own)
        found: tuple[Severity, str, str] | None = None
        if place == "everything":
            bare = path.rstrip("/") in {"", "~", "$HOME", "/", "/*"}
            found = ("critical" if bare else "high"), "everything", f"deletes {path}, with everything in it"
        elif place == "outside":
            found = _outside(path, join(folder, path), script, at, look)
        elif place == "unknown":
            found = "info", "unknown-path", f"deletes {path}, which the log does not settle"
        elif place == "inside" and not _just_made(join(folder, path), script, at, look):
            found = "low", "inside", f"deletes {path}, which the run did not make"
        if found is not None and (worst is None or _RANK[found[0]] > _RANK[worst[0]]):
            worst, named = found, path.rstrip("/").rpartition("/")[2]
    if worst is not None:
        yield Hit(
            fact="destructive_files",
            severity=worst[0],
            reason=worst[1],
            message=f"{_quote(simple)} {worst[2]}",
            objects=(named,),
        )


def _just_made(resolved: str, script: Script, at: int, look: Look) -> bool:
    """Whether the same line makes a path before it deletes it."""
    earlier = Own()
    for place, other in made(script, look.cwd):
        if place < at:
            earlier.add(other)
    return resolved in earlier


def _outside(path: str, resolved: str, script: Script, at: int, look: Look) -> tuple[Severity, str, str] | None:
    """Weigh the deletion of a path outside of the workspace by what the same line makes before and after it."""
    earlier, later = Own(), Own()
    for place, other in made(script, look.cwd):
        (earlier if place < at else later).add(other)
    if resolved in earlier:
        return None
    if resolved in later and not pattern("paths", "people").search(resolved):
        return "low", "made-again", f"deletes {path}, and makes it again"
    return "high", "outside", f"deletes {path}, which is outside of the workspace"


_RANK: dict[str, int] = {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}


def _recursive(program: str, words: tuple[str, ...]) -> bool:
    if program == "trash":
        return True
    if program in {"remove-item", "rd", "rmdir", "del"}:
        lowered = [word.lower() for word in words]
        return any(word.startswith(("-r", "/s")) and word != "-readonly" for word in lowered)
    return any(word == "--recursive" or re.fullmatch(r"-\w*[rR]\w*", word) for word in words)


# -- data


@cache
def _destroyers() -> dict[str, list[tuple[list[str], str]]]:
    """Commands that destroy data, by their program: their words, and what they destroy."""
    found: dict[str, list[tuple[list[str], str]]] = {}
    for command, what in listed("data", "destroyers").items():
        found.setdefault(command.split()[0], []).append((command.split(), what))
    return found


@cache
def _touching() -> frozenset[str]:
    """Programs that may destroy data."""
    return frozenset({"aws", *_destroyers(), *listed("data", "clients")})


def _data(simple: Simple) -> Iterator[Hit]:
    if simple.program not in _touching():
        return
    words = tuple(word for word in simple.argv if not word.startswith("-"))
    named = [simple.program, *words[1:]]
    for wanted, what in _destroyers().get(simple.program, ()):
        if named[: len(wanted)] == wanted:
            yield Hit(
                fact="data_destruction",
                severity="high",
                reason="destroyed",
                message=f"{_quote(simple)} destroys {what}",
            )
            return
    if simple.program == "aws" and named[1:3] == ["s3", "rm"] and "--recursive" in simple.argv:
        yield Hit(
            fact="data_destruction", severity="high", reason="destroyed", message=f"{_quote(simple)} empties a bucket"
        )
    if simple.program in listed("data", "clients"):
        text = " ".join(simple.argv[1:]) + " " + (simple.stdin_body or "")
        if (
            _SQL.search(text[:20000])
            or _SQL_DELETE_ALL.search(text[:20000])
            or re.search(r"\bFLUSH(?:ALL|DB)\b", text[:20000])
        ):
            scratch = simple.program in {"sqlite3", "duckdb"} or re.search(r"test|tmp|memory|scratch", text[:2000])
            yield Hit(
                fact="data_destruction",
                severity="low" if scratch else "high",
                reason="sql",
                message=f"{_quote(simple)} destroys data in a database",
            )


# -- code off the network


def _remote(commands: tuple[Simple, ...], at: int) -> Iterator[Hit]:
    simple = commands[at]
    source = _fetched(commands, at)
    if source is None:
        return
    known = any(host in source for host in listed("network", "known_installers"))
    local = any(host in source for host in listed("network", "local"))
    severity: Severity = "low" if known or local else "high" if "http://" in source else "medium"
    yield Hit(
        fact="remote_execution",
        severity=severity,
        reason="piped" if simple.before == "|" else "substituted",
        message=f"{_quote(simple)} runs what `{' '.join(source.split())[:120]}` downloads, unseen",
    )


def _fetched(commands: tuple[Simple, ...], at: int) -> str | None:
    """Give the source of the download that a command executes, if it does."""
    simple = commands[at]
    fetchers, interpreters = listed("network", "fetchers"), members("network", "interpreters")
    if simple.program in interpreters and simple.pipe[1] > 0 and simple.stdin_body is None:
        script = [word for word in simple.argv[1:] if not word.startswith("-")]
        if not script or "-s" in simple.argv:
            for other in commands[:at]:
                if other.pipe[0] == simple.pipe[0] and other.pipe[1] < simple.pipe[1] and other.program in fetchers:
                    return other.text
        return None
    if simple.dynamic and any(name.endswith(("-c", "eval")) for name in simple.wrappers):
        return simple.argv[0] if any(name in simple.argv[0][:40] for name in fetchers) else None
    if simple.program in {"source", "."} or simple.program in interpreters:
        opened = ("$(", "`", "<(")
        for word in simple.argv[1:]:
            if word.startswith(opened) and any(word.lstrip("$(`<").startswith(name) for name in fetchers):
                return word
    return None


def _permissions(simple: Simple) -> Iterator[Hit]:
    known = members("permissions", "flags")
    flags = [word for word in simple.argv[1:] if word in known]
    if flags and simple.program not in {"echo", "printf", "grep", "rg", "git", "gh", "cat"} and not simple.inner:
        yield Hit(
            fact="permission_bypass",
            severity="medium",
            reason="flag",
            message=f"{_quote(simple)} runs {simple.program} with its approvals off ({flags[0]})",
            bypassed=True,
        )
